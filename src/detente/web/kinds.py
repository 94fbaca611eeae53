"""Long work: the questions of `detente.verbs` as jobs, with what the page shows beside each answer's own record.

A kind that depends on the dossier alone is kept under the dossier; one that depends on moved levers under the whole state.

>>> arguments_of("deal", {}).model_dump()["solves"]
120
>>> arguments_of("deal", {"solves": 500})
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: deal: solves: at most 300 here

>>> from detente.outlook.outlook import outlook
>>> record = tree_and_months(outlook("kuala-lumpur-2025", odds={}))
>>> len(record["tree"]["leaves"]), round(sum(leaf["probability"] for leaf in record["tree"]["leaves"]), 9)
(128, 1.0)
>>> sorted(record["months"]["regions"]["WORLD"])
['expected', 'high', 'low', 'q05', 'q25', 'q50', 'q75', 'q95']
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.briefing.charts.fan import fan_figure
from detente.briefing.charts.figures import undrawn
from detente.briefing.charts.politics import home_figure
from detente.briefing.charts.results import ends_figure, expected_figure, gains_figure, odds_figure, zone_figure
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Figure
from detente.cases.baselines import LAW, in_words
from detente.errors import DetenteError, InputError
from detente.files import MANIFEST, write
from detente.types import Progress, plain
from detente.verbs import VERBS, Arguments, Beside, Subject, TruceAnswer
from detente.web import results
from detente.web.state import Resolved
from detente.web.views import prepared
from detente.words import run_words, say
from detente.words.names import region_name

DEFAULTS: Mapping[str, Mapping[str, Any]] = {"deal": {"solves": 120}}
"""Where a job asks for less than the question does by itself."""
LIMITS: Mapping[str, Mapping[str, tuple[float, float]]] = {"deal": {"solves": (20, 300)}, "ensemble": {"draws": (16, 4096)}}
"""What a job may ask for at least and at most."""


def arguments_of(kind: str, given: Mapping[str, Any]) -> Arguments:
    """The arguments of a job, checked and complete. Raises `InputError`."""
    try:
        arguments: Arguments = VERBS[kind].asked({**DEFAULTS.get(kind, {}), **given})
    except InputError as error:
        raise InputError(f"{kind}: {error.args[0]}") from None
    for name, (least, most) in LIMITS.get(kind, {}).items():
        value = getattr(arguments, name)
        if not least <= value <= most:
            raise InputError(f"{kind}: {name}: at {f'least {least}' if value < least else f'most {most}'} here")
    return arguments


def basis(kind: str, case: Resolved, arguments: Arguments) -> list[Any]:
    """What the result depends on, besides the code."""
    of = case.key if VERBS[kind].of_state else [case.dossier_key, case.horizon, case.world.fingerprint]
    return [of, arguments.model_dump(mode="json")]


def work(kind: str, case: Resolved, arguments: Arguments, progress: Progress, folder: Path) -> dict[str, Any]:
    """The answer as plain data; it may leave files in `folder`."""
    verb = VERBS[kind]
    if kind == "briefing":
        return _briefing(case, arguments, progress, folder)
    if kind == "ensemble":
        dossier, scenario = case.as_dossier()
        subject = Subject(case.world, case.horizon, dossier)
        chosen = None if scenario is None else [scenario]
        return told(verb.put(subject, arguments.model_copy(update={"scenarios": chosen}), progress))
    subject = Subject(case.world, case.horizon, case.dossier, case.policy if verb.of_state else None, known=case.case)
    found = verb.put(subject, arguments, progress)
    beside = {"one_set": _one_set(case)} if kind in ("talks", "truce") else {}
    if kind in FIGURES:
        with coloured(roles(case.case.parties, case.case.host)), undrawn():
            write(folder / results.FIGURES, prepared(FIGURES[kind](found)))
    return {**SHOWN.get(kind, told)(found), **beside, **_measured(kind, found, case)}


def _measured(kind: str, found: Any, case: Resolved) -> dict[str, Any]:
    """Over what time and against what an answer counts, in words, where that is not what the page has chosen."""
    if kind == "outlook":
        known = found.averaged(), found.paths.base
    elif kind in ("talks", "coalitions"):
        known = found.table.clock.tell(), in_words(found.table.against, case.dossier)
    elif kind == "deal":
        known = found.when, found.tell("against")
    elif kind == "bystander":
        known = run_words(found.case.parameters.name), in_words(LAW, case.dossier)
    else:
        return {}
    return {"measured": dict(zip(("when", "against"), known, strict=True))}


def _one_set(case: Resolved) -> dict[str, Any]:
    """The odds that count, beside an answer that is one of their inputs."""
    from detente.web.quick import Engine
    from detente.web.why import odds

    try:
        found = odds(Engine(), case)
    except DetenteError as error:  # its forks cannot be counted; the answer stands
        return {"ends": {}, "own": "", "until": None, "text": [str(error.args[0])]}
    return {k: found[k] for k in ("ends", "own", "until", "text")}


def told(found: Any) -> dict[str, Any]:
    """A result's record with its words."""
    record = dict(found.record())
    explain = getattr(found, "explain", None)
    return record if explain is None else {**record, "explained": explain()}


def _outlook(look: Any) -> dict[str, Any]:
    return {**told(look), **tree_and_months(look)}


def _talks(found: Any) -> dict[str, Any]:
    return {**told(found), **told_stand_off(found)}


def _coalitions(found: AmongMany) -> dict[str, Any]:
    """Its record; a row a combination and judgement; what is said by motives, by real income, and of what is not computed."""
    rows = plain(found.to_frame().to_dict(orient="records"))
    return {**found.record(), "rows": rows, "words": {part: found.tell(part) for part in ("motives", "income", "two_only")}}


def _truce(found: TruceAnswer) -> dict[str, Any]:
    return {**found.record(), "explained": found.table.tell("truce", duties=found.duties)}


def _deal(found: Any) -> dict[str, Any]:
    return {**told(found), **deal_zone(found)}


def _bystander(found: Beside) -> dict[str, Any]:
    from detente.outlook.year import our_year
    from detente.strategy.asks import asks_of
    from detente.strategy.bystanders import diversion_of
    from detente.strategy.transshipment import pass_through
    from detente.types import plain
    from detente.world.chains import dependence

    case, region, name, menu = found
    year, asks = our_year(case, region, with_risk=False), asks_of(case, region)
    routes, trade = pass_through(case, name), diversion_of(case, region, name)
    return {
        "region": region, "scenario": name, "horizon": case.parameters.name,
        "real_income": {s: case.real_income(s, region) for s in case.outcomes},
        "real_income_range": {s: list(case.weighted_range(region, {s: 1.0})) for s in case.outcomes},
        "menu": menu.record(), "ranked": year.record()["ranked"], "asks": asks.record() | {"explained": asks.explain()},
        "diversion": plain(trade.reset_index().to_dict(orient="records")),
        "dependence": plain(dependence(case.chains(None), region).loc[list(case.parties)].to_dict(orient="index")),
        "pass_through": plain(routes.of(region)),
        "explained": f"{menu.explain()}\n\n{routes.explain(region)}",
        **third_economies(case, region, name, menu),
    }  # fmt: skip


SHOWN: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "outlook": _outlook, "talks": _talks, "coalitions": _coalitions, "truce": _truce, "deal": _deal, "bystander": _bystander,
}  # fmt: skip
"""Answers that the page shows more of than their record and words."""


def _outlook_figures(look: Outlook) -> dict[str, Figure]:
    """What may come; the fan of each economy as `fan-CODE`."""
    fans = {f"fan-{code}": fan_figure(look, [code]) for code in look.paths.codes}
    return {"ends": ends_figure(look), "expected": expected_figure(look), **fans}


def _talks_figures(table: AtTheTable) -> dict[str, Figure]:
    odds = odds_figure(table)
    return {} if odds is None else {"odds": odds}


def _deal_figures(deal: Proposal) -> dict[str, Figure]:
    note = say("web/figures", "zone_note", deal=deal, packages=deal.agenda.size)
    return {"zone": zone_figure(deal, note=note), "gains": gains_figure(deal)}


def _politics_figures(found: Politics) -> dict[str, Figure]:
    """A map of places, or bars of sectors, by party."""
    parties = dict.fromkeys(h.party for h in found.homes)
    return {party: home_figure([h for h in found.homes if h.party == party]) for party in parties}


FIGURES: Mapping[str, Callable[[Any], dict[str, Figure]]] = {
    "outlook": _outlook_figures, "talks": _talks_figures,
    "deal": _deal_figures, "politics": _politics_figures,
}  # fmt: skip
"""The charts kept beside a result, by kind and name."""


def _briefing(case: Resolved, a: Arguments, progress: Progress, folder: Path) -> dict[str, Any]:
    dossier, _ = case.as_dossier()
    subject = Subject(case.world, case.horizon, dossier)
    made = VERBS["briefing"].put(subject, a, progress, out=folder / "briefing")
    home = folder / "briefing"
    (home / MANIFEST).unlink()
    with zipfile.ZipFile(folder / "briefing.zip", "w", zipfile.ZIP_DEFLATED) as pack:
        for path in sorted(p for p in home.rglob("*") if p.is_file()):
            name = zipfile.ZipInfo(f"briefing/{path.relative_to(home).as_posix()}", (1980, 1, 1, 0, 0, 0))
            pack.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
    for path in [p for p in home.iterdir() if p.is_file()]:
        path.rename(folder / path.name)
    shutil.rmtree(home)
    return {"headline": made.headline}


# -- what the page draws beside a record: plain data, in the units the record uses ----------------------------------------
if TYPE_CHECKING:
    from detente.cases.case import Case
    from detente.outlook.outlook import Outlook
    from detente.strategy.among_many import AmongMany
    from detente.strategy.deal import Proposal
    from detente.strategy.politics import Politics
    from detente.strategy.table import AtTheTable

DIGITS = 6


def tree_and_months(look: Outlook) -> dict[str, Any]:
    """`tree`: forks with their branches, every path with its probability and what it is worth to those in focus (percent of real
    income, average along the path). `months`: expected real income of every code by calendar month, with the range over the odds
    (`low`, `high`) and the spread over paths (`q05` to `q95`), percent against the baseline of the outlook.
    """
    tree = look.tree
    forks = [
        {
            "id": f.id, "title": f.title, "date": f.date.isoformat(), "kind": f.kind, "after": list(f.after),
            "independent": f.independent, "note": f.note,
            "branches": [{"id": b.id, "title": b.title, "counts_as": b.counted, "prior": list(b.prior)} for b in f.branches],
        }
        for f in tree.forks.values()
    ]  # fmt: skip
    columns = [look.paths.column(c) for c in look.focus]
    leaves = [
        {"path": list(leaf.path), "probability": leaf.probability, "scenario": leaf.scenario, "worth": _rounded(row)}
        for leaf, row in zip(tree.leaves, look.paths.average[:, columns], strict=True)
    ]
    return {
        "focus": list(look.focus),
        "names": {c: "the world" if c == "WORLD" else region_name(c, article=True) for c in look.paths.codes},
        "scenario_titles": {s: look.titles.get(s, s) for s in look.scenarios},
        "ranking": look.ranking,
        "tree": {"start": tree.start.isoformat(), "until": tree.until.isoformat(), "forks": forks, "leaves": leaves},
        "months": _months(look),
    }


def _months(look: Outlook) -> dict[str, Any]:
    fans = {code: look.monthly(code) for code in look.paths.codes}
    regions = {code: {k: _rounded(fan[k]) for k in fan.columns if k != "month"} for code, fan in fans.items()}
    return {"months": list(next(iter(fans.values()))["month"]), "regions": regions}


def told_stand_off(case: AtTheTable) -> dict[str, Any]:
    """`words`: the sentences on payoffs and stand-off by subject, in the order they are read, empty ones left out; `truce_words`:
    those on what keeps a truce or a deal.
    """
    subjects = ("answer", "at_once", "agreement", "decides", "breaks", "deadline", "delay", "threats")
    parts = {"game": case.game.explain()} | {subject: case.tell(subject) for subject in subjects}
    return {"words": {k: v for k, v in parts.items() if v}, "truce_words": case.tell("truce").split("\n\n")}


def deal_zone(deal: Proposal) -> dict[str, Any]:
    """Every package solved, as gains of both parties over no deal by both judgements (points of real income, and million USD a
    year), with what each side does; the proposal and its disagreement point among them.
    """
    index = [deal.regions.index(p) for p in deal.parties]
    base = {by: deal.payoffs(deal.without, by) for by in ("motives", "real income")}

    def point(worth: Any) -> dict[str, Any]:
        money = (worth.equivalent_variation - deal.without.equivalent_variation)[index]
        return {
            "motives": _rounded(deal.payoffs(worth, "motives") - base["motives"]),
            "real_income": _rounded(deal.payoffs(worth, "real income") - base["real income"]),
            "musd": [round(float(x), 1) for x in money],
        }

    packages = [
        {
            **point(worth),
            "chosen": levels == deal.found.levels,
            "does": {
                p: [
                    issue.words(level)
                    for issue, level in zip(deal.agenda.issues, levels, strict=True)
                    if issue.giver == p and level != issue.standing
                ]
                for p in deal.parties
            },
        }
        for levels, worth in deal.packages.solved.items()
    ]
    packages.sort(key=lambda row: (-row["chosen"], *(-x for x in row["motives"])))
    return {
        "zone": {
            "packages": packages, "chosen": point(deal.chosen), "held": point(deal.held),
            "fought": None if deal.fought is None else point(deal.fought),
        }
    }  # fmt: skip


def third_economies(case: Case, region: str, scenario: str, menu: Any) -> dict[str, Any]:
    """`economies`: one row a third economy (what the quarrel brings each, percent and million USD a year, goods passed through);
    `ranges` of the economy shown; `hosting`: what success of the talks is worth to it, where it is the host, threats not priced.
    """
    from detente.strategy.bystanders import overview
    from detente.strategy.hosting import host_stake
    from detente.strategy.transshipment import pass_through, pass_through_duty

    frame, unit = overview(case, scenario), case.world.unit
    rows = [
        {
            "region": str(code),
            "real_income": {s: case.real_income(s, str(code)) for s in case.outcomes},
            "range": {s: list(case.weighted_range(str(code), {s: 1.0})) for s in case.outcomes} if case.with_ranges else None,
            "exports_gained_musd": float(row[f"exports gained to {case.a}, {unit}"]),
            "imports_deflected_musd": float(row[f"imports deflected from {case.b}, {unit}"]),
            "content_before_musd": float(row[f"{case.b} content in status quo, {unit}"]),
            "content_after_musd": float(row[f"{case.b} content in {scenario}, {unit}"]),
            "gap_before_pts": float(row["duty gap in status quo, points"]),
            "gap_after_pts": float(row[f"duty gap in {scenario}, points"]),
        }
        for code, row in frame.iterrows()
    ]
    routes = pass_through(case, scenario)
    found: dict[str, Any] = {
        "parties": list(case.parties), "failure": case.worst, "economies": plain(rows), "hosting": None,
        "routes": plain(routes.by_sector(region).head(8).rename_axis("sector").reset_index().to_dict(orient="records")),
    }  # fmt: skip
    if case.dossier.venue.region == region:
        duty = pass_through_duty(case, region, case.worst)
        stake = host_stake(case, region)
        found["hosting"] = {**stake.record(), "explained": stake.explain(), "sides": stake.sides(menu, case.parties)}
        found["duty"] = {**duty.record(), "explained": duty.explain()}
    return found


def _rounded(values: Any) -> list[float]:
    return [round(float(x), DIGITS) for x in values]
