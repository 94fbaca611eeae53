"""What decides an economy's year, with the chance of each driver from today and what the risk of new duties costs already.

    chance of a driver = Σ over paths that take any of its branches of P(path),     expected = chance × price

Prices are those of `strategy.year`, each alone; chances those of the outlook's tree, the only answer to how likely something is.
Two drivers of one path are not added: expected values of single drivers say what to watch, not what to expect in sum. The risk
that duties return is priced as in `outlook.uncertainty` for what is in force: it weighs before anything happens.

>>> from detente.cases.case import Case
>>> case = Case.of("kuala-lumpur-2025", with_ranges=False)
>>> year = our_year(case, "MYS", odds={}, with_risk=False)        # the analyst's priors alone
>>> round(year.driver("chips-hit").chance.value, 2), round(year.driver("duties-void").chance.value, 2)
(0.3, 0.2)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from detente.cases.baselines import IN_FORCE, Baseline
from detente.cases.case import Case
from detente.errors import InputError
from detente.outlook.outlook import ENDS, Outlook, draw_odds, odds_of
from detente.outlook.tree import BranchOdds, Tree, grow
from detente.outlook.uncertainty import Uncertainty, uncertainty
from detente.strategy.hosting import HostStake, host_stake
from detente.strategy.transshipment import RATE
from detente.strategy.year import TITLES, Held, Mover, Span, Year, drivers_of, money_of, price_of, solve_states
from detente.types import Array, Progress, Range, plain
from detente.words import refusal, say

RISK = "risk"


def our_year(
    case: Case,
    region: str | None = None,
    *,
    look: Outlook | None = None,
    odds: BranchOdds | None = None,
    threats: Uncertainty | None = None,
    with_risk: bool = True,
    rate: float = RATE,
    against: Baseline = IN_FORCE,
    progress: Progress | None = None,
) -> Year:
    """The drivers of an economy (the host if None) with chances and the risk of new duties; a dossier without forks has neither.

    `against` what the branches are priced, see `strategy.year.drivers_of`.
    `look` gives the tree, else `odds` (as in `outlook`; pooled as there if None). `threats` is reused where given. Raises
    `InputError` where there is no host and no region is named, and what pricing and growing the tree raise.
    """
    code = region or case.host
    if code is None:
        raise InputError(refusal("outlook", "no_host", id=case.dossier.id))
    year = drivers_of(case, code, rate=rate, against=against, progress=progress)
    if case.dossier.prospects is None:
        return year
    tree, drawn = tree_of(case, look, odds, progress)
    year = year.with_chances({d.id: chance_of(tree, drawn, d.branches) for d in year.drivers if d.branches})
    if not with_risk:
        return year
    found = threats or uncertainty(case, [None], odds=tree.odds, progress=progress)
    effect = found.of(None).effect(code)
    price = Span(effect.low, effect.value, effect.high, effect.value, float("nan"))
    if price.sign == "none":
        return replace(year, unmoved=(*year.unmoved, say(TITLES, "risk")))
    return year.with_drivers(
        Mover(RISK, "risk", say(TITLES, "risk"), case.parties, price, price.scaled(money_of(case, code)[1] / 100))
    )


def tree_of(
    case: Case, look: Outlook | None = None, odds: BranchOdds | None = None, progress: Progress | None = None
) -> tuple[Tree, Array]:
    """The tree of a case, and draws of its odds [draw, branch]; that of `look` where it is given."""
    if look is not None:
        return look.tree, look.drawn
    tree = grow(case.dossier, odds_of(case, progress) if odds is None else odds)
    return tree, draw_odds(tree)


def chance_of(tree: Tree, drawn: Array, branches: Sequence[str]) -> Range:
    """Chance from today that any of some branches is taken, with its range over draws of the odds."""
    taken = np.any([tree.taken(b) for b in branches], axis=0).astype(np.float64)
    value = float(tree.probabilities @ taken)
    low, high = np.quantile(tree.reweighted(drawn) @ taken, ENDS)
    return Range(min(float(low), value), value, max(float(high), value))


@dataclass(frozen=True, eq=False)
class Prospect:
    """What each scenario brings an economy, percent of real income against what is in force: the duties themselves over both
    closures, and what the duties still threatened there cost already (NaN where no path takes the scenario)."""

    region: str
    duties: Mapping[str, Span]
    risk: Mapping[str, Range]

    def to_frame(self) -> pd.DataFrame:
        """One row a scenario."""
        rows = {
            s: {
                "duties, %": span.value, "low, %": span.low, "high, %": span.high, "flexible exchange rate, %": span.flexible,
                "pinned exchange rate, %": span.pinned, "uncertainty, %": self.risk[s].value,
                "uncertainty low, %": self.risk[s].low, "uncertainty high, %": self.risk[s].high,
            }
            for s, span in self.duties.items()
        }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")

    def record(self) -> dict[str, dict[str, float]]:
        """Ready for JSON."""
        return dict(plain(self.to_frame().to_dict(orient="index")))


def prospect_of(case: Case, region: str, threats: Uncertainty | None = None) -> Prospect:
    """What each scenario of the case brings an economy. `threats` prices the duties still threatened there."""
    solve_states(case, [Held(), *(Held(s) for s in case.ids)])
    known = {} if threats is None else risk_of(threats, region)
    nothing = Range(float("nan"), float("nan"), float("nan"))
    duties = {s: price_of(case, region, Held(s)) for s in case.ids}
    return Prospect(region, duties, {s: known.get(s, nothing) for s in case.ids})


def threats_of(case: Case, tree: Tree, progress: Progress | None = None) -> Uncertainty:
    """What threatened duties cost in what is in force and in every scenario that some path stays in, at the odds of a tree."""
    return uncertainty(case, odds=tree.odds, progress=progress)


def risk_of(threats: Uncertainty, region: str) -> dict[str, Range]:
    """What threats cost an economy in each scenario that a path takes, percent of real income; see `strategy.hosting`."""
    return {row.scenario: row.effect(region) for row in threats.rows}


def stake_of(case: Case, region: str, threats: Uncertainty | None = None, *, rate: float = RATE) -> HostStake:
    """What hosting is worth to an economy, the cost of threats among its parts where the dossier has forks."""
    known = threats
    if known is None and case.dossier.prospects is not None:
        known = threats_of(case, tree_of(case)[0])
    return host_stake(case, region, None if known is None else risk_of(known, region), rate=rate)


__all__ = ["RISK", "Prospect", "chance_of", "our_year", "prospect_of", "risk_of", "stake_of", "threats_of", "tree_of"]
