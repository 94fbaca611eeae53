// The answer in large type, and how sure it is in a second line. Every figure in them is a button: why this number?

import { $, h, replace } from "./dom.js";
import { showWhy } from "./why.js";

/** Sentences taken apart: text, and figures that open their reasons. */
export function told(app, segments) {
  return segments.map((x) => (x.number && app.front.numbers[x.number] ? figureButton(app, x.number, x.text) : x.text));
}

/** A figure that opens its reasons. */
export function figureButton(app, number, text) {
  const { label } = app.front.numbers[number];
  return h("button", { type: "button", class: "figure", data: { number }, title: "Why this number?", "aria-label": `${text}: ${label}. Why this number?`, "aria-haspopup": "dialog", on: { click: () => showWhy(app, number) } }, text);
}

/** `draw` into `node`, with the focus on the same figure as before. */
export function keepingFocus(node, draw) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.number : null;
  draw();
  if (held) [...node.querySelectorAll("button.figure")].find((b) => b.dataset.number === held)?.focus({ preventScroll: true });
}

/** {onState(app, what)} */
export function createFront(app) {
  return {
    onState(_, what) {
      if (what.has("view")) {
        for (const id of ["answer", "second"]) replace($(id));
        return;
      }
      if (!app.front || !(what.has("answer") || what.has("full"))) return;
      keepingFocus($("answer"), () => replace($("answer"), told(app, app.front.headline)));
      keepingFocus($("second"), () => replace($("second"), told(app, app.front.second)));
    },
  };
}
