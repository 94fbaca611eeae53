"""A dossier at the table: payoffs become games, stand-offs, deals and truces."""

from __future__ import annotations

import math

import pytest

import detente as dt
from detente.errors import InputError, UnknownRegion
from detente.strategy.objectives import Weights
from detente.talks.case import Patience, at_the_table, bystander, diversion

CASE = at_the_table("kuala-lumpur-2025")


def test_probabilities_carry_their_range() -> None:
    for party in CASE.table.parties:
        low, centre, high = CASE.blink_range(party)
        assert math.isnan(centre) or 0 <= low <= centre <= high <= 1
    assert len(CASE.standoffs) > 10
    assert len(Patience(rates={"A": 0.1, "B": 0.1}).corners()) == 16


def test_the_table_is_read_as_computed() -> None:
    assert CASE.game.payoff("escalate", "hold") == pytest.approx(CASE.table.payoff("escalate", "hold"))
    assert CASE.truce.sides[0].keep == pytest.approx(CASE.table.payoff("ease", "ease")["USA"])
    assert set(CASE.to_frame().index) == {"USA", "CHN"}


def test_a_motive_moves_the_answer() -> None:
    case = dt.load_dossier("kuala-lumpur-2025")
    hawk = Weights.of(case, "USA").with_(dependence=3.0)
    moved = at_the_table(
        case, table=CASE.table.with_weights({"USA": hawk, "CHN": Weights.of(case, "CHN")}), weights={"USA": hawk}
    )
    assert moved.table.payoff("escalate", "escalate")["USA"] > CASE.table.payoff("escalate", "escalate")["USA"]
    assert moved.blink_range("USA") != CASE.blink_range("USA") or moved.game.record() != CASE.game.record()


def test_malaysia_and_others() -> None:
    menu = bystander("kuala-lumpur-2025", "MYS")
    assert "stay out" in menu.options
    assert menu.payoffs.shape == (len(menu.options), len(menu.scenarios))
    only = bystander("kuala-lumpur-2025", "PAK", probabilities={"pessimistic": 1.0})
    assert only.options == ("stay out",)
    with pytest.raises(UnknownRegion, match="did you mean"):
        bystander("kuala-lumpur-2025", "MSY")
    with pytest.raises(InputError, match="no scenario"):
        bystander("kuala-lumpur-2025", "MYS", probabilities={"war": 1.0})


def test_diversion_goes_to_the_united_states() -> None:
    trade = diversion("kuala-lumpur-2025", "VNM", "pessimistic")
    assert trade["exports change, million USD"].idxmax() == "USA"
    assert "VNM" not in trade.index
