"""The closing sections and the appendix: others' numbers, questions to watch, method, assumptions, sources, every economy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Items, Para, Reference, References, Section, Table
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
from detente.policy.dossier import Published
from detente.words.names import region_adjective, region_name, region_table, sector_table

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


IDEAS = "fragmentation"
"""Name of the horizon in which ideas spread through trade."""


# -- published ---------------------------------------------------------------------------------------------------------
class Ours(NamedTuple):
    """Our figure nearest to a published one."""

    value: float
    unit: str
    what: str
    horizon: str


def nearest_horizon(case: CaseView, basis: str) -> str:
    """The horizon solved that is nearest to a published time basis."""
    if "first year" in basis or "short" in basis:
        wanted = ["short"]
    elif "2040" in basis:
        wanted = [IDEAS, "long"]
    else:
        wanted = ["long"] if "long" in basis else []
    return next((h for h in wanted if h in case.others), case.runs.parameters.name)


def solved_at(case: CaseView, horizon: str, scenario: str | None) -> str:
    """That horizon if the scenario was solved there, else the horizon of the briefing."""
    runs = case.others.get(horizon)
    return horizon if runs is not None and (scenario not in case.ids or scenario in runs.outcomes) else case.runs.parameters.name


def ours(case: CaseView, p: Published) -> Ours | None:
    """Our figure nearest to a published one, at the nearest horizon; None where this version computes none.

    Published figures count from before the measures, so ours do too.
    """
    quantity, region = p.quantity.lower(), p.region
    if (p.compare_with is None and "duty" not in quantity) or (region is not None and region not in case.world.regions):
        return None
    horizon = case.runs.parameters.name
    if "duty" not in quantity:
        horizon = solved_at(case, nearest_horizon(case, p.time_basis.lower()), p.compare_with)
    runs = case.runs if horizon == case.runs.parameters.name else case.others[horizon]
    name = p.compare_with
    outcome = runs.against_baseline[name] if name is not None and name in runs.against_baseline else runs.status_quo
    where = f"“{case.label(name)}”" if name in case.ids else "status quo"
    if "gdp" in quantity or "real income" in quantity or "welfare" in quantity:
        value = outcome.world_real_income if region is None else float(outcome.real_income[region])
        return Ours(value, "%", _said("ours", what="income", where=where), horizon)
    if "consumer prices" in quantity and region is not None:
        return Ours(float(case.basket(outcome)[region]), "%", _said("ours", what="prices", where=where), horizon)
    if "duty" in quantity and region is not None:
        return _duty(case, outcome, p, region, where, horizon)
    if "trade" in quantity and p.unit.startswith("%") and region is None:
        return Ours(case.mutual_trade(outcome), "%", _said("ours", what="trade", where=where), horizon)
    return None


def _duty(case: CaseView, outcome: Outcome, p: Published, region: str, where: str, horizon: str) -> Ours | None:
    """Average duty (or its rise) on goods of `region` in the other party's market, or of `region` on all its imports."""
    rise = p.quantity.lower().startswith("rise")
    if " on " in p.quantity and region in case.parties[:2]:
        other = case.b if region == case.a else case.a
        now, then = case.duty(outcome, region, other), case.duty(outcome, region, other, after=False)
        if p.compare_with is None:
            return Ours(then, "%", _said("ours", what="duty", where=case.reference), horizon)
        value, unit, what = (now - then, "pp", "rise") if rise else (now, "%", "duty")
        return Ours(value, unit, _said("ours", what=what, where=where), horizon)
    if " on " in p.quantity:
        return None
    n, goods = case.i(region), case.goods_index
    weights = case.world.shipments[:, n][:, goods].copy()
    weights[n] = 0
    average = 100 * (weights * outcome.after.tariffs[:, n][:, goods]).sum() / weights.sum()
    return Ours(float(average), "%", _said("ours", what="all", where=where), horizon)


def reason(case: CaseView, p: Published, our: Ours | None) -> str:
    """Why the two may differ, from what each counts."""
    quantity, basis, scenario = p.quantity.lower(), p.time_basis.lower(), p.scenario.lower()
    return _said(
        "reason",
        compares=our is not None,
        kind="duty" if "duty" in quantity else "price" if "price" in quantity else "",
        later=our is not None and "year" in basis and our.horizon != "short",
        basis=p.time_basis,
        run=case.run_name(our.horizon) if our else "",
        blocs="bloc" in scenario or "splits" in scenario,
        scenario=p.compare_with in case.ids,
        gdp="gdp" in quantity,
        trade="trade" in quantity,
        note=p.note,
    )


def published(case: CaseView) -> list[Block]:
    """Their number beside ours."""
    numbers = case.dossier.published
    if not numbers:
        return [Para(_said("none_published"))]
    rows, data = [], []
    for p in numbers:
        our = ours(case, p)
        unit = "%" if p.unit.startswith("%") else "pp" if p.unit.startswith("percentage point") else p.unit
        span = f"{_plain(p.low)} to {_plain(p.high)}" if p.low is not None and p.high is not None else ""
        theirs = Cell(f"{_plain(p.value)}{text.THIN}{unit}", span, cites=p.sources)
        mine = Cell("–")
        if our is not None:
            run = "" if "duty" in our.what else f", {case.run_name(our.horizon)}"
            mine = Cell(f"{text.fixed(our.value, 1 if abs(our.value) >= 10 else 2)}{text.THIN}{our.unit}", our.what + run)
        told = {region_name(p.region), region_adjective(p.region)} if p.region else set()
        where = f", {text.name(p.region)}" if p.region and not any(t in p.quantity for t in told) else ""
        rows.append((Cell(p.who, p.scenario), Cell(p.quantity + where, p.time_basis), theirs, mine, Cell(reason(case, p, our))))
        data.append(
            {
                "id": p.id,
                "who": p.who,
                "scenario": p.scenario,
                "quantity": p.quantity,
                "region": p.region or "",
                "published": p.value,
                "published_low": p.low,
                "published_high": p.high,
                "published_unit": p.unit,
                "time_basis": p.time_basis,
                "here": our.value if our else math.nan,
                "here_unit": our.unit if our else "",
                "here_what": our.what if our else "",
                "horizon": our.horizon if our else "",
                "sources": " ".join(p.sources),
            }
        )
    csv = case.file("published", _said("published_file"), data)
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
        tuple(rows),
        _said("published_note", made_on=case.data_note, csv=csv),
        csv,
        wide=True,
    )
    return [Para(_said("intro", against=case.against(None))), *ideas(case), table]


def ideas(case: CaseView) -> list[Para]:
    """How much the deepest split costs the world at each horizon, ideas included where that horizon is solved."""
    if IDEAS not in case.others or not case.others[IDEAS].outcomes:
        return []
    solved = case.others[IDEAS].outcomes
    deepest = min(solved, key=lambda s: solved[s].world_real_income)
    values = [(case.income_at(h, "WORLD", deepest), case.run_name(h)) for h in case.horizons]
    return [Para(_said("ideas", scenario=case.label(deepest), values=values, quo=case.quo))]


def _plain(value: float) -> str:
    return text.fixed(value, 0 if float(value).is_integer() else 1)


# -- method ------------------------------------------------------------------------------------------------------------
def limits(case: CaseView) -> list[str]:
    """What the model leaves out; with prospects in the dossier, likelihoods are no longer among it."""
    return _paragraphs("limits", foretold=case.dossier.prospects is not None)


def ledger() -> dict[str, Mapping[str, Any]]:
    """The numbered assumptions of the project by id; empty when the file is missing."""
    found: dict[str, Mapping[str, Any]] = {}
    for package, name in (("detente", "data/assumptions.yaml"), ("detente", "data/worlds/assumptions_world.yaml")):
        path = files(package).joinpath(name)
        if path.is_file():
            listed = (yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE) or {}).get("assumptions") or []
            found |= {str(a["id"]): a for a in listed}
    return found


def used_assumptions(case: CaseView) -> list[str]:
    """Ids of the dossier's assumptions and those of the world's card."""
    card = [str(a.get("id", a)) if isinstance(a, Mapping) else str(a) for a in case.world.card.get("assumptions", [])]
    horizons = ("A38", "A39", "A66")  # every briefing solves them all
    used = [*case.dossier.assumption_ids(), *horizons, *neighbours.ASSUMPTIONS]
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
        horizon=case.horizon,
        summary=table.get("summary", ""),
        ranges=table.get("ranges", {}),
        sources=[str(s["title"]) for s in table.get("sources", [])],
        world=case.world,
        gap=max([case.runs.status_quo.clearing_gap, *(o.clearing_gap for o in case.runs.outcomes.values())]),
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
        statement = str(entry.get("statement", _said("unknown")))
        rows.append(
            (Cell(a, strong=True), Cell(statement, str(entry.get("evidence", ""))), Cell(str(entry.get("if_wrong", "–"))))
        )
        data.append(
            {
                "id": a,
                "statement": statement,
                "evidence": entry.get("evidence", ""),
                "if_wrong": entry.get("if_wrong", ""),
                "used_by": " ".join(map(str, entry.get("used_by", []))),
            }
        )
    csv = case.file("assumptions", _said("assumptions_file"), data)
    blocks.append(
        Table(
            "tab-assumptions",
            "Numbered assumptions",
            _said("assumptions_subtitle"),
            (Column("No."), Column("Assumption", "evidence"), Column(_said("assumptions_column"))),
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
        dated = text.day(s.date) if s.date else ""
        out.append(Reference(s.id, len(out) + 1, s.title, s.publisher, s.url or "", dated, s.note or ""))
    more = [(entry, "Data") for entry in case.world.card.get("sources", []) if isinstance(entry, Mapping)]
    more += [(entry, "Parameters") for entry in horizon_entry(case.runs.parameters.name).get("sources", [])]
    for entry, kind in more:
        link = str(entry.get("link", ""))
        url = link if link.startswith(("https://", "http://")) else ""
        number = len(out) + 1
        note = str(entry.get("gives") or entry.get("terms") or "")
        out.append(Reference(f"more-{number}", number, str(entry.get("title", "")), kind, url, "", note))
    return tuple(out)


def appendix(case: CaseView) -> list[Block]:
    """Real income of every region in every scenario, and what the codes mean."""
    columns = [Column("Code"), Column("Economy"), Column("Status quo", f"against the {case.reference}", number=True)]
    columns += [Column(case.label(s), "against the status quo", number=True) for s in case.ids]
    order = sorted(case.world.regions, key=lambda r: region_name(r).lower())
    rows, data = [], []
    for r in order:
        known = {s: case.income(r, s) for s in (None, *case.ids)}
        members = ", ".join(region_table().get(r, {}).get("members", [])) if r != "EU27" else "27 members"
        rows.append((Cell(r), Cell(text.capital(region_name(r)), members), *(known[s].cell() for s in (None, *case.ids))))
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
            _said("every_subtitle", horizon=case.horizon),
            tuple(columns),
            tuple(rows),
            case.note(csv),
            csv,
            wide=True,
        ),
        status_table(case, rest=True),
        Para(
            _said("sectors", listed=[(k, v["name"]) for k, v in sector_table().items() if k in case.world.sectors]), kind="quiet"
        ),
    ]
