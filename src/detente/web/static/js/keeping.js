// What keeps a truce or a deal: how often it comes up for review against what a breach would win and how soon it is seen.

import { h } from "./dom.js";
import { capital, inText } from "./words.js";
import { sig, usd } from "./measure.js";

const THINGS = { truce: "A truce in which both hold", deal: "A deal in which both ease" };
const ANSWERS = { fight: "a fight in answer", "no agreement": "no agreement in answer" };
const STATUS = { "nobody tempted": "nobody is tempted", held: "holds", "too tempting": "does not hold: too tempting", "never deterred": "does not hold: nothing deters it" };

const days = (years) => {
  const n = Math.round(years * 365.25);
  return n < 700 ? `${n} days` : `${Number.isInteger(years) ? years : sig(years, false)} years`;
};

/** The heading says it in one line; then two small tables. */
export function keepingTable(app, result) {
  const found = result.keeping ?? [];
  if (!found.length) return h("p", { class: "quiet" }, "The dossier gives nothing to keep.");
  const name = (code) => inText(app.regionName(code));
  const tempted = (k) => k.sides.filter((x) => x.gain > 1e-9);
  const status = h("table", { class: "keeping" },
    h("caption", null, "Does it keep, yearly reviews; and for how long"),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "What is kept"), h("th", { scope: "col" }, "What answers a breach"), h("th", { scope: "col" }, "Verdict"), h("th", { scope: "col" }, "Who would win by leaving", h("small", null, "points a year")), h("th", { scope: "col", class: "n" }, "Years until it ends", h("small", null, "mean, range")))),
    h("tbody", null, found.map((k) => h("tr", null, h("th", { scope: "row" }, THINGS[k.kept] ?? k.kept), h("td", null, capital(ANSWERS[k.answer] ?? k.answer)),
      h("td", null, h("b", null, capital(STATUS[k.status] ?? k.status))),
      h("td", null, tempted(k).length ? tempted(k).map((x) => `${capital(name(x.party))} ${sig(x.gain)}`).join("; ") : "nobody"),
      h("td", { class: "n" }, k.life_years?.every(Number.isFinite) ? [sig(k.life_years[1], false), h("small", null, `${sig(k.life_years[0], false)} to ${sig(k.life_years[2], false)}`)] : "–")))));
  const matter = found.find((k) => k.answer === "fight" && tempted(k).length) ?? found[0];
  const periods = [...new Set(matter.renewals.map((r) => r["period, years"]))];
  const parties = [...new Set(matter.renewals.map((r) => r.side))];
  const row = (p, side) => matter.renewals.find((r) => r["period, years"] === p && r.side === side);
  const rate = (r) => (r["keeps up to a discount rate of"] === null ? (r.keeps ? "any" : "none") : `${sig(100 * r["keeps up to a discount rate of"], false)}\u202f%`);
  const renewals = h("table", { class: "keeping" },
    h("caption", null, `How often it comes up for review: ${(THINGS[matter.kept] ?? matter.kept).toLowerCase()}, ${ANSWERS[matter.answer]}`),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, "Review every"), h("th", { scope: "col", class: "n" }, "A breach is seen after"), h("th", { scope: "col", class: "n" }, "Meetings cost a side", h("small", null, "a year")),
      parties.map((p) => h("th", { scope: "col", class: "n" }, `A breach wins ${name(p)}`, h("small", null, "by the next review"))), parties.map((p) => h("th", { scope: "col", class: "n" }, `${capital(name(p))} keeps it`, h("small", null, "up to a discount rate of"))))),
    h("tbody", null, periods.map((p) => h("tr", null, h("th", { scope: "row" }, p === 1 ? "1 year" : days(p)), h("td", { class: "n" }, `${sig(row(p, parties[0])["years to see a breach"], false)} years`), h("td", { class: "n" }, usd(row(p, parties[0])["meetings, million USD a year"])),
      parties.map((x) => h("td", { class: "n" }, usd(row(p, x)["a breach wins by the next review, million USD"]))), parties.map((x) => h("td", { class: "n" }, rate(row(p, x))))))));
  const short = (t) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.querySelector("caption").textContent }, t);
  return h("div", { class: "keepings" }, short(status), short(renewals),
    h("p", { class: "note" }, `Assumed: a breach is seen with ${Math.round(100 * result.patience.detection)}\u202f%, a false alarm comes with ${Math.round(100 * result.patience.false_alarm)}\u202f% a year; parties discount by ${Math.round(100 * result.patience.rate)}\u202f% a year (${result.patience.rate_range.map((x) => Math.round(100 * x)).join(" to ")}).`));
}
