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
from detente.errors import InputError
from detente.words import refusal
from detente.words.names import canonical, code_of, group_table, home_of

ALL = "all"


def readers_of(case: Case, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The economies to write for, in the order asked; none asked for: the host, else the party named first.

    "all" stands for the host, the parties and the bystanders that the dossier names. A country inside an economy of the world is
    read in that one. Raises `UnknownRegion`, and `InputError` for a group: what decides a year is priced for one economy.
    """
    named = [b.region for b in case.dossier.bystanders if b.region in case.world.regions]
    first = (case.host or case.a,)
    asked = [c for said in wanted for c in ((*first, *case.parties, *named) if said.lower() == ALL else (said,))]
    return tuple(dict.fromkeys(_held(case, said) for said in asked)) or first


def _held(case: Case, said: str) -> str:
    """The economy of the world that is meant: by any of its names, or by those of a country that it holds."""
    regions, code = case.world.regions, canonical(said)
    if code in group_table() and said not in regions:
        held = ", ".join(r for r in members_of(code) if r in regions)
        raise InputError(refusal("briefing", "group_as_reader", name=code, members=held))
    holder = home_of(code)
    return holder if holder in regions and code not in regions else code_of(said, regions)


def members_of(group: str) -> list[str]:
    """Codes of a named group; none for one that stands for all."""
    members = group_table()[group]["members"]
    return [] if members == "all" else [str(m) for m in members]
