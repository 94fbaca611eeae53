"""Every public name exists, is listed and is typed as it is imported."""

from __future__ import annotations

import detente


def test_every_public_name_loads() -> None:
    for name in detente.__all__:
        assert getattr(detente, name) is not None
    assert set(detente.__all__) <= set(dir(detente))
