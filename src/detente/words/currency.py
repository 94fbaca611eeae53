"""The currency of what is printed: that of the world in use, US dollars unless it counts in another.

Texts are written for US dollars. A world in another currency (its unit is "million EUR") is told in that one: templates are read
with its code in the place of USD, and so are heads and units of tables. What a dossier, a ledger or a publisher says is a value
and stays as it is. Amounts are never converted.

>>> with counted_in("million EUR"):
...     currency(), in_currency("worth, million USD a year"), in_currency("billion dollars of 2022")
('EUR', 'worth, million EUR a year', 'billion EUR of 2022')
>>> currency(), in_currency("USD bn")
('USD', 'USD bn')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

DOLLAR = "USD"
SCALE = "million "
"""How the unit of a world begins."""
_CODE = re.compile(r"\bUSD\b")
_WORD = re.compile(r"\b(billion |in |and )dollars\b(?! *[=})%|])")
_QUOTED = re.compile(r"(\[[^\[\]]*\]|\{#.*?#\})", re.DOTALL)
_used: list[str] = []


def currency() -> str:
    """The code of the currency in use."""
    return _used[-1] if _used else DOLLAR


def use(unit: str) -> None:
    """Tell amounts in the currency of a world's unit from now on, in every thread of the process."""
    _used[:] = [] if unit == SCALE + DOLLAR else [unit.removeprefix(SCALE)]


@contextmanager
def counted_in(unit: str) -> Iterator[None]:
    """Texts made inside the block are in the currency of this unit, in every thread of the process."""
    before = list(_used)
    use(unit)
    try:
        yield
    finally:
        _used[:] = before


def in_currency(text: str) -> str:
    """A text of ours in the currency in use."""
    if currency() == DOLLAR:
        return text
    return _WORD.sub(lambda found: found[1] + currency(), _CODE.sub(currency(), text))


def template_in_currency(source: str) -> str:
    """A template in the currency in use; names of columns that it looks up, and comments, stay."""
    return "".join(part if k % 2 else in_currency(part) for k, part in enumerate(_QUOTED.split(source)))


def table_in_currency(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its column names, and what a column called "unit" says, in the currency in use."""
    if currency() == DOLLAR:
        return frame
    told = frame.rename(columns=lambda c: in_currency(c) if isinstance(c, str) else c)
    return told.assign(unit=[in_currency(u) if isinstance(u, str) else u for u in told["unit"]]) if "unit" in told else told
