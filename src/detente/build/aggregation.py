"""Regions and sectors of the default world, in their order; members come from `labels.yaml`.

>>> regions = region_members()
>>> list(regions)[:3], regions["XSE"], list(regions)[-1]
(['USA', 'CHN', 'HKG'], ('BRN', 'LAO', 'MMR'), 'ROW')
>>> sector_members()["RER"]
('RER',)
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.words.names import region_table, sector_table

REGION_ORDER = (
    "USA", "CHN", "HKG", "TWN", "JPN", "KOR", "MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE", "IND", "PAK", "BGD",
    "AUS", "NZL", "EU27", "GBR", "EFT", "CAN", "MEX", "BRA", "XLA", "RUS", "TUR", "GLF", "AFR", "XRX", "ROW",
)  # fmt: skip


def region_members() -> dict[str, tuple[str, ...]]:
    """Region → economies of the source table, in the order of the default world."""
    table = region_table()
    return {code: tuple(table[code].get("members", [code])) for code in REGION_ORDER}


def present_members(economies: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`region_members` with only those of `economies`; regions without any are left out.

    >>> present_members(["CHN", "LAO"])
    {'CHN': ('CHN',), 'XSE': ('LAO',)}
    """
    found = {r: tuple(m for m in members if m in economies) for r, members in region_members().items()}
    return {r: members for r, members in found.items() if members}


def sector_members() -> dict[str, tuple[str, ...]]:
    """Sector → industries of the source table (the split-out sector stands for itself)."""
    return {code: tuple(entry["isic"]) or (code,) for code, entry in sector_table().items()}
