"""What to tell people: one self-contained HTML page, Markdown, the data behind every figure, and a run record."""

from detente.briefing.report import Briefing, brief

__all__ = ["Briefing", "brief"]
