"""Numbers, dates and lists into words, on Babel: two significant digits, a true minus sign, a thin space before %.

A percent change that rounds below 0.01 is called "less than 0.01 %". Nothing here decides what is large or bad. A value is
rounded first, as Python rounds it; Babel sets separators, the word before the last of a list and the names of months as the
language has them (British English, or `words.translation.language`). What CLDR leaves to the house is set here, alike in every
language: the true minus sign, the spaces of units, the code of a currency before its figure.

>>> percent(-0.3412, signed=True), percent_range(-0.51, -0.2)
('−0.34\u202f%', '−0.51 to −0.20\u202f%')
>>> join(["Malaysia", "Viet Nam", "Mexico"]), chance(0.4685), days(0.605)
('Malaysia, Viet Nam and Mexico', '47\u202f%', '221 days')
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import Context, Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Literal

from detente.words.currency import currency
from detente.words.translation import ENGLISH, _, current, locale_of

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

MINUS, THIN, FIRM = "−", "\u202f", "\u00a0"
TINY = 0.005
"""Percent changes smaller than this print as less than 0.01 %."""
SURE = 1e-9
"""A chance as near as this to 0 or 1 is that: the difference is the noise of a processor."""
MOST_DECIMALS = 4
"""Decimals of a table or figure whose numbers are all small, at most."""
DAYS_A_YEAR = 365.25
_WIDE = Context(prec=700)
"""Room for every digit of any float."""


def _locale(territory: str | None = "GB") -> Locale:
    return locale_of(current(), territory)


@cache
def _pattern(decimals: int, signed: bool) -> NumberPattern:
    """The pattern of a number with fixed decimals: 1,234.50, and with a sign +1,234.50; always −1,234.50."""
    from babel.numbers import parse_pattern

    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return parse_pattern(f"{'+' if signed else ''}{digits};{MINUS}{digits}")


def decimals_for(value: float, significant: int = 2, most: int = 2) -> int:
    """Decimals that show `significant` digits of `value`, at most `most` and never negative."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, min(most, significant - 1 - math.floor(math.log10(abs(value)))))


def places_for(values: Iterable[float], least: int = 2) -> int:
    """Decimals that show two digits of the largest of several numbers in one table or figure: `least`, more where all are small,
    and `least` again where all print as nothing.

    >>> places_for([0.31, -0.024]), places_for([0.001, -0.024]), places_for([1e-7]), places_for([])
    (2, 3, 2, 2)
    """
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if is_tiny(largest, MOST_DECIMALS):
        return least
    return max(least, decimals_for(float(f"{largest:.2g}"), most=MOST_DECIMALS))


def fixed(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """A number with fixed decimals and thousands commas; what rounds to zero has no sign; no number is an en dash."""
    if not math.isfinite(value):
        return "–"
    rounded = Decimal(f"{_plain(value):.{decimals}f}")
    if not rounded:
        rounded, signed = abs(rounded), False
    with localcontext(_WIDE):
        return _pattern(decimals, signed).apply(rounded, _locale())


def _plain(value: float) -> float:
    """Fourteen digits: what should be 27.5 and comes out as 27.499999999999996 is rounded as 27.5 is, on every processor. Numbers
    whose own digits are as many are left alone."""
    return float(f"{value:.14g}") if abs(value) < 1e9 else value


def is_tiny(value: float, places: int = 2) -> bool:
    """Whether a percent change prints as less than 0.01 %, or than the last of so many decimals."""
    return abs(value) < (TINY if places == 2 else 0.5 * 10.0**-places)


def _point(value: float, places: int, *, signed: bool = False) -> str:
    if abs(value) >= 100:
        value = float(f"{value:.2g}")
    return fixed(value, decimals_for(value, most=places), signed=signed)


def percent(value: float, *, signed: bool = False, places: int = 2) -> str:
    """A percent figure to two significant digits (at most `places` decimals), or "less than 0.01 %".

    >>> percent(-0.0238), percent(-0.0238, places=3), percent(0.0003, places=3)
    ('−0.02\u202f%', '−0.024\u202f%', 'less than 0.001\u202f%')
    """
    if not math.isfinite(value):
        return "–"
    if is_tiny(value, places):
        return _less(_share(fixed(10.0**-places, places)))
    return _share(_point(value, places, signed=signed))


def _share(figure: str) -> str:
    """A figure with its percent sign, which a few languages put in front."""
    front = current() != ENGLISH and _locale().percent_formats[None].pattern.startswith("%")
    return f"%{figure}" if front else f"{figure}{THIN}%"


def _less(than: str) -> str:
    return _("less than {0}").format(than)


def percent_range(low: float, high: float) -> str:
    """Two ends of a range of percent changes, with "to" and the same decimals on both ends."""
    low, high = min(low, high), max(low, high)
    small, large = sorted((abs(low), abs(high)))
    places = 2 if large < 10 else 1 if small < 1 else 0
    return _share(to(fixed(low, places), fixed(high, places)))


def to(low: str, high: str) -> str:
    """Two ends of a range, each in words already: "29 to 47"."""
    return _("{0} to {1}").format(low, high)


def straddles(low: float, high: float) -> bool:
    """Whether a range has ends of both signs (beyond what prints as zero)."""
    return min(low, high) <= -TINY and max(low, high) >= TINY


Sign = Literal["gain", "loss", "wide", "open", "flat"]


def sign_of(low: float, value: float, high: float) -> Sign:
    """What a figure as printed, with the ends of its range, may be said to be: open where the ends differ in sign, wide where
    they differ tenfold, flat where all of it prints as nothing.

    >>> sign_of(-0.5, -0.4, -0.2), sign_of(-0.5, 0.1, 0.3), sign_of(0.02, 0.1, 0.3), sign_of(0, 0, 0)
    ('loss', 'open', 'wide', 'flat')
    """
    if low < 0 < high:
        return "open"
    small, large = sorted((abs(low), abs(high)))
    if large == 0:
        return "flat"
    if small == 0 or value == 0 or large >= 10 * small:
        return "wide"
    return "gain" if value > 0 else "loss"


def money(million: float, *, signed: bool = False, unit: str | None = None) -> str:
    """Million in words a reader knows, to two digits: USD 12 billion, USD 340 million (with spaces that do not break).

    `unit` is the currency in use if absent.

    >>> money(45.65), money(-1234.0), money(0.01)
    ('USD\xa046\xa0million', '−USD\xa01.2\xa0billion', 'less than USD\xa00.1\xa0million')
    """
    if not math.isfinite(million):
        return "–" if math.isnan(million) else _("no limit")
    size, unit = abs(million), unit or currency()
    if size == 0:
        return f"{unit}{FIRM}0"
    if size < 0.05:
        return _less(f"{unit}{FIRM}{_large(0.1)}")
    sign = MINUS if million < 0 else "+" if signed else ""
    return f"{sign}{unit}{FIRM}{_large(size)}"


def _large(million: float) -> str:
    """Millions with their word, to two digits. Other languages count as they do: Spanish has no word for a thousand million."""
    scale, word = (1e6, "trillion") if million >= 0.995e6 else (1e3, "billion") if million >= 0.995e3 else (1.0, "million")
    value = in_two(million / scale, 1)
    if current() == ENGLISH:
        return f"{fixed(value, decimals_for(value, most=1))}{FIRM}{word}"
    from babel.numbers import format_compact_decimal

    told = format_compact_decimal(value * scale * 1e6, format_type="long", locale=_locale(), fraction_digits=1)
    return told.replace(" ", FIRM) if value * scale >= 1 else f"{fixed(value, 1)}{FIRM}{_('million')}"


def persons(thousand: float) -> str:
    """Thousands of people in words, to two significant digits.

    >>> persons(236.4), persons(1240.0), persons(0.4)
    ('240,000', '1.2\xa0million', '400')
    """
    value = float(f"{1e3 * abs(thousand):.2g}")
    return _large(value / 1e6) if value >= 1e6 else fixed(value, 0)


def power(value: float) -> str:
    """A small positive number as a power of ten: 3 × 10⁻¹¹."""
    if value <= 0:
        return "0"
    exponent = math.floor(math.log10(value))
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10**exponent:.0f} × 10{raised}"


def day(value: date) -> str:
    """A date as 1 November 2025."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMMd", value, locale=_locale())


def table_day(value: date) -> str:
    """A date that does not break over lines."""
    return day(value).replace(" ", "\u00a0")


def short_day(value: date, *, year: bool = False, long: bool = False) -> str:
    """A date as 1 Nov, 1 Nov 2025, 1 November; a short month has three letters, unlike in British English."""
    name = "MMMM" if long else "MMM"
    return _dated(value, f"d {name} y" if year else f"d {name}")


def month(value: date, *, year: bool = False, long: bool = False) -> str:
    """A month as Nov, Nov 2025, November 2025."""
    name = "MMMM" if long else "MMM"
    return _dated(value, f"{name} y" if year else name)


def _dated(value: date, pattern: str) -> str:
    """By the pattern in English, elsewhere by what the language makes of its parts."""
    from babel.dates import format_date, format_skeleton

    if current() == ENGLISH:
        return format_date(value, pattern, locale=_locale(None))
    return format_skeleton("".join(reversed(pattern.split())), value, locale=_locale())


def capital(text: str) -> str:
    """`text` with its first letter upper case."""
    return text[:1].upper() + text[1:]


def join(parts: Iterable[str], word: Literal["and", "or"] = "and", *, none: str = "") -> str:
    """ "a", "a and b", "a, b and c"; `word` is "and" or "or", `none` what is said of nothing ("nobody")."""
    from babel.lists import format_list

    return format_list(list(parts), style="or" if word == "or" else "standard", locale=_locale()) or none


def count(n: int, singular: str, plural: str | None = None) -> str:
    """ "1 measure", "3 measures"."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    text = capital(text.strip())
    return text if text[-1:] in ".!?:" else text + "."


def clipped(text: str, limit: int) -> str:
    """`text` cut at a word to at most `limit` characters, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0]
    for start, end in ("()", "“”"):  # what would stay open is left out
        if cut.count(start) > cut.count(end):
            cut = cut[: cut.rindex(start)] or cut
    return (cut.rstrip(" ,;:–") or text[: limit - 1]) + "…"


def digits(value: float, significant: int = 2) -> str:
    """A number to `significant` digits; whole numbers keep all their digits; no number is an en dash, no end is "no limit"."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return _("no limit") if value > 0 else MINUS + _("no limit")
    if value == 0:
        return "0"
    value = _plain(value)
    rounded = float(f"{value:.{significant}g}")  # 9.96 is 10, not 10.0
    return fixed(value, max(0, significant - 1 - math.floor(math.log10(abs(rounded)))))


def two_digits(value: float, *, signed: bool = True, most: int = 2) -> str:
    """Two significant digits, those beyond them gone, `most` decimals at most.

    >>> two_digits(-152.6), two_digits(2.84), two_digits(0.031), two_digits(9.96, signed=False)
    ('−150', '+2.8', '+0.03', '10')
    """
    return fixed(in_two(value, most), decimals_for(float(f"{value:.2g}"), most=most), signed=signed)


def in_two(value: float, most: int = 2) -> float:
    """`value` to two significant digits, `most` decimals at most; rounded once, so that it is the nearest of these.

    >>> in_two(-152.6), in_two(9.96), in_two(-0.0349), in_two(0.0349, 3), in_two(27.499999999999996)
    (-150.0, 10.0, -0.03, 0.035, 28.0)
    """
    value = _plain(value)
    two = float(f"{value:.2g}")
    return two if decimals_for(two, most=most + 1) <= most else float(f"{value:.{most}f}")


def as_solved(value: float) -> float:
    """The six digits a solution has, and never minus zero. What is ranked goes by it: what ties by the equations then stays in
    the order it was written in, whatever the last digits of a processor.

    >>> as_solved(0.07283313539338213) == as_solved(0.07283313539338093), as_solved(-0.0)
    (True, 0.0)
    """
    return float(f"{value:.6g}") + 0.0


def chance(probability: float, percent: int | None = None) -> str:
    """A probability in percent, without decimals inside 1 to 99, and never 0 or 100 unless it is exactly that.

    `percent` is the whole percent it was given by `whole_percents`, where it stands among others that sum to 100.
    """
    if math.isnan(probability):
        return "–"
    if abs(probability) < SURE or abs(1 - probability) < SURE:
        probability = round(probability)
    low, high = (probability < 0.005, probability > 0.995) if percent is None else (percent == 0, percent == 100)
    if low and probability > 0:
        return _less(_share("1"))
    if high and probability < 1:
        return _("more than {0}").format(_share("99"))
    return _share(fixed(100 * probability if percent is None else percent, 0))


def whole_percent(share: float) -> int:
    """The whole percent a share by itself is printed with.

    >>> whole_percent(0.275), whole_percent(0.285), round(100 * 0.575), whole_percent(0.575)
    (28, 28, 57, 58)
    """
    return round(_plain(100 * share))


def whole_percents(shares: Iterable[float]) -> list[int]:
    """Shares that sum to 1 in whole percents that sum to 100: by the largest remainders, the earlier of two alike first.

    Each is its share rounded down or up. Raises `ValueError` where the shares do not sum to 1.

    >>> whole_percents([0.347, 0.287, 0.284, 0.082]), whole_percents([1 / 3] * 3)
    ([35, 29, 28, 8], [34, 33, 33])
    """
    exact = [100 * x for x in shares]
    if abs(sum(exact) - 100) > 1e-4:
        raise ValueError(f"shares sum to {sum(exact) / 100:g}, not to 1")
    down = [math.floor(x + 1e-9) for x in exact]
    order = sorted(range(len(exact)), key=lambda k: (round(down[k] - exact[k], 9), k))
    up = set(order[: 100 - sum(down)])
    return [n + (k in up) for k, n in enumerate(down)]


def chance_range(low: float, high: float) -> str:
    """Two ends of a range of probabilities; one figure where they print alike.

    >>> chance_range(0.4, 0.52), chance_range(0.997, 1), chance_range(0, 1e-17)
    ('40 to 52\u202f%', 'more than 99\u202f%', '0\u202f%')
    """
    first, last = fixed(100 * low, 0), fixed(100 * high, 0)
    if first == last:
        return chance(low if low > 0.5 else high)
    return _share(to(first, last))


def chance_and_range(probability: float, low: float, high: float, percent: int | None = None, *, named: bool = False) -> str:
    """A probability and its range in brackets, called so where `named`; without a range that prints as the probability does.

    >>> chance_and_range(0.36, 0.3, 0.48), chance_and_range(0.36, 0.3, 0.48, named=True), chance_and_range(1, 1, 1)
    ('36\u202f% (30 to 48\u202f%)', '36\u202f% (range 30 to 48\u202f%)', '100\u202f%')
    """
    shown, ends = chance(probability, percent), chance_range(low, high)
    if shown == ends:
        return shown
    return (_("{0} (range {1})") if named else _("{0} ({1})")).format(shown, ends)


def days(years: float) -> str:
    """A length of time given in years, in days under two years and in years above."""
    if not math.isfinite(years):
        return _("no end") if years > 0 else "–"
    if years >= 2:
        return _unit(years, decimals_for(float(f"{years:.2g}"), most=1), "year")
    return _unit(round(years * DAYS_A_YEAR), 0, "day")


def _unit(n: float, decimals: int, unit: str) -> str:
    """ "1 day", "3.5 years"; Babel has the forms of other languages."""
    if current() == ENGLISH:
        return f"{fixed(n, decimals)} {unit if n == 1 else unit + 's'}"
    from babel.units import format_unit

    return format_unit(n, f"duration-{unit}", format="#,##0" + ".0" * bool(decimals), locale=_locale())
