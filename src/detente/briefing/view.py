"""The case a briefing is about: dossier, world and solved scenarios, and the figures every section asks for.

Roles: `a` and `b` are the two parties named first, `host` the region of the venue when it is not one of them, `group` the named
group the host belongs to. All effects are snapshot comparisons in percent at one horizon; `triple` gives low, central, high over
the parameter variants. Shipments are million USD a year before duties.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.document import Cell, Shelf
from detente.briefing.drivers import ParameterDriver, in_words, path_swings, textbook_swings
from detente.cases.baselines import IN_FORCE, LAW, in_words as baseline_in_words
from detente.cases.case import PINNED, STATUS_QUO, Case
from detente.cases.path import Path, path
from detente.cases.readings import CENTRAL
from detente.equilibrium.months import path_table
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_entry, horizon_table
from detente.policy.instruments import Policy
from detente.policy.measures import Measure
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.strategy.ladder import threatened_duty
from detente.strategy.rates import RateGrid
from detente.strategy.year import rolled
from detente.types import Range
from detente.words import _
from detente.words.names import region_name

TEXTS = "briefing/view"
BESIDE = 0.1
"""What a scenario does is nothing beside the others if it is at most this share of the most that any of them does."""
NOTHING = 1e-7
"""A change of real income below this, in percent, is what is left of a solve."""

__all__ = ["STATUS_QUO", "CaseView", "Triple", "number_at", "real_income", "row_of"]


class Triple(Range):
    """Low, central and high value of one figure over the parameter variants, as the briefing shows it."""

    def cell(self, decimals: int = 2, *, signed: bool = True, strong: bool = False) -> Cell:
        """A table cell: the central value, and the range in a smaller second line when it has any width."""
        ends = (text.fixed(self.low, decimals), text.fixed(self.high, decimals))
        sub = f"{ends[0]} to {ends[1]}".replace(" ", text.FIRM) if ends[0] != ends[1] else ""
        return Cell(text.fixed(self.value, decimals, signed=signed), sub, strong=strong)

    def told(self) -> str:
        """ "−0.31 % (range −0.52 to −0.20 %)"."""
        return f"{text.percent(self.value, signed=True)} {text.range_note(self.low, self.high)}"


@dataclass(frozen=True, eq=False)
class CaseView(Case):
    """A case as the sections read it: with a shelf for their data files, words for what it is compared with, and `others`, the
    same case at other horizons, by name, without ranges.
    """

    shelf: Shelf = field(default_factory=Shelf)
    others: Mapping[str, Case] = field(default_factory=dict)

    @property
    def runs(self) -> Case:
        """The case itself, beside `others`."""
        return self

    def i(self, region: str) -> int:
        """Position of a region."""
        return self.world.region_index(region)

    @cached_property
    def goods_index(self) -> list[int]:
        """Positions of the goods sectors."""
        return [self.world.sectors.index(s) for s in self.goods]

    # -- scenarios -------------------------------------------------------------------------------------------------------
    def label(self, scenario: str | None) -> str:
        """A short label of a scenario, from its id; None is the status quo."""
        return _("Status quo") if scenario is None else text.capital(scenario.replace("-", " "))

    def panel(self, scenario: str | None) -> str:
        """Title of a panel: scenario and baseline."""
        return text.say(TEXTS, "panel", label=self.label(scenario), base=self.short_against(scenario))

    def short_against(self, scenario: str | None) -> str:
        """What a column is set against, in a few words."""
        return self.short_base if scenario is not None else text.say(TEXTS, "short_reference", reference=self.reference)

    def named(self, scenario: str) -> str:
        """A scenario with its title: “Pessimistic” (The hundred points)."""
        title = self.dossier.scenario(scenario).title
        return f"“{self.label(scenario)}”" + (f" ({title})" if title.lower() != self.label(scenario).lower() else "")

    @cached_property
    def shown(self) -> tuple[str | None, ...]:
        """What stands beside each other in sector charts: the worst scenario, and the best one; where that one changes next to
        nothing, the status quo against the reference (None) takes its place."""
        moves = any(abs(self.income(c, self.best).value) >= 0.02 for c in self.focus)
        return (self.worst, self.best if moves and self.best != self.worst else None)

    # -- figures ---------------------------------------------------------------------------------------------------------
    def triple(self, figure: Callable[[Outcome], float], scenario: str | None) -> Triple:
        """One figure with its range over the parameter variants."""
        return Triple(*self.range(figure, scenario))

    def driver(self, figure: Callable[[Outcome], float], scenario: str | None) -> ParameterDriver:
        """Which parameter moves a figure most, one at a time over its range; see `drivers`."""
        if self.month is not None:
            known = {v: float(figure(self.outcome(scenario, variant=v))) for v in self.answered(scenario)}
            return ParameterDriver.of(path_swings(known, self.month))
        variants = self.variants[scenario]
        ranges = horizon_entry(self.runs.parameters.name).get("ranges", {})
        wanted = {k: (float(ends[0]), float(ends[1])) for k, ends in ranges.items()}
        names = [f"{k} {end}" for k in wanted for end in ("low", "high") if f"{k} {end}" in variants]
        known = {CENTRAL: float(figure(self.outcome(scenario))), **{n: float(figure(variants[n])) for n in names}}
        return ParameterDriver.of(textbook_swings(known, wanted))

    def income(self, code: str, scenario: str | None) -> Triple:
        """Real income of a region, a group or the world, percent."""
        return self.triple(lambda o: real_income(o, self.members(code), code), scenario)

    def path(self, scenario: str | None) -> Path:
        """Months since the decision at both closures of the exchange rate, the group of the host beside the economies."""
        group = (self.group,) if self.group else ()
        corners = path_table()["range_nodes"]
        return self.once(("path", scenario), lambda: path(self, scenario, nodes=corners, readings=(PINNED,), together=group))

    @property
    def dollars(self) -> int:
        """The year of the money printed: the dossier's where dollars of it are known, else the table's."""
        return rolled(self)[0]

    def in_dollars(self, region: str) -> float:
        """What turns the table's money of a region into dollars of the year `dollars`."""
        return rolled(self)[1][region]

    def income_over(self, stretch: str, code: str, scenario: str | None) -> Triple:
        """Real income on average over a stretch of the path, percent, both closures; NaN where no answer is believed."""
        found = self.path(scenario)
        if stretch not in found.stretches():
            return Triple(math.nan, math.nan, math.nan)
        return Triple(*found.over(stretch).loc[code])

    def duty(self, outcome: Outcome, origin: str, destination: str, *, after: bool = True) -> float:
        """Average duty on goods of `origin` in `destination`, percent, weighted by the trade of the table."""
        state = outcome.after if after else outcome.before
        i, n, g = self.i(origin), self.i(destination), self.goods_index
        weights = self.world.shipments[i, n][g]
        return float(100 * (weights * state.tariffs[i, n][g]).sum() / weights.sum()) if weights.sum() > 0 else math.nan

    def exports(self, outcome: Outcome, origin: str, destination: str) -> tuple[float, float]:
        """Goods shipped from one region to another before and after, million USD a year."""
        i, n, g = self.i(origin), self.i(destination), self.goods_index
        return float(outcome.before.shipments[i, n][g].sum()), float(outcome.after.shipments[i, n][g].sum())

    def by_wages(self, outcome: Outcome) -> pd.DataFrame:
        """Buyers' prices by region and sector against the region's average wage, percent (free of the numeraire)."""
        if outcome not in self._wages:
            prices, wage = outcome.prices, outcome.wage
            self._wages[outcome] = 100 * ((1 + prices / 100).div(1 + wage / 100, axis=0) - 1)
        return self._wages[outcome]

    @cached_property
    def _wages(self) -> dict[Outcome, pd.DataFrame]:
        return {}

    @cached_property
    def _baskets(self) -> dict[Outcome, pd.Series]:
        return {}

    def basket(self, outcome: Outcome) -> pd.Series:
        """Consumer prices against the average wage, percent."""
        if outcome not in self._baskets:
            self._baskets[outcome] = 100 * ((1 + outcome.consumer_prices / 100) / (1 + outcome.wage / 100) - 1)
        return self._baskets[outcome]

    def input_cost(self, outcome: Outcome, region: str) -> pd.Series:
        """Price of a sector's bundle of inputs against the average wage, percent, inputs weighted as before."""
        n = self.i(region)
        use = self.world.intermediate_use[n]  # [input, user]
        total = use.sum(0)
        share = np.divide(use, total[None], out=np.zeros_like(use), where=total[None] > 0)
        price = self.by_wages(outcome).loc[region].to_numpy()
        return pd.Series(share.T @ price, index=pd.Index(self.world.sectors, name="sector"))

    @cached_property
    def population(self) -> pd.Series | None:
        """Persons by region, where the world has them."""
        values = self.world.extras.get("population")
        if values is None:
            return None
        return pd.Series(
            np.asarray(values, dtype=float).reshape(len(self.world.regions), -1)[:, 0], index=list(self.world.regions)
        )

    # -- measures --------------------------------------------------------------------------------------------------------
    def policy_of(self, measures: Iterable[Measure], day: date | None = None) -> Policy:
        """The policy of these measures on a day (default: the day of the dossier)."""
        return policy_on(measures, day or self.dossier.as_of, self.world.regions, self.world.sectors)

    @cached_property
    def standing(self) -> tuple[Measure, ...]:
        """Measures in force on the day of the dossier."""
        return in_force(self.dossier.measures, self.dossier.as_of)

    @cached_property
    def rivals(self) -> tuple[str, str]:
        """The pair whose duties on each other are chosen: both parties; of more, those the largest threatened duty is between."""
        threat = threatened_duty(self.runs) if len(self.parties) > 2 else None
        pair = (self.a, self.b) if threat is None else (threat[0].by, threat[1])
        return next(p for p in self.pairs if set(p) == set(pair))

    @property
    def rates(self) -> RateGrid:
        """Real income of the parties and the host over the mean duties of two parties (`rivals`) on each other's goods."""
        return self.once("rates", self._rates)

    def _rates(self) -> RateGrid:
        held = self.runs.policy(None).shock(self.world).controlled_goods  # not traded by price alone
        sectors = [s for s in self.goods if s not in held]
        return RateGrid.solve(
            self.world.economy(), self.runs.status_quo, self.policy_of(self.standing), self.rivals, sectors, self.trio,
            self.runs.parameters,
        )  # fmt: skip

    # -- words -----------------------------------------------------------------------------------------------------------
    @cached_property
    def horizon(self) -> str:
        """ "medium run (two to five years)"."""
        name = self.runs.parameters.name
        return _(str(horizon_entry(name).get("label", name)))

    @cached_property
    def run(self) -> str:
        """ "medium run"."""
        return self.horizon.split(" (")[0]

    @cached_property
    def ranged(self) -> str:
        """The parameters the ranges run over, in words."""
        if self.month is not None:
            return text.say(TEXTS, "path_ranged", controls=bool(self.controlled))
        keys = horizon_entry(self.runs.parameters.name).get("ranges", {})
        told = [*map(in_words, keys), *([in_words("exchange_rate")] if PINNED in self.runs.parameter_sets else [])]
        return text.join(told) or _("no parameter")

    def run_name(self, horizon: str) -> str:
        """ "short run" for a horizon's name."""
        return _(str(horizon_entry(horizon).get("label", horizon))).split(" (")[0]

    @cached_property
    def horizons(self) -> tuple[str, ...]:
        """Names of the horizons solved, in the order of the table of horizons."""
        return tuple(h for h in horizon_table() if h == self.runs.parameters.name or h in self.others)

    @cached_property
    def quo(self) -> str:
        """ "what was in force on 18 October 2025": what single measures are set against."""
        return baseline_in_words(IN_FORCE, self.dossier)

    @cached_property
    def base(self) -> str:
        """ "what the law does by itself": what scenarios are set against."""
        return baseline_in_words(LAW, self.dossier)

    @cached_property
    def short_base(self) -> str:
        """The same in a column head."""
        return text.say(TEXTS, "short_base")

    @cached_property
    def base_means(self) -> str:
        """The same with what it stands for, once a document."""
        return baseline_in_words(LAW, self.dossier, means=True)

    @cached_property
    def idle(self) -> tuple[str, ...]:
        """Scenarios that move nobody: nothing to show in a column of zeros."""
        return tuple(s for s in self.ids if self.still(s))

    def still(self, scenario: str | None) -> bool:
        """Whether a scenario (None: what is in force) moves nobody away from what the law does by itself.

        No economy so far that it prints, no end of a party's range, and neither a party nor the world by what would be anything
        beside the other scenarios.
        """
        if self.lawful(scenario):
            return True
        if not all(map(text.is_tiny, self._moved(scenario))):
            return False
        closely = [*map(self.i, self.parties), len(self.world.regions)]
        beside = [max(abs(self._moved(s)[k]) for s in (None, *self.ids)) for k in closely]
        return all(abs(self._moved(scenario)[k]) <= BESIDE * most for k, most in zip(closely, beside, strict=True)) and all(
            text.is_tiny(end)
            for p in self.parties
            for end in self.range("real_income", scenario, p, against=LAW)
            if not math.isnan(end)
        )

    def _moved(self, scenario: str | None) -> list[float]:
        """Real income of each economy and of the world against what the law does by itself, percent."""
        found = self.outcome(scenario, against=LAW)
        return [*map(float, found.real_income), found.world_real_income]

    def lawful(self, scenario: str | None) -> bool:
        """Whether a scenario (None: what is in force) is what the law does by itself."""
        return max(map(abs, self._moved(scenario))) < NOTHING

    @cached_property
    def moving(self) -> tuple[str, ...]:
        """The scenarios with something to show against the law by itself, all of them where none has."""
        return tuple(s for s in self.ids if s not in self.idle) or self.ids

    @cached_property
    def reference(self) -> str:
        """Label of the reference duties, cut at the first comma or bracket, without its article."""
        return self.dossier.reference.label.split(" (")[0].split(",")[0].split(";")[0].strip().removeprefix("the ")

    def against(self, scenario: str | None) -> str:
        """What a change is measured against."""
        return self.base if scenario is not None else text.say(TEXTS, "against", reference=self.reference)

    @cached_property
    def data_note(self) -> str:
        """Year of the table and of the duties."""
        return text.say(TEXTS, "made_on", year=self.world.year, reference=self.reference)

    def subtitle(self, unit: str, scenario: str | None = "", horizon: str | None = None) -> str:
        """Unit, baseline and horizon of a table or figure; `scenario=None` is the status quo against the reference."""
        return text.say(TEXTS, "subtitle", unit=_(unit), base=self.against(scenario), run=horizon or self.run)

    def note(self, csv: str, extra: str = "") -> str:
        """Footnote of a figure or table: what it is computed from, and its data file."""
        return text.say(TEXTS, "note", basis=self.data_note, extra=extra, csv=csv)

    # -- tidy data -------------------------------------------------------------------------------------------------------
    def row(
        self,
        region: str,
        scenario: str | None,
        measure: str,
        unit: str,
        value: Triple | float,
        horizon: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """One row of a tidy data file, with unit, baseline and horizon."""
        known = value if isinstance(value, Triple) else Triple(math.nan, float(value), math.nan)
        return {
            "region": region,
            "region_name": "world" if region == "WORLD" else region_name(region),
            "scenario": scenario or STATUS_QUO,
            **more,
            "measure": measure,
            "value": known.value,
            "low": known.low,
            "high": known.high,
            "unit": unit,
            "relative_to": self.against(scenario),
            "horizon": horizon or self.runs.parameters.name,
            "table_year": self.world.year,
        }

    def file(self, stem: str, title: str, rows: Sequence[Mapping[str, Any]]) -> str:
        """Put rows on the shelf as data/STEM.csv; gives the file name."""
        return self.shelf.add(stem, title, pd.DataFrame(list(rows)))


def number_at(frame: pd.DataFrame, row: str, column: str) -> float:
    """One cell of a table as a float."""
    return float(frame.to_numpy()[frame.index.get_loc(row), frame.columns.get_loc(column)])


def row_of(frame: pd.DataFrame, row: str) -> dict[str, float]:
    """One row of a table as floats by column."""
    return {str(k): float(v) for k, v in zip(frame.columns, frame.loc[row].to_numpy(dtype=float), strict=True)}


def real_income(outcome: Outcome, members: Sequence[str], code: str = "") -> float:
    """Real income of one region, or of several together, percent."""
    if code == "WORLD":
        return outcome.world_real_income
    return float(outcome.real_income[members[0]]) if len(members) == 1 else outcome.group_real_income(list(members))
