"""What drives a scenario: every measure it moves has a part, however it is moved, and the parts add up to the whole."""

from __future__ import annotations

from typing import Any

import pytest

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.cases.levered import parts
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.levers import changes_for
from detente.world.library import load_world

WORLD = load_world()
KUALA = load_dossier("kuala-lumpur-2025")


def moved_by(changes: list[dict[str, Any]]) -> tuple[dict[str, dict[str, float]], dict[str, float], float]:
    """Parts, what is left and the whole of a scenario that makes `changes` to what is in force, for both parties."""
    dossier: Dossier = KUALA
    dumped = dossier.model_dump(mode="json", by_alias=True)
    own = next(s for s in dumped["scenarios"] if s["id"] == "middle")
    own |= {"changes": changes, "policy_date": str(dossier.as_of), "id": "tried", "role": None}
    made = dossier.model_copy(update={"scenarios": (*dossier.scenarios, type(dossier.scenarios[0]).model_validate(own))})
    case = Case.of(made, WORLD, "medium", with_ranges=False)

    def read(o: Any) -> dict[str, float]:
        return {p: float(o.real_income[p]) for p in case.parties}

    found = parts(case, "tried", (), case.day("tried"), case.outcome("tried", against=IN_FORCE), read)
    return found.parts, found.left, sum(abs(v) for v in found.whole.values())


def of(kind: str, on: str) -> str:
    """A measure of a kind that is in force against one country alone."""
    status = KUALA.status()
    return next(
        m.id for m in KUALA.measures
        if m.instrument.value == kind and status[m.id].value == "in_force" and m.modelled and not m.in_baseline
        and (m.on == "all" or on in m.on) and isinstance(m.coverage, float)
    )  # fmt: skip


def test_a_change_of_reach_is_a_part() -> None:
    name = of("tariff", "CHN")
    found, left, whole = moved_by([{"measure": name, "set": {"coverage": 0.1}}])
    assert list(found) == [name]
    assert whole > 0
    assert left == dict.fromkeys(left, 0.0)


def test_two_measures_share_what_they_do_together() -> None:
    name = of("tariff", "CHN")
    add = {
        "id": "extra", "title": "Sixty points", "by": "CHN", "on": ["USA"], "instrument": "tariff", "rate_pct": 60,
        "effective": str(KUALA.as_of), "sources": [KUALA.sources[0].id],
    }  # fmt: skip
    found, left, whole = moved_by([{"measure": name, "set": {"coverage": 0.1}}, {"add": add}])
    assert list(found) == [name, "extra"]
    assert all(abs(v) < 1e-9 for v in left.values()), "of two nothing is left over"
    assert whole > 0


def test_a_lever_goes_as_far_as_a_scenario_does() -> None:
    tight = next(m for m in KUALA.measures if m.instrument.value == "export_control" and m.modelled and m.by == "CHN")
    with pytest.raises(Exception, match="from 0 to 100"):
        changes_for(KUALA, None, {tight.id: 140.0})
