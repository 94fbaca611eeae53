"""Parameters along the path: functions of the months since a decision, kept in `data/path.yaml` with sources and ranges.

Values are given at a few months; between them they are interpolated monotonically (Fritsch and Carlson 1980) on the scale the
table names, before the first and after the last month the nearest one holds. A node of the path is a parameter set like any
other (`parameters.at_month`), named "month 6"; `horizon("month 6")` is the same.

>>> value("labour_mobility", [0, 36, 120]).tolist()
[1.2, 2.0, inf]
>>> value("trade_elasticity_factor", 36, "high")
0.65
>>> bool(value("trade_elasticity_factor", 48) > value("trade_elasticity_factor", 42) > value("trade_elasticity_factor", 36))
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple, Protocol, get_args

import numpy as np
import yaml
from numpy.typing import ArrayLike

from detente.errors import InputError, UnknownName
from detente.types import Array
from detente.words import _

End = Literal["low", "centre", "high"]
NAME = "month "
"""What the name of a node begins with."""
SCALES: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (np.positive, np.positive),
    "log": (np.log, np.exp),
    "inverse": (np.reciprocal, np.reciprocal),
}


class Named(Protocol):
    """Anything with a name, a parameter set say."""

    @property
    def name(self) -> str:
        """What it is called."""


class Stretch(NamedTuple):
    """A named part of the path: its label, first and last month."""

    label: str
    first: float
    last: float


@cache
def path_table() -> Mapping[str, Any]:
    """`path.yaml`: nodes, stretches, parameters, chokepoints and uncertainty with their values by month, sources and notes."""
    return yaml.safe_load(files("detente").joinpath("data", "path.yaml").read_text(encoding="utf-8"))


@cache
def nodes() -> tuple[float, ...]:
    """Months at which the path is solved."""
    return tuple(float(m) for m in path_table()["nodes"])


def stretches() -> Mapping[str, Stretch]:
    """Named stretches of the path."""
    return {k: Stretch(_(v["label"]), float(v["from"]), float(v["to"])) for k, v in path_table()["stretches"].items()}


@cache
def rows() -> Mapping[str, Mapping[str, Any]]:
    """Every row of the table by name, behavioural parameters first."""
    return {**path_table()["parameters"], **path_table()["chokepoints"], **path_table()["uncertainty"]}


def value(name: str, months: ArrayLike, end: End = "centre") -> Any:
    """A row of the table at some months: a number for a number, else an array. Raises `UnknownName`, `InputError`."""
    row = rows().get(name)
    if row is None:
        raise UnknownName(name, {k: r["meaning"] for k, r in rows().items()}, "row of the path")
    if end not in get_args(End):
        raise UnknownName(end, list(get_args(End)), "end of a range")
    at = np.asarray(months, dtype=np.float64)
    if not np.isfinite(at).all() or (at < 0).any():
        raise InputError(f"months since a decision must be numbers of 0 or more, not {months!r}")
    return _one(name, float(at), end) if at.ndim == 0 else interpolated(row["months"], row[end], at, row["scale"])


@lru_cache(maxsize=4096)
def _one(name: str, month: float, end: End) -> float:
    row = rows()[name]
    return float(interpolated(row["months"], row[end], month, row["scale"]))


def month_of(parameters: Named | str) -> float | None:
    """The month of a node, from its name; None for any other parameter set."""
    name = parameters if isinstance(parameters, str) else parameters.name
    try:
        return float(name.removeprefix(NAME)) if name.startswith(NAME) else None
    except ValueError:
        return None


@lru_cache(maxsize=128)
def entry(name: str) -> Mapping[str, Any]:
    """A node as `horizon_table` tells the named horizons: label, summary, values, ranges, sources. Raises `UnknownName`."""
    month = month_of(name)
    if month is None:
        raise UnknownName(name, [f"{NAME}{m:g}" for m in nodes()], "node of the path")
    table = path_table()["parameters"]
    ends = {key: [value(key, month, "low"), value(key, month, "high")] for key in table}
    return {
        "label": f"{month:g} months after the decision",
        "values": {key: value(key, month) for key in table},
        "ranges": {key: pair for key, pair in ends.items() if pair[0] < pair[1]},
        "sources": list({s["link"]: s for row in table.values() for s in row["sources"]}.values()),
    }


def interpolated(months: ArrayLike, values: ArrayLike, at: ArrayLike, scale: str = "linear") -> Array:
    """Values at `at` by a cubic that keeps the order of the values given; the ends hold beyond the ends. The last axis is the
    months'. `scale` is linear, log or inverse (of 1/value, which lets a value be infinite)."""
    from scipy.interpolate import PchipInterpolator

    x, y = np.asarray(months, dtype=np.float64), np.asarray(values, dtype=np.float64)
    there, back = SCALES[scale]
    with np.errstate(divide="ignore"):
        turned = there(y)
    inside = np.clip(np.asarray(at, dtype=np.float64), x[0], x[-1])
    if len(x) > 1:
        found = PchipInterpolator(x, turned, axis=-1)(inside)
    else:
        found = np.multiply.outer(turned[..., 0], np.ones(inside.shape))
    # a node is its own value, not one that rounding has moved
    hit = np.minimum(np.searchsorted(x, inside), len(x) - 1)
    with np.errstate(divide="ignore"):
        return np.where(x[hit] == inside, y[..., hit], back(found))
