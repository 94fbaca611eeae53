"""Calendar files, daily panels, tables: what RFC 5545 asks, the same bytes twice, refusals in words."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.errors import InputError
from detente.policy.exports import calendar_text, daily_panel, escaped, folded, write_table
from detente.policy.ledger import load_ledger
from detente.policy.timing import Deadline, status_on

LEDGER = load_ledger("us-china")


def unfolded(text: str) -> list[str]:
    """Content lines of a calendar."""
    return text.replace("\r\n ", "").split("\r\n")[:-1]


@given(st.text(max_size=300))
def test_lines_fold_at_75_octets_and_come_back(text: str) -> None:
    line = "SUMMARY:" + escaped(text.encode("utf-8", "ignore").decode())
    out = folded(line)
    assert all(len(part.encode()) <= 75 for part in out.split("\r\n"))
    assert out.replace("\r\n ", "") == line


@given(st.text(max_size=200))
def test_escaping_leaves_no_bare_mark(text: str) -> None:
    value = escaped(text)
    assert "\n" not in value
    assert "\r" not in value
    bare = value.replace("\\\\", "").replace("\\;", "").replace("\\,", "").replace("\\n", "")
    assert not set(bare) & set(";,\\")


@given(st.lists(st.tuples(st.dates(), st.text(max_size=60), st.sampled_from(["talks", "ends"])), max_size=5))
def test_calendar_of_anything(parts: list[tuple[date, str, str]]) -> None:
    due = [Deadline(d, kind, text, 1, None) for d, text, kind in parts]
    text = calendar_text(due, "trial", date(2026, 11, 23))
    assert text == calendar_text(due, "trial", date(2026, 11, 23))
    lines = unfolded(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(due)
    for need in ("UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "SUMMARY:"):
        assert sum(line.startswith(need) for line in lines) == len(due)
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_calendar_of_the_ledger() -> None:
    text = calendar_text(LEDGER.deadlines(date(2025, 10, 20)), "us-china", date(2025, 10, 20), {"us-232-trucks": "by the clock"})
    lines = unfolded(text)
    assert "DTSTART;VALUE=DATE:20251101" in lines
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)


def test_panel_is_the_statuses_day_by_day() -> None:
    start, end = date(2025, 11, 1), date(2025, 11, 20)
    panel = daily_panel(LEDGER.measures, start, end)
    table = panel.set_index(["date", "measure"])["status"]
    for n in range(0, 20, 3):
        day = start + timedelta(days=n)
        for m in LEDGER.measures:
            want = status_on(m, day).value
            assert table.get((day.isoformat(), m.id), "not_yet_known") == want
    with pytest.raises(InputError, match="before it begins"):
        daily_panel(LEDGER.measures, end, start)
    with pytest.raises(InputError, match="five million"):
        daily_panel(LEDGER.measures, date(1900, 1, 1), date(2200, 1, 1))


def test_tables_as_files(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.0]})
    assert pd.read_csv(write_table(frame, tmp_path / "t.csv", "csv")).equals(frame)
    assert pd.read_parquet(write_table(frame, tmp_path / "t.parquet", "parquet")).equals(frame)
