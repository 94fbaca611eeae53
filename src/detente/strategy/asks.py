"""What a third economy can ask for, offer and should avoid: each step priced alone and in pairs, for it and for who must consent.

Steps are the items of its menu in the dossier, and signing with a party where the dossier has none. With W real income, C what a
step needs to be worth anything (a branch in which the duty falls that it exempts from; goods held to be passed through, for a
rule of origin) and S what is taken,

    price(S) = 100 (W[C and S] / W[C] − 1)                            for the economy and for every party
    interaction(i, j) = price(ij) − price(i) − price(j)               all three under what both need

A party that loses by granting wants something for it; one that gains may be asked at no price. An *ask* needs a party's consent
and brings the economy something; an *offer* is its own to give and brings a party something; what costs the economy and
brings no party anything is to be *avoided*; what is left of its own may serve it. Where the ends of a span differ in sign
nothing is advised. Nobody is taken to answer.

**Rule of origin.** With a threshold, sectors with no more content of the other party are free, and above it only that content
pays. What is spared is counted against the duty on all that could be relabelled, goods that pay the country duty alone; its span
runs over the other readings of what customs may catch (assumption A41).

>>> from detente.cases.case import Case
>>> found = asks_of(Case.of("kuala-lumpur-2025", with_ranges=False), "MYS")
>>> found.step("rate-of-ten").role, found.step("farm-purchases").role
('ask', 'offer')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from detente.cases.baselines import IN_FORCE
from detente.cases.case import CENTRAL, PINNED, Case
from detente.errors import CornerResult, NotConverged, UnknownName
from detente.policy.changes import Change
from detente.policy.measures import InstrumentKind
from detente.policy.parts import MenuItem
from detente.policy.stacking import sectors_of
from detente.strategy.bystanders import Option, options_of, owner_of, side_with
from detente.strategy.transshipment import RATE, Basis, pass_through, raised_by, rise_of
from detente.strategy.year import Held, Span, branch_state, held, money_of, option_state, price_of, solve_states
from detente.types import Array, Progress, plain
from detente.words import TINY, tell
from detente.words.shown import Shown

if TYPE_CHECKING:
    from detente.strategy.deal import Proposal
    from detente.strategy.packages import Worth

Role = Literal["ask", "offer", "avoid", "own", "nothing", "unsure"]
PASSED = "passed-through"
"""What a rule of origin needs: goods are held to be passed through."""
READINGS: tuple[tuple[Basis, bool], ...] = (("matched", False), ("content", False), ("matched", True))
"""What customs may catch: the reading that is priced first, then the narrowest and the widest."""


@dataclass(frozen=True)
class Step:
    """One step: `price` for the economy and `others` for each party, percent of real income; `money` and `others_money` in
    million USD a year; `needs` whose consent it takes (empty: nobody's), `given` what it needs to be worth anything."""

    id: str
    title: str
    price: Span
    money: Span
    others: Mapping[str, Span]
    others_money: Mapping[str, float]
    needs: str = ""
    given: str | None = None

    @property
    def role(self) -> Role:
        """Ask, offer, avoid, own, nothing, or unsure where the sign is not known; see the module docstring."""
        if self.price.sign == "not known":
            return "unsure"
        if self.price.value > TINY:
            return "ask" if self.needs else "own"
        gains = any(s.value > TINY or self.others_money[p] > 1 for p, s in self.others.items() if s.value > 0)
        if gains and not self.needs:
            return "offer"
        return "avoid" if self.price.sign == "loss" else "nothing"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two steps at once, both under what either needs: price for the economy, for each party, and the interaction (percent)."""

    first: str
    second: str
    price: Span
    others: Mapping[str, Span]
    interaction: Span
    needs: tuple[str, ...] = ()

    @property
    def mutual(self) -> bool:
        """Whether it serves the economy and costs none of those whose consent it takes."""
        return self.price.value > TINY and bool(self.needs) and all(self.others[p].value > -TINY / 10 for p in self.needs)


@dataclass(frozen=True)
class Asks(Shown):
    """The steps of one economy and their pairs; `siding` the price of siding with each party, with
    `failed` once talks have failed (else as things stand)."""

    region: str
    parties: tuple[str, ...]
    dollars: int
    steps: tuple[Step, ...]
    pairs: tuple[Pair, ...]
    siding: Mapping[str, Span]
    failed: bool = True
    world_unit: str = "million USD"

    def step(self, name: str) -> Step:
        """By id. Raises `UnknownName`."""
        found = {s.id: s for s in self.steps}
        if name not in found:
            raise UnknownName(name, {s.id: s.title for s in self.steps}, "step")
        return found[name]

    def of(self, role: Role) -> tuple[Step, ...]:
        """Steps of one role, the largest price first."""
        return tuple(sorted((s for s in self.steps if s.role == role), key=lambda s: -abs(s.price.value)))

    @property
    def exchanges(self) -> tuple[Pair, ...]:
        """Pairs of an ask and an offer to the party that must consent, best for the economy first."""
        roles = {s.id: s.role for s in self.steps}
        found = [p for p in self.pairs if {roles[p.first], roles[p.second]} == {"ask", "offer"}]
        return tuple(sorted(found, key=lambda p: -p.price.value))

    @property
    def told(self) -> tuple[Pair, ...]:
        """The exchange that is best for the economy and, where that costs who must grant, the best one that does not."""
        mutual = next((p for p in self.exchanges if p.mutual), None)
        return tuple(dict.fromkeys(p for p in (*self.exchanges[:1], mutual) if p is not None))

    def terms(self, pair: Pair) -> tuple[Step, Step]:
        """The ask and the offer of an exchange."""
        one, two = self.step(pair.first), self.step(pair.second)
        return (one, two) if one.role == "ask" else (two, one)

    def to_frame(self) -> pd.DataFrame:
        """One row a step, then a pair: role, consent, price for the economy and each party, interaction."""
        rows = [
            {
                "step": s.title, "role": s.role, "consent": s.needs, "needs": s.given or "", "price, %": s.price.value,
                "low, %": s.price.low, "high, %": s.price.high,
                **{f"{p}, %": x.value for p, x in s.others.items()},
                **{f"{p}, million USD of {self.dollars}": x for p, x in s.others_money.items()},
            }
            for s in self.steps
        ]  # fmt: skip
        titles = {s.id: s.title for s in self.steps}
        given = {s.id: s.given for s in self.steps if s.given}
        rows += [
            {
                "step": f"{titles[p.first]} + {titles[p.second]}", "role": "pair", "consent": " ".join(p.needs),
                "needs": " ".join(dict.fromkeys(given[k] for k in (p.first, p.second) if k in given)),
                "price, %": p.price.value, "low, %": p.price.low, "high, %": p.price.high,
                **{f"{c}, %": x.value for c, x in p.others.items()}, "interaction, %": p.interaction.value,
            }
            for p in self.pairs
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        steps = [{**plain(s), "price": _span(s.price), "money": _span(s.money), "role": s.role} for s in self.steps]
        for row, s in zip(steps, self.steps, strict=True):
            row["others"] = {p: _span(x) for p, x in s.others.items()}
        pairs = [
            {
                "first": p.first, "second": p.second, "price": _span(p.price), "interaction": _span(p.interaction),
                "others": {c: _span(x) for c, x in p.others.items()}, "needs": list(p.needs), "mutual": p.mutual,
            }
            for p in self.pairs
        ]  # fmt: skip
        return {
            "region": self.region, "unit": "% of real income against what is in force", "dollars": self.dollars, "steps": steps,
            "pairs": pairs, "siding": {p: _span(s) for p, s in self.siding.items()},
        }  # fmt: skip

    def explain(self) -> str:
        """What to ask, offer and avoid, in plain words."""
        return tell(self)


def _span(s: Span) -> dict[str, Any]:
    return dict(plain({"low": s.low, "central": s.value, "high": s.high, "flexible": s.flexible, "pinned": s.pinned}))


@dataclass(frozen=True, eq=False)
class _Item:
    id: str
    title: str
    needs: str
    changes: tuple[Change, ...] = ()
    added: Array | None = None
    given: str | None = None
    threshold: float = 0.0

    @property
    def conditions(self) -> frozenset[str]:
        return frozenset({self.given} if self.given else ()) | frozenset({PASSED} if self.threshold else ())


class _Table:
    """States by what holds and what is taken, made once."""

    def __init__(self, case: Case, region: str, rate: float) -> None:
        self.case, self.region, self.rate = case, region, rate
        self._made: dict[Any, Held] = {}

    def state(self, holds: frozenset[str], taken: Sequence[_Item], reading: tuple[Basis, bool] = READINGS[0]) -> Held:
        key = (holds, tuple(i.id for i in taken), reading if PASSED in holds else None)
        if key not in self._made:
            self._made[key] = self._make(holds, taken, reading)
        return self._made[key]

    def _make(self, holds: frozenset[str], taken: Sequence[_Item], reading: tuple[Basis, bool]) -> Held:
        state = Held()
        for branch in sorted(holds - {PASSED}):
            state = state.and_(branch_state(self.case, branch)[0])
        for item in taken:
            state = state.and_(Held(None, item.changes, item.added))
        return state.and_(self._passed(state, taken, reading)) if PASSED in holds else state

    def _passed(self, state: Held, taken: Sequence[_Item], reading: tuple[Basis, bool]) -> Held:
        """The duty on goods passed through where the country duty is what `state` leaves of it."""
        case, region = self.case, self.region
        toward, threshold = pass_through(case).toward, max((i.threshold for i in taken), default=0.0)
        n, a, goods = case.index(region), case.index(toward), list(case.chains(None).goods)
        moved = case.policy(None, state.changes).shock(case.economy).tariffs - case.policy(None).shock(case.economy).tariffs
        if state.added is not None:
            moved = moved + state.added
        levied = case.country_duty(None, region, toward)[1] + moved.clip(max=0.0)[n, a]
        basis, exempt = reading
        rise = rise_of(
            case, region, None, basis="content" if threshold else basis, exempt=exempt, rate=self.rate, threshold=threshold,
            levied=levied.clip(min=0.0)[goods],
        )  # fmt: skip
        return Held(None, (), raised_by(case, region, toward, rise))


def asks_of(case: Case, region: str, *, rate: float = RATE, progress: Progress | None = None) -> Asks:
    """The steps of a third economy, alone and in pairs. `rate` (fraction) of the duty that a rule of origin spares.

    Raises `UnknownRegion`, `InputError` for a party, `NotConverged`.
    """
    case.outsider(region)
    options = options_of(case, region, 0.0)
    items, table = items_of(case, region, options), _Table(case, region, rate)
    pairs = list(combinations(items, 2))
    sides = {p: o for p in case.parties for o in options if o.title == side_with(p)}
    worst = case.worst if case.ids else None
    siding = {p: option_state(o, worst) for p, o in sides.items()}
    alone = [
        s
        for i in items
        for r in (READINGS if i.threshold else READINGS[:1])
        for s in (table.state(i.conditions, (), r), table.state(i.conditions, (i,), r))
    ]
    both = [s for i, j in pairs for s in _of_pair(table, i, j)]
    solve_states(case, [Held(), Held(worst), *alone, *siding.values()], progress)
    solve_states(case, both, progress, closures_only=True)
    dollars, worth = money_of(case, region)
    steps = [_step(case, region, table, i, worth) for i in items]
    return Asks(
        region, case.parties, dollars, tuple(steps), tuple(_pair(case, region, table, i, j) for i, j in pairs),
        {p: price_of(case, region, s, Held(worst)) for p, s in siding.items()}, worst is not None,
        case.world.unit,
    )  # fmt: skip


def items_of(case: Case, region: str, options: Sequence[Option]) -> list[_Item]:
    """The items of a menu that can be priced; signing with each party where the dossier names none that does anything."""
    menu: Iterable[MenuItem] = next((b.menu for b in case.dossier.bystanders if b.region == region), ())
    found = [
        _Item(
            i.id, i.title, owner_of(case, i.changes) or (pass_through(case).toward if i.origin_threshold_pct else ""), i.changes,
            given=i.given, threshold=(i.origin_threshold_pct or 0.0) / 100,
        )
        for i in menu
        if i.modelled and (i.changes or i.origin_threshold_pct)
    ]  # fmt: skip
    if found:
        return found
    signing = [o for o in options if o.consent and o.title not in {side_with(p) for p in case.parties}]
    return [
        _Item(f"sign-with-{o.consent}", o.title, o.consent, o.changes, None if o.added is None else o.added(None))
        for o in signing
    ]


def _step(case: Case, region: str, table: _Table, item: _Item, worth: float) -> Step:
    def price(code: str) -> Span:
        spans = [
            price_of(case, code, table.state(item.conditions, (item,), r), table.state(item.conditions, (), r))
            for r in (READINGS if item.threshold else READINGS[:1])
        ]
        found = spans[0]
        for other in spans[1:]:
            found = found.with_reading(other)
        return found

    own, others = price(region), {p: price(p) for p in case.parties}
    moneys = {p: s.value / 100 * money_of(case, p)[1] for p, s in others.items()}
    given = PASSED if item.threshold else item.given
    return Step(item.id, item.title, own, own.scaled(worth / 100), others, moneys, item.needs, given)


def _of_pair(table: _Table, i: _Item, j: _Item) -> tuple[Held, Held, Held, Held]:
    """Neither, one, the other and both, under what either needs."""
    holds = i.conditions | j.conditions
    return table.state(holds, ()), table.state(holds, (i,)), table.state(holds, (j,)), table.state(holds, (i, j))


def displaced_by(case: Case, region: str, changes: Sequence[Change]) -> pd.Series:
    """Who loses sales to `region` when it promises to buy: million USD a year by origin, losses only, the largest first.

    Read off the goods the promises name, at the case's horizon, against what is in force; empty where no change is a promise to
    buy. Raises `NotConverged`.
    """
    promises = [
        c.add for c in changes if c.add is not None and c.add.by == region and c.add.instrument is InstrumentKind.PURCHASE
    ]
    goods = sorted({case.world.sectors.index(s) for m in promises for s in sectors_of(m, case.world.sectors)})
    if not goods:
        return pd.Series(dtype=float)
    found, n = case.outcome(None, changes=tuple(changes), against=IN_FORCE), case.index(region)
    moved = (found.after.shipments - found.before.shipments)[:, n, goods].sum(1)
    sellers = pd.Series(moved, index=list(case.world.regions)).drop(region)
    return sellers[sellers < 0].sort_values()


@dataclass(frozen=True)
class Clause:
    """One clause of a package, alone over what holds without a deal: what it brings each party, million USD a year of the dollars
    of `money_of`, over the closures of the exchange rate."""

    giver: str
    receiver: str
    title: str
    brings: Mapping[str, Span]


def clauses_of(deal: Proposal) -> tuple[Clause, ...]:
    """The clauses of a package, each priced alone; none where nothing is signed.

    A closure without an answer is left out of the span.
    """
    if deal.found.levels is None:
        return ()
    packages, standing = deal.packages, deal.agenda.standing
    case = packages.case
    factors = {p: money_of(case, p)[1] / case.nominal_income(p) for p in deal.parties}
    names = [v for v in (CENTRAL, PINNED) if v in case.parameter_sets]

    def worth(levels: tuple[int, ...], reading: str) -> Worth | None:
        try:
            return packages.measure(levels, packages.outcomes(levels, reading))
        except (NotConverged, CornerResult):
            return None

    before, made = {v: worth(standing, v) for v in names}, []
    for k, (issue, level) in enumerate(zip(deal.agenda.issues, deal.levels, strict=True)):
        if level == issue.standing:
            continue
        levels = (*standing[:k], level, *standing[k + 1 :])
        after = {v: worth(levels, v) for v in names}
        gains = {v: x.equivalent_variation - y.equivalent_variation for v, x in after.items() if x and (y := before[v])}
        brings = {
            p: Span.of({v: factors[p] * float(gain[case.index(p)]) for v, gain in gains.items()}, held(case))
            for p in deal.parties
        }
        made.append(Clause(issue.giver, issue.receiver, issue.words(level), brings))
    return tuple(made)


def _pair(case: Case, region: str, table: _Table, i: _Item, j: _Item) -> Pair:
    start, first, second, both = _of_pair(table, i, j)

    def price(code: str, after: Held) -> Span:
        return price_of(case, code, after, start, closures_only=True)

    one, two, together = (price(region, s) for s in (first, second, both))
    gaps = {
        CENTRAL: together.flexible - one.flexible - two.flexible,
        PINNED: together.pinned - one.pinned - two.pinned,
    }
    centre = together.value - one.value - two.value
    known = [g for g in gaps.values() if g == g] or [centre]
    interaction = Span(min(known), centre, max(known), gaps[CENTRAL], gaps[PINNED])
    needs = tuple(dict.fromkeys(x for x in (i.needs, j.needs) if x))
    return Pair(i.id, j.id, together, {p: price(p, both) for p in case.parties}, interaction, needs)
