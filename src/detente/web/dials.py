"""Three dials: the issues on which the scenarios of a dossier lie furthest apart, each moved by one lever.

An issue is what one party does in one way (its duties, its controls, its purchases). Its dial is the lever whose scenarios lie
furthest apart, as a part of the lever's reach times the trade it touches, those that nobody foresees left out; issues on which
all agree come last. A dial of duties also says what mean duty each of its positions stands for.

>>> from detente.policy.dossier import load_dossier
>>> found = dials(Case.of("kuala-lumpur-2025"))
>>> len(found), {d["party"] for d in found} >= {"USA", "CHN"}
(3, True)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from detente.cases.case import Case, mean_rate
from detente.policy.levers import Lever, levers
from detente.words import say

MOST = 3
TEXTS = "web/dials"


def dials(case: Case) -> list[dict[str, Any]]:
    """At most three dials, the widest apart first; worked out once a case."""

    def work() -> list[dict[str, Any]]:
        found = issues(levers(case.dossier, case.world), foreseen(case))
        return [_dial(case, lever) for lever in found[:MOST]]

    return case.once("dials", work)


def foreseen(case: Case) -> tuple[str, ...]:
    """The scenarios that some branch leads to; without forks all of them."""
    ahead = case.dossier.prospects
    named = set() if ahead is None else {b.scenario for _, b in ahead.branches.values()}
    return tuple(s for s in case.ids if s in named) or case.ids


def issues(known: Iterable[Lever], scenarios: Collection[str]) -> list[Lever]:
    """One lever an issue, the issue on which these scenarios lie furthest apart first."""
    best: dict[tuple[str, str], Lever] = {}
    for lever in known:
        key = (lever.party, lever.group)
        if lever.group != "date" and (key not in best or _apart(lever, scenarios) > _apart(best[key], scenarios)):
            best[key] = lever
    return sorted(best.values(), key=lambda lever: tuple(-x for x in _apart(lever, scenarios)))


def _apart(lever: Lever, scenarios: Collection[str]) -> tuple[float, float]:
    """How far scenarios lie apart on a lever, as a part of its reach, times the trade it touches; and that trade."""
    values = [lever.status_quo, *(v for s, v in lever.by_scenario.items() if s in scenarios)]
    reach = max(lever.max - lever.min, 1e-9)
    trade = lever.affected.trade_musd or 1.0
    return (max(values) - min(values)) / reach * trade, trade


def _dial(case: Case, lever: Lever) -> dict[str, Any]:
    titles = {s.id: s.title for s in case.scenarios}
    partner = _partner(case, lever)
    duties = _duties(case, lever.party, partner) if lever.group == "tariff" and partner else {}
    at = [{"id": s, "title": titles[s], "value": v} for s, v in lever.by_scenario.items() if s in titles]
    return {
        "id": lever.id, "label": lever.label, "party": lever.party, "partner": partner, "group": lever.group, "unit": lever.unit,
        "unit_words": say(TEXTS, "unit_words", unit=lever.unit), "min": lever.min, "max": lever.max, "step": lever.step,
        "title": say(TEXTS, "title", group=lever.group, party=lever.party, partner=partner, label=lever.label),
        "status_quo": lever.status_quo, "scenarios": at, "mean_duty_pct": duties,
    }  # fmt: skip


def _partner(case: Case, lever: Lever) -> str:
    """The other party a lever reaches; the first of several, none where it reaches everybody or nobody at the table."""
    measures = {m.id: m for name in (None, *case.ids) for m in case.measures(name)}
    measure = next((measures[m] for m in lever.measures if m in measures), None)
    if measure is None or measure.on == "all":
        return ""
    return next((p for p in case.parties if p in measure.on and p != lever.party), "")


def _duties(case: Case, by: str, on: str) -> dict[str, float]:
    """Mean duty of one party on the goods of another in every scenario and on the dossier's day, percent, the table's trade."""
    world = case.world
    if by not in world.regions:
        return {}
    i, n, goods = world.regions.index(on), world.regions.index(by), [world.sectors.index(s) for s in case.goods]
    weights = world.shipments[i, n][goods]
    found = {}
    for name in (None, *case.ids):
        rates = np.asarray(case.history(name)[-1].shock.tariffs)[i, n][goods]
        found[name or "status-quo"] = round(mean_rate(rates, weights), 1)
    return found
