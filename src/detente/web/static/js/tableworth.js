// What things are worth to one seat, as bars on one scale with a zero line.

import { h, s } from "./dom.js";
import { niceEnd } from "./colours.js";
import { sig, sigPercent, usd } from "./measure.js";

/** {draw(rows, party) → node}; a row is {name, worth, strong}. The scale only grows while a game goes on, so bars stay comparable. */
export function worthBars() {
  let end = 0;
  return {
    draw(rows, party) {
      const of = (row) => (party ? row.worth.points : row.worth.percent);
      end = Math.max(end, niceEnd(rows.map(of)) || 0.02);
      const at = (v) => 50 + 50 * Math.max(-1, Math.min(1, v / end));
      return h("table", { class: "table-bars" }, h("caption", { class: "visually-hidden" }, party ? "Worth to you, points and dollars a year" : "Worth to you, percent of real income and dollars a year"),
        h("tbody", null, rows.map((row) => {
          const v = of(row);
          const bar = s("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
            s("rect", { x: Math.min(50, at(v)), y: 1.5, width: Math.abs(at(v) - 50), height: 7, class: v < 0 ? "table-loss" : "table-gain" }), s("path", { d: "M50 0V10", class: "zero", "vector-effect": "non-scaling-stroke" }));
          return h("tr", { class: row.strong ? "strong" : null }, h("th", { scope: "row" }, row.name), h("td", { class: "worth-bar" }, bar),
            h("td", { class: "n" }, party ? sig(v) : sigPercent(v), h("small", null, Math.abs(row.worth.million_usd) < 0.05 ? "" : usd(row.worth.million_usd, true))));
        })));
    },
  };
}
