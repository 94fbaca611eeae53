"""Stacking: duties add, replace and top up; controls combine; two claims on one flow are refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.errors import OverlappingMeasures
from detente.policy.dossier import load_dossier
from detente.policy.instruments import Embargo, ExportControl, PurchaseCommitment
from detente.policy.measures import Measure
from detente.policy.stacking import policy_on, stack_on, to_policy
from detente.words.names import goods_sectors, region_table, sector_table

DAY = date(2025, 10, 18)
REGIONS = ("USA", "CHN", "MYS")
SECTORS = ("IRS", "ELE", "RER", "FIN")


def measure(name: str = "m", **fields: Any) -> Measure:
    """A US duty of 10 points on China since April 2025, with `fields` changed."""
    base: dict[str, Any] = {
        "id": name, "title": name, "by": "USA", "on": "CHN", "instrument": "tariff", "rate_pct": 10,
        "effective": date(2025, 4, 5), "sources": ["s"],
    }  # fmt: skip
    return Measure.model_validate(base | fields)


@given(st.lists(st.tuples(st.floats(0, 150), st.floats(0, 1)), min_size=1, max_size=5), st.randoms())
def test_additive_duties_add_in_any_order(parts: list[tuple[float, float]], random: Any) -> None:
    ms = [measure(f"m{k}", rate_pct=r, coverage=c) for k, (r, c) in enumerate(parts)]
    shuffled = ms[:]
    random.shuffle(shuffled)
    one, two = stack_on(ms, DAY, REGIONS, SECTORS), stack_on(shuffled, DAY, REGIONS, SECTORS)
    np.testing.assert_allclose(one.tariffs, two.tariffs, atol=1e-12)
    want = sum(r * c for r, c in parts) / 100
    assert one.tariffs[1, 0, 1] == pytest.approx(want)
    assert one.tariffs[2].sum() == 0  # Malaysia is not meant
    assert one.tariffs[:, :, 3].sum() == 0  # services pay no duty


def test_replacing_duty_takes_its_share() -> None:
    ten = measure("ten")
    extra = measure("extra", rate_pct=20)
    steel = measure("steel", on="all", rate_pct=50, sectors=["IRS"], coverage=0.5, replaces=["ten"])
    stack = stack_on([ten, extra, steel], DAY, REGIONS, SECTORS)
    assert stack.tariffs[1, 0, 0] == pytest.approx(0.10 * 0.5 + 0.20 + 0.25)
    all_others = measure("steel", on="all", rate_pct=50, sectors=["IRS"], coverage=0.5, base="replaces")
    assert stack_on([ten, extra, all_others], DAY, REGIONS, SECTORS).tariffs[1, 0, 0] == pytest.approx(0.15 + 0.25)


def test_floor_tops_up() -> None:
    floor = measure("floor", on=["CHN", "MYS"], rate_pct=15, base="floor")
    reference = np.zeros((3, 3, 4))
    reference[1, 0, :] = 0.04
    reference[2, 0, :] = 0.20
    stack = stack_on([floor], DAY, REGIONS, SECTORS, reference)
    assert stack.tariffs[1, 0, 1] == pytest.approx(0.11)
    assert stack.tariffs[2, 0, 1] == 0


def test_floor_without_reference_is_worked_out_on_the_world() -> None:
    floor = measure("floor", rate_pct=15, base="floor", coverage=0.5)
    policy = to_policy(stack_on([floor], DAY, REGIONS, SECTORS))
    shock = _Shock(np.full((3, 3, 4), 0.05))
    for step in policy:
        step.apply(shock)  # type: ignore[arg-type]
    assert shock.tariffs[1, 0, 1] == pytest.approx(0.05 + 0.5 * 0.10)
    assert shock.tariffs[1, 2, 1] == pytest.approx(0.05)


class _Shock:
    """As much of a shock as a duty touches."""

    def __init__(self, tariffs: np.ndarray) -> None:
        self.tariffs = tariffs


def test_controls_combine_and_become_instruments() -> None:
    first = measure("a", by="CHN", on="all", instrument="export_control", rate_pct=None, sectors=["RER"],
                    withhold_pct={"USA": 15, "WORLD": 5})  # fmt: skip
    second = measure("b", by="CHN", on="USA", instrument="export_control", rate_pct=None, sectors=["RER"], withhold_pct=92)
    stack = stack_on([first, second], DAY, REGIONS, SECTORS)
    assert stack.withheld[1, 0, 2] == pytest.approx(1 - 0.85 * 0.08)
    assert stack.withheld[1, 2, 2] == pytest.approx(0.05)
    assert stack.withheld[0].sum() == 0
    steps = list(to_policy(stack))
    assert {type(s) for s in steps} == {ExportControl}
    stop = measure("c", instrument="embargo", rate_pct=None)
    steps = list(to_policy(stack_on([stop], DAY, REGIONS, SECTORS)))
    assert [(s.by, s.on, s.sectors) for s in steps if isinstance(s, Embargo)] == [(("USA",), "CHN", ("IRS", "ELE", "RER"))]


def test_exclusive_group() -> None:
    low, high = measure("low", exclusive_group="g"), measure("high", rate_pct=34, exclusive_group="g")
    with pytest.raises(OverlappingMeasures, match=r"'low' and 'high'.*USA on CHN"):
        stack_on([low, high], DAY, REGIONS, SECTORS)
    later = measure("high", rate_pct=34, exclusive_group="g", effective=date(2025, 10, 19))
    assert stack_on([low, later], DAY, REGIONS, SECTORS).applied == ("low",)
    elsewhere = measure("high", rate_pct=34, exclusive_group="g", on="MYS")
    assert stack_on([low, elsewhere], DAY, REGIONS, SECTORS).applied == ("low", "high")


def test_what_is_left_out_is_told() -> None:
    known = measure("known", in_baseline=True)
    blank = measure("blank", instrument="other", rate_pct=None, modelled=False, why_not="no quantity")
    stack = stack_on([known, blank], DAY, REGIONS, SECTORS)
    assert stack.applied == ()
    assert stack.left_out == {"known": "already in the reference duties", "blank": "no quantity"}


# US imports from China by sector in 2024, bn USD, rounded (US Census): weights for the golden averages below.
FROM_CHINA = {
    "AGR": 1.0, "CHM": 14.1, "EEQ": 56.9, "ELE": 122.7, "FMP": 20.2, "FOD": 5.0, "IRS": 1.5, "MCH": 33.1, "MIN": 0.3,
    "MVH": 15.0, "NFM": 1.9, "NMM": 6.3, "OMF": 52.9, "OTE": 4.2, "PET": 0.4, "PHA": 10.5, "RUB": 19.9, "TEX": 44.8, "WPP": 7.4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "points"),
    [("status-quo", 29.6), ("optimistic", 29.6), ("middle", 29.6), ("lapse", 45.1), ("pessimistic", 145.0), ("decoupling", 29.6)],
)
def test_golden_average_us_duty_on_china(scenario: str, points: float) -> None:
    d = load_dossier("kuala-lumpur-2025")
    regions, sectors = tuple(region_table()), goods_sectors(sector_table())
    stack = d.stack(scenario, regions, sectors)
    rates = stack.tariffs[regions.index("CHN"), regions.index("USA"), [sectors.index(s) for s in FROM_CHINA]]
    assert 100 * np.average(rates, weights=list(FROM_CHINA.values())) == pytest.approx(points, abs=0.3)


def test_scenarios_differ_only_between_the_two() -> None:
    d = load_dossier("kuala-lumpur-2025")
    regions, sectors = tuple(region_table()), tuple(sector_table())
    base = d.stack(None, regions, sectors)
    two = {regions.index(r) for r in ("USA", "CHN", "HKG")}
    others = [k for k in range(len(regions)) if k not in two]
    for s in d.scenarios:
        stack = d.stack(s.id, regions, sectors)
        np.testing.assert_array_equal(stack.tariffs[others], base.tariffs[others])
        assert set(np.flatnonzero(np.abs(stack.withheld).sum((1, 2)))) <= two


def test_purchase_promise() -> None:
    buy = measure("buy", by="MYS", on="USA", instrument="purchase", rate_pct=None, growth_pct=50, sectors=["ELE"])
    (step,) = to_policy(stack_on([buy], DAY, REGIONS, SECTORS))
    assert step == PurchaseCommitment(by="MYS", origin=("USA",), sectors=("ELE",), growth=0.5)
    with pytest.raises(ValueError, match="either 'growth_pct' or 'value_musd'"):
        measure("buy", by="MYS", on="USA", instrument="purchase", rate_pct=None)


def test_policy_of_every_scenario_and_stance() -> None:
    d = load_dossier("kuala-lumpur-2025")
    regions, sectors = tuple(region_table()), tuple(sector_table())
    for s in d.scenarios:
        assert len(d.policy(s.id, regions, sectors)) > 10
    for p in d.parties:
        for stance in p.stances:
            assert policy_on(d, date(2025, 12, 2), regions, sectors, stance.changes).describe()
    for b in d.bystanders:
        for item in b.menu:
            assert d.policy(None, regions, sectors, changes=item.changes).describe()


def test_a_cap_holds_the_sum_down_on_its_share() -> None:
    ten, twenty = measure("ten"), measure("twenty", rate_pct=20)
    cap = measure("cap", rate_pct=15, base="cap", coverage=0.5)
    stack = stack_on([ten, twenty, cap], DAY, REGIONS, SECTORS)
    assert stack.tariffs[1, 0, 1] == pytest.approx(0.5 * 0.15 + 0.5 * 0.30)
    assert stack.pieces["twenty"][1, 0, 1] == pytest.approx(2 * stack.pieces["ten"][1, 0, 1])
    assert stack.pieces["cap"].sum() == 0
    named = measure("cap", rate_pct=15, base="cap", replaces=["twenty"])
    assert stack_on([ten, twenty, named], DAY, REGIONS, SECTORS).tariffs[1, 0, 1] == pytest.approx(0.10 + 0.15)
    loose = measure("cap", rate_pct=99, base="cap")
    assert stack_on([ten, twenty, loose], DAY, REGIONS, SECTORS).tariffs[1, 0, 1] == pytest.approx(0.30)
    assert stack_on([cap], DAY, REGIONS, SECTORS).tariffs.sum() == 0


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 60), st.floats(0, 1))
def test_a_cap_never_raises_and_never_holds_below_its_rate(a: float, b: float, limit: float, share: float) -> None:
    free = stack_on([measure("a", rate_pct=a), measure("b", rate_pct=b)], DAY, REGIONS, SECTORS).tariffs[1, 0, 1]
    capped = [measure("a", rate_pct=a), measure("b", rate_pct=b), measure("c", rate_pct=limit, base="cap", coverage=share)]
    held = stack_on(capped, DAY, REGIONS, SECTORS).tariffs[1, 0, 1]
    assert min(free, limit / 100) - 1e-9 <= held <= free + 1e-9


def test_yielding_is_replacing_from_the_other_side() -> None:
    steel = measure("steel", on="all", rate_pct=50, sectors=["IRS"], coverage=0.4)
    one = stack_on(
        [measure("ten"), measure("steel", on="all", rate_pct=50, sectors=["IRS"], coverage=0.4, replaces=["ten"])],
        DAY,
        REGIONS,
        SECTORS,
    )
    two = stack_on([measure("ten", yields_to=["steel"]), steel], DAY, REGIONS, SECTORS)
    np.testing.assert_allclose(one.tariffs, two.tariffs)
    alone = stack_on([measure("ten", yields_to=["steel"])], DAY, REGIONS, SECTORS)  # nothing to yield to
    assert alone.tariffs[1, 0, 0] == pytest.approx(0.10)


def test_an_exemption_is_a_duty_of_zero_that_replaces() -> None:
    free = measure("free", rate_pct=0, base="replaces", replaces=["ten"], sectors=["ELE"], coverage=0.75)
    stack = stack_on([measure("ten"), measure("other", rate_pct=5), free], DAY, REGIONS, SECTORS)
    assert stack.tariffs[1, 0, 1] == pytest.approx(0.10 * 0.25 + 0.05)
    assert stack.tariffs[1, 0, 0] == pytest.approx(0.15)
