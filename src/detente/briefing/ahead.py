"""The longest search of a briefing in a process beside it: what it solves is kept on disk, and the briefing finds it there.

Python computes in one thread at a time, so on two cores a second process nearly halves the wait of a first run. It is started
when the first equilibrium is about to be worked out (where all are found on disk it is not needed), so that it has read its code
by the time the solver is compiled, and told then to go on: two that compile at once would compile the same thing. It is given the
dossier and the world on its standard input and answers nothing. Where no process can be started, or it dies, the briefing
searches for itself, with the same result.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from threading import Event, Thread

from detente.briefing.view import CaseView
from detente.policy.dossier import Dossier
from detente.world.world import World

AHEAD = "ahead"
SEARCH = "detente.briefing.search"
"""What the process runs."""
GO = b"go\n"
"""The line that lets it solve."""


class Ahead:
    """The process beside a briefing, once it is begun, if one can be had. What is not let go on ends by itself."""

    def __init__(self, dossier: Dossier, world: World, horizon: str | None) -> None:
        self._question = (dossier, world, horizon)
        self._decided, self._wanted = Event(), False
        self._told: Thread | None = None

    def begin(self) -> None:
        """Start it; it reads its code and waits for a word. Once that word cannot come any more, nothing is started."""
        if not sys.executable or self._decided.is_set():
            return
        try:
            quiet = subprocess.DEVNULL
            process = subprocess.Popen([sys.executable, "-m", SEARCH], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError:
            return
        self._told = Thread(target=self._tell, args=(process, pickle.dumps(self._question)), daemon=True)
        self._told.start()

    def go(self) -> None:
        """Let it solve: what it needs is compiled."""
        if not self._decided.is_set():
            self._wanted = True
            self._decided.set()

    def end(self) -> None:
        """Let it end, unless it was let go on."""
        self._decided.set()

    def wait(self) -> None:
        """Until it is done, however it ends."""
        if self._wanted and self._told is not None:
            self._told.join()

    def _tell(self, process: subprocess.Popen[bytes], body: bytes) -> None:
        assert process.stdin is not None
        try:
            with process.stdin as pipe:
                pipe.write(body)
                pipe.flush()
                self._decided.wait()
                if self._wanted:
                    pipe.write(GO)
        except OSError:  # it has died: then nobody listens, and nothing is lost
            pass
        process.wait()  # held until it ends, whether or not anybody waits for it


def wait_for(case: CaseView) -> None:
    """Until the process beside this one is done, if there is one."""
    found: Ahead | None = case.once(AHEAD, lambda: None)
    if found is not None:
        found.wait()
