"""The engine's seat: what it takes, what it offers, how strengths differ; and how far the table of prices is off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.table import Game, Move, Setup
from detente.table.board import board_of
from detente.table.engine import STRENGTHS, frame, propose, think
from detente.table.setup import Strength

PLAYED = "phase-one-2020"
A, B = "USA", "CHN"
CALM = 2
"""A seed with which no seat is immovable and none gives way by chance."""


def against(engine: str, strength: Strength, seed: int, *, yields: float) -> Game:
    """A person who opens near its ideal and gives a fixed share of it at each round, signing what reaches its demand."""
    person = B if engine == A else A
    found = Game.replay(Setup(dossier=PLAYED, seats={engine: "engine", person: "person"}, strength=strength, seed=seed), [])
    board, ideal = found.board, frame(found.board).ideal[found.parties.index(person)]
    while not (found := found.played()).over:
        demand = max(0.95 - yields * found.step, 0.0)
        offer = found.standing(engine)
        if offer is not None and board.prices.worth(offer.levels, person).points >= demand * ideal:
            found = found.apply(person, Move(kind="accept"))
            continue
        levels = propose(board, person, demand, None)
        assert levels is not None
        found = found.apply(person, Move(kind="offer", package=board.prices.named(levels)))
    return found


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), strength=st.sampled_from(sorted(STRENGTHS)), engine=st.sampled_from([A, B]))
def test_the_engine_never_signs_below_its_walk_away_nor_offers_outside_the_zone(
    seed: int, strength: Strength, engine: str
) -> None:
    draw = np.random.default_rng(seed)
    person = B if engine == A else A
    found = Game.replay(Setup(dossier=PLAYED, seats={engine: "engine", person: "person"}, strength=strength, seed=seed), [])
    prices = found.board.prices
    while not (found := found.played()).over:
        package = {i.id: int(draw.integers(len(i.levels))) for i in prices.agenda.issues}
        empty = all(package[i.id] == i.standing for i in prices.agenda.issues)
        found = found.apply(person, Move(kind="wait") if empty else Move(kind="offer", package=package))
    for offer in found.made:
        if offer.by == engine:
            assert all(prices.worth(offer.levels, p).points > 0 for p in (A, B))
    for move in found.moves:
        if move.seat == engine and move.kind == "accept":
            assert move.why is not None
            assert move.why["offered"] > move.why["walk_away"] >= 0
            assert move.why["offered"] >= move.why["need"] - 1e-6


def test_easy_gives_away_more_than_hard_on_average() -> None:
    got: dict[str, float] = {}
    for strength in STRENGTHS:
        shares = []
        for engine in (A, B):
            for seed in range(12):
                found = against(engine, strength, seed, yields=0.06)
                shares.append(found.result(engine).points / frame(found.board).ideal[found.parties.index(engine)])
        got[strength] = float(np.mean(shares))
    assert got["easy"] < got["hard"]


def test_demands_fall_with_the_clock_and_rise_with_strength() -> None:
    board = board_of(Setup(dossier=PLAYED, seats={A: "engine", B: "engine"}))
    last = len(board.steps) - 1
    minds = {s: [think(board, s, CALM, A, k, moved=True) for k in range(last + 1)] for s in STRENGTHS}
    for found in minds.values():
        demands = [m.demand for m in found]
        assert demands == sorted(demands, reverse=True)
        assert demands[-1] == pytest.approx(found[-1].floor)
        assert all(m.need >= m.walk_away >= 0 for m in found)
    for k in range(last):
        assert minds["easy"][k].demand < minds["even"][k].demand < minds["hard"][k].demand


def test_who_held_longer_is_given_more_and_who_moved_is_known() -> None:
    board = board_of(Setup(dossier="busan-2025", seats={A: "engine", B: "engine"}))
    for step in range(1, 5):
        held = think(board, "even", CALM, A, step, moved=False)
        assert held.believed > think(board, "even", CALM, A, step - 1, moved=False).believed
        assert held.demand < think(board, "even", CALM, A, step, moved=True).demand


def test_the_proposal_is_the_best_for_the_other_that_gives_the_demand() -> None:
    board = board_of(Setup(dossier=PLAYED, seats={A: "engine", B: "engine"}))
    gains = board.prices.gains[board.prices.zone]
    for demand in (0.2, 0.5, 0.8):
        levels = propose(board, A, demand, None)
        assert levels is not None
        own, theirs = (board.prices.worth(levels, p).points for p in (A, B))
        ideal = frame(board).ideal
        assert own >= demand * ideal[0] - 1e-9
        assert theirs >= gains[gains[:, 0] >= demand * ideal[0]][:, 1].max() - 0.02 * ideal[1] - 1e-9


def test_prices_are_exact_where_solved_and_near_elsewhere() -> None:
    prices = board_of(Setup(dossier=PLAYED, seats={A: "engine", B: "engine"})).prices
    for levels in prices.packages.designed:
        for party in (A, B):
            assert prices.worth(levels, party).points == pytest.approx(prices.exact(levels, party).points, abs=1e-9)
    missed = prices.missed
    assert missed.checked >= 10
    assert all(missed.largest[p] >= missed.mean[p] and missed.mean[p] < 0.1 * missed.size[p] for p in (A, B))
    row = int(prices.zone[0])
    assert prices.gains[row] == pytest.approx([prices.worth(prices.levels(row), p).points for p in (A, B)])


def test_without_a_zone_nothing_is_offered() -> None:
    found = Game.replay(Setup(dossier="japan-korea-2019", seats={"JPN": "engine", "KOR": "engine"}), []).played()
    assert not found.made
    assert found.end is not None
    assert found.end.how in ("time", "collapse")
