"""Sentences of the back-tests, made from their numbers: comparative words follow from the values.

>>> from detente.validation.trade import Check
>>> ranges = {"short": (-35.0, -20.0), "medium": (-60.0, -40.0)}
>>> check = Check("a", "Imports", "%", -25.0, {"short": -30.0, "medium": -50.0}, ranges, 0.4)
>>> against(check)
'Imports: observed −25\u202f%, model −30 (−35 to −20) in the short run and −50 (−60 to −40) in the medium run.'
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from detente.words.names import region_name, region_table

if TYPE_CHECKING:
    from detente.validation.trade import Check, TradeComparison

MINUS, THIN = "−", "\u202f"


def figure(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """A number with a true minus sign; what rounds to nothing has no sign; no number is an en dash."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def places(in_unit: str, *values: float) -> int:
    """Decimals: one for points and for percents all below 10, none for larger percents."""
    return 1 if in_unit != "%" or max(abs(v) for v in values) < 10 else 0


def unit(name: str) -> str:
    """A unit as it follows a number."""
    return f"{THIN}%" if name == "%" else f" {name}"


def decimals(check: Check) -> int:
    """Decimals of a check's numbers."""
    return places(check.unit, check.observed, *check.predicted.values(), *(e for r in check.ranges.values() for e in r))


def against(check: Check) -> str:
    """One published number beside the model's at both horizons."""
    d = decimals(check)
    told = " and ".join(
        f"{figure(v, d)} ({figure(check.ranges[h][0], d)} to {figure(check.ranges[h][1], d)}) in the {h} run"
        for h, v in check.predicted.items()
    )
    return f"{check.what}: observed {figure(check.observed, d)}{unit(check.unit)}, model {told}."


def verdict(skill: float) -> str:
    """What a skill over equal growth for all says; within .02 of zero it says nothing.

    >>> verdict(0.3), verdict(0.004), verdict(-0.3)
    ('better than', 'no better than', 'worse than')
    """
    return "no better than" if abs(skill) < 0.02 else "better than" if skill > 0 else "worse than"


def factors(checks: Sequence[Check]) -> str:
    """Which elasticity factors the numbers on China point to."""
    found = [c.factor for c in checks if c.factor is not None]
    missing = len(checks) - len(found)
    if not found:
        return "None of the numbers on China is met at any trade elasticity tried."
    low, high = min(found), max(found)
    place = "below" if high < 1 else "above" if low > 1 else "on both sides of"
    tail = f"; {missing} of {len(checks)} cannot be met at any" if missing else ""
    return (
        f"Trade elasticities times {figure(low, 2)} to {figure(high, 2)} would have given the numbers on China{tail}. "
        f"That is {place} 1, the factor of the medium run; the short run has 0.5."
    )


def one_factor(check: Check) -> str:
    """The elasticity factor that gives one number."""
    if check.factor is None:
        return f"{check.what}: met at no trade elasticity tried."
    return f"{check.what}: trade elasticities times {figure(check.factor, 2)} would have given it."


def _name(code: str) -> str:
    return region_name(code) if code in region_table() else code


def who_gains(comparison: TradeComparison, left_out: str, name: str) -> str:
    """Whether the model knew who gained, once the country that lost is left out."""
    score = comparison.scores(left_out)[name]
    skill = comparison.skills(name, left_out)["proportional"]
    kept = [k for k in comparison.keys if k not in comparison.without[left_out]]
    seen, said = (dict(zip(comparison.keys, values, strict=True)) for values in (comparison.observed, comparison.predicted[name]))
    under = sorted((k for k in kept if seen[k] > said[k]), key=lambda k: said[k] - seen[k])[:2]
    over = sorted((k for k in kept if seen[k] < said[k]), key=lambda k: seen[k] - said[k])[:2]

    def told(codes: list[str]) -> str:
        return " and ".join(f"{_name(k)} ({figure(seen[k], 1, signed=True)}, {figure(said[k], 1, signed=True)})" for k in codes)

    return (
        f"{comparison.title}, without {left_out}, {name} run: correlation {figure(score.correlation, 2)}, "
        f"{verdict(skill)} equal growth for all (skill {figure(skill, 2)}). "
        f"Most underrated (observed, model): {told(under)}; most overrated: {told(over)}."
    )


def scored(comparison: TradeComparison, name: str) -> str:
    """Correlation, slope and skill of one comparison at one horizon."""
    score, skill = comparison.scores()[name], comparison.skills(name)["proportional"]
    return (
        f"{comparison.title}, {name} run: correlation {figure(score.correlation, 2)}, slope {figure(score.slope, 2)}, "
        f"{verdict(skill)} equal growth for all (skill {figure(skill, 2)})."
    )
