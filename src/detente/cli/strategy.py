"""`detente nash`, `detente bargain`: what governments would choose, and what they could agree on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from detente.cli.common import HorizonName, Json, WorldName, emit, out, progress_bar, signed, text_table
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.policy.instruments import Policy
    from detente.world.world import World

Players = Annotated[list[str] | None, typer.Option("--player", "-p", help="A player; repeat for more. All regions if absent.")]
DetailName = Annotated[str, typer.Option(help="region (one rate), pair, sector (the same to all) or pair-sector.")]
OnEachOther = Annotated[bool, typer.Option("--on-each-other", help="Only the players' tariffs on each other move.")]
DossierOption = Annotated[str | None, typer.Option("--dossier", help="Start from a dossier's status quo, not from the table.")]
CsvFile = Annotated[Path | None, typer.Option(help="Also write every rate as CSV.")]


def nash(
    player: Players = None,
    detail: DetailName = "pair-sector",
    on_each_other: OnEachOther = False,
    method: Annotated[str, typer.Option(help="gradient, or formula (no intermediates, one rate a player).")] = "gradient",
    dossier: DossierOption = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    check: Annotated[bool, typer.Option("--check", help="Run a fresh best reply for every player at the solution.")] = False,
    csv: CsvFile = None,
    as_json: Json = False,
) -> None:
    """Nash tariffs: rates at which every player replies best to the others. One player gives its best reply."""
    from detente.strategy.nash import best_reply, nash_tariffs
    from detente.world.library import load_world

    table = load_world(world)
    policy = _status_quo(dossier, table)
    partners = player if on_each_other else None
    with progress_bar("nash", as_json) as progress:
        options: dict[str, Any] = {
            "policy": policy,
            "sectors": _goods(table),
            "horizon": horizon or "medium",
            "progress": progress,
        }
        if player and len(player) == 1:
            found = best_reply(table, player[0], detail=cast(Any, detail), **options)
        else:
            found = nash_tariffs(
                table, player, cast(Any, detail), method=cast(Any, method), partners=partners, check=check, **options
            )
    if csv is not None:
        found.rates().to_csv(csv, index=False, float_format="%.10g")
    if as_json:
        emit(found.record())
        return
    against = f"the status quo of {dossier}" if dossier else "the table's tariffs"
    out.print(f"{found.kind}, {detail}, {horizon or 'medium'} run; real income against {against}", highlight=False)
    shown = text_table(("player", "mean rate, %", "median, %", "real income, %"))
    for code, row in found.to_frame().iterrows():
        shown.add_row(
            str(code), f"{row['mean rate, %']:.1f}", f"{row['median rate, %']:.1f}", signed(float(row["real income, %"]))
        )
    shown.add_row("world", "", "", signed(found.outcome.world_real_income), style="bold")
    out.print(shown)
    out.print(f"residual {found.residual:.0e}, {found.iterations} iterations", style="dim", highlight=False)


def bargain(
    party: Annotated[list[str], typer.Option("--party", "-p", help="A party; give at least two.")],
    disagreement: Annotated[str, typer.Option(help="What follows without a deal: status-quo or nash.")] = "status-quo",
    solution: Annotated[str, typer.Option(help="nash or kalai-smorodinsky.")] = "nash",
    detail: DetailName = "region",
    dossier: DossierOption = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: CsvFile = None,
    as_json: Json = False,
) -> None:
    """The deal over the parties' tariffs on each other: agreed rates, and who gains what."""
    from detente.strategy.bargain import bargain as run
    from detente.world.library import load_world

    if len(party) < 2:
        raise InputError("give at least two parties: --party USA --party CHN")
    table = load_world(world)
    with progress_bar("bargain", as_json) as progress:
        deal = run(
            table,
            party,
            cast(Any, disagreement.replace("-", " ")),
            cast(Any, solution),
            detail=cast(Any, detail),
            policy=_status_quo(dossier, table),
            sectors=_goods(table),
            horizon=horizon or "medium",
            progress=progress,
        )
    if csv is not None:
        deal.rates().to_csv(csv, index=False, float_format="%.10g")
    if as_json:
        emit(deal.record())
        return
    if not deal.room:
        out.print("No change of these tariffs makes every party better off: the deal is to leave things as they are.")
        return
    out.print(f"{solution} bargain against {disagreement}, {horizon or 'medium'} run", highlight=False)
    shown = text_table(("by", "on", "sector", "without a deal, %", "agreed, %"))
    for row in deal.rates().itertuples(index=False):
        shown.add_row(row[0], row[1] or "each other", row[2] or "all goods", f"{row[3]:.1f}", signed(row[4]))
    out.print(shown)
    gains = text_table(("party", "gain, %", "most it could get, %"))
    for name in deal.parties:
        gains.add_row(name, signed(deal.gains[name]), signed(deal.ideal[name]))
    out.print(gains)


def _goods(table: World) -> list[str]:
    from detente.world.labels import goods_sectors

    return list(goods_sectors(table.sectors))


def _status_quo(dossier: str | None, table: World) -> Policy | None:
    """The status quo of a dossier as a policy, or None."""
    if dossier is None:
        return None
    from detente.policy.dossier import load_dossier

    return load_dossier(dossier).policy(None, table.regions, table.sectors)
