"""Figures on the page are written as everywhere else, and its sentences follow from the numbers."""

from __future__ import annotations

import numpy as np

from detente import words as text
from page_driver import Visits, module

VALUES = sorted(
    {0.0, 0.0049, -0.0051, 0.0999, -0.1, 9.96, -99.6, 100.0, 156.3, -1234.6, *np.round(np.geomspace(0.006, 900, 40), 5).tolist()}
)
WORDS = module("words.js")


def test_percent_figures_agree_with_the_briefing(visit: Visits) -> None:
    page = visit(settled=False)
    signed = [v for v in (*VALUES, *(-v for v in VALUES)) if not text.is_tiny(v)]
    here = page.evaluate(f"async values => {{ const w = {WORDS}; return values.map((v) => w.percent(v)); }}", signed)
    assert here == [text.percent(v, signed=True) for v in signed]
    pairs = [[a, b] for a in signed[::5] for b in signed[::7]]
    here = page.evaluate(f"async pairs => {{ const w = {WORDS}; return pairs.map(([a, b]) => w.range(a, b)); }}", pairs)
    assert here == [text.percent_range(a, b) for a, b in pairs]


def test_decimals_of_a_group_are_those_of_the_briefing(visit: Visits) -> None:
    page = visit(settled=False)
    groups = [[v, -v / 3] for v in (*VALUES, 0.0000499, 0.00005, 0.00021, 0.00996, 0.0312, 0.0996)] + [[]]
    here = page.evaluate(f"async groups => {{ const w = {WORDS}; return groups.map((g) => w.placesFor(g)); }}", groups)
    assert here == [text.places_for(g) for g in groups]


def test_what_a_range_says(visit: Visits) -> None:
    page = visit(settled=False)
    pairs = [[-0.5, -0.2], [-0.4, 22.6], [0.3, 48.8], [0.001, 0.002], [-0.001, 1.0], [0.1, 0.99], [0.1, 1.0], [None, 1]]
    here = page.evaluate(f"async pairs => {{ const w = {WORDS}; return pairs.map(([a, b]) => w.sureness(a, b)); }}", pairs)
    assert here == ["known", "open", "wide", "known", "wide", "known", "wide", "known"]
    assert page.evaluate(f"async () => {WORDS}.rangeWords(0.3, 48.8)") == "size open"
