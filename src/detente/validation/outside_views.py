"""The outside view on trial: every case of a dated record forecast from all its other cases, from elsewhere, and from both.

One case is left out at a time (of truces one whole truce, for its quarters hang together), and each forecaster speaks:

    own alone       the record's other cases, Jeffreys prior (`spells`)
    outside alone   the mean of the class of like pairs (`outside`)
    pooled          the two by shrinkage, the strength estimated without the case
    status quo      nothing changes: talks go on, the threat is not carried out, the truce is kept (floored as in `pool`)
    fair guess      the same probability on every outcome
    in hindsight    the frequencies of the whole record: not a forecast, the best constant probabilities

Leaving one out uses cases that came later; a forecast of the day could not (`rounds` is that test). The outcomes are those the
outside can tell apart (a threat is carried out, or not).

>>> found = on_trial()
>>> {k: len(v) for k, v in found.cases.items()}
{'threat': 23, 'talks': 24, 'truce': 28}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.outlook.outside import Kind, OutsideView, outside_view
from detente.outlook.pool import floored
from detente.outlook.record import Record, load_record
from detente.outlook.scores import Score, score, skill, uniform
from detente.outlook.spells import Spells, frequency
from detente.validation.rounds import TRUCE_DAYS, truce_quarters
from detente.words import fixed, refusal, tell
from detente.words.shown import Shown

KINDS: tuple[Kind, ...] = ("threat", "talks", "truce")
STAYS = {"threat": "not", "talks": "time", "truce": "kept"}
FORECASTERS = ("own alone", "outside alone", "pooled", "status quo", "fair guess", "in hindsight")
Forecasts = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class LeftOut:
    """One case: what it hangs together with, what happened, and what each forecaster says without it."""

    id: str
    outcome: str
    forecasts: Forecasts


@dataclass(frozen=True)
class OnTrial(Shown):
    """All cases by kind, and the view of the whole record."""

    title: str
    cases: Mapping[Kind, tuple[LeftOut, ...]]
    views: Mapping[Kind, OutsideView]

    @cached_property
    def scores(self) -> dict[Kind, dict[str, Score]]:
        """Kind → forecaster → mean scores."""
        return {k: {n: score(n, *self._of(k, n), clusters=self._clusters(k)) for n in FORECASTERS} for k in self.cases}

    def skill(self, kind: Kind, name: str, benchmark: str, rule: Literal["brier", "log"] = "brier") -> tuple[float, float, float]:
        """1 − score/benchmark's score: 5th percentile, value, 95th percentile over cases (truces: whole truces) drawn again."""
        mine, outcomes = self._of(kind, name)
        return skill(mine, self._of(kind, benchmark)[0], outcomes, rule=rule, clusters=self._clusters(kind))

    def no_worse(self, kind: Kind) -> bool:
        """Whether the pooled rate scores no worse than the record alone, by both scores."""
        pooled, own = self.scores[kind]["pooled"], self.scores[kind]["own alone"]
        return pooled.brier <= own.brier and pooled.log <= own.log

    def _of(self, kind: Kind, name: str) -> tuple[list[Mapping[str, float]], list[str]]:
        return [c.forecasts[name] for c in self.cases[kind]], [c.outcome for c in self.cases[kind]]

    def _clusters(self, kind: Kind) -> list[str]:
        return [c.id for c in self.cases[kind]]

    def to_frame(self) -> pd.DataFrame:
        """One row a kind and forecaster: cases, Brier and bits with 5th and 95th percentile, skill over the record alone."""
        rows = []
        for kind, by_name in self.scores.items():
            for name, s in by_name.items():
                low, value, high = (0.0, 0.0, 0.0) if name == "own alone" else self.skill(kind, name, "own alone")
                rows.append(
                    {"kind": kind, "forecaster": name, "cases": s.cases, "brier": s.brier, "brier low": s.brier_range[0],
                     "brier high": s.brier_range[1], "bits": s.log, "bits low": s.log_range[0], "bits high": s.log_range[1],
                     "skill over own": value, "skill low": low, "skill high": high}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "title": self.title,
            "views": {k: v.record() for k, v in self.views.items()},
            "scores": {k: {n: s.record() for n, s in by.items()} for k, by in self.scores.items()},
            "no_worse": {k: self.no_worse(k) for k in self.scores},
        }

    def explain(self) -> str:
        """What came out, kind by kind, in plain words."""
        return tell(self)

    def markdown(self) -> str:
        """The scores as a table, for the page on forecasts."""
        head = "| kind | forecaster | cases | Brier (5th to 95th percentile) | bits | skill over own alone |"
        lines = [head, "|---|---|---:|---:|---:|---:|"]
        for r in self.to_frame().itertuples(index=False):
            kind, name, cases, brier, low, high, bits, _, _, gain, gain_low, gain_high = r
            more, least, most = (fixed(x, signed=True) for x in (gain, gain_low, gain_high))
            over = "" if name == "own alone" else f"{more} ({least} to {most})"
            score = f"{fixed(brier, 3)} ({fixed(low)} to {fixed(high)})"
            lines.append(f"| {kind} | {name} | {cases} | {score} | {fixed(bits)} | {over} |")
        return "\n".join(lines)


def on_trial(record: Record | str = "us-china") -> OnTrial:
    """Every case of a record left out in turn. Raises `InputError` for a record that does not say between whom it is."""
    known = load_record(record) if isinstance(record, str) else record
    if known.between is None:
        raise InputError(refusal("validation", "record_does_not_say", id=f"{known.id!r}"))
    cases: dict[Kind, tuple[LeftOut, ...]] = {}
    for kind in KINDS:
        found = _truces(known) if kind == "truce" else _events(known, kind)
        if found:
            cases[kind] = tuple(found)
    return OnTrial(known.title, cases, {k: _view(known, k) for k in cases})


def _view(record: Record, kind: Kind, **own: Any) -> OutsideView:
    found = outside_view(record, kind, **own)
    assert found is not None
    return found


def _events(record: Record, kind: Literal["threat", "talks"]) -> list[LeftOut]:
    counts = record.counts(kind)
    groups = _view(record, kind).groups

    def speak(left: str) -> Forecasts:
        own = {o: n - (o == left) for o, n in counts.items()}
        view = _view(record, kind, own=own)
        alone = frequency(own)
        return _with_benchmarks(kind, {
            "own alone": {g: sum(alone[o].mean for o in names) for g, names in groups.items()},
            "outside alone": view.outside,
            "pooled": view.grouped,
        })  # fmt: skip

    said = {o: speak(o) for o, n in counts.items() if n}
    whole = {g: sum(counts[o] for o in names) / sum(counts.values()) for g, names in groups.items()}
    group_of = {o: g for g, names in groups.items() for o in names}
    return [
        LeftOut(f"{kind}-{k}", group_of[o], {**said[o], "in hindsight": whole}) for k, (_, o) in enumerate(record.entries(kind))
    ]


def _truces(record: Record) -> list[LeftOut]:
    asked = truce_quarters(record)
    whole = {o: sum(came == o for *_, came in asked) / len(asked) for o in ("kept", "ended")} if asked else {}
    found = []
    for truce in record.truces:
        rest = record.model_copy(update={"truces": tuple(t for t in record.truces if t.id != truce.id)}).spells()
        view = _view(record, "truce", own={"ended": rest.ended}, days=rest.days)
        outside = Spells(0, 0, prior_ended=float(view.prior.pseudo[0]), prior_days=view.prior.strength)
        said = _with_benchmarks("truce", {
            "own alone": _kept(rest.survival),
            "outside alone": _kept(outside.survival),
            "pooled": _kept(view.survival),
        })  # fmt: skip
        found += [LeftOut(truce.id, came, {**said, "in hindsight": whole}) for name, _, came in asked if name == truce.id]
    return found


def _kept(survival: Callable[[float], Any]) -> dict[str, float]:
    kept = survival(TRUCE_DAYS).mean
    return {"kept": kept, "ended": 1 - kept}


def _with_benchmarks(kind: Kind, said: Forecasts) -> Forecasts:
    outcomes: Sequence[str] = list(said["pooled"])
    stays = floored(np.array([float(o == STAYS[kind]) for o in outcomes]))
    return {**said, "status quo": dict(zip(outcomes, stays.tolist(), strict=True)), "fair guess": uniform(outcomes)}
