"""What a government wants, in numbers: the parts of its objective, reported apart.

    G = w₁·100 ln Ŵ + Σⱼ ω[j]·Δ(value added j)/VA + ω_rev·ΔR/VA − ω_price·100 Δln(P̂C/ŵ) − ω_dep·Δ(dependence) − audience costs

Value added and revenue count at constant consumer prices, in percent of the region's value added; prices are those of consumer
goods against the average wage ŵ; dependence is what it buys from its rivals in percent of its income. So no part moves with the
money everything is counted in: an economy that sells more abroad, whose wages and prices both rise, is not thereby charged with
inflation. The part called jobs is real value added by sector, wages and profits alike; heads are `Outcome.jobs`. Audience costs
are charged in the payoff table, to a side that eases while the other does not. Weights come from the dossier's motives, on a
scale where real income has weight 1; with all others at zero G is plain real income.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)]))
>>> parts = Weights(prices=0.5).parts(outcome, "AAA")
>>> sorted(parts), bool(parts["prices"] < 0)
(['dependence', 'jobs', 'prices', 'real income', 'revenue'], True)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.equilibrium.derivatives import Objective
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError, UnknownName
from detente.types import Array
from detente.words import refusal
from detente.world.economy import Economy

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

PARTS = ("real income", "jobs", "revenue", "prices", "dependence", "audience")
FIELDS = {
    "growth": "real_income",
    "employment": "jobs",
    "revenue": "revenue",
    "prices": "prices",
    "dependence": "dependence",
    "audience": "audience",
}
"""What a dossier calls each weight."""


STANCES = ("ease", "hold", "escalate")


def must_have_stances(dossier: Dossier, wanted: Sequence[str] = STANCES) -> None:
    """Raise `InputError` where a party lacks one of the `wanted` stances, or (none wanted) has none at all; it names them all."""
    lacking = []
    for party in dossier.parties:
        own = {s.stance for s in party.stances}
        missing = [s for s in wanted if s not in own] if wanted else [] if own else list(STANCES)
        lacking += [f"{party.region}: {', '.join(missing)}"] if missing else []
    if lacking:
        raise InputError(refusal("strategy", "stances_lacking", id=dossier.id, lacking="; ".join(lacking)))


def two_parties(dossier: str, parties: Sequence[str]) -> tuple[str, str]:
    """Both parties of a dossier. Raises `InputError` where there are more or fewer."""
    if len(parties) != 2:
        raise InputError(refusal("strategy", "has_parties_this_needs", dossier=dossier, count=len(parties)))
    return parties[0], parties[1]


@dataclass(frozen=True, eq=False)
class Measured:
    """What an objective reads off an outcome for one government, before any weight; averages over time are averages of these.

    100 ln Ŵ; change of real value added [sector] and of revenue in percent of value added; 100 Δ ln of consumer prices against
    the wage; change of what is bought from each region [region] in percent of income.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    real_income: float
    value_added: Array
    revenue: float
    prices: float
    bought: Array

    @classmethod
    def of(cls, outcome: Outcome, region: str) -> Measured:
        """Of a region in an outcome."""
        n = outcome.regions.index(region)
        before, after = outcome.before, outcome.after
        gross = float(before.value_added[n].sum())
        dearer = float(after.cpi[n] / before.cpi[n])
        public = [e.tariff_revenue[n] + e.export_tax_revenue[n] - e.subsidies[n] for e in (before, after)]
        bought = [100 * e.shipments[:, n].sum(1) / e.income[n] for e in (before, after)]
        return cls(
            outcome.regions, outcome.sectors,
            real_income=100 * float(np.log1p(outcome.real_income[region] / 100)),
            value_added=100 * (after.value_added[n] / dearer - before.value_added[n]) / gross,
            revenue=100 * float(public[1] / dearer - public[0]) / gross,
            prices=100 * float(np.log(dearer * before.wage_index[n] / after.wage_index[n])),
            bought=bought[1] - bought[0],
        )  # fmt: skip

    @property
    def numbers(self) -> Array:
        """All figures in a row."""
        return np.array([self.real_income, self.revenue, self.prices, *self.value_added, *self.bought])

    @classmethod
    def from_numbers(cls, regions: tuple[str, ...], sectors: tuple[str, ...], numbers: Array) -> Measured:
        """What `numbers` gave."""
        (real_income, revenue, prices), rest = numbers[:3].tolist(), numbers[3:]
        return cls(regions, sectors, real_income, rest[: len(sectors)], revenue, prices, rest[len(sectors) :])

    @staticmethod
    def mean(found: Sequence[Measured], weights: Sequence[float] | Array) -> Measured:
        """The weighted sum of several."""
        first = found[0]

        def total(key: str) -> Any:
            return sum(w * getattr(m, key) for w, m in zip(weights, found, strict=True))

        return Measured(
            first.regions, first.sectors, *(total(k) for k in ("real_income", "value_added", "revenue", "prices", "bought"))
        )


@dataclass(frozen=True)
class Weights:
    """Weights of one government. `jobs` maps sectors (and "default") to weights on their real value added, profits included."""

    real_income: float = 1.0
    jobs: Mapping[str, float] = field(default_factory=dict)
    revenue: float = 0.0
    prices: float = 0.0
    dependence: float = 0.0
    audience: float = 0.0
    rivals: tuple[str, ...] = ()

    @classmethod
    def of(cls, dossier: Dossier, region: str) -> Weights:
        """From the motives of a party; its rivals are the other parties. A bystander wants real income alone."""
        parties = {p.region: p for p in dossier.parties}
        if region not in parties:
            return cls()
        o = parties[region].objective
        others = tuple(code for code in parties if code != region)
        return cls(o.growth, dict(o.employment), o.revenue, o.prices, o.dependence, o.audience, others)

    def doubled(self) -> Weights:
        """The same government with twice the weight on everything but real income."""
        jobs = {sector: 2 * weight for sector, weight in self.jobs.items()}
        return replace(
            self,
            jobs=jobs,
            revenue=2 * self.revenue,
            prices=2 * self.prices,
            dependence=2 * self.dependence,
            audience=2 * self.audience,
        )

    def with_(self, **changes: object) -> Weights:
        """A changed copy, for asking how the answer moves with a motive."""
        unknown = [key for key in changes if key not in self.__dataclass_fields__]
        if unknown:
            raise InputError(
                refusal(
                    "strategy",
                    "government_has_no_weight",
                    unknown=f"{unknown[0]!r}",
                    dataclass_fields=", ".join(self.__dataclass_fields__),
                )
            )
        return replace(self, **changes)  # type: ignore[arg-type]

    def parts(self, outcome: Outcome, region: str) -> dict[str, float]:
        """Weighted parts of G of `region` in an outcome, points of real income; audience costs are not in an outcome."""
        return self.weigh(Measured.of(outcome, region))

    def weigh(self, found: Measured) -> dict[str, float]:
        """The same of what was measured."""
        jobs = np.array([self.jobs.get(s, self.jobs.get("default", 0.0)) for s in found.sectors])
        rivals = [found.regions.index(r) for r in self.rivals if r in found.regions]
        return {
            "real income": self.real_income * found.real_income,
            "jobs": float(jobs @ found.value_added),
            "revenue": self.revenue * found.revenue,
            "prices": -self.prices * found.prices,
            "dependence": -self.dependence * float(found.bought[rivals].sum()),
        }

    def value(self, outcome: Outcome, region: str) -> float:
        """G of `region`: the sum of its parts."""
        return float(sum(self.parts(outcome, region).values()))

    def objective(self, region: str, economy: Economy) -> Objective:
        """The smooth parts (all but dependence and audience) as an objective with exact derivatives.

        Its derivatives at the table are those of `value`; further away it counts value added and revenue at the table's
        prices, and the wage by total value added.
        """
        n = economy.regions.index(region)
        jobs = np.array([self.jobs.get(s, self.jobs.get("default", 0.0)) for s in economy.sectors])
        share = economy.value_added[n] / economy.value_added[n].sum()
        public = self.revenue * float(economy.public_revenue[n] / economy.value_added[n].sum())
        deflator = float(jobs @ share) + public + self.prices
        by_sector = {(region, s): float(w) for s, w in zip(economy.sectors, jobs + self.prices, strict=True) if w}
        return Objective(
            real_income={region: self.real_income},
            value_added=by_sector,
            revenue={region: self.revenue},
            prices={region: deflator},
        )


# -- changed motives, in words -----------------------------------------------------------------------------------------
def numbers(texts: Sequence[str], what: str) -> dict[str, float]:
    """["USA=0.08"] as a mapping. Raises `InputError` where a text is not NAME=NUMBER or a name comes twice."""
    found: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not equals or not name.strip() or not math.isfinite(number):
            raise InputError(refusal("strategy", "is_not", what=what, text=f"{text!r}"))
        if name.strip() in found:
            raise InputError(f"{what} {name.strip()!r} is given twice")
        found[name.strip()] = number
    return found


def moved(given: Mapping[str, Weights], texts: Sequence[str]) -> dict[str, Weights]:
    """The weights by party with those of `texts` replaced, given as "USA.prices=0.5". Raises `InputError`, `UnknownName`.

    The names are those of a dossier's objective: growth, employment, revenue, prices, dependence, audience. An employment weight
    may name a sector; without one it stands for every sector.

    >>> given = {"USA": Weights(prices=0.3, jobs={"default": 0.05, "ELE": 0.2})}
    >>> moved(given, ["USA.prices=0.6"])["USA"].prices
    0.6
    >>> moved(given, ["USA.employment.ELE=0.5"])["USA"].jobs
    {'default': 0.05, 'ELE': 0.5}
    """
    weights = dict(given)
    for name, value in numbers(texts, "weight").items():
        party, _, rest = name.partition(".")
        motive, _, sector = rest.partition(".")
        if party not in weights:
            raise UnknownName(party, sorted(weights), "party")
        if motive not in FIELDS:
            raise UnknownName(motive, list(FIELDS), "motive")
        if value < 0:
            raise InputError(refusal("strategy", "weight_must_not", name=name, value=f"{value:g}"))
        if motive != "employment":
            if sector:
                raise InputError(refusal("strategy", "only_employment_has_weight", name=name))
            weights[party] = weights[party].with_(**{FIELDS[motive]: value})
        else:
            jobs = dict(weights[party].jobs) | {sector: value} if sector else {"default": value}
            weights[party] = weights[party].with_(jobs=jobs)
    return weights
