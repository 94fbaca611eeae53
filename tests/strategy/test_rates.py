"""One lever a side: against hand-summed duties, solves off the grid, the exact game, and closed forms on made-up surfaces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import detente as dt
from detente.strategy import rates
from detente.strategy.nash import nash_tariffs
from detente.strategy.rates import Choice, RateGrid, nodes
from economies import random_economy

SIDES = ("R1", "R2")


def grid(economy: dt.Economy, sectors: tuple[str, ...] = ("S1", "S2"), policy: dt.Policy | None = None) -> RateGrid:
    given = policy or dt.Policy()
    return RateGrid.solve(economy, dt.solve(economy, given), given, SIDES, sectors, economy.regions, dt.horizon("medium"))


@pytest.fixture(scope="module")
def uneven() -> tuple[dt.Economy, RateGrid]:
    """Duties differ from good to good, and one is added to those of the table."""
    economy = random_economy(3, 2, 8)
    return economy, grid(economy, policy=added())


@pytest.fixture(scope="module")
def even() -> tuple[dt.Economy, RateGrid]:
    """No duties to begin with."""
    economy = random_economy(3, 2, 8, tariffs=False)
    return economy, grid(economy)


def added() -> dt.Policy:
    return dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.1, sectors="S1")])


def test_todays_duties_are_weighed_by_trade(uneven: tuple[dt.Economy, RateGrid]) -> None:
    economy, found = uneven
    for side, (buyer, seller) in enumerate((("R1", "R2"), ("R2", "R1"))):
        n, i = economy.regions.index(buyer), economy.regions.index(seller)
        paid = trade = 0.0
        for j, sector in enumerate(economy.sectors):
            rate = economy.tariffs[i, n, j] + (0.1 if (buyer, sector) == ("R1", "S1") else 0.0)
            paid += economy.shipments[i, n, j] * rate
            trade += economy.shipments[i, n, j]
        assert found.today[side] == pytest.approx(paid / trade, rel=1e-12)


def test_where_nothing_is_sold_no_duty_is_paid_and_none_moves_anything() -> None:
    economy = random_economy(3, 2, 8)
    assert economy.shipments[0, 1, 0] == 0  # of S1 from R1 to R2
    found = grid(economy, ("S1",))
    assert found.today == (pytest.approx(economy.tariffs[1, 0, 0]), 0.0)
    assert found.values == pytest.approx(found.values[:, :1].repeat(rates.POINTS, axis=1), abs=1e-9)
    assert np.ptp(found.values[:, 0], axis=0).min() > 1e-4


def test_a_mean_duty_is_solved_with_the_spread_it_had(uneven: tuple[dt.Economy, RateGrid]) -> None:
    """Off the nodes, against a solve of the duties written out; goods between others stay as they are."""
    economy, found = uneven
    quo = dt.solve(economy, added())
    assert found.regions == economy.regions
    for asked in ((0.0, 0.0), (0.25, 0.1), (0.05, 0.4)):
        tariffs = quo.after.tariffs.copy()
        for side, (n, i) in enumerate(((0, 1), (1, 0))):
            for j in range(2):
                tariffs[i, n, j] = (1 + tariffs[i, n, j]) * (1 + asked[side]) / (1 + found.today[side]) - 1
        moved = dt.solve(economy, dt.Policy.from_arrays(tariffs=tariffs)).relative_to(quo)
        told = found.gains(*asked)
        assert told.rates == asked
        assert told.real_income == pytest.approx(moved.real_income.to_dict(), abs=5e-3)  # of moves up to 7 %
    assert found.gains(*found.today).real_income == dict.fromkeys(economy.regions, 0.0)


def test_it_agrees_with_the_game_solved_outright(even: tuple[dt.Economy, RateGrid]) -> None:
    economy, found = even
    game = nash_tariffs(economy, SIDES, "region", method="differences", partners=SIDES, sectors="all")
    assert found.nash.rates == pytest.approx((game.tariffs[1, 0, 1], game.tariffs[0, 1, 1]), abs=2e-3)
    assert found.nash.real_income == pytest.approx(game.outcome.real_income.to_dict(), abs=2e-2)  # of up to 3 %
    for side, (player, other) in enumerate((SIDES, SIDES[::-1])):
        reply = found.best_reply(side)
        assert reply.rates[1 - side] == found.today[1 - side]
        assert reply.real_income[other] < 0 < reply.real_income[player]
        rates_tried = reply.rates[side] + np.linspace(-0.03, 0.03, 13)
        solved = [dt.solve(economy, dt.Policy([dt.Tariff(by=player, on=other, rate=r, sectors="all")])) for r in rates_tried]
        values = [o.real_income[player] for o in solved]
        assert abs(int(np.argmax(values)) - 6) <= 1  # within half a point of the best of all tried
        assert reply.real_income[player] == pytest.approx(values[6], abs=5e-3)


def test_no_pair_of_duties_serves_both_better_than_the_deal(uneven: tuple[dt.Economy, RateGrid]) -> None:
    """Against a search over equilibria solved outright."""
    economy, found = uneven
    deal = found.deal
    assert deal is not None
    quo = dt.solve(economy, added())

    def product(first: float, second: float) -> float:
        tariffs = quo.after.tariffs.copy()
        for side, (n, i, rate) in enumerate(((0, 1, first), (1, 0, second))):
            tariffs[i, n] = (1 + tariffs[i, n]) * (1 + rate) / (1 + found.today[side]) - 1
        gains = dt.solve(economy, dt.Policy.from_arrays(tariffs=tariffs)).relative_to(quo).real_income
        return float(gains["R1"] * gains["R2"]) if min(gains["R1"], gains["R2"]) > 0 else 0.0

    best = product(*deal.rates)
    assert best > 0
    assert deal.real_income["R1"] * deal.real_income["R2"] == pytest.approx(best, rel=1e-2)
    searched = [product(a, b) for a in np.linspace(-0.1, 0.25, 6) for b in np.linspace(-0.1, 0.25, 6)]
    assert max(searched) <= best * (1 + 1e-3)


# -- surfaces made up: u and v are ln(1 + t) of both sides -------------------------------------------------------------
def surface(
    first: Callable[[float, float], float], second: Callable[[float, float], float], today: tuple[float, float]
) -> RateGrid:
    low, high = np.log1p(rates.LOWEST), np.log1p(rates.HIGHEST)
    at = nodes(low, high)
    values = np.array([[[first(u, v), second(u, v)] for v in at] for u in at])
    return RateGrid(SIDES, SIDES, today, ((low, high), (low, high)), values)


def test_quadratic_incomes_have_the_replies_and_the_equilibrium_of_the_formula() -> None:
    """u* = 0.2 + 0.3 v and v* = 0.1 − 0.5 u: where the two lines cross, u = 0.23 / 1.15."""
    made = surface(lambda u, v: -((u - 0.2 - 0.3 * v) ** 2) - v, lambda u, v: -2 * (v - 0.1 + 0.5 * u) ** 2 - u, (0.05, 0.08))
    one, two = np.log1p(made.today)
    assert made.reply(0, made.today[1]) == pytest.approx(np.expm1(0.2 + 0.3 * two), abs=1e-9)
    assert made.reply(1, made.today[0]) == pytest.approx(np.expm1(0.1 - 0.5 * one), abs=1e-9)
    u = 0.23 / 1.15
    assert np.log1p(made.nash.rates) == pytest.approx((u, 0.1 - 0.5 * u), abs=1e-6)
    v = 0.1 - 0.5 * u
    before = -((one - 0.2 - 0.3 * two) ** 2) - two
    assert made.nash.real_income["R1"] == pytest.approx(100 * np.expm1(-v - before), abs=1e-5)
    alone = made.best_reply(1)
    assert alone == made.gains(made.today[0], made.reply(1, made.today[0]))
    assert not made.at_edge(0, alone.rates[0])


def test_the_end_of_the_search_is_no_optimum() -> None:
    made = surface(lambda u, v: u - v, lambda u, v: -v, (0.1, 0.1))
    assert made.reply(0, 0.1) == pytest.approx(rates.HIGHEST)
    assert made.reply(1, 0.1) == pytest.approx(rates.LOWEST)
    assert made.at_edge(0, made.reply(0, 0.1))
    assert made.at_edge(1, made.reply(1, 0.1))
    assert not made.at_edge(0, rates.HIGHEST - 0.01)
    assert not made.at_edge(0, rates.LOWEST + 0.01)


def test_a_deal_that_cannot_help_both_is_none() -> None:
    assert surface(lambda u, v: u - v, lambda u, v: v - u, (0.1, 0.1)).deal is None


def test_the_deal_of_like_sides_is_the_middle() -> None:
    """Gains a and b with a² + b² a constant at best: the product is largest where both gain the same."""
    made = surface(lambda u, v: -v - u**2 / 2, lambda u, v: -u - v**2 / 2, (0.3, 0.3))
    found = made.deal
    assert isinstance(found, Choice)
    first, second = found.rates
    assert first == pytest.approx(second)
    assert first == pytest.approx(rates.LOWEST)  # either loses from the other's duty, at these rates more than its own brings
    assert found.real_income["R1"] == pytest.approx(found.real_income["R2"])
