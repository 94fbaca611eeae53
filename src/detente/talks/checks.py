"""What `truce` and `renewal` ask of their inputs: two named sides, chances of an alarm that make sense, one number or one a side.

>>> two(0.1, "discount rate"), alarms(0.1, 0.6)
((0.1, 0.1), (0.1, 0.6))
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.errors import InputError
from detente.talks.words import finite, probability


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
