// What is loaded when the reader first wants it: tabs, drawers, the reader of texts.

import { $ } from "./dom.js";
import { once } from "./notices.js";
import { registerTab } from "./tabs.js";

registerTab({ id: "ahead", title: "What will happen", load: () => import("./ahead.js") });
registerTab({ id: "who", title: "Who and why", load: () => import("./who.js") });
registerTab({ id: "table", title: "At the table", load: () => import("./tabletab.js") });

/** A drawer behind a button: `load` resolves to {toggle(), onState(app, what)}. {onState} passes on what happens once it is there. */
export function lateDrawer(button, load) {
  const fetched = once(load);
  let part = null;
  $(button).addEventListener("click", async () => {
    const waits = !part;
    part = await fetched();
    if (part && !(waits && part.shown())) part.toggle(); // two clicks while it comes open it once
  });
  return { onState: (...given) => part?.onState(...given) };
}

/** The reader of texts: behind its button, and for whatever is dropped on the page. */
export function lateReader(app) {
  const reader = once(async () => (await import("./reader.js")).createReader(app));
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].some((t) => t === "Files" || t === "text/plain");
  $("own-text").addEventListener("click", async () => (await reader())?.open());
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  document.addEventListener("drop", async (event) => {
    document.body.classList.remove("dropping");
    if (!carries(event) || event.target.closest?.("textarea, input")) return;
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    const words = event.dataTransfer.getData("text/plain");
    const found = await reader();
    if (file) await found?.take(file);
    else if (words.trim()) await found?.read(words);
  });
}
