"""What every package over the issues is worth: exact where it is solved, by a polynomial of the solved ones elsewhere.

With x[i] from 0 (nothing given) to 1 (all given) on issue i and s the levels without a deal, every payoff is approximated by

    f(x) = f(s) + Σᵢ mᵢ(x[i]) + Σ_{i<j} c[i,j] (x[i] − s[i]) (x[j] − s[j]) + p(e) + Σᵢ d[i] (x[i] − s[i]) e

with e = max(0, v − b(x)): v is what is promised to be bought, b(x) what would be bought anyway (approximated alike). mᵢ passes
through the solved levels of issue i alone (three for a duty in steps), p is a parabola through two promises, c and d each come
from one solve with both issues moved. Which pairs are solved is decided by the size of their own effects. No figure that is
reported comes from the polynomial: it only says which packages are worth solving.

A package costs one solve, or along the path one at every node of four years (`strategy.over_time`): every payoff above is then
its discounted mean, which is as smooth in the levels as each of its terms. The policy of a package on a day is put together from
parts that are worked out once: everything but the issues, each duty by its points, and each combination of controls. Along the
path a package is what its measures make of every day from the dossier's on: concessions hold from that day, what a party keeps in
force, or lets come back, on its own dates.
"""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from detente.cases.case import CENTRAL, Case
from detente.cases.history import Moment, moments, turning
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import solve
from detente.files import digest
from detente.policy.changes import Change, apply_changes
from detente.policy.instruments import Policy, PurchaseCommitment
from detente.policy.measures import Base, InstrumentKind, Measure
from detente.policy.stacking import Stack, policy_on, stack_on, to_policy
from detente.strategy.issues import Agenda, Issue
from detente.strategy.objectives import PARTS, Measured, Weights
from detente.strategy.over_time import Clock, baseline_at, each_month
from detente.types import Array, Progress
from detente.world.economy import Economy

Levels = tuple[int, ...]
_ARRAYS = ("parts", "log_income", "real_income", "equivalent_variation")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Worth:
    """What a solved package brings against the clock's baseline, on average over its months.

    `parts` [party, part] weighted parts of each party's objective (points), `log_income` [party] 100 ln Ŵ, `real_income` and
    `equivalent_variation` [region] in percent and million USD a year, `bought` million USD a year of what is to be bought.
    """

    levels: Levels
    parts: Array
    log_income: Array
    real_income: Array
    equivalent_variation: Array
    bought: float

    def to_bytes(self) -> bytes:
        """To be kept, to the last digit."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return json.dumps({"levels": self.levels, "bought": self.bought, **arrays}).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Worth:
        """As it was kept."""
        found = json.loads(body)
        arrays = {name: np.array(found[name]) for name in _ARRAYS}
        return cls(levels=tuple(found["levels"]), bought=found["bought"], **arrays)


@dataclass(eq=False)
class Packages:
    """Packages of an agenda in a case.

    `measures` are those without a deal, `written` those of the dossier, `fixed` the measures when all parties take a stance (by
    its name). `solved` and `known` fill up as packages and stances are solved; `designed` names the packages the approximation
    was made from.
    """

    case: Case
    agenda: Agenda
    measures: tuple[Measure, ...]
    weights: Sequence[Weights]
    clock: Clock
    fixed: Mapping[str, tuple[Measure, ...]]
    solved: dict[Levels, Worth] = field(default_factory=dict)
    known: dict[str, Worth] = field(default_factory=dict)
    designed: tuple[Levels, ...] = ()
    _parts: dict[tuple[object, ...], object] = field(default_factory=dict, repr=False)

    # -- policies --------------------------------------------------------------------------------------------------------
    @property
    def economy(self) -> Economy:
        """The world as shares."""
        return self.case.economy

    @property
    def written(self) -> tuple[Measure, ...]:
        """The measures of the dossier."""
        return self.case.dossier.measures

    @property
    def labels(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Regions and sectors."""
        return self.economy.regions, self.economy.sectors

    @property
    def days(self) -> list[datetime.date]:
        """Days from the dossier's on, up to the one policies are read on, on which a measure may change."""
        return turning((*self.measures, *self.written), self.case.dossier.as_of, self.agenda.day)

    def policy(self, levels: Levels, day: datetime.date | None = None) -> Policy:
        """The policy of a package on a day (the one policies are read on if None)."""
        when = day or self.agenda.day
        if not self._separable():
            found = policy_on(self._changed(levels, self.agenda.issues), when, *self.labels)
            return found + self._purchases(levels)
        duties = np.zeros_like(self.economy.tariffs)
        pieces = self._stack(when).pieces
        for issue, level in zip(self.agenda.issues, levels, strict=True):
            if issue.kind == "duties":
                top = issue.levels[0].value
                share = issue.levels[level].value / top if top else 0.0
                for name in issue.measures:
                    if name in pieces:  # it may not be in force yet
                        duties += share * pieces[name]
        own = Policy.from_arrays(added_tariffs=duties, label="the duties in the package")
        return self._rest(when) + own + self._controls(levels, when) + self._purchases(levels)

    def history(self, levels: Levels) -> tuple[Moment, ...]:
        """What is in force when under a package, after all that was before the dossier's day."""
        past, decision = self.case.history(None), self.case.dossier.as_of
        return moments(self.days, decision, lambda day: self.policy(levels, day), self.economy, past)

    def _separable(self) -> bool:
        """Whether an issue's duties move in proportion to their points: so they do unless a cap of the same government binds."""
        givers = {issue.giver for issue in self.agenda.issues if issue.kind == "duties"}
        return not any(m.instrument is InstrumentKind.TARIFF and m.base is Base.CAP and m.by in givers for m in self.measures)

    def _once(self, key: tuple[object, ...], work: Callable[[], T]) -> T:
        if key not in self._parts:
            self._parts[key] = work()
        return cast(T, self._parts[key])

    def _stack(self, day: datetime.date) -> Stack:
        """Everything but the controls, added up as it stands without a deal on a day."""
        return self._once(("stack", day), lambda: stack_on([m for m in self.measures if not _controls(m)], day, *self.labels))

    def _rest(self, day: datetime.date) -> Policy:
        """Everything that is no issue and no control."""
        own = {m for issue in self.agenda.issues if issue.kind == "duties" for m in issue.measures}

        def work() -> Policy:
            stack = self._stack(day)
            return to_policy(replace(stack, pieces={k: v for k, v in stack.pieces.items() if k not in own}))

        return self._once(("rest", day), work)

    def _controls(self, levels: Levels, day: datetime.date) -> Policy:
        """All controls together: shares withheld by several measures multiply up."""
        chosen = tuple((i, level) for i, level in zip(self.agenda.issues, levels, strict=True) if i.kind == "controls")
        key = tuple(level for _, level in chosen)

        def work() -> Policy:
            changed = self._changed(key, [i for i, _ in chosen])
            return policy_on([m for m in changed if _controls(m)], day, *self.labels)

        return self._once(("controls", key, day), work)

    def _changed(self, levels: Levels, issues: Sequence[Issue]) -> tuple[Measure, ...]:
        """The measures with the issues at their levels."""
        written = {m.id: m for m in self.written}
        table = {m.id: m for m in self.measures}
        changes = []
        for issue, level in zip(issues, levels, strict=True):
            value = issue.levels[level].value
            for name in issue.measures:
                fields: dict[str, object]
                if issue.kind == "duties":
                    ratio = value / issue.levels[0].value if issue.levels[0].value else 0.0
                    fields = {"rate_pct": _scaled(table[name].rate_pct, ratio)}
                else:
                    if level == issue.standing:
                        continue
                    full = written.get(name, table[name])
                    fields = {"withhold_pct": _scaled(full.withhold_pct, value)}
                    if value > 0:
                        fields["suspended"] = ()
                changes.append(Change.model_validate({"measure": name, "set": fields}))
        return apply_changes(self.measures, changes)

    def _purchases(self, levels: Levels) -> Policy:
        found = []
        for issue, level in zip(self.agenda.issues, levels, strict=True):
            if issue.kind == "purchases" and issue.levels[level].value > 0:
                value = issue.levels[level].value
                found.append(PurchaseCommitment(by=issue.giver, origin=issue.receiver, sectors=issue.sectors, value=value))
        return Policy(found)

    # -- exact -----------------------------------------------------------------------------------------------------------
    def worth(self, levels: Levels) -> Worth:
        """The worth of a package, solved once. Raises `NotConverged`."""
        levels = tuple(int(k) for k in levels)
        if levels not in self.solved:
            self.solved[levels] = self._lasting(levels, lambda: self.measure(levels, self.outcomes(levels)))
        return self.solved[levels]

    def worth_at(self, levels: Levels, variant: str) -> Worth:
        """The worth of a package at another set of the case's parameters. Raises `NotConverged`, `CornerResult`."""
        return self._lasting((variant, *levels), lambda: self.measure(levels, self.outcomes(levels, variant)))

    def outcomes(self, levels: Levels, variant: str = CENTRAL) -> list[Outcome]:
        """A package at every month against the clock's baseline, at the case's own parameters or another set of them."""
        return self._solved(() if self.clock.snapshot else self.history(levels), lambda: self.policy(levels), variant)

    def stances(self, name: str) -> Worth:
        """What all parties taking a stance is worth, solved once. Raises `NotConverged`."""
        if name not in self.known:
            measures, decision = self.fixed[name], self.case.dossier.as_of
            policy = partial(policy_on, measures, regions=self.labels[0], sectors=self.labels[1])
            past: tuple[Moment, ...] = ()
            if not self.clock.snapshot:
                days = turning(measures, decision, self.agenda.day)
                past = moments(days, decision, policy, self.economy, self.case.history(None))
            found = partial(self._solved, past, lambda: policy(self.agenda.day), CENTRAL)
            self.known[name] = self._lasting(("stance", name), lambda: self.measure((), found()))
        return self.known[name]

    def _lasting(self, name: tuple[str | int, ...], work: Callable[[], Worth]) -> Worth:
        """A worth kept from run to run: a search asks for hundreds, and nothing is solved for what was found before."""
        return Worth.from_bytes(self.lasting(name, lambda: work().to_bytes()))

    def lasting(self, name: tuple[object, ...], work: Callable[[], bytes]) -> bytes:
        """What `work` gives, kept from run to run under `name` and all that these packages, and what is searched by them, depend
        on."""
        return self.case.lasting((self._question, name), work)

    @cached_property
    def _question(self) -> str:
        """Digest of what a worth, and what is searched by it, depends on beside the case."""
        measures = [[m.model_dump(mode="json") for m in listed] for listed in (self.measures, *self.fixed.values())]
        return digest([repr(self.agenda), measures, list(self.fixed), repr(self.weights), repr(self.clock)])

    def settled(self, levels: Levels) -> Outcome:
        """A package at the case's own month (or horizon), against the table."""
        past = () if self.clock.snapshot else self.history(levels)
        return self._raw(past, lambda: self.policy(levels), self.case.month, CENTRAL)

    def _raw(self, past: Sequence[Moment], policy: Callable[[], Policy], month: float | None, variant: str) -> Outcome:
        case = self.case
        node = case.node(variant, month=month)
        if month is None:
            return solve(case.economy, policy(), case.parameters_at(node), solver=case.solver)
        return case.after(past, node)

    def _solved(self, past: Sequence[Moment], policy: Callable[[], Policy], variant: str) -> list[Outcome]:
        def at(month: float | None) -> Outcome:
            raw = self._raw(past, policy, month, variant)
            return raw.relative_to(baseline_at(self.case, self.clock, month, variant))

        return each_month(self.clock, at)

    def measure(self, levels: Levels, found: Sequence[Outcome]) -> Worth:
        """What a package solved at every month (against the clock's baseline) is worth."""
        parties, regions = self.agenda.parties, self.economy.regions
        parts = []
        for own, party in zip(self.weights, parties, strict=True):
            read = Measured.mean([Measured.of(o, party) for o in found], self.clock.weights(party))
            parts.append(own.weigh(read) | {"audience": 0.0})
        income = np.array([100 * np.log1p(o.real_income.to_numpy(dtype=np.float64) / 100) for o in found])
        money = np.array([o.equivalent_variation.to_numpy(dtype=np.float64) for o in found])
        weights = np.stack([self.clock.weights(region) for region in regions])
        log_income: Array = np.einsum("rm,mr->r", weights, income)
        return Worth(
            levels=levels,
            parts=np.array([[part[name] for name in PARTS] for part in parts]),
            log_income=log_income[[regions.index(p) for p in parties]],
            real_income=100 * np.expm1(log_income / 100),
            equivalent_variation=np.einsum("rm,mr->r", weights, money),
            bought=float(self.clock.weights() @ [self._bought(o) for o in found]),
        )

    def _bought(self, outcome: Outcome) -> float:
        for issue in self.agenda.issues:
            if issue.kind == "purchases":
                seller, buyer = (self.economy.regions.index(r) for r in (issue.receiver, issue.giver))
                columns = [self.economy.sectors.index(s) for s in issue.sectors]
                return float(outcome.after.shipments[seller, buyer, columns].sum())
        return 0.0

    # -- approximate -----------------------------------------------------------------------------------------------------
    def design(self, pairs: int, progress: Progress | None = None) -> Surrogate:
        """Solve every issue alone and the `pairs` combinations of two that matter most; fit the polynomial."""
        issues, start = self.agenda.issues, self.agenda.standing
        alone = {i: _nodes(issue) for i, issue in enumerate(issues)}
        plan = sum(len(nodes) for nodes in alone.values())
        done = 0

        def at(**moved: int) -> Worth:
            nonlocal done
            done += 1
            if progress is not None:
                progress("packages", done, plan + pairs)
            return self.worth(tuple(moved.get(f"i{k}", level) for k, level in enumerate(start)))

        base = self._vector(self.worth(start))
        mains = {i: {n: self._vector(at(**{f"i{i}": n})) - base for n in nodes} for i, nodes in alone.items()}
        ends: dict[int, int] = {}
        for i, issue in enumerate(issues):
            far = [abs(issue.levels[n].given - issue.levels[start[i]].given) for n in alone[i]]
            ends[i] = alone[i][0] if issue.kind == "purchases" else alone[i][int(np.argmax(far))]
        size = {i: float(np.abs(mains[i][ends[i]][:-1]).max()) for i in alone}
        ranked = sorted(itertools.combinations(alone, 2), key=lambda p: (-size[p[0]] * size[p[1]], p))[: max(pairs, 0)]
        found = Surrogate(self.agenda, base, mains, {}, size)
        for i, j in ranked:
            both = np.array([ends.get(k, s) if k in (i, j) else s for k, s in enumerate(start)])
            exact = self._vector(at(**{f"i{i}": ends[i], f"i{j}": ends[j]}))
            found.learn(i, j, both, exact)
        self.designed = tuple(self.solved)
        return found

    def _vector(self, worth: Worth) -> Array:
        """What is approximated: payoffs by motives of both, log real income of both, what is bought."""
        return np.array([*worth.parts.sum(1), *worth.log_income, worth.bought])


@dataclass(frozen=True, eq=False)
class Surrogate:
    """The polynomial. Its values per package: payoffs by motives [2], log real income [2], purchases.

    `mains` [issue][level] effects of an issue alone, `cross` coefficients of pairs, `sizes` the largest effect of each issue.
    """

    agenda: Agenda
    base: Array
    mains: dict[int, dict[int, Array]]
    cross: dict[tuple[int, int], Array]
    sizes: dict[int, float]

    def __call__(self, grid: NDArray[np.int64]) -> Array:
        """Payoffs of packages [package, (motives of both, log real income of both)]."""
        return self._values(np.atleast_2d(grid))[0][:, :-1]

    def learn(self, i: int, j: int, levels: NDArray[np.int64], exact: Array) -> None:
        """Set the product of issues i and j so that the package at `levels` comes out as solved."""
        values, moves = self._values(levels[None])
        run = float(moves[i][0] * moves[j][0])
        if run != 0:
            self.cross[i, j] = (exact - values[0]) / run

    def _values(self, grid: NDArray[np.int64]) -> tuple[Array, dict[int, Array]]:
        """All values, and how far each issue has moved from where it stands (for purchases: what is bought beyond anyway)."""
        issues, start = self.agenda.issues, self.agenda.standing
        total = np.broadcast_to(self.base, (len(grid), len(self.base))).copy()
        moves: dict[int, Array] = {}
        for i, issue in enumerate(issues):
            if issue.kind != "purchases":
                given = np.array([level.given for level in issue.levels])
                moves[i] = (given - given[start[i]])[grid[:, i]]
                total += _through(given, start[i], self.mains[i])[grid[:, i]]
        smooth = [(pair, c) for pair, c in self.cross.items() if pair[0] in moves and pair[1] in moves]
        for (i, j), c in smooth:
            total += (moves[i] * moves[j])[:, None] * c
        for i, issue in enumerate(issues):
            if issue.kind == "purchases":
                promised = np.array([level.value for level in issue.levels])[grid[:, i]]
                moves[i] = np.maximum(promised - total[:, -1], 0.0) * (grid[:, i] != start[i])
                total += self._parabola(i, issue, moves[i])
        for (i, j), c in self.cross.items():
            if not any((i, j) == pair for pair, _ in smooth):
                total += (moves[i] * moves[j])[:, None] * c
        return total, moves

    def _parabola(self, i: int, issue: Issue, extra: Array) -> Array:
        """Effect of what is bought beyond what would be bought anyway, through the solved promises."""
        known = [(issue.levels[n].value - self.base[-1], effect) for n, effect in self.mains[i].items()]
        known = [(e, effect) for e, effect in known if e > 0]
        if not known:
            return np.zeros((len(extra), len(self.base)))
        powers = np.array([[e ** (k + 1) for k in range(len(known))] for e, _ in known])
        slopes = np.linalg.solve(powers, np.array([effect for _, effect in known]))
        found: Array = np.stack([extra ** (k + 1) for k in range(len(known))], axis=1) @ slopes
        return found


def _nodes(issue: Issue) -> list[int]:
    """Levels of an issue that are solved alone: the ends and the one nearest the middle, without the standing one."""
    given = np.array([level.given for level in issue.levels])
    if issue.kind == "purchases":
        wanted = {len(given) // 2, len(given) - 1}
    else:
        wanted = {0, len(given) - 1, int(np.argmin(np.abs(given - (given[0] + given[-1]) / 2)))}
    return sorted(wanted - {issue.standing})


def _through(given: Array, standing: int, effects: dict[int, Array]) -> Array:
    """Values at all levels of the polynomial through the solved ones (and no effect at the standing one) [level, value]."""
    at = np.array([given[standing], *(given[n] for n in effects)])
    values = np.array([np.zeros_like(next(iter(effects.values()))), *effects.values()])
    result: Array = np.zeros((len(given), values.shape[1]))
    for k, x in enumerate(at):
        weight = np.prod([(given - y) / (x - y) for m, y in enumerate(at) if m != k], axis=0)
        result += weight[:, None] * values[k]
    return result


def _controls(m: Measure) -> bool:
    return m.instrument in (InstrumentKind.EXPORT_CONTROL, InstrumentKind.EMBARGO)


def _scaled(value: object, ratio: float) -> object:
    """A rate or a map of rates times `ratio`."""
    if isinstance(value, dict):
        return {k: ratio * v for k, v in value.items()}
    assert isinstance(value, (int, float))
    return ratio * value
