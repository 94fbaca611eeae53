"""The closing sections and the appendix: others' numbers, questions to watch, method, assumptions, sources, every economy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Items, Para, Reference, References, Section, Table
from detente.briefing.drivers import in_words, reach
from detente.briefing.sections import (
    beside,
    bystanders as neighbours,
    outlook,
    proposal as agenda,
    questions,
    scale,
    standoffs,
    strategy,
)
from detente.briefing.sections.situation import status_table
from detente.briefing.sections.summary import driver_blocks
from detente.briefing.view import CaseView
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_entry
from detente.strategy.like_for_like import Beside, beside as like_for_like
from detente.words import _
from detente.words.currency import in_currency
from detente.words.names import region_adjective, region_name, region_table, sector_name, sector_table

SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/sections/closing", part, **values)


def _paragraphs(part: str, **values: Any) -> list[str]:
    return _said(part, **values).split("\n\n")


def sections(case: CaseView) -> list[Section]:
    """Published numbers, questions, method and assumptions, sources, appendix."""
    return [
        Section("published", _said("published_heading"), tuple(published(case))),
        Section("questions", _said("questions_heading"), tuple(questions.blocks(case))),
        Section("method", _said("method_heading"), tuple(method(case))),
        Section("sources", "Sources", (References(references(case)),)),
        Section("appendix", _said("appendix_heading"), tuple(appendix(case))),
    ]


# -- published ---------------------------------------------------------------------------------------------------------
def compared(case: CaseView) -> tuple[Beside, ...]:
    """The dossier's published figures beside ours, worked out once a case."""
    return case.once("compared", lambda: like_for_like(case, case.dossier.published))


def published(case: CaseView) -> list[Block]:
    """Their number beside ours, like for like (`strategy.like_for_like`)."""
    if not case.dossier.published:
        return [Para(_said("none_published"))]
    found = compared(case)
    csv = case.file("published", _said("published_file"), [_data(row) for row in found])
    table = Table(
        "tab-published",
        _said("published_title"),
        _said("published_subtitle"),
        (
            Column("Who", "scenario"),
            Column("What", "time basis"),
            Column("Theirs", number=True),
            Column("Ours", number=True),
            Column("Why they differ"),
        ),
        tuple(_cells(row) for row in found),
        _said("published_note", made_on=case.data_note, csv=csv),
        csv,
        wide=True,
    )
    return [Para(_said("intro", rows=found, against=case.against(None))), table]


def _cells(row: Beside) -> tuple[Cell, ...]:
    p = row.figure
    span = f"{_plain(p.low)} to {_plain(p.high)}" if p.low is not None and p.high is not None else ""
    told = {region_name(p.region), region_adjective(p.region)} if p.region else set()
    where = f", {text.name(p.region)}" if p.region and not p.partner and not any(t in p.quantity for t in told) else ""
    return (
        Cell(p.who, p.scenario),
        Cell(p.quantity + where, p.time_basis),
        Cell(f"{_plain(p.value)}{text.THIN}{_unit(row)}", span, cites=p.sources),
        _ours(row),
        Cell(row.reason),
    )


def _ours(row: Beside) -> Cell:
    if row.ours is None:
        return Cell("–")
    told, pinned = (two_digits(v) for v in (row.ours, list(row.span.values())[-1]))
    sub = row.run if pinned == told else _said("both", run=row.run, pinned=f"{pinned}{text.THIN}{_unit(row)}")
    return Cell(f"{told}{text.THIN}{_unit(row)}", sub)


def two_digits(value: float) -> str:
    """Two significant digits, with all digits of a whole number, at most two decimals."""
    return text.fixed(text.in_two(value) if abs(value) < 10 else value, text.decimals_for(value))


def _unit(row: Beside) -> str:
    unit = row.figure.unit
    return "%" if unit.startswith("%") else "pp" if unit.startswith("percentage point") else unit


def _data(row: Beside) -> dict[str, Any]:
    p = row.figure
    nothing = math.nan
    return {
        "id": p.id,
        "who": p.who,
        "scenario": p.scenario,
        "quantity": p.quantity,
        "region": p.region or "",
        "partner": p.partner or "",
        "published": p.value,
        "published_low": p.low,
        "published_high": p.high,
        "published_unit": p.unit,
        "time_basis": p.time_basis,
        "here": nothing if row.ours is None else row.ours,
        "here_low": nothing if row.low is None else row.low,
        "here_high": nothing if row.high is None else row.high,
        "difference": nothing if row.difference is None else row.difference,
        "here_what": row.run,
        "tuned_to": p.tuned_to or "",
        "sources": " ".join(p.sources),
    }


def _plain(value: float) -> str:
    return text.fixed(value, 0 if float(value).is_integer() else 2 if round(value, 1) != value else 1)


# -- method ------------------------------------------------------------------------------------------------------------
def limits(case: CaseView) -> list[str]:
    """What the model leaves out; with prospects in the dossier, likelihoods are no longer among it."""
    return _paragraphs("limits", foretold=case.dossier.prospects is not None)


@cache
def ledger() -> dict[str, Mapping[str, Any]]:
    """The numbered assumptions of the project by id; empty when the file is missing."""
    found: dict[str, Mapping[str, Any]] = {}
    for package, name in (("detente", "data/assumptions.yaml"), ("detente", "data/worlds/assumptions_world.yaml")):
        path = files(package).joinpath(name)
        if path.is_file():
            listed = (yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE) or {}).get("assumptions") or []
            found |= {str(a["id"]): a for a in listed}
    return found


ON_THE_PATH = {"parameters.at_month", "months.value"}
"""Functions whose assumptions every figure along the path rests on."""
CONTROLS, TEXTBOOK = ("A38",), ("A66",)
"""Numbers of the ledger that goods under export control, and the textbook horizons, rest on."""


def used_assumptions(case: CaseView) -> list[str]:
    """Ids of the dossier's assumptions and those of the world's card."""
    card = [str(a.get("id", a)) if isinstance(a, Mapping) else str(a) for a in case.world.card.get("assumptions", [])]
    used = [*case.dossier.assumption_ids(), *neighbours.ASSUMPTIONS]
    if case.month is not None:
        along = [a for a, entry in ledger().items() if ON_THE_PATH & set(entry.get("used_by", ()))]
        used += [a for a in along if a not in CONTROLS or case.controlled]
    elif case.controlled:
        used += CONTROLS
    if "medium" in case.horizons:
        used += TEXTBOOK
    if scale.splits(case):
        used += scale.ASSUMPTIONS
    if strategy.stances_of(case) is not None:
        used += [*standoffs.ASSUMPTIONS, *agenda.ASSUMPTIONS]
    if case.dossier.prospects is not None:
        used += outlook.assumptions(case.dossier.prospects)
    used += beside.assumptions(case)
    return [*sorted(set(used), key=lambda a: int(a[1:])), *dict.fromkeys(card)]


def method(case: CaseView) -> list[Block]:
    """One page of method, the assumptions used, and what is left out."""
    table = horizon_entry(case.runs.parameters.name)
    said = _paragraphs(
        "method",
        case=case,
        horizon=case.horizon,
        summary=_(str(table.get("summary", ""))),
        ranges=[(in_words(k), reach(k, tuple(v))) for k, v in table.get("ranges", {}).items()],
        sources=[str(s["title"]) for s in table.get("sources", [])],
        world=case.world,
    )
    led = (paragraph.split("| ", 1) for paragraph in said)
    blocks: list[Block] = [Para(body, lead) for lead, body in led]
    blocks += [Heading(_said("limits_heading"), "limits"), Items(tuple(Para(x) for x in limits(case)))]
    known, used = ledger(), used_assumptions(case)
    blocks += driver_blocks(case)
    blocks.append(Heading("Assumptions used", "assumptions"))
    if not used:
        blocks.append(Para(_said("no_assumptions")))
        return blocks
    rows, data = [], []
    for a in used:
        entry = known.get(a, {})
        told = in_currency if entry.get("in_currency") else str
        statement, if_wrong = told(str(entry.get("statement", _said("unknown")))), told(str(entry.get("if_wrong", "")))
        rows.append((Cell(a, strong=True), Cell(statement), Cell(if_wrong or "–")))
        data.append(
            {
                "id": a,
                "statement": statement,
                "evidence": entry.get("evidence", ""),
                "if_wrong": if_wrong,
                "used_by": " ".join(map(str, entry.get("used_by", []))),
            }
        )
    csv = case.file("assumptions", _said("assumptions_file"), data)
    blocks.append(
        Table(
            "tab-assumptions",
            "Numbered assumptions",
            _said("assumptions_subtitle"),
            (Column("No."), Column("Assumption"), Column(_said("assumptions_column"))),
            tuple(rows),
            _said("assumptions_note", csv=csv),
            csv,
            wide=True,
        )
    )
    return blocks


# -- sources and appendix ----------------------------------------------------------------------------------------------
def references(case: CaseView) -> tuple[Reference, ...]:
    """The dossier's sources in their order, numbered; then those of the table and of the horizon."""
    out: list[Reference] = []
    for s in case.dossier.sources:
        dated = _said("dated", when=s.date, since=s.date > case.dossier.as_of) if s.date else ""
        out.append(Reference(s.id, len(out) + 1, s.title, s.publisher, s.url or "", dated, s.note or ""))
    more = [(entry, _("Data")) for entry in case.world.card.get("sources", []) if isinstance(entry, Mapping)]
    more += [(entry, _("Parameters")) for entry in horizon_entry(case.runs.parameters.name).get("sources", [])]
    for entry, kind in more:
        link = str(entry.get("link", ""))
        url = link if link.startswith(("https://", "http://")) else ""
        number = len(out) + 1
        note = str(entry.get("gives") or entry.get("terms") or "")
        out.append(Reference(f"more-{number}", number, str(entry.get("title", "")), kind, url, "", note))
    return tuple(out)


def appendix(case: CaseView) -> list[Block]:
    """Real income of every region in every scenario, and what the codes mean."""
    base = text.say("briefing/view", "column", base=case.short_against(None))
    columns = [Column("Code"), Column("Economy"), Column("Status quo", base, number=True)]
    columns += [
        Column(case.label(s), text.say("briefing/view", "column", base=case.short_base), number=True) for s in case.moving
    ]
    order = sorted(case.world.regions, key=lambda r: region_name(r).lower())
    rows, data = [], []
    for r in order:
        known = {s: case.income(r, s) for s in (None, *case.ids)}
        members = ", ".join(region_table().get(r, {}).get("members", [])) if r != "EU27" else _("27 members")
        rows.append((Cell(r), Cell(text.capital(region_name(r)), members), *(known[s].cell() for s in (None, *case.moving))))
        data += [case.row(r, s, "real income", "%", known[s]) for s in (None, *case.ids)]
    csv = case.file("every-economy", _said("every_file"), data)
    outcomes: dict[str | None, Outcome] = {None: case.runs.status_quo, **{s: case.outcome(s) for s in case.ids}}
    full = [
        case.row(str(r), s, str(measure), str(measure).split(", ")[-1], float(value))
        for s, o in outcomes.items()
        for r, row in o.to_frame().iterrows()
        for measure, value in row.items()
    ]
    detail = case.file("every-economy-indicators", _said("indicators_file"), full)
    return [
        Para(_said("every_intro", detail=detail)),
        Table(
            "tab-appendix",
            _said("every_title"),
            _said("every_subtitle", horizon=case.horizon, still=[case.label(s) for s in case.ids if s not in case.moving]),
            tuple(columns),
            tuple(rows),
            case.note(csv),
            csv,
            wide=True,
        ),
        status_table(case, rest=True),
        Para(_said("sectors", listed=[(k, sector_name(k)) for k in sector_table() if k in case.world.sectors]), kind="quiet"),
    ]
