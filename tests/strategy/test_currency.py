"""Results on a world in another currency say so, in words, in a notebook and in JSON, without anything being set beforehand."""

from __future__ import annotations

import json
from typing import Any

import pytest

import detente as dt
from detente.cases.case import Case
from detente.cli import common
from detente.strategy.deal import proposal
from detente.strategy.hosting import HostStake, Part
from detente.strategy.table import at_the_table
from detente.strategy.year import Span
from detente.words.currency import counted_in, currency

PARTS = (Part("diversion", Span(0.1, 0.1, 0.1, 0.1, 0.1)),)


@pytest.fixture(scope="module", params=["EUR", "USD"])
def told(request: pytest.FixtureRequest) -> tuple[str, list[Any]]:
    world = dt.load_world().with_(unit=f"million {request.param}")
    case = Case.of("japan-korea-2019", world, "medium")
    stake = HostStake("MYS", PARTS, {"deal": 0.1}, {"war": 0.0}, 400_000.0, 2022, world.unit)
    return request.param, [at_the_table(case), proposal(case, solves=20), stake]


def test_a_result_tells_money_in_the_currency_of_its_world(told: tuple[str, list[Any]]) -> None:
    code, results = told
    other = {"EUR": "USD", "USD": "EUR"}[code]
    for result in results:
        assert result.world_unit == f"million {code}"
        for text in (result.explain(), result._repr_html_()):
            assert other not in text, type(result).__name__
    assert code in results[0].explain()
    assert code in results[1]._repr_html_()
    assert f"{code} 400 million" in results[2].explain().replace("\u00a0", " ")
    assert currency() == "USD"


def test_another_currency_in_use_does_not_change_it(told: tuple[str, list[Any]]) -> None:
    code, results = told
    text = results[2].explain()
    with counted_in("million JPY"):
        assert results[2].explain() == text
        assert currency() == "JPY"
    assert code in text


def test_json_says_which_currency_it_counts_in(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "marked", lambda value, part: value)
    value = {"gain, million USD": 1.0, "imports, million USD": 2.0, "rows": [{"unit": "USD of 2022", "title": "USD 5 billion"}]}
    common.emit(value)
    assert json.loads(capsys.readouterr().out) == value
    with counted_in("million EUR"):
        common.emit(value, kept=("imports, million USD",))
        common.emit([1.0])
    out = capsys.readouterr().out
    first, second = out[: out.index("\n[")], out[out.index("\n[") :]
    assert json.loads(first) == {
        "currency": "EUR", "gain, million EUR": 1.0, "imports, million USD": 2.0,
        "rows": [{"unit": "EUR of 2022", "title": "USD 5 billion"}],
    }  # fmt: skip
    assert json.loads(second) == [1.0]


def test_an_assumption_that_counts_in_the_worlds_currency_is_told_in_it() -> None:
    from detente.policy.assumptions import load_assumptions

    ours = [a for a in load_assumptions().values() if a.in_currency]
    assert [a.id for a in ours] == ["A49"]
    assert "5 million USD" in ours[0].statement
    assert dt.load_world().unit == "million USD"
