// Long work that a tab shows: it starts when the tab is first opened, reports how far it is, can be cancelled, is kept for
// every place it was done at, and is marked when the page has moved on since.
//

import { announce, h, replace } from "./dom.js";

const known = new Map(); // kind, arguments and basis as text → {result, id}
const MOST = 60;
const AT_ONCE = 2; // jobs this page has on the server at a time
const line = [];
let running = 0;

const left = (seconds) =>
  !Number.isFinite(seconds) ? "" : seconds < 1.5 ? "about a second left" : seconds < 90 ? `about ${Math.round(seconds)} seconds left` : `about ${Math.round(seconds / 60)} minutes left`;

function turn(signal) {
  return new Promise((resolve, reject) => {
    const mine = { resolve, reject };
    signal.addEventListener("abort", () => {
      const at = line.indexOf(mine);
      if (at >= 0) { line.splice(at, 1); reject(new DOMException("cancelled", "AbortError")); }
    }, { once: true });
    line.push(mine);
    next();
  });
}

function next() {
  while (running < AT_ONCE && line.length) {
    running += 1;
    line.shift().resolve();
  }
}

// Work that was begun and not ended outlives a reload: the server goes on with it, and so does the page.
const BEGUN = "detente-begun";
const begun = () => { try { return new Set(JSON.parse(sessionStorage.getItem(BEGUN) ?? "[]")); } catch { return new Set(); } };
function note(change) {
  const keys = begun();
  change(keys);
  try { sessionStorage.setItem(BEGUN, JSON.stringify([...keys].slice(-8))); } catch { /* then only this page knows */ }
}
const begin = (at) => note((keys) => keys.add(at));
const end = (at) => note((keys) => keys.delete(at));

/**
 * The part of the state that a result of this basis hangs on: "state" all of it; "odds" the negotiation and the reader's own odds;
 * "dossier" the negotiation alone. A horizon that is not chosen is the negotiation's own.
 */
export function basisState(app, basis) {
  const { odds, ...state } = app.solveState();
  const all = { ...state, horizon: state.horizon ?? app.view?.horizon ?? null };
  const own = basis !== "dossier" && odds ? { odds } : {};
  return basis === "state" ? { ...all, ...own } : { ...all, scenario: null, levers: {}, against: null, ...own };
}

/**
 * {node, update(), run(), result()}. `label` names the work on its button and to a screen reader; `args()` gives the arguments;
 * `show(result, box, done)` puts the result into `box` (done: {id, files, key}) in place of what is there; `follows`: it is worked out anew
 * by itself when the page moves on; `moved`: what to say until it is.
 */
export function workPanel(app, { kind, label, basis = "dossier", args = () => ({}), show, auto = true, follows = false, hint = "", moved }) {
  const bar = h("progress", { max: "1", "aria-label": `${label}: progress` });
  const words = h("span", { class: "quiet" });
  const box = h("div", { class: "job-result" });
  const stop = h("button", { type: "button", class: "small", "aria-label": `Cancel: ${label}`, on: { click: () => controller?.abort() } }, "Cancel");
  const progress = h("div", { class: "job-progress", hidden: true }, h("b", null, label), bar, words, stop);
  const button = h("button", { type: "button", class: "primary", on: { click: () => run() } }, label);
  const start = h("div", { class: "job-start" }, button, hint ? h("span", { class: "quiet" }, hint) : null);
  const old = h("p", { class: "stale", role: "status", hidden: true }, h("span", null, moved ?? { state: "The levers have moved since this was worked out.", odds: "This was worked out for another horizon or other odds.", dossier: "This was worked out for another horizon." }[basis]),
    " ", h("button", { type: "button", class: "small", on: { click: () => run() } }, "Work it out again"));
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const node = h("div", { class: "job", data: { kind } }, start, progress, trouble, old, box);
  let controller = null;
  let shown = null; // key of what is on the page
  let refused = null; // key that was cancelled or failed: not started again by itself
  let dossier = null;

  const key = () => JSON.stringify([kind, args(), basisState(app, basis)]);

  function put(found, at) {
    shown = at;
    box.classList.remove("old");
    old.hidden = true;
    start.hidden = true;
    show(found.result, box, { id: found.id, files: found.files, key: at });
  }

  function say(message) {
    trouble.textContent = message;
    trouble.hidden = !message;
  }

  async function run() {
    if (controller) return;
    const at = key();
    if (known.has(at)) { say(""); put(known.get(at), at); return; }
    const mine = new AbortController();
    controller = mine;
    say("");
    start.hidden = true;
    progress.hidden = false;
    old.hidden = true;
    bar.removeAttribute("value");
    words.textContent = "waiting";
    let mineRuns = false;
    try {
      await turn(mine.signal);
      mineRuns = true;
      begin(at);
      const done = await app.runJob(kind, args(), (job) => {
        if (Number.isFinite(job.progress) && job.progress > 0) bar.value = job.progress;
        words.textContent = job.status === "queued" ? "waiting for its turn" : [job.message, left(job.eta_s)].filter(Boolean).join(", ");
      }, mine.signal, basisState(app, basis));
      known.set(at, { result: done.result, id: done.id, files: done.files ?? [] });
      if (known.size > MOST) known.delete(known.keys().next().value);
      announce(`${label}: done.`);
    } catch (error) {
      refused = at;
      if (error.name === "AbortError") say("");
      else say(error.message);
      if (error.name === "AbortError") announce(`${label}: cancelled.`);
    } finally {
      end(at);
      if (mineRuns) { running -= 1; next(); }
      controller = null;
      progress.hidden = true;
    }
    update();
  }

  /** Show what is known for the place there is now; start the work if it is new; mark what is out of date. */
  function update() {
    const place = app.solveState();
    const own = JSON.stringify([place.dossier, place.content]);
    if (own !== dossier) {
      dossier = own;
      if (controller) controller.abort();
      shown = null;
      say("");
      replace(box);
    }
    const at = key();
    if (at === shown) { old.hidden = true; box.classList.remove("old"); return; }
    if (known.has(at)) { say(""); put(known.get(at), at); return; }
    const stale = shown !== null;
    box.classList.toggle("old", stale);
    if (controller) return;
    start.hidden = stale;
    old.hidden = !stale;
    if (refused !== at && (auto && !stale || follows && stale || begun().has(at))) run();
  }

  return { node, update, run, waits: () => controller !== null || begun().has(key()), result: () => (shown === null ? null : known.get(shown)?.result ?? null) };
}
