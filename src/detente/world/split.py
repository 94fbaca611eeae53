"""A region or a sector of a world in parts: by shares that are given, or as a second table has them. All totals stay.

**A region** R into parts m. With a[m, j] the part's share of R's output of a sector and f[m, k] of its final use of a good,

    U[m,k,j] = a[m,j] U[R,k,j]    V[m,j] = a[m,j] V[R,j]    F[m,k] = f[m,k] F[R,k]

so that e[m, k], its share of R's spending on a good, follows. It sells abroad a[m,k] T[R,n,k] and buys there e[m,k] T[i,R,k].
What R sold to itself is sold within and between the parts: a part h of the most that rows and columns allow, min(a, e), stays
within each, and the rest goes from everyone to everyone by size. h = 0 knows no borders, h = 1 lets the parts trade least. With a
second table, who of the parts trades with whom starts from it and is moved to these totals by `world.gras`.

**A sector** j into parts p. A part has the share s[n, p] of what a region sells of the sector, made with the sector's recipe.
Users of a market buy the parts as they are sold there, or more of one and less of another by weights, moved to what
is sold by RAS.

Summing the parts gives the world back. Rates of duty, the trade elasticity and jobs a unit of output are those of the whole.

>>> from detente.world.library import load_world
>>> toy = load_world("toy")
>>> halves = split_region(toy, "AAA", {"NORTH": 0.5, "SOUTH": 0.5})
>>> halves.regions, bool(abs(halves.aggregate(regions={"AAA": ["NORTH", "SOUTH"]}).shipments / toy.shipments - 1).max() < 1e-9)
(('NORTH', 'SOUTH', 'BBB', 'CCC'), True)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from detente.errors import InputError, SourceError
from detente.types import Array
from detente.words import refusal
from detente.words.names import code_of
from detente.world.gras import fit
from detente.world.world import FINAL, World

WHOLE = 1e-6
"""Shares that should sum to one may miss it by this; they are then scaled."""
TRACE = 1e-6
"""What of a part's trade goes by size where a second table decides, so that what it lacks can be reached."""
REGION_COLUMNS, SECTOR_COLUMNS = ("part", "sector", "flow", "share"), ("part", "region", "user", "share")
OUTPUT, FINAL_USE = "output", "final_use"

Shares = Mapping[str, float] | pd.DataFrame | str | os.PathLike[str]


def read_shares(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The rows of a CSV file of shares, as text. Raises `SourceError`."""
    path = Path(path)
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", comment="#", skipinitialspace=True)
    except FileNotFoundError:
        raise SourceError(refusal("world", "shares_no_file", file=path)) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(refusal("world", "shares_unreadable", file=path.name, fault=error)) from None


def split_region(world: World, region: str, shares: Shares | World, *, into: Sequence[str] = (), home: float = 0.0) -> World:
    """`world` with `region` in parts.

    `shares`: part → share of everything (fractions that sum to one); or a frame, or a CSV file, with columns part, share and,
    where they differ, sector and flow (output or final_use; final use goes by income if no row gives it); or a world that has the
    parts as regions (`into`), and the same sectors. `home`: h above, 0 to 1. Answers a world of len(parts) − 1 more regions.
    Raises `InputError` for names, shares that do not sum to one, sectors that differ; `SourceError` for a file it cannot read.
    """
    region = code_of(region, world.regions)
    r = world.region_index(region)
    if not 0 <= home <= 1:
        raise InputError(refusal("world", "split_home", home=home))
    like: World | None = None
    if isinstance(shares, World):
        like, parts = shares, tuple(into)
        order = _same_sectors(world, like)
        lacking = [p for p in parts if p not in like.regions]
        if lacking:
            raise InputError(refusal("world", "split_not_in", what="region", lacking=", ".join(lacking), other=like.name))
        at = [like.regions.index(p) for p in parts]
        a, f = _parts_of(like.output[np.ix_(at, order)]), _parts_of(like.final_use[np.ix_(at, order)])
        by = like.name
    else:
        frame, by = _rows(shares, REGION_COLUMNS), "shares given"
        parts = _named(frame, into)
        strange = sorted(set(frame["flow"]) - {"", OUTPUT, FINAL_USE})
        if strange:
            raise InputError(refusal("world", "split_flow", strange=", ".join(strange)))
        a = _table(frame[frame["flow"].isin(("", OUTPUT))], parts, world.sectors, "sector", OUTPUT)
        final = frame[frame["flow"] == FINAL_USE]
        income = a @ world.value_added[r]
        f = np.broadcast_to((income / income.sum() if income.sum() > 0 else a.mean(1))[:, None], a.shape)
        f = _table(final, parts, world.sectors, "sector", FINAL_USE) if len(final) else f
    _new(parts, [x for x in world.regions if x != region], "region")

    inputs = a[:, None, :] * world.intermediate_use[r]
    final_use = f * world.final_use[r]
    spent, all_spent = inputs.sum(axis=2) + final_use, world.expenditure[r]
    e = np.where(all_spent > 0, spent / np.where(all_spent > 0, all_spent, 1.0), a)
    e = e / e.sum(axis=0)
    within = _within(a, e, home) * world.shipments[r, r]
    out_of = a[:, None, :] * world.shipments[r][None]
    into_it = e[None] * world.shipments[:, r][:, None]
    if like is not None:
        out_of, into_it, within = _as_in(world, r, like, parts, a, e, (out_of, into_it, within))

    new = (*world.regions[:r], *parts, *world.regions[r + 1 :])
    others, own = np.delete(np.arange(len(world.regions)), r), np.arange(r, r + len(parts))
    rest = np.delete(np.arange(len(new)), own)
    trade = np.zeros((len(new), len(new), len(world.sectors)))
    trade[np.ix_(rest, rest)] = world.shipments[np.ix_(others, others)]
    trade[np.ix_(own, rest)], trade[np.ix_(rest, own)] = out_of[:, others], into_it[others]
    trade[np.ix_(own, own)] = within
    old = np.array([*range(r), *[r] * len(parts), *range(r + 1, len(world.regions))])  # the whole that each new region is of
    size = a @ world.value_added[r] / max(float(world.value_added[r].sum()), 1e-300)
    told = {"into": list(parts), "by": by, "sold within parts": _kept(within)}
    return World.from_flows(
        regions=new,
        sectors=world.sectors,
        shipments=trade,
        intermediate_use=_replaced(world.intermediate_use, r, inputs),
        value_added=_replaced(world.value_added, r, a * world.value_added[r]),
        final_use=_replaced(world.final_use, r, final_use),
        tariff_rates=np.where(trade > 0, world.tariff_rates[np.ix_(old, old)], 0.0),
        export_tax_rates=np.where(trade > 0, world.export_tax_rates[np.ix_(old, old)], 0.0),
        trade_elasticity=world.trade_elasticity,
        year=world.year,
        unit=world.unit,
        name=f"{world.name}, {region} in parts",
        sources=world.sources,
        card={**world.card, "split": {**world.card.get("split", {}), region: told}},
        extras={k: _replaced(v, r, size.reshape(-1, *[1] * (v.ndim - 1)) * v[r]) for k, v in world.extras.items()},
        employed=None if world.employed is None else _replaced(world.employed, r, a * world.employed[r]),
    )


def split_sector(world: World, sector: str, shares: Shares | World, *, into: Sequence[str] = ()) -> World:
    """`world` with `sector` in parts.

    `shares`: part → share of every region's sales (fractions that sum to one); or a frame, or a CSV file, with columns part,
    share and, where they differ, region; rows with a user (a sector, or FINAL for final use) are weights of what that user buys;
    or a world that has the parts as sectors (`into`), whose regions decide where it has them and their mean elsewhere. Answers a
    world of len(parts) − 1 more sectors. Raises `InputError` and `SourceError` as `split_region` does.
    """
    j = world.sector_index(sector)
    n = len(world.regions)
    users = (*world.sectors, FINAL)
    theta = None
    if isinstance(shares, World):
        parts, by = tuple(into), shares.name
        lacking = [p for p in parts if p not in shares.sectors]
        if lacking:
            raise InputError(refusal("world", "split_not_in", what="sector", lacking=", ".join(lacking), other=shares.name))
        _new(parts, [x for x in world.sectors if x != sector], "sector")
        supply, weights = _sector_as_in(world, sector, shares, parts)
        theta = [float(shares.trade_elasticity[shares.sectors.index(p)]) for p in parts]
    else:
        frame, by = _rows(shares, SECTOR_COLUMNS), "shares given"
        parts = _named(frame, into)
        _new(parts, [x for x in world.sectors if x != sector], "sector")
        supply = _table(frame[frame["user"] == ""], parts, world.regions, "region", "sales")
        weights = np.ones((len(parts), n, len(users)))
        for row in frame[frame["user"] != ""].to_dict(orient="records"):
            user = len(users) - 1 if row["user"] == FINAL else world.sector_index(row["user"])
            where = world.region_index(code_of(row["region"], world.regions)) if row["region"] else slice(None)
            weights[parts.index(row["part"]), where, user] = row["share"]
    sold = supply[:, :, None] * world.shipments[:, :, j]  # [part, origin, destination]
    paid = (world.duty_factor[:, :, j] * sold).sum(axis=1)  # [part, destination]
    spending = np.concatenate([world.intermediate_use[:, j, :], world.final_use[:, j : j + 1]], axis=1)  # [region, user]
    bought = _bought(spending, paid, weights, [f"{p} in {r}" for p in parts for r in world.regions])

    def spread(values: Array, axis: int, shares_: Array) -> Array:
        """`values` with the cut at `axis` in parts: shares_ [part, …] broadcast against the cut."""
        cut = np.take(values, j, axis=axis)
        rest = np.delete(values, j, axis=axis)
        return np.insert(rest, [j] * len(parts), np.moveaxis(shares_ * cut, 0, axis), axis=axis)

    rows = np.insert(np.delete(world.intermediate_use, j, axis=1), [j] * len(parts), np.moveaxis(bought[:, :, :-1], 0, 1), axis=1)
    ones = np.ones((len(parts), 1, 1))
    elasticity = theta or [float(world.trade_elasticity[j])] * len(parts)
    told = {"into": list(parts), "by": by}
    return World.from_flows(
        regions=world.regions,
        sectors=(*world.sectors[:j], *parts, *world.sectors[j + 1 :]),
        shipments=spread(world.shipments, 2, supply[:, :, None]),
        intermediate_use=spread(rows, 2, supply[:, :, None]),
        value_added=spread(world.value_added, 1, supply),
        final_use=np.insert(np.delete(world.final_use, j, axis=1), [j] * len(parts), bought[:, :, -1].T, axis=1),
        tariff_rates=spread(world.tariff_rates, 2, ones),
        export_tax_rates=spread(world.export_tax_rates, 2, ones),
        trade_elasticity=np.insert(np.delete(world.trade_elasticity, j), [j] * len(parts), elasticity),
        year=world.year,
        unit=world.unit,
        name=f"{world.name}, {sector} in parts",
        sources=world.sources,
        card={**world.card, "split": {**world.card.get("split", {}), sector: told}},
        extras=world.extras,
        employed=None if world.employed is None else spread(world.employed, 1, supply),
    )


# -- shares ----------------------------------------------------------------------------------------------------------------
def _rows(shares: Shares, columns: Sequence[str]) -> pd.DataFrame:
    """Shares as a frame of all `columns`, `share` a number. Raises `InputError` naming the row."""
    if isinstance(shares, (str, os.PathLike)):
        shares = read_shares(shares)
    frame = shares if isinstance(shares, pd.DataFrame) else pd.DataFrame({"part": list(shares), "share": list(shares.values())})
    strange = [str(c) for c in frame.columns if c not in columns]
    lacking = [c for c in ("part", "share") if c not in frame.columns]
    if strange or lacking or not len(frame):
        told = {"strange": ", ".join(strange), "lacking": ", ".join(lacking), "known": ", ".join(columns)}
        raise InputError(refusal("world", "split_columns", **told))
    rows: list[dict[str, Any]] = []
    for place, row in enumerate(frame.to_dict(orient="records"), start=2):
        found: dict[str, Any] = {c: _word(row.get(c)) for c in columns}
        try:
            found["share"] = float(found["share"])
        except ValueError:
            found["share"] = np.nan
        if not found["part"] or not found["share"] >= 0 or not np.isfinite(found["share"]):
            raise InputError(refusal("world", "split_row", row=place, member=repr(found["part"]), share=repr(row.get("share"))))
        rows.append(found)
    return pd.DataFrame(rows)


def _word(cell: Any) -> str:
    return "" if cell is None or (isinstance(cell, float) and np.isnan(cell)) else str(cell).strip()


def _named(frame: pd.DataFrame, into: Sequence[str]) -> tuple[str, ...]:
    """The parts, in the order of `into` where it is given. Raises `InputError` where the two differ."""
    found = tuple(dict.fromkeys(frame["part"]))
    if into and set(into) != set(found):
        raise InputError(refusal("world", "split_into", into=", ".join(into), found=", ".join(found)))
    return tuple(into) or found


def _new(parts: Sequence[str], taken: Sequence[str], what: str) -> None:
    """Raises `InputError` for fewer than two parts, one named twice, or one that the world has already."""
    clash = sorted({p for p in parts if p in taken or parts.count(p) > 1})
    if len(parts) < 2 or clash:
        raise InputError(refusal("world", "split_parts", what=what, clash=", ".join(clash)))


def _table(frame: pd.DataFrame, parts: Sequence[str], labels: Sequence[str], column: str, flow: str) -> Array:
    """Shares [part, label]: a row of a label, else the row of all. Raises `InputError` where they do not sum to one."""
    table = np.full((len(parts), len(labels)), np.nan)
    seen = frame.duplicated(["part", column])
    if seen.any():
        row = frame[seen].iloc[0]
        raise InputError(refusal("world", "split_twice", member=row["part"], of=row[column] or "all", flow=flow))
    strange = sorted(set(frame[column]) - {"", *labels})
    if strange:
        raise InputError(refusal("world", "split_label", what=column, strange=", ".join(strange), known=", ".join(labels)))
    general = frame[frame[column] == ""]
    for part, share in zip(general["part"], general["share"], strict=True):
        table[parts.index(part)] = share
    own = frame[frame[column] != ""]
    table[:, [labels.index(label) for label in own[column].unique()]] = 0.0  # a label with rows of its own says all of it
    for part, label, share in zip(own["part"], own[column], own["share"], strict=True):
        table[parts.index(part), labels.index(label)] = share
    if np.isnan(table).any():
        k, at = (int(x) for x in np.argwhere(np.isnan(table))[0])
        raise InputError(refusal("world", "split_none", member=parts[k], of=labels[at], flow=flow))
    total = table.sum(axis=0)
    if (np.abs(total - 1) > WHOLE).any():
        at = int(np.abs(total - 1).argmax())
        raise InputError(refusal("world", "split_sum", of=labels[at], flow=flow, total=f"{total[at]:.9g}"))
    return table / total


def _same_sectors(world: World, like: World) -> list[int]:
    """Where the second table has the sectors of the first. Raises `InputError` where they are not the same."""
    lacking = [s for s in world.sectors if s not in like.sectors]
    if lacking or len(like.sectors) != len(world.sectors):
        more = [s for s in like.sectors if s not in world.sectors]
        told = {"lacking": ", ".join(lacking[:8]), "more": ", ".join(more[:8]), "other": like.name}
        raise InputError(refusal("world", "split_sectors", **told))
    return [like.sectors.index(s) for s in world.sectors]


def _parts_of(values: Array) -> Array:
    """Shares [part, label] of values; the parts' shares of everything where a label has none."""
    whole = values.sum(axis=0)
    everything = values.sum(axis=1) / values.sum()
    return np.where(whole > 0, values / np.where(whole > 0, whole, 1.0), everything[:, None])


# -- trade of parts --------------------------------------------------------------------------------------------------------
def _within(a: Array, e: Array, home: float) -> Array:
    """Shares [part, part, good] of what the whole sells itself: rows sum to a, columns to e."""
    kept = home * np.minimum(a, e)
    out, into = a - kept, e - kept
    left = out.sum(axis=0)
    shares = out[:, None] * into[None] / np.where(left > 0, left, 1.0)
    own = np.arange(len(a))
    shares[own, own] += kept
    return shares


def _kept(within: Array) -> float:
    """Part of the sales inside a region that stays within its parts."""
    own = np.arange(len(within))
    total = float(within.sum())
    return float(within[own, own].sum()) / total if total > 0 else 0.0


def _as_in(
    world: World, r: int, like: World, parts: Sequence[str], a: Array, e: Array, even: tuple[Array, Array, Array]
) -> tuple[Array, Array, Array]:
    """Sales out of, into and within the parts as a second table has them, moved to the totals of `world`.

    `even`: the same by size. Every good by itself: what the whole sold to and bought of each partner, what it sold itself,
    and what each part sells and buys in all.
    """
    at = [like.regions.index(p) for p in parts]
    trade = like.shipments[:, :, [like.sectors.index(x) for x in world.sectors]]
    m, n, s = len(parts), len(world.regions), len(world.sectors)
    out_of, into_it, within = (np.array(x) for x in even)
    for k, partner in enumerate(world.regions):
        if partner in like.regions and k != r:
            there = like.regions.index(partner)
            out_of[:, k] = _shares_or(trade[at, there], out_of[:, k])
            into_it[k] = _shares_or(trade[there, at], into_it[k])
    inside = trade[np.ix_(at, at)].reshape(m * m, s)
    within = _shares_or(inside, within.reshape(m * m, s)).reshape(m, m, s)
    start = tuple((1 - TRACE) * x + TRACE * y for x, y in zip((out_of, into_it, within), even, strict=True))
    others = np.delete(np.arange(n), r)
    part_, other_ = np.meshgrid(np.arange(m), np.arange(n - 1), indexing="ij")
    one, two = (x.ravel() for x in np.meshgrid(np.arange(m), np.arange(m), indexing="ij"))
    sales, buys, inner = part_.size, part_.size, one.size
    cells = sales + buys + inner
    # sums: sales to a partner, purchases of a partner, within, all sales of a part, all purchases of a part (duties in)
    first = np.arange(sales)
    rows = [other_.ravel(), n - 1 + other_.ravel(), np.full(inner, 2 * (n - 1))]
    rows += [2 * n - 1 + part_.ravel(), 2 * n - 1 + one, 2 * n - 1 + m + part_.ravel(), 2 * n - 1 + m + two]
    where = [first, sales + first, sales + buys + np.arange(inner), first, sales + buys + np.arange(inner)]
    where += [sales + first, sales + buys + np.arange(inner)]
    found = [np.zeros_like(x) for x in even]
    for k in range(s):
        paid = world.duty_factor[:, r, k]
        weights = [np.ones(sales), np.ones(buys), np.ones(inner), np.ones(sales), np.ones(inner)]
        weights += [paid[others][other_.ravel()], np.full(inner, paid[r])]
        sums = csr_array(
            (np.concatenate(weights), (np.concatenate(rows), np.concatenate(where))), shape=(2 * n - 1 + 2 * m, cells)
        )
        values = np.concatenate([start[0][:, others, k].ravel(), start[1][others, :, k].T.ravel(), start[2][:, :, k].ravel()])
        totals = np.concatenate(
            [
                world.shipments[r, others, k], world.shipments[others, r, k], [world.shipments[r, r, k]],
                a[:, k] * world.output[r, k], e[:, k] * world.expenditure[r, k],
            ]
        )  # fmt: skip
        moved = fit(values, sums, totals, _sum_of(world.sectors[k])).cells
        found[0][:, others, k] = moved[:sales].reshape(m, n - 1)
        found[1][others, :, k] = moved[sales : sales + buys].reshape(m, n - 1).T
        found[2][:, :, k] = moved[sales + buys :].reshape(m, m)
    return found[0], found[1], found[2]


def _sum_of(sector: str) -> Callable[[int], str]:
    return lambda row: f"{sector}, sum {row + 1} of the trade of its parts"


def _shares_or(values: Array, even: Array) -> Array:
    """`even` [cell, good] spread by `values` where these are anything."""
    whole = values.sum(axis=0)
    return np.where(whole > 0, values / np.where(whole > 0, whole, 1.0) * even.sum(axis=0), even)


def _replaced(values: Array, at: int, parts: Array) -> Array:
    return np.concatenate([values[:at], parts, values[at + 1 :]])


# -- parts of a sector -----------------------------------------------------------------------------------------------------
def _sector_as_in(world: World, sector: str, like: World, parts: Sequence[str]) -> tuple[Array, Array]:
    """Shares of sales [part, region] and weights of purchases [part, region, user] of a second table."""
    at = [like.sectors.index(p) for p in parts]
    made = like.output[:, at].T
    used = np.concatenate([like.intermediate_use[:, at, :], like.final_use[:, at][:, :, None]], axis=2)  # [region, part, user]
    users = {s: [k] for k, s in enumerate(like.sectors)} | {sector: at, FINAL: [len(like.sectors)]}
    by_user = np.stack(
        [used[:, :, users[u]].sum(axis=2) if u in users else used.sum(axis=2) for u in (*world.sectors, FINAL)], axis=2
    )
    here = [like.regions.index(r) if r in like.regions else -1 for r in world.regions]
    supply = np.stack([made[:, k] if k >= 0 else made.sum(axis=1) for k in here], axis=1)
    bought = np.stack([by_user[k] if k >= 0 else by_user.sum(axis=0) for k in here], axis=1)  # [part, region, user]
    total = bought.sum(axis=0)
    shares = np.where(total > 0, bought / np.where(total > 0, total, 1.0), 1 / len(parts))
    return _parts_of(supply), shares + TRACE


def _bought(spending: Array, paid: Array, weights: Array, labels: Sequence[str]) -> Array:
    """What users spend on parts [part, region, user]: rows to what is sold of a part there, columns to the user's spending."""
    start = weights * spending[None]
    p, n, u = start.shape
    part, region, user = (x.ravel() for x in np.meshgrid(np.arange(p), np.arange(n), np.arange(u), indexing="ij"))
    cells = np.arange(start.size)
    rows, columns = np.concatenate([part * n + region, p * n + region * u + user]), np.concatenate([cells, cells])
    sums = csr_array((np.ones(2 * start.size), (rows, columns)), shape=(p * n + n * u, start.size))
    totals = np.concatenate([paid.ravel(), spending.ravel()])
    moved = fit(start.ravel(), sums, totals, lambda k: f"purchases of {labels[k]}" if k < p * n else "a user's spending")
    return moved.cells.reshape(start.shape)


__all__ = ["Shares", "read_shares", "split_region", "split_sector"]
