// What leaves the page: a link, a citation, an embed; the same in Python, as a dossier in YAML, as a run file, its results as CSV;
// and the briefing. All of it in a drawer behind “Share”.

import { announce, h, replace, saveFile, uid } from "./dom.js";
import { download, post } from "./api.js";
import { answerFigure } from "./bars.js";
import { drawer } from "./drawer.js";
import { addressSettled } from "./state.js";
import { takeAway } from "./take.js";
import { capital, longDay } from "./words.js";
import { basisState, workPanel } from "./work.js";

const KINDS = [
  ["python", "Show me this in Python", "Runs as it stands and prints the same numbers: pip install detente, then python with this file."],
  ["csv", "Results as CSV", "Every economy: real income, prices, revenue, trade; change against the baseline, a year."],
  ["yaml", "The dossier as YAML", "Measures, sources and scenarios; levers you moved become a scenario of their own at the end. Edit it and drop it on the page, or use it with detente run."],
  ["run", "Run file", "Everything a repeat needs, with checksums: detente rerun checks it to the last digit."],
];
const MOST_LINES = 400;

const parts = new Map();
let briefing;
let link;
let shownFor = "";

/** Copy a text and say so beside the button. */
async function copy(text, status, done = "Copied.") {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = done;
  } catch {
    status.textContent = "This browser does not let the page copy; select the text instead.";
  }
  announce(status.textContent);
  setTimeout(() => { status.textContent = ""; }, 5000);
}

function card(title, about, tools, body) {
  const id = uid("export");
  return h("section", { class: "export", "aria-labelledby": id }, h("div", { class: "export-head" }, h("h3", { id }, title), h("div", { class: "tools" }, tools)), h("p", { class: "quiet" }, about), body);
}

function fileCard(app, [kind, title, about]) {
  const status = h("span", { role: "status", class: "quiet" });
  const code = h("code");
  const preview = h("pre", { class: "preview", tabindex: "0", role: "region", "aria-label": `${title}: preview` }, code);
  const cut = h("p", { class: "note", hidden: true });
  const part = { kind, text: null, name: "", busy: null };
  part.load = async () => {
    const at = JSON.stringify(basisState(app, "state"));
    if (part.at === at && part.text !== null) return;
    part.at = at;
    preview.classList.add("old");
    try {
      const state = app.solveState();
      const { name, blob } = await download(`/export/${kind}`, state);
      const text = await blob.text();
      if (part.at !== at) return;
      part.text = text;
      part.name = name;
      part.type = blob.type;
      const lines = text.split("\n");
      code.textContent = lines.slice(0, MOST_LINES).join("\n");
      cut.hidden = lines.length <= MOST_LINES;
      cut.textContent = `The first ${MOST_LINES} of ${lines.length} lines; copy and download hold them all.`;
      status.textContent = "";
    } catch (error) {
      if (part.at !== at) return;
      part.text = null;
      part.at = null;
      code.textContent = "";
      status.textContent = error.message;
    }
    preview.classList.remove("old");
  };
  const act = (work) => async () => { await part.load(); if (part.text !== null) work(); };
  const fold = h("details", { class: "fold" }, h("summary", null, "Preview"), preview, cut);
  fold.open = kind === "python";
  fold.addEventListener("toggle", () => { if (fold.open && fold.offsetParent) part.load(); }); // not while the drawer is shut
  part.update = () => { if (fold.open) part.load(); else { part.text = null; part.at = null; } };
  parts.set(kind, part);
  return card(title, about, [status,
    h("button", { type: "button", class: "small", "aria-label": `Copy: ${title}`, data: { copy: kind }, on: { click: act(() => copy(part.text, status)) } }, "Copy"),
    h("button", { type: "button", class: "small", "aria-label": `Download: ${title}`, data: { download: kind }, on: { click: act(() => saveFile(part.name, part.text, part.type || "text/plain;charset=utf-8")) } }, "Download")], fold);
}

function linkCard() {
  const status = h("span", { role: "status", class: "quiet" });
  link = h("input", { type: "text", readonly: true, class: "link-text", "aria-label": "Share link", spellcheck: "false", on: { focus: (e) => e.target.select() } });
  return card("Share link", "Carries the whole scenario after the sign #: negotiation, measures, odds, horizon, tab, economy. Nothing of it is sent to a server until it is opened.", [status,
    h("button", { type: "button", class: "small", id: "copy", on: { click: async () => {
      await addressSettled();
      link.value = location.href;
      copy(link.value, status, `Link copied.${link.value.length > 8000 ? " It is long, since it carries a whole dossier: some mail programs cut it." : ""}`);
    } } }, "Copy link")], link);
}

/** A short address of the state, kept on the server by what it holds. */
function shortCard(app) {
  const status = h("span", { role: "status", class: "quiet" });
  const short = h("input", { type: "text", readonly: true, class: "link-text", hidden: true, "aria-label": "Short link", on: { focus: (e) => e.target.select() } });
  const make = async () => {
    status.textContent = "Putting it up …";
    try {
      const { unit, region } = app.place;
      const { path, expires } = await post("/links", { ...app.solveState(), unit, region });
      short.value = new URL(path, document.baseURI).href;
      short.hidden = false;
      await copy(short.value, status, `Copied. ${expires}`);
    } catch (error) { status.textContent = error.message; }
  };
  return card("Short link", "The state is kept on this server under a short address, a dossier of your own with it; other sites show its answer beside it.",
    [status, h("button", { type: "button", class: "small", data: { copy: "short" }, on: { click: make } }, "Make and copy")], short);
}

function citeCard(app) {
  const status = h("span", { role: "status", class: "quiet" });
  const text = h("p", { class: "citation", id: "cite" });
  return {
    node: card("Cite", "The answer with its version, its day and a link that leads back to it. Every figure’s reasons have a citation of their own.",
      [status, h("button", { type: "button", class: "small", data: { copy: "cite" }, on: { click: () => copy(text.textContent, status) } }, "Copy")], text),
    update() {
      if (!app.front) return;
      const { front, view, catalogue } = app;
      text.textContent = `detente ${catalogue.version}. “${view.title}”: ${front.title}. ${front.headline.map((x) => x.text).join("")} ${capital(front.when)}, against ${front.against}, as known on ${longDay(view.as_of)}; on ${app.place.world}. ${location.href}`;
    },
  };
}

// [how a name begins, how it ends, what the file is], in the order they are offered
const FILES = [
  ["briefing", ".zip", "All of it in one folder: unpack it and open index.html"],
  ["front", ".html", "Two pages in front"],
  ["annex", ".html", "Annex: the road here, what is on the table, odds, economies, the deal"],
  ["companion", ".html", "Companion: assumptions, sources, all economies, method"],
  ["briefing", ".docx", "Front and annex for Word"],
  ["briefing", ".md", "Front and annex as Markdown"],
  ["run", ".json", "Run file of the briefing"],
];
const placeOf = (name) => FILES.findIndex(([begin, end]) => name.startsWith(begin) && name.endsWith(end));

function showBriefing(result, box, done) {
  const status = h("p", { class: "quiet", role: "status" });
  const list = h("ul", { class: "files" });
  replace(box, result.headline ? h("p", { class: "lede small" }, typeof result.headline === "string" ? result.headline : result.headline.answer ?? "") : null, list, status);
  const offered = done.files.filter((name) => placeOf(name) >= 0).sort((a, b) => placeOf(a) - placeOf(b));
  replace(list, offered.map((name) => h("li", null, h("button", {
    type: "button", class: name.endsWith(".zip") ? "primary" : "small", data: { file: name },
    on: { click: async () => {
      status.textContent = "Fetching …";
      try {
        const { blob } = await download(`/jobs/${encodeURIComponent(done.id)}/files/${encodeURIComponent(name)}`);
        saveFile(name, blob);
        status.textContent = "";
      } catch (error) { status.textContent = error.message; }
    } },
  }, `Download ${name}`), h("span", { class: "quiet" }, ` ${FILES[placeOf(name)][2]}`))));
  if (!done.files.length) status.textContent = "The briefing left no files; start it again.";
}

/** {onState(app, what)}: the drawer behind “Share”. */
export function createShare(app) {
  const sheet = drawer({ id: "take", title: "Share, cite, take away", wide: true, opened: () => refresh() });
  briefing = workPanel(app, {
    kind: "briefing", label: "Write the briefing", basis: "state", auto: false, hint: "All of it: scenarios, talks, outlook, tables and figures. A minute or two.",
    show: (result, box, done) => showBriefing(result, box, done),
  });
  const cite = citeCard(app);
  sheet.body.append(linkCard(), shortCard(app), cite.node, card("The bars as a figure", "Drawn as in the briefing, with its source in it; the HTML shows it on any page, without cookie or script.", [], takeAway(() => answerFigure(app), "the bars")), ...KINDS.map((kind) => fileCard(app, kind)),
    card("Briefing", "Two pages in front, an annex and a companion that print, with figures and all data; for the negotiation with the settings as they are.", [], briefing.node));
  async function refresh() {
    if (!app.view) return;
    briefing.update();
    const at = JSON.stringify(app.place);
    if (at !== shownFor) for (const part of parts.values()) part.update();
    shownFor = at;
    await addressSettled();
    link.value = location.href;
    cite.update();
  }

  return { shown: sheet.shown, toggle: sheet.toggle, onState: () => { if (sheet.shown() || briefing.waits()) refresh(); } };
}
