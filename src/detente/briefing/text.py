"""Words made from numbers: figures with units and ranges, and sentences whose comparative words follow from the values.

Two significant digits, a true minus sign, a narrow space before %, ranges with "to". A value that rounds below 0.01 is called
"less than 0.01 %", and a range that spans zero is said to. Nothing here decides by itself what is large or bad.

>>> percent(-0.3412, signed=True), percent_range(-0.51, -0.2)
('−0.34\u202f%', '−0.51 to −0.20\u202f%')
>>> change_phrase(-0.3412, -0.51, -0.2)
'falls 0.34\u202f% (range −0.51 to −0.20\u202f%)'
>>> join(["Malaysia", "Viet Nam", "Mexico"])
'Malaysia, Viet Nam and Mexico'
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from detente.world.labels import group_table, region_name, sector_name

MINUS, THIN, FIRM = "−", "\u202f", "\u00a0"
TINY = 0.005
"""Percent changes smaller than this print as less than 0.01 %."""
_PLURAL = {"XSE", "GLF", "XRX"}
_BARE = {"ASEAN", "WORLD", "ROW"}


# -- numbers -----------------------------------------------------------------------------------------------------------
def decimals_for(value: float, significant: int = 2, most: int = 2) -> int:
    """Decimals that show `significant` digits of `value`, at most `most` and never negative."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, min(most, significant - 1 - math.floor(math.log10(abs(value)))))


def fixed(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """A number with fixed decimals and thousands commas; what rounds to zero has no sign; no number is an en dash."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if signed else "") + text


def number(value: float, *, signed: bool = False, significant: int = 2) -> str:
    """A number to two significant digits (whole numbers are kept above 99), with a true minus sign."""
    if not math.isfinite(value):
        return "–"
    rounded = float(f"{value:.{significant}g}") if value else 0.0
    if abs(rounded) >= 10**significant:
        rounded = float(f"{value:.{max(significant, 2)}g}")
    return fixed(rounded, decimals_for(rounded, significant, 3), signed=signed)


def is_tiny(value: float) -> bool:
    """Whether a percent change prints as less than 0.01 %."""
    return abs(value) < TINY


def _point(value: float, *, signed: bool = False) -> str:
    if abs(value) >= 100:
        value = float(f"{value:.2g}")
    return fixed(value, decimals_for(value), signed=signed)


def percent(value: float, *, signed: bool = False) -> str:
    """A percent figure to two significant digits (at most two decimals), or "less than 0.01 %"."""
    if not math.isfinite(value):
        return "–"
    if is_tiny(value):
        return f"less than 0.01{THIN}%"
    return f"{_point(value, signed=signed)}{THIN}%"


def percent_range(low: float, high: float) -> str:
    """Two ends of a range of percent changes, with "to" and the same decimals on both ends."""
    low, high = min(low, high), max(low, high)
    small, large = sorted((abs(low), abs(high)))
    places = 2 if large < 10 else 1 if small < 1 else 0
    return f"{fixed(low, places)} to {fixed(high, places)}{THIN}%"


def straddles(low: float, high: float) -> bool:
    """Whether a range has ends of both signs (beyond what prints as zero)."""
    return min(low, high) <= -TINY and max(low, high) >= TINY


def money(million: float, *, signed: bool = False, unit: str = "USD") -> str:
    """Million in words a reader knows: USD 12 billion, USD 340 million (with spaces that do not break)."""
    size = abs(million)
    if 0 < size < 0.05:
        return f"less than {unit}{FIRM}0.1{FIRM}million"
    scale, word = (1e6, "trillion") if size >= 0.9995e6 else (1e3, "billion") if size >= 0.9995e3 else (1.0, "million")
    value = float(f"{million / scale:.2g}") if million else 0.0
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{unit}{FIRM}{fixed(abs(value), decimals_for(value, most=1))}{FIRM}{word}"


def power(value: float) -> str:
    """A small positive number as a power of ten: 3 × 10⁻¹¹."""
    if value <= 0:
        return "0"
    exponent = math.floor(math.log10(value))
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10**exponent:.0f} × 10{raised}"


def day(value: date) -> str:
    """A date as 1 November 2025."""
    return f"{value.day} {value:%B %Y}"


def table_day(value: date) -> str:
    """A date that does not break over lines."""
    return day(value).replace(" ", "\u00a0")


def short_day(value: date) -> str:
    """A date as 1 Nov."""
    return f"{value.day} {value:%b}"


# -- names -------------------------------------------------------------------------------------------------------------
def name(code: str, *, start: bool = False) -> str:
    """A region in running text: "the United States", "China", "ASEAN", "the world"."""
    text = "the world" if code == "WORLD" else region_name(code, article=True)
    return capital(text) if start else text


def short_name(code: str) -> str:
    """A region as a label: "United States", "World"."""
    return capital(region_name(code)) if code in group_table() or code in ("ROW", "XLA") else region_name(code)


def label(code: str) -> str:
    """A region on a chart: what stands in brackets left out, a long list of members cut to the first two and a count."""
    text = capital(short_name(code).split(" (")[0])
    words = text.split()
    return f"{words[0]}, {words[1]} + {len(words) - 2}" if len(text) > 30 and len(words) > 3 else text


def possessive(code: str) -> str:
    """ "China's", "the United States'"."""
    text = name(code)
    return text + ("’" if text.endswith("s") else "’s")


def verb(code: str, singular: str, plural: str) -> str:
    """The verb form that goes with a region (a group named by its members is plural)."""
    return plural if code in _PLURAL else singular


def capital(text: str) -> str:
    """`text` with its first letter upper case."""
    return text[:1].upper() + text[1:]


def sector(code: str) -> str:
    """A sector in running text."""
    return sector_name(code)


def join(parts: Iterable[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def count(n: int, singular: str, plural: str | None = None) -> str:
    """ "1 measure", "3 measures"."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"


# -- sentences ---------------------------------------------------------------------------------------------------------
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


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    text = capital(text.strip())
    return text if text[-1:] in ".!?:" else text + "."


def clipped(text: str, limit: int) -> str:
    """`text` cut at a word to at most `limit` characters, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–")
    return (cut or text[: limit - 1]) + "…"
