"""The closing sections and the appendix: others' numbers, questions to watch, method, assumptions, sources, every economy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Items, Para, Reference, References, Section, Table
from detente.briefing.sections import (
    bystanders as neighbours,
    outlook,
    proposal as agenda,
    questions as key_questions,
    standoffs,
    strategy,
)
from detente.briefing.sections.situation import status_table
from detente.briefing.sections.summary import driver_blocks
from detente.briefing.view import CaseView
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_table
from detente.policy.dossier import Published
from detente.words.names import region_adjective, region_name, region_table, sector_table

SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def sections(case: CaseView) -> list[Section]:
    """Published numbers, questions, method and assumptions, sources, appendix."""
    return [
        Section("published", "What others have published", tuple(published(case))),
        Section("questions", "Key questions to watch", tuple(questions(case))),
        Section("method", "Method, assumptions and limits", tuple(method(case))),
        Section("sources", "Sources", (References(references(case)),)),
        Section("appendix", "Appendix: every economy and every scenario", tuple(appendix(case))),
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
        return Ours(value, "%", f"real income, {where}", horizon)
    if "consumer prices" in quantity and region is not None:
        return Ours(float(case.basket(outcome)[region]), "%", f"consumer prices against wages, {where}", horizon)
    if "duty" in quantity and region is not None:
        return _duty(case, outcome, p, region, where, horizon)
    if "trade" in quantity and p.unit.startswith("%") and region is None:
        return Ours(case.mutual_trade(outcome), "%", f"goods trade both ways, {where}", horizon)
    return None


def _duty(case: CaseView, outcome: Outcome, p: Published, region: str, where: str, horizon: str) -> Ours | None:
    """Average duty (or its rise) on goods of `region` in the other party's market, or of `region` on all its imports."""
    rise = p.quantity.lower().startswith("rise")
    if " on " in p.quantity and region in case.parties[:2]:
        other = case.b if region == case.a else case.a
        now, then = case.duty(outcome, region, other), case.duty(outcome, region, other, after=False)
        if p.compare_with is None:
            return Ours(then, "%", f"average duty, {case.reference}", horizon)
        value, unit, what = (now - then, "pp", "rise of the average duty") if rise else (now, "%", "average duty")
        return Ours(value, unit, f"{what}, {where}", horizon)
    if " on " in p.quantity:
        return None
    n, goods = case.i(region), case.goods_index
    weights = case.world.shipments[:, n][:, goods].copy()
    weights[n] = 0
    average = 100 * (weights * outcome.after.tariffs[:, n][:, goods]).sum() / weights.sum()
    return Ours(float(average), "%", f"average duty on all goods, {where}", horizon)


def reason(case: CaseView, p: Published, our: Ours | None) -> str:
    """Why the two may differ, from what each counts."""
    if our is None:
        return "No figure of this version compares."
    quantity, basis = p.quantity.lower(), p.time_basis.lower()
    reasons = []
    if "duty" in quantity:
        reasons.append("Theirs are statutory rates by tariff line; here the duties of the table plus the added points, by sector")
    elif "price" in quantity:
        reasons.append("They count the price level, here prices against wages; they hold more of the pass-through fixed")
    else:
        if "year" in basis and our.horizon != "short":
            reasons.append(f"They give {p.time_basis}, here the {case.run_name(our.horizon)}")
        if "bloc" in p.scenario.lower() or "splits" in p.scenario.lower():
            reasons.append("Theirs splits the whole world; here only the two parties part")
        elif p.compare_with in case.ids:
            reasons.append("Their duties differ from the scenario here")
        if "gdp" in quantity:
            reasons.append(
                "Smooth substitution understates chokepoints; real income counts terms of trade and duties, GDP does not"
            )
        if "trade" in quantity:
            reasons.append("Trade elasticities differ")
    if p.note:
        reasons.append(p.note)
    return " ".join(text.sentence(r) for r in reasons)


def published(case: CaseView) -> list[Block]:
    """Their number beside ours."""
    numbers = case.dossier.published
    if not numbers:
        return [Para("The dossier lists no published figures.")]
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
    csv = case.file("published", "Published figures beside ours", data)
    intro = (
        f"Published figures count from before the measures, so ours in this table are against {case.against(None)}, at "
        "the horizon "
        "nearest to theirs. They are for comparison, with two exceptions: the short-run values for critical inputs (A38) and "
        "the growth that ideas carry (A39) were chosen after comparing our results with the European Central Bank’s and the "
        "WTO’s, so agreement there confirms nothing. A model in which "
        "substitution is smooth "
        "understates what a missing part costs."
    )
    table = Table(
        "tab-published",
        "Others’ figures and ours",
        "Units as given; second line: their scenario, time basis or range, and what ours is",
        (
            Column("Who", "scenario"),
            Column("What", "time basis"),
            Column("Theirs", number=True),
            Column("Ours", number=True),
            Column("Why they differ"),
        ),
        tuple(rows),
        f"Source: as cited, and detente on the {case.data_note}. Data: data/{csv}",
        csv,
        wide=True,
    )
    return [Para(intro), *ideas(case), table]


def ideas(case: CaseView) -> list[Para]:
    """How much the deepest split costs the world at each horizon, ideas included where that horizon is solved."""
    if IDEAS not in case.others or not case.others[IDEAS].outcomes:
        return []
    solved = case.others[IDEAS].outcomes
    deepest = min(solved, key=lambda s: solved[s].world_real_income)
    told = [f"{text.percent(case.income_at(h, 'WORLD', deepest), signed=True)} ({case.run_name(h)})" for h in case.horizons]
    return [Para(f"In “{case.label(deepest)}” world real income changes by {text.join(told)}, against {case.quo}.")]


def _plain(value: float) -> str:
    return text.fixed(value, 0 if float(value).is_integer() else 1)


# -- questions ---------------------------------------------------------------------------------------------------------
def questions(case: CaseView) -> list[Block]:
    """What each answer would move where the dossier says what may come; else what to watch, by date, and how far the answer's
    scenarios lie apart.
    """
    weighed = key_questions.blocks(case)
    if weighed:
        return weighed
    ranked = sorted(case.dossier.key_questions, key=lambda q: (q.by_when, q.id))
    if not ranked:
        return [Para("The dossier lists no questions.")]
    rows, data = [], []
    for q in ranked:
        left = (q.by_when - case.dossier.as_of).days
        known = [s for s in q.scenarios if s in case.ids]
        apart, mover = widest(case, known)
        rows.append(
            (
                Cell(text.table_day(q.by_when), f"{text.count(left, 'day')} left"),
                Cell(q.question, q.why, cites=q.sources),
                Cell(q.indicator),
                Cell(text.fixed(apart, 2), text.label(mover) if mover else ""),
            )
        )
        data.append(
            {
                "id": q.id,
                "question": q.question,
                "why": q.why,
                "indicator": q.indicator,
                "by_when": q.by_when,
                "days_left": left,
                "scenarios": " ".join(known),
                "apart": apart,
                "region": mover,
                "unit": "percentage points of real income",
                "horizon": case.runs.parameters.name,
            }
        )
    csv = case.file("key-questions", "Key questions, indicators and dates", data)
    table = Table(
        "tab-questions",
        "What to look at, and when",
        "Last column: the widest gap in real income between the scenarios the question decides among, and where; "
        f"percentage points, {case.run}",
        (Column("By"), Column("Question", "why it matters"), Column("Indicator"), Column("Apart", "points", number=True)),
        tuple(rows),
        f"Source: the dossier and detente. Data: data/{csv}",
        csv,
        wide=True,
    )
    return [table]


def widest(case: CaseView, scenarios: Sequence[str]) -> tuple[float, str]:
    """The largest gap in real income between scenarios, and the headline region it lies in."""
    if len(scenarios) < 2:
        return math.nan, ""
    gaps = {}
    for code in case.focus:
        values = [case.income(code, s).value for s in scenarios]
        gaps[code] = max(values) - min(values)
    mover = max(gaps, key=lambda c: gaps[c])
    return gaps[mover], mover


# -- method ------------------------------------------------------------------------------------------------------------
METHOD = (
    (
        "What is computed.",
        "The equilibrium of a world of many economies and sectors linked by trade in inputs and final goods, before and "
        "after a package of measures. Buyers spread their spending over origins by cost (trade elasticity); costs carry "
        "duties, export taxes and trade costs; revenue goes to the government that collects it; trade balances are held "
        "fixed in the money of the model. The equations are those of Caliendo and Parro (2015) with the extensions named "
        "in the horizons.",
    ),
    (
        "How to read a change.",
        "Every effect is the difference between two snapshots, in percent, at one horizon. The status quo counts the "
        "measures in force on the day of the dossier; threats and announcements count only in scenarios that carry them "
        "out. Prices and values use world factor income as money unless the text says “against wages”.",
    ),
    (
        "How measures enter.",
        "A duty is added to the duties of the table on the share of each sector’s trade that pays it. An export control "
        "withholds a share of the quantity; the model finds the price at which that much is not bought, and the exporter "
        "keeps the rent unless the dossier says it is lost.",
    ),
    (
        "What the ranges are.",
        "Each package is solved again at the low and high end of each parameter range of the horizon, one at a time and "
        "all together. The range is the span of these results. It covers these parameters, not "
        "the data, the coverage of measures or the model itself.",
    ),
)
LIMITS = (
    "No likelihoods of scenarios: they are not weighted. The odds of who gives way hold under their stated assumptions only.",
    "No path in time: but for the months after a cut of a critical input, no disruption, stocks, sunk investment, unemployment "
    "or business cycle.",
    "No uncertainty as such: nothing is lost by waiting and not knowing.",
    "Shares of spending move smoothly: a part without substitute does not stop a line.",
    "No foreign direct investment, no finance, no exchange rate other than relative wages; ideas only at the horizon "
    "that says so.",
    "Total employment is fixed; sectors gain what others lose.",
    "Averages by sector: a duty on one product is spread over its sector.",
    "No other country answers unless the dossier says so.",
)


FORETOLD = (
    "Likelihoods are those of the forks the dossier names and of no others; a fork’s odds do not hang on the path that "
    "leads to it, "
    "and what each day’s measures do counts at once and in full. The odds of who gives way hold under their stated "
    "assumptions only."
)


def limits(case: CaseView) -> tuple[str, ...]:
    """What the model leaves out; with prospects in the dossier, likelihoods are no longer among it."""
    return LIMITS if case.dossier.prospects is None else (FORETOLD, *LIMITS[1:])


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
    if strategy.stances_of(case) is not None:
        used += [*standoffs.ASSUMPTIONS, *agenda.ASSUMPTIONS]
    if case.dossier.prospects is not None:
        used += outlook.ASSUMPTIONS
    return [*sorted(set(used), key=lambda a: int(a[1:])), *dict.fromkeys(card)]


def method(case: CaseView) -> list[Block]:
    """One page of method, the assumptions used, and what is left out."""
    p = case.runs.parameters
    table = horizon_table().get(p.name, {})
    ranges = "; ".join(
        f"{k.replace('_', ' ')} {text.fixed(v[0], 2)} to {text.fixed(v[1], 2)}" for k, v in table.get("ranges", {}).items()
    )
    blocks: list[Block] = [Para(body, lead) for lead, body in METHOD]
    blocks.append(
        Para(
            f"{text.capital(case.horizon)}: {table.get('summary', '')}. Ranges: {ranges}. Leans on: "
            + "; ".join(str(s["title"]) for s in table.get("sources", []))
            + ".",
            "This horizon.",
        )
    )
    detail = f"{len(case.world.regions)} regions and {len(case.world.sectors)} sectors, {case.world.year}, in {case.world.unit}"
    gap = max([case.runs.status_quo.clearing_gap, *(o.clearing_gap for o in case.runs.outcomes.values())])
    blocks.append(
        Para(
            f"{case.world.name}: {detail}. Sources: {'; '.join(case.world.sources) or 'see the world card'}. The worst "
            f"market of any solution misses by {text.power(gap)} of its size.",
            "The table.",
        )
    )
    blocks += [Heading("What the model leaves out", "limits"), Items(tuple(Para(x) for x in limits(case)))]
    known, used = ledger(), used_assumptions(case)
    blocks += driver_blocks(case)
    blocks.append(Heading("Assumptions used", "assumptions"))
    if not used:
        blocks.append(Para("None beyond those of the method."))
        return blocks
    rows, data = [], []
    for a in used:
        entry = known.get(a, {})
        statement = str(entry.get("statement", "Not in the ledger."))
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
    csv = case.file("assumptions", "Numbered assumptions this briefing uses", data)
    blocks.append(
        Table(
            "tab-assumptions",
            "Numbered assumptions",
            "Ours, where no source gives what is needed; second line: evidence",
            (Column("No."), Column("Assumption", "evidence"), Column("If it is wrong")),
            tuple(rows),
            f"Source: the project’s ledger. Data: data/{csv}",
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
    more += [(entry, "Parameters") for entry in horizon_table().get(case.runs.parameters.name, {}).get("sources", [])]
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
    csv = case.file("every-economy", "Real income of every region in every scenario, with ranges", data)
    outcomes: dict[str | None, Outcome] = {None: case.runs.status_quo, **{s: case.outcome(s) for s in case.ids}}
    full = [
        case.row(str(r), s, str(measure), str(measure).split(", ")[-1], float(value))
        for s, o in outcomes.items()
        for r, row in o.to_frame().iterrows()
        for measure, value in row.items()
    ]
    detail = case.file("every-economy-indicators", "Every regional result of every scenario, central values", full)
    return [
        Para(f"Every regional result is in data/{detail}; this table shows real income."),
        Table(
            "tab-appendix",
            "Real income of every economy",
            f"Change in percent, {case.horizon}; second line: range",
            tuple(columns),
            tuple(rows),
            case.note(csv),
            csv,
            wide=True,
        ),
        status_table(case, rest=True),
        Para(
            "Sectors: " + "; ".join(f"{k} {v['name']}" for k, v in sector_table().items() if k in case.world.sectors) + ".",
            kind="quiet",
        ),
    ]
