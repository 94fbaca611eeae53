// Ranked bars with ranges: who gains and who loses. A figure that prints as nothing has no bar; a range that says too little is
// told in words. Every figure opens its reasons.

import { h, replace, s } from "./dom.js";
import { capital } from "./words.js";
import { accentVar } from "./colours.js";
import { figureButton, keepingFocus } from "./front.js";
import { takeAway } from "./take.js";

const WIDE = 2.6; // ranges reach at most so far beyond the largest figure; beyond that an arrow
const UNSURE = new Set(["open", "wide"]); // what may be said of a figure whose range says too little: the server says it in words

/** From where to where the bars go: [low, high] around zero. */
export function domain(rows) {
  const most = Math.max(...rows.filter((r) => r.drawn).map((r) => Math.abs(r.value)), 0);
  if (!most) return [0, 0];
  const ends = rows.filter((r) => r.drawn || UNSURE.has(r.sign)).flatMap((r) => [r.value, r.low ?? r.value, r.high ?? r.value]).map((v) => Math.max(-WIDE * most, Math.min(WIDE * most, v)));
  return [Math.min(0, ...ends), Math.max(0, ...ends)];
}

function bar(row, [low, high], width) {
  const at = (v) => 3 + ((Math.max(low, Math.min(high, v)) - low) / (high - low || 1)) * (width - 6);
  const zero = at(0);
  const ranged = Number.isFinite(row.low) && Number.isFinite(row.high);
  const drawn = row.drawn && high > low;
  const beyond = (v, end, way) => (ranged && v * way > end * way * 1.0001 ? s("path", { d: `M${at(end)} 6l${5 * way} 4l${-5 * way} 4z`, class: "beyond" }) : null);
  return s("svg", { viewBox: `0 0 ${width} 20`, width, height: 20, class: "bar-drawing", "aria-hidden": "true", focusable: "false" },
    drawn ? s("rect", { x: Math.min(zero, at(row.value)), y: 4, width: Math.max(1, Math.abs(at(row.value) - zero)), height: 12, fill: row.role === "other" ? "var(--other)" : accentVar(row.region), opacity: UNSURE.has(row.sign) ? 0.45 : 1 }) : null,
    drawn && ranged ? ["halo-line", "whisker"].map((name) => s("path", { d: `M${at(row.low)} 10H${at(row.high)}`, class: name })) : null,
    drawn ? [beyond(row.low, low, -1), beyond(row.high, high, 1)] : null,
    s("path", { d: `M${zero} 0V20`, class: "zero" }));
}

/** The bars as the server draws them. */
export const answerFigure = (app) => ({ name: "answer", body: { states: [app.solveState()], unit: app.place.unit, region: app.place.region, ranges: true } });

/** {node, update(app)} */
export function rankedBars() {
  const title = h("h2", { class: "title", id: "bars-title" });
  const subtitle = h("p", { class: "subtitle" });
  const list = h("ol", { class: "bar-list" });
  const nothing = h("p", { class: "quiet", hidden: true });
  const node = h("figure", { class: "ranked belongs", "aria-labelledby": "bars-title" }, h("figcaption", null, h("div", null, title, subtitle)), list, nothing, h("p", { class: "note" }, takeAway(() => answerFigure(now), "the bars")));
  let now = null;
  let width = 0;

  function draw() {
    const room = Math.floor(list.clientWidth);
    if (!now || room < 60) return;
    width = room;
    const { bars } = now.front;
    const rows = [...bars.rows.filter((r) => r.shown), bars.world];
    const names = room < 520 ? 112 : 168;
    const space = Math.max(60, room - names - (room < 520 ? 104 : 176));
    const ends = domain(rows);
    node.style.setProperty("--names", `${names}px`);
    node.style.setProperty("--space", `${space}px`);
    keepingFocus(list, () => replace(list, rows.map((row) => h("li", { class: `${row.role ?? "other"}${row.region === "WORLD" ? " world" : ""}`, data: { region: row.region, value: row.value } },
      h("span", { class: "who" }, capital(row.name)), bar(row, ends, space),
      h("span", { class: "value" }, figureButton(now, row.number, room < 520 && row.sign === "open" ? "open" : row.text))))));
    list.hidden = Boolean(bars.nothing);
    nothing.hidden = !bars.nothing;
    nothing.textContent = bars.nothing;
  }

  new ResizeObserver(() => { if (Math.floor(list.clientWidth) !== width) draw(); }).observe(list);

  return {
    node,
    update(app) {
      now = app;
      const { bars, when } = app.front;
      title.textContent = bars.title;
      replace(subtitle, `${bars.measure}; ${when}, against ${bars.against}`, h("span", { class: "extra" }, bars.rows.some((r) => r.low !== null) ? ". Thin lines: the range" : ". Ranges are being worked out"));
      list.hidden = false;
      draw();
    },
  };
}

/** A figure of the answer with its unit, or what is said in its place. */
export const inWords = (app, row) => app.front.numbers[row.number][UNSURE.has(row.sign) ? "said" : "text"];
