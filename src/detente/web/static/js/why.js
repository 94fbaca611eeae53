// Why this number: a drawer with what makes it up, through which channel, how sure it is, who pays, what others find, and how to
// take it along. The reasons come from the server (/why), for any number of the answer and any economy.

import { h, replace, sourceLink } from "./dom.js";
import { post } from "./api.js";
import { app, keep } from "./app.js";
import { saveCsv } from "./csv.js";
import { drawer } from "./drawer.js";
import { partBars } from "./parts.js";
import { addressSettled } from "./state.js";
import { capital, fixed, longDay, THIN } from "./words.js";

const known = new Map();
let sheet = null;
let asked = "";

/** The reasons of a number of the state the page is in, kept. */
export async function reasons(number) {
  const wanted = { ...app.solveState(), number };
  const key = JSON.stringify(wanted);
  return known.get(key) ?? keep(known, key, await post("/why", wanted));
}

const part = (title, ...content) => h("section", { class: "why-part" }, h("h3", null, title), ...content);

/** What is said of a figure whose range says too little. */
const SAID = { open: "Sign open: the range has both signs.", wide: "Size open: the ends of the range differ tenfold or more." };

export function partsOf(found) {
  const total = { label: "Together", value: found.value, text: app.front.numbers[found.number]?.text ?? "" };
  return [
    found.measures?.length ? part("By measure", partBars(found.measures, total)) : null,
    found.channels?.length ? part("Through which channel", partBars(found.channels.map((c) => ({ ...c, label: capital(c.label) })), total)) : null,
  ];
}

function sectorsOf(found) {
  const rows = found.sectors ?? [];
  if (!rows.length) return null;
  const jobs = rows.some((r) => Number.isFinite(r.jobs_thousand));
  const moved = rows.filter((r) => Math.abs(r.output_pct) >= 0.05);
  if (!moved.length) return part("Sectors", h("p", null, "No sector’s output moves by as much as 0.1\u202f%."));
  const shown = moved.length > 8 ? [...moved.slice(0, 4), ...moved.slice(-4)] : moved;
  return part("Sectors that move most", h("table", null,
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Sector"), h("th", { scope: "col", class: "n" }, "Output", h("small", null, "%")), jobs ? h("th", { scope: "col", class: "n" }, "Jobs", h("small", null, "thousand")) : null)),
    h("tbody", null, shown.map((r) => h("tr", null, h("th", { scope: "row" }, capital(r.name)), h("td", { class: "n" }, fixed(r.output_pct, 1, true)), jobs ? h("td", { class: "n" }, fixed(r.jobs_thousand, Math.abs(r.jobs_thousand) < 10 ? 1 : 0, true)) : null)))));
}

function sureness(found) {
  if (!found.range) return null;
  const swings = found.range.swings.filter((x) => x.at_low_text !== x.at_high_text);
  return part("How sure", found.sign in SAID ? h("p", null, h("b", null, SAID[found.sign])) : null, h("p", null, `Range over the model’s parameters: ${found.range.text}.`),
    swings.length ? h("table", null, h("caption", null, "The figure at the two ends of each parameter, the others at their centre"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Parameter"), h("th", { scope: "col", class: "n" }, "Low end"), h("th", { scope: "col", class: "n" }, "High end"))),
      h("tbody", null, swings.map((x) => h("tr", null, h("th", { scope: "row" }, capital(x.parameter)), h("td", { class: "n" }, x.at_low_text), h("td", { class: "n" }, x.at_high_text))))) : null);
}

const figure = (value, unit) => (Number.isFinite(value) ? `${fixed(value, Math.abs(value) < 10 ? 1 : 0, true)}${unit === "%" ? `${THIN}%` : ` ${unit}`}` : "–");

function others(found) {
  if (found.published === undefined) return null;
  if (!found.published.length) return part("What others find", h("p", { class: "quiet" }, "No published figure of this economy is on file to set beside ours."));
  return part("What others find", h("p", { class: "quiet" }, "Their question put to this model, so the figures differ from the one above."), h("div", { class: "published" }, found.published.map((x) => h("article", null,
    h("h4", null, `${x.who}: ${x.what}`), h("p", { class: "quiet" }, `${x.scenario}; ${x.time_basis}`),
    h("p", null, "Theirs ", h("b", null, figure(x.theirs, x.unit)), Number.isFinite(x.theirs_low) && Number.isFinite(x.theirs_high) ? ` (${figure(x.theirs_low, x.unit)} to ${figure(x.theirs_high, x.unit)})` : "", ", ours ", h("b", null, figure(x.ours, x.unit)), "."),
    x.reason ? h("p", null, x.reason) : null, x.sources?.length ? h("p", { class: "sources" }, x.sources.map((y, k) => [k ? "; " : "", sourceLink(y)])) : null))));
}

function takeAlong(found, number) {
  const status = h("span", { role: "status", class: "quiet" });
  const rows = [...(found.measures ?? []), ...(found.channels ?? [])].map((r) => [r.kind, r.label, r.value, found.unit]);
  const csv = found.by_date
    ? () => saveCsv(`why-${number}`, ["scenario_end", "by", "chance_pct"], [...found.by_date.map((x) => [found.title, x.date, x.percent]), [found.title, found.until, found.percent]])
    : () => saveCsv(`why-${number}`, ["kind", "part", "value", "unit"], [...rows, ["total", found.label, found.value, found.unit], ["low", found.label, found.low, found.unit], ["high", found.label, found.high, found.unit],
      ...(found.sectors ?? []).map((r) => ["sector output", r.name, r.output_pct, "percent"])]);
  const text = found.citation?.text;
  return part("Take it along", text ? h("p", { class: "citation" }, text) : null, h("p", { class: "tools" },
    h("button", { type: "button", class: "small", data: { csv: "why" }, on: { click: csv } }, "Data (CSV)"),
    text ? h("button", { type: "button", class: "small", data: { copy: "citation" }, on: { click: async () => {
      await addressSettled();
      try { await navigator.clipboard.writeText(`${text} ${found.citation.url ?? location.href}`); status.textContent = "Copied, with the link."; } catch { status.textContent = "This browser does not let the page copy; select the text instead."; }
    } } }, "Copy the citation") : null, status));
}

function chanceOf(found) {
  return [found.own ? h("p", null, found.own) : null, found.text.map((t) => h("p", null, t)),
    found.hangs_on?.length ? part("What it hangs on", h("table", null, h("caption", null, "The chance with the odds of a branch at their two ends, percent"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Branch"), h("th", { scope: "col", class: "n" }, "Low end"), h("th", { scope: "col", class: "n" }, "High end"))),
      h("tbody", null, found.hangs_on.map((x) => h("tr", null, h("th", { scope: "row" }, x.title), h("td", { class: "n" }, Math.round(100 * x.at_low)), h("td", { class: "n" }, Math.round(100 * x.at_high))))))) : null,
    h("p", null, h("button", { type: "button", class: "small", on: { click: () => app.set({ tab: "ahead" }, "push") } }, "The tree of ways on, and odds of your own"))];
}

function draw(found, number) {
  if (found.unit === "chance") {
    replace(sheet.body, h("p", { class: "why-number" }, h("b", null, `${found.percent}${THIN}%`), h("span", null, `“${found.title}”, by ${longDay(found.until)}`)), ...chanceOf(found).flat(), takeAlong(found, number));
    return;
  }
  const region = found.region;
  replace(sheet.body, h("p", { class: "why-number" }, h("b", null, app.front.numbers[number]?.[found.sign in SAID ? "said" : "text"] ?? ""), h("span", null, `${found.label}; ${app.front.when}, against ${found.against}`)),
    found.text.map((t) => h("p", null, t)), ...partsOf(found), sureness(found), found.who_pays ? part("Who pays", h("p", null, found.who_pays.text)) : null, sectorsOf(found), others(found),
    region && region !== "WORLD" ? h("p", null, h("button", { type: "button", class: "small", on: { click: () => app.set({ tab: "who", region }, "push") } }, "The page of this economy")) : null, takeAlong(found, number));
}

/** Open the drawer on a number of the answer. */
export async function showWhy(_, number) {
  sheet ??= drawer({ id: "why", title: "Why this number?", closed: () => { asked = ""; } });
  sheet.show();
  asked = number;
  sheet.body.dataset.number = number;
  replace(sheet.body, h("p", { class: "quiet", role: "status" }, "Looking for the reasons …"));
  await follow();
}

/** The page has moved on: the reasons follow while the drawer is open. */
export async function follow() {
  if (!asked || !app.front) return;
  if (!asked.startsWith("chance.") && !(asked in app.front.numbers)) asked = `${app.place.unit}.${asked.split(".")[1]}`; // another unit
  const number = asked;
  const key = JSON.stringify(app.solveState());
  sheet.body.classList.add("belongs-late");
  try {
    const found = await reasons(number);
    if (asked !== number || JSON.stringify(app.solveState()) !== key) return;
    draw(found, number);
  } catch (error) {
    if (asked === number) replace(sheet.body, h("p", { class: "problem", role: "alert" }, error.message));
  } finally {
    sheet.body.classList.remove("belongs-late");
  }
}
