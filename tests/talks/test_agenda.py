"""The package both would sign: the search against trying everything, rates of exchange, terms, and the shipped dossier."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from jinja2 import PackageLoader

import detente as dt
from detente.errors import InputError, UnknownName
from detente.strategy.deal import Proposal, proposal
from detente.talks.issue_search import Step, log_product, one_step, search, swaps
from detente.talks.truce import TruceSide, lasting, watch
from detente.words.tell import environment

SHAPE = (4, 3, 5, 2)
GRID = np.stack([a.ravel() for a in np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij")], axis=1)


def payoffs(seed: int) -> np.ndarray:
    """Payoffs of all packages: every issue costs its giver, more at the margin, and brings the other something."""
    random = np.random.default_rng(seed)
    x = GRID / (np.array(SHAPE) - 1)
    giver = np.array([0, 0, 1, 1])
    cost, gain = random.uniform(0.2, 1, 4), random.uniform(0.4, 2, 4)
    u = np.zeros((len(GRID), 2))
    for k in range(4):
        u[:, giver[k]] -= cost[k] * x[:, k] ** 1.6
        u[:, 1 - giver[k]] += gain[k] * x[:, k] ** 0.8
    return u + 0.15 * (x[:, [0]] * x[:, [2]]) * random.normal(size=2)


# -- search ------------------------------------------------------------------------------------------------------------
@given(st.integers(0, 400), st.floats(0, 0.08))
def test_search_finds_what_trying_everything_finds(seed: int, error: float) -> None:
    u = payoffs(seed)
    random = np.random.default_rng(seed + 1)
    smooth = GRID @ random.normal(size=(4, 2)) / 10
    rough = u + error * np.sin(smooth * 9)
    index = {tuple(row): n for n, row in enumerate(GRID.tolist())}
    found = search(GRID, rough, lambda x: u[index[x]], {(0, 0, 0, 0): u[0]}, (0.0, 0.0), budget=200)
    best = log_product(u, (0.5, 0.5))
    if not np.isfinite(best).any():
        assert found.levels is None
        return
    assert found.levels is not None
    assert found.certified
    reached = log_product(np.array(found.gains), (0.5, 0.5))
    near = [best[index[x]] for x in one_step(found.levels, np.array(SHAPE) - 1)]
    assert reached >= max(near) - 1e-12  # the certificate
    assert reached >= best.max() - 4 * error  # and the whole grid, up to what the approximation may hide
    assert min(found.gains) > 0
    assert [g for _, g in found.ranked] == sorted((g for _, g in found.ranked), key=lambda g: -math.log(g[0]) - math.log(g[1]))


@given(st.integers(0, 200), st.floats(0.1, 20), st.floats(0.1, 20))
def test_units_do_not_matter(seed: int, a: float, b: float) -> None:
    u = payoffs(seed)
    index = {tuple(row): n for n, row in enumerate(GRID.tolist())}
    first, second = (
        search(GRID, u * s, lambda x, s=s: (u * s)[index[x]], {}, (0.0, 0.0), budget=200) for s in (np.ones(2), np.array([a, b]))
    )
    assert first.levels == second.levels


def test_power_moves_the_package_and_no_budget_certifies_nothing() -> None:
    u = payoffs(3)
    index = {tuple(row): n for n, row in enumerate(GRID.tolist())}

    def found(**options: object) -> object:
        return search(GRID, u, lambda x: u[index[x]], {(0, 0, 0, 0): u[0]}, (0.0, 0.0), **options)  # type: ignore[arg-type]

    strong, even, tiny = found(power=(5, 1), budget=200), found(budget=200), found(budget=1)
    assert strong.gains[0] >= even.gains[0]  # type: ignore[attr-defined]
    assert not tiny.certified  # type: ignore[attr-defined]
    assert tiny.solves == 1  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="power"):
        found(power=(1, 0))


def test_nothing_helps_both() -> None:
    u = -np.abs(payoffs(0)) - 0.1
    index = {tuple(row): n for n, row in enumerate(GRID.tolist())}
    found = search(GRID, u, lambda x: u[index[x]], {(0, 0, 0, 0): u[0]}, (0.0, 0.0))
    assert found.levels is None
    assert found.ranked == ()


# -- exchange ----------------------------------------------------------------------------------------------------------
def test_rates_of_exchange() -> None:
    steps = [
        Step("a", "USA", "CHN", "a", 2.0, 6.0),
        Step("b", "CHN", "USA", "b", 1.0, 4.0),
        Step("c", "CHN", "USA", "c", -1.0, 4.0),
        Step("d", "CHN", "USA", "d", 1.0, -0.5),
    ]
    table = swaps(steps)
    assert len(table) == 1  # what is free or hurts the other is no chip
    assert table.loc[0, ["needed", "worth"]].tolist() == [0.5, 6.0]
    assert bool(table.loc[0, "trade"])
    assert steps[0].rate == 3
    assert math.isinf(steps[2].rate)
    assert swaps([]).empty


# -- terms -------------------------------------------------------------------------------------------------------------
@given(st.floats(0.01, 1), st.floats(-1, 0.5), st.floats(0.02, 0.3), st.floats(0.1, 0.9))
def test_break_even_of_a_framework(keep: float, cheated: float, rate: float, seen: float) -> None:
    found = lasting("A", keep=keep, cheated=cheated, rate=rate, short_years=0.25, years=4, detection=seen)
    assert found.framework > found.short  # without breaches more of a good thing
    assert found.preferred == "framework"
    if math.isfinite(found.break_even):
        at = lasting(
            "A", keep=keep, cheated=cheated, rate=rate, short_years=0.25, years=4, detection=seen, breaches=found.break_even
        )
        assert at.framework == pytest.approx(at.short, abs=1e-6)
        worse = lasting(
            "A", keep=keep, cheated=cheated, rate=rate, short_years=0.25, years=4, detection=seen, breaches=2 * found.break_even
        )
        assert worse.preferred == "short truce"
    else:
        assert cheated > -keep  # only who loses little by being cheated never minds


def test_framework_by_simulation() -> None:
    random = np.random.default_rng(5)
    r, breach, seen, keep, cheated = 0.1, 0.8, 0.6, 0.3, -0.2
    start = random.exponential(1 / breach, 200_000)
    until = random.exponential(-1 / math.log1p(-seen), 200_000)
    worth = keep * -np.expm1(-r * start) / r + cheated * np.exp(-r * start) * -np.expm1(-r * until) / r
    found = lasting("A", keep=keep, cheated=cheated, rate=r, short_years=0.25, years=400, breaches=breach, detection=seen)
    assert found.framework == pytest.approx(worth.mean(), abs=4 * worth.std() / math.sqrt(len(worth)))


def test_reviews_are_for_show_without_temptation_and_frequent_with_it() -> None:
    calm = watch(TruceSide("A", 1, 0.9, 0), TruceSide("B", 1, 1, 0), (0.1, 0.1), review_cost=(1e-6, 1e-6))
    assert not calm.enforcement
    assert calm.period == max(calm.table.index)
    tense = watch(TruceSide("A", 1, 1.5, 0), TruceSide("B", 1, 1.2, 0), (0.1, 0.1))
    assert tense.enforcement
    assert tense.holds
    assert min(tense.gain) > 0
    assert tense.period < calm.period
    lost = watch(TruceSide("A", 1, 90, 0), TruceSide("B", 1, 1.2, 0), (0.1, 0.1))
    assert not lost.holds


# -- the shipped dossier -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def deal() -> Proposal:
    return proposal("kuala-lumpur-2025", solves=60, pairs=4)


def test_the_package_is_rational_certified_and_exact(deal: Proposal) -> None:
    assert deal.status == "deal"
    assert deal.found.certified
    assert min(deal.gains) > 0
    # the figures are those of the dossier changed and solved from scratch
    again = dt.solve(dt.load_world(), deal.packages.policy(deal.levels)).relative_to(deal.packages.quo)
    assert again.real_income.to_numpy() == pytest.approx(deal.chosen.real_income, abs=1e-9)
    table = dt.payoff_table("kuala-lumpur-2025")
    for name, worth in (("hold", deal.held), ("escalate", deal.fought)):
        assert worth is not None
        assert deal.payoffs(worth, "motives") == pytest.approx(list(table.payoff(name, name).values()), abs=1e-9)
    gains = deal.payoffs(deal.chosen) - deal.payoffs(deal.held)
    assert tuple(gains) == pytest.approx(deal.gains)
    for other in one_step(deal.levels, [len(i.levels) - 1 for i in deal.agenda.issues]):
        assert other in deal.packages.solved
        assert log_product(deal.payoffs(deal.packages.solved[other]) - deal.payoffs(deal.held), (0.5, 0.5)) <= log_product(
            np.array(deal.gains), (0.5, 0.5)
        )


def test_what_is_told_is_what_was_found(deal: Proposal) -> None:
    text = deal.tell("package")
    for issue, level in zip(deal.agenda.issues, deal.levels, strict=True):
        assert (issue.words(level) in text) == (level != issue.standing)
    json.dumps(deal.record(), allow_nan=False)
    record = deal.record()
    assert [p["level"] for p in record["package"]] == deal.exchange()["in the package"].tolist()
    free = {s.issue for s in deal.self_harming("motives")}
    assert {s.issue for s in deal.steps["motives"] if s.cost <= 0} == free
    lost = deal.bystanders()
    assert lost["million USD a year"].is_monotonic_increasing
    assert not set(deal.parties) & set(lost.index)
    assert ("loses" in deal.tell("bystanders") or "lost" in deal.tell("bystanders")) == (lost["million USD a year"].iloc[0] < 0)
    assert deal.runners_up().iloc[0]["differs by"] == "the proposal"
    assert (deal.runners_up()["product against the best"] <= 1 + 1e-12).all()
    assert deal.explain().count("\n\n") >= 6
    told = environment(PackageLoader("detente", "")).get_template("words/templates/Proposal.md.j2").module
    assert told.span(0.246) == "90 days"  # type: ignore[attr-defined]


def test_ranges_hold_the_centre(deal: Proposal) -> None:
    found = deal.ranges({"same": dt.horizon("medium"), "stiff": dt.horizon("medium", trade_elasticity_factor=0.7)})
    same = found["same"]
    assert same.loc[list(deal.parties), "points by motives"].to_numpy() == pytest.approx(deal.gains, abs=1e-9)
    assert not np.allclose(found["stiff"]["real income, %"], same["real income, %"])


def test_a_motive_moves_the_package(deal: Proposal) -> None:
    case = dt.load_dossier("kuala-lumpur-2025")
    usa = dt.Weights.of(case, "USA")
    warm = proposal(case, solves=45, pairs=2, weights={"USA": usa.with_(dependence=0.0)})
    cut = [i.id for i in deal.agenda.issues].index("us-fentanyl-20")
    assert warm.levels[cut] > deal.levels[cut]  # who does not mind buying from a rival cuts more


def test_refusals() -> None:
    with pytest.raises(UnknownName, match="disagreement"):
        proposal("kuala-lumpur-2025", disagreement="war")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="judgement"):
        proposal("kuala-lumpur-2025", judged_by="honour")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="review period"):
        watch(TruceSide("A", 1, 1, 0), TruceSide("B", 1, 1, 0), (0.1, 0.1), periods=())
