"""Watching a negotiation: which forks are still open, what a signal does to their odds, and what the journal gains.

A fork is open until its outcome is in the journal, its day has passed, or no branch it comes after can be taken any more.
Forecasts never go back in time: one made after a signal of last week speaks for the day of the last forecast, and counts that
signal.

>>> from detente.outlook.journal import Contents
>>> from detente.policy.dossier import load_dossier
>>> seen = look(load_dossier("kuala-lumpur-2025"), Contents((), ()), date(2025, 10, 18))
>>> len(seen.odds), seen.past, len(seen.lines)
(8, (), 8)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from detente.errors import InputError, UnknownName
from detente.outlook.fork_odds import ForkOdds, StandOff, branch_odds
from detente.outlook.journal import Contents, Entry, forecast_line
from detente.outlook.tree import prospects_of
from detente.policy.dossier import Dossier
from detente.policy.prospects import Fork, Signal
from detente.words import refusal

_OF_THE_FILE = ("n", "written", "previous", "hash")


@dataclass(frozen=True)
class Look:
    """Odds of the open forks as of `made_on`; `before`: the same without the new signal, or the last forecast if there is none.

    `past` are forks whose day has gone without an outcome, `unmet` those that cannot be met any more, `lines` what the journal
    is to gain: the signal, and every forecast that says something new.
    """

    made_on: date
    odds: Mapping[str, ForkOdds]
    before: Mapping[str, Mapping[str, float]]
    past: tuple[str, ...]
    unmet: tuple[str, ...]
    lines: tuple[dict[str, Any], ...]
    signal: Signal | None = None

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "made_on": self.made_on.isoformat(),
            "forks": {
                f: {**o.record(), "before": dict(self.before[f]) if f in self.before else None} for f, o in self.odds.items()
            },
            "past_and_unresolved": list(self.past),
            "cannot_be_met": list(self.unmet),
        }


def look(
    dossier: Dossier,
    contents: Contents,
    on: date,
    *,
    seen: Signal | None = None,
    source: str | None = None,
    stand_off: StandOff | None = None,
    code: str = "",
) -> Look:
    """Odds of every open fork as of `on`, with the journal's signals and a new one, and the lines the journal is to gain.

    `code` is the version of the program, kept with every forecast.
    """
    made = max([on, dossier.as_of, *(e.made_on for e in contents.of("forecast", dossier.id))])
    known = kept_signals(contents, dossier)
    still, past, unmet = open_forks(dossier, contents, made)
    new = [seen] if seen else []
    odds = branch_odds(dossier, on=made, stand_off=stand_off, signals=[*known, *new])
    odds = {f: o for f, o in odds.items() if f in still}
    last = {e.data["fork"]: e for e in contents.of("forecast", dossier.id)}
    before: dict[str, Mapping[str, float]] = {f: e.data["probability"] for f, e in last.items() if f in odds}
    if seen is not None:
        without = branch_odds(dossier, on=made, stand_off=stand_off, signals=known)
        before = {f: o.probability for f, o in without.items() if f in odds}
    lines = [signal_line(dossier, seen, source)] if seen is not None else []
    for fork, found in odds.items():
        line = forecast_line(dossier, found, code)
        if fork not in last or line != {k: v for k, v in last[fork].data.items() if k not in _OF_THE_FILE}:
            lines.append(line)
    return Look(made, odds, before, past, unmet, tuple(lines), seen)


def open_forks(dossier: Dossier, contents: Contents, on: date) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Forks still to be forecast on a day, those past without an outcome, and those that cannot be met any more."""
    taken = {e.data["fork"]: e.data["branch"] for e in contents.of("resolution", dossier.id) if e.made_on <= on}
    dead: set[str] = set()
    still, past, unmet = [], [], []
    for f in prospects_of(dossier).forks:
        if f.after and all(b in dead for b in f.after):
            dead |= {b.id for b in f.branches}
            unmet.append(f.id)
        elif f.id in taken:
            dead |= {b.id for b in f.branches if b.id != taken[f.id]}
        elif f.date < on:
            past.append(f.id)
        else:
            still.append(f.id)
    return tuple(still), tuple(past), tuple(unmet)


def kept_signals(contents: Contents, dossier: Dossier) -> list[Signal]:
    """The signals a journal holds for a dossier. Raises `InputError` for one that no longer fits the dossier's forks."""
    return [_signal_of(e) for e in contents.of("signal", dossier.id)]


def _signal_of(entry: Entry) -> Signal:
    d = entry.data
    try:
        return Signal(
            id=d["id"], date=entry.made_on, text=d["text"], fork=d["fork"], likelihood=d["likelihood"], sources=("journal",)
        )
    except ValueError as error:
        raise InputError(refusal("outlook", "journal_line_holds", line=entry.line, error=error)) from None


def new_signal(dossier: Dossier, contents: Contents, text: str, fork: str, likelihood: Mapping[str, float], on: date) -> Signal:
    """A signal that fits the dossier, with the next free name. Raises `UnknownName` or `InputError`."""
    if not text.strip():
        raise InputError(refusal("outlook", "signal_needs_text_say"))
    own = {b.id: b.title for b in fork_of(dossier, fork).branches}
    for name, value in likelihood.items():
        if name not in own:
            raise UnknownName(name, own, "branch")
        if not 0 < value <= 100:
            raise InputError(refusal("outlook", "the_likelihood_of_is", name=f"{name!r}", value=f"{value:g}"))
    if not likelihood:
        raise InputError(refusal("outlook", "signal_needs_the_likelihood"))
    taken = {s.id for s in prospects_of(dossier).signals} | {e.data["id"] for e in contents.of("signal", dossier.id)}
    free = next(f"seen-{k}" for k in range(1, len(taken) + 2) if f"seen-{k}" not in taken)
    return Signal(id=free, date=on, text=text.strip(), fork=fork, likelihood=dict(likelihood), sources=("journal",))


def signal_line(dossier: Dossier, seen: Signal, source: str | None) -> dict[str, Any]:
    """A signal as a journal line (before numbers and hashes)."""
    return {
        "kind": "signal", "made_on": seen.date.isoformat(), "dossier": dossier.id, "id": seen.id, "fork": seen.fork,
        "text": seen.text, "likelihood": dict(seen.likelihood), "source": source,
    }  # fmt: skip


def resolution_line(dossier: Dossier, fork: str, branch: str, on: date) -> dict[str, Any]:
    """An outcome as a journal line. Raises `UnknownName` for a fork or branch the dossier lacks."""
    own = {b.id: b.title for b in fork_of(dossier, fork).branches}
    if branch not in own:
        raise UnknownName(branch, own, "branch")
    return {"kind": "resolution", "made_on": on.isoformat(), "dossier": dossier.id, "fork": fork, "branch": branch}


def fork_of(dossier: Dossier, name: str) -> Fork:
    """The dossier's fork called `name`. Raises `UnknownName`."""
    forks = {f.id: f for f in prospects_of(dossier).forks}
    if name not in forks:
        raise UnknownName(name, {k: f.title for k, f in forks.items()}, "fork")
    return forks[name]


def day_of(dossier: Dossier, contents: Contents, today: date) -> date:
    """The day to speak for if none is given: today while the prospects run, else the last day of the journal or the dossier."""
    if dossier.as_of <= today <= prospects_of(dossier).until:
        return today
    return max([dossier.as_of, *(e.made_on for e in contents.entries if e.data["dossier"] == dossier.id)])
