"""The chokepoint of a dossier: export controls on one good that a scenario adds, put into force alone, month by month.

Every month is solved twice along the path (`equilibrium.chokepoints`), with the new controls and with those that stood before;
what leaks and who has the rent of scarcity are ranges, not numbers. Beside it stands what the exact formula and its second-order
form give when nothing else adjusts and no stocks are left.

>>> cut = chokepoint_of("kuala-lumpur-2025", "pessimistic", months=(6.0,))
>>> (cut.by, cut.sector, [m.id for m in cut.measures][:1], bool(cut.at(6.0).real_income["USA"] < 0))
('CHN', 'RER', ['chn-rare-earths-october'], True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from detente.cases.case import Case
from detente.equilibrium import months as by_month
from detente.equilibrium.chokepoints import (
    DAYS_A_MONTH,
    MONTHS,
    Chokepoint,
    Rent,
    direct_losses,
    mean_until,
    month_after,
)
from detente.equilibrium.memory import solved_once
from detente.equilibrium.outcome import Outcome
from detente.errors import CornerResult, InputError
from detente.policy.dossier import Dossier
from detente.policy.instruments import Policy
from detente.policy.measures import InstrumentKind, Measure, Strict, Text
from detente.policy.reading import read_yaml, validate
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.types import Array, Range
from detente.words import refusal
from detente.words.names import goods_sectors, resolve_sectors
from detente.world.world import World

ENDS: tuple[tuple[by_month.End, Rent], ...] = (("low", "buyers"), ("high", "buyers"), ("low", "kept"), ("high", "kept"))
"""What leaks and who has the rent, at the ends."""
SIZEABLE = 0.0005
"""Share of value added below which a sector is not named among those hurt most."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A controlled good, who withholds it by which measures, and every month against the same month without them."""

    case: Case
    by: str
    sector: str
    measures: tuple[Measure, ...]
    months: tuple[float, ...]

    @property
    def world(self) -> World:
        """The world of the case."""
        return self.case.world

    @cached_property
    def path(self) -> Chokepoint:
        """All months at the centre: some leaks, what is scarcer than the list price is worth to its buyers."""
        return Chokepoint(self.by, self.sector, float(1 - self.ratio.min()), self.months, tuple(map(self.at, self.months)))

    def at(self, month: float, leakage: by_month.End = "centre", rent: Rent = "buyers") -> Outcome:
        """One of the months, at an end of what may leak and by who has the rent. Raises `InputError` for another month."""
        if month not in self.months:
            given = ", ".join(f"{m:g}" for m in self.months)
            raise InputError(refusal("strategy", "months_after_the_cut", month=f"{month:g}", names_given=given))

        def work() -> Outcome:
            with_cut, without = self.policies
            ends: dict[str, by_month.End] = {"leakage": leakage}
            with solved_once(between_runs=True):
                return month_after(self.case.economy, without, with_cut, month, rent=rent, ends=ends, solver=self.case.solver)

        return self.case.once(("cut", self.sector, tuple(m.id for m in self.measures), month, leakage, rent), work)

    def range(self, month: float, region: str) -> Range:
        """Real income of a region, percent: centre, and the ends over what may leak and who has the rent.

        An end that is refused as a corner result is left out.
        """
        centre = float(self.at(month).real_income[region])
        values = [centre]
        for leakage, rent in ENDS:
            try:
                values.append(float(self.at(month, leakage, rent).real_income[region]))
            except CornerResult:  # what nobody could pay is no end of a range
                continue
        return Range(min(values), centre, max(values))

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        """With the new controls and without."""
        today = self.case.dossier.as_of
        ids = {m.id for m in self.measures}
        new = [m.model_copy(update={"effective": today, "suspended": ()}) for m in self.measures]
        old = in_force(self.case.dossier.measures, today)
        packages = ([*(m for m in old if m.id not in ids), *new], old)
        with_cut, without = (policy_on(p, today, self.world.regions, self.world.sectors) for p in packages)
        return with_cut, without

    # -- quantities ------------------------------------------------------------------------------------------------------
    @cached_property
    def through(self) -> tuple[Array, Array]:
        """Quantity that reaches each buyer over the table's, before leaks: with the new controls and without."""
        j, i = self._sector, self.world.region_index(self.by)

        def bound(policy: Policy) -> Array:
            left = np.ones(len(self.world.regions))
            for control in policy.shock(self.case.economy).controls:
                if control.export_control:
                    left = np.where(control.flows[i, :, j], np.minimum(left, control.bound), left)
            return left

        with_cut, without = (bound(p) for p in self.policies)
        return with_cut, without

    @property
    def ratio(self) -> Array:
        """Quantity the controls let through to each buyer, over what the status quo lets through."""
        with_cut, without = self.through
        return with_cut / without

    @cached_property
    def bought_from(self) -> Array:
        """Share of each region's purchases of the good that comes from the seller that withholds it."""
        flows = self.world.shipments[:, :, self._sector]
        return flows[self.world.region_index(self.by)] / np.maximum(flows.sum(0), 1e-300)

    @cached_property
    def left(self) -> Array:
        """What each region has left of its past use if nobody else delivers more and nothing leaks."""
        return 1 - self.bought_from * (1 - self.ratio)

    @property
    def _sector(self) -> int:
        return self.world.sectors.index(self.sector)

    def begins(self, region: str, leakage: by_month.End = "centre") -> float:
        """Months until the stock of a region is used up; infinite if it lacks nothing."""
        n = self.world.region_index(region)
        with_cut, without = self.through
        missing = float(self.bought_from[n] * (without[n] - with_cut[n]) * (1 - by_month.value("leakage", 0, leakage)))
        return float("inf") if missing <= 0 else float(by_month.value("stock_days", 0)) / missing / DAYS_A_MONTH

    def share_of_cost(self, region: str, sector: str) -> float:
        """The good in the cost of a sector, percent."""
        n, k = self.world.region_index(region), self.world.sectors.index(sector)
        return float(100 * self.world.intermediate_use[n, self._sector, k] / self.world.output[n, k])

    def direct(self, region: str, sector: str, month: float) -> tuple[float, float]:
        """Output of a sector if nobody else delivers more, nothing leaks and nothing else adjusts, percent: exact and to second
        order, with the substitution of a month."""
        frame = direct_losses(self.world, self.sector, self.left.tolist(), by_month.value("critical_substitution", month))
        row = list(frame.index).index((region, sector))
        return float(frame["exact, %"].iloc[row]), float(frame["second order, %"].iloc[row])

    def tightest(self, region: str) -> float:
        """The month in which a region loses most."""
        return min(self.months, key=lambda m: float(self.at(m).real_income[region]))

    def hurt(self, region: str, most: int = 6) -> list[str]:
        """Goods sectors of a region that lose most output in its tightest month, among those of some size; the worst first."""
        made = self.world.value_added[self.world.region_index(region)]
        output = self.at(self.tightest(region)).output
        lost = dict(zip(output.columns, output.loc[region].to_numpy(dtype=float).tolist(), strict=True))
        goods = [s for s in goods_sectors(self.world.sectors) if s != self.sector]
        kept = [s for s in goods if made[self.world.sectors.index(s)] > SIZEABLE * made.sum()]
        return sorted(kept or goods, key=lambda s: (lost[s], s))[:most]

    def mean_real_income(self, region: str, until: float, leakage: by_month.End = "centre", rent: Rent = "buyers") -> float:
        """Real income averaged over the months up to `until`, percent; straight lines between the months solved."""
        values = [float(self.at(m, leakage, rent).real_income[region]) for m in self.months]
        return mean_until(self.months, values, until)

    # -- results ---------------------------------------------------------------------------------------------------------
    def to_frame(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Real income at the centre, percent, one row a month and a column a region, with substitution and others' capacity."""
        return self.path.to_frame(regions)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "by": self.by, "sector": self.sector, "measures": [m.id for m in self.measures], "months": list(self.months),
            "let_through": dict(zip(self.world.regions, self.ratio.tolist(), strict=True)),
            "bought_from": dict(zip(self.world.regions, self.bought_from.tolist(), strict=True)),
            "real_income_pct": {r: [float(self.at(m).real_income[r]) for m in self.months] for r in self.world.regions},
        }  # fmt: skip


def chokepoint_of(
    case: Case | Dossier | str, scenario: str | None = None, sector: str | None = None, *, months: Sequence[float] = MONTHS
) -> Cut | None:
    """The export controls that `scenario` (default: the worst) adds on `sector` (default: the first good they are on).

    None if it adds none. Where several parties add controls, those of the first. Raises `UnknownName`, `UnknownSector` and
    `InputError` for months that are none.
    """
    if not months or min(months) < 0:
        raise InputError(refusal("strategy", "give_months_after"))
    known = case if isinstance(case, Case) else Case.of(case, with_ranges=False)
    dossier, world, name = known.dossier, known.world, scenario or known.worst
    wanted = None if sector is None else resolve_sectors(sector, world.sectors)
    standing = {m.id: m for m in in_force(dossier.measures, dossier.as_of)}
    added = [
        m
        for m in in_force(dossier.measures_in(name), dossier.scenario(name).policy_date)
        if m.modelled and m.instrument is InstrumentKind.EXPORT_CONTROL and standing.get(m.id) != m and m.by in world.regions
    ]
    for good in world.sectors if wanted is None else wanted:
        found = [m for m in added if good in m.named_sectors()]
        if found:
            by = found[0].by
            return Cut(known, by, good, tuple(m for m in found if m.by == by), tuple(months))
    return None


# -- what others have published ----------------------------------------------------------------------------------------
class CutStudy(Strict):
    """A published loss from a cut of a good: percent of the buyer's output, of a partial cut and of a near-total ban."""

    who: Text
    year: int
    seller: Text
    buyer: Text
    months: int
    partial_pct: tuple[float, float]
    ban_pct: float
    assumption: Annotated[str, Field(pattern=r"^A\d+$")]


class _CutFile(Strict):
    studies: tuple[CutStudy, ...]


def study_of(seller: str, buyer: str) -> CutStudy | None:
    """The published figure between two economies, in either direction."""
    data, lines = read_yaml(files("detente").joinpath("data", "cuts.yaml").read_bytes(), "cuts.yaml")
    studies = validate(_CutFile, data, lines, "cuts.yaml").studies
    return next((s for s in studies if {s.seller, s.buyer} == {seller, buyer}), None)
