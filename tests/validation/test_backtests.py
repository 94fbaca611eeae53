"""Back-tests of trade: closed forms of the measures and readings, and the page held to the numbers."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from hypothesis import given, settings, strategies as st
from jinja2 import DictLoader
from typer.testing import CliRunner

import detente as dt
from detente.cli import watch as command
from detente.cli.shapes import named
from detente.errors import InputError, UnknownName
from detente.policy.measures import Measure
from detente.validation import tables
from detente.validation.duties import (
    SETTLED,
    ListDuty,
    average_duty,
    before_2018,
    duty_on,
    first_half_2019,
    measures_of,
    relative_fall,
)
from detente.validation.trade import (
    SCAN,
    BackTest,
    Check,
    TradeComparison,
    china_sectors_2017,
    crossing,
    fact,
    facts,
    fit,
    goods_columns,
    own_tariff,
    record,
    skill,
    table,
    us_imports,
)
from detente.validation.trade_2018 import trade_2018
from detente.validation.trade_2025 import trade_2025
from detente.words import fixed
from detente.words.tell import environment, said as say_from

PACKAGE, NAME = Path(dt.__file__).parent, "validation/sentences.md.j2"
SENTENCES = "{{% from 'validation/sentences.md.j2' import {0} %}}{{% macro one() %}}{{{{ {0}(x) }}}}{{% endmacro %}}"
PAGE = Path(__file__).parents[2] / "docs" / "backtests.md"
numbers = st.floats(-50, 50).map(lambda x: round(x, 3))


# -- measures --------------------------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=3, max_size=12))
def test_measures_agree_with_numpy(pairs: list[tuple[float, float]]) -> None:
    y, p = np.array(pairs).T
    score = fit(y, p)
    assert score.rmse == pytest.approx(np.sqrt(np.mean((p - y) ** 2)))
    assert score.mae == pytest.approx(np.mean(np.abs(p - y)))
    if np.ptp(p) > 0.1 and np.ptp(y) > 0.1:
        assert score.slope == pytest.approx(np.polyfit(p, y, 1)[0], rel=1e-6, abs=1e-9)
        assert score.correlation == pytest.approx(np.corrcoef(p, y)[0, 1], rel=1e-6, abs=1e-9)


def test_measures_in_closed_form() -> None:
    score = fit([2.0, -1.0, 3.0, 0.0], [4.0, -2.0, 6.0, 0.0])
    assert (score.slope, score.correlation, score.sign) == (pytest.approx(0.5), pytest.approx(1.0), 1.0)
    assert skill([1.0, -1.0], [1.0, -1.0], [0.0, 0.0]) == 1.0
    assert skill([1.0, -1.0], [2.0, -2.0], [0.0, 0.0]) == 0.0
    assert skill([1.0, -1.0], [3.0, -3.0], [0.0, 0.0]) == pytest.approx(-3.0)
    flat = fit([1.0, -2.0], [0.0, 0.0])
    assert np.isnan(flat.correlation)
    assert np.isnan(flat.slope)
    assert flat.sign == 0.0
    assert record(flat)["slope"] is None


def test_a_weight_counts_like_a_repetition() -> None:
    weighted, repeated = fit([1.0, 4.0], [2.0, 3.0], [3.0, 1.0]), fit([1.0, 1.0, 1.0, 4.0], [2.0, 2.0, 2.0, 3.0])
    assert (weighted.slope, weighted.rmse, weighted.sign) == pytest.approx((repeated.slope, repeated.rmse, repeated.sign))


@pytest.mark.parametrize(
    ("observed", "predicted", "weights"),
    [([1.0], [1.0, 2.0], None), ([], [], None), ([1.0], [np.nan], None), ([1.0], [1.0], [-1.0])],
)
def test_bad_lists_are_refused(observed: list[float], predicted: list[float], weights: list[float] | None) -> None:
    with pytest.raises(InputError):
        fit(observed, predicted, weights)


def test_what_is_left_out_is_left_out() -> None:
    c = TradeComparison("c", "t", "points", ("a", "b", "c"), (1.0, -1.0, 9.0), {"short": (1.0, -1.0, 0.0)}, {"zero": (0.0,) * 3},
                   scan={0.5: (1.0, -1.0, 1.0), 1.0: (1.0, -1.0, 0.0)}, without={"c": ("c",)})  # fmt: skip
    assert c.scores("c")["short"].rmse == 0.0
    assert c.scores()["short"].rmse == pytest.approx(9 / np.sqrt(3))
    assert c.skills("short", "c") == {"zero": 1.0}
    best = c.best_factor()
    assert best is not None
    assert best[0] == 0.5
    assert best[2] == pytest.approx(9 / np.sqrt(3))


def test_crossing_is_where_the_line_passes() -> None:
    assert crossing((0.0, 1.0, 2.0), [0.0, 2.0, 6.0], 4.0) == pytest.approx(1.5)
    assert crossing((0.0, 1.0), [0.0, 1.0], 2.0) is None


# -- facts and tables ------------------------------------------------------------------------------------------------
def test_every_fact_says_where_it_is_from_and_what_was_read() -> None:
    for entry in facts().values():
        assert entry.title, entry.id
        assert entry.link.startswith("https://"), entry.id
        assert entry.read, entry.id
        assert entry.figures, entry.id
    with pytest.raises(UnknownName):
        fact("bystander")
    with pytest.raises(UnknownName):
        table("imports")


def test_tables_hold_every_region_once_and_the_published_totals() -> None:
    imports, exports = table("us-imports"), table("goods-exports")
    regions = set(dt.load_world().regions)
    assert set(imports.index) == regions - {"USA"}
    assert set(exports.index) == regions - {"TWN"}
    assert imports.index.is_unique
    assert exports.index.is_unique
    assert (imports > 0).all().all()
    assert (exports > 0).all().all()
    assert imports["2024"].sum() == pytest.approx(3263893.3, abs=1)
    assert imports["2025"].sum() == pytest.approx(3414510.6, abs=1)
    assert exports["2017"].sum() == pytest.approx(17825.25, abs=0.1)
    assert china_sectors_2017().sum() == pytest.approx(497_494, abs=10)  # of 503,652, the rest is in chapters 98 and 99


# -- duties ----------------------------------------------------------------------------------------------------------
def _duty(**more: object) -> Measure:
    return Measure.model_validate({"id": "m", "title": "m", "by": "USA", "on": "CHN", "instrument": "tariff", "rate_pct": 20,
                                   "effective": date(2019, 1, 1), "sources": ["s"], **more})  # fmt: skip


def test_a_years_mean_duty_weighs_days() -> None:
    regions, sectors = ("USA", "CHN"), ("MCH",)
    whole = average_duty([_duty()], (2019, 2020), regions, sectors)
    assert whole[1, 0, 0] == pytest.approx(0.2)
    assert whole[0, 1, 0] == 0
    part = average_duty([_duty(effective=date(2019, 10, 1))], (2019, 2020), regions, sectors)
    assert part[1, 0, 0] == pytest.approx(0.2 * 92 / 365)
    assert average_duty([_duty()], (2018, 2019), regions, sectors).sum() == 0


def test_duties_of_2018_are_counted_though_the_table_has_them() -> None:
    ledger, regions = dt.load_ledger("us-china"), ("USA", "CHN")
    held = measures_of(ledger, 2018, 2019)
    assert not any(m.in_baseline for m in held)
    assert {m.by for m in held} == {"USA", "CHN"}
    assert all(date(2018, 1, 1) <= m.start < SETTLED for m in held if m.start is not None)
    assert duty_on(held, SETTLED, regions, ("MCH",))[1, 0, 0] > 0.1
    assert ledger.stack(SETTLED, regions, ("MCH",)).tariffs.sum() == 0  # noqa: PD013 (a ledger, not a frame)


def test_before_2018_only_the_duties_of_2018_are_gone() -> None:
    economy = dt.load_world().economy()
    held = measures_of(dt.load_ledger("us-china"), 2018, 2019)
    before, clipped = before_2018(economy, held)
    usa, chn, can = (economy.regions.index(c) for c in ("USA", "CHN", "CAN"))
    changed = np.argwhere(~np.isclose(before, economy.tariffs))
    assert set(changed[:, 1]) <= {usa, chn}
    assert set(changed[changed[:, 1] == chn][:, 0]) <= {usa}
    metals = {economy.sectors.index(s) for s in ("IRS", "NFM", "FMP")}
    assert set(changed[changed[:, 0] == can][:, 2]) <= metals
    assert (before >= 0).all()
    assert clipped > 0
    flows = economy.shipments[chn, usa]
    assert flows @ before[chn, usa] < 0.3 * (flows @ economy.tariffs[chn, usa])


# -- readings --------------------------------------------------------------------------------------------------------
def test_own_tariff_is_the_closed_form() -> None:
    economy = dt.load_world().economy()
    usa, chn = economy.regions.index("USA"), economy.regions.index("CHN")
    j = economy.sectors.index("MCH")
    after = economy.tariffs.copy()
    after[chn, usa, j] += 0.25
    from detente.equilibrium.levels import baseline

    flows = us_imports(baseline(economy))
    moved = own_tariff(economy, flows, economy.tariffs, after, dt.horizon("medium"))
    column = goods_columns(economy).index(j)
    wedge = (1 + after[chn, usa, j]) / (1 + economy.tariffs[chn, usa, j])
    assert moved[chn, column] / flows[chn, column] == pytest.approx(wedge ** -(1 + economy.trade_elasticity[j]))
    moved[chn, column] = flows[chn, column]
    assert moved == pytest.approx(flows)
    half = own_tariff(economy, flows, economy.tariffs, after, dt.horizon("medium", trade_elasticity_factor=0.5))
    assert half[chn, column] / flows[chn, column] == pytest.approx(wedge ** -(1 + 0.5 * economy.trade_elasticity[j]))


def test_goods_on_a_list_fall_by_the_closed_form() -> None:
    theta = pd.Series(3.0, index=china_sectors_2017().index)
    both = ListDuty("us-301-list-1", ((0.1, 0.5), (0.25, 0.5)))
    assert relative_fall((both,), theta) == pytest.approx(100 * (0.5 * 1.1**-4 + 0.5 * 1.25**-4 - 1))
    assert relative_fall((ListDuty("us-301-list-1", ((0.0, 1.0),)),), theta) == pytest.approx(0.0)


def test_list_three_stood_at_ten_and_then_twenty_five() -> None:
    three = first_half_2019(measures_of(dt.load_ledger("us-china"), 2018, 2019))[2]
    days: dict[float, float] = {}
    for rate, part in three.rates:
        days[round(rate, 6)] = days.get(round(rate, 6), 0.0) + part
    assert days == pytest.approx({0.10: 129 / 181, 0.25: 52 / 181})


# -- the back-tests --------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def tests() -> list[BackTest]:
    return [trade_2018(), trade_2025()]


def test_shares_that_are_complete_sum_to_nothing(tests: list[BackTest]) -> None:
    origins = tests[1].comparison("origins-2025")
    for values in (origins.observed, *origins.predicted.values(), *origins.scan.values()):
        assert sum(values) == pytest.approx(0.0, abs=1e-9)
    with pytest.raises(UnknownName):
        tests[1].comparison("origins-2022")


def test_the_prediction_of_2025_is_a_plain_solve(tests: list[BackTest]) -> None:
    world, ledger = dt.load_world(), dt.load_ledger("us-china")
    held = [m for m in ledger.measures if m.instrument == "tariff" and m.modelled]
    days = [date(2025, 1, 1) + k * (date(2025, 1, 2) - date(2025, 1, 1)) for k in range(365)]
    stacks: dict[tuple[str, ...], np.ndarray] = {}
    total = np.zeros_like(world.economy().tariffs)
    for day in days:  # day by day, without the turning days
        key = tuple(m.id for m in ledger.in_force(day))
        if key not in stacks:
            from detente.policy.stacking import stack_on

            stacks[key] = stack_on(held, day, world.regions, world.sectors, world.economy().tariffs).tariffs
        total += stacks[key] / 365
    outcome = dt.solve(world, dt.Policy.from_arrays(added_tariffs=total), "short")
    goods = goods_columns(world.economy())
    flows = outcome.trade.isel(sector=goods).sel(destination="USA").drop_sel(origin="USA").sum("sector")
    ratio = (flows["counterfactual"] / flows["baseline"]).to_series()
    imports = table("us-imports")["2024"]
    moved = imports * ratio.reindex(imports.index)
    expected = 100 * (moved / moved.sum() - imports / imports.sum())
    origins = tests[1].comparison("origins-2025")
    assert origins.predicted["short"] == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_one_parameter_set_gives_one_prediction(tests: list[BackTest]) -> None:
    for test in tests:
        for c in test.comparisons:
            assert c.scan[1.0] == pytest.approx(c.predicted["medium"])
            assert set(c.scan) == set(SCAN)
            assert set(c.benchmarks) >= {"proportional"}
            assert len(c.observed) == len(c.keys)


def test_more_elastic_trade_loses_china_more(tests: list[BackTest]) -> None:
    origins = tests[0].comparison("origins-2022")
    falls = [origins.scan[f][origins.keys.index("CHN")] for f in SCAN]
    assert falls == sorted(falls, reverse=True)
    assert falls[0] < 0


def test_what_the_page_says_in_short_holds(tests: list[BackTest]) -> None:
    check = {c.id: c for t in tests for c in t.checks}

    def factor(name: str) -> float:
        value = check[name].factor
        assert value is not None
        return value

    first = [factor(n) for n in ("first-half-2019", "first-year-CHN", "imports-CHN")]
    assert min(first) > 0.15
    assert max(first) < 0.5
    assert factor("us-to-china") < min(first)
    assert all(round(factor(n), 1) in (0.4, 0.5) for n in ("china-share-2022", "at-25-against-free", "at-25-against-others"))
    assert 0.7 < factor("china-share-2024") < factor("china-share-collected") < 1.15
    assert check["diverted"].observed > 1.5 * check["diverted"].predicted["short"]
    assert check["diverted"].factor is None
    assert check["us-imports"].observed > 0 > check["us-imports"].predicted["short"]
    assert tests[0].facts["China's share without, medium"] == pytest.approx(21.8, abs=0.1)
    assert tests[0].facts["China's share without, short"] == pytest.approx(18.4, abs=0.1)
    for t, name in ((0, "origins-2022"), (1, "origins-2025")):
        c = tests[t].comparison(name)
        assert c.scores()["short"].correlation > 0.7
        assert abs(c.scores("China")["short"].correlation) < 0.2
        assert c.skills("medium", "China")["proportional"] < 0 < c.skills("medium")["own tariff"]
    assert all(s < 0 for h in ("short", "medium") for s in [tests[0].comparison("china-sectors-2024").skills(h)["proportional"]])


def test_records_are_plain_and_frames_whole(tests: list[BackTest]) -> None:
    for test in tests:
        text = json.dumps(test.record(), allow_nan=False)
        assert json.loads(text)["comparisons"][0]["scores"]["all"]["short"]["skill"]
        assert len(test.to_frame()) == sum(len(c.keys) for c in test.comparisons)
        assert test.explain().count("\n") == len(test.findings) - 1


# -- words and page --------------------------------------------------------------------------------------------------
def test_words_follow_the_numbers() -> None:
    def check(factor: float | None) -> Check:
        return Check("a", "A", "%", 1.0, {"short": 1.0, "medium": 2.0}, {"short": (0.0, 1.0), "medium": (1.0, 3.0)}, factor)

    def said(macro: str, value: object) -> str:
        page = environment(
            DictLoader({"t.md.j2": SENTENCES.format(macro)} | {NAME: (PACKAGE / NAME).read_text(encoding="utf-8")})
        )
        return say_from(page, "t", "one", x=value)

    assert "below 1" in said("factors", [check(0.2), check(0.8)])
    assert "on both sides of 1" in said("factors", [check(0.2), check(1.2)])
    assert "1 of 2 cannot be met" in said("factors", [check(0.2), check(None)])
    assert said("factors", [check(None)]).startswith("None of the numbers")
    assert said("verdict", 0.01) == "no better than"
    assert said("verdict", -0.5) == "worse than"
    assert said("verdict", 0.3) == "better than"
    told = "A: observed 1.0\u202f%, model 1.0 (0.0 to 1.0) in the short run and 2.0 (1.0 to 3.0) in the medium run."
    assert said("against", check(None)) == told
    assert fixed(-0.04, 1) == "0.0"
    assert fixed(-3.21, 1, signed=True) == "−3.2"


def _parts(text: str) -> tuple[list[str], list[float], list[int]]:
    """Words between the numbers, the numbers, and how many decimals each has."""
    found = re.findall(r"[−+]?\d[\d,]*(?:\.\d+)?", text)
    plain = [f.replace("−", "-").replace(",", "").rstrip(".") for f in found]
    return re.split(r"[−+]?\d[\d,]*(?:\.\d+)?", text), [float(p) for p in plain], [len(p.partition(".")[2]) for p in plain]


def test_the_page_is_what_the_code_says(tests: list[BackTest]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for block, content in tables.blocks(tests).items():
        words_then, then, decimals = _parts(tables.block_of(page, block))
        words_now, now, _ = _parts(content.strip())
        assert words_then == words_now, f"renew it: detente backtest all --write docs/backtests.md ({block})"
        for a, b, d in zip(then, now, decimals, strict=True):
            assert abs(a - b) < 1.01 * 10**-d, block


def test_blocks_are_replaced_and_nothing_else() -> None:
    text = "before\n<!-- x -->\nold\n<!-- /x -->\nafter"
    new = tables.replaced(text, "x", "new")
    assert tables.block_of(new, "x") == "new"
    assert new.startswith("before\n")
    assert new.endswith("\nafter")
    assert tables.replaced(new, "x", "new") == new
    with pytest.raises(InputError, match="no block"):
        tables.replaced(text, "y", "new")


# -- command ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(named("backtest", command.backtest))
    return made


def test_the_command_shows_writes_and_draws(app: typer.Typer, tests: list[BackTest], tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- trade-2025 -->\n<!-- /trade-2025 -->", encoding="utf-8")
    arguments = ["trade-2025", "--csv", str(tmp_path / "rows.csv"), "--write", str(page)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "The tariffs of 2025" in done.output
    assert "sets" not in done.output
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert set(rows["comparison"]) == {c.id for c in tests[1].comparisons}
    assert "own tariff" in rows
    assert tables.block_of(page.read_text(encoding="utf-8"), "trade-2025") == tables.page_of(tests[1]).strip()
    done = CliRunner().invoke(app, ["trade-2018", "--json"])
    assert list(json.loads(done.output)) == ["schema", "trade-2018"]


def test_the_command_says_what_is_missing(app: typer.Typer, tests: list[BackTest], monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    done = CliRunner().invoke(app, ["rounds"])
    assert isinstance(done.exception, InputError)
    assert "not part of this installation" in str(done.exception)
    assert set(json.loads(CliRunner().invoke(app, ["all", "--json"]).stdout)) == {"schema", "trade-2018", "trade-2025"}
    done = CliRunner().invoke(app, ["all", "--chart", "both.svg"])
    assert isinstance(done.exception, InputError)
    assert "one back-test" in str(done.exception)


def test_the_chart_says_its_message_in_its_title(tests: list[BackTest]) -> None:
    figure = command.chart_of(tests[1])
    score = tests[1].comparisons[0].scores()["short"].correlation
    assert fixed(score, 2) in figure.title
    assert "China" in figure.alt
