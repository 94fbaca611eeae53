"""Average applied tariffs by economy, trade agreements and other cited facts that ship with the package.

`tariff_averages.yaml` holds one cited average a customs territory, the zero-tariff agreements and the sector profile
used to spread an average over products. Every number carries a source (title and link) or the word "assumption".

>>> rates = read_tariff_averages()
>>> rates.average["JPN"] > 0, rates.free("MYS", "VNM"), rates.free("MYS", "USA")
(True, True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

FILE = "tariff_averages.yaml"


@dataclass(frozen=True)
class TariffAverages:
    """average: importer → mean rate over goods imports (fraction); profile: sector → relative height.

    agreements: name → members between whom goods pass free of duty; partial: name → members and the share of the duty
    that remains; on_paying: importers whose average is over imports that pay duty (a most-favoured-nation mean) and not
    over all; assumed: importers without a cited figure.
    """

    average: Mapping[str, float]
    profile: Mapping[str, float]
    agreements: Mapping[str, frozenset[str]]
    partial: Mapping[str, tuple[frozenset[str], float]]
    on_paying: frozenset[str]
    assumed: tuple[str, ...]

    def free(self, origin: str, destination: str) -> bool:
        """Whether an agreement in the table frees trade between the two, or they are one."""
        return origin == destination or any(origin in m and destination in m for m in self.agreements.values())

    def remaining(self, origin: str, destination: str) -> float:
        """Share of the full duty that goods pay between the two: 0 when free, 1 without an agreement."""
        if self.free(origin, destination):
            return 0.0
        cuts = [left for members, left in self.partial.values() if origin in members and destination in members]
        return min(cuts, default=1.0)


def data_table(name: str) -> dict[str, Any]:
    """A YAML table of cited facts that ships with the package."""
    text = files("detente").joinpath("data", "worlds", name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def read_tariff_averages(table: Mapping[str, Any] | None = None) -> TariffAverages:
    """The packaged table, or one of the same shape."""
    table = data_table(FILE) if table is None else table
    average, assumed, on_paying = {}, [], set()
    for entry in table["averages"]:
        for code in entry["economies"]:
            average[code] = float(entry["rate_pct"]) / 100
            if entry["basis"] == "mfn":
                on_paying.add(code)
            if entry.get("assumption"):
                assumed.append(code)
    agreements, partial = {}, {}
    for entry in table["agreements"]:
        if "remaining_share" in entry:
            partial[entry["name"]] = (frozenset(entry["members"]), float(entry["remaining_share"]))
            continue
        sides = [frozenset(side) for side in entry["between"]] if "between" in entry else []
        if sides:
            # a hub and its partners: each partner is free with the hub, not with the other partners
            hub, partners = sides
            for partner in sorted(partners):
                agreements[f"{entry['name']} {partner}"] = hub | {partner}
        else:
            agreements[entry["name"]] = frozenset(entry["members"])
    return TariffAverages(average, dict(table["profile"]["heights"]), agreements, partial, frozenset(on_paying), tuple(assumed))
