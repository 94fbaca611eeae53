"""The provenance card: what the table is made of, on which terms, how well it fits and what was assumed.

Stored inside the world file and beside it as JSON, so that a number can be traced without the sources at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detente.build.fit import FitReport
from detente.build.readers.tariff_averages import data_table

_BACI = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37"
_OECD = "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html"
_PIIE = "https://www.piie.com/blogs/trade-and-investment-policy-watch/"


def _source(title: str, link: str, terms: str) -> dict[str, str]:
    return {"title": title, "link": link, "terms": terms}


SOURCES: tuple[dict[str, str], ...] = (
    _source("OECD (2025), Inter-Country Input–Output Tables, 2025 edition, year 2022", _OECD, "re-use with attribution"),
    _source("CEPII BACI: goods by pair 2023, minerals 2022 and 2023", _BACI, "Etalab 2.0"),
    _source(
        "U.S. Census Bureau, imports and calculated duty by origin and sector, 2024",
        "https://usatrade.census.gov",
        "public domain",
    ),
    _source("UNCTADstat, merchandise trade matrix by SITC section, 2015", "https://unctadstat.unctad.org", "attribution"),
    _source(
        "World Bank, World Development Indicators",
        "https://databank.worldbank.org/source/world-development-indicators",
        "CC BY 4.0",
    ),
    _source(
        "Bown, Jung and Zhang (2019), China's tariffs by HS-10 line",
        _PIIE + "trump-has-gotten-china-lower-its-tariffs-just-toward-everyone",
        "cite the authors and PIIE",
    ),
    _source(
        "Fontagné, Guimbard and Orefice (2022), trade elasticities by GTAP sector",
        "https://sites.google.com/view/product-level-trade-elasticity",
        "cite the authors",
    ),
    _source("Caliendo and Parro (2015), Table 1", "https://doi.org/10.1093/restud/rdu035", "cite the authors"),
    _source(
        "U.S. Geological Survey, Mineral Commodity Summaries 2025, Rare earths",
        "https://pubs.usgs.gov/periodicals/mcs2025/mcs2025-rare-earths.pdf",
        "public domain",
    ),
)


def provenance_card(card: Mapping[str, Any], report: FitReport, full: bool) -> dict[str, Any]:
    """`card` with sources, method, fit, notes and the numbers of the assumptions used."""
    ledger = data_table("assumptions_world.yaml")["assumptions"]
    notes = {k: _plain(v) for k, v in report.notes.items()}
    return {
        **card,
        "title": "World input–output table with final demand by destination, tariffs and rare earths, 2022",
        "detail": "80 economies and the rest of the world × 50 industries and rare earths" if full else "32 regions × 31 sectors",
        "unit": "million USD a year, basic prices for shipments",
        "method": "docs/world.md",
        "sources": [dict(s) for s in SOURCES],
        "imputed": [
            "final demand by destination",
            "everything inside the rest of the world",
            "rare earths and magnets",
            "tariffs of importers other than the United States and China by sector",
        ],
        "fit": report.to_dict(),
        "notes": notes,
        "assumptions": [entry["id"] for entry in ledger],
        "trade_elasticity_se": notes.get("trade_elasticity_caliendo_parro", {}),
    }


def _plain(value: Any) -> Any:
    """Numbers to six significant digits, containers copied, so that the card reads the same everywhere."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return float(f"{float(value):.6g}")
