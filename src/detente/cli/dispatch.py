"""`detente dispatch`: what changed between two days, on one page, for people who follow a dispute."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import HorizonName, Json, WorldName, ask, emit, out, save, text_table
from detente.cli.questions import TableFile
from detente.errors import InputError

ENDINGS = (".html", ".md")


def page_file(path: Path | None) -> Path | None:
    """Callback of `--out`: refuse at once what cannot be written."""
    from detente.cli.common import out_file

    if path is not None and path.suffix not in ENDINGS:
        raise InputError(f"{path}: a dispatch is written as {' or '.join(ENDINGS)}")
    return out_file(path)


def dispatch(
    dossier: Annotated[str, typer.Argument(help="A dossier (kuala-lumpur-2025), a ledger (us-china), or a YAML file.")],
    since: Annotated[str | None, typer.Option("--since", help="The earlier day; a month before the later one if absent.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="The later day; the file's own date if absent.")] = None,
    page: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write the page: .html or .md.", callback=page_file)
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", help="Journal of `detente watch` with earlier odds; DOSSIER-journal.jsonl if absent."),
    ] = None,
    stand_off: Annotated[
        bool, typer.Option("--stand-off/--no-stand-off", help="Use the stand-off model in today's odds; it takes some seconds.")
    ] = True,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """What changed between two days: measures, average duties, real income, odds, and what comes next. One page with --out."""
    from detente.files import write
    from detente.outlook.journal import Journal
    from detente.policy.ledger import Ledger, load_calendar
    from detente.verbs import Subject
    from detente.world.library import load_world

    book = load_calendar(dossier)
    ledger = book if isinstance(book, Ledger) else None
    subject = Subject(load_world(world), horizon, None if isinstance(book, Ledger) else book)
    contents = Journal(journal or Path(f"{book.id}-journal.jsonl")).read()
    given = {"since": since, "until": until, "stand_off": stand_off}
    found = ask("dispatch", subject, as_json, given, ledger=ledger, journal=contents)
    save("dispatch", found, csv)
    if page is not None:
        write(page, (found.markdown() if page.suffix == ".md" else found.html()).encode())
    if as_json:
        emit(found.record())
        return
    out.answer(found.answer().replace("\n\n", "\n"))  # twelve lines hold it without blank ones
    shown = text_table(("measure", "became", "day"))
    shown.columns[0].no_wrap = False
    for story in found.stories:
        last = story.turns[-1]
        shown.add_row(
            story.title, "not on file" if last.after == "not_yet_known" else last.after.replace("_", " "), last.day.isoformat()
        )
    out.print(shown)
    if page is not None:
        out.print(f"The page: {page}.", highlight=False, markup=False, soft_wrap=True)
    else:
        out.print(f"Next: detente dispatch {shlex.quote(dossier)} --out {found.id}.html", highlight=False, markup=False)
