// The clock of a game: from its first day to its last, with the days on which something falls due, and where it stands.

import { h, replace, s } from "./dom.js";
import { count, dayNumber, longDay, shortDay } from "./words.js";
import { chance } from "./measure.js";
import { textWidth } from "./figure.js";

const SHOWN = 2; // of what falls due on one day

/** {node, refresh(clock)}: `clock` of a seat's view. */
export function clockView() {
  const day = h("b", { class: "table-day" });
  const told = h("span", { class: "quiet" });
  const drawing = h("div", { class: "table-clock-line" });
  const next = h("ol", { class: "deadlines table-due" });
  const node = h("section", { class: "table-clock", "aria-label": "The clock" }, h("p", null, day, told), drawing, next);
  let start = null;
  let now = null;
  let width = 0;
  new ResizeObserver(() => { if (now && drawing.clientWidth !== width) paint(); }).observe(drawing);

  function paint() {
    width = Math.floor(drawing.clientWidth);
    if (width < 80) return;
    const [first, last] = [dayNumber(start), dayNumber(now.last_day)];
    const at = (iso) => 8 + ((dayNumber(iso) - first) / Math.max(last - first, 1)) * (width - 16);
    const taken = [];
    const labels = [...now.deadlines].sort((a, b) => b.binds - a.binds).map((d) => { // the day that binds is named before the others
      const text = shortDay(d.day);
      const size = textWidth(text, 12, d.binds ? 700 : 400);
      const x = Math.min(Math.max(at(d.day), 8 + size / 2), width - 8 - size / 2);
      if (taken.some(([from, to]) => x - size / 2 < to + 8 && x + size / 2 > from - 8)) return null;
      taken.push([x - size / 2, x + size / 2]);
      return s("text", { x, y: 34, "text-anchor": "middle", "font-weight": d.binds ? 700 : null }, text);
    });
    replace(drawing, s("svg", { viewBox: `0 0 ${width} 40`, width, height: 40, "aria-hidden": "true", focusable: "false" },
      s("path", { d: `M8 12H${width - 8}`, class: "grid" }), s("path", { d: `M8 12H${at(now.day)}`, class: "table-gone" }),
      now.deadlines.map((d) => s("path", { d: `M${at(d.day)} ${d.binds ? 3 : 7}V${d.binds ? 21 : 17}`, class: d.binds ? "table-binds" : "table-tick" })),
      s("circle", { cx: at(now.day), cy: 12, r: 5.5, class: "table-now" }), labels));
  }

  return {
    node,
    refresh(clock, first) {
      start = first ?? start ?? clock.day;
      now = clock;
      day.textContent = longDay(clock.day);
      told.textContent = clock.next_day
        ? `  Round ${clock.step + 1} of ${clock.steps}. If nothing is signed the clock goes to ${shortDay(clock.next_day)}, and talks collapse on the way with a chance of ${chance(clock.chance_of_collapse)}.`
        : "  This is the last day: what is not signed now is not signed.";
      replace(next, clock.deadlines.slice(0, 4).map((d) => h("li", null, h("b", null, shortDay(d.day)), h("span", { class: "left" }, count(d.days_left, "day")),
        h("span", { class: "what", title: d.due.length > SHOWN ? d.due.join("\n") : null }, d.due.slice(0, SHOWN).join("; "), d.due.length > SHOWN ? h("small", null, ` and ${d.due.length - SHOWN} more`) : null, d.binds ? h("strong", null, " Offers lapse and talks may end here.") : null))));
      paint();
    },
  };
}
