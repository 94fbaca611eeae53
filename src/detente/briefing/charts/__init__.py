r"""Charts: one specification a figure, drawn for the report, for the page and as files.

Figures by name, for whoever serves them: `figure(NAME, result, …)` gives the figure, `rendered(figure, "svg")` its bytes. What a
figure is made of, and what it takes besides, stands with its function; all take `note=` and `csv=`, most `subtitle=` too.

    name        function                    result
    income      results.income_figure       `Case`, codes=(): real income by scenario, dots with ranges
    economies   results.economies_figure    `Outcome`, codes=(), indicator="real_income": by economy, bars
    output      results.output_figure       `Outcome`, region: output by sector, bars
    states      results.states_figure       [`Ranged`]: real income in several states, dots with ranges
    duties      results.duties_figure       [`Pair`]: mean duties between parties, before and after
    drivers     results.drivers_figure      [`Part`], region, total: what each measure contributes
    fan         fan.fan_figure              `Outlook`, codes=(): real income over the months
    hazard      hazard.hazard_figure        `Outlook`: risk by date, a line an event (None where nothing may happen)
    tree        tree.tree_figure            `Outlook`, tree of the talks
    ends        results.ends_figure         `Outlook`: how likely each scenario is in the end
    expected    results.expected_figure     `Outlook`: expected real income, bars
    odds        results.odds_figure         `AtTheTable`: who gives way, by model (None where no model gives odds)
    payoffs     results.payoffs_figure      `AtTheTable`: payoffs at every pair of stances
    needs       results.needs_figure        `AtTheTable`, kept="deal": how much the future must count
    gains       results.gains_figure        `Proposal`: who gains and who loses by the deal
    zone        results.zone_figure         `Proposal`, by="motives" or "real income": the deal zone
    places      politics.places_figure      [`Home`] of one party: jobs by place below the nation, a tile map an outcome
    heads       politics.sectors_figure     [`Home`] of one party: jobs by sector, bars
    politics    politics.politics_figure    `Politics`: the first party with places, its map or its bars
    exposure    exposure.exposure_figure    `Exposure` to one partner: inputs by sector, face value and looking through
    rates       results.rates_figure        `TariffSolution`, subtitle
    regimes     results.regimes_figure      `Regimes`, rows, subtitle
    comparison  results.comparison_figure   `Comparison`, indicator, regions
    ensemble    results.ensemble_figure     `Ensemble`, quantity
    routes      results.routes_figure       `Case`, scenario, csv: exports gained and content carried, by economy
    route       results.route_figure        `Case`, region, scenario, csv: the same of one economy, by sector

Colours are those of the parties' roles: draw inside `theme.coloured(theme.roles(dossier))` where a dossier says who is who.

>>> from detente.equilibrium.solve import solve
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> drawn = figure("economies", solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)])))
>>> drawn.title
'Losses are largest in BBB: −0.76\u202f% of real income'
>>> rendered(drawn, "svg")[:4]
b'<svg'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from detente.errors import UnknownName

if TYPE_CHECKING:
    from detente.briefing.document import Figure

FIGURES = {
    "fan": "fan.fan_figure",
    "tree": "tree.tree_figure",
    "hazard": "hazard.hazard_figure",
    "places": "politics.places_figure",
    "heads": "politics.sectors_figure",
    "exposure": "exposure.exposure_figure",
    "politics": "politics.politics_figure",
    **{
        name: f"results.{name}_figure"
        for name in (
            "income", "economies", "output", "states", "duties", "drivers", "ends", "expected", "odds", "payoffs", "needs",
            "gains", "zone", "rates", "regimes", "comparison",
            "ensemble", "routes", "route",
        )
    },
}  # fmt: skip
"""Name of a figure → module and function that draw it."""


def figure(name: str, *results: Any, **more: Any) -> Figure | None:
    """The figure of that name, of these results; see above. Raises `UnknownName` for another name."""
    if name not in FIGURES:
        raise UnknownName(name, list(FIGURES), "figure")
    module, function = FIGURES[name].split(".")
    found: Figure | None = getattr(import_module(f"{__name__}.{module}"), function)(*results, **more)
    return found


def rendered(figure: Figure, ending: str) -> bytes:
    """A figure as a file of its own: "svg", "png" (twice the size in pixels) or "html" (light and dark, wide and narrow)."""
    from detente.briefing.charts.standalone import as_bytes

    return as_bytes(figure, ending)
