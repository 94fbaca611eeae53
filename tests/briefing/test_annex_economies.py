"""The annex on the ways on, the economies and the takers: its words follow from its numbers, its numbers stand in its files, and
it keeps to its length."""

from __future__ import annotations

import datetime
import re
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.briefing import report
from detente.briefing.annex import economies, scenarios, takers, ways
from detente.briefing.charts import figures, forms
from detente.briefing.charts.heads import SHOWN, ends, heads_figure
from detente.briefing.charts.slope import APART, spread
from detente.briefing.charts.who_pays import ABROAD, BUYERS, NET, TREASURY, parts
from detente.briefing.document import Figure, Items, Para, Section, Table, words_in
from detente.briefing.view import CaseView, Triple
from detente.equilibrium.memory import solved_once
from detente.types import Range
from detente.words import TINY, money, name, percent, say, signs
from detente.words.numbers import persons

WORDS = {scenarios: 450, economies: 1500, takers: 250}
CASE: Any = SimpleNamespace(
    base="what the law does by itself", short_base="the law by itself", run="after 36 months", reference="duties of 2024",
    dossier=SimpleNamespace(as_of=datetime.date(2025, 10, 18)),
)  # fmt: skip
moves = st.floats(-60, 60, allow_nan=False)
millions = st.floats(-2e6, 2e6, allow_nan=False)


class Written(NamedTuple):
    """A case and what the annex says of it."""

    case: CaseView
    sections: dict[Any, list[Section]]

    def file(self, stem: str) -> pd.DataFrame:
        return next(f.frame for f in self.case.shelf.files if f.stem == stem)

    def blocks(self, kind: type, module: Any) -> list[Any]:
        return [b for s in self.sections[module] for b in s.blocks if isinstance(b, kind)]


def write(case: CaseView) -> Written:
    """The three modules, their figures undrawn."""
    with solved_once(between_runs=True), figures.undrawn():
        return Written(case, {module: module.sections(case) for module in WORDS})


@pytest.fixture(scope="module")
def written(run: Any) -> Written:
    return write(report.solve_case(run.dossier, run.world.with_(employed=run.world.value_added / 50)))


@pytest.fixture(scope="module")
def uncounted(run: Any) -> Written:
    """The same world, where nobody has counted jobs."""
    return write(report.solve_case(run.dossier, run.world))


# -- what is written ---------------------------------------------------------------------------------------------------
def test_the_annex_keeps_to_its_length(written: Written, uncounted: Written) -> None:
    for found in (written, uncounted):
        for module, most in WORDS.items():
            assert 0 < words_in(found.sections[module]) <= most, module.__name__
        for section in found.sections[economies]:
            assert words_in([section]) <= 300, section.anchor


def test_every_economy_has_its_section_and_its_own_anchor(written: Written) -> None:
    anchors = [s.anchor for module in WORDS for s in written.sections[module]]
    assert len(set(anchors)) == len(anchors)
    assert {"means-usa", "means-chn", "means-mys", "means-world", "means-others", "ways-on", "takers"} == set(anchors)


def test_nothing_is_shown_that_is_all_zeros(written: Written) -> None:
    for module in WORDS:
        for table in written.blocks(Table, module):
            assert table.rows
            assert len(table.columns) <= 4
            for k in range(1, len(table.columns)):
                assert any(c in "123456789" for row in table.rows for c in row[k].text), (table.id, table.columns[k].title)
            for row in table.rows:
                assert any(c in "123456789" for cell in row[1:] for c in cell.text), (table.id, row[0].text)


def test_alt_texts_are_a_sentence_and_a_few_values(written: Written) -> None:
    for module in WORDS:
        for fig in written.blocks(Figure, module):
            assert len(fig.alt.split()) <= forms.ALT_WORDS
            assert fig.alt.startswith(f"{fig.title}. ")
            assert 2 <= fig.alt.removeprefix(fig.title).count(";") + 1 <= forms.ALT_VALUES + 1  # a title may hold one itself
            assert fig.csv in fig.note
            assert "law" in fig.subtitle or fig.id == "fig-annex-who-pays"  # the baseline; there each panel says its own


def test_what_is_worth_in_dollars_equals_the_data(written: Written) -> None:
    frame = written.file("annex-ways-on")
    table = written.blocks(Table, scenarios)[0]
    shown = ways.moving(written.case)
    assert [c.title for c in table.columns[1:]] == [ways.title(written.case, s) for s in shown]
    dollars = frame[frame["unit"] != "%"]
    for row in table.rows:
        for s, cell in zip(shown, row[1:], strict=True):
            known = dollars[(dollars["region_name"].str.lower() == row[0].text.lower()) & (dollars["scenario"] == s)]
            assert cell.text == ways.two(float(known["value"].iloc[0]))
    world = frame[(frame["region"] == "WORLD") & (frame["scenario"] == written.case.worst)].set_index("unit")["value"]
    assert (world.drop("%").iloc[0] < 0) == (world["%"] < 0)


def test_dollars_of_the_world_are_those_of_its_economies(written: Written) -> None:
    case = written.case
    parts_of = sum(ways.dollars(case, r, case.worst).value for r in case.world.regions)
    assert ways.dollars(case, "WORLD", case.worst).value == pytest.approx(parts_of)


def test_jobs_in_heads_equal_the_outcome(written: Written) -> None:
    case = written.case
    frame = written.file("annex-jobs-usa")
    jobs = case.outcome(case.worst).jobs.loc["USA"]
    by_sector = frame[frame["sector"].notna()]
    for row in by_sector.itertuples():
        assert row.value == pytest.approx(float(jobs[row.sector]))
        assert row.low - 1e-9 <= row.value <= row.high + 1e-9


def test_without_a_count_of_jobs_growth_is_told_alone(uncounted: Written) -> None:
    assert not [f for f in uncounted.blocks(Figure, economies) if "jobs" in f.id]
    leads = [p.lead for items in uncounted.blocks(Items, economies) for p in items.items]
    assert "Growth." in leads
    assert "Jobs." not in leads


def test_who_pays_adds_up(written: Written) -> None:
    frame = written.file("annex-who-pays")
    for _, part in frame.groupby("scenario"):
        value = part.set_index("measure")["value"]
        assert value["Buyers at home"] + value["Treasury"] == pytest.approx(value["Both together"])


@pytest.mark.parametrize(
    ("now", "then", "found"),
    [
        ({"USA": True, "CHN": True}, {"USA": True, "CHN": False}, ("CHN", (None,))),
        ({"USA": True, "CHN": False}, {"USA": True, "CHN": True}, ("USA", (None, "w"))),
        ({"USA": False, "CHN": False}, {"USA": True, "CHN": False}, ("USA", ("w",))),
        ({"USA": False, "CHN": False}, {"USA": False, "CHN": False}, None),
    ],
)
def test_nobody_pays_for_duties_that_nobody_raised(
    now: dict[str, bool], then: dict[str, bool], found: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    revenue = {"change": pd.Series({"USA": 1.0, "CHN": 2.0})}
    outcomes = {
        s: SimpleNamespace(tariff_revenue=revenue, who_pays=SimpleNamespace(raised=pd.Series(raised)))
        for s, raised in ((None, now), ("w", then))
    }
    case: Any = SimpleNamespace(parties=("USA", "CHN"), outcome=outcomes.get)
    monkeypatch.setattr(ways, "main", lambda case: "w")
    assert economies.imposer(case) == found


def test_shares_of_the_takers_sum_to_all_imports(written: Written) -> None:
    frame = written.file("annex-takers")
    for measure in ("share of goods imports before", "share of goods imports after"):
        assert frame.loc[frame["measure"] == measure, "value"].sum() == pytest.approx(100)
    gained = frame[(frame["measure"] == "change of goods sold") & (frame["value"] > 0)]
    table = written.blocks(Table, takers)[0]
    best = gained.sort_values("value", ascending=False).iloc[0]
    assert table.rows[0][1].text == ways.two(best["value"] / 1e3)


def test_where_no_scenario_moves_anything_only_that_is_said(written: Written) -> None:
    class Still(CaseView):
        """A case in which every scenario is what the law does by itself."""

        @property
        def idle(self) -> tuple[str, ...]:  # type: ignore[override]
            return self.ids

    case = Still(written.case.dossier, written.case.world, written.case.parameters, written.case.ids)
    told = scenarios.sections(case)[0]
    assert not [b for b in told.blocks if isinstance(b, (Table, Figure))]
    lede = next(b for b in told.blocks if isinstance(b, Para))
    assert "None of them moves anything" in lede.text
    assert economies.sections(case) == []


# -- sentences ---------------------------------------------------------------------------------------------------------
def told(module: str, part: str, **values: Any) -> str:
    return say(f"briefing/annex/{module}", part, **{"case": CASE, **values})


@given(moves, st.floats(0, 5), st.floats(0, 5))
def test_the_lede_says_which_way_and_how_sure(value: float, below: float, above: float) -> None:
    t = Triple(value - below, value, value + above)
    said = told("economies", "lede", worth=[("X", t)], below=False)
    verb = "hardly changes" if abs(value) < TINY else f"{'rises' if value > 0 else 'falls'} {percent(abs(value))}"
    assert f"real income {verb}" in said
    assert ("sign open" in said) <= (t.low < 0 < t.high)
    assert "by −" not in said
    assert "falls −" not in said


@given(millions, millions)
def test_the_title_prints_what_is_at_stake(one: float, two: float) -> None:
    said = told("economies", "title", subject="Norland", worth=[("A", one), ("B", two)])
    for what, million in (("A", one), ("B", two)):
        assert (f"next to nothing with “{what}”" in said) == (abs(million) < 0.5)
        if abs(million) >= 0.5:
            assert money(million, signed=True) in said


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_losers_are_counted_in_words_that_fit(up: int, down: int, still: int) -> None:
    said = told("economies", "losers", up=up, down=down, still=still, many=up + down + still, lost=100.0, won=100.0)
    assert (" 0 " in said) is False
    if not down:
        assert said.startswith("Who loses.\n\nNobody loses")
    if down and not up:
        assert "none gains" in said
    assert not re.search(r"\b1 (gain|lose|move)\b", said.replace("hardly ", ""))


@given(st.dictionaries(st.sampled_from(["MYS", "SGP", "VNM", "THA"]), moves, min_size=2))
def test_members_of_the_group_are_counted_by_their_signs(values: dict[str, float]) -> None:
    up, down, _ = signs(values)
    said = told("economies", "members", group="ASEAN", t=Triple(0.1, 0.1, 0.1), up=up, down=down, values=values)
    assert (f"{len(up)} of {len(values)} gain" in said) == bool(up)
    assert ("lose" in said) == bool(down)
    assert ("no member" in said) == (not up and not down)
    for codes, one, many in ((up, "gains", "gain"), (down, "loses", "lose")):
        if codes:
            assert f" {one if len(codes) == 1 else many}, {name(codes[0])}{'' if len(codes) == 1 else ' most'} (" in said


@given(st.lists(millions, min_size=3, max_size=3))
def test_who_pays_names_only_what_is_paid(values: list[float]) -> None:
    found = dict(zip((BUYERS, TREASURY, ABROAD), (v / 1e3 for v in values), strict=True)) | {NET: 0.0}
    title = told("economies", "who_pays", code="USA", found=found, year=2025, now=True, pinned=None).split("\n\n")[0]
    assert ("sellers abroad bear" in title) == (values[2] <= -0.5)
    assert ("cost" in title) == (values[0] <= -0.5)
    assert ("buyers gain" in title) == (values[0] >= 0.5)
    assert "−" not in title


@given(st.dictionaries(st.sampled_from(["USA", "CHN", "MYS", "PAK", "JPN"]), moves, min_size=1))
def test_the_others_title_is_true_of_the_first(values: dict[str, float]) -> None:
    ranked = sorted(values, key=lambda c: -values[c])
    title = told("economies", "named_title", ranked=ranked, values=values)
    assert ("gains most" in title) == (values[ranked[0]] >= TINY)
    assert ("loses most" in title) == (values[ranked[0]] < TINY and values[ranked[-1]] <= -TINY)
    assert ("hardly" in title) == all(abs(v) < TINY for v in values.values())


@given(st.lists(st.floats(-5e5, -100), min_size=1, max_size=1), st.lists(st.floats(0.05, 9e4), max_size=6), moves, moves)
def test_takers_are_said_to_gain_only_if_they_do(lost: list[float], gains: list[float], a: float, b: float) -> None:
    names = ["MYS", "VNM", "PAK", "JPN", "EU27", "IND"]
    up = sorted(zip(names, gains, strict=False), key=lambda item: -item[1])
    values = {
        "worst": "X", "buyer": "USA", "rival": "CHN", "lost": -lost[0], "up": up, "gained": sum(gains), "others": 6,
        "bought": lost[0], "first": takers.leaders(dict(up)),
    }  # fmt: skip
    title, lede = told("takers", "title", **values), told("takers", "lede", **values)
    assert ("Nobody" in title) == ("Nobody gains" in lede) == (not up)
    if up:
        assert title.endswith("gains most") or title.endswith("gain most")
        assert ("All 6" in lede) == (len(up) == 6)
    shares = {"CHN": (abs(a), abs(b)), "MYS": (1.0, 2.0)}
    for places in (1, 2):
        said = told("takers", "figure", **values, shares=shares, riser="MYS", places=places).split("\n\n")[0]
        assert ("hardly moves" in said) == (f"{abs(a):.{places}f}" == f"{abs(b):.{places}f}")


@pytest.mark.parametrize(
    ("narrow", "wide", "without", "part"),
    [
        (0.0, 0.0, 0.1, "hardly touch"),
        (0.001, 0.2, 0.1, "nothing"),
        (-0.02, -0.5, 0.1, "could cost Malaysia up to 0.50"),
        (-0.2, -0.5, 0.1, "0.20 to 0.50"),
        (-0.2, -0.2, 0.1, "would cost Malaysia 0.20"),
    ],
)
def test_a_duty_on_goods_passed_through_is_told_by_its_range(narrow: float, wide: float, without: float, part: str) -> None:
    said = told("takers", "passed", code="MYS", rate=0.4, narrow=narrow, wide=wide, without=without)
    assert part in said
    assert ("more than it gains" in said) == (wide + without <= -TINY)


@given(st.one_of(st.none(), st.floats(0, 1)), st.lists(st.floats(-900, 900), max_size=2))
def test_what_is_likeliest_is_said_first(none: float | None, worth: list[float]) -> None:
    odds = SimpleNamespace(value=0.3, percent=30)
    nothing = None if none is None or none <= 0.3 else SimpleNamespace(value=none, percent=round(100 * none))
    ends_of = list(zip(("A", "B"), worth, strict=False))
    said = told("scenarios", "lede", likely="A", odds=odds, nothing=nothing, ends=ends_of)
    assert said.startswith("From today it is likeliest that none" if nothing else "From today “A” is the likeliest (30")
    for what, billions in ends_of:
        word = "changes next to nothing" if abs(billions) < 0.05 else "brings" if billions > 0 else "costs"
        assert f"“{what}” {word}" in said
    assert said.endswith(".")


heads_moved = st.lists(st.tuples(st.sampled_from(["chemicals", "farming"]), st.floats(0.005, 900)), max_size=2)


@given(heads_moved, heads_moved, moves, st.one_of(st.none(), st.floats(-500, 500)))
def test_jobs_are_told_with_their_signs(out: Any, into: Any, gdp: float, idle: float | None) -> None:
    said = told(
        "economies", "jobs", code="USA", total=12.0, out=[(s, -v) for s, v in out], into=into, lose=[], gain=[], one="state",
        gdp=gdp, idle=idle,
    )  # fmt: skip
    for sign, listed in (("−", out), ("+", into)):
        for sector, thousand in listed:
            assert f"{sector} {sign}{persons(thousand)}" in said
    assert f"real GDP) {'changes by' if abs(gdp) < TINY else 'rises' if gdp > 0 else 'falls'} {percent(abs(gdp))}" in said
    assert ("out of work" in said) == (idle is not None)
    if idle is not None:
        word = "Hardly anybody" if abs(idle) < 0.5 else " more are out of work" if idle > 0 else " fewer are out of work"
        assert word in said
    assert "−−" not in said
    assert "+−" not in said


@given(st.lists(st.tuples(st.sampled_from(["toys", "cars"]), moves), max_size=3), moves, st.sampled_from(["", "350"]))
def test_prices_say_whether_duties_add(top: Any, first: float, dollars: str) -> None:
    said = told("economies", "prices", top=top, first=first, dollars=dollars, year=2025)
    assert ("No product moves" in said) == (not top)
    assert ("as it is" in said) == (abs(first) < TINY)
    assert ("duties add" in said) == (first >= TINY)
    assert ("duties take" in said) == (first <= -TINY)
    assert (f"USD {dollars} a person" in said) == (bool(dollars) and abs(first) >= TINY)


@given(
    st.lists(st.tuples(st.sampled_from(["USA", "CHN"]), st.floats(-9e4, 9e4).filter(lambda v: abs(v) >= 0.05)), max_size=2),
    st.floats(-500, 500), st.floats(-500, 500),
)  # fmt: skip
def test_neighbours_sell_more_or_less(sold: Any, one: float, two: float) -> None:
    out, into = sorted((one, two))
    said = told("economies", "neighbour", code="PAK", sold=sold, hands=[("food", out), ("textiles", into)])
    for p, million in sold:
        assert f"{money(abs(million))} {'more' if million > 0 else 'less'} to {name(p)}" in said
    assert ("what it sold" in said) == (not sold)
    assert ("hardly a job" in said) == (out > -0.05 and into < 0.05)
    assert ("leave food" in said) == (out <= -0.05)
    assert ("come to textiles" in said) == (into >= 0.05)
    assert "−" not in said


# -- charts ------------------------------------------------------------------------------------------------------------
@given(st.lists(st.floats(0, 300), min_size=1, max_size=9))
def test_labels_of_a_slope_stand_apart_in_their_order(at: list[float]) -> None:
    found = spread(at, APART, 300.0)
    order = sorted(range(len(at)), key=lambda k: (at[k], k))
    placed = [found[k] for k in order]
    assert all(b - a >= APART - 1e-6 for a, b in pairwise(placed))
    assert max(placed) <= 300 + 1e-6
    if all(b - a >= APART for a, b in pairwise(sorted(at))):
        assert found == pytest.approx(at)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.floats(-400, 400, allow_nan=False), max_size=30))
def test_heads_show_both_ends_by_heads(values: dict[str, float]) -> None:
    shown = ends({k: Range(v, v, v) for k, v in values.items()})
    assert len(shown) <= 2 * SHOWN
    order = [t.value for t in shown.values()]
    assert order == sorted(order, reverse=True)
    kept = [v for v in values.values() if abs(v) >= 0.005]
    if kept:
        assert order[0] == max(kept)
        assert order[-1] == min(kept)


def test_a_chart_of_heads_without_heads_is_none() -> None:
    assert heads_figure("USA", [("", {"a": Range(0.0, 0.0, 0.0)})], ("T", "S"), id="x", note="", csv="") is None


def test_parts_of_who_pays_are_those_of_the_outcome(written: Written) -> None:
    outcome = written.case.outcome(written.case.worst)
    found = parts(outcome.who_pays, "USA", 2.0)
    assert found[NET] == pytest.approx(2 * float(outcome.equivalent_variation["USA"]) / 1e3, rel=1e-6)
    assert found[BUYERS] + found[TREASURY] == pytest.approx(found[NET])
