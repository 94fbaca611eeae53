"""All specifications on one panel, as one record: what `data/estimates/elasticity_by_month.yaml` holds.

>>> from detente.build.estimate.estimates import estimate  # doctest: +SKIP
>>> estimate()["specs"]["main"]["rows"][3]["coefficient"]  # doctest: +SKIP
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from detente.build.estimate.flows import EXPORTS, us_exports, us_imports
from detente.build.estimate.projection import EFFECTS, Estimate, Flows, by_age, factor, project, windows
from detente.build.estimate.shrinkage import Shrinkage, posterior_of, shrinkage
from detente.errors import InputError, UnknownName
from detente.types import Progress
from detente.words import refusal
from detente.world.library import load_world
from detente.world.panel import UNMAPPED, Panel, concordance, load_panel

DIGITS = 4
"""Decimals in the record."""
HEAD = (
    "# Written by `detente estimate --out`; do not edit. Every number has its error, sample and specification. Months after\n"
    "# 2024 are kept out. A row without a coefficient: no change of the law is left to learn from.\n"
)


@cache
def specs() -> dict[str, Any]:
    """`specs.yaml`."""
    text = files("detente.build.estimate").joinpath("specs.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def estimate(
    panel: Panel | None = None, *, only: Iterable[str] | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Every specification (or those named in `only`) on a panel of imports; the shipped one if none is given.

    Months later than `later_than` are left out first. `progress` is called with a label, the steps done and their number.
    Raises `UnknownName`, and `InputError` for a panel that cannot serve or where pyfixest is not installed.
    """
    table = specs()
    asked = list(table["specs"]) if only is None else list(only)
    strange = [name for name in asked if name not in table["specs"]]
    if strange:
        raise UnknownName(strange[0], list(table["specs"]), "specification")
    whole = only is None
    total = len(asked) + 2 * whole
    done = iter(range(total + 1))

    def tell(label: str) -> None:
        if progress is not None:
            progress(label, next(done), total)

    tell("reading")
    chosen = load_panel() if panel is None else panel
    kept = chosen.frame["month"] <= str(table["later_than"])
    chosen = dataclasses.replace(chosen, frame=chosen.frame[kept].reset_index(drop=True))
    flows = {"imports": us_imports(chosen), "exports": us_exports()}
    theta = {side: elasticities(side) for side in flows}
    found: dict[str, Any] = {
        **{k: table[k] for k in _ABOUT},
        "panels": {
            "imports": {"name": chosen.name, "first": chosen.months[0], "last": chosen.months[-1]},
            "exports": {"name": EXPORTS, "first": flows["exports"].months[0], "last": flows["exports"].months[-1]},
        },
        "specs": {},
    }
    for name in asked:
        entry = table["specs"][name]
        side = entry.get("flows", "imports")
        cells = chosen_cells(flows[side], entry)
        mean = mean_elasticity(cells, theta[side])
        rows = [_row(e, mean) for e in run(cells, entry)]
        found["specs"][name] = {k: entry[k] for k in ("title", "sample", "method", "why") if k in entry} | {
            "theta": _short(mean),
            "rows": rows,
        }
        tell(entry["title"])
    if whole:
        found["placebo"] = placebo(flows["imports"], found["specs"]["statutory"]["rows"])
        tell("placebo")
        found["shrinkage"] = shrunk(flows, theta)
        tell("shrinkage")
    found["sources"] = table["sources"]
    return found


_ABOUT = (
    "made", "title", "unit", "dependent", "regressor", "instrument", "changes", "changes_of_china", "weights", "errors",
    "band_pct", "mapping",
)  # fmt: skip


def chosen_cells(flows: Flows, entry: Mapping[str, Any]) -> Flows:
    """The cells a specification keeps."""
    keep = ~np.isin(flows.sector.astype(str), list(entry.get("drop", ())))
    if "origin" in entry:
        keep &= flows.origin == entry["origin"]
    return flows.only(keep)


def run(cells: Flows, entry: Mapping[str, Any]) -> list[Estimate]:
    """One specification: an `Estimate` per month."""
    table = specs()
    without = [m for m in cells.months if m[:4] in entry.get("without_years", ())]
    effects = tuple(entry.get("effects", EFFECTS))
    if "ages" in entry:
        return list(by_age(cells, {k: tuple(v) for k, v in entry["ages"].items()}, effects=effects, without=without))
    changes = table["changes"] if entry.get("flows", "imports") == "imports" else table["changes_of_china"]
    months = [m for m in table["months"] if m <= entry.get("last_month", 60)]
    months = [*(table["before"] if entry.get("months_too") == "before" else ()), *months]
    regressor = entry.get("regressor", "dx")
    return [
        project(
            windows(cells, m, changes["first"], changes["last"], base=entry.get("base", "years"), without=without),
            m,
            regressor=regressor,
            instrument=entry.get("instrument", "z" if regressor == "dx" else None),
            controls=entry.get("controls", ("earlier", "later")),
            effects=effects,
            weighted=entry.get("weighted", True),
        )
        for m in months
    ]


# -- elasticities of sectors -------------------------------------------------------------------------------------------------
@cache
def elasticities(side: str) -> dict[str, float]:
    """θ by NAICS-3 industry (imports; China's mix) or HS-2 chapter (exports), from the default world's sectors."""
    world = load_world()
    theta = dict(zip(world.sectors, np.asarray(world.trade_elasticity, dtype=float), strict=True))
    if side == "imports":
        frame = concordance()
        frame = frame[frame["origin"].isin(["*", "CHN"]) & (frame["sector"] != UNMAPPED)].rename(columns={"naics3": "code"})
    else:
        with as_file(files("detente").joinpath("data", "ledgers", "hs2-sectors.csv")) as path:
            frame = pd.read_csv(path, comment="#", dtype={"chapter": str}).rename(columns={"chapter": "code"})
        frame = frame[frame["sector"].notna()]
    share = frame.groupby("code")["share"].sum()
    value = (frame["share"] * frame["sector"].map(theta)).groupby(frame["code"]).sum()
    return {str(k): float(v) for k, v in (value / share).items()}


def mean_elasticity(cells: Flows, theta: Mapping[str, float]) -> float:
    """θ of an average dollar between the United States and China in the base years."""
    china = (cells.origin == "CHN") & np.isin(cells.sector.astype(str), list(theta))
    if not china.any():
        raise InputError(refusal("build", "no_trade_with_china"))
    return float(np.average([theta[s] for s in cells.sector[china]], weights=cells.weight[china]))


# -- placebo -----------------------------------------------------------------------------------------------------------------
def placebo(flows: Flows, own: list[dict[str, Any]]) -> dict[str, Any]:
    """China's law in the place of every other origin's: how large t-values are where there is nothing. `own` are China's rows.

    t-values, for coefficients of small origins scatter more.
    """
    table = specs()
    cells = chosen_cells(flows, table["specs"]["statutory"])
    china = {s: cells.law[k] for k, s in enumerate(cells.sector) if cells.origin[k] == "CHN"}
    others = cells.only(cells.origin != "CHN")
    rows = []
    for months in table["months"]:
        found = np.array(list(_elsewhere(others, china, months)))
        mine = next(r for r in own if r["months"] == months)
        value = math.nan if mine["coefficient"] is None else mine["coefficient"] / mine["standard_error"]
        low, high = np.percentile(found, (5, 95)) if len(found) else (math.nan, math.nan)
        rows.append({
            "months": months, "t_of_china": _short(value), "t_low": _short(low), "t_high": _short(high), "origins": len(found),
            "at_or_below_china": int(np.sum(found <= value)),
        })  # fmt: skip
    return {**table["placebo"], "rows": rows}


def _elsewhere(others: Flows, china: Mapping[str, NDArray[np.float64]], months: int) -> Iterator[float]:
    """The t-value of China's law, by sector, in the place of every other origin's in turn."""
    changes = specs()["changes"]
    frame = windows(others, months, changes["first"], changes["last"])
    if frame.empty:
        return
    t, cell = frame["t"].to_numpy(), frame["cell"].to_numpy()
    path = np.array([china.get(s, np.zeros(others.law.shape[1])) for s in others.sector])
    given = {
        "z": path[cell, t] - path[cell, t - 1],
        "earlier": path[cell, t - 1],
        "later": path[cell, t + months] - path[cell, t],
    }
    for origin in sorted(set(others.origin)):
        there = (frame["origin"] == origin).to_numpy(dtype=float)
        e = project(frame.assign(**{k: v * there for k, v in given.items()}), months, regressor="z", instrument=None)
        if math.isfinite(e.coefficient):
            yield e.coefficient / e.standard_error


# -- shrinkage ---------------------------------------------------------------------------------------------------------------
def shrunk(flows: Mapping[str, Flows], theta: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Shrinkage by the imports of the United States, by its exports to China, and by both."""
    table = specs()
    found = {}
    for side, spec in (("imports", "main"), ("exports", "china-side")):
        cells = chosen_cells(flows[side], table["specs"][spec])
        cells = cells.only(np.isin(cells.sector.astype(str), list(theta[side])))
        found[side] = shrinkage(cells, theta[side])
    told = {side: {k: _short(v) for k, v in vars(s).items() if k != "density"} for side, s in found.items()}
    both = posterior_of(found["imports"].density * found["exports"].density)
    told["together"] = {k: _short(getattr(both, k)) for k in ("shrinkage", "kept_low", "kept_high")}
    return {**table["shrinkage"], **told}


# -- the record --------------------------------------------------------------------------------------------------------------
def _row(e: Estimate, theta: float) -> dict[str, Any]:
    row: dict[str, Any] = {k: _short(v, 1 if k == "first_stage_f" else DIGITS) for k, v in vars(e).items()}
    if e.months < 0:
        return row
    ends = [factor(v, theta) for v in (e.coefficient, e.high, e.low)]
    return row | dict(zip(("factor", "factor_low", "factor_high"), map(_short, ends), strict=True))


def _short(value: float, digits: int = DIGITS) -> float | None:
    """Rounded for the record; None where there is no number."""
    if isinstance(value, int):
        return value
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def as_yaml(record: Mapping[str, Any]) -> str:
    """The record as the shipped file."""
    return HEAD + yaml.safe_dump(dict(record), sort_keys=False, allow_unicode=True, default_flow_style=None, width=130)


__all__ = ["Shrinkage", "as_yaml", "estimate", "specs"]
