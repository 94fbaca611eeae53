"""All sections of a briefing: in which order they are read, and in which lanes they are written."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from detente.briefing.document import Section
from detente.briefing.lanes import beside
from detente.briefing.sections import (
    bystanders as neighbours,
    closing,
    economies as implications,
    households,
    outlook,
    scale,
    scenarios as side_by_side,
    situation,
    strategy,
    summary as opening,
    trade,
)
from detente.briefing.view import CaseView

ORDER = (opening, situation, side_by_side, outlook, implications, trade, neighbours, households, scale, strategy, closing)
LANES = (
    (strategy,),
    (scale, neighbours, households, implications, trade),
    (outlook, opening, situation, side_by_side, closing),
)
"""Written beside each other, one lane more than most machines have cores: a lane waits while it solves. What quiets a library's
warnings (a setting of the whole process) stays in one lane."""


def write(case: CaseView) -> list[Section]:
    """All sections in reading order."""

    def written(lane: Sequence[ModuleType]) -> dict[str, list[Section]]:
        return {part.__name__: part.sections(case) for part in lane}

    done = {name: found for lane in beside(written, LANES, len(LANES)) for name, found in lane.items()}
    return [section for part in ORDER for section in done[part.__name__]]
