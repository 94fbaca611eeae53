"""Shared settings: property tests run without a deadline and the same examples every time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile(
    "detente", deadline=None, derandomize=True, max_examples=25, suppress_health_check=[HealthCheck.too_slow], print_blob=False
)
settings.load_profile("detente")


@pytest.fixture(autouse=True)
def in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything a command has to say; what it says without `--full` is for `cli/test_reply`."""
    monkeypatch.setenv("DETENTE_FULL", "1")
