"""The record that ships: complete, consistent with itself and with the page, and what the panel gives again."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import detente as dt
from detente.build.estimate import estimates as module
from detente.build.estimate.effect import shrink
from detente.build.estimate.estimates import HEAD, as_yaml, estimate, specs
from detente.build.estimate.page import blocks
from detente.equilibrium.estimates import elasticity_by_month, estimates
from detente.errors import InputError, UnknownName
from detente.validation.tables import block_of
from detente.world.panel import Panel, load_panel

PAGE = Path(__file__).parents[3] / "docs" / "estimates.md"
SHIPPED = Path(module.__file__).parents[2] / "data" / "estimates" / "elasticity_by_month.yaml"
ROW = {
    "months", "coefficient", "standard_error", "standard_error_by_sector", "low", "high", "observations", "clusters", "sectors",
    "first_stage", "first_stage_f",
}  # fmt: skip
FACTOR = {"factor", "factor_low", "factor_high"}


@pytest.mark.parametrize("name", list(specs()["specs"]))
def test_every_row_has_its_error_sample_and_specification(name: str) -> None:
    entry = estimates()["specs"][name]
    asked = specs()["specs"][name]
    assert all(entry[k] == asked[k] for k in ("title", "sample", "method"))
    assert entry["theta"] > 1
    for row in entry["rows"]:
        assert set(row) == ROW | (FACTOR if row["months"] > 0 else set()), row["months"]
        if row["observations"] == 0:
            assert row["coefficient"] is None
            continue
        assert row["low"] < row["coefficient"] < row["high"]
        assert row["standard_error"] > 0
        assert row["clusters"] >= row["sectors"] > 10
        reach = row["high"] - row["coefficient"]
        wider = max(row["standard_error"], row["standard_error_by_sector"])
        assert 1.64 * row["standard_error"] - 1e-3 <= reach <= 1.75 * wider
        assert (row["first_stage_f"] is None) == ("first_stage_f" not in row or row["first_stage"] is None)
        if row["months"] > 0:
            assert row["factor"] == pytest.approx((-row["coefficient"] - 1) / entry["theta"], abs=2e-4)
            assert row["factor_low"] < row["factor"] < row["factor_high"]


def test_the_record_says_what_it_is() -> None:
    record = estimates()
    assert SHIPPED.read_text(encoding="utf-8") == as_yaml(record)
    assert SHIPPED.read_text(encoding="utf-8").startswith(HEAD)
    assert record["panels"]["imports"] == {"name": "us-imports-naics3", "first": "2016-01", "last": "2024-12"}
    assert all(s["link"].startswith("https://") for s in record["sources"])
    assert {r["months"] for r in record["specs"]["main"]["rows"]} == set(specs()["months"])
    assert {r["months"] for r in record["placebo"]["rows"]} == set(specs()["months"])
    for side in ("imports", "exports", "together"):
        found = record["shrinkage"][side]
        assert 0 <= found["kept_low"] < 1 - found["shrinkage"] < found["kept_high"] <= 1


def test_the_shipped_panel_gives_the_shipped_numbers() -> None:
    """Two specifications of all; to 0.002, for sums are not added in the same order on every machine."""
    names = ("main", "china-alone")
    steps: list[tuple[int, int]] = []
    again = estimate(only=names, progress=lambda _, done, total: steps.append((done, total)))
    assert steps == [(0, 2), (1, 2), (2, 2)]
    for name in names:
        for then, now in zip(estimates()["specs"][name]["rows"], again["specs"][name]["rows"], strict=True):
            for key in ROW | FACTOR:
                assert now[key] == pytest.approx(then[key], abs=2e-3, rel=1e-3), (name, then["months"], key)


def test_months_after_2024_are_kept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = load_panel()
    last = shipped.frame[shipped.frame["month"] == "2024-12"]
    later = pd.concat([shipped.frame, last.assign(month="2025-01", imports=last["imports"] * 7)], ignore_index=True)
    seen: list[tuple[str, ...]] = []

    def us_imports(panel: Panel) -> object:
        seen.append(panel.months)
        raise InputError("enough")

    monkeypatch.setattr(module, "us_imports", us_imports)
    with pytest.raises(InputError, match="enough"):
        estimate(replace(shipped, frame=later), only=["main"])
    assert seen[0][-1] == "2024-12"


def test_panels_that_cannot_serve_are_refused() -> None:
    shipped = load_panel()
    with pytest.raises(InputError, match="exports"):
        estimate(load_panel("us-exports-hs2"), only=["main"])
    late = replace(shipped, frame=shipped.frame[shipped.frame["month"] >= "2017-01"])
    with pytest.raises(InputError, match="2016-01"):
        estimate(late, only=["main"])
    with pytest.raises(UnknownName, match="main"):
        estimate(only=["mian"])


def test_without_pyfixest_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(InputError, match=r"detente\[build\]"):
        estimate(only=["china-alone"])


def test_readers() -> None:
    path = dt.elasticity_by_month()
    assert list(path.index) == specs()["months"]
    assert path.attrs["unit"].startswith("percent change of trade before duty")
    assert math.isnan(elasticity_by_month("without-2020-21").loc[24, "coefficient"])
    assert (elasticity_by_month("statutory").index < 0).any()
    with pytest.raises(UnknownName, match="by-age"):
        elasticity_by_month("by-agee")


def test_the_page_shows_the_record() -> None:
    shown = PAGE.read_text(encoding="utf-8")
    for name, content in blocks(estimates()).items():
        assert block_of(shown, name) == content.strip(), f"renew it: detente estimate --write docs/estimates.md ({name})"


def test_shrinking_moves_only_what_was_estimated() -> None:
    assert shrink((2.0, 8.0, 5.0), (True, True, False), 1.0, 4.0) == (4.0, 4.0, 5.0)
