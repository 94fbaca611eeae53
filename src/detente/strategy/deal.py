"""Find the package two parties would sign: issues from the dossier, payoffs from solves, the choice from the search.

At most `solves` equilibria: every issue alone, the pairs that matter most, then the packages that look best, until no package one
step away is better (`talks.agenda`); then one step on every issue from no deal and from the package, for the rates of exchange,
and the package with each side's concessions taken back, for the truce.

>>> deal = proposal("kuala-lumpur-2025", solves=40, disagreement="escalate")
>>> bool(min(deal.gains) > 0.1)
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownName
from detente.policy.changes import apply_changes
from detente.strategy.issues import agenda
from detente.strategy.objectives import Weights
from detente.strategy.packages import Levels, Packages, Worth
from detente.strategy.payoffs import PayoffTable
from detente.strategy.proposal import Disagreement, Judged, Proposal, named
from detente.talks.issue_search import Step, search
from detente.talks.patience import Patience
from detente.talks.truce import TruceSide, Watch, watch
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Array = NDArray[np.float64]


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
    progress: Callable[[str, int, int], None] | None = None,
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
        raise InputError(f'{case.id}: a disagreement point "escalate" needs that stance of both parties')
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
        label = f"{named(issue.giver)} {replace(issue, standing=low).words(high)}"
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
