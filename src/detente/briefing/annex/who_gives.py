"""Who gives first: the odds of the outlook, and beside them what each model of a stand-off would say alone.

One set of odds: those of the outlook, from today. A path on which both step back, at once or after all, counts as that; any
other by its first branch that the dossier ties to one party easing or to collapse. The models are one input to these odds and are
shown for their spread.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import figure
from detente.briefing.charts.forms import alt_text, dots
from detente.briefing.charts.results import LABELS
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Figure, Para, Section
from detente.briefing.sections import outlook, standoffs, strategy
from detente.briefing.view import CaseView
from detente.outlook.outlook import Estimate, Outlook
from detente.strategy.table import AtTheTable
from detente.words import chance, chance_and_range, say

told = partial(say, "briefing/annex/who_gives")


class First(NamedTuple):
    """Who gives, from today to the end of the tree: one party alone, both or neither; chances with ranges that add up to one."""

    one: Estimate
    two: Estimate
    both: Estimate
    neither: Estimate


def sections(case: CaseView) -> list[Section]:
    """One section; none without two parties, or where neither odds nor models say anything of giving way."""
    if len(case.dossier.parties) != 2:
        return []
    seen, ahead = at_table(case), outlook.prepared(case)
    odds = None if ahead is None else first_of(ahead.look)
    if seen is None and odds is None:
        return []
    body = told(
        "answer", case=case, odds=odds, moves=ahead and first_moves(ahead.look),
        percents=odds and text.whole_percents([e.value for e in odds]),
        until=ahead and ahead.look.tree.until, seen=seen, models=seen and spread(seen),
        likelier=seen and seen.likelier("eases"), weight=stand_off_weight(case), delay=seen and seen.delay.to_dict("index"),
        top=seen and next(iter(seen.trials.splits().to_dict("records")), None),
    )  # fmt: skip
    blocks: list[Block] = [Para(body)]
    if seen is not None:
        blocks.append(drawn(case, seen, odds))
    return [Section("who-gives", told("title"), tuple(blocks))]


def at_table(case: CaseView) -> AtTheTable | None:
    """The case at the table, where the dossier has all stances and some model gives odds."""
    stances = strategy.stances_of(case)
    if stances is None or not stances.has_all:
        return None
    found = standoffs.seen(case, stances.table)
    return found if found.has_odds else None


def first_of(look: Outlook) -> First | None:
    """The odds of the tree; None where no branch is tied to one party's giving way."""
    tree = look.tree
    passed = [[e for e in (_end(tree.branches[b][1].stand_off) for b in leaf.path) if e] for leaf in tree.leaves]
    ends = ["both" if "both" in found else found[0] if found else "neither" for found in passed]
    if not {"one", "two"} & set(ends):
        return None
    return First(*(look.probability([e == end for e in ends]) for end in First._fields))


def first_moves(look: Outlook) -> tuple[Estimate, Estimate]:
    """The chance that either party moves first on a path, whatever follows."""
    tree = look.tree
    passed = [{_end(tree.branches[b][1].stand_off) for b in leaf.path} for leaf in tree.leaves]
    one, two = (look.probability([end in found for found in passed]) for end in ("one", "two"))
    return one, two


def _end(stand_off: tuple[str, ...]) -> str:
    """The end a branch stands for; empty where it leaves all open."""
    return {("first",): "one", ("second",): "two", ("first", "second"): "both", ("collapse",): "neither"}.get(stand_off, "")


def stand_off_weight(case: CaseView) -> float | None:
    """Weight of the stand-off among the sources of the odds; None without odds."""
    ahead = case.dossier.prospects
    return None if ahead is None else float(ahead.weights.stand_off)


def spread(seen: AtTheTable) -> dict[str, tuple[float, float]]:
    """For each party the lowest and highest chance over the models that it eases first, of those that give odds."""
    by_model = [seen.odds(m) for m in seen.trials.speaking]
    return {
        p: (min(x), max(x))
        for p, x in zip(seen.parties, ([o.first[1] for o in by_model], [o.second[1] for o in by_model]), strict=True)
    }


def drawn(case: CaseView, seen: AtTheTable, odds: First | None) -> Figure:
    """Dots by model, the outlook's own on top."""
    rows, data = [], []
    for k, party in enumerate(seen.parties):
        found = [] if odds is None else [("outlook", told("outlook"), (odds[k].low, odds[k].value, odds[k].high))]
        found += [(m, LABELS[m], (seen.odds(m).first, seen.odds(m).second)[k]) for m in seen.trials.speaking]
        for key, label, (low, value, high) in found:
            colour = "ink" if key == "outlook" else region_colour(party)
            shown = chance_and_range(value, low, high) if key == "outlook" else chance(value)
            rows.append({"panel": told("eases", party=party), "label": label, "value": 100 * value, "low": 100 * low,
                         "high": 100 * high, "colour": colour, "text": shown})  # fmt: skip
            data.append({"party": party, "by": key, "unit": "probability that it gives first", "low": low, "value": value,
                         "high": high})  # fmt: skip
    csv = case.file("annex-who-gives", told("file"), data)
    frame = pd.DataFrame(rows)
    values = told("title_values", models=spread(seen), odds=odds and dict(zip(seen.parties, odds[:2], strict=True)))
    subtitle = told("subtitle", as_of=seen.as_of, odds=odds is not None)
    alt = alt_text(f"{values}.", _first(rows))
    return figure(
        "fig-who-gives", values, subtitle, told("note", csv=csv), alt, csv,
        lambda w: dots(frame, w, label_width=172 if w > 500 else 150, row=23, across=2 if w > 500 else 1),
    )  # fmt: skip


def _first(rows: list[dict[str, object]]) -> dict[str, str]:
    """The first row of each panel: what the figure is about."""
    found: dict[str, str] = {}
    for r in rows:
        found.setdefault(str(r["panel"]), str(r["text"]))
    return found
