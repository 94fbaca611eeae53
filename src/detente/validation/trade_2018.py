"""Back-test of 2018–19: a world without the trade war against the same world with its duties, beside what customs recorded.

The default world has the duties of 2018–19 in it (collected in 2024). So two equilibria are solved from it, and only their
difference is read:

    without   ordinary rates of January 2018 on the pair, no Section 232 of 2018
    with      the same plus the ledger's stack: averaged over the days of 2018 or of 2019, or as it settled in February 2020

The prediction is *with* against *without*. Growth is netted out of what was observed by comparing shares of US goods imports,
changes relative to total imports, sectors with each other, or exports relative to the world's.

>>> from detente.validation.trade import fact
>>> seen = fact("us-import-shares-2022")
>>> round(seen.before["CHN"] + seen.figures["CHN"], 1) == seen.after["CHN"]
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.arrays import theta_of
from detente.policy.averages import weights_table
from detente.policy.ledger import load_ledger
from detente.policy.measures import Measure
from detente.types import Array
from detente.validation.duties import (
    LISTS_AT_25,
    SETTLED,
    average_duty,
    before_2018,
    duty_on,
    first_half_2019,
    measures_of,
    relative_fall,
    steady,
)
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
    china_sectors_2017,
    cited,
    fact,
    goods_columns,
    own_tariff,
    shares,
    table,
)
from detente.words import say
from detente.world.library import load_world


@cache
def trade_2018() -> BackTest:
    """The whole back-test of 2018–19 on the default world. Raises `NotConverged` if one of its solves fails."""
    economy = load_world().economy()
    measures = measures_of(load_ledger("us-china"), 2018, 2019)
    before, held = before_2018(economy, measures)
    added = {
        "2018": average_duty(measures, (2018, 2019), economy.regions, economy.sectors),
        "2019": average_duty(measures, (2019, 2020), economy.regions, economy.sectors),
        "settled": duty_on(measures, SETTLED, economy.regions, economy.sectors),
    }
    tariffs = {"before": before, "collected": economy.tariffs}
    runs = Runs(economy, tariffs | {period: before + duty for period, duty in added.items()})
    comparisons = (_origins(runs), _sectors(runs), _exports(runs))
    checks = (*_shares_of_china(runs), *_first_year(runs), *_lists(runs, measures), *_diversion(runs))
    facts = _facts(runs, added)
    method = _say("method", facts=facts, held=held).split("\n\n")
    seen = {"check": {c.id: c for c in checks}} | dict(zip(("origins", "sectors", "exports"), comparisons, strict=True))
    findings = _say("findings", **seen).split("\n\n")
    return BackTest(
        "trade-2018", "The tariffs of 2018–19", tuple(method), comparisons, checks, tuple(findings), facts, ("A63", "A64")
    )


def _say(part: str, **values: Any) -> str:
    return say("validation/trade_2018", part, **values)


def _facts(runs: Runs, added: Mapping[str, Array]) -> dict[str, float]:
    chn = runs.at("CHN")
    return {
        "before": runs.mean_duty(runs.tariffs["before"], "CHN", "USA"),
        "collected": runs.mean_duty(runs.economy.tariffs, "CHN", "USA"),
        **{f"added {p}": runs.mean_duty(duty, "CHN", "USA") for p, duty in added.items()},
        **{f"answer {p}": runs.mean_duty(duty, "USA", "CHN") for p, duty in added.items()},
        **{f"China's share without, {h}": float(shares(runs.imports("before", central(h)))[chn]) for h in HORIZONS},
    }


# -- comparisons -----------------------------------------------------------------------------------------------------
def _points(runs: Runs, key: Key, period: str = "settled") -> Array:
    return shares(runs.imports(period, key)) - shares(runs.imports("before", key))


def _origins(runs: Runs) -> TradeComparison:
    """Shares by origin, 2017 to 2022."""
    seen = fact("us-import-shares-2022")
    index = [runs.at(c) for c in seen.figures]
    key = central("medium")
    start = runs.imports("before", key)
    base = shares(start)
    alone = own_tariff(runs.economy, start, runs.tariffs["before"], runs.tariffs["settled"], runs.parameters[key])
    partial = 100 * alone.sum(1) / start.sum() - base
    growth = WDI_IMPORTS[2022] / WDI_IMPORTS[2017]

    def pick(values: Array) -> tuple[float, ...]:
        return tuple(float(values[i]) for i in index)

    return TradeComparison(
        id="origins-2022",
        title=_say("origins_title"),
        unit=SHARES,
        keys=tuple(seen.figures),
        observed=tuple(seen.figures.values()),
        predicted={h: pick(_points(runs, central(h))) for h in HORIZONS},
        benchmarks={
            "no change": pick(base / growth - base),
            "proportional": (0.0,) * len(index),
            "own tariff": pick(partial),
        },
        scan={f: pick(_points(runs, ("scan", f))) for f in SCAN},
        without={"China": ("CHN",)},
        note=_say("origins_note", growth=100 * (growth - 1)),
        source=seen.title,
        link=seen.link,
    )


WDI_IMPORTS = {2017: 2408.476, 2019: 2567.445, 2022: 3376.196}
"""US merchandise imports, billion USD, c.i.f. (World Bank, World Development Indicators, TM.VAL.MRCH.CD.WT)."""


def _sectors(runs: Runs) -> TradeComparison:
    """US imports from China by sector, 2017 to 2024, each against their sum."""
    chn, goods = runs.at("CHN"), [runs.economy.sectors[k] for k in goods_columns(runs.economy)]
    then = china_sectors_2017().reindex(goods).fillna(0.0)
    now = weights_table("us-china")["us_imports_from_china_2024_musd"].reindex(goods).fillna(0.0)
    kept = [s for s in goods if then[s] >= 1000 and now[s] > 0]
    place = [goods.index(s) for s in kept]
    weights = then[kept] / then[kept].sum()

    def against_sum(end: NDArray[np.floating], start: NDArray[np.floating]) -> tuple[float, ...]:
        return tuple(float(v) for v in 100 * (np.log(end / start) - np.log(end.sum() / start.sum())))

    def model(key: Key) -> tuple[float, ...]:
        start, end = runs.imports("before", key)[chn][place], runs.imports("settled", key)[chn][place]
        moved = then[kept].to_numpy() * end / start
        return against_sum(moved, then[kept].to_numpy())

    key = central("medium")
    start = runs.imports("before", key)
    alone = own_tariff(runs.economy, start, runs.tariffs["before"], runs.tariffs["settled"], runs.parameters[key])
    ratio = alone[chn][place] / start[chn][place]
    return TradeComparison(
        id="china-sectors-2024",
        title=_say("sectors_title"),
        unit="100 × ln",
        keys=tuple(kept),
        observed=against_sum(now[kept].to_numpy(), then[kept].to_numpy()),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={
            "proportional": (0.0,) * len(kept),
            "own tariff": against_sum(then[kept].to_numpy() * ratio, then[kept].to_numpy()),
        },
        weights=tuple(float(w) for w in weights),
        scan={f: model(("scan", f)) for f in SCAN},
        without={"electronics": ("ELE",)},
        note=_say("sectors_note"),
        **cited("us-imports-by-sector"),
    )


def _exports(runs: Runs) -> TradeComparison:
    """Goods exports of third countries, 2017 to 2019, each against their sum."""
    frame = table("goods-exports").drop(index=["USA", "CHN"])
    codes, place = tuple(frame.index), [runs.at(str(c)) for c in frame.index]
    together = float(frame["2019"].sum() / frame["2017"].sum())
    growth = 100 * (frame["2019"] / frame["2017"] / together - 1)

    def model(key: Key) -> tuple[float, ...]:
        then, now = (runs.exports(p, key).sum(1)[place] for p in ("before", "2019"))
        return tuple(float(v) for v in 100 * (now / then / (now.sum() / then.sum()) - 1))

    return TradeComparison(
        id="exports-2019",
        title=_say("exports_title"),
        unit="%",
        keys=codes,
        observed=tuple(float(v) for v in growth),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={"no change": (100 * (1 / together - 1),) * len(codes), "proportional": (0.0,) * len(codes)},
        scan={f: model(("scan", f)) for f in SCAN},
        note=_say("exports_note"),
        **cited("merchandise-exports"),
    )


# -- checks ----------------------------------------------------------------------------------------------------------
def _shares_of_china(runs: Runs) -> tuple[Check, ...]:
    chn = runs.at("CHN")
    to_2022, to_2024 = fact("us-import-shares-2022"), fact("us-import-shares-2024")
    found = [
        check_from(
            f"china-share-{year}", _say("china_share", year=year), "points", seen.figures["CHN"],
            lambda key: float(_points(runs, key)[chn]), source=seen.title, link=seen.link, note=_say("china_share_note"),
        )
        for year, seen in ((2022, to_2022), (2024, to_2024))
    ]  # fmt: skip
    collected = check_from(
        "china-share-collected", _say("collected"), "points", to_2024.figures["CHN"],
        lambda key: float(_points(runs, key, "collected")[chn]), source=to_2024.title, link=to_2024.link,
        note=_say("collected_note"),
    )  # fmt: skip
    return (*found, collected)


def _first_year(runs: Runs) -> tuple[Check, ...]:
    seen = fact("us-imports-2019")
    assert seen.total is not None
    found = []
    for code in ("CHN", "VNM", "TWN", "MEX"):

        def relative(key: Key, i: int = runs.at(code)) -> float:
            then, now = shares(runs.imports("2018", key)), shares(runs.imports("2019", key))
            return float(100 * (now[i] / then[i] - 1))

        observed = 100 * ((1 + seen.figures[code] / 100) / (1 + seen.total / 100) - 1)
        what = _say("first_year", code=code)
        found.append(check_from(f"first-year-{code}", what, "%", observed, relative, source=seen.title, link=seen.link))
    return tuple(found)


def _lists(runs: Runs, measures: Sequence[Measure]) -> tuple[Check, ...]:
    """Goods at 25 % against goods without a duty, against the same goods from elsewhere, and the first half of 2019."""
    seen, half = fact("lists-at-25-in-2022"), fact("diversion-2019")

    def elasticity(key: Key) -> pd.Series[float]:
        values = theta_of(runs.economy, runs.parameters[key])
        return pd.Series({runs.economy.sectors[k]: float(values[k]) for k in goods_columns(runs.economy)})

    at_25, then = steady(LISTS_AT_25), first_half_2019(measures)
    china, others, free = (1 + seen.figures[k] / 100 for k in ("china-at-25", "others-at-25", "china-without"))
    why = _say("at_25_note")
    return (
        check_from(
            "at-25-against-free", _say("at_25_against_free"), "%",
            100 * (china / free - 1), lambda key: relative_fall(at_25, elasticity(key)),
            source=seen.title, link=seen.link, note=why,
        ),
        check_from(
            "at-25-against-others", _say("at_25_against_others"), "%",
            100 * (china / others - 1), lambda key: relative_fall(at_25, elasticity(key)),
            source=seen.title, link=seen.link, note=why,
        ),
        check_from(
            "first-half-2019", _say("first_half"), "%",
            half.figures["china"], lambda key: relative_fall(then, elasticity(key)),
            source=half.title, link=half.link,
            note=_say("first_half_note"),
        ),
    )  # fmt: skip


def _diversion(runs: Runs) -> tuple[Check, ...]:
    """How much of China's loss others won, who won it, and what exports of third countries gained in all."""
    half, by = fact("diversion-2019"), fact("bystanders")
    chn = runs.at("CHN")

    def moved(key: Key) -> Array:
        return np.asarray(runs.imports("2019", key).sum(1) - runs.imports("before", key).sum(1))

    def diverted(key: Key) -> float:
        change = moved(key)
        return float(100 * (change.sum() - change[chn]) / -change[chn])

    def part(key: Key, i: int) -> float:
        change = moved(key)
        return float(100 * change[i] / (change.sum() - change[chn]))

    def gained(key: Key) -> float:
        then, now = (runs.exports(p, key).sum(1) for p in ("before", "settled"))
        rest = [i for i in range(len(then)) if i not in (chn, runs.at("USA"))]
        return float(100 * (now[rest].sum() / then[rest].sum() - 1))

    assert half.total is not None
    found = [
        check_from(
            "diverted", _say("diverted"), "%", half.figures["diverted"],
            diverted, source=half.title, link=half.link,
            note=_say("diverted_note"),
        )
    ]  # fmt: skip
    for code in ("TWN", "MEX", "EU27", "VNM"):

        def share(key: Key, i: int = runs.at(code)) -> float:
            return part(key, i)

        observed = 100 * half.figures[code] / half.total
        what = _say("diverted_to", code=code)
        found.append(check_from(f"diverted-{code}", what, "%", observed, share, source=half.title, link=half.link))
    found.append(
        check_from(
            "bystanders", _say("bystanders"), "%", by.figures["growth"], gained,
            source=by.title, link=by.link, note=_say("bystanders_note"),
        )
    )  # fmt: skip
    return tuple(found)
