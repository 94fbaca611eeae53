"""Made-up source files, small, in the layout `build_world` reads. Numbers are random; names and shapes are real."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from detente.build.classification import sector_members

ECONOMIES = ("CHN", "DEU", "EGY", "FRA", "MYS", "SAU", "TWN", "USA", "PAK", "VNM")
OUTSIDE = ("KEN", "QAT")
INDUSTRIES = tuple(i for s, members in sector_members().items() for i in members if s != "RER")
SIZE = {"USA": 25.0, "CHN": 17.0, "DEU": 4.0, "FRA": 3.0, "TWN": 0.8, "EGY": 0.5, "MYS": 0.4, "SAU": 1.0, "PAK": 0.4, "VNM": 0.4}


def icio_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """A table of the archive's layout: A, omb, go and labels; every row sells less than it makes."""
    rng = np.random.default_rng(seed)
    c, s = len(ECONOMIES), len(INDUSTRIES)
    size = np.array([SIZE[e] for e in ECONOMIES]) * 4e4
    go = (rng.uniform(0.5, 1.5, (s, c)) * size).ravel()
    home = np.kron(np.ones((s, s)), np.eye(c))
    flows = rng.uniform(0.2, 1.0, (c * s, c * s)) * (home * 8 + np.kron(np.ones((s, s)), np.outer(size, size) / size.sum() ** 2))
    flows *= (0.45 * go / flows.sum(axis=0))[None, :]
    flows *= np.minimum(1.0, 0.7 * go / flows.sum(axis=1))[:, None]
    inputs = flows.sum(axis=0)
    return {"A": flows / inputs, "omb": inputs / go, "go": go, "countries": np.array(ECONOMIES), "sectors": np.array(INDUSTRIES)}


def write_sources(folder: Path, seed: int = 0) -> Path:
    """Write every file `build_world` needs into `folder` and return it."""
    rng = np.random.default_rng(seed)
    for name in ("icio", "trade/sitc1_2015", "macro", "minerals", "tariffs", "elasticities"):
        (folder / name).mkdir(parents=True)
    np.savez(folder / "icio/bench_cache.npz", **icio_arrays(seed))
    _trade(folder, rng)
    _macro(folder, rng)
    _minerals(folder, rng)
    _tariffs(folder)
    _elasticities(folder)
    return folder


def _trade(folder: Path, rng: np.random.Generator) -> None:
    codes = [e for e in (*ECONOMIES, *OUTSIDE) if e != "TWN"]
    pd.DataFrame({"iso3": codes, "iso_code": range(1, len(codes) + 1), "CountryName": codes}).to_csv(
        folder / "trade/bilateral_goods_2023_countries.csv", index=False
    )
    size = np.array([SIZE.get(e, 0.3) for e in codes])
    values = 6e6 * np.outer(size, size) ** 0.7 * rng.uniform(0.5, 1.5, (len(codes), len(codes)))
    np.fill_diagonal(values, np.nan)
    frame = pd.DataFrame(values, columns=[f"export_ij{k + 1}" for k in range(len(codes))])
    frame.to_csv(folder / "trade/bilateral_goods_2023_kusd.csv", index=False)
    rows = [
        (origin, 1, sector, 1e9 * (1 + k), 2e7 * (1 + k), 2.0)
        for origin in ("CHINA", "EUROPEAN UNION", "MALAYSIA", "TAIWAN", "VIETNAM", "SLOVAKIA")
        for k, sector in enumerate(("AGR", "ELE", "TEX", "MVH", "ZZ_unmapped"))
    ]
    columns = ["origin", "census_code", "sector", "imports_2024_usd", "calculated_duty_2024_usd", "eff_rate_2024_pct"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "trade/us_imports_2024_by_origin_and_sector.csv", index=False)
    names = [
        "China",
        "Germany",
        "Egypt",
        "France",
        "Malaysia",
        "SaudiArabia",
        "ChinaTaiwanProvince",
        "UnitedStates",
        "Pakistan",
        "Kenya",
    ]
    pairs = [
        (a, b, float(rng.uniform(1e5, 1e6)), section)
        for a in names
        for b in names
        if a != b
        for section in ("SITC0_Food", "SITC3_MineralFuels", "SITC7_Machinery")
    ]
    table = pd.DataFrame(pairs, columns=["exporter", "importer", "value_kusd", "sitc1"])
    table.to_csv(folder / "trade/sitc1_2015/bilateral_sitc1_2015_kusd.csv.gz", index=False)


def _macro(folder: Path, rng: np.random.Generator) -> None:
    rows = []
    for e in (*ECONOMIES, *OUTSIDE, "WLD", "SSF"):
        if e == "TWN":
            continue
        gdp = 1e12 * SIZE.get(e, 0.2) if e != "WLD" else 55e12
        share = 20 + 5 * rng.uniform()
        for indicator, value in {
            "NY.GDP.MKTP.CD": gdp, "NE.EXP.GNFS.ZS": share, "NE.IMP.GNFS.ZS": share + rng.uniform(-2, 2),
            "TX.VAL.MRCH.CD.WT": 0.15 * gdp, "TM.VAL.MRCH.CD.WT": 0.15 * gdp, "SP.POP.TOTL": gdp / 1e4,
            "SL.TLF.TOTL.IN": gdp / 2e4, "SL.UEM.TOTL.ZS": 5.0,
        }.items():  # fmt: skip
            rows.append((e, 2021 if e == "PAK" else 2022, value, indicator))
    pd.DataFrame(rows, columns=["iso3", "year", "value", "indicator"]).to_csv(
        folder / "macro/wdi_2015_2025_long.csv", index=False
    )


def _minerals(folder: Path, rng: np.random.Generator) -> None:
    rows = [
        (year, a, b, hs, float(rng.uniform(100, 9000)), 1.0)
        for year in (2022, 2023)
        for a, b in (("CHN", "USA"), ("MYS", "CHN"), ("QAT", "CHN"), ("KEN", "DEU"), ("CHN", "S19"))
        for hs in (284690, 280530, 270900, 260300)
    ]
    table = pd.DataFrame(rows, columns=["year", "exp", "imp", "hs92", "value_kusd", "quantity_t"])
    with gzip.open(folder / "minerals/baci_minerals_bilateral_2017_2024.csv.gz", "wt") as out:
        table.to_csv(out, index=False)


def _tariffs(folder: Path) -> None:
    rates = pd.DataFrame({
        "hs10": ["0101210010", "8703230000", "8542310000", "2846901100", "9999000000"],
        "description": ["horse", "car", "chip", "rare earth", "other"],
        "January 1, 2018\nMFN Tariff Rates": [10, 25, 0, 5, 5],
        "July 1, 2018\nChange of MFN tariffs on consumer goods": [0, -10, 0, 0, 0],
        "July 6, 2018\nRetaliation to US Section 301 tariffs": [25, 0, 5, 5, 0],
    })  # fmt: skip
    values = pd.DataFrame({"hs08": ["01012100", "87032300"], "ProductDescription": ["horse", "car"], "2017": [10.0, 1000.0]})
    with pd.ExcelWriter(folder / "tariffs/bown_jung_zhang_2019_china_tariffs_hs10.xlsx") as book:
        rates.to_excel(book, sheet_name="China Tariff Rates", index=False)
        values.to_excel(book, sheet_name="Imports Value", index=False)

    means = pd.DataFrame({
        "economy": "", "iso3": [e for e in (*ECONOMIES, *OUTSIDE) if e != "TWN"],
        "year": 2022, "applied_weighted_mean_pct": [1.0 + 0.5 * k for k in range(len(ECONOMIES) + len(OUTSIDE) - 1)],
    })  # fmt: skip
    earlier, later = means[means["iso3"] == "MYS"].assign(year=2019), means.assign(year=2023)
    pd.concat([earlier, means[means["iso3"] != "KEN"], later]).assign(
        applied_weighted_mean_pct=lambda t: t["applied_weighted_mean_pct"] + 10 * (t["year"] != 2022)
    ).to_csv(folder / "tariffs/applied_tariff_weighted_mean_wdi_1988_latest.csv", index=False)


def _elasticities(folder: Path) -> None:
    from detente.build.sources import data_table

    names = sorted({g for members in data_table("elasticities.yaml")["gtap"].values() for g in members})
    gtap = pd.DataFrame({"gtap_sector": names, "trade_elasticity_epsilon": [-5.0 - 0.1 * k for k in range(len(names))]})
    gtap.loc[gtap["gtap_sector"] == "coa", "trade_elasticity_epsilon"] = np.nan
    gtap.to_csv(folder / "elasticities/fontagne_guimbard_orefice_gtap_sectors.csv", index=False)
    table = pd.DataFrame({"sector": ["Auto", "Textile"], "theta_99": [1.84, 8.1], "se_99": [0.92, 1.28]})
    table.to_csv(folder / "elasticities/caliendo_parro_2015_table1_theta.csv", index=False)
