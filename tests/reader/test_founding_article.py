"""What the reader must find in the founding article; runs only where the article is at hand (it is not in the repository).

Its path: the environment variable DETENTE_ARTICLE, or `../shared/000_c9c75fbe9c401039.txt` beside the clone.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from test_reader_draft_filling import fill

from detente.policy.dossier import parse_dossier
from detente.policy.timing import Status
from detente.reader import Reading, read_file

ARTICLE = Path(os.environ.get("DETENTE_ARTICLE") or Path(__file__).parents[4] / "shared" / "000_c9c75fbe9c401039.txt")
pytestmark = pytest.mark.skipif(not ARTICLE.is_file(), reason="the founding article is not at hand (set DETENTE_ARTICLE)")
DAY = date(2025, 10, 18)


@pytest.fixture(scope="module")
def reading() -> Reading:
    """The article, read as of 18 October 2025."""
    return read_file(ARTICLE, DAY)


def test_the_threat_of_a_hundred_percent(reading: Reading) -> None:
    (m,) = [m for m in reading.measures if m.fields["rate_pct"] == 100]
    assert (m.fields["by"], m.fields["on"], m.fields["status"]) == ("USA", ["CHN"], "threatened")
    assert m.fields["effective"]["date"] == "2025-11-01"
    assert m.fields["expires"] is None  # 10 November is the truce's last day


def test_the_rare_earth_curbs(reading: Reading) -> None:
    curbs = [m for m in reading.measures if m.fields["instrument"] == "export_control"]
    assert [(m.fields["by"], m.fields["sectors"], m.fields["status"]) for m in curbs] == [("CHN", ["RER"], "in_force")]


def test_truce_venue_summit_and_meetings(reading: Reading) -> None:
    assert ("truce", "2025-11-10") in {(d.fields["type"], d.fields["date"]["date"]) for d in reading.deadlines}
    assert reading.venue is not None
    assert (reading.venue.fields["place"], reading.venue.fields["region"]) == ("Malaysia", "MYS")
    assert any(m.fields["name"] == "ASEAN summit" and m.fields["region"] == "MYS" for m in reading.meetings)
    both = [m for m in reading.meetings if {"Scott Bessent", "He Lifeng"} <= set(m.fields["persons"])]
    assert {m.fields["when"] for m in both} >= {"planned", "past"}


def test_scenarios_questions_and_the_figure(reading: Reading) -> None:
    assert [s.fields["label"] for s in reading.scenarios] == ["optimistic", "middle", "pessimistic"]
    assert all(len(s.fields["provisions"]) >= 5 for s in reading.scenarios)
    assert any(p["action"] == "carry_out" and p["measure"] == 0 for p in reading.scenarios[2].fields["provisions"])
    assert len(reading.questions) == 6
    (figure,) = reading.figures
    assert (figure.fields["value"], figure.fields["source"], figure.fields["scope"]) == (-7.0, "WTO", "world")


def test_motives_of_each_side(reading: Reading) -> None:
    told = [m.fields["by"] for m in reading.motives if m.confidence > 0.9]
    assert told.count("CHN") == 4
    assert told.count("USA") == 4
    assert {"MYS", "ASEAN"} <= set(told)


def test_without_a_date_the_days_stay_open() -> None:
    blind = read_file(ARTICLE)
    assert blind.article["date"] is None
    assert blind.measures[0].fields["effective"]["partial"] == "--11-01"
    assert "as_of" in {m.field for m in blind.missing}


def test_the_draft_loads_once_filled(reading: Reading) -> None:
    dossier = parse_dossier(fill(reading))
    assert Status.THREATENED in dossier.status().values()
    assert [s.id for s in dossier.scenarios] == ["optimistic", "middle", "pessimistic"]
    assert len(dossier.key_questions) == 6
    assert dossier.published[0].value == -7
    carried = [m for m in dossier.measures_in("pessimistic") if m.rate_pct == 100]
    assert not carried[0].threatened
