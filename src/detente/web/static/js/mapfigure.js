// The tile map as a figure: what to show is chosen beside it, the title says where it falls and rises most.

import { h, uid } from "./dom.js";
import { capital, inText, points, sureness } from "./words.js";
import { figureBox } from "./figure.js";
import { tileMap } from "./map.js";

/** What the map and the bars can show. */
export const INDICATORS = {
  real_income_pct: { name: "Real income", unit: "change in percent" },
  consumer_prices_local_pct: { name: "Consumer prices", unit: "change in percent, local money, by duties passed on in full" },
  exports_pct: { name: "Exports", unit: "change of value in percent" },
  tariff_revenue_musd: { name: "Tariff revenue", unit: "change in billion USD a year, at prices of the table’s year", scale: 1000 },
  ev_musd: { name: "Real income in money", unit: "change in billion USD a year, at prices of the table’s year", scale: 1000 },
};

/** What the reader has chosen to see. */
export const indicator = (app) => (INDICATORS[app.place.show] ? app.place.show : "real_income_pct");

/** {node, update()}. */
export function mapFigure(app) {
  const id = uid("show");
  const show = h("select", { id, class: "show", on: { change: (e) => app.set({ show: e.target.value }, "replace") } },
    Object.entries(INDICATORS).map(([key, x]) => h("option", { value: key }, x.name)));
  const map = tileMap(app.catalogue.regions, app.select);
  const figure = figureBox({ kind: "map-figure", controls: [h("label", { for: id }, "Show"), show] });
  return {
    node: figure.node,
    update() {
      const key = indicator(app);
      const { name, unit, scale = 1 } = INDICATORS[key];
      const ranged = key === "real_income_pct";
      show.value = key;
      const rows = app.regionRows();
      const places = app.places(key);
      const format = (v) => points(v / scale, places);
      const unsure = new Map(ranged ? rows.map((r) => [r.region, sureness(r.low, r.high, places)]) : []);
      const words = (code, v) => ({ open: `sign open, ${format(v)} at the centre`, wide: `size open, ${format(v)} at the centre` })[unsure.get(code)] ?? format(v);
      map.update(new Map(rows.map((r) => [r.region, r[key]])), { format, open: (code) => unsure.get(code) === "open", say: (region, v) => `${capital(region.name)}: ${name.toLowerCase()} ${words(region.code, v)}` });
      map.choose(app.place.region);
      const order = rows.filter((r) => Number.isFinite(r[key])).sort((a, b) => a[key] - b[key]);
      const sure = order.filter((r) => (unsure.get(r.region) ?? "known") === "known");
      const small = 0.5 * scale * 10 ** -places;
      const [lowest, highest] = [sure[0], sure[sure.length - 1]];
      const open = order.length - sure.length;
      const most = (r) => `${inText(r.name)} (${format(r[key])}${key.endsWith("pct") ? "\u202f%" : ""})`;
      const said = [];
      if (lowest && lowest[key] <= -small) said.push(`fall${name.endsWith("s") ? "" : "s"} most in ${most(lowest)}`);
      if (highest && highest[key] >= small) said.push(`rise${name.endsWith("s") ? "" : "s"} most in ${most(highest)}`);
      const told = said.join(", ");
      const opens = open ? `open in ${open} of ${order.length} economies` : "";
      // an economy whose size is open may fall or rise more than the first of the others
      const among = said.length && order.some((r) => !sure.includes(r) && (r.low < lowest[key] || r.high > highest[key]));
      const title = !said.length ? `${name}: ${open ? "nowhere is sign and size known" : "hardly a change anywhere"}`
        : among ? `Where sign and size are known, ${name.toLowerCase()} ${told}; they are ${opens}`
          : `${name} ${told}${open ? `; sign or size ${opens}` : ""}`;
      figure.set({
        title,
        subtitle: `${name}, ${unit}; ${app.run()}, against ${app.against()}`, note: `One square a region. Orange: falls; blue: rises${open ? "; ±: the range has both signs" : ""}.`,
        csv: { name: `${app.view.id}-${key}`, columns: ["region", "name", key, ...(ranged ? ["low", "high"] : [])], rows: order.map((r) => [r.region, r.name, r[key], ...(ranged ? [r.low, r.high] : [])]) },
        draw: () => map.node,
      });
    },
  };
}
