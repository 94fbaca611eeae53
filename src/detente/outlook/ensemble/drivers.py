"""What drives a headline: its variance over the draws, shared out among the inputs, with the direction of each.

Shares are Shapley effects of a polynomial fitted to the draws (`sensitivity.from_sample`); they sum to one, so they rank inputs
and can be read as "this much of the spread". The direction is that of the fitted linear part. The share of variance the fit
explains on draws it has not seen is given beside; a low one means that the ranking is of the part that is explained only.

>>> from detente.outlook.ensemble.draws import inputs_for
>>> from detente.world import toy_world
>>> inputs = inputs_for(toy_world(), "medium")
>>> u = np.random.default_rng(0).random((128, len(inputs)))
>>> found = drivers(u, 2 * u[:, 1] - u[:, 2], inputs, "an example", "%", bootstrap=0)
>>> found.rows[0].input, found.rows[0].direction, round(found.rows[0].share, 3)
('trade_elasticity_factor', 'raises', 0.8)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError
from detente.outlook.ensemble.draws import Input
from detente.outlook.ensemble.sensitivity import Indices, from_sample

Array = NDArray[np.float64]
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
class Drivers:
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
        if self.deviation == 0:
            return "nothing: it does not move"
        if self.r2 < UNREADABLE:
            return f"not clear from {self.draws:,} draws"
        named = [r for r in self.rows[:most] if r.share >= least] or list(self.rows[:1])
        return ", ".join(f"{r.label} {100 * r.share:.0f} %" for r in named)

    def explain(self) -> str:
        """In plain words, with the fit."""
        if self.deviation == 0:
            return f"The {self.headline} is the same in every draw."
        if self.r2 < UNREADABLE:
            return (
                f"What moves the {self.headline} is not clear from {self.draws:,} draws: the best fit explains "
                f"{100 * max(self.r2, 0):.0f} % of the variance of draws it has not seen. More draws may tell."
            )
        named = [r for r in self.rows[:4] if r.share >= 0.03] or list(self.rows[:1])
        what = {"raises": "more of it raises the number", "lowers": "more of it lowers it", "bends": "no single direction"}
        told = "; ".join(f"{r.label} {100 * r.share:.0f} % ({what[r.direction]})" for r in named)
        fit = f"The fit behind these shares explains {100 * max(self.r2, 0):.0f} % of the variance of draws it has not seen."
        if self.r2 < 0.8:
            fit += " Read the ranking with care."
        return f"What moves the {self.headline}, by share of its variance: {told}. {fit}"


def drivers(
    u: ArrayLike, y: ArrayLike, inputs: Sequence[Input], headline: str, unit: str, *, bootstrap: int = 50, seed: int = 0
) -> Drivers:
    """Rank `inputs` by what they do to `y`. Draws that failed (NaN) are left out and counted; the first 2,048 others are used."""
    points, values = np.asarray(u, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if points.ndim != 2 or points.shape != (len(values), len(inputs)):
        raise InputError(f"need one row a draw and one column an input, got {points.shape} for {len(values)} draws")
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
    return Drivers(headline, unit, tuple(rows), float(found.r2 or 0.0), 0.0 if small else deviation, len(values), left_out, found)
