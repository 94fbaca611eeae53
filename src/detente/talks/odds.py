"""Odds of a stand-off over a grid of models and assumptions: averages, who is the likelier, and what splits the answer best.

Every model has the same weight, and within a model every combination of the ends of the assumptions, times the chance S that
nobody has moved at once: both sides still hold on the day of the dossier, and a combination in which one of them would have eased
at once does not fit that. So with P(t) how a trial has ended by t, the odds are averages, weighted by S, of

    ( P(t) − P(0) ) / S,     S = 1 − everything in P(0).

Low and high are the lowest and highest average of one model under one strength of the motives, the rest averaged out; single
combinations reach 0 and 1.

What splits the answer: with y = P(first gives way) − P(second gives way) in every trial and the trials grouped by one assumption,
the share of the variance of y that lies between the groups (the correlation ratio η²).

>>> odds = Odds((0.1, 0.2, 0.3), (0.3, 0.5, 0.6), (0.1, 0.3, 0.4), (0.0, 0.0, 0.0), ("USA", "CHN"))
>>> print(odds.explain().replace("\\u202f", " "))  # doctest: +NORMALIZE_WHITESPACE
By the stand-off models alone, an input to the odds and no forecast: USA eases first with 20 % (10 to 30 %), CHN with 50 %
(30 to 60 %), talks collapse with 30 % (10 to 40 %).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.errors import UnknownName
from detente.talks.contests import MODELS, Trial
from detente.talks.patience import named
from detente.types import Array, plain
from detente.words import DAYS_A_YEAR, say, tell
from detente.words.shown import Shown

Spread = tuple[float, float, float]
EVEN, SURE = 1e-9, 1e-9


@dataclass(frozen=True)
class Odds(Shown):
    """Low, mean and high probability that the first, or the second, has given way first, that talks have collapsed, that all
    stands as it was. The means add up to 1. Both giving way together counts half to each. `by` None: in the end.
    """

    first: Spread
    second: Spread
    collapse: Spread
    standing: Spread
    parties: tuple[str, str] = ("first", "second")
    by: date | None = None
    trials: int = 0
    left_out: int = 0
    """Trials that give no odds, or in which somebody would have moved at once."""

    @property
    def means(self) -> tuple[float, float, float, float]:
        """The four means, which add up to 1."""
        return self.first[1], self.second[1], self.collapse[1], self.standing[1]

    def to_frame(self) -> pd.DataFrame:
        """One row an outcome: low, mean, high."""
        names = [f"{self.parties[0]} eases", f"{self.parties[1]} eases", "talks collapse", "still standing"]
        rows = [self.first, self.second, self.collapse, self.standing]
        return pd.DataFrame(rows, columns=["low", "mean", "high"], index=pd.Index(names, name="outcome"))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return plain(self)

    def explain(self) -> str:
        """The odds in plain words."""
        return tell(self)


@dataclass(frozen=True, eq=False)
class Trials:
    """All trials of a grid, as arrays. Columns of ends: first gives way, second gives way, talks collapse, still standing."""

    parties: tuple[str, str]
    trials: Sequence[Trial] = field(repr=False)

    # -- arrays ------------------------------------------------------------------------------------------------------
    @cached_property
    def model(self) -> NDArray[np.str_]:
        """Model of each trial."""
        return np.array([t.model for t in self.trials])

    @cached_property
    def motives(self) -> NDArray[np.str_]:
        """Strength of the motives in each trial."""
        return np.array([t.motives for t in self.trials])

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Models of the grid, in their usual order."""
        return tuple(m for m in MODELS if m in set(self.model))

    @cached_property
    def start(self) -> Array:
        """What would have happened at once [trial, end]."""
        return _shared([t.reading.by(0.0) for t in self.trials])

    @cached_property
    def final(self) -> Array:
        """How each trial ends, taken as it is [trial, end]."""
        return _shared([t.end for t in self.trials])

    @cached_property
    def told(self) -> NDArray[np.bool_]:
        """Which trials give odds at all."""
        return np.asarray(~np.isnan(self.final).any(axis=1))

    @cached_property
    def stands(self) -> Array:
        """Chance that nobody has moved at once: how well a trial fits two sides that still hold."""
        return np.where(self.told, self.start[:, 3], 0.0)

    @cached_property
    def length(self) -> Array:
        """Mean length in years from now on, if both still hold."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.array([t.reading.length for t in self.trials]) / self.stands

    @cached_property
    def _seen(self) -> dict[float, Array]:
        return {}

    def _taken(self, years: float) -> Array:
        if math.isinf(years):
            return self.final
        if years not in self._seen:
            self._seen[years] = _shared([t.reading.by(years) for t in self.trials])
        return self._seen[years]

    def since(self, years: float) -> Array:
        """How each trial has ended by a moment if both still hold now [trial, end]; NaN where that cannot be."""
        ends = self._taken(years)
        gain = ends - self.start
        gain[:, 3] = ends[:, 3]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.stands[:, None] > SURE, gain / self.stands[:, None], np.nan)

    @cached_property
    def lean(self) -> Array:
        """P(first gives way) − P(second gives way) in the end, if both still hold."""
        ends = self.since(math.inf)
        return np.asarray(ends[:, 0] - ends[:, 1])

    def where(self, model: str | None = None, motives: str | None = None) -> NDArray[np.bool_]:
        """Trials that give odds, of one model and one strength of the motives."""
        if model is not None and model not in self.models:
            raise UnknownName(model, list(self.models), "model")
        keep = self.told.copy()
        if model is not None:
            keep &= self.model == model
        if motives is not None:
            keep &= self.motives == motives
        return keep

    def _weights(self, keep: NDArray[np.bool_]) -> Array:
        """Weights of the trials kept that add up to 1: by the chance that both still hold."""
        raw = np.where(keep & (self.stands > SURE), self.stands, 0.0)
        total = raw.sum()
        return np.asarray(raw / total if total > 0 else raw)

    @staticmethod
    def _evenly(keep: NDArray[np.bool_]) -> Array:
        raw = keep.astype(np.float64)
        return np.asarray(raw / raw.sum() if raw.any() else raw)

    # -- answers -----------------------------------------------------------------------------------------------------
    def odds(self, years: float = math.inf, model: str | None = None, day: date | None = None, *, still: bool = True) -> Odds:
        """Averages by a moment (years from now), over all models alike or one of them; low and high as the module says.

        With `still=False` nothing is made of the fact that both still hold: moves at once count.
        """
        ends = np.nan_to_num(self.since(years) if still else self._taken(years))
        weigh = self._weights if still else self._evenly
        chosen = [model] if model is not None else list(self.models)
        cells, means = [], []
        for m in chosen:
            weight = weigh(self.where(m))
            if weight.sum() == 0:
                continue
            means.append(weight @ ends)
            parts = [weigh(self.where(m, s)) for s in dict.fromkeys(self.motives)]
            cells += [w @ ends for w in parts if w.sum() > 0]
        told = self.told & np.isin(self.model, chosen)
        kept, every = int((told & (self.stands > SURE) if still else told).sum()), int(np.isin(self.model, chosen).sum())
        if not means:
            nothing = (math.nan,) * 3
            return Odds(nothing, nothing, nothing, nothing, self.parties, day, kept, every)
        mean = np.clip(np.mean(means, axis=0), 0.0, 1.0)
        mean = mean / mean.sum()
        low, high = np.clip(np.min(cells, axis=0), 0.0, 1.0), np.clip(np.max(cells, axis=0), 0.0, 1.0)
        first, second, collapse, standing = (
            (float(min(a, b)), float(b), float(max(b, c))) for a, b, c in zip(low, mean, high, strict=True)
        )
        return Odds(first, second, collapse, standing, self.parties, day, kept, every - kept)

    @cached_property
    def speaking(self) -> tuple[str, ...]:
        """The models that give odds if both still hold: in the others somebody moves at once in every trial, or none tells."""
        return tuple(m for m in self.models if self._weights(self.where(m)).sum() > 0)

    def at_once(self, model: str | None = None) -> tuple[int, int, int]:
        """In how many trials the first, or the second, would move at once for certain, and how many trials give odds at all."""
        keep = self.where(model)
        gone = keep & (self.stands <= SURE)
        first = int((gone & (self.start[:, 0] > self.start[:, 1])).sum())
        return first, int(gone.sum()) - first, int(keep.sum())

    def counts(self, model: str | None = None) -> tuple[int, int, int]:
        """Of the trials in which both may still hold: in how many the first, the second, or neither is the likelier to move."""
        lean = self.lean[self.where(model) & (self.stands > SURE)]
        return int((lean > EVEN).sum()), int((lean < -EVEN).sum()), int((np.abs(lean) <= EVEN).sum())

    def typical_length(self, model: str | None = None) -> Spread:
        """Mean length in years from now, if both still hold: a tenth, half and nine tenths of the weight lies below."""
        weight = np.mean([self._weights(self.where(m)) for m in ([model] if model else self.models)], axis=0)
        use = weight > 0
        if not use.any():
            return (math.nan,) * 3
        values, w = self.length[use], weight[use]
        order = np.argsort(values, kind="stable")
        run = np.cumsum(w[order]) / w.sum()
        low, middle, high = (float(values[order][int(np.searchsorted(run, q - 1e-12))]) for q in (0.1, 0.5, 0.9))
        return low, middle, high

    def splits(self, model: str | None = None) -> pd.DataFrame:
        """How much of the answer each assumption decides, the strongest first.

        Columns: assumption; its share of the variance of P(first) − P(second); the value at which the first, and at which the
        second, fares worst, each with both sides' mean odds there.
        """
        chosen = [model] if model is not None else list(self.models)
        weight = np.mean([self._weights(self.where(m)) for m in chosen], axis=0)
        index = np.flatnonzero(weight > 0)
        ends = self.since(math.inf)
        rows = []
        for key in self._factors(model):
            label = [self._level(int(k), key) for k in index]
            levels = list(dict.fromkeys(label))
            if len(levels) > 1:
                groups = [index[[x == level for x in label]] for level in levels]
                rows.append({"assumption": key, "words": _words(key), **_between(levels, groups, weight, index, self.lean, ends)})
        frame = pd.DataFrame(rows)
        return frame.sort_values("share", ascending=False, ignore_index=True, kind="stable") if len(frame) else frame

    def _factors(self, model: str | None) -> list[str]:
        names: dict[str, None] = {}
        for t in self.trials:
            if model is None or t.model == model:
                names |= dict.fromkeys(t.setting)
        if model is not None:
            return ["motives", *names]
        # an assumption of one model alone is no factor of the others
        return ["model", "motives", *(k for k in names if all(k in t.setting for t in self.trials))]

    def _level(self, k: int, key: str) -> Any:
        t = self.trials[k]
        return t.model if key == "model" else t.motives if key == "motives" else t.setting[key]

    # -- showing -----------------------------------------------------------------------------------------------------
    def to_frame(self) -> pd.DataFrame:
        """One row a trial: model, motives, every assumption, what would happen at once, how it ends if both still hold."""
        one, two = self.parties
        rows = []
        for t, start, stands, end, length in zip(
            self.trials, self.start, self.stands, self.since(math.inf), self.length, strict=True
        ):
            rows.append(
                {
                    "model": t.model, "motives": t.motives, **{_words(k): v for k, v in t.setting.items()},
                    "status": t.reading.status, f"{one} at once": start[0], f"{two} at once": start[1],
                    "both still hold": stands, f"{one} gives way": end[0], f"{two} gives way": end[1],
                    "talks collapse": end[2], "no end": end[3], "mean length, days": length * DAYS_A_YEAR,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def summary(self) -> pd.DataFrame:
        """One row a model and one for all: at once; if both still hold, mean odds with low and high; who is likelier; length."""
        one, two = self.parties
        rows = {}
        for m in (*self.models, None):
            o, (a, b, even), length = self.odds(model=m), self.counts(m), self.typical_length(m)
            gone = self.at_once(m)
            now = self.odds(0.0, m, still=False)
            row: dict[str, Any] = {"what it assumes": MODELS.get(m or "", "all models alike")}
            row |= {f"{one} at once": now.first[1], f"{two} at once": now.second[1]}
            for label, x in (
                (f"{one} eases", o.first), (f"{two} eases", o.second), ("talks collapse", o.collapse), ("no end", o.standing)
            ):  # fmt: skip
                row |= {label: x[1], f"{label}, low": x[0], f"{label}, high": x[2]}
            row |= {f"{one} likelier in": a, f"{two} likelier in": b, "neither in": even}
            row |= {f"{one} at once in": gone[0], f"{two} at once in": gone[1], "combinations": gone[2]}
            row |= {
                f"mean length, days ({what})": x * DAYS_A_YEAR
                for what, x in zip(("a tenth", "half", "nine tenths"), length, strict=True)
            }
            rows[m or "all"] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _between(
    levels: list[Any], groups: list[NDArray[np.int64]], weight: Array, index: NDArray[np.int64], lean: Array, ends: Array
) -> dict[str, Any]:
    def mean(values: Array, at: NDArray[np.int64]) -> float:
        return float((values[at] * weight[at]).sum() / weight[at].sum())

    whole = mean(lean, index)
    total = mean((lean - whole) ** 2, index)
    between = sum(weight[g].sum() * (mean(lean, g) - whole) ** 2 for g in groups) / weight[index].sum()
    leans = [mean(lean, g) for g in groups]
    a, b = int(np.argmax(leans)), int(np.argmin(leans))
    return {
        "share": 0.0 if total <= 0 else float(between / total),
        "towards first": levels[a], "first there": mean(ends[:, 0], groups[a]), "second there": mean(ends[:, 1], groups[a]),
        "towards second": levels[b], "first then": mean(ends[:, 0], groups[b]), "second then": mean(ends[:, 1], groups[b]),
    }  # fmt: skip


def _shared(ends: Sequence[Any]) -> Array:
    whole = np.array(ends, dtype=np.float64).reshape(-1, 5)
    half = whole[:, 2] / 2
    return np.stack([whole[:, 0] + half, whole[:, 1] + half, whole[:, 3], whole[:, 4]], axis=1)


def _words(key: str) -> str:
    return say("words/templates/Trial", f"which_{key}") if key in ("model", "motives") else named(key)


# -- where the answer flips --------------------------------------------------------------------------------------------
def nearest_flip(lean: Callable[[float], float], now: float, low: float, high: float, steps: int = 12) -> float | None:
    """The value nearest to `now` (in ratio) between `low` and `high` at which `lean` changes sign; None if none does.

    Searched on a grid of ratios, then by halving; a jump counts as a change.
    """
    start = lean(now)
    if math.isnan(start) or abs(start) <= EVEN:
        return None
    found: list[float] = []
    for end in (low, high):
        if end <= 0 or now <= 0 or end == now:
            continue
        a = now
        for b in np.geomspace(now, end, steps + 1)[1:]:
            if found and abs(math.log(a / now)) > abs(math.log(found[0] / now)):
                break  # whatever comes is farther than what the other end gave
            value = lean(float(b))
            if not math.isnan(value) and value * start < 0:
                x, y = a, float(b)
                for _ in range(10):
                    middle = math.sqrt(x * y)
                    if lean(middle) * start < 0:
                        y = middle
                    else:
                        x = middle
                found.append(y)
                break
            a = float(b)
    return min(found, key=lambda v: abs(math.log(v / now))) if found else None
