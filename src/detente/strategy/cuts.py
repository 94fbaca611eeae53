"""The chokepoint of a dossier: export controls on one good that a scenario adds, put into force alone, month by month.

The short run is solved with the flexibility of each month (`equilibrium.chokepoints.flexibility`) once with the new controls and
once without them; beside it stands what the exact formula and its second-order form give when nothing else adjusts. No stocks
are counted.

>>> cut = chokepoint_of("kuala-lumpur-2025", "pessimistic", months=(1.0,))
>>> (cut.by, cut.sector, [m.id for m in cut.measures][:1], bool(cut.at(1.0).real_income["USA"] < 0))
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
from detente.equilibrium.chokepoints import Chokepoint, direct_losses, flexibility
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon as named_horizon, horizon_table
from detente.equilibrium.solve import solve
from detente.errors import InputError
from detente.policy.dossier import Dossier
from detente.policy.instruments import Policy
from detente.policy.measures import InstrumentKind, Measure, Strict, Text
from detente.policy.reading import read_yaml, validate
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.types import Array
from detente.words import refusal
from detente.words.names import goods_sectors, resolve_sectors
from detente.world.world import World

MONTHS = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0)
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
        """All months, rents as the dossier says."""
        outcomes = tuple(self._month(m, self.policies) for m in self.months)
        return Chokepoint(self.by, self.sector, float(1 - self.ratio.min()), 0.0, self.months, outcomes)

    def at(self, month: float) -> Outcome:
        """One of the months. Raises `InputError` for a month that is not among them."""
        if month not in self.months:
            raise InputError(
                refusal(
                    "strategy", "months_after_the_cut", month=f"{month:g}", names_given=", ".join(f"{m:g}" for m in self.months)
                )
            )
        found = self.path.outcomes[self.months.index(month)]
        assert found is not None  # no stocks are counted
        return found

    def without_rent(self, month: float) -> Outcome:
        """A month in which the rent of the licences is lost to everybody."""
        return self._month(month, self._policies("lost"))

    def _month(self, month: float, policies: tuple[Policy, Policy]) -> Outcome:
        substitution, trade = flexibility(month)
        chosen = named_horizon(
            "short", critical_inputs=(self.sector,), critical_substitution=substitution, critical_trade_factor=trade
        )
        with_cut, without = (solve(self.case.economy, p, chosen) for p in policies)
        return with_cut.relative_to(without)

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        """With the new controls and without, rents as the dossier says."""
        return self._policies()

    def _policies(self, rent: str | None = None) -> tuple[Policy, Policy]:
        today = self.case.dossier.as_of
        changes = {"rent": rent} if rent else {}
        ids = {m.id for m in self.measures}
        new = [m.model_copy(update={"effective": today, "suspended": (), **changes}) for m in self.measures]
        old = [m.model_copy(update=changes) for m in in_force(self.case.dossier.measures, today)]
        packages = ([*(m for m in old if m.id not in ids), *new], old)
        with_cut, without = (policy_on(p, today, self.world.regions, self.world.sectors) for p in packages)
        return with_cut, without

    # -- quantities ------------------------------------------------------------------------------------------------------
    @cached_property
    def ratio(self) -> Array:
        """Quantity the controls let through to each buyer, over what the status quo lets through."""
        j, i = self._sector, self.world.region_index(self.by)

        def bound(policy: Policy) -> Array:
            left = np.ones(len(self.world.regions))
            for control in policy.shock(self.case.economy).controls:
                if control.kind == "at most" and not control.by_value:
                    left = np.where(control.flows[i, :, j], np.minimum(left, control.bound), left)
            return left

        with_cut, without = (bound(p) for p in self.policies)
        return with_cut / without

    @cached_property
    def bought_from(self) -> Array:
        """Share of each region's purchases of the good that comes from the seller that withholds it."""
        flows = self.world.shipments[:, :, self._sector]
        return flows[self.world.region_index(self.by)] / np.maximum(flows.sum(0), 1e-300)

    @cached_property
    def left(self) -> Array:
        """What each region has left of its past use if nobody else delivers more."""
        return 1 - self.bought_from * (1 - self.ratio)

    @property
    def _sector(self) -> int:
        return self.world.sectors.index(self.sector)

    def share_of_cost(self, region: str, sector: str) -> float:
        """The good in the cost of a sector, percent."""
        n, k = self.world.region_index(region), self.world.sectors.index(sector)
        return float(100 * self.world.intermediate_use[n, self._sector, k] / self.world.output[n, k])

    def direct(self, region: str, sector: str, month: float) -> tuple[float, float]:
        """Output of a sector if nobody else delivers more and nothing else adjusts, percent: exact and to second order."""
        frame = direct_losses(self.world, self.sector, self.left.tolist(), flexibility(month)[0])
        row = list(frame.index).index((region, sector))
        return float(frame["exact, %"].iloc[row]), float(frame["second order, %"].iloc[row])

    def trade_elasticity(self, month: float) -> float:
        """How strongly other suppliers answer this long after the cut."""
        theta = float(self.world.trade_elasticity[self._sector])
        return theta * named_horizon("short").trade_elasticity_factor * flexibility(month)[1]

    def hurt(self, region: str, most: int = 6) -> list[str]:
        """Goods sectors of a region that lose most output in the first month, among those of some size; the worst first."""
        made = self.world.value_added[self.world.region_index(region)]
        output = self.at(self.months[0]).output
        lost = dict(zip(output.columns, output.loc[region].to_numpy(dtype=float).tolist(), strict=True))
        goods = [s for s in goods_sectors(self.world.sectors) if s != self.sector]
        kept = [s for s in goods if made[self.world.sectors.index(s)] > SIZEABLE * made.sum()]
        return sorted(kept or goods, key=lambda s: (lost[s], s))[:most]

    def mean_real_income(self, region: str, until: float) -> float:
        """Real income averaged over the months up to `until`, percent: straight lines between months, the first one before it."""
        grid = np.linspace(0, until, round(until) * 24 + 1)
        values = np.interp(grid, self.months, [float(self.at(m).real_income[region]) for m in self.months])
        return float(((values[1:] + values[:-1]) / 2).mean())

    # -- results ---------------------------------------------------------------------------------------------------------
    def to_frame(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Real income, percent, one row a month and a column a region, with the elasticities used."""
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
    """The export controls that `scenario` (default: the worst) adds on `sector` (default: a critical input of the short run).

    None if it adds none. Where several parties add controls, those of the first. Raises `UnknownName`, `UnknownSector` and
    `InputError` for months that are none.
    """
    if not months or min(months) < 0:
        raise InputError(refusal("strategy", "give_months_after"))
    known = case if isinstance(case, Case) else Case.of(case, with_ranges=False)
    dossier, world, name = known.dossier, known.world, scenario or known.worst
    critical = horizon_table()["short"]["values"].get("critical_inputs", [])
    wanted = [s for s in critical if s in world.sectors] if sector is None else resolve_sectors(sector, world.sectors)
    standing = {m.id: m for m in in_force(dossier.measures, dossier.as_of)}
    then = in_force(dossier.measures_in(name), dossier.scenario(name).policy_date)
    for good in wanted:
        found = [
            m
            for m in then
            if m.modelled
            and m.instrument is InstrumentKind.EXPORT_CONTROL
            and good in m.named_sectors()
            and standing.get(m.id) != m
            and m.by in world.regions
        ]
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
