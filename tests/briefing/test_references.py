"""A text names a section by its anchor, and the page prints the number the section has there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from detente.briefing import page
from detente.briefing.document import Heading, Para, Section

HEAD = {"title": "T", "summary": "S", "as_of": "today", "made": "M"}
LEFT_OPEN = re.compile(r"§[a-z]")


def sections(*middle: str) -> list[Section]:
    """A summary, the sections named, an appendix; the first of the middle refers to all others and to a heading of the last."""
    names = ("summary", *middle, "appendix")
    blocks: dict[str, tuple[Any, ...]] = {
        middle[0]: (Para("; ".join(f"section §{m}" for m in middle) + "; see §deep-inside-2."),)
    }
    blocks[middle[-1]] = (*blocks.get(middle[-1], ()), Heading("Deep", "deep-inside-2"))
    return [Section(n, n.title(), blocks.get(n, ())) for n in names]


@pytest.mark.parametrize("draw", [page.html, page.markdown])
def test_the_number_follows_the_order_of_sections(draw: Any) -> None:
    there = draw(sections("one", "two", "three"), HEAD, {})
    assert "section 1; section 2; section 3; see 3." in there
    back = draw(sections("three", "one", "two"), HEAD, {})
    assert "section 1; section 2; section 3; see 3." in back
    assert "section 1; see 1." in draw(sections("one"), HEAD, {})


@pytest.mark.parametrize("draw", [page.html, page.markdown])
def test_a_paragraph_of_law_and_an_unknown_anchor_stay_as_they_are(draw: Any) -> None:
    made = [
        Section("summary", "S", (Para("19 U.S.C. §2411, §nowhere and §summary"),)),
        Section("a", "A", ()),
        Section("z", "Z", ()),
    ]
    assert "19 U.S.C. §2411, §nowhere and §summary" in draw(made, HEAD, {})


def test_no_reference_of_the_briefing_is_left_open(run: Any) -> None:
    assert not LEFT_OPEN.search(run.html)
    assert not LEFT_OPEN.search(run.briefing.index.with_name("companion.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (r"[Ss]ection (\d+) shows the sectors", "What it means for each economy"),
        (r"diverted trade \(section (\d+)\)", "Who takes over the trade"),
        (r"in the first months: see section (\d+)", "What it means for households and firms"),
    ],
)
def test_references_lead_where_the_thing_is_said(run: Any, said: str, title: str) -> None:
    told = run.briefing.index.with_name("companion.md").read_text(encoding="utf-8")
    found = set(re.findall(said, told))
    assert found
    assert all(f"## {number}. {title}\n" in told for number in found)
