"""Regions and sectors of the default world, in their order; members come from `labels.yaml`.

>>> regions = region_members()
>>> list(regions)[:3], regions["XSE"], list(regions)[-1]
(['USA', 'CHN', 'HKG'], ('BRN', 'LAO', 'MMR'), 'ROW')
>>> sector_members()["RER"]
('RER',)
"""

from __future__ import annotations

from detente.world.labels import region_table, sector_table

REGION_ORDER = (
    "USA", "CHN", "HKG", "TWN", "JPN", "KOR", "MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE", "IND", "PAK", "BGD",
    "AUS", "NZL", "EU27", "GBR", "EFT", "CAN", "MEX", "BRA", "XLA", "RUS", "TUR", "GLF", "AFR", "XRX", "ROW",
)  # fmt: skip


def region_members() -> dict[str, tuple[str, ...]]:
    """Region → economies of the source table, in the order of the default world."""
    table = region_table()
    return {code: tuple(table[code].get("members", [code])) for code in REGION_ORDER}


def sector_members() -> dict[str, tuple[str, ...]]:
    """Sector → industries of the source table (the split-out sector stands for itself)."""
    return {code: tuple(entry["isic"]) or (code,) for code, entry in sector_table().items()}
