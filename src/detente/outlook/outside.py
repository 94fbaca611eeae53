"""The outside view: what many cases elsewhere lend to the base rate of one pair's own record, and the two pooled.

A record says between whom it is (`between`) and counts its talks, threats and truces. `data/base-rates.yaml` names for each kind
which outcomes elsewhere stand for which of the record's. What the class of the pair lends is a prior worth S cases, estimated
from how far pairs differ (`shrinkage`); with it the record's counts n over N become

    chance of a group of outcomes    (S m + n) / (S + N)                   spread: Dirichlet(S m + n)
    outcomes inside a group          (n + ½)/(N_group + K/2) of it         the outside cannot tell them apart
    truce holds t more days          (D'/(D' + t))^(E'),  E' = S m + ends, D' = S + days watched

>>> from detente.outlook.record import load_record
>>> view = outside_view(load_record("us-china"), "threat")
>>> view.place, view.cases
('USA-large', 211)
>>> 0 < view.weight < 1
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from detente.outlook.base_rates import class_of, outside_classes, told_of
from detente.outlook.record import Record
from detente.outlook.shrinkage import Prior, lent
from detente.outlook.spells import Rate, Spells, frequency, frequency_draws
from detente.types import Array

Kind = Literal["talks", "threat", "truce"]
DIRECTED = {"threat": True, "talks": False, "truce": False}


@dataclass(frozen=True)
class OutsideView:
    """What a class of pairs lends to a record's own counts of one kind.

    `place` is the class, `cases` how many it has (truce: ends of quiet), `groups` the outcomes told apart outside, `own` the
    record's counts by outcome (truce: ended), `days` those of truce watched (None for other kinds).
    """

    kind: Kind
    place: str
    cases: int
    groups: Mapping[str, tuple[str, ...]]
    prior: Prior
    own: Mapping[str, int]
    days: int | None = None

    @property
    def weight(self) -> float:
        """Share of the outside view in the pooled rate: S/(S + N)."""
        return self.prior.strength / (self.prior.strength + (sum(self.own.values()) if self.days is None else self.days))

    @cached_property
    def spells(self) -> Spells:
        """Truces with what is lent to them. Only of truces."""
        assert self.days is not None
        shape = float(self.prior.pseudo[0])
        return Spells(self.own["ended"], self.days, prior_ended=shape, prior_days=self.prior.strength)

    @property
    def outside(self) -> dict[str, float]:
        """The outside view alone, by group of outcomes (truce: ends a year)."""
        scale = 1.0 if self.days is None else 365.25
        return {g: float(scale * m) for g, m in zip(self.groups, self.prior.mean, strict=False)}

    @property
    def grouped(self) -> dict[str, float]:
        """Pooled chances by group of outcomes. Not of truces."""
        seen = [sum(self.own[o] for o in names) for names in self.groups.values()]
        pooled = self.prior.pseudo + np.array(seen, float)
        return dict(zip(self.groups, (pooled / pooled.sum()).tolist(), strict=True))

    def rates(self) -> dict[str, float]:
        """Pooled chance of every outcome of the record, in the record's order. Not of truces."""
        found: dict[str, float] = {}
        for group, names in self.groups.items():
            inside = {o: self.own[o] for o in names}
            shares = {o: r.mean for o, r in frequency(inside).items()} if len(names) > 1 else {names[0]: 1.0}
            found |= {o: self.grouped[group] * share for o, share in shares.items()}
        return {o: found[o] for o in self.own}

    def draws(self, n: int, rng: np.random.Generator) -> Array:
        """`n` draws of the chances of all outcomes, (n, outcomes), every row summing to 1. Not of truces."""
        seen = [sum(self.own[o] for o in names) for names in self.groups.values()]
        outer = rng.dirichlet(self.prior.pseudo + np.array(seen, float), size=n)
        found: dict[str, Array] = {}
        for k, names in enumerate(self.groups.values()):
            inner = frequency_draws({o: self.own[o] for o in names}, n, rng) if len(names) > 1 else np.ones((n, 1))
            found |= {o: outer[:, k] * inner[:, j] for j, o in enumerate(names)}
        return np.stack([found[o] for o in self.own], axis=1)

    def survival(self, days: float) -> Rate:
        """Chance that a truce holds `days` more. Only of truces."""
        return self.spells.survival(days)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "kind": self.kind, "class": self.place, "cases": self.cases, "own": dict(self.own), "days": self.days,
            "strength": self.prior.strength, "weight": self.weight, "outside": self.outside,
            "pooled": self.rates() if self.days is None else {"ends a year": self.spells.rate * 365.25},
        }  # fmt: skip


def outside_view(
    record: Record, kind: Kind, *, own: Mapping[str, int] | None = None, days: int | None = None
) -> OutsideView | None:
    """The outside view beside a record's own counts; None for a record that does not say between whom it is.

    `own` and `days` replace the record's counts. Of a pair the first is taken to send the threats.
    """
    if record.between is None:
        return None
    if kind == "truce":
        spells = record.spells()
        counts = {"ended": spells.ended} if own is None else dict(own)
        watched = spells.days if days is None else days
    else:
        counts, watched = dict(record.counts(kind) if own is None else own), None
    place = class_of(*record.between, directed=DIRECTED[kind])
    classes = outside_classes(kind)
    groups = {g: tuple(names) for g, names in told_of()["views"][kind]["outcomes"].items()}
    seen = [counts["ended"]] if kind == "truce" else [sum(counts[o] for o in names) for names in groups.values()]
    prior = lent(classes, place, seen, exposure=None if watched is None else float(watched))
    here = classes[place]
    cases = here.seen.sum() if kind == "truce" else here.size
    return OutsideView(kind, place, int(cases), groups, prior, counts, watched)


def used_view(record: Record, kind: Kind) -> OutsideView | None:
    """The outside view where it takes the place of the record's own rate: a pair is named, and it scored no worse."""
    if not told_of()["views"][kind]["used"]:
        return None
    return outside_view(record, kind)
