"""The page on three parties and on a small quarrel of one's own; and what long work says it is measured by."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from detente.cli import app
from page_driver import Site, Visits, complete, drop, link, settle

WAIT = 240_000
THREE = {"v": 1, "dossier": "us-canada-mexico-2026"}


def unfolded(page: Any, name: str) -> Any:
    if page.locator(f"#{name}").get_attribute("open") is None:
        page.click(f"#{name} > summary")
    return page.locator(f"#{name}")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A duty that moves nobody by as much as 0.03 %."""
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    given = ("--by", "Brazil", "--on", "USA", "--threat", "30 % on machinery from 1 March 2027", "--as-of", "2026-12-01")
    found = CliRunner().invoke(app, ["new", "small", "--quick", "--out", str(path), *given])
    assert found.exit_code == 0, found.output
    return path.read_text(encoding="utf-8")


def dropped(page: Any, content: str) -> None:
    drop(page, content)
    page.wait_for_function("() => document.querySelector('#title').textContent.includes('machinery')")
    settle(page)
    complete(page)


def numbers(texts: list[str]) -> list[float]:
    return [float(t.replace("−", "-").replace("+", "").rstrip("\u202f%")) for t in texts if t not in ("", "±")]


def test_three_parties_are_shown_what_they_end_in(visit: Visits, site: Site) -> None:
    page = visit(link(THREE))
    page.click("#tab-ahead")
    fold = unfolded(page, "fold-stand-off")
    page.wait_for_selector("#fold-stand-off .job[data-kind=coalitions] table", timeout=WAIT)
    job = site.ask("/jobs", {"kind": "coalitions", "state": THREE, "arguments": {}})
    found = site.ask(f"/jobs/{job['id']}/result")
    rows = [r for r in found["rows"] if r["judged by"] == "motives"]
    shown = fold.locator("tbody tr")
    assert shown.count() == len(rows) == 27
    marks = [shown.nth(k).locator("td").all_inner_texts() for k in range(27)]
    assert sum(m[-3] == "●" for m in marks) == sum(r["equilibrium"] for r in rows) > 0
    assert sum(m[-2] == "●" for m in marks) == sum(r["in the core"] for r in rows) > 0
    assert found["words"]["motives"] in fold.inner_text()
    caption = fold.locator("caption").inner_text()
    assert found["measured"]["when"] in caption
    assert found["measured"]["against"] == "what the law does by itself"
    assert found["measured"]["against"] in caption
    package = unfolded(page, "fold-deal")
    package.get_by_text("3 sit at this table").first.wait_for(timeout=WAIT)  # what is in a fold comes when it is opened
    assert package.get_by_role("button").count() == 0
    assert not fold.locator(".problem:visible").count()


def test_figures_of_a_small_quarrel_have_the_digits_it_needs(visit: Visits, small: str) -> None:
    page = visit()
    dropped(page, small)
    page.click("#fold-scenarios > summary")
    page.wait_for_function("() => document.querySelector('#fold-scenarios table')?.textContent.includes(' to ')")
    cells = page.locator("#fold-scenarios tbody td").evaluate_all("found => found.map((x) => x.firstChild.textContent)")
    assert len({abs(v) for v in numbers(cells)} - {0.0}) >= 2
    page.click("#tab-who")
    page.wait_for_function("() => document.querySelector('#panel-who .tile[data-region=BRA] .value')?.textContent.length > 4")
    tiles = numbers(page.locator(".tile .value").all_text_contents())
    assert -0.03 < min(tiles) < -0.01
    assert page.locator(".map-figure h3").inner_text().count("0.024") == 1
    assert "−0.024" in page.locator(".facts").first.inner_text()
    unfolded(page, "fold-economies")
    row = page.locator("#fold-economies tbody tr", has_text="Brazil").first
    assert "−0.024" in row.inner_text()
    page.click("#tab-ahead")
    page.wait_for_selector("#panel-ahead .job[data-kind=outlook] .fork .then", timeout=WAIT)
    then = numbers(page.locator("#panel-ahead .fork tbody tr td:nth-last-child(2)").all_inner_texts())
    assert max(map(abs, then)) > 0.005
    page.click("#panel-ahead .more-words > summary")
    words = page.locator("#panel-ahead .more-words .prose").first.inner_text()
    assert "2028-02-29" not in words
    assert ". the " not in words


def test_a_quarrel_without_a_host_shows_the_third_economy_it_moves_most(visit: Visits, small: str) -> None:
    page = visit()
    dropped(page, small)
    page.click("#tab-who")
    unfolded(page, "fold-bystanders")
    page.wait_for_selector("#bystander-title", timeout=WAIT)
    assert page.inner_text("#bystander-title") not in ("Brazil", "United States")
    ranked = page.locator("#fold-bystanders table:not(.menu)").first
    shown = [t.split("\n")[0] for t in ranked.locator("tbody td:nth-of-type(2)").all_inner_texts()]
    assert 0 < max(map(abs, numbers(shown))) < 0.01
    assert {len(t.split(".")[1]) for t in shown} == {4}  # two digits of what is small


def test_data_of_long_work_say_what_they_are_measured_by(visit: Visits, tmp_path: Path) -> None:
    page = visit(link({**THREE, "against": "reference"}))
    page.click("#tab-ahead")
    page.wait_for_selector("#panel-ahead .job[data-kind=outlook] .tree-figure svg", timeout=WAIT)
    with page.expect_download(timeout=60_000) as wait:
        page.locator("#panel-ahead .tree-figure button.link", has_text="CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(wait.value.path()).read_text(encoding="utf-8"))))
    assert {r["against"] for r in rows} == {"what the law does by itself"}
    assert {r["state"] for r in rows} == {""}
    assert rows[0]["when"].startswith("average from 10 October 2026")
    page.click("#tab-who")
    page.wait_for_function("() => document.querySelector('.map-figure .subtitle')?.textContent.includes('against')")
    assert "what the law does by itself" not in page.inner_text(".map-figure .subtitle")
