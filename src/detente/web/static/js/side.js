// The scenarios side by side, with settings that the reader has pinned: dots with ranges, a table, what each holds.

import { h, replace } from "./dom.js";
import { whole } from "./dossiers.js";
import { capital, longDay, placesFor, points, rangeCell } from "./words.js";
import { ofState, stillBox } from "./still.js";
import { sortTable } from "./tables.js";

// -- side by side ------------------------------------------------------------------------------------------------------
let figure;
let table;
let provisions;
let message;
let shownFor = "";
let run = 0;

const isOwn = (place) => Object.keys(place.levers).length > 0;

async function answers(app) {
  const state = app.solveState();
  const states = app.view.scenarios.map((x) => ({ key: x.id, label: x.title, state: { ...state, scenario: x.id, levers: {} } }));
  app.place.pins.forEach((x, k) => states.push({ key: `pin-${k + 1}`, label: x.name, state: { ...state, scenario: x.scenario, levers: x.levers } }));
  if (isOwn(app.place)) states.push({ key: "own", label: "As set now", state });
  const found = [];
  for (const one of states) found.push({ ...one, answer: await app.solve(one.state), ranges: app.knownRanges(one.state) });
  return found;
}

/** Pin the settings as they are now, under a name of the reader's. */
function pinPart(app) {
  const name = h("input", { type: "text", id: "pin-name", maxlength: "80", placeholder: "Name" });
  const list = h("span");
  const add = h("button", { type: "button", class: "small", on: { click: () => {
    const { pins, scenario, levers } = app.place;
    app.set({ pins: [...pins, { name: name.value.trim() || `Settings ${pins.length + 1}`, scenario, levers }] }, "push");
    name.value = "";
  } } }, "Pin the settings as they are");
  const node = h("p", { class: "tools pins" }, h("label", { for: "pin-name", class: "visually-hidden" }, "Name of the settings to pin"), name, add, list);
  return {
    node,
    update() {
      const { pins } = app.place;
      add.disabled = pins.length >= 6;
      replace(list, pins.map((x, k) => h("span", { class: "pin" }, h("button", { type: "button", class: "link", on: { click: () => app.set({ scenario: x.scenario, levers: x.levers }, "push") } }, x.name), " ",
        h("button", { type: "button", class: "small", "aria-label": `Unpin ${x.name}`, on: { click: () => app.set({ pins: pins.filter((_, j) => j !== k) }, "push") } }, "×"))));
    },
  };
}

function draw(app, columns) {
  const view = app.view;
  const rows = app.focusRows(columns[0].answer, columns[0].ranges).map((r) => r.region);
  const cells = rows.map((region) => ({
    region, name: app.regionName(region),
    values: columns.map((c) => {
      const row = app.focusRows(c.answer, c.ranges).find((r) => r.region === region);
      return { key: c.key, value: row.real_income_pct, low: row.low, high: row.high };
    }),
  }));
  const moving = columns.filter((c) => c.key !== "status-quo");
  const unit = `Real income, change in percent; ${app.run()}, against ${app.against()}`;
  const csv = {
    name: `${view.id}-scenarios`, columns: ["region", "scenario", "real_income_pct", "low", "high"],
    rows: cells.flatMap((c) => c.values.map((v) => [c.region, v.key, v.value, v.low, v.high])),
  };
  if (moving.length) figure.want(ofState("states", moving.slice(0, 12).map((c) => c.state), csv, { ranges: moving.every((c) => c.ranges) }));
  else figure.say("No scenario to show", "The dossier has the status quo alone.");
  replace(table, valueTable(app, columns, cells, unit));
}

function valueTable(app, columns, cells, unit) {
  const places = placesFor(cells.flatMap((c) => c.values.map((v) => v.value)));
  const shown = columns.filter((c) => c.key !== "status-quo");
  const made = sortTable({
    caption: unit, csvName: `${app.view.id}-scenarios-table`, sortBy: "order",
    columns: [
      { key: "order", title: "Economy", sort: (r) => r.order, cell: (r) => r.name, raw: (r) => r.region, csv: "region" },
      ...shown.map((c) => ({
        key: c.key, title: c.label, unit: "%", number: true, csv: c.key.replaceAll("-", "_"),
        sort: (r) => r.by[c.key].value,
        cell: (r) => [points(r.by[c.key].value, places), r.by[c.key].low !== null ? h("small", null, rangeCell(r.by[c.key].low, r.by[c.key].high, places)) : null],
      })),
    ],
  });
  made.update(cells.map((c, order) => ({ ...c, order, by: Object.fromEntries(c.values.map((v) => [v.key, v])) })));
  return made.node;
}

async function drawProvisions(app) {
  const view = await whole(app.view);
  if (view !== app.view) return;
  const measure = new Map(app.view.measures.map((m) => [m.id, m]));
  const entry = (p) => h("li", null, p.text, p.modelled ? null : h("small", null, p.why_not ? capital(p.why_not) : "Not in the numbers"),
    p.modelled && p.measures.some((id) => measure.get(id)?.authority) ? h("small", null, [...new Set(p.measures.map((id) => measure.get(id)?.authority).filter(Boolean))].join("; ")) : null);
  replace(provisions, app.view.scenarios.map((x) => {
    const [inside, outside] = [x.provisions.filter((p) => p.modelled), x.provisions.filter((p) => !p.modelled)];
    const box = h("details", { class: "scenario-card" },
      h("summary", null, h("b", null, app.scenario(x.id)), x.title.toLowerCase() === app.scenario(x.id).toLowerCase() ? "" : ` ${x.title}`),
      h("p", null, x.narrative || x.summary),
      h("p", { class: "quiet" }, `The law is read on ${longDay(x.policy_date)}.`),
      inside.length ? [h("h4", null, "In the numbers"), h("ul", null, inside.map(entry))] : null,
      outside.length ? [h("h4", null, "Not in the numbers"), h("ul", null, outside.map(entry))] : null);
    box.open = x.id === app.place.scenario;
    return box;
  }));
}

/** {node, update(what)} */
export function sideBySide(app) {
  figure = stillBox({ kind: "wide" });
  table = h("div");
  provisions = h("div", { class: "cards" });
  message = h("p", { class: "quiet", role: "status" });
  const pins = pinPart(app);
  let told = null;
  return {
    node: h("div", null, message, pins.node, figure.node, table, h("h3", null, "What each scenario holds"), provisions),
    async update() {
      pins.update();
      if (told !== app.view) {
        const view = (told = app.view);
        drawProvisions(app).catch((error) => { if (told === view) { told = null; replace(provisions, h("p", { class: "problem", role: "alert" }, error.message)); } });
      }
      const { dossier, content, horizon, against, world, levers, scenario, pins: pinned } = app.place;
      const key = JSON.stringify([dossier, content?.id ?? null, horizon, against, world, levers, pinned, isOwn(app.place) ? scenario : null]);
      if (key === shownFor) return;
      shownFor = key;
      const mine = (run += 1);
      message.textContent = "Working out every scenario …";
      try {
        const columns = await answers(app);
        if (mine !== run) return;
        draw(app, columns);
        message.textContent = "";
        for (const c of columns) {
          if (c.key === "status-quo" || c.ranges) continue;
          const ranges = await app.ranges(c.state).catch(() => null);
          if (mine !== run) return;
          if (ranges) { c.ranges = ranges; draw(app, columns); }
        }
      } catch (error) {
        if (mine !== run) return;
        shownFor = "";
        message.textContent = error.message;
      }
    },
  };
}
