"""Chances of the drivers of a year are those of the tree, and the risk of new duties weighs before anything happens."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

from detente.cases.case import Case
from detente.errors import InputError
from detente.outlook import outlook
from detente.outlook.tree import grow
from detente.outlook.uncertainty import uncertainty
from detente.outlook.year import RISK, chance_of, our_year, prospect_of, threats_of, tree_of

KL = Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["optimistic", "middle", "pessimistic"], with_ranges=False)


def test_chances_are_sums_over_the_paths_of_the_tree() -> None:
    year = our_year(KL, odds={}, with_risk=False)
    tree = grow(KL.dossier, {})
    for driver in year.drivers:
        paths = [leaf.probability for leaf in tree.leaves if set(leaf.path) & set(driver.branches)]
        if driver.kind == "branch":
            assert driver.chance is not None
            assert driver.chance.value == pytest.approx(sum(paths))
            assert driver.chance.low <= driver.chance.value <= driver.chance.high
            assert driver.expected == pytest.approx(driver.chance.value * driver.price.value)
        else:
            assert driver.chance is None  # its own choice, or nobody's odds
    assert year.region == "MYS"
    assert [abs(d.expected or 0) for d in year.by_expected] == sorted(
        (abs(d.expected or 0) for d in year.by_expected), reverse=True
    )


def test_a_bundle_of_branches_is_counted_once_a_path() -> None:
    tree, drawn = tree_of(KL, odds={})
    both = chance_of(tree, drawn, ["pause", "settled"])
    assert both.value < chance_of(tree, drawn, ["pause"]).value + chance_of(tree, drawn, ["settled"]).value + 1e-12
    assert chance_of(tree, drawn, list(tree.branches)).value == pytest.approx(1.0)
    assert float(np.ptp(chance_of(tree, drawn, list(tree.branches)))) == pytest.approx(0.0, abs=1e-9)


def test_the_risk_is_that_of_the_uncertainty_for_what_is_in_force() -> None:
    threats = uncertainty(KL, [None], odds={})
    year = our_year(KL, "VNM", odds={}, threats=threats)
    assert year.driver(RISK).price.value == pytest.approx(threats.of(None).effect("VNM").value)
    assert year.driver(RISK).chance is None
    json.dumps(year.record())


def test_a_prospect_sets_duties_and_risk_beside_each_other() -> None:
    tree, _ = tree_of(KL, odds={})
    threats = threats_of(KL, tree)
    found = prospect_of(KL, "MYS", threats)
    assert set(found.duties) == set(KL.ids)
    assert found.duties["pessimistic"].value == pytest.approx(KL.real_income("pessimistic", "MYS", against="in-force"), abs=1e-9)
    assert found.risk["middle"].value == pytest.approx(threats.of("middle").effect("MYS").value)
    assert np.isnan(prospect_of(KL, "MYS").risk["middle"].value)
    json.dumps(found.record())


def test_odds_are_pooled_once_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pooling works out a stand-off: seconds, each time a tree, a year or the cost of threats asked for it."""
    asked, pooled = [], outlook.pooled_odds
    monkeypatch.setattr(outlook, "pooled_odds", lambda *given, **named: asked.append(given) or pooled(*given, **named))
    case = Case.of(toy_dossier(), toy_world(), "medium", with_ranges=False)
    (tree, _), again = tree_of(case), tree_of(case)
    year, threats = our_year(case, "MYS"), uncertainty(case, [None])
    assert len(asked) == 1
    assert again[0].odds == tree.odds
    assert year.driver(RISK).price.value == pytest.approx(threats.of(None).effect("MYS").value)


def test_without_a_host_a_region_must_be_named() -> None:
    dossier = toy_dossier()
    alone = dossier.model_copy(update={"venue": dossier.venue.model_copy(update={"region": "USA"})})
    with pytest.raises(InputError, match="name an economy"):
        our_year(Case.of(alone, toy_world(), "medium", with_ranges=False), odds={})
