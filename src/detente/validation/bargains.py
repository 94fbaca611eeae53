"""The bargaining room back-tested: the deal it proposes on the eve of a round, beside what was signed.

The rule, written before any round was run. The table of an eve is the ledger of the day, cut off there:

    on it      measures between the two announced by the eve and not over; an end, a lapse or a pause that the ledger knows of
               only later is struck out (`known_on`); dates and figures known by then are put back from `bargains.yaml`
    behind it  what stood before the quarrel began (`since`): it is part of the world and no issue
    read on    the last day on which something then known falls due (a truce, a threat, a start), the eve where nothing does
    no deal    what `strategy.deal.proposal` takes it to be unless told otherwise (`disagreement`)
    hold       as in the dossier of Kuala Lumpur: truces go on, threats hang, controls that fall due bite by half
    failure    both escalate: truces lapse, controls bite in full, threats are carried out

What both want, the horizon and the search are those of the dossier of Kuala Lumpur and of `strategy.deal`, nothing is set by
round. Where a dossier of the round is shipped, it is used as it is.

An issue is *moved* by a package that changes it. With moved by the model m and by the signed text s:

    hit m and s    miss s alone    false alarm m alone    left alone neither

The points error of a duty is |cut by the model − cut signed|; duties that any deal keeps away are a rule of the model's and are
not scored. Benchmarks: nothing moves; everything goes back; every duty and control by half. A signed package s lies in the zone
where it is better than no deal for both, and its distance to the frontier is what both could have had more at once,
max over solved packages x of min over parties of u[i](x) − u[i](s), in points of a year's real income.

>>> from datetime import date
>>> eve = load_bargains().eve("geneva")
>>> table = table_of(eve)
>>> table.as_of, max(m.announced or m.start for m in table.measures) <= eve.day
(datetime.date(2025, 5, 9), True)
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import solve
from detente.errors import UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.instruments import Policy
from detente.policy.ledger import load_ledger
from detente.policy.measures import Identifier, InstrumentKind, Measure, RegionCode, Strict, Text
from detente.policy.parts import Motive, Party, Reference, Scenario, Source, Stance, Venue
from detente.policy.reading import placed, read_yaml, validate
from detente.policy.timing import RESTING, Status, status_on
from detente.strategy.deal import Proposal, proposal
from detente.strategy.issues import Agenda, Issue, Level
from detente.types import Array, plain
from detente.validation.duties import before_2018, measures_of
from detente.validation.tables import grid
from detente.words import fixed, name, say, tell
from detente.words.names import goods_sectors
from detente.words.shown import Shown
from detente.world.library import load_world

if TYPE_CHECKING:
    from detente.policy.ledger import Ledger
    from detente.world.world import World

FILE = "bargains.yaml"
LEDGER = "us-china"
PARTIES = ("USA", "CHN")
MODEL_DOSSIER = "kuala-lumpur-2025"
"""Whose objectives, horizon and rule of standing without a deal every eve takes."""
BENCHMARKS = ("nothing", "everything back", "half of everything")
WORDS = "validation/bargains"
RESOLUTION = 5e-4
"""Points of real income; a gain below it is printed as nothing and counts as none."""
LIVE = (Status.IN_FORCE, *RESTING, Status.THREATENED, Status.ANNOUNCED)


# -- the file ----------------------------------------------------------------------------------------------------------
class Merged(Strict):
    """Duties of one government that are one issue: a list and its later rises. Together at most `rate_pct` on any good."""

    id: Identifier
    title: Text
    rate_pct: Annotated[float, Field(gt=0)]
    measures: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Eve(Strict):
    """All that the model is given about a round: the day, what was then known of open dates, and which duties are one issue."""

    id: Identifier
    day: datetime.date
    why: Text
    dossier: Identifier | None = None
    since: datetime.date | None = None
    before_2018: bool = False
    known: tuple[Change, ...] = ()
    merged: tuple[Merged, ...] = ()
    sources: tuple[Identifier, ...] = ()

    @model_validator(mode="after")
    def _one_table(self) -> Self:
        if (self.dossier is None) == (self.since is None):
            raise placed(("since",), say(WORDS, "one_table"))
        return self


Kind = Literal["duties", "controls", "purchases", "kept away", "other"]


class Element(Strict):
    """One thing that was signed. `left`: points of the duty, share of the control or million USD a year after it; None where not
    said. `unknown`: nothing read says whether it was part of the deal."""

    id: Identifier
    by: RegionCode
    kind: Kind
    text: Text
    measures: tuple[Identifier, ...] = ()
    left: Annotated[float, Field(ge=0)] | None = None
    until: datetime.date | None = None
    unknown: bool = False
    note: Text | None = None
    why_not: Text | None = None
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_its_number(self) -> Self:
        if self.kind == "duties" and self.left is None and not self.unknown:
            raise placed(("left",), say(WORDS, "duty_without_number"))
        return self


class Bargain(Strict):
    """What came of a round."""

    id: Identifier
    title: Text
    place: Text
    signed: datetime.date
    elements: Annotated[tuple[Element, ...], Field(min_length=1)]


class BargainsFile(Strict):
    """`bargains.yaml`: the eves, what was signed after them, and the sources that stand in no ledger."""

    eves: tuple[Eve, ...]
    signed: tuple[Bargain, ...]
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        ids = [e.id for e in self.eves]
        twice = [i for i, n in Counter(ids).items() if n > 1]
        if twice or ids != [b.id for b in self.signed]:
            raise ValueError(say(WORDS, "eves_and_signed"))
        known = {s: t.title for s, t in self.cited.items()}
        for k, b in enumerate(self.signed):
            if b.signed <= self.eves[k].day:
                raise placed(("signed", k, "signed"), say(WORDS, "signed_before_eve"))
            for source in (s for e in b.elements for s in e.sources):
                if source not in known:
                    raise placed(("signed", k, "elements"), str(UnknownName(source, known, "source")))
        for k, e in enumerate(self.eves):
            for source in e.sources:
                if source not in known:
                    raise placed(("eves", k, "sources"), str(UnknownName(source, known, "source")))
        return self

    @cached_property
    def cited(self) -> dict[str, Source]:
        """Sources by id: the ledger's and this file's own."""
        return {s.id: s for s in (*load_ledger(LEDGER).sources, *self.sources)}

    def eve(self, name: str) -> Eve:
        """An eve by id. Raises `UnknownName`."""
        table = {e.id: e for e in self.eves}
        if name not in table:
            raise UnknownName(name, {b.id: b.title for b in self.signed}, "round")
        return table[name]


def parse_bargains(text: str | bytes, name: str) -> BargainsFile:
    """Rounds from the text of a YAML file. Raises `BadDossier` with file, line and field."""
    data, lines = read_yaml(text, name)
    return validate(BargainsFile, data, lines, name)


@cache
def load_bargains() -> BargainsFile:
    """The rounds as shipped."""
    return parse_bargains(files("detente").joinpath("validation", FILE).read_bytes(), FILE)


# -- the table of an eve -----------------------------------------------------------------------------------------------
def known_on(measure: Measure, day: date) -> Measure | None:
    """A measure as it was known on `day`; None where it was not yet known or already over.

    Ends, lapses and pauses that lie after the day are struck out: the ledger does not say when each became known.
    """
    begins = measure.announced or measure.start
    if begins is None or begins > day or status_on(measure, day) not in LIVE:
        return None
    rests = tuple(r.model_copy(update={"to": None}) if r.contains(day) else r for r in measure.suspended if r.start <= day)
    later = {"ended": None, "expires": None, "unknown_from": None, "suspended": rests, "sources": ("ledger",)}
    words = {"note": None, "conditions": None, "act": None, "last_reviewed": None, "assumptions": ()}
    return measure.model_copy(update=later | words)


def table_of(eve: Eve, ledger: Ledger | None = None) -> Dossier:
    """The dossier of an eve: shipped, or made from the ledger by the rule of the module docstring."""
    if eve.dossier is not None:
        return load_dossier(eve.dossier)
    assert eve.since is not None
    book = ledger or load_ledger(LEDGER)
    found = [m for m in (known_on(m, eve.day) for m in book.measures) if m is not None]
    if eve.before_2018:
        found = [m.model_copy(update={"in_baseline": False}) for m in found]
    older = [(m.announced or m.start or eve.day) < eve.since for m in found]
    found = [m.model_copy(update={"in_baseline": True}) if old else m for m, old in zip(found, older, strict=True)]
    found = list(apply_changes(found, eve.known))
    for group in eve.merged:
        table = {m.id: m for m in found}
        one = _merged(group, [table[i] for i in group.measures])
        found = [one if m.id == group.measures[0] else m for m in found if m.id not in group.measures[1:]]
    kept = {m.id for m in found}
    found = [
        m.model_copy(update={f: tuple(i for i in getattr(m, f) if i in kept) for f in ("replaces", "yields_to")}) for m in found
    ]
    model = load_dossier(MODEL_DOSSIER)
    read_on = max([eve.day, *(d for m in found if _between(m) and m.modelled for d in _due(m, eve.day))])
    changes = {p: _stances([m for m in found if m.by == p and _between(m)], eve.day) for p in PARTIES}
    said = {part: say(WORDS, part, day=eve.day.isoformat()) for part in ("summary", "motive", "reference", "no_deal", "source")}
    parties = tuple(
        Party(
            region=p,
            motives=(Motive(text=said["motive"], sources=("ledger",)),),
            objective=model.party(p).objective,
            stances=tuple(Stance(stance=s, title=s, changes=tuple(c), sources=("ledger",)) for s, c in changes[p].items()),
            sources=("ledger",),
        )
        for p in PARTIES
    )
    worst = [c for p in PARTIES for c in changes[p]["escalate"]]
    return Dossier(
        schema_version=1,
        id=f"eve-of-{eve.id}",
        title=said["summary"],
        summary=said["summary"],
        as_of=eve.day,
        reference=Reference(date=min(eve.since, eve.day), label=said["reference"], sources=("ledger",)),
        horizon=model.horizon,
        venue=Venue(region="USA", place=name("USA"), why=said["summary"], sources=("ledger",)),
        parties=parties,
        measures=tuple(found),
        scenarios=(
            Scenario(
                id="no-deal", role="worst", title=said["no_deal"], summary=said["no_deal"], narrative=said["no_deal"],
                policy_date=read_on, changes=tuple(worst), sources=("ledger",),
            ),
        ),
        sources=(Source(id="ledger", title=said["source"], publisher="detente"),),
    )  # fmt: skip


def _between(m: Measure) -> bool:
    """Whether a measure is one party's on the other."""
    return m.by in PARTIES and not m.in_baseline and (m.on == "all" or any(p in m.on for p in PARTIES if p != m.by))


def _due(m: Measure, day: date) -> list[date]:
    """Days after `day` on which a measure is known to start or to come back."""
    return [d for d in (m.start, *(r.to for r in m.suspended)) if d is not None and d > day]


def _stances(measures: Sequence[Measure], day: date) -> dict[Literal["ease", "hold", "escalate"], list[Change]]:
    """What each stance changes, by the rule of the module docstring."""
    made: dict[Literal["ease", "hold", "escalate"], list[Change]] = {"ease": [], "hold": [], "escalate": []}

    def put(stance: Literal["ease", "hold", "escalate"], m: Measure, **fields: object) -> None:
        made[stance].append(Change.model_validate({"measure": m.id, "set": fields}))

    for m in (m for m in measures if m.modelled):
        dated = bool(_due(m, day))
        on = [{"from": r.start, "to": r.to} for r in m.suspended[:-1]]
        open_rest = [*on, {"from": m.suspended[-1].start if m.suspended else day, "to": None}]
        if m.threatened:
            made["ease"].append(Change(withdraw=m.id))
            if m.would_take_effect is not None:
                put("hold", m, would_take_effect=None)
                made["escalate"].append(Change(measure=m.id, carry_out=True))
        elif m.instrument is InstrumentKind.TARIFF and m.suspended:
            put("hold", m, suspended=open_rest)
            put("ease", m, suspended=open_rest)
        elif m.instrument is InstrumentKind.EXPORT_CONTROL:
            put("ease", m, withhold_pct=0)
            if dated:
                half = m.withhold_pct
                assert half is not None
                scaled = {k: v / 2 for k, v in half.items()} if isinstance(half, dict) else half / 2
                put("hold", m, withhold_pct=scaled)
    return made


def _merged(group: Merged, members: Sequence[Measure]) -> Measure:
    """One duty whose points on every sector are the sum of the members'."""
    first = members[0]
    partner = next(p for p in PARTIES if p != first.by)
    sectors = goods_sectors(load_world().sectors)
    points = {s: sum(m.rate_points(partner) * m.share(partner, s) for m in members) for s in sectors}
    coverage = {s: p / group.rate_pct for s, p in points.items()} | {"default": 0.0}
    begins = min(m.start or m.announced or date.max for m in members)
    fields: dict[str, Any] = {
        "id": group.id, "title": group.title, "by": first.by, "on": first.on, "instrument": "tariff", "rate_pct": group.rate_pct,
        "coverage": coverage, "announced": min([m.announced or begins for m in members]), "effective": begins,
        "sources": ("ledger",),
    }  # fmt: skip
    return Measure.model_validate(fields)


@cache
def world_before_2018() -> World:
    """The default world as an equilibrium without the duties of 2018–19, at today's size (medium run)."""
    world = load_world()
    economy = world.economy()
    tariffs, _ = before_2018(economy, measures_of(load_ledger(LEDGER), 2018, 2019))
    after = solve(economy, Policy.from_arrays(tariffs=tariffs, label="before 2018"), horizon("medium")).after
    use = economy.input_shares * after.output[:, None, :]
    return world.with_(
        shipments=after.shipments, intermediate_use=use, value_added=after.output - use.sum(1), final_use=after.final,
        tariff_rates=after.tariffs, name=f"{world.name}-before-2018",
    )  # fmt: skip


def negotiate(eve: Eve, **options: Any) -> Proposal:
    """The deal of an eve; `options` go to `strategy.deal.proposal`. What was signed is not at hand here."""
    return proposal(table_of(eve), world_before_2018() if eve.before_2018 else load_world(), **options)


# -- beside what was signed --------------------------------------------------------------------------------------------
Verdict = Literal["hit", "miss", "false alarm", "left alone", "not known"]


def verdict(model: bool, signed: bool | None) -> Verdict:
    """What a forecast of a move was worth.

    >>> [verdict(m, s) for m, s in ((True, True), (False, True), (True, False), (False, False))]
    ['hit', 'miss', 'false alarm', 'left alone']
    """
    if signed is None:
        return "not known"
    return ("hit" if signed else "false alarm") if model else ("miss" if signed else "left alone")


@dataclass(frozen=True)
class Row:
    """One issue: what stands, what the model and the benchmarks leave (points, share of a control, million USD a year), what was
    signed. `signed` is None where the text names no size, `signed_moved` where nothing is known; `free`: by the model's reckoning
    the first step pays its giver by itself."""

    issue: str
    title: str
    by: str
    kind: str
    standing: float
    left: Mapping[str, float]
    signed: float | None
    signed_moved: bool | None
    text: str
    until: date | None = None
    free: bool = False

    def moved(self, who: str = "model") -> bool:
        """Whether a forecaster moves the issue."""
        return abs(self.left[who] - self.standing) > 1e-9

    def verdict(self, who: str = "model") -> Verdict:
        """The forecaster's move against what was signed."""
        return verdict(self.moved(who), self.signed_moved)

    def error(self, who: str = "model") -> float | None:
        """|left by the forecaster − left by what was signed|; None where the size is not known."""
        return None if self.signed is None or self.signed_moved is None else abs(self.left[who] - self.signed)


@dataclass(frozen=True)
class Tally:
    """How one forecaster did over issues. `points` are mean absolute errors in points of duty over `duties` of them."""

    hits: int
    misses: int
    false_alarms: int
    left_alone: int
    duties: int
    points: float | None

    @classmethod
    def of(cls, rows: Sequence[Row], who: str) -> Tally:
        """Counts and the mean error of a forecaster."""
        counts = Counter(r.verdict(who) for r in rows)
        errors = [e for r in rows if r.kind == "duties" and (e := r.error(who)) is not None]
        mean = float(np.mean(errors)) if errors else None
        return cls(counts["hit"], counts["miss"], counts["false alarm"], counts["left alone"], len(errors), mean)

    @property
    def threat_score(self) -> float | None:
        """Hits over everything that moved in the forecast or in fact (Gilbert 1884); None where nothing moved.

        >>> Tally(2, 1, 1, 5, 3, 0.0).threat_score
        0.5
        """
        moved = self.hits + self.misses + self.false_alarms
        return self.hits / moved if moved else None


def behind_frontier(gains: Sequence[float], solved: Iterable[Sequence[float]]) -> float:
    """What both could have had more at once: max over solved packages of the smaller extra gain, 0 on the frontier.

    >>> round(behind_frontier((1, 1), [(2, 1.5), (3, 0)]), 6), behind_frontier((2, 2), [(3, 1), (1, 3)])
    (0.5, 0.0)
    """
    return max([0.0, *(min(x - s for x, s in zip(other, gains, strict=True)) for other in solved)])


@dataclass(frozen=True)
class Place:
    """Where a package lies: gains of both over no deal and over failure (points), and how far behind the solved packages."""

    gains: tuple[float, float]
    over_failure: tuple[float, float] | None
    behind: float

    @property
    def in_zone(self) -> bool:
        """Whether both gain over no deal, by more than `RESOLUTION`."""
        return min(self.gains) > RESOLUTION

    @property
    def beats_failure(self) -> bool:
        """Whether both are better off than where talks fail."""
        return self.over_failure is not None and min(self.over_failure) > RESOLUTION

    @property
    def shares(self) -> tuple[float, float] | None:
        """Shares of the sum of gains; None outside the zone."""
        total = sum(self.gains)
        return (self.gains[0] / total, self.gains[1] / total) if self.in_zone else None


@dataclass(frozen=True, eq=False)
class BackTestedBargain:
    """One round: what the model proposed on its eve beside what was signed.

    `places` has the model's package, the signed one and the benchmarks; `kept_away` duties any deal keeps away by rule, and
    whether the signed text did (None: it says nothing); `unpriced` elements outside the agenda, with the reason.
    """

    eve: Eve
    bargain: Bargain
    parties: tuple[str, str]
    read_on: date
    status: str
    horizon: str
    disagreement: str
    rows: tuple[Row, ...]
    places: Mapping[str, Place]
    kept_away: tuple[tuple[str, bool], ...]
    unpriced: tuple[tuple[Element, str], ...]
    packages: int
    solved: int
    deal: Proposal | None = field(default=None, repr=False)

    def tally(self, who: str = "model") -> Tally:
        """How a forecaster did on the issues of the round."""
        return Tally.of(self.rows, who)

    @property
    def cited(self) -> tuple[str, ...]:
        """Sources of the eve and of what was signed."""
        return (*self.eve.sources, *(s for e in self.bargain.elements for s in e.sources))

    def of(self, kind: Verdict) -> list[Row]:
        """Issues on which the model's verdict is `kind`."""
        return [r for r in self.rows if r.verdict() == kind]

    def to_frame(self) -> pd.DataFrame:
        """One row an issue."""
        return pd.DataFrame([self._row(r) for r in self.rows])

    def _row(self, r: Row) -> dict[str, Any]:
        own = {f"left by {w}": v for w, v in r.left.items()}
        return {"round": self.bargain.id, "issue": r.issue, "title": r.title, "by": r.by, "kind": r.kind, "standing": r.standing,
                **own, "signed": r.signed, "pays by itself": r.free, "verdict": r.verdict(), "error": r.error()}  # fmt: skip

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        a, b = self.parties
        places = {
            w: {"gains": {a: p.gains[0], b: p.gains[1]},
                "over_failure": None if p.over_failure is None else {a: p.over_failure[0], b: p.over_failure[1]},
                "in_zone": p.in_zone, "behind_frontier": p.behind, "shares": p.shares}
            for w, p in self.places.items()
        }  # fmt: skip
        return {
            "id": self.bargain.id, "title": self.bargain.title, "signed": self.bargain.signed.isoformat(),
            "eve": self.eve.day.isoformat(), "read_on": self.read_on.isoformat(), "horizon": self.horizon,
            "disagreement": self.disagreement, "status": self.status,
            "issues": [plain(self._row(r)) for r in self.rows],
            "scores": {w: plain(self.tally(w)) for w in ("model", *BENCHMARKS)},
            "places": places,
            "kept_away_by_rule": [{"measure": m, "signed": s} for m, s in self.kept_away],
            "not_priced": [{"element": e.id, "by": e.by, "text": e.text, "why": why} for e, why in self.unpriced],
            "search": {"packages": self.packages, "solved": self.solved},
        }  # fmt: skip


def compare(eve: Eve, bargain: Bargain, deal: Proposal) -> BackTestedBargain:
    """What was signed beside a deal that was worked out before."""
    book = deal.agenda
    taken: set[str] = set()
    free = {s.issue for s in deal.self_harming(deal.judged_by)}
    rows = [_beside(i, level, bargain, taken, i.id in free) for i, level in zip(book.issues, deal.levels, strict=True)]
    written = {m.id: m for m in deal.packages.written}
    kept = []
    for m in (p.id for p in book.pending if p.threatened or _due(written.get(p.id, p), eve.day)):
        for_it = [e for e in bargain.elements if m in e.measures]
        taken |= {e.id for e in for_it}
        kept.append((m, any(not e.unknown for e in for_it)))
    reasons = {m.id: why for m, why in book.unpriced}
    unpriced = []
    for e in (e for e in bargain.elements if e.id not in taken):
        known = next((reasons[m] for m in e.measures if m in reasons), None)
        unpriced.append((e, e.why_not or known or say(WORDS, "off_table")))
    return BackTestedBargain(
        eve=eve, bargain=bargain, parties=deal.parties, read_on=book.day, status=deal.status, horizon=deal.horizon,
        disagreement=deal.disagreement, rows=tuple(rows), places=_places(deal, rows), kept_away=tuple(kept),
        unpriced=tuple(unpriced), packages=book.size, solved=len(deal.packages.solved), deal=deal,
    )  # fmt: skip


def _beside(issue: Issue, level: int, bargain: Bargain, taken: set[str], free: bool) -> Row:
    if issue.kind == "purchases":
        found = [e for e in bargain.elements if e.kind == "purchases" and e.by == issue.giver]
    else:
        found = [e for e in bargain.elements if set(e.measures) & set(issue.measures)]
    taken |= {e.id for e in found}
    standing = issue.levels[issue.standing].value
    nothing_left = issue.levels[-1].value if issue.kind != "purchases" else standing
    left = {
        "model": issue.levels[level].value,
        "nothing": standing,
        "everything back": nothing_left,
        "half of everything": (standing + nothing_left) / 2,
    }
    signed: float | None = standing
    moved: bool | None = False
    text, until = "", None
    if found:
        (element,) = found
        signed, text, until = 0.0 if element.kind == "kept away" else element.left, element.text, element.until
        moved = None if element.unknown or (element.left is None and issue.kind == "controls") else True
        if moved and signed is not None and issue.kind != "purchases":
            moved = abs(signed - standing) > 1e-9
    return Row(issue.id, issue.title, issue.giver, issue.kind, standing, left, signed, moved, text, until, free)


def _places(deal: Proposal, rows: Sequence[Row]) -> dict[str, Place]:
    """Worth of the model's package, the signed one and the benchmarks, at levels put beside the search's once it has ended."""
    settings = {w: [r.left[w] for r in rows] for w in ("model", *BENCHMARKS)}
    settings["signed"] = [r.standing if r.signed is None or r.signed_moved is None else r.signed for r in rows]
    book, levels = with_levels(deal.agenda, settings)
    more = replace(deal.packages, agenda=book, solved=dict(deal.packages.solved), known=dict(deal.packages.known))
    none = deal.payoffs(deal.without)
    solved = [_pair(deal.payoffs(w) - none) for w in deal.packages.solved.values()]
    places = {}
    for who in ("model", "signed", *BENCHMARKS):
        worth = deal.payoffs(more.worth(levels[who]))
        gains = _pair(worth - none)
        fought = None if deal.fought is None else _pair(worth - deal.payoffs(deal.fought))
        places[who] = Place(gains, fought, behind_frontier(gains, solved))
    return places


def _pair(values: Array) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def with_levels(book: Agenda, settings: Mapping[str, Sequence[float]]) -> tuple[Agenda, dict[str, tuple[int, ...]]]:
    """An agenda with a level for every value of `settings` (one a issue), and the levels each setting has there.

    A promise to buy less than the smallest amount on the agenda is a promise of what would be bought anyway.
    """
    issues = [list(issue.levels) for issue in book.issues]
    found: dict[str, list[int]] = {who: [] for who in settings}
    for who, values in settings.items():
        for k, (issue, value) in enumerate(zip(book.issues, values, strict=True)):
            small = issue.kind == "purchases" and len(issue.levels) > 1 and value < issue.levels[1].value
            wanted = 0.0 if small else value
            at = next((n for n, level in enumerate(issues[k]) if abs(level.value - wanted) < 1e-9), None)
            if at is None:
                top = max(level.value for level in issue.levels) or 1.0
                given = wanted / top if issue.kind == "purchases" else 1 - wanted / top
                at = len(issues[k])
                issues[k].append(Level(wanted, f"{wanted:g}", given))
            found[who].append(at)
    wider = tuple(replace(issue, levels=tuple(levels)) for issue, levels in zip(book.issues, issues, strict=True))
    return replace(book, issues=wider), {who: tuple(v) for who, v in found.items()}


# -- all rounds --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class BackTestedBargains(Shown):
    """All rounds, and how the model and the benchmarks did over them."""

    rounds: tuple[BackTestedBargain, ...]
    sources: Mapping[str, Source]

    def __getitem__(self, name: str) -> BackTestedBargain:
        """A round by id. Raises `UnknownName`."""
        table = {r.bargain.id: r for r in self.rounds}
        if name not in table:
            raise UnknownName(name, {k: r.bargain.title for k, r in table.items()}, "round")
        return table[name]

    @property
    def scores(self) -> dict[str, Tally]:
        """Forecaster → tally over the issues of all rounds."""
        rows = [r for found in self.rounds for r in found.rows]
        return {who: Tally.of(rows, who) for who in ("model", *BENCHMARKS)}

    @property
    def false_alarms(self) -> list[Row]:
        """Issues the model alone moved, over all rounds."""
        return [x for r in self.rounds for x in r.of("false alarm")]

    @property
    def largest(self) -> BackTestedBargain:
        """The round that moved duties most."""
        return max(self.rounds, key=lambda r: (r.tally("nothing").points or 0.0) * r.tally("nothing").duties)

    @property
    def without_largest(self) -> dict[str, Tally]:
        """`scores` without that round."""
        rows = [r for found in self.rounds if found is not self.largest for r in found.rows]
        return {who: Tally.of(rows, who) for who in ("model", *BENCHMARKS)}

    def to_frame(self) -> pd.DataFrame:
        """One row an issue of a round."""
        return pd.concat([r.to_frame() for r in self.rounds], ignore_index=True)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        cited = dict.fromkeys(s for r in self.rounds for s in r.cited)
        return {
            "rounds": [r.record() for r in self.rounds],
            "scores": {w: plain(t) | {"threat_score": t.threat_score} for w, t in self.scores.items()},
            "sources": {s: {"title": self.sources[s].title, "url": self.sources[s].url} for s in cited if s in self.sources},
        }

    def explain(self) -> str:
        """How the bargaining room did, in plain words."""
        return tell(self, "explain", amount=amount, points=points)

    def markdown(self) -> str:
        """The section of the page of back-tests."""
        parts = [tell(self, "how"), self.explain(), say(WORDS, "scores"), _scores(self), say(WORDS, "places"), _place_table(self)]
        for r in self.rounds:
            parts += [tell(r, "title"), tell(r, "round", amount=amount, points=points), _issues(r)]
            told = "\n\n".join([tell(r, "misses", amount=amount), tell(r, "read")])
            misses = "\n".join(f"- {line}" for line in told.split("\n\n") if line)
            parts += [p for p in (misses, tell(r, "rest")) if p]
        cited = dict.fromkeys(s for r in self.rounds for s in r.cited)
        texts = [self.sources[s] for s in cited if s in self.sources]
        listed = "\n".join(f"- [{s.title}]({s.url}), {s.publisher}" for s in texts if s.url)
        return "\n\n".join([*parts, say(WORDS, "sources"), listed])


@cache
def bargains(*only: str) -> BackTestedBargains:
    """Every round (or those named), worked out before and compared after.

    Raises `UnknownName` and, if one of its solves fails, `NotConverged`.
    """
    file = load_bargains()
    eves = [file.eve(name) for name in only] or list(file.eves)
    deals = [negotiate(eve) for eve in eves]
    signed = {b.id: b for b in file.signed}
    found = [compare(e, signed[e.id], d) for e, d in zip(eves, deals, strict=True)]
    return BackTestedBargains(tuple(found), file.cited)


# -- tables ------------------------------------------------------------------------------------------------------------
def amount(kind: str, value: float | None) -> str:
    """A level in words: "10 points", "half", "USD 40 bn"."""
    return say(WORDS, "amount", kind=kind, value=value)


def was_signed(row: Row) -> str:
    """What was signed of an issue, in words, and until when."""
    return say(WORDS, "signed", known=row.signed_moved is not None, size=amount(row.kind, row.signed), until=row.until)


def points(value: float) -> str:
    """Points of a year's real income with a sign, three decimals."""
    return fixed(value if abs(value) >= RESOLUTION else 0.0, 3, signed=True)


def _scores(found: BackTestedBargains) -> str:
    rows = []
    for label, tallies in [
        *((r.bargain.title, {w: r.tally(w) for w in ("model", *BENCHMARKS)}) for r in found.rounds),
        (say(WORDS, "all"), found.scores),
    ]:
        for who, t in tallies.items():
            mean = "–" if t.points is None else f"{fixed(t.points, 1)} ({t.duties})"
            score = "–" if t.threat_score is None else fixed(t.threat_score, 2)
            rows.append([f"{label}: {who}", str(t.hits), str(t.misses), str(t.false_alarms), str(t.left_alone), score, mean])
    return grid(say(WORDS, "score_head").split("|"), rows)


def _place_table(found: BackTestedBargains) -> str:
    rows = []
    for r in found.rounds:
        for who, p in r.places.items():
            over = ["–", "–"] if p.over_failure is None else [points(v) for v in p.over_failure]
            share = "–" if p.shares is None else " : ".join(fixed(100 * x, 0) for x in p.shares)
            rows.append([f"{r.bargain.title}: {who}", *map(points, p.gains), *over, share, fixed(p.behind, 3)])
    return grid(say(WORDS, "place_head").split("|"), rows)


def _issues(found: BackTestedBargain) -> str:
    rows = [
        [r.title, name(r.by), amount(r.kind, r.standing), amount(r.kind, r.left["model"]),
         was_signed(r), r.verdict()]
        for r in found.rows
    ]  # fmt: skip
    return grid(say(WORDS, "issue_head").split("|"), rows, words=(0, 1, 2, 3, 4, 5))
