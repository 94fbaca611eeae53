"""A chart as a file of its own: svg, png, html."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.briefing.charts import figures, forms as charts, standalone, theme as svg, timeline
from detente.briefing.document import Figure
from detente.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def dotted() -> Figure:
    rows = [("A", "China & co", -1.0, -1.5, -0.5, "chn", "−1.00"), ("A", "Malaysia", 0.5, 0.2, 0.9, "mys", "+0.50")]
    frame = pd.DataFrame(rows, columns=["panel", "label", "value", "low", "high", "colour", "text"])
    return figures.figure(
        "fig-x",
        "China loses <more> & Malaysia gains, a title long enough that it has to be set in two lines of the chart",
        "Real income, change in percent",
        "Source: an invented world. Data: x.csv.",
        'What it shows: "China" −1.00; Malaysia +0.50.',
        "x.csv",
        lambda w: charts.dots(frame, w),
    )


@pytest.fixture(scope="module")
def hatched() -> Figure:
    start, end = date(2025, 1, 1), date(2025, 12, 31)
    bars = [timeline.Bar("China", "a", "Resting", "suspended", "chn", start, end)]
    spec = [timeline.draw(bars, [], [], date(2025, 10, 18), start, end, w) for w in (700, 348)]
    return figures.figure("fig-t", "Measures", "", "", "alt", "t.csv", lambda w: spec[w < 500])


def test_svg_stands_alone(dotted: Figure, tmp_path: Path) -> None:
    file = tmp_path / "chart.svg"
    standalone.save_chart(dotted, file)
    body = file.read_text(encoding="utf-8")
    assert "var(--" not in body
    assert svg.COLOUR["chn"] in body
    root = ET.fromstring(body)
    assert root.findtext(f"{SVG}title") == dotted.title
    assert root.findtext(f"{SVG}desc") == dotted.alt
    said = [t.text or "" for t in root.findall(f"{SVG}text")]
    assert " ".join(said) == f"{dotted.title} {dotted.subtitle} {dotted.note}"
    assert len(said) > 3  # the title takes two lines
    heights = [float(t.attrib["y"]) for t in root.findall(f"{SVG}text")]
    assert heights == sorted(heights)
    assert heights[-1] < float(root.attrib["height"])
    assert {"−1.00", "+0.50", "China & co"} <= {t.text for t in root.iter(f"{SVG}text")}
    assert not re.search(r'(?:href|src)="', body)


def test_hatchings_are_defined_where_they_are_used(dotted: Figure, hatched: Figure) -> None:
    assert "<pattern" not in standalone.drawing(dotted)
    root = ET.fromstring(standalone.drawing(hatched))
    defined = {p.attrib["id"] for p in root.iter(f"{SVG}pattern")}
    assert defined == set(re.findall(r"url\(#(hatch-[a-z]+)\)", standalone.drawing(hatched)))
    assert "hatch-chn" in defined


def test_png_has_twice_the_pixels(dotted: Figure, tmp_path: Path) -> None:
    file = tmp_path / "chart.PNG"
    standalone.save_chart(dotted, file)
    body = file.read_bytes()
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    root = ET.fromstring(standalone.drawing(dotted))
    wanted = [standalone.SCALE * float(root.attrib[k]) for k in ("width", "height")]
    assert struct.unpack(">II", body[16:24]) == pytest.approx(wanted, abs=1)


def test_html_has_both_drawings_and_nothing_from_elsewhere(dotted: Figure, tmp_path: Path) -> None:
    file = tmp_path / "chart.html"
    standalone.save_chart(dotted, str(file))
    body = file.read_text(encoding="utf-8")
    assert body.count("<svg") == 3
    assert "China loses &lt;more&gt; &amp; Malaysia" in body
    assert "prefers-color-scheme:dark" in body
    assert not re.search(r'(?:href|src)="(?!#)|@import|url\((?!#)', body)


def test_same_bytes_again_over_an_older_file(dotted: Figure, tmp_path: Path) -> None:
    file = tmp_path / "chart.svg"
    file.write_text("old")
    standalone.save_chart(dotted, file)
    first = file.read_bytes()
    standalone.save_chart(dotted, file)
    assert file.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == ["chart.svg"]


@pytest.mark.parametrize("name", ["chart.pdf", "chart", "chart.svg.gz", "nowhere/chart.svg"])
def test_refusals_leave_nothing(dotted: Figure, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.svg"):
        standalone.save_chart(dotted, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_older_file(dotted: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "chart.svg"
    file.write_text("old")

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        standalone.save_chart(dotted, file)
    assert file.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["chart.svg"]


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=30), max_size=30),
    st.floats(40, 900),
)
def test_lines_keep_every_word_and_the_width(words: list[str], width: float) -> None:
    lines = standalone.wrapped(" ".join(words), 12, width)
    assert " ".join(lines).split(" ") == (words or [""])
    for line in lines:
        assert standalone.measured(line, 12) <= width or " " not in line
    for upper, lower in pairwise(lines):  # no line could have taken the next word
        assert standalone.measured(f"{upper} {lower.split(' ')[0]}", 12) > width


def test_every_variable_of_the_drawings_has_a_value() -> None:
    for value in [*svg.COLOUR.values(), *svg.DIVERGING.values(), *svg.TILE_TEXT.values()]:
        themed = svg.themed(f'fill="{value}"')
        assert "var(" in themed
        assert standalone.plain(themed) == f'fill="{value}"'
