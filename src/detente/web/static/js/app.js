// What every part of the page shares: where the reader is, what is known of it, what things are called.

import { post, startJob } from "./api.js";
import { capital, inText, longDay, placesFor } from "./words.js";
import { getPlace, setPlace, solveState } from "./state.js";

const MOST = 60;
const answers = new Map(); // state as text → answer, for the parts that ask for several
const ranges = new Map();
export const keyOf = (state) => JSON.stringify(state);

/** Keep a value by its key; the oldest goes where there are too many. */
export function keep(map, key, value, most = MOST) {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value);
  return value;
}

const asked = (map, path) => async (state, signal) => {
  const key = keyOf(state);
  return map.get(key) ?? keep(map, key, await post(path, state, { signal }));
};

const names = new Map();
const sectors = new Map();

export const app = {
  catalogue: null,
  view: null,
  /** The answer to the state of the page in words, numbers, dials and bars (/answer); null until it is there. */
  front: null,
  /** The same for every economy (/solve). */
  answer: null,
  get place() { return getPlace(); },
  solveState: () => solveState(),
  set: (patch, history) => setPlace(patch, history),
  select: (region) => setPlace({ region: region === getPlace().region ? null : region }, "push"),
  regionName: (code) => (code === "WORLD" ? "World" : capital(names.get(code) ?? code)),
  /** In running text: “the United States”. */
  inText: (code) => inText(app.regionName(code)),
  sectorName: (code) => sectors.get(code) ?? code,
  /** What a scenario is called: what happens in it. */
  scenario: (id) => app.view?.scenarios.find((x) => x.id === id)?.title ?? capital(id.replaceAll("-", " ")),
  against: () => app.front?.against ?? `the status quo of ${longDay(app.view.as_of)}`,
  run: () => {
    const id = getPlace().horizon ?? app.view.horizon ?? app.front?.horizon;
    return app.catalogue.horizons.find((x) => x.id === id)?.label ?? id;
  },
  /** Whether the page shows the status quo, with nothing moved. */
  still: () => [null, "status-quo"].includes(getPlace().scenario) && !Object.keys(getPlace().levers).length,
  runJob: (kind, args, onProgress, signal, state = solveState()) => startJob(kind, state, args, onProgress, signal),
  solve: asked(answers, "/solve"),
  ranges: asked(ranges, "/ranges"),
  knownRanges: (state) => ranges.get(keyOf(state)) ?? null,
  currentRanges: () => ranges.get(keyOf(solveState())) ?? null,
  /** Every region of the answer, with its range where it is known. */
  regionRows(answer = app.answer, found = app.currentRanges()) {
    const ends = new Map((found?.regions ?? []).map((r) => [r.region, r]));
    return answer.headline.filter((r) => r.region !== "WORLD").map((r) => ({ ...r, low: ends.get(r.region)?.low ?? r.low ?? null, high: ends.get(r.region)?.high ?? r.high ?? null }));
  },
  /** Decimals of a figure of every region, as its largest needs; money in billions. */
  places: (key) => placesFor(app.regionRows().map((r) => (key.endsWith("_musd") ? r[key] / 1000 : r[key]))),
  /** Parties, host and the world. */
  focusRows(answer = app.answer, found = null) {
    const rows = new Map(app.regionRows(answer, found).map((r) => [r.region, r]));
    const first = [...new Set([...app.view.parties.slice(0, 3).map((p) => p.region), app.view.venue?.region])].filter((c) => rows.has(c));
    const world = { region: "WORLD", name: "World", real_income_pct: answer.world_real_income_pct, low: found?.world?.low ?? null, high: found?.world?.high ?? null };
    return [...first.map((c) => rows.get(c)), world];
  },
  /** What there is to choose from has come. */
  know(catalogue) {
    app.catalogue = catalogue;
    for (const r of catalogue.regions) names.set(r.code, r.name);
    for (const x of catalogue.sectors) sectors.set(x.code, x.name);
  },
};
