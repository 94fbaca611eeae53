"""What the page draws beside a result's own record: the scenario tree and the months, the deal zone, the third economies.

Each function takes a result of the library and returns plain data, in the units the record beside it uses.

>>> from detente.outlook.outlook import outlook
>>> record = tree_and_months(outlook("kuala-lumpur-2025", odds={}))
>>> len(record["tree"]["leaves"]), round(sum(leaf["probability"] for leaf in record["tree"]["leaves"]), 9)
(128, 1.0)
>>> sorted(record["months"]["regions"]["WORLD"])
['expected', 'high', 'low', 'q05', 'q25', 'q50', 'q75', 'q95']
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.outlook.odds_ranges import ENDS
from detente.outlook.outlook import SPREAD
from detente.outlook.path_values import quantiles
from detente.types import plain
from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.cases.case import Case
    from detente.outlook.outlook import Outlook
    from detente.strategy.proposal import Proposal
    from detente.strategy.table import AtTheTable

Array = NDArray[np.float64]
DIGITS = 6


def tree_and_months(look: Outlook) -> dict[str, Any]:
    """`tree`: forks with their branches, every path with its probability and what it is worth to those in focus (percent of real
    income, average along the path). `months`: expected real income of every code by calendar month, with the range over the odds
    (`low`, `high`) and the spread over paths (`q05` to `q95`), percent against the status quo.
    """
    tree = look.tree
    forks = [
        {
            "id": f.id, "title": f.title, "date": f.date.isoformat(), "kind": f.kind, "after": list(f.after),
            "independent": f.independent, "note": f.note,
            "branches": [{"id": b.id, "title": b.title, "counts_as": b.counted, "prior": list(b.prior)} for b in f.branches],
        }
        for f in tree.forks.values()
    ]  # fmt: skip
    columns = [look.paths.column(c) for c in look.focus]
    leaves = [
        {"path": list(leaf.path), "probability": leaf.probability, "scenario": leaf.scenario, "worth": _rounded(row)}
        for leaf, row in zip(tree.leaves, look.paths.average[:, columns], strict=True)
    ]
    return {
        "focus": list(look.focus),
        "names": {c: "the world" if c == "WORLD" else region_name(c, article=True) for c in look.paths.codes},
        "scenario_titles": {s: look.titles.get(s, s) for s in look.scenarios},
        "ranking": look.ranking,
        "tree": {"start": tree.start.isoformat(), "until": tree.until.isoformat(), "forks": forks, "leaves": leaves},
        "months": _months(look),
    }


def _months(look: Outlook) -> dict[str, Any]:
    first, names, values = look.tree.start, [], []
    while first < look.tree.until:
        after = min(date(first.year + first.month // 12, first.month % 12 + 1, 1), look.tree.until)
        names.append(f"{first:%Y-%m}")
        values.append(look.paths.shares_between(first, after) @ look.paths.by_state)
        first = after
    stacked = np.stack(values)  # [month, leaf, code]
    p = look.tree.probabilities
    expected = np.einsum("l,mlc->mc", p, stacked)
    drawn = np.einsum("dl,mlc->dmc", look.tree.reweighted(look.drawn), stacked)
    low, high = np.quantile(drawn, ENDS, axis=0)
    regions: dict[str, Any] = {}
    for k, code in enumerate(look.paths.codes):
        spread = np.array([quantiles(stacked[m, :, k], p, SPREAD) for m in range(len(names))])
        regions[code] = {
            "expected": _rounded(expected[:, k]),
            "low": _rounded(np.minimum(low[:, k], expected[:, k])),
            "high": _rounded(np.maximum(high[:, k], expected[:, k])),
            **{f"q{round(100 * q):02d}": _rounded(spread[:, j]) for j, q in enumerate(SPREAD)},
        }
    return {"months": names, "regions": regions}


def told_stand_off(case: AtTheTable) -> dict[str, Any]:
    """`words`: the sentences on payoffs and stand-off by subject, in the order they are read, empty ones left out; `truce_words`:
    those on what keeps a truce or a deal.
    """
    from detente.strategy import telling
    from detente.strategy.truce_telling import truce_words

    parts = {
        "game": case.game.explain(), "answer": telling.answer(case), "at_once": telling.at_once(case),
        "agreement": telling.agreement(case), "decides": telling.decides(case), "breaks": telling.breaks(case),
        "deadline": telling.deadline(case), "delay": telling.delay(case), "threats": telling.threats(case),
    }  # fmt: skip
    return {"words": {k: v for k, v in parts.items() if v}, "truce_words": truce_words(case)}


def deal_zone(deal: Proposal) -> dict[str, Any]:
    """Every package solved, as gains of both parties over no deal by both judgements (points of real income, and million USD a
    year), with what each side does; the proposal and its disagreement point among them.
    """
    index = [deal.regions.index(p) for p in deal.parties]
    base = {by: deal.payoffs(deal.without, by) for by in ("motives", "real income")}

    def point(worth: Any) -> dict[str, Any]:
        money = (worth.equivalent_variation - deal.without.equivalent_variation)[index]
        return {
            "motives": _rounded(deal.payoffs(worth, "motives") - base["motives"]),
            "real_income": _rounded(deal.payoffs(worth, "real income") - base["real income"]),
            "musd": [round(float(x), 1) for x in money],
        }

    packages = [
        {
            **point(worth),
            "chosen": levels == deal.found.levels,
            "does": {
                p: [
                    issue.words(level)
                    for issue, level in zip(deal.agenda.issues, levels, strict=True)
                    if issue.giver == p and level != issue.standing
                ]
                for p in deal.parties
            },
        }
        for levels, worth in deal.packages.solved.items()
    ]
    packages.sort(key=lambda row: (-row["chosen"], *(-x for x in row["motives"])))
    return {
        "zone": {
            "packages": packages, "chosen": point(deal.chosen), "held": point(deal.held),
            "fought": None if deal.fought is None else point(deal.fought),
        }
    }  # fmt: skip


def third_economies(case: Case, region: str, scenario: str, menu: Any) -> dict[str, Any]:
    """`economies`: one row a third economy (what the quarrel brings each, percent and million USD a year, goods passed through);
    `ranges` of the economy shown; `hosting`: what success of the talks is worth to it, where it is the host.
    """
    from detente.strategy.bystanders import overview
    from detente.strategy.host import harms_of, host_stake
    from detente.strategy.transshipment import pass_through, pass_through_duty

    frame, unit = overview(case, scenario), case.world.unit
    rows = [
        {
            "region": str(code),
            "real_income": {s: case.real_income(s, str(code)) for s in case.outcomes},
            "range": {s: list(case.weighted_range(str(code), {s: 1.0})) for s in case.outcomes} if case.with_ranges else None,
            "exports_gained_musd": float(row[f"exports gained to {case.a}, {unit}"]),
            "imports_deflected_musd": float(row[f"imports deflected from {case.b}, {unit}"]),
            "content_before_musd": float(row[f"{case.b} content in status quo, {unit}"]),
            "content_after_musd": float(row[f"{case.b} content in {scenario}, {unit}"]),
            "gap_before_pts": float(row["duty gap in status quo, points"]),
            "gap_after_pts": float(row[f"duty gap in {scenario}, points"]),
        }
        for code, row in frame.iterrows()
    ]
    routes = pass_through(case, scenario)
    found: dict[str, Any] = {
        "parties": list(case.parties), "failure": case.worst, "economies": plain(rows), "hosting": None,
        "routes": plain(routes.by_sector(region).head(8).rename_axis("sector").reset_index().to_dict(orient="records")),
    }  # fmt: skip
    if case.dossier.venue.region == region:
        duty = pass_through_duty(case, region, case.worst)
        stake = host_stake(case, region, harms_of(case, duty, menu))
        found["hosting"] = {**stake.record(), "explained": stake.explain(), "sides": stake.sides(menu, case.parties)}
        found["duty"] = {**duty.record(), "explained": duty.explain()}
    return found


def _rounded(values: Any) -> list[float]:
    return [round(float(x), DIGITS) for x in values]
