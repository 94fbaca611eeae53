"""`detente check`: whether a dossier is sound, what each command still lacks, and what in it may not be meant."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import typer

from detente.cli.common import DossierName, Json, WorldName, emit, err, out, print_idle, text_table, the_world, told_idle

if TYPE_CHECKING:
    from detente.verbs import Subject

COMMANDS = {
    "solve": "path", "path": "path", "jobs": "jobs", "politics": "politics", "talks": "talks", "deal": "deal", "truce": "truce",
    "outlook": "outlook", "outlook --questions": "questions", "watch": "outlook", "uncertainty": "uncertainty",
    "reaction": "reaction", "bystander": "bystander", "ensemble": "ensemble", "brief": "briefing",
}  # fmt: skip
"""Commands that take a dossier, with the question of `detente.verbs` whose conditions they raise."""


def check(dossier: DossierName, world: WorldName = "world-2022", as_json: Json = False) -> None:
    """Test a dossier: its codes against a world, what each command still lacks, what may not be meant.

    Exit code 2 when something is wrong.
    """
    from detente.policy.dossier import load_dossier
    from detente.policy.doubts import doubts_of
    from detente.policy.migration import note_of
    from detente.verbs import Subject

    d, table = load_dossier(dossier), the_world(world)
    problems = d.check(table.regions, table.sectors)
    idle = {} if problems else d.never_effective(table.regions, table.sectors)
    lacks = {} if problems else lacking(Subject(table, None, d))
    doubts = doubts_of(dossier)
    for doubt in doubts:
        err.print(f"look again: {doubt}", highlight=False, markup=False, soft_wrap=True)
    if not as_json and (note := note_of(d, dossier)):
        err.print(note, highlight=False, markup=False, style="dim", soft_wrap=True)
    if as_json:
        asked = {"doubts": doubts} if doubts else {}
        lacked = {"lacks": lacks} if lacks else {}
        emit({"id": d.id, "problems": problems, "without_resolution": d.unresolvable(), **asked, **lacked, **told_idle(idle)})
    elif idle:
        print_idle(idle, f"{d.id} can be read, but {len(idle)} of its measures would change nothing in {table.name}")
    elif not problems:
        out.print(
            f"{d.id} is sound: {len(d.measures)} measures, {len(d.scenarios)} scenarios, {len(d.sources)} sources",
            highlight=False,
        )
    else:
        for problem in problems:
            err.print(problem, highlight=False)
    if not as_json and not problems:
        _print_lacking(lacks)
    if not as_json and d.unresolvable():
        told = f"Without a rule and source that settle what happened (resolution): {', '.join(d.unresolvable())}"
        err.print(told, highlight=False, markup=False, style="dim", soft_wrap=True)
    if problems:
        raise typer.Exit(2)


def remind(dossier: str) -> None:
    """One line where something in a dossier may not be meant."""
    from detente.policy.doubts import doubts_of

    found = len(doubts_of(dossier))
    if found:
        what = "one thing" if found == 1 else f"{found} things"
        err.print(f"look again: {what} in {dossier} may not be meant: detente check {shlex.quote(dossier)}", highlight=False)


def lacking(subject: Subject) -> dict[str, list[str]]:
    """What each command lacks, in the words it would refuse with; commands that run are left out."""
    from detente.verbs import VERBS

    asked = {question: VERBS[question].lacks(subject) for question in dict.fromkeys(COMMANDS.values())}
    return {command: asked[question] for command, question in COMMANDS.items() if asked[question]}


def _print_lacking(lacks: dict[str, list[str]]) -> None:
    runs = [command for command in COMMANDS if command not in lacks]
    if not lacks:
        out.print("Every command can answer.", highlight=False)
        return
    out.print(f"Can answer: {', '.join(runs) or 'none'}", highlight=False, soft_wrap=True)
    shown = text_table(("command", "lacks"))
    shown.columns[1].justify, shown.columns[1].no_wrap = "left", False
    alike: dict[str, list[str]] = {}
    for command, told in lacks.items():
        alike.setdefault("\n".join(told), []).append(command)
    for told_once, commands in alike.items():
        shown.add_row("\n".join(commands), told_once)
    out.print(shown)
