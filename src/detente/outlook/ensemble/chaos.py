"""Polynomial chaos: a model's output as a sparse sum of polynomials that are orthonormal under its inputs.

    y(u) ≈ Σ_α c_α Π_i p_{α_i}(g_i(u_i)),   E[p_a p_b] = 1 if a = b else 0

Inputs are independent; g_i is the score an input is smooth in (u itself: Legendre polynomials; a cut normal score: close to
Hermite), and the p are built for it by quadrature. Then mean and variance stand in the coefficients: the mean is c₀, the
variance Σ c², and shares of it belong to sets of inputs. Terms are chosen greedily, by orthogonal matching pursuit (after
Blatman and Sudret 2011, Journal of Computational Physics 230(6), with matching pursuit in the
place of least angles). How many terms to keep, and how good the fit is, is judged on draws left out of it, selection
included.

>>> u = np.random.default_rng(0).random((200, 2))
>>> fit = fit_chaos(u, 3 + 2 * u[:, 0] - u[:, 1])
>>> round(fit.mean, 9), round(fit.variance, 9), round(fit.r2, 6)     # 3 + 1 − 1/2; (4 + 1)/12
(3.5, 0.416666667, 1.0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError

Array = NDArray[np.float64]
Score = Callable[[Array], Array]
FOLDS = 5
PATIENCE = 12  # terms that may pass without the error on unseen rows falling
NODES = 200
NEGLIGIBLE = 1e-12


@dataclass(frozen=True, eq=False)
class Basis:
    """Candidate terms: exponents [term, input], the constant first, and coefficients of the polynomials of each input."""

    exponents: NDArray[np.int64]
    recipes: tuple[Array, ...]
    scores: tuple[Score, ...]

    @classmethod
    def of(cls, scores: Sequence[Score], degree: int, interaction: int = 2, norm: float = 0.75, limit: int = 1500) -> Basis:
        """All products of total degree up to `degree` in the sense (Σ α^norm)^(1/norm), of at most `interaction` inputs.

        Raises `InputError` where that is more than `limit` terms.
        """
        d = len(scores)
        rows = [np.zeros(d, dtype=np.int64)]
        for size in range(1, interaction + 1):
            for chosen in combinations(range(d), size):
                for powers in np.ndindex(*(degree,) * size):
                    alpha = np.array(powers) + 1
                    if (alpha**norm).sum() ** (1 / norm) <= degree + 1e-9:
                        row = np.zeros(d, dtype=np.int64)
                        row[list(chosen)] = alpha
                        rows.append(row)
        if len(rows) > limit:
            raise InputError(f"{len(rows):,} terms for {d} inputs of degree {degree} are too many; lower the degree")
        return cls(np.array(rows), tuple(_recipe(s, degree) for s in scores), tuple(scores))

    def matrix(self, u: Array, terms: NDArray[np.int64] | None = None) -> Array:
        """Values of the terms [draw, term]."""
        exponents = self.exponents if terms is None else self.exponents[terms]
        found = np.ones((len(u), len(exponents)))
        for i, (score, recipe) in enumerate(zip(self.scores, self.recipes, strict=True)):
            used = np.flatnonzero(exponents[:, i])
            if len(used):
                powers = np.vander(score(u[:, i]), recipe.shape[0], increasing=True) @ recipe
                found[:, used] *= powers[:, exponents[used, i]]
        return found


def _recipe(score: Score, degree: int) -> Array:
    """Columns: coefficients, in powers of the score, of the orthonormal polynomials of degree 0 … under uniform u."""
    x, weight = _nodes()
    s = score((x + 1) / 2)
    root = np.sqrt(weight / 2)[:, None]
    powers = np.vander(s, degree + 1, increasing=True)
    _, r = np.linalg.qr(root * powers)
    recipe = np.linalg.inv(r)
    # a second pass takes out what rounding left of the first
    _, r = np.linalg.qr(root * (powers @ recipe))
    recipe = recipe @ np.linalg.inv(r)
    return np.asarray(recipe * np.sign(np.diag(recipe)))


@cache
def _nodes() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(NODES)


@dataclass(frozen=True, eq=False)
class Chaos:
    """A fitted expansion: `terms` of the basis with `coefficients`; `r2` by cross-validation (negative: worse than the mean)."""

    basis: Basis
    terms: NDArray[np.int64]
    coefficients: Array
    r2: float
    draws: int

    @property
    def exponents(self) -> NDArray[np.int64]:
        """Exponents of the chosen terms [term, input]."""
        return self.basis.exponents[self.terms]

    @property
    def mean(self) -> float:
        """Of the expansion."""
        constant = self.exponents.sum(1) == 0
        return float(self.coefficients[constant].sum())

    @property
    def variance(self) -> float:
        """Of the expansion."""
        return float((self.coefficients[self.exponents.sum(1) > 0] ** 2).sum())

    def predict(self, u: ArrayLike) -> Array:
        """Values at points of the unit cube [draw, input]."""
        return self.basis.matrix(np.asarray(u, dtype=np.float64), self.terms) @ self.coefficients

    def shares(self, coefficients: Array | None = None) -> tuple[Array, Array, Array]:
        """First-order indices, total indices and Shapley effects by input, from the squares of the coefficients."""
        c = (self.coefficients if coefficients is None else coefficients) ** 2
        active = self.exponents > 0
        size = active.sum(1)
        part = np.where(size > 0, c, 0.0)
        whole = part.sum()
        if whole <= 0:
            return (np.zeros(active.shape[1]),) * 3
        first = (part * (size == 1)) @ active / whole
        total = part @ active / whole
        shapley = (part / np.maximum(size, 1)) @ active / whole
        return first, total, shapley

    def slopes(self) -> Array:
        """Coefficient of each input's linear term: its sign says which way the output goes with the input."""
        exponents = self.exponents
        found = np.zeros(exponents.shape[1])
        for row, c in zip(exponents, self.coefficients, strict=True):
            if row.sum() == 1:
                found[int(row.argmax())] = c
        return found


def fit_chaos(
    u: ArrayLike, y: ArrayLike, scores: Sequence[Score] | None = None, degree: int | None = None, interaction: int = 2
) -> Chaos:
    """Fit to draws `u` [draw, input] in the unit cube with outputs `y`.

    `degree` (by number of inputs if None: 8 up to four, 3 up to forty, else 2). Raises `InputError` for shapes that do not fit,
    fewer than 20 draws or values that are not finite.
    """
    points, values = np.asarray(u, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if points.ndim != 2 or values.shape != (len(points),):
        raise InputError(f"need points [draw, input] and one value a draw, got {points.shape} and {values.shape}")
    if len(values) < 20:
        raise InputError(f"{len(values)} draws are too few for a fit; 20 is the least, some hundreds are better")
    if not (np.isfinite(points).all() and np.isfinite(values).all()):
        raise InputError("points and values must be finite; leave failed draws out and say how many")
    d = points.shape[1]
    chosen = degree or (8 if d <= 4 else 3 if d <= 40 else 2)
    basis = Basis.of(scores or [_same] * d, chosen, min(interaction, d))
    matrix = basis.matrix(points)
    centre, spread = values.mean(), values.std()
    if spread <= NEGLIGIBLE * max(abs(centre), 1e-300):
        return Chaos(basis, np.zeros(1, dtype=np.int64), np.array([centre]), 1.0, len(values))
    fold = np.arange(len(values)) % FOLDS
    paths = [_pursue(matrix, values, fold != k)[1] for k in range(FOLDS)]
    longest = max(len(p) for p in paths)
    missed = np.sum([np.pad(p, (0, longest - len(p)), mode="edge") for p in paths], axis=0)
    count = int(np.argmin(missed)) + 1
    terms = _pursue(matrix, values, np.ones(len(values), dtype=bool), count)[0]
    r2 = 1 - float(missed[count - 1]) / float(((values - centre) ** 2).sum())
    return Chaos(basis, terms, _least_squares(matrix[:, terms], values), r2, len(values))


def _pursue(matrix: Array, y: Array, inside: NDArray[np.bool_], count: int | None = None) -> tuple[NDArray[np.int64], Array]:
    """Matching pursuit on the rows `inside`: add the term closest to what is left, `count` of them or until it stops paying.

    The terms in order, and the squared error on the other rows after each. Directions are made orthonormal on the rows inside
    and carried along on the others.
    """
    rows = matrix[inside]
    n, p = rows.shape
    most = min(p, max(n // 3, 2), 250) if count is None else min(count, p)
    scale = np.sqrt((rows**2).sum(0))
    rest = y.copy()
    order: list[int] = []
    directions = np.empty((most, len(y)))
    missed: list[float] = []
    free = scale > 0
    while len(order) < most and free.any():
        # the constant comes first
        k = int(np.where(free, np.abs(rest[inside] @ rows) / np.maximum(scale, 1e-300), -1.0).argmax()) if order else 0
        free[k] = False
        before = directions[: len(order)]
        q = matrix[:, k].copy()
        for _ in range(2):
            q -= (before[:, inside] @ q[inside]) @ before
        size = float(np.sqrt(q[inside] @ q[inside]))
        if size < 1e-9 * scale[k]:
            continue
        q /= size
        directions[len(order)] = q
        rest = rest - q * (q[inside] @ y[inside])
        order.append(k)
        missed.append(float((rest[~inside] ** 2).sum()))
        if count is None and len(missed) - 1 - int(np.argmin(missed)) >= PATIENCE:
            break
        if float(rest[inside] @ rest[inside]) <= NEGLIGIBLE * float(y[inside] @ y[inside]):
            break
    return np.array(order, dtype=np.int64), np.array(missed)


def _least_squares(matrix: Array, y: Array) -> Array:
    return np.asarray(np.linalg.lstsq(matrix, y, rcond=None)[0])


def _same(u: Array) -> Array:
    return u
