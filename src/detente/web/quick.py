"""Fast answers: a case, its policy, one equilibrium, and what it comes to against the status quo of the dossier's date.

An answer costs one solve (the status quo of a dossier is kept), ranges as many as the horizon has parameter variants, drivers two
for each thing that was moved. Everything is a pure function of the case; what is kept is kept by the case's key.

>>> from detente.web.state import PageState, resolve
>>> case = resolve(PageState(dossier="kuala-lumpur-2025", levers={"us-threat-100": 100}))
>>> found = Engine().answer(case)
>>> found["status"], found["headline"][0]["region"], found["headline"][0]["real_income_pct"] < 0
('converged', 'USA', True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from detente.cases.scenarios import parameter_variants
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import Solver, solve
from detente.errors import InputError, UnknownName
from detente.policy.instruments import Policy
from detente.policy.levers import DATE, lever_values, levered_policy
from detente.policy.shock import Shock
from detente.web.state import Kept, Resolved, digest
from detente.words import day as day_words
from detente.words.names import goods_sectors, region_name, sector_name
from detente.world.world import World

INDICATORS = {
    "real_income_pct": ("real income", "% a year"),
    "ev_musd": ("value of the change of real income", "million USD a year"),
    "consumer_prices_pct": ("consumer prices", "%"),
    "exports_pct": ("exports", "%"),
    "tariff_revenue_musd": ("tariff revenue, change", "million USD a year"),
}
MOST_DRIVERS = 12


class Engine:
    """Answers with what is worth keeping between them. Safe to use from several threads."""

    def __init__(self, answers: int = 512, *, one_thread: bool = True) -> None:
        self._solver = Solver(one_thread=one_thread)
        self._quo: Kept[Outcome] = Kept(32)
        self._outcomes: Kept[Outcome] = Kept(32)
        self._answers: Kept[dict[str, Any]] = Kept(answers)
        self._ranges: Kept[dict[str, Any]] = Kept(answers)
        self._drivers: Kept[dict[str, Any]] = Kept(answers)

    # -- answers ---------------------------------------------------------------------------------------------------------
    def answer(self, case: Resolved) -> dict[str, Any]:
        """The answer to a case. Raises `NotConverged`, `ShockError`."""
        return self._answers.of(case.key, lambda: self._answered(case))

    def outcome(self, case: Resolved) -> Outcome:
        """The new equilibrium against the status quo."""
        return self._outcomes.of(case.key, lambda: self._solved(case).relative_to(self.quo(case)))

    def quo(self, case: Resolved, parameters: Parameters | None = None) -> Outcome:
        """The dossier's status quo against the table, at the case's horizon or other parameters."""
        chosen = parameters or named_horizon(case.horizon)
        key = digest([case.dossier_key, case.world.fingerprint, chosen.record()])
        return self._quo.of(key, lambda: solve(case.world, quo_policy(case), chosen, solver=self._solver))

    def _solved(self, case: Resolved, parameters: Parameters | None = None, policy: Policy | None = None) -> Outcome:
        chosen = parameters or named_horizon(case.horizon)
        return solve(case.world, policy or case_policy(case), chosen, solver=self._solver)

    def _answered(self, case: Resolved) -> dict[str, Any]:
        outcome, quo = self.outcome(case), self.quo(case)
        world, dossier = case.world, case.dossier
        parties = [p.region for p in dossier.parties]
        first = list(dict.fromkeys([*parties, dossier.venue.region]))
        return {
            "hash": case.key,
            "title": case_title(case),
            "headline": headline(outcome, first),
            "world_real_income_pct": _round(outcome.world_real_income),
            "mutual_trade_pct": _round(mutual_trade(outcome, parties)),
            "duties": duties(quo, outcome, parties, world),
            "controls": controls(outcome),
            "sectors": {code: sectors(outcome, code) for code in first},
            "horizon": case.horizon,
            "policy_date": case.day,
            "against": f"the status quo of {day_words(dossier.as_of)}",
            "lever_values": {**case.at_home, **case.moved},
            "moved": sorted(case.moved),
            "status": outcome.status,
            "residual": outcome.residual,
            "sweeps": outcome.iterations,
        }

    # -- ranges and drivers ----------------------------------------------------------------------------------------------
    def ranges(self, case: Resolved) -> dict[str, Any]:
        """Lowest and highest real income over the horizon's parameter ranges, by region and for the world, percent."""
        return self._ranges.of(case.key, lambda: self._ranged(case))

    def _ranged(self, case: Resolved) -> dict[str, Any]:
        runs = [self.outcome(case)]
        policy = case_policy(case)
        variants = parameter_variants(named_horizon(case.horizon))
        runs += [self._solved(case, p, policy).relative_to(self.quo(case, p)) for p in variants.values()]
        values = np.array([o.real_income.to_numpy() for o in runs])
        totals = [o.world_real_income for o in runs]
        rows = [
            {"region": code, "low": _round(low), "central": _round(mid), "high": _round(high)}
            for code, low, mid, high in zip(runs[0].regions, values.min(0), values[0], values.max(0), strict=True)
        ]
        return {
            "hash": case.key, "regions": rows, "world": {"low": _round(min(totals)), "high": _round(max(totals))},
            "variants": list(variants), "what": "real income, % a year, over the ranges of the horizon's parameters",
        }  # fmt: skip

    def drivers(self, case: Resolved) -> dict[str, Any]:
        """What each moved measure contributes to real income of the parties, the host and the world, percent.

        The mean of moving it first and moving it last; `together` is what is left, the interplay of the measures.
        """
        return self._drivers.of(case.key, lambda: self._driven(case))

    def _driven(self, case: Resolved) -> dict[str, Any]:
        quo_levers = lever_values(case.dossier)
        now = {**case.at_home, **case.moved}
        moved = [k for k, v in now.items() if k != DATE and abs(v - quo_levers[k]) > 1e-9]
        regions = list(dict.fromkeys([*(p.region for p in case.dossier.parties), case.dossier.venue.region]))
        full = self.outcome(case)
        if len(moved) > MOST_DRIVERS:
            sizes = {k: abs(now[k] - quo_levers[k]) for k in moved}
            moved = sorted(sorted(moved, key=lambda k: -sizes[k])[:MOST_DRIVERS], key=moved.index)

        def gains(outcome: Outcome) -> dict[str, float]:
            return {**{r: float(outcome.real_income[r]) for r in regions}, "WORLD": outcome.world_real_income}

        whole = gains(full)
        rows: list[dict[str, Any]] = []
        for name in moved:
            first = self._at(case, None, {name: now[name]}) if len(moved) > 1 else full
            rest = {k: (quo_levers[k] if k == name else v) for k, v in now.items()}
            last = self._at(case, case.scenario, rest) if len(moved) > 1 else None
            alone, without = gains(first), gains(last) if last is not None else dict.fromkeys(whole, 0.0)
            rows.append({"lever": name, "part_pct": {r: _round((alone[r] + whole[r] - without[r]) / 2) for r in whole}})
        left = {r: _round(whole[r] - sum(row["part_pct"][r] for row in rows)) for r in whole}
        return {
            "hash": case.key, "drivers": rows, "together": left, "total": {r: _round(v) for r, v in whole.items()},
            "what": "points of real income; the mean of moving the measure first and moving it last",
        }  # fmt: skip

    def _at(self, case: Resolved, scenario: str | None, values: dict[str, float]) -> Outcome:
        labels = case.world.regions, case.world.sectors
        policy = levered_policy(case.dossier, scenario, values, *labels)
        return self._solved(case, policy=policy).relative_to(self.quo(case))

    # -- side by side ----------------------------------------------------------------------------------------------------
    def compare(self, cases: Sequence[Resolved], indicator: str) -> dict[str, Any]:
        """One indicator by region, a column a case."""
        if indicator not in INDICATORS:
            raise UnknownName(indicator, {k: v[0] for k, v in INDICATORS.items()}, "indicator")
        answers = [self.answer(case) for case in cases]
        tables = [{row["region"]: row for row in a["headline"]} for a in answers]
        shared = [r for r in tables[0] if all(r in t for t in tables)]
        if not shared:
            raise InputError("these states have no region in common")
        name, unit = INDICATORS[indicator]
        return {
            "indicator": indicator, "name": name, "unit": unit,
            "columns": [{k: a[k] for k in ("hash", "title", "horizon", "against")} for a in answers],
            "rows": [
                {"region": r, "name": region_name(r), "values": [t[r][indicator] for t in tables]} for r in shared
            ],
        }  # fmt: skip


# -- parts of an answer ----------------------------------------------------------------------------------------------------
def case_policy(case: Resolved) -> Policy:
    """The policy of a case on its world."""
    return case.dossier.policy(case.scenario, case.world.regions, case.world.sectors, changes=case.changes, day=case.day)


def quo_policy(case: Resolved) -> Policy:
    """The dossier's status quo on the case's world."""
    return case.dossier.policy(None, case.world.regions, case.world.sectors)


def case_title(case: Resolved) -> str:
    """What a case is called: its scenario, and that measures were moved."""
    base = case.dossier.scenario(case.scenario).title if case.scenario else f"As on {day_words(case.dossier.as_of)}"
    count = len(case.moved)
    return base if not count else f"{base}, {count} {'measure' if count == 1 else 'measures'} moved"


def headline(outcome: Outcome, first: Sequence[str]) -> list[dict[str, Any]]:
    """One row a region, those in `first` before the others."""
    exports = (100 * outcome.exports["change"] / outcome.exports["baseline"]).to_dict()
    revenue = outcome.tariff_revenue["change"].to_dict()
    income, worth, prices = (x.to_dict() for x in (outcome.real_income, outcome.equivalent_variation, outcome.consumer_prices))
    order = [*first, *(r for r in outcome.regions if r not in first)]
    return [
        {
            "region": r, "name": region_name(r), "real_income_pct": _round(income[r]), "low": None, "high": None,
            "ev_musd": _round(worth[r], 1), "consumer_prices_pct": _round(prices[r]),
            "tariff_revenue_musd": _round(revenue[r], 1), "exports_pct": _round(exports[r]),
        }
        for r in order
    ]  # fmt: skip


def mutual_trade(outcome: Outcome, parties: Sequence[str]) -> float:
    """Change of goods trade among `parties`, both ways, percent of its value before."""
    columns = [outcome.sectors.index(s) for s in goods_sectors(outcome.sectors)]
    at = [outcome.regions.index(p) for p in parties]

    def total(shipments: Any) -> float:
        return sum(float(shipments[i, n, columns].sum()) for i in at for n in at if i != n)

    before = total(outcome.before.shipments)
    return 100 * (total(outcome.after.shipments) / before - 1) if before > 0 else 0.0


def duties(quo: Outcome, outcome: Outcome, parties: Sequence[str], world: World) -> list[dict[str, Any]]:
    """Mean duty of each party on the others' goods, percent, weighted by the table's trade; before is the status quo."""

    def mean(shock: Shock | None, i: int, n: int) -> float:
        weight = world.shipments[i, n, columns]
        return 0.0 if shock is None else float(100 * (weight * shock.tariffs[i, n, columns]).sum() / max(weight.sum(), 1e-12))

    columns = [world.sectors.index(s) for s in goods_sectors(world.sectors)]
    at = {p: world.regions.index(p) for p in parties}
    return [
        {
            "by": by, "on": on, "mean_pct_before": _round(mean(quo.shock, at[on], at[by]), 2),
            "mean_pct_after": _round(mean(outcome.shock, at[on], at[by]), 2),
        }
        for by in parties
        for on in parties
        if by != on
    ]  # fmt: skip


def controls(outcome: Outcome) -> list[dict[str, Any]]:
    """Every bound on trade: by whom, on whom, which goods, the share withheld, the price it comes to (percent)."""
    shock = outcome.shock
    found = []
    for control, shadow in zip(shock.controls if shock else (), outcome.shadows, strict=True):
        flows = control.flows
        on = [outcome.regions[k] for k in np.flatnonzero(flows.any((0, 2)))]
        found.append(
            {
                "by": [outcome.regions[k] for k in np.flatnonzero(flows.any((1, 2)))],
                "on": on if len(on) < len(outcome.regions) - 2 else ["WORLD"],
                "sector": [outcome.sectors[k] for k in np.flatnonzero(flows.any((0, 1)))],
                "what": "at least" if control.kind == "at least" else "withheld",
                "withheld_pct": None if control.by_value else _round(100 * (1 - control.bound), 2),
                "shadow_price_pct": _round(shadow.price_wedge, 2),
                "binding": bool(shadow.binding),
                "rent_to": shadow.rent_to,
            }
        )
    return found


def sectors(outcome: Outcome, region: str) -> list[dict[str, Any]]:
    """Output and employment of a region by sector, percent."""
    output, jobs = outcome.output.loc[region].to_dict(), outcome.employment.loc[region].to_dict()
    return [
        {"sector": s, "name": sector_name(s), "output_pct": _round(output[s], 3), "employment_pct": _round(jobs[s], 3)}
        for s in outcome.sectors
    ]


def _round(value: Any, digits: int = 5) -> float:
    """Rounded, and never minus zero."""
    return round(float(value), digits) + 0.0
