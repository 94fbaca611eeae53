// One region: its figures and what it wants; and any region’s sectors, up and down.

import { h, replace } from "./dom.js";
import { capital, money, percent, range } from "./words.js";
import { accentVar } from "./colours.js";
import { ofState, stillBox } from "./still.js";

/** Output by sector: the sectors of a region that move most, {node, update(app, region)}. */
export function sectorFigure() {
  const figure = stillBox({ kind: "sectors" });
  return {
    node: figure.node,
    update(app, region) {
      const known = app.answer?.sectors ?? {};
      const code = region ?? app.view.parties[0]?.region;
      const rows = known[code];
      figure.node.hidden = !code || app.still();
      if (figure.node.hidden) return;
      const csv = rows ? { name: `${app.view.id}-sectors-${code}`, columns: ["region", "sector", "output_pct", "employment_pct"], rows: rows.map((r) => [code, r.sector, r.output_pct, r.employment_pct]) } : null;
      figure.want(ofState("output", app.solveState(), csv, { region: code }));
    },
  };
}

/** The page of one region: {node, update(app)}. */
export function regionPage(app) {
  const title = h("h3", { id: "region-title" });
  const facts = h("dl", { class: "facts" });
  const words = h("div", { class: "position" });
  const node = h("article", { class: "region-page", "aria-labelledby": "region-title" }, title, facts, words);

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
      const entry = (what, value, detail = "") => h("div", null, h("dt", null, what), h("dd", null, h("b", null, value), detail ? h("span", null, detail) : null));
      replace(facts,
        entry("Real income", percent(row.real_income_pct), Number.isFinite(row.low) ? `range ${range(row.low, row.high)}` : ""),
        entry("The same in money", `USD\u00a0${money(row.ev_musd)}`, "a year"),
        entry("Consumer prices", percent(row.consumer_prices_local_pct), "in local money"),
        entry("Exports", percent(row.exports_pct), "of value"),
        entry("Tariff revenue", `USD\u00a0${money(row.tariff_revenue_musd)}`, "a year"));
      replace(words, told(code));
    },
  };
}
