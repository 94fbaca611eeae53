"""`detente talks`, `detente truce`: the negotiation as a game, read off computed payoffs."""

from __future__ import annotations

from datetime import datetime
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
    out,
    out_file,
    save,
    signed,
    subject_of,
    text_table,
)

if TYPE_CHECKING:
    from detente.strategy.table import AtTheTable

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
    given = _given(
        weight, discount, deadline, collapse_risk=collapse_risk, settlement_years=settlement_years,
        collapse_years=collapse_years, face=face,
    )  # fmt: skip
    case, before = _read("talks", dossier, world, horizon, as_json, given)
    day = None if by is None else by.date()
    save("talks", case, csv, chart, index=True)
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
    for paragraph in case.tell("standoff").split("\n\n"):
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
    given = _given(weight, discount, None, false_alarm=false_alarm, detection=detection)
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
        _say(paragraph)
    if before is not None:
        out.print("\nBefore the change of motives", highlight=False)
        for part in ("kept_truce", "kept_deal"):
            _say(before.tell(part))
    _files(csv, chart)


# -- reading -----------------------------------------------------------------------------------------------------------
def _given(
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


def _files(csv: Path | None, chart: Path | None) -> None:
    if chart is not None and chart.exists():
        out.print(f"chart  {chart}", highlight=False, markup=False)
    if csv is not None:
        out.print(f"data   {csv}", highlight=False, markup=False)
