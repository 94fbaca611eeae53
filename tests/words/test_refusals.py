"""Refusals: every call has its macro and gives it what it names; what a user wrote is quoted to the byte."""

import ast
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from detente.errors import BadDossier
from detente.policy.dossier import parse_dossier
from detente.words import refusal

SOURCE = Path(str(files("detente")))
ROOMS = ("policy", "world", "talks", "cases", "strategy", "outlook", "briefing", "validation", "cli")
"""Those that refuse by name where they refuse; the others have helpers that do."""
ALL = sorted(str(p.parent.relative_to(SOURCE)) for p in SOURCE.rglob("refusals.md.j2"))


def _calls(room: str) -> list[tuple[str, str, set[str | None]]]:
    """Where, macro and the names of the values of every refusal of a room; a `**` is named None."""
    found = []
    for path in sorted((SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refusal":
                first, second = node.args
                assert isinstance(first, ast.Constant)
                assert isinstance(second, ast.Constant)
                assert first.value == room
                found.append((f"{path.name}:{node.lineno}", str(second.value), {k.arg for k in node.keywords}))
    return found


def _macros(room: str) -> dict[str, set[str]]:
    """Macro → names it reads."""
    tree = Environment().parse((SOURCE / room / "refusals.md.j2").read_text(encoding="utf-8"))
    return {m.name: {n.name for n in m.find_all(nodes.Name)} for m in tree.find_all(nodes.Macro)}


@pytest.mark.parametrize("room", ROOMS)
def test_every_refusal_has_a_text_that_reads_just_what_it_is_given(room: str) -> None:
    macros, calls = _macros(room), _calls(room)
    assert {macro for _, macro, _ in calls} == set(macros)
    assert not set(macros) & set().union(*macros.values())  # a value named like a macro would be hidden by it
    for where, macro, values in calls:
        if None in values:
            assert values - {None} <= macros[macro], where
        else:
            assert values == macros[macro], where


@pytest.mark.parametrize("room", ALL)
def test_a_value_is_text_by_then_and_has_no_parts(room: str) -> None:
    """A list that is joined in a refusal would be the letters of its own text."""
    tree = Environment().parse((SOURCE / room / "refusals.md.j2").read_text(encoding="utf-8"))
    assert not [
        m.name for m in tree.find_all(nodes.Macro) if list(m.find_all((nodes.Filter, nodes.For, nodes.Getitem, nodes.Getattr)))
    ]


@pytest.mark.parametrize("text", ["two  spaces", " at the ends ", "a\n\nnew paragraph", "tab\there", "{{ 1 + 1 }} <b>&amp;"])
def test_what_a_user_wrote_is_quoted_to_the_byte(text: str) -> None:
    told = refusal("policy", "lever_range", lever="x", title=text, low="0", high="1", value="2")
    assert told == f"x ({text}) goes from 0 to 1, not 2"
    assert refusal("policy", "tariff_on_itself", by=text) == f"{text} has no tariff on itself"


def test_two_spaces_in_a_key_of_a_dossier_stand_in_its_refusal() -> None:
    with pytest.raises(BadDossier, match=r"a  b\.yaml, line 2: 'two  words' is given twice \(first in line 1\)"):
        parse_dossier("two  words: 1\ntwo  words: 2\n", "a  b.yaml")
