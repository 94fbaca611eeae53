"""`detente read`: from an article to findings with evidence, and to a draft dossier."""

from __future__ import annotations

import sys
from datetime import date as day
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import Json, emit, err, out, out_file
from detente.errors import InputError
from detente.files import write

if TYPE_CHECKING:
    from detente.reader import Finding, Reading


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

    given = _day(date)
    if target is not None and target.exists():
        raise InputError(f"{target} exists already; choose another name with --out")
    reading = read_article(sys.stdin.buffer.read(4_000_000), given) if file == "-" else read_file(file, given)
    if target is not None:
        write(target, reading.draft.encode())
    if as_json:
        emit(reading.to_dict())
        return
    _show(reading)
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


def _day(written: str | None) -> day | None:
    if written is None:
        return None
    try:
        return day.fromisoformat(written)
    except ValueError:
        raise InputError(f"--date {written!r} is not a day; write it as 2025-10-18") from None


def _show(reading: Reading) -> None:
    article = reading.article
    out.print(
        f"{article['title'] or 'An article'} ({article['date'] or 'date unknown'}: {article['date_found']})",
        highlight=False,
        soft_wrap=True,
    )
    for note in reading.notes:
        err.print(f"note: {note}", highlight=False, soft_wrap=True)
    lines: list[tuple[str, tuple[Finding, ...]]] = [
        ("measure", reading.measures), ("meeting", reading.meetings), ("venue", (reading.venue,) if reading.venue else ()),
        ("deadline", reading.deadlines), ("scenario", reading.scenarios), ("question", reading.questions),
        ("motive", reading.motives), ("figure", tuple(f for f in reading.figures if f.fields["source"])),
    ]  # fmt: skip
    for name, found in lines:
        for f in found:
            out.print(f"{name:9}{f.confidence:.2f}  {_line(name, f)}", highlight=False, soft_wrap=True)
    if reading.set_aside:
        out.print(
            f"set aside: {len(reading.set_aside)} mentions (denied, hypothetical, historical or too vague; see --json)",
            highlight=False,
            soft_wrap=True,
        )


def _line(name: str, f: Finding) -> str:
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
    if name == "question":
        return str(v["question"])
    if name == "motive":
        return f"{v['region']} ({v['weighs_on']}): {v['text'][:100]}"
    return f"{v['source']}: {v['quantity'] or '?'} {v['value'] if v['value'] is not None else '?'} {v['unit']}"


def _when(d: dict[str, Any]) -> str:
    return str(
        d["date"] or (f"{d['from']} to {d['to']}" if d["from"] and d["to"] != d["from"] else "") or f"{d['text']!r} (open)"
    )
