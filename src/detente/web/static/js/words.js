// Figures and sentences: two significant digits, a true minus sign, a thin space before %, ranges with "to".
// Comparative words follow from the numbers.

export const MINUS = "−";
export const THIN = "\u202f";
export const FIRM = "\u00a0";
const MOST = 4; // decimals of figures that are all small
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

/** Decimals for the figures of one table or drawing: `least`, or as many as the largest needs for two digits; `least` where all are nothing. */
export function placesFor(values, least = 2) {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  return isTiny(largest, MOST) ? least : Math.max(least, decimals(Number(largest.toPrecision(2)), MOST));
}

const isTiny = (value, most) => Math.abs(value) < 0.5 * 10 ** -most;

/** A percent change as a bare figure: two significant digits, at most `most` decimals. */
export function points(value, most = 2) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (isTiny(value, most)) return fixed(0, most);
  const rounded = Math.abs(value) >= 100 ? Number(value.toPrecision(2)) : value;
  return fixed(rounded, decimals(rounded, most), true);
}

/** The same with its unit. */
export const percent = (value, most = 2) =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : `${points(value, most)}${THIN}%`;

/** "−0.51 to −0.20 %"; two ends that print as zero are said to. */
export function range(low, high, most = 2) {
  if (low === null || high === null || low === undefined || high === undefined) return "";
  if (isTiny(low, most) && isTiny(high, most)) return `within ${fixed(10 ** -most, most)}${THIN}% of zero`;
  const [a, b] = [Math.min(low, high), Math.max(low, high)];
  const [small, large] = [Math.abs(a), Math.abs(b)].sort((x, y) => x - y);
  const places = large < 10 ? most : small < 1 ? 1 : 0;
  return `${fixed(a, places)} to ${fixed(b, places)}${THIN}%`;
}

/** What may be said of a figure with a range: "known", "open" (both signs) or "wide" (the ends differ tenfold or more), as printed. */
export function sureness(low, high, most = 2) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "known";
  const [a, b] = [low, high].map((x) => Number(x.toFixed(most))).sort((x, y) => x - y);
  if (a < 0 && b > 0) return "open";
  const [small, large] = [Math.abs(a), Math.abs(b)].sort((x, y) => x - y);
  return large > 0 && large >= 10 * small ? "wide" : "known";
}

/** The range in figures where it says something, else in words. */
export const rangeWords = (low, high, most = 2) => ({ open: "sign open", wide: "size open", known: `range ${range(low, high, most)}` })[sureness(low, high, most)];

/** The same for a table whose header has the unit. */
export const rangeCell = (low, high, most = 2) =>
  !Number.isFinite(low) || !Number.isFinite(high) ? "…" : isTiny(low, most) && isTiny(high, most) ? fixed(0, most) : range(low, high, most).replace(/\s?%$/, "");

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
export const count = (n, one, many = `${one}s`) => `${fixed(n, 0)}${FIRM}${n === 1 ? one : many}`;

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
