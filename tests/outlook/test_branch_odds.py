"""Odds of branches: what each judgement says, how they are pooled, what signals and the stand-off do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.errors import InputError, UnknownName
from detente.outlook.fork_odds import branch_odds, conditional, split
from detente.outlook.outside import outside_view
from detente.outlook.pool import log_pool
from detente.outlook.record import load_record
from detente.outlook.spells import frequency
from detente.policy.dossier import Dossier, load_dossier, parse_dossier
from detente.policy.prospects import PoolWeights, Signal

START = date(2025, 10, 18)


@dataclass
class Fading:
    """A stand-off that ends at steady rates a day: closed forms for everything."""

    rates: tuple[float, float, float] = (0.01, 0.02, 0.005)
    width: float = 0.5

    def __call__(self, day: date) -> Any:
        total = sum(self.rates)
        gone = -np.expm1(-total * (day - START).days)
        values = [r / total * gone for r in self.rates] + [1 - gone]
        spreads = [(v * (1 - self.width), v, min(1.0, v * (1 + self.width))) for v in values]
        return type("Now", (), dict(zip(("first", "second", "collapse", "standing"), spreads, strict=True)))()


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dossier("kuala-lumpur-2025")


def changed(dossier: Dossier, change: Any) -> Dossier:
    data = dossier.model_dump(mode="json", by_alias=True, exclude_unset=True)
    change(data["prospects"])
    return parse_dossier(json.dumps(data), "changed.yaml")


def test_means_sum_to_one_and_lie_in_their_ranges(dossier: Dossier) -> None:
    found = branch_odds(dossier, stand_off=Fading())
    assert list(found) == [f.id for f in dossier.prospects.forks]  # type: ignore[union-attr]
    for odds in found.values():
        assert sum(odds.probability.values()) == pytest.approx(1)
        assert sum(odds.pooled.values()) == pytest.approx(1)
        for judged in (odds.analyst, odds.base_rate, odds.stand_off, odds.ranges):
            if judged is not None:
                assert sum(r[1] for r in judged.values()) == pytest.approx(1)
                assert all(0 <= low <= centre <= high <= 1 for low, centre, high in judged.values())


def test_shared_outcomes_are_split_by_priors(dossier: Dossier) -> None:
    record = load_record("us-china").as_of(START)
    alone = {o: r.mean for o, r in frequency(record.counts("talks")).items()}
    assert alone["time"] == pytest.approx(9.5 / 22.5)
    view = outside_view(record, "talks")
    assert view is not None
    for outside, rates in ((False, alone), (True, view.rates())):
        base = branch_odds(dossier, outside=outside)["kuala-lumpur"].base_rate
        assert base is not None
        assert base["pause"][1] == pytest.approx(rates["agreed"] * 0.30 / 0.50)
        assert base["us-gives"][1] == pytest.approx(rates["agreed"] * 0.10 / 0.50)
        assert base["time"][1] == pytest.approx(rates["time"])


def test_the_pool_is_the_pool_of_what_is_shown(dossier: Dossier) -> None:
    odds = branch_odds(dossier, stand_off=Fading())["kuala-lumpur"]
    assert odds.base_rate is not None
    assert odds.stand_off is not None
    names = list(odds.titles)
    shown = [[j[b][1] for b in names] for j in (odds.base_rate, odds.stand_off, odds.analyst)]
    np.testing.assert_allclose(list(odds.pooled.values()), log_pool(shown, [0.3, 0.2, 0.5]), atol=1e-12)
    assert odds.weights == pytest.approx({"base_rate": 0.3, "stand_off": 0.2, "analyst": 0.5})


def test_a_fork_is_pooled_over_the_judgements_it_has(dossier: Dossier) -> None:
    court = branch_odds(dossier, stand_off=Fading())["court"]
    assert (court.base_rate, court.stand_off, court.weights) == (None, None, {"analyst": 1.0})
    assert court.probability["duties-stay"] == pytest.approx(0.8)
    alone = branch_odds(dossier, weights=PoolWeights(base_rate=1, stand_off=0, analyst=0), outside=False)
    assert alone["hundred"].pooled["carried-out"] == pytest.approx(12.5 / 21.5)
    both = branch_odds(dossier, weights=PoolWeights(base_rate=1, stand_off=0, analyst=0))
    view = outside_view(load_record("us-china").as_of(START), "threat")
    assert view is not None
    assert both["hundred"].pooled["carried-out"] == pytest.approx(view.rates()["carried-out"])
    assert alone["court"].probability["duties-stay"] == pytest.approx(0.8)


def test_a_truce_must_hold_to_the_end_of_the_window(dossier: Dossier) -> None:
    days = (date(2025, 11, 10) - START).days + 30
    view = outside_view(load_record("us-china").as_of(START), "truce")
    assert view is not None
    lent, ends = 2198 + view.prior.strength, 3 + view.prior.pseudo[0]
    for outside, held in ((False, (2198 / (2198 + days)) ** 3.5), (True, (lent / (lent + days)) ** ends)):
        odds = branch_odds(dossier, outside=outside)["expiry"]
        assert odds.base_rate is not None
        assert odds.base_rate["prolonged"][1] == pytest.approx(held)


def test_cumulative_odds_become_conditional_ones() -> None:
    model = Fading()
    found = conditional(model, date(2025, 10, 27), date(2025, 11, 1), START)
    assert found is not None
    total = sum(model.rates)
    gone = -np.expm1(-total * 5)  # memoryless: five days from the fork before
    np.testing.assert_allclose(found[:, 1], [*(r / total * gone for r in model.rates), 1 - gone], atol=1e-12)
    first = conditional(model, START, date(2025, 10, 27), START)
    assert first is not None
    np.testing.assert_allclose(
        first[:, 1], [getattr(model(date(2025, 10, 27)), e)[1] for e in ("first", "second", "collapse", "standing")]
    )


def test_a_model_without_odds_is_left_out(dossier: Dossier) -> None:
    nothing = Fading(rates=(float("nan"), 0.1, 0.1))
    odds = branch_odds(dossier, stand_off=nothing)["kuala-lumpur"]
    assert odds.stand_off is None
    assert odds.weights == pytest.approx({"base_rate": 0.3 / 0.8, "analyst": 0.5 / 0.8})


def test_signals_count_from_their_day(dossier: Dossier) -> None:
    early = branch_odds(dossier, on=date(2025, 10, 16))["kuala-lumpur"]
    assert early.update.steps == ()
    late = Signal(id="x", date=date(2025, 10, 20), text="t", fork="kuala-lumpur", likelihood={"pause": 2.0}, sources=("s",))
    before = branch_odds(dossier, signals=[late])["kuala-lumpur"]
    after = branch_odds(dossier, on=date(2025, 10, 20), signals=[late])["kuala-lumpur"]
    assert [s.signal for s in before.update.steps] == ["candid-call", "not-sustainable"]
    assert [s.signal for s in after.update.steps] == ["candid-call", "not-sustainable", "x"]
    assert after.update.steps[-1].bits["pause"] - after.update.steps[-1].bits["break"] == pytest.approx(1)


def test_the_record_is_read_as_of_the_day(dossier: Dossier) -> None:
    seen = "21 rounds of talks: 5 agreed, 9 time, 7 broke"
    assert branch_odds(dossier, outside=False)["kuala-lumpur"].cases == seen
    assert branch_odds(dossier)["kuala-lumpur"].cases == f"{seen}; like cases elsewhere weigh 29\u202f%"
    later = branch_odds(dossier, on=date(2025, 12, 1))["february"].cases
    assert later == "22 rounds of talks: 6 agreed, 9 time, 7 broke; like cases elsewhere weigh 28\u202f%"


def test_same_seed_same_bytes_and_the_seed_moves_ranges_only(dossier: Dossier) -> None:
    a, b, c = (branch_odds(dossier, seed=s, draws=500)["kuala-lumpur"] for s in (1, 1, 2))
    assert json.dumps(a.record()) == json.dumps(b.record())
    assert a.probability == c.probability
    assert a.ranges != c.ranges


def test_split_keeps_prior_shares_of_silent_branches() -> None:
    found = split(np.array([0.6, 0.4]), [[True, False, False], [False, True, False]], np.array([0.2, 0.3, 0.5]))
    np.testing.assert_allclose(found, [0.3, 0.2, 0.5])
    unnamed = split(np.array([0.6, 0.3, 0.1]), [[True, False], [False, True], [False, False]], np.array([0.5, 0.5]))
    np.testing.assert_allclose(unnamed, [2 / 3, 1 / 3])
    nothing = split(np.array([1.0]), [[True, True]], np.array([0.0, 0.0]) + 1e-300)
    np.testing.assert_allclose(nothing, [0.5, 0.5])


def test_plain_words_say_what_the_odds_rest_on(dossier: Dossier) -> None:
    text = branch_odds(dossier, stand_off=Fading())["kuala-lumpur"].explain()
    assert "21 rounds of talks" in text
    assert "the stand-off model with weight 20\u202f%" in text
    assert "candid-call (" in text


def test_what_is_refused(dossier: Dossier) -> None:
    bare = dossier.model_copy(update={"prospects": None})
    with pytest.raises(InputError, match="no 'prospects'"):
        branch_odds(bare)
    stray = Signal(id="x", date=START, text="t", fork="kuala-lumpr", likelihood={"pause": 2.0}, sources=("s",))
    with pytest.raises(UnknownName, match="kuala-lumpur"):
        branch_odds(dossier, signals=[stray])

    def mix(prospects: dict[str, Any]) -> None:
        prospects["forks"][0]["branches"][0]["base_rate"] = {"kind": "truce", "outcomes": ["kept"]}

    with pytest.raises(InputError, match="talks and truce"):
        branch_odds(changed(dossier, mix))


def test_the_page_tells_the_cases_the_odds_rest_on(dossier: Dossier) -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "forecasts.md").read_text(encoding="utf-8").split())
    found = branch_odds(dossier)
    assert " ".join(found["kuala-lumpur"].cases.split()) in page
    assert " ".join(found["hundred"].cases.split()) in page
    assert found["expiry"].cases.partition(";")[0] in page
    record = load_record("us-china").as_of(START)
    view = outside_view(record, "truce")
    assert view is not None
    lent = view.survival(53)
    assert f"{100 * lent.mean:.0f} % ({100 * lent.low:.0f} to {100 * lent.high:.0f})" in page
    kept = record.spells().survival(53)
    assert f"{100 * kept.mean:.0f} % ({100 * kept.low:.0f} to {100 * kept.high:.0f})" in page
