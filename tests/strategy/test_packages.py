"""Issues read off a dossier, and packages over them: levels, policies put together from parts, the approximation."""

from __future__ import annotations

import datetime
import itertools

import numpy as np
import pytest

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError
from detente.policy.changes import apply_changes
from detente.policy.measures import Measure
from detente.strategy.issues import agenda, round_step, tariff_levels
from detente.strategy.objectives import PARTS, Measured, Weights
from detente.strategy.over_time import Clock
from detente.strategy.packages import Packages
from detente.talks.patience import Patience

CASE, WORLD = dt.load_dossier("kuala-lumpur-2025"), dt.load_world()
DAY = datetime.date(2025, 12, 2)
HELD = apply_changes(CASE.measures, [c for p in CASE.parties for c in p.stance("hold").changes])


@pytest.fixture(scope="module")
def packages() -> Packages:
    """Packages of the shipped dossier, both holding, as one snapshot."""
    return of(Case.of(CASE, WORLD, "medium", with_ranges=False))


@pytest.fixture(scope="module")
def along() -> Packages:
    """The same along the path."""
    return of(Case.of(CASE, WORLD, "month 36", with_ranges=False))


def of(case: Case) -> Packages:
    book = agenda(CASE, HELD, DAY, WORLD, {"CHN": 12_700.0})
    weights = [Weights.of(CASE, p) for p in book.parties]
    return Packages(case, book, HELD, weights, Clock.of(case), {"law": CASE.measures, "hold": HELD})


def duty(**fields: object) -> Measure:
    given = {"id": "d", "title": "D", "by": "USA", "on": "CHN", "instrument": "tariff", "rate_pct": 12, "sources": ["s"],
             "effective": datetime.date(2025, 4, 5)}  # fmt: skip
    return Measure.model_validate(given | fields)


def test_levels_are_what_one_signs() -> None:
    assert [x.value for x in tariff_levels([duty(rate_pct=20)], "CHN", broad=True)] == [20, 15, 10, 5, 0]
    assert [x.value for x in tariff_levels([duty(rate_pct=12)], "CHN", broad=True, step=10)] == [12, 10, 0]
    assert [x.value for x in tariff_levels([duty(rate_pct=3)], "CHN", broad=True)] == [3, 0]
    assert [x.given for x in tariff_levels([duty(rate_pct=20)], "CHN", broad=True)] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert [round_step(v) for v in (0.9, 1.6, 34, 7000)] == [1, 2, 50, 5000]


def test_the_agenda_of_the_shipped_dossier(packages: Packages) -> None:
    book = packages.agenda
    kinds = [(i.giver, i.kind) for i in book.issues]
    assert kinds == sorted(kinds, key=lambda k: (k[0] != "USA", ["duties", "controls", "purchases"].index(k[1])))
    listed = [m for i in book.issues for m in i.measures]
    assert len(listed) == len(set(listed))
    assert {m.id for m in book.pending} == {"us-reciprocal-chn-24", "us-threat-100", "chn-reciprocal-24"}
    # everything between the two is an issue, pending or said to be left out with a reason
    priced = {*listed, *(m.id for m in book.pending), *(m.id for m, _ in book.unpriced)}
    between = [m for m in HELD if m.by in ("USA", "CHN") and not m.in_baseline and m.on != "all" and {"USA", "CHN"} & set(m.on)]
    assert {m.id for m in between if m.stop is None or m.stop > DAY} <= priced
    assert all(why for _, why in book.unpriced)
    assert len(book.grid()) == book.size
    by_id = {i.id: i for i in book.issues}
    assert by_id["chn-rare-earths-october"].standing == 1  # licensed at half when both hold
    assert all(v % 10_000 == 0 for v in [x.value for x in by_id["purchases"].levels])
    assert by_id["us-fentanyl-20"].words(2) == "cuts its fentanyl duty from 20 points to 10"
    assert by_id["us-fentanyl-20"].words(0) == "keeps its fentanyl duty as it stands"


def test_nothing_to_trade_is_said(packages: Packages) -> None:
    with pytest.raises(InputError, match="nothing to trade"):
        agenda(CASE, [], DAY, _world_without_trade())
    with pytest.raises(InputError, match="no region"):
        agenda(CASE, HELD, DAY, dt.load_world("toy"))


def _world_without_trade() -> dt.World:
    """The shipped world with farm goods, food and energy that China does not buy from the United States."""
    import dataclasses

    u, c = WORLD.region_index("USA"), WORLD.region_index("CHN")
    shipments = WORLD.shipments.copy()
    shipments[u, c, [WORLD.sectors.index(s) for s in ("AGR", "FOD", "ENE")]] = 0.0
    return dataclasses.replace(WORLD, shipments=shipments)


def test_a_policy_put_together_is_the_dossier_changed(packages: Packages) -> None:
    random = np.random.default_rng(0)
    grid = packages.agenda.grid()
    for row in grid[random.integers(0, len(grid), 5)]:
        levels = tuple(int(k) for k in row)
        quick = packages.policy(levels).shock(WORLD)
        slow = dt.Policy(
            [*CASE.policy(None, WORLD.regions, WORLD.sectors, changes=_changes(packages, levels), day=DAY)]
        ) + packages._purchases(levels)
        full = slow.shock(WORLD)
        np.testing.assert_allclose(quick.tariffs, full.tariffs, atol=1e-14)
        bounds = [np.array(sorted((c.bound, float(c.flows.sum())) for c in x.controls)) for x in (quick, full)]
        np.testing.assert_allclose(*bounds, rtol=1e-12)


def _changes(packages: Packages, levels: tuple[int, ...]) -> list[object]:
    """The same package as changes to the dossier, written out."""
    from detente.policy.changes import Change

    made: list[object] = [c for p in CASE.parties for c in p.stance("hold").changes]
    for issue, level in zip(packages.agenda.issues, levels, strict=True):
        for name in issue.measures:
            old = CASE.measure(name)
            if issue.kind == "duties":
                rate = issue.levels[level].value if len(issue.measures) == 1 else old.rate_pct * (level == 0)
                made.append(Change.model_validate({"measure": name, "set": {"rate_pct": rate}}))
            elif issue.kind == "controls" and level != issue.standing:
                left = {k: v * issue.levels[level].value for k, v in old.withhold_pct.items()}
                made.append(Change.model_validate({"measure": name, "set": {"withhold_pct": left}}))
    return made


def test_the_approximation_meets_what_it_was_made_from(packages: Packages) -> None:
    surrogate = packages.design(4)
    grid = np.array(packages.designed)
    exact = np.array([[*packages.solved[k].parts.sum(1), *packages.solved[k].log_income] for k in packages.designed])
    np.testing.assert_allclose(surrogate(grid), exact, atol=1e-9)
    far = tuple(len(i.levels) - 1 for i in packages.agenda.issues)
    worth = packages.worth(far)
    missed = np.abs(surrogate(np.array([far]))[0] - [*worth.parts.sum(1), *worth.log_income])
    assert missed.max() < 0.5 * np.abs(worth.log_income).max()
    assert packages.worth(far) is worth  # solved once


def test_standing_levels_are_both_holding(packages: Packages) -> None:
    book = packages.agenda
    one, two = packages.worth(book.standing), packages.stances("hold")
    np.testing.assert_allclose(one.real_income, two.real_income, atol=1e-9)
    assert all(a.given < b.given for i in book.issues for a, b in itertools.pairwise(i.levels))


# -- along the path ----------------------------------------------------------------------------------------------------
def test_a_package_along_the_path_is_the_dossier_changed(along: Packages) -> None:
    case, book = along.case, along.agenda
    levels = tuple(min(1, len(i.levels) - 1) if i.kind != "purchases" else 0 for i in book.issues)
    found = dict(zip(along.clock.months, along.outcomes(levels), strict=True))
    for month in (3.0, 36.0):
        direct = case.outcome(None, changes=_changes(along, levels), day=DAY, month=month, against="law")
        np.testing.assert_allclose(found[month].real_income, direct.real_income, atol=1e-7)
    law = case.outcome("law", month=6.0, against="in-force").real_income
    other = along.case.outcome("law", month=6.0, against="reference").relative_to(
        case.outcome(None, month=6.0, against="reference")
    )
    np.testing.assert_allclose(law, other.real_income, atol=1e-9)


def test_what_a_package_is_worth_is_its_discounted_mean(along: Packages) -> None:
    levels = tuple(0 if k else 1 for k in range(len(along.agenda.issues)))
    worth, found = along.worth(levels), along.outcomes(levels)
    for k, party in enumerate(along.agenda.parties):
        w = along.clock.weights(party)
        assert w.sum() == pytest.approx(1)
        by_month = [along.weights[k].parts(o, party) for o in found]
        for name, value in by_month[0].items():
            expected = sum(wi * parts[name] for wi, parts in zip(w, by_month, strict=True))
            assert worth.parts[k][PARTS.index(name)] == pytest.approx(expected, abs=1e-12), value
        assert worth.log_income[k] == pytest.approx(sum(wi * p["real income"] for wi, p in zip(w, by_month, strict=True)))
    # what is measured is linear: the mean of two is judged as the mean of both judgements
    one, two = (Measured.of(o, "USA") for o in found[1:3])
    both = along.weights[0].weigh(Measured.mean([one, two], (0.25, 0.75)))
    for name, value in both.items():
        assert value == pytest.approx(0.25 * along.weights[0].weigh(one)[name] + 0.75 * along.weights[0].weigh(two)[name])


def test_the_law_by_itself_is_worth_nothing_along_the_path(along: Packages) -> None:
    assert np.abs(along.stances("law").parts).max() < 1e-9
    held = along.stances("hold")
    np.testing.assert_allclose(along.worth(along.agenda.standing).real_income, held.real_income, atol=1e-9)


def test_a_partys_own_rate_counts_for_it_alone(along: Packages) -> None:
    hasty = Clock.of(along.case, Patience(rates={"USA": 1.0}))
    assert hasty.weights("USA")[:4].sum() > along.clock.weights("USA")[:4].sum()
    np.testing.assert_allclose(hasty.weights("CHN"), along.clock.weights("CHN"))
    early = along.clock.over(0, 6)
    assert early.weights("USA") @ [m > 6 for m in early.months] == 0
    assert early.weights("USA").sum() == pytest.approx(1)
