"""A smooth two-party frontier through computed points: the Nash and Kalai–Smorodinsky deals and the levers that give them.

Points (u₁, u₂) come from solving the economy at several settings of the levers (tariffs, controls). Points that another point
beats are left out; through the rest goes a cubic spline u₂ = g(u₁), or a monotone one (PCHIP) where the cubic would rise. Then

    Nash               max (u₁ − d₁)^w₁ (g(u₁) − d₂)^w₂
    Kalai–Smorodinsky  (g(u₁) − d₂)/(u₁ − d₁) = (ideal₂ − d₂)/(ideal₁ − d₁)
    egalitarian        g(u₁) − d₂ = u₁ − d₁
    utilitarian        max w₁ u₁ + w₂ g(u₁)

among points with u ≥ d. Levers are interpolated along the same curve. Source: Nash (1950), Kalai and Smorodinsky (1975).
The answer stands or falls with the points: the result says how many there were and how far the nearest one lies.

>>> import numpy as np
>>> u1 = np.linspace(0, 1, 21)
>>> deal = frontier_deal(np.c_[u1, 1 - u1**2], (0, 0))
>>> [round(x, 5) for x in deal.payoffs]
[0.57735, 0.66667]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.optimize import brentq, minimize_scalar

from detente.checks import finite
from detente.errors import InputError
from detente.talks.bargaining import SOLUTIONS, Solution, _powers
from detente.talks.games import efficient_rows
from detente.types import plain
from detente.words import digits as number, join_or_nobody as join

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FrontierDeal:
    """A point on the frontier. `status`: "deal", or "no deal" if no point of the frontier hurts nobody."""

    solution: str
    status: str
    parties: tuple[str, str]
    payoffs: tuple[float, float]
    disagreement: tuple[float, float]
    ideal: tuple[float, float]
    levers: dict[str, float]
    points: int
    nearest: float
    """Distance to the nearest computed point, as a share of the frontier's span in each party's payoff (the larger)."""
    curve: str

    @property
    def gains(self) -> tuple[float, float]:
        """Payoff less the payoff without a deal."""
        return self.payoffs[0] - self.disagreement[0], self.payoffs[1] - self.disagreement[1]

    def to_frame(self) -> pd.DataFrame:
        """One row a party."""
        return pd.DataFrame(
            {"payoff": self.payoffs, "without a deal": self.disagreement, "gain": self.gains, "ideal": self.ideal},
            index=pd.Index(self.parties, name="party"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"gains": list(self.gains)}

    def explain(self) -> str:
        """The answer in plain words."""
        if self.status == "no deal":
            return f"No point of the frontier leaves both {join(self.parties)} at least as well off as without a deal."
        text = f"The {self.solution} solution gives " + join(
            [f"{p} a gain of {number(g)}" for p, g in zip(self.parties, self.gains, strict=True)]
        )
        if self.levers:
            text += " with " + join([f"{k} at {number(v, 3)}" for k, v in self.levers.items()])
        return text + f". Read off a curve through {self.points} computed points."


def frontier_deal(
    points: ArrayLike,
    disagreement: Sequence[float],
    solution: Solution = "nash",
    *,
    parties: Sequence[str] = ("first", "second"),
    power: Sequence[float] | None = None,
    levers: Mapping[str, Sequence[float]] | None = None,
) -> FrontierDeal:
    """The bargaining solution on a curve through points[k, 2]; `levers` gives each lever's setting at each point."""
    u = np.array(points, dtype=np.float64)
    if u.ndim != 2 or u.shape[1] != 2 or not np.isfinite(u).all():
        raise InputError("points must be a table with two columns of finite payoffs")
    if solution not in SOLUTIONS:
        raise InputError(f"solution {solution!r} is not known; choose {', '.join(SOLUTIONS)}")
    if len(parties) != 2 or len(disagreement) != 2:
        raise InputError("a frontier has two parties and two disagreement payoffs")
    d = (finite(disagreement[0], "disagreement"), finite(disagreement[1], "disagreement"))
    w = _powers(power, 2)
    settings = {k: np.array(v, dtype=np.float64) for k, v in (levers or {}).items()}
    for k, v in settings.items():
        if v.shape != (len(u),) or not np.isfinite(v).all():
            raise InputError(f"lever {k!r} needs one finite setting a point")
    keep = efficient_rows(u)
    order = np.flatnonzero(keep)[np.argsort(u[keep, 0], kind="stable")]
    order = order[np.r_[True, np.diff(u[order, 0]) > 0]]
    if len(order) < 3:
        raise InputError(f"only {len(order)} of the points are efficient; a curve needs at least 3")
    x, y = u[order, 0], u[order, 1]
    g, curve = _curve(x, y)
    window = _window(g, x, d)
    names = (str(parties[0]), str(parties[1]))
    if window is None:
        return FrontierDeal(solution, "no deal", names, d, d, d, {}, len(order), float("nan"), curve)
    low, high = window
    ideal = (high, g(low))
    at = _choose(solution, g, low, high, d, ideal, w)
    paid = (at, g(at))
    span = max(x[-1] - x[0], 1e-300), max(y[0] - y[-1], 1e-300)
    near = float(np.maximum(np.abs(x - paid[0]) / span[0], np.abs(y - paid[1]) / span[1]).min())
    placed = {k: float(PchipInterpolator(x, v[order])(at)) for k, v in settings.items()}
    return FrontierDeal(solution, "deal", names, paid, d, ideal, placed, len(order), near, curve)


def _curve(x: Array, y: Array) -> tuple[Callable[[float], float], str]:
    cubic = CubicSpline(x, y)
    fine = np.linspace(x[0], x[-1], 40 * len(x))
    if (np.diff(cubic(fine)) < 0).all():
        return lambda v: float(cubic(v)), "cubic"
    monotone = PchipInterpolator(x, y)
    return lambda v: float(monotone(v)), "monotone"


def _window(g: Callable[[float], float], x: Array, d: tuple[float, float]) -> tuple[float, float] | None:
    """The part of the frontier where neither side is worse off than without a deal."""
    low, high = max(float(x[0]), d[0]), float(x[-1])
    if low > high or g(low) < d[1]:
        return None
    if g(high) < d[1]:
        high = float(brentq(lambda v: g(v) - d[1], low, high, xtol=1e-15))
    return low, high


def _choose(
    solution: str,
    g: Callable[[float], float],
    low: float,
    high: float,
    d: tuple[float, float],
    ideal: tuple[float, float],
    w: Array,
) -> float:
    if high <= low:
        return low
    if solution in ("kalai-smorodinsky", "egalitarian"):
        first, second = (ideal[0] - d[0], ideal[1] - d[1]) if solution == "kalai-smorodinsky" else (1.0, 1.0)

        def gap(v: float) -> float:
            return (v - d[0]) * second - (g(v) - d[1]) * first

        if gap(low) >= 0:
            return low
        return high if gap(high) <= 0 else float(brentq(gap, low, high, xtol=1e-15))

    def loss(v: float) -> float:
        if solution == "utilitarian":
            return -(w[0] * v + w[1] * g(v))
        a, b = v - d[0], g(v) - d[1]
        return -float(w[0] * np.log(a) + w[1] * np.log(b)) if a > 0 and b > 0 else np.inf

    # a grid first: the curve may have more than one local optimum where the points are not concave
    grid = np.linspace(low, high, 401)
    values = np.array([loss(v) for v in grid])
    k = int(np.argmin(values))
    left, right = grid[max(k - 1, 0)], grid[min(k + 1, 400)]
    found = minimize_scalar(loss, bounds=(left, right), method="bounded", options={"xatol": 1e-12 * max(1.0, abs(high))})
    return float(found.x) if found.fun < values[k] else float(grid[k])
