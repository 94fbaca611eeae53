"""The levers of a dossier: one number for every measure a reader may move, and the changes that moving them stands for.

A lever's value is what the measure does on the policy date of a scenario: its rate, its severity, the share it stops; 0 where it
is not in force, so that a threat and a suspended duty stand at 0 and can be pulled up. Moving a lever brings its measure into
force at the new value, moving it to 0 takes the measure out; a measure that only a scenario adds stands at 0 elsewhere.

    tariff            percentage points of customs value                     (one a partner where rates differ by partner)
    export control    percent of its full bite: withheld = bite · value/100
    embargo           percent of the trade it reaches that stops
    purchase          percent above the table's purchases, or million USD a year
    non-tariff        percent of customs value
    policy.date       days after the dossier's date on which the law is read

Values not given follow the scenario on the date chosen; a value that a scenario has already changes nothing. `Lever.affected`
is the trade of the world's table that the measure reaches, million USD a year.

>>> from detente.policy.dossier import load_dossier
>>> d = load_dossier("kuala-lumpur-2025")
>>> lever_values(d)["us-threat-100"], lever_values(d, "pessimistic")["us-threat-100"]
(0.0, 100.0)
>>> changes_for(d, "pessimistic", lever_values(d, "pessimistic"))
()
>>> [c.target for c in changes_for(d, None, {"us-threat-100": 50})]
['us-threat-100']
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from detente.errors import InputError, UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.measures import Base, InstrumentKind, Measure
from detente.policy.stacking import partners_of, sectors_of
from detente.policy.timing import OVER, Status, status_on
from detente.words import join, refusal, say
from detente.words.names import region_name, sector_name

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.world.world import World

LEVER = "words/templates/Lever"
DATE = "policy.date"
"""Id of the lever that moves the policy date."""
LATEST = 730
SAME = 1e-9
Group = Literal["tariff", "control", "purchase", "date", "other"]
GROUPS: dict[InstrumentKind, Group] = {
    InstrumentKind.TARIFF: "tariff",
    InstrumentKind.EXPORT_CONTROL: "control",
    InstrumentKind.PURCHASE: "purchase",
    InstrumentKind.EMBARGO: "other",
    InstrumentKind.NON_TARIFF: "other",
}


@dataclass(frozen=True)
class Affected:
    """The trade a measure reaches: million USD a year in the world's table, and which trade that is. None without a world."""

    trade_musd: float | None
    what: str


@dataclass(frozen=True)
class Lever:
    """One number of a dossier that may be moved; see the module docstring for units."""

    id: str
    label: str
    party: str
    group: Group
    unit: str
    min: float
    max: float
    step: float
    status_quo: float
    by_scenario: dict[str, float]
    measures: tuple[str, ...]
    affected: Affected

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        own = {k: v for k, v in self.__dict__.items() if k not in ("measures", "affected")}
        return {**own, "measures": list(self.measures), "affected": dict(self.affected.__dict__)}


@dataclass(frozen=True)
class _Handle:
    """A measure, and the entry of its rate map that the lever moves (None: the whole measure)."""

    measure: Measure
    key: str | None = None

    @property
    def id(self) -> str:
        return self.measure.id if self.key is None else f"{self.measure.id}.{self.key}"


# -- what there is -----------------------------------------------------------------------------------------------------
def levers(dossier: Dossier, world: World | None = None) -> tuple[Lever, ...]:
    """Every lever of `dossier`, parties in their order, the date last; with `world`, the trade each reaches."""
    handles = _handles(dossier)
    quo = lever_values(dossier)
    known = {s.id: lever_values(dossier, s.id) for s in dossier.scenarios}
    found = [_lever(h, quo, known, world) for h in handles.values()]
    order = {p.region: k for k, p in enumerate(dossier.parties)}
    kinds = {g: k for k, g in enumerate(dict.fromkeys(GROUPS.values()))}
    found.sort(key=lambda lever: (order.get(lever.party, len(order)), kinds[lever.group]))
    days = {name: values[DATE] for name, values in known.items()}
    until = dossier.prospects.until if dossier.prospects is not None else None
    last = max([90.0, *days.values(), *([float((until - dossier.as_of).days)] if until else [])])
    date = Lever(
        id=DATE, label=say(LEVER, "date"), party="", group="date", unit=f"days after {dossier.as_of.isoformat()}",
        min=min([0.0, *days.values()]), max=min(last, LATEST), step=1.0, status_quo=0.0, by_scenario=days, measures=(),
        affected=Affected(None, say(LEVER, "whole")),
    )  # fmt: skip
    return (*found, date)


def lever_values(dossier: Dossier, scenario: str | None = None, day: datetime.date | None = None) -> dict[str, float]:
    """Value of every lever in a scenario (None: the status quo), read on `day` (default: the scenario's own date).

    Raises `UnknownName` for a scenario the dossier does not have.
    """
    _, own_day = dossier.changes_of(scenario)
    when = day or own_day
    table = {m.id: m for m in dossier.measures_in(scenario)}
    values = {h.id: _value(table.get(h.measure.id), h, when) for h in _handles(dossier).values()}
    return {**values, DATE: float((when - dossier.as_of).days)}


def policy_day(dossier: Dossier, scenario: str | None, values: Mapping[str, float]) -> datetime.date:
    """The day on which the law is read: the date lever's if it is given, else the scenario's own."""
    own = dossier.changes_of(scenario)[1]
    if DATE not in values:
        return own
    days = _number(DATE, values[DATE])
    if abs(days) > 20 * LATEST or days != round(days):
        raise InputError(refusal("policy", "lever_days", lever=DATE, most=f"{20 * LATEST:,}", value=f"{days:g}"))
    try:
        return dossier.as_of + datetime.timedelta(days=int(days))
    except OverflowError:
        raise InputError(refusal("policy", "lever_calendar", lever=DATE, value=f"{days:g}", day=dossier.as_of)) from None


def changes_for(dossier: Dossier, scenario: str | None, values: Mapping[str, float]) -> tuple[Change, ...]:
    """The changes, after the scenario's own, that give every lever in `values` its value on the policy date.

    Levers whose value the scenario has already yield none. Raises `UnknownName` for a lever that is none, `InputError` for a
    value out of its range or a measure that cannot be in force.
    """
    handles = _handles(dossier)
    for name in values:
        if name not in handles and name != DATE:
            raise UnknownName(name, {k: h.measure.title for k, h in handles.items()}, "lever")
    day = policy_day(dossier, scenario, values)
    table = {m.id: m for m in dossier.measures_in(scenario)}
    found: list[Change] = []
    for name, handle in handles.items():  # in the dossier's order, whatever the order of `values`
        if name not in values:
            continue
        wanted = _number(name, values[name])
        now = table.get(handle.measure.id)
        if abs(wanted - _value(now, handle, day)) <= SAME:
            continue
        low, high = _bounds(handle)
        if wanted > high:  # a scenario may go beyond
            high = max(high, *(lever_values(dossier, s.id)[name] for s in dossier.scenarios), high)
        if not low <= wanted <= high:
            raise InputError(
                refusal(
                    "policy",
                    "lever_range",
                    lever=name,
                    title=handle.measure.title,
                    low=f"{low:g}",
                    high=f"{high:g}",
                    value=f"{wanted:g}",
                )
            )
        found.append(_change(handle, now, wanted, day))
    return tuple(found)


# -- which measures can be moved -----------------------------------------------------------------------------------------
def _handles(dossier: Dossier) -> dict[str, _Handle]:
    """By lever id: the dossier's measures and those its scenarios, stances, bystanders and branches add."""
    parties = {p.region for p in dossier.parties}
    own = {m.id: m for m in dossier.measures}
    added = {m.id: m for m in reversed(_added(dossier)) if m.id not in own}  # of two with one id the first
    found: list[_Handle] = []
    for m in (*own.values(), *reversed(added.values())):
        if not m.modelled or m.in_baseline or not _between(m, parties) or not _alive(m, dossier):
            continue
        if isinstance(m.rate_pct, dict):
            if m.id in own and m.base is Base.ADDITIVE and not m.replaces and status_on(m, dossier.as_of) is Status.IN_FORCE:
                found += [_Handle(m, c) for c in m.rate_pct if c in parties | {dossier.venue.region}]
            continue
        if isinstance(m.cost_pct, dict):
            continue
        if m.instrument in GROUPS and m.base is not Base.CAP and _full(m) > 0:
            found.append(_Handle(m))
    return {h.id: h for h in found}


def _added(dossier: Dossier) -> list[Measure]:
    lists: list[Iterable[Change]] = [s.changes for s in dossier.scenarios]
    lists += [s.changes for p in dossier.parties for s in p.stances]
    lists += [i.changes for b in dossier.bystanders if b.region == dossier.venue.region for i in b.menu]
    lists += [b.changes for _, b in dossier.prospects.branches.values()] if dossier.prospects is not None else []
    return [c.add for changes in lists for c in changes if c.add is not None]


def _between(m: Measure, parties: set[str]) -> bool:
    """By a party on another or on everyone, or by anyone on a party in particular."""
    if m.by in parties:
        return m.on == "all" or any(c in parties for c in m.on)
    return m.on != "all" and any(c in parties for c in m.on)


def _alive(m: Measure, dossier: Dossier) -> bool:
    """Not over and done with on the dossier's date."""
    return status_on(m, dossier.as_of) not in OVER


# -- values and changes --------------------------------------------------------------------------------------------------
def _numbers(table: float | dict[str, float] | None) -> list[float]:
    return [] if table is None else list(table.values()) if isinstance(table, dict) else [table]


def _full(m: Measure) -> float:
    """The measure's own number on the lever's scale, in force."""
    if m.instrument is InstrumentKind.TARIFF:
        return max(_numbers(m.rate_pct), default=0.0)
    if m.instrument is InstrumentKind.EXPORT_CONTROL:
        return 100.0 if max(_numbers(m.withhold_pct), default=0.0) > 0 else 0.0
    if m.instrument is InstrumentKind.EMBARGO:
        return 100 * max(_numbers(m.coverage), default=0.0)
    if m.instrument is InstrumentKind.PURCHASE:
        return float(m.growth_pct if m.growth_pct is not None else m.value_musd or 0.0)
    return max(_numbers(m.cost_pct), default=0.0)


def _value(now: Measure | None, handle: _Handle, day: datetime.date) -> float:
    if now is None or not now.modelled or status_on(now, day) is not Status.IN_FORCE:
        return 0.0
    if handle.key is not None:
        return now.rate_points(handle.key)
    if now.instrument is InstrumentKind.EXPORT_CONTROL:
        return 100 * _largest(now.withhold_pct) / _largest(handle.measure.withhold_pct)
    return _full(now)


def _largest(table: float | dict[str, float] | None) -> float:
    return max(_numbers(table), default=0.0)


def _change(handle: _Handle, now: Measure | None, wanted: float, day: datetime.date) -> Change:
    """What gives the lever its value; `now` is the measure of the scenario, None where it has none."""
    m = handle.measure
    if handle.key is not None:
        if now is None or status_on(now, day) is not Status.IN_FORCE:
            raise InputError(refusal("policy", "lever_not_in_force", lever=handle.id, title=m.title, day=day))
        return Change(measure=m.id, set={f"rate_pct.{handle.key}": wanted})
    if wanted == 0:
        return Change(withdraw=m.id)
    fields = _number_fields(m, wanted)
    base = m if now is None else now
    if status_on(base, day) is not Status.IN_FORCE:
        fields |= _in_force_fields(base, day)
    if now is not None:
        return Change(measure=m.id, set=fields)
    added = apply_changes([m], [Change(measure=m.id, set=fields)])[0]
    return Change(add=added)


def _number_fields(m: Measure, wanted: float) -> dict[str, Any]:
    """The measure's number for a lever's value; maps are scaled as one."""

    def scaled(table: float | dict[str, float] | None, part: float, most: float) -> Any:
        if isinstance(table, dict):
            return {k: min(v * part, most) for k, v in table.items()}
        return min((table or 0.0) * part, most)

    if m.instrument is InstrumentKind.TARIFF:
        return {"rate_pct": wanted}
    if m.instrument is InstrumentKind.EXPORT_CONTROL:
        return {"withhold_pct": scaled(m.withhold_pct, wanted / 100, 100.0)}
    if m.instrument is InstrumentKind.EMBARGO:
        return {"coverage": scaled(m.coverage, wanted / _full(m), 1.0)}
    if m.instrument is InstrumentKind.PURCHASE:
        return {"growth_pct" if m.growth_pct is not None else "value_musd": wanted}
    return {"cost_pct": wanted}


def _in_force_fields(m: Measure, day: datetime.date) -> dict[str, Any]:
    """Dates that put `m` in force on `day`."""
    start = min(d for d in (m.start, day) if d is not None)
    fields: dict[str, Any] = {"threatened": False, "would_take_effect": None, "effective": start}
    if m.announced is not None and m.announced > start:
        fields["announced"] = start
    if any(rest.contains(day) for rest in m.suspended):
        fields["suspended"] = [
            {"from": r.start, **({} if r.to is None else {"to": r.to})} for r in m.suspended if not r.contains(day)
        ]
    fields |= {name: None for name in ("expires", "ended") if getattr(m, name) is not None}
    return fields | ({"unknown_from": None} if m.unknown_from is not None else {})


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(refusal("policy", "lever_number", lever=name, value=repr(value)))
    return float(value)


def _bounds(handle: _Handle) -> tuple[float, float]:
    m, full = handle.measure, _full(handle.measure)
    if m.instrument is InstrumentKind.TARIFF:
        return 0.0, max(150.0, full)
    if m.instrument is InstrumentKind.EXPORT_CONTROL:
        return 0.0, 100.0
    if m.instrument is InstrumentKind.EMBARGO:
        return 0.0, max(99.0, full)
    if m.instrument is InstrumentKind.PURCHASE:
        return 0.0, max(100.0, 2 * full) if m.growth_pct is not None else _round_up(2 * full)
    return 0.0, max(50.0, full)


def _round_up(value: float) -> float:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    return next(k * power for k in (1.0, 2.0, 5.0, 10.0) if k * power >= value)


# -- words and sizes -----------------------------------------------------------------------------------------------------
def _lever(handle: _Handle, quo: Mapping[str, float], known: Mapping[str, dict[str, float]], world: World | None) -> Lever:
    m = handle.measure
    low, high = _bounds(handle)
    values = {name: v[handle.id] for name, v in known.items()}
    units = {
        InstrumentKind.TARIFF: "points",
        InstrumentKind.EXPORT_CONTROL: "% of its full bite",
        InstrumentKind.NON_TARIFF: "% of value",
        InstrumentKind.EMBARGO: "% of trade stopped",
        InstrumentKind.PURCHASE: "% more",
    }
    unit = "million USD a year" if m.instrument is InstrumentKind.PURCHASE and m.growth_pct is None else units[m.instrument]
    step = high / 100 if unit.startswith("million") else 5.0 if m.instrument is InstrumentKind.TARIFF and _full(m) >= 100 else 1.0
    return Lever(
        id=handle.id,
        label=m.title if handle.key is None else f"{m.title}: {region_name(handle.key)}",
        party=m.by, group=GROUPS[m.instrument], unit=unit, min=low, max=max(high, *values.values(), high), step=step,
        status_quo=quo[handle.id], by_scenario=values, measures=(m.id,), affected=_affected(handle, world),
    )  # fmt: skip


def _affected(handle: _Handle, world: World | None) -> Affected:
    m = handle.measure
    names = [region_name(c, article=True) for c in ((handle.key,) if handle.key else () if m.on == "all" else m.on)]
    by, outward = region_name(m.by, article=True), _outward(m)
    what = say(LEVER, "flows", outward=outward, goods=_goods(m), by=by, names=names)
    return Affected(None if world is None else _reached(m, handle.key, world), what)


def _outward(m: Measure) -> bool:
    """Whether a measure is on what its government's own firms sell."""
    return m.instrument is InstrumentKind.EXPORT_CONTROL or m.flow == "exports"


def _goods(m: Measure) -> str:
    if isinstance(m.sectors, str):
        return {"all": "goods and services"}.get(m.sectors, m.sectors)
    if isinstance(m.sectors, tuple):
        return join(sector_name(s) for s in m.sectors)
    return "goods but " + join(sector_name(s) for s in m.sectors.exempt)


def _reached(m: Measure, key: str | None, world: World) -> float:
    """Value of the trade a measure reaches, at basic prices, in the table's unit."""
    at = {r: k for k, r in enumerate(world.regions)}
    column = {s: k for k, s in enumerate(world.sectors)}
    if m.by not in at:
        return 0.0
    total = 0.0
    for partner in partners_of(m, world.regions):
        if key is not None and partner != key:
            continue
        ends = (at[m.by], at[partner]) if _outward(m) else (at[partner], at[m.by])
        for sector in sectors_of(m, world.sectors):
            share = m.share(partner, sector) if m.instrument is not InstrumentKind.EMBARGO else 1.0
            total += float(world.shipments[(*ends, column[sector])]) * share
    return total
