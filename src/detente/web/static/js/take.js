// A figure to take along: as PNG, SVG and CSV, drawn by the server as in the briefing, and as HTML that shows it on another page.

import { announce, h, replace, saveFile } from "./dom.js";
import { download, post } from "./api.js";

/** Buttons for a figure; `what()` → {name, body}, as /figures takes them. */
export function takeAway(what, label = "this figure") {
  const status = h("span", { role: "status", class: "quiet" });
  const box = h("span", { class: "embed-code" });
  const doing = async (words, work) => {
    status.textContent = words;
    try {
      status.textContent = (await work()) ?? "";
    } catch (error) {
      status.textContent = error.message;
    }
  };
  const file = (ending) => h("button", { type: "button", class: "link", data: { take: ending }, "aria-label": `${ending.toUpperCase()} of ${label}`, on: { click: () => doing("Drawing …", async () => {
    const { name, body } = what();
    const found = await download(`/figures/${name}.${ending}`, body);
    saveFile(found.name, found.blob);
  }) } }, ending.toUpperCase());
  const embed = h("button", { type: "button", class: "link", data: { take: "embed" }, "aria-label": `HTML that shows ${label} on another page`, on: { click: () => doing("Drawing …", async () => {
    const { name, body } = what();
    const { html, expires } = await post("/embeds", { name, figure: body });
    const code = h("textarea", { class: "code", rows: "3", readonly: true, "aria-label": "HTML for another page", on: { focus: (e) => e.target.select() } });
    code.value = html;
    replace(box, code, h("button", { type: "button", class: "small", on: { click: async () => {
      try { await navigator.clipboard.writeText(html); status.textContent = "Copied."; } catch { status.textContent = "Select the text instead."; }
    } } }, "Copy"));
    announce("The HTML for another page is there.");
    return `The figure as it is now, for any page. ${expires}`;
  }) } }, "Embed");
  return h("span", { class: "take" }, file("png"), " ", file("svg"), " ", file("csv"), " ", embed, " ", status, box);
}
