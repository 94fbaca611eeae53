"""Phrases whose comparative words follow from the numbers: who rises, who falls, who loses more and how many times as much.

>>> change_phrase(-0.3412, -0.51, -0.2)
'falls 0.34\u202f% (range −0.51 to −0.20\u202f%)'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from detente.words.numbers import TINY, decimals_for, fixed, is_tiny, percent
from detente.words.tell import say

_say = partial(say, "words/phrases")


def direction(value: float, up: str = "", down: str = "", flat: str = "") -> str:
    """The verb for a percent change; `flat` for one that prints as less than 0.01 %. "rises", "falls", "hardly changes"."""
    return (flat or _say("hardly")) if is_tiny(value) else (up or _say("rises")) if value > 0 else (down or _say("falls"))


def range_note(low: float, high: float) -> str:
    """The range in brackets, saying so when it spans zero or has no width."""
    return _say("near_zero" if is_tiny(low) and is_tiny(high) else "ranged", low=low, high=high)


def change_phrase(
    value: float,
    low: float | None = None,
    high: float | None = None,
    *,
    up: str = "",
    down: str = "",
    flat: str = "",
) -> str:
    """ "falls 0.34 % (range −0.51 to −0.20 %)": verb from the sign, size without a sign, range with signs."""
    text = f"{direction(value, up, down, flat or _say('changes'))} {percent(abs(value))}"
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
        return _say("times_as_dear", ratio=fixed(ratio, decimals_for(ratio, most=1)))
    return _say("costs", value=value)


def times(ratio: float) -> str:
    """A ratio of at least one in words: "about as much as", "1.4 times as much as", "more than 10 times as much as"."""
    if ratio < 1.05:
        return _say("as_much")
    if ratio >= 10:
        return _say("ten_times")
    return _say("times_as_much", ratio=fixed(ratio, decimals_for(float(f"{ratio:.2g}"), most=1)))


def compare(first: str, a: float, second: str, b: float, *, start: bool = True) -> str:
    """One sentence on two percent changes of real income: who loses or gains, and how many times the other.

    >>> compare("USA", -0.5, "CHN", -1.0)
    'China loses 2.0 times as much as the United States (−1.00\u202f% against −0.50\u202f%).'
    """
    if is_tiny(a) and is_tiny(b):
        return _say("neither", first=first, second=second, start=start)
    (one, x), (two, y) = sorted([(first, a), (second, b)], key=lambda pair: -pair[1] if a * b < 0 else -abs(pair[1]))
    part = "one_moves" if is_tiny(y) or is_tiny(x) else "one_each_way" if a * b < 0 else "both_the_same_way"
    if part == "one_moves" and is_tiny(x):
        (one, x), (two, y) = (two, y), (one, x)
    return _say(part, first=one, a=x, second=two, b=y, start=start, shown=(_aligned(x, x, y), _aligned(y, x, y)))


def _aligned(value: float, *both: float) -> str:
    places = max(decimals_for(v) for v in both)
    return fixed(value, places, signed=False)


def rank_sentence(values: Mapping[str, float], *, most: int = 3, of: bool = False) -> str:
    """Who loses most and who gains most, with values, from percent changes by region; `of`: of some that were named before.

    >>> rank_sentence({"CHN": -1.2, "USA": -0.4, "MEX": 0.3, "IND": 0.0})
    'China loses most (−1.2\u202f%), then the United States (−0.40\u202f%). Mexico gains most (+0.30\u202f%).'
    """
    order = sorted(values, key=lambda k: (values[k], k))
    losers = [k for k in order if values[k] <= -TINY][:most]
    winners = sorted((k for k in order if values[k] >= TINY), key=lambda k: (-values[k], k))[:most]
    return f"{_ranked(losers, values) or _say('nobody_loses', of=of)} {_ranked(winners, values) or _say('nobody_gains', of=of)}"


def _ranked(codes: Sequence[str], values: Mapping[str, float]) -> str:
    """Those that print alike at the top together, then the others; nothing of nobody."""
    if not codes:
        return ""
    first = [c for c in codes if percent(values[c]) == percent(values[codes[0]])]
    rest = [(c, values[c]) for c in codes if c not in first]
    return _say("ranked", first=first, value=values[codes[0]], rest=rest)


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
    return _say("run", horizon=horizon) if kind != "month" or not number else _say("after", number=int(number))
