"""Levers moved by hand: what each of the moved measures contributes, and a dossier's levers as policies.

A part is the mean of what moving a lever brings when it is moved first and when it is moved last; what is left of the whole is
the interplay of the levers. Exact for two levers (Shapley), an approximation in 2 n solves for more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.policy.levers import DATE, lever_values, levered_policy

MOST = 12
"""Levers told apart; of more the largest are."""
Reading = Mapping[str, float]


class Parts(NamedTuple):
    """`parts` by lever and by what is read; `left`, the interplay; `whole`, their sum."""

    parts: dict[str, dict[str, float]]
    left: dict[str, float]
    whole: dict[str, float]


def parts(
    case: Case, scenario: str | None, now: Mapping[str, float], outcome: Outcome, read: Callable[[Outcome], Reading]
) -> Parts:
    """What each lever moved from the status quo contributes to what `read` gives; `now` holds all levers' values in `outcome`,
    which compares with what is in force."""
    before = lever_values(case.dossier)
    moved = [k for k, v in now.items() if k != DATE and abs(v - before[k]) > 1e-9]
    if len(moved) > MOST:
        sizes = {k: abs(now[k] - before[k]) for k in moved}
        moved = sorted(sorted(moved, key=lambda k: -sizes[k])[:MOST], key=moved.index)

    def at(base: str | None, values: Mapping[str, float]) -> Outcome:
        policy = levered_policy(case.dossier, base, dict(values), case.world.regions, case.world.sectors)
        return case.under(policy, against=IN_FORCE)

    whole = dict(read(outcome))
    found = {}
    for name in moved:
        if len(moved) > 1:
            alone = read(at(None, {name: now[name]}))
            without = read(at(scenario, {k: (before[k] if k == name else v) for k, v in now.items()}))
        else:
            alone, without = whole, dict.fromkeys(whole, 0.0)
        found[name] = {r: (alone[r] + whole[r] - without[r]) / 2 for r in whole}
    return Parts(found, {r: whole[r] - sum(p[r] for p in found.values()) for r in whole}, whole)
