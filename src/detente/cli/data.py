"""`detente data`: panels of customs data, those that ship and those the user adds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import Json, emit, figure_of, out, text_table

if TYPE_CHECKING:
    from detente.world.panel import Panel

data = typer.Typer(help="Customs panels: list, show, add.", no_args_is_help=True)
panels = typer.Typer(help="Add a customs panel of later months.", no_args_is_help=True)
data.add_typer(panels, name="add")
shown = typer.Typer(help="Show a customs panel.", no_args_is_help=True)
data.add_typer(shown, name="show")


@data.command("list")
def list_all(as_json: Json = False) -> None:
    """The panels that ship with the package, then those you added."""
    from detente.world.panel import list_panels, load_panel

    found = [load_panel(name) for name in list_panels()]
    if as_json:
        emit([_card(p) for p in found])
        return
    table = text_table(("panel", "flow", "months", "partners", "industries", "rows"))
    for p in found:
        months = f"{p.months[0]} to {p.months[-1]}"
        table.add_row(p.name, p.flow, months, str(len(p.partners)), str(len(p.industries)), f"{len(p.frame):,}")
    for column in (1, 2):
        table.columns[column].justify = "left"
    out.print(table)


@panels.command("panel")
def add(
    file: Annotated[Path, typer.Argument(help="CSV, CSV.gz or Parquet with the columns origin, naics3, month, imports, duty.")],
    name: Annotated[str | None, typer.Option(help="The name to find it by; the file's own if absent.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a panel you added under the same name.")] = False,
    as_json: Json = False,
) -> None:
    """Check a file of customs data and copy it whole into your data folder; nothing is kept of one with a fault."""
    from detente.world.panel import add_panel

    panel, target = add_panel(file, name, force=force)
    if as_json:
        emit(_card(panel) | {"file": str(target)})
        return
    _print(panel)
    out.print(f"written: {target}", style="dim", highlight=False, soft_wrap=True)


@shown.command("panel")
def show(
    name: Annotated[str, typer.Argument(help="A panel of `detente data list`, or a file.")] = "us-imports-naics3",
    as_json: Json = False,
) -> None:
    """What a panel holds: months, partners, industries, totals by year, source and terms."""
    from detente.world.panel import load_panel

    panel = load_panel(name)
    if as_json:
        emit(_card(panel) | {"partners": panel.partners, "industries": panel.industries, "years": _years(panel)})
        return
    _print(panel)
    duties = ("duty, % of imports",) if panel.flow == "imports" else ()
    table = text_table(("year", "months", f"{panel.flow}, USD bn", "of which “rest”, %", *duties))
    for year, row in _years(panel).items():
        duty = (figure_of(row["duty_pct"]),) if duties else ()
        table.add_row(str(year), f"{row['months']}", figure_of(row["value_bn"], 1), figure_of(row["rest_pct"], 1), *duty)
    out.print(table)


def _card(panel: Panel) -> dict[str, Any]:
    return {
        "name": panel.name, "title": panel.title, "flow": panel.flow, "reporter": panel.reporter, "months": len(panel.months),
        "from": panel.months[0], "to": panel.months[-1], "partners": len(panel.partners), "industries": len(panel.industries),
        "rows": len(panel.frame), "source": panel.source, "link": panel.link, "terms": panel.terms, "notes": list(panel.notes),
    }  # fmt: skip


def _years(panel: Panel) -> dict[str, dict[str, float | None]]:
    totals = panel.totals()
    by = totals.groupby(totals.index.str[:4]).sum()
    duty = panel.frame.groupby(panel.frame["month"].str[:4])["duty"].sum() if "duty" in panel.frame else None
    return {
        year: {
            "months": int((totals.index.str[:4] == year).sum()),
            "value_bn": float(row[panel.flow]) / 1e9,
            "rest_pct": 100 * float(row["rest"]) / float(row[panel.flow]),
            "duty_pct": None if duty is None else 100 * float(duty[year]) / float(row[panel.flow]),
        }
        for year, row in ((str(y), r) for y, r in by.iterrows())
    }


def _print(panel: Panel) -> None:
    from detente.words import tell

    out.print(panel.title or panel.name, style="bold", highlight=False)
    out.print(tell(panel), highlight=False, markup=False)
