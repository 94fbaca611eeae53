// One region: its figures and what it wants; and any region’s sectors, up and down.

import { h, replace } from "./dom.js";
import { capital, inText, isTiny, money, percent, points, possessive, range } from "./words.js";
import { accentVar } from "./colours.js";
import { figureBox } from "./figure.js";
import { bars } from "./bars.js";

const MOST = 6;

/** Output by sector: the largest rises and falls of a region, {node, update(app, region)}. */
export function sectorFigure() {
  const figure = figureBox({ kind: "sectors" });
  return {
    node: figure.node,
    update(app, region) {
      const known = app.answer?.sectors ?? {};
      const code = region in known || app.regionDetail(region) ? region : app.view.parties[0]?.region;
      const rows = app.regionDetail(code)?.sectors ?? known[code];
      figure.node.hidden = !rows;
      if (!rows) return;
      const sorted = rows.filter((r) => Number.isFinite(r.output_pct)).sort((a, b) => a.output_pct - b.output_pct);
      const falls = sorted.filter((r) => r.output_pct < 0).slice(0, MOST);
      const rises = sorted.filter((r) => r.output_pct > 0).slice(-MOST);
      const name = inText(app.regionName(code));
      const label = (r) => capital(r.name ?? app.sectorName(r.sector));
      const shown = [...falls, ...rises];
      const still = !shown.length || shown.every((r) => isTiny(r.output_pct));
      const parts = [];
      if (rises.length && !isTiny(rises[rises.length - 1].output_pct)) parts.push(`rises most in ${label(rises[rises.length - 1]).toLowerCase()} (${percent(rises[rises.length - 1].output_pct)})`);
      if (falls.length && !isTiny(falls[0].output_pct)) parts.push(`falls most in ${label(falls[0]).toLowerCase()} (${percent(falls[0].output_pct)})`);
      figure.set({
        title: still ? `Output of no sector changes in ${name}` : `${capital(possessive(app.regionName(code)))} output ${parts.join(", ")}`,
        subtitle: `Output by sector, change in percent, the ${MOST} largest falls and rises; ${app.run()}, against ${app.against()}`,
        csv: { name: `${app.view.id}-sectors-${code}`, columns: ["region", "sector", "output_pct", "employment_pct"], rows: sorted.map((r) => [code, r.sector, r.output_pct, r.employment_pct]) },
        draw: (width) => still ? h("span") : bars(shown.map((r) => ({ key: r.sector, label: label(r), value: r.output_pct, colour: accentVar(code) })), width, { alt: shown.map((r) => `${label(r)} ${points(r.output_pct)}`).join(", ") }),
      });
    },
  };
}

/** The page of one region: {node, update(app)}. */
export function regionPage(app) {
  const title = h("h3", { id: "region-title" });
  const facts = h("dl", { class: "facts" });
  const words = h("div", { class: "position" });
  const missing = h("p", { class: "note" });
  const node = h("article", { class: "region-page", "aria-labelledby": "region-title" }, title, facts, words, missing);

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
        entry("Consumer prices", percent(row.consumer_prices_pct)),
        entry("Exports", percent(row.exports_pct), "of value"),
        entry("Tariff revenue", `USD\u00a0${money(row.tariff_revenue_musd)}`, "a year"));
      replace(words, told(code));
      const known = code in (app.answer.sectors ?? {}) || Boolean(app.regionDetail(code));
      missing.textContent = known ? "" : "Sectors are shown for the parties and the host.";
      app.wantRegion(code);
    },
  };
}
