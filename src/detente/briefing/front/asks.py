"""What an economy should ask, offer and avoid: priced moves, each with a number, a condition and a day.

A third economy has the steps of its menu (`strategy.asks`): what needs a party's consent and pays at every reading is asked for,
what is its own to give and brings a party something is offered, what costs it at every reading is avoided. A party has the
clauses of the package both would sign, each priced alone, and what the dossier's branches or scenarios bring it. Where the ends
of a span differ in sign nothing is advised and that is said; where nothing pays, that is said too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from detente.briefing.sections import bystanders, proposal
from detente.briefing.view import CaseView
from detente.cases.baselines import LAW
from detente.cases.case import Case
from detente.strategy.asks import PASSED, Asks, Clause, clauses_of
from detente.strategy.year import Mover, Span, money_of
from detente.words import TINY, say

Kind = Literal["ask", "package", "offer", "trade", "seek", "refuse", "alone", "avoid", "siding", "unsure", "nothing"]
Given = Literal["", "branch", "passed", "failed", "unanswered"]
ORDER: tuple[Kind, ...] = ("ask", "nothing", "package", "seek", "refuse", "offer", "trade", "alone", "avoid", "siding", "unsure")
MOST, LONGEST, FEWER = 6, 20, 11
"""Bullets at most, words of one, and by how many words its title may be cut to keep within them."""
EACH = {"ask": 3, "avoid": 2, "seek": 2, "refuse": 2}
"""Bullets of a kind at most, where not one."""
SMALL = 50.0
"""What is this many times smaller than the largest is left out."""
SAME = 10.0
"""A span wider than this factor is told by its end alone."""


@dataclass(frozen=True)
class Advice:
    """One bullet: `money` what it brings the reader, million USD a year (costs are negative); `other` the same for whom it takes;
    `event` whether it is what may happen, not a step of the reader;
    `given` the condition; `again` whether the bullet before asks the same economy; `second` what is given for `title`, and of a
    trade `place` which of the asks told before it is for where the offer before it is what is given, `more` whether there are
    more; `clause` whether the title is what somebody does ("lifts its duty"); `signing` whether it is an agreement with `whom`.
    """

    kind: Kind
    title: str
    money: Span
    whom: tuple[str, ...] = ()
    other: float = math.nan
    day: date | None = None
    given: Given = ""
    again: bool = False
    second: str = ""
    clause: bool = False
    signing: bool = False
    event: bool = False
    place: int = 0
    more: bool = False

    @property
    def wide(self) -> bool:
        """Whether the ends of its span are more than a factor of ten apart, or one of them is nothing."""
        small, large = sorted((abs(self.money.low), abs(self.money.high)))
        return large > SAME * small

    def text(self) -> str:
        """The bullet, its verb first; titles are cut until it has at most `LONGEST` words."""
        for fewer in range(FEWER):
            told = say("briefing/front/asks", self.kind, it=self, fewer=fewer)
            if len(told.split()) <= LONGEST:
                break
        return told


def advice(case: CaseView, reader: str) -> tuple[Advice, ...]:
    """At most six bullets, asks first."""
    found = list(_of_party(case, reader) if reader in case.parties else _of_other(case, reader))
    if not any(a.kind in ("ask", "seek", "refuse", "package") for a in found):
        open_ = [a for a in found if a.kind == "unsure"]
        best = max(open_, key=lambda a: a.money.high, default=Advice("nothing", "", _nothing()))
        found.append(Advice("nothing", best.title, best.money))
    largest = max((abs(a.money.value) for a in found if a.kind not in ("siding", "unsure")), default=0.0)
    by_kind = {
        kind: sorted((a for a in found if a.kind == kind and _counts(a, largest)), key=_first)[: EACH.get(kind, 1)]
        for kind in ORDER
    }
    kept = [a for k in range(max(EACH.values())) for kind in ORDER for a in by_kind[kind][k : k + 1]][:MOST]
    return _told_once([a for kind in ORDER for a in by_kind[kind] if any(a is x for x in kept)])


def _counts(a: Advice, largest: float) -> bool:
    """Whether it is large enough beside the largest; what is not known, and an offer, are."""
    return a.kind in ("nothing", "unsure", "siding", "offer", "trade") or SMALL * abs(a.money.value) >= largest


def _first(a: Advice) -> float:
    """The order within a kind: what brings most, of offers what brings the other most."""
    return -a.other if a.kind == "offer" else -abs(a.money.value)


def _told_once(kept: Sequence[Advice]) -> tuple[Advice, ...]:
    """An ask of whom the ask before was made says "it", and its day where that is another; a trade of what has just been offered
    for what has been asked names neither again."""
    asks = [a.title for a in kept if a.kind == "ask"]
    out: list[Advice] = []
    last: date | None = None
    for k, a in enumerate(kept):
        before = kept[k - 1] if k else None
        again = a.kind == "ask" and before is not None and (before.kind, before.whom) == ("ask", a.whom)
        offered = before is not None and (before.kind, before.title) == ("offer", a.second)
        if a.kind == "trade" and offered and a.title in asks:
            out.append(replace(a, place=asks.index(a.title) + 1, more=len(asks) > 1))
        else:
            out.append(a if not again else replace(a, again=True, day=None if a.day == last else a.day))
        last = a.day
    return tuple(out)


def _nothing() -> Span:
    return Span(0.0, 0.0, 0.0, 0.0, 0.0)


def first_day(case: Case) -> date | None:
    """The first day on which something is decided; None where the dossier names none."""
    today = case.dossier.as_of
    ahead = case.dossier.prospects
    days = [s.policy_date for s in case.scenarios] if ahead is None else [f.date for f in ahead.forks]
    return min((d for d in days if d > today), default=None)


# -- a third economy ---------------------------------------------------------------------------------------------------
def _of_other(case: CaseView, reader: str) -> Iterator[Advice]:
    steps, year = bystanders.steps_of(case, reader), bystanders.year_of(case, reader)
    by_branch = {b: m for m in year.drivers for b in m.branches}
    worth = money_of(case, reader)[1] / 100
    for s in steps.steps:
        whom = (s.needs,) if s.needs else ()
        given: Given = "passed" if s.given == PASSED else "branch" if s.given else ""
        day = min(by_branch[s.given].dates, default=None) if s.given in by_branch else first_day(case)
        other = s.others_money.get(s.needs, max(s.others_money.values(), default=math.nan))
        signing = s.id == f"sign-with-{s.needs}"
        match s.role:
            case "ask":
                yield Advice("ask", s.title, s.money, whom, other, day, given, signing=signing)
            case "offer":
                to = max(s.others_money, key=lambda p: s.others_money[p])
                yield Advice("offer", s.title, s.money, (to,), s.others_money[to], day)
            case "own":
                yield Advice("alone", s.title, s.money, (), math.nan, None)
            case "avoid" if s.price.sign == "loss":
                yield Advice("avoid", s.title, s.money, whom, other, None, signing=signing)
            case "unsure":
                yield Advice("unsure", s.title, s.money, whom, other, None, signing=signing)
            case _:
                pass
    yield from _trades(case, steps, worth)
    yield from _siding(steps, worth)


def _trades(case: CaseView, steps: Asks, worth: float) -> Iterator[Advice]:
    """The best exchange that costs who must grant it nothing."""
    for pair in steps.told:
        if pair.mutual and pair.price.sign == "gain":
            asked, offered = steps.terms(pair)
            yield Advice(
                "trade", asked.title, pair.price.scaled(worth), pair.needs, math.nan, first_day(case), second=offered.title
            )  # fmt: skip
            return


def _siding(steps: Asks, worth: float) -> Iterator[Advice]:
    """Taking a side, where it costs at every reading; else that it is not known. Where signing with each is to be avoided, that
    says it."""
    signing = {s.needs for s in steps.of("avoid") if s.id == f"sign-with-{s.needs}"}
    known = [p for p, s in steps.siding.items() if s.sign == "loss"]
    open_ = [p for p, s in steps.siding.items() if s.sign == "not known"]
    if set(known or open_) <= signing:
        return
    if known:
        least = max((steps.siding[p] for p in known), key=lambda s: s.value)
        yield Advice(
            "siding", "", least.scaled(worth), tuple(known), math.nan, None, "failed" if steps.failed else ""
        )  # fmt: skip
    elif open_:
        widest = min((steps.siding[p] for p in open_), key=lambda s: s.low)
        yield Advice("siding", "", widest.scaled(worth), tuple(open_), math.nan, None, "failed" if steps.failed else "")


# -- a party -----------------------------------------------------------------------------------------------------------
def clauses(case: CaseView) -> tuple[Clause, ...]:
    """The clauses of the package both parties would sign, each priced alone; worked out once."""

    def work() -> tuple[Clause, ...]:
        deal = proposal.propose(case)
        return () if deal is None else clauses_of(deal)

    return case.once("clauses", work)


def _of_party(case: CaseView, reader: str) -> Iterator[Advice]:
    day, year = first_day(case), bystanders.year_of(case, reader, LAW)
    deal = proposal.propose(case)
    if deal is not None and deal.status == "deal" and reader in deal.parties:
        rival = next(p for p in deal.parties if p != reader)
        for c in clauses(case):
            own, other = c.brings[reader], c.brings[rival]
            sign = own.sign if max(abs(own.low), abs(own.high)) >= 1 else "none"
            if c.receiver == reader and sign in ("gain", "not known"):
                yield Advice("ask" if sign == "gain" else "unsure", c.title, own, (rival,), other.value, day, clause=True)
            elif c.giver == reader and other.sign == "gain":
                yield Advice("offer", c.title, own, (rival,), other.value, day, clause=True)
        gains = deal.in_money()
        mine, theirs = (next(e.gain for e in gains if e.party == p) for p in (reader, rival))
        if mine > 0:
            yield Advice("package", "", Span(mine, mine, mine, mine, mine), (rival,), theirs, day)
    signed = deal is not None and deal.status == "deal"
    for d in year.ranked:
        if d.kind in ("branch", "scenario") and d.by:
            yield from (a for a in _of_mover(d, reader) if not (signed and a.kind in ("seek", "unsure")))


def _of_mover(d: Mover, reader: str) -> Iterator[Advice]:
    """What a branch or scenario asks of a party: to refuse or seek what others decide, to avoid or do what it has a part in.
    Where there is a package to sign, that is what is sought."""
    day = min(d.dates, default=None)
    others = tuple(p for p in d.by if p != reader)
    if d.price.sign == "loss":
        yield Advice("avoid" if reader in d.by else "refuse", d.title, d.money, others, math.nan, day)
    elif d.price.sign == "gain" and d.price.value >= TINY and (d.first_year is None or d.first_year.sign in ("gain", "none")):
        yield Advice("seek" if others else "alone", d.title, d.money, others, math.nan, day, "" if others else "unanswered")
    elif d.price.sign == "not known":
        yield Advice("unsure", d.title, d.money, others, math.nan, day, event=True)


__all__ = ["Advice", "advice", "clauses", "first_day"]
