"""Bargaining over a list of packages: where a deal lies and which one the classic solutions pick.

A package is a row of payoffs u[package, party]; lotteries over packages (mixtures, λ ≥ 0, Σλ = 1) are allowed unless
switched off. d is what each party gets without a deal, w its bargaining power, Σw = 1.

    Nash               max Π (u[i] − d[i])^w[i]                                Nash (1950)
    Kalai–Smorodinsky  the largest t with u[i] ≥ d[i] + t (ideal[i] − d[i])    Kalai and Smorodinsky (1975)
    egalitarian        the largest smallest gain u[i] − d[i]                   Kalai (1977)
    utilitarian        max Σ w[i] u[i] among deals that hurt nobody

`ideal[i]` is the most party i gets in any deal that hurts nobody. Ties of the middle two are broken towards the larger sum, so
every answer is efficient. The Nash solution does not change when a party's payoffs are rescaled; the last two do: use them
only where payoffs can be compared. The optimum is certified: no package improves the Nash product to first order.

>>> deal = bargain([[0, 10], [6, 6], [10, 0]], [0, 4], parties=("USA", "CHN"))
>>> deal.status, [round(x, 4) for x in deal.payoffs], {k: round(w, 4) for k, w in deal.mixture.items()}
('deal', [4.5, 7.0], {'package 1': 0.25, 'package 2': 0.75})

**Threats.** What a threat is worth at the table, and which threat to make.

A threat changes what happens without a deal, not the deals on offer. Its value to a party is how far the bargaining outcome
moves when the disagreement point does:

    value[i] = u[i](d with the threat) − u[i](d without)

`threat_game` lets each party pick the stance it would take if talks fail: every combination of stances gives a disagreement
point, and bargaining from there gives a division (Nash 1953, variable threats). What one side gains in that game the other loses.
A threat counts only if it would be carried out: compare with the equilibria of the game of stances (`games.py`).

>>> v = value_of_threat([[0, 10], [5, 5], [10, 0]], without=(2, 2), threat=(1, -3), parties=("USA", "CHN"))
>>> [round(x, 3) for x in v.change]
[2.0, -2.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog, minimize

from detente.errors import InputError, NotConverged
from detente.talks.games import Game, efficient_rows, game
from detente.types import Array, plain
from detente.words import digits, refusal, tell
from detente.words.shown import Shown

Solution = Literal["nash", "kalai-smorodinsky", "egalitarian", "utilitarian"]
SOLUTIONS: tuple[Solution, ...] = ("nash", "kalai-smorodinsky", "egalitarian", "utilitarian")
CERTIFICATE = 1e-7
"""Largest first-order improvement of the log Nash product that any package may still offer."""


@dataclass(frozen=True, eq=False)
class Deal(Shown):
    """What a bargaining solution picks. `status` is "deal" or "no deal" (then payoffs are those without one)."""

    solution: str
    status: str
    parties: tuple[str, ...]
    mixture: dict[str, float]
    payoffs: tuple[float, ...]
    disagreement: tuple[float, ...]
    ideal: tuple[float, ...]
    power: tuple[float, ...]
    single: str | None
    """The one package with the largest product of gains that hurts nobody, if any: what could be signed as it stands."""

    @property
    def gains(self) -> tuple[float, ...]:
        """Payoff less the payoff without a deal, party by party."""
        return tuple(u - d for u, d in zip(self.payoffs, self.disagreement, strict=True))

    def to_frame(self) -> pd.DataFrame:
        """One row a party: payoff, without a deal, gain, most it could hope for, share of that reached."""
        ideal, d = np.array(self.ideal), np.array(self.disagreement)
        with np.errstate(invalid="ignore", divide="ignore"):
            reached = np.where(ideal > d, np.array(self.gains) / (ideal - d), np.nan)
        return pd.DataFrame(
            {"payoff": self.payoffs, "without a deal": d, "gain": self.gains, "ideal": ideal, tell(self, "reached"): reached},
            index=pd.Index(self.parties, name="party"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"gains": list(self.gains)}

    def explain(self) -> str:
        """The answer in plain words."""
        if self.status == "no deal":
            return tell(self)
        best = max(self.gains)
        gained = zip(self.parties, self.gains, strict=True)
        return tell(self, idle=[p for p, g in gained if abs(g) <= 1e-9 * max(best, 1e-300)])


@dataclass(frozen=True, eq=False)
class Zone(Shown):
    """The contract zone: which packages leave everybody at least as well off as no deal."""

    parties: tuple[str, ...]
    packages: tuple[str, ...]
    payoffs: Array = field(repr=False)
    disagreement: tuple[float, ...]
    inside: tuple[bool, ...]
    efficient: tuple[bool, ...]
    with_mixtures: bool
    """Whether a lottery over packages leaves everybody better off than no deal."""

    @property
    def exists(self) -> bool:
        """Whether some single package leaves nobody worse off and somebody better off."""
        gains = self.payoffs - np.array(self.disagreement)
        return bool(any(ok and row.max() > 0 for ok, row in zip(self.inside, gains, strict=True)))

    def to_frame(self) -> pd.DataFrame:
        """One row a package: gains of each party, in the zone or not, efficient or not, who blocks it."""
        gains = self.payoffs - np.array(self.disagreement)
        frame = pd.DataFrame(gains, index=pd.Index(self.packages, name="package"), columns=[f"gain of {p}" for p in self.parties])
        frame["in the zone"], frame["efficient"] = self.inside, self.efficient
        frame["blocked by"] = [", ".join(p for p, g in zip(self.parties, row, strict=True) if g < 0) for row in gains]
        return frame

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(
            {
                "exists": self.exists,
                "with_mixtures": self.with_mixtures,
                "packages": self.to_frame().reset_index().to_dict("records"),
            }
        )

    def explain(self) -> str:
        """The zone in plain words."""
        inside = [(k, e) for k, ok, e in zip(self.packages, self.inside, self.efficient, strict=True) if ok]
        return tell(self, inside=[k for k, _ in inside], best=[k for k, e in inside if e])


# -- reading inputs ----------------------------------------------------------------------------------------------------
def _read(
    packages: ArrayLike, disagreement: Sequence[float] | Array, parties: Sequence[str] | None, names: Sequence[str] | None
) -> tuple[Array, Array, tuple[str, ...], tuple[str, ...]]:
    u = np.array(packages, dtype=np.float64)
    if u.ndim != 2 or u.size == 0 or not np.isfinite(u).all():
        raise InputError(refusal("talks", "packages_must_be_finite"))
    d = np.array(disagreement, dtype=np.float64)
    if d.shape != (u.shape[1],) or not np.isfinite(d).all():
        raise InputError(refusal("talks", "disagreement_needs_payoffs_one", shape=u.shape[1]))
    who = tuple(parties or [f"party {k + 1}" for k in range(u.shape[1])])
    what = tuple(names or [f"package {k + 1}" for k in range(len(u))])
    if len(who) != u.shape[1] or len(set(who)) != len(who):
        raise InputError(refusal("talks", "need_different_names", shape=u.shape[1], who=list(who)))
    if len(what) != len(u) or len(set(what)) != len(what):
        raise InputError(refusal("talks", "need_different_names_of_too", count=len(u)))
    return u, d, who, what


def _powers(power: Sequence[float] | None, count: int) -> Array:
    w = np.ones(count) if power is None else np.array(power, dtype=np.float64)
    if w.shape != (count,) or not np.isfinite(w).all() or (w <= 0).any():
        raise InputError(refusal("talks", "power_needs_numbers_above", count=count))
    return w / w.sum()


# -- public ------------------------------------------------------------------------------------------------------------
def contract_zone(
    packages: ArrayLike,
    disagreement: Sequence[float] | Array,
    parties: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
) -> Zone:
    """Which packages hurt nobody, which are efficient, and whether a lottery would do."""
    u, d, who, what = _read(packages, disagreement, parties, names)
    gains = _scaled(u, d)[0]
    inside = np.asarray((u >= d).all(axis=1), dtype=np.bool_)
    mixture = _largest_equal_gain(gains, np.ones(len(d)))
    return Zone(
        who,
        what,
        u,
        tuple(map(float, d)),
        tuple(map(bool, inside)),
        tuple(map(bool, efficient_rows(u))),
        mixture is not None and mixture[1] > 1e-12,
    )


def bargain(
    packages: ArrayLike,
    disagreement: Sequence[float] | Array,
    solution: Solution = "nash",
    *,
    parties: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    power: Sequence[float] | None = None,
    mixtures: bool = True,
) -> Deal:
    """The package, or mixture of packages, that a bargaining solution picks.

    `packages[k, i]` is what party i gets from package k, in any unit per party; `disagreement[i]` without a deal. Raises
    `InputError` on bad input, `NotConverged` if the optimum cannot be certified.
    """
    if solution not in SOLUTIONS:
        raise InputError(refusal("talks", "solution_is_not_known", solution=f"{solution!r}", solutions=", ".join(SOLUTIONS)))
    u, d, who, what = _read(packages, disagreement, parties, names)
    w = _powers(power, len(d))
    g, scale = _scaled(u, d)
    inside = np.asarray((g >= 0).all(axis=1), dtype=np.bool_)
    single = _best_single(g, inside, w)
    ideal = _ideal(g, inside, mixtures)

    def finish(status: str, weights: Array | None) -> Deal:
        paid = d if weights is None else weights @ u
        used = {} if weights is None else {what[k]: float(weights[k]) for k in np.flatnonzero(weights > 1e-10)}
        hope = d if ideal is None else d + ideal * scale
        return Deal(
            solution, status, who, used, tuple(map(float, paid)), tuple(map(float, d)), tuple(map(float, hope)),
            tuple(map(float, w)), None if single is None else what[single],
        )  # fmt: skip

    if ideal is None or ideal.max() <= 1e-12:
        return finish("no deal", None)
    if not mixtures:
        return finish("deal", np.eye(len(u))[_pick_single(solution, g, inside, w, ideal, scale)])
    return finish("deal", _clean(_pick_mixture(solution, g, w, ideal, scale), g))


# -- inside ------------------------------------------------------------------------------------------------------------
def _scaled(u: Array, d: Array) -> tuple[Array, Array]:
    """Gains over no deal, each party's divided by its largest absolute gain: the scale-free problem."""
    gains = u - d
    scale = np.abs(gains).max(axis=0)
    scale[scale == 0] = 1.0
    return gains / scale, scale


def _mix(objective: Array, g: Array, floor: Array) -> Array | None:
    """Weights that maximise objective·(gains) subject to gains ≥ floor, or None."""
    result = linprog(
        -(g @ objective), A_ub=-g.T, b_ub=-floor, A_eq=np.ones((1, len(g))), b_eq=[1.0], bounds=(0, None), method="highs"
    )
    return np.asarray(result.x) if result.success else None


def _largest_equal_gain(g: Array, direction: Array) -> tuple[Array, float] | None:
    """Weights and the largest t with gains ≥ t·direction (t may be negative)."""
    n = len(g)
    result = linprog(
        np.r_[np.zeros(n), -1.0],
        A_ub=np.c_[-g.T, direction],
        b_ub=np.zeros(g.shape[1]),
        A_eq=np.r_[np.ones(n), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * n + [(None, None)],
        method="highs",
    )
    return (np.asarray(result.x[:-1]), float(result.x[-1])) if result.success else None


def _ideal(g: Array, inside: NDArray[np.bool_], mixtures: bool) -> Array | None:
    """The most each party gains in a deal that hurts nobody; None if there is no such deal."""
    if not mixtures:
        return g[inside].max(axis=0) if inside.any() else None
    count = g.shape[1]
    best = np.zeros(count)
    for i in range(count):
        weights = _mix(np.eye(count)[i], g, np.zeros(count))
        if weights is None:
            return None
        best[i] = max(0.0, float(weights @ g[:, i]))
    return best


def _best_single(g: Array, inside: NDArray[np.bool_], w: Array) -> int | None:
    rows = np.flatnonzero(inside & (g > 0).any(axis=1))
    if len(rows) == 0:
        return None
    return int(rows[_first_best(_log_product(g[rows], w), g[rows].sum(axis=1))])


def _log_product(g: Array, w: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(g, 0.0)) @ w)


def _first_best(values: Array, second: Array) -> int:
    """Position of the largest value; ties go to the larger second value, then to the first in the list."""
    top = np.flatnonzero(values >= values.max() - 1e-12) if np.isfinite(values.max()) else np.arange(len(values))
    return int(top[np.argmax(second[top])])


def _pick_single(solution: str, g: Array, inside: NDArray[np.bool_], w: Array, ideal: Array, scale: Array) -> int:
    rows = np.flatnonzero(inside & (g > 0).any(axis=1))
    own = g[rows]
    if solution == "nash":
        value = _log_product(own, w)
    elif solution == "kalai-smorodinsky":
        value = (own[:, ideal > 0] / ideal[ideal > 0]).min(axis=1)
    elif solution == "egalitarian":
        value = (own * scale).min(axis=1)
    else:
        value = (own * scale) @ w
    return int(rows[_first_best(value, (own * scale).sum(axis=1))])


def _pick_mixture(solution: str, g: Array, w: Array, ideal: Array, scale: Array) -> Array:
    count = len(w)
    open_to = np.flatnonzero(ideal > 1e-12)  # parties with nothing to gain are held to their floor and left out of the split
    if solution == "utilitarian":
        weights = _mix(w * scale, g, np.zeros(count))
        assert weights is not None
        return weights
    if solution == "nash" and len(open_to) > 1:
        return _nash_pair(g, w) if count == 2 else _nash_many(g, w, open_to)
    direction = np.zeros(count)
    direction[open_to] = 1.0 / scale[open_to] if solution == "egalitarian" else ideal[open_to]
    direction /= direction.max()
    found = _largest_equal_gain(g, direction)
    assert found is not None
    floor = np.maximum(0.0, found[1] * direction - 1e-11)
    weights = _mix(scale / scale.max(), g, floor)
    return found[0] if weights is None else weights


def _nash_pair(g: Array, w: Array) -> Array:
    """Two parties, exact: the best point of every segment between two efficient packages, by the first-order condition."""
    rows = np.flatnonzero(efficient_rows(g))
    one = np.eye(len(g))
    best, choice = -np.inf, np.zeros(len(g))
    for position, a in enumerate(rows):
        for b in rows[position:]:
            low, step = g[a], g[b] - g[a]
            marks = [0.0, 1.0]
            if abs(step[0] * step[1]) > 0:  # w₁ step₁/gain₁ + w₂ step₂/gain₂ = 0
                slope = w[0] * step[0] * low[1] + w[1] * step[1] * low[0]
                marks.append(float(np.clip(-slope / (step[0] * step[1]), 0.0, 1.0)))
            for t in marks:
                gain = low + t * step
                if (gain > 0).all():
                    value = float(np.log(gain) @ w)
                    if value > best + 1e-13:
                        best, choice = value, (1 - t) * one[a] + t * one[b]
    if not np.isfinite(best):
        raise NotConverged(refusal("talks", "no_mixture_helps_both"))
    return choice


def _nash_many(g: Array, w: Array, open_to: NDArray[np.intp]) -> Array:
    """More parties: a concave programme from the point of largest equal gain, with a certificate.

    Parties that cannot gain in any deal that hurts nobody are kept from losing and left out of the product.
    """
    n, own, power = len(g), g[:, open_to], w[open_to]
    floor = np.where(np.isin(np.arange(len(w)), open_to), -np.inf, 0.0)
    start = _largest_equal_gain(g, np.isin(np.arange(len(w)), open_to).astype(np.float64))
    assert start is not None
    if start[1] <= 1e-12:
        raise NotConverged(refusal("talks", "no_mixture_helps_every"))
    least = np.where(np.isfinite(floor), 0.0, (0.1 * start[1]) ** 2)

    def loss(x: Array) -> tuple[float, Array]:
        gain = np.maximum(x @ own, 1e-14)
        return -float(np.log(gain) @ power), -(own @ (power / gain))

    gap, x = np.inf, start[0]
    for _ in range(12):
        result = minimize(
            loss, x, jac=True, method="SLSQP", bounds=[(0, 1)] * n, options={"maxiter": 500, "ftol": 1e-16},
            constraints=[
                {"type": "eq", "fun": lambda x: x.sum() - 1, "jac": lambda x: np.ones(n)},
                {"type": "ineq", "fun": lambda x: x @ g - least, "jac": lambda x: g.T},
            ],
        )  # fmt: skip
        candidate = np.clip(result.x, 0, None)
        candidate /= candidate.sum()
        gain = candidate @ own
        if (gain <= 0).any():
            break
        slopes = own @ (power / gain)
        better = _mix_above(slopes, g, floor)
        now = float(slopes @ better - power.sum())
        if now < gap:
            gap, x = now, candidate
        if gap <= CERTIFICATE:
            return x
        x = 0.999 * x + 0.001 * better  # leaves a corner where the search stopped short
    raise NotConverged(refusal("talks", "nash_product_could", gap=f"{gap:.1e}", certificate=f"{CERTIFICATE:.0e}"))


def _mix_above(slopes: Array, g: Array, floor: Array) -> Array:
    """The mixture with the largest slope that keeps the gains at or above their floor."""
    kept = np.flatnonzero(np.isfinite(floor))
    if len(kept) == 0:
        return np.eye(len(g))[int(np.argmax(slopes))]
    result = linprog(
        -slopes, A_ub=-g[:, kept].T, b_ub=np.zeros(len(kept)), A_eq=np.ones((1, len(g))), b_eq=[1.0], bounds=(0, None)
    )
    if not result.success:
        raise NotConverged(refusal("talks", "every_mixture_hurts_party"))
    return np.asarray(result.x)


def _clean(weights: Array, g: Array) -> Array:
    """Weights without numerical dust, summing to one."""
    tidy = np.where(weights > 1e-9, weights, 0.0)
    tidy = tidy / tidy.sum()
    return tidy if (tidy @ g >= -1e-9).all() else weights


# -- threats -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Threat(Shown):
    """The deal with and without a threat."""

    without: Deal
    with_threat: Deal

    @property
    def parties(self) -> tuple[str, ...]:
        """Who bargains."""
        return self.without.parties

    @property
    def change(self) -> tuple[float, ...]:
        """What the threat moves to (or from) each party in the outcome of the talks."""
        return tuple(b - a for a, b in zip(self.without.payoffs, self.with_threat.payoffs, strict=True))

    @property
    def if_carried_out(self) -> tuple[float, ...]:
        """What each party would lose (below zero) or win if talks failed and the threat were carried out."""
        return tuple(b - a for a, b in zip(self.without.disagreement, self.with_threat.disagreement, strict=True))

    def to_frame(self) -> pd.DataFrame:
        """One row a party."""
        return pd.DataFrame(
            {
                tell(self, "deal_without"): self.without.payoffs,
                tell(self, "deal_with"): self.with_threat.payoffs,
                tell(self, "value"): self.change,
                "if carried out": self.if_carried_out,
            },
            index=pd.Index(self.parties, name="party"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(
            {
                "without": self.without.record(),
                "with": self.with_threat.record(),
                "change": self.change,
                "if_carried_out": self.if_carried_out,
            }
        )

    def explain(self) -> str:
        """The answer in plain words."""
        size = max(abs(x) for x in (*self.without.payoffs, *self.with_threat.payoffs, 1e-300))
        moved = [(p, c) for p, c in zip(self.parties, self.change, strict=True) if abs(c) > 1e-9 * size]
        return tell(
            self,
            winners=[f"{p} {digits(c)}" for p, c in moved if c > 0],
            losers=[f"{p} {digits(-c)}" for p, c in moved if c < 0],
            hurt=[p for p, c in zip(self.parties, self.if_carried_out, strict=True) if c < 0],
        )


def value_of_threat(
    packages: ArrayLike,
    without: Sequence[float],
    threat: Sequence[float],
    solution: Solution = "nash",
    *,
    parties: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    power: Sequence[float] | None = None,
    mixtures: bool = True,
) -> Threat:
    """How the deal moves when the disagreement payoffs go from `without` to `threat`."""
    first, second = (
        bargain(packages, d, solution, parties=parties, names=names, power=power, mixtures=mixtures) for d in (without, threat)
    )
    return Threat(first, second)


def threat_game(
    packages: ArrayLike,
    disagreements: ArrayLike,
    solution: Solution = "nash",
    *,
    parties: Sequence[str] | None = None,
    stances: Sequence[Sequence[str]] | None = None,
    power: Sequence[float] | None = None,
) -> Game:
    """The game whose cells are threats and whose payoffs are the deals they lead to.

    `disagreements[stance of the first, …, party]` is what happens if talks fail and these stances are taken.
    """
    d = np.array(disagreements, dtype=np.float64)
    if d.ndim < 2 or d.shape[-1] != d.ndim - 1 or not np.isfinite(d).all():
        raise InputError(refusal("talks", "disagreements_need_one_axis", shape=d.shape))
    flat = d.reshape(-1, d.shape[-1])
    paid = [bargain(packages, row, solution, parties=parties, power=power).payoffs for row in flat]
    return game(np.array(paid).reshape(d.shape), parties, stances)
