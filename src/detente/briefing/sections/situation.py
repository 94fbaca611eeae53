"""Sections 1 to 3: what is in effect, what is on the table, what each side wants and why the talks are where they are."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from detente import words as text
from detente.briefing.charts import timeline
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Items, Para, Section, Table, cells
from detente.briefing.sections.law import partners, size, status_word
from detente.briefing.view import CaseView
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import Deadline, status_on
from detente.words.names import region_name

ORDER = ("threatened", "announced", "in_force", "suspended", "not_yet_known", "expired", "withdrawn", "struck_down")
PENDING = ("threatened", "announced")
LIVE = ("in_force", "suspended")
ROUNDS = ("talks", "summit", "expected", "meeting")


def sections(case: CaseView) -> list[Section]:
    """The situation, the agenda, the motives."""
    return [
        Section("situation", "The situation: what is really in effect", tuple(_situation(case))),
        Section("table", "What is on the table", tuple(_agenda(case))),
        Section("motives", f"What each side wants, and why {case.dossier.venue.place}", tuple(_motives(case))),
    ]


def _situation(case: CaseView) -> list[Block]:
    d = case.dossier
    status = d.status()
    tally = {s: [m for m in d.measures if status[m.id].value == s] for s in ORDER}
    parts = [f"{len(tally[s])} {status_word(s)}" for s in ORDER if tally[s]]
    lead = f"On {text.day(d.as_of)} the dossier counts {text.count(len(d.measures), 'measure')}: {text.join(parts)}."
    held = [m for m in tally["in_force"] if not m.modelled]
    if held:
        lead += f" Of those in force, {len(held)} {'is' if len(held) == 1 else 'are'} not in the model; the table says which."
    return [Para(lead), _timeline(case), _deadlines(case), status_table(case)]


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
    csv = "measures-status.csv"
    if not rest:
        case.file(
            "measures-status", f"Status of every measure on {d.as_of}", [_status_row(case, m, status[m.id].value) for m in ranked]
        )
    columns = (
        Column("Measure"),
        Column("By → on"),
        Column("Size"),
        Column("Status"),
        Column("Since", "until"),
        Column("In the model"),
    )
    unit = "Duties in percentage points (pp) of customs value, controls in percent of quantity withheld"
    note = f"Source: the dossier; numbers in brackets refer to the list of sources. Data: data/{csv}"
    day = text.day(d.as_of)
    if rest:
        return Table(
            "tab-status-rest",
            f"Other measures on {day}",
            f"{unit}; towards other economies, or ended",
            columns,
            tuple(_status_cells(m, status[m.id].value, d.as_of) for m in back),
            note,
            csv,
            wide=True,
        )
    return Table(
        "tab-status",
        f"Pending measures, and those in force between the parties, on {day}",
        f"{unit}; what is pending first, then the newest",
        columns,
        tuple(_status_cells(m, status[m.id].value, d.as_of) for m in front),
        f"{note}. {text.capital(text.count(len(back), 'other measure'))} (towards other economies, or ended): appendix.",
        csv,
        wide=True,
    )


def _status_cells(m: Measure, now: str, day: date) -> tuple[Cell, ...]:
    since, until = _dates(m, day)
    model = "yes" if m.modelled and not m.in_baseline else "in the reference" if m.in_baseline else "no"
    return (
        Cell(m.title, m.why_not or "" if not m.modelled else "", cites=m.sources),
        Cell(f"{m.by} → {partners(m)}"),
        Cell(size(m)),
        Cell(text.capital(status_word(now)), status=now),
        Cell(since, until),
        Cell(model),
    )


def _status_row(case: CaseView, m: Measure, now: str) -> dict[str, object]:
    return {
        "id": m.id,
        "title": m.title,
        "by": m.by,
        "on": partners(m),
        "instrument": m.instrument.value,
        "size": size(m),
        "unit": "percentage points of customs value, or percent of quantity withheld",
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


def _dates(m: Measure, day: date) -> tuple[str, str]:
    start = f"{m.start:%d %b %Y}".lstrip("0").replace(" ", "\u00a0") if m.start else "–"
    rest = next((r for r in m.suspended if r.contains(day)), None)
    if rest is not None:
        end = f"suspended to {rest.to:%d %b %Y}" if rest.to else "suspended, no end set"
    elif m.stop:
        end = f"until {m.stop:%d %b %Y}"
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
    talks = _rounds(case, start, end)
    due: dict[date, list[Deadline]] = {}
    for x in d.deadlines(within_days=150):
        if x.kind not in ROUNDS:
            due.setdefault(x.date, []).append(x)
    lines = []
    for day, what in sorted(due.items()):
        what.sort(key=lambda x: (x.kind != "threat", not (x.measure and known[x.measure].modelled), x.text))
        lines.append((day, what[0].text.rstrip(".") + (f" (+{len(what) - 1} more)" if len(what) > 1 else "")))
    csv = case.file(
        "timeline",
        "Status of each measure over time; days are half-open [start, end)",
        [
            {"measure": b.measure, "title": b.title, "by": b.group, "status": b.status, "start": b.start, "end": b.end}
            for b in bars
        ]
        + [
            {
                "measure": "",
                "title": m.label,
                "by": "",
                "status": "expected talks" if m.expected else "talks",
                "start": m.day,
                "end": m.day,
            }
            for m in talks
        ]
        + [{"measure": "", "title": what, "by": "", "status": "deadline", "start": day, "end": day} for day, what in lines],
    )
    soon = {x.date for x in d.deadlines(within_days=30) if x.measure is not None}
    title = (
        f"{text.capital(text.count(len(soon), 'date'))} within 30 days can change what is in effect"
        if soon
        else "No date set within 30 days changes what is in effect"
    )
    alt = (
        f"Timeline of {len(ids)} measures. "
        + "; ".join(f"{known[i].title}: {status_word(status_on(known[i], d.as_of).value)}" for i in ids)
        + ". Due: "
        + "; ".join(f"{text.day(day)}: {what}" for day, what in lines)
        + "."
    )
    return figure(
        "fig-timeline",
        title,
        "Pending measures, and those of the parties against each other, by the government that imposes them, "
        f"{start:%B %Y} to {end:%B %Y}; days left counted from {text.day(d.as_of)}",
        "Source: the dossier. Bars: solid in force, hatched suspended, dashed threatened or announced, faded ended. "
        f"Dots: rounds of talks, hollow when still to come. Data: data/{csv}",
        alt,
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
    csv = case.file(
        "deadlines",
        "What is due after the day of the dossier",
        [
            {"date": x.date, "days_left": x.days_left, "unit": "days", "kind": x.kind, "what": x.text, "measure": x.measure or ""}
            for x in due
        ],
    )
    rows = tuple(cells(text.table_day(x.date), str(x.days_left), x.kind, x.text) for x in due)
    return Table(
        "tab-deadlines",
        "What is due",
        f"Days counted from {text.day(d.as_of)}",
        (Column("Date"), Column("Days left", number=True), Column("Kind"), Column("What")),
        rows,
        f"Source: the dossier. Data: data/{csv}",
        csv,
    )


# -- agenda and motives ------------------------------------------------------------------------------------------------
def _agenda(case: CaseView) -> list[Block]:
    d = case.dossier
    a, b = case.a, case.b
    sold, bought = case.exports(case.outcome(None), b, a), case.exports(case.outcome(None), a, b)
    lead = (
        f"{text.name(b, start=True)} sold {text.money(sold[0])} of goods to {text.name(a)} in the table of "
        f"{case.world.year} and bought "
        f"{text.money(bought[0])} from it. With the measures in force the model puts these flows at {text.money(sold[1])} and "
        f"{text.money(bought[1])} a year, {case.run}."
    )
    blocks: list[Block] = [Para(lead)]
    for party in d.parties:
        if party.interests:
            blocks.append(Heading(f"On the list of {text.name(party.region)}", f"list-{party.region.lower()}"))
            blocks.append(Items(tuple(Para(text.sentence(i)) for i in party.interests)))
    stanced = [p for p in d.parties if p.stances]
    if stanced:
        names = {"ease": "Ease", "hold": "Hold", "escalate": "Escalate"}
        rows = []
        for key, label in names.items():
            row = [Cell(label, strong=True)]
            for p in stanced:
                found = next((s for s in p.stances if s.stance == key), None)
                row.append(Cell(found.title, cites=found.sources) if found else Cell("–"))
            rows.append(tuple(row))
        csv = case.file(
            "stances",
            "Moves open to each side, as the dossier describes them",
            [
                {"region": p.region, "stance": s.stance, "title": s.title, "sources": " ".join(s.sources)}
                for p in stanced
                for s in p.stances
            ],
        )
        columns = (Column("Stance"), *(Column(text.capital(region_name(p.region))) for p in stanced))
        blocks.append(
            Table(
                "tab-stances",
                "What each side can do next",
                "Changes to the status quo, in words",
                columns,
                tuple(rows),
                f"Source: the dossier. Data: data/{csv}",
                csv,
            )
        )
    rounds = [e for e in d.history if e.kind in (*ROUNDS, "truce", "deal") and e.date <= d.as_of]
    if rounds:
        csv = case.file(
            "rounds",
            "Earlier rounds, truces and deals",
            [
                {
                    "date": e.date,
                    "kind": e.kind,
                    "place": e.place or "",
                    "what": e.text,
                    "outcome": e.outcome or "",
                    "sources": " ".join(e.sources),
                }
                for e in rounds
            ],
        )
        blocks.append(
            Table(
                "tab-rounds",
                "Earlier rounds and what became of them",
                "Talks, truces and deals up to the day of the dossier, newest first",
                (Column("Date"), Column("What"), Column("Outcome")),
                tuple(
                    (Cell(text.table_day(e.date), e.place or ""), Cell(e.text, cites=e.sources), Cell(e.outcome or "–"))
                    for e in reversed(rounds)
                ),
                f"Source: the dossier. Data: data/{csv}",
                csv,
            )
        )
    return blocks


def _motives(case: CaseView) -> list[Block]:
    d = case.dossier
    blocks: list[Block] = []
    for p in d.parties:
        who = f" Negotiators: {text.join(p.negotiators)}." if p.negotiators else ""
        blocks.append(Heading(text.capital(region_name(p.region)), f"motives-{p.region.lower()}"))
        if who:
            blocks.append(Para(who.strip(), kind="quiet"))
        blocks.append(Items(tuple(Para(m.text, cites=m.sources) for m in p.motives)))
    blocks.append(Heading(f"Why {d.venue.place}", "why-here"))
    blocks.append(Para(d.venue.why, cites=d.venue.sources))
    if case.host:
        blocks.append(Para(exposure_sentence(case, case.host)))
    if d.bystanders:
        blocks.append(Heading("Those who are not at the table", "bystanders"))
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
    told = [
        f"{text.percent(shares['exports'][p])} of its goods exports go to {text.name(p)} and "
        f"{text.percent(shares['imports'][p])} of its goods imports come from there"
        for p in shares.index
    ]
    return f"In the table of {case.world.year}, of {text.possessive(region)} foreign trade: {'; '.join(told)}."


__all__ = ["exposure", "exposure_sentence", "sections", "status_table"]
