"""What a journal's forecasts turned out to be worth: scores of every resolved fork against the base rate and a fair guess.

Only forecasts made before the day of the outcome count. Each fork is scored twice: its last forecast, and the average of all its
forecasts weighted by the days each stood. A fork resolved twice counts as resolved by the later line. Forecasts stored after the
outcome was entered (`written` later than the resolution's day) are counted and told apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from detente.outlook.journal import Contents, Entry
from detente.outlook.scores import Score, brier, calibration, log_score, score, uniform
from detente.words import join_or_nobody as join


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
        }  # fmt: skip


@dataclass(frozen=True)
class Reckoning:
    """Scores of a journal: fork by fork, and together where there is something to add up."""

    forks: tuple[ForkScore, ...]
    unscored: tuple[str, ...]

    def together(self) -> dict[str, Score]:
        """Mean scores of the forecasts, and of each benchmark on the forks it covers."""
        if not self.forks:
            return {}
        outcomes = [f.branch for f in self.forks]
        found = {"forecast": score("forecast", [f.last for f in self.forks], outcomes)}
        based = [f for f in self.forks if f.base_rate is not None]
        if based:
            found["base rate"] = score("base rate", [f.base_rate or {} for f in based], [f.branch for f in based])
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
        }

    def explain(self) -> str:
        """The scores in plain words."""
        if not self.forks:
            return "No fork has both a forecast and, after it, an outcome: there is nothing to score yet."
        all_ = self.together()
        mine, guess = all_["forecast"], all_["uniform"]
        word = "better" if mine.brier < guess.brier else "worse" if mine.brier > guess.brier else "no better"
        cases = f"{mine.cases} outcome{'' if mine.cases == 1 else 's'}"
        text = f"Over {cases} the last forecasts score {mine.brier:.2f} (Brier, 0 is perfect), {word} than a fair guess "
        text += f"({guess.brier:.2f})"
        if "base rate" in all_:
            text += f"; the base rate scores {all_['base rate'].brier:.2f}"
            if all_["base rate"].cases != mine.cases:
                text += f" on the {all_['base rate'].cases} forks that have one"
        late = [f.fork for f in self.forks if f.late]
        return text + "." + (f" Written after the outcome, at least in part: {join(late)}." if late else "")


def reckon(contents: Contents, dossier: str | None = None) -> Reckoning:
    """Scores of every fork of a journal that has an outcome and an earlier forecast."""
    outcomes: dict[tuple[str, str], Entry] = {}
    for e in contents.of("resolution", dossier):
        outcomes[(e.data["dossier"], e.data["fork"])] = e
    found, unscored = [], []
    for (owner, fork), end in outcomes.items():
        mine = [e for e in contents.of("forecast", owner) if e.data["fork"] == fork and e.made_on < end.made_on]
        mine = [e for e in mine if end.data["branch"] in e.data["probability"]]
        if not mine:
            unscored.append(f"{fork}: no forecast before {end.made_on}")
            continue
        found.append(_fork_score(fork, end, mine))
    return Reckoning(tuple(found), tuple(unscored))


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
    )
