"""The questions of `detente.verbs` at the command line: the briefing, games, talks, bystanders, what may come, and ranges."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from detente.cli.check import remind
from detente.cli.common import (
    Against,
    DossierName,
    Force,
    HorizonName,
    Json,
    WorldName,
    ask,
    economies,
    emit,
    err,
    out,
    out_file,
    progress_bar,
    run_words,
    save,
    save_figure,
    signed,
    subject_of,
    text_table,
    the_world,
    write_csv,
)
from detente.errors import InputError
from detente.web.__main__ import folder_name, out_folder
from detente.words import fixed, places_for, to
from detente.words.currency import currency
from detente.words.names import code_of, group_table, holder, region_name

if TYPE_CHECKING:
    import pandas as pd

    from detente.cases.case import Case
    from detente.outlook.ensemble.ensemble import Ensemble, Headline
    from detente.outlook.ensemble.sensitivity import Drivers
    from detente.outlook.outlook import Outlook
    from detente.outlook.year import Prospect
    from detente.strategy.asks import Asks
    from detente.strategy.table import AtTheTable
    from detente.strategy.year import Year
    from detente.verbs import Beside, Subject
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
RatesFile = Annotated[Path | None, typer.Option(help="Also write every rate as CSV.", callback=out_file)]
TableFile = Annotated[Path | None, typer.Option("--csv", help="Also write the figures as CSV.", callback=out_file)]
ChartFile = Annotated[Path | None, typer.Option(help="Also draw it: .svg, .png or .html.", callback=out_file)]
CsvFile = Annotated[Path | None, typer.Option(help="Also write the table as CSV.", callback=out_file)]
WeightTexts = Annotated[
    list[str] | None,
    typer.Option("--weight", help="Change a motive and show what moves: USA.prices=0.6, CHN.employment.ELE=0.5. Repeatable."),
]
Discounts = Annotated[
    list[str] | None, typer.Option("--discount", help="Discount rate of a party a year, held fixed: USA=0.08. Repeatable.")
]
CollapseRisk = Annotated[float | None, typer.Option(help="Rate a year at which talks collapse by themselves; held fixed.")]
SettlementYears = Annotated[float | None, typer.Option(help="Years that having given way matters; held fixed.")]
CollapseYears = Annotated[float | None, typer.Option(help="Years that a collapse lasts; held fixed.")]
Face = Annotated[
    float | None, typer.Option(help="Points of real income a year that not giving way is worth at audience weight 1; held fixed.")
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Odds by this day as well.")]
DeadlineDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A deadline other than the dossier's next.")]


def _name(csv: Path | None) -> str:
    return "" if csv is None else csv.name


def _source(table: World, csv: Path | None) -> str:
    return f"Source: detente on {table.name}." + (f" Data: {csv.name}" if csv is not None else "")


def _in_force(dossier: str | None, world: str, horizon: str | None) -> Subject:
    """A world, with the status quo of a dossier in force where one is named."""
    from detente.verbs import Subject

    table = the_world(world)
    if dossier is None:
        return Subject(table, horizon)
    from detente.policy.dossier import load_dossier

    found = load_dossier(dossier)
    found.must_fit(table)
    return Subject(table, horizon, policy=found.policy(None, table.regions, table.sectors))


OwnOdds = Annotated[
    list[str] | None,
    typer.Option("--odds", help="Odds of your own: FORK.BRANCH=0.3, may be given again, or a YAML or JSON file of them."),
]


def with_own_odds(subject: Subject, odds: list[str] | None) -> Subject:
    """The subject with odds of the reader's own in its dossier."""
    if not odds:
        return subject
    from detente.outlook.own_odds import read_odds, with_odds

    return replace(subject, dossier=with_odds(subject.negotiation, read_odds(odds)), known=None)


def brief(
    dossier: DossierName,
    reader: Annotated[
        list[str] | None,
        typer.Option(
            "--for", help="Economy the front is written for, may be given again; all. The host if absent.", metavar="CODE"
        ),
    ] = None,
    odds: OwnOdds = None,
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
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print front and annex (WeasyPrint or a browser).")] = False,
    force: Force = False,
    horizon: HorizonName = None,
    as_json: Json = False,
) -> None:
    """Write the briefing of a negotiation: two pages in front for each reader, an annex, a companion and all data."""
    subject = with_own_odds(subject_of(dossier, world, horizon), odds)
    negotiation = subject.negotiation
    folder = out_dir or Path("briefing") / negotiation.id
    held = {said: home for said in reader or () if (home := holder(said, subject.world.regions))}
    result = ask("briefing", subject, as_json, {}, out=folder, force=force, readers=reader or (), pdf=pdf)
    if as_json:
        places = ("index", "front", "annex", "companion", "markdown", "word", "pdf", "data", "figures")
        emit({**{name: getattr(result, name) for name in places}, "run": result.run_json, "headline": result.headline})
        return
    lines = [
        f"{negotiation.title}, as of {negotiation.as_of:%d %B %Y}",
        result.headline.get("answer", ""),
        f"start at  {result.index}",
        f"files     {', '.join(p.name for p in (result.front, *result.pdf, result.annex, result.companion, result.word))}",
        f"data      {result.data}",
        *(f"{said} is counted with {home} ({region_name(home)}); the front is for that" for said, home in held.items()),
    ]
    for line in filter(None, lines):
        out.print(line, highlight=False, markup=False)
    remind(dossier)
    if pdf and not result.pdf:
        err.print(
            "No PDF: pip install 'detente[pdf]' (it needs Pango), or name a browser in DETENTE_BROWSER.",
            highlight=False,
            markup=False,
        )
    worst = next((s.id for s in negotiation.scenarios if s.role == "worst"), negotiation.scenarios[-1].id)
    out.print(f"Next: detente solve {dossier} --scenario {worst}", highlight=False, style="dim")


# -- what governments would choose, and could agree on -----------------------------------------------------------------
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
    csv: RatesFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """Nash tariffs: rates at which every player replies best to the others. One player gives its best reply."""
    subject = _in_force(dossier, world, horizon)
    players = economies(player, subject.world.regions) or None
    given = {"players": players, "detail": detail, "on_each_other": on_each_other, "method": method, "check": check}
    found = ask("nash", subject, as_json, given, checkpoint=resume)
    save("nash", found, csv)
    against = f"the status quo of {dossier}" if dossier else "the table's tariffs"
    if chart is not None:
        from detente.briefing.charts.results import rates_figure

        when = run_words(horizon or "medium")
        subtitle = f"Mean rate on imports of goods and change of real income, percent; against {against}; {when}"
        save_figure(rates_figure(found, subtitle, csv=_name(csv), note=_source(subject.world, csv)), chart)
    if as_json:
        emit(found.record())
        return
    out.print(f"{found.kind}, {detail}, {run_words(horizon or 'medium')}; real income against {against}", highlight=False)
    shown = text_table(("player", "mean rate, %", "median, %", "real income, %"))
    for code, row in found.to_frame().iterrows():
        shown.add_row(
            str(code), fixed(row["mean rate, %"], 1), fixed(row["median rate, %"], 1), signed(float(row["real income, %"]))
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
    csv: RatesFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """The deal over the parties' tariffs on each other: agreed rates, and who gains what."""
    subject, point = _in_force(dossier, world, horizon), disagreement.replace("-", " ")
    parties = economies(party, subject.world.regions)
    if len(parties) < 2:
        raise InputError("give at least two parties: --party USA --party CHN")
    if chart is not None and len(parties) != 2:
        raise InputError("--chart draws the frontier of two parties")
    given = {"parties": parties, "disagreement": point, "solution": solution, "detail": detail}
    deal, frontier = ask("bargain", subject, as_json, given), None
    if chart is not None and deal.room:
        from detente.strategy.bargain import pareto_frontier

        with progress_bar("bargain", as_json) as progress:
            frontier = pareto_frontier(
                subject.world, parties, 9, cast(Any, point), detail=cast(Any, detail), policy=subject.policy,
                sectors=subject.goods, horizon=subject.run, progress=progress,
            )  # fmt: skip
    save("bargain", deal, csv)
    if chart is not None and frontier is not None:
        from detente.briefing.charts.results import frontier_figure

        subtitle = f"Gains over {disagreement.replace('-', ' ')}, percent of real income; {run_words(horizon or 'medium')}"
        agreed = [deal.gains[p] for p in deal.parties]
        save_figure(
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
    out.print(f"{solution} bargain against {disagreement}, {run_words(horizon or 'medium')}", highlight=False)
    shown = text_table(("by", "on", "sector", "without a deal, %", "agreed, %"))
    for row in deal.rates().itertuples(index=False):
        shown.add_row(row[0], row[1] or "each other", row[2] or "all goods", fixed(row[3], 1), signed(row[4]))
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
    subject = _in_force(dossier, world, horizon)
    table, found = subject.world, ask("regimes", subject, as_json, {"detail": detail})
    frame = found.to_frame()
    if csv is not None:
        write_csv(frame.rename_axis("region"), csv, float_format="%.10g")
    against = f"the status quo of {dossier}" if dossier else "the table's tariffs"
    if chart is not None:
        from detente import words as text
        from detente.briefing.charts.results import regimes_figure
        from detente.briefing.charts.theme import region_colour

        groups = {c: [m for m in g["members"] if m in table.regions] for c, g in group_table().items() if g["members"] != "all"}
        shown: list[Any] = [("World", "other", None)]
        shown += [(text.capital(text.short_name(c)), region_colour(c), m) for c, m in groups.items() if len(m) > 1]
        big = sorted(table.regions, key=lambda r: -float(table.economy().income[table.region_index(r)]))[:8]
        shown += [(text.label(c), region_colour(c), [c]) for c in big]
        subtitle = f"Real income, change in percent, against {against}; {run_words(horizon or 'medium')}"
        save_figure(regimes_figure(found, shown, subtitle, note=_source(subject.world, csv), csv=_name(csv)), chart)
    if as_json:
        emit(found.record())
        return
    out.print(
        f"Tariffs on goods, {detail} rates, {run_words(horizon or 'medium')}; real income against {against}", highlight=False
    )
    shown_table = text_table(("", *found.outcomes))
    rates = found.mean_rates()
    shown_table.add_row("mean tariff, %", *(fixed(rates[k], 1) for k in found.outcomes))
    shown_table.add_row("world, %", *(signed(found.outcomes[k].world_real_income) for k in found.outcomes), style="bold")
    for code in frame.drop(index="world")["nash"].sort_values().index:
        shown_table.add_row(str(code), *(signed(float(frame[k][code])) for k in found.outcomes))
    out.print(shown_table)
    out.print(found.explain(), highlight=False, markup=False)
    out.print("residuals " + ", ".join(f"{k} {g.residual:.0e}" for k, g in found.games.items()), style="dim", highlight=False)


def deal(
    dossier: DossierName,
    disagreement: Annotated[
        str,
        typer.Option(help="What follows without a deal: law (if nobody acts), hold, escalate, or alone (each side's best step)."),
    ] = "law",
    judged_by: Annotated[str, typer.Option(help="motives (of the dossier), or real-income.")] = "motives",
    solves: Annotated[int, typer.Option(min=20, max=2000, help="Packages to solve at most.")] = 150,
    discount: Discounts = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """A package both would sign: duties, controls and purchases, what trades against what, and how it would be kept."""
    from detente.strategy.objectives import numbers

    subject = subject_of(dossier, world, horizon)
    given: dict[str, Any] = {"disagreement": disagreement, "judged_by": judged_by.replace("-", " "), "solves": solves}
    given["discount"] = numbers(discount or [], "discount rate")
    found = ask("deal", subject, as_json, given)
    save("deal", found, csv)
    if chart is not None and found.status == "deal":
        from detente.briefing.charts.results import gains_figure

        subtitle = f"Equivalent variation, {currency()} billion a year, against no deal (“{disagreement}”); {found.when}"
        save_figure(gains_figure(found, subtitle, note=_source(subject.world, csv), csv=_name(csv)), chart)
    if as_json:
        emit(found.record())
        return
    out.print(f"{found.dossier}, {found.when}; read on {found.agenda.day}", highlight=False)
    issues = text_table(("issue", "package", "one more costs", "and brings"))
    step = f"at the package: {{}}, points by {found.judged_by}"
    for row in found.exchange().to_dict(orient="records"):
        moved = (row[step.format(what)] for what in ("costs the giver", "brings the other"))
        issues.add_row(row["issue"], row["in the package"], *map(_fine, moved))
    issues.columns[0].no_wrap = False
    out.print(issues)
    out.print(f"Costs and gains in points of real income a year by {found.judged_by}.", style="dim", highlight=False)
    parts = text_table(("", "gain", "alone", "from the other", "given up", "over best alone"))
    for e in found.exchanges():
        values = (e.gain, e.alone, e.from_the_other, -e.given_up, e.over_best_unilateral)
        parts.add_row(e.party, *(signed(v, 3) for v in values))
    out.print(parts)
    out.print("Over best alone = from the other + given up = gain − alone.", style="dim", highlight=False)
    for paragraph in found.explain().split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False, markup=False)
    for k, (m, why) in enumerate(found.agenda.unpriced):
        out.print("\nNot priced, because" if k == 0 else "", end="" if k else "\n", highlight=False)
        out.print(f"  {m.title}: {why}", highlight=False, markup=False, soft_wrap=True)


def control(
    dossier: DossierName,
    party: Annotated[str, typer.Option("--party", "-p", help="Who would withhold: CHN.")],
    sector: Annotated[list[str], typer.Option("--sector", "-s", help="What: RER; repeat for more.", callback=once)],
    on: Annotated[
        list[str] | None, typer.Option("--on", help="From whom; repeat for more. Everybody if absent.", callback=once)
    ] = None,
    rent: Annotated[str, typer.Option(help="Who has the rent of scarcity: kept (the exporter), buyers or lost.")] = "kept",
    motives: Annotated[bool, typer.Option("--motives", help="Judge by its motives in the dossier, not income alone.")] = False,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """How much of a critical good a government would withhold for its own good, if nobody answered."""
    asked = subject_of(dossier, world, horizon)
    case, table = asked.negotiation, asked.world
    case.must_fit(table)
    party = code_of(party, table.regions)
    policy = case.policy(None, table.regions, table.sectors)
    subject = replace(asked, horizon=horizon or case.horizon.default, policy=policy)
    withheld_from = economies(on, (*table.regions, *group_table())) or None
    given = {"by": party, "sectors": sector, "on": withheld_from, "rent": rent, "motives": motives}
    found = ask("control", subject, as_json, given)
    save("control", found, csv)
    if as_json:
        emit(found.record())
        return
    against = f"the status quo of {case.as_of:%d %B %Y} without its own controls on these goods"
    out.say(f"Real income, against {against}; {run_words(found.horizon)}")
    judged = ("by its motives, points",) if motives else ()
    shown = text_table(("withheld, %", f"{party}, %", *judged, "hardest hit", "its income, %"))
    for share, rows in found.curve.groupby(found.curve["withheld, %"].round()):
        _, worth, income, worst, lost = rows.loc[rows["objective, points"].idxmax()]
        shown.add_row(fixed(share, 0), *map(_fine, (income, worth)[: 2 if motives else 1]), worst, _fine(lost))
    out.print(shown)
    out.say(found.explain())


# -- the talks as a game, read off computed payoffs --------------------------------------------------------------------
def talks(
    dossier: DossierName,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    weight: WeightTexts = None,
    discount: Discounts = None,
    collapse_risk: CollapseRisk = None,
    settlement_years: SettlementYears = None,
    collapse_years: CollapseYears = None,
    face: Face = None,
    deadline: DeadlineDay = None,
    by: Day = None,
    csv: CsvFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """What each side would do next: payoffs of every pair of stances, equilibria, who gives way first in four models."""
    from detente.words import say

    given = _talk_options(
        weight, discount, deadline, collapse_risk=collapse_risk, settlement_years=settlement_years,
        collapse_years=collapse_years, face=face,
    )  # fmt: skip
    if _many(dossier):
        others = [k for k, v in (given | {"by": by, "chart": chart}).items() if v]
        if others:
            raise InputError(
                f"{dossier} has more than two parties; options of the two-party models do not apply: {', '.join(others)}"
            )
        _talks_of_many(dossier, world, horizon, csv, as_json)
        return
    case, before = _read("talks", dossier, world, horizon, as_json, given)
    day = None if by is None else by.date()
    save("talks", case, csv, chart, index=True)
    if as_json:
        found = case.record() | ({} if day is None else {"odds_by": case.odds_by(day).record()})
        emit(found | ({} if before is None else {"before": {"odds": before.odds().record(), "payoffs": before.table.record()}}))
        return
    out.answer(say("cli/answers", "talks", it=case))
    _payoffs(case)
    out.print(
        f"With the motives {'as changed' if before else 'of the dossier'}: {case.game.explain()}", highlight=False, markup=False
    )
    out.print(f"If both cared for real income alone: {case.plain_game.explain()}", highlight=False, markup=False)
    out.print("\nThe stand-off models: inputs to the odds of `detente outlook`, no second answer", highlight=False)
    _stand_off_models(case)
    for paragraph in case.tell("standoff").split("\n\n"):
        out.print()
        out.say(paragraph)
    if day is not None:
        out.print()
        out.say(case.odds_by(day).explain())
    if before is not None:
        _before_and_after(before, case, weight or [])
    _files(csv, chart)


def truce(
    dossier: DossierName,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    weight: WeightTexts = None,
    discount: Discounts = None,
    false_alarm: Annotated[float | None, typer.Option(help="Chance a year of a false alarm; held fixed.")] = None,
    detection: Annotated[float | None, typer.Option(help="Chance a year that a breach is seen; held fixed.")] = None,
    csv: CsvFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """Whether today's truce or a deal would be kept: temptation, answers, renewal, transparency, the duties it could hold."""
    given = _talk_options(weight, discount, None, false_alarm=false_alarm, detection=detection)
    kept, before = _read("truce", dossier, world, horizon, as_json, given)
    case, duties = kept.table, kept.duties
    save("truce", kept, csv, chart)
    if as_json:
        emit(kept.record())
        return
    shown = text_table(("kept", "side", "keeping", "best breach", "wins", "a fight leaves", "no agreement", "breach pays"))
    for what in ("truce", "deal"):
        for s in case.keepings[what, "fight"].sides:
            shown.add_row(
                "both hold" if what == "truce" else "both ease", s.party, *(_fine(v) for v in (s.keep,)), s.stance,
                *(_fine(v) for v in (s.gain, s.fight, s.alone)), "yes" if s.tempted else "no",
            )  # fmt: skip
    out.print("Points of real income a year, motives " + ("as changed" if before else "as in the dossier"), highlight=False)
    out.print(shown)
    for paragraph in case.tell("truce", duties=duties).split("\n\n"):
        out.print()
        out.say(paragraph)
    if before is not None:
        out.print("\nBefore the change of motives", highlight=False)
        for part in ("kept_truce", "kept_deal"):
            out.say(before.tell(part))
    _files(csv, chart)


def _many(dossier: str) -> bool:
    from detente.policy.dossier import load_dossier

    return len(load_dossier(dossier).parties) > 2


def _talks_of_many(dossier: str, world: str, horizon: str | None, csv: Path | None, as_json: bool) -> None:
    from detente.words import say

    found = ask("coalitions", subject_of(dossier, world, horizon), as_json, {})
    save("coalitions", found, csv)
    if as_json:
        emit(found.record(), part="many")
        return
    parties, core = found.parties, found.coalitions["motives"].core
    out.answer(say("cli/answers", "among_many", it=found))
    out.print(f"Payoffs by motives, points of real income a year, {run_words(found.table.horizon)}", highlight=False)
    shown = text_table((*parties, *(f"{p}, points" for p in parties), "stable", "core"))
    stable = {e.cell for e in found.games["motives"].pure_equilibria()}
    for cell, paid in ((c, found.table.payoff(*c)) for c in found.coalitions["motives"].blocks):
        marks = ("yes" if cell in stable else "", "yes" if cell in core else "")
        shown.add_row(*cell, *(signed(v) for v in paid.values()), *marks)
    out.print(shown)
    for paragraph in found.tell().split("\n\n"):
        out.print()
        out.say(paragraph)
    _files(csv, None)
    out.print(f"Next: detente path {shlex.quote(dossier)}", style="dim", highlight=False, markup=False)


def _talk_options(
    weight: list[str] | None, discount: list[str] | None, deadline: datetime | None, **fixed: float | None
) -> dict[str, Any]:
    """Options as the arguments of the question."""
    from detente.strategy.objectives import numbers

    return {
        "weights": numbers(weight or [], "weight"),
        "discount": numbers(discount or [], "discount rate"),
        "deadline": None if deadline is None else deadline.date().isoformat(),
        **fixed,
    }


def _read(name: str, dossier: str, world: str, horizon: str | None, as_json: bool, given: dict[str, Any]) -> tuple[Any, Any]:
    """The answer as asked, and the table as the dossier has it where motives were changed (nothing is solved twice)."""
    from detente.verbs import TalkArguments, motives

    subject = subject_of(dossier, world, horizon)
    motives(subject, TalkArguments.model_construct(**given))  # refused before anything is solved
    before = ask("talks", subject, as_json, given | {"weights": {}})
    if not given["weights"]:
        return (before, None) if name == "talks" else (ask(name, subject, as_json, given, table=before.table), None)
    return ask(name, subject, as_json, given, table=before.table), before


def _fine(value: float) -> str:
    text = signed(value, 4)
    return text if text.strip("0.") else "0"


def _payoffs(case: AtTheTable) -> None:
    first, second = case.table.parties
    base = "the status quo" if case.table.clock.snapshot else "what the law does by itself"
    out.print(f"Payoffs in points of real income a year against {base}, {case.table.clock.tell()}", highlight=False)
    shown = text_table((first, second, f"{first}, motives", f"{second}, motives", f"{first}, income", f"{second}, income"))
    paid = {
        (a, b): (*case.table.payoff(a, b).values(), *case.plain.payoff(a, b).values())
        for a in case.table.stances[0]
        for b in case.table.stances[1]
    }
    places = places_for(v for values in paid.values() for v in values)
    for cell, values in paid.items():
        shown.add_row(*cell, *(signed(v, places) for v in values))
    out.print(shown)


def _stand_off_models(case: AtTheTable) -> None:
    from detente.words import chance, chance_and_range

    one, two = case.parties
    table = case.trials.summary()
    shown = text_table(("model", f"{one} at once", f"{two}", f"then {one}", f"{two}", "collapse", "likelier", "days"))
    for model, r in table.iterrows():

        def told(key: str, row: Any = r) -> str:
            return chance_and_range(row[key], row[f"{key}, low"], row[f"{key}, high"])

        shown.add_row(
            str(model), chance(r[f"{one} at once"]), chance(r[f"{two} at once"]), told(f"{one} eases"), told(f"{two} eases"),
            told("talks collapse"), f"{r[f'{one} likelier in']:,}/{r[f'{two} likelier in']:,}",
            fixed(r["mean length, days (half)"], 0),
        )  # fmt: skip
    out.print(shown)
    out.print(
        f"At once: average chance over all combinations. Then: odds if both still hold, with the range over the strength of the "
        f"motives. Likelier: combinations in which {one}/{two} is. Days: mean length, the median of the combinations.",
        style="dim", highlight=False,
    )  # fmt: skip


def _before_and_after(before: AtTheTable, after: AtTheTable, texts: list[str]) -> None:
    from detente.words import chance, join

    one, two = after.parties
    out.print(f"\nBefore and after {join(texts, none='nobody')}", highlight=False, markup=False)
    shown = text_table(
        ("", f"{one} eases", f"{two} eases", "collapse", f"{one}, ease both", f"{two}", f"{one}, hold both", f"{two}")
    )
    for label, case in (("before", before), ("after", after)):
        odds = case.odds()
        paid = [*case.table.payoff("ease", "ease").values(), *case.table.payoff("hold", "hold").values()]
        shown.add_row(label, *(chance(x[1]) for x in (odds.first, odds.second, odds.collapse)), *(_fine(v) for v in paid))
    out.print(shown)
    rows = []
    for p in after.parties:
        old, new = before.judging.given[p], after.judging.given[p]
        same = before.game.best_replies()[p].tolist() == after.game.best_replies()[p].tolist()
        if old != new or not same:
            rows.append(f"{p}: {'the same best replies' if same else 'other best replies'} to the other's stances")
    for row in rows:
        out.print(row, highlight=False, markup=False)


def _files(csv: Path | None, chart: Path | None) -> None:
    if chart is not None and chart.exists():
        out.print(f"chart  {chart}", highlight=False, markup=False)
    if csv is not None:
        out.print(f"data   {csv}", highlight=False, markup=False)


# -- the economies that are not at the table ---------------------------------------------------------------------------
def path(
    dossier: DossierName,
    scenario: Annotated[str | None, typer.Option("--scenario", "-s", help="A scenario; what is in force if absent.")] = None,
    against: Against = None,
    month: Annotated[float | None, typer.Option(help="Only this many months after the decision, every economy.")] = None,
    indicator: Annotated[str, typer.Option(help="real_income, real_gdp, exports …: see docs/indicators.md.")] = "real_income",
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="An economy; repeat for more. Parties, host and world if absent.")
    ] = None,
    ranges: Annotated[
        bool, typer.Option("--ranges/--centre", help="Solve both closures and both ends, or the centre alone.")
    ] = True,
    world: WorldName = "world-2022",
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """A scenario month by month, from the decision to the tenth year, with its range over both exchange-rate closures."""
    from detente.equilibrium.indicators import indicator as named_indicator
    from detente.words import say

    subject = subject_of(dossier, world, None)
    named = economies(region, (*subject.world.regions, "WORLD"))
    name = None if scenario in (None, "status-quo") else scenario
    found = ask("path", subject, as_json, {"scenario": name, "against": against, "indicator": indicator, "with_ranges": ranges})
    if csv is not None:
        write_csv(found.to_frame(indicator), csv)
    if as_json:
        emit(found.record(indicator, month))
        return
    shown_regions = named or [*found.case.trio, "WORLD"]
    title = "Status quo" if name is None else subject.negotiation.scenario(name).title
    said = named_indicator(indicator)
    head = say("words/templates/Path", "heading", it=found, title=title, label=said.label, unit=said.unit)
    out.print(head, highlight=False, markup=False, soft_wrap=True)
    if month is not None:
        shown = text_table(("economy", "low", "central", "high"))
        for code, row in found.at(month, indicator).iterrows():
            shown.add_row(str(code), *(signed(row[k]) for k in ("low", "central", "high")))
        out.print(shown)
        return
    shown = text_table(("months", *shown_regions))
    for at in found.months:
        frame = found.at(at, indicator)
        shown.add_row(f"{at:g}", *(_with_range(frame.loc[r], ranges) for r in shown_regions))
    for key, stretch in found.stretches().items():
        frame = found.over(key, indicator)
        shown.add_row(stretch.label, *(_with_range(frame.loc[r], ranges) for r in shown_regions), style="bold")
    out.print(shown)
    for paragraph in found.explain().split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False, markup=False)


def _with_range(row: pd.Series, ranges: bool) -> str:
    centre = signed(row["central"])
    return f"{centre}\n{signed(row['low'])}…{signed(row['high'])}" if ranges else centre


def jobs(
    dossier: DossierName,
    region: Annotated[
        str | None, typer.Option("--region", "-r", help="Whose jobs: an economy or a group; the first party if absent.")
    ] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", "-s", help="A scenario; what is in force if absent.")] = None,
    against: Against = None,
    by: Annotated[str, typer.Option(help="sector, or state for the United States.")] = "sector",
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """Which jobs move between sectors, and how many are lost where wages cannot fall further, in heads, by sector or US state."""
    from detente.cases.baselines import in_words

    if by not in ("sector", "state"):
        raise InputError(f"--by takes sector or state, not {by!r}")
    subject = subject_of(dossier, world, horizon)
    whose = None if region is None else code_of(region, (*subject.world.regions, *group_table()))
    found = ask("jobs", subject, as_json, {"region": whose, "scenario": scenario, "against": against, "by": by})
    save("jobs", found, csv)
    if as_json:
        emit({"dossier": subject.negotiation.id, **found.record()})
        return
    title = "Status quo" if found.scenario is None else subject.negotiation.scenario(found.scenario).title
    base = in_words(subject.case.compared_with(found.scenario, against), subject.negotiation)
    frame = found.to_frame()
    names = [c for c in frame if c not in (by, "name")]
    heads, unit = [str(c).replace("thousand", "1000") for c in names], ""
    if found.unemployed is not None:  # one column more leaves no room for the unit in each
        unit = "; 1000 persons"
        heads = [{"change, %": "%", "out of work, 1000": "no work"}.get(h, h.removesuffix(", 1000")) for h in heads]
    out.print(f"{title} against {base}; {found.region}, {run_words(found.horizon)}{unit}", highlight=False, soft_wrap=True)
    shown = text_table((by, *heads))
    for row in frame.to_dict("records"):
        label = row["name"] if by == "state" else f"{row[by]}  {row['name']}"
        shown.add_row(label, *(fixed(row[c], 1) if c.startswith("before") else signed(row[c]) for c in names))
    out.print(shown)
    for paragraph in found.explain().split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False)


def bystander(
    dossier: DossierName,
    region: Annotated[
        str | None, typer.Option("--region", "-r", help="One third economy, MYS for Malaysia; all if absent.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", "-s", help="Where trade and exposure are read; the one in which talks fail if absent."),
    ] = None,
    probabilities: Annotated[
        str | None, typer.Option(help="Scenario probabilities, optimistic=0.3,middle=0.5,pessimistic=0.2; equal if absent.")
    ] = None,
    as_host: Annotated[
        bool, typer.Option("--as-host", help="Also say what hosting would be worth to it (the host's own page has it).")
    ] = False,
    odds: OwnOdds = None,
    duty: Annotated[float, typer.Option(min=0, max=1000, help="Duty on goods judged to be passed through, percent.")] = 40.0,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also draw exports gained beside content carried: .svg, .png or .html.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Third economies: gains and losses, trade diverted, goods passed through; for one, its menu and what hosting is worth."""
    subject = with_own_odds(subject_of(dossier, world, horizon), odds)
    weights = parse_probabilities(probabilities)
    if region is None:
        if weights is not None or as_host:
            raise InputError("--probabilities and --as-host go with --region")
        with progress_bar("bystander", as_json) as progress:
            case = subject.case.solve(progress)
        name = case.scenario(scenario) or case.worst
        found = _third_economies(case, name, dossier)
    else:
        third = code_of(region, subject.world.regions)
        answer = ask("bystander", subject, as_json, {"region": third, "scenario": scenario, "probabilities": weights})
        case, name = answer.case, answer.scenario
        found = _third_economy(answer, duty / 100, as_host, given=weights is not None)
    if csv is not None:
        write_csv(found["tidy"], csv, index=False, float_format="%.10g")
    if chart is not None:
        from detente.briefing.charts.results import route_figure, routes_figure

        data = csv.name if csv is not None else ""
        save_figure(routes_figure(case, name, data) if region is None else route_figure(case, region, name, data), chart)
    if as_json:
        emit(found["record"], part="" if region is None else "region")
        return
    for line in found["shown"]:
        out.print(line, highlight=False, markup=False)
    if chart is not None:
        out.print(f"chart  {chart}", highlight=False, markup=False)
    if csv is not None:
        out.print(f"data   {csv}", highlight=False, markup=False)


def parse_probabilities(given: str | None) -> dict[str, float] | None:
    """ "a=0.3,b=0.7" as a mapping. Raises `InputError` where it is not that, or a name comes twice."""
    if given is None:
        return None
    found: dict[str, float] = {}
    for part in given.split(","):
        name, equals, value = part.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not equals or not name.strip() or number != number:
            raise InputError(
                f"--probabilities takes scenario=number pairs such as optimistic=0.3,pessimistic=0.7, not {part.strip()!r}"
            )
        if name.strip() in found:
            raise InputError(f"--probabilities names {name.strip()!r} twice")
        found[name.strip()] = number
    return found


def _tidy(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["table", "row", "measure", "value"])


def _melt(table: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"table": table, "row": str(row), "measure": str(column), "value": float(value)}
        for row, values in frame.iterrows()
        for column, value in values.items()
    ]


def _ranged(case: Case, region: str, scenario: str, places: int | None = None) -> str:
    """Real income and its range; without `places` as many decimals as show two digits of the larger end."""
    low, high = case.weighted_range(region, {scenario: 1.0})
    n = places_for((low, high)) if places is None else places
    ends = f"{signed(low, n)} to {signed(high, n)}"
    return signed(case.real_income(scenario, region), n) + (f" ({ends})" if signed(low, n) != signed(high, n) else "")


def _against(case: Case, scenario: str) -> str:
    return (
        f"{case.dossier.scenario(scenario).title} ({scenario}) against the law by itself from {case.dossier.as_of:%d %B %Y} on, "
        f"{run_words(case.parameters.name)}, {case.world.name}"
    )


def _third_economies(case: Case, scenario: str, dossier: str) -> dict[str, Any]:
    """One row an economy."""
    from detente.cases.baselines import LAW
    from detente.strategy.bystanders import overview
    from detente.words.names import region_name

    frame, unit = overview(case, scenario), case.world.unit
    others = [s for s in case.successes if s != scenario][:1]
    heads = ("economy", *(f"income %, {s}" for s in others), f"income %, {scenario}", f"exports to {case.a}")
    shown = text_table((*heads, f"imports from {case.b}", f"{case.b} content", "then", "gap"))
    ends = (x for r in frame.index for x in case.weighted_range(str(r), {scenario: 1.0}))
    places = places_for((*ends, *(case.real_income(s, str(r)) for s in others for r in frame.index)))
    for code, row in frame.iterrows():
        r = str(code)
        shown.add_row(
            f"{r}  {region_name(r).split(' (')[0][:22]}",
            *(signed(case.real_income(s, r), places) for s in others),
            _ranged(case, r, scenario, places),
            *(
                signed(row[f"{what}, {unit}"] / 1e3)
                for what in (f"exports gained to {case.a}", f"imports deflected from {case.b}")
            ),
            *(fixed(row[f"{case.b} content in {s}, {unit}"] / 1e3) for s in ("status quo", scenario)),
            " → ".join(fixed(row[f"duty gap in {s}, points"], 0) for s in ("status quo", scenario)),
        )
    note = (
        f"Real income in percent (range over the parameters). Exports gained, imports deflected and {case.b} content in goods "
        f"sold to {case.a}: bn {currency()} a year before duties. Gap: points of duty saved by passing goods through, "
        "before → after."
    )
    record = {
        "dossier": case.dossier.id, "scenario": scenario, "against": LAW,
        "horizon": case.parameters.name, "parties": [case.a, case.b],
        "economies": [{"economy": str(code), **{str(k): float(v) for k, v in row.items()}} for code, row in frame.iterrows()],
    }  # fmt: skip
    follow = f"Next: detente bystander {shlex.quote(dossier)} --region {frame.index[0]}"
    return {"tidy": _tidy(_melt("economies", frame)), "record": record, "shown": [_against(case, scenario), shown, note, follow]}


def _third_economy(answer: Beside, rate: float, as_host: bool, *, given: bool) -> dict[str, Any]:
    """Dependence, menu, diversion, goods passed through, hosting."""
    from detente.cases.baselines import LAW
    from detente.outlook.year import our_year, prospect_of, stake_of, threats_of, tree_of
    from detente.strategy.asks import asks_of
    from detente.strategy.bystanders import ANSWERED, diversion_of
    from detente.strategy.transshipment import pass_through, pass_through_duty
    from detente.types import plain
    from detente.words.names import region_name, sector_name
    from detente.world.chains import dependence

    case, region, scenario, menu = answer
    trade = diversion_of(case, region, scenario)
    routes, before = pass_through(case, scenario), pass_through(case)
    other_way = pass_through(case, scenario, toward=case.b)
    duty = pass_through_duty(case, region, scenario, rate=rate)
    leaning = dependence(case.chains(None), region).loc[list(case.parties)]
    tree = tree_of(case)[0] if case.dossier.prospects is not None else None
    threats = None if tree is None else threats_of(case, tree)
    stake = None
    if as_host or case.dossier.venue.region == region:
        stake = stake_of(case, region, threats, rate=rate)
    year, asks = our_year(case, region, threats=threats, rate=rate), asks_of(case, region, rate=rate)
    prospect = prospect_of(case, region, threats)
    name, unit = region_name(region), case.world.unit
    lines: list[Any] = [
        _against(case, scenario),
        f"{name}: real income {_ranged(case, region, scenario)} %",
        "",
        "What each scenario brings it, percent against what is in force: by duties, and what threats in it cost before they fall",
        _prospect(case, prospect),
        "",
        f"What decides its year: real income in percent, each alone against what is in force on {case.dossier.as_of:%d %B %Y}",
        _drivers(year),
        year.explain(),
        "",
        "What to ask, offer and avoid: real income in percent",
        _asks(asks),
        asks.explain(),
        "",
        "Dependence in the status quo, percent",
    ]
    shown = text_table(("on", *leaning.columns))
    for party, row in leaning.iterrows():
        shown.add_row(region_name(str(party)), *(fixed(v, 1) for v in row))
    what = "What it can do: real income, percent against the law by itself, if everyone else does as in the scenario"
    lines += [shown, "", what]
    shown = text_table(("option", *menu.scenarios, "expected"))
    shown.columns[0].no_wrap = False
    places = places_for(menu.payoffs.ravel())
    for option, row in menu.to_frame().iterrows():
        values = [signed(float(row[c]), places) for c in (*menu.scenarios, "expected")]
        shown.add_row(str(option) + (f" (needs {menu.consent[str(option)]})" if str(option) in menu.consent else ""), *values)
    lines += [shown, menu.explain(), f"Without anybody's consent: {menu.own.explain()}"]
    odds = ", ".join(f"{s} {fixed(100 * p, 0)} %" for s, p in zip(menu.scenarios, menu.probabilities, strict=True))
    lines.append(f"Expected at {odds}" + ("." if given else " (equal, as none were given)."))
    if any(o.endswith(ANSWERED) for o in menu.options):
        lines.append(f"Added duties pay only while nobody answers; “{ANSWERED}” is what they bring if somebody does.")
    gained, deflected = trade[f"exports change, {unit}"], trade[f"imports change, {unit}"]
    lines += [
        "",
        f"Trade: exports {signed(gained.sum() / 1e3)} bn {currency()} a year ({gained.idxmax()} {signed(gained.max() / 1e3)}), "
        f"imports {signed(deflected.sum() / 1e3)} bn ({deflected.idxmax()} {signed(deflected.max() / 1e3)})",
        "",
        "Goods passed through. " + routes.explain(region),
        f"In the status quo: {fixed(before.of(region)[f'content, {unit}'] / 1e3, 1)} bn {currency()} of {case.b} content, a gap "
        f"of {fixed(before.of(region)['duty gap, points'], 0)} points. The other way, {case.a} content in goods sold to "
        f"{case.b}: {fixed(other_way.of(region)[f'content, {unit}'] / 1e3, 1)} bn.",
    ]  # fmt: skip
    lines.append(f"Goods exports to {case.a} in {scenario}, bn {currency()} a year, and the duty gap in points")
    shown = text_table(("sector", "exports", f"{case.b} content", "matched", "gap"))
    for sector, row in routes.by_sector(region).head(6).iterrows():
        bn = [row[f"{what}, {unit}"] / 1e3 for what in ("exports", "content", "matched")]
        shown.add_row(str(sector_name(str(sector)))[:34], *(fixed(v) for v in bn), fixed(row["duty gap, points"], 0))
    lines += [shown, duty.explain()]
    if stake is not None:
        lines += ["", f"Hosting. {stake.explain()}", stake.sides(menu, case.parties)]
    tables = {
        "prospect": prospect.to_frame(), "year": year.to_frame().select_dtypes("number"),
        "asks": asks.to_frame().set_index("step").select_dtypes("number"),
        "dependence": leaning, "menu": menu.to_frame(), "diversion": trade, "passed through": routes.by_sector(region),
        "passed through, status quo": before.by_sector(region), "duty": duty.to_frame(),
        **({"hosting": stake.to_frame()} if stake is not None else {}),
    }  # fmt: skip
    record = {
        "dossier": case.dossier.id, "region": region, "scenario": scenario, "against": LAW,
        "horizon": case.parameters.name, "parties": [case.a, case.b],
        "real_income": {s: case.real_income(s, region) for s in case.outcomes},
        "real_income_range": {s: list(case.weighted_range(region, {s: 1.0})) for s in case.outcomes},
        "dependence": plain(leaning.to_dict(orient="index")), "menu": menu.record(),
        "diversion": trade.reset_index().to_dict(orient="records"),
        "pass_through": {s: plain(r.of(region)) for s, r in (("status-quo", before), (scenario, routes))},
        "other_way": plain(other_way.of(region)), "sectors": plain(routes.by_sector(region).to_dict(orient="index")),
        "duty": duty.record(), "hosting": stake.record() if stake is not None else None,
        "year": year.record(), "ranked": [d.record() for d in year.ranked], "asks": asks.record(),
        "prospect": prospect.record(),
    }  # fmt: skip
    rows = [row for label, frame in tables.items() for row in _melt(label, frame)]
    return {"tidy": _tidy(rows), "record": record, "shown": lines}


def _prospect(case: Case, found: Prospect) -> Any:
    """Scenarios with both closures, the span, and the cost of threats."""
    shown = text_table(("scenario", "exchange rate flexible", "held", "span", "threats"))
    places = places_for(x for name, s in found.duties.items() for x in (s.low, s.high, found.risk[name].value))
    told = partial(signed, places=places)
    for name, span in found.duties.items():
        risk = found.risk[name].value
        closures = [told(x) if x == x else "no answer" for x in (span.flexible, span.pinned)]
        shown.add_row(name, *closures, f"{told(span.low)} to {told(span.high)}", told(risk) if risk == risk else "not priced")
    return shown


def _drivers(year: Year) -> Any:
    """What decides a year, the largest price first: who decides, when, chance from today, price with its span, money."""
    shown = text_table(("driver", "decided by", "first on", "chance", "price %", "span", "by closure", "bn USD"))
    shown.columns[0].no_wrap = False
    for d in year.ranked:
        closures = [signed(x) for x in (d.price.flexible, d.price.pinned) if x == x]
        shown.add_row(
            d.title,
            " ".join(d.by) or "court",
            f"{d.dates[0]:%d %b %Y}" if d.dates else "",
            f"{fixed(100 * d.chance.value, 0)} %" if d.chance is not None else "",
            signed(d.price.value),
            f"{signed(d.price.low)} to {signed(d.price.high)}",
            " / ".join(closures),
            signed(d.money.value / 1e3),
        )
    return shown


def _asks(asks: Asks) -> Any:
    """Steps, then pairs with what they bring beyond the two apart."""
    shown = text_table(("step", "role", "consent", asks.region, "span", *asks.parties, "interaction"))
    shown.columns[0].no_wrap = False
    for row in asks.to_frame().to_dict(orient="records"):
        beyond = row.get("interaction, %", math.nan)
        shown.add_row(
            str(row["step"]),
            str(row["role"]),
            str(row["consent"]),
            signed(row["price, %"]),
            f"{signed(row['low, %'])} to {signed(row['high, %'])}",
            *(signed(row[f"{p}, %"], 3) for p in asks.parties),
            "" if math.isnan(beyond) else signed(beyond),
        )
    return shown


# -- what may come, and how likely -------------------------------------------------------------------------------------
def outlook(
    dossier: DossierName,
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region", "-r", help="An economy or group (MYS, ASEAN, WORLD), may be given again; the parties if absent."
        ),
    ] = None,
    questions: Annotated[bool, typer.Option("--questions", "-q", help="Also rank the key questions.")] = False,
    by: Annotated[str, typer.Option(help="Whose outcome the questions are ranked for.")] = "WORLD",
    ranges: Annotated[bool, typer.Option(help="Also solve at both ends of the parameters.")] = False,
    discount: Annotated[float, typer.Option(help="Discount rate a year for averages over time.")] = 0.0,
    against: Against = None,
    odds: OwnOdds = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: Annotated[Path | None, typer.Option(help="Also write every path as CSV.", callback=out_file)] = None,
    chart: Annotated[
        Path | None,
        typer.Option(
            help="Also draw the tree (with --region: real income over the months) as .svg, .png or .html.", callback=out_file
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """What may come and how likely: chances of each end from today, of each way on, by date, and expected real income."""
    subject = with_own_odds(subject_of(dossier, world, horizon), odds)
    from detente.words import say

    case, table = subject.negotiation, subject.world
    every = (*table.regions, *group_table())
    named, by = economies(region, every), code_of(by, every)
    look = ask("outlook", subject, as_json, {"with_ranges": ranges, "discount": discount, "against": against})
    codes = tuple(named or look.focus)
    for code in codes:
        look.paths.column(code)
    asked = ask("questions", subject, as_json, {"by": by}, look=look) if questions else None
    save("outlook", look, csv)
    if chart is not None:
        from detente.briefing.charts.fan import fan_figure
        from detente.briefing.charts.tree import tree_figure
        from detente.outlook.tree import grow

        def note(extra: str) -> str:
            return f"Source: detente on {table.name}, dossier {case.id}. {extra}"

        if named:
            figure = fan_figure(look, codes, f"{run_words(look.paths.parameters.name)}", note, "")
        else:
            talks, ends = grow(case, look.tree.odds, talks_only=True), look.ranking
            figure = tree_figure(look, talks, [s.id for s in case.scenarios], (ends[0], ends[-1]), note, "")
        save_figure(figure, chart)
    if as_json:
        emit({**look.record(), **({"key_questions": asked.record()} if asked else {})})
        return
    out.answer(say("cli/answers", "outlook", it=look))
    out.print(case.title, highlight=False, markup=False, soft_wrap=True)
    _likely(look)
    out.print(
        f"\nReal income, % against {look.paths.base}, average to {look.tree.until}, {run_words(look.paths.parameters.name)}",
        highlight=False,
    )
    shown = text_table(("economy", "expected", "range", "9 in 10 paths", "bn USD a year", "risk, %"))
    for code in codes:
        e, q = look.expected(code), look.spread(code)
        money = signed(look.paths.money(code, e.value) / 1000, 1)
        spread, span = to(fixed(q[0]), fixed(q[-1])), to(fixed(e.low, 3), fixed(e.high, 3))
        shown.add_row(code, signed(e.value, 3), span, spread, money, fixed(100 * look.risk(code).value, 0))
    out.print(shown)
    _inputs(look)
    if asked is not None:
        out.print(asked.explain(), highlight=False, markup=False, soft_wrap=True)
    out.print(look.notes(), style="dim", highlight=False, markup=False, soft_wrap=True)


def _likely(look: Outlook) -> None:
    """From today first, if the fork is reached second, by date third."""

    def span(e: Any) -> str:
        return to(fixed(100 * e.low, 0), fixed(100 * e.high, 0))

    out.print(f"From today: how it ends by {look.tree.until}, as seen on {look.on}", highlight=False)
    shown = text_table(("end", "chance, %", "range", "what it is"))
    for s, e in look.odds_from_today.items():
        shown.add_row(s, str(e.percent), span(e), look.titles.get(s, s))
    _left(shown, 3)
    out.print(shown)
    out.print("\nIf the fork is reached: from today, %, that it is and that a way is taken; then its odds there", highlight=False)
    shown = text_table(("day", "fork, way on", "from today", "if reached", "range"))
    for r in look.odds_if_reached.values():
        shown.add_row(r.date.isoformat(), r.title, str(r.reached.percent))
        for b, c in r.if_reached.items():
            shown.add_row("", f"  {look.tree.branches[b][1].title}", str(r.from_today[b].percent), str(c.percent), span(c))
    _left(shown, 1)
    out.print(shown)
    days = look.hazard_days
    out.print("\nBy date: chance from today, %, that it has happened by then", highlight=False)
    shown = text_table(("what", "by", "chance, %"))
    for event in look.hazard:  # a line for each day on which its chance grows
        known = [(d.isoformat(), look.percent_by(event, d)) for d in days]
        grown = [(d, p) for (_, before), (d, p) in pairwise([("", 0), *known]) if p != before]
        for k, (when, percent) in enumerate(grown or known[-1:]):
            shown.add_row(look.event_title(event) if k == 0 else "", when, str(percent))
    _left(shown, 0)
    out.print(shown)
    if look.own:
        out.print(look.told_own(), highlight=False, markup=False, soft_wrap=True)


def _left(shown: Any, column: int) -> None:
    shown.columns[column].justify = "left"
    shown.columns[column].no_wrap = False


def _inputs(look: Outlook) -> None:
    """What each judgement alone would make of the ends: inputs to the odds, with how far they lie apart."""
    frame = look.by_origin()
    origins = frame.drop(columns=[c for c in ("after signals", "pooled") if c in frame])
    if origins.shape[1] < 2:
        return
    out.print(
        "\nWhat went in: the ends if one judgement alone set the odds, %. None of them is an answer.",
        highlight=False,
        soft_wrap=True,
    )
    shown = text_table(("end", *map(str, origins), "apart"))
    for s, row in origins.iterrows():
        alone = [100 * float(x) for x in row]
        shown.add_row(str(s), *(fixed(x, 0) for x in alone), fixed(max(alone) - min(alone), 0))
    out.print(shown)


# -- base rates --------------------------------------------------------------------------------------------------------
def rates(
    kind: Annotated[str | None, typer.Option(help="threat, sanction, talks, dispute or truce; all if absent.")] = None,
    sender: Annotated[str | None, typer.Option(help="Who threatens, complains or sends: all, USA, EU, CHN or other.")] = None,
    target: Annotated[str | None, typer.Option(help="On whom: all, USA, CHN, large or small.")] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Pool them with a dated record and score both, leaving one case out at a time.")
    ] = False,
    record: Annotated[str, typer.Option(help="The record that is scored: a packaged one or a YAML file.")] = "us-china",
    csv: TableFile = None,
    as_json: Json = False,
) -> None:
    """How often threats were carried out, talks settled and quiet lasted, counted over hundreds of cases elsewhere."""
    if scores:
        _scored(record, csv, as_json)
        return
    found = ask("rates", None, as_json, {"kind": kind, "sender": sender, "target": target})
    save("rates", found, csv)
    if as_json:
        emit(found.record())
        return
    for name, text in found.titles.items():
        out.print(text, highlight=False, soft_wrap=True)
        table, spans = found.main(name), found.held(name)
        if len(table):
            shown = text_table(("", "seen", "of", "rate, %", "range"))
            for question, rows in table.groupby("question", sort=False):
                if len(rows) > 1:
                    shown.add_row(f"{question}:")
                for r in rows.itertuples(index=False):
                    share = (fixed(100 * r.rate, 0), to(fixed(100 * r.low, 0), fixed(100 * r.high, 0)))
                    shown.add_row(f"  {r.outcome}" if len(rows) > 1 else str(question), str(r.seen), str(r.cases), *share)
            out.print(shown)
        if len(spans):
            shown = text_table(("still stood after years, %", "spells", *(f"{y:g}" for y in spans.columns)))
            for (what, spells), held in spans.iterrows():
                shown.add_row(str(what), str(spells), *("" if x != x else fixed(100 * x, 0) for x in held))
            out.print(shown)
    out.print(found.explain(), style="dim", highlight=False, markup=False, soft_wrap=True)


def _scored(record: str, csv: Path | None, as_json: bool) -> None:
    from detente.outlook.record import load_record
    from detente.validation.outside_views import on_trial

    found = on_trial(load_record(record))
    if csv is not None:
        write_csv(found.to_frame(), csv, index=False, float_format="%.10g")
    if as_json:
        emit(found.record(), part="scores")
        return
    shown = text_table(("left out in turn", "cases", "Brier", "range", "bits", "skill over own"))
    for r in found.to_frame().to_dict(orient="records"):
        span = to(fixed(r["brier low"]), fixed(r["brier high"]))
        gain = f"{signed(r['skill over own'])} ({signed(r['skill low'])} to {signed(r['skill high'])})"
        alone = r["forecaster"] == "own alone"
        name = f"{r['kind']}: {r['forecaster']}"
        shown.add_row(name, str(r["cases"]), fixed(r["brier"], 3), span, fixed(r["bits"]), "" if alone else gain)
    out.print(shown)
    out.print(found.explain(), highlight=False, markup=False, soft_wrap=True)


# -- ranges over the parameters, and what drives them ------------------------------------------------------------------
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

        save_figure(ensemble_figure(result), chart)
    shown = [h for s in result.scenarios for h in _first_page(result, s, case.venue.region)]
    found = _what_drives(result, shown) if drivers else {}
    reading = None
    if odds:
        from detente.outlook.ensemble.odds import odds as read

        reading = read(result)
    if as_json:
        record = result.record()
        record["drivers"] = {column: d.record() for column, d in found.items()}
        emit({**record, "odds": reading.record() if reading is not None else None})
        return
    _print_ranges(result, shown, found)
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
    return found + [h for h in own if h.quantity == "worth of a licence"][:4]


def _what_drives(result: Ensemble, shown: list[Headline]) -> dict[str, Drivers]:
    """What drives each of `shown`; none where fewer than 64 draws are left."""
    import numpy as np

    found: dict[str, Drivers] = {}
    for h in shown:
        if np.isfinite(result.values(h.quantity, h.region, h.scenario)).sum() >= 64:
            found[h.column] = result.drivers(h.quantity, h.region, h.scenario, bootstrap=0)
    return found


def _print_ranges(result: Ensemble, shown: list[Headline], found: dict[str, Any]) -> None:
    from detente.outlook.ensemble.ensemble import amount, spread

    out.print(
        f"{result.title}\n{result.draws:,} draws, {run_words(result.horizon)}, {result.world}, seed {result.seed}",
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
