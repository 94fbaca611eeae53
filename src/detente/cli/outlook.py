"""`detente outlook`: how likely each way on is, what to expect for whom, and which question matters most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    subject_of,
    text_table,
)


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
    """What may come and how likely: chances of each end, and expected real income with its ranges."""
    subject = subject_of(dossier, world, horizon)
    case, table = subject.negotiation, subject.world
    look = ask("outlook", subject, as_json, {"with_ranges": ranges, "discount": discount})
    codes = tuple(dict.fromkeys(region or look.focus))
    for code in codes:
        look.paths.column(code)
    asked = ask("questions", subject, as_json, {"by": by}, look=look) if questions else None
    save("outlook", look, csv)
    if chart is not None:
        from detente.briefing.charts.fan import fan_figure
        from detente.briefing.charts.standalone import save_chart
        from detente.briefing.charts.tree import tree_figure
        from detente.outlook.tree import grow

        def note(extra: str) -> str:
            return f"Source: detente on {table.name}, dossier {case.id}. {extra}"

        if region:
            figure = fan_figure(look, codes, f"{look.paths.parameters.name} run", note, "")
        else:
            talks, ends = grow(case, look.tree.odds, talks_only=True), look.ranking
            figure = tree_figure(look, talks, [s.id for s in case.scenarios], (ends[0], ends[-1]), note, "")
        save_chart(figure, chart)
    if as_json:
        emit({**look.record(), **({"key_questions": asked.record()} if asked else {})})
        return
    out.print(f"{case.title}\nChances by {look.tree.until}, as seen on {look.on}", highlight=False, markup=False, soft_wrap=True)
    origins = look.by_origin()
    shown = text_table(("end", "chance, %", "range", *(f"{c}, %" for c in origins if c != "after signals")))
    for s, e in look.scenarios.items():
        alone = [f"{100 * x:.0f}" for c, x in origins.loc[s].astype(float).items() if c != "after signals"]
        shown.add_row(s, f"{100 * e.value:.0f}", f"{100 * e.low:.0f} to {100 * e.high:.0f}", *alone)
    out.print(shown)
    out.print(
        f"Real income, % against {look.tree.start}, average to {look.tree.until}, {look.paths.parameters.name} run",
        highlight=False,
    )
    shown = text_table(("economy", "expected", "range", "9 in 10 paths", "bn USD a year", "risk, %"))
    for code in codes:
        e, q = look.expected(code), look.spread(code)
        money = f"{look.paths.money(code, e.value) / 1000:+,.1f}"
        spread = f"{q[0]:.2f} to {q[-1]:.2f}"
        row = (f"{e.value:+.3f}", f"{e.low:.3f} to {e.high:.3f}", spread, money, f"{100 * look.risk(code).value:.0f}")
        shown.add_row(code, *(v.replace("-", "−") for v in row))
    out.print(shown)
    if asked is not None:
        out.print(asked.explain(), highlight=False, markup=False, soft_wrap=True)
    out.print(look.notes(), style="dim", highlight=False, markup=False, soft_wrap=True)
