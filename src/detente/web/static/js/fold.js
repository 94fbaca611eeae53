// A part of a tab behind its title: built, and its work begun, when the reader opens it first.

import { h, replace } from "./dom.js";

/** {node, update(…), open()}. `part()` makes {node, update(…)} once, or promises to; `update` is passed on while it is open. */
export function foldPart(id, title, about, part) {
  const body = h("div", { class: "fold-body" });
  const node = h("details", { class: "part-fold", id }, h("summary", null, h("h2", null, title), about ? h("span", { class: "quiet" }, about) : null), body);
  let made = null;
  let coming = false;
  let last = [];

  async function make() {
    if (coming) return;
    coming = true;
    try {
      made = await part();
      replace(body, made.node);
      if (node.open) made.update?.(...last);
    } catch (error) {
      console.error(error);
      replace(body, h("p", { class: "problem", role: "alert" }, "The server does not answer; open this again in a moment."));
    }
    coming = false;
  }

  const self = {
    node,
    update(...given) {
      last = given;
      if (!node.open) return;
      if (made) made.update?.(...given);
      else make();
    },
    open() { node.open = true; },
  };
  node.addEventListener("toggle", () => self.update(...last));
  return self;
}
