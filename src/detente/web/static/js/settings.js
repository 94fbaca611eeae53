// What the reader sets: a scenario, a few dials (an issue each), every measure in a drawer; in which unit, against what, and when.

import { $, announce, h, replace } from "./dom.js";
import { inWords } from "./bars.js";
import { capital, count } from "./words.js";
import { createDials } from "./dials.js";
import { drawer } from "./drawer.js";
import { createLevers } from "./levers.js";
import { letters } from "./marks.js";
import { setPlace } from "./state.js";

/** Radio buttons in a row, for a part of the place; those that are there already keep the focus. */
export function segments(root, name, choices, chosen) {
  const there = [...root.querySelectorAll("input")];
  if (there.map((x) => x.value).join() === choices.map((x) => x.id).join()) {
    for (const input of there) input.checked = input.value === chosen;
    return;
  }
  replace(root, choices.map((x) => h("label", { title: x.summary ?? null }, h("input", { type: "radio", name, value: x.id, checked: x.id === chosen, on: { change: () => setPlace({ [name]: x.id }, "push") } }), h("span", null, x.label ?? x.id))));
}

/** {onState(app, what)} */
export function createSettings(app) {
  const list = $("scenario-list");
  const key = h("p", { class: "note" });
  const levers = h("div", { id: "lever-list" });
  const undo = h("button", { type: "button", class: "link", hidden: true, on: { click: reset } }, "Undo all");
  const sheet = drawer({ id: "levers", title: "All measures", side: "left" });
  const strip = h("p", { class: "strip", id: "strip" });
  sheet.body.append(strip, h("p", { class: "side-tools" }, undo), levers, key);

  /** What the parties and the world come to, in sight while the measures move. */
  function drawStrip() {
    const { rows, world } = app.front.bars;
    replace(strip, [...rows.filter((r) => r.role === "party"), world].map((r) => h("span", null, `${capital(r.name)} `, h("b", null, inWords(app, r)))));
  }
  const all = createLevers(app, levers, key);
  const dials = createDials(app, $("dials"));
  $("levers-open").addEventListener("click", sheet.toggle);
  $("levers-reset").addEventListener("click", reset);

  $("dials-more").addEventListener("click", (event) => {
    const all = $("dials").classList.toggle("all");
    event.target.setAttribute("aria-expanded", String(all));
    event.target.textContent = all ? "One dial" : "More dials";
  });

  function reset() {
    app.set({ levers: {} }, "push");
    announce("All measures back to the scenario.");
  }

  function scenarios(view) {
    const letter = letters(view.scenarios);
    replace(list, view.scenarios.map((x) => h("button", {
      type: "button", class: "scenario", "aria-pressed": "false", data: { scenario: x.id }, title: x.summary,
      on: { click: () => app.set({ scenario: x.id, levers: {} }, "push") },
    }, h("span", { class: "letter", "aria-hidden": "true" }, letter.get(x.id)), h("span", { class: "name" }, x.title))));
  }

  function refresh() {
    const { scenario, levers: moved, horizon, unit, against } = app.place;
    const n = app.view.levers.filter((l) => l.id in moved).length;
    for (const button of list.children) {
      const on = button.dataset.scenario === scenario;
      button.setAttribute("aria-pressed", String(on));
      button.classList.toggle("altered", on && n > 0);
    }
    $("levers-moved").textContent = n ? `${count(n, "measure")} moved by hand` : "";
    $("levers-reset").hidden = !n;
    undo.hidden = !n;
    segments($("units"), "unit", Object.entries(app.front?.units ?? { percent: "%" }).map(([id, label]) => ({ id, label })), unit);
    segments($("bases"), "against", app.catalogue.baselines, against ?? app.front?.basis ?? (scenario ? "law" : "in-force"));
    segments($("horizons"), "horizon", app.catalogue.horizons.map((x) => ({ ...x, label: x.label.replace(/^after /, "") })), horizon ?? app.view.horizon);
    all.refresh();
  }

  return {
    onState(_, what) {
      if (what.has("view")) {
        scenarios(app.view);
        all.build(app.view);
        $("levers-open").textContent = `All ${count(app.view.levers.length, "measure")}`;
        $("levers-open").disabled = !app.view.levers.length;
      }
      if (["view", "levers", "place", "answer"].some((x) => what.has(x))) refresh();
      dials.onState(what);
      if (app.front && (what.has("answer") || what.has("full"))) drawStrip();
    },
  };
}
