"""`detente dossier`, `policy`, `read`, `schema`: look at what runs are made of, check it, start it; what answers are made of."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli import shapes
from detente.cli.check import check
from detente.cli.common import (
    DossierName,
    Json,
    WorldName,
    emit,
    err,
    out,
    out_file,
    print_idle,
    print_json,
    text_table,
    the_world,
    told_idle,
)
from detente.cli.new import new
from detente.errors import InputError
from detente.files import write
from detente.words import fixed
from detente.words.names import code_of, group_table, region_table

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.policy.ledger import Ledger
    from detente.reader import Finding, Reading


dossiers = typer.Typer(help="Dossiers: list, show, check, start a new one.", no_args_is_help=True)


@dossiers.command("list")
def dossier_list(as_json: Json = False) -> None:
    """The dossiers that ship with the package."""
    from detente.policy.dossier import list_dossiers, load_dossier

    found = [load_dossier(name) for name in list_dossiers()]
    if as_json:
        emit([{"id": d.id, "title": d.title, "as_of": d.as_of} for d in found])
        return
    for d in found:
        out.print(f"{d.id}  {d.title} (as of {d.as_of})", highlight=False, markup=False)


@dossiers.command("show")
def dossier_show(dossier: DossierName, world: WorldName = "world-2022", as_json: Json = False) -> None:
    """The measures with their status, the scenarios and the deadlines of a dossier."""
    from detente.policy.dossier import load_dossier

    d, table = load_dossier(dossier), the_world(world)
    status = d.status()
    idle = d.never_effective(table.regions, table.sectors)
    if as_json:
        emit({**d.model_dump(mode="json"), "status": {k: str(v) for k, v in status.items()}, **told_idle(idle)})
        return
    out.print(f"{d.title}\nas of {d.as_of}", highlight=False, markup=False)
    shown = text_table(("measure", "by", "status"))
    for m in d.measures:
        shown.add_row(m.title, m.by, str(status[m.id]).replace("_", " "))
    out.print(shown)
    for s in d.scenarios:
        out.print(f"scenario {s.id}: {s.title}", highlight=False, markup=False)
    for deadline in d.deadlines():
        out.print(f"due {deadline.date} (in {deadline.days_left} days): {deadline.text}", highlight=False, markup=False)
    print_idle(idle, f"change nothing in {table.name}")


dossiers.command("check")(check)


@dossiers.command("schema")
def dossier_schema() -> None:
    """The JSON Schema of a dossier, for editors."""
    from detente.policy.dossier import dossier_json_schema

    print_json(dossier_json_schema())


def print_schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(help="A command, as policy show, or a shape, as rates-scores; all by name if absent."),
    ] = None,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
) -> None:
    """The JSON Schema of what a command prints with --json, for programs."""
    if command:
        print_json(shapes.schema("-".join(command), version))
        return
    for name in shapes.versions():
        out.print(shapes.shape(name), highlight=False)


@dossiers.command("migrate")
def dossier_migrate(
    file: Annotated[Path, typer.Argument(help="A dossier of schema version 1.", exists=True, dir_okay=False)],
    target: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; FILE if absent.", callback=out_file)] = None,
) -> None:
    """Write a dossier of schema version 1 as version 2: law that a ledger has is selected from it."""
    from detente.policy.migration import migrated

    found = migrated(file.read_bytes(), str(file), file.parent)
    write(target or file, found.text.encode())
    told = (
        f"{len(found.selected)} of its measures selected from {found.ledger}"
        if found.ledger
        else "no measure was taken from a ledger"
    )
    out.print(f"{target or file} written as schema version 2: {told}", highlight=False, markup=False, soft_wrap=True)
    if found.ledger:
        out.print(f"Their words and sources are now the ledger's: {', '.join(found.selected)}", style="dim", soft_wrap=True)


dossiers.command("new")(new)


# -- policy on a day ---------------------------------------------------------------------------------------------------
policies = typer.Typer(help="Policy on a day: measures in force, changes, deadlines, average tariffs.", no_args_is_help=True)

Target = Annotated[str, typer.Argument(help="A dossier (kuala-lumpur-2025), a ledger (world, us-china), or a YAML file.")]
Day = Annotated[str | None, typer.Option("--on", "--date", help="The day, as 2025-05-14; the file's own date if absent.")]
By = Annotated[str | None, typer.Option("--by", help="Measures of this government only.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Also write CSV here.", callback=out_file)]
ParquetFile = Annotated[
    Path | None, typer.Option("--parquet", help="Also write Parquet here (needs pyarrow).", callback=out_file)
]


def _load(target: str) -> Dossier | Ledger:
    from detente.policy.ledger import load_calendar

    return load_calendar(target)


def _government(said: str | None, book: Dossier | Ledger) -> str | None:
    """The code of a government that has measures in the book; None for none named. Raises `UnknownRegion`."""
    return None if said is None else code_of(said, sorted({m.by for m in book.measures}), "government")


def _day(text: str | None, other: datetime.date) -> datetime.date:
    from detente.checks import calendar_day

    return other if text is None else calendar_day(text)


def _write_table(frame: Any, csv: Path | None, parquet: Path | None, quiet: bool) -> None:
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


@policies.command("show")
def policy_show(target: Target, on: Day = None, by: By = None, as_json: Json = False) -> None:
    """Every measure known on a day, with its status, rate, authority and sources."""
    from detente.policy.ledger import Ledger
    from detente.policy.timing import OVER, Status, still_unknown

    book = _load(target)
    day = _day(on, book.as_of)
    known_to, beyond = (book.known_to, book.beyond_knowledge(day)) if isinstance(book, Ledger) else (None, None)
    status = book.status(day)
    unknown = {m.id for m in still_unknown(book.measures, day)}
    by = _government(by, book)
    shown = [
        m for m in book.measures if by in (None, m.by) and (status[m.id] is not Status.NOT_YET_KNOWN or m.id in unknown)
    ]  # fmt: skip
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
        told = {"id": book.id, "title": book.title, "on": day, "as_of": book.as_of}
        known = {} if known_to is None else {"known_to": known_to, "warning": beyond}
        emit({**told, **known, "measures": rows})
        return
    out.print(f"{book.title}\non {day}", highlight=False, markup=False)
    if beyond is not None:
        out.print(beyond, highlight=False, markup=False, soft_wrap=True)
    order = ("in_force", "suspended", "stayed", "announced", "announced_without_act", "threatened", "unknown")
    over = tuple(s.value for s in OVER)
    for state in (*order, *over):
        group = [m for m in shown if ("unknown" if m.id in unknown else status[m.id].value) == state]
        if not group:
            continue
        heading = {
            "unknown": "not known whether they hold", "announced_without_act": "announced, legal act not seen"
        }.get(state, state.replace("_", " "))  # fmt: skip
        out.print(f"\n{heading} ({len(group)})", style="bold", highlight=False)
        if state in over:
            out.print(", ".join(m.id for m in group), highlight=False, markup=False, style="dim")
            continue
        table = text_table(("measure", "by", "points", "since"))
        table.columns[0].no_wrap = False
        for m in group:
            mark = "" if m.confirmed else " (not confirmed)"
            table.add_row(m.title + mark, m.by, _rate(m), str(m.start or ""))
        out.print(table)


@policies.command("diff")
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
        emit({"id": book.id, "from": a, "to": b, "changes": [
            {"measure": c.measure, "title": titles[c.measure], "date": c.date, "before": str(c.before), "after": str(c.after)}
            for c in changes
        ]})  # fmt: skip
        return
    out.print(f"{book.title}\nfrom {a} to {b}: {len(changes)} measures differ", highlight=False, markup=False)
    table = text_table(("measure", "day", "before", "after"))
    table.columns[0].no_wrap = False
    for c in changes:
        table.add_row(titles[c.measure], str(c.date), c.before.value.replace("_", " "), c.after.value.replace("_", " "))
    out.print(table)


@policies.command("timeline")
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
    by = _government(by, book)
    measures = tuple(m for m in book.measures if by in (None, m.by))
    spans = timeline(measures, start, end + datetime.timedelta(days=1))
    if csv is not None or parquet is not None:
        _write_table(daily_panel(measures, start, end), csv, parquet, as_json)
    if as_json:
        emit({"id": book.id, "from": start, "to": end, "spans": [
            {"measure": s.measure, "status": str(s.status), "start": s.start, "end": s.end} for s in spans
        ]})  # fmt: skip
        return
    table = text_table(("measure", "from", "until", "status"))
    for s in spans:
        table.add_row(s.measure, str(s.start), str(s.end or ""), s.status.value.replace("_", " "))
    out.print(table)


@policies.command("deadlines")
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


@policies.command("average")
def policy_average(
    by: Annotated[str, typer.Option("--by", help="The government that levies the duties.")],
    on: Annotated[str, typer.Option("--on", help="The economy, or group (ASEAN), whose goods pay them.")],
    date: Annotated[str | None, typer.Option("--date", help="One day, as 2025-05-14; the ledger's own if absent.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day of a daily series.")] = None,
    second: Annotated[str | None, typer.Option("--to", help="Last day of a daily series.")] = None,
    definition: Annotated[
        str | None,
        typer.Option(
            "--definition",
            "-d",
            help="piie-like, weighted-fixed, weighted-2017, weighted-current, statutory-additional, simple, collected, "
            "collected-2024, added-since-2024, ordinary.",
        ),
    ] = None,
    ledger: Annotated[str, typer.Option("--ledger", help="A packaged ledger or a YAML file.")] = "world",
    csv: CsvFile = None,
    parquet: ParquetFile = None,
    as_json: Json = False,
) -> None:
    """Average tariff of one economy on another, on a day or day by day, under a named definition."""
    from detente.policy.averages import DEFINITIONS
    from detente.policy.ledger import load_ledger

    book = load_ledger(ledger)
    known = (*region_table(), *group_table())
    by, on = code_of(by, known), code_of(on, known)
    if first is not None or second is not None:
        if first is None or second is None or date is not None:
            raise InputError("a daily series takes --from and --to, a single day --date")
        frame = book.average_tariffs(by, on, first, second, definition)
        _write_table(frame, csv, parquet, as_json)
        beyond = book.beyond_knowledge(frame["date"].iloc[-1])
        if as_json:
            rows = frame.assign(date=[d.isoformat() for d in frame["date"]]).to_dict(orient="records")
            told = {"ledger": book.id, "by": by, "on": on, "definition": str(frame["definition"].iloc[0])}
            emit({**told, "known_to": book.known_to, "warning": beyond, "days": rows}, part="days")
        elif csv is None and parquet is None:
            table = text_table(("from this day", "average, %", "of it additional, points"))
            last: float | None = None
            columns = (frame["date"].tolist(), frame["average_pct"].tolist(), frame["additional_pp"].tolist())
            for day, average, added in zip(*columns, strict=True):
                if average != last:
                    table.add_row(str(day), fixed(average, 1), fixed(added, 1))
                last = average
            out.print(f"{by} on {on}, {frame['definition'].tolist()[0]}", highlight=False)
            out.print(table)
            parted = frame[(frame["average_if_not_known_hold_pct"] - frame["average_pct"]).abs() > 1e-9]
            if len(parted):
                high = float(parted["average_if_not_known_hold_pct"].iloc[-1])
                out.print(
                    f"From {parted['date'].tolist()[0]} it is not known whether all suspensions hold; "
                    f"without them {fixed(high, 1)} %.",
                    highlight=False, soft_wrap=True,
                )  # fmt: skip
            if beyond is not None:
                out.print(beyond, highlight=False, soft_wrap=True)
        return
    if csv is not None or parquet is not None:
        raise InputError("--csv and --parquet write a daily series: add --from and --to")
    found = book.average_tariff(by, on, date, definition)
    others: dict[str, float | None] = {}
    for name in DEFINITIONS:
        try:
            others[name] = round(float(book.average_tariff(by, on, found.date, name)), 4)
        except InputError:
            others[name] = None
    if as_json:
        near = [
            {"date": p.date, "pct": p.pct, "definition": p.definition, "tolerance_pp": p.tolerance_pp, "sources": list(p.sources)}
            for p in book.published if (p.by, p.on, p.date) == (by, on, found.date)
        ]  # fmt: skip
        emit({"ledger": book.id, **found.record(), "all_definitions_pct": others, "published": near})
        return
    out.print(f"{by} on {on}, {found.date}: {fixed(float(found), 1)} %", highlight=False, style="bold")
    out.print(f"{found.definition}: {found.meaning}", highlight=False)
    table = text_table(("part", "points"))
    table.columns[0].no_wrap = False
    if found.base:
        table.add_row("base rate", fixed(found.base, 1))
    for name, value in found.pieces.items():
        table.add_row(book.measure(name).title, fixed(value))
    out.print(table) if table.row_count else out.print("No such duty is in force on that day.", highlight=False)
    beside = text_table(("other definition", "average, %"))
    for name, other in others.items():
        if other is not None and name != found.definition:
            beside.add_row(name, fixed(other, 1))
    if beside.row_count:
        out.print(beside)
    if found.not_counted:
        out.print(f"In force and not counted: {', '.join(found.not_counted)}.", highlight=False, markup=False, soft_wrap=True)
    if found.beyond is not None:
        out.print(found.beyond, highlight=False, markup=False, soft_wrap=True)
    if found.unknown:
        out.print(
            f"Not known whether these hold: {', '.join(found.unknown)}. With them {fixed(found.if_unknown_hold, 1)} %.",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


# -- from an article to a draft ----------------------------------------------------------------------------------------
def read(
    file: Annotated[str, typer.Argument(help="A .txt or .html file, or - for standard input.")],
    date: Annotated[
        str | None, typer.Option("--date", help="The article's date, as 2025-10-18; found in the text if absent.")
    ] = None,
    as_json: Json = False,
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the draft dossier (YAML) to this file.", callback=out_file)
    ] = None,
) -> None:
    """Read an article: measures, meetings, deadlines, scenarios, questions; and a draft dossier to finish."""
    from detente.reader import read_article, read_file
    from detente.verbs import day_of

    given = day_of(date, "--date")
    if target is not None and target.exists():
        raise InputError(f"{target} exists already; choose another name with --out")
    reading = read_article(sys.stdin.buffer.read(4_000_000), given) if file == "-" else read_file(file, given)
    if target is not None:
        write(target, reading.draft.encode())
    if as_json:
        emit(reading.to_dict())
        return
    _show_reading(reading)
    if target is not None:
        out.print(
            f"{target}: {len(reading.missing)} fields to fill\n"
            f"Next: edit the lines marked MISSING, then detente dossier check {target}",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip
    else:
        out.print(
            f"The draft has {len(reading.missing)} fields to fill\nNext: detente read {file} --out draft.yaml",
            highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


def _show_reading(reading: Reading) -> None:
    article = reading.article
    out.print(
        f"{article['title'] or 'An article'} ({article['date'] or 'date unknown'}: {article['date_found']})",
        highlight=False,
        soft_wrap=True,
    )
    if reading.about is not None:
        out.print(
            f"{reading.about['sentence']}\nNext: detente brief {reading.about['dossier']}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    for note in reading.notes:
        err.print(f"note: {note}", highlight=False, soft_wrap=True)
    lines: list[tuple[str, tuple[Finding, ...]]] = [
        ("measure", reading.measures), ("meeting", reading.meetings), ("venue", (reading.venue,) if reading.venue else ()),
        ("unsure", reading.unsure), ("deadline", reading.deadlines), ("scenario", reading.scenarios),
        ("question", reading.questions),
        ("motive", reading.motives), ("figure", tuple(f for f in reading.figures if f.fields["source"])),
    ]  # fmt: skip
    for name, found in lines:
        for f in found:
            out.print(f"{name:9}{fixed(f.confidence)}  {_finding_line(name, f)}", highlight=False, soft_wrap=True)
    if reading.set_aside:
        out.print(
            f"set aside: {len(reading.set_aside)} mentions (denied, hypothetical, historical or too vague; see --json)",
            highlight=False,
            soft_wrap=True,
        )


def _finding_line(name: str, f: Finding) -> str:
    v: dict[str, Any] = f.fields
    if name == "measure":
        begins = f", from {_when(v['effective'])}" if v["effective"] else ""
        ends = f", to {_when(v['expires'])}" if v["expires"] else ""
        return f"{v['title']}: {v['status'].replace('_', ' ')}{begins}{ends}"
    if name == "meeting":
        parts = [
            v["name"] or v["type"],
            f"in {v['place']}" if v["place"] else "",
            _when(v["date"]) if v["date"] else "",
            ", ".join(v["persons"]),
        ]
        return " · ".join(p for p in parts if p)
    if name == "venue":
        return str(v["place"])
    if name == "deadline":
        return f"{_when(v['date'])} ({v['type']}): {v['what'][:100]}"
    if name == "scenario":
        return f"{v['title']} ({len(v['provisions'])} provisions)"
    if name in ("question", "unsure"):
        return str(v["question"])
    if name == "motive":
        return f"{v['region']} ({v['weighs_on']}): {v['text'][:100]}"
    return f"{v['source']}: {v['quantity'] or '?'} {v['value'] if v['value'] is not None else '?'} {v['unit']}"


def _when(d: dict[str, Any]) -> str:
    return str(
        d["date"] or (f"{d['from']} to {d['to']}" if d["from"] and d["to"] != d["from"] else "") or f"{d['text']!r} (open)"
    )
