"""Section 9, the proposal: one package over duties, controls and purchases that both would sign, and what stands behind it.

The package is the Nash bargain over all signable ones (`talks.propose`), by the dossier's motives, from both holding. Its gains
are solved again at the ends of the parameter ranges. The words are those of the command line (`Proposal.tell`).
"""

from __future__ import annotations

from functools import partial

from detente import words as text
from detente.briefing.ahead import wait_for
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table, paras
from detente.briefing.view import CaseView, Triple
from detente.cases.case import CENTRAL
from detente.errors import InputError, NotConverged
from detente.strategy.deal import Proposal, points as worth, proposal
from detente.words import say

told = partial(say, "briefing/sections/proposal")

SOLVES, PAIRS = 90, 8
"""Equilibria the package may take at the time of writing; `detente deal` takes more."""

ASSUMPTIONS = ("A44", "A45", "A46")
"""Numbers of the ledger that the section rests on."""


def propose(case: CaseView) -> Proposal | None:
    """The proposal, worked out once a briefing; None where the dossier has nothing between two parties that could be traded."""

    def work() -> Proposal | None:
        wait_for(case)
        try:
            return proposal(case.runs, solves=SOLVES, pairs=PAIRS)
        except (InputError, NotConverged):
            return None

    return case.once("proposal", work)


def blocks(case: CaseView) -> list[Block]:
    """The package, who gains, what trades against what, how it is kept."""
    deal = propose(case)
    head = Heading(told("heading"), "package")
    if deal is None:
        return [head, Para(told("nothing"))]
    if deal.status == "no deal":
        return [head, Para(deal.tell("package")), Para(deal.tell("no_chips")), table(case, deal)]
    found = spread(case, deal)
    csv = gains_file(case, deal, found)
    return [
        head,
        Para(deal.tell("signed"), kind="lede"),
        *paras([deal.tell("around")]),
        Para(deal.tell("not_alone"), told("not_alone_lead")),
        Para(who_gains(case, deal, found)),
        *paras([deal.tell("levers")]),
        table(case, deal),
        Para(deal.tell("no_chips"), "What costs nothing."),
        Para(deal.tell("exchange"), told("exchange_lead")),
        Para(others(case, deal, found), "Who pays."),
        Para(told("in_annex", csv=csv), kind="note"),
        Para(told("caveat", search=deal.tell("search")), kind="note"),
    ]


def spread(case: CaseView, deal: Proposal) -> dict[str, dict[str, Triple]]:
    """`ranges`, worked out once a briefing."""
    found: dict[str, dict[str, Triple]] = case.once("proposal ranges", lambda: ranges(case, deal))
    return found


def ranges(case: CaseView, deal: Proposal) -> dict[str, dict[str, Triple]]:
    """By column of `Proposal.ranges`, the gain of every region (and party) with its range over the parameters."""
    found = {CENTRAL: None, **deal.ranges([v for v in case.runs.parameter_sets if v != CENTRAL])}
    central = deal.by_region()
    central["points by motives"] = deal.to_frame()[f"over {deal.disagreement}, points by motives"]
    out: dict[str, dict[str, Triple]] = {}
    for column in ("real income, %", "million USD a year", "points by motives"):
        out[column] = {}
        for region in deal.regions if column != "points by motives" else deal.parties:
            values = [float(central[column][region])]
            values += [float(frame[column][region]) for frame in found.values() if frame is not None]
            out[column][region] = Triple(min(values), values[0], max(values))
    return out


def who_gains(case: CaseView, deal: Proposal, spread: dict[str, dict[str, Triple]]) -> str:
    """Gains of both over no deal with their ranges, and over a breakdown."""
    income, money, motive = (spread[c] for c in ("real income, %", "million USD a year", "points by motives"))
    gains = [{"party": p, "income": income[p], "money": money[p], "motive": motive[p]} for p in deal.parties]
    fought = None
    if deal.fought is not None:
        column = deal.to_frame()["over escalate, million USD a year"]
        fought = {p: float(column[p]) for p in deal.parties}
    worse = [text.name(p) for p in deal.parties if motive[p].low <= 0]
    return told(
        "who_gains", case=case, gains=gains, fought=fought, worse=worse, judged=deal.tell("judged"), without=deal.tell("no_deal"),
        when=deal.when, dollars=deal.dollars,
        point=worth,
    )  # fmt: skip


def table(case: CaseView, deal: Proposal) -> Table:
    """Every issue: where it stands, where the package puts it, what one more step costs and brings."""
    found = deal.exchange()
    rows, data = [], []
    for issue, record in zip(deal.agenda.issues, found.to_dict(orient="records"), strict=True):
        free = bool(record["first step: pays by itself"])
        rows.append(
            (
                Cell(text.capital(issue.title), text.label(issue.giver)),
                Cell(str(record["without a deal"])),
                Cell(str(record["in the package"]), strong=record["in the package"] != record["without a deal"]),
                Cell("yes" if free else "no"),
                Cell(worth(float(record["at the package: costs the giver, points by motives"]))),
                Cell(worth(float(record["at the package: brings the other, points by motives"]))),
            )
        )
        data.append({str(k): v for k, v in record.items()} | {"unit": told("unit"), "relative_to": told("step_before")})
    csv = case.file("package", told("file"), data)
    return Table(
        "tab-package",
        told("title"),
        told("subtitle", when=deal.when),
        (
            Column("Issue", "who gives"),
            Column("Without a deal"),
            Column("In the package"),
            Column(told("first_step")),
            Column("One more costs", "the giver", number=True),
            Column("and brings", "the other", number=True),
        ),
        tuple(rows),
        case.note(csv, not_priced(case, deal)),
        csv,
        wide=True,
    )


def not_priced(case: CaseView, deal: Proposal) -> str:
    """Measures between the two that the model cannot price; all of them with the reason go to a file."""
    parties = set(deal.parties)
    own = [m.title for m, _ in deal.agenda.unpriced if not m.in_baseline and m.on != "all" and parties & set(m.on)]
    return told("not_priced", own=own, csv=case.file("package-instruments", told("instruments_file"), instruments(deal)))


def instruments(deal: Proposal) -> list[dict[str, object]]:
    """Every measure between the two: whether it is priced and how, or why not."""
    return [{str(k): v for k, v in row.items()} for row in deal.agenda.instruments().to_dict(orient="records")]


def gains_file(case: CaseView, deal: Proposal, spread: dict[str, dict[str, Triple]]) -> str:
    """Gains of every economy from the package."""
    rows = []
    for region in deal.regions:
        money = f"million USD of {deal.dollars} a year"
        for column, unit in (("real income, %", "%"), ("million USD a year", money)):
            rows.append(case.row(region, None, "gain from the package", unit, spread[column][region]))
    for region in deal.parties:
        rows.append(case.row(region, None, told("motives_row"), "points", spread["points by motives"][region]))
    none = deal.tell("no_deal")
    return case.file("package-gains", told("gains_file"), [r | {"scenario": "package", "relative_to": none} for r in rows])


def others(case: CaseView, deal: Proposal, spread: dict[str, dict[str, Triple]]) -> str:
    """Bystanders, the host by name."""
    host = case.host
    income, gain = (spread[c][host] if host else None for c in ("real income, %", "million USD a year"))
    return told("others", bystanders=deal.tell("bystanders"), host=host, income=income, gain=gain)
