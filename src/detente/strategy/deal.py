"""One deal to put on the table: the signable package with the largest product of gains, and what stands behind it.

Issues and their levels come from the dossier (`strategy.issues`), payoffs from one equilibrium a package (`strategy.packages`),
the choice from Nash's bargaining solution over all of them (`talks.issue_search`). What follows without a deal is, by choice,

    law        what the law does by itself if nobody acts: truces lapse, what is announced starts (the default)
    hold       both parties take the stance "hold"
    escalate   both parties escalate
    alone      each party takes its best unilateral step from the law by itself

A gain from exchange is what no side can have alone, so each party's gain is told in parts (`talks.issue_search.Exchange`): what
its best unilateral step would bring, what the other's concessions bring, what is left over that step. The first is not taken as
the disagreement point by default: a government that could undo a measure of its own to its own good and has not done so has
reasons the model does not hold, and may not be counted on to do it when talks fail. "alone" asks what is signed if it would.

What a deal is worth is judged by the dossier's motives or by real income alone; both are reported, in points, percent and USD a
year against no deal. Terms that move no trade (monitoring, reviews, how long it is signed for) come from the truce models
(`talks.truce`), with the chances of assumption A40.

At most `solves` packages: every issue alone, the pairs that matter most, then the packages that look best, until no package one
step away is better; then one step on every issue from no deal and from the package, for the rates of exchange, the package with
each side's concessions taken back, for the truce, and each side's best unilateral step, to the same certificate.

>>> deal = proposal("kuala-lumpur-2025", solves=60)
>>> deal.status, deal.parties, bool(min(deal.gains) > 0.1)
('deal', ('USA', 'CHN'), True)
>>> all(abs(x.gain - x.alone - x.over_best_unilateral) < 1e-12 and x.given_up >= 0 for x in deal.exchanges())
True
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.cases.case import Case
from detente.equilibrium.parameters import Parameters
from detente.errors import CornerResult, InputError, NotConverged, UnknownName
from detente.policy.changes import apply_changes
from detente.strategy.issues import Agenda, agenda
from detente.strategy.objectives import Weights
from detente.strategy.over_time import Clock
from detente.strategy.packages import Levels, Packages, Surrogate, Worth
from detente.talks.issue_search import Exchange, Found, Step, best_alone, search, swaps
from detente.talks.patience import Patience
from detente.talks.truce import FRAMEWORK_YEARS, PERIODS, Lasting, TruceSide, Watch, lasting, watch
from detente.types import Array, Progress, plain
from detente.words import MINUS, decimals_for, name, refusal, tell
from detente.words.shown import Shown
from detente.world import money
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.policy.measures import Measure

Disagreement = Literal["law", "hold", "escalate", "alone"]
ENDS: tuple[Disagreement, ...] = ("law", "hold", "escalate")
"""What a package is compared with, beside the point it was chosen from."""
Judged = Literal["motives", "real income"]


@dataclass(frozen=True, eq=False)
class Proposal(Shown):
    """A package between two parties. `status`: "deal", or "no deal" where no signable package is better for both than none.

    `levels` are the levels of `agenda.issues`; `chosen` and `without` what the package and its disagreement point are worth,
    `ends` what those of `ENDS` are that the dossier has. `steps` are single steps from no deal and `margins` from the package, by
    judgement; `whole` gives every issue alone, from no deal to its last level; `reverted` [party] is the package with the
    concessions of that party taken back, `alone` [party] its best unilateral step. Points are percent of a year's real income;
    money, and `income`, are in million USD of the year `dollars`, into which `rolled` turns the table's by region; on a world of
    another currency in `world_unit` of its own year.
    """

    dossier: str
    horizon: str
    when: str
    disagreement: Disagreement
    judged_by: Judged
    agenda: Agenda
    levels: Levels
    found: Found
    chosen: Worth
    without: Worth
    ends: Mapping[str, Worth]
    steps: Mapping[str, tuple[Step, ...]]
    margins: Mapping[str, tuple[Step, ...]]
    whole: Mapping[str, tuple[Step, ...]]
    reverted: tuple[Worth, Worth]
    alone: tuple[Found, Found]
    watched: Watch | None
    patience: Patience
    income: tuple[float, float]
    regions: tuple[str, ...]
    dollars: int
    rolled: Mapping[str, float]
    packages: Packages = field(repr=False)
    world_unit: str = "million USD"

    # -- what is signed --------------------------------------------------------------------------------------------------
    @property
    def status(self) -> str:
        """ "deal" or "no deal"."""
        return "deal" if self.found.levels is not None else "no deal"

    @property
    def parties(self) -> tuple[str, str]:
        """Both parties, in the order of the dossier."""
        return self.agenda.parties

    def clauses(self, party: str) -> tuple[str, ...]:
        """What a party does under the package, changes only."""
        return tuple(
            issue.words(level)
            for issue, level in zip(self.agenda.issues, self.levels, strict=True)
            if issue.giver == party and level != issue.standing
        )

    def kept(self, party: str) -> tuple[str, ...]:
        """Issues of a party that stay as they stand."""
        pairs = zip(self.agenda.issues, self.levels, strict=True)
        standing = (i for i, level in pairs if i.giver == party and level == i.standing and not i.away)
        return tuple(i.named for i in standing if i.kind != "purchases")

    def comes(self, party: str) -> tuple[str, ...]:
        """What a party lets happen under the package that it does not do on the dossier's day, in words."""
        pairs = zip(self.agenda.issues, self.levels, strict=True)
        return tuple(i.words(level) for i, level in pairs if i.giver == party and level == i.standing and i.away)

    @property
    def held(self) -> Worth:
        """What both holding is worth."""
        return self.ends["hold"]

    @property
    def fought(self) -> Worth | None:
        """What both escalating is worth, where both have that stance."""
        return self.ends.get("escalate")

    # -- who gains -------------------------------------------------------------------------------------------------------
    def payoffs(self, worth: Worth, by: Judged | None = None) -> Array:
        """Points of both parties at a worth, by motives or by real income alone."""
        found: Array = worth.parts.sum(1) if (by or self.judged_by) == "motives" else worth.log_income
        return found

    @property
    def gains(self) -> tuple[float, float]:
        """Points over no deal, as judged."""
        a, b = self.payoffs(self.chosen) - self.payoffs(self.without)
        return float(a), float(b)

    def exchanges(self, value: Callable[[Worth], Array] | None = None) -> tuple[Exchange, Exchange]:
        """What the package brings each party over what holds without a deal, in parts that add up; in points as judged, or in
        what `value` reads off a worth for both.
        """
        read = value or self.payoffs
        standing, signed = (read(self.packages.worth(levels)) for levels in (self.agenda.standing, self.levels))
        made = []
        for k, party in enumerate(self.parties):
            best = self.alone[k].levels or self.agenda.standing
            own = read(self.reverted[1 - k])[k]
            made.append(
                Exchange(
                    party, gain=float(signed[k] - standing[k]), alone=float(read(self.packages.worth(best))[k] - standing[k]),
                    from_the_other=float(signed[k] - own),
                )
            )  # fmt: skip
        return made[0], made[1]

    def in_money(self) -> tuple[Exchange, Exchange]:
        """`exchanges` in million USD a year (equivalent variation), the steps chosen as judged."""
        index = [self.regions.index(p) for p in self.parties]
        return self.exchanges(lambda worth: self._in_dollars(worth.equivalent_variation)[index])

    def _in_dollars(self, money: Array) -> Array:
        """[region]: the table's money in dollars of the year `dollars`."""
        return money * np.array([self.rolled[r] for r in self.regions])

    def first_steps(self, *, whole: bool = False) -> tuple[tuple[float, float], ...]:
        """By issue, what one step more from no deal, alone (or all that is left of it), brings its giver and the other, million
        USD a year; where all is given already, the step that led there."""
        book, made = self.agenda, []
        for i, issue in enumerate(book.issues):
            low, high = _step(book.standing[i], len(issue.levels) - 1, whole)
            before, after = (
                self._in_dollars(self.packages.worth((*book.standing[:i], k, *book.standing[i + 1 :])).equivalent_variation)
                for k in (low, high)
            )
            made.append(tuple(float((after - before)[self.regions.index(p)]) for p in (issue.giver, issue.receiver)))
        return tuple((a, b) for a, b in made)

    def steps_alone(self, party: str) -> tuple[str, ...]:
        """The best unilateral step of a party, in words; empty where it has none."""
        best = self.alone[self.parties.index(party)].levels or self.agenda.standing
        pairs = zip(self.agenda.issues, best, strict=True)
        return tuple(i.words(level) for i, level in pairs if i.giver == party and level != i.standing)

    def by_region(self, against: Disagreement | None = None) -> pd.DataFrame:
        """Every region: real income in percent and in million USD a year (equivalent variation), package against no deal."""
        other = self._against(against)
        percent = 100 * ((1 + self.chosen.real_income / 100) / (1 + other.real_income / 100) - 1)
        money = self._in_dollars(self.chosen.equivalent_variation - other.equivalent_variation)
        columns = {"real income, %": percent, "million USD a year": money}
        return pd.DataFrame(columns, index=pd.Index(self.regions, name="region"))

    def _against(self, against: Disagreement | None) -> Worth:
        if against is None or against == self.disagreement:
            return self.without
        if against not in self.ends:
            raise InputError(refusal("strategy", "parties_have_no_too", dossier=self.dossier))
        return self.ends[against]

    def to_frame(self) -> pd.DataFrame:
        """One row a party: gains over no deal by both judgements, and over all ends it could be measured from."""
        index = [self.regions.index(p) for p in self.parties]
        rows: dict[str, Any] = {}
        ends = {self.disagreement: self.without} | dict(self.ends)
        for end in get_args(Disagreement):
            if end not in ends:
                continue
            for by in ("motives", "real income"):
                rows[f"over {end}, points by {by}"] = self.payoffs(self.chosen, by) - self.payoffs(ends[end], by)
            moved = self._in_dollars(self.chosen.equivalent_variation - ends[end].equivalent_variation)
            rows[f"over {end}, million USD a year"] = moved[index]
        return pd.DataFrame(rows, index=pd.Index(self.parties, name="party"))

    def bystanders(self, against: Disagreement | None = None) -> pd.DataFrame:
        """`by_region` without the parties, the largest loser in USD first."""
        return self.by_region(against).drop(index=list(self.parties)).sort_values("million USD a year")

    # -- exchange --------------------------------------------------------------------------------------------------------
    def exchange(self) -> pd.DataFrame:
        """One row an issue: its level, what the first step costs its giver and brings the other, and what one more would."""
        rows = []
        for k, (issue, level) in enumerate(zip(self.agenda.issues, self.levels, strict=True)):
            row: dict[str, Any] = {
                "issue": issue.title, "by": issue.giver, "without a deal": issue.levels[issue.standing].label,
                "in the package": issue.levels[level].label,
            }  # fmt: skip
            for what, found in (("first step", self.steps), ("at the package", self.margins)):
                row[what] = found[self.judged_by][k].label
                for by in ("motives", "real income"):
                    row[f"{what}: costs the giver, points by {by}"] = found[by][k].cost
                    row[f"{what}: brings the other, points by {by}"] = found[by][k].gain
                row[f"{what}: pays by itself"] = found[self.judged_by][k].free
            rows.append(row)
        return pd.DataFrame(rows)

    def swaps(self) -> pd.DataFrame:
        """Steps of one side against steps of the other at the package; see `agenda.swaps`."""
        return swaps(self.margins[self.judged_by])

    def self_harming(self, by: Judged = "real income") -> tuple[Step, ...]:
        """First steps that cost their giver nothing, those that move neither side left out."""
        return tuple(s for s in self.steps[by] if s.free and not s.idle)

    def runners_up(self, count: int = 5) -> pd.DataFrame:
        """The best packages solved: gains of both, and how they differ from the one proposed."""
        rows = []
        for levels, gains in self.found.ranked[:count]:
            changed = [
                f"{i.giver} {i.words(k)}" for i, k, c in zip(self.agenda.issues, levels, self.levels, strict=True) if k != c
            ]
            rows.append(
                {
                    "differs by": "; ".join(changed) or "the proposal",
                    **{f"gain of {p}, points": g for p, g in zip(self.parties, gains, strict=True)},
                    "product against the best": math.prod(gains) / math.prod(self.found.gains),
                }
            )
        return pd.DataFrame(rows)

    def levers(self) -> list[dict[str, Any]]:
        """Export controls on the table: where each stands and goes, what it is worth whole (from no deal to suspended, alone) and
        what is left of it in the package: cost to who holds it and gain to the other, points as judged.
        """
        made = []
        for k, (issue, level) in enumerate(zip(self.agenda.issues, self.levels, strict=True)):
            if issue.kind == "controls":
                whole, more = self.whole[self.judged_by][k], self.margins[self.judged_by][k]
                made.append(
                    {
                        "issue": issue.id, "title": issue.title, "by": issue.giver, "receiver": issue.receiver,
                        "without_a_deal": issue.levels[issue.standing].label, "in_the_package": issue.levels[level].label,
                        "moved": level != issue.standing, "all_given": level == len(issue.levels) - 1,
                        "whole": None if issue.standing == len(issue.levels) - 1 else {"costs": whole.cost, "brings": whole.gain},
                        "next_step": {"costs": more.cost, "brings": more.gain},
                    }
                )  # fmt: skip
        return made

    # -- terms -----------------------------------------------------------------------------------------------------------
    def short_or_long(self, short_years: float = PERIODS[0], years: float = FRAMEWORK_YEARS) -> tuple[Lasting, ...]:
        """A truce of `short_years` against a framework of `years` (A45), for each party at three discount rates (A40).

        Breaches come at the rate of false alarms; a party that is cheated gets what `reverted` gives it.
        """
        p = self.patience
        breaches = -math.log1p(-p.false_alarm)
        none = self.payoffs(self.without)
        made = []
        for k, party in enumerate(self.parties):
            keep = float(self.payoffs(self.chosen)[k] - none[k])
            cheated = float(self.payoffs(self.reverted[1 - k])[k] - none[k])
            for rate in sorted({*p.rate_range, p.of(party)}):
                made.append(
                    lasting(
                        party, keep=keep, cheated=cheated, rate=rate, short_years=short_years, years=years,
                        breaches=breaches, detection=p.detection,
                    )
                )  # fmt: skip
        return tuple(made)

    def ranges(self, variants: Sequence[str]) -> dict[str, pd.DataFrame]:
        """Gains over no deal at other parameter sets of the case, by name: frames like `by_region` with points added for parties.

        A set at which either has no answer is left out. Raises `UnknownName`.
        """
        base, none = self.packages, self.without.levels
        made = {}
        for variant in variants:
            try:
                one, two = (base.worth_at(levels, variant) for levels in (self.levels, none))
            except (NotConverged, CornerResult):
                continue
            frame = pd.DataFrame(index=pd.Index(self.regions, name="region"))
            frame["real income, %"] = 100 * ((1 + one.real_income / 100) / (1 + two.real_income / 100) - 1)
            frame["million USD a year"] = self._in_dollars(one.equivalent_variation - two.equivalent_variation)
            for by in ("motives", "real income"):
                gain = self.payoffs(one, by) - self.payoffs(two, by)
                frame[f"points by {by}"] = pd.Series(gain, index=list(self.parties))
            made[variant] = frame
        return made

    # -- what is told ----------------------------------------------------------------------------------------------------
    @property
    def lasts(self) -> bool:
        """Whether a framework is worth more to both than a short truce, at every discount rate tried."""
        return all(x.preferred == "framework" for x in self.short_or_long())

    @property
    def free_steps(self) -> dict[str, list[str]]:
        """First steps that cost their giver nothing: by `both` judgements, in `income` alone, by `motives` alone;
        `idle` are those that move neither side either way."""
        motives, income = self.self_harming("motives"), self.self_harming("real income")
        by_motives, in_income = ({s.issue for s in found} for found in (motives, income))
        return {
            "both": [s.label for s in income if s.issue in by_motives],
            "income": [s.label for s in income if s.issue not in by_motives],
            "motives": [s.label for s in motives if s.issue not in in_income],
            "idle": [s.label for s, t in zip(*self.steps.values(), strict=True) if s.idle and t.idle],
        }

    @property
    def nearest_trade(self) -> dict[str, Any] | None:
        """The row of `swaps` nearest to being worth it, between steps that are still to be taken; None without any."""
        issues = zip(self.agenda.issues, self.levels, self.margins[self.judged_by], strict=True)
        still = {s.label for issue, level, s in issues if level < len(issue.levels) - 1}
        table = self.swaps()
        table = table[table["step"].isin(still) & table["against"].isin(still)]
        if table.empty:
            return None
        ranked = table.assign(ratio=table["worth"] / table["needed"]).sort_values("ratio", ascending=False)
        return {str(k): v for k, v in ranked.iloc[0].to_dict().items()}

    @property
    def others(self) -> dict[str, Any]:
        """Bystanders: `together` in million USD a year; who loses most, who gains most, and who loses most for its size."""
        frame = self.bystanders()
        money, percent = frame["million USD a year"].to_dict(), frame["real income, %"].to_dict()

        def at(region: Any) -> dict[str, Any]:
            return {"region": str(region), "money": money[region], "percent": percent[region]}

        ends = {"loser": frame.index[0], "winner": frame.index[-1], "hardest": frame["real income, %"].idxmin()}
        return {"together": float(frame["million USD a year"].sum()), **{k: at(region) for k, region in ends.items()}}

    def tell(self, part: str = "explain") -> str:
        """A part of the proposal in plain words, by its name in the template; empty where there is nothing to tell."""
        return tell(self, part, points=points, short_years=PERIODS[0])

    def explain(self) -> str:
        """The proposal in plain words."""
        return self.tell()

    def _by_party(self) -> dict[str, Any]:
        """Each party's gain in parts, its best step alone, and its gain over every end."""
        over = self.to_frame()
        return {
            party: {
                **points.record(), "in_million_usd_a_year": money.record(), "best_step_alone": list(self.steps_alone(party)),
                "best_step_certified": found.certified, **plain(over.loc[party].to_dict()),
            }
            for party, points, money, found in zip(self.parties, self.exchanges(), self.in_money(), self.alone, strict=True)
        }  # fmt: skip

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        region = self.by_region()
        return {
            "dossier": self.dossier, "horizon": self.horizon, "when": self.when, "date": self.agenda.day.isoformat(),
            "status": self.status,
            "disagreement": self.disagreement, "judged_by": self.judged_by, "parties": list(self.parties),
            "package": [
                {"issue": i.id, "title": i.title, "by": i.giver, "kind": i.kind, "measures": list(i.measures),
                 "without_a_deal": i.levels[i.standing].label, "level": i.levels[k].label, "value": i.levels[k].value}
                for i, k in zip(self.agenda.issues, self.levels, strict=True)
            ],
            "clauses": {p: list(self.clauses(p)) for p in self.parties},
            "stays_away": [m.id for m in self.agenda.pending],
            "not_priced": [{"measure": m.id, "why": why} for m, why in self.agenda.unpriced],
            "instruments": self.agenda.instruments().to_dict(orient="records"),
            "by_party": self._by_party(),
            "levers": plain(self.levers()),
            "dollars": self.dollars, "by_region": plain(region.to_dict(orient="index")),
            "exchange": plain(self.exchange().to_dict(orient="records")),
            "swaps": plain(self.swaps().to_dict(orient="records")),
            "costs_the_giver_nothing": {
                by: [s.label for s in self.self_harming(by)] for by in ("motives", "real income")
            },
            "runners_up": plain(self.runners_up().to_dict(orient="records")),
            "watch": None if self.watched is None else self.watched.record(),
            "short_or_long": [plain(x) | {"preferred": x.preferred} for x in self.short_or_long()],
            "search": {"packages": self.agenda.size, "solved": len(self.packages.solved), "certified": self.found.certified,
                       "approximation_missed_by": self.found.missed, "best_within": self.found.within},
        }  # fmt: skip


def proposal(
    dossier: Case | Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    disagreement: Disagreement = "law",
    judged_by: Judged = "motives",
    weights: Mapping[str, Weights] | None = None,
    power: Mapping[str, float] | None = None,
    patience: Patience | None = None,
    solves: int = 120,
    pairs: int | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Proposal:
    """The package two parties would sign.

    `disagreement` is what follows without a deal, `weights` replaces motives by party, `power` weights gains (1 each), `patience`
    holds discount rates and how a deal is watched, `solves` bounds the packages solved and `pairs` how many combinations of two
    issues the approximation learns from. Raises `InputError` where the dossier has other than two parties or nothing between them
    that the model can price.
    """
    if disagreement not in get_args(Disagreement):
        raise UnknownName(disagreement, list(get_args(Disagreement)), "disagreement point")
    if judged_by not in ("motives", "real income"):
        raise UnknownName(judged_by, ["motives", "real income"], "judgement")
    case = dossier if isinstance(dossier, Case) else Case.of(dossier, world, horizon, with_ranges=False, **parameters)
    given, economy, wanted = case.dossier, case.economy, patience or Patience()
    start, fixed, first = opening(case, disagreement)
    day, measures, clock = case.law_day, fixed[start], Clock.of(case, wanted)
    motives = [(weights or {}).get(p) or Weights.of(given, p) for p in first.parties]
    standing = Packages(case, first, measures, motives, clock, fixed).stances(start)
    book = agenda(given, measures, day, case.world, dict.fromkeys(first.parties, standing.bought))
    packages = Packages(case, book, measures, motives, clock, fixed)
    packages.known[start] = standing
    packages.solved[book.standing] = replace(standing, levels=book.standing)

    surrogate = packages.design(min(10, solves // 8) if pairs is None else pairs, progress)
    budget = max(solves - len(packages.designed) - len(book.issues) - 4, 1)
    search_in = _Search(packages, surrogate, judged_by, solves, progress)
    agreed_to = book.standing
    if disagreement == "alone":
        apart = [search_in.alone(k).levels or book.standing for k in range(2)]
        agreed_to = tuple(apart[book.parties.index(i.giver)][n] for n, i in enumerate(book.issues))
    without = packages.worth(agreed_to)
    found = search_in.together(without, [float((power or {}).get(p, 1.0)) for p in book.parties], budget)
    levels = found.levels or agreed_to
    steps = {at: _steps(packages, at) for at in (book.standing, levels)}
    reverted = tuple(
        packages.worth(tuple(i.standing if i.giver == p else k for i, k in zip(book.issues, levels, strict=True)))
        for p in book.parties
    )
    incomes = {r: case.nominal_income(r) for r in economy.regions}
    dollars, rolled = money.rolled(incomes, given.as_of.year, case.world.year)
    a, b = (incomes[p] * rolled[p] for p in book.parties)
    made = Proposal(
        dossier=given.id, horizon=clock.name, when=clock.tell(), disagreement=disagreement, judged_by=judged_by, agenda=book,
        levels=levels,
        found=found, chosen=packages.worth(levels), without=without, ends={s: packages.stances(s) for s in ENDS if s in fixed},
        steps=steps[book.standing], margins=steps[levels], whole=_steps(packages, book.standing, whole=True),
        reverted=(reverted[0], reverted[1]), alone=(search_in.alone(0), search_in.alone(1)), watched=None, patience=wanted,
        income=(a, b), regions=economy.regions, dollars=dollars, rolled=rolled, packages=packages,
        world_unit=case.world.unit,
    )  # fmt: skip
    return made if made.status == "no deal" else replace(made, watched=_watched(made))


DECIMALS = 8
"""Decimals of a payoff in points that solving leaves certain."""
PRINTED = 0.00005
"""Points from which a step prints as more than nothing: less is no cost and no gain."""


@dataclass(frozen=True)
class _Search:
    """Searches over one set of packages, for both parties and for each alone."""

    packages: Packages
    surrogate: Surrogate
    judged_by: Judged
    solves: int
    progress: Progress | None

    def points(self, worth: Worth) -> Array:
        """Both payoffs as judged, to what a solution is known to: a package that moves nothing is nobody's gain."""
        found: Array = worth.parts.sum(1) if self.judged_by == "motives" else worth.log_income
        return np.round(found, DECIMALS)

    def exact(self, levels: Levels) -> Array:
        """Both payoffs of a package, solved."""
        value = self.points(self.packages.worth(levels))
        if self.progress is not None:
            self.progress("packages", min(len(self.packages.solved), self.solves), self.solves)
        return value

    def rough(self, grid: NDArray[np.int64]) -> Array:
        """Both payoffs by the approximation."""
        return self.surrogate(grid)[:, slice(0, 2) if self.judged_by == "motives" else slice(2, 4)]

    @property
    def known(self) -> dict[Levels, Array]:
        """Payoffs of what was solved."""
        return {k: self.points(w) for k, w in self.packages.solved.items()}

    def together(self, without: Worth, power: Sequence[float], budget: int) -> Found:
        """The package both would sign."""
        grid, none = self.packages.agenda.grid(), tuple(self.points(without))

        def work() -> Found:
            return search(
                grid, self.rough(grid), self.exact, self.known, none, power=power,
                scale=_scale(self.surrogate.sizes), budget=budget,
            )  # fmt: skip

        return self._kept(("together", without.levels, tuple(power), budget), work)

    def alone(self, k: int) -> Found:
        """The best unilateral step of a party."""
        book = self.packages.agenda
        own = [n for n, issue in enumerate(book.issues) if issue.giver == book.parties[k]]
        grid = book.grid()

        def work() -> Found:
            return best_alone(
                grid, self.rough(grid)[:, k], lambda levels: float(self.exact(levels)[k]),
                {levels: float(v[k]) for levels, v in self.known.items()}, book.standing, own, scale=_scale(self.surrogate.sizes),
            )  # fmt: skip

        return self._kept(("alone", k), work)

    def _kept(self, asked: tuple[object, ...], work: Callable[[], Found]) -> Found:
        """A search kept from run to run with the packages it solved: what it finds follows from what was solved before it."""
        before = tuple(self.packages.solved)

        def anew() -> bytes:
            found = work()
            return f"{found.to_json()}\n{json.dumps([k for k in self.packages.solved if k not in before])}".encode()

        given = ("search", self.judged_by, *asked, self.packages.designed, before)
        found, solved = self.packages.lasting(given, anew).decode().split("\n")
        for levels in json.loads(solved):
            self.packages.worth(tuple(levels))
        return Found.from_json(found)


def _watched(deal: Proposal) -> Watch:
    """The truce that keeps the package: cheating is to take back one's own concessions while the other keeps."""
    keep, none = deal.payoffs(deal.chosen), deal.payoffs(deal.without)
    sides = []
    for k, party in enumerate(deal.parties):
        cheat, tolerate = deal.payoffs(deal.reverted[k])[k], deal.payoffs(deal.reverted[1 - k])[k]
        sides.append(TruceSide(party, float(keep[k]), float(cheat), float(none[k]), float(tolerate)))
    p = deal.patience
    rates = [p.of(party) for party in deal.parties]
    cost = [100 * p.review_million_usd / income for income in deal.income]
    return watch(sides[0], sides[1], rates, false_alarm=p.false_alarm, detection=p.detection, review_cost=cost)


def opening(case: Case, disagreement: Disagreement = "law") -> tuple[str, dict[str, tuple[Measure, ...]], Agenda]:
    """What a search for a deal starts from: the stance without one, the measures by stance, what there is to trade.

    Raises `InputError` where the dossier has other than two parties, lacks the stance, or holds nothing that could be traded.
    """
    given = case.dossier
    stances = {"law": (), "hold": _stance_changes(given, "hold"), "escalate": _stance_changes(given, "escalate")}
    fixed = {s: apply_changes(given.measures, c) for s, c in stances.items() if c is not None}
    start = "law" if disagreement == "alone" else disagreement
    if start not in fixed:
        raise InputError(refusal("strategy", "parties_have", id=given.id))
    return start, fixed, agenda(given, fixed[start], case.law_day, case.world)


def _stance_changes(case: Dossier, stance: str) -> tuple[Any, ...] | None:
    """Changes when all parties take a stance; None where one has no such stance (nothing changes for a missing "hold")."""
    found: list[Any] = []
    for party in case.parties:
        own = {s.stance: s for s in party.stances}
        if stance in own:
            found += own[stance].changes
        elif stance != "hold":
            return None
    return tuple(found)


def _step(level: int, top: int, whole: bool) -> tuple[int, int]:
    """The levels one step (or all that is left) lies between; the last step where the top is reached."""
    return (level - 1, level) if level == top else (level, top if whole else level + 1)


def _steps(packages: Packages, levels: Levels, *, whole: bool = False) -> dict[str, tuple[Step, ...]]:
    """One step more on each issue from `levels` (the last one, where all is given), or all that is left of it, by judgement."""
    book, start = packages.agenda, packages.worth(levels)
    made: dict[str, list[Step]] = {"motives": [], "real income": []}
    for i, issue in enumerate(book.issues):
        top = len(issue.levels) - 1
        last = levels[i] == top
        low, high = _step(levels[i], top, whole)
        other = packages.worth((*levels[:i], low if last else high, *levels[i + 1 :]))
        before, after = (other, start) if last else (start, other)
        k = book.parties.index(issue.giver)
        label = f"{name(issue.giver)} {replace(issue, standing=low).words(high)}"
        for by, change in (
            ("motives", after.parts.sum(1) - before.parts.sum(1)),
            ("real income", after.log_income - before.log_income),
        ):
            cost, gain = (0.0 if abs(x) < PRINTED else float(x) for x in (-change[k], change[1 - k]))
            made[by].append(Step(issue.id, issue.giver, issue.receiver, label, cost, gain))
    return {by: tuple(found) for by, found in made.items()}


def _scale(sizes: Mapping[int, float]) -> list[float]:
    """How far apart the ends of each issue count, 1 for the one that matters most."""
    top = max(sizes.values()) or 1.0
    return [0.05 + 0.95 * sizes[i] / top for i in sorted(sizes)]


def points(value: float, *, signed: bool = True) -> str:
    """Points of real income to two significant digits, at most four decimals.

    >>> points(0.1461), points(-0.00213), points(0.00001), points(1.26, signed=False)
    ('+0.15', '−0.0021', '0', '1.3')
    """
    text = f"{abs(value):.{decimals_for(value, most=4)}f}"
    if float(text) == 0:
        return "0"
    return (MINUS if value < 0 else "+" if signed else "") + text
