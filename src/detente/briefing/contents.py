"""All sections of a briefing: in which order they are read, and in which lanes they are written.

Work beside other work: a few threads that share what has been solved (`equilibrium.memory`).

A solve lets go of the interpreter, so that one lane can be put into words while another waits for its numbers. The interpreter
hands over every 5 ms as a rule, a third of a solve: a lane whose numbers have come would stand idle that long each time. While
lanes run it hands over ten times as often.

>>> beside(lambda x: x * x, [1, 2, 3], lanes=2)
[1, 4, 9]
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock
from types import ModuleType
from typing import TypeVar

from detente.briefing.document import Section
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


T = TypeVar("T")
R = TypeVar("R")
HAND_OVER = 0.0005
"""Seconds after which a waiting thread may ask for the interpreter while lanes run."""


def beside(work: Callable[[T], R], items: Sequence[T], lanes: int) -> list[R]:
    """`work` of every item, `lanes` at a time, each in a copy of this context; results in the order of the items.

    The first failure in that order is raised when all are done.
    """
    with _nimble(), ThreadPoolExecutor(lanes, thread_name_prefix="briefing") as pool:
        waiting = [pool.submit(copy_context().run, work, item) for item in items]
        return [w.result() for w in waiting]


_GUARD = Lock()
_RUNNING: list[float] = []  # the interval found by each that is running, the first one's first


@contextmanager
def _nimble() -> Iterator[None]:
    """A setting of the whole process: the last to leave puts back what the first one found."""
    with _GUARD:
        _RUNNING.append(_RUNNING[0] if _RUNNING else sys.getswitchinterval())
        sys.setswitchinterval(min(_RUNNING[0], HAND_OVER))
    try:
        yield
    finally:
        with _GUARD:
            found = _RUNNING.pop()
            if not _RUNNING:
                sys.setswitchinterval(found)
