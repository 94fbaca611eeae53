"""Back-test of 2025: the table with the duties of 2024 against the same table with those of 2025, beside the trade of the year.

    without   the default world as it is (duties collected in 2024)
    with      plus every duty of the ledger on every partner, averaged over the days of 2025 (`duties.average_duty`)

Shares of US goods imports of 2024 are moved by the model's ratio of imports, origin by origin, and scaled to sum to 100; the
observed shares of 2025 net out the growth of total imports. Export controls are left out: their year is a few months long.

>>> from detente.validation.observed import table
>>> imports = table("us-imports")
>>> round(float(100 * (imports.loc["CHN", "2025"] / imports.loc["CHN", "2024"] - 1)), 1)
-29.9
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.policy.ledger import load_ledger
from detente.policy.measures import InstrumentKind
from detente.validation import sentences as words
from detente.validation.duties import average_duty
from detente.validation.observed import fact, table
from detente.validation.trade import (
    HORIZONS,
    SCAN,
    BackTest,
    Check,
    Key,
    Runs,
    TradeComparison,
    central,
    check_from,
    own_tariff,
)
from detente.world.library import load_world

Array = NDArray[np.float64]
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
    method = (
        "The default world with the duties of 2024 against the same world with every US duty of 2025 on every partner, and "
        "China's answer, averaged over the days of 2025.",
        f"The year's mean adds {facts['added on CHN']:.1f} points on China, {facts['added on IND']:.1f} on India, "
        f"{facts['added on EU27']:.1f} on the European Union, {facts['added on VNM']:.1f} on Viet Nam, "
        f"{facts['added on MYS']:.1f} on Malaysia and {facts['added on MEX']:.1f} on Mexico; China adds "
        f"{facts['answer of China']:.1f}. Weights are the table's trade.",
        "Shares of 2024 are moved by the model's ratios and scaled to sum to 100, so total imports are taken as they were. "
        "Importers' stocks of early 2025, gold, the building of data centres and export controls are not in the model.",
    )
    return BackTest(
        "trade-2025", "The tariffs of 2025", method, comparisons, checks, _findings(comparisons, checks), facts, ("A65",)
    )


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
        title="Shares of US goods imports by origin, 2024 to 2025",
        unit="points of US goods imports",
        keys=codes,
        observed=tuple(float(v) for v in 100 * now / now.sum() - share),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={
            "no change": tuple(float(v) for v in 100 * then / now.sum() - share),
            "proportional": (0.0,) * len(codes),
            "own tariff": tuple(float(v) for v in moved(alone.sum(1)[place] / start.sum(1)[place]) - share),
        },
        scan={f: model(("scan", f)) for f in SCAN},
        without={"China": ("CHN",), "China and gold": ("CHN", *GOLD), "China, gold and computers": ("CHN", *GOLD, *CHIPS)},
        note=f"Total imports grew {100 * (now.sum() / then.sum() - 1):.1f} %. Gold is the EFTA (Switzerland) and Australia, "
        "computers Taiwan, Thailand, Viet Nam and Mexico.",
        source="U.S. Census Bureau, U.S. Trade in Goods by Country",
        link="https://www.census.gov/foreign-trade/balance/index.html",
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
        title="China's goods exports by destination against all its exports, 2024 to 2025",
        unit="%",
        keys=tuple(seen.figures),
        observed=tuple(float(100 * ((1 + v / 100) / total - 1)) for v in seen.figures.values()),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={"no change": (100 * (1 / total - 1),) * len(seen.figures), "proportional": (0.0,) * len(seen.figures)},
        scan={f: model(("scan", f)) for f in SCAN},
        without={"the United States": ("USA",)},
        note="China's customs have the fall to the United States at 20 %, US customs at 30 %: what goes by third countries and "
        "small parcels is counted differently. Africa and Latin America stand for part of each.",
        source=seen.title,
        link=seen.link,
    )


def _checks(runs: Runs) -> tuple[Check, ...]:
    frame = table("us-imports")
    growth: pd.Series[float] = frame["2025"] / frame["2024"]
    total = float(frame["2025"].sum() / frame["2024"].sum())
    found = []
    for code, name in (
        ("CHN", "China"),
        ("VNM", "Viet Nam"),
        ("TWN", "Taiwan"),
        ("MEX", "Mexico"),
        ("CAN", "Canada"),
        ("MYS", "Malaysia"),
        ("THA", "Thailand"),
        ("IND", "India"),
        ("EU27", "the European Union"),
    ):

        def relative(key: Key, i: int = runs.at(code)) -> float:
            then, now = (runs.imports(p, key).sum(1) for p in ("2024", "2025"))
            return float(100 * (now[i] / then[i] / (now.sum() / then.sum()) - 1))

        observed = 100 * (float(growth[code]) / total - 1)
        what = f"US imports from {name} against all US imports, 2024 to 2025"
        found.append(
            check_from(
                f"imports-{code}", what, "%", observed, relative,
                source="U.S. Census Bureau, U.S. Trade in Goods by Country",
                link="https://www.census.gov/foreign-trade/balance/index.html",
            )
        )  # fmt: skip
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
    plain = "Growth is not netted."
    found += [
        check_from("us-to-china", "US goods exports to China, 2024 to 2025", "%", sold.figures["USA"], to_china,
                   source=sold.title, link=sold.link, note=plain),
        check_from("us-imports", "All US goods imports, 2024 to 2025", "%", float(100 * (total - 1)), imports_in_all,
                   source="U.S. Census Bureau, U.S. Trade in Goods by Country",
                   link="https://www.census.gov/foreign-trade/balance/index.html", note=plain),
        check_from("malaysia", "Malaysia's goods exports, 2024 to 2025", "%", malaysia.figures["MYS"], of_malaysia,
                   source=malaysia.title, link=malaysia.link, note=f"January to November, in ringgit. {plain}"),
    ]  # fmt: skip
    return tuple(found)


def _findings(comparisons: tuple[TradeComparison, ...], checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Sentences made from the numbers."""
    origins, destinations = comparisons
    check = {c.id: c for c in checks}
    return (
        words.scored(origins, "short"),
        words.against(check["imports-CHN"]),
        words.factors([check["imports-CHN"], check["us-to-china"]]),
        words.who_gains(origins, "China", "short"),
        words.who_gains(origins, "China, gold and computers", "short"),
        words.scored(destinations, "short"),
        words.against(check["us-to-china"]),
        words.against(check["us-imports"]),
    )
