// The exercise: who sits where, the room on the server, and the seat that is looked at. A room's address is #/table/ROOM/TOKEN, with
// one token a seat this browser holds (two on a shared screen, parted by dots): whoever has the address has the seats.

import { announce, h, replace, uid } from "./dom.js";
import { capital, inText } from "./words.js";
import { accentVar } from "./colours.js";
import { choice } from "./measure.js";
import { seatsOf } from "./state.js";
import { makeRoom, seatAt } from "./tablewire.js";
import { seatView } from "./tableseat.js";
import { debriefView } from "./tabledebrief.js";

const MODES = [["engine", "Against the engine"], ["browsers", "Two browsers"], ["hot", "Two on this screen"]];
const STRENGTHS = [["easy", "Yielding", "Gives way early, asks little"], ["even", "Even", "The centre of what the models assume"], ["hard", "Hard", "Asks for much and gives way late"]];

/**
 * Put the exercise into `root`. `context`: view() the dossier on the page, place() its state, regionName(code), about(dossier) bring
 * the page to a negotiation, show() bring the exercise into sight, shown() whether it is. Returns {update()}: call it when the dossier has changed or the tab is opened.
 */
export function mountTable(root, context) {
  const box = h("div", { class: "table-room" });
  root.append(h("h2", { class: "visually-hidden" }, "At the table"), box);
  let held = null; // {room, tokens} of the address
  let seats = []; // one wire a token
  let key = "";

  function close() {
    for (const one of seats) one.close();
    seats = [];
    held = null;
    key = "";
  }

  function open(found, invites = recall(found.room)) {
    const wanted = JSON.stringify(found);
    if (wanted === key) return;
    close();
    key = wanted;
    held = found;
    seats = found.tokens.map((token) => seatAt(found.room, token));
    room(box, context, seats, { invites, leave: () => { close(); history.pushState(null, "", location.pathname + location.search); lobby(); } });
  }

  function lobby() {
    drawLobby(box, context, async (asked, mine) => {
      const made = await makeRoom(asked);
      const own = made.seats.filter((s) => mine.includes(s.seat));
      const others = made.seats.filter((s) => !mine.includes(s.seat));
      const found = { room: made.room, tokens: own.map((s) => s.token) };
      history.pushState(null, "", `#/table/${found.room}/${found.tokens.join(".")}`);
      remember(made.room, others);
      open(found, others);
    });
  }

  function update() {
    const found = seatsOf(location.hash);
    if (found) open(found);
    else if (held && context.shown()) history.replaceState(null, "", `#/table/${held.room}/${held.tokens.join(".")}`);
    else if (!held) lobby();
  }

  window.addEventListener("hashchange", () => {
    if (!seatsOf(location.hash)) return;
    context.show();
    update();
  });
  update();
  return { update };
}

// -- links for the other seats, for as long as this tab of the browser is open -------------------------------------------
const nameOf = (room) => `detente-invites-${room}`;

function remember(room, others) {
  try { sessionStorage.setItem(nameOf(room), JSON.stringify(others)); } catch { /* then they are shown until the page is left */ }
}

function recall(room) {
  try {
    const found = JSON.parse(sessionStorage.getItem(nameOf(room)) ?? "[]");
    return Array.isArray(found) ? found.filter((x) => typeof x?.seat === "string" && typeof x?.link === "string") : [];
  } catch {
    return [];
  }
}

// -- before the game -----------------------------------------------------------------------------------------------------
function drawLobby(box, context, sit) {
  const view = context.view();
  const name = (code) => inText(context.regionName(code));
  const parties = view.parties.map((p) => p.region);
  if (parties.length !== 2) {
    replace(box, h("p", { class: "lede" }, "This negotiation has more than two parties. The exercise is for two, with others beside the table: choose another negotiation above."));
    return;
  }
  const third = [...new Set([view.venue?.region, ...view.bystanders.map((b) => b.region)])].filter((r) => r && !parties.includes(r));
  let mode = "engine";
  let mine = parties[0];
  let strength = "even";
  const modes = choice(h, { name: "table-mode", legend: "Play", value: mode, options: MODES, change: (v) => { mode = v; refresh(); } });
  const sides = choice(h, { name: "table-seat", legend: "You sit for", value: mine, options: parties.map((p) => [p, context.regionName(p)]), change: (v) => { mine = v; refresh(); } });
  const strengths = choice(h, { name: "table-strength", legend: "The engine is", value: strength, options: STRENGTHS, change: (v) => { strength = v; refresh(); } });
  const besideId = uid("beside");
  const beside = h("select", { id: besideId, on: { change: () => refresh() } }, h("option", { value: "" }, "Nobody"),
    third.flatMap((r) => [h("option", { value: `${r} engine` }, `${context.regionName(r)}, played by the engine`), h("option", { value: `${r} person` }, `${context.regionName(r)}, a person`)]));
  const told = h("p", { class: "quiet" });
  const trouble = h("p", { class: "problem", role: "alert", hidden: true });
  const go = h("button", { type: "button", class: "primary" }, "Sit down");

  function refresh() {
    const extra = beside.value.split(" ");
    const other = parties.find((p) => p !== mine);
    strengths.node.hidden = mode !== "engine" && extra[1] !== "engine";
    const more = extra[1] === "person" && mode === "engine" ? ` ${capital(name(extra[0]))} gets a link of its own.` : "";
    told.textContent = {
      engine: `The engine sits for ${name(other)}. It knows its own payoffs and what the dossier says of yours; afterwards it shows its reasons.${more}`,
      browsers: `You get a link for ${name(other)}${extra[1] === "person" ? ` and one for ${name(extra[0])}` : ""}, to open in another browser. Neither browser is ever sent what the other seat wants.`,
      hot: "You take turns at this screen; what one seat sees is covered before the other looks.",
    }[mode];
  }

  go.addEventListener("click", async () => {
    const other = parties.find((p) => p !== mine);
    const extra = beside.value.split(" ");
    const asked = {
      dossier: context.place().dossier ?? null, content: context.place().content ?? null, world: context.place().world ?? "world-2022",
      seats: { [mine]: "person", [other]: mode === "engine" ? "engine" : "person", ...(extra[0] ? { [extra[0]]: extra[1] } : {}) },
      strength, seed: crypto.getRandomValues(new Uint32Array(1))[0], hot_seat: mode === "hot",
    };
    const people = Object.keys(asked.seats).filter((s) => asked.seats[s] === "person");
    go.disabled = true;
    trouble.hidden = true;
    try {
      await sit(asked, mode === "hot" ? people : [mine]);
    } catch (error) {
      trouble.textContent = error.message;
      trouble.hidden = false;
      go.disabled = false;
    }
  });

  const days = view.deadlines?.length ?? 0;
  replace(box,
    h("p", { class: "lede" }, `Take a seat. ${parties.map((p) => capital(name(p))).join(" and ")} trade packages ${days ? "while the clock runs to the dossier’s deadlines" : "while the clock runs"}; each sees only what a package is worth to itself.`),
    h("div", { class: "table-start" }, modes.node, sides.node, third.length ? h("div", { class: "choice" }, h("label", { for: besideId, class: "quiet" }, "Beside the table"), beside) : null, strengths.node, told,
      h("p", { class: "actions" }, go), trouble),
    h("p", { class: "note" }, "A game lasts ten to forty minutes and is kept on this server for fourteen days after its last move; its address is your seat, so keep it to yourself. A package’s worth counts from what happens if nothing is signed."));
  refresh();
}

// -- a room --------------------------------------------------------------------------------------------------------------
function room(box, context, seats, { invites, leave }) {
  const shared = seats.length > 1;
  const state = h("p", { class: "stale", role: "status", hidden: true });
  const guests = h("div", { class: "table-invites", hidden: true });
  const body = h("div");
  const latest = new Map(); // wire → what it was told last
  let looking = shared ? null : seats[0];
  let drawn = null; // {wire, refresh}
  replace(box, state, guests, body);

  function connection(how, message) {
    state.hidden = how === "here";
    if (how === "lost") replace(body, h("p", { class: "problem", role: "alert" }, message), h("button", { type: "button", on: { click: leave } }, "To a new game"));
    else state.textContent = how === "here" ? "" : `The connection is gone; trying again. ${message ?? ""}`;
  }

  function invited(found) {
    const open = invites.filter((i) => !found.here.includes(i.seat) && !["over", "failed"].includes(found.status));
    guests.hidden = !open.length;
    replace(guests, open.map((i) => invitation(i, context)));
  }

  function shows(wire, found) {
    latest.set(wire, found);
    if (found.status === "preparing") { drawn = null; preparing(body, found); invited(found); return; }
    if (found.status === "failed") { connection("lost", found.message); return; }
    invited(found);
    if (found.status === "over") { if (drawn?.over) return; drawn = { over: true }; debriefView(body, context, wire, found, leave); return; }
    if (shared) { pass(); return; }
    see(wire, found);
  }

  function see(wire, found) {
    if (drawn?.wire !== wire) {
      replace(body);
      drawn = { wire, ...seatView(body, context, wire, { leave, moved: (told) => shows(wire, told) }) };
    }
    drawn.refresh(found);
  }

  /** On a shared screen: the seat whose turn it is, behind a cover until whoever has it says so. */
  function pass() {
    const at = seats.find((wire) => latest.get(wire)?.view?.your_turn);
    if (!at) return;
    if (looking === at) { see(at, latest.get(at)); return; }
    looking = null;
    drawn = null;
    const seat = latest.get(at).view.seat;
    const who = inText(context.regionName(seat.code));
    const button = h("button", { type: "button", class: "primary", on: { click: () => { looking = at; see(at, latest.get(at)); } } }, `I sit for ${who}`);
    replace(body, h("div", { class: "table-cover" }, h("h3", null, `It is the turn of ${who}`), h("p", { class: "quiet" }, "Hand the screen over; nobody else should look."), button));
    button.focus();
  }

  /** The page is brought to what the room is about before the room is drawn. */
  let about = null;
  async function told(wire, found) {
    await (about ??= context.about(found.dossier));
    if (body.isConnected) shows(wire, found);
  }

  for (const wire of seats) wire.follow({ view: (found) => told(wire, found), state: connection });
}

function preparing(body, found) {
  let bar = body.querySelector("progress");
  if (!bar) {
    bar = h("progress", { max: "1", "aria-label": "What the packages are worth: progress" });
    replace(body, h("p", { class: "lede" }, "What each package is worth is being worked out. It is done once for a negotiation; the game then answers at once."), h("p", { class: "job-progress" }, bar, h("span", { class: "quiet" })));
  }
  if (found.progress > 0) bar.value = found.progress;
  bar.nextSibling.textContent = found.message || "waiting for its turn";
}

function invitation({ seat, link }, context) {
  const who = inText(context.regionName(seat));
  const address = new URL(link, location.href).href;
  const id = uid("invite");
  const field = h("input", { id, class: "link-text", type: "text", readonly: true, value: address, on: { focus: () => field.select() } });
  const said = h("span", { class: "quiet", role: "status" });
  const copy = h("button", { type: "button", on: { click: async () => {
    try {
      await navigator.clipboard.writeText(address);
      said.textContent = "Copied.";
    } catch {
      field.focus();
      said.textContent = "Copy it from the field.";
    }
    announce(said.textContent);
  } } }, "Copy the link");
  const node = h("div", { class: "table-invite" }, h("label", { for: id }, `Link for ${who}, who is not here yet`), field, copy, said);
  node.style.setProperty("--accent", accentVar(seat));
  return node;
}
