"""Four models of one stand-off, read off a payoff table, and a grid of what the table cannot tell.

    steady          both wait; each gives way at a rate that keeps the other indifferent            `standoff`
    stubborn        the same, when either side may be one that never gives way                      `reputation`
    fixed date      a choice at the deadline, which ends talks with some chance if missed           `prolonged`
    uncertain date  a deadline whose day is not sure; concessions crowd towards it                  `deadlines`

In each a side gives way by easing while the other holds, and wins if the other eases while it holds; a collapse is both
escalating. Being seen to give way costs a government with audience weight w another w·φ points a year for as long as giving way
matters, and the other's giving way is worth as much to it (φ is `Patience.face`; the symmetry is an assumption).

A trial is one model at one combination of the assumptions and one strength of the motives. Where waiting can win a side nothing
there is no deadline to wait for: the models with a date then give the steady answer, in which that side moves at once.

>>> payoff = {("ease", "ease"): (0.1, 0.1), ("hold", "hold"): (0.0, 0.0), ("hold", "ease"): (0.3, -0.1),
...           ("ease", "hold"): (-0.1, 0.3), ("escalate", "escalate"): (-0.5, -0.4)}
>>> judged = Judged("as given", ("USA", "CHN"), payoff, (0.5, 0.5))
>>> first, second = judged.stakes(Patience())
>>> round(first.prize, 3), round(second.prize, 3)
(0.906, 0.906)
>>> trial = contest("steady", judged, Patience(), None)
>>> [round(x, 2) for x in trial.end]
[0.07, 0.15, 0.0, 0.78, 0.0]
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from detente.errors import UnknownName
from detente.talks.deadlines import UncertainDate, prolonged_deadline, uncertain_deadline
from detente.talks.patience import Patience
from detente.talks.reputation import stubborn_standoff
from detente.talks.standoff import BOTH, NO_CONTEST, End, Stakes, Standoff, annuity, stakes_from_table, standoff
from detente.words import DAYS_A_YEAR, say

NAMES = ("steady", "stubborn", "fixed date", "uncertain date")
MODELS = {name: say("words/templates/Trial", name.replace(" ", "_")) for name in NAMES}
"""What each model assumes, in words."""
DATED = ("fixed date", "uncertain date")
STEPS = 121
"""Times at which a deadline's path is drawn: odds to four digits at a fiftieth of the work."""


class Reading(Protocol):
    """What every model's result can say."""

    @property
    def status(self) -> str:
        """How the stand-off runs, in a few words."""

    @property
    def length(self) -> float:
        """Mean length in years."""

    def by(self, years: float) -> End:
        """How it has ended by a moment."""


@dataclass(frozen=True)
class Judged:
    """A payoff table as one strength of the motives judges it: points a year by (stance of the first, of the second), the
    audience weights, and what a point is worth in million USD a year. `early` are the points of the first months alone, which is
    what holding out pays while it lasts; as `payoff` where there are none.
    """

    motives: str
    parties: tuple[str, str]
    payoff: Mapping[tuple[str, str], tuple[float, float]]
    audience: tuple[float, float]
    million_usd: tuple[float | None, float | None] = (None, None)
    early: Mapping[tuple[str, str], tuple[float, float]] | None = None

    @property
    def at_first(self) -> Mapping[tuple[str, str], tuple[float, float]]:
        """Points a year in the first months."""
        return self.payoff if self.early is None else self.early

    def stakes(self, patience: Patience) -> tuple[Stakes, Stakes]:
        """What each side has at stake at the centre of `patience`, being seen to give way included."""
        pair = stakes_from_table(
            self.parties,
            [patience.of(p) for p in self.parties],
            self.payoff,
            early=self.early,
            settlement_years=patience.settlement_years,
            collapse_years=patience.collapse_years,
            million_usd=self.million_usd,
        )
        made = []
        for s, weight in zip(pair, self.audience, strict=True):
            extra = weight * patience.face * annuity(s.rate, patience.settlement_years)
            made.append(s.with_(win=s.win + extra, lose=s.lose - extra))
        return made[0], made[1]


@dataclass(frozen=True, eq=False)
class Trial:
    """One model at one combination: `setting` holds the assumptions by name, `end` how it ends (both together apart)."""

    model: str
    motives: str
    setting: Mapping[str, float]
    sides: tuple[Stakes, Stakes]
    reading: Reading = field(repr=False)

    @cached_property
    def end(self) -> End:
        """How it ends in the end."""
        return self.reading.by(math.inf)

    @property
    def lean(self) -> float:
        """P(first gives way) − P(second gives way); NaN where the model gives no odds."""
        return self.end.first - self.end.second


def contest(model: str, judged: Judged, patience: Patience, deadline: float | None, **own: float) -> Trial:
    """One model at the centre of `patience`, `deadline` in years from now (the dated models need it).

    `own`: "stubborn of USA" and the like, "bite" or "slip_days", in place of the centre. Raises `UnknownName`.
    """
    if model not in MODELS:
        raise UnknownName(model, list(MODELS), "model")
    first, second = judged.stakes(patience)
    plain = standoff(first, second, patience.collapse_risk)
    values = {f"rate {p}": patience.of(p) for p in judged.parties} | {
        "collapse_risk": patience.collapse_risk, "settlement_years": patience.settlement_years,
        "collapse_years": patience.collapse_years, "face": patience.face,
    }  # fmt: skip
    return Trial(
        model, judged.motives, values | own, (first, second), _read(model, plain, judged.parties, patience, deadline, own)
    )


def _read(
    model: str,
    plain: Standoff,
    parties: tuple[str, str],
    patience: Patience,
    deadline: float | None,
    own: Mapping[str, float],
) -> Reading:
    first, second = plain.sides
    if model == "steady":
        return plain
    if model == "stubborn":
        priors = [own.get(f"stubborn of {p}", patience.stubborn) for p in parties]
        return stubborn_standoff(first, second, priors, patience.collapse_risk)
    if deadline is None or min(first.prize, second.prize) <= 0 or plain.status in (NO_CONTEST, BOTH):
        return plain
    if model == "fixed date":
        return prolonged_deadline(first, second, deadline, patience.collapse_risk, own.get("bite", patience.bite), steps=STEPS)
    date = UncertainDate(deadline, own.get("slip_days", patience.slip_days) / DAYS_A_YEAR, patience.collapse_risk)
    return uncertain_deadline(first, second, date, steps=STEPS)


def own_corners(model: str, parties: Sequence[str], patience: Patience) -> list[dict[str, float]]:
    """The ends of what only one model needs: priors of both sides apart, the deadline's bite, its spread."""
    if model == "stubborn":
        ends = patience.ends("stubborn")
        return [{f"stubborn of {p}": z for p, z in zip(parties, pair, strict=True)} for pair in itertools.product(ends, repeat=2)]
    if model == "fixed date":
        return [{"bite": x} for x in patience.ends("bite")]
    if model == "uncertain date":
        return [{"slip_days": x} for x in patience.ends("slip_days")]
    return [{}]


def grid(judgements: Sequence[Judged], patience: Patience, deadline: float | None) -> list[Trial]:
    """Every model at every combination of the ends of the assumptions, for every strength of the motives.

    Without a deadline the dated models are left out.
    """
    made = []
    models = [m for m in MODELS if deadline is not None or m not in DATED]
    for judged in judgements:
        for corner in patience.corners(judged.parties):
            at = patience.at(corner)
            first, second = judged.stakes(at)
            plain = standoff(first, second, at.collapse_risk)
            for model in models:
                for own in own_corners(model, judged.parties, patience):
                    reading = _read(model, plain, judged.parties, at, deadline, own)
                    made.append(Trial(model, judged.motives, corner | own, (first, second), reading))
    return made
