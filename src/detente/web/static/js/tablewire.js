// A seat at a table on the server: its view, its moves, and what happens there as it happens. The seat's token goes in a header,
// never in an address; a lost connection is taken up again where it broke, by stream or, where streams do not come through, by asking.

import { ApiError, told } from "./api.js";
import { handsOff } from "./hands.js";

const BASE = "api/v1/rooms";
const SILENCE = 45_000; // ms without a word before a stream is given up (the server says one every 15 s)

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function ask(method, path, { token, body, signal, headers = {} } = {}) {
  const all = { ...headers, ...(token ? { "Detente-Seat": token } : {}), ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  let response;
  try {
    response = await fetch(`${BASE}${path}`, { method, headers: all, signal, credentials: "same-origin", cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Is it still running?", { name: "unreachable" });
  }
  if (response.ok) return response;
  let no = {};
  try { no = await response.json(); } catch { /* the status says enough */ }
  throw new ApiError(String(no.message || `The server answered with status ${response.status}.`), { status: response.status, name: no.error });
}

/** A new room: what the server gives, tokens of the seats included (they are told once). */
export const makeRoom = async (body) => told(await ask("POST", "", { body }));

/** The events of a stream, one after the other: {id, event, data}. */
async function* eventsOf(stream, heard) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    text += value;
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const event = { id: null, event: "message", data: "" };
      for (const line of text.slice(0, at).split("\n")) {
        const [, name, rest] = /^(\w*): ?(.*)$/.exec(line) ?? [];
        if (name === "data") event.data += rest;
        else if (name) event[name] = rest;
      }
      text = text.slice(at + 2);
      if (event.data) yield event;
    }
  }
}

/**
 * A seat: {look(), move(number, move), worth(package), debrief(), file(kind), leave(), follow(), close()}.
 * `follow({view, state})` calls `view(found)` with every new view and `state("here" | "away" | "lost", message)` with the connection.
 */
export function seatAt(room, token) {
  const path = `/${encodeURIComponent(room)}`;
  const closing = new AbortController();
  const json = async (method, more, body) => told(await ask(method, `${path}${more}`, { token, body }));
  let last = null;

  async function stream(tell) {
    const one = new AbortController();
    closing.signal.addEventListener("abort", () => one.abort(), { once: true });
    let timer = 0;
    let words = 0;
    const heard = () => { words += 1; clearTimeout(timer); timer = setTimeout(() => one.abort(), SILENCE); };
    heard();
    try {
      const response = await ask("GET", `${path}/events`, { token, signal: one.signal, headers: { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) } });
      tell.state("here");
      for await (const event of eventsOf(response.body, heard)) {
        if (event.id !== null) last = event.id;
        if (event.event === "view") { await handsOff(); tell.view(JSON.parse(event.data)); }
      }
    } finally {
      clearTimeout(timer);
    }
    return words > 1;
  }

  async function poll(tell) {
    const found = await told(await ask("GET", `${path}?after=${last ?? -1}&wait=20`, { token, signal: closing.signal }), closing.signal);
    tell.state("here");
    if (String(found.event) !== last) { last = String(found.event); tell.view(found); }
  }

  return {
    room,
    token,
    look: () => json("GET", ""),
    worth: (levels, signal) => ask("POST", `${path}/worth`, { token, signal, body: { levels } }).then((r) => told(r, signal)),
    debrief: () => json("GET", "/debrief"),
    leave: () => json("POST", "/leave", {}),
    /** A move made at `number`; sent again with the same key until the server has said something, so that it counts once. */
    async move(number, move) {
      const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
      for (let wait = 400; ; wait *= 2) {
        try {
          return await json("POST", "/moves", { number, idempotency: key, move });
        } catch (error) {
          if ((error.status !== 0 && error.status !== 503) || wait > 7000) throw error;
          await pause(wait);
        }
      }
    },
    async file(kind) {
      const response = await ask("GET", `${path}/transcript.${kind}`, { token });
      const named = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
      return { name: named ? named[1].replace(/[^\w.-]/g, "_") : `transcript.${kind}`, blob: await response.blob() };
    },
    async follow(tell) {
      let streams = typeof TextDecoderStream === "function" && typeof ReadableStream === "function";
      for (let wait = 400; !closing.signal.aborted; ) {
        try {
          if (streams) streams = await stream(tell);
          else await poll(tell);
          wait = 400;
        } catch (error) {
          if (closing.signal.aborted) return;
          if ([403, 404, 410].includes(error.status)) { tell.state("lost", error.message); return; }
          tell.state("away", error.message);
          await pause(wait);
          wait = Math.min(6000, wait * 1.7);
        }
      }
    },
    close: () => closing.abort(),
  };
}
