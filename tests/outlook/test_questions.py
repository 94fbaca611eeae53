"""Key questions on a small tree: what answers move, what they explain, what knowing them is worth."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.errors import BadDossier, InputError, UnknownRegion
from detente.outlook.outlook import Outlook, outlook
from detente.outlook.questions import KeyQuestions, key_questions, likelihoods, nearest_flip, stances_on_paths, value_of_knowing
from detente.outlook.tree import grow
from detente.talks.menus import bystander_menu
from small_future import small_future

TOY = dt.load_world("toy")


@pytest.fixture(scope="module")
def look() -> Outlook:
    return outlook(small_future(), TOY)


@pytest.fixture(scope="module")
def asked(look: Outlook) -> KeyQuestions:
    return key_questions(small_future(), TOY, look=look)


def test_answers_follow_the_branches(look: Outlook) -> None:
    talks, law = (likelihoods(q, look.tree) for q in small_future().key_questions)
    assert (talks.argmax(1) == [0, 0, 1, 1, 1, 1]).all()
    assert (law.argmax(1) == [0, 1, 0, 0, 1, 1]).all()


def test_last_named_branch_counts_and_otherwise_fills_in() -> None:
    def change(data: dict[str, Any]) -> None:
        q = data["key_questions"][0]
        q["answers"] = [
            {"id": "peace", "title": "P", "likelihood": {"made": 0.8, "clash": 0.1}, "otherwise": 0.5},
            {"id": "war", "title": "W", "likelihood": {"not-made": 0.5, "made": 0.8, "clash": 0.3}, "otherwise": 1.0},
        ]

    case = small_future(change)
    found = likelihoods(case.key_questions[0], grow(case))
    assert found[:, 0] == pytest.approx([1 / 3, 1 / 3, 0.5, 0, 0.5, 0])  # calm is not named; made and not-made come after clash
    assert found.sum(axis=1) == pytest.approx(np.ones(6))


def test_an_answer_missing_on_a_path_is_told() -> None:
    def change(data: dict[str, Any]) -> None:
        data["key_questions"][0]["answers"][1]["branches"] = ["made"]

    with pytest.raises(BadDossier, match=r"'talks' has no answer on the path “They do not → It stands → It is not”"):
        key_questions(small_future(change), TOY, look=outlook(small_future(change), TOY), knowing=False)


def test_conditional_outlooks_average_to_the_outlook(asked: KeyQuestions, look: Outlook) -> None:
    for q in asked.questions:
        assert sum(a.probability.value for a in q.answers) == pytest.approx(1)
        for code in asked.codes:
            mean = sum(a.probability.value * a.expected[code] for a in q.answers)
            assert mean == pytest.approx(look.expected(code).value, abs=1e-12)
            assert sum(a.probability.value * a.shift[code] for a in q.answers) == pytest.approx(0, abs=1e-12)
        for a in q.answers:
            assert sum(a.scenarios.values()) == pytest.approx(1)
    talks = next(q for q in asked.questions if q.id == "talks")
    assert talks.answers[1].scenarios == pytest.approx({"peace": 0.5, "war": 0.5})
    assert talks.swing("AAA") == pytest.approx(abs(talks.answers[0].expected["AAA"] - talks.answers[1].expected["AAA"]))
    assert talks.likeliest.id == "yes"


def test_shares_by_hand(asked: KeyQuestions, look: Outlook) -> None:
    code = "AAA"
    v, p = look.outcomes(code), look.tree.probabilities
    mean = p @ v
    variance = p @ (v - mean) ** 2
    talks = next(q for q in asked.questions if q.id == "talks")
    groups = [[0, 1], [2, 3, 4, 5]]
    between = sum(p[g].sum() * (p[g] @ v[g] / p[g].sum() - mean) ** 2 for g in map(np.array, groups))
    assert talks.shares[code].first == pytest.approx(between / variance)
    assert sum(q.shares[code].shapley for q in asked.questions) == pytest.approx(asked.together[code])
    assert asked.deviation[code] == pytest.approx(np.sqrt(variance))
    cells = [[0], [1], [2, 3], [4, 5]]
    together = sum(p[g].sum() * (p[g] @ v[g] / p[g].sum() - mean) ** 2 for g in map(np.array, cells))
    assert asked.together[code] == pytest.approx(together / variance)
    assert asked.most_unasked(code)[0] == "late"
    assert asked.most_unasked(code)[1] == pytest.approx(1 - asked.together[code])
    own = talks.shares[code]
    assert own.low <= own.shapley <= own.high


def test_ranked_for_whom_it_is_asked(look: Outlook) -> None:
    for by in ("AAA", "WORLD"):
        found = key_questions(small_future(), TOY, look=look, by=by, knowing=False)
        order = [q.shares[by].shapley for q in found.questions]
        assert order == sorted(order, reverse=True)
        assert found.questions[0].question in found.explain().splitlines()[0]
    with pytest.raises(UnknownRegion):
        key_questions(small_future(), TOY, look=look, by="DDD")


# -- knowing -----------------------------------------------------------------------------------------------------------
def test_value_of_knowing_by_hand() -> None:
    payoffs = np.array([[2.0, -1.0], [0.0, 0.0]])  # act or wait; the state is good or bad
    states = np.diag([0.25, 0.75])
    told, told_half, told_nothing = np.eye(2), np.full((2, 2), 0.5), np.ones((2, 1))
    assert value_of_knowing(payoffs, states, told) == (pytest.approx(0.5), 1, [0, 1])
    assert value_of_knowing(payoffs, states, told_half) == (0.0, 1, [1, 1])
    assert value_of_knowing(payoffs, states, told_nothing) == (0.0, 1, [1])
    assert value_of_knowing(payoffs + np.array([[9.0], [0.0]]), states, told)[0] == 0  # acting is best whatever comes


def test_what_would_have_to_pay_more_for_an_answer_to_matter() -> None:
    payoffs = np.array([[3.0, 1.0], [1.5, 0.2]])  # the first is best whatever comes, by 1.5 and by 0.8
    states, told = np.diag([0.25, 0.75]), np.eye(2)
    assert value_of_knowing(payoffs, states, told)[0] == 0
    answer, option, points = nearest_flip(payoffs, states, told) or (None, None, None)
    assert (answer, option, points) == (1, 1, pytest.approx(0.8))
    for extra, matters in ((0.79, False), (0.81, True)):
        moved = payoffs + np.array([[0.0, 0.0], [0.0, extra]])
        assert (value_of_knowing(moved, states, told)[0] > 0) is matters
    assert nearest_flip(payoffs[:1], states, told) is None


def test_stances_are_the_nearest_to_what_a_path_ends_with(look: Outlook) -> None:
    case = small_future()
    table = dt.payoff_table(case, TOY)
    found = stances_on_paths(case, look, TOY, table)
    menu = table.stances[0]
    named = [menu[k] for k in found["AAA"].argmax(1)]
    assert named == ["hold", "hold", "ease", "escalate", "ease", "escalate"]  # what the court takes is no stance
    assert [menu[k] for k in found["BBB"].argmax(1)][3] == "escalate"
    assert found["AAA"].sum(axis=1) == pytest.approx(np.ones(6))


def test_knowing_is_worth_something_only_where_it_changes_a_choice(asked: KeyQuestions, look: Outlook) -> None:
    frame = asked.knowing_frame()
    assert set(frame["actor"]) == {"AAA", "BBB"}
    assert (frame["worth, points"] >= 0).all()
    for q in asked.questions:
        for k in q.knowing.values():
            assert (k.points > 1e-12) <= (len(set(k.by_answer.values())) > 1)
    menu = bystander_menu([[0.0, 1.0], [0.5, 0.0]], [0.8, 0.2], options=["wait", "act"], scenarios=["peace", "war"])
    hosted = Outlook(**{**{f: getattr(look, f) for f in look.__dataclass_fields__}, "parties": ("AAA",), "host": "BBB"})
    found = key_questions(small_future(), TOY, look=hosted, menu=menu, table=None)
    talks = next(q for q in found.questions if q.id == "talks").knowing["BBB"]
    # without: act pays 0.4, wait 0.2; knowing a clash leaves war at one half, where acting pays 0.25 and waiting 0.5
    assert talks.points == pytest.approx(0.6 * 0.5 + 0.4 * 0.5 - 0.4)
    assert talks.without == "act"
    assert dict(talks.by_answer) == {"yes": "act", "no": "wait"}
    short = bystander_menu([[0.0], [0.5]], [1.0], options=["wait", "act"], scenarios=["peace"])
    with pytest.raises(InputError, match="lacks a scenario"):
        key_questions(small_future(), TOY, look=hosted, menu=short)


def test_showing(asked: KeyQuestions) -> None:
    assert json.loads(json.dumps(asked.record()))["ranked_by"] == "WORLD"
    assert len(asked.to_frame()) == 4
    assert set(asked.share_frame()["region"]) == set(asked.codes)
    assert "All questions together explain" in asked.explain()
    none = key_questions(small_future(lambda d: d.update(key_questions=[])), TOY, look=asked.look, knowing=False)
    assert "no answers" in none.explain()
