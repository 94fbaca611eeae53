// Negotiations: which one is on the page, whether a link fits it, how to go from one to another.

import { $, h, replace } from "./dom.js";
import { get, post } from "./api.js";
import { app, keep, keyOf } from "./app.js";
import { forget } from "./answering.js";
import { colourAs } from "./colours.js";
import { notice } from "./notices.js";
import { setPlace } from "./state.js";
import { tabOf } from "./tabs.js";
import { longDay } from "./words.js";

const WORLD = "world-2022";
const views = new Map();

/** How a negotiation looks: one of the server's (in short: see `whole`), or one that the reader brought. */
export async function viewOf({ dossier, content = null }) {
  const key = dossier ?? keyOf(content);
  return views.get(key) ?? keep(views, key, dossier !== null ? await get(`/dossiers/${encodeURIComponent(dossier)}?short=true`) : (await post("/dossiers", { text: JSON.stringify(content) })).view);
}

const wholes = new WeakMap(); // view → the promise of its measures

/** `view` with its measures, their times and sources, which the first screen does not show: fetched when they are wanted. */
export async function whole(view) {
  if (view.measures) return view;
  if (!wholes.has(view)) wholes.set(view, get(`/dossiers/${encodeURIComponent(view.id)}`).then((found) => Object.assign(view, found), (error) => { wholes.delete(view); throw error; }));
  return wholes.get(view);
}

function adopt(view) {
  app.view = view;
  colourAs(view);
  forget();
  document.title = `${view.title} · detente`;
  $("title").textContent = view.title;
  $("known").textContent = `as known on ${longDay(view.as_of)}`;
}

/** The list in the bar. */
export function listDossiers() {
  const { dossier, content } = app.place;
  const pick = $("dossier");
  replace(pick, app.catalogue.dossiers.map((d) => h("option", { value: d.id }, d.title)), content ? h("option", { value: "" }, `${app.view.title} (yours)`) : null);
  pick.value = dossier ?? "";
}

/** What a link names and this server does not have, in words; null if all of it is there. */
function misfit(place, view) {
  if (place.scenario !== null && !view.scenarios.some((x) => x.id === place.scenario)) return `The dossier has no scenario “${place.scenario}”.`;
  const odd = Object.keys(place.levers).find((id) => !view.levers.some((l) => l.id === id));
  if (odd !== undefined) return `The dossier has no lever “${odd}”.`;
  if (place.horizon && !app.catalogue.horizons.some((x) => x.id === place.horizon)) return `There is no horizon “${place.horizon}”.`;
  if (place.against && !app.catalogue.baselines.some((x) => x.id === place.against)) return `There is no baseline “${place.against}”.`;
  const pin = (place.pins ?? []).find((x) => !view.scenarios.some((y) => y.id === x.scenario) && x.scenario !== null || Object.keys(x.levers ?? {}).some((id) => !view.levers.some((l) => l.id === id)));
  if (pin) return `The dossier cannot show the pinned settings “${pin.name}”.`;
  if (place.unit && !["percent", "usd", "household", "jobs"].includes(place.unit)) return `There is no unit “${place.unit}”.`;
  if (place.world && !app.catalogue.worlds.includes(place.world)) return `There is no world “${place.world}”.`;
  return null;
}

/** Go to a place (from an address or the start); false if it does not fit. */
export async function go(place, history) {
  const view = await viewOf(place);
  const reason = misfit(place, view);
  if (reason) { notice(`This link cannot be shown. ${reason}`); return false; }
  const known = new Set(app.catalogue.regions.map((r) => r.code));
  if (view !== app.view) adopt(view);
  setPlace({
    v: 1, dossier: place.dossier ?? null, content: place.content ?? null, scenario: place.scenario ?? null, levers: place.levers ?? {}, horizon: place.horizon ?? null, against: place.against ?? null,
    world: place.world ?? WORLD, odds: place.odds ?? null, tab: tabOf(place.tab), region: known.has(place.region) ? place.region : null, show: place.show ?? "real_income_pct", unit: place.unit ?? "percent", pins: place.pins ?? [],
  }, history);
  return true;
}

const fresh = { pins: [], levers: {}, odds: null, horizon: null, against: null, region: null };

/** Open a negotiation of the server as it opens by itself. */
export async function openDossier(dossier, history = "push") {
  const view = await viewOf({ dossier });
  if (!app.view) { await go({ dossier, content: null, scenario: view.opens_with, levers: {} }, history); return; }
  adopt(view);
  setPlace({ ...fresh, dossier, content: null, scenario: view.opens_with }, history);
}

/** Show a dossier that the reader brought. */
export function useContent(content, view) {
  keep(views, keyOf(content), view);
  adopt(view);
  setPlace({ ...fresh, dossier: null, content, scenario: view.opens_with }, "push");
}
