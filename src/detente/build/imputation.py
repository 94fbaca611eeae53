"""Final demand by origin, destination and product: the part the source table leaves out.

Unknown F[i, n, k] (origin i of the table, destination n or the rest of the world, product k). For the rest of the world
F is all it buys from the table, inputs included. Margins (see `fit_margins`):

  exact   rows          Σₙ F[i,n,k] = output less intermediate sales of the source table
  exact   absorption    Σᵢₖ F[i,n,k] = purchases of n from the national accounts (see `targets`)
  least   home          Σ_goods F[i,i,k] ≥ a third of the prior: no economy sells all its final goods abroad
  soft    goods pairs   Σ_goods F[i,n,k] = customs trade less the intermediates already in the table
  soft    US sectors    Σ F[i,USA,k] over a sector = US imports by origin and sector less intermediates
  soft    product mix   Σ over a group of products = goods of the pair × the group's share in the pair's trade of 2015
  soft    margins       Σ G sold abroad = a quarter of the prior (customs values hold wholesale margins already)
  soft    home services Σ over non-traded services sold abroad = the prior
  soft    services      Σ over services other than trade (G) and partners, exports of i and imports of n, from the
                        national accounts; trade is left out because the accounts count wholesale margins as part of the
                        value of goods. Where the accounts leave less than the inputs alone, nothing is asked

The prior is the sourcing pattern of the same product's intermediates × the spending that best explains the rows.

Two steps that make a table add up: final demand filled to margins, and the two identities closed.

Fill a table to given totals: iterative proportional fitting with exact and with soft margins.

Find F ≥ 0 that minimises  KL(F | prior) + Σ_c weight_c · KL(A_c F | target_c)  where each margin c sums F over groups
of cells. Margins of infinite weight hold exactly. The solution is prior × Π_c u_c, and each factor has a closed form
given the others (A_c F without u_c is m):

    u_c = (target_c / m)^(weight / (1 + weight))        weight = ∞: u_c = target_c / m

so one sweep over the margins is one step of generalised Sinkhorn scaling. A margin that must hold at least has the same
factor as an exact one where that is above one, and one elsewhere (its multiplier has a sign). The exact margins come last
in a sweep.

Source: Deming and Stephan (1940); Chizat, Peyré, Schmitzer and Vialard (2018), Scaling algorithms for unbalanced
optimal transport, Math. Comp. 87. https://doi.org/10.1090/mcom/3303

>>> rows = Margin("rows", np.array([[0, 0], [1, 1]]), np.array([3.0, 7.0]))
>>> cols = Margin("columns", np.array([[0, 1], [0, 1]]), np.array([4.0, 6.0]))
>>> fitted = fit_margins(np.ones((2, 2)), [rows, cols])
>>> fitted.table.round(6).tolist()
[[1.2, 1.8], [2.8, 4.2]]

From basic-price flows and duties to a table that satisfies both identities exactly.

Given shipments T[i,n,k], uses U[n,k,j] and F[n,k] at basic prices with Σᵢ T = Σⱼ U + F, and rates τ:

    r[n,k] = Σᵢ (1+τ) T / Σᵢ T      every user of k in n buys the same mix of origins
    intermediate use = r U,  final use = r F,  value added = Σₙ T − Σₖ r U

so duties on inputs come out of what the source table counts as value added and taxes. Where that leaves less than a
floor of output, the user's inputs are scaled down and the difference goes to final use: totals by product stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.errors import InputError, NotConverged
from detente.types import Array
from detente.words import refusal

FOCUS = ("USA", "CHN")  # their pairs are best recorded and most looked at
WEIGHTS = {
    "margins": 3.0,
    "home services": 3.0,
    "goods pairs": 40.0,
    "focus pairs": 100.0,
    "older pairs": 1.5,
    "US sectors": 60.0,
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
HOME_PART = 1 / 3  # of the prior's: final goods that at least stay at home


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

    intermediate [C, C, K]; rows [C, K]; absorption [N]; pairs [C, N] goods targets (NaN: none); home [C] final goods that
    at least stay at home; low [C, N] pairs from
    the older source; mix [C, N, G] shares of product groups in the pair's goods trade of an earlier year (NaN: none);
    services_exports [C], services_imports [N] (NaN: none); us: origin group × sector targets;
    us_groups: economy → origin group; industries and industry_sector: codes of the products and of their sectors; goods [K].
    """

    economies: tuple[str, ...]
    intermediate: Array
    rows: Array
    absorption: Array
    pairs: Array
    home: Array
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
    """The margins of the fit from the prior `begin`, without those named in `leave_out` ("goods pairs", "product mix",
    "US sectors", "services", "home")."""
    c, k = problem.rows.shape
    n = c + 1
    shape = (c, n, k)
    origin, destination, product = np.indices(shape)
    found = [
        Margin("absorption", destination, problem.absorption),
        Margin("rows", origin * k + product, problem.rows.ravel()),
    ]
    foreign = origin != destination
    if "home" not in leave_out:
        at_home = np.where(~foreign & problem.goods[product], origin, -1)
        found.append(Margin("home", at_home, problem.home, least=True))
    if "goods pairs" not in leave_out:
        known = np.isfinite(problem.pairs)
        inter = goods_inputs(problem)
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


def goods_inputs(problem: FinalDemandProblem) -> Array:
    """[C, N] goods sold as inputs in the table; nothing is known of the rest of the world."""
    return np.pad(problem.intermediate[:, :, problem.goods].sum(axis=2), ((0, 0), (0, 1)))


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


def held_out(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """[C, N] a fifth of the pairs, spread evenly over origins and destinations."""
    origin, destination = np.indices(shape)
    return np.asarray((7 * origin + destination) % 5 == 0)


def fit_final_demand(
    problem: FinalDemandProblem, leave_out: Collection[str] = (), *, sweeps: int = 1600, start: Array | None = None
) -> Fitted:
    """Impute F [C, N, K]; `leave_out` drops margins to see what each one brings. "a fifth of goods pairs" hides the pairs
    of `held_out` from every margin, to see what the others say of them."""
    if "a fifth of goods pairs" in leave_out:
        problem = replace(problem, pairs=np.where(held_out(problem.pairs.shape), np.nan, problem.pairs))
    begin = prior(problem) if start is None else start
    return fit_margins(begin, margins(problem, begin, leave_out), sweeps=sweeps, tolerance=1e-9, acceptable=1e-4)


# -- imputation --------------------------------------------------------------------------------------------------------
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Margin:
    """Totals wanted of groups of cells. `groups` has the shape of the table: the group of each cell, −1 for none.
    `least` asks for the target or more, whatever `weight`."""

    name: str
    groups: NDArray[np.integer]
    target: Array
    weight: float = np.inf
    bound: float = np.inf
    least: bool = False

    def __post_init__(self) -> None:
        if self.groups.max(initial=-1) >= len(self.target):
            raise InputError(
                refusal(
                    "build",
                    "margin_targets_for_groups",
                    name=f"{self.name!r}",
                    count=len(self.target),
                    max=int(self.groups.max()) + 1,
                )
            )
        if not (np.isfinite(self.target) & (self.target >= 0)).all():
            raise InputError(refusal("build", "margin_targets_must", name=f"{self.name!r}"))


@dataclass(frozen=True)
class Fitted:
    """The filled table, the largest relative miss of the exact margins, and the sweeps taken."""

    table: Array
    residual: float
    sweeps: int


def fit_margins(
    prior: Array, margins: Sequence[Margin], *, sweeps: int = 400, tolerance: float = 1e-9, acceptable: float = 1e-6
) -> Fitted:
    """Scale `prior` to `margins` (soft ones first, then those that hold at least, exact ones last). Zero cells stay zero.

    Stops when the exact margins and the table itself have settled to `tolerance`. Exact margins that a zero prior makes
    impossible raise `NotConverged` when `sweeps` run out with a relative miss above `acceptable`.
    """
    if (prior < 0).any() or not np.isfinite(prior).all():
        raise InputError(refusal("build", "prior_must"))
    ordered = sorted(margins, key=lambda m: 1 if m.least else 2 if np.isinf(m.weight) else 0)
    flat = prior.astype(np.float64).ravel().copy()
    cells: list[slice | Labels] = []
    labels: list[Labels] = []
    factors: list[Array] = []
    powers: list[float] = []
    for margin in ordered:
        group = margin.groups.ravel()
        inside = np.flatnonzero(group >= 0)
        everywhere = len(inside) == flat.size
        cells.append(slice(None) if everywhere else inside)
        labels.append(group[inside].astype(np.int64))
        factors.append(np.ones(len(margin.target)))
        powers.append(1.0 if np.isinf(margin.weight) else margin.weight / (1 + margin.weight))
    residual, taken = np.inf, 0
    while taken < sweeps:
        taken += 1
        moved, residual = 0.0, 0.0
        for margin, cell, label, factor, power in zip(ordered, cells, labels, factors, powers, strict=True):
            total = np.bincount(label, weights=flat[cell], minlength=len(margin.target))
            reach = total > 0
            if margin.least:
                bare = np.divide(total, factor, out=np.ones_like(total), where=reach)
                step = np.where(reach, np.maximum(margin.target / np.maximum(bare, 1e-300), 1.0), 1.0) / factor
                moved = max(moved, float(np.abs(np.log(step)).max(initial=0)))
            elif power == 1.0:
                step = np.divide(margin.target, total, out=np.ones_like(total), where=reach)
                scale = np.maximum(margin.target, 1e-9 * margin.target.max(initial=1e-300))
                residual = max(residual, float((np.abs(total - margin.target) / scale).max(initial=0)))
            else:
                bare = np.divide(total, factor, out=np.ones_like(total), where=reach)
                wanted = np.where(reach, np.maximum(margin.target, 0) / np.maximum(bare, 1e-300), 1.0) ** power
                wanted = np.clip(wanted, 1 / margin.bound, margin.bound)
                step = np.divide(wanted, factor, out=np.ones_like(total), where=(factor > 0) & reach)
                moved = max(moved, float(np.abs(np.log(np.maximum(step, 1e-12))).max(initial=0)))
            factor *= step
            flat[cell] *= step[label]
        if residual < tolerance and moved < max(tolerance, 1e-6):
            break
    if not residual < acceptable:
        raise NotConverged(refusal("build", "margins_missed_by", residual=f"{residual:.1e}", taken=taken))
    return Fitted(flat.reshape(prior.shape), residual, taken)


def spread_to_sources(source_shares: Array, origin_totals: Array, spending: Array, *, steps: int = 200) -> Array:
    """Spending by destination that best explains what each origin sold, given where destinations buy.

    `source_shares[i, n, k]` share of origin i in n's purchases of k; `origin_totals[i, k]`; `spending[n, k]` the first
    guess, kept where it explains the totals already. Multiplicative (Richardson–Lucy) steps, non-negative throughout.
    Returns prior flows [i, n, k] = shares × spending.
    """
    total = origin_totals.sum(axis=0)
    guess = spending * np.divide(total, spending.sum(axis=0), out=np.zeros_like(total), where=spending.sum(axis=0) > 0)
    for _ in range(steps):
        implied = np.einsum("ink,nk->ik", source_shares, guess)
        ratio = np.divide(origin_totals, implied, out=np.zeros_like(implied), where=implied > 0)
        guess = guess * np.einsum("ink,ik->nk", source_shares, ratio)
    return np.asarray(source_shares * guess[None, :, :])


# -- balance -----------------------------------------------------------------------------------------------------------
TINY = 1e-6
VALUE_ADDED_FLOOR = 0.02


@dataclass(frozen=True)
class Balanced:
    """Flows in the layout of `World`, and what had to be moved. `moved` million USD, `cells` region–sectors."""

    shipments: Array
    intermediate_use: Array
    value_added: Array
    final_use: Array
    moved: float
    cells: tuple[tuple[int, int], ...]
    dropped: float


def balance(shipments: Array, use: Array, final: Array, tariff_rates: Array) -> Balanced:
    """Exact balance; flows below `TINY` become zero. Shapes as in `World` (use [n, k, j], final [n, k])."""
    kept = np.where(shipments < TINY, 0.0, shipments)
    dropped = float(shipments.sum() - kept.sum())
    use, final = np.maximum(use, 0.0), np.maximum(final, 0.0)
    use = np.where(use < TINY, 0.0, use)
    final = np.where(final < TINY, 0.0, final)
    supply = kept.sum(axis=0)
    spending = np.einsum("ink,ink->nk", 1 + tariff_rates, kept)
    asked = use.sum(axis=2) + final
    # a product that is shipped and that nobody asked for goes to final users
    final = np.where((asked <= 0) & (supply > 0), 1.0, final)
    asked = use.sum(axis=2) + final
    ratio = np.divide(spending, asked, out=np.zeros_like(spending), where=asked > 0)
    use, final = use * ratio[:, :, None], final * ratio
    output = kept.sum(axis=1)
    inputs = use.sum(axis=1)
    most = (1 - VALUE_ADDED_FLOOR) * output
    over = inputs > most
    factor = np.where(over, np.divide(most, inputs, out=np.zeros_like(most), where=inputs > 0), 1.0)
    cut = use * (1 - factor)[:, None, :]
    moved = float(cut.sum())
    use, final = use - cut, final + cut.sum(axis=2)
    value_added = output - use.sum(axis=1)
    cells = tuple((int(n), int(j)) for n, j in np.argwhere(over & (inputs > 1e-3)))
    return Balanced(kept, use, np.maximum(value_added, 0.0), final, moved, cells, dropped)
