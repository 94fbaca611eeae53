"""Wars of attrition: known stakes, private stakes, and audience costs that grow while the stand-off lasts.

    known stakes      prize v[i], cost c[i] a year: h[j] = c[i]/v[i], each side's hazard is set by the other's stakes
    private stakes    prize v ~ U[0, v̄], cost c a year: hold out until b(v) = (v̄/c)(−x − ln(1 − x)), x = v/v̄
    audience costs    giving way at t costs side i a[i]·t at home (prize p): h[j](t) = a[i]/(p + a[i] t), so the *other*
                      side is still standing with chance 1/(1 + a[i] t/p)

With audience costs the side whose public punishes retreat *more* is the less likely to retreat first. Sources: Maynard Smith
(1974); Bishop, Cannings and Maynard Smith (1978); Fearon (1994).

>>> round(private_stakes(0.5).holds_out, 6), [round(x, 4) for x in audience_costs((0.5, 1.0)).standing(2.0)]
(0.193147, [0.3333, 0.5])

**In every model** a government that threatens in public pays more at home if it then gives way: its audience weight rises. The
slope is the change in the odds when one side's weight rises by a step, over the whole grid of assumptions.

The models disagree about the sign, and must: in the steady stand-off a side's own rate of giving way is set by the *other's*
stakes, so a threat makes the other readier to wait; where a side may be stubborn, or a deadline looms, it binds the side that
made it. `audience_costs` is the pure case: nothing counts but costs that grow with time, and the side whose costs grow faster
gives way less often.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from detente.checks import not_negative, positive
from detente.errors import InputError
from detente.talks.contests import Judged, grid
from detente.talks.odds import Trials
from detente.talks.patience import Patience
from detente.types import plain
from detente.words import refusal, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class Attrition(Shown):
    """Known stakes: hazards a year, chances of giving way first and mean length in years."""

    names: tuple[str, str]
    prizes: tuple[float, float]
    costs: tuple[float, float]
    hazards: tuple[float, float]
    blink: tuple[float, float]
    length: float

    def to_frame(self) -> pd.DataFrame:
        """One row a side."""
        return pd.DataFrame(
            {
                "prize": self.prizes,
                "cost, a year": self.costs,
                tell(self, "hazard"): self.hazards,
                "P(gives way first)": self.blink,
            },
            index=pd.Index(self.names, name="side"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


@dataclass(frozen=True)
class PrivateStakes(Shown):
    """Private stakes of one kind on both sides, from the seat of a side with this `prize`; `cost` a year.

    `holds_out` is b(v), in years; `wins` the chance to outlast the other; `length` the mean length v̄/(6c) in years before either
    prize is known.
    """

    name: str
    prize: float
    highest: float
    cost: float
    holds_out: float
    wins: float
    length: float

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        row = {"prize": self.prize, "holds out, years": self.holds_out, "P(wins)": self.wins, "mean length, years": self.length}
        return pd.DataFrame([row], index=pd.Index([self.name], name="side"))

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


@dataclass(frozen=True)
class AudienceCosts(Shown):
    """A stand-off in which giving way costs more at home the longer it has lasted. `slopes` a[i] a year, in units of
    the prize.
    """

    names: tuple[str, str]
    slopes: tuple[float, float]
    prize: float
    blink: tuple[float, float]
    median: float
    """Years after which the stand-off is as likely over as not."""

    def standing(self, time: float) -> tuple[float, float]:
        """How likely (first, second) is to be still holding at `time` if left alone: set by the other's audience."""
        t = not_negative(time, "time")
        return 1 / (1 + self.slopes[1] * t / self.prize), 1 / (1 + self.slopes[0] * t / self.prize)

    def hazards(self, time: float) -> tuple[float, float]:
        """Rates of giving way a year at `time`; they fall as sunk publicity makes retreat dear."""
        t = not_negative(time, "time")
        return self.slopes[1] / (self.prize + self.slopes[1] * t), self.slopes[0] / (self.prize + self.slopes[0] * t)

    def to_frame(self) -> pd.DataFrame:
        """One row a side."""
        return pd.DataFrame(
            {
                "audience cost, a year": self.slopes,
                tell(self, "at_the_start"): self.hazards(0.0),
                "P(gives way first)": self.blink,
            },
            index=pd.Index(self.names, name="side"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def known_stakes(prizes: Sequence[float], costs: Sequence[float], names: Sequence[str] = ("first", "second")) -> Attrition:
    """Hazards h[j] = c[i]/v[i] of the steady mixed equilibrium."""
    v = _two(prizes, "prize")
    c = _two(costs, "cost a year")
    h = (c[1] / v[1], c[0] / v[0])
    total = h[0] + h[1]
    return Attrition(_names(names), v, c, h, (h[0] / total, h[1] / total), 1 / total)


def private_stakes(prize: float, highest: float = 1.0, cost: float = 1.0, name: str = "a side") -> PrivateStakes:
    """A side that knows its own prize but not the other's, which is spread evenly between 0 and `highest`; `cost` a year."""
    top, c = positive(highest, "highest prize"), positive(cost, "cost a year")
    x = not_negative(prize, "prize") / top
    if x > 1:
        raise InputError(refusal("talks", "prize_is_above", prize=f"{prize:g}", top=f"{top:g}"))
    holds_out = top / c * (-x - math.log1p(-x)) if x < 1 else math.inf
    return PrivateStakes(name, float(prize), top, c, holds_out, x, top / (6 * c))


def audience_costs(slopes: Sequence[float], prize: float = 1.0, names: Sequence[str] = ("first", "second")) -> AudienceCosts:
    """Audience costs growing at `slopes` a year; `prize` is what it is worth that the other retreats."""
    a, p = _two(slopes, "audience cost a year"), positive(prize, "prize")
    ratio = a[0] / a[1]
    if abs(ratio - 1) < 1e-4:  # the closed form loses its digits near equality
        first = 0.5 - (ratio - 1) / 6 + (ratio - 1) ** 2 / 12
    else:
        first = 1 / (1 - ratio) + ratio * math.log(ratio) / (1 - ratio) ** 2
    # (1 + a₁ t/p)(1 + a₂ t/p) = 2
    product, total = a[0] * a[1] / p**2, (a[0] + a[1]) / p
    median = 2 / (total + math.sqrt(total**2 + 4 * product))
    return AudienceCosts(_names(names), a, p, (first, 1 - first), median)


def _two(values: Sequence[float], what: str) -> tuple[float, float]:
    if len(values) != 2:
        raise InputError(refusal("talks", "need_two_numbers", what=what))
    return positive(values[0], what), positive(values[1], what)


def _names(names: Sequence[str]) -> tuple[str, str]:
    if len(names) != 2 or names[0] == names[1]:
        raise InputError(refusal("talks", "need_two_different_names"))
    return str(names[0]), str(names[1])


# -- audience costs in every model -------------------------------------------------------------------------------------
THREATS, OTHER = "threats alone", "change for the other"


def audience_slope(
    base: Trials, judged: Judged, moved: Sequence[Judged], patience: Patience, deadline: float | None, step: float
) -> pd.DataFrame:
    """Change in the chance that each side gives way when its own audience weight is `step` higher, points of probability.

    `base` are the trials with the motives as given (`judged`), `moved` the table judged with the higher weight of the first and
    of the second. What would happen at once counts here: a threat may be what keeps a side from it. One row a side and model:
    mean change, a tenth and nine tenths of the combinations below it, share of combinations in which the side is then less
    likely to give way.
    """
    rows: list[dict[str, Any]] = []
    for k, (party, other) in enumerate(zip(judged.parties, moved, strict=True)):
        after = Trials(judged.parties, grid([other], patience, deadline))
        for model in base.models:
            keep = base.where(model) & after.where(model)
            if not keep.any():
                continue
            own = (after.final - base.final)[keep]
            low, high = np.quantile(own[:, k], [0.1, 0.9])
            rows.append(
                {
                    "side": party, "model": model, "step": step, "change": float(own[:, k].mean()), "low": float(low),
                    "high": float(high), "less likely in": float((own[:, k] < -1e-9).mean()),
                    "more likely in": float((own[:, k] > 1e-9).mean()), OTHER: float(own[:, 1 - k].mean()),
                    "change of collapse": float(own[:, 2].mean()), "combinations": int(keep.sum()),
                }
            )  # fmt: skip
        if min(judged.audience) > 0:
            before = audience_costs(judged.audience).blink
            then = audience_costs(other.audience).blink
            change = then[k] - before[k]
            rows.append(
                {
                    "side": party, "model": THREATS, "step": step, "change": change, "low": change, "high": change,
                    "less likely in": float(change < 0), "more likely in": float(change > 0),
                    OTHER: then[1 - k] - before[1 - k], "change of collapse": 0.0, "combinations": 1,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
