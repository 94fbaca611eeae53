"""Jobs by region and sector, thousand persons: tables of them, the shipped one, and the states of the United States.

    employment-2022.csv         persons at work in the default world, region × sector
    employment-us-states.csv    the same for the fifty states; their sum is the United States

Made by `build.employment`; method and fit in docs/jobs.md.

>>> table = shipped()
>>> bool(700_000 < table.loc["CHN"].sum() < 760_000), len(states())
(True, 50)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from detente.errors import InputError, MissingEmployment, SourceError, UnknownRegion, UnknownSector
from detente.types import Array
from detente.words import refusal
from detente.words.names import region_name, sector_name

if TYPE_CHECKING:
    import xarray as xr

    from detente.world.world import World

HOME = "USA"
"""The economy whose states are known."""


@cache
def shipped() -> pd.DataFrame:
    """Thousand persons at work in the default world, region × sector. Not to be written to."""
    return read_table("employment-2022.csv", "region")


@cache
def states() -> pd.DataFrame:
    """Thousand persons at work in the United States, state × sector of the default world. Not to be written to."""
    return read_table("employment-us-states.csv", "state")


def counted(employed: Array | None, name: str) -> Array:
    """Jobs of the world or economy called `name`, if it has them. Raises `MissingEmployment`."""
    if employed is None:
        raise MissingEmployment(refusal("world", "no_employment", world=name))
    return employed


def state_shares(sectors: Sequence[str], region: str = HOME) -> pd.DataFrame:
    """Each state's share of the national jobs of a sector, state × sector; columns sum to one.

    Raises `InputError` for an economy whose states are not known and for a sector that is not the default world's.
    """
    table = states()
    if region != HOME:
        home, asked = (region_name(r, article=True) for r in (HOME, region))
        raise InputError(refusal("world", "states_region", home=home, region=asked))
    missing = [s for s in sectors if s not in table.columns]
    if missing:
        raise InputError(refusal("world", "no_states", missing=", ".join(missing)))
    chosen = table[list(sectors)]
    return chosen / chosen.sum()


def aligned(table: pd.DataFrame | xr.DataArray | str | os.PathLike[str], world: World) -> Array:
    """A labelled table of jobs in the order of a world, [region, sector] in thousand persons.

    Raises `UnknownRegion` and `UnknownSector` for a label the world has not, `InputError` for one it has and the table lacks or a
    cell that is no count, `SourceError` for a file that is no table.
    """
    if isinstance(table, str | os.PathLike):
        table = _file(Path(table))
    frame = table if isinstance(table, pd.DataFrame) else table.transpose("region", "sector").to_pandas()
    assert isinstance(frame, pd.DataFrame)
    for region in frame.index:
        if region not in world.regions:
            raise UnknownRegion(region, {r: region_name(r) for r in world.regions})
    for sector in frame.columns:
        if sector not in world.sectors:
            raise UnknownSector(sector, {s: sector_name(s) for s in world.sectors})
    for what, labels, found in (("region", world.regions, frame.index), ("sector", world.sectors, frame.columns)):
        missing = [x for x in labels if x not in found]
        if missing:
            raise InputError(refusal("world", "employment_lacks", what=what, labels=", ".join(missing)))
        twice = sorted(set(found[found.duplicated()]))
        if twice:
            raise InputError(refusal("world", "labels_twice", what=what, labels=", ".join(twice)))
    frame = frame.loc[list(world.regions), list(world.sectors)]
    values = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        n, j = (int(k) for k in np.argwhere(bad)[0])
        cell = {"region": world.regions[n], "sector": world.sectors[j], "value": frame.iloc[n, j]}
        raise InputError(refusal("world", "employment_cell", **cell))
    return values


def _file(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, index_col=0, comment="#", keep_default_na=False)
    except FileNotFoundError:
        raise SourceError(refusal("world", "no_employment_file", path=path)) from None
    except (OSError, ValueError) as error:
        raise SourceError(refusal("world", "not_employment", path=path, fault=error)) from None


def read_table(name: str, index: str) -> pd.DataFrame:
    """A shipped table of jobs, by the name of its file in `data/worlds`."""
    with files("detente").joinpath("data", "worlds", name).open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col=index, comment="#")
