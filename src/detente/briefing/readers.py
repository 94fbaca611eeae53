"""For whom a briefing is written: the front has one edition an economy.

>>> from detente.cases.case import Case
>>> readers_of(Case.of("kuala-lumpur-2025", with_ranges=False))
('MYS',)
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.cases.case import Case

ALL = "all"


def readers_of(case: Case, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The economies to write for, in the order asked; none asked for: the host, else the party named first.

    "all" stands for the host, the parties and the bystanders that the dossier names. Raises `UnknownRegion`.
    """
    named = [b.region for b in case.dossier.bystanders if b.region in case.world.regions]
    first = (case.host or case.a,)
    asked = [c for code in wanted for c in ((*first, *case.parties, *named) if code.lower() == ALL else (code.upper(),))]
    for code in asked:
        case.index(code)
    return tuple(dict.fromkeys(asked)) or first
