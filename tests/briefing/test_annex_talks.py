"""The annex on the deal, who gives first, two blocs, others' figures and method: within their words, true at any result."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from briefing.conftest import toy_dossier, toy_world
from briefing.test_strategy import STANCES
from detente.briefing.annex import theirs, who_gives
from detente.briefing.charts.blocs import steps, waterfall
from detente.briefing.charts.theirs import pairs
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Figure, Para, Section, Shelf, words_in
from detente.briefing.report import solve_case
from detente.briefing.sections import closing, outlook, proposal
from detente.briefing.view import CaseView, Triple
from detente.policy.assumptions import load_assumptions
from detente.policy.dossier import parse_dossier
from detente.policy.parts import Published
from detente.strategy.like_for_like import Beside
from detente.words import chance, percent, say, whole_percents

BUDGET = {"deal": 450, "who_gives": 200, "blocs": 250, "theirs": 250, "method": 350}
money = st.floats(-3e5, 3e5, allow_nan=False)
share = st.floats(0.0, 1.0)


@pytest.fixture(scope="module")
def toy() -> CaseView:
    """The toy dossier on its world, solved."""
    return solve_case(toy_dossier(), toy_world())


@pytest.fixture(scope="module")
def written(toy: CaseView) -> dict[str, list[Section]]:
    """Its sections by module."""
    with coloured(roles(toy.parties, toy.host)):
        return {name: import_module(f"detente.briefing.annex.{name}").sections(toy) for name in BUDGET}


def _frame(case: CaseView, stem: str) -> pd.DataFrame:
    return next(f.frame for f in case.shelf.files if f.stem == stem)


@pytest.mark.parametrize("name", BUDGET)
def test_within_its_words(written: dict[str, list[Section]], name: str) -> None:
    assert words_in(written[name]) <= BUDGET[name]


def test_figures_say_what_they_show_in_few_words(written: dict[str, list[Section]]) -> None:
    figures = [b for found in written.values() for s in found for b in s.blocks if isinstance(b, Figure)]
    assert figures
    assert all(len(f.alt.split()) <= 60 and f.csv for f in figures)


def test_what_a_dossier_lacks_is_left_out(toy: CaseView, written: dict[str, list[Section]]) -> None:
    """The toy world follows no ideas, so it does not split; its parties have no stances, so nobody waits."""
    assert written["blocs"] == []
    assert written["who_gives"] == []
    assert outlook.prepared(toy) is not None


def test_the_package_is_that_of_the_companion(toy: CaseView, written: dict[str, list[Section]]) -> None:
    deal = proposal.propose(toy)
    assert deal is not None
    (section,) = written["deal"]
    if deal.status == "deal":
        gains = _frame(toy, "annex-deal-gains").set_index("region")["value"]
        by_region = deal.by_region()["million USD a year"]
        assert all(gains[p] == pytest.approx(by_region[p]) for p in deal.parties)
        assert len(_frame(toy, "annex-deal")) == sum(
            k != i.standing for i, k in zip(deal.agenda.issues, deal.levels, strict=True)
        )
    else:
        assert section.title.startswith("No deal")


def test_others_figures_are_those_of_the_companion(toy: CaseView, written: dict[str, list[Section]]) -> None:
    found = _frame(toy, "annex-theirs").set_index("id")
    rows = {r.figure.id: r for r in closing.compared(toy) if r.ours is not None}
    assert set(found.index) == set(rows)
    assert all(found.loc[k, "ours"] == r.ours for k, r in rows.items())


def test_method_names_what_was_chosen_in_sight_of_a_result_first(toy: CaseView, written: dict[str, list[Section]]) -> None:
    (section,) = written["method"]
    used = [a for a in closing.used_assumptions(toy) if a in load_assumptions() and load_assumptions()[a].in_sight]
    told = repr(section.blocks[1])
    assert used
    assert all(str(load_assumptions()[a].in_sight) in told for a in used)


def test_ledger_marks_are_short_and_say_what_was_in_sight() -> None:
    marks = [a.in_sight for a in load_assumptions().values() if a.in_sight]
    assert marks
    assert all(m.endswith(").") and "(" in m and len(m.split()) <= 22 for m in marks)


@pytest.fixture(scope="module")
def waiting(dossier_text: str) -> CaseView:
    """The toy dossier with three stances a party, and branches on which one party eases or talks fail."""
    own = dossier_text.replace('    stances: [{stance: hold, title: "Leaves | it", sources: [first]}]\n', "")
    usa, chn = (STANCES.replace("OWN", x).replace("UP", x) for x in ("ten", "answer"))
    own = own.replace("  - region: USA\n", "  - region: USA" + usa).replace("  - region: CHN\n", "  - region: CHN" + chn)
    own = own.replace("prior: [0.3, 0.4, 0.5],", "prior: [0.3, 0.4, 0.5], stand_off: [second],")
    own = own.replace("prior: [0.5, 0.6, 0.7],", "prior: [0.5, 0.6, 0.7], stand_off: [collapse],")
    return solve_case(parse_dossier(own, "waiting.yaml"), toy_world())


def test_who_gives_first_has_the_odds_of_the_outlook(waiting: CaseView) -> None:
    with coloured(roles(waiting.parties, waiting.host)):
        (section,) = who_gives.sections(waiting)
    ahead = outlook.prepared(waiting)
    assert ahead is not None
    shown = _frame(waiting, "annex-who-gives").set_index(["party", "by"])["value"]
    assert shown["CHN", "outlook"] == pytest.approx(ahead.look.of_branch("lifted").value)
    assert shown["USA", "outlook"] == 0
    told, drawn = section.blocks[0], section.blocks[1]
    assert isinstance(told, Para)
    assert isinstance(drawn, Figure)
    percent_of = chance(float(shown["CHN", "outlook"]))
    assert f"China with {percent_of}" in told.text
    assert f"China {percent_of}" in drawn.title
    assert words_in([section]) <= BUDGET["who_gives"]
    seen = who_gives.at_table(waiting)
    assert seen is not None
    assert len(shown) == 2 * (1 + len(seen.trials.models))


def test_without_odds_the_models_speak_alone(waiting: CaseView) -> None:
    plain = replace(waiting, dossier=waiting.dossier.model_copy(update={"prospects": None}), shelf=Shelf())
    with coloured(roles(plain.parties, plain.host)):
        (section,) = who_gives.sections(plain)
    told = section.blocks[0]
    assert isinstance(told, Para)
    assert told.text.startswith("The dossier gives no odds of giving way")


# -- words against numbers ---------------------------------------------------------------------------------------------
@given(money, money, money, money)
def test_deal_in_words(one: float, two: float, alone: float, also: float) -> None:
    gains = {"USA": Triple(one - 5, one, one + 5), "CHN": Triple(two - 5, two, two + 5)}
    over = [SimpleNamespace(party="USA", over_best_unilateral=alone), SimpleNamespace(party="CHN", over_best_unilateral=also)]
    others = {"together": -1.0, "loser": {"region": "EU27", "money": -3e3, "percent": -0.1}}
    body = say("briefing/annex/deal", "answer", deal=SimpleNamespace(parties=("USA", "CHN")), gains=gains, over=over)
    title = say("briefing/annex/deal", "gains_title", deal=SimpleNamespace(parties=("USA", "CHN")), gains=gains, others=others)
    for told in (body, title):
        assert ("the United States gains" in told.replace("The", "the")) == (one >= 0)
        assert ("China gains" in told) == (two >= 0)
    assert "−USD" not in title
    assert ("Neither could have it alone" in body) == (min(alone, also) > 0)


@given(st.lists(share, min_size=4, max_size=4).filter(lambda x: sum(x) > 0.01), st.sampled_from([0.0, 0.004, 0.02]))
def test_who_gives_first_in_words(raw: list[float], followed: float) -> None:
    shares = [x / sum(raw) for x in raw]
    odds = SimpleNamespace(
        **{k: SimpleNamespace(value=v) for k, v in zip(("one", "two", "both", "neither"), shares, strict=True)}
    )
    body = say(
        "briefing/annex/who_gives", "answer", case=SimpleNamespace(a="USA", b="CHN"), odds=odds,
        percents=whole_percents(shares), until=date(2026, 6, 30), seen=None, models=None, likelier=None, weight=0.2, delay=None,
        top=None, moves=[SimpleNamespace(value=min(1.0, v + followed)) for v in shares[:2]],
    )  # fmt: skip
    assert ("First to move" in body) == any(min(1.0, v + followed) > v + 0.005 for v in shares[:2])
    a, b, both, _ = whole_percents(shares)
    assert body.startswith("Most likely not one side alone") == (both > a + b)
    assert body.startswith("The United States rather than China") == (both <= a + b and a > b)
    assert body.startswith("Nobody can tell") == (both <= a + b and a == b)


@given(st.lists(st.floats(-20, 20, allow_nan=False), min_size=3, max_size=3))
def test_the_split_of_the_world_in_words(parts: list[float]) -> None:
    total = sum(parts)
    title = say("briefing/annex/blocs", "figure_title", total=total, parts=parts)
    assert ("would cost" in title) == (total < 0)
    assert "−" not in title.replace(percent(abs(total)), "")
    assert steps(list(zip("abc", parts, strict=True)))[-1][1] == pytest.approx(total)
    drawn = waterfall(list(zip("abc", parts, strict=True)), [("sum", total, "ink")], 700)
    assert len(next(iter(drawn["datasets"].values()))) == 4


def _row(theirs_: float, ours: float, name: str = "a") -> Beside:
    p = Published.model_validate(
        {"id": name, "who": "A lab", "scenario": "S", "quantity": "Real GDP", "region": "USA", "value": theirs_, "unit": "%",
         "time_basis": "long run", "measure": "real_gdp", "compare_with": "s", "horizon": "long", "why": "Jobs", "sources": ["x"]}
    )  # fmt: skip
    return Beside(p, {"flexible": ours, "pinned": ours})


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=6))
def test_others_figures_in_words(values: list[tuple[float, float]]) -> None:
    rows = [_row(a, b, f"r{k}") for k, (a, b) in enumerate(values)]
    agree, opposite = [r for r in rows if theirs.agrees(r)], [r for r in rows if theirs.opposite(r)]
    assert not {r.figure.id for r in agree} & {r.figure.id for r in opposite}
    title = say("briefing/annex/theirs", "figure_title", rows=len(rows), agree=len(agree), opposite=len(opposite))
    smaller = sum(abs(r.ours or 0) < abs(r.theirs) for r in rows if r not in agree)
    body = say("briefing/annex/theirs", "answer", case=None, rows=rows, agree=agree, opposite=opposite, tuned=[], smaller=smaller)
    assert ("other sign" in title) == bool(opposite)
    assert not body.count("the smaller in all") or smaller == len(rows) - len(agree)
    labels, ours = [r.figure.id for r in rows], [b for _, b in values]
    ends = {"theirs": [a for a, _ in values], "ours": ours, "low": ours, "high": ours}
    frame = pd.DataFrame({"panel": "p", "label": labels, **ends, "words": "x"})
    assert pairs(frame, 348)["vconcat"]


def test_likeness_has_the_sign_of_the_pair() -> None:
    assert theirs.likeness(_row(-2.0, -1.0)) == 0.5
    assert theirs.likeness(_row(-2.0, 1.0)) == -0.5
    assert theirs.likeness(_row(0.0, 0.0)) == 1.0
