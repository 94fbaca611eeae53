// Overview: the answer in words, five figures, the map, who gains and loses, what drives it, duties before and after.

import { h, replace } from "./dom.js";
import { answerSentence, capital, duty, inText, isTiny, percent, points, possessive, range } from "./words.js";
import { accentVar, niceEnd } from "./colours.js";
import { figureBox } from "./figure.js";
import { bars } from "./bars.js";
import { strip } from "./dots.js";
import { INDICATORS, indicator, mapFigure } from "./mapfigure.js";
import { registerTab } from "./tabs.js";
import { sectorFigure } from "./region.js";

const part = {};

function numbers(app) {
  const rows = app.focusRows(app.answer, app.currentRanges());
  const tail = `${app.run()}, against ${app.against()}`;
  const end = niceEnd(rows.flatMap((r) => [r.real_income_pct, r.low, r.high]).filter(Number.isFinite));
  const items = rows.map((r) => ({
    what: r.region === "WORLD" ? "World real income" : `${capital(possessive(r.name))} real income`, value: percent(r.real_income_pct), colour: accentVar(r.region),
    ranged: Number.isFinite(r.low), words: Number.isFinite(r.low) ? `range ${range(r.low, r.high)}` : "range being worked out",
    drawing: strip(r.real_income_pct, r.low, r.high, end, accentVar(r.region)),
  }));
  if (items.length < 5 && Number.isFinite(app.answer.mutual_trade_pct)) {
    items.push({
      what: `Goods trade between ${app.view.parties.slice(0, 2).map((p) => inText(app.regionName(p.region))).join(" and ")}`,
      value: percent(app.answer.mutual_trade_pct), words: "of value, both ways", colour: "var(--other)",
      drawing: strip(app.answer.mutual_trade_pct, null, null, 100, "var(--ink)"),
    });
  }
  replace(part.numbers, items.slice(0, 5).map((n) => {
    const node = h("div", null, h("dt", null, n.what), h("dd", null, h("b", null, n.value), n.drawing, h("span", null, `${n.words}; ${tail}`)));
    node.style.setProperty("--accent", n.colour);
    return node;
  }));
}

function whoGains(app) {
  const key = indicator(app);
  const { name, unit, format } = INDICATORS[key];
  const order = app.regionRows().filter((r) => Number.isFinite(r[key])).sort((a, b) => a[key] - b[key]);
  const focus = new Set([...app.view.parties.map((p) => p.region), app.view.venue?.region, app.place.region]);
  const keep = new Set([...order.slice(0, 5), ...order.slice(-5)].map((r) => r.region));
  const shown = [];
  let skipped = 0;
  const flush = () => {
    if (skipped) shown.push({ gap: `${skipped} in between` });
    skipped = 0;
  };
  for (const r of order) {
    if (!keep.has(r.region) && !focus.has(r.region)) { skipped += 1; continue; }
    flush();
    const ranged = key === "real_income_pct";
    shown.push({ key: r.region, label: capital(r.name), value: r[key], low: ranged ? r.low : null, high: ranged ? r.high : null, colour: accentVar(r.region), strong: focus.has(r.region) && r.region !== app.place.region });
  }
  flush();
  part.barFigure.set({
    title: "From the largest fall to the largest rise", subtitle: `${name}, ${unit}`,
    csv: { name: `${app.view.id}-${key}-sorted`, columns: ["region", "name", key], rows: order.map((r) => [r.region, r.name, r[key]]) },
    note: key === "real_income_pct" ? "Thin lines: range over published estimates of the model’s parameters." : "",
    draw: (width) => bars(shown, width, { format, onPick: app.select, selected: app.place.region, alt: `${name}: ${order.map((r) => `${r.name} ${format(r[key])}`).join(", ")}` }),
  });
}

function duties(app) {
  const rows = (app.answer.duties ?? []).filter((d) => Number.isFinite(d.mean_pct_after));
  part.dutyFigure.node.hidden = !rows.length;
  if (!rows.length) return;
  const moved = rows.filter((d) => Math.abs(d.mean_pct_after - d.mean_pct_before) >= 0.05);
  const pair = (d) => `${app.regionName(d.by)} on ${app.regionName(d.on)}`;
  const title = moved.length
    ? moved.map((d) => `${pair(d)}: mean duty from ${duty(d.mean_pct_before)} to ${duty(d.mean_pct_after)}\u202f%`).join("; ")
    : "Mean duties between the parties do not change";
  const every = rows.flatMap((d) => [
    { head: pair(d) },
    { key: `${d.by}b`, label: "before", value: d.mean_pct_before, colour: "var(--zero)" },
    { key: `${d.by}a`, label: "with this", value: d.mean_pct_after, colour: accentVar(d.by), strong: true },
  ]);
  const bounds = (app.answer.controls ?? []).filter((c) => c.binding && c.withheld_pct !== null && c.withheld_pct > 0.5);
  part.dutyFigure.set({
    title, subtitle: "Mean duty on goods, percent of customs value, weighted by the trade of the table",
    note: `Trade between them: ${percent(app.answer.mutual_trade_pct)} of its value.${bounds.length ? ` ${controlWords(app, bounds)}` : ""}`,
    csv: { name: `${app.view.id}-duties`, columns: ["by", "on", "mean_pct_before", "mean_pct_after"], rows: rows.map((d) => [d.by, d.on, d.mean_pct_before, d.mean_pct_after]) },
    draw: (width) => bars(every, width, { format: duty, alt: rows.map((d) => `${pair(d)}: ${duty(d.mean_pct_before)} before, ${duty(d.mean_pct_after)} after, percent`).join("; ") }),
  });
}

function controlWords(app, bounds) {
  const most = bounds.reduce((a, b) => (b.shadow_price_pct > a.shadow_price_pct ? b : a));
  const goods = [most.sector].flat().map((c) => app.sectorName(c)).join(", ");
  const whom = [most.on].flat().map((c) => inText(app.regionName(c))).join(", ");
  return `Tightest control: ${goods} from ${[most.by].flat().map((c) => inText(app.regionName(c))).join(", ")} to ${whom}, ${points(most.withheld_pct, false)}\u202f% withheld, worth ${points(most.shadow_price_pct, false)}\u202f% of the price to the buyer.`;
}

const AROUND = "together";
function drivers(app) {
  const found = app.currentDrivers();
  const region = found && app.place.region in found.total ? app.place.region : app.view.parties[0]?.region;
  part.driverFigure.node.classList.toggle("waiting", !found);
  if (!found) {
    const subtitle = "Being worked out: each moved measure is taken away and put in alone";
    // what stood here stays in place, faint, so that nothing below jumps
    const before = part.driverFigure.node.querySelector(".drawing").firstChild;
    part.driverFigure.set({ title: "What drives this", subtitle, draw: () => before ?? h("p", { class: "quiet" }, "…") });
    return;
  }
  if (!found.drivers.length) {
    part.driverFigure.set({ title: "What drives this: nothing has moved", subtitle: "Pick a scenario or move a lever", draw: () => h("span") });
    return;
  }
  const label = new Map(app.view.levers.map((l) => [l.id, l.label]));
  const value = (d) => (typeof d.part_pct === "number" ? d.part_pct : d.part_pct[region]);
  const rows = found.drivers.map((d) => ({ key: d.lever, label: label.get(d.lever) ?? d.lever, value: value(d), colour: accentVar(app.view.levers.find((l) => l.id === d.lever)?.party) })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const rest = found[AROUND]?.[region];
  if (Number.isFinite(rest) && Math.abs(rest) >= 0.005) rows.push({ key: AROUND, label: "The measures acting together", value: rest, colour: "var(--zero)" });
  const total = found.total[region];
  const name = inText(app.regionName(region));
  const title = isTiny(rows[0].value) ? `No single measure moves real income in ${name} by as much as 0.01\u202f%` : `In ${name} the largest part is “${rows[0].label}”: ${points(rows[0].value)} of ${points(total)}\u202f%`;
  part.driverFigure.set({
    title, subtitle: `Contribution to real income in ${name}, percentage points; ${app.run()}`,
    note: "Each measure taken alone and taken away from the rest, the mean of both. Choose a party or the host on the map to see theirs.",
    csv: { name: `${app.view.id}-drivers`, columns: ["lever", "region", "part_pct"], rows: rows.map((r) => [r.key, region, r.value]) },
    draw: (width) => bars(rows, width, { stacked: true, alt: rows.map((r) => `${r.label} ${points(r.value)}`).join(", ") }),
  });
}

function words(app) {
  const still = app.place.scenario === "status-quo" || app.place.scenario === null;
  const moved = Object.keys(app.place.levers).length > 0;
  part.lede.textContent = answerSentence(app.focusRows(app.answer, null), {
    host: app.view.venue?.region, run: app.run(), against: app.against(), still: still && !moved,
  });
}

registerTab({
  id: "overview",
  title: "Overview",
  render(root, app) {
    part.lede = h("p", { class: "lede", id: "answer" });
    part.numbers = h("dl", { class: "numbers" });
    part.mapFigure = mapFigure(app);
    part.barFigure = figureBox();
    part.driverFigure = figureBox();
    part.dutyFigure = figureBox();
    part.sectorBox = sectorFigure();
    root.append(h("h2", { class: "visually-hidden" }, "Overview"), part.lede, part.numbers,
      h("div", { class: "pair wide-left" }, part.mapFigure.node, part.barFigure.node),
      h("div", { class: "pair" }, part.driverFigure.node, part.dutyFigure.node), part.sectorBox.node);
  },
  onState(app) {
    if (!app.answer) return;
    words(app);
    numbers(app);
    part.mapFigure.update();
    whoGains(app);
    duties(app);
    drivers(app);
    part.sectorBox.update(app, app.place.region);
  },
});

