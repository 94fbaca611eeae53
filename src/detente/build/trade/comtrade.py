"""UN Comtrade: what a reporter says it bought or sold, by partner and product, as the data browser and the interface export it.

Annual rows of an edition of HS are read: typeCode C, freqCode A, classificationCode H0 to H6, six digits, every mode of
transport, customs procedure and second partner together (motCode 0, customsCode C00, partner2Code 0). Values are USD; imports
are mostly valued with freight and insurance (cif), exports without (fob). Rows of 2 and 4 digits and of the partner World are
only used to see whether the rest is whole.

Source: United Nations, UN Comtrade, https://comtradeplus.un.org. Free with registration; not to be passed on.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from detente.build.trade.concordance import _edition
from detente.build.trade.economies import WORLD
from detente.build.trade.files import (
    Flows,
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
from detente.words import refusal

COLUMNS = (
    "typeCode", "freqCode", "refYear", "reporterCode", "flowCode", "partnerCode", "partner2Code", "classificationCode", "cmdCode",
    "customsCode", "motCode", "primaryValue",
)  # fmt: skip
PUBLISHED = (
    "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode", "reporterISO", "reporterDesc",
    "flowCode", "flowDesc", "partnerCode", "partnerISO", "partnerDesc", "partner2Code", "partner2ISO", "partner2Desc",
    "classificationCode", "classificationSearchCode", "isOriginalClassification", "cmdCode", "cmdDesc", "aggrLevel",
    "isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc", "qtyUnitCode", "qtyUnitAbbr", "qty",
    "isQtyEstimated", "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated",
    "grossWgt", "isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported",
    "isAggregate",
)  # fmt: skip
TOTALS = {"partner2Code": ("0",), "customsCode": ("C00",), "motCode": ("0",)}
APART = 0.01
"""How far partners may add up from the row of the World, as a share of it."""


def read_comtrade(path: str | os.PathLike[str], *, flow: str = "M") -> Flows:
    """Trade of a year: imports (`flow` "M") or exports ("X"). Raises `SourceError`, naming row and column."""
    place = Path(path)
    as_published(place, header(place), PUBLISHED)
    return from_frame(table(place, COLUMNS), flow=flow, path=place)


def from_frame(frame: pd.DataFrame, *, flow: str = "M", path: Path) -> Flows:
    """The same of a table of text at hand, as `api.comtrade` gets it; `path` is what errors call it."""
    for column, wanted in (("typeCode", "C"), ("freqCode", "A")):
        other = frame.index[frame[column] != wanted]
        if len(other):
            raise refuse("other_kind", path, row=other[0], column=column, cell=repr(frame.loc[other[0], column]), wanted=wanted)
    classes = sorted(set(frame["classificationCode"]))
    if len(classes) > 1 or classes[0] not in {f"H{k}" for k in range(7)}:
        raise refuse("nomenclature", path, row=2, column="classificationCode", codes=", ".join(map(repr, classes[:4])))
    year = one_year(frame, "refYear", path)
    frame = frame.assign(value=number(frame, "primaryValue", path))
    present = sorted(set(frame["flowCode"]))
    if flow not in present:
        raise refuse("flow_absent", path, wanted=flow, present=", ".join(present))
    whole = frame["flowCode"] == flow
    for column, total in TOTALS.items():
        whole &= frame[column].isin(total)
    own = frame[whole]
    if own.empty:
        raise refuse("no_totals", path, columns=", ".join(TOTALS))
    once(own, ["reporterCode", "partnerCode", "cmdCode"], path)
    detail = own[own["cmdCode"].str.fullmatch(r"\d{6}")]
    coarse = own[~own["cmdCode"].str.fullmatch(r"\d{6}")]
    strange = coarse.index[~coarse["cmdCode"].str.fullmatch(r"TOTAL|\d{2}|\d{4}")]
    if len(strange):
        raise refuse("no_product", path, row=strange[0], column="cmdCode", cell=repr(coarse.loc[strange[0], "cmdCode"]))
    if detail.empty:
        raise refuse("no_subheadings", path)
    everybody = detail["partnerCode"].isin(WORLD)
    pairs = detail[~everybody]
    if pairs.empty:
        raise refuse("only_world", path)
    _adds_up(detail[everybody], pairs, path)
    reporter, partner = economies(pairs, "reporterCode", path), pairs["partnerCode"].map(_partner)
    same = pairs.index[reporter == partner]  # goods returned
    product, notes = products(pairs, "cmdCode", path)
    edition, more = edition_of(product, path, _edition(classes[0]), "cmdCode")
    exporter, importer = (partner, reporter) if flow == "M" else (reporter, partner)
    flows = pd.DataFrame({"exporter": exporter, "importer": importer, "product": product, "value": pairs["value"] / 1e6}).drop(
        same
    )
    if len(same):
        more.append(refusal("build/trade", "returned", rows=len(same)))
    return Flows(
        flows.reset_index(drop=True),
        "United Nations, UN Comtrade",
        year,
        edition,
        "cif" if flow == "M" else "fob",
        (*notes, *more),
    )


def _partner(code: str) -> str:
    """Alpha-3 code; what is an area of many economies ("areas, not elsewhere specified") keeps its number and finds no region."""
    from detente.build.trade.economies import iso3

    return iso3(code) or str(code)


def _adds_up(world: pd.DataFrame, pairs: pd.DataFrame, path: Path) -> None:
    keys = ["reporterCode", "cmdCode"]
    given = world.groupby(keys)["value"].sum()
    parts = pairs.groupby(keys)["value"].sum().reindex(given.index, fill_value=0.0)
    bad = given.index[(given - parts).abs() > APART * given]
    if len(bad):
        reporter, code = bad[0]
        raise refuse("sum", path, reporter=reporter, code=code, parts=f"{parts[bad[0]]:,.0f}", whole=f"{given[bad[0]]:,.0f}")
