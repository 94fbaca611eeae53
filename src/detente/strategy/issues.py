"""What two parties could give each other: the issues of a deal, read off a dossier's measures.

An issue is something one party (the giver) can concede in steps, rounded to what negotiators sign:

    duties      a duty on all goods of the other party in force without a deal: its points today, then multiples of five down
                to none; duties on single sectors that share a sector are one issue, kept or lifted together
    controls    an export control that reaches the other party: kept in full, licensed at half, suspended
    purchases   who sells more goods to the other than it buys promises to buy at least so much a year of farm goods, food and
                energy (A44), in round amounts above what it would buy anyway, up to twice the table's

A duty that is not collected on the dossier's day but would be without a deal (a suspension that lapses, a threat carried out)
is an issue with two levels: it comes, or it stays away. Duties that are not collected without a deal either are no issue: any
deal keeps them away, and the result lists them as `pending`. Everything else that one party has in force against the other, or
has announced, is listed as not priced, with the reason (`Agenda.instruments` is the whole list).

>>> from datetime import date
>>> from detente.policy.measures import Measure
>>> duty = Measure(id="d", title="Twelve points", by="USA", on="CHN", instrument="tariff", rate_pct=12,
...                effective=date(2025, 4, 5), sources=["s"])
>>> [level.label for level in tariff_levels([duty], "CHN", broad=True)]
['12 points', '10 points', '5 points', 'lifted']
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.policy.measures import Base, InstrumentKind, Measure
from detente.policy.stacking import partners_of, sectors_of
from detente.policy.timing import RESTING, Status, status_on
from detente.strategy.objectives import two_parties
from detente.words import N_, _, fixed, join, refusal, say, spoken, tell
from detente.words.currency import counted_in, in_currency
from detente.words.names import goods_sectors, region_adjective, region_name, sector_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Kind = Literal["duties", "controls", "purchases"]
STEPS = (5.0, 10.0, 25.0, 50.0)  # points that duties are counted in; coarser where there would be too many packages
MOST = 200_000  # packages
PURCHASED = ("AGR", "FOD", "ENE")  # A44
SHORT = {"AGR": N_("farm goods"), "FOD": N_("food"), "ENE": N_("energy")}
MOST_BOUGHT = 2.0  # times the table's value
WHY = "words/templates/Agenda"
Away = Literal["", "suspended", "threatened"]


@dataclass(frozen=True)
class Level:
    """One setting of an issue. `value`: points, share of the control kept, or million USD a year; `given` from 0 to 1."""

    value: float
    label: str
    given: float


@dataclass(frozen=True)
class Issue:
    """One thing a giver can concede. `levels` run from nothing given to all given; `standing` is the one without a deal.

    `away` says of a duty why it is not collected on the dossier's day though it is without a deal.
    """

    id: str
    giver: str
    receiver: str
    kind: Kind
    title: str
    measures: tuple[str, ...]
    levels: tuple[Level, ...]
    standing: int
    sectors: tuple[str, ...] = ()
    away: Away = ""

    @property
    def named(self) -> str:
        """The issue as its giver would call it: "its fentanyl duty"."""
        if self.kind == "purchases":
            return self.title
        for own in (f"{region_adjective(self.giver)} ", f"{region_name(self.giver)}'s ", f"{region_name(self.giver)}’s "):
            if self.title.startswith(own):
                return "its " + self.title.removeprefix(own)
        return f"“{self.title}”"

    def words(self, level: int) -> str:
        """What the giver signs: "cuts its fentanyl duty from 20 points to 10"."""
        return _words(spoken(), self, level)


@dataclass(frozen=True)
class Agenda:
    """The issues of a dossier between two parties, what any deal keeps away, and what the model cannot price, with reasons."""

    parties: tuple[str, str]
    day: datetime.date
    issues: tuple[Issue, ...]
    pending: tuple[Measure, ...]
    unpriced: tuple[tuple[Measure, str], ...]

    @property
    def standing(self) -> tuple[int, ...]:
        """The levels without a deal."""
        return tuple(issue.standing for issue in self.issues)

    @property
    def size(self) -> int:
        """How many packages there are."""
        return math.prod(len(issue.levels) for issue in self.issues)

    def grid(self) -> np.ndarray:
        """All packages: one row of level numbers each [package, issue]."""
        axes = [np.arange(len(issue.levels)) for issue in self.issues]
        return np.stack([a.ravel() for a in np.meshgrid(*axes, indexing="ij")], axis=1)

    def instruments(self) -> pd.DataFrame:
        """One row a measure of one party that reaches the other: title, by, kind, whether it is priced, and how or why not."""
        rows = [
            {"measure": m or i.id, "title": i.title, "by": i.giver, "kind": i.kind, "priced": True,
             "how": say(WHY, "priced", levels=[x.label for x in i.levels])}
            for i in self.issues
            for m in (i.measures or ("",))
        ]  # fmt: skip
        rows += [
            {
                "measure": m.id,
                "title": m.title,
                "by": m.by,
                "kind": m.instrument.value,
                "priced": True,
                "how": say(WHY, "pending"),
            }
            for m in self.pending
        ]
        rows += [
            {"measure": m.id, "title": m.title, "by": m.by, "kind": m.instrument.value, "priced": False, "how": why}
            for m, why in self.unpriced
        ]
        return pd.DataFrame(rows, columns=["measure", "title", "by", "kind", "priced", "how"])


def agenda(
    dossier: Dossier, measures: Iterable[Measure], day: datetime.date, world: World, bought: Mapping[str, float] | None = None
) -> Agenda:
    """The agenda of the first two parties.

    `measures` are those that hold without a deal (after the stances "hold"), `day` the date on which policies are read;
    `bought` maps the party that would promise purchases to what it buys without one, million USD a year (the table's if absent).
    """
    parties = two_parties(dossier.id, [p.region for p in dossier.parties])
    missing = [p for p in parties if p not in world.regions]
    if missing:
        raise InputError(refusal("strategy", "world_has", name=world.name, missing=missing[0]))
    first, second = parties
    measures = tuple(measures)
    written = {m.id: m for m in dossier.measures}
    issues: list[Issue] = []
    pending: list[Measure] = []
    unpriced: list[tuple[Measure, str]] = []
    for giver, receiver in ((first, second), (second, first)):
        duties: list[Measure] = []
        for m in (m for m in measures if m.by == giver):
            status = status_on(m, day)
            if status not in (Status.IN_FORCE, *RESTING, Status.THREATENED, Status.ANNOUNCED):
                # a threat whose day has passed is neither carried out nor called off: it stays a threat
                if not (m.threatened and status is Status.NOT_YET_KNOWN and m.ended is None):
                    continue
                status = Status.THREATENED
            if receiver not in partners_of(m, world.regions):
                continue
            if not m.modelled:
                unpriced.append((m, m.why_not or "not modelled"))
            elif m.in_baseline:
                unpriced.append((m, say(WHY, "in_reference")))
            elif m.instrument is InstrumentKind.EXPORT_CONTROL:
                issues.append(_control(written.get(m.id, m), m, giver, receiver, status))
            elif m.instrument is not InstrumentKind.TARIFF:
                unpriced.append((m, say(WHY, "no_steps", kind=m.instrument.value)))
            elif m.on == "all":
                unpriced.append((m, say(WHY, "on_all")))
            elif status is not Status.IN_FORCE:
                pending.append(m)
            elif m.base is not Base.ADDITIVE:
                unpriced.append((m, say(WHY, "not_added")))
            elif m.quota_pct is not None or m.revenue_to == "exporter":
                unpriced.append(
                    (m, say(WHY, "no_steps", kind="tariff quota" if m.quota_pct is not None else "price undertaking"))
                )
            elif (away := _away(written.get(m.id), dossier.as_of)) and m.rate_points(receiver) > 0:
                issues.append(_comes_back(m, giver, receiver, away))
            else:
                duties.append(m)
        issues += _duties(duties, giver, receiver, world)
    titles = [issue.title for issue in issues]
    issues = [replace(i, title=_short(i.title, titles)) if len(i.measures) == 1 else i for i in issues]
    issues += _purchases((first, second), world, bought or {})
    if not issues:
        raise InputError(refusal("strategy", "no_modelled_duty", id=dossier.id, day=day))
    order = {"duties": 0, "controls": 1, "purchases": 2}
    issues.sort(key=lambda i: (parties.index(i.giver), order[i.kind]))
    table = {m.id: m for m in measures}
    for step in STEPS[1:]:
        if math.prod(len(i.levels) for i in issues) <= MOST:
            break
        issues = [
            replace(i, levels=tariff_levels([table[i.measures[0]]], i.receiver, broad=True, step=step))
            if i.kind == "duties" and not i.sectors and not i.away
            else i
            for i in issues
        ]
    count = math.prod(len(i.levels) for i in issues)
    if count > MOST:
        raise InputError(
            refusal(
                "strategy", "issues_make_packages_can", id=dossier.id, count=len(issues), count_2=f"{count:,}", most=f"{MOST:,}"
            )
        )
    return Agenda((first, second), day, tuple(issues), tuple(pending), tuple(unpriced))


def tariff_levels(duties: Sequence[Measure], receiver: str, *, broad: bool, step: float = STEPS[0]) -> tuple[Level, ...]:
    """Levels of a duty on all goods (its points, then multiples of `step`) or of duties on single sectors (kept or lifted)."""
    points = max(m.rate_points(receiver) for m in duties)
    if not broad:
        rates = sorted({m.rate_points(receiver) for m in duties})
        label = f"{rates[0]:g} points" if len(rates) == 1 else f"{rates[0]:g} to {rates[-1]:g} points"
        return Level(points, label, 0.0), Level(0.0, "lifted", 1.0)
    below = np.arange(math.ceil(points / step) - 1, 0, -1) * step
    rates = [points, *map(float, below), 0.0]
    return tuple(Level(r, f"{r:g} points" if r else "lifted", 1 - r / points) for r in rates)


def _away(written: Measure | None, as_of: datetime.date) -> Away:
    """Why a duty that is in force without a deal is not collected on the dossier's day; "" if it is."""
    status = Status.THREATENED if written is None else status_on(written, as_of)
    return "" if status is Status.IN_FORCE else "suspended" if status in RESTING else "threatened"


def _comes_back(m: Measure, giver: str, receiver: str, away: Away) -> Issue:
    points = m.rate_points(receiver)
    levels = (Level(points, f"{points:g} points", 0.0), Level(0.0, say(WHY, "stays_away", away=away), 1.0))
    return Issue(m.id, giver, receiver, "duties", m.title, (m.id,), levels, 0, away=away)


def _duties(duties: Sequence[Measure], giver: str, receiver: str, world: World) -> list[Issue]:
    """One issue a broad duty, one for each set of narrow duties linked by a common sector."""
    found: list[Issue] = []
    narrow: list[tuple[set[str], list[Measure]]] = []
    for m in duties:
        if m.rate_points(receiver) <= 0:
            continue
        if isinstance(m.sectors, tuple):
            reach = set(sectors_of(m, world.sectors))
            linked = [group for group in narrow if group[0] & reach]
            narrow = [group for group in narrow if group not in linked]
            narrow.append((reach.union(*(g[0] for g in linked)), [*(x for g in linked for x in g[1]), m]))
        else:
            found.append(Issue(m.id, giver, receiver, "duties", m.title, (m.id,), tariff_levels([m], receiver, broad=True), 0))
    for reach, group in narrow:
        levels = tariff_levels(group, receiver, broad=False)
        sectors = tuple(s for s in world.sectors if s in reach)
        title = group[0].title if len(group) == 1 else _("{0} duties on {1}").format(region_adjective(giver), _goods(sectors))
        found.append(
            Issue("+".join(m.id for m in group), giver, receiver, "duties", title, tuple(m.id for m in group), levels, 0, sectors)
        )
    return found


def _control(written: Measure, now: Measure, giver: str, receiver: str, status: Status) -> Issue:
    """Kept in full, licensed at half, suspended; what stands without a deal is the nearest of the three."""
    full, left = (_withheld(m, receiver) for m in (written, now))
    share = 0.0 if status is not Status.IN_FORCE or full <= 0 else left / full
    levels = (Level(1.0, _("in full"), 0.0), Level(0.5, _("licensed at half"), 0.5), Level(0.0, _("suspended"), 1.0))
    standing = int(np.argmin([abs(level.value - share) for level in levels]))
    return Issue(now.id, giver, receiver, "controls", now.title, (now.id,), levels, standing)


def _withheld(m: Measure, receiver: str) -> float:
    if isinstance(m.withhold_pct, dict) and receiver not in m.withhold_pct:
        return m.withheld_pct("WORLD")
    return m.withheld_pct(receiver)


def _purchases(parties: tuple[str, str], world: World, bought: Mapping[str, float]) -> list[Issue]:
    """A promise by the side that sells more goods than it buys; none where it buys nothing of the kind."""
    a, b = (world.regions.index(p) for p in parties)
    goods = [s for s in PURCHASED if s in world.sectors]
    if not goods:
        return []
    traded = world.shipments[:, :, [world.sectors.index(s) for s in goods_sectors(world.sectors)]].sum(2)
    buyer, seller = parties if traded[a, b] > traded[b, a] else (parties[1], parties[0])
    columns = [world.sectors.index(s) for s in goods]
    table = float(world.shipments[world.regions.index(seller), world.regions.index(buyer)][columns].sum())
    if table <= 0:
        return []
    now = bought.get(buyer, table)
    step = round_step(table / 4)
    amounts = [step * k for k in range(1, 40) if now * 1.02 < step * k <= MOST_BOUGHT * table * 1.001]
    if not amounts:
        return []
    top = amounts[-1]
    with counted_in(world.unit):
        levels = (Level(0.0, _("none"), 0.0), *(Level(v, _money(v), v / top) for v in amounts))
    title = _("purchases of {0} {1}").format(region_adjective(seller), _goods(goods))
    return [Issue("purchases", buyer, seller, "purchases", title, (), levels, 0, tuple(goods))]


def round_step(value: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten, in ratio.

    >>> round_step(8.9), round_step(3200), round_step(0.14)
    (10.0, 5000.0, 0.1)
    """
    power = 10.0 ** math.floor(math.log10(value))
    steps = [m * power for m in (1, 2, 5, 10)]
    return float(f"{min(steps, key=lambda s: abs(math.log(s / value))):.1g}")


def _money(million: float) -> str:
    told, amount = (_("USD {0} billion"), million / 1000) if million >= 1000 else (_("USD {0} million"), million)
    return in_currency(told).format(fixed(amount, 0 if amount == int(amount) else 1))


@lru_cache(maxsize=4096)
def _words(source: tuple[str, ...], issue: Issue, level: int) -> str:
    """Words of a level, kept: whoever looks at a table is told all levels of all issues, and every clause of every offer."""
    return tell(issue, "words", level=level, goods=_goods(issue.sectors))


def _goods(sectors: Sequence[str]) -> str:
    return join(_(SHORT[s]) if s in SHORT else sector_name(s) for s in sectors)


def _short(title: str, others: Iterable[str]) -> str:
    """A title up to its first bracket; or comma, unless another issue would then be called the same."""
    whole = title.split(" (")[0]
    cut = whole.split(",")[0]
    return cut if sum(o.startswith(cut) for o in others) < 2 else whole
