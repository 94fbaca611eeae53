"""Every question the product answers, said once: what it takes, which function answers it, its table and its chart.

The command line (`detente.cli`) and the long work of the API (`detente.web`) ask through this table, so that an argument, a table
or a chart is the same at both doors. A question is put to a `Subject`. What only concerns the machine (a file to resume from, an
executor, a store) is not part of a question and is given as `how`.

>>> VERBS["deal"].arguments.model_validate({}).model_dump()["solves"]
150
>>> sorted(VERBS)[:4]
['bargain', 'briefing', 'bystander', 'coalitions']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.checks import calendar_day
from detente.errors import DetenteError, InputError
from detente.words.names import meant

if TYPE_CHECKING:
    import pandas as pd

    from detente.cases.case import Case
    from detente.policy.dossier import Dossier
    from detente.policy.instruments import Policy
    from detente.strategy.duty_game import DutyGame
    from detente.strategy.objectives import Weights
    from detente.strategy.table import AtTheTable
    from detente.talks.menus import Menu
    from detente.talks.patience import Patience
    from detente.world.world import World

Progress = Callable[[str, int, int], None]
Code = Annotated[str, Field(min_length=1, max_length=60)]
"""An economy or group: its code, or a name that is read when the world is known (`Verb.put`)."""
Codes = Annotated[list[Code], Field(min_length=1, max_length=12)]
Chance = Annotated[float, Field(ge=0, le=1)]
ECONOMIES = ("by", "on", "parties", "players", "region", "to")
"""Arguments that name economies."""


@dataclass(frozen=True)
class Subject:
    """What a question is put to: a world at a horizon, the policy in force on it, and the dossier where there is one.

    `policy` None is the world's own; `horizon` None the dossier's own, or the medium run. `known` is the solved case, if there
    is one already.
    """

    world: World
    horizon: str | None = None
    dossier: Dossier | None = None
    policy: Policy | None = None
    known: Case | None = None

    @property
    def negotiation(self) -> Dossier:
        """The dossier. Raises `InputError` where there is none."""
        if self.dossier is None:
            raise InputError("this question needs a dossier")
        return self.dossier

    @cached_property
    def case(self) -> Case:
        """The dossier on the world."""
        from detente.cases.case import Case

        return self.known or Case.of(self.negotiation, self.world, self.horizon)

    @property
    def run(self) -> str:
        """Name of the horizon."""
        return self.horizon or "medium"

    def players(self, given: list[str] | None) -> list[str] | None:
        """Those named, or the dossier's parties, or (without a dossier) None for all."""
        if given:
            return list(given)
        return None if self.dossier is None else [p.region for p in self.dossier.parties]

    @property
    def goods(self) -> list[str]:
        """Goods sectors of the world."""
        from detente.words.names import goods_sectors

        return list(goods_sectors(self.world.sectors))


class Arguments(BaseModel):
    """No arguments; the base of those there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


def day_of(text: str | None, what: str) -> date | None:
    """The day a text names; None where there is none. Raises `InputError` in words."""
    return None if text is None else calendar_day(text, what)


class OutlookArguments(Arguments):
    """Against which baseline (the law by itself if absent); `with_ranges` solves at both ends of the parameters too; `discount`
    a year.
    """

    against: Annotated[str, Field(max_length=20)] | None = None
    with_ranges: bool = False
    discount: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class QuestionArguments(Arguments):
    """Whose outcome the questions are ranked for: a region, a group or WORLD."""

    by: Code = "WORLD"
    knowing: bool = True


class TalkArguments(Arguments):
    """Motives that replace the dossier's ("USA.prices": 0.6), the deadline, discount rates by party, and what is held fixed:
    chances a year of a false alarm and of seeing a breach, the risk of collapse, years, the worth of face.
    """

    weights: Annotated[
        dict[Annotated[str, Field(max_length=60)], Annotated[float, Field(ge=0, le=100)]], Field(max_length=60)
    ] = Field(default={})
    discount: Annotated[dict[Code, Annotated[float, Field(ge=0, le=5)]], Field(max_length=8)] = Field(default={})
    deadline: Annotated[str, Field(max_length=10)] | None = None
    false_alarm: Chance | None = None
    detection: Chance | None = None
    collapse_risk: Annotated[float, Field(ge=0, le=100)] | None = None
    settlement_years: Annotated[float, Field(gt=0, le=100)] | None = None
    collapse_years: Annotated[float, Field(gt=0, le=100)] | None = None
    face: Annotated[float, Field(ge=0, le=100)] | None = None

    @property
    def day(self) -> date | None:
        """The deadline as a day. Raises `InputError`."""
        return day_of(self.deadline, "deadline")

    @property
    def fixed(self) -> dict[str, float]:
        """Numbers of `Patience` that are held at one value."""
        keys = ("false_alarm", "detection", "collapse_risk", "settlement_years", "collapse_years", "face")
        return {k: v for k in keys if (v := getattr(self, k)) is not None}


class DealArguments(Arguments):
    """What follows without a deal, by what a side judges, how many packages to solve at most, the weight of each side's gain,
    discount rates by party.
    """

    disagreement: Literal["law", "hold", "escalate", "alone"] = "law"
    judged_by: Literal["motives", "real income"] = "motives"
    solves: Annotated[int, Field(ge=20, le=2000)] = 150
    power: Annotated[dict[Code, Annotated[float, Field(gt=0, le=100)]], Field(max_length=8)] = Field(default={})
    discount: Annotated[dict[Code, Annotated[float, Field(gt=0, le=5)]], Field(max_length=8)] = Field(default={})

    @property
    def fixed(self) -> dict[str, float]:
        """Nothing else is held fixed."""
        return {}


class BystanderArguments(Arguments):
    """A third economy (the host if absent), and chances of the scenarios (equal if absent)."""

    region: Code | None = None
    scenario: Annotated[str, Field(max_length=80)] | None = None
    probabilities: Annotated[dict[Annotated[str, Field(max_length=80)], Chance], Field(max_length=20)] | None = None


class NashArguments(Arguments):
    """Players (the parties if absent), how fine their tariffs are, whether only those on each other move; how the solution is
    found, and whether every player's best reply is run afresh at it.
    """

    players: Codes | None = None
    detail: Literal["region", "pair", "sector", "pair-sector"] = "pair"
    on_each_other: bool = True
    method: Literal["gradient", "differences", "formula"] = "gradient"
    check: bool = False


class RegimeArguments(Arguments):
    """Who chooses in the games (the parties if absent), and how fine their tariffs are."""

    players: Codes | None = None
    detail: Literal["region", "pair", "pair-sector"] = "pair"


class BargainArguments(Arguments):
    """Parties (the dossier's if absent), what follows without a deal, the solution, how fine the tariffs are."""

    parties: Codes | None = None
    disagreement: Literal["status quo", "nash"] = "status quo"
    solution: Literal["nash", "kalai-smorodinsky"] = "nash"
    detail: Literal["region", "pair", "sector", "pair-sector"] = "pair"


class ControlArguments(Arguments):
    """Who would withhold which goods from whom (everybody if absent), who gets the rent of scarcity, and whether it judges by the
    dossier's motives or by real income alone.
    """

    by: Code
    sectors: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=12)]
    on: Codes | None = None
    rent: Literal["kept", "buyers", "lost"] = "kept"
    motives: bool = False


class JobsArguments(Arguments):
    """Whose jobs (the first party's if absent), in which scenario (what is in force if absent) against which baseline, whether
    by sector or, for the United States, by state.
    """

    region: Code | None = None
    scenario: Annotated[str, Field(max_length=80)] | None = None
    against: Annotated[str, Field(max_length=20)] | None = None
    by: Literal["sector", "state"] = "sector"


class ExposureArguments(Arguments):
    """Whose exposure (the host's if absent, else the first party's), of which sector (all if absent), to whom (all if absent)."""

    region: Code | None = None
    sector: Annotated[str, Field(max_length=60)] | None = None
    to: Code | None = None


class PoliticsArguments(Arguments):
    """Which scenarios (all if absent) against which baseline, which parties (all if absent), whether the package of `deal` stands
    in their place (found with at most so many solves), and whether every parameter set is solved.
    """

    scenarios: Annotated[list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=20)] | None = None
    against: Annotated[str, Field(max_length=20)] | None = None
    parties: Codes | None = None
    package: bool = False
    solves: Annotated[int, Field(ge=20, le=2000)] = 150
    with_ranges: bool = False


class PathArguments(Arguments):
    """Which scenario (what is in force if absent) against which baseline, which result, and whether only the centre is solved."""

    scenario: Annotated[str, Field(max_length=80)] | None = None
    against: Annotated[str, Field(max_length=20)] | None = None
    indicator: Annotated[str, Field(max_length=60)] = "real_income"
    with_ranges: bool = True


class UncertaintyArguments(Arguments):
    """Which scenarios ("status-quo" for today; that and all if absent), at which month of the path (the horizon if absent)."""

    scenarios: Annotated[list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=20)] | None = None
    month: Annotated[float, Field(ge=0, le=600)] | None = None


class ExerciseArguments(Arguments):
    """Which exercises of the dossier (all if absent)."""

    names: Annotated[list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=40)] | None = None


class RateArguments(Arguments):
    """Of which kind, by whom and on whom (`data/base-rates.yaml` names them; every one if absent)."""

    kind: Annotated[str, Field(max_length=20)] | None = None
    sender: Annotated[str, Field(max_length=20)] | None = None
    target: Annotated[str, Field(max_length=20)] | None = None


class DispatchArguments(Arguments):
    """From which day to which (the month before the dossier's own if absent), and if today's odds use the stand-off model."""

    since: Annotated[str, Field(max_length=10)] | None = None
    until: Annotated[str, Field(max_length=10)] | None = None
    stand_off: bool = True

    @property
    def days(self) -> tuple[date | None, date | None]:
        """Both as days. Raises `InputError`."""
        return day_of(self.since, "the first day"), day_of(self.until, "the last day")


class EnsembleArguments(Arguments):
    """How many draws of the parameters, the seed, which scenarios (all if absent), whether the stand-off is read in each draw."""

    draws: Annotated[int, Field(ge=1)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0
    scenarios: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=20)] | None = None
    odds: bool = False


class TruceAnswer(NamedTuple):
    """Whether a truce or a deal would be kept: the parties at the table, and their duties as a game."""

    table: AtTheTable
    duties: DutyGame

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        record = self.table.record()
        kept = {key: record[key] for key in ("truce", "keeping", "temptations", "temptation_flips", "patience")}
        return kept | {"duties": self.duties.record()}

    def to_frame(self) -> pd.DataFrame:
        """Renewal periods, for every thing kept and every answer to a breach."""
        import pandas as pd

        parts = [f.renewals().assign(kept=kept, answer=answer) for (kept, answer), f in self.table.keepings.items()]
        return pd.concat(parts, ignore_index=True)


class Beside(NamedTuple):
    """A third economy beside a quarrel: the solved case, the economy, the scenario looked at, and its menu."""

    case: Case
    region: str
    scenario: str
    menu: Menu


@dataclass(frozen=True)
class Verb:
    """One question. `answer(subject, arguments, progress, **how)`; `table` of the answer is what a CSV holds, `figure` draws it
    (its keywords are the figure's own). `needs` are the conditions it raises before it solves anything. With `of_state` the
    answer depends on the policy in force, not on the dossier alone.
    """

    title: str
    arguments: type[Arguments]
    answer: Callable[..., Any]
    table: Callable[[Any], pd.DataFrame] | None = None
    figure: Callable[..., Any] | None = None
    of_state: bool = False
    needs: tuple[Callable[[Subject, Any], object], ...] = ()

    def put(self, subject: Subject | None, arguments: Any, progress: Progress, **how: Any) -> Any:
        """The answer, after everything the question needs: what is lacking is said before anything is solved."""
        if subject is not None:
            arguments = _by_code(arguments, subject.world.regions)
            for need in self.needs:
                need(subject, arguments)
        return self.answer(subject, arguments, progress, **how)

    def lacks(self, subject: Subject) -> list[str]:
        """All that keeps the question, with no arguments, from being answered, in words; nothing is solved."""
        found: dict[str, None] = {}
        given = self.arguments.model_construct()
        for need in self.needs:
            try:
                need(subject, given)
            except DetenteError as error:
                found[str(error.args[0])] = None
        return list(found)

    def asked(self, given: Mapping[str, Any]) -> Any:
        """The arguments, checked and complete. Raises `InputError` with the first that will not do."""
        try:
            return self.arguments.model_validate(dict(given))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "arguments"
            raise InputError(f"{where}: {first['msg']}") from None


def _by_code(arguments: Arguments, regions: Sequence[str]) -> Arguments:
    given = {name: value for name in ECONOMIES if (value := getattr(arguments, name, None))}
    told = {k: [meant(x, regions) for x in v] if isinstance(v, list) else meant(v, regions) for k, v in given.items()}
    return arguments if told == given else arguments.model_copy(update=told)


# -- the answers -------------------------------------------------------------------------------------------------------
def _outlook(s: Subject, a: OutlookArguments, progress: Progress) -> Any:
    from detente.outlook.outlook import outlook

    return outlook(
        s.negotiation, s.world, s.horizon, against=a.against, with_ranges=a.with_ranges, discount=a.discount, progress=progress
    )


def _questions(s: Subject, a: QuestionArguments, progress: Progress, *, look: Any = None) -> Any:
    from detente.outlook.questions import key_questions

    horizon = None if look is not None else s.horizon
    return key_questions(s.negotiation, s.world, horizon, look=look, by=a.by, knowing=a.knowing, progress=progress)


def motives(s: Subject, a: TalkArguments) -> dict[str, Weights]:
    """The motives of the dossier with those of the arguments in their place. Raises `InputError`, `UnknownName`."""
    from detente.strategy.objectives import Weights, moved

    given = {p.region: Weights.of(s.negotiation, p.region) for p in s.negotiation.parties}
    return moved(given, [f"{k}={v!r}" for k, v in sorted(a.weights.items())])


def patience(s: Subject, a: TalkArguments | DealArguments) -> Patience:
    """What the arguments hold fixed, and discount rates. Raises `UnknownName` for who is no party."""
    from dataclasses import replace

    from detente.errors import UnknownName
    from detente.talks.patience import Patience

    parties = [p.region for p in s.negotiation.parties]
    for party in a.discount:
        if party not in parties:
            raise UnknownName(party, parties, "party")
    return replace(Patience().fixed(**a.fixed), rates=dict(a.discount))


def _talks(s: Subject, a: TalkArguments, progress: Progress, *, table: Any = None) -> Any:
    from detente.strategy.table import at_the_table

    deadline, given, weights = a.day, patience(s, a), motives(s, a)
    if table is not None:
        return at_the_table(s.negotiation, patience=given, weights=weights, deadline=deadline, table=table)
    return at_the_table(s.case, patience=given, weights=weights, deadline=deadline, progress=progress)


def _coalitions(s: Subject, a: Arguments, progress: Progress) -> Any:
    from detente.strategy.among_many import among_many

    return among_many(s.case, progress)


def _truce(s: Subject, a: TalkArguments, progress: Progress, *, table: Any = None) -> TruceAnswer:
    from detente.strategy.duty_game import duty_game

    found = _talks(s, a, progress, table=table)
    return TruceAnswer(found, duty_game(s.case, weights=found.judging.given, patience=found.patience))


def _deal(s: Subject, a: DealArguments, progress: Progress) -> Any:
    from detente.strategy.deal import proposal

    return proposal(
        s.case, disagreement=a.disagreement, judged_by=a.judged_by, solves=a.solves, power=a.power or None,
        patience=patience(s, a), progress=progress,
    )  # fmt: skip


def _moved_most(case: Case) -> str:
    """The third economy whose real income the scenario in which talks fail moves most."""
    from detente.words import as_solved

    return max(case.third, key=lambda r: as_solved(abs(case.real_income(case.worst, r))))


def _bystander(s: Subject, a: BystanderArguments, progress: Progress) -> Beside:
    from detente.strategy.bystanders import menu_of

    case = s.case
    named = (b.region for b in s.negotiation.bystanders if b.region in case.world.regions)
    region = a.region or case.host or next(named, None) or _moved_most(case)
    case.outsider(region)
    case.solve(progress)
    return Beside(case, region, case.scenario(a.scenario) or case.worst, menu_of(case, region, probabilities=a.probabilities))


def _nash(s: Subject, a: NashArguments, progress: Progress, *, checkpoint: Any = None) -> Any:
    from detente.strategy.nash import best_reply, nash_tariffs

    players = s.players(a.players)
    options: dict[str, Any] = {"policy": s.policy, "sectors": s.goods, "horizon": s.run, "progress": progress}
    if players is not None and len(players) == 1:
        if checkpoint is not None:
            raise InputError("--resume is for games; a best reply of one player takes seconds")
        return best_reply(s.world, players[0], detail=a.detail, **options)
    return nash_tariffs(
        s.world, players, a.detail, method=a.method, partners=players if a.on_each_other else None, check=a.check,
        checkpoint=checkpoint, **options,
    )  # fmt: skip


def _regimes(s: Subject, a: RegimeArguments, progress: Progress) -> Any:
    from detente.strategy.regimes import regimes

    return regimes(
        s.world, policy=s.policy, detail=a.detail, players=s.players(a.players), sectors=s.goods, horizon=s.run, progress=progress
    )


def _bargain(s: Subject, a: BargainArguments, progress: Progress) -> Any:
    from detente.strategy.bargain import bargain

    parties = s.players(a.parties) or []
    return bargain(
        s.world, parties, a.disagreement, a.solution, detail=a.detail, policy=s.policy, sectors=s.goods, horizon=s.run,
        progress=progress,
    )  # fmt: skip


def _control(s: Subject, a: ControlArguments, progress: Progress) -> Any:
    from detente.policy.instruments import ExportControl, Policy
    from detente.strategy.controls import best_control
    from detente.strategy.objectives import Weights
    from detente.words.names import resolve_regions, resolve_sectors

    regions, sectors = s.world.regions, s.world.sectors
    goods = set(resolve_sectors(a.sectors, sectors))

    def own(i: Any) -> bool:
        """Whether an instrument is its own control on these goods, which the answer takes the place of."""
        held = isinstance(i, ExportControl) and a.by in resolve_regions(i.by, regions)
        return held and not goods.isdisjoint(resolve_sectors(i.sectors, sectors))

    return best_control(
        s.world, a.by, a.sectors, on=a.on, rent=a.rent, weights=Weights.of(s.negotiation, a.by) if a.motives else None,
        policy=Policy([i for i in s.policy or Policy() if not own(i)]), horizon=s.run,
    )  # fmt: skip


def _jobs(s: Subject, a: JobsArguments, progress: Progress) -> Any:
    from detente.equilibrium.jobs import Jobs

    name = s.case.scenario(a.scenario)
    progress("solving", 0, 1)
    return Jobs.of(s.case.outcome(name, against=a.against), a.region or s.case.a, a.by, name)


def _exposure(s: Subject, a: ExposureArguments, progress: Progress) -> Any:
    from detente.world.exposure import exposure

    region = a.region
    if region is None:
        home = s.negotiation.venue.region
        region = home if home in s.world.regions else s.negotiation.parties[0].region
    progress("tracing supply chains", 0, 1)
    return exposure(s.world, region=region, sector=a.sector, to=a.to)


def _politics(s: Subject, a: PoliticsArguments, progress: Progress) -> Any:
    from detente.strategy.politics import politics, politics_of_deal

    if a.package:
        if a.scenarios or a.against or a.with_ranges:
            raise InputError("the package has no scenario, baseline or ranges of its own: ask for one or the other")
        found = _deal(s, DealArguments(solves=a.solves), progress)
        return politics_of_deal(found, a.parties or ())
    return politics(s.case, a.scenarios or (), a.parties or (), against=a.against, with_ranges=a.with_ranges, progress=progress)


def _path(s: Subject, a: PathArguments, progress: Progress) -> Any:
    from detente.cases.path import path
    from detente.equilibrium.indicators import indicator

    indicator(a.indicator)
    return path(s.case, a.scenario, with_ranges=a.with_ranges, against=a.against).solve(progress)


def _uncertainty(s: Subject, a: UncertaintyArguments, progress: Progress) -> Any:
    from detente.outlook.uncertainty import uncertainty

    return uncertainty(s.case, a.scenarios, month=a.month, progress=progress)


def _reaction(s: Subject, a: Arguments, progress: Progress) -> Any:
    from detente.outlook.reaction import market_reaction

    return market_reaction(s.case, progress=progress)


def _exercises(s: Subject, a: ExerciseArguments, progress: Progress) -> Any:
    from detente.strategy.exercises import exercises

    return exercises(s.case, a.names, progress=progress)


def _rates(_: Subject | None, a: RateArguments, progress: Progress) -> Any:
    from detente.outlook.base_rates import base_rates

    return base_rates(a.kind, a.sender, a.target)


def _ensemble(s: Subject, a: EnsembleArguments, progress: Progress, **how: Any) -> Any:
    from detente.outlook.ensemble.ensemble import ensemble

    what = ("headlines", "payoffs") if a.odds else ("headlines",)
    return ensemble(
        s.negotiation, a.draws, a.seed, world=s.world, scenario=a.scenarios or None, horizon=s.horizon, progress=progress,
        what=what, **how,
    )  # fmt: skip


def _dispatch(s: Subject, a: DispatchArguments, progress: Progress, *, ledger: Any = None, journal: Any = None) -> Any:
    from detente.briefing.dispatch import dispatch

    return dispatch(
        ledger or s.negotiation,
        *a.days,
        world=s.world,
        horizon=s.horizon,
        journal=journal,
        stand_off=a.stand_off,
        progress=progress,
    )


def _briefing(
    s: Subject, a: Arguments, progress: Progress, *, out: Any, force: bool = False, readers: Any = (), pdf: bool = False
) -> Any:
    from detente.briefing import brief

    return brief(s.negotiation, s.world, out=out, horizon=s.horizon, readers=readers, force=force, pdf=pdf, progress=progress)


# -- what the answers need ---------------------------------------------------------------------------------------------
def _world(s: Subject, _: Arguments) -> None:
    s.negotiation.must_fit(s.world)


def _scenarios(s: Subject, a: Arguments) -> None:
    if not getattr(a, "package", False):
        s.case.must_have_scenarios()


def _tree(s: Subject, _: Arguments) -> object:
    from detente.outlook.fork_odds import branch_odds
    from detente.outlook.tree import grow

    branch_odds(s.negotiation, draws=100)  # its record, its kinds of fork
    return grow(s.negotiation)


def _answers_fit(s: Subject, _: Arguments) -> object:
    from detente.outlook.questions import likelihoods
    from detente.outlook.tree import grow

    tree = grow(s.negotiation)
    return [likelihoods(q, tree) for q in s.negotiation.key_questions if q.answers]


def _pair(s: Subject, _: Arguments) -> object:
    from detente.strategy.objectives import two_parties

    return two_parties(s.negotiation.id, [p.region for p in s.negotiation.parties])


def _many(s: Subject, _: Arguments) -> object:
    from detente.strategy.among_many import three_or_more

    return three_or_more(s.negotiation)


def _stances(s: Subject, _: Arguments) -> None:
    from detente.strategy.objectives import must_have_stances

    must_have_stances(s.negotiation, ("ease", "hold", "escalate") if len(s.negotiation.parties) == 2 else ())


def _something_to_trade(s: Subject, _: Arguments) -> object:
    from detente.strategy.deal import opening

    return opening(s.case)


def _jobs_counted(s: Subject, _: Arguments) -> object:
    from detente.world.employment import counted

    return counted(s.world.employed, s.world.name)


# -- the charts --------------------------------------------------------------------------------------------------------
def _odds_chart(found: Any, csv: str = "") -> Any:
    from detente.briefing.charts.results import odds_figure

    return odds_figure(found, csv=csv)


def _exposure_chart(found: Any, csv: str = "") -> Any:
    from detente.briefing.charts.exposure import exposure_figure

    return exposure_figure(found, csv=csv)


def _politics_chart(found: Any, csv: str = "") -> Any:
    from detente.briefing.charts.politics import politics_figure

    return politics_figure(found, csv=csv)


def _needs_chart(found: TruceAnswer, csv: str = "") -> Any:
    from detente.briefing.charts.results import needs_figure

    return needs_figure(found.table, csv=csv)


VERBS: dict[str, Verb] = {
    "outlook": Verb(
        "What may come, and how likely", OutlookArguments, _outlook, lambda look: look.tree.to_frame(), needs=(_world, _tree)
    ),
    "questions": Verb("Which question matters most", QuestionArguments, _questions, needs=(_world, _tree, _answers_fit)),
    "talks": Verb(
        "The stand-off", TalkArguments, _talks, lambda found: found.trials.summary(), _odds_chart, needs=(_world, _stances)
    ),
    "coalitions": Verb(
        "What three or more end in, and who could block what",
        Arguments,
        _coalitions,
        lambda found: found.to_frame(),
        needs=(_world, _many, _stances),
    ),
    "truce": Verb(
        "Whether a truce would be kept",
        TalkArguments,
        _truce,
        lambda found: found.to_frame(),
        _needs_chart,
        needs=(_world, _pair, _stances),
    ),
    "deal": Verb(
        "The package both would sign",
        DealArguments,
        _deal,
        lambda found: found.exchange(),
        needs=(_world, _pair, _something_to_trade),
    ),
    "bystander": Verb("What it brings a third economy", BystanderArguments, _bystander, needs=(_world, _scenarios)),
    "regimes": Verb(
        "Free trade, equal treatment, tariff war", RegimeArguments, _regimes, lambda found: found.to_frame(), of_state=True
    ),
    "nash": Verb("Tariffs neither would change alone", NashArguments, _nash, lambda found: found.rates(), of_state=True),
    "bargain": Verb("Tariffs they could agree on", BargainArguments, _bargain, lambda found: found.rates(), of_state=True),
    "control": Verb(
        "What a government would withhold", ControlArguments, _control, lambda found: found.to_frame(), of_state=True
    ),
    "path": Verb("Month by month, to the tenth year", PathArguments, _path, lambda found: found.to_frame(), needs=(_world,)),
    "jobs": Verb("Which jobs move", JobsArguments, _jobs, lambda found: found.to_frame(), needs=(_world, _jobs_counted)),
    "exposure": Verb("Who it depends on", ExposureArguments, _exposure, lambda found: found.to_frame(), _exposure_chart),
    "politics": Verb(
        "Who gains and loses at home",
        PoliticsArguments,
        _politics,
        lambda found: found.to_frame(),
        _politics_chart,
        needs=(_world, _scenarios),
    ),
    "uncertainty": Verb(
        "What a threat costs", UncertaintyArguments, _uncertainty, lambda found: found.to_frame(), needs=(_world, _tree)
    ),
    "reaction": Verb("How markets might answer", Arguments, _reaction, lambda found: found.to_frame(), needs=(_world, _tree)),
    "exercises": Verb(
        "Subsidies and technology, bounded", ExerciseArguments, _exercises, lambda found: found.to_frame(), needs=(_world,)
    ),
    "dispatch": Verb("What changed since", DispatchArguments, _dispatch, lambda found: found.to_frame()),
    "rates": Verb("How often it happened elsewhere", RateArguments, _rates, lambda found: found.to_frame()),
    "ensemble": Verb("Ranges over the parameters", EnsembleArguments, _ensemble, of_state=True, needs=(_world,)),
    "briefing": Verb("The briefing", Arguments, _briefing, of_state=True, needs=(_world, _scenarios)),
}
"""The questions by name."""
