"""`detente exposure` as a user meets it, its chart, its job, and the examples of its page."""

from __future__ import annotations

import doctest
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import detente as dt
from cli.conftest import Run
from detente.briefing.charts.exposure import exposure_figure
from detente.briefing.charts.forms import ALT_WORDS
from detente.verbs import VERBS, Subject
from detente.words import percent
from detente.world.exposure import exposure

PAGE = Path(__file__).parents[2] / "docs" / "exposure.md"


def test_answers_first_in_eighty_columns_and_names_the_next_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DETENTE_FULL", raising=False)
    code, text, _ = run("exposure", "--region", "MYS")
    assert code == 0
    assert text.startswith("Malaysia’s producers buy")
    assert max(map(len, text.splitlines())) <= 80
    assert "Critical minerals" in text
    assert "Next: detente exposure --region MYS --to CHN" in text
    rows = [line for line in text.splitlines() if line.startswith(("CHN  ", "EU27  ", "MYS  "))]
    assert rows[0].startswith("CHN")
    assert not any(r.startswith("MYS") for r in rows)


def test_a_share_halfway_between_two_percents_reads_alike_in_sentence_and_table(run: Run) -> None:
    """27.5 % may come out a hair below, as the processor has it; the sentence said 28 % and the table 27."""
    code, text, _ = run("exposure", "-r", "CCC", "-w", "toy")
    assert code == 0
    said = dict(re.findall(r"(MAKE|FARM) \(BBB\s+(\d+)\s%\)", text))
    assert set(said) == {"MAKE", "FARM"}
    for sector, share in said.items():
        assert re.search(rf"^{sector} +BBB +{share} ", text, re.MULTILINE), sector


def test_words_say_what_the_table_says() -> None:
    found = exposure(dt.load_world(), region="MYS", sector="ELE")
    told = found.explain()
    face, look = found.input_reliance
    assert f"buys {percent(face)} of its inputs abroad" in told
    assert f"supply {percent(look)} of what goes into them is foreign" in told
    assert f"{percent(found.trade.domestic_share)} is value added at home" in told


def test_files_and_json(run: Run, tmp_path: Path) -> None:
    code, text, _ = run("exposure", "-r", "CCC", "-w", "toy", "--json", "--csv", str(tmp_path / "x.csv"))
    assert code == 0
    record = json.loads(text)
    frame = pd.read_csv(tmp_path / "x.csv", index_col="economy")
    assert [r["economy"] for r in record["rows"]] == frame.index.tolist()
    assert record["input_reliance"]["look"] == pytest.approx(frame.drop("CCC")["inputs, look-through, %"].sum())
    exports = record["value_added_in_exports"]
    assert exports["domestic"] + exports["foreign"] == pytest.approx(exports["exports"], rel=1e-9)
    code, _, _ = run("exposure", "-r", "CCC", "-w", "toy", "--to", "AAA", "--chart", str(tmp_path / "x.svg"))
    assert code == 0
    assert "AAA stands behind" in (tmp_path / "x.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-r", "MLY"), "did you mean"),
        (("-r", "MYS", "-s", "ELK"), "did you mean ELE"),
        (("-r", "MYS", "--to", "XYZ"), "XYZ"),
        (("-r", "MYS", "--to", "MYS"), "own partner"),
    ],
)
def test_what_it_refuses(run: Run, arguments: tuple[str, ...], says: str) -> None:
    code, _, text = run("exposure", *arguments)
    assert code == 2
    assert says in text


def test_titles_are_true_at_unlike_results() -> None:
    world = dt.load_world()
    for given in (
        {"region": "MYS"}, {"region": "VNM", "sector": "TEX"}, {"region": "KHM"}, {"region": "USA", "to": "CHN"},
        {"region": "JPN", "sector": "MVH", "to": "CHN"}, {"region": "HKG", "sector": "RER"},
    ):  # fmt: skip
        figure = exposure_figure(exposure(world, **given))
        assert figure is not None
        assert len(figure.alt.split()) <= ALT_WORDS
        said = figure.title
        if "to" not in given:
            found = exposure(world, **given)
            row = found.inputs.loc[found.ranked(found.inputs)[0]]
            look, face = percent(row["look-through, %"]), percent(row["face value, %"])
            assert look in said
            assert ("as much as" in said) == (look == face)
            assert ("more than the" in said) == (look != face and row["look-through, %"] > row["face value, %"])
        else:
            assert ("more than in any other sector" in said) == ("sector" not in given)


def test_a_dossier_asks_of_its_host_or_its_first_party() -> None:
    verb = VERBS["exposure"]
    found = verb.put(Subject(dt.load_world(), None, dt.load_dossier("kuala-lumpur-2025")), verb.asked({}), lambda *_: None)
    assert found.region == "MYS"


def test_the_examples_of_the_page_hold() -> None:
    text = "\n".join("" if line.startswith("```") else line for line in PAGE.read_text(encoding="utf-8").splitlines())
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    assert len(examples.examples) > 8
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def test_the_table_of_the_page_holds() -> None:
    world = dt.load_world()
    rows = [line.split("|")[1:-1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    shown = {r[0].strip(): [c.strip() for c in r[1:]] for r in rows if len(r) == 7 and r[1].strip()[0].isdigit()}
    codes = {
        "United States": "USA", "China": "CHN", "European Union": "EU27", "Japan": "JPN", "Korea": "KOR", "Viet Nam": "VNM",
        "Malaysia": "MYS", "Mexico": "MEX",
    }  # fmt: skip
    assert set(shown) == set(codes)
    for name, cells in shown.items():
        found = exposure(world, region=codes[name])
        figures = [*found.input_reliance, *found.market_reliance, found.trade.domestic_share]
        assert cells[:5] == [f"{x:.1f}" for x in figures], name
        assert codes[cells[5]] == found.ranked(found.inputs)[0]
