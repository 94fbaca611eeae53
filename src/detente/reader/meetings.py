"""Meetings and their venue, truces and deadlines: who meets whom, where and when; what runs out on which day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from detente.reader.actors import Mention, actor_name, lexicon, region_of
from detente.reader.clauses import Sentence
from detente.reader.dates import DateMention
from detente.reader.sheet import Confidence, Finding, Sheet

_TITLE = (
    r"(?:Vice[- ]Premier|Deputy Prime Minister|Prime Minister|Premier|Vice[- ]President|President"
    r"|Chancellor|Treasury Secretary|Commerce Secretary|Foreign Secretary|Secretary of State"
    r"|U\.S\. Trade Representative|Trade Representative|Trade Secretary|(?:Trade|Commerce|Foreign"
    r"|Finance|Economy|Industry|Economic) Minister|Minister(?: of [A-Z]\w+)?|Trade Commissioner"
    r"|Commissioner|Trade Chief|trade chief|trade minister|commerce minister|finance minister"
    r"|foreign minister|Ambassador|Director[- ]General|Secretary[- ]General|Secretary|Chief"
    r" Negotiator|chief negotiator|chief trade negotiator)"
)
_NAME = (
    r"(?:(?:van|von|de|der|bin|al|Al)\s+)?[A-ZÀ-ÞŠŽČĆ][\w'’-]+(?:\s+(?:(?:van|von|de|der|bin"
    r"|al)\s+)?[A-ZÀ-ÞŠŽČĆ][\w'’.-]*[\w]){0,2}"
)
_PERSON = re.compile(rf"\b(?P<title>{_TITLE})\s+(?P<name>{_NAME})")
_OFFICE = {
    "Treasury Secretary": "USA",
    "Commerce Secretary": "USA",
    "U.S. Trade Representative": "USA",
    "Secretary of State": "USA",
    "Trade Commissioner": "EU27",
}
_NOT_NAMES = {
    "The",
    "A",
    "An",
    "In",
    "On",
    "And",
    "But",
    "Trade",
    "Minister",
    "Both",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
}
_MEET = re.compile(
    r"\b(?P<summit>summits?)\b|\b(?P<call>(?:phone|telephone|video)[- ]calls?|spoke by (?:phone|telephone)|held a call|calls)\b"
    r"|\b(?P<talks>(?:trade |tariff |high[- ]level |bilateral |in-person |next |new |fresh "
    r"|first |second |third |fourth |fifth |\w+th )*(?:talks|negotiations|consultations|round"
    r" of (?:\w+ )?(?:talks|negotiations|discussions|consultations)|rounds? of (?:trade )?(?:talks"
    r"|negotiations)))\b(?! fail| stall| collapse)"
    r"|\b(?P<meeting>will meet|to meet|met(?: with)?|meets|meeting|meetings|sit down with|hosts?"
    r"|visit(?:s|ed)?)\b(?! (?:demand|targets?|the (?:deadline|demand|needs)))",
    re.IGNORECASE,
)
_PLACE_LEAD = re.compile(
    (
        r"\b(?:in|at|to|hosted by|hosts?|visit(?:s|ed)?|capital,?)\s+(?:the\s+)?(?:(?:Swiss|Malaysian"
        r"|Indian|Spanish|British|French|German|Thai|neutral|city of|capital(?: of)?)\s+)*$"
    ),
    re.I,
)
_HOSTED = re.compile(r"\b(?:hosted by|hosts?|hosting|venue)\b", re.I)
_TRUCE = re.compile(
    (
        r"\b(?:truce|cease-?fire|moratorium|pause|suspension|stand-?still|grace period|reprieve"
        r"|waiver|exemption|understanding|window|deadline|ultimatum)\b"
    ),
    re.I,
)
_LIMIT = re.compile(
    (
        r"\b(?:until|till|through|expir\w+|laps\w+|runs? out|deadline|cut-?off|before|no later than"
        r"|by|due|closes?|ends?|ending|extended (?:to|until)|within)\b"
    ),
    re.IGNORECASE,
)
_FOR_DAYS = re.compile(r"\b(?P<n>\d{2,3})[- ]days?\b|\b(?P<w>thirty|sixty|ninety)[- ]days?\b", re.I)


def persons_in(sheet: Sheet) -> tuple[list[Finding], dict[str, str]]:
    """People with an office, and surname → economy for those whose economy is said."""
    found: dict[str, Finding] = {}
    surnames: dict[str, str] = {}
    for m in _PERSON.finditer(sheet.flat):
        words = [w for w in m["name"].split() if w not in _NOT_NAMES]
        if not words or words != m["name"].split():
            words = words[: next((k for k, w in enumerate(m["name"].split()) if w in _NOT_NAMES), len(words))]
        name = re.sub(r"'s$", "", " ".join(words))
        if not name:
            continue
        near = [
            a
            for a in sheet.actors_in(max(0, m.start() - 24), m.start() + 1)
            if re.fullmatch(r"(?:'s)?[\s\w]{0,12}", sheet.flat[a.end : m.start()])
        ]
        code = near[-1].code if near else _OFFICE.get(m["title"]) or _seat_of(name)
        end = m.start("name") + len(name)
        sure = Confidence()
        if not code:
            sure.discount(0.7, "whose official is not said")
        fields: dict[str, Any] = {
            "type": "person",
            "name": name,
            "title": m["title"],
            "code": code,
            "region": region_of(code) if code else None,
        }
        key = name.split()[-1] if name.split()[-1] not in surnames else name
        if name not in found:
            found[name] = sheet.finding("actor", m.start(), end, sure, fields)
            if code:
                surnames.setdefault(key, code)
                surnames.setdefault(name.split()[0], code)
    return list(found.values()), surnames


def _seat_of(name: str) -> str | None:
    """Economy for whose government a surname stands in the lexicon."""
    return next((code for code, entry in lexicon()["actors"].items() if name.split()[-1] in entry["seats"]), None)


def meetings_of(sheet: Sheet, people: Sequence[Finding], sides: Sequence[str] = ()) -> list[Finding]:
    """Meetings, talks, summits and calls, one finding each; mentions that say nothing new add evidence."""
    rows: list[dict[str, Any]] = []
    for s in sheet.sentences:
        block = sheet.block_of(s)
        for m in _MEET.finditer(s.text):
            kind = str(m.lastgroup)
            row = _meeting(sheet, s, m, kind, people)
            if not (row["place"] or row["persons"] or row["dates"] or row["name"]) or block.scenario or "?" in s.text:
                continue
            home = next((r for r in rows if _same_meeting(r, row)), None)
            if home is None:
                rows.append(row)
            else:
                home["evidence"].append((s.start, s.end))
                for key in ("place", "place_code", "name", "both"):
                    home[key] = home[key] or row[key]
                for key in ("parties", "persons", "dates"):
                    home[key] = list(dict.fromkeys([*home[key], *row[key]]))
    return [_meeting_finding(sheet, r, sides) for r in rows]


def _meeting(sheet: Sheet, s: Sentence, m: re.Match[str], kind: str, people: Sequence[Finding]) -> dict[str, Any]:
    text = s.text
    cities = [a for a in sheet.actors_in(s.start, s.end) if _is_place(text, a, s.start)]
    cities += [c for c in _cities(text, s.start) if all(c.start != a.start for a in cities)]
    after = [c for c in cities if c.start - s.start >= m.end()]
    before = [c for c in cities if c.start - s.start < m.start()]
    place: Mention | None = after[0] if after else before[-1] if before else None
    if place is not None and abs(place.start - s.start - m.end()) > 110:
        place = None
    name = ""
    group = next(
        (
            w
            for w in reversed(
                re.findall(r"((?:[A-Z][\w.-]*|of|and|the)(?:\s+(?:[A-Z(][\w.)-]*|of|and))*)\s*$", text[: m.start()])
            )
            if w
        ),
        "",
    )
    groups = [
        a for a in sheet.actors_in(s.start, s.start + m.start()) if a.form == "group" and m.start() - (a.end - s.start) <= 12
    ]
    if kind == "summit" and groups:
        name = f"{actor_name(groups[-1].code)} summit"
    elif kind == "summit" and re.search(r"[A-Z]", group) and len(group) < 50:
        name = f"{group.strip('( ')} summit".removeprefix("The ").removeprefix("the ")
    surnames = {str(p.fields["name"]).split()[-1]: p for p in people} | {str(p.fields["name"]).split()[0]: p for p in people}
    named = [
        p
        for word, p in surnames.items()
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) and not (word == "He" and _pronoun(text))
    ]
    named = list({str(p.fields["name"]): p for p in named}.values())
    parties = [
        a.code
        for a in sheet.actors_in(s.start, s.end)
        if a.form in ("name", "adjective", "seat", "group")
        and not _is_place(text, a, s.start)
        and not (a.form == "group" and kind != "summit" and "summit" in text)
    ]
    parties += [str(p.fields["code"]) for p in named if p.fields["code"]]
    both = re.search(r"\b(?:both|the two|two) (?:sides|countries|governments|capitals|leaders|delegations|parties)\b", text, re.I)
    days = [
        d
        for d in sheet.dates_in(s.start, s.end)
        if not re.search(
            r"\b(?:tariffs?|duties|truce|deadline|expir\w+|until)\b[^,;]{0,30}$",
            text[max(0, d.at - s.start - 50) : d.at - s.start],
            re.I,
        )
    ]
    days.sort(
        key=lambda d: (
            d.precision == "vague",
            d.at - s.start - m.end() if d.at - s.start >= m.end() else m.start() - d.at + s.start + 30,
        )
    )
    tail = text[m.end() :]
    past = bool(
        re.search(
            r"\b(?:met|held|took place|have taken place|had|were|was|concluded|ended|visited|spoke)\b",
            text[max(0, m.start() - 40) : m.end() + 60],
            re.I,
        )
    )
    planned = bool(
        re.search(r"\b(?:will|to (?:hold|meet|host|attend)|set to|due to|scheduled|next|coming|plan\w*|expected)\b", text, re.I)
    )
    return {
        "kind": kind,
        "place": sheet.flat[place.start : place.end] if place else None,
        "place_code": place.code if place else None,
        "name": name,
        "parties": list(
            dict.fromkeys(
                c for c in parties if c != (place.code if place and place.form == "city" else None) or c in ("USA", "CHN")
            )
        ),
        "persons": [str(p.fields["name"]) for p in named],
        "dates": list(days[:1]),
        "both": bool(both),
        "evidence": [(s.start, s.end)],
        "when": "planned" if planned and not re.search(r"\bmet\b", m.group(), re.I) else "past" if past else "unknown",
        "hosted": bool(_HOSTED.search(text)),
        "trade": bool(re.search(r"\b(?:trade|tariff|talks|negotiat)", tail + text, re.I)),
    }


def _pronoun(text: str) -> bool:
    """Whether every "He" of the sentence could be the pronoun (it opens the sentence or a quotation)."""
    return not re.search(r"\bHe [A-Z]\w+\b|\b(?:and|with|between|Premier|met|meet)\s+He\b", text)


def _is_place(text: str, a: Mention, offset: int) -> bool:
    lead = text[max(0, a.start - offset - 40) : a.start - offset]
    tail = text[a.end - offset : a.end - offset + 3]
    return a.form in ("city", "name", "seat") and bool(_PLACE_LEAD.search(lead)) and not tail.startswith("'s")


def _cities(text: str, offset: int) -> list[Mention]:
    found = []
    for code, entry in lexicon()["actors"].items():
        for city in entry["cities"]:
            for m in re.finditer(rf"(?<!\w){re.escape(city)}(?!\w)", text):
                mention = Mention(offset + m.start(), offset + m.end(), code, "city")
                if _PLACE_LEAD.search(text[max(0, m.start() - 40) : m.start()]):
                    found.append(mention)
    return sorted(found, key=lambda c: c.start)


def _same_meeting(one: dict[str, Any], two: dict[str, Any]) -> bool:
    if (one["kind"] == "summit") != (two["kind"] == "summit") or (one["kind"] == "call") != (two["kind"] == "call"):
        return False
    if one["name"] and two["name"] and one["name"] != two["name"]:
        return False
    if one["place_code"] and two["place_code"] and one["place_code"] != two["place_code"]:
        return False
    if {one["when"], two["when"]} == {"past", "planned"}:
        return False
    a, b = (next((d.start for d in r["dates"] if d.start), None) for r in (one, two))
    return not (a and b and abs((a - b).days) > 10)


def _meeting_finding(sheet: Sheet, r: dict[str, Any], sides: Sequence[str]) -> Finding:
    sure = Confidence()
    if r["both"] and len(set(r["parties"])) < 2 and len(sides) == 2:
        r["parties"] = list(dict.fromkeys([*r["parties"], *sides]))
        sure.discount(0.85, "'both sides' taken to be the two parties of the article's measures")
    alternatives: list[dict[str, object]] = []
    if not r["place"]:
        sure.discount(0.8, "no place is given")
    if len(set(r["parties"])) < 2 and not r["name"]:
        sure.discount(0.8, "fewer than two parties are named")
    rank = {"day": 0, "days": 0, "week": 1, "month": 2}
    day: DateMention | None = min(r["dates"], key=lambda d: (d.start is None, rank.get(d.precision, 3)), default=None)
    if day is None:
        sure.discount(0.85, "no date is given")
    else:
        sure.discount(day.sure, day.how)
        alternatives += [{"field": "date", "value": d.isoformat(), "why": why} for d, why in day.others]
    fields: dict[str, Any] = {
        "type": r["kind"],
        "name": r["name"] or None,
        "place": r["place"],
        "place_code": r["place_code"],
        "region": region_of(r["place_code"]) if r["place_code"] else None,
        "parties": r["parties"],
        "persons": r["persons"],
        "date": day.to_dict() if day else None,
        "when": r["when"],
    }
    start, end = r["evidence"][0]
    return sheet.finding("meeting", start, end, sure, fields, alternatives, list(dict.fromkeys(r["evidence"])))


def venue_of(sheet: Sheet, meetings: Sequence[Finding]) -> Finding | None:
    """Where the talks are held: the place most meetings to come name; others as alternatives."""
    votes: Counter[str] = Counter()
    words: dict[str, str] = {}
    for m in meetings:
        if m.fields["place_code"]:
            code = str(m.fields["place_code"])
            ahead = {"planned": 3, "unknown": 2, "past": 1}[str(m.fields["when"])]
            votes[code] += ahead * (len(m.evidence) + (m.fields["type"] in ("talks", "meeting")))
            words.setdefault(code, str(m.fields["place"]))
    for found in re.finditer(
        r"\b(?:as (?:the|a) (?:venue|host)|(?:hosts?|hosting|will host) (?:the|both|these)? ?(?:talks|meeting|summit|round))\b",
        sheet.flat,
        re.I,
    ):
        for a in sheet.actors_in(found.start() - 16, found.start()):
            if a.form in ("name", "city") and sheet.flat[a.end : found.start()].strip() in ("", "is", "will"):
                votes[a.code] += 2
                words.setdefault(a.code, sheet.flat[a.start : a.end])
    if not votes:
        return None
    ranked = votes.most_common()
    code = ranked[0][0]
    sure = Confidence()
    if len(ranked) > 1:
        sure.discount(max(0.5, votes[code] / sum(votes.values())), "other places are named too")
    at = next((m for m in meetings if m.fields["place_code"] == code), None)
    whys = [
        s
        for s in sheet.sentences
        if re.search(r"\b(?:venue|neutral|coincid\w+|choosing|chosen|picked|sidelines)\b", s.text, re.I) and words[code] in s.text
    ][:2]
    why = whys[0] if whys else None
    fields: dict[str, Any] = {
        "place": words[code],
        "code": code,
        "region": region_of(code),
        "why": " ".join(s.text for s in whys) or None,
    }
    others = [{"field": "place", "value": words[c], "why": "named as a place of talks"} for c, _ in ranked[1:4]]
    if why:
        return sheet.finding("venue", why.start, why.end, sure, fields, others)
    if at is None:
        spot = sheet.flat.find(words[code])
        return sheet.finding("venue", spot, spot + len(words[code]), sure, fields, others)
    return Finding("venue", at.span, at.quote, sure.value, sure.reason, fields, tuple(others))


def deadlines_of(sheet: Sheet, measures: Sequence[Finding]) -> list[Finding]:
    """Truces and other things that run out on a day, and the days on which measures start or end; one a day and kind."""
    rows: list[tuple[str, DateMention, Sentence, str]] = []
    for s in sheet.sentences:
        for d in sheet.dates_in(s.start, s.end):
            lead = s.text[max(0, d.at - s.start - 70) : d.at - s.start]
            limit = list(_LIMIT.finditer(lead))
            if not limit or d.precision in ("vague", "decade", "year"):
                continue
            truce = _TRUCE.search(s.text)
            near = re.search(
                (
                    r"\b(?:until|till|through|deadline|expir\w+|laps\w+|runs? out|runs? until|by|before|ends?"
                    r"|closes?|extended (?:to|until))\b[^,;.]{0,24}$"
                ),
                lead,
                re.I,
            )
            if sheet.today and d.end and d.end < sheet.today:
                continue
            if near and (truce or re.search(r"deadline|expir|laps|runs? out|until|close|due", lead, re.I)):
                kind = (
                    "truce"
                    if (truce and truce.group().lower() not in ("deadline", "ultimatum")) or "truce" in s.text.lower()
                    else "deadline"
                )
                if kind == "deadline" and re.search(r"\b(?:suspen\w+|paus\w+)\b", s.text, re.I):
                    kind = "suspension"
                rows.append((kind, d, s, truce.group() if truce else near.group().strip()))
    found: dict[tuple[str, str], Finding] = {}
    for kind, d, s, word in rows:
        key = (d.start.isoformat() if d.start else d.partial or d.text, "")
        old = found.get(key)
        if old is not None:
            kind = "truce" if "truce" in (kind, old.fields["type"]) else kind
            both = (*old.evidence, sheet.page.span(s.start, s.end))
            found[key] = Finding(
                old.kind, old.span, old.quote, old.confidence, old.reason, {**old.fields, "type": kind}, old.alternatives, both
            )
            continue
        sure = Confidence()
        sure.discount(d.sure, d.how)
        length = _FOR_DAYS.search(s.text)
        fields: dict[str, Any] = {
            "type": kind,
            "date": d.to_dict(),
            "what": s.text,
            "word": word,
            "length": length.group() if length else None,
        }
        alternatives: list[dict[str, object]] = [{"field": "date", "value": x.isoformat(), "why": why} for x, why in d.others]
        alternatives.append(
            {"field": "last day", "value": "the day named or the day before", "why": "'until' may or may not include its day"}
        )
        found[key] = sheet.finding("deadline", s.start, s.end, sure, fields, alternatives, [(s.start, s.end)])
    for m in measures:
        if m.fields["status"] in ("withdrawn", "struck_down", "expired"):
            continue
        for name, kind in (
            ("effective", "would take effect" if m.fields["status"] == "threatened" else "takes effect"),
            ("expires", "expires"),
        ):
            day = m.fields[name]
            ahead = day and (day["partial"] or (day["date"] and (sheet.today is None or day["date"] > sheet.today.isoformat())))
            key = (str(day["date"] or day["partial"]) if day else "", kind if name == "effective" else "")
            past = day and sheet.today and day["date"] and day["date"] <= sheet.today.isoformat()
            if day and ahead and not past and (day["date"] or day["partial"]) and key not in found:
                fields = {"type": kind, "date": day, "what": m.fields["title"], "word": day["text"], "length": None}
                found[key] = Finding("deadline", m.span, m.quote, m.confidence, m.reason, fields, (), m.evidence[:1])
    return sorted(found.values(), key=lambda f: str(f.fields["date"]["date"] or f.fields["date"]["partial"]))
