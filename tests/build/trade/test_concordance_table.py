"""The table of concordances, made of a handful of goods whose counterparts were worked out by hand."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from detente.build.trade.concordance_table import isic_of, table
from detente.errors import SourceError

CAR, OLD, SMALL, LARGE, TOMATO, SCRAP = "870310", "870320", "870321", "870322", "070200", "720410"
STANDS = {CAR: range(7), OLD: range(3), SMALL: range(3, 7), LARGE: range(3, 7), TOMATO: range(7), SCRAP: range(7)}
"""Editions of HS: the old heading was split in that of 2007."""
FINEST = {
    "isic3": ("ISIC3_4d", {CAR: ["3410"], OLD: ["3410"], SMALL: ["3410"], LARGE: ["3410"], TOMATO: ["0112", "1513"]}),
    "naics": (
        "NAICS_6d",
        {CAR: ["336111"], OLD: ["33611X"], SMALL: ["336111", "336112", "336390"], LARGE: ["336112", "336300"],
         TOMATO: ["111211"], SCRAP: ["910000"]},
    ),
    "sitc4": (
        "SITC4_5d",
        {CAR: ["78120"], OLD: ["78120"], SMALL: ["78120"], LARGE: ["78120", "78430"], TOMATO: ["05440"], SCRAP: ["28210"]},
    ),
    "bec4": ("BEC4_3d", {CAR: ["510"], OLD: ["510"], SMALL: ["510"], LARGE: ["510"], TOMATO: ["112"], SCRAP: ["220"]}),
}  # fmt: skip
WIDER = {("isic3", LARGE, 3): ["3410", "3430"], ("bec4", SMALL, 6): ["510", "530"]}
"""What one edition alone names: the edition with the fewest counterparts counts."""
OTHERS = {
    "isic4_isic3": (("ISIC4_4d", "ISIC3_4d"), [("2910", "3410"), ("2930", "3430"), ("0113", "0112"), ("1030", "1513"),
                                               ("1104", "1513")]),
    "naics2017_isic4": (("NAICS2017_6d", "ISIC4_4d"), [("336111", "2910"), ("336112", "2910"), ("336120", "2910"),
                                                       ("336390", "2930"), ("111219", "0113"), ("311421", "1030"),
                                                       ("31142X", "1030"), ("922120", "")]),
    "naics2007_naics2002": (("NAICS2007_6d", "NAICS2002_6d"), [("111215", "111211")]),
    "naics2012_naics2007": (("NAICS2012_6d", "NAICS2007_6d"), [("111217", "111215")]),
    "naics2017_naics2012": (("NAICS2017_6d", "NAICS2012_6d"), [("111219", "111217"), ("336390", "336300"), ("336310", "336300")]),
}  # fmt: skip


def put(path: Path, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, (column, pairs) in FINEST.items():
        for k in range(7):
            here = {c: WIDER.get((name, c, k), pairs.get(c, [""])) for c, where in STANDS.items() if k in where}
            rows = [(code, to, code[:4], to[:3]) for code, several in here.items() for to in several]
            head = (f"HS{k}_6d", column, f"HS{k}_4d", f"{column[:-2]}3d")
            put(tmp_path / f"hs{k}_{name}.csv", head, [*rows, ("total", "9999", "", "")])
    for name, (columns, pairs) in OTHERS.items():
        put(tmp_path / f"{name}.csv", columns, pairs)
    return tmp_path


def read(text: str) -> dict[tuple[str, str], dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in csv.DictReader(lines):
        found.setdefault((row["source"], row["target"]), {})[row["prefix"]] = row["codes"]
    return found


def longest(rows: Mapping[str, str], code: str) -> str:
    return next(rows[code[:n]] for n in range(6, 1, -1) if code[:n] in rows)


def test_every_code_has_the_counterparts_worked_out_by_hand(sources: Path) -> None:
    found = read(table(sources))
    by_hand = {
        "NAICS2017": {CAR: "3361", OLD: "3361", SMALL: "3361:2 3363:1", LARGE: "3361 3363", TOMATO: "1112", SCRAP: ""},
        "ISIC4": {CAR: "291", OLD: "291", SMALL: "291", LARGE: "291", TOMATO: "011", SCRAP: ""},
        "SITC4": {CAR: "781", OLD: "781", SMALL: "781", LARGE: "781 784", TOMATO: "054", SCRAP: "282"},
        "BEC4": {CAR: "51", OLD: "51", SMALL: "51", LARGE: "51", TOMATO: "112", SCRAP: "22"},
    }
    for target, codes in by_hand.items():
        assert {code: longest(found["HS", target], code) for code in STANDS} == codes, target
    assert set(found) == {*(("HS", t) for t in ("editions", *by_hand)), ("NAICS2017", "ISIC4")}


def test_a_split_heading_is_told_by_editions(sources: Path) -> None:
    assert read(table(sources))["HS", "editions"] == {
        "0702": "0123456=00",
        "7204": "0123456=10",
        "8703": "012=20 0123456=10 3456=21.22",
    }


def test_industries_of_the_census_are_counted(sources: Path) -> None:
    """Each of six digits once; one without a class, or whose code is none, not at all."""
    assert read(table(sources))["NAICS2017", "ISIC4"] == {
        "1112": "011:1", "3114": "103:1", "3361": "291:3", "3363": "293:1",
    }  # fmt: skip


def test_the_classes_that_most_routes_name_are_kept() -> None:
    assert isic_of(TOMATO, ["0113", "1030", "1104"], ["0113"]) == {"011": 1}  # a vegetable is no drink
    assert isic_of(CAR, ["2910", "3011"], ["2910", "2920"]) == {"291": 1}  # all three against two and one
    assert isic_of(CAR, ["3011"], []) == {"301": 1}  # one alone, for want of better
    assert isic_of("980000", ["2910"], ["2910", "3011"]) == {"291": 1}  # no sector of ours
    assert isic_of(CAR, ["2910", "2920", "2930"], []) == Counter({"291": 1, "292": 1, "293": 1})
    assert isic_of("732510", ["2431", "2432"], ["2431"]) == {"2431": 1}  # casting by its metal
    assert isic_of(CAR, [], []) == {}


@pytest.mark.parametrize("name", ["hs3_bec4", "isic4_isic3", "naics2012_naics2007"])
def test_a_table_that_is_not_there_is_named(sources: Path, name: str) -> None:
    (sources / f"{name}.csv").unlink()
    with pytest.raises(SourceError, match=f"{name}.csv"):
        table(sources)


@pytest.mark.parametrize(("name", "column"), [("hs5_isic3", "ISIC3_4d"), ("naics2017_isic4", "NAICS2017_6d")])
def test_a_column_that_is_not_there_is_named(sources: Path, name: str, column: str) -> None:
    path = sources / f"{name}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(column, "code").replace("ISIC3_3d", "group"), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"(?s){name}.csv.*{column}"):
        table(sources)
