// One economy: its figures and what it wants, what moves it, its sectors up and down; and the duties of the parties.

import { h, replace } from "./dom.js";
import { capital, percent, rangeWords } from "./words.js";
import { usd } from "./measure.js";
import { accentVar } from "./colours.js";
import { ofState, stillBox } from "./still.js";
import { partsOf, reasons } from "./why.js";

/** Have a chart drawn of the state the page is in. */
function drawn(app, box, name, csv, more) {
  if (app.still()) box.say("Nothing has moved", "Pick a scenario or move a measure: charts show what changes.");
  else box.want(ofState(name, app.solveState(), csv, more));
}

/** Output by sector: the sectors of an economy that move most, {node, update(app, region)}. */
export function sectorFigure() {
  const figure = stillBox({ kind: "sectors" });
  return {
    node: figure.node,
    update(app, region) {
      const rows = app.answer?.sectors?.[region];
      const csv = rows ? { name: `${app.view.id}-sectors-${region}`, columns: ["region", "sector", "output_pct", "employment_pct"], rows: rows.map((r) => [region, r.sector, r.output_pct, r.employment_pct]) } : null;
      drawn(app, figure, "output", csv, { region });
    },
  };
}

/** Why an economy moves: its figure by measure and by channel, {node, update(app, region)}. */
export function reasonFigure() {
  const title = h("h3", { class: "title", id: "reason-title" });
  const body = h("div");
  const node = h("figure", { class: "reasons", "aria-labelledby": title.id }, h("figcaption", null, title), body);
  let timer = 0;
  let shown = "";
  return {
    node,
    update(app, region) {
      const number = `${app.place.unit}.${region}`;
      const key = `${number} ${JSON.stringify(app.solveState())}`;
      if (key === shown) return;
      clearTimeout(timer);
      node.classList.add("waiting");
      timer = setTimeout(async () => {
        try {
          const found = await reasons(number);
          if (key !== `${app.place.unit}.${region} ${JSON.stringify(app.solveState())}`) return;
          shown = key;
          title.textContent = `Why ${app.inText(region)} ${found.sign === "flat" ? "hardly moves" : found.sign === "loss" ? "loses" : found.sign === "gain" ? "gains" : "may move"}`;
          replace(body, found.text.map((t) => h("p", null, t)), partsOf(found));
        } catch (error) {
          replace(body, h("p", { class: "problem", role: "status" }, error.message));
        }
        node.classList.remove("waiting");
      }, 300);
    },
  };
}

/** Mean duties of the parties before and after, {node, update(app)}. */
export function dutyFigure() {
  const figure = stillBox({ kind: "wide" });
  return {
    node: figure.node,
    update(app) {
      const rows = (app.answer.duties ?? []).filter((d) => Number.isFinite(d.mean_pct_after));
      figure.node.hidden = !rows.length;
      if (rows.length) drawn(app, figure, "duties", { name: `${app.view.id}-duties`, columns: ["by", "on", "mean_pct_before", "mean_pct_after"], rows: rows.map((d) => [d.by, d.on, d.mean_pct_before, d.mean_pct_after]) });
    },
  };
}

/** The page of one region: {node, update(app)}. */
export function regionPage(app) {
  const title = h("h3", { id: "region-title" });
  const pick = h("select", { id: "region-pick", on: { change: (e) => app.set({ region: e.target.value }, "push") } });
  const facts = h("dl", { class: "facts" });
  const words = h("div", { class: "position" });
  const node = h("article", { class: "region-page", "aria-labelledby": "region-title" }, h("div", { class: "region-head" }, title, h("span", { class: "field" }, h("label", { for: "region-pick" }, "Economy"), pick)), facts, words);

  function told(code) {
    const party = app.view.parties.find((p) => p.region === code);
    const bystander = app.view.bystanders?.find((b) => b.region === code);
    const nodes = [];
    if (party) {
      if (party.negotiators?.length) nodes.push(h("p", null, h("b", null, "At the table: "), party.negotiators.join(", "), "."));
      if (party.motives?.length) nodes.push(h("h4", null, "What it wants"), h("ul", null, party.motives.map((m) => h("li", null, m.text))));
      if (party.stances?.length) nodes.push(h("h4", null, "What it may do"), h("ul", null, party.stances.map((x) => h("li", null, h("b", null, `${capital(x.stance)}: `), x.title, "."))));
    }
    if (bystander) {
      nodes.push(h("p", null, bystander.position));
      if (bystander.menu?.length) nodes.push(h("h4", null, "What it may do"), h("ul", null, bystander.menu.map((m) => h("li", null, m.title))));
    }
    return nodes;
  }

  const region = () => app.place.region ?? app.view.parties[0]?.region;
  return {
    node,
    region,
    update() {
      const code = region();
      const row = app.regionRows().find((r) => r.region === code);
      node.hidden = !row;
      if (!row) return;
      node.style.setProperty("--accent", accentVar(code));
      title.textContent = capital(row.name);
      if (!pick.childElementCount) replace(pick, app.catalogue.regions.map((r) => [capital(r.name), r.code]).sort((a, b) => a[0].localeCompare(b[0], "en")).map(([name, c]) => h("option", { value: c }, name)));
      pick.value = code;
      const entry = (what, value, detail = "") => h("div", null, h("dt", null, what), h("dd", null, h("b", null, value), detail ? h("span", null, detail) : null));
      const places = app.places("real_income_pct");
      replace(facts,
        entry("Real income", percent(row.real_income_pct, places), Number.isFinite(row.low) ? rangeWords(row.low, row.high, places) : ""),
        entry("The same in money", usd(row.ev_musd, true), "a year, at prices of the table’s year"),
        entry("Consumer prices", percent(row.consumer_prices_local_pct, app.places("consumer_prices_local_pct")), "in local money"),
        entry("Exports", percent(row.exports_pct, app.places("exports_pct")), "of value"),
        entry("Tariff revenue", usd(row.tariff_revenue_musd, true), "a year, at prices of the table’s year"));
      replace(words, told(code));
    },
  };
}
