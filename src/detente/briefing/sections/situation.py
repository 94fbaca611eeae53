"""What is in effect, what is on the table, what each side wants and why the talks are where they are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import timeline
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Figure, Heading, Items, Para, Section, Table
from detente.briefing.tables import Col, headed, table, texts
from detente.briefing.view import CaseView
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import Deadline, status_on
from detente.words import N_, _
from detente.words.names import region_name

ORDER = (
    "threatened", "announced", "announced_without_act", "in_force", "suspended", "stayed", "not_yet_known", "expired",
    "withdrawn", "struck_down", "replaced",
)  # fmt: skip
PENDING = ("threatened", "announced", "announced_without_act")
LIVE = ("in_force", "suspended", "stayed")
ROUNDS = ("talks", "summit", "expected", "meeting")
ENDS = ("truce", "deal")
STANCES = ("ease", "hold", "escalate")


DOSSIER = N_("the dossier")


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/situation", part, **values)


def sections(case: CaseView) -> list[Section]:
    """The situation, the agenda, the motives."""
    place = case.dossier.venue.place
    return [
        Section("situation", _say("title"), tuple(_situation(case))),
        Section("table", _say("agenda_title"), tuple(_agenda(case))),
        Section("motives", _say("motives_title", place=place), tuple(_motives(case))),
    ]


def _situation(case: CaseView) -> list[Block]:
    d = case.dossier
    status = d.status()
    tally = {s: [m for m in d.measures if status[m.id].value == s] for s in ORDER}
    lead = _say(
        "lead",
        today=d.as_of,
        total=len(d.measures),
        tally=[f"{len(found)} {status_word(s)}" for s, found in tally.items() if found],
        held=sum(not m.modelled for m in tally["in_force"]),
    )
    return [Para(lead), _timeline(case), _deadlines(case), status_table(case)]


STATUSES = (
    N_("threatened"), N_("announced"), N_("announced without act"), N_("in force"), N_("suspended"), N_("stayed"), N_("expired"),
    N_("withdrawn"), N_("struck down"), N_("replaced"), N_("not yet known"),
)  # fmt: skip
"""What a measure can be, in words."""


def status_word(status: str) -> str:
    """A status as words: "not yet known"."""
    return _(status.replace("_", " "))


def _mutual(case: CaseView, m: Measure) -> bool:
    """Whether a measure is one party's against the other by name, or of any kind but a duty on everyone."""
    others = {p for p in case.parties if p != m.by}
    named = m.on != "all" and bool(others & set(m.on))
    return m.by in case.parties and (named or (m.on == "all" and m.instrument is not InstrumentKind.TARIFF))


def status_table(case: CaseView, *, rest: bool = False) -> Table:
    """Pending measures and live ones between the parties; with `rest`, all the others, for the appendix."""
    d = case.dossier
    status = d.status()
    ranked = sorted(d.measures, key=lambda m: (ORDER.index(status[m.id].value), -(m.start.toordinal() if m.start else 0), m.id))
    front = [m for m in ranked if status[m.id].value in PENDING or (status[m.id].value in LIVE and _mutual(case, m))]
    back = [m for m in ranked if m not in front]
    told = texts("situation", "rest" if rest else "status", today=d.as_of, others=len(back))
    if not rest:
        case.file("measures-status", told.file, [_status_row(case, m, status[m.id].value) for m in ranked])
    shown = back if rest else front
    now = [status[m.id].value for m in shown]
    heads, rows = headed(
        [
            Col("Measure", [Cell(m.title, "" if m.modelled else m.why_not or "", cites=m.sources) for m in shown]),
            Col("By → on", [f"{m.by} → {text.tell(m, 'on')}" for m in shown]),
            Col("Size", [_size(m) for m in shown]),
            Col("Status", [Cell(text.capital(status_word(s)), status=s) for s in now]),
            Col("Since", [Cell(*_dates(m, d.as_of)) for m in shown], "until"),
            Col("In the model", ["in the reference" if m.in_baseline else "yes" if m.modelled else "no" for m in shown]),
        ]
    )
    id = "tab-status-rest" if rest else "tab-status"
    return Table(id, told.title, told.subtitle, heads, rows, told.note, "measures-status.csv", wide=True)


def _size(m: Measure) -> str:
    """What a measure adds; of one that the reference holds already, the rates by list where the dossier gives them."""
    return str(m.conditions) if m.in_baseline and m.conditions else text.tell(m, "size") or "–"


def _status_row(case: CaseView, m: Measure, now: str) -> dict[str, object]:
    return {
        "id": m.id,
        "title": m.title,
        "by": m.by,
        "on": text.tell(m, "on"),
        "instrument": m.instrument.value,
        "size": text.tell(m, "size") or "–",
        "rate_pct": _plain(m.rate_pct),
        "withhold_pct": _plain(m.withhold_pct),
        "cost_pct": _plain(m.cost_pct),
        "unit": _say("size_unit"),
        "status": now,
        "on_day": case.dossier.as_of.isoformat(),
        "effective": m.effective or m.would_take_effect,
        "expires": m.stop,
        "modelled": m.modelled,
        "in_reference": m.in_baseline,
        "why_not": m.why_not or "",
        "authority": m.authority or "",
        "sources": " ".join(m.sources),
    }


def _plain(table: float | dict[str, float] | None) -> object:
    """A number as it is, a map of them as CODE=NUMBER, nothing where there is none."""
    return " ".join(f"{k}={v:g}" for k, v in table.items()) if isinstance(table, dict) else table


def _dates(m: Measure, day: date) -> tuple[str, str]:
    start = text.short_day(m.start, year=True).replace(" ", "\u00a0") if m.start else "–"
    rest = next((r for r in m.suspended if r.contains(day)), None)
    if rest is not None:
        end = (
            _("{0} to {1}").format(_(rest.how), text.short_day(rest.to, year=True))
            if rest.to
            else _("{0}, no end set").format(_(rest.how))
        )
    elif m.stop:
        end = _("until {0}").format(text.short_day(m.stop, year=True))
    else:
        end = ""
    return start, end.replace(" 0", " ")


def _window(case: CaseView) -> tuple[date, date]:
    d = case.dossier
    due = [x.date for x in d.deadlines(within_days=150)]
    return d.reference.date - timedelta(days=12), max([*due, d.as_of]) + timedelta(days=24)


def _timeline(case: CaseView) -> Figure:
    d = case.dossier
    start, end = _window(case)
    spans = d.timeline(start, end)
    known = {m.id: m for m in d.measures}
    first = {r: k for k, r in enumerate(case.parties)}
    ids = sorted(
        {s.measure for s in spans if _mutual(case, known[s.measure]) or status_on(known[s.measure], d.as_of).value in PENDING},
        key=lambda i: (first.get(known[i].by, 9), known[i].by, known[i].start or d.as_of, i),
    )
    bars = [
        timeline.Bar(
            text.capital(region_name(known[i].by)),
            i,
            known[i].title,
            s.status.value,
            region_colour(known[i].by),
            s.start,
            s.end or end,
        )
        for i in ids
        for s in spans
        if s.measure == i
    ]
    bars = timeline.ahead(bars, d.as_of, end)
    talks = _rounds(case, start, end)
    due: dict[date, list[Deadline]] = {}
    for x in d.deadlines(within_days=150):
        if x.kind not in ROUNDS:
            due.setdefault(x.date, []).append(x)
    lines = []
    for day, what in sorted(due.items()):
        what.sort(key=lambda x: (x.kind != "threat", not (x.measure and known[x.measure].modelled), x.text))
        lines.append((day, what[0].text.rstrip(".") + (f" (+{len(what) - 1} more)" if len(what) > 1 else "")))
    soon = {x.date for x in d.deadlines(within_days=30) if x.measure is not None}
    told = texts(
        "situation",
        "timeline",
        today=d.as_of,
        soon=len(soon),
        start=text.month(start, year=True, long=True),
        end=text.month(end, year=True, long=True),
    )
    shown = [(known[i].title, status_on(known[i], d.as_of).value) for i in ids]
    records = [(b.measure, b.title, b.group, b.status, b.start, b.end) for b in bars]
    records += [("", m.label, "", "expected talks" if m.expected else "talks", m.day, m.day) for m in talks]
    records += [("", what, "", "deadline", day, day) for day, what in lines]
    columns = ["measure", "title", "by", "status", "start", "end"]
    csv = case.shelf.add("timeline", told.file, pd.DataFrame(records, columns=columns))
    return figure(
        "fig-timeline",
        told.title,
        told.subtitle,
        told.note,
        _say("timeline_alt", message=told.title, shown=shown, due=lines[:3]),
        csv,
        lambda w: timeline.draw(bars, talks, lines, d.as_of, start, end, w),
        width=WIDE,
    )


def _rounds(case: CaseView, start: date, end: date) -> list[timeline.Mark]:
    """Rounds of talks in the window; meetings at one place within a week count once."""
    d = case.dossier
    marks: list[timeline.Mark] = []
    for e in d.history:
        if e.kind not in ROUNDS or not e.place or not start <= e.date <= end:
            continue
        if not any(m.label == e.place and (e.date - m.day).days <= 7 for m in marks):
            marks.append(timeline.Mark(e.date, e.place, e.date > d.as_of))
    return marks


def _deadlines(case: CaseView) -> Table:
    d = case.dossier
    due = d.deadlines(within_days=200)
    columns = [
        Col("Date", [text.table_day(x.date) for x in due], data=[{"date": x.date} for x in due]),
        Col(
            "Days left",
            [str(x.days_left) for x in due],
            data=[{"days_left": x.days_left, "unit": "days"} for x in due],
            number=True,
        ),
        Col("Kind", [x.kind for x in due], data=[{"kind": x.kind} for x in due]),
        Col("What", [x.text for x in due], data=[{"what": x.text, "measure": x.measure or ""} for x in due]),
    ]
    return table(case, "deadlines", texts("situation", "deadlines", today=d.as_of), columns, source=DOSSIER)


# -- agenda and motives ------------------------------------------------------------------------------------------------
def _agenda(case: CaseView) -> list[Block]:
    d, quo = case.dossier, case.outcome(None)
    flows = [(one, two, case.exports(quo, two, one), case.exports(quo, one, two)) for one, two in case.pairs]
    blocks: list[Block] = [Para(_say("agenda", case=case, flows=flows))]
    for party in d.parties:
        if party.interests:
            blocks.append(Heading(_say("list_heading", region=party.region), f"list-{party.region.lower()}"))
            blocks.append(Items(tuple(Para(text.sentence(i)) for i in party.interests)))
    if any(p.stances for p in d.parties):
        blocks.append(_stances(case))
    if any(e.kind in (*ROUNDS, *ENDS) and e.date <= d.as_of for e in d.history):
        blocks.append(_earlier_rounds(case))
    return blocks


def _stances(case: CaseView) -> Table:
    """What each party can do next; its file lists the moves party by party."""
    stanced = [p for p in case.dossier.parties if p.stances]
    told = texts("situation", "stances")
    records = [
        {"region": p.region, "stance": s.stance, "title": s.title, "sources": " ".join(s.sources)}
        for p in stanced
        for s in p.stances
    ]
    columns = [Col("Stance", [Cell(text.capital(key), strong=True) for key in STANCES])]
    for p in stanced:
        moves = {str(s.stance): Cell(s.title, cites=s.sources) for s in reversed(p.stances)}
        columns.append(Col(text.capital(region_name(p.region)), [moves.get(key, "–") for key in STANCES]))
    return table(case, "stances", told, columns, csv=case.file("stances", told.file, records), source=DOSSIER)


def _earlier_rounds(case: CaseView) -> Table:
    """Rounds of talks and what became of them, the newest first; the oldest first in the data."""
    d = case.dossier
    rounds = [e for e in d.history if e.kind in (*ROUNDS, *ENDS) and e.date <= d.as_of]
    told = texts("situation", "rounds")
    records = [
        {
            "date": e.date,
            "kind": e.kind,
            "place": e.place or "",
            "what": e.text,
            "outcome": e.outcome or "",
            "sources": " ".join(e.sources),
        }
        for e in rounds
    ]
    newest = rounds[::-1]
    columns = [
        Col("Date", [Cell(text.table_day(e.date), e.place or "") for e in newest]),
        Col("What", [Cell(e.text, cites=e.sources) for e in newest]),
        Col("Outcome", [e.outcome or "–" for e in newest]),
    ]
    return table(case, "rounds", told, columns, csv=case.file("rounds", told.file, records), source=DOSSIER)


def _motives(case: CaseView) -> list[Block]:
    d = case.dossier
    blocks: list[Block] = []
    for p in d.parties:
        blocks.append(Heading(text.capital(region_name(p.region)), f"motives-{p.region.lower()}"))
        if p.negotiators:
            blocks.append(Para(_say("negotiators", names=p.negotiators), kind="quiet"))
        blocks.append(Items(tuple(Para(m.text, cites=m.sources) for m in p.motives)))
    blocks.append(Heading(f"Why {d.venue.place}", "why-here"))
    blocks.append(Para(d.venue.why, cites=d.venue.sources))
    if case.host:
        blocks.append(Para(exposure_sentence(case, case.host)))
    if d.bystanders:
        blocks.append(Heading(_say("absent"), "bystanders"))
        blocks.append(Items(tuple(Para(b.position, f"{text.capital(region_name(b.region))}.", b.sources) for b in d.bystanders)))
    return blocks


def exposure(case: CaseView, region: str) -> pd.DataFrame:
    """Share of a region's goods exports to, and goods imports from, each party, percent of its foreign trade in the table."""
    goods, n = case.goods_index, case.i(region)
    flows = case.world.shipments[:, :, goods].sum(2)
    out, into = flows[n].copy(), flows[:, n].copy()
    out[n] = into[n] = 0.0
    rows = {
        p: {"exports": 100 * out[case.i(p)] / out.sum(), "imports": 100 * into[case.i(p)] / into.sum()}
        for p in case.parties
        if p != region
    }
    return pd.DataFrame(rows).T


def exposure_sentence(case: CaseView, region: str) -> str:
    """How much a region trades with each party."""
    shares = exposure(case, region)
    told = [(p, float(row["exports"]), float(row["imports"])) for p, row in shares.iterrows()]
    own = any("W3" in str(a) for a in case.world.card.get("assumptions") or ())
    return _say("exposure", year=case.world.year, region=region, shares=told, own=own)


__all__ = ["exposure", "exposure_sentence", "sections", "status_table"]
