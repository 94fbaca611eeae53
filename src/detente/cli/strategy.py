"""`detente nash`, `detente bargain`, `detente regimes`, `detente deal`: what governments would choose, and could agree on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from detente.cli.common import (
    DossierName,
    HorizonName,
    Json,
    WorldName,
    ask,
    emit,
    out,
    out_file,
    progress_bar,
    save,
    signed,
    subject_of,
    text_table,
    write_csv,
)
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.verbs import Subject
    from detente.world.world import World


def once(names: list[str] | None) -> list[str] | None:
    """Refuse a name given twice."""
    for name in names or ():
        if (names or []).count(name) > 1:
            raise InputError(f"{name} is given twice")
    return names


Players = Annotated[
    list[str] | None, typer.Option("--player", "-p", help="A player; repeat for more. All regions if absent.", callback=once)
]
DetailName = Annotated[str, typer.Option(help="region (one rate), pair, sector (the same to all) or pair-sector.")]
OnEachOther = Annotated[bool, typer.Option("--on-each-other", help="Only the players' tariffs on each other move.")]
DossierOption = Annotated[str | None, typer.Option("--dossier", help="Start from a dossier's status quo, not from the table.")]
CsvFile = Annotated[Path | None, typer.Option(help="Also write every rate as CSV.", callback=out_file)]
TableFile = Annotated[Path | None, typer.Option("--csv", help="Also write the figures as CSV.", callback=out_file)]
ChartFile = Annotated[Path | None, typer.Option(help="Also draw it: .svg, .png or .html.", callback=out_file)]


def nash(
    player: Players = None,
    detail: DetailName = "pair-sector",
    on_each_other: OnEachOther = False,
    method: Annotated[
        str, typer.Option(help="gradient; differences or formula (one rate a player; the latter without intermediates).")
    ] = "gradient",
    dossier: DossierOption = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    check: Annotated[bool, typer.Option("--check", help="Run a fresh best reply for every player at the solution.")] = False,
    resume: Annotated[
        Path | None,
        typer.Option(help="Keep the state of the search in this file, and go on from it if it is there.", callback=out_file),
    ] = None,
    csv: CsvFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """Nash tariffs: rates at which every player replies best to the others. One player gives its best reply."""
    subject = _on(dossier, world, horizon)
    given = {"players": player, "detail": detail, "on_each_other": on_each_other, "method": method, "check": check}
    found = ask("nash", subject, as_json, given, checkpoint=resume)
    save("nash", found, csv)
    against = f"the status quo of {dossier}" if dossier else "the table's tariffs"
    if chart is not None:
        from detente.briefing.charts.results import rates_figure
        from detente.briefing.charts.standalone import save_chart

        subtitle = (
            f"Mean rate on imports of goods and change of real income, percent; against {against}; {horizon or 'medium'} run"
        )
        save_chart(rates_figure(found, subtitle, csv=_name(csv), note=_source(subject.world, csv)), chart)
    if as_json:
        emit(found.record())
        return
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
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """The deal over the parties' tariffs on each other: agreed rates, and who gains what."""
    if len(party) < 2:
        raise InputError("give at least two parties: --party USA --party CHN")
    if chart is not None and len(party) != 2:
        raise InputError("--chart draws the frontier of two parties")
    subject, point = _on(dossier, world, horizon), disagreement.replace("-", " ")
    given = {"parties": party, "disagreement": point, "solution": solution, "detail": detail}
    deal, frontier = ask("bargain", subject, as_json, given), None
    if chart is not None and deal.room:
        from detente.strategy.bargain import pareto_frontier

        with progress_bar("bargain", as_json) as progress:
            frontier = pareto_frontier(
                subject.world, party, 9, cast(Any, point), detail=cast(Any, detail), policy=subject.policy,
                sectors=subject.goods, horizon=subject.run, progress=progress,
            )  # fmt: skip
    save("bargain", deal, csv)
    if chart is not None and frontier is not None:
        from detente.briefing.charts.results import frontier_figure
        from detente.briefing.charts.standalone import save_chart

        subtitle = f"Gains over {disagreement.replace('-', ' ')}, percent of real income; {horizon or 'medium'} run"
        agreed = [deal.gains[p] for p in deal.parties]
        save_chart(
            frontier_figure(
                frontier, deal.parties, agreed, subtitle, solution=solution, note=_source(subject.world, csv), csv=_name(csv)
            ),
            chart,
        )
    if as_json:
        emit(deal.record() | ({} if frontier is None else {"frontier": frontier.to_dict(orient="records")}))
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


def regimes(
    dossier: DossierOption = None,
    detail: Annotated[str, typer.Option(help="Rates in the games: region (one a player), pair or pair-sector.")] = "region",
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """What ending multilateral cooperation would cost: free trade, equal treatment and tariffs without restraint."""
    from detente.words.names import group_table

    subject = _on(dossier, world, horizon)
    table, found = subject.world, ask("regimes", subject, as_json, {"detail": detail})
    frame = found.to_frame()
    if csv is not None:
        write_csv(frame.rename_axis("region"), csv, float_format="%.10g")
    against = f"the status quo of {dossier}" if dossier else "the table's tariffs"
    if chart is not None:
        from detente import words as text
        from detente.briefing.charts.results import regimes_figure
        from detente.briefing.charts.standalone import save_chart
        from detente.briefing.charts.theme import region_colour

        groups = {c: [m for m in g["members"] if m in table.regions] for c, g in group_table().items() if g["members"] != "all"}
        shown: list[Any] = [("World", "other", None)]
        shown += [(text.capital(text.short_name(c)), region_colour(c), m) for c, m in groups.items() if len(m) > 1]
        big = sorted(table.regions, key=lambda r: -float(table.economy().income[table.region_index(r)]))[:8]
        shown += [(text.label(c), region_colour(c), [c]) for c in big]
        subtitle = f"Real income, change in percent, against {against}; {horizon or 'medium'} run"
        save_chart(regimes_figure(found, shown, subtitle, note=_source(subject.world, csv), csv=_name(csv)), chart)
    if as_json:
        emit(found.record())
        return
    out.print(f"Tariffs on goods, {detail} rates, {horizon or 'medium'} run; real income against {against}", highlight=False)
    shown_table = text_table(("", *found.outcomes))
    rates = found.mean_rates()
    shown_table.add_row("mean tariff, %", *(f"{rates[k]:.1f}" for k in found.outcomes))
    shown_table.add_row("world, %", *(signed(found.outcomes[k].world_real_income) for k in found.outcomes), style="bold")
    for code in frame.drop(index="world")["nash"].sort_values().index:
        shown_table.add_row(str(code), *(signed(float(frame[k][code])) for k in found.outcomes))
    out.print(shown_table)
    out.print(found.explain(), highlight=False, markup=False)
    out.print("residuals " + ", ".join(f"{k} {g.residual:.0e}" for k, g in found.games.items()), style="dim", highlight=False)


def deal(
    dossier: DossierName,
    disagreement: Annotated[str, typer.Option(help="What follows without a deal: both hold, or both escalate.")] = "hold",
    judged_by: Annotated[str, typer.Option(help="motives (of the dossier), or real-income.")] = "motives",
    solves: Annotated[int, typer.Option(min=20, max=2000, help="Equilibria to solve at most.")] = 150,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """A package both would sign: duties, controls and purchases, what trades against what, and how it would be kept."""
    subject = subject_of(dossier, world, horizon)
    given = {"disagreement": disagreement, "judged_by": judged_by.replace("-", " "), "solves": solves}
    found = ask("deal", subject, as_json, given)
    save("deal", found, csv)
    if chart is not None and found.status == "deal":
        from detente.briefing.charts.results import gains_figure
        from detente.briefing.charts.standalone import save_chart

        subtitle = (
            f"Equivalent variation, USD billion a year, against both parties choosing “{disagreement}”; {found.horizon} run"
        )
        save_chart(gains_figure(found, subtitle, note=_source(subject.world, csv), csv=_name(csv)), chart)
    if as_json:
        emit(found.record())
        return
    out.print(f"{found.dossier}, {found.horizon} run; read on {found.agenda.day}", highlight=False)
    issues = text_table(("issue", "package", "one more costs", "and brings"))
    step = f"at the package: {{}}, points by {found.judged_by}"
    for row in found.exchange().to_dict(orient="records"):
        title = row["issue"] if len(row["issue"]) <= 44 else row["issue"][:43] + "…"
        costs, brings = (f"{row[step.format(what)]:+.4f}".replace("-", "−") for what in ("costs the giver", "brings the other"))
        issues.add_row(title, row["in the package"], costs, brings)
    out.print(issues)
    out.print(f"Costs and gains in points of real income a year by {found.judged_by}.", style="dim", highlight=False)
    for paragraph in found.explain().split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False, markup=False)


def _name(csv: Path | None) -> str:
    return "" if csv is None else csv.name


def _source(table: World, csv: Path | None) -> str:
    return f"Source: detente on {table.name}." + (f" Data: {csv.name}" if csv is not None else "")


def _on(dossier: str | None, world: str, horizon: str | None) -> Subject:
    """A world, with the status quo of a dossier in force where one is named."""
    from detente.verbs import Subject
    from detente.world.library import load_world

    table = load_world(world)
    if dossier is None:
        return Subject(table, horizon)
    from detente.policy.dossier import load_dossier

    found = load_dossier(dossier)
    found.must_fit(table)
    return Subject(table, horizon, policy=found.policy(None, table.regions, table.sectors))
