"""A world in two blocs: a wall of real trade costs between them, on top of what stands, at several horizons.

Who stands where and how high the wall is are data (`blocs.yaml`, assumption A67). Horizons in the order trade, capital and
mobility, ideas make the loss divide into these layers.

>>> split = blocs("kuala-lumpur-2025", "medium")
>>> (split.members["west"][:2], split.cost, bool(split.trade_across("medium") < -80))
(('USA', 'CAN'), 1.6, True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError
from detente.policy.dossier import Dossier
from detente.policy.instruments import NonTariffCost, Policy
from detente.policy.measures import Strict
from detente.policy.reading import read_yaml, validate
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.words import refusal
from detente.world.world import World

LAYERS = ("medium", "long", "fragmentation")
"""Trade alone; with capital and mobility; with ideas."""


class BlocFile(Strict):
    """Regions of the west (the east is the rest), and the real cost of crossing: 1.6 is 160 % more resources."""

    west: Annotated[tuple[str, ...], Field(min_length=1)]
    wall: Annotated[float, Field(gt=0)]
    assumption: Annotated[str, Field(pattern=r"^A\d+$")]


@cache
def load_blocs() -> BlocFile:
    """The scenario as shipped."""
    data, lines = read_yaml(files("detente").joinpath("data", "blocs.yaml").read_bytes(), "blocs.yaml")
    return validate(BlocFile, data, lines, "blocs.yaml")


def members_in(world: World, west: Sequence[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Regions of this world in each bloc."""
    first = load_blocs().west if west is None else west
    inside = tuple(r for r in first if r in world.regions)
    return {"west": inside, "east": tuple(r for r in world.regions if r not in inside)}


@dataclass(frozen=True, eq=False)
class Blocs:
    """Members of both blocs, the cost of crossing (a fraction), and the outcome by horizon against the status quo."""

    members: dict[str, tuple[str, ...]]
    cost: float
    outcomes: dict[str, Outcome]

    def real_income(self, members: Sequence[str] | None = None) -> tuple[float, ...]:
        """Real income of some regions together (the world if None) by horizon, percent."""
        return tuple(
            o.world_real_income
            if members is None
            else float(o.real_income[members[0]])
            if len(members) == 1
            else o.group_real_income(list(members))
            for o in self.outcomes.values()
        )

    def layers(self, members: Sequence[str] | None = None) -> tuple[float, ...]:
        """What each horizon adds to the one before, points; they sum to the last."""
        value = self.real_income(members)
        return (value[0], *(b - a for a, b in pairwise(value)))

    def trade_across(self, horizon: str) -> float:
        """Change of trade between the blocs, percent."""
        before, after = (np.asarray(f) for f in self.outcomes[horizon].bilateral()[:2])
        regions = self.outcomes[horizon].regions
        west, east = ([regions.index(r) for r in bloc] for bloc in self.members.values())

        def across(flows: Any) -> float:
            return float(flows[np.ix_(west, east)].sum() + flows[np.ix_(east, west)].sum())

        return 100 * (across(after) / across(before) - 1)

    def to_frame(self) -> pd.DataFrame:
        """Real income, percent: one row a region and the world, one column a horizon."""
        frame = pd.DataFrame({h: o.real_income for h, o in self.outcomes.items()})
        frame.loc["world"] = list(self.real_income())
        return frame

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "members": {k: list(v) for k, v in self.members.items()}, "cost": self.cost,
            "trade_across_pct": {h: self.trade_across(h) for h in self.outcomes},
            "world_real_income_pct": dict(zip(self.outcomes, self.real_income(), strict=True)),
            "real_income_pct": {h: o.real_income.to_dict() for h, o in self.outcomes.items()},
        }  # fmt: skip


def blocs(
    case: Case | Dossier | str,
    horizons: str | Sequence[str] = LAYERS,
    *,
    west: Sequence[str] | None = None,
    wall: float | None = None,
    at: Mapping[str, Case] | None = None,
) -> Blocs:
    """Split the world on top of the status quo at each of `horizons`. `at` holds the case at some of them, where it is solved.

    `west` and `wall` replace those of the data. Raises `InputError` where one bloc is empty or no horizon is named, and
    `NotConverged`.
    """
    names = [horizons] if isinstance(horizons, str) else list(horizons)
    if not names:
        raise InputError(refusal("strategy", "name_at_least_one"))
    known = case if isinstance(case, Case) else Case.of(case, with_ranges=False)
    world, dossier = known.world, known.dossier
    members = members_in(world, west)
    if not all(members.values()):
        raise InputError(refusal("strategy", "one_bloc_has", name=world.name))
    cost = load_blocs().wall if wall is None else wall
    one, two = (list(bloc) for bloc in members.values())
    crossing = [NonTariffCost(by=a, on=b, sectors="all", cost=cost) for a, b in ((one, two), (two, one))]
    standing = policy_on(in_force(dossier.measures, dossier.as_of), dossier.as_of, world.regions, world.sectors)
    cases = {known.parameters.name: known, **(at or {})}
    split = standing + Policy(crossing)
    return Blocs(members, cost, {h: (cases[h] if h in cases else known.at(h)).under(split, against=IN_FORCE) for h in names})
