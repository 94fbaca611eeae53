// The tabs. A tab is a module that calls, when it is imported (add the import to main.js, in the order of the tabs):
//
//   registerTab({
//     id: "who",                        // short name, used in share links and as #tab-who / #panel-who
//     title: "Who and why",
//     render(root, app) {},             // once, when the tab is first opened: build your elements into `root` (a <section>)
//     onState(app, what) {},            // when the tab is opened and, while it is open, after every change.
//   });                                 //   (or load: () => import("./who.js"), a module with `tab` = {render, onState})
//                                       //   what: a Set of "open", "view" (another dossier), "place" (state, region), "levers",
//                                       //   "answer", "ranges", "drivers"
// `app` is in app.js; ready-made parts: workPanel in work.js (progress bar, cancel, result), sortTable in tables.js, figureBox in
// figure.js, stillBox in still.js (charts that the server draws), foldPart in fold.js, h/s in dom.js, figures and sentences in
// words.js, colours in colours.js. Style through CSS classes or node.style only; never innerHTML: what comes from a dossier or an
// article is data.

import { $, h, replace } from "./dom.js";

const tabs = [];
const FORMER = { overview: "answer", scenarios: "answer", measures: "answer", export: "answer", talks: "ahead", outlook: "ahead", economies: "who", bystanders: "who" };

export function registerTab(tab) {
  tabs.push({ onState: () => undefined, ...tab, opened: false });
}

/** The tab a link means: one there is, one that took the place of an older one, else the first. */
export function tabOf(id) {
  const wanted = FORMER[id] ?? id;
  return tabs.some((t) => t.id === wanted) ? wanted : tabs[0].id;
}

/** Build the tab list and the panels; `choose(id)` is called when the reader picks one. */
export function buildTabs(choose) {
  const list = $("tablist");
  for (const tab of tabs) {
    tab.button = h("button", {
      type: "button", role: "tab", id: `tab-${tab.id}`, "aria-controls": `panel-${tab.id}`, "aria-selected": "false", tabindex: "-1",
      on: { click: () => choose(tab.id) },
    }, tab.title);
    tab.panel = h("section", { role: "tabpanel", id: `panel-${tab.id}`, "aria-labelledby": `tab-${tab.id}`, tabindex: "0", hidden: true });
    list.append(tab.button);
    $("panels").append(tab.panel);
  }
  list.addEventListener("keydown", (event) => {
    const at = tabs.findIndex((t) => t.button === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.button.focus();
    choose(next.id);
  });
}

/** The modules of a tab come when it is opened first; where they do not come, the next change tries again. */
async function fetchTab(tab, app) {
  if (tab.coming) return;
  tab.coming = true;
  tab.panel.setAttribute("aria-busy", "true");
  replace(tab.panel, h("p", { class: "quiet", role: "status" }, "Loading …"));
  try {
    Object.assign(tab, (await tab.load()).tab, { load: null });
    replace(tab.panel);
    if (app.place.tab === tab.id) showTab(tab.id, app, new Set(["open", "view", "place", "answer"]));
  } catch {
    replace(tab.panel, h("p", { class: "problem", role: "alert" }, "The server does not answer; open this again in a moment."));
  }
  tab.coming = false;
  tab.panel.removeAttribute("aria-busy");
}

/** Show one tab, building it the first time, and tell it what has changed. */
export function showTab(id, app, what) {
  for (const tab of tabs) {
    const active = tab.id === id;
    const was = !tab.panel.hidden;
    tab.button.setAttribute("aria-selected", String(active));
    tab.button.tabIndex = active ? 0 : -1;
    tab.panel.hidden = !active;
    if (!active || !app.view) continue;
    if (tab.load) { fetchTab(tab, app); continue; }
    if (!tab.opened) {
      tab.opened = true;
      tab.render(tab.panel, app);
    }
    tab.onState(app, was ? what : new Set([...what, "open"]));
  }
}
