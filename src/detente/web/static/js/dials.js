// The dials: an issue each, moved by the lever on which the scenarios lie furthest apart. The server says which they are.

import { h, replace } from "./dom.js";
import { capital, fixed } from "./words.js";
import { accentVar } from "./colours.js";
import { moveLevers, valueIn } from "./levers.js";
import { letters, trackMarks } from "./marks.js";

const shown = (value) => fixed(Math.round(value * 100) / 100, Number.isInteger(Math.round(value * 100) / 100) ? 0 : 1);

/** {onState(what)}; the dials stand in `root`. */
export function createDials(app, root) {
  let rows = [];
  let built = "";

  function build(dials) {
    const letter = letters(app.view.scenarios);
    rows = dials.map((dial) => {
      const lever = app.view.levers.find((l) => l.id === dial.id);
      const id = `dial-${dial.id.replace(/[^\w-]/g, "_")}`;
      const set = (final) => (e) => moveLevers(app, [[lever, Number(e.target.value)]], final);
      const range = h("input", { type: "range", id, min: dial.min, max: dial.max, step: dial.step, data: { dial: dial.id }, on: { input: set(false), change: set(true) } });
      const reading = h("output", { for: id });
      const mean = h("span", { class: "quiet" });
      const at = [...(app.view.scenarios.some((x) => x.id === "status-quo") && !dial.scenarios.some((x) => x.id === "status-quo") ? [{ id: "status-quo", value: dial.status_quo }] : []), ...dial.scenarios];
      const marks = trackMarks(at.map((x) => ({ scenario: x.id, letter: letter.get(x.id), value: x.value })), dial.min, dial.max);
      const node = h("div", { class: "dial", data: { id: dial.id }, css: { "--accent": accentVar(dial.party) } },
        h("div", { class: "dial-head" }, h("label", { for: id }, dial.title), reading), h("div", { class: "track" }, range, marks.node), h("p", { class: "note", title: dial.label }, `${capital(dial.unit_words)}: ${dial.label}`, mean));
      return { dial, lever, node, range, reading, mean, marks };
    });
    replace(root, rows.map((r) => r.node));
  }

  function refresh() {
    const { scenario, levers } = app.place;
    for (const { dial, lever, range, reading, mean, marks } of rows) {
      const value = valueIn(lever, app.place);
      if (Number(range.value) !== value) range.value = String(value);
      range.style.setProperty("--fill", String((value - dial.min) / (dial.max - dial.min || 1)));
      range.setAttribute("aria-valuetext", `${shown(value)} ${dial.unit_words}; on the day of the dossier ${shown(dial.status_quo)}`);
      replace(reading, value === dial.status_quo ? null : h("span", { class: "quiet" }, `${shown(dial.status_quo)} → `), h("b", null, shown(value)));
      const duties = dial.mean_duty_pct ?? {};
      const [before, after] = [duties["status-quo"], duties[scenario ?? "status-quo"]];
      const moved = Object.keys(levers).length > 0;
      mean.textContent = moved || !Number.isFinite(after) ? "" : before === after ? `; mean duty ${shown(after)}\u202f%` : `; mean duty ${shown(before)} → ${shown(after)}\u202f%`;
      marks.here(scenario);
    }
  }

  return {
    onState(what) {
      if (what.has("view")) { rows = []; built = ""; replace(root); }
      const dials = app.front?.dials;
      if (dials && (what.has("answer") || what.has("full"))) {
        const key = JSON.stringify([app.view.id, dials.map((d) => d.id)]);
        if (key !== built) { built = key; build(dials); refresh(); }
      }
      if (rows.length && (what.has("levers") || what.has("place"))) refresh();
    },
  };
}
