"""Final demand by origin, destination and product: the part the source table leaves out.

Unknown F[i, n, k] (origin i of the table, destination n or the rest of the world, product k). For the rest of the world
F is all it buys from the table, inputs included. Margins (see `balance`):

  exact   rows          Σₙ F[i,n,k] = output less intermediate sales of the source table
  exact   absorption    Σᵢₖ F[i,n,k] = purchases of n from the national accounts (see `targets`)
  soft    goods pairs   Σ_goods F[i,n,k] = customs trade less the intermediates already in the table
  soft    US sectors    Σ F[i,USA,k] over a sector = US imports by origin and sector less intermediates
  soft    product mix   Σ over a group of products = goods of the pair × the group's share in the pair's trade of 2015
  soft    margins       Σ G sold abroad = a quarter of the prior (customs values hold wholesale margins already)
  soft    home services Σ over non-traded services sold abroad = the prior
  soft    services      Σ over services other than trade (G) and partners, exports of i and imports of n, from the
                        national accounts; trade is left out because the accounts count wholesale margins as part of the
                        value of goods. Where the accounts leave less than the inputs alone, nothing is asked

The prior is the sourcing pattern of the same product's intermediates × the spending that best explains the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build.balance import Fitted, Margin, fit_margins, spread_to_sources
from detente.types import Array

FOCUS = ("USA", "CHN")  # their pairs are best recorded and most looked at
WEIGHTS = {
    "margins": 3.0,
    "home services": 3.0,
    "goods pairs": 6.0,
    "focus pairs": 40.0,
    "older pairs": 1.5,
    "US sectors": 25.0,
    "product mix": 1.0,
    "services": 1.0,
}
FLOOR = 0.03  # of a customs value: what is left for final goods where intermediates alone exceed it
SMOOTHING = 0.02  # of the sourcing pattern: the origins' shares of all sales abroad
NON_TRADED = ("E", "F", "L", "O", "P", "Q", "T")  # their final sales abroad are next to nothing
NON_TRADED_PART = 0.3  # of the foreign share among industries
MARGIN_TRADE = ("G",)
MARGIN_PART = 0.25  # of the prior: customs values of goods hold most of the exporter's wholesale margin already
PRIOR_STEPS = 25
BOUND = 1e4


SECTION_GROUPS: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "food": ((0, 1, 4), ("A01", "A03", "C10T12")),
    "fuels": ((3,), ("B05", "B06", "C19")),
    "chemicals": ((5,), ("C20", "C21")),
    "machinery and vehicles": ((7,), ("C26", "C27", "C28", "C29", "C301", "C302T309")),
    "other manufactures": ((6, 8), ("C13T15", "C16", "C17_18", "C22", "C23", "C24A", "C24B", "C25", "C31T33")),
}


@dataclass(frozen=True)
class FinalDemandProblem:
    """Everything the margins are made from. C economies, N = C + 1 destinations, K products.

    intermediate [C, C, K]; rows [C, K]; absorption [N]; pairs [C, N] goods targets (NaN: none); low [C, N] pairs from
    the older source; mix [C, N, G] shares of product groups in the pair's goods trade of an earlier year (NaN: none);
    services_exports [C], services_imports [N] (NaN: none); us: origin group × sector targets;
    us_groups: economy → origin group; industries and industry_sector: codes of the products and of their sectors; goods [K].
    """

    economies: tuple[str, ...]
    intermediate: Array
    rows: Array
    absorption: Array
    pairs: Array
    low: NDArray[np.bool_]
    mix: Array
    services_exports: Array
    services_imports: Array
    us: pd.DataFrame
    us_groups: Mapping[str, str]
    industries: tuple[str, ...]
    industry_sector: Sequence[str]
    goods: NDArray[np.bool_]


def prior(problem: FinalDemandProblem) -> Array:
    """[C, N, K] sourcing of intermediates × spending that explains the rows.

    First guess of spending: the rest of the world buys the mix that is sold abroad as inputs, the others share what is
    left of each product in proportion to absorption.
    """
    inter, rows = problem.intermediate, problem.rows
    c = len(rows)
    smoothing = np.where(np.isin(np.array(problem.industries), NON_TRADED), 1e-4, SMOOTHING)
    sold = inter.sum(axis=1) - inter[np.arange(c), np.arange(c)]
    abroad = sold + smoothing[None, :] * rows
    world = np.divide(abroad, abroad.sum(0), out=np.full_like(abroad, 1 / c), where=abroad.sum(0) > 0)
    bought = inter.sum(axis=0)
    own = np.eye(c)[:, :, None]
    shares = np.divide(inter, bought[None], out=np.zeros_like(inter), where=bought[None] > 0)
    shares = np.where((bought > 0)[None], shares, own)
    # final users buy hardly any of these abroad, whatever industries do
    abroad_part = np.where(smoothing < SMOOTHING, NON_TRADED_PART, 1.0)
    shares = shares * abroad_part + own * (1 - abroad_part)
    # final users buy a little more from home and a little from every exporter
    shares = (1 - 2 * smoothing) * shares + smoothing * own + smoothing * world[:, None, :]
    shares = np.concatenate([shares, world[:, None, :]], axis=1)
    rest = np.minimum(problem.absorption[-1] * abroad.sum(0) / abroad.sum(), 0.8 * rows.sum(0))
    home = problem.absorption[:-1] / problem.absorption[:-1].sum()
    spending = np.vstack([home[:, None] * (rows.sum(0) - rest)[None, :], rest[None, :]])
    return spread_to_sources(shares, rows, spending, steps=PRIOR_STEPS)


def margins(problem: FinalDemandProblem, begin: Array, leave_out: Collection[str] = ()) -> list[Margin]:
    """The margins of the fit from the prior `begin`, without those named in `leave_out` ("goods pairs", "US sectors",
    "services")."""
    c, k = problem.rows.shape
    n = c + 1
    shape = (c, n, k)
    origin, destination, product = np.indices(shape)
    found = [
        Margin("absorption", destination, problem.absorption),
        Margin("rows", origin * k + product, problem.rows.ravel()),
    ]
    foreign = origin != destination
    if "goods pairs" not in leave_out:
        known = np.isfinite(problem.pairs)
        inter = np.zeros((c, n))
        inter[:, :c] = problem.intermediate[:, :, problem.goods].sum(axis=2)
        goal = np.maximum(np.nan_to_num(problem.pairs) - inter, FLOOR * np.nan_to_num(problem.pairs)).ravel()
        inside = foreign & problem.goods[product]
        focus = np.isin(np.arange(n), [problem.economies.index(e) for e in FOCUS if e in problem.economies])
        focal = focus[:c, None] | focus[None, :]
        kinds = {
            "goods pairs": known & ~problem.low & ~focal,
            "focus pairs": known & ~problem.low & focal,
            "older pairs": known & problem.low,
        }
        for name, chosen in kinds.items():
            groups = np.where(inside & chosen[:, :, None], origin * n + destination, -1)
            found.append(Margin(name, groups, goal, WEIGHTS[name], BOUND))
    if "product mix" not in leave_out:
        # the United States has its own, newer margin by sector
        spared = "USA" if "US sectors" not in leave_out and not problem.us.empty else None
        found.append(_mix_margin(problem, begin, origin, destination, product, spared))
    if "US sectors" not in leave_out and not problem.us.empty:
        found.append(_us_margin(problem, origin, destination, product))
    if "services" not in leave_out:
        names = np.array(problem.industries)
        for name, members, part in (("margins", MARGIN_TRADE, MARGIN_PART), ("home services", NON_TRADED, 1.0)):
            inside = foreign & np.isin(names, members)[product]
            groups = np.where(inside, origin, -1)
            sold = np.where(inside, begin, 0.0).sum(axis=(1, 2))
            found.append(Margin(name, groups, part * sold, WEIGHTS[name], BOUND))
        counted = counted_services(problem)
        inside = foreign & counted[product]
        inter = problem.intermediate[:, :, counted].sum(axis=2)
        np.fill_diagonal(inter, 0.0)
        for name, target, base, index in (
            ("services exports", problem.services_exports, inter.sum(1), origin),
            ("services imports", problem.services_imports, np.append(inter.sum(0), 0.0), destination),
        ):
            known_one = np.isfinite(target) & (np.nan_to_num(target) > 1.05 * base)
            goal = np.where(known_one, np.nan_to_num(target) - base, 0.0)
            groups = np.where(inside & known_one[index], index, -1)
            found.append(Margin(name, groups, goal, WEIGHTS["services"], BOUND))
    return found


def counted_services(problem: FinalDemandProblem) -> NDArray[np.bool_]:
    """Products that the services margins sum over: services but for trade."""
    return ~problem.goods & ~np.isin(np.array(problem.industries), MARGIN_TRADE)


def group_totals(flows: Array, industries: Sequence[str]) -> Array:
    """Sum products of [.., .., K] into the groups of `SECTION_GROUPS`."""
    hold = [[k for k, i in enumerate(industries) if i in members] for _, members in SECTION_GROUPS.values()]
    return np.stack([flows[:, :, k].sum(axis=2) for k in hold], axis=2)


def updated_mix(problem: FinalDemandProblem, begin: Array) -> Array:
    """[C, N, G] the earlier mix of each pair, moved with the exporter's own: share × (its mix now ÷ its mix then).

    What an exporter sells has changed since (Viet Nam: clothes to electronics); who among its buyers takes more of which
    group than others is what the earlier year still tells.
    """
    c = len(problem.economies)
    now = begin.copy()
    now[:, :c] += problem.intermediate
    now[np.arange(c), np.arange(c)] = 0.0
    exports = group_totals(now, problem.industries).sum(axis=1)
    pairs = np.where(np.isfinite(problem.mix), np.nan_to_num(problem.pairs)[:, :, None], 0.0)
    before = (np.nan_to_num(problem.mix) * pairs).sum(axis=1)
    exports, before = (x / np.maximum(x.sum(axis=1, keepdims=True), 1e-9) for x in (exports, before))
    moved = problem.mix * (exports / np.maximum(before, 1e-3))[:, None, :]
    return np.asarray(moved / np.maximum(moved.sum(axis=2, keepdims=True), 1e-12))


def _mix_margin(
    problem: FinalDemandProblem, begin: Array, origin: Array, destination: Array, product: Array, spared: str | None
) -> Margin:
    """Goods of a pair × the share of each product group, less the intermediates already in the table."""
    c, n, g = problem.mix.shape
    inter = np.zeros((c, n, len(problem.industries)))
    inter[:, :c] = problem.intermediate
    grouped = group_totals(inter, problem.industries)
    ungrouped = inter[:, :, problem.goods].sum(axis=2) - grouped.sum(axis=2)
    total = np.maximum(np.nan_to_num(problem.pairs) - ungrouped, 0.0)
    known = np.isfinite(problem.mix).all(axis=2) & np.isfinite(problem.pairs) & (total > 0)
    if spared is not None:
        known[:, problem.economies.index(spared)] = False
    wanted = np.nan_to_num(updated_mix(problem, begin)) * total[:, :, None]
    goal = np.where(known[:, :, None], np.maximum(wanted - grouped, FLOOR * wanted), 0.0)
    group_of = np.full(len(problem.industries), -1)
    for index, (_, members) in enumerate(SECTION_GROUPS.values()):
        group_of[[k for k, i in enumerate(problem.industries) if i in members]] = index
    inside = (
        known[:, :, None]
        & (group_of >= 0)[product]
        & (origin != destination)
        & (goal > 0)[origin, destination, np.maximum(group_of, 0)[product]]
    )
    labels = np.where(inside, (origin * n + destination) * g + group_of[product], -1)
    return Margin("product mix", labels, goal.ravel(), WEIGHTS["product mix"], BOUND)


def _us_margin(problem: FinalDemandProblem, origin: Array, destination: Array, product: Array) -> Margin:
    """US imports by origin group × sector, less the intermediates already in the table."""
    groups, sectors = list(problem.us.index), list(problem.us.columns)
    usa = problem.economies.index("USA")
    group_of = np.array(
        [groups.index(problem.us_groups[e]) if problem.us_groups.get(e) in groups else -1 for e in problem.economies]
    )
    sector_of = np.array([sectors.index(s) if s in sectors else -1 for s in problem.industry_sector])
    g, s = group_of[origin], sector_of[product]
    inside = (destination == usa) & (g >= 0) & (s >= 0) & (origin != usa)
    labels = np.where(inside, g * len(sectors) + s, -1)
    inter = np.zeros((len(groups), len(sectors)))
    for i, gi in enumerate(group_of):
        for k, sk in enumerate(sector_of):
            if gi >= 0 and sk >= 0 and i != usa:
                inter[gi, sk] += problem.intermediate[i, usa, k]
    customs = problem.us.to_numpy(dtype=float)
    goal = np.maximum(customs - inter, FLOOR * customs)
    return Margin("US sectors", labels, goal.ravel(), WEIGHTS["US sectors"], BOUND)


def fit_final_demand(
    problem: FinalDemandProblem, leave_out: Collection[str] = (), *, sweeps: int = 800, start: Array | None = None
) -> Fitted:
    """Impute F [C, N, K]; `leave_out` drops soft margins to see what each one brings."""
    begin = prior(problem) if start is None else start
    return fit_margins(begin, margins(problem, begin, leave_out), sweeps=sweeps, tolerance=1e-9, acceptable=1e-4)
