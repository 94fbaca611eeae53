"""How rates are searched for, on games whose equilibrium is where lines cross; what a search keeps on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.errors import InputError, NotConverged
from detente.strategy import nash
from detente.strategy.nash import Checkpoint, Saved, settle
from detente.strategy.tariff_space import HIGHEST, LOWEST, TariffSpace
from detente.types import Array
from economies import random_economy

At = Callable[[Array], tuple[Array, Array, Array]]


# -- the iteration, on games of lines ----------------------------------------------------------------------------------
def lines(a: Array, b: Array, curvature: Array, told: float = 1.0) -> At:
    """Player k wants u_k at a_k + Σ b[k, j] u_j; the curvature is `told` times what it is."""

    def at(u: Array) -> tuple[Array, Array, Array]:
        off = a + b @ u - u
        return -0.5 * curvature * off**2, curvature * off, told * curvature

    return at


def found(at: At, start: Array, live: Array | None = None, **options: Any) -> nash.Stationary:
    mask = np.ones(len(start), dtype=bool) if live is None else live
    options = {"tolerance": 1e-9, "iterations": 200} | options
    return settle(at, np.expm1, start, live=mask, **options)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("told", [0.7, 1.0, 3.0])
def test_players_meet_where_their_lines_cross(seed: int, told: float) -> None:
    rng = np.random.default_rng(seed)
    n = 5
    a, b = rng.uniform(0, 0.4, n), rng.uniform(-0.4, 0.4, (n, n)) * (1 - np.eye(n))
    end = found(lines(a, b, rng.uniform(0.5, 50, n), told), rng.uniform(-0.5, 1.0, n))
    crossing = np.linalg.solve(np.eye(n) - b, a)
    assert end.u == pytest.approx(crossing, abs=1e-7)
    assert end.tariffs == pytest.approx(np.expm1(crossing), abs=1e-7)
    assert end.residual <= 1e-9
    assert end.objective == pytest.approx(np.zeros(n), abs=1e-9)
    assert end.iterations < 40


def test_what_carries_no_trade_stays_put_and_nobody_leaves_the_range() -> None:
    a = np.array([0.3, 9.0, -9.0, 0.2])
    live = np.array([True, True, True, False])
    end = found(lines(a, np.zeros((4, 4)), np.ones(4)), np.array([0.0, 0.1, 0.1, 0.7]), live)
    assert end.u == pytest.approx([0.3, HIGHEST, LOWEST, 0.7])


def test_where_no_equilibrium_is_found_the_step_is_halved() -> None:
    """The curvature is told too small, so that the first steps overshoot to where the world has no answer."""
    inner = lines(np.array([0.45]), np.zeros((1, 1)), np.ones(1), told=0.25)
    asked: list[float] = []

    def at(u: Array) -> tuple[Array, Array, Array]:
        asked.append(float(u[0]))
        if u[0] > 0.47:
            raise NotConverged("too far")
        return inner(u)

    assert found(at, np.array([0.2])).u == pytest.approx([0.45], abs=1e-8)
    assert max(asked) > 0.47

    def only_here(u: Array) -> tuple[Array, Array, Array]:
        if u[0] != 0.2:
            raise NotConverged("nowhere else")
        return inner(u)

    with pytest.raises(NotConverged, match="nowhere else"):
        found(only_here, np.array([0.2]))
    with pytest.raises(NotConverged, match="too far"):
        found(at, np.array([0.6]))


def test_rates_that_still_move_are_no_answer() -> None:
    with pytest.raises(NotConverged, match=r"still move by .* after 2 "):
        found(lines(np.array([3.0]), np.zeros((1, 1)), np.ones(1)), np.zeros(1), iterations=2)


# -- what is kept and told ---------------------------------------------------------------------------------------------
def test_the_state_of_another_version_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Checkpoint(tmp_path / "game.npz", {"a": "b"})
    place.save(Saved("together", 1, 0.1, np.zeros(2)))
    monkeypatch.setattr(nash, "FORMAT", 99)
    with pytest.raises(InputError, match="of another version"):
        place.load()
    np.save(tmp_path / "other.npy", np.zeros(3))
    with pytest.raises(InputError, match="not the state of a search"):
        Checkpoint(tmp_path / "other.npy", {}).load()


def test_another_export_control_is_another_policy() -> None:
    economy = random_economy(3, 2, 8)
    space = TariffSpace.make(economy, ["R1"], "region")

    def inputs(withhold: float) -> dict[str, str]:
        policy = dt.Policy([dt.ExportControl(by="R1", on="R2", sectors="S1", withhold=withhold)])
        return nash._inputs(economy, policy.shock(economy), dt.horizon("medium"), space, {}, "gradient")

    first, other = inputs(0.2), inputs(0.3)
    assert {k for k in first if first[k] != other[k]} == {"policy"}
    assert first == inputs(0.2)
