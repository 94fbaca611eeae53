"""The recipe of docs/own-table.md makes a world of a file in the layout of the inter-country tables."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.errors import SourceError

PAGE = Path(__file__).parents[2] / "docs" / "own-table.md"


def written(path: Path) -> pd.DataFrame:
    """Three economies × three industries with two columns of final demand, one of them inventories that run down."""
    draw = np.random.default_rng(3)
    economies, industries = ["EU27", "CHN", "ROW"], ["AGR", "MVH", "SRV"]
    rows = [f"{r}_{s}" for r in economies for s in industries]
    ends = [f"{r}_{d}" for r in economies for d in ("HFCE", "INVNT")]
    table = pd.DataFrame(draw.uniform(1, 20, (9, 15)), index=rows, columns=[*rows, *ends])
    table[[c for c in ends if c.endswith("HFCE")]] += 60
    table.loc["CHN_AGR", "EU27_INVNT"] = -200.0
    output = table.sum(axis=1)
    table.loc["VA"] = [*(output - table[rows].sum()), *[0.0] * 6]
    table.to_csv(path)
    return table


def test_the_recipe_makes_a_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = written(tmp_path / "table.csv")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [b for b in blocks if "table.csv" in b]
    names: dict[str, dt.World] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    world = names["world"]
    sold = float(table.loc["CHN_MVH", [c for c in table if c.startswith("EU27_")]].sum())
    assert world.shipments[1, 0, 1] == pytest.approx(sold)
    bought = float(table.loc[["EU27_AGR", "CHN_AGR", "ROW_AGR"], "CHN_SRV"].sum())
    assert world.intermediate_use[1, 0, 2] == pytest.approx(bought)
    netted = world.card["inventories netted"]
    assert netted["amount"] == pytest.approx(-float(table.loc["CHN_AGR", [c for c in table if c.startswith("EU27_")]].sum()))
    assert dt.World.load("own.npz").fingerprint == world.fingerprint


def test_a_table_is_no_world_file(tmp_path: Path) -> None:
    written(tmp_path / "table.csv")
    with pytest.raises(SourceError, match=r"table\.csv is no world file .*own-table"):
        dt.load_world(tmp_path / "table.csv")
    from detente.build.sources import read_icio

    with pytest.raises(SourceError, match=r"table\.csv is not the archive"):
        read_icio(tmp_path / "table.csv")
