"""Where and when an article says it was written: the dateline that opens a report, and days written in words of other languages.

>>> dateline_end("OTTAWA, July 16, 2025 - Canada will tighten quotas.")
23
>>> day_abroad("RESOLUÇÃO No. 7, DE 30 DE MAIO DE 2028").isoformat()
'2028-05-30'
>>> day_abroad("this eleventh day of January, in the year of our Lord two thousand twenty-seven").isoformat()
'2027-01-11'
"""

from __future__ import annotations

import re
from datetime import date

from detente.reader.amounts import spelt
from detente.reader.dates import dates_in

DATELINE = re.compile(
    r"^\s*(?:[A-ZÀ-Þ][\w .'-]{2,40}(?:/[A-Z][\w .'-]+)?(?:,\s+|\s+\((?=\d|[A-Z]))(?P<a>[^()–—-]{3,28}?(?: \(\d{4})?)\)?"
    r"\s*(?:\([^)]{2,30}\))?\s*(?:-|–|—|(?<=\d{4})\.(?=\s|$))"
    r"|(?:published|posted|date|dated|updated|last updated|first published)(?: on)?\s*:?\s+(?P<b>[^|\n]{4,40}))",
    re.IGNORECASE,
)


def dateline_end(text: str) -> int:
    """Where the dateline that opens a sentence ends; 0 where there is none."""
    match = DATELINE.match(text)
    return match.end() if match and match["a"] and dates_in(match["a"], None) else 0


_MONTHS = (
    "janeiro|enero|janvier", "fevereiro|febrero|février", "março|marzo|mars", "abril|avril", "maio|mayo|mai", "junho|junio|juin",
    "julho|julio|juillet", "agosto|août", "setembro|septiembre|septembre", "outubro|octubre|octobre",
    "novembro|noviembre|novembre", "dezembro|diciembre|décembre",
)  # fmt: skip
_ABROAD = re.compile(rf"\b(\d{{1,2}})\.?[ºo]?\s+(?:de\s+)?({'|'.join(_MONTHS)})\s+(?:de\s+)?(\d{{4}})\b", re.IGNORECASE)
_LORD = re.compile(
    r"\bthis (?P<day>[\w-]+ day of \w+),? (?:in the year of our Lord )?two thousand(?: and)? (?P<year>[a-z -]+?)(?:[,.;]|$)", re.I
)


def day_abroad(line: str) -> date | None:
    """A full day in Portuguese, Spanish or French, or in the words in which proclamations are signed; None for none."""
    m, lord = _ABROAD.search(line), _LORD.search(line)
    try:
        if m:
            month = next(k for k, names in enumerate(_MONTHS, 1) if re.fullmatch(names, m[2], re.I))
            return date(int(m[3]), month, int(m[1]))
        if lord:
            found = dates_in(f"the {lord['day'].replace('day of', 'of')} {2000 + int(spelt(lord['year']))}", None)
            return found[0].start if found else None
    except ValueError:
        return None
    return None
