"""Back-test of 2025: the table with the duties of 2024 against the same table with those of 2025, beside the trade of the year.

    without   the default world as it is (duties collected in 2024)
    with      plus every duty of the ledger on every partner, averaged over the days of 2025 (`duties.average_duty`)

Shares of US goods imports of 2024 are moved by the model's ratio of imports, origin by origin, and scaled to sum to 100; the
observed shares of 2025 net out the growth of total imports. Export controls are left out: their year is a few months long.

>>> from detente.validation.trade import table
>>> imports = table("us-imports")
>>> round(float(100 * (imports.loc["CHN", "2025"] / imports.loc["CHN", "2024"] - 1)), 1)
-29.9
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from detente.policy.ledger import load_ledger
from detente.policy.measures import InstrumentKind
from detente.types import Array
from detente.validation.duties import average_duty
from detente.validation.trade import (
    HORIZONS,
    SCAN,
    SHARES,
    BackTest,
    Check,
    Key,
    Runs,
    TradeComparison,
    central,
    check_from,
    cited,
    fact,
    own_tariff,
    table,
)
from detente.words import say
from detente.world.library import load_world

GOLD = ("EFT", "AUS")
"""Origins whose sales of 2025 were swollen by gold bars flown in ahead of a feared duty."""
CHIPS = ("TWN", "THA", "VNM", "MEX")
"""Origins of computers and chips, free of the reciprocal duty while US data centres were built."""
GROUPS = {
    "USA": ("USA",),
    "ASEAN": ("MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE"),
    "EU27": ("EU27",),
    "Africa": ("AFR",),
    "Latin America": ("MEX", "BRA", "XLA"),
}
"""Destinations of Chinese customs and the regions that stand for them here (Africa and Latin America in part)."""


@cache
def trade_2025() -> BackTest:
    """The whole back-test of 2025 on the default world. Raises `NotConverged` if one of its solves fails."""
    economy = load_world().economy()
    duties = [m for m in load_ledger("us-china").measures if m.modelled and m.instrument is InstrumentKind.TARIFF]
    added = average_duty(duties, (2025, 2026), economy.regions, economy.sectors, economy.tariffs)
    runs = Runs(economy, {"2024": economy.tariffs, "2025": economy.tariffs + added})
    comparisons = (_origins(runs), _destinations(runs))
    checks = _checks(runs)
    facts = {f"added on {c}": runs.mean_duty(added, c, "USA") for c in economy.regions if c != "USA"}
    facts["answer of China"] = runs.mean_duty(added, "USA", "CHN")
    method = _say("method", facts=facts).split("\n\n")
    seen = {"check": {c.id: c for c in checks}} | dict(zip(("origins", "destinations"), comparisons, strict=True))
    findings = _say("findings", chips=_say("without_chips"), **seen).split("\n\n")
    return BackTest("trade-2025", "The tariffs of 2025", tuple(method), comparisons, checks, tuple(findings), facts, ("A65",))


def _say(part: str, **values: Any) -> str:
    return say("validation/trade_2025", part, **values)


def _origins(runs: Runs) -> TradeComparison:
    """Shares of US goods imports by origin, 2024 to 2025."""
    frame = table("us-imports")
    codes, place = tuple(str(c) for c in frame.index), [runs.at(str(c)) for c in frame.index]
    then, now = frame["2024"].to_numpy(dtype=float), frame["2025"].to_numpy(dtype=float)
    share = 100 * then / then.sum()

    def moved(ratio: Array) -> Array:
        return np.asarray(share * ratio)

    def model(key: Key) -> tuple[float, ...]:
        ratio = runs.imports("2025", key).sum(1)[place] / runs.imports("2024", key).sum(1)[place]
        end = moved(ratio)
        return tuple(float(v) for v in 100 * end / end.sum() - share)

    start = runs.imports("2024", central("medium"))
    alone = own_tariff(runs.economy, start, runs.tariffs["2024"], runs.tariffs["2025"], runs.parameters[central("medium")])
    return TradeComparison(
        id="origins-2025",
        title=_say("origins_title"),
        unit=SHARES,
        keys=codes,
        observed=tuple(float(v) for v in 100 * now / now.sum() - share),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={
            "no change": tuple(float(v) for v in 100 * then / now.sum() - share),
            "proportional": (0.0,) * len(codes),
            "own tariff": tuple(float(v) for v in moved(alone.sum(1)[place] / start.sum(1)[place]) - share),
        },
        scan={f: model(("scan", f)) for f in SCAN},
        without={"China": ("CHN",), "China and gold": ("CHN", *GOLD), _say("without_chips"): ("CHN", *GOLD, *CHIPS)},
        note=_say("origins_note", growth=100 * (now.sum() / then.sum() - 1)),
        **cited("us-trade-by-country"),
    )


def _destinations(runs: Runs) -> TradeComparison:
    """China's exports by destination against its exports in all, 2024 to 2025."""
    seen = fact("china-exports-2025")
    assert seen.total is not None
    chn = runs.at("CHN")

    def model(key: Key) -> tuple[float, ...]:
        then, now = (runs.exports(p, key)[chn] for p in ("2024", "2025"))
        total = now.sum() / then.sum()
        found = []
        for name in seen.figures:
            place = [runs.at(c) for c in GROUPS[name]]
            found.append(float(100 * (now[place].sum() / then[place].sum() / total - 1)))
        return tuple(found)

    total = 1 + seen.total / 100
    return TradeComparison(
        id="china-exports-2025",
        title=_say("destinations_title"),
        unit="%",
        keys=tuple(seen.figures),
        observed=tuple(float(100 * ((1 + v / 100) / total - 1)) for v in seen.figures.values()),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={"no change": (100 * (1 / total - 1),) * len(seen.figures), "proportional": (0.0,) * len(seen.figures)},
        scan={f: model(("scan", f)) for f in SCAN},
        without={"the United States": ("USA",)},
        note=_say("destinations_note"),
        source=seen.title,
        link=seen.link,
    )


def _checks(runs: Runs) -> tuple[Check, ...]:
    frame = table("us-imports")
    growth: pd.Series[float] = frame["2025"] / frame["2024"]
    total = float(frame["2025"].sum() / frame["2024"].sum())
    found = []
    for code in ("CHN", "VNM", "TWN", "MEX", "CAN", "MYS", "THA", "IND", "EU27"):

        def relative(key: Key, i: int = runs.at(code)) -> float:
            then, now = (runs.imports(p, key).sum(1) for p in ("2024", "2025"))
            return float(100 * (now[i] / then[i] / (now.sum() / then.sum()) - 1))

        observed = 100 * (float(growth[code]) / total - 1)
        what = _say("imports_from", code=code)
        found.append(check_from(f"imports-{code}", what, "%", observed, relative, **cited("us-trade-by-country")))
    usa, chn, mys = runs.at("USA"), runs.at("CHN"), runs.at("MYS")

    def to_china(key: Key) -> float:
        then, now = (runs.exports(p, key)[usa, chn] for p in ("2024", "2025"))
        return float(100 * (now / then - 1))

    def of_malaysia(key: Key) -> float:
        then, now = (runs.exports(p, key)[mys].sum() for p in ("2024", "2025"))
        return float(100 * (now / then - 1))

    def imports_in_all(key: Key) -> float:
        then, now = (runs.imports(p, key).sum() for p in ("2024", "2025"))
        return float(100 * (now / then - 1))

    sold, malaysia = fact("us-exports-to-china-2025"), fact("malaysia-exports-2025")
    plain = _say("plain_note")
    found += [
        check_from("us-to-china", _say("us_to_china"), "%", sold.figures["USA"], to_china,
                   source=sold.title, link=sold.link, note=plain),
        check_from("us-imports", _say("us_imports"), "%", float(100 * (total - 1)), imports_in_all,
                   note=plain, **cited("us-trade-by-country")),
        check_from("malaysia", _say("malaysia"), "%", malaysia.figures["MYS"], of_malaysia,
                   source=malaysia.title, link=malaysia.link, note=_say("malaysia_note")),
    ]  # fmt: skip
    return tuple(found)
