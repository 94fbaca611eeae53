"""Section 8, last part: which group of measures does how much, and through which channel.

Shapley shares: the mean effect of a group of measures over all orders in which the package could be put together; they add up
to the whole. Channels: the exact decomposition of the change of real income along the way from the old to the new policy.
"""

from __future__ import annotations

import numpy as np

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.view import CaseView, number_at, real_income
from detente.equilibrium.decompose import PARTS, decompose
from detente.equilibrium.solve import solve
from detente.errors import NotConverged
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import in_force
from detente.shapley_values import all_sets, shapley_values
from detente.words.names import region_adjective

GROUPS = 6
KINDS = {
    InstrumentKind.TARIFF: "duties",
    InstrumentKind.EXPORT_CONTROL: "export controls",
    InstrumentKind.EMBARGO: "import bans",
    InstrumentKind.NON_TARIFF: "other barriers",
    InstrumentKind.PURCHASE: "purchases",
}


# -- which measure does how much ---------------------------------------------------------------------------------------
def groups(case: CaseView) -> tuple[dict[str, list[Measure]], list[Measure], list[Measure]]:
    """Measures the worst scenario adds or changes, by who and what; those it keeps; those it drops."""
    scenario = case.dossier.scenario(case.worst)
    then = [m for m in in_force(case.dossier.measures_in(case.worst), scenario.policy_date) if m.modelled]
    standing = [m for m in case.standing if m.modelled]
    kept = [m for m in then if m in standing]
    dropped = [m for m in standing if m not in then]
    found: dict[str, list[Measure]] = {}
    for m in then:
        if m not in standing:
            found.setdefault(f"{region_adjective(m.by)} {KINDS.get(m.instrument, 'other measures')}", []).append(m)
    if len(found) > GROUPS:
        rest = list(found)[GROUPS - 1 :]
        found = {k: v for k, v in found.items() if k not in rest} | {"Other measures": [m for k in rest for m in found[k]]}
    return found, kept, dropped


def shares(case: CaseView) -> list[Block]:
    """Shapley shares of the groups of measures of the worst scenario."""
    found, kept, dropped = groups(case)
    if len(found) < 2 or dropped:
        return []
    day = case.dossier.scenario(case.worst).policy_date
    names = list(found)
    shown = [*case.trio, "WORLD"]
    worth: dict[frozenset[int], np.ndarray] = {}
    base = case.runs.status_quo
    for chosen in all_sets(len(names)):
        if not chosen:
            worth[chosen] = np.zeros(len(shown))
            continue
        if len(chosen) == len(names):
            o = case.outcome(case.worst)
        else:
            policy = case.policy_of([*kept, *(m for k in sorted(chosen) for m in found[names[k]])], day)
            o = solve(case.world.economy(), policy, case.runs.parameters).relative_to(base)
        worth[chosen] = np.array([real_income(o, case.members(c), c) for c in shown])
    part = shapley_values(worth, len(names))
    order = sorted(range(len(names)), key=lambda k: -abs(part[k][0]))
    total = worth[frozenset(range(len(names)))]
    rows = [(Cell(names[k]), *(Cell(text.fixed(v, 2, signed=True)) for v in part[k])) for k in order]
    rows.append((Cell("All together", strong=True), *(Cell(text.fixed(v, 2, signed=True), strong=True) for v in total)))
    csv = case.file(
        "measure-shares",
        f"Share of each group of measures in “{case.label(case.worst)}”",
        [
            case.row(c, case.worst, "contribution to real income", "points", float(part[k][n]), group=names[k],
                     measures=" ".join(m.id for m in found[names[k]]))
            for k in order
            for n, c in enumerate(shown)
        ],
    )  # fmt: skip
    told = []
    for n, c in enumerate(case.parties[:2]):
        low = min(range(len(names)), key=lambda k: part[k][n])
        if part[low][n] <= -text.TINY:
            told.append(f"{text.name(c)} loses most to {_mid(names[low])} ({text.fixed(float(part[low][n]), 2)} points)")
    label = case.label(case.worst)
    lead = f"In “{label}” {text.join(told)}." if told else f"In “{label}” no group of measures costs a party anything."
    return [
        Heading("Which measure does how much", "shares"),
        Para(
            f"{lead} A measure’s share is its mean effect over all orders in which the package could be put together; shares "
            "add up to "
            f"the whole, {case.run}, against {case.quo}."
        ),
        Table(
            "tab-shares",
            f"“{case.label(case.worst)}” by group of measures",
            f"Contribution to real income, percentage points, against {case.quo}; {case.run}",
            (Column("Measures"), *(Column(text.capital(text.label(c)), "points", number=True) for c in shown)),
            tuple(rows),
            case.note(csv, "Cuts of critical inputs weigh more in the first months: see section §people."),
            csv,
        ),
    ]


def _mid(name: str) -> str:
    return "the other measures" if name == "Other measures" else name


# -- by channel --------------------------------------------------------------------------------------------------------
CHANNELS = {
    "terms of trade": "Terms of trade",
    "tariff volume": "Trade that duties drive out",
    "export volume": "Trade that export limits hold back",
    "subsidies": "Subsidised output",
    "technology and trade costs": "Technology and trade costs",
    "factors and scale": "Hours, capital and scale",
}
WORDS = {
    "terms of trade": "prices of exports against imports",
    "tariff volume": "trade that duties drive out",
    "export volume": "trade that export limits hold back",
    "subsidies": "subsidised output",
    "technology and trade costs": "technology and trade costs",
    "factors and scale": "hours, capital and scale",
}


def channels(case: CaseView) -> list[Block]:
    """The exact decomposition of the worst scenario."""
    outcome = case.outcome(case.worst)
    try:
        frame = decompose(outcome, 8)
    except NotConverged:
        return []
    shown = case.trio
    used = [p for p in PARTS if any(abs(number_at(frame, c, p)) >= text.TINY for c in shown)]
    if not used:
        return []
    value = {(c, p): number_at(frame, c, p) for c in shown for p in (*PARTS, "exact", "left over")}
    rows = [(Cell(CHANNELS[p]), *(Cell(text.fixed(value[c, p], 2, signed=True)) for c in shown)) for p in used]
    if any(abs(value[c, "left over"]) >= text.TINY for c in shown):
        rows.append((Cell("Error of the steps"), *(Cell(text.fixed(value[c, "left over"], 2, signed=True)) for c in shown)))
    rows.append(
        (Cell("Together", strong=True), *(Cell(text.fixed(value[c, "exact"], 2, signed=True), strong=True) for c in shown))
    )
    csv = case.file(
        "channels",
        f"Real income in “{case.label(case.worst)}” by channel",
        [
            case.row(c, case.worst, f"part of real income: {p}", "100 × log change", value[c, p])
            for c in shown
            for p in (*PARTS, "exact", "left over")
        ],
    )
    told = []
    for c in shown:
        top = max(used, key=lambda p: abs(value[c, p]))
        told.append(
            f"{text.name(c)} {'gains' if value[c, top] > 0 else 'loses'} most through {WORDS[top]} "
            f"({text.fixed(value[c, top], 2, signed=True)} points)"
        )
    return [
        Heading("Through which channel", "channels"),
        Para(f"In “{case.label(case.worst)}” {'; '.join(told)}, {case.run}, against {case.quo}."),
        Table(
            "tab-channels",
            f"“{case.label(case.worst)}” by channel",
            f"Parts of the change of real income, percentage points (log), against {case.quo}; {case.run}",
            (Column("Channel"), *(Column(text.capital(text.label(c)), "points", number=True) for c in shown)),
            tuple(rows),
            case.note(
                csv,
                "Exact: summed along eight steps from the old to the new policy; the rents of export licences are in the "
                "terms of trade.",
            ),
            csv,
        ),
    ]
