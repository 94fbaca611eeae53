"""UN Comtrade and the World Bank through the clients they keep (extra `api`: comtradeapicall, wbgapi).

    flows = comtrade("458", 2023, key="…")            # Malaysia's imports; the key is free with registration
    gdp = world_bank("NY.GDP.MKTP.CD", ["MYS", "USA"], [2022, 2023])

Both ask the network. `SourceError` says where a client is not installed, nothing answers, or an answer was cut at the limit.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd

from detente.build.trade.comtrade import COLUMNS, from_frame
from detente.build.trade.files import Flows
from detente.errors import SourceError
from detente.extras import need
from detente.words import refusal

LIMIT, PREVIEW = 250_000, 500
"""Records an answer holds at most, with a key and without."""
TERMS = "https://comtradedeveloper.un.org"


def comtrade(reporter: str, year: int, *, flow: str = "M", products: str = "AG6", key: str | None = None) -> Flows:
    """Trade of a reporter (its number in Comtrade) in a year, all partners: imports ("M") or exports ("X"), by subheading of HS.

    `products` are codes parted by commas, or AG6 for all. Without a `key` 500 records come at most. Raises `SourceError`.
    """
    client = need("comtradeapicall")
    asked: dict[str, Any] = {
        "typeCode": "C", "freqCode": "A", "clCode": "HS", "period": str(year), "reporterCode": str(reporter), "cmdCode": products,
        "flowCode": flow, "partnerCode": None, "partner2Code": "0", "customsCode": "C00", "motCode": "0", "includeDesc": False,
    }  # fmt: skip
    limit = PREVIEW if key is None else LIMIT
    said = io.StringIO()
    try:
        with redirect_stdout(said):  # the client prints what went wrong and returns nothing
            if key is None:
                found = client.previewFinalData(**asked, maxRecords=limit)
            else:
                found = client.getFinalData(key, **asked, maxRecords=limit)
    except Exception as error:
        raise SourceError(refusal("build/trade", "no_answer", who="UN Comtrade", why=error)) from error
    if found is None:
        why = said.getvalue().strip() or "it gave no reason"
        raise SourceError(refusal("build/trade", "no_answer", who="UN Comtrade", why=why))
    if len(found) == 0:
        raise SourceError(
            refusal("build/trade", "no_records", who="UN Comtrade", asked=f"{reporter}, {year}, {flow}, {products}")
        )
    if len(found) >= limit:
        raise SourceError(refusal("build/trade", "at_limit", who="UN Comtrade", limit=f"{limit:,}", terms=TERMS))
    lacking = [c for c in COLUMNS if c not in found]
    if lacking:
        raise SourceError(refusal("build/trade", "answer_lacks", who="UN Comtrade", lacking=", ".join(lacking)))
    text = found[list(COLUMNS)].astype(object).map(str).reset_index(drop=True)
    return from_frame(text, flow=flow, path=Path(f"UN Comtrade, {reporter}, {year}"))


def world_bank(indicator: str, economies: Sequence[str], years: Sequence[int]) -> pd.Series[float]:
    """An indicator of the World Development Indicators by economy (alpha-3) and year; what has no value is not a number.

    Raises `SourceError`.
    """
    client = need("wbgapi")
    try:
        rows = list(client.data.fetch(indicator, list(economies), time=list(years), numericTimeKeys=True))
    except Exception as error:
        raise SourceError(refusal("build/trade", "no_answer", who="the World Bank", why=error)) from error
    if not rows:
        raise SourceError(refusal("build/trade", "no_records", who="the World Bank", asked=indicator))
    values = {(str(r["economy"]), int(r["time"])): r["value"] for r in rows}
    index = pd.MultiIndex.from_product([list(economies), list(years)], names=["economy", "year"])
    return pd.Series([values.get(k) for k in index], index=index, name=indicator, dtype=float)
