"""Dates in a text, resolved against the article's date where they lean on it, and left open where they cannot be.

Absolute dates are read with python-dateutil. A day without a year takes the year nearest to the article's date, or the
one its verb asks for (a duty "starting November 1" lies ahead); if the two differ, both are given. Without an article
date such a day stays open ("--11-01"). Vague times (in coming days, in recent months) become an interval and say so.

>>> from datetime import date
>>> [(d.text, d.start.isoformat(), d.precision) for d in dates_in("from Nov. 1 until next week", date(2025, 10, 18))]
[('Nov. 1', '2025-11-01', 'day'), ('next week', '2025-10-20', 'week')]
>>> dates_in("from Nov. 1", None)[0].partial
'--11-01'
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dateutil import parser as dateutil_parser
from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)(?![a-z])"
)
_DAY = r"(?:[12]?\d|3[01]|0\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:1[6-9]\d\d|20\d\d)"
_WEEKDAYS = {"monday": MO, "tuesday": TU, "wednesday": WE, "thursday": TH, "friday": FR, "saturday": SA, "sunday": SU}
_WEEKDAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_SMALL = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "thirty": 30, "sixty": 60, "ninety": 90, "few": 3, "couple of": 2,
}  # fmt: skip
_COUNT = r"(?:\d{1,3}|a couple of|a few|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety)"
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
]
_PAPER = (
    r"(?:order|notice|proclamation|decree|regulation|notification|announcement|decision|publication|signature|signing|ruling"
    r"|resolution|determination|act|law|agreement)"
)
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", rf"(?<![\d-]){_YEAR}-\d\d-\d\d(?![\d-])"),
    ("paper", (
rf"\b(?:(?:{_COUNT}|fourteen|fifteen|twenty-one|forty-five) (?:calendar |working |business )?days (?:after|from|following)"
rf" (?:the )?(?:day |date )?(?:of )?(?:(?:this|the|its|the present) )?{_PAPER}(?! of [A-Z]\w+ \d|"
    rf" appears| is published| has been published)"
rf"|the (?:{'|'.join(reversed(_ORDINALS))}) day (?:following|after) (?:that of |the date of |"
    rf"the day of )?(?:its|the|this|their) {_PAPER}"
rf"|the day (?:following|after) (?:that of |the date of |the day of )?(?:its|the|this|their) {_PAPER}"
rf"|(?:the )?(?:date|day) of (?:(?:this|its|the|publication of this) )?{_PAPER})\b"
)),
    ("spelt", rf"\b(?:the )?(?:{'|'.join(reversed(_ORDINALS))}) (?:day )?of {_MONTH}(?:,?\s+{_YEAR})?"),
    ("numeric", r"(?<![\d./-])\d{1,2} ?([/.]) ?\d{1,2} ?\1 ?(?:\d{4}|\d\d)(?![\d/]|\.\d|\s*%)"),
    ("range", (
rf"(?<!\d)(?:{_MONTH}\s+{_DAY}\s*(?:-|–|to|and)\s*{_DAY}|{_DAY}\s*(?:-|–|to|and)\s*{_DAY}\s+{_MONTH})(?:,?\s+{_YEAR})?(?!\d"
rf"|\s*%)"
)),
    ("day", (
rf"(?<![\d.])(?:{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR}|\s+\({_YEAR}\))?|"
    rf"(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?)(?![\d%]"
rf"|\s*%|\s*per cent)"
)),
    ("month", rf"(?:(?:early|mid|late|the (?:start|beginning|middle|end) of)[- ])?{_MONTH},?\s+(?:of\s+)?{_YEAR}\b"),
    ("decade", r"\b(?:the\s+)?(?:1[6-9]|20)\d0s\b"),
    ("quarter", rf"\b(?:Q[1-4]\s+{_YEAR}|(?:the\s+)?(?:first|second|third|fourth) quarter(?:\s+of\s+{_YEAR})?)\b"),
    ("weekday", rf"\b(?:(?:next|last|this|this coming|the following)\s+)?{_WEEKDAY}\b"),
    ("relative", r"\b(?:today|tonight|tomorrow|yesterday|the day after tomorrow|the day before yesterday)\b"),
    ("unit", (
r"\b(?:(?:earlier|later)\s+)?(?:next|last|this|the coming|the past|the following|the previous)\s+(?:week"
r"|weekend|month|year|quarter|spring|summer|autumn|fall|winter)\b"
)),
    ("ago", rf"\b{_COUNT}\s+(?:day|week|month|year)s?\s+(?:ago|earlier|from now|from today|later)\b"),
    ("within", rf"\b(?:in|within)\s+(?:the next\s+)?{_COUNT}\s+(?:day|week|month)s?\b(?!\s+(?:of talks|negotiations))"),
    ("vague", r"\bin (?:the )?(?:coming|next few|recent|past few|last few) (?:days|weeks|months|years)\b"),
    ("yearend", (
r"\b(?:the )?(?:end of the (?:year|month|week)|year[- ]end|month[- ]end|end of (?:this|next)"
r" (?:year|month|week))\b"
)),
    ("month", (
rf"(?:(?:early|mid|late|the (?:start|beginning|middle|end) of)[- ]|(?<=in )|(?<=since )|(?<=by )"
rf"|(?<=until )|(?<=from )|(?<=last )|(?<=next ))(?:{_MONTH})(?!\s+\d)"
)),
    ("year", rf"(?:(?<=in )|(?<=since )|(?<=by )|(?<=until )|(?<=from )|(?<=of )|(?<=the )|(?<=for )){_YEAR}(?![\d%/-]|\s*%)"),
)  # fmt: skip
_PATTERN = re.compile("|".join(f"(?P<k{k}>{body})".replace(r"\1", rf"(?P=sep{k})").replace("([/.])", f"(?P<sep{k}>[/.])")
                               for k, (_, body) in enumerate(_PATTERNS)), re.IGNORECASE)  # fmt: skip
_AHEAD = re.compile(
    r"\b(?:starting|effective|beginning|takes? effect|will|would|due|scheduled|set to|plan\w*|deadline|expir(?:es|ing)|until|till"
    r"|before|ahead of|through|by|threat\w*|to be|next|upcoming|coming|ahead|from(?!\s+[\d.]+\s*(?:%|per)))\b[^.;]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\b(?:announced|said|imposed|since|took effect|signed|was|were|had|met|agreed|told|unveiled|issued|last)\b[^.;]*$", re.I
)


@dataclass(frozen=True)
class DateMention:
    """A time named in the text. `start` None where it cannot be resolved; `end` is the last day of an interval."""

    at: int
    to: int
    text: str
    start: date | None
    end: date | None
    precision: str
    how: str
    partial: str | None = None
    sure: float = 1.0
    others: tuple[tuple[date, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data: date (or null), precision, the words, how it was resolved, other readings."""
        return {
            "date": self.start.isoformat() if self.start and self.precision == "day" else None,
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "partial": self.partial,
            "precision": self.precision,
            "text": self.text,
            "how": self.how,
            "alternatives": [{"date": d.isoformat(), "why": why} for d, why in self.others],
        }


_AMERICAN = re.compile(r"\b(?:USTR|HTSUS|Federal Register|[Ss]ection (?:301|232|122|201)|U\.S\. Customs|IEEPA|CBP)\b")
_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})/(?:\d{4}|\d\d)(?!\d|/)")


def american_order(text: str) -> bool | None:
    """Whether days in figures are written month first; None where the text does not tell."""
    pairs = [(int(m[1]), int(m[2])) for m in _SLASHED.finditer(text)]
    if any(b > 12 for _, b in pairs) != any(a > 12 for a, _ in pairs):
        return any(b > 12 for _, b in pairs)
    return True if pairs and _AMERICAN.search(text) else None


def dates_in(text: str, today: date | None) -> tuple[DateMention, ...]:
    """Times named in a text in order, resolved against `today` (the article's date) where they need it."""
    found = []
    order = american_order(text)
    for match in _PATTERN.finditer(text):
        kind = next(_PATTERNS[int(k[1:])][0] for k, v in match.groupdict().items() if k.startswith("k") and v is not None)
        words = " ".join(match.group().split())
        if words == "may" or (re.match(r"(?:may|mar|march|dec)\b", words) and kind != "iso"):
            continue
        base = DateMention(match.start(), match.end(), words, None, None, "day", "")
        before = text[max(0, match.start() - 90) : match.start()]
        try:
            mention = _resolve(base, kind, words, before, today, order)
        except (ValueError, OverflowError):
            continue
        found.append(mention)
    return tuple(found)


def _resolve(base: DateMention, kind: str, words: str, before: str, today: date | None, order: bool | None) -> DateMention:
    low = words.lower()
    if kind == "iso":
        day = date.fromisoformat(words)
        return replace(base, start=day, end=day, how="stated in full")
    if kind == "numeric":
        return _numeric(base, words, order)
    if kind == "spelt":
        ordinal = next(k for k, w in reversed(list(enumerate(_ORDINALS, 1))) if re.search(rf"\b{w}\b", low))
        month = re.search(_MONTH, low.split(" of ", 1)[1], re.I)
        year = re.search(_YEAR, low)
        return _day(base, f"{ordinal} {month.group() if month else ''} {year.group() if year else ''}".strip(), before, today)
    if kind == "day":
        return _day(base, low, before, today)
    if kind == "range":
        return _range(base, low, before, today)
    if kind in ("month", "year", "decade", "quarter"):
        return _period(base, kind, low, before, today)
    if kind == "paper":
        return _paper(base, low, today)
    if today is None:
        precision = {"weekday": "day", "relative": "day", "ago": "day", "within": "day"}.get(kind, "vague")
        return replace(base, precision=precision, how="needs the article's date, which is unknown", partial=low, sure=0.5)
    return _relative(base, kind, low, before, today)


def _paper(base: DateMention, low: str, today: date | None) -> DateMention:
    """Days counted from the paper itself: its date is taken to be the article's; one that appears later stays open."""
    count = re.match(r"(\d+)|([a-z-]+)", low)
    words = {**_SMALL, "fourteen": 14, "fifteen": 15, "twenty-one": 21, "forty-five": 45}
    if today is None:
        return replace(base, how="needs the article's date, which is unknown", partial=low, sure=0.5)
    days = 0
    if " days " in low and count:
        days = int(count[1]) if count[1] else words.get(count[2], 0)
    elif (ordinal := re.match(r"the ([a-z-]+) day\b", low)) and ordinal[1] in _ORDINALS:
        days = _ORDINALS.index(ordinal[1]) + 1
    elif low.startswith("the day"):
        days = 1
    day = today + timedelta(days=days)
    return replace(base, start=day, end=day, how=f"counted from the article's date ({today})", sure=0.85)


def _numeric(base: DateMention, words: str, order: bool | None) -> DateMention:
    one, two, year = (int(p) for p in re.split(r"\s*[/.]\s*", words))
    year += 2000 if year < 100 else 0
    if one > 12 or two > 12 or "." in words:
        day = date(year, two, one) if one > 12 or "." in words else date(year, one, two)
        return replace(base, start=day, end=day, how="written in figures", sure=0.9)
    american, other = date(year, one, two), date(year, two, one)
    if order is not None:
        day = american if order else other
        return replace(base, start=day, end=day, how="in the order of the text's other days in figures", sure=0.9)
    if american == other:
        return replace(base, start=american, end=american, how="written in figures")
    return replace(
        base, precision="day", how="day and month could be either way round", partial=words, sure=0.4,
        others=((american, "month first (US)"), (other, "day first")),
    )  # fmt: skip


def _day(base: DateMention, low: str, before: str, today: date | None) -> DateMention:
    clean = re.sub(r"\bthe\b|\bof\b|(?<=\d)(?:st|nd|rd|th)\b|[,()]", " ", low)
    if re.search(_YEAR, low):
        day = dateutil_parser.parse(clean, dayfirst=True).date()
        return replace(base, start=day, end=day, how="stated in full")
    parsed = dateutil_parser.parse(clean + " 2000", dayfirst=True)
    partial = f"--{parsed.month:02d}-{parsed.day:02d}"
    if today is None:
        return replace(base, how="no year is given and the article's date is unknown", partial=partial, sure=0.5)
    return _with_year(base, parsed.month, parsed.day, before, today, partial)


def _with_year(base: DateMention, month: int, day: int, before: str, today: date, partial: str) -> DateMention:
    choices = [date(y, month, day) for y in (today.year - 1, today.year, today.year + 1) if _exists(y, month, day)]
    if not choices:
        raise ValueError("no such day")
    nearest = min(choices, key=lambda d: abs((d - today).days))
    ahead, behind = _AHEAD.search(before), _BEHIND.search(before)
    wanted = nearest
    if ahead and (not behind or ahead.start() > behind.start()):
        wanted = min((d for d in choices if d >= today), default=nearest)
        if (wanted - today).days > 300:
            wanted = nearest
    elif behind:
        wanted = max((d for d in choices if d <= today), default=nearest)
    if abs((wanted - today).days) > 270 and abs((nearest - today).days) < 60:
        nearest, wanted = wanted, nearest
        others: tuple[tuple[date, str], ...] = ((nearest, "the tense of its verb"),)
    else:
        others = ((nearest, "nearest to the article's date"),) if nearest != wanted else ()
    how = f"year {wanted.year} inferred from the article's date ({today})"
    return replace(base, start=wanted, end=wanted, how=how, partial=partial, sure=0.7 if others else 0.95, others=others)


def _exists(year: int, month: int, day: int) -> bool:
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]


def _range(base: DateMention, low: str, before: str, today: date | None) -> DateMention:
    month_word = re.search(_MONTH, low, re.I)
    month = next(k for k, m in enumerate(MONTHS, 1) if month_word and m.startswith(month_word.group().strip(".")[:3]))
    year = re.search(_YEAR, low)
    days = [int(d) for d in re.findall(r"(?<!\d)(\d{1,2})(?!\d)", low)][:2]
    if year:
        start, end = (date(int(year.group()), month, d) for d in days)
        return replace(base, start=start, end=end, precision="days", how="stated in full")
    partial = f"--{month:02d}-{days[0]:02d}/{days[1]:02d}"
    if today is None:
        return replace(
            base, precision="days", how="no year is given and the article's date is unknown", partial=partial, sure=0.5
        )
    first = _with_year(base, month, days[0], before, today, partial)
    assert first.start is not None
    return replace(first, end=date(first.start.year, month, days[1]), precision="days")


def _period(base: DateMention, kind: str, low: str, before: str, today: date | None) -> DateMention:
    years = re.search(_YEAR, low)
    year = int(years.group()) if years else None
    if kind == "year" and year:
        return replace(base, start=date(year, 1, 1), end=date(year, 12, 31), precision="year", how="a year, no day")
    if kind == "decade":
        first = int(re.sub(r"\D", "", low))
        return replace(base, start=date(first, 1, 1), end=date(first + 9, 12, 31), precision="decade", how="a decade")
    if kind == "quarter":
        number = next((k for k, w in enumerate(("first", "second", "third", "fourth"), 1) if w in low), None) or int(low[1])
        months = (3 * number - 2, 3 * number)
    else:
        word = re.search(_MONTH, low, re.I)
        number = next(k for k, m in enumerate(MONTHS, 1) if word and m.startswith(word.group().strip(".")[:3]))
        months = (number, number)
    how, sure = "a month or quarter, no day", 1.0
    if year is None:
        if today is None:
            return replace(
                base, precision="month", how="no year is given and the article's date is unknown", partial=f"--{months[0]:02d}"
            )
        year = _with_year(base, months[0], 15, before, today, "").start.year  # type: ignore[union-attr]
        how, sure = f"year {year} inferred from the article's date ({today})", 0.9
    start = date(year, months[0], 1)
    end = date(year, months[1], calendar.monthrange(year, months[1])[1])
    return replace(base, start=start, end=end, precision="month" if kind == "month" else "quarter", how=how, sure=sure)


def _relative(base: DateMention, kind: str, low: str, before: str, today: date) -> DateMention:
    how = f"relative to the article's date ({today})"
    if kind == "relative":
        steps = {"tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2, "the day before yesterday": -2}
        day = today + timedelta(days=steps.get(low, 0))
        return replace(base, start=day, end=day, how=how, sure=0.95)
    if kind == "weekday":
        return _weekday(base, low, before, today, how)
    if kind in ("ago", "within"):
        count = re.search(r"\d+", low)
        word = next((w for w in sorted(_SMALL, key=len, reverse=True) if re.search(rf"\b{w}\b", low)), "one")
        number = int(count.group()) if count else _SMALL[word]
        unit = re.search(r"day|week|month|year", low)
        name = unit.group() if unit else "day"
        step = {
            "day": relativedelta(days=number), "week": relativedelta(weeks=number), "month": relativedelta(months=number),
            "year": relativedelta(years=number),
        }[name]  # fmt: skip
        day = today - step if re.search(r"ago|earlier", low) else today + step
        loose = 0.6 if re.search(r"few|couple|month|year", low) else 0.85
        return replace(base, start=day, end=day, precision="day" if loose > 0.8 else "vague", how=how, sure=loose)
    if kind == "unit":
        return _unit(base, low, today, how)
    if kind == "yearend":
        if "year" in low:
            day = date(today.year + ("next" in low), 12, 31)
        elif "month" in low:
            day = today + relativedelta(months=int("next" in low), day=31)
        else:
            day = today + relativedelta(weekday=FR(1 + ("next" in low)))
        return replace(base, start=day, end=day, how=how, sure=0.85)
    back = re.search(r"recent|past|last", low)
    length = {"days": 7, "weeks": 30, "months": 180, "years": 1100}[low.split()[-1]]
    start, end = (today - timedelta(days=length), today) if back else (today, today + timedelta(days=length))
    return replace(base, start=start, end=end, precision="vague", how=f"vague: about {length} days, {how}", sure=0.5)


def _weekday(base: DateMention, low: str, before: str, today: date, how: str) -> DateMention:
    which = _WEEKDAYS[low.split()[-1]]
    last, coming = today + relativedelta(weekday=which(-1)), today + relativedelta(weekday=which(1))
    later = coming if coming > today else today + relativedelta(days=1, weekday=which(1))
    if low.startswith("last"):
        day = last if last < today else last - timedelta(days=7)
        return replace(base, start=day, end=day, how=how, sure=0.9)
    if low.startswith("next"):
        week_after = today + relativedelta(days=7 - today.weekday(), weekday=which(1))
        others = ((later, "the coming one"),) if later != week_after else ()
        return replace(base, start=week_after, end=week_after, how=how, sure=0.7 if others else 0.9, others=others)
    ahead, behind = _AHEAD.search(before), _BEHIND.search(before)
    forward = bool(ahead) and not (behind and ahead and behind.start() > ahead.start())
    day = later if forward or low.startswith("this") else last
    others = ((last if day == later else later, "the other side of the article's date"),)
    return replace(base, start=day, end=day, how=how, sure=0.8, others=others)


def _unit(base: DateMention, low: str, today: date, how: str) -> DateMention:
    sign = -1 if re.search(r"last|past|previous", low) else 0 if re.search(r"\bthis\b", low) else 1
    unit = low.split()[-1]
    if unit == "week":
        start = today + timedelta(days=7 * sign - today.weekday())
        return replace(base, start=start, end=start + timedelta(days=6), precision="week", how=how, sure=0.9)
    if unit == "weekend":
        start = today + timedelta(days=7 * sign + 5 - today.weekday())
        return replace(base, start=start, end=start + timedelta(days=1), precision="days", how=how, sure=0.85)
    if unit in ("month", "quarter"):
        start = today.replace(day=1) + relativedelta(months=sign * (1 if unit == "month" else 3))
        if unit == "quarter":
            start = start.replace(month=3 * ((start.month - 1) // 3) + 1)
        end = start + relativedelta(months=0 if unit == "month" else 2, day=31)
        return replace(base, start=start, end=end, precision=unit, how=how, sure=0.9)
    if unit == "year":
        return replace(
            base, start=date(today.year + sign, 1, 1), end=date(today.year + sign, 12, 31), precision="year", how=how, sure=0.9
        )
    return replace(base, precision="vague", how="a season, left open", partial=low, sure=0.4)
