"""Domestic politics: who gains and who loses at home, by sector and (where the world ships counts) by place below the nation.

With Δ[j] the change of a party's jobs in a sector (`Outcome.jobs`: who moves and, where wages have a floor, who is out of work),
e[j] those at work before, s[p, j] a place's share of the sector's jobs, X[j] exports to the other parties at the prices of before
and Y[j] output,

    jobs of a place       Δ[p] = Σⱼ s[p, j] Δ[j];     for its size  1000 Δ[p] / Σⱼ s[p, j] e[j]
    behind lost exports   b[j] = e[j] · max(0, X[j] − X′[j]) / Y[j];     of a place  Σⱼ s[p, j] b[j]
    cost to consumers     first-round consumer prices × consumption a person × the people of the place

Places share a sector's fate as they share its jobs. The cost a person is the nation's, only the number of people differs; it is
that of duties, not of embargoes and controls. `b` counts direct jobs before anybody finds another customer: exposure, not a loss;
b and Δ are not to be added.

Sectors are ranked by heads, places by jobs for their size; what prints alike shares a rank, and what prints as nothing neither
gains nor loses. Keeping a nation's total scales all its sectors, and so all its places, alike (`jobs.rescaling`): that leaves the
order of places alone, but a sign only holds beyond it.

>>> import detente as dt
>>> found = dt.politics("kuala-lumpur-2025", ["pessimistic"], ["USA"])
>>> home = found.homes[0]
>>> len(home.places), bool(abs(home.places["change"].sum() - home.sectors["change"].sum()) < 1e-6)
(51, True)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from detente.cases.baselines import BASELINES, STATUS_QUO, in_words
from detente.cases.case import CENTRAL, Case
from detente.equilibrium.jobs import heads, rescaling
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError, NotConverged, UnknownName, UnknownRegion
from detente.types import Progress, plain
from detente.words import say, tell
from detente.words.names import region_name, sector_name
from detente.words.shown import Shown
from detente.world import money
from detente.world.places import places as places_of

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.strategy.deal import Proposal

PACKAGE = "package"
"""What the outcome of a deal is called beside scenarios."""
HEADS, PER_THOUSAND = 1, 2
"""Decimals that thousand persons, and jobs per thousand, are printed and ranked with."""


class Bill(NamedTuple):
    """What duties cost consumers: percent of consumer prices in local money, first round and after substitution, and USD a person
    and year, in dollars of `year`. None where it is not known: no answer with the exchange rate pinned, no dollars of that year.
    """

    price: float
    price_substituted: float | None
    year: int | None
    dollars: float | None
    dollars_substituted: float | None

    @classmethod
    def of(cls, outcome: Outcome, party: str, year: int | None) -> Bill:
        """Read off an outcome; costs up to two solves, shared by all parties of an outcome."""
        first, after = float(outcome.consumer_prices_local[party]), None
        with suppress(InputError, NotConverged):  # no answer at the pinned closure
            after = float(outcome.consumer_prices_substituted[party])
        paid = dollars(outcome, party, year)
        if year is None or paid is None:
            return cls(first, after, None, None, None)
        return cls(first, after, year, paid, None if after is None else after * money.consumption_a_person(party, year) / 100)


class Leaders(NamedTuple):
    """Who comes first: names that print alike, and what they print (thousand persons, or jobs per thousand)."""

    names: tuple[str, ...]
    value: float


@dataclass(frozen=True, eq=False)
class Home:
    """One party in one outcome.

    `sectors`, a row a sector: name, before, change, low, high, out of work, exports lost, behind (thousand persons; exports in
    the unit of the table a year). `places`, a row a place: code, before, change, low, high, out of work, behind, population,
    cost, cost substituted (million USD a year); None where the world counts none. `low` and `high` are the ends of the change
    over the parameter sets, NaN without ranges; so is "out of work" where wages have no floor.
    `one` and `many` are what a place is called. `rescaled`: by how much every sector is scaled to keep the total, percent.
    `unemployed`: change of those out of work, thousand; None where wages have no floor.
    """

    party: str
    rivals: tuple[str, ...]
    scenario: str | None
    against: str
    horizon: str
    sectors: pd.DataFrame
    places: pd.DataFrame | None
    one: str
    many: str
    bill: Bill
    people: float | None
    rescaled: float
    unemployed: float | None
    wage_floor: float | None

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        party: str,
        rivals: Sequence[str],
        *,
        scenario: str | None = None,
        against: str = "",
        year: int | None = None,
        others: Sequence[Outcome] = (),
    ) -> Home:
        """Read off an outcome; `others` are the same at other parameter sets, for ranges. Raises `UnknownRegion`,
        `MissingEmployment`."""
        if party not in outcome.regions:
            raise UnknownRegion(party, {r: region_name(r) for r in outcome.regions})
        n = outcome.regions.index(party)
        before = pd.Series(heads(outcome.before)[n], list(outcome.sectors))
        changes = [o.jobs.T[party] for o in (outcome, *others)]
        lost = exports_lost(outcome, party, rivals)
        behind = exposed_jobs(outcome, party, rivals)
        sectors = pd.DataFrame({"name": [sector_name(s) for s in before.index], "before": before, "change": changes[0]})
        floored = outcome.after.labour_market is not None and outcome.parameters is not None
        idle = outcome.unemployed_by_sector.T[party] if floored else before * math.nan
        sectors = sectors.assign(**_ends(changes), **{"out of work": idle, "exports lost": lost, "behind": behind})
        sectors = sectors.rename_axis("sector")
        bill = Bill.of(outcome, party, year)
        people = None if bill.year is None else money.population(party, bill.year)
        known = places_of(party)
        shares = None if known is None else known.job_shares(outcome.sectors)
        found, one, many = None, "", ""
        if known is not None and shares is not None:
            one, many = known.one, known.many
            living = known.population_shares * (math.nan if people is None else people)
            spread = [shares @ change for change in changes]
            found = pd.DataFrame({"code": known.people["code"], "before": shares @ before, "change": spread[0]})
            found = found.assign(**_ends(spread), **{"out of work": shares @ idle}, behind=shares @ behind, population=living)
            found["cost"] = living * _or_nan(bill.dollars) / 1e6
            found["cost substituted"] = living * _or_nan(bill.dollars_substituted) / 1e6
            found = found.loc[known.people.index].rename_axis("place")
        kept = rescaling(outcome.after)[n] / rescaling(outcome.before)[n]
        return cls(
            party=party, rivals=tuple(rivals), scenario=scenario, against=against,
            horizon="" if outcome.parameters is None else outcome.parameters.name,
            sectors=sectors, places=found, one=one, many=many, bill=bill, people=people, rescaled=100 * float(kept - 1),
            unemployed=float(outcome.unemployed[party]) if floored else None,
            wage_floor=outcome.parameters.wage_floor if floored and outcome.parameters is not None else None,
        )  # fmt: skip

    # -- nation ----------------------------------------------------------------------------------------------------------
    @property
    def employed(self) -> float:
        """At work before, thousand."""
        return float(self.sectors["before"].sum())

    @property
    def gained(self) -> float:
        """Jobs in sectors that grow, thousand."""
        return float(self.sectors["change"].clip(lower=0).sum())

    @property
    def lost(self) -> float:
        """Jobs in sectors that shrink, thousand, as a positive number."""
        return float(-self.sectors["change"].clip(upper=0).sum())

    @property
    def behind(self) -> float:
        """Jobs behind exports lost to the other parties, thousand."""
        return float(self.sectors["behind"].sum())

    @property
    def exports_lost(self) -> float:
        """Exports lost to the other parties, the table's unit a year, summed over the sectors that lose."""
        return float(self.sectors["exports lost"].sum())

    @property
    def cost(self) -> float | None:
        """What all consumers pay more, million USD a year, first round; None where it is not known."""
        return None if self.bill.dollars is None or self.people is None else self.bill.dollars * self.people / 1e6

    # -- who gains and loses most ----------------------------------------------------------------------------------------
    @property
    def per_thousand(self) -> pd.Series:
        """Change of jobs for the size of a place, per thousand of its jobs; NaN without a count; empty without places."""
        return _rate(self.places, "change")

    @property
    def exposed(self) -> pd.Series:
        """Jobs behind lost exports for the size of a place, per thousand of its jobs."""
        return _rate(self.places, "behind")

    @property
    def _unsaid(self) -> pd.Series:
        return self.sectors["change"].abs() <= (self.sectors["before"] * self.rescaled / 100).abs()

    @property
    def unsaid_sectors(self) -> int:
        """Sectors that print a change no larger than the scaling that keeps the nation's total: it says nothing."""
        return int((self._unsaid & (self.sectors["change"].abs().round(HEADS) > 0)).sum())

    @property
    def uncounted(self) -> list[str]:
        """Places without a count of jobs; theirs are spread over the others."""
        return [] if self.places is None else list(map(str, self.places.index[self.places["before"].isna()]))

    @property
    def signed_places(self) -> int:
        """Places whose change is larger than the scaling that keeps the nation's total: their sign holds."""
        return int((self.per_thousand.abs() > abs(10 * self.rescaled)).sum())

    @property
    def sure_places(self) -> int | None:
        """Places whose change has one sign over all parameter sets; None without ranges."""
        if self.places is None or self.places["low"].isna().all():
            return None
        return int(((self.places["low"] > 0) | (self.places["high"] < 0)).sum())

    def leaders(self, what: str, sign: int) -> Leaders:
        """Who gains (`sign` 1) or loses (−1) most; no names where nobody does. `what`: "sectors" in thousand, of those beyond the
        scaling of the total; "exports", sectors by jobs behind lost exports; "places" per thousand of their jobs; "behind",
        places by jobs behind lost exports for their size; "cost", places by what they pay in all (million USD)."""
        if what == "sectors":
            return leaders(sign * self.sectors["change"].where(~self._unsaid), HEADS, sign)
        if what == "exports":
            return leaders(sign * self.sectors["behind"], HEADS, sign)
        if what == "cost":
            return leaders(sign * (pd.Series(dtype=float) if self.places is None else self.places["cost"]), 0, sign)
        return leaders(sign * {"places": self.per_thousand, "behind": self.exposed}[what], PER_THOUSAND, sign)

    def named(self, found: Leaders) -> list[str]:
        """Names of the sectors that lead."""
        return [sector_name(s) for s in found.names]

    def ranked(self, what: str) -> pd.DataFrame:
        """`sectors` or `places` with their rank, most gained first: "rank" counts those that print more, so that ties share it;
        places without a count come last without one."""
        frame = self.sectors if what == "sectors" else self.places
        if frame is None:
            return pd.DataFrame()
        judged = frame["change"] if what == "sectors" else self.per_thousand
        printed = judged.round(HEADS if what == "sectors" else PER_THOUSAND)
        made = frame.assign(**{} if what == "sectors" else {"per thousand": judged, "behind per thousand": self.exposed})
        made["rank"] = printed.rank(method="min", ascending=False)
        order = pd.DataFrame({"printed": -printed, "judged": -judged}).sort_values(["printed", "judged"], kind="stable").index
        return made.loc[order]

    # -- what is told ----------------------------------------------------------------------------------------------------
    def tell(self, part: str, **values: Any) -> str:
        """One paragraph of the words."""
        return tell(self, part, **values)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        columns = {
            "before": "before_thousand", "change": "change_thousand", "low": "low_thousand", "high": "high_thousand",
            "out of work": "out_of_work_thousand", "exports lost": "exports_lost", "behind": "behind_lost_exports_thousand",
            "per thousand": "per_thousand",
            "behind per thousand": "behind_per_thousand", "cost": "cost_musd", "cost substituted": "cost_substituted_musd",
        }  # fmt: skip
        rows = {w: plain(self.ranked(w).rename(columns=columns).reset_index().to_dict("records")) for w in ("sectors", "places")}
        return {
            "party": self.party, "rivals": list(self.rivals), "scenario": self.scenario, "against": self.against,
            "horizon": self.horizon, "unit": "thousand persons", "employed": self.employed, "gained": self.gained,
            "lost": self.lost, "unemployed": self.unemployed, "wage_floor": self.wage_floor, "rescaled_pct": self.rescaled,
            "behind_lost_exports": self.behind, "exports_lost": self.exports_lost,
            "consumer_prices_pct": self.bill.price, "consumer_prices_substituted_pct": self.bill.price_substituted,
            "year": self.bill.year, "usd_a_person": self.bill.dollars,
            "usd_a_person_substituted": self.bill.dollars_substituted, "cost_musd": self.cost, "place": self.one or None,
            "most": {
                f"{what}_{way}": {"names": list(found.names), "value": found.value}
                for what in ("sectors", "places") for way, sign in (("gain", 1), ("loss", -1))
                for found in [self.leaders(what, sign)] if found.names
            },
            **rows,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Politics(Shown):
    """Every party in every outcome asked for, outcome by outcome. `unit` is the unit of exports; `compared` has the baselines by
    name, in words; `titles` what the dossier calls the outcomes."""

    dossier: str
    horizon: str
    unit: str
    homes: tuple[Home, ...]
    compared: Mapping[str, str]
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The outcomes, in their order."""
        return tuple(dict.fromkeys(str(h.scenario) for h in self.homes))

    def of(self, party: str, scenario: str | None = None) -> Home:
        """One party in one outcome (the first if `scenario` is None). Raises `UnknownName`."""
        found = [h for h in self.homes if h.party == party and (scenario is None or h.scenario == scenario)]
        if not found:
            names = [h.party for h in self.homes] if scenario is None else [str(h.scenario) for h in self.homes]
            raise UnknownName(party if scenario is None else scenario, list(dict.fromkeys(names)), "party or scenario")
        return found[0]

    def summary(self) -> pd.DataFrame:
        """One row an outcome and party: thousand persons, USD a person, and who gains and loses most (names that print alike)."""
        rows = []
        for h in self.homes:
            ends = {f"{what} {way}": "; ".join(h.leaders(what, sign).names) for what in ("sectors", "places")
                    for way, sign in (("gaining most", 1), ("losing most", -1))}  # fmt: skip
            rows.append(
                {
                    "scenario": h.scenario, "against": h.against, "party": h.party, "gained, thousand": h.gained,
                    "lost, thousand": h.lost, "out of work, thousand": h.unemployed, "behind lost exports, thousand": h.behind,
                    "consumer prices, %": h.bill.price, "USD a person": h.bill.dollars, "million USD": h.cost, **ends,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def to_frame(self) -> pd.DataFrame:
        """One row an outcome, party and sector or place, ranked; units in the column names."""
        parts = []
        for h in self.homes:
            for level in ("sectors", "places"):
                frame = h.ranked(level)
                if frame.empty:
                    continue
                named = frame.reset_index() if level == "sectors" else frame.reset_index(names="name")
                named = named.rename(columns={"sector": "code"})
                level_name = "sector" if level == "sectors" else h.one
                head = {"scenario": h.scenario, "against": h.against, "party": h.party, "level": level_name}
                parts.append(named.assign(**head))
        order = [
            "scenario", "against", "party", "level", "code", "name", "rank", "before", "change", "low", "high", "out of work",
            "per thousand", "behind", "behind per thousand", "exports lost", "population", "cost", "cost substituted",
        ]  # fmt: skip
        units = {
            **{c: f"{c}, thousand" for c in ("before", "change", "low", "high", "out of work")},
            "behind": "behind lost exports, thousand",
            "behind per thousand": "behind lost exports, per thousand", "exports lost": f"exports lost, {self.unit}",
            "cost": "cost, million USD", "cost substituted": "cost after substitution, million USD",
        }  # fmt: skip
        return pd.concat(parts, ignore_index=True).reindex(columns=order).rename(columns=units)

    def explain(self) -> str:
        """Who gains and loses most, party by party, in every outcome, and what the numbers leave out."""
        return tell(self)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.dossier, "horizon": self.horizon, "exports_unit": self.unit,
            "homes": [h.record() for h in self.homes],
        }  # fmt: skip


def politics(
    case: Case | Dossier | str | Path,
    scenarios: Sequence[str | None] = (),
    parties: Sequence[str] = (),
    *,
    against: str | None = None,
    with_ranges: bool = False,
    progress: Progress | None = None,
) -> Politics:
    """Who gains and loses at home in these scenarios (all if none is named; None and "status-quo" are what is in force) for these
    parties (all), against a baseline by name (what `Case.outcome` takes if None: the law by itself). `with_ranges` solves every
    parameter set. Raises `InputError` for a dossier without scenarios, `UnknownName`, `MissingEmployment`, `NotConverged`,
    `CornerResult`.
    """
    case = case if isinstance(case, Case) else Case.of(case)
    _check(case, parties)
    if not scenarios:
        case.must_have_scenarios()
    named = [case.scenario(s) for s in scenarios or case.ids]
    homes: list[Home] = []
    for k, name in enumerate(named):
        if progress is not None:
            progress(name or STATUS_QUO, k, len(named))
        outcome = case.outcome(name, against=against)
        sets = [v for v in case.answered(name, against) if v != CENTRAL] if with_ranges else []
        others = [case.outcome(name, variant=v, against=against) for v in sets]
        homes += _homes(case, outcome, parties, name or STATUS_QUO, case.compared_with(name, against), others)
    compared = {h.against: in_words(h.against, case.dossier, means=True) for h in homes}
    titles = {s.id: s.title for s in case.dossier.scenarios}
    return Politics(case.dossier.id, case.parameters.name, case.world.unit, tuple(homes), compared, titles)


def politics_of_deal(deal: Proposal, parties: Sequence[str] = ()) -> Politics:
    """The same for the package of a deal, against what follows without one, at the case's own month of the path. Two solves."""
    case, without = deal.packages.case, deal.disagreement
    _check(case, parties)
    homes = _homes(case, package_outcome(deal), parties, PACKAGE, without, ())
    words = in_words(without, case.dossier, means=True) if without in BASELINES else say("words/templates/Politics", without)
    return Politics(case.dossier.id, case.parameters.name, case.world.unit, tuple(homes), {without: words})


def package_outcome(deal: Proposal) -> Outcome:
    """The equilibrium under the package of a deal against that without one, at the month or horizon the case stands at."""
    made = deal.packages
    return made.settled(deal.levels).relative_to(made.settled(deal.without.levels))


def _check(case: Case, parties: Sequence[str]) -> None:
    for party in parties:
        if party not in case.parties:
            raise UnknownName(party, list(case.parties), "party")


def _homes(
    case: Case, outcome: Outcome, parties: Sequence[str], scenario: str, against: str, others: Sequence[Outcome]
) -> list[Home]:
    found = []
    for party in parties or case.parties:
        rivals = [p for p in case.parties if p != party]
        year = latest_year(party, case.dossier.as_of.year)
        found.append(Home.of(outcome, party, rivals, scenario=scenario, against=against, year=year, others=others))
    return found


def latest_year(region: str, until: int) -> int | None:
    """The last year up to `until` whose dollars are known for a region; None where none is."""
    return next((y for y in range(until, money.BASE - 1, -1) if money.has(region, y)), None)


def leaders(values: pd.Series, decimals: int, sign: int = 1) -> Leaders:
    """Those that print the largest of `values`, in their order, if that is above zero; the value they print, times `sign`.

    >>> leaders(pd.Series({"a": 1.24, "b": 0.3, "c": 1.16}), 1), leaders(pd.Series({"a": 0.04}), 1)
    (Leaders(names=('a', 'c'), value=1.2), Leaders(names=(), value=0.0))
    """
    printed = values.dropna().round(decimals)
    top = float(printed.max()) if len(printed) else 0.0
    if top <= 0:
        return Leaders((), 0.0)
    return Leaders(tuple(map(str, printed.index[printed == top])), sign * top)


def exports_lost(outcome: Outcome, party: str, rivals: Sequence[str]) -> pd.Series:
    """What a party ships less to `rivals` by sector, at its producer prices of before, the table's unit a year; 0 where more."""
    n, others = outcome.regions.index(party), [outcome.regions.index(r) for r in rivals]
    before, after = (e.shipments[n, others].sum(0) for e in (outcome.before, outcome.after))
    dearer = outcome.after.unit_cost[n] / outcome.before.unit_cost[n]
    return pd.Series(np.maximum(before - after / dearer, 0.0), list(outcome.sectors))


def exposed_jobs(outcome: Outcome, party: str, rivals: Sequence[str]) -> pd.Series:
    """Jobs behind the exports a party loses to `rivals` by sector, thousand. Raises `MissingEmployment`."""
    n = outcome.regions.index(party)
    made = pd.Series(outcome.before.output[n], list(outcome.sectors))
    return heads(outcome.before)[n] * (exports_lost(outcome, party, rivals) / made.where(made > 0)).fillna(0.0)


def dollars(outcome: Outcome, party: str, year: int | None) -> float | None:
    """First-round cost of duties to a person, USD a year in dollars of `year`; None where they are not known."""
    if year is None or not money.knows_consumption(party) or not money.has(party, year):
        return None
    return float(outcome.consumer_prices_local[party]) * money.consumption_a_person(party, year) / 100


def _rate(frame: pd.DataFrame | None, column: str) -> pd.Series:
    if frame is None:
        return pd.Series(dtype=float)
    return 1000 * frame[column] / frame["before"].where(frame["before"] > 0)


def _ends(values: Sequence[pd.Series]) -> dict[str, Any]:
    """Lowest and highest of several; NaN of one alone."""
    if len(values) == 1:
        return {"low": math.nan, "high": math.nan}
    together = pd.DataFrame(values)
    return {"low": together.min(), "high": together.max()}


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
