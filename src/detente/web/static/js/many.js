// Three or more at the table: every combination of their stances, what they end in, and who could block what.

import { h, replace } from "./dom.js";
import { capital, inText, join, placesFor, points } from "./words.js";
import { paragraphs } from "./measure.js";
import { sortTable } from "./tables.js";
import { workPanel } from "./work.js";

const JUDGED = "motives";

function table(app, result, rows) {
  const { parties } = result;
  const titles = new Map(app.view.parties.map((p) => [p.region, new Map((p.stances ?? []).map((x) => [x.stance, x.title]))]));
  const places = placesFor(rows.flatMap((r) => parties.map((p) => r[p])));
  const stance = (r, p) => r[`stance of ${p}`];
  const made = sortTable({
    caption: `Payoffs, points of a year’s real income, by the motives of the negotiation; ${result.measured.when}, against ${result.measured.against}`, measured: result.measured,
    csvName: `${app.view.id}-stances`, sortBy: `stance ${parties[0]}`, filterText: (r) => parties.map((p) => stance(r, p)).join(" "),
    columns: [
      ...parties.map((p) => ({
        key: `stance ${p}`, title: capital(inText(app.regionName(p))), sort: (r) => stance(r, p), csv: `stance_of_${p}`,
        cell: (r) => h("span", { title: titles.get(p)?.get(stance(r, p)) ?? null }, stance(r, p)),
      })),
      ...parties.map((p) => ({ key: p, title: p, unit: "points", number: true, sort: (r) => r[p], cell: (r) => points(r[p], places) })),
      { key: "equilibrium", title: "Nobody leaves it alone", sort: (r) => Number(r.equilibrium), cell: (r) => (r.equilibrium ? "●" : "") },
      { key: "core", title: "Nobody can block it", sort: (r) => Number(r["in the core"]), cell: (r) => (r["in the core"] ? "●" : "") },
      { key: "blocked by", title: "Blocked by", sort: (r) => r["blocked by"], cell: (r) => r["blocked by"] },
    ],
    note: "Blocked: these could do better for themselves whatever the others do, and a combination that several groups could block names the first. What a stance is stands in a title above its name.",
  });
  made.update(rows);
  return made.node;
}

function show(app, result, box) {
  const rows = result.rows.filter((r) => r["judged by"] === JUDGED);
  const told = (r) => join(result.parties.map((p) => `${inText(app.regionName(p))} “${r[`stance of ${p}`]}”`));
  const stable = rows.filter((r) => r.equilibrium);
  const lede = stable.length ? `Left to themselves: ${stable.map(told).join("; or ")}.` : "Left to themselves they settle nowhere: somebody always gains by moving.";
  replace(box, h("p", { class: "lede small" }, lede), h("div", { class: "prose" }, paragraphs(h, result.words.motives)), table(app, result, rows),
    h("details", { class: "more-words" }, h("summary", null, "By real income alone, and what is not worked out"), h("div", { class: "prose" }, paragraphs(h, result.words.income), paragraphs(h, result.words.two_only))));
}

/** {node, update()}: the stances of three or more. */
export const manyPart = (app) => workPanel(app, { kind: "coalitions", label: "Work out every combination", show: (result, box) => show(app, result, box) });
