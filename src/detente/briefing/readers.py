"""For whom a briefing is written: the front has one edition an economy.

>>> from detente.cases.case import Case
>>> readers_of(Case.of("kuala-lumpur-2025", with_ranges=False))
('MYS',)
>>> readers_of(Case.of("kuala-lumpur-2025", with_ranges=False), ["Germany", "eu27"])
('EU27',)
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.cases.case import Case
from detente.words.names import code_of, holder

ALL = "all"


def readers_of(case: Case, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The economies to write for, in the order asked; none asked for: the host, else the party named first.

    "all" stands for the host, the parties and the bystanders that the dossier names. A country inside an economy of the world is
    read in that one. Raises `UnknownRegion`, and `NoSingleEconomy` for a group: what decides a year is priced for one economy.
    """
    named = [b.region for b in case.dossier.bystanders if b.region in case.world.regions]
    first = (case.host or case.a,)
    asked = [c for said in wanted for c in ((*first, *case.parties, *named) if said.lower() == ALL else (said,))]
    regions = case.world.regions
    return tuple(dict.fromkeys(holder(said, regions) or code_of(said, regions) for said in asked)) or first
