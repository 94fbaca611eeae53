"""Who pays for a government's duties: buyers at home, what its treasury takes, what is left, what sellers abroad bear."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from detente.briefing.charts import forms
from detente.briefing.charts.figures import COLUMN, figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.equilibrium.who_pays import WhoPays
from detente.words import two_digits

BUYERS, TREASURY, NET, ABROAD = "buyers", "treasury", "net", "abroad"
PARTS = (BUYERS, TREASURY, NET, ABROAD)


def parts(paid: WhoPays, region: str, factor: float = 1.0) -> dict[str, float]:
    """Billion a year: what buyers at home lose before any rebate, what the treasury gets (duties, and export taxes less
    subsidies), the sum of both, and what sellers abroad lose by it. `factor` turns the table's money into that of another year.

    >>> from detente.policy.instruments import Policy, Tariff
    >>> from detente.equilibrium.solve import solve
    >>> from detente.world import toy_world
    >>> found = parts(solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)])).who_pays, "AAA")
    >>> abs(found["buyers"] + found["treasury"] - found["net"]) < 1e-9, found["abroad"] < 0
    (True, True)
    """
    row = {str(k): float(v) * factor / 1e3 for k, v in paid.money.T[region].items()}
    return {
        BUYERS: row["before rebate"],
        TREASURY: row["duties"] + row["other public"],
        NET: row["net"],
        ABROAD: -row["borne abroad"],
    }


def who_pays_figure(
    region: str,
    panels: Sequence[tuple[str, dict[str, float]]],
    names: dict[str, str],
    told: tuple[str, str],
    *,
    id: str,
    note: str,
    csv: str,
) -> Figure:
    """Bars of the parts in the order of `PARTS`, a panel a comparison; `names` say what each part is called."""
    colours = {BUYERS: region_colour(region), TREASURY: region_colour(region), NET: "ink", ABROAD: "other"}
    rows = [
        {
            "panel": panel, "label": names[part], "value": found[part], "low": found[part], "high": found[part],
            "colour": colours[part], "text": two_digits(found[part]),
        }
        for panel, found in panels
        for part in PARTS
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    title, subtitle = told
    shown = {str(r["label"]): str(r["text"]) for r in rows if r["panel"] == panels[0][0]}
    return figure(
        id, title, subtitle, note, forms.alt_text(f"{title}.", shown), csv,
        lambda w: forms.bars(frame, w, label_width=150 if w > 500 else 120, beside=False), width=COLUMN,
    )  # fmt: skip
