// After the end: how it ended, what each seat got, the zone with what was signed, offered and left on the table, and the files.

import { announce, h, replace, saveFile } from "./dom.js";
import { capital, inText, longDay } from "./words.js";
import { clausesView, worthWords } from "./tableseat.js";

const FILES = [["html", "Report (HTML)"], ["md", "Transcript (Markdown)"], ["json", "Game (JSON)"]];

/** Draw the end of a game into `body`; `again()` goes back to the start. */
export function debriefView(body, context, wire, found, again) {
  const { view } = found;
  const { over } = view;
  const name = (code) => inText(context.regionName(code));
  const how = {
    deal: `A deal is signed on ${longDay(over.day)}.`, walked: `${capital(name(over.by))} walked away on ${longDay(over.day)}. Talks have failed.`,
    collapse: `Talks collapsed before ${longDay(over.day)}.`, time: `Time ran out on ${longDay(over.day)}; nothing is signed.`,
  }[over.how];
  const title = h("h3", { class: "table-title", tabindex: "-1" }, how);
  const rest = h("div", { class: "table-debrief" }, h("p", { class: "quiet" }, "What was hidden is being put together …"));
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const files = h("div", { class: "actions" }, FILES.map(([kind, label]) => h("button", { type: "button", data: { file: kind }, on: { click: async () => {
    try {
      const file = await wire.file(kind);
      saveFile(file.name, file.blob);
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
    }
  } } }, label)), h("button", { type: "button", class: "primary", on: { click: again } }, "Play again"));
  replace(body, title, h("p", { class: "lede small" }, `Worth to you: ${worthWords(over.worth, view.seat.party)}.`), over.clauses ? h("div", { class: "paper" }, clausesView(over.clauses, context.regionName)) : null, rest, trouble, files);
  title.focus();
  announce(how);
  wire.debrief().then((told) => replace(rest, parts(told, view, context)), (error) => replace(rest, h("p", { class: "problem", role: "alert" }, error.message)));
}

function parts(told, view, context) {
  return [h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What each seat got" }, h("table", null, h("caption", null, "What each seat got, against nothing signed"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Seat"), h("th", { scope: "col" }, "Worth"))),
    h("tbody", null, view.seats.map((seat) => h("tr", null, h("th", { scope: "row" }, context.regionName(seat.code)), h("td", null, worthWords(told.seats[seat.code], seat.party)))))))];
}
