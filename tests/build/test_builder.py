"""Steps of the builder on small tables, and the whole build on made-up sources."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, strategies as st

import detente as dt
from detente.build import build_world
from detente.build.baseline_tariffs import (
    CEILING,
    china_by_sector,
    read_china_tariffs,
    spread_average,
)
from detente.build.build import compare
from detente.build.classification import (
    REGION_ORDER,
    region_members,
    sector_members,
)
from detente.build.elasticities import trade_elasticities
from detente.build.hidden import (
    CODE,
    PARENTS,
    chain_values,
    inside,
    sales_to_table,
    split_inputs,
    split_rare_earths,
    target_shipments,
)
from detente.build.imputation import VALUE_ADDED_FLOOR, balance
from detente.build.targets import _remove_discrepancy, goods_targets, scaled_to_table
from detente.errors import NotConverged, SourceError
from source_files import INDUSTRIES, write_sources


def _flows(
    seed: int, n: int = 3, products: tuple[str, ...] = ("C24B", "B07", "B08", "B09", "C20", "C26")
) -> tuple[np.ndarray, ...]:
    """Balanced basic-price flows: shipments [i,n,k], use [n,k,j], final [n,k]."""
    rng = np.random.default_rng(seed)
    k = len(products)
    shipments = rng.uniform(1, 10, (n, n, k)) + 40 * np.eye(n)[:, :, None]
    weights = rng.uniform(0.1, 1, (n, k, k + 1)) * np.r_[np.full(k, 0.5 / k), 1.0]
    spent = weights / weights.sum(2, keepdims=True) * shipments.sum(0)[:, :, None]
    return shipments, spent[:, :, :k], spent[:, :, k]


@given(seed=st.integers(0, 500), top=st.floats(0, 1.5))
def test_balance_is_exact_for_any_duties(seed: int, top: float) -> None:
    shipments, use, final = _flows(seed)
    rates = np.random.default_rng(seed).uniform(0, top, shipments.shape)
    b = balance(shipments, use, final, rates)
    spending = np.einsum("ink,ink->nk", 1 + rates, b.shipments)
    assert np.allclose(b.intermediate_use.sum(2) + b.final_use, spending, rtol=1e-12)
    assert np.allclose(b.value_added + b.intermediate_use.sum(1), b.shipments.sum(1), rtol=1e-12)
    assert (b.value_added >= VALUE_ADDED_FLOOR * b.shipments.sum(1) * (1 - 1e-9)).all()
    assert b.final_use.min() >= 0


def test_prices_scale_the_chain_and_leave_its_quantities_alone() -> None:
    """One factor for every source is one factor on every shipment; a factor for magnets alone leaves compounds' trade."""
    facts = {
        "price_2024": {s: {"value": 1.0} for s in ("usgs", "baci", "market")},
        "world_output_musd": {
            "parts": {"ore": 100.0, "magnets": 300.0},
            "price": {"ore": "usgs", "magnets": "market"},
            "bought_inside": {"ore": 1.0, "magnets": 0.0},
        },
        "supply_musd": {"MYS": {"value": 50.0, "source": "baci"}, "JPN": {"value": 80.0, "source": "market"}},
        "magnet_exports_musd": {"CHN": 40.0, "JPN": 20.0, "sources": []},
    }
    codes, wishes = ("CHN", "MYS", "JPN", "ROW"), np.array([3.0, 1.0, 2.0, 1.0])
    trade = pd.Series({("MYS", "JPN"): 30.0, ("CHN", "JPN"): 10.0})

    def shipped(**prices: float) -> tuple[float, np.ndarray]:
        chain = chain_values({**facts, "price_2024": {s: {"value": prices.get(s, 1.0)} for s in facts["price_2024"]}})
        return chain.own_use, target_shipments(chain, trade, codes, wishes)

    own, before = shipped()
    assert own == pytest.approx(0.25)
    assert before.sum() == pytest.approx(400)
    halved_own, halved = shipped(usgs=0.5, baci=0.5, market=0.5)
    assert halved_own == pytest.approx(own)
    assert halved == pytest.approx(before / 2)
    cheap_own, cheap = shipped(market=0.5)
    assert cheap_own == pytest.approx(100 / 250)
    assert cheap.sum() == pytest.approx(250)
    assert cheap[1] == pytest.approx(before[1])
    assert cheap[0, 2] == pytest.approx(10 + (before[0, 2] - 10) / 2)


def test_balance_reports_what_the_floor_moved_and_drops_dust() -> None:
    shipments, use, final = _flows(1)
    shipments[0, 1, 2] = 1e-8
    b = balance(shipments, use * 6, final, np.zeros_like(shipments))
    assert b.moved > 0
    assert b.cells
    assert b.shipments[0, 1, 2] == 0
    assert b.dropped == pytest.approx(1e-8)


@given(seed=st.integers(0, 300))
def test_rare_earths_come_out_of_their_parents_and_nothing_else_moves(seed: int) -> None:
    products = ("C24B", "B07", "B08", "B09", "C20", "C26")
    shipments, use, final = _flows(seed, products=products)
    target = np.random.default_rng(seed).uniform(0, 1.5, (3, 3))
    wishes = np.zeros((3, 6))
    wishes[:, 5] = [1.0, 2.0, 3.0]
    split = split_rare_earths(shipments, use, final, products, target, wishes, 0.3)
    at = split.products.index(CODE)
    assert split.products[at - 1] == "B09"
    group = [split.products.index(p) for p in (*PARENTS, CODE) if p in split.products]
    old = [products.index(p) for p in PARENTS if p in products]
    assert np.allclose(split.shipments[:, :, group].sum(2), shipments[:, :, old].sum(2))
    assert np.allclose(split.use[:, group].sum(1)[:, split.products.index("C26")], use[:, old].sum(1)[:, 5])
    assert np.allclose(split.use.sum((1, 2)), use.sum((1, 2)))
    assert np.allclose(split.use.sum(2) + split.final, split.shipments.sum(0))
    assert min(split.shipments.min(), split.use.min()) >= 0
    assert split.dropped == pytest.approx(target.sum() - split.shipments[:, :, at].sum())
    # value added of parents and the new industry together is what it was
    before = shipments.sum(1) - use.sum(1)
    after = split.shipments.sum(1) - split.use.sum(1)
    assert np.allclose(after.sum(1), before.sum(1))


@given(average=st.floats(0.001, 0.3), seed=st.integers(0, 100))
def test_spread_rates_average_to_the_cited_figure(average: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    heights, trade = rng.uniform(0, 2, (4, 3)), rng.uniform(0, 10, (4, 3))
    heights[0] = 0
    rates = spread_average(average, heights, trade)
    assert rates.max() <= CEILING
    assert (rates[0] == 0).all()
    if rates.max() < CEILING:
        assert (rates * trade).sum() / trade.sum() == pytest.approx(average)


def test_chinese_lines_are_weighted_by_what_was_imported(tmp_path: Path) -> None:
    folder = write_sources(tmp_path / "s") / "tariffs"
    table, mapped = china_by_sector(read_china_tariffs(folder))
    assert mapped == pytest.approx(0.8)
    assert table.loc["AGR", "united_states"] == pytest.approx(0.35)
    assert table.loc["RER", "others"] == pytest.approx(0.05)


def test_trade_elasticity_is_minus_epsilon_minus_one_within_bounds() -> None:
    rules = {
        "bounds": {"lowest": 2, "highest": 12},
        "shrinkage": 0.0,
        "mean": 6.0,
        "services": {"theta": 5},
        "set": {"R": {"theta": 1.5}},
        "gtap": {"A": ["x", "y"], "B": ["z"]},
        "caliendo_parro": {"A": "Auto"},
    }
    published = pd.DataFrame({"theta": [1.84], "se": [0.92]}, index=["Auto"])
    found = trade_elasticities(pd.Series({"x": -4.0, "y": -6.0, "z": -20.0}), published, ["A", "B", "R", "S"], rules)
    assert found.theta == {"A": 4.0, "B": 12.0, "R": 1.5, "S": 5.0}
    assert found.clipped == ("B",)
    assert found.comparison == {"A": (1.84, 0.92)}
    with pytest.raises(SourceError, match="no elasticity"):
        trade_elasticities(pd.Series({"q": -4.0}), published, ["A"], rules)
    half = trade_elasticities(
        pd.Series({"x": -4.0, "y": -6.0, "z": -20.0}), published, ["A", "B", "R", "S"], {**rules, "shrinkage": 0.5}
    )
    assert half.theta == {"A": 5.0, "B": 9.0, "R": 1.5, "S": 5.0}  # only what was estimated is drawn to the mean
    assert half.raw == found.raw
    with pytest.raises(SourceError, match="shrinkage"):
        trade_elasticities(pd.Series({"x": -4.0}), published, ["A"], {**rules, "shrinkage": 1.5})


def test_rest_of_world_absorbs_its_trade_at_its_gdp() -> None:
    a = np.array([[0.2, 0.1], [0.1, 0.3]])
    rest = inside(a, np.array([1.0, 2.0]), np.array([5.0, 0.0]), np.array([0.0, 6.0]), 100.0)
    assert (rest.output - rest.use.sum(0)).sum() == pytest.approx(100)
    assert np.allclose(rest.output + np.array([-5.0, 6.0]), rest.use.sum(1) + rest.final_use)
    assert rest.domestic.min() >= 0
    with pytest.raises(NotConverged):
        inside(a, np.array([1.0, 2.0]), np.array([5.0, 0.0]), np.array([0.0, 400.0]), 10.0)


def test_sales_of_the_rest_of_the_world_keep_their_totals() -> None:
    sections = (
        pd.DataFrame({0: [5.0, 1.0], 3: [5.0, 9.0], 7: [1.0, 1.0]}, index=["AAA", "BBB"]).reindex(columns=range(10)).fillna(0.0)
    )
    pattern = np.random.default_rng(0).uniform(0, 1, (2, len(INDUSTRIES)))
    sold = sales_to_table(
        np.array([100.0, 50.0]),
        np.array([30.0, 60.0]),
        np.array([5.0, 1.0]),
        sections,
        np.array([20.0, 10.0]),
        pattern,
        INDUSTRIES,
    )
    assert np.allclose(sold.sum(1), [120, 60])
    fuels = [INDUSTRIES.index(i) for i in ("B05", "B06")]
    assert np.allclose(sold[:, fuels].sum(1), [30, 47.5])


def test_inputs_and_final_goods_add_up() -> None:
    use = np.random.default_rng(0).uniform(0, 1, (2, 3, 3))
    use[0, 1] = 0
    imports = np.array([[4.0, 2.0, 1.0], [1.0, 1.0, 1.0]])
    inputs, final = split_inputs(imports, np.full((2, 3), 0.6), use)
    assert np.allclose(inputs.sum(2) + final, imports)
    assert final[0, 1] == pytest.approx(2.0)


def test_reexports_are_scaled_but_not_towards_the_recorders_of_origin() -> None:
    codes = ["USA", "CHN", "MYS", "HKG", "TWN"]
    goods = pd.DataFrame(10.0, index=["USA", "CHN", "MYS", "HKG", "KEN"], columns=["USA", "CHN", "MYS", "HKG", "KEN"])
    older = pd.Series({(a, b, 0): 1.0 for a in codes for b in codes if a != b})
    room = np.array([1e9, 1e9, 30.0, 1e9, 1e9])
    found = goods_targets(goods, older, codes, room, (40.0, 20.0), np.array([0.0, 0, 0, -35.0, 0]), {("TWN", "USA"): 33.0})
    mys = codes.index("MYS")
    assert found.target[mys, 0] == found.customs[mys, 0] == 10
    assert np.nansum(found.target[mys, :3]) + 0 <= 30
    assert found.scaled["MYS"] < 1
    assert found.scaled_imports["HKG"] < 1
    assert found.customs[4, 0] == 33
    assert not found.low[4, 0]
    assert found.low[4, 1]


@given(seed=st.integers(0, 300))
def test_pairs_are_scaled_to_what_the_rows_can_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = ["USA", "CHN", "NLD", "MYS"]
    pairs, inputs = rng.uniform(0, 10, (4, 5)), rng.uniform(0, 6, (4, 5))
    pairs[np.arange(4), np.arange(4)] = np.nan
    most = rng.uniform(0, 30, 4)
    found, factors = scaled_to_table(pairs, inputs, most, codes)
    for i, code in enumerate(codes):
        wanted = np.maximum(np.nan_to_num(pairs[i]), inputs[i])
        wanted[i] = 0
        room = inputs[i].sum() - inputs[i, i] + most[i]
        assert (code in factors) == (wanted.sum() > room)
        assert np.array_equal(found[i, :2], pairs[i, :2], equal_nan=True)  # the recorders of origin
        # a pair never asks for more than before, and factors are one for an exporter
        rest = np.delete(np.arange(2, 5), [k for k in range(3) if k + 2 == i])
        assert np.allclose(found[i, rest], pairs[i, rest] * factors.get(code, 1.0), rtol=2e-3)


def test_surpluses_are_scaled_to_meet_deficits() -> None:
    net = _remove_discrepancy(np.array([-10.0, 8.0, 8.0, -2.0]))
    assert net.sum() == pytest.approx(0)
    assert net[0] == -10


def test_fit_measures() -> None:
    row = compare("m", "v", np.array([2.0, 4.0, 8.0, 5.0]), np.array([1.0, 2.0, 4.0, np.nan]), floor=0.5)
    assert row.n == 3
    assert row.log_correlation == pytest.approx(1)
    assert row.median_error_pct == pytest.approx(100)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sources(tmp_path_factory.mktemp("build") / "sources")


def test_whole_build_on_made_up_sources(made_up: Path, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    world, report = build_world(made_up, progress=lambda *step: heard.append(step))
    assert world.check() < 1e-9
    assert world.regions == ("USA", "CHN", "TWN", "MYS", "VNM", "PAK", "EU27", "GLF", "AFR", "ROW")
    assert world.sectors == tuple(sector_members())
    assert world.shipments[:, :, world.sector_index("RER")].sum() > 0
    eu = world.region_index("EU27")
    assert (world.tariff_rates[eu, eu] == 0).all()
    assert heard[-1][1] == heard[-1][2]
    rows = report.to_frame()
    assert {"all margins", "prior only"} <= set(rows["variant"])
    exact = rows[(rows["margin"] == "absorption") & (rows["variant"] == "all margins")]
    assert exact["weighted_error_pct"].iloc[0] < 0.1
    assert "CHN → USA" in report.summary()
    json.dumps(world.card)
    again, _ = build_world(made_up)
    first, second = world.save(tmp_path / "a.npz"), again.save(tmp_path / "b.npz")
    assert first.read_bytes() == second.read_bytes()


def test_full_detail_keeps_economies_and_industries(made_up: Path) -> None:
    world, _ = build_world(made_up, full=True)
    assert world.regions[0] == "USA"
    assert {"DEU", "FRA", "ROW"} <= set(world.regions)
    assert len(world.sectors) == len(INDUSTRIES) + 1
    assert world.check() < 1e-9


def test_a_missing_source_stops_the_build(made_up: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        build_world(tmp_path, icio=made_up / "icio/bench_cache.npz")


# the table that ships


def test_shipped_world_is_sane() -> None:
    world = dt.load_world()
    assert world.check() < 1e-9
    assert world.regions == REGION_ORDER
    assert world.sectors == tuple(sector_members())
    gdp = dict(zip(world.regions, world.value_added.sum(1) / 1e6, strict=True))
    assert 24 < gdp["USA"] < 27
    assert 16 < gdp["CHN"] < 19
    assert 0.35 < gdp["MYS"] < 0.45
    assert 4 < gdp["ROW"] < 5
    deficits = dict(zip(world.regions, world.deficits / 1e6, strict=True))
    assert 0.9 < deficits["USA"] < 1.1
    assert deficits["CHN"] < -0.3
    positive = world.shipments[world.shipments > 0]
    assert positive.min() >= 1e-6
    services = [k for k, s in enumerate(world.sectors) if s in ("UTL", "TRD", "FIN", "PUB")]
    assert (world.tariff_rates[:, :, services] == 0).all()
    n = np.arange(len(world.regions))
    assert (world.tariff_rates[n, n] == 0).all()
    rare = world.shipments[:, :, world.sector_index("RER")]
    assert 0.82 < rare[world.region_index("CHN")].sum() / rare.sum() < 0.92
    # quantities of 2022 at the prices of 2024
    assert 18_000 < rare.sum() < 24_000
    assert np.isfinite(world.extras["population"]).all()


def test_card_beside_the_world_is_the_one_inside() -> None:
    text = files("detente").joinpath("data", "worlds", "world-2022.card.json").read_text(encoding="utf-8")
    card = json.loads(text)
    assert card == json.loads(json.dumps(dt.load_world().card))
    assert card["assumptions"]


def test_shipped_fit_is_what_the_docs_say() -> None:
    card = dt.load_world().card
    rows = {(r["margin"], r["variant"]): r for r in card["fit"]["rows"]}

    def error(margin: str, variant: str = "all margins") -> float:
        return float(rows[margin, variant]["weighted_error_pct"])

    assert error("goods between regions, customs 2023") < 13
    assert error("goods between regions, scaled target") < 7
    assert error("goods pairs, scaled target") < 7
    assert error("US imports, origin × sector") < 9
    assert all(abs(p["table"] / p["customs"] - 1) < 0.05 for p in card["fit"]["pairs"] if p["destination"] != "HKG")
    # no economy sells all its final goods abroad
    homes = card["notes"]["home_share_of_final_goods"]
    assert all(h["table"] >= h["prior"] / 3 - 0.002 for h in homes.values())
    # and a mean is read over paying imports only where it would exceed what is known of the importer's own rates
    paid = card["notes"]["mean_on_those_who_pay_pct"]
    limits = yaml.safe_load(files("detente").joinpath("data", "worlds", "tariff_averages.yaml").read_text(encoding="utf-8"))
    for entry in limits["on_paying"]:
        for economy in entry["economies"]:
            assert paid[economy] <= entry["mfn_pct"]


def test_the_page_prints_the_fit_of_the_card() -> None:
    page = (Path(__file__).parents[2] / "docs" / "world.md").read_text(encoding="utf-8")
    lines = page[page.index("## Fit") : page.index("### Known misses")].replace("\u2212", "-").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    fit = dt.load_world().card["fit"]
    told = {(r[0], r[1]): r[2:] for r in rows if len(r) == 11 and r[0].isupper()}
    assert set(told) == {(p["origin"], p["destination"]) for p in fit["pairs"]}
    order = ("without US sectors", "without goods pairs", "without product mix", "without services", "prior only")
    for p in fit["pairs"]:
        table, customs, error, _, *variants = (float(x) for x in told[p["origin"], p["destination"]])
        wanted = [p["table"], p["customs"], *(p["variants"][v] for v in order)]
        assert [table, customs, *variants] == pytest.approx([x / 1e3 for x in wanted], abs=0.051)
        assert error == pytest.approx(100 * (p["table"] / p["customs"] - 1), abs=0.051)
    found: dict[str, list[list[float]]] = {}
    for r in rows:
        if len(r) == 11 and r[1].isdigit():
            found.setdefault(r[0], []).append([float(x) for x in r[1:]])
    names = {"the hidden fifth, scaled target": "goods pairs of one fifth, scaled target"}
    columns = (
        "all margins", "without US sectors", "without goods pairs", "a fifth of pairs held out", "without product mix",
        "without services", "without home", "without mix or US", "prior only",
    )  # fmt: skip
    card = {(r["margin"], r["variant"]): r for r in fit["rows"]}
    assert {names.get(m, m) for m in found} == {m for m, _ in card} - {"absorption"}
    for margin, (correlations, errors) in found.items():
        entries = [card[names.get(margin, margin), v] for v in columns]
        assert correlations == pytest.approx([entries[0]["n"], *(e["log_correlation"] for e in entries)], abs=5.1e-4)
        assert errors == pytest.approx([entries[0]["n"], *(e["weighted_error_pct"] for e in entries)], abs=0.51)


def test_every_shipped_number_has_a_source_or_an_assumption() -> None:
    def table(name: str) -> dict:  # type: ignore[type-arg]
        return yaml.safe_load(files("detente").joinpath("data", "worlds", name).read_text(encoding="utf-8"))

    ledger = {a["id"]: a for a in table("assumptions_world.yaml")["assumptions"]}
    assert list(ledger) == sorted(ledger, key=lambda i: int(i[1:]))
    for entry in ledger.values():
        assert {"id", "statement", "evidence", "used_by", "if_wrong"} == set(entry) - {"in_sight"}
        assert all(len(str(entry[k])) > 20 for k in ("statement", "evidence", "if_wrong", "in_sight") if k in entry)
    tariffs = table("tariff_averages.yaml")
    for entry in (*tariffs["averages"], *tariffs["on_paying"], *tariffs["agreements"], tariffs["profile"]):
        if "assumption" in entry:
            assert entry["assumption"] in ledger
        else:
            assert entry["source"]["title"], entry
            assert entry["source"]["link"], entry
    economies = {m for members in region_members().values() for m in members} - {"USA"}
    read = dt.load_world().card["notes"]["tariff_averages"]
    assert set(read) == economies
    own = {e for entry in tariffs["averages"] for e in entry["economies"]}
    assert {e for e, mean in read.items() if mean["year"] is None} == own
    assert all(2016 <= mean["year"] <= 2022 for e, mean in read.items() if e not in own)
    rare = table("rare_earths.yaml")
    assert {e["source"] for e in rare["supply_musd"].values()} <= set(rare["sources"])
    assert sum(v for v in rare["end_use_shares"].values() if isinstance(v, float)) == pytest.approx(1)
    for entry in (
        *(rare[k] for k in ("world_output_musd", "magnet_exports_musd", "us_tariff_pct")),
        *rare["price_2024"].values(),
    ):
        assert entry["sources"]
    assert {e["source"] for e in rare["supply_musd"].values()} <= set(rare["price_2024"])
    assert sum(rare["world_output_musd"]["parts"].values()) == rare["world_output_musd"]["value"]
    elasticities = table("elasticities.yaml")
    assert elasticities["sources"]
    assert elasticities["services"]["source"]["link"]
    assert table("supplements.yaml")["TWN"]["sources"]
