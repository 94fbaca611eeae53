// A figure: title (the message), subtitle (unit, time basis, baseline), drawing, note, and its data as CSV.
// The drawing is made for the width there is, and again when that changes.

import { h, replace, uid } from "./dom.js";
import { saveCsv } from "./csv.js";
import { takeAway } from "./take.js";

/** {node, set({title, subtitle, note, draw(width) → node, csv: {name, columns, rows}, take: {name, body} of a figure the server draws})}. */
export function figureBox({ kind = "", controls = [], level = 3 } = {}) {
  const id = uid("figure");
  const title = h(`h${level}`, { class: "title", id });
  const subtitle = h("p", { class: "subtitle" });
  const body = h("div", { class: "drawing" });
  const note = h("p", { class: "note" });
  const node = h("figure", { class: `chart ${kind}`, "aria-labelledby": id },
    h("figcaption", null, h("div", null, title, subtitle), controls.length ? h("div", { class: "controls" }, ...controls) : null), body, note);
  let now = null;
  let width = 0;
  let taken = null;
  const take = takeAway(() => taken);

  function paint() {
    const room = Math.floor(body.clientWidth);
    if (!now || room < 60) return;
    width = room;
    const drawn = now.draw(room);
    if (body.firstChild !== drawn) replace(body, drawn); // the same node again keeps its focus
  }

  new ResizeObserver(() => { if (Math.floor(body.clientWidth) !== width) paint(); }).observe(body);

  return {
    node,
    set(content) {
      now = content;
      title.textContent = content.title;
      subtitle.textContent = content.subtitle ?? "";
      const save = content.csv
        ? h("button", { type: "button", class: "link", on: { click: () => saveCsv(content.csv.name, content.csv.columns, content.csv.rows, content.csv.measured) } }, "Data (CSV)")
        : null;
      const words = content.note ? h("span", null, content.note, " ") : null;
      taken = content.take ?? null;
      replace(note, words, save, taken ? take : null);
      paint();
    },
  };
}

const context = document.createElement("canvas").getContext("2d");
/** Width of a text in px, in the page's sans. */
export function textWidth(text, size = 13, weight = 400) {
  context.font = `${weight} ${size}px Arial, "Helvetica Neue", Helvetica, "Liberation Sans", sans-serif`;
  return context.measureText(text).width;
}

/** `text` cut to `room` px with an ellipsis. */
export function clipped(text, room, size = 13) {
  if (textWidth(text, size) <= room) return text;
  let cut = text;
  while (cut.length > 1 && textWidth(`${cut}…`, size) > room) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

/** `text` in lines of at most `room` px. */
export function wrapped(text, room, size = 13, most = 3) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const joined = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && textWidth(joined, size) <= room) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), clipped(lines.slice(most - 1).join(" "), room, size)];
}
