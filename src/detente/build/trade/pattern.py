"""Who trades goods with whom, as a file of trade has it, in a world that keeps its own accounts.

Customs count goods that pass through, free on board, of another year; a table's output, use and value added do not move for that.
So the file gives the pattern: every good's trade across borders is the file's, scaled to what the table trades of it, and sales
at home are the table's; then each good is moved as little as can be (RAS, `world.gras`) until all sellers sell and all buyers
spend what they did. A good that the file does not have stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from detente.errors import InputError
from detente.types import Array
from detente.words import refusal
from detente.world.gras import fit
from detente.world.labelled import in_order, trade_axes
from detente.world.world import World

if TYPE_CHECKING:
    import xarray as xr

TRACE = 1e-6
"""What is left of a flow that the file does not have, so that every seller can sell and every buyer buy."""

LEAST, DOLLARS = 0.2, "million USD"
"""A file with less than this part of what the table trades is a piece of one, where both count in dollars."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """The `world` with the file's pattern, and trade across borders in the `goods` of the file, in the world's unit: what the
    `file` has, what the table had and has (`before`, `after`); `moved`, the part of it that goes between other pairs."""

    world: World
    goods: tuple[str, ...]
    file: float
    before: float
    after: float
    moved: float


def with_trade(world: World, values: xr.DataArray, *, source: str = "") -> Pattern:
    """`world` with trade in goods between regions as in `values` [origin, destination, sector], of a file named `source`.

    Raises `InputError` for other labels, and for a file that has too little of the trade to say who trades with whom.
    """
    given = np.nan_to_num(np.array(in_order(values, trade_axes(world.regions, world.sectors), "values"), dtype=np.float64))
    n = len(world.regions)
    across = ~np.eye(n, dtype=bool)
    trade = np.array(world.shipments)
    goods = [j for j in range(len(world.sectors)) if given[across, j].sum() > 0 and trade[across, j].sum() > 0]
    held, traded = float(given[:, :, goods][across].sum()), float(trade[:, :, goods][across].sum())
    if not goods or (world.unit == DOLLARS and held < LEAST * traded):
        amounts = {"held": f"{held:,.4g}", "traded": f"{traded:,.4g}", "unit": world.unit}
        raise InputError(refusal("build/trade", "pattern_little", source=source or "the file", **amounts))
    for j in goods:
        old = world.shipments[:, :, j]
        scale = old[across].sum() / given[across, j].sum()
        start = np.where(across, given[:, :, j] * scale + TRACE * old, old)
        start *= (old.sum(axis=1) > 0)[:, None] & (old.sum(axis=0) > 0)[None]
        trade[:, :, j] = _fitted(start, old, world.duty_factor[:, :, j], world.sectors[j])
    old, new = world.shipments[:, :, goods][across], trade[:, :, goods][across]
    moved = float(np.abs(new - old).sum() / 2 / traded)
    told = {"from": source, "goods": [world.sectors[j] for j in goods], "moved, part of trade": moved}
    made = world.with_(shipments=trade, card={**world.card, "who trades with whom": told})
    return Pattern(
        made,
        tuple(world.sectors[j] for j in goods),
        float(given[:, :, goods][across].sum()),
        float(old.sum()),
        float(new.sum()),
        moved,
    )


def _fitted(start: Array, old: Array, duty: Array, good: str) -> Array:
    """`start` [origin, destination] moved so that sellers sell and buyers spend (duties in) what they do in `old`."""
    n = len(start)
    kept = np.flatnonzero(start)
    i, m = np.unravel_index(kept, start.shape)
    cells = np.arange(len(kept))
    weights = np.concatenate([np.ones(len(kept)), duty.ravel()[kept]])
    sums = csr_array((weights, (np.concatenate([i, n + m]), np.concatenate([cells, cells]))), shape=(2 * n, len(kept)))
    totals = np.concatenate([old.sum(axis=1), (duty * old).sum(axis=0)])
    moved = np.zeros(start.size)
    moved[kept] = fit(start.ravel()[kept], sums, totals, _label(good, n)).cells
    return moved.reshape(start.shape)


def _label(good: str, n: int) -> Callable[[int], str]:
    return lambda row: f"{good}, {'sales of' if row < n else 'purchases of'} region {row % n + 1}"
