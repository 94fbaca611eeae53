"""Which inputs a variance comes from: Sobol' indices two ways, and Shapley effects, with bootstrap intervals.

    first order  S_i  = Var(E[y | u_i]) / Var(y)             what knowing input i alone would take away
    total        T_i  = 1 − Var(E[y | u_∼i]) / Var(y)        what would be left if only input i were unknown
    Shapley      Sh_i = Σ over sets α with i of V_α/|α| / Var(y)     shares that sum to one, interactions split evenly

`from_sample` reads all three off a polynomial fitted to any plain sample (`chaos.py`) and reports how well it fits: indices of
a fit that explains half the variance are indices of that half. `from_design` uses Jansen's formulas on Saltelli's design,
which needs n (d + 2) runs and no fit: T_i = E[(f(A) − f(AB_i))²]/2V, S_i = 1 − E[(f(B) − f(AB_i))²]/2V.
Sources: Sobol' (2001); Jansen (1999); Saltelli et al. (2010); Owen (2014) for Shapley effects.

>>> u = np.random.default_rng(1).random((256, 2))
>>> found = from_sample(u, u[:, 0] + 2 * u[:, 1], ["a", "b"], bootstrap=0)
>>> [round(float(x), 6) for x in found.first], [round(float(x), 6) for x in found.shapley]
([0.2, 0.8], [0.2, 0.8])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError
from detente.outlook.ensemble.chaos import Score, fit_chaos
from detente.outlook.ensemble.sampling import SaltelliDesign

Array = NDArray[np.float64]
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, eq=False)
class Indices:
    """Indices by input; `low` and `high` hold 5 and 95 % bootstrap ends of first, total and Shapley [3, input], NaN without.

    `shapley` is NaN from a design. `r2` is the cross-validated fit of the polynomial, None where none was fitted. `slopes`
    are coefficients of the linear terms (per standard deviation of the input's score), NaN from a design.
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
    r2: float | None
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
        order = np.argsort(-self.total, kind="stable")[:3]
        listed = ", ".join(f"{self.names[k]} ({100 * self.total[k]:.0f} %)" for k in order)
        fit = (
            ""
            if self.r2 is None
            else f" The fit explains {100 * max(self.r2, 0.0):.0f} % of the variance of draws it has not seen."
        )
        return f"Most of the variance hangs on {listed}: shares with interactions, from {self.runs:,} runs.{fit}"


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


def from_design(design: SaltelliDesign, y: ArrayLike, names: Sequence[str], *, bootstrap: int = 100, seed: int = 0) -> Indices:
    """Jansen's first-order and total indices from the model's values on `design.points()`."""
    a, b, mixed = design.split(np.asarray(y, dtype=np.float64))
    d = len(mixed)
    if len(names) != d:
        raise InputError(f"{d} inputs but {len(names)} names")
    if not (np.isfinite(a).all() and np.isfinite(b).all() and np.isfinite(mixed).all()):
        raise InputError("values must be finite: a design with holes has no indices; use from_sample on the draws that are left")

    def jansen(rows: NDArray[np.int64] | slice) -> tuple[Array, Array]:
        fa, fb, fm = a[rows], b[rows], mixed[:, rows]
        variance = float(np.var(np.concatenate([fa, fb])))
        if variance == 0:
            return np.zeros(d), np.zeros(d)
        first = 1 - ((fb - fm) ** 2).mean(1) / (2 * variance)
        return first, ((fa - fm) ** 2).mean(1) / (2 * variance)

    first, total = jansen(slice(None))
    again = np.full((max(bootstrap, 1), 3, d), np.nan)
    generator = np.random.default_rng(seed)
    for k in range(bootstrap):
        again[k, :2] = jansen(generator.integers(0, len(a), len(a)))
    low, high = np.full((3, d), np.nan), np.full((3, d), np.nan)
    if bootstrap:
        low[:2], high[:2] = np.quantile(again[:, :2], INTERVAL, axis=0)
    nothing = np.full(d, np.nan)
    both = np.concatenate([a, b])
    return Indices(
        tuple(names), first, total, nothing, low, high, nothing, float(both.var()), float(both.mean()), None,
        "Jansen on Saltelli's design", len(a) * (d + 2),
    )  # fmt: skip
