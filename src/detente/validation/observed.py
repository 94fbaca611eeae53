"""What was observed: facts with their sources (`facts.yaml`) and two small tables derived from public statistics.

>>> fact("lists-at-25-in-2022").figures["china-at-25"]
-25.0
>>> table("us-imports").loc["CHN"].round().tolist()
[440320.0, 308652.0]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files

import pandas as pd
import yaml

from detente.errors import UnknownName

TABLES = ("us-imports", "goods-exports")


@dataclass(frozen=True)
class Fact:
    """Published figures on one thing: what, in which unit, figures by name, who says so, and how much of it was read."""

    id: str
    what: str
    unit: str
    figures: Mapping[str, float]
    title: str
    link: str
    read: str
    total: float | None = None
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)


@cache
def facts() -> dict[str, Fact]:
    """Every fact by id."""
    entries = yaml.safe_load(files(__package__).joinpath("facts.yaml").read_text(encoding="utf-8"))
    found = {}
    for key, entry in entries.items():
        source = entry.pop("source")
        found[key] = Fact(id=key, **entry, **source)
    return found


def fact(name: str) -> Fact:
    """The fact called `name`. Raises `UnknownName`."""
    if name not in facts():
        raise UnknownName(name, {k: f.what for k, f in facts().items()}, "fact")
    return facts()[name]


def table(name: str) -> pd.DataFrame:
    """A shipped table by region: "us-imports" (million USD, 2024, 2025) or "goods-exports" (billion USD, 2017, 2019).

    Raises `UnknownName`.
    """
    if name not in TABLES:
        raise UnknownName(name, list(TABLES), "table")
    with as_file(files(__package__).joinpath(f"{name}.csv")) as path:
        return pd.read_csv(path, comment="#").set_index("region").astype(float)


@cache
def china_sectors_2017() -> pd.Series[float]:
    """US imports from China by sector in 2017, million USD: the total by the composition in `list-contents.yaml` (A63)."""
    entry = yaml.safe_load(files("detente").joinpath("data", "ledgers", "list-contents.yaml").read_text(encoding="utf-8"))
    profile = pd.Series(entry["profile_pct"], dtype=float)
    total = 1e3 * float(entry["imports_bn"]["l1"])
    return profile * (total / float(profile.sum()))


@cache
def china_ordinary_2018() -> pd.Series[float]:
    """China's ordinary rate on imports from the United States in January 2018 by sector, percent, weighted by imports."""
    with as_file(files("detente").joinpath("data", "ledgers", "us-china-mfn.csv")) as path:
        frame = pd.read_csv(path, comment="#")
    return frame[frame["from"] == "2018-01-01"].set_index("sector")["imports_pct"].astype(float)
