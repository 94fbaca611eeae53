"""The section on who feels it at home: what it shows stands in its files, and its files add up."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
import pytest

from detente.briefing import report
from detente.briefing.document import Figure, Para, Section, Table
from detente.briefing.sections import politics
from detente.briefing.sections.proposal import propose
from detente.briefing.view import CaseView
from detente.equilibrium.memory import solved_once
from detente.strategy.politics import PACKAGE, package_outcome


class Written(NamedTuple):
    """A case whose world counts jobs, and the section."""

    case: CaseView
    section: Section

    def file(self, stem: str) -> pd.DataFrame:
        return next(f.frame for f in self.case.shelf.files if f.stem == stem)

    def blocks(self, kind: type) -> list[Any]:
        return [b for b in self.section.blocks if isinstance(b, kind)]


@pytest.fixture(scope="module")
def written(run: Any) -> Written:
    with solved_once(between_runs=True):
        case = report.solve_case(run.dossier, run.world.with_(employed=run.world.value_added / 50))
        return Written(case, politics.sections(case)[0])


def test_places_in_the_file_sum_to_the_nation(written: Written) -> None:
    frame = written.file("politics-usa")
    jobs = frame[(frame["measure"] == "jobs") & (frame["unit"] == "thousand persons")]
    for scenario, rows in jobs.groupby("scenario"):
        by_place, by_sector = (rows.loc[rows[key].notna(), "value"].sum() for key in ("place", "sector"))
        assert by_place == pytest.approx(by_sector, abs=1e-6)
        if scenario == PACKAGE:
            deal = propose(written.case)
            assert deal is not None
            outcome = package_outcome(deal)
        else:
            outcome = written.case.outcome(None if scenario == "status-quo" else str(scenario))
        assert by_sector == pytest.approx(float(outcome.jobs.loc["USA"].sum()), abs=1e-6)


def test_the_table_shows_both_ends_of_the_ranking(written: Written) -> None:
    table = next(t for t in written.blocks(Table) if t.id == "tab-politics-usa")
    assert len(table.rows) == 10
    ranks = [int(row[1].text) for row in table.rows]
    assert ranks == sorted(ranks)
    assert ranks[0] == 1
    frame = written.file("politics-usa")
    first = frame[(frame["scenario"] == written.case.worst) & (frame["unit"] == "per thousand jobs")].nlargest(1, "value")
    assert table.rows[0][0].text == first["place"].iloc[0]


def test_a_party_with_places_has_a_map_and_one_without_has_bars(written: Written) -> None:
    figures = {f.id: f for f in written.blocks(Figure)}
    assert set(figures) == {"fig-politics-usa", "fig-politics-chn"}
    assert "Change of jobs per thousand" in figures["fig-politics-usa"].subtitle
    assert "thousand persons" in figures["fig-politics-chn"].subtitle
    assert not [t for t in written.blocks(Table) if t.id == "tab-politics-chn"]


def test_a_world_that_counts_no_jobs_says_so(run: Any) -> None:
    case = report.solve_case(run.dossier, run.world)
    blocks = politics.sections(case)[0].blocks
    assert len(blocks) == 2
    assert isinstance(blocks[1], Para)
    assert "does not count how many people work" in blocks[1].text
