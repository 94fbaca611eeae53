"""`detente world trade` and `detente world duties`: files of trade and tariffs by product, on a world."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.common import Json, WorldName, emit, out, out_file, the_world, write_csv

if TYPE_CHECKING:
    from detente.build.trade.arrays import TradeArray

Countries = Annotated[Path | None, typer.Option(help="BACI's country file, if it does not lie beside the file.")]
Edition = Annotated[str | None, typer.Option("--hs", help="Edition of HS (1992 … 2022), before the one that the file states.")]


def trade(
    file: Annotated[Path, typer.Argument(help="BACI or UN Comtrade, as published (CSV or CSV.gz).")],
    world: WorldName = "world-2022",
    countries: Countries = None,
    hs: Edition = None,
    flow: Annotated[str, typer.Option(help="Of UN Comtrade: imports (M) or exports (X).")] = "M",
    target: Annotated[Path | None, typer.Option("--out", "-o", help="A CSV by region and sector.", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """Trade by product as trade of a world's regions and sectors: how much finds a place, and a CSV of it."""
    from detente.build.trade.arrays import trade_array
    from detente.build.trade.recognise import read_trade

    found = trade_array(read_trade(file, countries=countries, edition=hs, flow=flow), the_world(world))
    _print(found, target, "value_musd", as_json)


def duties(
    file: Annotated[Path, typer.Argument(help="WITS (TRAINS) or MAcMap-HS6, as published (CSV or CSV.gz).")],
    world: WorldName = "world-2022",
    flows: Annotated[Path | None, typer.Option("--trade", help="BACI or UN Comtrade, to weigh products with.")] = None,
    countries: Countries = None,
    hs: Edition = None,
    trade_hs: Annotated[str | None, typer.Option("--trade-hs", help="Edition of HS of --trade; that of --hs if absent.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of WITS: AHS (applied), MFN, PRF or BND.")] = None,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="A CSV of the rates.", callback=out_file)] = None,
    made: Annotated[
        Path | None, typer.Option("--world-out", help="The world with these duties (.npz).", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Duties by product as duties of a world's regions and sectors, and the world with them: `detente solve … --world FILE`."""
    from detente.build.trade.arrays import duty_array, with_duties
    from detente.build.trade.recognise import read_duties, read_trade

    table = the_world(world)
    weights = None if flows is None else read_trade(flows, countries=countries, edition=trade_hs or hs)
    found = duty_array(read_duties(file, kind=kind, edition=hs), table, weights)
    if made is not None:
        with_duties(table, found.values).save(made)
    _print(found, target, "rate", as_json)
    if made is not None and not as_json:
        out.print(f"written: {made}", style="dim", highlight=False, soft_wrap=True)


def _print(found: TradeArray, target: Path | None, column: str, as_json: bool) -> None:
    if target is not None:
        frame = found.values.to_dataframe(name=column).reset_index()
        kept = frame[frame[column].notna() & (frame[column] != 0)] if column == "value_musd" else frame[frame[column].notna()]
        write_csv(kept, target, index=False, float_format="%.10g")
    if as_json:
        emit({**vars(found.report), "file": target})
        return
    out.print(found.report.explain(), highlight=False, markup=False)
    if target is not None:
        out.print(f"written: {target}", style="dim", highlight=False, soft_wrap=True)
