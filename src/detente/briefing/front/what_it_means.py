"""Page 2, an edition for one economy: what decides its year, what to ask for, what to watch."""

from __future__ import annotations

from detente.briefing.document import Section
from detente.briefing.view import CaseView


def page(case: CaseView, reader: str) -> Section:
    """The page for the economy `reader`; the section's title is the page's."""
    return Section("means", case.dossier.title, ())
