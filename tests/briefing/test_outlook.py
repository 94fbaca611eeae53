"""The sections on the future: words follow the tables, bands are as wide as chances, without prospects all stays as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import yaml

from detente import words as text
from detente.briefing import report
from detente.briefing.charts import fan as fan_chart, tree as tree_chart
from detente.briefing.document import Figure, Para, Shelf, Table
from detente.briefing.sections import closing, outlook, questions
from detente.briefing.view import CaseView
from detente.outlook.tree import Tree, grow
from detente.policy.dossier import load_dossier, parse_dossier

PROSPECTS = """
until: 2026-10-18
forks:
  - id: talks
    title: What do they agree on?
    date: 2025-10-30
    kind: talks
    branches:
      - {id: deal, title: A deal, prior: [0.4, 0.7, 0.8], scenario: optimistic}
      - {id: clash, title: A clash, prior: [0.2, 0.3, 0.6], scenario: pessimistic}
    sources: [first]
  - id: bench
    title: "Does the duty <stand>?"
    date: 2026-06-30
    kind: court
    independent: true
    branches:
      - {id: stands, title: It stands, prior: 0.75}
      - {id: falls, title: It falls, prior: 0.25, changes: [{withdraw: ten}]}
    sources: [second]
signals:
  - {id: nod, date: 2025-10-17, text: Both nod, fork: talks, likelihood: {deal: 1.5}, sources: [second]}
"""
ANSWERS = """
- {id: deal, title: They do, branches: [deal]}
- {id: none, title: They do not, branches: [clash]}
"""


@pytest.fixture(scope="module")
def case(run: Any, dossier_text: str) -> CaseView:
    """The toy case with two forks and answers to its question."""
    data = yaml.safe_load(dossier_text.replace(" on: ", " 'on': "))
    data["prospects"] = yaml.safe_load(PROSPECTS)
    data["key_questions"][0]["answers"] = yaml.safe_load(ANSWERS)
    return report.solve_case(parse_dossier(yaml.safe_dump(data), "future.yaml"), run.world)


@pytest.fixture(scope="module")
def shown(case: CaseView) -> list[Any]:
    """The blocks of both sections."""
    (section,) = outlook.sections(case)
    return [*section.blocks, *questions.blocks(case)]


def frame(case: CaseView, stem: str) -> pd.DataFrame:
    return next(f.frame for f in case.shelf.files if f.stem == stem)


def test_tables_hold_the_outlook(case: CaseView, shown: list[Any]) -> None:
    found = outlook.prepared(case)
    assert found is not None
    look = found.look
    odds = 1.5 * 0.7 / 0.3
    chances = frame(case, "outlook-scenarios").set_index("scenario")["probability"]
    assert chances["optimistic"] == pytest.approx(odds / (1 + odds))
    assert chances.sum() == pytest.approx(1)
    expected = frame(case, "outlook-expected").set_index("region")
    assert expected.loc["WORLD", "expected"] == pytest.approx(look.expected("WORLD").value)
    assert (expected["low"] <= expected["expected"]).all()
    assert (expected["expected"] <= expected["high"]).all()
    shares = frame(case, "key-questions").query("region == 'WORLD'")["shapley"]
    assert shares.sum() == pytest.approx(found.asked.together["WORLD"])
    assert len(frame(case, "outlook-paths")) == 4
    tables = {b.id: b for b in shown if isinstance(b, Table)}
    assert set(tables) == {
        "tab-outlook", "tab-expected", "tab-odds", "tab-hazard", "tab-inputs", "tab-questions", "tab-answers",
    }  # fmt: skip
    assert tables["tab-outlook"].rows[0][1].text == f"{100 * chances.max():.0f}"
    assert all(len(t.columns) <= 7 and all(len(row) == len(t.columns) for row in t.rows) for t in tables.values())


def test_words_follow_the_numbers(case: CaseView, shown: list[Any]) -> None:
    found = outlook.prepared(case)
    assert found is not None
    first = next(iter(found.look.scenarios))
    lede = shown[0].text
    assert lede.startswith(f"From today, the likeliest end by 18 October 2026 is “{text.capital(first)}”")
    world = found.look.expected("WORLD").value
    assert ("higher" in lede) == (world >= 0.005)
    assert ("lower" in lede) == (world <= -0.005)
    assert outlook.how_likely(case).startswith("From today, by 18 October 2026 “Optimistic” has a chance of 78")
    told = " ".join(b.text for b in shown if isinstance(b, Para))
    assert "the dossier’s judgement" in told
    assert "nan" not in told
    assert "It moves “A deal” by +8 points" in next(b for b in shown if b.block == "items").items[0].text


def test_questions_take_the_place_of_the_plain_list(case: CaseView, run: Any) -> None:
    again = replace(case, shelf=Shelf())
    assert [b.id for b in questions.blocks(again) if isinstance(b, Table)] == ["tab-questions", "tab-answers"]
    assert closing.limits(case)[0].startswith(
        "Forks the dossier does not name; a fork’s odds do not hang on the path that leads to it."
    )
    plain = replace(case, dossier=run.dossier.model_copy(update={"prospects": None}), shelf=Shelf())
    assert outlook.sections(plain) == []
    assert outlook.how_likely(plain) == ""
    assert [b.title for b in questions.blocks(plain) if isinstance(b, Table)] == ["What to look at, and when"]
    assert closing.limits(plain)[0].startswith("No likelihoods of scenarios")
    assert closing.limits(plain)[1:] == closing.limits(case)[1:]
    assert len(closing.limits(plain)) == 7


def test_figures_are_drawn_for_both_widths(shown: list[Any]) -> None:
    figures = {b.id: b for b in shown if isinstance(b, Figure)}
    assert set(figures) == {"fig-tree", "fig-fan"}
    for f in figures.values():
        assert f.svg.startswith("<svg")
        assert f.svg_narrow.startswith("<svg")
        assert "<stand>" not in f.svg
        assert "#1f5a93" not in f.svg
    assert "A deal 78" in figures["fig-tree"].alt


# -- the chart's geometry ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def packaged() -> Tree:
    return grow(load_dossier("kuala-lumpur-2025"), talks_only=True)


@pytest.mark.parametrize("width", [700, 348])
def test_bands_are_as_wide_as_chances_and_do_not_cross(packaged: Tree, width: int) -> None:
    colour = tree_chart.colours(("optimistic", "middle", "lapse", "pessimistic"), "optimistic", "pessimistic")
    spec = tree_chart.draw(
        packaged, width, {s: (s, c) for s, c in colour.items()}, [("A court", [("Yes", 0.8, False), ("No", 0.2, True)])]
    )
    bands = pd.DataFrame(next(rows for rows in spec["datasets"].values() if rows and "id" in rows[0]))
    scale = (bands["y2"] - bands["y"]).groupby(bands["id"]).max()
    ends = {" ".join(leaf.path): leaf.probability for leaf in packaged.leaves}
    per_chance = scale["pause"] / 0.3
    for path, chance in ends.items():
        assert scale[path] == pytest.approx(max(chance * per_chance, 0.8), abs=0.03)
    last = bands.loc[bands["id"].isin(ends)].groupby("id").last().sort_values("y")
    assert (last["y"].to_numpy()[1:] >= last["y2"].to_numpy()[:-1] - 0.02).all()
    assert bands["x"].between(0, width).all()
    assert set(bands["fill"]) == {tree_chart.PALETTE[c] for c in colour.values()}
    words = [r for rows in spec["datasets"].values() for r in rows if "text" in r]
    assert all(0 <= r["x"] <= width and 0 <= r["y"] <= spec["vconcat"][0]["hconcat"][0]["height"] for r in words)
    assert any(r["text"].startswith("Both step back") for r in words)


@pytest.mark.parametrize("p", [0.0, 0.004, 0.007, 0.3, 0.996, 1.0])
def test_a_bar_of_a_figure_says_a_chance_as_the_text_does(p: float) -> None:
    _, words = tree_chart._strip([("It comes", p, True), ("It does not", 1 - p, False)], 0.0, 600.0, False, [])
    assert [w["text"] for w in words] == [f"It comes {text.chance(p)}", f"It does not {text.chance(1 - p)}"]


@pytest.mark.parametrize(("decimals", "said"), [(2, "+0.20"), (4, "+0.2000")])
def test_columns_labels_and_fan(packaged: Tree, decimals: int, said: str) -> None:
    assert tree_chart.levels(packaged)["expiry"] == 2
    rare, together = tree_chart.small_ends(packaged)
    assert together == pytest.approx(sum(x.probability for x in packaged.leaves if x.probability < tree_chart.SHOWN))
    assert rare == sum(x.probability < tree_chart.SHOWN for x in packaged.leaves)
    days = [packaged.start, *sorted({n.date for n in packaged.nodes})[:2]]
    rows = pd.DataFrame(
        {"from": days, "expected": [0.0, -0.1, 0.2], **dict.fromkeys(("q05", "q25"), -0.3), **dict.fromkeys(("q75", "q95"), 0.4)}
    )
    spec = fan_chart.draw([("A", "usa", rows)], packaged.start, packaged.until, 348, decimals)
    data = next(r for r in spec["datasets"].values() if len(r) == 4)
    assert data[-1]["x"] == (packaged.until - packaged.start).days
    assert data[-1]["expected"] == 0.2
    assert {r["text"] for rows in spec["datasets"].values() for r in rows if "text" in r} == {said}
