"""`detente world`: one line from a published table to a world, checked, compared and grouped; faults in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import detente as dt
from detente.build.fetch import registry
from published import icio_rows, small, write_csv

REGIONS = ("CHN", "MYS", "USA", "ROW")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "2022_SML.csv", icio_rows(small(REGIONS, ("A01", "A02", "C24B", "C26"))))


def test_a_table_becomes_a_world_in_one_line(run, table: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "mine.npz"
    code, text, _ = run("world", "build", "--icio", str(table), "--out", str(target))
    assert code == 0
    assert "OECD ICIO, 2025 edition, 2022: 4 economies × 4 industries" in text
    assert "Grouped to 4 regions × 4 sectors." in text
    world = dt.load_world(target)
    assert (world.sectors, world.name) == (("AGR", "NFM", "RER", "ELE"), "mine")
    code, text, _ = run("world", "build", str(table), "--full", "--no-tariffs", "--out", str(target), "--json")
    assert json.loads(text)["card"]["tariffs"] == "none"
    assert dt.load_world(target).sectors == ("A01", "A02", "C24B", "C26")


def test_check_names_the_fault(run, table: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("world", "check", str(table))
    assert (code, "2022_SML.csv is sound: OECD ICIO, 2025 edition, 2022" in text) == (0, True)
    assert json.loads(run("world", "check", str(table), "--json")[1])["regions"] == 4
    lines = table.read_text().splitlines()
    (tmp_path / "2021_SML.csv").write_text("\n".join(lines[:-1]))
    code, _, told = run("world", "check", str(tmp_path / "2021_SML.csv"))
    assert (code, "has no row OUT" in told) == (2, True)
    saved = dt.load_world("toy").save(tmp_path / "toy.npz")
    assert "toy world is sound: both identities hold to" in run("world", "check", str(saved))[1]


def test_compare_and_aggregate(run, table: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    target, groups = tmp_path / "mine.npz", tmp_path / "groups.yaml"
    run("world", "build", str(table), "--out", str(target))
    code, text, _ = run("world", "compare", str(target), "--pairs", "2")
    assert (code, "4 regions and 4 sectors are in both." in text) == (0, True)
    found = json.loads(run("world", "compare", str(target), str(target), "--json")[1])
    assert {m["weighted gap, %"] for m in found["margins"]} == {0.0}
    groups.write_text("regions: {ASIA: [CHN, MYS]}")
    code, text, _ = run("world", "aggregate", str(target), "--groups", str(groups), "--out", str(tmp_path / "small.npz"))
    assert (code, dt.load_world(tmp_path / "small.npz").regions) == (0, ("ASIA", "USA", "ROW"))
    groups.write_text("regions: [CHN]")
    code, _, told = run("world", "aggregate", str(target), "--groups", str(groups), "--out", str(tmp_path / "small.npz"))
    assert (code, "regions is no mapping of a new code to a list of old ones" in told) == (2, True)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("world", "build"), "give a published table"),
        (("world", "build", "absent.csv"), "no file absent.csv"),
        (("world", "build", "--sources", ".", "--icio", "table.csv"), "a published table is built without --sources"),
    ],
)
def test_what_is_lacking_is_told(run, command: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    code, _, told = run(*command)
    assert (code, said in " ".join(told.split())) == (2, True)


def test_the_command_says_what_moved(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    totals, target = tmp_path / "macro.csv", tmp_path / "later.npz"
    totals.write_text(
        "\ufeffwhat,region,sector,growth\n# the IMF's, October\ngdp,AAA,,5\nexports,BBB,MAKE,12.5\n", encoding="utf-8"
    )
    code, text, _ = run("world", "update", "toy", "--to", "2024", "--totals", str(totals), "--out", str(target))
    assert (code, "2 totals of 2024 are met" in text, "No macro total is given for BBB, CCC" in " ".join(text.split())) == (
        0,
        True,
        True,
    )
    assert dt.load_world(target).year == 2024
    found = json.loads(run("world", "update", "toy", "--to", "2024", "--totals", str(totals), "--out", str(target), "--json")[1])
    assert found["totals"][1]["after"] == pytest.approx(1.125 * found["totals"][1]["before"])


def test_a_region_is_split_and_grouped_again(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    shares, target = tmp_path / "shares.csv", tmp_path / "parts.npz"
    shares.write_text("part,share\nNORTH,0.6\nSOUTH,0.4\n")
    given = ("world", "split", "toy", "--region", "AAA", "--out", str(target))
    code, text, _ = run(*given, "--shares", str(shares), "--into", "NORTH,SOUTH", "--home", "0.9")
    assert (code, "AAA is NORTH, SOUTH now" in text) == (0, True)
    assert dt.load_world(target).regions == ("NORTH", "SOUTH", "BBB", "CCC")
    again = tmp_path / "again.npz"
    code, text, _ = run(*given[:-1], str(again), "--like", str(target), "--into", "NORTH,SOUTH", "--json")
    assert (code, json.loads(text)["into"]) == (0, ["NORTH", "SOUTH"])
    assert run("world", "split", "toy", "--sector", "MAKE", "--shares", str(shares), "--out", str(again))[0] == 0
    assert dt.load_world(again).sectors == ("FARM", "NORTH", "SOUTH", "SERVE")
    assert "give --region or --sector" in run("world", "split", "toy", "--shares", str(shares), "--out", str(again))[2]
    assert "give --shares FILE or --like WORLD" in run(*given)[2]


def test_the_command_lists_and_refuses(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("world", "fetch", "--json")
    assert (code, {s["key"] for s in json.loads(text)}) == (0, set(registry()))
    assert "eora26" in run("world", "fetch")[1]
    code, _, told = run("world", "fetch", "oecd-icio", "--year", "2022", "--offline", "--into", str(tmp_path))
    assert (code, "no network is to be used" in " ".join(told.split())) == (2, True)
    code, _, told = run("world", "fetch", "eora26")
    assert (code, "worldmrio.com/login.jsp" in told) == (2, True)


def test_trade_and_duties_are_laid_over_a_table(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    baci, wits = tmp_path / "BACI_HS17_Y2022_V202401b.csv", tmp_path / "wits.csv"
    (tmp_path / "country_codes_V202401b.csv").write_text(
        "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n842,USA,US,USA\n"
    )
    million = 1_000_000  # thousand USD: about what the world trades in these goods
    baci.write_text(f"t,i,j,k,v,q\n2022,156,842,854231,{900 * million}.000,1.000\n2022,842,156,854231,{90 * million}.000,1.000\n")
    head = "Reporter,Partner,Product,Tariff Year,DutyType,Simple Average,Minimum Rate,Maximum Rate\n"
    wits.write_text(head + "842,156,854231,2022,AHS,25,25,25\n")
    target = tmp_path / "laid.npz"
    code, text, told = run("world", "build", "--baci", str(baci), "--wits", str(wits), "--out", str(target))
    assert (code, told) == (0, "")
    assert "The table is the world of 2022." in " ".join(text.split())
    laid, shipped = dt.load_world(target), dt.load_world()
    n, m, j = shipped.region_index("CHN"), shipped.region_index("USA"), shipped.sector_index("ELE")
    assert laid.tariff_rates[n, m, j] == pytest.approx(0.25)
    assert laid.shipments[n, m, j] > 1.2 * shipped.shipments[n, m, j]
    assert laid.output == pytest.approx(shipped.output)
    baci.write_text("t,i,j,k,v,q\n2022,156,842,854231,900.000,1.000\n")
    code, _, told = run("world", "build", "--baci", str(baci), "--out", str(target))
    assert (code, "too little to say who trades" in " ".join(told.split())) == (2, True)


def test_a_table_says_how_far_imputed_final_demand_is_off(run, table: Path) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("world", "compare", str(table), "--pairs", "0")
    assert (code, "Final demand for foreign goods, by seller, buyer and sector, is off by" in " ".join(text.split())) == (0, True)
    found = json.loads(run("world", "compare", str(table), "--json")[1])
    assert {row["region"] for row in found["final_demand"]["foreign_pct"]} == set(REGIONS)
