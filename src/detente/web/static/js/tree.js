// The scenario tree: every path a band as wide as its probability, a column a date, labels on the bands. Bands are reached with
// one tab stop and the arrow keys (right: onward, left: back, up and down: the other branches); the one chosen is told beside it.

import { s } from "./dom.js";
import { longDay, shortDay } from "./words.js";
import { chance } from "./measure.js";
import { textWidth, wrapped } from "./figure.js";

const SCALE = 300; // px for a probability of one
const SLOT = 7; // px an end needs at least
const LINE = 13;
const LAST = 1.3; // the last column is so much wider: its labels have nothing after them
const GAP = /[\u202f\u00a0]/g; // spaces that do not break

const list = (node) => [...node.children.values()];

function place(node, top) {
  const own = node.p * SCALE;
  const kids = list(node);
  if (!kids.length) {
    node.height = Math.max(own, SLOT) + 3;
    node.y = top + node.height / 2;
    return node.height;
  }
  let at = top;
  for (const child of kids) at += place(child, at);
  node.height = Math.max(at - top, own + 3);
  const shift = (node.height - (at - top)) / 2;
  if (shift > 0.5) slide(node, shift);
  node.y = kids.reduce((sum, c) => sum + c.y * c.p, 0) / (kids.reduce((sum, c) => sum + c.p, 0) || 1);
  if (!Number.isFinite(node.y)) node.y = top + node.height / 2;
  return node.height;
}

function slide(node, by) {
  for (const child of list(node)) {
    child.y += by;
    slide(child, by);
  }
}

/**
 * An SVG. `tree` of paths.js; `tone(scenario)` a CSS colour; `start`, `until` ISO dates; `chosen` a path as text; `pick(node)`.
 */
export function treeChart(tree, width, { tone, start, until, chosen, pick }) {
  const { root, dates } = tree;
  const left = 12;
  const right = 44;
  const columns = dates.length;
  const step = (width - left - right) / (columns + LAST - 1);
  const x = (c) => left + c * step;
  const bend = Math.min(40, step * 0.34);
  const heads = dates.map((d) => ({ date: d, forks: tree.forks.filter((f) => f.date === d) }));
  const headLines = heads.map((hd) => wrapped(hd.forks.map((f) => f.title).join(" "), step - 10, 12, 4));
  const top = 24 + Math.max(...headLines.map((l) => l.length)) * LINE + 12;
  let bottom = top;
  for (const child of list(root)) bottom += place(child, bottom) + 5;
  root.y = list(root).reduce((sum, c) => sum + c.y * c.p, 0);
  const nodes = [];
  const walk = (node, depth) => { for (const child of list(node)) { child.depth = depth; nodes.push(child); walk(child, depth + 1); } };
  walk(root, 0);
  const bands = new Map();
  let stop = nodes.find((n) => n.path.join(" ") === chosen) ?? nodes[0];

  for (const parent of [root, ...nodes]) {
    let at = parent.y - (parent.p * SCALE) / 2;
    for (const child of list(parent)) {
      child.from = at + (child.p * SCALE) / 2;
      at += child.p * SCALE;
    }
  }

  function labelOf(node, room) {
    const told = node.p >= 0.03 ? `${node.branch.title} ${chance(node.p)}` : "";
    if (!told) return [];
    const space = Math.max(node.height, node.p * SCALE);
    return wrapped(told.replace(GAP, "\ue000"), room, 12, space >= 3 * LINE + 2 ? 3 : space >= 1.5 * LINE ? 2 : 1).map((l) => l.replaceAll("\ue000", "\u202f"));
  }

  const drawn = nodes.map((node) => {
    const kids = list(node);
    const x0 = x(node.column);
    const x1 = kids.length ? x(Math.min(...kids.map((k) => k.column))) : width - right;
    const thick = Math.max(node.p * SCALE, 0.8);
    const room = x1 - x0 - bend - 8;
    const lines = labelOf(node, room);
    const half = thick / 2;
    const [c1, c2, x2] = [x0 + bend * 0.55, x0 + bend * 0.45, x0 + bend];
    const shape = (r) => `M${x0} ${node.from - r}C${c1} ${node.from - r} ${c2} ${node.y - r} ${x2} ${node.y - r}H${x1 + 0.5}V${node.y + r}H${x2}C${c2} ${node.y + r} ${c1} ${node.from + r} ${x0} ${node.from + r}Z`;
    const g = s("g", {
      class: "branch", tabindex: node === stop ? "0" : "-1", role: "button", "data-path": node.path.join(" "),
      "aria-label": `${node.fork.title} ${longDay(node.fork.date)}: ${node.branch.title}. Probability of this path so far ${chance(node.p)}.`,
    },
    s("path", { d: shape(half), fill: tone(node.scenario), class: "band" }),
    s("path", { d: shape(Math.max(half, 6)), class: "reach" }),
    lines.map((line, k) => s("text", { x: x0 + bend + 3, y: node.y + 4 + (k - (lines.length - 1) / 2) * LINE, "font-size": 12, class: "band-label" }, line)),
    kids.length ? null : s("text", { x: width - right + 5, y: node.y + 4, "font-size": 12, class: "quiet figure" }, node.p >= 0.02 ? chance(node.p) : ""));
    const tell = () => {
      bands.get(stop)?.setAttribute("tabindex", "-1");
      bands.get(stop)?.classList.remove("shown");
      stop = node;
      g.setAttribute("tabindex", "0");
      g.classList.add("shown");
      pick(node);
    };
    g.addEventListener("focus", tell);
    g.addEventListener("click", tell);
    bands.set(node, g);
    return g;
  });
  if (stop) bands.get(stop).classList.add("shown");

  const svg = s("svg", { viewBox: `0 0 ${width} ${bottom + 6}`, width, height: bottom + 6, role: "group", "aria-label": `Scenario tree from ${longDay(start)} to ${longDay(until)}: arrow keys go along and across its branches` },
    heads.map((hd, k) => [
      s("path", { d: `M${x(k)} ${top - 6}V${bottom}`, class: "grid" }),
      s("text", { x: x(k) + 2, y: 14, "font-size": 12, "font-weight": 700 }, textWidth(shortDay(hd.date), 12, 700) < step - 40 ? `${shortDay(hd.date)} ${hd.date.slice(0, 4)}` : shortDay(hd.date)),
      headLines[k].map((line, j) => s("text", { x: x(k) + 2, y: 29 + j * LINE, "font-size": 12, class: "quiet" }, line))]),
    s("text", { x: width - 2, y: 14, "font-size": 12, "font-weight": 700, "text-anchor": "end" }, `${shortDay(until)} ${until.slice(0, 4)}`),
    drawn);

  svg.addEventListener("keydown", (event) => {
    const node = nodes.find((n) => n.path.join(" ") === event.target.dataset?.path);
    if (!node) return;
    const peers = nodes.filter((n) => n.depth === node.depth);
    const at = peers.indexOf(node);
    const to = { ArrowRight: list(node)[0], ArrowLeft: node.up?.branch ? node.up : null, ArrowDown: peers[at + 1], ArrowUp: peers[at - 1] }[event.key];
    if (to === undefined && !event.key.startsWith("Arrow")) {
      if (event.key === "Enter" || event.key === " ") event.preventDefault();
      return;
    }
    event.preventDefault();
    if (to) bands.get(to).focus();
  });
  return svg;
}
