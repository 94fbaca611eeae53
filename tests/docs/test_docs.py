"""What the documentation says can be done: links lead somewhere, commands and names exist, marked blocks run as they stand.

A block after `<!-- runs -->` is run, in the order of its page, the blocks of a page one after the other in one folder.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from doctest import script_from_examples
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
import typer.main
from nbclient import NotebookClient
from tests.golden.keep import same_numbers

import detente as dt
from detente.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(?P<runs><!-- runs -->\n)?^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+(?:\([^()]*\))?)\)")
named = pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])


def blocks(page: Path, *kinds: str, run: bool = False) -> list[str]:
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [m["body"] for m in found if m["kind"] in kinds and (m["runs"] or not run)]


@cache
def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings as code hosts make them, and those it sets itself."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    heads = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", h) for h in re.findall(r"^#+ +(.+)$", text, re.M)]
    made = [re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in heads]
    return {*made, *re.findall(r'(?:id|name)="([^"]+)"', text)}


def test_every_page_stands_once_in_the_list_of_the_site() -> None:
    listed = re.findall(r"([\w/-]+\.(?:md|ipynb))$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M)
    there = [str(p.relative_to(ROOT / "docs")) for end in ("md", "ipynb") for p in (ROOT / "docs").rglob(f"*.{end}")]
    assert len(listed) == len(set(listed)), sorted({p for p in listed if listed.count(p) > 1})
    assert set(there) <= set(listed), sorted(set(there) - set(listed))


@named
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^    .*$", "", BLOCK.sub("", page.read_text(encoding="utf-8")), flags=re.M)  # without indented code
    for link in LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), f"{page.name}: {link}"
        assert ROOT in target.parents, f"{page.name}: {link} leaves the repository"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name}: {link}: no such heading"


@named
def test_every_python_block_can_be_read_and_its_names_exist(page: Path) -> None:
    for body in blocks(page, "python"):
        tree = ast.parse(script_from_examples(body) if body.startswith(">>>") else body)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("detente"):
                module = import_module(str(node.module))
                for alias in node.names:
                    assert hasattr(module, alias.name), f"{page.name}: {node.module}.{alias.name}"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dt":
                assert hasattr(dt, node.attr), f"{page.name}: dt.{node.attr}"


def commands(body: str) -> list[list[str]]:
    """The calls of `detente` in a block of a shell, without what stands before and after."""
    found = []
    for line in body.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        words = words[: next((i for i, w in enumerate(words) if w in ("|", ">", "&&", ";", "&")), len(words))]
        while words and "=" in words[0]:
            words = words[1:]
        if words and words[0].rpartition("/")[2] == "detente" and "..." not in words and "…" not in words:
            found.append(words[1:])
    return found


def parsed(words: list[str]) -> None:
    """Walk down the commands to the one named and read its options; nothing is run. Raises for what is not known."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words:
        if words[0] in {o for p in command.params for o in p.opts}:  # an option of the whole, before the command
            words = words[1:]
            continue
        if words[0].startswith("-"):
            break
        assert words[0] in command.commands, f"no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
    for word in words:
        if re.match(r"--?[A-Za-z]", word):
            assert word.partition("=")[0] in known, f"{command.name} has no option {word}"


@named
def test_every_command_exists_with_its_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    inline = re.findall(r"`(detente [^`\n]+)`", BLOCK.sub("", text))
    typed = (line[2:] for body in blocks(page, "console") for line in body.splitlines() if line.startswith("$ "))
    for body in (*blocks(page, "sh", "bash", ""), *typed, *inline):
        for line in body.replace("\\\n", " ").splitlines():
            try:
                calls = commands(line)
            except ValueError:  # a quotation mark in prose or in what a command printed
                continue
            for words in calls:
                parsed(words)


RUN = [p for p in PAGES if "<!-- runs -->" in p.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", RUN, ids=[str(p.relative_to(ROOT)) for p in RUN])
def test_marked_blocks_run_as_they_stand(page: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "detente"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m detente "$@"\n')
    program.chmod(0o755)
    (tmp_path / "here").mkdir()
    environment = os.environ | {"PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for match in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if not match["runs"]:
            continue
        call = ["bash", "-e"] if match["kind"] == "sh" else [sys.executable, "-"]
        ran = subprocess.run(
            call, input=match["body"], cwd=tmp_path / "here", env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{match['body']}\n{ran.stdout[-600:]}\n{ran.stderr[-2000:]}"


NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))


@pytest.mark.parametrize("place", NOTEBOOKS, ids=[p.name for p in NOTEBOOKS])
def test_notebooks_run_and_say_what_they_said(place: Path) -> None:
    """Every cell runs; plain texts are those that are kept, number by number (`tests/golden/keep.py` says how near)."""
    kept, now = (nbformat.read(place, as_version=4) for _ in range(2))
    NotebookClient(now, timeout=600, kernel_name="python3").execute()
    for old, new in zip(kept.cells, now.cells, strict=True):
        for before, after in zip(old.get("outputs", []), new.get("outputs", []), strict=True):
            texts = [str(o["data"]["text/plain"]) if "data" in o else str(o.get("text", o)) for o in (before, after)]
            texts = [re.sub(r", residual .* sweeps", "", t) for t in texts]  # how it was solved is not what it says
            assert same_numbers(*texts), f"{old.source}\n{texts[0]}\n-- now\n{texts[1]}"
