// The answer: who gains and who loses, ranked; what to know beside it; the scenarios side by side.

import { h, replace } from "./dom.js";
import { capital } from "./words.js";
import { rankedBars } from "./bars.js";
import { foldPart } from "./fold.js";
import { registerTab } from "./tabs.js";

const NOTES = { zero: "Why nothing moves", baseline: "The yardstick", standing: "Not counted here", open: "Which way is open", wide: "How large is open", published: "What others find" };

let bars;
let notes;
let side;

registerTab({
  id: "answer",
  title: "Answer",
  render(root, app) {
    bars = rankedBars();
    notes = h("dl", { class: "notes belongs" });
    side = foldPart("fold-scenarios", "The scenarios side by side", "each with its range, and what it holds; pin settings of your own beside them", async () => (await import("./side.js")).sideBySide(app));
    root.append(h("h2", { class: "visually-hidden" }, "Answer"),
      bars.node, notes, side.node);
  },
  onState(app, what) {
    side.update(what);
    if (!app.front) return;
    bars.update(app);
    replace(notes, app.front.notes.map((x) => h("div", { data: { kind: x.kind } }, h("dt", null, NOTES[x.kind] ?? capital(x.kind)), h("dd", null, x.text))));
  },
});
