"""Every other shipped dossier goes through every command and becomes a briefing, and nothing of it moves: see `keep`."""

from __future__ import annotations

from pathlib import Path

import asked
import keep
import pytest
import schemas

from detente.policy.dossier import list_dossiers
from printed import wrong
from shaped import faults

REFUSED = {("us-canada-mexico-2026", "deal"), ("us-canada-mexico-2026", "truce")}
"""What is of two parties."""


@pytest.mark.parametrize("dossier", sorted(set(list_dossiers()) - {asked.DOSSIER}))
def test_a_dossier_goes_through_the_whole_chain(dossier: str, tmp_path: Path) -> None:
    wanted = (f"chain/{dossier}/",)
    answers: dict[str, str] = {}
    links = asked.outputs(tmp_path, wanted, answers)
    assert set(links) == {f"chain/{dossier}/{name}" for name in (*(f"{link}.txt" for link in asked.CHAIN), "briefing.md")}
    refused = {(dossier, Path(name).stem) for name, text in links.items() if "exit code" in text or not text.strip()}
    assert refused <= REFUSED
    found = keep.moved(links, wanted)
    assert not found, keep.told(found)
    assert wrong(tmp_path / dossier) == []
    assert len(answers) > len(asked.SHAPES) / 2
    told = [answer for same in schemas.by_shape(answers).values() for answer in same]
    assert [fault for answer in told for fault in faults(answer)] == []
