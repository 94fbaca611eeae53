"""What to tell people: figures, tables, text, one HTML page, Markdown, data files.

Loaded on first use, so that the drawing engine's process starts without the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.briefing.kept import Briefing, brief

__all__ = ["Briefing", "brief"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from detente.briefing import kept

        return getattr(kept, name)
    raise AttributeError(f"module 'detente.briefing' has no attribute {name!r}")
