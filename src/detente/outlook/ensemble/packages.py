"""A policy package made ready for thousands of draws: its shock once, then what each draw changes of it.

Export controls: the withheld share w becomes 1/(1 + e^{−(ln(w/(1−w)) + a)}) with the draw's severity a. Duties: the change
against the table's own is scaled by the share that is charged, τ = τ₀ + c (τ′ − τ₀). Everything else stays as it is.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import ExportControl, Policy
>>> package = Package.of("cut", Policy([ExportControl(by="AAA", sectors="MAKE", withhold=0.5)]), toy_world().economy())
>>> round(package.shock_at(severity=float(np.log(3)), coverage=1.0).controls[0].bound, 6)
0.25
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.equilibrium.solve import _check_sources
from detente.files import sha256
from detente.policy.instruments import ExportControl, Policy
from detente.policy.shock import Array, Control, Shock
from detente.world.economy import Economy


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
            parts.append(f"{label}|{control.bound!r}|{control.kind}|{control.rent}|{control.by_value}|{cut!r}".encode())
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
