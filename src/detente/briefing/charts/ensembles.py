r"""The chart of an ensemble: medians with ranges over the draws, one panel a scenario.

>>> from detente.outlook.ensemble.ensemble import ensemble
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> result = ensemble(Policy([Tariff(by="AAA", on="BBB", rate=0.25)]), 16, world=toy_world())
>>> title_of(result, "policy")
'Policy: the largest loss is that of BBB, −1.5\u2009%'
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.outlook.ensemble.ensemble import Ensemble
from detente.words.names import region_name


def ensemble_figure(result: Ensemble, quantity: str = "real income") -> Figure:
    """Dots (medians) with thin lines (5 to 95 % of draws) by region, the lowest first; every scenario of the ensemble."""
    rows = []
    for scenario in result.scenarios:
        frame = result.ranges(quantity, scenario).sort_values("median", kind="stable")
        for region, row in frame.iterrows():
            rows.append(
                {
                    "panel": scenario if len(result.scenarios) > 1 else "",
                    "label": "World" if region == "WORLD" else text.label(str(region)),
                    "value": row["median"],
                    "low": row["low"],
                    "high": row["high"],
                    "colour": region_colour(str(region)),
                    "text": text.fixed(float(row["median"]), 2, signed=True),
                }
            )
    data = pd.DataFrame(rows)
    unit = next(h.unit for h in result.headlines if h.quantity == quantity)
    against = " and ".join(dict.fromkeys(result.compared_with.values()))
    subtitle = (
        f"{quantity.capitalize()}, {unit}, {result.horizon} run, against {against}; dot: median of {result.draws:,} draws, "
        "line: 90 of 100 draws"
    )
    told = {
        f"{row['panel']} {row['label']}".strip(): f"{row['text']} ({text.fixed(row['low'], 2)} to {text.fixed(row['high'], 2)})"
        for row in rows
    }
    title = title_of(result, result.scenarios[0], quantity)
    note = f"{result.title}. {result.world}. Inputs and sources: docs/ensembles.md. Seed {result.seed}."
    if result.failed:
        note += f" {len({f.draw for f in result.failed})} draws without an equilibrium are left out."
    return figure(
        "ensemble",
        title,
        subtitle,
        note,
        charts.alt_text(f"{title}. {subtitle}.", told),
        "ensemble.csv",
        lambda w: charts.dots(data, w, label_width=150 if w > 500 else 120),
    )


def title_of(result: Ensemble, scenario: str, quantity: str = "real income") -> str:
    """The message, from the numbers: who loses most, or that nobody loses."""
    frame = result.ranges(quantity, scenario)
    single = frame.loc[[r for r in frame.index if r in result.plan.economy.regions]]
    worst = str(single["median"].idxmin())
    value = float(single["median"].min())
    if not np.isfinite(value):
        return f"{text.capital(scenario)}: {quantity} over the draws"
    largest = "the largest loss" if value < 0 else "the smallest gain"
    who, size = region_name(worst, article=True), text.fixed(value, 1, signed=True)
    return f"{text.capital(scenario)}: {largest} is that of {who}, {size}\u2009%"
