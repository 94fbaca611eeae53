"""Mentions of measures put together: one finding for each measure, with all its evidence; the rest set aside with a reason.

Two mentions are one measure when nothing they say differs. Mentions in scenarios and questions add evidence to a measure
but do not make one; denied, hypothetical and historical ones are set aside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from detente.reader.act_words import EXPORT_CONTROL, OTHER, PURCHASE, TARIFF
from detente.reader.acts import Act
from detente.reader.dates import DateMention
from detente.reader.findings import Confidence, Finding
from detente.reader.sheet import Sheet
from detente.reader.status import (
    ANNOUNCED,
    DENIED,
    EXPIRED,
    HISTORICAL,
    HYPOTHETICAL,
    IN_FORCE,
    STRUCK_DOWN,
    SUSPENDED,
    THREATENED,
    WITHDRAWN,
)
from detente.reader.words import actor_name
from detente.words.names import sector_name

_LABEL = {
    TARIFF: "duty", EXPORT_CONTROL: "export curbs", "embargo": "import ban", "non_tariff": "non-tariff measure",
    PURCHASE: "purchase promise", OTHER: "other measure",
}  # fmt: skip


@dataclass
class Group:
    """Mentions of one measure; slots are filled by the first mention that has them."""

    acts: list[Act] = field(default_factory=list)
    _seen: dict[str, Any] = field(default_factory=dict)

    def first(self, name: str) -> Any:
        """The first filled slot called `name`; scenarios and questions fill none where the news itself speaks."""
        return self._known(name, lambda own: next((getattr(a, name) for a in own if getattr(a, name)), None))

    @property
    def lead(self) -> Any:
        """The mention that says most; the earliest of them."""
        return self._known("lead", lambda own: max(own, key=lambda a: (a.weight, a.judgement.sure, -a.start)))

    def _known(self, name: str, work: Callable[[list[Act]], Any]) -> Any:
        if self._seen.get("size") != len(self.acts):
            self._seen = {"size": len(self.acts)}
        if name not in self._seen:
            self._seen[name] = work([a for a in self.acts if not (a.scenario or a.question)] or self.acts)
        return self._seen[name]


def measures_of(sheet: Sheet, acts: tuple[Act, ...]) -> tuple[list[Finding], list[Finding], dict[int, int]]:
    """Measures, mentions set aside, and for each mention's place the index of its measure."""
    aside: list[Finding] = []
    groups: list[Group] = []
    later: list[Act] = []
    for act in acts:
        why = _set_aside_for(sheet, act)
        if why:
            aside.append(_aside(sheet, act, why))
        elif (
            act.scenario
            or act.question
            or _reported_as_issue(sheet, act)
            or (act.weight < 2 and act.rate is None)
            or not (act.by or act.on or act.rate)
        ):
            later.append(act)
        else:
            _join(groups, act)
    _absorb(groups)
    for act in later:
        home = _home(groups, act)
        if home is not None:
            home.acts.append(act)
        elif not act.scenario and not act.question and act.weight >= 1 and act.judgement.sure >= 0.6 and (act.by or act.on):
            _join(groups, act)
        else:
            aside.append(
                _aside(sheet, act, "names no measure of its own (too little said, or only within a scenario or question)")
            )
    groups = [g for g in groups if any(not (a.scenario or a.question) for a in g.acts)]
    parties = _parties(groups)
    index = {a.start: k for k, g in enumerate(groups) for a in g.acts}
    return [_measure(sheet, g, parties) for g in groups], aside, index


def _set_aside_for(sheet: Sheet, act: Act) -> str:
    status = act.judgement.status
    if status in (DENIED, HYPOTHETICAL, HISTORICAL) and not act.scenario and not act.question:
        return f"{status}: {act.judgement.reason}"
    if act.extra.get("average"):
        return "an average, not a measure"
    old = [d for d in (act.begins, act.announced) if d and d.start]
    years = [
        d
        for d in sheet.dates_in(act.sentence.start, act.sentence.end)
        if d.start and d.precision in ("year", "decade", "month", "day")
    ]
    newest = max((d.end or d.start for d in (*old, *years) if d.start), default=None)
    if newest is not None and sheet.today and (sheet.today - newest).days > 3650 and status not in (THREATENED, ANNOUNCED):
        return f"{HISTORICAL}: the sentence speaks of {newest.year}"
    return ""


def _reported_as_issue(sheet: Sheet, act: Act) -> bool:
    """Whether the mention is generic talk in an implications section ("the U.S. may impose large tariffs")."""
    block = sheet.block_of(act.sentence)
    heading = block.heading.lower()
    if block.topic == "motives" and act.rate is None:
        return True
    return (
        act.rate is None and not act.begins and any(w in heading for w in ("implication", "conclusion", "for the", "for china"))
    )


def _aside(sheet: Sheet, act: Act, why: str) -> Finding:
    sure = Confidence()
    sure.discount(act.judgement.sure, why)
    fields = {
        "instrument": act.instrument,
        "by": act.by,
        "on": list(act.on),
        "rate_pct": act.rate.value if act.rate else None,
        "why": why,
    }
    return sheet.finding("set_aside", act.sentence.start, act.sentence.end, sure, fields)


def _fits(group: Group, act: Act) -> bool:
    lead = group.lead
    if lead.instrument != act.instrument:
        return False
    by, on, rate = group.first("by"), group.first("on"), group.first("rate")
    over = (WITHDRAWN, STRUCK_DOWN, EXPIRED)
    ended_apart = (lead.judgement.status in over) != (act.judgement.status in over) and not (act.scenario or act.question)
    if ended_apart and not (rate and act.rate) and not set(group.first("sectors") or ()) & set(act.sectors):
        return False
    if by and act.by and by != act.by:
        return False
    if on and act.on and not set(on) & set(act.on):
        return False
    if rate and act.rate and (rate.value, rate.low, rate.high) != (act.rate.value, act.rate.low, act.rate.high):
        return False
    sectors = group.first("sectors")
    theirs, ours = (by, on, sectors), (act.by, act.on, act.sectors)
    meet = (by and by == act.by) or set(on or ()) & set(act.on) or set(sectors or ()) & set(act.sectors)
    if any(theirs) and any(ours) and not meet:
        return False
    if sectors and act.sectors and not set(sectors) & set(act.sectors):
        return False
    if ((sectors and act.all_goods) or (act.sectors and group.first("all_goods"))) and rate is None is act.rate:
        return False
    begins = group.first("begins")
    if begins and act.begins and begins.start != act.begins.start and begins.start and act.begins.start:
        return False
    return not (rate is None and act.rate is not None and sectors and not act.sectors)


def _join(groups: list[Group], act: Act) -> None:
    home = _home(groups, act)
    if home is None:
        groups.append(Group([act]))
    else:
        home.acts.append(act)


def _home(groups: list[Group], act: Act) -> Group | None:
    fits = [g for g in groups if _fits(g, act)]
    if not fits:
        return None
    if act.rate is not None:
        same = [g for g in fits if g.first("rate")]
        return (same or fits)[-1]
    return max(fits, key=lambda g: (_shared(g, act), g.acts[-1].start))


def _shared(group: Group, act: Act) -> int:
    return sum(
        (
            bool(act.by and group.first("by") == act.by), bool(set(act.on) & set(group.first("on") or ())),
            bool(set(act.sectors) & set(group.first("sectors") or ())), act.judgement.status == group.lead.judgement.status,
        )
    )  # fmt: skip


def _absorb(groups: list[Group]) -> None:
    """A group that says less than a later one and contradicts none of it becomes part of it."""
    for k in range(len(groups) - 1, -1, -1):
        own = groups[k]
        if own.first("rate") or own.first("sectors") or own.first("begins"):
            continue
        for other in groups:
            if (
                other is not own
                and all(_fits(other, a) for a in own.acts)
                and other.first("by") == (own.first("by") or other.first("by"))
            ):
                other.acts = sorted([*other.acts, *own.acts], key=lambda a: a.start)
                del groups[k]
                break


def _parties(groups: list[Group]) -> list[str]:
    count: Counter[str] = Counter()
    for g in groups:
        count.update([g.first("by")] if g.first("by") else [])
        count.update(g.first("on") or ())
    return [code for code, _ in count.most_common(2)]


def _measure(sheet: Sheet, group: Group, parties: list[str]) -> Finding:
    lead = group.lead
    by, on = group.first("by"), list(group.first("on") or ())
    rate, sectors = (
        group.first("rate"),
        list(dict.fromkeys(s for a in group.acts if not (a.question or a.scenario) for s in a.sectors)),
    )
    sure = Confidence()
    alternatives: list[dict[str, object]] = []
    status, reason = _status(sheet, group, sure, alternatives)
    if by and lead.by_how in ("taken from the sentence before", "a label that opens the paragraph"):
        sure.discount(0.8, f"who does it is {lead.by_how}")
    if group.first("extra") and group.first("extra").get("also_by"):
        alternatives += [{"field": "by", "value": c, "why": "named beside it"} for c in group.first("extra")["also_by"]]
    if by is None:
        sure.discount(0.75, "who does it is not said")
        alternatives += [{"field": "by", "value": p, "why": "a party of the article"} for p in parties if p not in on]
    if not on:
        sure.discount(0.9, "on whom is not said")
        partners = [p for p in parties if p != by]
        alternatives += [{"field": "on", "value": v, "why": "not said in the text"} for v in ("all", *partners)]
    if lead.instrument == TARIFF and rate is None:
        sure.discount(0.7, "no rate is given")
    if rate is not None and rate.doubt:
        sure.discount(0.8, rate.doubt)
        alternatives += [{"field": "rate_pct", "value": v, "why": rate.doubt} for v in (rate.low, rate.high) if v is not None]
        alternatives += [{"field": "currency", "value": v, "why": rate.doubt} for v in rate.others]
    if lead.judgement.quoted:
        sure.discount(0.85, "in quoted speech")
    begins, ends, announced = group.first("begins"), group.first("ends"), group.first("announced")
    for name, day in (("effective", begins), ("expires", ends), ("announced", announced)):
        _doubt_date(name, day, sure, alternatives)
    money = rate is not None and rate.unit.startswith("million")
    words = list(dict.fromkeys(w.lower() for a in group.acts if not (a.question or a.scenario) for w in a.product_words))
    unmapped = list(dict.fromkeys(str(a.extra["unmapped"]) for a in group.acts if "unmapped" in a.extra))
    if unmapped and not sectors:
        sure.discount(0.85, f"no sector is known for {', '.join(unmapped)}")
    if lead.instrument == EXPORT_CONTROL and rate is None:
        whole = re.search(r"\b(?:ban|bans|banned|embargo|halt\w*)\b", sheet.flat[lead.start : lead.end], re.I)
        sure.discount(0.9, "how much is withheld is not said")
        alternatives += [{"field": "withhold_pct", "value": 100, "why": "a ban, if it is complete"}] if whole else []
    fields: dict[str, Any] = {
        "title": _title(lead.instrument, by, on, rate, sectors), "instrument": lead.instrument, "by": by, "on": on,
        "rate_pct": rate.value if rate and not money and lead.instrument in (TARIFF, "non_tariff", OTHER) else None,
        "rate_low_pct": rate.low if rate and not money else None, "rate_high_pct": rate.high if rate and not money else None,
        "rate_unit": rate.unit if rate else None,
        "withhold_pct": rate.value if rate and lead.instrument == EXPORT_CONTROL else None,
        "value_million": rate.value if rate and money else None,
        "quantity": group.first("extra").get("quantity") if group.first("extra") else None,
        "sectors": sectors, "products": [*words, *unmapped], "status": status,
        "effective": begins.to_dict() if begins else None, "expires": ends.to_dict() if ends else None,
        "announced": announced.to_dict() if announced else None, "mentions": len(group.acts),
    }  # fmt: skip
    if reason:
        sure.discount(1.0, reason)
    evidence = [(a.sentence.start, a.sentence.end) for a in group.acts]
    best = lead.sentence
    return sheet.finding("measure", best.start, best.end, sure, fields, alternatives, list(dict.fromkeys(evidence)))


def _status(sheet: Sheet, group: Group, sure: Confidence, alternatives: list[dict[str, object]]) -> tuple[str, str]:
    own = [a for a in group.acts if not (a.scenario or a.question)]
    top = max(own, key=lambda a: (a.weight + 3 * a.judgement.sure, -a.start))
    status = top.judgement.status
    begins, today = group.first("begins"), sheet.today
    strong = {a.judgement.status for a in own if a.judgement.sure >= 0.85}
    if (
        THREATENED in strong
        and status in (IN_FORCE, ANNOUNCED)
        and (top.judgement.sure < 0.85 or (status == IN_FORCE and top.judgement.cue == ""))
    ):
        status = THREATENED
    why = top.judgement.reason
    if begins and begins.start and today and begins.precision == "day":
        if begins.start > today and status == IN_FORCE:
            status, why = ANNOUNCED, f"{why}; it starts after the article's date"
        elif begins.start <= today and status == ANNOUNCED:
            status, why = IN_FORCE, f"{why}; its start has passed"
            alternatives.append({"field": "status", "value": ANNOUNCED, "why": "whether it took effect is not said"})
    sure.discount(min(1.0, top.judgement.sure + 0.05), why)
    seen = [*top.judgement.others, *(a.judgement.status for a in own if a.judgement.status != status)]
    for other in dict.fromkeys(seen):
        if other != status and other not in (DENIED, HISTORICAL):
            alternatives.append({"field": "status", "value": other, "why": "another passage or word reads so"})
    if any(a["field"] == "status" for a in alternatives):
        sure.discount(0.92, "passages read differently on its status")
    return status, ""


def _doubt_date(name: str, day: DateMention | None, sure: Confidence, alternatives: list[dict[str, object]]) -> None:
    if day is None:
        return
    if day.start is None:
        sure.discount(0.85, f"{name} {day.text!r}: {day.how}")
    elif "inferred" in day.how:
        sure.discount(0.95, day.how)
    alternatives.extend({"field": name, "value": d.isoformat(), "why": why} for d, why in day.others)


def _title(instrument: str, by: str | None, on: list[str], rate: Any, sectors: list[str]) -> str:
    number = ""
    if rate is not None and rate.value is not None and not rate.unit.startswith("million"):
        number = f"{rate.value:g} {'points' if rate.unit == 'pp' else '%'} "
    goods = f" on {' and '.join(sector_name(s) for s in sectors[:3])}" if sectors else ""
    target = f" ({'to' if instrument == EXPORT_CONTROL else 'on'} {', '.join(actor_name(c) for c in on[:4])})" if on else ""
    return f"{actor_name(by) if by else 'Someone'}: {number}{_LABEL[instrument]}{goods}{target}"


__all__ = ["SUSPENDED", "Group", "measures_of"]
