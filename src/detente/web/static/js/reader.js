// Your own text: drop or paste an article or a dossier. An article is read into a draft with what was found marked in it; the
// draft is edited here, checked by the server and used. Whatever the text holds is shown as text.

import { $, h, replace, announce } from "./dom.js";
import { post } from "./api.js";
import { openDossier, useContent, viewOf } from "./dossiers.js";
import { count, dayNumber } from "./words.js";

const MOST = 1_000_000; // characters
const WEEKS = 6; // between an article and the day of a negotiation it may be about

/** Whether a text is a dossier (YAML or JSON) rather than an article. */
export const looksLikeDossier = (text) => /^\s*\{/.test(text) || /^schema_version\s*:/m.test(text) || (/^id\s*:/m.test(text) && /^measures\s*:/m.test(text));

const airless = (text) => text.replace(/\n\s*\n\s*\n+/g, "\n\n");
const kindWords = (kind) => kind.replaceAll("_", " ");

/** The text with findings marked: a list of nodes. Places count characters as the server does (code points). */
export function marked(text, findings) {
  const letters = Array.from(text);
  const wanted = findings
    .filter((f) => Number.isInteger(f.start) && Number.isInteger(f.end) && f.start >= 0 && f.end > f.start && f.end <= letters.length && f.kind !== "set_aside")
    .sort((a, b) => a.start - b.start || b.end - a.end);
  const nodes = [];
  let at = 0;
  for (const f of wanted) {
    if (f.start < at) continue; // inside the one before
    nodes.push(airless(letters.slice(at, f.start).join("")));
    nodes.push(h("mark", { data: { kind: f.kind }, title: kindWords(f.kind) }, letters.slice(f.start, f.end).join("")));
    at = f.end;
  }
  nodes.push(airless(letters.slice(at).join("")));
  return nodes;
}

export function createReader(app) {
  const dialog = $("reader");
  const status = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "reader-body" });
  const text = h("textarea", { id: "reader-text", rows: "12", spellcheck: "false", placeholder: "Paste a news article, or a dossier in YAML or JSON" });
  const file = h("input", { type: "file", id: "reader-file", accept: ".txt,.html,.htm,.md,.yaml,.yml,.json,text/*", on: { change: (e) => take(e.target.files[0]) } });
  const date = h("input", { type: "date", id: "reader-date" });
  let given = "";

  /** What is wrong: a sentence, or one entry a line. */
  function problem(message) {
    const lines = message.split("\n").map((l) => l.trim()).filter(Boolean);
    status.className = "problem";
    status.setAttribute("role", "alert");
    replace(status, lines.length < 2 ? message : lines.map((l) => h("span", { class: "line" }, l)));
  }
  function say(message) {
    status.className = "quiet";
    status.setAttribute("role", "status");
    status.textContent = message;
  }

  async function take(one) {
    if (!one) return;
    if (one.size > MOST) { open(); problem(`${one.name} is larger than a million characters.`); return; }
    const content = await one.text();
    open();
    text.value = content;
    await submit();
  }

  async function use(yaml) {
    say("Checking the dossier …");
    try {
      const found = await post("/dossiers", { text: yaml });
      dialog.close();
      useContent(found.content, found.view);
      announce(`Now showing ${found.view.title}`);
    } catch (error) {
      problem(error.message);
      return false;
    }
    return true;
  }

  async function submit() {
    given = text.value;
    if (!given.trim()) { problem("There is nothing to read yet: paste a text or choose a file."); return; }
    if (given.length > MOST) { problem("That is longer than a million characters."); return; }
    if (looksLikeDossier(given)) { await use(given); return; }
    say("Reading …");
    try {
      draft(await post("/read", date.value ? { text: given, date: date.value } : { text: given }));
    } catch (error) {
      problem(error.message);
    }
  }

  /** The negotiations of this server that a draft is about: of its parties, and of its weeks. */
  async function knownHere(yaml) {
    const day = /^as_of:\s*['"]?(\d{4}-\d{2}-\d{2})/m.exec(yaml)?.[1];
    const parties = new Set([.../^parties:\n((?:[ -].*\n)*)/m.exec(yaml)?.[1].matchAll(/region:\s*([A-Z0-9]{3,4})/g) ?? []].map((m) => m[1]));
    if (!day || !parties.size) return [];
    const near = app.catalogue.dossiers.filter((d) => Math.abs(dayNumber(d.as_of) - dayNumber(day)) <= WEEKS * 7);
    const views = await Promise.all(near.map((d) => viewOf({ dossier: d.id }).catch(() => null)));
    return near.filter((_, k) => views[k]?.parties.filter((p) => parties.has(p.region)).length >= 2);
  }

  async function offerKnown(yaml, box) {
    const known = await knownHere(yaml);
    if (!known.length) return;
    replace(box, "This server has it worked out: ", known.map((d, k) => [k ? ", " : "", h("button", { type: "button", class: k ? "" : "primary", on: { click: async () => { dialog.close(); await openDossier(d.id); } } }, d.title)]));
  }

  function draft(found) {
    const findings = found.findings ?? [];
    const letters = Array.from(given);
    const placed = findings.filter((f) => letters.slice(f.start, f.end).join("") === f.text || Number.isInteger(f.start));
    const kinds = [...new Set(placed.map((f) => f.kind))];
    const number = (kind) => findings.filter((f) => f.kind === kind).length;
    const yaml = h("textarea", { id: "draft", rows: "22", spellcheck: "false", class: "code" });
    yaml.value = found.yaml ?? "";
    const missing = (found.problems ?? []).map((m) => m.replace("; give it with --date", ""));
    const jump = (message) => {
      const line = /line (\d+)/.exec(message);
      if (!line) return;
      const lines = yaml.value.split("\n");
      const start = lines.slice(0, Number(line[1]) - 1).join("\n").length + 1;
      yaml.focus();
      yaml.setSelectionRange(start, start + (lines[Number(line[1]) - 1]?.length ?? 0));
      yaml.scrollTop = (yaml.scrollHeight / lines.length) * Math.max(0, Number(line[1]) - 5);
    };
    const tally = kinds.map((k) => (k === "set_aside" ? `${number(k)} set aside` : count(number(k), kindWords(k))));
    say(findings.length ? `Found: ${tally.join(", ")}.` : "Nothing was found that a dossier could be made of.");
    const here = h("p", { class: "known-here" });
    offerKnown(yaml.value, here);
    const gaps = missing.length > 0; // a draft with gaps is no dossier yet
    replace(body, here,
      h("div", { class: "reader-columns" },
        h("section", { "aria-labelledby": "found-title" }, h("h3", { id: "found-title" }, "What was found"),
          h("div", { class: "article", tabindex: "0", role: "region", "aria-label": "The text with what was found marked" }, marked(given, placed))),
        h("section", null, h("h3", null, h("label", { for: "draft" }, "The draft dossier, yours to finish")), yaml,
          missing.length ? h("div", { class: "missing" }, h("p", null, `${capitalCount(missing.length)} still open:`), h("ul", null, missing.slice(0, 40).map((m) => h("li", null, h("button", { type: "button", class: "link", on: { click: () => jump(m) } }, m)))))
            : h("p", { class: "quiet" }, "Nothing is missing."))),
      h("div", { class: "actions" },
        h("button", { type: "button", class: gaps ? null : "primary", on: { click: () => use(yaml.value) } }, gaps ? `Use this draft once ${missing.length === 1 ? "the gap is" : `the ${missing.length} gaps are`} filled` : "Use this draft"),
        h("button", { type: "button", on: { click: start } }, "Start again")));
  }

  const capitalCount = (n) => (n === 1 ? "One field is" : `${n} fields are`);

  function start() {
    say("Nothing leaves this server: it is read by rules over words, and every finding quotes its passage.");
    replace(body,
      h("div", { class: "drop", id: "drop" }, h("label", { for: "reader-text" }, "The text"), text,
        h("p", { class: "field" }, h("label", { for: "reader-file" }, "or a file (drop it anywhere on the page)"), file),
        h("p", { class: "field" }, h("label", { for: "reader-date" }, "Date of the article, where the text has none"), date)),
      h("div", { class: "actions" }, h("button", { type: "button", class: "primary", id: "reader-go", on: { click: submit } }, "Read it")));
  }

  function open() {
    if (!dialog.open) dialog.showModal();
    start();
    text.focus();
  }

  replace(dialog, h("div", { class: "dialog-head" }, h("h2", { id: "reader-title" }, "Your own text"),
    h("button", { type: "button", class: "small", "aria-label": "Close", on: { click: () => dialog.close() } }, "Close")), body, status);
  /** A text that was dropped. */
  async function read(words) {
    open();
    text.value = words;
    await submit();
  }

  return { open, take, read };
}
