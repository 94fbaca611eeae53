"""`detente ensemble`: a scenario at many draws of everything uncertain, with ranges and what drives them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import (
    DossierName,
    HorizonName,
    Json,
    WorldName,
    ask,
    emit,
    err,
    folder_name,
    out,
    out_file,
    out_folder,
    subject_of,
    text_table,
)

if TYPE_CHECKING:
    from detente.outlook.ensemble.ensemble import Ensemble, Headline
    from detente.outlook.ensemble.sensitivity import Drivers


def ensemble(
    dossier: DossierName,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", "-s", help="A scenario; repeat for more. All of them if absent.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", "-n", min=1, help="How many draws; powers of two are balanced.")] = 256,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sequence; draw k depends on it and on k alone.")] = 0,
    executor: Annotated[
        str, typer.Option("--executor", "-e", help="serial, processes or dask: the results are the same.")
    ] = "serial",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; as many as there are cores if absent.")] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            help="Directory that keeps what is solved; a run that was stopped goes on.",
            callback=out_folder,
            parser=folder_name,
            metavar="FOLDER",
        ),
    ] = None,
    odds: Annotated[
        bool, typer.Option("--odds", help="Also solve every pair of stances and read the stand-off in each draw.")
    ] = False,
    drivers: Annotated[bool, typer.Option(help="Say what drives each number.")] = True,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: Annotated[Path | None, typer.Option(help="Also write quantiles of every headline as CSV.", callback=out_file)] = None,
    draws_file: Annotated[
        Path | None, typer.Option("--draws-file", help="Also write every draw, as .parquet or .csv.", callback=out_file)
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also draw real income with ranges: .svg, .png or .html.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Ranges on every headline number, and what drives them, from many draws of everything uncertain."""
    from detente.errors import InputError

    if draws_file is not None and draws_file.suffix not in (".parquet", ".csv"):
        raise InputError(f"draws are written as .parquet or .csv, not as {draws_file.name!r}")
    subject = subject_of(dossier, world, horizon)
    case = subject.negotiation
    given = {"draws": draws, "seed": seed, "scenarios": scenario, "odds": odds}
    result = ask("ensemble", subject, as_json, given, executor=executor, workers=workers, store=store)
    if csv is not None:
        result.to_csv(csv)
    if draws_file is not None:
        (result.to_parquet if draws_file.suffix == ".parquet" else result.draws_csv)(draws_file)
    if chart is not None:
        from detente.briefing.charts.results import ensemble_figure
        from detente.briefing.charts.standalone import save_chart

        save_chart(ensemble_figure(result), chart)
    shown = [h for s in result.scenarios for h in _first_page(result, s, case.venue.region)]
    found = _drivers(result, shown) if drivers else {}
    reading = None
    if odds:
        from detente.outlook.ensemble.odds import odds as read

        reading = read(result)
    if as_json:
        record = result.record()
        record["drivers"] = {column: d.record() for column, d in found.items()}
        emit({**record, "odds": reading.record() if reading is not None else None})
        return
    _print(result, shown, found)
    if reading is not None:
        out.print(reading.explain(), highlight=False, markup=False)
    if store is not None and result.reused:
        err.print(f"{result.reused} chunks were in {store}, {result.solved} were solved", style="dim", highlight=False)
    out.print(
        f"Next: detente ensemble {dossier} --draws {4 * draws} --executor processes --store draws", style="dim", highlight=False
    )


def _first_page(result: Ensemble, scenario: str, venue: str) -> list[Headline]:
    """The headlines of the printed table: parties, venue, ASEAN, world; prices, revenue, trade and bounds."""
    own = [h for h in result.headlines if h.scenario == scenario]
    parties = [h.region for h in own if h.quantity == "tariff revenue"]
    wanted = [*parties, venue, "ASEAN", "WORLD"]
    found = [h for r in dict.fromkeys(wanted) for h in own if h.quantity == "real income" and h.region == r]
    found += [h for h in own if h.quantity == "consumer prices" and h.region in parties]
    found += [h for h in own if h.quantity == "tariff revenue"]
    found += [h for h in own if h.quantity == "mutual trade" and "-" in h.region]
    return found + [h for h in own if h.quantity == "shadow price"][:4]


def _drivers(result: Ensemble, shown: list[Headline]) -> dict[str, Drivers]:
    """What drives each of `shown`; none where fewer than 64 draws are left."""
    import numpy as np

    found: dict[str, Drivers] = {}
    for h in shown:
        if np.isfinite(result.values(h.quantity, h.region, h.scenario)).sum() >= 64:
            found[h.column] = result.drivers(h.quantity, h.region, h.scenario, bootstrap=0)
    return found


def _print(result: Ensemble, shown: list[Headline], found: dict[str, Any]) -> None:
    from detente.outlook.ensemble.ensemble import amount, spread

    out.print(
        f"{result.title}\n{result.draws:,} draws, {result.horizon} run, {result.world}, seed {result.seed}",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    failed = {s: sum(f.scenario == s for f in result.failed) for s in result.scenarios}
    for scenario in result.scenarios:
        against = result.compared_with[scenario]
        out.print(f"\n{scenario} against {against}", highlight=False, markup=False)
        if failed[scenario] == result.draws:
            out.print("no draw has an equilibrium", highlight=False)
            continue
        table = text_table(("", "median", "90 of 100 draws"))
        beside = bool(found) and out.width >= 130
        if beside:
            table.add_column("what drives it, share of variance", justify="left", overflow="fold")
        below: list[str] = []
        for h in (h for h in shown if h.scenario == scenario):
            low, middle, high = result.quantile(h.quantity, h.region, (0.05, 0.5, 0.95), scenario)
            words = found[h.column].words() if h.column in found else "too few draws"
            name = h.words[0].upper() + h.words[1:]
            table.add_row(name, amount(middle, h.unit), spread(low, high, h.unit), *([words] if beside else []))
            below.append(f"  {name}: {words}")
        out.print(table)
        if found and not beside:
            out.print("\nWhat drives them, share of variance", highlight=False)
            out.print("\n".join(below), highlight=False, markup=False)
        if failed[scenario]:
            out.print(f"{failed[scenario]:,} of {result.draws:,} draws have no equilibrium and are left out", highlight=False)
    for note in result.notes:
        out.print(note, style="dim", highlight=False)
