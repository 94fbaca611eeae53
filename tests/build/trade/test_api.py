"""UN Comtrade and the World Bank through their clients: small recorded answers, and what goes wrong by name."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detente.build.trade.api import PREVIEW, comtrade, world_bank
from detente.errors import MissingPackage, SourceError

# as comtradeapicall 1.3 hands on the answer of /public/v1/preview/C/A/HS (two of its rows and the row of the World)
RECORDED = [
    {
        "typeCode": "C", "freqCode": "A", "refPeriodId": 20220101, "refYear": 2022, "refMonth": 52, "period": "2022",
        "reporterCode": 458, "reporterISO": None, "flowCode": "M", "partnerCode": partner, "partner2Code": 0,
        "classificationCode": "H5", "isOriginalClassification": True, "cmdCode": "854231", "aggrLevel": None,
        "customsCode": "C00", "mosCode": "0", "motCode": 0, "cifvalue": value, "fobvalue": None, "primaryValue": value,
        "isReported": False, "isAggregate": True,
    }
    for partner, value in ((0, 5000000.5), (156, 3500000.5), (842, 1500000.0))
]  # fmt: skip


def client(monkeypatch: pytest.MonkeyPatch, name: str, **functions: Any) -> None:
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(**functions))


def test_comtrade(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def answer(**query: Any) -> pd.DataFrame:
        asked.update(query)
        return pd.json_normalize(RECORDED)

    client(monkeypatch, "comtradeapicall", previewFinalData=answer)
    found = comtrade("458", 2022)
    assert (asked["reporterCode"], asked["period"], asked["cmdCode"], asked["partnerCode"]) == ("458", "2022", "AG6", None)
    assert found.frame["exporter"].tolist() == ["CHN", "USA"]
    assert found.frame["value"].sum() == pytest.approx(5.0000005)
    assert (found.year, found.edition) == (2022, "2017")


def test_comtrade_with_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, "comtradeapicall", getFinalData=lambda key, **_: pd.json_normalize(RECORDED) if key == "k" else None)
    assert len(comtrade("458", 2022, key="k").frame) == 2


def test_what_goes_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed(**_: Any) -> None:
        print("Request error: no route to host")

    def raised(*_: Any, **__: Any) -> None:
        raise OSError("name resolution failed")

    many = pd.json_normalize(RECORDED * (PREVIEW // 3 + 1))
    for answer, said in (
        (printed, "no route to host"), (raised, "name resolution failed"), (lambda **_: many, "cut off"),
        (lambda **_: pd.DataFrame(), "no records"), (lambda **_: pd.DataFrame({"refYear": [1]}), "lacks typeCode"),
        (lambda **_: pd.json_normalize(RECORDED[:2]), "add up to"),
    ):  # fmt: skip
        client(monkeypatch, "comtradeapicall", previewFinalData=answer)
        with pytest.raises(SourceError, match=said):
            comtrade("458", 2022)
    client(monkeypatch, "wbgapi", data=SimpleNamespace(fetch=raised))
    with pytest.raises(SourceError, match="World Bank did not answer: name resolution"):
        world_bank("NY.GDP.MKTP.CD", ["MYS"], [2022])


def test_a_client_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("comtradeapicall", "wbgapi"):
        monkeypatch.setitem(sys.modules, name, None)  # what importing it then raises is an ImportError
    with pytest.raises(MissingPackage, match=r"detente\[api\]"):
        comtrade("458", 2022)
    with pytest.raises(MissingPackage, match=r"detente\[api\]"):
        world_bank("NY.GDP.MKTP.CD", ["MYS"], [2022])


def test_world_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"value": 407027300000.0, "series": "NY.GDP.MKTP.CD", "economy": "MYS", "aggregate": False, "time": 2022},
        {"value": None, "series": "NY.GDP.MKTP.CD", "economy": "MYS", "aggregate": False, "time": 2023},
    ]
    client(monkeypatch, "wbgapi", data=SimpleNamespace(fetch=lambda *_, **__: iter(rows)))
    found = world_bank("NY.GDP.MKTP.CD", ["MYS", "USA"], [2022, 2023])
    assert found["MYS", 2022] == 407027300000.0
    assert np.isnan(found[[("MYS", 2023), ("USA", 2022), ("USA", 2023)]]).all()
    client(monkeypatch, "wbgapi", data=SimpleNamespace(fetch=lambda *_, **__: iter([])))
    with pytest.raises(SourceError, match="no records"):
        world_bank("NY.GDP.MKTP.CD", ["MYS"], [2022])
