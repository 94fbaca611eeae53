// What the page says of itself: a notice at the top that stays until dismissed (also where a module does not come), and whether the answer belongs to what is chosen.
//
//   <body data-answer="…">   waiting: none yet   current: belongs to the settings shown
//                            asked: the settings have moved, the answer is on its way   old: it did not come
// Whatever shows the answer has the class `belongs`; css/front.css greys it in any state but "current".

import { $, h, replace } from "./dom.js";

/** Say what is wrong at the top. */
export function notice(message) {
  replace($("notice"), message ? h("p", { class: "problem", role: "alert" }, message, " ", h("button", { type: "button", class: "link", on: { click: () => notice("") } }, "Dismiss")) : null);
}

/** What `load` brings, asked for once. Where it does not come the reader is told, null comes instead, and the next use tries again. */
export function once(load) {
  let coming = null;
  return async () => {
    try {
      return await (coming ??= load());
    } catch (error) {
      coming = null;
      console.error(error);
      notice("The server does not answer; try again in a moment.");
      return null;
    }
  };
}

const SLOW = 600; // ms before it is said that something is being worked out
let timer = 0;

/** The state of the answer; `message` says why it is old or slow, `again` asks anew. */
export function answerIs(state, { message = "", again = null } = {}) {
  clearTimeout(timer);
  document.body.dataset.answer = state;
  const old = state === "old";
  const say = () => replace($("state"), old ? h("b", null, "Not for these settings. ") : null, message, old && again ? [" ", h("button", { type: "button", class: "small", on: { click: again } }, "Try again")] : null);
  if (state === "asked" || state === "waiting") timer = setTimeout(say, message ? 0 : SLOW, (message = message || "Working it out …"));
  else say();
}
