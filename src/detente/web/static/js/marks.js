// The letters of the scenarios below a track, each where the scenario has it.

import { h } from "./dom.js";

/** One letter a scenario, from its id; another one where two begin alike. Map id → letter. */
export function letters(scenarios) {
  const taken = new Map();
  for (const { id } of scenarios) {
    const own = [...id.replace(/[^a-z]/gi, "").toUpperCase(), ..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    taken.set(id, own.find((c) => ![...taken.values()].includes(c)) ?? "?");
  }
  return taken;
}

/** {node, here(scenario)}: `places` [{scenario, letter, value}] on a track from `min` to `max`; `here` marks one. */
export function trackMarks(places, min, max) {
  const node = h("span", { class: "marks", "aria-hidden": "true" });
  const span = max - min || 1;
  const byValue = new Map();
  for (const mark of places) byValue.set(mark.value, [...(byValue.get(mark.value) ?? []), mark]);
  let lastEnd = -1;
  for (const [value, here] of [...byValue].sort((a, b) => a[0] - b[0])) {
    const share = Math.min(1, Math.max(0, (value - min) / span));
    const width = 0.036 * here.length;
    const crowded = share - width / 2 < lastEnd; // the letters would touch those to the left: one line lower
    lastEnd = crowded ? lastEnd : share + width / 2 + 0.01;
    const name = h("b", { class: crowded ? "low" : share < 0.06 ? "first" : share > 0.94 ? "last" : null }, here.map((m) => h("i", { data: { scenario: m.scenario } }, m.letter)));
    node.append(h("span", { css: { "--at": String(share) } }, name));
  }
  return {
    node,
    here(scenario) { for (const mark of node.querySelectorAll("i")) mark.classList.toggle("here", mark.dataset.scenario === (scenario ?? "")); },
  };
}
