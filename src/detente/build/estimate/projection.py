"""Local projections: how trade answers a duty, month by month after it changed.

For a cell i (origin o, sector s) and a month t, h months on:

    Δ_h ln M = ln M[i, t+h] − mean of ln M[i] in the same calendar month of the base years
    Δ_h ln M = β_h · Δ_h ln(1+collected) + earlier + later + origin×month + sector×month + error
    instrument for Δ_h ln(1+collected):  ln(1+law)[i, t] − ln(1+law)[i, t−1]

`earlier` is what the law had added before t, `later` what it added (or took back) from t to t+h, so β_h is the answer to a change
h months old with the others held. The same calendar month of years before the first duty takes the season out and keeps months of
stocking up before a duty out of the base. All t at which the law changed stand in one regression, weighted by trade of the base
years, with errors clustered by cell. With one instrument the first stage's F is t² of the instrument.

M is trade before duty. With buyers who spend (1+duty)·M by a CES rule, M falls by 1 + θf per unit of ln(1+duty): see `factor`.

`by_age` puts all changes of the law in one regression of levels instead, by their age in months:

    ln M[i, u] = Σ_a b_a · (law added a months ago) + cell×calendar month + origin×month + sector×month,   β_a = b_a / c_a

with c_a the same regression's coefficients for ln(1+collected). There nothing of one age can stand for another.

Jordà (2005), American Economic Review 95(1); Boehm, Levchenko and Pandalai-Nayar (2023), American Economic Review 113(4).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from detente.errors import InputError
from detente.extras import need
from detente.words import refusal

LEVEL = 0.90
"""Of the confidence bands."""
TOLERANCE = 1e-11
"""Of the sweeps that take effects out: tight, so that the same data give the same digits."""
WEAKEST = 1e-6
"""Variation of an instrument below this is none."""
AGES: dict[int, tuple[int, int]] = {
    1: (1, 2), 3: (3, 4), 6: (5, 8), 12: (9, 14), 18: (15, 20), 24: (21, 29), 36: (30, 41), 48: (42, 53), 60: (54, 1000),
}  # fmt: skip
"""Month a change stands for → its ages in months, first and last. Ages −12 to −1 and 0 have terms of their own."""
LEADS = ((-12, -10), (-9, -7), (-6, -4), (-3, -1), (0, 0))


@dataclass(frozen=True)
class Flows:
    """Trade of cells by month; n cells, T months in a row.

    origin, sector     n names
    value              n × T, ln of trade before duty; nan where there was none
    collected          n × T, ln(1 + duty collected); None where only the law is known
    law                n × T, ln(1 + what the law asks), from its level of the base years
    others             n × T, a control in logs that moves with t+h (a rival's duty); None for none
    weight             n, trade of the base years
    base               the months (columns) of the base years, whole years
    """

    origin: NDArray[np.object_]
    sector: NDArray[np.object_]
    months: tuple[str, ...]
    value: NDArray[np.float64]
    law: NDArray[np.float64]
    weight: NDArray[np.float64]
    base: tuple[int, ...]
    collected: NDArray[np.float64] | None = None
    others: NDArray[np.float64] | None = None

    def only(self, keep: NDArray[np.bool_]) -> Flows:
        """The cells where `keep` is true."""
        return replace(
            self,
            origin=self.origin[keep],
            sector=self.sector[keep],
            value=self.value[keep],
            law=self.law[keep],
            weight=self.weight[keep],
            collected=None if self.collected is None else self.collected[keep],
            others=None if self.others is None else self.others[keep],
        )


@dataclass(frozen=True)
class Estimate:
    """One coefficient: the percent by which trade changes per percent of (1+duty), `months` after the change.

    standard_error by cell, standard_error_by_sector as the check; the band takes the wider of the two and Student's t with as
    many degrees of freedom as clusters less one. first_stage: points collected per point of law; nan without an instrument.
    Without a change of the law to learn from, every number is nan and `observations` 0.
    """

    months: int
    coefficient: float = math.nan
    standard_error: float = math.nan
    standard_error_by_sector: float = math.nan
    low: float = math.nan
    high: float = math.nan
    observations: int = 0
    clusters: int = 0
    sectors: int = 0
    first_stage: float = math.nan
    first_stage_f: float = math.nan


def factor(coefficient: float, theta: float) -> float:
    """The factor f on the trade elasticity θ that a coefficient means: f = (−β − 1)/θ.

    Buyers spend E on a seller with (1+τ)M = E, and E falls with exponent θf, so M = E/(1+τ) falls with 1 + θf. The duty is taken
    to reach the buyer in full; passed on by a part ρ, what is found is ρf.

    >>> factor(-1.0, 4.0), factor(-5.0, 4.0), factor(-0.6, 4.0)
    (0.0, 1.0, -0.1)
    """
    return (-coefficient - 1) / theta


def windows(
    flows: Flows, months: int, first: str, last: str, *, base: str = "years", without: Sequence[str] = ()
) -> pd.DataFrame:
    """Rows cell × t with t from `first` to `last`, for the answer `months` after t; rows with a missing value are left out.

    dy, dx (ln collected), z (the law's change at t), earlier, later, cumulated, others; origin, sector, cell, t, weight.
    `base` is "years" or "month before" (t−1, no season taken out). `without` leaves out outcomes in these months.
    """
    where = {m: k for k, m in enumerate(flows.months)}
    place = np.array(flows.base)
    rows = []
    for t in range(where[first], where[last] + 1):
        u = t + months
        if not 0 <= u < len(flows.months) or flows.months[u] in without:
            continue
        if base == "years":
            at = place[place % 12 == u % 12]
            if months < 0:
                at = at[:1]  # only the earlier base year: the later one is among the months that are looked at
        else:
            at = np.array([t - 1])
        start = flows.value[:, at].mean(axis=1)
        row = {
            "dy": flows.value[:, u] - start,
            "dx": np.zeros(len(start))
            if flows.collected is None
            else flows.collected[:, u] - flows.collected[:, at].mean(axis=1),
            "z": flows.law[:, t] - flows.law[:, t - 1],
            "earlier": flows.law[:, t - 1],
            "later": flows.law[:, max(u, t)] - flows.law[:, t],
            "cumulated": flows.law[:, u] - flows.law[:, at].mean(axis=1),
            "others": np.zeros(len(start)) if flows.others is None else flows.others[:, u] - flows.others[:, at].mean(axis=1),
            "origin": flows.origin,
            "sector": flows.sector,
            "cell": np.arange(len(start)),
            "t": t,
            "weight": flows.weight,
        }
        rows.append(pd.DataFrame(row))
    if not rows:
        return pd.DataFrame(columns=["dy", "dx", "z", "origin", "sector", "cell", "t", "weight"])
    frame = pd.concat(rows, ignore_index=True).dropna()
    frame["origin_month"] = pd.factorize(frame["origin"] + "·" + frame["t"].astype(str))[0]
    frame["sector_month"] = pd.factorize(frame["sector"] + "·" + frame["t"].astype(str))[0]
    frame["sector_number"] = pd.factorize(frame["sector"])[0]
    return frame


EFFECTS = ("origin_month", "sector_month")


def project(
    frame: pd.DataFrame,
    months: int,
    *,
    regressor: str = "dx",
    instrument: str | None = "z",
    controls: Sequence[str] = ("earlier", "later"),
    effects: Sequence[str] = EFFECTS,
    weighted: bool = True,
) -> Estimate:
    """β of one horizon from `windows`. Columns that do not vary are no controls; no variation to learn from gives nan."""
    source = instrument or regressor
    if frame.empty or not float(frame[source].abs().max()) > WEAKEST:
        return Estimate(months)
    kept = [c for c in controls if c != source and float(frame[c].std()) > WEAKEST]
    right = " + ".join(kept) or "1"
    fixed = " + ".join(effects)
    if instrument is None:
        formula = f"dy ~ {' + '.join([regressor, *kept])} | {fixed}"
    else:
        formula = f"dy ~ {right} | {fixed} | {regressor} ~ {instrument}"
    model = fit(formula, frame, "cell", weighted)
    if regressor not in model.coef().index:
        return Estimate(months)  # the effects leave nothing of it
    first, strength = math.nan, math.nan
    if instrument is not None:
        stage = model._model_1st_stage
        first, strength = float(stage.coef()[instrument]), float(stage.tstat()[instrument]) ** 2
    return _told(model, frame, regressor, months, first, strength)


def _told(model: Any, frame: pd.DataFrame, name: str, months: int, first: float, strength: float) -> Estimate:
    value, error = float(model.coef()[name]), float(model.se()[name])
    cells, sectors = int(frame["cell"].nunique()), int(frame["sector_number"].nunique())
    wide = float(model.vcov({"CRV1": "sector_number"}).se()[name]) if sectors > 2 else math.nan
    reach = max(float(student.ppf((1 + LEVEL) / 2, n - 1)) * s for s, n in ((error, cells), (wide, sectors)) if math.isfinite(s))
    return Estimate(
        months, value, error, wide, value - reach, value + reach, int(model._N), cells, sectors, first, strength
    )  # fmt: skip


# -- by age ------------------------------------------------------------------------------------------------------------------
def added(law: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """What the law added between `first` and `last` months before each month (negative: will add), n × T.

    >>> law = np.array([[0.0, 0.0, 1.0, 1.0, 1.5]])
    >>> added(law, 0, 0).tolist(), added(law, 1, 9).tolist(), added(law, -2, -1).tolist()
    ([[0.0, 0.0, 1.0, 0.0, 0.5]], [[0.0, 0.0, 0.0, 1.0, 1.0]], [[1.0, 1.0, 0.5, 0.5, 0.0]])
    """
    size = law.shape[1]
    at = np.arange(size)
    newest, oldest = np.clip(at - first, -1, size - 1), np.clip(at - last - 1, -1, size - 1)
    padded = np.concatenate([law[:, :1], law], axis=1)  # before the first month nothing changed
    return padded[:, newest + 1] - padded[:, oldest + 1]


def by_age(
    flows: Flows,
    ages: Mapping[int, tuple[int, int]] = AGES,
    *,
    effects: Sequence[str] = EFFECTS,
    without: Sequence[str] = (),
) -> tuple[Estimate, ...]:
    """β by age of the change, all `ages` in one regression; ages −12 to 0 are terms of it and are not given back.

    `ages` and the `LEADS` have to cover every age that occurs, each once.
    """
    if flows.collected is None:
        raise InputError(refusal("build", "by_age_needs"))
    months = np.arange(len(flows.months))
    n = len(flows.origin)
    columns: dict[str, NDArray[Any]] = {
        "cell": np.repeat(np.arange(n), len(months)),
        "u": np.tile(months, n),
        "y": flows.value.ravel(),
        "x": flows.collected.ravel(),
    }
    names = {}
    for youngest, oldest in (*LEADS, *ages.values()):
        name = f"a{youngest}_{min(oldest, 999)}".replace("-", "m")
        columns[name] = added(flows.law, youngest, oldest).ravel()
        names[(youngest, oldest)] = name
    frame = pd.DataFrame(columns).dropna()
    frame = frame[~frame["u"].isin([k for k, m in enumerate(flows.months) if m in without])]
    cell = frame["cell"].to_numpy()
    frame["weight"] = flows.weight[cell]
    frame["season"] = frame["cell"] * 12 + frame["u"] % 12
    for effect, label in (("origin_month", flows.origin), ("sector_month", flows.sector)):
        frame[effect] = pd.factorize(pd.Series(label[cell]).astype(str) + "·" + frame["u"].astype(str).to_numpy())[0]
    frame["sector_number"] = pd.factorize(flows.sector[cell])[0]
    right = " + ".join(n for n in names.values() if frame[n].std() > WEAKEST) + f" | season + {' + '.join(effects)}"
    collected = fit(f"x ~ {right}", frame, "cell", True)
    value = fit(f"y ~ {right}", frame, "cell", True)
    found = []
    for age, bounds in ages.items():
        name = names[bounds]
        if name not in value.coef().index:
            found.append(Estimate(age))
            continue
        first, strength = float(collected.coef()[name]), float(collected.tstat()[name]) ** 2
        ratio = float(value.coef()[name]) / first
        # the error of a ratio: that of the coefficient in y − ratio·x, over the first stage
        left = fit(f"left ~ {right}", frame.assign(left=frame["y"] - ratio * frame["x"]), "cell", True)
        told = _told(left, frame, name, age, first, strength)
        wide = told.standard_error_by_sector / abs(first)
        reach = (told.high - told.low) / 2 / abs(first)
        found.append(
            Estimate(
                age, ratio, told.standard_error / abs(first), wide, ratio - reach, ratio + reach, told.observations,
                told.clusters, told.sectors, first, strength,
            )
        )  # fmt: skip
    return tuple(found)


# -- pyfixest ------------------------------------------------------------------------------------------------------------------
def fit(formula: str, frame: pd.DataFrame, cluster: str, weighted: bool) -> Any:
    """A pyfixest model with errors clustered by a column. Raises `MissingPackage` where pyfixest is absent."""
    package = need("pyfixest")
    with warnings.catch_warnings():  # of its own use of pandas, and of single observations, which it leaves out
        warnings.simplefilter("ignore")
        return package.feols(
            formula,
            frame,
            vcov={"CRV1": cluster},
            weights="weight" if weighted else None,
            fixef_tol=TOLERANCE,
            fixef_maxiter=100_000,
        )
