"""Forks, branches, signals and answers of a dossier: what is refused, and what the packaged dossier holds."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from detente.errors import BadDossier
from detente.policy.dossier import load_dossier, parse_dossier


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    return load_dossier("kuala-lumpur-2025").model_dump(mode="json", by_alias=True, exclude_unset=True)


def refused(raw: dict[str, Any], change: Any) -> str:
    data = copy.deepcopy(raw)
    change(data)
    with pytest.raises(BadDossier) as caught:
        parse_dossier(json.dumps(data), "changed.yaml")
    return str(caught.value)


def test_packaged_forks_are_dated_after_the_dossier_and_reach_its_end() -> None:
    d = load_dossier("kuala-lumpur-2025")
    assert d.prospects is not None
    dates = [f.date for f in d.prospects.forks]
    assert dates == sorted(dates)
    assert d.as_of < dates[0]
    assert dates[-1] <= d.prospects.until
    assert all(s.date <= d.as_of for s in d.prospects.signals)
    assert all(q.answers for q in d.key_questions)


def first(data: dict[str, Any]) -> dict[str, Any]:
    return data["prospects"]["forks"][0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: first(d)["branches"][0].update(prior=[0.5, 0.3, 0.6]), "low, central, high"),
        (lambda d: first(d)["branches"][0].update(prior=0.9), "sum to 1.6, not 1"),
        (lambda d: first(d)["branches"][0].update(scenario="optimist"), "did you mean optimistic"),
        (lambda d: first(d)["branches"][0].update(base_rate={"kind": "talks", "outcomes": ["kept"]}), "no outcome 'kept'"),
        (lambda d: first(d).update(independent=True), "independent of the talks"),
        (lambda d: first(d).update(date="2027-01-01"), "beyond 'until'"),
        (lambda d: first(d).update(date="2025-10-01"), "before the dossier"),
        (lambda d: first(d).update(after=["again"]), "no earlier fork has the branch 'again'"),
        (lambda d: d["prospects"]["forks"][1].update(id="kuala-lumpur"), "given twice"),
        (lambda d: d["prospects"]["signals"][0].update(fork="nowhere"), "no fork 'nowhere'"),
        (lambda d: d["prospects"]["signals"][0]["likelihood"].update(again=1.0), "has no branch 'again'"),
        (lambda d: d["key_questions"][0]["answers"][0].update(branches=["paus"]), "did you mean pause"),
        (lambda d: d["key_questions"][0].update(answers=d["key_questions"][0]["answers"][:1]), "two or more"),
        (lambda d: d["prospects"]["forks"][2]["branches"][1].update(changes=[{"withdraw": "us-nothing"}]), "us-nothing"),
        (lambda d: d["prospects"]["forks"][0].update(sources=["nowhere"]), "source 'nowhere'"),
    ],
)  # fmt: skip
def test_bad_prospects_are_refused_in_words(raw: dict[str, Any], change: Any, words: str) -> None:
    assert words in refused(raw, change)
