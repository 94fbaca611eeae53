"""What rules are worth: the world under today's tariffs, free trade, equal treatment (MFN), and no restraint (Nash).

Every regime is one tariff array solved on the same economy: the cost of ending cooperation is Nash against what stands, what
cooperation has achieved over equal treatment is what stands against it, and the gain still to be had is free trade.
`pairwise_bargains` is negotiation pair by pair (Nash-in-Nash; Bagwell, Staiger and Yurukoglu 2021): each pair strikes its Nash
bargain holding the others' deals fixed, round after round until no deal moves.

Equal treatment here keeps each importer's mean rate by sector and gives it to every partner. With `detail="region"` a player
has one rate for everything and everyone, so that Nash and Nash with equal treatment are one.

>>> from detente.world import toy_world
>>> table = regimes(toy_world(), sectors="all")
>>> table.outcomes["nash"].world_real_income < table.outcomes["free trade"].world_real_income
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, NotConverged, UnknownName
from detente.policy.instruments import Policy
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.strategy.bargain import Bargain, bargain
from detente.strategy.nash import TariffSolution, nash_tariffs
from detente.strategy.tariff_space import Detail
from detente.types import Array, Progress
from detente.words import refusal, tell
from detente.words.names import resolve_regions, resolve_sectors
from detente.words.shown import Shown
from detente.world.economy import Economy
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class Regimes(Shown):
    """Outcomes of tariff regimes against today's tariffs, and each regime's tariffs [origin, destination, sector].

    `games` holds the Nash solutions by regime, `players` who chooses in them, `moved` the sectors whose tariffs move.
    """

    outcomes: dict[str, Outcome]
    tariffs: dict[str, Array]
    detail: str
    players: tuple[str, ...]
    moved: tuple[str, ...]
    games: Mapping[str, TariffSolution]

    def to_frame(self) -> pd.DataFrame:
        """Real income, percent against today's tariffs: one row a region and the world, one column a regime."""
        frame = pd.DataFrame({name: o.real_income for name, o in self.outcomes.items()})
        frame.loc["world"] = [o.world_real_income for o in self.outcomes.values()]
        return frame

    def mean_rates(self) -> pd.Series:
        """Mean foreign tariff of each regime, percent, weighted by the table's trade in the sectors that move."""
        economy = next(iter(self.outcomes.values())).before.economy
        n = len(economy.regions)
        trade = economy.shipments * (1 - np.eye(n))[:, :, None] * np.isin(economy.sectors, self.moved)
        return pd.Series(
            {k: 100 * float((trade * t).sum() / trade.sum()) for k, t in self.tariffs.items()}, name="mean tariff, %"
        )

    @property
    def rate_today(self) -> float:
        """Mean foreign tariff in force, percent, with the same weights."""
        before = next(iter(self.outcomes.values())).before
        n = len(before.economy.regions)
        trade = before.economy.shipments * (1 - np.eye(n))[:, :, None] * np.isin(before.economy.sectors, self.moved)
        return 100 * float((trade * before.tariffs).sum() / trade.sum())

    def cost(self, members: Sequence[str] | None = None, regime: str = "nash", against: str | None = None) -> tuple[float, float]:
        """Change of real income under `regime` of some regions together (the world if None): percent, and million USD a year.

        `against` names another regime; today's tariffs if None. Percent is of income under today's tariffs.
        """
        index = slice(None) if members is None else [self._position(m) for m in members]
        money = self._money(regime)[index].sum() - (0.0 if against is None else self._money(against)[index].sum())
        income = next(iter(self.outcomes.values())).before.income[index].sum()
        return float(100 * money / income), float(money)

    def ends(self, regime: str) -> dict[str, Any]:
        """The regions that lose most and least under a regime, `worst` and `best`, with their real income in percent."""
        income = self.outcomes[regime].real_income
        return {
            "worst": str(income.idxmin()), "low": float(income.min()), "best": str(income.idxmax()), "high": float(income.max()),
        }  # fmt: skip

    def _money(self, regime: str) -> Array:
        if regime not in self.outcomes:
            raise UnknownName(regime, list(self.outcomes), "regime")
        found: Array = self.outcomes[regime].equivalent_variation.to_numpy(dtype=np.float64)
        return found

    def _position(self, region: str) -> int:
        regions = next(iter(self.outcomes.values())).regions
        return regions.index(resolve_regions(region, regions)[0])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "detail": self.detail, "players": list(self.players), "sectors": list(self.moved),
            "mean_tariff_pct": self.mean_rates().to_dict(),
            "world_real_income_pct": {k: o.world_real_income for k, o in self.outcomes.items()},
            "world_million_usd_a_year": {k: self.cost(regime=k)[1] for k in self.outcomes},
            "real_income_pct": {k: o.real_income.to_dict() for k, o in self.outcomes.items()},
            "residuals": {k: g.residual for k, g in self.games.items()},
        }  # fmt: skip

    def explain(self) -> str:
        """What rules are worth, in plain words."""
        return tell(self)


def regimes(
    world: World | Economy,
    *,
    policy: Policy | None = None,
    sectors: str | Sequence[str] = "goods",
    detail: Detail = "pair",
    players: Sequence[str] | None = None,
    method: Literal["gradient", "differences"] = "gradient",
    start: float = 0.2,
    tolerance: float = 1e-8,
    horizon: str | Parameters = "medium",
    base: Outcome | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Regimes:
    """Free trade, MFN (each importer's mean rate by sector on every partner), Nash, and Nash with MFN, against `policy`.

    `players` choose in the games (all regions if None), the others keep today's tariffs. `base` is the solved status quo under
    `policy`, where there is one; `method`, `start` and `tolerance` are those of `nash_tariffs`.
    """
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    rest = policy or Policy()
    now = rest.shock(economy).tariffs
    moved = np.isin(economy.sectors, resolve_sectors(sectors, economy.sectors))
    n = len(economy.regions)
    foreign = ~np.eye(n, dtype=bool)
    trade = economy.shipments * foreign[:, :, None]
    mean = np.einsum("inj,inj->nj", trade, now) / np.maximum(trade.sum(0), 1e-300)
    everywhere = foreign[:, :, None] & moved[None, None, :]
    goods = [s for s, m in zip(economy.sectors, moved, strict=True) if m]
    names = resolve_regions(players if players is None else list(players), economy.regions)

    def game(level: Detail) -> TariffSolution:
        return nash_tariffs(
            economy, names, level, method=method, sectors=goods, policy=rest, horizon=chosen, start=start, tolerance=tolerance,
            progress=progress,
        )  # fmt: skip

    games = {"nash": game(detail)} | ({"nash, equal treatment": game("region")} if detail != "region" else {})
    tariffs = {
        "free trade": np.where(everywhere, 0.0, now),
        "equal treatment": np.where(everywhere, mean[None], now),
        **{name: found.tariffs for name, found in games.items()},
    }
    before = base or solve(economy, rest, chosen)
    outcomes = {
        name: solve(economy, rest + Policy.from_arrays(tariffs=t, label=name), chosen).relative_to(before)
        if name not in games
        else games[name].outcome
        for name, t in tariffs.items()
    }
    return Regimes(outcomes, tariffs, detail, names, tuple(goods), games)


REFERENCE = "before"
"""The regime of a dossier's reference: the duties of the table, before all its measures."""


def worth_of_rules(case: Case, *, start: float = 0.18, tolerance: float = 4e-3) -> Regimes:
    """The regimes against a case's status quo, one duty an economy on all foreign goods, and the reference beside them.

    Slopes come from neighbouring solves, good to half a percentage point (see `differences`). Raises `NotConverged`.
    """
    dossier, world = case.dossier, case.world
    standing = policy_on(in_force(dossier.measures, dossier.as_of), dossier.as_of, world.regions, world.sectors)
    table = regimes(
        case.economy, policy=standing, sectors=list(case.goods), detail="region", method="differences", start=start,
        tolerance=tolerance, horizon=case.parameters, base=case.status_quo,
    )  # fmt: skip
    before = solve(case.economy, None, case.parameters)
    outcomes = {REFERENCE: before.relative_to(case.status_quo), **table.outcomes}
    return replace(table, outcomes=outcomes, tariffs={REFERENCE: before.after.tariffs, **table.tariffs})


def pairwise_bargains(
    world: World | Economy,
    pairs: Sequence[tuple[str, str]],
    *,
    policy: Policy | None = None,
    tolerance: float = 1e-4,
    rounds: int = 20,
    horizon: str | Parameters = "medium",
    progress: Progress | None = None,
    **options: Any,
) -> tuple[dict[tuple[str, str], Bargain], Outcome]:
    """Nash-in-Nash: each pair's Nash bargain over its own tariffs, the others' deals held fixed, to a fixed point.

    A pair's disagreement point is its tariffs under `policy`, the other deals standing. `options` as in `bargain`.
    Gives the deals of the last round and the outcome of all of them against `policy`. Raises `NotConverged`.
    """
    if len({frozenset(p) for p in pairs}) != len(pairs) or any(a == b for a, b in pairs):
        raise InputError(refusal("strategy", "pairs_must_differ_each"))
    economy = world.economy()
    chosen = named_horizon(horizon)
    rest = policy or Policy()
    start = rest.shock(economy).tariffs
    agreed = dict.fromkeys(pairs, start)
    deals: dict[tuple[str, str], Bargain] = {}
    moved = np.inf
    for count in range(1, rounds + 1):
        before = {pair: tariffs.copy() for pair, tariffs in agreed.items()}
        for pair in pairs:
            standing = start.copy()
            for other in pairs:
                if other != pair:
                    _put(standing, agreed[other], economy, other)
            held = rest + Policy.from_arrays(tariffs=standing, label="the other deals")
            deals[pair] = bargain(economy, pair, policy=held, horizon=chosen, **options)
            agreed[pair] = deals[pair].tariffs
        moved = max(float(np.abs(_own(agreed[p], economy, p) - _own(before[p], economy, p)).max()) for p in pairs)
        if progress is not None:
            progress(f"round {count}, residual {moved:.0e}", count, rounds)
        if moved <= tolerance:
            break
    else:
        raise NotConverged(refusal("strategy", "deals_still_move_by", moved=f"{moved:.1e}", rounds=rounds))
    everything = start.copy()
    for pair in pairs:
        _put(everything, agreed[pair], economy, pair)
    final = rest + Policy.from_arrays(tariffs=everything, label="all deals")
    return deals, solve(economy, final, chosen).relative_to(solve(economy, rest, chosen))


def _own(tariffs: Array, economy: Economy, pair: tuple[str, str]) -> Array:
    a, b = (economy.regions.index(p) for p in pair)
    return np.stack([tariffs[a, b], tariffs[b, a]])


def _put(target: Array, tariffs: Array, economy: Economy, pair: tuple[str, str]) -> None:
    a, b = (economy.regions.index(p) for p in pair)
    target[a, b], target[b, a] = tariffs[a, b], tariffs[b, a]
