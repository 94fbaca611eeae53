"""Jobs in heads: closed forms, sums, what aggregation leaves alone, and the refusal of a world that does not count them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium.jobs import Jobs, by_state, heads, rescaling
from detente.errors import InputError, MissingEmployment, UnknownRegion
from detente.world.employment import states
from economies import random_economy

TARIFF = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.5)])
TOY = dt.load_world("toy")
ONE_WAGE = {"labour_mobility": float("inf")}


def with_jobs(seed: int, *, shape: tuple[int, int] = (5, 4)) -> dt.Economy:
    """A random economy in which heads a unit of value added differ from sector to sector."""
    economy = random_economy(*shape, seed)
    return replace(economy, employed=economy.value_added * np.random.default_rng(seed).uniform(1, 50, shape))


def closed(employed: tuple[float, float]) -> dt.World:
    """One economy without trade, two sectors of one factor each, spending shares 0.25 and 0.75."""
    flows = np.array([[25.0, 75.0]])
    return dt.World.from_flows(
        regions=["A"],
        sectors=["X", "Y"],
        shipments=flows[None],
        intermediate_use=np.zeros((1, 2, 2)),
        value_added=flows,
        final_use=flows,
        trade_elasticity=4.0,
        year=2022,
        employed=[employed],
    )


@pytest.mark.parametrize("employed", [(25.0, 75.0), (40.0, 10.0)])
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_a_subsidy_in_a_closed_economy_moves_jobs_as_on_paper(employed: tuple[float, float], rate: float) -> None:
    """Cobb–Douglas spending: value added of X is α I/(1−s), so its share of labour is α/(1−s) over α/(1−s) + 1 − α."""
    outcome = dt.solve(closed(employed), dt.Policy([dt.Subsidy(by="A", sectors="X", rate=rate)]), **ONE_WAGE)
    share = 0.25 / (1 - rate) / (0.25 / (1 - rate) + 0.75)
    worth = np.array([employed[0] * share / 0.25, employed[1] * (1 - share) / 0.75])
    expected = worth * sum(employed) / worth.sum() - employed
    assert outcome.jobs.loc["A"].to_numpy() == pytest.approx(expected, rel=1e-8)
    assert outcome.jobs_gained["A"] == pytest.approx(expected[0], rel=1e-8)
    assert outcome.jobs_lost["A"] == pytest.approx(-expected[1], rel=1e-8)


def test_specific_factors_move_no_jobs() -> None:
    outcome = dt.solve(with_jobs(3), TARIFF, labour_mobility=1.0)
    assert np.abs(outcome.jobs.to_numpy()).max() < 1e-7 * outcome.before.economy.employed.max()


@given(seed=st.integers(0, 500), mobility=st.sampled_from([1.2, 2.0, float("inf")]))
@settings(max_examples=12, deadline=None)
def test_jobs_gained_are_jobs_lost_and_follow_labour(seed: int, mobility: float) -> None:
    economy = with_jobs(seed)
    outcome = dt.solve(economy, TARIFF, labour_mobility=mobility)
    size = economy.employed.sum(1)
    assert np.abs(outcome.jobs.sum(axis=1).to_numpy() / size).max() < 1e-12
    assert outcome.jobs_gained.to_numpy() == pytest.approx(outcome.jobs_lost.to_numpy(), abs=1e-9 * size.max())
    assert (heads(outcome.after) >= 0).all()
    # heads of a sector over the rescaling are labour in units of what it can do
    worth = heads(outcome.after) / rescaling(outcome.after)[:, None] / economy.employed
    assert 100 * (worth - 1) == pytest.approx(outcome.employment.to_numpy(), abs=1e-9)


def test_heads_in_proportion_to_value_added_need_no_rescaling() -> None:
    economy = random_economy(5, 4, 8)
    outcome = dt.solve(replace(economy, employed=economy.value_added / 3), TARIFF, **ONE_WAGE)
    assert rescaling(outcome.after) == pytest.approx(np.ones(5), rel=1e-9)


def test_labour_supply_makes_and_takes_jobs() -> None:
    economy = with_jobs(5)
    outcome = dt.solve(economy, TARIFF, labour_supply=0.5)
    assert heads(outcome.after).sum(1) == pytest.approx(economy.employed.sum(1) * outcome.after.labour)
    assert np.abs(outcome.jobs.sum(axis=1)).max() > 1e-6


def test_changes_add_up_along_a_chain() -> None:
    economy = with_jobs(7)
    first, second = dt.solve(economy, TARIFF), dt.solve(economy, dt.Policy([dt.Tariff(by="R2", on="R3", rate=0.3)]))
    chained = first.jobs + second.relative_to(first).jobs
    assert chained.to_numpy() == pytest.approx(second.jobs.to_numpy(), abs=1e-9)


def test_half_a_sector_moves_half_its_jobs() -> None:
    """A sector split in proportion, and the two halves merged again, move the jobs of the whole."""
    world = TOY.with_(employed=TOY.value_added * [[0.02, 0.01, 0.03]])
    split = world.split_sector("MAKE", "CHIP", supply_share=0.3, use_share=1.0)
    tariff = dt.Tariff(by="AAA", on="BBB", rate=0.3, sectors="MAKE")
    whole = dt.solve(world, dt.Policy([tariff])).jobs
    parts = dt.solve(split, dt.Policy([replace(tariff, sectors=("MAKE", "CHIP"))])).jobs
    assert (parts["MAKE"] + parts["CHIP"]).to_numpy() == pytest.approx(whole["MAKE"].to_numpy(), abs=1e-5)
    assert parts["FARM"].to_numpy() == pytest.approx(whole["FARM"].to_numpy(), abs=1e-5)
    assert parts["CHIP"].to_numpy() == pytest.approx(0.3 * whole["MAKE"].to_numpy(), abs=1e-5)
    assert split.aggregate(sectors={"MAKE": ["MAKE", "CHIP"]}).employed == pytest.approx(world.employed)


def test_a_world_that_counts_no_jobs_says_so() -> None:
    outcome = dt.solve(TOY, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)]))
    for asked in (lambda: outcome.jobs, lambda: outcome.jobs_lost, lambda: Jobs.of(outcome, "AAA")):
        with pytest.raises(MissingEmployment, match=r"toy world does not say how many people work.*with_employment"):
            asked()
    with pytest.raises(MissingEmployment):
        dt.INDICATORS["jobs_gained"].of(outcome, "AAA")


@pytest.fixture(scope="module")
def outcome() -> dt.Outcome:
    return dt.solve(dt.load_world(), dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.5)]))


class TestOfTheShippedWorld:
    def test_states_add_up_to_the_nation(self, outcome: dt.Outcome) -> None:
        moved = by_state(outcome)
        assert moved.shape == (50, 31)
        assert moved.sum().to_numpy() == pytest.approx(outcome.jobs.loc["USA"].to_numpy(), abs=1e-9)
        told = Jobs.of(outcome, "USA", "state")
        assert told.frame["change"].sum() == pytest.approx(0, abs=1e-7)
        assert (told.frame["gained"] - told.frame["lost"]).to_numpy() == pytest.approx(told.frame["change"].to_numpy())
        assert told.frame["before"].sum() == pytest.approx(outcome.before.economy.employed[0].sum())

    def test_a_state_has_of_a_sector_what_it_had_before(self, outcome: dt.Outcome) -> None:
        moved, table = by_state(outcome), states()
        for state, sector in (("Michigan", "MVH"), ("Texas", "PET"), ("New Hampshire", "ELE")):
            share = table.loc[state, sector] / table[sector].sum()
            assert moved.loc[state, sector] == pytest.approx(share * outcome.jobs.loc["USA", sector])

    def test_by_sector_it_is_what_the_outcome_says(self, outcome: dt.Outcome) -> None:
        found = Jobs.of(outcome, "CHN")
        assert found.frame["change"].to_numpy() == pytest.approx(outcome.jobs.loc["CHN"].to_numpy())
        assert found.lost == pytest.approx(dt.INDICATORS["jobs_lost"].of(outcome, "CHN"))
        record = found.record()
        assert record["unit"] == "thousand persons"
        assert record["net"] == pytest.approx(0, abs=1e-6)
        assert [row["change_thousand"] for row in record["jobs"]] == sorted(row["change_thousand"] for row in record["jobs"])
        assert "has no unemployment" in found.explain()

    def test_a_group_is_the_sum_of_its_economies(self, outcome: dt.Outcome) -> None:
        found = Jobs.of(outcome, "ASEAN")
        members = ["MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE"]
        assert found.frame["change"].to_numpy() == pytest.approx(outcome.jobs.loc[members].sum().to_numpy(), abs=1e-9)
        assert found.gained == pytest.approx(float(outcome.jobs_gained[members].sum()))
        assert found.rescaled is None

    def test_states_are_those_of_one_economy(self, outcome: dt.Outcome) -> None:
        with pytest.raises(InputError, match="known for the United States alone, not for China"):
            Jobs.of(outcome, "CHN", "state")
        with pytest.raises(UnknownRegion, match=r"did you mean CAN .* or CHN"):
            Jobs.of(outcome, "CNH")


def test_states_of_other_sectors_or_of_no_america_are_refused() -> None:
    world = dt.load_world().aggregate(regions={"REST": [r for r in dt.load_world().regions if r not in ("USA", "CHN")]})
    other = world.aggregate(sectors={"METALS": ["IRS", "NFM"]})
    with pytest.raises(InputError, match="default world, which has no METALS"):
        by_state(dt.solve(other))
    alone = world.aggregate(regions={"WEST": ["USA", "REST"]})
    with pytest.raises(UnknownRegion):
        by_state(dt.solve(alone))
