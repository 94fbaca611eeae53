"""A threat as somebody says it: a duty ("50 % from 1 August", "25 points on cars and steel from 2027-02-01"), or a control of
exports ("withholds 60 % of rare earths from 1 February").

>>> from datetime import date
>>> found = Threat.of("25% on motor vehicles from 1 February", date(2026, 11, 28), ["MVH", "IRS", "TEX"])
>>> found.size, found.sectors, found.start.isoformat()
(25.0, ('MVH',), '2027-02-01')
>>> found = Threat.of("export controls on 60 % of motor vehicles", date(2026, 11, 28), ["MVH", "IRS", "TEX"])
>>> found.kind.value, found.size, found.sectors
('export_control', 60.0, ('MVH',))
"""

from __future__ import annotations

import math
import re
from calendar import isleap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from dateutil import parser

from detente.errors import InputError
from detente.policy.measures import InstrumentKind
from detente.words import refusal
from detente.words.names import goods_sectors, sector_table

NOTICE = timedelta(days=30)
"""Between the threat and the duty where no day is named."""
_POINTS = re.compile(
    r"(?<![\w.,-])(-?\d+(?:[.,]\d+)?)\s*(?:%|per ?cent(?:age points?)?|pct|pc|pp|points?)?(?![\w])", re.IGNORECASE
)
_WHEN = re.compile(r"\b(?:from|as of|as from|starting(?: on)?|beginning(?: on)?|effective(?: on)?|by)\s+(.+)$", re.IGNORECASE)
_BARE = r"(?:\b(?:an?|duty|duties|tariffs?|more|extra|of)\b|\s)*"
_WHAT = re.compile(rf"{_BARE}\bon\s+(.+)", re.IGNORECASE)
_CONTROLS = (
    "withholds?", "withholding", "withheld", "holds? back", "holding back", "held back", "keeps? back", "keeping back",
    "kept back", "cuts? off", "refuses?", "export limits?", "export restrictions?", "export bans?", "(?:export )?controls?",
    "(?:export )?curbs?",
)  # fmt: skip
_CONTROL = re.compile(rf"\b(?:{'|'.join(_CONTROLS)})\b", re.IGNORECASE)
_SMALL = ("of", "on", "its", "the", "an?", "exports?", "sales")
_HELD = re.compile(rf"(?:(?:{'|'.join(_SMALL)})(?:\s+|$))*(.*)", re.IGNORECASE)
_ALL = {"", "all goods", "goods", "all", "everything", "all imports", "imports"}


@dataclass(frozen=True)
class Threat:
    """A duty or a control on some sectors (all goods if none) from a day on; `dated`: whether the day was named.

    `size` is percentage points of a duty, or the percent of exports that a control withholds.
    """

    kind: InstrumentKind
    size: float
    sectors: tuple[str, ...]
    start: date
    dated: bool

    @classmethod
    def of(cls, text: str, day: date, sectors: Sequence[str], sectors_in: Callable[[str], Sequence[str]] | None = None) -> Threat:
        """The threat that `text` states on `day`, on a world of `sectors`. A day without its year is the next one to come.

        `sectors_in` finds sectors in words that are no names of sectors. Raises `InputError` for a text without a size, with
        goods nobody knows, or with a day that is none or not after `day`, and for a control that leaves nothing to sell.
        """
        told = " ".join(text.split())
        when = _WHEN.search(told)
        rest = told[: when.start()] if when else told
        control, rate = _CONTROL.search(rest), _POINTS.search(rest)
        if rate is None and control:
            raise InputError(refusal("policy", "control_without_share", text=text))
        if rate is None:
            raise InputError(refusal("policy", "threat_without_rate", text=text))
        size = float(rate[1].replace(",", "."))
        around = f"{rest[: rate.start()]} {rest[rate.end() :]}"
        if control:
            if not (0 < size < 100):
                raise InputError(refusal("policy", "control_share", share=f"{size:g}"))
            kind, about = InstrumentKind.EXPORT_CONTROL, _HELD.match(" ".join(_CONTROL.sub(" ", around).split()))
        else:
            if not (0 < size < math.inf):
                raise InputError(refusal("policy", "starter_points", points=f"{size:g}"))
            around = " ".join(around.split())
            kind, about = InstrumentKind.TARIFF, _WHAT.match(around)
            if around and about is None and not re.fullmatch(_BARE, around, re.IGNORECASE):
                raise InputError(refusal("policy", "threat_unread", text=text, rest=around))
        goods = _sectors(about[1] if about else "", sectors, sectors_in)
        return cls(kind, size, goods, _day(when[1], day) if when else day + NOTICE, when is not None)


def _sectors(text: str, sectors: Sequence[str], sectors_in: Callable[[str], Sequence[str]] | None) -> tuple[str, ...]:
    """Sectors by code, by name, or as `sectors_in` finds them; empty for all goods."""
    said = text.strip(" .").lower()
    if said in _ALL:
        return ()
    known = goods_sectors(sectors)
    names = {str(sector_table()[s]["name"]).lower(): s for s in known if s in sector_table()}
    if said in names:
        return (names[said],)
    found: list[str] = []
    for part in re.split(r",| and ", said):
        word = part.strip()
        if not word:
            continue
        if word.upper() in known:
            found.append(word.upper())
        elif word in names:
            found.append(names[word])
        else:
            read = [s for s in (sectors_in(word) if sectors_in else ()) if s in known]
            if not read:
                raise InputError(refusal("policy", "threat_goods", goods=word, names=", ".join(names)))
            found += read
    return tuple(dict.fromkeys(found))


def _day(text: str, today: date) -> date:
    """The day a text names. Raises `InputError`."""
    said = text.strip(" .")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", said) and not re.search(r"[a-z]{3}", said, re.IGNORECASE):  # 2/1: whose order?
        raise InputError(refusal("policy", "threat_day", text=text))
    leap = today.year // 4 * 4  # a year that has every day
    try:
        found, other = (parser.parse(said, default=datetime(leap + k, 1 + k // 4, 1 + k)).date() for k in (0, 4))
    except (ValueError, OverflowError):
        raise InputError(refusal("policy", "threat_day", text=text)) from None
    if (found.month, found.day) != (other.month, other.day) or not re.search(r"\d", said):  # a part that was not said
        raise InputError(refusal("policy", "threat_day", text=text))
    if found.year != other.year:  # the year was not said
        days = (found.replace(year=y) for y in count(today.year) if isleap(y) or (found.month, found.day) != (2, 29))
        found = next(d for d in days if d > today)
    if found <= today:
        raise InputError(refusal("policy", "threat_past", day=found, today=today))
    return found
