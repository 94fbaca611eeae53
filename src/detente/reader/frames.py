"""A sentence as frames: who, acts, on whom, what, how much, from when, until when, and with which status.

A frame hangs on a rate that is a duty ("a 25 % tariff", "steel pays 50 %") or, without a rate, on the word of an instrument
("controls on exports of gallium"). Its part of the sentence ends where that of the next rate begins. What its part does not say
is left empty here; `context` fills it from the sentences around and `joining` puts frames of one measure together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

from detente.reader.actors import Mention
from detente.reader.amounts import Amount
from detente.reader.clauses import Sentence
from detente.reader.constructions import body, built, instruments, table, word
from detente.reader.datelines import dateline_end
from detente.reader.dates import DateMention
from detente.reader.roles import (
    AGENT,
    BUYER,
    DESTINATION,
    EXCEPTED,
    LAW,
    LEVIED,
    LEVIES,
    ORIGIN,
    OTHER,
    OWNER,
    PLACE,
    SUBJECT,
    VERB_FORM,
    Role,
    levies_as_verb,
    roles,
)
from detente.reader.sheet import Sheet
from detente.reader.status import IN_FORCE, Judgement, clause_bounds, judge, main_clause

TARIFF, EXPORT_CONTROL, EMBARGO, NON_TARIFF, PURCHASE, OTHER_MEASURE = (
    "tariff", "export_control", "embargo", "non_tariff", "purchase", "other",
)  # fmt: skip


@dataclass
class Frame:
    """One mention of a measure. `start`, `end` place it in the readable text; empty slots are what the sentence leaves out."""

    start: int
    end: int
    instrument: str
    sentence: Sentence
    judgement: Judgement
    by: str | None = None
    by_how: str = ""
    also_by: list[str] = field(default_factory=list)
    on: list[str] = field(default_factory=list)
    on_how: str = ""
    everyone: bool = False
    excepted: list[str] = field(default_factory=list)
    rate: Amount | None = None
    sectors: list[str] = field(default_factory=list)
    product_words: list[str] = field(default_factory=list)
    all_goods: bool = False
    label: str = ""
    begins: DateMention | None = None
    ends: DateMention | None = None
    announced: DateMention | None = None
    scenario: str = ""
    question: bool = False
    why_aside: str = ""
    quantity: str = ""
    unmapped: str = ""
    firm: bool = False
    received: bool = False
    response: bool = False
    subject: str | None = None

    @property
    def weight(self) -> int:
        """How much the mention says."""
        return sum(bool(s) for s in (self.by, self.on, self.rate, self.sectors, self.begins, self.ends))


@dataclass(frozen=True)
class _Anchor:
    """What a frame hangs on: [start, end) of the sentence, kind, rate, and why it is no measure."""

    start: int
    end: int
    kind: str
    rate: Amount | None = None
    why: str = ""
    sure: bool = True


_TO_DUTY = re.compile(
    r"^(?:\s+|-)(?:(?!(?:and|of|in|to|on|from|rise|fall|drop|increase|decline|is|are|was|"
    r"were)\b)[\w'.,()-]+\s+){0,6}?(?:\(?[\w-]+\)?\s+)?[\"']?$",
    re.I,
)
_AD_VALOREM = re.compile(r"^\s*(?:ad valorem|\(?ad val\.?\)?)", re.I)
_LEAD_IN = (
    r"(?:up to|about|around|nearly|roughly|almost|some|as much as|as high as|at least|more than|"
    r"an additional|a further|another|only"
    r"|between|just|the same|same|a|an|of|no|not|initially|now|still|equal to|also|currently|the|at)"
)
_DUTY_TO = re.compile(
    r"\b(?:of|to|at|from|by|reach\w*|up to|nearly|about|around|between|another|is|are|was|were|be|stands?|"
    r"becomes?|remain\w*|stays?"
    r"|fixed|set|exceed\w*|amount\w*|rang\w+|rises?|falls?|equal\w*|stood at|:|=)\s+"
    rf"(?:{_LEAD_IN}\s+){{0,4}}\(?$|[:=]\s*$|,\s+(?:now|currently|still|at present|today)\s+$|\(\s*$",
    re.I,
)
_STOP = re.compile(
    r"[;]|\b(?:cut|reduce|lower|raise|shrink|slash|boost|lift)\w*\s+(?:\w+ ){0,2}?(?:imports|exports|"
    r"trade|output|sales|prices|growth|shipments|GDP)\b|\b(?:GDP|growth|exports? (?:fell|rose|dropped)|"
    r"inflation|shares?|output|prices?|volumes?)\b",
    re.I,
)


def frames_in(sheet: Sheet, s: Sentence, *, listed: bool = False) -> list[Frame]:
    """Frames of one sentence; `listed`: its rates are duties because a list or heading of duties holds it."""
    anchors = _anchors(sheet, s, listed)
    if not anchors:
        return []
    block = sheet.block_of(s)
    who = roles(s.text, _named(sheet, s), s.start)
    parts = _parts(s.text, anchors)
    found: list[Frame] = []
    for n, (anchor, part) in enumerate(zip(anchors, parts, strict=True)):
        answered = built(r"\b{answers}\s+[^,;]*$").search(s.text[part[0] : anchor.start])
        if answered is not None and _main_clause_before(s.text, part[0] + answered.start()):
            part = (part[0] + answered.start(), part[1])
        else:
            answered = None
        frame = Frame(
            s.start + anchor.start, s.start + anchor.end, anchor.kind, s, _judged(s.text, anchor, part, parts[:n]),
            rate=anchor.rate, scenario=block.scenario, question="?" in s.text, why_aside=anchor.why, firm=anchor.sure,
            response=answered is not None,
        )  # fmt: skip
        if answered is not None:
            own = judge(s.text, anchor.start, anchor.end, part)
            frame.judgement = own if own.cue else replace(own, sure=0.75, reason="what is answered stands already", others=())
        _who(s.text, frame, anchor, part, who, first=n == 0)
        paid = word("pays").search(s.text[part[0] : anchor.end]) if frame.received else None
        if paid and not frame.judgement.cue and frame.judgement.status == IN_FORCE:
            frame.judgement = replace(frame.judgement, sure=0.85, cue=paid.group(), reason=f"{paid.group()!r}", others=())
        told = heading_status(block.heading)
        under = block.heading_block == block.index - 1 and len(block.heading.split()) <= 3 and frame.judgement.sure < 0.7
        if (
            told
            and (block.kind in ("bullet", "numbered") or under)
            and frame.judgement.sure < 0.92
            and frame.judgement.status not in ("denied",)
        ):
            frame.judgement = Judgement(told, 0.9, block.heading, "the heading above it", quoted=frame.judgement.quoted)
        specific = _SPECIFIC.search(s.text[part[0] : part[1]])
        frame.quantity = specific.group() if specific and frame.rate is None else ""
        _goods(sheet, s, frame, anchor, part)
        _when(sheet, s, frame, anchor, part)
        found.append(frame)
    _shared(found, parts, s.text)
    return found


_SPECIFIC = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥]|USD|EUR)\s?\d[\d.,]*\s*(?:per|a|an|/)\s*(?:metric )?(?:tonnes?|tons?|kilograms?|"
    r"kg|units?|lit(?:re|er)s?|head|pieces?|barrels?|pounds?|square met(?:re|er)s?)\b"
    r"|\d[\d.,]*\s*(?:US |Canadian |Australian )?(?:dollars?|cents|euros?|yuan|yen|won|rupees|pesos|pounds|reais|USD|EUR)\s*"
    r"(?:per|a|an|/)\s*(?:metric )?(?:tonnes?|tons?|kilograms?|kg|units?|lit(?:re|er)s?|head|pieces?|barrels?)\b",
    re.I,
)


def _main_clause_before(text: str, at: int) -> bool:
    """Whether a clause of its own stands before a place: what follows there is then another's act."""
    return len(text[:at].split()) >= 4 and bool(word("makes").search(text[:at]))


def heading_status(heading: str) -> str:
    """The status that a short heading of a list says ("Paused", "Announced, not yet in force"); "" for none."""
    plain = heading.strip(" :.-#*")
    if not plain or len(plain.split()) > 6:
        return ""
    return next(
        (
            st
            for st, words in table()["status_words"].items()
            if re.match(rf"(?:(?:now|already|still|measures|duties|tariffs) )?(?:{words})\b", plain, re.I)
        ),
        "",
    )


def _named(sheet: Sheet, s: Sentence) -> list[Mention]:
    """Economies named in a sentence, without those of its dateline."""
    after = dateline_end(s.text)
    return [a for a in sheet.actors_in(s.start, s.end) if a.start - s.start >= after]


# -- anchors -----------------------------------------------------------------------------------------------------------
def _nouns(text: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for kind, pattern in instruments():
        for m in islice(pattern.finditer(text), 30):
            if any(m.start() < b and a < m.end() for a, b, _ in found) or _no_measure(text, m, kind):
                continue
            found.append((m.start(), m.end(), kind))
    return sorted(found)


def _no_measure(text: str, m: re.Match[str], kind: str) -> bool:
    """Words that name no measure: "on duty", "duty of care", "heavy-duty"."""
    before, after = text[max(0, m.start() - 12) : m.start()], text[m.end() : m.end() + 12]
    return levies_as_verb(text, m) or (
        kind == TARIFF
        and m.group().lower() in ("duty", "duties")
        and bool(
            re.search(r"(?:\bon|heavy-|off|double|\bhis|\bher|\bpublic|active|civic|military) ?$", before, re.I)
            or re.match(r" (?:of care|to\b)", after)
        )
    )


def _anchors(sheet: Sheet, s: Sentence, listed: bool) -> list[_Anchor]:
    nouns = _nouns(s.text)
    found: list[_Anchor] = []
    context = bool(_DUTY_WORD.search(sheet.flat[max(0, s.start - 1500) : s.end]))
    used: set[int] = set()
    for a in sheet.amounts_in(s.start, s.end):
        if a.unit not in ("%", "pp"):
            continue
        anchor = _rate_anchor(s.text, a, a.start - s.start, a.end - s.start, nouns, found, listed, context)
        if anchor is not None:
            found.append(anchor)
            used |= {
                k
                for k, (x, y, kind) in enumerate(nouns)
                if anchor.start <= x < anchor.end
                or (_beside(s.text, anchor, x, y) and not (kind in (EXPORT_CONTROL, EMBARGO) and _hangs_on(s.text, anchor, x)))
            }
    for k, (x, y, kind) in enumerate(nouns):
        if k not in used and not (kind == TARIFF and any(x < f.end and f.start < y for f in found)):
            found.append(_Anchor(x, y, kind, _withheld(sheet, s, y) if kind == EXPORT_CONTROL else None))
    if listed and not found and (specific := _SPECIFIC.search(s.text)):
        found.append(_Anchor(specific.start(), specific.end(), TARIFF))
    found.sort(key=lambda f: f.start)
    for k, (one, two) in enumerate(pairwise(found)):
        between = s.text[one.end : two.start]
        changing = built(r"\b{changes}\s+[^,;\d]{0,40}$").search(s.text[: one.start]) and re.search(
            r"^[^;]{0,80}\bto\s+(?:\w+\s+)?$", between
        )
        both = one.rate is not None and two.rate is not None and not one.why
        apart = re.search(r"\b(?:after|because|unless|if|when|while|whereas|once)\b", between)
        if (
            both
            and not apart
            and (
                _CHANGED.search(between)
                or _MOVES_TO.search(between)
                or _REPLACED.match(between)
                or (changing and not re.search(r"\band\b", between))
            )
        ):
            found[k] = replace(one, why="the rate before")
    rated = [f for f in found if f.rate is not None and not f.why]
    if rated:  # a tariff's bare word beside a rate of the same sentence says nothing new
        found = [f for f in found if f.rate is not None or f.kind != TARIFF or _apart(s.text, f, rated)]
    return found


_OF_VALUE = re.compile(
    r"\s*of (?:the |its |their )?(?:customs |declared |dutiable |entered |invoice |import |CIF |FOB |assessable )?value\b", re.I
)
_DUTY_WORD = re.compile(r"\b(?:tariffs?|dut(?:y|ies)|surtax|surcharge|levy|levies)\b", re.I)
_REPLACED = re.compile(
    r"^\W*(?:\w+\s+){0,3}?(?:is|are|was|were|shall be|will be|be)?\s*(?:replaced|substituted|"
    r"superseded)\s+(?:by|with)\s+(?:a |the )?\W*$|"
    r"^\W*(?:and|,)?\s*(?:by )?(?:substituting|inserting)\s+\W*(?:in lieu thereof\s+)?\W*$",
    re.I,
)
_MOVES_TO = re.compile(
    r"^[^;,]{0,80}?,?\s+(?:now\s+|will\s+|then\s+)?(?:falls?|fell|drops?|dropped|rises?|rose|goes|went|comes|came)\s+"
    r"(?:up\s+|down\s+|back\s+)?to\s+(?:\w+\s+)?$",
    re.I,
)
_CHANGED = re.compile(
    r"\b(?:varied|cut|raised|lowered|reduced|increased|amended|changed|revised|brought down|trimmed|hiked|"
    r"lifted)\b[^;]{0,60}?\bto\s+(?:\w+\s+)?$",
    re.I,
)


def _apart(text: str, noun: _Anchor, rated: Sequence[_Anchor]) -> bool:
    """Whether a tariff word without a rate stands in another clause than all rates of the sentence."""
    if all(r.start > noun.end and built(r"\b{answers}\b").search(text[noun.end : r.start]) for r in rated):
        return True
    left, right = clause_bounds(text, noun.start, noun.end)
    return not any(left <= r.start < right for r in rated)


def _hangs_on(text: str, anchor: _Anchor, x: int) -> bool:
    """Whether a curb stands in a condition of the rate before it: "11 % if India does not lift its ban on exports"."""
    return x > anchor.end and bool(re.search(r"\b(?:if|unless)\b", text[anchor.end : x]))


def _beside(text: str, anchor: _Anchor, x: int, y: int) -> bool:
    between = text[anchor.end : x] if x >= anchor.end else text[y : anchor.start]
    return (
        len(between) < 90 and not re.search(r"[;]|\b(?:and|but|while)\b", between) and not built(r"\b{answers}\b").search(between)
    )


def _rate_anchor(
    text: str,
    a: Amount,
    start: int,
    end: int,
    nouns: list[tuple[int, int, str]],
    before: list[_Anchor],
    listed: bool,
    context: bool = False,
) -> _Anchor | None:
    after, lead = text[end : end + 70], text[max(0, start - 60) : start]
    if re.match(rf"\s*{word('not_rate_after').pattern}", after, re.I) and not _OF_VALUE.match(after):
        return None
    if built(
        r"\b{not_rate_before}\s+(?:(?!(?:{pays}|dut(?:y|ies)|tariffs?|rates?)\b)\w+\s+){0,1}(?:of|by|to|from|at|is|was|were|"
        r"are|exceed\w*)?\s*(?:about |around |over |nearly |some |only )?$"
    ).search(lead):
        return None
    if built(r"\b{threshold}\s+$").search(lead) and not built(r"\bnot\s+exceed\w*\s+$").search(lead) and not listed:
        return None
    kind, linked, noun_at = TARIFF, False, -1
    for x, y, k in nouns:
        if k not in (TARIFF, NON_TARIFF, OTHER_MEASURE):
            continue
        if x >= end and (
            _TO_DUTY.match(text[end:x])
            or (_AD_VALOREM.match(text[end:x]) and len(text[end:x]) < 80 and not re.search(r"[.;]", text[end:x]))
        ):
            kind, linked, noun_at = k, True, x
            break
        between = text[y:start]
        if (
            y <= start
            and len(between) < 140
            and not _STOP.search(between)
            and (
                _DUTY_TO.search(between)
                or (re.search(r"\w,\s+$", between) and re.match(r"\s*,", text[end:]))
                or (a.kind in ("change", "range") and len(between) < 110)
            )
        ):
            kind, linked, noun_at = k, True, x
    last = before[-1] if before else None
    elliptic = last is not None and not last.why and _ellipsis(text, last.end, start, end)
    pays = built(rf"\b{{pays}}\s+(?:(?:{_LEAD_IN}|tariffs?|dut(?:y|ies)|rates?|ad valorem|and|in)\s+){{0,5}}$").search(
        text[max(0, start - 70) : start]
    )
    hits = built(
        r"\b{hits}\s+(?:(?!\bby\b)[\w.'%-]+\s+){1,8}?(?:with|at)\s+(?:an? |up to |as much as )?(?:additional |extra |further )?$"
    ).search(text[max(0, start - 110) : start])
    levies = (
        built(
            r"\b(?:impos\w*|levie[sd]|levy|charg\w*|slap\w*|puts?|plac\w*|appl\w*|collect\w*|adds?|added|adding|tak\w+|took|"
            r"demand\w*|assess\w*|clap\w*|ask\w*|set\w*|fix\w*|introduc\w*)\s+(?:an? |only |an additional |an extra |"
            r"a further |another |up to )*$"
        ).search(text[:start])
        and (
            re.match(r"\s+(?:(?:extra|more|additional(?:ly)?)\s+)?(?:on|against|for)\b", after)
            or (
                re.match(r"\s*[.,;]|\s+(?:from|as of|until|starting)\b", after)
                and re.search(r"\b(?:levy|levie[sd]|charge[sd]?)\s+\S*$", text[:start])
            )
        )
    ) or re.search(
        r"\b(?:charg\w*|collect\w*|tax\w*|levie[sd]|levy)\s+(?:it|them|these|those|him|us|both)\s*,?\s+(?:at |with )?"
        r"(?:an? |only |an extra |up to )*$",
        text[:start],
        re.I,
    )
    replies = built(r"\b{replies}\s+(?:\w+ )?with\s+(?:an? |up to |another )*$").search(text[:start]) and re.match(
        r"\s+on\b", after
    )
    object_first = built(
        r"\b{ditransitive}\s+(?:[A-Z][\w'-]*\s+){1,4}(?:an? |another |up to )*$".replace("[A-Z]", "(?-i:[A-Z])")
    ).search(text[:start])
    level_first = built(r"\b{changes}[,]?\s+(?:by [\w-]+ (?:percentage )?points,?\s+)?(?:up |down |back )?to\s+$").search(
        text[:start]
    ) and (
        re.match(
            r"(?:\s+\([^)]*\))?,?\s+(?:what\b|(?:its|the|their|his)\s+(?:[\w-]+\s+){0,3}?(?:dut|tariff|lev|rate|surtax|charge))",
            after,
        )
    )
    levies = levies or replies or object_first or level_first
    named = context and re.search(
        r"\b(?:mention|float|suggest|threaten|propos|moot|demand|nam|talk\w* of|spoke\w* of|speak\w* of)\w*\s+(?:an? |up to )*$",
        text[:start],
        re.I,
    )
    if context and re.search(r"(?-i:[A-Z])[\w.]+(?:'s|s') (?:own )?$", text[:start]) and re.match(r"\s+(?:on|against)\b", after):
        named = named or re.search(r"'", text[:start])  # "Washington's 50 % on Canadian steel"
    levied = built(r"\s+(?:that|which)\s+(?:the\s+)?(?-i:[A-Z])[\w. ]{1,25}?\s+(?:{adds})\s+(?:on|to)\b").match(
        text[end:]
    ) or re.match(r"\s+(?:already |now )?(?:levied|charged|imposed|paid|in force|applied)\b", after)
    if context:
        levied = levied or THAT_PAYS.match(text[end:])
    if not linked and context:
        heading = re.search(r"\bheadings?\s+\d{4}", text[:start], re.I)
        linked = bool(
            re.search(r"\b(?:inserting|substituting)\s+\W*$", text[:start], re.I)
            or (heading and re.search(r"\bat\s+$", text[:start]))
            or re.search(
                r"\b(?:it|this|that|which|they|rates?)\s+(?:will|would|shall|is to|are to)\s+(?:then )?(?:fall|rise|"
                r"go|drop|increase|climb)\w*\s+(?:back\s+)?to\s+$",
                text[:start],
                re.I,
            )
        )
    if not linked and context:
        linked = bool(
            re.search(
                rf"\brates?\b[^.;]{{0,45}}?\b(?:is|are|be|to|of|at|,)\s+(?:{_LEAD_IN}\s+)*$|\brate,\s+$", text[:start], re.I
            )
            or re.match(
                r"\s+(?:\w+\s+)?rates?\b(?=\s+(?:continues?|appl\w+|on|for|remains?|stays?|is|will|would|shall)\b)", after
            )
            or re.search(
                r"^\W*(?:it|they|this|that|the \w+)\s+(?:then\s+|will\s+|would\s+|shall\s+)?(?:goes?|ris\w+|falls?|"
                r"steps?|climbs?|drops?|increases?|moves?|starts?)\s+(?:\w+\s+)?(?:to|at)\s+$",
                text[:start],
                re.I,
            )
        )
        linked = linked or bool(re.search(r"^\W*[A-Z][\w .]{1,30}:\s*(?:an? )?$", text[:start]) and re.match(r"\s+on\b", after))
    if not linked and last is not None and _CHANGED.search(text[last.end : start]):
        linked = True
    if not linked and context and a.kind == "single":
        linked = bool(
            re.match(r"\W*(?:is|are|shall be|will be)\s+(?:replaced|substituted)\s+(?:by|with)\s+\W*\d", after)
            or (last is not None and _REPLACED.match(text[last.end : start]))
        )
    if not (linked or elliptic or pays or hits or levies or levied or named or listed):
        return None
    why = _why_not(text, start, end, linked, noun_at)
    return _Anchor(start, end, kind, a, why, bool(linked or pays or hits or levies or levied or named))


def _ellipsis(text: str, last: int, start: int, end: int) -> bool:
    """A further rate of an enumeration: ", textiles 35 percent", "and 25% on steel", "18% from 14 September"."""
    between, after = text[last:start], text[end : end + 25]
    if len(between) > 150 or re.search(r"\b(?:of|share|exports?|imports?|grew|fell|rose)\s+(?:by\s+)?$", between, re.I):
        return False
    if re.search(r"(?:,|;|\band|\bto|\bor|\bthen)\s+(?:an? |up to |the )?$", between, re.I) and re.match(
        r"\s*(?:on|for|from|against|if|as of|in|,|;|\.|$|and|\))", after, re.I
    ):
        return True
    return bool(re.match(r"(?:\s+[\w.]+){0,3}\s*[,;]|\s+(?:and|for|on)\b|\s*\)", between)) and not re.search(
        r"\b(?:is|are|was|were|has|have|had|said|says)\b", between
    )


def _why_not(text: str, start: int, end: int, linked: bool, noun_at: int) -> str:
    """Why a rate of duty is no measure of its own: the ordinary duty, a sum of duties, an average, an exemption."""
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    if built(
        r"\b{ordinary}\s*(?:\([A-Z]+\)\s*)?(?:\w+\s+){0,3}?(?:dut(?:y|ies)|rates?|"
        r"tariffs?)?\s*(?:\([A-Z]+\)\s*)?(?:rate\s+)?(?:of|at|is)?\s*(?:up to |about )?$"
    ).search(before) and not re.search(r"\b(?:and|plus) (?:the )?[^.;]*\b(?:add up|together)\b", text[:start], re.I):
        return "the ordinary duty"
    if built(r"^\s*(?:\w+ )?{ordinary}\s*(?:\([A-Z]+\)\s*)?(?:customs |import )?(?:dut(?:y|ies)|rates?|tariffs?)").match(after):
        return "the ordinary duty"
    if re.search(r"\b(?:average|effective|mean)\s+(?:\w+\s+)?(?:tariff|duty|rate)s?\b[^;.]{0,60}$", text[:start], re.I):
        return "a sum or an average of duties"
    if built(r"\b{total}\b[^,;.]{0,45}$").search(before) and not built(r"\b{cap}\s+$").search(before):
        return "a sum or an average of duties"
    if re.match(r"\s*(?:in total|altogether|combined|overall|on average|in all\b)", after) and not built(r"\b{cap}\s+$").search(
        before
    ):
        return "a sum or an average of duties"
    if re.search(r"\(\s*(?:up |down )?from\s+$|\b(?:was|previously|formerly|until now)\s+$", before, re.I):
        return "the rate before"
    if built(r"\b{spared}\b[^.;]*\b(?:from\s+)?(?:its|the|an?|this|that)\s+(?:\w+\s+)?$").search(text[:start]):
        return _not_paid(text, end)
    if re.search(r"\bof which\s+(?:about |some )?$", before):
        return "a part of the rate before it"
    if a_step(text, start, end):
        return "a step, not a level"
    if built(r"\b{except}\b").search(text[:start]) and re.search(
        r"\b(?:zero|0(?:\.0)?\s*(?:%|per ?cent|percent))", text[start:end], re.I
    ):
        return "an exemption"
    if (
        re.search(
            r"\b(?:was|were|been)\s+(?:previously|formerly|earlier|until then)|\b(?:previous|former|"
            r"old) (?:\w+ ){0,2}$|\b(?:up|down|raised|increased|lowered|cut|reduced|fell|rose|"
            r"lifted) from (?:\w+ ){0,4}$|\b(?:instead of|rather than|compared with|"
            r"(?<!ruling )(?<!judgment )(?<!verdict )(?<!case )(?<!case, )(?<!appeal, )(?<!complaint, )"
            r"(?<!complaint )(?<!appeal )(?<!challenge )(?<!lawsuit )against|"
            r"replac\w+ (?!by|with)) ?(?:the |a )?(?:\w+ )?(?:rate of )?$",
            before,
            re.I,
        )
        and not re.search(r"\bto\s", text[end : end + 14])
        and not re.search(r"\b(?:surtax|tariff|dut)\w* against (?:the |a )?$", before)
    ) and not re.search(r"\brang\w+ from\b", before):
        return "the rate before"
    if re.search(r"\b(?:deleting|striking)\s+(?:out\s+)?\W*$|\badded to the\s+$", before, re.I):
        return "the rate before" if "deleting" in before or "striking" in before else "named only beside another"
    left, _ = clause_bounds(text, start, end)
    clause = text[left:start]
    if word("exempt").search(clause) and re.search(rf"\b(?:{body('exempt')})(?:(?![.;])[\s\S]){{0,120}}$", clause, re.I):
        return _not_paid(text, end)
    if re.search(r"\b(?:in addition to|on top of|besides|apart from|separate from)\s+(?:the\s+)?$", before, re.I) and re.search(
        r"\bordinary|MFN\b", after, re.I
    ):
        return "the ordinary duty"
    return ""


_STANDS_FOR_OTHERS = re.compile(
    r"\b(?:(?:that|which)\s+(?:[\w.]+\s+){1,5}?(?:imposed|introduced|levied|levies|charged|charges|collects|set|put|puts|adopted|applies|applied)|"
    r"(?:imposed|introduced|in force|in effect|in place)\s+(?:on|since|by|under|in)|already in (?:force|place))\b",
    re.I,
)
"""After a rate that some are spared: it is levied on others."""


def _not_paid(text: str, end: int) -> str:
    """Why a rate that some are spared, and that ends at `end`, is no measure; empty where it is levied on others."""
    return "" if _STANDS_FOR_OTHERS.search(text[end : end + 110]) else "named only as what is not paid"


_IS_SPARED = re.compile(
    r"[^,;]{0,25}?\b(?:is|are|was|were|been|be)\s+(?:\w+ )?(?:exempt\w*|spared|excluded|relieved|left out)\b", re.I
)


def a_step(text: str, start: int, end: int) -> bool:
    """Whether "by ten points" is followed by the level it leads to."""
    if re.search(r"points?\b|pp\b", text[start:end]) and re.search(
        r"\badd(?:s|ed|ing)?\s+(?:another |a further |about )?$", text[:start], re.I
    ):
        return True
    return bool(
        re.search(r"\bby\s+(?:another |a further |about )?$", text[:start], re.I)
        and re.search(r"^[^.;]{0,60}?\bto\s+(?:\d|[a-z-]+ per ?cent)", text[end:], re.I)
    )


def _withheld(sheet: Sheet, s: Sentence, end: int) -> Amount | None:
    """Share of exports withheld: "cut its exports of X by 40 %"; only where the curb's own words say "by"."""
    for a in sheet.amounts_in(s.start + end, s.end):
        if a.unit == "%" and re.search(r"\bby\s+(?:about |around |up to )?$", s.text[: a.start - s.start]):
            return a
    return None


# -- parts of a sentence -----------------------------------------------------------------------------------------------
_CUT = re.compile(r"[,;]\s+(?:and\s+|but\s+)?|\s+(?:and|but|while|whereas|with)\s+", re.I)


def _parts(text: str, anchors: Sequence[_Anchor]) -> list[tuple[int, int]]:
    """For each anchor the stretch of the sentence that is about it."""
    cuts = [0]
    for one, two in pairwise(anchors):
        between = text[one.end : two.start]
        found = list(_CUT.finditer(between))
        at_once = found[0] if found and found[0].start() <= 1 else None
        chosen = at_once or (found[-1] if found else None)
        if at_once is None and len(found) > 1 and chosen is not None and chosen.group().strip().lower() == "and":
            tail = between[found[-2].end() :]
            if found[-2].group().strip() == "," and between[chosen.end() :].strip() and len(tail.split()) <= 5:
                chosen = found[-2]  # "textiles and footwear 35 percent": the pair belongs together
        answer = built(r"\b{answers}\b").search(between) if chosen is None else None
        cut = chosen or answer
        cuts.append(one.end + (cut.start() if cut else len(between)))
    cuts.append(len(text))
    return list(pairwise(cuts))


_PASSIVE = re.compile(
    r"\b(?:prohibited|banned|forbidden|restricted|halted|stopped|barred|blocked|suspended|"
    r"(?:allowed|permitted) only|only (?:with|under)|without an?|"
    r"added|put|placed)\b",
    re.I,
)


def _judged(text: str, anchor: _Anchor, part: tuple[int, int], before: Sequence[tuple[int, int]]) -> Judgement:
    left, right = clause_bounds(text, anchor.start, anchor.end)
    own = judge(text, anchor.start, anchor.end, (max(left, part[0]), min(right, part[1])))
    named = text[anchor.start : anchor.end]
    acting = VERB_FORM.match(named) or re.match(r"off\b", named) or _PASSIVE.search(named)
    if anchor.rate is None and own.cue == "" and own.status == IN_FORCE and acting:
        return replace(own, sure=0.85, cue=acting.group(), reason=f"{acting.group()!r}", others=())
    if own.cue or (left, right) == part:
        return own
    wide = judge(text, anchor.start, anchor.end, (left, right))
    if wide.cue or not before:
        return wide
    whole = judge(text, anchor.start, anchor.end, (0, right))
    return replace(whole, sure=min(whole.sure, 0.75)) if whole.cue else wide


# -- who and on whom ---------------------------------------------------------------------------------------------------
_RESPONSE = re.compile(
    r"\b(?:in response to|after|because|if|unless|as part|amid|in retaliation|in return|to (?:punish|"
    r"retaliate|protect|force|answer)|over|following"
    r"|which|whose|said|says|since|although|when|until)\b|,\s+(?:which|who|a|an|as)\b",
    re.I,
)


THAT_PAYS = re.compile(r"\s+(?:that|which)\s+(?:[\w'-]+\s+){1,4}?(?:pays?|paid|faces?|faced)\b", re.I)
"""After a rate: "the 50 % that our steel pays"."""
_COLLECTED = re.compile(
    r"\b(?:levied|collected|charged|payable|paid|due|takes effect|took effect"
    r"|(?:comes?|came) into force|appl(?:y|ies)|in force)\b",
    re.I,
)
"""Between a rate and a place: there it is paid ("a duty is collected at Indonesian ports")."""
_STRUCK = r"hit (?:by|with)|fac(?:ing|ed with)|angered by|stung by|threatened with|struck by|already paying"
_ASIDE = re.compile(
    r"^\W*(?:should|if|unless|when|in case|in the event|after|because|in (?:response|answer|reply|reaction|return) (?:to|for)|"
    r"in retaliation (?:for|to|against)|(?:respond|react)ing to|retaliating (?:for|against)|since|although|though|whereas|"
    rf"(?:{_STRUCK}))\b[^,;]{{4,160}},\s*",
    re.I,
)
_INSERTED_ASIDE = re.compile(
    rf",\s+(?:in (?:response|answer|reply|retaliation) (?:to|for|against)|(?:{_STRUCK}))\b[^,;]{{4,120}},\s+", re.I
)
"""Beside a subject, what was done to it: "China, hit by a 100 % Canadian tariff, put 76 % on canola"."""
_AFTER_IT = re.compile(r"^\W*(?:[\w-]+\s+){0,4}?(?:after|since|when|before|although|while|having)\s+(?:it|they)\b[^,;]*$", re.I)


def _who(text: str, f: Frame, anchor: _Anchor, part: tuple[int, int], who: Sequence[Role], *, first: bool) -> None:
    left, _right = clause_bounds(text, anchor.start, anchor.end)
    low, high = max(part[0], 0), part[1]
    aside = _ASIDE.match(text[low : anchor.start])
    earlier: list[Role] = []
    if aside is not None:  # "Should X retaliate, …": another's act that the main clause answers
        low += aside.end()
        earlier = [r for r in who if low - aside.end() <= r.start < low and r.part == SUBJECT]
        who = [r for r in who if not (low - aside.end() <= r.start < low)]
    for m in _INSERTED_ASIDE.finditer(text):
        if m.end() <= anchor.start:
            who = [r for r in who if not (m.start() < r.start < m.end())]
    if re.search(r"\b(?:I|[Ww]e)\s+(?:may|will|shall|hereby|am|have|would|could|might)\b[^;]*$", text[: anchor.start]):
        who = [r for r in who if r.part not in LEVIES or r.start > anchor.start]
    inside = [r for r in who if low <= r.start < high]
    before = [
        r
        for r in who
        if r.end <= anchor.start
        and r.start >= (left if any(q.part in LEVIES for q in who if left <= q.start < anchor.start) else 0)
    ]
    tail = text[anchor.end : high]
    stop = _RESPONSE.search(tail)
    limit = anchor.end + stop.start() if stop else high
    f.excepted = [
        r.code
        for r in inside
        if r.part == EXCEPTED or (r.part in LEVIED and r.end <= anchor.start and _IS_SPARED.match(text[r.end : anchor.start]))
    ]
    f.received = bool(word("pays").search(text[max(low, left) : anchor.end + 4]) or THAT_PAYS.match(text[anchor.end :]))
    own_noun = _noun_place(text, anchor)
    theirs = next(
        (
            r
            for r in inside
            if r.part == OWNER and r.end <= anchor.start and re.match(r"(?:'s?|\s+\w+\b[^:;.]{0,15}):", text[r.end :])
        ),
        None,
    )
    owner = theirs or next(
        (
            r
            for r in reversed(who)
            if r.part == OWNER
            and r.end <= own_noun
            and not re.search(r"[;]|,\s+(?:and|but|while)", text[r.end : own_noun])
            and _owns(text, r, own_noun)
        ),
        None,
    )
    agent = next(
        (
            r
            for r in inside
            if r.part == AGENT
            and (
                r.start >= anchor.end
                or f.received
                or re.match(r"\s+of\b", text[r.end :])
                or re.search(r"\b(?:imposed|levied|charged|set|applied|announced|adopted)\s+by\s+(?:the\s+)?$", text[: r.start])
            )
        ),
        None,
    )
    place = next(
        (
            r
            for r in inside
            if r.part == PLACE
            and r.start >= anchor.end
            and (f.received or _COLLECTED.search(text[anchor.end : r.start]))
            and (r.form == "name" or re.match(r"[ -](?:border|market|ports?|customs|frontier)\b", text[r.end :]))
            and r.start - anchor.end < (40 if f.received else 75)
        ),
        None,
    )
    buyer = next((r for r in inside if r.part == BUYER), None)
    if owner is not None and owner.end <= low and _subject(text, anchor, [r for r in before if r.start >= low]) is not None:
        owner = None  # "in retaliation for Kenya's duty, Uganda put 30 % on tea": the later act has a subject of its own
    answering = _ANSWERS_A_RATE.search(text[: anchor.start]) if owner is None else None
    if answering is not None:
        actor = _subject(text, anchor, before)
        f.response, f.subject = True, actor.code if actor else None
        if actor is not None:
            f.on, f.on_how = [actor.code], "named beside it"
        return
    if owner is not None:
        _levier(f, owner, who, text, "its own word")
    elif (claimed := _claimed(text, anchor, who)) is not None:
        _levier(f, claimed, who, text, "subject of the sentence")
    elif agent is not None:
        _levier(f, agent, who, text, "named with 'by'")
    elif place is not None:
        _levier(f, place, who, text, "where it is paid")
    elif buyer is not None and (f.received or f.instrument in (TARIFF, EMBARGO)):
        _levier(f, buyer, who, text, "whose imports pay it")
    else:
        subject = _subject(text, anchor, before)
        if subject is None and re.search(r"\b(?:its|their)\s+(?:own\s+)?$", text[: anchor.start]):
            subject = next((r for r in reversed(before) if r.part == SUBJECT), None)
            if subject is not None and word("pays").search(text[subject.end : anchor.start]):
                subject = None
        if subject is None and _AFTER_IT.match(text[: anchor.start]):  # "after it slapped 35 % on Canada, the White House said …"
            subject = next((r for r in who if r.part == SUBJECT and r.start > anchor.end), None)
        if subject is not None:
            _levier(f, subject, who, text, "subject of the sentence")
        else:
            law = next((r for r in who if r.part == LAW and abs(r.start - anchor.start) < 160), None)
            said = _speaker(text, who, anchor)
            if law is not None:
                f.by, f.by_how = law.code, "the law it rests on"
            elif said is not None and (not f.received or said.form in ("office", "adjective")):
                f.by, f.by_how = said.code, "the office that announces it"
    if f.by is None and f.received:
        since = next((r for r in earlier if built(r"\s+(?:\w+\s+)?{makes}\b").match(text[r.end :])), None)
        if (
            since is not None
            and re.match(r"\W*(?:since|after|when)\b", text, re.I)
            and not any(r.code == since.code for r in inside)
        ):
            f.by, f.by_how = since.code, "the one named before it"  # "Since the EU replaced its safeguard, Turkish steel pays …"
    if f.by is None and re.search(r"\bby (?:(?:that|this) (?:country|government)|the latter)\b", text[anchor.end : high]):
        named = [r for r in before if r.part not in (ORIGIN, EXCEPTED)]
        if named:
            f.by, f.by_how = named[-1].code, "the one named before it"
    if f.by_how in ("subject of the sentence", "the office that announces it") and _on_its_own_goods(text, f, anchor, inside):
        f.by, f.by_how, f.also_by = None, "", []  # nobody levies a duty on his own goods: he only speaks of it
    taken_off = f.instrument == EXPORT_CONTROL and text[anchor.start : anchor.start + 4].lower() == "off "
    targets: list[str] = []
    for r in inside:
        if (
            r.start >= anchor.end
            and r.start > limit
            and not (
                r.part in LEVIED
                and not re.search(
                    r"\b(?:after|because|if|unless|until|amid|when|although|following|in response|in retaliation|over|"
                    r"(?:countries|nations|anyone|those|states) (?:that|which|who)|to (?:punish|answer|force))\b",
                    tail[: r.start - anchor.end],
                    re.I,
                )
            )
        ):
            continue
        if r.part in LEVIED or (r.part == DESTINATION and (f.instrument == EXPORT_CONTROL or _EXPORT_TAX.search(text))):
            if r.part == "target" and r.start < anchor.start and text[r.end : anchor.start].count(",") > 2:
                continue
            targets.append(r.code)
        elif (
            (
                f.received
                and r.part == SUBJECT
                and r.end <= anchor.start
                and word("pays").search(text[r.end : anchor.end])
                and not any(q.part in LEVIED and r.end <= q.start < anchor.start for q in inside)
                and r.code != f.by
            )
            or (taken_off and not text[r.end : anchor.start].strip() and r.part in (SUBJECT, OTHER))
            or (r.part == SUBJECT and not first and f.rate is not None and 0 <= anchor.start - r.end <= 2)
            or hits_object(text, r, anchor)
        ):
            targets.append(r.code)
        if (
            r.part == SUBJECT and targets and targets[-1] == r.code and not first
        ):  # "Pakistan pays 19%, Vietnam and Bangladesh 20%"
            targets += [q.code for q in inside if q.part == SUBJECT and q.end <= r.start and _joined(text, q, r)]
    f.on = [c for c in dict.fromkeys(targets) if c != f.by and c not in f.excepted]
    if f.on:
        f.on_how = "named beside it"
    stretch = text[max(low, left) : high]
    if (
        not f.on
        and f.by
        and (
            re.match(r"[^,;]{0,45}\bon (?:its|their) (?!own\b)", tail)
            or re.search(r"\bon (?:its|their) (?!own\b)[\w -]{2,30}$", text[own_noun : anchor.start])
            or re.search(r"\bon (?:its|their) (?!own\b)[\w -]{2,30} (?:to|at|of|by) $", text[own_noun : anchor.start])
        )
    ):
        speakers = [r.code for r in who if r.part == SUBJECT and r.end <= anchor.start and r.code != f.by]
        later = [
            r.code for r in who if r.part == SUBJECT and r.start >= anchor.end and r.code != f.by and aside_before(text, anchor)
        ]
        if speakers or later:
            f.on, f.on_how = speakers[-1:] or later[:1], "named beside it"
    if not f.on and f.by:
        adjectival = [r.code for r in inside if _names_goods_of_a_duty(text, r, anchor) and r.code != f.by]
        if adjectival:
            f.on, f.on_how = adjectival[:1], "an adjective before its goods"
    if not f.on and f.by and f.instrument == TARIFF and not word("everyone").search(text[max(low, left) : high]):
        sufferer = _sufferer(text, f, who)
        if sufferer is not None:
            f.on, f.on_how = [sufferer], "the one who speaks of it"
    if f.also_by and not f.on and re.search(r"\b(?:each other|one another)\b", text):
        f.on, f.on_how = list(f.also_by), "named beside it"
    if not f.on and word("everyone").search(stretch):
        f.everyone, f.on_how = True, "all are meant"
    if f.excepted and not f.on:
        f.everyone, f.on_how = True, "all but those excepted"
    subjects = [r.code for r in before if r.part in (SUBJECT,)]
    f.subject = subjects[-1] if subjects else None


def _on_its_own_goods(text: str, f: Frame, anchor: _Anchor, inside: Sequence[Role]) -> bool:
    """Whether the goods of a duty are those of the one who seems to levy it: "Seoul says the duty on Korean steel is 50 %"."""
    if f.instrument != TARIFF or _EXPORT_TAX.search(text):
        return False
    near = [r for r in inside if r.part in LEVIED and abs(r.start - anchor.start) < 90]
    return bool(near) and all(r.code == f.by for r in near)


def _sufferer(text: str, f: Frame, who: Sequence[Role]) -> str | None:
    """The only other economy of a sentence, where it does what only those do who are hit ("prepares for American tariffs")."""
    others = {r.code for r in who if r.code != f.by and r.part != EXCEPTED}
    first = next((r for r in who if r.code != f.by), None)
    if len(others) != 1 or first is None or first.part not in (SUBJECT, OTHER, AGENT, "target"):
        return None
    if first.part == AGENT and not re.search(
        r"\b(?:complaint|case|appeal|challenge|protest)s? by\s+(?:the\s+)?$", text[: first.start], re.I
    ):
        return None
    return (
        first.code
        if first.part == AGENT or built(r"^(?:'s?)?\s+(?:[\w'’.-]+\s+){0,8}?{suffers}\b").search(text[first.end :])
        else None
    )


def aside_before(text: str, anchor: _Anchor) -> bool:
    """Whether an anchor stands in a clause that opens the sentence and that the main clause answers."""
    return bool(built(r"^\W*{answers}\b[^;]*$").match(text[: anchor.start]))


def _names_goods_of_a_duty(text: str, r: Role, anchor: _Anchor) -> bool:
    """Whether a name is an adjective before goods before the duty: "the Swiss watch tariff" that another government levies."""
    noun = next((a for a, b, k in _nouns(text) if k == TARIFF and r.end < a <= r.end + 40), None)
    return (
        r.part == OTHER
        and r.form in ("adjective", "name")
        and noun is not None
        and bool(re.fullmatch(r"[ -](?:[a-z][\w-]*\s+){1,3}", text[r.end : noun]))
        and abs(noun - anchor.start) < 40
    )


_ANSWERS_A_RATE = re.compile(
    r"\b(?:answer|counter|match|respond to|reply to|retaliate (?:for|against)|offset|hit back at)(?:s|ed|ing)?\s+"
    r"(?:the|that|this|those)\s+(?:\w+\s+){0,2}$",
    re.I,
)
"""Before a rate that is another's: "would answer the 22 % tariff with …"."""


_EXPORT_TAX = re.compile(r"\bexport (?:tax|dut|lev|fee|charge|surcharge|cess|tariff)", re.I)


def _joined(text: str, one: Role, two: Role) -> bool:
    """Whether two names are joined by "and" or a comma alone."""
    return bool(re.fullmatch(r"\s*(?:,|and|,\s*and|&)\s+(?:the\s+)?", text[one.end : two.start]))


def hits_object(text: str, r: Role, anchor: _Anchor) -> bool:
    """Whether a name is what a verb of hitting hits: "taxes Brazil at 50 %"."""
    return bool(
        r.end <= anchor.start
        and r.part in (OTHER, SUBJECT, "target")
        and built(r"\b{hits}\s+(?:the\s+)?$").search(text[: r.start])
        and re.search(r"\b(?:with|at)\b", text[r.end : anchor.start])
    )


def _noun_place(text: str, anchor: _Anchor) -> int:
    """Where the noun of a rate's instrument starts, or the rate itself; owners stand before it."""
    nouns = _nouns(text)
    for a, _, _ in nouns:
        if a >= anchor.end and _TO_DUTY.match(text[anchor.end : a]):
            return a
    for a, b, _ in nouns:
        if b <= anchor.start and len(text[b : anchor.start]) < 140 and not re.search(r"[;]", text[b : anchor.start]):
            return max((x for x, _, _ in nouns if a < x < anchor.start), default=a)
    return anchor.start


def _owns(text: str, r: Role, noun: int) -> bool:
    between = text[r.end : noun]
    return len(between) < 80 and not built(r"\b(?:{breaks}|{pays})\b").search(re.sub(r"^'s?", "", between))


def _levier(f: Frame, r: Role, who: Sequence[Role], text: str, how: str) -> None:
    f.by, f.by_how = r.code, how
    k = list(who).index(r)
    while k and who[k - 1].part == r.part and _joined(text, who[k - 1], who[k]):
        f.also_by.append(f.by)
        k -= 1
        f.by = who[k].code


def _subject(text: str, anchor: _Anchor, before: Sequence[Role]) -> Role | None:
    """The government that acts: the nearest subject before the anchor with a verb of acting between, unless it pays."""
    for r in reversed(before):
        if r.part != SUBJECT:
            continue
        if _OF_A_RATE_BEFORE.search(text[: r.start]) and any(q.part == SUBJECT and q.start < r.start for q in before):
            continue  # "a 10 % duty that Uganda put on milk with one of 14 %": Uganda's is the rate before
        if not text[r.end : anchor.start].strip():
            verb = built(
                r"(?:{makes}|banned|bans?|halt\w*|block\w*|prohibit\w*|restrict\w*|curb\w*|limit\w*|stop\w*|require\w*)\b"
            )
            if anchor.rate is None and verb.match(text[anchor.start :]):
                return r
            continue
        between = text[r.end : anchor.start]
        if word("pays").search(between) or re.match(r"\s*:", between):
            led = [q for q in before if r.end <= q.start < anchor.start and q.part in LEVIED]
            if led and word("makes").search(text[r.end : led[0].start]):
                return r
            if word("pays").search(between) and built(r"\b{makes}\b").search(between) and _active_last(between):
                return r
            continue
        if word("makes").search(between) and not re.search(
            r"\b(?:is|are|was|were|be|been)\s+(?:\w+\s+)?(?:levied|charged|imposed|applied|collected|paid|assessed)\b",
            between,
            re.I,
        ):
            return r
        if r.start >= anchor.start:
            continue
    return None


_OF_A_RATE_BEFORE = re.compile(r"(?:%|per ?cent|percent)[^,;]{0,40}\b(?:that|which)\s+(?:the\s+)?$", re.I)


def _active_last(between: str) -> bool:
    """Whether after a relative clause about what is paid an active verb follows: "which pays 5 %, will charge …"."""
    last = list(word("pays").finditer(between))[-1]
    return bool(
        re.search(r",", between[last.end() :]) and word("makes").search(between[last.end() :])
    ) or last.group().lower().startswith("charg")


def _claimed(text: str, anchor: _Anchor, who: Sequence[Role]) -> Role | None:
    """Who levies in a clause after the rate: "a 20 percent duty that the United States has charged since 1 January"."""
    for r in who:
        if (
            r.part == SUBJECT
            and r.start >= anchor.end
            and re.match(r"(?:(?!\b(?:and|but|or)\b)[^.;]){0,70}?\b(?:which|that)\s+(?:the\s+)?$", text[anchor.end : r.start])
        ):
            return r if built(r"\s+(?:\w+\s+){0,3}?(?:{makes}|{hits})\b").match(text[r.end :]) else None
    return None


def _speaker(text: str, who: Sequence[Role], anchor: _Anchor) -> Role | None:
    for r in who:
        if (
            r.part == SUBJECT
            and r.form in ("office", "seat", "name", "adjective")
            and re.match(
                r"(?:'s)?\W+(?:[\w.,]+\W+){0,6}?(?:said|says|announced|confirmed|published|decided|ruled)\b",
                text[r.end : r.end + 70],
            )
        ):
            return r
    return None


def _shared(frames: list[Frame], parts: Sequence[tuple[int, int]], text: str) -> None:
    """What one frame of a sentence says of who and on whom holds for the next that says nothing of it."""
    for one, two in (*pairwise(frames), *((b, a) for a, b in pairwise(frames))):
        answers = two.by is not None and one.by is not None and two.on == [one.by] != [two.by] and not one.on
        if answers and one.rate is not None and not one.everyone and built(r"\b{answers}\b").search(text):
            one.on, one.on_how = [two.by or ""], "the one who answers it"
    for one, two in pairwise(frames):
        if two.by is None and one.by is not None and one.by not in two.on:
            two.by, two.by_how = one.by, one.by_how
        if not two.on and not two.everyone and one.on and two.by == one.by:
            two.on, two.on_how = list(one.on), "as the one before it in the sentence"
        if not two.on and not two.everyone and one.everyone and two.by == one.by:
            two.everyone, two.on_how = True, one.on_how
    for two, one in pairwise(reversed(frames)):
        alike = one.by == two.by and one.judgement.status == two.judgement.status and not one.why_aside
        if one.begins is None and two.begins is not None and alike:
            one.begins = two.begins
        between = text[one.end - one.sentence.start : two.start - two.sentence.start]
        if two.received or re.search(r";|\b(?:while|but|whereas)\b", between):
            continue
        if (
            one.by is None
            and two.by is not None
            and two.by not in one.on
            and two.by_how in ("the office that announces it", "the law it rests on")
        ):
            one.by, one.by_how = two.by, two.by_how
        if not one.on and not one.everyone and two.on_how == "named beside it" and one.by == two.by:
            one.on, one.on_how = list(two.on), "as the one after it in the sentence"


def purchase_in(sheet: Sheet, s: Sentence) -> Frame | None:
    """A promise to buy: "China agreed to buy 25 million tonnes of US soybeans"; None where the sentence holds none."""
    buy = word("buys").search(s.text)
    if buy is None or not (sheet.products_in(s.start + buy.end(), s.end) or sheet.amounts_in(s.start + buy.end(), s.end)):
        return None
    block = sheet.block_of(s)
    who = roles(s.text, _named(sheet, s), s.start)
    judgement = judge(s.text, buy.start(), buy.end())
    if judgement.status not in ("denied", "hypothetical", "historical", "threatened"):
        judgement = Judgement("announced", 0.8, buy.group(), "a promise to buy", ("in_force",), judgement.quoted)
    f = Frame(s.start + buy.start(), s.start + buy.end(), PURCHASE, s, judgement, scenario=block.scenario, question="?" in s.text)
    ahead = [r for r in reversed(who) if r.end <= buy.start() and not built(r"\bon\b[^,;]*$").search(s.text[: r.start])]
    buyer = next((r for r in ahead if r.part == SUBJECT), None) or next((r for r in ahead if r.part == "origin"), None)
    if buyer is not None:
        f.by, f.by_how = buyer.code, "subject of the sentence"
    f.on = [r.code for r in who if r.start >= buy.end() and r.code != f.by][:1]
    f.on_how = "named beside it" if f.on else ""
    for p in sheet.products_in(s.start + buy.end(), s.end):
        if p.code not in f.sectors:
            f.sectors.append(p.code)
        f.product_words.append(sheet.flat[p.start : p.end])
    amounts = [a for a in sheet.amounts_in(s.start + buy.end(), s.end) if a.unit.startswith("million")]
    f.rate = amounts[0] if amounts else None
    f.firm = True
    quantity = re.search(
        r"(\d[\d.,]*)\s*(million|billion)?\s*(tonnes|tons|barrels|bushels|cubic metres)", s.text[buy.end() :], re.I
    )
    f.quantity = quantity.group() if quantity else ""
    _when(sheet, s, f, _Anchor(buy.start(), buy.end(), PURCHASE), (0, len(s.text)))
    return f


# -- goods -------------------------------------------------------------------------------------------------------------
def _goods(sheet: Sheet, s: Sentence, f: Frame, anchor: _Anchor, part: tuple[int, int]) -> None:
    low, high = part
    tail = s.text[anchor.end : high]
    stop = _RESPONSE.search(tail)
    limit = anchor.end + stop.start() if stop else high
    near = sheet.products_in(s.start + low, s.start + limit)
    excepted = built(r"\b{except}\b").search(s.text[low:limit])
    for p in near:
        if excepted and p.start - s.start > low + excepted.start():
            continue
        if re.match(r"[ -]+(?:tariff|duty)?\s*quotas?\b", sheet.flat[p.end : p.end + 20]):
            continue
        if p.code not in f.sectors:
            f.sectors.append(p.code)
        f.product_words.append(sheet.flat[p.start : p.end])
    if not f.sectors and f.instrument == EXPORT_CONTROL:
        unknown = re.search(
            r"\b(?:of|on|over)\s+(?:its |their |the |all )*([a-z][\w -]{2,30}?)\s+(?:exports?|shipments)",
            s.text[anchor.start : anchor.end],
        )
        unknown = unknown or re.search(
            r"\b(?:exports?|shipments?|sales abroad) of (?:its |their |the |all |"
            r"certain )*([a-z][\w -]{2,40}?)\s+(?:will |would |now |shall )?(?:require|need|to\b|from\b|are\b|"
            r"is\b|without)",
            s.text,
        )
        f.unmapped = unknown.group(1) if unknown else ""
    named = built(r"\bon (?:imports of |certain |some |most |all )*((?:(?!{breaks}\b)[\w-]+ ?){1,4})").search(tail[:80])
    if (
        not f.sectors
        and not f.unmapped
        and named
        and f.instrument == TARIFF
        and not re.match(r"(?:\w+ )?(?:goods|imports|products|exports)\b|the\b|[A-Z\d]", named.group(1))
    ):
        f.label = named.group(1).strip()
    if not f.sectors and re.search(
        r"\b(?:all|every|across[- ]the[- ]board|blanket|any)\b[^.;]{0,40}\b(?:goods|imports|products|"
        r"exports)\b|\bon (?:all |most )?(?:[\w.]+ ){0,2}(?:goods|imports|products|exports)\b",
        s.text[max(low, anchor.start - 60) : limit],
        re.I,
    ):
        f.all_goods = True


# -- when --------------------------------------------------------------------------------------------------------------
_FROM = re.compile(
    r"\b(?:starting|beginning|effective|from|as of|as from|take[sn]? effect|took effect|into (?:force|"
    r"effect)|since|start(?:s|ed)?|with effect"
    r"|kick(?:s|ed)? in|due|come[s]? into force|went into effect|apply(?:ing)?|applies|applied|arriv\w+|"
    r"entered|(?:threatened|scheduled|planned|set|slated|proposed) for|on or after"
    r"|effective date:?|in force|in place|inception)\b(?:[^,;]{0,42}?)(?:\b(?:on|from|in|the|at|of|or|"
    r"after|since)\s+|:\s*|,\s*|\(\s*|\s+)*$",
    re.I,
)
_START_AFTER = re.compile(r"\b(?:on|in|by|for)\s+(?:the\s+)?$", re.I)
_UNTIL = re.compile(
    r"\b(?:until|till|through|up to|expir\w+(?: on| in)?|laps\w+(?: on)?|ends?(?: on)?|ended(?: on)?|"
    r"runs? (?:out|until|to)(?: on)?|to run to|valid (?:to|until)"
    r"|extended (?:to|until)|deadline(?: of| \()?|no later than|\d\s+to)\s+(?:(?:on|the|at|end of|and including)\s+){0,2}\(?$",
    re.I,
)
_TRUCE = re.compile(
    r"\b(?:truce|ceasefire|standstill|understanding|moratorium|agreement|accord|armistice|pause)\b[^;.]{0,60}?"
    r"\b(?:to|that|which|had|has|would|will)\b[^;.]{0,30}?\b(?:hold\w*|held|keep\w*|kept|freez\w*|froze\w*|paus\w*|stop\w*|slow\w*|halt\w*|delay\w*|avoid\w*)\b",
    re.I,
)
_TO_AFTER_DATE = re.compile(r"^\s*(?:to|until|through|and ending on|-|–)\s*$", re.I)
_SAY = re.compile(
    r"\b(?:announc\w+|unveil\w+|said|told|posted|threaten\w+|wrote|warned|declared|signed|agreed|reached|"
    r"proposed|vowed|ordered|letter of|published|issued)\b[^,;]{0,40}$",
    re.I,
)
_OTHER_EVENT = re.compile(
    r"\b(?:summit|talks|meeting|meet|negotiations|visit|vote|hearing|review|decision|ruling|comments?|"
    r"investigation|complaint|case|loaded|goods in transit|deal|agreement|Order \d+|"
    r"No\. ?\d+)\b[^;]{0,40}$",
    re.I,
)


def _when(sheet: Sheet, s: Sentence, f: Frame, anchor: _Anchor, part: tuple[int, int]) -> None:
    low, high = part
    last: DateMention | None = None
    main = main_clause(s.text, anchor.start, anchor.end)
    for d in sheet.dates_in(s.start, s.end):
        at = d.at - s.start
        if not main[at : at + 4].strip():
            continue
        if d.precision in ("decade", "vague"):
            continue
        lead = s.text[max(0, at - 70) : at]
        inside = low <= at < high
        shared = at < low and re.match(
            r"^\W*(?:on|in|from|since|effective|as of|with effect from|starting|beginning)?\s*(?:the )?$", s.text[:at], re.I
        )
        trailing = at >= high and not any(
            high <= a.start - s.start < at for a in sheet.amounts_in(s.start, s.end) if a.unit == "%"
        )
        if not (inside or shared or trailing):
            continue
        if "relative to" in d.how and not re.search(
            r"\b(?:from|effective|starting|since|until|by|takes? effect|force)\s+(?:on\s+)?$", lead, re.I
        ):
            continue
        if last is not None and _TO_AFTER_DATE.match(s.text[last.to - s.start : at]):
            f.ends = f.ends or d
        elif _OTHER_EVENT.search(lead) and not re.search(
            r"\b(?:effective|take[sn]? effect|from|since|until|starting)\s+(?:on\s+)?$", lead, re.I
        ):
            continue
        elif _UNTIL.search(lead) and f.judgement.status != "suspended" and _TRUCE.search(s.text[:at]):
            continue  # "a truce to hold tariffs steady until 10 November": the day is the truce's
        elif (
            f.judgement.status in ("struck_down", "withdrawn", "expired")
            and re.search(r"\b(?:on|in|effective|from)\s+$", lead)
            and not re.search(r"\b(?:imposed|introduced|effect|since|in place)\b[^,;]{0,12}$", lead)
        ) or _UNTIL.search(lead):
            f.ends = f.ends or d
        elif _SAY.search(s.text[max(0, at - 60) : at]) and not _FROM.search(lead[-25:]):
            f.announced = f.announced or d
        elif _FROM.search(lead):
            f.begins = f.begins or d
        elif (
            at < anchor.start
            and shared is None
            and re.match(r"^\W*(?:on|in)?\s*(?:the )?$", s.text[:at], re.I)
            and re.search(r"\b(?:signed|announced|said|issued)\b", s.text[d.to - s.start : anchor.start], re.I)
        ):
            f.announced = f.announced or d
        elif re.match(r"^\W*(?:on|in|from|effective|as of|starting)\s*(?:the )?$", s.text[:at], re.I) and at < anchor.start:
            opening = s.text[:at].lower()
            if (
                re.search(
                    r"\b(?:signed|announced|said|issued|published|threatened|decided|ruled|asked|told)\b",
                    s.text[d.to - s.start : anchor.start],
                    re.I,
                )
                and "from" not in opening
                and "effective" not in opening
            ):
                f.announced = f.announced or d
            else:
                f.begins = f.begins or d
        elif _START_AFTER.search(lead) and at >= anchor.end and not _SAY.search(lead):
            f.begins = f.begins or d
        last = d
