"""Risk by date: the chance from today that something has happened by each day, in steps, a line an event, its name at its end.

Lines are dashed, for nothing of it is decided. Two events that may happen on the same days with the same chances are one line.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from detente import words as text
from detente.briefing.charts.figures import COLUMN, figure, made_by
from detente.briefing.charts.forms import alt_text
from detente.briefing.charts.steps import Line, draw
from detente.briefing.charts.theme import by_role
from detente.briefing.document import Figure
from detente.outlook.tree import STATUS_QUO
from detente.words import say

if TYPE_CHECKING:
    from detente.outlook.hazard import Event
    from detente.outlook.outlook import Outlook

WORDS = "briefing/charts/hazard"
MOST = 4


def events_of(look: Outlook, most: int = MOST) -> list[Event]:
    """The events to draw: scenarios entered and measures that start or end, the likeliest first, each step path once."""
    seen: dict[tuple[int, ...], Event] = {}
    for event in look.hazard:
        if event.kind != "changes" and event.id != STATUS_QUO:
            key = tuple(look.percent_by(event, d) for d in look.hazard_days)
            seen.setdefault(key, event)
    ranked = sorted(seen.values(), key=lambda e: (-look.by(e, look.hazard_days[-1]).value, e.days[0], e.id))
    worst = [e for e in ranked if look.roles.get(e.id) == "worst"]
    return [*worst, *(e for e in ranked if e not in worst)][:most]


@by_role
def hazard_figure(look: Outlook, *, most: int = MOST, id: str = "fig-hazard", csv: str = "", note: str = "") -> Figure | None:
    """The figure; None where nothing may happen."""
    events = events_of(look, most)
    if not events:
        return None
    first = events[0]
    steps = [(d, look.percent_by(first, d)) for d in first.days]
    title = say(WORDS, "title", event=look.event_title(first), start=steps[0], end=steps[-1])
    until = max(look.hazard_days[-1], look.tree.start + timedelta(days=1))
    lines = [
        Line(
            "ink" if e is first else "other",
            ((look.tree.start, 0.0), *((d, float(look.percent_by(e, d))) for d in e.days)), True,
            say(WORDS, "line", percent=look.percent_by(e, e.days[-1]), event=look.event_title(e)),
        )
        for e in events
    ]  # fmt: skip
    subtitle = say(WORDS, "subtitle", on=look.on, until=look.tree.until)
    shown = {
        text.clipped(look.event_title(e), 60): say(WORDS, "chance_of", percent=look.percent_by(e, e.days[-1])) for e in events
    }
    return figure(
        id, title, subtitle, note or made_by(csv=csv), alt_text(f"{title}. In the end:", shown), csv,
        lambda w: draw(lines, (), look.tree.start, look.tree.start, until, w), width=COLUMN,
    )  # fmt: skip


__all__ = ["events_of", "hazard_figure"]
