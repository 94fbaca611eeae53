"""The builder of base rates on small inputs: survival, quiet, codes refused, totals checked, the same bytes twice."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from detente.build.base_rates import (
    _agree,
    classes,
    main,
    quiet,
    read_disputes,
    read_ties,
    sender_of,
    survival,
    target_of,
    threats,
)
from detente.errors import SourceError

CASES = [  # start, end, sender, target, threat, imposed, imposed in, outcome, commitment
    (1980, 1982, 2, 740, 1, 1, "1981", 10, 3),
    (1985, 1985, 740, 2, 1, 0, "", 5, 2),
    (1988, None, 2, 740, 1, 1, "1989, early", None, 1),
    (1990, 1991, 2, 20, 1, 0, "", 3, 2),
    (1992, 1993, 1000, 2, 1, 0, "", 1, None),
    (1994, 1995, None, 713, 0, 1, "1994", 7, None),
]
HEAD = (
    "startyear", "endyear", "sender1", "targetstate", "threat", "imposition",
    "sancimpositionstartyear", "finaloutcome", "scommit",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    raw = pd.DataFrame(CASES, columns=list(HEAD))
    raw["primarysender"] = raw["sender1"]
    raw.to_csv(tmp_path / "ties_v4_trade_practice_cases_1946_2005.csv", index=False)
    pd.DataFrame(
        {
            "complainant": ["UNITED STATES", "MEXICO; CANADA", "CHINA", "PERU; UNITED STATES"],
            "respondent": ["China", "European Union", "United States", "European Communities"],
            "year": [2006, 2009, 2011, 2016],
            "outcome_group": [
                "settled_or_withdrawn", "in_consultations_no_panel", "implementation_notified", "panel_or_appeal_pending",
            ],
        }
    ).to_csv(tmp_path / "wto_disputes_1995_2018_status_2019-03.csv", index=False)  # fmt: skip
    return tmp_path


def test_survival_by_hand() -> None:
    found = survival([1, 1, 2, 3, 3, 0], [True, False, True, True, False, False])
    assert found["at_risk"].tolist() == [5, 3, 2]
    assert found["held"].tolist() == pytest.approx([4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3 / 2])
    greenwood = 1 / (5 * 4) + 1 / (3 * 2) + 1 / (2 * 1)
    assert found["error"].iloc[-1] == pytest.approx(found["held"].iloc[-1] * greenwood**0.5)


def test_cases_are_read_with_names(folder: Path) -> None:
    ties = read_ties(folder)
    assert ties["from"].tolist() == ["USA", "JPN", "USA", "USA", "EU27", ""]
    assert ties["on"].tolist() == ["JPN", "USA", "JPN", "CAN", "USA", "713"]
    assert ties["imposed_in"].tolist() == [1981, 1985, 1989, 1990, 1992, 1994]
    assert ties["stakes"].tolist()[:2] == ["strong commitment", "moderate commitment"]
    wto = read_disputes(folder)
    assert wto["from"].tolist() == ["USA", "MEX", "CHN", "USA"]
    assert [sender_of(c) for c in ("USA", "FRA", "CHN", "", "713")] == ["USA", "EU", "CHN", "other", "other"]
    assert [target_of(c) for c in ("USA", "SWE", "CHN", "BRA", "713")] == ["USA", "large", "CHN", "large", "small"]


def test_quiet_begins_with_a_settlement_and_ends_with_a_sanction(folder: Path) -> None:
    found = quiet(read_ties(folder)).set_index("pair")
    # Japan and the United States: settled 1982 and again 1985 (no new spell); the sanction of 1989 ends it
    assert found.loc["JPN USA", ["start", "years", "ended"]].tolist() == [1982, 7, True]
    assert found.loc["EU27 USA", ["start", "years", "ended"]].tolist() == [1993, 12, False]
    assert list(found.index) == ["EU27 USA", "JPN USA"]


def test_sums_by_class(folder: Path) -> None:
    found = classes(read_ties(folder), read_disputes(folder)).set_index(["kind", "class", "outcome"])
    assert found.loc[("threat", "USA-large", "carried-out"), ["pairs", "size", "size_squared", "seen", "spread"]].tolist() == [
        2,
        3,
        5,
        2,
        2,
    ]
    assert found.loc[("truce", "USA-large", "ended"), "size"] == pytest.approx(365.25 * 19)
    assert found.loc[("talks", "USA-large", "agreed"), ["pairs", "size", "seen"]].tolist() == [1, 2, 1]


def test_a_code_nobody_knows_is_refused(folder: Path) -> None:
    path = folder / "ties_v4_trade_practice_cases_1946_2005.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",10.0,3.0", ",12.0,3.0"), encoding="utf-8")
    with pytest.raises(SourceError, match="12"):
        read_ties(folder)
    path = folder / "wto_disputes_1995_2018_status_2019-03.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("panel_or_appeal_pending", "lost"), encoding="utf-8")
    with pytest.raises(SourceError, match="lost"):
        read_disputes(folder)


def test_counts_that_differ_from_the_published_ones_are_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="3 there and 4 by our count"):
        _agree("ties-totals", "all", {"threats": 4}, {"threats": 3})
    with pytest.raises(SourceError, match="no file"):
        threats(folder, read_ties(folder))
    assert main(["one"]) == 2
