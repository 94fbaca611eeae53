// The answer in large type, and how sure it is in a second line. Every figure in them is a button: why this number?

import { $, h, replace } from "./dom.js";
import { once } from "./notices.js";

const reasons = once(() => import("./why.js"));
let why = null; // the drawer's module, once a figure was pressed

/** Sentences taken apart: text, and figures that open their reasons. What touches a figure (a bracket, a comma) stays on its line. */
export function told(app, segments) {
  const nodes = [];
  let before = ""; // what touches the next figure
  segments.forEach((x, k) => {
    if (!(x.number && app.front.numbers[x.number])) {
      const begin = nodes.at(-1)?.nodeType === Node.ELEMENT_NODE ? /^[^\s]*/.exec(x.text)[0] : "";
      if (begin) nodes.at(-1).append(begin);
      const rest = x.text.slice(begin.length);
      const last = segments[k + 1]?.number ? /[^\s]*$/.exec(rest)[0] : "";
      nodes.push(document.createTextNode(rest.slice(0, rest.length - last.length)));
      before = last;
      return;
    }
    nodes.push(h("span", { class: "whole" }, before, figureButton(app, x.number, x.text)));
    before = "";
  });
  return nodes;
}

/** A figure that opens its reasons. */
export function figureButton(app, number, text) {
  const { label } = app.front.numbers[number];
  return h("button", { type: "button", class: "figure", data: { number }, title: "Why this number?", "aria-label": `${text}: ${label}. Why this number?`, "aria-haspopup": "dialog", on: { click: async () => (why = await reasons())?.showWhy(app, number) } }, text);
}

/** `draw` into `node`, with the focus on the same figure as before. */
export function keepingFocus(node, draw) {
  const held = node.contains(document.activeElement) ? document.activeElement.dataset.number : null;
  draw();
  if (held) [...node.querySelectorAll("button.figure")].find((b) => b.dataset.number === held)?.focus({ preventScroll: true });
}

/** The room a sentence has taken is kept, so that nothing below it jumps while measures move. */
function keepRoom(node) {
  node.style.setProperty("min-height", `${Math.max(node.offsetHeight, Number.parseFloat(node.style.minHeight) || 0)}px`);
}

/** {onState(app, what)} */
export function createFront(app) {
  const fresh = () => { for (const id of ["answer", "second"]) $(id).style.removeProperty("min-height"); };
  let width = window.innerWidth;
  window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; fresh(); } });
  return {
    onState(_, what) {
      if (what.has("view")) {
        for (const id of ["answer", "second"]) replace($(id));
        fresh();
        return;
      }
      if (!app.front || !(what.has("answer") || what.has("full"))) return;
      keepingFocus($("answer"), () => replace($("answer"), told(app, app.front.headline)));
      if (!app.front.waits.length) why?.follow();
      keepingFocus($("second"), () => replace($("second"), told(app, app.front.second), app.front.waits.length ? " Ranges, odds and what others find are being worked out." : null));
      for (const id of ["answer", "second"]) keepRoom($(id));
    },
  };
}
