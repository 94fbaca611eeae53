"""`detente brief`, `detente solve`, `detente stress`: the jobs that solve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import (
    DossierName,
    Force,
    HorizonName,
    Json,
    WorldName,
    ask,
    emit,
    folder_name,
    out,
    out_file,
    out_folder,
    print_idle,
    progress_bar,
    signed,
    subject_of,
    text_table,
    told_idle,
)
from detente.errors import InputError


def brief(
    dossier: DossierName,
    world: WorldName = "world-2022",
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Where to write; briefing/DOSSIER if absent.",
            callback=out_folder,
            parser=folder_name,
            metavar="FOLDER",
        ),
    ] = None,
    force: Force = False,
    horizon: HorizonName = None,
    as_json: Json = False,
) -> None:
    """Write the briefing of a negotiation: one HTML file, Markdown, the data behind every figure, and a run record."""
    subject = subject_of(dossier, world, horizon)
    negotiation = subject.negotiation
    result = ask("briefing", subject, as_json, {}, out=out_dir or Path("briefing") / negotiation.id, force=force)
    if as_json:
        emit(
            {
                "html": result.html,
                "markdown": result.markdown,
                "data": result.data,
                "run": result.run_json,
                "headline": result.headline,
            }
        )
        return
    out.print(f"{negotiation.title}, as of {negotiation.as_of:%d %B %Y}", highlight=False)
    out.print(
        f"briefing  {result.html}\ntext      {result.markdown}\ndata      {result.data}\nrecord    {result.run_json}",
        highlight=False,
    )
    worst = next((s.id for s in negotiation.scenarios if s.role == "worst"), negotiation.scenarios[-1].id)
    out.print(f"Next: detente solve {dossier} --scenario {worst}", highlight=False, style="dim")


def solve(
    dossier: DossierName,
    scenario: Annotated[
        str | None, typer.Option("--scenario", "-s", help="A scenario of the dossier; the status quo if absent.")
    ] = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    against: Annotated[
        str, typer.Option(help="Compare with the status quo, or with the table's baseline: status-quo, baseline.")
    ] = "status-quo",
    csv: Annotated[Path | None, typer.Option(help="Also write the regional results as CSV.", callback=out_file)] = None,
    run_file: Annotated[
        Path | None, typer.Option("--run", help="Also write a run file that detente rerun repeats.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Solve one scenario and print what it does to every economy."""
    from detente.equilibrium import solve as run
    from detente.policy.dossier import load_dossier
    from detente.words.names import region_name
    from detente.world.library import load_world

    if against not in ("status-quo", "baseline"):
        raise InputError(f"--against takes status-quo or baseline, not {against!r}")
    negotiation, table = load_dossier(dossier), load_world(world)
    problems = negotiation.check(table.regions, table.sectors)
    if problems:
        raise InputError(
            f"{negotiation.id} does not fit {table.name}: {problems[0]}"
            + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else "")
        )
    name = None if scenario in (None, "status-quo") else scenario
    basis = horizon or negotiation.horizon.default
    economy = table.economy()
    idle = negotiation.without_effect(table.regions, table.sectors, name)
    outcome = run(economy, negotiation.policy(name, table.regions, table.sectors), basis)
    compared = f"the table's baseline ({negotiation.reference.label})"
    if against == "status-quo" and name is not None:
        outcome = outcome.relative_to(run(economy, negotiation.policy(None, table.regions, table.sectors), basis))
        compared = f"the status quo of {negotiation.as_of}"
    if csv is not None:
        outcome.to_csv(csv)
    if run_file is not None:
        from detente.cases.runs import Run

        Run.of_scenario(negotiation, name, table, basis).save(run_file)
    title = f"{negotiation.scenario(name).title if name else 'Status quo'} against {compared}"
    if as_json:
        header = {"dossier": negotiation.id, "scenario": name or "status-quo", "against": compared, "horizon": basis}
        emit({**header, **outcome.record(), **told_idle(idle)})
        return
    out.print(f"{title}\n{basis} run, {table.name}, data of {table.year}", highlight=False, markup=False, soft_wrap=True)
    shown = text_table(("economy", "real income, %", "bn USD a year", "prices, %", "exports, %"))
    exports = 100 * outcome.exports["change"] / outcome.exports["baseline"]
    for code in outcome.real_income.sort_values().index:
        row = (outcome.real_income[code], outcome.equivalent_variation[code] / 1000, outcome.consumer_prices[code], exports[code])
        shown.add_row(f"{code}  {region_name(code)}", *map(signed, row))
    total = (signed(outcome.world_real_income), signed(outcome.equivalent_variation.sum() / 1000))
    shown.add_row("world", *total, "", "", style="bold")
    out.print(shown)
    print_idle(idle, f"Left out, as they change nothing in {table.name}")
    out.print(f"{outcome.status}, residual {outcome.residual:.0e}, {outcome.iterations} sweeps", style="dim", highlight=False)


def stress(
    draws: Annotated[int, typer.Option("--draws", "-n", min=1, help="How many random extreme packages.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed; draw k depends on it and on k alone.")] = 0,
    world: WorldName = "world-2022",
    as_json: Json = False,
) -> None:
    """Solve random extreme packages and count how each ended. Exit code 3 when any ended without an equilibrium."""
    from detente.validation.stress import stress as run
    from detente.world.library import load_world

    with progress_bar("stress", as_json) as progress:
        report = run(load_world(world), draws, seed, progress=progress)
    if as_json:
        emit(report.record())
    else:
        for ending, count in report.endings.items():
            out.print(f"{count:6d}  {ending}", highlight=False)
        out.print(
            f"worst residual {report.worst_residual:.1e}, worst gap {report.worst_gap:.1e}, most sweeps {report.most_sweeps}",
            highlight=False,
        )
        for draw, message in report.failures[:10]:
            out.print(f"draw {draw}: {message}", highlight=False, markup=False)
    if report.failures:
        raise typer.Exit(3)
