"""Concordances: shares, both ways, what has no counterpart, editions, and pairs that do not ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.build.classification import HS_SECTORS, sector_of
from detente.build.tables.industries import divisions
from detente.build.tariff_lines import naics_of
from detente.build.trade.concordance import EDITIONS, editions_of, subheadings
from detente.build.trade.concordance_table import condensed
from detente.errors import InputError, NoConcordance, SourceError, UnknownName
from detente.words.names import sector_table

PAIRS = [
    ("HS6", "ISIC4"), ("HS4", "ISIC4"), ("HS2", "sectors"), ("HS6", "SITC4"), ("HS6", "BEC4"), ("HS6", "NAICS2017"),
    ("HS6", "NAICS2022"), ("ISIC4", "HS6"), ("SITC4", "ISIC4"), ("BEC4", "SITC4"), ("NAICS2017", "ISIC4"), ("ISIC4", "NAICS2017"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_shares_add_up_to_one(source: str, target: str) -> None:
    found = dt.concordance(source, target)
    sums = found.shares.groupby(level=0).sum()
    np.testing.assert_allclose(sums, 1.0, atol=1e-12)
    assert (found.shares > 0).all()
    assert set(sums.index) | set(found.without) == set(found.codes)
    assert not set(sums.index) & set(found.without)
    assert found.coverage().sum() == pytest.approx(1)
    frame = found.to_frame()
    assert (frame["relation"] == "none").sum() == len(found.without)
    several = frame[frame["relation"].str.endswith((":n", ":m"))]
    assert (several["share"] < 1).all()
    assert source in found.explain()
    assert target in found.explain()


def test_well_known_goods() -> None:
    isic, sitc, bec = (dt.concordance("HS6", t) for t in ("ISIC4", "SITC4", "BEC4"))
    for code, group, section, category in (
        ("870380", "291", "781", "51"), ("854231", "261", "776", "42"), ("300490", "210", "542", "63"),
        ("720851", "241", "673", "22"), ("120190", "011", "222", "111"),
        ("640399", "152", "851", "62"), ("880240", "303", "792", "521"),
    ):  # fmt: skip
        assert isic.map([code]) == {code: {group: 1.0}}
        assert sitc.map([code]) == {code: {section: 1.0}}
        assert bec.map([code]) == {code: {category: 1.0}}
    assert dt.concordance("NAICS2017", "ISIC4").map(["3361"]) == {"3361": {"291": 1.0}}


def test_scrap_has_no_industry_that_makes_it() -> None:
    found = dt.concordance("HS6", "ISIC4")
    assert found.map(["720410"]) == {"720410": {}}
    assert "720410" in found.without
    assert found.coverage({"720410": 3.0, "870380": 1.0}).to_dict() == {"one": 0.25, "several": 0.0, "none": 0.75}


def test_most_headings_agree_with_the_sectors_of_the_default_world() -> None:
    groups = dt.concordance("HS6", "ISIC4", edition="any")
    held = {sector: divisions(entry["isic"]) for sector, entry in sector_table().items()}
    same = total = 0
    for code, to in groups.map(groups.codes).items():
        sector = sector_of(code)
        if to and sector not in (None, "RER"):
            total += 1
            same += any(group.startswith(held[str(sector)]) for group in to)
    assert same / total > 0.94


def test_subsectors_agree_with_the_shipped_industries() -> None:
    """Another condensation of Pierce and Schott, by most lines of ten digits."""
    found = dt.concordance("HS6", "NAICS2022", edition="any")
    pairs = [(naics_of(c), to) for c, to in found.map(found.codes).items() if to]
    agree = [own in to for own, to in pairs if own is not None and own[0] in "123"]
    assert len(agree) > 6500
    assert sum(agree) / len(agree) > 0.98


def test_number_of_subheadings_of_each_edition() -> None:
    """As the World Customs Organization counts them, to a handful."""
    counted = {"1992": 5018, "1996": 5113, "2002": 5224, "2007": 5052, "2012": 5205, "2017": 5387, "2022": 5609}
    for edition in EDITIONS:
        assert abs(len(subheadings(edition)) - counted[edition]) <= 4, edition
    assert editions_of(["010111"]) == ("1992", "1996")
    assert set().union(*(subheadings(e) for e in EDITIONS)) == subheadings()
    assert {code[:2] for code in HS_SECTORS if len(code) == 2} >= {c[:2] for c in subheadings()}


def test_weights_say_how_subheadings_count() -> None:
    even = dt.concordance("HS4", "ISIC4", edition="2017")
    assert even.basis == "even"
    weighed = dt.concordance("HS4", "BEC4", weights={"870321": 1.0, "870120": 3.0, "270900": 9.0})
    assert weighed.basis == "exact"
    assert weighed.map(["8703", "2709"]) == {"8703": {"51": 1.0}, "2709": {"31": 1.0}}
    back = dt.concordance("ISIC4", "HS6", weights={"870321": 1.0, "870380": 3.0})
    assert back.basis == "weighed"
    assert back.map(["291"]) == {"291": {"870321": 0.25, "870380": 0.75}}
    assert "281" in back.without
    for bad in ({"870321": -1.0}, {"870321": float("nan")}):
        with pytest.raises(InputError, match="870321"):
            dt.concordance("HS4", "ISIC4", weights=bad)
    with pytest.raises(UnknownName, match="999999"):
        dt.concordance("HS4", "ISIC4", weights={"999999": 1.0})


def test_digits_shorten_and_add_up() -> None:
    full, short = dt.concordance("HS6", "ISIC4"), dt.concordance("HS6", "ISIC4", digits=2)
    for code in ("090411", "870380", "060290"):
        sums: dict[str, float] = {}
        for group, share in full.map([code])[code].items():
            sums[group[:2]] = sums.get(group[:2], 0.0) + share
        assert short.map([code])[code] == pytest.approx(sums)
    with pytest.raises(InputError, match="digits"):
        dt.concordance("HS6", "ISIC4", digits=9)


def test_refusals_by_name() -> None:
    with pytest.raises(UnknownName, match="ISIC4"):
        dt.concordance("HS6", "ISIC")
    with pytest.raises(UnknownName, match="2023"):
        dt.concordance("HS6", "ISIC4", edition=2023)
    with pytest.raises(UnknownName, match="870388"):
        dt.concordance("HS6", "ISIC4").map(["870388"])
    for pair in (("HS6", "BEC5"), ("HS6", "HS6"), ("HS4", "HS6"), ("NAICS2022", "ISIC4")):
        with pytest.raises(NoConcordance):
            dt.concordance(*pair)
    with pytest.raises(NoConcordance, match="unstats"):
        dt.concordance("BEC5", "ISIC4")


def test_bec5_from_the_united_nations_table(tmp_path: Path) -> None:
    rows = {
        "HS4": ["8703", "8542"],
        "HS6": ["870380", "854231"],
        "BEC5Code1": ["411020", "512010"],
        "BEC5EndUse": ["CONS", "INT"],
    }
    path = tmp_path / "HS2012-17-BEC5 -- 08 Nov 2018.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"about": ["x"]}).to_excel(book, sheet_name="README", index=False)
        pd.DataFrame(rows).to_excel(book, sheet_name="HS17BEC5", index=False)
    assert dt.concordance("HS6", "BEC5", table=path).map(["870380"]) == {"870380": {"411020": 1.0}}
    uses = dt.concordance("HS6", "BEC5EndUse", table=path)
    assert uses.map(["854231", "010121"]) == {"854231": {"INT": 1.0}, "010121": {}}
    with pytest.raises(SourceError, match="no file"):
        dt.concordance("HS6", "BEC5", table=tmp_path / "none.xlsx")
    pd.DataFrame({"HS6": ["870380"]}).to_csv(tmp_path / "half.csv", index=False)
    with pytest.raises(SourceError, match="BEC5Code1"):
        dt.concordance("HS6", "BEC5", table=tmp_path / "half.csv")


def test_condensing_loses_nothing() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        codes = sorted({f"{a:02d}{b:02d}{c:02d}" for a, b, c in rng.integers(0, 6, (40, 3))})
        values = {c: str(rng.choice(["a", "b", "c", ""])) for c in codes}
        rows = dict(condensed(values))
        assert {c: next(rows[c[:n]] for n in range(6, 1, -1) if c[:n] in rows) for c in codes} == values
        assert len(rows) <= len(values)


def test_a_concordance_is_frozen() -> None:
    found = dt.concordance("HS6", "ISIC4")
    with pytest.raises(AttributeError):
        found.source = "HS4"  # type: ignore[misc]
    found.map(["870380"])["870380"]["291"] = 9.0
    assert found.map(["870380"]) == {"870380": {"291": 1.0}}
