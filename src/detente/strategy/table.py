"""A dossier at the table: its payoffs as a game, a stand-off in four models, a deal over packages and a truce.

The equilibrium fills the payoff table once (`strategy.payoffs`); everything here reads it: games, bargains and truces its
discounted value over four years, a stand-off while it lasts and what a day costs the first months of the same path. What no table
can tell — patience, the risk that talks collapse, how long a settlement and a collapse last, what not being seen to give way is
worth — are assumptions with ranges (`patience`). The stand-off is told by every model of `contests` over every combination of
their ends, with the motives halved, as in the dossier and doubled; every probability is an average over that grid, with its
range.

>>> case = at_the_table("kuala-lumpur-2025", horizon="medium")
>>> case.game.parties, case.deadline.date.isoformat()
(('USA', 'CHN'), '2025-11-01')
>>> odds = case.odds_by(30)
>>> round(sum(odds.means), 9), odds.first[0] <= odds.first[1] <= odds.first[2]
(1.0, True)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.cases.case import Case
from detente.checks import calendar_day
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError
from detente.policy.timing import Deadline
from detente.strategy.keeping import KEPT, PERIODS, Keeping, by_strength, keepings, weight_flips
from detente.strategy.objectives import Weights, must_have_stances, two_parties
from detente.strategy.payoffs import MOVED, NAMES, SCALES, Judging, PayoffTable, payoff_table
from detente.talks.attrition import THREATS, audience_slope
from detente.talks.bargaining import Deal, Threat, bargain, value_of_threat
from detente.talks.contests import DATED, MODELS, Judged, contest, grid
from detente.talks.games import Game, bimatrix
from detente.talks.odds import EVEN, Odds, Trials, nearest_flip
from detente.talks.patience import COMMON, WORDS, Patience as Patience, named
from detente.talks.standoff import Standoff, standoff
from detente.talks.truce import Truce
from detente.types import Progress, plain
from detente.words import DAYS_A_YEAR, refusal, tell
from detente.words.shown import Shown
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.duty_game import DutyGame

AUDIENCE_STEP = 0.5
"""By how much one public threat raises the audience weight of who makes it (assumption A48)."""
OVER = 365_000
"""Days after which all is taken to be over."""
WINDOW = 3
"""Days before and after a deadline that count as being at it."""
FARTHEST = 20.0
"""How many times a number is moved up and down in search of where the answer flips."""
OWN = {"fixed date": ("bite",), "uncertain date": ("slip_days",)}
CHANCES = ("bite", "stubborn")
EVEN_CHANCE = 0.005
"""Chances this near to each other are told as even."""


@dataclass(frozen=True, eq=False)
class AtTheTable(Shown):
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

    @property
    def world_unit(self) -> str:
        """What the world counts in, "million USD"."""
        return self.table.world_unit

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
        """Single numbers at which the likelier side changes, by model; see `flip_table`."""
        return flip_table(self.judging, self.patience, self.deadline_years)

    @cached_property
    def delay(self) -> pd.DataFrame:
        """Cost of a day of stand-off to each side; see `cost_of_delay`."""
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

    # -- what is told --------------------------------------------------------------------------------------------------
    @property
    def has_odds(self) -> bool:
        """Whether any model gives odds."""
        return not math.isnan(self.odds().first[1])

    @property
    def discount(self) -> list[float]:
        """What a payoff a year from now counts to each party."""
        return [math.exp(-self.patience.of(p)) for p in self.parties]

    def easing_alone(self, party: str) -> dict[str, float]:
        """Payoffs if `party` eases and the other holds."""
        return self.table.payoff(*("ease" if p == party else "hold" for p in self.parties))

    def likelier(self, when: str) -> dict[str, list[str]]:
        """Models in which a party is the likelier to ease, by party, and those in which neither is (key "").

        `when`: "at once", or "eases" for from then on.
        """
        table = self.trials.summary().drop(index="all")
        one, two = (table[f"{p} {when}"].to_numpy(dtype=float) for p in self.parties)
        gaps = dict(zip(table.index, one - two, strict=True))
        return {
            self.parties[0]: [m for m, gap in gaps.items() if gap > EVEN_CHANCE],
            self.parties[1]: [m for m, gap in gaps.items() if -gap > EVEN_CHANCE],
            "": [m for m, gap in gaps.items() if not abs(gap) > EVEN_CHANCE],
        }

    @property
    def nearest_flips(self) -> list[dict[str, Any]]:
        """The nearest row of `flips` in each model."""
        return rows_of(self.flips.drop_duplicates("model")) if len(self.flips) else []

    @cached_property
    def gathering(self) -> dict[str, Any]:
        """`shares`: of all easing, what falls within three days of the deadline, by model, models with a date first. `gathers`:
        whether more eases at a known date than before it, and than at the same days without one.
        """
        table = self.around_deadline
        if not len(table):
            return {"shares": {}, "gathers": False}
        eases = table.set_index(["model", "when"])[[f"{p} eases" for p in self.parties]].sum(axis=1).unstack()  # noqa: PD010
        at = eases["at the deadline"]
        told = [m for m in ("fixed date", "uncertain date", "steady") if m in at and eases.loc[m].sum() > 0]
        both = {"fixed date", "steady"} <= set(at.index)
        return {
            "shares": {m: float(at[m] / eases.loc[m].sum()) for m in told},
            "gathers": both and bool(at["fixed date"] > at["steady"] and eases.loc["fixed date", "before"] < at["fixed date"]),
        }

    @property
    def threat_effects(self) -> list[dict[str, Any]]:
        """What a public threat by each side does to the chance that it eases: mean change over the models, lowest, highest (of
        the middle four fifths), whether all agree about the sign, the step of the audience weight, and the share of combinations
        that it moves at all.
        """
        table = self.audience
        found = []
        for party in self.parties if len(table) else ():
            rows = table[(table["side"] == party) & (table["model"] != THREATS)]
            if len(rows):
                signs = {int(np.sign(round(x, 3))) for x in rows["change"]} - {0}
                found.append(
                    {
                        "side": party, "change": float(rows["change"].mean()), "low": float(rows["low"].min()),
                        "high": float(rows["high"].max()), "agreed": len(signs) == 1, "step": float(table["step"].iloc[0]),
                        "moves": float((rows["less likely in"] + rows["more likely in"]).mean()),
                    }
                )  # fmt: skip
        return found

    @cached_property
    def temptation_flips(self) -> list[dict[str, Any]]:
        """For each thing kept and side, the row of `weight_flips` nearest to today's weight, none beyond ten times of it."""
        found = []
        for kept in KEPT:
            table = weight_flips(self.judging, kept)
            for party in self.parties if len(table) else ():
                rows = table[table["side"] == party]
                if not len(rows):
                    continue
                gap = (rows["flips at"] - rows["weight now"]).abs() / rows["weight now"].clip(lower=0.05)
                row = rows_of(rows)[int(gap.argmin())]
                if row["weight now"] <= 0 or 0.1 <= row["flips at"] / row["weight now"] <= 10:
                    found.append({"kept": kept, **row})
        return found

    @property
    def sight(self) -> list[dict[str, Any]]:
        """What ten points more chance of seeing a breach is worth where anybody is tempted; see `Keeping.transparency`."""
        fights = {kept: self.keepings[kept, "fight"] for kept in KEPT}
        return [{"kept": k, **row} for k, f in fights.items() if f.tempted for row in rows_of(f.transparency())]

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

    def tell(self, part: str = "explain", *, duties: DutyGame | None = None) -> str:
        """A part of the answers in plain words, paragraphs parted by a blank line; empty where there is nothing to tell.

        "standoff", "truce" (with the lowest duties where `duties` is given), or one paragraph of either, by its name.
        """
        return tell(self, part, duties=duties, models=MODELS, motives=NAMES, periods=PERIODS)

    def explain(self) -> str:
        """The answers in plain words, each with what it rests on."""
        return self.tell()

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
    dossier: Case | Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    patience: Patience | None = None,
    weights: Mapping[str, Weights] | None = None,
    deadline: date | None = None,
    table: PayoffTable | None = None,
    progress: Progress | None = None,
) -> AtTheTable:
    """Read a dossier with two parties and stances ease, hold, escalate. `table` reuses one that was computed before.

    `weights` replaces the dossier's motives, by party; `deadline` its next deadline. Raises `InputError` where the dossier has
    other than two parties or lacks a stance.
    """
    case = dossier if isinstance(dossier, Case) else None
    if isinstance(dossier, Case):
        dossier = dossier.dossier
    elif isinstance(dossier, str):
        from detente.policy.dossier import load_dossier

        dossier = load_dossier(dossier)
    two_parties(dossier.id, [p.region for p in dossier.parties])
    must_have_stances(dossier)
    due = given_deadline(deadline, dossier.as_of) if deadline is not None else binding_deadline(dossier)
    motives = {p.region: Weights.of(dossier, p.region) for p in dossier.parties} | dict(weights or {})
    chosen = patience or Patience()
    if table is None:
        found = payoff_table(case or dossier, world, horizon, weights=motives, patience=chosen, progress=progress)
    else:
        found = table.counted(chosen).with_weights(motives)
    judging = Judging.of(found, motives)
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


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A dict a row, by name of the column."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


# -- the clock ----------------------------------------------------------------------------------------------------------
def binding_deadline(dossier: Dossier, day: date | None = None) -> Deadline | None:
    """The next deadline that binds the two parties; None if the dossier has none ahead of `day` (its own date by default).

    The first on which a measure acts that the parties' stances move: a threat that falls due, a suspension that ends, a control
    that takes effect. Without one, the first on which a measure of one party on the other acts.

    >>> from detente.policy.dossier import load_dossier
    >>> d = binding_deadline(load_dossier("kuala-lumpur-2025"))
    >>> d.date.isoformat(), d.measure, d.days_left
    ('2025-11-01', 'us-threat-100', 14)
    """
    parties = [p.region for p in dossier.parties]
    moved = {
        name
        for p in dossier.parties
        for s in p.stances
        for c in s.changes
        for name in (getattr(c, "measure", None), getattr(c, "withdraw", None))
        if name
    }
    measures = {m.id: m for m in dossier.measures}
    due = [d for d in dossier.deadlines(day) if d.measure in measures]
    between = [
        d
        for d in due
        if measures[d.measure or ""].by in parties
        and any(q in measures[d.measure or ""].on or measures[d.measure or ""].on == "all" for q in parties)
    ]
    return next((d for d in due if d.measure in moved), None) or next(iter(between), None)


def given_deadline(day: date | str, as_of: date) -> Deadline:
    """A deadline of one's own. Raises `InputError` if it is not ahead."""
    day = calendar_day(day, "the deadline")
    if day <= as_of:
        raise InputError(refusal("strategy", "deadline_must_lie_after", as_of=as_of, day=day))
    return Deadline(day, "given", "the deadline given", (day - as_of).days)


def horizon_years(when: date | int | float, as_of: date) -> tuple[float, date | None]:
    """Years from the dossier's date to a day, or a number of days ahead; the day itself (None for no end)."""
    count = float((when - as_of).days) if isinstance(when, date) else float(when)
    if math.isnan(count) or count < 0:
        raise InputError(refusal("strategy", "odds_are_for_day", as_of=as_of, when=when))
    if count > OVER:
        return math.inf, None
    return count / DAYS_A_YEAR, as_of + timedelta(days=round(count))


def around(trials: Trials, days_left: int) -> pd.DataFrame:
    """Chances that each side moves, or talks collapse, before, at (three days either side) and after the deadline.

    One row a model and stretch; "eases a day" is the chance per day of the stretch that anybody eases.
    """
    rows = []
    near = max(days_left - WINDOW, 0), days_left + WINDOW
    one, two = trials.parties
    for model in trials.models:
        ends = [np.array(trials.odds(t, model).means) for t in (0.0, near[0] / DAYS_A_YEAR, near[1] / DAYS_A_YEAR, math.inf)]
        stretches = (("before", near[0]), ("at the deadline", near[1] - near[0]), ("after", math.inf))
        for k, (label, length) in enumerate(stretches):
            gain = ends[k + 1] - ends[k]
            moved = float(gain[0] + gain[1])
            rows.append(
                {
                    "model": model, "when": label, f"{one} eases": float(gain[0]), f"{two} eases": float(gain[1]),
                    "talks collapse": float(gain[2]),
                    "eases a day": moved / length if length and math.isfinite(length) else math.nan,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


# -- what a day costs, and what flips the answer ------------------------------------------------------------------------
def cost_of_delay(judging: Judging, lengths: tuple[float, float, float], days_left: int | None = None) -> pd.DataFrame:
    """One row a side: what a day costs it in million USD: what a deal at once would pay it in the first months less what holding
    pays there (below zero: delay pays). By real income and by motives with a range over their strengths, up to the deadline, and
    over a stand-off of typical length (`lengths` in years: low, middle, high) by real income. A point is 1 % of the economy's
    income.
    """
    plain, given = judging.plain(), {s: judging.judged(scale=s) for s in SCALES}
    rows = {}
    for k, party in enumerate(judging.parties):
        own = [_a_day(j, k) for j in given.values()]
        day = _a_day(plain, k)
        rows[party] = {
            "real income, million USD a day": day,
            "motives, million USD a day": _a_day(given["as given"], k),
            "motives, low": min(own),
            "motives, high": max(own),
            "until the deadline, million USD": math.nan if days_left is None else day * days_left,
            "over the stand-off, million USD": day * lengths[1] * DAYS_A_YEAR,
            "over the stand-off, low": min(day * x for x in lengths) * DAYS_A_YEAR,
            "over the stand-off, high": max(day * x for x in lengths) * DAYS_A_YEAR,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("side")


def _a_day(judged: Judged, k: int) -> float:
    gap = judged.at_first["ease", "ease"][k] - judged.at_first["hold", "hold"][k]
    return gap * (judged.million_usd[k] or math.nan) / DAYS_A_YEAR


def flip_table(judging: Judging, patience: Patience, deadline: float | None) -> pd.DataFrame:
    """One row a model and number that, moved alone, makes the other side the likelier to give way; the nearest in ratio first.

    Each number is moved from the centre of the assumptions up to twenty times up and down (chances up to 0.99) until the sign of
    P(first gives way) − P(second gives way) changes: the discount rates, the assumptions all models share, those of the model
    itself, and the weights of each side's motives. Columns: model, who is the likelier now, number in words, its unit, now, flips
    at, ratio, key.
    """
    judged = judging.judged()
    rows: list[dict[str, Any]] = []

    def lean(model: str, key: str, x: float) -> float:
        kind, _, rest = key.partition(" ")
        if kind == "weight":
            party, _, part = rest.partition(" ")
            return contest(model, judging.judged({(party, part): x}), patience, deadline).lean
        if kind == "rate" or key in COMMON:
            return contest(model, judged, patience.at({key: x}), deadline).lean
        return contest(model, judged, patience, deadline, **{key: x}).lean

    for model in MODELS:
        if model in DATED and deadline is None:
            continue
        centre = contest(model, judged, patience, deadline).lean
        if not abs(centre) > EVEN:
            continue
        own = [f"stubborn of {p}" for p in judging.parties] if model == "stubborn" else list(OWN.get(model, ()))
        numbers = [(f"rate {p}", named(f"rate {p}"), "a year", patience.of(p)) for p in judging.parties]
        for key in (*COMMON, *own):
            base = key.split(" of ")[0]
            numbers.append((key, named(key), WORDS[base][1], float(getattr(patience, base))))
        for party, part in itertools.product(judging.parties, MOVED):
            what = f"weight of {party} on {NAMES[part]}"
            numbers.append((f"weight {party} {part}", what, "", judging.weight(party, part)))
        found: list[dict[str, Any]] = []
        for key, what, unit, now in numbers:
            if now > 0:
                high = min(now * FARTHEST, 0.99) if key.split(" of ")[0] in CHANCES else now * FARTHEST
                at = nearest_flip(partial(lean, model, key), now, now / FARTHEST, high)
                if at is not None:
                    found.append({"number": what, "unit": unit, "now": now, "flips at": at, "ratio": at / now, "key": key})
        found.sort(key=lambda r: max(r["ratio"], 1 / r["ratio"]))
        rows += [{"model": model, "likelier now": judging.parties[0 if centre > 0 else 1], **r} for r in found]
    return pd.DataFrame(rows)
