// One fork told: the odds of each branch and where they come from (record, stand-off, analyst; pooled; after signals), what each
// would mean for the region shown, and a slider to see what other odds would do.

import { h, replace } from "./dom.js";
import { longDay, placesFor, points } from "./words.js";
import { chance, chanceRange } from "./measure.js";
import { ifTaken } from "./paths.js";

const FROM = [["base_rate", "Record"], ["stand_off", "Stand-off"], ["analyst", "Analyst"]];

const mean = (span) => (Array.isArray(span) ? span[1] : span);

/** {node, show({result, fork, branch, odds, given, reckoned, code, name})}; `move(fork, branch, p)` is called while a slider moves, `keep()` when it rests. */
export function forkCard({ move, keep, undo }) {
  const node = h("div", { class: "fork" });
  let built = "";
  let parts = new Map();
  let back;

  function build({ result, fork, given }) {
    const origin = result.origin[fork.id];
    const present = FROM.filter(([key]) => origin?.[key]);
    const pooled = origin && present.length > 1;
    const signals = origin?.signals ?? [];
    parts = new Map();
    const total = (key) => fork.branches.reduce((sum, b) => sum + (mean(origin[key]?.[b.id]) ?? 0), 0) || 1;
    const rows = fork.branches.map((b) => {
      const slider = h("input", { type: "range", min: "0", max: "100", step: "1", "aria-label": `Your odds of: ${b.title}, percent`, on: { input: (e) => move(fork.id, b.id, Number(e.target.value) / 100), change: keep } });
      const now = h("output", { class: "n" });
      const worth = h("td", { class: "n" });
      const head = h("th", { scope: "row" }, b.title);
      const row = h("tr");
      parts.set(b.id, { slider, now, worth, row });
      const span = result.odds[fork.id][b.id];
      return replace(row, head, present.map(([key]) => h("td", { class: "n" }, chance(mean(origin[key][b.id]) / total(key)))),
        pooled ? h("td", { class: "n" }, chance(origin.pooled[b.id])) : null,
        signals.length ? h("td", { class: "n" }, chance(given[fork.id][b.id])) : null,
        h("td", { class: "n" }, chanceRange(span[0], span[2])), worth, h("td", { class: "yours" }, slider, now));
    });
    const worthHead = h("span");
    const where = origin
      ? [origin.cases ? `Record: ${origin.cases}.` : "", present.length > 1 ? `Weights: ${present.map(([key, label]) => `${label.toLowerCase()} ${Math.round(100 * (origin.weights[key] ?? 0))}\u202f%`).join(", ")}.` : "Only the analyst’s judgement speaks to this fork.", signals.length ? `Signals counted: ${signals.map((x) => x.signal.replaceAll("-", " ")).join(", ")}.` : "", fork.note ?? ""].filter(Boolean).join(" ")
      : fork.note ?? "";
    back = h("button", { type: "button", class: "small", hidden: true, on: { click: undo } }, "Back to the odds worked out");
    parts.set("", { worthHead });
    replace(node, h("h4", null, h("span", null, fork.title), " ", h("small", null, longDay(fork.date))),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Odds of: ${fork.title}` }, h("table", null,
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Branch"), present.map(([, label]) => h("th", { scope: "col", class: "n" }, label)), pooled ? h("th", { scope: "col", class: "n" }, "Pooled") : null,
          signals.length ? h("th", { scope: "col", class: "n" }, "After signals") : null, h("th", { scope: "col", class: "n" }, "Range"), h("th", { scope: "col", class: "n then" }, worthHead), h("th", { scope: "col" }, "Your odds"))),
        h("tbody", null, rows))),
      h("p", { class: "note" }, where), back);
  }

  return {
    node,
    show(view) {
      const { result, fork, branch, odds, reckoned, code, name, altered } = view;
      const key = `${result.dossier} ${result.horizon} ${fork.id}`;
      if (key !== built) { built = key; build(view); }
      back.hidden = !altered;
      replace(parts.get("").worthHead, `Then, ${name}`, h("small", null, "expected income, %"));
      const then = new Map(fork.branches.map((b) => [b.id, ifTaken(result, reckoned, b.id, code).worth]));
      const places = placesFor([...then.values()]);
      for (const b of fork.branches) {
        const { slider, now, worth, row } = parts.get(b.id);
        const p = odds[fork.id][b.id];
        if (document.activeElement !== slider) slider.value = String(Math.round(100 * p));
        slider.style.setProperty("--fill", String(p));
        now.textContent = chance(p);
        worth.textContent = points(then.get(b.id), places);
        row.className = b.id === branch ? "here" : "";
      }
    },
  };
}
