"""The command line. Quiet and fast: heavy modules load only inside the commands that need them.

Exit codes: 0 done, 2 bad input, 3 a computation that did not reach an answer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from detente import __version__
from detente.errors import DetenteError, InputError

app = typer.Typer(
    name="detente",
    help="An open laboratory for trade wars and the talks that end them.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
world_app = typer.Typer(help="The world table: look at it, or build it from its sources.", no_args_is_help=True)
dossier_app = typer.Typer(help="Dossiers: list, show, check, start a new one.", no_args_is_help=True)
app.add_typer(world_app, name="world")
app.add_typer(dossier_app, name="dossier")

out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WorldName = Annotated[str, typer.Option("--world", "-w", help="A shipped world (world-2022, toy) or a file.")]
HorizonName = Annotated[str | None, typer.Option("--horizon", help="short, medium or long; the dossier's own if absent.")]
DossierName = Annotated[str, typer.Argument(help="A packaged dossier (kuala-lumpur-2025) or a YAML file.")]


def main() -> None:
    """Run the command line; named failures become one message and an exit code."""
    try:
        app()
    except DetenteError as error:
        err.print(f"[bold]error[/bold] {_plain(str(error))}", highlight=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        err.print(f"[bold]error[/bold] {_plain(f'{error.strerror or error}{place}')}", highlight=False)
        sys.exit(2)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _emit(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def _signed(value: float) -> str:
    """Two decimals with a true minus sign; what rounds to nothing has no sign."""
    text = f"{value:+,.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


def _table(columns: tuple[str, ...]) -> Table:
    """A plain table: names on the left, figures on the right."""
    shown = Table(box=None, pad_edge=False)
    for k, column in enumerate(columns):
        shown.add_column(column, justify="right" if k else "left", no_wrap=True)
    return shown


@contextmanager
def _progress(title: str, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; silent when asked or when nobody is watching."""
    if quiet or not err.is_terminal:
        yield lambda label, done, total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        console=err, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)
        yield lambda label, done, total: bar.update(task, description=f"{title}: {label}", completed=done, total=total)


def _version(value: bool) -> None:
    if value:
        out.print(f"detente {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """An open laboratory for trade wars and the talks that end them."""


@app.command()
def brief(
    dossier: DossierName,
    world: WorldName = "world-2022",
    out_dir: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write; briefing/DOSSIER if absent.")] = None,
    horizon: HorizonName = None,
    as_json: Json = False,
) -> None:
    """Write the briefing of a negotiation: one HTML file, Markdown, the data behind every figure, and a run record."""
    from detente.briefing import brief as write_briefing
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    negotiation = load_dossier(dossier)
    target = out_dir or Path("briefing") / negotiation.id
    with _progress("briefing", as_json) as progress:
        result = write_briefing(negotiation, load_world(world), out=target, horizon=horizon, progress=progress)
    if as_json:
        _emit(
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
    out.print(f"Next: detente solve {dossier} --scenario pessimistic", highlight=False, style="dim")


@app.command()
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
    csv: Annotated[Path | None, typer.Option(help="Also write the regional results as CSV.")] = None,
    as_json: Json = False,
) -> None:
    """Solve one scenario and print what it does to every economy."""
    from detente.equilibrium import solve as run
    from detente.policy.dossier import load_dossier
    from detente.world.labels import region_name
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
    outcome = run(economy, negotiation.policy(name, table.regions, table.sectors), basis)
    compared = f"the table's baseline ({negotiation.reference.label})"
    if against == "status-quo" and name is not None:
        outcome = outcome.relative_to(run(economy, negotiation.policy(None, table.regions, table.sectors), basis))
        compared = f"the status quo of {negotiation.as_of}"
    if csv is not None:
        outcome.to_csv(csv)
    title = f"{negotiation.scenario(name).title if name else 'Status quo'} against {compared}"
    if as_json:
        header = {"dossier": negotiation.id, "scenario": name or "status-quo", "against": compared, "horizon": basis}
        _emit({**header, **outcome.record()})
        return
    out.print(f"{title}\n{basis} run, {table.name}, data of {table.year}", highlight=False, markup=False, soft_wrap=True)
    shown = _table(("economy", "real income, %", "bn USD a year", "prices, %", "exports, %"))
    exports = 100 * outcome.exports["change"] / outcome.exports["baseline"]
    for code in outcome.real_income.sort_values().index:
        row = (outcome.real_income[code], outcome.equivalent_variation[code] / 1000, outcome.consumer_prices[code], exports[code])
        shown.add_row(f"{code}  {region_name(code)}", *map(_signed, row))
    total = (_signed(outcome.world_real_income), _signed(outcome.equivalent_variation.sum() / 1000))
    shown.add_row("world", *total, "", "", style="bold")
    out.print(shown)
    out.print(f"{outcome.status}, residual {outcome.residual:.0e}, {outcome.iterations} sweeps", style="dim", highlight=False)


@app.command()
def stress(
    draws: Annotated[int, typer.Option("--draws", "-n", min=1, help="How many random extreme packages.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed; draw k depends on it and on k alone.")] = 0,
    world: WorldName = "world-2022",
    as_json: Json = False,
) -> None:
    """Solve random extreme packages and count how each ended. Exit code 3 when any ended without an equilibrium."""
    from detente.equilibrium.stress import stress as run
    from detente.world.library import load_world

    with _progress("stress", as_json) as progress:
        report = run(load_world(world), draws, seed, progress=progress)
    if as_json:
        _emit(report.record())
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


@world_app.command("info")
def world_info(world: WorldName = "world-2022", as_json: Json = False) -> None:
    """What a world holds: regions, sectors, totals, sources, what is imputed and how well it fits."""
    from detente.world.labels import region_name, sector_name
    from detente.world.library import load_world

    table = load_world(world)
    balance = -table.deficits
    if as_json:
        _emit(
            {
                "name": table.name, "year": table.year, "unit": table.unit, "fingerprint": table.fingerprint,
                "regions": {r: region_name(r) for r in table.regions}, "sectors": {s: sector_name(s) for s in table.sectors},
                "output": float(table.output.sum()),
                "value_added": dict(zip(table.regions, table.value_added.sum(1).tolist(), strict=True)),
                "trade_balance": dict(zip(table.regions, balance.tolist(), strict=True)), "worst_gap": table.check(),
                "sources": list(table.sources), "card": dict(table.card),
            }
        )  # fmt: skip
        return
    out.print(
        f"{table.name}: {len(table.regions)} regions × {len(table.sectors)} sectors, {table.year}, {table.unit} a year",
        highlight=False,
    )
    out.print(f"fingerprint {table.fingerprint}, identities hold to {table.check():.0e}", highlight=False, style="dim")
    shown = _table(("economy", "value added, bn USD", "exports, bn USD", "balance, bn USD"))
    for k, code in enumerate(table.regions):
        exports = table.shipments[k].sum() - table.shipments[k, k].sum()
        shown.add_row(
            f"{code}  {region_name(code)}", f"{table.value_added[k].sum() / 1000:,.0f}", f"{exports / 1000:,.0f}",
            f"{balance[k] / 1000:,.0f}".replace("-", "−"),
        )  # fmt: skip
    out.print(shown)
    for source in table.sources:
        out.print(f"source: {source}", highlight=False, style="dim", markup=False)


@world_app.command("build")
def world_build(
    sources: Annotated[Path, typer.Option(help="Folder with the source files; docs/world.md says where each is had.")],
    icio: Annotated[Path | None, typer.Option(help="The input–output table, if it is not in the folder.")] = None,
    target: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("world-2022.npz"),
    full: Annotated[bool, typer.Option("--full", help="Every economy and industry of the source, not grouped.")] = False,
    as_json: Json = False,
) -> None:
    """Build the world table from its sources and print how well it fits every margin."""
    from detente.world.builder import build_world

    with _progress("world", as_json) as progress:
        table, fit = build_world(sources, icio=icio, full=full, progress=progress)
    table.save(target)
    frame = fit.to_frame()
    if as_json:
        _emit({"file": target, "fingerprint": table.fingerprint, "fit": frame.to_dict(orient="records")})
        return
    out.print(fit.summary(), highlight=False, markup=False)
    out.print(f"{table} written to {target}", highlight=False, markup=False)


@dossier_app.command("list")
def dossier_list(as_json: Json = False) -> None:
    """The dossiers that ship with the package."""
    from detente.policy.dossier import list_dossiers, load_dossier

    found = [load_dossier(name) for name in list_dossiers()]
    if as_json:
        _emit([{"id": d.id, "title": d.title, "as_of": d.as_of} for d in found])
        return
    for d in found:
        out.print(f"{d.id}  {d.title} (as of {d.as_of})", highlight=False, markup=False)


@dossier_app.command("show")
def dossier_show(dossier: DossierName, as_json: Json = False) -> None:
    """The measures with their status, the scenarios and the deadlines of a dossier."""
    from detente.policy.dossier import load_dossier

    d = load_dossier(dossier)
    status = d.status()
    if as_json:
        _emit({**d.model_dump(mode="json"), "status": {k: str(v) for k, v in status.items()}})
        return
    out.print(f"{d.title}\nas of {d.as_of}", highlight=False, markup=False)
    shown = Table(box=None, pad_edge=False)
    for column in ("measure", "by", "status"):
        shown.add_column(column)
    for m in d.measures:
        shown.add_row(m.title, m.by, str(status[m.id]).replace("_", " "))
    out.print(shown)
    for s in d.scenarios:
        out.print(f"scenario {s.id}: {s.title}", highlight=False, markup=False)
    for deadline in d.deadlines():
        out.print(f"due {deadline.date} (in {deadline.days_left} days): {deadline.text}", highlight=False, markup=False)


@dossier_app.command("check")
def dossier_check(dossier: DossierName, world: WorldName = "world-2022", as_json: Json = False) -> None:
    """Read a dossier strictly and test its codes against a world. Exit code 2 when something is wrong."""
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    d, table = load_dossier(dossier), load_world(world)
    problems = d.check(table.regions, table.sectors)
    if as_json:
        _emit({"id": d.id, "problems": [str(p) for p in problems]})
    elif not problems:
        out.print(
            f"{d.id} is sound: {len(d.measures)} measures, {len(d.scenarios)} scenarios, {len(d.sources)} sources",
            highlight=False,
        )
    else:
        for problem in problems:
            err.print(_plain(str(problem)), highlight=False)
    if problems:
        raise typer.Exit(2)


@dossier_app.command("schema")
def dossier_schema() -> None:
    """The JSON Schema of a dossier, for editors."""
    from detente.policy.dossier import dossier_json_schema

    _emit(dossier_json_schema())


@dossier_app.command("new")
def dossier_new(
    name: Annotated[str, typer.Argument(help="Short name, lower case with dashes.")],
    title: Annotated[str, typer.Option(help="Title of the negotiation.")] = "A negotiation",
    target: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; NAME.yaml if absent.")] = None,
) -> None:
    """Write a small dossier to start from, with every field explained."""
    from detente.policy.dossier import new_dossier_text

    path = target or Path(f"{name}.yaml")
    text = new_dossier_text(name, title)
    if path.exists():
        raise InputError(f"{path} exists already; choose another name with --out")
    path.write_text(text, encoding="utf-8")
    out.print(f"{path}\nNext: detente dossier check {path}", highlight=False, markup=False)


if __name__ == "__main__":
    main()
