"""Frames of one measure put together: one finding for each measure with all its evidence; the rest asked or set aside.

Two frames are one measure when nothing they say differs. Frames in scenarios and questions add evidence to a measure but do not
make one. Denied, hypothetical and historical ones, ordinary duties, sums and exemptions are set aside. What is read with too
little ground is not stated: it is asked (`unsure`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from detente.reader.actors import actor_name
from detente.reader.dates import DateMention
from detente.reader.frames import EMBARGO, EXPORT_CONTROL, NON_TARIFF, OTHER_MEASURE, PURCHASE, TARIFF, Frame
from detente.reader.sheet import Confidence, Finding, Sheet
from detente.reader.status import (
    ANNOUNCED,
    DENIED,
    EXPIRED,
    HISTORICAL,
    HYPOTHETICAL,
    IN_FORCE,
    OVER,
    SUSPENDED,
    THREATENED,
    WITHDRAWN,
)
from detente.words import say
from detente.words.names import sector_name

STATED = 0.54
"""Below this product of discounts a measure is asked, not stated: it is as likely wrong as right."""
AT_FIRST_SIGHT = 0.97
"""What the product of discounts is worth on a text that nobody has tried the rules on. On held-out single sentences
(tests/reader/gold) it is worth more, on whole texts less: there a frame also hangs on what the sentences around it say."""
_LABEL = {
    TARIFF: "duty", EXPORT_CONTROL: "export curbs", EMBARGO: "import ban", NON_TARIFF: "non-tariff measure",
    PURCHASE: "purchase promise", OTHER_MEASURE: "other measure",
}  # fmt: skip


@dataclass
class Group:
    """Frames of one measure; slots are filled by the first frame that has them."""

    frames: list[Frame] = field(default_factory=list)

    @property
    def own(self) -> list[Frame]:
        """The frames of the news itself, without scenarios and questions."""
        return [f for f in self.frames if not (f.scenario or f.question)] or self.frames

    def first(self, name: str) -> Any:
        """The first filled slot called `name`."""
        frames = self.told if name in ("by", "on", "rate", "label") else self.own
        return next((getattr(f, name) for f in frames if getattr(f, name)), None)

    @property
    def told(self) -> list[Frame]:
        """The frames with a rate; those of the news itself where none has one."""
        return [f for f in self.own if f.rate is not None] or self.own

    @property
    def lead(self) -> Frame:
        """The frame that says most; the earliest of them."""
        return max(self.told, key=lambda f: (f.weight, f.judgement.sure, -f.start))


@dataclass(frozen=True)
class Joined:
    """Measures stated, measures asked, mentions set aside, and for each frame's place the index of its measure."""

    measures: list[Finding]
    unsure: list[Finding]
    aside: list[Finding]
    index: dict[int, int]


def measures_of(sheet: Sheet, frames: Sequence[Frame]) -> Joined:
    """The measures of a text from its frames."""
    aside: list[Finding] = []
    groups: list[Group] = []
    later: list[Frame] = []
    for f in frames:
        why = f.why_aside or _set_aside_for(sheet, f)
        if why:
            aside.append(_aside(sheet, f, why))
        elif f.scenario or f.question or f.rate is None or _reported_as_issue(sheet, f):
            later.append(f)
        else:
            _join(groups, f)
    for f in later:
        home = _home(groups, f)
        if home is not None:
            home.frames.append(f)
        elif (
            f.instrument == OTHER_MEASURE
            and f.rate is None
            and any(g.first("by") == f.by and set(g.first("sectors") or ()) & set(f.sectors) for g in groups)
        ):
            aside.append(_aside(sheet, f, "told with its rates"))
        elif not (f.scenario or f.question) and _stands_alone(sheet, f):
            _join(groups, f)
        else:
            aside.append(_aside(sheet, f, "names no measure of its own (too little said, or only within a scenario or question)"))
    _absorb_ranges(groups)
    groups = [g for g in groups if any(not (f.scenario or f.question) for f in g.frames)]
    groups.sort(key=lambda g: g.own[0].start)
    parties = _parties(groups)
    stated: list[Finding] = []
    unsure: list[Finding] = []
    index: dict[int, int] = {}
    for g in groups:
        finding = _measure(sheet, g, parties)
        if finding.confidence < STATED or finding.fields["by"] is None:
            unsure.append(_asked(finding))
            continue
        index.update({f.start: len(stated) for f in g.frames})
        stated.append(replace(finding, confidence=calibrated(finding.confidence)))
    return Joined(stated, unsure, aside, index)


def calibrated(product: float) -> float:
    """The confidence stated for a product of discounts.

    >>> calibrated(0.95), calibrated(0.6)
    (0.92, 0.58)
    """
    return round(product * AT_FIRST_SIGHT, 2)


def _asked(f: Finding) -> Finding:
    """A measure that is not stated, as a question."""
    v = f.fields
    part = "who" if v["by"] is None else "whom" if not v["on"] else "whether"
    rate = v["rate_pct"]
    question = say(
        "reader/unsure", part, by=actor_name(v["by"]) if v["by"] else "", on=" and ".join(actor_name(c) for c in v["on"][:3]),
        rate="" if rate is None else f"{rate:g}", label=_LABEL[v["instrument"]], goods=", ".join(v["products"][:2]),
    )  # fmt: skip
    return Finding("unsure", f.span, f.quote, f.confidence, f.reason, {"question": question, **v}, f.alternatives, f.evidence)


def _set_aside_for(sheet: Sheet, f: Frame) -> str:
    status = f.judgement.status
    if status in (DENIED, HYPOTHETICAL, HISTORICAL) and not f.scenario and not f.question:
        return f"{status}: {f.judgement.reason}"
    old = [d for d in (f.begins, f.announced, f.ends) if d and d.start]
    years = [
        d
        for d in sheet.dates_in(f.sentence.start, f.sentence.end)
        if d.start and d.precision in ("year", "decade", "month", "day")
    ]
    newest = max((d.end or d.start for d in (*old, *years) if d.start), default=None)
    if newest is not None and sheet.today and (sheet.today - newest).days > 3650 and status not in (THREATENED, ANNOUNCED):
        return f"{HISTORICAL}: the sentence speaks of {newest.year}"
    return ""


def _reported_as_issue(sheet: Sheet, f: Frame) -> bool:
    """Whether the mention is generic talk in an implications section ("the U.S. may impose large tariffs")."""
    block = sheet.block_of(f.sentence)
    heading = block.heading.lower()
    if f.rate is not None:
        return False
    return block.topic == "motives" or (
        not f.begins and any(w in heading for w in ("implication", "conclusion", "for the", "for china"))
    )


_WEAK = re.compile(
    r"\b(?:apply|applies|applied|rise|rises|fall|falls|recent|since|still|already|stays?|now|determined|"
    r"decided|adopted|approved|hereby)\b",
    re.I,
)


_THEM = re.compile(r"\b(?:to|for|from) (?:them|it|these|those|such)\b", re.I)


def _stands_alone(sheet: Sheet, f: Frame) -> bool:
    """Whether a mention without a rate says enough: who, a verb of acting, and on whom or on what."""
    if not f.by or (
        f.judgement.sure < 0.6
        and not (
            f.instrument in (EXPORT_CONTROL, NON_TARIFF) and (f.by_how in ("its own word", "subject of the sentence") or f.begins)
        )
    ):
        return False
    own_words = f.by_how in ("its own word", "named with 'by'", "subject of the sentence", "a label that opens the paragraph")
    headed = (
        f.by_how in ("the office at its head", "the law in the title", "the title") and f.on and f.on_how == "named beside it"
    )
    what = f.sectors or f.unmapped or f.label
    if headed and (f.judgement.cue or f.begins) and (f.quantity or f.judgement.status in OVER or f.instrument == EXPORT_CONTROL):
        return True
    if f.instrument == PURCHASE:
        return bool(f.by and (f.on or f.rate or f.quantity) and f.sectors)
    if f.instrument in (EXPORT_CONTROL, EMBARGO) and not f.on and _THEM.search(f.sentence.text):
        return False
    ruled = f.by_how in (
        "the office at its head",
        "the law in the title",
        "the law it rests on",
        "the title",
        "the sentence before",
    )
    ruled = ruled and (bool(f.on) or f.by_how not in ("the sentence before", "the title"))
    if f.instrument in (EXPORT_CONTROL, EMBARGO) and ruled and f.judgement.cue and f.judgement.sure >= 0.8:
        return f.judgement.status in (ANNOUNCED, IN_FORCE, SUSPENDED, *OVER)
    if f.instrument in (EXPORT_CONTROL, EMBARGO, NON_TARIFF, PURCHASE, OTHER_MEASURE):
        return bool(own_words and (f.on or what))
    if (
        f.instrument == TARIFF
        and own_words
        and ((f.quantity and f.on) or (f.judgement.status in (SUSPENDED, WITHDRAWN, "struck_down") and f.judgement.sure >= 0.85))
    ):
        return True
    acts = f.judgement.cue and not _WEAK.fullmatch(f.judgement.cue.strip())
    return bool(own_words and acts and f.on and f.on_how == "named beside it")


def _aside(sheet: Sheet, f: Frame, why: str) -> Finding:
    sure = Confidence()
    sure.discount(f.judgement.sure, why)
    fields = {
        "instrument": f.instrument, "by": f.by, "on": list(f.on), "rate_pct": f.rate.value if f.rate else None, "why": why,
    }  # fmt: skip
    return sheet.finding("set_aside", f.sentence.start, f.sentence.end, sure, fields)


# -- one measure or two ------------------------------------------------------------------------------------------------
def _fits(group: Group, f: Frame) -> bool:
    lead = group.lead
    if lead.instrument != f.instrument:
        return False
    by, on, rate = group.first("by"), group.first("on"), group.first("rate")
    loose = f.scenario or f.question
    if (by and f.by and by != f.by) or (not loose and f.rate is not None and by != f.by):
        return False
    if on and f.on and not set(on) & set(f.on):
        return False
    if f.rate is not None and rate is not None and set(on or ()) != set(f.on) and not loose:
        return False
    if rate and f.rate and (rate.value, rate.low, rate.high) != (f.rate.value, f.rate.low, f.rate.high):
        return _same_change(rate, f.rate)
    if f.rate is None is not rate and f.quantity and f.instrument == TARIFF:
        return False
    if (
        f.rate is None is rate
        and not loose
        and not (sectors_of(group) & set(f.sectors))
        and {lead.judgement.status, f.judgement.status} == {THREATENED, ANNOUNCED}
    ):
        return False
    sectors, label = group.first("sectors"), group.first("label")
    curbs = (
        f.instrument in (EXPORT_CONTROL, EMBARGO) and f.rate is None is rate and not loose and f.by_how != "the sentence before"
    )
    if curbs and bool(on) != bool(f.on) and not set(sectors or ()) & set(f.sectors):
        return False
    ended_apart = (lead.judgement.status in OVER) != (f.judgement.status in OVER) and not loose
    if ended_apart and not set(sectors or ()) & set(f.sectors):
        return False
    meet = (by and by == f.by) or set(on or ()) & set(f.on) or set(sectors or ()) & set(f.sectors)
    if any((by, on, sectors)) and any((f.by, f.on, f.sectors)) and not meet:
        return False
    if sectors and f.sectors and not set(sectors) & set(f.sectors):
        return False
    if f.label and label and f.label != label and rate and f.rate:
        return False
    if (
        {lead.judgement.status, f.judgement.status} == {THREATENED, IN_FORCE}
        and min(lead.judgement.sure, f.judgement.sure) >= 0.85
        and not loose
        and rate
        and f.rate
    ):
        return False
    begins = group.first("begins")
    if begins and f.begins and begins.start and f.begins.start and begins.start != f.begins.start:
        return False
    if (
        rate
        and f.rate
        and not loose
        and {lead.judgement.status, f.judgement.status} & set(OVER)
        and lead.judgement.status != f.judgement.status
    ):
        return bool(set(sectors or ()) & set(f.sectors))
    if rate is None and f.rate is not None and sectors and not f.sectors:
        return False
    return not (((sectors and f.all_goods) or (f.sectors and group.first("all_goods"))) and rate is None is f.rate)


def sectors_of(group: Group) -> set[str]:
    """Sectors that any frame of a group names."""
    return {s for f in group.own for s in f.sectors}


def _same_change(one: Any, two: Any) -> bool:
    """A change and its end alone are one rate."""
    return one.value == two.value and one.value is not None and "change" in (one.kind, two.kind)


def _join(groups: list[Group], f: Frame) -> None:
    home = _home(groups, f)
    if home is None:
        groups.append(Group([f]))
    else:
        home.frames.append(f)


def _home(groups: list[Group], f: Frame) -> Group | None:
    fits = [g for g in groups if _fits(g, f)]
    if not fits:
        return None
    if f.rate is not None:
        return ([g for g in fits if g.first("rate")] or fits)[-1]
    return max(fits, key=lambda g: (_shared(g, f), g.frames[-1].start))


def _shared(group: Group, f: Frame) -> int:
    return sum(
        (
            bool(f.by and group.first("by") == f.by), bool(set(f.on) & set(group.first("on") or ())),
            bool(set(f.sectors) & set(group.first("sectors") or ())), f.judgement.status == group.lead.judgement.status,
        )
    )  # fmt: skip


def _absorb_ranges(groups: list[Group]) -> None:
    """A range that sums up rates given one by one becomes evidence of them."""
    for g in list(groups):
        rate = g.first("rate")
        if rate is None or rate.kind != "range" or rate.low is None or rate.high is None:
            continue
        inside = [
            h for h in groups
            if h is not g and (r := h.first("rate")) is not None and r.value is not None and rate.low <= r.value <= rate.high
            and h.first("by") == g.first("by") and h.lead.instrument == g.lead.instrument
            and (not g.first("on") or not h.first("on") or set(g.first("on")) & set(h.first("on")))
        ]  # fmt: skip
        if inside:
            groups.remove(g)


def _parties(groups: list[Group]) -> list[str]:
    count: Counter[str] = Counter()
    for g in groups:
        count.update([g.first("by")] if g.first("by") else [])
        count.update(g.first("on") or ())
    return [code for code, _ in count.most_common(2)]


# -- a measure as a finding --------------------------------------------------------------------------------------------
BY_FACTORS = {
    "its own word": 1.0,
    "named with 'by'": 1.0,
    "subject of the sentence": 0.97,
    "where it is paid": 0.97,
    "whose imports pay it": 0.95,
    "its row": 1.0,
    "a line of the form": 0.97,
    "the office at its head": 0.95,
    "the title": 0.92,
    "a label that opens the paragraph": 0.85,
    "the law it rests on": 0.9,
    "the law in the title": 0.92,
    "the sentence before": 0.9,
    "one of those who act before it": 0.8,
    "the same rate named before": 0.9,
    "the one named before it": 0.85,
    "the office that announces it": 0.88,
    "the one who acts elsewhere in the text": 0.82,
    "the only office named": 0.75,
    "the place of the dateline": 0.72,
    "the President": 0.9,
    "the words above its list": 0.92,
    "the line above its row": 0.92,
    "the heading above it": 0.88,
    "the speaker's side": 0.85,
    "the first who acts in the text": 0.88,
    "the other side": 0.7,
}
ON_FACTORS = {
    "named beside it": 1.0,
    "an adjective before its goods": 0.85,
    "its row": 1.0,
    "all are meant": 0.95,
    "all but those excepted": 0.9,
    "a line of the form": 0.97,
    "the title": 0.9,
    "the line above its row": 0.95,
    "the words above its table": 0.92,
    "the sentence before": 0.88,
    "as the one before it in the sentence": 0.9,
    "as the one after it in the sentence": 0.88,
    "the other side": 0.75,
    "the one who answers it": 0.88,
    "the one who speaks of it": 0.85,
    "the same rate named before": 0.9,
    "the first measure named": 0.82,
    "the other economy of the title": 0.75,
    "a label that opens the paragraph": 0.88,
    "a sentence about all of them": 0.88,
    "the speaker's side": 0.88,
}


def _measure(sheet: Sheet, group: Group, parties: list[str]) -> Finding:
    lead = group.lead
    by, on = group.first("by"), list(group.first("on") or ())
    rate = group.first("rate")
    own = group.own
    sectors = list(dict.fromkeys(s for f in own for s in f.sectors))
    sure = Confidence()
    alternatives: list[dict[str, object]] = []
    status = _status(sheet, group, sure, alternatives)
    if by is None:
        sure.discount(0.6, "who does it is not said")
        alternatives += [{"field": "by", "value": p, "why": "a party of the article"} for p in parties if p not in on]
    else:
        how = max((f.by_how for f in own if f.by == by), key=lambda h: BY_FACTORS.get(h, 0.8))
        sure.discount(BY_FACTORS.get(how, 0.8), f"who does it: {how}")
        weak = how not in (
            "its own word",
            "named with 'by'",
            "subject of the sentence",
            "where it is paid",
            "whose imports pay it",
            "its row",
            "a line of the form",
        )
        if weak and all(f.subject not in (None, by) and not f.received for f in group.told):
            sure.discount(0.65, "another is the subject of its sentence")
    alternatives += [{"field": "by", "value": c, "why": "named beside it"} for f in own[:1] for c in f.also_by]
    everyone = any(f.everyone for f in group.told)
    if on or everyone:
        how = max((f.on_how for f in own if f.on or f.everyone), key=lambda h: ON_FACTORS.get(h, 0.8))
        sure.discount(ON_FACTORS.get(how, 0.8), f"on whom: {how}")
    else:
        usual = 0.92 if lead.instrument == EXPORT_CONTROL else 0.85
        sure.discount(0.5 if any(f.on_how == "one of several" for f in own) else usual, "on whom is not said")
        alternatives += [
            {"field": "on", "value": v, "why": "not said in the text"} for v in ("all", *(p for p in parties if p != by))
        ]
    if lead.instrument == TARIFF and rate is None and not any(f.quantity for f in own):
        sure.discount(0.75, "no rate is given")
    if rate is not None and not any(f.firm for f in own):
        sure.discount(0.85, "the rate stands without a word such as 'duty'")
    if rate is not None and rate.doubt:
        sure.discount(0.85, rate.doubt)
        alternatives += [{"field": "rate_pct", "value": v, "why": rate.doubt} for v in (rate.low, rate.high) if v is not None]
        alternatives += [{"field": "currency", "value": v, "why": rate.doubt} for v in rate.others]
    if rate is not None and rate.unit == "pp" and not re.match(r"\s+(?:is|are|was|were)\b", sheet.flat[rate.end : rate.end + 6]):
        sure.discount(0.7, "points that are added, not a level")
    if lead.judgement.quoted:
        sure.discount(0.85, "in quoted speech")
    begins, ends, announced = group.first("begins"), group.first("ends"), group.first("announced")
    if status == THREATENED and all(f.ends is None for f in group.told):
        ends = None  # a last day told without the rate is of what stands or of a truce, not of what is threatened
    for name, day in (("effective", begins), ("expires", ends), ("announced", announced)):
        _doubt_date(name, day, sure, alternatives)
    money = rate is not None and rate.unit.startswith("million")
    words = list(dict.fromkeys(w.lower() for f in own for w in (*f.product_words, f.label) if w))
    unmapped = list(dict.fromkeys(f.unmapped for f in own if f.unmapped))
    if unmapped and not sectors:
        sure.discount(0.85, f"no sector is known for {', '.join(unmapped)}")
    if lead.instrument == EXPORT_CONTROL and rate is None:
        sure.discount(0.9, "how much is withheld is not said")
        if re.search(r"\b(?:ban|bans|banned|embargo|halt\w*)\b", sheet.flat[lead.start : lead.end], re.I):
            alternatives.append({"field": "withhold_pct", "value": 100, "why": "a ban, if it is complete"})
    excepted = list(dict.fromkeys(c for f in own for c in f.excepted))
    fields: dict[str, Any] = {
        "title": _title(lead.instrument, by, on, rate, sectors), "instrument": lead.instrument, "by": by, "on": on,
        "except_on": excepted,
        "rate_pct": rate.value if rate and not money and lead.instrument in (TARIFF, NON_TARIFF, OTHER_MEASURE) else None,
        "rate_low_pct": rate.low if rate and not money else None, "rate_high_pct": rate.high if rate and not money else None,
        "rate_unit": rate.unit if rate else None,
        "withhold_pct": rate.value if rate and lead.instrument == EXPORT_CONTROL else None,
        "value_million": rate.value if rate and money else None,
        "quantity": next((f.quantity for f in own if f.quantity), None),
        "sectors": sectors, "products": [*words, *unmapped], "status": status,
        "effective": begins.to_dict() if begins else None, "expires": ends.to_dict() if ends else None,
        "announced": announced.to_dict() if announced else None, "mentions": len(group.frames),
    }  # fmt: skip
    evidence = [(f.sentence.start, f.sentence.end) for f in group.frames]
    best = lead.sentence
    return sheet.finding("measure", best.start, best.end, sure, fields, alternatives, list(dict.fromkeys(evidence)))


def _status(sheet: Sheet, group: Group, sure: Confidence, alternatives: list[dict[str, object]]) -> str:
    own = group.told
    top = max(own, key=lambda f: (f.weight + 3 * f.judgement.sure, -f.start))
    status = top.judgement.status
    begins, ends, today = group.first("begins"), group.first("ends"), sheet.today
    strong = {f.judgement.status for f in own if f.judgement.sure >= 0.85}
    if (
        THREATENED in strong
        and status in (IN_FORCE, ANNOUNCED)
        and (top.judgement.sure < 0.85 or (status == IN_FORCE and top.judgement.cue == ""))
    ):
        status = THREATENED
    ended = next(
        (f.judgement.status for f in own if f.judgement.status in (SUSPENDED, WITHDRAWN) and f.judgement.sure >= 0.8), None
    )
    if ended and status in (IN_FORCE, ANNOUNCED) and top.judgement.sure < 0.9:
        status = ended
    why = top.judgement.reason
    turned = next((f for f in group.own if _turns(f, top)), None) if status in (IN_FORCE, ANNOUNCED) else None
    if turned is not None:
        status, why = turned.judgement.status, f"{turned.judgement.reason} later in the text"
    if begins and begins.start and today and begins.precision in ("day", "month", "days", "year"):
        standing = re.fullmatch(
            r"existing|keep\w*|kept|retain\w*|remain\w*|maintain\w*|stay\w*|still|already|continu\w*",
            top.judgement.cue.strip(),
            re.I,
        )
        loose = begins.precision == "month" and "inferred" in begins.how
        written = top.judgement.reason in ("a line of the form", "a column of the table")
        if begins.start > today and status == IN_FORCE and (standing or loose or written):
            pass
        elif begins.start > today and status == IN_FORCE:
            status, why = ANNOUNCED, f"{why}; it starts after the article's date"
        elif loose and status == ANNOUNCED and top.judgement.cue and begins.start <= today:
            pass  # "agreed to cut it in July" is said of the next July
        elif begins.start <= today and status == ANNOUNCED and (begins.end or begins.start) <= today:
            status, why = IN_FORCE, f"{why}; its start has passed"
            alternatives.append({"field": "status", "value": ANNOUNCED, "why": "whether it took effect is not said"})
    if ends and ends.start and ends.precision == "day" and today and ends.start < today and status == IN_FORCE:
        status, why = EXPIRED, f"{why}; its last day has passed"
    dated = begins and begins.start and today and top.judgement.cue == ""
    firm = (
        0.75
        if dated and "starts" not in why and top.judgement.sure < 0.75
        else max(top.judgement.sure, 0.82)
        if "starts after" in why or "start has passed" in why
        else top.judgement.sure
    )
    sure.discount(min(1.0, firm + 0.08), why)
    seen = [*top.judgement.others, *(f.judgement.status for f in own if f.judgement.status != status)]
    for other in dict.fromkeys(seen):
        if other != status and other not in (DENIED, HISTORICAL):
            alternatives.append({"field": "status", "value": other, "why": "another passage or word reads so"})
    if any(a["field"] == "status" for a in alternatives):
        sure.discount(0.95, "passages read differently on its status")
    return status


def _turns(f: Frame, top: Frame) -> bool:
    """Whether a later sentence without a rate, by the same government and on the same goods, suspends or ends a measure."""
    return (
        f.rate is None
        and f.start > top.start
        and f.by == top.by
        and f.judgement.status in (SUSPENDED, WITHDRAWN)
        and f.judgement.sure >= 0.85
        and bool(set(f.sectors) & set(top.sectors))
    )


def _doubt_date(name: str, day: DateMention | None, sure: Confidence, alternatives: list[dict[str, object]]) -> None:
    if day is None:
        return
    if day.start is None:
        sure.discount(0.92, f"{name} {day.text!r}: {day.how}")
    elif "inferred" in day.how:
        sure.discount(0.98, day.how)
    alternatives.extend({"field": name, "value": d.isoformat(), "why": why} for d, why in day.others)


def _title(instrument: str, by: str | None, on: list[str], rate: Any, sectors: list[str]) -> str:
    number = ""
    if rate is not None and rate.value is not None and not rate.unit.startswith("million"):
        number = f"{rate.value:g} {'points' if rate.unit == 'pp' else '%'} "
    goods = f" on {' and '.join(sector_name(s) for s in sectors[:3])}" if sectors else ""
    target = f" ({'to' if instrument == EXPORT_CONTROL else 'on'} {', '.join(actor_name(c) for c in on[:4])})" if on else ""
    return f"{actor_name(by) if by else 'Someone'}: {number}{_LABEL[instrument]}{goods}{target}"
