"""`detente validate`: the model beside what others have published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import Json, WorldName, emit, out, out_file, text_table, write_csv

validate = typer.Typer(help="The model beside what others have published.", no_args_is_help=True)


@validate.callback()
def group() -> None:
    """The model beside what others have published."""


@validate.command("published")
def published(
    dossier: Annotated[str, typer.Argument(help="A packaged dossier or a YAML file that lists published figures.")] = (
        "kuala-lumpur-2025"
    ),
    world: WorldName = "world-2022",
    csv: Annotated[Path | None, typer.Option(help="Write every row as CSV.", callback=out_file)] = None,
    write: Annotated[
        Path | None, typer.Option(help="Renew the section of a page such as docs/validation.md.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Published figures beside ours, like for like: the same policy, the same measure, the time nearest to theirs."""
    from detente.validation.published import BLOCK, difference, ours, theirs, validate_published
    from detente.validation.tables import write as write_page
    from detente.words import tell

    found = validate_published(dossier, world)
    if csv is not None:
        write_csv(found.to_frame(), csv, index=False, float_format="%.10g")
    if write is not None:
        write_page(write, {BLOCK: found.markdown()})
    if as_json:
        emit(found.record())
        return
    out.print(found.explain(), highlight=False)
    shown = text_table(("figure", "theirs", "ours (pinned)", "difference"))
    for row in found.compared:
        mark = f" ({row.figure.tuned_to})" if row.figure.tuned_to else ""
        shown.add_row(row.figure.id + mark, theirs(row), ours(row), difference(row))
    if found.compared:
        out.print(shown)
    for row in found.rows:
        out.print(tell(row, "line"), highlight=False, soft_wrap=True)
    for path in (csv, write):
        if path is not None:
            out.print(f"written: {path}", style="dim", highlight=False)
