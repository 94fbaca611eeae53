"""What the page shows of a dossier, and the lists it chooses from: plain data, no results.

>>> view = dossier_view(load_dossier("kuala-lumpur-2025"))
>>> view["id"], [p["region"] for p in view["parties"]], view["deadlines"][0]["days_left"]
('kuala-lumpur-2025', ['USA', 'CHN'], 6)
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from detente import __version__
from detente.briefing.charts.theme import region_colour
from detente.equilibrium.parameters import horizon_table
from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from detente.policy.levers import levers
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import next_deadlines, status_on
from detente.web.settings import Settings
from detente.words.names import group_table, region_name, region_table, sector_name
from detente.world.library import list_worlds, load_world
from detente.world.world import World

HORIZONS = ("short", "medium", "long")
INSIDE = ("ASEAN",)
"""Groups of economies that the page may gather."""


@cache
def _regions() -> list[dict[str, Any]]:
    table, groups = region_table(), group_table()
    inside = {m: g for g in INSIDE for m in groups.get(g, {}).get("members", ())}
    return [
        {
            "code": code, "name": region_name(code), "colour": region_colour(code), "group": inside.get(code),
            "tile": table.get(code, {}).get("tile"),
        }
        for code in load_world().regions
    ]  # fmt: skip


def catalogue(settings: Settings) -> dict[str, Any]:
    """Everything the page can choose from, and the limits of this server."""
    world = load_world()
    dossiers = [load_dossier(name) for name in list_dossiers()]
    table = horizon_table()
    return {
        "version": __version__,
        "dossiers": [{"id": d.id, "title": d.title, "summary": d.summary, "as_of": d.as_of} for d in dossiers],
        "worlds": list(list_worlds()),
        "data_year": world.year,
        "horizons": [{"id": h, "label": table[h]["label"], "summary": table[h]["summary"]} for h in HORIZONS],
        "regions": _regions(),
        "sectors": [{"code": s, "name": sector_name(s)} for s in world.sectors],
        "limits": {
            "body_bytes": settings.body_bytes, "job_seconds": settings.job_seconds, "jobs_a_client": settings.jobs_a_client,
            "states_compared": 6,
        },
    }  # fmt: skip


def dossier_view(dossier: Dossier, world: World | None = None) -> dict[str, Any]:
    """All of a dossier that the page shows; `world` gives the trade each lever reaches."""
    titles = {s.id: s for s in dossier.sources}

    def cited(ids: tuple[str, ...]) -> list[dict[str, Any]]:
        return [{"id": i, "title": titles[i].title, "url": titles[i].url} for i in ids]

    return {
        "id": dossier.id,
        "title": dossier.title,
        "summary": dossier.summary,
        "as_of": dossier.as_of,
        "reference": {"date": dossier.reference.date, "label": dossier.reference.label},
        "horizon": dossier.horizon.default,
        "venue": {
            "region": dossier.venue.region, "name": region_name(dossier.venue.region), "place": dossier.venue.place,
            "why": dossier.venue.why,
        },
        "parties": [
            {
                "region": p.region, "name": region_name(p.region), "negotiators": list(p.negotiators),
                "interests": list(p.interests),
                "motives": [{"text": m.text, "weighs_on": m.weighs_on} for m in p.motives],
                "stances": [{"stance": s.stance, "title": s.title} for s in p.stances],
            }
            for p in dossier.parties
        ],
        "bystanders": [
            {
                "region": b.region, "name": region_name(b.region), "position": b.position,
                "menu": [{"id": i.id, "title": i.title, "modelled": i.modelled, "why_not": i.why_not} for i in b.menu],
            }
            for b in dossier.bystanders
        ],
        "scenarios": [
            {
                "id": s.id, "title": s.title, "summary": s.summary, "narrative": s.narrative, "policy_date": s.policy_date,
                "provisions": [
                    {"text": p.text, "modelled": p.modelled, "measures": list(p.measures), "why_not": p.why_not}
                    for p in s.provisions
                ],
            }
            for s in dossier.scenarios
        ],
        "timeline": timeline(dossier),
        "deadlines": [
            {"date": d.date, "kind": d.kind, "text": d.text, "days_left": d.days_left, "measure": d.measure}
            for d in next_deadlines(dossier, dossier.as_of)
        ],
        "measures": [
            {
                "id": m.id, "title": m.title, "status": status_on(m, dossier.as_of), "by": m.by, "on": on_words(m),
                "instrument": m.instrument, "rate": rate_words(m), "authority": m.authority, "conditions": m.conditions,
                "modelled": m.modelled, "why_not": m.why_not, "in_baseline": m.in_baseline, "sources": cited(m.sources),
            }
            for m in dossier.measures
        ],
        "levers": [lever.record() for lever in levers(dossier, world)],
        "key_questions": [
            {
                "id": q.id, "question": q.question, "why": q.why, "indicator": q.indicator, "by_when": q.by_when,
                "answers": [{"id": a.id, "title": a.title} for a in q.answers], "measures": list(q.measures),
            }
            for q in dossier.key_questions
        ],
        "published": [p.model_dump(mode="json") for p in dossier.published],
        "sources": [
            {"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url, "date": s.date} for s in dossier.sources
        ],
    }  # fmt: skip


def timeline(dossier: Dossier) -> dict[str, Any]:
    """Rows of measures with their spans of status, and events, from the reference date to the end of what is foreseen."""
    start = dossier.reference.date
    last = [d.date for d in next_deadlines(dossier, dossier.as_of)] + [dossier.as_of + timedelta(days=60)]
    end = min(max(last), dossier.as_of + timedelta(days=200)) + timedelta(days=14)
    spans: dict[str, list[dict[str, Any]]] = {}
    for s in dossier.timeline(start, end):
        spans.setdefault(s.measure, []).append({"status": s.status, "start": s.start, "end": s.end or end})
    rows = [
        {
            "id": m.id, "title": m.title, "by": m.by, "on": on_words(m), "instrument": m.instrument, "rate": rate_words(m),
            "modelled": m.modelled, "spans": spans[m.id], "sources": list(m.sources),
        }
        for m in dossier.measures
        if m.id in spans
    ]  # fmt: skip
    shown = [e for e in dossier.history if e.date >= start or (e.until or e.date) >= start]
    events = [
        {
            "date": e.date, "until": e.until, "kind": e.kind, "place": e.place, "parties": list(e.parties), "text": e.text,
            "outcome": e.outcome, "confirmed": e.confirmed,
        }
        for e in shown
    ]  # fmt: skip
    return {"start": start, "end": end, "as_of": dossier.as_of, "rows": rows, "events": events}


def on_words(m: Measure) -> list[str]:
    """Codes a measure is aimed at; WORLD for everyone."""
    return ["WORLD"] if m.on == "all" else list(m.on)


def rate_words(m: Measure) -> str | None:
    """The measure's number in words; None where it has none."""
    if m.instrument is InstrumentKind.TARIFF:
        return _spread(m.rate_pct, "{} points")
    if m.instrument is InstrumentKind.EXPORT_CONTROL:
        return _spread(m.withhold_pct, "{} % withheld")
    if m.instrument is InstrumentKind.NON_TARIFF:
        return _spread(m.cost_pct, "{} % of value")
    if m.instrument is InstrumentKind.PURCHASE:
        return f"{m.growth_pct:g} % more" if m.growth_pct is not None else f"{m.value_musd or 0:,.0f} million USD a year"
    if m.instrument is InstrumentKind.EMBARGO:
        return _spread(m.coverage if isinstance(m.coverage, dict) else 100 * m.coverage, "{} % of trade")
    return None


def _spread(table: float | dict[str, float] | None, form: str) -> str | None:
    if table is None:
        return None
    if not isinstance(table, dict):
        return form.format(f"{table:g}")
    low, high = min(table.values()), max(table.values())
    if len(table) <= 3:
        return form.format(", ".join(f"{v:g} ({region_name(k)})" for k, v in table.items()))
    return form.format(f"{low:g}" if low == high else f"{low:g} to {high:g}")
