"""One deal to put on the table: the signable package with the largest product of gains, and what stands behind it.

Issues and their levels come from the dossier (`strategy.issues`), payoffs from one equilibrium a package (`strategy.packages`),
the choice from Nash's bargaining solution over all of them (`talks.issue_search`). Disagreement is what the stances "hold" (or
"escalate") of both parties lead to. What a deal is worth is judged by the dossier's motives or by real income alone; both are
reported, in points, percent and USD a year against no deal. Terms that move no trade (monitoring, reviews, how long it is
signed for) come from the truce models (`talks.terms`), with the chances of assumption A40.

At most `solves` equilibria: every issue alone, the pairs that matter most, then the packages that look best, until no package one
step away is better; then one step on every issue from no deal and from the package, for the rates of exchange, and the package
with each side's concessions taken back, for the truce.

>>> deal = proposal("kuala-lumpur-2025", solves=40, disagreement="escalate")
>>> deal.status, deal.parties, bool(min(deal.gains) > 0.1)
('deal', ('USA', 'CHN'), True)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownName
from detente.policy.changes import apply_changes
from detente.policy.stacking import policy_on
from detente.strategy.issues import Agenda, agenda
from detente.strategy.objectives import Weights
from detente.strategy.packages import Levels, Packages, Worth
from detente.strategy.payoffs import PayoffTable
from detente.talks.issue_search import Found, Step, search, swaps
from detente.talks.patience import Patience
from detente.talks.truce import FRAMEWORK_YEARS, PERIODS, Lasting, TruceSide, Watch, lasting, watch
from detente.types import Array, Progress, plain
from detente.words import MINUS, name, refusal, tell
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Disagreement = Literal["hold", "escalate"]
Judged = Literal["motives", "real income"]


@dataclass(frozen=True, eq=False)
class Proposal:
    """A package between two parties. `status`: "deal", or "no deal" where no signable package is better for both than none.

    `levels` are the levels of `agenda.issues`; `chosen`, `without`, `held` and `fought` what the package, its disagreement
    point, both holding and both escalating are worth against the status quo. `steps` are single steps from no deal and `margins`
    from the package, by judgement; `reverted` [party] is the package with the concessions of that party taken back. Points are
    percent of a year's real income.
    """

    dossier: str
    horizon: str
    disagreement: Disagreement
    judged_by: Judged
    agenda: Agenda
    levels: Levels
    found: Found
    chosen: Worth
    without: Worth
    held: Worth
    fought: Worth | None
    steps: Mapping[str, tuple[Step, ...]]
    margins: Mapping[str, tuple[Step, ...]]
    reverted: tuple[Worth, Worth]
    watched: Watch | None
    patience: Patience
    income: tuple[float, float]
    regions: tuple[str, ...]
    packages: Packages = field(repr=False)

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
        return tuple(i.named for i, level in pairs if i.giver == party and level == i.standing and i.kind != "purchases")

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

    def by_region(self, against: Disagreement | None = None) -> pd.DataFrame:
        """Every region: real income in percent and in million USD a year (equivalent variation), package against no deal."""
        other = self._against(against)
        percent = 100 * ((1 + self.chosen.real_income / 100) / (1 + other.real_income / 100) - 1)
        money = self.chosen.equivalent_variation - other.equivalent_variation
        columns = {"real income, %": percent, "million USD a year": money}
        return pd.DataFrame(columns, index=pd.Index(self.regions, name="region"))

    def _against(self, against: Disagreement | None) -> Worth:
        if against is None:
            return self.without
        if against == "hold":
            return self.held
        if self.fought is None:
            raise InputError(refusal("strategy", "parties_have_no_too", dossier=self.dossier))
        return self.fought

    def to_frame(self) -> pd.DataFrame:
        """One row a party: gains over no deal by both judgements, and over both ends it could be measured from."""
        index = [self.regions.index(p) for p in self.parties]
        rows: dict[str, Any] = {}
        for end, other in (("hold", self.held), ("escalate", self.fought)):
            if other is None:
                continue
            for by in ("motives", "real income"):
                gain = self.payoffs(self.chosen, by) - self.payoffs(other, by)
                rows[f"over {end}, points by {by}"] = gain
            rows[f"over {end}, million USD a year"] = (self.chosen.equivalent_variation - other.equivalent_variation)[index]
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
        """First steps that cost their giver nothing."""
        return tuple(s for s in self.steps[by] if s.free)

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

    def ranges(self, variants: Mapping[str, Parameters], quo: Mapping[str, Outcome] | None = None) -> dict[str, pd.DataFrame]:
        """Gains over no deal at other parameters: by variant, `to_frame`-like rows (party) of points, percent and USD.

        `quo` holds status quos solved before. Two solves a variant (three without `quo`).
        """
        base = self.packages
        signed, none = base.policy(self.levels), base.stance_policy(self.disagreement)
        made = {}
        for variant, chosen in variants.items():
            known = (quo or {}).get(variant)
            if known is None:
                known = solve(base.economy, policy_on(base.written, base.as_of, *base.labels), chosen)
            one, two = (base.measure((), solve(base.economy, policy, chosen).relative_to(known)) for policy in (signed, none))
            frame = pd.DataFrame(index=pd.Index(self.regions, name="region"))
            frame["real income, %"] = 100 * ((1 + one.real_income / 100) / (1 + two.real_income / 100) - 1)
            frame["million USD a year"] = one.equivalent_variation - two.equivalent_variation
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
        """First steps that cost their giver nothing: by `both` judgements, in `income` alone, by `motives` alone."""
        motives, income = self.self_harming("motives"), self.self_harming("real income")
        by_motives, in_income = ({s.issue for s in found} for found in (motives, income))
        return {
            "both": [s.label for s in income if s.issue in by_motives],
            "income": [s.label for s in income if s.issue not in by_motives],
            "motives": [s.label for s in motives if s.issue not in in_income],
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

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        region = self.by_region()
        return {
            "dossier": self.dossier, "horizon": self.horizon, "date": self.agenda.day.isoformat(), "status": self.status,
            "disagreement": self.disagreement, "judged_by": self.judged_by, "parties": list(self.parties),
            "package": [
                {"issue": i.id, "title": i.title, "by": i.giver, "kind": i.kind, "measures": list(i.measures),
                 "without_a_deal": i.levels[i.standing].label, "level": i.levels[k].label, "value": i.levels[k].value}
                for i, k in zip(self.agenda.issues, self.levels, strict=True)
            ],
            "clauses": {p: list(self.clauses(p)) for p in self.parties},
            "stays_away": [m.id for m in self.agenda.pending],
            "not_priced": [{"measure": m.id, "why": why} for m, why in self.agenda.unpriced],
            "by_party": plain(self.to_frame().to_dict(orient="index")),
            "by_region": plain(region.to_dict(orient="index")),
            "exchange": plain(self.exchange().to_dict(orient="records")),
            "swaps": plain(self.swaps().to_dict(orient="records")),
            "costs_the_giver_nothing": {
                by: [s.label for s in self.self_harming(by)] for by in ("motives", "real income")
            },
            "runners_up": plain(self.runners_up().to_dict(orient="records")),
            "watch": None if self.watched is None else self.watched.record(),
            "short_or_long": [plain(x) | {"preferred": x.preferred} for x in self.short_or_long()],
            "search": {"packages": self.agenda.size, "solved": len(self.packages.solved), "certified": self.found.certified,
                       "approximation_missed_by": self.found.missed},
        }  # fmt: skip


def proposal(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    disagreement: Disagreement = "hold",
    judged_by: Judged = "motives",
    weights: Mapping[str, Weights] | None = None,
    power: Mapping[str, float] | None = None,
    patience: Patience | None = None,
    solves: int = 120,
    pairs: int | None = None,
    quo: Outcome | None = None,
    table: PayoffTable | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> Proposal:
    """The package two parties would sign.

    `disagreement` is what follows without a deal, `weights` replaces motives by party, `power` weights gains (1 each),
    `solves` bounds the equilibria solved and `pairs` how many combinations of two issues the approximation learns from. `quo`
    (the solved status quo) and `table` (the payoff table of the same dossier, world and horizon) save solves.
    Raises `InputError` where the dossier has other than two parties or nothing between them that the model can price.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    where = load_world() if world is None else world
    case.must_fit(where)
    if disagreement not in ("hold", "escalate"):
        raise UnknownName(disagreement, ["hold", "escalate"], "disagreement point")
    if judged_by not in ("motives", "real income"):
        raise UnknownName(judged_by, ["motives", "real income"], "judgement")
    chosen = named_horizon(horizon or case.horizon.default, **parameters)
    economy = where.economy()
    changes = {s: _stance_changes(case, s) for s in ("hold", "escalate")}
    if disagreement == "escalate" and changes["escalate"] is None:
        raise InputError(refusal("strategy", "parties_have", id=case.id))
    day = max([s.policy_date for s in case.scenarios] or [case.as_of])
    measures = apply_changes(case.measures, changes["hold"] or ())
    if quo is None:
        quo = solve(economy, case.policy(None, where.regions, where.sectors), chosen)
    first = agenda(case, measures, day, where)
    motives = [(weights or {}).get(p) or Weights.of(case, p) for p in first.parties]
    fixed = {s: apply_changes(case.measures, c) for s, c in changes.items() if c is not None}
    fixed.setdefault("hold", measures)
    early = Packages(economy, first, measures, case.measures, quo, motives, chosen, case.as_of, fixed)
    standing = early.stances("hold") if table is None else early.measure((), table.outcomes["hold", "hold"])
    book = agenda(case, measures, day, where, dict.fromkeys(first.parties, standing.bought))
    packages = Packages(economy, book, measures, case.measures, quo, motives, chosen, case.as_of, fixed)
    packages.known["hold"] = standing
    if table is not None and ("escalate", "escalate") in table.outcomes:
        packages.known["escalate"] = packages.measure((), table.outcomes["escalate", "escalate"])
    without = packages.stances(disagreement)

    column = slice(0, 2) if judged_by == "motives" else slice(2, 4)
    surrogate = packages.design(min(10, solves // 8) if pairs is None else pairs, progress)
    done = len(packages.designed)

    def points(worth: Worth) -> Array:
        return np.concatenate([worth.parts.sum(1), worth.log_income])[column]

    def exact(levels: Levels) -> Array:
        value = points(packages.worth(levels))
        if progress is not None:
            progress("packages", len(packages.solved), solves)
        return value

    grid = book.grid()
    found = search(
        grid, surrogate(grid)[:, column], exact, {k: points(w) for k, w in packages.solved.items()}, tuple(points(without)),
        power=[float((power or {}).get(p, 1.0)) for p in book.parties], scale=_scale(surrogate.sizes),
        budget=max(solves - done - len(book.issues) - 4, 1),
    )  # fmt: skip
    levels = found.levels or book.standing
    steps = {at: _steps(packages, at) for at in (book.standing, levels)}
    reverted = tuple(
        packages.worth(tuple(i.standing if i.giver == p else k for i, k in zip(book.issues, levels, strict=True)))
        for p in book.parties
    )
    wanted = patience or Patience()
    a, b = (float(quo.after.income[economy.regions.index(p)]) for p in book.parties)
    made = Proposal(
        dossier=case.id, horizon=chosen.name, disagreement=disagreement, judged_by=judged_by, agenda=book, levels=levels,
        found=found, chosen=packages.worth(levels), without=without, held=standing,
        fought=packages.stances("escalate") if changes["escalate"] is not None else None, steps=steps[book.standing],
        margins=steps[levels], reverted=(reverted[0], reverted[1]), watched=None, patience=wanted,
        income=(a, b),
        regions=economy.regions, packages=packages,
    )  # fmt: skip
    return made if made.status == "no deal" else replace(made, watched=_watched(made))


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


def _steps(packages: Packages, levels: Levels) -> dict[str, tuple[Step, ...]]:
    """One step more on each issue from `levels` (the last one, where all is given), by judgement."""
    book, start = packages.agenda, packages.worth(levels)
    made: dict[str, list[Step]] = {"motives": [], "real income": []}
    for i, issue in enumerate(book.issues):
        last = levels[i] == len(issue.levels) - 1
        low, high = (levels[i] - 1, levels[i]) if last else (levels[i], levels[i] + 1)
        other = packages.worth((*levels[:i], low if last else high, *levels[i + 1 :]))
        before, after = (other, start) if last else (start, other)
        k = book.parties.index(issue.giver)
        label = f"{name(issue.giver)} {replace(issue, standing=low).words(high)}"
        for by, change in (
            ("motives", after.parts.sum(1) - before.parts.sum(1)),
            ("real income", after.log_income - before.log_income),
        ):
            made[by].append(Step(issue.id, issue.giver, issue.receiver, label, float(-change[k]), float(change[1 - k])))
    return {by: tuple(found) for by, found in made.items()}


def _scale(sizes: Mapping[int, float]) -> list[float]:
    """How far apart the ends of each issue count, 1 for the one that matters most."""
    top = max(sizes.values()) or 1.0
    return [0.05 + 0.95 * sizes[i] / top for i in sorted(sizes)]


def points(value: float, *, signed: bool = True) -> str:
    """Points of real income, three decimals (four under a hundredth)."""
    decimals = 3 if abs(value) >= 0.00995 or value == 0 else 4
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return "0"
    return (MINUS if value < 0 else "+" if signed else "") + text
