"""Who gains and loses at home: by sector, and by place below the nation where the world counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.common import (
    Against,
    DossierName,
    HorizonName,
    Json,
    WorldName,
    ask,
    economies,
    emit,
    out,
    run_words,
    save,
    signed,
    subject_of,
    text_table,
)
from detente.cli.questions import ChartFile, TableFile, once
from detente.words import capital, fixed
from detente.words.currency import currency

if TYPE_CHECKING:
    import pandas as pd

    from detente.strategy.politics import Home, Politics

ENDS = 5
"""Rows shown from either end of a ranking."""


def politics(
    dossier: DossierName,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", "-s", help="A scenario; may be given again. All if absent.", callback=once),
    ] = None,
    party: Annotated[
        list[str] | None, typer.Option("--party", "-p", help="A party; may be given again. All if absent.", callback=once)
    ] = None,
    against: Against = None,
    package: Annotated[bool, typer.Option("--package", help="The package of `detente deal` instead of scenarios.")] = False,
    solves: Annotated[int, typer.Option(min=20, max=2000, help="Equilibria to solve at most for the package.")] = 150,
    ranges: Annotated[bool, typer.Option("--ranges", help="Also solve at both ends of the parameters.")] = False,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: TableFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """Who gains and loses at home: jobs by sector and by US state, jobs behind lost exports, and what consumers pay."""
    subject = subject_of(dossier, world, horizon)
    given = {
        "scenarios": scenario,
        "against": against,
        "parties": economies(party, (p.region for p in subject.negotiation.parties), "party") or None,
        "package": package,
        "solves": solves,
        "with_ranges": ranges,
    }
    found = ask("politics", subject, as_json, given)
    save("politics", found, csv, chart)
    if as_json:
        emit(found.record())
        return
    if len(found.scenarios) == 1:
        for home in found.homes:
            _one(found, home)
    else:
        _several(found)
    for paragraph in found.explain().split("\n\n"):
        out.print()
        out.print(paragraph, highlight=False, markup=False)


def _one(found: Politics, home: Home) -> None:
    """The best and the worst places, or sectors where no places are counted, of one party in one outcome."""
    out.print(
        f"{capital(str(home.scenario))} against {home.against}; {home.party}, {run_words(home.horizon)}; 1000 persons",
        highlight=False, markup=False, soft_wrap=True,
    )  # fmt: skip
    places = home.ranked("places")
    if not places.empty:
        shown = text_table((home.one, "rank", "jobs", "change", "per 1000", "exposed", "USD mn"))
        for name, r in _ends(places[places["rank"].notna()]).iterrows():
            cost = "" if r["cost"] != r["cost"] else fixed(r["cost"], 0)
            figures = fixed(r["before"], 0), signed(r["change"]), signed(r["per thousand"]), fixed(r["behind"], 1), cost
            shown.add_row(str(name), fixed(r["rank"], 0), *figures)
        out.print(shown)
    shown = text_table(("sector", "rank", "jobs", "change", "exposed"))
    for code, r in _ends(home.ranked("sectors")).iterrows():
        jobs = fixed(r["before"], 0)
        shown.add_row(f"{code}  {r['name']}", fixed(r["rank"], 0), jobs, signed(r["change"]), fixed(r["behind"], 1))
    out.print(shown)


def _ends(ranked: pd.DataFrame) -> pd.DataFrame:
    return ranked if len(ranked) <= 2 * ENDS else ranked.drop(index=ranked.index[ENDS:-ENDS])


def _several(found: Politics) -> None:
    """A row an outcome and party."""
    head = f"Against {', '.join(found.compared)}; {run_words(found.horizon)}; 1000 persons, {currency()} a person and year"
    out.print(head, highlight=False, markup=False, soft_wrap=True)
    floored = any(h.unemployed is not None for h in found.homes)
    heads = ("scenario", "party", "gained", "lost", *(["no work"] if floored else []), "exposed", "USD")
    shown = text_table(heads)
    for h in found.homes:
        idle = [signed(h.unemployed) if h.unemployed is not None else ""] if floored else []
        dollars = "" if h.bill.dollars is None else signed(h.bill.dollars)
        shown.add_row(str(h.scenario), h.party, fixed(h.gained, 1), fixed(abs(h.lost), 1), *idle, fixed(h.behind, 1), dollars)
    out.print(shown)
