"""The debrief: accounts that add up, sentences that follow the numbers, paper of two pages."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detente.errors import MoveRefused
from detente.table import Game, Move, Setup
from detente.table.debrief import Debrief, debrief_of
from detente.table.history import Came, history_of
from detente.table.papers import brief, lines, report, transcript, words

PLAYED = "phase-one-2020"
A, B = "USA", "CHN"


def start(dossier: str = PLAYED, a: str = A, b: str = B) -> Game:
    return Game.replay(Setup(dossier=dossier, seats={a: "person", b: "person"}, seed=5), [])


def signed(row: int) -> Debrief:
    """The debrief of a package signed at once."""
    game = start()
    levels = game.board.prices.levels(row)
    first, second = game.turn, game.parties[1 - game.parties.index(game.turn)]
    game = game.apply(first, Move(kind="offer", package=game.board.prices.named(levels), text="Last word."))
    return debrief_of(game.apply(second, Move(kind="accept", number=1)), predict=False)


def test_what_was_left_is_what_the_zone_still_held() -> None:
    prices = start().board.prices
    inside = prices.zone[np.argsort(prices.gains[prices.zone].sum(1))[3]]
    edge = prices.zone[np.argmax(prices.gains[prices.zone].sum(1))]
    poor, best = signed(int(inside)), signed(int(edge))
    assert poor.more > 0
    assert best.more == pytest.approx(0, abs=1e-12)
    for found in (poor, best):
        for k, party in enumerate((A, B)):
            seat = found.seat(party)
            assert seat.left is not None
            assert seat.best is not None
            assert seat.left.points >= -1e-12
            assert seat.value.points + seat.left.points <= prices.gains[:, k].max() + 1e-9
            assert found.marks["signed"].values[k].points == pytest.approx(
                prices.exact(found.marks["signed"].levels, party).points
            )
    assert all(p in transcript(best) for p in ("lies on the frontier", "Last word."))
    assert "could have had" in transcript(poor)
    assert "inside the frontier" in transcript(poor)


def test_a_page_is_told_what_the_terminal_is_told() -> None:
    found = signed(int(start().board.prices.zone[0]))
    told, terminal = words(found), brief(found)
    said = [f"{x['lead']} {x['text']}".strip() for part in told["sections"] for x in part["paragraphs"]]
    assert [told["title"] + ".", told["lede"], *said] == terminal
    assert {part["anchor"] for part in told["sections"]} >= {"", "left", "signed", "beside"}
    assert [len(row) for row in told["seats"]["rows"]] == [len(told["seats"]["columns"])] * 2
    assert {p["what"] for p in told["packages"]} == set(found.marks) - {"signed"}
    assert json.loads(json.dumps(told)) == told


def test_the_frontier_has_no_package_that_another_beats() -> None:
    found = signed(int(start().board.prices.zone[0]))
    edge = found.edge
    assert len(edge) > 1
    assert (np.diff(edge[:, 0]) < 0).all()
    assert (np.diff(edge[:, 1]) > 0).all()


def test_a_signature_below_nothing_is_said_to_be_one() -> None:
    prices = start().board.prices
    row = int(np.argmin(prices.gains[:, 0]))
    assert "would have done better without" in transcript(signed(row))


def test_collapse_and_time_are_told_and_priced() -> None:
    game = start("busan-2025")
    walked = game.apply(game.turn, Move(kind="walk"))
    found = debrief_of(walked, predict=False)
    assert found.seat(A).value.points == pytest.approx(game.board.stakes.collapse(A, 0.0).points) != 0
    assert "leave" in brief(found)[0]
    assert "none was signed" in " ".join(brief(found))
    empty = start("japan-korea-2019", "JPN", "KOR")
    told = " ".join(brief(debrief_of(empty.apply(empty.turn, Move(kind="walk")), predict=False)))
    assert "no deal to be had" in told
    assert "fairest" not in told


def test_nothing_is_told_while_the_game_runs() -> None:
    with pytest.raises(MoveRefused):
        debrief_of(start())
    with pytest.raises(MoveRefused):
        start().result(A)


def test_history_is_read_off_the_ledger_or_said_to_be_unknown() -> None:
    busan = start("busan-2025").board
    known = history_of(busan)
    assert known.state == "known"
    assert known.levels is not None
    told = dict(zip((i.id for i in busan.prices.agenda.issues), known.levels, strict=True))
    # the fact sheet of 1 November 2025: fentanyl duty halved, 24 points and the October controls suspended
    assert told["us-fentanyl-20"] == 2
    assert told["us-reciprocal-chn-24"] == 1
    assert told["chn-rare-earths-october"] == 2
    assert told["chn-farm-15+chn-farm-10"] == 1
    assert told["chn-rare-earths-april"] == 0
    assert told["purchases"] == 0
    assert history_of(start("january-2027").board).state == "not yet"
    evs = start("eu-china-evs-2024", "EU27", "CHN").board
    assert history_of(evs).state == "not here"
    assert history_of(evs, [Came(evs.steps[-1].day, "Duties took effect.")]).events[0].text == "Duties took effect."


def test_what_a_seat_says_is_text_and_its_reasons_are_not_taken_from_it() -> None:
    game = start()
    said = "<script>alert(1)</script> [x](javascript:alert(1)) {{ 7 * 7 }} | **bold**"
    first = game.apply(game.turn, Move(kind="wait", text=said, why={"demand": 0.5}))
    assert first.moves[0].why is None
    found = debrief_of(first.apply(first.turn, Move(kind="walk")), predict=False)
    page, text = report(found), transcript(found)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in page.split("Move by move")[1]
    assert "<script>" not in text
    assert found.game.entries[0].text == said


def test_a_kept_game_whose_reasons_were_edited_is_told_without_them() -> None:
    game = Game.replay(Setup(dossier=PLAYED, seats={A: "engine", B: "person"}, seed=5), []).played()
    kept = json.loads(game.apply(B, Move(kind="walk")).played().to_json())
    for move in kept["moves"]:
        move["why"] = {"demand": None}
    assert not debrief_of(Game.from_json(json.dumps(kept)), predict=False).reasons


def test_everything_is_written_down_and_prints() -> None:
    game = Game.replay(Setup(dossier=PLAYED, seats={A: "engine", B: "engine"}, strength="easy", seed=5), []).played()
    found = debrief_of(game, predict=False)
    record = found.record()
    assert json.loads(json.dumps(record, allow_nan=False))["how"] == found.how
    assert len(record["reasons"]) == sum(m.seat in (A, B) for m in game.moves)
    page, text = report(found), transcript(found)
    assert page.count('class="sheet"') == 2
    assert "<svg" in page
    assert "http" not in page.split("<body")[1].replace("http://www.w3.org", "")
    assert all(day in text for day, _ in lines(game))
    assert "# " in text
    assert "How the engine thought" in text
    assert not {"None,", "nan", "None"} & set(text.split("## Beside it")[0].split())
