"""The generated parts of `docs/estimates.md`: tables and findings between `<!-- id -->` and `<!-- /id -->`, and its figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from scipy.stats import norm

from detente.briefing.charts import forms
from detente.briefing.charts.figures import figure
from detente.briefing.document import Figure
from detente.build.estimate.projection import LEVEL
from detente.equilibrium.estimates import factor_by_month
from detente.equilibrium.parameters import horizon_table
from detente.validation.tables import grid
from detente.words import fixed, say

DASH = "–"
CHECKS = (
    "main", "by-age", "all-industries", "duties-on-china", "china-alone", "without-2020-21", "by-age-without-2020-21",
    "without-origin-effects", "month-before", "uninstrumented", "unweighted",
)  # fmt: skip
SHOWN = (1, 3, 6, 12, 24, 36, 48, 60)
COMPARED = (
    ("by-stretch", 3), ("by-stretch", 12), ("by-stretch", 24), ("by-stretch", 48), ("main", 60), ("without-origin-effects", 60),
    ("china-side", 12),
)  # fmt: skip
"""What stands beside the horizons' own factors."""
ON_THE_PATH = (3, 12, 24, 36, 60)
"""Months at which the path's own factor is shown."""
Record = Mapping[str, Any]
Row = Mapping[str, Any]


def _said(part: str, **values: Any) -> str:
    return say("build/estimate/page", part, **values)


def row_of(record: Record, spec: str, months: int) -> Row:
    """One row of a specification."""
    return next(r for r in record["specs"][spec]["rows"] if r["months"] == months)


def _number(value: float | None, decimals: int = 2) -> str:
    return DASH if value is None else fixed(value, decimals)


def _band(row: Row, low: str = "low", high: str = "high") -> str:
    return DASH if row[low] is None else f"{fixed(row[low], 2)} to {fixed(row[high], 2)}"


# -- tables --------------------------------------------------------------------------------------------------------------
def blocks(record: Record) -> dict[str, str]:
    """Block id → Markdown, all from the record."""
    specs = record["specs"]
    return {
        "in-short": _said("in_short", record=record, row=lambda s, m: row_of(record, s, m), horizons=horizon_table()),
        "path": "\n\n".join(_path(specs[name]) for name in ("main", "by-age", "by-stretch")),
        "checks": _checks(specs),
        "before": _before(specs),
        "china-side": "\n\n".join(_path(specs[n], first=False) for n in ("china-side", "china-side-all", "china-side-cumulated")),
        "placebo": _placebo(record["placebo"]["rows"]),
        "shrinkage": _shrinkage(record["shrinkage"]),
        "horizons": _horizons(record),
    }


def _path(entry: Row, *, first: bool = True) -> str:
    head = ["months since", "coefficient", "s.e. by cell", "s.e. by industry", "90 % band", "F of the first stage", "rows",
            "factor on θ"]  # fmt: skip
    rows = []
    for r in entry["rows"]:
        if r["months"] < 0:
            continue
        rows.append([
            str(r["months"]), _number(r["coefficient"]), _number(r["standard_error"]), _number(r["standard_error_by_sector"]),
            _band(r), _number(r["first_stage_f"], 0), f"{r['observations']:,}",
            DASH if r["factor"] is None else f"{_number(r['factor'])} ({_band(r, 'factor_low', 'factor_high')})",
        ])  # fmt: skip
    keep = [k for k, name in enumerate(head) if first or not name.startswith("F ")]
    table = grid([head[k] for k in keep], [[r[k] for k in keep] for r in rows])
    return f"{_said('about', entry=entry)}\n\n{table}"


def _checks(specs: Row) -> str:
    rows = []
    for name in CHECKS:
        by = {r["months"]: r for r in specs[name]["rows"]}
        cells = [f"{_number(by[m]['coefficient'])} ({_number(_error(by[m]))})" for m in SHOWN]
        rows.append([specs[name]["title"], *cells])
    return grid(["coefficient (larger standard error)", *(f"{m} m" for m in SHOWN)], rows)


def _error(row: Row) -> float | None:
    errors = [row[k] for k in ("standard_error", "standard_error_by_sector") if row[k] is not None]
    return max(errors, default=None)


def _before(specs: Row) -> str:
    names = ("statutory", "china-side")
    by = {name: {r["months"]: r for r in specs[name]["rows"]} for name in names}
    rows = [
        [str(m).replace("-", "−"), *(f"{_number(by[n][m]['coefficient'])} ({_band(by[n][m])})" for n in names)]
        for m in by[names[0]]
        if m < 0
    ]
    return grid(["months before", "US imports, per % of statutory duty", "US exports to China, per % of China's duty"], rows)


def _placebo(rows: Sequence[Row]) -> str:
    widths = [r["t_high"] - r["t_low"] for r in rows if r["origins"]]
    reach = sum(widths) / 2 / len(widths) if widths else math.nan
    told = _said("placebo_found", reach=reach, nominal=float(norm.ppf((1 + LEVEL) / 2)))
    table = grid(
        ("months since", "t of China's duties", "5th and 95th percentile of t elsewhere", "origins at or below China"),
        [
            [str(r["months"]), _number(r["t_of_china"], 1), f"{_number(r['t_low'], 1)} and {_number(r['t_high'], 1)}",
             f"{r['at_or_below_china']} of {r['origins']}"]
            for r in rows
        ],
    )  # fmt: skip
    return f"{table}\n\n{told}"


def _shrinkage(found: Row) -> str:
    rows = []
    for side in ("imports", "exports", "together"):
        r = found[side]
        rows.append([
            _said(f"side_{side}"),
            f"{_number(r.get('f_mean'))} ({_number(r.get('f_mean_error'))})" if "f_mean" in r else DASH,
            f"{_number(r.get('f_deviation'))} ({_number(r.get('f_deviation_error'))})" if "f_mean" in r else DASH,
            f"{_number(1 - r['shrinkage'])} ({_number(r['kept_low'])} to {_number(r['kept_high'])})",
            _number(r["shrinkage"]),
        ])  # fmt: skip
    return grid(
        ("", "answer to the mean elasticity (s.e.)", "answer to the difference from it (s.e.)",
         "part kept (90 % of the posterior)", "shrinkage"), rows,
    )  # fmt: skip


def _horizons(record: Record) -> str:
    rows = [
        [_said("used", label=entry["label"]), fixed(entry["values"]["trade_elasticity_factor"], 2), _ends(entry)]
        for name, entry in horizon_table().items()
        if name in ("short", "medium", "long")
    ]
    rows += [
        [_said("pooled", months=months), fixed(r["centre"], 2), f"{fixed(r['low'], 2)} to {fixed(r['high'], 2)}"]
        for months, r in factor_by_month().loc[list(ON_THE_PATH)].iterrows()
    ]
    for spec, months in COMPARED:
        r = row_of(record, spec, months)
        rows.append([_said("estimated", title=record["specs"][spec]["title"], months=months), _number(r["factor"]),
                     _band(r, "factor_low", "factor_high")])  # fmt: skip
    return grid(("", "factor on θ", "range or 90 % band"), rows)


def _ends(entry: Row) -> str:
    ends = entry["ranges"].get("trade_elasticity_factor")
    return DASH if ends is None else f"{fixed(ends[0], 2)} to {fixed(ends[1], 2)}"


def effect_table(found: Sequence[Row]) -> str:
    """`effect.headlines` as a table."""
    codes = [k for k in found[0] if k not in ("shrinkage", "scenario", "world", "trade")]
    head = ["shrinkage", "scenario", *(f"{c}, %" for c in codes), "world, %", "trade between the parties, %"]
    return grid(head, [
        [fixed(r["shrinkage"], 2), _said("scenario", name=r["scenario"]), *(fixed(r[c], 2, signed=True) for c in codes),
         fixed(r["world"], 2, signed=True), DASH if math.isnan(r["trade"]) else fixed(r["trade"], 0, signed=True)]
        for r in found
    ])  # fmt: skip


# -- figures ---------------------------------------------------------------------------------------------------------------
def figures(record: Record) -> dict[str, Figure]:
    """File name without its ending → figure."""
    specs = record["specs"]
    stretch = "without-origin-effects"
    return {
        "elasticity-path": _dots(
            "elasticity-path",
            _said("elasticity_path", first=row_of(record, "main", 3), last=row_of(record, "main", 60)),
            [(specs[s]["title"], _said("month", months=r["months"]), r) for s in ("main", "by-age") for r in specs[s]["rows"]],
            colour="chn",
        ),
        "elasticity-before": _dots(
            "elasticity-before",
            _said("elasticity_before", first=row_of(record, "statutory", -1), last=row_of(record, "statutory", 60)),
            [(_said("panel_before"), _said("month", months=r["months"]), r) for r in specs["statutory"]["rows"]],
            colour="usa",
            across=1,
        ),
        "elasticity-sides": _dots(
            "elasticity-sides",
            _said("elasticity_sides", first=row_of(record, "main", 60), last=row_of(record, stretch, 60)),
            [
                (specs[s]["title"], _said("month", months=r["months"]), r)
                for s in ("main", stretch, "china-side-cumulated")
                for r in specs[s]["rows"]
                if r["months"] > 0 and (r["months"] in (3, 12, 24, 60))
            ],
            colour="other",
            across=1,
            factors=True,
        ),
    }


def _dots(
    name: str, title: str, found: Sequence[tuple[str, str, Row]], *, colour: str, across: int = 2, factors: bool = False
) -> Figure:
    keys = ("factor", "factor_low", "factor_high") if factors else ("coefficient", "low", "high")
    frame = pd.DataFrame([
        {"panel": panel, "label": label, "value": r[keys[0]], "low": r[keys[1]], "high": r[keys[2]], "colour": colour,
         "text": fixed(r[keys[0]], 2, signed=True)}
        for panel, label, r in found
        if r[keys[0]] is not None
    ])  # fmt: skip
    subtitle = _said("subtitle_factor" if factors else "subtitle")
    told = {
        f"{panel}, {label}": f"{fixed(r[keys[0]], 2)} ({fixed(r[keys[1]], 2)} to {fixed(r[keys[2]], 2)})"
        for panel, label, r in found
        if r[keys[0]] is not None
    }
    return figure(
        name,
        title,
        subtitle,
        _said("note"),
        forms.alt_text(f"{title}.", told),
        f"{name}.csv",
        lambda w: forms.dots(frame, w, label_width=124, across=across if w > 500 else 1),
    )
