"""Who takes over the trade that two parties lose with each other, and why it may not last."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from detente import words as text
from detente.briefing.annex import ways
from detente.briefing.charts.slope import slope_figure
from detente.briefing.document import Block, Figure, Items, Para, Section, Table
from detente.briefing.sections import trade
from detente.briefing.tables import Col, table, texts_of
from detente.briefing.view import CaseView
from detente.errors import NotConverged
from detente.strategy.transshipment import PassThroughDuty, pass_through, pass_through_duty

SELLERS = 6
"""Other sellers drawn."""
ROWS = 5
"""Sellers in the table at most."""
LARGE = 0.95
"""Points of a share from which one decimal shows what moves."""
SOME = 5.0
"""Percent of content from which on a rule on origin would catch something."""
NOTICED = 0.05
"""Million USD that print as nothing."""


_say, _texts = partial(text.say, "briefing/annex/takers"), partial(texts_of, "briefing/annex/takers")


def sections(case: CaseView) -> list[Section]:
    """The market in which most trade is lost; none where the parties lose nothing with each other."""
    markets = sorted(_markets(case), key=lambda m: m[0])
    if not markets or markets[0][0] > -NOTICED:
        return []
    _, buyer, rival = markets[0]
    moved = changes(case, buyer)
    gained = gainers(moved, buyer, rival)
    blocks: list[Block] = [Para(_say("lede", **facts(case, buyer, rival)), kind="lede")]
    blocks.append(slope(case, buyer, rival))
    back = next((m for m in markets[1:] if (m[1], m[2]) == (rival, buyer)), None)
    lines = [_say("other_way", **facts(case, rival, buyer))] if back and back[0] <= -NOTICED else []
    if gained:
        blocks.append(takers_table(case, buyer, rival, list(gained)[:ROWS]))
        lines += lasting(case, buyer, rival, list(gained))
    blocks.append(Items(tuple(Para(line) for line in lines)))
    return [Section("takers", _say("title", **facts(case, buyer, rival)), tuple(b for b in blocks if b != Items(())))]


def _markets(case: CaseView) -> list[tuple[float, str, str]]:
    """What a seller loses (million USD a year), the buyer, the seller: both directions of every pair of parties."""
    flows = [flow for one, two in case.pairs for flow in ((one, two), (two, one))]
    return [(changes(case, buyer)[rival], buyer, rival) for buyer, rival in flows]


def changes(case: CaseView, buyer: str) -> dict[str, float]:
    """Change of goods sold to `buyer` from abroad by origin in the worst way on, million USD of `case.dollars` a year before
    duties: the buyer's money, whoever sells."""
    before, after = bought(case, buyer)
    return {r: (after[r] - before[r]) * case.in_dollars(buyer) for r in before}


def bought(case: CaseView, buyer: str) -> tuple[dict[str, float], dict[str, float]]:
    """Goods bought abroad by origin, before and after, million USD of the table a year before duties."""
    before, after = ({r: v for r, v in flows.items() if r != buyer} for flows in trade.sold(case, buyer, ways.main(case)))
    return before, after


def gainers(moved: dict[str, float], buyer: str, rival: str) -> dict[str, float]:
    """Other sellers abroad that sell more, the largest first."""
    up = {r: v for r, v in moved.items() if r not in (buyer, rival) and v >= NOTICED}
    return dict(sorted(up.items(), key=lambda item: -item[1]))


def leaders(gained: dict[str, float]) -> list[str]:
    """Those whose gain prints as the largest.

    >>> leaders({"MEX": 13_200.0, "VNM": 12_900.0, "CAN": 5_000.0}), leaders({})
    (['MEX', 'VNM'], [])
    """
    return [r for r, v in gained.items() if text.money(v) == text.money(max(gained.values()))]


def facts(case: CaseView, buyer: str, rival: str) -> dict[str, Any]:
    """What a template is told of a market: see there."""
    moved = changes(case, buyer)
    return {
        "case": case,
        "worst": ways.title(case, ways.main(case)),
        "buyer": buyer,
        "rival": rival,
        "lost": -moved[rival],
        "up": list(gainers(moved, buyer, rival).items()),
        "first": leaders(gainers(moved, buyer, rival)),
        "gained": sum(gainers(moved, buyer, rival).values()),
        "others": len(moved) - 1,
        "bought": sum(moved.values()),
    }


def slope(case: CaseView, buyer: str, rival: str) -> Figure:
    """Shares of the buyer's imports of goods before and after, by seller."""
    before, after = bought(case, buyer)
    more, money = changes(case, buyer), f"million USD of {case.dollars} a year"
    all_before, all_after = sum(before.values()), sum(after.values())
    shares = {r: (100 * before[r] / all_before, 100 * after[r] / all_after) for r in before}
    ranked = sorted((r for r in shares if r != rival), key=lambda r: -abs(shares[r][1] - shares[r][0]))
    host = [case.host] if case.host and case.host in shares else []
    chosen = list(dict.fromkeys([rival, *ranked[:SELLERS], *host]))
    places = 1 if abs(shares[rival][1] - shares[rival][0]) >= LARGE else 2

    first = leaders(gainers(changes(case, buyer), buyer, rival))
    riser = first[0] if first else max(ranked, key=lambda r: shares[r][1] - shares[r][0])
    told = _texts("figure", **facts(case, buyer, rival), shares=shares, riser=riser, places=places)
    rows = [
        case.row(r, ways.main(case), measure, unit, v, buyer=buyer)
        for r in shares
        for measure, unit, v in (
            (_say("share_before"), "%", shares[r][0]),
            (_say("share_after"), "%", shares[r][1]),
            (_say("sold_more"), money, more[r]),
        )
    ]
    csv = case.file("annex-takers", told.file, rows)
    return slope_figure(
        {r: shares[r] for r in chosen}, (_say("before"), _say("after")), (told.title, told.subtitle), strong=(rival, *host),
        places=places, id="fig-annex-takers", note=case.note(csv), csv=csv,
    )  # fmt: skip


def takers_table(case: CaseView, buyer: str, rival: str, sellers: list[str]) -> Table:
    """What the largest takers sell more, and how much of all they then sell is value added of the rival or could be its goods
    relabelled."""
    moved, money = changes(case, buyer), f"million USD of {case.dollars} a year"
    share = contents(case, buyer, rival)
    columns = [
        Col("", [text.label(r) for r in sellers]),
        Col(
            _say("sells_more"), [ways.two(moved[r] / 1e3) for r in sellers], _say("billion", year=case.dollars),
            [[case.row(r, ways.main(case), _say("sold_more"), money, moved[r])] for r in sellers],
            number=True,
        ),
        Col(
            _say("content", rival=rival), [ways.two(share[r], signed=False) for r in sellers], "%",
            [
                [case.row(r, ways.main(case), _say("content_measure"), "% of exports", share[r])]
                for r in sellers
            ],
            number=True,
        ),
    ]  # fmt: skip
    made = table(case, "annex-takers-content", _texts("content_table", case=case, buyer=buyer, rival=rival), columns)
    return replace(made, note=_say("data", csv=made.csv))


def contents(case: CaseView, buyer: str, rival: str) -> dict[str, float]:
    """Value added of the rival in what third economies then sell the buyer, percent of it."""
    routes = pass_through(case, ways.main(case), toward=buyer, source=rival).to_frame()
    return {str(r): float(v) for r, v in routes["content, % of exports"].items()}


def lasting(case: CaseView, buyer: str, rival: str, sellers: list[str]) -> list[str]:
    """Why it may not last: content of the rival in what is sold, and what a duty on goods passed through would cost."""
    known = contents(case, buyer, rival)
    shares = {r: known[r] for r in sellers[:ROWS]}
    top = max(shares, key=lambda r: shares[r])
    told = [_say("may_end", buyer=buyer, rival=rival, top=top, share=shares[top])]
    code = case.host if case.host in sellers else top
    if shares[top] >= SOME and (buyer, rival) == (case.a, case.b):
        duty = duty_on(case, code, buyer)
        if duty is not None:
            ends = {"narrow": duty.narrow.real_income, "wide": duty.wide.real_income, "without": duty.without}
            told.append(_say("passed", code=code, rate=duty.rate, **ends))
    return told


def duty_on(case: CaseView, code: str, toward: str) -> PassThroughDuty | None:
    """A duty on goods of an economy judged to be passed through, on top of the worst way on; None without an answer."""
    try:
        return case.once(("annex passed", code, toward), lambda: pass_through_duty(case, code, ways.main(case), toward=toward))
    except NotConverged:
        return None
