// Key questions, ranked by how much of what is open they explain: when and what to watch, the odds of each answer, what it moves.

import { h, replace, s } from "./dom.js";
import { capital, longDay } from "./words.js";
import { accentVar } from "./colours.js";
import { workPanel } from "./work.js";
import { chance, chanceRange, rangeAfter, sig, sigPercent, spanBar, usd } from "./measure.js";

/** {node, update()}. */
export function questionsPart(app) {
  let code = null;
  const pick = h("select", { id: "question-region", on: { change: (e) => { code = e.target.value; draw(); } } });
  const controls = h("p", { class: "controls", hidden: true }, h("label", { for: "question-region" }, "Ranked for"), pick);
  let now = null;
  let target = null;

  const name = (c) => (c === "WORLD" ? "the world" : app.regionName(c));

  function answers(q, most) {
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Answers: ${q.question}` }, h("table", { class: "answers" },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "If the answer is", h("small", null, "likeliest end then")), h("th", { scope: "col", class: "n" }, "Odds", h("small", null, "range")), h("th", { scope: "col", class: "n" }, `Income, ${name(code)}`, h("small", null, "moves by, points")))),
      h("tbody", null, q.answers.map((a) => {
        const then = Object.entries(a.scenarios ?? {}).sort((x, y) => y[1] - x[1])[0];
        const likeliest = then && then[1] !== null ? h("small", null, `then ${app.scenario(then[0])} ${chance(then[1])}`) : null;
        return h("tr", null, h("th", { scope: "row" }, a.title, likeliest),
          h("td", { class: "n" }, h("b", null, chance(a.probability.value)), h("small", null, chanceRange(a.probability.low, a.probability.high))),
          h("td", { class: "n" }, h("span", { class: "shift" }, spanBar(s, { width: 90, value: a.shift[code] ?? 0, from: -most, to: most, colour: (a.shift[code] ?? 0) < 0 ? "var(--n3)" : "var(--p3)" }), h("span", null, sig(a.shift[code])))));
      }))));
  }

  function draw() {
    if (!now || !target) return;
    const why = new Map((app.view.key_questions ?? []).map((q) => [q.id, q.why]));
    const ranked = [...now.questions].sort((a, b) => b.shares[code].shapley - a.shares[code].shapley);
    const most = Math.max(...ranked.flatMap((q) => q.answers.map((a) => Math.abs(a.shift[code] ?? 0))), 1e-6);
    const worth = (q) => Object.entries(q.knowing ?? {}).filter(([, k]) => k.points > 5e-6).map(([who, k]) => `${usd(k.money)} a year to ${name(who)}`).join(", ");
    const idle = ranked.filter((q) => !worth(q)).length;
    const idleWords = !idle ? "" : idle === ranked.length ? " Knowing an answer first would change nobody’s best stance." : ` Knowing first is worth something where it is said; elsewhere it would change nobody’s best stance.`;
    replace(target, h("p", { class: "lede small" }, "First to watch for ", name(code), ": ", h("b", null, ranked[0].question.replace(/\?$/, "")), `, by ${longDay(ranked[0].by)}. It explains ${chance(ranked[0].shares[code].shapley)} of what is open there; all ${ranked.length} questions together ${chance(now.together[code])}.`,
      h("span", { class: "quiet" }, ` What is open: paths differ by a standard deviation of ${sigPercent(now.standard_deviation[code], false)} of real income.${idleWords}`)),
    h("ol", { class: "questions" }, ranked.map((q, k) => {
      const share = q.shares[code];
      return h("li", null, h("div", { class: "question-head" }, h("span", { class: "rank", "aria-hidden": "true" }, String(k + 1)), h("h3", null, q.question),
        h("p", { class: "share" }, spanBar(s, { width: 150, value: share.shapley, low: share.low, high: share.high, colour: accentVar(code) }), h("b", null, chance(share.shapley)), `${rangeAfter(share.shapley, share.low, share.high)} of what is open`)),
      h("p", { class: "watch" }, h("b", null, `By ${longDay(q.by)}: `), q.indicator, "."),
      answers(q, most),
      h("p", { class: "note" }, [why.get(q.id), worth(q) ? `Knowing it first is worth ${worth(q)}.` : ""].filter(Boolean).join(" ")));
    })));
  }

  const panel = workPanel(app, {
    kind: "questions", label: "Rank the key questions", basis: "odds", follows: true,
    show(result, box) {
      target = box;
      now = result.questions.length ? result : null;
      if (!now) { controls.hidden = true; replace(box, h("p", { class: "quiet" }, "The dossier gives no answers to its questions, so nothing can be said of what they would move.")); return; }
      const codes = Object.keys(result.questions[0].shares);
      if (!codes.includes(code)) code = result.ranked_by;
      replace(pick, [...codes].reverse().map((c) => h("option", { value: c, selected: c === code }, capital(name(c)))));
      controls.hidden = false;
      draw();
    },
  });
  return { node: h("div", null, controls, panel.node), update: () => panel.update() };
}
