"""A dossier at the table: its payoffs as a game, a stand-off in four models, a deal over packages and a truce.

The equilibrium fills the payoff table once (`strategy.payoffs`); everything here reads it. What no table can tell — patience,
the risk that talks collapse, how long a settlement and a collapse last, what not being seen to give way is worth — are
assumptions with ranges (`patience`). The stand-off is told by every model of `contests` over every combination of their ends,
with the motives halved, as in the dossier and doubled; every probability is an average over that grid, with its range.

>>> case = at_the_table("kuala-lumpur-2025")
>>> case.game.parties, case.deadline.date.isoformat()
(('USA', 'CHN'), '2025-11-01')
>>> odds = case.odds_by(30)
>>> round(sum(odds.means), 9), odds.first[0] <= odds.first[1] <= odds.first[2]
(1.0, True)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.equilibrium.parameters import Parameters
from detente.errors import InputError
from detente.policy.timing import Deadline
from detente.strategy.clock import around, binding_deadline, given_deadline, horizon_years
from detente.strategy.delay import cost_of_delay
from detente.strategy.flips import flip_table
from detente.strategy.judging import SCALES, Judging
from detente.strategy.keeping import Keeping, by_strength, keepings, weight_flips
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import PayoffTable, payoff_table
from detente.talks.attrition import audience_slope
from detente.talks.bargaining import Deal, Threat, bargain, value_of_threat
from detente.talks.contests import contest, grid
from detente.talks.games import Game, bimatrix
from detente.talks.odds import Odds, Trials
from detente.talks.patience import Patience as Patience
from detente.talks.standoff import Standoff, standoff
from detente.talks.truce import Truce
from detente.types import plain
from detente.words import DAYS_A_YEAR
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

AUDIENCE_STEP = 0.5
"""By how much one public threat raises the audience weight of who makes it (assumption A48)."""


@dataclass(frozen=True, eq=False)
class AtTheTable:
    """A two-party dossier read as games. `plain` is the same table if both cared for real income alone; `standoff` the steady
    stand-off at the centre of the assumptions, `literal` the same if being seen to give way cost nothing.
    """

    table: PayoffTable
    plain: PayoffTable
    judging: Judging
    patience: Patience
    as_of: date
    deadline: Deadline | None
    game: Game
    plain_game: Game
    standoff: Standoff
    literal: Standoff
    deal: Deal
    threat: Threat | None

    # -- the stand-off -----------------------------------------------------------------------------------------------
    @property
    def parties(self) -> tuple[str, str]:
        """Both parties, in the order of the dossier."""
        return self.judging.parties

    @property
    def deadline_years(self) -> float | None:
        """Years from the dossier's date to the deadline."""
        return None if self.deadline is None else self.deadline.days_left / DAYS_A_YEAR

    @cached_property
    def trials(self) -> Trials:
        """Every model at every combination of the assumptions."""
        judged = [self.judging.judged(scale=s) for s in SCALES]
        return Trials(self.parties, grid(judged, self.patience, self.deadline_years))

    def odds(self, model: str | None = None, *, still: bool = True) -> Odds:
        """Who gives way in the end, averaged over the grid with low and high; over all models alike, or one.

        Given that both still hold on the dossier's day, unless `still` is False; see `odds`.
        """
        return self.trials.odds(model=model, still=still)

    def odds_by(self, when: date | int, model: str | None = None, *, still: bool = True) -> Odds:
        """Who has given way by a day (or so many days after the dossier's date), averaged over the grid with low and high."""
        years, day = horizon_years(when, self.as_of)
        return self.trials.odds(years, model, day, still=still)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """Single numbers at which the likelier side changes, by model; see `flips.flip_table`."""
        return flip_table(self.judging, self.patience, self.deadline_years)

    @cached_property
    def delay(self) -> pd.DataFrame:
        """Cost of a day of stand-off to each side; see `delay.cost_of_delay`."""
        left = None if self.deadline is None else self.deadline.days_left
        return cost_of_delay(self.judging, self.trials.typical_length(), left)

    @cached_property
    def around_deadline(self) -> pd.DataFrame:
        """When concessions come in each model: at once, before, at and after the deadline; empty without one."""
        return pd.DataFrame() if self.deadline is None else around(self.trials, self.deadline.days_left)

    @cached_property
    def audience(self) -> pd.DataFrame:
        """How a public threat of each side moves the odds; see `audience.audience_slope`."""
        base = self.judging.judged()
        moved = [self.judging.judged({(p, "audience"): self.judging.weight(p, "audience") + AUDIENCE_STEP}) for p in self.parties]
        given = Trials(self.parties, [t for t in self.trials.trials if t.motives == "as given"])
        return audience_slope(given, base, moved, self.patience, self.deadline_years, AUDIENCE_STEP)

    def centre(self, model: str) -> tuple[float, float, float]:
        """P(first gives way), P(second), P(collapse) of a model at the centre of the assumptions, motives as given."""
        end = contest(model, self.judging.judged(), self.patience, self.deadline_years).end.shared()
        return end.first, end.second, end.collapse

    def blink_range(self, party: str) -> tuple[float, float, float]:
        """Lowest, central and highest probability that `party` gives way in the steady stand-off, over single combinations.

        NaN in the centre where the stand-off has no such answer (its `status` says why).
        """
        return self._steady(self.parties.index(party), self.standoff.by(math.inf).shared()[self.parties.index(party)])

    def collapse_range(self) -> tuple[float, float, float]:
        """Lowest, central and highest probability that talks collapse in the steady stand-off, over single combinations."""
        return self._steady(2, self.standoff.by(math.inf).collapse)

    def _steady(self, column: int, centre: float) -> tuple[float, float, float]:
        values = [*self.trials.final[self.trials.where("steady"), column], *([] if math.isnan(centre) else [centre])]
        return (float(min(values)), centre, float(max(values))) if values else (math.nan, math.nan, math.nan)

    # -- the truce ---------------------------------------------------------------------------------------------------
    @cached_property
    def keepings(self) -> dict[tuple[str, str], Keeping]:
        """{("truce" or "deal", "fight" or "no agreement"): what keeps both sides in it}."""
        return keepings(self.judging, self.game, self.patience)

    @cached_property
    def strengths(self) -> pd.DataFrame:
        """Who is tempted under other strengths of the motives; see `keeping.by_strength`."""
        return by_strength(self.judging, self.patience)

    @property
    def truce(self) -> Truce:
        """A truce of easing, answered by a fight: yearly reviews."""
        return self.keepings["deal", "fight"].truce

    # -- showing -----------------------------------------------------------------------------------------------------
    def to_frame(self) -> pd.DataFrame:
        """One row a party: what a deal, a stand-off and a collapse pay, and the odds that it gives way, with their range."""
        odds, rows = self.odds(), {}
        for party, (low, mean, high), need in zip(
            self.parties, (odds.first, odds.second), self.keepings["truce", "no agreement"].needs(1.0), strict=True
        ):
            rows[party] = {
                "ease both, points": self.table.payoff(*["ease"] * 2)[party],
                "hold both, points": self.table.payoff(*["hold"] * 2)[party],
                "escalate both, points": self.table.payoff(*["escalate"] * 2)[party],
                "gives way, probability": mean,
                "lowest": low,
                "highest": high,
                "discount factor a truce needs": need,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("party")

    def explain(self) -> str:
        """The answers in plain words, each with what it rests on."""
        from detente.strategy.telling import standoff_words
        from detente.strategy.truce_telling import truce_words

        return "\n\n".join([self.game.explain(), *standoff_words(self), *truce_words(self)])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "table": self.table.record(), "game": self.game.record(), "game_real_income_only": self.plain_game.record(),
            "deadline": None if self.deadline is None else plain(self.deadline),
            "odds": self.odds().record(),
            "odds_by_deadline": None if self.deadline is None else self.odds_by(self.deadline.date).record(),
            "models": plain(self.trials.summary().to_dict(orient="index")),
            "splits": plain(self.trials.splits().to_dict(orient="records")),
            "flips": plain(self.flips.to_dict(orient="records")),
            "around_deadline": plain(self.around_deadline.to_dict(orient="records")),
            "cost_of_delay": plain(self.delay.to_dict(orient="index")),
            "audience": plain(self.audience.to_dict(orient="records")),
            "standoff": self.standoff.record(), "standoff_without_face": self.literal.record(),
            "collapse_range": plain(self.collapse_range()),
            "blink_ranges": {p: plain(self.blink_range(p)) for p in self.parties},
            "deal": self.deal.record(), "threat": None if self.threat is None else self.threat.record(),
            "temptations": plain(self.strengths.to_dict(orient="records")),
            "temptation_flips": {k: plain(weight_flips(self.judging, k).to_dict(orient="records")) for k in ("truce", "deal")},
            "keeping": [k.record() for k in self.keepings.values()], "truce": self.truce.record(),
            "patience": self.patience.record(),
        }  # fmt: skip


def at_the_table(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    patience: Patience | None = None,
    weights: Mapping[str, Weights] | None = None,
    deadline: date | None = None,
    table: PayoffTable | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> AtTheTable:
    """Read a dossier with two parties and stances ease, hold, escalate. `table` reuses one that was computed before.

    `weights` replaces the dossier's motives, by party; `deadline` its next deadline. Raises `InputError` where the dossier has
    other than two parties or lacks a stance.
    """
    if isinstance(dossier, str):
        from detente.policy.dossier import load_dossier

        dossier = load_dossier(dossier)
    if len(dossier.parties) != 2:
        raise InputError(f"{dossier.id} has {len(dossier.parties)} parties; this reading needs two")
    for party in dossier.parties:
        lacking = [s for s in ("ease", "hold", "escalate") if s not in {x.stance for x in party.stances}]
        if lacking:
            raise InputError(f"{dossier.id}: {party.region} has no stance {lacking[0]!r}")
    due = given_deadline(deadline, dossier.as_of) if deadline is not None else binding_deadline(dossier)
    motives = {p.region: Weights.of(dossier, p.region) for p in dossier.parties} | dict(weights or {})
    found = table.with_weights(motives) if table else payoff_table(dossier, world, horizon, weights=motives, progress=progress)
    judging = Judging.of(found, motives)
    chosen = patience or Patience()
    alone = found.with_weights({})
    cells = list(itertools.product(*found.stances))
    points = np.array([[found.payoff(*cell)[p] for p in found.parties] for cell in cells])
    names = [" / ".join(cell) for cell in cells]
    hold, war = (np.array(list(found.payoff(*[s] * 2).values())) for s in ("hold", "escalate"))
    judged = judging.judged()
    return AtTheTable(
        table=found,
        plain=alone,
        judging=judging,
        patience=chosen,
        as_of=dossier.as_of,
        deadline=due,
        game=bimatrix(*found.bimatrix(), found.parties, found.stances),
        plain_game=bimatrix(*alone.bimatrix(), alone.parties, alone.stances),
        standoff=standoff(*judged.stakes(chosen), chosen.collapse_risk),
        literal=standoff(*judged.stakes(chosen.fixed(face=0.0)), chosen.collapse_risk),
        deal=bargain(points, tuple(hold), parties=found.parties, names=names),
        threat=value_of_threat(points, tuple(hold), tuple(war), parties=found.parties, names=names),
    )
