"""The threatened duty in steps: which threat, and steps that agree with putting the duty into force by hand."""

from __future__ import annotations

import json

import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError
from detente.policy.instruments import Policy, Tariff
from detente.strategy.ladder import Ladder, ladder, threatened_duty

TOY = Case.of(toy_dossier(), toy_world(), with_ranges=False)


@pytest.fixture(scope="module")
def steps() -> Ladder:
    found = dt.ladder(TOY, (0.5, 1.0))
    assert found is not None
    return found


def test_steps_are_the_duty_alone(steps: Ladder) -> None:
    assert (steps.measure.id, steps.sides, steps.rates) == ("hundred", ("USA", "CHN"), (50.0, 100.0))
    for rate, outcome in zip(steps.rates, steps.outcomes, strict=True):
        duty = Policy([Tariff(by="USA", on="CHN", rate=rate / 100)])
        expected = TOY.outcome(None, more=duty, against="in-force").real_income
        assert outcome.real_income.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)
    assert steps.real_income("CHN")[1] < steps.real_income("CHN")[0] < 0
    assert steps.a_month("USA")[1] == pytest.approx(float(steps.outcomes[1].equivalent_variation["USA"]) / 12)


def test_frame_and_record_say_the_same(steps: Ladder) -> None:
    frame = steps.to_frame()
    assert frame.index.names == ["points", "region"]
    assert list(frame.index.get_level_values("points").unique()) == [50.0, 100.0]
    kept = json.loads(json.dumps(steps.record(), allow_nan=False))
    assert kept["real_income_pct"]["CHN"] == list(frame.xs("CHN", level="region")["real income, %"])
    assert kept["million_usd_a_month"]["USA"] == list(frame.xs("USA", level="region")["million USD a month"])


def test_no_ladder_without_a_threat() -> None:
    calm = TOY.dossier.model_copy(update={"measures": tuple(m for m in TOY.dossier.measures if m.id != "hundred")})
    case = Case(calm, TOY.world, TOY.parameters, ())
    assert threatened_duty(case) is None
    assert ladder(case) is None


@pytest.mark.parametrize("steps", [(), (0.0, 1.0)])
def test_steps_that_are_none_are_refused(steps: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="shares of the threatened rate"):
        ladder(TOY, steps)


def test_the_highest_threat_counts() -> None:
    found = threatened_duty(TOY)
    assert found is not None
    higher = found[0].model_copy(update={"id": "more", "rate_pct": 150.0, "by": "CHN", "on": ("USA",)})
    more = TOY.dossier.model_copy(update={"measures": (*TOY.dossier.measures, higher)})
    picked = threatened_duty(Case(more, TOY.world, TOY.parameters, ()))
    assert picked is not None
    assert (picked[0].id, picked[1]) == ("more", "USA")
