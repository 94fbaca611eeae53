"""A catalogue of another language: what it holds, how it is read, what it may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from detente import words as text
from detente.errors import InputError
from detente.words.messages import catalog
from detente.words.pieces import pieces
from detente.words.translation import DOMAIN

ROOT = Path(str(files("detente")))
TEMPLATES = sorted(p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.md.j2") if p.parent != ROOT / "briefing" / "templates")
NODES = "briefing/charts/fan"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues that the program looks into."""
    monkeypatch.setenv("DETENTE_LOCALE", str(tmp_path))
    return tmp_path


def put(shelf: Path, code: str, *said: tuple[str, str, str | None], end: str = ".po", fuzzy: bool = False) -> None:
    """A catalogue with these (text, translation, context)."""
    held = Catalog()
    for original, told, where in said:
        held.add(original, told, context=where, flags=["fuzzy"] if fuzzy else [])
    place = shelf / code / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / f"{DOMAIN}{end}").open("wb") as file:
        (write_mo if end == ".mo" else write_po)(file, held)


def original(template: str, name: str) -> str:
    """The source of one text."""
    return next(p.text for p in pieces((ROOT / f"{template}.md.j2").read_text(encoding="utf-8")) if p.name == name)


# -- what is in the catalogue ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_macro_of_a_template_is_found_as_jinja_finds_it(template: str) -> None:
    source = (ROOT / template).read_text(encoding="utf-8")
    tree = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).parse(source)
    assert [p.name for p in pieces(source) if p.macro] == [m.name for m in tree.find_all(jinja2.nodes.Macro)]
    outside = [n.target.name for n in tree.body if isinstance(n, jinja2.nodes.Assign)]  # type: ignore[attr-defined]
    assert [p.name for p in pieces(source) if not p.macro] == outside


def test_what_only_calls_is_no_text() -> None:
    macros = "{% macro a() %}{{ b(1) }}{# words in here #}{% endmacro %}{% macro b(x) %}Yes{% endmacro %}"
    found = {p.name: p.has_words for p in pieces(macros + "{% set c = 1 %}{% set d = ['two words'] %}")}
    assert found == {"a": False, "b": True, "c": False, "d": True}


def test_the_catalogue_holds_texts_labels_and_forms_of_names() -> None:
    held = {(m.context, m.id) for m in catalog()}
    assert (f"{NODES}: remark", original(NODES, "remark")) in held
    assert ("region USA: in a sentence", "the United States") in held
    assert ("region WORLD: possessive", "the world’s") in held
    assert ("sector RER: name", "rare earths and magnets") in held
    assert {(None, "less than {0}"), (None, "real income")} <= held


# -- how it is read ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("end", [".po", ".mo"])
def test_a_catalogue_says_texts_labels_and_names_its_way(shelf: Path, end: str) -> None:
    end_of_line = "{{ fixed(value, 1) }} ⟦xx⟧"
    put(
        shelf,
        "xx",
        (original(NODES, "at_end"), end_of_line, f"{NODES}: at_end"),
        ("Chance", "Ĉħàñċé", None),
        ("the United States’", "ÜŠ", "region USA: possessive"),
        end=end,
    )
    before = text.say(NODES, "at_end", value=1234.5, places=2)
    with text.language("xx"):
        assert text.say(NODES, "at_end", value=1234.5, places=2) == "1,234.5 ⟦xx⟧"
        assert text._("Chance") == "Ĉħàñċé"
        assert text.possessive("USA") == "ÜŠ"
        assert text.name("USA") == "the United States"  # not in the catalogue
    assert text.say(NODES, "at_end", value=1234.5, places=2) == before
    assert text._("Chance") == "Chance"


def test_the_language_of_the_environment_is_taken(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shelf, "xx", ("Chance", "Ĉ", None))
    monkeypatch.setenv("DETENTE_LANG", "xx")
    assert text._("Chance") == "Ĉ"
    with text.language("en"):
        assert text._("Chance") == "Chance"


def test_what_is_marked_as_fuzzy_is_left_out(shelf: Path) -> None:
    put(shelf, "xx", ("Chance", "Ĉ", None), fuzzy=True)
    with text.language("xx"):
        assert text._("Chance") == "Chance"


def test_a_reworded_text_is_english_again(shelf: Path) -> None:
    put(shelf, "xx", ("an older wording", "Ĉ", f"{NODES}: remark"))
    before = text.say(NODES, "remark")
    with text.language("xx"):
        assert text.say(NODES, "remark") == before


def test_a_language_without_a_catalogue_is_refused(shelf: Path) -> None:
    with pytest.raises(InputError, match=r"no catalogue for the language 'xx'.*xx/LC_MESSAGES/detente.po"), text.language("xx"):
        pass
    place = shelf / "yy" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "detente.po").write_text('msgid "a\n', encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as a catalogue"), text.language("yy"):
        pass


# -- what it may say ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "why"),
    [("{% if value %}", "is no template"), ("{{ open('x') }}{{ value }}", "asks for open"), ("{{ other }}", "asks for other")],
)
def test_a_text_that_is_no_template_or_asks_for_more_is_refused(shelf: Path, said: str, why: str) -> None:
    put(shelf, "xx", (original(NODES, "at_end"), said, f"{NODES}: at_end"))
    with text.language("xx"), pytest.raises(InputError, match=why):
        text.say(NODES, "at_end", value=1.0)


def test_a_text_runs_in_the_sandbox(shelf: Path) -> None:
    put(shelf, "xx", (original(NODES, "at_end"), "{{ value.__class__.__mro__ }}", f"{NODES}: at_end"))
    with text.language("xx"), pytest.raises(jinja2.exceptions.SecurityError):
        text.say(NODES, "at_end", value=1.0)


# -- numbers, dates and lists ------------------------------------------------------------------------------------------
@pytest.fixture
def german(shelf: Path) -> Iterator[None]:
    """Numbers as German writes them, words as nobody does."""
    put(shelf, "de", ("less than {0}", "⟦<⟧ {0}", None), ("{0} to {1}", "{0} ⟦…⟧ {1}", None))
    with text.language("de"):
        yield


@pytest.mark.usefixtures("german")
def test_numbers_follow_the_language() -> None:
    assert text.fixed(1234.5, 1) == "1.234,5"
    assert text.percent(-0.34) == "−0,34\u202f%"
    assert text.percent(0) == "⟦<⟧ 0,01\u202f%"
    assert text.percent_range(-0.5, 0.25) == "−0,50 ⟦…⟧ 0,25\u202f%"
    assert text.chance(0.001) == "⟦<⟧ 1\u202f%"
    assert text.chance_range(0.4, 0.52) == "40 ⟦…⟧ 52\u202f%"


@pytest.mark.usefixtures("german")
def test_money_days_and_lists_follow_the_language() -> None:
    sums = {45.65: "USD\xa046\xa0Millionen", -1234.0: "−USD\xa01,2\xa0Milliarden", 2e6: "USD\xa02\xa0Billionen"}
    assert {m: text.money(m) for m in sums} == sums
    assert (text.money(0.3), text.money(0.01)) == ("USD\xa00,3\xa0million", "⟦<⟧ USD\xa00,1\xa0million")
    assert (text.days(0.605), text.days(3.0), text.days(1 / 365.25)) == ("221 Tage", "3,0 Jahre", "1 Tag")
    assert (text.day(date(2025, 11, 1)), text.short_day(date(2025, 11, 1))) == ("1. November 2025", "1. Nov.")
    assert text.join(["a", "b", "c"]) == "a, b und c"


def test_a_percent_sign_stands_where_the_language_puts_it(shelf: Path) -> None:
    put(shelf, "tr", ("Chance", "⟦⟧", None))
    with text.language("tr"):
        assert text.chance(0.4) == "%40"


def test_the_form_of_a_word_follows_the_number(shelf: Path) -> None:
    put(shelf, "pl", ("Chance", "⟦⟧", None))
    with text.language("pl"):
        assert [text.plural(n, "1", few="2", many="5", other="x") for n in (1, 3, 5)] == ["1", "2", "5"]
        assert text.plural(3, "1", other="x") == "x"


def test_a_text_in_another_language_names_its_template() -> None:
    assert all(re.fullmatch(r"[\w/-]+: \w+", m.context) for m in catalog() if m.context and "{" in str(m.id))
