"""Figures by name: each says what its result holds, and any dossier is coloured by who is who."""

from __future__ import annotations

import re
import struct
from importlib import import_module
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.small_future import TEXT

from detente.briefing.charts import FIGURES, figure, forms, rendered, results, theme
from detente.briefing.document import Figure
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import solve
from detente.errors import UnknownName
from detente.outlook.outlook import Outlook, outlook
from detente.policy.dossier import parse_dossier
from detente.policy.instruments import Policy, Tariff
from detente.strategy.deal import Proposal, proposal
from detente.strategy.table import AtTheTable, at_the_table
from detente.words import digits, fixed, money as in_words
from detente.world import toy_world


def drawn(name: str, *given: Any, **more: Any) -> Figure:
    found = figure(name, *given, **more)
    assert found is not None
    return found


def values(found: Figure) -> dict[str, str]:
    """Label → value, as the alt text has them."""
    return dict(re.findall(r"(?:^|; )(.+?) ([+−]?[\d.,]+)(?= \(|;|\.$)", found.values))


def rows(found: Figure) -> list[dict[str, Any]]:
    """What is drawn with a label and a value, row by row."""
    return [r for data in found.spec(700)["datasets"].values() for r in data if {"label", "text", "value"} <= set(r)]


def signed(value: float, places: int) -> str:
    return fixed(value, places, signed=True)


def small() -> Any:
    return parse_dossier(TEXT, "small-future.yaml")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)]))


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.of(small(), toy_world())


@pytest.fixture(scope="module")
def look() -> Outlook:
    return outlook(small(), toy_world())


@pytest.fixture(scope="module")
def table() -> AtTheTable:
    return at_the_table("kuala-lumpur-2025", horizon="medium")


@pytest.fixture(scope="module")
def deal() -> Proposal:
    return proposal("kuala-lumpur-2025", horizon="medium", solves=60)


# -- by name -----------------------------------------------------------------------------------------------------------
def test_every_name_has_its_function_and_stands_in_the_manual() -> None:
    import detente.briefing.charts as package

    assert package.__doc__ is not None
    for name, path in FIGURES.items():
        module, function = path.split(".")
        assert callable(getattr(import_module(f"detente.briefing.charts.{module}"), function))
        assert re.search(rf"^    {name} +{path}", package.__doc__, re.MULTILINE)


def test_an_unknown_name_or_ending_is_named(outcome: Outcome) -> None:
    with pytest.raises(UnknownName, match="did you mean economies"):
        figure("economy", outcome)
    with pytest.raises(UnknownName, match="did you mean png"):
        rendered(drawn("economies", outcome), "jpg")


def test_a_figure_is_given_as_svg_png_and_page(outcome: Outcome) -> None:
    found = drawn("economies", outcome, csv="x.csv")
    assert found.note == "Source: detente. Data: x.csv"
    assert rendered(found, "svg") == rendered(found, ".svg")
    assert found.title.encode() in rendered(found, "svg")
    assert rendered(found, "png")[:8] == b"\x89PNG\r\n\x1a\n"
    assert rendered(found, "html").startswith(b"<!doctype html>")


# -- what they say -----------------------------------------------------------------------------------------------------
def test_income_by_economy_is_the_outcomes(outcome: Outcome) -> None:
    found = drawn("economies", outcome)
    assert values(found) == {c: signed(v, 2) for c, v in outcome.real_income.sort_values(ascending=False).items()}
    worst = outcome.real_income.abs().idxmax()
    assert found.title.startswith("Losses" if outcome.real_income[worst] < 0 else "Gains")
    assert f" in {worst}: " in found.title


@pytest.mark.parametrize("most", [1, 2])
def test_output_shows_the_largest_changes(outcome: Outcome, most: int) -> None:
    found = drawn("output", outcome, "BBB", most=most)
    known = outcome.output.loc["BBB"].abs().sort_values(ascending=False).index[:most]
    assert set(values(found)) == {s.capitalize() if s.islower() else s for s in known}
    assert f"the {most} sectors" in found.subtitle


def test_income_by_scenario_has_the_ranges_of_the_case(case: Case) -> None:
    found = drawn("income", case)
    for s in case.ids:
        for code in case.parties:
            low, value, high = case.world_range(s, (code,))
            row = next(r for r in rows(found) if (r["panel"], r["label"]) == (s.replace("-", " ").capitalize(), code))
            assert row["text"] == signed(value, 2)
            assert (row["low"], row["value"], row["high"]) == pytest.approx((low, value, high))
            label = f"{row['panel']}, {code} {signed(value, 2)}"
            if label in found.values:  # a few of them
                assert f"{label} ({signed(low, 2).lstrip('+')} to {signed(high, 2).lstrip('+')})" in found.values
    assert found.svg.count("var(--usa)") > 0


def test_the_fan_ends_with_the_last_expectation(look: Outlook) -> None:
    found = drawn("fan", look)
    last = {c: float(look.fan(c)["expected"].iloc[-1]) for c in ("AAA", "BBB")}
    for code, value in last.items():
        assert f"{code} {signed(value, 2)} at the end" in found.values
    assert f"At the end {min(last, key=lambda c: last[c])} expects" in found.title
    assert "the lowest of the two" in found.title
    assert "of the" not in drawn("fan", look, ["AAA"]).title


def test_payoffs_say_who_would_stay(table: AtTheTable) -> None:
    found = drawn("payoffs", table)
    first, second = table.table.bimatrix()
    for i, one in enumerate(table.table.stances[0]):
        for j, two in enumerate(table.table.stances[1]):
            row = next(r for r in rows(found) if (r["panel"], r["label"]) == (f"China: {two}", f"{one}: United States"))
            assert row["text"] == signed(float(first[i, j]), 3)
            alone = first[i, j] >= first[:, j].max() and second[i, j] >= second[i].max()
            told = f"both choose “{one}”" if one == two else f"the United States chooses “{one}” and China “{two}”"
            assert (told in found.title) is bool(alone)


def test_what_is_left_of_a_solve_is_no_gain_in_the_zone() -> None:
    points = {(0,): (0.2, 0.1), (1,): (0.2 + 9e-12, 0.1 + 3e-11), (2,): (0.19, 0.3), (3,): (0.2 + 1e-4, 0.1 + 1e-5)}
    deal: Any = SimpleNamespace(
        without=points[0,], payoffs=lambda worth, _: np.array(worth), found=SimpleNamespace(levels=None),
        packages=SimpleNamespace(solved=points),
    )  # fmt: skip
    frame = results.zone(deal)
    assert list((frame["x"] > 0) & (frame["y"] > 0)) == list(frame["edge"]) == [False, False, False, True]


def test_the_zone_counts_packages_and_keeps_what_no_other_beats(deal: Proposal) -> None:
    frame = results.zone(deal)
    assert len(frame) == len(deal.packages.solved)
    both = (frame["x"] > 0) & (frame["y"] > 0)
    found = drawn("zone", deal)
    assert found.title.startswith(f"{both.sum()} package")
    assert f"of {len(frame)} solved" in found.title
    edge = frame[frame["edge"]]
    assert both[edge.index].all()
    for _, p in edge.iterrows():
        assert not ((frame["x"] > p["x"]) & (frame["y"] > p["y"])).any()
    (chosen,) = frame[frame["chosen"]][["x", "y"]].to_numpy(dtype=float)
    assert tuple(chosen) == pytest.approx(deal.gains)
    assert f"the United States {signed(deal.gains[0], 3)} and China {signed(deal.gains[1], 3)}" in found.values


def test_gains_are_those_of_the_deal(deal: Proposal) -> None:
    found = drawn("gains", deal)
    money = deal.by_region()["million USD a year"] / 1000
    for label, code in (("United States", "USA"), ("China", "CHN")):
        size = in_words(float(deal.by_region()["million USD a year"][code])).split("\u00a0")[1]  # as the text prints it
        assert values(found)[label].lstrip("+−") == size
        assert values(found)[label].startswith("+") == (money[code] > 0)
    alone = [e.over_best_unilateral / 1000 for e in deal.in_money()]
    headline = (
        f"Over the best each could do alone, the deal would bring the United States USD {digits(alone[0])} billion and China USD"
    )
    assert found.title.startswith(headline) is (min(alone) > 0)
    assert found.title.endswith(f"in all, {digits(money['USA'])} and {digits(money['CHN'])}") is (min(alone) > 0)


# -- who has which colour ----------------------------------------------------------------------------------------------
def test_any_dossier_is_coloured_by_who_is_who(case: Case) -> None:
    assert theme.region_colour("AAA") == "other"
    svg = drawn("income", case).svg
    assert "var(--usa)" in svg  # the party named first
    assert "var(--chn)" in svg  # the party named second
    assert theme.region_colour("AAA") == "other"


def test_roles_of_kuala_lumpur_are_its_old_colours() -> None:
    with theme.coloured(theme.roles(["USA", "CHN"], "MYS")):
        told = {c: theme.region_colour(c) for c in ("USA", "CHN", "MYS", "ASEAN", "EU27", "JPN", "WORLD")}
    assert told == {"USA": "usa", "CHN": "chn", "MYS": "mys", "ASEAN": "mys", "EU27": "eu", "JPN": "other", "WORLD": "other"}
    assert {c: theme.region_colour(c) for c in told} == told


def test_a_case_decides_before_a_result(table: AtTheTable) -> None:
    with theme.coloured({"USA": "eu", "CHN": "mys"}):
        assert set(results.odds_frame(table)["colour"]) == {"eu", "mys", "other"}
    assert set(results.odds_frame(table)["colour"]) == {"usa", "chn", "other"}


@given(st.permutations(["USA", "CHN", "EU27", "MYS", "IND", "BRA"]))
def test_no_other_region_wears_the_colour_of_a_role(codes: list[str]) -> None:
    first, second, host, *rest = codes
    with theme.coloured(theme.roles([first, second], host)):
        worn = [theme.region_colour(c) for c in (first, second, host)]
        assert worn == ["usa", "chn", "mys"]
        assert not {theme.region_colour(c) for c in rest} & set(worn)


# -- drawings ----------------------------------------------------------------------------------------------------------
def test_places_are_shortened_and_figures_are_not() -> None:
    raw = '<svg width="10" height="10"><path d="M1.2345 6.789"/><text x="1.23456">−0.299 and 1.0005</text></svg>'
    done = theme.finish(raw, "alt", "p")
    assert '<path d="M1.23 6.78"/>' in done
    assert "−0.299 and 1.0005" in done


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4), st.integers(1, 12))
def test_ticks_are_round_and_inside(low: float, span: float, wanted: int) -> None:
    found = forms.ticks((low, low + span), wanted)
    steps = {round(b - a, 9) for a, b in pairwise(found)}
    assert all(low - 1e-6 * span <= t <= low + span + 1e-6 * span for t in found)
    assert len(found) <= wanted + 2
    assert not steps or max(steps) - min(steps) < 1e-6 * max(span, 1)


# -- as files ----------------------------------------------------------------------------------------------------------
RESULTS = {
    "income": "case", "economies": "outcome", "output": "outcome", "fan": "look", "payoffs": "table",
    "needs": "table", "gains": "deal", "zone": "deal",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_every_figure_is_drawn_for_page_file_and_picture(name: str, request: pytest.FixtureRequest) -> None:
    more = ["AAA"] if name == "output" else []
    found = drawn(name, request.getfixturevalue(RESULTS[name]), *more)
    wide, narrow = (float(re.findall(r'viewBox="0 0 ([\d.]+)', svg)[0]) for svg in (found.svg, found.svg_narrow))
    assert narrow < 400 < wide
    for svg in (found.svg, found.svg_narrow):
        root = ElementTree.fromstring(svg)
        assert root.attrib["aria-label"] == found.alt
        assert not re.search(r"NaN|undefined|Infinity|null", svg)
    alone = ElementTree.fromstring(rendered(found, "svg"))
    assert found.title.split()[0] in "".join(alone.itertext())
    assert "var(--" not in rendered(found, "svg").decode()
    picture = rendered(found, "png")
    across, down = struct.unpack(">II", picture[16:24])
    assert across == pytest.approx(2 * float(alone.attrib["width"]), abs=2)
    assert down == pytest.approx(2 * float(alone.attrib["height"]), abs=2)
    made = rendered(found, "html").decode()
    assert made.count('role="img"') == 2
    assert not re.search(r'(?:src|href)="(?!#)', made)
