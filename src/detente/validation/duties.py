"""Duties of a period as one array: what the ledger has in force, averaged over days, and the tariffs of before 2018.

    average[i,n,j] = Σ over spans between turning days of days · stacked duty / days of the period

A year's imports meet the duties of the year's days; weights by day, for imports by day are not known. The duties of 2018–19
are already in the default world (duties collected in 2024), so the back-test of 2018–19 takes two tables of tariffs instead:
*without* has the ordinary rates of January 2018 on the pair and no Section 232 of 2018, *with* adds the ledger's stack.

>>> from detente.policy.ledger import load_ledger
>>> import datetime
>>> rates = average_duty(measures_of(load_ledger("us-china"), 2018, 2019), (2019, 2020), ("USA", "CHN"), ("MCH", "TEX"))
>>> bool(rates[1, 0, 0] > rates[1, 0, 1] > 0)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.policy.averages import weights_table
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import stack_on
from detente.policy.timing import turning_days
from detente.validation.observed import china_ordinary_2018
from detente.words.names import goods_sectors

if TYPE_CHECKING:
    from detente.policy.ledger import Ledger
    from detente.world.economy import Economy

Array = NDArray[np.float64]
SETTLED = date(2020, 2, 15)
"""The first day on which all duties of 2018–19 that lasted stood as they lasted."""


def measures_of(ledger: Ledger, first: int, last: int, by: Sequence[str] = ("USA", "CHN")) -> tuple[Measure, ...]:
    """Modelled tariffs of the ledger that began in the years `first` to `last` (and the step of February 2020 where `last` is
    2019), counted in full even where the default world has them in its duties."""
    end = SETTLED if last == 2019 else date(last + 1, 1, 1)
    found = [
        m
        for m in ledger.measures
        if m.by in by
        and m.instrument is InstrumentKind.TARIFF
        and m.modelled
        and m.start is not None
        and date(first, 1, 1) <= m.start < end
    ]
    return tuple(m.model_copy(update={"in_baseline": False}) if m.in_baseline else m for m in found)


def average_duty(
    measures: Sequence[Measure],
    years: tuple[int, int],
    regions: Sequence[str],
    sectors: Sequence[str],
    reference: Array | None = None,
) -> Array:
    """Mean additional duty, fraction, [origin, destination, sector], over the days from 1 January of `years[0]` to before that
    of `years[1]`. `reference` are duties that floors top up."""
    start, end = date(years[0], 1, 1), date(years[1], 1, 1)
    days = sorted({start, end, *(d for m in measures for d in turning_days(m) if start < d < end)})
    total = np.zeros((len(regions), len(regions), len(sectors)))
    for first, then in pairwise(days):
        total += stack_on(measures, first, regions, sectors, reference).tariffs * (then - first).days
    return total / (end - start).days


def duty_on(measures: Sequence[Measure], day: date, regions: Sequence[str], sectors: Sequence[str]) -> Array:
    """Additional duty of one day, fraction, [origin, destination, sector]."""
    return stack_on(measures, day, regions, sectors).tariffs


def before_2018(economy: Economy, measures: Sequence[Measure]) -> tuple[Array, int]:
    """Tariffs of the economy as they were before the trade war, and how many cells of third countries were held at zero.

    On the pair: ordinary rates of January 2018. On third countries' metals: the table's collected duty less the duty of 2018,
    not below zero (collected duties are lower where quotas and exclusions applied).
    """
    regions, sectors = economy.regions, economy.sectors
    goods = goods_sectors(sectors)
    columns = [sectors.index(s) for s in goods]
    usa, chn = regions.index("USA"), regions.index("CHN")
    lasting = duty_on(measures, SETTLED, regions, sectors)
    tariffs = economy.tariffs.copy()
    american = weights_table("us-china")["us_mfn_pct"].reindex(list(goods)).fillna(0.0).to_numpy(dtype=float) / 100
    chinese = china_ordinary_2018().reindex(list(goods)).fillna(0.0).to_numpy(dtype=float) / 100
    tariffs[chn, usa, columns], tariffs[usa, chn, columns] = american, chinese
    others = [i for i in range(len(regions)) if i not in (usa, chn)]
    left = tariffs[others, usa] - lasting[others, usa]
    held = int(((left < 0) & (economy.shipments[others, usa] > 0)).sum())
    tariffs[others, usa] = np.maximum(left, 0.0)
    return tariffs, held
