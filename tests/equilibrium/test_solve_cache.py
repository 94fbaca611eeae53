"""Compiled code kept between runs: what cannot be unpacked is dropped, what can is left."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from detente.equilibrium.solve import _drop_damaged

WHOLE = zlib.compress(bytes(range(256)) * 40)


@pytest.mark.parametrize("damage", [b"", WHOLE[:-5], WHOLE[:20], WHOLE[:-1] + b"?", b"text"])
def test_damaged_code_is_dropped(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "jit_a-cache").write_bytes(damage)
    (tmp_path / "jit_b-cache").write_bytes(WHOLE)
    (tmp_path / "jit_c-cache").write_bytes(b"\x28\xb5\x2f\xfdof another packer")
    (tmp_path / "jit_d-cache").mkdir()
    _drop_damaged(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"jit_b-cache", "jit_c-cache", "jit_d-cache"}
