"""The briefing as files: anchors, escaping, no outside loads, data behind every figure, the same bytes twice."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from detente import words as text
from detente.briefing import Briefing, brief, page, printing, report
from detente.briefing.charts import engine
from detente.briefing.document import Column, Figure, Para, Section, Table, as_data, from_data
from detente.briefing.readers import readers_of
from detente.cli import runs
from detente.errors import BadDossier, InputError, UnknownRegion
from detente.files import write_folder
from detente.policy.dossier import parse_dossier

ANCHORS = (
    "summary", "situation", "table", "motives", "scenarios", "outlook", "beside", "implications", "diversion", "neighbours",
    "people", "scale", "strategy", "published", "questions", "method", "sources", "appendix",
)  # fmt: skip


class Reader(HTMLParser):
    """Collects ids, links, tags and anything that would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for key, value in attrs:
            if key == "id" and value:
                self.ids.append(value)
            if key == "href" and tag == "a" and value:
                self.links.append(value)
            elif key in ("src", "href", "xlink:href", "data", "srcset", "action") and value:
                self.loads.append(f"{tag} {value}")
            if key.startswith("on"):
                self.handlers.append(key)


@pytest.fixture(scope="module")
def reader(run: Any) -> Reader:
    found = Reader()
    found.feed(run.html)
    return found


def table(run: Any, name: str) -> pd.DataFrame:
    return pd.read_csv(run.briefing.data / name)


def test_every_section_has_its_anchor_and_every_inner_link_a_target(reader: Reader) -> None:
    assert set(ANCHORS) <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))
    for link in reader.links:
        outside = ("https://example.org/", "https://doi.org/", "https://www.frbsf.org/")
        assert link.startswith((*outside, "data/")) or link[1:] in reader.ids


def test_nothing_is_loaded_and_nothing_runs(run: Any, reader: Reader) -> None:
    assert reader.loads == []
    assert reader.handlers == []
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert "@import" not in run.html
    assert "@font-face" not in run.html
    assert not re.search(r"url\((?!#)", run.html)


def test_dossier_text_is_escaped(run: Any) -> None:
    for bad in ("<script>", "<b>Not", "<i>ground", "<img ", "<u>cloth", "<em>away"):
        assert bad not in run.html
        assert bad not in run.briefing.index.with_name("companion.md").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in run.html


def test_a_formula_in_a_title_does_not_reach_a_spreadsheet(run: Any) -> None:
    titles = table(run, "measures-status.csv")["title"]
    assert any(t.startswith("'=cmd()") for t in titles)
    assert not any(str(t).startswith("=") for t in titles)


def test_every_figure_and_table_names_its_data_file(run: Any) -> None:
    index = table(run, "README.csv").set_index("file")
    on_disk = {p.name for p in run.briefing.data.iterdir()} - {"README.csv"}
    assert set(index.index) == on_disk
    named = set(re.findall(r"data/([a-z0-9-]+\.csv)", run.html))
    assert named <= on_disk
    for block in re.findall(r'<figure class="(?:chart|table).*?</figure>', run.html, re.DOTALL):
        assert re.search(r'Data: <a href="(data/[a-z0-9-]+\.csv)">\1</a>', block), block[:200]
    for name, row in index.iterrows():
        assert hashlib.sha256((run.briefing.data / str(name)).read_bytes()).hexdigest() == row["sha256"]


def test_numbers_carry_a_unit_column(run: Any) -> None:
    wordy = {"README.csv", "rounds.csv", "stances.csv", "timeline.csv", "assumptions.csv"}
    for path in sorted(run.briefing.data.glob("*.csv")):
        if path.name not in wordy:
            frame = pd.read_csv(path)
            if not {"unit", "published_unit"} & set(frame.columns):  # then every figure's column names its own
                figures = [str(c) for c in frame.select_dtypes("number").columns if c != "table_year"]
                told = r", (%|points|million USD( of \d{4})?|years)|^years|probability|discount|^(low|high)$|^share|^mean duty"
                assert all(re.search(told, c) for c in figures), path.name


def test_charts_have_alt_text_with_values(run: Any) -> None:
    assert run.html.count('role="img"') == 2 * run.html.count('<figure class="chart')
    first = re.search(r'id="fig-summary".*?aria-label="([^"]+)"', run.html, re.DOTALL)
    assert first is not None
    told = re.findall(r"([A-Z]\w+), ([^;,]+?) ([+−]?[\d.]+) \(", first.group(1))
    assert 3 <= len(told) <= 5
    frame = table(run, "summary-real-income.csv")
    frame["region_name"] = frame["region_name"].str.capitalize()
    for scenario, name, value in told:
        known = frame[(frame["scenario"] == scenario.lower()) & (frame["region_name"].str.lower() == name.lower())]["value"].iloc[
            0
        ]
        assert text.fixed(known, 2, signed=True) == value


def test_text_and_tables_say_what_the_data_say(run: Any) -> None:
    income = table(run, "scenario-real-income.csv")
    body = run.html[run.html.index('id="tab-income"') :].split("</figure>")[0]
    for row in income.itertuples():
        assert text.fixed(float(str(row.value)), 2, signed=True) in body
    numbers = table(run, "summary-numbers.csv")
    summary = run.html[run.html.index('class="numbers"') :].split("</dl>")[0]
    for row in numbers.itertuples():
        assert text.percent(float(str(row.value)), signed=True) in summary
    worst = income.query("region == 'USA' and scenario == 'pessimistic'").iloc[0]
    assert text.change_phrase(worst["value"], worst["low"], worst["high"]) in run.html
    assert (income["low"] <= income["value"] + 1e-12).all()
    assert (income["value"] <= income["high"] + 1e-12).all()


def test_headline_is_in_the_data(run: Any) -> None:
    told = run.briefing.headline["real_income"]["CHN"]["pessimistic"]["value"]
    kept = table(run, "every-economy.csv").query("region == 'CHN' and scenario == 'pessimistic'")["value"].iloc[0]
    assert told == pytest.approx(kept, rel=1e-6)
    assert kept < 0


def test_run_record_lists_files_and_inputs(run: Any) -> None:
    record = json.loads(run.briefing.run_json.read_text(encoding="utf-8"))
    assert record["dossier"]["id"] == "toy-talks"
    assert record["world"]["fingerprint"] == run.world.fingerprint
    assert record["measure_status"]["answer"] == "suspended"
    assert all(s["status"] == "converged" for h in record["solutions"].values() for p in h.values() for s in p.values())
    folder = run.briefing.index.parent
    for name, entry in record["files"].items():
        body = (folder / name).read_bytes()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (entry["sha256"], entry["bytes"])
    written = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert written == {*record["files"], "run.json", ".detente.json"}
    assert {"index.html", "front.html", "annex.html", "companion.html", "briefing.docx", "briefing.md"} <= written


def test_the_same_inputs_give_the_same_bytes(run: Any, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    again = brief(run.dossier, run.world, out=tmp_path / "again", anew=True, progress=lambda *step: steps.append(step))
    first, second = run.briefing.index.parent, again.index.parent
    names = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(second) for p in second.rglob("*") if p.is_file())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert steps[-1][0] == "writing"
    assert {of for _, _, of in steps} == {steps[-1][1]}


def test_a_briefing_is_worked_out_once(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    worked: list[str] = []

    def contents(dossier: Any, world: Any, *_: Any, record: str, readers: Any, common: Any) -> dict[str, bytes]:
        worked.append(dossier.title + world.name)
        told = b'{"headline": {"answer": "x"}}'
        return {"index.html": b"\n\x00", "briefing.md": b"", "data/README.csv": b"a\n", record: told}

    monkeypatch.setattr(report, "contents_of", contents)

    def written(dossier: Any = run.dossier, world: Any = run.world, **options: Any) -> list[bytes]:
        made = brief(dossier, world, out=tmp_path / "out", **options)
        assert made.headline == {"answer": "x"}
        return [made.index.read_bytes(), made.markdown.read_bytes(), (made.data / "README.csv").read_bytes()]

    first = written()
    assert (first, len(worked)) == ([b"\n\x00", b"", b"a\n"], 1)
    assert written() == first
    assert len(worked) == 1
    others = (
        {"anew": True},
        {"dossier": run.dossier.model_copy(update={"title": "Another"})},
        {"world": run.world.with_(name="another")},
        {"world": run.world.with_(extras={})},
        {"horizon": "short"},
        {"readers": ["USA"]},
    )
    for n, other in enumerate(others, start=2):
        assert written(**other) == first
        assert len(worked) == n, other
    (kept, *_) = (tmp_path / "cache" / "briefings").iterdir()
    for path in (tmp_path / "cache" / "briefings").iterdir():
        path.write_bytes(kept.read_bytes()[:40])
    assert written() == first
    assert len(worked) == len(others) + 2


def test_companion_and_annex_are_written_once_for_all_readers(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    write = report.write_sections
    monkeypatch.setattr(report, "write_sections", lambda case: [told.append("written"), write(case)][1])

    def files(name: str, reader: str, **options: Any) -> dict[str, bytes]:
        made = brief(run.dossier, run.world, out=tmp_path / name, readers=[reader], **options).index.parent
        return {p.relative_to(made).as_posix(): p.read_bytes() for p in made.rglob("*") if p.is_file()}

    first, second = files("first", "PAK"), files("second", "CHN")
    assert told == ["written"]
    assert first["annex.html"] != second["annex.html"] or first["front.html"] != second["front.html"]
    assert files("anew", "CHN", anew=True) == second
    assert len(told) == 2
    (kept,) = (tmp_path / "cache" / "sections").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    assert files("mended", "PAK", anew=False, horizon=None) == first  # its files are kept too
    assert files("longer", "PAK", horizon="long") != first
    assert files("damaged", "MYS") == files("whole", "MYS", anew=True)
    assert len(told) == 5


def test_a_figure_found_again_is_drawn_and_has_no_specification() -> None:
    figure = Figure("f", "Title", "%", "note", "alt", lambda: ("<svg/>", "<svg></svg>"), lambda width: {}, "f.csv", wide=True)
    section = Section("a", "Title", (figure, Para("Text.", cites=("first",), kind="lede")))
    (found,) = from_data(json.loads(json.dumps(as_data([section]))))
    again = found.blocks[0]
    assert found.blocks[1:] == section.blocks[1:]
    assert (again.svg, again.svg_narrow, again.wide, again.alt) == ("<svg/>", "<svg></svg>", True, "alt")
    with pytest.raises(LookupError, match="not kept"):
        again.spec(700)


@pytest.mark.filterwarnings("ignore:the figure .* could not be drawn")
def test_a_figure_that_was_not_drawn_is_not_kept(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))

    said, ask = "could not be drawn", engine._ask

    def written(name: str, reader: str) -> tuple[str, dict[str, bytes]]:
        made = brief(run.dossier, run.world, out=tmp_path / name, readers=[reader])
        return made.annex.read_text(encoding="utf-8"), {p.name: p.read_bytes() for p in made.figures.glob("*.png")}

    def ending(kind: str) -> Any:
        return lambda job: {"error": "the engine ended over it"} if kind in job and said not in job else ask(job)

    with monkeypatch.context() as broken:
        broken.setattr(engine, "_ask", ending('{"spec"'))
        assert said in written("broken", "USA")[0]
    with monkeypatch.context() as broken:
        broken.setattr(engine, "_ask", ending('{"svg"'))
        page, missing = written("pictures", "USA")
        assert said not in page
    page, there = written("same", "USA")
    assert said not in page
    assert there.keys() == missing.keys()
    assert not {name for name, body in there.items() if body == missing[name]}
    assert said not in written("other", "CHN")[0]


def test_a_failure_leaves_nothing_behind(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="is a file"):
        write_folder(run.briefing.index, {})
    monkeypatch.setattr(Path, "write_bytes", lambda self, body: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_folder(out, {"briefing.html": b"x"})
    assert list(tmp_path.iterdir()) == []


def test_rewriting_keeps_foreign_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    contents = {"briefing.html": b"a", "briefing.md": b"b", "run.json": b"{}", "data/x.csv": b"c"}
    write_folder(out, contents)
    write_folder(out, {**contents, "data/y.csv": b"d"})
    assert sorted(p.name for p in out.rglob("*") if p.is_file()) == [
        ".detente.json",
        "briefing.html",
        "briefing.md",
        "notes.txt",
        "run.json",
        "x.csv",
        "y.csv",
    ]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_world_without_the_parties_is_refused(run: Any) -> None:
    small = run.world.aggregate(regions={"AAA": ["CHN"]})
    with pytest.raises(BadDossier, match="CHN"):
        report.solve_case(run.dossier, small)


def test_a_dossier_without_scenarios_is_refused(run: Any, dossier_text: str) -> None:
    cut = re.sub(r"  - id: optimistic.*?(?=key_questions:)", "", dossier_text, flags=re.DOTALL)
    cut = re.sub(r"key_questions:.*?(?=sources:\n)", "", cut, flags=re.DOTALL)
    with pytest.raises(InputError, match="at least one scenario"):
        report.solve_case(parse_dossier(cut, "cut.yaml"), run.world)


def test_markdown_cells_cannot_break_a_table() -> None:
    assert page.markdown_text("a | b\n<c>") == "a \\| b &lt;c&gt;"


def test_csv_is_readable_and_harmless() -> None:
    body = report.csv_bytes(pd.DataFrame({"t": ["+1", "fine", None], "v": [-1.5, 2.0, float("nan")]}))
    frame = pd.read_csv(io.BytesIO(body))
    assert frame["t"].iloc[0] == "'+1"
    assert frame["v"].iloc[0] == -1.5


# -- tables on a phone -------------------------------------------------------------------------------------------------
def test_wide_tables_say_how_a_phone_shows_them(run: Any) -> None:
    def plain(numbers: int, words: int, wide: bool = False) -> Table:
        columns = tuple(Column(f"c{k}", number=k >= words) for k in range(numbers + words))
        return Table("t", "T", "S", columns, (), wide=wide)

    assert plain(3, 1).narrow == plain(6, 1, wide=True).narrow == "sheet"
    assert plain(2, 2).narrow == plain(0, 3, wide=True).narrow == "cards"
    assert plain(1, 2).narrow == ""
    figures = re.findall(r'<figure class="table([^"]*)" id="[^"]+">(.*?)</figure>', run.html, re.S)
    assert len(figures) > 10
    for classes, body in figures:
        heads = [re.sub(r"<small>.*?</small>", "", h) for h in re.findall(r"<th scope[^>]*>(.*?)</th>", body)]
        swiped = re.findall(r'class="hint"[^>]*>(\d+) columns', body)
        assert swiped == ([str(len(heads))] if "sheet" in classes and len(heads) > 4 else [])
        for row in re.findall(r"<tr>(<td.*?)</tr>", body):
            labels = re.findall(r'<td[^>]* data-label="([^"]*)"', row)
            assert labels == (heads[1:] if "cards" in classes else [])


# -- work shared by sections -------------------------------------------------------------------------------------------
def test_shared_work_is_done_once_however_many_sections_ask(run: Any) -> None:
    case = report.solve_case(run.dossier, run.world)
    calls: list[int] = []
    start = threading.Barrier(4)

    def ask() -> object:
        def work() -> object:
            calls.append(1)
            time.sleep(0.02)
            return object()

        start.wait()
        return case.once("something", work)

    with ThreadPoolExecutor(4) as pool:
        found = [job.result() for job in [pool.submit(ask) for _ in range(4)]]
    assert len(calls) == 1
    assert len(set(map(id, found))) == 1
    assert case.once("another", lambda: 2) == 2


def test_progress_counts_every_solve_once_and_up(run: Any) -> None:
    told: list[tuple[int, int]] = []
    report.solve_case(run.dossier, run.world, None, lambda label, done, steps: told.append((done, steps)))
    done, steps = zip(*told, strict=True)
    assert list(done) == list(range(1, len(done) + 1))
    assert set(steps) == {len(done) + 1}  # the last step is the writing


def test_a_record_that_was_edited_does_not_repeat_itself(run: Any, tmp_path: Path) -> None:
    record = json.loads(run.briefing.run_json.read_text(encoding="utf-8"))
    record["headline"]["answer"] = "All is well"
    record["parameters"]["trade_elasticity_factor"] = 0.9
    told, same, words = runs._again(record, run.world, tmp_path / "again", False, True)
    assert (same, told["identical"], told["differ"]) == (False, False, [])
    assert "headline and parameters in the run file are not what the run gave" in words


def test_a_briefing_replaces_its_own_and_nothing_else(run: Any, tmp_path: Path) -> None:
    def again(**options: Any) -> None:
        brief(run.dossier, run.world, out=tmp_path, **options)

    again()
    (tmp_path / ".detente.json").unlink()  # as before there were manifests
    again()
    (tmp_path / "briefing.md").write_text("my notes on it")
    (tmp_path / "data" / "survey.csv").write_text("mine")
    with pytest.raises(InputError, match=r"holds briefing\.md, which detente did not write or which was changed"):
        again()
    assert (tmp_path / "briefing.md").read_text() == "my notes on it"
    again(force=True)
    assert (tmp_path / "briefing.md").read_bytes() == run.briefing.markdown.read_bytes()
    assert (tmp_path / "data" / "survey.csv").read_text() == "mine"


@pytest.mark.parametrize("name", ["front.pdf", "front-USA.html", "annex.pdf"])
def test_what_stands_in_the_way_is_told_before_anything_is_worked_out(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("detente.briefing.kept._BRIEFINGS.find", lambda key: pytest.fail("it was looked for"))
    (tmp_path / name).write_text("mine")
    (tmp_path / "front-notes.html").write_text("mine too")
    with pytest.raises(InputError, match=rf"holds {name}, which detente did not write"):
        brief(run.dossier, run.world, out=tmp_path, pdf=True)


# -- three things in one folder ----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def for_two(run: Any, tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    """The toy briefing for two readers."""
    return brief(run.dossier, run.world, out=tmp_path_factory.mktemp("two") / "out", readers=["mys", "USA"])


def test_all_links_lead_to_what_is_there_and_nothing_is_loaded(for_two: Briefing) -> None:
    home = for_two.index.parent
    pages = {path.name: Reader() for path in home.glob("*.html")}
    assert set(pages) == {"index.html", "front.html", "front-USA.html", "annex.html", "companion.html"}
    for name, found in pages.items():
        found.feed((home / name).read_text(encoding="utf-8"))
        assert len(found.ids) == len(set(found.ids)), name
        assert (found.loads, found.handlers) == ([], []), name
        assert not found.tags & {"script", "link", "img", "iframe", "object", "embed", "base"}, name
    for name, found in pages.items():
        for link in found.links:
            if not link.startswith("https://"):
                file, _, anchor = link.partition("#")
                assert (home / (file or name)).is_file(), (name, link)
                assert not anchor or anchor in pages[file or name].ids, (name, link)
    reached = {link.partition("#")[0] for link in pages["index.html"].links}
    files = {p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()}
    assert files - reached == {".detente.json", "index.html"}


def test_every_file_escapes_the_dossier(for_two: Briefing) -> None:
    for path in (p for p in for_two.index.parent.iterdir() if p.suffix in (".html", ".md")):
        told = path.read_text(encoding="utf-8")
        for bad in ("<script>", "<b>Not", "<b>at", "<i>ground", "<img ", "<u>cloth", "<em>away"):
            assert bad not in told, (path.name, bad)


def test_the_record_names_readers_and_counts_words(for_two: Briefing) -> None:
    record = json.loads(for_two.run_json.read_text(encoding="utf-8"))
    assert record["readers"] == ["MYS", "USA"]
    assert set(record["words"]) == {"front-MYS", "front-USA", "annex", "companion"}
    assert for_two.headline["finding"]


def test_the_word_file_holds_what_front_and_annex_hold(for_two: Briefing, run: Any) -> None:
    from docx import Document

    made = Document(str(for_two.word))
    pages = [for_two.index.with_name(n).read_text(encoding="utf-8") for n in ("front.html", "front-USA.html", "annex.html")]
    assert len(made.tables) == sum(p.count("<table>") for p in pages)
    assert len(made.inline_shapes) == sum(p.count('<figure class="chart') for p in pages)
    assert all(shape._inline.docPr.get("descr") for shape in made.inline_shapes)
    heads = [p.text for p in made.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert heads[:2] == ["For Malaysia", "For the United States"]


def test_a_reader_is_an_economy_of_the_world_or_part_of_one(run: Any) -> None:
    case = report.solve_case(run.dossier, run.world)
    assert readers_of(case, ["deu", "EU27"]) == ("EU27",)
    assert readers_of(case, ["all"]) == ("MYS", "USA", "CHN", "PAK")
    with pytest.raises(UnknownRegion, match="xyz"):
        readers_of(case, ["xyz"])
    with pytest.raises(InputError, match="ASEAN is a group"):
        readers_of(case, ["asean"])


def test_a_reference_to_another_file_is_words_and_a_link() -> None:
    beyond = page.Around({"people": page.Place("companion", "7"), "end": page.Place("companion", "")}, {"odds.csv"})
    made = [Section("one", "One", (Para("Section §people says so (see §end); section §one; data/odds.csv."),))]
    head = {"title": "T", "as_of": "today", "made": "M", "short": "T"}
    there = page.annex_html(made, head, {}, beyond)
    assert '<a href="companion.html#people">Companion, section 7</a> says so' in there
    assert '(see <a href="companion.html#end">companion</a>); section 1;' in there
    assert '<a href="data/odds.csv">data/odds.csv</a>' in there


# -- on paper ----------------------------------------------------------------------------------------------------------
def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type ?/Page\b", pdf))


@pytest.mark.skipif(printing._browser() is None, reason="no browser to print with")
@pytest.mark.parametrize("paper", printing.PAPERS)
def test_the_front_is_two_sheets(for_two: Briefing, paper: str) -> None:
    tool = printing._browser()
    assert tool is not None
    assert pages_of(tool.pdf(for_two.front.read_text(encoding="utf-8"), 2025, paper)) == 2


@pytest.mark.skipif(printing.printer() is None, reason="nothing to print with")
def test_pdf_on_demand_and_the_same_twice(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = brief(run.dossier, run.world, out=tmp_path / "a")
    assert plain.pdf == ()
    assert not list((tmp_path / "a").glob("*.pdf"))
    first = brief(run.dossier, run.world, out=tmp_path / "a", pdf=True)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    tool = printing.printer()
    assert tool is not None
    assert [p.name for p in first.pdf] == ["annex.pdf", "front.pdf"]
    for path in first.pdf:
        again = tool.pdf(path.with_suffix(".html").read_text(encoding="utf-8"), run.dossier.as_of.year)
        assert path.read_bytes() == again
    record = json.loads(first.run_json.read_text(encoding="utf-8"))
    assert record["pdf"]["made_by"] == tool.name
    assert set(record["pdf"]["files"]) == {"annex.pdf", "front.pdf", "index.html"}
    assert "index.html" not in record["files"]
    assert '<a href="front.pdf">' in first.index.read_text(encoding="utf-8").split("<!--")[0] + "".join(
        part.split("-->", 1)[-1] for part in first.index.read_text(encoding="utf-8").split("<!--")[1:]
    )


def test_without_a_tool_there_is_no_pdf(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "printer", lambda: None)
    made = brief(run.dossier, run.world, out=tmp_path / "a", pdf=True)
    assert made.pdf == ()
    monkeypatch.undo()
    monkeypatch.setattr(printing, "_weasyprint", lambda: None)
    monkeypatch.setenv("DETENTE_BROWSER", "no-such-browser")
    with pytest.raises(InputError, match="no-such-browser"):
        printing.printer()


def test_cells_of_a_data_file_hold_plain_blanks() -> None:
    frame = pd.DataFrame({"size": ["100\u2009pp", "+5\u202f%", None], "value": [-0.25, 1.0, 2.0], "on": ["a\xa0b", "c", "d"]})
    assert report.csv_bytes(frame).decode() == "size,value,on\n100 pp,-0.25,a b\n'+5 %,1,c\n,2,d\n"
