"""The outside view on trial: each case left out, the decision kept in the data, the page up to date."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import InputError
from detente.outlook.base_rates import told_of
from detente.outlook.outside import outside_view
from detente.outlook.record import load_record
from detente.outlook.scores import brier, resampled, score, skill
from detente.outlook.spells import frequency
from detente.validation.outside_views import FORECASTERS, on_trial

FOUND = on_trial()
PAGE = Path(__file__).parents[2] / "docs" / "forecasts.md"


def test_every_case_is_forecast_without_itself() -> None:
    record = load_record("us-china")
    counts = record.counts("talks")
    for case in FOUND.cases["talks"]:
        own = {o: n - (o == case.outcome) for o, n in counts.items()}
        assert case.forecasts["own alone"] == pytest.approx({o: r.mean for o, r in frequency(own).items()})
        view = outside_view(record, "talks", own=own)
        assert view is not None
        assert case.forecasts["pooled"] == pytest.approx(view.grouped)
    names = {t.id: t for t in record.truces}
    for case in FOUND.cases["truce"]:
        left = names[case.id]
        days = record.spells().days - (left.last - left.start).days
        ended = record.spells().ended - (left.end is not None)
        assert case.forecasts["own alone"]["kept"] == pytest.approx((days / (days + 90)) ** (ended + 0.5))


def test_every_forecast_is_one() -> None:
    for cases in FOUND.cases.values():
        for case in cases:
            assert set(case.forecasts) == set(FORECASTERS)
            for said in case.forecasts.values():
                assert sum(said.values()) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["threat", "talks", "truce"])
def test_the_outside_is_used_where_it_scores_no_worse(kind: str) -> None:
    assert told_of()["views"][kind]["used"] == FOUND.no_worse(kind)  # type: ignore[arg-type]


def test_the_page_has_the_scores() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = text.split("<!-- outside -->")[1].split("<!-- /outside -->")[0]
    assert FOUND.markdown().strip() == shown.strip(), "renew the table from on_trial().markdown()"


def test_clusters_are_drawn_whole() -> None:
    forecasts = [{"a": 0.5, "b": 0.5}] * 4 + [{"a": 0.9, "b": 0.1}] * 4
    outcomes, clusters = ["a"] * 4 + ["b"] * 4, ["x"] * 4 + ["y"] * 4
    values = [brier(f, o) for f, o in zip(forecasts, outcomes, strict=True)]
    assert resampled(values, clusters=clusters) == pytest.approx((0.5, 1.62))
    assert resampled(values, clusters=[str(k) for k in range(8)]) == pytest.approx(resampled(values))
    assert score("s", forecasts, outcomes, clusters=clusters).brier == pytest.approx(np.mean(values))
    low, value, high = skill(forecasts, [{"a": 0.5, "b": 0.5}] * 8, outcomes, clusters=clusters)
    assert (low, value, high) == pytest.approx((1 - 1.62 / 0.5, 1 - np.mean(values) / 0.5, 0.0))
    with pytest.raises(InputError, match="clusters"):
        resampled(values, clusters=["x"])


def test_records_words_and_the_command() -> None:
    json.dumps(FOUND.record(), allow_nan=False)
    assert FOUND.explain().count("left out in turn") == 3
    done = CliRunner().invoke(app, ["rates", "--scores"])
    assert done.exit_code == 0, done.output
    assert "truce: pooled" in done.output
    told = json.loads(CliRunner().invoke(app, ["rates", "--scores", "--json"]).output)
    assert told["no_worse"] == {"threat": True, "talks": True, "truce": True}


def test_a_record_between_nobody_cannot_be_tried() -> None:
    with pytest.raises(InputError, match="between whom"):
        on_trial(load_record("us-china").model_copy(update={"between": None}))
