"""Forecasts of every past round of talks, dated threat and truce since 2018, each made from what was known the day before.

Nothing is fitted: on the day of asking the record is cut off (`Record.as_of`) and each forecaster says its probabilities.

    record          the base rate so far, Jeffreys prior (`spells`): what the product uses where it has nothing else
    half record     the pool of the record and a fair guess, half each: an analyst who knows nothing beside the record
    by who meets    talks only: the base rate of rounds with presidents, or of those without
    as last time    whatever happened last, with the floor of the pool for the rest; a fair guess at the first case
    status quo      nothing changes by the date: talks go on, the threat hangs on, the truce is kept; the floor for the rest
    fair guess      the same probability on every outcome
    in hindsight    the frequencies of the whole record: not a forecast, the best constant probabilities one could have named

Talks are asked about on the eve of the round, threats on the day they are announced, truces on the first day of every quarter
on which one stood: will there be no break within 90 days? The pool of record, analyst and stand-off can be asked about one
round only, the one with a dossier; its priors were written by people who knew the outcome, so it is shown and not scored with
the rest.

>>> found = rounds()
>>> found.cases_of("talks"), found.cases_of("threat"), found.cases_of("truce")
(24, 23, 28)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from detente.errors import InputError
from detente.outlook.fork_odds import StandOff, branch_odds
from detente.outlook.pool import floored, log_pool
from detente.outlook.record import Record, load_record
from detente.outlook.scores import Score, calibration, score, skill, stays, uniform
from detente.outlook.spells import frequency
from detente.policy.dossier import load_dossier
from detente.policy.prospects import OUTCOMES
from detente.words import fixed, refusal, tell
from detente.words.shown import Shown

Kind = Literal["talks", "threat", "truce"]
KINDS: tuple[Kind, ...] = ("talks", "threat", "truce")
TITLES = {"talks": "Rounds of talks", "threat": "Dated threats", "truce": "Truces, by quarter"}
BENCHMARKS = ("fair guess", "as last time", "status quo", "in hindsight")
STAYS = {"talks": "time", "threat": "put-off", "truce": "kept"}
"""What happens where nothing changes by the date."""
TRUCE_DAYS = 90


@dataclass(frozen=True)
class PastCase:
    """One question of the past: when it was asked, what happened, and what each forecaster would have said."""

    id: str
    kind: Kind
    asked: date
    outcome: str
    forecasts: Mapping[str, Mapping[str, float]]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {"id": self.id, "kind": self.kind, "asked": self.asked.isoformat(), "outcome": self.outcome,
                "forecasts": {k: dict(v) for k, v in self.forecasts.items()}}  # fmt: skip


@dataclass(frozen=True)
class Rounds(Shown):
    """All cases of a record, and how the forecasters did."""

    title: str
    cases: tuple[PastCase, ...]
    dossier: PastCase | None = None

    def of(self, kind: Kind | None = None) -> list[PastCase]:
        """Cases of one kind, or all."""
        return [c for c in self.cases if kind in (None, c.kind)]

    def cases_of(self, kind: Kind) -> int:
        """How many cases of a kind."""
        return len(self.of(kind))

    @cached_property
    def scores(self) -> dict[str, dict[str, Score]]:
        """Kind → forecaster → mean scores. A forecaster that does not speak about a kind is left out there."""
        found: dict[str, dict[str, Score]] = {}
        for kind in KINDS:
            cases = self.of(kind)
            names = list(cases[0].forecasts) if cases else []
            outcomes = [c.outcome for c in cases]
            found[kind] = {n: score(n, [c.forecasts[n] for c in cases], outcomes) for n in names}
        return found

    def skill(self, kind: Kind, name: str, benchmark: str, rule: Literal["brier", "log"] = "brier") -> tuple[float, float, float]:
        """1 − score/benchmark's score: 5th percentile, value, 95th percentile over resampled cases."""
        cases = self.of(kind)
        mine, theirs = [c.forecasts[name] for c in cases], [c.forecasts[benchmark] for c in cases]
        return skill(mine, theirs, [c.outcome for c in cases], rule=rule)

    def calibration(self, name: str = "record") -> pd.DataFrame:
        """Stated against seen for one forecaster over all cases it speaks about."""
        cases = [c for c in self.cases if name in c.forecasts]
        if not cases:
            raise InputError(refusal("validation", "no_forecaster_is_called", name=f"{name!r}"))
        return calibration([c.forecasts[name] for c in cases], [c.outcome for c in cases])

    def to_frame(self) -> pd.DataFrame:
        """One row a case: kind, day asked, outcome, and the probability each forecaster gave to what happened."""
        rows = [
            {"case": c.id, "kind": c.kind, "asked": c.asked, "outcome": c.outcome,
             **{n: f[c.outcome] for n, f in c.forecasts.items()}} for c in self.cases
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "title": self.title,
            "cases": [c.record() for c in self.cases],
            "scores": {k: {n: s.record() for n, s in v.items()} for k, v in self.scores.items()},
            "dossier": None if self.dossier is None else self.dossier.record(),
        }

    def explain(self) -> str:
        """How the record's base rate did, kind by kind, in plain words."""
        return tell(self, titles=TITLES).replace("\n\n", "\n")

    def markdown(self) -> str:
        """How it was made, the findings, the scores and the cases as Markdown, for the page of back-tests."""
        findings = [*self.explain().split("\n"), *filter(None, tell(self, "more").split("\n\n"))]
        parts = [
            tell(self, "how"),
            "\n".join(f"- {line}" for line in findings),
            _score_table(self),
            tell(self, "calibration"),
            _calibration_table(self),
        ]
        for kind in KINDS:
            if self.of(kind):
                parts += [tell(self, "cases", title=TITLES[kind]), _case_table(self, kind)]
        return "\n\n".join(parts)


def rounds(record: Record | str = "us-china") -> Rounds:
    """Every past case of a record with what each forecaster would have said the day before."""
    known = load_record(record) if isinstance(record, str) else record
    told = dossier_round(record=known) if known.id == "us-china" else None
    return Rounds(known.title, (*_talks(known), *_threats(known), *_truces(known)), told)


def dossier_round(
    dossier: str = "kuala-lumpur-2025",
    fork: str = "kuala-lumpur",
    case: str = "kuala-lumpur-busan",
    *,
    record: Record | None = None,
    stand_off: StandOff | None = None,
) -> PastCase | None:
    """What each judgement of a dossier, and their pool, gave the outcomes of one round; None while its outcome is not known.

    Branches count as the outcome of talks they name in their base rate.
    """
    file = load_dossier(dossier)
    known = record or load_record("us-china")
    end = next((r for r in known.talks if r.id == case), None)
    if end is None or end.outcome is None or file.prospects is None:
        return None
    odds, alone = (branch_odds(file, stand_off=stand_off, record=known, outside=o)[fork] for o in (True, False))
    outcome_of = {b.id: b.base_rate.outcomes[0] for b in file.prospects.fork(fork).branches if b.base_rate}
    elsewhere = odds.base_rate if odds.base_rate != alone.base_rate else None
    judged = {"record": alone.base_rate, "record and elsewhere": elsewhere, "stand-off": odds.stand_off, "analyst": odds.analyst}
    given = {n: {b: r[1] for b, r in j.items()} for n, j in judged.items() if j is not None}
    given |= {"pool": odds.pooled, "pool after signals": odds.probability}
    summed = {n: {o: sum(p for b, p in f.items() if outcome_of[b] == o) for o in OUTCOMES["talks"]} for n, f in given.items()}
    return PastCase(case, "talks", odds.on, end.outcome, summed)


# -- the three kinds ---------------------------------------------------------------------------------------------------
def _talks(record: Record) -> list[PastCase]:
    whole = _shares(record.counts("talks"))
    found = []
    for r in record.talks:
        if r.outcome is None:
            continue
        asked = r.start - timedelta(days=1)
        then = record.as_of(asked)
        high = r.level == "presidents"
        alike: list[str] = [x.outcome for x in then.talks if (x.level == "presidents") == high and x.outcome is not None]
        by_level = _means({o: alike.count(o) for o in OUTCOMES["talks"]})
        forecasts = _forecasts(_means(then.counts("talks")), [o for _, o in then.entries("talks")], whole)
        found.append(PastCase(r.id, "talks", asked, r.outcome, {**forecasts, "by who meets": by_level}))
    return found


def _threats(record: Record) -> list[PastCase]:
    whole = _shares(record.counts("threat"))
    found = []
    for t in sorted(record.threats, key=lambda t: (t.announced, t.due)):
        if t.outcome is None or t.answer_to is not None:
            continue
        then = record.as_of(t.announced)
        forecasts = _forecasts(_means(then.counts("threat")), [o for _, o in then.entries("threat")], whole)
        found.append(PastCase(t.id, "threat", t.announced, t.outcome, forecasts))
    return found


def truce_quarters(record: Record) -> list[tuple[str, date, str]]:
    """(truce, first day of a quarter on which it stood, what came of it within `TRUCE_DAYS`: kept or ended)."""
    found = []
    for t in record.truces:
        for day in _quarters(t.start, t.last):
            due = day + timedelta(days=TRUCE_DAYS)
            if t.end is None and t.how == "open" and due > t.last:
                continue
            found.append((t.id, day, "ended" if t.end is not None and t.end <= due else "kept"))
    return found


def _truces(record: Record) -> list[PastCase]:
    asked = [(day, outcome) for _, day, outcome in truce_quarters(record)]
    whole = _shares({o: [x for _, x in asked].count(o) for o in OUTCOMES["truce"]}) if asked else {}
    found = []
    for day, outcome in asked:
        then = record.as_of(day)
        kept = then.spells().survival(TRUCE_DAYS).mean
        before = [x for d, x in asked if d + timedelta(days=TRUCE_DAYS) <= day]
        forecasts = _forecasts({"kept": kept, "ended": 1 - kept}, before, whole)
        found.append(PastCase(f"truce-{day.isoformat()}", "truce", day, outcome, forecasts))
    return found


def _quarters(start: date, end: date) -> list[date]:
    """First days of quarters after `start` and before `end`."""
    days = [date(y, m, 1) for y in range(start.year, end.year + 1) for m in (1, 4, 7, 10)]
    return [d for d in days if start < d < end]


def _forecasts(base: Mapping[str, float], before: Sequence[str], whole: Mapping[str, float]) -> dict[str, dict[str, float]]:
    names = list(base)
    fair = uniform(names)
    half = log_pool([[base[o] for o in names], [fair[o] for o in names]], [0.5, 0.5])
    last = floored([float(o == before[-1]) for o in names]) if before else list(fair.values())
    return {
        "record": dict(base),
        "half record": dict(zip(names, map(float, half), strict=True)),
        "as last time": dict(zip(names, map(float, last), strict=True)),
        "status quo": stays(names, next(o for o in STAYS.values() if o in names)),
        "fair guess": fair,
        "in hindsight": {o: whole[o] for o in names},
    }


def _means(counts: Mapping[str, int]) -> dict[str, float]:
    return {o: r.mean for o, r in frequency(counts).items()}


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {o: n / total if total else 1 / len(counts) for o, n in counts.items()}


# -- tables ------------------------------------------------------------------------------------------------------------
def _table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    line = "|" + "|".join(["---"] * left + ["---:"] * (len(head) - left)) + "|"
    return "\n".join(["| " + " | ".join(head) + " |", line, *("| " + " | ".join(r) + " |" for r in rows)])


def _score_table(found: Rounds) -> str:
    rows = []
    for kind in KINDS:
        for name, s in found.scores[kind].items():
            low, high = (fixed(x) for x in s.brier_range)
            skills = ["" if name == b else _skill_text(found.skill(kind, name, b)) for b in BENCHMARKS]
            rows.append(
                [f"{TITLES[kind]}: {name}", str(s.cases), f"{fixed(s.brier, 3)} ({low} to {high})", fixed(s.log), *skills]
            )
    head = ("forecaster", "cases", "Brier (5th to 95th percentile)", "bits", *(f"skill over {b}" for b in BENCHMARKS))
    return _table(head, rows)


def _skill_text(values: tuple[float, float, float]) -> str:
    low, value, high = values
    return f"{fixed(value, signed=True)} ({fixed(low, signed=True)} to {fixed(high, signed=True)})"


def _calibration_table(found: Rounds) -> str:
    rows = []
    for row in found.calibration().itertuples(index=False):
        low, high, n, stated, came = row
        if n:
            shares = (f"{fixed(100 * x, 0)} %" for x in (stated, came))
            rows.append([f"{fixed(100 * low, 0)} to {fixed(100 * high, 0)} %", str(n), *shares])
    return _table(("stated between", "statements", "stated on average", "came true"), rows)


def _case_table(found: Rounds, kind: Kind) -> str:
    told = [n for n in found.of(kind)[0].forecasts if n != "fair guess"]
    rows = [
        [c.id, c.asked.isoformat(), c.outcome, *(f"{fixed(100 * c.forecasts[n][c.outcome], 0)} %" for n in told)]
        for c in found.of(kind)
    ]
    return _table(("case", "asked on", "what happened", *told), rows, left=3)
