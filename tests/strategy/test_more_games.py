"""Calibrated weights, best controls, regimes, pairs of deals."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.derivatives import Objective
from detente.errors import InputError
from detente.strategy.calibrate import calibrate_weights
from detente.strategy.controls import best_control
from detente.strategy.nash import best_reply
from detente.strategy.regimes import pairwise, regimes
from economies import random_economy


def test_weights_are_recovered_from_the_tariffs_they_led_to() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    true = {("R1", "S1"): 0.25, ("R1", "S2"): 0.05}
    reply = best_reply(
        economy, "R1", detail="sector", objective=Objective(real_income={"R1": 1.0}, value_added=true), starts=(0.2,)
    )
    found = calibrate_weights(economy, "R1", policy=dt.Policy.from_arrays(tariffs=reply.tariffs), ridge=1e-8)
    # two conditions, two weights: only their difference may be weakly identified
    assert found.explained > 0.999
    again = best_reply(
        economy, "R1", detail="sector", objective=found.as_weights().objective("R1", economy.sectors), starts=(0.2,)
    )
    assert again.tariffs == pytest.approx(reply.tariffs, abs=1e-3)


def test_without_a_cause_no_weights() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    reply = best_reply(economy, "R1", detail="sector", starts=(0.2,))
    found = calibrate_weights(economy, "R1", policy=dt.Policy.from_arrays(tariffs=reply.tariffs))
    assert np.abs(found.weights).max() < 1e-3
    assert found.rank <= len(found.sectors)
    assert ((found.identified >= 0) & (found.identified <= 1)).all()


def test_a_large_seller_withholds_something_and_none_if_the_rent_is_lost() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    kept = best_control(economy, "R1", "S1")
    lost = best_control(economy, "R1", "S1", rent="lost")
    assert 0 < kept.withhold < 0.95
    assert kept.gain > 0
    assert lost.gain <= kept.gain
    nearby = dt.solve(economy, dt.Policy([dt.ExportControl(by="R1", sectors="S1", withhold=kept.withhold * 0.8)]))
    assert nearby.real_income["R1"] <= kept.outcome.real_income["R1"] + 1e-9


def test_rules_are_worth_something() -> None:
    economy = random_economy(3, 2, 8)
    table = regimes(economy, sectors="all")
    frame = table.to_frame()
    assert frame.loc["world", "free trade"] > 0 > frame.loc["world", "nash"]
    assert table.mean_rates()["free trade"] == 0
    assert table.tariffs["equal treatment"][1, 0, 0] == pytest.approx(table.tariffs["equal treatment"][2, 0, 0])


def test_pairs_settle_and_no_pair_wants_to_reopen() -> None:
    economy = random_economy(3, 2, 8)
    pairs = [("R1", "R2"), ("R1", "R3")]
    deals, outcome = pairwise(economy, pairs, detail="pair")
    assert set(deals) == set(pairs)
    assert all(min(d.gains.values()) >= 0 for d in deals.values())
    assert outcome.status == "converged"
    with pytest.raises(InputError, match="different"):
        pairwise(economy, [("R1", "R2"), ("R2", "R1")])
