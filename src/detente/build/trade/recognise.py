"""Which reader a file needs, seen from its columns; a file of another kind is told what it looked like and what is read.

read_trade("BACI_HS17_Y2022_V202401b.csv"); read_duties("mmhs6_2019.csv")
"""

from __future__ import annotations

import os
from pathlib import Path

from detente.build.trade import baci, comtrade, macmap, wits
from detente.build.trade.files import Duties, Flows, header, refuse

READ = {
    "BACI": "t, i, j, k, v, q",
    "UN Comtrade": "typeCode, …, reporterCode, …, cmdCode, …, primaryValue",
    "WITS": "Reporter, Partner, Product, DutyType, Simple Average (or NomenCode, Reporter_ISO_N, …)",
    "MAcMap-HS6": "importer, exporter, hs6_2007, year, adv",
}


def kind_of(path: str | os.PathLike[str]) -> str:
    """BACI, UN Comtrade, WITS or MAcMap-HS6. Raises `SourceError` for a file of another kind."""
    names = header(path)
    held = set(names)
    if set(baci.COLUMNS) <= held:
        return "BACI"
    if {"reporterCode", "cmdCode", "primaryValue"} <= held:
        return "UN Comtrade"
    if {"Reporter", "Partner", "Product"} <= held or {"NomenCode", "Reporter_ISO_N"} <= held:
        return "WITS"
    if {"importer", "exporter", "adv"} <= held:
        return "MAcMap-HS6"
    if set(baci.COUNTRIES[:1]) <= held:
        raise refuse("countries_alone", Path(path))
    looks = "; ".join(f"{name} ({columns})" for name, columns in READ.items())
    raise refuse("unknown_kind", Path(path), found=", ".join(names[:8]), read=looks)


def read_trade(
    path: str | os.PathLike[str],
    *,
    countries: str | os.PathLike[str] | None = None,
    edition: str | int | None = None,
    flow: str = "M",
) -> Flows:
    """Trade by product from BACI or UN Comtrade (`flow` M or X). Raises `SourceError`, naming row and column."""
    kind = kind_of(path)
    if kind == "BACI":
        return baci.read_baci(path, countries=countries, edition=edition)
    if kind == "UN Comtrade":
        return comtrade.read_comtrade(path, flow=flow)
    raise refuse("duties_given", Path(path), kind=kind)


def read_duties(path: str | os.PathLike[str], *, kind: str | None = None, edition: str | int | None = None) -> Duties:
    """Duties by product from WITS (`kind` AHS, MFN, PRF or BND) or MAcMap. Raises `SourceError`, naming row and column."""
    found = kind_of(path)
    if found == "WITS":
        return wits.read_wits(path, kind=kind, edition=edition)
    if found == "MAcMap-HS6":
        return macmap.read_macmap(path)
    raise refuse("trade_given", Path(path), kind=found)
