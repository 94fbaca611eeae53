"""What an economy, or one of its sectors, depends on: `detente exposure`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from detente.cli.common import Json, WorldName, ask, emit, out, save, text_table, the_world
from detente.cli.questions import ChartFile, TableFile
from detente.words import clipped, fixed
from detente.words.names import canonical

MOST = 15
"""Rows of a table of chokepoints or minerals; JSON has all."""
IMPORTS = "imports, million USD"
"""Head of what customs count in dollars, whatever a world counts in."""
LEAST = 0.005
"""Inputs whose index is printed as zero are left out."""


def exposure(
    region: Annotated[
        str, typer.Option("--region", "-r", help="Whose exposure: an economy, MYS or MY for Malaysia, or a group, ASEAN.")
    ],
    sector: Annotated[
        str | None, typer.Option("--sector", "-s", help="Of one sector, ELE for electronics; all if absent.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="To one economy, by sector; to all, by economy, if absent.")] = None,
    world: WorldName = "world-2022",
    csv: TableFile = None,
    chart: ChartFile = None,
    as_json: Json = False,
) -> None:
    """Who an economy or a sector depends on: inputs, markets, chokepoints, minerals, at face value and through supply chains."""
    from detente.verbs import Subject
    from detente.words.names import region_name, sector_name

    table = the_world(world)
    region, to = (name if name in table.regions else canonical(name) for name in (region, to or ""))
    found = ask("exposure", Subject(table), as_json, {"region": region, "sector": sector, "to": to or None})
    region, to = found.region, found.to
    save("exposure", found, csv, chart, index=True)
    if as_json:
        emit(found.record() | {"explained": found.explain()}, kept=(IMPORTS,))
        return
    out.answer(found.explain())
    what = region_name(region) + (f", {sector_name(sector)}" if sector else "") + (f", on {region_name(to)}" if to else "")
    tables = (
        (f"{what}: percent of inputs and of output, {table.name}, {table.year}", _table(found)),
        ("Chokepoints, highest index first", _points(found)),
        (_minerals_title(found), _minerals(found)),
    )
    for title, shown in tables:
        if shown.row_count:
            out.print(title, highlight=False)
            out.print(shown)
    if to is None:
        partners = found.ranked(found.inputs)
        if partners:
            follow = f"{f' --sector {sector}' if sector else ''}{'' if world == 'world-2022' else f' -w {world}'}"
            out.print(f"Next: detente exposure --region {region} --to {partners[0]}{follow}", highlight=False, style="dim")


def _table(found: Any) -> Any:
    """By economy (home left out), or by sector where there is a partner."""
    from detente.world.reliance import FACE, HIDDEN, LOOK

    frame = found.to_frame()
    first = "sector" if found.to else "economy"
    shown = text_table((first, "bought, %", "with chains, %", "hidden, points", "sold, %", "ends there, %"))
    columns = [f"inputs, {c}" for c in (FACE, LOOK, HIDDEN)] + [f"sales, {c}" for c in (FACE, LOOK)]
    for code, row in frame.iterrows():
        if code == found.region:
            continue
        values = [float(row[c]) for c in columns]
        if any(values):
            shown.add_row(_label(str(code), str(row["name"])), *(fixed(v, 1, signed=k == 2) for k, v in enumerate(values)))
    return shown


def _label(code: str, name: str) -> str:
    return code if code == name else f"{code}  {name}"


def _points(found: Any) -> Any:
    from detente.words.names import sector_name

    shown = text_table(
        ("input", "seller", "its\nshare, %", "concen-\ntration", "hard to\nreplace", "at stake,\n% of GDP", "index")
    )
    for code, row in found.chokepoints[found.chokepoints["index"] >= LEAST].head(MOST).iterrows():
        figures = (fixed(row[c]) for c in ("concentration", "hard to replace", "at stake, %"))
        label = clipped(sector_name(str(code)), 26)
        shown.add_row(label, str(row["seller"]), fixed(row["its share, %"], 0), *figures, fixed(row["index"]))
    return shown


def _minerals_title(found: Any) -> str:
    return f"Critical minerals bought abroad, {found.minerals_year}, million USD, highest index first"


def _minerals(found: Any) -> Any:
    shown = text_table(("mineral", "imports", "seller", "its\nshare, %", "mined\nmost in", "its\nshare, %"))
    for row in found.minerals[found.minerals["index"] != 0].head(MOST).to_dict(orient="records"):
        shown.add_row(
            row["name"], fixed(row["imports, million USD"], 0), row["seller"], fixed(row["its share, %"], 0),
            row["mined by"], fixed(row["of mine output, %"], 0),
        )  # fmt: skip
    return shown
