// The one store: where the reader is. Everything that a share link carries is here and nowhere else.
//   place = {v, dossier | content, scenario, levers, horizon, against, world, odds, tab, region, show, unit, pins}
// A change is written into the address: as a new step of the browser's history ("push") or in place ("replace").

import { LinkError, checkPlace, readLink, writeLink } from "./link.js";

const listeners = new Set();
let place = null;
let writes = 0;
let mode = "replace";
let settled = Promise.resolve();

export const getPlace = () => place;
export const onPlace = (listener) => listeners.add(listener);
/** Resolves once the address says what the page shows. */
export const addressSettled = () => settled;

/** The part of the place that the server answers for. */
export function solveState(from = place) {
  const { v, dossier, content, scenario, levers, horizon, against, world, odds } = from;
  const own = odds && Object.keys(odds).length ? { odds } : {};
  return { v, dossier: dossier ?? null, content: content ?? null, scenario: scenario ?? null, levers, horizon: horizon ?? null, against: against ?? null, world, ...own };
}

/** Change part of the place; `history` is "push", "replace" or "none". */
export function setPlace(patch, history = "replace") {
  const before = place;
  place = { ...place, ...patch };
  const changed = Object.keys(place).filter((key) => before?.[key] !== place[key]);
  if (history !== "none") writeAddress(history === "push" && inOneGo(changed) ? "replace" : history);
  for (const listener of listeners) listener(place, changed);
}

let lastLever = -Infinity;
/** Whether a change goes on with the one before: a lever moved by keys is one step, not thirty. */
function inOneGo(changed) {
  const lever = changed.every((key) => key === "levers");
  const soon = lever && performance.now() - lastLever < 1200;
  lastLever = lever ? performance.now() : -Infinity;
  return soon;
}

function writeAddress(history) {
  if (place.tab === "table" && location.hash.startsWith("#/table/")) return; // a seat's address stays while it is looked at
  if (history === "push") mode = "push";
  const mine = (writes += 1);
  settled = writeLink(place).then((fragment) => {
    if (mine !== writes) return settled; // a newer change writes instead, and keeps the step if one was asked for
    const now = mode;
    mode = "replace";
    if (fragment === location.hash) return undefined;
    if (now === "push") window.history.pushState(null, "", fragment);
    else window.history.replaceState(null, "", fragment);
    return undefined;
  });
}

/** The place in the address, or null; a refused link is reported through `refuse(message)`. */
export async function placeFromAddress(refuse) {
  try {
    return await readLink(location.hash);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    refuse(error.message);
    return null;
  }
}

const SEATS = /^#\/table\/([a-z0-9]{10})\/([A-Za-z0-9_-]{20,30}(?:\.[A-Za-z0-9_-]{20,30}){0,3})$/;

/** The room and tokens an address names, null for another address. */
export function seatsOf(hash) {
  const found = SEATS.exec(hash);
  return found ? { room: found[1], tokens: found[2].split(".") } : null;
}

/** Follow back, forward and pasted addresses. */
export function followAddress(apply, refuse) {
  window.addEventListener("hashchange", async () => {
    writes += 1; // whatever was about to be written is out of date
    const found = await placeFromAddress(refuse);
    if (found) apply(found);
  });
}

export { checkPlace };
