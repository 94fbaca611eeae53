"""Payoffs along the path, on the toy world where everything can be tried: stances, packages, the stand-off's first months."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.cases.case import Case
from detente.cases.discounted import path_weights
from detente.strategy.deal import proposal
from detente.strategy.duty_game import duty_game
from detente.strategy.objectives import PARTS, Measured, Weights
from detente.strategy.over_time import EARLY, Clock
from detente.strategy.payoffs import payoff_table
from detente.strategy.table import at_the_table
from detente.talks.issue_search import Found, log_product, search
from detente.talks.patience import Patience
from small_future import small_future

DOSSIER, TOY = small_future(), dt.load_world("toy")
CASE = Case.of(DOSSIER, TOY, "month 36", with_ranges=False)
MOTIVES = {
    "AAA": Weights(prices=0.3, revenue=0.2, rivals=("BBB",), dependence=0.1, audience=0.5),
    "BBB": Weights(jobs={"default": 0.2}),
}
TABLE = payoff_table(CASE, weights=MOTIVES)


def test_a_stance_is_worth_the_discounted_mean_of_its_months() -> None:
    changes = [c for p, s in (("AAA", "escalate"), ("BBB", "ease")) for c in DOSSIER.party(p).stance(s).changes]
    weights = path_weights(0, 48, 0.10)
    for k, party in enumerate(TABLE.parties):
        expected = dict.fromkeys(PARTS, 0.0)
        for month, weight in weights.items():
            outcome = CASE.outcome(None, changes=changes, day=CASE.law_day, month=month, against="law")
            for part, value in MOTIVES[party].parts(outcome, party).items():
                expected[part] += weight * value
        expected["audience"] = 0.0 if k == 0 else -0.1 * MOTIVES[party].audience
        at = TABLE.parts[2, 0, k]
        assert at == pytest.approx([expected[part] for part in PARTS], abs=1e-9)
    assert TABLE.against == "law"
    assert TABLE.record()["when"].startswith("months 0 to 48")
    assert set(TABLE.bystanders().columns) == set(TOY.regions)


def test_other_months_and_other_rates_solve_nothing_again() -> None:
    early = TABLE.early
    assert early.outcomes is TABLE.outcomes
    assert early.clock.last == EARLY
    assert not np.allclose(early.payoffs, TABLE.payoffs)
    hasty = TABLE.counted(Patience(rates={"AAA": 2.0}))
    assert np.allclose(hasty.payoffs[..., 1], TABLE.payoffs[..., 1])
    assert not np.allclose(hasty.payoffs[..., 0], TABLE.payoffs[..., 0])
    assert np.abs(hasty.payoffs[..., 0] - early.payoffs[..., 0]).max() < np.abs((TABLE.payoffs - early.payoffs)[..., 0]).max()
    flat = payoff_table(DOSSIER, TOY, "medium")
    assert flat.early.payoffs is not None
    np.testing.assert_array_equal(flat.early.payoffs, flat.payoffs)
    assert flat.against == "in-force"


def test_a_stand_off_pays_the_first_months_while_it_lasts() -> None:
    case = at_the_table(DOSSIER, table=TABLE, weights=MOTIVES)
    early = TABLE.early
    for k, side in enumerate(case.standoff.sides):
        gap = early.payoff("hold", "hold")[side.name] - early.payoff("ease", "ease")[side.name]
        assert side.flow == pytest.approx(gap)
        day = case.delay.loc[side.name, "motives, million USD a day"]
        assert day == pytest.approx(-gap / 100 * case.judging.income[k] / 365.25)
    collapse = TABLE.payoff("escalate", "escalate")["AAA"] - TABLE.payoff("ease", "ease")["AAA"]
    rate, years = case.patience.of("AAA"), case.patience.collapse_years
    assert case.standoff.sides[0].collapse == pytest.approx(collapse * -math.expm1(-rate * years) / rate)
    assert case.truce.sides[0].keep == pytest.approx(TABLE.payoff("ease", "ease")["AAA"])


@pytest.mark.parametrize("disagreement", ["law", "hold", "escalate", "alone"])
def test_the_search_finds_what_trying_every_package_finds(disagreement: str) -> None:
    deal = proposal(CASE, disagreement=disagreement, weights=MOTIVES, solves=200)  # type: ignore[arg-type]
    book = deal.agenda
    every = {tuple(map(int, row)): deal.payoffs(deal.packages.worth(tuple(map(int, row)))) for row in book.grid()}
    standing = every[book.standing]
    best = []
    for k, (party, found) in enumerate(zip(deal.parties, deal.alone, strict=True)):
        own = [n for n, i in enumerate(book.issues) if i.giver == party]
        free = {x: u[k] for x, u in every.items() if all(x[n] == s for n, s in enumerate(book.standing) if n not in own)}
        best.append(max(free, key=lambda x: free[x]))
        assert deal.exchanges()[k].alone == pytest.approx(max(free.values()) - standing[k], abs=1e-12)
        assert found.certified
    none = standing
    if disagreement == "alone":
        both = tuple(best[deal.parties.index(i.giver)][n] for n, i in enumerate(book.issues))
        none = every[both]
    values = {x: float(log_product(u - none, (0.5, 0.5))) for x, u in every.items()}
    top = max(values, key=lambda x: values[x])
    if math.isinf(values[top]):
        assert deal.status == "no deal"
    else:
        assert deal.status == "deal"
        assert values[deal.levels] == pytest.approx(values[top], abs=1e-9)
    for e in deal.exchanges():
        assert e.gain == pytest.approx(e.alone + e.from_the_other - e.given_up)
        assert e.given_up >= -1e-12


def test_a_search_is_made_once_for_all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found again it says the same, and has the same packages at hand."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    made: list[int] = []

    def counted(*args: object, **kwargs: object) -> Found:
        made.append(1)
        return search(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("detente.strategy.deal.search", counted)
    first, again = (proposal(Case.of(DOSSIER, TOY, "month 36", with_ranges=False), weights=MOTIVES, solves=60) for _ in range(2))
    assert len(made) == 1
    assert again.record() == first.record()
    assert list(again.packages.solved) == list(first.packages.solved)
    for budget, weights in ((50, MOTIVES), (60, None)):
        proposal(Case.of(DOSSIER, TOY, "month 36", with_ranges=False), weights=weights, solves=budget)
    assert len(made) == 3


def test_stances_and_duties_are_worked_out_once_for_all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found again they say the same, other motives and rates too; another case is another question."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    read: list[str] = []
    of = Measured.of
    monkeypatch.setattr(Measured, "of", lambda outcome, region: read.append(region) or of(outcome, region))

    def case(**changed: float) -> Case:
        return Case.of(DOSSIER, TOY, "month 36", with_ranges=False, **changed)

    steps: list[tuple[int, int]] = []
    first = payoff_table(case(), weights=MOTIVES, progress=lambda _, done, of: steps.append((done, of)))
    game = duty_game(case(), levels=(0.0, 0.2, 0.4))
    assert steps == [(k, 9) for k in range(1, 10)]
    made = len(read)
    again = payoff_table(case(), weights=MOTIVES, progress=lambda _, done, of: steps.append((done, of)))
    assert (again.parts == first.parts).all()
    assert again.record() == first.record()
    assert duty_game(case(), levels=(0.0, 0.2, 0.4)).record() == game.record()
    assert steps[9:] == [(9, 9)]
    plain = payoff_table(case(), patience=Patience(rate=0.3))
    assert not (plain.parts == first.parts).all()
    assert len(read) == made
    for combination in (("ease", "hold"), ("escalate", "escalate")):
        one, two = (t.outcomes[combination].real_income for t in (first, again))
        assert one.tolist() == two.tolist()
        assert again.outcomes[combination] is again.outcomes[combination]
    made = len(read)
    for other in (case(trade_elasticity_factor=0.4), CASE.on_day("2025-11-01")):
        payoff_table(other)
        assert len(read) > made
        made = len(read)
    assert not (duty_game(case(), levels=(0.0, 0.3, 0.4)).payoffs["motives"] == game.payoffs["motives"]).all()
    assert len(read) > made


def test_what_the_law_brings_back_is_on_the_table() -> None:
    deal = proposal(CASE, solves=60)
    back = next(i for i in deal.agenda.issues if i.id == "pause")
    assert back.away == "suspended"
    assert [x.label for x in back.levels] == ["5 points", "stays suspended"]
    assert {m.id for m in deal.agenda.pending} == {"threat", "back"}
    fought = proposal(CASE, disagreement="escalate", solves=60)
    away = {i.id: i.away for i in fought.agenda.issues if i.away}
    assert away == {"threat": "threatened", "back": "threatened", "pause": "suspended"}


def test_a_duty_is_worth_its_months_and_a_snapshot_its_own() -> None:
    game = duty_game(CASE, levels=(0.0, 0.2, 0.4))
    flat = duty_game(DOSSIER, TOY, "medium", levels=(0.0, 0.2, 0.4))
    assert game.today == pytest.approx(flat.today)
    for by, paid in game.payoffs.items():
        assert not np.allclose(paid, flat.payoffs[by])
    for k, j in itertools.product(range(2), range(2)):
        # a duty on the other costs the other, month by month and so over time
        if j != k:
            assert game.payoffs["real income"][k, -1, j] < game.payoffs["real income"][k, 0, j]


def test_a_clock_of_a_textbook_horizon_has_one_moment() -> None:
    clock = Clock.of(Case.of(DOSSIER, TOY, "short", with_ranges=False))
    assert clock.snapshot
    assert clock.weights("AAA").tolist() == [1.0]
    assert clock.over(0, 6) is clock
    assert clock.tell() == "short run"


def test_what_solving_leaves_uncertain_is_nobodys_gain() -> None:
    """A licence that moves less than a solution is known to was signed or not by the last digits of it."""
    found = proposal("japan-korea-2019")
    assert found.status != "deal"
