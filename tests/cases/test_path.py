"""The path of a scenario: duties of different age, dates, stretches, both closures, and what it must show for Kuala Lumpur."""

from __future__ import annotations

import json
from pathlib import Path as FilePath

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

import detente as dt
from detente.cases.case import Case, Node
from detente.cases.history import Moment, pieces
from detente.cases.path import CENTRAL, Path, path, sign_of
from detente.cases.readings import readings
from detente.equilibrium.months import value
from detente.equilibrium.parameters import at_month
from detente.equilibrium.solve import untouched
from detente.errors import InputError, UnknownName
from detente.policy.instruments import Policy, Tariff

NODES = (0.0, 3.0, 12.0, 24.0, 36.0)
NAMED = ["USA", "CHN", "MYS"]


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.of("kuala-lumpur-2025")


@pytest.fixture(scope="module")
def worst(case: Case) -> Path:
    return path(case, "pessimistic", nodes=NODES)


# -- what is in force when ---------------------------------------------------------------------------------------------
def test_the_history_ends_with_the_policy_of_the_scenario(case: Case) -> None:
    for name in (None, *case.ids):
        last, meant = case.history(name)[-1].shock, case.policy(name).shock(case.economy)
        assert np.array_equal(last.tariffs, meant.tariffs), name
        assert np.array_equal(last.allowed, meant.allowed), name
        assert [c.bound for c in last.controls] == [c.bound for c in meant.controls], name


def test_nothing_moves_before_its_date(case: Case) -> None:
    begins = [m.begins for m in case.history("pessimistic")]
    assert begins == sorted(begins)
    assert begins[-1] < 2
    # the hundred points come on 1 November, two weeks after the dossier's day
    early, late = (case.laid_out(case.history("pessimistic"), Node.of(m))[0] for m in (0.3, 1.0))
    i, n = case.index("CHN"), case.index("USA")
    assert (late.tariffs[i, n] - early.tariffs[i, n]).max() == pytest.approx(1.0 + 0.24, abs=0.02)


def test_at_month_nought_a_scenario_with_later_dates_is_the_status_quo(worst: Path) -> None:
    assert np.abs(worst.table()[:, 0]).max() < 1e-8


def test_pieces_add_up_to_the_wedge_and_a_duty_that_came_and_went_leaves_nothing_once_old(case: Case) -> None:
    found = pieces(untouched(case.economy), case.history(None))
    now, before = case.history(None)[-1].shock, untouched(case.economy)
    whole = np.log1p(now.tariffs) - np.log1p(before.tariffs)
    laid = np.zeros(whole.shape)
    laid.flat[found.flows] = found.added.sum(0)
    assert laid == pytest.approx(whole, abs=1e-12)
    assert (found.begins < 0).all()
    assert np.abs(found.unanswered(200)).max() == 0  # beyond ten years every piece acts in full


def test_the_unanswered_part_by_hand(case: Case) -> None:
    economy = dt.load_world("toy").economy()
    duties = [Policy([Tariff(by="AAA", on="BBB", rate=r)]) for r in (0.3, 1.0)]
    past = [Moment(begins, p, p.shock(economy)) for begins, p in zip((-18.0, 0.0), duties, strict=True)]
    found = pieces(untouched(economy), past).unanswered(6)
    f = {m: value("trade_elasticity_factor", m) for m in (6, 24)}
    at = economy.regions.index("BBB"), economy.regions.index("AAA"), 1
    base = np.log1p(economy.tariffs[at])
    old, new = (
        np.log1p(past[0].shock.tariffs[at]) - base,
        np.log1p(past[1].shock.tariffs[at]) - np.log1p(past[0].shock.tariffs[at]),
    )
    assert found[at] == pytest.approx((1 - f[24] / f[6]) * old + 0 * new, abs=1e-14)


def test_a_node_of_one_age_is_the_plain_system(case: Case) -> None:
    duty = Policy([Tariff(by="USA", on="CHN", rate=0.5)])
    moment = Moment(0.0, duty, duty.shock(case.economy))
    assert np.abs(pieces(untouched(case.economy), [moment]).unanswered(9)).max() < 1e-15


# -- the outcome at a month --------------------------------------------------------------------------------------------
def test_a_textbook_horizon_is_the_plain_system() -> None:
    case = Case.of("kuala-lumpur-2025", horizon="medium", with_ranges=False)
    assert case.month is None
    quo = dt.solve(case.world, case.policy(None), "medium")
    raw = dt.solve(case.world, case.policy("pessimistic"), "medium").relative_to(quo)
    assert np.abs(case.outcome("pessimistic", against="in-force").real_income - raw.real_income).max() < 1e-10
    flexible, pinned = (case.outcome(None, exchange_rate=e) for e in ("flexible", "pinned"))
    assert np.abs(flexible.real_income - quo.real_income).max() < 1e-10
    assert pinned.real_income["USA"] == pytest.approx(-0.26, abs=0.02)


def test_a_case_stands_at_its_month(case: Case) -> None:
    assert case.month == 36
    assert case.outcome("pessimistic") is case.outcome("pessimistic", month=36)
    given = Case.of("kuala-lumpur-2025", with_ranges=False, trade_elasticity_factor=0.5)
    assert given.replaced == {"trade_elasticity_factor": 0.5}
    assert given.outcome("pessimistic").parameters.trade_elasticity_factor == 0.5  # type: ignore[union-attr]


# -- the four baselines ------------------------------------------------------------------------------------------------
def test_published_gains_of_a_deal_at_the_textbook_horizon() -> None:
    """An outside economist's run of the same table: what the law does, and a pause against it and against no deal."""
    case = Case.of("kuala-lumpur-2025", horizon="medium", with_ranges=False)

    def parties(scenario: str, against: str) -> list[float]:
        return [round(float(case.outcome(scenario, against=against).real_income[r]), 2) for r in ("USA", "CHN")]

    assert parties("law", "in-force") == [-0.12, -0.10]
    assert parties("optimistic", "law") == [0.12, 0.10]
    assert parties("optimistic", "no-deal") == [0.43, 0.28]


def test_baselines_add_up_and_are_nothing_against_themselves(case: Case) -> None:
    known = {"law": "law", "no-deal": "pessimistic", "in-force": None}
    for name, scenario in known.items():
        assert np.abs(case.outcome(scenario, against=name).real_income).max() < 1e-9
    steps = (("optimistic", "law"), ("law", "in-force"), (None, "reference"))
    logs = sum(np.log1p(case.outcome(s, against=b).real_income.to_numpy() / 100) for s, b in steps)
    whole = case.outcome("optimistic", against="reference").real_income.to_numpy()
    assert 100 * np.expm1(logs) == pytest.approx(whole, abs=1e-9)
    assert [case.compared_with(s) for s in ("optimistic", "law", None)] == ["law", "in-force", "reference"]
    with pytest.raises(UnknownName, match="no-deal"):
        case.outcome("optimistic", against="nodeal")


def test_changes_at_a_month_are_a_scenario_of_their_own(case: Case) -> None:
    own = case.dossier.scenario("pessimistic")
    same = case.outcome(None, changes=own.changes, day=own.policy_date, against="law")
    assert np.abs(same.real_income - case.outcome("pessimistic").real_income).max() < 1e-9


def test_both_are_solved_at_the_same_node(case: Case) -> None:
    for closure in ("flexible", "pinned"):
        outcome = case.outcome("pessimistic", month=12, exchange_rate=closure)
        assert outcome.parameters is not None
        assert outcome.parameters.exchange_rate == closure
        assert outcome.parameters.trade_elasticity_factor == at_month(12).trade_elasticity_factor
        quo = case.outcome("law", month=12, exchange_rate=closure)
        assert outcome.before.income == pytest.approx(quo.after.income, rel=1e-12)


def test_bad_questions_are_refused(case: Case) -> None:
    with pytest.raises(InputError, match="month="):
        case.at("medium").outcome("pessimistic", ends={"trade_elasticity_factor": "low"})
    with pytest.raises(UnknownName, match="pinned"):
        case.outcome("pessimistic", month=3, exchange_rate="pined")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="reading"):
        case.outcome("pessimistic", month=3, variant="all low")
    with pytest.raises(InputError, match="either it"):
        case.outcome("pessimistic", variant="much leaks", rent="kept")
    with pytest.raises(UnknownName):
        path(case, "pessimist")
    with pytest.raises(InputError, match="months since a decision"):
        path(case, "pessimistic", nodes=(-1, 3))


# -- the path ----------------------------------------------------------------------------------------------------------
def test_the_range_holds_the_centre_and_both_closures(worst: Path) -> None:
    for month in (3.0, 7.5, 36.0):
        found = worst.at(month)
        assert (found["low"] <= found["central"]).all()
        assert (found["central"] <= found["high"]).all()
        told = worst.readings_at(month)
        for name in (CENTRAL, "exchange rate pinned"):
            assert (found["low"] <= told.loc[name] + 1e-12).all()
            assert (told.loc[name] <= found["high"] + 1e-12).all()
    assert {v.exchange_rate for v in readings().values()} == {"flexible", "pinned"}


def test_a_node_is_its_own_outcome(worst: Path) -> None:
    for month in NODES[1:]:
        o = worst.outcome(month)
        assert worst.at(month)["central"].drop("WORLD").to_numpy() == pytest.approx(o.real_income.to_numpy(), abs=1e-12)
        assert worst.at(month).loc["WORLD", "central"] == pytest.approx(o.world_real_income, abs=1e-12)


def test_a_mean_is_the_integral_of_what_is_shown_between(worst: Path) -> None:
    def usa(month: float) -> float:
        return float(worst.at(month).loc["USA", "central"])

    by_hand = sum(quad(usa, a, b)[0] for a, b in ((6, 12), (12, 24), (24, 30))) / 24
    assert worst.mean(6, 30).loc["USA", "central"] == pytest.approx(by_hand, abs=1e-8)
    assert worst.mean(12, 12).equals(worst.at(12))
    assert worst.over("first-year").equals(worst.mean(0, 12))


def test_off_the_path_is_refused(worst: Path) -> None:
    for month in (-0.1, 37):
        with pytest.raises(InputError, match="path"):
            worst.at(month)
    with pytest.raises(InputError, match="backwards"):
        worst.mean(24, 12)
    with pytest.raises(UnknownName):
        worst.over("second-year")
    with pytest.raises(UnknownName):
        worst.sign("XXX", 3)
    with pytest.raises(UnknownName):
        worst.outcome(3, "no reading")


def test_the_frame_and_the_record_hold_every_node(worst: Path) -> None:
    frame = worst.to_frame()
    assert len(frame) == len(NODES) * (len(worst.case.world.regions) + 1)
    record = json.loads(json.dumps(worst.record(), allow_nan=False))
    assert [m["month"] for m in record["months"]] == list(NODES)
    assert record["months"][2]["by_region"]["USA"]["central"] == pytest.approx(
        float(frame[(frame.months == 12) & (frame.region == "USA")]["central"].iloc[0])
    )
    assert set(record["stretches"]) == {"first-year"}  # the others lie beyond the nodes asked for


@pytest.mark.parametrize(
    ("low", "high", "said"), [(-1, -0.1, "loss"), (0.1, 2, "gain"), (-0.1, 0.1, "not known"), (0, 0, "not known")]
)
def test_the_sign(low: float, high: float, said: str) -> None:
    assert sign_of(pd.Series({"low": low, "central": (low + high) / 2, "high": high})) == said


def test_readings_solved_at_fewer_nodes_are_exact_there(case: Case) -> None:
    whole = path(case)  # solved whole for its words, too
    assert set(whole.corners) < set(whole.nodes)
    month = 36.0
    told = whole.readings_at(month).loc["exchange rate pinned"].drop("WORLD")
    assert told.to_numpy(dtype=float) == pytest.approx(
        case.outcome(None, month=month, exchange_rate="pinned").real_income.to_numpy(), abs=1e-10
    )


def test_words_say_where_the_sign_is_not_known(case: Case) -> None:
    assert "the sign is not known" in path(case).explain()


def test_no_shock_no_path(case: Case) -> None:
    for month in (0, 5, 60):
        for closure in ("flexible", "pinned"):
            node = at_month(month, exchange_rate=closure)
            assert np.abs(dt.solve(case.world, Policy(), node).real_income).max() < 1e-9


def test_the_same_bytes_in_any_order_and_with_any_number_of_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: FilePath) -> None:
    found = []
    for workers, backwards in ((1, False), (3, True)):
        monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / f"{workers}"))
        monkeypatch.setattr("detente.cases.path.WORKERS", workers)
        held = path("kuala-lumpur-2025", "pessimistic", nodes=(6,), readings=("exchange rate pinned",))
        if backwards:
            for reading in reversed(list(held.readings)):
                held.outcome(6, reading)
        found.append(held.solve().table().tobytes())
    assert found[0] == found[1]
