"""A world of a later year: moved as little as can be, so that it has the totals that are known of that year.

First every region's money is scaled by its own growth (trade by the mean of both ends', √gᵢgₙ), then generalised RAS
(`world.gras`) closes the table: both identities hold in every cell, every total that was given is met, and all that nothing was
given for moves freely. The same growth everywhere scales the table and moves nothing else. Rates of duty, trade elasticities and
jobs stay those of the table.

Totals come as a CSV file or a frame, one row a total:

    what,region,partner,sector,value,growth
    gdp,MYS,,,416000,
    exports,MYS,,ELE,,8.5
    trade,MYS,USA,,52000,

`what` is gdp (value added and duties collected), output, final_demand, exports, imports or trade; `region` the economy (of trade,
the seller), `partner` the buyer of trade; `sector` one sector, else all; `value` in the world's unit at the table's basic prices
(final demand at purchasers' prices), or `growth` in percent since its year. Columns that no row needs may be left out.

>>> from detente.world.library import load_world
>>> toy = load_world("toy")
>>> later = update_world(toy, 2024, pd.DataFrame({"what": "gdp", "region": toy.regions, "growth": 10.0}))
>>> bool(abs(later.world.shipments / toy.shipments - 1.1).max() < 1e-9), later.world.year
(True, 2024)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from detente.errors import InputError, SourceError
from detente.types import Array
from detente.words import refusal
from detente.words.names import code_of
from detente.world import money
from detente.world.gras import fit
from detente.world.world import World

WHAT = ("gdp", "output", "final_demand", "exports", "imports", "trade")
TRADE = ("exports", "imports", "trade")
COLUMNS = ("what", "region", "partner", "sector", "value", "growth")
Places = NDArray[np.integer[Any]]
EVEN = 1e-9
"""Totals that must agree with each other do so to this part."""
DOLLARS = "million USD"
SHIPPED = "World Bank, World Development Indicators, NY.GDP.MKTP.CD"


@dataclass(frozen=True)
class Total:
    """One total to meet: places in the world (None: all sectors, no partner) and what it is to come to."""

    what: str
    region: int
    partner: int | None
    sector: int | None
    value: float
    before: float


@dataclass(frozen=True, eq=False)
class Update:
    """The `world` of the later year and what it took.

    `totals`: what was asked, before and after; `regions`: macro totals by region, before and after, in the world's unit;
    `pairs`: trade across borders by pair, before and after. `moved`: part of all flows that changed beyond the growth of their
    regions, by kind of flow. `free`: regions of which no macro total was given; `assumed`: those whose growth was not known and
    is that of the others together. `source` of the totals.
    """

    world: World
    before: World
    totals: pd.DataFrame
    regions: pd.DataFrame
    pairs: pd.DataFrame
    moved: Mapping[str, float]
    free: tuple[str, ...]
    assumed: tuple[str, ...]
    steps: int
    gap: float
    source: str


def read_totals(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The rows of a CSV file of totals, as text. Raises `SourceError` for a file that is none, or columns not known."""
    path = Path(path)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", comment="#", skipinitialspace=True)
    except FileNotFoundError:
        raise SourceError(refusal("world", "totals_no_file", file=path)) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(refusal("world", "totals_unreadable", file=path.name, fault=error)) from None
    return frame


def known_growth(world: World, year: int) -> tuple[pd.DataFrame, list[str]]:
    """Growth of nominal GDP in dollars since the world's year, percent, one row a region (World Bank; `world.money`).

    A region whose year is not known yet is taken to grow as the others together, and named. Raises `InputError` where the world
    does not count in dollars, or a region, or the year for any region, is not known.
    """
    if world.unit != DOLLARS:
        raise InputError(refusal("world", "growth_in_dollars", unit=world.unit))
    unknown = [r for r in world.regions if not money.listed(r)]
    if unknown:
        raise InputError(refusal("world", "growth_unknown", regions=", ".join(unknown[:8])))
    there = {r: {world.year, year} <= set(money.years(r)) for r in world.regions}
    if not any(there.values()):
        money.factor(world.regions[0], year, world.year)  # raises, saying which years are known
    known = {r: money.factor(r, year, world.year) for r, has in there.items() if has}
    income = {r: float(world.value_added[n].sum()) for n, r in enumerate(world.regions)}
    together = sum(f * income[r] for r, f in known.items()) / sum(income[r] for r in known)
    growth = [100 * (known.get(r, together) - 1) for r in world.regions]
    return pd.DataFrame({"what": "gdp", "region": world.regions, "growth": growth}), [r for r, has in there.items() if not has]


def update_world(
    world: World, year: int, totals: pd.DataFrame | str | os.PathLike[str] | None = None, *, source: str = ""
) -> Update:
    """`world` in `year`, with `totals` (a frame, or a CSV file, of the columns above); without, GDP grows as the World Bank has.

    Money in the world's unit a year, `growth` in percent since the world's year. Answers an `Update`; the world is its `world`.
    `source` says where the totals are from (the file's name, if it is one). Raises `SourceError` for a file that cannot be read,
    `InputError` naming the row of a total that cannot be read, contradicts others or cannot be reached, and
    `NotConverged` naming the total furthest off where all together cannot.
    """
    if year < world.year:
        raise InputError(refusal("world", "update_back", year=year, own=world.year))
    assumed: list[str] = []
    if totals is None:
        totals, assumed = known_growth(world, year)
        source = SHIPPED
    elif not isinstance(totals, pd.DataFrame):
        source = source or Path(totals).name
        totals = read_totals(totals)
    wanted = _totals(world, totals)
    _agree(world, wanted)
    growth, free = _growth(world, wanted)
    cells = _Cells(world, growth, _closed(world, wanted))
    rows, values, labels = cells.rows([t for t in wanted if t.value > 0 or t.what not in TRADE])
    fitted = fit(cells.values, rows, values, labels.__getitem__)
    moved = cells.moved(fitted.cells)
    told = {
        "from": world.year, "to": year, "totals": len(wanted), "source": source or "given", "largest gap of a total": fitted.gap,
        "changed beyond growth, part": moved, "nothing given of": [world.regions[n] for n in free],
        "grown as the others together": assumed,
        "kept as they were": ["duties", "trade elasticities", "jobs"],
    }  # fmt: skip
    later = world.with_(**cells.flows(fitted.cells), year=year, card={**world.card, "updated": told})
    asked = pd.DataFrame(
        [
            (
                t.what, world.regions[t.region], "" if t.partner is None else world.regions[t.partner],
                "" if t.sector is None else world.sectors[t.sector], t.before, t.value, _measured(later, t),
            )
            for t in wanted
        ],
        columns=["what", "region", "partner", "sector", "before", "asked", "after"],
    )  # fmt: skip
    return Update(
        later, world, asked, _by_region(world, later), _by_pair(world, later), moved, tuple(world.regions[n] for n in free),
        tuple(assumed), fitted.steps, fitted.gap, source,
    )  # fmt: skip


# -- totals --------------------------------------------------------------------------------------------------------------
def _totals(world: World, frame: pd.DataFrame) -> list[Total]:
    """Rows of a frame as totals. Raises `InputError` naming the row."""
    strange = [str(c) for c in frame.columns if c not in COLUMNS]
    lacking = [c for c in COLUMNS[:2] if c not in frame.columns]
    if strange or lacking or not len(frame):
        raise InputError(
            refusal("world", "totals_columns", strange=", ".join(strange), lacking=", ".join(lacking), known=", ".join(COLUMNS))
        )
    found: dict[tuple[Any, ...], int] = {}
    totals = []
    for place, row in enumerate(frame.to_dict(orient="records"), start=2):
        what, region, partner, sector = (_word(row.get(c)) for c in COLUMNS[:4])
        if what not in WHAT:
            raise InputError(refusal("world", "totals_what", row=place, what=repr(what), known=", ".join(WHAT)))
        if (what == "trade") != bool(partner):
            raise InputError(refusal("world", "totals_partner", row=place, what=what))
        if what == "gdp" and sector:
            raise InputError(refusal("world", "totals_gdp_sector", row=place))
        n = world.region_index(code_of(region, world.regions))
        m = world.region_index(code_of(partner, world.regions)) if partner else None
        j = world.sector_index(sector) if sector else None
        if n == m:
            raise InputError(refusal("world", "totals_itself", row=place, region=region))
        key = (what, n, m, j)
        if key in found:
            raise InputError(refusal("world", "totals_twice", row=place, first=found[key]))
        found[key] = place
        value, growth = _number(row.get("value"), place, "value"), _number(row.get("growth"), place, "growth")
        if (value is None) == (growth is None):
            raise InputError(refusal("world", "totals_one", row=place, neither=value is None))
        total = Total(what, n, m, j, 0.0, 0.0)
        before = _measured(world, total)
        value = before * (1 + growth / 100) if value is None and growth is not None else value
        assert value is not None
        if value < 0:
            raise InputError(refusal("world", "totals_negative", row=place, total=_label(world, total), value=f"{value:,.6g}"))
        totals.append(Total(what, n, m, j, value, before))
    return totals


def _word(cell: Any) -> str:
    return "" if cell is None or (isinstance(cell, float) and np.isnan(cell)) else str(cell).strip()


def _number(cell: Any, place: int, column: str) -> float | None:
    text = _word(cell)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise InputError(refusal("world", "totals_number", row=place, column=column, value=repr(text)))
    return value


def _label(world: World, total: Total) -> str:
    """A total in words for an error: "exports of MYS, ELE"."""
    own = world.regions[total.region]
    of = f"of {own}" if total.partner is None else f"from {own} to {world.regions[total.partner]}"
    sector = "" if total.sector is None else f", {world.sectors[total.sector]}"
    return f"{total.what.replace('_', ' ')} {of}{sector}"


def _measured(world: World, total: Total) -> float:
    """What a total is in a world, in its unit."""
    n, j = total.region, slice(None) if total.sector is None else total.sector
    t = world.shipments[:, :, j]
    match total.what:
        case "gdp":
            return float(world.value_added[n].sum() + world.tariff_revenue[n] + world.export_tax_revenue[n])
        case "output":
            return float(world.output[n, j].sum())
        case "final_demand":
            return float(world.final_use[n, j].sum())
        case "exports":
            return float(t[n].sum() - t[n, n].sum())
        case "imports":
            return float(t[:, n].sum() - t[n, n].sum())
    return float(t[n, total.partner].sum())


def _agree(world: World, totals: Sequence[Total]) -> None:
    """Raises `InputError` where totals contradict each other by an identity that holds for a region or for the world."""
    by = {(t.what, t.region): t.value for t in totals if t.sector is None and t.partner is None}
    if not world.export_tax_rates.any():  # final demand = GDP + imports − exports, each at the table's prices
        for n, region in enumerate(world.regions):
            four = [by.get((what, n)) for what in ("gdp", "final_demand", "exports", "imports")]
            if None not in four:
                gdp, final, out, into = (float(x or 0.0) for x in four)
                if abs(final - gdp - into + out) > EVEN * max(gdp, final):
                    raise InputError(
                        refusal("world", "totals_region", region=region, absorbed=f"{final - gdp:,.9g}", net=f"{into - out:,.9g}")
                    )
    for left, right in (("gdp", "final_demand"), ("exports", "imports")):
        both = [[by.get((what, n)) for n in range(len(world.regions))] for what in (left, right)]
        if all(v is not None for side in both for v in side):
            one, two = (sum(float(v or 0.0) for v in side) for side in both)
            if abs(one - two) > EVEN * max(one, two):
                names = {"left": left, "right": right.replace("_", " ")}
                raise InputError(refusal("world", "totals_world", one=f"{one:,.9g}", two=f"{two:,.9g}", **names))


def _growth(world: World, totals: Sequence[Total]) -> tuple[Array, list[int]]:
    """Factor by which each region's money is scaled first, and the regions of which no macro total is given."""
    factor, free = np.ones(len(world.regions)), []
    for n in range(len(world.regions)):
        own = {t.what: t for t in totals if t.region == n and t.sector is None and t.before > 0 and t.value > 0}
        first = next((own[what] for what in ("gdp", "output", "final_demand") if what in own), None)
        if first is None:
            free.append(n)
        else:
            factor[n] = first.value / first.before
    return factor, free


def _closed(world: World, totals: Sequence[Total]) -> NDArray[np.bool_]:
    """Trade that is to be none [origin, destination, sector], which no scaling reaches: it is taken out beforehand."""
    closed = np.zeros(world.shipments.shape, dtype=bool)
    for t in totals:
        if t.value > 0 or t.what not in TRADE:
            continue
        sectors = slice(None) if t.sector is None else t.sector
        others = np.arange(len(world.regions)) != t.region
        if t.what == "exports":
            closed[t.region, others, sectors] = True
        elif t.what == "imports":
            closed[others, t.region, sectors] = True
        else:
            closed[t.region, t.partner, sectors] = True
    return closed


# -- the table as entries ------------------------------------------------------------------------------------------------
class _Cells:
    """The flows of a world in one row: shipments that are not zero, inputs, value added, final use, scaled by growth."""

    def __init__(self, world: World, growth: Array, closed: NDArray[np.bool_]) -> None:
        self.world = world
        self.kept = [np.flatnonzero(a) for a in (np.where(closed, 0.0, world.shipments), *self._arrays(world)[1:])]
        between = np.sqrt(growth[:, None] * growth[None, :])[:, :, None]
        grown = (
            world.shipments * between, world.intermediate_use * growth[:, None, None], world.value_added * growth[:, None],
            world.final_use * growth[:, None],
        )  # fmt: skip
        self.values = np.concatenate([a.ravel()[k] for a, k in zip(grown, self.kept, strict=True)])
        self.ends = np.cumsum([len(k) for k in self.kept])[:-1]

    @staticmethod
    def _arrays(world: World) -> tuple[Array, Array, Array, Array]:
        return world.shipments, world.intermediate_use, world.value_added, world.final_use

    def flows(self, values: Array) -> dict[str, Array]:
        """Arguments of `World.with_`."""
        names = ("shipments", "intermediate_use", "value_added", "final_use")
        found = {}
        for name, array, kept, part in zip(names, self._arrays(self.world), self.kept, np.split(values, self.ends), strict=True):
            whole = np.zeros(array.size)
            whole[kept] = part
            found[name] = whole.reshape(array.shape)
        return found

    def moved(self, values: Array) -> dict[str, float]:
        """Part of all flows that changed beyond growth, by kind: half the sum of changes over the sum."""
        names = ("trade and sales at home", "use of inputs", "value added", "final use")
        parts = zip(names, np.split(self.values, self.ends), np.split(values, self.ends), strict=True)
        return {name: float(np.abs(a - b).sum() / 2 / max(a.sum(), 1e-300)) for name, a, b in parts}

    def rows(self, totals: Sequence[Total]) -> tuple[csr_array, Array, list[str]]:
        """Sums [K, C], what they come to [K] and their labels: makers' and markets' accounts at zero, then the totals."""
        w = self.world
        n, s = len(w.regions), len(w.sectors)
        i, m, j = np.unravel_index(self.kept[0], w.shipments.shape)
        r, k, u = np.unravel_index(self.kept[1], w.intermediate_use.shape)
        vr, vj = np.unravel_index(self.kept[2], w.value_added.shape)
        fr, fk = np.unravel_index(self.kept[3], w.final_use.shape)
        t, x = np.arange(len(i)), len(i) + np.arange(len(r))
        v, f = len(i) + len(r) + np.arange(len(vr)), len(i) + len(r) + len(vr) + np.arange(len(fr))
        paid = w.duty_factor.ravel()[self.kept[0]]
        tax = w.export_tax_rates.ravel()[self.kept[0]]
        duty = (w.tariff_rates * (1 + w.export_tax_rates)).ravel()[self.kept[0]]
        entries: list[tuple[Places, Places, Array]] = [  # (row, cell, weight)
            (i * s + j, t, np.ones(len(t))), (r * s + u, x, -np.ones(len(x))), (vr * s + vj, v, -np.ones(len(v))),
            (n * s + m * s + j, t, paid), (n * s + r * s + k, x, -np.ones(len(x))), (n * s + fr * s + fk, f, -np.ones(len(f))),
        ]  # fmt: skip
        labels = [f"sales less costs of {a} {b}" for a in w.regions for b in w.sectors]
        labels += [f"supply less use of {b} in {a}" for a in w.regions for b in w.sectors]
        for row, total in enumerate(totals, start=2 * n * s):
            here = total.region
            in_sector = (j == total.sector) if total.sector is not None else np.ones(len(j), dtype=bool)
            if total.what == "gdp":
                entries.append(_entry(row, v[vr == here], 1.0))
                for cells, rate in ((t[(m == here) & (duty != 0)], duty), (t[(i == here) & (tax != 0)], tax)):
                    entries.append((np.full(len(cells), row), cells, rate[cells]))
            elif total.what == "final_demand":
                entries.append(_entry(row, f[(fr == here) & ((fk == total.sector) if total.sector is not None else True)], 1.0))
            else:
                chosen = {
                    "output": i == here,
                    "exports": (i == here) & (m != here),
                    "imports": (m == here) & (i != here),
                    "trade": (i == here) & (m == (total.partner if total.partner is not None else -1)),
                }[total.what]
                entries.append(_entry(row, t[chosen & in_sector], 1.0))
            labels.append(_label(w, total))
        at, cell, weight = (np.concatenate(part) for part in zip(*entries, strict=True))
        wanted = np.concatenate([np.zeros(2 * n * s), [x.value for x in totals]])
        return csr_array((weight, (at, cell)), shape=(len(wanted), len(self.values))), wanted, labels


def _entry(row: int, cells: Places, weight: float) -> tuple[Places, Places, Array]:
    return np.full(len(cells), row), cells, np.full(len(cells), weight)


# -- what moved ----------------------------------------------------------------------------------------------------------
def _by_region(before: World, after: World) -> pd.DataFrame:
    """GDP, output, final demand, exports and imports by region, before and after."""
    columns = {
        f"{what}, {when}": [_measured(w, Total(what, n, None, None, 0.0, 0.0)) for n in range(len(w.regions))]
        for what in WHAT[:-1]
        for when, w in (("before", before), ("after", after))
    }
    return pd.DataFrame(columns, index=pd.Index(before.regions, name="region"))


def _by_pair(before: World, after: World) -> pd.DataFrame:
    """Trade across borders by pair, the largest before first."""
    index = pd.MultiIndex.from_product([before.regions, before.regions], names=["origin", "destination"])
    frame = pd.DataFrame({k: w.shipments.sum(axis=2).ravel() for k, w in (("before", before), ("after", after))}, index=index)
    across = frame[index.get_level_values(0) != index.get_level_values(1)]
    return across.sort_values("before", ascending=False, kind="stable")


__all__ = ["Total", "Update", "known_growth", "read_totals", "update_world"]
