"""`PageState`: one scenario as the page holds it and a share link carries it; and what it stands for in the engine.

A state names a packaged dossier or carries a whole one, a scenario of it, the levers that were moved (those left alone follow the
scenario), a horizon, a baseline, a world, and odds of the reader's own. Two states that stand for the same thing have one `key`.

>>> state = PageState(dossier="kuala-lumpur-2025", scenario="middle", levers={"us-threat-100": 40})
>>> case = resolve(state)
>>> case.dossier.id, case.scenario, case.moved, case.horizon
('kuala-lumpur-2025', 'middle', {'us-threat-100': 40.0}, 'month 36')
>>> resolve(PageState(dossier="kuala-lumpur-2025", scenario="middle", levers={"us-threat-100": 0})).moved
{}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Annotated, Any, Literal, NamedTuple, Self

from cachetools import LRUCache, cached
from pydantic import BaseModel, ConfigDict, Field, model_validator

from detente import __version__
from detente.cases.baselines import IN_FORCE, LAW, Baseline, in_words
from detente.cases.case import CENTRAL, Case
from detente.equilibrium.memory import solved_once
from detente.equilibrium.outcome import Outcome
from detente.errors import BadDossier, UnknownName
from detente.files import sha256
from detente.outlook.own_odds import with_odds
from detente.policy.changes import Change
from detente.policy.dossier import Dossier, in_time, list_dossiers, load_dossier
from detente.policy.instruments import Policy
from detente.policy.levers import DATE, SAME, changes_for, lever_values, policy_day
from detente.policy.parts import Scenario
from detente.policy.reading import validate
from detente.words import say
from detente.world.library import list_worlds, load_world
from detente.world.world import World

OWN = "own-scenario"
"""Id of the scenario that moved levers become when a state leaves as a dossier."""
Name = Annotated[str, Field(max_length=120)]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class Strict(BaseModel):
    """What a request brings: no unknown fields, no numbers that are none."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True)


class PageState(BaseModel):
    """The whole of what is shown, small enough for a link."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, strict=True, json_schema_extra={"examples": [
            {"dossier": "kuala-lumpur-2025", "scenario": "middle", "levers": {"us-threat-100": 40}, "horizon": "month 36"}
        ]},
    )  # fmt: skip

    v: Literal[1] = 1
    dossier: Name | None = None
    content: dict[str, Any] | None = None
    scenario: Name | None = None
    levers: Annotated[dict[Name, Number], Field(max_length=200)] = Field(default={})
    horizon: Annotated[str, Field(pattern=r"^(short|medium|long|month (\d{1,2}|1[01]\d|120))$")] | None = None
    against: Baseline | None = None
    world: Name = "world-2022"
    odds: Annotated[dict[Name, dict[Name, Annotated[float, Field(ge=0, le=1)]]], Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _one_dossier(self) -> Self:
        if (self.dossier is None) == (self.content is None):
            raise ValueError("a state has either 'dossier' (the id of a packaged one) or 'content' (a whole one)")
        return self


@dataclass(frozen=True, eq=False)
class Resolved:
    """What a state stands for. `at_home` are the levers' values in the scenario on the day the law is read, `moved` those that
    differ; `key` is the same for all states that stand for the same.
    """

    state: PageState
    case: Case
    dossier_key: str
    scenario: str | None
    moved: dict[str, float]
    at_home: dict[str, float]
    changes: tuple[Change, ...]
    day: date
    against: Baseline
    key: str
    places: int = 1

    @property
    def dossier(self) -> Dossier:
        """The dossier."""
        return self.case.dossier

    @property
    def world(self) -> World:
        """The world."""
        return self.case.world

    @property
    def horizon(self) -> str:
        """Name of the horizon."""
        return self.case.parameters.name

    @property
    def policy(self) -> Policy:
        """What is in force on its day after its changes."""
        return self.case.policy(self.scenario, self.changes, self.day)

    def outcome(self, variant: str = CENTRAL, against: Baseline | None = None) -> Outcome:
        """What the state leads to against its baseline, or another one."""
        base = against or self.against
        if not self.shift:
            return self.case.outcome(self.scenario, variant=variant, against=base)
        with solved_once(passing=True):  # a reader's own levers: they would push out what dossiers ask for again
            return self.case.outcome(self.scenario, variant=variant, changes=self.changes, day=self.day, against=base)

    @property
    def compared_with(self) -> str:
        """The baseline in words, as it stands after "against"."""
        return in_words(self.against, self.dossier)

    @property
    def shift(self) -> bool:
        """Whether anything but a scenario of the dossier is asked for."""
        return bool(self.moved)

    def as_dossier(self) -> tuple[Dossier, str | None]:
        """The dossier with moved levers written down as a scenario of its own, and the name of the scenario shown."""
        if not self.shift:
            return self.dossier, self.scenario
        return with_scenario(self.dossier, self.scenario, self.changes, self.day), OWN


def digest(value: Any) -> str:
    """SHA-256 of a value's canonical JSON, 32 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return sha256(text.encode())[:32]


def parse_content(content: dict[str, Any]) -> Dossier:
    """A dossier from its JSON. Raises `BadDossier` with the field."""
    try:
        return validate(Dossier, content, {}, "dossier")
    except BadDossier as error:
        raise BadDossier(re.sub(r"dossier, line 1(?=[,:])", "dossier", str(error.args[0]))) from None


PACKAGED = "packaged "
ROOM, OWN_PLACES, PIECE = 512, 64, 10_000
"""Places for what is kept between requests; those that a state with a dossier of its own takes, and one more for as many
characters of it. Behind each stands a case with all that was solved for it, some 50 MB: what readers bring must never pile up."""


def places(content: Mapping[str, Any] | None) -> int:
    """How many places what hangs on a state takes."""
    return 1 if content is None else OWN_PLACES + len(json.dumps(content, default=str)) // PIECE


@cached(LRUCache(ROOM, getsizeof=lambda found: found.places), key=lambda state: digest(state.model_dump()), lock=Lock())
def resolve(state: PageState) -> Resolved:
    """What `state` stands for. Raises `UnknownName`, `BadDossier`, `InputError` with what to try."""
    dossier, dossier_key = _dossier_of(state)
    if state.odds:
        dossier, dossier_key = with_odds(dossier, state.odds), digest([dossier_key, state.odds])
    if state.world not in list_worlds():
        raise UnknownName(state.world, list_worlds(), "world")
    world = load_world(state.world)
    horizon = state.horizon or dossier.horizon.default
    case = _case(dossier_key, dossier, world, horizon).case
    scenario = None if state.scenario == "status-quo" else state.scenario
    day = policy_day(dossier, scenario, state.levers)
    at_home = lever_values(dossier, scenario, day)
    changes = changes_for(dossier, scenario, state.levers)
    moved = {k: v for k, v in state.levers.items() if k == DATE or abs(v - at_home[k]) > SAME}
    if day == dossier.changes_of(scenario)[1]:
        moved.pop(DATE, None)
    against = state.against or (IN_FORCE if scenario is None else LAW)  # levers alone: what they change
    key = digest([__version__, dossier_key, scenario, dict(sorted(moved.items())), horizon, against, world.fingerprint])
    return Resolved(state, case, dossier_key, scenario, moved, at_home, changes, day, against, key, places(state.content))


def _dossier_of(state: PageState) -> tuple[Dossier, str]:
    if state.content is not None:
        key = digest(state.content)
        return _given(key, state.content).dossier, key
    name = state.dossier or ""
    if name not in list_dossiers():  # a name, never a path
        raise UnknownName(name, list_dossiers(), "dossier")
    return load_dossier(name), f"{PACKAGED}{name}"


class Given(NamedTuple):
    """A dossier that a state carries, and the places it takes."""

    dossier: Dossier
    places: int


@cached(LRUCache(ROOM, getsizeof=lambda found: found.places), key=lambda key, content: key, lock=Lock())
def _given(key: str, content: dict[str, Any]) -> Given:
    """A dossier that a state carries, read once."""
    return Given(parse_content(content), places(content))


class Shared(NamedTuple):
    """A case, and the places it takes among those kept: one of a reader's own is soon gone."""

    case: Case
    places: int


@cached(
    LRUCache(24, getsizeof=lambda found: found.places),
    key=lambda name, dossier, world, horizon: (name, world.fingerprint, horizon),
    lock=Lock(),
)
def _case(name: str, dossier: Dossier, world: World, horizon: str) -> Shared:
    """The case that all states of a dossier at a horizon share. Raises `BadDossier` where the two do not fit."""
    return Shared(Case.of(dossier, world, horizon), 1 if name.startswith(PACKAGED) else 4)


def with_scenario(dossier: Dossier, scenario: str | None, changes: tuple[Change, ...], day: date) -> Dossier:
    """`dossier` with one more scenario: `scenario` after `changes`, read on `day`. Raises `BadDossier`."""
    base = dossier.scenario(scenario) if scenario else None
    title, summary, narrative = (say("web/state", part, base=base) for part in ("title", "summary", "narrative"))
    kept = in_time(dossier.measures, (*(base.changes if base else ()), *changes), day)
    own = Scenario(
        id=OWN, title=title, summary=summary, narrative=narrative, policy_date=day,
        changes=kept, assumptions=base.assumptions if base else (),
        sources=base.sources if base else dossier.reference.sources,
    )  # fmt: skip
    content = dossier.model_dump(mode="json", by_alias=True, exclude_unset=True)
    content["scenarios"] = [s for s in content.get("scenarios", []) if s["id"] != OWN]
    content["scenarios"].append(own.model_dump(mode="json", by_alias=True, exclude_unset=True))
    return parse_content(content)
