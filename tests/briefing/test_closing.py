"""The closing sections: others' numbers and why they differ, what is left out, questions with and without odds."""

from __future__ import annotations

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
from detente.policy.dossier import Published
from detente.words import fixed, money, percent, sentence


@pytest.fixture(scope="module")
def case() -> CaseView:
    """The toy case, solved once."""
    return solve_case(toy_dossier(), toy_world())


def published(case: CaseView, **more: Any) -> Published:
    """The first published figure of the toy dossier, changed."""
    return case.dossier.published[0].model_copy(update=more)


def of(case: CaseView) -> CaseView:
    """The same case with an empty shelf."""
    return replace(case, shelf=Shelf())


# -- others' numbers ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("quantity", "region", "start", "unit"),
    [
        ("Real GDP", "USA", "real income, “Pessimistic”", "%"),
        ("Consumer prices", "USA", "consumer prices in local money, first round, “Pessimistic”", "%"),
        ("Goods trade", None, "goods trade both ways, “Pessimistic”", "%"),
        ("Average US duty on China", "CHN", "average duty, “Pessimistic”", "%"),
        ("Rise of the duty on China", "CHN", "rise of the average duty, “Pessimistic”", "pp"),
        ("Average duty", "USA", "average duty on all goods, “Pessimistic”", "%"),
    ],
)
def test_ours_is_named_for_what_it_is(case: CaseView, quantity: str, region: str | None, start: str, unit: str) -> None:
    our = closing.ours(case, published(case, quantity=quantity, region=region))
    assert our is not None
    assert (our.what, our.unit) == (start, unit)
    if quantity == "Real GDP":
        horizon = case if our.horizon == case.parameters.name else case.others[our.horizon]
        assert our.value == pytest.approx(float(horizon.against_baseline["pessimistic"].real_income["USA"]))


def test_a_duty_before_the_measures_is_that_of_the_reference(case: CaseView) -> None:
    our = closing.ours(case, published(case, quantity="Average duty on China", region="CHN", compare_with=None))
    assert our is not None
    assert our.what == "average duty, duties of 2024"
    assert our.value == pytest.approx(3.0)


@pytest.mark.parametrize("more", [{"compare_with": None}, {"region": "BRA"}, {"quantity": "Jobs kept"}])
def test_what_does_not_compare_says_so(case: CaseView, more: dict[str, Any]) -> None:
    p = published(case, **more)
    assert closing.ours(case, p) is None
    assert closing.reason(case, p, None).startswith("No figure of this version compares.")


@pytest.mark.parametrize("note", ["", "ours counts services too"])
@pytest.mark.parametrize(
    ("more", "horizon", "told"),
    [
        ({"quantity": "Average duty"}, "long", ["Theirs are statutory rates by tariff line"]),
        ({"quantity": "Consumer prices"}, "long", ["Here all of a duty is passed on"]),
        ({"quantity": "Exports", "time_basis": "first year"}, "medium", ["They give first year, here the medium run."]),
        ({"quantity": "Exports", "time_basis": "first year"}, "short", ["Their duties differ"]),
        ({"quantity": "Trade", "scenario": "It splits"}, "long", ["only the two parties part", "Trade elasticities differ."]),
        ({"quantity": "Real GDP"}, "long", ["Their duties differ from the scenario here.", "Smooth substitution understates"]),
    ],
)  # fmt: skip
def test_reasons_follow_what_is_compared(case: CaseView, more: dict[str, Any], horizon: str, told: list[str], note: str) -> None:
    p = published(case, note=note, **more)
    found = closing.reason(case, p, closing.Ours(1.0, "%", "x", horizon))
    assert all(t in found for t in told)
    assert ("They give" in found) is any("They give" in t for t in told)
    assert found.endswith(sentence(note) if note else ".")
    assert "  " not in found


def test_the_table_of_others_has_their_figure_and_ours(case: CaseView) -> None:
    blocks = closing.published(of(case))
    table = next(b for b in blocks if isinstance(b, Table))
    assert table.rows[0][2].text.startswith("−0.4")
    our = closing.ours(case, case.dossier.published[0])
    assert our is not None
    assert table.rows[0][3].text.startswith(fixed(our.value, 2))
    assert isinstance(blocks[0], Para)
    assert case.against(None) in blocks[0].text
    bare = replace(case, dossier=case.dossier.model_copy(update={"published": ()}), shelf=Shelf())
    assert [b.text for b in closing.published(bare) if isinstance(b, Para)] == ["The dossier lists no published figures."]


def test_ideas_tell_the_deepest_split_at_every_horizon(case: CaseView) -> None:
    solved = SimpleNamespace(outcomes={s: case.outcomes[s] for s in case.ids})
    view: Any = SimpleNamespace(
        others={closing.IDEAS: solved}, horizons=("medium", "long"), quo=case.quo, label=case.label, run_name=case.run_name,
        income_at=lambda h, c, s: {"medium": -0.5, "long": -0.25}[h],
    )  # fmt: skip
    deepest = min(case.ids, key=lambda s: case.outcomes[s].world_real_income)
    (para,) = closing.ideas(view)
    assert para.text.startswith(
        f"In “{case.label(deepest)}” world real income changes by {percent(-0.5, signed=True)} (medium run)"
    )
    assert f"{percent(-0.25, signed=True)} (long run)" in para.text
    assert closing.ideas(case) == []


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
    assert "Ranges: trade elasticity factor " in horizon
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
        ("USA", "will", 0.0, 0.0, "Holds"),
        ("CHN", "will", 0.0212, 4200.0, "Answers"),
    ]
    columns = ["actor", "question", "worth, points", "worth, million USD a year", "best without"]
    frame = pd.DataFrame(rows, columns=columns)
    asked: Any = SimpleNamespace(knowing_frame=lambda: frame, questions=[SimpleNamespace(id="will", question="Will they?")])
    told = questions.knowing(of(case), asked)
    assert "For the United States no answer changes its best stance, “Holds”" in told
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
        "answer", until=toy_dossier().as_of, first="one", best=odds, others=[], near=[], whole=whole, quo="the status quo",
        run="medium run", worth=-100.0,
    )  # fmt: skip
    assert told in said
    assert "has" not in said
    assert "overlap" not in said
