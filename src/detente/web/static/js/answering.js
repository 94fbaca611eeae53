// From settings to an answer: what is asked when, which answer counts, what happens when none comes.
// The answer in words comes first; its ranges, the odds and what others find follow once the levers rest.

import { ApiError, get, post } from "./api.js";
import { announce } from "./dom.js";
import { app, keep, keyOf } from "./app.js";
import { answerIs } from "./notices.js";
import { onPlace, solveState } from "./state.js";
import { createSolver } from "./solver.js";

const REST = 350; // ms without a change before ranges and drivers are asked for
const WARM = 1500; // ms without an answer before the server is asked how it is
const AGAIN = [3, 6, 12, 30, 60]; // seconds between tries where the server does not answer

let tell = () => undefined;
let resting = 0;
let filling = null; // of the request for what takes longer
let warming = 0;
let retry = 0;
let tries = 0;
let shownKey = "";
const fulls = new Map(); // asked → the answer with its ranges, odds and what others find

/** A fault that may pass: the server is away, busy, or has not had the time yet. */
const passes = (error) => error.kind === "unreachable" || error.status === 503 || error.status === 504;

/** What the server is asked: the state, the unit, and the economy picked besides the parties. */
function asked() {
  const { unit, region } = app.place;
  return { ...solveState(), unit, region };
}

const here = () => keyOf(asked());
function showFront(front) {
  app.front = front;
  document.body.dataset.waits = front.waits.join(" "); // what is still being worked out
}

/** Whether the answer on the page is that of the settings on the page. */
export const belongs = () => shownKey === here();

const solver = createSolver(async (wanted, signal) => fulls.get(keyOf(wanted)) ?? post("/answer", wanted, { signal }), {
  busy() {
    answerIs(shownKey ? "asked" : "waiting");
    clearTimeout(warming);
    warming = setTimeout(howIsTheServer, WARM);
  },
  answer(front, wanted, latest) {
    if (wanted.dossier !== app.place.dossier || wanted.content !== app.place.content) return; // of a dossier left meanwhile
    showFront(front);
    shownKey = keyOf(wanted);
    if (latest) {
      tries = 0;
      clearTimeout(warming);
      clearTimeout(resting);
      answerIs("current");
      resting = setTimeout(() => rest(wanted), REST);
    }
    tell("answer");
  },
  error(error) {
    clearTimeout(warming);
    answerIs("old", { message: error instanceof ApiError ? error.message : "Something on this page went wrong; reload it.", again });
    if (passes(error)) {
      clearTimeout(retry);
      retry = setTimeout(again, 1000 * AGAIN[Math.min(tries, AGAIN.length - 1)]);
      tries += 1;
    }
  },
});

function again() {
  clearTimeout(retry);
  if (app.view && document.body.dataset.answer === "old") solver.want(asked());
}

/** An answer is late: perhaps because the server has only just started. */
async function howIsTheServer() {
  if (!["waiting", "asked"].includes(document.body.dataset.answer)) return;
  const health = await get("/../../healthz").catch(() => null);
  if (health && !health.ready && document.body.dataset.answer !== "current") {
    answerIs(document.body.dataset.answer, { message: "The server has only just started; its first answer takes about fifteen seconds." });
  }
}

const answerText = () => document.getElementById("answer").textContent;

/** The levers have come to rest: say the result, and ask for what takes longer. */
async function rest(wanted) {
  const key = keyOf(wanted);
  const current = () => here() === key && shownKey === key;
  if (!current()) return;
  const said = answerText();
  announce(said);
  if (!app.front.waits.length) return;
  filling?.abort();
  filling = new AbortController();
  try {
    const front = keep(fulls, key, await post("/answer", { ...wanted, full: true }, { signal: filling.signal }));
    if (!current()) return;
    showFront(front);
    tell("full");
    if (answerText() !== said) announce(answerText()); // ranges may change what can be said
  } catch (error) {
    if (!current()) return;
    answerIs("current", { message: `Ranges, odds and what others find are missing: ${error.message}` });
    if (passes(error)) resting = setTimeout(() => rest(wanted), 1000 * AGAIN[1]);
  }
}

/** Ask for the answer to where the reader is, from now on after every change. `told` is called with what is new. */
export function startAnswering(told) {
  tell = told;
  window.addEventListener("online", again);
  onPlace((place, changed) => {
    if (!["dossier", "content", "scenario", "levers", "horizon", "against", "world", "odds", "unit", "region"].some((key) => changed.includes(key))) return;
    clearTimeout(resting);
    clearTimeout(retry);
    if (!belongs()) {
      filling?.abort(); // nobody waits for the ranges of what has been left
      answerIs(shownKey ? "asked" : "waiting");
    }
    solver.want(asked());
  });
}

/** Another negotiation: what was shown is of none. */
export function forget() {
  app.answer = null;
  app.front = null;
  delete document.body.dataset.waits;
  shownKey = "";
  answerIs("waiting");
}
