"""The kinds of long work: what each takes and what it gives. Every kind calls the library and returns its record.

A kind that depends on the dossier alone is kept under the dossier; one that depends on moved levers under the whole state.

>>> KINDS["deal"].arguments.model_validate({}).model_dump()["solves"]
120
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.errors import InputError
from detente.files import MANIFEST
from detente.web.state import Resolved, day_of
from detente.words.names import goods_sectors

if TYPE_CHECKING:
    from detente.strategy.objectives import Weights
    from detente.talks.patience import Patience

Progress = Callable[[str, int, int], None]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
Codes = Annotated[list[Code], Field(min_length=1, max_length=12)]
Chance = Annotated[float, Field(ge=0, le=1)]


class Arguments(BaseModel):
    """No arguments; the base of those there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class OutlookArguments(Arguments):
    """`with_ranges` solves at both ends of the parameters too; `discount` a year; `signals`, ids of the dossier's, are in."""

    with_ranges: bool = False
    discount: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class QuestionArguments(Arguments):
    """Whose outcome the questions are ranked for: a region, a group or WORLD."""

    by: Code = "WORLD"
    knowing: bool = True


class TalkArguments(Arguments):
    """Motives that replace the dossier's ("USA.prices": 0.6), the deadline, discount rates by party, chances a year."""

    weights: Annotated[
        dict[Annotated[str, Field(max_length=60)], Annotated[float, Field(ge=0, le=100)]], Field(max_length=60)
    ] = Field(default={})
    discount: Annotated[dict[Code, Annotated[float, Field(ge=0, le=5)]], Field(max_length=8)] = Field(default={})
    deadline: Annotated[str, Field(max_length=10)] | None = None
    false_alarm: Chance | None = None
    detection: Chance | None = None


class DealArguments(Arguments):
    """What follows without a deal, by what a side judges, how many solves at most, the weight of each side's gain."""

    disagreement: Literal["hold", "escalate"] = "hold"
    judged_by: Literal["motives", "real income"] = "motives"
    solves: Annotated[int, Field(ge=20, le=300)] = 120
    power: Annotated[dict[Code, Annotated[float, Field(gt=0, le=100)]], Field(max_length=8)] = Field(default={})


class BystanderArguments(Arguments):
    """A third economy (the host if absent), and chances of the scenarios (equal if absent)."""

    region: Code | None = None
    scenario: Annotated[str, Field(max_length=80)] | None = None
    probabilities: Annotated[dict[Annotated[str, Field(max_length=80)], Chance], Field(max_length=20)] | None = None


class NashArguments(Arguments):
    """Players (the parties if absent), how fine their tariffs are, whether only those on each other move."""

    players: Codes | None = None
    detail: Literal["region", "pair", "sector", "pair-sector"] = "pair"
    on_each_other: bool = True


class RegimeArguments(Arguments):
    """Who chooses in the games (the parties if absent), and how fine their tariffs are."""

    players: Codes | None = None
    detail: Literal["region", "pair"] = "pair"


class BargainArguments(Arguments):
    """Parties (the dossier's if absent), what follows without a deal, the solution, how fine the tariffs are."""

    parties: Codes | None = None
    disagreement: Literal["status quo", "nash"] = "status quo"
    solution: Literal["nash", "kalai-smorodinsky"] = "nash"
    detail: Literal["region", "pair", "sector", "pair-sector"] = "pair"


class EnsembleArguments(Arguments):
    """How many draws of the parameters, and the seed."""

    draws: Annotated[int, Field(ge=16, le=4096)] = 256
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0


@dataclass(frozen=True)
class Kind:
    """One kind of long work. `work(case, arguments, progress, folder)` may leave files in `folder`."""

    title: str
    arguments: type[Arguments]
    work: Callable[[Resolved, Any, Progress, Path], dict[str, Any]]
    of_state: bool = False

    def key(self, case: Resolved, arguments: Arguments) -> list[Any]:
        """What the result depends on, besides the code."""
        basis = case.key if self.of_state else [case.dossier_key, case.horizon, case.world.fingerprint]
        return [basis, arguments.model_dump(mode="json")]


# -- the work --------------------------------------------------------------------------------------------------------------
def _outlook(case: Resolved, a: OutlookArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.outlook.outlook import outlook
    from detente.web.page_records import tree_and_months

    look = outlook(case.dossier, case.world, case.horizon, with_ranges=a.with_ranges, discount=a.discount, progress=progress)
    return {**_told(look), **tree_and_months(look)}


def _questions(case: Resolved, a: QuestionArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.outlook.questions import key_questions

    return _told(key_questions(case.dossier, case.world, case.horizon, by=a.by, knowing=a.knowing, progress=progress))


def _motives(case: Resolved, a: TalkArguments) -> dict[str, Weights]:
    from detente.strategy.motives import moved
    from detente.strategy.objectives import Weights

    given = {p.region: Weights.of(case.dossier, p.region) for p in case.dossier.parties}
    return moved(given, [f"{k}={v!r}" for k, v in sorted(a.weights.items())])


def _patience(a: TalkArguments) -> Patience:
    from dataclasses import replace

    from detente.talks.patience import Patience

    fixed = {k: v for k, v in (("false_alarm", a.false_alarm), ("detection", a.detection)) if v is not None}
    return replace(Patience().fixed(**fixed), rates=dict(a.discount))


def _talks(case: Resolved, a: TalkArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.table import at_the_table
    from detente.web.page_records import told_stand_off

    found = at_the_table(
        case.dossier, case.world, case.horizon, patience=_patience(a), weights=_motives(case, a),
        deadline=day_of(a.deadline, "deadline", "2025-11-10"), progress=progress,
    )  # fmt: skip
    return {**_told(found), **told_stand_off(found)}


def _truce(case: Resolved, a: TalkArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.duty_game import duty_game
    from detente.strategy.table import at_the_table
    from detente.strategy.truce_telling import truce_words

    weights = _motives(case, a)
    table = at_the_table(
        case.dossier,
        case.world,
        case.horizon,
        patience=_patience(a),
        weights=weights,
        deadline=day_of(a.deadline, "deadline", "2025-11-10"),
        progress=progress,
    )
    duties = duty_game(case.dossier, case.world, case.horizon, weights=weights)
    record = table.record()
    kept = {key: record[key] for key in ("truce", "keeping", "temptations", "temptation_flips", "patience")}
    return {**kept, "duties": duties.record(), "explained": "\n\n".join(truce_words(table, duties))}


def _deal(case: Resolved, a: DealArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.deal import proposal
    from detente.web.page_records import deal_zone

    deal = proposal(
        case.dossier, case.world, case.horizon, disagreement=a.disagreement, judged_by=a.judged_by, solves=a.solves,
        power=a.power or None, progress=progress,
    )  # fmt: skip
    return {**_told(deal), **deal_zone(deal)}


def _bystander(case: Resolved, a: BystanderArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.bystanders import diversion_of, menu_of
    from detente.strategy.transshipment import pass_through
    from detente.types import plain
    from detente.web.page_records import third_economies
    from detente.world.exposure import dependence

    region = a.region or case.dossier.venue.region
    if region in {p.region for p in case.dossier.parties}:
        raise InputError(f"{region} sits at the table; name a third economy")
    found = case.case
    found.solve(progress)
    found.index(region)
    name = found.scenario(a.scenario) or found.worst
    menu = menu_of(found, region, probabilities=a.probabilities)
    routes = pass_through(found, name)
    trade = diversion_of(found, region, name)
    return {
        "region": region, "scenario": name, "horizon": case.horizon,
        "real_income": {s: found.real_income(s, region) for s in found.outcomes},
        "real_income_range": {s: list(found.weighted_range(region, {s: 1.0})) for s in found.outcomes},
        "menu": menu.record(),
        "diversion": plain(trade.reset_index().to_dict(orient="records")),
        "dependence": plain(dependence(found.chains(None), region).loc[list(found.parties)].to_dict(orient="index")),
        "pass_through": plain(routes.of(region)),
        "explained": f"{menu.explain()}\n\n{routes.explain(region)}",
        **third_economies(found, region, name, menu),
    }  # fmt: skip


def _players(case: Resolved, given: list[str] | None) -> list[str]:
    return list(given) if given else [p.region for p in case.dossier.parties]


def _goods(case: Resolved) -> list[str]:
    return list(goods_sectors(case.world.sectors))


def _nash(case: Resolved, a: NashArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.nash import best_reply, nash_tariffs

    players = _players(case, a.players)
    options: dict[str, Any] = {
        "policy": case.policy, "sectors": _goods(case), "horizon": case.horizon, "progress": progress,
    }  # fmt: skip
    if len(players) == 1:
        return _told(best_reply(case.world, players[0], detail=a.detail, **options))
    return _told(nash_tariffs(case.world, players, a.detail, partners=players if a.on_each_other else None, **options))


def _regimes(case: Resolved, a: RegimeArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.regimes import regimes

    return _told(
        regimes(
            case.world, policy=case.policy, detail=a.detail, players=_players(case, a.players), horizon=case.horizon,
            progress=progress,
        )
    )  # fmt: skip


def _bargain(case: Resolved, a: BargainArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.strategy.bargain import bargain

    return _told(
        bargain(
            case.world, _players(case, a.parties), a.disagreement, a.solution, detail=a.detail, policy=case.policy,
            sectors=_goods(case), horizon=case.horizon, progress=progress,
        )
    )  # fmt: skip


def _ensemble(case: Resolved, a: EnsembleArguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.outlook.ensemble.ensemble import ensemble

    dossier, scenario = case.as_dossier()
    return _told(ensemble(dossier, a.draws, a.seed, world=case.world, scenario=scenario, horizon=case.horizon, progress=progress))


def _briefing(case: Resolved, a: Arguments, progress: Progress, folder: Path) -> dict[str, Any]:
    from detente.briefing import brief

    dossier, _ = case.as_dossier()
    made = brief(dossier, case.world, out=folder / "briefing", horizon=case.horizon, progress=progress)
    for path in (made.html, made.markdown, made.run_json):
        path.rename(folder / path.name)
    with zipfile.ZipFile(folder / "data.zip", "w", zipfile.ZIP_DEFLATED) as pack:
        for path in sorted(made.data.iterdir()):
            pack.writestr(zipfile.ZipInfo(f"data/{path.name}", (1980, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
            path.unlink()
    made.data.rmdir()
    (folder / "briefing" / MANIFEST).unlink()
    (folder / "briefing").rmdir()
    return {"headline": made.headline}


def _told(found: Any) -> dict[str, Any]:
    """A result's record with its words."""
    record = dict(found.record())
    explain = getattr(found, "explain", None)
    return record if explain is None else {**record, "explained": explain()}


KINDS: dict[str, Kind] = {
    "outlook": Kind("What may come, and how likely", OutlookArguments, _outlook),
    "questions": Kind("Which question matters most", QuestionArguments, _questions),
    "talks": Kind("The stand-off", TalkArguments, _talks),
    "truce": Kind("Whether a truce would be kept", TalkArguments, _truce),
    "deal": Kind("The package both would sign", DealArguments, _deal),
    "bystander": Kind("What it brings a third economy", BystanderArguments, _bystander),
    "regimes": Kind("Free trade, equal treatment, tariff war", RegimeArguments, _regimes, of_state=True),
    "nash": Kind("Tariffs neither would change alone", NashArguments, _nash, of_state=True),
    "bargain": Kind("Tariffs they could agree on", BargainArguments, _bargain, of_state=True),
    "ensemble": Kind("Ranges over the parameters", EnsembleArguments, _ensemble, of_state=True),
    "briefing": Kind("The briefing", Arguments, _briefing, of_state=True),
}
