"""Scenarios, open questions, motives and figures: from headed sections and bullets, and from sentences that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from detente.reader.actors import Mention, lexicon, region_of
from detente.reader.amounts import Amount
from detente.reader.clauses import Block, Sentence, scenario_of
from detente.reader.sheet import Confidence, Finding, Sheet

_ACTIONS: tuple[tuple[str, str], ...] = (
    ("extend", r"\b(?:extend\w*|prolong\w*|renew\w*|roll\w* over)\b"),
    ("suspend", r"\b(?:delay\w*|suspend\w*|postpon\w*|paus\w+|defer\w*|put\w* off|shelv\w*|freez\w*)\b"),
    ("ease", r"\b(?:ease[sd]?|easing|moderat\w*|reduc\w*|cut\w*|lower\w*|relax\w*|loosen\w*|clarif\w*|trim\w*|halv\w*)\b"),
    ("withdraw", r"\b(?:withdraw\w*|lift\w*|scrap\w*|drop\w*|remov\w*|roll\w* back|abandon\w*|eliminat\w*)\b"),
    (
        "carry_out",
        (
            r"\b(?:impos\w*|carr\w+ out|go\w* ahead|take\w* effect|comes? into (?:force|effect)|enforc\w*"
            r"|follow\w* through|appl(?:y|ies)|kick\w* in)\b"
        ),
    ),
    ("keep", r"\b(?:remain\w*|keep\w*|stay\w*|continu\w*|maintain\w*|contested)\b"),
    ("retaliate", r"\b(?:retaliat\w*|respond\w*|hit\w* back|counter\w*)\b"),
)
_SEEKS = re.compile(
    r"\b(?:want(?:s|ed)?|seek(?:s|ing)?|sought|aim(?:s|ed|ing)? (?:to|at)|hop(?:e|es|ed|ing)"
    r" (?:to|for|that)|insist(?:s|ed)? (?:on|that)|demand(?:s|ed|ing)?(?! for)|is keen|are keen"
    r"|is eager|eager (?:to|for)|needs? to"
    r"|is determined|intends? to (?:protect|defend|keep|secure|preserve)|wish(?:es|ed)? to|in"
    r" a bid to|in order to|calls? for|called for|press(?:es|ed|ing) for|push(?:es|ed|ing) for"
    r"|prioriti[sz]es|is anxious|tries to|trying to)\b",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    (
        r"\b(?:according to|said|says|warn(?:s|ed|ing)?|estimate[ds]?|estimates|forecast(?:s|ed)?"
        r"|project(?:s|ed)?|calculat\w+|found|reckon\w*|reported|showed|data from|figures from|put(?:s)?"
        r" (?:it|the)|predict\w*|expects?|study by|report by|analysis by|survey by)\b"
    ),
    re.IGNORECASE,
)
_DOWN = re.compile(
    (
        r"\b(?:slash\w*|cut\w*|reduc\w*|shrink\w*|shrank|fell|falls?|fall\w*|drop\w*|declin\w*|lower\w*"
        r"|lose[sd]?|loss(?:es)?|los(?:t|ing)|down|contract\w*|shav\w*|cost\w*|dent\w*|plung\w*"
        r"|slump\w*|tumbl\w*|hit|wip\w+ out|decreas\w*|slow\w*)\b"
    ),
    re.I,
)
_UP = re.compile(
    (
        r"\b(?:rais\w*|ris\w+|rose|increas\w*|grow\w*|grew|gain\w*|up|jump\w*|surg\w*|boost\w*|climb\w*"
        r"|add\w*|lift\w*|higher|soar\w*)\b"
    ),
    re.I,
)
_QUANTITIES = (
    ("GDP", r"\b(?:GDP|gross domestic product|output|economy|(?:economic|GDP) growth|national income|real income)\b"),
    ("trade", r"\b(?:trade volumes?|world trade|global trade|merchandise trade|bilateral trade|trade)\b"),
    ("exports", r"\b(?:exports?|shipments|sales)\b"),
    ("imports", r"\bimports?\b"),
    ("prices", r"\b(?:prices?|inflation|CPI|costs?)\b"),
    ("jobs", r"\b(?:jobs?|employment|unemployment|workers)\b"),
    ("share", r"\b(?:share|accounts? for|of the world's|of global)\b"),
    ("average tariff", r"\b(?:average|effective) (?:\w+ )?(?:tariff|duty)\b"),
    ("deficit", r"\b(?:deficit|surplus)\b"),
    ("revenue", r"\brevenue\b"),
    ("investment", r"\binvestment\b"),
)
_WHETHER = re.compile(
    (
        r"\b(?:(?:it )?remains? (?:unclear|uncertain|to be seen|unknown)|the (?:key|big|main|open"
        r"|central) question is|(?:key|big|open) question (?:is|remains)|no one knows|unclear|not"
        r" clear)\b[^.]{0,20}\b(?:whether|how|if|what|who|when|which)\b"
    ),
    re.I,
)


def scenarios_of(sheet: Sheet, index: dict[int, int]) -> list[Finding]:
    """Scenarios with their provisions; each provision's link to a measure and what it does to it, where that can be read."""
    rows: dict[str, list[Block]] = {}
    order: list[tuple[str, str]] = []
    for b in sheet.blocks:
        if not b.scenario:
            continue
        key = b.scenario if b.scenario != "other" else f"other {b.heading}"
        if key not in rows:
            rows[key] = []
            order.append((key, b.scenario))
        rows[key].append(b)
    found = []
    for key, label in order:
        blocks = rows[key]
        body = [b for b in blocks if b.kind != "heading"]
        if not body:
            continue
        head = blocks[0]
        provisions = [p for b in body for p in _provisions(sheet, b, index)]
        sure = Confidence()
        if head.kind != "heading":
            sure.discount(0.85, "named in a sentence, without a heading of its own")
        if len(provisions) < 2:
            sure.discount(0.9, "only one provision")
        title = head.text.strip(" #:") if head.kind == "heading" else f"{label.capitalize()} scenario"
        chance = next(
            (
                a
                for b in blocks
                for a in sheet.amounts_in(b.start, b.end)
                if re.search(r"\b(?:probab|likel|chance|odds)\w*", sheet.flat[max(b.start, a.start - 60) : a.end + 40], re.I)
            ),
            None,
        )
        fields: dict[str, Any] = {
            "label": label,
            "title": title,
            "provisions": provisions,
            "text": " ".join(b.text.strip() for b in body),
            "probability_pct": chance.value if chance and chance.unit == "%" else None,
        }
        found.append(sheet.finding("scenario", head.start, body[-1].end, sure, fields, (), [(b.start, b.end) for b in body]))
    return found


def _provisions(sheet: Sheet, block: Block, index: dict[int, int]) -> list[dict[str, Any]]:
    out = []
    for s in block.sentences:
        cuts = [
            0,
            *(
                m.start()
                for m in re.finditer(
                    (
                        r"(?<=;)\s+|(?<=:)\s+(?=[A-Z]|(?:a|the) truce\b)|\s+(?=and (?:the )?(?:U\.S\.|US|[A-Z]\w+)"
                        r" (?:agrees?|imposes?|will|would|refuses?|delays?|lifts?|eases?|suspends?)\b)"
                    ),
                    s.text,
                )
            ),
            len(s.text),
        ]
        for a, b in pairwise(cuts):
            text = s.text[a:b].strip(" ;:")
            lead = re.match(r"([^:.]{3,40})(?::|\.)?\s*(.*)$", text)
            if lead and scenario_of(lead.group(1), True) and (lead.group(2) or len(text) < 30):
                text = lead.group(2).strip()
            if len(text) < 4:
                continue
            measure = next((k for at, k in sorted(index.items()) if s.start + a <= at < s.start + b), None)
            hits = [(name, m.start()) for name, pattern in _ACTIONS if (m := re.search(pattern, text, re.I))]
            action, at = hits[0] if hits else (None, len(text))
            refused = re.search(r"\b(?:refus\w+|reject\w*)\b", text, re.I)
            negated = refused or re.search(r"\b(?:not|no|never|fail\w*)\b", text[max(0, at - 30) : at], re.I)
            if action == "keep" and re.search(r"\b(?:dialogue|contact|talking)\b", text, re.I):
                action = None
            actors = list(dict.fromkeys(m.code for m in sheet.actors_in(s.start + a, s.start + b)))
            out.append(
                {
                    "text": text,
                    "span": list(sheet.page.span(s.start + a, s.start + b)),
                    "measure": measure,
                    "actors": actors,
                    "action": "refuse" if refused or (action and negated) else action,
                    "also": [name for name, _ in hits[1:3]],
                }
            )
    return out


def questions_of(sheet: Sheet) -> list[Finding]:
    """Open questions: bullets of a questions section first; else sentences that ask, and "it remains unclear whether"."""
    listed = [b for b in sheet.blocks if b.topic == "questions" and b.kind != "heading"]
    points = [b for b in listed if b.kind in ("bullet", "numbered") or any(s.text.rstrip('"').endswith("?") for s in b.sentences)]
    found = [_question(sheet, b, 1.0, "") for b in points]
    taken = {b.index for b in points}
    for b in sheet.blocks:
        if b.index in taken or b.kind == "heading":
            continue
        for s in b.sentences:
            asked = s.text.rstrip("\"')").endswith("?")
            whether = _WHETHER.search(s.text)
            if not (asked or whether):
                continue
            sure = Confidence()
            sure.discount(0.65 if asked else 0.6, "asked in passing" if asked else "an indirect question")
            if '"' in s.text:
                sure.discount(0.7, "in quoted speech")
            fields: dict[str, Any] = {"question": s.text, "questions": [s.text] if asked else [], "note": None}
            found.append(sheet.finding("question", s.start, s.end, sure, fields))
    return sorted(found, key=lambda f: (-f.confidence, f.span)) if not points else found


def _question(sheet: Sheet, b: Block, factor: float, why: str) -> Finding:
    asked = [s.text for s in b.sentences if s.text.rstrip("\"')").endswith("?")]
    rest = " ".join(s.text for s in b.sentences if s.text not in asked) if asked else ""
    sure = Confidence()
    if not asked:
        sure.discount(0.8, "listed under questions without a question mark")
    fields: dict[str, Any] = {
        "question": asked[0] if asked else b.text.strip(),
        "questions": asked,
        "note": rest or None,
        "actors": list(dict.fromkeys(m.code for m in sheet.actors_in(b.start, b.end))),
        "sectors": list(dict.fromkeys(m.code for m in sheet.products_in(b.start, b.end))),
    }
    return sheet.finding("question", b.start, b.end, sure, fields)


def motives_of(sheet: Sheet) -> list[Finding]:
    """What each side wants: points of a motives section under a side's heading, and sentences with a verb of wanting."""
    found = []
    for b in sheet.blocks:
        if b.kind == "heading" or b.scenario or b.topic == "questions":
            continue
        if b.topic == "motives" and b.heading_block is not None:
            head = sheet.blocks[b.heading_block]
            owners = list(dict.fromkeys(a.code for a in sheet.actors_in(head.start, head.end)))
            if owners:
                inside = [a.code for a in sheet.actors_in(b.start, b.end) if a.code in owners]
                owner = inside[0] if len(owners) > 1 and inside else owners[0]
                found.append(_motive(sheet, owner, b.start, b.end, b.text, Confidence()))
                continue
        for s in b.sentences:
            if s.text.rstrip('"').endswith("?"):
                continue
            found.extend(_stated_motives(sheet, s))
    return found


def _stated_motives(sheet: Sheet, s: Sentence) -> list[Finding]:
    found = []
    last = 0
    for verb in _SEEKS.finditer(s.text):
        before = [a for a in sheet.actors_in(s.start + last, s.start + verb.start()) if _is_subject(s.text, a, s.start)]
        if not before:
            continue
        sure = Confidence()
        sure.discount(0.75, f"read from {verb.group()!r} in a sentence")
        joined = re.search(r"\band\b", s.text[before[-1].end - s.start : verb.start()])
        owner_mention = before[0] if joined or verb.group().lower().startswith("in ") else before[-1]
        if len({a.code for a in before}) > 1:
            sure.discount(0.85, "more than one actor stands before the verb")
        found.append(_motive(sheet, owner_mention.code, s.start, s.end, s.text, sure))
        last = verb.end()
    return found


def _is_subject(text: str, a: Mention, offset: int) -> bool:
    lead = text[max(0, a.start - offset - 14) : a.start - offset]
    people = (
        r"\s+(?:side|government|officials?|leaders?|negotiators?|ministers?|ministry|authorities"
        r"|exporters|farmers|president|premier|prime|trade|commerce)"
    )
    if a.form == "city" or (
        (a.form == "adjective" or a.code in ("USA", "EU27", "GBR"))
        and not re.match(people, text[a.end - offset : a.end - offset + 20])
        and (
            a.form == "adjective"
            or re.match(
                r"\s+(?:[a-z]+ly |unilateral|tariffs?|duties|measures|goods|demands?|imports|exports|pressure)",
                text[a.end - offset : a.end - offset + 20],
            )
        )
    ):
        return False
    return not re.search(r"\b(?:with|to|on|from|against|in|of|by|for|over|at)\s+(?:the\s+)?$", lead, re.I)


def _motive(sheet: Sheet, owner: str, start: int, end: int, text: str, sure: Confidence) -> Finding:
    hits = {name: sum(len(re.findall(p, text, re.I)) for p in patterns) for name, patterns in lexicon()["motives"].items()}
    best = max(hits, key=lambda n: hits[n])
    weighs = best if hits[best] else "none"
    others = [
        {"field": "weighs_on", "value": n, "why": "its words speak to this too"} for n, k in hits.items() if k and n != weighs
    ]
    fields: dict[str, Any] = {"by": owner, "region": region_of(owner), "text": " ".join(text.split()), "weighs_on": weighs}
    return sheet.finding("motive", start, end, sure, fields, others)


def figures_of(sheet: Sheet, used: Sequence[tuple[int, int]]) -> list[Finding]:
    """Numbers that are not rates of measures: value with sign, what of, by whom; `used` are places already read as rates."""
    found = []
    for s in sheet.sentences:
        for a in sheet.amounts_in(s.start, s.end):
            if any(low <= a.start < high for low, high in used) or (a.unit == "pp" and a.value is None):
                continue
            found.append(_figure(sheet, s.start, s.end, s.text, a))
    return found


def _figure(sheet: Sheet, start: int, end: int, text: str, a: Amount) -> Finding:
    sure = Confidence()
    at = a.start - start
    sources = [m for m in sheet.organisations if start <= m.start < end]
    attributed = _ATTRIBUTION.search(text)
    source = min(sources, key=lambda m: abs(m.start - a.start)) if sources else None
    who: str | None = source.code if source else None
    if who is None and attributed:
        named = re.search(
            (
                r"\baccording to (?:the |a |an )?((?:[A-Z][\w.&'-]*|of|for|and|de)(?:\s+(?:[A-Z][\w.&'-]*"
                r"|of|for|and|the|de)){0,6})|\b((?:[A-Z][\w.&-]*\s+){1,5})(?:said|estimates?d?|warned|reckons"
                r"|forecasts?|projects?|expects|found)\b"
            ),
            text,
        )
        who = (named.group(1) or named.group(2)).strip(" .,") if named else None
        if who:
            sure.discount(0.85, "the source is a name the reader does not know")
    if who is None:
        sure.discount(0.6, "no source is named in the sentence")
    elif not attributed:
        sure.discount(0.8, "the source stands in the sentence without a word such as 'said' or 'according to'")
    window = text[max(0, at - 90) : at]
    down, up = (max((m.start() for m in p.finditer(window)), default=-1) for p in (_DOWN, _UP))
    tail = text[a.end - start : a.end - start + 24]
    if re.match(r"\s*(?:drop|fall|decline|loss|cut|reduction|slump|contraction|plunge)", tail, re.I):
        down = 999
    sign = -1 if down > up else 1
    near = [(abs(m.start() - at), name) for name, p in _QUANTITIES for m in re.finditer(p, text, re.I)]
    quantity = min(near)[1] if near else None
    if quantity is None:
        sure.discount(0.8, "what the number measures is not clear")
    if a.doubt:
        sure.discount(0.8, a.doubt)
    regions = list(dict.fromkeys(m.code for m in sheet.actors_in(start, end)))
    world = bool(re.search(r"\b(?:[Gg]lobal|world(?:'s)?|[Ww]orldwide)\b", text))
    level = bool(re.search(r"\b(?:to|at|of|is|was|were|are|stood at)\s+(?:\w+\s+)?$", text[:at])) and not re.search(
        r"\bby\s+(?:\w+\s+)?$", text[:at]
    )
    if level and down != 999:
        sign = 1
    value = None if a.value is None else sign * a.value
    fields: dict[str, Any] = {
        "value": value,
        "low": a.low,
        "high": a.high,
        "unit": a.unit,
        "quantity": quantity,
        "source": who,
        "basis": "level" if level else "change",
        "direction": "down" if down > up else "up" if up > down else None,
        "scope": "world" if world else None,
        "actors": regions,
        "approximate": bool(
            re.search(r"\b(?:about|around|roughly|nearly|almost|some|up to|as much as|more than|over)\s+$", text[:at], re.I)
        ),
        "sentence": text,
    }
    alternatives: list[dict[str, object]] = [{"field": "currency", "value": o, "why": a.doubt} for o in a.others]
    alternatives += [{"field": "source", "value": m.code, "why": "named in the same sentence"} for m in sources if m.code != who]
    return sheet.finding("figure", start, end, sure, fields, alternatives, [(a.start, a.end)])
