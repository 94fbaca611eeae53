"""Where the odds of the tree get their stand-off: the payoffs of the dossier's table, at one reading whatever is asked.

How long a shock has had to work says nothing about what people will decide, so the horizon must not move the odds.
The stand-off is therefore always read along the path, where what it pays while it lasts is what the first months bring (A140);
the month named in `READING` only puts it on the path. To price it otherwise, change this file and nothing else.

>>> from detente.policy.dossier import load_dossier
>>> from detente.world.library import load_world
>>> odds = stand_off_of(load_dossier("kuala-lumpur-2025"), load_world())(date(2025, 11, 1))
>>> odds.first[0] <= odds.first[1] <= odds.first[2]
True
"""

from __future__ import annotations

from datetime import date as date
from typing import TYPE_CHECKING, Final

from detente.outlook.fork_odds import StandOff
from detente.outlook.tree import prospects_of
from detente.types import Progress
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.table import AtTheTable

READING: Final = "month 36"
"""Any month stands for the path as a whole: the table reads all of it."""


def stand_off_of(
    dossier: Dossier, world: World, *, known: AtTheTable | None = None, progress: Progress | None = None
) -> StandOff | None:
    """Odds of the stand-off by day; None where no branch asks for them or the dossier has no such table.

    `known` is used where it was read along the path too, so that nothing is solved twice.
    """
    asked = any(b.stand_off for _, b in prospects_of(dossier).branches.values())
    if not asked or not has_stances(dossier, world):
        return None
    if known is not None and not known.table.clock.snapshot:
        return known.odds_by
    from detente.strategy.table import at_the_table

    return at_the_table(dossier, world, READING, progress=progress).odds_by


def has_stances(case: Dossier, world: World) -> bool:
    """Whether the dossier has just two parties, both in this world, each able to ease, hold and escalate."""
    return len(case.parties) == 2 and all(
        p.region in world.regions and {"ease", "hold", "escalate"} <= {s.stance for s in p.stances} for p in case.parties
    )
