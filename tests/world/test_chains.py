"""Value added traced through supply chains: accounting, an independent way round, dependence shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.economies import economies

from detente.errors import UnknownRegion
from detente.world import toy_world
from detente.world.chains import Chains, dependence
from detente.world.economy import Economy

TOY = Chains.of(toy_world())


def chains(economy: Economy) -> Chains:
    """The flows of an economy, without a world."""
    cost = economy.output[:, None, :]
    factor = (1 + economy.tariffs) * (1 + economy.export_taxes)
    return Chains(
        economy.regions,
        economy.sectors,
        economy.shipments,
        factor,
        economy.input_shares * cost,
        economy.value_added,
        economy.final_shares * economy.income[:, None],
    )


def by_rounds(chains: Chains, source: str, rounds: int = 400) -> np.ndarray:
    """Value added of `source` in a unit of every output, stage by stage, without a matrix inverse."""
    n, s = chains.output.shape
    b = chains.regions.index(source)
    spending = np.einsum("inj,inj->nj", chains.duty_factor, chains.shipments)
    found, direct = np.zeros((n, s)), np.zeros((n, s))
    for j in range(s):
        if chains.output[b, j] > 0:
            direct[b, j] = chains.value_added[b, j] / chains.output[b, j]
    for _ in range(rounds):
        new = direct.copy()
        for m in range(n):
            for j in range(s):
                for k in range(s):
                    if chains.output[m, j] > 0 and spending[m, k] > 0:
                        used = chains.input_use[m, k, j] / chains.output[m, j]
                        new[m, j] += used * sum(chains.shipments[i, m, k] / spending[m, k] * found[i, k] for i in range(n))
        if np.abs(new - found).max() < 1e-13:
            break
        found = new
    return found


def test_content_equals_the_sum_over_stages() -> None:
    for region in TOY.regions:
        np.testing.assert_allclose(TOY.content(region), by_rounds(TOY, region), atol=1e-11)


@settings(max_examples=8, deadline=None)
@given(economies())
def test_contents_and_duties_make_a_unit_of_everything(economy: Economy) -> None:
    c = chains(economy)
    whole = sum((c.content(r) for r in c.regions), c.duties_inside)
    np.testing.assert_allclose(whole[c.output > 0], 1.0, atol=1e-9)
    assert all(c.content(r).min() >= -1e-12 for r in c.regions)


@settings(max_examples=8, deadline=None)
@given(economies())
def test_all_value_added_ends_in_somebodys_final_demand(economy: Economy) -> None:
    c = chains(economy)
    absorbed = sum(c.absorbed(r) for r in c.regions)
    np.testing.assert_allclose(absorbed, c.value_added.sum(axis=1), rtol=1e-7)


def test_value_added_sold_to_the_world_is_content_of_what_it_buys() -> None:
    """The two ways round the same inverse: Σⱼ content of b in final purchases of a = value added of b that a absorbs."""
    sources = TOY.shipments / TOY.spending[None]
    for a, buyer in enumerate(TOY.regions):
        bought = sources[:, a] * TOY.final_use[a][None]
        for b, maker in enumerate(TOY.regions):
            assert (TOY.content(maker) * bought).sum() == pytest.approx(TOY.absorbed(buyer)[b], rel=1e-10)


def test_dependence_shares_sum_to_a_hundred() -> None:
    table = dependence(TOY, "BBB")
    np.testing.assert_allclose(table.sum(), 100.0)
    assert table.loc["BBB", "goods exports, %"] == 0
    shipped = TOY.shipments[1]
    abroad = shipped.sum() - shipped[1].sum()
    assert table.loc["AAA", "goods exports, %"] == pytest.approx(100 * shipped[0].sum() / abroad)
    with pytest.raises(UnknownRegion, match="BBB"):
        dependence(TOY, "BB")
