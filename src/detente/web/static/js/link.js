// The share link: the whole scenario in the address after #, never sent to the server by the browser.
//   #s=<base64url of raw-deflated JSON>     #j=<base64url of JSON>, where the browser cannot compress
//   #k=<name>, a state kept on the server under a short link
// What arrives is checked field by field; a link that is not one of ours is refused with a reason.

import { get } from "./api.js";

const MOST_LINK = 400_000; // characters
const MOST_JSON = 1_500_000; // bytes once unpacked
const TABS = /^[a-z][a-z-]{0,30}$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** A link that cannot be read; its message is meant for the reader. */
export class LinkError extends Error {}

// -- base64url and deflate ---------------------------------------------------------------------------------------------
function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new LinkError("It holds characters no link of this page has.");
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  } catch {
    throw new LinkError("It is cut off or mistyped.");
  }
}

async function through(bytes, stream, most = Infinity) {
  const writer = stream.writable.getWriter();
  const fed = writer.write(bytes).then(() => writer.close());
  fed.catch(() => undefined);
  const chunks = [];
  let size = 0;
  for (const reader = stream.readable.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel().catch(() => undefined);
      throw new LinkError("It unpacks to more than this page accepts.");
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) { whole.set(chunk, at); at += chunk.length; }
  return whole;
}

// -- writing -----------------------------------------------------------------------------------------------------------
/** The fragment for a place: {v, dossier, content, scenario, levers, horizon, against, world, odds, tab, region, show, unit, pins}. */
export async function writeLink(place) {
  const bytes = new TextEncoder().encode(JSON.stringify(place));
  if (typeof CompressionStream === "function") {
    return `#s=${toBase64(await through(bytes, new CompressionStream("deflate-raw")))}`;
  }
  return `#j=${toBase64(bytes)}`;
}

/** The place that a short link stands for. */
async function keptPlace(name) {
  try {
    const { basis, ...place } = await get(`/links/${name}`);
    return { v: 1, world: null, ...place, against: place.against ?? basis ?? null };
  } catch (error) {
    throw new LinkError(error.message);
  }
}

// -- reading -----------------------------------------------------------------------------------------------------------
/** The place a fragment names, null for none. Throws `LinkError`. */
export async function readLink(fragment) {
  if (!fragment || fragment === "#") return null;
  const short = /^#k=([a-z2-7]{12})$/.exec(fragment);
  if (short) return checkPlace(await keptPlace(short[1]));
  const match = /^#([sj])=(.*)$/s.exec(fragment);
  if (!match) return null;
  if (match[2].length > MOST_LINK) throw new LinkError("It is longer than any link of this page.");
  if (!match[2]) throw new LinkError("It is empty after the sign #.");
  let bytes = fromBase64(match[2]);
  if (match[1] === "s") {
    if (typeof DecompressionStream !== "function") throw new LinkError("This browser cannot unpack it; a newer one can.");
    try {
      bytes = await through(bytes, new DecompressionStream("deflate-raw"), MOST_JSON);
    } catch (error) {
      if (error instanceof LinkError) throw error;
      throw new LinkError("It is cut off or mistyped.");
    }
  }
  let place;
  try {
    place = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new LinkError("What it holds is not a scenario.");
  }
  return checkPlace(place);
}

const isObject = (x) => typeof x === "object" && x !== null && !Array.isArray(x);
const nameOrNull = (x) => x === null || x === undefined || (typeof x === "string" && NAME.test(x));

function checkLevers(levers) {
  if (!isObject(levers) || Object.keys(levers).length > 300) throw new LinkError("Its levers are not a list of values.");
  for (const [key, value] of Object.entries(levers)) {
    if (!/^[\w.:>-]{1,120}$/.test(key) || key === "__proto__" || typeof value !== "number" || !Number.isFinite(value)) {
      throw new LinkError("One of its levers has no number.");
    }
  }
}

/** `place` if every field is what it should be. Throws `LinkError`. */
export function checkPlace(place) {
  if (!isObject(place)) throw new LinkError("What it holds is not a scenario.");
  const known = ["v", "dossier", "content", "scenario", "levers", "horizon", "against", "world", "odds", "tab", "region", "show", "unit", "pins"];
  const odd = Object.keys(place).find((key) => !known.includes(key));
  if (odd !== undefined) throw new LinkError("It has a part this page does not know.");
  if (place.v !== 1) throw new LinkError("It was made by another version of this page.");
  for (const key of ["dossier", "scenario", "against", "world", "region", "show", "unit"]) {
    if (!nameOrNull(place[key])) throw new LinkError(`Its ${key} is not a name.`);
  }
  if (place.horizon !== null && place.horizon !== undefined && !(typeof place.horizon === "string" && /^[\w ]{1,40}$/.test(place.horizon))) throw new LinkError("Its horizon is not a name.");
  if (place.tab !== undefined && !(typeof place.tab === "string" && TABS.test(place.tab))) throw new LinkError("Its tab is not a name.");
  const own = place.content ?? null;
  if (own !== null && !isObject(own)) throw new LinkError("Its dossier is not a dossier.");
  if ((own === null) === ((place.dossier ?? null) === null)) throw new LinkError("It names no dossier, or two.");
  checkLevers(place.levers ?? {});
  const odds = place.odds ?? null;
  if (odds !== null && !(isObject(odds) && Object.keys(odds).length <= 100 && Object.entries(odds).every(([fork, branches]) => NAME.test(fork) && isObject(branches)
    && Object.entries(branches).every(([branch, p]) => NAME.test(branch) && typeof p === "number" && p >= 0 && p <= 1)))) {
    throw new LinkError("Its odds are not chances of ways on.");
  }
  const pins = place.pins ?? [];
  if (!Array.isArray(pins) || pins.length > 6 || !pins.every((x) => isObject(x) && nameOrNull(x.scenario) && typeof x.name === "string" && x.name.length <= 80)) throw new LinkError("Its pinned settings are not a list of settings.");
  for (const pin of pins) checkLevers(pin.levers ?? {});
  return { ...place, content: own, dossier: place.dossier ?? null, scenario: place.scenario ?? null, levers: { ...place.levers }, pins };
}
