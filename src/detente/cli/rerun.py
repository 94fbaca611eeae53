"""`detente rerun`: repeat a run from its file and say whether the same numbers come out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from detente.cli.common import Force, Json, emit, folder_name, out, out_folder, progress_bar
from detente.errors import InputError


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
    from detente.world.library import load_world

    record = read_run(run_file)
    table = None if world is None else load_world(world)
    if record["kind"] == "solve":
        _, answer = repeat(record, table)
        told, same, text = answer.record(), answer.identical, answer.explain()
    elif record["kind"] == "briefing":
        told, same, text = _briefing(record, table, out_dir or run_file.parent / "rerun", force, as_json)
    else:
        raise InputError(f"{run_file} is the run file of a {record['kind']!r}; this repeats 'solve' and 'briefing'")
    if as_json:
        emit({"kind": record["kind"], **told})
    else:
        out.print(text, highlight=False, markup=False)
    if not same:
        raise typer.Exit(1)


def _briefing(record: dict[str, Any], world: Any, folder: Path, force: bool, quiet: bool) -> tuple[dict[str, Any], bool, str]:
    """Write the briefing again and compare every file with the sums in its record."""
    import json

    from detente.briefing import brief
    from detente.cases.runs import dossier_from, flat, world_from

    case = dossier_from(record.get("dossier_content", {}))
    table = world_from(record["world"], world)
    with progress_bar("briefing", quiet) as progress:
        made = brief(case, table, out=folder, horizon=record["parameters"]["name"], force=force, progress=progress)
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
