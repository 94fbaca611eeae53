"""`detente world`: what a world holds, a world of source files or of a published table, two side by side, grouped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from detente.cli.common import Json, WorldName, emit, out, out_file, progress_bar, signed, text_table, the_world
from detente.errors import InputError
from detente.words import decimals_for, fixed

if TYPE_CHECKING:
    from detente.build.tables import Basedata, Built, Table
    from detente.build.trade.arrays import TradeReport
    from detente.build.trade.pattern import Pattern
    from detente.world.world import World

worlds = typer.Typer(
    help="The world table: look at it, build it, check it, compare, group, split, bring it to a later year.", no_args_is_help=True
)
ARCHIVES = (".npz", ".whl")
"""What the default world is built of; every other file is a published table."""
TableFile = Annotated[Path, typer.Argument(help="A published table (OECD ICIO, WIOD, ADB …) or a world (npz).")]
Year = Annotated[int | None, typer.Option(help="The year of the table, where neither it nor its name says so.")]
Tolerance = Annotated[float, typer.Option(min=0, max=0.5, help="Largest gap of a total, as a part of it, taken for rounding.")]
RELATIVE = 1e-5


@worlds.command("info")
def world_info(world: WorldName = "world-2022", as_json: Json = False) -> None:
    """What a world holds: regions, sectors, totals, sources, what is imputed and how well it fits."""
    from detente.words.names import region_name, sector_name

    table = the_world(world)
    balance = -table.deficits
    if as_json:
        emit(
            {
                "name": table.name, "year": table.year, "unit": table.unit, "fingerprint": table.fingerprint,
                "regions": {r: region_name(r) for r in table.regions}, "sectors": {s: sector_name(s) for s in table.sectors},
                "output": float(table.output.sum()),
                "value_added": dict(zip(table.regions, table.value_added.sum(1).tolist(), strict=True)),
                "trade_balance": dict(zip(table.regions, balance.tolist(), strict=True)), "worst_gap": table.check(),
                "sources": list(table.sources), "card": dict(table.card),
            }
        )  # fmt: skip
        return
    out.print(
        f"{table.name}: {len(table.regions)} regions × {len(table.sectors)} sectors, {table.year}, {table.unit} a year",
        highlight=False,
    )
    out.print(f"fingerprint {table.fingerprint}, identities hold to {table.check():.0e}", highlight=False, style="dim")
    shown = text_table(("economy", "value added, bn USD", "exports, bn USD", "balance, bn USD"))
    netted = table.card.get("inventories netted")
    places = decimals_for(float(table.value_added.sum(1).max()) / 1000, most=3)
    for k, code in enumerate(table.regions):
        exports = table.shipments[k].sum() - table.shipments[k, k].sum()
        shown.add_row(
            f"{code}  {region_name(code)}", fixed(table.value_added[k].sum() / 1000, places), fixed(exports / 1000, places),
            fixed(balance[k] / 1000, places),
        )  # fmt: skip
    out.print(shown)
    if netted:
        out.print(
            f"inventories that ran down, netted: {netted['amount']:,.4g} {netted['unit']} in {netted['cells']} cells",
            highlight=False,
        )
    for source in table.sources:
        out.print(f"source: {source}", highlight=False, style="dim", markup=False)


@worlds.command("build")
def world_build(
    file: Annotated[Path | None, typer.Argument(help="A published table, recognised by what is in it.")] = None,
    sources: Annotated[
        Path | None, typer.Option(help="Folder with the source files of the default world; docs/world.md says where each is had.")
    ] = None,
    icio: Annotated[Path | None, typer.Option(help="The archive for --sources, or a published table.")] = None,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write.", callback=out_file)] = None,
    full: Annotated[bool, typer.Option("--full", help="Every economy and industry of the source, not grouped.")] = False,
    year: Year = None,
    tolerance: Tolerance = RELATIVE,
    tariffs: Annotated[bool, typer.Option(help="Levy the default world's tariffs on a published table.")] = True,
    rare_earths: Annotated[bool, typer.Option(help="Cut rare earths out of metals, by the default world's shares.")] = True,
    baci: Annotated[
        Path | None, typer.Option(help="BACI or UN Comtrade (CSV): who trades goods with whom, within the table's accounts.")
    ] = None,
    wits: Annotated[Path | None, typer.Option(help="WITS or MAcMap (CSV): duties, weighed with --baci if it is given.")] = None,
    countries: Annotated[Path | None, typer.Option(help="BACI's country file, if it does not lie beside --baci.")] = None,
    hs: Annotated[str | None, typer.Option("--hs", help="Edition of HS (1992 … 2022), before the one that files state.")] = None,
    as_json: Json = False,
) -> None:
    """Build a world of what there is: a published table, trade by product, duties; the default world stands in for the rest.

    With --sources, the default world itself is built of its source files, with how well it fits every margin.
    """
    given = file or icio
    if sources is None:
        if given is None and baci is None and wits is None:
            raise InputError(
                "give a published table, as in detente world build 2022_SML.csv, trade or duties (--baci, --wits), or --sources, "
                "the default world's folder"
            )
        if given is None:
            first = baci or wits
            assert first is not None
            _written(
                _overlaid(the_world("world-2022"), baci, wits, countries, hs), None, target or Path(f"{first.stem}.npz"), as_json
            )
            return
        made = _built(
            given, as_json, full=full, tariffs=tariffs, rare_earths=rare_earths, name=(target or given).stem, year=year,
            tolerance=tolerance,
        )  # fmt: skip
        _written(_overlaid(made.world, baci, wits, countries, hs), made.table, target or Path(f"{given.stem}.npz"), as_json)
        return
    if baci is not None or wits is not None:
        raise InputError("--baci and --wits go with a published table or the default world as it ships, not with --sources")
    if given is not None and given.suffix not in ARCHIVES:
        raise InputError(f"{given} is no archive of the default world (npz, whl); a published table is built without --sources")
    from detente.build import build_world

    target = target or Path("world-2022.npz")
    with progress_bar("world", as_json) as progress:
        world, fit = build_world(sources, icio=given, full=full, progress=progress)
    world.save(target)
    frame = fit.to_frame()
    if as_json:
        emit({"file": target, "fingerprint": world.fingerprint, "fit": frame.to_dict(orient="records")}, part="sources")
        return
    out.print(fit.summary(), highlight=False, markup=False)
    out.print(f"{world} written to {target}", highlight=False, markup=False)


def _built(file: Path, quiet: bool, **how: Any) -> Built:
    """`build_table`, with progress shown."""
    from detente.build.tables import build_table

    with progress_bar("table", quiet) as progress:
        return build_table(file, progress=progress, **how)


class _Overlaid(NamedTuple):
    """A world with what was laid over its table, and what the files had."""

    world: World
    pattern: Pattern | None
    trade: TradeReport | None
    duties: TradeReport | None


def _overlaid(world: World, baci: Path | None, wits: Path | None, countries: Path | None, hs: str | None) -> _Overlaid:
    """`world` with the trade pattern of one file and the duties of another, where they are given."""
    from detente.build.trade.arrays import duty_array, trade_array, with_duties
    from detente.build.trade.pattern import with_trade
    from detente.build.trade.recognise import read_duties, read_trade

    flows = None if baci is None else read_trade(baci, countries=countries, edition=hs)
    pattern = goods = rates = None
    if flows is not None:
        goods = trade_array(flows, world)
        pattern = with_trade(world, goods.values, source=f"{flows.source}, {flows.year}")
        world = pattern.world
    if wits is not None:
        rates = duty_array(read_duties(wits, edition=hs), world, flows)
        told = f"{rates.report.source}, {rates.report.year}"
        world = with_duties(world, rates.values)
        world = world.with_(card={**world.card, "tariffs": told})
    return _Overlaid(world, pattern, None if goods is None else goods.report, None if rates is None else rates.report)


def _written(made: _Overlaid, table: Table | Basedata | None, target: Path, as_json: bool) -> None:
    from detente.words import say

    world = made.world if table is not None else made.world.with_(name=target.stem)
    world.save(target)
    if as_json:
        told = {name: vars(report) for name, report in (("trade", made.trade), ("duties", made.duties)) if report is not None}
        emit({"file": target, "fingerprint": world.fingerprint, "card": dict(world.card), **told})
        return
    if table is not None:
        text = say("build/tables/card", "built", table=table, world=world, card=world.card, target=target)
        out.print(text, highlight=False, markup=False)
    for report in (made.trade, made.duties):
        if report is not None:
            out.print(report.explain(), highlight=False, markup=False)
    if made.pattern is not None or table is None:
        text = say("build/tables/card", "overlaid", made=made, pattern=made.pattern, world=world, target=target, table=table)
        out.print(text, highlight=False, markup=False)


@worlds.command("check")
def world_check(file: TableFile, year: Year = None, tolerance: Tolerance = RELATIVE, as_json: Json = False) -> None:
    """Whether a published table, or a world, holds together: labels, order, every total; a fault is named with its place."""
    from detente.words import say

    if file.suffix == ".npz":
        world = the_world(file)
        told: dict[str, Any] = {"kind": "world", "name": world.name, "largest_gap": world.check(), "doubts": []}
        text = say("build/tables/card", "sound_world", world=world, gap=world.check())
    else:
        from detente.build.tables import read_published

        with progress_bar("table", as_json) as progress:
            table = read_published(file, year=year, tolerance=tolerance, progress=progress)
        told = {
            "kind": "table", "name": f"{table.source}, {table.year}", "regions": len(table.regions),
            "sectors": len(table.sectors), "unit": table.unit, "largest_gap": table.gap, "doubts": list(table.doubts),
        }  # fmt: skip
        text = say("build/tables/card", "sound", table=table)
    if as_json:
        emit(told)
        return
    out.print(text, highlight=False, markup=False)


@worlds.command("compare")
def world_compare(
    file: Annotated[str, typer.Argument(help="A world (a shipped one by name, or a file), or a published table.")],
    other: Annotated[str, typer.Argument(help="The world it is compared with.")] = "world-2022",
    most: Annotated[int, typer.Option("--pairs", min=0, help="Pairs of regions to show, the largest first.")] = 10,
    year: Year = None,
    tolerance: Tolerance = RELATIVE,
    as_json: Json = False,
) -> None:
    """How far two worlds are apart: output, value added, use and trade by pair, over the regions and sectors both have.

    A published table says besides how far the other world's final demand by origin and destination is off, which is imputed.
    """
    from detente.words import say
    from detente.world.compare import compare

    final = None
    if Path(file).exists() and not file.endswith(".npz"):
        from detente.build.tables import Table
        from detente.build.tables.final_demand import compare_final_demand

        made = _built(Path(file), as_json, name=Path(file).stem, year=year, tolerance=tolerance)
        world, second = made.world, the_world(other)
        final = compare_final_demand(made.table, second) if isinstance(made.table, Table) else None
    else:
        world, second = the_world(file), the_world(other)
    found = compare(world, second)
    frame = found.frame()
    margins = [*found.margins, *(final.margins if final is not None else ())]
    if as_json:
        emit({
            "regions": found.regions, "sectors": found.sectors, "left_out": found.left_out, "scaled": found.scaled,
            "unit": found.unit, "margins": frame.to_dict(orient="records"),
            "pairs": found.pairs.head(most).reset_index().to_dict(orient="records"),
            "final_demand": None if final is None else {
                "margins": [vars(m) for m in final.margins], "foreign_pct": final.foreign.reset_index().to_dict(orient="records"),
            },
        })  # fmt: skip
        return
    shown = text_table(("margin", "cells", "correlation of logs", "median gap, %", "weighted gap, %"))
    for m in margins:
        shown.add_row(
            m.name, f"{m.cells:,}", fixed(m.log_correlation, 3), fixed(m.median_gap_pct, 1), fixed(m.weighted_gap_pct, 1)
        )
    out.print(shown)
    if most:
        pairs = text_table(("trade", f"{world.name}, billion", f"{second.name}, billion", "gap, %"))
        largest = found.pairs.head(most)
        for (origin, destination), mine, theirs in zip(largest.index.tolist(), largest["value"], largest["other"], strict=True):
            gap = signed(100 * (mine / theirs - 1), 1) if theirs > 0 else "–"
            pairs.add_row(f"{origin} → {destination}", fixed(mine / 1000, 1), fixed(theirs / 1000, 1), gap)
        out.print(pairs)
    if final is not None:
        out.answer(say("build/tables/card", "final_demand", final=final, second=second))
    out.print(say("build/tables/card", "compared", found=found, first=world, second=second), highlight=False, markup=False)


@worlds.command("aggregate")
def world_aggregate(
    file: Annotated[str, typer.Argument(help="A world: a shipped one by name, or a file.")],
    groups: Annotated[Path, typer.Option(help="YAML: regions: {NEW: [OLD, …]}, sectors: {NEW: [OLD, …]}; the rest is kept.")],
    target: Annotated[Path, typer.Option("--out", "-o", help="The file to write.", callback=out_file)],
    as_json: Json = False,
) -> None:
    """Group regions or sectors of a world; duties stay as paid, and both identities hold."""
    world = the_world(file)
    wanted = _groups(groups)
    small = world.aggregate(**wanted)
    small.save(target)
    if as_json:
        emit({"file": target, "fingerprint": small.fingerprint, "regions": small.regions, "sectors": small.sectors})
        return
    out.print(f"{small} written to {target}", highlight=False, markup=False)


@worlds.command("fetch")
def world_fetch(
    source: Annotated[str | None, typer.Argument(help="A source by name; the list of them if absent.")] = None,
    year: Annotated[int | None, typer.Option(help="The year; the last there is, if absent.")] = None,
    folder: Annotated[Path | None, typer.Option("--into", help="A folder in place of the cache.")] = None,
    offline: Annotated[
        bool, typer.Option("--offline", envvar="DETENTE_OFFLINE", help="Use no network: what the cache has, or nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Public tables, trade and duties: what there is and under which terms, downloaded once, checked and kept."""
    from detente.build.fetch import fetch, registry
    from detente.files import target_folder
    from detente.words import say

    if source is None:
        known = registry()
        if as_json:
            emit([{**vars(s), "files": [vars(f) for f in s.files]} for s in known.values()], part="list")
            return
        shown = text_table(("source", "years", "licence"))
        for s in known.values():
            shown.add_row(s.key, s.years or "by hand", s.licence)
        out.print(shown)
        out.print("Next: detente world fetch oecd-icio --year 2022", highlight=False, style="dim")
        return
    into = None if folder is None else target_folder(folder)
    with progress_bar("download", as_json) as progress:
        found = fetch(source, year=year, folder=into, offline=offline or None, progress=progress)
    if as_json:
        emit({
            "source": source, "year": found.year, "file": found.path, "beside": found.beside, "sha256": found.sha256,
            "published": found.published, "cached": found.cached, "licence": found.source.licence, "page": found.source.page,
        })  # fmt: skip
        return
    out.print(say("build/tables/card", "fetched", found=found, it=found.source), highlight=False, markup=False)


@worlds.command("update")
def world_update(
    file: Annotated[str, typer.Argument(help="A world: a shipped one by name, or a file.")],
    to: Annotated[int, typer.Option("--to", help="The year it is brought to.")],
    totals: Annotated[
        Path | None,
        typer.Option(
            help="CSV: what (gdp, output, final_demand, exports, imports, trade), region, partner, sector, value or growth in %. "
            "If absent, GDP grows as the World Bank has it."
        ),
    ] = None,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write.", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """A world of a later year: moved as little as can be so that it has the totals known of that year (generalised RAS)."""
    from detente.words import say
    from detente.world.update import update_world

    world = the_world(file)
    found = update_world(world, to, totals)
    target = target or Path(f"{Path(file).stem}-{to}.npz")
    found.world.save(target)
    if as_json:
        emit({
            "file": target, "fingerprint": found.world.fingerprint, "totals": found.totals.to_dict(orient="records"),
            "regions": found.regions.reset_index().to_dict(orient="records"), "moved": dict(found.moved), "gap": found.gap,
            "nothing_given": found.free, "grown_as_the_others": found.assumed, "source": found.source,
        })  # fmt: skip
        return
    out.answer(say("build/tables/card", "updated", found=found, world=world, target=target, largest=max(found.moved.values())))
    heads = ("gdp", "output", "final_demand", "exports", "imports")
    shown = text_table(("change, %", *(h.replace("_", " ") for h in heads)))
    for code, row in found.regions.iterrows():
        shown.add_row(str(code), *(_change(row[f"{h}, before"], row[f"{h}, after"]) for h in heads))
    out.print(shown)
    out.print(f"Next: detente world compare {target}", highlight=False, markup=False, style="dim")


@worlds.command("split")
def world_split(
    file: Annotated[str, typer.Argument(help="A world: a shipped one by name, or a file.")],
    target: Annotated[Path, typer.Option("--out", "-o", help="The file to write.", callback=out_file)],
    region: Annotated[str | None, typer.Option("--region", "-r", help="The region to split.")] = None,
    sector: Annotated[str | None, typer.Option("--sector", "-s", help="The sector to split.")] = None,
    into: Annotated[str, typer.Option("--into", help="The parts, as DEU,FRA,XEU; those of --shares if absent.")] = "",
    shares: Annotated[
        Path | None,
        typer.Option(help="CSV: part, share; of a region also sector and flow (output, final_use), of a sector region and user."),
    ] = None,
    like: Annotated[str | None, typer.Option(help="A world that has the parts: its sizes and who trades with whom.")] = None,
    home: Annotated[
        float, typer.Option(min=0, max=1, help="Of a region: 0, parts trade with each other by size; 1, as little as can be.")
    ] = 0.0,
    as_json: Json = False,
) -> None:
    """Cut a region or a sector into parts, by shares or as a second world has them; all totals stay."""
    from detente.words import say
    from detente.world.split import split_region, split_sector

    if (region is None) == (sector is None):
        raise InputError("give --region or --sector, one of them: what is split")
    if (shares is None) == (like is None):
        raise InputError("give --shares FILE or --like WORLD, one of them: how big the parts are")
    world = the_world(file)
    by: Any = shares if shares is not None else the_world(str(like))
    parts = tuple(p.strip() for p in into.split(",") if p.strip())
    if region is not None:
        found = split_region(world, region, by, into=parts, home=home)
    else:
        found = split_sector(world, str(sector), by, into=parts)
    found.save(target)
    whole = region or str(sector)
    told = found.card["split"][whole] if whole in found.card["split"] else next(reversed(found.card["split"].values()))
    if as_json:
        emit({"file": target, "fingerprint": found.fingerprint, "regions": found.regions, "sectors": found.sectors, **told})
        return
    out.print(
        say("build/tables/card", "was_split", whole=whole, told=told, found=found, target=target), highlight=False, markup=False
    )


def _change(before: float, after: float) -> str:
    return signed(100 * (after / before - 1), 1) if before > 0 else "–"


def _groups(file: Path) -> dict[str, Mapping[str, list[str]]]:
    import yaml

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{file} cannot be read as YAML: {error}") from None
    if not isinstance(found, dict) or not found or not set(found) <= {"regions", "sectors"}:
        raise InputError(f"{file}: wanted is a mapping of regions, sectors or both, such as regions: {{ASEAN: [MYS, SGP]}}")
    for kind, groups in found.items():
        if not isinstance(groups, dict) or not all(
            isinstance(m, list) and all(isinstance(x, str) for x in m) for m in groups.values()
        ):
            raise InputError(f"{file}: {kind} is no mapping of a new code to a list of old ones")
    return found
