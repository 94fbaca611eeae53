"""Long work: the questions of `detente.verbs` as jobs, with what the page shows beside each answer's own record.

A kind that depends on the dossier alone is kept under the dossier; one that depends on moved levers under the whole state.

>>> arguments_of("deal", {}).model_dump()["solves"]
120
>>> arguments_of("deal", {"solves": 500})
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: deal: solves: at most 300 here
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from detente.errors import InputError
from detente.files import MANIFEST
from detente.types import Progress
from detente.verbs import VERBS, Arguments, Beside, Subject, TruceAnswer
from detente.web.state import Resolved

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
        return _told(verb.answer(subject, arguments.model_copy(update={"scenarios": chosen}), progress))
    subject = Subject(case.world, case.horizon, case.dossier, case.policy if verb.of_state else None, known=case.case)
    found = verb.answer(subject, arguments, progress)
    return SHOWN.get(kind, _told)(found)


def _told(found: Any) -> dict[str, Any]:
    """A result's record with its words."""
    record = dict(found.record())
    explain = getattr(found, "explain", None)
    return record if explain is None else {**record, "explained": explain()}


def _outlook(look: Any) -> dict[str, Any]:
    from detente.web.page_records import tree_and_months

    return {**_told(look), **tree_and_months(look)}


def _talks(found: Any) -> dict[str, Any]:
    from detente.web.page_records import told_stand_off

    return {**_told(found), **told_stand_off(found)}


def _truce(found: TruceAnswer) -> dict[str, Any]:
    return {**found.record(), "explained": found.table.tell("truce", duties=found.duties)}


def _deal(found: Any) -> dict[str, Any]:
    from detente.web.page_records import deal_zone

    return {**_told(found), **deal_zone(found)}


def _bystander(found: Beside) -> dict[str, Any]:
    from detente.strategy.bystanders import diversion_of
    from detente.strategy.transshipment import pass_through
    from detente.types import plain
    from detente.web.page_records import third_economies
    from detente.world.exposure import dependence

    case, region, name, menu = found
    routes, trade = pass_through(case, name), diversion_of(case, region, name)
    return {
        "region": region, "scenario": name, "horizon": case.parameters.name,
        "real_income": {s: case.real_income(s, region) for s in case.outcomes},
        "real_income_range": {s: list(case.weighted_range(region, {s: 1.0})) for s in case.outcomes},
        "menu": menu.record(),
        "diversion": plain(trade.reset_index().to_dict(orient="records")),
        "dependence": plain(dependence(case.chains(None), region).loc[list(case.parties)].to_dict(orient="index")),
        "pass_through": plain(routes.of(region)),
        "explained": f"{menu.explain()}\n\n{routes.explain(region)}",
        **third_economies(case, region, name, menu),
    }  # fmt: skip


SHOWN: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "outlook": _outlook, "talks": _talks, "truce": _truce, "deal": _deal, "bystander": _bystander,
}  # fmt: skip
"""Answers that the page shows more of than their record and words."""


def _briefing(case: Resolved, a: Arguments, progress: Progress, folder: Path) -> dict[str, Any]:
    dossier, _ = case.as_dossier()
    subject = Subject(case.world, case.horizon, dossier)
    made = VERBS["briefing"].answer(subject, a, progress, out=folder / "briefing")
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
