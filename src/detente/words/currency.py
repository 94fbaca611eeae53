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
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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
def counted_in(unit: str | None) -> Iterator[None]:
    """Texts made inside the block are in the currency of this unit (None: in the one in use), in every thread of the process."""
    if unit is None or unit == SCALE + currency():
        yield
        return
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


def record_in_currency(value: Any, kept: Collection[str] = ()) -> Any:
    """Plain data for JSON with its names, and what "unit" and "money" say, in the currency in use; names in `kept` stay.

    >>> with counted_in("million EUR"):
    ...     record_in_currency({"gain, million USD": 2.0, "rows": [{"unit": "million USD a year", "title": "USD 5 billion"}]})
    {'gain, million EUR': 2.0, 'rows': [{'unit': 'million EUR a year', 'title': 'USD 5 billion'}]}
    """
    if currency() == DOLLAR:
        return value
    if isinstance(value, Mapping):
        return {
            in_currency(k) if isinstance(k, str) and k not in kept else k: in_currency(v)
            if k in ("unit", "money") and isinstance(v, str)
            else record_in_currency(v, kept)
            for k, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [record_in_currency(v, kept) for v in value]
    return value


def table_in_currency(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its column names, and what a column called "unit" says, in the currency in use."""
    if currency() == DOLLAR:
        return frame
    told = frame.rename(columns=lambda c: in_currency(c) if isinstance(c, str) else c)
    return told.assign(unit=[in_currency(u) if isinstance(u, str) else u for u in told["unit"]]) if "unit" in told else told
