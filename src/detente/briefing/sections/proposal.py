"""Section 9, the proposal: one package over duties, controls and purchases that both would sign, and what stands behind it.

The package is the Nash bargain over all signable ones (`talks.propose`), by the dossier's motives, from both holding. Its gains
are solved again at the ends of the parameter ranges. The words are those of the command line (`talks.proposal_words`).
"""

from __future__ import annotations

from detente import words as text
from detente.briefing.charts.results import gains_figure
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table, paras
from detente.briefing.sections.stances import Stances
from detente.briefing.view import CaseView, Triple
from detente.cases.case import parameter_variants
from detente.errors import InputError, NotConverged
from detente.strategy import proposal_words as words
from detente.strategy.deal import proposal
from detente.strategy.proposal import Proposal

SOLVES, PAIRS = 60, 6
"""Equilibria the package may take at the time of writing; `detente deal` takes more."""

ASSUMPTIONS = ("A44", "A45", "A46")
"""Numbers of the ledger that the section rests on."""


def propose(case: CaseView, s: Stances | None) -> Proposal | None:
    """The proposal; None where the dossier has nothing between two parties that could be traded."""
    try:
        return proposal(
            case.dossier, case.world, case.runs.parameters, solves=SOLVES, pairs=PAIRS, quo=case.runs.status_quo,
            table=s.table if s is not None and s.has_all else None,
        )  # fmt: skip
    except (InputError, NotConverged):
        return None


def blocks(case: CaseView, s: Stances | None) -> list[Block]:
    """The package, who gains, what trades against what, how it is kept."""
    deal = propose(case, s)
    head = Heading("A package both would sign", "package")
    if deal is None:
        return [head, Para("The dossier has no duty or control between two parties that a package could trade.")]
    if deal.status == "no deal":
        return [head, Para(words.package(deal)), Para(words.no_chips(deal)), table(case, deal)]
    spread = ranges(case, deal)
    unit = f"Equivalent variation, USD billion a year, against both holding; {case.run}"
    csv = gains_file(case, deal, spread)
    return [
        head,
        Para(words.signed(deal), kind="lede"),
        *paras([words.around(deal)]),
        Para(who_gains(case, deal, spread)),
        table(case, deal),
        gains_figure(deal, unit, csv=csv, note=case.note(csv)),
        Para(words.no_chips(deal), "What costs nothing."),
        Para(words.exchange(deal), "What trades against what."),
        Para(others(case, deal, spread), "Who pays."),
        Para(words.keeping(deal), "Who watches."),
        Para(words.short_or_long(deal), "Ninety days or years."),
        Para(caveat(deal), kind="note"),
    ]  # fmt: skip


def ranges(case: CaseView, deal: Proposal) -> dict[str, dict[str, Triple]]:
    """By column of `Proposal.ranges`, the gain of every region (and party) with its range over the parameters."""
    runs = case.runs
    found = {"central": None, **deal.ranges(parameter_variants(runs.parameters), runs.status_quo_variants)}
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
    told = []
    for p in deal.parties:
        income, money, motive = (spread[c][p] for c in ("real income, %", "million USD a year", "points by motives"))
        told.append(
            f"{text.name(p)} {income.told()} of real income, {text.money(money.value, signed=True)} a year, and {points(motive)} "
            "points by its motives"
        )
    body = f"Against both holding, {case.run}: {'; '.join(told)}. "
    if deal.fought is not None:
        frame = deal.to_frame()
        rest = text.join(
            f"{text.name(p)} {text.money(float(frame['over escalate, million USD a year'][p]), signed=True)}"
            for p in deal.parties
        )
        body += f"Against a breakdown (both escalate) the same package is worth {rest} a year. "
    worse = [p for p in deal.parties if spread["points by motives"][p].low <= 0]
    if worse:
        body += (
            f"At one end of the parameters tried {text.join(text.name(p) for p in worse)} would gain nothing by its motives: "
            "there the package would have to look different. "
        )
    return (
        body
        + f"The package was chosen {words.judged(deal)} with equal bargaining power; only steps that can be signed were tried."
    )


def points(t: Triple) -> str:
    """Points with their range."""
    return f"{words.points(t.value)} (range {words.points(t.low)} to {words.points(t.high)})"


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
                Cell(words.points(float(record["at the package: costs the giver, points by motives"]))),
                Cell(words.points(float(record["at the package: brings the other, points by motives"]))),
            )
        )
        data.append({str(k): v for k, v in record.items()} | {"unit": "points of real income a year", "relative_to": case.quo})
    csv = case.file("package", "The package issue by issue, and what single steps cost and bring", data)
    return Table(
        "tab-package",
        "The package, issue by issue",
        f"One more step from the package (the last one, where all is given): points of real income a year by motives; {case.run}",
        (
            Column("Issue", "who gives"),
            Column("Without a deal"),
            Column("In the package"),
            Column("First step pays its giver"),
            Column("One more costs", "the giver", number=True),
            Column("and brings", "the other", number=True),
        ),
        tuple(rows),
        case.note(csv, not_priced(deal)),
        csv,
        wide=True,
    )


def not_priced(deal: Proposal) -> str:
    """Measures between the two that the model cannot price."""
    parties = set(deal.parties)
    own = [m.title for m, _ in deal.agenda.unpriced if m.on != "all" and parties & set(m.on)]
    return f"Not priced, and so outside the package: {'; '.join(own)}." if own else ""


def gains_file(case: CaseView, deal: Proposal, spread: dict[str, dict[str, Triple]]) -> str:
    """Gains of every economy from the package."""
    rows = []
    for region in deal.regions:
        for column, unit in (("real income, %", "%"), ("million USD a year", "million USD a year")):
            rows.append(case.row(region, None, "gain from the package", unit, spread[column][region]))
    for region in deal.parties:
        rows.append(case.row(region, None, "gain from the package by motives", "points", spread["points by motives"][region]))
    none = f"both {deal.disagreement}"
    return case.file(
        "package-gains", "What the package brings every economy", [r | {"scenario": "package", "relative_to": none} for r in rows]
    )


def others(case: CaseView, deal: Proposal, spread: dict[str, dict[str, Triple]]) -> str:
    """Bystanders, the host by name."""
    body = words.bystanders(deal)
    if case.host:
        t, m = spread["real income, %"][case.host], spread["million USD a year"][case.host]
        what = "loses" if t.value < 0 else "gains"
        body += f" {text.capital(text.name(case.host))}, the host, {what} {text.money(abs(m.value))} a year ({t.told()})."
    return body


def caveat(deal: Proposal) -> str:
    """How the package was found and what it leaves out."""
    return (
        f"{words.search(deal)} The weights of the motives, what can be signed (A44) and how a deal is watched and broken (A40, "
        "A45) are assumptions; what it costs a government to be seen to give is not in the package."
    )
