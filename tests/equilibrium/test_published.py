"""Caliendo and Parro (2015), from their published inputs, where a copy is at hand (`DETENTE_VALIDATION` or the usual places)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import detente as dt

PLACES = [Path(p) for p in (os.environ.get("DETENTE_VALIDATION", ""), "../shared/data/validation", "data/validation") if p]
FOUND = [p / "caliendo_parro_1993.npz" for p in PLACES if (p / "caliendo_parro_1993.npz").is_file()]


@pytest.mark.skipif(not FOUND, reason="the published inputs are not at hand; docs/validation.md says where they are had")
def test_nafta() -> None:
    data = np.load(FOUND[0])
    economy = dt.Economy.from_shares(
        regions=data["countries"],
        sectors=data["sectors"],
        expenditure_shares=data["pi"].transpose(1, 0, 2),
        input_shares=data["gamma"] * (1 - data["B"])[:, None, :],
        value_added_shares=data["B"],
        final_shares=data["alpha"],
        value_added=data["VA"],
        deficits=data["D"],
        tariffs=data["tau0"].transpose(1, 0, 2) - 1,
        trade_elasticity=data["theta"],
    )
    policy = dt.Policy.from_arrays(tariffs=data["tau1_oN"].transpose(1, 0, 2) - 1)
    outcome = dt.solve(economy, policy, labour_mobility=float("inf"))
    members = ["MEX", "CAN", "USA"]
    assert outcome.terms_of_trade[members].to_numpy() == pytest.approx([-0.4118, -0.1081, 0.0435], abs=6e-5)
    assert outcome.volume_of_trade[members].to_numpy() == pytest.approx([1.7239, 0.0443, 0.0412], abs=6e-5)
    assert outcome.real_wage[members].to_numpy() == pytest.approx([1.7153, 0.3228, 0.1124], abs=6e-5)
    assert outcome.real_income[members].to_numpy() == pytest.approx([0.0073, -0.1101, 0.0741], abs=6e-5)
