"""`detente bystander`: what a quarrel brings the economies that are not at the table, and what one of them can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.common import (
    DossierName,
    HorizonName,
    Json,
    WorldName,
    ask,
    emit,
    out,
    out_file,
    progress_bar,
    signed,
    subject_of,
    text_table,
    write_csv,
)
from detente.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from detente.cases.case import Case
    from detente.verbs import Beside


def bystander(
    dossier: DossierName,
    region: Annotated[
        str | None, typer.Option("--region", "-r", help="One third economy, MYS for Malaysia; all if absent.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", "-s", help="Where trade and exposure are read; the one in which talks fail if absent."),
    ] = None,
    probabilities: Annotated[
        str | None, typer.Option(help="Scenario probabilities, optimistic=0.3,middle=0.5,pessimistic=0.2; equal if absent.")
    ] = None,
    as_host: Annotated[
        bool, typer.Option("--as-host", help="Also say what hosting would be worth to it (the host's own page has it).")
    ] = False,
    duty: Annotated[float, typer.Option(min=0, max=1000, help="Duty on goods judged to be passed through, percent.")] = 40.0,
    world: WorldName = "world-2022",
    horizon: HorizonName = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the figures as CSV.", callback=out_file)] = None,
    chart: Annotated[
        Path | None, typer.Option(help="Also draw exports gained beside content carried: .svg, .png or .html.", callback=out_file)
    ] = None,
    as_json: Json = False,
) -> None:
    """Third economies: gains and losses, trade diverted, goods passed through; for one, its menu and what hosting is worth."""
    subject = subject_of(dossier, world, horizon)
    weights = parse_probabilities(probabilities)
    if region is None:
        if weights is not None or as_host:
            raise InputError("--probabilities and --as-host go with --region")
        with progress_bar("bystander", as_json) as progress:
            case = subject.case.solve(progress)
        name = case.scenario(scenario) or case.worst
        found = _all(case, name)
    else:
        answer = ask("bystander", subject, as_json, {"region": region, "scenario": scenario, "probabilities": weights})
        case, name = answer.case, answer.scenario
        found = _one(answer, duty / 100, as_host, given=weights is not None)
    if csv is not None:
        write_csv(found["tidy"], csv, index=False, float_format="%.10g")
    if chart is not None:
        from detente.briefing.charts.results import route_figure, routes_figure
        from detente.briefing.charts.standalone import save_chart

        data = csv.name if csv is not None else ""
        save_chart(routes_figure(case, name, data) if region is None else route_figure(case, region, name, data), chart)
    if as_json:
        emit(found["record"])
        return
    for line in found["shown"]:
        out.print(line, highlight=False, markup=False)
    if chart is not None:
        out.print(f"chart  {chart}", highlight=False, markup=False)
    if csv is not None:
        out.print(f"data   {csv}", highlight=False, markup=False)


def parse_probabilities(given: str | None) -> dict[str, float] | None:
    """ "a=0.3,b=0.7" as a mapping. Raises `InputError` where it is not that, or a name comes twice."""
    if given is None:
        return None
    found: dict[str, float] = {}
    for part in given.split(","):
        name, equals, value = part.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not equals or not name.strip() or number != number:
            raise InputError(
                f"--probabilities takes scenario=number pairs such as optimistic=0.3,pessimistic=0.7, not {part.strip()!r}"
            )
        if name.strip() in found:
            raise InputError(f"--probabilities names {name.strip()!r} twice")
        found[name.strip()] = number
    return found


def _tidy(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["table", "row", "measure", "value"])


def _melt(table: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"table": table, "row": str(row), "measure": str(column), "value": float(value)}
        for row, values in frame.iterrows()
        for column, value in values.items()
    ]


def _ranged(case: Case, region: str, scenario: str) -> str:
    low, high = case.weighted_range(region, {scenario: 1.0})
    ends = f"{signed(low)} to {signed(high)}"
    return signed(case.real_income(scenario, region)) + (f" ({ends})" if signed(low) != signed(high) else "")


def _title(case: Case, scenario: str) -> str:
    return (
        f"{case.dossier.scenario(scenario).title} ({scenario}) against the status quo of {case.dossier.as_of:%d %B %Y}, "
        f"{case.parameters.name} run, {case.world.name}"
    )


def _all(case: Case, scenario: str) -> dict[str, Any]:
    """One row an economy."""
    from detente.strategy.bystanders import overview
    from detente.words.names import region_name

    frame, unit = overview(case, scenario), case.world.unit
    others = [s for s in case.successes if s != scenario][:1]
    heads = ("economy", *(f"income %, {s}" for s in others), f"income %, {scenario}", f"exports to {case.a}")
    shown = text_table((*heads, f"imports from {case.b}", f"{case.b} content", "then", "gap"))
    for code, row in frame.iterrows():
        r = str(code)
        shown.add_row(
            f"{r}  {region_name(r).split(' (')[0][:22]}",
            *(signed(case.real_income(s, r)) for s in others),
            _ranged(case, r, scenario),
            *(
                signed(row[f"{what}, {unit}"] / 1e3)
                for what in (f"exports gained to {case.a}", f"imports deflected from {case.b}")
            ),
            *(f"{row[f'{case.b} content in {s}, {unit}'] / 1e3:.2f}" for s in ("status quo", scenario)),
            f"{row['duty gap in status quo, points']:.0f} → {row[f'duty gap in {scenario}, points']:.0f}",
        )
    note = (
        f"Real income in percent (range over the parameters). Exports gained, imports deflected and {case.b} content in goods "
        f"sold to {case.a}: bn USD a year before duties. Gap: points of duty saved by passing goods through, before → after."
    )
    record = {
        "dossier": case.dossier.id, "scenario": scenario, "against": f"the status quo of {case.dossier.as_of}",
        "horizon": case.parameters.name, "parties": [case.a, case.b],
        "economies": [{"economy": str(code), **{str(k): float(v) for k, v in row.items()}} for code, row in frame.iterrows()],
    }  # fmt: skip
    follow = f"Next: detente bystander {case.dossier.id} --region {frame.index[0]}"
    return {"tidy": _tidy(_melt("economies", frame)), "record": record, "shown": [_title(case, scenario), shown, note, follow]}


def _one(answer: Beside, rate: float, as_host: bool, *, given: bool) -> dict[str, Any]:
    """Dependence, menu, diversion, goods passed through, hosting."""
    from detente.strategy.bystanders import ANSWERED, diversion_of, harms_of, host_stake
    from detente.strategy.transshipment import pass_through, pass_through_duty
    from detente.types import plain
    from detente.words.names import region_name, sector_name
    from detente.world.exposure import dependence

    case, region, scenario, menu = answer
    trade = diversion_of(case, region, scenario)
    routes, before = pass_through(case, scenario), pass_through(case)
    other_way = pass_through(case, scenario, toward=case.b)
    duty = pass_through_duty(case, region, scenario, rate=rate)
    leaning = dependence(case.chains(None), region).loc[list(case.parties)]
    stake = None
    if as_host or case.dossier.venue.region == region:
        failing = duty if scenario == case.worst else pass_through_duty(case, region, case.worst, rate=rate)
        stake = host_stake(case, region, harms_of(case, failing, menu))
    name, unit = region_name(region), case.world.unit
    lines: list[Any] = [
        _title(case, scenario),
        f"{name}: real income {_ranged(case, region, scenario)} %",
        "",
        "Dependence in the status quo, percent",
    ]
    shown = text_table(("on", *leaning.columns))
    for party, row in leaning.iterrows():
        shown.add_row(region_name(str(party)), *(f"{v:.1f}" for v in row))
    lines += [shown, "", "What it can do: real income, percent against the status quo, if everyone else does as in the scenario"]
    shown = text_table(("option", *menu.scenarios, "expected"))
    shown.columns[0].no_wrap = False
    for option, row in menu.to_frame().iterrows():
        values = [signed(float(row[c])) for c in (*menu.scenarios, "expected")]
        shown.add_row(str(option) + (f" (needs {menu.consent[str(option)]})" if str(option) in menu.consent else ""), *values)
    lines += [shown, menu.explain(), f"Without anybody's consent: {menu.own.explain()}"]
    odds = ", ".join(f"{s} {100 * p:.0f} %" for s, p in zip(menu.scenarios, menu.probabilities, strict=True))
    lines.append(f"Expected at {odds}" + ("." if given else " (equal, as none were given)."))
    if any(o.endswith(ANSWERED) for o in menu.options):
        lines.append(f"Added duties pay only while nobody answers; “{ANSWERED}” is what they bring if somebody does.")
    gained, deflected = trade[f"exports change, {unit}"], trade[f"imports change, {unit}"]
    lines += [
        "",
        f"Trade: exports {signed(gained.sum() / 1e3)} bn USD a year ({gained.idxmax()} {signed(gained.max() / 1e3)}), imports "
        f"{signed(deflected.sum() / 1e3)} bn ({deflected.idxmax()} {signed(deflected.max() / 1e3)})",
        "",
        "Goods passed through. " + routes.explain(region),
        f"In the status quo: {before.of(region)[f'content, {unit}'] / 1e3:.1f} bn USD of {case.b} content, a gap of "
        f"{before.of(region)['duty gap, points']:.0f} points. The other way, {case.a} content in goods sold to {case.b}: "
        f"{other_way.of(region)[f'content, {unit}'] / 1e3:.1f} bn.",
    ]  # fmt: skip
    lines.append(f"Goods exports to {case.a} in {scenario}, bn USD a year, and the duty gap in points")
    shown = text_table(("sector", "exports", f"{case.b} content", "matched", "gap"))
    for sector, row in routes.by_sector(region).head(6).iterrows():
        bn = [row[f"{what}, {unit}"] / 1e3 for what in ("exports", "content", "matched")]
        shown.add_row(str(sector_name(str(sector)))[:34], *(f"{v:.2f}" for v in bn), f"{row['duty gap, points']:.0f}")
    lines += [shown, duty.explain()]
    if stake is not None:
        lines += ["", f"Hosting. {stake.explain()}", stake.sides(menu, case.parties)]
    tables = {
        "dependence": leaning, "menu": menu.to_frame(), "diversion": trade, "passed through": routes.by_sector(region),
        "passed through, status quo": before.by_sector(region), "duty": duty.to_frame(),
        **({"hosting": stake.to_frame()} if stake is not None else {}),
    }  # fmt: skip
    record = {
        "dossier": case.dossier.id, "region": region, "scenario": scenario, "against": f"the status quo of {case.dossier.as_of}",
        "horizon": case.parameters.name, "parties": [case.a, case.b],
        "real_income": {s: case.real_income(s, region) for s in case.outcomes},
        "real_income_range": {s: list(case.weighted_range(region, {s: 1.0})) for s in case.outcomes},
        "dependence": plain(leaning.to_dict(orient="index")), "menu": menu.record(),
        "diversion": trade.reset_index().to_dict(orient="records"),
        "pass_through": {s: plain(r.of(region)) for s, r in (("status-quo", before), (scenario, routes))},
        "other_way": plain(other_way.of(region)), "sectors": plain(routes.by_sector(region).to_dict(orient="index")),
        "duty": duty.record(), "hosting": stake.record() if stake is not None else None,
    }  # fmt: skip
    rows = [row for label, frame in tables.items() for row in _melt(label, frame)]
    return {"tidy": _tidy(rows), "record": record, "shown": lines}
