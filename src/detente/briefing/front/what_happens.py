"""Page 1: what will happen, how sure, and what each way on is worth."""

from __future__ import annotations

from detente.briefing.document import Section
from detente.briefing.view import CaseView


def page(case: CaseView, reader: str) -> Section:
    """The page for the economy `reader`; the section's title is the page's."""
    return Section("happens", case.dossier.title, ())
