"""`detente watch`, `backtest`, `stress`: forecasts scored by what happened, the model beside it, the solver at its worst."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import (
    DossierName,
    Json,
    WorldName,
    emit,
    err,
    out,
    out_file,
    progress_bar,
    save_figure,
    signed,
    text_table,
    the_world,
    write_csv,
)
from detente.errors import InputError
from detente.words import fixed

if TYPE_CHECKING:
    from detente.briefing.document import Figure
    from detente.outlook.fork_odds import ForkOdds, StandOff
    from detente.outlook.journal import Contents, Entry, Journal, Reckoning
    from detente.outlook.watching import Look
    from detente.policy.dossier import Dossier
    from detente.validation.bargains import BackTestedBargains
    from detente.validation.panel_backtest import PanelBackTest
    from detente.validation.trade import BackTest


MARKET = '--market "A market" --fork kuala-lumpur --odds "pause=0.3"'
EXAMPLE = '--fork kuala-lumpur --likelihood "pause=1.4,break=0.7"'


def watch(
    dossier: DossierName,
    add: Annotated[str | None, typer.Option("--add", help="Something seen; give --fork and --likelihood with it.")] = None,
    fork: Annotated[str | None, typer.Option("--fork", help="The fork a signal speaks about.")] = None,
    likelihood: Annotated[
        str | None, typer.Option("--likelihood", help="How likely it was by branch, up to a common factor: pause=1.4,break=0.7.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Web address where the signal can be read.")] = None,
    market: Annotated[
        str | None,
        typer.Option("--market", help="Whose odds these are (a market, a crowd); with --fork and --odds, after ours are stored."),
    ] = None,
    odds: Annotated[str | None, typer.Option("--odds", help="Odds of a market by branch: pause=0.3,break=0.1.")] = None,
    resolve: Annotated[str | None, typer.Option("--resolve", help="What happened: FORK=BRANCH, with --date.")] = None,
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the forecast, the signal or the outcome.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the journal and change nothing.")] = False,
    scores: Annotated[bool, typer.Option("--scores", help="Score the forecasts of resolved forks and change nothing.")] = False,
    journal: Annotated[Path | None, typer.Option("--journal", help="Journal file; DOSSIER-journal.jsonl here if absent.")] = None,
    stand_off: Annotated[
        bool, typer.Option("--stand-off/--no-stand-off", help="Use the stand-off model; it takes some seconds.")
    ] = True,
    world: WorldName = "world-2022",
    csv: Annotated[Path | None, typer.Option(help="Also write the odds as CSV.", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """Odds of every fork as of a day, kept in a journal, moved by what is seen, scored by what happened.

    The first run stores a forecast. --add moves it by a signal, --market sets what a market or crowd said beside it, --resolve
    enters an outcome, --list and --scores only read.
    """
    from detente.outlook.journal import Journal
    from detente.outlook.tree import prospects_of
    from detente.outlook.watching import day_of
    from detente.policy.dossier import load_dossier

    _one_of(add=add is not None, market=market is not None, resolve=resolve is not None, list=listed, scores=scores)
    if add is None and (likelihood or (market is None and (fork or source))):
        raise InputError(f"--fork, --likelihood and --source go with --add, for instance --add TEXT {EXAMPLE}")
    if (odds is None) != (market is None) or (market is not None and fork is None):
        raise InputError(f"--market, --fork and --odds go together, for instance {MARKET}")
    case = load_dossier(dossier)
    prospects_of(case)
    book = Journal(journal or Path(f"{case.id}-journal.jsonl"))
    contents = book.read()
    given = day.date() if day else None
    if given is not None and given > date.today():
        raise InputError(f"--date {given} is in the future")
    if listed:
        _list(case, book, contents, as_json)
    elif scores:
        _scores(case, contents, as_json)
    elif resolve is not None:
        _resolve(case, book, resolve, given, as_json)
    elif market is not None:
        on = given or day_of(case, contents, date.today())
        _market(case, book, (market, fork or "", odds or "", source), on, as_json)
    else:
        on = given or day_of(case, contents, date.today())
        _forecast(case, book, contents, on, (add, fork, likelihood, source), (world, stand_off), csv, as_json)


# -- forecasts ---------------------------------------------------------------------------------------------------------
def _forecast(
    case: Dossier,
    book: Journal,
    contents: Contents,
    on: date,
    told: tuple[str | None, str | None, str | None, str | None],
    model: tuple[str, bool],
    csv: Path | None,
    as_json: bool,
) -> None:
    from detente import __version__
    from detente.outlook.watching import look, new_signal

    add, fork, likelihood, source = told
    seen = None
    if add is not None:
        if fork is None or likelihood is None:
            raise InputError(f"--add needs --fork and --likelihood, for instance {EXAMPLE}")
        _check_address(source)
        seen = new_signal(case, contents, add, fork, _by_branch(likelihood, "--likelihood"), on)
    if contents.faults:
        raise InputError(f"{contents.faults[0]}. Nothing was added; keep the file and start another with --journal")
    stand_off = _stand_off(case, *model, as_json)
    found = look(case, contents, on, seen=seen, source=source, stand_off=stand_off, code=__version__)
    stored = book.append(found.lines)
    if csv is not None:
        _odds_csv(csv, found.odds)
    if as_json:
        emit({"dossier": case.id, "journal": str(book.path.resolve()), "stored": len(stored), **found.record()})
        return
    out.print(f"{case.title}: odds as of {found.made_on.isoformat()}", style="bold", highlight=False, markup=False)
    out.print(
        "Of each way on if its fork is reached; from today: `detente outlook`. Record, stand-off and analyst are inputs.",
        style="dim", highlight=False, soft_wrap=True,
    )  # fmt: skip
    for name, odds in found.odds.items():
        _show_odds(odds, found.before.get(name) if seen is not None else None, seen.id if seen else None)
    _rest(case, found)
    out.print(_stored(stored, book), highlight=False, markup=False, style="dim", soft_wrap=True)


def _show_odds(odds: ForkOdds, before: Mapping[str, float] | None, signal: str | None) -> None:
    judged = {"record": odds.base_rate, "stand-off": odds.stand_off, "analyst": odds.analyst}
    names = [n for n, j in judged.items() if j is not None]
    heads = [*names, "pooled", "before", "now, %", "range"] if before is not None else [*names, "pooled", "now, %", "range"]
    out.print()
    out.print(f"{odds.fork}, {odds.date.isoformat()}: {odds.title}", highlight=False, markup=False)
    shown = text_table(("branch", *heads))
    for b in sorted(odds.titles, key=lambda b: -odds.probability[b]):
        row = [_percent((judged[n] or {})[b][1]) for n in names] + [_percent(odds.pooled[b])]
        if before is not None:
            row.append(_percent(before[b]) if b in before else "–")
        low, _, high = odds.ranges[b]
        shown.add_row(f"  {b}", *row, _percent(odds.probability[b]), f"{_percent(low)} to {_percent(high)}")
    out.print(shown)
    step = next((s for s in odds.update.steps if s.signal == signal), None)
    if step is not None:
        out.print(f"  The signal carried {fixed(step.information)} bits here.", style="dim", highlight=False)


def _rest(case: Dossier, found: Look) -> None:
    from detente.outlook.watching import fork_of

    out.print()
    told = {o.cases: None for o in found.odds.values() if o.cases}
    if told:
        out.print(f"Record: {'; '.join(told)}.", style="dim", highlight=False, markup=False)
    if any(o.stand_off is None and any(b.stand_off for b in fork_of(case, f).branches) for f, o in found.odds.items()):
        out.print("The stand-off model was left out; the record and the analyst carry its weight.", style="dim", highlight=False)
    if found.past:
        first = fork_of(case, found.past[0])
        out.print(
            f"Past and without an outcome: {', '.join(found.past)}. Say what happened: detente watch {case.id} "
            f"--resolve {first.id}={first.branches[0].id} --date {first.date.isoformat()}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if found.unmet:
        out.print(f"Cannot be met any more: {', '.join(found.unmet)}.", highlight=False, markup=False)
    if not found.odds:
        out.print("No fork is open.", highlight=False)


# -- outcomes and scores -----------------------------------------------------------------------------------------------
def _resolve(case: Dossier, book: Journal, text: str, day: date | None, as_json: bool) -> None:
    from detente.outlook.journal import reckon
    from detente.outlook.watching import fork_of, resolution_line

    name, equals, branch = (x.strip() for x in text.partition("="))
    if not equals:
        raise InputError("--resolve takes FORK=BRANCH, for instance kuala-lumpur=pause")
    if day is None:
        raise InputError("--resolve needs --date: the day the outcome was known")
    stored = book.append([resolution_line(case, name, branch, day)])
    found = reckon(book.read(), case.id)
    if as_json:
        emit({"journal": str(book.path.resolve()), "resolution": dict(stored[0].data), "scores": found.record()}, part="resolved")
        return
    titles = {b.id: b.title for b in fork_of(case, name).branches}
    out.print(f"{name}: “{titles[branch]}”, known on {day.isoformat()}.", highlight=False, markup=False)
    _show_scores(found)
    out.print(_stored(stored, book), highlight=False, markup=False, style="dim", soft_wrap=True)


def _market(case: Dossier, book: Journal, told: tuple[str, str, str, str | None], on: date, as_json: bool) -> None:
    from detente.outlook.journal import market_line

    who, fork, odds, source = told
    _check_address(source)
    stored = book.append([market_line(case, fork, who, _by_branch(odds, "--odds"), on, source)])
    if as_json:
        emit({"journal": str(book.path.resolve()), "market": dict(stored[0].data)}, part="market")
        return
    said = ", ".join(f"{b} {_percent(p)}" for b, p in stored[0].data["probability"].items())
    out.print(f"{who} on {on.isoformat()}, {fork}: {said} %; set beside our line {stored[0].data['ours']}.",
              highlight=False, markup=False, soft_wrap=True)  # fmt: skip
    out.print(_stored(stored, book), highlight=False, markup=False, style="dim", soft_wrap=True)


def _scores(case: Dossier, contents: Contents, as_json: bool) -> None:
    from detente.outlook.journal import reckon

    if contents.faults:
        raise InputError(f"{contents.faults[0]}. Scores of a changed journal are not shown")
    found = reckon(contents, case.id)
    if as_json:
        emit(found.record(), part="scores")
        return
    _show_scores(found)


def _show_scores(found: Reckoning) -> None:
    if found.forks:
        shown = text_table(
            ("fork", "outcome", "given to it, %", "Brier", "averaged", "base rate", "status quo", "fair guess", "bits")
        )
        for f in found.forks:
            based = "–" if f.base_rate is None else fixed(f.brier_base_rate)
            still = "–" if f.status_quo is None else fixed(f.brier_status_quo)
            scored = (fixed(f.brier), fixed(f.brier_average), based, still, fixed(f.brier_uniform), fixed(f.log))
            shown.add_row(f.fork, f.branch, _percent(f.last[f.branch]), *scored)
        out.print(shown)
        told = [
            f"of {int(r['statements'])} between {fixed(100 * r['from'], 0)} and {fixed(100 * r['to'], 0)} %, "
            f"{fixed(100 * r['came true'], 0)} %"
            for _, r in found.calibration().iterrows()
            if r["statements"]
        ]
        out.print(f"Came true: {'; '.join(told)}.", highlight=False)
    if found.markets:
        out.print("Beside markets and crowds, Brier over the outcomes they name:", highlight=False)
        names = ("theirs", "ours", "base rate", "status quo", "uniform")
        shown = text_table(("fork", "who", "day", "outcome", *names[:-1], "fair guess"))
        for m in found.markets:
            cells = (fixed(m.scores[n]) if n in m.scores else "–" for n in names)
            shown.add_row(m.fork, m.who, m.made_on.isoformat(), m.outcome, *cells)
        out.print(shown)
    out.print(found.explain(), highlight=False, markup=False)
    for text in found.unscored:
        out.print(f"Not scored: {text}.", highlight=False, markup=False)


# -- the journal -------------------------------------------------------------------------------------------------------
def _list(case: Dossier, book: Journal, contents: Contents, as_json: bool) -> None:
    if as_json:
        entries = [dict(e.data) for e in contents.entries]
        emit({"journal": str(book.path.resolve()), "faults": list(contents.faults), "entries": entries}, part="list")
        return
    for fault in contents.faults:
        out.print(fault, style="bold", highlight=False, markup=False)
    if contents.torn:
        out.print(f"The last line was cut short; the next append sets it aside in {book.path.name}.torn.", highlight=False)
    if not contents.entries:
        told = f"{book.path}: nothing in it yet. `detente watch {case.id}` stores the first forecast."
        out.print(told, highlight=False, markup=False, soft_wrap=True)
        return
    shown = text_table(("line", "day", "what", "fork", ""))
    for e in contents.entries:
        shown.add_row(str(e.line), e.made_on.isoformat(), e.kind, str(e.data["fork"]), _gist(e))
    for k in (2, 3, 4):
        shown.columns[k].justify = "left"
    shown.columns[4].no_wrap = False
    out.print(shown)
    if not contents.faults:
        out.print("Every line follows from the one before: unchanged since written.", style="dim", highlight=False)


def _gist(e: Entry) -> str:
    if e.kind in ("forecast", "market"):
        who = f"{e.data['who']}: " if e.kind == "market" else ""
        return who + ", ".join(f"{b} {_percent(p)}" for b, p in sorted(e.data["probability"].items(), key=lambda x: -x[1]))
    text = str(e.data["text"]) if e.kind == "signal" else f"= {e.data['branch']}"
    return text if len(text) <= 70 else text[:69] + "…"


def _stored(stored: tuple[Entry, ...], book: Journal) -> str:
    n = len(stored)
    what = "Nothing new to store" if n == 0 else f"{n} line{'' if n == 1 else 's'} stored"
    return f"{what}: {book.path.resolve()}"


# -- small things ------------------------------------------------------------------------------------------------------
def _by_branch(text: str, option: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (x.strip() for x in part.partition("="))
        try:
            value = float(number)
        except ValueError:
            raise InputError(f"{option}: {part.strip()!r} is not BRANCH=NUMBER") from None
        if name in values:
            raise InputError(f"{option} names {name!r} twice")
        values[name] = value
    return values


def _check_address(source: str | None) -> None:
    if source is not None and (not source.startswith(("https://", "http://")) or any(c.isspace() for c in source)):
        raise InputError(f"--source {source!r} is not a web address")


def _stand_off(case: Dossier, world: str, wanted: bool, quiet: bool) -> StandOff | None:
    if not wanted:
        return None
    from detente.outlook.stand_off import stand_off_of

    table = the_world(world)
    case.must_fit(table)
    with progress_bar("stand-off", quiet) as progress:
        return stand_off_of(case, table, progress=progress)


def _odds_csv(path: Path, odds: Mapping[str, ForkOdds]) -> None:
    import pandas as pd

    frames = [o.to_frame().reset_index().assign(fork=f, date=o.date, on=o.on) for f, o in odds.items()]
    write_csv(pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(), path, index=False, float_format="%.6g")


def _percent(p: float) -> str:
    return "<1" if 0 < p < 0.005 else ">99" if 0.995 < p < 1 else fixed(100 * p, 0)


def _one_of(**asked: bool) -> None:
    chosen = [f"--{k}" for k, v in asked.items() if v]
    if len(chosen) > 1:
        raise InputError(f"{' and '.join(chosen)} cannot go together; ask for one at a time")


# -- back-tests --------------------------------------------------------------------------------------------------------
class Which(StrEnum):
    """The back-tests."""

    TRADE_2018 = "trade-2018"
    TRADE_2025 = "trade-2025"
    ROUNDS = "rounds"
    PANEL = "panel"
    BARGAINS = "bargains"
    DOSSIERS = "dossiers"
    ALL = "all"


def backtest(
    which: Annotated[
        Which, typer.Argument(help="trade-2018, trade-2025, rounds, all of these; dossiers; panel, or bargains (minutes).")
    ] = Which.ALL,
    csv: Annotated[
        Path | None, typer.Option(help="Write every row as CSV: observed, model, benchmarks.", callback=out_file)
    ] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Draw observed beside predicted: .svg, .png or .html.", callback=out_file)
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Renew the tables of a page such as docs/backtests.md.", callback=out_file)
    ] = None,
    panel: Annotated[str | None, typer.Option(help="panel: a panel by name, or a file of that layout.")] = None,
    base: Annotated[int | None, typer.Option(help="panel: the base year.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="panel: first month of the window, as 2025-06.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="panel: last month of the window.")] = None,
    factor: Annotated[
        str | None, typer.Option(help="panel: factor on trade elasticities: CENTRE,LOW,HIGH, or estimated; else the horizon's.")
    ] = None,
    same_months: Annotated[
        bool, typer.Option("--same-months", help="panel: compare with the same months of the base year, not with its average.")
    ] = False,
    predict: Annotated[
        Path | None,
        typer.Option(help="panel: write the prediction for the window as CSV; looks at no outcome.", callback=out_file),
    ] = None,
    as_json: Json = False,
) -> None:
    """Back-tests: predictions beside what happened, with simple benchmarks. Misses are shown with the hits."""
    given = {"panel": panel, "base": base, "from": first, "to": last, "factor": factor, "predict": predict}
    asked = [f"--{k}" for k, v in given.items() if v is not None] + (["--same-months"] if same_months else [])
    if asked and which is not Which.PANEL:
        raise InputError(f"{', '.join(asked)}: only `detente backtest panel` takes these")
    if asked:
        if chart is not None or write is not None:
            raise InputError("--chart and --write show the past: not together with a window of your own")
        window = _window(base, first, last)
        if predict is not None:
            if panel is not None or same_months or csv is not None:
                raise InputError("--predict looks at no outcome: --panel, --same-months and --csv do not go with it")
            _predict(predict, window, factor, as_json)
            return
        _panel_window(panel, window, _path(factor), same_months, csv, as_json)
        return
    if which is Which.DOSSIERS:
        _track_record(csv, chart, write, as_json)
        return
    tests = _trade(which)
    rounds = _rounds(which)
    past = _panel_past(which)
    deals = _deals(which)
    if csv is not None:
        _tests_csv(csv, tests, rounds, past, deals)
    if chart is not None:
        _draw(chart, tests)
    if write is not None:
        _write_page(write, tests, rounds, bool(past), deals)
    if as_json:
        record: dict[str, Any] = {t.id: t.record() for t in tests}
        if rounds is not None:
            record["rounds"] = rounds.record()
        if past:
            record["panel"] = {str(months): test.record() for months, test in past.items()}
        if deals is not None:
            record["bargains"] = deals.record()
        emit(record)
        return
    for test in tests:
        _show_test(test)
    if rounds is not None:
        out.print("Past rounds of talks", style="bold", highlight=False)
        out.print(rounds.explain(), highlight=False)
    for test_of_panel in past.values():
        _show_panel(test_of_panel)
    if deals is not None:
        _show_deals(deals)
    for path in (csv, chart, write):
        if path is not None:
            out.print(f"written: {path}", style="dim", highlight=False)


def _window(base: int | None, first: str | None, last: str | None) -> tuple[int, str, str]:
    if base is None or first is None or last is None:
        raise InputError("`detente backtest panel` with options needs --base, --from and --to, for instance --base 2024 "
                         "--from 2025-06 --to 2025-11")  # fmt: skip
    from detente.validation.panel_backtest import check_months

    check_months(base, first, last)
    return base, first, last


def _path(factor: str | None) -> dict[float, tuple[float, float, float]] | None:
    """One factor for every age, from CENTRE or CENTRE,LOW,HIGH; the path of the estimate for "estimated"."""
    if factor is None:
        return None
    if factor == "estimated":
        from detente.validation.panel_backtest import estimated_path

        return estimated_path()
    try:
        values = [float(v) for v in factor.split(",")]
    except ValueError:
        values = []
    if len(values) not in (1, 3) or not all(0.01 <= v <= 10 for v in values):
        raise InputError(f"--factor {factor!r}: give CENTRE or CENTRE,LOW,HIGH between 0.01 and 10")
    centre, low, high = values * 3 if len(values) == 1 else values
    if not low <= centre <= high:
        raise InputError(f"--factor {factor!r}: the centre must lie between low and high")
    return {0.0: (centre, low, high)}


def _predict(target: Path, window: tuple[int, str, str], factor: str | None, as_json: bool) -> None:
    from datetime import date as day

    from detente.files import write
    from detente.validation.panel_backtest import predict, prediction_file

    found = predict(*window, path=_path(factor))
    source = "horizon" if factor is None else "estimated" if factor == "estimated" else "given"
    write(target, prediction_file(found, day.today(), source))
    if as_json:
        emit({"file": str(target), "rows": found.to_frame().to_dict("records")}, part="predict")
        return
    frame = found.to_frame()
    shown = text_table(("origin", "imports, USD bn", "predicted, %", "low factor", "high factor"))
    for row in frame[frame["level"] != "cell"].itertuples(index=False):
        shown.add_row(str(row[1]), fixed(float(row[3]) / 1e3, 1), *(signed(float(v), 1) for v in row[4:7]))
    out.print(shown)
    out.print(f"written: {target}", style="dim", highlight=False, soft_wrap=True)


def _panel_window(
    panel: str | None, window: tuple[int, str, str], path: dict[float, tuple[float, float, float]] | None, same_months: bool,
    csv: Path | None, as_json: bool,
) -> None:  # fmt: skip
    import pandas as pd

    from detente.validation.panel_backtest import panel_backtest
    from detente.world.panel import DEFAULT

    test = panel_backtest(panel or DEFAULT, *window, path=path, same_months=same_months)
    if csv is not None:
        frames = [test.to_frame(level).assign(level=level) for level in ("origin", "cell")]
        write_csv(pd.concat(frames, ignore_index=True), csv, index=False, float_format="%.6g")
    if as_json:
        emit(test.record(), part="panel")
        return
    _show_panel(test)
    frame = test.to_frame("origin")
    shown = text_table(("origin", "USD bn", "observed, %", "model", "against all, observed", "model"))
    columns = [f"{name}_{kind}_pct" for kind in ("change", "relative") for name in ("observed", "predicted")]
    for row in frame.sort_values("imports_base_musd", ascending=False, kind="stable").to_dict("records"):
        changes = (signed(float(row[c]), 1) for c in columns)
        shown.add_row(str(row["origin"]), fixed(float(row["imports_base_musd"]) / 1e3, 1), *changes)
    out.print(shown)
    if csv is not None:
        out.print(f"written: {csv}", style="dim", highlight=False)


def _panel_past(which: Which) -> dict[int, PanelBackTest]:
    if which is not Which.PANEL:
        return {}
    from detente.validation.panel_backtest import episode

    return episode()


def _deals(which: Which) -> BackTestedBargains | None:
    if which is not Which.BARGAINS:
        return None
    from detente.validation.bargains import bargains

    return bargains()


def _track_record(csv: Path | None, chart: Path | None, write: Path | None, as_json: bool) -> None:
    """The dossiers of past negotiations as forecasts: shown, and written where asked."""
    from detente.validation.tables import write as write_blocks
    from detente.validation.track_record import LATE, track_record

    if chart is not None:
        raise InputError("a chart shows one back-test: ask for trade-2018 or trade-2025")
    found = track_record()
    if csv is not None:
        write_csv(found.to_frame(), csv, index=False, float_format="%.6g")
    if write is not None:
        write_blocks(write, {"track-record": found.markdown()})
    if as_json:
        emit(found.record(), part="dossiers")
        return
    out.print("Dossiers of past negotiations as forecasts", style="bold", highlight=False)
    out.print(found.explain(), highlight=False, markup=False)
    shown = text_table(("forecaster", "cases", "Brier", "bits"))
    for name, score in found.scores.items():
        hindsight = f"{name}, with hindsight" if name in LATE else name
        shown.add_row(hindsight, str(score.cases), fixed(score.brier), fixed(score.log))
    out.print(shown)
    for path in (csv, write):
        if path is not None:
            out.print(f"written: {path}", style="dim", highlight=False)


def _show_deals(found: BackTestedBargains) -> None:
    from detente.validation.bargains import amount, was_signed

    out.print("The bargaining room on the eve of past rounds", style="bold", highlight=False)
    out.print(found.explain(), highlight=False)
    for past in found.rounds:
        out.print()
        out.print(f"{past.bargain.title}, asked on {past.eve.day}", highlight=False)
        shown = text_table(("issue", "stood", "model", "signed", "verdict"))
        for row in past.rows:
            model = amount(row.kind, row.left["model"])
            shown.add_row(row.title, amount(row.kind, row.standing), model, was_signed(row), row.verdict())
        shown.columns[0].no_wrap = False
        out.print(shown)


def _show_panel(test: PanelBackTest) -> None:
    from detente.validation.panel_backtest import LEVELS, READINGS

    p = test.prediction
    out.print(f"Customs panel, {p.first} to {p.last} over {p.base}", style="bold", highlight=False)
    out.print(test.explain(), highlight=False, markup=False)
    for level in LEVELS:
        out.print(f"by {level}", highlight=False)
        shown = text_table(("", "n", "correlation (5–95 %)", "slope", "no change", "equal", "own duty", "trend"))
        for which, short in zip(READINGS, ("all", "no 334", "no China", "neither"), strict=True):
            reading = test.reading(level, which)
            score, skills, (low, high) = reading.score("model"), reading.skills("model"), reading.bands("model")["correlation"]
            correlation = f"{fixed(score.correlation, 2)} ({fixed(low, 1)} to {fixed(high, 1)})"
            numbers = (fixed(score.slope, 2), *(fixed(v, 1) for v in skills.values()))
            shown.add_row(short, str(score.count), correlation, *numbers)
        out.print(shown)
    told = (
        "The last four columns are skill over a benchmark (equal: everything moves with the total); above 0 the model is better."
    )
    out.print(told, style="dim", highlight=False)
    out.print()


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


def _show_test(test: BackTest) -> None:
    from detente.validation.tables import MODEL

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


def _tests_csv(
    path: Path, tests: list[BackTest], rounds: Any, past: Mapping[int, PanelBackTest], deals: BackTestedBargains | None
) -> None:
    import pandas as pd

    frames = [t.to_frame().assign(backtest=t.id) for t in tests]
    for months, test in past.items():
        frames += [test.to_frame(level).assign(backtest="panel", months=months, level=level) for level in ("origin", "cell")]
    if rounds is not None:
        frames.append(rounds.to_frame().reset_index().assign(backtest="rounds"))
    if deals is not None:
        frames.append(deals.to_frame().assign(backtest="bargains"))
    write_csv(pd.concat(frames, ignore_index=True), path, index=False, float_format="%.6g")


def _write_page(path: Path, tests: list[BackTest], rounds: Any, panel: bool, deals: BackTestedBargains | None) -> None:
    from detente.validation.tables import blocks, page_of, panel_blocks, write

    content = blocks(tests) if len(tests) > 1 else {t.id: page_of(t) for t in tests}
    if rounds is not None and hasattr(rounds, "markdown"):
        content["rounds"] = rounds.markdown()
    if panel:
        content |= panel_blocks()
    if deals is not None:
        content["bargains"] = deals.markdown()
    write(path, content)


def _draw(path: Path, tests: list[BackTest]) -> None:

    if len(tests) != 1:
        raise InputError("a chart shows one back-test: ask for trade-2018 or trade-2025")
    save_figure(chart_of(tests[0]), path)


def chart_of(test: BackTest, most: int = 14) -> Figure:
    """Observed beside predicted shares of US goods imports: three panels on one scale, the largest changes first."""
    import pandas as pd

    from detente.briefing.charts import forms as charts
    from detente.briefing.charts.figures import figure
    from detente.briefing.charts.theme import region_colour
    from detente.validation.tables import label

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
                "text": signed(float(row[column]), 1),
            }
            for column, title in panels.items()
            for code, row in frame.iterrows()
        ]
    )  # fmt: skip
    score = c.scores()["short"]
    leaving = next(iter(c.without))
    rest = c.scores(leaving)["short"]
    title = (
        f"Who lost is foreseen, who gained is not: correlation {fixed(score.correlation, 2)}, "
        f"without China {fixed(rest.correlation, 2)}"
        if score.correlation > 0.6 > rest.correlation
        else f"Correlation {fixed(score.correlation, 2)}, without China {fixed(rest.correlation, 2)}"
    )
    told = {f"{r.panel}, {r.label}": str(r.text) for r in rows.itertuples()}
    return figure(
        test.id,
        title,
        f"{c.title}, change in points; short run for the correlation",
        f"Source: {c.source}; own calculations.",
        charts.alt_text(f"{title}.", told),
        f"{test.id}.csv",
        lambda w: charts.dots(rows, w, label_width=120, across=3 if w > 500 else 1),
    )


# -- the solver under strain -------------------------------------------------------------------------------------------
def stress(
    draws: Annotated[int, typer.Option("--draws", "-n", min=1, help="How many random extreme packages.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed; draw k depends on it and on k alone.")] = 0,
    world: WorldName = "world-2022",
    as_json: Json = False,
) -> None:
    """Solve random extreme packages and count how each ended. Exit code 3 when any ended without an equilibrium."""
    from detente.validation.stress import stress as run

    with progress_bar("stress", as_json) as progress:
        report = run(the_world(world), draws, seed, progress=progress)
    if as_json:
        emit(report.record())
    else:
        for ending, count in report.endings.items():
            out.print(f"{count:6d}  {ending}", highlight=False)
        out.print(
            f"worst residual {report.worst_residual:.1e}, worst gap {report.worst_gap:.1e}, most sweeps {report.most_sweeps}",
            highlight=False,
        )
        for draw, message in report.failures[:10]:
            out.print(f"draw {draw}: {message}", highlight=False, markup=False)
    if report.failures:
        raise typer.Exit(3)
