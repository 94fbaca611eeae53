"""Wages with a floor: nothing where it is out of reach, work for fewer than there are people where it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import root

import detente as dt
from detente.equilibrium.jobs import Jobs, heads, out_of_work
from detente.equilibrium.levels import Equilibrium, LabourMarket
from detente.equilibrium.months import nodes, value
from detente.equilibrium.parameters import Parameters, at_month
from detente.equilibrium.system import unpack
from detente.errors import InputError
from detente.words.numbers import percent, persons
from economies import economies, random_economy

CLOSURES = ("flexible", "pinned")
TARIFF = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.5), dt.Tariff(by="R3", rate=0.2)])


def counted(seed: int, shape: tuple[int, int] = (5, 4)) -> dt.Economy:
    """A random economy that lives mostly by itself, with heads that differ a unit of value added."""
    economy = random_economy(*shape, seed, home=3.0)
    return replace(economy, employed=economy.value_added * np.random.default_rng(seed).uniform(1, 50, shape))


@given(economy=economies(), closure=st.sampled_from(CLOSURES), floor=st.sampled_from([0.0, 0.01]))
def test_zero_shock_changes_nothing(economy: dt.Economy, closure: str, floor: float) -> None:
    outcome = dt.solve(economy, horizon="short", exchange_rate=closure, wage_floor=floor)
    assert outcome.to_frame().filter(like="%").abs().to_numpy().max() < 1e-7
    assert outcome.after.jobless.max() < 1e-9


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("horizon", ["short", "medium"])
def test_a_floor_out_of_reach_is_none_to_the_last_bit(closure: str, horizon: str) -> None:
    economy = counted(3)
    free, far = (dt.solve(economy, TARIFF, horizon, exchange_rate=closure, wage_floor=d) for d in (1.0, 0.9))
    assert free.flat is not None
    assert far.flat is not None
    assert free.flat.tobytes() == far.flat.tobytes()
    assert free.after.labour_market is None
    assert far.unemployed.abs().max() == 0
    assert far.jobs.to_numpy() == pytest.approx(free.jobs.to_numpy(), abs=1e-9)


@pytest.mark.parametrize("floor", [0.0, 0.01])
def test_with_one_wage_an_economy_no_wage_is_below_the_mean(floor: float) -> None:
    free, floored = (dt.solve(counted(4), TARIFF, "long", wage_floor=d) for d in (1.0, floor))
    assert floored.after.wage == pytest.approx(free.after.wage, rel=1e-12)
    assert floored.unemployed.abs().max() < 1e-6


@given(
    seed=st.integers(0, 1000),
    closure=st.sampled_from(CLOSURES),
    floor=st.sampled_from([0.0, 0.002, 0.01]),
    extra=st.sampled_from([{}, {"labour_supply": 0.4}, {"capital_share": 0.3}, {"labour_mobility": 1.0}]),
)
@settings(max_examples=25)
def test_either_the_floor_or_full_employment_holds(seed: int, closure: str, floor: float, extra: dict) -> None:
    economy = counted(seed)
    outcome = dt.solve(economy, TARIFF, "short", exchange_rate=closure, wage_floor=floor, **extra)
    after = outcome.after
    market = after.labour_market
    assert market is not None
    assert outcome.clearing_gap < 1e-8
    used = economy.value_added > 0
    over_floor, work = np.log(market.paid / market.floor), market.earned / market.paid
    assert over_floor[used].min() > -1e-9
    assert work[used].max() < 1 + 1e-9  # never more work than people
    assert np.minimum(over_floor, 1 - work)[used].max() < 1e-9
    if closure == "pinned":
        assert np.ptp(after.wage_index) < 1e-8
    # in work and out of it are all there are
    everybody = economy.employed.sum(1) * after.labour
    assert (heads(after) + out_of_work(after)).sum(1) == pytest.approx(everybody, rel=1e-12)
    assert (heads(after) <= heads(after) + out_of_work(after)).all()
    lost = outcome.jobs_lost - outcome.jobs_gained
    assert (lost - outcome.unemployed).to_numpy() == pytest.approx(economy.employed.sum(1) - everybody, abs=1e-8)


def test_many_at_once_each_with_its_own_floor() -> None:
    economy = counted(11)
    sets = [dt.horizon("short", wage_floor=d) for d in (1.0, 0.0, 0.01)]
    for parameters, found in zip(sets, dt.solve_many(economy, [TARIFF] * 3, sets), strict=True):
        assert isinstance(found, dt.Outcome)
        alone = dt.solve(economy, TARIFF, parameters)
        assert found.unemployed.to_numpy() == pytest.approx(alone.unemployed.to_numpy(), abs=1e-7)


def test_lower_floors_leave_fewer_out_of_work() -> None:
    economy = counted(11)
    out = [dt.solve(economy, TARIFF, "short", wage_floor=d).unemployed.sum() for d in (0.0, 0.005, 0.01, 0.02, 0.05)]
    assert out[0] > out[1] > out[2] > out[3] >= out[4] >= 0


@pytest.mark.parametrize("mobility", [1.0, 1.5, 3.0])
@pytest.mark.parametrize("floor", [0.0, 0.02, 0.06])
def test_a_closed_economy_on_paper(mobility: float, floor: float) -> None:
    """Cobb–Douglas spending fixes value added: a subsidy s on X leaves Y the share y of it, over y0 before. What labour there
    earns falls to (y/y0)^(1/κ) of the mean, the floor stands at 1 − δ, and work is the first over the second."""
    flows, employed, s = np.array([[25.0, 75.0]]), (40.0, 10.0), 0.3
    world = dt.World.from_flows(
        regions=["A"], sectors=["X", "Y"], shipments=flows[None], intermediate_use=np.zeros((1, 2, 2)), value_added=flows,
        final_use=flows, trade_elasticity=4.0, year=2022, employed=[employed],
    )  # fmt: skip
    policy = dt.Policy([dt.Subsidy(by="A", sectors="X", rate=s)])
    outcome = dt.solve(world, policy, labour_mobility=mobility, wage_floor=floor)
    share = 0.25 / (1 - s) / (0.25 / (1 - s) + 0.75)
    earned = ((1 - share) / 0.75) ** (1 / mobility)
    work = min(1.0, earned / (1 - floor))
    attached = np.array([40 * share / 0.25 / (share / 0.25) ** (1 / mobility), 10 * (1 - share) / 0.75 / earned])
    attached *= sum(employed) / attached.sum()
    assert outcome.after.jobless[0] == pytest.approx([0, 1 - work], abs=1e-9)
    assert outcome.unemployed["A"] == pytest.approx(attached[1] * (1 - work), abs=1e-7)
    assert outcome.unemployment["A"] == pytest.approx(2 * attached[1] * (1 - work), abs=1e-7)
    assert heads(outcome.after)[0] == pytest.approx(attached * [1, work], rel=1e-8)


def by_hand(economy: dt.Economy, tariffs: np.ndarray, kappa: float, floor: float, *, pinned: bool) -> dict[str, np.ndarray]:
    """The same equilibrium another way: Cobb–Douglas production by linear algebra, Roy–Fréchet labour supply from its own
    formula, the floor as a complementarity, all wages at once by Powell's hybrid method."""
    pi, beta, gamma, alpha = (
        economy.expenditure_shares, economy.value_added_shares, economy.input_shares, economy.final_shares,
    )  # fmt: skip
    n, s = beta.shape
    theta, base = economy.trade_elasticity, economy.value_added
    weights = base / base.sum(1, keepdims=True)
    wedge = np.log(1 + tariffs) - np.log(1 + economy.tariffs)

    def at(z: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        wage, earned = z[: n * s].reshape(n, s), z[n * s : 2 * n * s].reshape(n, s)
        price = np.zeros((n, s))
        for _ in range(400):
            cost = beta * wage + np.einsum("nkj,nk->nj", gamma, price)
            paid = pi * np.exp(-theta * (wedge + cost[:, None, :]))
            price = -np.log(paid.sum(0)) / theta
        share = paid / paid.sum(0)
        net = share / (1 + tariffs)  # what of a buyer's spending reaches the seller
        duties = (share * tariffs / (1 + tariffs)).sum(0)
        # sales Y and final expenditure I: Y = Σ net (γ Y + α I)
        recycled = np.einsum("inj,njk->ijnk", net, gamma).reshape(n * s, n * s)
        bought = np.einsum("inj,nj->ijn", net, alpha).reshape(n * s, n)
        if pinned:
            income = np.exp(z[2 * n * s :]) * economy.income
            sales = np.linalg.solve(np.eye(n * s) - recycled, bought @ income).reshape(n, s)
        else:
            # I = βY + duties on (γY + αI) + D, and the world's value added stands
            earn = np.zeros((n, n * s))
            for r in range(n):
                earn[r, r * s : (r + 1) * s] = beta[r] + duties[r] @ gamma[r]
            spend = np.eye(n) - np.diag((duties * alpha).sum(1))
            block = np.block([[np.eye(n * s) - recycled, -bought], [-earn, spend]])
            block = np.vstack([block, np.concatenate([beta.ravel(), np.zeros(n)])])
            right = np.concatenate([np.zeros(n * s), economy.deficits, [base.sum()]])
            found = np.linalg.lstsq(block, right, rcond=None)[0]
            sales, income = found[: n * s].reshape(n, s), found[n * s :]
        grown = np.log(beta * sales / base)
        mean = np.log((weights * np.exp(kappa * earned)).sum(1)) / kappa
        supply = earned + (kappa - 1) * (earned - mean[:, None]) - grown  # earned times labour attached is value added
        a, b = wage - (mean + np.log(1 - floor))[:, None], wage - earned
        gaps = [supply.ravel(), (a + b - np.hypot(a, b)).ravel()]
        if pinned:
            gaps.append(np.append(mean[1:] - mean[0], np.log((beta * sales).sum() / base.sum())))
        cpi = (alpha * price).sum(1)
        return np.concatenate(gaps), {
            "wage": np.exp(wage),
            "jobless": 1 - np.exp(earned - wage),
            "cpi": np.exp(cpi),
            "sales": sales,
        }

    size = 2 * n * s + (n if pinned else 0)
    found = root(lambda z: at(z)[0], np.zeros(size), tol=1e-12)
    gaps, result = at(found.x)
    assert np.abs(gaps).max() < 1e-10
    return result


@pytest.mark.parametrize("pinned", [False, True])
@pytest.mark.parametrize("seed", [0, 2, 5])
def test_another_solver_finds_the_same(seed: int, pinned: bool) -> None:
    economy = random_economy(3, 2, seed, home=2.0)
    economy = replace(economy, employed=economy.value_added)
    tariffs = economy.tariffs + 0.4 * (1 - np.eye(3))[:, :, None] * np.random.default_rng(seed).random((3, 3, 2))
    floor = 0.002
    outcome = dt.solve(
        economy, dt.Policy.from_arrays(tariffs=tariffs), labour_mobility=1.5, wage_floor=floor,
        exchange_rate="pinned" if pinned else "flexible",
    )  # fmt: skip
    other = by_hand(economy, tariffs, 1.5, floor, pinned=pinned)
    assert outcome.after.jobless.max() > 1e-3  # the floor holds somewhere
    assert outcome.after.wage == pytest.approx(other["wage"], rel=1e-8)
    assert outcome.after.jobless == pytest.approx(np.maximum(other["jobless"], 0), abs=1e-8)
    assert outcome.after.cpi == pytest.approx(other["cpi"], rel=1e-8)
    assert outcome.after.output == pytest.approx(other["sales"], rel=1e-8)


def test_a_wage_off_its_floor_with_people_out_of_work_is_a_gap() -> None:
    """Wages above what clears the market, below the floor, or below what there is work for: each is seen."""
    one = np.ones((1, 1))
    parameters = Parameters(labour_mobility=1.0, wage_floor=0.1)

    def gap(wage: float, growing: float) -> float:
        return float(LabourMarket.at(parameters, growing * one, one[0], one[0], np.log(wage) * one, np.zeros(1)).gap[0, 0])

    assert gap(1.0, 1.0) == pytest.approx(0)
    assert gap(0.9, 0.8) == pytest.approx(0)
    assert gap(1.05, 1.0) == pytest.approx(np.log(1.05))
    assert gap(0.95, 0.8) == pytest.approx(np.log(0.95 / 0.9))
    assert gap(0.8, 0.8) == pytest.approx(np.log(0.8 / 0.9))


def test_the_check_is_made_of_what_is_solved() -> None:
    economy = counted(6)
    outcome = dt.solve(economy, TARIFF, "short", wage_floor=0.005)
    assert outcome.flat is not None
    assert outcome.shock is not None
    state = unpack(outcome.flat, *economy.output.shape)
    # the same prices, read by a table of parameters whose floor is elsewhere
    other = replace(outcome.parameters, wage_floor=0.02)
    read = Equilibrium.at(economy, outcome.shock, other, state.wage, state.price, state.sales, state.income)
    gap, where = read.worst_gap()
    assert gap > 1e-4
    assert where.startswith("labour market of")


@pytest.mark.parametrize("closure", CLOSURES)
def test_parts_add_up_with_work_lost_among_the_factors(closure: str) -> None:
    economy = counted(12)
    free, floored = (dt.solve(economy, TARIFF, "short", exchange_rate=closure, wage_floor=d) for d in (1.0, 0.005))
    assert floored.after.jobless.max() > 0.01
    parts = floored.decompose(64)
    assert parts["left over"].abs().max() < 2e-3 * parts["exact"].abs().max()
    # labour that is not used is the part's first order: less value added at work
    worst = floored.unemployment.idxmax()
    assert parts.loc[worst, "factors and scale"] < free.decompose(64).loc[worst, "factors and scale"]
    by_sector = floored.decompose(64, by_sector=True)["factors and scale"].groupby("region").sum()
    assert by_sector[list(economy.regions)].to_numpy() == pytest.approx(parts["factors and scale"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize("closure", CLOSURES)
def test_gradient_on_a_floor_matches_central_differences(closure: str) -> None:
    economy = counted(17)

    def at(step: float) -> dt.Outcome:
        change = np.zeros((5, 5, 4))
        change[2, 0, 1] = step
        package = TARIFF + dt.Policy.from_arrays(added_tariffs=change)
        return dt.solve(economy, package, "short", wage_floor=0.005, exchange_rate=closure)

    here, step = at(0.0), 1e-5
    assert here.after.jobless.max() > 0.01
    ends = [100 * np.log1p(at(x).real_income["R1"] / 100) for x in (step, -step)]
    slope = float(here.gradient("R1", "tariffs")[2, 0, 1])
    assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-4, abs=1e-6)


def test_the_slope_at_a_corner_is_refused() -> None:
    with pytest.raises(InputError, match="just at its floor"):
        dt.solve(counted(3), horizon="short", wage_floor=0.0).gradient("R1")
    dt.solve(counted(3), horizon="long", wage_floor=0.0).gradient("R1")  # one wage: no side is another


def test_tariffs_of_a_game_are_best_replies_under_a_floor_too() -> None:
    economy = random_economy(3, 2, 5, home=2.0)
    game = dt.nash_tariffs(economy, ["R1", "R2"], detail="region", horizon="short", wage_floor=0.01, check=True)
    assert game.regret is not None
    assert max(game.regret.values()) < 1e-6
    assert game.outcome.after.labour_market is not None


def test_the_path_lets_wages_down_with_time() -> None:
    months = np.array(nodes())
    for end, yearly in (("low", 0.01), ("centre", 0.015), ("high", 0.02)):
        assert value("wage_floor", months, end) == pytest.approx(yearly * np.maximum(months, 12) / 12, rel=1e-12)
    assert at_month(18).wage_floor == pytest.approx(0.0225)
    assert at_month(18, wage_floor=1.0).wage_floor == 1  # off
    assert dt.horizon("short").wage_floor == dt.horizon("long").wage_floor == 1
    with pytest.raises(InputError, match="wage_floor must lie between 0 and 1"):
        dt.horizon("short", wage_floor=-0.01)


@pytest.fixture(scope="module")
def cases() -> dict[float, dt.Case]:
    return {
        d: dt.Case.of("kuala-lumpur-2025", horizon=dt.horizon("short", wage_floor=d), with_ranges=False) for d in (0.01, 0.02)
    }


class TestOfTheShippedWorld:
    TRIED: ClassVar = {0.01: (-0.16, -0.04, -0.39, -0.27), 0.02: (-0.05, -0.01, -0.27, -0.16)}
    """Labour at work, percent: the United States, China, Canada, Mexico, in an earlier solver without the rest of this code."""

    @pytest.mark.parametrize("floor", TRIED)
    def test_the_status_quo_is_near_what_was_tried(self, cases: dict[float, dt.Case], floor: float) -> None:
        outcome = cases[floor].outcome()
        at = [outcome.regions.index(r) for r in ("USA", "CHN", "CAN", "MEX")]
        work = [(e.value_added / e.wage).sum(1)[at] for e in (outcome.before, outcome.after)]
        assert 100 * (work[1] / work[0] - 1) == pytest.approx(self.TRIED[floor], abs=0.03)

    def test_what_is_told_of_moves_and_of_losses(self, cases: dict[float, dt.Case]) -> None:
        outcome = cases[0.01].outcome("pessimistic")
        found = Jobs.of(outcome, "CHN")
        assert found.unemployed == pytest.approx(outcome.unemployed["CHN"])
        assert found.unemployed == pytest.approx(dt.INDICATORS["unemployed"].of(outcome, "CHN"))
        assert found.lost - found.gained == pytest.approx(found.unemployed, abs=1e-6)
        record = found.record()
        assert record["unemployed_pct"] == pytest.approx(outcome.unemployment["CHN"])
        assert sum(row["out_of_work_thousand"] for row in record["jobs"]) == pytest.approx(found.unemployed)
        told = found.explain()
        assert f"{persons(found.unemployed)} people lose theirs and find no other" in told
        assert f"fall at most {percent(1.0)} below the national mean" in told
        assert "no unemployment" not in told
        states = Jobs.of(outcome, "USA", "state")
        assert states.frame["out of work"].sum() == pytest.approx(outcome.unemployed["USA"])

    def test_without_a_floor_jobs_only_move(self) -> None:
        world = dt.load_world()
        found = Jobs.of(dt.solve(world, dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.5)])), "CHN")
        assert found.unemployed is None
        assert "out of work" not in found.frame
        assert found.record()["unemployed"] is None
