// Figures of games and outlooks: two significant digits however small, chances in whole percent, marks for a table row.

import { FIRM, MINUS, THIN, fixed } from "./words.js";

/** Two significant digits, at most five decimals: −0.0072, +0.35, 0. */
export function sig(value, signed = true) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size < 5e-6) return "0";
  const rounded = Number(value.toPrecision(2));
  const wanted = 1 - Math.floor(Math.log10(Math.abs(rounded)));
  return fixed(wanted > 5 ? value : rounded, Math.max(0, Math.min(5, wanted)), signed); // rounded once
}

/** The same with a percent sign. */
export const sigPercent = (value, signed = true) => `${sig(value, signed)}${THIN}%`;

const SURE = 1e-9; // as near as this to 0 or 1 is that: the difference is the noise of a processor

/** A probability: "36 %", "under 1 %", "over 99 %"; `percent` is the whole percent it has among others that sum to 100. */
export function chance(p, percent = null) {
  if (p === null || p === undefined || !Number.isFinite(p)) return "–";
  if (p > SURE && (percent === null ? p < 0.005 : percent === 0)) return `under 1${THIN}%`;
  if (p < 1 - SURE && (percent === null ? p > 0.995 : percent === 100)) return `over 99${THIN}%`;
  return `${percent ?? Math.round(100 * p)}${THIN}%`;
}

/** "30 to 48 %"; one figure where both ends print alike. */
export function chanceRange(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  const [first, last] = [Math.round(100 * low), Math.round(100 * high)];
  return first === last ? chance(low > 0.5 ? low : high) : `${first} to ${last}${THIN}%`;
}

/** A range in brackets after the probability it is of; nothing where it prints alike. */
export function rangeAfter(p, low, high, percent = null) {
  const ends = chanceRange(low, high);
  return ends && ends !== chance(p, percent) ? ` (${ends})` : "";
}

/** Million USD in a sentence: "USD 23 billion", "−USD 340 million"; two significant digits. */
export function usd(million, signed = false) {
  if (million === null || million === undefined || !Number.isFinite(million)) return "–";
  const size = Math.abs(million);
  if (size < 0.05) return `USD${FIRM}0`;
  const [scale, word] = size >= 0.995e6 ? [1e6, "trillion"] : size >= 995 ? [1e3, "billion"] : [1, "million"];
  return `${million < 0 ? MINUS : signed ? "+" : ""}USD${FIRM}${sig(size / scale, false)}${FIRM}${word}`;
}

/** A share from 0 to 1 as a bar with its range, small enough for a table row. */
export function spanBar(node, { width = 120, value, low, high, from = 0, to = 1, colour = "var(--other)" }) {
  const at = (v) => 2 + ((Math.max(from, Math.min(to, v)) - from) / (to - from)) * (width - 4);
  const zero = at(Math.max(from, Math.min(to, 0)));
  const ranged = Number.isFinite(low) && Number.isFinite(high) && high - low > 1e-9;
  return node("svg", { viewBox: `0 0 ${width} 14`, width, height: 14, class: "span-bar", "aria-hidden": "true", focusable: "false" },
    node("path", { d: `M${at(from)} 13.5H${at(to)}`, class: "grid" }),
    node("rect", { x: Math.min(zero, at(value)), y: 3, width: Math.max(0.8, Math.abs(at(value) - zero)), height: 8, fill: colour }),
    ranged ? node("path", { d: `M${at(low)} 7H${at(high)}`, class: "whisker" }) : null,
    from < 0 ? node("path", { d: `M${zero} 0V14`, class: "zero" }) : null);
}

/** Segmented choice: a fieldset of radio buttons; {node, value(), set(v)}. */
export function choice(h, { name, legend, options, value, change }) {
  let now = value;
  const inputs = options.map(([id, label, title]) => h("label", { title: title ?? null }, h("input", {
    type: "radio", name, value: id, checked: id === value, on: { change: () => { now = id; change(id); } },
  }), h("span", null, label)));
  return {
    node: h("fieldset", { class: "choice" }, h("legend", null, legend), h("div", { class: "segments" }, inputs)),
    value: () => now,
    set(v) { now = v; for (const label of inputs) label.firstChild.checked = label.firstChild.value === v; },
  };
}

/** Paragraphs of plain text. */
export const paragraphs = (h, text) => (text ?? "").split(/\n{2,}/).filter((t) => t.trim()).map((t) => h("p", null, t.trim()));
