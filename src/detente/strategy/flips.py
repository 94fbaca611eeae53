"""Where the answer of a stand-off flips: the value of one number, alone, at which the other side is the likelier to give way.

Each number is moved from the centre of the assumptions up to twenty times up and down (chances up to 0.99) until the sign of
P(first gives way) − P(second gives way) changes; the nearest in ratio is kept. Numbers are the discount rates, the assumptions
all models share, those of the model itself, and the weights of each side's motives.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from detente.strategy.judging import MOVED, NAMES, Judging
from detente.talks.contests import DATED, MODELS, contest
from detente.talks.odds import EVEN, nearest_flip
from detente.talks.patience import COMMON, WORDS, Patience, named

FAR = 20.0
OWN = {"fixed date": ("bite",), "uncertain date": ("slip_days",)}
CHANCES = ("bite", "stubborn")


def flip_table(judging: Judging, patience: Patience, deadline: float | None) -> pd.DataFrame:
    """One row a model and number that flips the answer, the nearest first in each model.

    Columns: model, who is the likelier now, number in words, its unit, now, flips at, ratio, key.
    """
    judged = judging.judged()
    rows: list[dict[str, Any]] = []
    for model in MODELS:
        if model in DATED and deadline is None:
            continue
        centre = contest(model, judged, patience, deadline).lean
        if not abs(centre) > EVEN:
            continue
        likelier = judging.parties[0 if centre > 0 else 1]
        found: list[dict[str, Any]] = []

        def add(key: str, words: str, unit: str, now: float, at: float | None, kept: list[dict[str, Any]] = found) -> None:
            if at is not None:
                kept.append({"number": words, "unit": unit, "now": now, "flips at": at, "ratio": at / now, "key": key})

        for key in [f"rate {p}" for p in judging.parties] + list(COMMON):
            now = patience.of(key.removeprefix("rate ")) if key.startswith("rate ") else float(getattr(patience, key))
            if now > 0:
                at = nearest_flip(
                    lambda x, key=key, model=model: contest(model, judged, patience.at({key: x}), deadline).lean,  # type: ignore[misc]
                    now, now / FAR, now * FAR,
                )  # fmt: skip
                add(key, named(key), "a year" if key.startswith("rate ") else WORDS[key][1], now, at)
        own = [f"stubborn of {p}" for p in judging.parties] if model == "stubborn" else list(OWN.get(model, ()))
        for key in own:
            base = key.split(" of ")[0]
            now = float(getattr(patience, base))
            if now > 0:
                high = min(now * FAR, 0.99) if base in CHANCES else now * FAR
                at = nearest_flip(
                    lambda x, key=key, model=model: contest(model, judged, patience, deadline, **{key: x}).lean,  # type: ignore[misc]
                    now, now / FAR, high,
                )  # fmt: skip
                add(key, named(key), WORDS[base][1], now, at)
        for party in judging.parties:
            for part in MOVED:
                now = judging.weight(party, part)
                if now <= 0:
                    continue
                at = nearest_flip(
                    lambda x, party=party, part=part, model=model: contest(  # type: ignore[misc]
                        model, judging.judged({(party, part): x}), patience, deadline
                    ).lean,
                    now, now / FAR, now * FAR,
                )  # fmt: skip
                add(f"weight {party} {part}", f"weight of {party} on {NAMES[part]}", "", now, at)
        found.sort(key=lambda r: max(r["ratio"], 1 / r["ratio"]))
        rows += [{"model": model, "likelier now": likelier, **r} for r in found]
    return pd.DataFrame(rows)
