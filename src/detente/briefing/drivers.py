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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Para, Table

if TYPE_CHECKING:
    from detente.briefing.view import CaseView

WORDS = {
    "trade_elasticity_factor": "the trade elasticity",
    "labour_mobility": "labour mobility",
    "capital_share": "the capital share",
    "value_added_substitution": "substitution between work and inputs",
    "input_substitution": "substitution among inputs",
    "critical_substitution": "substitution of critical inputs",
    "critical_trade_factor": "the trade elasticity of critical inputs",
    "final_substitution": "substitution among final goods",
    "idea_diffusion": "how much buyers learn from sellers",
    "idea_growth": "the growth of ideas",
}
"""Parameters in words."""


def in_words(parameter: str) -> str:
    """A parameter in words: "the trade elasticity"."""
    return WORDS.get(parameter, parameter.replace("_", " "))


def _percent(value: float) -> str:
    return f"{text.fixed(value, 2 if abs(value) < 10 else 1, signed=True)}{text.THIN}%"


@dataclass(frozen=True)
class Swing:
    """A figure with one parameter at the low end, at the central value and at the high end of its range (`ends`)."""

    parameter: str
    ends: tuple[float, float]
    at_low: float
    central: float
    at_high: float

    @property
    def span(self) -> float:
        """Distance between the highest and the lowest of the three."""
        values = (self.at_low, self.central, self.at_high)
        return max(values) - min(values)


@dataclass(frozen=True)
class ParameterDriver:
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

    def moves(self, show: Callable[[float], str] = _percent) -> bool:
        """Whether the widest swing shows in figures as `show` prints them."""
        return self.main is not None and len({show(v) for v in (self.main.at_low, self.main.central, self.main.at_high)}) > 1

    def told(self, show: Callable[[float], str] = _percent) -> str:
        """The widest swing in words, with the figure at both ends; `show` prints a figure with its unit."""
        if self.main is None:
            return "no parameter has a range at this horizon"
        if not self.moves(show):
            return f"{show(self.main.central)} at both ends of every parameter’s range"
        ends = f"{show(self.main.at_low)} at its low end, {show(self.main.at_high)} at its high end"
        return f"widest with {in_words(self.main.parameter)}: {ends}"

    def explain(self) -> str:
        """The same as a sentence, with the other parameters after it."""
        rest = [f"{in_words(s.parameter)} ({_percent(s.at_low)} to {_percent(s.at_high)})" for s in self.swings[1:]]
        return f"{text.capital(self.told())}." + (f" Less with {text.join(rest)}." if rest and self.moves() else "")

    def to_frame(self) -> pd.DataFrame:
        """One row a parameter, the widest first: its ends, the figure there and at the centre, the span."""
        columns = ["parameter", "words", "parameter_low", "parameter_high", "at_low", "central", "at_high", "span"]
        rows = [(s.parameter, in_words(s.parameter), *s.ends, s.at_low, s.central, s.at_high, s.span) for s in self.swings]
        return pd.DataFrame(rows, columns=columns)

    def record(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"told": self.told(), "parameters": self.to_frame().to_dict("records")}


def reach(swing: Swing) -> str:
    """The range of a parameter: "0.7 to 1.3 times", "1.5 to 3"."""
    return f"{swing.ends[0]:g} to {swing.ends[1]:g}" + (" times" if swing.parameter.endswith("_factor") else "")


def blocks(case: CaseView) -> list[Block]:
    """What drives the figures of the summary: a sentence and a small table; nothing where no parameter has a range."""
    from detente.briefing.sections.summary import headline_figures

    listed = [(h, case.driver(h.figure, h.scenario)) for h in headline_figures(case)]
    if not any(d.swings for _, d in listed):
        return []
    rows, data = [], []
    for h, d in listed:
        main = d.main
        assert main is not None
        t = case.triple(h.figure, h.scenario)
        shown = (main.at_low, main.at_high) if d.moves() else ()
        rows.append(
            (
                Cell(text.capital(h.what), case.label(h.scenario)),
                Cell(_percent(t.value), text.percent_range(t.low, t.high), strong=True),
                Cell(text.capital(in_words(main.parameter)), reach(main)) if shown else Cell("None"),
                *(Cell(_percent(v)) for v in shown),
                *([Cell("–")] * (2 - len(shown))),
            )
        )
        for s in d.swings:
            for end, level, value in (("low", s.ends[0], s.at_low), ("high", s.ends[1], s.at_high)):
                row = case.row(h.code, h.scenario, h.what, h.unit, value)
                data.append({**row, "parameter": s.parameter, "parameter_end": end, "parameter_value": level})
    csv = case.file("summary-drivers", "The figures of the summary with one parameter at a time at the ends of its range", data)
    table = Table(
        "tab-drivers",
        "What drives the headline numbers",
        f"The parameter that moves each figure most, alone, over its published range; {case.run}",
        (
            Column("Figure", "scenario"),
            Column("Central", "range", number=True),
            Column("Widest with"),
            Column("At its low end", number=True),
            Column("At its high end", number=True),
        ),
        tuple(rows),
        case.note(
            csv, "The range beside a figure also counts all parameters at their low ends at once, and all at their high ends."
        ),
        csv,
    )
    return [Para(sentence([d for _, d in listed])), table]


def sentence(drivers: Sequence[ParameterDriver]) -> str:
    """Which parameter moves how many of the figures most."""
    mains = [d.main.parameter for d in drivers if d.main is not None and d.moves()]
    counts = {k: mains.count(k) for k in sorted(dict.fromkeys(mains), key=lambda k: -mains.count(k))}
    still = len(drivers) - len(mains)
    if not counts:
        return "Taken one at a time, no parameter moves any of the figures of the summary."
    if len(counts) == 1 and not still:
        return f"Taken one at a time, {in_words(mains[0])} moves every figure of the summary most."
    told = [f"{in_words(k)} moves {n} of the {len(drivers)} figures of the summary most" for k, n in counts.items()]
    rest = f"; {still} {'does' if still == 1 else 'do'} not move in the digits shown" if still else ""
    return f"Taken one at a time, {text.join(told)}{rest}."
