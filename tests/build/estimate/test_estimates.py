"""The record that ships: complete, consistent with itself and with the page, and what the panel gives again."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.build.estimate.test_projection import FIRST, LAST, MONTHS, simulated

import detente as dt
from detente.build.estimate import estimates as module
from detente.build.estimate.effect import headlines, shrink
from detente.build.estimate.estimates import HEAD, as_yaml, estimate, mean_elasticity, placebo, run, shrunk, specs
from detente.build.estimate.page import blocks, effect_table, figures
from detente.build.estimate.projection import Flows, project, windows
from detente.build.estimate.shrinkage import GRID, shrinkage
from detente.build.sources import data_table
from detente.cases.case import Case
from detente.equilibrium.estimates import elasticity_by_month, estimates
from detente.errors import InputError, UnknownName
from detente.validation.tables import block_of
from detente.words import fixed
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


# -- on simulated trade ------------------------------------------------------------------------------------------------
def of_china(seed: int, **given: float) -> Flows:
    """Simulated trade in which the first origin, the only one under duty, is China; five others."""
    flows = simulated(seed, **given)  # type: ignore[arg-type]
    flows = flows.only(np.isin(flows.origin, ["o0", *(f"o{k}" for k in range(5, 10))]))
    return replace(flows, origin=np.where(flows.origin == "o0", "CHN", flows.origin).astype(object))


def test_placebos_are_chinas_law_laid_on_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same projection of flows whose law was replaced; months for which there is no year yet have no placebo."""
    table = {**specs(), "months": [24, 60]}
    monkeypatch.setattr(module, "specs", lambda: table)
    flows = of_china(3)
    statutory = [module._row(e, 4.0) for e in run(flows, table["specs"]["statutory"] | {"months_too": None})]
    found = placebo(flows, statutory)
    assert [r["months"] for r in found["rows"]] == table["months"]
    for row in found["rows"]:
        own = next(r for r in statutory if r["months"] == row["months"])
        if row["months"] == 60:  # the trade ends before
            assert own["coefficient"] is None
            assert (row["t_of_china"], row["t_low"], row["t_high"], row["origins"], row["at_or_below_china"]) == (None,) * 3 + (
                0,
                0,
            )
            continue
        assert row["t_of_china"] == pytest.approx(own["coefficient"] / own["standard_error"], abs=1e-4)
        china = {s: flows.law[k] for k, s in enumerate(flows.sector) if flows.origin[k] == "CHN"}
        others = flows.only(flows.origin != "CHN")
        t = []
        for origin in sorted(set(others.origin)):
            law = np.array(
                [china[s] if o == origin else np.zeros(len(MONTHS)) for o, s in zip(others.origin, others.sector, strict=True)]
            )
            frame = windows(replace(others, law=law), row["months"], FIRST, LAST)
            e = project(frame, row["months"], regressor="z", instrument=None)
            t.append(e.coefficient / e.standard_error)
        assert row["origins"] == len(t) == 5
        assert (row["t_low"], row["t_high"]) == pytest.approx(tuple(np.percentile(t, (5, 95))), abs=1e-3)
        assert row["at_or_below_china"] == sum(x <= row["t_of_china"] for x in t)
    assert any(r["t_of_china"] and r["t_of_china"] < r["t_low"] for r in found["rows"])  # the duty itself stands out


def test_both_sides_together_are_the_product_of_what_each_says() -> None:
    flows = {"imports": simulated(1), "exports": replace(simulated(2), collected=None)}
    theta = {side: {f"s{k}": 2.0 + (k if side == "imports" else 11 - k) / 3 for k in range(12)} for side in flows}
    told = shrunk(flows, theta)
    each = {side: shrinkage(flows[side], theta[side]) for side in flows}
    for side, found in each.items():
        assert told[side]["shrinkage"] == pytest.approx(found.shrinkage, abs=1e-4)
        assert told[side]["theta"] == pytest.approx(found.theta, abs=1e-4)
        assert told[side]["sectors"] == 12

    k = np.linspace(0, 1, 200_001)
    both = np.interp(k, GRID, each["imports"].density) * np.interp(k, GRID, each["exports"].density)
    both /= both.sum()
    assert told["together"]["shrinkage"] == pytest.approx(1 - float((k * both).sum()), abs=1e-3)
    for end, below in (("kept_low", 0.05), ("kept_high", 0.95)):
        assert float(both[k <= told["together"][end]].sum()) == pytest.approx(below, abs=2e-3)


def test_the_mean_elasticity_is_that_of_trade_with_china() -> None:
    flows = of_china(1)
    theta = {f"s{k}": float(k) for k in range(10)}  # two sectors have none
    china = [k for k in range(len(flows.origin)) if flows.origin[k] == "CHN" and flows.sector[k] in theta]
    by_hand = sum(flows.weight[k] * theta[flows.sector[k]] for k in china) / sum(flows.weight[k] for k in china)
    assert mean_elasticity(flows, theta) == pytest.approx(by_hand)
    with pytest.raises(InputError, match="no trade with China"):
        mean_elasticity(flows.only(flows.origin != "CHN"), theta)


# -- what is shown of it -----------------------------------------------------------------------------------------------
def test_figures_show_every_number_there_is_and_no_other() -> None:
    record = estimates()
    made = figures(record)
    path, before, sides = made["elasticity-path"], made["elasticity-before"], made["elasticity-sides"]
    three = ("main", "without-origin-effects", "china-side-cumulated")
    for shown, names, months in (
        (path, ("main", "by-age"), None),
        (before, ("statutory",), None),
        (sides, three, (3, 12, 24, 60)),
    ):
        key = "factor" if shown is sides else "coefficient"
        rows = [r for s in names for r in record["specs"][s]["rows"] if months is None or r["months"] in months]
        values = [r[key] for r in rows if r[key] is not None]
        assert sorted(drawn(shown.spec(700))) == pytest.approx(sorted(values)), shown.id
    assert {name: (f.id, f.csv) for name, f in made.items()} == {name: (name, f"{name}.csv") for name in made}


def drawn(spec: object) -> list[float]:
    """Values of all rows of data of a chart that have both ends."""
    if isinstance(spec, dict) and {"value", "low", "high", "text"} <= set(spec):
        return [spec["value"]] if isinstance(spec["value"], float) else []
    parts = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    return [v for part in parts for v in drawn(part)]


def test_headlines_are_those_of_a_world_with_elasticities_drawn_half_way_together() -> None:
    found = headlines((0.5,))
    assert [(r["shrinkage"], r["scenario"] == "in force") for r in found] == [(0.5, True), (0.5, False)]
    world, rules = dt.load_world(), data_table("elasticities.yaml")
    own = zip(world.sectors, map(float, world.trade_elasticity), strict=True)
    theta = [(rules["mean"] + t) / 2 if s in rules["gtap"] else t for s, t in own]
    case = Case.of("kuala-lumpur-2025", world.with_(trade_elasticity=theta), with_ranges=False)
    for row, scenario in zip(found, (None, case.worst), strict=True):
        outcome = case.outcome(scenario)
        assert row["USA"] == pytest.approx(float(outcome.real_income["USA"]))
        assert row["world"] == pytest.approx(outcome.world_real_income)
        assert row["trade"] == pytest.approx(case.mutual_trade(outcome))
    table = effect_table([*found, {**found[0], "trade": math.nan}]).splitlines()
    assert len(table) == 2 + 3
    assert fixed(found[1]["USA"], 2, signed=True) in table[-2]
    assert table[-1].rstrip(" |").endswith("–")
