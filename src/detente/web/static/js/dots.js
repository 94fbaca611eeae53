// Dots with ranges on a common scale: a panel a region, a row a scenario, labels and values direct.

import { s } from "./dom.js";
import { points, tick } from "./words.js";
import { niceEnd } from "./colours.js";
import { clipped, textWidth } from "./figure.js";

const ROW = 22;
const HEAD = 26;

/** cells: [{region, name, colour, values: [{key, label, letter, value, low, high}]}] → an SVG of small multiples. */
export function panels(cells, width) {
  const every = cells.flatMap((c) => c.values.flatMap((v) => [v.value, v.low, v.high])).filter(Number.isFinite);
  const low = Math.min(0, ...every);
  const high = Math.max(0, ...every);
  const columns = width < 560 ? 1 : width < 860 ? 2 : Math.min(3, cells.length);
  const gap = 28;
  const own = (width - gap * (columns - 1)) / columns;
  const labels = Math.min(own * 0.36, Math.max(...cells.flatMap((c) => c.values.map((v) => textWidth(v.label, 12.5)))) + 8);
  const room = 46;
  const scale = (v) => labels + 6 + ((v - low) / (high - low || 1)) * (own - labels - room - 12);
  const tall = HEAD + 18 + ROW * Math.max(...cells.map((c) => c.values.length)) + 16;
  const rows = Math.ceil(cells.length / columns);
  const end = niceEnd([low, high]) / 2;
  const ticks = [-2 * end, -end, 0, end, 2 * end].filter((t) => t >= low - 1e-9 && t <= high + 1e-9);
  const nodes = cells.map((cell, k) => {
    const x0 = (k % columns) * (own + gap);
    const y0 = Math.floor(k / columns) * tall;
    const bottom = HEAD + 18 + ROW * cell.values.length;
    return s("g", { transform: `translate(${x0} ${y0})` },
      s("rect", { x: 0, y: 6, width: 10, height: 10, fill: cell.colour }),
      s("text", { x: 15, y: 15.5, "font-size": 13.5, "font-weight": 700 }, cell.name),
      ticks.map((t) => [
        s("path", { d: `M${scale(t)} ${HEAD + 12}V${bottom}`, class: t === 0 ? "zero" : "grid" }),
        s("text", { x: scale(t), y: HEAD + 8, "text-anchor": "middle", "font-size": 11, class: "quiet" }, tick(t)),
      ]),
      cell.values.map((v, j) => {
        const y = HEAD + 18 + ROW * j + ROW / 2;
        const ranged = Number.isFinite(v.low) && Number.isFinite(v.high);
        const edge = Math.max(scale(v.value) + 6, ranged ? scale(v.high) : 0);
        return s("g", null,
          s("text", { x: labels - 4, y: y + 4, "text-anchor": "end", "font-size": 12.5 }, clipped(v.label, labels - 4, 12.5)),
          ranged ? s("path", { d: `M${scale(v.low)} ${y}H${scale(v.high)}`, stroke: cell.colour, "stroke-width": 2, opacity: 0.55 }) : null,
          s("circle", { cx: scale(v.value), cy: y, r: 4.6, fill: cell.colour }),
          s("text", { x: edge + 4, y: y + 4, "font-size": 12.5, class: "figure" }, points(v.value)));
      }));
  });
  const alt = cells.map((c) => `${c.name}: ${c.values.map((v) => `${v.label} ${points(v.value)}`).join(", ")}`).join(". ");
  return s("svg", { viewBox: `0 0 ${width} ${rows * tall}`, width, height: rows * tall, role: "img", "aria-label": `Real income in percent. ${alt}` }, nodes);
}

/** A value with its range on a scale from −end to +end, small enough to stand under a figure. */
export function strip(value, low, high, end, colour, width = 120) {
  const at = (v) => 4 + ((Math.max(-end, Math.min(end, v)) + end) / (2 * end)) * (width - 8);
  const ranged = Number.isFinite(low) && Number.isFinite(high);
  return s("svg", { viewBox: `0 0 ${width} 14`, width, height: 14, class: "strip", "aria-hidden": "true", focusable: "false" },
    s("path", { d: `M4 7H${width - 4}`, class: "grid" }), s("path", { d: `M${at(0)} 1V13`, class: "zero" }),
    ranged ? s("path", { d: `M${at(low)} 7H${at(high)}`, stroke: colour, "stroke-width": 3, opacity: 0.55 }) : null,
    Number.isFinite(value) ? s("circle", { cx: at(value), cy: 7, r: 4, fill: colour }) : null);
}
