"""Servers to ask: one of default settings, and what a test needs to make its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import small_future
from asker import Asker, asking, wait
from detente.cases.runs import dossier_content
from detente.web.settings import Settings


@pytest.fixture(scope="session")
def client(tmp_path_factory) -> Iterator[Asker]:
    """A server of default settings, but for the rate of requests."""
    settings = Settings(data=tmp_path_factory.mktemp("data"), in_process=True, solvers=2, rate=1e6, burst=1_000_000)
    with asking(settings) as found:
        yield found


@pytest.fixture(scope="session")
def toy_state() -> dict[str, Any]:
    """A state on the toy world, with a dossier of its own."""
    return {"content": dossier_content(small_future.small_future()), "world": "toy"}


@pytest.fixture(scope="session")
def wait_for() -> Any:
    """A job once nothing more happens to it."""

    return wait


@pytest.fixture(scope="session")
def server_of() -> Any:
    """`asking`, for tests that need settings of their own."""
    return asking
