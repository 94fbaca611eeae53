// Economies: every region in a table that sorts, filters and downloads, and the page of the one chosen.

import { h } from "./dom.js";
import { capital, points, rangeCell } from "./words.js";
import { registerTab } from "./tabs.js";
import { mapFigure } from "./mapfigure.js";
import { regionPage, sectorFigure } from "./region.js";
import { sortTable } from "./tables.js";

let table;
let page;
let map;
let sectors;

registerTab({
  id: "economies",
  title: "Economies",
  render(root, app) {
    const groups = [...new Set(app.catalogue.regions.map((r) => r.group).filter(Boolean))];
    let group = "";
    const pick = groups.length
      ? h("span", { class: "field" }, h("label", { for: "group" }, "Group"), h("select", { id: "group", on: { change: (e) => { group = e.target.value; draw(); } } },
        h("option", { value: "" }, "All"), groups.map((g) => h("option", { value: g }, g))))
      : null;
    const billions = (v) => points(v / 1000);
    table = sortTable({
      caption: "", csvName: "economies", sortBy: "real_income_pct", filterText: (r) => `${r.name} ${r.region}`, extra: [pick],
      rowId: (r) => r.region, onPick: (r) => { app.select(r.region); map.node.scrollIntoView({ block: "nearest" }); }, pickLabel: (r) => `${capital(r.name)}: show its page`,
      note: "Real income: what a year’s spending is worth at the new prices. Money in prices of the table’s year. Ranges: over published estimates of the model’s parameters.",
      columns: [
        { key: "name", title: "Economy", sort: (r) => r.name, cell: (r) => [capital(r.name), h("small", null, r.region)], csv: ["region", "name"], raw: (r) => [r.region, r.name] },
        { key: "real_income_pct", title: "Real income", unit: "%", number: true, sort: (r) => r.real_income_pct, cell: (r) => h("b", null, points(r.real_income_pct)) },
        { key: "range", title: "Range", unit: "%", number: true, sort: (r) => r.low, cell: (r) => rangeCell(r.low, r.high), csv: ["low", "high"], raw: (r) => [r.low, r.high] },
        { key: "ev_musd", title: "In money", unit: "bn USD a year", number: true, sort: (r) => r.ev_musd, cell: (r) => billions(r.ev_musd) },
        { key: "consumer_prices_local_pct", title: "Consumer prices", unit: "% in local money", number: true, sort: (r) => r.consumer_prices_local_pct, cell: (r) => points(r.consumer_prices_local_pct) },
        { key: "exports_pct", title: "Exports", unit: "% of value", number: true, sort: (r) => r.exports_pct, cell: (r) => points(r.exports_pct) },
        { key: "tariff_revenue_musd", title: "Tariff revenue", unit: "bn USD a year", number: true, sort: (r) => r.tariff_revenue_musd, cell: (r) => billions(r.tariff_revenue_musd) },
      ],
    });
    function draw() {
      const inside = new Set(app.catalogue.regions.filter((r) => !group || r.group === group).map((r) => r.code));
      table.update(app.regionRows().filter((r) => inside.has(r.region)), app.place.region);
    }
    table.draw = draw;
    page = regionPage(app);
    map = mapFigure(app);
    sectors = sectorFigure();
    root.append(h("h2", { class: "visually-hidden" }, "Economies"), h("div", { class: "pair wide-left" }, map.node, page.node), sectors.node, table.node);
  },
  onState(app) {
    if (!app.answer) return;
    table.caption(`Every economy of the table: changes in one year; ${app.run()}, against ${app.against()}`);
    table.draw();
    map.update();
    page.update();
    sectors.update(app, page.region());
  },
});
