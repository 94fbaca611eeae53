"""`detente solve`, `compare`, `changed`, `rerun`: one run, many in one table, what differs between two, the same again."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import (
    Against,
    DossierName,
    Force,
    HorizonName,
    Json,
    WorldName,
    economies,
    emit,
    out,
    out_file,
    print_idle,
    progress_bar,
    run_words,
    save_figure,
    signed,
    text_table,
    the_world,
    told_idle,
    write_csv,
)
from detente.errors import InputError, NotConverged
from detente.web.__main__ import folder_name, out_folder
from detente.words import places_for

if TYPE_CHECKING:
    from detente.cases.runs import Run
    from detente.equilibrium.outcome import Outcome
    from detente.equilibrium.parameters import ExchangeRate
    from detente.equilibrium.who_pays import WhoPays
    from detente.world.world import World


SHOWN = 12
"""Regions in a comparison where none are named."""


def solve(
    dossier: DossierName,
    scenario: Annotated[
        str | None, typer.Option("--scenario", "-s", help="A scenario of the dossier; the status quo if absent.")
    ] = None,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    against: Against = None,
    exchange_rate: Annotated[
        str,
        typer.Option(
            help="flexible: wages move, trade balances stand. pinned: relative national wages stand, trade balances move."
        ),
    ] = "flexible",
    csv: Annotated[Path | None, typer.Option(help="Also write the regional results as CSV.", callback=out_file)] = None,
    run_file: Annotated[
        Path | None, typer.Option("--run", help="Also write a run file that detente rerun repeats.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Solve one scenario and print what it does to every economy."""
    from detente.cases.baselines import baseline, in_words
    from detente.cases.case import Case
    from detente.equilibrium.outcome import BEYOND
    from detente.equilibrium.parameters import horizon as named_horizon
    from detente.policy.dossier import load_dossier
    from detente.strategy.year import rolled
    from detente.words import capital, say, two_digits
    from detente.words.names import region_name

    if against is not None:
        against = baseline(against)
    negotiation, table = load_dossier(dossier), the_world(world)
    name = None if scenario in (None, "status-quo") else scenario
    basis = named_horizon(horizon or negotiation.horizon.default, exchange_rate=exchange_rate)
    case = Case.of(negotiation, table, basis, with_ranges=False)
    idle = negotiation.without_effect(table.regions, table.sectors, name)
    outcome, base = case.outcome(name, against=against), case.compared_with(name, against)
    compared = in_words(base, negotiation)
    if csv is not None:
        outcome.to_csv(csv)
    if run_file is not None:
        from detente.cases.runs import Run

        Run.of_scenario(negotiation, name, table, basis, against=against).save(run_file)
    parties = [p.region for p in negotiation.parties if p.region in table.regions]
    year = dollars_of(table, parties, negotiation.as_of.year)
    title = f"{negotiation.scenario(name).title if name else capital(in_words('in-force', negotiation))} against {compared}"
    if as_json:
        header = {
            "dossier": negotiation.id, "scenario": name or "status-quo", "against": base, "against_is": compared,
            "horizon": basis.name,
        }  # fmt: skip
        emit({**header, **outcome.record(), "who_pays": _who_pays_record(outcome, parties, year), **told_idle(idle)})
        return
    in_year, factors = rolled(case)
    worth = outcome.equivalent_variation * outcome.equivalent_variation.index.map(factors)
    out.answer(
        say("cli/answers", "solve", incomes={c: float(outcome.real_income[c]) for c in case.trio if c in outcome.regions},
            worth=worth, world=outcome.world_real_income, year=in_year,
            beyond=dict(list(outcome.out_of_range.items())[:3]), most=BEYOND)
    )  # fmt: skip
    pinned = ", exchange rate pinned" if exchange_rate == "pinned" else ""
    made_on = f"{run_words(basis.name)}{pinned}, {table.name}, data of {table.year}"
    out.print(f"{title}\n{made_on}", highlight=False, markup=False, soft_wrap=True)
    money = "bn USD a year" if in_year is None else f"bn USD ({in_year})"
    shown = text_table(("economy", "real income, %", money, "real GDP, %", "exports, %"))
    exports = 100 * outcome.exports["change"] / outcome.exports["baseline"]
    percents = [(column, places_for(column)) for column in (outcome.real_income, outcome.real_gdp, exports)]
    places, most = percents[0][1], places_for(worth / 1000)
    for code in outcome.real_income.sort_values().index:
        income, *others = (signed(column[code], n) for column, n in percents)
        shown.add_row(f"{code}  {region_name(code)}", income, two_digits(worth[code] / 1000, most=most), *others)
    total = (signed(outcome.world_real_income, places), two_digits(worth.sum() / 1000, most=most))
    shown.add_row("world", *total, "", "", style="bold")
    out.print(shown)
    _print_who_pays(outcome, parties, year)
    print_idle(idle, f"Left out, as they change nothing in {table.name}")
    out.print(f"{outcome.status}, residual {outcome.residual:.0e}, {outcome.iterations} sweeps", style="dim", highlight=False)


def dollars_of(table: World, regions: list[str], year: int) -> int | None:
    """The year whose dollars are printed: the last one up to the dossier's known for all of `regions`; else the table's own."""
    from detente.world import money

    told = money.latest(regions, year) if table.year == money.BASE else None
    return told if told is not None and all(money.has(r, told) for r in regions) else table.year


def _factor(region: str, year: int | None, of: int | None) -> float | None:
    """What a dollar of the table's year is in dollars of `year`; None where that is not known."""
    from detente.world import money

    if year is None or year == of:
        return 1.0
    return money.factor(region, year) if money.has(region, year) else None


def _at_both_rates(outcome: Outcome) -> tuple[dict[str, WhoPays], str]:
    """Who pays at either exchange rate, the outcome's own first, and why the other has none (empty if it has)."""
    own: ExchangeRate = "pinned" if outcome.after.pinned else "flexible"
    other: ExchangeRate = "flexible" if own == "pinned" else "pinned"
    paid: dict[str, WhoPays] = {own: outcome.who_pays}
    try:
        paid[other] = outcome.at_exchange_rate(other).who_pays
    except NotConverged as error:
        return paid, f"{other}: {error}"
    return paid, ""


def _print_who_pays(outcome: Outcome, parties: list[str], year: int | None) -> None:
    """Both readings of the parties' net, at both exchange rates: percent of income, and money in words."""
    from detente.equilibrium.local_prices import told
    from detente.equilibrium.who_pays import COLUMNS

    paid, missing = _at_both_rates(outcome)
    rows = {c: [float(found.row(code)[c]) for code in parties for found in paid.values()] for c in COLUMNS}
    out.print()
    table = text_table(("who pays, % of income", *(f"{code}\n{rate}" for code in parties for rate in paid)))
    for part, values in rows.items():
        if part == "net" or max(map(abs, values)) >= 0.005:
            table.add_row(part, *map(signed, values))
    out.print(table)
    if missing:
        out.print(missing, style="yellow", highlight=False, markup=False)
    own, *others = paid.values()
    for code in parties:
        factor = _factor(code, year, own.year)
        text = own.explain(code, 1.0 if factor is None else factor, year, *others)
        more = "" if missing else told(outcome, code, year)
        out.print(f"{text} {more}".strip(), highlight=False, markup=False, soft_wrap=True)


def _who_pays_record(outcome: Outcome, parties: list[str], year: int | None) -> dict[str, Any]:
    """Both exchange rates, what turns the table's money into dollars of `year` by region (null where not known), and the parties'
    duties and prices; `missing` says why a rate has no numbers."""
    from detente.equilibrium.local_prices import bill

    paid, missing = _at_both_rates(outcome)
    factors = {r: _factor(r, year, outcome.before.economy.year) for r in outcome.regions}
    told = {
        **{rate: found.record() for rate, found in paid.items()},
        "dollars": {"year": year, "factor": factors},
        "duties_and_prices": {} if missing else {code: bill(outcome, code, year) for code in parties},
    }
    return told | ({"missing": missing} if missing else {})


def compare(
    package: Annotated[
        list[str], typer.Argument(help="DOSSIER (all its scenarios), DOSSIER:SCENARIO, or a run file; give several.")
    ],
    world: Annotated[list[str] | None, typer.Option("--world", "-w", help="A world; repeat for more.")] = None,
    horizon: Annotated[list[str] | None, typer.Option("--horizon", help="short, medium, long; repeat for more.")] = None,
    indicator: Annotated[
        str, typer.Option(help="What to compare: real income, consumer prices, tariff revenue …")
    ] = "real income",
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Only these; the dozen that differ most if absent.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Also write every number of every indicator as CSV.", callback=out_file)
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Also draw it (.svg, .png or .html).", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """n packages × m worlds × k parameter sets in one table, each against its own status quo."""
    from detente.cases.compare import INDICATORS, compare as run

    with progress_bar("compare", as_json) as progress:
        found = run(_packages(package), worlds=world, parameters=horizon, progress=progress)
    if csv is not None:
        write_csv(found.to_frame(), csv, index=False, float_format="%.10g")
    spread = found.spread(indicator)
    regions = [str(r) for r in spread.index]
    listed = economies(region, regions) or [r for r in regions if r != "WORLD"][:SHOWN] + [r for r in regions if r == "WORLD"]
    if chart is not None:
        from detente.briefing.charts.results import comparison_figure

        save_figure(comparison_figure(found, indicator, listed), chart)
    if as_json:
        emit(found.record())
        return
    unit = INDICATORS[indicator][0]
    out.print(f"{indicator}, {unit}, each against its own status quo", highlight=False)
    table = found.table(indicator)
    keys = [str(n) for n in table.index.names]
    shown = text_table((*keys, *(str(c) for c in table.columns)))
    for label, row in table.iterrows():
        parts = label if isinstance(label, tuple) else (label,)
        if parts[0] in listed:
            shown.add_row(*map(str, parts), *(signed(float(v)) for v in row))
    out.print(shown)
    for cell, why in found.failed.items():
        out.print(f"no numbers for {' / '.join(cell)}: {why}", style="yellow", highlight=False, markup=False)
    out.print(found.explain(indicator, "WORLD" if "WORLD" in spread.index else listed[0]), highlight=False, markup=False)


RunName = Annotated[str, typer.Argument(help="DOSSIER:SCENARIO or a run file.")]


def changed(
    before: RunName,
    after: RunName,
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Regions to show; the parties and the world if absent.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the table as CSV.", callback=out_file)] = None,
    as_json: Json = False,
) -> None:
    """What changed between two runs: what they read differently, and how much of the gap each difference makes."""
    from detente.cases.compare import what_changed

    old, new = _run(before), _run(after)
    found = what_changed(old, new)
    if csv is not None:
        write_csv(found.to_frame(), csv, float_format="%.10g")
    if as_json:
        emit(found.record())
        return
    for line in found.inputs:
        out.print(line, highlight=False, markup=False)
    own = [p.region for r in (old, new) if r.dossier is not None for p in r.dossier.parties]
    known = [str(r) for r in found.frame.index]
    listed = economies(region, known) or [r for r in dict.fromkeys(own) if r in known] + ["WORLD"]
    out.print(found.explain(listed), highlight=False, markup=False)


def _packages(given: list[str]) -> list[str | Run]:
    return [_run(text) if text.endswith(".json") else text for text in given]


def _run(text: str) -> Run:
    from detente.cases.runs import Run, read_run

    if text.endswith(".json"):
        record = read_run(text)
        if record["kind"] != "solve":
            raise InputError(f"{text} is the run file of a {record['kind']}; this needs one of detente solve --run")
        return Run.from_record(record)
    dossier, _, scenario = text.partition(":")
    return Run.of_scenario(dossier, scenario or None)


# -- the same again ----------------------------------------------------------------------------------------------------
def rerun(
    run_file: Annotated[Path, typer.Argument(help="run.json of a briefing, or a file of detente solve --run.")],
    world: Annotated[Path | None, typer.Option("--world", "-w", help="The world's file, if it does not ship.")] = None,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Where to write a briefing again.", callback=out_folder, parser=folder_name, metavar="FOLDER"
        ),
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Repeat a run file: the same dossier, world and parameters, solved again and compared. Exits with 1 where they differ."""
    from detente.cases.runs import read_run, repeat

    record = read_run(run_file)
    table = None if world is None else the_world(world)
    if record["kind"] == "solve":
        _, answer = repeat(record, table)
        told, same, text = answer.record(), answer.identical, answer.explain()
    elif record["kind"] == "briefing":
        told, same, text = _again(record, table, out_dir or run_file.parent / "rerun", force, as_json)
    else:
        raise InputError(f"{run_file} is the run file of a {record['kind']!r}; this repeats 'solve' and 'briefing'")
    if as_json:
        emit({"kind": record["kind"], **told}, part="" if record["kind"] == "solve" else "briefing")
    else:
        out.print(text, highlight=False, markup=False)
    if not same:
        raise typer.Exit(1)


def _again(record: dict[str, Any], world: Any, folder: Path, force: bool, quiet: bool) -> tuple[dict[str, Any], bool, str]:
    """Write the briefing again and compare every file with the sums in its record."""
    import json

    from detente.briefing import brief
    from detente.cases.runs import dossier_from, flat, world_from

    case = dossier_from(record.get("dossier_content", {}))
    table = world_from(record["world"], world)
    with progress_bar("briefing", quiet) as progress:
        made = brief(
            case,
            table,
            out=folder,
            horizon=record["parameters"]["name"],
            readers=record.get("readers", ()),
            force=force,
            anew=True,
            pdf="pdf" in record,
            progress=progress,
        )
    again = json.loads(made.run_json.read_text(encoding="utf-8"))
    then, now = ({k: v["sha256"] for k, v in r["files"].items()} for r in (record, again))
    differ = sorted(k for k in {*then, *now} if then.get(k) != now.get(k))
    old, new = flat(record["headline"]), flat(again["headline"])
    gaps = {k: abs(float(v) - float(old[k])) for k, v in new.items() if isinstance(v, (int, float)) and k in old}
    worst = max(gaps, key=lambda k: gaps[k], default="")
    edited = [k for k in ("headline", "parameters", "policies") if not _alike(flat(record.get(k)), flat(again.get(k)))]
    told = {
        "identical": not differ and not edited,
        "files": len(now),
        "differ": differ,
        "largest_gap": gaps.get(worst, 0.0),
        "where": worst,
    }
    if not differ and edited:
        told["edited"] = edited
        return (
            told,
            False,
            f"All files repeat themselves, but {' and '.join(edited)} in the run file are not what the run gave ({folder}).",
        )
    if not differ:
        return told, True, f"The briefing repeats itself: all {len(now)} files are the same to the byte ({folder})."
    text = f"{len(differ)} of {len(now)} files differ ({', '.join(differ[:4])}{' …' if len(differ) > 4 else ''}); "
    text += f"the largest gap of a headline number is {gaps.get(worst, 0.0):.2g} ({worst}). The new briefing is in {folder}."
    if record.get("code_version") != again.get("code_version"):
        text += f" It was made with version {record.get('code_version')}, this is {again.get('code_version')}."
    return told, False, text


def _alike(then: dict[str, Any], now: dict[str, Any]) -> bool:
    """The same names and values, numbers but for the rounding of another machine."""

    def same(a: Any, b: Any) -> bool:
        numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) if numbers else bool(a == b)

    return then.keys() == now.keys() and all(same(value, now[k]) for k, value in then.items())
