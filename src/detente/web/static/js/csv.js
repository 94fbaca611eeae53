// Data that leaves the page: rows as CSV, and beside every row what it is of, so that a file found in a folder says so itself.

import { saveFile } from "./dom.js";
import { app } from "./app.js";

const guard = (text) => (/^[=+\-@\t\r]/.test(text) && !/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text) ? `'${text}` : text);

/** Rows as CSV text. A cell that a spreadsheet would run as a formula is quoted with an apostrophe. */
export function toCsv(columns, rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : typeof value === "number" ? String(value) : guard(String(value));
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns.map(cell).join(","), ...rows.map((row) => row.map(cell).join(","))].join("\n") + "\n";
}

/** What the data of the page are of: negotiation, state, time basis, baseline, day, source; `measured` has those of long work, which is of no state. */
function provenance(measured) {
  const { view, front, catalogue } = app;
  const { when, against } = measured ?? { when: front?.when ?? app.run() ?? "", against: front?.against ?? "" };
  return {
    negotiation: view?.title ?? "", state: measured ? "" : front?.title ?? "", when, against,
    as_known_on: view?.as_of ?? "", source: `detente ${catalogue?.version ?? ""}, ${app.place?.world ?? ""}`,
  };
}

/** Hand the reader rows as a file; their provenance stands in the last columns. */
export function saveCsv(name, columns, rows, measured) {
  const beside = provenance(measured);
  saveFile(`${name}.csv`, toCsv([...columns, ...Object.keys(beside)], rows.map((row) => [...row, ...Object.values(beside)])), "text/csv;charset=utf-8");
}
