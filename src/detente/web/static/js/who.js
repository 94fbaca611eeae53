// Who and why: the map, one economy with its figures, what moves it and its sectors, the duties; every economy in a table; the
// economies that are not at the table.

import { h } from "./dom.js";
import { capital, points, rangeCell, sureness } from "./words.js";
import { bystandersPart } from "./bystanders.js";
import { foldPart } from "./fold.js";
import { INDICATORS, mapFigure } from "./mapfigure.js";
import { dutyFigure, reasonFigure, regionPage, sectorFigure } from "./region.js";
import { sortTable } from "./tables.js";
import { keyOf } from "./app.js";
import { answerIs } from "./notices.js";

let page;
let map;
let figures;
let folds;
let shown = ""; // the state whose table stands here

/** Every economy: sorts, filters and downloads. */
function everyone(app) {
  const groups = [...new Set(app.catalogue.regions.map((r) => r.group).filter(Boolean))];
  let group = "";
  const pick = groups.length
    ? h("span", { class: "field" }, h("label", { for: "group" }, "Group"), h("select", { id: "group", on: { change: (e) => { group = e.target.value; draw(); } } },
      h("option", { value: "" }, "All"), groups.map((g) => h("option", { value: g }, g))))
    : null;
  const places = {}; // decimals by column, as its largest figure needs
  const billions = (v, key) => points(v / 1000, places[key]);
  const table = sortTable({
    caption: "", csvName: "economies", sortBy: "real_income_pct", filterText: (r) => `${r.name} ${r.region}`, extra: [pick],
    rowId: (r) => r.region, onPick: (r) => { app.select(r.region); page.node.scrollIntoView({ block: "nearest" }); }, pickLabel: (r) => `${capital(r.name)}: show its page`,
    note: "Real income: what a year’s spending is worth at the new prices. Money in prices of the table’s year. Ranges: over published estimates of the model’s parameters.",
    columns: [
      { key: "name", title: "Economy", sort: (r) => r.name, cell: (r) => [capital(r.name), h("small", null, r.region)], csv: ["region", "name"], raw: (r) => [r.region, r.name] },
      { key: "real_income_pct", title: "Real income", unit: "%", number: true, sort: (r) => r.real_income_pct, cell: (r) => h("b", null, points(r.real_income_pct, places.real_income_pct)) },
      { key: "range", title: "Range", unit: "%", number: true, sort: (r) => r.low, cell: (r) => ({ open: "sign open", wide: "size open" })[sureness(r.low, r.high, places.real_income_pct)] ?? rangeCell(r.low, r.high, places.real_income_pct), csv: ["low", "high"], raw: (r) => [r.low, r.high] },
      { key: "ev_musd", title: "In money", unit: "bn USD a year", number: true, sort: (r) => r.ev_musd, cell: (r) => billions(r.ev_musd, "ev_musd") },
      { key: "consumer_prices_local_pct", title: "Consumer prices", unit: "% in local money", number: true, sort: (r) => r.consumer_prices_local_pct, cell: (r) => points(r.consumer_prices_local_pct, places.consumer_prices_local_pct) },
      { key: "exports_pct", title: "Exports", unit: "% of value", number: true, sort: (r) => r.exports_pct, cell: (r) => points(r.exports_pct, places.exports_pct) },
      { key: "tariff_revenue_musd", title: "Tariff revenue", unit: "bn USD a year", number: true, sort: (r) => r.tariff_revenue_musd, cell: (r) => billions(r.tariff_revenue_musd, "tariff_revenue_musd") },
    ],
  });
  function draw() {
    if (!app.answer) return;
    const inside = new Set(app.catalogue.regions.filter((r) => !group || r.group === group).map((r) => r.code));
    table.caption(`Every economy of the table: changes in one year; ${app.run()}, against ${app.against()}`);
    for (const key of Object.keys(INDICATORS)) places[key] = app.places(key);
    table.update(app.regionRows().filter((r) => inside.has(r.region)), app.place.region);
  }
  table.node.classList.add("belongs");
  return { node: table.node, update: draw };
}

/** The tab, as tabs.js takes it. */
export const tab = {
  render(root, app) {
    page = regionPage(app);
    map = mapFigure(app);
    figures = [reasonFigure(), sectorFigure(), dutyFigure()];
    folds = [
      foldPart("fold-economies", "Every economy", "a table that sorts, filters and downloads", () => everyone(app)),
      foldPart("fold-bystanders", "Those not at the table", "what each can do, trade that moves through them, what hosting is worth", () => bystandersPart(app)),
    ];
    root.append(h("h2", { class: "visually-hidden" }, "Who and why"), h("div", { class: "pair wide-left" }, map.node, page.node),
      h("div", { class: "pair" }, figures[0].node, figures[1].node), figures[2].node, ...folds.map((f) => f.node));
    for (const part of [map, page, ...figures]) part.node.classList.add("belongs");
  },
  onState(app, what) {
    for (const fold of folds) fold.update(what);
    const state = app.solveState();
    const draw = () => {
      map.update();
      page.update(state);
      for (const figure of figures) figure.update(app, page.region());
      folds[0].update(what);
    };
    const key = keyOf(state);
    if (key === shown) { draw(); return; }
    document.getElementById("panel-who").classList.add("late"); // greyed until the table is that of the settings
    app.solve(state).then(async (answer) => {
      if (keyOf(app.solveState()) !== key) return;
      app.answer = answer;
      shown = key;
      document.getElementById("panel-who").classList.remove("late");
      draw();
      await new Promise((done) => setTimeout(done, 400));
      if (keyOf(app.solveState()) !== key) return;
      await app.ranges(state);
      if (keyOf(app.solveState()) === key) draw();
    }).catch((error) => answerIs("old", { message: error.message }));
  },
};
