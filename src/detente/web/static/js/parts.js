// What makes a number up: a bar for each part, on one scale, the largest first.

import { h, s } from "./dom.js";
import { accentVar } from "./colours.js";

const WIDTH = 150;

/** A list of {label, value, text, by?}; `total` {label, text, value} stands below. */
export function partBars(rows, total = null) {
  const all = total ? [...rows, { ...total, total: true }] : rows;
  const low = Math.min(0, ...all.map((r) => r.value));
  const high = Math.max(0, ...all.map((r) => r.value));
  const at = (v) => 2 + ((v - low) / (high - low || 1)) * (WIDTH - 4);
  return h("ul", { class: "part-bars" }, all.map((r) => h("li", { class: r.total ? "total" : null },
    h("span", { class: "what" }, r.label), h("span", { class: "amount" }, r.text),
    s("svg", { viewBox: `0 0 ${WIDTH} 10`, width: WIDTH, height: 10, "aria-hidden": "true", focusable: "false", preserveAspectRatio: "none" },
      s("rect", { x: Math.min(at(0), at(r.value)), y: 1, width: Math.abs(at(r.value) - at(0)), height: 8, fill: r.by ? accentVar(r.by) : "var(--other)" }),
      s("path", { d: `M${at(0)} 0V10`, class: "zero" })))));
}
