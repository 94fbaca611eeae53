"""What leaves the policy room as a file: a calendar of deadlines, a daily panel of statuses, tables as CSV or Parquet.

The calendar follows RFC 5545: lines end in CR LF and are folded at 75 octets, text is escaped (backslash, semicolon,
comma, line break), an entry lasts a whole day (`VALUE=DATE`), and the same deadlines give the same bytes: the identifier
of an entry is a digest of its date, kind and measure, its stamp the day of asking.

>>> from detente.policy.timing import Deadline
>>> text = calendar_text([Deadline(datetime.date(2026, 11, 27), "suspension ends", "A ban; back", 4, "chn-ban-46")],
...                      "us-china", datetime.date(2026, 11, 23))
>>> [line for line in text.split("\\r\\n") if line.startswith(("DTSTART", "SUMMARY"))]
['DTSTART;VALUE=DATE:20261127', 'SUMMARY:A ban\\\\; back']
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import InputError
from detente.extras import need
from detente.files import sha256, table_csv, whole, write
from detente.policy.measures import Measure
from detente.policy.timing import Deadline, status_on, turning_days
from detente.words import refusal

if TYPE_CHECKING:
    import pandas as pd

FOLD = 75
"""Octets a line of a calendar may have (RFC 5545, section 3.1)."""


def escaped(text: str) -> str:
    """Text as a calendar value: backslash, semicolon, comma and line breaks escaped; other control characters dropped.

    >>> escaped("a, b; c\\\\d") == "a\\\\, b\\\\; c\\\\\\\\d"
    True
    """
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
    return "".join(c for c in plain if c == "\t" or (ord(c) >= 32 and c != "\x7f"))


def folded(line: str) -> str:
    """`line` in pieces of at most 75 octets, each but the first led by a space; no character is cut in two."""
    pieces: list[bytes] = [b""]
    for character in line:
        encoded = character.encode("utf-8", "replace")
        room = FOLD if len(pieces) == 1 else FOLD - 1
        if len(pieces[-1]) + len(encoded) > room:
            pieces.append(b"")
        pieces[-1] += encoded
    return "\r\n ".join(p.decode("utf-8") for p in pieces)


def calendar_text(deadlines: Iterable[Deadline], name: str, asked: datetime.date, clocks: Mapping[str, str] | None = None) -> str:
    """A calendar of `deadlines`, each an all-day entry; `clocks` maps a measure's id to a sentence on the hour it bites."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//detente//policy deadlines//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]  # fmt: skip
    for d in deadlines:
        digest = sha256(f"{name}|{d.date}|{d.kind}|{d.measure}|{d.text}".encode())[:24]
        notes = [f"{d.kind}; {name}, as known on {asked.isoformat()}"]
        if d.measure:
            notes += [f"measure {d.measure}"] + ([clocks[d.measure]] if clocks and d.measure in clocks else [])
        lines += [
            "BEGIN:VEVENT", f"UID:{digest}@detente", f"DTSTAMP:{_basic(asked)}T000000Z", f"DTSTART;VALUE=DATE:{_basic(d.date)}",
            "DURATION:P1D", f"SUMMARY:{escaped(d.text)}",
            f"DESCRIPTION:{escaped(chr(10).join(notes))}", f"CATEGORIES:{escaped(d.kind)}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(folded(line) + "\r\n" for line in lines)


def _basic(day: datetime.date) -> str:
    return day.isoformat().replace("-", "")


def daily_panel(measures: Iterable[Measure], start: datetime.date, end: datetime.date) -> pd.DataFrame:
    """One row a day and measure from `start` up to and including `end`: date, measure, by, instrument, status.

    Worked out from the intervals; a measure nobody knew of yet, or knows of no longer, has no row on that day.
    """
    import pandas as pd

    if end < start:
        raise InputError(refusal("policy", "panel_backwards", end=end, start=start))
    days = [start + datetime.timedelta(days=n) for n in range((end - start).days + 1)]
    listed = tuple(measures)
    if len(days) * len(listed) > 5_000_000:
        raise InputError(refusal("policy", "panel_too_long", days=f"{len(days):,}", measures=len(listed)))
    rows = []
    for m in listed:
        turns, status = set(turning_days(m)), status_on(m, start)
        for day in days:
            if day in turns:
                status = status_on(m, day)
            if status.value != "not_yet_known":
                rows.append((day.isoformat(), m.id, m.by, m.instrument.value, status.value))
    return pd.DataFrame(rows, columns=["date", "measure", "by", "instrument", "status"])


def write_table(frame: pd.DataFrame, path: Path, kind: str) -> Path:
    """`frame` as `csv` or `parquet`."""
    if kind == "csv":
        return write(path, table_csv(frame, index=False, float_format="%.6f"))
    need("pyarrow")
    with whole(path) as draft:
        frame.to_parquet(draft, index=False, engine="pyarrow")
    return path
