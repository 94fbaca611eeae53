"""`detente backtest`: what the model said against what happened."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import Json, emit, err, out, out_file, text_table, write_csv
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.briefing.document import Figure
    from detente.validation.trade import BackTest


class Which(StrEnum):
    """The back-tests."""

    TRADE_2018 = "trade-2018"
    TRADE_2025 = "trade-2025"
    ROUNDS = "rounds"
    ALL = "all"


def backtest(
    which: Annotated[Which, typer.Argument(help="trade-2018, trade-2025, rounds or all.")] = Which.ALL,
    csv: Annotated[
        Path | None, typer.Option(help="Write every row as CSV: observed, model, benchmarks.", callback=out_file)
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Draw observed beside predicted: .svg, .png or .html.", callback=out_file)
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Renew the tables of a page such as docs/backtests.md.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Back-tests: predictions beside what happened, with simple benchmarks. Misses are shown with the hits."""
    tests = _trade(which)
    rounds = _rounds(which)
    if csv is not None:
        _csv(csv, tests, rounds)
    if chart is not None:
        _draw(chart, tests)
    if write is not None:
        _write_page(write, tests, rounds)
    if as_json:
        record: dict[str, Any] = {t.id: t.record() for t in tests}
        if rounds is not None:
            record["rounds"] = rounds.record()
        emit(record)
        return
    for test in tests:
        _show(test)
    if rounds is not None:
        out.print("Past rounds of talks", style="bold", highlight=False)
        out.print(rounds.explain(), highlight=False)
    for path in (csv, chart, write):
        if path is not None:
            out.print(f"written: {path}", style="dim", highlight=False)


def _trade(which: Which) -> list[BackTest]:
    from detente.validation.trade_2018 import trade_2018
    from detente.validation.trade_2025 import trade_2025

    made = {Which.TRADE_2018: trade_2018, Which.TRADE_2025: trade_2025}
    return [make() for name, make in made.items() if which in (name, Which.ALL)]


def _rounds(which: Which) -> Any:
    """The back-test of past rounds of talks, or None where it was not asked for or (for `all`) is not there."""
    if which not in (Which.ROUNDS, Which.ALL):
        return None
    from importlib import import_module
    from importlib.util import find_spec

    name = "detente.validation.rounds"
    if find_spec(name) is None:
        if which is Which.ROUNDS:
            raise InputError("the back-test of past rounds of talks is not part of this installation")
        err.print("The back-test of past rounds of talks is not part of this installation; shown without it.", style="dim")
        return None
    return import_module(name).rounds()


def _show(test: BackTest) -> None:
    from detente.validation.tables import MODEL
    from detente.words import fixed

    out.print(test.title, style="bold", highlight=False)
    for line in test.findings:
        out.print(f"· {line}", highlight=False)
    for c in test.comparisons:
        out.print()
        out.print(c.title, highlight=False)
        shown = text_table(("prediction", "correlation", "slope", "RMSE", "right sign, %", "skill"))
        for leaving in (None, *c.without):
            for name, score in c.scores(leaving).items():
                if leaving is not None and name not in c.predicted:
                    continue
                skill = fixed(c.skills(name, leaving)["proportional"], 2) if name in c.predicted else ""
                first = MODEL[name] if leaving is None and name in MODEL else f"  without {leaving}, {name}" if leaving else name
                shown.add_row(
                    first, fixed(score.correlation, 2), fixed(score.slope, 2), fixed(score.rmse, 2),
                    fixed(100 * score.sign, 0), skill,
                )  # fmt: skip
        shown.columns[0].no_wrap = False
        out.print(shown)
    out.print()
    shown = text_table(("number", "observed", "short run", "medium run", "factor"))
    for number in test.checks:
        d = number.decimals
        factor = "none" if number.factor is None else fixed(number.factor, 2)
        shown.add_row(
            f"{number.what}, {number.unit}",
            fixed(number.observed, d),
            *(fixed(v, d) for v in number.predicted.values()),
            factor,
        )
    shown.columns[0].no_wrap = False
    out.print(shown)
    out.print(
        "Skill is over equal growth for all. The factor on trade elasticities would have given the number; nothing uses it.",
        style="dim",
        highlight=False,
    )
    out.print()


def _csv(path: Path, tests: list[BackTest], rounds: Any) -> None:
    import pandas as pd

    frames = [t.to_frame().assign(backtest=t.id) for t in tests]
    if rounds is not None:
        frames.append(rounds.to_frame().reset_index().assign(backtest="rounds"))
    write_csv(pd.concat(frames, ignore_index=True), path, index=False, float_format="%.6g")


def _write_page(path: Path, tests: list[BackTest], rounds: Any) -> None:
    from detente.validation.tables import blocks, page_of, write

    content = blocks(tests) if len(tests) > 1 else {t.id: page_of(t) for t in tests}
    if rounds is not None and hasattr(rounds, "markdown"):
        content["rounds"] = rounds.markdown()
    write(path, content)


def _draw(path: Path, tests: list[BackTest]) -> None:
    from detente.briefing.charts.standalone import save_chart

    if len(tests) != 1:
        raise InputError("a chart shows one back-test: ask for trade-2018 or trade-2025")
    save_chart(chart_of(tests[0]), path)


def chart_of(test: BackTest, most: int = 14) -> Figure:
    """Observed beside predicted shares of US goods imports: three panels on one scale, the largest changes first."""
    import pandas as pd

    from detente.briefing.charts import forms as charts
    from detente.briefing.charts.figures import figure
    from detente.briefing.charts.theme import region_colour
    from detente.validation.tables import label
    from detente.words import fixed as number

    c = test.comparisons[0]
    frame = c.to_frame()
    largest = frame[["observed", "short", "medium"]].abs().max(axis=1)
    order = largest.sort_values(ascending=False, kind="stable").index[:most]
    frame = frame.loc[order].sort_values("observed", kind="stable")
    panels = {"observed": "observed", "short": "model, short run", "medium": "model, medium run"}
    rows = pd.DataFrame(
        [
            {
                "panel": title, "label": label(str(code)), "value": float(row[column]), "low": float(row[column]),
                "high": float(row[column]), "colour": region_colour(str(code)),
                "text": number(float(row[column]), 1, signed=True),
            }
            for column, title in panels.items()
            for code, row in frame.iterrows()
        ]
    )  # fmt: skip
    score = c.scores()["short"]
    leaving = next(iter(c.without))
    rest = c.scores(leaving)["short"]
    title = (
        f"Who lost is foreseen, who gained is not: correlation {number(score.correlation, 2)}, "
        f"without China {number(rest.correlation, 2)}"
        if score.correlation > 0.6 > rest.correlation
        else f"Correlation {number(score.correlation, 2)}, without China {number(rest.correlation, 2)}"
    )
    told = {f"{r.panel}, {r.label}": str(r.text) for r in rows.itertuples()}
    return figure(
        test.id,
        title,
        f"{c.title}, change in points; short run for the correlation",
        f"Source: {c.source}; own calculations.",
        charts.alt_text(f"{title}. {c.title}, points.", told),
        f"{test.id}.csv",
        lambda w: charts.dots(rows, w, label_width=120, across=3 if w > 500 else 1),
    )
