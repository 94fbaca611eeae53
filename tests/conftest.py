"""Shared settings: property tests run without a deadline and the same examples every time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as at the command line; read when NumPy is loaded

settings.register_profile(
    "detente", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.load_profile("detente")

LONG = ("golden", "web/page", "briefing")
"""Folders whose files take minutes: they go first, so that in the end no worker is left alone with one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: next((k for k, name in enumerate(LONG) if item.path.is_relative_to(here / name)), len(LONG)))


@pytest.fixture(autouse=True)
def in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a command has to say; what it says without `--full` is for `cli/test_reply`."""
    monkeypatch.setenv("DETENTE_FULL", "1")
