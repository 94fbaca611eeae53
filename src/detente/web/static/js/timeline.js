// The timeline: measures as bars whose style tells their status, talks as dots, deadlines as lines with the days left.
// Threatened or announced dashed, in force solid, suspended hatched, ended faded: the same everywhere.

import { s } from "./dom.js";
import { count, dayNumber, isoOf, longDay, shortDay } from "./words.js";
import { accent, accentVar } from "./colours.js";
import { clipped, textWidth } from "./figure.js";

export const STYLE = {
  threatened: "dashed", announced: "dashed", announced_without_act: "dashed", not_yet_known: "dashed", in_force: "solid",
  suspended: "hatched", stayed: "hatched", expired: "faded", withdrawn: "faded", struck_down: "faded", replaced: "faded",
};
export const statusWords = (status) => status.replaceAll("_", " ");

function months(start, end) {
  const found = [];
  let [y, m] = isoOf(start).split("-").map(Number);
  for (;;) {
    const at = Date.UTC(y, m - 1, 1) / 86_400_000;
    if (at > end) return found;
    if (at >= start) found.push({ at, month: m, year: y });
    [y, m] = m === 12 ? [y + 1, 1] : [y, m + 1];
  }
}

/** A bar in a status's style. */
export function statusBar(x, y, width, height, status, party) {
  const style = STYLE[status] ?? "solid";
  const colour = accentVar(party);
  const wide = Math.max(width, 2);
  if (style === "dashed") return s("rect", { x: x + 0.6, y: y + 0.6, width: Math.max(wide - 1.2, 1), height: height - 1.2, fill: "var(--paper)", stroke: colour, "stroke-width": 1.2, "stroke-dasharray": "4 3" });
  if (style === "hatched") return s("rect", { x: x + 0.6, y: y + 0.6, width: Math.max(wide - 1.2, 1), height: height - 1.2, fill: `url(#hatch-${accent(party)})`, stroke: colour, "stroke-width": 1.2 });
  return s("rect", { x, y, width: wide, height, fill: colour, rx: 1, opacity: style === "faded" ? 0.28 : 1 });
}

/**
 * An SVG. `timeline` of a DossierView, `deadlines` as in deadlines.js, rows already chosen. `onShow(row)` when a row is
 * pointed at or focused; `onEvent(event)` for a round of talks. Rows are one tab stop; up and down move between them.
 */
export function drawTimeline({ timeline, rows, deadlines, width, regionName, onShow, onEvent, chosen }) {
  const start = dayNumber(timeline.start);
  const end = dayNumber(timeline.end);
  const today = dayNumber(timeline.as_of);
  const beside = width >= 680;
  const left = beside ? Math.min(330, width * 0.36) : 0;
  const at = (day) => left + ((Math.min(Math.max(day, start), end) - start) / (end - start)) * (width - left - 2);
  const nodes = [];

  // deadlines: one line of words each, the latest on top, so that no label crosses a later line
  const due = deadlines.filter((d) => !["expected", "summit", "talks"].includes(d.kind) && dayNumber(d.date) <= end).slice(0, 7);
  const line = 17;
  const top = 6 + line * (due.length + 1);
  const talks = timeline.events.filter((e) => ["talks", "summit", "call", "deal", "truce", "expected"].includes(e.kind) && dayNumber(e.until ?? e.date) >= start && dayNumber(e.date) <= end);
  const dotsY = top + 40;
  const firstRow = dotsY + 22;

  const parties = [...new Set(rows.map((r) => r.by))];
  let y = firstRow;
  const placed = [];
  for (const party of parties) {
    nodes.push(s("rect", { x: 0, y: y + 6, width: 10, height: 10, fill: accentVar(party) }));
    nodes.push(s("text", { x: 15, y: y + 15.5, "font-size": 14, "font-weight": 700 }, regionName(party)));
    y += 26;
    for (const row of rows.filter((r) => r.by === party)) {
      placed.push({ row, y, tall: beside ? 22 : 34 });
      y += beside ? 22 : 34;
    }
    y += 8;
  }
  const bottom = y + 4;
  const height = bottom + 36;

  const every = width < 560 ? 3 : 1;
  const marks = months(start, end);
  const grid = marks.map((m, k) => [
    s("path", { d: `M${at(m.at)} ${dotsY + 12}V${bottom}`, class: "grid" }),
    k % every === 0 ? s("text", { x: at(m.at) + 2, y: bottom + 14, "font-size": 12, class: "quiet" }, new Date(m.at * 86_400_000).toLocaleString("en-GB", { month: "short", timeZone: "UTC" })) : null,
    k === 0 || m.month === 1 ? s("text", { x: at(m.at) + 2, y: bottom + 28, "font-size": 12, class: "quiet" }, String(m.year)) : null,
  ]);

  const dueNodes = due.map((d, k) => {
    const x = at(dayNumber(d.date));
    const ly = 6 + line * (due.length - 1 - k);
    const words = `${shortDay(d.date)}, ${count(d.days_left, "day")} left: ${d.text}${d.more ? ` and ${d.more} more` : ""}`;
    return [
      s("path", { d: `M${x} ${ly}V${bottom}`, class: "deadline" }),
      s("text", { x: x - 5, y: ly + 11, "text-anchor": "end", "font-size": 12, class: "halo" }, s("title", null, d.all.join("\n")), clipped(words, x - 8, 12)),
    ];
  });
  const now = [
    s("path", { d: `M${at(today)} ${6 + line * due.length}V${bottom}`, class: "today" }),
    s("text", { x: at(today) - 5, y: 6 + line * due.length + 12, "text-anchor": "end", "font-size": 12, "font-weight": 700, class: "halo" }, `as of ${shortDay(timeline.as_of)}`),
  ];

  // talks: a dot each; its place above it where there is room
  const taken = [-1, -1];
  const dotNodes = talks.map((e) => {
    const x = at(dayNumber(e.date));
    const ahead = dayNumber(e.date) > today;
    const label = e.place ?? (e.kind === "call" ? "call" : "");
    const room = textWidth(label, 12) + 8;
    const level = label ? taken.findIndex((t) => x - room / 2 > t) : -1;
    if (level >= 0) taken[level] = x + room / 2;
    const node = s("g", { class: "talk", tabindex: "-1" },
      level >= 0 ? [s("path", { d: `M${x} ${dotsY}V${top + 12 + 13 * level}`, class: "grid" }), s("text", { x: Math.min(Math.max(x, left + room / 2), width - room / 2), y: top + 10 + 13 * level, "text-anchor": "middle", "font-size": 12, class: "halo" }, label)] : null,
      s("circle", { cx: x, cy: dotsY, r: 5, fill: ahead ? "var(--paper)" : "var(--ink)", stroke: "var(--ink)", "stroke-width": 1.4 }),
      s("title", null, `${longDay(e.date)}: ${e.text}`));
    node.addEventListener("pointerenter", () => onEvent(e));
    return node;
  });
  if (talks.length && beside) nodes.push(s("text", { x: 0, y: dotsY + 4, "font-size": 12, class: "quiet" }, "Talks (open: still to come)"));

  const groups = [];
  for (const { row, y: ry, tall } of placed) {
    const barY = beside ? ry + 6 : ry + 19;
    const words = (row.lasts ?? []).map((p) => p.words).join(", ");
    const group = s("g", { class: `measure-row${chosen === row.id ? " chosen" : ""}`, tabindex: groups.length ? "-1" : "0", role: "button", "aria-label": `${row.title}: ${words}`, "data-id": row.id },
      s("rect", { class: "hit", x: 0, y: ry, width, height: tall }),
      s("title", null, row.title), s("text", { x: 0, y: ry + 14, "font-size": 12 }, clipped(row.title, (beside ? left : width) - 12, 12)),
      row.spans.map((p) => {
        const [x1, x2] = [at(dayNumber(p.start)), at(dayNumber(p.end))];
        return dayNumber(p.end) < start || dayNumber(p.start) > end ? null : statusBar(x1, barY, x2 - x1, 10, p.status, row.by);
      }));
    group.addEventListener("pointerenter", () => onShow(row));
    group.addEventListener("click", () => onShow(row, true));
    group.addEventListener("focus", () => { for (const g of groups) g.setAttribute("tabindex", g === group ? "0" : "-1"); onShow(row); });
    groups.push(group);
  }
  const all = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "timeline", role: "group", "aria-label": `Timeline of ${count(rows.length, "measure")} from ${longDay(timeline.start)} to ${longDay(timeline.end)}; up and down arrows move between measures` },
    grid, nodes, groups, dueNodes, now, dotNodes);
  all.addEventListener("keydown", (event) => {
    const k = groups.indexOf(document.activeElement);
    const to = { ArrowDown: k + 1, ArrowUp: k - 1, Home: 0, End: groups.length - 1 }[event.key];
    if (k < 0 || to === undefined || !groups[to]) return;
    event.preventDefault();
    groups[to].focus();
  });
  return all;
}
