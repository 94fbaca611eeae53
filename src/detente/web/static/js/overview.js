// Overview: the answer in words, five figures, the map, who gains and loses, what drives it, duties before and after.

import { h, replace, s } from "./dom.js";
import { answerSentence, capital, inText, percent, possessive, range } from "./words.js";
import { accentVar, niceEnd } from "./colours.js";
import { strip } from "./measure.js";
import { indicator, mapFigure } from "./mapfigure.js";
import { ofState, stillBox } from "./still.js";
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
    drawing: strip(s, { value: r.real_income_pct, low: r.low, high: r.high, end, colour: accentVar(r.region) }),
  }));
  if (items.length < 5 && Number.isFinite(app.answer.mutual_trade_pct)) {
    items.push({
      what: `Goods trade between ${app.view.parties.slice(0, 2).map((p) => inText(app.regionName(p.region))).join(" and ")}`,
      value: percent(app.answer.mutual_trade_pct), words: "of value, both ways", colour: "var(--other)",
      drawing: strip(s, { value: app.answer.mutual_trade_pct, end: 100, colour: "var(--ink)" }),
    });
  }
  replace(part.numbers, items.slice(0, 5).map((n) => {
    const node = h("div", null, h("dt", null, n.what), h("dd", null, h("b", null, n.value), n.drawing, h("span", null, `${n.words}; ${tail}`)));
    node.style.setProperty("--accent", n.colour);
    return node;
  }));
}

/** Have a chart drawn of the state the page is in. */
function drawn(app, box, name, csv, more) {
  if (app.still()) box.say("Nothing has moved", "Pick a scenario or move a lever: charts show what changes.");
  else box.want(ofState(name, app.solveState(), csv, more));
}

function whoGains(app) {
  const key = indicator(app);
  const order = app.regionRows().filter((r) => Number.isFinite(r[key])).sort((a, b) => a[key] - b[key]);
  drawn(app, part.barFigure, "economies", { name: `${app.view.id}-${key}-sorted`, columns: ["region", "name", key], rows: order.map((r) => [r.region, r.name, r[key]]) },
    { indicator: key, region: app.place.region, ranges: key === "real_income_pct" && Boolean(app.currentRanges()) });
}

function duties(app) {
  const rows = (app.answer.duties ?? []).filter((d) => Number.isFinite(d.mean_pct_after));
  part.dutyFigure.node.hidden = !rows.length;
  if (rows.length) drawn(app, part.dutyFigure, "duties", { name: `${app.view.id}-duties`, columns: ["by", "on", "mean_pct_before", "mean_pct_after"], rows: rows.map((d) => [d.by, d.on, d.mean_pct_before, d.mean_pct_after]) });
}

function drivers(app) {
  const found = app.currentDrivers();
  part.driverFigure.node.classList.toggle("waiting", !found);
  if (!found) return; // comes when the levers rest; until then what stood here stays, faint
  if (!found.drivers.length) { part.driverFigure.say("What drives this: nothing has moved", "Pick a scenario or move a lever"); return; }
  const region = app.place.region in found.total ? app.place.region : app.view.parties[0]?.region;
  const rows = [...found.drivers.map((d) => [d.lever, region, d.part_pct[region]]), ["together", region, found.together[region]]];
  drawn(app, part.driverFigure, "drivers", { name: `${app.view.id}-drivers`, columns: ["lever", "region", "part_pct"], rows }, { region });
}

function words(app) {
  part.lede.textContent = answerSentence(app.focusRows(app.answer, null), {
    host: app.view.venue?.region, run: app.run(), against: app.against(), still: app.still(),
  });
}

registerTab({
  id: "overview",
  title: "Overview",
  render(root, app) {
    part.lede = h("p", { class: "lede", id: "answer" });
    part.numbers = h("dl", { class: "numbers" });
    part.mapFigure = mapFigure(app);
    part.barFigure = stillBox();
    part.driverFigure = stillBox();
    part.dutyFigure = stillBox();
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

