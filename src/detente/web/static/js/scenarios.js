// Scenarios: the buttons that set the levers, and the tab that puts them side by side (dots with ranges, table, provisions).

import { $, h, replace } from "./dom.js";
import { capital, longDay, points, rangeCell, scenarioLabel } from "./words.js";
import { letters } from "./levers.js";
import { ofState, stillBox } from "./still.js";
import { sortTable } from "./tables.js";
import { registerTab } from "./tabs.js";

/** What was moved, in words; the first three by name. */
function byHand(view, levers) {
  const named = view.levers.filter((l) => l.id in levers).map((l) => `“${l.label}” at ${Math.round(levers[l.id] * 100) / 100} ${l.unit}`);
  return `Moved by hand: ${named.slice(0, 3).join("; ")}${named.length > 3 ? `; and ${named.length - 3} more` : ""}.`;
}

// -- the buttons -------------------------------------------------------------------------------------------------------
export function createScenarioBar(app) {
  const root = $("scenario-list");
  return {
    build(view) {
      const byLetter = letters(view.scenarios);
      replace(root, view.scenarios.map((x) => h("button", {
        type: "button", class: "scenario", "aria-pressed": "false", data: { scenario: x.id }, title: x.summary,
        on: { click: () => app.set({ scenario: x.id, levers: {} }, "push") },
      }, h("span", { class: "letter", "aria-hidden": "true" }, byLetter.get(x.id)), h("span", { class: "name" }, scenarioLabel(x.id)),
      h("span", { class: "title" }, x.title))));
      root.style.setProperty("--count", String(view.scenarios.length));
      this.refresh(view);
    },
    refresh(view) {
      const { scenario, levers } = app.place;
      const moved = Object.keys(levers).length > 0;
      for (const button of root.children) {
        const on = button.dataset.scenario === scenario;
        button.setAttribute("aria-pressed", String(on));
        button.classList.toggle("altered", on && moved);
      }
      const found = view.scenarios.find((x) => x.id === scenario);
      $("scenario-summary").textContent = [found?.summary, moved ? byHand(view, levers) : ""].filter(Boolean).join(" ");
    },
  };
}

// -- side by side ------------------------------------------------------------------------------------------------------
let figure;
let table;
let provisions;
let message;
let shownFor = "";
let run = 0;

async function answers(app) {
  const own = Object.keys(app.place.levers).length > 0;
  const states = app.view.scenarios.map((x) => ({ key: x.id, label: scenarioLabel(x.id), state: { ...app.solveState(), scenario: x.id, levers: {} } }));
  if (own) states.push({ key: "own", label: "Yours", state: app.solveState() });
  const found = [];
  for (const one of states) found.push({ ...one, answer: await app.solve(one.state), ranges: app.knownRanges(one.state) });
  return found;
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
  replace(table, sideBySide(app, columns, cells, unit));
}

function sideBySide(app, columns, cells, unit) {
  const shown = columns.filter((c) => c.key !== "status-quo");
  const made = sortTable({
    caption: unit, csvName: `${app.view.id}-scenarios-table`, sortBy: "order",
    columns: [
      { key: "order", title: "Economy", sort: (r) => r.order, cell: (r) => r.name, raw: (r) => r.region, csv: "region" },
      ...shown.map((c) => ({
        key: c.key, title: c.label, unit: "%", number: true, csv: c.key.replaceAll("-", "_"),
        sort: (r) => r.by[c.key].value,
        cell: (r) => [points(r.by[c.key].value), r.by[c.key].low !== null ? h("small", null, rangeCell(r.by[c.key].low, r.by[c.key].high)) : null],
      })),
    ],
  });
  made.update(cells.map((c, order) => ({ ...c, order, by: Object.fromEntries(c.values.map((v) => [v.key, v])) })));
  return made.node;
}

function drawProvisions(app) {
  const measure = new Map(app.view.measures.map((m) => [m.id, m]));
  const entry = (p) => h("li", null, p.text, p.modelled ? null : h("small", null, p.why_not ? capital(p.why_not) : "Not in the numbers"),
    p.modelled && p.measures.some((id) => measure.get(id)?.authority) ? h("small", null, [...new Set(p.measures.map((id) => measure.get(id)?.authority).filter(Boolean))].join("; ")) : null);
  replace(provisions, app.view.scenarios.map((x) => {
    const [inside, outside] = [x.provisions.filter((p) => p.modelled), x.provisions.filter((p) => !p.modelled)];
    const box = h("details", { class: "scenario-card" },
      h("summary", null, h("b", null, scenarioLabel(x.id)), x.title.toLowerCase() === scenarioLabel(x.id).toLowerCase() ? "" : ` ${x.title}`),
      h("p", null, x.narrative || x.summary),
      h("p", { class: "quiet" }, `The law is read on ${longDay(x.policy_date)}.`),
      inside.length ? [h("h4", null, "In the numbers"), h("ul", null, inside.map(entry))] : null,
      outside.length ? [h("h4", null, "Not in the numbers"), h("ul", null, outside.map(entry))] : null);
    box.open = x.id === app.place.scenario;
    return box;
  }));
}

registerTab({
  id: "scenarios",
  title: "Scenarios",
  render(root) {
    figure = stillBox({ kind: "wide" });
    table = h("div");
    provisions = h("div", { class: "cards" });
    message = h("p", { class: "quiet", role: "status" });
    root.append(h("h2", { class: "visually-hidden" }, "Scenarios side by side"), message, figure.node, table, h("h3", null, "What each scenario holds"), provisions);
  },
  async onState(app, what) {
    if (what.has("view") || what.has("open")) drawProvisions(app);
    const { dossier, content, horizon, against, world, levers, scenario } = app.place;
    const key = JSON.stringify([dossier, content?.id ?? null, horizon, against, world, levers, Object.keys(levers).length ? scenario : null]);
    if (key === shownFor && !what.has("ranges")) return;
    const mine = (run += 1);
    message.textContent = "Working out every scenario …";
    try {
      const columns = await answers(app);
      if (mine !== run) return;
      draw(app, columns);
      shownFor = key;
      message.textContent = "";
      for (const c of columns) {
        if (c.key === "status-quo" || c.ranges) continue;
        const ranges = await app.ranges(c.state).catch(() => null);
        if (mine !== run) return;
        if (ranges) { c.ranges = ranges; draw(app, columns); }
      }
    } catch (error) {
      if (mine === run) message.textContent = error.message;
    }
  },
});
