"""Fast answers: a case, its policy, one equilibrium, and what it comes to against a baseline.

An answer costs one solve (the baselines of a dossier are kept), ranges as many as the horizon has parameter variants, drivers two
for each thing that was moved. Everything is a pure function of the case; what is kept is kept by the case's key.

>>> from detente.web.state import PageState, resolve
>>> case = resolve(PageState(dossier="kuala-lumpur-2025", levers={"us-threat-100": 100}))
>>> found = Engine().answer(case)
>>> found["status"], found["headline"][0]["region"], found["headline"][0]["real_income_pct"] < 0
('converged', 'USA', True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from cachetools import LRUCache, cachedmethod

from detente.cases.baselines import IN_FORCE
from detente.cases.case import CENTRAL, PINNED
from detente.cases.levered import Parts, parts
from detente.equilibrium.indicators import INDICATORS
from detente.equilibrium.outcome import Outcome
from detente.errors import CornerResult, InputError, NotConverged, UnknownName
from detente.policy.shock import Shock
from detente.strategy.year import rolled
from detente.types import Array
from detente.web.effects import INDICATOR, UNITS, WORLD, Effects, Printer, Unit, channels_of, lacking, read
from detente.web.state import Resolved
from detente.words import day as day_words, say
from detente.words.currency import currency
from detente.words.names import goods_sectors, region_name, sector_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.outlook.outlook import Outlook
    from detente.strategy.like_for_like import Beside

COLUMNS = {i.column: i for i in INDICATORS.values()}
"""Indicators by their names in the API."""


class Engine:
    """Answers with what is worth keeping between them. Safe to use from several threads."""

    def __init__(self, answers: int = 512) -> None:
        self._lock = RLock()
        self._outcomes: LRUCache[str, Outcome] = LRUCache(32)
        self._answers: LRUCache[str, dict[str, Any]] = LRUCache(answers)
        self._ranges: LRUCache[str, dict[str, Any]] = LRUCache(answers)
        self._drivers: LRUCache[str, dict[str, Any]] = LRUCache(answers)
        self._effects: LRUCache[Any, Mapping[str, Array]] = LRUCache(4 * answers)
        self._parts: LRUCache[str, Parts] = LRUCache(answers)
        self._channels: LRUCache[str, tuple[dict[str, Array], Array]] = LRUCache(answers)
        self._looks: LRUCache[Any, Outlook | None] = LRUCache(16)
        self._published: LRUCache[Any, tuple[Beside, ...]] = LRUCache(16)

    # -- answers ---------------------------------------------------------------------------------------------------------
    @cachedmethod(lambda self: self._answers, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def answer(self, case: Resolved) -> dict[str, Any]:
        """The answer to a case. Raises `NotConverged`, `ShockError`."""
        return self._answered(case)

    @cachedmethod(lambda self: self._outcomes, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def outcome(self, case: Resolved) -> Outcome:
        """The new equilibrium against the state's baseline."""
        return case.outcome()

    def _answered(self, case: Resolved) -> dict[str, Any]:
        outcome, quo = self.outcome(case), case.case.status_quo
        world, dossier = case.world, case.dossier
        parties = [p.region for p in dossier.parties]
        first = list(dict.fromkeys([*parties, dossier.venue.region]))
        return {
            "hash": case.key,
            "title": case_title(case),
            "headline": headline(outcome, first),
            "world_real_income_pct": _round(outcome.world_real_income),
            "mutual_trade_pct": _round(np.nan_to_num(case.case.mutual_trade(outcome, case.case.parties))),
            "duties": duties(quo, outcome, parties, world),
            "controls": controls(outcome),
            "sectors": {code: sectors(outcome, code) for code in first},
            "horizon": case.horizon,
            "policy_date": case.day,
            "against": case.compared_with,
            "baseline": case.against,
            "lever_values": {**case.at_home, **case.moved},
            "moved": sorted(case.moved),
            "status": outcome.status,
            "residual": outcome.residual,
            "sweeps": outcome.iterations,
        }

    # -- one unit of everybody ---------------------------------------------------------------------------------------------
    def effects(self, case: Resolved, unit: Unit, *, ranged: bool) -> Effects:
        """Every economy's figure in a unit; `ranged`, with the ends of its range and the figure at each parameter set."""
        if not ranged:
            sets: Mapping[str, Array] = {CENTRAL: read(case.case, self.outcome(case), unit)}
        else:
            sets = self._at_every_set(case, unit)
        return Effects.of(unit, (*case.world.regions, WORLD), sets, ranged=ranged)

    @cachedmethod(lambda self: self._effects, key=lambda self, case, unit: (case.key, unit), lock=lambda self: self._lock)
    def _at_every_set(self, case: Resolved, unit: Unit) -> Mapping[str, Array]:
        """The figure of every economy at each parameter set with an answer, the central one first; other units of the same solves
        are kept beside it."""
        runs = self._runs(case)
        others = [u for u in UNITS if u != unit and not lacking(case.case, u)]
        found = {(case.key, u): {v: read(case.case, o, u) for v, o in runs.items()} for u in others}
        with self._lock:
            self._effects.update(found)
        return {v: read(case.case, o, unit) for v, o in runs.items()}

    def _runs(self, case: Resolved) -> dict[str, Outcome]:
        """The outcome at each parameter set with an answer, the central one first."""
        runs = {CENTRAL: self.outcome(case)}
        for variant in case.case.nodes:
            if variant != CENTRAL:
                try:
                    runs[variant] = case.outcome(variant)
                except (NotConverged, CornerResult):  # adds nothing to the range
                    if case.case.month is None and variant != PINNED:
                        raise
        return runs

    @cachedmethod(lambda self: self._looks, key=lambda self, case: _whole_key(case), lock=lambda self: self._lock)
    def look(self, case: Resolved) -> Outlook | None:
        """The outlook of the dossier, whose odds no horizon moves; None where it says nothing of what may come."""
        from detente.outlook.outlook import outlook

        return None if case.dossier.prospects is None else outlook(case.dossier, case.world)

    @cachedmethod(lambda self: self._published, key=lambda self, case: _whole_key(case), lock=lambda self: self._lock)
    def published(self, case: Resolved) -> tuple[Beside, ...]:
        """What others publish beside ours, like for like."""
        from detente.strategy.like_for_like import beside

        return beside(case.case, case.dossier.published)

    # -- ranges and drivers ----------------------------------------------------------------------------------------------
    @cachedmethod(lambda self: self._ranges, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def ranges(self, case: Resolved) -> dict[str, Any]:
        """Lowest and highest real income over the horizon's parameter ranges, by region and for the world, percent."""
        sets = self._runs(case)
        runs, others = list(sets.values()), [v for v in sets if v != CENTRAL]
        values = np.array([o.real_income.to_numpy() for o in runs])
        totals = [o.world_real_income for o in runs]
        rows = [
            {"region": code, "low": _round(low), "central": _round(mid), "high": _round(high)}
            for code, low, mid, high in zip(runs[0].regions, values.min(0), values[0], values.max(0), strict=True)
        ]
        return {
            "hash": case.key, "regions": rows, "world": {"low": _round(min(totals)), "high": _round(max(totals))},
            "variants": others, "what": say("web/quick", "ranges"),
        }  # fmt: skip

    @cachedmethod(lambda self: self._parts, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def parts(self, case: Resolved) -> Parts:
        """What each moved measure contributes to everybody's figure, against what is in force; by UNIT.REGION."""
        codes, units = (*case.world.regions, WORLD), [u for u in UNITS if not lacking(case.case, u)]

        def figures(outcome: Outcome) -> dict[str, float]:
            return {f"{u}.{c}": float(v) for u in units for c, v in zip(codes, read(case.case, outcome, u), strict=True)}

        return parts(case.case, case.scenario, case.changes, case.day, case.outcome(against=IN_FORCE), figures)

    @cachedmethod(lambda self: self._channels, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def channels(self, case: Resolved) -> tuple[dict[str, Array], Array]:
        """See `effects.channels_of`."""
        return channels_of(self.outcome(case))

    @cachedmethod(lambda self: self._drivers, key=lambda self, case: case.key, lock=lambda self: self._lock)
    def drivers(self, case: Resolved) -> dict[str, Any]:
        """What each moved measure contributes to real income of every economy and the world, percent."""
        found = self.parts(case)
        codes = (*case.world.regions, WORLD)
        told = [{c: _round(part[f"percent.{c}"]) for c in codes} for part in found.parts.values()]
        whole = {c: found.whole[f"percent.{c}"] for c in codes}
        left = {c: _round(whole[c] - sum(part[c] for part in told)) for c in codes}
        return {
            "hash": case.key, "drivers": [{"lever": k, "part_pct": part} for k, part in zip(found.parts, told, strict=True)],
            "together": left, "total": {c: _round(v) for c, v in whole.items()},
            "what": say("web/quick", "drivers"),
        }  # fmt: skip

    # -- side by side ----------------------------------------------------------------------------------------------------
    def compare(
        self, cases: Sequence[Resolved], indicator: str, unit: Unit | None = None, ranged: bool = False
    ) -> dict[str, Any]:
        """One indicator by region, or one unit of the answer with what is printed and (`ranged`) its ends, a column a case."""
        if indicator not in COLUMNS:
            raise UnknownName(indicator, {k: i.label for k, i in COLUMNS.items()}, "indicator")
        answers = [self.answer(case) for case in cases]
        columns = [{k: a[k] for k in ("hash", "title", "horizon", "against")} for a in answers]
        tables = [{row["region"]: row for row in a["headline"]} for a in answers]
        shared = [r for r in tables[0] if all(r in t for t in tables)]
        if not shared:
            raise InputError("these states have no region in common")
        if unit is not None:
            return {**self._compared(cases, unit, [*shared, WORLD], ranged), "columns": columns}
        chosen = COLUMNS[indicator]
        return {
            "indicator": indicator, "name": chosen.label, "unit": chosen.unit, "columns": columns,
            "rows": [
                {"region": r, "name": region_name(r), "values": [t[r][indicator] for t in tables]} for r in shared
            ],
        }  # fmt: skip

    def _compared(self, cases: Sequence[Resolved], unit: Unit, codes: Sequence[str], ranged: bool) -> dict[str, Any]:
        """States side by side in a unit, printed alike in all of them; the economy moved furthest first after the parties."""
        found = [self.effects(case, unit, ranged=ranged) for case in cases]
        largest = max(abs(e.at(c).value) for e in found for c in codes if c != WORLD)
        shown, first = Printer(unit, largest), cases[0].case.trio
        rest = sorted((c for c in codes if c not in (*first, WORLD)), key=lambda c: -max(abs(e.at(c).value) for e in found))
        order = [*(c for c in first if c in codes), *rest, WORLD]
        told = {"unit": unit, "year": rolled(cases[0].case)[0], "dollars": currency(), "scale": shown.axis[1]}
        cells = {c: [e.record(c, shown) for e in found] for c in order}
        return {
            "indicator": INDICATOR[unit], "name": say("web/effects", "measure", **told), "unit": unit,
            "rows": [
                {
                    "region": c, "name": region_name(c), "values": [x["value"] for x in cells[c]],
                    "low": [x["low"] for x in cells[c]], "high": [x["high"] for x in cells[c]],
                    "texts": [x["said"] for x in cells[c]],
                }
                for c in order
            ],
        }  # fmt: skip


def _whole_key(case: Resolved) -> tuple[str, str]:
    """What depends on the dossier and the world alone."""
    return case.dossier_key, case.world.fingerprint


# -- parts of an answer ----------------------------------------------------------------------------------------------------
def case_title(case: Resolved) -> str:
    """What a case is called: its scenario, and that measures were moved."""
    base = case.dossier.scenario(case.scenario).title if case.scenario else f"As on {day_words(case.dossier.as_of)}"
    count = len(case.moved)
    return base if not count else f"{base}, {count} {'measure' if count == 1 else 'measures'} moved"


def headline(outcome: Outcome, first: Sequence[str]) -> list[dict[str, Any]]:
    """One row a region, those in `first` before the others."""
    exports = (100 * outcome.exports["change"] / outcome.exports["baseline"]).to_dict()
    revenue = outcome.tariff_revenue["change"].to_dict()
    read = (outcome.real_income, outcome.equivalent_variation, outcome.consumer_prices, outcome.consumer_prices_local)
    income, worth, prices, local = (x.to_dict() for x in read)
    order = [*first, *(r for r in outcome.regions if r not in first)]
    return [
        {
            "region": r, "name": region_name(r), "real_income_pct": _round(income[r]), "low": None, "high": None,
            "ev_musd": _round(worth[r], 1), "consumer_prices_pct": _round(prices[r]),
            "consumer_prices_local_pct": _round(local[r]),
            "tariff_revenue_musd": _round(revenue[r], 1), "exports_pct": _round(exports[r]),
        }
        for r in order
    ]  # fmt: skip


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
    """Every bound on trade: by whom, on whom, which goods, the share withheld, what a licence is worth (percent of the price)."""
    shock = outcome.shock
    found = []
    for control, shadow in zip(shock.controls if shock else (), outcome.shadows, strict=True):
        by, on = ([outcome.regions[k] for k in np.unique(at)] for at in control.cells[:2])
        found.append(
            {
                "by": by,
                "on": on if len(on) < len(outcome.regions) - 2 else ["WORLD"],
                "sector": [outcome.sectors[k] for k in control.goods],
                "what": "at least" if control.kind == "at least" else "withheld",
                "withheld_pct": None if control.by_value else _round(100 * (1 - control.bound), 2),
                "licence_worth_pct": _round(shadow.price_wedge, 2),
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
