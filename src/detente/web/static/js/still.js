// A still chart: drawn by the server from the specification the report uses, put into the page as SVG in the page's colours.
// The chart before stays, faint, until the new one has come; while levers move nothing is asked for. A chart is drawn for the
// room there is, in steps, and again when that changes; what was drawn is kept.

import { get, post } from "./api.js";
import { h, replace } from "./dom.js";
import { figureBox } from "./figure.js";

const WAIT = 250; // ms without a change before a chart is asked for
const [STEP, LEAST, MOST] = [40, 240, 960]; // px
const KEPT = 120;
const kept = new Map(); // key and width → what came

const DRAWN = new Set(["svg", "g", "path", "text", "tspan", "line", "rect", "circle", "defs", "clipPath"]);

/** The element of a drawing's text: only marks, and nothing in them that runs or loads. It is cleaned before the page sees it. */
function drawing(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  for (const node of [root, ...root.querySelectorAll("*")]) {
    if (!DRAWN.has(node.localName)) node.remove();
    else for (const { name } of [...node.attributes]) if (/^on|^style$|href$/i.test(name)) node.removeAttribute(name);
  }
  return document.importNode(root, true);
}

/** How a chart of a state, or of several, is asked for; `more` are the other fields of the question. */
export function ofState(name, states, csv, more = {}) {
  const body = { states: [states].flat(), ...more };
  return { key: `${name} ${JSON.stringify(body)}`, csv, take: { name, body }, ask: (width, signal) => post(`/figures/${name}.json`, { ...body, width }, { signal }) };
}

/** How a chart of finished long work is asked for. */
export function ofJob(id, name, csv) {
  const path = `/jobs/${encodeURIComponent(id)}/figures/${encodeURIComponent(name)}.json`;
  return { key: path, csv, ask: (width, signal) => get(`${path}?width=${width}`, { signal }) };
}

/**
 * {node, want({key, ask, csv}), say(title, subtitle)}. `key` names what is to be drawn, as text; `ask(width, signal)` gets
 * {title, subtitle, note, svg} from the server; `csv` is the data behind it, as in `figureBox`.
 */
export function stillBox(options = {}) {
  const box = figureBox({ ...options, kind: `still ${options.kind ?? ""}` });
  const frame = h("div", { "aria-busy": "false" });
  let wanted = null;
  let shown = { key: null, title: "…", subtitle: "", note: "" };
  let asked = null; // key of what is being fetched or is about to be
  let width = 0;
  let timer = 0;
  let controller = null;

  function waiting(on) {
    box.node.classList.toggle("waiting", on);
    frame.setAttribute("aria-busy", String(on));
  }

  function stop() {
    clearTimeout(timer);
    controller?.abort();
    controller = null;
    asked = null;
  }

  function paint() {
    const { title, subtitle, note } = shown;
    box.set({ title, subtitle, note, csv: wanted?.take ? null : wanted?.csv, take: wanted?.take ?? null, draw(room) { width = Math.min(MOST, Math.max(LEAST, Math.floor(room / STEP) * STEP)); check(); return frame; } });
  }

  function check() {
    if (!wanted || !width) return;
    const key = `${width} ${wanted.key}`;
    if (key === asked) return;
    stop();
    if (key === shown.key) { waiting(false); return; }
    if (kept.has(key)) { put(key, kept.get(key)); return; }
    asked = key;
    waiting(true);
    timer = setTimeout(() => fetchIt(key, wanted), WAIT);
  }

  function put(key, found) {
    asked = null;
    shown = { ...found, key };
    waiting(false);
    replace(frame, drawing(found.svg));
    paint();
  }

  async function fetchIt(key, { ask }) {
    const mine = new AbortController();
    controller = mine;
    try {
      const found = await ask(width, mine.signal);
      kept.set(key, found);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
      if (controller === mine) put(key, found);
    } catch (error) {
      if (controller !== mine || error.name === "AbortError") return;
      waiting(false);
      const again = h("button", { type: "button", class: "link", on: { click: () => { asked = null; check(); } } }, "Try again");
      replace(frame, h("p", { class: "problem", role: "status" }, `This chart could not be drawn: ${error.message} `, again));
      shown = { ...shown, key: null };
    }
  }

  return {
    node: box.node,
    want(what) {
      wanted = what;
      paint();
      check();
    },
    /** There is nothing to draw, and why. */
    say(title, subtitle = "") {
      stop();
      wanted = null;
      waiting(false);
      replace(frame);
      shown = { key: null, title, subtitle, note: "" };
      paint();
    },
  };
}
