"""`detente estimate`: the trade elasticity by months since the duty, estimated again from a customs panel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import Json, emit, figure_of, out, out_file, progress_bar, save_figure, text_table
from detente.errors import InputError
from detente.words import fixed

if TYPE_CHECKING:
    from collections.abc import Mapping


def estimate(
    panel: Annotated[
        str | None, typer.Option(help="A customs panel: a name of `detente data list`, or a file. The shipped one if absent.")
    ] = None,
    spec: Annotated[
        list[str] | None, typer.Option("--spec", help="Only this specification; repeat for more (main, by-age, china-side …).")
    ] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Write every number as YAML.", callback=out_file)] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw the path by month (.svg, .png or .html).", callback=out_file)] = None,
    write: Annotated[
        Path | None,
        typer.Option(help="Renew the tables and figures of a page such as docs/estimates.md.", callback=out_file),
    ] = None,
    as_json: Json = False,
) -> None:
    """Estimate how trade answers a duty, by months since it changed. Takes a minute or more; months after 2024 are kept out."""
    from detente.build.estimate.estimates import as_yaml, estimate as run
    from detente.files import write as write_file
    from detente.world.panel import load_panel

    if spec and (to or chart or write):
        raise InputError("--out, --chart and --write need every specification; leave --spec out")
    with progress_bar("estimate", as_json) as progress:
        found = run(None if panel is None else load_panel(panel), only=spec, progress=progress)
    if to is not None:
        write_file(to, as_yaml(found).encode())
    if chart is not None:
        from detente.build.estimate.page import figures

        save_figure(figures(found)["elasticity-path"], chart)
    if write is not None:
        _write_page(write, found, as_json)
    if as_json:
        emit(found)
        return
    for name in spec or ("main", "by-age", "china-side"):
        _show(found, name)
    if not spec:
        out.print("other specifications, at 12 and 60 months:", highlight=False)
        shown = text_table(("specification", "12 m", "60 m"))
        for entry in found["specs"].values():
            by = {r["months"]: r for r in entry["rows"]}
            shown.add_row(entry["title"], *(figure_of(by.get(m, {}).get("coefficient")) for m in (12, 60)))
        out.print(shown)
    for path in (to, chart, write):
        if path is not None:
            out.print(f"written: {path}", style="dim", highlight=False)


def _show(found: Mapping[str, Any], name: str) -> None:
    from detente.words import say

    entry = found["specs"][name]
    out.print(say("build/estimate/page", "told", **{k: entry[k] for k in ("title", "sample", "method")}), highlight=False)
    shown = text_table(("months", "coefficient", "s.e.", "low", "high", "F", "factor", "low", "high"))
    keys = ("coefficient", "standard_error", "low", "high")
    for r in entry["rows"]:
        strength = "" if r["first_stage_f"] is None else fixed(r["first_stage_f"], 0)
        factors = (figure_of(r.get(k)) if r["months"] > 0 else "" for k in ("factor", "factor_low", "factor_high"))
        shown.add_row(str(r["months"]).replace("-", "−"), *(figure_of(r[k]) for k in keys), strength, *factors)
    out.print(shown)
    side, key = ("exports", "changes_of_china") if name.startswith("china-side") else ("imports", "changes")
    changes = found[key]
    about = {"theta": entry["theta"], "first": changes["first"], "last": changes["last"], "until": found["panels"][side]["last"]}
    out.print(say("build/estimate/page", "after", **about), style="dim", highlight=False)
    out.print()


def _write_page(path: Path, found: Mapping[str, Any], as_json: bool) -> None:
    from detente.briefing.charts.standalone import save_chart
    from detente.build.estimate.effect import headlines
    from detente.build.estimate.page import blocks, effect_table, figures
    from detente.validation.tables import write

    with progress_bar("headlines", as_json) as progress:
        moved = headlines((0.0, found["shrinkage"]["together"]["shrinkage"], 1.0), progress)
    write(path, blocks(found) | {"effect": effect_table(moved)})
    folder = path.parent / "images"
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; the page's figures go there")
    for name, figure in figures(found).items():
        save_chart(figure, folder / f"{name}.svg")
