"""`solve`: the new equilibrium of a world or an economy under a policy; `solve_many`: of many policies at once.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> outcome.status
'converged'
>>> bool(outcome.real_income["BBB"] < 0)
True
"""

from __future__ import annotations

import importlib.metadata
import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.corners import refuse_corners
from detente.equilibrium.levels import Equilibrium, baseline
from detente.equilibrium.memory import memory
from detente.equilibrium.outcome import Outcome, Shadow
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.errors import DetenteError, InputError, NotConverged, ShockError
from detente.files import cache_folder, code_digest, sha256
from detente.policy.instruments import Policy
from detente.policy.shock import Shock
from detente.words import say
from detente.world.economy import Economy
from detente.world.world import World

if TYPE_CHECKING:
    from detente.equilibrium.arrays import SideBySide

REFUSALS = "equilibrium/refusals"

Array = NDArray[np.float64]
CLEARING = 1e-8  # worst relative gap of any market that may still be called an equilibrium
PRECONDITIONED = 100  # sweeps after which the preconditioner, made for the baseline, is given up: what it suits takes 20 to 60
_UNTOUCHED: WeakKeyDictionary[Economy, Shock] = WeakKeyDictionary()


@dataclass(frozen=True)
class Solver:
    """How hard to try.

    `tolerance` on the largest change of any log variable in a sweep (looser than 1e-9 may fail the market check);
    `iterations` sweeps at most in each attempt; where preconditioned sweeps fail, plain ones are tried, then wages move by
    smaller steps and the shock is brought in over `stages` parts (homotopy).
    """

    tolerance: float = 1e-11
    iterations: int = 600
    memory: int = 8
    stages: int = 8
    persist: bool = True


@dataclass(frozen=True, eq=False)
class Judgement:
    """What was found when an attempt was judged to be an equilibrium: the widest gap, income and consumer prices [region], and
    what its bounds are worth."""

    gap: float
    income: Array
    cpi: Array
    shadows: tuple[Shadow, ...]


@dataclass(frozen=True, eq=False)
class Attempt:
    """What a run of the compiled fixed point gave: a flat state, its residual, sweeps in all, how it was reached; where it was
    judged before, what was found then too."""

    flat: Array
    residual: float
    sweeps: int
    how: str
    judgement: Judgement | None = None

    def to_bytes(self) -> bytes:
        """All of it, bit for bit."""
        j, numbers = self.judgement, self.flat
        told = None
        if j is not None:
            numbers = np.concatenate([numbers, j.income, j.cpi])
            told = [j.gap.hex(), len(j.income), [astuple(shadow) for shadow in j.shadows]]
        head = json.dumps([self.residual.hex(), self.sweeps, self.how, told])
        return head.encode() + b"\n" + np.ascontiguousarray(numbers, dtype="<f8").tobytes()

    @classmethod
    def from_bytes(cls, body: bytes) -> Attempt:
        """What `to_bytes` gave."""
        head, _, rest = body.partition(b"\n")
        residual, sweeps, how, told = json.loads(head)
        numbers, judgement = np.frombuffer(rest, dtype="<f8"), None
        if told is not None:
            gap, regions, shadows = told
            numbers, income, cpi = np.split(numbers, [-2 * regions, -regions])
            judgement = Judgement(float.fromhex(gap), income, cpi, tuple(Shadow(*shadow) for shadow in shadows))
        return cls(numbers, float.fromhex(residual), int(sweeps), str(how), judgement)


def solve(
    world: World | Economy,
    policy: Policy | None = None,
    horizon: str | Parameters = "medium",
    *,
    solver: Solver | None = None,
    **parameters: Any,
) -> Outcome:
    """Solve for the equilibrium under `policy` and compare it with the baseline of `world`.

    `horizon` names a parameter set; any parameter may be replaced by name (`trade_elasticity=4`, `labour_mobility=inf`).
    Raises `NotConverged` rather than return numbers that are not an equilibrium; `ShockError` for a policy that leaves a
    buyer without any source; `UnknownRegion`, `UnknownSector`, `UnknownName` with suggestions.
    """
    economy = world.economy()
    policy = Policy() if policy is None else policy
    chosen = named_horizon(horizon, **parameters)
    solver = solver or Solver()
    kept = memory()
    shock = policy.shock(economy) if kept is None else kept.shock(policy, economy)
    if chosen.idea_years:
        _check_sources(economy, shock)
        shock = _with_ideas(economy, shock, chosen, solver)
    return solve_shock(economy, shock, chosen, policy=policy, solver=solver)


def solve_shock(
    economy: Economy,
    shock: Shock,
    parameters: Parameters,
    *,
    policy: Policy | None = None,
    solver: Solver | None = None,
    near: Array | None = None,
) -> Outcome:
    """The equilibrium under a shock that is already made, compared with the table; `policy` is what the outcome says it is of.

    `near` is the flat state of an outcome to start from. Raises as `solve` does, and `CornerResult`.
    """
    _check_sources(economy, shock)
    solver = solver or Solver()
    asked = _Asked(economy, shock, parameters, solver, near)
    attempt = asked.answer()
    try:
        outcome = _outcome(economy, policy or Policy(), shock, parameters, solver, attempt, asked.digest)
    except DetenteError:
        asked.keep(attempt)  # to be refused again without another solve
        raise
    if attempt.judgement is None:
        found = Judgement(outcome.clearing_gap, outcome.after.income, outcome.after.cpi, outcome.shadows)
        asked.keep(replace(attempt, judgement=found), judged=True)
    return outcome


def solve_many(
    world: World | Economy,
    policies: Iterable[Policy],
    horizon: str | Parameters | Sequence[str | Parameters] = "medium",
    *,
    solver: Solver | None = None,
    batch: int = 16,
    **parameters: Any,
) -> list[Outcome | NotConverged]:
    """Solve many policies on one economy, `batch` at a time in one compiled call; the order is kept.

    `horizon` is one parameter set for all, or one a policy (they may differ in values, not in which inputs are critical).
    A policy whose solve fails takes its place in the list as the `NotConverged` it would have raised, so that one bad draw
    does not end a long run. Bad input raises at once.
    """
    from detente.equilibrium import arrays, system
    from detente.equilibrium.preconditioner import preconditioner

    economy = world.economy()
    packages = list(policies)
    names = [horizon] * len(packages) if isinstance(horizon, (str, Parameters)) else list(horizon)
    if len(names) != len(packages):
        raise InputError(f"{len(packages)} policies but {len(names)} horizons")
    sets = [named_horizon(name, **parameters) for name in names]
    solver = solver or Solver()
    shocks = [policy.shock(economy) for policy in packages]
    if any(chosen.idea_years for chosen in sets):
        raise InputError(say(REFUSALS, "one_by_one"))
    for shock in shocks:
        _check_sources(economy, shock)
    _prepare()
    n, s = economy.output.shape
    sizes, rows = arrays.control_sizes(shocks), arrays.late_rows(shocks, room=True)
    results: list[Outcome | NotConverged] = []
    for first in range(0, len(packages), batch):
        chunk = range(first, min(first + batch, len(packages)))
        if len({sets[c].critical_inputs for c in chunk}) > 1:
            raise InputError(say(REFUSALS, "one_batch"))
        controls = [arrays.controls(economy, shocks[c], sets[c], sizes) for c in chunk]
        # a short last chunk is filled up, so that it needs no compilation of its own
        filler = min(batch, len(packages)) - len(chunk)
        flats, residuals, sweeps = system.equilibria(
            np.zeros(3 * n * s + n + sizes[1]),
            arrays.base(economy, sets[first]),
            _stacked([arrays.levers(shocks[c], rows) for c in chunk], filler),
            _stacked(controls, filler),
            _stacked([arrays.values(economy, sets[c]) for c in chunk], filler),
            solver.tolerance,
            min(PRECONDITIONED, solver.iterations),
            _stacked([preconditioner(economy, sets[c], held) for c, held in zip(chunk, controls, strict=True)], filler),
            memory=solver.memory,
        )
        found = [Attempt(np.asarray(flats[o]), float(residuals[o]), int(sweeps[o]), "direct") for o in range(len(chunk))]
        found = [
            f if f.residual <= solver.tolerance or not solver.persist else _run(economy, shocks[c], sets[c], solver)
            for c, f in zip(chunk, found, strict=True)
        ]
        for c, attempt in zip(chunk, found, strict=True):
            try:
                results.append(_outcome(economy, packages[c], shocks[c], sets[c], solver, attempt))
            except NotConverged as error:
                results.append(error)
    return results


def _with_ideas(economy: Economy, shock: Shock, parameters: Parameters, solver: Solver) -> Shock:
    """The shock with the unit costs that the idea path ends with. A year that does not solve fails the whole path."""
    from detente.equilibrium import ideas

    near: Array | None = None

    def shipments(factors: Array) -> Array:
        nonlocal near
        year = shock.copy()
        year.unit_cost = year.unit_cost * factors[:, None]
        state, attempt = equilibrium_at(economy, year, parameters, solver, near)
        near = attempt.flat
        return state.shipments

    factors, _ = ideas.follow(economy, parameters, shipments)
    result = shock.copy()
    result.unit_cost = result.unit_cost * factors[:, None]
    return result


def _stacked(parts: list[Any], filler: int) -> Any:
    """Named tuples of arrays as one with a leading axis, the first one repeated `filler` times at the end."""
    import jax

    return jax.tree.map(lambda *column: np.stack([np.asarray(x) for x in column]), *parts, *([parts[0]] * filler))


class _Asked:
    """A question to the solver, and what was found when it was asked before: within `memory.solved_once`, or in an earlier run
    where that looks there.

    An answer from a state `near` depends on that state in its last digits, so the state is part of the question.
    """

    def __init__(self, economy: Economy, shock: Shock, parameters: Parameters, solver: Solver, near: Array | None = None) -> None:
        self.digest = _digest(economy, shock, parameters)
        self._run = partial(_run, economy, shock, parameters, solver, near)
        self._memory = memory()
        start = "" if near is None else sha256(np.ascontiguousarray(near).data)
        self._question = (self.digest, tuple(c.by_value for c in shock.controls), solver, start)
        self._enough = solver.tolerance
        self._remembered = near is None
        self._new = False

    def answer(self) -> Attempt:
        """The attempt found, or a new one."""
        if self._memory is None:
            return self._run()
        return self._memory.answer(self._question, self._work) if self._remembered else self._work()

    def keep(self, attempt: Attempt, *, judged: bool = False) -> None:
        """Have an attempt found the next time, where it is new or was `judged` now."""
        kept = self._memory
        if kept is None or not (self._new or judged):
            return
        if self._remembered:
            kept.amend(self._question, attempt)
        if kept.solutions is not None and attempt.residual <= self._enough:
            kept.solutions.keep(self._key, attempt.to_bytes())

    def _work(self) -> Attempt:
        kept = self._memory
        assert kept is not None
        body = None if kept.solutions is None else kept.solutions.find(self._key)
        if body is not None:
            return Attempt.from_bytes(body)
        kept.works()
        self._new = True
        return self._run()

    @property
    def _key(self) -> str:
        return sha256(repr((self._question, _code_version())).encode())[:40]


def _run(economy: Economy, shock: Shock, parameters: Parameters, solver: Solver, near: Array | None = None) -> Attempt:
    """The compiled fixed point: preconditioned, then plain, then with smaller wage steps and the shock in stages."""
    from detente.equilibrium import arrays
    from detente.equilibrium.preconditioner import nothing, preconditioner

    equilibrium = kernel()
    b, k = arrays.base_at_hand(economy, parameters), arrays.controls(economy, shock, parameters)
    v = arrays.levers(shock, arrays.late_rows([shock], room=True))
    n, s = economy.output.shape
    start = np.zeros(3 * n * s + n + k.log_bound.size)
    if near is not None and near.shape == start.shape:
        start = near

    def go(start: Array, v: Any, k: Any, damping: float, tolerance: float, by: Any, most: int) -> Attempt:
        p = arrays.values(economy, parameters, damping)
        flat, residual, sweeps = equilibrium(start, b, v, k, p, tolerance, most, by, memory=solver.memory)
        return Attempt(np.asarray(flat), float(residual), int(sweeps), "direct")

    quick = min(PRECONDITIONED, solver.iterations)
    best = go(start, v, k, arrays.DAMPING, solver.tolerance, preconditioner(economy, parameters, k), quick)
    if best.residual <= solver.tolerance or not solver.persist:
        return best
    used, plain = best.sweeps, nothing(economy, k.sign.size)
    best = go(start, v, k, arrays.DAMPING, solver.tolerance, plain, solver.iterations)
    used += best.sweeps
    if best.residual <= solver.tolerance:
        return Attempt(best.flat, best.residual, used, "plain sweeps")
    for damping in (0.2, 0.05):
        flat, total = start, used
        for stage in range(1, solver.stages + 1):
            last = stage == solver.stages
            staged = untouched(economy).blend(shock, stage / solver.stages)
            staged_k = arrays.controls(economy, staged, parameters)
            attempt = go(
                flat,
                arrays.levers(staged, v.late.size),
                staged_k,
                damping,
                solver.tolerance if last else 1e-6,
                plain,
                solver.iterations,
            )
            total += attempt.sweeps
            if np.isfinite(attempt.residual):
                flat = attempt.flat
        used = total
        how = f"in {solver.stages} stages, wage step {damping:g}"
        if attempt.residual < best.residual:
            best = Attempt(attempt.flat, attempt.residual, used, how)
        if best.residual <= solver.tolerance:
            return best
    return Attempt(best.flat, best.residual, used, best.how)


def _outcome(
    economy: Economy,
    policy: Policy,
    shock: Shock,
    parameters: Parameters,
    solver: Solver,
    attempt: Attempt,
    digest: str | None = None,
) -> Outcome:
    """Judge an attempt and wrap it, or raise `NotConverged`."""
    described = policy.describe()
    package = _package(described)
    if not attempt.residual <= solver.tolerance:
        raise NotConverged(
            say(
                REFUSALS,
                "not_converged",
                package=package,
                horizon=parameters.name,
                residual=f"{attempt.residual:.1e}",
                sweeps=attempt.sweeps,
                wanted=f"{solver.tolerance:.0e}",
            )
        )
    before = attempt.judgement
    if before is None:
        after, gap, shadows = judged(economy, shock, parameters, attempt, package)
    else:
        work = partial(_levels, economy, shock, parameters, attempt)
        after, gap, shadows = Equilibrium.known(economy, before.income, before.cpi, work), before.gap, before.shadows
    provenance = {
        "code_version": _version(),
        "world": economy.name,
        "world_fingerprint": economy.fingerprint,
        "year": economy.year,
        "horizon": parameters.name,
        "parameters": parameters.record(),
        "policy": described,
        "inputs_hash": digest or _digest(economy, shock, parameters),
        "solver": {"tolerance": solver.tolerance, "memory": solver.memory, "how": attempt.how},
    }
    return Outcome(
        before=baseline(economy),
        after=after,
        status="converged",
        residual=attempt.residual,
        clearing_gap=gap,
        iterations=attempt.sweeps,
        provenance=provenance,
        shadows=shadows,
        shock=shock,
        shock_before=untouched(economy),
        parameters=parameters,
        flat=attempt.flat,
    )


def judged(
    economy: Economy, shock: Shock, parameters: Parameters, attempt: Attempt, package: str
) -> tuple[Equilibrium, float, tuple[Shadow, ...]]:
    """The attempt in levels, the worst gap of any market, budget or bound, and what the bounds are worth.

    Raises `NotConverged` where a gap is too wide for an equilibrium, `CornerResult` where a seller gains what its price cannot
    bring.
    """
    from detente.equilibrium import arrays

    held = arrays.side_by_side(shock.controls)
    wedges = _wedges(economy, shock, attempt)
    after, before = _levels(economy, shock, parameters, attempt, held), baseline(economy)
    gap, where = after.worst_gap()
    shadows: tuple[Shadow, ...] = ()
    if shock.controls:
        used = arrays.used(held, before, after)
        shadows = _shadows(shock, held, wedges, used, after)
        miss = used / np.where(held.by_value, 1.0, held.bound) - 1
        short = held.sign * miss
        slack = np.where(wedges <= 0, short, np.where(wedges >= held.most, -short, np.abs(miss)))
        traded = np.bincount(held.owner, (before.shipments[held.cells] > 0) & shock.allowed[held.cells], len(shock.controls)) > 0
        slack = np.nan_to_num(np.where(traded, np.maximum(slack, 0.0), 0.0), nan=np.inf)
        worst = int(slack.argmax())
        if slack[worst] > gap:
            gap, where = float(slack[worst]), f"bound “{shock.controls[worst].label}”"
    if not gap <= CLEARING:
        nested = bool((sum((c.flows.astype(int) for c in shock.controls), np.zeros_like(shock.allowed, dtype=int)) > 1).any())
        raise NotConverged(say(REFUSALS, "misses", package=package, where=where, gap=f"{gap:.1e}", nested=nested))
    refuse_corners(shock, before, after, shadows)
    return after, gap, shadows


def _levels(
    economy: Economy, shock: Shock, parameters: Parameters, attempt: Attempt, held: SideBySide | None = None
) -> Equilibrium:
    """The attempt in levels; `held` is the controls of the shock side by side."""
    from detente.equilibrium import arrays, system

    state = system.unpack(attempt.flat, *economy.output.shape)
    effective = arrays.with_wedges(economy, shock, _wedges(economy, shock, attempt), held)
    return Equilibrium.at(economy, effective, parameters, state.wage, state.price, state.sales, state.income)


def _wedges(economy: Economy, shock: Shock, attempt: Attempt) -> Array:
    """Log wedge of each control."""
    from detente.equilibrium import system

    return np.asarray(system.unpack(attempt.flat, *economy.output.shape).wedge)[: len(shock.controls)]


def _shadows(shock: Shock, held: SideBySide, wedges: Array, used: Array, after: Equilibrium) -> tuple[Shadow, ...]:
    """What each bound is worth: the rent is what the wedge adds to the price of its flows, negative for a subsidy."""
    size, of_sellers, of_buyers = held.split(wedges)
    paid = after.shipments[held.cells] * (1 + after.export_taxes[held.cells])
    before_duty, with_duty = (
        np.bincount(held.owner, flows, len(wedges)) for flows in (paid, paid * (1 + after.tariffs[held.cells]))
    )
    sellers = np.where(held.lost, 0.0, -before_duty * np.expm1(-of_sellers))
    buyers = np.where(held.lost, 0.0, -with_duty * np.expm1(-of_buyers))
    columns = (
        used * np.where(held.by_value, held.bound, 1.0), wedges > 0, 100 * np.expm1(held.sign * size), sellers + buyers,
        sellers, buyers,
    )  # fmt: skip
    return tuple(
        Shadow(c.label, c.bound, used, binding, wedge, rent, c.rent if c.cap in (0.0, np.inf) else "both", seller, buyer)
        for c, used, binding, wedge, rent, seller, buyer in zip(shock.controls, *(x.tolist() for x in columns), strict=True)
    )


def equilibrium_at(
    economy: Economy, shock: Shock, parameters: Parameters, solver: Solver, start: Array | None = None
) -> tuple[Equilibrium, Attempt]:
    """The equilibrium under a shock, from a flat state near it if there is one: for paths of many small steps."""
    attempt = solve_flat(economy, shock, parameters, solver, start)
    return judged(economy, shock, parameters, attempt, "a step on the way")[0], attempt


def solve_flat(economy: Economy, shock: Shock, parameters: Parameters, solver: Solver, start: Array | None = None) -> Attempt:
    """The converged flat state under a shock and nothing more: for searches that solve thousands of times."""
    asked = _Asked(economy, shock, parameters, solver, start)
    attempt = asked.answer()
    asked.keep(attempt)
    if not attempt.residual <= solver.tolerance:
        raise NotConverged(say(REFUSALS, "step_left", residual=f"{attempt.residual:.1e}"))
    return attempt


def _check_sources(economy: Economy, shock: Shock) -> None:
    """A buyer who buys something must have at least one seller left."""
    left = np.where(shock.allowed, economy.expenditure_shares, 0.0).sum(0)
    starved = (economy.expenditure > 0) & (left <= 0)
    if starved.any():
        n, j = np.argwhere(starved)[0]
        raise ShockError(say(REFUSALS, "starved", region=economy.regions[n], sector=economy.sectors[j], cells=int(starved.sum())))
    if not (np.isfinite(shock.iceberg) & (shock.iceberg > 0)).all():
        raise InputError(say(REFUSALS, "iceberg"))


def untouched(economy: Economy) -> Shock:
    """The shock of no policy at all, made once an economy and not to be written to."""
    if economy not in _UNTOUCHED:
        shock = Policy().shock(economy)
        for array in (shock.tariffs, shock.export_taxes, shock.iceberg, shock.allowed, shock.unit_cost, shock.subsidies):
            array.setflags(write=False)
        _UNTOUCHED[economy] = shock
    return _UNTOUCHED[economy]


def _package(described: Sequence[str]) -> str:
    text = "; ".join(described) or "no policy"
    return text if len(text) <= 200 else f"a package of {len(described)} instruments"


def _digest(economy: Economy, shock: Shock, parameters: Parameters) -> str:
    parts: list[bytes | memoryview[Any]] = [
        economy.fingerprint.encode(),
        json.dumps(parameters.record(), sort_keys=True, default=str).encode(),
    ]
    for array in (shock.tariffs, shock.export_taxes, shock.iceberg, shock.allowed, shock.unit_cost, shock.subsidies):
        parts.append(np.ascontiguousarray(array).data)
    if shock.unanswered is not None:
        parts += [b"unanswered", np.ascontiguousarray(shock.unanswered).data]
    for control in shock.controls:
        capped = "" if np.isinf(control.seller_cap) else f"|{control.seller_cap!r}"
        capped += "" if np.isinf(control.most) else f"|most {control.most!r}"
        parts.append(f"{control.label}|{control.bound!r}|{control.kind}|{control.rent}{capped}".encode())
        parts.append(np.packbits(control.flows).tobytes())
    return sha256(*parts)[:16]


def kernel() -> Any:
    """The compiled fixed point (`system.equilibrium`); its code is kept on disk."""
    from detente.equilibrium import system

    _prepare()
    return system.equilibrium


@lru_cache(maxsize=1)
def _code_version() -> str:
    """What solved, and the libraries that did the arithmetic."""
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in ("jax", "jaxlib", "numpy")]
    return f"{_version()} {code_digest('equilibrium')} {libraries}"


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return importlib.metadata.version("detente")
    except importlib.metadata.PackageNotFoundError:
        return "source"


def _drop_damaged(folder: Path) -> None:
    """Remove compiled code that cannot be unpacked: the compiler never writes over a file that is there, and would warn of it at
    every start. What another packer made (zstd, where that is installed) is left to it."""
    for path in folder.glob("*-cache"):
        with suppress(OSError):
            body = path.read_bytes()
            if body.startswith(_ZSTD):
                continue
            try:
                zlib.decompress(body)
            except zlib.error:
                path.unlink(missing_ok=True)


_ZSTD = b"\x28\xb5\x2f\xfd"


@lru_cache(maxsize=1)
def _prepare() -> None:
    """Point the compiler at a cache, so that a later run starts at once. A read-only home only costs the compilation."""
    import jax

    folder = cache_folder("compiled")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    _drop_damaged(folder)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
