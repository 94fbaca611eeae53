"""Section "Outlook": how likely each way on is, where the odds come from, and what to expect for whom.

The numbers are those of `outlook.outlook` on the case's world and horizon; every sentence is made from them (`outlook.md.j2`). A
dossier without `prospects` has no such section. What is worked out for it (`prepared`) serves the key questions too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.fan import fan_figure
from detente.briefing.charts.tree import tree_figure
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Items, Para, Section, Table, spanned
from detente.briefing.sections import standoffs, strategy
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import STATUS_QUO, CaseView, Triple
from detente.outlook.outlook import LOSS, SPREAD, Chance, Estimate, Outlook, outlook
from detente.outlook.questions import KeyQuestions, key_questions
from detente.outlook.record import load_record
from detente.outlook.stand_off import has_stances, stand_off_of
from detente.outlook.tree import Tree, grow
from detente.policy.prospects import Prospects
from detente.words import N_, _
from detente.words.names import region_name

INPUTS = {"record": N_("Record"), "stand-off": N_("Stand-off"), "analyst": N_("Judgement")}
"""What goes into the odds of a fork, and the heads of its columns."""
ASSUMPTIONS = ("A52", "A53")
"""Numbers of the ledger that the section rests on."""
OF_A_RECORD = ("A50", "A51")
"""Those it rests on besides where a record of past talks is used."""
ELSEWHERE = ("A80", "A81", "A82", "A83")
"""Those it rests on besides where cases elsewhere lend to the record."""
CHANCE = "probability, 0 to 1"
MOST_DAYS = 6
"""Dates of an event shown in its row; the data file has them all."""


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/sections/outlook", part, **values)


def lent(ahead: Prospects) -> bool:
    """Whether cases elsewhere lend to the record of these prospects."""
    return ahead.record is not None and load_record(ahead.record).between is not None


def assumptions(ahead: Prospects) -> tuple[str, ...]:
    """Numbers of the ledger that the odds of these prospects rest on."""
    return (OF_A_RECORD if ahead.record is not None else ()) + ASSUMPTIONS + (ELSEWHERE if lent(ahead) else ())


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
    known = None if table is None or not has_stances(case.dossier, case.world) else standoffs.seen(case, table)
    stand_off = stand_off_of(case.dossier, case.world, known=known)
    look = outlook(case.dossier, case.world, case.runs.parameters, stand_off=stand_off, with_ranges=True)
    talks = grow(case.dossier, look.tree.odds, talks_only=True)
    asked = key_questions(case.dossier, case.world, look=look, knowing=table is not None, table=table)
    return Prepared(look, talks, asked)


def sections(case: CaseView) -> list[Section]:
    """One section, or none."""
    found = prepared(case)
    return [] if found is None else [Section("outlook", _said("title"), tuple(blocks(case, found)))]


def blocks(case: CaseView, p: Prepared) -> list[Block]:
    """From today first, if a fork is reached second, by date third; then what to expect, and what went into the odds."""
    return [
        Para(answer(case, p.look), kind="lede"),
        *own(p.look),
        scenario_table(case, p.look),
        tree(case, p),
        branch_table(case, p.look),
        *by_date(case, p.look),
        Heading(_said("expected_heading"), "expected"),
        expected_table(case, p.look),
        Para(expectation(case, p.look)),
        fan(case, p.look),
        Heading(_said("odds_heading"), "odds"),
        Para(origin(case, p.look)),
        *signals(case, p.look),
        inputs_table(case, p.look),
    ]


def own(look: Outlook) -> list[Block]:
    """Which odds are a reader's own, where any are."""
    return [Para(look.told_own())] if look.own else []


# -- words -------------------------------------------------------------------------------------------------------------
def label(case: CaseView, scenario: str) -> str:
    """ "Optimistic"; "Status quo" for paths on which no branch counts as a scenario."""
    return case.label(None if scenario == STATUS_QUO else scenario)


def how_likely(case: CaseView) -> str:
    """One sentence for the summary; empty where the dossier says nothing of what may come."""
    found = prepared(case)
    if found is None:
        return ""
    look = found.look
    scenarios = [(label(case, s), e) for s, e in look.scenarios.items()]
    made = {"used": {k for o in look.origin.values() for k in o.weights}, "dated": any(o.cases for o in look.origin.values())}
    return _said("how_likely", until=look.tree.until, scenarios=scenarios, own=bool(look.own), **made)


def answer(case: CaseView, look: Outlook) -> str:
    """Which way on is likeliest, how clear that is, and what it means for the world."""
    (first, best), *rest = list(look.scenarios.items())
    near = [s for s, e in rest if e.high > best.low]
    whole = look.expected("WORLD")
    return _said(
        "answer", until=look.tree.until, first=_named(case, first), best=best, others=[(_named(case, s), e) for s, e in rest],
        near=[f"“{label(case, s)}”" for s in (first, *near)] if near else [], whole=whole, base=look.paths.base, run=case.run,
        worth=look.paths.money("WORLD", whole.value),
    )  # fmt: skip


def expectation(case: CaseView, look: Outlook) -> str:
    """Whose risk is largest, and which odds matter most for whom."""
    risks = sorted(((look.risk(c, LOSS), c) for c in case.focus if c != "WORLD"), key=lambda r: (-r[0].value, r[1]))
    hangs = []
    for code in case.trio:
        top = look.drivers(code)[0]
        low, _, high = look.tree.odds[top.fork][top.branch]
        titles = {"fork": look.tree.forks[top.fork].title, "branch": look.tree.branches[top.branch][1].title}
        hangs.append({"code": code, **titles, "low": low, "high": high, "at_low": top.low, "at_high": top.high})
    return _said("expectation", loss=LOSS, risks=[(text.name(c), r) for r, c in risks], hangs=hangs)


def origin(case: CaseView, look: Outlook) -> str:
    """How the odds were made."""
    weights = {k: w for o in look.origin.values() for k, w in o.weights.items() if len(o.weights) == 3}
    by = look.by_origin()
    spans = [(s, by.loc[s].drop([c for c in ("pooled", "after signals") if c in by]).astype(float)) for s in by.index]
    s, values = max(spans, key=lambda p: float(p[1].max() - p[1].min()))
    apart = None
    if len(values) > 1:
        ends = {"low": float(values.min()), "high": float(values.max())}
        apart = {"label": label(case, str(s)), **ends, "lowest": str(values.idxmin()), "highest": str(values.idxmax())}
    assert case.dossier.prospects is not None
    return _said("origin", weights=weights, apart=apart, elsewhere=lent(case.dossier.prospects))


def signals(case: CaseView, look: Outlook) -> list[Block]:
    """What was seen and what it moved."""
    listed = []
    assert case.dossier.prospects is not None
    known = {s.id: s for s in case.dossier.prospects.signals}
    for o in look.origin.values():
        for step in o.update.steps if o.own is None else ():
            branch = max(step.points, key=lambda b: (round(abs(step.points[b]), 6), step.points[b]))
            seen = known.get(step.signal)
            told = text.sentence(seen.text) if seen else step.signal
            moved = _said("signal", seen=told, branch=o.titles[branch], moved=step.points[branch], after=step.after[branch])
            listed.append(Para(moved, f"{text.day(seen.date)}." if seen else "", cites=seen.sources if seen else ()))
    return [Items(tuple(listed))] if listed else []


def _named(case: CaseView, scenario: str) -> str:
    return "the status quo" if scenario == STATUS_QUO else case.named(scenario)


# -- figures -----------------------------------------------------------------------------------------------------------
def tree(case: CaseView, p: Prepared) -> Figure:
    """The tree of the talks, independent forks below."""
    csv = case.shelf.add("outlook-tree", _said("tree_file"), p.talks.to_frame().assign(unit=CHANCE))
    order = [s.id for s in case.dossier.scenarios]
    return tree_figure(p.look, p.talks, order, (case.best, case.worst), lambda remark: case.note(csv, remark), csv)


def fan(case: CaseView, look: Outlook) -> Figure:
    """Expected real income over the months for the parties and the host, with the spread over paths."""
    more = {"unit": "% of real income", "relative_to": look.paths.base, "horizon": look.paths.parameters.name}
    rows = [{"region": c, **row, **more} for c in case.trio for row in look.fan(c).to_dict(orient="records")]
    csv = case.shelf.add("outlook-fan", _said("fan_file"), pd.DataFrame(rows))
    fixed = {"unit": "% of real income", "relative_to": look.paths.base}
    months = pd.concat([look.monthly(c).assign(region=c, **fixed) for c in case.focus], ignore_index=True)
    monthly = case.shelf.add("outlook-monthly", _said("months_file"), months)

    def note(remark: str) -> str:
        return case.note(csv, _said("by_month", remark=remark, monthly=monthly))

    return fan_figure(look, case.trio, case.run, note, csv)


# -- tables ------------------------------------------------------------------------------------------------------------
def share(e: Estimate | Chance, *, strong: bool = False, percent: int | None = None) -> Cell:
    """A share in percent with its range below; `percent` where it stands among others that sum to 100."""
    whole = e.percent if isinstance(e, Chance) else text.whole_percent(e.value) if percent is None else percent
    return Cell(str(whole), spanned(text.fixed(100 * e.low, 0), text.fixed(100 * e.high, 0)), strong=strong)


def scenario_table(case: CaseView, look: Outlook) -> Table:
    """Probability from today of each end, and what those in focus then expect."""
    rows, data = [], []
    for s, e in look.odds_from_today.items():
        given = {c: look.given(look.tree.ending(s), c) for c in case.focus}
        title = case.dossier.scenario(s).title if s != STATUS_QUO else ""
        incomes = (Cell(text.fixed(given[c], 2, signed=True)) for c in case.focus)
        rows.append((Cell(label(case, s), title), share(e, strong=True), *incomes))
        data.append(
            {
                "scenario": s, "title": title, "from today, %": e.percent, "probability": e.value, "low": e.low, "high": e.high,
                **{f"expected real income {c}, %": v for c, v in given.items()}, "by": look.tree.until.isoformat(),
            }
        )  # fmt: skip
    csv = case.file("outlook-scenarios", _said("ends_file"), data)
    return Table(
        "tab-outlook",
        _said("ends_title"),
        _said("ends_subtitle", until=look.tree.until, on=look.on),
        (
            Column("End"),
            Column("Chance", "from today, %", number=True),
            *(Column(text.label(c), "then, %", number=True) for c in case.focus),
        ),
        tuple(rows),
        case.note(csv, _said("ends_note", base=look.paths.base, run=case.run)),
        csv,
        wide=True,
    )


def expected_table(case: CaseView, look: Outlook) -> Table:
    """Expectation, ranges, spread and risk for the parties, the host, its group and the world."""
    estimates = {c: (look.expected(c), look.expected(c, "end"), look.risk(c)) for c in case.focus}
    ends = {c: look.parameter_range(c) for c in case.focus}
    spread = {c: look.spread(c) for c in case.focus}
    worth = {c: look.paths.money(c, e.value) for c, (e, _, _) in estimates.items()}
    loss = _said("loss_column", loss=LOSS)
    when = {
        "relative_to": look.paths.base, "from": look.tree.start.isoformat(), "until": look.tree.until.isoformat(),
        "horizon": look.paths.parameters.name,
    }  # fmt: skip

    def to(span: Sequence[float] | None, decimals: int) -> str:
        return f"{text.fixed(span[0], decimals)} to {text.fixed(span[-1], decimals)}".replace(" ", text.FIRM) if span else "–"

    columns = [
        Col(
            "Economy",
            [text.label(c) for c in case.focus],
            data=[{"region": c, "region_name": "world" if c == "WORLD" else region_name(c)} for c in case.focus],
        ),
        Col(
            "Expected",
            [Triple(*e).cell(3, strong=True) for e, _, _ in estimates.values()],
            "%, range over odds",
            [{"expected": e.value, "low": e.low, "high": e.high} for e, _, _ in estimates.values()],
            number=True,
        ),
        Col(
            "Range",
            [to(span, 3) for span in ends.values()],
            "over parameters, %",
            [
                {"lowest by parameters": span[0] if span else None, "highest by parameters": span[1] if span else None,
                 "unit": _said("average_unit")}
                for span in ends.values()
            ],
            number=True,
        ),
        Col(
            "Worth",
            [text.fixed(m / 1000, 1, signed=True) for m in worth.values()],
            _said("worth_unit", year=case.dollars),
            [{f"worth, million USD of {case.dollars} a year": m} for m in worth.values()],
            number=True,
        ),
        Col(
            "Nine paths in ten",
            [to(q, 2) for q in spread.values()],
            "%",
            [{f"path quantile {round(100 * p)} %": x for p, x in zip(SPREAD, q, strict=True)} for q in spread.values()],
            number=True,
        ),
        Col(
            "Chance of losing",
            [share(risk) for _, _, risk in estimates.values()],
            _("more than {0}, in %").format(text.percent(LOSS)),
            [{loss: r.value, f"{loss}, low": r.low, f"{loss}, high": r.high} for _, _, r in estimates.values()],
            number=True,
        ),
        Col(
            "At the end",
            [Triple(*last).cell(3) for _, last, _ in estimates.values()],
            "%, range over odds",
            [
                {"expected at the end": e.value, "expected at the end, low": e.low, "expected at the end, high": e.high, **when}
                for _, e, _ in estimates.values()
            ],
            number=True,
        ),
    ]  # fmt: skip
    paths = case.shelf.add("outlook-paths", _said("paths_file"), look.tree.to_frame().assign(unit=CHANCE))
    states = look.tree.state_frame().merge(look.paths.to_frame()[list(case.focus)].reset_index(), on="state")
    case.shelf.add("outlook-states", _said("states_file"), states.assign(unit="% of real income", relative_to=look.paths.base))
    span = {"start": look.tree.start, "until": look.tree.until}
    said = texts("outlook", "expected_table", base=look.paths.base, run=case.run, ranged=case.ranged, paths=paths, **span)
    return table(case, "outlook-expected", said, columns, id="expected", wide=True)


def branch_table(case: CaseView, look: Outlook) -> Table:
    """Every way on at every fork: from today first, then if the fork is reached."""
    rows = []
    for r in look.odds_if_reached.values():
        fork = look.tree.forks[r.fork]
        for k, (b, odds) in enumerate(r.if_reached.items()):
            when = Cell(text.table_day(r.date), r.title, cites=fork.sources) if k == 0 else Cell("")
            met = Cell(str(r.reached.percent)) if k == 0 else Cell("")
            rows.append((when, Cell(look.tree.branches[b][1].title), share(r.from_today[b], strong=True), met, share(odds)))
    csv = case.shelf.add("outlook-odds", _said("odds_file"), look.reached_frame().assign(unit=CHANCE))
    return Table(
        "tab-odds",
        _said("odds_title"),
        _said("odds_subtitle", on=look.on),
        (
            Column("Fork"),
            Column("Way on"),
            Column("From today", "%", number=True),
            Column("Fork reached", "from today, %", number=True),
            Column("If reached", "%", number=True),
        ),
        tuple(rows),
        case.note(csv, ""),
        csv,
        wide=True,
    )


def by_date(case: CaseView, look: Outlook) -> list[Block]:
    """How likely it is from today that something has happened by each day on which anything may."""
    if not look.hazard:
        return []
    most = min(max(len(e.days) for e in look.hazard), MOST_DAYS)
    rows = [
        (
            Cell(look.event_title(e)),
            *(Cell(str(look.percent_by(e, d)), f"by {text.table_day(d)}", strong=True) for d in e.days[:most]),
            *(Cell("") for _ in range(most - len(e.days))),
        )
        for e in look.hazard
    ]
    titles = {(e.id, e.kind): look.event_title(e) for e in look.hazard}
    frame = look.hazard_frame().assign(unit=CHANCE)
    frame.insert(2, "title", [titles[key] for key in zip(frame["event"], frame["kind"], strict=True)])
    csv = case.shelf.add("outlook-hazard", _said("hazard_file"), frame)
    return [
        Table(
            "tab-hazard",
            _said("hazard_title"),
            _said("hazard_subtitle", on=look.on),
            (Column("What"), *(Column(_said("by", which=k), "%", number=True) for k in range(most))),
            tuple(rows),
            case.note(csv, _said("hazard_note")),
            csv,
            wide=True,
        )
    ]


def inputs_table(case: CaseView, look: Outlook) -> Table:
    """What went into the odds of every fork: each judgement with its spread, and the pool. None of them is an answer."""
    rows, data = [], []
    for fork in look.tree.forks.values():
        o = look.origin.get(fork.id)
        for k, b in enumerate(fork.branches):
            given: dict[str, tuple[float, float, float] | None] = {
                "record": o.base_rate[b.id] if o and o.base_rate else None,
                "stand-off": o.stand_off[b.id] if o and o.stand_off else None,
                "analyst": b.prior,
            }
            when = Cell(text.table_day(fork.date), fork.title) if k == 0 else Cell("")
            cells = (Cell("–") if v is None else share(Estimate(*v)) for v in given.values())
            pooled = o.pooled[b.id] if o else None
            rows.append((when, Cell(b.title), *cells, Cell("–" if pooled is None else text.fixed(100 * pooled, 0))))
            spans = {
                f"{c}, {end}": v[i] if v else None for c, v in given.items() for i, end in enumerate(("low", "central", "high"))
            }
            data.append(
                {
                    "fork": fork.id, "date": fork.date.isoformat(), "branch": b.id, "title": b.title, **spans,
                    "pooled before signals": pooled, "rests on": o.cases if o else "", "unit": CHANCE,
                }
            )  # fmt: skip
    csv = case.file("outlook-inputs", _said("inputs_file"), data)
    cases = list(dict.fromkeys(o.cases for o in look.origin.values() if o.cases))
    return Table(
        "tab-inputs",
        _said("inputs_title"),
        _said("inputs_subtitle", on=look.on),
        (
            Column("Fork"),
            Column("Way on"),
            *(Column(head, "input, %", number=True) for head in INPUTS.values()),
            Column("Pooled", "before signals, %", number=True),
        ),
        tuple(rows),
        case.note(csv, _said("record", cases=cases)),
        csv,
        wide=True,
    )
