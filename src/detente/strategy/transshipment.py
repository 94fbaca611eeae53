"""Goods passed through: how much of a third economy's exports to one party is made in the other, and what a duty on it costs.

For an economy n on the way from b to a, sector by sector, in one equilibrium:

    content[n,j] = exports n→a · value added of b in a unit of (n,j)     what a rule on origin of content could catch
    matched[n,j] = min(imports of j by n from b, exports of j by n to a) what could at most be the same goods, relabelled
    gap[n,j]     = a's duty on b − a's duty on n                         what passing through saves; it pays where above zero

`matched` counts only where it pays. It is a ceiling: a sector is wide, and an economy that makes and buys much of it is matched
in full. A duty at `rate` on goods judged to be passed through takes the place of a's country duty on n on the exposed share of
each flow, by content or by matching (assumption A41):

    Δτ[n,a,j] = share[j] · reach[j] · max(rate − country duty[n,a,j], 0)   where passing through pays

with reach the share of the flow that pays the country duty today (the order reaches no other goods) or, as a warning, all of it.
Source of the rate of 40 %: Executive Order 14326, Further Modifying the Reciprocal Tariff Rates, 31 July 2025, section 3,
https://www.govinfo.gov/content/pkg/FR-2025-08-06/html/2025-15010.htm.

>>> from detente.cases.case import Case
>>> routes = pass_through(Case.of("kuala-lumpur-2025", scenarios=["pessimistic"], with_ranges=False))
>>> routes.to_frame().index[:2].tolist()
['MEX', 'VNM']
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from detente.cases.baselines import IN_FORCE, STATUS_QUO
from detente.cases.case import Case, mean_rate
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError, UnknownName
from detente.policy.instruments import Policy
from detente.types import Array, plain
from detente.words import refusal, tell
from detente.words.names import region_name, sector_name
from detente.words.shown import Shown

RATE = 0.40
Basis = Literal["content", "matched"]
BASES: tuple[Basis, ...] = get_args(Basis)
DUST = 1e-12
"""A saving below this is rounding: duties are alike."""


@dataclass(frozen=True, eq=False)
class PassThrough:
    """Third economies on the way from `source` to `toward` in one state of the world.

    Arrays [economy, goods sector]: `exports` to `toward`, `bought` from `source`, `content` and `matched` in the table's unit a
    year before duties; `duty_on_source`, `duty_on_own` as fractions.
    """

    source: str
    toward: str
    state: str
    via: tuple[str, ...]
    sectors: tuple[str, ...]
    exports: Array = field(repr=False)
    bought: Array = field(repr=False)
    content: Array = field(repr=False)
    duty_on_source: Array = field(repr=False)
    duty_on_own: Array = field(repr=False)
    unit: str = "million USD"

    @property
    def gap(self) -> Array:
        """What passing through saves, fraction of value."""
        found: Array = self.duty_on_source - self.duty_on_own
        return np.where(np.abs(found) > DUST, found, 0.0)

    @property
    def matched(self) -> Array:
        """The smaller of purchases and sales, where passing through pays."""
        return np.where(self.gap > 0, np.minimum(self.bought, self.exports), 0.0)

    def share(self, region: str, basis: Basis = "content") -> Array:
        """Share of each sector's exports that is exposed [goods sector]; zero where passing through does not pay."""
        if basis not in BASES:
            raise UnknownName(basis, list(BASES), "basis")
        k = self._row(region)
        part = (self.content if basis == "content" else self.matched)[k]
        part = np.where(self.gap[k] > 0, part, 0.0)
        return np.divide(part, self.exports[k], out=np.zeros_like(part), where=self.exports[k] > 0)

    def to_frame(self) -> pd.DataFrame:
        """One row an economy, the largest content first."""
        exports, content, matched = (x.sum(axis=1) for x in (self.exports, self.content, self.matched))
        some = exports > 0

        def share(part: Array) -> Array:
            return np.divide(100 * part, exports, out=np.zeros_like(part), where=some)

        frame = pd.DataFrame(
            {
                f"exports, {self.unit}": exports,
                f"content, {self.unit}": content,
                "content, % of exports": share(content),
                f"matched, {self.unit}": matched,
                "matched, % of exports": share(matched),
                "duty gap, points": [mean_rate(g, x) for g, x in zip(self.gap, self.exports, strict=True)],
            },
            index=pd.Index(self.via, name="economy"),
        )
        return frame.sort_values(f"content, {self.unit}", ascending=False, kind="stable")

    def by_sector(self, region: str) -> pd.DataFrame:
        """One row a goods sector with exports, the largest content first."""
        k = self._row(region)
        frame = pd.DataFrame(
            {
                f"exports, {self.unit}": self.exports[k],
                f"bought from {self.source}, {self.unit}": self.bought[k],
                f"content, {self.unit}": self.content[k],
                f"matched, {self.unit}": self.matched[k],
                f"duty on {self.source}, %": 100 * self.duty_on_source[k],
                f"duty on {region}, %": 100 * self.duty_on_own[k],
                "duty gap, points": 100 * self.gap[k],
            },
            index=pd.Index(self.sectors, name="sector"),
        )
        frame = frame[frame.iloc[:, 0] > 0]
        return frame.sort_values(f"content, {self.unit}", ascending=False, kind="stable")

    def of(self, region: str) -> dict[str, float]:
        """The row of one economy."""
        self._row(region)
        return {str(k): float(v) for k, v in self.to_frame().loc[region].to_dict().items()}

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "source": self.source, "toward": self.toward, "state": self.state, "unit": f"{self.unit} a year before duties",
            "economies": plain(self.to_frame().to_dict(orient="index")),
        }  # fmt: skip

    def explain(self, region: str) -> str:
        """The exposure of one economy in plain words."""
        return tell(self, region=region)

    def lead(self, region: str) -> dict[str, Any]:
        """The two sectors of an economy with most content, by name, and their share of all of it (0 without any)."""
        content = self.by_sector(region)[f"content, {self.unit}"]
        share = float(content.iloc[:2].sum() / content.sum()) if content.sum() > 0 else 0.0
        return {"sectors": [sector_name(str(s)) for s in content.index[:2]], "share": share}

    def _row(self, region: str) -> int:
        if region not in self.via:
            raise UnknownName(region, {r: region_name(r) for r in self.via}, "third economy")
        return self.via.index(region)


@dataclass(frozen=True)
class DutyCase:
    """One reading of the duty: judged by content or by matching, on goods that pay the country duty or on `exempt` ones too.

    Share of the exports to `toward` that pays (%), rise of their mean duty (points), change of real income (%), the same in money
    (million a year), change of goods exports to `toward` (million a year), against the same state without the duty.
    """

    basis: Basis
    exempt: bool
    share: float
    points: float
    real_income: float
    money: float
    exports: float

    @property
    def label(self) -> str:
        """What it is judged by, and what it reaches."""
        return tell(self, "label")


@dataclass(frozen=True)
class PassThroughDuty(Shown):
    """What a duty on goods judged to be passed through costs one economy, in four readings from the narrowest to the widest."""

    region: str
    toward: str
    source: str
    state: str
    rate: float
    cases: tuple[DutyCase, ...]
    without: float
    world_unit: str = "million USD"

    @property
    def narrow(self) -> DutyCase:
        """By content, on goods that pay the country duty: the order as it reads, at its mildest."""
        return self.cases[0]

    @property
    def wide(self) -> DutyCase:
        """All that could be relabelled, exempt goods too."""
        return self.cases[-1]

    def to_frame(self) -> pd.DataFrame:
        """One row a reading."""
        rows = {
            c.label: {
                "exposed, % of exports": c.share,
                "mean duty, points": c.points,
                "real income, %": c.real_income,
                "million USD a year": c.money,
                f"exports to {self.toward}, million USD": c.exports,
            }
            for c in self.cases
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("reading")

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return plain(self) | {"labels": [c.label for c in self.cases]}

    def explain(self) -> str:
        """What it costs at its mildest and its widest, and whether that outweighs what the state brings."""
        return tell(self)


def pass_through(
    quarrel: Case, scenario: str | None = None, *, toward: str | None = None, source: str | None = None
) -> PassThrough:
    """Exposure of every third economy on the way from `source` (default: the second party) to `toward` (the first).

    `scenario=None` is the status quo. Swap the two for the other direction. Raises `UnknownRegion`, `UnknownName`.
    """
    name = quarrel.scenario(scenario)
    target = quarrel.a if toward is None else toward
    maker = source if source is not None else next(p for p in (quarrel.b, quarrel.a) if p != target)
    a, b = quarrel.index(target), quarrel.index(maker)
    if a == b:
        raise InputError(refusal("strategy", "goods_pass_from_one"))
    chains, state = quarrel.chains(name), quarrel.state(name)
    goods = list(chains.goods)
    via = tuple(r for r in quarrel.world.regions if r not in (target, maker))
    rows = [quarrel.index(r) for r in via]
    exports = state.shipments[rows, a][:, goods]
    return PassThrough(
        source=maker,
        toward=target,
        state=name or STATUS_QUO,
        via=via,
        sectors=tuple(quarrel.world.sectors[g] for g in goods),
        exports=exports,
        bought=state.shipments[b, rows][:, goods],
        content=exports * chains.content(maker)[rows][:, goods],
        duty_on_source=np.broadcast_to(state.tariffs[b, a, goods], exports.shape),
        duty_on_own=state.tariffs[rows, a][:, goods],
        unit=quarrel.world.unit,
    )


def rise_of(
    quarrel: Case,
    region: str,
    scenario: str | None = None,
    *,
    basis: Basis = "content",
    exempt: bool = False,
    rate: float = RATE,
    toward: str | None = None,
    threshold: float = 0.0,
    levied: Array | None = None,
) -> Array:
    """Points (fraction) a duty of `rate` on goods judged to be passed through adds [goods sector], in one reading.

    With a `threshold` (fraction of value) sectors with no more content of the source than that are free: a rule of origin.
    `levied` [goods sector] takes the place of the country duty of the scenario. Raises `UnknownRegion`, `InputError`.
    """
    n = quarrel.outsider(region)
    for value in (rate, threshold):
        if not 0 <= value <= 10:
            raise InputError(refusal("strategy", "duty_must", rate=f"{value:g}"))
    name = quarrel.scenario(scenario)
    routes = pass_through(quarrel, name, toward=toward)
    a = quarrel.index(routes.toward)
    goods = [quarrel.world.sectors.index(s) for s in routes.sectors]
    reach, own = (x[goods] for x in quarrel.country_duty(name, region, routes.toward))
    top = np.maximum(reach * rate - (own if levied is None else levied), 0.0)
    if exempt:
        top = np.maximum(np.maximum(rate - quarrel.added(name)[n, a, goods], 0.0), top)
    caught = routes.share(region) > threshold if threshold > 0 else True
    return np.asarray(np.where(caught, routes.share(region, basis) * top, 0.0), dtype=np.float64)


def pass_through_duty(
    quarrel: Case, region: str, scenario: str | None = None, *, rate: float = RATE, toward: str | None = None
) -> PassThroughDuty:
    """What a duty of `rate` (fraction) on the exposed share of its exports to `toward` costs a third economy.

    Four readings, each solved. Raises `UnknownRegion`, `InputError` for a rate outside 0 to 10, `NotConverged`.
    """
    n = quarrel.outsider(region)
    name = quarrel.scenario(scenario)
    routes = pass_through(quarrel, name, toward=toward)
    a = quarrel.index(routes.toward)
    goods = [quarrel.world.sectors.index(s) for s in routes.sectors]
    state, without = quarrel.state(name), quarrel.real_income(name, region)
    exports = state.shipments[n, a, goods]
    reach = quarrel.country_duty(name, region, routes.toward)[0][goods]
    cases = []
    for basis in BASES:
        for exempt in (False, True):
            rise = rise_of(quarrel, region, name, basis=basis, exempt=exempt, rate=rate, toward=toward)
            more = _raised(quarrel, region, routes.toward, rise)
            after = quarrel.outcome(name, more=more, against=IN_FORCE) if rise.any() else None
            lost = _cost(after, n, quarrel.real_income(name, region, against=IN_FORCE))
            now = exports.sum() if after is None else after.after.shipments[n, a, goods].sum()
            share = routes.share(region, basis) * (1.0 if exempt else reach)
            cases.append(
                DutyCase(
                    basis, exempt, mean_rate(share, exports), mean_rate(rise, exports), lost,
                    lost / 100 * float(state.income[n]), float(now - exports.sum()),
                )
            )  # fmt: skip
    return PassThroughDuty(
        region, routes.toward, routes.source, name or STATUS_QUO, rate, tuple(cases), without, quarrel.world.unit
    )


def raised_by(quarrel: Case, region: str, toward: str, rise: Array) -> Array:
    """Points (fraction) [goods sector] on what `region` sells `toward`, as duties [origin, destination, sector]."""
    added = np.zeros_like(quarrel.world.tariff_rates)
    added[quarrel.index(region), quarrel.index(toward), list(quarrel.chains(None).goods)] = rise
    return added


def _raised(quarrel: Case, region: str, toward: str, rise: Array) -> Policy:
    added = raised_by(quarrel, region, toward, rise)
    return Policy.from_arrays(added_tariffs=added, label="a duty on goods judged to be passed through")


def _cost(after: Outcome | None, n: int, without: float) -> float:
    """Percent change of real income against the same state without the duty."""
    if after is None:
        return 0.0
    return float(100 * ((1 + after.real_income.iloc[n] / 100) / (1 + without / 100) - 1))
