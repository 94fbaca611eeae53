"""How the server is set up: where it listens, where it keeps its data, what it refuses.

>>> Settings().loopback, Settings(host="0.0.0.0", token="a-long-random-word").loopback
(True, False)
>>> Settings(host="0.0.0.0")
Traceback (most recent call last):
detente.errors.InputError: InputError: 0.0.0.0 can be reached from other machines: give a --token of 16 characters or more
"""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import InputError

SHORTEST_TOKEN = 16


@dataclass(frozen=True)
class Settings:
    """Settings of one server; sizes in bytes, times in seconds. Raises `InputError` for what cannot be or is not safe.

    `names` are further host names it answers to; with `proxy` it believes what a proxy on this machine says of the client.
    `solvers` answers are worked out at once (0: one a core), `waiting` more may wait; with `in_process` in threads, not in
    processes of their own. `workers` long jobs run at once, each `job_seconds` at most. `rate` requests a second a client,
    `burst` at once.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path | None = None
    token: str | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()
    proxy: bool = False
    solvers: int = 0
    waiting: int = 128
    answer_seconds: float = 30.0
    answers_kept: int = 512
    in_process: bool = False
    workers: int = 1
    job_seconds: float = 1800.0
    jobs_a_client: int = 8
    jobs_in_all: int = 64
    cache_bytes: int = 500_000_000
    body_bytes: int = 2_000_000
    rate: float = 200.0
    burst: int = 600

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InputError(f"a port is a number from 0 to 65535, not {self.port}")
        if self.token is not None and (
            len(self.token) < SHORTEST_TOKEN or not self.token.isascii() or not self.token.isprintable()
        ):
            raise InputError(f"a token has {SHORTEST_TOKEN} or more plain characters; make one with: openssl rand -hex 24")
        if not self.loopback and self.token is None:
            raise InputError(
                f"{self.host} can be reached from other machines: give a --token of {SHORTEST_TOKEN} characters or more"
            )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def folder(self) -> Path:
        """Where jobs and results are kept."""
        return self.data if self.data is not None else default_folder()

    @property
    def at_once(self) -> int:
        """Answers worked out at the same time."""
        return self.solvers or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def default_folder() -> Path:
    """The user's data folder on this platform, or DETENTE_DATA."""
    if told := os.environ.get("DETENTE_DATA"):
        return Path(told)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "detente"
