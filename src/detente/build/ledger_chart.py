"""What the ledger's duties on Chinese goods come to by month, what customs collected, and why the two part.

    python -m detente.build.ledger_chart TARGET

writes the chart of `docs/ledger.md` (`ledger-collected.svg`) and its data (`ledger-collected.csv`) into TARGET. For 2024, the
year with imports by line, the gap is taken apart:

    the law at weights of 2017 → the law at the lines of 2024             what buyers moved away from taxed goods
    → collected on the same goods                                         exclusions and what else was not paid
    → collected on everything                                             returned goods and low values, which pay nothing

>>> gap = gap_2024()
>>> round(float(gap["collected"] - gap["statutory"] - gap[["composition", "not_paid", "unmapped"]].sum()), 9)
0.0
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from detente.briefing.charts.figures import figure
from detente.briefing.charts.forms import Sheet, Spec, alt_text, as_given, mark, name, number
from detente.briefing.charts.standalone import save_chart
from detente.briefing.charts.theme import COLOUR
from detente.briefing.document import Figure
from detente.build.tariff_lines import LISTS, NONE, imports_of_2017, line_rate, list_shares, shipped_cells
from detente.files import write
from detente.policy.averages import weights_table
from detente.policy.customs import collected, months
from detente.policy.ledger import load_ledger
from detente.words import fixed, say

FIRST = "2018-01"
DRAWN = {"weighted-2017": "usa", "weighted-current": "other", "collected": "chn"}
WORDS = "build/ledger_chart"


def monthly(first: str = FIRST, last: str | None = None) -> pd.DataFrame:
    """Month × definition (weighted-2017, weighted-current, collected) of the United States on China, percent, means over days."""
    wanted = [m for m in months() if first <= m <= (last or months()[-1])]
    start = datetime.date.fromisoformat(f"{wanted[0]}-01")
    end = (datetime.date.fromisoformat(f"{wanted[-1]}-01") + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(
        days=1
    )
    ledger = load_ledger("us-china")
    found = {}
    for definition in ("weighted-2017", "weighted-current"):
        series = ledger.average_tariffs("USA", "CHN", start, end, definition)
        found[definition] = series.groupby([f"{d:%Y-%m}" for d in series["date"]])["average_pct"].mean()
    return pd.DataFrame({**found, "collected": pd.Series({m: collected("CHN", m) for m in wanted})}).rename_axis("month")


def _lines_2024() -> pd.DataFrame:
    """Cells of the goods that have a sector, with the law of 2024 by cell: `added` and `ordinary`, percent."""
    cells = shipped_cells()
    cells = cells[cells["sector"] != ""]
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=n) for n in range(366)]
    kinds = list(zip(cells["list"], cells["review"], cells["other"], strict=True))
    added = {kind: float(np.mean([line_rate(kind, day) for day in days])) for kind in set(kinds)}
    ordinary = weights_table("us-china")["us_mfn_pct"]
    return cells.assign(added=[added[k] for k in kinds], ordinary=cells["sector"].map(ordinary).fillna(0.0))


def gap_2024() -> pd.Series[float]:
    """The gap of 2024 by step, percentage points of imports: statutory, composition, not_paid, unmapped, collected."""
    cells, everything = _lines_2024(), shipped_cells()
    at_lines = float(np.average(cells["added"] + cells["ordinary"], weights=cells["musd_2024"]))
    on_these = 100 * float(cells["duty_musd_2024"].sum() / cells["musd_2024"].sum())
    on_all = 100 * float(everything["duty_musd_2024"].sum() / everything["musd_2024"].sum())
    law = float(monthly("2024-01", "2024-12")["weighted-2017"].mean())
    steps = {"composition": at_lines - law, "not_paid": on_these - at_lines, "unmapped": on_all - on_these}
    return pd.Series({"statutory": law, **steps, "collected": on_all})


def lists_2024() -> pd.DataFrame:
    """By list: share of imports in 2017 and 2024 (percent), and in 2024 the duty the law adds, the ordinary one and what was
    collected, percent of customs value."""
    cells, before = _lines_2024(), weights_of_lists()
    rows = {}
    for name_, group in cells.groupby("list"):
        weight = group["musd_2024"]
        rows[str(name_)] = {
            "share_2017": 100 * before[str(name_)],
            "share_2024": 100 * float(weight.sum() / cells["musd_2024"].sum()),
            "added": float(np.average(group["added"], weights=weight)),
            "ordinary": float(np.average(group["ordinary"], weights=weight)),
            "collected": 100 * float(group["duty_musd_2024"].sum() / weight.sum()),
        }
    return pd.DataFrame(rows).T.reindex([*LISTS, NONE])


def weights_of_lists() -> pd.Series[float]:
    """Share of the imports of 2017 that have a sector on each list, as fitted."""
    shares, imports = list_shares("sector"), imports_of_2017("sector")
    return shares[[*LISTS, NONE]].mul(imports, axis=0).sum() / float(imports.sum())


def chart(frame: pd.DataFrame) -> Figure:
    """The chart of `monthly`: three lines, labelled at their ends."""
    last = frame.index[-1]
    words = {d: say(WORDS, d.replace("-", "_")) for d in DRAWN}
    told = {f"{words[d]}, {last}": f"{fixed(float(frame[d][last]), 1)} %" for d in DRAWN}
    gap = float((frame["collected"] - frame["weighted-2017"]).iloc[-12:].mean())
    title, subtitle = say(WORDS, "title", gap=gap), say(WORDS, "subtitle", first=frame.index[0], last=last)
    note = say(WORDS, "note")
    return figure("fig-collected", title, subtitle, note, alt_text(f"{title}.", told), "ledger-collected.csv",
                  lambda w: _drawn(frame, words, w))  # fmt: skip


def _drawn(frame: pd.DataFrame, words: dict[str, str], width: float) -> Spec:
    sheet, label = Sheet(), 150.0 if width > 500 else 96.0
    top = 1.08 * float(frame.to_numpy().max())
    x_scale = {"domain": [0, len(frame) - 1], "nice": False}
    years = [k for k, m in enumerate(frame.index) if m.endswith("-01")]
    named = " : ".join([f"datum.value == {k} ? '{frame.index[k][:4]}'" for k in years] + ["''"])
    x = number("x", scale=x_scale, axis={"values": years, "labelExpr": named, "grid": False})
    y = number("y", scale={"domain": [0, top], "nice": False}, axis={"grid": True, "gridColor": COLOUR["rule"]})
    views = []
    for definition, colour in DRAWN.items():
        rows = pd.DataFrame({"x": range(len(frame)), "y": frame[definition].to_list()})
        style = {"color": COLOUR[colour], "strokeWidth": 2.4 if definition == "collected" else 1.8}
        views.append(mark(sheet.rows(rows), "line", style, x=x, y=y))
    ends = frame.iloc[-1].sort_values()
    places = [float(v) for v in ends]
    for k in range(1, len(places)):  # labels apart from each other
        places[k] = max(places[k], places[k - 1] + top / 14)
    rows = pd.DataFrame({
        "x": len(frame) - 1, "y": places, "text": [words[str(d)] for d in ends.index],
        "colour": [COLOUR[DRAWN[str(d)]] for d in ends.index],
    })  # fmt: skip
    style = {"align": "left", "dx": 6, "fontSize": 11.5, "fontWeight": "bold"}
    views.append(mark(sheet.rows(rows), "text", style, x=x, y=y, text=name("text"), color=as_given("colour")))
    return sheet.grid([sheet.layer(*views, width=width - label - 40, height=260)], 1, 0, 0)


def main(arguments: list[str]) -> int:
    """Write the chart and its data; exit code 2 when called with other than one folder."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m detente.build.ledger_chart TARGET\n")
        return 2
    frame, target = monthly(), Path(arguments[0])
    save_chart(chart(frame), target / "ledger-collected.svg")
    write(target / "ledger-collected.csv", frame.to_csv(float_format="%.3f", lineterminator="\n").encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
