// Bystanders: what the quarrel brings the economies that are not at the table, and what one of them can do about it.

import { h, replace } from "./dom.js";
import { capital, fixed, inText, percent, placesFor, points, rangeCell } from "./words.js";
import { accentVar, step, textOn } from "./colours.js";
import { sortTable } from "./tables.js";
import { workPanel } from "./work.js";
import { chance, paragraphs, usd } from "./measure.js";

let about;

const billion = (musd) => (Number.isFinite(musd) ? fixed(musd / 1000, Math.abs(musd) < 950 ? 2 : 1, true) : "–");

/** How the figures of real income of one table are told: rows lie close together, so in three decimals at least. */
function told(values) {
  const places = placesFor(values, 3);
  const income = (v) => points(v, places);
  return {
    income, share: (v) => percent(v, places), nothing: 0.5 * 10 ** -places,
    /** "−0.31 to −0.20"; empty where there is no range, or both ends print alike. */
    between(range) {
      const [low, high] = range ?? [];
      return !Number.isFinite(low) || !Number.isFinite(high) || income(low) === income(high) ? "" : rangeCell(low, high, places);
    },
  };
}

/** The third economy shown: the one picked on the page if it is one, else the host. */
function regionHere(app) {
  const parties = app.view.parties.map((p) => p.region);
  const picked = app.place.region;
  if (picked && !parties.includes(picked)) return picked;
  const host = app.view.venue?.region;
  return host && !parties.includes(host) ? host : null;
}

// -- everyone ----------------------------------------------------------------------------------------------------------
function ranked(app, result) {
  const [a, b] = result.parties;
  const names = Object.keys(result.economies[0].real_income);
  const { income, share, between, nothing } = told(result.economies.flatMap((r) => Object.values(r.real_income)));
  const table = sortTable({
    caption: `Real income, change in percent; trade and content in billion USD a year, if talks fail (“${app.scenario(result.scenario)}”); ${result.measured.when}, against ${result.measured.against}`, measured: result.measured,
    csvName: `${app.view.id}-third-economies`, sortBy: result.scenario, descending: true,
    rowId: (r) => r.region, filterText: (r) => `${r.region} ${app.regionName(r.region)}`,
    onPick: (r) => app.set({ region: r.region }, "push"), pickLabel: (r) => `${app.regionName(r.region)}: its menu`,
    columns: [
      { key: "region", title: "Economy", sort: (r) => app.regionName(r.region), cell: (r) => app.regionName(r.region), raw: (r) => r.region },
      ...names.map((n) => ({
        key: n, title: app.scenario(n), unit: "%", number: true, sort: (r) => r.real_income[n], csv: [`${n}_pct`, `${n}_low`, `${n}_high`].map((x) => x.replaceAll("-", "_")),
        raw: (r) => [r.real_income[n], r.range?.[n]?.[0], r.range?.[n]?.[1]],
        cell: (r) => {
          const range = between(r.range?.[n]);
          return [income(r.real_income[n]), range ? h("small", null, range) : null];
        },
      })),
      { key: "exports_gained_musd", title: `Exports to ${inText(app.regionName(a))}`, unit: "change, bn USD", number: true, sort: (r) => r.exports_gained_musd, cell: (r) => billion(r.exports_gained_musd) },
      { key: "content", title: `${inText(app.regionName(b))} content in them`.replace(/^./, (c) => c.toUpperCase()), unit: "bn USD, before → after", number: true, sort: (r) => r.content_after_musd, csv: ["content_before_musd", "content_after_musd"], raw: (r) => [r.content_before_musd, r.content_after_musd],
        cell: (r) => `${fixed(r.content_before_musd / 1000, 2)} → ${fixed(r.content_after_musd / 1000, 2)}` },
    ],
    note: `Content: value made in ${inText(app.regionName(b))} inside goods sold to ${inText(app.regionName(a))}. Small figures: range over published estimates of the model’s parameters. Choose an economy for its menu.`,
  });
  table.update(result.economies, result.region);
  const gain = [...result.economies].sort((x, y) => y.real_income[result.scenario] - x.real_income[result.scenario]);
  const [best, worst] = [gain[0], gain[gain.length - 1]];
  const up = gain.filter((r) => r.real_income[result.scenario] >= nothing).length;
  const said = (r) => `${inText(app.regionName(r.region))} (${share(r.real_income[result.scenario])})`;
  return h("section", { class: "tab-part" }, h("p", { class: "lede small" }, `If talks fail, ${up} of ${gain.length} third economies gain; most ${said(best)}. ${capital(said(worst))} ${worst.real_income[result.scenario] < 0 ? "loses most" : "gains least"}.`), table.node);
}

// -- one ---------------------------------------------------------------------------------------------------------------
function menu(app, result) {
  const { options, scenarios, payoffs, expected, best_by_scenario: best, consent } = result.menu;
  const { income, nothing } = told(payoffs.flat());
  const order = options.map((o, k) => ({ option: o, pays: payoffs[k], expected: expected[o] })).sort((x, y) => y.expected - x.expected);
  const most = Math.max(...payoffs.flat().map(Math.abs), 1e-9);
  const tone = (v) => (Math.abs(v) < nothing ? "z0" : step(Math.sign(v) * Math.max(0.006, Math.sqrt(Math.abs(v) / most)), 1));
  const cell = (v, top) => {
    const node = h("td", { class: "n heat" }, h("span", { "aria-hidden": "true" }, top ? "● " : ""), income(v), top ? h("span", { class: "visually-hidden" }, " best reply") : null);
    node.style.setProperty("--tile", `var(--${tone(v)})`);
    node.style.setProperty("--on", textOn(tone(v)));
    return node;
  };
  const name = inText(app.regionName(result.region));
  const same = new Set(Object.values(best)).size === 1;
  return h("figure", { class: "chart" },
    h("figcaption", null, h("div", null, h("h3", { class: "title" }, same ? `${capital(name)} does best with “${result.menu.best}” whatever the parties do` : `What ${name} does best depends on what the parties do; on average “${result.menu.best}”`),
      h("p", { class: "subtitle" }, `Real income of ${name}, change in percent against ${result.measured.against}, ${result.measured.when}, if everyone else does as in the scenario`))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Menu of ${name}` }, h("table", { class: "menu" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Option"), scenarios.map((x) => h("th", { scope: "col", class: "n" }, app.scenario(x))), h("th", { scope: "col", class: "n" }, "Mean", h("small", null, "scenarios alike")))),
      h("tbody", null, order.map((r) => h("tr", null, h("th", { scope: "row" }, capital(r.option), consent?.[r.option] ? h("small", null, `needs ${inText(app.regionName(consent[r.option]))}`) : null),
        scenarios.map((x, k) => cell(r.pays[k], best[x] === r.option)), h("td", { class: "n" }, h("b", null, income(r.expected)))))))),
    h("p", { class: "note" }, "● best in that scenario. Options that need a party’s consent are not the economy’s to take alone."));
}

function through(app, result) {
  const [a, b] = result.parties.map((c) => inText(app.regionName(c)));
  const rows = (result.routes ?? []).filter((r) => r["exports, million USD"] > 1).slice(0, 6);
  const words = (result.explained ?? "").split(/\n{2,}/).slice(1);
  return h("div", null, h("h3", null, "Goods passed through"), h("div", { class: "prose" }, words.map((t) => h("p", null, t)), result.duty ? h("p", null, result.duty.explained) : null),
    rows.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Goods passed through by sector" }, h("table", null, h("caption", null, `Goods sold to ${a} if talks fail, billion USD a year; gap: points of duty saved against goods straight from ${b}`),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Sector"), h("th", { scope: "col", class: "n" }, "Exports"), h("th", { scope: "col", class: "n" }, `Content of ${b}`), h("th", { scope: "col", class: "n" }, "Could be relabelled"), h("th", { scope: "col", class: "n" }, "Gap", h("small", null, "points")))),
      h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row" }, capital(app.sectorName(r.sector))), ["exports", "content", "matched"].map((w) => h("td", { class: "n" }, fixed(r[`${w}, million USD`] / 1000, 2))), h("td", { class: "n" }, fixed(r["duty gap, points"], 0))))))) : null);
}

function leaning(app, result) {
  const rows = Object.entries(result.dependence ?? {});
  if (!rows.length) return null;
  const columns = Object.keys(rows[0][1]);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Dependence" }, h("table", null, h("caption", null, "How much it leans on each party in the status quo, percent"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "On"), columns.map((c) => h("th", { scope: "col", class: "n" }, capital(c))))),
    h("tbody", null, rows.map(([code, r]) => h("tr", null, h("th", { scope: "row" }, app.regionName(code)), columns.map((c) => h("td", { class: "n" }, fixed(r[c], 1))))))));
}

function partners(app, result) {
  const rows = result.diversion ?? [];
  if (!rows.length) return null;
  const key = Object.keys(rows[0]).find((k) => k.startsWith("exports change"));
  const other = Object.keys(rows[0]).find((k) => k.startsWith("imports change"));
  const biggest = [...rows].sort((x, y) => Math.abs(y[key]) + Math.abs(y[other]) - Math.abs(x[key]) - Math.abs(x[other])).slice(0, 6);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Trade diverted" }, h("table", null, h("caption", null, "Trade diverted if talks fail, change in billion USD a year"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Partner"), h("th", { scope: "col", class: "n" }, "Exports to it"), h("th", { scope: "col", class: "n" }, "Imports from it"))),
    h("tbody", null, biggest.map((r) => h("tr", null, h("th", { scope: "row" }, app.regionName(r.partner)), h("td", { class: "n" }, billion(r[key])), h("td", { class: "n" }, billion(r[other])))))));
}

function hosting(app, result) {
  const found = result.hosting;
  if (!found) return null;
  const { share, between } = told([found.success, found.failure, found.stake]);
  const range = between([found.low, found.high]);
  const name = inText(app.regionName(result.region));
  const money = (pct) => usd((pct / 100) * found.income, true);
  const card = (what, value, extra) => h("div", null, h("dt", null, what), h("dd", null, h("b", null, share(value)), h("span", null, `${money(value)} a year${extra ?? ""}`)));
  return h("section", { class: "tab-part" }, h("h3", null, `What hosting is worth to ${name}`),
    h("dl", { class: "facts wide" }, card("If talks succeed", found.success), card("If talks fail", found.failure), card("Success rather than failure", found.stake, range ? ` (${range}\u202f%)` : ""),
      Object.entries(found.harms ?? {}).map(([what, value]) => card(`Talks fail, with ${what}`, value, Number.isFinite(found.break_even?.[what]) && found.break_even[what] <= 1 ? `; hosting pays as insurance from a chance of ${chance(found.break_even[what])}` : ""))),
    h("div", { class: "prose" }, h("p", null, found.explained), found.sides ? h("p", null, found.sides) : null));
}

function show(app, result, box) {
  const name = app.regionName(result.region);
  const title = h("h2", { class: "part", id: "bystander-title" }, name);
  const { share, between } = told(Object.values(result.real_income));
  const moved = h("p", { class: "lede small" }, `Real income of ${inText(name)}: `, Object.entries(result.real_income).map(([x, v], k) => {
    const range = between(result.real_income_range?.[x]);
    return [k ? ", " : "", h("b", null, share(v)), ` ${app.scenario(x)}`, range ? h("span", { class: "quiet" }, ` (${range})`) : null];
  }), ".");
  about.style.setProperty("--accent", accentVar(result.region));
  replace(box, result.economies ? ranked(app, result) : null,
    h("section", { class: "tab-part one", "aria-labelledby": "bystander-title" }, title, moved, menu(app, result),
      h("div", { class: "prose" }, paragraphs(h, (result.explained ?? "").split(/\n{2,}/)[0])),
      h("div", { class: "pair late" }, through(app, result), h("div", null, h("h3", null, "Ties and trade"), leaning(app, result), partners(app, result)))),
    hosting(app, result));
}

/** {node, update(what)}: the third economies. */
export function bystandersPart(app) {
  const panel = workPanel(app, {
    kind: "bystander", basis: "odds", label: "Work out the third economies", moved: "This is another economy’s menu, or for other settings.",
    args: () => { const region = regionHere(app); return region ? { region } : {}; },
    show: (result, box) => show(app, result, box),
  });
  about = h("div", null, h("p", { class: "quiet about" }, "Worked out for each way on of the negotiation. What is moved by hand does not enter here, since a choice beside the table is made against all of them; the map and the page of each economy follow it."), panel.node);
  return {
    node: about,
    update(what = new Set()) {
      panel.update();
      if (what.has("place") && panel.result() && panel.result().region !== regionHere(app) && regionHere(app)) panel.run();
    },
  };
}
