"""What stands beside the scenarios and in none of their figures: threats, markets and confidence, subsidies and technology."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.common import (
    DossierName,
    HorizonName,
    Json,
    WorldName,
    ask,
    economies,
    emit,
    out,
    save,
    signed,
    subject_of,
    text_table,
)
from detente.cli.questions import TableFile, once
from detente.words import fixed

if TYPE_CHECKING:
    import pandas as pd

REGION = typer.Option(
    "--region", "-r", help="An economy (MYS) or WORLD, may be given again; the parties, the host and the world if absent."
)
Regions = Annotated[list[str] | None, REGION]


def uncertainty(
    dossier: DossierName,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", "-s", help="A scenario, or status-quo; may be given again. All if absent.", callback=once),
    ] = None,
    month: Annotated[
        float | None,
        typer.Option(min=0, max=600, help="Months since the threat was made: a node of the path; the horizon if absent."),
    ] = None,
    region: Regions = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """What duties that are only threatened cost while they are threats, by scenario, with its range."""
    subject = subject_of(dossier, world, horizon)
    named = economies(region, (*subject.world.regions, "WORLD"))
    found = ask("uncertainty", subject, as_json, {"scenarios": scenario, "month": month})
    codes = named or _with_a_figure(found.focus, (row.frame for row in found.rows))
    save("uncertainty", found, csv)
    if as_json:
        emit(found.record())
        return
    out.print(
        "Real income, %, while the threat stands, against the same scenario without it",
        highlight=False,
        soft_wrap=True,
    )
    shown = text_table(("scenario", "chance a year, %", "as a duty of, %", *codes))
    for row in found.rows:
        shown.add_row(
            row.scenario, fixed(100 * row.hazard.value, 0), fixed(row.equivalent.value, 0),
            *(signed(row.effect(code).value) for code in codes),
        )  # fmt: skip
    out.print(shown)
    _told(found.explain())


def reaction(
    dossier: DossierName,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """How share prices and world output might answer each scenario, from past news of the quarrel; in none of its figures."""
    found = ask("reaction", subject_of(dossier, world, horizon), as_json, {})
    save("reaction", found, csv)
    if as_json:
        emit(found.record())
        return
    out.print("Moves in percent, if the scenario turns out to be the one", highlight=False)
    shown = text_table(("scenario", *(f"{s.figure} ({s.region})" for s in found.slopes)))
    for scenario in found.labels:
        shown.add_row(scenario, *(signed(found.move(slope, scenario).value) for slope in found.slopes))
    out.print(shown)
    _told(found.explain())


def exercises(
    dossier: DossierName,
    name: Annotated[
        list[str] | None, typer.Option("--name", "-n", help="One exercise; may be given again. All if absent.", callback=once)
    ] = None,
    region: Regions = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """Subsidies and denials of technology at a low, central and high size, on top of the status quo; in no scenario's figures."""
    subject = subject_of(dossier, world, horizon)
    named = economies(region, (*subject.world.regions, "WORLD"))
    found = ask("exercises", subject, as_json, {"names": name})
    priced = [row for row in found.rows if row.priced]
    codes = named or _with_a_figure(found.focus, (row.frame for row in priced))
    save("exercises", found, csv)
    if as_json:
        emit(found.record())
        return
    if priced:
        out.print("Real income, %, against the status quo, at the central size", highlight=False, soft_wrap=True)
        shown = text_table(("exercise", "size, % of cost", *codes))
        for row in priced:
            shown.add_row(row.exercise.id, f"{row.rates[1]:.2g}", *(signed(row.effect(code).value) for code in codes))
        out.print(shown)
    _told(found.explain())


def _with_a_figure(focus: Sequence[str], frames: Iterable[pd.DataFrame]) -> list[str]:
    """Those of the focus that have a row in the first of the tables (groups have none)."""
    rows = next((frame.index for frame in frames), ())
    return [code for code in focus if code in rows]


def _told(text: str) -> None:
    for paragraph in text.split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False, markup=False, soft_wrap=True)
