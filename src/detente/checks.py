"""What is asked of a number that a caller gives: finite, above zero, a chance; one number or one a side. Refusals name it.

>>> two(0.1, "discount rate"), alarms(0.1, 0.6)
((0.1, 0.1), (0.1, 0.6))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime

from detente.errors import InputError

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2100, 12, 31)
"""Days that may be named; what lies outside is a slip of the pen."""


def calendar_day(value: date | str, what: str = "the day") -> date:
    """A day from a date, or from its ISO text (2025-10-18). Raises `InputError` for anything else, and outside 1800 to 2100."""
    if isinstance(value, datetime):
        value = value.date()
    elif isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise InputError(f"{what} {value!r} is not a day: write it as 2025-10-18") from None
    if not isinstance(value, date):
        raise InputError(f"{what} {value!r} is not a day: give a date, or a text such as 2025-10-18")
    if not FIRST_DAY <= value <= LAST_DAY:
        raise InputError(f"{what} {value} lies outside {FIRST_DAY.year} to {LAST_DAY.year}")
    return value


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


def two(value: float | Sequence[float], what: str) -> tuple[float, float]:
    """One number for both sides, or one a side. Raises `InputError`."""
    pair = list(value) if isinstance(value, Sequence) else [value, value]
    if len(pair) != 2:
        raise InputError(f"{what}: give one number or one a side, not {len(pair)}")
    return finite(pair[0], what), finite(pair[1], what)


def different(first: str, second: str) -> None:
    """Raises `InputError` where both sides have the same name."""
    if first == second:
        raise InputError(f"the two sides need different names, not {first!r} twice")


def alarms(false_alarm: float, detection: float) -> tuple[float, float]:
    """The chances p₀ and p₁; cheating is at least as likely to raise an alarm as keeping. Raises `InputError`."""
    p0, p1 = probability(false_alarm, "chance of a false alarm"), probability(detection, "chance of detection")
    if p1 < p0:
        raise InputError(f"cheating must be at least as likely to raise an alarm ({p1:g}) as keeping ({p0:g})")
    return p0, p1
