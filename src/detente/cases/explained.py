"""How much of an outcome the answers to questions explain: first-order, total and Shapley shares of its variance.

A path x has probability P(x) and value V(x); the answer a[k] to question k comes with likelihood L[k](a | x), independently
across questions once the path is known. For a set S of questions

    v(S) = Var( E[V | answers of S] ) / Var(V) = ( Σ over answers  (Σₓ P V Π L)² / (Σₓ P Π L)  −  E[V]² ) / Var(V)

    first order (Sobol)   v({k})
    total                 v(all) − v(all but k)          what is lost if k alone stays open
    Shapley               Σ over S without k of |S|! (n−|S|−1)! / n! · (v(S ∪ k) − v(S));   they sum to v(all)

Questions that share branches overlap, so first-order shares may sum to more than v(all) and totals to less; Shapley effects
divide the overlap evenly (Owen 2014; Song, Nelson and Staum 2016). Where the answers settle the outcome v(all) = 1, the total is
Sobol's 1 − Var(E[V | all others])/Var(V); else 1 − v(all) is settled by no question. All 2ⁿ sets are gone through.

>>> coin = np.array([[1.0, 0.0], [0.0, 1.0]])
>>> shares(np.array([0.5, 0.5]), np.array([0.0, 1.0]), [coin, np.ones((2, 1))]).shapley
(1.0, 0.0)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError

Array = NDArray[np.float64]
MOST_QUESTIONS, MOST_CELLS = 12, 50_000


@dataclass(frozen=True)
class Shares:
    """Shares of the variance by question, what all of them explain together, and the variance itself."""

    first: tuple[float, ...]
    total: tuple[float, ...]
    shapley: tuple[float, ...]
    together: float
    variance: float

    @property
    def unexplained(self) -> float:
        """Share of the variance that no question of the list settles."""
        return 1 - self.together


def shares(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> Shares:
    """Shares from probabilities [path], values [path] and a likelihood [path, answer] for each question (rows sum to 1).

    All shares are 0 where the outcome does not vary. Raises `InputError` for wrong shapes, rows that do not sum to 1, or more
    questions and answers than can be gone through.
    """
    v, variance = worth_of_sets(np.asarray(probabilities)[None], np.asarray(values)[:, None], likelihoods)
    first, total, shapley = divide(v[:, 0], len(likelihoods))
    a, b, c = (tuple(map(float, x[0])) for x in (first, total, shapley))
    return Shares(a, b, c, together=float(v[0, 0, -1]), variance=float(variance[0, 0]))


def worth_of_sets(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> tuple[Array, Array]:
    """v(S) for every set S [draw, code, set] (bit k of the position: question k is in it) and the variance [draw, code].

    Several probabilities [draw, path] and several outcomes [path, code] at once.
    """
    p, tables = _checked(probabilities, values, likelihoods)
    n, (draws, paths), codes = len(tables), p.shape, values.shape[1]
    weighted, variance, seen = _centred(p, values)
    out = np.zeros((draws, codes, 2**n))
    cells: dict[int, Array] = {0: np.ones((1, paths))}
    for bits in range(1, 2**n):
        last = bits.bit_length() - 1
        cells[bits] = _crossed(cells[bits & ~(1 << last)], tables[last])
        out[:, :, bits] = _between(p, weighted, variance, seen, cells[bits])
    return out, variance


def added(probabilities: Array, values: Array, likelihoods: Sequence[Array], extra: Array) -> Array:
    """What one more question, likelihood `extra` [path, answer], would explain beyond all others: share of variance [code].

    `probabilities` [path], `values` [path, code].
    """
    p, tables = _checked(np.asarray(probabilities)[None], values, [*likelihoods, extra])
    weighted, variance, seen = _centred(p, values)
    cells = np.ones((1, p.shape[1]))
    for table in tables[:-1]:
        cells = _crossed(cells, table)
    without = _between(p, weighted, variance, seen, cells)
    return np.asarray((_between(p, weighted, variance, seen, _crossed(cells, tables[-1])) - without)[0], dtype=np.float64)


def divide(v: Array, n: int) -> tuple[Array, Array, Array]:
    """First-order, total and Shapley shares [draw, question] from v(S) [draw, set]."""
    everything = 2**n - 1
    first, total, shapley = (np.zeros((len(v), n)) for _ in range(3))
    for k in range(n):
        first[:, k] = v[:, 1 << k]
        total[:, k] = v[:, everything] - v[:, everything & ~(1 << k)]
        for bits in range(2**n):
            if not bits >> k & 1:
                size = bits.bit_count()
                weight = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
                shapley[:, k] += weight * (v[:, bits | 1 << k] - v[:, bits])
    return first, total, shapley


def _checked(probabilities: Array, values: Array, likelihoods: Sequence[Array]) -> tuple[Array, list[Array]]:
    p = np.asarray(probabilities, dtype=np.float64)
    tables = [np.asarray(x, dtype=np.float64) for x in likelihoods]
    n, paths = len(tables), p.shape[-1]
    if values.ndim != 2 or len(values) != paths or any(t.ndim != 2 or len(t) != paths for t in tables):
        raise InputError(f"need one value and one row of likelihoods for each of {paths} paths")
    if any(np.abs(t.sum(1) - 1).max() > 1e-9 or t.min() < 0 for t in tables):
        raise InputError("the likelihoods of a question's answers must be zero or more and sum to 1 on every path")
    cells = math.prod(t.shape[1] for t in tables)
    if n > MOST_QUESTIONS or cells > MOST_CELLS:
        raise InputError(
            f"{n} questions with {cells} combinations of answers are too many to go through (at most {MOST_QUESTIONS} and "
            f"{MOST_CELLS}); ask fewer at a time"
        )
    return p, tables


def _centred(p: Array, values: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """P·(V − E V) [draw, code, path], the variance [draw, code], and whether it is more than rounding."""
    centred = values.T[None] - (p @ values)[:, :, None]
    weighted = p[:, None, :] * centred
    variance = (weighted * centred).sum(-1)
    seen = variance > 1e-18 * max(float(np.abs(values).max(initial=0.0)) ** 2, 1e-300)
    return weighted, np.where(seen, variance, 0.0), seen


def _crossed(cells: Array, table: Array) -> Array:
    """Every combination of answers so far [cell, path] with every answer of one more question; impossible ones left out."""
    grown = (cells[:, None, :] * table.T[None, :, :]).reshape(-1, cells.shape[1])
    return np.asarray(grown[grown.any(1)], dtype=np.float64)


def _between(p: Array, weighted: Array, variance: Array, seen: NDArray[np.bool_], cells: Array) -> Array:
    """Variance between cells over the whole variance [draw, code]."""
    mass, sums = (p @ cells.T)[:, None, :], weighted @ cells.T
    found = np.divide(sums**2, mass, out=np.zeros_like(sums), where=mass > 0).sum(-1)
    return np.where(seen, found / np.where(seen, variance, 1.0), 0.0)
