// After the end: how it ended, what each seat got, the zone with what was signed, offered and left on the table, the engine's
// reasons, what the models and history say, and the files.

import { announce, h, replace, saveFile } from "./dom.js";
import { THIN, capital, inText, join, longDay, shortDay } from "./words.js";
import { accentVar } from "./colours.js";
import { figureBox } from "./figure.js";
import { sig, usd } from "./measure.js";
import { clausesView, worthWords } from "./tableseat.js";
import { zoneDrawing } from "./tablezone.js";

const FILES = [["html", "Report"], ["md", "Transcript"], ["json", "Game as JSON"]];
const AGAIN = 1200; // ms between two looks at what is still being worked out

/** Draw the end of a game into `body`; `again()` goes back to the start. */
export function debriefView(body, context, wire, found, again) {
  const { view } = found;
  const { over } = view;
  const name = (code) => inText(context.regionName(code));
  const how = {
    deal: `A deal is signed on ${longDay(over.day)}`, walked: `${capital(name(over.by))} walked away on ${longDay(over.day)}: talks have failed`,
    collapse: `Talks collapsed before ${longDay(over.day)}`, time: `Time ran out on ${longDay(over.day)}; nothing is signed`,
  }[over.how];
  const title = h("h3", { class: "table-title", tabindex: "-1" }, how);
  title.style.setProperty("--accent", accentVar(view.seat.code));
  const rest = h("div", { class: "table-debrief" }, h("p", { class: "quiet" }, "What was hidden is being put together …"));
  const state = h("p", { class: "quiet", role: "status" });
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const say = (message) => { trouble.textContent = message; trouble.hidden = !message; };
  const buttons = FILES.map(([kind, label]) => h("button", { type: "button", disabled: true, data: { file: kind }, on: { click: async () => {
    try {
      say("");
      const file = await wire.file(kind);
      saveFile(file.name, file.blob);
    } catch (error) {
      say(error.message);
    }
  } } }, label));
  replace(body, title, h("p", { class: "lede small" }, `For ${name(view.seat.code)}: ${worthWords(over.worth, view.seat.party)}, against nothing signed.`),
    over.clauses ? h("div", { class: "paper" }, h("p", { class: "kicker" }, "What is signed"), clausesView(over.clauses, context.regionName)) : null, rest, state, trouble,
    h("div", { class: "actions table-files" }, buttons, h("button", { type: "button", class: "primary", on: { click: again } }, "Play again")));
  title.focus();
  announce(how);

  async function fetchIt() {
    try {
      const answer = await wire.debrief();
      if (!body.contains(rest)) return;
      replace(rest, parts(answer.told, view, context));
      if (answer.problem) say(answer.problem);
      state.textContent = answer.complete ? "" : "The engine’s own package and the odds are still being worked out …";
      for (const button of buttons) button.disabled = !answer.complete || Boolean(answer.problem);
      if (!answer.complete) setTimeout(fetchIt, AGAIN);
    } catch (error) {
      if (body.contains(rest)) say(error.message);
    }
  }
  fetchIt();
}

const share = (x) => `${Math.round(100 * x)}${THIN}%`;

function parts(told, view, context) {
  const name = (code) => inText(context.regionName(code));
  return [zone(told, name, context), got(told, context), tableLeft(told, name), compared(told, context), thinking(told, name, context), world(told)];
}

function zone(told, name, context) {
  const parties = told.seats.filter((s) => s.party);
  const box = figureBox();
  const shares = parties.map((p) => p.share_of_best);
  const signed = told.how === "deal";
  const said = signed && shares.every((x) => x !== null)
    ? `Of the most the zone held for it, ${join(parties.map((p, k) => `${name(p.seat)} got ${share(shares[k])}`))}`
    : told.zone.better_for_both ? `Nothing is signed, though ${told.zone.better_for_both.toLocaleString("en")} of ${told.zone.packages.toLocaleString("en")} packages were better for both` : "No package was better for both than nothing signed";
  const labels = { signed: "signed", fair: "equal shares", predicted: "by the engine", history: "as it came" };
  const marks = Object.entries(told.marks).map(([kind, m]) => ({ kind, label: labels[kind] ?? kind, at: parties.map((p) => m.worth[p.seat].points) }));
  const offers = told.offers.map((o) => ({ number: o.number, by: o.by, at: parties.map((p) => o.values[p.seat].points) }));
  const axes = parties.map((p) => `${context.regionName(p.seat)}, points`);
  const breakdown = parties.map((p) => p.breakdown.points);
  box.set({
    title: capital(said), subtitle: "Gain of both parties, points (a percent of a year’s real income, motives weighed in), against nothing signed",
    note: "The line is the frontier: on it nobody can gain without the other losing. Numbers are the offers, read off the table of prices on their day; diamonds are packages solved again, signed at the start.",
    draw: (width) => zoneDrawing({ width, axes, frontier: told.zone.frontier, marks, offers, breakdown, colours: Object.fromEntries(parties.map((p) => [p.seat, accentVar(p.seat)])), alt: `${capital(said)}. ${marks.map((m) => `${m.label}: ${m.at.map((v) => sig(v)).join(" and ")}`).join("; ")}.` }),
    csv: { name: `${told.dossier}-zone`, columns: ["what", ...parties.map((p) => `${p.seat}, points`)],
      rows: [...told.zone.frontier.map((p) => ["frontier", ...p]), ...marks.map((m) => [m.label, ...m.at]), ...offers.map((o) => [`offer ${o.number} by ${o.by}`, ...o.at]), ["collapse", ...breakdown]] },
  });
  return box.node;
}

const cell = (value, party) => h("td", { class: "n" }, value ? [party ? sig(value.points) : `${sig(value.percent)}${THIN}%`, h("small", null, Math.abs(value.million_usd) < 0.05 ? "" : usd(value.million_usd, true))] : "–");

function got(told, context) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What each seat got" }, h("table", { class: "table-got" },
    h("caption", null, "What each seat got, against nothing signed: points (percent of real income beside the table), and dollars a year"),
    h("thead", null, h("tr", null, h("td", null), ["Got", "The most there was", "Left on the table", "Lost by waiting", "Had talks collapsed"].map((t) => h("th", { scope: "col", class: "n" }, t)))),
    h("tbody", null, told.seats.map((s) => h("tr", null, h("th", { scope: "row" }, context.regionName(s.seat), h("small", null, s.player === "engine" ? "engine" : "")),
      [s.got, s.best, s.left, s.late, s.breakdown].map((v) => cell(v, s.party)))))));
}

function tableLeft(told, name) {
  const lines = [];
  for (const s of told.seats.filter((x) => x.party && x.left)) {
    if (told.how === "deal") lines.push(s.left.points > 5e-4 ? `${capital(name(s.seat))} could have had ${sig(s.left.points, false)} points more without the other side losing.` : `${capital(name(s.seat))} left nothing on the table.`);
    else lines.push(s.left.points > 5e-4 ? `The package of equal shares would have brought ${name(s.seat)} ${sig(s.left.points, false)} points more than what came.` : `For ${name(s.seat)} the package of equal shares was worth no more than what came.`);
  }
  return lines.length ? h("div", { class: "prose" }, lines.map((t) => h("p", null, t))) : null;
}

function compared(told, context) {
  const heads = { predicted: "The package that the engine’s search would put on the table", fair: "The package with the largest equal share for both", history: "What came in fact, on these issues" };
  const found = Object.entries(heads).filter(([kind]) => told.marks[kind]);
  return found.map(([kind, head]) => h("details", { class: "more-words" }, h("summary", null, head), clausesView(told.marks[kind].clauses, context.regionName)));
}

function thinking(told, name, context) {
  if (!told.reasons.length) return null;
  const did = { offer: (r) => `offered No ${r.number}`, counter: (r) => `answered with No ${r.number}`, accept: (r) => `signed No ${r.number}`, wait: () => "said nothing", walk: () => "walked away" };
  const kept = [...told.immovable.map((p) => `${capital(name(p))} had been drawn as one that never moves.`), ...Object.entries(told.gave_way).map(([p, day]) => `${capital(name(p))} gave way by chance from ${longDay(day)} on.`)];
  return h("details", { class: "more-words" }, h("summary", null, "What the engine was thinking"), kept.map((t) => h("p", null, t)),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What the engine was thinking" }, h("table", null, h("caption", null, "Points; the demand is a share of the most the zone held for it"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Day"), h("th", { scope: "col" }, "Move"), ["Demand", "Was offered", "Would take", "Nothing better without"].map((t) => h("th", { scope: "col", class: "n" }, t)))),
      h("tbody", null, told.reasons.map((r) => h("tr", null, h("th", { scope: "row" }, shortDay(r.day)), h("td", null, `${context.regionName(r.seat)} ${(did[r.kind] ?? (() => r.kind))(r)}`),
        h("td", { class: "n" }, share(r.why.demand ?? 0)), [r.why.offered, r.why.need, r.why.walk_away].map((v) => h("td", { class: "n" }, v === null || v === undefined ? "–" : sig(v)))))))));
}

function world(told) {
  const odds = told.odds.length ? h("p", null, `From the first day the outlook had ${join(told.odds.slice(0, 4).map((o) => `“${o.title}” at ${o.percent}${THIN}%`))}.`) : null;
  const state = { "not yet": "What history does is not known yet.", "not here": "No ledger here tells what came in fact." }[told.history.state];
  const events = told.history.events.length ? h("ul", null, told.history.events.map((e) => h("li", null, `${longDay(e.day)}: ${e.text}`))) : null;
  return h("div", { class: "prose" }, h("h4", null, "What the models said, and what came"), odds, state ? h("p", null, state) : null, events);
}
