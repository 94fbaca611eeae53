"""The parties, the host and its group, the world, and the economies the dossier names, one section each."""

from __future__ import annotations

from detente.briefing.document import Section
from detente.briefing.view import CaseView


def sections(case: CaseView) -> list[Section]:
    """The section; none where the dossier gives nothing to say."""
    return []
