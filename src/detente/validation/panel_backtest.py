"""Back-test on a customs panel: US imports by origin and by origin × sector, from a base year to a window of months.

Two equilibria of the default world, with the duties of the base year and with those of the window (statutory, from the ledger,
means over days), give a ratio R[region, sector] of US imports before duty. For imports b[o, s] of the base year (panel):

    predicted     R of the region that holds o; of an origin Σ_s b R / Σ_s b
    relative      every change is set against that of all imports compared: 100 · ln(ratio / ratio of the total)
    in a sector   the same against the total of the cell's own sector

The trade elasticities are the table's times a factor f for the age of what changed: the mean age, in the middle of the window, of
the duties that were added, weighted by duty times trade. `factor_at` gives f by age from the horizons; another path, for instance
an estimated one, is an argument. Nothing is fitted to what is compared.

Benchmarks, relative to the total like the rest:

    no change       every value stays what it was
    proportional    everything moves with the total
    own tariff      each flow answers its own duty alone, (1 + τ)^−(1+θf): no diversion, no income
    gravity trend   sectors' shares, and origins' shares in their sectors, go on growing as in the years before the base (three,
                    or what the panel has): exporter and product effects of a gravity equation, carried on

Bands are percentiles 5 and 95 over `DRAWS` resamplings of whole regions (all rows of a region go together: they share a
prediction). "Without NAICS 334" drops the product everywhere and keeps the economies.

>>> factor_at(6.0), factor_at(18.0)[0], factor_at(60.0)[0]
((0.5, 0.2, 0.7), 0.75, 1.0)
>>> factor_at(6.0, {0: (0.1, 0.05, 0.2), 12: (0.3, 0.15, 0.6)})[0]
0.2
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente import __version__
from detente.equilibrium.arrays import theta_of
from detente.equilibrium.parameters import horizon, horizon_table
from detente.equilibrium.solve import solve
from detente.errors import BadPanel, InputError
from detente.files import code_digest, sha256
from detente.policy.instruments import Policy
from detente.policy.ledger import load_ledger
from detente.policy.measures import InstrumentKind, Measure
from detente.types import Array
from detente.validation.duties import before_2018, mean_duties
from detente.validation.trade import Fit, crossing, fit, goods_columns, record, skill, us_imports
from detente.words import refusal, say
from detente.words.shown import Shown
from detente.world.economy import Economy
from detente.world.library import load_world
from detente.world.panel import DEFAULT, EU_REST, REST, UNMAPPED, Panel, in_sectors, load_panel, panel_table, region_of

Factor = tuple[float, float, float]
"""Elasticity factor: centre, low, high."""
WORLD_YEAR = 2024
"""Year of the duties in the default world."""
DRAWS, SEED = 1000, 2018
SMALLEST = 1e8
"""Cells with less than this in the base year, USD, are not compared one by one; they stay in the sums."""
TREND_YEARS = 3
OVERLAP = 0.10
"""Part by which the imports of an origin in a month may differ between a file and the shipped panel (revisions)."""
BENCHMARKS = ("no change", "proportional", "own tariff", "gravity trend")
PREDICTIONS = {"committed": "us-imports-2025.csv", "committed, estimated": "us-imports-2025-estimated.csv"}
"""Committed predictions of one window: with the horizon's factor, and with the one estimated on 2016–2024."""
LEAST = 0.02
"""An estimated factor is not let below this: a factor of zero or less has no equilibrium."""
EPISODE = {6: ("2019-01", "2019-06"), 12: ("2019-07", "2019-12"), 24: ("2020-07", "2020-12"), 48: ("2022-07", "2022-12")}
"""Months after September 2018 (list 3; lists 1 and 2 began in July and August) → the half year around them."""
SCAN = (0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.3)
PRODUCT = "ELE"
"""The sector of NAICS 334."""
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")


def _factors(name: str) -> Factor:
    entry = horizon_table()[name]
    low, high = entry["ranges"]["trade_elasticity_factor"]
    return float(entry["values"]["trade_elasticity_factor"]), float(low), float(high)


def factor_at(age: float, path: Mapping[float, Factor] | None = None) -> Factor:
    """The factor at an age in months: a path of ages → (centre, low, high), straight lines between, flat outside.

    Without a path: the short run's to 12 months, the medium run's from 24.
    """
    nodes = {12.0: _factors("short"), 24.0: _factors("medium")} if path is None else {float(k): v for k, v in path.items()}
    ages = sorted(nodes)
    centre, low, high = (float(np.interp(age, ages, [nodes[a][k] for a in ages])) for k in range(3))
    return round(centre, 9), round(low, 9), round(high, 9)


@cache
def estimated_path(spec: str = "main") -> dict[float, Factor]:
    """The factor by age as estimated on 2016–2024 (`data/estimates/elasticity_by_month.yaml`), ends of its band cut at `LEAST`.

    Raises `InputError` where no estimate ships, or none of that name."""
    path = files("detente").joinpath("data", "estimates", "elasticity_by_month.yaml")
    specs = yaml.safe_load(path.read_text(encoding="utf-8"))["specs"] if path.is_file() else {}
    if spec not in specs:
        raise InputError(refusal("validation", "no_estimate", spec=f"{spec!r}"))
    rows = [r for r in specs[spec]["rows"] if r.get("factor") is not None]
    return {float(r["months"]): _cut(r["factor"], r["factor_low"], r["factor_high"]) for r in rows}


def _cut(*values: float) -> Factor:
    centre, low, high = (max(float(v), LEAST) for v in values)
    return centre, low, high


# -- the model ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Periods:
    """Tariffs of two periods on one economy, and the age in months of what differs between them."""

    economy: Economy
    before: Array
    after: Array
    age: float

    def ratios(self, factor: float) -> pd.DataFrame:
        """Ratio of US imports after to before, region × goods sector; nan where there was no trade."""
        then, now = (us_imports(self._state(rates, factor)) for rates in (self.before, self.after))
        return self._frame(np.divide(now, then, out=np.full_like(then, np.nan), where=then > 0))

    def flows(self, factor: float) -> tuple[pd.DataFrame, pd.DataFrame]:
        """US imports before and after, million USD, region × goods sector."""
        then, now = (us_imports(self._state(rates, factor)) for rates in (self.before, self.after))
        return self._frame(then), self._frame(now)

    def own(self, factor: float) -> pd.DataFrame:
        """Ratio by each flow's own duty alone."""
        columns, usa = goods_columns(self.economy), self.economy.regions.index("USA")
        theta = theta_of(self.economy, self.parameters(factor))[columns]
        step = np.log1p(self.after[:, usa][:, columns]) - np.log1p(self.before[:, usa][:, columns])
        return self._frame(np.exp(-(1 + theta) * step))

    def exports(self, to: str, factor: float) -> float:
        """US goods exports to one region against those to all others, change in percent."""
        usa, n = self.economy.regions.index("USA"), self.economy.regions.index(to)
        columns = goods_columns(self.economy)
        share = []
        for rates in (self.before, self.after):
            sold = self._state(rates, factor).shipments[usa][:, columns].sum(axis=1)
            share.append(float(sold[n] / (sold.sum() - sold[usa] - sold[n])))
        return 100 * (share[1] / share[0] - 1)

    def parameters(self, factor: float) -> Any:
        """The horizon next to the age, with this factor."""
        return horizon("short" if self.age < 18 else "medium", trade_elasticity_factor=factor)

    def _state(self, rates: Array, factor: float) -> Any:
        return solve(self.economy, Policy.from_arrays(tariffs=rates, label="period"), self.parameters(factor)).after

    def _frame(self, values: Array) -> pd.DataFrame:
        names = [self.economy.sectors[k] for k in goods_columns(self.economy)]
        return pd.DataFrame(values, list(self.economy.regions), names)


def periods(base: int, first: str, last: str, economy: Economy | None = None) -> Periods:
    """The duties of a base year and of a window of months, from the ledger.

    From 2024 on, what the ledger adds to the duties collected in 2024 (those in the default world). Before, the tariffs of before
    2018 (`duties.before_2018`) and everything the ledger has added since.
    """
    economy = load_world().economy() if economy is None else economy
    measures = [m for m in load_ledger("us-china").measures if m.modelled and m.instrument is InstrumentKind.TARIFF]
    reference = economy.tariffs
    if base < WORLD_YEAR:
        measures = [m.model_copy(update={"in_baseline": False}) if m.in_baseline else m for m in measures]
        early = [m for m in measures if m.start is not None and m.start < date(WORLD_YEAR, 1, 1)]
        reference = before_2018(economy, early)[0]
    begin, end = _first_day(first), _first_day(last, 1)
    labels = economy.regions, economy.sectors
    then, old = mean_duties(measures, date(base, 1, 1), date(base + 1, 1, 1), *labels, reference)
    now, new = mean_duties(measures, begin, end, *labels, reference)
    return Periods(economy, reference + then, reference + now, _age(economy, measures, old, new, begin + (end - begin) / 2))


def _age(economy: Economy, measures: Sequence[Measure], old: Mapping[str, Array], new: Mapping[str, Array], day: date) -> float:
    """Mean months since the duties that were added began, weighted by duty times trade; 0 where none was added."""
    usa = economy.regions.index("USA")
    flows = economy.shipments[:, usa].copy()
    flows[usa] = 0.0
    weight = months = 0.0
    for m in measures:
        if m.id in new and m.start is not None:
            added = float((flows * np.maximum(new[m.id] - old.get(m.id, 0.0), 0.0)).sum())
            weight += added
            months += added * max((day - m.start).days, 0) / 30.4375
    return months / weight if weight > 0 else 0.0


def _first_day(month: str, later: int = 0) -> date:
    year, number = int(month[:4]), int(month[5:]) - 1 + later
    return date(year + number // 12, number % 12 + 1, 1)


# -- the panel ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Seen:
    """Imports by origin × sector, USD a month on average: base, window, and whole years up to the base's by year.

    told   what was missing, folded or left out
    """

    base: pd.DataFrame
    window: pd.DataFrame
    years: Mapping[int, pd.DataFrame]
    unmapped: float
    told: Mapping[str, Any]


def check_months(base: int, first: str, last: str) -> None:
    """Raise `InputError` for a window that is none."""
    for flag, month in (("--from", first), ("--to", last)):
        if not _MONTH.fullmatch(month):
            raise InputError(refusal("validation", "is_no_month_write", flag=flag, month=f"{month!r}"))
    if last < first:
        raise InputError(refusal("validation", "to_is_before", last=last, first=first))
    if first <= f"{base}-12":
        raise InputError(refusal("validation", "from_is_not_after", first=first, base=base))


def seen(panel: Panel, base: int, first: str, last: str, same_months: bool = False) -> Seen:
    """What a panel shows; a base year it lacks comes from the shipped panel, after a check of the months both have. With
    `same_months` the base is the window's months of the base year, not its average.

    Raises `InputError` for months outside the data and `BadPanel` where the two panels disagree.
    """
    check_months(base, first, last)
    months = [str(p) for p in pd.period_range(first, last, freq="M")]
    absent = [m for m in months if m not in panel.months]
    if absent:
        raise InputError(
            refusal(
                "validation",
                "holds_to_from_to",
                name=panel.name,
                months=panel.months[0],
                months_2=panel.months[-1],
                first=first,
                last=last,
            )
        )
    year = [str(p) for p in pd.period_range(f"{base}-01", f"{base}-12", freq="M")]
    shipped = load_panel(DEFAULT)
    told: dict[str, Any] = {"notes": list(panel.notes)}
    start = panel.frame
    if not set(year) <= set(panel.months):
        if not set(year) <= set(shipped.months):
            raise InputError(
                refusal("validation", "no_panel_holds", base=base, months=shipped.months[0], months_2=shipped.months[-1])
            )
        told["base from"] = shipped.name
        told["overlap"] = _overlap(panel, shipped)
        start = shipped.frame
    given = set(panel.frame["origin"])
    history = start[start["month"] < f"{base + 1}-01"].assign(
        origin=lambda f: f["origin"].map(_folds(set(f["origin"]), given, told))
    )
    history = history[history["origin"].notna()]
    window = panel.frame[panel.frame["month"].isin(months)]
    industries = set(history.loc[history["month"].isin(year), "naics3"]) & set(window["naics3"])
    told["industries missing"] = sorted(set(panel_table()["industries"]) - industries)
    told["origins missing"] = sorted(set(panel_table()["origins"]) - set(window["origin"]))
    history, window = (f[f["naics3"].isin(industries)] for f in (history, window))
    start_months = [m for m in year if m[5:] in {w[5:] for w in months}] if same_months else year
    base_frame, unmapped = _sectors(history[history["month"].isin(start_months)], len(start_months))
    told["base months"] = len(start_months)
    window_frame = _like(_sectors(window, len(months))[0], base_frame)
    years = {}
    for y in range(base - TREND_YEARS, base + 1):
        one = history[history["month"].str[:4] == str(y)]
        if one["month"].nunique() == 12:
            years[y] = _like(_sectors(one, 12)[0], base_frame)
    return Seen(base_frame, window_frame, years, unmapped, told)


def _like(frame: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """With the rows and columns of the base; what is not there is no trade."""
    return frame.reindex(index=base.index, columns=base.columns).fillna(0.0)


def _no_base(year: int) -> InputError:
    months = load_panel(DEFAULT).months
    return InputError(f"no panel holds the base year {year}; the shipped one has {months[0]} to {months[-1]}")


def _overlap(panel: Panel, shipped: Panel) -> dict[str, Any]:
    """Origins month by month where both have them; what is left of a sum depends on the rows of a file and is not compared."""
    both = sorted(set(panel.months) & set(shipped.months))
    sums = []
    for p, other in ((panel, shipped), (shipped, panel)):
        frame = p.frame[p.frame["month"].isin(both) & p.frame["naics3"].isin(other.industries)]
        sums.append(frame[~frame["origin"].isin([REST, EU_REST])].groupby(["origin", "month"], as_index=False)["imports"].sum())
    joined = sums[0].merge(sums[1], on=["origin", "month"], suffixes=("", "_shipped"))
    off = (joined["imports"] / joined["imports_shipped"] - 1).abs()
    if (off > OVERLAP).any():
        row = joined.loc[int(str(off.idxmax()))]
        raise BadPanel(
            refusal(
                "validation",
                "imports_of_in_are",
                name=panel.name,
                origin=f"{row['origin']!s}",
                month=f"{row['month']!s}",
                imports=f"{float(row['imports']):,.0f}",
                imports_shipped=f"{float(row['imports_shipped']):,.0f}",
                overlap=f"{100 * OVERLAP:.0f}",
            )
        )
    return {"months": len(both), "largest difference": float(off.max()) if len(off) else 0.0}


def _folds(known: set[str], given: set[str], told: dict[str, Any]) -> dict[str, str | None]:
    """Where the base's origins go that the window has no rows of: into what is left of their group, or nowhere."""
    origins = panel_table()["origins"]
    found: dict[str, str | None] = {}
    for origin in sorted(known):
        if origin in given:
            found[origin] = origin
            continue
        union = origins[origin].get("in") == "EU" or origin == EU_REST
        found[origin] = EU_REST if union and EU_REST in given else REST if REST in given else None
        told.setdefault("folded", {})[origin] = found[origin] or "left out"
    return found


def _sectors(frame: pd.DataFrame, months: int) -> tuple[pd.DataFrame, float]:
    """Origin × sector, USD a month, without goods of no sector; and the part of the latter."""
    wide = in_sectors(frame).pivot_table(index="origin", columns="sector", values="imports", aggfunc="sum").fillna(0.0) / months
    total = float(wide.to_numpy().sum())
    left = float(wide[UNMAPPED].sum()) if UNMAPPED in wide else 0.0
    return wide.drop(columns=UNMAPPED, errors="ignore"), left / total if total > 0 else 0.0


# -- predictions -------------------------------------------------------------------------------------------------------
def spread(flows: tuple[pd.DataFrame, pd.DataFrame], base: pd.DataFrame) -> pd.DataFrame:
    """Ratio of imports by origin × sector of a panel from flows by region × sector; nan where the world has no trade.

    An origin has the ratio of its region, "rest" that of all regions none of whose members has a row."""
    then, now = flows
    place = {o: region_of(o, list(then.index)) for o in base.index}
    others = [r for r in then.index if r not in place.values() and r != "USA"]
    rows = {}
    for origin, region in place.items():
        which = others if region == REST else [region]
        rows[origin] = now.loc[which].sum() / then.loc[which].sum().where(lambda v: v > 0)
    return pd.DataFrame(rows).T.reindex(columns=base.columns)


@dataclass(frozen=True)
class Prediction:
    """Ratios of US imports because of duties, origin × sector, at three factors, and by each flow's own duty alone."""

    base: int
    first: str
    last: str
    age: float
    factor: Factor
    ratios: Mapping[str, pd.DataFrame]
    imports: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """level (total, origin, cell), origin, sector, imports of the base year (million USD), change in percent at the centre
        and at the ends of the factor's range."""
        rows = []
        total = float(self.imports.to_numpy().sum())
        value = {k: self._filled(k) * self.imports for k in ("model", "low", "high")}

        def line(level: str, origin: str, sector: str, size: float, ends: Sequence[float]) -> None:
            rows.append((level, origin, sector, 12 * size / 1e6, *(100 * (e / size - 1) for e in ends)))

        line("total", "all", "all", total, [float(v.to_numpy().sum()) for v in value.values()])
        for o in self.imports.index:
            line("origin", str(o), "all", float(self.imports.loc[o].sum()), [float(v.loc[o].sum()) for v in value.values()])
        for o in self.imports.index:
            for s in self.imports.columns:
                if self.imports.loc[o, s] > 0 and np.isfinite(self.ratios["model"].loc[o, s]):
                    line("cell", str(o), str(s), float(self.imports.loc[o, s]), [float(v.loc[o, s]) for v in value.values()])
        names = ["level", "origin", "sector", f"imports_{self.base}_musd", "predicted_pct", "factor_low_pct", "factor_high_pct"]
        return pd.DataFrame(rows, columns=names)

    def _filled(self, name: str) -> pd.DataFrame:
        return filled(self.ratios[name], self.imports)


def filled(ratios: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Ratios with the origin's mean where the world has no trade in a sector."""
    known = ratios.notna()
    mean = (ratios * weights).where(known).sum(axis=1) / weights.where(known).sum(axis=1).replace(0.0, np.nan)
    return ratios.T.fillna(mean).T.fillna(1.0)


def predict(
    base: int, first: str, last: str, imports: pd.DataFrame | None = None, path: Mapping[float, Factor] | None = None
) -> Prediction:
    """The model's prediction; `imports` by origin × sector of the base year come from the shipped panel unless given."""
    check_months(base, first, last)
    if imports is None:
        imports = _shipped_year(base)
    between = periods(base, first, last)
    factor = factor_at(between.age, path)
    flows = {k: between.flows(f) for k, f in zip(("model", "low", "high"), factor, strict=True)}
    ratios = {k: spread(v, imports) for k, v in flows.items()}
    then = flows["model"][0]
    ratios["own tariff"] = spread((then, then * between.own(factor[0])), imports)
    return Prediction(base, first, last, between.age, factor, ratios, imports)


def _shipped_year(year: int) -> pd.DataFrame:
    shipped = load_panel(DEFAULT)
    one = shipped.frame[shipped.frame["month"].str[:4] == str(year)]
    if one["month"].nunique() < 12:
        raise _no_base(year)
    return _sectors(one, 12)[0]


def prediction_file(prediction: Prediction, made: date, source: str = "horizon") -> bytes:
    """A prediction as CSV; the head says when and by what it was made, and the digest of the rows.

    `source` says where the factor comes from: "horizon", "estimated" or "given"."""
    rows = prediction.to_frame().to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()
    head = say(
        "validation/panel_backtest", "head", p=prediction, made=made.isoformat(), version=__version__,
        code=code_digest("equilibrium", "policy", "validation", "data/horizons.yaml", "data/ledgers/us-china.yaml"),
        digest=sha256(rows), source=say("validation/panel_backtest", f"factor_{source}"),
    )  # fmt: skip
    return "".join(f"# {line}\n" for line in head.split("\n\n")).encode() + rows


def committed_names() -> tuple[str, ...]:
    """Names of the committed predictions that ship."""
    folder = files("detente").joinpath("data", "predictions")
    return tuple(name for name, file in PREDICTIONS.items() if folder.joinpath(file).is_file())


def committed_body(name: str = "committed") -> bytes:
    """A committed prediction, head and rows."""
    return files("detente").joinpath("data", "predictions", PREDICTIONS[name]).read_bytes()


def committed_head(name: str = "committed") -> tuple[str, ...]:
    """The lines of its head."""
    return tuple(line[2:] for line in committed_body(name).decode().splitlines() if line.startswith("# "))


@cache
def committed(name: str = "committed") -> pd.DataFrame:
    """Its rows. Raises `InputError` where they are not those whose digest the head gives."""
    lines = committed_body(name).decode().splitlines(keepends=True)
    rows = "".join(line for line in lines if not line.startswith("#")).encode()
    if sha256(rows) not in "".join(committed_head(name)):
        raise InputError(refusal("validation", "rows_are_not", name=PREDICTIONS[name]))
    return pd.read_csv(io.BytesIO(rows))


def committed_window(name: str = "committed") -> tuple[int, str, str]:
    """Its base year, first and last month, from the head."""
    found = re.search(r"(\d{4}-\d\d) to (\d{4}-\d\d) over (\d{4})", " ".join(committed_head(name)))
    if found is None:
        raise InputError(refusal("validation", "head_names", name=PREDICTIONS[name]))
    return int(found[3]), found[1], found[2]


def committed_factor(name: str = "committed") -> str:
    """Its elasticity factor, two decimals, from the head."""
    found = re.search(r"factor (\d+\.\d+) \(range", " ".join(committed_head(name)))
    if found is None:
        raise InputError(refusal("validation", "head_names_no_too", name=PREDICTIONS[name]))
    return found[1]


# -- comparison --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reading:
    """Observed and predicted changes of the same things, 100 · ln relative to a total, with their weights and blocks."""

    keys: tuple[tuple[str, str], ...]
    observed: Array
    predictions: Mapping[str, Array]
    benchmarks: Mapping[str, Array]
    weights: Array
    blocks: tuple[str, ...]

    def score(self, name: str) -> Fit:
        """Measures of a prediction or benchmark."""
        return fit(self.observed, {**self.predictions, **self.benchmarks}[name], self.weights)

    def skills(self, name: str) -> dict[str, float]:
        """Skill of a prediction over each benchmark."""
        return {b: skill(self.observed, self.predictions[name], v, self.weights) for b, v in self.benchmarks.items()}

    def bands(self, name: str, draws: int = DRAWS, seed: int = SEED) -> dict[str, tuple[float, float]]:
        """Percentiles 5 and 95 of correlation, slope and skills over resamplings of whole blocks.

        A resampling in which something does not vary, or a benchmark is exact, does not count for what is undefined then."""
        rng = np.random.default_rng(seed)
        labels, member = np.unique(np.asarray(self.blocks), return_inverse=True)
        picked = rng.integers(0, len(labels), size=(draws, len(labels)))
        times = np.zeros((draws, len(labels)))
        np.add.at(times, (np.arange(draws)[:, None], picked), 1.0)
        # sums over a block once, then over the blocks drawn: draws × blocks × measures
        y, p = self.observed, self.predictions[name]
        errors = [(p - y) ** 2, *((v - y) ** 2 for v in self.benchmarks.values())]
        columns = np.stack([np.ones_like(y), y, p, y * y, p * p, y * p, *errors], axis=1) * self.weights[:, None]
        blocks = np.zeros((len(labels), columns.shape[1]))
        np.add.at(blocks, member, columns)
        sums = times @ blocks
        _, my, mp, yy, pp, yp, error, *marks = (sums / sums[:, :1]).T
        vy, vp, both = yy - my**2, pp - mp**2, yp - my * mp
        vy, vp = np.where(vy > 1e-12 * yy, vy, np.nan), np.where(vp > 1e-12 * pp, vp, np.nan)
        found = {"correlation": both / np.sqrt(vy * vp), "slope": both / vp}
        found |= {f"skill over {b}": 1 - error / np.where(m > 0, m, np.nan) for b, m in zip(self.benchmarks, marks, strict=True)}
        bands = {}
        for key, values in found.items():
            ok = values[np.isfinite(values)]
            bands[key] = (float(np.percentile(ok, 5)), float(np.percentile(ok, 95))) if ok.size else (np.nan, np.nan)
        return bands

    def record(self) -> dict[str, Any]:
        """JSON-able: measures with bands by prediction, measures by benchmark."""
        found = {}
        for name in self.predictions:
            found[name] = record(self.score(name)) | {"skill": {b: _plain(v) for b, v in self.skills(name).items()}}
            if name not in ("low", "high"):
                found[name]["bands"] = {k: [_plain(v) for v in ends] for k, ends in self.bands(name).items()}
        return found | {name: record(self.score(name)) for name in self.benchmarks}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


READINGS = ("all", "without NAICS 334", "without China", "without China and NAICS 334")
LEVELS = ("origin", "cell", "cell in its sector")


@dataclass(frozen=True)
class PanelBackTest(Shown):
    """One base year and window: what a panel shows beside the model and the benchmarks.

    shown       imports of the panel
    prediction  made now
    kept        the committed predictions of this base and window: name → ratio by origin × sector
    """

    name: str
    shown: Seen
    prediction: Prediction
    kept: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    regions: tuple[str, ...] = field(default=())

    @property
    def age(self) -> float:
        """Months since the duties that changed began."""
        return self.prediction.age

    @cached_property
    def ratios(self) -> dict[str, pd.DataFrame]:
        """Ratio by origin × sector of each prediction and benchmark but "no change" and "proportional"; nothing missing."""
        base = self.shown.base
        found = {k: filled(v, base) for k, v in self.prediction.ratios.items()}
        for name, ratios in self.kept.items():
            found[name] = filled(ratios.reindex(index=base.index, columns=base.columns), base)
        return found | {"gravity trend": self._trend()}

    def _trend(self) -> pd.DataFrame:
        """Shares of sectors, and of origins in their sectors, go on growing as in the years before."""
        base, years, p = self.shown.base, self.shown.years, self.prediction
        first = min(years)
        if first == p.base:
            return pd.DataFrame(1.0, base.index, base.columns)
        then, now = years[first], years[p.base]
        start, end = _first_day(p.first), _first_day(p.last, 1)
        ahead = (start + (end - start) / 2 - date(p.base, 7, 1)) / timedelta(days=365.25) / (p.base - first)
        sector = now.sum() / then.sum().where(then.sum() > 0)
        origin = now.sum(axis=1) / (then * sector.fillna(1.0)).sum(axis=1).where(lambda v: v > 0)
        growth = np.outer(origin.where(origin > 0).fillna(1.0), sector.where(sector > 0).fillna(1.0)) ** ahead
        return pd.DataFrame(growth, base.index, base.columns)

    def values(self) -> dict[str, pd.DataFrame]:
        """Imports by origin × sector at the end, USD a month: observed, and by every prediction and benchmark with a ratio."""
        return {"observed": self.shown.window} | {k: v * self.shown.base for k, v in self.ratios.items()}

    def reading(self, level: str = "origin", which: str = "all") -> Reading:
        """One of `LEVELS` × `READINGS`."""
        products = [s for s in self.shown.base.columns if not (which.endswith("334") and s == PRODUCT)]
        base = self.shown.base[products]
        values = {k: v[products] for k, v in self.values().items()}
        relative = {k: _relative(v, base, level) for k, v in values.items()}
        relative["proportional"] = _relative(base, base, level) * 0.0
        relative["no change"] = _unmoved(values["observed"], base, level)
        size = base.sum(axis=1) if level == "origin" else _cells(base)
        keep = np.isfinite(relative["observed"]) & (size > (0.0 if level == "origin" else SMALLEST / 12))
        if "China" in which:
            keep &= size.index.get_level_values(0) != "CHN"
        found = {k: v[keep].to_numpy(dtype=float) for k, v in relative.items()}
        keys = [(str(k), "all") if level == "origin" else (str(k[0]), str(k[1])) for k in size[keep].index]
        return Reading(
            tuple(keys),
            found["observed"],
            {n: found[n] for n in ("model", "low", "high", *self.kept)},
            {n: found[n] for n in BENCHMARKS},
            size[keep].to_numpy(dtype=float),
            tuple(region_of(o, self.regions) for o, _ in keys),
        )

    def left_out(self) -> dict[str, Any]:
        """Cells that are not compared one by one: too small in the base year, or without imports in the window."""
        base, small = self.shown.base, (self.shown.base > 0) & (self.shown.base <= SMALLEST / 12)
        large = base > SMALLEST / 12
        return {
            "small cells": int(small.to_numpy().sum()),
            "their share": float(base.where(small).sum().sum() / base.sum().sum()),
            "cells without imports in the window": int((large & (self.shown.window <= 0)).to_numpy().sum()),
            "cells the world has no trade in": int((large & self.prediction.ratios["model"].isna()).to_numpy().sum()),
            "goods of no sector, share": self.shown.unmapped,
        }

    def to_frame(self, level: str = "origin") -> pd.DataFrame:
        """One row an origin or cell: imports of the base year, changes in percent, and the same relative to the total."""
        size = self.shown.base.sum(axis=1) if level == "origin" else _cells(self.shown.base)
        kept = size > (0.0 if level == "origin" else SMALLEST / 12)
        total = float(self.shown.base.to_numpy().sum())
        found = pd.DataFrame({"imports_base_musd": 12 * size[kept] / 1e6})
        for name, frame in self.values().items():
            value = frame.sum(axis=1) if level == "origin" else _cells(frame)
            change, whole = value[kept] / size[kept], float(frame.to_numpy().sum()) / total
            label = _column(name)
            found[f"{label}_change_pct"] = 100 * (change - 1)
            found[f"{label}_relative_pct"] = 100 * (change / whole - 1)
        return found.rename_axis(["origin"] if level == "origin" else ["origin", "sector"]).reset_index()

    def _points(self, name: str) -> pd.Series:
        """Change of every origin's share of the imports compared, percentage points."""
        base, end = self.shown.base, self.values()[name]
        return 100 * (end.sum(axis=1) / end.to_numpy().sum() - base.sum(axis=1) / base.to_numpy().sum())

    def gainers(self, name: str, count: int = 5) -> list[tuple[str, float]]:
        """Origins but China with the largest gains in points of all imports compared, largest first."""
        order = self._points(name).drop("CHN", errors="ignore").sort_values(ascending=False, kind="stable")
        return [(str(o), float(v)) for o, v in order.head(count).items()]

    def points(self, name: str, origin: str) -> float:
        """Change of an origin's share of the imports compared, percentage points; nan for one that is not there."""
        return float(self._points(name).get(origin, np.nan))

    @property
    def growth(self) -> float:
        """Growth of all imports compared, percent."""
        return float(100 * (self.shown.window.to_numpy().sum() / self.shown.base.to_numpy().sum() - 1))

    def explain(self) -> str:
        """The findings, a paragraph each."""
        return say("validation/panel_backtest", "findings", it=self)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        p = self.prediction
        scores = {level: {which: self.reading(level, which).record() for which in READINGS} for level in LEVELS}
        return {
            "panel": self.name, "base": p.base, "from": p.first, "to": p.last, "age_months": round(p.age, 2),
            "factor": dict(zip(("centre", "low", "high"), p.factor, strict=True)), "growth_pct": self.growth,
            "missing": dict(self.shown.told), "left_out": self.left_out(), "scores": scores,
            "gainers": {n: [{"origin": o, "points": v} for o, v in self.gainers(n)] for n in ("observed", "model")},
            "committed": {n: {"head": list(committed_head(n)), "moved_points": self.moved(n)} for n in self.kept},
            "origins": _records(self.to_frame("origin")), "cells": _records(self.to_frame("cell")),
            "findings": self.explain().split("\n\n"), "bands": {"draws": DRAWS, "seed": SEED, "blocks": "regions"},
        }  # fmt: skip

    def moved(self, name: str = "committed") -> float | None:
        """Largest difference between a committed prediction and the one made now, percentage points by origin; None where the
        factor is another."""
        if name not in self.kept or committed_factor(name) != f"{self.prediction.factor[0]:.2f}":
            return None
        frame = self.to_frame("origin")
        return float((frame[f"{_column(name)}_change_pct"] - frame["predicted_change_pct"]).abs().max())


def _column(name: str) -> str:
    return "predicted" if name == "model" else name.replace(",", "").replace(" ", "_")


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) if isinstance(v, float) else v for k, v in row.items()} for row in frame.to_dict("records")]


def _cells(frame: pd.DataFrame) -> pd.Series:
    """A table as one column by (row, column)."""
    return pd.Series(frame.to_numpy(dtype=float).ravel(), pd.MultiIndex.from_product([frame.index, frame.columns]))


def _relative(value: pd.DataFrame, base: pd.DataFrame, level: str) -> pd.Series:
    """100 · ln of the ratio to the base, relative to the total, or to the total of the sector."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if level == "origin":
            return 100 * np.log(value.sum(axis=1) / base.sum(axis=1) / _growth(value, base))
        total = value.sum() / base.sum() if level == "cell in its sector" else _growth(value, base)
        ratio: pd.DataFrame = value / base / total
        return 100 * np.log(_cells(ratio))


def _unmoved(window: pd.DataFrame, base: pd.DataFrame, level: str) -> pd.Series:
    """Every value stays: less than the total by its growth."""
    if level == "origin":
        return pd.Series(-100 * np.log(_growth(window, base)), base.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = window.sum() / base.sum() if level == "cell in its sector" else _growth(window, base)
        return _cells(base * 0.0 - 100 * np.log(total))


def _growth(value: pd.DataFrame, base: pd.DataFrame) -> float:
    return float(value.to_numpy().sum() / base.to_numpy().sum())


# -- the doors ---------------------------------------------------------------------------------------------------------
def panel_backtest(
    panel: Panel | str | Path = DEFAULT,
    base: int = 2024,
    first: str = "2025-06",
    last: str = "2025-11",
    path: Mapping[float, Factor] | None = None,
    same_months: bool = False,
) -> PanelBackTest:
    """One base year and window of a panel.

    Raises `InputError` for months outside the data, `BadPanel` for a file with a fault."""
    held = panel if isinstance(panel, Panel) else load_panel(panel)
    shown = seen(held, base, first, last, same_months)
    prediction = predict(base, first, last, shown.base, path)
    kept = {}
    for name in committed_names():
        if (base, first, last) == committed_window(name):
            cells = committed(name).query("level == 'cell'")
            kept[name] = 1 + cells.pivot_table(index="origin", columns="sector", values="predicted_pct") / 100
    return PanelBackTest(held.name, shown, prediction, kept, load_world().regions)


@cache
def episode() -> dict[int, PanelBackTest]:
    """2018–19 on the shipped panel: months after September 2018 → the half year around them against the same half of 2017."""
    return {months: panel_backtest(DEFAULT, 2017, *window, same_months=True) for months, window in EPISODE.items()}


ANSWER = {6: EPISODE[6], 12: EPISODE[12], 24: ("2020-07", "2020-10")}
"""China's side of the episode; the shipped panel of exports ends in October 2020."""
AIRCRAFT = ("88",)


@dataclass(frozen=True)
class Answer:
    """US goods exports to China against those to everybody else, percent since the same months of 2017.

    observed    of all chapters, and without aircraft (grounded in 2019, under no Chinese duty)
    predicted   the model at the centre and the ends of the factor's range
    """

    first: str
    last: str
    age: float
    factor: Factor
    observed: float
    without_aircraft: float
    predicted: Factor


@cache
def answer() -> dict[int, Answer]:
    """China's answer to the duties of 2018–19 in US exports: months after September 2018 → observed and predicted."""
    frame = load_panel("us-exports-hs2").frame
    found = {}
    for months, (first, last) in ANSWER.items():
        between = periods(2017, first, last)
        factor = factor_at(between.age)
        kept = frame[~frame["hs2"].isin(AIRCRAFT)]
        seen_of = [_against_others(f, first, last) for f in (frame, kept)]
        made = tuple(between.exports("CHN", f) for f in factor)
        found[months] = Answer(first, last, between.age, factor, seen_of[0], seen_of[1], (made[0], made[1], made[2]))
    return found


def _against_others(frame: pd.DataFrame, first: str, last: str) -> float:
    year, number = frame["month"].str[:4], frame["month"].str[5:]
    inside = number.between(first[5:], last[5:])
    value = frame.assign(china=frame["destination"] == "CHN")[inside & year.isin(["2017", first[:4]])]
    sums = value.groupby([value["month"].str[:4], "china"])["exports"].sum()
    growth = [float(sums[first[:4], china] / sums["2017", china]) for china in (True, False)]
    return 100 * (growth[0] / growth[1] - 1)


@cache
def fitting_factor(months: int) -> float | None:
    """The factor that gives China's change relative to the total; None where no factor of `SCAN` does."""
    test = episode()[months]
    between = periods(2017, *EPISODE[months])
    base = test.shown.base
    values = [_relative(filled(spread(between.flows(f), base), base) * base, base, "origin") for f in SCAN]
    return crossing(SCAN, [float(v["CHN"]) for v in values], float(_relative(test.shown.window, base, "origin")["CHN"]))
