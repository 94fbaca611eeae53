"""Whether two governments would keep what they agreed, read off their payoff table: who is tempted, by what, and what answers it.

Kept is a pair of stances: the truce as it stands (both hold) or a deal (both ease). A side cheats with the stance that pays it
most while the other keeps; to ease where both hold is no breach. Two answers are compared:

    a fight        both escalate from then on. The harshest; often nobody would carry it out
    no agreement   both do what pays them by themselves: the equilibrium of the stances, the worst one for the cheat. Always
                   believable, since it needs no promise                                                   Friedman (1971)

With a review every Δ years, a chance a year f of a false alarm and v of seeing a breach, p₀ = 1 − (1 − f)^Δ, p₁ = 1 − (1 − v)^Δ,
and punishment for good, the truce is kept from a discount factor per period of

    δ* = g / ( g (1 − p₀) + (p₁ − p₀)(c − n) ),   g = d − c        (no patience is enough if that is above 1 or c ≤ n)

on, that is by a government that discounts by less than −ln δ*/Δ a year. A false alarm ends it after Δ/p₀ years on average.

>>> [round(p, 3) for p in chances(90 / 365.25, Patience())]
[0.026, 0.202]
>>> round(needed(0.8, 1.0, 0.0, 1.0), 4)  # seen for certain: (d − c)/(d − n)
0.4444
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.strategy.payoffs import MOVED, SCALES, Judging
from detente.talks.contests import Judged
from detente.talks.games import Game
from detente.talks.patience import Patience
from detente.talks.truce import Renewal, Truce, TruceSide, renewal, truce
from detente.types import plain
from detente.words import refusal

KEPT = {"truce": "hold", "deal": "ease"}
"""What may be kept, and the stance of both in it."""
ANSWERS = ("fight", "no agreement")
PERIODS = {"90 days": 90 / 365.25, "one year": 1.0, "three years": 3.0}
"""Years between reviews that are compared."""
SOFTER = {"hold": ("ease",)}
"""Stances that are no breach of a kept one."""
TIE = 1e-9


@dataclass(frozen=True)
class Temptation:
    """One side's payoffs (points a year) in something kept: keeping, its best cheating stance, the answers, being cheated.

    `fight_carried_out`: whether the other side would carry out a fight rather than let itself be cheated.
    """

    party: str
    keep: float
    cheat: float
    stance: str
    fight: float
    alone: float
    cheated: float
    fight_carried_out: bool

    @property
    def gain(self) -> float:
        """What cheating wins a year; zero or below if nothing."""
        return self.cheat - self.keep

    def after(self, answer: str) -> float:
        """What it gets under an answer for good."""
        return self.fight if answer == "fight" else self.alone

    @property
    def tempted(self) -> bool:
        """Whether cheating wins anything."""
        return self.gain > TIE

    def deterred(self, answer: str) -> bool:
        """Whether the answer leaves it worse off than keeping: without that no patience keeps it in."""
        return self.after(answer) < self.keep - TIE


@dataclass(frozen=True, eq=False)
class Keeping:
    """What keeps both sides in a truce or a deal, under one answer (`truce`), with the payoffs behind it."""

    kept: str
    answer: str
    sides: tuple[Temptation, Temptation]
    truce: Truce
    patience: Patience
    million_usd: tuple[float, float]

    @property
    def status(self) -> str:
        """ "nobody tempted", "held", "too tempting" (patience would have to be greater) or "never deterred"."""
        tempted = [s for s in self.sides if s.tempted]
        if not tempted:
            return "nobody tempted"
        if not all(s.deterred(self.answer) for s in tempted):
            return "never deterred"
        return "held" if all(self.truce.holds) else "too tempting"

    @property
    def tempted(self) -> list[str]:
        """Parties to which a breach pays."""
        return [s.party for s in self.sides if s.tempted]

    @property
    def empty_threats(self) -> list[str]:
        """Parties that would rather let themselves be cheated by a tempted one than fight."""
        return [
            other.party for s, other in zip(self.sides, self.sides[::-1], strict=True) if s.tempted and not s.fight_carried_out
        ]

    @property
    def shorter_binds(self) -> bool:
        """Whether the shortest of `PERIODS` keeps all that are tempted at higher discount rates than the longest does."""
        ends = min(PERIODS.values()), max(PERIODS.values())
        short, long = ([rate_for(need, p) for need in self.needs(p)] for p in ends)
        return all(a > b for a, b, s in zip(short, long, self.sides, strict=True) if s.tempted)

    def needs(self, period: float, patience: Patience | None = None) -> tuple[float, float]:
        """δ* of each side at a review every `period` years; 0 if not tempted, infinite if no patience is enough."""
        p0, p1 = chances(period, patience or self.patience)
        a, b = (needed(s.gain, s.keep - s.after(self.answer), p0, p1) for s in self.sides)
        return a, b

    def renewals(self, periods: Sequence[float] = tuple(PERIODS.values())) -> pd.DataFrame:
        """What a period between reviews does. One row a period and side.

        Columns: what one undiscovered breach wins by the next review (million USD), discount factor a period needed and the
        factor the side has, the discount rate a year up to which it keeps, mean years until a false alarm and until a breach is
        seen, meeting cost (million USD a year), whether it keeps.
        """
        rows = []
        for period in periods:
            p0, p1 = chances(period, self.patience)
            plan = self.plan(period)
            for k, (s, need) in enumerate(zip(self.sides, self.needs(period), strict=True)):
                rate = self.patience.of(s.party)
                rows.append(
                    {
                        "period, years": period, "side": s.party,
                        "a breach wins by the next review, million USD": max(s.gain, 0.0) * period * self.million_usd[k],
                        "discount factor needed": need, "discount factor": math.exp(-rate * period),
                        "keeps up to a discount rate of": rate_for(need, period),
                        "keeps": need <= math.exp(-rate * period) + 1e-12,
                        "years to a false alarm": period / p0 if p0 > 0 else math.inf,
                        "years to see a breach": period / p1 if p1 > 0 else math.inf,
                        "meetings, million USD a year": self.patience.review_million_usd / period,
                        "shortest punishment that deters, years": float(plan.table["punishment, years"].iloc[0]),
                        "share of time at peace": float(plan.table["share of time at peace"].iloc[0]),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def plan(self, period: float) -> Renewal:
        """The model of `renewal` at one period, with the chances of that period and the cost of a review."""
        p0, p1 = chances(period, self.patience)
        cost = [self.patience.review_million_usd / m for m in self.million_usd]
        rates = [self.patience.of(s.party) for s in self.sides]
        return renewal(*_sides(self.sides, self.answer), rates, false_alarm=p0, detection=p1, review_cost=cost, periods=[period])

    def transparency(self, step: float = 0.1) -> pd.DataFrame:
        """What `step` more chance a year of seeing a breach is worth: points and million USD a year to each side, with a range.

        With better sight a shorter punishment deters, so false alarms cost less; where nothing deterred before, it is worth the
        truce itself.
        """
        rows = []
        gains = [self._sight(self.patience, step)]
        for rates in itertools.product(*(self.patience.rate_ends(s.party) for s in self.sides)):
            for alarm, seen in itertools.product(self.patience.ends("false_alarm"), self.patience.ends("detection")):
                changed = replace(
                    self.patience,
                    rates=dict(zip((s.party for s in self.sides), rates, strict=True)), false_alarm=alarm, detection=seen,
                )  # fmt: skip
                gains.append(self._sight(changed, step))
        for k, s in enumerate(self.sides):
            values = [g[k] for g in gains]
            rows.append(
                {
                    "side": s.party, "points a year": values[0], "million USD a year": values[0] * self.million_usd[k],
                    "low, million USD a year": min(values) * self.million_usd[k],
                    "high, million USD a year": max(values) * self.million_usd[k],
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def _sight(self, patience: Patience, step: float) -> tuple[float, float]:
        discount = [math.exp(-patience.of(s.party)) for s in self.sides]
        p0, p1 = patience.false_alarm, max(patience.detection, patience.false_alarm)
        made = truce(*_sides(self.sides, self.answer), discount, false_alarm=p0, detection=p1, whole_periods=False)
        table = made.transparency([p1, min(1.0, p1 + step)])
        a, b = ((1 - d) * float(table[f"gain of {s.party}"].iloc[1]) for d, s in zip(discount, self.sides, strict=True))
        return a, b

    def life(self) -> tuple[float, float, float]:
        """Expected life in years at yearly reviews: until a false alarm where it is kept, until the cheat is seen where not; with
        the ends over both chances.
        """

        def years(p: Patience) -> float:
            p0, p1 = chances(1.0, p)
            chance = p0 if self.status in ("held", "nobody tempted") else p1
            return 1 / chance if chance > 0 else math.inf

        ends = [
            years(replace(self.patience, false_alarm=f, detection=v))
            for f, v in itertools.product(self.patience.ends("false_alarm"), self.patience.ends("detection"))
        ]
        return min(ends), years(self.patience), max(ends)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a side."""
        needs, life = self.needs(1.0), self.life()
        return pd.DataFrame(
            [
                {
                    "kept": self.kept, "answer": self.answer, "side": s.party, "keeping, points a year": s.keep,
                    "best cheating stance": s.stance, "cheating, points a year": s.cheat,
                    "after the answer, points a year": s.after(self.answer),
                    "discount factor needed, yearly reviews": need, "discount factor": math.exp(-self.patience.of(s.party)),
                    "other side would fight": s.fight_carried_out, "status": self.status, "expected life, years": life[1],
                }
                for s, need in zip(self.sides, needs, strict=True)
            ]
        )  # fmt: skip

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "kept": self.kept, "answer": self.answer, "status": self.status,
            "sides": [plain(s) | {"gain": s.gain} for s in self.sides], "truce": self.truce.record(),
            "renewals": plain(self.renewals().to_dict(orient="records")),
            "transparency": plain(self.transparency().to_dict(orient="records")), "life_years": plain(self.life()),
        }  # fmt: skip


def chances(period: float, patience: Patience) -> tuple[float, float]:
    """Chances of a false alarm and of seeing a breach at a review every `period` years, from the chances a year."""
    p0 = -math.expm1(period * math.log1p(-patience.false_alarm)) if patience.false_alarm < 1 else 1.0
    p1 = -math.expm1(period * math.log1p(-patience.detection)) if patience.detection < 1 else 1.0
    return p0, max(p0, p1)


def needed(gain: float, loss: float, p0: float, p1: float) -> float:
    """δ* with punishment for good: 0 if nothing tempts, infinite if no discount factor below 1 is enough."""
    if gain <= 0:
        return 0.0
    below = gain * (1 - p0) + (p1 - p0) * loss
    value = gain / below if below > 0 and loss > 0 else math.inf
    return value if value < 1 else math.inf


def rate_for(factor: float, period: float) -> float:
    """The discount rate a year at which the factor per period is `factor`; infinite for 0, NaN where none is low enough."""
    if factor == 0:
        return math.inf
    return math.nan if not factor < 1 else -math.log(factor) / period


def keepings(judging: Judging, game: Game, patience: Patience) -> dict[tuple[str, str], Keeping]:
    """{(kept, answer): Keeping} for the truce and the deal, under both answers. `game` is the table as judged."""
    made = {}
    worth = (judging.income[0] / 100, judging.income[1] / 100)
    alone = [min(e.payoffs[k] for e in game.equilibria()) for k in range(2)]
    for kept, stance in KEPT.items():
        tempted = []
        for k, party in enumerate(game.parties):
            other = 1 - k
            own = {s: game.payoff(*_pair(k, s, stance))[party] for s in _breaches(game.stances[k], stance)}
            best = max(own, key=lambda s: own[s])
            keep = game.payoff(stance, stance)[party]
            fight = game.payoff("escalate", "escalate")
            # would the other answer this cheating with a fight, or rather bear it
            bears = game.payoff(*_pair(k, best, stance))[game.parties[other]]
            answers = [game.payoff(*_pair(other, s, stance)) for s in _breaches(game.stances[other], stance)]
            cheated = max(answers, key=itemgetter(game.parties[other]))[party]
            tempted.append(
                Temptation(
                    party, keep, own[best], best, fight[party], alone[k], cheated, bool(fight[game.parties[other]] >= bears - TIE)
                )
            )
        pair = (tempted[0], tempted[1])
        discount = [math.exp(-patience.of(p)) for p in game.parties]
        for answer in ANSWERS:
            p0, p1 = chances(1.0, patience)
            held = truce(*_sides(pair, answer), discount, false_alarm=p0, detection=p1)
            made[kept, answer] = Keeping(kept, answer, pair, held, patience, worth)
    return made


def _breaches(menu: Sequence[str], kept: str) -> list[str]:
    """Stances of a menu that break what is kept."""
    return [s for s in menu if s != kept and s not in SOFTER.get(kept, ())]


def _pair(k: int, own: str, other: str) -> tuple[str, str]:
    return (own, other) if k == 0 else (other, own)


def _sides(pair: Sequence[Temptation], answer: str) -> tuple[TruceSide, TruceSide]:
    a, b = (TruceSide(s.party, s.keep, s.cheat, s.after(answer), tolerate=s.cheated) for s in pair)
    return a, b


def weight_flips(judging: Judging, kept: str, most: float = 10.0) -> pd.DataFrame:
    """For each side and motive, the weight nearest to today's at which its temptation begins or ends, and what it does then.

    Payoffs are linear in weights, so each crossing is exact. Weights from 0 to `most` times the larger of today's and 1; no row
    where none does.
    """
    if kept not in KEPT:
        raise InputError(refusal("strategy", "is_not_kept_by", kept=f"{kept!r}"))
    stance = KEPT[kept]
    menus = judging.table.stances
    payoffs = np.einsum("abkp,kp->abk", judging.unit, judging.weights)
    rows = []
    for k, party in enumerate(judging.parties):
        own = menus[k]
        at = [menus[0].index(stance), menus[1].index(stance)]

        def along(values: Any, k: int = k, at: list[int] = at) -> Any:
            return values[:, at[1]] if k == 0 else values[at[0], :]

        keep = own.index(stance)
        gap = along(payoffs[..., k])
        gap = gap - gap[keep]  # what each stance wins over keeping
        mine = [own.index(s) for s in _breaches(own, stance)]
        tempted = bool(gap[mine].max() > TIE)
        for part in MOVED:
            now = judging.weight(party, part)
            slope = along(judging.per_point(party, part))
            slope = slope - slope[keep]
            top = most * max(now, 1.0)
            found = []
            for s in range(len(own)):
                if own[s] not in _breaches(own, stance) or abs(slope[s]) < 1e-15:
                    continue
                value = now - gap[s] / slope[s]
                beyond = value + math.copysign(1e-7 * max(value, 1.0), value - now)
                then = gap + slope * (beyond - now)
                if 0 <= value <= top and bool(then[mine].max() > TIE * 1e-3) != tempted and not (value == 0 and value == now):
                    found.append((value, own[s]))
            if found:
                value, name = min(found, key=lambda f: abs(f[0] - now))
                rows.append(
                    {
                        "side": party, "motive": part, "weight now": now, "flips at": float(value), "tempted now": tempted,
                        "stance": name,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


# -- other strengths of the motives ------------------------------------------------------------------------------------
def game_of(judged: Judged, stances: Sequence[Sequence[str]]) -> Game:
    """The game of stances under one strength of the motives."""
    points = np.array([[judged.payoff[a, b] for b in stances[1]] for a in stances[0]])
    return Game(judged.parties, tuple(tuple(s) for s in stances), points)


def by_strength(judging: Judging, patience: Patience) -> pd.DataFrame:
    """Who is tempted to leave the truce or a deal, with real income alone and with the motives halved, as given and doubled.

    One row a strength, thing kept and side: what its best breach wins (points a year), by which stance, whether an answer deters.
    """
    rows = []
    strengths = [judging.plain(), *(judging.judged(scale=s) for s in SCALES)]
    for judged in strengths:
        found = keepings(judging, game_of(judged, judging.table.stances), patience)
        for kept in KEPT:
            fight, alone = found[kept, "fight"], found[kept, "no agreement"]
            for k, s in enumerate(fight.sides):
                rows.append(
                    {
                        "motives": judged.motives, "kept": kept, "side": s.party, "breach wins, points a year": s.gain,
                        "by": s.stance, "tempted": s.tempted, "a fight deters": s.deterred("fight"),
                        "no agreement deters": s.deterred("no agreement"), "other side would fight": s.fight_carried_out,
                        "held by a fight": bool(fight.truce.holds[k]), "held without one": bool(alone.truce.holds[k]),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)
