"""A small dossier with one duty in force, for tests that change a line of it."""

from __future__ import annotations

from pathlib import Path

_TEXT = Path(__file__).parent / "policy/small-dossier.yaml"


def small_dossier(dossier_id: str, title: str) -> str:
    """Its text under this id and title (as it stands within double quotes)."""
    return _TEXT.read_text(encoding="utf-8").replace("{{id}}", dossier_id).replace("{{title}}", title)
