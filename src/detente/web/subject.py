"""What a figure of the page is drawn of: the states, and what was asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from detente import __version__
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError
from detente.verbs import Code
from detente.web.effects import Unit
from detente.web.quick import Engine, case_title
from detente.web.state import PageState, Resolved, Strict
from detente.words import say
from detente.words.names import meant

Shown = Literal[
    "real_income_pct", "ev_musd", "consumer_prices_pct", "consumer_prices_local_pct", "exports_pct", "tariff_revenue_musd"
]
"""What a figure may show of every economy."""


class FigureRequest(Strict):
    """What to draw: a state, or several beside each other; the indicator shown (of the answer, its unit); the economy of a figure
    about one; whether with ranges; the room for it in px, for an inline drawing.
    """

    states: Annotated[list[PageState], Field(min_length=1, max_length=12)]
    indicator: Shown = "real_income_pct"
    unit: Unit = "percent"
    region: Code | None = None
    ranges: bool = False
    width: Annotated[int, Field(ge=240, le=1200)] = 700


class Subject(NamedTuple):
    """What a figure is drawn of: the engine, the states and what was asked besides."""

    engine: Engine
    cases: Sequence[Resolved]
    asked: FigureRequest

    @property
    def first(self) -> Resolved:
        """The state. Raises `InputError` where it moves nothing."""
        case = self.cases[0]
        if case.scenario is None and not case.shift:
            raise InputError("the state is the status quo, which changes nothing; give a scenario or move a measure")
        return case

    @property
    def region(self) -> str | None:
        """The economy a figure is to be about, by its code."""
        said = self.asked.region
        return None if said is None else meant(said, self.cases[0].world.regions)

    @property
    def outcome(self) -> Outcome:
        """The state's equilibrium against its baseline."""
        return self.engine.outcome(self.first)

    @property
    def note(self) -> str:
        """Which state it is where it is one, and where the numbers come from."""
        case = self.cases[0]
        run = {"horizon": case.horizon, "against": case.compared_with, "world": case.world, "version": __version__}
        return say("web/figures", "note", title=case_title(case) if len(self.cases) == 1 else "", **run)

    @property
    def run(self) -> str:
        """The horizon, and what it is compared with."""
        case = self.cases[0]
        return say("web/figures", "run", horizon=case.horizon, against=case.compared_with)

    def ends(self, case: Resolved) -> dict[str, tuple[float, float]]:
        """Lowest and highest real income by region and for WORLD, where ranges are asked for."""
        if not self.asked.ranges:
            return {}
        found = self.engine.ranges(case)
        rows = {row["region"]: (row["low"], row["high"]) for row in found["regions"]}
        return {**rows, "WORLD": (found["world"]["low"], found["world"]["high"])}


def whole(case: Resolved) -> tuple[Case, str | None]:
    """The case with moved levers as a scenario of its own, and the scenario shown."""
    dossier, scenario = case.as_dossier()
    return (Case.of(dossier, case.world, case.horizon) if case.shift else case.case), scenario
