// Measures and dates, in a drawer: the timeline, the details of the measure pointed at, the deadlines, and all measures as a table.

import { h, replace, s, sourceLink } from "./dom.js";
import { capital, count, dayNumber, join, longDay } from "./words.js";
import { daysAhead } from "./deadlines.js";
import { whole } from "./dossiers.js";
import { drawer } from "./drawer.js";
import { figureBox } from "./figure.js";
import { sortTable } from "./tables.js";
import { STYLE, drawTimeline, statusBar, statusWords } from "./timeline.js";

let figure;
let details;
let table;
let filter = "live";
let pinned = null;

const LIVE = new Set(["in_force", "suspended", "stayed", "threatened", "announced", "announced_without_act", "not_yet_known"]);

function chosenRows(app) {
  const now = new Map(app.view.measures.map((m) => [m.id, m.status]));
  const rows = app.view.timeline.rows;
  if (filter === "all") return rows;
  if (filter === "ahead") {
    const today = app.view.as_of;
    return rows.filter((r) => r.spans.some((p) => p.start > today && dayNumber(p.start) < dayNumber(app.view.timeline.end)) || now.get(r.id) === "threatened" || now.get(r.id) === "announced");
  }
  return rows.filter((r) => LIVE.has(now.get(r.id)));
}

const instrument = (kind) => capital(kind.replaceAll("_", " "));

const whom = (app, m) => (m.on.includes("WORLD") ? "All economies" : m.on.length > 4 ? `${m.on.length} economies` : join(m.on.map((c) => app.regionName(c))));

function showMeasure(app, id, pin = false) {
  if (pin) pinned = id;
  const m = app.view.measures.find((x) => x.id === id);
  if (!m) return;
  const line = (what, value) => (value ? [h("dt", null, what), h("dd", null, value)] : null);
  replace(details,
    h("h3", null, m.title),
    h("p", { class: "status", data: { status: m.status } }, h("i", { class: "swatch" }), capital(statusWords(m.status)), ` on ${longDay(app.view.as_of)}`),
    h("dl", null,
      line("By", app.regionName(m.by)), line("On", whom(app, m)), line("What", instrument(m.instrument)),
      line("Size", m.rate), line("Authority", m.authority), line("Terms", m.conditions),
      m.lasts?.length ? line("When", m.lasts.map((p) => h("span", { class: "span" }, capital(p.words)))) : null,
      m.modelled === false ? line("In the numbers", `No. ${m.why_not ?? ""}`) : m.in_baseline ? line("In the numbers", "In the reference duties already.") : null),
    m.sources?.length ? h("p", { class: "sources" }, "Sources: ", m.sources.map((x, k) => [k ? "; " : "", sourceLink(x)])) : null);
}

function showEvent(app, e) {
  replace(details, h("h3", null, [capital(e.kind), e.place].filter(Boolean).join(", ")),
    h("p", { class: "status" }, e.until && e.until !== e.date ? `${longDay(e.date)} to ${longDay(e.until)}` : longDay(e.date), e.confirmed === false ? " (not confirmed)" : ""),
    h("p", null, e.text), e.outcome ? h("p", null, h("b", null, "Outcome: "), e.outcome) : null);
}

function key() {
  const entry = (status, words) => h("span", null, s("svg", { width: 26, height: 10, "aria-hidden": "true" }, statusBar(0, 0, 26, 10, status, "")), words);
  return h("p", { class: "status-key" }, entry("in_force", "in force"), entry("suspended", "suspended"), entry("threatened", "threatened or announced"), entry("expired", "ended"));
}

function draw(app) {
  const rows = chosenRows(app);
  const { timeline } = app.view;
  const deadlines = daysAhead(app.view);
  const next = deadlines[0];
  const live = app.view.measures.filter((m) => m.status === "in_force").length;
  figure.set({
    title: next ? `${capital(count(deadlines.length, "date"))} ahead; the next is ${longDay(next.date)}, ${count(next.days_left, "day")} after ${longDay(timeline.as_of)}` : `${count(live, "measure")} in force`,
    subtitle: `Drawn from ${longDay(timeline.start)} to ${longDay(timeline.end)}; many measures began before and last longer, as the details say. The line marks the day of the dossier`,
    csv: {
      name: `${app.view.id}-timeline`, columns: ["measure", "title", "by", "on", "status", "start", "end"],
      rows: timeline.rows.flatMap((r) => r.lasts.map((p) => [r.id, r.title, r.by, r.on.join(" "), p.status, p.start, p.end])),
    },
    draw: (width) => h("div", null, key(), rows.length ? drawTimeline({
      timeline, rows, deadlines, width, regionName: app.regionName, chosen: pinned,
      onShow: (row, pin) => showMeasure(app, row.id, pin), onEvent: (e) => showEvent(app, e),
    }) : h("p", { class: "quiet" }, "No measure of this kind.")),
  });
}

/** {onState(app, what)}: the drawer behind “Measures and dates”. */
export function createMeasures(app) {
  let drawn = null;
  const pick = h("select", { id: "which", on: { change: (e) => { filter = e.target.value; draw(app); } } },
    h("option", { value: "live" }, "Live on the day"), h("option", { value: "ahead" }, "Something ahead"), h("option", { value: "all" }, "All, ended ones too"));
  figure = figureBox({ kind: "wide", controls: [h("label", { for: "which" }, "Measures"), pick] });
  details = h("aside", { class: "details", "aria-label": "Details of the measure pointed at", "aria-live": "off" });
  table = sortTable({
    caption: "Every measure of the dossier", csvName: "measures", sortBy: "by", filterText: (m) => `${m.title} ${m.by} ${m.authority ?? ""} ${m.instrument} ${m.status}`,
    rowId: (m) => m.id, onPick: (m) => { showMeasure(app, m.id, true); details.scrollIntoView({ block: "nearest" }); }, pickLabel: (m) => `${m.title}: show details`,
    columns: [
      { key: "title", title: "Measure", sort: (m) => m.title, cell: (m) => m.title, csv: ["id", "title"], raw: (m) => [m.id, m.title] },
      { key: "by", title: "By", sort: (m) => app.regionName(m.by), cell: (m) => app.regionName(m.by), raw: (m) => m.by },
      { key: "on", title: "On", sort: (m) => m.on.join(" "), cell: (m) => whom(app, m) },
      { key: "instrument", title: "What", sort: (m) => m.instrument, cell: (m) => instrument(m.instrument) },
      { key: "rate", title: "Size", sort: (m) => m.rate ?? "", cell: (m) => m.rate ?? "" },
      { key: "status", title: "Status", sort: (m) => Object.keys(STYLE).indexOf(m.status), cell: (m) => h("span", { class: "status", data: { status: m.status } }, h("i", { class: "swatch" }), statusWords(m.status)), raw: (m) => m.status },
    ],
  });
  const sheet = drawer({ id: "measures", title: "Measures and dates", wide: true, opened: refresh });
  const coming = h("p", { class: "quiet", role: "status" }, "Loading …");
  const all = h("div", { hidden: true }, h("div", { class: "timeline-box" }, figure.node, details), table.node);
  sheet.body.append(coming, all);

  async function refresh() {
    if (!app.view || drawn === app.view) return;
    const view = (drawn = app.view);
    if (!view.measures) {
      all.hidden = true;
      replace(coming, "Loading …");
    }
    try {
      await whole(view);
    } catch (error) {
      if (drawn === view) { drawn = null; replace(coming, error.message); }
      return;
    }
    if (view !== app.view) return;
    replace(coming);
    all.hidden = false;
    pinned = null;
    draw(app);
    const first = chosenRows(app)[0] ?? app.view.timeline.rows[0];
    if (first) showMeasure(app, first.id);
    else replace(details);
    table.update(app.view.measures);
  }

  return { shown: sheet.shown, toggle: sheet.toggle, onState: (_, what) => { if (what.has("view") && sheet.shown()) refresh(); } };
}
