"""Forms of charts as specifications: scales, labels, colours by role, hatchings, and the text that stands for a chart."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from detente.briefing import page
from detente.briefing.charts import engine, forms, theme
from detente.briefing.document import (
    Cell,
    Column,
    Heading,
    Items,
    Number,
    Numbers,
    Para,
    Reference,
    References,
    Section,
    Shelf,
    Table,
    cells,
    paras,
    spanned,
)  # fmt: skip
from detente.briefing.report import csv_bytes, data_files, sheet
from detente.files import cache_folder
from detente.words import FIRM, fixed

finite = st.floats(-80, 80, allow_nan=False)
hostile = st.text(alphabet=st.sampled_from(list("<>&|*_`[]\\\"'ab \n#=")), min_size=1, max_size=30)
HEAD = {"title": "T", "summary": "S", "as_of": "1 May 2026", "made": "M"}


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    """Rows as dots and bars take them, each range around its value."""
    rows = []
    for k in range(draw(st.integers(1, 6))):
        low, value, high = sorted(draw(st.tuples(finite, finite, finite)))
        rows.append((f"panel {k % 2}", f"row {k}", value, low, high, "chn", fixed(value, 2, signed=True)))
    return pd.DataFrame(rows, columns=["panel", "label", "value", "low", "high", "colour", "text"])


def domains(spec: Any) -> list[tuple[float, float]]:
    """Every domain of numbers in a specification."""
    found = []
    if isinstance(spec, dict):
        given = spec.get("domain")
        if isinstance(given, list) and len(given) == 2 and all(isinstance(v, (int, float)) for v in given):
            found.append((float(given[0]), float(given[1])))
        spec = [v for k, v in spec.items() if k != "datasets"]
    if isinstance(spec, list):
        found += [d for part in spec for d in domains(part)]
    return found


# -- scales ------------------------------------------------------------------------------------------------------------
@settings(deadline=None, max_examples=40)
@given(frames(), st.sampled_from([348, 700]))
def test_panels_share_one_scale_that_holds_zero_and_every_range(frame: pd.DataFrame, width: int) -> None:
    found = set(domains(forms.dots(frame, width)))
    assert len(found) == 1
    low, high = found.pop()
    assert low < high
    assert low <= min(0.0, frame["low"].min())
    assert high >= max(0.0, frame["high"].max())


@settings(deadline=None, max_examples=40)
@given(frames(), st.sampled_from([348, 700]))
def test_every_row_is_drawn_with_its_value(frame: pd.DataFrame, width: int) -> None:
    for draw in (forms.dots, forms.bars):
        rows = [row for data in draw(frame, width)["datasets"].values() for row in data]
        shown = {(r["label"], r["text"]) for r in rows if "label" in r and "text" in r}
        assert shown >= set(zip(frame["label"], frame["text"], strict=True))


def test_rows_of_a_sheet_are_plain_and_kept_once_each() -> None:
    sheet = forms.Sheet()
    first = sheet.rows(pd.DataFrame({"x": [1.5, 2.5], "n": ["a", "b"]}))
    second = sheet.rows(pd.DataFrame({"x": pd.Series([3], dtype="int64")}))
    assert first != second
    assert sheet.datasets[first["name"]] == [{"x": 1.5, "n": "a"}, {"x": 2.5, "n": "b"}]
    assert type(sheet.datasets[second["name"]][0]["x"]) is int


@pytest.mark.parametrize("across", [1, 2, 3])
def test_views_stand_in_rows_of_the_given_length(across: int) -> None:
    sheet = forms.Sheet()
    views = [sheet.layer(width=10, height=10, title=str(k)) for k in range(5)]
    rows = sheet.grid(views, across, 4, 8)["vconcat"]
    assert [v["title"]["text"] for row in rows for v in row["hconcat"]] == list("01234")
    assert max(len(row["hconcat"]) for row in rows) == across
    assert "title" not in sheet.layer(width=10, height=10)


@given(st.lists(st.floats(-1e-6, 1e-6), max_size=4))
def test_next_to_nothing_has_no_colour(values: list[float]) -> None:
    edges = forms.thresholds(values)
    assert {forms.step(v, edges) for v in values} <= {"z0"}
    assert forms.step(edges[3], edges) == "p4"
    assert forms.step(-edges[0], edges) == "n1"


def test_alt_text_lists_label_and_value() -> None:
    assert forms.alt_text("Title.", {"China": "−1.00", "Malaysia": "+0.50"}) == "Title. China −1.00; Malaysia +0.50."


@given(st.integers(1, 55), st.dictionaries(st.text("abc", min_size=1, max_size=4), st.just("+0.50"), max_size=40))
def test_alt_text_is_a_sentence_and_a_few_values(words: int, rows: dict[str, str]) -> None:
    title = " ".join(["word"] * words) + "."
    told = forms.alt_text(title, rows)
    assert told.startswith(title)
    assert len(told.split()) <= forms.ALT_WORDS
    shown = [part.split()[0] for part in told.removeprefix(title).rstrip(".").split(";") if part.strip()]
    assert len(shown) <= forms.ALT_VALUES
    names = list(rows)
    assert shown == [n for n in names if n in shown]  # in the order of the chart
    assert set(shown) <= {*names[:3], *names[-2:]}
    if names and words <= 50:
        assert names[0] in shown
        assert names[-1] in shown


@settings(deadline=None, max_examples=40)
@given(frames(), st.sampled_from([348, 700]))
def test_the_value_of_a_bar_stands_where_the_bar_ends(frame: pd.DataFrame, width: int) -> None:
    spec = forms.bars(frame, width)
    found = [layer for row in spec["vconcat"] for panel in row["hconcat"] for layer in panel["layer"]]
    assert {layer["encoding"]["x"]["field"] for layer in found if layer["mark"]["type"] == "text"} == {"value"}
    for layer in found:
        if layer["mark"]["type"] == "rule" and "y" in layer["encoding"]:  # a range, beside the bar and not through the value
            assert layer["mark"]["yOffset"] > 0


# -- colours -----------------------------------------------------------------------------------------------------------
CODES = ("USA", "CHN", "MYS", "EU27", "BRA", "IND", "PAK", "SGP")


@given(st.lists(st.sampled_from(CODES), min_size=3, max_size=3, unique=True))
def test_colours_go_by_the_part_a_region_plays(codes: list[str]) -> None:
    first, second, host = codes
    with theme.coloured(theme.roles([first, second], host)):
        assert [theme.region_colour(c) for c in codes] == ["usa", "chn", "mys"]
        assert {theme.region_colour(c) for c in CODES if c not in codes} <= {"eu", "other"}


def test_roles_given_end_with_their_block_even_after_a_failure() -> None:
    before = theme.region_colour("BRA")

    def fail() -> None:
        with theme.coloured(theme.roles(["BRA", "IND"])):
            raise RuntimeError(theme.region_colour("BRA"))

    with pytest.raises(RuntimeError, match="usa"):
        fail()
    assert theme.region_colour("BRA") == before == "other"


def test_a_party_that_hosts_keeps_its_colour_as_a_party() -> None:
    assert theme.roles(["BRA", "IND"], "IND") == {"BRA": "usa", "IND": "chn"}
    assert theme.roles(["BRA"]) == {"BRA": "usa"}


@pytest.mark.parametrize("name", sorted(theme.COLOUR))
def test_every_fixed_colour_becomes_a_variable_in_either_case(name: str) -> None:
    for colour in (theme.COLOUR[name], theme.COLOUR[name].upper()):
        assert theme.themed(f'<path stroke="{colour}"/>') == f'<path stroke="var(--{name})"/>'


@pytest.mark.parametrize("name", sorted(theme.HATCH))
def test_every_hatching_points_to_its_pattern(name: str) -> None:
    assert theme.themed(theme.HATCH[name]) == f"url(#hatch-{name})"


def test_ids_of_a_drawing_are_its_own_and_its_figures_are_not_shortened() -> None:
    raw = '<svg width="10" height="20"><g id="clip0"/><path clip-path="url(#clip0)" d="M1.23456,2"/><text>1.23456</text></svg>'
    made = theme.finish(raw, "a < b", "fig-a")
    assert 'id="fig-a-clip0"' in made
    assert "url(#fig-a-clip0)" in made
    assert 'd="M1.23,2"' in made
    assert "<text>1.23456</text>" in made
    assert 'viewBox="0 0 10 20"' in made
    assert 'aria-label="a &lt; b"' in made
    with pytest.raises(ValueError, match="not an SVG"):
        theme.finish("<p>", "", "x")


# -- kept drawings -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [0, 31, 32, 40, -1])
def test_one_changed_byte_of_a_kept_drawing_is_noticed(at: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    key = engine.key('{"mark": "point"}')
    drawing = "<svg>" + "x − y " * 20 + "</svg>"
    engine.keep(key, drawing)
    assert engine.find(key) == drawing
    path = cache_folder("drawings") / key
    body = bytearray(path.read_bytes())
    body[at] ^= 0xFF
    path.write_bytes(bytes(body))
    assert engine.find(key) is None
    engine.keep(key, drawing)
    assert engine.find(key) == drawing


@given(st.text(max_size=20), st.text(max_size=20))
def test_unlike_specifications_have_unlike_keys(one: str, other: str) -> None:
    assert (engine.key(one) == engine.key(other)) == (one == other)


# -- the page ----------------------------------------------------------------------------------------------------------
def document(text: str) -> list[Section]:
    """Every kind of block without a drawing, all of them saying `text`."""
    row = (Cell(text, text), Cell("1.00", cites=("s",), status="in_force"))
    return [
        Section("top", text, (Numbers((Number(text, text, text),)), Para(text, text, ("s",)))),
        Section("mid", text, (
            Heading(text, "in-mid"),
            Items((Para(text), Para(text, cites=("s",)))),
            Table("tab-t", text, text, (Column(text), Column("n", "%", number=True)), (row,), text, "t.csv"),
        )),
        Section("end", text, (References((Reference("s", 1, text, text, "https://example.org/?a=1&b=2", "", text),)),)),
    ]  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(hostile)
def test_no_text_becomes_markup_on_the_page(text: str) -> None:
    plain, made = (page.html(document(t), HEAD, {"s": 1}) for t in ("plain", text))
    assert re.findall(r"</?([a-z][a-z0-9]*)\b", made) == re.findall(r"</?([a-z][a-z0-9]*)\b", plain)


@settings(deadline=None, max_examples=60)
@given(hostile)
def test_no_text_breaks_a_line_or_a_table_of_markdown(text: str) -> None:
    made = page.markdown_text(text)
    assert "\n" not in made
    assert not re.search(r"[<>]", made)
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*_`\[\]]", re.sub(r"\\[|*_`\[\]\\]", "", made))
    lines = page.markdown(document(text), HEAD, {"s": 1}).splitlines()
    head = next(k for k, line in enumerate(lines) if line == "|---|---:|")
    assert all(len(re.findall(r"\|", re.sub(r"\\.", "", line))) == 3 for line in (lines[head - 1], lines[head + 1]))


def test_first_and_last_section_have_no_number() -> None:
    made = page.markdown(document("x"), HEAD, {"s": 1})
    assert re.findall(r"^## (.*)$", made, re.MULTILINE) == ["x", "1. x", "x"]


# -- tables and data ---------------------------------------------------------------------------------------------------
def test_a_row_takes_strings_and_cells_and_empty_texts_are_no_paragraphs() -> None:
    assert cells("a", Cell("b", "c")) == (Cell("a"), Cell("b", "c"))
    assert [p.text for p in paras(["one", "", "two"])] == ["one", "two"]


@given(st.integers(-99, 99), st.integers(-99, 99))
def test_a_range_without_width_is_not_shown(low: int, high: int) -> None:
    shown = spanned(str(low), str(high))
    assert shown == ("" if low == high else f"{low}{FIRM}to{FIRM}{high}")


def test_a_data_file_is_written_once() -> None:
    shelf = Shelf()
    assert shelf.add("a", "A", pd.DataFrame({"x": [1]})) == "a.csv"
    with pytest.raises(ValueError, match="a is written twice"):
        shelf.add("a", "B", pd.DataFrame())


@given(st.text(alphabet=st.sampled_from(list('=+-@\t\r\n ab,"1')), max_size=8))
def test_no_cell_of_a_file_starts_a_formula(text: str) -> None:
    import csv
    import io

    rows = list(csv.reader(io.StringIO(csv_bytes(pd.DataFrame({"t": [text], "n": [-1.5]})).decode(), newline="")))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    runs = text[:1] in ("\t", "\n") or text.lstrip()[:1] in ("=", "+", "-", "@")
    assert rows[1][0] == (f"'{text}" if runs else text)
    assert rows[1][1] == "-1.5"


def test_the_index_of_data_lists_every_file_in_order() -> None:
    shelf = Shelf()
    for stem in ("b", "a"):
        shelf.add(stem, f"Title {stem}", pd.DataFrame({"x": [1, 2], "unit": ["%", "%"]}))
    made = data_files(list(map(sheet, shelf.files)))
    index = made["README.csv"].decode().splitlines()
    assert [line.split(",")[:4] for line in index[1:]] == [
        ["a.csv", "Title a", "2", "x unit"], ["b.csv", "Title b", "2", "x unit"],
    ]  # fmt: skip
