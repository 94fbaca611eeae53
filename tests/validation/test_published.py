"""Published figures beside ours: what the audit expects of each, the page, the command, the shipped files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.validation.test_backtests import _parts
from typer.testing import CliRunner

import detente as dt
from detente.cli import app
from detente.errors import BadDossier, UnknownName
from detente.policy.dossier import list_dossiers, load_dossier
from detente.validation import tables
from detente.validation.published import BLOCK, load_published, parse_published, theirs, validate_published

PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
FOUND = dt.validate_published()


# -- like for like -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("figure", "ours", "within"),
    [
        ("kite-usa", -0.6, 0.1),
        ("kite-chn", -0.36, 0.05),
        ("tbl-april-gdp", -1.05, 0.1),
        ("tbl-gdp", -0.80, 0.05),
        ("tbl-october-gdp", -0.75, 0.1),
        ("tbl-prices", 1.36, 0.05),
        ("wto-bilateral", -92.8, 0.5),
        ("wto-7", -8.6, 0.4),
        ("bloomberg-today", -54, 1.5),
        ("tbl-may-share", 7.5, 0.3),
    ],
)
def test_ours_is_of_the_order_found_by_hand(figure: str, ours: float, within: float) -> None:
    assert FOUND[figure].ours == pytest.approx(ours, abs=within)


def test_gdp_is_set_beside_gdp() -> None:
    for row in FOUND.compared:
        p = row.figure
        assert ("gdp" in p.quantity.lower()) == (p.measure == "real_gdp"), p.id
        assert ("price" in p.quantity.lower()) == (p.measure == "consumer_prices"), p.id
        assert ("exports" in p.quantity.lower()) == (p.measure in ("exports", "goods_exports")), p.id


def test_only_two_blocs_are_set_beside_the_figure_of_two_blocs() -> None:
    assert [r.figure.id for r in FOUND.rows if r.figure.two_blocs] == ["wto-7"]
    assert FOUND["wto-7"].figure.compare_with is None
    assert not any(r.figure.compare_with == "decoupling" for r in FOUND.rows)
    for row in FOUND.rows:
        assert row.figure.two_blocs == ("bloc" in row.figure.scenario)


def test_what_a_parameter_was_chosen_in_sight_of_is_marked() -> None:
    assert FOUND["wto-7"].figure.tuned_to == "A39"
    assert "(A39)" in FOUND["wto-7"].reason
    assert "(A39)" in FOUND.markdown()


def test_every_row_has_a_reason_and_a_link() -> None:
    for row in FOUND.rows:
        assert len(row.reason.split()) > 5, row.figure.id
        assert all(str(FOUND.sources[s].url).startswith("http") for s in row.figure.sources), row.figure.id
        assert (row.ours is None) == row.reason.startswith("Not compared.")


def test_every_shipped_figure_says_what_to_run_or_why_not() -> None:
    for p in (*(p for d in list_dossiers() for p in load_dossier(d).published), *load_published().published):
        assert (p.measure is None) != (p.why_not is None), p.id


def test_ids_are_not_given_twice() -> None:
    assert len({r.figure.id for r in FOUND.rows}) == len(FOUND.rows)
    with pytest.raises(UnknownName, match="kite-usa"):
        FOUND["kite-us"]


def test_the_frame_adds_up() -> None:
    frame = FOUND.to_frame().dropna(subset="ours")
    assert len(frame) == len(FOUND.compared)
    pd.testing.assert_series_equal(frame["difference"], frame["ours"] - frame["theirs"], check_names=False)
    assert (frame["ours_low"] <= frame["ours"]).all()
    assert (frame["ours"] <= frame["ours_high"]).all()


def test_a_bad_entry_of_the_file_is_refused() -> None:
    text = """dossier: kuala-lumpur-2025
published:
  - {id: x, who: A, scenario: B, quantity: Real GDP, region: USA, value: 1, unit: "%", time_basis: far, why_not: No, sources: [y]}
sources: []
"""
    with pytest.raises(BadDossier, match=r"more\.yaml, line 3, published\[0\]\.sources: .*'y'"):
        parse_published(text, "more.yaml")
    with pytest.raises(BadDossier, match=r"more\.yaml, line 3, published\[0\]\.horizon: "):
        parse_published(text.replace("why_not: No", "horizon: long"), "more.yaml")


def test_another_dossier_has_only_its_own_figures(tmp_path: Path) -> None:
    shipped = Path(dt.__file__).parent / "data" / "dossiers" / "kuala-lumpur-2025.yaml"
    before, rest = shipped.read_text(encoding="utf-8").split("\npublished:\n")
    own = tmp_path / "own.yaml"
    text = before.replace("id: kuala-lumpur-2025", "id: another", 1) + "\nsources:\n" + rest.split("\nsources:\n")[1]
    own.write_text(text, encoding="utf-8")
    assert validate_published(own).rows == ()


# -- page and command --------------------------------------------------------------------------------------------------
def test_the_page_is_what_the_command_gives() -> None:
    words_then, then, decimals = _parts(tables.block_of(PAGE.read_text(encoding="utf-8"), BLOCK))
    words_now, now, _ = _parts(FOUND.markdown().strip())
    assert words_then == words_now, "renew it: detente validate published --write docs/validation.md"
    for a, b, d in zip(then, now, decimals, strict=True):
        assert abs(a - b) < 1.01 * 10**-d


def test_the_command_shows_writes_and_gives_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.validation.published.validate_published", lambda *_: FOUND)
    page = tmp_path / "page.md"
    page.write_text(f"<!-- {BLOCK} -->\n<!-- /{BLOCK} -->", encoding="utf-8")
    run = CliRunner().invoke(app, ["validate", "published", "--csv", str(tmp_path / "rows.csv"), "--write", str(page)])
    assert run.exit_code == 0, run.output
    assert FOUND.explain().split(".")[0] in " ".join(run.output.split())
    assert theirs(FOUND["kite-usa"]) in run.output
    assert all(f"{r.figure.id}: " in run.output for r in FOUND.rows)
    assert tables.block_of(page.read_text(encoding="utf-8"), BLOCK) == FOUND.markdown().strip()
    assert list(pd.read_csv(tmp_path / "rows.csv")["id"]) == [r.figure.id for r in FOUND.rows]
    data = json.loads(CliRunner().invoke(app, ["validate", "published", "--json"]).stdout)
    first = data["figures"][0]
    assert {"id", "what", "theirs", "ours", "difference", "reason", "tuned_to", "sources"} <= set(first)
    assert set(first["sources"]) <= set(data["sources"])


def test_a_dossier_without_figures_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from detente.validation.published import ValidatedFigures

    monkeypatch.setattr("detente.validation.published.validate_published", lambda *_: ValidatedFigures((), {}))
    run = CliRunner().invoke(app, ["validate", "published"])
    assert run.output.strip() == "The dossier lists no published figures."
