"""Trade diversion: who gains the trade the parties lose with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Figure, Heading, Para, Section
from detente.briefing.tables import texts
from detente.briefing.view import CaseView, Triple

NOTICED = 0.05
"""Million USD that print as nothing."""


def sections(case: CaseView) -> list[Section]:
    """What becomes of sales to each party."""
    blocks: list[Block] = []
    for one, two in case.pairs:
        blocks += [*market(case, one, two), *market(case, two, one)]
    return [Section("diversion", _say("title", **facts(case, case.a, case.b)), tuple(blocks))]


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/trade", part, **values)


def sold(case: CaseView, buyer: str, scenario: str) -> tuple[dict[str, float], dict[str, float]]:
    """Goods sold to `buyer` by origin, home included, before and after, before duties, million USD of the table a year."""
    o, n, goods = case.outcome(scenario), case.i(buyer), case.goods_index
    before, after = (flows.shipments[:, n][:, goods].sum(1) for flows in (o.before, o.after))
    return dict(zip(case.world.regions, before.tolist(), strict=True)), dict(zip(case.world.regions, after.tolist(), strict=True))


def changes(case: CaseView, buyer: str) -> dict[str, float]:
    """Change of goods sold to `buyer` by origin (home included) in the worst scenario, before duties, million USD of
    `case.dollars` a year: the buyer's money, whoever sells."""
    before, after = sold(case, buyer, case.worst)
    return {r: (after[r] - before[r]) * case.in_dollars(buyer) for r in before}


def leaders(gains: Mapping[str, float]) -> tuple[list[str], int]:
    """Whose gain prints as the largest does, and with how many decimals of billions: two digits of it, at least one decimal."""
    most = max(gains.values(), default=0.0) / 1e3
    places = max(1, text.decimals_for(most, most=3))
    return [r for r, v in gains.items() if text.fixed(v / 1e3, places) == text.fixed(most, places)], places


def facts(case: CaseView, buyer: str, rival: str) -> dict[str, Any]:
    """What the template is told of a market: see there."""
    moved = changes(case, buyer)
    foreign = {r: v for r, v in moved.items() if r != buyer}
    up = sorted((r for r in foreign if r != rival and foreign[r] >= NOTICED), key=lambda r: -foreign[r])
    top, places = leaders({r: foreign[r] for r in up})
    return {
        "case": case,
        "buyer": buyer,
        "rival": rival,
        "sold": moved,
        "lost": foreign[rival],
        "up": up,
        "top": top,
        "places": places,
        "gained": sum(foreign[r] for r in up),
        "home": moved[buyer],
        "bought": sum(foreign.values()),
    }


def market(case: CaseView, buyer: str, rival: str) -> tuple[Heading, Para, Figure]:
    """What the rival loses in a market, and who sells more there."""
    known = facts(case, buyer, rival)
    stem = buyer.lower() if len(case.parties) == 2 else f"{buyer.lower()}-{rival.lower()}"
    moved: dict[str, float] = known["sold"]
    ranked = sorted((r for r in moved if r not in (buyer, rival)), key=lambda r: -abs(moved[r]))
    picked = dict.fromkeys([*ranked[:11], *(r for r in (case.host,) if r in ranked)])
    told = texts("trade", "figure", **known)
    measure, unit = _say("measure", **known), _say("unit", **known)
    csv = case.file(
        f"diversion-{stem}",
        told.file,
        [
            {
                "origin": r,
                "destination": buyer,
                "scenario": case.worst,
                "measure": measure,
                "value": v / 1e3,
                "unit": unit,
                "relative_to": case.base,
                "horizon": case.runs.parameters.name,
                "table_year": case.world.year,
            }
            for r, v in moved.items()
        ],
    )
    shown = [rival, *sorted(picked, key=lambda r: -moved[r])]
    rows = [("", text.label(r), Triple(v, v, v), region_colour(r)) for r in shown for v in [moved[r] / 1e3]]
    fig = bar_figure(
        case, f"fig-diversion-{stem}", told.title, told.subtitle, rows, csv, label_width=150, decimals=known["places"]
    )
    return Heading(_say("heading", **known), f"sales-to-{stem}"), Para(_say("market", **known)), fig
