"""Pages of the documentation site that are made from what stands elsewhere: nothing is written down twice.

mkdocs calls `on_files` before it reads pages and `on_page_markdown` for each of them (`hooks` in mkdocs.yml).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
import yaml
from mkdocs.structure.files import File, Files

from detente import errors
from detente.cli import app

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "detente" / "data"
ROOMS = {
    "cases": "Cases",
    "world": "The world",
    "policy": "Measures and dossiers",
    "equilibrium": "Equilibrium",
    "strategy": "Strategy",
    "talks": "Talks",
    "table": "At the table",
    "outlook": "Outlook",
    "briefing": "Briefing",
    "build": "Tables and trade people have",
    "validation": "Validation",
    "verbs": "Questions",
    "errors": "Errors",
}


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made here."""
    made = {
        "index.md": _from_root("README.md"),
        "changes.md": _from_root("CHANGELOG.md"),
        "contributing.md": _from_root("CONTRIBUTING.md"),
        "assumptions.md": assumptions(),
        "glossary.md": glossary(),
        "commands.md": commands(),
        "errors.md": refusals(),
        "python.md": python(),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links to files outside the documentation lead to the text of the file's name."""
    return re.sub(r"\[([^\]]+)\]\(\.\./(?:LICENSE|NOTICE|src|tests|benchmarks|packaging|pyproject)[^)]*\)", r"\1", markdown)


def _from_root(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    text = re.sub(r"\]\((?:\./)?docs/", "](", text)
    return text.replace("](CONTRIBUTING.md", "](contributing.md").replace("](CHANGELOG.md", "](changes.md")


def assumptions() -> str:
    """The assumptions of the ledger and of the world table, each with its evidence and what follows if it is wrong."""
    parts = ["# Assumptions", "Numbers and choices that no source gives as they are needed, with what they rest on."]
    for name in ("assumptions.yaml", "worlds/assumptions_world.yaml"):
        for a in yaml.safe_load((DATA / name).read_text(encoding="utf-8"))["assumptions"]:
            parts.append(
                f"## {a['id']}\n\n{a['statement']}\n\n**Evidence.** {a['evidence']}\n\n**If it is wrong.** {a['if_wrong']}"
            )
    return "\n\n".join(parts) + "\n"


def glossary() -> str:
    """The words that a briefing explains."""
    terms = yaml.safe_load((DATA / "glossary.yaml").read_text(encoding="utf-8"))["terms"]
    rows = "\n".join(f"| {t['term']} | {t['means']} |" for t in sorted(terms, key=lambda t: str(t["term"]).lower()))
    return f"# Glossary\n\n| term | meaning |\n|---|---|\n{rows}\n"


def commands() -> str:
    """Every command with its arguments and options, as the program itself tells them."""
    parts = [
        "# Commands\n\nThe same as `detente COMMAND --help`. Every command that answers takes `--json` "
        "([what it holds](json.md)); most take `--csv` and `--chart`."
    ]
    parts += [_command(words, command) for words, command in _walk((), typer.main.get_command(app))]
    return "\n\n".join(parts) + "\n"


def _walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if hasattr(command, "commands"):
        for name in sorted(command.commands):
            yield from _walk((*words, name), command.commands[name])
    else:
        yield words, command


def _command(words: tuple[str, ...], command: Any) -> str:
    head = f"## detente {' '.join(words)}\n\n{' '.join((command.help or '').split())}"
    rows = []
    for p in command.params:
        names = " ".join(f"`{o}`" for o in (*p.opts, *p.secondary_opts)) if p.param_type_name == "option" else f"`{p.name}`"
        told = " ".join(str(getattr(p, "help", "") or "").split()).replace("|", "\\|")
        rows.append(f"| {names} | {told} |")
    return head + ("\n\n| | |\n|---|---|\n" + "\n".join(rows) if rows else "")


def refusals() -> str:
    """Every named failure: what it means, with which code the command line ends, and where it is raised."""
    sources = {p: p.read_text(encoding="utf-8") for p in sorted((ROOT / "src" / "detente").rglob("*.py"))}
    kinds = {n: k for n, k in vars(errors).items() if isinstance(k, type) and issubclass(k, errors.DetenteError)}
    parts = [
        "# Failures",
        "Each is a class of `detente.errors`. The command line prints it without a traceback and ends with its code.",
    ]
    for name, kind in sorted(kinds.items()):
        rooms = {
            p.relative_to(ROOT / "src" / "detente").with_suffix("").as_posix()
            for p, s in sources.items()
            if f"raise {name}(" in s
        }
        parts += [f"## {name}", str(kind.__doc__), f"Ends with {kind.exit_code}. A kind of {', '.join(_kinds(kind))}."]
        if rooms:
            parts.append("Raised in " + ", ".join(f"`{r}`" for r in sorted(rooms)) + ".")
    return "\n\n".join(parts) + "\n"


def _kinds(kind: type[errors.DetenteError]) -> list[str]:
    return [f"`{k.__name__}`" for k in kind.__mro__[1:] if k not in (object, BaseException)]


def python() -> str:
    """Every public name, by the room it comes from, with its own documentation."""
    stub = (ROOT / "src" / "detente" / "__init__.pyi").read_text(encoding="utf-8")
    by_room: dict[str, list[str]] = {}
    for module, names in re.findall(r"^from \.([\w.]+) import (\([^)]*\)|[^\n]+)", stub, re.M):
        room = module.split(".")[0]
        for name in re.findall(r"(\w+) as \w+", names):
            by_room.setdefault(room, []).append(f"detente.{module}.{name}")
    parts = ["# Python\n\n`import detente as dt`: every name below is `dt.NAME`."]
    for room in [*(r for r in ROOMS if r in by_room), *sorted(set(by_room) - set(ROOMS))]:
        parts.append(f"## {ROOMS.get(room, room)}")
        parts += [f"::: {name}" for name in sorted(by_room[room], key=lambda n: n.rsplit(".", 1)[1].lower())]
    return "\n\n".join(parts) + "\n"
