"""Findings as a draft dossier: YAML a person finishes.

What the text does not say is left empty and marked `# MISSING (kind): what to put`; the draft does not load until every
such field is filled. What was inferred carries `# CHECK: why`. Nothing is filled in to make it pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from detente.reader.actors import actor_name, region_of
from detente.reader.sheet import Finding, Missing, Reading
from detente.words.names import group_table, region_table

_DASH = re.compile(r"[^a-z0-9]+")
_PLAIN = re.compile(r"[A-Za-z][\w '’.,;()/%€$+&\u2013\u2014-]*$")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "~"}


class _Writer:
    """Lines of YAML with their marks."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missing: list[Missing] = []

    def put(self, indent: int, text: str, check: str = "") -> None:
        mark = f"  # CHECK: {_comment(check)}" if check else ""
        self.lines.append(" " * indent + text + mark)

    def field(self, indent: int, name: str, value: object, check: str = "", dash: bool = False) -> None:
        self.put(indent, f"{'- ' if dash else ''}{name}: {_yaml(value)}", check)

    def gap(self, indent: int, name: str, kind: str, what: str, dash: bool = False) -> None:
        self.lines.append(" " * indent + f"{'- ' if dash else ''}{name}:  # MISSING ({kind}): {_comment(what)}")
        self.missing.append(Missing(len(self.lines), name, kind, what))

    def either(self, indent: int, name: str, value: object, kind: str, what: str, check: str = "", dash: bool = False) -> None:
        if value is None or value == "" or value == []:
            self.gap(indent, name, kind, what, dash)
        else:
            self.field(indent, name, value, check, dash)

    def note(self, indent: int, text: str) -> None:
        self.lines.append(" " * indent + f"# {_comment(text)}")


def draft_of(reading: Reading) -> tuple[str, tuple[Missing, ...]]:
    """Text of the draft and the list of what is missing in it."""
    w = _Writer()
    today = date.fromisoformat(reading.article["date"]) if reading.article["date"] else None
    title = _squash(str(reading.article["title"] or ""))[:160]
    ids = _measure_ids(reading.measures)
    w.note(0, "A draft read from one article by rules. Fill every line marked MISSING, look at every line marked CHECK,")
    w.note(0, "then run `detente dossier check` on it. Quotations stand in the JSON of `detente read --json`.")
    w.put(0, "schema_version: 1")
    w.field(0, "id", _slug(title) or "draft")
    w.either(0, "title", title, "text", "a title for the negotiation")
    w.gap(0, "summary", "text", "what is negotiated, by whom, and what hangs on it")
    w.either(
        0,
        "as_of",
        today,
        "date",
        f"the article's date ({reading.article['date_found']})",
        f"article date from: {reading.article['date_found']}",
    )
    w.put(0, "reference:")
    w.gap(2, "date", "date", "the day whose duties the measures are added to")
    w.gap(2, "label", "text", "what those duties are, in words")
    w.put(2, "sources: [article]")
    _venue(w, reading)
    _parties(w, reading)
    _history(w, reading, today)
    usable = _measures(w, reading, ids, today)
    _scenarios(w, reading, ids, usable, today)
    _questions(w, reading, today)
    sources = _figures(w, reading)
    _sources(w, reading, today, sources)
    return "\n".join(w.lines) + "\n", tuple(w.missing)


def _venue(w: _Writer, r: Reading) -> None:
    w.put(0, "venue:")
    v = r.venue
    if v is None:
        w.gap(2, "region", "region", "code of the economy that hosts the talks")
        w.gap(2, "place", "text", "city or country of the talks")
        w.gap(2, "why", "text", "why there")
    else:
        w.field(
            2,
            "region",
            v.fields["region"],
            _check(v, f"{v.fields['code']} counts as {v.fields['region']}" if v.fields["code"] != v.fields["region"] else ""),
        )
        w.field(2, "place", v.fields["place"])
        w.either(2, "why", v.fields["why"], "text", "why there")
    w.put(2, "sources: [article]")


def _main_parties(r: Reading) -> list[str]:
    """Two or more regions at the table: those who act and are acted on, then those who meet, then those named most."""
    count: Counter[str] = Counter()
    for m in r.measures:
        count.update({region_of(m.fields["by"]): 3} if m.fields["by"] else {})
        count.update(dict.fromkeys((region_of(c) for c in m.fields["on"]), 2))
    for meeting in r.meetings:
        count.update(dict.fromkeys((region_of(c) for c in meeting.fields["parties"]), 2))
    for a in r.actors:
        if a.fields["type"] == "economy":
            count.update({region_of(a.fields["code"]): min(a.fields["mentions"], 20) / 10})
    host = r.venue.fields["region"] if r.venue else None
    return [
        c
        for c, _ in count.most_common()
        if (c not in group_table() and c in region_table() and c != host) or (c == host and count[c] > 8)
    ][:2]


def _parties(w: _Writer, r: Reading) -> None:
    w.put(0, "parties:")
    named = _main_parties(r)
    for k in range(2):
        code = named[k] if k < len(named) else None
        w.either(
            2, "region", code, "region", "code of a government at the table", "the parties most at work in the article", dash=True
        )
        people = [p for p in r.actors if p.fields["type"] == "person" and p.fields.get("region") == code and code]
        if people:
            w.field(
                4, "negotiators", [f"{p.fields['name']} ({p.fields['title']})" for p in people[:6]], "officials the article names"
            )
        w.put(4, "motives:")
        own = [m for m in r.motives if m.fields["region"] == code][:12]
        for m in own:
            w.field(6, "text", m.fields["text"][:900], _check(m), dash=True)
            w.field(8, "weighs_on", m.fields["weighs_on"], "guessed from its words")
            w.put(8, "sources: [article]")
        if not own:
            w.gap(6, "text", "text", "what this government wants", dash=True)
            w.put(8, "sources: [article]")
        w.put(4, "sources: [article]")
    others = [m for m in r.motives if m.fields["region"] not in named]
    regions = list(dict.fromkeys(m.fields["region"] for m in others if m.fields["region"] in region_table()))
    if regions:
        w.put(0, "bystanders:")
        for code in regions[:8]:
            w.field(2, "region", code, dash=True)
            w.field(4, "position", " ".join(m.fields["text"] for m in others if m.fields["region"] == code)[:1500])
            w.put(4, "sources: [article]")


def _history(w: _Writer, r: Reading, today: date | None) -> None:
    rows: list[tuple[date, str, str, str, list[str]]] = []
    for m in r.meetings:
        day = m.fields["date"]
        start = date.fromisoformat(day["from"]) if day and day["from"] and day["precision"] in ("day", "days", "week") else None
        if start is None:
            continue
        kind = {"summit": "summit", "call": "call"}.get(m.fields["type"], "talks")
        if today and start > today and kind == "call":
            kind = "expected"
        check = f"{day['text']!r}: {day['how']}" + (" (first day of the week)" if day["precision"] == "week" else "")
        rows.append((start, kind, " ".join(_squash(m.quote)[:400].split()), check, [region_of(c) for c in m.fields["parties"]]))
    for d in r.deadlines:
        day = d.fields["date"]
        if day["date"] and d.fields["type"] in ("truce", "deadline"):
            rows.append(
                (
                    date.fromisoformat(day["date"]),
                    "deadline",
                    _squash(d.fields["what"])[:400],
                    f"{day['text']!r}: {day['how']}",
                    [],
                )
            )
    if rows:
        w.put(0, "history:")
        for start, kind, text, check, parties in sorted(rows, key=lambda x: (x[0], x[1], x[2])):
            w.field(2, "date", start, check, dash=True)
            w.field(4, "kind", kind)
            known = [c for c in dict.fromkeys(parties) if c in region_table() or c in group_table()]
            if known:
                w.field(4, "parties", known)
            w.field(4, "text", text)
            w.put(4, "sources: [article]")


def _measures(w: _Writer, r: Reading, ids: list[str], today: date | None) -> dict[int, str]:
    """Write the measures; gives index → "threat" or "measure" for those scenarios may refer to."""
    w.put(0, "measures:")
    usable: dict[int, str] = {}
    for k, m in enumerate(r.measures):
        f = m.fields
        w.note(2, f"{m.confidence:.2f}: {m.reason}")
        w.field(2, "id", ids[k], dash=True)
        w.field(4, "title", f["title"])
        w.either(
            4,
            "by",
            region_of(f["by"]) if f["by"] else None,
            "region",
            _hint(m, "by", "code of who does it"),
            _region_check(f["by"]),
        )
        on = list(dict.fromkeys(region_of(c) for c in f["on"]))
        w.either(
            4, "on", on[0] if len(on) == 1 else on, "region", _hint(m, "on", "a code, a list, or all"), _region_check(*f["on"])
        )
        w.field(4, "instrument", f["instrument"])
        _number(w, m)
        if f["sectors"]:
            w.field(4, "sectors", f["sectors"], f"from: {', '.join(f['products'][:6])}; coverage of each sector is not said")
        _dates(w, m, today)
        _alternatives(w, m)
        w.put(4, "sources: [article]")
        usable[k] = "threat" if f["status"] == "threatened" else "measure"
    if not r.measures:
        w.gap(2, "id", "id", "a short name; the article names no measure the reader could find", dash=True)
        for name, kind, what in (
            ("title", "text", "one line"), ("by", "region", "code of who does it"), ("on", "region", "a code, a list, or all"),
            ("instrument", "instrument", "tariff, export_control, embargo, non_tariff, purchase or other"),
            ("rate_pct", "percent", "percentage points of duty"), ("effective", "date", "day it takes effect"),
        ):  # fmt: skip
            w.gap(4, name, kind, what)
        w.put(4, "sources: [article]")
    return usable


def _number(w: _Writer, m: Finding) -> None:
    f = m.fields
    kind = f["instrument"]
    if kind == "tariff":
        rate = f["rate_pct"] if f["rate_pct"] is not None and -100 <= f["rate_pct"] <= 2000 else None
        ends = (
            f" ({f['rate_low_pct']:g} to {f['rate_high_pct']:g} in the text)"
            if f["rate_low_pct"] is not None and f["rate_high_pct"] is not None and rate is None
            else ""
        )
        w.either(4, "rate_pct", rate, "percent", f"percentage points of duty{ends}")
    elif kind == "export_control":
        value = f["withhold_pct"] if f["withhold_pct"] is not None and 0 <= f["withhold_pct"] <= 100 else None
        w.either(
            4,
            "withhold_pct",
            value,
            "percent",
            "percent of exports withheld; or set modelled: false and why_not",
            "read from the text",
        )
    elif kind == "non_tariff":
        w.gap(4, "cost_pct", "percent", "cost as a percentage of value; or set modelled: false and why_not")
    elif kind == "purchase":
        usd = f["value_million"] if f["rate_unit"] == "million USD" else None
        w.either(
            4,
            "value_musd",
            usd,
            "percent",
            "million USD a year (or use growth_pct instead)",
            "a yearly value is meant; the text may give a total",
        )
    elif kind == "other":
        w.put(4, "modelled: false")
        w.field(4, "why_not", "The reader knows no instrument of the model for it")


def _dates(w: _Writer, m: Finding, today: date | None) -> None:
    f = m.fields
    status = f["status"]
    threatened = status == "threatened"
    begins = _day(f["effective"])
    begin_text = f"{f['effective']['text']!r}: {f['effective']['how']}" if f["effective"] else "the text does not say when"
    announced, ends = _day(f["announced"]), _day(f["expires"])
    start = begins
    if announced and not (start and announced > start):
        w.field(4, "announced", announced, f"{f['announced']['text']!r}: {f['announced']['how']}")
    elif status in ("threatened", "announced") and not (start and today and today > start):
        # Without a day of announcement a measure counts as unknown until it starts.
        latest = "not said; known at the latest on the article's date"
        w.either(4, "announced", today, "date", f"day it was made known ({latest})", latest)
    if threatened:
        w.put(4, "threatened: true", f"status read as threatened: {m.reason}")
        if begins:
            w.field(4, "would_take_effect", begins, begin_text)
        elif f["effective"]:
            w.gap(4, "would_take_effect", "date", f"day it would take effect ({begin_text})")
    else:
        w.either(
            4,
            "effective",
            begins,
            "date",
            f"day it took or takes effect ({begin_text}; read as {status.replace('_', ' ')})",
            begin_text,
        )
    if ends and (start is None or ends > start) and status not in ("suspended", "withdrawn", "struck_down"):
        w.field(
            4, "expires", ends, f"{f['expires']['text']!r}: {f['expires']['how']}; half-open: the first day it no longer holds"
        )
    if status == "suspended":
        w.put(4, "suspended:")
        w.gap(6, "from", "date", "first day of the suspension", dash=True)
        if ends:
            w.field(8, "to", ends, f"{f['expires']['text']!r}: {f['expires']['how']}; half-open")
    if status in ("withdrawn", "struck_down") or (status == "expired" and not ends):
        w.put(4, "ended:")
        w.either(6, "date", ends, "date", "day it ended", f"{f['expires']['text']!r}: {f['expires']['how']}" if ends else "")
        w.field(6, "how", status)


def _alternatives(w: _Writer, m: Finding) -> None:
    for a in m.alternatives[:8]:
        w.note(4, f"CHECK: {a['field']} could be {a['value']} ({a['why']})")


def _scenarios(w: _Writer, r: Reading, ids: list[str], usable: dict[int, str], today: date | None) -> None:
    if not r.scenarios:
        return
    w.put(0, "scenarios:")
    days = [date.fromisoformat(d.fields["date"]["date"]) for d in r.deadlines if d.fields["date"]["date"]]
    last = max([d for d in days if today is None or d >= today], default=None)
    used: set[str] = set()
    for s in r.scenarios:
        f = s.fields
        name = _unique(_slug(f["label"] if f["label"] != "other" else f["title"]) or "scenario", used)
        w.field(2, "id", name, dash=True)
        w.field(4, "title", str(f["title"])[:200])
        texts = [p["text"] for p in f["provisions"]]
        w.either(4, "summary", texts[0][:600] if texts else None, "text", "one sentence", "its first provision")
        w.either(4, "narrative", _squash(f["text"])[:4000], "text", "one paragraph")
        w.either(4, "policy_date", last, "date", "the day on which its measures are read", "the last day due in the article")
        carried = _carried(f["provisions"], usable)
        w.put(4, "provisions:")
        for p in f["provisions"]:
            w.field(6, "text", p["text"][:900], dash=True)
            if p["measure"] in carried and p["action"] == "carry_out":
                w.put(8, "modelled: true")
                w.field(8, "measures", [ids[p["measure"]]])
            else:
                w.put(8, "modelled: false")
                link = f" It may {p['action']} {ids[p['measure']]}." if p["measure"] is not None and p["action"] else ""
                w.field(8, "why_not", f"Read from a text and not yet tied to a change.{link}")
        if carried and last is not None:
            w.put(4, "changes:")
            for k in sorted(carried):
                w.put(6, f"- {{measure: {ids[k]}, carry_out: true}}", "the scenario has it imposed")
        w.put(4, "sources: [article]")


def _carried(provisions: Iterable[dict[str, Any]], usable: dict[int, str]) -> set[int]:
    return {
        p["measure"]
        for p in provisions
        if p["measure"] is not None and p["action"] == "carry_out" and usable.get(p["measure"]) == "threat"
    }


def _questions(w: _Writer, r: Reading, today: date | None) -> None:
    rows = [q for q in r.questions if q.confidence >= 0.4][:20]
    if not rows:
        return
    w.put(0, "key_questions:")
    ahead = sorted(date.fromisoformat(d.fields["date"]["date"]) for d in r.deadlines if d.fields["date"]["date"])
    due = next((d for d in ahead if today is None or d > today), None)
    used: set[str] = set()
    for q in rows:
        w.field(2, "id", _unique(_slug(q.fields["question"])[:40].strip("-") or "question", used), dash=True)
        w.field(4, "question", _squash(q.fields["question"])[:900], _check(q))
        w.either(4, "why", q.fields.get("note"), "text", "what the answer would change", "what the article adds to it")
        w.gap(4, "indicator", "text", "what to look at")
        w.either(4, "by_when", due, "date", "the day by which one should know", "the next day due in the article")
        w.put(4, "sources: [article]")


def _figures(w: _Writer, r: Reading) -> list[str]:
    rows = [f for f in r.figures if f.fields["source"] and f.fields["value"] is not None and f.fields["quantity"]][:20]
    if not rows:
        return []
    w.put(0, "published:")
    used: set[str] = set()
    sources: list[str] = []
    for f in rows:
        who = str(f.fields["source"])
        if who not in sources:
            sources.append(who)
        w.field(2, "id", _unique(_slug(f"{who} {f.fields['quantity']}") or "figure", used), dash=True)
        w.field(4, "who", who)
        w.field(4, "scenario", _squash(f.fields["sentence"])[:600], "the sentence it stands in")
        w.field(4, "quantity", ("world " if f.fields["scope"] else "") + f.fields["quantity"])
        w.field(4, "value", f.fields["value"], _check(f, "sign from the verb"))
        w.field(4, "unit", f.fields["unit"])
        w.gap(4, "time_basis", "text", "over which time (long run, by a year, a snapshot)")
        w.put(4, f"sources: [article, {_slug(who) or 'other'}]")
    return sources


def _sources(w: _Writer, r: Reading, today: date | None, named: list[str]) -> None:
    w.put(0, "sources:")
    w.field(2, "id", "article", dash=True)
    w.either(4, "title", _squash(str(r.article["title"] or ""))[:300], "text", "title of the article")
    w.either(4, "publisher", r.article["publisher"], "text", "who published it")
    url = r.article["url"]
    if url and re.fullmatch(r"https?://[^\s\"'#]+", url) and len(url) < 600:
        w.field(4, "url", url)
    if today:
        w.field(4, "date", today)
    for who in named:
        w.field(2, "id", _slug(who) or "other", dash=True)
        w.field(4, "title", f"{who}, as reported in the article")
        w.field(4, "publisher", who)
        w.field(4, "note", "Named in the article; not read")


# -- small helpers ---------------------------------------------------------------------------------------------------
def _day(found: dict[str, Any] | None) -> date | None:
    return date.fromisoformat(found["date"]) if found and found["date"] else None


def _measure_ids(measures: Iterable[Finding]) -> list[str]:
    used: set[str] = set()
    out = []
    for m in measures:
        f = m.fields
        rate = f"{f['rate_pct']:g}".replace(".", "-") if f["rate_pct"] is not None else ""
        words = [f["by"] or "some", f["instrument"].replace("_", "-"), rate, "-".join(f["sectors"][:2]), "-".join(f["on"][:2])]
        out.append(_unique(_slug(" ".join(x for x in words if x)), used))
    return out


def _unique(name: str, used: set[str]) -> str:
    k, base = 1, name[:70].strip("-") or "item"
    name = base
    while name in used:
        k += 1
        name = f"{base}-{k}"
    used.add(name)
    return name


def _slug(text: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _DASH.sub("-", plain).strip("-")[:60].strip("-")


def _region_check(*codes: str | None) -> str:
    moved = [f"{actor_name(c)} counts as {region_of(c)}" for c in codes if c and region_of(c) != c]
    return "; ".join(moved)


def _hint(m: Finding, name: str, what: str) -> str:
    values = [str(a["value"]) for a in m.alternatives if a["field"] == name]
    return f"{what}; perhaps {' or '.join(values)}" if values else what


def _check(f: Finding, more: str = "") -> str:
    said = [more] if more else []
    if f.confidence < 0.85:
        said.append(f"{f.confidence:.2f}: {f.reason}")
    return "; ".join(said)


def _squash(text: str) -> str:
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def _comment(text: str) -> str:
    return _squash(text)[:300]


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_yaml(v) for v in value) + "]"
    text = _squash(str(value))
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", text) and text.lower() not in _RESERVED:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
