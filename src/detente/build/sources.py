"""Readers of published files, a section a source: labelled tables out, and a clear word where a file is not there.

Nothing is imputed here. A missing or unrecognised file raises `SourceError` with the file's name
and the place where it can be had.

>>> from pathlib import Path
>>> require(Path("nowhere/wdi.csv"), "World Development Indicators", "https://databank.worldbank.org")
Traceback (most recent call last):
    ...
detente.errors.SourceError: SourceError: no file nowhere/wdi.csv — it holds: World Development Indicators. Get it from https://databank.worldbank.org

OECD inter-country input–output table, read from the archive inside the `sanction-simulator` package.

The archive `bench_cache.npz` holds a matrix A of input shares (columns sum to one), the intermediate cost share
`omb`, gross output `go` and the residual `z`; intermediate flows are Z = A·(omb·go). Rows sell, columns buy; a node
is sector·economies + economy. Either the .npz or the wheel that carries it is accepted.

Source: OECD (2025), Inter-Country Input–Output Tables, 2025 edition, year 2022.
https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html

    table = read_icio(Path("sanction_simulator-0.1.4-py3-none-any.whl"))
    table.intermediate[table.economy("CHN"), table.economy("USA")].sum()

Goods trade by pair of economies: CEPII BACI totals, one year, a square matrix of exporters by importers.

The matrix file has one row an exporter and one column an importer, in the order of the country file, thousand USD,
FOB. Source: CEPII, BACI (Gaulier and Zignago 2010). https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37

    goods = read_bilateral_goods(Path("sources/trade"))
    goods.loc["CHN", "USA"]  # million USD

Goods trade by pair and SITC section in 2015 (UNCTAD), about 215 economies, names run together.

Columns `exporter, importer, value_kusd, sitc1`. Used for the product mix of what the rest of the world sells, and
for Taiwan's pairs, which BACI totals leave out.

Source: UNCTAD, UNCTADstat, merchandise trade matrix by SITC. https://unctadstat.unctad.org

    read_sitc(Path("sources/trade"))  # (exporter, importer, section) → million USD

Bilateral trade in minerals (CEPII BACI, HS 1992 six-digit) and facts on rare-earth supply.

Columns `year, exp, imp, hs92, value_kusd, quantity_t`. Used for rare-earth compounds (284690) and metals (280530),
and for what the rest of the world sells as fuels and ores. "S19" in BACI is "other Asia", that is Taiwan.

Source: CEPII, BACI. https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37

    m = read_minerals(Path("sources/minerals"), [284690, 280530], 2022)
    m.loc[("MYS", "CHN")]  # million USD

World Bank World Development Indicators in long form: columns `iso3, year, value, indicator`.

Where an economy has no value in the wanted year, the nearest year is taken (the earlier one on a tie) and counted.

Source: World Bank, World Development Indicators (CC BY 4.0). https://databank.worldbank.org/source/world-development-indicators

    wdi = read_wdi(Path("sources/macro"), 2022)
    wdi.table.loc["MYS", "NY.GDP.MKTP.CD"] / 1e9

World Bank, applied tariff as a mean weighted by imports: columns `economy, iso3, year, applied_weighted_mean_pct`. The mean
of the rates in fact applied, preferences included where the World Bank has them, over all products and partners.

Source: World Bank, WDI indicator TM.TAX.MRCH.WM.AR.ZS (CC BY 4.0). https://data.worldbank.org/indicator/TM.TAX.MRCH.WM.AR.ZS

    means = read_applied_tariffs(Path("sources/tariffs"), 2022)
    means.loc["MYS", ["rate_pct", "year"]]

United States imports and calculated duty by origin and sector, 2024.

Columns `origin, census_code, sector, imports_2024_usd, calculated_duty_2024_usd, eff_rate_2024_pct`. Customs value;
"calculated duty" includes Section 301 and 232 duties. The European Union is one origin (Slovakia, listed besides, is
part of it). Sector `ZZ_unmapped` is goods returned and special provisions (HS 98–99).

Source: U.S. Census Bureau, USA Trade Online, via the public tradewartracker extracts. https://usatrade.census.gov

    us = read_us_imports(Path("sources/trade"))
    us.imports.loc["CHN", "ELE"], us.duty.loc["CHN", "ELE"]  # million USD
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from detente.errors import SourceError
from detente.types import Array
from detente.words import refusal


# -- files -------------------------------------------------------------------------------------------------------------
def require(path: Path, title: str, origin: str) -> Path:
    """`path` if it is there; else `SourceError` naming the file, what it holds and where it can be had."""
    if not path.exists():
        raise SourceError(refusal("build", "no_file_it_holds", as_posix=path.as_posix(), title=title, origin=origin))
    return path


class Published(NamedTuple):
    """A published file: what it holds, where it is had, and its name."""

    title: str
    origin: str
    file: str = ""


@cache
def texts() -> dict[str, Any]:
    """What `sources.yaml` says of the files read (`files`), of a world (`card`) and of the tables
    written (`heads`), and the World Bank's codes of sums (`aggregates`)."""
    return dict(yaml.safe_load(files(__package__).joinpath("sources.yaml").read_text(encoding="utf-8")))


def published(name: str) -> Published:
    """A file of `sources.yaml`."""
    return Published(**texts()["files"][name])


def source_file(folder: Path, name: str) -> Path:
    """The file `name` of `sources.yaml` in `folder`; raises `SourceError` where it is not there."""
    wanted = published(name)
    return require(folder / wanted.file, wanted.title, wanted.origin)


def require_columns(frame: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    """Raise `SourceError` when `frame`, read from `path`, lacks one of `columns`."""
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise SourceError(
            refusal(
                "build",
                "has_no_column_it",
                file=path.name,
                missing=", ".join(missing),
                names_given=", ".join(map(str, frame.columns[:12])),
            )
        )


def data_table(name: str) -> dict[str, Any]:
    """A YAML table of cited facts that ships with the package."""
    text = files("detente").joinpath("data", "worlds", name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


# -- OECD inter-country input–output table -----------------------------------------------------------------------------
MEMBER = "sanction_simulator/data/bench_cache.npz"
KEYS = ("A", "omb", "go", "countries", "sectors")


@dataclass(frozen=True)
class IcioTable:
    """The source table without its final demand. Million USD a year, basic prices.

    gross_output[i, k]       output of industry k in economy i
    intermediate[i, n, k]    sales of product k from i to all industries of n
    use[n, k, j]             use of product k, of all origins in the table, by industry j of n
    final_and_row[i, k]      output less intermediate sales: final demand everywhere and sales to the rest of the world
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    gross_output: Array
    intermediate: Array
    use: Array
    final_and_row: Array
    clipped: Mapping[str, float]

    def economy(self, code: str) -> int:
        """Position of an economy."""
        return self.economies.index(code)

    @property
    def residual_inputs(self) -> Array:
        """[n, j] output minus intermediates from the table: value added, taxes on products, rest-of-world inputs."""
        return np.asarray(self.gross_output - self.use.sum(axis=1))


def read_icio(path: Path) -> IcioTable:
    """Read the table from the archive or from the wheel that contains it."""
    title, origin, _ = published("icio")
    require(path, title, origin)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            if MEMBER not in wheel.namelist():
                raise SourceError(refusal("build", "holds_no_get_it", file=path.name, member=MEMBER, origin=origin))
            source: io.BytesIO | Path = io.BytesIO(wheel.read(MEMBER))
    else:
        source = path
    try:
        opened = np.load(source, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile):
        raise SourceError(refusal("build", "not_the_archive", file=path.name, origin=origin)) from None
    with opened as archive:
        missing = [k for k in KEYS if k not in archive.files]
        if missing:
            raise SourceError(
                refusal("build", "lacks_the_arrays_expected", file=path.name, missing=", ".join(missing), origin=origin)
            )
        shares, omb, go = archive["A"], archive["omb"], archive["go"]
        economies = tuple(str(c) for c in archive["countries"])
        industries = tuple(str(s) for s in archive["sectors"])
    c, s = len(economies), len(industries)
    if shares.shape != (c * s, c * s) or go.shape != (c * s,):
        raise SourceError(refusal("build", "flows_do_not_fit", file=path.name, shape=shares.shape, c=c, s=s))
    flows = np.multiply(shares, (omb * go)[None, :])
    negative = float(-flows[flows < 0].sum())
    np.maximum(flows, 0.0, out=flows)
    cube = flows.reshape(s, c, s, c)
    intermediate = cube.sum(axis=2).transpose(1, 2, 0)
    use = cube.sum(axis=1).transpose(2, 0, 1)
    output = go.reshape(s, c).T.copy()
    residual = output - intermediate.sum(axis=1)
    below = residual < 0
    clipped = {"negative_intermediates": negative, "negative_final": float(-residual[below].sum())}
    # where sales exceed output by rounding, output is raised to match
    residual[below] = 0.0
    output = intermediate.sum(axis=1) + residual
    return IcioTable(
        economies, industries, output, np.ascontiguousarray(intermediate), np.ascontiguousarray(use), residual, clipped
    )


def find_icio(sources: Path, given: Path | None = None) -> Path:
    """The file given by the user, else the archive or wheel found in `sources`/icio or in `sources`."""
    title, origin, _ = published("icio")
    if given is not None:
        return require(given, title, origin)
    for folder in (sources / "icio", sources):
        for pattern in ("bench_cache.npz", "sanction_simulator-*.whl"):
            found = sorted(folder.glob(pattern))
            if found:
                return found[0]
    raise SourceError(refusal("build", "no_file_bench_cache", as_posix=(sources / "icio").as_posix(), title=title, origin=origin))


# -- CEPII BACI, goods by pair -----------------------------------------------------------------------------------------


def read_bilateral_goods(folder: Path) -> pd.DataFrame:
    """Exporter × importer, ISO alpha-3, million USD; missing pairs are 0."""
    listed = source_file(folder, "goods-countries")
    countries = pd.read_csv(listed, keep_default_na=False)
    require_columns(countries, ["iso3"], listed)
    matrix = source_file(folder, "goods")
    values = pd.read_csv(matrix)
    codes = [str(c) for c in countries["iso3"]]
    if values.shape != (len(codes), len(codes)):
        raise SourceError(
            refusal(
                "build", "is_the_country_list", name=matrix.name, shape=values.shape[0], shape_2=values.shape[1], count=len(codes)
            )
        )
    values.index = pd.Index(codes, name="exporter")
    values.columns = pd.Index(codes, name="importer")
    return values.fillna(0.0) / 1e3


# -- UNCTAD, goods by pair and section ---------------------------------------------------------------------------------
REST = "ROW"

ECONOMY_NAMES = {
    "Angola": "AGO", "UnitedArabEmirates": "ARE", "Argentina": "ARG", "Australia": "AUS", "Austria": "AUT",
    "Belgium": "BEL", "Bangladesh": "BGD", "Bulgaria": "BGR", "Belarus": "BLR", "Brazil": "BRA",
    "BruneiDarussalam": "BRN", "Canada": "CAN", "Switzerland": "CHE", "Chile": "CHL", "China": "CHN",
    "CotedIvoire": "CIV", "Cameroon": "CMR", "DemRepoftheCongo": "COD", "Colombia": "COL", "CostaRica": "CRI",
    "Cyprus": "CYP", "CzechRepublic": "CZE", "Germany": "DEU", "Denmark": "DNK", "Egypt": "EGY", "Spain": "ESP",
    "Estonia": "EST", "Finland": "FIN", "France": "FRA", "UnitedKingdom": "GBR", "Greece": "GRC",
    "ChinaHongKongSAR": "HKG", "Croatia": "HRV", "Hungary": "HUN", "Indonesia": "IDN", "India": "IND",
    "Ireland": "IRL", "Iceland": "ISL", "Israel": "ISR", "Italy": "ITA", "Jordan": "JOR", "Japan": "JPN",
    "Kazakhstan": "KAZ", "Cambodia": "KHM", "KoreaRepublicof": "KOR", "LaoPeoplesDemRep": "LAO",
    "Lithuania": "LTU", "Luxembourg": "LUX", "Latvia": "LVA", "Morocco": "MAR", "Mexico": "MEX", "Malta": "MLT",
    "Myanmar": "MMR", "Malaysia": "MYS", "Nigeria": "NGA", "Netherlands": "NLD", "Norway": "NOR",
    "NewZealand": "NZL", "Pakistan": "PAK", "Peru": "PER", "Philippines": "PHL", "Poland": "POL",
    "Portugal": "PRT", "Romania": "ROU", "RussianFederation": "RUS", "SaudiArabia": "SAU", "Senegal": "SEN",
    "Singapore": "SGP", "SaoTomeandPricipe": "STP", "Slovakia": "SVK", "Slovenia": "SVN", "Sweden": "SWE",
    "Thailand": "THA", "Tunisia": "TUN", "Turkey": "TUR", "ChinaTaiwanProvince": "TWN", "Ukraine": "UKR",
    "UnitedStates": "USA", "VietNam": "VNM", "SouthAfrica": "ZAF",
}  # fmt: skip


def read_sitc(folder: Path) -> pd.Series[float]:
    """Million USD by (exporter, importer, section digit); economies outside the name table are summed into ROW."""
    path = source_file(folder, "sitc")
    frame = pd.read_csv(path)
    require_columns(frame, ["exporter", "importer", "value_kusd", "sitc1"], path)
    frame = frame.assign(
        exp=frame["exporter"].map(ECONOMY_NAMES).fillna(REST),
        imp=frame["importer"].map(ECONOMY_NAMES).fillna(REST),
        section=frame["sitc1"].str.extract(r"SITC(\d)", expand=False).astype(int),
    )
    return frame.groupby(["exp", "imp", "section"])["value_kusd"].sum() / 1e3


# -- CEPII BACI, minerals by pair --------------------------------------------------------------------------------------
RARE_EARTHS = (280530, 284610, 284690)
FUELS = (270111, 270112, 270119, 270210, 270900, 271111, 271121)
CODES = {"S19": "TWN"}


def read_minerals(folder: Path, products: Sequence[int], years: Sequence[int] | int) -> pd.Series[float]:
    """Million USD by (exporter, importer), summed over `products`, averaged over `years`."""
    path = source_file(folder, "minerals")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["year", "exp", "imp", "hs92", "value_kusd"], path)
    wanted = [years] if isinstance(years, int) else list(years)
    frame = frame[frame["year"].isin(wanted) & frame["hs92"].isin(list(products))]
    frame = frame.assign(exp=frame["exp"].replace(CODES), imp=frame["imp"].replace(CODES))
    return frame.groupby(["exp", "imp"])["value_kusd"].sum() / (1e3 * len(wanted))


def read_ores(folder: Path, year: int) -> pd.Series[float]:
    """Million USD by (exporter, importer) of ores and other unworked minerals: HS chapters 25 and 26."""
    path = source_file(folder, "minerals")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["year", "exp", "imp", "hs92", "value_kusd"], path)
    products = sorted({int(h) for h in frame["hs92"] if 250000 <= int(h) < 270000})
    return read_minerals(folder, products, year)


# -- World Bank, World Development Indicators --------------------------------------------------------------------------


@dataclass(frozen=True)
class Wdi:
    """Economy × indicator for one year; `borrowed` lists (economy, indicator, year taken instead)."""

    year: int
    table: pd.DataFrame
    borrowed: tuple[tuple[str, str, int], ...]


def read_wdi(folder: Path, year: int, indicators: Sequence[str] | None = None, reach: int = 6) -> Wdi:
    """Values of `year`, filled from the nearest year at most `reach` years away."""
    path = source_file(folder, "wdi")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["iso3", "year", "value", "indicator"], path)
    frame = frame.dropna(subset=["value"])
    if indicators is not None:
        frame = frame[frame["indicator"].isin(list(indicators))]
    frame = frame.assign(distance=(frame["year"] - year).abs())
    frame = frame[frame["distance"] <= reach].sort_values(["iso3", "indicator", "distance", "year"])
    best = frame.drop_duplicates(["iso3", "indicator"])
    late = best[best["distance"] > 0]
    borrowed = tuple((str(a), str(b), int(c)) for a, b, c in zip(late["iso3"], late["indicator"], late["year"], strict=True))
    table = best.pivot_table(index="iso3", columns="indicator", values="value", aggfunc="first")
    return Wdi(year, table, borrowed)


# -- World Bank, applied tariffs -----------------------------------------------------------------------------------------


def read_applied_tariffs(folder: Path, year: int) -> pd.DataFrame:
    """Weighted mean applied tariff by ISO alpha-3: `rate_pct` over all goods imports and the `year` it is of, the last
    one known up to `year`. Raises `SourceError` for a rate that is missing or negative."""
    path = source_file(folder, "applied-tariffs")
    frame = pd.read_csv(path, keep_default_na=False)
    require_columns(frame, ["iso3", "year", "applied_weighted_mean_pct"], path)
    rates = pd.to_numeric(frame["applied_weighted_mean_pct"], errors="coerce")
    wrong = frame[~(rates >= 0)]
    if len(wrong):
        iso3, of, rate = wrong[["iso3", "year", "applied_weighted_mean_pct"]].iloc[0]
        raise SourceError(refusal("build", "the_rate_of_in", file=path.name, iso3=iso3, of=of, rate=f"{rate!r}"))
    frame = frame.assign(rate_pct=rates, year=frame["year"].astype(int))
    frame = frame[frame["year"] <= year].sort_values(["iso3", "year"]).drop_duplicates("iso3", keep="last")
    return frame.set_index("iso3")[["rate_pct", "year"]]


# -- United States imports and duty ------------------------------------------------------------------------------------
UNMAPPED = "ZZ_unmapped"

ORIGIN_CODES = {
    "ALGERIA": "DZA", "ANGOLA": "AGO", "ARGENTINA": "ARG", "AUSTRALIA": "AUS", "BANGLADESH": "BGD", "BRAZIL": "BRA",
    "CAMBODIA": "KHM", "CANADA": "CAN", "CHILE": "CHL", "CHINA": "CHN", "COLOMBIA": "COL", "COSTA RICA": "CRI",
    "DOMINICAN REPUBLIC": "DOM", "ECUADOR": "ECU", "EGYPT": "EGY", "EL SALVADOR": "SLV", "EUROPEAN UNION": "EU27",
    "GUATEMALA": "GTM", "HONDURAS": "HND", "HONG KONG": "HKG", "INDIA": "IND", "INDONESIA": "IDN", "IRAQ": "IRQ",
    "ISRAEL": "ISR", "JAPAN": "JPN", "KOREA, SOUTH": "KOR", "KUWAIT": "KWT", "MALAYSIA": "MYS", "MEXICO": "MEX",
    "NEW ZEALAND": "NZL", "NICARAGUA": "NIC", "NIGERIA": "NGA", "NORWAY": "NOR", "PAKISTAN": "PAK", "PERU": "PER",
    "PHILIPPINES": "PHL", "RUSSIA": "RUS", "SAUDI ARABIA": "SAU", "SINGAPORE": "SGP", "SOUTH AFRICA": "ZAF",
    "SRI LANKA": "LKA", "SWITZERLAND": "CHE", "TAIWAN": "TWN", "THAILAND": "THA", "TRINIDAD AND TOBAGO": "TTO",
    "TURKEY": "TUR", "UNITED ARAB EMIRATES": "ARE", "UNITED KINGDOM": "GBR", "VENEZUELA": "VEN", "VIETNAM": "VNM",
}  # fmt: skip
PART_OF_ANOTHER = ("SLOVAKIA",)


@dataclass(frozen=True)
class UsImports:
    """Imports and duty, million USD, origin (ISO alpha-3, EU27) × sector; `unmapped` by origin."""

    imports: pd.DataFrame
    duty: pd.DataFrame
    unmapped: pd.Series[float]

    @property
    def rate(self) -> pd.DataFrame:
        """Collected rate: duty over customs value; NaN where nothing is imported."""
        return self.duty / self.imports.where(self.imports > 0)


def read_us_imports(folder: Path) -> UsImports:
    """Read the file; an origin that is not in the name table raises `SourceError`."""
    path = source_file(folder, "us-imports")
    frame = pd.read_csv(path)
    require_columns(frame, ["origin", "sector", "imports_2024_usd", "calculated_duty_2024_usd"], path)
    frame = frame[~frame["origin"].isin(PART_OF_ANOTHER)]
    unknown = sorted(set(frame["origin"]) - set(ORIGIN_CODES))
    if unknown:
        raise SourceError(refusal("build", "origins_without_an_iso", file=path.name, unknown=", ".join(unknown)))
    frame = frame.assign(iso3=frame["origin"].map(ORIGIN_CODES))
    imports = frame.pivot_table(index="iso3", columns="sector", values="imports_2024_usd", aggfunc="sum").fillna(0) / 1e6
    duty = frame.pivot_table(index="iso3", columns="sector", values="calculated_duty_2024_usd", aggfunc="sum")
    duty = duty.reindex(index=imports.index, columns=imports.columns).fillna(0) / 1e6
    unmapped = imports[UNMAPPED] if UNMAPPED in imports else pd.Series(0.0, index=imports.index)
    mapped = [c for c in imports.columns if c != UNMAPPED]
    return UsImports(imports[mapped], duty[mapped], unmapped)
