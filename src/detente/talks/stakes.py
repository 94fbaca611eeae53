"""What each side of a stand-off has at stake, and how to read it off computed payoffs.

Everything is measured against a deal at once (flow 0). While the stand-off lasts a side gets the flow f a year; if the other
gives way it gets the value V_W, if it gives way itself V_L, if talks collapse D. Values are present values: a flow v
that lasts L years is worth v·(1 − e^{−rL})/r, and v/r if it lasts for good.

    f   = stand-off payoff − deal payoff          (a year)
    V_W = annuity · (payoff when the other eases − deal payoff),   V_L, D alike

Payoffs a year come from a table of packages (percent of a year's real income, say).

>>> usa = stakes_from_flows("USA", rate=0.05, deal=0.1, standoff=-1.4, win=0.4, lose=-0.3, collapse=-2.4)
>>> [round(x, 6) for x in (usa.flow, usa.win, usa.lose, usa.collapse)]
[-1.5, 6.0, -8.0, -50.0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from detente.checks import finite, positive
from detente.errors import InputError
from detente.types import plain

QUANTITIES = {
    "flow": "flow during the stand-off (a year)",
    "win": "value if the other side gives way",
    "lose": "value of giving way",
    "collapse": "value if talks collapse",
    "rate": "discount rate (a year)",
}


@dataclass(frozen=True)
class Stakes:
    """One side's stakes. Flows a year, values as present values, both against a deal at once; `rate` a year.

    `million_usd` is what one payoff unit a year is worth in million USD (1 % of income: income/100); None if not known.
    """

    name: str
    rate: float
    flow: float
    win: float
    lose: float
    collapse: float
    million_usd: float | None = None

    def __post_init__(self) -> None:
        positive(self.rate, f"{self.name}: discount rate")
        for key in ("flow", "win", "lose", "collapse"):
            finite(getattr(self, key), f"{self.name}: {QUANTITIES[key]}")
        if self.million_usd is not None:
            positive(self.million_usd, f"{self.name}: million USD a payoff unit")

    @property
    def prize(self) -> float:
        """What it is worth that the other gives way rather than oneself: V_W − V_L."""
        return self.win - self.lose

    def cost_of_waiting(self, collapse_risk: float = 0.0) -> float:
        """Cost a year of waiting instead of giving way: r V_L − f + χ (V_L − D). Below zero, waiting pays by itself."""
        return self.rate * self.lose - self.flow + collapse_risk * (self.lose - self.collapse)

    def with_(self, **changes: float) -> Stakes:
        """A changed copy."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)


def annuity(rate: float, years: float = math.inf) -> float:
    """What one unit a year for so many years is worth today."""
    r = positive(rate, "discount rate")
    if not years > 0:
        raise InputError(f"years must be above 0, not {years}")
    return -math.expm1(-r * years) / r


def stakes_from_flows(
    name: str,
    rate: float,
    *,
    deal: float,
    standoff: float,
    win: float,
    lose: float,
    collapse: float,
    settlement_years: float = math.inf,
    collapse_years: float = math.inf,
    million_usd: float | None = None,
) -> Stakes:
    """Stakes from five payoffs a year: with a deal, during the stand-off, when the other eases, when one eases alone, after a
    collapse.

    `settlement_years` is how long who gave way matters, `collapse_years` how long a collapse lasts before talks resume.
    """
    long, broken = annuity(rate, settlement_years), annuity(rate, collapse_years)
    return Stakes(name, rate, standoff - deal, long * (win - deal), long * (lose - deal), broken * (collapse - deal), million_usd)


def stakes_from_table(
    parties: Sequence[str],
    rates: Sequence[float],
    payoff: Mapping[tuple[str, str], tuple[float, float]],
    *,
    ease: str = "ease",
    hold: str = "hold",
    escalate: str = "escalate",
    standoff: tuple[str, str] | None = None,
    settlement_years: float = math.inf,
    collapse_years: float = math.inf,
    million_usd: Sequence[float | None] = (None, None),
) -> tuple[Stakes, Stakes]:
    """Stakes of both sides from a table (stance of the first, stance of the second) → payoffs a year.

    Deal: both ease. Stand-off: both hold (or the cell `standoff`). Winning: hold while the other eases. Collapse: both escalate.
    """
    cells = {
        "deal": (ease, ease),
        "standoff": standoff or (hold, hold),
        "first wins": (hold, ease),
        "second wins": (ease, hold),
        "collapse": (escalate, escalate),
    }
    for what, cell in cells.items():
        if cell not in payoff:
            raise InputError(f"the table has no cell {cell} ({what}); it has {sorted(payoff)[:9]}")
    if len(parties) != 2 or len(rates) != 2 or len(million_usd) != 2:
        raise InputError("need two parties, two discount rates and two amounts of million USD a unit")
    made = []
    for i in range(2):
        own, other = ("first wins", "second wins") if i == 0 else ("second wins", "first wins")
        at = {what: float(payoff[cell][i]) for what, cell in cells.items()}
        made.append(
            stakes_from_flows(
                parties[i],
                rates[i],
                deal=at["deal"],
                standoff=at["standoff"],
                win=at[own],
                lose=at[other],
                collapse=at["collapse"],
                settlement_years=settlement_years,
                collapse_years=collapse_years,
                million_usd=million_usd[i],
            )
        )
    return made[0], made[1]
