"""Section 6: trade diversion — who gains the trade the parties lose with each other."""

from __future__ import annotations

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Figure, Heading, Para, Section
from detente.briefing.view import CaseView, Triple


def sections(case: CaseView) -> list[Section]:
    """Section 6."""
    blocks: list[Block] = []
    for buyer, rival in ((case.a, case.b), (case.b, case.a)):
        blocks += [Heading(f"Sales to {text.name(buyer)}", f"sales-to-{buyer.lower()}"), *market(case, buyer, rival)]
    return [Section("diversion", "Who takes over the trade", tuple(blocks))]


def changes(case: CaseView, buyer: str) -> dict[str, float]:
    """Change of goods sold to `buyer` by origin (home included) in the worst scenario, million USD a year before duties."""
    o, n, goods = case.outcome(case.worst), case.i(buyer), case.goods_index
    moved = (o.after.shipments - o.before.shipments)[:, n][:, goods].sum(1)
    return {r: float(v) for r, v in zip(case.world.regions, moved, strict=True)}


def market(case: CaseView, buyer: str, rival: str) -> tuple[Para, Figure]:
    """What the rival loses in a market, and who sells more there."""
    moved = changes(case, buyer)
    foreign = {r: v for r, v in moved.items() if r != buyer}
    ranked = sorted((r for r in foreign if r != rival), key=lambda r: -abs(foreign[r]))
    picked = dict.fromkeys([*ranked[:11], *(r for r in (case.host,) if r in ranked)])
    shown = [rival, *sorted(picked, key=lambda r: -foreign[r])]
    csv = case.file(
        f"diversion-{buyer.lower()}",
        f"Change of goods sold to {text.name(buyer)} by origin in “{case.label(case.worst)}”; home is the region itself",
        [
            {
                "origin": r,
                "destination": buyer,
                "scenario": case.worst,
                "measure": "change of goods shipments before duties",
                "value": v / 1e3,
                "unit": "billion USD a year",
                "relative_to": case.quo,
                "horizon": case.runs.parameters.name,
                "table_year": case.world.year,
            }
            for r, v in moved.items()
        ],
    )
    rows = [("", text.label(r), Triple(v, v, v), region_colour(r)) for r in shown for v in [foreign[r] / 1e3]]
    lost = foreign[rival]
    up = sorted((r for r in ranked if foreign[r] > 0), key=lambda r: -foreign[r])
    gained = sum(foreign[r] for r in up)
    if lost < 0:
        lead = f"In “{case.label(case.worst)}” {text.name(rival)} sells {text.money(-lost)} a year less to {text.name(buyer)}. "
        if up and gained >= -0.02 * lost:
            first = f"{text.name(up[0])} ({text.money(foreign[up[0]], signed=True)})"
            rest = text.join(f"{text.name(r)} ({text.money(foreign[r], signed=True)})" for r in up[1:4])
            share = f", {text.percent(100 * gained / -lost)} of what {text.name(rival)} loses" if gained else ""
            lead += f"Other sellers abroad gain {text.money(gained)} together{share}: {first} most" + (
                f", then {rest}. " if rest else ". "
            )
        home, bought = moved[buyer], sum(foreign.values())
        if not up or gained < -0.02 * lost:
            lead += (
                f"Other sellers abroad hardly gain or sell less as well: {text.name(buyer)} buys {text.money(-bought)} "
                "less abroad in all, because it sells less abroad and its trade balance is held fixed. "
                if bought < 0
                else ""
            )
        lead += f"Sales of {text.name(buyer)} at home {'rise' if home > 0 else 'fall'} by {text.money(abs(home))}."
        title = (
            f"{text.name(up[0], start=True)} gains most in {text.name(buyer)}; {text.name(rival)} loses "
            f"{text.money(-lost)} a year"
            if up and gained >= -0.02 * lost
            else f"{text.name(rival, start=True)} loses {text.money(-lost)} a year in {text.name(buyer)}"
        )
    else:
        lead = f"In “{case.label(case.worst)}” {text.name(rival)} sells {text.money(lost)} a year more to {text.name(buyer)}."
        title = f"{text.name(rival, start=True)} sells {text.money(lost)} a year more to {text.name(buyer)}"
    fig = bar_figure(
        case,
        f"fig-diversion-{buyer.lower()}",
        title,
        case.subtitle(
            f"Change of goods sold to {text.name(buyer)} in “{case.label(case.worst)}”, billion USD a year before duties"
        ),
        rows,
        csv,
        label_width=150,
        decimals=1,
    )
    return Para(lead), fig
