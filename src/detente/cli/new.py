"""`new`: a dossier made of a threat, that every command accepts, and what of it to replace first."""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.common import Json, emit, out, out_file, text_table
from detente.errors import InputError
from detente.files import write
from detente.words import fixed
from detente.words.names import code_of

if TYPE_CHECKING:
    from detente.outlook.starter import ToReplace

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


def new(
    name: Annotated[str | None, typer.Argument(help="Short name, lower case with dashes; from who and whom if absent.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="The economy that threatens (USA, Brazil).")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The economy that it would hit.")] = None,
    threat: Annotated[
        str | None,
        typer.Option("--threat", help='"50 % from 1 August", "25 % on steel", "withholds 60 % of rare earths".'),
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day it speaks about, as 2026-11-28; today if absent.")] = None,
    title: Annotated[str | None, typer.Option(help="Title; made of the threat if absent.")] = None,
    source: Annotated[str | None, typer.Option(help="Address of the text the threat stands in.")] = None,
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; NAME.yaml if absent.", callback=out_file)
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Write the file and solve nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Make a dossier of a threat: who, on whom, how much, from when. It asks for what is not given."""
    from detente.cases.case import Case
    from detente.checks import calendar_day
    from detente.outlook.starter import starter, to_replace
    from detente.policy.dossier import parse_dossier
    from detente.reader.actors import product_mentions
    from detente.world.library import load_world

    regions = load_world().regions
    by = code_of(_asked(by, "--by", "Who threatens? (USA, EU27, CHN …)"), regions)
    on = code_of(_asked(on, "--on", "On whom?"), regions)
    threat = _asked(threat, "--threat", "With what? (50 % on all goods from 1 February)")
    day = datetime.date.today() if as_of is None else calendar_day(as_of)
    short = name or f"{by}-{on}-{day}".lower()
    if not NAME.fullmatch(short):
        raise InputError(f"{short!r} is no short name; write it in lower case, digits and dashes")
    path = target or Path(f"{short}.yaml")
    if path.exists():
        raise InputError(f"{path} exists already; choose another name with --out")
    text = starter(
        short,
        by,
        on,
        threat,
        day=day,
        title=title,
        source=source,
        sectors_in=lambda goods: [m.code for m in product_mentions(goods)],
    )
    write(path, text.encode())
    found = None if quick else to_replace(Case.of(parse_dossier(text, path.name), with_ranges=False))
    if as_json:
        emit({"file": str(path), **(found.record() if found else {})})
        return
    if found is not None:
        _show(found)
    out.print(f"Written: {path}", highlight=False, markup=False, soft_wrap=True)
    out.print(f"Next: detente brief {path}", highlight=False, markup=False, soft_wrap=True)


def _show(found: ToReplace) -> None:
    out.answer(found.explain())
    table = text_table(("replace", "stands", "tried", *(f"{p} ±%" for p in found.parties)))
    for row in found.rows:
        moves = [fixed(row.moves[p]) if row.moves else "" for p in found.parties]
        table.add_row(row.name, row.stands, row.tried, *moves)
    out.print(table)


def _asked(given: str | None, option: str, question: str) -> str:
    """What was given, or the answer to a question where somebody can be asked."""
    if given is not None:
        return given.strip()
    if not sys.stdin.isatty():
        raise InputError(f"{option} is missing; give it, or run this in a terminal to be asked")
    return str(typer.prompt(question)).strip()
