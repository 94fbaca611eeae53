"""Whose paper a text is, on whom, and where it was written: from its forms, titles, offices and first sentences."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from detente.reader.actors import actor_mentions
from detente.reader.constructions import built, instruments, word
from detente.reader.datelines import dateline_end
from detente.reader.frames import Frame
from detente.reader.roles import LAW, LEVIED, OWNER, SUBJECT, Role, roles
from detente.reader.sheet import Sheet


@dataclass
class Paper:
    """What holds for the whole text where a sentence does not say otherwise."""

    by: str | None = None
    by_how: str = ""
    on: list[str] = field(default_factory=list)
    on_how: str = ""
    several: bool = False
    office: bool = False
    seat: str | None = None


def lines_of(sheet: Sheet) -> list[tuple[int, str]]:
    """The lines of the readable text with their places."""
    out, at = [], 0
    for line in sheet.page.text.split("\n"):
        out.append((at, line))
        at += len(line) + 1
    return out


def _label_value(sheet: Sheet, name: str) -> tuple[int, int] | None:
    pattern = built(rf"(?:^|\|\s*|\n\s*)\W*{{labels.{name}}}\s*(?::|\|)\s*(?=\S)")
    for at, line in lines_of(sheet):
        m = pattern.search(line)
        if m:
            end = line.find(" | ", m.end())
            return at + m.end(), at + (end if end > 0 else len(line))
    return None


def titles_of(sheet: Sheet) -> list[tuple[int, str]]:
    """Headings at the head of the text, the title first."""
    found = [
        (b.start, b.text)
        for b in sheet.blocks[:6]
        if b.kind == "heading" or (len(b.text) < 200 and not b.text.rstrip().endswith((".", "?")))
    ]
    return found


def paper_of(sheet: Sheet, frames: Sequence[Frame]) -> Paper:
    """Whose paper a text is and on whom, with how each is known."""
    paper = Paper(seat=seat_of(sheet))
    by, on = _label_value(sheet, "by"), _label_value(sheet, "on")
    if by and (told := [a for a in sheet.actors_in(*by) if a.form != "city"]):
        paper.by, paper.by_how = told[0].code, "a line of the form"
    if on and (told := [a for a in sheet.actors_in(*on) if a.form != "city"]):
        paper.on, paper.on_how = list(dict.fromkeys(a.code for a in told if a.code != paper.by)), "a line of the form"
    titles: list[tuple[int, str, Sequence[Role]]] = [
        (at, text, roles(text, list(sheet.actors_in(at, at + len(text))), at)) for at, text in titles_of(sheet)
    ]
    own = [f for f in frames if not (f.scenario or f.question)]
    if paper.by is None:
        _whose(paper, sheet, titles, own)
    if not paper.on:
        for _, text, named in titles:
            levied = [r.code for r in named if (r.part in LEVIED or r.part == "target") and r.code != paper.by]
            duty = any(p.search(text) for _, p in instruments()) or re.search(
                r"\binvestigation|dump|subsid|surtax|imports?\b", text, re.I
            )
            groups = sum(
                1
                for a, b in itertools.pairwise(named)
                if a.code in levied
                and b.code in levied
                and not re.fullmatch(r"\s*(?:,|and|,\s*and|&|or)\s+(?:the\s+)?", text[a.end : b.start])
            )
            if levied and duty and groups:
                paper.several = True
                break
            if levied and duty:
                paper.on, paper.on_how = list(dict.fromkeys(levied)), "the title"
                break
    lead = next(
        (f for f in own if f.by in (paper.by, None) and f.on_how == "named beside it" and not f.why_aside and not f.response),
        None,
    )
    if lead is not None and paper.on and set(lead.on) > set(paper.on):
        paper.on, paper.on_how = list(lead.on), "the first measure named"
    if not paper.on and not paper.several:
        for _, text, named in titles:
            levied = [r.code for r in named if r.part == "origin" and r.code != paper.by]
            if levied and paper.by and len(text) < 120:
                paper.on, paper.on_how = list(dict.fromkeys(levied)), "the title"
                break
    if not paper.on and not paper.several:
        first = next((f for f in own if not f.why_aside and not f.response and f.judgement.status != "denied"), None)
        if first is not None and first.by not in (paper.by, None):
            first = None
        if first is not None and first.on and paper.by not in first.on:
            paper.on, paper.on_how = list(first.on), "the first measure named"
    if not paper.on and not paper.several:
        pairs = [r.code for _, text, named in titles for r in named if r.code != paper.by]
        if len(set(pairs)) == 1 and not any(f.everyone for f in own[:2]):
            paper.on, paper.on_how = pairs[:1], "the other economy of the title"
    return paper


def _whose(paper: Paper, sheet: Sheet, titles: Sequence[tuple[int, str, Sequence[Role]]], own: Sequence[Frame]) -> None:
    head = [a for a in sheet.actors if a.start < 700 and a.form in ("office", "law")]
    offices = [a for at, text, _ in titles for a in head if at <= a.start < at + len(text)]
    for at, text, named in titles:
        acting = next(
            (
                r
                for r in named
                if (r.part == OWNER and _owns_in_title(text, r, named))
                or (r.part == SUBJECT and word("makes").search(text[r.end :]) and not _talks(text, named))
            ),
            None,
        )
        notifies = re.search(r"\bnotifi(?:cation|es|ed)\b", text, re.I) and len({r.code for r in named}) == 1
        if notifies and (named[0].start <= 1 or re.search(r"\b(?:of|by|from)\s+(?:the\s+)?$", text[: named[0].start], re.I)):
            paper.by, paper.by_how = named[0].code, "the title"
            break
        if acting is not None:
            paper.by, paper.by_how = acting.code, "the title"
            break
        if any(r.part == LAW for r in named):
            paper.by, paper.by_how = next(r.code for r in named if r.part == LAW), "the law in the title"
            break
        if (
            at < 250
            and text.isupper()
            and len(text.split()) <= 8
            and len({r.code for r in named}) == 1
            and named[0].form in ("seat", "office")
        ):
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        if len(named) == 1 and text.strip(" ().:") == text[named[0].start : named[0].end]:
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        governs = (
            re.search(r"\bGovernment of (?:the )?$|\bREPUBLIC OF (?:THE )?$", text[: named[0].start], re.I) if named else None
        )
        if governs is not None and len(text.split()) <= 12:
            paper.by, paper.by_how = named[0].code, "the office at its head"
            break
        mine = [a for a in offices if at <= a.start < at + len(text)]
        if mine:
            paper.by, paper.by_how = mine[0].code, "the office at its head"
            break
        if re.search(
            r"\b(?:gazette|ministry|official journal|customs tariff|government|federal register|department|"
            r"diario oficial|republic|commission|council|president|proclamation|executive order|parliament)\b",
            text,
            re.I,
        ):
            codes = {a.code for a in sheet.actors_in(at, at + len(text))}
            if len(codes) == 1:
                paper.by, paper.by_how = codes.pop(), "the office at its head"
                break
    early = {s.start for s in [s for s in sheet.sentences if len(s.text) > 40][:4]}
    first = next(
        (
            f
            for f in own
            if f.by
            and f.firm
            and (f.rate is not None or f.on or f.by_how == "subject of the sentence")
            and not f.response
            and f.judgement.status != "threatened"
            and f.sentence.start in early
            and not f.why_aside
            and f.judgement.status != "denied"
        ),
        None,
    )
    if paper.by is None and first is not None:
        paper.by, paper.by_how = first.by, "the first who acts in the text"
    firm = Counter(f.by for f in own if f.by and f.firm and f.rate is not None and not f.response)
    loose = Counter(f.by for f in own if f.by and not f.response)
    if paper.by is None and (firm or loose):
        paper.by, paper.by_how = (firm or loose).most_common(1)[0][0], "the one who acts elsewhere in the text"
    if paper.by is None:
        laws = Counter(a.code for a in sheet.actors if a.form in ("law", "office"))
        if len(laws) == 1:
            paper.by, paper.by_how = next(iter(laws)), "the only office named"
    paper.office = any(a.code == paper.by and a.form in ("office", "law") for a in sheet.actors)
    if paper.by is None and paper.seat is not None:
        paper.by, paper.by_how = paper.seat, "the place of the dateline"


def _owns_in_title(text: str, r: Role, named: Sequence[Role]) -> bool:
    """Whether a title says whose duty it is: "the Vietnamese duty" alone may be the duty on Vietnam."""
    owned = text[r.end :]
    return bool(
        r.form in ("seat", "office")
        or re.match(r"'s?\b|'(?=\s)", owned)
        or re.match(r"[^.;:,]{0,60}?\b(?:on|against)\b", owned)
        or any(q.part in LEVIED and q.code != r.code for q in named)
    )


def _talks(text: str, named: Sequence[Role]) -> bool:
    """Whether a title has two subjects and no instrument: "China, US to hold talks" says nothing of who levies."""
    return len({r.code for r in named if r.part == SUBJECT}) > 1 and not any(p.search(text) for _, p in instruments())


def seat_of(sheet: Sheet) -> str | None:
    """The economy in whose capital a report is dated; None for none."""
    for s in sheet.sentences[:4]:
        end = dateline_end(s.text)
        place = re.match(r"[^\W\d_][^,(\d]{2,30}", s.text[:end])
        if place:
            named = [a for a in actor_mentions(place.group().title()) if a.form in ("seat", "name")]
            return named[0].code if named else None
    return None
