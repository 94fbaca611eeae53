"""What is said agrees with the data beside it: counts, odds, sums, references, and one thing in one size everywhere.

The toy dossier and the one the product ships, read as a reader has them: the text of the files against the files in data/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.briefing import brief
from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from detente.words import TINY, fixed, money, percent, rank_sentence
from detente.words.names import region_name

SHIPPED = "kuala-lumpur-2025"
SUM = 1e-6


@dataclass(frozen=True)
class Written:
    """A folder of a briefing and its dossier."""

    folder: Path
    dossier: Dossier

    def data(self, stem: str) -> pd.DataFrame | None:
        """A data file; None where this dossier has none of it."""
        path = self.folder / "data" / f"{stem}.csv"
        return pd.read_csv(path) if path.exists() else None

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Front with annex, and companion, as Markdown, every blank a plain one."""
        return {name: plain((self.folder / f"{name}.md").read_text(encoding="utf-8")) for name in ("briefing", "companion")}

    @property
    def annex(self) -> str:
        """The annex alone: from its first section on."""
        return self.texts["briefing"].partition("\n## 1. ")[2]

    @property
    def worst(self) -> str:
        """The scenario in which the talks fail."""
        return next(s.id for s in self.dossier.scenarios if s.role == "worst" or s.id == "pessimistic")


def plain(text: str) -> str:
    """With blanks that break."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture(scope="module", params=["toy", SHIPPED])
def written(request: pytest.FixtureRequest, run: Any, tmp_path_factory: pytest.TempPathFactory) -> Written:
    if request.param == "toy":
        return Written(run.briefing.companion.parent, run.dossier)
    folder: Path = tmp_path_factory.mktemp("numbers") / "out"
    brief(SHIPPED, out=folder)
    return Written(folder, load_dossier(SHIPPED))


def counts(values: pd.Series) -> tuple[int, int, int]:
    """Who gains, who loses, and who moves by less than 0.01 percent as printed."""
    return int((values >= TINY).sum()), int((values <= -TINY).sum()), int((values.abs() < TINY).sum())


def number(word: str) -> int:
    return 0 if word in ("none", "no") else int(word)


# -- who gains and who loses -------------------------------------------------------------------------------------------
def test_those_who_gain_and_lose_are_counted_as_in_the_data(written: Written) -> None:
    frame = written.data("every-economy")
    assert frame is not None
    rows = frame[(frame["scenario"] == written.worst) & (frame["measure"] == "real income") & (frame["unit"] == "%")]
    up, down, still = counts(rows[rows["region"] != "WORLD"]["value"])
    said = re.search(r"(\d+) of (\d+) economies loses?, (\d+|none) gains?(?:, (\d+) moves? by less)?", written.annex)
    if down:
        assert said is not None
        assert (int(said[1]), int(said[2]), number(said[3]), int(said[4] or 0)) == (down, up + down + still, up, still)
    else:
        assert "Nobody loses as much as" in written.annex


def test_the_map_counts_as_its_data(written: Written) -> None:
    frame = written.data("annex-map")
    if frame is None:
        return
    up, down, _ = counts(frame["value"])
    assert re.search(rf"”: {down} of {len(frame)} lose, .* most; {up} gain, ", written.annex)


def test_other_economies_are_counted_as_in_their_data(written: Written) -> None:
    frame = written.data("third-countries")
    if frame is None:
        return
    up, down, still = counts(frame[frame["scenario"] == written.worst]["value"])
    told = written.texts["companion"]
    assert f"Of {up + down + still} other economies and groups, {up} gain, {down} lose and {still}" in told


@given(st.dictionaries(st.sampled_from(["USA", "CHN", "MYS", "VNM", "PAK", "EU27"]), st.sampled_from(
    [-0.504, -0.501, -0.499, -0.3, -0.004, 0.0, 0.004, 0.0051, 0.301, 0.303, 0.3]), min_size=2))  # fmt: skip
def test_those_who_print_alike_are_ranked_alike(values: dict[str, float]) -> None:
    said = rank_sentence(values)
    for sign, verb in ((-1, "lose"), (1, "gain")):
        moved = {k: sign * v for k, v in values.items() if sign * v >= TINY}
        if not moved:
            assert f"No economy {verb}s as much as" in said
            continue
        top = {k for k, v in moved.items() if percent(v) == percent(max(moved.values()))}
        first = re.split(rf" {verb}s? ", said)[0].split(". ")[-1]
        shown = {k for k in moved if region_name(k) in first}
        assert shown == top or (len(top) > 3 and len(shown) == 3 and shown < top)


# -- odds --------------------------------------------------------------------------------------------------------------
def test_odds_add_up(written: Written) -> None:
    odds = written.data("outlook-odds")
    assert odds is not None
    for _, fork in odds.groupby("fork"):
        assert fork["if reached"].sum() == pytest.approx(1, abs=SUM)
        assert fork["from today"].sum() == pytest.approx(float(fork["fork reached"].iloc[0]), abs=SUM)
    forks = written.data("forks")
    assert forks is not None
    merged = forks.merge(odds, on=["fork", "branch"], suffixes=("", " there"))
    assert len(merged) == len(forks) == len(odds)
    assert (merged["from today"] - merged["from today there"]).abs().max() < SUM
    for stem in ("key-answers", "answers-in-short"):
        answers = written.data(stem)
        if answers is not None:
            one = answers.drop_duplicates(["question", "answer"])
            assert one.groupby("question")["probability"].sum().to_numpy() == pytest.approx(1, abs=SUM)


def test_the_ends_share_all_paths(written: Written) -> None:
    ends, paths = written.data("outlook-scenarios"), written.data("outlook-paths")
    assert ends is not None
    assert paths is not None
    assert paths["probability"].sum() == pytest.approx(1, abs=SUM)
    by_end = paths.groupby("counts as")["probability"].sum()
    known = ends.set_index("scenario")["probability"]
    assert by_end.to_dict() == pytest.approx(known[known > 0].to_dict(), abs=SUM)
    assert ends["from today, %"].sum() == 100
    tree = written.data("outlook-tree")
    assert tree is not None
    rare = re.search(r"(\d+) ends? below 2 % each, (\d+) % together", written.texts["companion"])
    small = tree[tree["probability"] < 0.02]["probability"]
    if rare is not None:
        assert (int(rare[1]), int(rare[2])) == (len(small), round(100 * small.sum()))


def test_the_odds_printed_of_one_thing_sum_to_a_hundred(written: Written) -> None:
    ways = written.annex.partition('<a id="ways-on">')[2].partition("<a id=")[0]
    listed = [int(x) for x in re.findall(r"^- \*\*.*\((\d+) %\)\.\*\*", ways, re.M)]
    ends = written.data("outlook-scenarios")
    assert ends is not None
    drawn = [int(x) for x in ends["from today, %"] if x > 0]
    assert set(listed) <= set(drawn)
    assert sum(listed) == 100 or "status-quo" in set(ends["scenario"])  # that nothing changes is no way on
    table = written.texts["companion"].partition("**What each answer would move**")[2].partition("\n\nSource")[0]
    sums: list[int] = []
    assert bool(table) == (written.data("key-answers") is not None)
    for row in (line.split("|") for line in table.splitlines() if line.startswith("| ") or line.startswith("|  |")):
        if len(row) > 4 and (found := re.match(r" (\d+)", row[3])):
            if row[1].strip():
                sums.append(0)
            sums[-1] += int(found[1])
    assert set(sums) <= {100}
    assert bool(sums) == bool(table)


# -- sums --------------------------------------------------------------------------------------------------------------
def test_a_package_is_the_sum_of_what_it_brings(written: Written) -> None:
    gains, all_gains = written.data("annex-deal-gains"), written.data("package-gains")
    if gains is None or all_gains is None:
        return
    others = gains[~gains["region"].isin([p.region for p in written.dossier.parties])]["value"].sum()
    assert f"The others together {'pay' if others < 0 else 'gain'} {plain(money(abs(others)))} a year" in written.annex
    same = all_gains[all_gains["unit"].str.startswith("million USD")].set_index("region")["value"]
    assert gains.set_index("region")["value"].to_dict() == pytest.approx(same.to_dict())
    assert all(unit == f"million USD of {written.dossier.as_of.year} a year" for unit in gains["unit"])


def test_layers_and_shares_add_up(written: Written) -> None:
    blocs = written.data("annex-two-blocs")
    if blocs is not None:
        by = blocs.set_index("measure")["value"]
        layers = by.iloc[:3]
        assert by["Together"] == pytest.approx(layers.sum())
        printed = sum(float(fixed(v, 1).replace("−", "-")) for v in layers)
        assert printed == pytest.approx(float(fixed(by["Together"], 1).replace("−", "-")), abs=0.15)
    shares = written.data("measure-shares")
    if shares is not None:
        for _, part in shares.groupby("region"):
            whole = part[part["group"] == "All together"]["value"].iloc[0]
            assert part[part["group"] != "All together"]["value"].sum() == pytest.approx(whole, abs=1e-3)
    paid = written.data("annex-who-pays")
    if paid is not None:
        for _, part in paid.groupby("scenario"):
            by = part.set_index("measure")["value"]
            assert by["Both together"] == pytest.approx(by["Buyers at home"] + by["Treasury"])


# -- one thing, one size -----------------------------------------------------------------------------------------------
def test_one_thing_has_one_size(written: Written) -> None:
    year = written.dossier.as_of.year
    ways = written.data("annex-ways-on")
    assert ways is not None
    ways = ways[ways["unit"] != "%"]
    assert set(ways["unit"]) == {f"billion USD of {year} a year"}
    for code in [p.region for p in written.dossier.parties]:
        own = written.data(f"indicators-{code.lower()}")
        assert own is not None
        worth = own[own["measure"] == "worth"].set_index("scenario")
        assert set(worth["unit"]) == {f"billion USD of {year} a year"}
        for _, row in ways[ways["region"] == code].iterrows():
            assert row["value"] == pytest.approx(worth.loc[row["scenario"], "value"])
    world = written.data("world")
    assert world is not None
    together = world[(world["measure"] == "Worth") & (world["scenario"] == written.worst)]["value"].iloc[0]
    assert ways[(ways["region"] == "WORLD") & (ways["scenario"] == written.worst)]["value"].iloc[0] == pytest.approx(together)


def test_trade_that_moves_has_one_size(written: Written) -> None:
    takers = written.data("annex-takers")
    if takers is None:
        return
    buyer = takers["buyer"].iloc[0]
    moved = takers[takers["measure"] == "change of goods sold"].set_index("region")["value"] / 1e3
    there = written.data(f"diversion-{buyer.lower()}")
    assert there is not None
    assert moved.to_dict() == pytest.approx(there.set_index("origin")["value"].drop(buyer).to_dict())
    for b in written.dossier.bystanders:
        line = re.search(rf"^- \*\*{re.escape(region_name(b.region))}\.\*\* Sells (.*?) a year", written.annex, re.M)
        if line is not None and b.region in moved.index and abs(moved[b.region]) >= 1e-4:
            assert plain(money(1e3 * abs(moved[b.region]))) in line[1]


def test_payoffs_name_what_they_are_measured_against(written: Written) -> None:
    payoffs = written.data("payoffs")
    if payoffs is None:
        return
    (base,) = set(payoffs["relative_to"])
    assert f"Payoffs are points of real income a year against {base}" in written.texts["companion"]


# -- references and counts ---------------------------------------------------------------------------------------------
def test_every_section_named_is_there(written: Written) -> None:
    for text in (written.annex, written.texts["companion"]):
        there = {int(n) for n in re.findall(r"^## (\d+)\. ", "\n## 1. " + text, re.M)}
        assert "§" not in re.sub(r"U\.S\.C\. §|§\s?\d", "", text)
        assert {int(n) for n in re.findall(r"[Ss]ections? (\d+)\b(?! duties| duty)", text) if int(n) < 200} <= there


def test_ways_on_are_counted_alike(written: Written) -> None:
    income = written.data("scenario-real-income")
    assert income is not None
    listed = {s.id for s in written.dossier.scenarios} - {"status-quo"}
    for text in written.texts.values():
        assert {int(n) for n in re.findall(r"\b(\d+) ways on\b", text)} <= {len(listed)}


@pytest.mark.parametrize("name", list_dossiers())
def test_a_dossier_does_not_count_its_ways_on(name: str) -> None:
    assert not re.search(r"\b(two|three|four|five|six|seven|\d+) (ways|scenarios)\b", load_dossier(name).summary)


def test_measures_are_counted_as_in_their_table(written: Written) -> None:
    table = written.data("measures-status")
    assert table is not None
    said = r"the dossier counts (\d+) measures?: (.*?)\.(?: Of those in force, (\d+))?"
    told = re.search(said, written.texts["companion"])
    assert told is not None
    listed = {what.replace(" ", "_"): int(n) for n, what in re.findall(r"(\d+) ([a-z ]+?)(?:,| and|$)", told[2])}
    assert listed == table["status"].value_counts().to_dict()
    assert int(told[1]) == len(table) == sum(listed.values())
    left_out = table[(table["status"] == "in_force") & ~table["modelled"].astype(bool)]
    assert int(told[3] or 0) == len(left_out)
