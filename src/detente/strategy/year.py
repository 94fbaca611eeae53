"""What decides an economy's year: everything a dossier knows that would move it, each priced alone and ranked.

For an economy n the drivers are

    branch    a branch of the dossier's forks: what a court, a deadline or the talks may bring
    scenario  where a dossier has no forks, its scenarios
    step      what n could do or obtain: the items of its menu and signing with a party; its own choice, so it has no chance
    passed    a duty on its goods judged to be passed through, once talks have failed
    choice    having to side with a party, once talks have failed

**Price.** Everything else stays as it is in force on the dossier's day, and the one thing happens:

    price = 100 (W[after] / W[before] − 1),     W real income of n, at the case's horizon

and, where the case stands on the path, the same six months after it came: the middle of its first year, when firms have hardly
begun to look elsewhere. What is called a year's price is a year's worth at the horizon; the first year's stands beside it.

`passed` and `choice` come on top of the scenario in which talks fail. A branch counts what its own changes bring into force; what
the calendar does meanwhile to other measures is another driver. A branch that takes a scenario is that scenario; where its fork
may only add to the scenario that an earlier branch took (an answer to a duty), what it adds is priced.

**Span.** Over both closures of the exchange rate and, under either, the trade elasticity at both ends of its range. In one
closure a third country cannot lose from the duties of others except by the terms of trade; so both are shown, and where the ends
differ in sign the sign is not known.

>>> Span.of({"central": 0.19, "exchange rate pinned": 0.03}, pinned=["exchange rate pinned"])
Span(low=0.03, value=0.19, high=0.19, flexible=0.19, pinned=0.03)
>>> from detente.cases.case import Case
>>> year = drivers_of(Case.of("kuala-lumpur-2025", with_ranges=False), "MYS")
>>> year.driver("chips-hit").by, year.driver("chips-hit").price.sign, year.elsewhere
(('USA',), 'loss', True)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from detente.cases.baselines import IN_FORCE, LAW, REFERENCE, Baseline
from detente.cases.case import CENTRAL, PINNED, Case
from detente.errors import CornerResult, NotConverged, UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.instruments import Policy
from detente.policy.measures import Measure
from detente.policy.prospects import Fork, Prospects
from detente.policy.timing import in_force
from detente.strategy.bystanders import Option, options_of, side_with
from detente.strategy.transshipment import RATE, Basis, pass_through, raised_by, rise_of
from detente.types import Array, Progress, Range, plain
from detente.words import TINY, say, straddles, tell
from detente.words.shown import Shown
from detente.world import money

Kind = Literal["branch", "scenario", "step", "passed", "choice", "risk"]
Sign = Literal["gain", "loss", "none", "not known"]
ELASTICITY = ("trade elasticity", "trade_elasticity")
"""What the names of parameter sets begin with that move the trade elasticity alone."""
TITLES = "words/templates/Year"
WORKERS = 2
FIRST_YEAR = 6.0
"""Month of the path that stands for the first year: its middle."""


class Span(NamedTuple):
    """A price over both closures: lowest, central, highest; `flexible` and `pinned` the centre under each closure, NaN where that
    closure was not solved or has no answer."""

    low: float
    value: float
    high: float
    flexible: float
    pinned: float

    @classmethod
    def of(cls, values: Mapping[str, float], pinned: Iterable[str] = (PINNED,)) -> Span:
        """From values by parameter set, the central one first; `pinned` names the sets with the exchange rate held."""
        centre, held = next(iter(values.values())), set(pinned)
        first = next(iter(values))
        flexible = math.nan if first in held else centre
        fixed = centre if first in held else values.get(PINNED, math.nan)
        return cls(min(values.values()), centre, max(values.values()), flexible, fixed)

    @property
    def sign(self) -> Sign:
        """Gain or loss at every reading, nothing at any, or not known: the ends differ in sign."""
        if straddles(self.low, self.high):
            return "not known"
        if max(abs(self.low), abs(self.high)) < TINY:
            return "none"
        return "gain" if self.low + self.high > 0 else "loss"

    def scaled(self, factor: float) -> Span:
        """In another unit; a negative factor turns the ends about."""
        low, high = sorted((factor * self.low, factor * self.high))
        return Span(low, factor * self.value, high, factor * self.flexible, factor * self.pinned)

    def with_reading(self, other: Span) -> Span:
        """The same centre, with the ends of another reading of the same thing."""
        return self._replace(low=min(self.low, other.low), high=max(self.high, other.high))


@dataclass(frozen=True, eq=False)
class Held:
    """What holds when a price is read: a scenario (None: what is in force), further changes of measures, and duties added
    (fractions, [origin, destination, sector])."""

    scenario: str | None = None
    changes: tuple[Change, ...] = ()
    added: Array | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Its content."""
        told = tuple(c.model_dump_json(by_alias=True) for c in self.changes)
        return self.scenario, told, None if self.added is None else hashlib.sha256(self.added.tobytes()).hexdigest()

    def and_(self, other: Held) -> Held:
        """Both at once; of two scenarios the later."""
        added = self.added if other.added is None else other.added if self.added is None else self.added + other.added
        return Held(other.scenario or self.scenario, (*self.changes, *other.changes), added)

    @property
    def bites(self) -> bool:
        """Whether it differs from what is in force at all."""
        return bool(self.scenario or self.changes or (self.added is not None and self.added.any()))


def readings(case: Case, *, closures_only: bool = False) -> tuple[str, ...]:
    """Parameter sets a span is over: the central one, the other closure, the trade elasticity at its ends under either."""
    named = (CENTRAL, PINNED)
    return tuple(v for v in case.parameter_sets if v in named or (v.startswith(ELASTICITY) and not closures_only))


def held(case: Case) -> tuple[str, ...]:
    """Those of the parameter sets in which the exchange rate is pinned."""
    return tuple(v for v, p in case.parameter_sets.items() if p.exchange_rate == "pinned")


def incomes(case: Case, state: Held, reading: str = CENTRAL, month: float | None = None) -> pd.Series | None:
    """Real income by region in a state against the reference, percent, at the case's horizon or a `month` of the path; None
    where a reading other than the central one, or that month, has no answer. Solved once a case, and kept between runs."""

    def solved() -> bytes:
        more = None if state.added is None or not state.added.any() else Policy.from_arrays(added_tariffs=state.added)
        try:
            found = case.outcome(
                state.scenario, variant=reading, more=more, changes=state.changes, against=REFERENCE, month=month
            )
        except (NotConverged, CornerResult):
            if reading == CENTRAL and month is None:
                raise
            return b""
        return found.real_income.to_numpy(dtype="<f8").tobytes()

    name = ("incomes", state.key, reading, month)

    def work() -> pd.Series | None:
        values = np.frombuffer(case.lasting(name, solved), dtype="<f8")
        return pd.Series(values, index=case.world.regions) if len(values) else None

    return case.once(name, work)


def solve_states(
    case: Case,
    states: Sequence[Held],
    progress: Progress | None = None,
    *,
    closures_only: bool = False,
    month: float | None = None,
) -> None:
    """Solve states at every reading, two beside each other; what is solved is remembered."""
    todo = [(s, v, month) for s in {s.key: s for s in states}.values() for v in readings(case, closures_only=closures_only)]
    with ThreadPoolExecutor(WORKERS) as pool:
        asked = [pool.submit(copy_context().run, partial(incomes, case, s, v, m)) for s, v, m in todo]
        for done, work in enumerate(asked, 1):
            work.result()
            if progress is not None:
                progress("drivers", done, len(todo))


def price_of(
    case: Case, region: str, after: Held, before: Held | None = None, *, closures_only: bool = False
) -> Span:  # fmt: skip
    """Real income of a region in one state against another (what is in force if None), percent, over the readings."""
    return Span.of(_changes(case, region, after, before or Held(), readings(case, closures_only=closures_only)), held(case))


def first_year_of(case: Case, region: str, after: Held, before: Held | None = None) -> Span | None:
    """The same in the middle of the first year, at either closure; None off the path or without a central answer."""
    if case.month is None:
        return None
    found = _changes(case, region, after, before or Held(), readings(case, closures_only=True), FIRST_YEAR)
    return Span.of(found, held(case)) if CENTRAL in found else None


def _changes(
    case: Case, region: str, after: Held, before: Held, names: Sequence[str], month: float | None = None
) -> dict[str, float]:  # fmt: skip
    """By reading: percent change of real income, where both states have an answer."""
    n, found = case.index(region), {}
    for reading in names:
        then, now = incomes(case, after, reading, month), incomes(case, before, reading, month)
        if then is not None and now is not None:
            found[reading] = 100 * ((1 + float(then.iloc[n]) / 100) / (1 + float(now.iloc[n]) / 100) - 1)
    return found


@dataclass(frozen=True)
class Mover:
    """Something that would move an economy's year.

    `price` percent of its real income and `money` the same in million USD a year; `question` the fork it is an answer to; `by`
    whose act it is (regions; empty: a court); `dates` the days it may fall on; `branches` of the outlook that bring it; `given`
    the scenario on top of which it is priced (None: what is in force); `needs` the party whose consent it takes; `chance` from
    today (None: there are no odds); `first_year` the price in the middle of the first year (None: not on the path).
    """

    id: str
    kind: Kind
    title: str
    by: tuple[str, ...]
    price: Span
    money: Span
    question: str = ""
    dates: tuple[date, ...] = ()
    branches: tuple[str, ...] = ()
    given: str | None = None
    needs: str = ""
    sources: tuple[str, ...] = ()
    chance: Range | None = None
    first_year: Span | None = None

    @property
    def last_day(self) -> date | None:
        """The last of the days it may fall on, where there are several: its chance is that it happens by then."""
        return max(self.dates) if len(set(self.dates)) > 1 and self.chance is not None else None

    @property
    def expected(self) -> float | None:
        """Chance × central price, percent; None without a chance."""
        return None if self.chance is None else self.chance.value * self.price.value

    def record(self) -> dict[str, Any]:
        """Ready for JSON: prices and money by low, central, high and by closure."""

        def span(s: Span) -> dict[str, Any]:
            return plain({"low": s.low, "central": s.value, "high": s.high, "flexible": s.flexible, "pinned": s.pinned})

        return {
            "id": self.id, "kind": self.kind, "name": self.title, "question": self.question or None, "by": list(self.by),
            "needs": self.needs or None, "dates": [d.isoformat() for d in self.dates], "given": self.given,
            "branches": list(self.branches), "price_pct": span(self.price), "money_musd": span(self.money),
            "sign": self.price.sign, "chance_from_today": None if self.chance is None else plain(self.chance._asdict()),
            "first_year_pct": None if self.first_year is None else span(self.first_year),
            "expected_pct": self.expected, "sources": list(self.sources),
        }  # fmt: skip


@dataclass(frozen=True)
class Year(Shown):
    """The drivers of one economy; money is of the year `dollars`, `unmoved` the titles of what moves it by nothing that
    prints (0.005 % at either end of the span)."""

    dossier: str
    region: str
    parties: tuple[str, ...]
    on: date
    horizon: str
    dollars: int
    drivers: tuple[Mover, ...]
    unmoved: tuple[str, ...] = field(default=())
    against: Baseline = IN_FORCE

    @property
    def ranked(self) -> tuple[Mover, ...]:
        """The largest price first, whatever its sign."""
        return tuple(sorted(self.drivers, key=lambda d: -abs(d.price.value)))

    @property
    def told(self) -> tuple[Mover, ...]:
        """The first three that print as something, a forced choice left out."""
        return tuple(
            d for d in self.ranked if d.kind != "choice" and (abs(d.price.value) >= TINY or d.price.sign == "not known")
        )[:3]

    @property
    def by_expected(self) -> tuple[Mover, ...]:
        """Those with a chance, the largest chance × price first."""
        return tuple(sorted((d for d in self.drivers if d.expected is not None), key=lambda d: -abs(d.expected or 0.0)))

    @property
    def elsewhere(self) -> bool:
        """Whether what moves it most is decided by others and not by the talks between the parties."""
        top = next((d for d in self.ranked if d.kind == "branch"), None)
        return top is not None and not set(top.by) >= set(self.parties)

    def driver(self, name: str) -> Mover:
        """By id. Raises `UnknownName`."""
        found = {d.id: d for d in self.drivers}
        if name not in found:
            raise UnknownName(name, {d.id: d.title for d in self.drivers}, "driver")
        return found[name]

    def with_chances(self, of: Mapping[str, Range]) -> Year:
        """With chances from today by driver id."""
        drivers = tuple(replace(d, chance=of.get(d.id)) for d in self.drivers)
        return replace(self, drivers=drivers)

    def with_drivers(self, *more: Mover) -> Year:
        """With further drivers."""
        return replace(self, drivers=(*self.drivers, *more))

    def to_frame(self) -> pd.DataFrame:
        """One row a driver, ranked; units in the column names."""
        rows = [
            {
                "driver": d.title, "question": d.question, "kind": d.kind, "by": " ".join(d.by),
                "date": " ".join(x.isoformat() for x in d.dates),
                "probability from today": math.nan if d.chance is None else d.chance.value,
                "price, %": d.price.value, "low, %": d.price.low, "high, %": d.price.high,
                "flexible exchange rate, %": d.price.flexible, "pinned exchange rate, %": d.price.pinned,
                f"price, million USD of {self.dollars} a year": d.money.value,
                "in its first year, %": math.nan if d.first_year is None else d.first_year.value,
                "chance × price, %": math.nan if d.expected is None else d.expected, "given": d.given or "",
            }
            for d in self.ranked
        ]  # fmt: skip
        columns = None if rows else ["driver"]
        return pd.DataFrame(rows, columns=columns).set_index("driver")

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "region": self.region, "on": self.on.isoformat(), "horizon": self.horizon, "against": self.against,
            "money": f"million USD of {self.dollars} a year", "ranked": [d.record() for d in self.ranked],
            "by_expected": [d.id for d in self.by_expected], "unmoved": list(self.unmoved),
        }  # fmt: skip

    def explain(self) -> str:
        """What decides the year, in plain words."""
        return tell(self)


@dataclass(frozen=True)
class Candidate:
    """A driver before it is priced."""

    id: str
    kind: Kind
    title: str
    by: tuple[str, ...]
    after: Held
    before: Held = field(default_factory=Held)
    question: str = ""
    dates: tuple[date, ...] = ()
    branches: tuple[str, ...] = ()
    given: str | None = None
    needs: str = ""
    sources: tuple[str, ...] = ()
    wide: Held | None = None


def drivers_of(
    case: Case, region: str, *, rate: float = RATE, against: Baseline = IN_FORCE, progress: Progress | None = None
) -> Year:  # fmt: skip
    """Every driver the dossier knows of an economy's year, priced. `rate` (fraction) of a duty on goods passed through.

    `against` the law by itself, what the parties decide between them is priced from what comes if nothing is signed; forks that
    stand apart and an economy's own steps are what they change, always. Chances come
    from the outlook (`outlook.year.our_year`). Raises `UnknownRegion`, `InputError`, `NotConverged`.
    """
    case.index(region)
    found = [*branch_candidates(case, against), *(own_candidates(case, region, rate) if region not in case.parties else ())]
    states = [s for c in found for s in (c.before, c.after, c.wide) if s is not None]
    solve_states(case, [Held(), *states], progress)
    if case.month is not None:
        pairs = [s for c in found for s in (c.before, c.after)]
        solve_states(case, [Held(), *pairs], progress, closures_only=True, month=FIRST_YEAR)
    dollars, worth = money_of(case, region)
    drivers, unmoved = [], []
    for c in found:
        price = price_of(case, region, c.after, c.before)
        if c.wide is not None:
            price = price.with_reading(price_of(case, region, c.wide, c.before))
        if price.sign == "none":
            unmoved.append(c.title)
            continue
        drivers.append(
            Mover(
                c.id, c.kind, c.title, c.by, price, price.scaled(worth / 100), c.question, c.dates, c.branches, c.given, c.needs,
                c.sources, first_year=first_year_of(case, region, c.after, c.before),
            )
        )  # fmt: skip
    return Year(
        case.dossier.id,
        region,
        case.parties,
        case.dossier.as_of,
        case.parameters.name,
        dollars,
        tuple(drivers),
        tuple(unmoved),
        against,
    )


def money_of(case: Case, region: str) -> tuple[int, float]:
    """The year of the money, the dossier's where its dollars are known, and income in them, million USD a year."""
    year, factors = rolled(case)
    return year, case.nominal_income(region) * factors[region]


def rolled(case: Case) -> tuple[int, dict[str, float]]:
    """The year of the money and what turns the table's money into dollars of it, by region; see `money.rolled`."""

    def work() -> tuple[int, dict[str, float]]:
        incomes = {r: case.nominal_income(r) for r in case.world.regions}
        return money.rolled(incomes, case.dossier.as_of.year, case.world.year)

    return case.once("rolled", work)


# -- candidates --------------------------------------------------------------------------------------------------------
def branch_candidates(case: Case, against: Baseline = IN_FORCE) -> list[Candidate]:
    """One candidate for every different thing that branches bring, those of the same measures together; without forks, one a
    scenario. `against` the law, a state in which the law runs is what those are priced from that do not stand apart."""
    dossier = case.dossier
    start = Held(LAW) if against == LAW else Held()
    if dossier.prospects is None:
        return [
            Candidate(
                s.id, "scenario", s.title, _authors(case, s.changes), Held(s.id), start, dates=(s.policy_date,), sources=s.sources
            )
            for s in case.scenarios
        ]
    bundles: dict[tuple[Any, ...], Candidate] = {}
    for fork in dossier.prospects.forks:
        brought = {b.id: branch_state(case, b.id) for b in fork.branches}
        for branch in fork.branches:
            state, acts = brought[branch.id]
            if not state.bites:
                continue
            others = [there for b, (_, there) in brought.items() if b != branch.id]
            # what every branch brings is decided by none of them
            decided = [c for c in acts if not others or not all(c in there for there in others)]
            by = () if fork.kind == "court" else _authors(case, decided or acts)
            before, key = Held() if fork.independent else start, state.key
            if (taken := _taken_before(dossier.prospects, fork)) and state.scenario not in (None, taken):
                before, key = Held(taken), (taken, *key)
            one = Candidate(
                branch.id, "branch", branch.title, by, before.and_(state), before, question=fork.title, dates=(fork.date,),
                branches=(branch.id,),
                sources=fork.sources,
            )  # fmt: skip
            known = bundles.get(key)
            bundles[key] = one if known is None else replace(
                known,
                dates=tuple(sorted({*known.dates, fork.date})),
                branches=(*known.branches, branch.id),
                sources=tuple(dict.fromkeys((*known.sources, *fork.sources))),
            )  # fmt: skip
    return list(bundles.values())


def _taken_before(ahead: Prospects, fork: Fork) -> str | None:
    """The scenario that every branch before a fork took, where it stands if nothing more happens; None where there is none."""
    stands = next((b.scenario for b in fork.branches if b.id == fork.status_quo), None)
    return stands if fork.after and {ahead.branches[b][1].scenario for b in fork.after} == {stands} else None


def branch_state(case: Case, name: str) -> tuple[Held, tuple[Change, ...]]:
    """The state in which a branch alone is taken on the dossier's day, and the changes it makes. Raises `UnknownName`."""
    ahead = case.dossier.prospects
    known = {} if ahead is None else ahead.branches
    if name not in known:
        raise UnknownName(name, {b: x.title for b, (_, x) in known.items()}, "branch")
    fork, branch = known[name]
    if branch.scenario is None:
        return Held(None, brought_forward(case, branch.changes, fork.date)), branch.changes
    own = case.dossier.scenario(branch.scenario)
    acts = (*own.changes, *branch.changes)
    if branch.scenario in case.ids:
        return Held(branch.scenario, branch.changes), acts
    return Held(None, brought_forward(case, acts, own.policy_date)), acts


def brought_forward(case: Case, changes: Sequence[Change], day: date) -> tuple[Change, ...]:
    """Changes after which the measures they touch are, on the dossier's day, as they would be on `day` (or on the last day one
    of them sets): in force with their new numbers, or gone. Measures they do not touch stay as they are.

    Changes of measures that only another branch brings are passed over. Raises `BadDossier`.
    """
    dossier, today = case.dossier, case.dossier.as_of
    here = {m.id for m in dossier.measures} | {c.add.id for c in changes if c.add is not None}
    acts = [c for c in changes if c.target in here]
    after = apply_changes(dossier.measures, acts)
    touched = list(dict.fromkeys(c.target for c in acts))
    table = {m.id: m for m in after}
    last = max([day, *(table[t].effective or day for t in touched if t in table)])
    now = {m.id for m in _modelled(dossier.measures, today)}
    then = {m.id for m in _modelled(after, last)}
    out: list[Change] = []
    for name in touched:
        own = [c for c in acts if c.target == name]
        if name in then:
            fields = {"effective": today, "expires": None, "suspended": (), "threatened": False, "would_take_effect": None}
            out += [*own, Change(measure=name, set=fields)]
        elif name in now:
            out.append(Change(withdraw=name))
    return tuple(out)


def _modelled(measures: Iterable[Measure], day: date) -> list[Measure]:
    return [m for m in in_force(measures, day) if m.modelled and not m.in_baseline]


def _authors(case: Case, changes: Sequence[Change]) -> tuple[str, ...]:
    """Whose measures are changed, parties first. To drop a threat changes nothing that is or will be law; where that is all
    that anybody does, they are its authors still."""
    by = {m.id: m.by for m in case.dossier.measures} | {c.add.id: c.add.by for c in changes if c.add is not None}
    threats = {m.id for m in case.dossier.measures if m.threatened}
    named = [c for c in changes if c.target in by]
    found = dict.fromkeys(by[c.target] for c in [c for c in named if c.withdraw not in threats] or named)
    return tuple(sorted(found, key=lambda r: (r not in case.parties, r)))


def own_candidates(case: Case, region: str, rate: float = RATE) -> list[Candidate]:
    """What a third economy can do or may have to bear: its menu, a duty on goods passed through, a forced choice."""
    items = {i.title: i for b in case.dossier.bystanders if b.region == region for i in b.menu}
    position = next((b.sources for b in case.dossier.bystanders if b.region == region), ())
    found = []
    sides = {side_with(p): p for p in case.parties}
    for option in options_of(case, region, 0.0):
        after = option_state(option)
        if option.title in sides or not after.bites:
            continue
        item = items.get(option.title)
        name, cited = (f"sign-with-{option.consent}", position) if item is None else (item.id, item.sources)
        by = (region, option.consent) if option.consent else (region,)
        found.append(Candidate(name, "step", option.title, by, after, needs=option.consent, sources=cited))
    if case.ids:
        found += failing_candidates(case, region, rate, position)
    return found


def option_state(option: Option, scenario: str | None = None) -> Held:
    """The state in which an option of the menu is taken, on top of a scenario."""
    return Held(scenario, option.changes, None if option.added is None else option.added(scenario))


def failing_candidates(case: Case, region: str, rate: float, sources: tuple[str, ...] = ()) -> list[Candidate]:
    """A duty on goods passed through (narrowest and widest reading) and a forced choice, on top of the scenario of failure."""
    worst = case.worst
    base, found = Held(worst), []
    routes = pass_through(case, worst)

    def duty(basis: Basis, exempt: bool) -> Held:
        rise = rise_of(case, region, worst, basis=basis, exempt=exempt, rate=rate)
        return Held(worst, (), raised_by(case, region, routes.toward, rise))

    narrow, wide = duty("content", False), duty("matched", True)
    if wide.added is not None and wide.added.any():
        found.append(
            Candidate(
                "passed-through", "passed", say(TITLES, "passed", rate=rate, source=routes.source), (routes.toward,), narrow,
                base, given=worst, sources=sources, wide=wide,
            )
        )  # fmt: skip
    for option in options_of(case, region, 0.0):
        for party in case.parties:
            if option.title == side_with(party):
                found.append(
                    Candidate(
                        f"side-with-{party}", "choice", say(TITLES, "choice", party=party), (party,),
                        option_state(option, worst), base, given=worst, sources=sources,
                    )
                )  # fmt: skip
    return found


__all__ = ["Candidate", "Held", "Mover", "Span", "Year", "brought_forward", "drivers_of", "incomes", "price_of"]
