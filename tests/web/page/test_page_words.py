"""Figures on the page are written as everywhere else, and its sentences follow from the numbers."""

from __future__ import annotations

import numpy as np

from detente import words as text
from page_driver import Visits

VALUES = sorted(
    {0.0, 0.0049, -0.0051, 0.0999, -0.1, 9.96, -99.6, 100.0, 156.3, -1234.6, *np.round(np.geomspace(0.006, 900, 40), 5).tolist()}
)
WORDS = 'await import("./static/js/words.js")'


def test_percent_figures_agree_with_the_briefing(visit: Visits) -> None:
    page = visit(settled=False)
    signed = [v for v in (*VALUES, *(-v for v in VALUES)) if not text.is_tiny(v)]
    here = page.evaluate(f"async values => {{ const w = {WORDS}; return values.map((v) => w.percent(v)); }}", signed)
    assert here == [text.percent(v, signed=True) for v in signed]
    pairs = [[a, b] for a in signed[::5] for b in signed[::7]]
    here = page.evaluate(f"async pairs => {{ const w = {WORDS}; return pairs.map(([a, b]) => w.range(a, b)); }}", pairs)
    assert here == [text.percent_range(a, b) for a, b in pairs]


def test_the_sentence_follows_from_the_signs(visit: Visits) -> None:
    page = visit(settled=False)

    def said(usa: float, chn: float, mys: float, world: float) -> str:
        rows = [
            {"region": code, "name": name, "real_income_pct": value}
            for code, name, value in (
                ("USA", "United States", usa), ("CHN", "China", chn), ("MYS", "Malaysia", mys), ("WORLD", "World", world),
            )
        ]  # fmt: skip
        given = {"host": "MYS", "run": "medium run", "against": "the status quo", "still": False}
        found = page.evaluate(f"async ([rows, given]) => ({WORDS}).answerSentence(rows, given)", [rows, given])
        return str(found).replace(text.THIN, " ")

    assert said(-0.43, -0.28, 0.14, -0.15) == (
        "Real income falls 0.43 % in the United States and 0.28 % in China. It rises 0.14 % in Malaysia, the host. "
        "World real income falls 0.15 %. Medium run, against the status quo."
    )
    assert said(0.2, 0.001, -0.3, 0.004) == (
        "Real income falls 0.30 % in Malaysia, the host. It rises 0.20 % in the United States. It hardly changes in China "
        "(less than 0.01 %). World real income changes by less than 0.01 %. Medium run, against the status quo."
    )
    assert said(0.1, 0.2, 0.3, 0.1).startswith("Real income rises 0.10 % in the United States, 0.20 % in China and 0.30 % in")
