"""The sentences of an answer on any numbers: they say what the printed figures allow, and no more."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

import small_future
from detente.cases.runs import dossier_content
from detente.web.effects import UNITS, WORLD, Effects, Printer
from detente.web.headline import Page, marked, segments, unmarked_parts
from detente.web.state import PageState, Resolved, resolve
from detente.words import money, name, sign_of


@pytest.fixture(scope="module")
def state() -> Resolved:
    content = dossier_content(small_future.small_future())
    return resolve(PageState(content=content, world="toy", scenario="war"))


sizes = st.sampled_from([0.0, 1e-9, 3e-5, 0.004, 0.005, 0.0149, 0.43, 0.435, 1.0, 9.96, 87.0, 999.0, 12_345.6, 987_654.0])
value = st.builds(lambda size, sign, more: size * sign * more, sizes, st.sampled_from([-1, 1]), st.floats(0.9, 1.1))
spread = st.tuples(value, value, value).map(sorted)


def effects(state: Resolved, rows: list[Any], unit: Any, ranged: bool) -> Effects:
    codes = (*state.world.regions, WORLD)
    low, mid, high = (np.array([r[k] for r in rows[: len(codes)]], dtype=float) for k in range(3))
    if unit == "jobs":
        low, mid, high = (np.sort(np.abs([low, mid, high]), axis=0)[k] for k in range(3))
    if not ranged:
        return Effects(unit, codes, mid)
    return Effects(unit, codes, mid, low, high, {"central": mid, "trade elasticity low": low, "trade elasticity high": high})


@example(rows=[[-0.005450000000000001, -0.0, -0.0]] * 8, unit="percent", ranged=True, region=False)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(spread, min_size=8, max_size=8), unit=st.sampled_from(UNITS), ranged=st.booleans(), region=st.booleans())
def test_sentences_are_true_to_the_printed_figures(state, rows, unit, ranged, region):
    found = effects(state, rows, unit, ranged)
    third = [c for c in found.codes if c not in (*state.case.parties, WORLD)]
    page = Page(state, found, third[0] if region else None)
    shown, read = page.shown, unmarked_parts(segments(page.headline))
    texts = [
        read,
        unmarked_parts(segments(page.second)),
        page.bars["title"],
        page.bars["measure"],
        *(n["text"] for n in page.notes),
    ]
    for text in texts:
        assert not re.search(r"None|Macro|nan|  | ,| \.|\( |;\.|[\ue000-\ue002]|\bin in\b|and\.", text), text
        assert text == "" or text[0].isupper() or text[0] in "“"
    for part in (*segments(page.headline), *segments(page.second)):
        if "number" in part:
            number = page.numbers[part["number"]]
            assert number["sign"] not in ("open", "flat") or number["unit"] == "chance", (part, number)
            far = max((number["low"] or 0, number["value"], number["high"] or 0), key=abs)
            assert part["text"] in (shown(number["value"]), shown(far))
    for code in state.case.parties:
        if found.sign(code, shown) == "open":
            assert f"open whether {name(code)}" in read or "open whether" in read
    if unit != "jobs":
        unsure = [abs(found.at(c).value) for c in third if found.sign(c, shown) == "open"]
        gains = [c for c in third if found.sign(c, shown) == "gain" and abs(found.at(c).value) >= max(unsure, default=0.0) / 3]
        best = max((abs(shown.number(found.at(c).value)) for c in gains), default=0.0)
        told = re.search(r"Elsewhere (.+?) gains? most", read)
        assert bool(told) == bool(gains)
        if told:
            tied = [c for c in gains if abs(shown.number(found.at(c).value)) == best]
            assert all(name(c) in told[1] for c in tied)
            assert not any(name(c) in told[1] for c in gains if c not in tied)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(spread, min_size=8, max_size=8), unit=st.sampled_from(UNITS), ranged=st.booleans())
def test_bars_are_ranked_and_what_prints_as_nothing_has_none(state, rows, unit, ranged):
    page = Page(state, effects(state, rows, unit, ranged))
    bars = page.bars["rows"]
    values = [abs(b["value"]) if unit == "jobs" else b["value"] for b in bars]
    assert all(page.shown.number(a) >= page.shown.number(b) for a, b in pairwise(values))
    for b in bars:
        assert b["drawn"] == bool(page.shown.number(b["value"]))
        assert b["text"]
        if b["sign"] == "open":
            assert b["text"].startswith("open: ")
    named = [b for b in bars if b["sign"] in ("gain", "loss")]
    title = page.bars["title"]
    for b in named:
        size = abs(page.shown.number(b["value"]))
        rivals = [abs(page.shown.number(o["value"])) for o in named if o["sign"] == b["sign"]]
        if size < max(rivals) and unit != "jobs":
            verb = "gains most" if b["sign"] == "gain" else "loses most"
            assert f"{name(b['region'], start=True)} {verb}" not in title
    if not any(b["drawn"] for b in bars):
        assert page.bars["nothing"]


@given(low=value, mid=value, high=value, unit=st.sampled_from(UNITS), largest=sizes)
def test_a_figure_has_two_digits_and_no_false_zero(low, mid, high, unit, largest):
    shown = Printer(unit, largest)
    for x in (low, mid, high):
        number = shown.number(x)
        assert number == 0 or abs(number - x) <= 0.051 * abs(x) + shown.precision
        assert (number == 0) == shown(x).startswith("less than")
    ends = sorted([low, mid, high])
    sign = sign_of(*(shown.number(x) for x in ends))
    if sign == "gain":
        assert ends[0] > 0
    if sign == "loss":
        assert ends[2] < 0


def test_a_figure_of_the_page_rounds_once_as_the_briefing_does():
    assert Printer("percent", 0.4).number(-0.0349) == -0.03
    assert Printer("household", 3.0).number(0.949) == 0.9
    assert Printer("usd", 40.0)(0.348) == money(0.348)


def test_a_sentence_taken_apart_says_the_same():
    text = f"It costs {marked('usd.A', 'USD 1')} and {marked('usd.B', '2')}."
    assert unmarked_parts(segments(text)) == "It costs USD 1 and 2."
    assert [s.get("number") for s in segments(text)] == [None, "usd.A", None, "usd.B", None]
