// The stand-off: the payoffs of the stances, who gives way first, and what keeps a truce.

import { h, replace } from "./dom.js";
import { capital, inText } from "./words.js";
import { ofJob, stillBox } from "./still.js";
import { workPanel } from "./work.js";
import { chance, choice, paragraphs, rangeAfter } from "./measure.js";
import { payoffTable, payoffTitle } from "./payoffs.js";
import { keepingTable } from "./keeping.js";
import { manyPart } from "./many.js";

const BASIS = { motives: "motives of the dossier", income: "real income alone" };
let duties;
let judged = "motives";

const name = (app, code) => inText(app.regionName(code));
const titles = (app) => Object.fromEntries(app.view.parties.map((p) => [p.region, Object.fromEntries((p.stances ?? []).map((x) => [x.stance, x.title]))]));

// -- the payoffs -------------------------------------------------------------------------------------------------------
function payoffs(app, result) {
  const box = h("div");
  const heading = h("h3", { class: "title" });
  const draw = () => {
    const game = judged === "motives" ? result.game : result.game_real_income_only;
    heading.textContent = `${payoffTitle(game, (c) => name(app, c))}, judged by ${BASIS[judged]}`;
    replace(box, payoffTable(game, {
      name: (c) => name(app, c), titles: titles(app),
      caption: `Payoffs, points (percent of a year’s real income${judged === "motives" ? ", all motives counted in it" : ""}); ${result.measured.when}, against ${result.measured.against}`,
    }));
  };
  const pick = choice(h, { name: "judged-game", legend: "Judged by", value: judged, options: [["motives", "Motives"], ["income", "Real income"]], change: (v) => { judged = v; draw(); } });
  draw();
  const stances = app.view.parties.filter((p) => result.game.parties.includes(p.region)).map((p) => h("div", null,
    h("h4", null, app.regionName(p.region)), h("ul", null, (p.stances ?? []).map((x) => h("li", null, h("b", null, `${capital(x.stance)}: `), x.title)))));
  return h("figure", { class: "chart" }, h("figcaption", null, heading, h("div", { class: "controls" }, pick.node)), box,
    h("p", { class: "note" }, "● best reply to what the other does. Framed: neither gains by moving alone. Blue: better than the status quo, orange: worse; shade by the root of the size."),
    h("details", { class: "more-words" }, h("summary", null, "What the stances are"), h("div", { class: "pair" }, stances)));
}

// -- who gives way -----------------------------------------------------------------------------------------------------
function oddsSentence(app, result) {
  const { first, second, collapse, standing, trials, parties } = result.odds;
  if (!Number.isFinite(first?.[1])) return null;
  const told = (x) => [h("b", null, chance(x[1])), rangeAfter(x[1], x[0], x[2])];
  const order = [[`${capital(name(app, parties[0]))} gives way first`, first], [`${capital(name(app, parties[1]))} gives way first`, second], ["Talks collapse", collapse]]
    .sort((a, b) => b[1][1] - a[1][1]);
  const nodes = order.map(([what, x], k) => [k ? `, ${what.charAt(0) === "T" && what.startsWith("Talks") ? what.toLowerCase() : what.startsWith("The ") ? what.charAt(0).toLowerCase() + what.slice(1) : what} with ` : `${what} with `, told(x)]);
  return h("p", { class: "lede small" }, "An input to those odds, in the end and not by a date, and no second answer. By the stand-off models alone: ", nodes, standing?.[1] > 0.005 ? [", nothing ends it with ", told(standing)] : null, ".",
    h("span", { class: "quiet" }, ` Average over ${new Intl.NumberFormat("en").format(trials)} combinations of what nobody has measured, with the range over models and motives.`));
}

function oddsFigure(app, result, done) {
  if (!Number.isFinite(result.odds.first?.[1])) return null; // no model gives odds
  const [a, b] = result.odds.parties;
  const figure = stillBox({ kind: "wide" });
  figure.want(ofJob(done.id, "odds", {
    measured: result.measured, name: `${app.view.id}-stand-off`, columns: ["model", "assumes", "outcome", "low", "mean", "high"],
    rows: Object.entries(result.models).flatMap(([id, m]) => [`${a} eases`, `${b} eases`, "talks collapse", "no end"].map((w) => [id, m["what it assumes"], w, m[`${w}, low`], m[w], m[`${w}, high`]])),
  }));
  return figure.node;
}

function standOffWords(result) {
  const words = result.words ?? {};
  const lead = [["agreement", "The paradox"], ["at_once", "What is left out"], ["decides", "What decides"]];
  const more = [["answer", "By the deadline, and in the end"], ["breaks", "What would flip it"], ["deadline", "The clock"], ["delay", "What a day costs"], ["threats", "Public threats"], ["game", "The payoffs"]];
  const part = ([key, title]) => (words[key] ? h("div", { class: "said" }, h("h4", null, title), paragraphs(h, words[key])) : null);
  if (!result.words) return h("details", { class: "more-words" }, h("summary", null, "In words"), h("div", { class: "prose columns" }, paragraphs(h, result.explained)));
  return h("div", null, h("div", { class: "prose columns" }, lead.map(part)),
    h("details", { class: "more-words" }, h("summary", null, "More: the clock, what a day costs, public threats, what would flip it"), h("div", { class: "prose columns" }, more.map(part))));
}

function showStandOff(app, result, box, done) {
  const one = result.one_set?.text?.[0];
  replace(box, one ? h("p", { id: "one-set" }, h("b", null, "The odds that count are those of the tree above. "), one) : null, oddsSentence(app, result), h("div", { class: "pair wide-right" }, payoffs(app, result), oddsFigure(app, result, done)), standOffWords(result));
  replace(truceBox, h("h3", { class: "part" }, "What keeps a truce, and for how long"), keepingTable(app, result), duties.node,
    result.truce_words ? h("details", { class: "more-words", open: true }, h("summary", null, "In words"), h("div", { class: "prose columns" }, result.truce_words.map((t) => h("p", null, t)))) : null);
}

let truceBox;

function showDuties(app, result, box) {
  const text = paragraphs(h, result.explained);
  replace(box, h("div", { class: "prose" }, text.slice(-1)));
}

/** {node, update()}: the stand-off by itself, and what keeps a truce or a deal. */
export function standOffPart(app) {
  const panel = workPanel(app, { kind: "talks", label: "Work out the stand-off", show: (result, box, done) => showStandOff(app, result, box, done) });
  duties = workPanel(app, {
    kind: "truce", label: "The lowest duties both would keep", auto: false, hint: "Nine equilibria more; about fifteen seconds.",
    show: (result, box) => showDuties(app, result, box),
  });
  const many = manyPart(app);
  truceBox = h("section");
  const offer = h("span", null, ": an offer is put to the other side at the table");
  return {
    node: h("div", null, h("p", { class: "quiet about" }, "It hangs on the stances and motives written in the negotiation and on the horizon. What is moved by hand does not enter", offer, "."), many.node, panel.node, truceBox),
    update() {
      const pair = app.view.parties.length === 2;
      panel.node.hidden = truceBox.hidden = offer.hidden = !pair;
      many.node.hidden = pair;
      if (!pair) { many.update(); return; }
      panel.update();
      if (!panel.result()) replace(truceBox); // another dossier
      duties.update();
    },
  };
}
