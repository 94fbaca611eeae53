// A part of a tab behind its title: built, and its work begun, when the reader opens it first.

import { h } from "./dom.js";

/** {node, update(…), open()}. `part()` makes {node, update(…)} once; `update` is passed on while it is open. */
export function foldPart(id, title, about, part) {
  const node = h("details", { class: "part-fold", id }, h("summary", null, h("h2", null, title), about ? h("span", { class: "quiet" }, about) : null));
  let made = null;
  let last = [];
  const self = {
    node,
    update(...given) {
      last = given;
      if (!node.open) return;
      if (!made) {
        made = part();
        node.append(h("div", { class: "fold-body" }, made.node));
      }
      made.update?.(...given);
    },
    open() { node.open = true; },
  };
  node.addEventListener("toggle", () => self.update(...last));
  return self;
}
