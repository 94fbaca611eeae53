"""The door of the reader: an article in, a `Reading` out.

The article's date comes, in this order, from the caller, the page's own metadata, a dateline or a line that holds only a
date; where none is found it stays unknown and so do the days that lean on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dateutil import parser as dateutil_parser

from detente.reader.actors import actor_name, region_of
from detente.reader.context import read_frames
from detente.reader.datelines import DATELINE as _DATELINE, day_abroad
from detente.reader.dates import dates_in
from detente.reader.draft import draft_of
from detente.reader.frames import Frame
from detente.reader.joining import measures_of
from detente.reader.matching import match_of
from detente.reader.meetings import deadlines_of, meetings_of, persons_in, venue_of
from detente.reader.sections import figures_of, motives_of, questions_of, scenarios_of
from detente.reader.sheet import Confidence, Finding, Reading, Sheet
from detente.reader.source import Page, load_page, page_of, page_of_bytes

_KEYWORDS = ("published", "issued", "datepublished", "pubdate", "created", "date")


def read_file(path: str | Path, day: date | None = None) -> Reading:
    """Read a .txt or .html file. Raises `UnreadableText` with what is wrong; `OSError` where it cannot be opened."""
    return _read(load_page(Path(path)), day)


def read_article(text: str | bytes, day: date | None = None, *, html: bool | None = None) -> Reading:
    """Read a text; `day` is the article's date where known, `html` forces or forbids reading it as a web page."""
    page = page_of_bytes(text, "the text", html) if isinstance(text, bytes) else page_of(text, html=html)
    return _read(page, day)


_LAST = re.compile(
    r"(?<!until )(?<!from )(?<!since )(?<!by )(?<!on )(?<!of )(?<!to )(?<!before )(?<!after )(?<!through )(?<!effective )"
    r"\b(\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4})\s*$"
)
"""A full day that closes a line at the head: "Daily news 14/09/2027"."""


def article_date(page: Page, given: date | None) -> tuple[date | None, str, list[dict[str, str]]]:
    """The article's date, how it was found, and other dates that could be meant."""
    candidates: list[tuple[date, str]] = []
    others: list[dict[str, str]] = []
    ranked = sorted(
        page.dates, key=lambda d: (min((k for k, w in enumerate(_KEYWORDS) if w in d[0].lower()), default=9), "modified" in d[0])
    )
    for how, written in ranked:
        parsed = _parse(written)
        if parsed:
            candidates.append((parsed, how))
    partial = ""
    lines = [ln for ln in page.text.split("\n") if ln.strip()]
    for k, line in enumerate(lines[:14]):
        if k > 2 and re.search(r"[a-z,]\s*$", lines[k - 1]) and len(lines[k - 1]) > 80:
            continue  # in the middle of a paragraph
        match = _DATELINE.match(line)
        if re.match(r"\W*(?:date announced|announcement date|announced|inception|implementation)", line, re.I):
            continue
        words = (match["a"] or match["b"]) if match else line if len(line) < 45 else ""
        closing = (
            re.search(r"[(,]\s*([^(),]{6,20}(?:, \d{4})?)\)?\s*$", line) if k < 2 and not match and len(line) < 160 else None
        )
        if closing and not line.rstrip().endswith("."):
            words = closing.group(1)
        last = _LAST.search(line) if k < 3 and not match and len(line) < 110 else None
        words = last.group(1) if last else words
        found = [d for d in dates_in(words, None) if d.precision == "day"] if words else []
        if not found:
            continue
        alone = len(words.replace(found[0].text, "").strip(" ,.:|()–—-")) <= 12
        if found[0].start and (match or alone):
            candidates.append((found[0].start, "dateline" if match and match["a"] else "a line with a date near the top"))
        elif found[0].partial and match and not partial and k < 6:
            partial = found[0].text
            others += [{"value": d.isoformat(), "why": why} for d, why in found[0].others]
    if not candidates:
        candidates = _at_the_end(lines)
    if given is not None:
        others += [{"value": d.isoformat(), "why": how} for d, how in candidates if d != given]
        return given, "given by the user", others
    if candidates:
        day, how = candidates[0]
        others += [{"value": d.isoformat(), "why": w} for d, w in dict.fromkeys(candidates[1:]) if d != day]
        return day, how, others
    if partial:
        return None, f"not found: the dateline says {partial!r} without a year; give it with --date", others
    full = [d for d in dates_in(page.text.replace("\n", " "), None) if d.start and d.precision == "day" and "full" in d.how]
    others += [{"value": d.start.isoformat(), "why": f"named in the text: {d.text!r}"} for d in full[:3] if d.start]
    return None, "not found: no date in the page's data or at its top; give it with --date", others


_SIGNED = re.compile(r"\b(?:signed|done|given|dated|issued) (?:at|in|this|on|\d)", re.IGNORECASE)


def _at_the_end(lines: list[str]) -> list[tuple[date, str]]:
    """The day under which a notice is signed: a short line near its head or end that holds a full date."""
    found = []
    for line in (*reversed(lines[-6:]), *lines[:10]):
        foreign = day_abroad(line)
        if foreign is not None:
            found.append((foreign, "the day under which it is signed"))
            continue
        days = [d for d in dates_in(line, None) if d.precision == "day" and d.start and d.how == "stated in full"]
        short = len(line) <= 75 and not line.rstrip().endswith((";", ","))
        speaks = re.search(
            r"\b(?:effect|force|until|from|expir|on or after|appl|introduc|start|begin|announced|inception|since)\w*\b",
            line,
            re.I,
        ) and not _SIGNED.search(line)
        if (
            len(days) == 1
            and days[0].start
            and (short or _SIGNED.search(line))
            and not speaks
            and not re.search(r"%|\btakes?\b|: .*: |announcement date|inception", line, re.I)
        ):
            found.append((days[0].start, "the day under which it is signed"))
    return found[:1]


def _title(page: Page) -> str | None:
    """The first line, where it is short and no sentence; a line that holds only a date does not count."""
    for line in [ln.strip(" #*\u200b") for ln in page.text.split("\n") if ln.strip()][:3]:
        if (_DATELINE.match(line) and len(line) < 60) or (len(line) < 30 and dates_in(line, None)):
            continue
        return line if len(line) <= 160 and not line.endswith((".", ";", ",")) else None
    return None


def _parse(written: str) -> date | None:
    try:
        return date.fromisoformat(written.strip()[:10])
    except ValueError:
        pass
    if not re.search(r"\d{4}", written):
        return None
    try:
        found = dateutil_parser.parse(written, default=datetime(1, 1, 1))
    except (ValueError, OverflowError, TypeError):
        return None
    return found.date() if found.year > 1900 else None


def _read(page: Page, given: date | None) -> Reading:
    today, how, other_dates = article_date(page, given)
    sheet = Sheet.of(page, today)
    frames = read_frames(sheet)
    joined = measures_of(sheet, frames)
    measures = joined.measures
    people, _ = persons_in(sheet)
    sides = list(dict.fromkeys(c for m in measures for c in (m.fields["by"], *m.fields["on"]) if c))
    meetings = meetings_of(sheet, people, sides if len(sides) == 2 else ())
    venue = venue_of(sheet, meetings)
    scenarios = scenarios_of(sheet, joined.index)
    title = page.title or _title(page)
    article: dict[str, Any] = {
        "date": today.isoformat() if today else None, "date_found": how, "date_alternatives": other_dates, "title": title,
        "publisher": page.facts.get("og:site_name"), "url": page.facts.get("og:url"), "author": page.facts.get("author"),
        "characters": len(page.original), "sentences": len(sheet.sentences),
    }  # fmt: skip
    notes = list(page.notes)
    if today is None:
        notes.append("the article's date is unknown: days without a year and words such as 'next week' stay open (use --date)")
    if not measures:
        notes.append("no trade measure was found")
    reading = Reading(
        text=page.original, article=article, actors=(*_economies(sheet, measures, venue), *people, *_organisations(sheet)),
        measures=tuple(measures), meetings=tuple(meetings), venue=venue, deadlines=tuple(deadlines_of(sheet, measures)),
        scenarios=tuple(scenarios), questions=tuple(questions_of(sheet)), motives=tuple(motives_of(sheet)),
        figures=tuple(figures_of(sheet, _rates(frames))), set_aside=tuple(joined.aside), unsure=tuple(joined.unsure),
        notes=tuple(notes),
    )  # fmt: skip
    match = match_of(measures, today)
    reading = replace(reading, about=match.to_dict() if match else None)
    text, missing = draft_of(reading)
    return replace(reading, draft=text, missing=missing)


def _rates(frames: Sequence[Frame]) -> list[tuple[int, int]]:
    return [(f.rate.start, f.rate.end) for f in frames if f.rate is not None and "average" not in f.why_aside]


def _economies(sheet: Sheet, measures: Sequence[Finding], venue: Finding | None) -> list[Finding]:
    """Each economy or group named: how often, first where, and its part (party, target, host, bystander)."""
    count = Counter(a.code for a in sheet.actors)
    by, on = Counter(m.fields["by"] for m in measures), Counter(c for m in measures for c in m.fields["on"])
    found = []
    for code, mentions in count.most_common():
        first = next(a for a in sheet.actors if a.code == code)
        role = "party" if by[code] else "target" if on[code] else "bystander"
        if venue is not None and venue.fields["code"] == code and role == "bystander":
            role = "host"
        sure = Confidence()
        region = region_of(code)
        if region == "ROW":
            sure.discount(0.9, "no region of its own in the default world: it stands in the rest of the world")
        elif region != code:
            sure.discount(0.95, f"counts as {region} in the default world")
        fields: dict[str, Any] = {
            "type": "group" if first.form == "group" else "economy", "code": code, "region": region, "name": actor_name(code),
            "mentions": mentions, "role": role,
        }  # fmt: skip
        found.append(sheet.finding("actor", first.start, first.end, sure, fields))
    return found


def _organisations(sheet: Sheet) -> list[Finding]:
    found = []
    for code, mentions in Counter(m.code for m in sheet.organisations).most_common():
        first = next(m for m in sheet.organisations if m.code == code)
        fields: dict[str, Any] = {"type": "organisation", "code": None, "region": None, "name": code, "mentions": mentions}
        found.append(sheet.finding("actor", first.start, first.end, Confidence(), fields))
    return found
