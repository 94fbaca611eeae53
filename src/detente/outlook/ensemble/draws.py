"""What is uncertain, and how a point of the unit cube becomes parameters and a policy.

Every input has a quantile function of one uniform number u in (0, 1):

    log-normal       x = c · exp(s · z),  z the u-quantile of a normal cut at ±2.5;  s² = ln(1 + relative error²)
    two-piece        on a scale (plain or log) linear from (0.05, low) to (0.5, centre) to (0.95, high), slopes carried on
    uniform          x = low + u (high − low)

so that the median of each input is the central value the rest of the product uses, and published low and high ends are read
as a 5–95 % range. Trade elasticities move around the world's θ with the standard errors of Caliendo and Parro (2015);
parameters with a range in `data/horizons.yaml` move within it; a parameter the caller set is not drawn. Export controls
change the odds of withheld to delivered; tariffs the share of the change in duties that is charged. For a dossier, patience,
motives and dates stand in the same design and are read by `odds`; they move no equilibrium. Table: `draws.yaml`.

**Points.** Scrambled Sobol points that any worker can make from their number.
A Sobol sequence fills the unit cube more evenly than chance; a random scrambling (Owen 1998; Matoušek 1998 in SciPy's
form) makes its means unbiased. Point k depends on the seed, the number of dimensions and k alone, so a chunk of an
ensemble is the same whoever computes it. The sequence is balanced at powers of two.

>>> from detente.world import toy_world
>>> design = inputs_for(toy_world(), "medium")
>>> [i.id for i in design]
['theta all other sectors', 'trade_elasticity_factor', 'labour_mobility', 'control_severity', 'tariff_coverage']
>>> drawn = draw_parameters([0.5] * 5, "medium", toy_world())
>>> drawn.parameters.labour_mobility, drawn.tariff_coverage, drawn.control_severity
(2.0, 1.0, 0.0)
>>> a = sobol_points(3, seed=7, first=0, count=8)
>>> b = sobol_points(3, seed=7, first=4, count=2)
>>> a.shape, bool((a[4:6] == b).all())
((8, 3), True)
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import yaml
from numpy.typing import ArrayLike

from detente.equilibrium.parameters import Parameters, horizon as named_horizon, horizon_entry
from detente.errors import InputError
from detente.types import Array
from detente.words import refusal, say
from detente.world.economy import Economy
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Kind = Literal["economy", "policy", "talks"]
Shape = Literal["log-normal", "two-piece", "two-piece log", "uniform"]
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Input:
    """One uncertain number. `kind` says what it moves; `low` and `high` are the 5 and 95 % points (the ends if uniform).

    `spread` is the standard deviation of the log for a log-normal one, cut at `cut` deviations; `sectors` those whose trade
    elasticity it moves.
    """

    id: str
    label: str
    kind: Kind
    shape: Shape
    centre: float
    low: float
    high: float
    unit: str = ""
    source: str = ""
    link: str = ""
    assumption: str = ""
    spread: float = 0.0
    cut: float = 2.5
    sectors: tuple[str, ...] = ()

    def value(self, u: ArrayLike) -> Array:
        """The u-quantile, elementwise."""
        p = np.asarray(u, dtype=np.float64)
        if self.shape == "uniform":
            return self.low + p * (self.high - self.low)
        if self.shape == "log-normal":
            return self.centre * np.exp(self.spread * self.score(p))
        low, centre, high = (math.log(v) if self.shape == "two-piece log" else v for v in (self.low, self.centre, self.high))
        below = centre + (p - 0.5) * (centre - low) / (0.5 - LOW)
        above = centre + (p - 0.5) * (high - centre) / (HIGH - 0.5)
        found = np.where(p < 0.5, below, above)
        return np.where(p == 0.5, self.centre, np.exp(found) if self.shape == "two-piece log" else found)

    def score(self, u: ArrayLike) -> Array:
        """The variable polynomials are built in: a cut normal score for log-normal inputs, u itself for the others."""
        p = np.asarray(u, dtype=np.float64)
        return _cut_score(p, self.cut) if self.shape == "log-normal" else p

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {**dataclasses.asdict(self), "sectors": list(self.sectors)}


def _cut_score(u: Any, cut: float) -> Any:
    """Quantile of a standard normal cut at ±`cut`."""
    from scipy.special import ndtr, ndtri

    tail = ndtr(-cut)
    return ndtri(tail + u * (1 - 2 * tail))


@dataclass(frozen=True, eq=False)
class Drawn:
    """What one point of the cube stands for: parameters of the equilibrium, and what happens to measures."""

    parameters: Parameters
    control_severity: float
    tariff_coverage: float
    values: Mapping[str, float] = field(default_factory=dict)


@cache
def draw_table() -> Mapping[str, Any]:
    """`draws.yaml` as it stands."""
    table: Mapping[str, Any] = yaml.safe_load(files("detente").joinpath("data", "draws.yaml").read_text(encoding="utf-8"))
    return table


def inputs_for(
    world: World | Economy, horizon: str | Parameters = "medium", dossier: Dossier | None = None, parties: Sequence[str] = ()
) -> tuple[Input, ...]:
    """The uncertain inputs of an ensemble, in the order of the design's columns: economy, policy, then (dossier) talks.

    Trade elasticities are drawn unless the parameters override them; other parameters where the horizon states a range and
    the value is the horizon's own.
    """
    economy, chosen = world.economy(), named_horizon(horizon)
    found = [*_elasticities(economy, chosen), *_behaviour(chosen)]
    for key, entry in draw_table()["policy"].items():
        found.append(_entry(key, entry, "policy"))
    if dossier is not None:
        parties = tuple(p.region for p in dossier.parties)
    if parties:
        for key, entry in draw_table()["talks"].items():
            names = parties if entry.get("each") == "party" else ("",)
            found += [_entry(f"{key} {n}".strip(), {**entry, "label": entry["label"].format(party=n)}, "talks") for n in names]
    return tuple(found)


def _elasticities(economy: Economy, parameters: Parameters) -> Iterable[Input]:
    if parameters.trade_elasticity is not None:
        return
    table = draw_table()["trade_elasticity"]
    theta = dict(zip(economy.sectors, map(float, economy.trade_elasticity), strict=True))
    cut = float(table["truncated_at"])
    claimed = {s for g in table["groups"].values() for s in g["sectors"]}
    claimed |= {s for g in table["unestimated"].values() for s in g["sectors"] if g["sectors"] != "rest"}
    for name, g in {**table["groups"], **table["unestimated"]}.items():
        listed = [s for s in economy.sectors if s not in claimed] if g["sectors"] == "rest" else g["sectors"]
        sectors = tuple(s for s in listed if s in theta)
        if not sectors:
            continue
        ours = "relative_error" in g
        # sectors of one entry share one estimate: the larger of our values keeps the error from being overstated
        error = g["relative_error"] if ours else g["se"] / max(g["theta"], *(theta[s] for s in sectors))
        spread = math.sqrt(math.log1p(error**2))
        yield Input(
            id=f"theta {name}",
            label=f"trade elasticity of {name}",
            kind="economy",
            shape="log-normal",
            centre=1.0,
            low=math.exp(spread * _cut_score(LOW, cut)),
            high=math.exp(spread * _cut_score(HIGH, cut)),
            unit="factor on the world's θ",
            source="ours" if ours else table["source"]["title"],
            link="" if ours else table["source"]["link"],
            assumption=g.get("assumption", ""),
            spread=spread,
            cut=cut,
            sectors=sectors,
        )


def _behaviour(parameters: Parameters) -> Iterable[Input]:
    entry = horizon_entry(parameters.name)
    labels = draw_table()["economy_labels"]
    for key, (low, high) in entry.get("ranges", {}).items():
        centre = float(getattr(parameters, key))
        own = entry["values"].get(key)
        if own is None or centre != float(own) or not low <= centre <= high:
            continue  # the caller has set it
        if key == "trade_elasticity_factor" and parameters.trade_elasticity is not None:
            continue
        yield Input(
            id=key,
            label=labels[key]["label"],
            kind="economy",
            shape="two-piece log",
            centre=centre,
            low=float(low),
            high=float(high),
            unit=labels[key]["unit"],
            source=f"range of the {parameters.name} horizon",
        )


def _entry(key: str, entry: Mapping[str, Any], kind: Kind) -> Input:
    source = entry.get("source") or {}
    if "field" in entry:
        from detente.talks.patience import Patience

        centre, (low, high) = (getattr(Patience(), entry["field"] + end) for end in ("", "_range"))
        entry = {**entry, "shape": "two-piece log", "low": low, "centre": centre, "high": high}
    low, high = float(entry["low"]), float(entry["high"])
    return Input(
        id=key,
        label=entry["label"],
        kind=kind,
        shape=entry["shape"],
        centre=float(entry.get("centre", (low + high) / 2)),
        low=low,
        high=high,
        unit=entry["unit"],
        source=source.get("title", "ours"),
        link=source.get("link", ""),
        assumption=entry.get("assumption", ""),
    )


def draw_parameters(
    u: ArrayLike, horizon: str | Parameters, world: World | Economy, inputs: Sequence[Input] | None = None
) -> Drawn:
    """Parameters and measures at a point `u` of the unit cube, one coordinate an input of `inputs_for(world, horizon)`.

    u = 0.5 everywhere gives the central parameters exactly. Further coordinates (of a longer `inputs`) are in `values`.
    Raises `InputError` for a wrong number of coordinates or one outside (0, 1).
    """
    economy, chosen = world.economy(), named_horizon(horizon)
    design = inputs_for(economy, chosen) if inputs is None else tuple(inputs)
    point = np.asarray(u, dtype=np.float64)
    if point.shape != (len(design),):
        raise InputError(refusal("outlook", "coordinates_are_needed_one", count=len(design), shape=point.shape))
    if not ((point > 0) & (point < 1)).all():
        raise InputError(refusal("outlook", "coordinates_must_lie_strictly"))
    values = {i.id: float(i.value(x)) for i, x in zip(design, point, strict=True)}
    changes: dict[str, Any] = {}
    factors = np.ones(len(economy.sectors))
    for i in design:
        if i.sectors:
            factors[np.isin(economy.sectors, i.sectors)] *= values[i.id]
        elif i.kind == "economy":
            changes[i.id] = values[i.id]
    if chosen.trade_elasticity is None and not (factors == 1).all():
        # an override replaces factors too, so all of them go into it
        critical = np.isin(economy.sectors, chosen.critical_inputs)
        scaled = dataclasses.replace(chosen, **changes)
        changes["trade_elasticity"] = scaled.theta(economy.trade_elasticity * factors, critical)
    return Drawn(
        parameters=dataclasses.replace(chosen, **changes) if changes else chosen,
        control_severity=values.get("control_severity", 0.0),
        tariff_coverage=values.get("tariff_coverage", 1.0),
        values=values,
    )


def sobol_points(dimensions: int, seed: int, first: int = 0, count: int = 1) -> Array:
    """Points `first` to `first + count − 1` of the scrambled sequence [count, dimensions], strictly inside (0, 1).

    Raises `InputError` for a negative seed or index.
    """
    from scipy.stats import qmc

    if dimensions < 1 or seed < 0 or first < 0 or count < 0:
        raise InputError(refusal("outlook", "sobol_sequence_needs_at"))
    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if first:
        engine.fast_forward(first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a count is no power of two is said in words, see `balance_note`
        points = engine.random(count)
    return np.clip(np.asarray(points, dtype=np.float64), 2.0**-32, 1 - 2.0**-32)


def balance_note(draws: int) -> str:
    """A sentence where `draws` is not a power of two, empty where it is.

    >>> balance_note(1024), balance_note(1000)
    ('', 'a Sobol sequence is balanced at powers of two; 1,000 draws are not one (512 and 1,024 are)')
    """
    if draws & (draws - 1) == 0:
        return ""
    return say("words/templates/Ensemble", "unbalanced", draws=draws, low=1 << (draws.bit_length() - 1))
