"""What knowing the answer to a question is worth to somebody who chooses: a party its stance, the host an option of its menu.

    Σₐ P(a) max over own choice of E[payoff | a] − max over own choice of E[payoff]          never negative

Payoffs of the parties are those of the table of stances. The rival's stance on a path is the one whose duties and controls lie
nearest, weighted by trade, to those it ends the path with; what a court and the like do is left out of that. The host chooses by
what the path counts as. A choice that is best whatever the answer makes knowing worth nothing.

>>> payoffs = np.array([[1.0, 0.0], [0.0, 1.0]])  # option × state
>>> even = np.eye(2) / 2                          # path × state: two equally likely paths
>>> value_of_knowing(payoffs, even, np.eye(2)), value_of_knowing(payoffs, even, np.ones((2, 1)))
((0.5, 0, [0, 1]), (0.0, 0, [0]))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError
from detente.outlook.outlook import Outlook
from detente.outlook.tree import grow
from detente.policy.changes import apply_changes
from detente.policy.measures import Measure
from detente.policy.parts import KeyQuestion
from detente.policy.stacking import stack_on
from detente.policy.timing import in_force
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.payoffs import PayoffTable
    from detente.talks.menus import Menu

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]


class Knowing(NamedTuple):
    """What knowing an answer is worth to an actor: points of payoff, USD million a year, its best choice without and by "
    "answer."""

    points: float
    money: float
    without: str
    by_answer: Mapping[str, str]


def value_of_knowing(payoffs: Array, states: Array, answers: Array) -> tuple[float, int, list[int]]:
    """Σₐ P(a) max_o E[payoff(o) | a] − max_o E[payoff(o)], the best option without and after each answer.

    payoffs [option, state], states [path, state] probability-weighted (rows P(path)·chance of the state on it), answers
    [path, answer]. Never negative.
    """
    joint = answers.T @ states  # [answer, state]
    by_answer = joint @ payoffs.T  # [answer, option], weighted by P(answer)
    flat = by_answer.sum(0)
    best = int(flat.argmax())
    chosen = [int(row.argmax()) if row.max() > row[best] + 1e-12 else best for row in by_answer]
    gain = sum(float(by_answer[k, o]) for k, o in enumerate(chosen)) - float(flat[best])
    return max(gain, 0.0), best, chosen


def worth_of_answers(
    case: Dossier,
    world: World,
    look: Outlook,
    asked: Sequence[KeyQuestion],
    tables: Sequence[Array],
    table: PayoffTable | None,
    menu: Menu | None,
    progress: Progress | None,
) -> list[dict[str, Knowing]]:
    """What knowing each question's answer is worth to each actor, from a payoff table (solved where None) and a host's menu.

    `tables`: likelihood [leaf, answer] by question. Raises `InputError` where the menu lacks a scenario that paths count as.
    """
    from detente.strategy.payoffs import payoff_table

    out: list[dict[str, Knowing]] = [{} for _ in asked]
    weights = look.tree.probabilities[:, None]
    if table is None and len(look.parties) == 2 == len(case.parties) and all(len(p.stances) > 1 for p in case.parties):
        table = payoff_table(case, world, look.paths.parameters, progress=progress)
    if table is not None and len(table.parties) == 2:
        stances = stances_on_paths(case, look, world, table)
        for k, party in enumerate(table.parties):
            payoffs = table.payoffs[..., k] if k == 0 else table.payoffs[..., k].T
            rival = table.parties[1 - k]
            income = float(look.paths.income[look.paths.column(party)])
            for n, (q, answers) in enumerate(zip(asked, tables, strict=True)):
                gain, best, chosen = value_of_knowing(payoffs, weights * stances[rival], answers)
                own = table.stances[k]
                names = {a.id: own[o] for a, o in zip(q.answers, chosen, strict=True)}
                out[n][party] = Knowing(gain, gain / 100 * income, own[best], names)
    if menu is not None and look.host is not None:
        states = np.array([[float(leaf.scenario == s) for s in menu.scenarios] for leaf in look.tree.leaves])
        if (states.sum(1) == 0).any():
            raise InputError(
                f"the menu of {menu.region} lacks a scenario that paths count as; it has {', '.join(menu.scenarios)}"
            )
        income = float(look.paths.income[look.paths.column(look.host)])
        for n, (q, answers) in enumerate(zip(asked, tables, strict=True)):
            gain, best, chosen = value_of_knowing(np.asarray(menu.payoffs), weights * states, answers)
            names = {a.id: menu.options[o] for a, o in zip(q.answers, chosen, strict=True)}
            out[n][look.host] = Knowing(gain, gain / 100 * income, menu.options[best], names)
    return out


def stances_on_paths(case: Dossier, look: Outlook, world: World, table: PayoffTable) -> dict[str, Array]:
    """Party → [leaf, stance]: 1 for the stance nearest to what the party ends the path with, forks of courts and the like "
    "left out."""
    talks = grow(case, {f: dict(own) for f, own in look.tree.odds.items()}, talks_only=True)
    final = {leaf.path: talks.states[leaf.final] for leaf in talks.leaves}
    paths = [tuple(b for b in leaf.path if not look.tree.branches[b][0].independent) for leaf in look.tree.leaves]
    out = {}
    for party, menu in zip(table.parties, table.stances, strict=True):
        packages = []
        for name in menu:
            changed = apply_changes(case.measures, case.party(party).stance(name).changes)
            packages.append(_reach(in_force(changed, table.date), party, table.date, world))
        nearest: dict[str, int] = {}
        for state in {s.id: s for s in final.values()}.values():
            own = _reach(state.measures, party, state.day, world)
            nearest[state.id] = int(np.argmin([float((world.shipments * np.abs(own - p).sum(0)).sum()) for p in packages]))
        out[party] = np.eye(len(menu))[[nearest[final[p].id] for p in paths]]
    return out


def _reach(measures: Sequence[Measure], party: str, day: date, world: World) -> Array:
    """Duties and withheld shares [2, origin, destination, sector] that a party's own measures bring on a day."""
    stack = stack_on([m for m in measures if m.by == party], day, world.regions, world.sectors)
    return np.stack([stack.tariffs, stack.withheld])
