"""How far it could go and what each side would do: figures that add up, words that follow the tables, odds with ranges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detente.briefing import breakdown, chokepoints, report, scale, stances, standoffs, strategy, text
from detente.briefing.case import Case
from detente.briefing.document import Para, Table
from detente.equilibrium.solve import solve
from detente.policy.dossier import parse_dossier
from detente.policy.instruments import Policy

STANCES = """
    stances:
      - {stance: ease, title: Eases, changes: [{withdraw: OWN}], sources: [first]}
      - {stance: hold, title: Holds, sources: [first]}
      - {stance: escalate, title: Escalates, changes: [{measure: UP, set: {rate_pct: 40}}], sources: [first]}
"""


@pytest.fixture(scope="module")
def case(run: Any, dossier_text: str) -> Case:
    """The toy case with three stances a party."""
    own = dossier_text.replace('    stances: [{stance: hold, title: "Leaves | it", sources: [first]}]\n', "")
    usa, chn = (STANCES.replace("OWN", x).replace("UP", x) for x in ("ten", "answer"))
    own = own.replace("  - region: USA\n", "  - region: USA" + usa).replace("  - region: CHN\n", "  - region: CHN" + chn)
    return report.solve_case(parse_dossier(own, "stances.yaml"), run.world)


def frame(case: Case, stem: str) -> pd.DataFrame:
    return next(f.frame for f in case.shelf.files if f.stem == stem)


def test_ladder_and_shares_add_up(run: Any, case: Case) -> None:
    sections = scale.sections(case)
    assert [s.anchor for s in sections] == ["scale"]
    ladder = frame(case, "threat-ladder").query("region == 'CHN' and measure == 'real income'")
    assert list(ladder["added_points"]) == [25, 50, 75, 100]
    assert (np.diff(ladder["value"]) < 0).all()
    shares = frame(case, "measure-shares").query("region == 'USA'")["value"].sum()
    assert shares == pytest.approx(case.income("USA", case.worst).value, abs=1e-9)
    parts = frame(case, "channels").query("region == 'USA'").set_index("measure")["value"]
    exact = parts["part of real income: exact"]
    assert abs(parts["part of real income: left over"]) < 0.02 * abs(exact)
    assert frame(case, "own-rates")["value"].notna().all()


def test_shares_are_refused_where_a_measure_is_dropped(run: Any, case: Case) -> None:
    found, _, dropped = breakdown.groups(case)
    assert not dropped
    assert {m.id for group in found.values() for m in group} == {"hundred", "magnets", "answer"}


def test_rate_grid_matches_solves_and_best_replies(case: Case) -> None:
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


def test_payoffs_and_marks_agree(case: Case) -> None:
    s = strategy.stances_of(case)
    assert s is not None
    assert s.has_all
    table = strategy.payoff_block(s)
    data = frame(case, "payoffs")
    assert len(table.rows) == 9
    assert len(data) == 36
    for row, names in zip(table.rows, s.packages[0], strict=True):
        for column, by, party in ((2, "real income", 0), (3, "real income", 1), (4, "motives", 0), (5, "motives", 1)):
            assert row[column].text == stances.points(s.cell(by, *names)[party])
        stable = [by for by in s.games if names in {e.cell for e in s.games[by].pure_equilibria()}]
        assert row[6].text.startswith("Stable") is bool(stable)


def test_every_chance_has_a_range_that_holds_it(case: Case) -> None:
    s = strategy.stances_of(case)
    assert s is not None
    blocks = standoffs.who_first(s)
    trials = frame(case, "standoff")
    assert len(trials) == 162
    known = trials[trials["USA gives way first"].notna()]
    total = known[["USA gives way first", "CHN gives way first", "talks collapse first"]].sum(axis=1)
    assert total.to_numpy() == pytest.approx(1)
    told = " ".join(b.text for b in blocks if isinstance(b, Para))
    tables = [b for b in blocks if isinstance(b, Table)]
    if tables:
        assert told.count("(range ") >= 3
        for row, column in zip(
            tables[0].rows, ("USA gives way first", "CHN gives way first", "talks collapse first"), strict=False
        ):
            low, high = known[column].min(), known[column].max()
            middle = standoffs.contest(
                s, "motives", standoffs.RATES[1], standoffs.RISKS[1], standoffs.PRIDE[1], standoffs.YEARS[1]
            )
            value = {"USA gives way first": middle.blink[0], "CHN gives way first": middle.blink[1]}.get(column, middle.collapse)
            assert low - 1e-12 <= value <= high + 1e-12
            assert row[1].text == standoffs.chance(value)
    else:
        assert "no odds are given" in told


def test_without_stances_it_says_so(run: Any) -> None:
    assert "there is no payoff table" in run.html
    assert 'id="tab-payoffs"' not in run.html


def test_chokepoint_fades_and_is_told(run: Any) -> None:
    data = pd.read_csv(run.briefing.data / "chokepoint-real-income.csv").query("region == 'USA'").set_index("months")["value"]
    assert list(data.index) == list(chokepoints.MONTHS)
    assert abs(data[60]) < abs(data[1])
    assert f"{text.percent(data[1], signed=True)} after 1 month" in run.html
    why = pd.read_csv(run.briefing.data / "chokepoint-mechanism.csv")
    exact = why[why["measure"].str.endswith("exact")].set_index("months")["value"]
    second = why[why["measure"].str.endswith("second order")].set_index("months")["value"]
    assert exact[60] == pytest.approx(second[60], abs=0.01)
    assert not math.isnan(exact[1])
