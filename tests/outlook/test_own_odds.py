"""Odds of a reader's own: read, kept in the dossier, followed by every answer, refused where they do not fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import detente as dt
from detente.errors import InputError
from detente.outlook.own_odds import own_odds, read_odds, with_odds
from detente.outlook.tree import grow
from detente.policy.dossier import parse_dossier

KL = dt.load_dossier("kuala-lumpur-2025")
GIVEN = {"kuala-lumpur": {"pause": 0.5, "break": [0.05, 0.1, 0.2]}, "court": {"duties-void": 0.4}}


def test_those_left_out_share_the_rest_as_before() -> None:
    before, after = dt.branch_odds(KL), dt.branch_odds(with_odds(KL, GIVEN))
    mine = after["kuala-lumpur"].probability
    assert (mine["pause"], mine["break"]) == (0.5, 0.1)
    assert sum(mine.values()) == pytest.approx(1)
    old = before["kuala-lumpur"].probability
    rest = [b for b in mine if b not in ("pause", "break")]
    assert [mine[b] / mine[rest[0]] for b in rest] == pytest.approx([old[b] / old[rest[0]] for b in rest])
    assert after["kuala-lumpur"].ranges["break"] == (0.05, 0.1, 0.2)
    assert after["expiry"].probability == before["expiry"].probability
    assert after["kuala-lumpur"].pooled == before["kuala-lumpur"].pooled  # an input stays what it was
    assert "+" not in after["kuala-lumpur"].explain()  # what was seen moves no odds of one's own


def test_all_that_is_asked_follows_them(tmp_path: Path) -> None:
    mine = with_odds(KL, GIVEN)
    odds = {f: o.ranges for f, o in dt.branch_odds(mine).items()}
    tree = grow(mine, odds)
    assert sum(leaf.probability for leaf in tree.leaves if "duties-void" in leaf.path) == pytest.approx(0.4)
    assert own_odds(mine) == GIVEN
    again = parse_dossier(yaml.safe_dump(mine.model_dump(mode="json", by_alias=True, exclude_none=True)), "again.yaml")
    assert own_odds(again) == GIVEN
    assert own_odds(KL) == {}
    assert with_odds(KL, {}) is KL


def test_files_and_texts_hold_the_same(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(GIVEN))
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"odds": GIVEN}))
    texts = ["kuala-lumpur.pause=0.5", "kuala-lumpur.break=0.05:0.1:0.2", "court.duties-void=0.4"]
    assert read_odds(texts) == read_odds([str(tmp_path / "mine.json")]) == read_odds([str(tmp_path / "mine.yaml")]) == GIVEN


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["kuala-lumpur.pause=1.5"], "less than or equal to 1"),
        (["kuala-lumpur.pause=nan"], "nan|finite|number"),
        (["kuala.pause=0.2"], "no such fork"),
        (["kuala-lumpur.paws=0.2"], "no branch"),
        (["kuala-lumpur.pause=0.7", "kuala-lumpur.time=0.7"], "sum to 1.4"),
        (["court.duties-void=0.2", "court.duties-stay=0.2"], "sum to 0.4"),
        (["court.duties-void=0.2:0.1:0.3"], "low, central, high"),
        (["court.duties-void=0.2", "court.duties-void=0.2"], "twice"),
        (["court=0.2"], "FORK.BRANCH"),
        (["court.duties-void=much"], "FORK.BRANCH"),
        (["no-such-file.yaml"], "FORK.BRANCH"),
    ],
)
def test_what_does_not_fit_is_refused(texts: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        with_odds(KL, read_odds(texts))


def test_odds_that_are_certain_end_the_other_ways_on() -> None:
    tree = grow(KL, {f: o.ranges for f, o in dt.branch_odds(with_odds(KL, {"kuala-lumpur": {"break": 1.0}})).items()})
    assert {leaf.path[0] for leaf in tree.leaves if leaf.probability > 0} <= {"break", "chips-free", "chips-hit"}
    assert tree.scenarios.get("optimistic", 0) < 1
