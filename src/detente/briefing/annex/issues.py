"""What is on the table: issue by issue what each side holds or wants, and what the first step is worth to both.

The issues and their levels are those of the deal (`strategy.issues`); the price of a step is the one step alone, from what holds
without a deal, on real income, in dollars of the year of the money. What no instrument of the dossier prices is listed with why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from detente import words as text
from detente.briefing.annex import ways
from detente.briefing.document import Block, Cell, Column, Items, Para, Section, Table
from detente.briefing.sections import beside
from detente.briefing.sections.proposal import propose
from detente.briefing.view import CaseView
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import Status
from detente.strategy.deal import Proposal
from detente.strategy.exercises import Exercises
from detente.strategy.year import money_of

told = partial(text.say, "briefing/annex/issues")

ROWS, UNPRICED = 4, 4
"""Issues in the table and names in the list of what is not priced; the data file has all."""
CLAUSE, NAME = 64, 72
"""Characters of a reason and of a title in that list; those that fit uncut come first."""
MEASURES = 8
LIVE = (Status.IN_FORCE, Status.SUSPENDED, Status.STAYED)
COMING = (Status.THREATENED, Status.ANNOUNCED, Status.ANNOUNCED_WITHOUT_ACT)
LEFT = (Status.EXPIRED, Status.WITHDRAWN, Status.STRUCK_DOWN, Status.REPLACED)


@dataclass(frozen=True)
class Priced:
    """An issue: who gives, what holds without a deal, in the deal, the last level.

    `cost` is what the first step alone brings its giver (below zero where it costs) and `gain` the other, billion USD a year;
    `away` says of a duty not collected today whether it is suspended or threatened.
    """

    title: str
    giver: str
    receiver: str
    standing: str
    signed: str
    most: str
    cost: float
    gain: float
    away: str = ""

    @property
    def weight(self) -> float:
        """The larger of its two effects."""
        return max(abs(self.cost), abs(self.gain))


def sections(case: CaseView) -> list[Section]:
    """One section, always: what is on the table, or that nothing is."""
    issues, left, tried = priced(case), unpriced(case), exercised(case)
    blocks: list[Block] = [Para(told("lede", case=case, issues=issues, two=ways.two), kind="lede")]
    wants = [p for p in case.dossier.parties if p.interests]
    items = [Para(told("wants", interests=p.interests), told("list_of", code=p.region)) for p in wants]
    if tried is not None and (sizes := moved(case, tried)):
        items.append(Para(told("exercise", sizes=sizes, two=ways.two), told("if_lead")))
    reasons = [*(tried.rows if tried is not None else ())]
    no_price = [(text.clipped(r.exercise.title, NAME), _first(r.exercise.why_not or "")) for r in reasons if not r.priced]
    no_price += [(short(m.title), _first(why)) for m, why in left]
    no_price.sort(key=lambda listed: any("…" in words for words in listed))
    if no_price:
        items.append(Para(told("not_priced", listed=no_price[:UNPRICED], more=len(no_price) - UNPRICED), told("not_priced_lead")))
    if not case.controlled:
        items.append(Para(told("no_controls")))
    if items:
        blocks.append(Items(tuple(items)))
    if issues:
        blocks.append(table(case, issues))
    elif standing := between(case):
        blocks.append(measures_table(case, standing))
    return [Section("issues", told("title"), tuple(blocks))]


# -- what has a price --------------------------------------------------------------------------------------------------
def priced(case: CaseView) -> list[Priced]:
    """The issues of the deal between the first two parties, the heaviest first; none where there is no deal to search for."""
    deal = propose(case)
    if deal is None:
        return []
    found = []
    for issue, level, (own, other) in zip(deal.agenda.issues, deal.levels, deal.first_steps(), strict=True):
        standing, signed, most = (issue.levels[k].label for k in (issue.standing, level, len(issue.levels) - 1))
        cost, gain = own / 1e3, other / 1e3
        found.append(Priced(short(issue.title), issue.giver, issue.receiver, standing, signed, most, cost, gain, issue.away))
    return sorted(found, key=lambda i: -i.weight)


def short(title: str) -> str:
    """A title up to its first bracket."""
    return text.clipped(title.split(" (")[0], NAME)


def _first(why: str) -> str:
    """The first clause of a reason."""
    for stop in (";", ". ", ":", ", but ", ", and "):
        why = why.split(stop)[0]
    return text.clipped(why.strip().rstrip("."), CLAUSE)


def table(case: CaseView, issues: Sequence[Priced]) -> Table:
    """The matrix: issue, what each side holds or wants, and the first step in dollars."""
    a, b = case.parties[:2]
    fine = 1 if max(i.weight for i in issues) >= 0.95 else 2
    deal = propose(case)
    when = case.run if deal is None else deal.when

    def seen(i: Priced, code: str) -> str:
        if code == i.giver:
            return told("holds", it=i)
        return told("asks", most=i.most)

    def worth(i: Priced, code: str) -> str:
        value = i.cost if code == i.giver else i.gain
        return text.fixed(value, 0 if abs(value) >= 9.95 else fine, signed=True)

    shown = [i for i in issues if round(i.weight, fine) > 0][:ROWS]
    rows = tuple(
        (
            Cell(text.capital(i.title), text.label(i.giver)),
            *(Cell(seen(i, c)) for c in (a, b)),
            *(Cell(worth(i, c)) for c in (a, b)),
        )
        for i in shown
    )
    csv = case.file(
        "issues",
        told("file"),
        [
            {"issue": i.title, "giver": i.giver, "without_a_deal": i.standing, "in_a_deal": i.signed, "most": i.most,
             "first_step_giver": i.cost, "first_step_other": i.gain, "unit": "billion USD a year",
             "money_of": case.dollars,
             "relative_to": case.base, "when": when}
            for i in issues
        ],
    )  # fmt: skip
    heads = (
        Column(told("issue"), told("giver")),
        *(Column(text.label(c), told("position")) for c in (a, b)),
        *(Column(told("step_of", code=c), number=True) for c in (a, b)),
    )
    return Table(
        "tab-issues", told("table_title", issues=shown), told("table_subtitle", year=case.dollars, when=when), heads,
        rows, told("table_note", rest=len(issues) - len(shown), csv=csv), csv, wide=True,
    )  # fmt: skip


def between(case: CaseView) -> list[Measure]:
    """Measures of a party that name another one and are in force, suspended or to come; what is to come first."""
    status, d = case.dossier.status(), case.dossier
    found = [
        m for m in d.measures
        if m.by in case.parties and m.on != "all" and (set(case.parties) - {m.by}) & set(m.on)
        and status[m.id] in (*LIVE, *COMING)
    ]  # fmt: skip
    return sorted(found, key=lambda m: (status[m.id] not in COMING, -(m.start.toordinal() if m.start else 0), m.id))


def measures_table(case: CaseView, standing: Sequence[Measure]) -> Table:
    """What stands between the parties where no step has a price: who, on whom, how much, and whether it is in force."""
    status = case.dossier.status()
    shown = list(standing)[:MEASURES]
    rows = tuple(
        (
            Cell(text.capital(short(m.title)), cites=m.sources),
            Cell(text.label(m.by), told("towards", codes=[c for c in m.on if c in case.parties])),
            Cell(text.tell(m, "size") or "–"),
            Cell(told("state", status=status[m.id].value), status=status[m.id].value),
        )
        for m in shown
    )
    csv = case.file(
        "issues",
        told("measures_file"),
        [
            {"measure": m.id, "title": m.title, "by": m.by, "on": " ".join(m.on), "size": text.tell(m, "size") or "",
             "status": status[m.id].value, "unit": told("measures_unit")}
            for m in standing
        ],
    )  # fmt: skip
    heads = (Column(told("issue")), Column(told("whose")), Column(told("size_head")), Column(told("now_head")))
    return Table(
        "tab-issues", told("measures_title", many=len(standing)), told("measures_subtitle", today=case.dossier.as_of), heads,
        rows, told("table_note", rest=len(standing) - len(shown), csv=csv), csv, wide=True,
    )  # fmt: skip


# -- what has none -----------------------------------------------------------------------------------------------------
def unpriced(case: CaseView) -> list[tuple[Measure, str]]:
    """Measures of a party that reach another one by name and are in no figure, with the reason; live ones only."""
    status = case.dossier.status()
    deal: Proposal | None = propose(case)
    reasons = {m.id: why for m, why in deal.agenda.unpriced} if deal is not None else {}
    parties = set(case.parties)
    return [
        (m, m.why_not or reasons.get(m.id, ""))
        for m in case.dossier.measures
        if m.by in parties and not m.modelled and (m.why_not or m.id in reasons) and status[m.id] not in LEFT
        and (m.instrument is not InstrumentKind.TARIFF if m.on == "all" else bool((parties - {m.by}) & set(m.on)))
    ]  # fmt: skip


def exercised(case: CaseView) -> Exercises | None:
    """The exercises of the dossier; None where it has none."""
    return beside.tried(case) if case.dossier.exercises else None


def moved(case: CaseView, tried: Exercises) -> list[tuple[str, list[tuple[str, float, float, float]]]]:
    """Each priced exercise: for both parties the lowest, central and highest effect in billion USD a year."""
    found = []
    for row in tried.rows:
        if row.priced:
            per = {c: money_of(case, c)[1] / 100 / 1000 for c in case.parties[:2]}
            effects = {c: row.effect(c) for c in per}
            found.append(
                (
                    text.clipped(row.exercise.title, NAME + 8),
                    [(c, e.low * per[c], e.value * per[c], e.high * per[c]) for c, e in effects.items()],
                )
            )
    return found
