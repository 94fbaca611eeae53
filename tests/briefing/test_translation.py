"""A briefing in another language: nothing is left in English that is not a name, a code or the dossier's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

import pseudo
from detente.briefing import page, report
from detente.briefing.charts.figures import undrawn
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Block, Column, Figure, References, Section, Table, _texts
from detente.equilibrium.memory import solved_once
from detente.words import language
from detente.words.translation import fingerprint

WORD = re.compile(r"[A-Za-z]{2,}")
FILES = re.compile(r"[\w/-]+\.(?:csv|json|md)\b|\b[0-9a-f]{12,}\b|\b[AWD]\d+\b|§[\w-]+")
NAMES = {"USD", "ASEAN", "detente", "European", "Central", "Bank", "Hang", "Seng", "million"}
"""Currency, groups, institutions, an index, and the unit that a world's table names."""
CODE = re.compile(r"[A-Z]{2,4}\d{0,2}")


def drawn(figure: Figure) -> Iterator[str]:
    """What stands in a drawing: texts of its data, titles of its axes and panels."""

    def within(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for k, v in value.items():
                yield from within(v, str(k))
        elif isinstance(value, list):
            for v in value:
                yield from within(v, key)
        elif isinstance(value, str) and key in ("text", "label", "panel", "title"):
            yield value

    yield from within(figure.spec(700))


def said(block: Block) -> list[str]:
    """Every text of a block, drawings included; sources keep their own titles."""
    if isinstance(block, References):
        return []
    return [*_texts(block), *([block.alt, *drawn(block)] if isinstance(block, Figure) else [])]


def titles() -> str:
    """Titles of the sources that data files cite: they are quoted as they are."""

    def within(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield str(value.get("title", ""))
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from within(inner)

    data = files("detente").joinpath("data")
    return " ".join(
        t for name in ("horizons", "reactions") for t in within(yaml.safe_load(data.joinpath(f"{name}.yaml").read_bytes()))
    )


def left(text: str, own: set[str]) -> list[str]:
    """Words in plain letters that are nobody's own."""
    found = WORD.findall(FILES.sub(" ", text))
    return [w for w in found if w.lower() not in own and w not in NAMES and not CODE.fullmatch(w)]


@pytest.fixture(scope="module")
def spoken(run: Any, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Anchor and text, of companion, annex and front of the toy dossier in a language that nobody speaks."""
    folder: Path = tmp_path_factory.mktemp("locale")
    pseudo.put(folder)
    with pytest.MonkeyPatch.context() as patch, solved_once(between_runs=True), undrawn():
        patch.setenv("DETENTE_LOCALE", str(folder))
        with language(pseudo.CODE):
            case = report.solve_case(run.dossier, run.world)
            with coloured(roles(case.parties, case.host)):
                readers = report.readers_of(case, ["all"])
                sections: list[Section] = [
                    *(s for name in report.ORDER for s in report._part(name).sections(case)),
                    *(s for name in report.ANNEX for s in report._part(name, "annex").sections(case)),
                    *(report._part(name, "front").page(case, r) for name in report.FRONT for r in readers),
                ]
                return [(s.anchor, t) for s in sections for t in (s.title, *(t for b in s.blocks for t in said(b)))]


def test_no_english_is_left(spoken: list[tuple[str, str]], dossier_text: str) -> None:
    own = {w.lower() for w in WORD.findall(f"{dossier_text} toy talks world {titles()}")}
    assert {f"{anchor}: {' '.join(words)}": text[:160] for anchor, text in spoken if (words := left(text, own))} == {}


def test_numbers_and_dates_are_of_the_language(spoken: list[tuple[str, str]]) -> None:
    texts = [t for _, t in spoken]
    assert any("Οκτωβρίου 2025" in t for t in texts)
    assert any(re.search(r"\d,\d\d\u202f%", t) for t in texts)
    assert [t for t in texts if re.search(r"(?<![\d.,])\d\.\d\d?\u202f%", t)] == []


def test_what_is_kept_is_kept_by_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_LOCALE", str(tmp_path))
    pseudo.put(tmp_path)
    assert fingerprint() == "en"
    with language(pseudo.CODE):
        assert fingerprint().startswith(f"{pseudo.CODE} ")


def test_the_words_around_the_sections_are_of_the_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_LOCALE", str(tmp_path))
    pseudo.put(tmp_path)
    made = [Section("x", "§", (Table("t", "§", "", (Column("§"),) * 5, (), ""),)) for _ in range(2)]
    head = dict.fromkeys(("title", "short", "summary", "as_of", "made", "finding", "answer", "reader"), "§")
    around = page.Around({"y": page.Place("companion", "7")})
    index = {"editions": [{"stem": "§", "name": "§"}], "contents": [], "figures": [], "data": [], "record": "§"}
    with language(pseudo.CODE):
        pages = [
            page.front_html(made, head, {}, around), page.annex_html(made, head, {}, around),
            page.annex_html([], head, {}, around), page.html(made, head, {}, around), page.index_html(head, **index),
        ]  # fmt: skip
        assert left(page.Place("companion", "7").words, set()) == []
    for text in pages:
        assert f'<html lang="{pseudo.CODE}">' in text
        told = re.sub(r"<style>.*?</style>|<!--.*?-->", " ", text, flags=re.DOTALL)
        labels = re.findall(r'aria-label="([^"]*)"', told)
        printed = re.findall(r'content:("[^"]*"|counter\(page\) "[^"]*")', text)
        seen = " ".join([re.sub(r"<[^>]+>", " ", told), *labels, *(p.removeprefix("counter(page)") for p in printed)])
        assert left(seen, {"detente", "rerun"}) == []
