"""Who feels it at home, party by party: jobs by place or sector, jobs behind lost exports, what consumers pay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.politics import places_figure, places_note, sectors_figure
from detente.briefing.document import Block, Cell, Heading, Para, Section, Table, paras
from detente.briefing.sections.proposal import propose
from detente.briefing.tables import Col, by_scenario, table, texts
from detente.briefing.view import CaseView, Triple
from detente.cases.baselines import LAW
from detente.equilibrium.outcome import Outcome
from detente.strategy.politics import PACKAGE, Home, dollars, exposed_jobs, latest_year, politics, politics_of_deal

ENDS = 5
"""Places shown from either end of the ranking."""
SIGNED = ("idle", "dollars")
"""Rows of the summary that may go either way."""


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/politics", part, **values)


def sections(case: CaseView) -> list[Section]:
    """The parties by scenario, then each party's places or sectors in the worst scenario and the best."""
    blocks: list[Block] = [Para(_say("lead", case=case))]
    if case.world.employed is None:
        blocks.append(Para(_say("uncounted", case=case)))
    else:
        blocks.append(summary_table(case))
        for party in case.parties:
            blocks += party_blocks(case, party)
    return [Section("politics", _say("title", case=case), tuple(blocks))]


def summary_table(case: CaseView) -> Table:
    """Jobs in sectors that shrink, people out of work, jobs behind lost exports and dollars a person, by party and scenario."""
    rows: list[tuple[str, str, str, int, Callable[[Outcome], float]]] = []
    floored = case.status_quo.after.labour_market is not None
    for p in case.parties:
        rivals = [r for r in case.parties if r != p]
        year = latest_year(p, case.dossier.as_of.year)
        rows.append((p, "lost", "thousand persons", 1, partial(_lost, party=p)))
        if floored:
            rows.append((p, "idle", "thousand persons", 1, partial(_idle, party=p)))
        rows.append((p, "behind", "thousand persons", 1, partial(_behind, party=p, rivals=rivals)))
        if year is not None and dollars(case.status_quo, p, year) is not None:
            rows.append((p, "dollars", f"USD of {year} a person and year", 0, partial(_dollars, party=p, year=year)))
    known = {s: [case.triple(read, s) for *_, read in rows] for s in (None, *case.ids)}
    words = dict(zip(("lost", "idle", "behind", "dollars"), _say("measures").split("\n\n"), strict=True))
    named = [words[key] for _, key, *_ in rows]
    first = {p: next(k for k, row in enumerate(rows) if row[0] == p) for p in case.parties}
    columns = [
        Col("Party", [Cell(text.capital(text.short_name(row[0])) if first[row[0]] == k else "", strong=True)
                      for k, row in enumerate(rows)]),
        Col("What", [Cell(text.capital(what), row[2]) for what, row in zip(named, rows, strict=True)], "unit"),
        *by_scenario(
            case,
            lambda s: [t.cell(row[3], signed=row[1] in SIGNED) for t, row in zip(known[s], rows, strict=True)],
            lambda s: [[case.row(row[0], s, what, row[2], t)] for t, what, row in zip(known[s], named, rows, strict=True)],
        ),
    ]  # fmt: skip
    return table(case, "politics", texts("politics", "summary", case=case), columns, wide=True)


def _lost(outcome: Outcome, party: str) -> float:
    return float(outcome.jobs_lost[party])


def _idle(outcome: Outcome, party: str) -> float:
    return float(outcome.unemployed[party])


def _behind(outcome: Outcome, party: str, rivals: Sequence[str]) -> float:
    return float(exposed_jobs(outcome, party, rivals).sum())


def _dollars(outcome: Outcome, party: str, year: int) -> float:
    return float(dollars(outcome, party, year) or 0.0)


def party_blocks(case: CaseView, party: str) -> list[Block]:
    """Words on the worst scenario and the package, then a map and a table of places, or bars of sectors where no places are
    counted."""
    found = [*politics(case, case.shown, [party], with_ranges=True).homes, *package(case, party)]
    worst, homes = found[0], [h for k, h in enumerate(found) if k == 0 or _moves(h)]
    stem = f"politics-{party.lower()}"
    csv = case.file(stem, _say("party_file", case=case, party=party), [r for h in found for r in rows_of(case, h)])
    panels = [_panel(case, h) for h in homes]
    blocks: list[Block] = [
        Heading(_say("heading", party=party), f"politics-{party.lower()}"),
        Para(f"{worst.tell('jobs')} {worst.tell('sectors')}", _say("in_worst", case=case)),
        *paras([worst.tell(part) for part in ("places", "exports", "consumers")]),
        *(Para(h.tell("brief"), _say("in_package", against=_without(case, h))) for h in found if h.scenario == PACKAGE),
    ]
    if worst.places is None:
        note = case.note(csv, _say("sectors_note", case=case))
        return [*blocks, sectors_figure(homes, panels=panels, id=f"fig-{stem}", note=note, csv=csv)]
    drawn = places_figure(homes, panels=panels, id=f"fig-{stem}", note=case.note(csv, places_note(homes)), csv=csv)
    assert drawn is not None
    return [*blocks, drawn, places_table(case, worst, stem, csv)]


def package(case: CaseView, party: str) -> list[Home]:
    """The party under the package that the briefing proposes; none where there is no package, or it is no party
    to it."""
    deal = propose(case)
    if deal is None or deal.status == "no deal" or party not in deal.parties:
        return []
    return list(politics_of_deal(deal, [party]).homes)


def _panel(case: CaseView, home: Home) -> str:
    """Title of a panel: outcome and what it is compared with."""
    if home.scenario == PACKAGE:
        return _say("package_panel", against=_without(case, home))
    return case.panel(_scenario(case, home))


def _without(case: CaseView, home: Home) -> str:
    """What follows without the package, as it stands after "against"."""
    return case.base if home.against == LAW else text.say("words/templates/Politics", home.against)


def _scenario(case: CaseView, home: Home) -> str | None:
    return home.scenario if home.scenario in case.ids else None


def _moves(home: Home) -> bool:
    """Whether anything of an outcome would print: a panel of zeros is none."""
    return any(home.leaders(what, sign).names for what in ("sectors", "places") for sign in (1, -1))


def rows_of(case: CaseView, home: Home) -> list[dict[str, Any]]:
    """Every sector and place of one outcome, tidy."""
    scenario = _scenario(case, home)
    named = {"scenario": PACKAGE, "relative_to": _without(case, home)} if home.scenario == PACKAGE else {}
    rows = []
    for level in ("sectors", "places"):
        for code, r in home.ranked(level).iterrows():
            rate = level == "places"
            what = {"place": str(code), "code": r["code"]} if rate else {"sector": str(code), "sector_name": r["name"]}
            of: list[tuple[str, str, Triple | float]] = [
                ("jobs before", "thousand persons", float(r["before"])),
                ("jobs", "thousand persons", Triple(float(r["low"]), float(r["change"]), float(r["high"]))),
                ("jobs behind lost exports", "thousand persons", float(r["behind"])),
            ]
            if rate:
                of.append(("jobs", "per thousand jobs", float(r["per thousand"])))
                of.append(("cost to consumers", "million USD a year", float(r["cost"])))
            head = {"rank": r["rank"], **what}
            known = [(measure, unit, v) for measure, unit, v in of if not pd.isna(_at(v))]
            rows += [case.row(home.party, scenario, measure, unit, v, **head) | named for measure, unit, v in known]
    return rows


def _at(value: Triple | float) -> float:
    return value.value if isinstance(value, Triple) else value


def places_table(case: CaseView, home: Home, stem: str, csv: str) -> Table:
    """The places that fare best and worst for their size."""
    ranked = home.ranked("places")
    ranked = ranked[ranked["rank"].notna()]
    shown = ranked if len(ranked) <= 2 * ENDS else ranked.drop(index=ranked.index[ENDS:-ENDS])
    rows: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in shown.reset_index().to_dict("records")]
    columns = [
        Col(text.capital(home.one), [str(r["place"]) for r in rows]),
        Col("Rank", [text.fixed(r["rank"], 0) for r in rows], f"of {len(ranked)}", number=True),
        Col("Jobs", [Triple(r["low"], r["change"], r["high"]).cell(2) for r in rows], "thousand", number=True),
        Col("For its size", [text.fixed(r["per thousand"], 2, signed=True) for r in rows], "per thousand", number=True),
        Col("Exposed", [text.fixed(r["behind"], 1) for r in rows], "thousand", number=True),
    ]
    if home.bill.dollars is not None:
        columns.append(Col("Cost", [text.fixed(r["cost"], 0, signed=True) for r in rows], "million USD", number=True))
    told = texts("politics", "places", case=case, home=home, counted=len(ranked))
    return table(case, stem, told, columns, csv=csv)
