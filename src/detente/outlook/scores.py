"""How good forecasts were, once the outcome is known: Brier, log score, skill, calibration.

For a forecast p over outcomes and the outcome o,

    Brier    Σ_k (p[k] − 1{k = o})²          0 perfect, 2 worst; a fair guess over K outcomes scores 1 − 1/K       Brier (1950)
    log      −log₂ p[o]                      bits of surprise: 0 perfect, log₂ K for a fair guess                  Good (1952)
    skill    1 − mean score / mean score of the benchmark on the same cases: above 0 is better than the benchmark

Both scores are proper: stating what one believes is best. A probability below FLOOR counts as FLOOR in the log score (about
10 bits). Few cases: the 5th and 95th percentile of the mean, or of the difference to a benchmark, over resampled cases come
with it (seeded bootstrap). Cases that hang together (quarters of one truce) are drawn together, by `clusters`.

>>> brier({"a": 0.5, "b": 0.5}, "a"), log_score({"a": 0.25, "b": 0.75}, "a")
(0.5, 2.0)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from detente.errors import InputError, UnknownName
from detente.outlook.pool import FLOOR, floored
from detente.types import Array
from detente.words import refusal

Forecast = Mapping[str, float]
REST = "anything else"


def _checked(forecast: Forecast, outcome: str) -> None:
    if outcome not in forecast:
        raise UnknownName(outcome, list(forecast), "outcome")
    if abs(sum(forecast.values()) - 1) > 1e-6 or min(forecast.values()) < 0:
        raise InputError(refusal("outlook", "forecast_must_be_probabilities", values=f"{sum(forecast.values()):g}"))


def brier(forecast: Forecast, outcome: str) -> float:
    """The Brier score of one forecast over all outcomes: 0 to 2, lower is better."""
    _checked(forecast, outcome)
    return float(sum((p - (k == outcome)) ** 2 for k, p in forecast.items()))


def log_score(forecast: Forecast, outcome: str, floor: float = FLOOR) -> float:
    """Bits of surprise at the outcome; lower is better, probabilities below `floor` count as `floor`."""
    _checked(forecast, outcome)
    return -math.log2(max(forecast[outcome], floor))


def uniform(outcomes: Sequence[str]) -> dict[str, float]:
    """The same probability on every outcome."""
    return dict.fromkeys(outcomes, 1 / len(outcomes))


def stays(outcomes: Sequence[str], as_it_is: str) -> dict[str, float]:
    """Who says that all stays as it is: nearly all on one outcome, FLOOR before scaling on every other."""
    raw = floored(np.array([float(o == as_it_is) for o in outcomes]))
    return dict(zip(outcomes, raw.tolist(), strict=True))


def gathered(forecast: Forecast, named: Sequence[str]) -> dict[str, float]:
    """A forecast over the outcomes named and, where that is not all of them, everything else as one (`REST`)."""
    found = {o: forecast[o] for o in named}
    return found if set(forecast) == set(named) else {**found, REST: sum(p for o, p in forecast.items() if o not in found)}


@dataclass(frozen=True)
class Score:
    """Mean scores of one forecaster over the same cases as its benchmarks, with 5th and 95th percentiles."""

    name: str
    cases: int
    brier: float
    brier_range: tuple[float, float]
    log: float
    log_range: tuple[float, float]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {"name": self.name, "cases": self.cases, "brier": self.brier, "brier_range": list(self.brier_range),
                "log_bits": self.log, "log_range": list(self.log_range)}  # fmt: skip


def resampled(
    values: Sequence[float], *, seed: int = 0, draws: int = 4000, clusters: Sequence[str] | None = None
) -> tuple[float, float]:
    """5th and 95th percentile of the mean over cases drawn again with replacement."""
    data = np.asarray(values, float)
    if data.size == 0:
        raise InputError(refusal("outlook", "no_case"))
    low, high = np.quantile(_again(data[None], seed, draws, clusters)[0] / data.size, (0.05, 0.95))
    return float(low), float(high)


def _again(rows: Array, seed: int, draws: int, clusters: Sequence[str] | None) -> Array:
    """Sums of rows (R, cases) over cases, or whole clusters, drawn again: (R, draws), as many cases as there are."""
    n = rows.shape[1]
    if clusters is None:
        chosen = np.random.default_rng(seed).integers(0, n, size=(draws, n))
        return np.asarray(rows[:, chosen].sum(axis=2))
    if len(clusters) != n:
        raise InputError(f"{len(clusters)} clusters for {n} cases")
    names = list(dict.fromkeys(clusters))
    member = np.array([[c == name for c in clusters] for name in names], float)
    sums, sizes = rows @ member.T, member.sum(axis=1)
    chosen = np.random.default_rng(seed).integers(0, len(names), size=(draws, len(names)))
    return np.asarray(sums[:, chosen].sum(axis=2) / sizes[chosen].sum(axis=1) * n)


def score(
    name: str, forecasts: Sequence[Forecast], outcomes: Sequence[str], *, seed: int = 0, clusters: Sequence[str] | None = None
) -> Score:
    """Mean scores of `forecasts` against `outcomes`, case by case. Raises `InputError` where there is no case."""
    if len(forecasts) != len(outcomes):
        raise InputError(f"{len(forecasts)} forecasts for {len(outcomes)} outcomes")
    squares = [brier(f, o) for f, o in zip(forecasts, outcomes, strict=True)]
    bits = [log_score(f, o) for f, o in zip(forecasts, outcomes, strict=True)]
    square_range, bit_range = (resampled(v, seed=seed, clusters=clusters) for v in (squares, bits))
    return Score(name, len(squares), float(np.mean(squares)), square_range, float(np.mean(bits)), bit_range)


def skill(
    forecasts: Sequence[Forecast],
    benchmark: Sequence[Forecast],
    outcomes: Sequence[str],
    *,
    rule: Literal["brier", "log"] = "brier",
    seed: int = 0,
    clusters: Sequence[str] | None = None,
) -> tuple[float, float, float]:
    """1 − score/benchmark's score on the same cases: 5th percentile, value, 95th percentile over resampled cases.

    Above 0 beats the benchmark. NaN where the benchmark is perfect.
    """
    measure = brier if rule == "brier" else log_score
    mine = np.array([measure(f, o) for f, o in zip(forecasts, outcomes, strict=True)])
    theirs = np.array([measure(f, o) for f, o in zip(benchmark, outcomes, strict=True)])
    if mine.size == 0:
        raise InputError(refusal("outlook", "no_case_too"))
    if theirs.sum() == 0:
        return math.nan, math.nan, math.nan
    above, below = _again(np.stack([mine, theirs]), seed, 4000, clusters)
    again = 1 - above[below > 0] / below[below > 0]
    low, high = np.quantile(again, (0.05, 0.95))
    return float(low), float(1 - mine.sum() / theirs.sum()), float(high)


def calibration(
    forecasts: Sequence[Forecast], outcomes: Sequence[str], edges: Sequence[float] = (0, 0.2, 0.4, 0.6, 0.8, 1)
) -> pd.DataFrame:
    """One row a band of stated probability: how many statements, their mean, and how often they came true.

    Every outcome of every forecast is one statement.
    """
    stated = np.array([p for f in forecasts for p in f.values()])
    came = np.array([float(k == o) for f, o in zip(forecasts, outcomes, strict=True) for k in f])
    rows = []
    for low, high in pairwise(edges):
        inside = (stated >= low) & ((stated < high) | (high == edges[-1]))
        n = int(inside.sum())
        rows.append(
            {
                "from": low,
                "to": high,
                "statements": n,
                "stated": float(stated[inside].mean()) if n else math.nan,
                "came true": float(came[inside].mean()) if n else math.nan,
            }
        )
    return pd.DataFrame(rows)
