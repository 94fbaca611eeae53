"""The chart of a comparison: one panel a region, a dot a package, a thin line over worlds and parameter sets.

>>> from detente.cases.compare import compare
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> c = compare({"ten": Policy([Tariff(by="AAA", on="BBB", rate=0.1)])}, worlds=[toy_world()], parameters=["medium", "long"])
>>> rows(c, "real income", ["AAA"])["label"].tolist()
['Ten']
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.cases.compare import INDICATORS, Comparison

PANELS = 8


def rows(comparison: Comparison, indicator: str, regions: Sequence[str]) -> pd.DataFrame:
    """One row a region and package: the first cell's value, and the lowest and highest over worlds and parameter sets."""
    frame = comparison.frame[comparison.frame["indicator"] == indicator]
    scale = 1000.0 if INDICATORS[indicator][0].startswith("million") else 1.0
    found = []
    for region in list(regions)[:PANELS]:
        for package, part in frame[frame["region"] == region].groupby("package", sort=False):
            values = part["value"] / scale
            value = float(values.iloc[0])
            ends = {"low": float(values.min()), "high": float(values.max())}
            told = {"panel": text.label(region), "label": text.capital(str(package).replace("-", " ")), "value": value}
            found.append({**told, **ends, "colour": region_colour(region), "text": text.fixed(value, 2, signed=True)})
    return pd.DataFrame(found)


def comparison_figure(comparison: Comparison, indicator: str, regions: Sequence[str]) -> Figure:
    """The chart, for the page or a file of its own; at most eight regions."""
    frame = rows(comparison, indicator, regions)
    unit = INDICATORS[indicator][0].replace("million", "billion")
    first = comparison.frame.iloc[0]
    spread = comparison.spread(indicator)
    spread = spread[spread.index.isin(list(regions)[:PANELS])]
    widest = str(spread.index[0])
    title = f"{text.capital(indicator)} differs most for {text.name(widest)}: by {text.fixed(float(spread['all'].iloc[0]), 2)}"
    title += " points over all cells" if unit == "%" else " over all cells (table’s unit)"
    several = len(set(comparison.frame["world"])) * len(set(comparison.frame["parameters"])) > 1
    subtitle = f"{text.capital(indicator)}, {unit}, each against its own status quo; dots: {first['parameters']} run, "
    subtitle += str(first["world"])
    note = "Thin lines: the range over all worlds and parameter sets compared." if several else ""
    left = len(regions) - PANELS
    if left > 0:
        note += f" {text.count(left, 'region')} more {'is' if left == 1 else 'are'} in the table."
    told = {f"{r.panel}, {r.label}": str(r.text) for r in frame.itertuples()}
    return figure(
        "fig-compare", title, subtitle, note.strip(), charts.alt_text(f"{title}. {subtitle}.", told), "",
        lambda w: charts.dots(frame, w, label_width=128 if w > 500 else 104, across=2 if w > 500 else 1),
    )  # fmt: skip
