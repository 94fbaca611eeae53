"""The journal of forecasts: every forecast, signal and outcome kept with its date, in a file that only grows.

One JSON object a line (JSONL). Every line carries the hash of the line before it and its own,

    hash = SHA-256 of the line's canonical JSON (sorted keys, no spaces) without `hash`

so that a later change, removal or insertion shows, except at the very end, where a removed tail leaves no trace. Lines are
appended in one write under a file lock and synced; a line cut short by a kill is set aside in FILE.torn at the next append,
never thrown away. `made_on` is the day a forecast speaks for, `written` the clock when it was stored: a forecast written
after the outcome is counted and told apart.

**Markets and crowds.** A line of kind `market` holds what somebody else said of a fork: the odds of some or all of its
branches, who and where. It is refused until a forecast of ours that speaks for that day or an earlier one is in the file, and
keeps the number of that line (`ours`): what we said cannot have been taken from it. A later forecast is not set beside it.

**Reckoning.** What the forecasts turned out to be worth: scores of every resolved fork against the base rate, the status quo
(nothing changes by the date) and a fair guess, and beside markets and crowds where there are any.
Only forecasts made before the day of the outcome count. Each fork is scored twice: its last forecast, and the average of all its
forecasts weighted by the days each stood. A fork resolved twice counts as resolved by the later line. Forecasts stored after the
outcome was entered (`written` later than the resolution's day) are counted and told apart.

>>> import tempfile
>>> journal = Journal(Path(tempfile.mkdtemp()) / "j.jsonl")
>>> _ = journal.append([{"kind": "resolution", "made_on": "2025-10-30", "dossier": "d", "fork": "talks", "branch": "pause"}])
>>> [e.data["branch"] for e in journal.read().entries], journal.read().faults
(['pause'], ())
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.errors import InputError, UnknownName
from detente.files import loads, sha256
from detente.outlook.scores import REST, Score, brier, calibration, gathered, log_score, score, stays, uniform
from detente.outlook.tree import prospects_of
from detente.words import refusal, say, tell
from detente.words.shown import Shown

if TYPE_CHECKING:
    from detente.outlook.fork_odds import ForkOdds
    from detente.policy.dossier import Dossier

FIRST = "0" * 64
MAX_BYTES = 50_000_000
KINDS = {
    "forecast": ("made_on", "dossier", "dossier_hash", "fork", "due", "probability", "ranges", "base_rate", "signals", "code"),
    "signal": ("made_on", "dossier", "id", "fork", "text", "likelihood"),
    "resolution": ("made_on", "dossier", "fork", "branch"),
    "market": ("made_on", "dossier", "fork", "who", "probability", "source"),
}


@dataclass(frozen=True)
class Entry:
    """One line of a journal: its number, kind, the day it speaks for, when it was written, and all its fields."""

    line: int
    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """forecast, signal, resolution or market."""
        return str(self.data["kind"])

    @property
    def made_on(self) -> date:
        """The day the line speaks for."""
        return date.fromisoformat(self.data["made_on"])

    @property
    def written(self) -> datetime:
        """When the line was stored (UTC)."""
        return datetime.fromisoformat(self.data["written"])


@dataclass(frozen=True)
class Contents:
    """What a journal holds: its entries, and what is wrong with the file, line by line."""

    entries: tuple[Entry, ...]
    faults: tuple[str, ...]
    last_hash: str = FIRST
    torn: bytes = b""

    def of(self, kind: str, dossier: str | None = None) -> list[Entry]:
        """Entries of one kind, of one dossier."""
        return [e for e in self.entries if e.kind == kind and dossier in (None, e.data["dossier"])]


class Journal:
    """A journal file. It need not exist yet."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def read(self) -> Contents:
        """All entries and faults; an absent file is an empty journal. Raises `InputError` for a directory or a huge file."""
        if self.path.is_dir():
            raise InputError(refusal("outlook", "is_directory_name_file", path=self.path))
        if not self.path.exists():
            return Contents((), ())
        with self.path.open("rb") as file, _locked(file, shared=True):
            return self._parse(file)

    def append(self, lines: Sequence[Mapping[str, Any]], *, now: datetime | None = None) -> tuple[Entry, ...]:
        """Add lines in one write, each with its number, time and hashes; returns them as stored.

        Raises `InputError`, and writes nothing, where a line lacks a field or the journal was changed by hand.
        """
        stamp = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        if not lines:
            return ()
        for line in lines:
            _check_line(line)
        if self.path.is_dir():
            raise InputError(refusal("outlook", "is_directory_name_file_too", path=self.path))
        if not self.path.parent.is_dir():
            raise InputError(refusal("outlook", "no_such_directory_make", parent=self.path.parent))
        if not self.path.exists() and lines[0]["kind"] == "market":
            _ours(lines[0], [])  # refused before there is a file
        with self.path.open("a+b") as file, _locked(file):
            found = self._parse(file)
            if found.faults:
                raise InputError(refusal("outlook", "nothing_was_added_keep", faults=found.faults[0]))
            self._set_aside(file, found.torn)
            stored: list[Entry] = []
            previous, number = found.last_hash, len(found.entries)
            for line in lines:
                number += 1
                frozen = {"ours": _ours(line, [*found.entries, *stored])} if line["kind"] == "market" else {}
                data = {**line, **frozen, "n": number, "written": stamp, "previous": previous}
                data["hash"] = previous = digest(data)
                stored.append(Entry(number, data))
            text = b"".join(_canonical(e.data) + b"\n" for e in stored)
            file.seek(0, os.SEEK_END)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return tuple(stored)

    def _parse(self, file: IO[bytes]) -> Contents:
        file.seek(0)
        raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InputError(refusal("outlook", "more_than_bytes_start", path=self.path, max_bytes=f"{MAX_BYTES:,}"))
        *lines, torn = raw.split(b"\n")
        entries, faults, previous = [], [], FIRST
        for k, line in enumerate(lines, 1):
            where = f"{self.path}, line {k}"
            try:
                data = loads(line)
                if not isinstance(data, dict):
                    raise ValueError("not an object")
                _check_line(data)
                date.fromisoformat(data["made_on"])
                datetime.fromisoformat(data["written"])
            except (ValueError, KeyError, TypeError, InputError) as error:
                faults.append(f"{where}: cannot be read ({error})")
                continue
            if data.get("hash") != digest(data):
                faults.append(f"{where}: was changed after it was written")
            elif data.get("previous") != previous:
                faults.append(f"{where}: does not follow the line before it; a line was taken out, put in or changed")
            previous = str(data.get("hash"))
            entries.append(Entry(k, data))
        return Contents(tuple(entries), tuple(faults), previous, torn)

    def _set_aside(self, file: IO[bytes], torn: bytes) -> None:
        """Move a half-written last line to FILE.torn, so that the next line starts on its own."""
        if not torn:
            return
        with self.path.with_name(self.path.name + ".torn").open("ab") as aside:
            aside.write(torn + b"\n")
            aside.flush()
            os.fsync(aside.fileno())
        file.seek(0, os.SEEK_END)
        file.truncate(file.tell() - len(torn))


# -- lines -------------------------------------------------------------------------------------------------------------
def forecast_line(dossier: Dossier, odds: ForkOdds, code: str) -> dict[str, Any]:
    """A forecast of one fork as a journal line (before numbers and hashes). `code` is the version that made it."""
    return {
        "kind": "forecast",
        "made_on": odds.on.isoformat(),
        "dossier": dossier.id,
        "dossier_hash": dossier_hash(dossier),
        "fork": odds.fork,
        "status_quo": prospects_of(dossier).fork(odds.fork).status_quo,
        "due": odds.date.isoformat(),
        "probability": odds.probability,
        "ranges": {b: list(r) for b, r in odds.ranges.items()},
        "base_rate": None if odds.base_rate is None else {b: r[1] for b, r in odds.base_rate.items()},
        "stand_off": None if odds.stand_off is None else {b: r[1] for b, r in odds.stand_off.items()},
        "analyst": {b: r[1] for b, r in odds.analyst.items()},
        "weights": dict(odds.weights),
        "pooled": odds.pooled,
        "cases": odds.cases,
        "signals": [s.signal for s in odds.update.steps],
        "code": code,
        **({} if odds.own is None else {"own": {b: list(r) for b, r in odds.own.items()}}),
    }


def market_line(
    dossier: Dossier, fork: str, who: str, probability: Mapping[str, float], on: date, source: str | None
) -> dict[str, Any]:
    """Odds of a market or crowd as a journal line. Raises `UnknownName` or `InputError` for odds that do not fit the fork."""
    forks = {f.id: f for f in prospects_of(dossier).forks}
    if fork not in forks:
        raise UnknownName(fork, {k: f.title for k, f in forks.items()}, "fork")
    own = {b.id: b.title for b in forks[fork].branches}
    for name, p in probability.items():
        if name not in own:
            raise UnknownName(name, own, "branch")
        if not 0 <= p <= 1:
            raise InputError(refusal("outlook", "market_odds", name=repr(name), value=f"{p:g}"))
    total = sum(probability.values())
    if not probability or total > 1 + 1e-6 or (len(probability) == len(own) and abs(total - 1) > 1e-6):
        raise InputError(refusal("outlook", "market_sum", total=f"{total:g}"))
    if not who.strip():
        raise InputError(refusal("outlook", "market_who"))
    return {
        "kind": "market", "made_on": on.isoformat(), "dossier": dossier.id, "fork": fork, "who": who.strip(),
        "probability": dict(probability), "source": source,
    }  # fmt: skip


def _ours(line: Mapping[str, Any], entries: Sequence[Entry]) -> int:
    """The line of our last forecast of a fork that speaks for that day or before. Raises `InputError` where there is none."""
    mine = [
        e for e in entries
        if e.kind == "forecast" and (e.data["dossier"], e.data["fork"]) == (line["dossier"], line["fork"])
        and e.data["made_on"] <= line["made_on"]
    ]  # fmt: skip
    if not mine:
        raise InputError(refusal("outlook", "market_before_ours", fork=repr(line["fork"]), day=line["made_on"]))
    return mine[-1].line


def dossier_hash(dossier: Dossier) -> str:
    """SHA-256 of a dossier's content, comments and order of keys aside."""
    return sha256(_canonical(dossier.model_dump(mode="json", by_alias=True)))


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of a line without its own hash."""
    return sha256(_canonical({k: v for k, v in data.items() if k != "hash"}))


def _canonical(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _check_line(line: Mapping[str, Any]) -> None:
    kind = line.get("kind")
    if kind not in KINDS:
        raise InputError(refusal("outlook", "journal_line_is_one", kinds=", ".join(KINDS), kind=f"{kind!r}"))
    lacking = [f for f in KINDS[str(kind)] if f not in line]
    if lacking:
        raise InputError(f"a {kind} line lacks {lacking[0]!r}")


# -- one writer at a time ----------------------------------------------------------------------------------------------
@contextmanager
def _locked(file: IO[bytes], shared: bool = False) -> Iterator[None]:
    if sys.platform == "win32":
        import msvcrt

        file.seek(MAX_BYTES * 2)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(MAX_BYTES * 2)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file.fileno(), fcntl.LOCK_UN)


@dataclass(frozen=True)
class ForkScore:
    """One resolved fork: the outcome, the last forecast before it, and scores of it, of the base rate and of a fair guess."""

    fork: str
    branch: str
    resolved: date
    forecasts: int
    late: int
    last: Mapping[str, float]
    base_rate: Mapping[str, float] | None
    brier: float
    brier_average: float
    log: float
    status_quo: str | None = None

    @property
    def brier_status_quo(self) -> float:
        """Brier score of who says that nothing changes by the date; NaN where the fork does not say what that is."""
        return float("nan") if self.status_quo is None else brier(stays(list(self.last), self.status_quo), self.branch)

    @property
    def brier_base_rate(self) -> float:
        """Brier score of the base rate stored with the last forecast; NaN if there was none."""
        return float("nan") if self.base_rate is None else brier(self.base_rate, self.branch)

    @property
    def brier_uniform(self) -> float:
        """Brier score of a fair guess."""
        return brier(uniform(list(self.last)), self.branch)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "fork": self.fork, "branch": self.branch, "resolved": self.resolved.isoformat(), "forecasts": self.forecasts,
            "written_after": self.late, "probability": self.last[self.branch], "brier": self.brier,
            "brier_average": self.brier_average, "log_bits": self.log,
            "brier_base_rate": None if self.base_rate is None else self.brier_base_rate, "brier_uniform": self.brier_uniform,
            "brier_status_quo": None if self.status_quo is None else self.brier_status_quo,
        }  # fmt: skip


@dataclass(frozen=True)
class MarketScore:
    """Odds of a market or crowd of a resolved fork beside ours and the benchmarks, by Brier score over the same outcomes.

    Outcomes are the branches it gave odds of, and anything else as one; `outcome` is what happened among them, `ours` the line of
    our forecast that was frozen before.
    """

    fork: str
    who: str
    made_on: date
    outcome: str
    ours: int
    scores: Mapping[str, float]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "fork": self.fork, "who": self.who, "made_on": self.made_on.isoformat(), "outcome": self.outcome,
            "our_line": self.ours, "brier": dict(self.scores),
        }  # fmt: skip


@dataclass(frozen=True)
class Reckoning(Shown):
    """Scores of a journal: fork by fork, and together where there is something to add up; beside markets and crowds."""

    forks: tuple[ForkScore, ...]
    unscored: tuple[str, ...]
    markets: tuple[MarketScore, ...] = ()

    def together(self) -> dict[str, Score]:
        """Mean scores of the forecasts, and of each benchmark on the forks it covers."""
        if not self.forks:
            return {}
        outcomes = [f.branch for f in self.forks]
        found = {"forecast": score("forecast", [f.last for f in self.forks], outcomes)}
        based = [f for f in self.forks if f.base_rate is not None]
        if based:
            found["base rate"] = score("base rate", [f.base_rate or {} for f in based], [f.branch for f in based])
        still = [f for f in self.forks if f.status_quo is not None]
        if still:
            said = [stays(list(f.last), str(f.status_quo)) for f in still]
            found["status quo"] = score("status quo", said, [f.branch for f in still])
        found["uniform"] = score("uniform", [uniform(list(f.last)) for f in self.forks], outcomes)
        return found

    def calibration(self) -> pd.DataFrame:
        """Stated against seen, by band of probability."""
        return calibration([f.last for f in self.forks], [f.branch for f in self.forks])

    def to_frame(self) -> pd.DataFrame:
        """One row a resolved fork."""
        return pd.DataFrame([f.record() for f in self.forks])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        table = self.calibration().astype(object).where(lambda x: x.notna(), None) if self.forks else pd.DataFrame()
        return {
            "forks": [f.record() for f in self.forks],
            "together": {k: s.record() for k, s in self.together().items()},
            "calibration": table.to_dict(orient="records"),
            "unscored": list(self.unscored),
            "markets": [m.record() for m in self.markets],
        }

    def explain(self) -> str:
        """The scores in plain words."""
        return tell(self, together=self.together(), late=[f.fork for f in self.forks if f.late])


def reckon(contents: Contents, dossier: str | None = None) -> Reckoning:
    """Scores of every fork of a journal that has an outcome and an earlier forecast."""
    outcomes: dict[tuple[str, str], Entry] = {}
    for e in contents.of("resolution", dossier):
        outcomes[(e.data["dossier"], e.data["fork"])] = e
    found, unscored = [], []
    markets: list[MarketScore] = []
    for (owner, fork), end in outcomes.items():
        said = [e for e in contents.of("market", owner) if e.data["fork"] == fork and e.made_on < end.made_on]
        markets += [_market_score(fork, end, e, contents) for e in said]
        mine = [e for e in contents.of("forecast", owner) if e.data["fork"] == fork and e.made_on < end.made_on]
        mine = [e for e in mine if end.data["branch"] in e.data["probability"]]
        if not mine:
            unscored.append(say("words/templates/Reckoning", "unscored", fork=fork, day=end.made_on))
            continue
        found.append(_fork_score(fork, end, mine))
    return Reckoning(tuple(found), tuple(unscored), tuple(markets))


def _market_score(fork: str, end: Entry, market: Entry, contents: Contents) -> MarketScore:
    ours = next(e for e in contents.entries if e.line == market.data["ours"]).data
    named = list(market.data["probability"])
    outcome = end.data["branch"] if end.data["branch"] in named else REST
    left = [b for b in ours["probability"] if b not in named]
    theirs = {**market.data["probability"], **({REST: 1 - sum(market.data["probability"].values())} if left else {})}
    said: dict[str, Mapping[str, float]] = {"theirs": theirs, "ours": gathered(ours["probability"], named)}
    if ours["base_rate"] is not None:
        said["base rate"] = gathered(ours["base_rate"], named)
    if ours.get("status_quo") is not None:
        said["status quo"] = gathered(stays(list(ours["probability"]), ours["status_quo"]), named)
    said["uniform"] = gathered(uniform(list(ours["probability"])), named)
    scores = {name: brier(odds, outcome) for name, odds in said.items()}
    return MarketScore(fork, str(market.data["who"]), market.made_on, outcome, int(market.data["ours"]), scores)


def _fork_score(fork: str, end: Entry, forecasts: Sequence[Entry]) -> ForkScore:
    by_day = {e.made_on: e for e in sorted(forecasts, key=lambda e: e.line)}
    days = sorted(by_day)
    stood = [(b - a).days for a, b in zip(days, [*days[1:], end.made_on], strict=True)]
    branch = end.data["branch"]
    scores = [brier(by_day[d].data["probability"], branch) for d in days]
    last = by_day[days[-1]].data
    return ForkScore(
        fork=fork,
        branch=branch,
        resolved=end.made_on,
        forecasts=len(forecasts),
        late=sum(e.written.date() > end.made_on for e in forecasts),
        last=last["probability"],
        base_rate=last["base_rate"],
        brier=scores[-1],
        brier_average=float(np.average(scores, weights=stood)),
        log=log_score(last["probability"], branch),
        status_quo=last.get("status_quo"),
    )
