"""Duties from the World Bank's WITS (UNCTAD TRAINS), in the two layouts it exports. Rates are in percent.

*Tariff and trade analysis*: Selected Nomen, Native Nomen, Reporter, Reporter Name, Product, Product Name, Partner, Partner
Name, Tariff Year, Trade Year, Trade Source, DutyType, Simple Average, Weighted Average, …, Minimum Rate, Maximum Rate, …,
Imports Value in 1000 USD. A choice of these columns in any order is read too, where Reporter, Partner, Product, a year,
DutyType and Simple Average are among them. DutyType is AHS (applied), MFN, PRF (preferential) or BND (bound).

*Bulk*, a file a reporter and year: NomenCode, Reporter_ISO_N, Year, ProductCode, (Partner,) Sum_Of_Rates, Min_Rate, Max_Rate,
SimpleAverage, …; without Partner the rates are those on all (MFN), with it preferential ones.

The rate of a subheading is the plain mean of its tariff lines. Source: https://wits.worldbank.org, free after registration.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from detente.build.trade.concordance import _edition
from detente.build.trade.economies import WORLD
from detente.build.trade.files import (
    Duties,
    as_published,
    economies,
    edition_of,
    header,
    number,
    once,
    one_year,
    products,
    refuse,
    table,
)

ANALYSIS = ("Reporter", "Partner", "Product", "DutyType", "Simple Average")
BULK = ("NomenCode", "Reporter_ISO_N", "Year", "ProductCode", "Min_Rate", "Max_Rate", "SimpleAverage")
PUBLISHED = (
    "Selected Nomen", "Native Nomen", "Reporter", "Reporter Name", "Product", "Product Name", "Partner", "Partner Name",
    "Tariff Year", "Trade Year", "Trade Source", "DutyType", "Simple Average", "Weighted Average", "Standard Deviation",
    "Minimum Rate", "Maximum Rate", "Nbr of Total Lines", "Nbr of Domestic Peaks", "Nbr of International Peaks",
    "Imports Value in 1000 USD", "Binding Coverage",
)  # fmt: skip
BULK_PUBLISHED = (
    "NomenCode", "Reporter_ISO_N", "Year", "ProductCode", "Partner", "Sum_Of_Rates", "Min_Rate", "Max_Rate", "SimpleAverage",
)  # fmt: skip
KINDS = {"AHS": "applied", "MFN": "most favoured nation", "PRF": "preferential", "BND": "bound"}
MOST = 3000.0
ENOUGH = 40
"""Rows with a duty from which on a file of rates all below one percent is taken for fractions."""


def read_wits(path: str | os.PathLike[str], *, kind: str | None = None, edition: str | int | None = None) -> Duties:
    """Duties of a year; `kind` (AHS, MFN, PRF or BND) where the file has several, AHS if it is among them.

    Raises `SourceError`, naming row and column.
    """
    place = Path(path)
    names = header(place)
    if set(BULK) <= set(names):
        return _bulk(place, names, kind, edition)
    whole = PUBLISHED[0] in names
    if whole:
        as_published(place, names, PUBLISHED)
    year = next((c for c in ("Tariff Year", "Year") if c in names), "Tariff Year")
    optional = ("Native Nomen", "Weighted Average", "Minimum Rate", "Maximum Rate", "Imports Value in 1000 USD")
    frame = table(place, [*ANALYSIS, year, *(c for c in optional if whole or c in names)])
    strange = frame.index[~frame["DutyType"].isin(KINDS)]
    if len(strange):
        raise refuse("duty_type", place, row=strange[0], cell=repr(frame.loc[strange[0], "DutyType"]), known=", ".join(KINDS))
    present = [k for k in KINDS if (frame["DutyType"] == k).any()]
    wanted = kind or present[0]
    if wanted not in present:
        raise refuse("duty_absent", place, wanted=wanted, present=", ".join(present))
    _percent(frame, "Simple Average", "Minimum Rate", "Maximum Rate", place)
    once(frame, ["Reporter", "Partner", "Product", "DutyType", year], place)
    frame = frame[frame["DutyType"] == wanted]
    rate = number(frame, "Simple Average", place, most=MOST)
    value = (
        number(frame, "Imports Value in 1000 USD", place, missing=True) / 1e3
        if "Imports Value in 1000 USD" in frame
        else pd.Series(np.nan, index=frame.index)
    )
    stated = _nomenclature(frame, "Native Nomen", place) if edition is None and "Native Nomen" in frame else None
    return _duties(place, frame, ("Reporter", "Partner", "Product", year), rate, value, edition or stated, KINDS[wanted])


def _bulk(place: Path, names: list[str], kind: str | None, edition: str | int | None) -> Duties:
    as_published(place, names, BULK_PUBLISHED)
    columns = [*BULK, *(c for c in ("Partner",) if c in names)]
    frame = table(place, columns)
    found = "PRF" if "Partner" in names else "MFN"
    if kind not in (None, found):
        raise refuse("duty_absent", place, wanted=kind, present=found)
    if "Partner" not in frame:
        frame["Partner"] = WORLD[0]
    _percent(frame, "SimpleAverage", "Min_Rate", "Max_Rate", place)
    once(frame, ["Reporter_ISO_N", "Partner", "ProductCode"], place)
    rate = number(frame, "SimpleAverage", place, most=MOST)
    stated = _nomenclature(frame, "NomenCode", place) if edition is None else edition
    keys = ("Reporter_ISO_N", "Partner", "ProductCode", "Year")
    return _duties(place, frame, keys, rate, pd.Series(np.nan, index=frame.index), stated, KINDS[found])


def _duties(
    place: Path,
    frame: pd.DataFrame,
    keys: tuple[str, str, str, str],
    rate: pd.Series[float],
    value: pd.Series[float],
    edition: str | int | None,
    kind: str,
) -> Duties:
    reporter, partner, code, year_column = keys
    year = one_year(frame, year_column, place)
    importer = economies(frame, reporter, place)
    everybody = frame[partner].isin(WORLD)
    exporter = pd.Series("", index=frame.index)
    if (~everybody).any():
        exporter[~everybody] = economies(frame[~everybody], partner, place)
    same = frame.index[exporter == importer]
    if len(same):
        raise refuse("to_itself", place, row=same[0], code=importer[same[0]])
    product, notes = products(frame, code, place)
    found, more = edition_of(product, place, None if edition is None else _edition(edition), code)
    duties = pd.DataFrame({"exporter": exporter, "importer": importer, "product": product, "rate": rate / 100, "value": value})
    return Duties(duties.reset_index(drop=True), "World Bank, WITS (UNCTAD TRAINS)", year, found, kind, (*notes, *more))


def _percent(frame: pd.DataFrame, mean: str, low: str, high: str, place: Path) -> None:
    """Rates within their range, and not fractions."""
    rate = number(frame, mean, place, most=MOST)
    if {low, high} <= set(frame.columns):
        least, most = number(frame, low, place, most=MOST, missing=True), number(frame, high, place, most=MOST, missing=True)
        bad = frame.index[(rate < least - 0.01) | (rate > most + 0.01)]
        if len(bad):
            row = bad[0]
            raise refuse(
                "outside", place, row=row, column=mean, rate=f"{rate[row]:g}", low=f"{least[row]:g}", high=f"{most[row]:g}"
            )
    if (rate > 0).sum() >= ENOUGH and rate.max() <= 1:
        raise refuse("fractions", place, column=mean, most=f"{rate.max():g}")


def _nomenclature(frame: pd.DataFrame, column: str, place: Path) -> str:
    codes = sorted(set(frame[column]))
    if len(codes) > 1 or codes[0] not in {f"H{k}" for k in range(7)}:
        row = frame.index[frame[column] == codes[-1]][0]
        raise refuse("nomenclature", place, row=row, column=column, codes=", ".join(map(repr, codes[:4])))
    return str(codes[0])
