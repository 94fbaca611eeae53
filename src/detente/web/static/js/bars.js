// Sorted bars from a zero line, each with its label on the left and its value at its end; ranges as thin lines.

import { s } from "./dom.js";
import { points } from "./words.js";
import { clipped, textWidth } from "./figure.js";

const ROW = 22;

/**
 * An SVG. rows: [{key, label, value, low, high, colour, strong} or {gap: words between rows} or {head: words over rows}].
 * `format(value)` writes a value; `alt` says what the drawing shows; `onPick(key)` makes rows clickable (the same choice is
 * in the table and on the map for the keyboard); `stacked` puts long labels over their bars.
 */
export function bars(rows, width, { format = points, alt = "", onPick, selected, stacked: above = false } = {}) {
  const own = rows.filter((r) => !r.gap && !r.head);
  const values = own.flatMap((r) => [r.value, r.low, r.high]).filter(Number.isFinite);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const longest = Math.max(...own.map((r) => textWidth(r.label, 13, r.strong || selected === r.key ? 700 : 400))) + 10;
  const stacked = above || longest > width * 0.46;
  const labelRoom = stacked ? 0 : longest;
  const valueRoom = Math.max(...own.map((r) => textWidth(format(r.value), 12.5))) + 8;
  const left = labelRoom + (low < 0 ? valueRoom : 4);
  const right = width - (high > 0 ? valueRoom : 6);
  const scale = (v) => (high === low ? left : left + ((v - low) / (high - low)) * (right - left));
  const tall = stacked ? 36 : ROW;
  const height = rows.length * tall + 6;
  const shift = stacked ? 14 : 0;
  const zero = scale(0);
  const marks = rows.map((r, k) => {
    const y = 3 + k * tall;
    if (r.head) return s("text", { x: 0, y: y + 16, "font-size": 13, "font-weight": 700, class: "halo" }, clipped(r.head, width));
    if (r.gap) return s("text", { x: stacked ? 0 : labelRoom - 8, y: y + 15, class: "quiet", "text-anchor": stacked ? "start" : "end", "font-size": 12 }, clipped(r.gap, stacked ? width : labelRoom - 8, 12));
    const x = scale(r.value);
    const ranged = Number.isFinite(r.low) && Number.isFinite(r.high) && Math.abs(r.high - r.low) > 1e-9;
    const negative = r.value < 0;
    const edge = ranged ? (negative ? Math.min(x, scale(r.low)) : Math.max(x, scale(r.high))) : x;
    const node = s("g", { class: `row${selected === r.key ? " chosen" : ""}${onPick ? " pickable" : ""}` },
      s("rect", { class: "hit", x: 0, y, width, height: tall }),
      s("rect", { x: Math.min(zero, x), y: y + 5 + shift, width: Math.max(0.5, Math.abs(x - zero)), height: ROW - 10, fill: r.colour ?? "var(--other)", rx: 1 }),
      ranged ? s("path", { d: `M${scale(r.low)} ${y + shift + ROW / 2}H${scale(r.high)}`, class: "whisker" }) : null,
      s("text", { x: negative ? edge - 5 : edge + 5, y: y + 15 + shift, "text-anchor": negative ? "end" : "start", "font-size": 12.5, class: "figure" }, format(r.value)),
      stacked
        ? s("text", { x: 0, y: y + 13, "font-size": 13 }, clipped(r.label, width))
        : s("text", { x: labelRoom - 8, y: y + 15, "text-anchor": "end", "font-size": 13, "font-weight": r.strong || selected === r.key ? 700 : 400 }, clipped(r.label, labelRoom - 8)));
    if (onPick) node.addEventListener("click", () => onPick(r.key));
    return node;
  });
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": alt },
    s("path", { d: rows.map((r, k) => (r.head ? "" : `M${zero} ${3 + k * tall}v${tall}`)).join(""), class: "zero" }), marks);
}
