"""`detente dossier`: list, show, check, start a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import DossierName, Json, WorldName, emit, err, out, out_file, print_idle, text_table, told_idle
from detente.errors import InputError
from detente.files import write

app = typer.Typer(help="Dossiers: list, show, check, start a new one.", no_args_is_help=True)


@app.command("list")
def dossier_list(as_json: Json = False) -> None:
    """The dossiers that ship with the package."""
    from detente.policy.dossier import list_dossiers, load_dossier

    found = [load_dossier(name) for name in list_dossiers()]
    if as_json:
        emit([{"id": d.id, "title": d.title, "as_of": d.as_of} for d in found])
        return
    for d in found:
        out.print(f"{d.id}  {d.title} (as of {d.as_of})", highlight=False, markup=False)


@app.command("show")
def dossier_show(dossier: DossierName, world: WorldName = "world-2022", as_json: Json = False) -> None:
    """The measures with their status, the scenarios and the deadlines of a dossier."""
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    d, table = load_dossier(dossier), load_world(world)
    status = d.status()
    idle = d.never_effective(table.regions, table.sectors)
    if as_json:
        emit({**d.model_dump(mode="json"), "status": {k: str(v) for k, v in status.items()}, **told_idle(idle)})
        return
    out.print(f"{d.title}\nas of {d.as_of}", highlight=False, markup=False)
    shown = text_table(("measure", "by", "status"))
    for m in d.measures:
        shown.add_row(m.title, m.by, str(status[m.id]).replace("_", " "))
    out.print(shown)
    for s in d.scenarios:
        out.print(f"scenario {s.id}: {s.title}", highlight=False, markup=False)
    for deadline in d.deadlines():
        out.print(f"due {deadline.date} (in {deadline.days_left} days): {deadline.text}", highlight=False, markup=False)
    print_idle(idle, f"change nothing in {table.name}")


@app.command("check")
def dossier_check(dossier: DossierName, world: WorldName = "world-2022", as_json: Json = False) -> None:
    """Read a dossier strictly and test its codes against a world. Exit code 2 when something is wrong."""
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    d, table = load_dossier(dossier), load_world(world)
    problems = d.check(table.regions, table.sectors)
    idle = {} if problems else d.never_effective(table.regions, table.sectors)
    if as_json:
        emit({"id": d.id, "problems": problems, **told_idle(idle)})
    elif idle:
        print_idle(idle, f"{d.id} can be read, but {len(idle)} of its measures would change nothing in {table.name}")
    elif not problems:
        out.print(
            f"{d.id} is sound: {len(d.measures)} measures, {len(d.scenarios)} scenarios, {len(d.sources)} sources",
            highlight=False,
        )
    else:
        for problem in problems:
            err.print(problem, highlight=False)
    if problems:
        raise typer.Exit(2)


@app.command("schema")
def dossier_schema() -> None:
    """The JSON Schema of a dossier, for editors."""
    from detente.policy.dossier import dossier_json_schema

    emit(dossier_json_schema())


@app.command("new")
def dossier_new(
    name: Annotated[str, typer.Argument(help="Short name, lower case with dashes.")],
    title: Annotated[str, typer.Option(help="Title of the negotiation.")] = "A negotiation",
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; NAME.yaml if absent.", callback=out_file)
    ] = None,
) -> None:
    """Write a small dossier to start from, with every field explained."""
    from detente.policy.dossier import new_dossier_text

    path = target or Path(f"{name}.yaml")
    text = new_dossier_text(name, title)
    if path.exists():
        raise InputError(f"{path} exists already; choose another name with --out")
    write(path, text.encode())
    out.print(f"{path}\nNext: detente dossier check {path}", highlight=False, markup=False)
