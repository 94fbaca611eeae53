"""The odds of every branch of a dossier's forks: dated record, stand-off model and analyst pooled, then updated by signals seen.

    p ∝ record^w₁ · stand-off^w₂ · analyst^w₃          over the judgements a fork has (`pool`), weights scaled to sum to 1
    P(branch) ∝ p · Π likelihood of the signals        of every signal dated on or before the day of the forecast (`signals`)

**Record.** Branches name outcomes of talks, threats or truces; their chances are those of `spells` on the record as it stood on
the day of the forecast, pooled with what like pairs lend it (`outside`) where that scored no worse. A truce asked for at a fork
must hold from that day to the end of the record's window after the fork.
**Stand-off.** Odds of who has given way by a day are cumulative; between the fork before and this one they are, for end e,

    (e(t₁) − e(t₀)) / standing(t₀)        t₀: the last fork before it that carries stand-off ends, or the day of the forecast

**Splitting.** Branches that share an outcome or an end share its probability in proportion to their priors; an outcome or end no
branch names is left out and the rest scaled up; a branch that names none keeps its prior share (A52).
**Ranges.** Each judgement is drawn from its spread (`pool`), pooled and updated; the 5th and 95th percentiles of the draws
(seeded) are the range. It holds what is uncertain in each judgement, not which judgement is right, nor how strong a signal is:
for the first compare the judgements side by side.

>>> from detente.policy.dossier import load_dossier
>>> odds = branch_odds(load_dossier("kuala-lumpur-2025"))["kuala-lumpur"]
>>> round(sum(odds.probability.values()), 12), odds.cases
(1.0, '21 rounds of talks: 5 agreed, 9 time, 7 broke; like cases elsewhere weigh 29\u202f%')
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from detente.errors import InputError, UnknownName
from detente.outlook.outside import Kind, used_view
from detente.outlook.pool import log_pool, spread, spread_draws
from detente.outlook.record import Record, load_record
from detente.outlook.signals import Update, update
from detente.outlook.spells import frequency, frequency_draws
from detente.outlook.tree import prospects_of
from detente.policy.prospects import OUTCOMES, Fork, PoolWeights, Prospects, Signal
from detente.types import Array
from detente.words import refusal, say, tell
from detente.words.shown import Shown

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Spread = tuple[float, float, float]
ENDS = ("first", "second", "collapse", "standing")
DRAWS = 4000
TEMPLATE = "words/templates/ForkOdds"


class StandOffOdds(Protocol):
    """What is asked of a stand-off model for a day: low, mean and high of each way it may have ended by then."""

    @property
    def first(self) -> Spread:
        """The first party has given way."""

    @property
    def second(self) -> Spread:
        """The second party has given way."""

    @property
    def collapse(self) -> Spread:
        """Talks have collapsed."""

    @property
    def standing(self) -> Spread:
        """Nobody has given way yet."""


StandOff = Callable[[date], StandOffOdds]


@dataclass(frozen=True)
class ForkOdds(Shown):
    """One fork: every judgement by branch as low, central, high, what the pool makes of them, and what signals moved.

    `weights` are those used, summing to 1; `cases` says what the base rate rests on; `ranges` are the final odds. `own` are odds
    of a reader's own, which the final odds then follow.
    """

    fork: str
    title: str
    date: datetime.date
    on: datetime.date
    titles: Mapping[str, str]
    analyst: Mapping[str, Spread]
    base_rate: Mapping[str, Spread] | None
    stand_off: Mapping[str, Spread] | None
    weights: Mapping[str, float]
    cases: str
    update: Update
    ranges: Mapping[str, Spread]
    own: Mapping[str, Spread] | None = None

    @property
    def pooled(self) -> dict[str, float]:
        """Probability by branch before signals."""
        return dict(self.update.before)

    @property
    def probability(self) -> dict[str, float]:
        """Probability by branch after signals, or as a reader's own odds have it; sums to 1."""
        return dict(self.update.after) if self.own is None else {b: r[1] for b, r in self.ranges.items()}

    def to_frame(self) -> pd.DataFrame:
        """One row a branch: each judgement (central), pooled, after signals, low and high."""
        rows = {
            b: {
                "base rate": self.base_rate[b][1] if self.base_rate else np.nan,
                "stand-off": self.stand_off[b][1] if self.stand_off else np.nan,
                "analyst": self.analyst[b][1],
                "pooled": self.pooled[b],
                "after signals": self.probability[b],
                "low": self.ranges[b][0],
                "high": self.ranges[b][2],
            }
            for b in self.titles
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("branch")

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "fork": self.fork, "title": self.title, "date": self.date.isoformat(), "on": self.on.isoformat(),
            "analyst": _plain(self.analyst), "base_rate": _plain(self.base_rate), "stand_off": _plain(self.stand_off),
            "weights": dict(self.weights), "cases": self.cases, "pooled": self.pooled, "probability": self.probability,
            "ranges": _plain(self.ranges), "own": _plain(self.own), "signals": [s.record() for s in self.update.steps],
        }  # fmt: skip

    def explain(self) -> str:
        """The odds in plain words, with what they rest on."""
        likeliest = sorted(self.probability, key=lambda b: -self.probability[b])
        steps = self.update.steps if self.own is None else ()  # a reader's own odds are not moved by what was seen
        most = [(s, max(s.points, key=lambda b: abs(s.points[b]))) for s in steps]
        moved = [(step.signal, branch, step.points[branch]) for step, branch in most]
        return tell(self, likeliest=likeliest, moved=moved)


def branch_odds(
    dossier: Dossier | str,
    *,
    on: date | None = None,
    stand_off: StandOff | None = None,
    record: Record | None = None,
    weights: PoolWeights | None = None,
    signals: Sequence[Signal] = (),
    outside: bool = True,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, ForkOdds]:
    """Odds of every branch, by fork, as of `on` (the dossier's day if absent); they sum to 1 at every fork.

    `stand_off(day)` gives cumulative odds since the dossier's day, `at_the_table(dossier).odds_by` for one. `record` and
    `weights` replace the dossier's, `signals` are added to its own; without `outside` the record's base rates stand alone.
    Raises `InputError` for a dossier without prospects or a fork whose base rates mix kinds.
    """
    if isinstance(dossier, str):
        from detente.policy.dossier import load_dossier

        dossier = load_dossier(dossier)
    ahead = prospects_of(dossier)
    if draws < 100:
        raise InputError(refusal("outlook", "draws_are_too_few_too", draws=draws))
    day = on or dossier.as_of
    known = record if record is not None else load_record(ahead.record) if ahead.record else None
    known = known.as_of(day) if known is not None else None
    seen = _seen(ahead, signals, day)
    asked = cache(stand_off) if stand_off is not None else None
    rng = np.random.default_rng(seed)
    found = {}
    for fork in ahead.forks:
        mine = {s.id: s.likelihood for s in seen if s.fork == fork.id}
        before = max(day, _before(ahead, fork) or day)
        judged = _Judgements(fork, day, before, dossier.as_of, known, asked, outside, draws, rng.spawn(1)[0])
        made = judged.pooled(weights or ahead.weights, mine)
        found[fork.id] = replaced(made, ahead.own[fork.id]) if ahead.own.get(fork.id) else made
    return found


def replaced(made: ForkOdds, own: Mapping[str, Spread]) -> ForkOdds:
    """Odds of a fork with a reader's own in their place; others share the rest as before, all alike if they had none."""
    others = {b: r for b, r in made.ranges.items() if b not in own}
    left, had = max(0.0, 1 - sum(r[1] for r in own.values())), sum(r[1] for r in others.values())
    ranges: dict[str, Spread] = {}
    for b, (low, mean, high) in made.ranges.items():
        if b in own:
            ranges[b] = own[b]
        elif had > 0:
            scale = left / had
            ranges[b] = (min(low * scale, 1.0), mean * scale, min(high * scale, 1.0))
        else:
            ranges[b] = (left / len(others), left / len(others), left / len(others))
    return dataclasses.replace(made, ranges=ranges, own=dict(own))


class _Judgements:
    """Every judgement a fork has: central values (K,) and draws (n, K) by name."""

    def __init__(
        self,
        fork: Fork,
        day: date,
        before: date,
        start: date,
        record: Record | None,
        stand_off: StandOff | None,
        outside: bool,
        n: int,
        rng: np.random.Generator,
    ) -> None:
        self.fork, self.day, self.outside = fork, day, outside
        self.priors = np.array([b.prior for b in fork.branches])
        self.prior_draws = spread_draws(self.priors, n, rng)
        self.central: dict[str, Array] = {}
        self.drawn: dict[str, Array] = {}
        self.cases = self._base_rate(record, rng) if record is not None else ""
        if stand_off is not None and any(b.stand_off for b in fork.branches):
            self._stand_off(stand_off, before, start, rng)
        self.central["analyst"], self.drawn["analyst"] = self.priors[:, 1], self.prior_draws

    def _base_rate(self, record: Record, rng: np.random.Generator) -> str:
        """Chance by branch from the record; returns the cases it rests on."""
        fork, n = self.fork, len(self.prior_draws)
        kinds = sorted({b.base_rate.kind for b in fork.branches if b.base_rate})
        if not kinds:
            return ""
        if len(kinds) > 1:
            raise InputError(refusal("outlook", "fork_base_rates", id=f"{fork.id!r}", kinds=" and ".join(kinds)))
        kind: Kind = kinds[0]
        view = used_view(record, kind) if self.outside else None
        if kind == "truce":
            spells = record.spells() if view is None else view.spells
            days = max(0, (fork.date + timedelta(days=record.window_days) - self.day).days)
            kept, some = spells.survival(days).mean, spells.draws(days, n, rng)
            mean, draws = np.array([kept, 1 - kept]), np.stack([some, 1 - some], axis=1)
            cases = say(TEMPLATE, "truces", ended=spells.ended, watched=spells.days, ahead=days)
        else:
            counts = record.counts(kind)
            rates = {o: r.mean for o, r in frequency(counts).items()} if view is None else view.rates()
            mean = np.array(list(rates.values()))
            draws = frequency_draws(counts, n, rng) if view is None else view.draws(n, rng)
            cases = say(TEMPLATE, "outcomes", kind=kind, seen=counts)
        if view is not None:
            cases = say(TEMPLATE, "beside", cases=cases, weight=view.weight)
        named = [[b.base_rate is not None and o in b.base_rate.outcomes for b in fork.branches] for o in OUTCOMES[kind]]
        self._put("base_rate", mean, draws, named)
        return cases

    def _stand_off(self, stand_off: StandOff, before: date, start: date, rng: np.random.Generator) -> None:
        """Chance by branch from the stand-off between the fork before and this one."""
        between = conditional(stand_off, max(before, start), max(self.fork.date, before), start)
        if between is None:
            return
        named = [[end in b.stand_off for b in self.fork.branches] for end in ENDS]
        self._put("stand_off", between[:, 1], spread_draws(between, len(self.prior_draws), rng), named)

    def _put(self, name: str, mean: Array, draws: Array, named: Any) -> None:
        self.central[name] = split(mean, named, self.priors[:, 1])
        self.drawn[name] = split(draws, named, self.prior_draws)

    def pooled(self, weights: PoolWeights, likelihoods: Mapping[str, Mapping[str, float]]) -> ForkOdds:
        """The judgements pooled and updated."""
        fork, names = self.fork, [b.id for b in self.fork.branches]
        given = {k: float(getattr(weights, k)) for k in self.central}
        if sum(given.values()) <= 0:
            given = dict.fromkeys(given, 1.0)
        share = {k: w / sum(given.values()) for k, w in given.items()}
        pooled = log_pool([self.central[k] for k in share], list(share.values()))
        moved = update(dict(zip(names, pooled.tolist(), strict=True)), likelihoods)
        each = np.array([[like.get(b, 1.0) for b in names] for like in likelihoods.values()]).reshape(-1, len(names))
        after = log_pool([self.drawn[k] for k in share], list(share.values())) * each.prod(axis=0)
        after /= after.sum(axis=1, keepdims=True)

        def spreads(name: str) -> dict[str, Spread] | None:
            return _spreads(names, self.drawn[name], self.central[name]) if name in self.central else None

        return ForkOdds(
            fork=fork.id,
            title=fork.title,
            date=fork.date,
            on=self.day,
            titles={b.id: b.title for b in fork.branches},
            analyst={b.id: b.prior for b in fork.branches},
            base_rate=spreads("base_rate"),
            stand_off=spreads("stand_off"),
            weights={k: w for k, w in share.items() if w > 0},
            cases=self.cases,
            update=moved,
            ranges=_spreads(names, after, np.array([moved.after[b] for b in names])),
        )


# -- parts -------------------------------------------------------------------------------------------------------------
def conditional(stand_off: StandOff, before: date, day: date, start: date) -> Array | None:
    """Low, mean, high (4, 3) of first, second, collapse, standing on `day`, given that it stood on `before`; None if no odds.

    Means are exact; ends keep the ratio to the mean that the cumulative odds have on `day`.
    """
    late = np.array([getattr(stand_off(day), e) for e in ENDS], dtype=float)
    if not np.all(np.isfinite(late)):
        return None
    mean = late[:, 1].copy()
    if before > start:
        early = np.array([getattr(stand_off(before), e)[1] for e in ENDS], dtype=float)
        if not np.all(np.isfinite(early)) or early[3] <= 0:
            return None
        mean[:3] = np.maximum(late[:3, 1] - early[:3], 0.0) / early[3]
        mean[3] = late[3, 1] / early[3]
    mean = mean / mean.sum()
    some = late[:, 1] > 0
    safe = np.where(some, late[:, 1], 1.0)
    low = mean * np.where(some, late[:, 0] / safe, 1.0)
    high = np.minimum(mean * np.where(some, late[:, 2] / safe, 1.0), 1.0)
    return np.stack([np.minimum(low, mean), mean, np.maximum(high, mean)], axis=1)


def split(chances: Array, named: Any, prior: Array) -> Array:
    """Chances of outcomes (…, O) shared among the branches that name them (O, K) in proportion to priors (…, K).

    Returns (…, K), summing to 1. An outcome nobody names is left out and the rest scaled up; a branch that names none keeps its
    prior share.
    """
    mask = np.asarray(named, float)
    weighed = mask * prior[..., None, :]
    total = weighed.sum(axis=-1, keepdims=True)
    even = mask / np.maximum(mask.sum(axis=-1, keepdims=True), 1)
    shares = np.where(total > 0, weighed / np.where(total > 0, total, 1), even)
    found = (chances[..., :, None] * shares).sum(axis=-2)
    whole = found.sum(axis=-1, keepdims=True)
    own = prior / prior.sum(axis=-1, keepdims=True)
    silent = mask.sum(axis=0) == 0
    left = (own * silent).sum(axis=-1, keepdims=True)
    result = np.where(silent, own, found / np.where(whole > 0, whole, 1) * (1 - left))
    return np.asarray(result / result.sum(axis=-1, keepdims=True), dtype=float)


def _before(ahead: Prospects, fork: Fork) -> date | None:
    """The date of the last fork on the way here that carries stand-off ends."""
    dates = []
    for name in fork.after:
        earlier, _ = ahead.branches[name]
        found = earlier.date if any(b.stand_off for b in earlier.branches) else _before(ahead, earlier)
        dates += [found] if found is not None else []
    return max(dates, default=None)


def _seen(ahead: Prospects, extra: Sequence[Signal], day: date) -> list[Signal]:
    """Signals on or before the day, the dossier's first. Raises for one that names a fork or branch the dossier lacks."""
    forks = {f.id: f for f in ahead.forks}
    for s in extra:
        if s.fork not in forks:
            raise UnknownName(s.fork, {k: f.title for k, f in forks.items()}, "fork")
        own = {b.id: b.title for b in forks[s.fork].branches}
        for name in s.likelihood:
            if name not in own:
                raise UnknownName(name, own, "branch")
    every = [*ahead.signals, *extra]
    ids = [s.id for s in every]
    twice = [i for k, i in enumerate(ids) if i in ids[:k]]
    if twice:
        raise InputError(refusal("outlook", "two_signals_are_called", twice=f"{twice[0]!r}"))
    return [s for s in every if s.date <= day]


def _spreads(names: Sequence[str], draws: Array, central: Array) -> dict[str, Spread]:
    return {b: (float(r[0]), float(r[1]), float(r[2])) for b, r in zip(names, spread(draws, central), strict=True)}


def _plain(values: Mapping[str, Spread] | None) -> dict[str, list[float]] | None:
    return None if values is None else {k: list(v) for k, v in values.items()}
