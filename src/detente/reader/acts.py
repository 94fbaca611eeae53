"""Mentions of trade measures: the instrument's word, and who, on whom, how much, on what, from when, with which status.

Each mention fills what its own sentence says; `merge` puts mentions of the same measure together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from detente.reader.act_words import (
    ADJ_LINK,
    BUY,
    DUTY_TO_RATE,
    EMBARGO,
    EXPORT_CONTROL,
    GOODS,
    INSTRUMENT,
    INSTRUMENTS,
    NON_TARIFF,
    NOT_RATE_AFTER,
    OTHER,
    PURCHASE,
    RATE_TO_DUTY,
    RECEIVES,
    TARIFF,
    VERB,
)
from detente.reader.amounts import Amount
from detente.reader.dates import DateMention
from detente.reader.sentences import Sentence
from detente.reader.sheet import Sheet
from detente.reader.status import Judgement, clause_bounds, judge
from detente.reader.words import Mention


@dataclass
class Act:
    """One mention of a measure. Empty slots are what the sentence leaves out."""

    start: int
    end: int
    instrument: str
    sentence: Sentence
    judgement: Judgement
    by: str | None = None
    by_how: str = ""
    on: list[str] = field(default_factory=list)
    rate: Amount | None = None
    sectors: list[str] = field(default_factory=list)
    product_words: list[str] = field(default_factory=list)
    all_goods: bool = False
    begins: DateMention | None = None
    ends: DateMention | None = None
    announced: DateMention | None = None
    scenario: str = ""
    question: bool = False
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How much the mention says."""
        slots = (self.by, self.on, self.rate, self.sectors, self.begins, self.ends)
        return sum(bool(s) for s in slots)


def acts_in(sheet: Sheet) -> tuple[Act, ...]:
    """Every mention of a trade measure in the article, in order."""
    found: list[Act] = []
    for s in sheet.sentences:
        triggers = [(m, _kind(m)) for m in islice(INSTRUMENT.finditer(s.text), 30)]
        triggers = [(m, k) for m, k in triggers if not _compound(s.text, m, k)]
        if triggers and triggers[0][0].group()[0].isdigit() and "rate" not in triggers[0][0].group():
            triggers = triggers[1:]
        for n, (m, kind) in enumerate(triggers):
            low = triggers[n - 1][0].end() if n else 0
            high = triggers[n + 1][0].start() if n + 1 < len(triggers) else len(s.text)
            found.append(_act(sheet, s, m, kind, low, high))
        buy = BUY.search(s.text)
        if buy and (sheet.products_in(s.start + buy.end(), s.end) or sheet.amounts_in(s.start + buy.end(), s.end)):
            found.append(_purchase(sheet, s, buy))
    return tuple(found)


def _kind(match: re.Match[str]) -> str:
    key = next(k for k, v in match.groupdict().items() if v is not None)
    return INSTRUMENTS[int(key[1:])][0]


def _compound(text: str, match: re.Match[str], kind: str) -> bool:
    """Words that name no measure: "on duty", "duty of care", "heavy-duty", "average tariff"."""
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 12]
    word = match.group().lower()
    if kind == TARIFF and word[0].isdigit() and "rate" not in word and match.start() == 0:
        return True
    return (
        kind == TARIFF
        and word in ("duty", "duties")
        and bool(
            re.search(r"(?:\bon|heavy-|off|double|\bhis|\bher|\bpublic|active|civic|military) ?$", before, re.I)
            or re.match(r" (?:of care|to\b)", after)
        )
    )


def _act(sheet: Sheet, s: Sentence, m: re.Match[str], kind: str, low: int, high: int) -> Act:
    text, start, end = s.text, m.start(), m.end()
    block = sheet.block_of(s)
    act = Act(s.start + start, s.start + end, kind, s, judge(text, start, end), scenario=block.scenario, question="?" in text)
    act.rate = _rate(sheet, s, start, end, low, high) if kind in (TARIFF, NON_TARIFF, OTHER) else _withheld(sheet, s, end, high)
    _who(sheet, s, act, start, end, low, high)
    _goods(sheet, s, act, start, end, low, high)
    _when(sheet, s, act, start, end, low, high)
    if re.search(r"\b(?:average|effective|mean|overall)\b[^,;]{0,30}$", text[:start], re.I) and act.rate is not None:
        act.extra["average"] = True
    return act


def _rate(sheet: Sheet, s: Sentence, start: int, end: int, low: int, high: int) -> Amount | None:
    best: tuple[int, Amount] | None = None
    for a in sheet.amounts_in(s.start, s.end):
        if a.unit not in ("%", "pp"):
            continue
        a0, a1 = a.start - s.start, a.end - s.start
        if start <= a0 < end:
            return a
        if NOT_RATE_AFTER.match(s.text[a1 : a1 + 60]):
            continue
        if low <= a0 and a1 <= start and RATE_TO_DUTY.match(s.text[a1:start]):
            gap = start - a1
        elif end <= a0 and a1 <= high:
            between = s.text[end:a0]
            ok = (a.kind in ("change", "range") and len(between) < 90) or DUTY_TO_RATE.search(between)
            if (
                not ok
                or re.search(
                    r"[;]|\b(?:GDP|growth|exports? (?:fell|rose|dropped)|inflation|shares?|output|prices?)\b", between, re.I
                )
                or len(between) > 110
            ):
                continue
            gap = a0 - end + 30
        elif (
            low <= a0
            and a1 <= start
            and re.search(r"\b(?:tax|levy|rate|charge|hit|slap)\w*\b", s.text[max(0, a0 - 40) : a0], re.I)
        ):
            gap = start - a1 + 40
        else:
            continue
        if best is None or gap < best[0]:
            best = (gap, a)
    for a in sheet.amounts_in(s.start + end, s.start + high):
        moved = re.search(
            r"\b(?:cut|reduced|lowered|raised|increased|hiked|trimmed|doubled|brought down)\s+to\s+$", s.text[: a.start - s.start]
        )
        if moved and a.unit == "%" and best is not None:
            return a
    return best[1] if best else None


def _withheld(sheet: Sheet, s: Sentence, end: int, high: int) -> Amount | None:
    """Share of exports withheld: "cut its exports of X by 40 %"; only where the curb's own words say "by"."""
    for a in sheet.amounts_in(s.start + end, s.start + high):
        if a.unit == "%" and re.search(r"\bby\s+(?:about |around |up to )?$", s.text[: a.start - s.start]):
            return a
    return None


def _who(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    left, right = clause_bounds(s.text, start, end)
    here = [a for a in sheet.actors_in(s.start, s.end) if a.form != "city"]
    before = [a for a in here if a.end - s.start <= start]
    after = [a for a in here if a.start - s.start >= end]
    doer = next((a for a in after if _does_it(s.text, end, a.start - s.start, a.end - s.start, high)), None)
    if doer is not None:
        act.by, act.by_how = doer.code, "after 'by'"
    for a in reversed(before):
        if act.by:
            break
        _before(s, act, a, start, left)
        if act.by == a.code:
            _joint(s, act, a, before)
    for a in here:
        if start < a.start - s.start < end and a.code != act.by:
            _add(act, a.code)
    stop = re.search(
        (
            r"\b(?:in response to|after|because|if|unless|as (?:it|the|they|part)|amid|in retaliation"
            r"|to (?:punish|retaliate|protect|force)|over (?:its|their)|following|which|whose|said|while)\b"
        ),
        s.text[end:],
    )
    limit = min(high, end + stop.start() if stop else len(s.text), right if right > end else len(s.text))
    for a in after:
        a0, a1 = a.start - s.start, a.end - s.start
        lead = s.text[end:a0]
        if a0 > limit or a is doer:
            continue
        if act.instrument == EXPORT_CONTROL:
            if re.search(
                (
                    r"\b(?:to|against|for|into|targeting)\s+(?:(?:the|all|foreign|most|some)\s+)*(?:buyers in"
                    r" |companies in |firms in )?$"
                ),
                lead,
                re.I,
            ):
                _add(act, a.code)
        elif (
            re.search(
                (
                    r"\b(?:on|against|upon|for|from|to|of|targeting|hitting|and|,|including|between)\s*(?:(?:all"
                    r"|the|most|some|certain|imports?|exports?|goods|products|shipments|sales|made|coming|in"
                    r"|from|of|to|on|other|a|range|half|many|any|various|selected|key|both|\$?[\d.,]+|billion"
                    r"|million|bn|worth|value)\s+|(?!by\b)[\w-]+\s+){0,6}$"
                ),
                lead,
                re.I,
            )
            and a.code != act.by
        ):
            if a.code not in act.on:
                act.on.append(a.code)
        elif re.match(r"(?:'s)?\s+(?:\w+\s+)?" + GOODS, s.text[a1 : a1 + 40], re.I) and a.code != act.by and a.code not in act.on:
            act.on.append(a.code)
    if act.by in act.on:
        act.on.remove(act.by)
    _from_context(sheet, s, act)


def _joint(s: Sentence, act: Act, a: Mention, before: list[Mention]) -> None:
    """ "The Netherlands and Japan have …": the first named does it, the second is kept beside it."""
    k = before.index(a)
    if k and re.fullmatch(r"\s+and\s+(?:the\s+)?", s.text[before[k - 1].end - s.start : a.start - s.start]):
        act.extra["also_by"] = [a.code]
        act.by = before[k - 1].code


def _from_context(sheet: Sheet, s: Sentence, act: Act) -> None:
    """Who and on whom from a label that opens the block ("Canada: …"), or from the sentence before."""
    block = sheet.block_of(s)
    named = [a for a in sheet.actors_in(block.start, s.start + 60) if a.form != "city"]
    first = named[0] if named else None
    label = (
        first.code
        if first and first.start - block.start < 3 and re.match(r"\s*:", sheet.flat[first.end : first.end + 3])
        else None
    )
    if label and act.by is None and label not in act.on:
        act.by, act.by_how = label, "a label that opens the paragraph"
    elif label and act.by and not act.on and label != act.by and act.instrument in (TARIFF, EMBARGO):
        act.on = [label]
    elif act.by is None and re.match(
        r"(?:It|They|Officials|The (?:government|ministry|bloc|administration|commission|country|union))\b", s.text
    ):
        earlier = [a for a in sheet.actors_in(block.start, s.start) if a.form in ("name", "seat") and a.code not in act.on]
        if earlier:
            act.by, act.by_how = earlier[-1].code, "taken from the sentence before"


def _does_it(text: str, end: int, a0: int, a1: int, high: int) -> bool:
    """Whether an actor after the instrument stands after "by" as the one who does it."""
    lead = text[end:a0]
    named = a0 <= high and re.search(r"\bby\s+(?:the\s+)?$", lead) and not re.search(r"[,;]", lead)
    return bool(named) and not re.match(r"'?s?\s+" + GOODS, text[a1 : a1 + 20], re.I)


def _before(s: Sentence, act: Act, a: Mention, start: int, left: int) -> None:
    """Role of an actor named before the instrument: owner ("U.S. tariffs"), target ("Chinese goods face …") or subject."""
    a0, a1 = a.start - s.start, a.end - s.start
    gap, lead = s.text[a1:start], s.text[:a0]
    prep = re.search(
        r"\b(on|against|upon|from|to|in|over|with|for|between|by|into|at|of)\s+(?:(?:the|all|its|some)\s+)?$", lead, re.I
    )
    owns = ADJ_LINK.match(gap) and not VERB.search(gap)
    goods = re.match(r"(?:'s)?\s+(?:[\w-]+\s+){0,2}?" + GOODS + r"\b", s.text[a1 : a1 + 50], re.I)
    if owns and not (goods and a1 + goods.end() <= start and act.instrument == TARIFF):
        if (
            act.instrument in (TARIFF, NON_TARIFF, EMBARGO)
            and not gap.startswith("'s")
            and prep
            and prep.group(1).lower() in ("on", "against", "from")
        ):
            _add(act, a.code)
        else:
            act.by, act.by_how = a.code, "stands before it"
        return
    if a0 < left and act.on and act.by is None and not re.search(r"\b(?:it|its|they|their)\b", s.text[left:start], re.I):
        pass
    word = prep.group(1).lower() if prep else ""
    if word == "by":
        act.by, act.by_how = a.code, "after 'by'"
    elif goods or word in ("on", "against", "from", "upon", "for"):
        if (
            RECEIVES.search(gap)
            or word in ("on", "against", "from", "upon", "for")
            or re.search(r"\b(?:be|been|is|are|was|were)\b", gap)
        ):
            _add(act, a.code)
    elif word in ("in", "to", "with", "over", "between", "into", "at", "of"):
        if word in ("with", "to") and act.instrument == EXPORT_CONTROL and word == "to":
            _add(act, a.code)
    elif RECEIVES.search(gap) and act.instrument != EXPORT_CONTROL:
        _add(act, a.code)
    else:
        act.by, act.by_how = a.code, "subject of the sentence"


def _add(act: Act, code: str) -> None:
    if code not in act.on and code != act.by:
        act.on.append(code)


_GAP_VERB = re.compile(
    (
        r"[;,]|\b(?:is|are|was|were|be|has|have|had|will|would|could|may|might|said|says|its|their"
        r"|that|which|who|on|in|from|against|of|by|with|for|at|to|but|while)\b"
    ),
    re.I,
)


def _goods(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    stop = re.search(
        (
            r"\b(?:in response to|after|because|if|unless|amid|in retaliation|to (?:punish|retaliate"
            r"|force)|following|, (?:a|an) key)\b|[;:]"
        ),
        s.text[end:high],
    )
    limit = end + stop.start() if stop else high
    near = list(sheet.products_in(s.start + start, s.start + limit))
    noun = not re.search(r"\d", s.text[start:end])
    front = (
        []
        if not noun
        else [
            p
            for p in sheet.products_in(s.start + max(low, start - 60), s.start + start)
            if not _GAP_VERB.search(s.text[p.end - s.start : start])
        ]
    )
    subject: list[Mention] = []
    if not near and not front and RECEIVES.search(s.text[low:start]):
        subject = list(sheet.products_in(s.start + low, s.start + start))
    if not (front or near or subject) and act.instrument == EXPORT_CONTROL:
        unknown = re.search(
            r"\b(?:of|on|over)\s+(?:its |their |the |all )*([a-z][\w -]{2,30}?)\s+(?:exports?|shipments)", s.text[start:end]
        )
        if unknown:
            act.extra["unmapped"] = unknown.group(1)
    for p in (*front, *near, *subject):
        if p.code not in act.sectors:
            act.sectors.append(p.code)
        act.product_words.append(sheet.flat[p.start : p.end])
    if not act.sectors and re.search(
        (
            r"\b(?:all|every|across[- ]the[- ]board|blanket|any)\b[^.;]{0,40}\b(?:goods|imports|products"
            r"|exports)\b|\bon (?:all )?(?:[\w.]+ ){0,2}(?:goods|imports|products|exports)\b"
        ),
        s.text[max(0, start - 60) : limit],
        re.I,
    ):
        act.all_goods = True


_START_CUE = re.compile(
    (
        r"\b(?:starting|beginning|effective|from|as of|as from|take[sn]? effect|took effect|into"
        r" (?:force|effect)|since|start(?:s|ed)?|on|with effect from|kick(?:s|ed)? in|due|in|by"
        r"|come[s]? into force|went into effect|imposed|apply(?:ing)?|applies|(?:threatened|scheduled"
        r"|planned|set|slated) for)\s+(?:(?:on|from|in|the|at|midnight|early|of)\s+){0,3}$"
    ),
    re.I,
)
_END_CUE = re.compile(
    (
        r"\b(?:until|till|through|up to|expir\w+(?: on| in)?|laps\w+(?: on)?|ends?(?: on)?|ended(?:"
        r" on)?|runs? (?:out|until|to)(?: on)?|to run to|valid (?:to|until)|extended (?:to|until)"
        r"|deadline(?: of| \()?)\s+(?:(?:on|the|at|end of)\s+){0,2}\(?$"
    ),
    re.I,
)
_TRUCE_NOUN = re.compile(r"\b(?:truce|cease-?fire|understanding|moratorium|standstill|agreement)\b", re.I)
_MEETING_NOUN = re.compile(
    r"\b(?:summit|talks|meeting|meet|negotiations|visit|decision|vote|ruling|hearing|review)\b[^;]{0,40}$", re.I
)
_SAY_CUE = re.compile(
    (
        r"\b(?:announc\w+|unveil\w+|said|told|posted|threaten\w+|wrote|warned|declared|signed|agreed"
        r"|reached|proposed|vowed|ordered)\b[^,;]{0,60}$"
    ),
    re.I,
)


def _when(sheet: Sheet, s: Sentence, act: Act, start: int, end: int, low: int, high: int) -> None:
    for d in sheet.dates_in(s.start, s.end):
        at = d.at - s.start
        if d.precision == "decade" or not (low <= at <= high or at > end) or (at < start and low > 0):
            continue
        lead = s.text[max(0, at - 70) : at]
        nearest = (at >= end and at <= high) or (at < start and at >= low) or high == len(s.text)
        if not nearest or d.precision == "vague" or _MEETING_NOUN.search(lead):
            continue
        if (
            act.judgement.status in ("struck_down", "withdrawn", "expired")
            and re.search(r"\b(?:on|in)\s+$", lead)
            and not re.search(r"\b(?:imposed|introduced|effect|since)\b[^,;]{0,12}$", lead)
        ):
            act.ends = act.ends or d
            continue
        if _END_CUE.search(lead):
            if act.rate is not None or not _TRUCE_NOUN.search(s.text):
                act.ends = act.ends or d
        elif re.search(
            (
                r"\b(?:starting|beginning|effective|from|take[sn]? effect|took effect|into (?:force|effect)"
                r"|since|kick)\b[^,;]{0,25}$"
            ),
            lead,
            re.I,
        ):
            act.begins = act.begins or d
        elif _SAY_CUE.search(s.text[max(0, at - 90) : at]) and (
            at < start
            or re.search(
                r"\b(?:said|announced|told|unveiled|warned|agreed|signed|reached)\s+(?:\w+\s+)?(?:on |in |late |early )*$",
                lead,
                re.I,
            )
        ):
            act.announced = act.announced or d
        elif _START_CUE.search(lead) and at >= end:
            act.begins = act.begins or d
        elif at < start and re.match(r"^\s*(?:on|in|from|since|effective)?\s*(?:the )?$", s.text[:at], re.I):
            act.announced = act.announced or d


def _purchase(sheet: Sheet, s: Sentence, buy: re.Match[str]) -> Act:
    start, end = buy.start(), buy.end()
    act = Act(
        s.start + start,
        s.start + end,
        PURCHASE,
        s,
        judge(s.text, start, end),
        scenario=sheet.block_of(s).scenario,
        question="?" in s.text,
    )
    before = [a for a in sheet.actors_in(s.start, s.start + start) if a.form != "city"]
    after = [a for a in sheet.actors_in(s.start + end, s.end) if a.form != "city"]
    if before:
        act.by, act.by_how = before[-1].code if len(before) == 1 else before[0].code, "subject of the sentence"
    act.on = [a.code for a in after if a.code != act.by][:1]
    for p in sheet.products_in(s.start + end, s.end):
        if p.code not in act.sectors:
            act.sectors.append(p.code)
    amounts = list(sheet.amounts_in(s.start + end, s.end))
    act.rate = amounts[0] if amounts else None
    quantity = re.search(r"(\d[\d.,]*)\s*(million|billion)?\s*(tonnes|tons|barrels|bushels|cubic metres)", s.text[end:], re.I)
    if quantity:
        act.extra["quantity"] = quantity.group()
    _when(sheet, s, act, start, end, 0, len(s.text))
    promise = Judgement("announced", 0.7, buy.group(), "a promise to buy", ("in_force",), act.judgement.quoted)
    if act.judgement.status not in ("denied", "hypothetical", "historical", "threatened"):
        act.judgement = promise
    return act
