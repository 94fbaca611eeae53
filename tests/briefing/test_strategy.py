"""How far it could go and what each side would do: figures that add up, words that follow the tables, odds with ranges."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detente import words as text
from detente.briefing import report
from detente.briefing.document import Heading, Para, Table
from detente.briefing.sections import closing, outlook, proposal as agenda, rules, scale, standoffs, strategy
from detente.briefing.sections.chokepoints import SHOWN
from detente.briefing.view import CaseView
from detente.equilibrium.solve import solve
from detente.policy.dossier import load_dossier, parse_dossier
from detente.policy.instruments import Policy
from detente.strategy.regimes import regimes

STANCES = """
    stances:
      - {stance: ease, title: Eases, changes: [{withdraw: OWN}], sources: [first]}
      - {stance: hold, title: Holds, sources: [first]}
      - {stance: escalate, title: Escalates, changes: [{measure: UP, set: {rate_pct: 40}}], sources: [first]}
"""


@pytest.fixture(scope="module")
def case(run: Any, dossier_text: str) -> CaseView:
    """The toy case with three stances a party."""
    own = dossier_text.replace('    stances: [{stance: hold, title: "Leaves | it", sources: [first]}]\n', "")
    usa, chn = (STANCES.replace("OWN", x).replace("UP", x) for x in ("ten", "answer"))
    own = own.replace("  - region: USA\n", "  - region: USA" + usa).replace("  - region: CHN\n", "  - region: CHN" + chn)
    return report.solve_case(parse_dossier(own, "stances.yaml"), run.world)


def frame(case: CaseView, stem: str) -> pd.DataFrame:
    return next(f.frame for f in case.shelf.files if f.stem == stem)


def test_ladder_and_shares_add_up(run: Any, case: CaseView) -> None:
    sections = scale.sections(case)
    assert [s.anchor for s in sections] == ["scale"]
    ladder = frame(case, "threat-ladder").query("region == 'CHN' and measure == 'real income'")
    assert list(ladder["added_points"]) == [25, 50, 75, 100]
    assert (np.diff(ladder["value"]) < 0).all()
    usa = frame(case, "measure-shares").query("region == 'USA'").set_index("group")["value"]
    together = usa.pop("All together")
    assert usa.sum() == pytest.approx(together, abs=1e-9)
    whole = case.outcome(case.worst, against="in-force").real_income["USA"]  # the text says against the status quo
    assert together == pytest.approx(float(whole), abs=1e-9)
    parts = frame(case, "channels").query("region == 'USA'").set_index("measure")["value"]
    exact = parts["part of real income: exact"]
    assert abs(parts["part of real income: left over"]) < 0.02 * abs(exact)
    assert frame(case, "own-rates")["value"].notna().all()


def test_rate_grid_matches_solves_and_best_replies(case: CaseView) -> None:
    g = case.rates
    economy, quo = case.world.economy(), case.runs.status_quo
    choice = g.best_reply(0)
    tariffs = quo.after.tariffs.copy()
    u, c = case.i("USA"), case.i("CHN")
    j = [case.world.sectors.index(s) for s in case.goods if s != "RER"]
    values = {}
    for step in (-0.05, 0.0, 0.05):
        tariffs[c, u, j] = choice.rates[0] + step
        o = solve(economy, case.policy_of(case.standing) + Policy.from_arrays(tariffs=tariffs), case.runs.parameters)
        values[step] = float(o.relative_to(quo).real_income["USA"])
    assert values[0.0] == pytest.approx(choice.real_income["USA"], abs=2e-3)
    assert values[0.0] >= max(values[-0.05], values[0.05])
    first, second = g.nash.rates
    assert g.reply(0, second) == pytest.approx(first, abs=1e-4)
    assert g.reply(1, first) == pytest.approx(second, abs=1e-4)
    assert g.deal is not None
    assert min(g.deal.real_income[s] for s in g.sides) > 0


def test_payoffs_and_marks_agree(case: CaseView) -> None:
    s = strategy.stances_of(case)
    assert s is not None
    assert s.has_all
    table = strategy.payoff_block(s)
    data = frame(case, "payoffs")
    assert len(table.rows) == 9
    assert len(data) == 36
    for row, names in zip(table.rows, s.packages[0], strict=True):
        for column, by, party in ((2, "real income", 0), (3, "real income", 1), (4, "motives", 0), (5, "motives", 1)):
            assert row[column].text == strategy.points(s.cell(by, *names)[party])
        stable = [by for by in s.games if names in {e.cell for e in s.games[by].pure_equilibria()}]
        assert row[6].text.startswith("Stable") is bool(stable)


def test_every_chance_has_a_range_that_holds_it(case: CaseView) -> None:
    s = strategy.stances_of(case)
    assert s is not None
    blocks = standoffs.who_first(case, s.table)
    told = frame(case, "standoff").dropna(subset=["mean"])
    alone = told[told["basis"] == "at once"]
    assert len(alone) > 0
    assert alone["mean"].between(0, 1).all()
    counts = told[told["unit"] == "combinations"]
    assert (counts.groupby("model")["mean"].sum() == counts.groupby("model")["combinations"].first()).all()
    length = told[told["unit"] == "days"]
    assert (length["low"] <= length["mean"]).all()
    assert (length["mean"] <= length["high"]).all()
    odds = told[(told["unit"] == "probability") & (told["basis"] != "at once")]
    assert len(odds) > 0
    assert (odds["low"] <= odds["mean"] + 1e-12).all()
    assert (odds["mean"] <= odds["high"] + 1e-12).all()
    total = odds.groupby(["model", "basis"])["mean"].sum()
    assert total.to_numpy() == pytest.approx(1)
    tables = [b for b in blocks if isinstance(b, Table)]
    for row in tables[0].rows if tables else ():
        assert "to" in row[2].sub or "%" in row[2].sub  # each chance beside its range


def test_the_package_in_words_and_in_the_table_are_one(case: CaseView) -> None:
    s = strategy.stances_of(case)
    assert s is not None
    deal = agenda.propose(case)
    assert deal is not None
    blocks = agenda.blocks(case)
    told = " ".join(b.text for b in blocks if isinstance(b, Para))
    tables = [b for b in blocks if isinstance(b, Table)]
    assert [b.anchor for b in blocks if isinstance(b, Heading)] == ["package"]
    assert len(tables[0].rows) == len(deal.agenda.issues)
    for row, issue, level in zip(tables[0].rows, deal.agenda.issues, deal.levels, strict=True):
        assert row[2].text == issue.levels[level].label
        assert row[2].strong == (level != issue.standing)
        assert (issue.words(level) in told) == (level != issue.standing)
    if deal.status == "no deal":
        assert "No signable package" in told
        return
    gains = frame(case, "package-gains")
    for party in deal.parties:
        row = gains.query("region == @party and unit == '%'").iloc[0]
        assert row["low"] <= row["value"] <= row["high"]
        assert text.percent(row["value"], signed=True) in told
        assert text.money(float(deal.by_region()["million USD a year"][party]), signed=True) in told
    motives = gains.query("unit == 'points'").set_index("region")["value"]
    assert (motives > 0).all()
    assert "annex" in blocks[-2].text  # what the annex shows is not shown again
    lost = deal.bystanders()["million USD a year"]
    assert ("Most is lost by" in told) == (lost.iloc[0] < 0)
    assert ("nobody else gains" in told) == (lost.iloc[-1] <= 0)


def test_rules_are_told_as_computed(case: CaseView) -> None:
    blocks = rules.blocks(case)
    told = " ".join(b.text for b in blocks if isinstance(b, Para))
    data = frame(case, "regimes")
    world = data[(data["region"] == "WORLD") & (data["measure"] == "real income")].set_index("scenario")["value"]
    past = data[(data["region"] == "WORLD") & (data["measure"] == "equivalent variation")].set_index("scenario")["value"]
    assert world["free trade"] > 0 > world["no restraint"]
    assert f"free trade in goods {text.percent(world['free trade'], signed=True)}" in told
    assert text.money(past["no restraint"] - past[case.reference], signed=True) in told
    by_region = data[(data["scenario"] == "no restraint") & (data["measure"] == "real income")].set_index("region")["value"]
    losses = by_region[list(case.world.regions)].sort_values()
    worst = [
        c for c in losses.index if text.percent(losses[c]) == text.percent(losses.iloc[0])
    ]  # who print alike lose most together
    who = text.capital(text.join(text.name(c) for c in sorted(worst, key=lambda c: (losses[c], c))))
    assert f"{who} lose most ({text.percent(losses.iloc[0])} each)" in told
    assert len(worst) > 1
    spent = data[data["measure"] == "equivalent variation"]
    regions = spent[spent["region"].isin(case.world.regions)].groupby("scenario")["value"].sum()
    assert regions.to_dict() == pytest.approx(past.to_dict(), rel=1e-9)


def test_duties_without_rules_are_told_to_fall_with_time(case: CaseView, monkeypatch: pytest.MonkeyPatch) -> None:
    """They do: what serves best at twelve months is far above what serves best at thirty-six."""
    table = rules.worth_of_rules(case)
    for month, soon in ((12.0, True), (36.0, False)):
        monkeypatch.setitem(case.__dict__, "month", month)
        assert ("buyers have hardly turned elsewhere" in rules.story(case, table)) is soon
    early, late = (regimes(case.economy, detail="region", method="differences", horizon=f"month {m}") for m in (12, 36))
    assert early.mean_rates()["nash"] > 1.5 * late.mean_rates()["nash"]


def test_without_stances_it_says_so(run: Any) -> None:
    assert "there is no payoff table" in run.html
    assert 'id="tab-payoffs"' not in run.html
    assert 'id="package"' in run.html
    assert 'id="rules"' in run.html


def test_chokepoint_is_told_month_by_month(run: Any) -> None:
    rows = pd.read_csv(run.briefing.data / "chokepoint-real-income.csv").query("region == 'USA'").set_index("months")
    data = rows["value"]
    assert list(data.index) == list(SHOWN)
    assert data.abs().max() == pytest.approx(0, abs=1e-6)  # so small a cut leaves stocks for more than three years
    assert (rows["low"] <= data).all()
    assert (data <= rows["high"]).all()
    assert "Nothing is lost while stocks last" in run.html
    assert "after 12 months" in run.html
    assert "hadow price" not in run.html
    why = pd.read_csv(run.briefing.data / "chokepoint-mechanism.csv")
    exact = why[why["measure"].str.endswith("exact")].set_index("months")["value"]
    second = why[why["measure"].str.endswith("second order")].set_index("months")["value"]
    assert abs(exact[36] - second[36]) < abs(exact[1] - second[1])
    assert not math.isnan(exact[1])


def test_the_two_blocs_are_in_the_ledger_where_the_split_is_shown(case: CaseView, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not scale.splits(case)  # the toy world has nobody for ideas to come from
    assert scale.split(case) == []
    assert "A67" not in closing.used_assumptions(case)
    monkeypatch.setattr(scale, "splits", lambda _: True)
    assert "A67" in closing.used_assumptions(case)


@pytest.mark.parametrize(("levies", "says"), [(True, "duties above the rate"), (False, "what it would take back costs it more")])
def test_the_reason_for_easing_is_a_duty_only_where_there_is_one(levies: bool, says: str) -> None:
    told = text.say(
        "briefing/sections/strategy", "reading",
        rounds=[], wasted=None, mixed=0, one="JPN", two="KOR", eased=-0.003, held=-0.004, levies=levies,
    )  # fmt: skip
    assert says in told
    assert ("duties" in told) is levies


@pytest.mark.parametrize(
    ("gaps", "faster", "says"),
    [
        ([2.6, 3.2], True, "stays at about 3 points of duty."),
        ([0.9, 1.2], True, "it hardly changes, and what passing goods through would save stays at about 1 point of duty"),
        ([3.0, 31.0], True, "goes from 3 to 31 points of duty: the reason to pass through grows more than the trade."),
        ([9.0, 4.0], True, "falls from 9 to 4 points of duty: the reason to pass through does not grow more than the trade."),
    ],
)
def test_what_passing_through_would_save_is_compared_as_printed(gaps: list[float], faster: bool, says: str) -> None:
    told = text.say(
        "briefing/sections/bystanders", "answer",
        case=SimpleNamespace(a="EU27", b="CHN"), label="Tit for tat", sold=9e4, before=9e3,
        after=8.999e3 if gaps[1] < 2 else 8e3, share=60.0, top=["USA", "JPN"], gaps=gaps, faster=faster,
    )  # fmt: skip
    assert says in told


def test_assumptions_about_a_record_are_listed_only_where_one_is_used() -> None:
    with_record = load_dossier("kuala-lumpur-2025").prospects
    assert with_record is not None
    assert with_record.record is not None
    assert {"A50", "A51"} <= set(outlook.assumptions(with_record))
    assert not {"A50", "A51"} & set(outlook.assumptions(with_record.model_copy(update={"record": None})))
