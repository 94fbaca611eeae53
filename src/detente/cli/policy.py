"""`detente policy`: what is in force on a day, what changed between two days, deadlines, average tariffs."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import Json, emit, out, out_file, text_table
from detente.errors import InputError
from detente.files import write

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.policy.ledger import Ledger

app = typer.Typer(help="Policy on a day: measures in force, changes, deadlines, average tariffs.", no_args_is_help=True)

Target = Annotated[str, typer.Argument(help="A dossier (kuala-lumpur-2025), a ledger (us-china), or a YAML file.")]
Day = Annotated[str | None, typer.Option("--on", help="The day, as 2025-05-14; the file's own date if absent.")]
By = Annotated[str | None, typer.Option("--by", help="Measures of this government only.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Also write CSV here.", callback=out_file)]
ParquetFile = Annotated[
    Path | None, typer.Option("--parquet", help="Also write Parquet here (needs pyarrow).", callback=out_file)
]


def _load(target: str) -> Dossier | Ledger:
    from detente.policy.ledger import load_calendar

    return load_calendar(target)


def _day(text: str | None, other: datetime.date) -> datetime.date:
    from detente.policy.averages import as_day

    return other if text is None else as_day(text)


def _write(frame: Any, csv: Path | None, parquet: Path | None, quiet: bool) -> None:
    from detente.policy.exports import write_table

    for path, kind in ((csv, "csv"), (parquet, "parquet")):
        if path is not None:
            write_table(frame, path, kind)
            if not quiet:
                out.print(f"{len(frame):,} rows written to {path}", highlight=False, markup=False)


def _rate(measure: Any) -> str:
    if measure.rate_pct is None:
        return ""
    return "by partner" if isinstance(measure.rate_pct, dict) else f"{measure.rate_pct:g}"


@app.command("show")
def policy_show(target: Target, on: Day = None, by: By = None, as_json: Json = False) -> None:
    """Every measure known on a day, with its status, rate, authority and sources."""
    from detente.policy.timing import Status, still_unknown

    book = _load(target)
    day = _day(on, book.as_of)
    status = book.status(day)
    unknown = {m.id for m in still_unknown(book.measures, day)}
    shown = [
        m for m in book.measures
        if (by is None or m.by == by.upper()) and (status[m.id] is not Status.NOT_YET_KNOWN or m.id in unknown)
    ]  # fmt: skip
    if by is not None and by.upper() not in {m.by for m in book.measures}:
        from detente.errors import UnknownName

        raise UnknownName(by, sorted({m.by for m in book.measures}), "government")
    sources = {s.id: s for s in book.sources}
    if as_json:
        rows = []
        for m in shown:
            row = m.model_dump(mode="json", by_alias=True)
            row["status"] = "unknown" if m.id in unknown else str(status[m.id])
            row["confirmed"] = m.confirmed
            row["cited"] = [
                {"title": s.title, "publisher": s.publisher, "url": s.url, "read": s.read}
                for s in (sources[k] for k in m.sources)
            ]
            rows.append(row)
        emit({"id": book.id, "title": book.title, "on": day, "as_of": book.as_of, "measures": rows})
        return
    out.print(f"{book.title}\non {day}", highlight=False, markup=False)
    order = ("in_force", "suspended", "announced", "threatened", "unknown")
    for state in (*order, "expired", "withdrawn", "struck_down"):
        group = [m for m in shown if ("unknown" if m.id in unknown else status[m.id].value) == state]
        if not group:
            continue
        heading = {"unknown": "not known whether they hold"}.get(state, state.replace("_", " "))
        out.print(f"\n{heading} ({len(group)})", style="bold", highlight=False)
        if state in ("expired", "withdrawn", "struck_down"):
            out.print(", ".join(m.id for m in group), highlight=False, markup=False, style="dim")
            continue
        table = text_table(("measure", "by", "points", "since"))
        table.columns[0].no_wrap = False
        for m in group:
            mark = "" if m.confirmed else " (not confirmed)"
            table.add_row(m.title + mark, m.by, _rate(m), str(m.start or ""))
        out.print(table)


@app.command("diff")
def policy_diff(
    target: Target,
    first: Annotated[str, typer.Option("--from", help="The earlier day.")],
    second: Annotated[str, typer.Option("--to", help="The later day.")],
    as_json: Json = False,
) -> None:
    """Measures whose status differs between two days, with the day each last turned."""
    from detente.policy.timing import changes_between

    book = _load(target)
    a, b = _day(first, book.as_of), _day(second, book.as_of)
    titles = {m.id: m.title for m in book.measures}
    changes = changes_between(book.measures, a, b)
    if as_json:
        emit({"id": book.id, "from": min(a, b), "to": max(a, b), "changes": [
            {"measure": c.measure, "title": titles[c.measure], "date": c.date, "before": str(c.before), "after": str(c.after)}
            for c in changes
        ]})  # fmt: skip
        return
    out.print(f"{book.title}\nfrom {min(a, b)} to {max(a, b)}: {len(changes)} measures differ", highlight=False, markup=False)
    table = text_table(("measure", "day", "before", "after"))
    table.columns[0].no_wrap = False
    for c in changes:
        table.add_row(titles[c.measure], str(c.date), c.before.value.replace("_", " "), c.after.value.replace("_", " "))
    out.print(table)


@app.command("timeline")
def policy_timeline(
    target: Target,
    first: Annotated[str | None, typer.Option("--from", help="First day; 2018-01-01 if absent.")] = None,
    second: Annotated[str | None, typer.Option("--to", help="Last day; the file's own date if absent.")] = None,
    by: By = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Also write the daily panel (day × measure) as CSV.", callback=out_file)
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", help="Also write the daily panel as Parquet (needs pyarrow).", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Spans of constant status of every measure; with --csv or --parquet also one row a day and measure."""
    from detente.policy.exports import daily_panel
    from detente.policy.timing import timeline

    book = _load(target)
    start, end = _day(first, datetime.date(2018, 1, 1)), _day(second, book.as_of)
    if end < start:
        raise InputError(f"the timeline would end ({end}) before it begins ({start})")
    if end == datetime.date.max:
        raise InputError(f"{end} is the end of the calendar; give an earlier day")
    measures = tuple(m for m in book.measures if by is None or m.by == by.upper())
    spans = timeline(measures, start, end + datetime.timedelta(days=1))
    if csv is not None or parquet is not None:
        _write(daily_panel(measures, start, end), csv, parquet, as_json)
    if as_json:
        emit({"id": book.id, "from": start, "to": end, "spans": [
            {"measure": s.measure, "status": str(s.status), "start": s.start, "end": s.end} for s in spans
        ]})  # fmt: skip
        return
    table = text_table(("measure", "from", "until", "status"))
    for s in spans:
        table.add_row(s.measure, str(s.start), str(s.end or ""), s.status.value.replace("_", " "))
    out.print(table)


@app.command("deadlines")
def policy_deadlines(
    target: Target,
    on: Day = None,
    within: Annotated[int | None, typer.Option("--within", min=1, help="Days ahead to look.")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="Also write a calendar file (iCalendar).", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """What is due after a day: duties taking effect, suspensions and measures ending, meetings."""
    from detente.policy.exports import calendar_text
    from detente.policy.ledger import Ledger

    book = _load(target)
    day = _day(on, book.as_of)
    due = book.deadlines(day, within)
    if ics is not None:
        clocks = {}
        if isinstance(book, Ledger):
            for m in book.measures:
                if m.by in book.clocks:
                    clocks[m.id] = f"by the clock of {book.clocks[m.by].zone}, {m.clock or book.clocks[m.by].day_starts}"
        write(ics, calendar_text(due, book.id, day, clocks).encode())
    if as_json:
        emit({"id": book.id, "on": day, "deadlines": [
            {"date": d.date, "days_left": d.days_left, "kind": d.kind, "text": d.text, "measure": d.measure} for d in due
        ]})  # fmt: skip
        return
    table = text_table(("due", "date", "days left"))
    table.columns[0].no_wrap = False
    for d in due:
        table.add_row(d.text, str(d.date), str(d.days_left))
    out.print(table)
    if ics is not None:
        out.print(f"{len(due)} entries written to {ics}", highlight=False, markup=False)


@app.command("average")
def policy_average(
    by: Annotated[str, typer.Option("--by", help="The government that levies the duties.")],
    on: Annotated[str, typer.Option("--on", help="The economy whose goods pay them.")],
    date: Annotated[str | None, typer.Option("--date", help="One day, as 2025-05-14; the ledger's own if absent.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a daily series.")] = None,
    second: Annotated[str | None, typer.Option("--to", help="Last day of a daily series.")] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            "--definition",
            "-d",
            help="piie-like, weighted-fixed, statutory-additional, simple, collected-2024, added-since-2024.",
        ),
    ] = None,
    ledger: Annotated[str, typer.Option("--ledger", help="A packaged ledger or a YAML file.")] = "us-china",
    csv: CsvFile = None,
    parquet: ParquetFile = None,
    as_json: Json = False,
) -> None:
    """Average tariff of one economy on another, on a day or day by day, under a named definition."""
    from detente.policy.averages import DEFINITIONS
    from detente.policy.ledger import load_ledger

    book = load_ledger(ledger)
    by, on = by.upper(), on.upper()
    if first is not None or second is not None:
        if first is None or second is None or date is not None:
            raise InputError("a daily series takes --from and --to, a single day --date")
        frame = book.average_tariffs(by, on, first, second, definition)
        _write(frame, csv, parquet, as_json)
        if as_json:
            rows = frame.assign(date=[d.isoformat() for d in frame["date"]]).to_dict(orient="records")
            emit({"ledger": book.id, "by": by, "on": on, "definition": str(frame["definition"].iloc[0]), "days": rows})
        elif csv is None and parquet is None:
            table = text_table(("from this day", "average, %", "of it additional, points"))
            last: float | None = None
            columns = (frame["date"].tolist(), frame["average_pct"].tolist(), frame["additional_pp"].tolist())
            for day, average, added in zip(*columns, strict=True):
                if average != last:
                    table.add_row(str(day), f"{average:.1f}", f"{added:.1f}")
                last = average
            out.print(f"{by} on {on}, {frame['definition'].tolist()[0]}", highlight=False)
            out.print(table)
            parted = frame[(frame["average_if_not_known_hold_pct"] - frame["average_pct"]).abs() > 1e-9]
            if len(parted):
                high = float(parted["average_if_not_known_hold_pct"].iloc[-1])
                out.print(
                    f"From {parted['date'].tolist()[0]} it is not known whether all suspensions hold; without them {high:.1f} %.",
                    highlight=False, soft_wrap=True,
                )  # fmt: skip
        return
    if csv is not None or parquet is not None:
        raise InputError("--csv and --parquet write a daily series: add --from and --to")
    found = book.average_tariff(by, on, date, definition)
    if as_json:
        others: dict[str, float | None] = {}
        for name in DEFINITIONS:
            try:
                others[name] = round(float(book.average_tariff(by, on, found.date, name)), 4)
            except InputError:
                others[name] = None
        near = [
            {"date": p.date, "pct": p.pct, "definition": p.definition, "tolerance_pp": p.tolerance_pp, "sources": list(p.sources)}
            for p in book.published if (p.by, p.on, p.date) == (by, on, found.date)
        ]  # fmt: skip
        emit({"ledger": book.id, **found.record(), "all_definitions_pct": others, "published": near})
        return
    out.print(f"{by} on {on}, {found.date}: {found:.1f} %", highlight=False, style="bold")
    out.print(f"{found.definition}: {found.meaning}", highlight=False)
    table = text_table(("part", "points"))
    table.columns[0].no_wrap = False
    if found.base:
        table.add_row("base rate", f"{found.base:.1f}")
    for name, value in found.pieces.items():
        table.add_row(book.measure(name).title, f"{value:.2f}".replace("-", "−"))
    out.print(table)
    if found.unknown:
        out.print(
            f"Not known whether these hold: {', '.join(found.unknown)}. With them {found.if_unknown_hold:.1f} %.",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip
