"""The drawing engine in its own process and without one, and the drawings kept for later runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from detente.briefing.charts import engine
from detente.briefing.charts.standalone import PICTURED
from detente.briefing.charts.theme import FONT, render

SPEC = {"data": {"values": [{"x": 1, "y": 2}]}, "mark": "point", "encoding": {"x": {"field": "x"}, "y": {"field": "y"}}}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for engine."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    return tmp_path / "drawings"


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the engine was asked")

    monkeypatch.setattr(engine, "_ask", refuse)
    monkeypatch.setattr(engine, "_made", refuse)


def any_kept() -> bool:
    place = engine._kept(engine.LIMIT).place
    return place.is_dir() and any(place.iterdir())


def test_same_drawing_with_and_without_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apart = engine.draw(SPEC)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr(engine, "_unusable", True)
    here = engine.draw(SPEC)
    assert apart == here
    assert apart.startswith("<svg")


def test_a_refused_specification_says_why_and_the_engine_lives_on(cache: Path) -> None:
    with pytest.raises(ValueError, match=r"."):
        engine.draw({"mark": {"type": "nonsense"}, "data": {"url": "file:///nowhere.csv"}})
    assert not any_kept()
    assert engine.draw(SPEC).startswith("<svg")


def test_a_kept_drawing_is_not_drawn_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = engine.draw(SPEC)
    assert any_kept()
    no_engine(monkeypatch)
    assert engine.draw(SPEC) == first
    with pytest.raises(AssertionError, match="the engine was asked"):
        engine.draw(SPEC | {"mark": "bar"})


def test_a_new_engine_draws_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.draw(SPEC)
    no_engine(monkeypatch)
    monkeypatch.setattr(engine, "_engine", lambda: "another version")
    with pytest.raises(AssertionError, match="the engine was asked"):
        engine.draw(SPEC)


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 200])
def test_a_damaged_drawing_is_drawn_again(cache: Path, damage: bytes) -> None:
    first = engine.draw(SPEC)
    (file,) = cache.iterdir()
    file.write_bytes(damage)
    assert engine.draw(SPEC) == first
    file.write_bytes(file.read_bytes()[:32] + zlib.compress(b"<svg>not mine</svg>"))
    assert engine.draw(SPEC) == first


@pytest.mark.parametrize(
    "odd",
    [
        b"<svg><script>alert(1)</script></svg>", b'<svg><g onload="x()"/></svg>', b'<svg><a href="https://x.example/">x</a></svg>',
        b'<svg><image href="https://x.example/"/></svg>', b"<!DOCTYPE svg><svg/>", b"\xff\xfe", b"no drawing", b"",
    ],
)  # fmt: skip
def test_a_kept_drawing_that_the_engine_never_makes_is_drawn_anew(cache: Path, odd: bytes) -> None:
    first = engine.draw(SPEC)
    (file,) = cache.iterdir()
    engine._kept(engine.LIMIT).keep(file.name, zlib.compress(odd))  # under a right digest
    assert engine.find(file.name) is None
    assert engine.draw(SPEC) == first
    assert engine.find(file.name) == first


# -- fonts -------------------------------------------------------------------------------------------------------------
WORD = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text y="15" font-family="{}">{}</text></svg>'


def a_font(folder: Path, name: str, letters: str) -> None:
    """A font whose letters are all the same black square, three times as wide as letters are."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    corners = [(0, 0), (0, 900), (1500, 900), (1500, 0)]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "box"])
    font.setupCharacterMap({ord(c): "box" for c in letters})
    font.setupGlyf({".notdef": box, "box": box})
    font.setupHorizontalMetrics({".notdef": (1500, 0), "box": (1500, 0)})
    font.setupHorizontalHeader(ascent=900, descent=-100)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name.replace(" ", "")})
    font.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
    font.setupPost()
    folder.mkdir(parents=True)
    font.save(folder / "box.ttf")


def drawn_anew(monkeypatch: pytest.MonkeyPatch, cache: Path) -> tuple[str, bytes]:
    """A drawing and a picture by an engine started now."""
    engine._stop()
    monkeypatch.setenv("DETENTE_CACHE", str(cache))
    spec = SPEC | {"title": {"text": "Who pays", "font": FONT}, "encoding": {"y": {"field": "y", "title": "longer words here"}}}
    try:
        return engine.draw(spec), engine.picture(WORD.format(PICTURED, "Who pays"), 2)
    finally:
        engine._stop()


def test_drawings_are_the_same_whatever_fonts_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn_anew(monkeypatch, tmp_path / "first")
    a_font(tmp_path / "fonts" / "one", FONT, "".join(map(chr, range(32, 127))))
    a_font(tmp_path / "fonts" / "two", "Arial", "".join(map(chr, range(32, 127))))
    listed = tmp_path / "fonts.conf"
    listed.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path / "fonts"}</dir></fontconfig>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(listed))
    assert drawn_anew(monkeypatch, tmp_path / "second") == before
    assert os.environ["FONTCONFIG_FILE"] == str(listed)


def test_nothing_that_draws_in_a_process_shows_its_engine_other_fonts(tmp_path: Path) -> None:
    a_font(tmp_path / "fonts", FONT, "".join(map(chr, range(32, 127))))
    listed = tmp_path / "fonts.conf"
    listed.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path / "fonts"}</dir></fontconfig>')
    drawn_after_doctor = (
        "from detente.briefing.charts import engine\nfrom detente.cli import doctor\nengine._unusable = True\n"
        "assert doctor._drawings()[0] == 'well'\n"
        f"print(engine.picture({WORD.format(PICTURED, 'Who pays')!r}, 2).hex())"
    )
    env = os.environ | {"FONTCONFIG_FILE": str(listed)}
    after = subprocess.run([sys.executable, "-c", drawn_after_doctor], env=env, capture_output=True, text=True, check=True)
    assert bytes.fromhex(after.stdout) == engine.picture(WORD.format(PICTURED, "Who pays"), 2)


@pytest.mark.skipif(sys.platform != "linux", reason="fonts of the machine lie elsewhere")
def test_letters_that_the_font_lacks_are_drawn_with_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rare = "\uf8ab"
    monkeypatch.setenv("HOME", str(tmp_path / "empty"))
    engine._stop()
    try:
        missing, latin = (engine.picture(WORD.format(PICTURED, letter), 2) for letter in (rare, "Who"))
        a_font(tmp_path / "home" / ".fonts", "Rare", rare)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        engine._stop()
        assert engine.picture(WORD.format(PICTURED, rare), 2) != missing
        assert engine.picture(WORD.format(PICTURED, "Who"), 2) == latin  # all others as before
    finally:
        engine._stop()


def test_a_picture_is_the_same_with_and_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = engine.picture(WORD.format(PICTURED, "Who pays"), 2)
    assert apart.startswith(b"\x89PNG")
    monkeypatch.setattr(engine, "_unusable", True)
    assert engine.picture(WORD.format(PICTURED, "Who pays"), 2) == apart
    with pytest.raises(ValueError, match=r"."):
        engine.picture("<svg", 2)


# -- a drawing that fails ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("odd", ["\x0c", "\x00", "\x1b[31m", "\x07", "\ud800", "\ufffe"])
@pytest.mark.parametrize("apart", [True, False])
def test_what_no_svg_holds_is_drawn_as_a_sign_for_it(odd: str, apart: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_unusable", not apart)
    spec = {
        "data": {"values": [{"x": f"a{odd}b", "y": 2}]},
        "mark": "bar",
        "encoding": {"x": {"field": "x"}, "y": {"field": "y"}},
    }
    assert "a\ufffd" in engine.draw(spec)


@pytest.mark.parametrize("end", ["os._exit(7)", "os.kill(os.getpid(), 9)", "time.sleep(30)", "print('no answer', flush=True)"])
def test_a_drawing_over_which_the_engine_ends_is_refused_and_the_next_is_drawn(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fragile = tmp_path / "fragile.py"
    fragile.write_text(
        f"import json, os, sys, time\nfor line in sys.stdin:\n    if 'fatal' in line:\n        {end}\n"
        "    print(json.dumps({'made': '<svg>' + str(len(line)) + '</svg>'}), flush=True)\n"
    )
    engine._stop()
    monkeypatch.setattr(engine, "__file__", str(fragile))
    monkeypatch.setattr(engine, "PATIENCE", 1.0)
    try:
        with pytest.raises(ValueError, match="ended over it"):
            engine.draw(SPEC | {"title": "fatal"})
        assert engine.draw(SPEC).startswith("<svg>")
        assert not engine._unusable
    finally:
        engine._stop()


def test_a_figure_that_cannot_be_drawn_is_told_in_its_place() -> None:
    with pytest.warns(UserWarning, match="the figure x could not be drawn: "):
        made = render({"mark": {"type": "nonsense"}, "data": {"url": "file:///nowhere.csv"}}, "what it would show", "x")
    assert "its numbers stand in its data file" in made
    assert 'aria-label="what it would show"' in made


def test_the_folder_keeps_to_its_limit_and_drops_what_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIMIT", 10)
    for k in range(10):
        engine.keep(f"{k:02d}", f"<svg>{k}</svg>")
        os.utime(cache / f"{k:02d}", ns=(k, k))
    assert engine.find("00") == "<svg>0</svg>"  # used just now
    engine.keep("10", "<svg>10</svg>")
    assert len(list(cache.iterdir())) <= 10
    assert engine.find("00") is not None
    assert engine.find("10") is not None
    assert engine.find("01") is None


def test_a_folder_that_cannot_be_written_only_costs_the_drawing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "file"))
    assert engine.draw(SPEC).startswith("<svg")
    assert not any_kept()
