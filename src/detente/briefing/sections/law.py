"""Measures in words: their size, whom they hit, and their status.

>>> status_word("in_force"), status_word("struck_down")
('in force', 'struck down')
"""

from __future__ import annotations

from detente.policy.measures import InstrumentKind, Measure
from detente.words import THIN, fixed

_WORDS = {"in_force": "in force", "struck_down": "struck down", "not_yet_known": "not yet known"}


def status_word(status: str) -> str:
    """A status as words."""
    return _WORDS.get(status, status)


def partners(measure: Measure) -> str:
    """Whom a measure is aimed at."""
    on = "all" if measure.on == "all" else ", ".join(measure.on)
    return f"{on} except {', '.join(measure.except_on)}" if measure.except_on else on


def size(measure: Measure) -> str:
    """Rate in percentage points, share withheld in percent, or a dash."""
    if measure.instrument is InstrumentKind.EXPORT_CONTROL and measure.withhold_pct is not None:
        return f"{_spread(measure.withhold_pct)}{THIN}% withheld"
    if measure.instrument is InstrumentKind.EMBARGO:
        return "no trade"
    if measure.instrument is InstrumentKind.NON_TARIFF and measure.cost_pct is not None:
        return f"{_spread(measure.cost_pct)}{THIN}% cost"
    if measure.rate_pct is not None:
        floor = "at least " if measure.base.value == "floor" else ""
        return f"{floor}{_spread(measure.rate_pct)}{THIN}pp"
    return "–"


def _spread(value: float | dict[str, float]) -> str:
    values = sorted(set(value.values())) if isinstance(value, dict) else [float(value)]
    ends = [fixed(v, 0 if float(v).is_integer() else 1) for v in (values[0], values[-1])]
    return ends[0] if len(values) == 1 else f"{ends[0]} to {ends[1]}"
