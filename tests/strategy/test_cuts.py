"""The chokepoint of a case: what is cut by whom, what is left, and months that agree with solving by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.cases.case import Case
from detente.equilibrium.chokepoints import month_after, output_after_cut
from detente.equilibrium.months import value
from detente.errors import InputError, UnknownName
from detente.policy.assumptions import load_assumptions
from detente.policy.instruments import ExportControl, Policy
from detente.strategy.cuts import Cut, chokepoint_of, study_of

TOY = Case.of(toy_dossier(), toy_world(), with_ranges=False)


@pytest.fixture(scope="module")
def cut() -> Cut:
    found = dt.chokepoint_of(TOY, "pessimistic", months=(1.0, 48.0, 60.0))
    assert found is not None
    return found


def test_who_cuts_what(cut: Cut) -> None:
    assert (cut.by, cut.sector, [m.id for m in cut.measures]) == ("CHN", "RER", ["magnets"])
    usa, chn = TOY.index("USA"), TOY.index("CHN")
    assert cut.ratio[usa] == pytest.approx(0.7)
    assert cut.ratio[chn] == 1
    flows = TOY.world.shipments[:, :, TOY.world.sectors.index("RER")]
    assert cut.bought_from[usa] == pytest.approx(flows[chn, usa] / flows[:, usa].sum())
    assert cut.left[usa] == pytest.approx(1 - 0.3 * cut.bought_from[usa])
    assert cut.left[chn] == 1


def test_a_month_is_the_control_alone_as_a_chokepoint(cut: Cut) -> None:
    control = Policy([ExportControl(by="CHN", sectors="RER", withhold=0.3)])
    standing = TOY.policy(None)
    expected = month_after(TOY.economy, standing, standing + control, 48.0).real_income
    assert cut.at(48.0).real_income.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)
    assert list(cut.to_frame(["USA"]).index) == [1.0, 48.0, 60.0]
    assert cut.to_frame(["USA"])["USA"].iloc[1] == pytest.approx(expected["USA"], abs=1e-6)


def test_nothing_is_lost_while_stocks_last(cut: Cut) -> None:
    begins = cut.begins("USA")
    assert 1 < begins < 48
    first, year, last = (float(cut.at(m).real_income["USA"]) for m in cut.months)
    assert first == pytest.approx(0, abs=1e-7)
    assert max(year, last) < 0
    assert min(year, last) < cut.mean_real_income("USA", 60.0) < 0
    assert cut.mean_real_income("USA", 1.0) == pytest.approx(0, abs=1e-7)
    assert cut.begins("CHN") == float("inf")


def test_a_range_is_over_what_leaks_and_who_has_the_rent(cut: Cut) -> None:
    low, centre, high = cut.range(48.0, "USA")
    assert low < centre == float(cut.at(48.0).real_income["USA"]) < high
    assert float(cut.at(48.0, rent="kept").real_income["CHN"]) >= float(cut.at(48.0).real_income["CHN"])
    assert float(cut.at(48.0, "low").real_income["USA"]) < centre < float(cut.at(48.0, "high").real_income["USA"])


def test_direct_loss_is_the_closed_form(cut: Cut) -> None:
    n, j, k = TOY.index("USA"), TOY.world.sectors.index("RER"), TOY.world.sectors.index("ELE")
    share = TOY.economy.input_shares[n, j, k]
    exact, second = cut.direct("USA", "ELE", 48.0)
    assert exact == pytest.approx(100 * (float(output_after_cut(share, value("critical_substitution", 48.0), cut.left[n])) - 1))
    assert second > exact  # the second-order form understates where little can be replaced
    assert cut.share_of_cost("USA", "ELE") == pytest.approx(100 * share)


def test_sectors_hurt_are_goods_the_worst_first(cut: Cut) -> None:
    named = cut.hurt("USA", most=2)
    lost = [float(cut.at(48.0).output.loc["USA", s]) for s in named]  # type: ignore[arg-type]
    assert lost == sorted(lost)
    assert len(named) == 2
    assert not {"RER", "TRD"} & set(named)


def test_nothing_where_nothing_is_cut_and_refusals(cut: Cut) -> None:
    assert chokepoint_of(TOY, "optimistic") is None
    assert chokepoint_of(TOY, "pessimistic", "ELE") is None
    with pytest.raises(UnknownName, match="magnet"):
        chokepoint_of(TOY, "pessimistic", "magnets")
    with pytest.raises(InputError, match="7 months after the cut is not solved; there are 1, 48, 60"):
        cut.at(7)
    for months in ((), (-1.0,)):
        with pytest.raises(InputError, match="months after the cut"):
            chokepoint_of(TOY, "pessimistic", months=months)
    with pytest.raises(UnknownName, match="war"):
        chokepoint_of(TOY, "war")


def test_record_is_plain(cut: Cut) -> None:
    kept = json.loads(json.dumps(cut.record(), allow_nan=False))
    assert kept["measures"] == ["magnets"]
    assert kept["real_income_pct"]["USA"][0] == float(cut.at(1.0).real_income["USA"])
    assert np.isclose(kept["let_through"]["USA"], 0.7)


def test_studies_name_an_assumption_and_are_found_either_way() -> None:
    study = study_of("CHN", "USA")
    assert study is not None
    assert study == study_of("USA", "CHN")
    assert study.assumption in load_assumptions()
    assert study.partial_pct[0] < study.partial_pct[1] < study.ban_pct
    assert study_of("CHN", "MYS") is None
