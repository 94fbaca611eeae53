"""Two worlds side by side: nothing apart from itself, a known change found, years and labels told."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.errors import InputError
from detente.world.compare import compare


def test_a_world_is_as_itself() -> None:
    found = compare(dt.load_world("toy"), dt.load_world("toy"))
    assert found.frame()["weighted gap, %"].tolist() == [0.0] * 7
    assert (found.scaled, found.left_out) == (False, ())
    assert set(found.pairs.index) == {(o, d) for o in found.regions for d in found.regions if o != d}


def test_twice_as_much_is_a_gap_of_all_unless_the_year_differs() -> None:
    toy = dt.load_world("toy")
    flows = {k: 2 * getattr(toy, k) for k in ("shipments", "intermediate_use", "value_added", "final_use")}
    double = toy.with_(**flows)
    frame = compare(double, toy).frame()
    np.testing.assert_allclose(frame["weighted gap, %"], 100.0)
    np.testing.assert_allclose(frame["correlation of logs"], 1.0)
    later = compare(double.with_(year=2023), toy)
    assert later.scaled
    np.testing.assert_allclose(later.frame()["weighted gap, %"], 0.0, atol=1e-9)


def test_only_what_both_have_is_compared() -> None:
    toy = dt.load_world("toy")
    joined = toy.aggregate(sectors={"GOODS": ["FARM", "MAKE"]})
    found = compare(joined, toy)
    assert (found.sectors, set(found.left_out)) == (("SERVE",), {"GOODS", "FARM", "MAKE"})
    assert found.margins[0].weighted_gap_pct == pytest.approx(0)
    with pytest.raises(InputError, match="too little in common: regions none"):
        compare(toy, dt.load_world())
