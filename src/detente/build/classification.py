"""What an economy, an industry and a tariff line count as in the default world.

Regions and sectors stand in their order; members come from `labels.yaml`.

>>> regions = region_members()
>>> list(regions)[:3], regions["XSE"], list(regions)[-1]
(['USA', 'CHN', 'HKG'], ('BRN', 'LAO', 'MMR'), 'ROW')
>>> sector_members()["RER"]
('RER',)

HS chapters to sectors: which of the 21 goods sectors a tariff line belongs to.

The rule is by chapter, with the headings that a chapter's sector would misplace. Written out from the HS 2017 chapter
titles and the ISIC Rev.4 divisions of the sectors; not a line-by-line concordance (see assumption W6).

>>> sector_of("8542310000"), sector_of("8703230000"), sector_of("2846901100"), sector_of("8505119000")
('ELE', 'MVH', 'RER', 'RER')
>>> sector_of("9999000000") is None
True
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


# -- HS codes ----------------------------------------------------------------------------------------------------------
# longest prefix wins
HS_SECTORS: dict[str, str] = {}


def _add(sector: str, codes: str) -> None:
    for code in codes.split():
        HS_SECTORS[code] = sector


_add(
    "AGR",
    "01 03 06 07 08 09 10 12 13 14 0407 0409 0501 0502 0505 0506 0507 0508 0510 0511 1801 2401 4001 4401 4403 "
    "5001 5002 5101 5102 5201 5301 5302",
)
_add("FOD", "02 04 05 11 15 16 17 18 19 20 21 22 23 24 0304 0305 0306 0307 0308 0901 0902")
_add("AGR", "0301 0302 0901 0903 0904 0905 0906 0907 0908 0909 0910")
_add("ENE", "2701 2702 2709 2711")
_add("MIN", "25 26 7101 7102 7103")
_add("PET", "27 2704 2706 2707 2710 2712 2713 2714 2715")
_add(
    "CHM",
    "28 29 31 32 33 34 35 36 37 38 3901 3902 3903 3904 3905 3906 3907 3908 3909 3910 3911 3912 3913 3914 4002 "
    "54011 5402 5403 5404 5405 5501 5502 5503 5504 5506 5507",
)
_add("PHA", "30 2936 2937 2938 2939 2941")
_add("RUB", "39 40")
_add("TEX", "41 42 43 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67")
_add("WPP", "44 45 46 47 48 49")
_add("NMM", "68 69 70")
_add("IRS", "72 7301 7302 7303 7304 7305 7306 7307")
_add("FMP", "73 82 83 8307 7611 7612 7613 7614 7615 93 8401 8402 8403 8404")
_add("NFM", "71 74 75 76 78 79 80 81 7106 7108 7110 7112")
_add("OMF", "7113 7114 7116 7117 90 92 94 95 96 97 9401 9402 9403 9404 9406")
_add(
    "ELE",
    "8469 8470 8471 8472 8473 8517 8518 8519 8521 8522 8523 8525 8526 8527 8528 8529 8532 8533 8534 8540 8541 "
    "8542 9001 9005 9006 9007 9008 9010 9011 9012 9013 9014 9015 9022 9024 9025 9026 9027 9028 9029 9030 9031 9032 "
    "9033 91",
)
_add("MCH", "84")
_add("EEQ", "85 8418 8450 8451 8516 9405")
_add("MVH", "87 8407 8408 8409")
_add("OTE", "86 88 89 8710 8711 8712 8713 8714 8715")
_add("RER", "280530 2846 850511")
_add("WPP", "4901 4902 4911")


def sector_of(code: str) -> str | None:
    """Sector of an HS code of two digits or more; None where the table has no entry (HS 98–99)."""
    for length in range(min(len(code), 6), 1, -1):
        found = HS_SECTORS.get(code[:length])
        if found is not None:
            return found
    return None
