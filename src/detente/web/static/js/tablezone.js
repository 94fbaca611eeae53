// The zone of possible deals: what each package gives both parties, with the frontier, the offers in their order, and named packages.

import { s } from "./dom.js";
import { textWidth } from "./figure.js";
import { sig } from "./measure.js";

const NICE = [1, 2, 2.5, 5, 10];

function ticks(low, high, most) {
  const raw = (high - low) / most;
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = NICE.find((n) => n * base >= raw) * base;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-12; k += 1) found.push(Number((k * step).toPrecision(10)));
  return found;
}

/** An SVG of points [x, y], `names` for those of the drawing itself: `frontier`, `marks` {kind, label, at}, `offers` {number, by, at}, `breakdown`; the origin is nothing signed. */
export function zoneDrawing({ width, axes, names, frontier, marks, offers, breakdown, colours, alt }) {
  const all = [...frontier, ...marks.map((m) => m.at), ...offers.map((o) => o.at), breakdown, [0, 0]];
  const [left, right, top, bottom] = [48, 14, 26, 40];
  const height = Math.round(Math.min(460, Math.max(280, width * 0.62)));
  const ends = [0, 1].map((k) => {
    const values = all.map((p) => p[k]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const space = (high - low || 0.1) * 0.06;
    return [low - space, high + space];
  });
  const x = (v) => left + ((v - ends[0][0]) / (ends[0][1] - ends[0][0])) * (width - left - right);
  const y = (v) => height - bottom - ((v - ends[1][0]) / (ends[1][1] - ends[1][0])) * (height - top - bottom);
  const taken = [];
  /** A label beside a point, on the side where there is room. */
  function label(text, at, weight) {
    const size = textWidth(text, 12.5, weight);
    const [px, py] = [x(at[0]), y(at[1])];
    const places = [4, -14, 22, -30, 38, -46, 54, -62, 70].flatMap((d) => [[px + 11, py + d], [px - 11 - size, py + d]]);
    const free = ([bx, by]) => bx >= left && bx + size <= width && by > 12 && by < height - bottom + 14 && !taken.some((t) => bx < t[2] + 3 && bx + size > t[0] - 3 && by - 11 < t[3] && by + 3 > t[1]);
    const [bx, by] = places.find(free) ?? places[px > width / 2 ? 1 : 0];
    taken.push([bx, by - 11, bx + size, by + 3]);
    const far = Math.abs(by - 4 - py) > 12;
    return [far ? s("path", { class: "leader", d: `M${px} ${py}L${bx > px ? bx - 2 : bx + size + 2} ${by - 4}` }) : null, s("text", { x: bx, y: by, "font-weight": weight }, text)].filter(Boolean);
  }
  for (const p of [...marks.map((m) => m.at), ...offers.map((o) => o.at)]) taken.push([x(p[0]) - 7, y(p[1]) - 7, x(p[0]) + 7, y(p[1]) + 7]);
  const diamond = (px, py, r) => `M${px} ${py - r}L${px + r} ${py}L${px} ${py + r}L${px - r} ${py}Z`;
  const [xt, yt] = [ticks(...ends[0], width < 480 ? 4 : 7), ticks(...ends[1], 5)];
  return s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "zone-chart", role: "img", "aria-label": alt },
    s("path", { class: "grid", d: [...xt.map((v) => `M${x(v)} ${top}V${height - bottom}`), ...yt.map((v) => `M${left} ${y(v)}H${width - right}`)].join("") }),
    s("path", { class: "zero", d: `M${x(0)} ${top}V${height - bottom}M${left} ${y(0)}H${width - right}` }),
    xt.map((v) => s("text", { class: "tick", x: x(v), y: height - bottom + 16, "text-anchor": "middle" }, sig(v, false))),
    yt.map((v) => s("text", { class: "tick", x: left - 6, y: y(v) + 4, "text-anchor": "end" }, sig(v, false))),
    s("text", { class: "axis", x: width - right, y: height - 6, "text-anchor": "end" }, `${axes[0]} →`),
    s("text", { class: "axis", x: left, y: 14 }, `↑ ${axes[1]}`),
    frontier.length > 1 ? s("path", { class: "frontier", d: `M${frontier.map((p) => `${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join("L")}` }) : null,
    offers.length > 1 ? s("path", { class: "offers", d: `M${offers.map((o) => `${x(o.at[0])} ${y(o.at[1])}`).join("L")}` }) : null,
    offers.map((o) => s("g", null, s("circle", { cx: x(o.at[0]), cy: y(o.at[1]), r: 8, fill: colours[o.by] }), s("text", { class: "number", x: x(o.at[0]), y: y(o.at[1]) + 4, "text-anchor": "middle" }, String(o.number)))),
    s("path", { class: "collapse", d: `M${x(breakdown[0]) - 5} ${y(breakdown[1]) - 5}l10 10m0 -10l-10 10` }), label(names.breakdown, breakdown, 400),
    s("circle", { class: "origin", cx: x(0), cy: y(0), r: 4 }), label(names.none, [0, 0], 400),
    marks.map((m) => [s("path", { class: `mark ${m.kind}`, d: diamond(x(m.at[0]), y(m.at[1]), m.kind === "signed" ? 7 : 5.5) }), label(m.label, m.at, m.kind === "signed" ? 700 : 400)]));
}
