"""Sentences that carry on: from when, until when, with which status and on whom what was said before holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

from dateutil.relativedelta import relativedelta

from detente.reader.clauses import Sentence
from detente.reader.constructions import built, cues, instruments, word
from detente.reader.dates import DateMention
from detente.reader.frames import EMBARGO, EXPORT_CONTROL, PURCHASE, TARIFF, Frame
from detente.reader.papers import Paper
from detente.reader.roles import LEVIED, roles
from detente.reader.sheet import Sheet
from detente.reader.status import IN_FORCE, OVER, STRUCK_DOWN, SUSPENDED, WITHDRAWN, Judgement, judge


def _tells_a_rate(sheet: Sheet, s: Sentence) -> bool:
    """Whether a sentence speaks of a rate of its own, so that its days are not those of others."""
    return any(a.unit == "%" for a in sheet.amounts_in(s.start, s.end)) and not re.search(
        r"\b(?:quotas?|volumes?)\b", s.text, re.I
    )


_Dated = tuple[Sentence, DateMention | None, DateMention | None, bool]


def _date_sentences(sheet: Sheet, frames: Sequence[Frame]) -> list[_Dated]:
    """Sentences without a rate that say from when: sentence, first day, last day, whether it leads in what follows."""
    rated = {f.sentence.start for f in frames if f.rate is not None}
    found = []
    begins = built(r"\b(?:{begins_words}|from|starting|on or after)\b[^;]{0,90}$")
    for b in sheet.blocks:
        for s in b.sentences:
            if s.start in rated or "?" in s.text or _tells_a_rate(sheet, s):
                continue
            lead_in = s.text.rstrip().endswith(":")
            speaks = (
                built(r"\b{carries_on}\s+(?:shall\s+|will\s+)?{begins_words}\b").search(s.text)
                or built(r"^\W*(?:(?:\w+\.|\(\w\)|[A-Z. ]{4,30}:)\s*)*{carries_on}\b").match(s.text)
                or built(
                    r"^\W*(?:effective|dates?|entry into force|coming into force|in force|commencement|"
                    r"start|when|timing|applicable)\b[^.]{0,20}:"
                ).match(s.text)
            )
            duty = any(p.search(s.text) for k, p in instruments() if k == TARIFF)
            told = (
                re.search(r"\beffective (?:on |from |as of )?(?:\d|[A-Z])", s.text)
                or (re.match(r"\W*(?:From|As of|Since|Starting)\s+[^,;]{6,70}\.$", s.text) and len(s.text.split()) <= 14)
                or (
                    lead_in
                    and re.search(r"\b(?:entries|entered|imported|goods)\b[^;]{0,40}\b(?:on or after|from|as of)\b", s.text)
                )
            )
            if not (
                speaks
                or told
                or (duty and (lead_in or b.kind == "heading" or built(r"\b(?:{begins_words}|from)\b").search(s.text)))
            ) and not (b.kind == "heading" and built(r"\b(?:{begins_words}|from)\b").search(s.text)):
                continue
            if (
                re.search(r"\b(?:goods (?:in transit|loaded)|loaded|comments?|hearing|investigation|drawback)\b", s.text, re.I)
                and not re.search(r"\bentered for consumption\b", s.text, re.I)
            ) or re.search(r"\bprovisional duties collected\b", s.text, re.I):
                continue
            first = until = None
            for d in sheet.dates_in(s.start, s.end):
                if re.match(r"\W*On\s+$", s.text[: d.at - s.start]) and re.match(
                    r"\W*(?:[\w.]+\s+){1,6}?(?:decided|announced|signed|issued|published|opened|found)\b",
                    s.text[d.to - s.start :],
                ):
                    continue
                lead = s.text[max(0, d.at - s.start - 100) : d.at - s.start]
                if d.precision in ("vague", "decade", "year"):
                    continue
                if re.search(r"\b(?:until|expir\w+|laps\w+|through|end(?:s|ing)?|ceas\w+)\b[^,;]{0,25}$", lead, re.I):
                    until = until or d
                elif (
                    begins.search(lead)
                    or (re.match(r"\W*Effective\b", s.text) and lead_in)
                    or built(r"^\W*(?:effective|dates?|entry into force|start)").match(s.text)
                    or (re.search(r"\b(?:on|from)\s+$", lead) and (speaks or told))
                    or re.search(r"\b[Aa]pplicable\s+$", lead)
                ):
                    first = first or d
            if first or until:
                found.append((s, first, until, lead_in))
    return found


STANDS = re.compile(
    r"\b(?:un(?:affected|changed|touched|altered)|continu\w*|upheld|not (?:changed|affected|touched)|"
    r"remain\w*|since|still|already|current\w*|existing|stays?|kept|keeps?|in place|in force|now|retain\w*)\b",
    re.I,
)


_AT_ONCE = re.compile(r"\b(?:immediate(?:ly)?|at once|today|forthwith)\b", re.I)


def carry_on(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    """Give frames the days, statuses and targets that other sentences tell of them."""
    dated = _date_sentences(sheet, frames)
    for f in frames:
        low = max(0, f.start - f.sentence.start - 60)
        around = f.sentence.text[low : f.end - f.sentence.start + 30]
        later = re.split(r"[;,]|\bfrom\b|\buntil\b", f.sentence.text[f.end - f.sentence.start :])[0]
        stands = (
            f.judgement.status == IN_FORCE and (STANDS.search(f.judgement.cue) or STANDS.search(around) or STANDS.search(later))
        ) or f.judgement.status in (*OVER,)
        if f.judgement.status == "threatened" and f.by != paper.by:
            continue
        curbs = f.instrument in (EXPORT_CONTROL, EMBARGO) and f.judgement.cue and not _AT_ONCE.search(f.sentence.text)
        if f.begins is None and not stands and f.instrument != PURCHASE and (f.rate is not None or f.quantity or curbs):
            stranger = f.by is not None and paper.by is not None and f.by != paper.by and paper.office
            own_block = [d for d in dated if d[0].block == f.sentence.block]
            near = _nearest(sheet, f, own_block if stranger else dated, frames)
            if near is not None:
                f.begins = near
    for f in frames:
        if f.ends is None and f.judgement.status not in OVER and f.begins is not None:
            until = next(
                (u for s, first, u, _ in dated if u is not None and (first is None or first.start == f.begins.start)), None
            )
            if until is not None and f.rate is not None:
                f.ends = until
    _statuses(sheet, frames)
    _targets(sheet, frames, paper)


_OWN_WORDS = ("its own word", "named with 'by'", "subject of the sentence")


def _nearest(sheet: Sheet, f: Frame, dated: Sequence[_Dated], frames: Sequence[Frame]) -> DateMention | None:
    others = {s.start: [g for g in frames if g.sentence.start == s.start and g.by] for s, *_ in dated}
    with_start = [
        (s, d, lead)
        for s, d, _, lead in dated
        if d is not None
        and (
            not others[s.start]
            or f.by in [g.by for g in others[s.start]]
            or (re.search(r"\bboth\b|\beach\b", s.text, re.I) and all(g.by_how not in _OWN_WORDS for g in others[s.start]))
        )
    ]
    if not with_start:
        return None
    block = f.sentence.block
    after = [(s, d) for s, d, lead in with_start if s.block == block and s.start > f.start]
    if after:
        return after[0][1]
    before = [(s, d) for s, d, lead in with_start if s.block == block and s.start < f.start]
    if before:
        return before[-1][1]
    # A day said of the sentence just before it, in another block, is that block's own where it has frames.
    free = []
    for s, d, lead in with_start:
        own = [g for g in frames if g.sentence.block == s.block and g.rate is not None and g.start < s.start]
        if not own or lead:
            free.append((abs(sheet.blocks[s.block].index - block), s.start < f.start and not lead, s, d))
    if not free:
        return None
    return min(free, key=lambda x: (x[0], x[1]))[3]


def _statuses(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """ "They will now stay suspended": a sentence that carries on turns the status of the frames before it."""
    starts = {f.sentence.start for f in frames if f.rate is not None}
    for s in sheet.sentences:
        told = _carried().match(s.text)
        undone = _UNDONE.match(s.text)
        if s.start in starts or not (told or undone) or len(s.text) > 220 or "?" in s.text:
            continue
        before = [f for f in frames if f.sentence.block == s.block and f.sentence.start < s.start]
        asked = [f for f in frames if s.block - 1 <= f.sentence.block <= s.block and f.question and f.sentence.start < s.start]
        if asked and not any(x.start > asked[-1].sentence.start and x.start < s.start for x in sheet.sentences):
            _answered(sheet, s, [f for f in asked if f.sentence.start == asked[-1].sentence.start])
            continue
        if not before:
            continue
        last = before[-1].sentence.start
        if any(
            x.start > last and x.start < s.start
            for x in sheet.sentences
            if x.block == s.block and x.start != last and len(x.text) > 0
        ) and not re.match(r"\W*(?:they|these|it|this)\b", s.text, re.I):
            continue
        for status, sure, pattern in cues():
            m = pattern.search(s.text)
            if status not in (SUSPENDED, WITHDRAWN, STRUCK_DOWN, "expired") or m is None:
                continue
            ahead = s.text[max(0, m.start() - 30) : m.start()]
            if (
                word("negation").search(ahead)
                or re.search(r"\b(?:may|might|could|would|can|if)\b", s.text[: m.start()], re.I)
                or re.search(r"ing$", m.group())
            ):
                continue
            if status == WITHDRAWN and re.match(r"\s*(?:\w+ ){0,4}(?:from [\w.% ]+ )?to \d", s.text[m.end() :]):
                continue
            for f in before:
                if f.sentence.start == last:
                    f.judgement = Judgement(
                        status,
                        sure - 0.1,
                        m.group(),
                        f"{m.group()!r} in the next sentence",
                        (f.judgement.status,),
                        f.judgement.quoted,
                    )
                    days = [d for d in sheet.dates_in(s.start, s.end) if d.start]
                    if days and f.ends is None:
                        f.ends = days[-1]
            break


@cache
def _carried() -> re.Pattern[str]:
    return built(
        r"^\W*(?:(?:Answer|Reply|A)\s*[:.]\s*)?(?:(?:Yes|No)[,.]\s*)?"
        r"{carries_on}\s+(?:will|are|is|was|were|has|have|had|now|stay\w*|remain\w*|since|continues?|ends?|ended|lapsed?|expired?)\b"
    )


_UNDONE = re.compile(
    r"^\W*(?:It|They|He|She|The \w+|(?-i:[A-Z])[\w ]{2,20}?) (?:has |have |had |then |later |since |"
    r"soon )*(?:took|taken|withdr[ae]wn?|lifted|dropped|"
    r"scrapped|removed|repealed|revoked|rescinded|cancelled|abandoned|suspended|paused|froze|frozen|"
    r"shelved|postponed) (?:it|them|this|that)\b",
    re.I,
)


def _answered(sheet: Sheet, s: Sentence, asked: Sequence[Frame]) -> None:
    """ "And the duty on copper? That duty was suspended": the answer tells the status, and makes the measure one of its own."""
    told = _carried().match(s.text)
    judgement = judge(s.text, told.start(), min(told.end() - 4, len(s.text))) if told else None
    if judgement is None or not judgement.cue or judgement.status in ("denied", "hypothetical", "historical"):
        return
    for f in asked:
        f.question, f.judgement = False, replace(judgement, sure=max(judgement.sure - 0.05, 0.7))
        days = [d for d in sheet.dates_in(s.start, s.end) if d.start]
        for d in days:
            if re.search(r"\b(?:until|till|through|to)\s+(?:the )?(?:end of )?$", sheet.flat[max(0, d.at - 16) : d.at], re.I):
                f.ends = f.ends or d


def _targets(sheet: Sheet, frames: Sequence[Frame], paper: Paper) -> None:
    """ "The increases hit goods from …": a sentence that carries on tells on whom."""
    starts = {f.sentence.start for f in frames if f.rate is not None}
    for s in sheet.sentences:
        if s.start in starts or not built(
            r"^\W*{carries_on}\s+(?:\w+\s+)?(?:hit|appl\w+|cover\w*|concern\w*|affect\w*|fall|target\w*|are aimed|is aimed)\b"
        ).match(s.text):
            continue
        if re.search(r"\bnot\b", s.text[:80]):
            continue
        named = [r for r in roles(s.text, list(sheet.actors_in(s.start, s.end)), s.start) if r.part in LEVIED]
        if not named:
            continue
        for f in frames:
            codes = list(dict.fromkeys(r.code for r in named if r.code != f.by))
            if f.by and not f.on and f.rate is not None and f.on_how in ("", "the sentence before", "all are meant"):
                f.on, f.everyone, f.on_how = codes, False, "a sentence about all of them"


_LENGTH = re.compile(
    r"\b(?:for|lasts?|last|valid for|apply for|period of)\s+(?:a\s+)?(?:period of\s+)?(?:(?P<n>\d{1,3})|"
    r"(?P<w>an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|thirty|sixty|ninety))[- ]"
    r"(?P<u>day|week|month|year)s?\b",
    re.I,
)
_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "eighteen": 18,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}


def last_days(sheet: Sheet, frames: Sequence[Frame]) -> None:
    """How long a measure lasts, where the sentence or one that carries on says so, as its last day."""
    spoken = [(s, m) for s in sheet.sentences if (m := _LENGTH.search(s.text)) and (built(r"\b{carries_on}\b").search(s.text))]
    for f in frames:
        if f.ends is not None or f.begins is None or f.begins.start is None or f.rate is None:
            continue
        own = _LENGTH.search(f.sentence.text)
        if own is None and any(f.begins.at == d.at for d in sheet.dates_in(f.sentence.start, f.sentence.end)):
            near = [m for s, m in spoken if s.block == f.sentence.block]
        else:
            near = [m for s, m in spoken if s.start not in {g.sentence.start for g in frames if g.rate is not None}]
        m = own or (near[0] if len(near) == 1 else None)
        if m is not None and re.search(r"\b(?:extend|prolong|renew)\w*\s+(?:\w+\s+)?$", m.string[: m.start()], re.I):
            continue  # counted from a day that is not said
        if m is None or f.judgement.status in OVER:
            continue
        number = int(m["n"]) if m["n"] else _WORDS[m["w"].lower()]
        step = {
            "day": relativedelta(days=number),
            "week": relativedelta(weeks=number),
            "month": relativedelta(months=number),
            "year": relativedelta(years=number),
        }[m["u"].lower()]
        try:
            day = f.begins.start + step
        except (ValueError, OverflowError):
            continue
        f.ends = replace(
            f.begins,
            start=day,
            end=day,
            text=m.group(),
            how=f"{m.group()!r} after its start",
            precision="day",
            partial=None,
            sure=0.85,
            others=(),
        )
    for f in frames:
        if (
            f.ends is not None
            and f.begins is not None
            and f.ends.start
            and f.begins.start
            and f.ends.start <= f.begins.start - timedelta(days=0)
            and f.ends.at != f.begins.at
        ) and f.judgement.status not in (*OVER, SUSPENDED):
            f.ends = None
