"""From a dossier or a policy to the plan of an ensemble: packages, parties whose trade is kept, stances to judge.

A package is a policy made ready for thousands of draws: its shock once, then what each draw changes of it.
Export controls: the withheld share w becomes 1/(1 + e^{−(ln(w/(1−w)) + a)}) with the draw's severity a. Duties: the change
against the table's own is scaled by the share that is charged, τ = τ₀ + c (τ′ − τ₀). Everything else stays as it is.

A `Plan` holds all a worker needs and nothing that depends on where it runs, and gives each chunk the address it is kept under.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import ExportControl, Policy
>>> package = Package.of("cut", Policy([ExportControl(by="AAA", sectors="MAKE", withhold=0.5)]), toy_world().economy())
>>> round(package.shock_at(severity=float(np.log(3)), coverage=1.0).controls[0].bound, 6)
0.25
>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> economy = toy_world().economy()
>>> acting(Package.of("p", Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), economy), economy)
('AAA', 'BBB')
"""

from __future__ import annotations

import dataclasses
import datetime
import importlib.metadata
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import _check_sources, _version
from detente.errors import InputError, UnknownName
from detente.extras import need
from detente.files import code_digest, sha256
from detente.outlook.ensemble.draws import Drawn, Input, draw_parameters, inputs_for, sobol_points
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.instruments import ExportControl, Policy
from detente.policy.shock import Control, Shock
from detente.strategy.objectives import PARTS, Weights
from detente.types import Array
from detente.words import refusal
from detente.world.economy import Economy
from detente.world.world import World

CENTRE = -1
"""Number of the chunk that holds the central parameters alone."""
LEVELS = ("income", "cpi", "wage", "revenue")
_SOLVING = ("equilibrium", "policy", "outlook/ensemble", "data/horizons.yaml", "data/draws.yaml")
"""Rooms and files whose content decides what a draw comes to."""
_JUDGING = ("strategy/objectives.py",)


@dataclass(frozen=True, eq=False)
class Package:
    """A named policy on one economy. `cuts` holds (withheld share, leakage) for each bound that is an export control."""

    name: str
    shock: Shock
    base_tariffs: Array
    cuts: tuple[tuple[float, float] | None, ...]
    labels: tuple[str, ...]
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, name: str, policy: Policy, economy: Economy) -> Package:
        """Build the shock once; raises what building or a missing source raises."""
        shock = Policy().shock(economy)
        cuts: list[tuple[float, float] | None] = []
        for instrument in policy:
            before = len(shock.controls)
            instrument.apply(shock)
            cut = (instrument.withhold, instrument.leakage) if isinstance(instrument, ExportControl) else None
            cuts += [cut] * (len(shock.controls) - before)
        _check_sources(economy, shock)
        labels = _distinct([short_label(c, economy) for c in shock.controls])
        return cls(name, shock, economy.tariffs, tuple(cuts), labels, tuple(policy.describe()))

    def shock_at(self, severity: float, coverage: float) -> Shock:
        """The shock of a draw."""
        if severity == 0 and coverage == 1:
            return self.shock
        shock = dataclasses.replace(self.shock, controls=list(self.shock.controls))
        if coverage != 1:
            shock.tariffs = self.base_tariffs + coverage * (self.shock.tariffs - self.base_tariffs)
        if severity != 0:
            shock.controls = [
                c if cut is None else dataclasses.replace(c, bound=1 - harder(cut[0], severity) * (1 - cut[1]))
                for c, cut in zip(self.shock.controls, self.cuts, strict=True)
            ]
        return shock

    @property
    def digest(self) -> str:
        """SHA-256 of everything a solve reads."""
        s = self.shock
        arrays = (s.tariffs, s.export_taxes, s.iceberg, s.allowed, s.unit_cost, s.subsidies)
        parts = [np.ascontiguousarray(array).tobytes() for array in arrays]
        for control, cut, label in zip(s.controls, self.cuts, self.labels, strict=True):
            told = [label, repr(control.bound), control.kind, control.rent, str(control.by_value), repr(cut)]
            told += [] if np.isinf(control.seller_cap) else [repr(control.seller_cap)]
            told += [] if np.isinf(control.most) else [f"most {control.most!r}"]
            parts.append("|".join(told).encode())
            parts.append(np.packbits(control.flows).tobytes())
        return sha256(*parts)


def harder(withheld: float, severity: float) -> float:
    """A withheld share moved by `severity` on its log odds; nothing and all stay what they are.

    >>> harder(0.0, 1.0), round(harder(0.9, -np.log(9)), 12)
    (0.0, 0.5)
    """
    if not 0 < withheld < 1:
        return withheld
    return 1 / (1 + math.exp(-(math.log(withheld / (1 - withheld)) + severity)))


def short_label(control: Control, economy: Economy) -> str:
    """ "CHN RER to USA", "CHN RER to 30 others": whose goods to whom a bound is on."""

    def listed(hit: Sequence[str], everyone: int, many: str) -> str:
        if len(hit) == everyone and everyone > 3:
            return f"all {many}"
        return ", ".join(hit) if len(hit) <= 3 else f"{len(hit)} {many}"

    flows = control.flows
    origins = [r for r, hit in zip(economy.regions, np.atleast_1d(flows.any((1, 2))), strict=True) if hit]
    buyers = [r for r, hit in zip(economy.regions, np.atleast_1d(flows.any((0, 2))), strict=True) if hit]
    goods = [s for s, hit in zip(economy.sectors, np.atleast_1d(flows.any((0, 1))), strict=True) if hit]
    n, s = len(economy.regions), len(economy.sectors)
    return f"{listed(origins, n, 'sellers')} {listed(goods, s, 'goods')} to {listed(buyers, n, 'buyers')}"


def _distinct(labels: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Payoffs:
    """Stances to be judged: a package a combination, and the motives of each party."""

    combinations: tuple[tuple[str, ...], ...]
    packages: tuple[Package, ...]
    weights: Mapping[str, Weights]
    audience_points: float

    def columns(self) -> list[str]:
        """combination|party|part, in points of real income against the status quo."""
        return [f"{'/'.join(c)}|{p}|{part}" for c in self.combinations for p in self.weights for part in PARTS]


@dataclass(frozen=True, eq=False)
class Plan:
    """An ensemble as workers see it. `status_quo` names the package payoffs are compared with; `pairs` whose trade is kept."""

    economy: Economy
    parameters: Parameters
    inputs: tuple[Input, ...]
    seed: int
    draws: int
    chunk: int
    packages: Mapping[str, Package]
    pairs: tuple[tuple[str, str], ...]
    status_quo: str | None = None
    payoffs: Payoffs | None = None

    @property
    def chunks(self) -> range:
        """Chunk numbers, the centre first."""
        return range(CENTRE, -(-self.draws // self.chunk))

    def points(self, chunk: int) -> Array:
        """Coordinates of a chunk's draws [draw, input]; the centre is 0.5 everywhere."""
        if chunk == CENTRE:
            return np.full((1, len(self.inputs)), 0.5)
        first = chunk * self.chunk
        return sobol_points(len(self.inputs), self.seed, first, min(self.chunk, self.draws - first))

    def at(self, point: Array) -> Drawn:
        """Parameters and measures at a point."""
        return draw_parameters(point, self.parameters, self.economy, self.inputs)

    def columns(self, package: str) -> list[str]:
        """Names of what is kept of a package: level|region, trade|origin>destination, wedge|bound and rent|bound."""
        if package == "payoffs" and self.payoffs is not None:
            return self.payoffs.columns()
        regions, labels = self.economy.regions, self.packages[package].labels
        names = [f"{level}|{r}" for level in LEVELS for r in regions]
        names += [f"trade|{a}>{b}" for a, b in self.pairs]
        return names + [f"{what}|{label}" for what in ("wedge", "rent") for label in labels]

    @cached_property
    def head(self) -> str:
        """Hash of all a chunk depends on but its package and number."""
        return _sha(
            self.economy.fingerprint,
            json.dumps(self.parameters.record(), sort_keys=True, default=str),
            json.dumps([i.record() for i in self.inputs], sort_keys=True),
            json.dumps([self.seed, self.chunk, list(self.pairs)]),
            code_version(),
        )

    def key(self, package: str, chunk: int) -> str:
        """The address of a chunk: a hash of all its bytes depend on, the points themselves included."""
        if package == "payoffs" and self.payoffs is not None:
            parts = [p.digest for p in self.payoffs.packages]
            parts += [repr(sorted(self.payoffs.weights.items())), repr(self.payoffs.combinations)]
            parts += [code_digest(*_JUDGING), repr(self.payoffs.audience_points), self.packages[self.status_quo or ""].digest]
        else:
            parts = [self.packages[package].digest]
        return _sha(self.head, *parts, sha256(self.points(chunk).tobytes()))[:40]


def make_plan(
    source: Dossier | Policy | str, draws: int, seed: int, world: World | Economy | None, scenario: str | Sequence[str] | None,
    horizon: str | Parameters | None, what: Sequence[str], chunk: int, parameters: Mapping[str, Any],
) -> tuple[Plan, str, dict[str, str | None], tuple[str, ...]]:  # fmt: skip
    """The plan, a title, what each scenario is compared with (None: the table) and the parties."""
    from detente.world.library import load_world

    unknown = [w for w in what if w not in ("headlines", "payoffs")]
    if unknown:
        raise UnknownName(unknown[0], ["headlines", "payoffs"], "part of an ensemble")
    table = load_world() if world is None else world
    economy = table.economy()
    case = load_dossier(source) if isinstance(source, str) else source
    if isinstance(case, Policy):
        if scenario is not None:
            raise InputError(refusal("outlook", "policy_is_one_scenario"))
        if "payoffs" in what:
            raise InputError(refusal("outlook", "payoffs_need_dossier_whose"))
        chosen = named_horizon(horizon or "medium", **parameters)
        packages = {"policy": Package.of("policy", case, economy)}
        parties = acting(packages["policy"], economy)
        plan = Plan(economy, chosen, inputs_for(table, chosen), seed, draws, chunk, packages, _pairs(parties))
        return plan, "; ".join(case.describe()) or "no policy", {"policy": None}, parties
    case.must_fit(table)
    chosen = named_horizon(horizon or case.horizon.default, **parameters)
    names = [s.id for s in case.scenarios] if scenario is None else [scenario] if isinstance(scenario, str) else list(scenario)
    names = list(dict.fromkeys(["status-quo", *names] if scenario is None else names))
    packages = {"status-quo": Package.of("status-quo", case.policy(None, economy.regions, economy.sectors), economy)}
    for name in names:
        if name != "status-quo":
            packages[name] = Package.of(name, case.policy(name, economy.regions, economy.sectors), economy)
    parties = tuple(p.region for p in case.parties)
    payoffs = _payoffs(case, economy) if "payoffs" in what else None
    plan = Plan(
        economy, chosen, inputs_for(table, chosen, case), seed, draws, chunk, packages, _pairs(parties), "status-quo", payoffs
    )
    return plan, case.title, {n: None if n == "status-quo" else "status-quo" for n in names}, parties


def _payoffs(case: Dossier, economy: Economy) -> Payoffs:
    from detente.strategy.objectives import Weights
    from detente.strategy.payoffs import AUDIENCE_POINTS

    for party in case.parties:
        if not party.stances:
            raise InputError(refusal("outlook", "gives_no_stances_add", id=case.id, region=party.region))
    day: datetime.date = max([s.policy_date for s in case.scenarios] or [case.as_of])
    combinations = tuple(itertools.product(*([s.stance for s in p.stances] for p in case.parties)))
    packages = []
    for combination in combinations:
        changes = [c for party, name in zip(case.parties, combination, strict=True) for c in party.stance(name).changes]
        policy = case.policy(None, economy.regions, economy.sectors, changes=changes, day=day)
        packages.append(Package.of("/".join(combination), policy, economy))
    weights = {p.region: Weights.of(case, p.region) for p in case.parties}
    return Payoffs(combinations, tuple(packages), weights, AUDIENCE_POINTS)


def acting(package: Package, economy: Economy) -> tuple[str, ...]:
    """Who a policy is between: the governments that act and those they act on, the largest flows first, at most four."""
    shock, flows = package.shock, economy.shipments
    hit = (
        (shock.tariffs != economy.tariffs) | (shock.iceberg != 1) | ~shock.allowed | (shock.export_taxes != economy.export_taxes)
    )
    for control in shock.controls:
        hit = hit | control.flows
    value = np.where(hit, flows, 0.0).sum(2)
    weight = value.sum(0) + value.sum(1)
    order = np.argsort(-weight, kind="stable") if weight.any() else np.argsort(-economy.income, kind="stable")
    return tuple(economy.regions[k] for k in order[: 4 if (weight > 0).sum() > 2 else 2])


def _pairs(parties: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a in parties for b in parties if a != b)


@lru_cache(maxsize=1)
def code_version() -> str:
    """Version of detente, hash of the code that solves, and versions of the libraries that do the arithmetic."""
    need("pyarrow")
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in ("jaxlib", "numpy", "scipy", "pyarrow")]
    return f"detente {_version()} ({code_digest(*_SOLVING)}), " + ", ".join(libraries)


def _sha(*parts: str) -> str:
    return sha256("\n".join(parts).encode())
