// What will happen: one set of odds with its clock, the tree and the months; and, behind their titles, the questions to watch, the
// stand-off that enters the odds, and the package both would sign.

import { h, replace } from "./dom.js";
import { count, longDay, percent, placesFor } from "./words.js";
import { dealPart } from "./deal.js";
import { daysAhead } from "./deadlines.js";
import { whole } from "./dossiers.js";
import { foldPart } from "./fold.js";
import { outlookPart } from "./outlook.js";
import { questionsPart } from "./questions.js";
import { standOffPart } from "./talks.js";

let dates;
let yours;
let outlook;
let folds;

async function drawDates(app) {
  const view = await whole(app.view).catch(() => null);
  if (view !== app.view) return; // another negotiation, or the server does not answer
  const ahead = daysAhead(view).slice(0, 6);
  replace(dates, ahead.length ? [h("h2", { class: "part" }, `Dates ahead, days counted from ${longDay(view.as_of)}`),
    h("ol", { class: "deadlines" }, ahead.map((d) => h("li", null, h("b", null, longDay(d.date)), h("span", { class: "left" }, count(d.days_left, "day")),
      h("span", { class: "what", title: d.all.join("\n") }, d.text, d.more ? h("small", null, ` and ${d.more} more`) : null))))] : null);
}

/** What the settings of the reader have to do with the odds. */
async function drawYours(app) {
  const moved = app.view.levers.filter((l) => l.id in app.place.levers);
  if (!moved.length) {
    replace(yours, "The odds come from the dates, the record and the motives written in the negotiation. The scenarios are its ends; which one is picked does not move the odds, and the horizon moves only what an end costs.");
    return;
  }
  const at = JSON.stringify(app.solveState());
  const party = app.view.parties[0]?.region;
  const income = (answer) => answer.headline.find((r) => r.region === party)?.real_income_pct;
  const ends = app.view.scenarios.filter((x) => x.id !== "status-quo");
  try {
    const own = income(await app.solve(app.solveState()));
    const found = [];
    for (const x of ends) found.push([x, income(await app.solve({ ...app.solveState(), scenario: x.id, levers: {} }))]);
    if (JSON.stringify(app.solveState()) !== at || !found.length) return;
    const places = placesFor([own, ...found.map((f) => f[1])]);
    const near = found.reduce((a, b) => (Math.abs(b[1] - own) < Math.abs(a[1] - own) ? b : a));
    replace(yours, `Your settings (${count(moved.length, "measure")} moved by hand) are none of the ends the odds speak of, so they have no odds of their own. For ${app.inText(party)} they come to `, h("b", null, percent(own, places)),
      `; nearest is “${near[0].title}” with ${percent(near[1], places)}. An offer is put to the other side at the table.`);
  } catch (error) {
    replace(yours, error.message);
  }
}

/** The tab, as tabs.js takes it. */
export const tab = {
  render(root, app) {
    dates = h("section", { class: "tab-part" });
    yours = h("p", { class: "quiet about", id: "yours-ahead" });
    outlook = outlookPart(app);
    folds = [
      foldPart("fold-questions", "What to watch", "the questions ranked by how much of what is open they settle", () => questionsPart(app)),
      foldPart("fold-stand-off", "Who would give way first", "the stand-off, one input to the odds, and what keeps a truce", () => standOffPart(app)),
      foldPart("fold-deal", "The package both would sign", "the zone, the clauses, who gains", () => dealPart(app)),
    ];
    root.append(h("h2", { class: "visually-hidden" }, "What will happen"), yours, h("section", { class: "tab-part" }, outlook.node), dates, folds.map((f) => f.node).reduce((box, node) => (box.append(node), box), h("div")));
  },
  onState(app, what) {
    if (what.has("view") || what.has("open")) drawDates(app);
    drawYours(app);
    outlook.update();
    for (const fold of folds) fold.update();
  },
};
