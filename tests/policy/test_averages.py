"""Average tariffs: published series within stated tolerances, identities between definitions, daily series, refusals."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.errors import InputError, UnknownName, UnknownRegion
from detente.policy.averages import (
    DEFINITIONS,
    MONTHLY,
    average_tariff,
    chapter_sectors,
    coverage_shares,
    unmapped_pct,
    weights_table,
)
from detente.policy.customs import imports_by_sector
from detente.policy.ledger import PublishedAverage, load_ledger, parse_ledger
from detente.policy.stacking import stack_on
from detente.world.panel import load_panel
from small_ledger import SMALL

LEDGER = load_ledger("us-china")


@pytest.mark.parametrize("point", LEDGER.published, ids=lambda p: f"{p.by}-{p.on}-{p.date}-{p.definition}")
def test_published_averages(point: PublishedAverage) -> None:
    ours = LEDGER.average_tariff(point.by, point.on, point.date, point.definition)
    assert abs(ours - point.pct) <= point.tolerance_pp, f"{float(ours):.2f} against {point.pct}"


def test_most_published_points_are_met_closely() -> None:
    far = [
        (p.by, p.date.isoformat()) for p in LEDGER.published
        if abs(LEDGER.average_tariff(p.by, p.on, p.date, p.definition) - p.pct) > 3
    ]  # fmt: skip
    assert far == [("USA", "2025-04-12"), ("USA", "2025-05-03"), ("USA", "2025-12-01")]


# Golden values of ours, rounded to 0.1: they move only when law or tables do, and then on purpose.
GOLDEN = {
    ("USA", "CHN", "2025-04-09"): (111.0, 116.4),
    ("USA", "CHN", "2025-05-14"): (43.6, 51.1),
    ("USA", "CHN", "2025-08-11"): (44.9, 52.9),
    ("USA", "CHN", "2025-11-10"): (35.0, 42.9),
    ("USA", "CHN", "2026-02-20"): (19.2, 26.3),
    ("USA", "CHN", "2026-02-24"): (25.5, 32.6),
    ("CHN", "USA", "2025-04-09"): (18.6, 24.4),
    ("CHN", "USA", "2025-05-14"): (27.1, 33.2),
    ("CHN", "USA", "2025-08-11"): (27.1, 33.2),
    ("CHN", "USA", "2025-11-10"): (25.7, 32.5),
    ("CHN", "USA", "2026-02-20"): (25.7, 32.5),
    ("CHN", "USA", "2026-02-24"): (25.7, 32.5),
}


@pytest.mark.parametrize("key", GOLDEN, ids=lambda k: "-".join(k))
def test_golden_days(key: tuple[str, str, str]) -> None:
    by, on, day = key
    got = tuple(float(LEDGER.average_tariff(by, on, day, d)) for d in ("weighted-fixed", "piie-like"))
    assert got == pytest.approx(GOLDEN[key], abs=0.06)


def test_parts_add_up_and_the_number_knows_itself() -> None:
    for by, on in (("USA", "CHN"), ("CHN", "USA")):
        for name in DEFINITIONS:
            if by == "CHN" and name in ("collected-2024", *MONTHLY):
                continue
            day = date(2024, 12, 31) if name in MONTHLY else date(2025, 8, 11)
            found = average_tariff(LEDGER, by, on, day, name)
            assert float(found) == pytest.approx(found.base + sum(found.pieces.values()))
            assert (found.definition, found.by, found.on, found.date) == (name, by, on, day)
            assert found.covered is None if name == "collected" else 0 <= found.covered <= 100
            assert found.percent == float(found) == found.if_unknown_hold
            assert json.loads(json.dumps(found.record()))["average_pct"] == round(float(found), 4)


def test_definitions_hang_together() -> None:
    def value(definition: str, day: str) -> float:
        return float(LEDGER.average_tariff("USA", "CHN", day, definition))

    for day in ("2025-05-14", "2026-02-24"):
        base = LEDGER.average_tariff("USA", "CHN", day, "weighted-fixed").base
        assert value("weighted-fixed", day) == pytest.approx(value("statutory-additional", day) + base)
        grown = value("statutory-additional", day) - value("statutory-additional", "2024-12-31")
        # the table's own collected base plus what came since
        collected = LEDGER.average_tariff("USA", "CHN", day, "collected-2024")
        assert float(collected) == pytest.approx(value("added-since-2024", day) + collected.base)
        assert value("added-since-2024", day) == pytest.approx(grown)
    assert value("added-since-2024", "2024-12-31") == pytest.approx(0.0)
    assert value("statutory-additional", "2018-01-01") == pytest.approx(0.0)


def test_average_is_the_weighted_stack() -> None:
    day = date(2025, 8, 11)
    table = weights_table("us-china")
    sectors = tuple(table.index)
    opened = [m.model_copy(update={"in_baseline": False}) for m in LEDGER.measures if m.by == "USA"]
    stack = stack_on(opened, day, ("USA", "CHN"), sectors)
    weights = table["us_imports_from_china_2024_musd"].to_numpy()
    want = 100 * float(weights @ stack.tariffs[1, 0]) / weights.sum()
    assert float(LEDGER.average_tariff("USA", "CHN", day, "statutory-additional")) == pytest.approx(want)


def test_unknown_measures_give_a_second_number() -> None:
    found = LEDGER.average_tariff("CHN", "USA", "2026-11-23")
    assert found.unknown == ("chn-reciprocal-24",)
    assert 15 < found.if_unknown_hold - found < 25
    before = LEDGER.average_tariff("CHN", "USA", "2026-11-09")
    assert (before.unknown, before.if_unknown_hold) == ((), float(before))
    assert float(found) == pytest.approx(float(before))


@given(
    st.dates(date(2018, 1, 1), date(2026, 11, 1)), st.integers(0, 200), st.sampled_from(["piie-like", "weighted-fixed", "simple"])
)
def test_series_agrees_with_single_days(start: date, length: int, definition: str) -> None:
    end = start + timedelta(days=length)
    for by, on in (("USA", "CHN"), ("CHN", "USA")):
        frame = LEDGER.average_tariffs(by, on, start, end, definition)
        assert len(frame) == length + 1
        for n in {0, length // 2, length}:
            single = LEDGER.average_tariff(by, on, start + timedelta(days=n), definition)
            assert frame["average_pct"].iloc[n] == pytest.approx(float(single))
            assert frame["average_if_not_known_hold_pct"].iloc[n] == pytest.approx(single.if_unknown_hold)


def test_other_pairs_take_the_world_s_weights() -> None:
    found = LEDGER.average_tariff("USA", "MYS", "2025-08-07")
    assert found.definition == "added-since-2024"
    assert 9 < found < 14
    assert LEDGER.average_tariff("USA", "MYS", "2025-08-07", "collected-2024") > found
    assert float(LEDGER.average_tariff("USA", "MYS", "2026-02-20")) < 3
    with pytest.raises(InputError, match="known for USA and CHN only"):
        LEDGER.average_tariff("USA", "MYS", "2025-08-07", "piie-like")
    with pytest.raises(InputError, match="known for USA only"):
        LEDGER.average_tariff("CHN", "USA", "2025-08-07", "collected-2024")


def test_a_ledger_of_your_own_without_tables() -> None:
    own = parse_ledger(SMALL)
    found = own.average_tariff("USA", "CHN", "2025-04-05", "added-since-2024")
    assert 5 < found < 10
    with pytest.raises(InputError):
        own.average_tariff("USA", "CHN", "2025-04-05", "piie-like")


def test_refusals() -> None:
    with pytest.raises(UnknownRegion, match="did you mean"):
        LEDGER.average_tariff("USA", "CHNA", "2025-05-14")
    with pytest.raises(InputError, match="no tariff on itself"):
        LEDGER.average_tariff("USA", "USA", "2025-05-14")
    with pytest.raises(UnknownName, match="did you mean piie-like"):
        LEDGER.average_tariff("USA", "CHN", "2025-05-14", "piie")
    for bad in ("14 May", "2025-02-30", ""):
        with pytest.raises(InputError, match="is not a day"):
            LEDGER.average_tariff("USA", "CHN", bad)
    with pytest.raises(InputError, match="begins on"):
        LEDGER.average_tariff("USA", "CHN", "2017-12-31")
    with pytest.raises(InputError, match="before it begins"):
        LEDGER.average_tariffs("USA", "CHN", "2025-05-14", "2025-05-13")
    with pytest.raises(InputError, match="40,000"):
        LEDGER.average_tariffs("USA", "CHN", "1900-01-01", "2100-01-01")


def test_tables() -> None:
    chapters = chapter_sectors()
    shares = chapters.groupby("chapter")["share"].sum()
    assert np.allclose(shares, 1.0, atol=2e-3)
    assert set(chapters.loc[chapters["sector"].isna(), "chapter"]) == {"98", "99"}
    assert 2 < unmapped_pct() < 3.5
    for coverage in coverage_shares("us-china").values():
        values = [*coverage.share_of_trade.values(), *coverage.share_of_lines.values()]
        assert all(0 <= v <= 1.0001 for v in values)
    weights = weights_table("us-china")
    assert (weights >= 0).all().all()
    fitted = chapters.dropna().assign(value=lambda f: f["share"] * f["us_imports_from_china_2024_musd"])
    both = fitted.groupby("sector")["value"].sum() / weights["us_imports_from_china_2024_musd"]
    assert both.loc[["ELE", "TEX", "OMF", "EEQ"]].between(0.8, 1.25).all()


def test_collected_is_duty_over_imports_of_the_month() -> None:
    frame = load_panel().frame
    mine = frame[(frame["origin"] == "CHN") & (frame["month"] == "2019-10")]
    want = 100 * mine["duty"].sum() / mine["imports"].sum()
    assert float(LEDGER.average_tariff("USA", "CHN", "2019-10-20", "collected")) == pytest.approx(want)
    europe = LEDGER.average_tariff("USA", "EU27", "2019-10-01", "collected")
    assert 1 < europe < 3


def test_weights_of_the_month_are_those_of_customs() -> None:
    found = LEDGER.average_tariff("USA", "CHN", "2021-05-31", "weighted-current")
    fixed = LEDGER.average_tariff("USA", "CHN", "2021-05-31", "weighted-2017")
    assert float(found) != float(fixed)
    weights = imports_by_sector("CHN", "2021-05")
    base = weights_table("us-china")["us_mfn_pct"].reindex(weights.index).fillna(0.0)
    assert found.base == pytest.approx(float(weights @ base / weights.sum()), rel=1e-6)


def test_a_series_of_months_turns_at_months_and_at_law() -> None:
    for name in MONTHLY:
        frame = LEDGER.average_tariffs("USA", "CHN", "2019-08-20", "2019-10-10", name)
        steps = set(frame.loc[frame["average_pct"].diff().fillna(0) != 0, "date"])
        assert steps == {date(2019, 9, 1), date(2019, 10, 1)}
        for n in (0, 20, 51):
            single = LEDGER.average_tariff("USA", "CHN", frame["date"].iloc[n], name)
            assert frame["average_pct"].iloc[n] == pytest.approx(float(single))


def test_what_customs_did_not_see_is_refused() -> None:
    with pytest.raises(InputError, match="2016-01 to 2024-12, not 2025-01"):
        LEDGER.average_tariff("USA", "CHN", "2025-01-01", "collected")
    with pytest.raises(InputError, match="USA takes only"):
        LEDGER.average_tariff("CHN", "USA", "2019-01-01", "collected")
    with pytest.raises(InputError, match="does not hold PAK whole; it has AUS"):
        LEDGER.average_tariff("USA", "PAK", "2019-01-01", "collected")
    with pytest.raises(InputError, match="USA and CHN only"):
        LEDGER.average_tariff("USA", "VNM", "2019-01-01", "weighted-current")
