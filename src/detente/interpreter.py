"""What we ask of the interpreter: a fault of some Pythons kept away from our threads, and garbage looked for less often.

Up to 3.11.7, and in 3.12.0 and 3.12.1, two threads that build syntax trees in the same moment spoil each other's count of depth,
and one of them fails with `SystemError: AST constructor recursion depth mismatch` (gh-106905 of CPython). Jinja, NumPy and
inspect parse what they read, so a briefing, whose parts are written beside each other, could end so. There trees are built one at
a time; on other Pythons nothing is changed.
"""

from __future__ import annotations

import ast
import gc
import sys
import threading
from functools import wraps
from typing import Any

SPOILS = sys.version_info < (3, 11, 8) or (3, 12) <= sys.version_info < (3, 12, 2)
"""Whether this Python has the fault."""


def parse_in_turn() -> None:
    """Let `ast.parse`, and so `ast.literal_eval`, run in one thread at a time where this Python has the fault."""
    if not SPOILS:
        return
    parse, turn = ast.parse, threading.RLock()

    @wraps(parse)
    def in_turn(*args: Any, **kwargs: Any) -> Any:
        with turn:
            return parse(*args, **kwargs)

    ast.parse = in_turn


def collect_rarely() -> None:
    """Look for cycles of objects every 20,000 new ones, not every 700: most of what a process of ours makes lives to its end or
    dies at once, and to look through it cost a twentieth of a briefing and of an answer on the page."""
    gc.set_threshold(20_000)
