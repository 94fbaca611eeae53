"""`detente world`: look at a world table, or build it from its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import Json, WorldName, emit, out, out_file, progress_bar, text_table

app = typer.Typer(help="The world table: look at it, or build it from its sources.", no_args_is_help=True)


@app.command("info")
def world_info(world: WorldName = "world-2022", as_json: Json = False) -> None:
    """What a world holds: regions, sectors, totals, sources, what is imputed and how well it fits."""
    from detente.words.names import region_name, sector_name
    from detente.world.library import load_world

    table = load_world(world)
    balance = -table.deficits
    if as_json:
        emit(
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
    shown = text_table(("economy", "value added, bn USD", "exports, bn USD", "balance, bn USD"))
    for k, code in enumerate(table.regions):
        exports = table.shipments[k].sum() - table.shipments[k, k].sum()
        shown.add_row(
            f"{code}  {region_name(code)}", f"{table.value_added[k].sum() / 1000:,.0f}", f"{exports / 1000:,.0f}",
            f"{balance[k] / 1000:,.0f}".replace("-", "−"),
        )  # fmt: skip
    out.print(shown)
    for source in table.sources:
        out.print(f"source: {source}", highlight=False, style="dim", markup=False)


@app.command("build")
def world_build(
    sources: Annotated[Path, typer.Option(help="Folder with the source files; docs/world.md says where each is had.")],
    icio: Annotated[Path | None, typer.Option(help="The input–output table, if it is not in the folder.")] = None,
    target: Annotated[Path, typer.Option("--out", "-o", help="The file to write.", callback=out_file)] = Path("world-2022.npz"),
    full: Annotated[bool, typer.Option("--full", help="Every economy and industry of the source, not grouped.")] = False,
    as_json: Json = False,
) -> None:
    """Build the world table from its sources and print how well it fits every margin."""
    from detente.build import build_world

    with progress_bar("world", as_json) as progress:
        table, fit = build_world(sources, icio=icio, full=full, progress=progress)
    table.save(target)
    frame = fit.to_frame()
    if as_json:
        emit({"file": target, "fingerprint": table.fingerprint, "fit": frame.to_dict(orient="records")})
        return
    out.print(fit.summary(), highlight=False, markup=False)
    out.print(f"{table} written to {target}", highlight=False, markup=False)
