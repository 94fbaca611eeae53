"""Reliance, value added in trade, chokepoints: closed forms, identities on random economies, ties, zero rows, unknown codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.economies import economies
from tests.world.test_chains import chains

import detente as dt
from detente.errors import InputError, UnknownRegion, UnknownSector
from detente.words.names import goods_sectors
from detente.world import toy_world
from detente.world.chains import Chains
from detente.world.chokepoints import at_stake, chokepoints
from detente.world.economy import Economy
from detente.world.exposure import exposure
from detente.world.minerals import facts, known, minerals
from detente.world.reliance import FACE, HIDDEN, LOOK, input_reliance, market_reliance, reliance_by_sector, through
from detente.world.trade_in_value_added import value_added_in_trade
from detente.world.world import World

TOY = toy_world()


def chain_of_three() -> World:
    """One sector. CCC makes 100 of nothing bought and sells all to BBB, which adds 100 and sells 200 to AAA, which adds 100 and
    consumes its 300.
    """
    shipments = np.zeros((3, 3, 1))
    shipments[2, 1], shipments[1, 0], shipments[0, 0] = 100.0, 200.0, 300.0
    use = np.zeros((3, 1, 1))
    use[0], use[1] = 200.0, 100.0
    return World.from_flows(
        regions=("AAA", "BBB", "CCC"), sectors=("GOOD",), shipments=shipments, intermediate_use=use,
        value_added=[[100.0], [100.0], [100.0]], final_use=[[300.0], [0.0], [0.0]], trade_elasticity=[4.0], year=2020,
    )  # fmt: skip


def test_a_chain_of_three_in_closed_form() -> None:
    found = exposure(chain_of_three(), region="AAA")
    # the table does not say what is made for whom: 300 of home and 200 of BBB are bought alike by users and final buyers
    assert found.inputs[FACE].to_dict() == pytest.approx({"AAA": 60.0, "BBB": 40.0, "CCC": 0.0})
    # a = (.4, .2667): inputs of AAA 2/3 of output, 3/5 from home, 2/5 from BBB; BBB uses half from CCC
    own = 0.4 / (1 - 0.4)
    second = (2 / 3 * 2 / 5) / (1 - 0.4)
    third = second / 2
    whole = own + second + third
    expected = {"AAA": 100 * own / whole, "BBB": 100 * second / whole, "CCC": 100 * third / whole}
    assert found.inputs[LOOK].to_dict() == pytest.approx(expected)
    assert found.input_reliance.hidden == pytest.approx(found.inputs.drop("AAA")[HIDDEN].sum())
    # everything of CCC comes with what BBB and home sell, nothing directly
    assert found.routes.loc["CCC", "CCC"] == 0
    assert found.routes_of("CCC").sum() == pytest.approx(expected["CCC"])


def test_value_added_of_a_chain_of_three() -> None:
    chained = Chains.of(chain_of_three())
    middle = value_added_in_trade(chained, "BBB")
    assert (middle.exports, middle.domestic, middle.foreign) == pytest.approx((200.0, 100.0, 100.0))
    assert middle.domestic_share == pytest.approx(50.0)
    assert middle.absorbed_share == pytest.approx(100.0)
    assert value_added_in_trade(chained, "CCC").by_source.to_dict() == pytest.approx({"AAA": 0, "BBB": 0, "CCC": 100})
    none = value_added_in_trade(chained, "AAA")
    assert none.exports == 0
    assert np.isnan(none.domestic_share)
    assert none.absorbed_abroad == pytest.approx(0, abs=1e-9)


def test_the_index_is_the_product_it_says() -> None:
    found = chokepoints(TOY, "CCC").loc["MAKE"]
    paid = TOY.duty_factor[:, 2, 1] * TOY.shipments[:, 2, 1]
    shares = paid / paid.sum()
    use = TOY.intermediate_use[2, 1]
    stake = float(use / use.sum() @ TOY.value_added[2] / TOY.value_added[2].sum())
    assert found["concentration"] == pytest.approx(shares[0] ** 2 + shares[1] ** 2)
    assert found["hard to replace"] == pytest.approx(1 / 5)
    assert found["at stake, %"] == pytest.approx(100 * stake)
    assert found["index"] == pytest.approx(100 * (shares[0] ** 2 + shares[1] ** 2) / 5 * stake)


def test_sectors_add_up_and_partners_are_part_of_all() -> None:
    chained = Chains.of(TOY)
    parts = sum(at_stake(chained, "CCC", s) for s in TOY.sectors)
    np.testing.assert_allclose(parts, at_stake(chained, "CCC"), rtol=1e-12)
    whole = chokepoints(TOY, "CCC")["concentration"]
    alone = sum(chokepoints(TOY, "CCC", to=p)["concentration"] for p in ("AAA", "BBB"))
    np.testing.assert_allclose(alone[whole.index], whole, rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(economies())
def test_identities_on_random_economies(economy: Economy) -> None:
    flows = chains(economy)
    for n, region in enumerate(flows.regions):
        for sector in (None, flows.sectors[0]):
            for frame in (input_reliance(flows, region, sector), market_reliance(flows, region, sector)):
                for column in (FACE, LOOK):
                    assert frame[column].min() >= -1e-9
                    assert frame[column].sum() == pytest.approx(100 if frame[column].sum() > 1 else 0, abs=1e-7)
                assert frame[HIDDEN].sum() == pytest.approx(0, abs=1e-7)
            routes = through(flows, region, sector)
            np.testing.assert_allclose(routes.sum(axis=1), input_reliance(flows, region, sector)[LOOK], atol=1e-7)
            trade = value_added_in_trade(flows, region, sector)
            assert trade.domestic + trade.foreign == pytest.approx(trade.exports, rel=1e-9, abs=1e-9)
            earned = flows.value_added[n].sum() if sector is None else flows.value_added[n, 0]
            assert trade.value_added == pytest.approx(earned, rel=1e-9, abs=1e-9 * flows.output.sum())
        to_all = [value_added_in_trade(flows, region, to=p).exports for p in flows.regions]
        assert sum(to_all) == pytest.approx(value_added_in_trade(flows, region).exports)


def test_all_inputs_of_all_sectors_are_those_of_the_region() -> None:
    chained = Chains.of(TOY)
    by_sector = reliance_by_sector(chained, "CCC", "BBB")
    for sector in TOY.sectors:
        frame, sales = input_reliance(chained, "CCC", sector), market_reliance(chained, "CCC", sector)
        assert by_sector.loc[sector, [FACE, LOOK]].tolist() == pytest.approx(frame.loc["BBB", [FACE, LOOK]].tolist())
        told = by_sector.loc[sector, [f"sales, {FACE}", f"sales, {LOOK}"]].tolist()
        assert told == pytest.approx(sales.loc["BBB", [FACE, LOOK]].tolist())


def test_the_inverse_written_out_says_the_same() -> None:
    n, s = len(TOY.regions), len(TOY.sectors)
    spending = np.einsum("inj,inj->nj", TOY.duty_factor, TOY.shipments)
    a = np.zeros((n * s, n * s))
    for i, m, k, j in np.ndindex(n, n, s, s):
        a[i * s + k, m * s + j] = TOY.shipments[i, m, k] / spending[m, k] * TOY.intermediate_use[m, k, j] / TOY.output[m, j]
    needed = (np.linalg.inv(np.eye(n * s) - a) - np.eye(n * s)) @ np.concatenate([np.zeros(2 * s), TOY.output[2]])
    by_region = needed.reshape(n, s).sum(axis=1)
    expected = 100 * by_region / by_region.sum()
    np.testing.assert_allclose(input_reliance(Chains.of(TOY), "CCC")[LOOK], expected, rtol=1e-10)


def test_a_sector_that_makes_and_uses_nothing_has_zeros_and_words() -> None:
    shipments, use = TOY.shipments.copy(), TOY.intermediate_use.copy()
    value, final = TOY.value_added.copy(), TOY.final_use.copy()
    world = World.from_flows(
        regions=(*TOY.regions, "DDD"), sectors=TOY.sectors, shipments=np.pad(shipments, ((0, 1), (0, 1), (0, 0))),
        intermediate_use=np.pad(use, ((0, 1), (0, 0), (0, 0))), value_added=np.pad(value, ((0, 1), (0, 0))),
        final_use=np.pad(final, ((0, 1), (0, 0))), tariff_rates=np.pad(TOY.tariff_rates, ((0, 1), (0, 1), (0, 0))),
        trade_elasticity=TOY.trade_elasticity, year=2022,
    )  # fmt: skip
    found = exposure(world, region="DDD")
    assert found.inputs.to_numpy().sum() == 0
    assert found.chokepoints.empty
    assert "make nothing" in found.explain()
    json.dumps(found.record(), allow_nan=False)
    to_nobody = exposure(world, region="CCC", to="DDD")
    assert "no inputs from DDD" in to_nobody.explain()
    from detente.briefing.charts.exposure import exposure_figure

    assert exposure_figure(found) is None
    assert exposure_figure(to_nobody) is None


def test_unknown_codes_and_the_region_itself_are_refused_in_words() -> None:
    with pytest.raises(UnknownRegion, match="AAA"):
        exposure(TOY, region="AAB")
    with pytest.raises(UnknownSector, match="MAKE"):
        exposure(TOY, region="AAA", sector="MAKES")
    with pytest.raises(UnknownRegion):
        exposure(TOY, region="AAA", to="ZZZ")
    with pytest.raises(InputError, match="own partner"):
        exposure(TOY, region="AAA", to="AAA")


def test_ties_are_told_as_ties() -> None:
    told = exposure(TOY, region="CCC").explain()
    assert "first in BBB and AAA (each 22" in told


def test_money_is_in_the_currency_of_the_world() -> None:
    told = exposure(TOY.with_(unit="million EUR"), region="CCC").explain()
    assert "EUR\N{NO-BREAK SPACE}40" in told
    assert "USD" not in told


def test_files_and_records(tmp_path: Path) -> None:
    found = exposure(TOY, region="CCC", to="BBB")
    frame = pd.read_csv(found.to_csv(tmp_path / "x.csv"), index_col=0)
    pd.testing.assert_frame_equal(frame, found.to_frame(), check_names=False)
    record = json.loads(json.dumps(found.record(), allow_nan=False))
    assert record["to"] == "BBB"
    assert record["minerals"] == []
    assert [r["sector"] for r in record["rows"]] == found.to_frame().index.tolist()


# -- the default world against what others publish ----------------------------------------------------------------------
# United States: 92 % in 1995, 85 % in 2008, 89 % in 2009 (OECD, TiVA 2013, country note); foreign content about 15 % in Japan and
# the United States in 2014 (OECD, Science, Technology and Industry Scoreboard 2017, https://doi.org/10.1787/888933619809), before
# the dear fuel of 2022; China 79 % in 2012, 83 % in 2016 (after TiVA: Gupta, "Changing landscape of global value chains").
PUBLISHED = {"USA": (85, 92), "CHN": (79, 85), "JPN": (77, 87)}


@pytest.mark.parametrize(("region", "within"), PUBLISHED.items())
def test_domestic_share_of_exports_is_in_the_published_range(region: str, within: tuple[int, int]) -> None:
    found = value_added_in_trade(Chains.of(dt.load_world()), region)
    assert within[0] <= found.domestic_share <= within[1]


def test_american_manufacturing_buys_over_four_fifths_of_its_inputs_at_home() -> None:
    # Baldwin, Freeman and Theodorakopoulos (2023): over 80 percent of US industrial inputs are sourced domestically, and exposure
    # to China is much larger looking through than at face value
    world = dt.load_world()
    flows = Chains.of(world)
    n, c = flows.index("USA"), flows.index("CHN")
    rows = [world.sector_index(s) for s in goods_sectors(world.sectors) if s not in ("AGR", "ENE", "MIN", "RER")]
    made = np.zeros(flows.output.shape)
    made[n, rows] = flows.output[n, rows]
    face, look = flows.bought(made).sum(axis=1), (flows.required(made) - made).sum(axis=1)
    assert face[n] / face.sum() > 0.80
    assert look[c] / look.sum() > 2 * face[c] / face.sum()


def test_every_region_of_the_default_world_closes() -> None:
    flows = Chains.of(dt.load_world())
    for region in ("USA", "MYS", "ROW"):
        found = value_added_in_trade(flows, region)
        assert found.domestic + found.foreign == pytest.approx(found.exports, rel=1e-9)
        assert found.value_added == pytest.approx(flows.value_added[flows.index(region)].sum(), rel=1e-9)


# -- critical minerals --------------------------------------------------------------------------------------------------
def test_minerals_of_the_default_world() -> None:
    world = dt.load_world()
    assert all(known(r) for r in world.regions)
    assert not known("WORLD")
    frame = minerals(world, "MYS")
    assert set(frame.index) <= set(facts()["minerals"])
    assert frame["index"].is_monotonic_decreasing
    rare = frame.loc["rare-earths"]
    assert (rare["seller"], rare["mined by"]) == ("Australia", "China")
    assert rare["index"] == pytest.approx(rare["concentration"] * rare["hard to replace"] * rare["at stake, %"])
    assert ((frame["concentration"] > 0) & (frame["concentration"] <= 1)).all()
    assert (frame["concentration"] >= (frame["its share, %"] / 100) ** 2 - 1e-3).all()
    from_china = minerals(world, "MYS", to="CHN")
    assert set(from_china["seller"]) == {"China"}
    assert set(from_china.index) == set(frame.index[frame["seller"] == "China"])


def test_minerals_of_a_world_without_their_sectors_have_no_index() -> None:
    toy = World.from_flows(
        regions=("USA", "CHN", "MYS"), sectors=TOY.sectors, shipments=TOY.shipments, intermediate_use=TOY.intermediate_use,
        value_added=TOY.value_added, final_use=TOY.final_use, tariff_rates=TOY.tariff_rates,
        trade_elasticity=TOY.trade_elasticity, year=2022,
    )  # fmt: skip
    frame = minerals(toy, "USA")
    assert len(frame) > 10
    assert frame["index"].isna().all()
    json.dumps(exposure(toy, region="USA").record(), allow_nan=False)
