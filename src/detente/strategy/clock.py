"""The clock of a negotiation: which of a dossier's deadlines binds the stand-off, and how concessions gather around it.

The deadline that binds is the first on which a measure acts that the parties' stances move: a threat that falls due, a suspension
that ends, a control that takes effect. Without one, the first on which a measure of one party on the other acts.

>>> from detente.policy.dossier import load_dossier
>>> d = binding_deadline(load_dossier("kuala-lumpur-2025"))
>>> d.date.isoformat(), d.measure, d.days_left
('2025-11-01', 'us-threat-100', 14)
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.policy.timing import Deadline
from detente.talks.odds import Trials
from detente.words import DAYS_A_YEAR

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

FAR = 365_000
"""Days after which all is taken to be over."""
WINDOW = 3
"""Days before and after a deadline that count as being at it."""


def binding_deadline(dossier: Dossier, day: date | None = None) -> Deadline | None:
    """The next deadline that binds the two parties; None if the dossier has none ahead of `day` (its own date by default)."""
    parties = [p.region for p in dossier.parties]
    moved = {
        name
        for p in dossier.parties
        for s in p.stances
        for c in s.changes
        for name in (getattr(c, "measure", None), getattr(c, "withdraw", None))
        if name
    }
    measures = {m.id: m for m in dossier.measures}
    due = [d for d in dossier.deadlines(day) if d.measure in measures]
    between = [
        d
        for d in due
        if measures[d.measure or ""].by in parties
        and any(q in measures[d.measure or ""].on or measures[d.measure or ""].on == "all" for q in parties)
    ]
    return next((d for d in due if d.measure in moved), None) or next(iter(between), None)


def given_deadline(day: date, as_of: date) -> Deadline:
    """A deadline of one's own. Raises `InputError` if it is not ahead."""
    if day <= as_of:
        raise InputError(f"the deadline must lie after {as_of}, the date of the dossier; {day} does not")
    return Deadline(day, "given", "the deadline given", (day - as_of).days)


def horizon_years(when: date | int | float, as_of: date) -> tuple[float, date | None]:
    """Years from the dossier's date to a day, or a number of days ahead; the day itself (None for no end)."""
    count = float((when - as_of).days) if isinstance(when, date) else float(when)
    if math.isnan(count) or count < 0:
        raise InputError(f"odds are for a day from {as_of} on, not {when}")
    if count > FAR:
        return math.inf, None
    return count / DAYS_A_YEAR, as_of + timedelta(days=round(count))


def around(trials: Trials, days_left: int) -> pd.DataFrame:
    """Chances that each side moves, or talks collapse, before, at (three days either side) and after the deadline.

    One row a model and stretch; "eases a day" is the chance per day of the stretch that anybody eases.
    """
    rows = []
    near = max(days_left - WINDOW, 0), days_left + WINDOW
    one, two = trials.parties
    for model in trials.models:
        ends = [np.array(trials.odds(t, model).means) for t in (0.0, near[0] / DAYS_A_YEAR, near[1] / DAYS_A_YEAR, math.inf)]
        stretches = (("before", near[0]), ("at the deadline", near[1] - near[0]), ("after", math.inf))
        for k, (label, length) in enumerate(stretches):
            gain = ends[k + 1] - ends[k]
            moved = float(gain[0] + gain[1])
            rows.append(
                {
                    "model": model, "when": label, f"{one} eases": float(gain[0]), f"{two} eases": float(gain[1]),
                    "talks collapse": float(gain[2]),
                    "eases a day": moved / length if length and math.isfinite(length) else math.nan,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
