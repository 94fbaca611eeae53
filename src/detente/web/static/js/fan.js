// The fan: expected real income of one region by month, with how far the paths lie apart and how far the odds are in doubt.

import { s } from "./dom.js";
import { sig, ticks } from "./measure.js";
import { textWidth } from "./figure.js";

const MONTHS = ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"];
const LONG = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
export const monthName = (text) => `${LONG[Number(text.slice(5, 7)) - 1]} ${text.slice(0, 4)}`;

/** `months`: ["2025-10", …]; `row`: {expected, low, high, q05 … q95}, one value a month each. */
export function fanChart(months, row, width, { colour, name }) {
  const height = Math.min(340, Math.max(230, width * 0.5));
  const end = row.expected.length - 1;
  const [left, right, top, bottom] = [50, Math.ceil(textWidth(`expected ${sig(row.expected[end])}`, 12, 700)) + 14, 12, 34];
  const all = [...row.q05, ...row.q95, ...row.low, ...row.high, 0];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const pad = (high - low || 0.1) * 0.05;
  const X = (k) => left + ((k + 0.5) / months.length) * (width - left - right);
  const Y = (v) => top + ((high + pad - v) / (high - low + 2 * pad)) * (height - top - bottom);
  const run = (values, back = false) => {
    const order = values.map((v, k) => `${X(k).toFixed(1)} ${Y(v).toFixed(1)}`);
    return (back ? order.reverse() : order).join("L");
  };
  const area = (a, b) => `M${run(a)}L${run(b, true)}Z`;
  const line = (values) => `M${run(values)}`;
  const marks = [
    { text: "nine in ten", y: Y(row.q05[end]), quiet: true },
    { text: "half the paths", y: Y(row.q25[end]), quiet: true },
    { text: `expected ${sig(row.expected[end])}`, y: Y(row.expected[end]), strong: true },
  ].sort((a, b) => a.y - b.y);
  for (let k = 1; k < marks.length; k += 1) marks[k].y = Math.max(marks[k].y, marks[k - 1].y + 14);
  const over = marks[marks.length - 1].y - (height - bottom);
  if (over > 0) for (const m of marks) m.y -= over;
  const alt = `${name}: expected real income by month, percent: ${months.map((m, k) => `${monthName(m)} ${sig(row.expected[k])} (nine paths in ten ${sig(row.q05[k])} to ${sig(row.q95[k])})`).join("; ")}`;
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": alt },
    ticks(low, high, 5).map((t) => [s("path", { d: `M${left} ${Y(t)}H${width - right}`, class: t === 0 ? "zero" : "grid" }), s("text", { x: left - 6, y: Y(t) + 4, "text-anchor": "end", "font-size": 11.5, class: "quiet figure" }, sig(t))]),
    s("path", { d: area(row.q05, row.q95), fill: colour, opacity: 0.16 }),
    s("path", { d: area(row.q25, row.q75), fill: colour, opacity: 0.26 }),
    s("path", { d: line(row.low), stroke: colour, class: "doubt" }), s("path", { d: line(row.high), stroke: colour, class: "doubt" }),
    s("path", { d: line(row.expected), stroke: colour, class: "expected" }),
    months.map((m, k) => {
      const january = m.endsWith("-01") || k === 0;
      return [s("text", { x: X(k), y: height - 18, "text-anchor": "middle", "font-size": 11.5, class: "quiet" }, MONTHS[Number(m.slice(5, 7)) - 1]),
        january ? s("text", { x: X(k), y: height - 4, "text-anchor": "middle", "font-size": 11.5, class: "quiet" }, m.slice(0, 4)) : null];
    }),
    marks.map((m) => s("text", { x: width - right + 6, y: m.y + 4, "font-size": 12, "font-weight": m.strong ? 700 : 400, class: m.quiet ? "quiet" : null }, m.text)));
}
