"""`detente bystander` as a user meets it, on a small world from files."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from tests.briefing.conftest import DOSSIER, toy_world
from tests.cli.conftest import Run

from detente.cli.questions import parse_probabilities
from detente.errors import InputError


@pytest.fixture
def bystander(run: Run, tmp_path: Path) -> Run:
    """Run `detente bystander` on the toy dossier and world."""
    (tmp_path / "toy-talks.yaml").write_text(DOSSIER)
    toy_world().save(tmp_path / "toy.npz")
    return partial(run, "bystander", str(tmp_path / "toy-talks.yaml"), "--world", str(tmp_path / "toy.npz"))


def test_one_economy(bystander: Run, tmp_path: Path) -> None:
    code, text, err = bystander("--region", "MYS", "--csv", str(tmp_path / "m.csv"), "--chart", str(tmp_path / "m.svg"))
    assert (code, err) == (0, "")
    for part in ("Dependence", "side with China", "Goods passed through", "Hosting.", "stay out", "equal, as none were given"):
        assert part in text
    tidy = pd.read_csv(tmp_path / "m.csv")
    assert {"dependence", "menu", "diversion", "passed through", "duty", "hosting"} <= set(tidy["table"])
    assert (tmp_path / "m.svg").read_text().startswith("<svg")


def test_one_economy_as_json_and_with_probabilities(bystander: Run) -> None:
    code, text, _ = bystander("-r", "PAK", "--probabilities", "optimistic=0.25,pessimistic=0.75", "--json")
    assert code == 0
    found = json.loads(text)
    assert found["menu"]["probabilities"] == [0.25, 0.75]
    assert found["hosting"] is None
    low, high = found["real_income_range"]["pessimistic"]
    assert low <= found["real_income"]["pessimistic"] <= high
    assert found["duty"]["cases"][0]["basis"] == "content"
    code, text, _ = bystander("-r", "PAK", "--as-host", "--duty", "60", "--json")
    assert json.loads(text)["hosting"]["host"] == "PAK"
    assert json.loads(text)["duty"]["rate"] == pytest.approx(0.6)


def test_what_decides_its_year_and_odds_of_ones_own(bystander: Run) -> None:
    code, text, _ = bystander("-r", "MYS", "--odds", "meeting.imposed=0.9", "--json")
    assert code == 0
    found = json.loads(text)
    ranked = {d["id"]: d for d in found["ranked"]}
    assert ranked["imposed"]["chance_from_today"]["value"] == pytest.approx(0.9)
    assert [abs(d["price_pct"]["central"]) for d in found["ranked"]] == sorted(
        (abs(d["price_pct"]["central"]) for d in found["ranked"]), reverse=True
    )
    for d in found["ranked"]:
        assert d["price_pct"]["low"] <= d["price_pct"]["central"] <= d["price_pct"]["high"]
        assert {"name", "by", "dates", "sources", "expected_pct", "money_musd", "sign"} <= set(d)
    assert found["year"]["against"] == "in-force"
    assert found["against"] == "law"
    assert {"steps", "pairs", "siding"} <= set(found["asks"])
    assert {p["name"] for p in found["hosting"]["parts"]} >= {"diversion", "uncertainty"}
    assert set(found["prospect"]) == {"optimistic", "pessimistic"}
    code, text, _ = bystander("-r", "MYS")
    for part in ("What decides its year", "What to ask, offer and avoid", "What each scenario brings it"):
        assert part in text


def test_all_economies(bystander: Run, tmp_path: Path) -> None:
    code, text, _ = bystander("--scenario", "pessimistic", "--chart", str(tmp_path / "all.png"))
    assert code == 0
    assert "Next: detente bystander" in text
    for code_name in ("MYS", "SGP", "EU27", "PAK"):
        assert code_name in text
    assert (tmp_path / "all.png").read_bytes()[:4] == b"\x89PNG"
    _, text, _ = bystander("--json")
    assert len(json.loads(text)["economies"]) == 4


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("-r", "MSY"), "did you mean"),
        (("-r", "USA"), "sits at the table"),
        (("-s", "pesimistic"), "did you mean pessimistic"),
        (("-r", "MYS", "--probabilities", "war=1"), "no scenario 'war'"),
        (("-r", "MYS", "--probabilities", "optimistic=0.2"), "sum to"),
        (("-r", "MYS", "--probabilities", "optimistic"), "scenario=number"),
        (("--as-host",), "go with --region"),
        (("-r", "MYS", "--chart", "x.pdf"), "a chart is written as"),
    ],
)
def test_bad_input_is_one_clear_message(bystander: Run, args: tuple[str, ...], message: str) -> None:
    code, out, err = bystander(*args)
    assert code == 2
    assert message in err
    assert "Traceback" not in out + err


def test_probabilities_are_read_strictly() -> None:
    assert parse_probabilities(None) is None
    assert parse_probabilities("a=0.3, b=.7") == {"a": 0.3, "b": 0.7}
    with pytest.raises(InputError, match="twice"):
        parse_probabilities("a=0.3,a=0.7")
