"""Whole briefings of unlike dossiers, all sections: every text, table, data file and reference holds whoever is at the table."""

from __future__ import annotations

import copy
import dataclasses
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.briefing.test_three_parties import dossier as three_governments

from detente.briefing import page, report
from detente.briefing.charts.forms import ALT_WORDS
from detente.briefing.document import Figure, Heading, Items, Numbers, Para, References, Section, Shelf, Table, said
from detente.briefing.sections import bystanders, closing, glossary, households, proposal, rules, scale, strategy, summary
from detente.briefing.view import CaseView
from detente.equilibrium.memory import solved_once
from detente.equilibrium.months import stretches
from detente.errors import NotConverged
from detente.policy.dossier import Dossier, parse_dossier
from detente.policy.timing import status_on
from detente.strategy.asks import Asks, Pair, Step
from detente.strategy.year import Span
from detente.words import count, fixed, name, percent, say, table_day, tell
from detente.world import World
from detente.world.library import load_world
from small_future import small_future

Data = dict[str, Any]


class Whole(NamedTuple):
    """A case, all its sections, and the texts of templates (template, part) that were asked for on the way."""

    case: CaseView
    sections: list[Section]
    asked: frozenset[tuple[str, str]]

    @property
    def blocks(self) -> Iterator[Any]:
        return (b for s in self.sections for b in s.blocks)

    @property
    def tables(self) -> list[Table]:
        return [b for b in self.blocks if isinstance(b, Table)]

    @property
    def figures(self) -> list[Figure]:
        return [b for b in self.blocks if isinstance(b, Figure)]

    def data(self, stem: str) -> pd.DataFrame:
        return next(f.frame for f in self.case.shelf.files if f.stem == stem)

    def table(self, id: str) -> Table:
        return next(t for t in self.tables if t.id == id)

    @property
    def paragraphs(self) -> Iterator[Para]:
        for b in self.blocks:
            if isinstance(b, Para):
                yield b
            elif isinstance(b, Items):
                yield from b.items

    @property
    def said(self) -> Iterator[str]:
        """Every text a reader sees, without the cells."""
        yield from (s.title for s in self.sections)
        for p in self.paragraphs:
            yield from (p.text, p.lead)
        for b in self.blocks:
            match b:
                case Heading():
                    yield b.text
                case Table():
                    yield from (b.title, b.subtitle, b.note, *(c.title for c in b.columns), *(c.unit for c in b.columns))
                case Figure():
                    yield from (b.title, b.subtitle, b.note, b.alt)
                case Numbers():
                    yield from (t for n in b.items for t in (n.value, n.what, n.detail))


# -- the dossiers ------------------------------------------------------------------------------------------------------
def at_home(d: Data) -> None:
    d["venue"]["region"] = "USA"


def far_away(d: Data) -> None:
    d["venue"]["region"] = "PAK"


def nothing_withheld(d: Data) -> None:
    d["measures"] = [m for m in d["measures"] if m["id"] != "magnets"]
    for s in d["scenarios"]:
        s["changes"] = [c for c in s.get("changes", []) if c.get("withdraw") != "magnets"]


def withheld_since_spring(d: Data) -> None:
    """The control is in force on the day already, and no scenario brings a new one."""
    for m in d["measures"]:
        if m["id"] == "magnets":
            m |= {"announced": date(2025, 4, 4), "effective": date(2025, 4, 4)}


def nothing_threatened(d: Data) -> None:
    d["measures"] = [m for m in d["measures"] if m["id"] != "hundred"]
    for s in d["scenarios"]:
        s["changes"] = [c for c in s.get("changes", []) if "hundred" not in c.values()]
    d["scenarios"][2]["changes"] = [{"withdraw": "answer"}]


def nothing_ahead(d: Data) -> None:
    del d["prospects"]


def one_way(d: Data) -> None:
    d["scenarios"] = [s for s in d["scenarios"] if s["id"] != "optimistic"]
    d["key_questions"][0]["scenarios"] = ["pessimistic"]
    nothing_ahead(d)


def others_at_the_table(d: Data) -> None:
    """The Union and Singapore talk in Pakistan; the great powers look on, and sell each other less."""
    swap = {"USA": "EU27", "CHN": "SGP"}
    for p in d["parties"]:
        p["region"] = swap[p["region"]]
    for m in d["measures"]:
        if m["id"] in ("hundred", "answer"):
            m["by"], m["on"] = swap[m["by"]], swap[m["on"]]
    d["venue"]["region"] = "PAK"
    d["bystanders"] = [{"region": r, "position": "Looks on.", "sources": ["first"]} for r in ("USA", "CHN", "MYS")]


def more_said(d: Data) -> None:
    """Who negotiates, a question with answers and one without, a signal seen, exercises; a split of the world foreseen; a host
    that can promise to buy."""
    cited: dict[str, Any] = {"by": "USA", "sources": ["first"]}
    farm = {
        "id": "farm",
        "title": "The host buys more",
        "by": "MYS",
        "on": "USA",
        "instrument": "purchase",
        "growth_pct": 50,
        "sectors": ["AGR"],
        "effective": "2025-10-18",
        "sources": ["first"],
    }
    d["bystanders"].append(
        {
            "region": "MYS",
            "position": "Hosts.",
            "menu": [{"id": "buy", "title": "Buy more", "changes": [{"add": farm}], "sources": ["first"]}],
            "sources": ["first"],
        }
    )
    d["exercises"] = [
        {
            **copy.deepcopy(cited),
            "id": "aid",
            "title": "Aid",
            "kind": "subsidy",
            "sectors": ["ELE"],
            "size": [1, 2, 3],
            "note": "A note.",
        },
        {**copy.deepcopy(cited), "id": "ideas", "title": "Ideas", "modelled": False, "why_not": "Nobody counted them."},
    ]
    d["parties"][0]["negotiators"] = ["The first (Treasury)", "The second (Trade)"]
    question = d["key_questions"][0]
    d["key_questions"] = [
        {
            **question,
            "resolution": {"rule": "The order is printed.", "source": "The gazette", "sources": ["first"]},
            "answers": [
                {"id": "yes", "title": "Yes", "branches": ["lifted"]},
                {"id": "no", "title": "No", "branches": ["imposed"]},
            ],
        },
        {**copy.deepcopy(question), "id": "when", "question": "When?"},
    ]
    d["prospects"]["signals"] = [
        {
            "id": "call",
            "date": "2025-10-16",
            "text": "a call was made",
            "fork": "meeting",
            "likelihood": {"lifted": 2.0, "imposed": 1.0},
            "sources": ["first"],
        },
    ]
    d["published"].append(
        {
            "id": "split",
            "who": "A lab",
            "scenario": "Two blocs",
            "quantity": "World GDP",
            "value": -5,
            "unit": "%",
            "time_basis": "by 2040",
            "measure": "real_gdp",
            "two_blocs": True,
            "against": "status-quo",
            "horizon": "fragmentation",
            "why": "The blocs are ours",
            "sources": ["second"],
        }
    )


CHANGES: dict[str, Callable[[Data], None]] = {
    "as it is": lambda d: None,
    "no host": at_home,
    "host without a group, no population": far_away,
    "no controlled good, jobs counted": nothing_withheld,
    "a good controlled for long": withheld_since_spring,
    "no threat": nothing_threatened,
    "no prospects": nothing_ahead,
    "one scenario": one_way,
    "others at the table": others_at_the_table,
    "more said, ideas spread": more_said,
}
KINDS = (*CHANGES, "three governments", "small future")


def dossier_of(kind: str, text: str) -> Dossier:
    data = yaml.safe_load(re.sub(r"\bon: ", "'on': ", text))
    CHANGES[kind](data)
    return parse_dossier(yaml.safe_dump(data, sort_keys=False), "changed.yaml")


@contextmanager
def heard() -> Iterator[set[tuple[str, str]]]:
    """Texts (template, part) asked for meanwhile."""
    asked: set[tuple[str, str]] = set()
    plain = tell.__globals__["said"]
    again = tell.__globals__["_again"].__wrapped__  # every text is made, none taken from what was said before

    def noted(templates: Any, template: str, part: str, **values: Any) -> str:
        asked.add((template, part))
        return str(plain(templates, template, part, **values))

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tell.__globals__, "said", noted)
        patch.setitem(tell.__globals__, "_again", again)
        yield asked


@pytest.fixture(scope="module")
def whole_of(run: Any, dossier_text: str) -> Callable[[str], Whole]:
    """The briefing of a kind, made once."""

    @cache
    def made(kind: str) -> Whole:
        world: World = run.world
        if kind == "small future":
            dossier, world = small_future(), load_world("toy")
        elif kind == "three governments":
            dossier = three_governments()
        else:
            dossier = dossier_of(kind, dossier_text)
        if "jobs counted" in kind:
            world = world.with_(employed=world.value_added / 50)
        if "no population" in kind:
            world = dataclasses.replace(world, extras={})
        if "ideas spread" in kind:
            people = np.linspace(50.0, 900.0, len(world.regions))
            world = dataclasses.replace(world, extras={"population": people, "gdp_usd": 1e3 * people})
        with heard() as asked, solved_once(between_runs=True):
            case = report.solve_case(dossier, world)
            sections = report.write_sections(case)
        return Whole(case, sections, frozenset(asked))

    return made


@pytest.fixture(params=KINDS)
def whole(request: Any, whole_of: Callable[[str], Whole]) -> Whole:
    return whole_of(request.param)


def unsolved(*_: Any, **__: Any) -> Any:
    raise NotConverged("it does not settle")


def _bystanders_nothing(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    none = SimpleNamespace(content=pd.Series([0.0]))
    return bystanders.answer(case, cast("Any", (none, none)))


def _bystanders_no_passing(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    return bystanders.passing(case, cast("Any", SimpleNamespace(wide=SimpleNamespace(points=0.0), region="MYS")))


def _bystanders_no_answer(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(bystanders, "held_fixed", lambda *_: math.nan)
    table = bystanders.table(case)
    return ", ".join(f"{column.title} {cell.text}" for column, cell in zip(table.columns, table.rows[0], strict=True))


def _exchange(case: CaseView) -> Table:
    """The table of what the host asks where it can offer something in return that costs nobody."""
    gain, nothing = Span(0.2, 0.3, 0.4, 0.3, 0.3), Span(0.0, 0.0, 0.0, 0.0, 0.0)
    asked = Step("free", "Lower duties", gain, gain, {"USA": nothing}, {"USA": 0.0}, needs="USA")
    offered = Step("open", "Open its market", nothing, nothing, {"USA": gain}, {"USA": 900.0})
    pair = Pair("open", "free", gain, {"USA": gain}, nothing, ("USA",))
    return bystanders.asks_table(case, Asks("MYS", ("USA",), 2025, (asked, offered), (pair,), {}))


def _bystanders_exchange(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    return _exchange(case).rows[-1][1].text


def _bystanders_together(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    return _exchange(case).rows[-1][0].text


def _strategy_many_cannot(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    parties = tuple(p.model_copy(update={"stances": p.stances[:1]}) for p in case.dossier.parties)
    silent = dataclasses.replace(case, dossier=case.dossier.model_copy(update={"parties": parties}))
    return str(strategy.among(silent)[0].text)  # type: ignore[union-attr]


def _closing_no_assumptions(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(closing, "used_assumptions", lambda _: [])
    return str(closing.method(case)[-1].text)  # type: ignore[union-attr]


def _households_rare_price_table(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    blocks = households.price_blocks(case, {"short": {"USA": 400.0}, "medium": {"USA": 8.0}}, "rare-price.csv")
    assert isinstance(blocks[1], Table)
    return f"{blocks[1].title}. {blocks[1].subtitle}"


def _proposal_nothing(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(proposal, "propose", lambda *_: None)
    return str(proposal.blocks(case)[1].text)  # type: ignore[union-attr]


def _rules_unsolved(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(rules, "worth_of_rules", unsolved)
    return str(rules.blocks(case)[1].text)  # type: ignore[union-attr]


def _scale_unsolved(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(scale, "splits", lambda _: True)
    patch.setattr(scale, "blocs", unsolved)
    return str(scale.split(case)[1].text)  # type: ignore[union-attr]


def _strategy_no_duties(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(CaseView, "rates", property(lambda _: SimpleNamespace(deal=None)))
    return str(strategy.deal_over_duties(case)[0].text)  # type: ignore[union-attr]


def _summary_headline_unit(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    return str(summary.headline(case)["unit"])


def _glossary_title(case: CaseView, patch: pytest.MonkeyPatch) -> str:
    """Made after all sections, from what they say."""
    return " ".join(said(glossary.sections(scale.sections(case))))


UNLIKE: dict[str, Callable[[CaseView, pytest.MonkeyPatch], str]] = {
    "bystanders.nothing": _bystanders_nothing, "bystanders.no_passing": _bystanders_no_passing,
    "bystanders.no_answer": _bystanders_no_answer, "bystanders.exchange": _bystanders_exchange,
    "bystanders.together": _bystanders_together, "strategy.many_cannot": _strategy_many_cannot,
    "closing.no_assumptions": _closing_no_assumptions, "glossary.title": _glossary_title,
    "households.rare_price_table": _households_rare_price_table,
    "proposal.nothing": _proposal_nothing,
    "rules.unsolved": _rules_unsolved,
    "scale.unsolved": _scale_unsolved, "strategy.no_duties": _strategy_no_duties,
    "summary.headline_unit": _summary_headline_unit,
}  # fmt: skip
"""Texts for results that none of the dossiers has, with a result that calls for them: nothing found, nothing solved."""
LEFT_OPEN = re.compile(r"  | [.,;:)]|\( |\{\{|\}\}|\{%|\bNone\b(?! of|\.$)|\bnan\b|\binf\b|Undefined|<function|object at 0x")
TWICE = re.compile(r"\bby in\b|, ,|,,|\.\.(?!\.)|;;|(?<!cmd)\(\)|\band and\b|\bthe the\b|\bof of\b")


# -- every dossier -----------------------------------------------------------------------------------------------------
def test_every_text_is_whole_words_in_one_paragraph(whole: Whole) -> None:
    for text in filter(None, whole.said):
        assert text == text.strip()
        assert "\n" not in text
        assert not LEFT_OPEN.search(text), text
        assert not TWICE.search(text), text


def test_every_macro_of_a_section_is_rendered_by_some_dossier(whole_of: Callable[[str], Whole]) -> None:
    asked = Counter(key for kind in KINDS for key in whole_of(kind).asked)
    missing = []
    for template in sorted(files("detente.briefing").joinpath("sections").iterdir(), key=lambda p: p.name):
        if not template.name.endswith(".md.j2"):
            continue
        source = template.read_text(encoding="utf-8")
        for macro in re.findall(r"\{%-? macro (\w+)\(\)", source):
            inside = re.search(rf"(?<!macro )\b{macro}\(\)", source)
            key = (f"briefing/sections/{template.name.removesuffix('.md.j2')}", macro)
            if not asked[key] and not inside:
                missing.append(key)
    assert {f"{t.rsplit('/', 1)[1]}.{macro}" for t, macro in missing} == set(UNLIKE)


@pytest.mark.parametrize("name", UNLIKE)
def test_a_rare_result_is_told_in_whole_words(
    name: str, whole_of: Callable[[str], Whole], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = whole_of("as it is").case
    aside = dataclasses.replace(case, shelf=Shelf())
    with heard() as asked, solved_once(between_runs=True):
        told = UNLIKE[name](aside, monkeypatch)
    room, part = name.split(".")
    assert (f"briefing/sections/{room}", part) in asked
    assert len(told.split()) >= 4
    assert not LEFT_OPEN.search(told), told
    assert not TWICE.search(told), told


def test_a_section_that_is_always_there_is_rendered_for_every_dossier(whole_of: Callable[[str], Whole]) -> None:
    shared = frozenset.intersection(*(whole_of(kind).asked for kind in KINDS))
    rooms = {template.rsplit("/", 1)[1] for template, _ in shared if template.startswith("briefing/sections/")}
    assert rooms >= {
        "summary",
        "situation",
        "scenarios",
        "economies",
        "trade",
        "bystanders",
        "households",
        "politics",
        "scale",
        "strategy",
    }
    assert ("briefing/sections/summary", "answer") in shared
    assert ("briefing/sections/bystanders", "title") in shared


def test_every_table_is_square_and_every_shown_block_has_its_file(whole: Whole) -> None:
    stems = {f"{f.stem}.csv" for f in whole.case.shelf.files}
    for t in whole.tables:
        assert {len(row) for row in t.rows} <= {len(t.columns)}, t.id
    for b in (*whole.tables, *whole.figures):
        assert b.csv in stems or f"data/{b.csv}" not in b.note
        for named in re.findall(r"data/([\w-]+\.csv)", b.note):
            assert named in stems, b.id


def test_every_file_a_text_points_to_is_written(whole: Whole) -> None:
    stems = {f"{f.stem}.csv" for f in whole.case.shelf.files}
    pointed = {n for text in whole.said for n in re.findall(r"data/([\w-]+\.csv)", text)}
    assert pointed
    assert pointed <= stems


def test_ids_and_anchors_are_given_once(whole: Whole) -> None:
    found = [s.anchor for s in whole.sections]
    found += [b.anchor for b in whole.blocks if isinstance(b, Heading)]
    found += [b.id for b in (*whole.tables, *whole.figures)]
    assert [k for k, n in Counter(found).items() if n > 1] == []


def test_every_reference_to_a_section_leads_somewhere(whole: Whole) -> None:
    anchors = {s.anchor for s in whole.sections} | {b.anchor for b in whole.blocks if isinstance(b, Heading)}
    for text in whole.said:
        for anchor in re.findall(r"§([a-z][a-z0-9-]*)", text):
            assert anchor in anchors, text


def test_every_source_cited_is_listed_with_its_number(whole: Whole) -> None:
    listed = next(b for b in whole.blocks if isinstance(b, References))
    numbers = {r.id: r.number for r in listed.items}
    assert list(numbers.values()) == list(range(1, len(numbers) + 1))
    assert list(numbers)[: len(whole.case.dossier.sources)] == [s.id for s in whole.case.dossier.sources]
    cells = (c for t in whole.tables for row in t.rows for c in row)
    cited = {s for p in (*whole.paragraphs, *cells) for s in p.cites}
    assert cited
    assert cited <= set(numbers)


def test_data_files_have_titles_and_units(whole: Whole) -> None:
    for f in whole.case.shelf.files:
        assert f.title == f.title.strip()
        assert f.title
        assert len(f.frame.columns) == len(set(f.frame.columns)), f.stem
        if "value" in f.frame:
            assert "unit" in f.frame.columns, f.stem
            assert f.frame["unit"].astype(str).str.len().gt(0).all(), f.stem


def test_ranges_in_data_hold_their_value(whole: Whole) -> None:
    seen = 0
    for f in whole.case.shelf.files:
        if {"low", "value", "high"} <= set(f.frame.columns):
            ranged = f.frame[["low", "value", "high"]].apply(pd.to_numeric, errors="coerce").dropna()
            room = 1e-9 + 1e-9 * ranged["value"].abs()
            assert (ranged["low"] <= ranged["value"] + room).all(), f.stem
            assert (ranged["value"] <= ranged["high"] + room).all(), f.stem
            seen += len(ranged)
    assert seen > 20


def printed(cell: str) -> Iterator[tuple[float, int]]:
    """Numbers of a cell and the decimals they are shown with."""
    for sign, digits in re.findall(r"([+−]?)(?<![\w.])(\d[\d,]*(?:\.\d+)?)", cell):
        yield (-1 if sign == "−" else 1) * float(digits.replace(",", "")), len(digits.partition(".")[2])


def test_every_figure_in_a_number_column_stands_in_the_data(whole: Whole) -> None:
    """In the unit of the file, in thousands of it or as a share in percent, at the decimals shown."""
    checked, strange = 0, []
    for t in whole.tables:
        frame = whole.data(t.csv.removesuffix(".csv"))
        known = frame.select_dtypes("number").to_numpy(dtype=float).ravel()
        known = [float(v) for v in known if math.isfinite(v)]
        days = {table_day(v) for c in frame.columns for v in frame[c] if isinstance(v, date)}
        day = re.compile("|".join(rf"\b{re.escape(d)}" for d in days) or r"(?!)")  # a day that stands in the data is no number
        for row in t.rows:
            for column, cell in zip(t.columns, row, strict=True):
                if not column.number:
                    continue
                ranged = {"low", "high"} <= set(frame.columns)
                for value, decimals in printed(cell.text + (f" | {day.sub('', cell.sub)}" if ranged else "")):
                    if re.search(r"\b(?:m|b|tr)illion\b", cell.text) and value:  # an amount in words has two significant digits
                        decimals = min(decimals, 1 - math.floor(math.log10(abs(value))))
                    half = 0.5 * 10**-decimals + 1e-9
                    near = any(abs(v * scale - s) <= half for v in known for scale in (1, 1e-3, 100) for s in (value, -value))
                    strange += [] if near else [(t.id, column.title, value)]
                    checked += 1
    assert strange == []
    assert checked > 50


def test_income_along_the_path_cell_by_cell(whole: Whole) -> None:
    t, frame, case = whole.table("tab-path"), whole.data("path"), whole.case
    rows = [(code, key) for code in case.focus for key in stretches()]
    assert len(t.rows) == len(rows)
    at = frame.set_index(["region", "horizon", "scenario"])
    for (code, key), row in zip(rows, t.rows, strict=True):
        for s, cell in zip((None, *case.ids), row[2:], strict=True):
            held = at.loc[(code, key, s or "status-quo")]
            assert cell.text == fixed(float(held["value"]), 2, signed=True)
            assert math.isnan(held["value"]) or held["low"] <= held["value"] <= held["high"]


def test_alt_texts_hold_the_title_and_figures_of_their_chart(whole: Whole) -> None:
    assert len(whole.figures) >= 8
    for f in whole.figures:
        assert f.alt.startswith(f"{f.title}."), f.id
        assert len(f.alt.split()) <= ALT_WORDS or f.id == "fig-tree", f.id  # the tree tells its paths in words of its own
        assert re.search(r"\d", f.values), f.id
        if f.id == "fig-timeline":  # the alt text counts what the file lists with its status
            bars = whole.data("timeline").query("measure != ''")
            known = {m.id: m for m in whole.case.dossier.measures}
            held = [i for i in bars["measure"].unique() if status_on(known[i], whole.case.dossier.as_of).value == "in_force"]
            assert f"{count(bars['measure'].nunique(), 'measure')}, {len(held)} of them in force." in f.alt


def test_the_first_answer_says_each_sign(whole: Whole) -> None:
    case = whole.case
    told = whole.sections[0].blocks[0].text
    for code, where in ((case.a, f"real income in {name(case.a)}"), (case.b, f"in {name(case.b)} it")):
        value = case.income(code, summary.shown_first(case)).value
        verb = "changes by" if abs(value) < 0.005 else "rises" if value > 0 else "falls"
        assert f"{where} {verb} {percent(abs(value))}" in told
    assert ("the host" in told) == (case.host is not None)


def test_the_markdown_holds_every_section_table_and_value(whole: Whole) -> None:
    numbers = {s.id: k for k, s in enumerate(whole.case.dossier.sources, start=1)}
    head = {"title": "T", "summary": "S", "as_of": "A", "made": "M"}
    made = page.markdown(whole.sections, head, numbers)
    assert not re.search(r"§[a-z]", made)
    assert "<script" not in made
    for s in whole.sections:
        assert f'<a id="{s.anchor}"></a>' in made
    lines = made.splitlines()
    heads = [k for k, line in enumerate(lines) if re.fullmatch(r"\|(---:?\|)+", line)]
    assert len(heads) == len(whole.tables)
    for t, k in zip(whole.tables, heads, strict=True):
        rows = [line for line in lines[k + 1 : k + 1 + len(t.rows)] if line.startswith("|")]
        assert len(rows) == len(t.rows), t.id
        for line in rows:
            assert len(re.findall(r"(?<!\\)\|", line)) == len(t.columns) + 1, (t.id, line)


class Ids(HTMLParser):
    """Ids, inner links and tags left open of a page."""

    void = frozenset(("br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "line", "use", "stop"))

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if str(given.get("href", "")).startswith("#"):
            self.links.add(str(given["href"])[1:])
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag


@pytest.mark.parametrize("kind", ["host without a group, no population", "others at the table"])
def test_the_page_is_well_formed_and_its_links_resolve(whole_of: Callable[[str], Whole], kind: str) -> None:
    whole = whole_of(kind)
    numbers = {s.id: k for k, s in enumerate(whole.case.dossier.sources, start=1)}
    made = page.html(whole.sections, {"title": "T <b>", "summary": "S", "as_of": "A", "made": "M"}, numbers)
    reader = Ids()
    reader.feed(made)
    assert reader.open == []
    assert [k for k, n in Counter(reader.ids).items() if n > 1] == []
    assert reader.links <= set(reader.ids)
    assert "T &lt;b&gt;" in made
    assert made.count('role="img"') >= 2 * len(whole.figures)


# -- what each kind leaves out -----------------------------------------------------------------------------------------
def test_what_is_not_there_is_not_spoken_of(whole_of: Callable[[str], Whole]) -> None:
    assert not any("the host" in p.text for p in whole_of("no host").sections[0].blocks if isinstance(p, Para))
    assert "host-menu" not in {b.anchor for b in whole_of("no host").blocks if isinstance(b, Heading)}
    assert not any("a head" in text for text in whole_of("host without a group, no population").said)
    stems = {kind: {f.stem for f in whole_of(kind).case.shelf.files} for kind in KINDS}
    assert any(s.startswith("chokepoint") for s in stems["as it is"])
    assert not any(s.startswith("chokepoint") for s in stems["no controlled good, jobs counted"])
    assert {s for s in stems["no prospects"] if s.startswith("outlook")} == set()
    assert whole_of("one scenario").case.best == whole_of("one scenario").case.worst == "pessimistic"


def test_other_parties_are_the_ones_spoken_of(whole_of: Callable[[str], Whole]) -> None:
    whole = whole_of("others at the table")
    first = " ".join(p.text for p in whole.sections[0].blocks if isinstance(p, Para))
    assert "the European Union" in first
    assert "Singapore" in first
    assert "China" not in whole.sections[0].blocks[0].text
    numbers = next(b for b in whole.blocks if isinstance(b, Numbers))
    assert any("European Union" in n.what and "Singapore" in n.what for n in numbers.items)


def test_texts_for_nothing_found_name_who_is_meant(whole_of: Callable[[str], Whole]) -> None:
    case = whole_of("others at the table").case
    told = say("briefing/sections/bystanders", "nothing", case=case)
    assert told == "No third economy sells the European Union goods that contain value added of Singapore."
    told = say("briefing/sections/strategy", "no_duties", case=case)
    assert told == "No change of the two mean duties makes both the European Union and Singapore better off than today."
