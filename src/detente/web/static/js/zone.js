// The deal zone: every package that was solved, the gain of one party against the gain of the other over no deal. The corner
// where both gain is shaded, the edge that no solved package beats is drawn, the proposal is marked. One tab stop; arrow keys go
// from package to package along the first party's gain; what a package holds is said beside the drawing.

import { s } from "./dom.js";
import { sig, ticks } from "./measure.js";
import { clipped } from "./figure.js";

/** Packages no other one beats for both, by the first gain. */
export function edgeOf(points) {
  return points.filter((p) => !points.some((q) => q !== p && q.x >= p.x && q.y >= p.y && (q.x > p.x || q.y > p.y))).sort((a, b) => a.x - b.x);
}

/** The packages worth drawing: those not far outside what both could gain. All of them where both can gain nothing. */
export function inSight(points) {
  const good = points.filter((p) => p.x > 0 && p.y > 0);
  if (!good.length) return points;
  const far = (key) => 1.6 * Math.max(...good.map((p) => p[key]));
  return points.filter((p) => p.chosen || (Math.abs(p.x) <= far("x") && Math.abs(p.y) <= far("y")));
}

/**
 * points: [{x, y, chosen, say}]; `names` [first, second] in text; `colours`; `unit` of the axes; `none` what no deal is;
 * `pick(index)` is called on hover, focus and click.
 */
export function zoneChart(points, width, { names, colours, unit, none, pick }) {
  const height = Math.min(480, Math.max(320, width * 0.62));
  const [left, right, top, bottom] = [54, 16, 26, 44];
  const xs = [...points.map((p) => p.x), 0];
  const ys = [...points.map((p) => p.y), 0];
  const pad = (low, high) => [low - 0.06 * (high - low || 1), high + 0.09 * (high - low || 1)];
  const [x0, x1] = pad(Math.min(...xs), Math.max(...xs));
  const [y0, y1] = pad(Math.min(...ys), Math.max(...ys));
  const X = (v) => left + ((v - x0) / (x1 - x0)) * (width - left - right);
  const Y = (v) => height - bottom - ((v - y0) / (y1 - y0)) * (height - top - bottom);
  const edge = edgeOf(points.filter((p) => p.x > 0 && p.y > 0));
  const label = (text, x, y, extra = {}) => s("text", { x, y, "font-size": 12, class: "halo", ...extra }, text);
  const order = points.map((_, k) => k).sort((a, b) => points[a].x - points[b].x);
  const first = points.findIndex((p) => p.chosen);
  let stop = first >= 0 ? first : order[0];
  const dots = points.map((p, k) => {
    const both = p.x > 0 && p.y > 0;
    const node = s("g", { class: `package${p.chosen ? " proposed" : ""}`, tabindex: k === stop ? "0" : "-1", role: "button", "aria-label": p.say, "data-package": k },
      s("circle", { cx: X(p.x), cy: Y(p.y), r: 11, class: "hit" }),
      s("circle", { cx: X(p.x), cy: Y(p.y), r: p.chosen ? 7.5 : 4.2, class: p.chosen ? "chosen-dot" : both ? "both-dot" : "dot" }));
    const tell = () => {
      dots[stop].setAttribute("tabindex", "-1");
      stop = k;
      node.setAttribute("tabindex", "0");
      for (const d of dots) d.classList.toggle("shown", d === node);
      pick(k);
    };
    for (const name of ["pointerenter", "focus", "click"]) node.addEventListener(name, tell);
    return node;
  });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `Deal zone: ${points.length} packages; arrow keys go from one to the next` },
    s("rect", { x: X(0), y: top, width: width - right - X(0), height: Y(0) - top, class: "gain-corner" }),
    ticks(x0, x1, width < 480 ? 4 : 7).map((t) => [s("path", { d: `M${X(t)} ${top}V${height - bottom}`, class: t === 0 ? "zero" : "grid" }), s("text", { x: X(t), y: height - bottom + 15, "text-anchor": "middle", "font-size": 11.5, class: "quiet figure" }, sig(t))]),
    ticks(y0, y1, 6).map((t) => [s("path", { d: `M${left} ${Y(t)}H${width - right}`, class: t === 0 ? "zero" : "grid" }), s("text", { x: left - 6, y: Y(t) + 4, "text-anchor": "end", "font-size": 11.5, class: "quiet figure" }, sig(t))]),
    s("text", { x: width - right, y: height - 8, "text-anchor": "end", "font-size": 12.5, "font-weight": 700 }, clipped(`Gain of ${names[0]}, ${unit} →`, width - left - right, 13)),
    s("rect", { x: left - 46, y: 4, width: 10, height: 10, fill: colours[1] }),
    s("text", { x: left - 32, y: 13.5, "font-size": 12.5, "font-weight": 700 }, clipped(`↑ Gain of ${names[1]}, ${unit}`, width - left, 13)),
    label("both gain", width - right - 8, top + 16, { "text-anchor": "end", class: "quiet" }),
    edge.length > 1 ? s("path", { d: `M${edge.map((p) => `${X(p.x)} ${Y(p.y)}`).join("L")}`, class: "pareto" }) : null,
    s("path", { d: `M${X(0) - 6} ${Y(0)}h12M${X(0)} ${Y(0) - 6}v12`, class: "no-deal" }),
    label(clipped(`no deal: ${none}`, 150, 12), X(0) - 9, Y(0) + 17, { "text-anchor": "end" }),
    dots.filter((_, k) => !points[k].chosen), dots.filter((_, k) => points[k].chosen),
    first >= 0 ? label("the proposal", Math.min(X(points[first].x), width - 48), Y(points[first].y) - 14, { "font-weight": 700, "text-anchor": "middle" }) : null);
  svg.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    const here = Number(event.target.dataset?.package);
    if (way === undefined && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); return; }
    if (!way || !Number.isFinite(here)) return;
    event.preventDefault();
    dots[order[(order.indexOf(here) + way + order.length) % order.length]].focus();
  });
  return svg;
}
