"""The dossiers of past negotiations as forecasts: what each judgement said on the dossier's day, and what happened.

    asked     every fork of a dossier, on the dossier's day, given that it is reached; forks that never were are listed only
    free      the base rate of the dated record, cut off at that day (`Record.as_of`), alone and with like cases elsewhere. Its
              outcomes (agreed, time, broke; carried out, put off, dropped; kept, ended) are scored, for how an outcome is shared
              among the branches of a fork is the analyst's
    not free  the analyst's priors, and what is made of them: the pool, and the pool after signals. They were written by people
              who knew the outcome

The stand-off is left out: it needs a solved world, and its stances were written late too. Benchmarks: a fair guess, and the
status quo (nothing changes by the date). No outcome is read before every forecast is made.

>>> found = track_record()
>>> sorted({q.dossier for q in found.questions}) == list(DOSSIERS)
True
>>> all(q.known > q.asked for q in found.questions)
True
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Any, Self

import pandas as pd
from pydantic import Field, model_validator

from detente.errors import UnknownName
from detente.outlook.fork_odds import ForkOdds, branch_odds
from detente.outlook.record import Record, load_record
from detente.outlook.scores import Forecast, Score, brier, log_score, score, skill, stays, uniform
from detente.policy.dossier import load_dossier
from detente.policy.ledger import load_ledger
from detente.policy.measures import Identifier, Strict, Text
from detente.policy.parts import Cited, Source
from detente.policy.prospects import OUTCOMES, Fork
from detente.policy.reading import read_yaml, validate
from detente.validation.tables import grid
from detente.words import fixed, say
from detente.words.shown import Shown

FILE = "track-record.yaml"
WORDS = "validation/track_record"
FREE = ("record", "record and elsewhere")
"""Forecasters that know nothing later than the day of asking."""
LATE = ("analyst", "pool", "pool after signals")
"""Forecasters made of priors that were written with hindsight."""
BENCHMARKS = ("fair guess", "status quo")
DOSSIERS = ("busan-2025", "eu-china-evs-2024", "geneva-2025", "japan-korea-2019", "kuala-lumpur-2025", "phase-one-2020")


# -- the file ----------------------------------------------------------------------------------------------------------
class Outcome(Strict):
    """What came of a fork, or that it was never reached."""

    dossier: Identifier
    fork: Identifier
    met: bool = True
    branch: Identifier | None = None
    known: datetime.date | None = None
    why: Text
    sources: Cited

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.met != (self.branch is not None) or self.met != (self.known is not None):
            raise ValueError(say(WORDS, "half_an_outcome", dossier=self.dossier, fork=self.fork))
        return self


class Outcomes(Strict):
    """`track-record.yaml`: every fork of the dossiers, once."""

    outcomes: tuple[Outcome, ...]
    sources: tuple[Source, ...] = Field(default=())

    @model_validator(mode="after")
    def _every_fork_once(self) -> Self:
        told = [(o.dossier, o.fork) for o in self.outcomes]
        there = [(d, f.id) for d in DOSSIERS for f in _forks(d).values()]
        if sorted(told) != sorted(there):
            odd = sorted(set(told) ^ set(there)) or told
            raise ValueError(say(WORDS, "each_fork_once", dossier=odd[0][0], fork=odd[0][1]))
        known = {s.id: s.title for s in (*load_ledger("world").sources, *self.sources)}
        for o in self.outcomes:
            branches = {b.id: b.title for b in _forks(o.dossier)[o.fork].branches}
            if o.branch is not None and o.branch not in branches:
                raise ValueError(str(UnknownName(o.branch, branches, "branch")))
            for source in o.sources:
                if source not in known:
                    raise ValueError(str(UnknownName(source, known, "source")))
        return self


def load_outcomes() -> Outcomes:
    """What happened, as shipped. Raises `BadDossier` with file, line and field."""
    data, lines = read_yaml(files("detente").joinpath("validation", FILE).read_bytes(), FILE)
    return validate(Outcomes, data, lines, FILE)


def _forks(dossier: str) -> dict[str, Fork]:
    ahead = load_dossier(dossier).prospects
    return {} if ahead is None else {f.id: f for f in ahead.forks}


# -- what was said -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Question:
    """A fork that was reached: what each forecaster gave its branches, and, where the record speaks, the record's outcomes."""

    dossier: str
    fork: str
    title: str
    asked: date
    due: date
    known: date
    branch: str
    happened: str
    why: str
    branches: Mapping[str, Forecast]
    outcome: str | None = None
    outcomes: Mapping[str, Forecast] | None = None

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.dossier, "fork": self.fork, "asked": self.asked.isoformat(), "due": self.due.isoformat(),
            "known": self.known.isoformat(), "branch": self.branch, "outcome": self.outcome,
            "branches": {k: dict(v) for k, v in self.branches.items()},
            "outcomes": None if self.outcomes is None else {k: dict(v) for k, v in self.outcomes.items()},
        }  # fmt: skip


def _asked(dossier: str, record: Record) -> dict[str, tuple[dict[str, Forecast], dict[str, Forecast] | None]]:
    """By fork, on the dossier's day: forecasts over its branches, and over the record's outcomes where it has any."""
    negotiation = load_dossier(dossier)
    odds, alone = (branch_odds(negotiation, record=record, outside=o) for o in (True, False))
    return {
        name: (_over_branches(f, odds[name]), _over_outcomes(f, odds[name], alone[name])) for name, f in _forks(dossier).items()
    }


def _over_branches(fork: Fork, odds: ForkOdds) -> dict[str, Forecast]:
    names = [b.id for b in fork.branches]
    said: dict[str, Forecast] = {
        "analyst": {b: r[1] for b, r in odds.analyst.items()}, "pool": odds.pooled, "pool after signals": odds.probability,
    }  # fmt: skip
    return said | {"fair guess": uniform(names), "status quo": stays(names, fork.status_quo or names[0])}


def _over_outcomes(fork: Fork, odds: ForkOdds, alone: ForkOdds) -> dict[str, Forecast] | None:
    """Branches summed to the outcome of the record that they name first; None where the record does not speak to the fork."""
    named = {b.id: b.base_rate for b in fork.branches}
    if odds.base_rate is None or alone.base_rate is None or any(r is None for r in named.values()):
        return None
    first = {b: r.outcomes[0] for b, r in named.items() if r is not None}
    kind = next(r.kind for r in named.values() if r is not None)
    present = [o for o in OUTCOMES[kind] if o in first.values()]

    def summed(forecast: Mapping[str, float]) -> dict[str, float]:
        return {o: sum(p for b, p in forecast.items() if first[b] == o) for o in present}

    said = {
        "record": {b: r[1] for b, r in alone.base_rate.items()},
        "record and elsewhere": {b: r[1] for b, r in odds.base_rate.items()},
        **{k: v for k, v in _over_branches(fork, odds).items() if k in LATE},
    }
    found: dict[str, Forecast] = {k: summed(v) for k, v in said.items()}
    same = first[fork.status_quo] if fork.status_quo is not None else present[0]
    return found | {"fair guess": uniform(present), "status quo": stays(present, same)}


@dataclass(frozen=True)
class TrackRecord(Shown):
    """Every question, and the forks that were never reached."""

    questions: tuple[Question, ...]
    unmet: tuple[Outcome, ...]

    @property
    def spoken(self) -> list[Question]:
        """Questions to which the record speaks."""
        return [q for q in self.questions if q.outcomes is not None]

    @cached_property
    def scores(self) -> dict[str, Score]:
        """Forecaster → scores over the record's outcomes, on the questions to which it speaks."""
        asked = self.spoken
        return {
            n: score(n, [self._said(q, n) for q in asked], [q.outcome or "" for q in asked]) for n in (*FREE, *BENCHMARKS, *LATE)
        }

    @cached_property
    def branch_scores(self) -> dict[str, Score]:
        """Forecaster → scores over branches, on all questions."""
        names, happened = (*BENCHMARKS, *LATE), [q.branch for q in self.questions]
        return {n: score(n, [q.branches[n] for q in self.questions], happened) for n in names}

    def skill(self, name: str, benchmark: str) -> tuple[float, float, float]:
        """1 − Brier score over a benchmark's, on the questions to which the record speaks, with its range."""
        asked = self.spoken
        mine, theirs = ([self._said(q, n) for q in asked] for n in (name, benchmark))
        return skill(mine, theirs, [q.outcome or "" for q in asked])

    @staticmethod
    def _said(question: Question, name: str) -> Forecast:
        return (question.outcomes or {})[name]

    def to_frame(self) -> pd.DataFrame:
        """One row a question and forecaster: the probability it gave to what happened, and its scores."""
        rows = []
        for q in self.questions:
            for over, said, happened in (("outcomes", q.outcomes or {}, q.outcome or ""), ("branches", q.branches, q.branch)):
                for name, forecast in said.items():
                    rows.append(
                        {
                            "dossier": q.dossier, "fork": q.fork, "asked": q.asked, "due": q.due, "over": over,
                            "happened": happened, "forecaster": name, "probability": forecast[happened],
                            "brier": brier(forecast, happened), "bits": log_score(forecast, happened),
                        }
                    )  # fmt: skip
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "questions": [q.record() for q in self.questions],
            "scores": {n: s.record() for n, s in self.scores.items()},
            "branch_scores": {n: s.record() for n, s in self.branch_scores.items()},
            "not_reached": [[o.dossier, o.fork, o.why] for o in self.unmet],
        }

    def explain(self) -> str:
        """How the record, which knew nothing later, did against a fair guess, in plain words."""
        best = min(BENCHMARKS, key=lambda n: self.scores[n].brier)
        worst = max(self.spoken, key=lambda q: log_score(self._said(q, "record"), q.outcome or ""))
        given = self._said(worst, "record")[worst.outcome or ""]
        said = {"found": self, "skill": self.skill("record", "fair guess"), "best": best, "worst": worst, "given": given}
        return say(WORDS, "explain", **said)

    def markdown(self) -> str:
        """Scores and cases as Markdown, for the page."""
        head = say(WORDS, "heads").split(" | ")
        rows = []
        for kind, names in (("free", FREE), ("benchmark", BENCHMARKS), ("late", LATE)):
            for n in names:
                s = self.scores[n]
                over = "" if n == "record" else _skill(self.skill(n, "record"))
                rows.append([n, say(WORDS, kind), str(s.cases), _ranged(s.brier, s.brier_range), fixed(s.log, 2), over])
        told = [self.explain(), say(WORDS, "how_free"), grid(head, rows, (0, 1))]
        mine = [*FREE, *LATE]
        shown = [
            [
                q.dossier,
                q.fork,
                q.asked.isoformat(),
                q.outcome or "",
                *(_percent(self._said(q, n)[q.outcome or ""]) for n in mine),
            ]
            for q in self.spoken
        ]
        told += [say(WORDS, "cases"), grid(say(WORDS, "case_heads").split(" | "), shown, (0, 1, 2, 3))]
        all_of = [[n, str(s.cases), _ranged(s.brier, s.brier_range), fixed(s.log, 2)] for n, s in self.branch_scores.items()]
        told += [say(WORDS, "how_late", count=len(self.questions)), grid(say(WORDS, "branch_heads").split(" | "), all_of)]
        every = [
            [q.dossier, q.title, q.due.isoformat(), q.happened, *(_percent(q.branches[n][q.branch]) for n in LATE), q.why]
            for q in self.questions
        ]
        told += [say(WORDS, "all_cases"), grid(say(WORDS, "all_heads").split(" | "), every, (0, 1, 2, 3, 7))]
        never = [f"- `{o.dossier}`, {_forks(o.dossier)[o.fork].title} {o.why}" for o in self.unmet]
        return "\n\n".join([*told, say(WORDS, "never"), "\n".join(never)])


def track_record(record: Record | None = None) -> TrackRecord:
    """Every fork of the dossiers of the past, asked on its dossier's day and set beside what happened."""
    known = record or load_record("us-china")
    said = {d: _asked(d, known) for d in DOSSIERS}
    found, unmet = [], []
    for o in load_outcomes().outcomes:
        if o.branch is None or o.known is None:
            unmet.append(o)
            continue
        fork = _forks(o.dossier)[o.fork]
        branch = next(b for b in fork.branches if b.id == o.branch)
        over_branches, over_outcomes = said[o.dossier][o.fork]
        end = branch.base_rate.outcomes[0] if over_outcomes is not None and branch.base_rate is not None else None
        asked = load_dossier(o.dossier).as_of
        about = (o.dossier, o.fork, fork.title, asked, fork.date, o.known, o.branch, branch.title, o.why)
        found.append(Question(*about, over_branches, end, over_outcomes))
    return TrackRecord(tuple(sorted(found, key=lambda q: (q.asked, q.due))), tuple(unmet))


def _percent(p: float) -> str:
    return f"{fixed(100 * p, 0)} %"


def _ranged(value: float, span: Sequence[float]) -> str:
    return f"{fixed(value, 2)} ({fixed(span[0], 2)} to {fixed(span[1], 2)})"


def _skill(values: tuple[float, float, float]) -> str:
    low, value, high = values
    return f"{fixed(value, 2, signed=True)} ({fixed(low, 2, signed=True)} to {fixed(high, 2, signed=True)})"
