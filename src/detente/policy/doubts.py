"""What a dossier says that can be read but does nothing, or may not be meant: every warning there is, in one place.

What cannot be meant is refused when a dossier is read (`policy.dossier`, `policy.measures`); what is here loads. Kinds:

    step        a later duty without an end that adds to an earlier one where it may be meant to take its place
    fraction    a percent that looks typed as a fraction (`rate_pct: 0.25`), or a rate beyond any seen (`rate_pct: 2500`)
    key         a key whose value changes nothing of its measure (`withhold_pct` of a tariff, `except_on` of who is not reached)
    late        a measure that starts after the last day a scenario is read on, so that none holds it

Measures that change nothing in a given world are told by `Dossier.never_effective`.

>>> from detente.policy.dossier import load_dossier
>>> doubts(load_dossier("kuala-lumpur-2025"))
[]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from detente.policy.dossier import Dossier, load_dossier, source_of
from detente.policy.measures import DEFAULT, Base, InstrumentKind, Measure, may_be_a_step
from detente.policy.reading import dotted, read_yaml
from detente.policy.stacking import Stack, sectors_of, stack_on
from detente.policy.timing import standing
from detente.words import refusal
from detente.words.names import region_table, sector_table

MOST_POINTS = 500.0
"""A duty above this, in percentage points, has been levied on single lines only."""
SIZES = ("rate_pct", "withhold_pct", "cost_pct", "growth_pct")
KEYS = (*SIZES, "value_musd", "rent", "coverage", "coverage_by_partner", "except_on", "sectors")
"""Keys that say how much a measure does and to whom."""
Place = tuple[str | int, ...]


class Doubt(NamedTuple):
    """One warning: where it stands in the file, and what it says."""

    place: Place
    told: str


def doubts(dossier: Dossier) -> list[Doubt]:
    """Every warning about a dossier's own measures, those that changes add included, in the order of the file."""
    found = list(_steps(dossier))
    for place, m in _own(dossier):
        found += _sizes(place, m)
        if m.modelled:
            found += _idle_keys(place, m)
    return [*found, *_late(dossier)]


def doubts_of(name_or_path: str | Path) -> list[str]:
    """The same in words, each with file and line."""
    name, found = str(name_or_path), doubts(load_dossier(name_or_path))
    lines = read_yaml(source_of(name_or_path), name)[1] if found else {}
    return [f"{name}, line {_line(lines, place)}, {dotted(place)}: {told}" for place, told in found]


def _line(lines: Mapping[Place, int], place: Place) -> int:
    return next((lines[place[:k]] for k in range(len(place), -1, -1) if place[:k] in lines), 1)


def _own(dossier: Dossier) -> Iterator[tuple[Place, Measure]]:
    """Measures that stand in the file itself, with their place; what a ledger holds is the ledger's."""
    for k, m in enumerate(dossier.measures[: _count(dossier)]):
        yield ("measures", k), m
    for path, _, changes in dossier.change_lists():
        for k, change in enumerate(changes):
            if change.add is not None:
                yield (*path, k, "add"), change.add


def _count(dossier: Dossier) -> int:
    """How many measures stand in the file itself; they come first."""
    return len(dossier.measures) - len(dossier.selected)


def _steps(dossier: Dossier) -> Iterator[Doubt]:
    own = _count(dossier)  # what a ledger holds side by side is meant to add up
    for k, m in enumerate(dossier.measures):
        for j, other in enumerate(dossier.measures[:k]):
            if j < own and may_be_a_step(other, m):
                told = refusal("policy", "may_be_a_step", first=repr(other.id), second=repr(m.id), start=m.start)
                yield Doubt(("measures", k if k < own else j), told)


def _sizes(place: Place, m: Measure) -> Iterator[Doubt]:
    for name in SIZES:
        given = getattr(m, name)
        for key, value in given.items() if isinstance(given, dict) else () if given is None else ((None, given),):
            where = (*place, name) if key is None else (*place, name, key)
            what = {"field": name, "value": f"{value:g}"}
            if 0 < abs(value) < 1:
                yield Doubt(where, refusal("policy", "may_be_a_fraction", **what, percent=f"{100 * value:g}"))
            elif name == "rate_pct" and value > MOST_POINTS:
                yield Doubt(where, refusal("policy", "may_be_a_percent_of_percents", **what))


def _idle_keys(place: Place, m: Measure) -> Iterator[Doubt]:
    """Keys without which a measure would lay the same duties, costs, cuts and promises on the same flows."""
    if m.base is Base.ADDITIVE and (m.rate_pct != 0 or m.instrument is not InstrumentKind.TARIFF):
        laid = _laid(m)
        for key in (k for k in KEYS if k in m.model_fields_set):
            default = type(m).model_fields[key].default
            if key == "except_on" and m.on == "all":  # says that a map of rates leaves them out
                continue
            if getattr(m, key) == default or not _same(laid, _laid(m.model_copy(update={key: default}))):
                continue
            yield Doubt((*place, key), refusal("policy", "key_idle", field=key, measure=repr(m.id)))
    reached = sectors_of(m, tuple(sector_table()))
    maps = [(("coverage",), m.coverage), *((("coverage_by_partner", p), table) for p, table in m.coverage_by_partner.items())]
    for path, table in maps:
        for sector in table if isinstance(table, dict) else ():
            if sector != DEFAULT and sector in sector_table() and sector not in reached:
                where = (*place, *path, sector)
                yield Doubt(where, refusal("policy", "sector_idle", sector=sector, measure=repr(m.id)))


def _laid(m: Measure) -> Stack | None:
    """What a measure would do on its own once in force, in the default world; None where that is nothing."""
    day = m.start or m.announced
    if day is None:
        return None
    alone = standing(m, day).model_copy(update={"in_baseline": False})
    stack = stack_on([alone], day, tuple(region_table()), tuple(sector_table()))
    does = stack.tariffs.any() or stack.withheld.any() or stack.costs.any() or stack.purchases
    return stack if does else None


def _same(first: Stack | None, second: Stack | None) -> bool:
    if first is None or second is None:
        return False
    arrays: tuple[Any, ...] = ("tariffs", "withheld", "rent_lost", "costs")
    return all(np.array_equal(getattr(first, a), getattr(second, a)) for a in arrays) and first.purchases == second.purchases


def _late(dossier: Dossier) -> Iterator[Doubt]:
    """Measures that take effect after the last day a scenario is read on. A threat says itself that it may not come."""
    last = dossier.stances_day
    for place, m in _own(dossier):
        if place[0] == "measures" and m.modelled and not m.threatened and m.start is not None and m.start > last:
            yield Doubt(
                (*place, "effective"), refusal("policy", "after_the_last_day", measure=repr(m.id), start=m.start, day=last)
            )
