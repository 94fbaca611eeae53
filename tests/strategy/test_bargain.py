"""Bargains over tariffs: the published vector, individual rationality, efficiency, symmetry; payoff tables."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.errors import InputError, UnknownName
from detente.strategy.bargain import bargain, pareto_frontier
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import payoff_table
from economies import random_economy, two_countries


def test_asymmetric_vector() -> None:
    deal = bargain(two_countries((3, 1)), ["H", "F"], "nash", detail="region")
    assert deal.tariffs[1, 0, 0] == pytest.approx(0.02208, abs=1e-5)
    assert deal.tariffs[0, 1, 0] == pytest.approx(-0.02160, abs=1e-5)
    assert (1 + deal.tariffs[1, 0, 0]) * (1 + deal.tariffs[0, 1, 0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("solution", ["nash", "kalai-smorodinsky"])
def test_symmetric_parties_share_alike(solution: str) -> None:
    deal = bargain(two_countries((1, 1)), ["H", "F"], "nash", solution, detail="region")  # type: ignore[arg-type]
    assert deal.gains["H"] == pytest.approx(deal.gains["F"], rel=1e-4)
    assert deal.tariffs[1, 0, 0] == pytest.approx(0, abs=2e-4)


@pytest.mark.parametrize("solution", ["nash", "kalai-smorodinsky"])
@pytest.mark.parametrize("seed", [3, 8])
def test_deals_are_rational_and_efficient(solution: str, seed: int) -> None:
    economy = random_economy(3, 2, seed)
    deal = bargain(economy, ["R1", "R3"], solution=solution, detail="pair")  # type: ignore[arg-type]
    assert deal.room
    assert min(deal.gains.values()) > 0
    assert all(deal.gains[p] <= deal.ideal[p] + 1e-4 for p in deal.parties)
    # efficiency: no small change of the agreed rates helps both
    base = np.array([deal.gains[p] for p in deal.parties])
    rng = np.random.default_rng(0)
    held = deal.space.group >= 0
    for _ in range(12):
        changed = deal.tariffs.copy()
        step = 0.01 * rng.normal(size=deal.space.size)
        changed[held] = (1 + changed[held]) * np.exp(step[deal.space.group[held]]) - 1
        outcome = dt.solve(economy, dt.Policy.from_arrays(tariffs=changed))
        gains = outcome.real_income[list(deal.parties)].to_numpy()
        assert (gains < base + 1e-5).any()


def test_power_moves_the_deal() -> None:
    economy = two_countries((1, 1))
    strong = bargain(economy, ["H", "F"], "nash", detail="region", power={"H": 3.0})
    assert strong.gains["H"] > strong.gains["F"]
    frontier = pareto_frontier(economy, ["H", "F"], points=3, detail="region", disagreement="nash")
    assert frontier["gain of H, %"].is_monotonic_increasing
    assert frontier["gain of F, %"].is_monotonic_decreasing


def test_free_trade_between_twins_leaves_no_room() -> None:
    deal = bargain(two_countries((1, 1)), ["H", "F"], detail="region")
    assert not deal.room
    assert set(deal.gains.values()) == {0.0}


def test_refusals() -> None:
    economy = random_economy(3, 2, 3)
    with pytest.raises(InputError, match="at least two"):
        bargain(economy, ["R1"])
    with pytest.raises(UnknownName, match="solution"):
        bargain(economy, ["R1", "R2"], solution="fair")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="disagreement"):
        bargain(economy, ["R1", "R2"], "war")  # type: ignore[arg-type]


class TestPayoffTable:
    TABLE = payoff_table("kuala-lumpur-2025", horizon="medium")

    def test_every_cell_is_its_own_equilibrium(self) -> None:
        case, world = dt.load_dossier("kuala-lumpur-2025"), dt.load_world()
        us, china = case.party("USA").stance("escalate"), case.party("CHN").stance("hold")
        policy = case.policy(None, world.regions, world.sectors, changes=(*us.changes, *china.changes), day=self.TABLE.date)
        direct = dt.solve(world, policy).relative_to(dt.solve(world, case.policy(None, world.regions, world.sectors)))
        stored = self.TABLE.outcomes[("escalate", "hold")]
        assert stored.real_income.to_numpy() == pytest.approx(direct.real_income.to_numpy(), abs=1e-9)

    def test_parts_add_up_and_motives_move_the_answer(self) -> None:
        assert self.TABLE.parts.sum(-1) == pytest.approx(self.TABLE.payoffs)
        plain = self.TABLE.with_weights({})
        outcome = self.TABLE.outcomes[("escalate", "escalate")]
        expected = [100 * np.log1p(outcome.real_income[p] / 100) for p in ("USA", "CHN")]
        assert list(plain.payoff("escalate", "escalate").values()) == pytest.approx(expected)
        hawk = Weights.of(dt.load_dossier("kuala-lumpur-2025"), "USA").with_(dependence=3.0)
        assert (
            self.TABLE.with_weights({"USA": hawk}).payoff("escalate", "hold")["USA"]
            > self.TABLE.payoff("escalate", "hold")["USA"]
        )

    def test_escalation_hurts_both_in_real_income(self) -> None:
        plain = self.TABLE.with_weights({})
        war = plain.payoff("escalate", "escalate")
        peace = plain.payoff("ease", "ease")
        assert war["USA"] < peace["USA"]
        assert war["CHN"] < peace["CHN"]
        assert self.TABLE.bystanders().loc["escalate / escalate", "VNM"] > 0

    def test_forms(self) -> None:
        rows, columns = self.TABLE.bimatrix()
        assert rows.shape == columns.shape == (3, 3)
        assert len(self.TABLE.to_frame()) == 18
        assert self.TABLE.record()["parties"] == ["USA", "CHN"]
        with pytest.raises(UnknownName, match="escalate"):
            self.TABLE.payoff("escalte", "hold")
        with pytest.raises(InputError, match="no weight"):
            Weights().with_(pride=1.0)
