"""Places below the nation: which economies have them, their jobs by sector, their people, and where they stand on a tile map.

What there is, is data (`places.yaml`). The jobs of a place are the nation's in the place's share of each sector; a place the
counts leave out (the District of Columbia) has people and no jobs of its own: its jobs are spread over the others.

>>> states = places("USA")
>>> len(states.people), len(states.jobs), states.people.loc["Ohio", "code"], places("CHN") is None
(51, 50, 'OH', True)
>>> round(float(states.population_shares.sum()), 12), len(states.job_shares(("AGR", "ELE")))
(1.0, 50)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from detente.world.employment import read_table


@dataclass(frozen=True, eq=False)
class Places:
    """Places of one economy. `one` and `many` are what they are called; `people` a row a place: code, column, row (of the tile
    map), population (persons); `jobs` thousand persons, place × sector of the default world; `source` of the population: day,
    title, link."""

    region: str
    one: str
    many: str
    people: pd.DataFrame
    jobs: pd.DataFrame
    source: Mapping[str, Any]

    @property
    def population_shares(self) -> pd.Series:
        """Each place's share of the people; sums to one."""
        return self.people["population"] / self.people["population"].sum()

    def job_shares(self, sectors: Sequence[str]) -> pd.DataFrame | None:
        """Each place's share of the national jobs of a sector, place × sector, columns sum to one; None where a sector is not one
        of those counted."""
        if not set(sectors) <= set(self.jobs.columns):
            return None
        chosen = self.jobs[list(sectors)]
        return chosen / chosen.sum()


@cache
def places(region: str) -> Places | None:
    """The places of an economy; None where none are known."""
    entry = _entries().get(region)
    if entry is None:
        return None
    people = pd.DataFrame(
        {
            name: {"code": p["code"], "column": p["tile"][0], "row": p["tile"][1], "population": p["population"]}
            for name, p in entry["places"].items()
        }
    ).T
    people = people.astype({"column": int, "row": int, "population": float}).rename_axis("place")
    jobs = read_table(entry["jobs"], entry["one"]).rename_axis("place")
    return Places(region, entry["one"], entry["many"], people, jobs, entry["population"])


@cache
def _entries() -> Mapping[str, Any]:
    return yaml.safe_load(files("detente").joinpath("data", "worlds", "places.yaml").read_text(encoding="utf-8"))
