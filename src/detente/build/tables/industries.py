"""What an industry of a published table counts as in the default world.

Tables by ISIC Rev.4 (OECD, WIOD 2016, FIGARO) write divisions in many ways: `C26`, `26`, `D26`, `C10T12`, `C10-C12`, `C31_C32`,
`M69_M70`, a section alone. The divisions decide. An industry that holds parts of several sectors keeps them all in its name.

>>> sectors_of("C26"), sectors_of("D10T12"), sectors_of("M69_M70"), sectors_of("A01_02"), sectors_of("C24A")
(('ELE',), ('FOD',), ('BUS',), ('AGR',), ('IRS',))
>>> sectors_of("B"), sectors_of("20T21"), sectors_of("C24"), sectors_of("Cattle farming")
(('ENE', 'MIN'), ('CHM', 'PHA'), ('IRS', 'NFM'), ())
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from detente.words.names import sector_table

CODE = re.compile(r"[A-U]?(\d{2,3})[AB]?(?:[T_-][A-U]?(\d{2,3}))?")


@cache
def places() -> dict[str, Any]:
    """`economies.yaml`: codes of economies and industries that are not ISO and ISIC."""
    return dict(yaml.safe_load(files(__package__).joinpath("economies.yaml").read_text(encoding="utf-8")))


def economy_of(code: str) -> str:
    """ISO 3166-1 alpha-3 of an economy of a published table; the code itself where it is no other way to write one.

    >>> economy_of("DE"), economy_of("PRC"), economy_of("FIGW1"), economy_of("MYS")
    ('DEU', 'CHN', 'ROW', 'MYS')
    """
    return str(places()["economies"].get(code, code))


@cache
def _divisions() -> dict[int, tuple[str, ...]]:
    """ISIC division → sectors of the default world that it belongs to."""
    found: dict[int, list[str]] = {}
    for sector, entry in sector_table().items():
        for code in entry["isic"]:
            for division in _spelled(code):
                if sector not in found.setdefault(division, []):
                    found[division].append(sector)
    return {k: tuple(v) for k, v in found.items()}


def _spelled(code: str) -> list[int]:
    """Divisions of a code; none where it is no code of ISIC Rev.4.

    >>> _spelled("C302T309"), _spelled("J58T60"), _spelled("O"), _spelled("R_S")
    ([30], [58, 59, 60], [84], [90, 91, 92, 93, 94, 95, 96])
    """
    sections = places()["sections"]
    parts = code.replace("-", "_").split("_")
    if all(p in sections for p in parts):
        return [d for p in parts for d in range(sections[p][0], sections[p][1] + 1)]
    match = CODE.fullmatch(code)
    if match is None:
        return []
    first = int(match[1][:2])
    last = int(match[2][:2]) if match[2] else first
    return list(range(first, last + 1))


@cache
def sectors_of(industry: str) -> tuple[str, ...]:
    """Sectors of the default world that an industry holds parts of; none where its code is not known. Its own codes stand for
    themselves.

    >>> sectors_of("MVH"), sectors_of("SRV")
    (('MVH',), ())
    """
    industry = industry.removeprefix("CPA_")
    named = places()["industries"].get(industry)
    if named:
        return tuple(named)
    if industry in sector_table():
        return (industry,)
    for sector, entry in sector_table().items():
        if industry in entry["isic"]:
            return (sector,)
    found = [sector for division in _spelled(industry) for sector in _divisions().get(division, ())]
    return tuple(dict.fromkeys(found))


PARTS = {"24A": ("241", "2431"), "24B": ("242", "2432"), "302T309": ("302", "303", "304", "309")}
"""Parts of a division that have a name of their own; 302 to 309 are the groups there are."""


def divisions(labels: Iterable[str]) -> tuple[str, ...]:
    """ISIC Rev.4 prefixes that labels stand for; a label of another form adds none.

    >>> divisions(["C10T12", "C17_18"]), divisions(["C24A"]), divisions(["C302T309"])
    (('10', '11', '12', '17', '18'), ('241', '2431'), ('302', '303', '304', '309'))
    >>> divisions(["D", "WHEAT"])
    ('35',)
    """
    found: list[str] = []
    for label in labels:
        if not re.fullmatch(r"[A-U](\d[\dABT_]*)?", label):
            continue
        letter, body = label[0], label[1:]
        if not body:
            first, last = places()["sections"][letter]
            found += [f"{k:02d}" for k in range(first, last + 1)]
        elif body in PARTS:
            found += PARTS[body]
        else:
            for part in body.split("_"):
                ends = part.split("T")
                found += [f"{k:02d}" for k in range(int(ends[0]), int(ends[1]) + 1)] if len(ends) == 2 else [part]
    return tuple(found)
