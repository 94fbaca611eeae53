"""Sellers of critical minerals from made-up files: shares, home left out, small imports left out, named errors."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from detente.build.minerals import TABLE, largest, main, mineral_sellers
from detente.build.sources import data_table, published
from detente.errors import SourceError

FACTS = data_table("minerals.yaml")
YEAR = FACTS["year"]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Graphite bought by the Union from one of its own, from China and from Brazil; a little lithium; mines of everything."""
    (tmp_path / "minerals").mkdir()
    (tmp_path / "trade").mkdir()
    rows = [
        (YEAR, "DEU", "FRA", 250410, 9000.0), (YEAR, "CHN", "FRA", 250410, 3000.0), (YEAR, "CHN", "DEU", 250490, 3000.0),
        (YEAR, "BRA", "DEU", 250410, 2000.0), (YEAR - 1, "USA", "DEU", 250410, 9000.0), (YEAR, "CHL", "USA", 282520, 999.0),
        (YEAR, "CHN", "KEN", 250410, 4000.0),
    ]  # fmt: skip
    lines = ["year,exp,imp,hs92,value_kusd,quantity_t", *(",".join(map(str, (*r, 1.0))) for r in rows)]
    with gzip.open(tmp_path / "minerals" / published("minerals").file, "wt") as out:
        out.write("\n".join(lines))
    mined = [
        (entry["mined"], country, code, tonnes)
        for entry in FACTS["minerals"].values()
        for country, code, tonnes in (
            ("China", "CHN", 60.0),
            ("Chile", "CHL", 40.0),
            ("Total", "WLD", 100.0),
            ("Peru", "PER", 0.0),
        )
    ]
    columns = ["mineral", "Country", "Country_ISO", str(YEAR)]
    pd.DataFrame(mined, columns=columns).to_csv(tmp_path / "minerals" / published("mining").file, index=False)
    names = pd.DataFrame({"iso3": ["CHN", "CHL"], "CountryName": ["China", "Chile"]})
    names.to_csv(tmp_path / "trade" / published("goods-countries").file, index=False)
    return tmp_path


def test_shares_of_sellers_from_outside(sources: Path) -> None:
    found = mineral_sellers(sources).set_index(["mineral", "region"])
    union = found.loc[("graphite", "EU27")]
    assert union["imports_musd"] == pytest.approx(8.0)
    assert (union["seller"], union["share_pct"], union["concentration"]) == ("CHN", 75.0, 0.625)
    assert found.loc[("graphite", "ROW"), "imports_musd"] == pytest.approx(
        4.0
    )  # Kenya is in no other region, nor is its name known
    assert ("lithium", "USA") not in found.index, "less than a million"


def test_mines_have_a_row_each(sources: Path) -> None:
    found = mineral_sellers(sources)
    mines = found[found["region"] == "WORLD"]
    assert set(mines["mineral"]) == set(FACTS["minerals"])
    assert set(mines["seller"]) == {"CHN"}
    assert (mines["share_pct"] == 60.0).all()
    assert mines["imports_musd"].isna().all()


def test_ties_go_to_the_first_code() -> None:
    assert largest(pd.Series({"USA": 1.0, "AUS": 1.0})) == ("AUS", 50.0, 0.5)


def test_the_file_carries_its_sources(sources: Path, tmp_path: Path) -> None:
    assert main([str(sources), str(tmp_path)]) == 0
    head = (tmp_path / TABLE).read_text(encoding="utf-8")
    assert "Etalab" in head
    assert "World Mining Data" in head
    assert main([]) == 2


def test_a_missing_file_or_mineral_is_named(sources: Path) -> None:
    path = sources / "minerals" / published("mining").file
    frame = pd.read_csv(path)
    frame[frame["mineral"] != "Cobalt"].to_csv(path, index=False)
    with pytest.raises(SourceError, match="Cobalt"):
        mineral_sellers(sources)
    path.unlink()
    with pytest.raises(SourceError, match="World Mining Data"):
        mineral_sellers(sources)
