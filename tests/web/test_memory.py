"""What readers bring is kept for a while and never piles up."""

from __future__ import annotations

import copy
import gc
import weakref

from detente.cases.case import LAID_OUT
from detente.web import state
from detente.web.state import PageState, places, resolve


def test_dossiers_of_readers_never_pile_up(toy_state):
    cases = []
    for k in range(40):
        content = copy.deepcopy(toy_state["content"])
        content["title"] = f"Title {k}"
        cases.append(weakref.ref(resolve(PageState(content=content, world="toy")).case))
    gc.collect()
    alive = sum(case() is not None for case in cases)
    assert 1 <= alive <= 512 // 64 + 24 // 4
    for kept in (state.resolve.cache, state._given.cache, state._case.cache):
        assert kept.currsize <= kept.maxsize


def test_the_larger_a_dossier_the_fewer_are_kept():
    assert places(None) == 1
    sizes = [places({"text": "x" * n}) for n in (10, 100_000, 1_900_000)]
    assert sizes == sorted(sizes)
    assert state.ROOM // sizes[0] <= 8
    assert state.ROOM // sizes[-1] == 2


def test_a_dossier_that_ships_is_kept_as_long_as_before():
    first = resolve(PageState(dossier="kuala-lumpur-2025"))
    assert resolve(PageState(dossier="kuala-lumpur-2025")) is first
    assert first.places == 1


def test_what_a_lever_was_moved_through_is_let_go(toy_state):
    laid_out, sizes = [], []
    for k in range(3 * LAID_OUT):
        case = resolve(PageState(**toy_state, horizon="month 36", levers={"ten": 11 + k / 8}))
        laid_out.append(weakref.ref(case.case.history(case.scenario, case.changes, case.day)[-1].shock))
        sizes.append((len(case.case._known), len(case.case._turns)))
        case.policy  # noqa: B018 the other way to ask
    gc.collect()
    assert 1 <= sum(shock() is not None for shock in laid_out) <= LAID_OUT
    assert len(set(sizes)) == 1
