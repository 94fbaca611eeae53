"""`detente talks`, `detente truce`, `detente bystander`: the negotiation as a game, read off computed payoffs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.common import DossierName, HorizonName, Json, WorldName, emit, out, progress_bar, signed, text_table

CsvFile = Annotated[Path | None, typer.Option(help="Also write the table as CSV.")]


def talks(
    dossier: DossierName, world: WorldName = "world-2022", horizon: HorizonName = None, csv: CsvFile = None, as_json: Json = False
) -> None:
    """What each side would do next: payoffs of every pair of stances, equilibria, who gives way, whether a truce holds."""
    from detente.talks.case import at_the_table
    from detente.world.library import load_world

    with progress_bar("talks", as_json) as progress:
        case = at_the_table(dossier, load_world(world), horizon, progress=progress)
    if csv is not None:
        case.table.to_frame().to_csv(csv, index=False, float_format="%.10g")
    if as_json:
        emit(case.record())
        return
    first, second = case.table.parties
    out.print(f"Payoffs in points of real income against the status quo, {case.table.horizon} run", highlight=False)
    shown = text_table((first, second, f"{first}, motives", f"{second}, motives", f"{first}, income", f"{second}, income"))
    for a in case.table.stances[0]:
        for b in case.table.stances[1]:
            paid, plain = case.table.payoff(a, b), case.plain.payoff(a, b)
            shown.add_row(a, b, *(signed(v) for v in (*paid.values(), *plain.values())))
    out.print(shown)
    out.print(f"With the motives of the dossier: {case.game.explain()}", highlight=False, markup=False)
    out.print(f"If both cared for real income alone: {case.plain_game.explain()}", highlight=False, markup=False)
    out.print(f"Stand-off: {case.standoff.explain()}", highlight=False, markup=False)
    for party in case.table.parties:
        low, centre, high = case.blink_range(party)
        out.print(f"{party} gives way: {100 * centre:.0f} % ({100 * low:.0f} to {100 * high:.0f})", highlight=False)
    out.print(
        "Ranges: discount rates, collapse risk and length of a settlement at their ends, motives at zero and doubled.",
        style="dim",
    )


def truce(dossier: DossierName, world: WorldName = "world-2022", horizon: HorizonName = None, as_json: Json = False) -> None:
    """Whether a truce of easing would hold, what watching it buys, and how long it lasts."""
    from detente.talks.case import at_the_table
    from detente.world.library import load_world

    with progress_bar("truce", as_json) as progress:
        case = at_the_table(dossier, load_world(world), horizon, progress=progress)
    if as_json:
        emit(case.truce.record())
        return
    out.print(case.truce.explain(), highlight=False, markup=False)
    out.print(case.truce.to_frame().to_string(), highlight=False, markup=False)


def bystander(
    dossier: DossierName,
    region: Annotated[str, typer.Option("--region", "-r", help="The third economy, MYS for Malaysia.")],
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: CsvFile = None,
    as_json: Json = False,
) -> None:
    """A third economy: its options in every scenario, and the trade it gains or loses in the worst."""
    from detente.policy.dossier import load_dossier
    from detente.talks.case import bystander as run, diversion
    from detente.world.library import load_world

    case, table = load_dossier(dossier), load_world(world)
    menu = run(case, region, table, horizon)
    scenario = "pessimistic" if any(s.id == "pessimistic" for s in case.scenarios) else case.scenarios[-1].id
    trade = diversion(case, region, scenario, table, horizon)
    if csv is not None:
        trade.to_csv(csv, float_format="%.10g")
    if as_json:
        emit({"menu": menu.record(), "scenario": scenario, "diversion": trade.reset_index().to_dict(orient="records")})
        return
    out.print(menu.explain(), highlight=False, markup=False)
    shown = text_table(("option", *menu.scenarios))
    for option, row in zip(menu.options, menu.payoffs, strict=True):
        shown.add_row(option[:60], *(signed(float(v)) for v in row))
    out.print(shown)
    gained, deflected = trade["exports change, million USD"], trade["imports change, million USD"]
    out.print(
        f"In {scenario}: exports {signed(gained.sum() / 1000)} bn USD a year, most to {gained.idxmax()}; "
        f"imports {signed(deflected.sum() / 1000)} bn, most from {deflected.idxmax()}",
        highlight=False,
    )
