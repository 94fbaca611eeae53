"""Section 9: what each side would do next — payoffs of all stances, deals, threats, who gives way first, whether a truce holds.

Payoffs come from one equilibrium for each combination of stances (`strategy.payoffs`), judged by real income alone and by the
dossier's motives. Equilibria, the deal zone, threats, the stand-off and the truce are the models of the talks room on that table;
the package comes from `agenda`, what rules are worth from `rules`, the deal over duties alone from the grid of both sides' mean
duties. Every probability carries its assumptions and its range.
"""

from __future__ import annotations

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.sections import proposal as agenda, rules, standoffs
from detente.briefing.sections.scale import rate
from detente.briefing.sections.stances import EASE, FIGHT, HOLD, Stances, points
from detente.briefing.view import CaseView
from detente.errors import InputError
from detente.strategy.payoffs import payoff_table
from detente.talks.bargaining import bargain, contract_zone, value_of_threat
from detente.words import chance


def sections(case: CaseView) -> list[Section]:
    """Section 9."""
    return [Section("strategy", "What each side would do next", tuple(blocks(case)))]


def stances_of(case: CaseView) -> Stances | None:
    """The solved payoff table, worked out once; None where the dossier gives no stances or has not two parties in this world."""
    found: Stances | None = case.once("stances", lambda: _stances_of(case))
    return found


def _stances_of(case: CaseView) -> Stances | None:
    parties = [p.region for p in case.dossier.parties]
    if len(parties) != 2 or tuple(parties) != case.parties or not all(len(p.stances) > 1 for p in case.dossier.parties):
        return None
    try:
        return Stances(case, payoff_table(case.dossier, case.world, case.runs.parameters))
    except InputError:
        return None


def blocks(case: CaseView) -> list[Block]:
    """All parts that the dossier allows."""
    s = stances_of(case)
    package = [*agenda.blocks(case, s), *deal_over_duties(case)]
    if s is None:
        lead = (
            "The dossier does not give both parties a choice of stances, so there is no payoff table: nothing is said of moves."
        )
        return [Para(lead), *package, *rules.blocks(case)]
    out: list[Block] = [Para(answer(s)), payoff_block(s), Para(reading(s))]
    if s.has_all:
        out += [*zone(s), *threats(s), *package, *standoffs.who_first(s), *standoffs.truce(s)]
    else:
        out += package
    return [*out, *rules.blocks(case)]


def _named(s: Stances, cell: tuple[str, ...]) -> str:
    """ "the United States holds and China escalates"."""
    verbs = {EASE: "eases", HOLD: "holds", FIGHT: "escalates"}
    return text.join(f"{text.name(p)} {verbs.get(c, f'takes “{c}”')}" for p, c in zip(s.table.parties, cell, strict=True))


# -- payoffs -----------------------------------------------------------------------------------------------------------
def answer(s: Stances) -> str:
    """Where each judgement ends if both only look at their own payoff."""
    parts = []
    for by, words in (("motives", "With the motives the dossier gives them"), ("real income", "If only real income counted")):
        stable = s.games[by].pure_equilibria()
        if stable:
            told = text.join((_named(s, e.cell) for e in stable if e.cell), "or")
            parts.append(f"{words}, neither gains by moving alone when {told}.")
        else:
            parts.append(f"{words}, no pair of single stances is stable: somebody always gains by moving.")
    return (
        " ".join(parts)
        + f" Payoffs are points of real income a year against {s.case.quo}, {s.case.run}; the weights of the motives are "
        "assumptions of the dossier. The model knows no promise, fear or mistake: this is where interests pull, not a forecast."
    )


def payoff_block(s: Stances) -> Table:
    """All combinations, both judgements side by side."""
    parties = s.table.parties
    best = {by: g.best_replies() for by, g in s.games.items()}
    stable = {by: {e.cell for e in g.pure_equilibria()} for by, g in s.games.items()}
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
                        "unit": "points of real income a year",
                        "best reply": good,
                        "stable": names in stable[by],
                        "efficient": names in efficient[by],
                        "relative_to": s.case.quo,
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
    csv = s.case.file("payoffs", "Payoffs of every combination of stances, by real income alone and by motives", data)
    return Table(
        "tab-payoffs",
        "What every pair of stances is worth",
        f"Points of real income a year, against {s.case.quo}; {s.case.run}; what each stance changes stands in section 3",
        (
            *(Column(text.label(p), "stance") for p in parties),
            *(Column(text.label(p), "real income", number=True) for p in parties),
            *(Column(text.label(p), "motives", number=True) for p in parties),
            Column("What it is"),
        ),
        tuple(rows),
        s.case.note(csv, "Stable: neither gains by moving alone. Efficient: no other pair is better for one and worse for none."),
        csv,
        wide=True,
    )


def reading(s: Stances) -> str:
    """Dominated stances, and whether the stable end is wasteful."""
    g = s.games["motives"]
    rounds: dict[int, list[str]] = {}
    for step, party, stance, better in g.dominated().removed:
        rounds.setdefault(step, []).append(f"{text.name(party)} never does best with “{stance}” (“{better}” pays more)")
    told = [("" if k == 0 else "given that, ") + text.join(parts) for k, parts in enumerate(rounds.values())]
    lead = f"By the motives {'; '.join(told)}. " if told else ""
    wasted = [e.cell for e in g.pure_equilibria() if e.cell is not None and e.cell not in set(g.efficient())]
    if wasted:
        pair = _named(s, wasted[0])
        lead += f"The stable end ({pair}) leaves something on the table: another pair is better for one and worse for none. "
    mixed = [e for e in g.equilibria() if e.kind == "mixed"]
    if mixed:
        lead += (
            f"There {'is' if len(mixed) == 1 else 'are'} also {text.count(len(mixed), 'equilibrium', 'equilibria')} in which "
            "the parties "
            "keep each other guessing; in it each side’s odds are set by the other’s payoffs. "
        )
    a, b = s.table.parties
    gain = {by: (s.cell(by, EASE, HOLD), s.cell(by, HOLD, HOLD)) for by in s.games} if s.has_all else {}
    if gain:
        eased, held = gain["real income"]
        if eased[0] > held[0]:
            lead += (
                f"That {text.name(a)} gains real income by easing while {text.name(b)} holds ({points(eased[0])} against "
                f"{points(held[0])}) follows from duties above the rate that serves it best; concessions it would "
                "win by waiting, and the politics of being first, are not in the table."
            )
    return lead.strip() or "No stance is ruled out."


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
        "Gains of each pair of stances over a breakdown (both escalate), by motives",
        [
            {
                **{f"stance of {q}": n for q, n in zip(s.table.parties, c, strict=True)},
                **{f"gain of {p}": float(paid[k][i] - broken[i]) for i, p in enumerate(s.table.parties)},
                "in the zone": bool(found.inside[k]),
                "efficient": bool(found.efficient[k]),
                "unit": "points of real income a year",
            }
            for k, c in enumerate(cells)
        ],
    )
    body = (
        f"If talks break down and both escalate, {text.name(s.table.parties[0])} stands at {points(broken[0])} and "
        f"{text.name(s.table.parties[1])} at {points(broken[1])} points. {text.count(len(inside), 'pair')} of the other "
        f"{len(cells) - 1} "
        f"{'leaves' if len(inside) == 1 else 'leave'} neither worse off than that"
    )
    if deal.status == "deal":
        top = max(deal.mixture.items(), key=lambda kv: kv[1])
        pair = _named(s, tuple(top[0].split(" / ")))
        part = "" if top[1] > 0.995 else f", with weight {chance(top[1])}"
        gains = text.join(f"{text.name(p)} {points(g)}" for p, g in zip(s.table.parties, deal.gains, strict=True))
        body += (
            f". Dividing the gain with equal bargaining power (Nash) picks the pair in which {pair}{part}: {gains} points over "
            "a breakdown"
        )
    else:
        body += "; no mixture of them is better for both"
    return [Heading("Where a deal lies", "deal-zone"), Para(body + " (data/deal-zone.csv).")]


def threats(s: Stances) -> list[Block]:
    """What each party's threat to escalate moves at the table, and what carrying it out would cost."""
    cells, paid = s.packages
    parties = s.table.parties
    today = s.cell("motives", HOLD, HOLD)
    rows, data, told = [], [], []
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
                "threat by": p, "party": q, "moves the deal": v.change[i], "if carried out": cost[i],
                "unit": "points of real income a year",
                "relative_to": "both hold",
            }
            for i, q in enumerate(parties)
        ]  # fmt: skip
        size = v.change[k]
        worth = (
            f"is worth {points(size)} points to {text.name(p)} at the table"
            if abs(size) >= 0.0005
            else f"moves nothing for {text.name(p)} (the same pair stays the bargain)"
        )
        told.append(
            f"the threat of {text.name(p)} {worth}; carried out it would move its payoff by {points(cost[k])} points "
            + ("and so would be carried out" if cost[k] >= 0 else "and so is not believable for its own sake")
        )
    csv = s.case.file("threats", "What each party's threat to escalate is worth, by motives", data)
    return [
        Heading("What the threats are worth", "threats"),
        Para(f"{text.capital('; '.join(told))}. Measured from both holding, by motives."),
        Table(
            "tab-threats",
            "The value of each threat",
            f"Points of real income a year by motives; deal: Nash bargain over all pairs of stances; {s.case.run}",
            (
                Column("Threat"),
                *(Column(text.label(p), "moves the deal", number=True) for p in parties),
                *(Column(text.label(p), "if carried out", number=True) for p in parties),
                Column("Pays to carry out"),
            ),
            tuple(rows),
            s.case.note(csv),
            csv,
        ),
    ]


def deal_over_duties(case: CaseView) -> list[Block]:
    """The Nash bargain over both mean duties from today's, for scale."""
    g = case.rates
    deal = g.deal
    lead = "If only duties and only real income counted."
    if deal is None:
        told = f"No change of the two mean duties makes both {text.name(case.a)} and {text.name(case.b)} better off than today."
        return [Para(told, lead)]
    rates = text.join(
        f"{text.name(side)} {rate(g, k, deal.rates[k])} (today {text.fixed(100 * g.today[k], 0)}{text.THIN}%)"
        for k, side in enumerate(g.sides)
    )
    gains = text.join(f"{text.name(c)} {text.percent(deal.real_income[c], signed=True)}" for c in g.sides)
    rows = [case.row(side, None, "agreed mean duty on the other", "%", 100 * deal.rates[k]) for k, side in enumerate(g.sides)]
    rows += [case.row(c, None, "real income with the deal", "%", v) for c, v in deal.real_income.items()]
    case.file(
        "duty-deal",
        "The deal over both mean duties and what it brings",
        [r | {"scenario": "deal", "relative_to": case.quo} for r in rows],
    )
    body = (
        f"Free to set any mean duties on each other, the two would agree on about {rates}: real income {gains}, {case.run}, "
        f"against {case.quo} (data/duty-deal.csv)."
    )
    if any(t < -0.005 for t in deal.rates):
        body += " A rate below zero is a subsidy to imports: in words, nearly free trade with a side payment."
    if case.host:
        v = deal.real_income[case.host]
        body += f" {text.capital(text.name(case.host))} {'would lose' if v < 0 else 'would gain'} {text.percent(abs(v))}"
        body += ", as the trade diverted to it goes back." if v < 0 else "."
    return [Para(f"{body} What keeps the package above from going that far is what the parties want besides income.", lead)]
