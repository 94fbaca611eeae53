"""The law beside what was collected: steps add up, the months are those of the averages, the page says what is worked out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from detente.build.ledger_chart import DRAWN, chart, gap_2024, lists_2024, main, monthly
from detente.build.tariff_lines import LISTS, NONE, shipped_cells
from detente.policy.customs import collected
from detente.policy.ledger import load_ledger

PAGE = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return monthly()


def test_months_are_means_of_the_days(frame: pd.DataFrame) -> None:
    assert (frame.index[0], frame.index[-1], len(frame)) == ("2018-01", "2024-12", 84)
    days = load_ledger("us-china").average_tariffs("USA", "CHN", "2019-05-01", "2019-05-31", "weighted-2017")
    assert frame["weighted-2017"]["2019-05"] == pytest.approx(days["average_pct"].mean())
    assert frame["collected"]["2021-03"] == pytest.approx(collected("CHN", "2021-03"))


def test_the_law_was_met_before_the_lists_and_never_exceeded_after(frame: pd.DataFrame) -> None:
    before, after = frame.loc[:"2018-06"], frame.loc["2018-10":]
    assert (before["collected"] - before["weighted-2017"]).abs().max() < 0.5
    assert (after["collected"] < after["weighted-2017"]).all()


def test_steps_of_the_gap_add_up() -> None:
    gap = gap_2024()
    assert gap["statutory"] + gap[["composition", "not_paid", "unmapped"]].sum() == pytest.approx(gap["collected"])
    cells = shipped_cells()
    assert gap["collected"] == pytest.approx(100 * cells["duty_musd_2024"].sum() / cells["musd_2024"].sum())
    # customs' panel and its lines tell the same year
    monthly_mean = np.mean([collected("CHN", f"2024-{m:02d}") for m in range(1, 13)])
    assert gap["collected"] == pytest.approx(monthly_mean, abs=0.1)


def test_lists_share_out_the_imports() -> None:
    table = lists_2024()
    assert list(table.index) == [*LISTS, NONE]
    assert table[["share_2017", "share_2024"]].sum().tolist() == pytest.approx([100, 100], abs=0.1)
    assert table["added"]["4B"] == pytest.approx(0, abs=1e-3)  # a safeguard on a line of it
    assert table["added"]["3"] == pytest.approx(25, abs=0.2)


def test_chart_and_data_are_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger-collected.csv", "ledger-collected.svg"]
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    shipped = PAGE / "images"
    for name in ("ledger-collected.csv", "ledger-collected.svg"):
        assert (tmp_path / name).read_bytes() == (shipped / name).read_bytes(), f"{name}: draw it anew"


def test_the_chart_says_the_gap(frame: pd.DataFrame) -> None:
    drawn = chart(frame)
    gap = (frame["weighted-2017"] - frame["collected"]).iloc[-12:].mean()
    assert f"{gap:.1f} points less" in drawn.title
    assert all(f"{frame[d].iloc[-1]:.1f} %" in drawn.alt for d in DRAWN)


def test_the_page_prints_what_is_worked_out(frame: pd.DataFrame) -> None:
    page = (PAGE / "ledger.md").read_text(encoding="utf-8")
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    years = frame.groupby(frame.index.str[:4]).mean()
    told = {r[0]: r[1:] for r in rows if re.fullmatch(r"20(18|19|2[0-4])", r[0]) and len(r) == 4}
    assert set(told) == set(years.index)
    for year, values in told.items():
        assert [float(v) for v in values] == pytest.approx(years.loc[year, list(DRAWN)].round(1).tolist(), abs=0.051)
    table = lists_2024()
    lists = {r[0]: r[1:] for r in rows if len(r) == 6 and r[0] in (*LISTS, NONE)}
    assert set(lists) == set(table.index)
    for name, values in lists.items():
        assert [float(v) for v in values] == pytest.approx(table.loc[name].round(1).tolist(), abs=0.051)
    gap = gap_2024()
    steps = {r[0]: float(r[1].replace("\u2212", "-")) for r in rows if len(r) == 2 and re.fullmatch(r"[+\u2212]?\d+\.\d", r[1])}
    assert list(steps.values()) == pytest.approx(gap.round(1).tolist(), abs=0.051)
