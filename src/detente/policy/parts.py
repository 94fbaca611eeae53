"""The parts of a dossier: sources, parties and their motives, bystanders, events, scenarios, questions, published numbers.

Each is data and nothing else; what hangs together is checked in `policy.dossier`. `sources` name entries of the dossier's
own list, `assumptions` numbers of the ledger, `article_ref` the passage of the founding article an entry answers.

>>> Provision(text="A working group", modelled=False, why_not="a forum changes no duty").modelled
False
"""

from __future__ import annotations

import datetime
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from detente.errors import UnknownName
from detente.policy.changes import Change
from detente.policy.measures import AssumptionNumber, Identifier, RegionCode, SectorCode, Strict, Text, readable
from detente.words import refusal

Cited = Annotated[tuple[Identifier, ...], Field(min_length=1)]
Assumed = tuple[AssumptionNumber, ...]
StanceName = Literal["ease", "hold", "escalate"]
Share = Annotated[float, Field(ge=0, le=1)]
MOST_WEIGHT = 100.0
"""Largest weight in a government's objective, either way; the weights of the shipped dossiers are below 1."""


class Source(Strict):
    """A text a statement rests on. `read`: the day we read it, or None where it was named but not read."""

    id: Identifier
    title: Text
    publisher: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=600), AfterValidator(readable)] | None = None
    date: datetime.date | None = None
    read: datetime.date | None = None
    note: Text | None = None


class Reference(Strict):
    """What the additional duties are added to."""

    date: datetime.date
    label: Text
    sources: Cited


class Venue(Strict):
    """Where the talks are, and why there."""

    region: RegionCode
    place: Text
    why: Text
    article_ref: Text | None = None
    sources: Cited


class Objective(Strict):
    """Weights on what a government wants, beside real income (weight 1): G in the strategy room.

    growth: on real income; employment: on value added, by sector; revenue, prices, dependence, audience: scalars.
    """

    growth: float = 1.0
    employment: dict[SectorCode | Literal["default"], float] = Field(default={})
    revenue: float = 0.0
    prices: float = 0.0
    dependence: float = 0.0
    audience: float = 0.0

    @model_validator(mode="after")
    def _within_reason(self) -> Self:
        weights = {k: v for k, v in self if isinstance(v, float)} | {f"employment, {k}": v for k, v in self.employment.items()}
        for name, weight in weights.items():
            if abs(weight) > MOST_WEIGHT:
                raise ValueError(refusal("policy", "weight_too_large", weight=f"{weight:g}", aim=name, most=f"{MOST_WEIGHT:g}"))
        if self.growth < 0:
            raise ValueError(refusal("policy", "weight_on_growth", weight=f"{self.growth:g}"))
        return self


class Motive(Strict):
    """One thing a party wants, in words, and the weight it stands for."""

    text: Text
    article_ref: Text | None = None
    weighs_on: Literal["growth", "employment", "revenue", "prices", "dependence", "audience", "none"] = "none"
    sources: Cited


class Stance(Strict):
    """What a party does under one of three stances: changes to the status quo."""

    stance: StanceName
    title: Text
    changes: tuple[Change, ...] = ()
    sources: Cited


class Party(Strict):
    """A government at the table."""

    region: RegionCode
    negotiators: tuple[Text, ...] = ()
    motives: Annotated[tuple[Motive, ...], Field(min_length=1)]
    objective: Objective = Objective()
    interests: tuple[Text, ...] = ()
    stances: tuple[Stance, ...] = ()
    assumptions: Assumed = ()
    sources: Cited

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        names = [s.stance for s in self.stances]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(refusal("policy", "stance_twice", stance=repr(name)))
        return self

    def stance(self, name: str) -> Stance:
        """The stance called `name` (ease, hold, escalate)."""
        table = {s.stance: s for s in self.stances}
        if name not in table:
            raise UnknownName(name, {k: s.title for k, s in table.items()}, "stance")
        return table[name]


class MenuItem(Strict):
    """Something a bystander could do."""

    id: Identifier
    title: Text
    changes: tuple[Change, ...] = ()
    modelled: bool = True
    why_not: Text | None = None
    sources: Cited


class Bystander(Strict):
    """A region hit by a quarrel that is not its own."""

    region: RegionCode
    position: Text
    article_ref: Text | None = None
    menu: tuple[MenuItem, ...] = ()
    sources: Cited


EventKind = Literal[
    "baseline", "talks", "summit", "call", "deal", "truce", "tariff", "export control", "exemption", "threat",
    "statement", "deadline", "court", "expected", "meeting",
]  # fmt: skip


class Event(Strict):
    """Something that happened, or is due, on a day (or from `date` to `until`, both included)."""

    date: datetime.date
    until: datetime.date | None = None
    kind: EventKind
    place: Text | None = None
    parties: tuple[RegionCode, ...] = ()
    text: Text
    outcome: Text | None = None
    article_ref: Text | None = None
    sources: Cited
    confirmed: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until is not None and self.until < self.date:
            raise ValueError(refusal("policy", "until_before_date", end=self.until, start=self.date))
        return self


class Provision(Strict):
    """One clause of a scenario; a clause we cannot turn into numbers says so."""

    text: Text
    modelled: bool
    measures: tuple[Identifier, ...] = ()
    why_not: Text | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.modelled and not self.why_not:
            raise ValueError(refusal("policy", "provision_why_not"))
        return self


class Scenario(Strict):
    """A future: the dossier's measures after `changes`, read on `policy_date`.

    `role` says what it stands for at the table: talks succeed (`best`, `good`) or fail (`worst`).
    """

    id: Identifier
    role: Literal["best", "good", "worst"] | None = None
    title: Text
    summary: Text
    narrative: Text
    article_ref: Text | None = None
    policy_date: date
    provisions: tuple[Provision, ...] = ()
    changes: tuple[Change, ...] = ()
    assumptions: Assumed = ()
    sources: Cited


class Answer(Strict):
    """One answer to a key question, and the chance of it on a path.

    On each path the last branch counts that any answer of the question names; `branches: [a, b]` is short for a likelihood of 1
    on each, `otherwise` holds on paths that took none. The answers' likelihoods are scaled to sum to 1 on every path.
    """

    id: Identifier
    title: Text
    branches: tuple[Identifier, ...] = ()
    likelihood: dict[Identifier, Share] = Field(default={})
    otherwise: Share = 0.0

    def table(self) -> dict[str, float]:
        """Likelihood by branch."""
        return {**dict.fromkeys(self.branches, 1.0), **self.likelihood}


class KeyQuestion(Strict):
    """Something worth watching: what to look at, by when, what the answers would be and what they would move."""

    id: Identifier
    question: Text
    why: Text
    indicator: Text
    by_when: date
    answers: tuple[Answer, ...] = ()
    scenarios: tuple[Identifier, ...] = ()
    measures: tuple[Identifier, ...] = ()
    article_ref: Text | None = None
    sources: Cited

    @model_validator(mode="after")
    def _answers(self) -> Self:
        ids = [a.id for a in self.answers]
        if len(ids) == 1 or len(set(ids)) != len(ids):
            raise ValueError(refusal("policy", "question_answers", question=repr(self.id)))
        likely = [{None: a.otherwise, **a.table()} for a in self.answers]
        for branch in {b: None for table in likely for b in table}:
            if not any(table.get(branch) for table in likely) and (branch is not None or set().union(*likely) == {None}):
                place = "at all" if branch is None else f"on the branch {branch!r}"
                raise ValueError(refusal("policy", "answers_unlikely", question=repr(self.id), place=place))
        return self


class Published(Strict):
    """A number others have published, for comparison and never for tuning."""

    id: Identifier
    who: Text
    scenario: Text
    quantity: Text
    region: RegionCode | None = None
    value: float
    low: float | None = None
    high: float | None = None
    unit: Text
    time_basis: Text
    date: datetime.date | None = None
    compare_with: Identifier | None = None
    note: Text | None = None
    sources: Cited


class Horizon(Strict):
    """Default time basis of the dossier's figures."""

    default: Literal["short", "medium", "long"] = "medium"
    why: Text | None = None


ExerciseUnit = Literal["percent of cost", "percent of GDP", "million USD a year"]


class Exercise(Strict):
    """A question beside the scenarios, priced at a low, a central and a high size and never part of their figures.

    `kind` subsidy: the treasury of `by` pays part of the cost of its `sectors` (`unit`: that part, or a sum spread over them
    evenly); unit_cost: a unit costs more to make there (a denial of technology). `size` is one number or low, central, high,
    ascending. What cannot be priced is listed with `modelled: false` and says why. `measures` names those of the dossier it
    stands for.
    """

    id: Identifier
    title: Text
    article_ref: Text | None = None
    kind: Literal["subsidy", "unit_cost"] | None = None
    by: RegionCode
    sectors: tuple[SectorCode, ...] = ()
    size: tuple[float, float, float] | None = None
    unit: ExerciseUnit = "percent of cost"
    modelled: bool = True
    why_not: Text | None = None
    note: Text | None = None
    measures: tuple[Identifier, ...] = ()
    assumptions: Assumed = ()
    sources: Cited

    @field_validator("size", mode="before")
    @classmethod
    def _one_size(cls, value: Any) -> Any:
        return [value] * 3 if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        name = repr(self.id)
        if not self.modelled:
            if not self.why_not:
                raise ValueError(refusal("policy", "exercise_why_not", exercise=name))
            return self
        if self.kind is None or self.size is None or not self.sectors:
            raise ValueError(refusal("policy", "exercise_incomplete", exercise=name))
        if not self.size[0] <= self.size[1] <= self.size[2]:
            told = ", ".join(f"{x:g}" for x in self.size)
            raise ValueError(refusal("policy", "exercise_order", exercise=name, sizes=told))
        if self.kind == "unit_cost" and self.unit != "percent of cost":
            raise ValueError(refusal("policy", "exercise_unit", exercise=name, unit=self.unit))
        if self.unit == "percent of cost" and not (self.size[0] > -90 and self.size[2] < 90):
            raise ValueError(refusal("policy", "exercise_too_large", exercise=name))
        return self
