"""What no payoff table can tell about a stand-off or a truce: assumptions, each with a range, laid out as a grid.

Every combination of the ends of the ranges is a row of the grid (`corners`); the odds are averages over it with equal weights. A
discount rate given for a party, or a range whose ends are one number, is held fixed. Nothing here is measured (assumptions A40,
A47, A49).

>>> p = Patience()
>>> len(p.corners(("USA", "CHN"))), len(p.fixed(collapse_risk=0.5).corners(("USA", "CHN")))
(64, 32)
>>> Patience(rates={"USA": 0.08}).of("USA"), Patience().of("USA")
(0.08, 0.1)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from detente.checks import not_negative, positive, probability
from detente.errors import InputError, UnknownName
from detente.types import plain
from detente.words import refusal, say

Range = tuple[float, float]
COMMON = ("collapse_risk", "settlement_years", "collapse_years", "face")
"""Assumptions of every model, beside the discount rates."""
_UNITS = {
    "collapse_risk": "a year",
    "settlement_years": "years",
    "collapse_years": "years",
    "face": say("words/templates/Patience", "unit_of_face"),
    "stubborn": "",
    "bite": "",
    "slip_days": "days",
    "false_alarm": "a year",
    "detection": "a year",
    "review_million_usd": "million USD, each side",
}
WORDS = {key: (say("words/templates/Patience", key), unit) for key, unit in _UNITS.items()}
"""Each assumption in words, and its unit."""


@dataclass(frozen=True)
class Patience:
    """Assumptions at their centre, and the ends each is varied over.

    Discount rates a year by party (`rate` where not given). `collapse_risk` a year. Years that having given way matters and that
    a collapse lasts. `face`: points of real income a year that not being seen to give way is worth to a government with audience
    weight 1, and that giving way costs it. `stubborn`: prior chance that a side never gives way. `bite`: chance that a missed
    deadline ends talks. `slip_days`: spread of an uncertain deadline. `false_alarm`, `detection`: chances a year.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    rate: float = 0.10
    rate_range: Range = (0.05, 0.20)
    collapse_risk: float = 1.0
    collapse_risk_range: Range = (0.3, 3.0)
    settlement_years: float = 2.0
    settlement_years_range: Range = (1.0, 4.0)
    collapse_years: float = 1.0
    collapse_years_range: Range = (0.5, 2.0)
    face: float = 0.1
    face_range: Range = (0.04, 0.2)
    stubborn: float = 0.1
    stubborn_range: Range = (0.02, 0.3)
    bite: float = 0.5
    bite_range: Range = (0.25, 1.0)
    slip_days: float = 7.0
    slip_days_range: Range = (3.0, 21.0)
    false_alarm: float = 0.1
    false_alarm_range: Range = (0.05, 0.2)
    detection: float = 0.6
    detection_range: Range = (0.4, 0.8)
    review_million_usd: float = 5.0

    def __post_init__(self) -> None:
        for party, value in self.rates.items():
            positive(value, f"discount rate of {party}")
        for key in ("rate", "settlement_years", "collapse_years", "slip_days"):
            for value in (getattr(self, key), *getattr(self, f"{key}_range")):
                positive(value, WORDS.get(key, ("discount rate", ""))[0])
        for key in ("collapse_risk", "face"):
            for value in (getattr(self, key), *getattr(self, f"{key}_range")):
                not_negative(value, WORDS[key][0])
        for key in ("stubborn", "bite", "false_alarm", "detection"):
            for value in (getattr(self, key), *getattr(self, f"{key}_range")):
                probability(value, WORDS[key][0])
        not_negative(self.review_million_usd, WORDS["review_million_usd"][0])

    def of(self, party: str) -> float:
        """Discount rate of a party, a year."""
        return float(self.rates.get(party, self.rate))

    def ends(self, key: str) -> tuple[float, ...]:
        """The ends an assumption is varied over; one value if it is held fixed."""
        return tuple(dict.fromkeys(getattr(self, f"{key}_range")))

    def rate_ends(self, party: str) -> tuple[float, ...]:
        """The discount rates a party is tried with; one if it was given."""
        return (float(self.rates[party]),) if party in self.rates else tuple(dict.fromkeys(self.rate_range))

    def fixed(self, **values: float) -> Patience:
        """A copy in which each named assumption has this value and is not varied. Raises `UnknownName`."""
        known = {f.name for f in fields(self)} - {"rates", "rate"}
        changes: dict[str, Any] = {}
        for key, value in values.items():
            if key not in known or key.endswith("_range"):
                raise UnknownName(key, sorted(k for k in known if not k.endswith("_range")), "assumption")
            changes[key] = float(value)
            if f"{key}_range" in known:
                changes[f"{key}_range"] = (float(value), float(value))
        return replace(self, **changes)

    def at(self, corner: Mapping[str, float]) -> Patience:
        """A copy at one combination of `corners` (or of an own assumption of a model)."""
        rates = dict(self.rates) | {k.removeprefix("rate "): v for k, v in corner.items() if k.startswith("rate ")}
        own: dict[str, Any] = {k: v for k, v in corner.items() if not k.startswith("rate ")}
        return replace(self, rates=rates, **own)

    def corners(self, parties: Sequence[str]) -> list[dict[str, float]]:
        """The ends of what every model needs, in every combination: discount rates as "rate USA", then `COMMON`."""
        if len(set(parties)) != len(parties):
            raise InputError(refusal("talks", "parties_need_different"))
        keys = [f"rate {p}" for p in parties] + list(COMMON)
        choices = [self.rate_ends(p) for p in parties] + [self.ends(k) for k in COMMON]
        return [dict(zip(keys, values, strict=True)) for values in itertools.product(*choices)]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return plain(self)


def named(key: str) -> str:
    """An assumption in words: "collapse risk", "discount rate of USA".

    >>> named("rate USA"), named("face")
    ('discount rate of USA', 'worth of not being seen to give way')
    """
    if key.startswith("rate "):
        return f"discount rate of {key.removeprefix('rate ')}"
    if key.startswith("stubborn of "):
        return say("words/templates/Patience", "stubborn", party=key.removeprefix("stubborn of "))
    return WORDS[key][0] if key in WORDS else key
