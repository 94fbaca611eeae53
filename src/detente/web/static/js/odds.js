// Who gives way: one panel an outcome, one row a model, a dot for the average over the assumptions and a thin line for its range.

import { s } from "./dom.js";
import { chance } from "./measure.js";
import { clipped, textWidth, wrapped } from "./figure.js";

const ROW = 26;
const HEAD = 40;

/** panels: [{title, colour, rows: [{label, strong, low, value, high}]}] (same rows in each) → an SVG. */
export function oddsPanels(panels, width) {
  const columns = width < 620 ? 1 : panels.length;
  const gap = 26;
  const labels = panels[0].rows.map((r) => r.label);
  const wish = Math.max(...labels.map((t, k) => textWidth(t, 12.5, panels[0].rows[k].strong ? 700 : 400))) + 10;
  const labelRoom = Math.min(wish, columns === 1 ? width * 0.44 : width * 0.25);
  const own = columns === 1 ? width - labelRoom : (width - labelRoom - gap * (columns - 1)) / columns;
  const room = 40; // for the value at the end of a row
  const at = (p) => 6 + p * (own - room - 12);
  const tall = HEAD + panels[0].rows.length * ROW + 14;
  const nodes = panels.map((panel, k) => {
    const x0 = labelRoom + (columns === 1 ? 0 : k * (own + gap));
    const y0 = columns === 1 ? k * tall : 0;
    const bottom = HEAD + panel.rows.length * ROW;
    const showLabels = columns === 1 || k === 0;
    return s("g", { transform: `translate(${x0} ${y0})` },
      s("rect", { x: at(0) - 4, y: 4, width: 10, height: 10, fill: panel.colour }),
      s("text", { x: at(0) + 11, y: 13.5, "font-size": 13.5, "font-weight": 700 }, clipped(panel.title, own - 18, 14)),
      [0, 0.5, 1].map((t) => [
        s("path", { d: `M${at(t)} ${HEAD - 6}V${bottom}`, class: t === 0 ? "zero" : "grid" }),
        s("text", { x: at(t), y: HEAD - 10, "text-anchor": "middle", "font-size": 11, class: "quiet" }, `${100 * t}`)]),
      panel.rows.map((r, j) => {
        const y = HEAD + j * ROW + ROW / 2;
        const lines = showLabels ? wrapped(r.label, labelRoom - 8, 12.5, 2) : [];
        const edge = Math.max(at(r.value) + 6, Number.isFinite(r.high) ? at(r.high) : 0);
        return s("g", null,
          lines.map((line, n) => s("text", { x: -8, y: y + 4 + (n - (lines.length - 1) / 2) * 12.5, "text-anchor": "end", "font-size": 12.5, "font-weight": r.strong ? 700 : 400 }, line)),
          r.strong ? s("path", { d: `M${showLabels ? -labelRoom : -gap + 8} ${y - ROW / 2}H${own}`, class: "grid" }) : null,
          Number.isFinite(r.low) ? s("path", { d: `M${at(r.low)} ${y}H${at(r.high)}`, stroke: panel.colour, "stroke-width": r.strong ? 2.6 : 1.8, opacity: 0.6 }) : null,
          Number.isFinite(r.value) ? s("circle", { cx: at(r.value), cy: y, r: r.strong ? 5.4 : 4.2, fill: panel.colour }) : null,
          s("text", { x: edge + 5, y: y + 4, "font-size": 12.5, class: "figure", "font-weight": r.strong ? 700 : 400 }, chance(r.value)));
      }));
  });
  const alt = panels.map((p) => `${p.title}: ${p.rows.map((r) => `${r.label} ${chance(r.value)}`).join(", ")}`).join(". ");
  const height = columns === 1 ? tall * panels.length : tall;
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": alt }, nodes);
}
