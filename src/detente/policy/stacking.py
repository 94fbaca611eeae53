"""How measures add up: measures in force on a day → additional tariff rates by origin × destination × sector.

For a flow (origin i, destination n, sector j) and each modelled duty m in force with rate r[m] and reach c[m] in [0, 1]
(the share of the flow's trade that pays):

    additive   contribution  r[m] · c[m]
    floor      contribution  max(r[m] − reference[i,n,j], 0) · c[m]     (total duty at least r[m])
    replaces   contribution  r[m] · c[m], and every duty it replaces shrinks by its reach:
               contribution[k] ← contribution[k] · max(1 − Σ_m c[m], 0)   for k in m.replaces
               (all other non-replacing duties of the same government where `replaces` is empty);
               a floor that lists `replaces` displaces those duties in the same way
    cap        contribution  0; on its share c of the flow the duties it names in `replaces` (all others of the same
               government where it names none) may together not pass r[m]: each shrinks in proportion, by
               c · max(Σ − r[m], 0) / Σ

Either-or from the other side: a duty that `yields_to` others shrinks by their reach. An exemption is a duty of zero that
`replaces` those it frees from; a duty on the content of a good alone has its content share as coverage.

A duty whose revenue the exporter keeps (a price undertaking) is worked out as any other and then booked as a mark-up of the
seller, not as a duty. A tariff quota contributes its duty within the quota; what is paid beyond it is a bound whose wedge goes up
to the difference (`TariffQuota`).

The sum over measures is the *additional* duty over the reference duties of the dossier. Measures marked
`in_baseline` are already in those reference duties and add nothing. Rates here are fractions (0.10 = 10 %); in a
dossier they are percentage points. Two measures of the same `exclusive_group` on one flow on one day raise
`OverlappingMeasures`.

Export controls and embargoes are carried as quantities: the share of the reference quantity withheld. Several on one
flow combine as independent cuts, 1 − Π(1 − w · c).

>>> from datetime import date
>>> from detente.policy.measures import Measure
>>> ten = Measure(id="ten", title="ten points", by="USA", on="CHN", instrument="tariff", rate_pct=10,
...               effective=date(2025, 4, 5), sources=["s"])
>>> steel = Measure(id="steel", title="steel", by="USA", on="all", instrument="tariff", rate_pct=50, base="replaces",
...                 replaces=["ten"], coverage=0.5, sectors=["IRS"], effective=date(2025, 6, 4), sources=["s"])
>>> stack = stack_on([ten, steel], date(2025, 10, 18), ("USA", "CHN"), ("IRS", "ELE"))
>>> [round(float(x), 3) for x in stack.tariffs[1, 0]]
[0.3, 0.1]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from detente.errors import OverlappingMeasures
from detente.policy.changes import apply_changes
from detente.policy.instruments import (
    Embargo,
    ExportControl,
    Instrument,
    NonTariffCost,
    Policy,
    PurchaseCommitment,
    _rate,
    bound_of_quota,
    told,
)
from detente.policy.measures import Base, Except, InstrumentKind, Measure, key_of
from detente.policy.shock import Shock
from detente.policy.timing import in_force
from detente.types import Array
from detente.words import refusal, say
from detente.words.names import group_table, resolve_sectors

NEAR_TOTAL = 0.999
"""A cut of at least this share counts as an embargo."""


MEASURE = "words/templates/Measure"


class _HasMeasures(Protocol):
    """A dossier, as far as stacking is concerned."""

    @property
    def measures(self) -> tuple[Measure, ...]: ...


class Pieces(Mapping[str, Array]):
    """Arrays origin × destination × sector by id, kept as what they hold of one destination each and spread out when read."""

    def __init__(self, planes: Mapping[str, Array], importers: Mapping[str, int], regions: int) -> None:
        self.planes, self._importers, self._regions = planes, importers, regions

    def __getitem__(self, key: str) -> Array:
        plane = self.planes[key]
        whole = np.zeros((len(plane), self._regions, plane.shape[1]))
        whole[:, self._importers[key]] = plane
        return whole

    def __iter__(self) -> Iterator[str]:
        return iter(self.planes)

    def __len__(self) -> int:
        return len(self.planes)


@dataclass(frozen=True)
class Stack:
    """All modelled measures on a day, as arrays origin × destination × sector, and what went into them.

    tariffs      additional ad valorem duty, fraction of customs value
    withheld     share of the reference quantity withheld by export controls and embargoes
    rent_lost    whether the scarcity rent of a cut flow is lost (True) or kept by the exporter (False)
    costs        additional ad valorem cost of non-tariff measures, fraction
    applied      ids of the measures that entered; `left_out` maps ids of measures in force that did not to the reason
    pieces       contribution of each tariff measure to `tariffs`, by id (origin × destination × sector)
    purchases    promises to buy: id → the instrument
    markups      what sellers keep of a price under undertakings, fraction of the price
    quotas       tariff quotas: (share of the reference quantity, what is paid on top beyond it, the share of trade it reaches),
                 the last two origin × sector, by id
    floors       for duties stated as a total: (that total, the share of trade it still reaches), origin × sector, by id
    titles       title of every measure that entered, by id
    importers    position of the importer that levies it, by id of each piece
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    tariffs: Array
    withheld: Array
    rent_lost: NDArray[np.bool_]
    costs: Array
    applied: tuple[str, ...]
    left_out: dict[str, str]
    pieces: Mapping[str, Array]
    floors: dict[str, tuple[Array, Array]]
    purchases: dict[str, PurchaseCommitment]
    markups: Array
    quotas: dict[str, tuple[float, Array, Array]]
    titles: dict[str, str]
    reference_known: bool
    importers: dict[str, int]


def codes_of(code: str, regions: Sequence[str]) -> tuple[str, ...]:
    """The regions of this world that `code` (a region or a group) stands for; none where the world lacks it."""
    if code in regions:
        return (code,)
    listed = group_table().get(code, {}).get("members", ())
    return tuple(regions) if listed == "all" else tuple(m for m in listed if m in regions)


def partners_of(measure: Measure, regions: Sequence[str]) -> tuple[str, ...]:
    """Regions of this world a measure is aimed at: `on` less `except_on` less the imposing region itself."""
    wanted = tuple(regions) if measure.on == "all" else tuple(r for c in measure.on for r in codes_of(c, regions))
    spared = {measure.by} | {r for c in measure.except_on for r in codes_of(c, regions)}
    spared |= set(codes_of(measure.by, regions))
    return tuple(dict.fromkeys(r for r in wanted if r not in spared))


def sectors_of(measure: Measure, sectors: Sequence[str]) -> tuple[str, ...]:
    """Sectors of this world a measure reaches; a listed sector this world lacks is passed over."""
    if isinstance(measure.sectors, Except):
        return tuple(s for s in resolve_sectors("goods", sectors) if s not in measure.sectors.exempt)
    if isinstance(measure.sectors, str):
        return resolve_sectors(measure.sectors, sectors)
    return tuple(s for s in measure.sectors if s in sectors)


def stack_on(
    measures: Iterable[Measure],
    day: date,
    regions: Sequence[str],
    sectors: Sequence[str],
    reference: Array | None = None,
) -> Stack:
    """Add up all modelled measures in force on `day`.

    `reference` holds the duties of the reference world, fractions, origin × destination × sector; `floor` duties need
    it (without it they count in full, as over a zero duty). Raises `OverlappingMeasures`.
    """
    regions, sectors = tuple(regions), tuple(sectors)
    at = {r: k for k, r in enumerate(regions)}
    column = {s: k for k, s in enumerate(sectors)}
    shape = (len(regions), len(regions), len(sectors))
    current = in_force(measures, day)
    left_out = {m.id: m.why_not or "not modelled" for m in current if not m.modelled}
    left_out |= {m.id: _counted_already() for m in current if m.in_baseline and m.modelled}
    active = [m for m in current if m.modelled and not m.in_baseline]
    check_exclusive(active, regions, sectors)

    # a duty touches one importer: everything about it is worked out [origin, sector] and put in its place at the end
    pieces: dict[str, Array] = {}
    reach: dict[str, Array] = {}
    totals: dict[str, Array] = {}
    limits: dict[str, Array] = {}
    beyond: dict[str, Array] = {}
    purchases: dict[str, PurchaseCommitment] = {}
    kept = np.ones(shape)
    costs = np.zeros(shape)
    rent_lost = np.zeros(shape, dtype=bool)
    for m in active:
        if m.by not in at:
            left_out[m.id] = say(MEASURE, "foreign", it=m)
            continue
        sellers, goods, share = _reach(_Itself(m), regions, sectors)
        if m.instrument is InstrumentKind.PURCHASE:
            growth = None if m.growth_pct is None else m.growth_pct / 100
            purchases[m.id] = PurchaseCommitment(by=m.by, origin=sellers, sectors=goods, value=m.value_musd, growth=growth)
            continue
        own = at[m.by]
        where: Any = np.ix_([at[p] for p in sellers], [column[s] for s in goods])

        def placed(block: Array, where: Any = where) -> Array:
            plane = np.zeros(shape[1:])
            plane[where] = block
            return plane

        def by_partner(value: Callable[[str], float], sellers: tuple[str, ...] = sellers) -> Array:
            return np.array([value(p) for p in sellers], dtype=np.float64)[:, None]

        if m.instrument is InstrumentKind.TARIFF:
            rate = _rates(_Itself(m), sellers)
            reach[m.id] = placed(share)
            if m.quota_pct is not None:
                within = np.where(rate != 0, np.minimum(m.within_pct / 100, rate), 0.0)  # who is not in the map has no quota
                beyond[m.id], rate = placed(np.broadcast_to(rate - within, share.shape)), within
            if m.base is Base.CAP:
                pieces[m.id], limits[m.id] = np.zeros(shape[1:]), placed(rate)
                continue
            if m.base is Base.FLOOR:
                totals[m.id] = placed(rate)
            if m.base is Base.FLOOR and reference is not None:
                pieces[m.id] = placed(np.maximum(rate - reference[:, own][where], 0.0) * share)
            else:
                pieces[m.id] = placed(rate * share)
        elif m.instrument is InstrumentKind.NON_TARIFF:
            where_it_falls: Any = own if m.flow == "exports" else (slice(None), own)
            # mypy infers no type of a lambda with a default that binds the loop's name
            costs[where_it_falls] += placed(by_partner(lambda p, m=m: m.cost_points(key_of(m.cost_pct, p)) / 100) * share)  # type: ignore[misc]
        else:
            control = m.instrument is InstrumentKind.EXPORT_CONTROL
            side: Any = own if control else (slice(None), own)
            if control:
                # mypy infers no type of a lambda with a default that binds the loop's name
                share = by_partner(lambda p, m=m: m.withheld_pct(key_of(m.withhold_pct, p)) / 100) * share  # type: ignore[misc]
            value = placed(share)
            kept[side] *= 1 - value
            if m.rent == "lost":
                rent_lost[side] |= value > 0

    left = _left_by_replacing(active, reach)
    pieces = _capped({k: v * left[k] for k, v in pieces.items()}, active, limits, reach)
    markups = np.zeros(shape)
    for m in active:
        if m.revenue_to == "exporter" and m.id in pieces:
            markups[:, at[m.by]] += pieces.pop(m.id)
    importer = {m.id: at[m.by] for m in active if m.id in pieces}
    tariffs = np.zeros(shape)
    for k, v in pieces.items():
        tariffs[:, importer[k]] += v

    return Stack(
        regions=regions,
        sectors=sectors,
        tariffs=tariffs,
        withheld=1 - kept,
        rent_lost=rent_lost,
        costs=costs,
        applied=tuple(m.id for m in active if m.id not in left_out),
        left_out=left_out,
        pieces=Pieces(pieces, importer, len(regions)),
        purchases=purchases,
        markups=markups,
        quotas={
            k: (float(m.quota_pct) / 100, beyond[k], reach[k] * left[k]) for m in active if m.quota_pct and (k := m.id) in beyond
        },
        floors={k: (rate, reach[k] * left[k]) for k, rate in totals.items()},
        titles={m.id: m.title for m in active},
        reference_known=reference is not None,
        importers=importer,
    )


@dataclass(frozen=True, eq=False)
class _Itself:
    """A measure as a key: the same object, whatever it says. The key holds it, so that no other takes its place."""

    measure: Measure

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.measure is self.measure

    def __hash__(self) -> int:
        return id(self.measure)


@lru_cache(maxsize=4096)
def _reach(it: _Itself, regions: tuple[str, ...], sectors: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """Partners, sectors, and the share of each flow that a measure reaches [partner, sector]. A measure never changes, and is
    added up for hundreds of days and packages."""
    partners, goods = partners_of(it.measure, regions), sectors_of(it.measure, sectors)
    shares = _shares(it.measure, partners, goods)
    shares.setflags(write=False)
    return partners, goods, shares


@lru_cache(maxsize=4096)
def _rates(it: _Itself, partners: tuple[str, ...]) -> Array:
    """The duty on every partner, fractions [partner, 1]."""
    table = it.measure.rate_pct
    rates = np.array([it.measure.rate_points(key_of(table, p)) / 100 for p in partners], dtype=np.float64)[:, None]
    rates.setflags(write=False)
    return rates


def _shares(m: Measure, partners: Sequence[str], sectors: Sequence[str]) -> Array:
    """`Measure.share` of every partner and sector [partner, sector]."""
    usual = [m.coverage] * len(sectors) if isinstance(m.coverage, float) else [m.share("", s) for s in sectors]
    special = m.coverage_by_partner
    rows = [[m.share(p, s) for s in sectors] if key_of(special, p) in special else usual for p in partners]
    return np.array(rows, dtype=np.float64).reshape(len(partners), len(sectors))


def _left_by_replacing(active: Sequence[Measure], reach: dict[str, Array]) -> dict[str, Array]:
    """Share of each duty's reach that no replacing duty of the same government takes over; arrays [origin, sector]."""
    duties = {m.id: m for m in active if m.id in reach}
    taken: dict[str, Array] = {}

    def take(k: str, part: Array) -> None:
        taken[k] = taken[k] + part if k in taken else part

    for m in duties.values():
        for k in m.yields_to:
            if k in reach and k != m.id and duties[k].by == m.by:
                take(m.id, reach[k])
        if m.base is not Base.CAP and (m.base is Base.REPLACES or m.replaces):
            for k, other in duties.items():
                named = k in m.replaces if m.replaces else other.base is not Base.REPLACES
                if k != m.id and other.by == m.by and named:
                    take(k, reach[m.id])
    return {k: np.maximum(1 - taken[k], 0) if k in taken else np.ones(()) for k in reach}


def _capped(
    pieces: dict[str, Array], active: Sequence[Measure], limits: dict[str, Array], reach: dict[str, Array]
) -> dict[str, Array]:
    """Contributions after every cap in force, in the order the measures stand; arrays [origin, sector]."""
    held = dict(pieces)
    duties = {m.id: m for m in active if m.id in pieces}
    for m in duties.values():
        if m.id not in limits:
            continue
        under = [k for k, d in duties.items() if k != m.id and d.by == m.by and (k in m.replaces or not m.replaces)]
        if not under:
            continue
        total = sum((held[k] for k in under), start=np.zeros_like(reach[m.id]))
        over = np.maximum(total - limits[m.id], 0.0) * reach[m.id]
        kept = 1 - np.divide(over, total, out=np.zeros_like(total), where=total > 0)
        held |= {k: held[k] * kept for k in under}
    return held


def without_effect(measures: Iterable[Measure], regions: Sequence[str], sectors: Sequence[str]) -> dict[str, str]:
    """Why each of `measures` that can change no flow of this world cannot, by id.

    Of the measures that the dossier means to count: those it says are not modelled, or in the reference duties, are not told.
    """
    counted = [m for m in measures if m.modelled and not m.in_baseline]
    told = {m.id: _why_idle(m, tuple(regions), tuple(sectors)) for m in counted}
    return {k: why for k, why in told.items() if why is not None}


@cache
def _counted_already() -> str:
    return say(MEASURE, "counted_already")


def _why_idle(m: Measure, regions: tuple[str, ...], sectors: tuple[str, ...]) -> str | None:
    if m.by not in regions:
        return say(MEASURE, "foreign", it=m)
    partners, goods = partners_of(m, regions), sectors_of(m, sectors)
    if not partners:
        return say(MEASURE, "nobody", it=m)
    if not goods:
        return say(MEASURE, "no_goods")
    if m.instrument is InstrumentKind.PURCHASE:
        return None
    if not (_shares(m, partners, goods) > 0).any():
        return say(MEASURE, "no_share")
    table, what = {
        InstrumentKind.TARIFF: (m.rate_pct, "duty"),
        InstrumentKind.EXPORT_CONTROL: (m.withhold_pct, "share withheld"),
        InstrumentKind.NON_TARIFF: (m.cost_pct, "cost"),
    }.get(m.instrument, (1.0, ""))
    bare = m.base in (Base.ADDITIVE, Base.FLOOR) and not m.replaces  # a duty of 0 in another's place, or as a cap, does much
    numbers = [table.get(key_of(table, p), 0.0) if isinstance(table, dict) else table for p in partners]
    return say(MEASURE, "no_size", what=what) if bare and not any(numbers) else None


def check_exclusive(measures: Sequence[Measure], regions: Sequence[str], sectors: Sequence[str]) -> None:
    """Raise `OverlappingMeasures` where two of `measures` (all in force) share a group and a flow."""
    at = {r: k for k, r in enumerate(regions)}
    column = {s: k for k, s in enumerate(sectors)}
    claimed: dict[tuple[str, str], NDArray[np.int64]] = {}  # position of the claiming measure [partner, sector], −1 for none
    crowd = Counter(m.exclusive_group for m in measures if m.exclusive_group is not None)
    for position, m in enumerate(measures):
        if m.exclusive_group is None or crowd[m.exclusive_group] < 2:
            continue
        partners, goods, shares = _reach(_Itself(m), tuple(regions), tuple(sectors))
        owner = claimed.setdefault((m.exclusive_group, m.by), np.full((len(at), len(column)), -1))
        where: Any = np.ix_([at[p] for p in partners], [column[s] for s in goods])
        wanted, taken = shares > 0, owner[where]
        clash = np.argwhere(wanted & (taken >= 0))
        if len(clash):
            p, s = clash[0]
            raise OverlappingMeasures(
                refusal(
                    "policy",
                    "both_claim",
                    first=repr(measures[taken[p, s]].id),
                    second=repr(m.id),
                    group=repr(m.exclusive_group),
                    by=m.by,
                    partner=partners[p],
                    sector=goods[s],
                )
            )
        owner[where] = np.where(wanted, position, taken)


def policy_on(
    source: _HasMeasures | Iterable[Measure],
    day: date,
    regions: Sequence[str],
    sectors: Sequence[str],
    changes: Iterable[object] = (),
    reference: Array | None = None,
) -> Policy:
    """The `Policy` of all modelled measures in force on `day`, after `changes` (of a scenario or a stance).

    `source` is a dossier or its measures; for the rest see `stack_on`.
    """
    own = getattr(source, "measures", None)  # a dossier is iterable too, over its fields
    # without measures of its own it is the measures
    measures: Iterable[Measure] = own if own is not None else source  # type: ignore[assignment]
    return to_policy(stack_on(apply_changes(measures, changes), day, regions, sectors, reference))


@dataclass(frozen=True, eq=False)
class TopUps:
    """Duties stated as a total: each lifts its share of a flow from the world's own duty to the total, never down.

    `floors`: title, position of the importer, total and share [origin, sector] of each. Reads the duties it finds when applied,
    so it stands first in a policy.
    """

    floors: tuple[tuple[str, int, Array, Array], ...]

    def apply(self, shock: Shock) -> None:
        """Add what is missing to the totals; the duties found are read once for all floors."""
        found = shock.tariffs
        shock.tariffs = found.copy()
        for _, n, total, share in self.floors:
            shock.tariffs[:, n] += np.maximum(total - found[:, n], 0) * share

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True, eq=False)
class Added:
    """A duty of one importer in points on top of what is found: `rates` [origin, sector], fractions."""

    importer: int
    rates: Array
    label: str

    def apply(self, shock: Shock) -> None:
        """Add the points. Raises `ShockError` where the sum is no rate."""
        shock.tariffs[:, self.importer] = _rate(shock.tariffs[:, self.importer] + self.rates, "tariff")

    def describe(self) -> str:
        """One plain sentence."""
        return self.label


@dataclass(frozen=True, eq=False)
class Undertakings:
    """What sellers keep of a price they have undertaken to raise: `rates` of the price [origin, destination, sector]."""

    rates: Array

    def apply(self, shock: Shock) -> None:
        """Raise the sellers' mark-ups. Raises `ShockError` where the sum is no rate."""
        shock.export_taxes = _rate((1 + shock.export_taxes) * (1 + self.rates) - 1, "export tax")

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True, eq=False)
class Beyond:
    """What is paid beyond a tariff quota of one importer, over the duties found: `TariffQuota` for the sectors of a stack.

    `share` of the reference quantity is the quota, `extra` what is paid on top beyond it and `reach` the share of trade that is
    meant, both [origin, sector].
    """

    importer: int
    share: float
    extra: Array
    reach: Array
    label: str

    def apply(self, shock: Shock) -> None:
        """One bound an origin and sector."""
        for i, j in np.argwhere((self.extra > 0) & (self.reach > 0)):
            if i != self.importer:
                bound_of_quota(shock, (i, self.importer, j), self.share, self.extra[i, j], self.reach[i, j], self.label)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


def _duty(stack: Stack, k: str) -> Instrument:
    n = stack.importers[k]
    rates = stack.pieces.planes[k] if isinstance(stack.pieces, Pieces) else stack.pieces[k][:, n]
    return Added(n, rates, stack.titles[k])


def to_policy(stack: Stack) -> Policy:
    """The instruments of a stack: totals first, then one schedule a duty, then controls and embargoes.

    Buyers from whom the same share is withheld are bound together, not each apart: goods let through to one can be sent on.
    """
    late = {} if stack.reference_known else stack.floors
    steps: list[Instrument] = []
    if late:
        steps.append(TopUps(tuple((stack.titles[k], stack.importers[k], total, share) for k, (total, share) in late.items())))
    steps += [_duty(stack, k) for k in stack.pieces if k not in late]
    if stack.markups.any():
        steps.append(Undertakings(stack.markups))
    steps += [Beyond(stack.importers[k], *quota, stack.titles[k]) for k, quota in stack.quotas.items()]
    cuts: dict[tuple[str, float, bool, tuple[str, ...]], list[str]] = {}
    for i, n in np.argwhere((stack.withheld > 0).any(2) | (stack.costs != 0).any(2)):
        origin, destination = stack.regions[i], stack.regions[n]
        cells = list(zip(stack.sectors, stack.withheld[i, n], stack.rent_lost[i, n], strict=True))
        for level, lost in sorted({(float(w), bool(r)) for _, w, r in cells if w > 0}):
            hit = tuple(s for s, w, r in cells if w == level and r == lost)
            cuts.setdefault((origin, level, lost, hit), []).append(destination)
        for cost in sorted({float(c) for c in stack.costs[i, n] if c != 0}):
            hit = tuple(s for s, c in zip(stack.sectors, stack.costs[i, n], strict=True) if c == cost)
            steps.append(NonTariffCost(by=destination, on=origin, cost=cost, sectors=hit))
    for (origin, level, lost, hit), buyers in cuts.items():
        if level >= NEAR_TOTAL:
            steps.append(Embargo(by=tuple(buyers), on=origin, sectors=hit))
        else:
            rent: Literal["kept", "lost"] = "lost" if lost else "kept"
            steps.append(ExportControl(by=origin, on=tuple(buyers), sectors=hit, withhold=level, rent=rent, pooled=True))
    steps += stack.purchases.values()
    return Policy(steps)
