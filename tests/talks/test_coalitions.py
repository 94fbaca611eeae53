"""The core of games of three and four, against closed forms and the definitions."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from detente.errors import InputError
from detente.talks.coalitions import coalitions
from detente.talks.games import game

payoffs = arrays(np.float64, st.just((2, 2, 2, 3)), elements=st.integers(-9, 9).map(float))


def majority(left_out: float = 0.0) -> np.ndarray:
    """Each names a partner (0, 1: the other two in order); two who name each other share one, the third has `left_out`."""
    u = np.full((2, 2, 2, 3), 0.0)
    others = ((1, 2), (0, 2), (0, 1))
    for cell in np.ndindex(2, 2, 2):
        named = [others[p][k] for p, k in enumerate(cell)]
        for a, b in itertools.combinations(range(3), 2):
            if named[a] == b and named[b] == a:
                u[cell] = left_out
                u[cell][[a, b]] = 0.5
    return u


def test_two_of_three_who_share_one_leave_an_empty_core_with_payments() -> None:
    found = coalitions(game(majority()))
    pairs = [v for members, v in found.secured.items() if len(members) == 2]
    assert pairs == [1.0, 1.0, 1.0]
    assert found.total == 1.0
    assert not found.nonempty
    assert found.excess == pytest.approx(1 / 3)  # a third each: every pair has 2/3 and wants 1
    assert list(found.division.values()) == pytest.approx([1 / 3] * 3)
    assert "falls short" in found.explain()


def test_without_payments_two_who_have_their_half_are_not_blocked() -> None:
    found = coalitions(game(majority()))
    for cell, blocks in found.blocks.items():
        paid = found.game.payoff(*cell)
        assert bool(blocks) == (sum(paid.values()) == 0.0)
        assert all(len(b.members) == 2 and b.gains == (0.5, 0.5) for b in blocks if len(b.members) < 3)


def test_worth_sets_the_unit_of_side_payments_only() -> None:
    u = majority()
    plain, priced = coalitions(game(u)), coalitions(game(u), (2.0, 2.0, 2.0))
    assert priced.core == plain.core
    assert priced.total == 2 * plain.total
    assert priced.excess == pytest.approx(2 * plain.excess)


def test_a_public_good_of_four_is_in_the_core() -> None:
    """Each easing costs 1 and gives everybody 0.6: all ease is worth 1.4 each, and no smaller group makes sure of more."""
    u = np.zeros((2, 2, 2, 2, 4))
    for cell in np.ndindex(2, 2, 2, 2):
        u[cell] = 0.6 * sum(cell) - np.array(cell)
    found = coalitions(game(u, ("A", "B", "C", "D"), (("hold", "ease"),) * 4))
    assert ("ease",) * 4 in found.core
    assert ("hold",) * 4 not in found.core
    assert found.nonempty
    assert found.total == pytest.approx(4 * 1.4)
    for size in (1, 2, 3):
        expected = max(0.0, size * (0.6 * size - 1))
        assert all(v == pytest.approx(expected) for members, v in found.secured.items() if len(members) == size)
    json.dumps(found.record(), allow_nan=False)


@settings(max_examples=40)
@given(payoffs)
def test_blocks_and_core_are_what_they_are_defined_to_be(u: np.ndarray) -> None:
    found = coalitions(game(u))
    parties, cells = found.game.parties, list(np.ndindex(2, 2, 2))
    for cell in cells:
        names = found.game.names(cell)
        expected = set()
        for size in (1, 2, 3):
            for s in itertools.combinations(range(3), size):
                for own in itertools.product(range(2), repeat=size):
                    reached = [c for c in cells if all(c[p] == k for p, k in zip(s, own, strict=True))]
                    if all(min(u[c][p] for c in reached) > u[cell][p] + 1e-6 for p in s):
                        expected.add(tuple(parties[p] for p in s))
        assert {b.members for b in found.blocks[names]} == expected
    shares = found.division
    assert sum(shares.values()) == pytest.approx(found.total, abs=1e-7)
    short = max(v - sum(shares[p] for p in members) for members, v in found.secured.items() if len(members) < 3)
    assert short == pytest.approx(found.excess, abs=1e-7)
    balanced = [1.0 if len(m) == 1 else 0.0 for m in found.secured]  # two balanced families bound the total from below
    singles = sum(b * v for b, v in zip(balanced, found.secured.values(), strict=True))
    pairs = sum(v for m, v in found.secured.items() if len(m) == 2) / 2
    assert found.nonempty == (max(singles, pairs, _mixed(found.secured)) <= found.total + 1e-7)


def _mixed(secured: dict[tuple[str, ...], float]) -> float:
    """The best split into one party and the other two: with the families above, all minimal balanced ones of three."""
    return max(
        v + next(w for n, w in secured.items() if len(n) == 2 and m[0] not in n) for m, v in secured.items() if len(m) == 1
    )


def test_bad_worth_is_refused() -> None:
    with pytest.raises(InputError, match="3 numbers above 0"):
        coalitions(game(np.zeros((1, 1, 1, 3))), (1.0, 0.0, 1.0))
