"""The deal: the package both would sign, what it brings each, who pays, how it is verified, how long it lasts.

The package is that of `sections.proposal`, so the annex and the companion cannot differ. Gains are equivalent variation a year
against what the law does by itself, averaged over the months of `Proposal.when`; what is judged by motives is told as a
share of a party's gain. Three or more parties have no package: then why, and which combinations no coalition would block.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from detente import words as text
from detente.briefing.charts.results import gains_figure
from detente.briefing.document import Block, Cell, Column, Para, Section, Table, paras
from detente.briefing.sections import proposal as agenda, strategy
from detente.briefing.view import CaseView, Triple
from detente.strategy.among_many import AmongMany
from detente.strategy.deal import Proposal
from detente.talks.truce import FRAMEWORK_YEARS, PERIODS, Lasting
from detente.words import say

told = partial(say, "briefing/annex/deal")


def sections(case: CaseView) -> list[Section]:
    """One section; for three or more parties without choices of their own, none."""
    if len(case.dossier.parties) > 2:
        found = strategy.among_all(case)
        return [] if found is None else [Section("deal", told("title", signed=False), paras(among(found)))]
    deal = agenda.propose(case)
    if deal is None:
        return [Section("deal", told("title", signed=False), (Para(told("nothing", case=case)),))]
    if deal.status == "no deal":
        return [
            Section("deal", told("title", signed=False), (Para(told("unsigned", deal=deal)), *paras([told("free", deal=deal)])))
        ]
    return [Section("deal", told("title", signed=True), tuple(signed(case, deal)))]


def among(found: AmongMany) -> list[str]:
    """Why there is no package of three or more, and what holds among them by their motives."""
    stable = [e.cell for e in found.games["motives"].pure_equilibria() if e.cell]
    core = found.coalitions["motives"].core
    moves = [list(zip(found.parties, cell, strict=True)) for cell in (*stable, *core[:1])]
    return told("many", found=found, stable=moves[: len(stable)], safe=moves[len(stable) :]).split("\n\n")


def signed(case: CaseView, deal: Proposal) -> list[Block]:
    """The package, who gains and pays, how it is watched, for how long, and what of it is not priced."""
    spread = agenda.spread(case, deal)
    gains = spread["million USD a year"]
    return [
        Para(told("answer", deal=deal, gains=gains, over=deal.in_money()), kind="lede"),
        table(case, deal),
        figure(case, deal, gains),
        Para(told("pays", deal=deal, bought=bought(deal), others=deal.others, host=case.host, gain=gains.get(case.host or ""))),
        Para(told("verify", **watched(deal))),
        Para(told("lasts", deal=deal, terms=terms(deal), short=PERIODS[0], years=FRAMEWORK_YEARS)),
        Para(
            told(
                "months", deal=deal, lever=lever(deal), unpriced=bool(deal.agenda.unpriced), path=case.month is not None,
                run=case.run,
            )
        ),
    ]  # fmt: skip


def moved(deal: Proposal) -> list[tuple[str, str, str, str]]:
    """Who gives, what, where it stands without a deal and where under the package; changes only."""
    pairs = zip(deal.agenda.issues, deal.levels, strict=True)
    return [(i.giver, i.title, i.levels[i.standing].label, i.levels[k].label) for i, k in pairs if k != i.standing]


def bought(deal: Proposal) -> list[tuple[str, str]]:
    """Who promises to buy, and how much, where the package has purchases."""
    pairs = zip(deal.agenda.issues, deal.levels, strict=True)
    return [(i.giver, i.levels[k].label) for i, k in pairs if i.kind == "purchases" and k != i.standing]


def table(case: CaseView, deal: Proposal) -> Table:
    """What each side gives."""
    found = moved(deal)
    data = [
        {"by": who, "issue": what, "without a deal": before, "in the package": after, "relative_to": case.base}
        for who, what, before, after in found
    ]
    csv = case.file("annex-deal", told("file"), data)
    heads_of = {who: k for k, (who, *_) in reversed(list(enumerate(found)))}  # a giver is named once, in its first row
    rows = tuple(
        (Cell(text.label(who) if heads_of[who] == k else ""), Cell(text.capital(what)), Cell(before), Cell(after, strong=True))
        for k, (who, what, before, after) in enumerate(found)
    )
    heads = (Column("Who"), Column("Gives"), Column(told("before")), Column(told("after")))
    return Table("tab-annex-deal", told("table_title"), told("table_subtitle"), heads, rows, told("note", csv=csv), csv)


def figure(case: CaseView, deal: Proposal, gains: dict[str, Triple]) -> Any:
    """Gains of the parties and of who is moved most."""
    rows = [case.row(r, None, told("row"), f"million USD of {deal.dollars} a year", t) for r, t in gains.items()]
    csv = case.file("annex-deal-gains", told("gains_file"), [r | {"scenario": "package", "relative_to": case.base} for r in rows])
    title = told("gains_title", deal=deal, gains=gains, others=deal.others)
    subtitle, note = told("gains_subtitle", deal=deal), told("note", csv=csv)
    return gains_figure(deal, subtitle, title=title, others=2, note=note, csv=csv, id="fig-annex-deal")


def watched(deal: Proposal) -> dict[str, Any]:
    """How the package is kept: temptations and the worth of sight as shares of a party's gain, review and punishment in years."""
    w = deal.watched
    if w is None:
        return {"deal": deal, "tempted": [], "sight": [], "period": None, "length": None, "holds": True}
    gain = dict(zip(deal.parties, deal.gains, strict=True))
    tempted = [(s.name, s.temptation / gain[s.name]) for s in w.truce.sides if s.temptation > 0]
    sight = [(p, g / gain[p]) for p, g in zip(deal.parties, w.gain, strict=True)] if w.enforcement and w.holds else []
    length = w.truce.punishment * w.period if w.enforcement and w.holds else None
    return {"deal": deal, "tempted": tempted, "sight": sight, "period": w.period, "length": length, "holds": w.holds}


def terms(deal: Proposal) -> list[tuple[str, float, float]]:
    """What the short truce and the framework are worth to each at its own discount rate, in years of its gain."""
    own: dict[str, Lasting] = {x.party: x for x in deal.short_or_long() if x.rate == deal.patience.of(x.party)}
    return [(p, own[p].short / g, own[p].framework / g) for p, g in zip(deal.parties, deal.gains, strict=True)]


def lever(deal: Proposal) -> dict[str, Any] | None:
    """The export control whose suspension alone brings the other most, million USD a year of income; None without one."""
    found: list[dict[str, Any]] = [
        {"by": i.giver, "to": i.receiver, "title": i.title, "brings": other, "costs": -own}
        for i, (own, other) in zip(deal.agenda.issues, deal.first_steps(whole=True), strict=True)
        if i.kind == "controls" and i.standing < len(i.levels) - 1
    ]  # fmt: skip
    return max(found, key=lambda x: x["brings"], default=None)
