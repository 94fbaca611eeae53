// The package both would sign: the deal zone, the clauses, who gains, and what it does to everyone else.

import { h, replace, uid } from "./dom.js";
import { capital, inText, join, percent, placesFor, points } from "./words.js";
import { accentVar } from "./colours.js";
import { ofJob, stillBox } from "./still.js";
import { workPanel } from "./work.js";
import { choice, paragraphs, usd } from "./measure.js";

const NONE = { law: "the law by itself", hold: "both hold", escalate: "both escalate" };
const BY = { motives: "by motives", "real income": "by real income" };

/** {node, update()}. */
export function dealPart(app) {
  let disagreement = "law";
  let judged = "motives";
  const name = (code) => inText(app.regionName(code));
  const settings = h("div", { class: "choices" },
    choice(h, { name: "disagreement", legend: "Without a deal", value: disagreement, options: Object.entries(NONE), change: (v) => { disagreement = v; panel.update(); if (stale()) panel.run(); } }).node,
    choice(h, { name: "judged-deal", legend: "Judged by", value: judged, options: [["motives", "motives"], ["real income", "real income"]], change: (v) => { judged = v; panel.update(); if (stale()) panel.run(); } }).node);
  let shownArgs = "";
  const stale = () => shownArgs !== JSON.stringify([disagreement, judged]);

  function clauses(result) {
    const [a, b] = result.parties;
    const list = (party) => h("div", { class: "clauses" }, (() => {
      const node = h("h4", null, app.regionName(party));
      node.style.setProperty("--accent", accentVar(party));
      return node;
    })(), (result.clauses[party] ?? []).length ? h("ul", null, result.clauses[party].map((c) => h("li", null, capital(c)))) : h("p", { class: "quiet" }, "Changes nothing of its own."));
    return [list(a), list(b)];
  }

  function gains(result) {
    const rows = result.parties.map((p) => ({ party: p, by: result.by_party[p] ?? {} }));
    for (const r of rows) r.places = placesFor(Object.entries(r.by).filter(([what]) => what.includes("points")).map(([, v]) => v));
    const ends = Object.keys(NONE).filter((e) => rows.some((r) => Number.isFinite(r.by[`over ${e}, points by motives`])));
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who gains" }, h("table", { class: "gains" },
      h("caption", null, `What the package is worth, a year; ${result.measured.when}`),
      h("thead", null,
        h("tr", null, h("td", { rowspan: "2" }), ends.map((e) => h("th", { colspan: "3", scope: "colgroup" }, `Against ${NONE[e]}`))),
        h("tr", null, ends.map(() => [h("th", { scope: "col", class: "n" }, "Motives", h("small", null, "points")), h("th", { scope: "col", class: "n" }, "Real income", h("small", null, "points")), h("th", { scope: "col", class: "n" }, "Money", h("small", null, "a year"))]))),
      h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row" }, app.regionName(r.party)), ends.map((e) => [
        h("td", { class: "n" }, points(r.by[`over ${e}, points by motives`], r.places)), h("td", { class: "n" }, points(r.by[`over ${e}, points by real income`], r.places)),
        h("td", { class: "n" }, usd(r.by[`over ${e}, million USD a year`], true))]))))));
  }

  function zone(result, done) {
    const [a, b] = result.parties;
    const figure = stillBox({ kind: "zone" });
    const told = h("div", { class: "package-words", "aria-live": "polite" });
    const { packages } = result.zone; // the proposal first, then by what the first party gains
    const places = result.parties.map((_, j) => placesFor(packages.flatMap((p) => [p.motives[j], p.real_income[j]]))); // a party's figures on one scale
    const does = (p) => result.parties.map((party) => `${capital(name(party))} ${p.does[party]?.length ? join(p.does[party]) : "changes nothing"}`).join(". ");
    const both = (p) => result.parties.map((party, j) => `${app.regionName(party)} ${points(p.motives[j], places[j])}`).join(", ");
    const id = uid("package");
    const list = h("select", { id, on: { change: () => tell(Number(list.value)) } }, packages.map((p, k) => h("option", { value: k }, `${p.chosen ? "The proposal" : `Package ${k + 1}`}: ${both(p)}`)));
    const tell = (k) => {
      const p = packages[k];
      replace(told, h("h4", null, p.chosen ? "The proposal" : "A package that was solved"), h("p", null, `${does(p)}.`),
        h("p", { class: "quiet" }, result.parties.map((party, j) => `${capital(name(party))}: ${points(p.motives[j], places[j])} points by motives, ${percent(p.real_income[j], places[j])} of real income, ${usd(p.musd[j], true)} a year`).join("; "), "."));
    };
    const csv = {
      measured: result.measured, name: `${app.view.id}-deal-zone`, columns: ["proposal", `${a} gain, points by motives`, `${b} gain, points by motives`, `${a} real income`, `${b} real income`, `${a} million USD`, `${b} million USD`, `${a} does`, `${b} does`],
      rows: packages.map((p) => [p.chosen ? 1 : 0, ...p.motives, ...p.real_income, ...p.musd, (p.does[a] ?? []).join("; "), (p.does[b] ?? []).join("; ")]),
    };
    figure.want(ofJob(done.id, "zone", csv));
    if (packages.length) tell(0);
    return [figure.node, packages.length ? h("p", { class: "controls package-pick" }, h("label", { for: id }, "What a package holds"), list) : null, told];
  }

  function others(result, done) {
    const figure = stillBox();
    const rows = Object.entries(result.by_region).map(([code, r]) => [code, r["real income, %"], r["million USD a year"]]);
    figure.want(ofJob(done.id, "gains", { measured: result.measured, name: `${app.view.id}-package-economies`, columns: ["region", "real_income_pct", "million_usd_a_year"], rows }));
    return figure.node;
  }

  const panel = workPanel(app, {
    kind: "deal", label: "Search for the package", args: () => ({ disagreement, judged_by: judged }), moved: "This is for other settings or another horizon.",
    show(result, box, done) {
      shownArgs = JSON.stringify([result.disagreement, result.judged_by]);
      const words = paragraphs(h, result.explained);
      const watch = result.watch;
      const lasting = watch ? h("p", { class: "quiet" }, `Reviewed every ${Math.round(watch.period_days)} days${Number.isFinite(watch.truce?.punishment) ? `; a breach is answered by ${Math.round(watch.truce.punishment * watch.period_days)} days without concessions` : ""}. At peace ${Math.round(100 * (watch.truce?.share_at_peace ?? 0))}\u202f% of the time.`) : null;
      if (result.status !== "deal") {
        replace(box, h("p", { class: "lede small" }, words[0]?.textContent ?? "No package leaves both better off."), result.zone ? h("div", { class: "deal-grid" }, h("div", null, zone(result, done))) : null);
        return;
      }
      replace(box, h("div", { class: "deal-grid" },
        h("div", null, result.zone ? zone(result, done) : null),
        h("div", { class: "deal-side" }, h("div", { class: "paper" }, h("p", { class: "kicker" }, `Proposal, chosen ${BY[result.judged_by]}`), clauses(result), lasting), others(result, done))),
      gains(result),
      h("details", { class: "more-words" }, h("summary", null, "In words: who gains, what trades against what, how it is kept and for how long"), h("div", { class: "prose columns" }, words)));
    },
  });

  const about = h("p", { class: "quiet about" });
  return {
    node: h("div", null, about, settings, panel.node),
    update() {
      const { length } = app.view.parties;
      settings.hidden = panel.node.hidden = length !== 2;
      about.textContent = length === 2 ? "Searched among all that the parties could change, so what is moved by hand does not enter: the package is the search’s own answer."
        : `A package is searched between two parties; ${length} sit at this table. What they and their coalitions could do stands under “Who would give way first”.`;
      if (length === 2) panel.update();
    },
  };
}
