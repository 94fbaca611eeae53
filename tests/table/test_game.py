"""The rules: replay, refusals, the clock, and what a seat may see."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.errors import (
    DetenteError,
    GameOver,
    InputError,
    MoveRefused,
    NotYourTurn,
    OutsideTheIssues,
    StaleOffer,
    TooLate,
    UnknownName,
)
from detente.policy.dossier import list_dossiers, load_dossier
from detente.table import Game, Move, Setup

PLAYED = "phase-one-2020"
"""Two parties, seven issues, a zone, a deadline that binds after three days: small and quick."""
A, B = "USA", "CHN"
STAYS = 5
"""A seed with which talks survive the whole clock of `PLAYED`."""


def game(seed: int = STAYS, **seats: str) -> Game:
    return Game.replay(Setup(dossier=PLAYED, seats=seats or {A: "person", B: "person"}, seed=seed), [])


def other(found: Game, seat: str) -> str:
    return found.parties[1 - found.parties.index(seat)]


def random_package(found: Game, draw: np.random.Generator) -> dict[str, int]:
    return {i.id: int(draw.integers(len(i.levels))) for i in found.board.prices.agenda.issues}


def random_game(seed: int, **seats: str) -> Game:
    """A game in which persons do anything that is allowed."""
    draw, found = np.random.default_rng(seed), game(seed, **seats).played()
    while not found.over:
        seat = found.turn
        kind = str(draw.choice(["offer", "wait", "accept", "walk"], p=[0.5, 0.35, 0.13, 0.02]))
        try:
            package = random_package(found, draw) if kind == "offer" else None
            found = found.apply(seat, Move(kind=kind, package=package, text="so be it" if kind == "offer" else ""))
        except (StaleOffer, OutsideTheIssues):
            found = found.apply(seat, Move(kind="wait"))
        found = found.played()
    return found


# -- replay ------------------------------------------------------------------------------------------------------------
@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), engine=st.sampled_from(["none", A, B]))
def test_replay_equals_live(seed: int, engine: str) -> None:
    seats = {p: "engine" if p == engine else "person" for p in (A, B)}
    live = random_game(seed, **seats)
    again = Game.from_json(live.to_json())
    assert again.moves == live.moves
    assert again.end == live.end
    assert again.entries == live.entries
    for seat in (A, B):
        assert again.view(seat) == live.view(seat)


def test_a_store_that_stops_anywhere_goes_on_from_there() -> None:
    live = random_game(4, **{A: "person", B: "engine"})
    for k in range(len(live.moves)):
        part = Game.replay(live.setup, live.moves[:k])
        assert Game.replay(part.setup, [*part.moves, *live.moves[k:]]).view(A) == live.view(A)


def test_the_same_seed_is_the_same_game_and_another_is_not() -> None:
    def played(seed: int) -> Game:
        return game(seed, **{A: "engine", B: "engine"}).played()

    assert played(11).moves == played(11).moves
    assert len({played(seed).to_json().split('"moves"')[1] for seed in range(6)}) > 1


def test_a_game_is_not_changed_by_a_move() -> None:
    before = game()
    view = before.view(A)
    before.apply(before.turn, Move(kind="wait"))
    assert before.view(A) == view
    assert not before.moves


# -- refusals ----------------------------------------------------------------------------------------------------------
def offer(found: Game, level: int = 1, **more: Any) -> Move:
    return Move(kind="offer", package={found.board.prices.agenda.issues[0].id: level}, **more)


def test_what_may_not_be_moved_is_refused_by_name() -> None:
    start = game()
    first, second = start.turn, other(start, start.turn)
    with pytest.raises(NotYourTurn):
        start.apply(second, Move(kind="wait"))
    with pytest.raises(UnknownName):
        start.apply("BRA", Move(kind="wait"))
    with pytest.raises(OutsideTheIssues, match="no issue"):
        start.apply(first, Move(kind="offer", package={"soybeans": 1}))
    with pytest.raises(OutsideTheIssues, match="no level"):
        start.apply(first, offer(start, 9))
    with pytest.raises(OutsideTheIssues, match="changes nothing"):
        start.apply(first, offer(start, 0))
    with pytest.raises(OutsideTheIssues):
        start.apply(first, Move(kind="offer"))
    with pytest.raises(StaleOffer):
        start.apply(first, Move(kind="accept"))
    with pytest.raises(StaleOffer):
        start.apply(first, Move(kind="counter", package={start.board.prices.agenda.issues[0].id: 1}))
    with pytest.raises(MoveRefused):
        start.apply(first, Move(kind="choose", option="1"))
    with pytest.raises(MoveRefused):
        start.apply(first, Move(kind="wait", seat=second))
    with pytest.raises(MoveRefused):
        start.apply(first, Move(kind="wait", step=3))
    with pytest.raises(InputError, match="kind"):
        start.apply(first, {"kind": "bribe"})
    over = start.apply(first, Move(kind="walk"))
    with pytest.raises(GameOver):
        over.apply(second, Move(kind="wait"))


def test_an_offer_counts_once_and_a_replaced_one_cannot_be_signed() -> None:
    start = game()
    first, second = start.turn, other(start, start.turn)
    made = start.apply(first, offer(start, 1, number=1))
    with pytest.raises(StaleOffer, match="next one is number 2"):
        made.apply(second, offer(start, 1, number=1))
    waited = made.apply(second, Move(kind="wait"))
    changed = dict(zip((i.id for i in start.board.prices.agenda.issues), (1, 1), strict=False))
    replaced = waited.apply(first, Move(kind="offer", package=changed))
    with pytest.raises((StaleOffer, TooLate)):
        replaced.apply(second, Move(kind="accept", number=1))
    signed = replaced.apply(second, Move(kind="accept", number=2))
    assert signed.end is not None
    assert signed.end.how == "deal"
    assert signed.end.levels == replaced.made[-1].levels


def test_offers_lapse_with_the_deadline_and_late_moves_are_refused() -> None:
    start = game()
    first, second = start.turn, other(start, start.turn)
    assert start.board.steps[1].binds
    late = start.apply(first, offer(start)).apply(second, Move(kind="wait"))
    assert not late.over
    assert late.step == 1
    assert late.standing(first) is None
    waited = late.apply(first, Move(kind="wait"))
    with pytest.raises(TooLate, match="lapsed"):
        waited.apply(second, Move(kind="accept", number=1))
    with pytest.raises(TooLate, match="too late"):
        waited.apply(second, Move(kind="wait", step=0))


def test_the_clock_stops_at_every_deadline_and_ends_on_the_last_day() -> None:
    start = game()
    steps = start.board.steps
    assert [s.day for s in steps] == sorted({s.day for s in steps})
    assert {d.date for d in start.board.dossier.deadlines() if d.date <= steps[-1].day} <= {s.day for s in steps}
    found = start
    while not found.over:
        found = found.apply(found.turn, Move(kind="wait"))
    assert found.end is not None
    assert found.end.how == "time"
    assert len(found.moves) == 2 * len(steps)
    assert found.result(A).points == found.result(B).points == 0


def test_talks_collapse_as_often_as_the_clock_says() -> None:
    board = game().board
    ends = []
    for seed in range(200):
        found = game(seed)
        while not found.over:
            found = found.apply(found.turn, Move(kind="wait"))
        ends.append(found.end is not None and found.end.how == "collapse")
    expected = 1 - float(np.prod([1 - p for p in board.collapse]))
    assert abs(np.mean(ends) - expected) < 4 * (expected * (1 - expected) / len(ends)) ** 0.5


def test_delay_costs_the_share_of_the_window_that_is_gone() -> None:
    start = game()
    levels = start.board.prices.levels(int(start.board.prices.zone[0]))
    early, late = (start.signed(A, levels, k).points for k in (0, 4))
    assert late == pytest.approx(early * start.board.left(4, A))
    assert 0 < start.board.left(4, A) < 1


# -- what a seat sees --------------------------------------------------------------------------------------------------
def numbers(value: Any) -> set[float]:
    """Every number somewhere in a record, but small whole ones."""
    if isinstance(value, dict):
        return set().union(*(numbers(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(numbers(v) for v in value))
    return {value} if isinstance(value, float) and abs(value) > 1e-9 else set()


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_no_view_holds_anything_of_the_other_sides_payoffs(seed: int) -> None:
    draw, found = np.random.default_rng(seed), random_game(seed, **{A: "person", B: "engine"})
    found = Game.replay(found.setup, found.moves[: int(draw.integers(len(found.moves) + 1))])
    for seat in (A, B):
        view, rival = found.view(seat), other(found, seat)
        shown = numbers(view)
        theirs = {v for o in found.made for v in _all(found.signed(rival, o.levels, found.step))}
        theirs |= set(_all(found.board.stakes.collapse(rival, found.board.elapsed(found.step))))
        own = {v for o in found.made for v in _all(found.signed(seat, o.levels, found.step))}
        own |= set(_all(found.board.stakes.collapse(seat, found.board.elapsed(found.step))))
        assert not shown & (theirs - own)
        text = json.dumps(view)
        assert '"why"' not in text
        assert "demand" not in text
        assert "immovable" not in text
        motives = [m.text for m in found.board.dossier.party(rival).motives]
        assert not any(m in text for m in motives)


def _all(value: Any) -> list[float]:
    return [v for v in (value.points, value.money, value.percent, *value.parts.values()) if abs(v) > 1e-9]


def test_a_view_does_not_hang_on_what_the_other_side_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the other side's payoffs all different, the view would be the same."""
    found = game().apply(game().turn, offer(game()))
    prices = type(found.board.prices)
    before, worth = found.view(A), prices.worth

    def bent(self: Any, levels: Any, seat: str) -> Any:
        value = worth(self, levels, seat)
        return value.scaled(-7.0) if seat == B else value

    monkeypatch.setattr(prices, "worth", bent)
    assert before["offers"]
    assert found.view(A) == before


# -- seats and dossiers ------------------------------------------------------------------------------------------------
def test_a_third_seat_chooses_from_its_menu_and_needs_consent() -> None:
    found = game(**{A: "person", B: "person", "VNM": "person"})
    for seat in found.order[:2]:
        found = found.apply(seat, Move(kind="wait"))
    view = found.view("VNM")
    assert view["your_turn"]
    assert not view["issues"]
    assert view["menu"][0]["id"] == "0"
    sign = next(item for item in view["menu"] if item["consent"] == A)
    found = found.apply("VNM", Move(kind="choose", option=sign["id"]))
    assert found.chosen("VNM", False).percent == 0
    assert found.view(A)["asked"][0]["title"] == sign["title"]
    assert not found.view(B)["asked"]
    with pytest.raises(MoveRefused):
        found.apply(B, Move(kind="grant", to="VNM"))
    found = found.apply(A, Move(kind="grant", to="VNM"))
    assert found.chosen("VNM", False).percent == pytest.approx(sign["signed"]["percent"])
    with pytest.raises(MoveRefused):
        found.apply(found.turn, Move(kind="choose", option="0"))


def test_seats_must_be_of_the_table() -> None:
    for seats, kind in (({A: "person", "BRA": "person"}, InputError), ({A: "person", B: "person", "XXX": "person"}, UnknownName)):
        with pytest.raises(kind):
            Game.replay(Setup(dossier=PLAYED, seats=seats), [])
    with pytest.raises(InputError):
        Game.replay({"dossier": PLAYED, "seats": {A: "person", B: "robot"}}, [])
    with pytest.raises(UnknownName):
        Game.replay(Setup(dossier="../../etc/passwd", seats={A: "person", B: "person"}), [])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', '{"format": 9, "setup": {}, "moves": []}', "[" * 500])
def test_what_is_no_kept_game_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError):
        Game.from_json(text)


@pytest.mark.parametrize("name", list_dossiers())
def test_every_dossier_starts_or_is_refused_in_words(name: str) -> None:
    parties = [p.region for p in load_dossier(name).parties]
    seats = dict.fromkeys(parties[:4], "engine")
    if len(parties) == 2:
        found = Game.replay(Setup(dossier=name, seats=seats), []).played()
        assert found.over
        assert found.to_json()
        assert {p: found.result(p).points for p in parties}
    else:
        with pytest.raises(DetenteError, match=f"{name} has {len(parties)} parties"):
            Game.replay(Setup(dossier=name, seats=seats), [])


def test_the_engine_in_a_third_seat_takes_what_serves_it_and_can_be_had() -> None:
    found = game(**{A: "person", B: "person", "VNM": "engine"})
    for seat in found.order[:2]:
        found = found.apply(seat, Move(kind="wait"))
    moved = found.played()
    menu = found.board.menu("VNM")
    chosen = menu.of(moved.choices.get("VNM", "0"))
    can_be_had = [c for c in menu.items if not c.consent or c.adds(c.consent, False).points >= 0]
    assert chosen.adds("VNM", False).points == max(c.adds("VNM", False).points for c in can_be_had)
    assert moved.turn == moved.order[0]
    assert moved.step == 1
