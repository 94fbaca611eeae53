"""The hazard by date, worked through by hand on the small tree and the packaged one."""

from __future__ import annotations

import pytest

import detente as dt
from detente.outlook.hazard import Event, events
from detente.outlook.tree import Tree, grow
from small_future import day, small_future


def named(tree: Tree) -> dict[tuple[str, str], Event]:
    return {(e.id, e.kind): e for e in events(tree)}


def by_day(tree: Tree, event: Event) -> dict[str, float]:
    return {d.isoformat(): event.by(tree, d) for d in event.days}


def test_small_tree_by_hand() -> None:
    tree = grow(small_future())
    found = named(tree)
    assert not any(kind == "scenario" for _, kind in found)  # war may yet be peace, and calm counts as peace without entering it
    threat = found["threat", "starts"]
    assert threat.measures == ("threat", "back")  # on the same day of every path
    assert by_day(tree, threat) == pytest.approx({"2026-03-01": 0.4})
    # its pause ends on 1 May on every path
    assert by_day(tree, found["pause", "starts"]) == pytest.approx({"2026-05-01": 1.0})
    # the court strikes it down where it still stands, peace takes it away in September
    assert by_day(tree, found["ten", "ends"]) == pytest.approx({"2026-07-02": 0.25, "2026-09-01": 0.25 + 0.75 * 0.4 * 0.5})


def test_it_never_falls_and_ends_with_the_chance_that_it_happens_at_all() -> None:
    tree = grow(dt.load_dossier("kuala-lumpur-2025"))
    for event in events(tree):
        path = [event.by(tree, d) for d in event.days]
        assert path == sorted(path)
        assert path[0] > 0
        happens = sum(p for p, d in zip(tree.probabilities, event.first, strict=True) if d is not None)
        assert path[-1] == pytest.approx(happens)
        assert event.by(tree, day("2025-10-18")) == 0


def test_the_hundred_points_come_in_steps() -> None:
    tree = grow(dt.load_dossier("kuala-lumpur-2025"))
    found = named(tree)
    hundred = by_day(tree, found["us-threat-100", "starts"])
    assert list(hundred) == ["2025-11-01", "2026-02-08", "2026-04-30"]
    assert hundred == by_day(tree, found["pessimistic", "scenario"])
    assert hundred["2025-11-01"] == pytest.approx(0.12 * 0.5)
    assert hundred["2026-04-30"] == pytest.approx(tree.scenarios["pessimistic"])
    assert {e for e, kind in found if kind == "scenario"} == {"pessimistic", "lapse"}  # the others may still be left
    assert by_day(tree, found["lapse", "scenario"]) == pytest.approx({"2025-11-10": tree.scenarios["lapse"]})
