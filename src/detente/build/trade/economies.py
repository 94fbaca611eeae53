"""Economies as trade statistics number them, as ISO 3166-1 alpha-3 codes.

Numbers are those of ISO 3166-1 but for a few: areas that customs count otherwise (842 is the United States with Puerto Rico) and
statistical areas. 490, "other Asia, not elsewhere specified", holds Taiwan and is read as it, as BACI's S19 is.

>>> iso3("842"), iso3("699"), iso3("4"), iso3("S19"), iso3("MYS"), iso3("918"), iso3("999") is None
('USA', 'IND', 'AFG', 'TWN', 'MYS', 'EU27', True)

Source of the numbers: Unicode CLDR (through babel), after ISO 3166-1; of the others: UN Comtrade, reporters and partner areas,
https://comtradeapi.un.org/files/v1/app/reference/partnerAreas.json.
"""

from __future__ import annotations

import re
from functools import cache

from babel.core import get_global

from detente.words.names import region_table

CUSTOMS = {
    "842": "USA", "699": "IND", "251": "FRA", "757": "CHE", "579": "NOR", "490": "TWN", "736": "SDN", "280": "DEU", "918": "EU27",
    "097": "EU27", "381": "ITA",
}  # fmt: skip
"""Numbers of customs areas and the European Union (918 in WITS, 97 in Comtrade)."""
LETTERS = {"S19": "TWN", "EUN": "EU27", "EUU": "EU27", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS"}
CURRENT = {"MMR", "COD", "DEU", "FRA", "TLS", "YEM"}
"""Of two alpha-3 codes of one territory, the one in force."""
PRIVATE = re.compile(r"AAA|Q[M-Z].|X..|ZZZ")
"""Letters of ISO 3166-1 that are nobody's."""
WORLD = ("000", "0", "WLD", "W00")


@cache
def _tables() -> tuple[dict[str, str], frozenset[str]]:
    """Number → alpha-3, and all alpha-3 codes."""
    aliases = {k: v[0] for k, v in get_global("territory_aliases").items() if len(k) == 3 and len(v) == 1}
    letters: dict[str, str] = {}
    for code, territory in aliases.items():
        if code.isalpha() and not PRIVATE.match(code) and (territory not in letters or code in CURRENT):
            letters[territory] = code
    numbers = {k: letters[t] for k, t in aliases.items() if k.isdigit() and t in letters}
    return numbers | CUSTOMS, frozenset(letters.values())


def iso3(code: str) -> str | None:
    """Alpha-3 code of an economy by its number or letters; None for a code that is none, or an area of many economies."""
    numbers, letters = _tables()
    text = str(code)
    if text.isdigit():
        return numbers.get(text.zfill(3))
    text = LETTERS.get(text, text)
    return text if text in letters or text in region_table() else None


def members(region: str) -> tuple[str, ...]:
    """Economies that a region of a world stands for."""
    return tuple(region_table().get(region, {}).get("members", [region]))
