"""`detente talks`, `detente truce`: the negotiation as a game, read off computed payoffs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import (
    DossierName,
    HorizonName,
    Json,
    WorldName,
    emit,
    out,
    out_file,
    progress_bar,
    signed,
    text_table,
    write_csv,
)

if TYPE_CHECKING:
    from detente.strategy.table import AtTheTable
    from detente.talks.patience import Patience

CsvFile = Annotated[Path | None, typer.Option(help="Also write the table as CSV.", callback=out_file)]
ChartFile = Annotated[Path | None, typer.Option(help="Also draw it: .svg, .png or .html.", callback=out_file)]
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
    patience = _patience(
        discount, collapse_risk=collapse_risk, settlement_years=settlement_years, collapse_years=collapse_years, face=face
    )
    with progress_bar("talks", as_json) as progress:
        case, before = _read(dossier, world, horizon, patience, weight, deadline, progress)
    day = None if by is None else by.date()
    if csv is not None:
        write_csv(case.trials.summary(), csv, float_format="%.10g")
    if chart is not None:
        from detente.briefing.charts.results import odds_figure
        from detente.briefing.charts.standalone import save_chart

        figure = odds_figure(case, csv="" if csv is None else csv.name)
        if figure is not None:
            save_chart(figure, chart)
    if as_json:
        found = case.record() | ({} if day is None else {"odds_by": case.odds_by(day).record()})
        emit(found | ({} if before is None else {"before": {"odds": before.odds().record(), "payoffs": before.table.record()}}))
        return
    _payoffs(case)
    out.print(
        f"With the motives {'as changed' if before else 'of the dossier'}: {case.game.explain()}", highlight=False, markup=False
    )
    out.print(f"If both cared for real income alone: {case.plain_game.explain()}", highlight=False, markup=False)
    out.print("\nThe stand-off", highlight=False)
    _models(case)
    from detente.strategy.telling import standoff_words

    for paragraph in standoff_words(case):
        out.print()
        _say(paragraph)
    if day is not None:
        out.print()
        _say(case.odds_by(day).explain())
    if before is not None:
        _moved(before, case, weight or [])
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
    from detente.policy.dossier import load_dossier
    from detente.strategy.duty_game import duty_game
    from detente.strategy.truce_telling import truce_words
    from detente.world.library import load_world

    patience = _patience(discount, false_alarm=false_alarm, detection=detection)
    with progress_bar("truce", as_json) as progress:
        case, before = _read(dossier, world, horizon, patience, weight, None, progress)
        duties = duty_game(load_dossier(dossier), load_world(world), horizon, weights=case.judging.given)
    if csv is not None:
        write_csv(_renewals(case), csv, index=False, float_format="%.10g")
    if chart is not None:
        from detente.briefing.charts.results import needs_figure
        from detente.briefing.charts.standalone import save_chart

        save_chart(needs_figure(case, csv="" if csv is None else csv.name), chart)
    if as_json:
        record = case.record()
        kept = {key: record[key] for key in ("truce", "keeping", "temptations", "temptation_flips", "patience")}
        emit(kept | {"duties": duties.record()})
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
    for paragraph in truce_words(case, duties):
        out.print()
        _say(paragraph)
    if before is not None:
        out.print("\nBefore the change of motives", highlight=False)
        for paragraph in truce_words(before)[:2]:
            _say(paragraph)
    _files(csv, chart)


# -- reading -----------------------------------------------------------------------------------------------------------
def _patience(discount: list[str] | None, **fixed: float | None) -> Patience:
    from dataclasses import replace

    from detente.strategy.motives import numbers
    from detente.talks.patience import Patience

    chosen = Patience().fixed(**{key: value for key, value in fixed.items() if value is not None})
    return replace(chosen, rates=numbers(discount or [], "discount rate"))


def _read(
    dossier: str,
    world: str,
    horizon: str | None,
    patience: Patience,
    weight: list[str] | None,
    deadline: datetime | None,
    progress: Callable[[str, int, int], None],
) -> tuple[AtTheTable, AtTheTable | None]:
    """The case as asked, and as the dossier has it where motives were changed (nothing is solved twice)."""
    from detente.errors import UnknownName
    from detente.policy.dossier import load_dossier
    from detente.strategy.motives import moved
    from detente.strategy.objectives import Weights
    from detente.strategy.table import at_the_table
    from detente.world.library import load_world

    case = load_dossier(dossier)
    parties = [p.region for p in case.parties]
    for party in patience.rates:
        if party not in parties:
            raise UnknownName(party, parties, "party")
    given = {p: Weights.of(case, p) for p in parties}
    weights = moved(given, weight or [])
    day = None if deadline is None else deadline.date()
    first = at_the_table(case, load_world(world), horizon, patience=patience, deadline=day, progress=progress)
    if not weight:
        return first, None
    return at_the_table(case, patience=patience, weights=weights, deadline=day, table=first.table), first


# -- showing -----------------------------------------------------------------------------------------------------------
def _say(text: str) -> None:
    """A paragraph broken at plain spaces only: a number keeps its percent sign."""
    import textwrap

    for line in textwrap.wrap(text, max(40, out.width), break_long_words=False, break_on_hyphens=False):
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _fine(value: float) -> str:
    text = f"{value:+.4f}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _payoffs(case: AtTheTable) -> None:
    first, second = case.table.parties
    out.print(f"Payoffs in points of real income a year against the status quo, {case.table.horizon} run", highlight=False)
    shown = text_table((first, second, f"{first}, motives", f"{second}, motives", f"{first}, income", f"{second}, income"))
    for a in case.table.stances[0]:
        for b in case.table.stances[1]:
            paid, plain = case.table.payoff(a, b), case.plain.payoff(a, b)
            shown.add_row(a, b, *(signed(v) for v in (*paid.values(), *plain.values())))
    out.print(shown)


def _models(case: AtTheTable) -> None:
    from detente.words import chance, chance_range

    one, two = case.parties
    table = case.trials.summary()
    shown = text_table(("model", f"{one} at once", f"{two}", f"then {one}", f"{two}", "collapse", "likelier", "days"))
    for model, r in table.iterrows():

        def told(key: str, row: Any = r) -> str:
            return f"{chance(row[key])} ({chance_range(row[f'{key}, low'], row[f'{key}, high'])})"

        shown.add_row(
            str(model), chance(r[f"{one} at once"]), chance(r[f"{two} at once"]), told(f"{one} eases"), told(f"{two} eases"),
            told("talks collapse"), f"{r[f'{one} likelier in']:,}/{r[f'{two} likelier in']:,}",
            f"{r['mean length, days (half)']:,.0f}",
        )  # fmt: skip
    out.print(shown)
    out.print(
        f"At once: average chance over all combinations. Then: odds if both still hold, with the range over the strength of the "
        f"motives. Likelier: combinations in which {one}/{two} is. Days: mean length, the median of the combinations.",
        style="dim", highlight=False,
    )  # fmt: skip


def _moved(before: AtTheTable, after: AtTheTable, texts: list[str]) -> None:
    from detente.words import chance, join_or_nobody as join

    one, two = after.parties
    out.print(f"\nBefore and after {join(texts)}", highlight=False, markup=False)
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


def _renewals(case: AtTheTable) -> Any:
    import pandas as pd

    parts = []
    for (kept, answer), found in case.keepings.items():
        parts.append(found.renewals().assign(kept=kept, answer=answer))
    return pd.concat(parts, ignore_index=True)


def _files(csv: Path | None, chart: Path | None) -> None:
    if chart is not None and chart.exists():
        out.print(f"chart  {chart}", highlight=False, markup=False)
    if csv is not None:
        out.print(f"data   {csv}", highlight=False, markup=False)
