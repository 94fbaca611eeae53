"""How we got here: the average duties step by step, and the rounds of talks."""

from __future__ import annotations

from detente.briefing.document import Section
from detente.briefing.view import CaseView


def sections(case: CaseView) -> list[Section]:
    """The section; none where the dossier gives nothing to say."""
    return []
