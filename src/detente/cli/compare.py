"""`detente compare`, `detente changed`: many runs in one table, and what differs between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.common import Json, emit, out, out_file, progress_bar, signed, text_table, write_csv
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.cases.runs import Run

SHOWN = 12


def compare(
    package: Annotated[
        list[str], typer.Argument(help="DOSSIER (all its scenarios), DOSSIER:SCENARIO, or a run file; give several.")
    ],
    world: Annotated[list[str] | None, typer.Option("--world", "-w", help="A world; repeat for more.")] = None,
    horizon: Annotated[list[str] | None, typer.Option("--horizon", help="short, medium, long; repeat for more.")] = None,
    indicator: Annotated[
        str, typer.Option(help="What to compare: real income, consumer prices, tariff revenue …")
    ] = "real income",
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Only these; the dozen that differ most if absent.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every number of every indicator as CSV.", callback=out_file)
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Also draw it (.svg, .png or .html).", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """n packages × m worlds × k parameter sets in one table, each against its own status quo."""
    from detente.cases.compare import INDICATORS, compare as run

    with progress_bar("compare", as_json) as progress:
        found = run(_packages(package), worlds=world, parameters=horizon, progress=progress)
    if csv is not None:
        write_csv(found.to_frame(), csv, index=False, float_format="%.10g")
    spread = found.spread(indicator)
    listed = region or [str(r) for r in spread.index if r != "WORLD"][:SHOWN] + (["WORLD"] if "WORLD" in spread.index else [])
    strange = [r for r in listed if r not in spread.index]
    if strange:
        from detente.errors import UnknownRegion
        from detente.words.names import region_name

        raise UnknownRegion(strange[0], {str(r): region_name(str(r)) for r in spread.index})
    if chart is not None:
        from detente.briefing.charts.results import comparison_figure
        from detente.briefing.charts.standalone import save_chart

        save_chart(comparison_figure(found, indicator, listed), chart)
    if as_json:
        emit(found.record())
        return
    unit = INDICATORS[indicator][0]
    out.print(f"{indicator}, {unit}, each against its own status quo", highlight=False)
    table = found.table(indicator)
    keys = [str(n) for n in table.index.names]
    shown = text_table((*keys, *(str(c) for c in table.columns)))
    for label, row in table.iterrows():
        parts = label if isinstance(label, tuple) else (label,)
        if parts[0] in listed:
            shown.add_row(*map(str, parts), *(signed(float(v)) for v in row))
    out.print(shown)
    for cell, why in found.failed.items():
        out.print(f"no numbers for {' / '.join(cell)}: {why}", style="yellow", highlight=False, markup=False)
    out.print(found.explain(indicator, "WORLD" if "WORLD" in spread.index else listed[0]), highlight=False, markup=False)


def changed(
    before: Annotated[str, typer.Argument(help="DOSSIER:SCENARIO or a run file.")],
    after: Annotated[str, typer.Argument(help="DOSSIER:SCENARIO or a run file.")],
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Regions to show; the parties and the world if absent.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the table as CSV.", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """What changed between two runs: what they read differently, and how much of the gap each difference makes."""
    from detente.cases.compare import what_changed

    old, new = _run(before), _run(after)
    found = what_changed(old, new)
    if csv is not None:
        write_csv(found.to_frame(), csv, float_format="%.10g")
    if as_json:
        emit(found.record())
        return
    for line in found.inputs:
        out.print(line, highlight=False, markup=False)
    own = [p.region for r in (old, new) if r.dossier is not None for p in r.dossier.parties]
    listed = region or [r for r in dict.fromkeys(own) if r in found.frame.index] + ["WORLD"]
    out.print(found.explain(listed), highlight=False, markup=False)


def _packages(given: list[str]) -> list[str | Run]:
    return [_run(text) if text.endswith(".json") else text for text in given]


def _run(text: str) -> Run:
    from detente.cases.runs import Run, read_run

    if text.endswith(".json"):
        record = read_run(text)
        if record["kind"] != "solve":
            raise InputError(f"{text} is the run file of a {record['kind']}; this needs one of detente solve --run")
        return Run.from_record(record)
    dossier, _, scenario = text.partition(":")
    return Run.of_scenario(dossier, scenario or None)
