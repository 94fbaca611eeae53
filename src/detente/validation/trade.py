"""Predicted beside observed: what every trade back-test is made of.

A `TradeComparison` sets observed changes of several things beside the model's at two horizons and beside simple benchmarks, and
scores them all with `fit` and `skill`. A `Check` sets one published number beside the model's, with the range over the horizon's
trade elasticities and the elasticity factor that would have given the number: a finding, used nowhere.

Benchmarks:

    no change      every value stays what it was
    proportional   every origin moves with the total
    own tariff     value · (1 + duty added / (1 + duty before))^−(1+θ) by sector, θ as in the model: no diversion, no income

The factor f multiplies every trade elasticity θ (1 in the medium run, .5 in the short). `SCAN` runs it from .1 to 1.3 with
all else as in the medium run; a solve at one parameter set is made once.

>>> medium, nothing = {"medium": (2.0, -2.0)}, {"no change": (0.0, 0.0)}
>>> comparison = TradeComparison("c", "a test", "points", ("a", "b"), (1.0, -1.0), medium, nothing)
>>> comparison.scores()["medium"].slope, comparison.skills("medium")
(0.5, {'no change': 0.0})

How well a prediction did: the same handful of numbers for the model and for the simple benchmarks beside it.

For observed changes y and predicted changes p over n things, weights w (equal unless given):

    correlation   of p and y                            none where either does not vary
    slope         of y on p with an intercept: 1 is right; below 1 the prediction moves too much, above 1 too little
    rmse, mae     root mean square and mean absolute of p − y
    sign          share of the things whose change was predicted with the right sign; 0 predicted is no hit
    skill(b)      1 − mean square of p − y over that of b − y: above 0 is better than benchmark b

>>> score = fit([1.0, -2.0, 0.5], [2.0, -4.0, 1.0])
>>> round(score.correlation, 6), round(score.slope, 6), score.sign
(1.0, 0.5, 1.0)
>>> round(skill([1.0, -2.0], [0.5, -1.0], [0.0, 0.0]), 6)
0.75

What was observed: facts with their sources (`facts.yaml`) and two small tables derived from public statistics.

>>> fact("lists-at-25-in-2022").figures["china-at-25"]
-25.0
>>> table("us-imports").loc["CHN"].round().tolist()
[440320.0, 308652.0]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from typing import Any, TypedDict

import numpy as np
import pandas as pd
import yaml
from numpy.typing import ArrayLike, NDArray

from detente.equilibrium.arrays import theta_of
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon, horizon_table
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownName
from detente.policy.averages import weights_table
from detente.policy.instruments import Policy
from detente.types import Array
from detente.words import refusal
from detente.words.names import goods_sectors
from detente.words.shown import Shown
from detente.world.economy import Economy

HORIZONS = ("short", "medium")
SHARES = "points of US goods imports"
"""Unit of what is compared as shares by origin."""
SCAN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.3)


Key = tuple[str, float]
"""A variant: "short", "medium" or "scan", and the elasticity factor."""
Judged = tuple[str, float, float]
"""A key, its observed change and the predicted one."""


@dataclass(frozen=True)
class TradeComparison:
    """Observed changes and predictions of them, by name.

    keys          codes or names of the things compared
    observed      observed change of each, in `unit`
    predicted     horizon → the model's changes
    benchmarks    name → the benchmark's changes
    weights       weights of the things in the measures, None for equal ones
    scan          elasticity factor → the model's changes, all else as in the medium run
    without       label of a second reading → keys left out of it
    """

    id: str
    title: str
    unit: str
    keys: tuple[str, ...]
    observed: tuple[float, ...]
    predicted: Mapping[str, tuple[float, ...]]
    benchmarks: Mapping[str, tuple[float, ...]]
    weights: tuple[float, ...] | None = None
    scan: Mapping[float, tuple[float, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = ""
    source: str = ""
    link: str = ""

    def _kept(self, leaving: str | None) -> NDArray[np.bool_]:
        out = () if leaving is None else self.without[leaving]
        return np.array([k not in out for k in self.keys])

    def _measured(self, values: tuple[float, ...], leaving: str | None) -> Fit:
        kept = self._kept(leaving)
        weights = None if self.weights is None else np.asarray(self.weights)[kept]
        return fit(np.asarray(self.observed)[kept], np.asarray(values)[kept], weights)

    def scores(self, leaving: str | None = None) -> dict[str, Fit]:
        """Measures of the model at each horizon and of each benchmark; `leaving` is a label of `without`."""
        return {name: self._measured(values, leaving) for name, values in {**self.predicted, **self.benchmarks}.items()}

    def skills(self, name: str, leaving: str | None = None) -> dict[str, float]:
        """Skill of the model at horizon `name` over each benchmark."""
        kept = self._kept(leaving)
        weights = None if self.weights is None else np.asarray(self.weights)[kept]
        y, p = np.asarray(self.observed)[kept], np.asarray(self.predicted[name])[kept]
        return {b: skill(y, p, np.asarray(v)[kept], weights) for b, v in self.benchmarks.items()}

    def best_factor(self, leaving: str | None = None) -> tuple[float, float, float] | None:
        """Elasticity factor of the scan with the least rmse, that rmse, and the rmse at factor 1; None without a scan."""
        if not self.scan:
            return None
        errors = {f: self._measured(values, leaving).rmse for f, values in self.scan.items()}
        best = min(errors, key=lambda f: errors[f])
        return best, errors[best], errors[1.0]

    def misjudged(self, leaving: str, name: str) -> tuple[list[Judged], list[Judged]]:
        """Two things each that the model at horizon `name` underrates and overrates most, with `leaving` left out."""
        kept = [k for k in self.keys if k not in self.without[leaving]]
        seen, said = (dict(zip(self.keys, values, strict=True)) for values in (self.observed, self.predicted[name]))
        order = sorted(kept, key=lambda k: said[k] - seen[k])
        under = [(k, seen[k], said[k]) for k in order if seen[k] > said[k]]
        over = [(k, seen[k], said[k]) for k in sorted(kept, key=lambda k: seen[k] - said[k]) if seen[k] < said[k]]
        return under[:2], over[:2]

    def to_frame(self) -> pd.DataFrame:
        """One row a thing: observed, the model's horizons, the benchmarks."""
        columns = {"observed": self.observed, **self.predicted, **self.benchmarks}
        return pd.DataFrame(columns, index=pd.Index(self.keys, name="what"))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        readings: dict[str | None, str] = {None: "all"}
        readings |= {k: f"without {k}" for k in self.without}
        return {
            "id": self.id, "title": self.title, "unit": self.unit, "source": self.source, "link": self.link, "note": self.note,
            "rows": self.to_frame().reset_index().to_dict("records"),
            "scores": {
                label: {
                    name: record(score) | {"skill": self._plain_skills(name, key)}
                    for name, score in self.scores(key).items()
                }
                for key, label in readings.items()
            },
            "best_elasticity_factor": {
                label: None if (best := self.best_factor(key)) is None else best[0] for key, label in readings.items()
            },
        }  # fmt: skip

    def _plain_skills(self, name: str, leaving: str | None) -> dict[str, float | None]:
        if name not in self.predicted:
            return {}
        return {k: v if np.isfinite(v) else None for k, v in self.skills(name, leaving).items()}


@dataclass(frozen=True)
class Check:
    """One published number and the model's: central and range by horizon, and the elasticity factor that would give it."""

    id: str
    what: str
    unit: str
    observed: float
    predicted: Mapping[str, float]
    ranges: Mapping[str, tuple[float, float]]
    factor: float | None
    source: str = ""
    link: str = ""
    note: str = ""

    @property
    def decimals(self) -> int:
        """Decimals its numbers are told with: one for points and for percents all below 10, none for larger percents."""
        values = (self.observed, *self.predicted.values(), *(end for ends in self.ranges.values() for end in ends))
        return 1 if self.unit != "%" or max(abs(v) for v in values) < 10 else 0

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "id": self.id, "what": self.what, "unit": self.unit, "observed": self.observed, "predicted": dict(self.predicted),
            "ranges": {k: list(v) for k, v in self.ranges.items()}, "elasticity_factor_that_fits": self.factor,
            "source": self.source, "link": self.link, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class BackTest(Shown):
    """One back-test: how it was made, comparisons and checks; `findings` are sentences made from their numbers
    (`sentences.md.j2`)."""

    id: str
    title: str
    method: tuple[str, ...]
    comparisons: tuple[TradeComparison, ...]
    checks: tuple[Check, ...]
    findings: tuple[str, ...]
    facts: Mapping[str, float]
    assumptions: tuple[str, ...]

    def comparison(self, name: str) -> TradeComparison:
        """The comparison called `name`. Raises `UnknownName`."""
        found = {c.id: c for c in self.comparisons}
        if name not in found:
            raise UnknownName(name, {k: c.title for k, c in found.items()}, "comparison")
        return found[name]

    def to_frame(self) -> pd.DataFrame:
        """Every comparison below each other: comparison, what, observed, horizons, benchmarks."""
        frames = [c.to_frame().reset_index().assign(comparison=c.id, unit=c.unit) for c in self.comparisons]
        frame = pd.concat(frames, ignore_index=True)
        return frame[["comparison", "unit", *(c for c in frame.columns if c not in ("comparison", "unit"))]]

    def explain(self) -> str:
        """The findings, one a line."""
        return "\n".join(self.findings)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "id": self.id, "title": self.title, "method": list(self.method), "facts": dict(self.facts),
            "comparisons": [c.record() for c in self.comparisons], "checks": [c.record() for c in self.checks],
            "findings": list(self.findings), "assumptions": list(self.assumptions),
        }  # fmt: skip


class Runs:
    """Equilibria of one economy under tariffs by period, at every variant of the parameters, each solved once."""

    def __init__(self, economy: Economy, tariffs: Mapping[str, Array]) -> None:
        self.economy = economy
        self.tariffs = dict(tariffs)
        self.parameters = variants()
        self._states: dict[tuple[str, str, float], Outcome] = {}

    def state(self, period: str, key: Key) -> Outcome:
        """The equilibrium under the tariffs of `period`; the medium run and the scan are one parameter set."""
        name, factor = key
        place = (period, "short" if name == "short" else "medium", factor)
        if place not in self._states:
            policy = Policy.from_arrays(tariffs=self.tariffs[period], label=f"tariffs of {period}")
            self._states[place] = solve(self.economy, policy, self.parameters[key])
        return self._states[place]

    def imports(self, period: str, key: Key) -> Array:
        """US goods imports [origin, goods sector]."""
        return us_imports(self.state(period, key).after)

    def exports(self, period: str, key: Key) -> Array:
        """Goods sold abroad before duty, [origin, destination]; nothing to itself."""
        flows: Array = self.state(period, key).after.shipments[:, :, goods_columns(self.economy)].sum(2)
        np.fill_diagonal(flows, 0.0)
        return flows

    def at(self, code: str) -> int:
        """Position of a region."""
        return self.economy.regions.index(code)

    def mean_duty(self, rates: Array, origin: str, destination: str) -> float:
        """Mean of `rates` on goods of a pair, percent, weighted by the table's trade."""
        i, n, columns = self.at(origin), self.at(destination), goods_columns(self.economy)
        flows = self.economy.shipments[i, n, columns]
        return float(100 * flows @ rates[i, n, columns] / flows.sum())


# -- reading the model -----------------------------------------------------------------------------------------------
def variants() -> dict[Key, Parameters]:
    """(name, elasticity factor) → parameters: both horizons at the centre and ends of their range, and the scan."""
    found: dict[Key, Parameters] = {}
    for name in HORIZONS:
        centre = horizon(name)
        for factor in (centre.trade_elasticity_factor, *horizon_table()[name]["ranges"]["trade_elasticity_factor"]):
            found[name, float(factor)] = horizon(name, trade_elasticity_factor=float(factor))
    return found | {("scan", f): horizon("medium", trade_elasticity_factor=f) for f in SCAN}


def central(name: str) -> Key:
    """The variant at the centre of a horizon."""
    return name, float(horizon(name).trade_elasticity_factor)


def goods_columns(economy: Economy) -> list[int]:
    """Positions of the goods sectors."""
    return [economy.sectors.index(s) for s in goods_sectors(economy.sectors)]


def us_imports(state: Equilibrium) -> Array:
    """US imports of goods before duty, million USD a year, [origin, goods sector]; the United States' own row is zero."""
    economy = state.economy
    usa = economy.regions.index("USA")
    flows = state.shipments[:, usa][:, goods_columns(economy)].copy()
    flows[usa] = 0.0
    return flows


def shares(flows: Array) -> Array:
    """Percent of the total by origin."""
    by_origin = flows.sum(1)
    return np.asarray(100 * by_origin / by_origin.sum())


def own_tariff(economy: Economy, flows: Array, before: Array, after: Array, parameters: Parameters) -> Array:
    """US imports [origin, goods sector] if each flow answered its own duty alone: the benchmark "own tariff"."""
    columns, usa = goods_columns(economy), economy.regions.index("USA")
    theta = theta_of(economy, parameters)[columns]
    step = np.log1p(after[:, usa][:, columns]) - np.log1p(before[:, usa][:, columns])
    return np.asarray(flows * np.exp(-(1 + theta) * step))


def check_from(id: str, what: str, unit: str, observed: float, value: Callable[[Key], float], **more: str) -> Check:
    """A check whose model value is `value((name, factor))` for every variant; the fitting factor is read off the scan."""
    middle = {name: value(central(name)) for name in HORIZONS}
    ranges = {}
    for name in HORIZONS:
        ends = [value((name, float(f))) for f in horizon_table()[name]["ranges"]["trade_elasticity_factor"]]
        ranges[name] = (min(*ends, middle[name]), max(*ends, middle[name]))
    return Check(id, what, unit, observed, middle, ranges, crossing(SCAN, [value(("scan", f)) for f in SCAN], observed), **more)


def crossing(factors: tuple[float, ...], values: list[float], wanted: float) -> float | None:
    """The first factor at which the values, joined by straight lines, pass `wanted`; None where they never do.

    >>> crossing((0.0, 1.0), [2.0, 4.0], 3.0)
    0.5
    """
    for (f, v), (g, u) in zip(zip(factors, values, strict=True), zip(factors[1:], values[1:], strict=True), strict=False):
        if (v - wanted) * (u - wanted) <= 0 and u != v:
            return float(f + (g - f) * (wanted - v) / (u - v))
    return None


# -- how well a prediction did -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fit:
    """The measures of the module docstring for one prediction of `count` changes; nan where one is not defined."""

    count: int
    correlation: float
    slope: float
    rmse: float
    mae: float
    sign: float


def _ready(observed: ArrayLike, predicted: ArrayLike, weights: ArrayLike | None) -> tuple[Array, Array, Array]:
    y, p = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    w = np.ones_like(y) if weights is None else np.asarray(weights, dtype=float)
    if y.ndim != 1 or y.shape != p.shape or y.shape != w.shape or y.size == 0:
        raise InputError(
            refusal("validation", "observed_predicted_weights_differ", shape=y.shape, shape_2=p.shape, shape_3=w.shape)
        )
    if not (np.isfinite(y).all() and np.isfinite(p).all() and np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0):
        raise InputError(refusal("validation", "observed_predicted_and_weights"))
    return y, p, w / w.sum()


def fit(observed: ArrayLike, predicted: ArrayLike, weights: ArrayLike | None = None) -> Fit:
    """Measures of one prediction. Raises `InputError` for lists of different length or numbers that are not finite."""
    y, p, w = _ready(observed, predicted, weights)
    dy, dp = y - w @ y, p - w @ p
    vy, vp, both = float(w @ dy**2), float(w @ dp**2), float(w @ (dy * dp))
    scale = max(float(np.abs(p).max()), 1e-300) ** 2
    varies = vp > 1e-18 * scale
    error = p - y
    return Fit(
        count=int(y.size),
        correlation=float(both / np.sqrt(vy * vp)) if varies and vy > 0 else float("nan"),
        slope=both / vp if varies else float("nan"),
        rmse=float(np.sqrt(w @ error**2)),
        mae=float(w @ np.abs(error)),
        sign=float(w @ (np.sign(y) == np.sign(p))),
    )


def skill(observed: ArrayLike, predicted: ArrayLike, benchmark: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Skill of a prediction over a benchmark; nan where the benchmark is exact."""
    y, p, w = _ready(observed, predicted, weights)
    _, b, _ = _ready(observed, benchmark, weights)
    base = float(w @ (b - y) ** 2)
    return float(1 - (w @ (p - y) ** 2) / base) if base > 0 else float("nan")


def record(score: Fit) -> dict[str, Any]:
    """JSON-able; what is not defined is None."""
    values = {k: getattr(score, k) for k in ("count", "correlation", "slope", "rmse", "mae", "sign")}
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}


# -- what was observed -------------------------------------------------------------------------------------------------
class Cited(TypedDict):
    """Who publishes a statistic, and where."""

    source: str
    link: str


@cache
def cited(name: str) -> Cited:
    """`source` and `link` of a public statistic of `sources.yaml`."""
    entries = yaml.safe_load(files(__package__).joinpath("sources.yaml").read_text(encoding="utf-8"))
    return Cited(source=entries[name]["source"], link=entries[name]["link"])


TABLES = ("us-imports", "goods-exports")


@dataclass(frozen=True)
class Fact:
    """Published figures on one thing: what, in which unit, figures by name, who says so, and how much of it was read."""

    id: str
    what: str
    unit: str
    figures: Mapping[str, float]
    title: str
    link: str
    read: str
    total: float | None = None
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)


@cache
def facts() -> dict[str, Fact]:
    """Every fact by id."""
    entries = yaml.safe_load(files(__package__).joinpath("facts.yaml").read_text(encoding="utf-8"))
    found = {}
    for key, entry in entries.items():
        source = entry.pop("source")
        found[key] = Fact(id=key, **entry, **source)
    return found


def fact(name: str) -> Fact:
    """The fact called `name`. Raises `UnknownName`."""
    if name not in facts():
        raise UnknownName(name, {k: f.what for k, f in facts().items()}, "fact")
    return facts()[name]


def table(name: str) -> pd.DataFrame:
    """A shipped table by region: "us-imports" (million USD, 2024, 2025) or "goods-exports" (billion USD, 2017, 2019).

    Raises `UnknownName`.
    """
    if name not in TABLES:
        raise UnknownName(name, list(TABLES), "table")
    with as_file(files(__package__).joinpath(f"{name}.csv")) as path:
        return pd.read_csv(path, comment="#").set_index("region").astype(float)


@cache
def china_sectors_2017() -> pd.Series[float]:
    """US imports from China by sector in 2017, million USD: customs' chapters and industries, fitted to lines (A63)."""
    return weights_table("us-china")["us_imports_from_china_2017_musd"]


@cache
def china_ordinary_2018() -> pd.Series[float]:
    """China's ordinary rate on imports from the United States in January 2018 by sector, percent, weighted by imports."""
    with as_file(files("detente").joinpath("data", "ledgers", "us-china-mfn.csv")) as path:
        frame = pd.read_csv(path, comment="#")
    return frame[frame["from"] == "2018-01-01"].set_index("sector")["imports_pct"].astype(float)
