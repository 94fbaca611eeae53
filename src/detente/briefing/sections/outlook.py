"""Section "Outlook": how likely each way on is, where the odds come from, and what to expect for whom.

The numbers are those of `outlook.outlook` on the case's world and horizon; every sentence is made from them. A dossier without
`prospects` has no such section.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from detente import words as text
from detente.briefing.charts.fan import fan_figure
from detente.briefing.charts.tree import tree_figure
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Items, Para, Section, Table
from detente.briefing.sections import standoffs, strategy
from detente.briefing.view import STATUS_QUO, CaseView, Triple
from detente.outlook.outlook import LOSS, SPREAD, Estimate, Outlook, has_stances, outlook
from detente.outlook.questions import KeyQuestions, key_questions
from detente.outlook.tree import Tree, grow
from detente.words import chance, chance_range
from detente.words.names import region_name

ORIGINS = {
    "after signals": "After signals",
    "pooled": "Pooled",
    "record": "Record",
    "stand-off": "Stand-off",
    "analyst": "Judgement",
}

ASSUMPTIONS = ("A50", "A51", "A52", "A53")
"""Numbers of the ledger that the section rests on."""

CHANCE = "probability, 0 to 1"


@dataclass(frozen=True)
class Prepared:
    """What the sections on the future share: the outlook, its tree without independent forks, the questions."""

    look: Outlook
    talks: Tree
    asked: KeyQuestions


def prepared(case: CaseView) -> Prepared | None:
    """Worked out once a case; None where the dossier has no prospects."""
    if case.dossier.prospects is None:
        return None
    found: Prepared = case.once("foresight", lambda: _prepare(case))
    return found


def _prepare(case: CaseView) -> Prepared:
    seen = strategy.stances_of(case)
    table = None if seen is None else seen.table
    stand_off = None
    if table is not None and has_stances(case.dossier, case.world):
        stand_off = standoffs.seen(case, table).odds_by
    look = outlook(case.dossier, case.world, case.runs.parameters, stand_off=stand_off, with_ranges=True)
    talks = grow(case.dossier, look.tree.odds, talks_only=True)
    asked = key_questions(case.dossier, case.world, look=look, knowing=table is not None, table=table)
    return Prepared(look, talks, asked)


def label(case: CaseView, scenario: str) -> str:
    """ "Optimistic"; "Status quo" for paths on which no branch counts as a scenario."""
    return case.label(None if scenario == STATUS_QUO else scenario)


def branch(look: Outlook, branch: str) -> str:
    """Title of a branch."""
    return look.tree.branches[branch][1].title


def odds(e: Estimate) -> str:
    """ "38 % (29 to 47 %)"."""
    return f"{chance(e.value)} ({chance_range(e.low, e.high)})"


def share(e: Estimate, *, strong: bool = False) -> Cell:
    """A share in percent with its range below."""
    ends = (f"{100 * e.low:.0f}", f"{100 * e.high:.0f}")
    below = f"{ends[0]} to {ends[1]}".replace(" ", text.FIRM) if ends[0] != ends[1] else ""
    return Cell(f"{100 * e.value:.0f}", below, strong=strong)


def sections(case: CaseView) -> list[Section]:
    """One section, or none."""
    found = prepared(case)
    if found is None:
        return []
    return [Section("outlook", "Outlook: what may come and how likely", tuple(blocks(case, found)))]


def blocks(case: CaseView, p: Prepared) -> list[Block]:
    """Answer, scenarios, tree, expectations, fan, origin of the odds."""
    return [
        Para(answer(case, p.look), kind="lede"),
        scenario_table(case, p.look),
        tree(case, p),
        Heading("What to expect", "expected"),
        expected_table(case, p.look),
        Para(expectation(case, p.look)),
        fan(case, p.look),
        Heading("Where the odds come from", "odds"),
        Para(origin(case, p.look)),
        *signals(case, p.look),
        branch_table(case, p.look),
    ]


# -- words -------------------------------------------------------------------------------------------------------------
def how_likely(case: CaseView) -> str:
    """One sentence for the summary; empty where the dossier says nothing of what may come."""
    found = prepared(case)
    if found is None:
        return ""
    told = [f"“{label(case, s)}” has a chance of {odds(e)}" for s, e in found.look.scenarios.items()]
    return f"By {text.day(found.look.tree.until)} {text.join(told)}: odds {_where_from(case, found.look)}, the range in brackets."


def answer(case: CaseView, look: Outlook) -> str:
    """Which way on is likeliest, how clear that is, and what it means for the world."""
    (first, best), *rest = list(look.scenarios.items())
    parts = [f"The likeliest end by {text.day(look.tree.until)} is {_named(case, first)}, with a chance of {odds(best)}"]
    if rest:
        parts[0] += "; " + text.join(f"{_named(case, s)} has {odds(e)}" for s, e in rest)
    parts[0] += "."
    near = [s for s, e in rest if e.high > best.low]
    if near:
        parts.append(
            f"The ranges of {text.join(f'“{label(case, s)}”' for s in (first, *near))} overlap: which is likeliest is open."
        )
    whole = look.expected("WORLD")
    parts.append(
        f"Weighted by these odds, world real income is {_lies(whole.value)} {case.quo} on average until then "
        f"{_over(whole)}, {text.money(abs(look.paths.money('WORLD', whole.value)))} a year; {case.run}."
    )
    return " ".join(parts)


def expectation(case: CaseView, look: Outlook) -> str:
    """Whose risk is largest, and which odds matter most for whom."""
    risks = sorted(((look.risk(c, LOSS), c) for c in case.focus if c != "WORLD"), key=lambda r: (-r[0].value, r[1]))
    told = [f"{text.name(c)} {odds(r)}" for r, c in risks]
    parts = [f"The chance of losing more than {LOSS:g}{text.THIN}% is, the largest first: {text.join(told)}."]
    for code in case.trio:
        top = look.drivers(code)[0]
        low, _, high = look.tree.odds[top.fork][top.branch]
        parts.append(
            f"For {text.name(code)} most hangs on “{look.tree.forks[top.fork].title}”: with “{branch(look, top.branch)}” at "
            f"{chance(low)} its expectation is {_points(top.low)}, with {chance(high)} it is {_points(top.high)}."
        )
    return " ".join(parts)


def origin(case: CaseView, look: Outlook) -> str:
    """How the odds were made."""
    weights = {k: w for o in look.origin.values() for k, w in o.weights.items() if len(o.weights) == 3}
    words = {
        "base_rate": "the dated record of earlier rounds",
        "stand_off": "the stand-off model",
        "analyst": "the dossier’s judgement",
    }
    told = [f"{words[k]} ({text.percent(100 * w)})" for k, w in weights.items() if k in words]
    first = (
        f"The odds of each fork pool {text.join(told)}; where one has nothing to say the others share its weight. Signals "
        "seen then move them by stated likelihood ratios."
        if told
        else "The odds are the dossier’s judgement."
    )
    by = look.by_origin()
    apart = [(s, by.loc[s].drop([c for c in ("pooled", "after signals") if c in by]).astype(float)) for s in by.index]
    spread_ = max(apart, key=lambda p: float(p[1].max() - p[1].min()))
    if len(spread_[1]) > 1:
        s, values = spread_
        first += (
            f" The judgements lie furthest apart on “{label(case, str(s))}”: {chance(float(values.min()))} by "
            f"{_speaker(str(values.idxmin()))} alone, {chance(float(values.max()))} by {_speaker(str(values.idxmax()))} alone."
        )
    return (
        first
        + " A fork’s odds do not depend on the path that leads to it. Ranges hold what is uncertain within each judgement: nine "
        "draws in ten. They do not say which judgement is right."
    )


def signals(case: CaseView, look: Outlook) -> list[Block]:
    """What was seen and what it moved."""
    listed = []
    assert case.dossier.prospects is not None
    known = {s.id: s for s in case.dossier.prospects.signals}
    for o in look.origin.values():
        for step in o.update.steps:
            branch = max(step.points, key=lambda b: (round(abs(step.points[b]), 6), step.points[b]))
            moved = step.points[branch]
            seen = known.get(step.signal)
            listed.append(
                Para(
                    f"{text.sentence(seen.text) if seen else step.signal} It moves “{o.titles[branch]}” by "
                    f"{text.fixed(moved, 0 if abs(moved) >= 1 else 1, signed=True)} points, to {chance(step.after[branch])}.",
                    f"{text.day(seen.date)}." if seen else "",
                    cites=seen.sources if seen else (),
                )
            )
    return [Items(tuple(listed))] if listed else []


def _where_from(case: CaseView, look: Outlook) -> str:
    used = {k for o in look.origin.values() for k in o.weights}
    words = {"base_rate": "the record since 2018", "stand_off": "a stand-off model", "analyst": "judgement"}
    known = [r for o in look.origin.values() if (r := o.cases)]
    words["base_rate"] = "the dated record" if known else words["base_rate"]
    return "from " + text.join(w for k, w in words.items() if k in used) if used else "from judgement"


def _speaker(column: str) -> str:
    return {"record": "the record", "stand-off": "the stand-off model", "analyst": "the dossier’s judgement"}[column]


def _named(case: CaseView, scenario: str) -> str:
    return "the status quo" if scenario == STATUS_QUO else case.named(scenario)


def _lies(value: float) -> str:
    if text.is_tiny(value):
        return f"within 0.01{text.THIN}% of its level under"
    return f"{text.percent(abs(value))} {'higher' if value > 0 else 'lower'} than under"


def _over(e: Estimate) -> str:
    return f"{text.range_note(e.low, e.high)[:-1]} over the odds)"


def _points(value: float) -> str:
    return f"{text.fixed(value, 3, signed=True)}{text.THIN}%"


# -- figures -----------------------------------------------------------------------------------------------------------
def tree(case: CaseView, p: Prepared) -> Figure:
    """The tree of the talks, independent forks below."""
    listed = p.talks.to_frame().assign(unit=CHANCE)
    csv = case.shelf.add("outlook-tree", "The tree of the talks: every path with its probability", listed)
    order = [s.id for s in case.dossier.scenarios]
    return tree_figure(p.look, p.talks, order, (case.best, case.worst), lambda remark: case.note(csv, remark), csv)


def fan(case: CaseView, look: Outlook) -> Figure:
    """Expected real income over the months for the parties and the host, with the spread over paths."""
    more = {"unit": "% of real income", "relative_to": case.quo, "horizon": look.paths.parameters.name}
    rows = [{"region": c, **row, **more} for c in case.trio for row in look.fan(c).to_dict(orient="records")]
    csv = case.file("outlook-fan", "Expected real income by day of change, with quantiles over paths", rows)
    months = pd.concat([look.monthly(c).assign(region=c, unit="% of real income") for c in case.focus], ignore_index=True)
    monthly = case.shelf.add("outlook-monthly", "The same as averages of calendar months, %", months)
    return fan_figure(look, case.trio, case.run, lambda remark: case.note(csv, f"{remark} By month: data/{monthly}."), csv)


# -- tables ------------------------------------------------------------------------------------------------------------
def scenario_table(case: CaseView, look: Outlook) -> Table:
    """Probability of each scenario, by origin, and what the world then expects."""
    by = look.by_origin()
    shown = [c for c in ORIGINS if c in by and c != "after signals"]
    rows, data = [], []
    for s, e in look.scenarios.items():
        paths = [leaf.scenario == s for leaf in look.tree.leaves]
        given = {c: look.given(paths, c) for c in case.focus}
        title = case.dossier.scenario(s).title if s != STATUS_QUO else ""
        rows.append(
            (
                Cell(label(case, s), title),
                share(e, strong=True),
                *(Cell(f"{100 * float(by.loc[s, c]):.0f}") for c in shown),  # type: ignore[arg-type]
                Cell(text.fixed(given["WORLD"], 2, signed=True)),
            )
        )
        data.append(
            {
                "scenario": s,
                "title": title,
                "probability": e.value,
                "low": e.low,
                "high": e.high,
                **{f"probability, {c}": p for c, p in by.loc[s].astype(float).items()},
                **{f"expected real income {c}, %": v for c, v in given.items()},
                "by": look.tree.until.isoformat(),
            }
        )
    csv = case.file("outlook-scenarios", "Probability of each scenario by origin, and real income expected in it", data)
    return Table(
        "tab-outlook",
        "How likely each end is",
        f"Percent chance that events count as this by {text.day(look.tree.until)}, as seen on {text.day(look.on)}; second "
        "line: range over "
        "the odds",
        (
            Column("End"),
            Column("Chance", "%", number=True),
            *(Column(ORIGINS[c], "alone, %" if c not in ("pooled",) else "before signals, %", number=True) for c in shown),
            Column("World real income", "then, %", number=True),
        ),
        tuple(rows),
        case.note(
            csv,
            f"World real income: average until then over the paths that end so, against {case.quo}; {case.run}. An end can "
            "be reached "
            "late: the average counts the months before it too.",
        ),
        csv,
        wide=True,
    )


def expected_table(case: CaseView, look: Outlook) -> Table:
    """Expectation, ranges, spread and risk for the parties, the host, its group and the world."""
    rows, data = [], []
    for code in case.focus:
        e, last, risk, q = look.expected(code), look.expected(code, "end"), look.risk(code), look.spread(code)
        ends = look.parameter_range(code)
        money = look.paths.money(code, e.value)
        rows.append(
            (
                Cell(text.label(code)),
                Triple(*e).cell(3, strong=True),
                Cell(f"{text.fixed(ends[0], 3)} to {text.fixed(ends[1], 3)}".replace(" ", text.FIRM) if ends else "–"),
                Cell(text.fixed(money / 1000, 1, signed=True)),
                Cell(f"{text.fixed(q[0], 2)} to {text.fixed(q[-1], 2)}".replace(" ", text.FIRM)),
                share(risk),
                Triple(*last).cell(3),
            )
        )
        data.append(
            {
                "region": code,
                "region_name": "world" if code == "WORLD" else region_name(code),
                "expected": e.value,
                "low": e.low,
                "high": e.high,
                "lowest by parameters": ends[0] if ends else None,
                "highest by parameters": ends[1] if ends else None,
                "unit": "% of real income, average over the period",
                "worth, million USD a year": money,
                **{f"path quantile {round(100 * p)} %": x for p, x in zip(SPREAD, q, strict=True)},
                f"probability of losing more than {LOSS:g} %": risk.value,
                "expected at the end": last.value,
                "relative_to": case.quo,
                "from": look.tree.start.isoformat(),
                "until": look.tree.until.isoformat(),
                "horizon": look.paths.parameters.name,
            }
        )
    csv = case.file("outlook-expected", "Expected real income with ranges, spread over paths and risk", data)
    listed = look.tree.to_frame().assign(unit=CHANCE)
    paths = case.shelf.add("outlook-paths", "Every path: probability, what it counts as, its states", listed)
    states = look.tree.state_frame().merge(look.paths.to_frame()[list(case.focus)].reset_index(), on="state")
    states = states.assign(unit="% of real income")
    case.shelf.add("outlook-states", "Every state of measures and real income under it, % against the status quo", states)
    return Table(
        "tab-expected",
        "Expected real income",
        f"Real income, percent against {case.quo}, average from {text.day(look.tree.start)} to {text.day(look.tree.until)}; "
        f"{case.run}",
        (
            Column("Economy"),
            Column("Expected", "%, range over odds", number=True),
            Column("Range", "over parameters, %", number=True),
            Column("Worth", "billion USD a year", number=True),
            Column("Nine paths in ten", "%", number=True),
            Column("Chance of losing", f"more than {LOSS:g}{text.THIN}%, in %", number=True),
            Column("At the end", "%, range over odds", number=True),
        ),
        tuple(rows),
        case.note(
            csv,
            "Each day counts with what its measures would do if they lasted; nothing is lost on the way by waiting. Range over "
            f"parameters: {case.ranged}, all at the low and all at the high end. Every path: data/{paths}.",
        ),
        csv,
        wide=True,
    )


def branch_table(case: CaseView, look: Outlook) -> Table:
    """Every branch of every fork: the judgements and what became of them."""
    rows, data = [], []
    for fork in look.tree.forks.values():
        o = look.origin.get(fork.id)
        for k, b in enumerate(fork.branches):
            span = look.tree.odds[fork.id][b.id]
            parts = {
                "pooled": o.pooled[b.id] if o else None,
                "record": o.base_rate[b.id][1] if o and o.base_rate else None,
                "stand-off": o.stand_off[b.id][1] if o and o.stand_off else None,
                "analyst": b.prior[1],
            }
            rows.append(
                (
                    Cell(text.table_day(fork.date), fork.title, cites=fork.sources) if k == 0 else Cell(""),
                    Cell(b.title),
                    share(Estimate(*span), strong=True),
                    *(Cell("–" if v is None else f"{100 * v:.0f}") for v in parts.values()),
                )
            )
            data.append(
                {
                    "fork": fork.id,
                    "date": fork.date.isoformat(),
                    "branch": b.id,
                    "title": b.title,
                    "probability": span[1],
                    "low": span[0],
                    "high": span[2],
                    **{f"probability, {c}": v for c, v in parts.items()},
                    "unit": CHANCE,
                    "rests on": o.cases if o else "",
                    "reached": look.of_branch(b.id).value,
                }
            )
    csv = case.file("outlook-odds", "Odds of every branch by origin; 'reached' is its probability from today", data)
    return Table(
        "tab-odds",
        "Odds at every fork",
        f"Percent chance of each way on once the fork is reached, as seen on {text.day(look.on)}; second line: range",
        (
            Column("Fork"),
            Column("Way on"),
            Column("Chance", "%", number=True),
            *(Column(ORIGINS[c], "before signals, %" if c == "pooled" else "%", number=True) for c in list(ORIGINS)[1:]),
        ),
        tuple(rows),
        case.note(csv, _cases(look)),
        csv,
        wide=True,
    )


def _cases(look: Outlook) -> str:
    told = list(dict.fromkeys(o.cases for o in look.origin.values() if o.cases))
    return f"The record: {'; '.join(told)}." if told else ""
