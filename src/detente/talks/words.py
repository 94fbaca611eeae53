"""Numbers in words and results as plain records, for every model of this room.

Two significant digits, a true minus sign, a thin space before %. A record holds only what JSON can hold: arrays become lists,
numbers that are not finite become None (the status beside them says why).

>>> number(-0.6052), chance(0.4685), days(0.605)
('−0.61', '47\\u202f%', '221 days')
>>> plain({"a": float("inf"), "b": (1, 2)})
{'a': None, 'b': [1, 2]}
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.errors import InputError

MINUS, THIN = "−", "\u202f"
DAYS_A_YEAR = 365.25


def number(value: float, significant: int = 2) -> str:
    """A number to `significant` digits; whole numbers keep all their digits; no number is an en dash, no end is "no limit"."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "no limit" if value > 0 else f"{MINUS}no limit"
    if value == 0:
        return "0"
    decimals = max(0, significant - 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{decimals}f}"
    return (MINUS if value < 0 and float(text.replace(",", "")) != 0 else "") + text


def chance(probability: float) -> str:
    """A probability in percent, without decimals inside 1 to 99, and never 0 or 100 unless it is exactly that."""
    if math.isnan(probability):
        return "–"
    if probability in (0.0, 1.0):
        return f"{100 * probability:.0f}{THIN}%"
    if probability < 0.005:
        return f"less than 1{THIN}%"
    if probability > 0.995:
        return f"more than 99{THIN}%"
    return f"{100 * probability:.0f}{THIN}%"


def chance_range(low: float, high: float) -> str:
    """Two ends of a range of probabilities, "40 to 52 %"."""
    if chance(low) == chance(high):
        return chance(low)
    return f"{100 * low:.0f} to {100 * high:.0f}{THIN}%"


def days(years: float) -> str:
    """A length of time given in years, in days under two years and in years above."""
    if not math.isfinite(years):
        return "no end" if years > 0 else "–"
    if years >= 2:
        return f"{number(years)} years"
    count = round(years * DAYS_A_YEAR)
    return "1 day" if count == 1 else f"{count:,} days"


def money(million: float) -> str:
    """An amount given in million USD: "USD 46 million", "USD 1.2 billion"; cents are "less than USD 0.1 million".

    >>> money(45.65), money(-1234.0), money(0.01)
    ('USD 46 million', '−USD 1.2 billion', 'less than USD 0.1 million')
    """
    if not math.isfinite(million):
        return "–" if math.isnan(million) else "no limit"
    size = abs(million)
    if size == 0:
        return "USD 0"
    if 0 < size < 0.05:
        return "less than USD 0.1 million"
    scale, word = (1e6, "trillion") if size >= 0.995e6 else (1e3, "billion") if size >= 0.995e3 else (1.0, "million")
    rounded = float(f"{size / scale:.2g}")
    return f"{MINUS if million < 0 else ''}USD {number(rounded)} {word}"


def join(names: Sequence[str]) -> str:
    """Names with commas and "and"."""
    items = list(names)
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else "nobody"


def plain(value: Any) -> Any:
    """The same content in dicts, lists, strings, numbers and None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, (np.integer, int)):
        return int(value)
    if isinstance(value, (np.floating, float)):
        return float(value) if math.isfinite(value) else None
    return value if value is None else str(value)


def finite(value: float, what: str) -> float:
    """The number as a float. Raises `InputError` if it is not a finite number."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{what} must be a number, not {value!r}") from None
    if not math.isfinite(result):
        raise InputError(f"{what} must be a finite number, not {value!r}")
    return result


def positive(value: float, what: str) -> float:
    """The number if above zero. Raises `InputError`."""
    if finite(value, what) <= 0:
        raise InputError(f"{what} must be above 0, not {value:g}")
    return float(value)


def not_negative(value: float, what: str) -> float:
    """The number if zero or above. Raises `InputError`."""
    if finite(value, what) < 0:
        raise InputError(f"{what} must not be below 0, not {value:g}")
    return float(value)


def probability(value: float, what: str) -> float:
    """The number if from 0 to 1. Raises `InputError`."""
    if not 0 <= finite(value, what) <= 1:
        raise InputError(f"{what} must lie between 0 and 1, not {value:g}")
    return float(value)


def inside(value: float, what: str) -> float:
    """The number if above 0 and below 1. Raises `InputError`."""
    if not 0 < finite(value, what) < 1:
        raise InputError(f"{what} must lie above 0 and below 1, not {value:g}")
    return float(value)
