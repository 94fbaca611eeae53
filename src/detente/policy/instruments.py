"""Instruments and the `Policy` they add up to.

An instrument is a change against the baseline of a world, not a level, unless it says `base="replaces"`. A `Policy` is an
ordered list of them; `shock(economy)` turns it into the arrays the equilibrium takes: new tariff and export-tax rates, iceberg
cost factors d̂, allowed flows, unit-cost shifters, bounds. Order matters only for instruments that replace rates.

Export controls, quotas and purchase commitments fix a quantity or a value, not a price: they become `Control`s, whose
price wedge is solved for together with everything else.

>>> from detente.world import toy_world
>>> policy = Policy([Tariff(by="AAA", on="BBB", rate=0.25, sectors="MAKE")])
>>> shock = policy.shock(toy_world())
>>> round(float(shock.tariffs[1, 0, 1]), 4)   # 2 % before
0.27
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError, LooksLikePercent, ShockError
from detente.policy.shock import Control, Names, Shock
from detente.types import Array
from detente.words import refusal, say
from detente.words.names import goods_sectors, resolve_regions, resolve_sectors
from detente.world.economy import Economy
from detente.world.labelled import in_order, trade_axes
from detente.world.world import World

LARGE = 3.0
"""A rate or cost from here on, 300 %, is more likely percent; no government has laid as much on all goods of another."""


class Instrument(Protocol):
    """Anything that changes a shock and can say what it does in words."""

    def apply(self, shock: Shock) -> None:
        """Change `shock` in place."""

    def describe(self) -> str:
        """One plain sentence."""


def told(instrument: Instrument) -> str:
    """What an instrument does, from the macro of `words/templates/Instrument.md.j2` named after its class."""
    return say("words/templates/Instrument", type(instrument).__name__, it=instrument)


@dataclass(frozen=True)
class Tariff:
    """Import tariff. `rate` is a fraction (1.0 is 100 points) added to what is in force; `base="replaces"` sets the level,
    `base="floor"` lifts the total to at least `rate`. `on=None` means every foreign origin, `sectors=None` all goods;
    `coverage` is the share of the flow's value it applies to. `answered` is the part of the node's trade elasticity with which
    buyers answer it: f(age)/f(node) for a duty younger than the node, 1 for one of its age.
    """

    by: str | Sequence[str]
    on: Names = None
    rate: float = 0.0
    sectors: Names = None
    base: Literal["additive", "replaces", "floor"] = "additive"
    coverage: float = 1.0
    answered: float = 1.0

    def __post_init__(self) -> None:
        """Warn of a rate that looks like percent (`LooksLikePercent`)."""
        _doubt(self.rate, "rate")

    def apply(self, shock: Shock) -> None:
        """Raise the rates of the flows meant. Raises `ShockError` for a total rate of −100 % or less, and for a coverage or a
        part answered that is none."""
        _fraction(self.coverage, "coverage")
        if not 0 < self.answered < float("inf"):
            raise ShockError(f"answered must be above 0, not {self.answered!r}")
        mask = shock.cells(self.on, self.by, self.sectors)
        now = shock.tariffs[mask]
        if self.base == "additive":
            new = now + self.rate * self.coverage
        elif self.base == "replaces":
            new = now + (self.rate - now) * self.coverage
        else:
            new = now + np.maximum(self.rate - now, 0) * self.coverage
        shock.tariffs[mask] = _rate(new, "tariff")
        if self.answered != 1:
            if shock.unanswered is None:
                shock.unanswered = np.zeros_like(shock.tariffs)
            shock.unanswered[mask] += (1 - self.answered) * (np.log1p(new) - np.log1p(now))

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class ExportTax:
    """Export tax of `rate` (fraction, added) by the origin; the revenue is the origin's."""

    by: str | Sequence[str]
    on: Names = None
    rate: float = 0.0
    sectors: Names = None

    def __post_init__(self) -> None:
        """Warn of a rate that looks like percent (`LooksLikePercent`)."""
        _doubt(self.rate, "rate")

    def apply(self, shock: Shock) -> None:
        """Raise the rates of the flows meant."""
        mask = shock.cells(self.by, self.on, self.sectors)
        shock.export_taxes[mask] = _rate(shock.export_taxes[mask] + self.rate, "export tax")

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class NonTariffCost:
    """Real trade cost: `cost` is the extra resources a unit needs to arrive, as a fraction (0.1 is 10 %). Earns nobody rent."""

    by: str | Sequence[str]
    on: Names = None
    cost: float = 0.0
    sectors: Names = None

    def __post_init__(self) -> None:
        """Warn of a cost that looks like percent (`LooksLikePercent`)."""
        _doubt(self.cost, "cost")

    def apply(self, shock: Shock) -> None:
        """Scale d̂ of the flows into `by` from `on`."""
        _dearer(shock, shock.cells(self.on, self.by, self.sectors), self.cost)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class ExportLicence:
    """Cost of a licence, borne on the side of the exporter: d̂ of the flows from `by` to `on` is multiplied by 1 + `cost`.

    `cost` is what a unit takes in extra resources of the exporter (forms, checks, waiting), a fraction of its value. Booked by
    the government that asks for the licence; the resources are used up, nobody earns them, and the importer's duty falls on the
    price with them in it, as with any iceberg cost. Where licences are refused, the quantity falls: that is an `ExportControl`.
    """

    by: str | Sequence[str]
    on: Names = None
    cost: float = 0.0
    sectors: Names = None

    def apply(self, shock: Shock) -> None:
        """Scale d̂ of the flows out of `by` to `on`. Raises `ShockError` for a cost that is none."""
        _dearer(shock, shock.cells(self.by, self.on, self.sectors), self.cost)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class ExportControl:
    """Withhold a share of a region's exports: the quantity delivered may be at most (1 − withhold) of the table's.

    `withhold` in [0, 1). `on=None` bounds sales to all foreign buyers together, a list of buyers each of them apart;
    `pooled` overrides that. With `rent="kept"` the scarcity price stays with the exporter (a tax or cartel), with "buyers"
    it goes to the importers who get a licence at the old price, with "lost" it is burnt as a real cost. `leakage` is the
    share of the withheld quantity that reaches its buyers anyway through others.
    """

    by: str | Sequence[str]
    sectors: Names
    withhold: float
    on: Names = None
    rent: Literal["kept", "buyers", "lost"] = "kept"
    leakage: float = 0.0
    pooled: bool | None = None

    def apply(self, shock: Shock) -> None:
        """Add one bound a sector (and a buyer, unless pooled)."""
        if not (np.isfinite(self.withhold) and 0 <= self.withhold < 1):
            raise ShockError(refusal("policy", "withheld_share", share=self.withhold))
        _fraction(self.leakage, "leakage")
        pooled = self.on is None if self.pooled is None else self.pooled
        mask = shock.cells(self.by, self.on, self.sectors)
        left = 1 - self.withhold * (1 - self.leakage)
        to: dict[str, Literal["origin", "importer", "lost"]] = {"kept": "origin", "buyers": "importer", "lost": "lost"}
        if self.rent not in to:
            raise InputError(refusal("policy", "rent_of_control", rent=repr(self.rent)))
        label = self.describe()
        for part, where in _parts(shock, mask, by_destination=not pooled):
            _bind(shock, Control(f"{label} ({where})", part, left, "at most", to[self.rent], export_control=True))

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


def _bind(shock: Shock, control: Control) -> None:
    """Add a bound from above; of two alike on the same flows the tighter holds: who sells a tenth sells no more than a half."""

    def alike(c: Control) -> bool:
        kinds = [(k.kind, k.export_control, k.most) for k in (c, control)]
        return kinds[0] == kinds[1] and np.array_equal(c.flows, control.flows)

    if not any(alike(c) and c.bound <= control.bound for c in shock.controls):
        shock.controls[:] = [c for c in shock.controls if not alike(c)] + [control]


@dataclass(frozen=True)
class Quota:
    """Import quota: `by` lets in at most `share` of the table's quantity of `sectors` from `on` (each origin apart).

    `rent` goes to the "importer" (auctioned licences), the "origin" (voluntary restraint) or is "lost".
    """

    by: str | Sequence[str]
    on: Names
    share: float
    sectors: Names = None
    rent: Literal["importer", "origin", "lost"] = "importer"

    def apply(self, shock: Shock) -> None:
        """Add one bound a sector and origin."""
        if not (np.isfinite(self.share) and self.share > 0):
            raise ShockError(refusal("policy", "quota_share", share=self.share))
        mask = shock.cells(self.on, self.by, self.sectors)
        said = self.describe()
        for part, where in _parts(shock, mask, by_destination=True):
            for i in np.flatnonzero(part.any((1, 2))):
                cells = part.copy()
                cells[np.arange(len(part)) != i] = False
                label = f"{said} ({shock.regions[i]}, {where})"
                _bind(shock, Control(label, cells, self.share, "at most", self.rent))

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class TariffQuota:
    """Tariff quota: `within` is added to the duty on what enters inside the quota, `above` on what enters beyond it (fractions).

    With q̂ the quantity over the table's, q̄ = 1 + `coverage`·(`share` − 1) the quota (each origin apart), τ the duty in force with
    `coverage`·`within` in it, and a wedge m on top,

        q̂ < q̄ and m = 1       the quota is not used up: the duty within it is paid
        q̂ = q̄ and 1 ≤ m ≤ m̄   it is just used up: the price rises until no more is wanted
        q̂ > q̄ and m = m̄       more comes in, at the duty above:  m̄ = (1 + τ + `coverage`·(`above` − `within`))/(1 + τ)

    The importing region takes (m − 1) on every unit: on what is beyond the quota as duty, on what is inside it as the rent of
    those who hold its licences or win the race to the border, taken to be importers (`average_duty` parts the two). Where
    exporters hold the licences, the rent is theirs: use `Quota` with rent="origin" for a quota used up and not passed.
    Source: Skully, D. (2001), Economics of Tariff-Rate Quota Administration, USDA Technical Bulletin 1893,
    https://doi.org/10.22004/ag.econ.33576.
    """

    by: str | Sequence[str]
    on: Names
    share: float
    above: float
    within: float = 0.0
    sectors: Names = None
    coverage: float = 1.0

    def apply(self, shock: Shock) -> None:
        """Add the duty within the quota, and one bound a sector, origin and destination.

        Raises `ShockError` for a share that is none and for a duty above the quota that is not above the one within it.
        """
        _fraction(self.coverage, "coverage")
        if not (np.isfinite(self.share) and self.share > 0):
            raise ShockError(refusal("policy", "quota_share", share=self.share))
        if not (np.isfinite(self.within) and np.isfinite(self.above) and self.above > self.within):
            raise ShockError(refusal("policy", "quota_duties", within=self.within, above=self.above))
        Tariff(self.by, self.on, self.within, self.sectors, coverage=self.coverage).apply(shock)
        if self.coverage == 0:
            return
        said, extra = self.describe(), self.above - self.within
        for i, n, j in np.argwhere(shock.cells(self.on, self.by, self.sectors)):
            bound_of_quota(shock, (i, n, j), self.share, extra, self.coverage, said)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


def bound_of_quota(shock: Shock, flow: tuple[int, int, int], share: float, extra: float, coverage: float, label: str) -> None:
    """Bound one flow (origin, destination, sector) by a tariff quota: `extra` is paid beyond it, over the duty found."""
    i, n, j = flow
    cell = np.zeros_like(shock.allowed)
    cell[i, n, j] = True
    most = float(np.log1p(coverage * extra / (1 + shock.tariffs[i, n, j])))
    told_of = f"{label} ({shock.regions[i]}, {shock.sectors[j]} to {shock.regions[n]})"
    shock.controls.append(Control(told_of, cell, 1 + coverage * (share - 1), "at most", "importer", most=most))


def average_duty(fill: float, within: float, above: float) -> tuple[float, float]:
    """What a tariff quota costs on average: the duty paid, and the rent of licence holders, as shares of customs value.

    `fill` is imports over the quota. A quota passed (`fill` > 1) leaves a rent of above − within on every unit inside it:

        duty = (within + above·(fill − 1))/fill,   rent = (above − within)/fill,   together `above`.

    A quota not passed costs the duty within it; its rent when it is just used up hangs on demand, and is not told here.
    Raises `InputError` for a fill that is negative or no number.

    >>> tuple(round(x, 3) for x in average_duty(2.0, within=0.05, above=0.45))
    (0.25, 0.2)
    >>> average_duty(0.6, within=0.05, above=0.45)
    (0.05, 0.0)
    """
    if not (np.isfinite(fill) and fill >= 0):
        raise InputError(refusal("policy", "quota_fill", fill=fill))
    if fill <= 1:
        return within, 0.0
    return (within + above * (fill - 1)) / fill, (above - within) / fill


@dataclass(frozen=True)
class PriceUndertaking:
    """Price undertaking: exporters of `on` agree with the government of `by` not to sell below a minimum price, and pay no duty.

    The price at the border is at least 1 + `rise` times the cost: on the share `coverage` of the flow a mark-up,
    1 + x′ = (1 + x)(1 + `rise`·`coverage`), which the seller keeps, as under a voluntary export restraint; the importing treasury
    earns nothing. A minimum below what the same sellers would charge binds nobody: its rise is 0. The minimum is read as a
    mark-up on cost, so it moves with cost; a minimum in money would stay, and the mark-up move by as much as cost changes.
    Source: WTO Anti-Dumping Agreement, article 8, https://www.wto.org/english/docs_e/legal_e/19-adp_01_e.htm; that it does what a
    restraint does under perfect competition, and need not under imperfect: Moore, M. (2000), VERs and Price Undertakings under
    the WTO, http://home.gwu.edu/~mom/ver_undertaking.pdf.
    """

    by: str | Sequence[str]
    on: Names
    rise: float
    sectors: Names = None
    coverage: float = 1.0

    def apply(self, shock: Shock) -> None:
        """Raise the sellers' mark-up on the flows meant. Raises `ShockError` for a rise below 0."""
        _fraction(self.coverage, "coverage")
        if not (np.isfinite(self.rise) and self.rise >= 0):
            raise ShockError(refusal("policy", "undertaking_rise", rise=self.rise))
        mask = shock.cells(self.on, self.by, self.sectors)
        shock.export_taxes[mask] = (1 + shock.export_taxes[mask]) * (1 + self.rise * self.coverage) - 1

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class SecondaryDuty:
    """Sanction with third-party reach: `by` puts a duty on the goods of all who buy `bought` from `source`.

    Those are the regions n (of `among`, all where None; never `by` or `source`) with a share of at least `least` in their own use

        Σ_j T[source, n, j] / Σ_ij T[i, n, j] ≥ least,    j in `bought`.

    Each pays `rate` more on `sectors` sold to `by`; the duty is `by`'s revenue. Who is in `stopping` gives in instead: it buys
    no `bought` from `source` and pays no duty. Which of the two is better for a buyer is a question for two solves.
    Source for the form: Executive Order 14329 of 6 August 2025, 25 points on India, which buys oil of the Russian Federation
    (`us-india-25` in the ledger).
    """

    by: str
    source: str
    bought: Names
    rate: float
    sectors: Names = None
    among: Names = None
    least: float = 0.01
    stopping: str | Sequence[str] = ()

    def buyers(self, shock: Shock) -> tuple[str, ...]:
        """Regions that buy enough from the source in the table."""
        _fraction(self.least, "least")
        (source,) = resolve_regions(self.source, shock.regions)
        (by,) = resolve_regions(self.by, shock.regions)
        chosen = np.isin(shock.sectors, resolve_sectors(self.bought, shock.sectors))
        from_all = shock.shipments[:, :, chosen].sum((0, 2))
        from_source = shock.shipments[shock.regions.index(source)][:, chosen].sum(1)
        wanted = set(resolve_regions(self.among, shock.regions)) - {source, by}
        enough = (from_source > 0) & (from_source >= self.least * from_all)
        return tuple(r for r, is_enough in zip(shock.regions, enough, strict=True) if is_enough and r in wanted)

    def apply(self, shock: Shock) -> None:
        """Tax those who go on buying, stop the purchases of those who give in.

        Raises `InputError` where nobody buys, or where somebody gives in who does not buy.
        """
        hit = self.buyers(shock)
        if not hit:
            raise InputError(refusal("policy", "secondary_nobody", source=self.source, least=f"{100 * self.least:g}"))
        stopping = resolve_regions(self.stopping, shock.regions) if self.stopping else ()
        idle = [r for r in stopping if r not in hit]
        if idle:
            raise InputError(refusal("policy", "secondary_idle", named=", ".join(idle), source=self.source, hit=", ".join(hit)))
        going_on = [r for r in hit if r not in stopping]
        if going_on:
            Tariff(self.by, going_on, self.rate, self.sectors).apply(shock)
        if stopping:
            Embargo(stopping, self.source, self.bought).apply(shock)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class PortFee:
    """Fee on each call of ships at the ports of `by`, as a cost on what they carry to and from `on`:

        a = fee / cargo · sea · hit

    `fee` and `cargo` are money a call in one unit (what is paid, and what the goods landed or loaded are worth), `sea` the share
    of the trade's value that goes by sea, `hit` the share of its voyages that pay (ships of the flag, builder or owner meant,
    those left after owners have moved ships to other routes). The fee is paid to the treasury of `by` and passed on in freight:
    a duty of a on imports, a tax of a on exports, of the goods `sectors`. What owners bear themselves is left out.
    Source for the form: US Trade Representative, Section 301 action on China's shipbuilding, 90 FR 17114 (23 April 2025),
    https://www.govinfo.gov/content/pkg/FR-2025-04-23/html/2025-06927.htm.
    """

    by: str | Sequence[str]
    fee: float
    cargo: float
    sea: float
    hit: float
    on: Names = None
    sectors: Names = None
    direction: Literal["both", "imports", "exports"] = "both"

    @property
    def rate(self) -> float:
        """The fee as a fraction of the value of the trade. Raises `InputError` for money or shares that are none."""
        _fraction(self.sea, "sea")
        _fraction(self.hit, "hit")
        if not (np.isfinite(self.fee) and self.fee >= 0 and np.isfinite(self.cargo) and self.cargo > 0):
            raise InputError(refusal("policy", "port_fee_money", fee=self.fee, cargo=self.cargo))
        return self.fee / self.cargo * self.sea * self.hit

    def apply(self, shock: Shock) -> None:
        """Add the duty on what comes in and the tax on what goes out."""
        if self.direction not in ("both", "imports", "exports"):
            raise InputError(refusal("policy", "port_fee_direction", direction=repr(self.direction)))
        if self.direction != "exports":
            Tariff(self.by, self.on, self.rate, self.sectors).apply(shock)
        if self.direction != "imports":
            ExportTax(self.by, self.on, self.rate, self.sectors).apply(shock)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class PurchaseCommitment:
    """`by` buys at least `value` of `sectors` from `origin` (million USD a year, basic prices), or `growth` over the table's.

    Its treasury pays the subsidy that makes its buyers do so. Sectors and buyers are pooled: the promise is on the sum.
    """

    by: str
    origin: Names
    sectors: Names = None
    value: float | None = None
    growth: float | None = None

    def apply(self, shock: Shock) -> None:
        """Add one lower bound on value."""
        if (self.value is None) == (self.growth is None):
            raise InputError(refusal("policy", "purchase_size"))
        mask = shock.cells(self.origin, self.by, self.sectors)
        target = float(shock.shipments[mask].sum()) * (1 + self.growth) if self.growth is not None else float(self.value or 0.0)
        if not (np.isfinite(target) and target > 0):
            raise ShockError(refusal("policy", "purchase_target", purchase=self.describe(), target=f"{target:g}"))
        shock.controls.append(Control(self.describe(), mask, target, "at least", "importer", by_value=True))

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class Subsidy:
    """Production subsidy: the treasury of `by` pays the share `rate` of the unit cost of `sectors`."""

    by: str | Sequence[str]
    rate: float
    sectors: Names = None

    def apply(self, shock: Shock) -> None:
        """Set the rates, on top of any given before."""
        if not (np.isfinite(self.rate) and -5 < self.rate < 0.9):
            raise ShockError(refusal("policy", "subsidy_impossible", rate=self.rate))
        rows = np.isin(shock.regions, resolve_regions(self.by, shock.regions))
        chosen = goods_sectors(shock.sectors) if self.sectors is None else resolve_sectors(self.sectors, shock.sectors)
        block = np.ix_(rows, np.isin(shock.sectors, chosen))
        shock.subsidies[block] = 1 - (1 - shock.subsidies[block]) * (1 - self.rate)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class Embargo:
    """No trade at all: the importer `by` stops buying `sectors` from `on`. `both_ways` stops the other direction too."""

    by: str | Sequence[str]
    on: Names
    sectors: Names = None
    both_ways: bool = False

    def apply(self, shock: Shock) -> None:
        """Mask the flows out."""
        shock.allowed &= ~shock.cells(self.on, self.by, self.sectors)
        if self.both_ways:
            shock.allowed &= ~shock.cells(self.by, self.on, self.sectors)

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True)
class Productivity:
    """Unit-cost shifter of `sectors` in `by`: `cost` is the fraction by which a unit costs more to make (technology denial)."""

    by: str | Sequence[str]
    cost: float
    sectors: Names = None

    def apply(self, shock: Shock) -> None:
        """Scale Ẑ."""
        if not (np.isfinite(self.cost) and self.cost > -1):
            raise ShockError(refusal("policy", "unit_cost_impossible", cost=self.cost))
        rows = np.isin(shock.regions, resolve_regions(self.by, shock.regions))
        columns = np.isin(shock.sectors, resolve_sectors(self.sectors, shock.sectors))
        shock.unit_cost[np.ix_(rows, columns)] *= 1 + self.cost

    def describe(self) -> str:
        """One plain sentence."""
        return told(self)


@dataclass(frozen=True, eq=False)
class Schedule:
    """Arrays for research use [origin, destination, sector]: `tariffs` new levels, `added_tariffs` points on top,
    `export_taxes` new levels, `iceberg` factors d̂. Shapes that broadcast are welcome; labelled arrays (xarray, pandas) may be in
    any order, see `world.labelled`.
    """

    tariffs: ArrayLike | None = None
    added_tariffs: ArrayLike | None = None
    export_taxes: ArrayLike | None = None
    iceberg: ArrayLike | None = None
    label: str = "given arrays of rates"

    def apply(self, shock: Shock) -> None:
        """Set or scale what is given."""
        if self.tariffs is not None:
            shock.tariffs = _rate(_shaped(self.tariffs, shock, "tariffs"), "tariff").copy()
        if self.added_tariffs is not None:
            shock.tariffs = _rate(shock.tariffs + _shaped(self.added_tariffs, shock, "added_tariffs"), "tariff")
        if self.export_taxes is not None:
            shock.export_taxes = _rate(_shaped(self.export_taxes, shock, "export_taxes"), "export tax").copy()
        if self.iceberg is not None:
            factor = _shaped(self.iceberg, shock, "iceberg")
            if not (np.isfinite(factor) & (factor > 0)).all():
                raise ShockError(refusal("policy", "iceberg_impossible"))
            shock.iceberg *= factor

    def describe(self) -> str:
        """One plain sentence."""
        return self.label


@dataclass(frozen=True)
class Policy:
    """An ordered package of instruments, each a change against the baseline of the world it is solved on."""

    instruments: tuple[Instrument, ...] = field(default=())

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        object.__setattr__(self, "instruments", tuple(instruments))

    @classmethod
    def from_arrays(
        cls,
        tariffs: ArrayLike | None = None,
        iceberg: ArrayLike | None = None,
        export_taxes: ArrayLike | None = None,
        added_tariffs: ArrayLike | None = None,
        label: str = "given arrays of rates",
    ) -> Policy:
        """New tariff levels (fractions) and iceberg factors d̂, both [origin, destination, sector]."""
        return cls(
            (
                Schedule(
                    tariffs=tariffs,
                    iceberg=iceberg,
                    export_taxes=export_taxes,
                    added_tariffs=added_tariffs,
                    label=label,
                ),
            )
        )

    def __add__(self, other: Policy) -> Policy:
        return Policy((*self.instruments, *other.instruments))

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.instruments)

    def __len__(self) -> int:
        return len(self.instruments)

    def describe(self) -> list[str]:
        """What it does, one sentence an instrument."""
        return [instrument.describe() for instrument in self.instruments]

    def shock(self, table: World | Economy) -> Shock:
        """The arrays for `table` (a world or an economy). Raises `UnknownRegion`, `UnknownSector`, `ShockError`."""
        economy = table.economy()
        n, s = len(economy.regions), len(economy.sectors)
        shock = Shock(
            regions=economy.regions,
            sectors=economy.sectors,
            tariffs=economy.tariffs.copy(),
            export_taxes=economy.export_taxes.copy(),
            iceberg=np.ones((n, n, s)),
            allowed=np.ones((n, n, s), dtype=bool),
            unit_cost=np.ones((n, s)),
            subsidies=np.zeros((n, s)),
            shipments=economy.shipments,
        )
        for instrument in self.instruments:
            instrument.apply(shock)
        return shock


def _parts(shock: Shock, mask: NDArray[np.bool_], *, by_destination: bool) -> Iterator[tuple[NDArray[np.bool_], str]]:
    """A mask cut into one piece a sector, and a destination if asked, with the name of each piece."""
    for j in np.flatnonzero(mask.any((0, 1))):
        piece = np.zeros_like(mask)
        piece[:, :, j] = mask[:, :, j]
        if not by_destination:
            yield piece, shock.sectors[j]
            continue
        for n in np.flatnonzero(piece.any((0, 2))):
            cell = np.zeros_like(mask)
            cell[:, n, j] = piece[:, n, j]
            yield cell, f"{shock.sectors[j]} to {shock.regions[n]}"


def _doubt(value: float, name: str) -> None:
    """Warn where a fraction is so large that percent may have been meant."""
    if value >= LARGE:
        points = {"field": name, "value": f"{value:g}", "points": f"{100 * value:,.0f}", "meant": f"{value / 100:g}"}
        warnings.warn(refusal("policy", "looks_like_percent", **points), LooksLikePercent, stacklevel=4)


def _dearer(shock: Shock, cells: NDArray[np.bool_], cost: float) -> None:
    """Scale d̂ of some flows by 1 + cost. Raises `ShockError` for a cost that is none."""
    if not (np.isfinite(cost) and cost > -1):
        raise ShockError(refusal("policy", "cost_impossible", cost=cost))
    shock.iceberg[cells] *= 1 + cost


def _fraction(value: float, name: str) -> None:
    if not (np.isfinite(value) and 0 <= value <= 1):
        raise InputError(refusal("policy", "not_a_fraction", field=name, value=value))


def _rate(rates: Array, name: str) -> Array:
    if not (np.isfinite(rates) & (rates > -1)).all():
        worst = float(np.nanmin(rates)) if np.isfinite(rates).any() else float("nan")
        raise ShockError(refusal("policy", "rate_impossible", kind=name, rate=f"{100 * worst:g}"))
    return rates


def _shaped(values: ArrayLike, shock: Shock, name: str) -> Array:
    shape = shock.tariffs.shape
    array = np.asarray(in_order(values, trade_axes(shock.regions, shock.sectors), name), dtype=np.float64)
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise InputError(refusal("policy", "array_shape", array=name, shape=array.shape, wanted=shape)) from None
