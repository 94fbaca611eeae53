// Putting the page together: what is loaded when, and who is told when something changes.

// The tabs register themselves, in this order.
import "./overview.js";
import "./scenarios.js";
import "./measures.js";
import "./economies.js";
import "./talks.js";
import "./outlook.js";
import "./bystanders.js";
import "./exports.js";
import "./tabletab.js";
import { $, announce, h, replace } from "./dom.js";
import { ApiError, get, post, startJob } from "./api.js";
import { colourAs } from "./colours.js";
import { capital, count, longDay, percent, shortDay } from "./words.js";
import { addressSettled, followAddress, getPlace, onPlace, placeFromAddress, setPlace, solveState } from "./state.js";
import { createSolver } from "./solver.js";
import { createLevers } from "./levers.js";
import { createScenarioBar } from "./scenarios.js";
import { createReader } from "./reader.js";
import { daysAhead } from "./deadlines.js";
import { buildTabs, showTab, tabIds } from "./tabs.js";

const REST = 350; // ms without a change before ranges and drivers are asked for
const WORLD = "world-2022";

const answers = new Map(); // state as text → answer, for the tabs that ask for several
const ranges = new Map();
const parts = new Map(); // drivers
const views = new Map();
const keyOf = (state) => JSON.stringify(state);

function keep(map, key, value, most = 60) {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value);
  return value;
}

const app = {
  catalogue: null,
  view: null,
  answer: null,
  get place() { return getPlace(); },
  solveState: () => solveState(),
  set: (patch, history) => setPlace(patch, history),
  select: (region) => setPlace({ region: region === getPlace().region ? null : region }, "push"),
  regionName: (code) => (code === "WORLD" ? "World" : capital(names.get(code) ?? code)),
  sectorName: (code) => sectors.get(code) ?? code,
  against: () => app.answer?.against ?? `the status quo of ${longDay(app.view.as_of)}`,
  run: () => {
    const id = getPlace().horizon ?? app.view.horizon ?? app.answer?.horizon;
    return app.catalogue.horizons.find((x) => x.id === id)?.label ?? id;
  },
  /** Whether the page shows the status quo, with nothing moved. */
  still: () => [null, "status-quo"].includes(getPlace().scenario) && !Object.keys(getPlace().levers).length,
  runJob: (kind, args, onProgress, signal) => startJob(kind, solveState(), args, onProgress, signal),
  /** The answer to any state, kept. */
  async solve(state, signal) {
    const key = keyOf(state);
    return answers.get(key) ?? keep(answers, key, await post("/solve", state, { signal }));
  },
  knownRanges: (state) => ranges.get(keyOf(state)) ?? null,
  async ranges(state) {
    const key = keyOf(state);
    return ranges.get(key) ?? keep(ranges, key, await post("/ranges", state));
  },
  currentRanges: () => ranges.get(keyOf(solveState())) ?? null,
  currentDrivers: () => parts.get(keyOf(solveState())) ?? null,
  /** Every region of the answer, with its range where it is known. */
  regionRows(answer = app.answer, found = app.currentRanges()) {
    const ends = new Map((found?.regions ?? []).map((r) => [r.region, r]));
    return answer.headline.filter((r) => r.region !== "WORLD").map((r) => ({ ...r, low: ends.get(r.region)?.low ?? r.low ?? null, high: ends.get(r.region)?.high ?? r.high ?? null }));
  },
  /** Parties, host, the host's group if the server gives one, and the world. */
  focusRows(answer = app.answer, found = null) {
    const rows = new Map(app.regionRows(answer, found).map((r) => [r.region, r]));
    const first = [...new Set([...app.view.parties.slice(0, 3).map((p) => p.region), app.view.venue?.region])].filter((c) => rows.has(c));
    const groups = (answer.groups ?? []).map((g) => {
      const ends = found?.groups?.find((x) => x.region === g.region);
      return { ...g, low: ends?.low ?? g.low ?? null, high: ends?.high ?? g.high ?? null };
    });
    const world = { region: "WORLD", name: "World", real_income_pct: answer.world_real_income_pct, low: found?.world?.low ?? null, high: found?.world?.high ?? null };
    return [...first.map((c) => rows.get(c)), ...groups.slice(0, 1), world];
  },
  /** Show a dossier that the reader brought. */
  async useContent(content, view) {
    views.set(keyOf(content), view);
    adopt(view);
    setPlace({ dossier: null, content, scenario: view.opens_with, levers: {}, odds: null, horizon: null, against: null, region: null }, "push");
  },
};

let names = new Map();
let sectors = new Map();
let levers;
let bar;
let resting = 0;
let shownKey = "";

// -- telling the page ----------------------------------------------------------------------------------------------------
function tell(...what) {
  showTab(getPlace().tab, app, new Set(what));
}

let noticeFrom = "";
/** Say what is wrong at the top. What an answer said goes with the next answer, what a link said stays until dismissed. */
function notice(message, from = "page") {
  noticeFrom = message ? from : "";
  replace($("notice"), message ? h("p", { class: "problem", role: "alert" }, message, " ", h("button", { type: "button", class: "link", on: { click: () => notice("") } }, "Dismiss")) : null);
}

function busy(on) {
  document.body.classList.toggle("computing", on);
  $("computing").textContent = on ? "computing" : "";
}

const solver = createSolver(
  async (state, signal) => app.solve(state, signal),
  {
    busy: () => busy(true),
    answer(answer, state, latest) {
      if (state.dossier !== getPlace().dossier || state.content !== getPlace().content) return; // of a dossier left meanwhile
      app.answer = answer;
      shownKey = keyOf(state);
      if (latest) {
        busy(false);
        clearTimeout(resting);
        resting = setTimeout(() => rest(state), REST);
      }
      if (latest && noticeFrom === "answer") notice("");
      strip();
      tell("answer");
    },
    error(error) {
      busy(false);
      notice(error instanceof ApiError ? error.message : "Something on this page went wrong; reload it.", "answer");
    },
  },
);

/** The levers have come to rest: say the result, and ask for ranges and drivers. */
async function rest(state) {
  const key = keyOf(state);
  const current = () => keyOf(solveState()) === key && shownKey === key;
  if (!current()) return;
  announce(app.focusRows().map((r) => `${capital(r.name)}: real income ${percent(r.real_income_pct)}`).join("; "));
  for (const [map, path] of [[ranges, "/ranges"], [parts, "/drivers"]]) {
    if (map.has(key)) continue;
    try {
      keep(map, key, await post(path, state));
    } catch (error) {
      if (error.name !== "AbortError" && error.status !== 503) notice(error.message, "answer");
    }
    if (!current()) return;
    strip();
    tell(path.slice(1));
  }
}

/** On a narrow screen, the figures that stay in sight while the levers move. */
function strip() {
  if (!app.answer) return;
  replace($("strip"), app.focusRows().map((r) => h("span", null, h("small", null, r.region === "WORLD" ? "World" : capital(r.name)), h("b", null, percent(r.real_income_pct)))));
}

// -- dossiers --------------------------------------------------------------------------------------------------------------
async function viewOf(place) {
  const key = place.dossier ?? keyOf(place.content);
  if (!views.has(key)) {
    views.set(key, place.dossier !== null ? await get(`/dossiers/${encodeURIComponent(place.dossier)}`) : (await post("/dossiers", { text: JSON.stringify(place.content) })).view);
  }
  return views.get(key);
}

function adopt(view) {
  app.view = view;
  colourAs(view);
  app.answer = null;
  document.title = `${view.title} · detente`;
  $("title").textContent = view.title;
  $("standfirst").textContent = view.summary;
  $("kicker").textContent = ["As of ", longDay(view.as_of), view.venue ? ` · ${view.venue.place ?? app.regionName(view.venue.region)}${view.venue.region ? `, ${app.regionName(view.venue.region)}` : ""}` : "",
    view.parties.length ? ` · ${view.parties.map((p) => app.regionName(p.region)).join(" and ")}` : ""].join("");
  const ahead = daysAhead(view).slice(0, 6);
  replace($("deadlines"), ahead.map((d) => h("li", null, h("b", null, shortDay(d.date)), h("span", { class: "left" }, count(d.days_left, "day")),
    h("span", { class: "what", title: d.all.join("\n") }, d.text, d.more ? h("small", null, ` and ${d.more} more`) : null))));
  $("deadlines").hidden = !ahead.length;
}

function controls() {
  const place = getPlace();
  const pick = $("dossier");
  replace(pick, app.catalogue.dossiers.map((d) => h("option", { value: d.id }, d.title)), place.content ? h("option", { value: "" }, `${app.view.title} (yours)`) : null);
  pick.value = place.dossier ?? "";
  const segments = (name, choices, chosen) => choices.map((x) => h("label", { title: x.summary ?? null }, h("input", { type: "radio", name, value: x.id, checked: x.id === chosen, on: { change: () => setPlace({ [name]: x.id }, "push") } }), h("span", null, capital(x.label ?? x.id))));
  replace($("baselines"), segments("against", app.catalogue.baselines, place.against ?? app.answer?.baseline ?? (place.scenario ? "law" : "in-force")));
  replace($("horizons"), segments("horizon", app.catalogue.horizons, place.horizon ?? app.view.horizon));
}

/** Check a place from outside against what there is; the reason if it does not fit. */
function misfit(place, view) {
  if (place.scenario !== null && !view.scenarios.some((x) => x.id === place.scenario)) return `The dossier has no scenario “${place.scenario}”.`;
  const odd = Object.keys(place.levers).find((id) => !view.levers.some((l) => l.id === id));
  if (odd !== undefined) return `The dossier has no lever “${odd}”.`;
  if (place.horizon && !app.catalogue.horizons.some((x) => x.id === place.horizon)) return `There is no horizon “${place.horizon}”.`;
  if (place.against && !app.catalogue.baselines.some((x) => x.id === place.against)) return `There is no baseline “${place.against}”.`;
  if (place.world && !app.catalogue.worlds.includes(place.world)) return `There is no world “${place.world}”.`;
  return null;
}

const tabOf = (id) => (tabIds().includes(id) ? id : tabIds()[0]);

/** Go to a place (from an address or the start); false if it does not fit. */
async function go(place, history) {
  const view = await viewOf(place);
  const reason = misfit(place, view);
  if (reason) { notice(`This link cannot be shown. ${reason}`); return false; }
  const known = new Set(app.catalogue.regions.map((r) => r.code));
  if (view !== app.view) adopt(view);
  setPlace({
    v: 1, dossier: place.dossier ?? null, content: place.content ?? null, scenario: place.scenario ?? null, levers: place.levers ?? {}, horizon: place.horizon ?? null, against: place.against ?? null,
    world: place.world ?? WORLD, odds: place.odds ?? null, tab: tabOf(place.tab), region: known.has(place.region) ? place.region : null, show: place.show ?? "real_income_pct",
  }, history);
  return true;
}

onPlace((place, changed) => {
  const has = (...keys) => keys.some((k) => changed.includes(k));
  const newView = has("dossier", "content");
  if (newView) {
    levers.build(app.view);
    bar.build(app.view);
  }
  if (newView || has("horizon", "against", "scenario")) controls();
  if (has("levers", "scenario") && !newView) levers.refresh();
  bar.refresh(app.view);
  if (newView || has("scenario", "levers", "horizon", "against", "world", "odds")) {
    clearTimeout(resting);
    solver.want(solveState());
  }
  if (newView) tell("view", "place");
  else if (!has("levers") || has("scenario", "tab")) tell("place");
});

// -- start -----------------------------------------------------------------------------------------------------------------
function buttons() {
  $("dossier").addEventListener("change", async (event) => {
    const id = event.target.value;
    if (!id || id === getPlace().dossier) return;
    const view = await viewOf({ dossier: id });
    adopt(view);
    setPlace({ dossier: id, content: null, scenario: view.opens_with, levers: {}, odds: null, horizon: null, against: null, region: null }, "push");
  });
  $("copy").addEventListener("click", async () => {
    await addressSettled();
    const link = location.href;
    const long = link.length > 8000 ? " It is long, since it carries a whole dossier: some mail programs cut it." : "";
    try {
      await navigator.clipboard.writeText(link);
      $("copied").textContent = `Link copied.${long}`;
    } catch {
      $("copied").textContent = `Copy it from the address bar.${long}`;
    }
    setTimeout(() => { $("copied").textContent = ""; }, 6000);
  });
  const wide = window.matchMedia("(min-width: 1080px)");
  const fold = () => { if (wide.matches) $("levers").open = true; };
  wide.addEventListener("change", fold);
  fold();
  $("levers").addEventListener("toggle", () => document.body.classList.toggle("levers-open", $("levers").open));
  window.addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("#panels details")) d.open = true; });
}

async function start() {
  try {
    app.catalogue = await get("/catalogue");
  } catch (error) {
    notice(error.message);
    return;
  }
  names = new Map(app.catalogue.regions.map((r) => [r.code, r.name]));
  sectors = new Map(app.catalogue.sectors.map((x) => [x.code, x.name]));
  levers = createLevers(app);
  bar = createScenarioBar(app);
  createReader(app);
  buildTabs((id) => setPlace({ tab: id }, "push"));
  buttons();

  const refuse = (message) => notice(`This link cannot be shown. ${message} Ask for it again, or go on from here.`);
  const wanted = await placeFromAddress(refuse);
  let there = false;
  if (wanted) {
    try {
      there = await go(wanted, "none");
    } catch (error) {
      refuse(error.message);
    }
  }
  if (!there) {
    const first = app.catalogue.dossiers[0];
    if (!first) { notice("This server has no dossier; bring your own with “Your own text”."); return; }
    const view = await viewOf({ dossier: first.id });
    await go({ dossier: first.id, content: null, scenario: view.opens_with, levers: {}, ...(location.hash.startsWith("#/table/") ? { tab: "table" } : {}) }, "replace");
  }
  followAddress(async (place) => {
    try {
      await go(place, "none");
    } catch (error) {
      refuse(error.message);
    }
  }, refuse);
  document.body.classList.add("ready");
}

start();

