"""From panels and the law to cells by month, as the projections take them.

>>> from detente.world.panel import load_panel
>>> cells = us_imports(load_panel())
>>> len(set(cells.origin)), cells.months[0], cells.months[-1], "334" in cells.sector
(30, '2016-01', '2024-12', True)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from detente.build.estimate.duties import china_law, us_law
from detente.build.estimate.projection import Flows
from detente.errors import InputError
from detente.words import refusal
from detente.world.panel import EU_REST, REST, Panel, load_panel

BASE = ("2016", "2017")
"""Years before the first duty."""
NO_SECTOR = ("910", "930", "980", "990", "115")
"""Industries that are no goods made or grown: scrap, used and returned goods, special provisions, services to farming."""
EXPORTS = "us-exports-hs2"
NO_CHAPTER = ("98", "99")


def us_imports(panel: Panel) -> Flows:
    """US imports by origin and NAICS-3. Sums of economies ("rest", "EU-rest") and industries of no sector are left out, and cells
    without trade in the base years.

    The law's change is that of ln(1 + collected in the base years + added). Raises `InputError` for a panel that does not begin
    in the base years or holds exports.
    """
    if panel.flow != "imports":
        raise InputError(refusal("build", "is_panel", name=panel.name, flow=panel.flow))
    frame = panel.frame
    frame = frame[~frame["origin"].isin([REST, EU_REST]) & ~frame["naics3"].isin(NO_SECTOR)]
    months = panel.months
    base = _base(months, panel.name)
    imports, duty = (frame.pivot_table(index=["origin", "naics3"], columns="month", values=v, aggfunc="sum", observed=True)
                     .reindex(columns=list(months)) for v in ("imports", "duty"))  # fmt: skip
    weight = imports.iloc[:, list(base)].sum(axis=1)
    kept = (weight > 0).to_numpy()
    imports, duty, weight = imports[kept], duty[kept], weight[kept]
    origin, sector = (imports.index.get_level_values(k).to_numpy(dtype=object) for k in (0, 1))
    value = imports.where(imports > 0).to_numpy(dtype=float)
    before = (duty.iloc[:, list(base)].sum(axis=1) / weight).to_numpy(dtype=float)
    origins, industries = sorted(set(origin)), sorted(set(sector))
    added = us_law(origins, industries, months) / 100
    place = [origins.index(o) for o in origin], [industries.index(s) for s in sector]
    return Flows(
        origin=origin,
        sector=sector,
        months=months,
        value=np.log(value),
        collected=np.log1p(duty.to_numpy(dtype=float) / value),
        law=np.log1p(before[:, None] + added[place]) - np.log1p(before)[:, None],
        weight=weight.to_numpy(dtype=float),
        base=base,
    )


def us_exports() -> Flows:
    """US exports by partner and HS-2 chapter against China's duties: the law is China's on the United States, nothing elsewhere;
    `others` is China's duty on everybody else, in the cells of China. The shipped panel, to October 2020."""
    panel = load_panel(EXPORTS)
    frame = panel.frame
    frame = frame[(frame["destination"] != REST) & ~frame["hs2"].isin(NO_CHAPTER)]
    months = panel.months
    base = _base(months, panel.name)
    wide = frame.pivot_table(index=["destination", "hs2"], columns="month", values="exports", aggfunc="sum", observed=True)
    wide = wide.reindex(columns=list(months))
    weight = wide.iloc[:, list(base)].sum(axis=1)
    wide, weight = wide[weight > 0], weight[weight > 0]
    partner, chapter = (wide.index.get_level_values(k).to_numpy(dtype=object) for k in (0, 1))
    chapters = sorted(set(chapter))
    on_us, on_others = (np.log1p(rates / 100) for rates in china_law(chapters, months))
    law, others = np.zeros(wide.shape), np.zeros(wide.shape)
    for k, (p, c) in enumerate(zip(partner, chapter, strict=True)):
        if p == "CHN":
            law[k] = on_us[chapters.index(c)] - on_us[chapters.index(c), 0]
            others[k] = on_others[chapters.index(c)] - on_others[chapters.index(c), 0]
    return Flows(
        origin=partner,
        sector=chapter,
        months=months,
        value=np.log(wide.where(wide > 0).to_numpy(dtype=float)),
        law=law,
        others=others,
        weight=weight.to_numpy(dtype=float),
        base=base,
    )


def _base(months: Sequence[str], name: str) -> tuple[int, ...]:
    wanted = [str(p) for p in pd.period_range(f"{BASE[0]}-01", f"{BASE[-1]}-12", freq="M")]
    if list(months[: len(wanted)]) != wanted:
        raise InputError(
            refusal("build", "begins_in_the_estimate", name=name, months=months[0], wanted=wanted[0], wanted_2=wanted[-1])
        )
    return tuple(range(len(wanted)))
