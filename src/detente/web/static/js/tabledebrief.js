// After the end: how it ended, what each seat got, the zone with what was signed, offered and left on the table, the engine's
// reasons, what the models and history say, and the files. The sentences are the server's, the same as in the terminal.

import { announce, h, replace, saveFile } from "./dom.js";
import { accentVar } from "./colours.js";
import { figureBox } from "./figure.js";
import { sig } from "./measure.js";
import { clausesView } from "./tableseat.js";
import { zoneDrawing } from "./tablezone.js";

const FILES = [["html", "Report"], ["md", "Transcript"], ["json", "Game as JSON"]];
const AGAIN = 1200; // ms between two looks at what is still being worked out

/** Draw the end of a game into `body`; `again()` goes back to the start. */
export function debriefView(body, context, wire, found, again) {
  const { view } = found;
  const { over } = view;
  const title = h("h3", { class: "table-title", tabindex: "-1" }, over.finding);
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
  replace(body, title,
    over.clauses ? h("div", { class: "paper" }, h("p", { class: "kicker" }, "What is signed"), clausesView(over.clauses, context.regionName)) : null, rest, state, trouble,
    h("div", { class: "actions table-files" }, buttons, h("button", { type: "button", class: "primary", on: { click: again } }, "Play again")));
  title.focus();
  announce(over.finding);

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

function parts(told, view, context) {
  const { words } = told;
  const [first, ...rest] = words.sections.filter((x) => x.anchor !== "signed"); // what is signed stands above
  return [h("p", { class: "lede small" }, words.lede), zone(told, context), grid(words.seats), prose(first), ...rest.map(prose),
    words.packages.map((x) => h("details", { class: "more-words" }, h("summary", null, x.title), clausesView(x.clauses, context.regionName))),
    words.reasons ? h("details", { class: "more-words" }, h("summary", null, words.reasons.title), grid(words.reasons)) : null];
}

const prose = (section) => h("div", { class: "prose" }, section.heading ? h("h4", null, section.heading) : null,
  section.paragraphs.map((x) => h("p", null, x.lead ? [h("b", null, x.lead), " "] : null, x.text)));

/** A table of texts. */
const grid = (table) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.title }, h("table", null,
  h("caption", null, table.title, h("small", null, table.subtitle)),
  h("thead", null, h("tr", null, table.columns.map((c) => h("th", { scope: "col", class: c.number ? "n" : null }, c.title, c.unit ? h("small", null, c.unit) : null)))),
  h("tbody", null, table.rows.map((row) => h("tr", null, row.map((text, k) => (k ? h("td", { class: table.columns[k].number ? "n" : null }, text) : h("th", { scope: "row" }, text))))))));

function zone(told, context) {
  const parties = told.seats.filter((s) => s.party);
  const words = told.words.zone;
  const box = figureBox();
  const marks = Object.entries(told.marks).map(([kind, m]) => ({ kind, label: words.marks[kind], at: parties.map((p) => m.worth[p.seat].points) }));
  const offers = told.offers.map((o) => ({ number: o.number, by: o.by, at: parties.map((p) => o.values[p.seat].points) }));
  const breakdown = parties.map((p) => p.breakdown.points);
  box.set({
    title: words.title, subtitle: words.subtitle, note: words.note,
    draw: (width) => zoneDrawing({ width, axes: words.axes, names: words.marks, frontier: told.zone.frontier, marks, offers, breakdown, colours: Object.fromEntries(parties.map((p) => [p.seat, accentVar(p.seat)])), alt: `${words.title}. ${marks.map((m) => `${m.label}: ${m.at.map((v) => sig(v)).join(", ")}`).join("; ")}.` }),
    csv: { name: `${told.dossier}-zone`, columns: ["what", ...parties.map((p) => `${p.seat}, points`)],
      rows: [...told.zone.frontier.map((p) => ["frontier", ...p]), ...marks.map((m) => [m.label, ...m.at]), ...offers.map((o) => [`offer ${o.number} by ${o.by}`, ...o.at]), ["collapse", ...breakdown]] },
  });
  return box.node;
}
