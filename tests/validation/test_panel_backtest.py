"""Back-test on a customs panel: known answers on made-up windows, measures by other ways, what is refused, the page held."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from detente.cli import watch as command
from detente.cli.shapes import named
from detente.errors import BadPanel, InputError
from detente.policy.ledger import load_ledger
from detente.policy.measures import InstrumentKind
from detente.validation import tables
from detente.validation.duties import average_duty, mean_duties
from detente.validation.panel_backtest import (
    BENCHMARKS,
    EPISODE,
    LEVELS,
    READINGS,
    PanelBackTest,
    Prediction,
    answer,
    committed,
    committed_head,
    committed_names,
    committed_window,
    episode,
    estimated_path,
    factor_at,
    filled,
    fitting_factor,
    panel_backtest,
    periods,
    predict,
    prediction_file,
    seen,
)
from detente.validation.trade import fit, skill
from detente.world.library import load_world
from detente.world.panel import Panel, load_panel

PAGE = Path(__file__).parents[2] / "docs" / "backtests.md"
WINDOW = ("2025-06", "2025-11")
MONTHS = [f"2025-{m:02d}" for m in range(6, 12)]


@cache
def prediction() -> Prediction:
    return predict(2024, *WINDOW)


def later(change: Callable[[pd.DataFrame], pd.Series], months: list[str] | None = None) -> Panel:
    """A made-up panel of 2025: every month has the mean month of 2024 by origin and industry times `change` of the cell."""
    frame = load_panel().frame
    year = frame[frame["month"] >= "2024-01"].groupby(["origin", "naics3"], as_index=False)[["imports", "duty"]].sum()
    year["imports"] = year["imports"] / 12 * change(year)
    parts = [year.assign(month=m, duty=0.0) for m in months or MONTHS]
    return Panel("made-up", pd.concat(parts)[["origin", "naics3", "month", "imports", "duty"]].reset_index(drop=True))


@cache
def exact() -> PanelBackTest:
    """A window in which the model is right in every industry that belongs to one sector, and 20 % growth besides."""
    ratio = filled(prediction().ratios["model"], prediction().imports)
    table = pd.read_csv(
        Path(str(tables.__file__)).parents[1] / "data/panels/naics3-sectors.csv", comment="#", dtype={"naics3": str}
    )
    one = table[(table["origin"] == "*") & (table["sector"] != "other")].set_index("naics3")["sector"]

    def change(cells: pd.DataFrame) -> pd.Series:
        kept = [1.2 * ratio.loc[o, one[k]] if k in one else 0.0 for o, k in zip(cells["origin"], cells["naics3"], strict=True)]
        return pd.Series(kept, cells.index)

    panel = later(change)
    return panel_backtest(Panel("exact", panel.frame[panel.frame["imports"] > 0]), 2024, *WINDOW)


# -- known answers -------------------------------------------------------------------------------------------------------
def test_a_right_prediction_is_found_right() -> None:
    test = exact()
    assert set(test.shown.told["industries missing"]) >= {"325", "331", "336", "980"}
    for level in LEVELS:
        for which in READINGS:
            reading = test.reading(level, which)
            score = reading.score("model")
            assert score.correlation == pytest.approx(1)
            assert score.slope == pytest.approx(1)
            assert score.rmse == pytest.approx(0, abs=1e-4)  # cells the world has no trade in take the mean of what is compared
            assert min(reading.skills("model").values()) == pytest.approx(1)
            assert reading.bands("model", 50)["slope"] == pytest.approx((1, 1))
    frame = test.to_frame("cell")
    np.testing.assert_allclose(frame["observed_change_pct"], 100 * (1.2 * (1 + frame["predicted_change_pct"] / 100) - 1))
    assert test.growth > 0


def test_equal_growth_is_what_proportional_says() -> None:
    test = panel_backtest(later(lambda cells: pd.Series(1.3, cells.index)), 2024, *WINDOW)
    for level in LEVELS:
        reading = test.reading(level)
        np.testing.assert_allclose(reading.observed, 0, atol=1e-9)
        np.testing.assert_allclose(reading.benchmarks["proportional"], 0, atol=1e-12)
        np.testing.assert_allclose(reading.benchmarks["no change"], -100 * np.log(1.3), rtol=1e-9)
        assert not reading.skills("model")["proportional"] > 0
        assert reading.skills("model")["no change"] < 1
    assert test.growth == pytest.approx(30)
    assert test.moved() is not None


def test_the_product_is_left_out_and_not_the_economies() -> None:
    def boom(cells: pd.DataFrame) -> pd.Series:
        return pd.Series(np.where(cells["naics3"] == "334", 3.0, 1.0), cells.index)

    test = panel_backtest(later(boom), 2024, *WINDOW)
    whole, without = test.reading("origin"), test.reading("origin", "without NAICS 334")
    assert len(whole.keys) == len(without.keys)
    assert float(np.abs(whole.observed).max()) > 50
    np.testing.assert_allclose(without.observed, 0, atol=1e-9)
    assert all(s != "ELE" for _, s in test.reading("cell", "without NAICS 334").keys)
    assert all(o != "CHN" for o, _ in test.reading("cell", "without China and NAICS 334").keys)


def test_trend_goes_on() -> None:
    """Every sector's trend alone: the benchmark carried on for the years between the base's and the window's middle."""
    test = panel_backtest(later(lambda cells: pd.Series(1.0, cells.index)), 2024, *WINDOW)
    years, ahead = test.shown.years, (date(2025, 8, 31) - date(2024, 7, 1)).days / 365.25 / 3
    assert sorted(years) == [2021, 2022, 2023, 2024]
    sector = years[2024].sum() / years[2021].sum()
    origin = years[2024].loc["VNM"].sum() / (years[2021].loc["VNM"] * sector).sum()
    assert test.ratios["gravity trend"].loc["VNM", "TEX"] == pytest.approx(float((origin * sector["TEX"]) ** ahead), rel=2e-3)


def test_measures_are_those_of_fit_and_skill() -> None:
    reading = episode()[12].reading("cell", "without China")
    y, p, w = reading.observed, reading.predictions["model"], reading.weights
    assert reading.score("model") == fit(y, p, w)
    for b in BENCHMARKS:
        assert reading.skills("model")[b] == skill(y, p, reading.benchmarks[b], w)


def test_bands_by_hand() -> None:
    """The same resampling, written out: whole regions drawn with replacement, measures of what was drawn."""
    reading, draws = episode()[48].reading("origin"), 40
    bands = reading.bands("model", draws, 7)
    labels = np.unique(np.asarray(reading.blocks))
    rows = {b: [k for k, x in enumerate(reading.blocks) if x == b] for b in labels}
    picked = np.random.default_rng(7).integers(0, len(labels), size=(draws, len(labels)))
    slopes, skills = [], []
    for draw in picked:
        at = [k for b in draw for k in rows[labels[b]]]
        y, p, w = reading.observed[at], reading.predictions["model"][at], reading.weights[at]
        slopes.append(fit(y, p, w).slope)
        skills.append(skill(y, p, reading.benchmarks["own tariff"][at], w))
    assert bands["slope"] == pytest.approx((np.percentile(slopes, 5), np.percentile(slopes, 95)))
    assert bands["skill over own tariff"] == pytest.approx((np.percentile(skills, 5), np.percentile(skills, 95)))
    assert len(labels) < len(reading.keys)  # members of the European Union are one block


# -- the model's side ----------------------------------------------------------------------------------------------------
def test_duties_of_a_window_are_means_over_its_days() -> None:
    world = load_world()
    measures = [m for m in load_ledger("us-china").measures if m.modelled and m.instrument is InstrumentKind.TARIFF]
    labels = world.regions, world.sectors, world.economy().tariffs
    total, parts = mean_duties(measures, date(2025, 1, 1), date(2026, 1, 1), *labels)
    np.testing.assert_allclose(total, average_duty(measures, (2025, 2026), *labels))
    usa = world.regions.index("USA")
    half = [mean_duties(measures, *span, *labels)[0] for span in (
        (date(2025, 1, 1), date(2025, 7, 1)), (date(2025, 7, 1), date(2026, 1, 1)))]  # fmt: skip
    np.testing.assert_allclose(total[:, usa], (half[0] * 181 + half[1] * 184)[:, usa] / 365, atol=1e-12)
    np.testing.assert_allclose(sum(parts.values()), total[:, usa], atol=1e-9)


def test_age_grows_with_the_window() -> None:
    ages = [test.age for test in episode().values()]
    assert ages == sorted(ages)
    assert 3 < ages[0] < 9
    assert 36 < ages[-1] < 50
    assert periods(2024, "2025-06", "2025-11").age < 10


def test_no_new_duty_no_prediction() -> None:
    found = predict(2023, "2024-02", "2024-03")
    np.testing.assert_allclose(found.to_frame()["predicted_pct"], 0, atol=0.8)  # September 2024's review is not in it


def test_factor_path_is_an_argument() -> None:
    path = {0: (0.1, 0.05, 0.2), 12: (0.3, 0.15, 0.6)}
    assert factor_at(3, path) == (0.15, 0.075, 0.3)
    assert factor_at(99, path) == (0.3, 0.15, 0.6)
    small = predict(2024, *WINDOW, path={0: (0.2, 0.2, 0.2)})
    assert small.factor == (0.2, 0.2, 0.2)
    pd.testing.assert_frame_equal(small.ratios["model"], small.ratios["low"])
    pd.testing.assert_frame_equal(small.ratios["model"], prediction().ratios["low"])
    china = [
        p.to_frame().set_index("origin").query("level == 'origin'").loc["CHN", "predicted_pct"] for p in (small, prediction())
    ]
    assert china[1] < china[0] < 0


def test_an_estimate_that_is_not_there() -> None:
    with pytest.raises(InputError, match="no estimate 'no-such-spec'"):
        estimated_path("no-such-spec")


def test_origins_have_the_prediction_of_their_region() -> None:
    ratios = prediction().ratios["model"]
    for member in ("FRA", "IRL", "EU-rest"):
        pd.testing.assert_series_equal(ratios.loc[member], ratios.loc["DEU"], check_names=False)
    frame = prediction().to_frame().set_index(["level", "origin", "sector"])["predicted_pct"]
    weights, total = prediction().imports.loc["IRL"], filled(ratios, prediction().imports).loc["IRL"]
    assert frame["origin", "IRL", "all"] == pytest.approx(100 * (float((weights * total).sum() / weights.sum()) - 1))


# -- the committed prediction ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", committed_names())
def test_committed_prediction_is_whole(name: str) -> None:
    frame = committed(name)
    assert committed_window(name) == (2024, *WINDOW)
    assert re.search(r"Made \d{4}-\d\d-\d\d with detente", " ".join(committed_head(name)))
    assert frame["level"].value_counts()["origin"] == 32
    assert np.isfinite(frame.iloc[:, 3:].to_numpy(dtype=float)).all()
    cells = frame[frame["level"] == "cell"]
    weighted = (cells["imports_2024_musd"] * cells["predicted_pct"]).groupby(cells["origin"]).sum()
    size = cells.groupby("origin")["imports_2024_musd"].sum()
    origins = frame[frame["level"] == "origin"].set_index("origin")["predicted_pct"]
    np.testing.assert_allclose(weighted / size, origins.loc[size.index], atol=0.05)


def test_committed_prediction_is_compared_and_made_anew() -> None:
    record = exact().record()
    assert record["committed"]["committed"]["moved_points"] >= 0
    assert record["committed"]["committed, estimated"]["moved_points"] is None  # made with another factor
    for level in LEVELS:
        scores = record["scores"][level]["without NAICS 334"]
        assert set(scores) == {"model", "low", "high", *committed_names(), *BENCHMARKS}
        assert set(scores["committed"]["skill"]) == set(BENCHMARKS)
        assert len(scores["committed"]["bands"]["correlation"]) == 2
    json.dumps(record, allow_nan=False)


def test_changed_rows_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from detente.validation import panel_backtest as module

    body = module.committed_body().replace(b"cell,CHN,ELE", b"cell,CHN,OMF", 1)
    monkeypatch.setattr(module, "committed_body", lambda name: body)
    module.committed.cache_clear()
    with pytest.raises(InputError, match="not those its head"):
        module.committed()
    module.committed.cache_clear()


def test_a_prediction_file_reads_as_it_was_made() -> None:
    body = prediction_file(prediction(), date(2026, 11, 28))
    assert body == prediction_file(prediction(), date(2026, 11, 28))
    assert b"Made 2026-11-28" in body


# -- files that lack something -----------------------------------------------------------------------------------------------
def test_missing_rows_are_folded_and_told() -> None:
    panel = later(lambda cells: pd.Series(1.0, cells.index))
    frame = panel.frame.copy()
    frame.loc[frame["origin"].isin(["TWN", "VNM"]), "origin"] = "rest"
    frame.loc[frame["origin"] == "IRL", "origin"] = "EU-rest"
    frame = frame.groupby(["origin", "naics3", "month"], as_index=False).sum()
    test = panel_backtest(Panel("few", frame[frame["naics3"] != "315"]), 2024, *WINDOW)
    assert test.shown.told["folded"] == {"TWN": "rest", "VNM": "rest", "IRL": "EU-rest"}
    assert test.shown.told["origins missing"] == ["IRL", "TWN", "VNM"]
    assert "315" in test.shown.told["industries missing"]
    assert test.shown.told["base from"] == "us-imports-naics3"
    told = test.explain()
    assert (
        "No rows of IRL, TWN, VNM: in the base IRL is counted in EU-rest, TWN is counted in rest, VNM is counted in rest." in told
    )
    assert re.search(r"without rows in one of the periods: .*315", told)
    assert "The base year comes from us-imports-naics3." in told
    np.testing.assert_allclose(test.reading("origin").observed, 0, atol=1e-9)
    no_rest = Panel("none", panel.frame[~panel.frame["origin"].isin(["rest", "TWN"])])
    assert panel_backtest(no_rest, 2024, *WINDOW).shown.told["folded"]["rest"] == "left out"


def test_overlap_is_checked() -> None:
    shipped = load_panel().frame
    overlap = shipped[shipped["month"] >= "2024-10"]
    gap = later(lambda cells: pd.Series(1.0, cells.index), [f"2025-{m:02d}" for m in range(1, 12)]).frame
    joined = Panel("joined", pd.concat([overlap, gap], ignore_index=True))
    assert seen(joined, 2024, *WINDOW).told["overlap"] == {"months": 3, "largest difference": 0.0}
    wrong = joined.frame.copy()
    hit = (wrong["origin"] == "JPN") & (wrong["month"] == "2024-11")
    wrong["imports"] = wrong["imports"].where(~hit, 1.5 * wrong["imports"])
    with pytest.raises(BadPanel, match="JPN in 2024-11"):
        seen(Panel("joined", wrong), 2024, *WINDOW)


@pytest.mark.parametrize(
    ("base", "first", "last", "told"),
    [
        (2023, "2024-06", "2025-02", "lies outside"),
        (2024, "2025-06", "2025-11", "lies outside"),
        (2015, "2017-01", "2017-06", "no panel holds the base year 2015"),
        (2023, "2024-06", "2024-01", "is before"),
        (2023, "2023-06", "2024-01", "not after the base year"),
        (2023, "2024-6", "2024-09", "is no month"),
        (2023, "2024-06", "2024-13", "is no month"),
    ],
)
def test_windows_that_are_none(base: int, first: str, last: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        panel_backtest("us-imports-naics3", base, first, last)


def test_same_months_take_the_seasons_out() -> None:
    frame = load_panel().frame
    panel = Panel("again", pd.concat([frame, frame[frame["month"] >= "2024-01"].assign(
        month=lambda f: f["month"].str.replace("2024", "2025"))], ignore_index=True))  # fmt: skip
    plain, same = (seen(panel, 2024, *WINDOW, same_months=flag) for flag in (False, True))
    np.testing.assert_allclose(same.base, same.window)
    assert float((plain.base - plain.window).abs().max().max()) > 1e8
    assert (plain.told["base months"], same.told["base months"]) == (12, 6)


def test_answer_of_china_by_another_way() -> None:
    """Observed from a pivot of the panel, predicted from the model's shipments: a duty lowers sales to who levies it."""
    frame = load_panel("us-exports-hs2").frame
    wide = frame.pivot_table(index="month", columns="destination", values="exports", aggfunc="sum")
    then, now = (wide.loc[f"{y}-07" : f"{y}-12"].sum() for y in (2017, 2019))
    others = wide.columns.drop("CHN")
    seen_now = 100 * (now["CHN"] / then["CHN"] / (now[others].sum() / then[others].sum()) - 1)
    found = answer()
    assert found[12].observed == pytest.approx(float(seen_now))
    assert sorted(found) == [6, 12, 24]
    for a in found.values():
        assert a.predicted[2] < a.predicted[0] < a.predicted[1] < 0


# -- the doors ---------------------------------------------------------------------------------------------------------------
def run(*args: str) -> tuple[int, str, BaseException | None]:
    made = typer.Typer()
    made.command()(named("backtest", command.backtest))
    result = CliRunner().invoke(made, list(args))
    return result.exit_code, result.output, result.exception


def test_command_takes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "us-2025.csv.gz"
    later(lambda cells: pd.Series(1.1, cells.index)).frame.round().to_csv(path, index=False)
    window = ("--base", "2024", "--from", WINDOW[0], "--to", WINDOW[1])
    code, text, _ = run("panel", "--panel", str(path), *window, "--json")
    assert code == 0
    record = json.loads(text)
    assert record["growth_pct"] == pytest.approx(10, abs=0.01)
    assert {"origins", "cells", "scores", "committed", "missing", "left_out"} <= set(record)
    assert len(record["origins"]) == 32
    row = next(r for r in record["origins"] if r["origin"] == "CHN")
    assert row["observed_change_pct"] == pytest.approx(10, abs=0.01)
    assert row["predicted_change_pct"] < -10
    code, text, _ = run("panel", "--panel", str(path), *window, "--csv", str(tmp_path / "rows.csv"))
    assert code == 0
    assert "no 334" in text
    assert set(pd.read_csv(tmp_path / "rows.csv")["level"]) == {"origin", "cell"}


def test_command_predicts_without_outcomes(tmp_path: Path) -> None:
    target = tmp_path / "p.csv"
    window = ("--base", "2024", "--from", WINDOW[0], "--to", WINDOW[1])
    code, text, _ = run("panel", "--predict", str(target), *window, "--factor", "0.3,0.1,0.6", "--json")
    assert code == 0
    assert len(json.loads(text)["rows"]) == len(pd.read_csv(target, comment="#"))
    assert "0.30 (range 0.10 to 0.60)" in target.read_text(encoding="utf-8")
    _, _, error = run("panel", "--predict", str(target), *window, "--panel", "us-imports-naics3")
    assert "looks at no outcome" in str(error)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("trade-2018", "--base", "2017"), "only `detente backtest panel`"),
        (("all", "--same-months"), "only `detente backtest panel`"),
        (("panel", "--base", "2017"), "needs --base, --from and --to"),
        (("panel", "--panel", "x.csv"), "needs --base, --from and --to"),
        (("panel", "--base", "2017", "--from", "2019-01", "--to", "2019-02", "--factor", "big"), "give CENTRE"),
        (("panel", "--base", "2017", "--from", "2019-01", "--to", "2019-02", "--factor", "1,2,3"), "centre must lie"),
        (("panel", "--base", "2017", "--from", "2019-01", "--to", "2019-02", "--factor", "1,2"), "give CENTRE"),
        (("panel", "--base", "2017", "--from", "2019-01", "--to", "2019-02", "--factor", "estimate"), "give CENTRE"),
        (("panel", "--base", "2017", "--from", "2025-01", "--to", "2025-02"), "lies outside"),
    ],
)
def test_options_that_do_not_go_together(args: tuple[str, ...], told: str) -> None:
    code, _, error = run(*args)
    assert code != 0
    assert told in str(error)


def test_page_is_held_to_the_numbers() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for block, content in tables.panel_blocks().items():
        shown, now = (re.sub(r"[−-]?\d[\d.,]*", "#", v) for v in (tables.block_of(text, block), content.strip()))
        assert shown == now, f"renew it: detente backtest panel --write docs/backtests.md ({block})"


def test_episode_windows() -> None:
    assert [t.prediction.first for t in episode().values()] == [w[0] for w in EPISODE.values()]
    assert all(t.shown.told["base months"] == 6 for t in episode().values())
    found = [fitting_factor(m) for m in EPISODE]
    assert all(f is None or 0.1 <= f <= 1.3 for f in found)
