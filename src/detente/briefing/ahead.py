"""The longest search of a briefing in a process beside it: what it solves is kept on disk, and the briefing finds it there.

Python computes in one thread at a time, so on two cores a second process nearly halves the wait of a first run. It is given the
dossier and the world on its standard input and answers nothing. Where no process can be started, or it dies, the briefing
searches for itself, with the same result.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from threading import Thread

from detente.briefing.view import CaseView
from detente.policy.dossier import Dossier
from detente.world.world import World

AHEAD = "ahead"
SEARCH = "detente.briefing.search"
"""What the process runs."""


def work_ahead(case: CaseView, horizon: str | None) -> None:
    """Start on the proposal of a case, once; `wait_for` it before it is asked for."""
    case.once(AHEAD, lambda: Ahead.start(case.dossier, case.world, horizon))


def wait_for(case: CaseView) -> None:
    """Until the process beside this one is done, if there is one."""
    found: Ahead | None = case.once(AHEAD, lambda: None)
    if found is not None:
        found.join()


@dataclass(frozen=True, eq=False)
class Ahead:
    """A process at work."""

    process: subprocess.Popen[bytes]
    told: Thread

    @classmethod
    def start(cls, dossier: Dossier, world: World, horizon: str | None) -> Ahead | None:
        """Start it; None where no process can be had."""
        if not sys.executable:
            return None
        try:
            quiet = subprocess.DEVNULL
            process = subprocess.Popen([sys.executable, "-m", SEARCH], stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        except OSError:
            return None
        told = Thread(target=_tell, args=(process, pickle.dumps((dossier, world, horizon))), daemon=True)
        told.start()
        return cls(process, told)

    def join(self) -> None:
        """Wait until it is done, however it ended."""
        self.told.join()


def _tell(process: subprocess.Popen[bytes], body: bytes) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            pipe.write(body)
    except OSError:  # it has died: then nobody listens, and nothing is lost
        pass
    process.wait()  # held until it ends, whether or not anybody waits for it
