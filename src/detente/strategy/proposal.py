"""One deal to put on the table: the signable package with the largest product of gains, and what stands behind it.

Issues and their levels come from the dossier (`strategy.issues`), payoffs from one equilibrium a package (`strategy.packages`),
the choice from Nash's bargaining solution over all of them (`talks.agenda`). Disagreement is what the stances "hold" (or
"escalate") of both parties lead to. What a deal is worth is judged by the dossier's motives or by real income alone; both are
reported, in points, percent and USD a year against no deal. Terms that move no trade (monitoring, reviews, how long it is
signed for) come from the truce models (`talks.terms`), with the chances of assumption A40.

>>> from detente.strategy.deal import proposal
>>> deal = proposal("kuala-lumpur-2025", solves=40)
>>> deal.status, deal.parties, bool(min(deal.gains) > 0)
('deal', ('USA', 'CHN'), True)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters
from detente.equilibrium.solve import solve
from detente.errors import InputError
from detente.policy.stacking import policy_on
from detente.strategy.issues import Agenda
from detente.strategy.packages import Levels, Packages, Worth
from detente.talks.issue_search import Found, Step, swaps
from detente.talks.patience import Patience
from detente.talks.truce import FRAMEWORK_YEARS, PERIODS, Lasting, Watch, lasting
from detente.types import plain
from detente.words.names import region_name

Array = NDArray[np.float64]
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
            raise InputError(f'{self.dossier}: the parties have no stance "escalate"')
        return self.fought

    def to_frame(self) -> pd.DataFrame:
        """One row a party: gains over no deal by both judgements, and over both ends it could be measured from."""
        index = [self.regions.index(p) for p in self.parties]
        rows: dict[str, Any] = {}
        for name, other in (("hold", self.held), ("escalate", self.fought)):
            if other is None:
                continue
            for by in ("motives", "real income"):
                gain = self.payoffs(self.chosen, by) - self.payoffs(other, by)
                rows[f"over {name}, points by {by}"] = gain
            rows[f"over {name}, million USD a year"] = (self.chosen.equivalent_variation - other.equivalent_variation)[index]
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
        for name, chosen in variants.items():
            known = (quo or {}).get(name)
            if known is None:
                known = solve(base.economy, policy_on(base.written, base.as_of, *base.labels), chosen)
            one, two = (base.measure((), solve(base.economy, policy, chosen).relative_to(known)) for policy in (signed, none))
            frame = pd.DataFrame(index=pd.Index(self.regions, name="region"))
            frame["real income, %"] = 100 * ((1 + one.real_income / 100) / (1 + two.real_income / 100) - 1)
            frame["million USD a year"] = one.equivalent_variation - two.equivalent_variation
            for by in ("motives", "real income"):
                gain = self.payoffs(one, by) - self.payoffs(two, by)
                frame[f"points by {by}"] = pd.Series(gain, index=list(self.parties))
            made[name] = frame
        return made

    def explain(self) -> str:
        """The proposal in plain words; see `proposal_words` for its parts."""
        from detente.strategy.proposal_words import paragraphs

        return "\n\n".join(paragraphs(self))

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


def named(code: str) -> str:
    """A region in running text."""
    return region_name(code, article=True)
