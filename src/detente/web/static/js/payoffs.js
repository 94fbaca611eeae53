// The payoff table of the stances: a row what the first party does, a column what the second does, both payoffs in each cell.
// Shade by sign and size (orange a loss, blue a gain), a dot where a party could not do better alone, a frame where neither could.

import { h } from "./dom.js";
import { capital } from "./words.js";
import { accentVar, step, textOn } from "./colours.js";
import { sig } from "./measure.js";

const DOES = { ease: "eases", hold: "holds", escalate: "escalates" };
const verb = (stance) => DOES[stance] ?? stance;

function end(values) {
  const most = Math.max(...values.map(Math.abs));
  return most || 1;
}

/** One step of the scale, finer near zero than `step` alone: by the root of the size, as payoffs differ by a hundred times. */
function shade(value, most) {
  if (Math.abs(value) < 5e-6) return "z0";
  return step(Math.sign(value) * Math.max(0.006, Math.sqrt(Math.abs(value) / most)), 1);
}

/** A table node from a game's record; `name(code)` gives a party's name in text, `titles` {party: {stance: title}}. */
export function payoffTable(game, { name, titles, caption }) {
  const [a, b] = game.parties;
  const [rows, columns] = game.stances;
  const most = end(game.cells.flatMap((c) => [c[a], c[b]]));
  const cell = (r, c) => game.cells.find((x) => x[`stance of ${a}`] === r && x[`stance of ${b}`] === c);
  const one = (party, found) => {
    const stays = String(found["would stay"] ?? "").split(/,\s*/).includes(party);
    const tone = shade(found[party], most);
    const node = h("span", { class: `pay${stays ? " stays" : ""}` }, h("small", null, party), h("b", null, sig(found[party])),
      h("span", { class: "mark", "aria-hidden": "true" }, stays ? "●" : ""), stays ? h("span", { class: "visually-hidden" }, "best reply") : null);
    node.style.setProperty("--tile", `var(--${tone})`);
    node.style.setProperty("--on", textOn(tone));
    node.style.setProperty("--accent", accentVar(party));
    return node;
  };
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Payoffs of the stances" }, h("table", { class: "payoffs" },
    h("caption", null, caption),
    h("thead", null, h("tr", null, h("td", null), columns.map((c) => h("th", { scope: "col", title: titles?.[b]?.[c] ?? null }, `${capital(name(b))} ${verb(c)}`)))),
    h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row", title: titles?.[a]?.[r] ?? null }, `${capital(name(a))} ${verb(r)}`), columns.map((c) => {
      const found = cell(r, c);
      return h("td", { class: found.equilibrium ? "rest" : null }, one(a, found), one(b, found), found.equilibrium ? h("span", { class: "visually-hidden" }, "neither gains by moving alone") : null);
    }))))));
}

/** What the table says, from its numbers. */
export function payoffTitle(game, name) {
  const [a, b] = game.parties;
  const still = game.cells.filter((c) => c.equilibrium);
  if (!still.length) return "There is no pair of stances that neither side would leave alone";
  const told = still.map((c) => {
    const [x, y] = [c[`stance of ${a}`], c[`stance of ${b}`]];
    return x === y ? `both ${x}` : `${name(a)} ${verb(x)} and ${name(b)} ${verb(y)}`;
  });
  return `Neither side gains by moving alone when ${told.join(", or ")}`;
}
