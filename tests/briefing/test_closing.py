"""The closing sections: others' numbers beside ours, what is left out, questions with and without odds."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

from detente.briefing.document import Heading, Items, Para, Shelf, Table
from detente.briefing.report import solve_case
from detente.briefing.sections import closing, outlook, questions
from detente.briefing.view import CaseView
from detente.strategy.like_for_like import beside
from detente.words import fixed, money


@pytest.fixture(scope="module")
def case() -> CaseView:
    """The toy case, solved once."""
    return solve_case(toy_dossier(), toy_world())


def of(case: CaseView) -> CaseView:
    """The same case with an empty shelf."""
    return replace(case, shelf=Shelf())


# -- others' numbers ---------------------------------------------------------------------------------------------------
def test_the_table_of_others_has_their_figure_and_ours(case: CaseView) -> None:
    bare = of(case)
    blocks = closing.published(bare)
    table = next(b for b in blocks if isinstance(b, Table))
    rows = beside(case, case.dossier.published)
    assert [r[0].text for r in table.rows] == [r.figure.who for r in rows]
    first, duty, silent = (dict(zip(("who", "what", "theirs", "ours", "why"), r, strict=True)) for r in table.rows)
    assert first["theirs"].text.startswith("−0.4")
    ours = rows[0].span
    assert first["ours"].text == f"{closing.two_digits(ours['flexible'])}\u202f%"
    assert first["ours"].sub.startswith("real GDP, “Pessimistic”, long run")
    assert f"{closing.two_digits(ours['pinned'])}\u202f% with the exchange rate held" in first["ours"].sub
    assert first["why"].text == "They count jobs."
    assert duty["ours"].sub == "average duty, measures of 18 October 2025"
    assert (silent["ours"].text, silent["why"].text) == ("–", "Not compared. The entry does not say what to run.")
    assert isinstance(blocks[0], Para)
    assert case.against(None) in blocks[0].text
    assert "exception" not in blocks[0].text
    (data,) = (f.frame for f in bare.shelf.files)
    assert {"here_low", "here_high", "tuned_to", "sources"} <= set(data.columns)
    assert data["difference"].iloc[0] == pytest.approx(data["here"].iloc[0] - data["published"].iloc[0])


def test_a_tuned_figure_is_named_in_the_introduction(case: CaseView) -> None:
    p = case.dossier.published[0].model_copy(update={"tuned_to": "A39"})
    tuned = replace(case, dossier=case.dossier.model_copy(update={"published": (p,)}), shelf=Shelf())
    intro, table = closing.published(tuned)
    assert isinstance(intro, Para)
    assert isinstance(table, Table)
    assert "with one exception: where the reason names an assumption (A39)" in intro.text
    assert table.rows[0][-1].text.endswith("(A39), so agreement confirms nothing.")


def test_a_dossier_without_published_figures_says_so(case: CaseView) -> None:
    bare = replace(case, dossier=case.dossier.model_copy(update={"published": ()}), shelf=Shelf())
    assert [b.text for b in closing.published(bare) if isinstance(b, Para)] == ["The dossier lists no published figures."]


# -- method ------------------------------------------------------------------------------------------------------------
def test_the_method_has_its_leads_and_the_limits_are_a_list(case: CaseView) -> None:
    blocks = closing.method(of(case))
    leads = [b.lead for b in blocks if isinstance(b, Para) and b.lead]
    assert leads == [
        "What is computed.", "How to read a change.", "How measures enter.", "What the ranges are.", "This horizon.",
        "The table.",
    ]  # fmt: skip
    assert not any("|" in b.text for b in blocks if isinstance(b, Para))
    horizon = next(b.text for b in blocks if isinstance(b, Para) and b.lead == "This horizon.")
    assert horizon.startswith(case.horizon.capitalize())
    assert "Ranges: the trade elasticity " in horizon
    table = next(b.text for b in blocks if isinstance(b, Para) and b.lead == "The table.")
    assert table.startswith("toy talks world: 6 regions and 5 sectors, 2022, in ")
    listed = next(b for b in blocks if isinstance(b, Items))
    assert [p.text for p in listed.items] == closing.limits(case)
    assert "What the model leaves out" in [b.text for b in blocks if isinstance(b, Heading)]


def test_every_economy_and_every_sector_is_listed(case: CaseView) -> None:
    blocks = closing.appendix(of(case))
    table = next(b for b in blocks if isinstance(b, Table) and b.id == "tab-appendix")
    assert [r[0].text for r in table.rows] == ["CHN", "EU27", "MYS", "PAK", "SGP", "USA"]
    sectors = blocks[-1]
    assert isinstance(sectors, Para)
    assert sectors.text.startswith("Sectors: AGR agriculture and fishing; RER rare earths")
    assert sectors.text.endswith("TRD wholesale and retail.")


# -- questions ---------------------------------------------------------------------------------------------------------
def test_without_odds_questions_are_listed_by_date(case: CaseView) -> None:
    plain = replace(case, dossier=case.dossier.model_copy(update={"prospects": None}), shelf=Shelf())
    (table,) = questions.blocks(plain)
    assert isinstance(table, Table)
    apart, mover = questions.widest(plain, ["optimistic", "pessimistic"])
    assert table.rows[0][-1].text == fixed(apart, 2)
    assert mover in plain.focus
    assert table.rows[0][0].sub == "14 days left"
    nothing = replace(plain, dossier=plain.dossier.model_copy(update={"key_questions": ()}), shelf=Shelf())
    assert questions.blocks(nothing) == [Para("The dossier lists no questions.")]


def test_what_knowing_is_worth_follows_the_frame(case: CaseView) -> None:
    rows = [
        ("USA", "will", 0.0, 0.0, "Holds", "Yields", "yes", 0.4),
        ("USA", "will", 0.0, 0.0, "Holds", "Raises", "no", 0.03),
        ("CHN", "will", 0.0212, 4200.0, "Answers", "Yields", "no", 0.1),
        ("SGP", "will", 0.0, 0.0, "Waits", "", "", math.nan),
    ]
    columns = ["actor", "question", "worth, points", "worth, million USD a year", "best without"]
    columns += ["nearest other choice", "after the answer", "if it paid more, points"]
    frame = pd.DataFrame(rows, columns=columns)
    answers = [SimpleNamespace(id="yes", title="They will"), SimpleNamespace(id="no", title="They will not")]
    question = SimpleNamespace(id="will", question="Will they?", answers=answers)
    asked: Any = SimpleNamespace(knowing_frame=lambda: frame, questions=[question])
    told = questions.knowing(of(case), asked)
    near = "An answer would matter first if “Raises” paid it 0.030 points a year more after “They will not” to “Will they?”."
    assert f"For the United States no answer changes its best stance, “Holds”. {near} China" in told
    assert "For Singapore no answer changes its best stance, “Waits”. Payoffs are those" in told
    start = "China would gain most from knowing “Will they?” before it chooses: 0.021 points of its payoff"
    assert f"{start}, {money(4200.0)} a year (best stance without: “Answers”)." in told
    empty: Any = SimpleNamespace(knowing_frame=lambda: frame.head(0), questions=[])
    assert questions.knowing(of(case), empty).endswith("the dossier gives no stances to choose from.")


@pytest.mark.parametrize(
    ("value", "told"), [(-0.21, "0.21\u202f% lower than under"), (0.34, "0.34\u202f% higher than under"), (0.001, "within 0.01")]
)
def test_the_outlook_says_where_the_world_lies(value: float, told: str) -> None:
    whole = SimpleNamespace(value=value, low=value - 0.1, high=value + 0.1)
    odds = SimpleNamespace(value=0.5, low=0.4, high=0.6)
    said = outlook._said(
        "answer", until=toy_dossier().as_of, first="one", best=odds, others=[], near=[], whole=whole, base="the status quo",
        run="medium run", worth=-100.0,
    )  # fmt: skip
    assert told in said
    assert "has" not in said
    assert "overlap" not in said
