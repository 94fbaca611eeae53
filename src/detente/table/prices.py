"""What every package over a dossier's issues is worth to everybody, prepared once, so that a move takes milliseconds.

A few dozen packages are solved along the path as `detente deal` solves them (`strategy.packages`): every issue alone, and every
pair of issues (of many issues, the pairs that matter most). With x[i] from 0 (nothing given) to 1 (all given) on issue i and s
the levels without a deal, all else is read off a sum over the issues,

    f(x) = f(s) + Σᵢ mᵢ(x[i]) + Σ over solved pairs c[i,j] (x[i] − s[i]) (x[j] − s[j])

that is, additively but for what two issues do together. How far off that is, is measured at packages drawn from all of them and
solved (`missed`). A worth counts from what the law does by itself if nothing is signed, in points (1 % of a year's real income,
motives weighed in) by part, and in dollars of real income a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.cases.case import Case
from detente.errors import InputError
from detente.strategy.deal import opening
from detente.strategy.issues import Agenda, agenda
from detente.strategy.objectives import PARTS, Weights, two_parties
from detente.strategy.over_time import Clock
from detente.strategy.packages import Levels, Packages, Surrogate, Worth
from detente.talks.patience import Patience
from detente.types import Array, Progress
from detente.words import refusal
from detente.world import money

PAIRS = 60
"""Pairs of issues solved together at most."""
CHECKS = 12
"""Packages solved to measure the approximation."""
SEED = 2026


@dataclass(frozen=True)
class Missed:
    """How far the approximation was off at packages solved to find out: `checked` of them; by party the mean and the largest
    error, and the mean gain of these packages for comparison (points)."""

    checked: int
    mean: Mapping[str, float]
    largest: Mapping[str, float]
    size: Mapping[str, float]


@dataclass(frozen=True)
class Value:
    """What something is worth to one seat against nothing signed: points by part, and million USD a year (real income alone)."""

    parts: Mapping[str, float]
    money: float
    percent: float

    @property
    def points(self) -> float:
        """All parts together."""
        return float(sum(self.parts.values()))

    def scaled(self, share: float) -> Value:
        """A share of it."""
        return Value({k: share * v for k, v in self.parts.items()}, share * self.money, share * self.percent)

    def plus(self, other: Value) -> Value:
        """Both together."""
        parts = {k: self.parts.get(k, 0.0) + other.parts.get(k, 0.0) for k in (*self.parts, *other.parts)}
        return Value(parts, self.money + other.money, self.percent + other.percent)


NOTHING = Value({}, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Prices:
    """The worth of every package of a case; see the module docstring. `dollars` is the year money is in, `rolled` turns the
    table's money into it by region."""

    case: Case
    packages: Packages = field(repr=False)
    fitted: Surrogate = field(repr=False)
    missed: Missed
    dollars: int
    rolled: Mapping[str, float]

    @classmethod
    def of(cls, case: Case, progress: Progress | None = None) -> Prices:
        """Solve what is needed. Raises `InputError` where the dossier has other than two parties or nothing to trade."""
        given, patience = case.dossier, Patience()
        two_parties(given.id, case.parties)
        start, fixed, first = opening(case)
        day, measures, clock = case.law_day, fixed[start], Clock.of(case, patience)
        motives = [Weights.of(given, p) for p in first.parties]
        standing = Packages(case, first, measures, motives, clock, fixed).stances(start)
        book = agenda(given, measures, day, case.world, dict.fromkeys(first.parties, standing.bought))
        packages = Packages(case, book, measures, motives, clock, fixed)
        packages.known[start] = standing
        packages.solved[book.standing] = replace(standing, levels=book.standing)
        packages.design(PAIRS, progress)
        fitted = _fitted(packages)
        dollars, rolled = money.rolled(
            {r: case.nominal_income(r) for r in case.economy.regions}, given.as_of.year, case.world.year
        )
        made = cls(case, packages, fitted, Missed(0, {}, {}, {}), dollars, rolled)
        final = replace(made, missed=made._measured())
        final.__dict__.update({k: made.__dict__[k] for k in ("grid", "gains", "zone")})  # worked out once
        return final

    @property
    def agenda(self) -> Agenda:
        """The issues."""
        return self.packages.agenda

    @property
    def parties(self) -> tuple[str, str]:
        """Both parties."""
        return self.agenda.parties

    @property
    def regions(self) -> tuple[str, ...]:
        """Every economy."""
        return self.case.economy.regions

    # -- one package -----------------------------------------------------------------------------------------------------
    def worth(self, levels: Levels, seat: str) -> Value:
        """What a package is worth to a seat, by the approximation."""
        if levels not in self._known:
            self._known[levels] = self.fitted(np.array([levels]))[0] - self.fitted.base[:-1]
        return self._read(self._known[levels], seat)

    def exact(self, levels: Levels, seat: str) -> Value:
        """The same, solved. Raises `NotConverged`."""
        return self._read(_vector(self.packages.worth(levels)) - self.fitted.base, seat)

    @cached_property
    def _known(self) -> dict[Levels, Array]:
        return {}

    def _read(self, found: Array, seat: str) -> Value:
        n, width, k = self.regions.index(seat), len(PARTS), 2 * len(PARTS)
        million = float(found[k + n]) * self.rolled[seat]
        percent = float(found[k + len(self.regions) + n])
        if seat in self.parties:
            at = self.parties.index(seat) * width
            parts = dict(zip(PARTS, map(float, found[at : at + width]), strict=True))
        else:
            parts = {PARTS[0]: percent}
        return Value(parts, million, percent)

    # -- all packages ----------------------------------------------------------------------------------------------------
    @cached_property
    def grid(self) -> NDArray[np.int64]:
        """All packages [package, issue]."""
        return self.agenda.grid()

    @cached_property
    def gains(self) -> Array:
        """Points of both parties over no deal, of all packages [package, party]."""
        width = len(PARTS)

        def both(x: Array) -> Array:
            return np.array([x[:width].sum(), x[width : 2 * width].sum(), x[-1]])

        f = self.fitted
        mains = {i: {n: both(v) for n, v in found.items()} for i, found in f.mains.items()}
        small = Surrogate(f.agenda, both(f.base), mains, {pair: both(c) for pair, c in f.cross.items()}, f.sizes)
        found: Array = small(self.grid) - small.base[:2]
        return found

    @cached_property
    def zone(self) -> NDArray[np.int64]:
        """Rows of `grid` that are better for both than none."""
        return np.flatnonzero((self.gains > 1e-9).all(1))

    def levels(self, row: int) -> Levels:
        """A row of the grid as levels."""
        return tuple(int(k) for k in self.grid[row])

    def package(self, given: Mapping[str, int]) -> Levels:
        """Levels from a mapping of issue to level. Raises `InputError` for an issue or a level there is not."""
        known = {issue.id: issue for issue in self.agenda.issues}
        for name, level in given.items():
            if name not in known:
                raise InputError(refusal("table", "no_issue", name=name, known=", ".join(known)))
            if not 0 <= level < len(known[name].levels):
                labels = "; ".join(f"{k} {x.label}" for k, x in enumerate(known[name].levels))
                raise InputError(refusal("table", "no_level", name=name, level=level, levels=labels))
        return tuple(given.get(issue.id, issue.standing) for issue in self.agenda.issues)

    def named(self, levels: Levels) -> dict[str, int]:
        """Level of each issue by its id."""
        return {issue.id: k for issue, k in zip(self.agenda.issues, levels, strict=True)}

    # -- how far off -----------------------------------------------------------------------------------------------------
    def _measured(self) -> Missed:
        """Solve packages that the approximation was not made from, drawn from the zone (or from all, where it is empty)."""
        draw = np.random.default_rng(SEED)
        pool = self.zone if len(self.zone) else np.arange(len(self.grid))
        rows = [int(r) for r in draw.permutation(pool)[: 3 * CHECKS] if self.levels(int(r)) not in self.packages.designed]
        rows = rows[:CHECKS]
        if not rows:
            zero = dict.fromkeys(self.parties, 0.0)
            return Missed(0, zero, zero, zero)
        exact = np.array([[self.exact(self.levels(r), p).points for p in self.parties] for r in rows])
        errors = np.abs(exact - self.gains[rows])

        def by(x: Array) -> dict[str, float]:
            return dict(zip(self.parties, map(float, x), strict=True))

        return Missed(len(rows), by(errors.mean(0)), by(errors.max(0)), by(np.abs(exact).mean(0)))


def _vector(worth: Worth) -> Array:
    """What is approximated: parts of both, money and percent of every economy, what is bought."""
    return np.array([*worth.parts.ravel(), *worth.equivalent_variation, *worth.real_income, worth.bought])


def _fitted(packages: Packages) -> Surrogate:
    """The polynomial of `strategy.packages` through all of a worth, from the packages solved for it."""
    start = packages.agenda.standing
    moved = {levels: [i for i, (a, b) in enumerate(zip(levels, start, strict=True)) if a != b] for levels in packages.designed}
    base = _vector(packages.solved[start])
    mains: dict[int, dict[int, Array]] = {i: {} for i in range(len(start))}
    for levels, at in moved.items():
        if len(at) == 1:
            mains[at[0]][levels[at[0]]] = _vector(packages.solved[levels]) - base
    found = Surrogate(packages.agenda, base, mains, {}, {})
    for levels, at in moved.items():
        if len(at) == 2:
            found.learn(at[0], at[1], np.array(levels), _vector(packages.solved[levels]))
    return found
