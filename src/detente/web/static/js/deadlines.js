// Dates ahead, one entry a day: what weighs most that day in short words, and how many more fall on it.

const WEIGHT = ["threat", "suspension ends", "takes effect", "expires", "ends", "deadline"];
const AFTER = { threat: "threat", "takes effect": "starts", "suspension ends": "suspension ends", expires: "expires" };

function words(deadline, measures) {
  const measure = measures.get(deadline.measure);
  if (!measure) return deadline.text.replace(/[;.].*$/s, "");
  const title = measure.title.replace(/\s*\([^()]*\)\s*$/, "");
  const after = AFTER[deadline.kind] ?? deadline.kind;
  return title.toLowerCase().includes(after) ? title : `${title}: ${after}`;
}

/** [{date, days_left, text, more, all}] of a DossierView, the next day first. */
export function daysAhead(view) {
  const measures = new Map(view.measures.map((m) => [m.id, m]));
  const days = new Map();
  for (const d of view.deadlines) if (d.days_left >= 0) days.set(d.date, [...(days.get(d.date) ?? []), d]);
  const weight = (d) => { const k = WEIGHT.indexOf(d.kind); return k < 0 ? WEIGHT.length : k; };
  return [...days].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([date, all]) => {
    const sorted = [...all].sort((a, b) => weight(a) - weight(b));
    return { date, days_left: sorted[0].days_left, kind: sorted[0].kind, text: words(sorted[0], measures), more: sorted.length - 1, all: sorted.map((d) => d.text) };
  });
}
