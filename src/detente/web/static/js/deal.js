// The package both would sign: the deal zone, the clauses, who gains, and what it does to everyone else.

import { h, replace } from "./dom.js";
import { capital, inText, join } from "./words.js";
import { accentVar } from "./colours.js";
import { figureBox } from "./figure.js";
import { bars } from "./bars.js";
import { workPanel } from "./work.js";
import { choice, paragraphs, sig, sigPercent, small, usd } from "./measure.js";
import { inSight, zoneChart } from "./zone.js";

const NONE = { hold: "both hold", escalate: "both escalate" };
const BY = { motives: "by motives", "real income": "by real income" };
const key = (by) => (by === "motives" ? "motives" : "real_income");

/** {node, update()}. */
export function dealPart(app) {
  let disagreement = "hold";
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
    const ends = ["hold", "escalate"].filter((e) => rows.some((r) => Number.isFinite(r.by[`over ${e}, points by motives`])));
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who gains" }, h("table", { class: "gains" },
      h("caption", null, `What the package is worth, a year; ${app.run()}`),
      h("thead", null,
        h("tr", null, h("td", { rowspan: "2" }), ends.map((e) => h("th", { colspan: "3", scope: "colgroup" }, `Against ${NONE[e]}`))),
        h("tr", null, ends.map(() => [h("th", { scope: "col", class: "n" }, "Motives", h("small", null, "points")), h("th", { scope: "col", class: "n" }, "Real income", h("small", null, "points")), h("th", { scope: "col", class: "n" }, "Money", h("small", null, "a year"))]))),
      h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row" }, app.regionName(r.party)), ends.map((e) => [
        h("td", { class: "n" }, sig(r.by[`over ${e}, points by motives`])), h("td", { class: "n" }, sig(r.by[`over ${e}, points by real income`])),
        h("td", { class: "n" }, usd(r.by[`over ${e}, million USD a year`], true))]))))));
  }

  function zone(result) {
    const [a, b] = result.parties;
    const figure = figureBox({ kind: "zone" });
    const told = h("div", { class: "package-words", "aria-live": "polite" });
    const does = (p) => result.parties.map((party) => `${capital(name(party))} ${p.does[party]?.length ? join(p.does[party]) : "changes nothing"}`).join(". ");
    const field = key(judged);
    const points = result.zone.packages.map((p) => ({
      x: p[field][0], y: p[field][1], chosen: p.chosen, package: p,
      say: `${p.chosen ? "The proposal. " : ""}${does(p)}. Gain of ${name(a)} ${sig(p[field][0])}, of ${name(b)} ${sig(p[field][1])} points.`,
    }));
    const both = points.filter((p) => p.x > 0 && p.y > 0).length;
    const shown = inSight(points);
    const outside = points.length - shown.length;
    const pick = (k) => {
      const p = shown[k].package;
      replace(told, h("h4", null, p.chosen ? "The proposal" : "A package that was solved"), h("p", null, `${does(p)}.`),
        h("p", { class: "quiet" }, result.parties.map((party, j) => `${capital(name(party))}: ${sig(p.motives[j])} points by motives, ${sigPercent(p.real_income[j])} of real income, ${usd(p.musd[j], true)} a year`).join("; "), "."));
    };
    figure.set({
      title: both ? `${both} of ${points.length} packages solved leave both better off than no deal` : `None of ${points.length} packages solved leaves both better off than no deal`,
      subtitle: `Gain over no deal (${NONE[result.disagreement]}), points: percent of a year’s real income ${judged === "motives" ? "with all motives counted in it" : ""}; ${app.run()}`.replace(" ;", ";"),
      note: `${outside ? `${outside} packages that cost one side far more lie outside the drawing. ` : ""}Line: packages no other solved one beats for both. ${new Intl.NumberFormat("en").format(result.search?.packages ?? points.length)} could be signed; the others were ruled out by an approximation.${result.zone.fought && result.disagreement === "hold" ? ` Off the drawing: both escalate, ${sig(result.zone.fought[field][0])} and ${sig(result.zone.fought[field][1])}.` : ""}`,
      csv: {
        name: `${app.view.id}-deal-zone`, columns: ["proposal", `${a} gain, points by motives`, `${b} gain, points by motives`, `${a} real income`, `${b} real income`, `${a} million USD`, `${b} million USD`, `${a} does`, `${b} does`],
        rows: result.zone.packages.map((p) => [p.chosen ? 1 : 0, ...p.motives, ...p.real_income, ...p.musd, (p.does[a] ?? []).join("; "), (p.does[b] ?? []).join("; ")]),
      },
      draw: (width) => zoneChart(shown, width, { names: [name(a), name(b)], colours: [accentVar(a), accentVar(b)], unit: "points", none: NONE[result.disagreement], pick }),
    });
    if (shown.length) pick(Math.max(0, shown.findIndex((p) => p.chosen)));
    return [figure.node, told];
  }

  function others(result) {
    const rows = Object.entries(result.by_region).filter(([code]) => !result.parties.includes(code))
      .map(([code, r]) => ({ code, pct: r["real income, %"], musd: r["million USD a year"] })).sort((x, y) => x.pct - y.pct);
    if (!rows.length) return null;
    const figure = figureBox();
    const keep = new Set([...rows.slice(0, 6), ...rows.slice(-3)].map((r) => r.code).concat([app.view.venue?.region]));
    const shown = [];
    let skipped = 0;
    for (const r of rows) {
      if (!keep.has(r.code)) { skipped += 1; continue; }
      if (skipped) shown.push({ gap: `${skipped} in between` });
      skipped = 0;
      shown.push({ key: r.code, label: app.regionName(r.code), value: r.pct, colour: accentVar(r.code), strong: r.code === app.view.venue?.region });
    }
    const total = rows.reduce((sum, r) => sum + r.musd, 0);
    const losing = rows.filter((r) => r.musd < 0).length;
    figure.set({
      title: `The others together ${total < 0 ? "lose" : "gain"} ${usd(Math.abs(total))} a year; ${losing} of ${rows.length} lose`,
      subtitle: `Real income, change in percent; the package against no deal (${NONE[result.disagreement]}), ${app.run()}`,
      csv: { name: `${app.view.id}-package-others`, columns: ["region", "real_income_pct", "million_usd_a_year"], rows: rows.map((r) => [r.code, r.pct, r.musd]) },
      draw: (width) => bars(shown, width, { format: (v) => small(v), alt: rows.map((r) => `${app.regionName(r.code)} ${small(r.pct)}`).join(", ") }),
    });
    return figure.node;
  }

  const panel = workPanel(app, {
    kind: "deal", label: "Search for the package", args: () => ({ disagreement, judged_by: judged }), moved: "This is for other settings or another horizon.",
    show(result, box) {
      shownArgs = JSON.stringify([result.disagreement, result.judged_by]);
      const words = paragraphs(h, result.explained);
      const watch = result.watch;
      const lasting = watch ? h("p", { class: "quiet" }, `Reviewed every ${Math.round(watch.period_days)} days${Number.isFinite(watch.truce?.punishment) ? `; a breach is answered by ${Math.round(watch.truce.punishment * watch.period_days)} days without concessions` : ""}. At peace ${Math.round(100 * (watch.truce?.share_at_peace ?? 0))}\u202f% of the time.`) : null;
      if (result.status !== "deal") {
        replace(box, h("p", { class: "lede small" }, words[0]?.textContent ?? "No package leaves both better off."), result.zone ? h("div", { class: "deal-grid" }, h("div", null, zone(result))) : null);
        return;
      }
      replace(box, h("div", { class: "deal-grid" },
        h("div", null, result.zone ? zone(result) : null),
        h("div", { class: "deal-side" }, h("div", { class: "paper" }, h("p", { class: "kicker" }, `Proposal, chosen ${BY[result.judged_by]}`), clauses(result), lasting), others(result))),
      gains(result),
      h("details", { class: "more-words" }, h("summary", null, "In words: who gains, what trades against what, how it is kept and for how long"), h("div", { class: "prose columns" }, words)));
    },
  });

  return { node: h("div", null, settings, panel.node), update: () => panel.update() };
}
