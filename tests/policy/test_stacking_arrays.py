"""The arrays of a stack: pieces are spread out when read, an instrument touches one importer, nothing is lost on the way."""

import numpy as np
import pytest

from detente.errors import OverlappingMeasures, ShockError
from detente.policy.dossier import load_dossier
from detente.policy.instruments import Policy, Schedule
from detente.policy.measures import Measure
from detente.policy.stacking import Added, TopUps, stack_on, to_policy
from detente.world import toy_world

DOSSIER = load_dossier("kuala-lumpur-2025")
REGIONS, SECTORS = ("USA", "CHN", "MYS", "JPN"), ("ELE", "RER", "BUS")


@pytest.mark.parametrize("scenario", [None, "pessimistic", "optimistic"])
def test_pieces_add_up_to_the_duties_and_each_is_of_one_importer(scenario):
    stack = DOSSIER.stack(scenario, REGIONS, SECTORS)
    assert set(stack.pieces) == set(stack.importers)
    assert len(stack.pieces) > 5
    np.testing.assert_array_equal(sum(stack.pieces.values(), start=np.zeros((4, 4, 3))), stack.tariffs)
    for k, piece in stack.pieces.items():
        elsewhere = np.delete(piece, stack.importers[k], axis=1)
        assert piece.shape == (4, 4, 3)
        assert not elsewhere.any()
    first = next(iter(stack.pieces))
    stack.pieces[first][:] = 9.0  # a reader's copy
    assert not (stack.pieces[first] == 9.0).any()


def test_added_points_are_those_of_a_schedule():
    world = toy_world()
    n, s = len(world.regions), len(world.sectors)
    rates = np.linspace(0, 0.3, n * s).reshape(n, s)
    whole = np.zeros((n, n, s))
    whole[:, 1] = rates
    one, other = (Policy([i]).shock(world).tariffs for i in (Added(1, rates, "a duty"), Schedule(added_tariffs=whole)))
    np.testing.assert_array_equal(one, other)
    with pytest.raises(ShockError, match="impossible"):
        Policy([Added(1, rates - 2, "a duty")]).shock(world)


def duty(id, **more):
    return Measure(
        id=id, title=id, by="USA", on=["CHN", "MYS"], instrument="tariff", rate_pct=10, effective=DOSSIER.as_of, sources=["s"],
        exclusive_group="one", **more,
    )  # fmt: skip


def test_overlap_names_the_first_flow_both_claim_and_disjoint_claims_pass():
    pair = [duty("first", sectors=["RER"]), duty("second", coverage_by_partner={"CHN": 0.0})]
    with pytest.raises(OverlappingMeasures, match=r"'first' and 'second' .* USA on MYS, RER"):
        stack_on(pair, DOSSIER.as_of, REGIONS, SECTORS)
    apart = [duty("first", sectors=["RER"]), duty("second", sectors=["ELE"])]
    policy = to_policy(stack_on(apart, DOSSIER.as_of, REGIONS, SECTORS))
    assert policy.describe() == ["first", "second"]


def test_a_total_lifts_what_lies_below_and_lowers_nothing():
    """Two totals of one importer count from the duties found, each on its share."""
    world = toy_world()
    n, s = len(world.regions), len(world.sectors)
    found = Policy().shock(world).tariffs
    found_in = world.tariff_rates[:, 1]
    total = np.full((n, s), float(np.median(found_in[found_in > 0])))
    total[0, 0] = 0.9
    assert (found_in > total).any()
    halves = TopUps((("a", 1, total, np.full((n, s), 0.5)), ("b", 1, 2 * total, np.full((n, s), 0.25))))
    after = Policy([halves]).shock(world).tariffs
    for i in range(n):
        for j in range(s):
            lifted = sum(share * max(0.0, t - found_in[i, j]) for t, share in ((total[i, j], 0.5), (2 * total[i, j], 0.25)))
            assert after[i, 1, j] == pytest.approx(found_in[i, j] + lifted)
    np.testing.assert_array_equal(np.delete(after, 1, axis=1), np.delete(found, 1, axis=1))
