"""Behavioural parameters, and the horizons: named sets of them, kept in `horizons.yaml` with their sources.

| name here                | symbol | meaning                                                        |
|--------------------------|--------|----------------------------------------------------------------|
| trade_elasticity         | θ[j]   | of trade to its cost; default: the table's, times the horizon's `trade_elasticity_factor` |
| value_added_substitution | σ      | between value added and intermediates                          |
| input_substitution       | ε      | among intermediates                                            |
| critical_substitution    | εᶜ     | between each critical input and the rest of cost               |
| critical_inputs          |        | sectors that form a nest of their own                          |
| critical_trade_factor    |        | multiplies the trade elasticity of critical inputs             |
| final_substitution       | η      | among final goods                                              |
| labour_mobility          | κ ≥ 1  | between sectors; inf is one wage per region, 1 is specific factors |
| labour_supply            | φ ≥ 0  | of hours to the real wage                                      |
| scale                    | ψ[j]   | external economies of scale; 0 is perfect competition          |
| capital_share            | μ      | part of value added that adjusts until its return is back      |
| wage_floor               | δ      | how far below the national mean the wages of a sector may fall, a share; 1 is no floor |
| idea_diffusion           | b      | weight of what sellers know in what buyers learn               |
| idea_growth              |        | yearly growth of GDP per head without a shock (0.015 is 1.5 %) |
| idea_years               |        | years the path is followed; 0 leaves ideas out                 |
| deficits                 |        | "fixed" in the numeraire, "zero", or "proportional" to income  |
| exchange_rate            |        | "flexible" moves relative wages, "pinned" holds them and moves trade balances |
| revenue                  |        | extra public revenue goes to "households", or to a "labour tax" cut that adds hours |

Labour mobility as in Galle, Rodríguez-Clare and Yi (2023).

>>> horizon("medium").labour_mobility
2.0
>>> horizon("medium", labour_mobility=float("inf")).labour_mobility
inf
>>> at_month(36, {"trade_elasticity_factor": "high"}).trade_elasticity_factor
0.65
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from detente.equilibrium import months
from detente.errors import InputError, UnknownName
from detente.world.labelled import unlabelled

LARGEST = 1e6
"""Of an elasticity; beyond it powers of prices overflow."""
Closure = Literal["fixed", "zero", "proportional"]
Recycling = Literal["households", "labour tax"]
ExchangeRate = Literal["flexible", "pinned"]


@dataclass(frozen=True)
class Parameters:
    """One set of behavioural parameters (table in the module docstring). Raises `InputError` outside the allowed range."""

    name: str = "medium"
    trade_elasticity: Any = None  # None: the table's own
    trade_elasticity_factor: float = 1.0
    value_added_substitution: float = 1.0
    input_substitution: float = 1.0
    critical_substitution: float = 1.0
    critical_inputs: tuple[str, ...] = ()
    critical_trade_factor: float = 1.0
    final_substitution: float = 1.0
    labour_mobility: float = float("inf")
    labour_supply: float = 0.0
    scale: Any = 0.0
    capital_share: float = 0.0
    wage_floor: float = 1.0
    idea_diffusion: float = 0.6
    idea_growth: float = 0.0
    idea_years: int = 0
    deficits: Closure = "fixed"
    exchange_rate: ExchangeRate = "flexible"
    revenue: Recycling = "households"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"the name of parameters is text, not {self.name!r}")
        if not isinstance(self.critical_inputs, tuple) or not all(isinstance(s, str) for s in self.critical_inputs):
            raise InputError(f"critical_inputs must be a tuple of sectors, not {self.critical_inputs!r}")
        for key in ("value_added_substitution", "input_substitution", "critical_substitution", "final_substitution"):
            _range(key, getattr(self, key), 0.01, 20)
        _range("labour_mobility", self.labour_mobility, 1, float("inf"))
        _range("labour_supply", self.labour_supply, 0, 10)
        _range("capital_share", self.capital_share, 0, 0.9)
        _range("wage_floor", self.wage_floor, 0, 1)
        _range("trade_elasticity_factor", self.trade_elasticity_factor, 0.01, 10)
        _range("critical_trade_factor", self.critical_trade_factor, 0.01, 100)
        _range("idea_diffusion", self.idea_diffusion, 0, 0.95)
        _range("idea_growth", self.idea_growth, 0, 0.1)
        _range("idea_years", self.idea_years, 0, 100)
        if self.deficits not in get_args(Closure):
            raise UnknownName(self.deficits, list(get_args(Closure)), "deficit closure")
        if self.exchange_rate not in get_args(ExchangeRate):
            raise UnknownName(self.exchange_rate, list(get_args(ExchangeRate)), "exchange rate")
        if self.exchange_rate == "pinned" and self.deficits != "fixed":
            raise InputError(f"a pinned exchange rate lets trade balances move; deficits cannot be {self.deficits!r} as well")
        if self.revenue not in get_args(Recycling):
            raise UnknownName(self.revenue, list(get_args(Recycling)), "use of revenue")

    def theta(self, table: NDArray[np.float64], critical: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
        """Trade elasticity by sector: the override, or the table's own times the horizon's factors."""
        if self.trade_elasticity is not None:
            return _by_sector("trade_elasticity", self.trade_elasticity, len(table), positive=True)
        scaled = table * self.trade_elasticity_factor
        return scaled if critical is None else np.where(critical, scaled * self.critical_trade_factor, scaled)

    def psi(self, sectors: int) -> NDArray[np.float64]:
        """Scale elasticity by sector."""
        return _by_sector("scale", self.scale, sectors, positive=False)

    def record(self) -> dict[str, Any]:
        """JSON-able values, for provenance."""
        return {
            f.name: value.tolist() if isinstance(value := getattr(self, f.name), np.ndarray) else value
            for f in dataclasses.fields(self)
        }


def _range(key: str, value: float, low: float, high: float) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(f"{key} must lie between {low:g} and {high:g}, not {value!r}")


def _by_sector(key: str, value: ArrayLike, sectors: int, *, positive: bool) -> NDArray[np.float64]:
    bare = unlabelled(value, key)
    try:
        array = np.asarray(bare, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{key} must be one number or one a sector, not {value!r}") from None
    if array.ndim > 1 or (array.ndim == 1 and array.shape[0] != sectors):
        raise InputError(f"{key} must be one number or one a sector ({sectors}), not of shape {array.shape}")
    if not np.isfinite(array).all() or (array.min() <= 0 if positive else array.min() < 0) or array.max() > LARGEST:
        raise InputError(f"{key} must be {'positive' if positive else 'zero or more'} and at most {LARGEST:g}")
    return np.array(np.broadcast_to(array, (sectors,)))


@cache
def horizon_table() -> Mapping[str, Mapping[str, Any]]:
    """The named horizons as they stand in `horizons.yaml`: label, months, values, sources, ranges."""
    return yaml.safe_load(files("detente").joinpath("data", "horizons.yaml").read_text(encoding="utf-8"))


def horizon_entry(name: str) -> Mapping[str, Any]:
    """Label, values, ranges and sources of a named horizon or a node of the path; empty for any other parameter set."""
    return horizon_table().get(name, {}) if months.month_of(name) is None else months.entry(name)


def horizon(name: str | Parameters = "medium", **overrides: Any) -> Parameters:
    """Parameters of a named horizon ("short", "medium", "long", "fragmentation") or of a node of the path ("month 36") with
    single values replaced.

    Raises `UnknownName` for a horizon or parameter that does not exist.
    """
    if isinstance(name, Parameters):
        base = name
    elif (month := months.month_of(name)) is not None:
        base = at_month(month)
    else:
        table = horizon_table()
        if name not in table:
            raise UnknownName(name, {k: v["label"] for k, v in table.items()}, "horizon")
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table[name]["values"].items()}
        base = Parameters(name=name, **values)
    known = {f.name for f in dataclasses.fields(Parameters)} - {"name"}
    for key in overrides:
        if key not in known:
            raise UnknownName(key, sorted(known), "parameter")
    if isinstance(overrides.get("critical_inputs"), list):
        overrides["critical_inputs"] = tuple(overrides["critical_inputs"])
    return dataclasses.replace(base, **overrides) if overrides else base


def at_month(
    month: float, ends: Mapping[str, months.End] | None = None, *, exchange_rate: ExchangeRate = "flexible",
    critical: Sequence[str] = (), **parameters: Any,
) -> Parameters:  # fmt: skip
    """The parameter set of one node. `ends` names rows to take at an end of their range, `critical` the goods that are hard to
    replace; any parameter may be replaced by name. Raises `UnknownName`, `InputError`.
    """
    for name in ends or {}:
        if name not in months.rows():
            raise UnknownName(name, list(months.rows()), "row of the path")
    own = {name: months.value(name, month, (ends or {}).get(name, "centre")) for name in months.path_table()["parameters"]}
    given = {"critical_inputs": tuple(critical), "exchange_rate": exchange_rate, **own, **parameters}
    rivals = months.value("rival_substitution", month, (ends or {}).get("rival_substitution", "centre"))
    given.setdefault("critical_trade_factor", rivals / given["trade_elasticity_factor"])
    return Parameters(name=f"{months.NAME}{month:g}", **given)
