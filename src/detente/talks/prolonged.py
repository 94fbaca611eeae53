"""A fixed deadline that may be prolonged: if both hold when it passes, talks collapse with some chance and else go on as before.

With chance β (the deadline's bite) a missed deadline ends talks; else the stand-off goes on without a date and is worth C[i] to
side i: V_L[i] in the steady mixed equilibrium, where waiting is worth giving way, and what the outcome pays where one side moves
at once. So a missed deadline is worth

    M[i] = β D[i] + (1 − β) C[i],

which takes the place of D[i] in the last-minute choice of `deadlines.py`. β = 1 is the plain fixed deadline, β = 0 none at all.
Source: the choice is Hendricks, Weiss and Wilson's (1988); the bite is ours.

>>> from detente.talks.stakes import Stakes
>>> us = Stakes("USA", rate=0.05, flow=-1.5, win=6, lose=-8, collapse=-50)
>>> cn = Stakes("CHN", rate=0.06, flow=-1.2, win=0.2 / 0.06, lose=-0.5 / 0.06, collapse=-50)
>>> p = prolonged_deadline(us, cn, when=24 / 365.25, bite=0.5)
>>> [round(x, 3) for x in p.by(30 / 365.25)]
[0.195, 0.164, 0.586, 0.027, 0.027]
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.checks import probability
from detente.errors import InputError
from detente.talks.deadlines import TimedStandoff, fixed_deadline
from detente.talks.ends import End
from detente.talks.stakes import Stakes
from detente.talks.standoff import Standoff, standoff


@dataclass(frozen=True, eq=False)
class ProlongedStandoff:
    """A stand-off with a fixed date (`timed`) and what goes on if it passes without a collapse (`after`)."""

    timed: TimedStandoff
    after: Standoff
    bite: float

    @property
    def status(self) -> str:
        """How the stand-off up to the deadline runs."""
        return self.timed.status

    @property
    def goes_on(self) -> float:
        """The chance that the deadline passes with both holding and talks go on."""
        return (1 - self.bite) * self.timed.missed

    @property
    def length(self) -> float:
        """Mean length in years."""
        return self.timed.length + (self.goes_on * self.after.length if self.goes_on > 0 else 0.0)

    def by(self, years: float) -> End:
        """How it has ended by a moment (years from now; `math.inf` for in the end)."""
        end = self.timed.by(years)
        if years < self.timed.when or not end.known or self.goes_on == 0:
            return end
        later = self.after.by(years - self.timed.when)
        left = self.goes_on
        a, b, c, d, e = (x + left * y for x, y in zip(end, later, strict=True))
        return End(a, b, c, d - left, e)


def prolonged_deadline(
    first: Stakes, second: Stakes, when: float, collapse_risk: float = 0.0, bite: float = 1.0, *, steps: int = 201
) -> ProlongedStandoff:
    """A stand-off with a deadline `when` years from now that ends talks with chance `bite` if both hold.

    Raises `InputError` where a side has nothing to win by waiting: there is then no deadline to wait for.
    """
    share = probability(bite, "bite of the deadline")
    later = standoff(first, second, collapse_risk)
    worth = _worth(later)
    missed = [share * s.collapse + (1 - share) * c for s, c in zip((first, second), worth, strict=True)]
    timed = fixed_deadline(first, second, when, collapse_risk, after=(missed[0], missed[1]), steps=steps)
    return ProlongedStandoff(timed, later, share)


def _worth(s: Standoff) -> tuple[float, float]:
    """What a stand-off without a date is worth to each side."""
    one, two = s.sides
    if s.status == "mixed":
        return one.lose, two.lose
    if s.status == "first gives way at once":
        return one.lose, two.win
    if s.status == "second gives way at once":
        return one.win, two.lose
    if s.status == "neither gives way":
        a, b = ((x.flow + s.collapse_risk * x.collapse) / (x.rate + s.collapse_risk) for x in s.sides)
        return a, b
    raise InputError(f"a deadline needs a contest of waiting; here {s.status}")


__all__ = ["ProlongedStandoff", "prolonged_deadline"]
