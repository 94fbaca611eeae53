"""Back-test of 2018–19: a world without the trade war against the same world with its duties, beside what customs recorded.

The default world has the duties of 2018–19 in it (collected in 2024). So two equilibria are solved from it, and only their
difference is read:

    without   ordinary rates of January 2018 on the pair, no Section 232 of 2018
    with      the same plus the ledger's stack: averaged over the days of 2018 or of 2019, or as it settled in February 2020

The prediction is *with* against *without*. Growth is netted out of what was observed by comparing shares of US goods imports,
changes relative to total imports, sectors with each other, or exports relative to the world's.

>>> from detente.validation.observed import fact
>>> seen = fact("us-import-shares-2022")
>>> round(seen.before["CHN"] + seen.figures["CHN"], 1) == seen.after["CHN"]
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.arrays import theta_of
from detente.policy.averages import weights_table
from detente.policy.ledger import load_ledger
from detente.policy.measures import Measure
from detente.validation import sentences as words
from detente.validation.duties import SETTLED, average_duty, before_2018, duty_on, measures_of
from detente.validation.lists import LISTS_AT_25, first_half_2019, relative_fall, steady
from detente.validation.observed import china_sectors_2017, fact, table
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
    goods_columns,
    own_tariff,
    shares,
)
from detente.world.library import load_world

Array = NDArray[np.float64]


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
    method = (
        "Two equilibria from the default world: without the duties of 2018–19 (ordinary rates of January 2018 between the two, "
        "no Section 232 duties of 2018) and with them, as the ledger stacks them. The prediction is the one against the other.",
        f"Before the trade war the duty on China is {facts['before']:.1f} % of imports at the table's weights. The stack adds "
        f"{facts['added 2018']:.1f} points on average over 2018, {facts['added 2019']:.1f} over 2019 and "
        f"{facts['added settled']:.1f} since February 2020; China adds {facts['answer settled']:.1f}.",
        "Growth is netted: shares of US goods imports, changes relative to total imports, sectors relative to each other, "
        "exports relative to the world's.",
        f"In {held} third-country cells the duty collected on metals in 2024 is below the statutory duty of 2018; there the "
        "tariff before is held at zero.",
    )
    return BackTest(
        "trade-2018", "The tariffs of 2018–19", method, comparisons, checks, _findings(comparisons, checks), facts, ("A63", "A64")
    )


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
        title="Shares of US goods imports by origin, 2017 to 2022",
        unit="points of US goods imports",
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
        note="No change: imports stay at their value of 2017 while the total grows "
        f"{100 * (growth - 1):.0f} % (World Bank, merchandise imports).",
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
        title="US imports from China by sector against their sum, 2017 to 2024",
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
        note="Weighted by imports of 2017, which are a composition, not a count (A63). Sectors below a billion USD are left out.",
        source="U.S. Census Bureau, imports for consumption 2024; Economic Policy Institute, growth by industry 2001–17",
        link="https://usatrade.census.gov",
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
        title="Goods exports of third countries, each against their sum, 2017 to 2019",
        unit="%",
        keys=codes,
        observed=tuple(float(v) for v in growth),
        predicted={h: model(central(h)) for h in HORIZONS},
        benchmarks={"no change": (100 * (1 / together - 1),) * len(codes), "proportional": (0.0,) * len(codes)},
        scan={f: model(("scan", f)) for f in SCAN},
        note="Duties as on average over 2019. Oil, prices and growth at home move exports far more than these duties did.",
        source="World Bank, World Development Indicators, merchandise exports (TX.VAL.MRCH.CD.WT)",
        link="https://databank.worldbank.org/source/world-development-indicators",
    )


# -- checks ----------------------------------------------------------------------------------------------------------
def _shares_of_china(runs: Runs) -> tuple[Check, ...]:
    chn = runs.at("CHN")
    to_2022, to_2024 = fact("us-import-shares-2022"), fact("us-import-shares-2024")
    what, lasting = "China's share of US goods imports", "Duties as they stood from February 2020."
    found = [
        check_from(
            f"china-share-{year}", f"{what}, 2017 to {year}", "points", seen.figures["CHN"],
            lambda key: float(_points(runs, key)[chn]), source=seen.title, link=seen.link, note=lasting,
        )
        for year, seen in ((2022, to_2022), (2024, to_2024))
    ]  # fmt: skip
    collected = check_from(
        "china-share-collected", f"{what}, 2017 to 2024, with duties as collected in 2024", "points", to_2024.figures["CHN"],
        lambda key: float(_points(runs, key, "collected")[chn]), source=to_2024.title, link=to_2024.link,
        note="Collected duties are lower than the lists' rates because buyers left the goods under duty: a lower bound.",
    )  # fmt: skip
    return (*found, collected)


def _first_year(runs: Runs) -> tuple[Check, ...]:
    seen = fact("us-imports-2019")
    assert seen.total is not None
    found = []
    for code, name in (("CHN", "China"), ("VNM", "Viet Nam"), ("TWN", "Taiwan"), ("MEX", "Mexico")):

        def relative(key: Key, i: int = runs.at(code)) -> float:
            then, now = shares(runs.imports("2018", key)), shares(runs.imports("2019", key))
            return float(100 * (now[i] / then[i] - 1))

        observed = 100 * ((1 + seen.figures[code] / 100) / (1 + seen.total / 100) - 1)
        what = f"US imports from {name} against all US imports, 2018 to 2019"
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
    why = "Inside a sector the model's buyers move by (1 + duty)^−(1+θ) from one origin to another; income and prices cancel."
    return (
        check_from(
            "at-25-against-free", "Imports from China of goods at 25 % against its goods without a duty, mid-2018 to 2022", "%",
            100 * (china / free - 1), lambda key: relative_fall(at_25, elasticity(key)),
            source=seen.title, link=seen.link, note=why,
        ),
        check_from(
            "at-25-against-others", "Imports of goods at 25 % from China against the same goods from elsewhere, mid-2018 to 2022",
            "%", 100 * (china / others - 1), lambda key: relative_fall(at_25, elasticity(key)),
            source=seen.title, link=seen.link, note=why,
        ),
        check_from(
            "first-half-2019", "Imports from China of goods under duty, first half of 2019 on the year", "%",
            half.figures["china"], lambda key: relative_fall(then, elasticity(key)),
            source=half.title, link=half.link,
            note="Published as more than 25. The lists' mean duty over the half year; against goods without a duty in the model.",
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
            "diverted", "Part of China's loss in the United States that other suppliers won, 2019", "%", half.figures["diverted"],
            diverted, source=half.title, link=half.link,
            note="The rest is US output or not bought. With trade balances held fixed, US imports must fall with US exports.",
        )
    ]  # fmt: skip
    for code, name in (("TWN", "Taiwan"), ("MEX", "Mexico"), ("EU27", "the European Union"), ("VNM", "Viet Nam")):

        def share(key: Key, i: int = runs.at(code)) -> float:
            return part(key, i)

        observed = 100 * half.figures[code] / half.total
        what = f"Part of the diverted imports that went to {name}, 2019"
        found.append(check_from(f"diverted-{code}", what, "%", observed, share, source=half.title, link=half.link))
    found.append(
        check_from(
            "bystanders", "Goods exports of third countries in all because of the duties", "%", by.figures["growth"], gained,
            source=by.title, link=by.link, note="An estimate on goods under duty and their substitutes, not a count.",
        )
    )  # fmt: skip
    return tuple(found)


def _findings(comparisons: tuple[TradeComparison, ...], checks: tuple[Check, ...]) -> tuple[str, ...]:
    """Sentences made from the numbers."""
    origins, sectors, exports = comparisons
    check = {c.id: c for c in checks}
    share, at_25, half = check["china-share-2022"], check["at-25-against-others"], check["first-half-2019"]
    return (
        words.against(share),
        words.against(at_25),
        words.against(half),
        words.factors([share, check["china-share-2024"], check["first-year-CHN"], check["at-25-against-free"], at_25, half]),
        words.one_factor(check["china-share-collected"]),
        words.who_gains(origins, "China", "medium"),
        words.scored(sectors, "medium"),
        words.scored(exports, "short"),
        words.against(check["diverted"]),
        words.against(check["bystanders"]),
    )
