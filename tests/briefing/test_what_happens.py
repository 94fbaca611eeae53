"""Page 1: the words follow the printed figures, whatever they are; odds are the outlook's; the tree drops no chance."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import detente as dt
from detente import words as text
from detente.briefing.charts import trimmed
from detente.briefing.charts.tree import colours
from detente.briefing.document import Figure, Para, Section, Shelf, Table, words_in
from detente.briefing.front import what_happens
from detente.briefing.front.asks import advice
from detente.briefing.front.what_happens import (
    Ahead,
    Elsewhere,
    Judged,
    LeftOut,
    StepOdds,
    Way,
    agreed,
    answer,
    gathered,
    is_near,
    leading,
    page,
    title,
    written,
)
from detente.briefing.sections import outlook
from detente.briefing.view import CaseView
from detente.outlook.outlook import Outlook
from detente.types import Range
from detente.words import whole_percents

PARTIES = (("USA", "CHN"), ("JPN", "KOR"), ("USA", "CAN", "MEX"))
TITLES = ("A pause", "More time", "The hundred points", "The truce lapses", "A split", "A long and winding way to no deal at all")
NAMES = {"USA": "the United States", "CHN": "China", "JPN": "Japan", "KOR": "Korea", "CAN": "Canada", "MEX": "Mexico"} | {
    "WORLD": "the world", "MYS": "Malaysia", "PAK": "Pakistan", "EU27": "the European Union"
}  # fmt: skip


# -- unlike results ----------------------------------------------------------------------------------------------------
def ranged(rng: np.random.Generator, size: float) -> Range:
    """An amount with a range that may span zero, have no width, or none at all."""
    kind = rng.integers(6)
    centre = float(rng.choice([-1, 1]) * size * 10 ** rng.uniform(-2, 0))
    if kind == 0:
        return Range(0.0, 0.0, 0.0)
    if kind == 1:
        return Range(centre, centre, centre)
    low, high = sorted((centre * rng.uniform(-1.5, 1), centre * rng.uniform(1, 12)))
    return Range(min(low, centre), centre, max(high, centre))


def odds_of(rng: np.random.Generator, titles: Any) -> list[StepOdds]:
    """Chances that sum to 1, ties and tiny ones among them, the likeliest first."""
    n = len(titles)
    shares = rng.dirichlet(np.full(n, rng.choice([0.2, 1.0, 30.0]))) if rng.integers(4) else np.full(n, 1 / n)
    shares = np.sort(shares)[::-1]
    wide = float(rng.choice([0.0, 0.02, 0.3]))
    kinds = rng.choice(["", "agreed", "time", "broke"], n)
    return [
        StepOdds(t, p, max(0.0, x - wide), float(x), min(1.0, x + wide), str(k))
        for t, p, x, k in zip(titles, whole_percents(shares), shares, kinds, strict=True)
    ]


def drawn(seed: int) -> Ahead:
    """What page 1 might have to say of a dispute nobody has seen."""
    rng = np.random.default_rng(seed)
    parties = PARTIES[rng.integers(len(PARTIES))]
    reader = str(rng.choice([*parties, "MYS", "PAK", "EU27"]))
    codes = tuple(dict.fromkeys((*parties, "WORLD", reader)))
    size = float(10 ** rng.uniform(-1, 6))
    n = int(rng.integers(1, 7))
    forks = bool(rng.integers(4))
    idle = int(rng.integers(-1, n))
    chances: list[Any] = odds_of(rng, TITLES[:n]) if forks else [None] * n
    flat = dict.fromkeys(codes, Range(0.0, 0.0, 0.0))
    ways = tuple(
        Way(f"w{k}", TITLES[k], flat if k == idle else {c: ranged(rng, size) for c in codes}, chances[k],
            "They meet" if forks and rng.integers(2) else "", date(2026, 1 + k, 3) if rng.integers(4) else None, k == idle)
        for k in range(n)
    )  # fmt: skip
    steps = tuple(odds_of(rng, TITLES[: int(rng.integers(2, 7))])) if forks else ()
    days = sorted({date(2026, int(m), 1) for m in rng.integers(1, 12, int(rng.integers(1, 6)))})
    rises = sorted(int(x) for x in rng.integers(0, 101, len(days)))
    apart = Elsewhere(("USA",), bool(rng.integers(2)), bool(rng.integers(2)), size * 10 ** rng.uniform(-2, 2), 30)
    judged = Judged(
        steps[0].title if forks else "", {"record": 40, "analyst": 0} if rng.integers(2) else {"analyst": 12} if forks else {},
        "Does it hold?" if rng.integers(2) else "", date(2026, 2, 1), ("Kiel",) if rng.integers(2) else (),
        (("WTO", 1, 3),) if rng.integers(2) else (), True,
    )  # fmt: skip
    return Ahead(
        reader, parties, codes, date(2025, 10, 18), "Here" if rng.integers(2) else "", "three years on", "USD", 2025, steps,
        date(2025, 10, 27) if forks else None, ways, f"w{int(rng.integers(n))}",
        tuple(zip(days, rises, strict=True)) if forks and rng.integers(5) else (),
        flat if rng.integers(3) == 0 else {c: ranged(rng, size) for c in codes}, date(2026, 11, 1) if forks else None,
        apart if rng.integers(2) else None, judged,
        LeftOut(ranged(rng, size) if rng.integers(2) else None, bool(rng.integers(2))),
    )  # fmt: skip


def made(ahead: Ahead) -> Section:
    return written(ahead, None, lambda stem, rows: f"{stem}.csv")


SEEDS = range(400)


@pytest.mark.parametrize("seed", SEEDS)
def test_words_never_contradict_the_figures(seed: int) -> None:
    ahead = drawn(seed)
    section = made(ahead)
    told = [section.title, *(b.text for b in section.blocks if isinstance(b, Para))]
    for b in section.blocks:
        if isinstance(b, Table):
            told += [b.title, b.subtitle, b.note]
    for sentence in told:
        assert not re.search(r"nan|None|\{|\}|  |\.\.|,,|;;| [,;.]|,\.|;\.|\n", sentence), sentence
        assert not re.search(r"(costs|brings|loses|takes a further|risks|lose)[^.;“]*[−+]", sentence), sentence
        assert "§" not in sentence
        assert not re.search(r"\b1 (others|ways)\b|\bone other\b|; then (?!“)", sentence), sentence
    assert len(section.title.split()) <= what_happens.TITLE_WORDS
    assert section.title[0].isupper() or section.title[0] == "“"
    said = answer(ahead)
    for verb, sign in (("costs", -1), ("brings", 1)):
        for clause in re.findall(rf"“([^”]+)” (?:[^.“]*; )?{verb} ([^.;]+)", said):
            way = next((w for w in ahead.ways if w.title == clause[0]), None)
            assert way is not None
            for code in ahead.codes:
                if re.search(rf"(^|, |and ){NAMES[code]}\b", clause[1]):
                    far = max(way.worth[code].low, way.worth[code].high, key=abs)
                    assert sign * far > 0
                    assert ahead.sign(code, way.worth[code]) in (("loss", "wide") if sign < 0 else ("gain", "wide"))
    if ahead.steps:
        assert sum(s.percent for s in ahead.steps) == 100
        first = said.split(". ")[0]
        given = [
            100 if "more than 99" in m else int(m.split()[-1])
            for m in re.findall(r"(?:less than |more than )?\d+(?=\u202f%)", first)
        ]
        assert abs(sum(given) - 100) <= first.count("less than") + first.count("more than")
    if "matters more" in section.title:
        assert ahead.elsewhere is not None
        assert ahead.elsewhere.size > max(abs(v) for w in ahead.ways for v in w.worth[ahead.reader]) * 0.94
    if "will most likely" in section.title or "Most likely next" in section.title:
        assert len(leading(ahead.steps)) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_table_holds_no_column_of_zeros_and_all_chance(seed: int) -> None:
    ahead = drawn(seed)
    tables = [b for b in made(ahead).blocks if isinstance(b, Table)]
    moving = [w for w in ahead.ways if not w.idle]
    for t in tables:
        assert len(t.columns) <= what_happens.COLUMNS
        assert 1 <= len(t.rows) <= what_happens.ROWS
        assert all(len(row) == len(t.columns) for row in t.rows)
        start = 2 if ahead.ways[0].odds else 1
        for k, code in enumerate(ahead.columns):
            assert any(row[start + k].text.strip("+−0.") for row in t.rows), (code, t)
        for row, way in zip(t.rows, moving, strict=False):
            for k, code in enumerate(ahead.columns):
                cell, worth = row[start + k], way.worth[code]
                if cell.text == "open":
                    assert worth.low < 0 < worth.high
                elif cell.text.startswith("up to"):
                    assert ("−" in cell.text) == (abs(worth.low) > abs(worth.high))
                else:
                    assert ("−" in cell.text) == (ahead.number(code, worth.value) < 0)
        if ahead.ways[0].odds:
            shown = sum(w.odds.percent for w in ahead.ways if w.odds and (w in ahead.shown or w.idle))
            left = re.search(r"left out, (\d+)", t.note)
            assert shown + (int(left[1]) if left else 0) == 100
        if "is worth most" in t.title:
            best = [ahead.number("WORLD", w.worth["WORLD"].value) for w in moving]
            assert best.count(max(best)) == 1
            assert f"“{moving[best.index(max(best))].title}”" in t.title
    if moving and not tables:
        assert all(ahead.sign(c, w.worth[c]) == "flat" for w in ahead.shown for c in ahead.codes)


def test_ranges_that_overlap_are_a_tie() -> None:
    clear = (StepOdds("A", 60, 0.5, 0.6, 0.7, "time"), StepOdds("B", 40, 0.3, 0.4, 0.45, "agreed"))
    near = (clear[0], replace(clear[1], high=0.55))
    ahead = replace(drawn(1), steps=clear, place="Here", elsewhere=None, step_day=date(2025, 10, 27))
    assert [s.title for s in leading(clear)] == ["A"]
    assert title(ahead).startswith("Here will most likely buy time")
    tied = replace(ahead, steps=near)
    assert "most" not in title(tied)
    assert title(tied).startswith("Here will buy time or bring agreement")
    assert "whose ranges overlap" in answer(tied)
    assert "Likeliest on 27 October: “A” (60" in answer(ahead)


def test_who_lies_near() -> None:
    assert is_near(-1.0, [-2.0, -0.5])
    assert is_near(-1.0, [-0.5])
    assert is_near(-1.0, [-2.0])
    assert not is_near(-1.0, [-2.1])
    assert not is_near(0.1, [-0.1])
    assert is_near(0.1, [-0.1, 0.2])
    assert agreed([]) == ((), ())


# -- a case ------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def toy(run: Any) -> CaseView:
    return replace(run.case, shelf=Shelf()) if hasattr(run, "case") else CaseView.of(run.dossier, run.world)


@pytest.mark.parametrize("reader", ["MYS", "USA", "PAK"])
def test_a_page_of_a_case(toy: CaseView, reader: str) -> None:
    section = page(replace(toy, shelf=Shelf()), reader)
    ahead = gathered(toy, reader)
    found = outlook.prepared(toy)
    assert found is not None
    percents = {s: c.percent for s, c in found.look.odds_from_today.items()}
    assert {w.id: w.odds.percent for w in ahead.ways if w.odds} == percents
    (figure,) = (b for b in section.blocks if isinstance(b, Figure))
    (table,) = (b for b in section.blocks if isinstance(b, Table))
    assert figure.svg.startswith("<svg")
    assert figure.svg_narrow.startswith("<svg")
    assert len(figure.alt.split()) <= 60
    assert figure.id.endswith(reader.lower())
    assert table.id.endswith(reader.lower())
    assert words_in([section]) <= 330
    lede, ask, watch, sure, out = (b for b in section.blocks if isinstance(b, Para))
    assert f"{ask.lead} {ask.text}" == advice(toy, reader)[0].text()
    assert watch.lead == "Watch"
    assert re.match(r"\d+ \w+", watch.text)
    assert len(lede.text.split()) <= 90
    assert len(sure.text.split()) <= 60
    assert len(out.text.split()) <= 30
    heads = [c.title for c in table.columns]
    assert ("You" in heads) == (reader not in toy.parties and reader in ahead.columns)
    for w in ahead.shown:
        own = toy.range("real_income", None if w.id == "status-quo" else w.id, reader, against="law")
        assert np.sign(own.value) == np.sign(w.worth[reader].value)
    world = {w.id: sum(toy.outcome(w.id).real_income[r] / 100 * toy.nominal_income(r) for r in toy.world.regions)
             for w in ahead.ways if w.id != "status-quo"}  # fmt: skip
    for name, value in world.items():
        way = ahead.way(name)
        assert way is not None
        assert way.worth["WORLD"].value == pytest.approx(value, rel=0.5, abs=1e-6)  # dollars of another year


def test_without_forks_each_way_stands_without_odds(toy: CaseView) -> None:
    plain = CaseView.of(toy.dossier.model_copy(update={"prospects": None}), toy.world)
    section = page(plain, "MYS")
    assert not any(isinstance(b, Figure) for b in section.blocks)
    (table,) = (b for b in section.blocks if isinstance(b, Table))
    assert "Chance" not in [c.title for c in table.columns]
    assert section.blocks[0].text.startswith("Nobody has put odds on what comes. If nothing is signed")  # type: ignore[union-attr]


# -- the tree ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def look() -> Outlook:
    return dt.outlook("kuala-lumpur-2025", odds={})


@pytest.mark.parametrize("most", [1, 4, 8, 12, 40])
def test_no_chance_is_dropped_however_few_branches(look: Outlook, most: int) -> None:
    stems = trimmed.trimmed(look, "MYS", most=most)
    assert sum(s.lines for s in stems) <= max(most, 2)
    assert sum(s.share for s in stems) == pytest.approx(1)
    assert sum(t.share for s in stems for t in s.twigs) == pytest.approx(1)
    assert sum(s.percent for s in stems) == 100
    fork = trimmed.first_fork(look)
    assert fork is not None
    taken = {look.tree.branches[b][1].title: c.percent for b, c in look.odds_if_reached[fork].from_today.items()}
    for s in stems:
        assert s.percent == sum(taken[t] for t in s.titles)
        assert sum(t.percent for t in s.twigs) == s.percent
        assert sum(t.straight for t in s.twigs) <= 1
    assert sorted(t for s in stems for t in s.titles) == sorted(taken)
    # the mean over the ends is the mean over the paths that leave the other forks at rest
    worth = sum(t.share * t.worth.value for s in stems for t in s.twigs)
    rest = trimmed.quiet(look)
    weights = look.tree.probabilities * rest
    assert worth == pytest.approx(weights @ look.outcomes("MYS", "end") / weights.sum())


def test_ends_of_one_kind_carry_the_chance_of_that_end(look: Outlook) -> None:
    stems = trimmed.trimmed(look, "USA", most=99)
    for end, chance in look.odds_from_today.items():
        own = [t for s in stems for t in s.twigs if t.end == end]
        assert sum(t.share for t in own) == pytest.approx(chance.value)
        assert abs(sum(t.percent for t in own) - chance.percent) <= len(own)


@pytest.mark.parametrize("width", [700, 348])
@pytest.mark.parametrize("most", [2, 12, 30])
def test_all_words_lie_on_the_sheet_and_all_lines_are_dashed(look: Outlook, width: int, most: int) -> None:
    stems = trimmed.trimmed(look, "MYS", most=most)
    ends = trimmed.Ends({s: f"{look.titles[s]} 12 %" for s in look.scenarios}, colours(list(look.scenarios), "optimistic",
                        "pessimistic"), "Malaysia, USD bn")  # fmt: skip
    spec = trimmed.draw(stems, look.tree.start, look.tree.until, ends, lambda t: f"{t.worth.value:+.2f}", width)
    box = spec["vconcat"][0]["hconcat"][0]
    words = [r for rows in spec["datasets"].values() for r in rows if "text" in r]
    for w in words:
        long = trimmed.measured(w["text"], trimmed.SIZE, bold=w["weight"] == "bold")
        left = w["x"] - (long if w["align"] == "right" else 0)
        assert left >= -0.5, w
        assert left + long <= width + 1.5, w
        assert 0 <= w["y"] <= box["height"], w
        assert "…" not in w["text"]
    for layer in box["layer"]:
        if layer["mark"]["type"] == "rule" and "strokeWidth" in layer["encoding"]:
            assert layer["mark"]["strokeDash"] == trimmed.DASH
    told = [w["text"] for w in words]
    assert all(f"{s.percent}{text.THIN}%" in " ".join(told) for s in stems)


titles = st.lists(st.sampled_from(["New", "duties", "come", "as", "well", "the", "truce"]), min_size=1, max_size=5)


@given(st.data(), st.sampled_from([700.0, 400.0]), st.integers(0, 60))
def test_no_line_goes_through_words(data: st.DataObject, width: float, forked: int) -> None:
    """Where deciding days lie at least seventy days apart, so that there is room for words between them."""
    start = date(2026, 11, 28)
    fork = start + timedelta(forked)
    stems = []
    for _ in range(data.draw(st.integers(1, 3))):
        days = data.draw(st.sampled_from([(0,), (70,), (140,), (70, 0), (140, 0), (140, 70), (140, 70, 0)]))
        twigs = [
            trimmed.Twig("end", fork + timedelta(d), " ".join(data.draw(titles)), 0.1, Range(0, 0, 0), percent=10) for d in days
        ]
        stems.append(trimmed.Stem(("They part",), fork, 0.3, 30, tuple(twigs)))
    spec = trimmed.draw(stems, start, start + timedelta(200), trimmed.Ends({}, {}, ""), lambda _: "", width)
    rows = [r for found in spec["datasets"].values() for r in found]
    lines = [(r["x"], *sorted((r["y"], r["y2"]))) for r in rows if "thick" in r and r["x"] == r["x2"]]
    for w in (r for r in rows if r.get("align") == "left" and r["weight"] != "muted"):
        end = w["x"] + trimmed.measured(w["text"], trimmed.SIZE, bold=w["weight"] == "bold")
        through = [x for x, low, high in lines if w["x"] < x < end and low < w["y"] and high > w["y"] - 0.7 * trimmed.SIZE]
        assert not through, w["text"]


def test_a_tree_without_a_fork_of_the_talks_is_not_drawn(look: Outlook) -> None:
    alone = {f: x for f, x in look.tree.forks.items() if x.independent}
    bare = replace(look, tree=replace(look.tree, forks=alone))
    assert trimmed.trimmed(bare, "MYS") == ()
