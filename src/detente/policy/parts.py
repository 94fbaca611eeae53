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

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from detente.errors import UnknownName
from detente.policy.changes import Change
from detente.policy.measures import AssumptionNumber, Identifier, RegionCode, SectorCode, Share, Strict, Text, readable
from detente.policy.reading import placed
from detente.words import refusal

Cited = Annotated[tuple[Identifier, ...], Field(min_length=1)]
Assumed = tuple[AssumptionNumber, ...]
StanceName = Literal["ease", "hold", "escalate"]
MOST_WEIGHT = 100.0
"""Largest weight in a government's objective, either way; the weights of the shipped dossiers are below 1."""


class Source(Strict):
    """A text a statement rests on. `read`: the day we read it, or None where it was named but not read."""

    id: Identifier
    title: Text
    publisher: Text
    url: Annotated[str, Field(pattern=r"^https?://[^\s<>\"{}|\\^`]+$", max_length=600), AfterValidator(readable)] | None = None
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
    """Something a bystander could do or ask for.

    `given` names the branch without which it is worth nothing (an exemption from a duty that may come); with
    `origin_threshold_pct` goods with no more content of the other party than that are not held to be passed through.
    """

    id: Identifier
    title: Text
    changes: tuple[Change, ...] = ()
    given: Identifier | None = None
    origin_threshold_pct: Annotated[float, Field(gt=0, lt=100)] | None = None
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
    """Something that happened, or is due, on a day (or from `date` to `until`, both included).

    In a ledger, `known` is the day on which it became known that it would come, where that is before it came, and
    `outcome_known` the day on which its outcome was known, where that is after its last day.
    """

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
    known: datetime.date | None = None
    outcome_known: datetime.date | None = None

    @model_serializer(mode="wrap")
    def _without_empty_ledger_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A dump leaves out what only ledgers use where it is not given."""
        dumped: dict[str, Any] = handler(self)
        return {k: v for k, v in dumped.items() if k not in ("known", "outcome_known") or v is not None}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.until is not None and self.until < self.date:
            raise ValueError(refusal("policy", "until_before_date", end=self.until, start=self.date))
        if self.known is not None and self.known > self.date:
            raise placed(("known",), refusal("policy", "event_known_late", known=self.known, date=self.date))
        if self.outcome_known is not None and (self.outcome is None or self.outcome_known <= self.date):
            raise placed(("outcome_known",), refusal("policy", "outcome_known_early", known=self.outcome_known, date=self.date))
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


BASELINE_NAMES = ("law", "no-deal", "reference", "in-force")
"""What scenarios are compared with (`cases.baselines`); none may bear such a name itself."""


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

    @model_validator(mode="after")
    def _is_no_baseline(self) -> Self:
        if self.id in BASELINE_NAMES and (self.id, self.role) != ("no-deal", "worst"):  # that one is what the name stands for
            raise placed(("id",), refusal("policy", "named_as_baseline", scenario=repr(self.id), names=", ".join(BASELINE_NAMES)))
        return self


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


class Resolution(Strict):
    """How it will be settled what happened: the rule, who or what settles it (`source`), and the sources that rule and office are
    known from. Written before the outcome, so that nobody can argue about it afterwards."""

    rule: Text
    source: Text
    sources: Cited


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
    resolution: Resolution | None = None
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


PublishedMeasure = Literal[
    "real_gdp", "real_income", "consumer_prices", "exports", "imports", "goods_exports", "goods_trade", "import_share",
    "average_duty", "duty_rise",
]  # fmt: skip
"""What a published figure measures; `strategy.like_for_like` says how ours is read."""
OF_A_PAIR = ("goods_exports", "goods_trade", "import_share")
OF_THE_WORLD = ("real_gdp", "real_income")
OF_THE_LAW = ("average_duty", "duty_rise")
"""Measures between two economies; those that may be the world's; those read off the duties, for which nothing is solved."""


def _shipped_ledger(name: str) -> str:
    """Refuse a ledger there is not."""
    from detente.policy.ledger import list_ledgers

    if name not in list_ledgers():
        raise ValueError(str(UnknownName(name, list(list_ledgers()), "ledger")))
    return name


class Published(Strict):
    """A number others have published, beside which ours is set, and what to run so that the two count the same.

    With `measure` it is compared: one policy (`policy_day`, the measures in force that day in the dossier, or in `ledger`, after
    `changes`; `two_blocs`; or `compare_with`, a scenario), one time (`horizon` or `month`), and `why` the two may differ.
    `partner` is the economy at the other end of `region`'s trade or duty. `tuned_to` is the assumption that holds a parameter
    chosen in sight of the figure. What cannot be compared says `why_not`.
    """

    id: Identifier
    who: Text
    scenario: Text
    quantity: Text
    region: RegionCode | None = None
    partner: RegionCode | None = None
    value: float
    low: float | None = None
    high: float | None = None
    unit: Text
    time_basis: Text
    date: datetime.date | None = None
    measure: PublishedMeasure | None = None
    policy_day: datetime.date | None = None
    ledger: Annotated[Identifier, AfterValidator(_shipped_ledger)] | None = None
    changes: tuple[Change, ...] = ()
    two_blocs: bool = False
    compare_with: Identifier | None = None
    against: Literal["reference", "status-quo"] = "reference"
    horizon: Literal["short", "medium", "long", "fragmentation"] | None = None
    month: Annotated[float, Field(ge=0, le=120)] | None = None
    tuned_to: AssumptionNumber | None = None
    why: Text | None = None
    why_not: Text | None = None
    note: Text | None = None
    sources: Cited

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise placed(("low",), refusal("policy", "published_ends", low=f"{self.low:g}", high=f"{self.high:g}"))
        return self

    @model_validator(mode="after")
    def _can_be_run(self) -> Self:
        """A figure that is compared says all that a run needs, and one that is not says none of it."""
        if self.measure is None:
            for field in ("partner", "policy_day", "ledger", "changes", "two_blocs", "horizon", "month", "tuned_to", "why"):
                if getattr(self, field) not in (None, False, ()):
                    raise placed((field,), refusal("policy", "published_unmeasured", field=repr(field)))
            return self
        if self.why_not is not None:
            raise placed(("why_not",), refusal("policy", "published_why_not"))
        if self.why is None:
            raise placed(("measure",), refusal("policy", "published_why"))
        policies = [f for f in ("policy_day", "two_blocs", "compare_with") if getattr(self, f) not in (None, False)]
        if len(policies) != 1:
            raise placed(
                (policies[-1] if policies else "measure",), refusal("policy", "published_policy", named=", ".join(policies))
            )
        for field in ("ledger", "changes"):
            if getattr(self, field) and self.policy_day is None:
                raise placed((field,), refusal("policy", "published_without_day", field=repr(field)))
        if self.two_blocs and self.against != "status-quo":
            raise placed(("two_blocs",), refusal("policy", "published_blocs"))
        self._fits_its_measure(self.measure)
        return self

    def _fits_its_measure(self, measure: str) -> None:
        times = [f for f in ("horizon", "month") if getattr(self, f) is not None]
        if measure in OF_THE_LAW and times:
            raise placed((times[0],), refusal("policy", "published_no_time", measure=repr(measure)))
        if measure not in OF_THE_LAW and len(times) != 1:
            raise placed((times[-1] if times else "measure",), refusal("policy", "published_time", measure=repr(measure)))
        if self.region is None and measure not in OF_THE_WORLD:
            raise placed(("measure",), refusal("policy", "published_region", measure=repr(measure)))
        if self.partner is None and measure in OF_A_PAIR:
            raise placed(("measure",), refusal("policy", "published_partner", measure=repr(measure)))
        if self.partner is not None and (measure not in (*OF_A_PAIR, *OF_THE_LAW) or self.partner == self.region):
            raise placed(("partner",), refusal("policy", "published_no_partner", partner=self.partner, measure=repr(measure)))


class Horizon(Strict):
    """Default time basis of the dossier's figures: a month since the decision, 0 to 120, or a textbook horizon."""

    default: Annotated[str, Field(pattern=r"^(short|medium|long|month (\d{1,2}|1[01]\d|120))$")] = "month 36"
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

    @field_validator("size", mode="before", json_schema_input_type=float | tuple[float, float, float] | None)
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
