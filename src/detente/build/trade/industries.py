"""Labels of industries that are ranges of ISIC Rev.4 divisions, as the OECD, FIGARO and ADB write them.

>>> divisions(["C10T12", "C17_18"]), divisions(["C24A"]), divisions(["C302T309"])
(('10', '11', '12', '17', '18'), ('241', '2431'), ('302', '303', '304', '309'))
>>> divisions(["D", "WHEAT"])
('35',)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47), "H": (49, 53), "I":
    (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82), "O": (84, 84), "P": (85, 85), "Q": (86,
    88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
PARTS = {"24A": ("241", "2431"), "24B": ("242", "2432"), "302T309": ("302", "303", "304", "309")}
"""Parts of a division that have a name of their own; 302 to 309 are the groups there are."""


def divisions(labels: Iterable[str]) -> tuple[str, ...]:
    """ISIC Rev.4 prefixes that labels stand for; a label of another form adds none."""
    found: list[str] = []
    for label in labels:
        if not re.fullmatch(r"[A-U](\d[\dABT_]*)?", label):
            continue
        letter, body = label[0], label[1:]
        if not body:
            first, last = SECTIONS[letter]
            found += [f"{k:02d}" for k in range(first, last + 1)]
        elif body in PARTS:
            found += PARTS[body]
        else:
            for part in body.split("_"):
                ends = part.split("T")
                found += [f"{k:02d}" for k in range(int(ends[0]), int(ends[1]) + 1)] if len(ends) == 2 else [part]
    return tuple(found)
