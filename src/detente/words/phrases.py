"""Phrases whose comparative words follow from the numbers: who rises, who falls, who loses more and how many times as much.

>>> change_phrase(-0.3412, -0.51, -0.2)
'falls 0.34\u202f% (range −0.51 to −0.20\u202f%)'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.words.names import name, verb
from detente.words.numbers import THIN, TINY, decimals_for, fixed, is_tiny, join, percent, percent_range, straddles


def direction(value: float, up: str = "rises", down: str = "falls", flat: str = "hardly changes") -> str:
    """The verb for a percent change; `flat` for one that prints as less than 0.01 %."""
    return flat if is_tiny(value) else up if value > 0 else down


def range_note(low: float, high: float) -> str:
    """The range in brackets, saying so when it spans zero or has no width."""
    if is_tiny(low) and is_tiny(high):
        return f"(range within 0.01{THIN}% of zero)"
    spans = "; the range spans zero" if straddles(low, high) else ""
    return f"(range {percent_range(low, high)}{spans})"


def change_phrase(
    value: float,
    low: float | None = None,
    high: float | None = None,
    *,
    up: str = "rises",
    down: str = "falls",
    flat: str = "changes by",
) -> str:
    """ "falls 0.34 % (range −0.51 to −0.20 %)": verb from the sign, size without a sign, range with signs."""
    text = f"{direction(value, up, down, flat)} {percent(abs(value))}"
    if low is None or high is None or (is_tiny(value) and is_tiny(low) and is_tiny(high)):
        return text
    return f"{text} {range_note(low, high)}"


def dearer(value: float) -> str:
    """A price change in words: "cost 12 % more", "cost 0.40 % less", and from +300 % on "cost 5.5 times as much".

    >>> dearer(12.0), dearer(450.0)
    ('cost 12\u202f% more', 'cost 5.5 times as much')
    """
    if value >= 300:
        ratio = float(f"{1 + value / 100:.2g}")
        return f"cost {fixed(ratio, decimals_for(ratio, most=1))} times as much"
    return f"cost {percent(abs(value))} {'more' if value >= 0 else 'less'}"


def times(ratio: float) -> str:
    """A ratio of at least one in words: "about as much as", "1.4 times as much as", "more than 10 times as much as"."""
    if ratio < 1.05:
        return "about as much as"
    if ratio >= 10:
        return "more than 10 times as much as"
    return f"{fixed(ratio, decimals_for(float(f'{ratio:.2g}'), most=1))} times as much as"


def compare(first: str, a: float, second: str, b: float, *, start: bool = True) -> str:
    """One sentence on two percent changes of real income: who loses or gains, and how many times the other.

    >>> compare("USA", -0.5, "CHN", -1.0)
    'China loses 2.0 times as much as the United States (−1.00\u202f% against −0.50\u202f%).'
    """
    if is_tiny(a) and is_tiny(b):
        return f"{'Neither' if start else 'neither'} {name(first)} nor {name(second)} gains or loses as much as 0.01{THIN}%."
    if is_tiny(a) or is_tiny(b):
        (still, _), (moved, value) = ((first, a), (second, b)) if is_tiny(a) else ((second, b), (first, a))
        what = verb(moved, "gains", "gain") if value > 0 else verb(moved, "loses", "lose")
        return f"{name(moved, start=start)} {what} {percent(abs(value))}; {name(still)} changes by {percent(0)}."
    if (a > 0) != (b > 0):
        (win, up), (lose, down) = ((first, a), (second, b)) if a > 0 else ((second, b), (first, a))
        return (
            f"{name(win, start=start)} {verb(win, 'gains', 'gain')} {percent(up)} while "
            f"{name(lose)} {verb(lose, 'loses', 'lose')} {percent(-down)}."
        )
    (more, x), (less, y) = ((first, a), (second, b)) if abs(a) >= abs(b) else ((second, b), (first, a))
    what = verb(more, "gains", "gain") if x > 0 else verb(more, "loses", "lose")
    pair = f"({_aligned(x, x, y)}{THIN}% against {_aligned(y, x, y)}{THIN}%)"
    return f"{name(more, start=start)} {what} {times(x / y)} {name(less)} {pair}."


def _aligned(value: float, *both: float) -> str:
    places = max(decimals_for(v) for v in both)
    return fixed(value, places, signed=False)


def rank_sentence(values: Mapping[str, float], *, most: int = 3) -> str:
    """Who loses most and who gains most, with values, from percent changes by region.

    >>> rank_sentence({"CHN": -1.2, "USA": -0.4, "MEX": 0.3, "IND": 0.0})
    'China loses most (−1.2\u202f%), then the United States (−0.40\u202f%). Mexico gains most (+0.30\u202f%).'
    """
    order = sorted(values, key=lambda k: (values[k], k))
    losers = [k for k in order if values[k] <= -TINY][:most]
    winners = [k for k in reversed(order) if values[k] >= TINY][:most]
    parts = [
        _ranked(losers, values, "loses", "lose") if losers else f"No economy loses as much as 0.01{THIN}%.",
        _ranked(winners, values, "gains", "gain") if winners else f"No economy gains as much as 0.01{THIN}%.",
    ]
    return " ".join(parts)


def _ranked(codes: Sequence[str], values: Mapping[str, float], one: str, many: str) -> str:
    told = [f"{name(c)} ({percent(values[c], signed=True)})" for c in codes]
    first = f"{name(codes[0], start=True)} {verb(codes[0], one, many)} most ({percent(values[codes[0]], signed=True)})"
    return first + (f", then {join(told[1:])}." if len(told) > 1 else ".")


def signs(values: Mapping[str, float]) -> tuple[list[str], list[str], list[str]]:
    """Keys whose value rises, falls, or prints as zero; each sorted by size, the largest first."""
    order = sorted(values, key=lambda k: (-abs(values[k]), k))
    return (
        [k for k in order if values[k] >= TINY],
        [k for k in order if values[k] <= -TINY],
        [k for k in order if is_tiny(values[k])],
    )


def run_words(horizon: str) -> str:
    """A horizon as it stands behind a semicolon.

    >>> run_words("medium"), run_words("month 36"), run_words("month 1")
    ('medium run', 'after 36 months', 'after 1 month')
    """
    kind, _, number = horizon.partition(" ")
    return f"{horizon} run" if kind != "month" or not number else f"after {number} {'month' if number == '1' else 'months'}"
