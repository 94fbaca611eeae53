"""Percentages and sums of money in a text, as numbers; ranges keep both ends and ambiguous signs are said to be so.

>>> [(a.value, a.low, a.unit) for a in amounts_in("from 10% to 25%, 7.5 per cent, 10-15 %, a 10-point rise, $34 bn")]
[(25.0, 10.0, '%'), (7.5, None, '%'), (None, 10.0, '%'), (10.0, None, 'pp'), (34000.0, None, 'million USD')]
>>> [a.value for a in amounts_in("from one hundred and fifty to one hundred per cent; forty-one percent; 39pc; 14,2 %")]
[100.0, 41.0, 39.0, 14.2]
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,7}(?:[.,]\d{1,3})?"
_SIGN = r"(?:\s*%|[- ]per[- ]?cent\b|\s+pct\b|\s*percent\b|\s?p\.?c\b\.?|\s*per cent\b)"
_POINT = r"(?:[- ]+(?:percentage[- ])?points?\b(?!\s+plan)|\s*pp\b)"
_UNITS = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True))
_TEENS = dict(
    zip(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
_BELOW = (
    rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_UNITS)}))?|{'|'.join(_TEENS)}|{'|'.join(_UNITS)})(?:[- ]and[- ]a[- ]half)?"
)
_WORD = rf"(?:(?:one|a|two|three|four|five) hundred(?:(?: and)? {_BELOW})?|{_BELOW}|zero|half a)"
_RANGE = re.compile(
    rf"(?P<lead>\b(?:(?:rang\w+|vary\w*|varies) from|from|between)\s+)?(?<![\d.,$€£])(?!(?:19|"
    rf"20)\d\d\s)(?P<a>{_NUMBER})(?P<sa>{_SIGN})?(?P<join>\s*(?:-|–)\s*|\s+(?:to|and|or)\s+)"
    rf"(?:as (?:much|high) as |up to )?(?P<b>{_NUMBER})(?P<unit>{_SIGN}|{_POINT})",
    re.IGNORECASE,
)
_FROM_AFTER = re.compile(
    rf"(?<![\d.,$€£])(?P<b>{_NUMBER}){_SIGN},?\s+(?:(?:(?:up|down|raised|increased|cut|reduced)\s+)?from|"
    rf"instead of|rather than)\s+"
    rf"(?P<a>{_NUMBER})(?P<unit>{_SIGN})",
    re.IGNORECASE,
)
_TO_NOTHING = re.compile(
    rf"\b(?<=to )(?:zero|nil|nothing)\b(?!\s*%|[ -]per)(?:\s+from\s+(?P<a>{_NUMBER}){_SIGN})?", re.IGNORECASE
)
_FROM_TO = re.compile(rf"\bfrom\s+(?P<a>{_WORD})(?:{_SIGN})?,?\s+to\s+(?P<b>{_WORD})(?P<unit>{_SIGN})", re.IGNORECASE)
_SINGLE = re.compile(rf"(?<![\d.,$€£])(?P<n>{_NUMBER})(?P<unit>{_SIGN}|{_POINT})", re.IGNORECASE)
_SPELT = re.compile(rf"\b(?P<n>{_WORD})(?P<unit>{_SIGN}|{_POINT})", re.IGNORECASE)
_PART = re.compile(
    r"\b(?P<n>an? (?:quarter|third|fifth|tenth)|half|three quarters)\b(?= of (?:the|its|their) (?:\w+ )?value\b)",
    re.IGNORECASE,
)
_PARTS = {"quarter": 25.0, "third": 100 / 3, "fifth": 20.0, "tenth": 10.0, "half": 50.0, "quarters": 75.0}
_MONEY = re.compile(
    rf"(?P<cur>US\$|U\.S\. ?\$|C\$|A\$|HK\$|S\$|NT\$|\$|€|£|¥|₹|RMB ?|Rs\.? ?|USD ?|EUR ?)(?P<n>{_NUMBER})(?P<scale>\s*(?:"
    rf"trillion|billion|million|bn|tn|mn|m|b|crore)\b)?"
    rf"|(?<![\w.,])(?P<n2>{_NUMBER})\s*(?P<scale2>trillion|billion|million|bn|tn|mn)\s+(?P<cur2>US dollars"
    rf"|dollars|USD|euros?|EUR|pounds|yuan|yen|rupees|RMB)\b",
    re.IGNORECASE,
)
_SCALE = {"trillion": 1e6, "tn": 1e6, "billion": 1e3, "bn": 1e3, "b": 1e3, "million": 1.0, "mn": 1.0, "m": 1.0, "crore": 10.0}
_CURRENCY = {
    "US$": "USD", "U.S.$": "USD", "USD": "USD", "US DOLLARS": "USD", "DOLLARS": "USD", "$": "USD", "€": "EUR", "EUR": "EUR",
    "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "POUNDS": "GBP", "¥": "CNY", "YUAN": "CNY", "RMB": "CNY", "YEN": "JPY", "₹": "INR",
    "RS": "INR", "RS.": "INR", "RUPEES": "INR", "C$": "CAD", "A$": "AUD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD",
}  # fmt: skip


@dataclass(frozen=True)
class Amount:
    """A number with its unit. `value` None: a range with no end that counts more; `low`, `high` its ends."""

    start: int
    end: int
    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    kind: str = "single"
    doubt: str = ""
    others: tuple[str, ...] = ()


def amounts_in(text: str) -> tuple[Amount, ...]:
    """Percentages, points and sums of money in order; what belongs to a range is not given again alone."""
    found: list[Amount] = []

    def free(start: int, end: int) -> bool:
        return all(end <= a.start or start >= a.end for a in found)

    for match in _FROM_AFTER.finditer(text):
        a, b = number(match["a"]), number(match["b"])
        found.append(Amount(match.start(), match.end(), b, "%", a, b, "change"))
    for match in _TO_NOTHING.finditer(text):
        low = number(match["a"]) if match["a"] else None
        found.append(Amount(match.start(), match.end(), 0.0, "%", 0.0 if low else None, low, "change" if low else "single"))
    for match in _FROM_TO.finditer(text):
        a, b = spelt(match["a"]), spelt(match["b"])
        found.append(Amount(match.start(), match.end(), b, "%", a, b, "change"))
    for match in _RANGE.finditer(text):
        if free(match.start("a"), match.end()):
            a, b = number(match["a"]), number(match["b"])
            lead = (match["lead"] or "").strip().lower()
            join = match["join"].strip().lower()
            if (join == "and" and lead != "between") or join == "or":
                continue
            unit = _unit(match["unit"])
            if lead == "from" and join == "to":
                found.append(Amount(match.start(), match.end(), b, unit, a, b, "change"))
            else:
                doubt = "a range; which end applies is not said"
                found.append(Amount(match.start("a"), match.end(), None, unit, min(a, b), max(a, b), "range", doubt))
    for match in _SINGLE.finditer(text):
        if free(match.start(), match.end()):
            found.append(Amount(match.start(), match.end(), number(match["n"]), _unit(match["unit"])))
    for match in _SPELT.finditer(text):
        if free(match.start(), match.end()):
            found.append(Amount(match.start(), match.end(), spelt(match["n"]), _unit(match["unit"])))
    for match in _PART.finditer(text):
        if free(match.start(), match.end()):
            found.append(Amount(match.start(), match.end(), _PARTS[match.group().lower().split()[-1]], "%"))
    for match in _MONEY.finditer(text):
        if free(match.start(), match.end()):
            found.append(_money(match))
    return tuple(sorted(found, key=lambda a: a.start))


def _money(match: re.Match[str]) -> Amount:
    raw = (match["cur"] or match["cur2"]).upper().replace("U.S. $", "U.S.$").strip()
    scale = (match["scale"] or match["scale2"] or "").strip().lower()
    value = number(match["n"] or match["n2"]) * (_SCALE[scale] if scale else 1e-6)
    doubt = "which dollar is not said" if raw in ("$", "DOLLARS") else "yen or yuan" if raw == "¥" else ""
    others = ("CAD", "AUD", "HKD", "SGD") if raw in ("$", "DOLLARS") else ("JPY",) if raw == "¥" else ()
    return Amount(match.start(), match.end(), value, f"million {_CURRENCY.get(raw, raw)}", doubt=doubt, others=others)


def number(written: str) -> float:
    """The number written, with "," as thousands mark where three digits follow and as decimal mark otherwise."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return float(written.replace(",", ""))
    return float(written.replace(",", "."))


def _unit(sign: str) -> str:
    return "pp" if "point" in sign.lower() or "pp" in sign.lower() else "%"


def spelt(written: str) -> float:
    """The number written in words.

    >>> spelt("one hundred and fifty"), spelt("twenty-two and a half"), spelt("zero")
    (150.0, 22.5, 0.0)
    """
    total, low = 0.0, written.lower()
    for word in re.findall(r"[a-z]+", low.replace("and a half", "")):
        if word == "hundred":
            total *= 100
        else:
            total += {**_UNITS, **_TEENS, **_TENS, "a": 1}.get(word, 0)
    if low.startswith("half a"):
        return 0.5
    return total + 0.5 * ("and a half" in low or "and-a-half" in low)
