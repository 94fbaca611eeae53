"""What drives a figure: how far it moves as one parameter at a time goes from the low to the high end of its published range.

For a figure f and parameter p with range [l, h], all else central, the swing is max(f(l), f, f(h)) − min(f(l), f, f(h)); the
driver is the parameter with the widest swing. One at a time says nothing of how parameters act together: the range beside a
figure also counts all of them at their low ends at once, and all at their high ends.

>>> wide = Swing("trade_elasticity_factor", (0.7, 1.3), -0.62, -0.43, -0.31)
>>> narrow = Swing("labour_mobility", (1.5, 3.0), -0.45, -0.43, -0.41)
>>> ParameterDriver.of([narrow, wide]).told()
'widest with the trade elasticity: −0.62\u202f% at its low end, −0.31\u202f% at its high end'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente import words as text
from detente.cases.readings import CENTRAL, ELASTICITY, PINNED
from detente.equilibrium.months import value
from detente.words import N_, _
from detente.words.shown import Shown

WORDS = {
    "trade_elasticity_factor": N_("the trade elasticity"),
    "labour_mobility": N_("labour mobility"),
    "capital_share": N_("the capital share"),
    "exchange_rate": N_("whether exchange rates or trade balances move"),
    "wage_floor": N_("how far wages can fall"),
    "value_added_substitution": N_("substitution between work and inputs"),
    "input_substitution": N_("substitution among inputs"),
    "critical_substitution": N_("substitution of critical inputs"),
    "final_substitution": N_("substitution among final goods"),
    "idea_diffusion": N_("how much buyers learn from sellers"),
    "idea_growth": N_("the growth of ideas"),
    "rigidities": N_("all other rigidities together"),
    "leakage": N_("how much of what is withheld leaks"),
}
"""Parameters in words."""


def in_words(parameter: str) -> str:
    """A parameter in words: "the trade elasticity"."""
    return _(WORDS[parameter]) if parameter in WORDS else parameter.replace("_", " ")


def shown(value: float) -> str:
    """A figure with its sign, as the swings are told."""
    return f"{text.fixed(value, 2 if abs(value) < 10 else 1, signed=True)}{text.THIN}%"


@dataclass(frozen=True)
class Swing:
    """A figure with one parameter at the low end, at the central value and at the high end of its range (`ends`, in words where
    they are no numbers)."""

    parameter: str
    ends: tuple[float | str, float | str]
    at_low: float
    central: float
    at_high: float

    @property
    def span(self) -> float:
        """Distance between the highest and the lowest of the three."""
        values = (self.at_low, self.central, self.at_high)
        return max(values) - min(values)


def path_swings(known: Mapping[str, float], month: float) -> Iterator[Swing]:
    """The readings of the path in pairs, from a figure at each that has an answer; a pair without one is left out."""
    factor, leaks = ((value(k, month, "low"), value(k, month, "high")) for k in (ELASTICITY, "leakage"))
    pairs: tuple[tuple[str, tuple[float | str, float | str], str, str], ...] = (
        (ELASTICITY, factor, "trade elasticity low", "trade elasticity high"),
        ("exchange_rate", (N_("pinned"), N_("flexible")), PINNED, CENTRAL),
        ("rigidities", (N_("rigid"), N_("flexible")), "everything else rigid", "everything else flexible"),
        ("leakage", leaks, "nothing leaks", "much leaks"),
    )
    for name, ends, low, high in pairs:
        if low in known and high in known:
            yield Swing(name, ends, known[low], known[CENTRAL], known[high])


def textbook_swings(known: Mapping[str, float], ranges: Mapping[str, tuple[float, float]]) -> Iterator[Swing]:
    """The parameters of a textbook horizon at both ends of their `ranges`, those with an answer at both."""
    for name, ends in ranges.items():
        if {f"{name} low", f"{name} high"} <= set(known):
            yield Swing(name, ends, known[f"{name} low"], known[CENTRAL], known[f"{name} high"])


@dataclass(frozen=True)
class ParameterDriver(Shown):
    """The swings of one figure, the widest first."""

    swings: tuple[Swing, ...]

    @classmethod
    def of(cls, swings: Iterable[Swing]) -> ParameterDriver:
        """Swings sorted by their span; equal ones keep their order."""
        return cls(tuple(sorted(swings, key=lambda s: -s.span)))

    @property
    def main(self) -> Swing | None:
        """The widest swing; None where no parameter has a range."""
        return self.swings[0] if self.swings else None

    def moves(self, show: Callable[[float], str] = shown) -> bool:
        """Whether the widest swing shows in figures as `show` prints them."""
        return self.main is not None and len({show(v) for v in (self.main.at_low, self.main.central, self.main.at_high)}) > 1

    def told(self, show: Callable[[float], str] = shown) -> str:
        """The widest swing in words, with the figure at both ends; `show` prints a figure with its unit."""
        return text.tell(self, "told", **self._told(show))

    def explain(self) -> str:
        """The same as a sentence, with the other parameters after it."""
        rest = [(in_words(s.parameter), shown(s.at_low), shown(s.at_high)) for s in self.swings[1:]]
        return text.tell(self, "explain", rest=rest, **self._told(shown))

    def _told(self, show: Callable[[float], str]) -> dict[str, Any]:
        s = self.main
        if s is None:
            return {"main": "", "moves": False}
        ends = {"low": show(s.at_low), "central": show(s.central), "high": show(s.at_high)}
        return {"main": in_words(s.parameter), "moves": self.moves(show), **ends}

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter, the widest first: its ends, the figure there and at the centre, the span."""
        columns = ["parameter", "words", "parameter_low", "parameter_high", "at_low", "central", "at_high", "span"]
        rows = [(s.parameter, in_words(s.parameter), *s.ends, s.at_low, s.central, s.at_high, s.span) for s in self.swings]
        return pd.DataFrame(rows, columns=columns)

    def record(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"told": self.told(), "parameters": self.to_frame().to_dict("records")}


def reach(parameter: str, ends: tuple[float | str, float | str]) -> str:
    """The range of a parameter: "0.7 to 1.3 times", "1.5 to 3", "pinned to flexible"."""
    low, high = (_(end) if isinstance(end, str) else text.fixed(end, len(f"{end:g}".partition(".")[2])) for end in ends)
    told = text.to(low, high)
    return _("{0} times").format(told) if parameter.endswith("_factor") else told
