"""Which inputs a variance comes from: Sobol' indices and Shapley effects, with bootstrap intervals.

    first order  S_i  = Var(E[y | u_i]) / Var(y)             what knowing input i alone would take away
    total        T_i  = 1 − Var(E[y | u_∼i]) / Var(y)        what would be left if only input i were unknown
    Shapley      Sh_i = Σ over sets α with i of V_α/|α| / Var(y)     shares that sum to one, interactions split evenly

`from_sample` reads all three off a polynomial fitted to any plain sample and reports how well it fits: indices of a fit that
explains half the variance are indices of that half. Sources: Sobol' (2001); Owen (2014) for Shapley effects.

**Polynomial chaos.** The output as a sparse sum of polynomials that are orthonormal under its inputs.

    y(u) ≈ Σ_α c_α Π_i p_{α_i}(g_i(u_i)),   E[p_a p_b] = 1 if a = b else 0

Inputs are independent; g_i is the score an input is smooth in (u itself: Legendre polynomials; a cut normal score: close to
Hermite), and the p are built for it by quadrature. Then mean and variance stand in the coefficients: the mean is c₀, the
variance Σ c², and shares of it belong to sets of inputs. Terms are chosen greedily, by orthogonal matching pursuit (after
Blatman and Sudret 2011, Journal of Computational Physics 230(6), with matching pursuit in the
place of least angles). How many terms to keep, and how good the fit is, is judged on draws left out of it, selection included.

**Drivers.** What drives a headline: its variance over the draws, shared out among the inputs, with the direction of each.
Shares are Shapley effects of a polynomial fitted to the draws (`from_sample`); they sum to one, so they rank inputs
and can be read as "this much of the spread". The direction is that of the fitted linear part. The share of variance the fit
explains on draws it has not seen is given beside; a low one means that the ranking is of the part that is explained only.

>>> u = np.random.default_rng(0).random((200, 2))
>>> fit = fit_chaos(u, 3 + 2 * u[:, 0] - u[:, 1])
>>> round(fit.mean, 9), round(fit.variance, 9), round(fit.r2, 6)     # 3 + 1 − 1/2; (4 + 1)/12
(3.5, 0.416666667, 1.0)
>>> u = np.random.default_rng(1).random((256, 2))
>>> found = from_sample(u, u[:, 0] + 2 * u[:, 1], ["a", "b"], bootstrap=0)
>>> [round(float(x), 6) for x in found.first], [round(float(x), 6) for x in found.shapley]
([0.2, 0.8], [0.2, 0.8])
>>> from detente.outlook.ensemble.draws import inputs_for
>>> from detente.world import toy_world
>>> inputs = inputs_for(toy_world(), "medium")
>>> u = np.random.default_rng(0).random((128, len(inputs)))
>>> found = drivers(u, 2 * u[:, 1] - u[:, 2], inputs, "an example", "%", bootstrap=0)
>>> found.rows[0].input, found.rows[0].direction, round(found.rows[0].share, 3)
('trade_elasticity_factor', 'raises', 0.8)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError
from detente.outlook.ensemble.draws import Input
from detente.types import Array
from detente.words import refusal, tell
from detente.words.shown import Shown

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
            raise InputError(refusal("outlook", "terms_for_inputs", count=f"{len(rows):,}", d=d, degree=degree))
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
        raise InputError(refusal("outlook", "need_points_draw_input", shape=points.shape, shape_2=values.shape))
    if len(values) < 20:
        raise InputError(refusal("outlook", "draws_are_too_few", count=len(values)))
    if not (np.isfinite(points).all() and np.isfinite(values).all()):
        raise InputError(refusal("outlook", "points_and_values_must"))
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


INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Indices(Shown):
    """Indices by input; `low` and `high` hold 5 and 95 % bootstrap ends of first, total and Shapley [3, input], NaN without.

    `r2` is the cross-validated fit of the polynomial; `slopes` are coefficients of its linear terms, per standard deviation of an
    input's score.
    """

    names: tuple[str, ...]
    first: Array
    total: Array
    shapley: Array
    low: Array
    high: Array
    slopes: Array
    variance: float
    mean: float
    r2: float
    method: str
    runs: int

    def to_frame(self) -> pd.DataFrame:
        """One row an input: each index with its interval, largest total first."""
        table: dict[str, Any] = {}
        for k, (name, values) in enumerate((("first", self.first), ("total", self.total), ("shapley", self.shapley))):
            table |= {name: values, f"{name} 5 %": self.low[k], f"{name} 95 %": self.high[k]}
        table["slope"] = self.slopes
        frame = pd.DataFrame(table, index=pd.Index(self.names, name="input"))
        return frame.sort_values("total", ascending=False, kind="stable")

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = self.to_frame().reset_index().to_dict(orient="records")
        head = {"method": self.method, "runs": self.runs, "r2": self.r2, "variance": self.variance, "mean": self.mean}
        return {**head, "inputs": [{k: None if v != v else v for k, v in row.items()} for row in rows]}

    def explain(self) -> str:
        """The three largest, in words."""
        return tell(self, largest=np.argsort(-self.total, kind="stable")[:3].tolist())


def from_sample(
    u: ArrayLike, y: ArrayLike, names: Sequence[str], scores: Sequence[Score] | None = None, *, degree: int | None = None,
    interaction: int = 2, bootstrap: int = 100, seed: int = 0,
) -> Indices:  # fmt: skip
    """Indices from a plain sample `u` [draw, input] in the unit cube. `scores` as in `fit_chaos`.

    The bootstrap draws rows again and fits the chosen terms anew: it measures the sample's noise, not the choice of terms.
    """
    points, values = np.asarray(u, dtype=np.float64), np.asarray(y, dtype=np.float64)
    fit = fit_chaos(points, values, scores, degree, interaction)
    d = points.shape[1]
    if len(names) != d:
        raise InputError(f"{d} inputs but {len(names)} names")
    again = np.full((max(bootstrap, 1), 3, d), np.nan)
    if bootstrap:
        matrix = fit.basis.matrix(points, fit.terms)
        generator = np.random.default_rng(seed)
        for b in range(bootstrap):
            weight = np.bincount(generator.integers(0, len(values), len(values)), minlength=len(values)).astype(np.float64)
            weighted = matrix * weight[:, None]
            gram = matrix.T @ weighted
            gram += 1e-12 * np.trace(gram) / len(gram) * np.eye(len(gram))
            coefficients = np.asarray(np.linalg.solve(gram, weighted.T @ values), dtype=np.float64)
            again[b] = fit.shares(coefficients)
    low, high = np.quantile(again, INTERVAL, axis=0) if bootstrap else (again[0], again[0])
    first, total, shapley = fit.shares()
    return Indices(
        tuple(names), first, total, shapley, low, high, fit.slopes(), fit.variance, fit.mean, fit.r2,
        "polynomial chaos", len(values),
    )  # fmt: skip


MOST_ROWS = 2048
UNREADABLE = 0.3  # below this share of explained variance no ranking is given in words
CLEAR = 0.1  # a linear term below this part of an input's effect says nothing about the direction


@dataclass(frozen=True)
class Driver:
    """One input: its share of the variance with 5 and 95 % bootstrap ends, and what a higher value does to the headline."""

    input: str
    label: str
    share: float
    low: float
    high: float
    direction: str  # raises, lowers, or bends where there is no clear direction
    first: float
    total: float


@dataclass(frozen=True, eq=False)
class Drivers(Shown):
    """Inputs ranked by share of variance. `r2`: variance of unseen draws the fit explains; `deviation` in the unit."""

    headline: str
    unit: str
    rows: tuple[Driver, ...]
    r2: float
    deviation: float
    draws: int
    left_out: int
    indices: Indices

    def to_frame(self) -> pd.DataFrame:
        """One row an input, the largest share first."""
        return pd.DataFrame([r.__dict__ for r in self.rows])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = [{k: None if v != v else v for k, v in r.__dict__.items()} for r in self.rows]
        return {
            "headline": self.headline, "unit": self.unit, "r2": self.r2, "standard_deviation": self.deviation,
            "draws": self.draws, "draws_left_out": self.left_out, "inputs": rows,
        }  # fmt: skip

    def words(self, most: int = 2, least: float = 0.1) -> str:
        """The largest in a few words: "severity of export controls 62 %, labour mobility 11 %"."""
        return self._told("words", most, least)

    def explain(self) -> str:
        """In plain words, with the fit."""
        return self._told("explain", 4, 0.03)

    def _told(self, part: str, most: int, least: float) -> str:
        named = [r for r in self.rows[:most] if r.share >= least] or list(self.rows[:1])
        return tell(self, part, named=named, readable=self.r2 >= UNREADABLE)


def drivers(
    u: ArrayLike, y: ArrayLike, inputs: Sequence[Input], headline: str, unit: str, *, bootstrap: int = 50, seed: int = 0
) -> Drivers:
    """Rank `inputs` by what they do to `y`. Draws that failed (NaN) are left out and counted; the first 2,048 others are used."""
    points, values = np.asarray(u, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if points.ndim != 2 or points.shape != (len(values), len(inputs)):
        raise InputError(refusal("outlook", "need_one_row_draw", shape=points.shape, count=len(values)))
    whole = np.isfinite(values)
    left_out = int((~whole).sum())
    points, values = points[whole][:MOST_ROWS], values[whole][:MOST_ROWS]
    found = from_sample(points, values, [i.id for i in inputs], [i.score for i in inputs], bootstrap=bootstrap, seed=seed)
    rows = []
    for k in np.argsort(-found.shapley, kind="stable"):
        effect = np.sqrt(max(found.total[k], 0.0) * found.variance)
        clear = abs(found.slopes[k]) > CLEAR * effect and effect > 0
        direction = ("raises" if found.slopes[k] > 0 else "lowers") if clear else "bends"
        rows.append(
            Driver(
                inputs[k].id, inputs[k].label, float(found.shapley[k]), float(found.low[2, k]), float(found.high[2, k]),
                direction, float(found.first[k]), float(found.total[k]),
            )
        )  # fmt: skip
    deviation = float(values.std())
    small = deviation <= 1e-12 * max(float(np.abs(values).max()), 1e-300)
    return Drivers(headline, unit, tuple(rows), found.r2, 0.0 if small else deviation, len(values), left_out, found)
