"""The same two policies where the exchange rate does something else: flexible, or pinned.

Which of the two holds when is not known: the evidence of 2025 speaks for the pinned end in the first years, theory for the
flexible end in the long run. What is read off one is told with what the other says.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> flexible = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> pinned = flexible.at_exchange_rate("pinned")
>>> bool(pinned.real_income["AAA"] < flexible.real_income["AAA"]), pinned.at_exchange_rate("pinned") is pinned
(True, True)
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from detente.equilibrium.levels import baseline
from detente.equilibrium.solve import Solver, equilibrium_at, judged, solve_flat
from detente.errors import InputError

if TYPE_CHECKING:
    from detente.equilibrium.outcome import Outcome
    from detente.equilibrium.parameters import ExchangeRate


def at_exchange_rate(outcome: Outcome, exchange_rate: ExchangeRate) -> Outcome:
    """The outcome solved again at another closure, both ends; itself where it is of that closure.

    Costs one or two solves. Raises `InputError` for an outcome that did not come from `solve` and where deficits do not stand.
    """
    if outcome.parameters is None or outcome.shock is None or outcome.shock_before is None:
        raise InputError("this outcome carries no solver state; ask what solve() returned")
    if outcome.parameters.exchange_rate == exchange_rate:
        return outcome
    economy = outcome.after.economy
    parameters = dataclasses.replace(outcome.parameters, exchange_rate=exchange_rate)
    first = outcome.before
    if first is not baseline(economy):
        first = equilibrium_at(economy, outcome.shock_before, parameters, Solver())[0]
    attempt = solve_flat(economy, outcome.shock, parameters, Solver())
    after, gap, shadows = judged(economy, outcome.shock, parameters, attempt, "the same at another exchange rate")
    provenance = {**outcome.provenance, "parameters": parameters.record()}
    return dataclasses.replace(
        outcome, before=first, after=after, residual=attempt.residual, clearing_gap=gap, iterations=attempt.sweeps,
        provenance=provenance, shadows=shadows, parameters=parameters, flat=attempt.flat,
    )  # fmt: skip
