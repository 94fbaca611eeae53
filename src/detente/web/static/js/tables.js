// Tables that sort, filter and download.

import { h, replace, uid } from "./dom.js";
import { saveCsv } from "./csv.js";

/**
 * {node, update(rows, selected)}. Columns: {key, title, unit, number, sort(row) → number|string, cell(row) → text or node,
 * csv: name, raw(row)}; `measured` as in csv.js. The first column heads its row; `onPick(row)` makes it a button.
 */
export function sortTable({ columns, caption, csvName, sortBy, descending = false, onPick, pickLabel, rowId, filterText, extra = [], note, measured }) {
  let rows = [];
  let chosen = null;
  let key = sortBy ?? columns[0].key;
  let down = descending;
  let wanted = "";
  const body = h("tbody");
  const status = h("span", { class: "count" });
  const heads = new Map();

  const headRow = h("tr", null, columns.map((c) => {
    const button = h("button", { type: "button", class: "sort", on: { click: () => {
      down = key === c.key ? !down : Boolean(c.number);
      key = c.key;
      draw();
    } } }, h("span", null, c.title), c.unit ? h("small", null, c.unit) : null);
    const th = h("th", { scope: "col", class: c.number ? "n" : null }, button);
    heads.set(c.key, th);
    return th;
  }));

  function visible() {
    const column = columns.find((c) => c.key === key) ?? columns[0];
    const value = (row) => column.sort(row);
    const found = wanted ? rows.filter((row) => filterText(row).toLowerCase().includes(wanted)) : rows.slice();
    const missing = (v) => v === null || v === undefined || Number.isNaN(v);
    return found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y));
      const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
      return down ? -order : order;
    });
  }

  function draw() {
    for (const [name, th] of heads) {
      if (name === key) th.setAttribute("aria-sort", down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    const found = visible();
    replace(body, found.map((row) => {
      const id = rowId?.(row);
      return h("tr", { class: id !== undefined && id === chosen ? "chosen" : null }, columns.map((c, k) => {
        const inner = c.cell(row);
        if (k) return h("td", { class: c.number ? "n" : null, "data-label": c.title }, inner);
        const content = onPick
          ? h("button", { type: "button", class: "pick", "aria-pressed": String(id === chosen), "aria-label": pickLabel?.(row), data: { id: id ?? "" }, on: { click: () => onPick(row) } }, inner)
          : inner;
        return h("th", { scope: "row" }, content);
      }));
    }));
    if (!found.length) replace(body, h("tr", null, h("td", { colspan: columns.length, class: "quiet" }, "No row matches.")));
    status.textContent = wanted ? `${found.length} of ${rows.length} rows` : `${rows.length} rows`;
  }

  const boxId = uid("filter");
  const tools = h("div", { class: "tools" },
    filterText ? h("span", { class: "field" }, h("label", { for: boxId }, "Find"), h("input", {
      type: "search", id: boxId, autocomplete: "off", spellcheck: "false",
      on: { input: (event) => { wanted = event.target.value.trim().toLowerCase(); draw(); } },
    })) : null,
    ...extra, status,
    csvName ? h("button", { type: "button", class: "small", data: { csv: csvName }, on: { click: () => {
      const list = visible().map((row) => columns.flatMap((c) => (c.raw ? [c.raw(row)].flat() : [c.sort(row)])));
      saveCsv(csvName, columns.flatMap((c) => c.csv ?? c.key), list, measured);
    } } }, "Download CSV") : null);
  const captionId = uid("caption");
  const node = h("div", { class: "table" }, tools,
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": captionId },
      h("table", null, h("caption", { id: captionId }, caption), h("thead", null, headRow), body)),
    note ? h("p", { class: "note" }, note) : null);

  return {
    node,
    update(newRows, selected = chosen) {
      rows = newRows;
      chosen = selected;
      const focused = document.activeElement?.closest?.("tbody") === body ? document.activeElement.dataset.id : null;
      draw();
      if (focused) [...body.querySelectorAll("button.pick")].find((b) => b.dataset.id === focused)?.focus();
    },
    caption(text) { node.querySelector("caption").textContent = text; },
  };
}
