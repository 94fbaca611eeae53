"""Section 9: what each side would do next — payoffs of all stances, deals, threats, who gives way first, whether a truce holds.

Payoffs come from one equilibrium for each combination of stances (`strategy.payoffs`), judged by real income alone and by the
dossier's motives. Equilibria, the deal zone, threats, the stand-off and the truce are the models of the talks room on that table;
the package comes from `proposal`, what rules are worth from `rules`, the deal over duties alone from the grid of both sides' mean
duties. Every probability carries its assumptions and its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.sections import proposal as agenda, rules, standoffs
from detente.briefing.sections.scale import rate
from detente.briefing.view import CaseView
from detente.cases.baselines import LAW
from detente.errors import InputError
from detente.policy.measures import InstrumentKind
from detente.strategy.among_many import AmongMany, among_many
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import PayoffTable, payoff_table
from detente.talks.bargaining import bargain, contract_zone, value_of_threat
from detente.talks.games import Game, game
from detente.types import Array
from detente.words import N_, say

EASE, HOLD, FIGHT = N_("ease"), N_("hold"), N_("escalate")

told = partial(say, "briefing/sections/strategy")


@dataclass(frozen=True, eq=False)
class Stances:
    """The payoff table of a case as games: every pair of stances, judged by real income alone and by the dossier's motives."""

    case: CaseView
    table: PayoffTable

    @cached_property
    def plain(self) -> PayoffTable:
        """Judged by real income alone."""
        return self.table.with_weights({p: Weights() for p in self.table.parties})

    @cached_property
    def games(self) -> dict[str, Game]:
        """By how payoffs are judged."""
        named = {"real income": self.plain, "motives": self.table}
        return {k: game(t.payoffs, t.parties, t.stances) for k, t in named.items()}

    @property
    def has_all(self) -> bool:
        """Whether both parties have the three standard stances."""
        return all({EASE, HOLD, FIGHT} <= set(menu) for menu in self.table.stances)

    def cell(self, by: str, first: str, second: str) -> tuple[float, float]:
        """Payoffs of both parties at two stances."""
        found = self.games[by].payoff(first, second)
        return found[self.table.parties[0]], found[self.table.parties[1]]

    def moves(self, cell: tuple[str, ...]) -> list[tuple[str, str]]:
        """Who takes which stance."""
        return list(zip(self.table.parties, cell, strict=True))

    def stable(self, by: str) -> list[tuple[str, ...]]:
        """Pairs of single stances from which neither gains by moving alone."""
        return [e.cell for e in self.games[by].pure_equilibria() if e.cell]

    @cached_property
    def packages(self) -> tuple[list[tuple[str, ...]], Array]:
        """All combinations of stances and their payoffs by motives."""
        g = self.games["motives"]
        return [g.names(c) for c in g.cells()], np.array([g.payoffs[c] for c in g.cells()])


def points(value: float) -> str:
    """Points of real income with a sign, two significant digits, at most four decimals."""
    return text.fixed(value, text.decimals_for(value, most=4) if round(value, 4) else 0, signed=True)


def measured(case: CaseView, table: PayoffTable) -> dict[str, str]:
    """What payoffs are set against, and when they are read, in words."""
    return {"base": case.base if table.against == LAW else case.quo, "when": table.clock.tell()}


def sections(case: CaseView) -> list[Section]:
    """Section 9."""
    return [Section("strategy", told("title"), tuple(blocks(case)))]


def stances_of(case: CaseView) -> Stances | None:
    """The solved payoff table of two parties, worked out once; None where the dossier gives no stances or has more of them."""
    found: Stances | None = case.once("stances", lambda: _stances_of(case))
    return found


def _stances_of(case: CaseView) -> Stances | None:
    parties = [p.region for p in case.dossier.parties]
    if len(parties) != 2 or tuple(parties) != case.parties or not all(len(p.stances) > 1 for p in case.dossier.parties):
        return None
    try:
        return Stances(case, payoff_table(case.runs))
    except InputError:
        return None


def blocks(case: CaseView) -> list[Block]:
    """All parts that the dossier allows."""
    if len(case.dossier.parties) > 2:
        return [*among(case), *rules.blocks(case)]
    s = stances_of(case)
    # what does not need the package first: the process beside this one may still search for it
    regimes, duties = rules.blocks(case), deal_over_duties(case)
    before: list[Block] = [Para(told("no_stances"))] if s is None else [Para(answer(s)), payoff_block(s), Para(reading(s))]
    after: list[Block] = []
    if s is not None and s.has_all:
        before += [*zone(s), *threats(s)]
        after += [*standoffs.who_first(case, s.table), *standoffs.truce(case, s.table)]
    return [*before, *agenda.blocks(case), *duties, *after, *regimes]


# -- three or more parties ---------------------------------------------------------------------------------------------
def among_all(case: CaseView) -> AmongMany | None:
    """The table of everybody's stances, solved once; None where the world lacks a party or one has no choice of stances."""
    parties = case.dossier.parties
    if len(parties) < 3 or any(p.region not in case.parties or len(p.stances) < 2 for p in parties):
        return None
    found: AmongMany = case.once("among many", lambda: among_many(case.runs))
    return found


def among(case: CaseView) -> list[Block]:
    """All combinations of stances of all parties, which hold, and which coalition could block which; what is of two is named."""
    parties = [p.region for p in case.dossier.parties]
    lacking = [p for p in parties if p not in case.parties]
    without = [p.region for p in case.dossier.parties if len(p.stances) < 2]
    found = among_all(case)
    if found is None:
        return [Para(told("many_cannot", lacking=lacking, without=without, world=case.world.name))]
    frame = found.to_frame().assign(
        unit=told("unit"), relative_to=measured(case, found.table)["base"], horizon=found.table.horizon
    )
    records = [{str(k): v for k, v in row.items()} for row in frame.to_dict(orient="records")]
    csv = case.file("payoffs", told("payoffs_file"), records)
    marks: dict[str, dict[str, set[tuple[str, ...]]]] = {
        "stable": {by: {e.cell for e in g.pure_equilibria() if e.cell} for by, g in found.games.items()},
        "efficient": {by: set(g.efficient()) for by, g in found.games.items()},
        "in the core": {by: set(c.core) for by, c in found.coalitions.items()},
    }
    rows = []
    for cell in found.coalitions["motives"].blocks:
        held = [(what, [by for by, cells in where.items() if cell in cells]) for what, where in marks.items()]
        said = [f"{what} ({'both' if len(by) == len(found.games) else by[0]})" for what, by in held if by]
        paid = found.table.payoff(*cell)
        row = [Cell(text.capital(n)) for n in cell] + [Cell(points(paid[p])) for p in parties]
        rows.append((*row, Cell(text.capital(", ".join(said)))))
    judged = {by: [list(zip(parties, cell, strict=True)) for cell in marks["stable"][by]] for by in ("motives", "real income")}
    return [
        Para(
            told(
                "answer_of_many",
                **measured(case, found.table),
                judged=judged,
                whole={by: g.complete for by, g in found.games.items()},
            )
        ),
        Table(
            "tab-payoffs",
            told("combinations_title"),
            told("payoffs_subtitle", **measured(case, found.table)),
            (
                *(Column(text.label(p), "stance") for p in parties),
                *(Column(text.label(p), "motives", number=True) for p in parties),
                Column("What it is"),
            ),
            tuple(rows),
            case.note(csv, told("combinations_note")),
            csv,
            wide=True,
        ),
        Heading(told("coalitions_heading"), "coalitions"),
        Para(found.tell("motives"), "By motives."),
        Para(found.tell("income"), "By real income alone."),
        Para(found.tell("two_only"), told("two_only_lead")),
    ]


# -- payoffs -----------------------------------------------------------------------------------------------------------
def answer(s: Stances) -> str:
    """Where each judgement ends if both only look at their own payoff."""
    judged = {by: [s.moves(cell) for cell in s.stable(by)] for by in ("motives", "real income")}
    return told("answer", **measured(s.case, s.table), judged=judged)


def payoff_block(s: Stances) -> Table:
    """All combinations, both judgements side by side."""
    parties, unit = s.table.parties, told("unit")
    best = {by: g.best_replies() for by, g in s.games.items()}
    stable = {by: set(s.stable(by)) for by in s.games}
    efficient = {by: set(g.efficient()) for by, g in s.games.items()}
    rows, data = [], []
    for index in s.games["motives"].cells():
        names = s.games["motives"].names(index)
        row = [Cell(text.capital(n)) for n in names]
        for by, g in s.games.items():
            for k, p in enumerate(parties):
                good = bool(best[by][p][index])
                row.append(Cell(points(float(g.payoffs[index][k])), "best reply" if good else "", strong=good))
                data.append(
                    {
                        **{f"stance of {q}": n for q, n in zip(parties, names, strict=True)},
                        "party": p,
                        "judged by": by,
                        "payoff": float(g.payoffs[index][k]),
                        "unit": unit,
                        "best reply": good,
                        "stable": names in stable[by],
                        "efficient": names in efficient[by],
                        "relative_to": measured(s.case, s.table)["base"],
                        "horizon": s.table.horizon,
                    }
                )
        marks = []
        for what, where in (("stable", stable), ("efficient", efficient)):
            held = [by for by in s.games if names in where[by]]
            if held:
                marks.append(f"{what} ({'both' if len(held) == len(s.games) else held[0]})")
        row.append(Cell(text.capital(", ".join(marks)) if marks else ""))
        rows.append(tuple(row))
    csv = s.case.file("payoffs", told("payoffs_file"), data)
    return Table(
        "tab-payoffs",
        told("payoffs_title"),
        told("payoffs_subtitle", **measured(s.case, s.table)),
        (
            *(Column(text.label(p), "stance") for p in parties),
            *(Column(text.label(p), "real income", number=True) for p in parties),
            *(Column(text.label(p), "motives", number=True) for p in parties),
            Column("What it is"),
        ),
        tuple(rows),
        s.case.note(csv, told("payoffs_note")),
        csv,
        wide=True,
    )


def reading(s: Stances) -> str:
    """Dominated stances, and whether the stable end is wasteful."""
    g = s.games["motives"]
    rounds: dict[int, list[tuple[str, str, str]]] = {}
    for step, party, stance, better in g.dominated().removed:
        rounds.setdefault(step, []).append((party, stance, better))
    wasted = [cell for cell in s.stable("motives") if cell not in set(g.efficient())]
    one, two = s.table.parties
    eased, held = (s.cell("real income", x, HOLD)[0] if s.has_all else 0.0 for x in (EASE, HOLD))
    return told(
        "reading",
        rounds=list(rounds.values()),
        wasted=s.moves(wasted[0]) if wasted else None,
        mixed=len([e for e in g.equilibria() if e.kind == "mixed"]),
        one=one,
        two=two,
        eased=eased,
        held=held,
        levies=_levies(s.case, one, two),
    )


def _levies(case: CaseView, one: str, two: str) -> bool:
    """Whether one party's measures on the other that are in force or threatened hold a duty."""
    return any(m.by == one and m.instrument is InstrumentKind.TARIFF and (two in m.on or not m.on) for m in case.dossier.measures)


# -- deals and threats -------------------------------------------------------------------------------------------------
def zone(s: Stances) -> list[Block]:
    """Pairs of stances both prefer to a breakdown, and the Nash bargain over them."""
    cells, paid = s.packages
    broken = s.cell("motives", FIGHT, FIGHT)
    names = [" / ".join(c) for c in cells]
    found = contract_zone(paid, broken, s.table.parties, names)
    deal = bargain(paid, broken, parties=s.table.parties, names=names)
    inside = [c for c, ok in zip(cells, found.inside, strict=True) if ok and c != (FIGHT, FIGHT)]
    s.case.file(
        "deal-zone",
        told("zone_file"),
        [
            {
                **{f"stance of {q}": n for q, n in zip(s.table.parties, c, strict=True)},
                **{f"gain of {p}": float(paid[k][i] - broken[i]) for i, p in enumerate(s.table.parties)},
                "in the zone": bool(found.inside[k]),
                "efficient": bool(found.efficient[k]),
                "unit": told("unit"),
            }
            for k, c in enumerate(cells)
        ],
    )
    picked, weight = max(deal.mixture.items(), key=lambda kv: kv[1]) if deal.status == "deal" else (None, 0.0)
    body = told(
        "zone",
        parties=s.table.parties,
        broken=broken,
        inside=len(inside),
        others=len(cells) - 1,
        moves=s.moves(tuple(picked.split(" / "))) if picked else None,
        weight=weight,
        gains=dict(zip(s.table.parties, deal.gains, strict=True)) if picked else {},
    )
    return [Heading(told("zone_heading"), "deal-zone"), Para(body)]


def threats(s: Stances) -> list[Block]:
    """What each party's threat to escalate moves at the table, and what carrying it out would cost."""
    cells, paid = s.packages
    parties = s.table.parties
    today = s.cell("motives", HOLD, HOLD)
    rows, data, moved = [], [], []
    for k, p in enumerate(parties):
        pair = (FIGHT, HOLD) if k == 0 else (HOLD, FIGHT)
        carried = s.cell("motives", *pair)
        v = value_of_threat(paid, today, carried, parties=parties, names=[" / ".join(c) for c in cells])
        cost = [c - t for c, t in zip(carried, today, strict=True)]
        rows.append(
            (
                Cell(f"{text.capital(text.name(p))} escalates"),
                *(Cell(points(x)) for x in v.change),
                *(Cell(points(x)) for x in cost),
                Cell("yes" if cost[k] >= 0 else "no"),
            )
        )
        data += [
            {
                "threat by": p, "party": q, "moves the deal": v.change[i], "if carried out": cost[i], "unit": told("unit"),
                "relative_to": "both hold",
            }
            for i, q in enumerate(parties)
        ]  # fmt: skip
        moved.append((p, v.change[k], cost[k]))
    csv = s.case.file("threats", told("threats_file"), data)
    return [
        Heading(told("threats_heading"), "threats"),
        Para(told("threats", told=moved)),
        Table(
            "tab-threats",
            told("threats_title"),
            told("threats_subtitle", **measured(s.case, s.table)),
            (
                Column("Threat"),
                *(Column(text.label(p), "moves the deal", number=True) for p in parties),
                *(Column(text.label(p), "if carried out", number=True) for p in parties),
                Column(told("carry_out")),
            ),
            tuple(rows),
            s.case.note(csv),
            csv,
        ),
    ]


def deal_over_duties(case: CaseView) -> list[Block]:
    """The Nash bargain over both mean duties from today's, for scale."""
    g = case.rates
    deal, lead = g.deal, told("duties_lead")
    if deal is None:
        return [Para(told("no_duties", case=case), lead)]
    rows = [case.row(side, None, told("duty_row"), "%", 100 * deal.rates[k]) for k, side in enumerate(g.sides)]
    rows += [case.row(c, None, told("income_row"), "%", v) for c, v in deal.real_income.items()]
    case.file("duty-deal", told("duties_file"), [r | {"scenario": "deal", "relative_to": case.quo} for r in rows])
    body = told(
        "duties",
        case=case,
        rates=[(side, rate(g, k, deal.rates[k]), g.today[k]) for k, side in enumerate(g.sides)],
        gains={c: deal.real_income[c] for c in g.sides},
        subsidy=any(t < -0.005 for t in deal.rates),
        host=deal.real_income[case.host] if case.host else None,
    )
    return [Para(body, lead)]
