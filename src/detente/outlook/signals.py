"""What was seen, and what it moves: updating by likelihood ratios.

A signal says how likely it was under each outcome, up to a common factor. With probabilities p and likelihoods ℓ of one signal,

    p′[k] = p[k] ℓ[k] / Σ p ℓ

Several signals multiply, which takes them to be independent of each other given the outcome; two reports of one event are one
signal. The order does not matter for the end, only for what each step shows. An outcome a signal does not name has likelihood
1.

    points moved    100 (p′ − p)                         by outcome
    bits            log₂(p′/p)                           by outcome: +1 bit doubles the probability
    information     Σ p′ log₂(p′/p)                      of the whole signal: never negative, 0 if it moved nothing

>>> found = update({"pause": 0.5, "break": 0.5}, {"call": {"pause": 1.5, "break": 0.5}})
>>> found.after, round(found.steps[0].information, 3)
({'pause': 0.75, 'break': 0.25}, 0.189)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.errors import InputError, UnknownName
from detente.words import refusal


@dataclass(frozen=True)
class Step:
    """One signal: probabilities before and after it."""

    signal: str
    before: Mapping[str, float]
    after: Mapping[str, float]

    @property
    def points(self) -> dict[str, float]:
        """Percentage points moved, by outcome."""
        return {k: 100 * (self.after[k] - p) for k, p in self.before.items()}

    @property
    def bits(self) -> dict[str, float]:
        """log₂ of after over before, by outcome (0 where there was nothing to move)."""
        return {k: math.log2(self.after[k] / p) if p > 0 else 0.0 for k, p in self.before.items()}

    @property
    def information(self) -> float:
        """Bits the signal carried: the divergence of after from before."""
        return max(0.0, sum(self.after[k] * b for k, b in self.bits.items()))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {"signal": self.signal, "before": dict(self.before), "after": dict(self.after), "points": self.points,
                "bits": self.bits, "information_bits": self.information}  # fmt: skip


@dataclass(frozen=True)
class Update:
    """Probabilities before and after all signals, and every step between."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    steps: tuple[Step, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a signal and outcome: probability before and after, points, bits."""
        rows = [
            {"signal": s.signal, "outcome": k, "before": p, "after": s.after[k], "points": s.points[k], "bits": s.bits[k]}
            for s in self.steps
            for k, p in s.before.items()
        ]
        return pd.DataFrame(rows, columns=["signal", "outcome", "before", "after", "points", "bits"])


def update(probabilities: Mapping[str, float], likelihoods: Mapping[str, Mapping[str, float]]) -> Update:
    """Probabilities after `likelihoods` (signal → outcome → likelihood, any common factor), one signal after the other.

    Raises `InputError` for a likelihood that is not positive, `UnknownName` for an outcome that is not there.
    """
    total = sum(probabilities.values())
    if total <= 0 or any(not math.isfinite(p) or p < 0 for p in probabilities.values()):
        raise InputError(refusal("outlook", "probabilities_must_be_from_too"))
    before = {k: p / total for k, p in probabilities.items()}
    now, steps = before, []
    for name, likelihood in likelihoods.items():
        for outcome, value in likelihood.items():
            if outcome not in now:
                raise UnknownName(outcome, list(now), "outcome")
            if not (math.isfinite(value) and value > 0):
                raise InputError(
                    refusal("outlook", "signal_the_likelihood", name=f"{name!r}", outcome=f"{outcome!r}", value=value)
                )
        weighed = {k: p * likelihood.get(k, 1.0) for k, p in now.items()}
        scale = sum(weighed.values())
        after = {k: p / scale for k, p in weighed.items()}
        steps.append(Step(name, now, after))
        now = after
    return Update(before, now, tuple(steps))
