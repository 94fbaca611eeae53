// Colours as CSS variables: one accent a party, a diverging scale in nine steps (orange a loss, blue a gain).

let colours = {};
/** Regions take the colours that the dossier on the page gives them, by their roles at its table. */
export const colourAs = (view) => { colours = view.colours ?? {}; };

/** Colour name of a region. */
export const accent = (code) => (Object.hasOwn(colours, code) ? colours[code] : "other");

export const accentVar = (code) => `var(--${accent(code)})`;

const NICE = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
/** The end of a scale that holds all values: the next round figure. */
export function niceEnd(values) {
  const most = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  return NICE.find((n) => n >= most * 0.999) ?? most;
}

/** Step of the diverging scale for a value on a scale that ends at ±end: n4 … n1, z0, p1 … p4. */
export function step(value, end) {
  if (!Number.isFinite(value) || Math.abs(value) < 0.005) return "z0";
  const k = Math.min(4, Math.max(1, Math.ceil((Math.abs(value) / end) * 4)));
  return `${value < 0 ? "n" : "p"}${k}`;
}

/** Text on such a step. */
export const textOn = (name) => (["n4", "p4"].includes(name) ? "var(--tile-light)" : "var(--tile-dark)");
