"""The policies the benchmarks solve, and how hard each is: sweeps to a tolerance on the shipped world.

Sweeps do not depend on the machine. Sources of the cases: the instruments a trade war uses, at sizes that have been used or
threatened, and two agreements as a contrast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import detente as dt
from benchmarks.timing import Section, middle, paired
from detente.policy.instruments import Policy, Quota

TEXTBOOK: dict[str, Any] = {"labour_mobility": float("inf"), "critical_inputs": ()}
NORTH_AMERICA = ("USA", "CAN", "MEX")
ASIA = ("CHN", "JPN", "KOR", "MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "AUS", "NZL")


@dataclass(frozen=True)
class Case:
    """A policy with the horizon and parameters it is solved at."""

    name: str
    policy: Policy
    horizon: str = "medium"
    parameters: tuple[tuple[str, Any], ...] = ()


def cases() -> list[Case]:
    """From an ordinary tariff to an embargo at low elasticities."""
    war = Policy([dt.Tariff(by="USA", on="CHN", rate=1.0), dt.Tariff(by="CHN", on="USA", rate=1.0)])
    embargo = Policy([dt.Embargo(by="USA", on="CHN", both_ways=True)])
    control = Policy([dt.ExportControl(by="CHN", sectors="RER", withhold=0.5)])
    quota = Policy([Quota(by="USA", on="CHN", share=0.5)])
    purchase = Policy([dt.PurchaseCommitment(by="CHN", origin="USA", sectors="AGR", growth=1.0)])
    textbook = tuple(TEXTBOOK.items())
    apart = Policy(dt.Tariff(by=one, on=two, rate=0.10) for one in NORTH_AMERICA for two in NORTH_AMERICA if one != two)
    together = Policy([dt.Tariff(by=ASIA, on=ASIA, rate=0.0, base="replaces")])
    return [
        Case("10 points of tariff, one pair", Policy([dt.Tariff(by="USA", on="CHN", rate=0.10)])),
        Case("100 % tariffs both ways", war),
        Case("100 % tariffs both ways, short horizon", war, "short"),
        Case("100 % tariffs both ways, long horizon", war, "long"),
        Case("100 % tariffs both ways, textbook model", war, "medium", textbook),
        Case("embargo both ways on all goods", embargo),
        Case("embargo both ways, short horizon", embargo, "short"),
        Case("quota: half of all goods, each sector apart", quota),
        Case("export control: half of all rare earths", control),
        Case("export control, short horizon", control, "short"),
        Case("purchase commitment: farm goods doubled", purchase),
        Case("North America apart: 10 points among three", apart, "medium", textbook),
        Case("Asia together: no duties among twelve", together, "medium", textbook),
    ]


def run(quick: bool) -> Section:
    """Sweeps to 1e-10 and 1e-11 and the time of a whole `solve` call."""
    world = dt.load_world()
    rows = []
    for case in cases():
        parameters = dict(case.parameters)
        sweeps, gap = [], 0.0
        for tolerance in (1e-10, 1e-11):
            found = dt.solve(world, case.policy, case.horizon, solver=dt.Solver(tolerance=tolerance), **parameters)
            sweeps.append(found.iterations)
            gap = found.clearing_gap

        def once(case: Case = case, parameters: dict[str, Any] = parameters) -> object:
            return dt.solve(world, case.policy, case.horizon, **parameters)

        times = paired([once], rounds=5 if quick else 15)
        rows.append((case.name, str(sweeps[0]), str(sweeps[1]), f"{gap:.0e}", middle(times, 0)))
    regions, sectors = len(world.regions), len(world.sectors)
    return Section(
        title=f"Sweeps by kind of shock, shipped world ({regions} × {sectors})",
        before=(
            "A sweep is one pass through all equations. The tolerance is on the largest change of any log price, sale or "
            "income in a sweep; the gap is the worst relative gap of any market or budget afterwards, recomputed from flows "
            "by separate code. Sweeps do not depend on the machine. The time is of a whole `solve` call to 1e-11, labels "
            "and checks included.",
        ),
        header=("case", "sweeps to 1e-10", "sweeps to 1e-11", "worst market gap", "`solve`, median"),
        rows=tuple(rows),
        after=(
            "One more digit costs one to four sweeps. An embargo costs about what a tariff costs, because closed flows are "
            "masked and not priced out. Low elasticities (the short horizon) cost most.",
        ),
    )
