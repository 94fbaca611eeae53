// What a seat sees and does: the clock, its dials, what a package is worth to it, what lies on the table, its moves, the record.

import { announce, h, replace, uid } from "./dom.js";
import { capital, inText, percent, placesFor, shortDay } from "./words.js";
import { accentVar } from "./colours.js";
import { sig, sigPercent, usd } from "./measure.js";
import { clockView } from "./tableclock.js";
import { worthBars } from "./tableworth.js";

const REST = 90; // ms without a change before the server is asked what a package is worth
const GONE = ["Stale", "StaleOffer", "TooLate", "GameOver", "NotYourTurn"];

/** "+0.31 points, +USD 23 billion a year"; a seat that is no party has percent of real income. */
export function worthWords(worth, party) {
  if (!worth) return "";
  const first = party ? `${sig(worth.points)} points` : `${sigPercent(worth.percent)} of real income`;
  return Math.abs(worth.million_usd) < 0.05 ? first : `${first}, ${usd(worth.million_usd, true)} a year`;
}

/** What each side signs: {node}. `clauses` by party. */
export function clausesView(clauses, regionName) {
  return h("div", { class: "clauses" }, Object.entries(clauses).map(([party, lines]) => {
    const head = h("h4", null, regionName(party));
    head.style.setProperty("--accent", accentVar(party));
    return h("div", null, head, lines.length ? h("ul", null, lines.map((text) => h("li", null, capital(text)))) : h("p", { class: "quiet" }, "Gives nothing."));
  }));
}

/** {refresh(found)}: the seat drawn into `body`. `moved(found)` is told what the server answers to a move. */
export function seatView(body, context, wire, { leave, moved }) {
  let found = null;
  let view = null;
  let dials = null;
  const title = h("h3", { class: "table-title", tabindex: "-1" });
  const turn = h("p", { class: "lede small", role: "status" });
  const clock = clockView();
  const motives = h("details", { class: "more-words" });
  const left = h("div", { class: "table-dials" });
  const record = h("section", { class: "table-record" });
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const out = sure("Leave the game", "Leave for good? At your next turn you walk away, and talks have failed.", async () => { try { await wire.leave(); } finally { leave(); } });
  const desk = h("div", { class: "table-desk" });
  const right = h("div", { class: "table-side" }, desk);
  replace(body, title, turn, clock.node, motives, trouble, h("div", { class: "table-grid" }, left, right), record, out);

  function say(message) {
    trouble.textContent = message;
    trouble.hidden = !message;
  }

  /** Make a move; the buttons wait meanwhile. */
  async function make(move) {
    say("");
    body.classList.add("moving");
    for (const button of desk.querySelectorAll("button")) button.disabled = true;
    try {
      moved(await wire.move(found.number, { step: view.clock.step, ...move }));
    } catch (error) {
      say(error.message);
      if (GONE.includes(error.kind)) try { moved(await wire.look()); } catch { /* the stream brings it */ }
    } finally {
      body.classList.remove("moving");
      if (view && body.isConnected) actions();
    }
  }

  // -- the dials ---------------------------------------------------------------------------------------------------------
  function buildDials() {
    const now = Object.fromEntries(view.issues.map((i) => [i.id, i.standing]));
    const line = h("p", { class: "table-line" });
    const chart = h("div");
    const shown = h("div", { class: "table-worth" }, line, chart);
    const bars = worthBars();
    let asked = 0;
    let timer = 0;
    let controller = null;

    async function weigh() {
      controller?.abort();
      controller = new AbortController();
      const mine = (asked += 1);
      try {
        const worth = await wire.worth(now, controller.signal);
        if (mine !== asked) return;
        dials.worth = worth;
        shown.classList.remove("old");
        lines();
      } catch (error) {
        if (error.name !== "AbortError") say(error.message);
      }
    }
    function lines() {
      const party = view.seat.party;
      const of = (by) => view.offers.find((o) => o.by === by);
      const rows = [{ name: "On your dials", worth: dials.worth, strong: true }];
      for (const seat of view.seats) if (of(seat.code)) rows.push({ name: seat.code === view.seat.code ? `Your offer ${of(seat.code).number}` : `${context.regionName(seat.code)}’s offer ${of(seat.code).number}`, worth: of(seat.code).worth });
      rows.push({ name: "Nothing signed", worth: view.nothing_signed }, { name: "Talks collapse", worth: view.breakdown });
      replace(line, "Your dials, signed now: ", h("b", null, worthWords(dials.worth, party) || "…"));
      replace(chart, bars.draw(rows.filter((r) => r.worth), party), h("p", { class: "note" },
        party ? "Points: a percent of a year’s real income, with your motives weighed in; dollars: real income alone. " : "Percent of a year’s real income. ",
        view.approximation?.checked ? `Read off packages that were solved; at ${view.approximation.checked} solved to check, off by ${sig(view.approximation.mean, false)} points on average.` : ""));
    }
    const rows = view.issues.map((issue) => dial(issue, now, () => { shown.classList.add("old"); clearTimeout(timer); timer = setTimeout(weigh, REST); }));
    const groups = [...new Set(view.issues.map((i) => i.giver))].sort((a, b) => (b === view.seat.code) - (a === view.seat.code));
    replace(left, groups.map((giver, k) => {
      const mine = giver === view.seat.code;
      const group = h("fieldset", { class: "table-giver" }, h("legend", null, mine ? "What you give" : `What ${inText(context.regionName(giver))} gives`, k ? null : h("small", null, " in bold: not as it is without a deal")), rows.filter((r) => r.issue.giver === giver).map((r) => r.node));
      group.style.setProperty("--accent", accentVar(giver));
      return group;
    }));
    const set = (levels) => { Object.assign(now, levels); for (const r of rows) r.refresh(); weigh(); };
    right.prepend(shown);
    return { now, set, lines, weigh, rows, worth: null };
  }

  // -- moves -------------------------------------------------------------------------------------------------------------
  function actions() {
    const party = view.seat.party;
    const open = view.your_turn;
    const other = view.offers.find((o) => o.by !== view.seat.code);
    const keep = desk.querySelector("textarea")?.value ?? "";
    const focus = desk.contains(document.activeElement) ? document.activeElement.dataset.move : null;
    const id = uid("say");
    const text = h("textarea", { id, rows: "2", maxlength: "280", value: keep });
    const spoken = () => { const words = text.value.trim(); text.value = ""; return words ? { text: words } : {}; };
    const button = (name, label, act, primary = false) => h("button", { type: "button", class: primary ? "primary" : null, data: { move: name }, disabled: !open, on: { click: act } }, label);
    const wait = button("wait", party ? "Say nothing this round" : "Let the round pass", () => make({ kind: "wait", ...spoken() }));
    let own;
    if (party) {
      own = h("div", { class: "actions" },
        button("offer", other ? "Put these dials forward as a counter-offer" : "Put these dials forward as an offer", () => make({ kind: other ? "counter" : "offer", number: view.next_number, package: { ...dials.now }, ...spoken() }), true), wait,
        sure("Walk away", "Walk away? Talks have then failed, for everybody.", () => make({ kind: "walk", ...spoken() }), !open));
    } else {
      own = h("div", null, menu(open, make, spoken), h("div", { class: "actions" }, wait));
    }
    const cards = view.offers.map((o) => offer(o, o.by !== view.seat.code && party, open));
    const asked = (view.asked ?? []).filter((a) => !a.granted).map((a) => h("div", { class: "paper table-asked" },
      h("p", null, `${context.regionName(a.by)} asks for your consent to “${a.title}”. Worth to you: ${worthWords(a.worth, true)}.`), h("p", { class: "note" }, view.menu_note),
      h("button", { type: "button", on: { click: () => make({ kind: "grant", to: a.by, option: a.option }) } }, "Consent")));
    replace(desk, cards.length ? cards : h("p", { class: "quiet" }, view.issues.length ? "No offer lies on the table." : "You are not shown the packages; you hear what is done and said."), asked,
      h("div", { class: "table-moves" }, h("label", { for: id }, "Say something with your move, to all (optional)"), text, own));
    if (focus) (desk.querySelector(`[data-move="${focus}"]:not(:disabled)`) ?? title).focus();
  }

  function offer(o, theirs, open) {
    const load = dials ? h("button", { type: "button", class: "small", on: { click: () => { dials.set(o.package); announce("The dials show this offer."); } } }, "Set the dials to it") : null;
    const sign = theirs ? h("button", { type: "button", class: "primary", data: { move: "accept" }, disabled: !open, on: { click: () => make({ kind: "accept", number: o.number }) } }, `Sign offer ${o.number}`) : null;
    const card = h("article", { class: "paper table-offer", "aria-label": `Offer ${o.number}` },
      h("p", { class: "kicker" }, `Offer ${o.number}, by ${o.by === view.seat.code ? "you" : inText(context.regionName(o.by))}`),
      h("p", null, h("b", null, worthWords(o.worth, view.seat.party)), " to you"), clausesView(o.clauses, context.regionName), h("div", { class: "actions" }, sign, load));
    card.style.setProperty("--accent", accentVar(o.by));
    return card;
  }

  function menu(open, act, spoken) {
    const name = uid("menu");
    const places = placesFor(view.menu.flatMap((m) => [m.signed.percent, m.failed.percent]), 3);
    const cell = (worth) => h("td", { class: "n" }, percent(worth.percent, places), h("small", null, Math.abs(worth.million_usd) < 0.05 ? "" : usd(worth.million_usd, true)));
    const options = view.menu.map((m) => {
      const id = uid("option");
      const consent = m.consent ? `needs the consent of ${inText(context.regionName(m.consent))}${m.granted ? ", which it has given" : ""}` : "";
      return h("tr", null, h("th", { scope: "row" }, h("span", { class: "table-option" }, h("input", { type: "radio", id, name, value: m.id, checked: m.chosen }), h("label", { for: id }, capital(m.title), consent ? h("small", null, consent) : null))), cell(m.signed), cell(m.failed));
    });
    return h("fieldset", { class: "table-menu" }, h("legend", null, "What you can do"),
      h("table", null, h("caption", null, "Worth to you: percent of real income, and dollars a year"), h("thead", null, h("tr", null, h("td", null), h("th", { scope: "col", class: "n" }, "If talks do not break down"), h("th", { scope: "col", class: "n" }, "If they do"))), h("tbody", null, options)),
      h("p", { class: "note" }, view.menu_note),
      h("div", { class: "actions" }, h("button", { type: "button", class: "primary", data: { move: "choose" }, disabled: !open, on: { click: () => {
        const chosen = desk.querySelector(`input[name="${name}"]:checked`);
        if (chosen) act({ kind: "choose", option: chosen.value, ...spoken() });
      } } }, "Do this")));
  }

  // -- the record ----------------------------------------------------------------------------------------------------------
  function lines() {
    const who = (code) => (code === view.seat.code ? "You" : capital(inText(context.regionName(code))));
    const told = {
      offer: (e) => `${who(e.seat)} put offer ${e.number} forward.`, counter: (e) => `${who(e.seat)} answered with offer ${e.number}.`, accept: (e) => `${who(e.seat)} signed offer ${e.number}.`,
      wait: (e) => `${who(e.seat)} said nothing.`, walk: (e) => `${who(e.seat)} walked away.`, choose: (e) => `${who(e.seat)} chose: ${e.title}.`, grant: (e) => `${who(e.seat)} consented to: ${e.title}.`,
      collapse: () => "Talks collapsed.", time: () => "Time ran out.", lapse: () => "The offers on the table lapsed.",
    };
    replace(record, h("h3", null, "What has happened"), view.record.length
      ? h("ol", { class: "table-lines" }, [...view.record].reverse().map((e) => h("li", null, h("span", { class: "quiet" }, shortDay(e.day)), h("span", null, (told[e.what] ?? (() => e.what))(e), e.text ? h("q", null, e.text) : null))))
      : h("p", { class: "quiet" }, "Nothing yet."));
  }

  function refresh(next) {
    const fresh = view === null;
    const before = view;
    found = next;
    view = next.view;
    title.textContent = `You sit for ${inText(context.regionName(view.seat.code))}`;
    title.style.setProperty("--accent", accentVar(view.seat.code));
    const away = view.seats.filter((x) => x.player === "person" && x.code !== view.seat.code && !next.here.includes(x.code));
    const whose = inText(context.regionName(view.turn));
    const words = view.your_turn ? "It is your turn." : `It is the turn of ${whose}${away.some((x) => x.code === view.turn) ? ", who is not here" : ""}. You will see the move as soon as it is made.`;
    if (turn.textContent !== words) turn.textContent = words;
    clock.refresh(view.clock, view.record[0]?.day ?? null);
    if (fresh) {
      motives.hidden = !view.motives.length;
      replace(motives, h("summary", null, "What you want"), h("ul", null, view.motives.map((m) => h("li", null, m.text))));
      if (view.issues.length && view.seat.party) {
        dials = buildDials();
        dials.lines();
        dials.set(view.offers.find((o) => o.by === view.seat.code)?.package ?? view.offers[0]?.package ?? {});
      }
      left.hidden = !dials;
    } else if (dials) {
      if (before.clock.step !== view.clock.step) dials.weigh();
      dials.lines();
    }
    if (fresh || before.moves !== view.moves || before.your_turn !== view.your_turn || before.asked?.length !== view.asked?.length) actions();
    lines();
    if (!fresh && view.your_turn && !before.your_turn) announce(`${words} ${view.record.length ? record.querySelector("li").textContent : ""}`);
  }

  return { refresh };
}

/** One issue as a slider: {node, issue, refresh()}. */
function dial(issue, now, change) {
  const id = uid("dial");
  const value = h("output", { for: id });
  const words = h("p", { class: "table-words" });
  const slider = h("input", { id, type: "range", min: "0", max: String(issue.levels.length - 1), step: "1", data: { issue: issue.id }, on: { input: () => { now[issue.id] = Number(slider.value); refresh(); change(); } } });
  const node = h("div", { class: "table-dial" }, h("label", { for: id }, capital(issue.title)), value, h("div", { class: "track" }, slider), words);
  function refresh() {
    const k = now[issue.id];
    const level = issue.levels[k];
    slider.value = String(k);
    slider.setAttribute("aria-valuetext", level.label);
    slider.style.setProperty("--fill", String(k / Math.max(issue.levels.length - 1, 1)));
    value.textContent = level.label;
    words.textContent = k === issue.standing ? "" : capital(level.words);
    node.classList.toggle("moved", k !== issue.standing);
  }
  refresh();
  return { node, issue, refresh };
}

/** A button that asks once more. */
function sure(label, question, act, disabled = false) {
  const node = h("div", { class: "table-sure" });
  const first = h("button", { type: "button", disabled, on: { click: () => { replace(node, h("span", { role: "alert" }, question), yes, no); no.focus(); } } }, label);
  const yes = h("button", { type: "button", class: "primary", on: { click: () => { replace(node, first); act(); } } }, label);
  const no = h("button", { type: "button", on: { click: () => { replace(node, first); first.focus(); } } }, "No");
  return replace(node, first);
}
