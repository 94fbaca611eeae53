"""The worlds that ship with the package, one of them a toy, and worlds in files.

>>> load_world("toy").regions
('AAA', 'BBB', 'CCC')
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from detente.errors import UnknownName
from detente.world.economy import Economy
from detente.world.employment import shipped
from detente.world.world import World

DEFAULT = "world-2022"


def list_worlds() -> tuple[str, ...]:
    """Names that `load_world` knows."""
    return (DEFAULT, "toy")


@cache
def _default() -> World:
    with as_file(files("detente").joinpath("data", "worlds", f"{DEFAULT}.npz")) as path:
        return World.load(path).with_employment(shipped())


def load_world(name_or_path: str | os.PathLike[str] = DEFAULT) -> World:
    """A shipped world by name ("world-2022", "toy") or a file written by `World.save`.

    Raises `UnknownName` with a suggestion, or `SourceError` when a file is not a world.
    """
    if name_or_path == DEFAULT:
        return _default()
    if name_or_path == "toy":
        return toy_world()
    path = Path(name_or_path)
    if path.suffix or path.exists():
        return World.load(path)
    raise UnknownName(os.fspath(name_or_path), list_worlds(), "world")


def toy_world() -> World:
    """A toy for examples and tests: three regions (AAA, BBB, CCC) × three sectors (FARM, MAKE, SERVE), million USD a year.

    AAA is large, BBB mid-sized and specialised in making things, CCC small and open; tariffs are 2 to 8 %. Invented numbers with
    round shares, balanced exactly.
    """
    home = np.array([[0.90, 0.80, 0.98], [0.85, 0.85, 0.97], [0.70, 0.50, 0.90]])  # [destination, sector]
    partner = np.array([[0.0, 0.75, 0.25], [0.7, 0.0, 0.3], [0.45, 0.55, 0.0]])  # [destination, origin]
    pi = partner.T[:, :, None] * (1 - home)[None]
    pi[np.arange(3), np.arange(3)] = home
    inputs = np.array([[0.15, 0.05, 0.02], [0.20, 0.40, 0.10], [0.15, 0.20, 0.23]])  # [input, user]
    tariffs = np.zeros((3, 3, 3))
    tariffs[:, 0], tariffs[:, 1], tariffs[:, 2] = [0.03, 0.02, 0.0], [0.08, 0.06, 0.0], [0.04, 0.03, 0.0]
    tariffs[np.arange(3), np.arange(3)] = 0.0
    economy = Economy.from_shares(
        regions=("AAA", "BBB", "CCC"),
        sectors=("FARM", "MAKE", "SERVE"),
        expenditure_shares=pi,
        input_shares=np.broadcast_to(inputs, (3, 3, 3)),
        value_added_shares=np.broadcast_to(1 - inputs.sum(0), (3, 3)),
        final_shares=np.array([[0.05, 0.25, 0.70], [0.10, 0.30, 0.60], [0.12, 0.33, 0.55]]),
        value_added=np.array([600_000.0, 300_000.0, 100_000.0]),
        deficits=np.array([12_000.0, -10_000.0, -2_000.0]),
        tariffs=tariffs,
        trade_elasticity=np.array([6.0, 4.0, 5.0]),
        tolerance=1.0,  # the value added above is a wish; what the shares imply is what counts
        quiet=True,
    )
    cost = economy.output[:, None, :]
    return World.from_flows(
        regions=economy.regions,
        sectors=economy.sectors,
        shipments=economy.shipments,
        intermediate_use=economy.input_shares * cost,
        value_added=economy.value_added,
        final_use=economy.final_shares * economy.income[:, None],
        tariff_rates=economy.tariffs,
        trade_elasticity=economy.trade_elasticity,
        year=2022,
        name="toy world",
        sources=("invented for examples and tests",),
    )
