"""The package both would sign: the search against trying everything, rates of exchange, terms, and the shipped dossier."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from jinja2 import PackageLoader

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError, UnknownName
from detente.strategy.deal import Proposal, points, proposal
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
    return proposal("kuala-lumpur-2025", horizon="medium", solves=90, pairs=6)


def test_the_package_is_rational_certified_and_exact(deal: Proposal) -> None:
    assert deal.status == "deal"
    assert deal.found.certified
    assert min(deal.gains) > 0
    # the figures are those of the dossier changed and solved from scratch
    quo = deal.packages.case.outcome(None, against="reference")
    again = dt.solve(dt.load_world(), deal.packages.policy(deal.levels)).relative_to(quo)
    assert again.real_income.to_numpy() == pytest.approx(deal.chosen.real_income, abs=1e-9)
    table = dt.payoff_table("kuala-lumpur-2025", horizon="medium")
    for name, worth in (("hold", deal.held), ("escalate", deal.fought)):
        assert worth is not None
        assert deal.payoffs(worth, "motives") == pytest.approx(list(table.payoff(name, name).values()), abs=1e-9)
    gains = deal.payoffs(deal.chosen) - deal.payoffs(deal.ends["law"])
    assert tuple(gains) == pytest.approx(deal.gains)
    for other in one_step(deal.levels, [len(i.levels) - 1 for i in deal.agenda.issues]):
        assert other in deal.packages.solved
        assert log_product(deal.payoffs(deal.packages.solved[other]) - deal.payoffs(deal.without), (0.5, 0.5)) <= log_product(
            np.array(deal.gains), (0.5, 0.5)
        )


def test_what_no_side_can_have_alone(deal: Proposal) -> None:
    book = deal.agenda
    for k, (e, best) in enumerate(zip(deal.exchanges(), deal.alone, strict=True)):
        assert best.certified
        assert best.levels is not None
        # alone means alone: the other's issues stand, and no single step of its own does better
        moved = [i.giver for i, level in zip(book.issues, best.levels, strict=True) if level != i.standing]
        assert set(moved) <= {e.party}
        start = deal.payoffs(deal.without)[k]
        assert e.alone == pytest.approx(deal.payoffs(deal.packages.solved[best.levels])[k] - start)
        for other in one_step(best.levels, [len(i.levels) - 1 for i in book.issues]):
            changed = next(i for i, a, b in zip(book.issues, other, best.levels, strict=True) if a != b)
            if changed.giver == e.party:
                assert deal.payoffs(deal.packages.solved[other])[k] - start <= e.alone + 1e-12
        # the parts add up
        assert e.over_best_unilateral == pytest.approx(e.from_the_other - e.given_up)
        assert e.gain == pytest.approx(e.alone + e.from_the_other - e.given_up)
        assert e.gain == pytest.approx(deal.gains[k])
        assert e.given_up >= -1e-12
    by_party = deal.record()["by_party"]
    assert {"alone", "from_the_other", "over_best_unilateral"} <= set(by_party["USA"])
    # own duties on the other are no exchange: most of what the United States gains it could have by itself
    assert by_party["USA"]["alone"] > by_party["USA"]["over_best_unilateral"]
    assert "over its best step alone" in deal.tell("not_alone")


def test_every_instrument_is_priced_or_says_why_not(deal: Proposal) -> None:
    table = deal.agenda.instruments().set_index("measure")
    case = dt.load_dossier("kuala-lumpur-2025")
    for name in ("us-chip-controls", "us-port-fees", "chn-port-fees", "us-bis-affiliates", "chn-rare-earths-abroad"):
        assert not table.loc[name, "priced"]
        assert table.loc[name, "how"] == case.measure(name).why_not
    for name in ("us-fentanyl-20", "us-reciprocal-chn-24", "chn-rare-earths-october", "us-threat-100", "purchases"):
        assert table.loc[name, "priced"]
    assert not table.loc["us-301", "priced"]
    assert "reference" in table.loc["us-301", "how"]
    assert table["how"].str.len().gt(10).all()


def test_where_the_law_goes_by_itself(deal: Proposal) -> None:
    by_id = {i.id: i for i in deal.agenda.issues}
    back = by_id["us-reciprocal-chn-24"]
    assert back.away == "suspended"
    assert [x.value for x in back.levels] == [24, 0]
    assert back.words(1) == "keeps the 24 points of its reciprocal tariff on China suspended"
    assert back.words(0) == "lets the 24 points of its reciprocal tariff on China come back"
    assert by_id["chn-rare-earths-october"].levels[by_id["chn-rare-earths-october"].standing].label == "in full"
    (lever,) = [x for x in deal.levers() if x["issue"] == "chn-rare-earths-october"]
    assert lever["whole"]["brings"] > lever["next_step"]["brings"] > 0
    held = proposal("kuala-lumpur-2025", horizon="medium", disagreement="hold", solves=60, pairs=4)
    assert {m.id for m in held.agenda.pending} == {"us-reciprocal-chn-24", "us-threat-100", "chn-reciprocal-24"}
    assert held.payoffs(held.without) == pytest.approx(held.payoffs(held.held), abs=1e-9)


@pytest.fixture(scope="module")
def priced_by_the_path() -> Proposal:
    return proposal("kuala-lumpur-2025", horizon="month 36", solves=60, pairs=4)


def test_along_the_path_the_package_touches_the_october_controls(priced_by_the_path: Proposal) -> None:
    deal = priced_by_the_path
    assert deal.found.certified
    assert min(deal.gains) > 0
    (lever,) = [x for x in deal.levers() if x["issue"] == "chn-rare-earths-october"]
    assert lever["without_a_deal"] == "in full"
    assert lever["moved"]
    # over four years they are worth many times what they are in a snapshot, and as much as a step of the fentanyl duty
    fentanyl = next(s for s in deal.steps["motives"] if s.issue == "us-fentanyl-20")
    assert lever["whole"]["brings"] > 0.03
    assert 0.2 < lever["whole"]["brings"] / fentanyl.gain < 5
    # half of the bite is nearly harmless to the United States: what is left is worth less to it than giving it costs China
    assert 0 < lever["next_step"]["brings"] < 0.2 * lever["whole"]["brings"]
    if not lever["all_given"]:
        assert lever["next_step"]["costs"] > lever["next_step"]["brings"]
    told = deal.tell("levers")
    for side in ("brings", "costs"):
        assert points(lever["next_step"][side], signed=side == "brings") in told
    # what is exchanged is more than either could have alone
    assert all(e.over_best_unilateral > 0 for e in deal.exchanges())
    assert deal.when == "months 0 to 48 after the decision, discounted at 10\u202f% a year"


def test_if_each_took_its_best_step_without_a_deal(deal: Proposal) -> None:
    apart = proposal("kuala-lumpur-2025", horizon="medium", disagreement="alone", solves=120)
    assert apart.found.certified
    law = deal.packages.worth(deal.agenda.standing)
    both = [levels for found in apart.alone if (levels := found.levels)]
    assert apart.without.levels == tuple(both[apart.parties.index(i.giver)][n] for n, i in enumerate(apart.agenda.issues))
    assert apart.payoffs(apart.without)[0] > deal.payoffs(law)[0]  # it cuts its own duties
    assert sum(apart.gains) < sum(deal.gains)  # and what is left to gain is the exchange alone


def test_what_is_told_is_what_was_found(deal: Proposal) -> None:
    text = deal.tell("package")
    for issue, level in zip(deal.agenda.issues, deal.levels, strict=True):
        assert (issue.words(level) in text) == (level != issue.standing or bool(issue.away))
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
    case = deal.packages.case
    wide = replace(deal, packages=replace(deal.packages, case=Case.of(case.dossier, case.world, "medium")))
    found = wide.ranges(["central", "trade_elasticity_factor low"])
    same = found["central"]
    assert same.loc[list(deal.parties), "points by motives"].to_numpy() == pytest.approx(deal.gains, abs=1e-9)
    assert not np.allclose(found["trade_elasticity_factor low"]["real income, %"], same["real income, %"])


def test_a_motive_moves_the_package(deal: Proposal) -> None:
    case = dt.load_dossier("kuala-lumpur-2025")
    usa = dt.Weights.of(case, "USA")
    warm = proposal(case, horizon="medium", solves=70, pairs=4, weights={"USA": usa.with_(dependence=0.0)})
    cut = [i.id for i in deal.agenda.issues].index("us-fentanyl-20")
    assert warm.levels[cut] > deal.levels[cut]  # who does not mind buying from a rival cuts more


def test_refusals() -> None:
    with pytest.raises(UnknownName, match="disagreement"):
        proposal("kuala-lumpur-2025", horizon="medium", disagreement="war")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="judgement"):
        proposal("kuala-lumpur-2025", horizon="medium", judged_by="honour")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="review period"):
        watch(TruceSide("A", 1, 1, 0), TruceSide("B", 1, 1, 0), (0.1, 0.1), periods=())


def test_a_step_that_moves_neither_side_is_no_gain() -> None:
    idle, free, dear = (Step("i", "A", "B", "A gives", cost, gain) for cost, gain in ((0.0, 0.0), (0.0, 0.1), (0.2, 0.1)))
    assert [(s.idle, s.free) for s in (idle, free, dear)] == [(True, True), (False, True), (False, False)]
    assert swaps([idle, free, dear]).empty
