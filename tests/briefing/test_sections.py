"""Sections of unlike dossiers: with and without a host, its group, a population, a threat, rare earths; words follow the data."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
import pytest

from detente.briefing import report
from detente.briefing.document import Figure, Heading, Items, Number, Numbers, Para, Section, Table
from detente.briefing.sections import economies, households, scenarios, situation, summary, trade
from detente.briefing.view import CaseView
from detente.policy.dossier import parse_dossier
from detente.policy.measures import InstrumentKind
from detente.words import TINY, capital, count, day, fixed, label, money, name, percent, short_name
from detente.words.names import sector_name
from detente.world import World
from detente.world.library import load_world
from small_future import small_future

PARTS = (summary, situation, scenarios, economies, trade, households)


class Written(NamedTuple):
    """A case and what the sections of this room say of it."""

    case: CaseView
    sections: list[Section]

    @property
    def blocks(self) -> Iterator[Any]:
        return (b for s in self.sections for b in s.blocks)

    def block(self, id: str) -> Any:
        return next(b for b in self.blocks if getattr(b, "id", getattr(b, "anchor", None)) == id)

    def data(self, stem: str) -> pd.DataFrame:
        return next(f.frame for f in self.case.shelf.files if f.stem == stem)

    @property
    def said(self) -> list[str]:
        """Every sentence, title and note."""
        found: list[str] = []
        for b in self.blocks:
            match b:
                case Para() | Heading():
                    found.append(b.text)
                case Items():
                    found += [p.text for p in b.items]
                case Table() | Figure():
                    found += [b.title, b.subtitle, b.note]
                case Numbers():
                    found += [n.detail for n in b.items]
        return found


def without_magnets(text: str) -> str:
    start, end = text.index("  - {id: magnets"), text.index("  - {id: gone")
    return (text[:start] + text[end:]).replace(", {withdraw: magnets}", "")


CHANGES: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda d: d,
    "no host": lambda d: d.replace("venue: {region: MYS", "venue: {region: USA"),
    "host without a group": lambda d: d.replace("venue: {region: MYS", "venue: {region: PAK"),
    "no rare earths cut": without_magnets,
    "nothing threatened happens": lambda d: d.replace("[{measure: hundred, carry_out: true}]", "[{withdraw: answer}]"),
}
KINDS = (*CHANGES, "small future")


@pytest.fixture(scope="module", params=KINDS)
def written(request: Any, run: Any, dossier_text: str) -> Written:
    kind: str = request.param
    if kind == "small future":
        case = report.solve_case(small_future(), load_world("toy"))
    else:
        world: World = run.world
        if kind == "host without a group":
            world = dataclasses.replace(world, extras={})
        case = report.solve_case(parse_dossier(CHANGES[kind](dossier_text), "changed.yaml"), world)
    return Written(case, [s for part in PARTS for s in part.sections(case)])


# -- what holds for all ------------------------------------------------------------------------------------------------
def test_every_text_is_one_paragraph_of_whole_words(written: Written) -> None:
    for text in written.said:
        assert text == text.strip()
        assert "\n" not in text
        assert "  " not in text
        assert not re.search(r" [.,;:)]|\( |{{|}}|{%| None\b|\bnan\b|Undefined", text), text
        assert not re.search(r"\bby in\b|, ,|\.\.|;;", text), text


def test_every_table_and_figure_names_a_file_that_is_there(written: Written) -> None:
    stems = {f"{f.stem}.csv" for f in written.case.shelf.files}
    shown = [b for b in written.blocks if isinstance(b, (Table, Figure))]
    assert len(shown) >= 15
    for b in shown:
        assert b.csv in stems
        assert f"data/{b.csv}" in b.note
        assert b.title
        assert b.subtitle


def test_every_row_of_a_table_has_all_its_columns(written: Written) -> None:
    for b in written.blocks:
        if isinstance(b, Table):
            assert {len(row) for row in b.rows} <= {len(b.columns)}, b.id


def test_anchors_are_given_once(written: Written) -> None:
    anchors = [s.anchor for s in written.sections] + [b.anchor for b in written.blocks if isinstance(b, Heading)]
    assert len(anchors) == len(set(anchors))


# -- what depends on who is there ---------------------------------------------------------------------------------------
def test_the_host_is_spoken_of_where_there_is_one(written: Written) -> None:
    case = written.case
    anchors = {b.anchor for b in written.blocks if isinstance(b, Heading)}
    figures = {b.id for b in written.blocks if isinstance(b, Figure)}
    lede = written.sections[0].blocks[0].text
    if case.host is None:
        assert "the host" not in lede
        assert not any(f.stem == "exposure-host" for f in case.shelf.files)
    else:
        assert f"In {name(case.host)}, the host, it" in lede
        assert f"for-{case.host.lower()}" in anchors
        shares = written.data("exposure-host").set_index(["partner", "measure"])["value"]
        told = situation.exposure_sentence(case, case.host)
        for (_, _), share in shares.items():
            assert percent(share) in told
    assert (f"fig-{(case.group or 'none').lower()}" in figures) == (case.group is not None)


def test_a_gain_of_the_host_is_qualified(written: Written) -> None:
    case = written.case
    if case.host is not None:
        gain = case.income(case.host, case.worst).value >= TINY
        assert any("section §diversion" in t for t in written.said) == gain


def test_worth_a_head_needs_heads(written: Written) -> None:
    known = written.case.population is not None
    table = written.block("tab-households")
    assert any(c.title.startswith("Per person") for c in table.columns) == known
    assert ("Per person" in table.note) == known
    assert any("per person and year" in t for t in written.said) == known


def test_rare_earths_are_told_where_the_world_has_them_and_somebody_controls_them(written: Written) -> None:
    anchors = {b.anchor for b in written.blocks if isinstance(b, Heading)}
    held = [m for m in written.case.dossier.measures if m.instrument is InstrumentKind.EXPORT_CONTROL]
    controlled = any("RER" in m.named_sectors() for m in held)
    assert ("rare-earths" in anchors) == ("RER" in written.case.world.sectors and controlled)


# -- words follow numbers ----------------------------------------------------------------------------------------------
def test_the_summary_holds_five_figures_and_their_data(written: Written) -> None:
    numbers: tuple[Number, ...] = next(b for b in written.blocks if isinstance(b, Numbers)).items
    data = written.data("summary-numbers")
    assert [n.value for n in numbers] == [percent(v, signed=True) for v in data["value"]]
    assert [n.what for n in numbers] == [capital(w) for w in data["measure"]]
    lead = summary.shown_first(written.case)
    told = f"in “{written.case.label(lead)}”"
    assert [told in n.detail for n in numbers] == [s == lead for s in data["scenario"]]


def test_the_count_of_measures_adds_up(written: Written) -> None:
    lead = written.sections[1].blocks[0].text
    d = written.case.dossier
    assert lead.startswith(f"On {day(d.as_of)} the dossier counts {count(len(d.measures), 'measure')}:")
    assert sum(int(n) for n in re.findall(r"(\d+) [a-z]", lead.split(":")[1].split(".")[0])) == len(d.measures)
    data = written.data("measures-status")
    assert set(data["id"]) == {m.id for m in d.measures}
    shown = written.block("tab-status")
    others = len(d.measures) - len(shown.rows)
    assert f"{count(others, 'other measure')} (" in shown.note
    assert len(situation.status_table(written.case, rest=True).rows) == others


def test_deadlines_are_counted_from_the_day_of_the_dossier(written: Written) -> None:
    table, data = written.block("tab-deadlines"), written.data("deadlines")
    assert [row[1].text for row in table.rows] == [str(n) for n in data["days_left"]]
    assert [row[3].text for row in table.rows] == list(data["what"])
    assert all(
        (when - written.case.dossier.as_of).days == left for when, left in zip(data["date"], data["days_left"], strict=True)
    )


def test_income_by_scenario_is_what_the_data_say(written: Written) -> None:
    table, data = written.block("tab-income"), written.data("scenario-real-income")
    kept = data.pivot_table(index="region", columns="scenario", values="value", sort=False)
    order = ["status-quo", *written.case.ids]
    for row, code in zip(table.rows, scenarios.table_regions(written.case), strict=True):
        assert row[0].text == capital(short_name(code))
        assert [c.text for c in row[1:]] == [fixed(kept.loc[code, s], 2, signed=True) for s in order]


def test_the_lead_of_the_scenarios_gives_both_ends(written: Written) -> None:
    lead = written.sections[4].blocks[0].text
    for code in written.case.focus:
        values = [written.case.income(code, s).value for s in written.case.ids]
        assert f"{name(code)} between {percent(min(values), signed=True)} (" in lead
        assert f"and {percent(max(values), signed=True)} (" in lead


def test_average_duties_stand_in_the_order_of_their_states(written: Written) -> None:
    table, data = written.block("tab-duties"), written.data("duties")
    states = ["reference", "status-quo", *written.case.ids]
    assert list(data["scenario"]) == states * len(table.rows)
    assert [c.text for row in table.rows for c in row[1:]] == [fixed(v, 1) for v in data["value"]]


def test_a_dash_on_the_path_is_explained(written: Written) -> None:
    table = written.block("tab-path")
    dash = any(c.text == "–" for row in table.rows for c in row)
    assert ("A dash: no answer that can be believed" in table.note) == dash


def test_the_map_counts_who_loses(written: Written) -> None:
    case, title = written.case, written.block("fig-map").title
    lost = {s: int((case.outcome(s).real_income <= -TINY).sum()) for s in case.ids}
    assert title.startswith(f"“{case.label(case.worst)}” lowers")
    assert f"in {lost[case.worst]} of {len(case.world.regions)} economies" in title
    assert len(written.data("map-real-income")) == len(case.world.regions) * (1 + len(case.ids))


def test_indicators_are_told_with_their_units(written: Written) -> None:
    for code in written.case.parties[:2]:
        table, data = written.block(f"tab-indicators-{code.lower()}"), written.data(f"indicators-{code.lower()}")
        first = data.drop_duplicates("measure")
        assert [(r[0].text.lower(), r[0].sub) for r in table.rows] == list(zip(first["measure"], first["unit"], strict=True))
        assert set(data["scenario"]) == {"status-quo", *written.case.ids}
        assert (data["low"] <= data["value"]).all()
        assert (data["value"] <= data["high"]).all()


def test_trade_with_partners_is_before_and_after(written: Written) -> None:
    code = written.case.a
    table, data = written.block(f"tab-partners-{code.lower()}"), written.data(f"partners-{code.lower()}")
    for k, row in enumerate(table.rows):
        out, into = data.iloc[2 * k], data.iloc[2 * k + 1]
        assert (out["measure"], into["measure"]) == ("goods exports", "goods imports")
        shown = [c.text for c in row]
        assert shown[0] == capital(short_name(out["partner"]))
        assert shown[1:4] == [fixed(out["before"] / 1e3, 1), fixed(out["after"] / 1e3, 1), fixed(out["change"], 0, signed=True)]
        assert shown[4:] == [fixed(into["before"] / 1e3, 1), fixed(into["after"] / 1e3, 1), fixed(into["change"], 0, signed=True)]


def test_gains_and_losses_of_the_world_add_up(written: Written) -> None:
    data = written.data("world")
    for _, part in data.groupby("scenario"):
        by = part.set_index("measure")["value"]
        assert by["Worth"] == pytest.approx(by["Losses of those who lose"] + by["Gains of those who gain"], abs=1e-6)
    case = written.case
    change = case.outcome(case.worst).equivalent_variation * [case.in_dollars(r) for r in case.world.regions]
    lead = next(t for t in written.said if "The losers together lose" in t)
    assert money(-float(change.clip(upper=0).sum())) in lead
    assert money(float(change.clip(lower=0).sum())) in lead


def test_third_economies_are_counted_by_their_sign(written: Written) -> None:
    case = written.case
    if not case.third:
        return
    values = [case.income(r, case.worst).value for r in case.third]
    up, down = sum(v >= TINY for v in values), sum(v <= -TINY for v in values)
    gain = f"{up or 'no'} third {'economy gains' if up == 1 else 'economies gain'}"
    assert f"{gain}, {down or 'none'} {'loses' if down <= 1 else 'lose'}" in written.block("fig-third").title
    assert any(f"Of {len(values)} other economies and groups, {up} gain, {down} lose and" in t for t in written.said)


def test_diversion_is_told_with_its_sign(written: Written) -> None:
    case = written.case
    for buyer, rival in ((case.a, case.b), (case.b, case.a)):
        data = written.data(f"diversion-{buyer.lower()}").set_index("origin")["value"]
        told = next(t for t in written.said if f"{name(rival)} sells " in t and f" to {name(buyer)}." in t)
        lost = float(data[rival])
        assert f"{money(abs(lost) * 1e3)} a year {'less' if lost < 0 else 'more'} to" in told
        assert list(data.index) == list(case.world.regions)
        assert label(rival) in written.block(f"fig-diversion-{buyer.lower()}").alt


def test_the_price_in_the_title_is_the_first_of_the_chart(written: Written) -> None:
    code = written.case.a
    data = written.data(f"prices-{code.lower()}")
    worst = data[data["scenario"] == written.case.worst].set_index("sector")["value"]
    top = worst.idxmax()
    assert f"the price of {sector_name(str(top))} " in written.block(f"fig-prices-{code.lower()}").title


def test_work_that_moves_is_in_the_sentence(written: Written) -> None:
    data = written.data("jobs-moved")
    told = next(t for t in written.said if "the work that changes sector is" in t)
    for region, value in zip(data["region"], data["value"], strict=True):
        assert f"{percent(value)} in {name(region)}" in told


def test_the_headline_holds_the_answer(written: Written) -> None:
    case = written.case
    found = summary.headline(case)
    assert found["answer"] == written.sections[0].blocks[0].text
    assert list(found["real_income"]) == list(case.focus)
    for code, by in found["real_income"].items():
        assert list(by) == ["status-quo", *case.ids]
        assert by[case.worst]["value"] == pytest.approx(case.income(code, case.worst).value, rel=1e-7)
