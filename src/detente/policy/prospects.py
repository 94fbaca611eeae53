"""What may come, as a dossier states it: dated forks, their branches, and signals seen.

A fork is a day on which something is settled one way or another: a meeting, a deadline, an expiry, a ruling. Each branch says
which measures hold from then on. A path takes one branch at every fork it meets; the measures along it are

    the dossier's own, or those of the last `scenario` taken, then the `changes` of every branch taken since;
    branches of `independent` forks (a court, a statute of its own) keep their changes whatever the talks bring.

A fork is met if one of the branches in `after` was taken before it (always, if `after` is empty). `prior` is the analyst's
judgement with its range; `base_rate` names the outcome in the dated record that the branch corresponds to; `stand_off` the ends
of the stand-off it corresponds to. How these are combined is the outlook room's business.

>>> fork = Fork.model_validate({"id": "talks", "title": "What do the talks bring?", "date": date(2025, 10, 27), "kind": "talks",
...     "sources": ["s"], "branches": [{"id": "pause", "title": "A pause", "prior": [0.2, 0.4, 0.6]},
...                                    {"id": "break", "title": "A break", "prior": 0.6}]})
>>> fork.branches[0].prior, fork.branches[1].prior
((0.2, 0.4, 0.6), (0.6, 0.6, 0.6))
"""

from __future__ import annotations

import datetime
from datetime import date
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from detente.errors import UnknownName
from detente.policy.changes import Change
from detente.policy.measures import Identifier, Share, Strict, Text
from detente.policy.parts import Assumed, Cited, Resolution
from detente.words import refusal

ForkKind = Literal["talks", "summit", "deadline", "threat", "expiry", "court", "other"]
OUTCOMES = {"talks": ("agreed", "time", "broke"), "threat": ("carried-out", "put-off", "dropped"), "truce": ("kept", "ended")}
End = Literal["first", "second", "collapse", "standing"]


def _span(value: Any) -> Any:
    return [value] * 3 if isinstance(value, (int, float)) else value


class BaseRate(Strict):
    """Which outcomes of which kind of event in the dated record a branch corresponds to.

    talks: agreed, time (more talks, no more), broke; threat: carried-out, put-off, dropped; truce: kept, ended.
    """

    kind: Literal["talks", "threat", "truce"]
    outcomes: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        strange = [o for o in self.outcomes if o not in OUTCOMES[self.kind]]
        if strange:
            raise ValueError(
                refusal(
                    "policy", "no_such_outcome", kind=self.kind, outcome=repr(strange[0]), outcomes=", ".join(OUTCOMES[self.kind])
                )
            )
        return self


class Branch(Strict):
    """One way on at a fork, and the measures that hold from its day."""

    id: Identifier
    title: Text
    prior: tuple[Share, Share, Share]
    scenario: Identifier | None = None
    changes: tuple[Change, ...] = ()
    counts_as: Identifier | None = None
    base_rate: BaseRate | None = None
    stand_off: tuple[End, ...] = ()
    note: Text | None = None

    @field_validator("prior", mode="before")
    @classmethod
    def _one_number(cls, value: Any) -> Any:
        return _span(value)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, centre, high = self.prior
        if not low <= centre <= high:
            raise ValueError(
                refusal("policy", "prior_order", branch=repr(self.id), low=f"{low:g}", central=f"{centre:g}", high=f"{high:g}")
            )
        return self

    @property
    def counted(self) -> str | None:
        """The scenario a path counts as from this branch on; None leaves it as it was."""
        return self.counts_as or self.scenario


class Fork(Strict):
    """Something settled on a day. `status_quo` is the branch on which nothing, or least, changes by then: what somebody forecasts
    who says that all stays as it is, a benchmark of every score."""

    id: Identifier
    title: Text
    date: datetime.date
    kind: ForkKind
    after: tuple[Identifier, ...] = ()
    independent: bool = False
    branches: Annotated[tuple[Branch, ...], Field(min_length=2)]
    status_quo: Identifier | None = None
    resolution: Resolution | None = None
    note: Text | None = None
    assumptions: Assumed = ()
    sources: Cited

    @model_validator(mode="after")
    def _sums(self) -> Self:
        total = sum(b.prior[1] for b in self.branches)
        if abs(total - 1) > 1e-6:
            raise ValueError(refusal("policy", "priors_sum", fork=repr(self.id), total=f"{total:g}"))
        ids = [b.id for b in self.branches]
        if len(set(ids)) != len(ids):
            raise ValueError(refusal("policy", "branches_of_one_name", fork=repr(self.id)))
        if self.status_quo is not None and self.status_quo not in ids:
            raise ValueError(refusal("policy", "fork_status_quo", fork=repr(self.id), branch=repr(self.status_quo)))
        if self.independent and any(b.scenario for b in self.branches):
            raise ValueError(refusal("policy", "fork_independent", fork=repr(self.id)))
        return self


class Signal(Strict):
    """Something seen, and how likely it was under each branch of a fork, up to a common factor."""

    id: Identifier
    date: datetime.date
    text: Text
    fork: Identifier
    likelihood: Annotated[dict[Identifier, Annotated[float, Field(gt=0, le=100)]], Field(min_length=1)]
    assumptions: Assumed = ()
    sources: Cited


class PoolWeights(Strict):
    """Weights of the three judgements in the logarithmic pool; they are scaled to sum to 1 over those a fork has."""

    base_rate: Share = 1 / 3
    stand_off: Share = 1 / 3
    analyst: Share = 1 / 3

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if self.base_rate + self.stand_off + self.analyst == 0:
            raise ValueError(refusal("policy", "no_weight"))
        return self


OwnOdds = Annotated[tuple[Share, Share, Share], BeforeValidator(_span)]
"""Odds of a reader's own for one branch: one number, or low, central and high."""


class Prospects(Strict):
    """What may come: forks in order of date, signals, weights of the judgements, and the record base rates come from.

    `record` is the name of a packaged record, or what a file of one's own holds: a dossier that is read from a file may give
    its path (`./my-record.yaml`, from the dossier's folder), and reading it puts the content here.

    `own` are odds of a reader's own, by fork and branch: they take the place of what the judgements and signals make of that
    branch, and the branches of the fork left out share the rest as before.
    """

    until: date
    record: str | dict[str, Any] | None = None
    weights: PoolWeights = PoolWeights()
    forks: Annotated[tuple[Fork, ...], Field(min_length=1)]
    signals: tuple[Signal, ...] = ()
    own: dict[Identifier, dict[Identifier, OwnOdds]] = Field(default={})
    assumptions: Assumed = ()

    @field_validator("record")
    @classmethod
    def _is_packaged(cls, value: str | dict[str, Any] | None) -> str | dict[str, Any] | None:
        if isinstance(value, dict):
            return value
        if value is not None and value.endswith((".yaml", ".yml")):
            raise ValueError(refusal("policy", "record_without_folder", record=repr(value)))
        known = [
            f.name.removesuffix(".yaml")
            for f in files("detente").joinpath("data", "records").iterdir()
            if f.name.endswith(".yaml")
        ]
        if value is not None and value not in known:
            raise ValueError(str(UnknownName(value, sorted(known), "record")))
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        seen: dict[str, Fork] = {}
        forks: set[str] = set()
        for k, fork in enumerate(self.forks):
            if fork.id in forks:
                raise ValueError(refusal("policy", "fork_twice", fork=repr(fork.id)))
            if k and fork.date < self.forks[k - 1].date:
                raise ValueError(
                    refusal("policy", "fork_order", fork=repr(fork.id), date=fork.date, previous=self.forks[k - 1].date)
                )
            if fork.date > self.until:
                raise ValueError(refusal("policy", "fork_late", fork=repr(fork.id), date=fork.date, end=self.until))
            for name in fork.after:
                if name not in seen:
                    raise ValueError(refusal("policy", "no_earlier_branch", fork=repr(fork.id), branch=repr(name)))
            for branch in fork.branches:
                if branch.id in seen:
                    raise ValueError(refusal("policy", "branch_of_two_forks", branch=repr(branch.id)))
            seen |= {b.id: fork for b in fork.branches}
            forks.add(fork.id)
        ids = [s.id for s in self.signals]
        if len(set(ids)) != len(ids):
            raise ValueError(refusal("policy", "signals_of_one_name"))
        for signal in self.signals:
            if signal.fork not in forks:
                raise ValueError(refusal("policy", "signal_without_fork", signal=repr(signal.id), fork=repr(signal.fork)))
            own = {b.id for b in self.fork(signal.fork).branches}
            strange = [b for b in signal.likelihood if b not in own]
            if strange:
                raise ValueError(
                    refusal("policy", "signal_branch", signal=repr(signal.id), fork=repr(signal.fork), branch=repr(strange[0]))
                )
        for name, odds in self.own.items():
            if name not in forks:
                raise ValueError(refusal("policy", "own_odds_fork", fork=repr(name), forks=", ".join(sorted(forks))))
            own = {b.id for b in self.fork(name).branches}
            strange = [b for b in odds if b not in own]
            if strange:
                raise ValueError(
                    refusal(
                        "policy", "own_odds_branch", fork=repr(name), branch=repr(strange[0]), branches=", ".join(sorted(own))
                    )
                )
            for which, (low, centre, high) in odds.items():
                if not low <= centre <= high:
                    raise ValueError(
                        refusal(
                            "policy", "prior_order", branch=repr(which), low=f"{low:g}", central=f"{centre:g}", high=f"{high:g}"
                        )
                    )
            total = sum(span[1] for span in odds.values())
            if total > 1 + 1e-6 or (len(odds) == len(own) and total < 1 - 1e-6):
                raise ValueError(refusal("policy", "own_odds_sum", fork=repr(name), total=f"{total:g}"))
        return self

    def fork(self, name: str) -> Fork:
        """The fork called `name`; KeyError if there is none."""
        return {f.id: f for f in self.forks}[name]

    @property
    def branches(self) -> dict[str, tuple[Fork, Branch]]:
        """Every branch by id, with its fork."""
        return {b.id: (f, b) for f in self.forks for b in f.branches}
