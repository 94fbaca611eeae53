// The levers: a switch, a slider and a number for every measure that can be moved. Below each track stand the letters of the
// scenarios at the value they give it; beside it the trade it reaches. What differs between scenarios comes first.

import { h, replace } from "./dom.js";
import { count, isoOf, dayNumber, longDay, money } from "./words.js";
import { accentVar } from "./colours.js";
import { letters, trackMarks } from "./marks.js";

const SAME = 1e-9;

/** Where a lever stands in a scenario (null: the status quo). */
export const homeValue = (lever, scenario) => (scenario === null ? undefined : lever.by_scenario[scenario]) ?? lever.status_quo;

/** The value a lever has in a place: moved by hand, or the scenario's. */
export const valueIn = (lever, place) => place.levers[lever.id] ?? homeValue(lever, place.scenario);

/** What "on" means for a switch: the largest value any scenario gives it, else half the track. */
function fullValue(lever) {
  const most = Math.max(lever.status_quo, ...Object.values(lever.by_scenario));
  return most > 0 ? most : lever.max / 2;
}

const shown = (value) => String(Math.round(value * 1000) / 1000);
const isDate = (lever) => lever.group === "date";

/** Move levers, [[lever, value], …]; values equal to the scenario's own are not kept as moved. */
export function moveLevers(app, moves, final) {
  const levers = { ...app.place.levers };
  for (const [lever, value] of moves) {
    if (Math.abs(value - homeValue(lever, app.place.scenario)) < SAME) delete levers[lever.id];
    else levers[lever.id] = value;
  }
  app.set({ levers }, final ? "push" : "none"); // a drag becomes one step of the history when it ends
}

/** The list of levers, in `root`; `key` takes what the letters mean. */
export function createLevers(app, root, key) {
  const rows = new Map();
  let view = null;

  const move = (lever, value, final) => moveLevers(app, [[lever, value]], final);

  function build(lever, marks) {
    const id = `lever-${lever.id.replace(/[^\w-]/g, "_")}`;
    const date = isDate(lever);
    const unit = date ? "days" : lever.unit;
    const range = h("input", {
      type: "range", id, min: lever.min, max: lever.max, step: lever.step, data: { lever: lever.id },
      on: {
        input: (e) => move(lever, Number(e.target.value), false),
        change: (e) => move(lever, Number(e.target.value), true),
      },
    });
    const number = h("input", {
      type: "number", id: `${id}-number`, min: lever.min, max: lever.max, step: date ? 1 : "any", inputmode: "decimal",
      "aria-label": `${lever.label}, ${unit}`,
      on: { change: (e) => {
        const wanted = e.target.value.trim() === "" ? NaN : Number(e.target.value);
        const outside = !Number.isFinite(wanted) || wanted < lever.min || wanted > lever.max;
        problem.hidden = !outside;
        problem.textContent = outside ? `A number from ${shown(lever.min)} to ${shown(lever.max)}, please; it stays at ${shown(valueIn(lever, app.place))}.` : "";
        if (outside) number.value = shown(valueIn(lever, app.place));
        else move(lever, date ? Math.round(wanted) : wanted, true);
        refresh(lever);
      } },
    });
    const problem = h("p", { class: "problem", role: "alert", hidden: true });
    const toggle = date ? null : h("button", {
      type: "button", role: "switch", class: "switch", "aria-checked": "false", "aria-label": `${lever.label}: in force`,
      on: { click: () => {
        const now = valueIn(lever, app.place);
        if (now > 0) rows.get(lever.id).last = now;
        move(lever, now > 0 ? 0 : (rows.get(lever.id).last ?? fullValue(lever)), true);
      } },
    });
    const reset = h("button", { type: "button", class: "link reset", hidden: true, on: { click: () => {
      move(lever, homeValue(lever, app.place.scenario), true);
      range.focus();
    } } }, "undo");
    const place = trackMarks(marks.map((m) => ({ ...m, value: homeValue(lever, m.scenario) })), lever.min, lever.max);
    const at = h("span", { class: "on-day" });
    const trade = lever.affected?.trade_musd;
    const node = h("div", { class: "lever", data: { id: lever.id, group: lever.group } },
      h("div", { class: "lever-head" }, toggle, h("label", { for: id }, lever.label),
        h("span", { class: "entry" }, number, h("small", null, unit))),
      h("div", { class: "track" }, range, place.node),
      h("div", { class: "lever-foot" },
        date ? at : h("span", { title: lever.affected?.what ?? "" }, Number.isFinite(trade) ? [h("b", null, `USD${"\u00a0"}${money(trade, false)}`), " of trade a year"] : ""), reset),
      problem);
    rows.set(lever.id, { lever, node, range, number, toggle, reset, at, place, last: null });
    return node;
  }

  function refresh(lever) {
    const row = rows.get(lever.id);
    const value = valueIn(lever, app.place);
    if (Number(row.range.value) !== value) row.range.value = String(value);
    if (document.activeElement !== row.number || Number(row.number.value) !== value) row.number.value = shown(value);
    const words = isDate(lever) ? longDay(isoOf(dayNumber(view.as_of) + Math.round(value))) : `${shown(value)} ${lever.unit}`;
    row.range.setAttribute("aria-valuetext", words);
    row.range.style.setProperty("--fill", String((value - lever.min) / (lever.max - lever.min || 1)));
    row.at.textContent = isDate(lever) ? words : "";
    row.toggle?.setAttribute("aria-checked", String(value > 0));
    const moved = lever.id in app.place.levers;
    row.reset.hidden = !moved;
    row.reset.setAttribute("aria-label", `${lever.label}: back to the scenario`);
    row.node.classList.toggle("moved", moved);
    row.place.here(app.place.scenario);
  }

  return {
    /** Another dossier: other levers. */
    build(newView) {
      view = newView;
      rows.clear();
      const byLetter = letters(view.scenarios);
      const marks = view.scenarios.map((x) => ({ scenario: x.id, letter: byLetter.get(x.id) }));
      const parties = [...new Set(view.levers.map((l) => l.party))];
      const differs = (l) => isDate(l) || Object.values(l.by_scenario).some((v) => Math.abs(v - l.status_quo) > SAME);
      replace(root, parties.map((party) => {
        const own = view.levers.filter((l) => l.party === party);
        const first = own.filter(differs);
        const rest = own.filter((l) => !differs(l));
        const title = party ? app.regionName(party) : "The day";
        const head = h("h3", null, title);
        head.style.setProperty("--accent", accentVar(party));
        const nodes = first.map((l) => build(l, marks));
        if (rest.length) {
          const more = h("details", { class: "more" }, h("summary", null, `${first.length ? "More" : "Measures"}: ${count(rest.length, "measure")} that no scenario moves`), rest.map((l) => build(l, marks)));
          more.open = rest.some((l) => l.id in app.place.levers);
          nodes.push(more);
        }
        const group = h("section", { class: "lever-group", "aria-label": `Levers: ${title}` }, head, nodes);
        group.style.setProperty("--accent", accentVar(party));
        return group;
      }));
      if (!view.levers.length) replace(root, h("p", { class: "quiet" }, "No measure of this dossier can be moved."));
      replace(key, "Letters below a track stand where a scenario has it: ", view.scenarios.map((x, k) => [k ? "; " : "", h("b", null, byLetter.get(x.id)), ` ${x.title}`]), ".");
      this.refresh();
    },
    /** The place has changed: show it. */
    refresh() {
      for (const { lever } of rows.values()) refresh(lever);
    },
  };
}
