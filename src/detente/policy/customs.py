"""What customs saw in a month: imports of the United States from an economy by sector, and the duty it worked out on them.

    collected(on, month) = Σ calculated duty / Σ imports for consumption                percent of customs value

over every good, chapters 98 and 99 among them. Calculated duty is what the law and the declared rate ask on entry; refunds and
later corrections are not in it. Source: the customs panel (`world.panel`, US Census Bureau).

>>> round(collected("CHN", "2017-06"), 1), round(collected("CHN", "2020-06"), 1)
(2.7, 9.2)
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from detente.errors import InputError
from detente.words import refusal
from detente.world.panel import UNMAPPED, load_panel, region_of


@cache
def months() -> tuple[str, ...]:
    """Months of the panel, in order, as "2024-05"."""
    return load_panel().months


@cache
def partners() -> tuple[str, ...]:
    """Economies the panel holds whole, and the European Union."""
    return tuple(sorted(o for o in {*load_panel().origins, "EU27"} if o.isupper()))


def collected(on: str, month: str) -> float:
    """Duty worked out on goods of `on` in `month`, percent of their customs value. Raises `InputError`."""
    entry = _totals(_known(on, month)).T[month]
    return 100 * float(entry["duty"]) / float(entry["imports"])


def imports_by_sector(on: str, month: str) -> pd.Series[float]:
    """Imports from `on` in `month` by goods sector, USD; goods of no sector are left out. Raises `InputError`."""
    return _sectors(_known(on, month)).T[month].drop(UNMAPPED, errors="ignore").astype(float)


def _known(on: str, month: str) -> str:
    if on not in partners():
        raise InputError(refusal("policy", "not_in_panel", on=on, known=", ".join(partners())))
    if month not in months():
        raise InputError(refusal("policy", "month_not_in_panel", month=month, first=months()[0], last=months()[-1]))
    return on


@cache
def _totals(on: str) -> pd.DataFrame:
    frame = load_panel().frame
    mine = frame["origin"].map({o: region_of(o, (on,)) for o in frame["origin"].unique()}) == on
    return frame[mine].groupby("month")[["imports", "duty"]].sum()


@cache
def _sectors(on: str) -> pd.DataFrame:
    from detente.world.library import load_world

    frame = load_panel().by_sector(load_world())
    return frame[frame["region"] == on].pivot_table(
        index="month", columns="sector", values="imports", aggfunc="sum", fill_value=0.0
    )
