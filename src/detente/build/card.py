"""What stands beside a world: how well it fits, and what it is made of.

How well the imputed table meets what is known, margin by margin, with and without each margin.

For values v of the table and t of the statistic over the cells with t above a floor:

    correlation      of ln v and ln t
    median error     median |v/t − 1|
    weighted error   Σ|v − t| / Σt

>>> row = compare("pairs", "all margins", np.array([90.0, 110.0]), np.array([100.0, 100.0]), floor=1)
>>> row.n, round(row.median_error_pct, 6), round(row.weighted_error_pct, 6)
(2, 10.0, 10.0)

The provenance card: what the table is made of, on which terms, how well it fits and what was assumed.

Stored inside the world file and beside it as JSON, so that a number can be traced without the sources at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from detente.build.sources import data_table, texts
from detente.types import Array

# -- fit ---------------------------------------------------------------------------------------------------------------
NAMED_PAIRS = (
    ("CHN", "USA"), ("USA", "CHN"), ("MYS", "USA"), ("USA", "MYS"), ("MYS", "CHN"), ("CHN", "MYS"), ("VNM", "USA"),
    ("CHN", "VNM"), ("MEX", "USA"), ("CAN", "USA"), ("JPN", "USA"), ("KOR", "CHN"), ("TWN", "USA"), ("AUS", "CHN"),
    ("DEU", "USA"), ("IND", "USA"), ("CHN", "HKG"), ("USA", "MEX"), ("USA", "CAN"),
)  # fmt: skip


@dataclass(frozen=True)
class FitRow:
    """One margin under one variant; errors in percent, totals in million USD."""

    margin: str
    variant: str
    n: int
    log_correlation: float
    median_error_pct: float
    weighted_error_pct: float
    table_total: float
    target_total: float


@dataclass(frozen=True)
class PairRow:
    """Goods trade of one pair, million USD: the table (all margins), customs, and the table without pair totals."""

    origin: str
    destination: str
    table: float
    customs: float
    without_pairs: float


@dataclass(frozen=True)
class FitReport:
    """Fit by margin and pair, and counts of what was moved or assumed (`notes`)."""

    rows: tuple[FitRow, ...]
    pairs: tuple[PairRow, ...]
    notes: dict[str, Any] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """One row a margin and variant."""
        return pd.DataFrame([asdict(r) for r in self.rows])

    def pairs_frame(self) -> pd.DataFrame:
        """One row a named pair, billion USD and the table's error in percent."""
        frame = pd.DataFrame([asdict(r) for r in self.pairs])
        frame[["table", "customs", "without_pairs"]] /= 1e3
        frame["error_pct"] = 100 * (frame["table"] / frame["customs"] - 1)
        return frame

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, rounded, for the provenance card."""

        def tidy(entry: dict[str, Any]) -> dict[str, Any]:
            return {k: (float(f"{v:.5g}") if isinstance(v, float) else v) for k, v in entry.items()}

        return {"rows": [tidy(asdict(r)) for r in self.rows], "pairs": [tidy(asdict(r)) for r in self.pairs]}

    def summary(self) -> str:
        """A few lines for a terminal."""
        rows, pairs = self.to_frame(), self.pairs_frame()
        lines = ["margin                              variant                    n  corr(ln)  median %  weighted %"]
        for r in rows.itertuples():
            lines.append(
                f"{r.margin:<35} {r.variant:<22} {r.n:>6} {r.log_correlation:>9.3f} {r.median_error_pct:>9.1f} "
                f"{r.weighted_error_pct:>11.1f}"
            )
        lines.append("")
        lines.append("goods, billion USD a year     table  customs 2023  error %")
        for p in pairs.itertuples():
            lines.append(f"{p.origin} → {p.destination:<20} {p.table:>9.1f} {p.customs:>13.1f} {p.error_pct:>8.1f}")
        return "\n".join(lines)


def compare(margin: str, variant: str, values: Array, targets: Array, *, floor: float) -> FitRow:
    """Compare table values with a statistic over cells whose statistic exceeds `floor`."""
    v, t = np.ravel(values), np.ravel(targets)
    keep = np.isfinite(t) & (t > floor)
    v, t = v[keep], t[keep]
    positive = v > 0
    if positive.sum() > 2 and np.ptp(np.log(t[positive])) > 0:
        correlation = float(np.corrcoef(np.log(v[positive]), np.log(t[positive]))[0, 1])
    else:
        correlation = float("nan")
    return FitRow(
        margin, variant, int(keep.sum()), correlation, float(100 * np.median(np.abs(v / t - 1))) if len(t) else float("nan"),
        float(100 * np.abs(v - t).sum() / t.sum()) if len(t) else float("nan"), float(v.sum()), float(t.sum()),
    )  # fmt: skip


def pair_rows(table: Array, without: Array, customs: Array, labels: Sequence[str]) -> tuple[PairRow, ...]:
    """The pairs people look at, [origin, destination] arrays of goods trade in million USD."""
    codes = list(labels)
    out = []
    for o, d in NAMED_PAIRS:
        if o in codes and d in codes:
            i, n = codes.index(o), codes.index(d)
            if np.isfinite(customs[i, n]):
                out.append(PairRow(o, d, float(table[i, n]), float(customs[i, n]), float(without[i, n])))
    return tuple(out)


# -- the card ----------------------------------------------------------------------------------------------------------
def provenance_card(card: Mapping[str, Any], report: FitReport, full: bool) -> dict[str, Any]:
    """`card` with sources, method, fit, notes and the numbers of the assumptions used."""
    ledger, told = data_table("assumptions_world.yaml")["assumptions"], texts()["card"]
    notes = {k: _plain(v) for k, v in report.notes.items()}
    return {
        **card,
        "title": told["title"],
        "detail": told["detail"]["full" if full else "regions"],
        "unit": told["unit"],
        "method": "docs/world.md",
        "sources": [dict(s) for s in told["sources"]],
        "imputed": list(told["imputed"]),
        "fit": report.to_dict(),
        "notes": notes,
        "assumptions": [entry["id"] for entry in ledger],
        "trade_elasticity_se": notes.get("trade_elasticity_caliendo_parro", {}),
    }


def _plain(value: Any) -> Any:
    """Numbers to six significant digits, containers copied, so that the card reads the same everywhere."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return float(f"{float(value):.6g}")
