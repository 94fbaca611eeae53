"""Jobs in heads: how many people work in which sector after a change, how many moved, and how many are out of work.

The model holds the labour of each economy (times L̂ where labour supply answers wages) and moves it between sectors. With e
persons at work before, V̂A nominal value added and x̂ its price if all labour has work (the wage, the same everywhere at κ = ∞):

    l̂[n,j] = V̂A[n,j] / x̂[n,j]                                        labour attached, in units of what it can do
    attached[n,j] = E[n] L̂[n] · e[n,j] l̂[n,j] / Σₖ e[n,k] l̂[n,k],     E[n] = Σⱼ e[n,j]
    heads[n,j] = attached[n,j] · min(1, x̂[n,j] / floor[n])            at work; the others of the sector are out of work

The denominator keeps the total: labour of the same worth is more heads in one sector than in another, so that moving it would
otherwise make or lose heads. It scales every sector alike (`rescaling`), and changes smaller than that mean nothing. Without a
floor under wages everybody has work, and jobs gained and lost, sums over sectors that grow and shrink, are equal at L̂ = 1; with
one they differ by those out of work. Jobs by state of the United States are the national changes in the shares of each state,
Σⱼ share[s,j] · Δheads[j].

>>> import detente as dt
>>> world = dt.load_world("toy")
>>> world = world.with_(employed=world.value_added / 50)
>>> outcome = dt.solve(world, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.2)]))
>>> bool(abs(outcome.jobs.loc["AAA"].sum()) < 1e-6), bool(outcome.jobs.loc["BBB", "MAKE"] < 0)
(True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from detente.errors import UnknownRegion
from detente.types import Array, plain
from detente.words import tell
from detente.words.names import region_name, resolve_regions, sector_name
from detente.words.shown import Shown
from detente.world.employment import HOME, counted, state_shares

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Outcome


def heads(equilibrium: Equilibrium) -> Array:
    """Persons at work [region, sector], thousand. Raises `MissingEmployment` where the world does not say how many there were."""
    attached = _worth(equilibrium) * rescaling(equilibrium)[:, None]
    return attached if equilibrium.labour_market is None else attached * (1 - equilibrium.jobless)


def out_of_work(equilibrium: Equilibrium) -> Array:
    """Persons out of work because wages stand on their floor, by the sector they are attached to [region, sector], thousand.

    Raises `MissingEmployment`.
    """
    return _worth(equilibrium) * rescaling(equilibrium)[:, None] * equilibrium.jobless


def rescaling(equilibrium: Equilibrium) -> Array:
    """E L̂ / Σ e l̂ [region]: by how much every sector's heads are scaled to keep the total. Raises `MissingEmployment`."""
    reached = _worth(equilibrium).sum(1)
    total = counted(equilibrium.economy.employed, equilibrium.economy.name).sum(1) * equilibrium.labour
    return np.divide(total, reached, out=np.ones_like(reached), where=reached > 0)


def _worth(equilibrium: Equilibrium) -> Array:
    """e l̂ [region, sector]: heads that labour of the same worth was before, in work or out of it, thousand."""
    economy = equilibrium.economy
    employed = counted(economy.employed, economy.name)
    base = economy.value_added
    price = equilibrium.wage if equilibrium.labour_market is None else equilibrium.labour_market.full
    used = np.divide(equilibrium.value_added, base * price, out=np.ones_like(base), where=base > 0)
    return employed * used


def by_state(outcome: Outcome) -> pd.DataFrame:
    """Change of jobs by state of the United States and sector, thousand persons.

    Raises `UnknownRegion` where the world has no United States, `InputError` where its sectors are not the default world's.
    """
    if HOME not in outcome.regions:
        raise UnknownRegion(HOME, {r: region_name(r) for r in outcome.regions})
    return state_shares(outcome.sectors) * outcome.jobs.loc[HOME]


@dataclass(frozen=True, eq=False)
class Jobs(Shown):
    """Jobs of one economy (or group) before, what moved and what was lost, thousand persons, one row a sector or a state.

    `frame`: name, before, change; where wages have a floor also how many more are out of work; by state also what the state gains
    and loses over its sectors. Of a group, `gained` and `lost` are sums over its economies, each moving jobs within itself.
    `rescaled`: by how much, in percent, every sector of an economy is scaled to keep its total (None for a group); smaller
    changes than that mean nothing. `unemployed`: how many more are out of work, of those `lost`, because wages stand `wage_floor`
    (a share) below the national mean; both None where wages have no floor and jobs can only move.
    """

    region: str
    by: Literal["sector", "state"]
    frame: pd.DataFrame
    gained: float
    lost: float
    rescaled: float | None = None
    scenario: str | None = None
    horizon: str | None = None
    unemployed: float | None = None
    wage_floor: float | None = None

    @classmethod
    def of(cls, outcome: Outcome, region: str, by: Literal["sector", "state"] = "sector", scenario: str | None = None) -> Jobs:
        """Read off an outcome. Raises `UnknownRegion`, `MissingEmployment`, and `InputError` where states are not known."""
        chosen = list(resolve_regions(region, outcome.regions))
        change = outcome.jobs.loc[chosen].sum()
        index = [outcome.regions.index(r) for r in chosen]
        before = pd.Series(heads(outcome.before)[index].sum(0), change.index)
        if by == "sector":
            frame = pd.DataFrame({"name": [sector_name(s) for s in change.index], "before": before, "change": change})
        else:
            shares = state_shares(outcome.sectors, region)
            moved = shares * change
            frame = pd.DataFrame(
                {
                    "name": list(moved.index),
                    "before": (shares * before).sum(axis=1),
                    "change": moved.sum(axis=1),
                    "gained": moved.clip(lower=0).sum(axis=1),
                    "lost": moved.clip(upper=0).abs().sum(axis=1),
                }
            )
        horizon = None if outcome.parameters is None else outcome.parameters.name
        unemployed = floor = None
        if outcome.after.labour_market is not None and outcome.parameters is not None:
            idle = outcome.unemployed_by_sector.loc[chosen].sum()
            frame["out of work"] = idle if by == "sector" else (shares * idle).sum(axis=1)
            unemployed, floor = float(idle.sum()), outcome.parameters.wage_floor
        gained, lost = float(outcome.jobs_gained[chosen].sum()), float(outcome.jobs_lost[chosen].sum())
        kept = rescaling(outcome.after) / rescaling(outcome.before)
        rescaled = 100 * float(kept[index[0]] - 1) if chosen == [region] else None
        return cls(region, by, frame.rename_axis(by), gained, lost, rescaled, scenario, horizon, unemployed, floor)

    def to_frame(self) -> pd.DataFrame:
        """One row a sector or state, most lost first; thousand persons, and the change in percent of jobs before."""
        frame = self.frame.sort_values("change", kind="stable")
        percent = 100 * frame["change"] / frame["before"].where(frame["before"] > 0)
        units = {c: f"{c}, thousand" for c in ("before", "change", "gained", "lost", "out of work") if c in frame}
        return frame.assign(percent=percent.fillna(0.0)).rename(columns={**units, "percent": "change, %"}).reset_index()

    def explain(self) -> str:
        """How many jobs move, from where to where, how many are lost, and what the numbers leave out."""
        return tell(self)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        columns = {c: str(c).replace(", ", "_").replace("%", "pct").replace(" ", "_") for c in self.to_frame()}
        before = float(self.frame["before"].sum())
        out = None if self.unemployed is None else 100 * self.unemployed / before
        rows = plain(self.to_frame().rename(columns=columns).to_dict("records"))
        return {
            "region": self.region, "by": self.by, "scenario": self.scenario, "horizon": self.horizon, "unit": "thousand persons",
            "employed": before, "gained": self.gained, "lost": self.lost,
            "net": self.gained - self.lost, "wage_floor": self.wage_floor, "unemployed": self.unemployed, "unemployed_pct": out,
            "rescaled_pct": self.rescaled, "jobs": rows,
        }  # fmt: skip
