// Figures and sentences: two significant digits, a true minus sign, a thin space before %, ranges with "to".
// Comparative words follow from the numbers.

export const MINUS = "−";
export const THIN = "\u202f";
export const FIRM = "\u00a0";
const TINY = 0.005;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function decimals(value, most = 2) {
  if (!value) return 0;
  return Math.max(0, Math.min(most, 1 - Math.floor(Math.log10(Math.abs(value)))));
}

/** A number with fixed decimals and thousands commas; what rounds to zero has no sign. */
export function fixed(value, places = 2, signed = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(places);
  const [whole, rest] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  if (Number(text) === 0) return grouped;
  return (value < 0 ? MINUS : signed ? "+" : "") + grouped;
}

const isTiny = (value) => Math.abs(value) < TINY;

/** A percent change as a bare figure: two significant digits, at most two decimals. */
export function points(value, signed = true) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (isTiny(value)) return "0.00";
  const rounded = Math.abs(value) >= 100 ? Number(value.toPrecision(2)) : value;
  return fixed(rounded, decimals(rounded), signed);
}

/** The same with its unit. */
export const percent = (value, signed = true) =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : `${points(value, signed)}${THIN}%`;

/** "−0.51 to −0.20 %"; two ends that print as zero are said to. */
export function range(low, high) {
  if (low === null || high === null || low === undefined || high === undefined) return "";
  if (isTiny(low) && isTiny(high)) return `within 0.01${THIN}% of zero`;
  const [a, b] = [Math.min(low, high), Math.max(low, high)];
  const [small, large] = [Math.abs(a), Math.abs(b)].sort((x, y) => x - y);
  const places = large < 10 ? 2 : small < 1 ? 1 : 0;
  return `${fixed(a, places)} to ${fixed(b, places)}${THIN}%`;
}

/** What may be said of a figure with a range: "known", "open" (both signs) or "wide" (the ends differ tenfold or more), as printed. */
export function sureness(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high) || (isTiny(low) && isTiny(high))) return "known";
  const [a, b] = [Math.min(low, high), Math.max(low, high)];
  if (a <= -TINY && b >= TINY) return "open";
  return Math.max(Math.abs(a), Math.abs(b)) >= 10 * Math.max(TINY, Math.min(Math.abs(a), Math.abs(b))) ? "wide" : "known";
}

/** The range in figures where it says something, else in words. */
export const rangeWords = (low, high) => ({ open: "sign open", wide: "size open", known: `range ${range(low, high)}` })[sureness(low, high)];

/** The same for a table whose header has the unit. */
export const rangeCell = (low, high) =>
  !Number.isFinite(low) || !Number.isFinite(high) ? "…" : isTiny(low) && isTiny(high) ? "0.00" : range(low, high).replace(/\s?%$/, "");

/** A duty in percent: whole numbers from ten up. */
export const duty = (value) => (Math.abs(value) >= 10 ? fixed(value, 0) : points(value, false));

/** Million USD as "+12 bn", "−340 m"; plain figures beside a header that says USD. */
export function money(million, signed = true) {
  if (million === null || million === undefined || !Number.isFinite(million)) return "–";
  const size = Math.abs(million);
  if (size < 0.5) return "0";
  const [scale, word] = size >= 0.9995e6 ? [1e6, "tn"] : size >= 0.9995e3 ? [1e3, "bn"] : [1, "m"];
  const value = size < 1 ? million : Number((million / scale).toPrecision(2)); // rounded once
  return `${fixed(value, decimals(value, 1), signed)}${FIRM}${word}`;
}

/** A share of a whole, without a sign. */
export const plain = (value, places = 1) => fixed(value, places, false);

// -- days --------------------------------------------------------------------------------------------------------------
const parts = (iso) => iso.split("-").map(Number);
/** Days since 1970 of an ISO date; no time zone enters. */
export const dayNumber = (iso) => { const [y, m, d] = parts(iso); return Date.UTC(y, m - 1, d) / 86_400_000; };
export const isoOf = (number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
export const longDay = (iso) => { const [y, m, d] = parts(iso); return `${d}${FIRM}${MONTHS[m - 1]} ${y}`; };
export const shortDay = (iso) => { const [, m, d] = parts(iso); return `${d}${FIRM}${MONTHS[m - 1].slice(0, 3)}`; };
export const count = (n, one, many = `${one}s`) => `${n}${FIRM}${n === 1 ? one : many}`;

// -- names -------------------------------------------------------------------------------------------------------------
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** "a", "a and b", "a, b and c". */
export const join = (items) =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
const withThe = /^(United|European Union|Philippines|Gulf|rest of|world$)/i;
/** A region in running text: "the United States", "China". */
export function inText(name) {
  const base = /^(world|rest of the world|other |smaller )/i.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
  return withThe.test(base) && !/^the /i.test(base) ? `the ${base}` : base;
}
