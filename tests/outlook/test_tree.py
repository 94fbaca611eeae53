"""The scenario tree: probabilities, which measures hold where, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import BadDossier, InputError, UnknownName
from detente.outlook.outlook import central_odds, draw_odds, drivers
from detente.outlook.tree import Leaf, Tree, grow, priors
from detente.policy.prospects import Prospects
from detente.policy.timing import in_force
from small_future import day, small_future


@pytest.fixture(scope="module")
def packaged() -> Tree:
    return grow(dt.load_dossier("kuala-lumpur-2025"))


def leaf_of(tree: Tree, *branches: str) -> Leaf:
    return next(leaf for leaf in tree.leaves if set(branches) == set(leaf.path))


def in_force_on(tree: Tree, leaf: Leaf, when: str) -> set[str]:
    return {m.id for m in tree.states[leaf.state_on(day(when))].measures}


# -- probabilities -----------------------------------------------------------------------------------------------------
def test_small_tree_by_hand() -> None:
    tree = grow(small_future())
    found = {leaf.path: leaf.probability for leaf in tree.leaves}
    assert found == pytest.approx(
        {
            ("calm", "stands"): 0.45,
            ("calm", "falls"): 0.15,
            ("clash", "stands", "made"): 0.15,
            ("clash", "stands", "not-made"): 0.15,
            ("clash", "falls", "made"): 0.05,
            ("clash", "falls", "not-made"): 0.05,
        }
    )
    assert tree.scenarios == pytest.approx({"peace": 0.8, "war": 0.2})
    assert {leaf.path: leaf.scenario for leaf in tree.leaves}["clash", "falls", "made"] == "peace"
    late = [n for n in tree.nodes if n.fork == "late"]
    assert sum(n.probability for n in late) == pytest.approx(0.4)


def test_packaged_tree_sums_to_one_and_talks_only_is_its_margin(packaged: Tree) -> None:
    assert packaged.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert sum(packaged.scenarios.values()) == pytest.approx(1, abs=1e-12)
    talks = grow(dt.load_dossier("kuala-lumpur-2025"), talks_only=True)
    apart = {"chips-free", "chips-hit", "duties-stay", "duties-void"}
    margin: dict[tuple[str, ...], float] = {}
    for leaf in packaged.leaves:
        key = tuple(b for b in leaf.path if b not in apart)
        margin[key] = margin.get(key, 0.0) + leaf.probability
    assert {leaf.path: leaf.probability for leaf in talks.leaves} == pytest.approx(margin)
    assert talks.scenarios == pytest.approx(packaged.scenarios)


@st.composite
def forests(draw: Any) -> Prospects:
    """Random forks, each after some earlier branches or always met, with random odds."""
    forks: list[dict[str, Any]] = []
    known: list[str] = []
    start = date(2026, 2, 1)
    for k in range(draw(st.integers(1, 5))):
        weights = draw(st.lists(st.floats(0.01, 1), min_size=2, max_size=3))
        chances = [w / sum(weights) for w in weights]
        after = draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else []
        ids = [f"f{k}b{j}" for j in range(len(chances))]
        forks.append(
            {
                "id": f"f{k}", "title": "F", "date": start + timedelta(days=7 * k), "kind": "other", "after": after,
                "sources": ["s"],
                "independent": draw(st.booleans()),
                "branches": [{"id": i, "title": i, "prior": [p / 2, p, (1 + p) / 2]} for i, p in zip(ids, chances, strict=True)],
            }
        )  # fmt: skip
        known += ids
    return Prospects.model_validate({"until": start + timedelta(days=100), "forks": forks})


BASE = small_future()


@given(forests(), st.integers(0, 2**32 - 1))
def test_probabilities_sum_to_one_and_expectations_match_backward_induction(future: Prospects, seed: int) -> None:
    tree = grow(BASE.model_copy(update={"prospects": future, "key_questions": ()}))
    assert tree.probabilities.sum() == pytest.approx(1, abs=1e-12)
    values = dict(
        zip((leaf.path for leaf in tree.leaves), np.random.default_rng(seed).normal(size=len(tree.leaves)), strict=True)
    )

    def worth(path: tuple[str, ...], rest: list[Any]) -> float:  # independent of the tree's own sums
        if not rest:
            return float(values[path])
        fork, *later = rest
        if fork.after and not set(fork.after) & set(path):
            return worth(path, later)
        total = sum(b.prior[1] for b in fork.branches)
        return sum(b.prior[1] / total * worth((*path, b.id), later) for b in fork.branches)

    leaf_values = np.array([values[leaf.path] for leaf in tree.leaves])
    assert float(tree.expectation(leaf_values)) == pytest.approx(worth((), list(future.forks)), abs=1e-12)
    assert float(tree.probabilities @ leaf_values) == pytest.approx(float(tree.expectation(leaf_values)), abs=1e-12)
    for node in tree.nodes:
        below = sum(leaf.probability for leaf in tree.leaves if leaf.path[: len(node.path)] == node.path)
        assert below == pytest.approx(node.probability, abs=1e-12)
    assert tree.reweighted(central_odds(tree)) == pytest.approx(tree.probabilities, abs=1e-12)
    drawn = draw_odds(tree, 20, seed)
    assert tree.reweighted(drawn).sum(axis=1) == pytest.approx(np.ones(20), abs=1e-9)


# -- measures ----------------------------------------------------------------------------------------------------------
def test_measures_along_paths_by_hand() -> None:
    tree = grow(small_future())
    calm = leaf_of(tree, "calm", "stands")
    assert in_force_on(tree, calm, "2026-01-01") == {"ten"}
    assert in_force_on(tree, calm, "2026-05-01") == {"ten", "pause"}  # a suspension that ends between forks
    war = leaf_of(tree, "clash", "stands", "not-made")
    assert in_force_on(tree, war, "2026-02-28") == {"ten"}
    assert in_force_on(tree, war, "2026-03-01") == {"ten", "threat", "back"}
    void = leaf_of(tree, "clash", "falls", "not-made")
    assert in_force_on(tree, void, "2026-07-02") == {"back", "pause"}
    late = leaf_of(tree, "clash", "falls", "made")
    assert in_force_on(tree, late, "2026-09-01") == {"pause"}  # peace starts afresh; what the court took stays away
    for leaf in tree.leaves:
        assert leaf.segments[0].start == tree.start
        assert leaf.segments[-1].end == tree.until
        assert all(a.end == b.start for a, b in zip(leaf.segments, leaf.segments[1:], strict=False))
        assert all(a.state != b.state for a, b in zip(leaf.segments, leaf.segments[1:], strict=False))
        with pytest.raises(InputError, match="not on 2026-12-31"):
            leaf.state_on(tree.until)


def test_the_name_of_an_end_fits_every_path_under_it(packaged: Tree) -> None:
    last = packaged.until - timedelta(days=1)
    seen: set[str] = set()
    for leaf in packaged.leaves:
        if "duties-void" in leaf.path:  # a court's ruling is no part of what the two decide
            continue
        holds = in_force_on(packaged, leaf, last.isoformat())
        back = {"us-reciprocal-chn-24", "chn-reciprocal-24"} & holds
        hundred = {"us-threat-100", "chn-answer-100"} & holds
        expected = {"lapse": (2, 0), "pessimistic": (2, 2)}.get(leaf.scenario, (0, 0))
        assert (len(back), len(hundred)) == expected
        seen.add(leaf.scenario)
    assert seen == {"optimistic", "middle", "lapse", "pessimistic"}


def test_packaged_states_are_those_of_the_scenarios(packaged: Tree) -> None:
    case = dt.load_dossier("kuala-lumpur-2025")

    def content(measures: Any) -> set[str]:
        return {m.id for m in measures if m.modelled and not m.in_baseline}

    worst = leaf_of(packaged, "break", "carried-out", "chips-free", "duties-stay")
    assert worst.scenario == "pessimistic"
    assert in_force_on(packaged, worst, "2025-12-02") == content(in_force(case.measures_in("pessimistic"), date(2025, 12, 2)))
    assert "us-threat-100" not in in_force_on(packaged, worst, "2025-10-31")
    assert "us-reciprocal-chn-24" not in in_force_on(packaged, worst, "2025-11-09")
    late = leaf_of(packaged, "pause", "chips-hit", "breaks", "duties-stay")
    assert "us-232-semiconductors" in in_force_on(packaged, late, "2026-05-01")  # an independent fork keeps its change
    void = leaf_of(packaged, "pause", "chips-free", "holds", "duties-void")  # the threat is gone before the court withdraws it
    assert not {"us-threat-100", "us-fentanyl-20"} & in_force_on(packaged, void, "2026-07-01")
    assert packaged.states[worst.state_on(date(2025, 10, 18))].added == ()
    assert "us-threat-100" in packaged.states[worst.final].added


def test_changes_that_do_not_fit_are_told_with_their_path() -> None:
    def change(data: dict[str, Any]) -> None:
        talks = data["prospects"]["forks"][0]["branches"][0]
        talks["changes"] = [{"withdraw": "ten"}]
        data["prospects"]["forks"][2]["after"] = ["calm"]
        del data["prospects"]["forks"][2]["branches"][0]["scenario"]
        data["prospects"]["forks"][2]["branches"][0]["changes"] = [{"measure": "ten", "set": {"rate_pct": 5}}]

    with pytest.raises(BadDossier, match=r"They agree → It stands → Peace is made.*ten"):
        grow(small_future(change))


# -- odds --------------------------------------------------------------------------------------------------------------
def test_given_odds_replace_priors_and_certain_branches_end_others() -> None:
    case = small_future()
    tree = grow(case, {"talks": {"calm": (1, 1, 1), "clash": (0, 0, 0)}})
    assert {leaf.path[0] for leaf in tree.leaves} == {"calm"}
    assert tree.probabilities.sum() == pytest.approx(1)
    assert draw_odds(tree, 5)[:, :2] == pytest.approx(np.array([[1.0, 0.0]] * 5))
    assert tree.odds["court"]["falls"] == (0.25, 0.25, 0.25)


@pytest.mark.parametrize(
    ("odds", "error", "words"),
    [
        ({"talk": {}}, UnknownName, "did you mean talks"),
        ({"talks": {"calm": (0, 0.5, 1), "clsh": (0, 0.5, 1)}}, UnknownName, "did you mean clash"),
        ({"talks": {"calm": (0, 1, 1)}}, InputError, "leave out branch 'clash'"),
        ({"talks": {"calm": (0, 0.5, 1), "clash": (0, 0.4, 1)}}, InputError, "sum to 0.9"),
        ({"talks": {"calm": (0.6, 0.5, 1), "clash": (0, 0.5, 1)}}, InputError, "low, mean, high"),
        ({"talks": {"calm": (0, 1.5, 2), "clash": (-1, -0.5, 0)}}, InputError, "between 0 and 1"),
    ],
)  # fmt: skip
def test_bad_odds_are_refused(odds: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        grow(small_future(), odds)


def test_a_dossier_without_prospects_is_refused() -> None:
    with pytest.raises(InputError, match="has no 'prospects': add forks with branches"):
        grow(small_future(lambda d: [d.pop("prospects"), d.pop("key_questions")]))  # type: ignore[arg-type, return-value]


def test_drivers_put_each_branch_at_its_ends() -> None:
    tree = grow(small_future())
    war = np.array([float(leaf.scenario == "war") for leaf in tree.leaves])
    found = {d.branch: d for d in drivers(tree, war)}
    assert (found["clash"].low, found["clash"].high) == pytest.approx((0.1, 0.25))
    assert found["calm"].swing == pytest.approx(0.1 - 0.25)
    assert found["stands"].swing == 0
    assert drivers(tree, war)[0].branch == "calm"  # as far as "clash", which a last digit may put before it
    noisy = drivers(tree, war * (1 + 1e-14 * np.arange(len(war))))
    assert [d.branch for d in noisy] == [d.branch for d in drivers(tree, war)]


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_draws_lie_around_their_centre(seed: int) -> None:
    tree = grow(small_future())
    drawn = draw_odds(tree, 400, seed)[:, list(tree.branches).index("calm")]
    assert abs(np.median(drawn) - 0.6) < 0.05
    assert drawn.std() > 0.02
    assert (draw_odds(tree, 3, seed) == draw_odds(tree, 3, seed)).all()


def test_priors_are_the_dossiers() -> None:
    case = small_future()
    assert case.prospects is not None
    assert priors(case.prospects)["talks"]["calm"] == (0.5, 0.6, 0.8)


def test_showing() -> None:
    tree = grow(small_future())
    assert tree.to_frame()["probability"].sum() == pytest.approx(1)
    assert set(tree.state_frame()["state"]) == set(tree.states)
    assert tree.record()["scenarios"] == tree.scenarios
    assert "6 paths through 3 forks" in tree.explain()
    with pytest.raises(UnknownName, match="did you mean clash"):
        tree.taken("clas")
