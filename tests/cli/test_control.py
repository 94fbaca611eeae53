"""`detente control`: how much of a critical good a government would withhold."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import detente as dt
from detente.errors import InputError
from detente.policy.instruments import ExportControl, Policy
from detente.strategy.objectives import Weights
from detente.verbs import VERBS
from detente.words import chance

DOSSIER = "kuala-lumpur-2025"


@pytest.mark.parametrize(
    ("horizon", "when", "apart"),
    [
        # after 36 months the gain by its motives is 0.3 % less than its income's; 0.1 % was chosen in sight of that
        (None, "as much as was tried: after 36 months, if", 0.001),
        ("medium", ": at the medium horizon, if", 0.05),
    ],
)
def test_the_answer_takes_the_place_of_the_controls_there_are(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, horizon: str | None, when: str, apart: float
) -> None:
    csv = tmp_path / "curve.csv"
    asked = ("control", DOSSIER, "-p", "CHN", "--sector", "RER", "--on", "USA", "--motives", "--csv", str(csv))
    asked += () if horizon is None else ("--horizon", horizon)
    code, text, _ = run(*asked, "--json")
    assert code == 0
    told = json.loads(text)
    world, case = dt.load_world(), dt.load_dossier(DOSSIER)
    held = case.policy(None, world.regions, world.sectors)
    with pytest.raises(InputError, match="controls these exports already"):
        dt.best_control(world, "CHN", "RER", on="USA", policy=held)
    chosen = horizon or case.horizon.default
    rest = Policy([i for i in held if not (isinstance(i, ExportControl) and i.by == "CHN" and i.sectors == ("RER",))])
    best = dt.best_control(world, "CHN", "RER", on="USA", policy=rest, weights=Weights.of(case, "CHN"), horizon=chosen)
    assert told["withhold"] == pytest.approx(best.withhold, abs=1e-9)
    assert told["gain"] == pytest.approx(best.gain, abs=1e-9)
    assert 0 < told["gain"] != pytest.approx(told["real_income"]["CHN"], rel=apart)  # its motives are more than income
    assert pd.read_csv(csv)["withheld, %"].tolist() == pytest.approx(best.curve["withheld, %"].tolist())
    code, text, _ = run(*asked)
    assert code == 0
    assert "by its motives" in text
    assert when in text
    assert f"China would withhold {chance(best.withhold)} of its exports" in text


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("-p", "CHN", "-s", "RRR"), "did you mean RER"),
        (("-p", "CHN", "-s", "RER", "--on", "CHN"), "somebody else than CHN"),
        (("-p", "ASEAN", "-s", "RER"), "ASEAN is a group"),
        (("-p", "CHN", "-s", "RER", "--rent", "mine"), "kept, buyers or lost"),
        (("-p", "CHN", "-s", "RER", "-s", "RER"), "RER is given twice"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(run, given: tuple[str, ...], word: str) -> None:  # type: ignore[no-untyped-def]
    code, _, told = run("control", DOSSIER, *given)
    assert code == 2
    assert word in told


def test_the_api_asks_it_too() -> None:
    assert VERBS["control"].asked({"by": "CHN", "sectors": ["RER"]}).on is None
    with pytest.raises(InputError, match="by: "):
        VERBS["control"].asked({"sectors": ["RER"]})
