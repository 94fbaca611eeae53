// Outlook: how likely each way on is and why, the scenario tree, what to expect for each economy by month, the key questions.

import { h, replace } from "./dom.js";
import { capital, longDay, placesFor, points } from "./words.js";
import { figureBox } from "./figure.js";
import { ofJob, stillBox } from "./still.js";
import { workPanel } from "./work.js";
import { chance, paragraphs, rangeAfter } from "./measure.js";
import { givenOdds, moved, reckon, treeOf } from "./paths.js";
import { treeChart } from "./tree.js";
import { forkCard } from "./fork.js";

let redraw = () => undefined;

const regionOf = (code, result) => (code === "WORLD" ? "the world" : result.names?.[code] ?? code);

/** The economy whose numbers the tab shows: the one picked on the page, else the first party. */
function regionHere(app, result) {
  const place = app.place.region;
  return place && result.months?.regions[place] ? place : result.focus[0];
}

/** The odds of every end. `reckoned` where the reader has moved them here. */
function lede(app, result, reckoned = null) {
  const told = result.scenarios.map((x) => ({ ...x, p: reckoned ? reckoned.scenarios[x.scenario] ?? 0 : x.probability, whole: reckoned ? reckoned.percents[x.scenario] : x.percent }))
    .filter((x) => x.p >= 0.005).sort((a, b) => b.p - a.p);
  return [`From ${longDay(result.from)}, by ${longDay(result.until)}${reckoned ? ", with your odds" : ""}: `,
    told.map((x, k) => [k ? ", " : "", `“${app.scenario(x.scenario)}” `, h("b", null, chance(x.p, x.whole)), reckoned ? "" : rangeAfter(x.p, x.low, x.high, x.whole)]), ". ",
    h("span", { class: "quiet" }, reckoned ? `Worked out: ${told.map((x) => `${chance(x.probability, x.percent)}`).join(", ")}, in the same order.`
      : `${result.paths} paths through ${result.tree.forks.length} dated forks; the range in brackets is over the odds themselves, nine draws in ten.`)];
}

function show(app, result, box, done) {
  const held = box.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null; // a slider that was just moved
  const tones = new Map();
  const ranking = result.ranking ?? result.scenarios.map((x) => x.scenario);
  ranking.forEach((name, k) => tones.set(name, k === 0 ? "var(--p2)" : k === ranking.length - 1 ? "var(--n2)" : k === 1 ? "var(--band)" : "var(--rule)"));
  const tone = (name) => tones.get(name) ?? "var(--band)";
  const given = givenOdds(result);
  let odds = given;
  let reckoned = reckon(result, odds);
  let tree = treeOf(result, reckoned);
  let here = { fork: result.tree.forks[0], branch: null, path: "" };
  const altered = () => odds !== given;

  const scenarios = stillBox();
  const treeFigure = figureBox({ kind: "wide tree-figure" });
  const economies = stillBox();
  const fan = stillBox({ kind: "fan" });
  const yours = h("div");
  const ledeBox = h("p", { class: "lede small" });
  const apart = h("div", { class: "apart" });
  const key = h("div", { class: "status-key" });
  const pick = h("select", { id: "fan-region", on: { change: (e) => { if (e.target.value in result.months.regions) choose(e.target.value); } } });
  let region = regionHere(app, result);

  const card = forkCard({
    move(fork, branch, p) { odds = moved(odds, fork, branch, p); settle(); },
    keep() { if (altered()) app.set({ odds: movedForks() }, "push"); }, // into the link, and every answer follows
    undo() { odds = given; settle(); },
  });

  function choose(code) {
    region = code;
    if (code !== app.place.region && app.catalogue.regions.some((r) => r.code === code)) app.set({ region: code }, "replace");
    drawRegion();
    tell();
  }

  function tell() {
    const code = result.focus.includes(region) ? region : result.focus[0];
    card.show({ result, fork: here.fork, branch: here.branch, odds, given, reckoned, code, name: regionOf(code, result), altered: altered() });
  }

  /** The ends and expectations under odds that the reader moved, beside those worked out. */
  function drawYours() {
    const table = (caption, head, rows) => h("table", { class: "origin" }, h("caption", null, caption),
      h("thead", null, h("tr", null, [head, "Yours", "Worked out"].map((t, k) => h("th", { scope: "col", class: k ? "n" : null }, t)))),
      h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row" }, r[0]), h("td", { class: "n" }, h("b", null, r[1])), h("td", { class: "n" }, r[2])))));
    const places = placesFor(result.focus.flatMap((c) => [reckoned.expected[c], result.regions[c]?.["expected, %"]]));
    const carried = (result.own_odds_in_words ?? "") !== "";
    const dropped = h("button", { type: "button", class: "small", on: { click: () => app.set({ odds: null }, "push") } }, "Drop the odds of your own");
    replace(yours, carried ? h("p", null, result.own_odds_in_words) : null, carried ? h("p", null, dropped) : null, altered() ? h("div", { class: "pair" },
      table("With your odds: probability of each end", "Scenario", result.scenarios.map((x) => [app.scenario(x.scenario), chance(reckoned.scenarios[x.scenario] ?? 0, reckoned.percents[x.scenario]), chance(x.probability, x.percent)])),
      table("With your odds: expected real income, percent", "Economy", result.focus.map((c) => [capital(regionOf(c, result)), points(reckoned.expected[c], places), points(result.regions[c]?.["expected, %"], places)]))) : null);
  }

  /** The odds moved here, fork by fork, as a link carries them. */
  function movedForks() {
    const forks = Object.keys(odds).filter((f) => Object.keys(odds[f]).some((b) => Math.abs(odds[f][b] - given[f][b]) > 1e-9));
    return { ...(app.place.odds ?? {}), ...Object.fromEntries(forks.map((f) => [f, odds[f]])) };
  }

  function drawTree() {
    const code = result.focus.includes(region) ? region : result.focus[0];
    treeFigure.set({
      title: `Where it may turn, from ${longDay(result.from)} to ${longDay(result.until)}`,
      subtitle: "Width is probability; a column is a date on which the talks may turn, in order and not to scale. Choose a branch to see its odds and where they come from",
      note: "Forks that stand apart from the talks are summed over in the tree and listed under it.",
      csv: {
        measured: result.measured, name: `${app.view.id}-paths`, columns: ["path", "probability", "counts_as", ...result.focus.map((c) => `${c}_real_income_pct`)],
        rows: reckoned.leaves.map((l) => [l.path.join(" > "), l.p, l.scenario, ...l.worth]),
      },
      draw(width) {
        const wide = Math.max(width, 720);
        const chart = treeChart(tree, wide, {
          tone, start: result.from, until: result.until, chosen: here.path,
          pick(node) { here = { fork: node.fork, branch: node.branch.id, path: node.path.join(" ") }; tell(); },
        });
        return wide > width ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scenario tree, wider than the screen" }, chart) : chart;
      },
    });
    replace(key, h("span", null, "Counts as:"), ranking.filter((n) => (reckoned.scenarios[n] ?? 0) > 0).map((n) => {
      const swatch = h("i", { class: "tone" });
      swatch.style.setProperty("background", tone(n));
      return h("span", null, swatch, `${app.scenario(n)} ${chance(reckoned.scenarios[n], reckoned.percents[n])}`);
    }));
    replace(apart, tree.apart.length ? h("h4", null, "Beside the talks") : null, tree.apart.map((f) => {
      const strip = h("span", { class: "split-bar", "aria-hidden": "true" }, f.branches.map((b, k) => {
        const piece = h("i");
        piece.style.setProperty("flex-grow", String(odds[f.id][b.id]));
        piece.style.setProperty("background", k % 2 ? "var(--n1)" : "var(--band)");
        return piece;
      }));
      return h("button", { type: "button", class: "apart-fork", on: { click: () => { here = { fork: f, branch: null, path: "" }; tell(); } } },
        h("b", null, longDay(f.date)), h("span", null, f.title), strip, h("span", { class: "quiet" }, f.branches.map((b) => `${b.title} ${chance(odds[f.id][b.id])}`).join(" · ")));
    }));
    return code;
  }

  function drawStill() {
    const ends = { measured: result.measured, name: `${app.view.id}-scenario-odds`, columns: ["scenario", "title", "from_today_pct", "probability", "low", "high"], rows: result.scenarios.map((x) => [x.scenario, x.title, x.percent, x.probability, x.low, x.high]) };
    const expected = {
      measured: result.measured, name: `${app.view.id}-expected`, columns: ["region", "expected_pct", "low", "high", "q05", "q95"],
      rows: Object.entries(result.regions).map(([c, r]) => [c, r["expected, %"], r["low, %"], r["high, %"], r["path quantile 5 %, %"], r["path quantile 95 %, %"]]),
    };
    scenarios.want(ofJob(done.id, "ends", ends));
    economies.want(ofJob(done.id, "expected", expected));
  }

  function drawFan() {
    const row = result.months.regions[region];
    const { months } = result.months;
    const csv = { measured: result.measured, name: `${app.view.id}-months-${region}`, columns: ["month", ...Object.keys(row)], rows: months.map((m, k) => [m, ...Object.keys(row).map((q) => row[q][k])]) };
    fan.want(ofJob(done.id, `fan-${region}`, csv));
  }

  function drawRegion() {
    if (pick.value !== region) pick.value = region;
    drawFan();
  }

  function settle() {
    reckoned = reckon(result, odds);
    replace(ledeBox, lede(app, result, altered() ? reckoned : null));
    tree = treeOf(result, reckoned);
    drawTree();
    drawYours();
    tell();
  }

  function originTable() {
    const rows = result.by_origin ?? [];
    if (!rows.length) return null;
    const columns = Object.keys(rows[0]).filter((k) => k !== "scenario");
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Whose odds" }, h("table", { class: "origin" }, h("caption", null, "What went in: the ends if one judgement alone set the odds, percent. None of them is an answer"),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Scenario"), columns.map((c) => h("th", { scope: "col", class: "n" }, capital(c))))),
      h("tbody", null, rows.map((r) => h("tr", null, h("th", { scope: "row" }, app.scenario(r.scenario)), columns.map((c) => h("td", { class: "n" }, chance(r[c]))))))));
  }

  const codes = Object.keys(result.months?.regions ?? {});
  const wanted = [...result.focus, ...codes.filter((c) => !result.focus.includes(c)).sort((a, b) => regionOf(a, result).replace(/^the /, "").localeCompare(regionOf(b, result).replace(/^the /, ""), "en"))];
  replace(pick, wanted.map((c) => h("option", { value: c, selected: c === region }, capital(regionOf(c, result)))));
  replace(fan.node.querySelector("figcaption"), fan.node.querySelector("figcaption > div"), h("div", { class: "controls" }, h("label", { for: "fan-region" }, "Economy"), pick));
  replace(box, ledeBox,
    treeFigure.node, apart, card.node, yours,
    h("div", { class: "pair" }, scenarios.node, economies.node), originTable(), fan.node,
    h("details", { class: "more-words" }, h("summary", null, "In words"), h("div", { class: "prose" }, paragraphs(h, result.explained))));
  treeFigure.node.querySelector("figcaption").after(key);
  settle();
  drawStill();
  drawRegion();
  if (held) [...box.querySelectorAll("input[type=range]")].find((x) => x.getAttribute("aria-label") === held)?.focus({ preventScroll: true });
  redraw = () => {
    const next = regionHere(app, result);
    if (next === region) return;
    region = next;
    drawRegion();
    tell();
  };
}

/** {node, update()}: odds of the ends, the tree they come from, and what to expect. */
export function outlookPart(app) {
  const panel = workPanel(app, { kind: "outlook", label: "Work out the outlook", basis: "odds", follows: true, show: (result, box, done) => show(app, result, box, done) });
  return {
    node: panel.node,
    result: panel.result,
    update() {
      panel.update();
      redraw();
    },
  };
}
