"""Where the equilibria of a game of stances are looked for: exactly for two parties, over stances in use for more.

Two parties, payoffs A, B ≥ 0 plus one: an equilibrium is a pair (x, y) in P × Q, P = {x ≥ 0, Bᵀx ≤ 1}, Q = {y ≥ 0, Ay ≤ 1}, in
which every stance is unused or a best reply; scaled to sum to one they are probabilities. The extreme equilibria are the
pairs of corners with that property, and every equilibrium is a mixture of extreme ones. All corners are solved for, so a tie
costs nothing but time. A game too large for that is walked by complementary pivoting from every stance (Lemke and Howson),
which finds some. Sources: Lemke and Howson (1964), SIAM Journal 12; Mangasarian (1964), SIAM Journal 12; Avis, Rosenberg, Savani
and von Stengel (2010), Economic Theory 42.

More parties: for a set of stances in use each (a support), payoffs equal over it and probabilities that sum to one are a square
system of polynomials, solved by Newton's method from a few starts. Supports with a stance that another beats whatever the
others use of theirs are left out. A solution is an equilibrium once nobody gains by leaving it; what is not found may still
exist. Source: Porter, Nudelman and Shoham (2008), Games and Economic Behavior 63.

>>> pairs, complete, degenerate = all_extreme(np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], dtype=float))
>>> [[[round(p, 9) for p in mix] for mix in pair] for pair in pairs], complete, degenerate
([[[0.5, 0.5], [0.5, 0.5]]], True, False)
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray

from detente.types import Array

MOST_CORNERS = 200_000
"""Sets of tight constraints tried for the corners of one polytope; ten stances a side are 184,756."""
MOST_SUPPORTS = 200
"""Supports tried of a game of more than two parties."""
STARTS = 3
"""Starting points of Newton's method for one support: even odds, and others drawn with a fixed seed."""
TIGHT = 1e-9
"""A constraint this near to its bound, on payoffs between 1 and 2, holds with equality."""
CHUNK = 20_000
Mixes = tuple[tuple[float, ...], ...]


def all_extreme(scaled: Array, left: Sequence[Sequence[int]] | None = None) -> tuple[list[Mixes], bool, bool]:
    """Extreme equilibria of payoffs[row, column, party] between 0 and 1, whether these are all, whether corners are degenerate.

    `left`: the stances that survive strict dominance, by party; the others are in no equilibrium. A game too large for its
    corners gets what complementary pivoting finds.
    """
    rows, columns = left or [range(n) for n in scaled.shape[:2]]
    shape = scaled.shape[:2]
    small = 1 + scaled[np.ix_(rows, columns)]
    a, b = small[..., 0], small[..., 1]
    if comb(sum(a.shape), a.shape[0]) > MOST_CORNERS:
        raw = _pivoted(a, b)
        return [(_spread(x, rows, shape[0]), _spread(y, columns, shape[1])) for x, y in raw], False, False
    xs, tied_x = _corners(b.T)
    ys, tied_y = _corners(a)
    idle_x, best_y = xs <= TIGHT, xs @ b >= 1 - TIGHT
    idle_y, best_x = ys <= TIGHT, ys @ a.T >= 1 - TIGHT
    found: list[Mixes] = []
    for x, idle, best in zip(xs, idle_x, best_y, strict=True):
        fits = (idle | best_x).all(axis=1) & (idle_y | best).all(axis=1)
        found += [(_spread(x, rows, shape[0]), _spread(y, columns, shape[1])) for y in ys[fits]]
    return found, True, tied_x or tied_y


def _spread(mix: Array, kept: Sequence[int], size: int) -> tuple[float, ...]:
    """A corner as probabilities over all `size` stances, those not kept at zero."""
    whole = np.zeros(size)
    whole[list(kept)] = np.where(mix > TIGHT, mix, 0.0)
    return tuple(float(p) for p in whole / whole.sum())


def _corners(a: Array) -> tuple[Array, bool]:
    """Corners but the origin of {y ≥ 0, a y ≤ 1}, [corner, stance], and whether one lies on more faces than it needs."""
    faces = np.vstack([a, -np.eye(a.shape[1])])
    bounds = np.r_[np.ones(len(a)), np.zeros(a.shape[1])]
    picks = itertools.combinations(range(len(faces)), a.shape[1])
    kept: list[Array] = []
    while chosen := list(itertools.islice(picks, CHUNK)):
        at = np.array(chosen)
        tight = faces[at]
        sound = np.abs(np.linalg.det(tight)) > 1e-13
        points = np.linalg.solve(tight[sound], bounds[at[sound]][..., None])[..., 0]
        inside = (points @ faces.T <= bounds + TIGHT).all(axis=1) & (points.max(axis=1, initial=0.0) > TIGHT)
        kept.append(points[inside])
    points = np.concatenate(kept)
    _, first = np.unique(np.round(points, 9), axis=0, return_index=True)
    points = np.clip(points[np.sort(first)], 0.0, None)
    on = (bounds - points @ faces.T <= TIGHT).sum(axis=1)
    return points, bool((on > a.shape[1]).any())


def _pivoted(a: Array, b: Array) -> list[tuple[Array, Array]]:
    """What complementary pivoting with a lexicographic rule finds, started from each stance in turn."""
    import nashpy  # type: ignore[import-untyped]

    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for label in range(sum(a.shape)):
            x, y = nashpy.Game(a, b).lemke_howson(initial_dropped_label=label)
            if len(x) == len(a) and len(y) == a.shape[1] and np.isfinite(x).all() and np.isfinite(y).all():
                found.append((x, y))
    return found


def some_mixed(scaled: Array, left: Sequence[Sequence[int]]) -> tuple[list[Mixes], bool, bool]:
    """Mixed equilibria of payoffs[stance of the first, …, party] found over supports; True only where nothing is left to mix."""
    menus = scaled.shape[:-1]
    menu = [[s for k in range(1, len(own) + 1) for s in itertools.combinations(own, k)] for own in left]
    mixing = (s for s in itertools.product(*menu) if max(map(len, s)) > 1)
    found: list[Mixes] = []
    tried = 0
    for support in sorted(mixing, key=lambda s: (sum(map(len, s)), s)) if _count(left) <= 100_000 else mixing:
        if tried >= MOST_SUPPORTS:
            break
        if not _beaten(scaled, support):
            tried += 1
            found += [_placed(mix, support, menus) for mix in _indifferent(scaled, support)]
    return found, max(map(len, left)) == 1, False


def _count(left: Sequence[Sequence[int]]) -> int:
    return int(np.prod([2.0 ** len(own) - 1 for own in left]))


def _beaten(u: Array, support: Sequence[Sequence[int]]) -> bool:
    """Whether some stance in use pays less than another of its party against everything the others use."""
    for p, own in enumerate(support):
        rest = [range(u.shape[p]) if q == p else s for q, s in enumerate(support)]
        flat = np.moveaxis(u[np.ix_(*rest)][..., p], p, 0).reshape(u.shape[p], -1)
        for stance in own:
            if (flat > flat[stance] + TIGHT).all(axis=1).any():
                return True
    return False


def _placed(mixes: Sequence[Array], support: Sequence[Sequence[int]], menus: Sequence[int]) -> Mixes:
    return tuple(_spread(m, s, n) for m, s, n in zip(mixes, support, menus, strict=True))


def _indifferent(u: Array, support: Sequence[Sequence[int]]) -> Iterator[list[Array]]:
    """Probabilities above zero on `support` that leave every party indifferent over it."""
    v = u[np.ix_(*support)]
    sizes = v.shape[:-1]
    marks = np.cumsum((0, *sizes))
    parties = len(sizes)
    draws = np.random.default_rng(0)
    for start in range(STARTS):
        z = np.concatenate([np.full(n, 1 / n) if start == 0 else draws.dirichlet(np.ones(n)) for n in sizes])
        z = np.r_[z, np.full(parties, 0.5)]
        for _ in range(20):
            gap, slope = _system(v, z, marks)
            if np.abs(gap).max() < 1e-13:
                break
            z = z - np.linalg.lstsq(slope, gap, rcond=None)[0]
            if not np.isfinite(z).all() or np.abs(z).max() > 1e6:
                break
        else:
            gap = _system(v, z, marks)[0]
        odds = z[: marks[-1]]
        if np.isfinite(z).all() and np.abs(gap).max() < 1e-11 and (odds > TIGHT).all():
            yield [odds[marks[p] : marks[p + 1]] for p in range(parties)]


def _system(v: Array, z: Array, marks: NDArray[np.int64]) -> tuple[Array, Array]:
    """How far payoffs over the support are from one value a party, and probabilities from one; and its derivatives."""
    parties, count = len(marks) - 1, int(marks[-1])
    mixes = [z[marks[p] : marks[p + 1]] for p in range(parties)]
    gap, slope = np.zeros(count + parties), np.zeros((count + parties, count + parties))
    for p in range(parties):
        own = slice(int(marks[p]), int(marks[p + 1]))
        for q in range(parties):
            if q == p:
                continue
            both = _mixed_but(v[..., p], mixes, (p, q))
            slope[own, marks[q] : marks[q + 1]] = both if p < q else both.T
        other = next(q for q in range(parties) if q != p)
        gap[own] = slope[own, marks[other] : marks[other + 1]] @ mixes[other] - z[count + p]
        slope[own, count + p] = -1.0
        gap[count + p] = mixes[p].sum() - 1
        slope[count + p, own] = 1.0
    return gap, slope


def _mixed_but(values: Array, mixes: Sequence[Array], kept: Sequence[int]) -> Array:
    """`values` averaged over everybody's mix but those of `kept`, whose axes stay in order."""
    for axis in reversed(range(values.ndim)):
        if axis not in kept:
            values = np.tensordot(values, mixes[axis], axes=(axis, 0))
    return values
