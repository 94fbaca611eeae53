"""A run: one package of measures on one world at one parameter set, against a baseline; and run files that hold it whole.

A run file is JSON with everything the run read — the dossier's content and not its name, the parameters and not the name of
their horizon, the world's name and fingerprint — and what came out. Reading it back and solving again gives the same numbers:
`repeat` says how far apart the two are.

>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> run = Run.of_policy("tariff", Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), toy_world())
>>> bool(run.outcome.real_income["BBB"] < 0)
True
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from detente.cases.baselines import IN_FORCE, REFERENCE, STATUS_QUO, Baseline, baseline as named_baseline
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import BadDossier, InputError, UnknownName
from detente.files import TooDeep, digest, loads, write
from detente.policy.changes import Change
from detente.policy.dossier import Dossier, load_dossier, parse_dossier
from detente.policy.instruments import Policy
from detente.words import refusal, tell
from detente.world.library import load_world
from detente.world.world import World

FORMAT = 2
MAX_BYTES = 20_000_000
WHOLE = {"dossier_content": (), "world": ("name", "fingerprint"), "parameters": ("name",), "headline": (), "files": ()}
"""What a briefing is repeated from and compared with, and what each part must hold."""


@dataclass(frozen=True, eq=False)
class Run:
    """What is solved: a scenario of a dossier with further changes, or bare policies. `world` and `parameters` complete it."""

    name: str
    world: World
    parameters: Parameters
    dossier: Dossier | None = None
    scenario: str | None = None
    changes: tuple[Change, ...] = ()
    package: Policy | None = None
    against: Policy | str | None = None

    @classmethod
    def of_scenario(
        cls,
        dossier: Dossier | str,
        scenario: str | None,
        world: World | None = None,
        horizon: str | Parameters | None = None,
        *,
        changes: Sequence[Change] = (),
        name: str | None = None,
        against: str | None = None,
    ) -> Run:
        """A scenario of a dossier (None: what is in force), with further `changes`, against a baseline (`Case.outcome`)."""
        case = load_dossier(dossier) if isinstance(dossier, str) else dossier
        if scenario is not None:
            case.scenario(scenario)
        chosen = named_horizon(horizon or case.horizon.default)
        table = load_world() if world is None else world
        baseline = None if against is None else named_baseline(against)
        return cls(name or scenario or STATUS_QUO, table, chosen, case, scenario, tuple(changes), against=baseline)

    @classmethod
    def of_policy(
        cls,
        name: str,
        policy: Policy,
        world: World | None = None,
        horizon: str | Parameters = "medium",
        *,
        against: Policy | None = None,
    ) -> Run:
        """A bare policy against another one (the table's own duties if None)."""
        return cls(
            name, load_world() if world is None else world, named_horizon(horizon), package=policy, against=against or Policy()
        )

    def on(self, world: World | None = None, parameters: Parameters | None = None) -> Run:
        """The same measures on another world or at other parameters."""
        return replace(self, world=world or self.world, parameters=parameters or self.parameters)

    @cached_property
    def case(self) -> Case:
        """The case that a run of a dossier is solved in. Raises `InputError` for one of bare policies."""
        if self.dossier is None:
            raise InputError(refusal("cases", "run_file_needs_dossier"))
        return Case.of(self.dossier, self.world, self.parameters, with_ranges=False)

    @property
    def baseline(self) -> Baseline | None:
        """Name of the baseline a run of a dossier is compared with; None for bare policies."""
        if self.dossier is None:
            return None
        return self.case.compared_with(self.scenario, self.against if isinstance(self.against, str) else None)

    @cached_property
    def policies(self) -> tuple[Policy, Policy]:
        """The package and what it is compared with, for this world's regions and sectors."""
        if self.dossier is None:
            if self.package is None:
                raise InputError(refusal("cases", "run_has_neither_dossier", name=f"{self.name!r}"))
            return self.package, self.against if isinstance(self.against, Policy) else Policy()
        base = self.baseline
        there = Policy() if base == REFERENCE else self.case.policy(base)
        return self.case.policy(self.scenario, self.changes), there

    @cached_property
    def outcome(self) -> Outcome:
        """Solved once, against the baseline. Raises what `solve` raises."""
        if self.dossier is not None:
            return self.case.outcome(self.scenario, changes=self.changes, against=self.baseline)
        package, quo = self.policies
        economy = self.world.economy()
        return solve(economy, package, self.parameters).relative_to(solve(economy, quo, self.parameters))

    @property
    def result(self) -> dict[str, Any]:
        """Headline numbers to eleven digits, ready for JSON."""
        o = self.outcome
        return {
            "real_income_pct": {str(k): _digits(v) for k, v in o.real_income.items()},
            "consumer_prices_pct": {str(k): _digits(v) for k, v in o.consumer_prices.items()},
            "world_real_income_pct": _digits(o.world_real_income),
            "tariff_revenue_change_musd": {str(k): _digits(v) for k, v in o.tariff_revenue["change"].items()},
            "inputs_hash": o.provenance.get("inputs_hash", ""),
        }

    # -- files -----------------------------------------------------------------------------------------------------------
    def record(self) -> dict[str, Any]:
        """The run file as a dict. Raises `InputError` for a run of bare policies, whose content no file can hold."""
        if self.dossier is None:
            raise InputError(refusal("cases", "run_file_needs_dossier"))
        result = self.result
        return {
            "format": FORMAT,
            "kind": "solve",
            "name": self.name,
            "code_version": self.outcome.provenance.get("code_version", "source"),
            "dossier": dossier_content(self.dossier),
            "scenario": self.scenario,
            "against": self.baseline,
            "changes": [c.model_dump(mode="json", by_alias=True, exclude_unset=True) for c in self.changes],
            "world": world_content(self.world),
            "parameters": plain(self.parameters.record()),
            "result": result,
            "result_sha256": digest(result),
        }

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the run file."""
        return write_json(self.record(), path)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], world: World | None = None) -> Run:
        """A run from a run file's dict; `world` stands in for a table that does not ship with the package.

        Raises `InputError` where the file lacks a part or the world is not the one it was made on.
        """
        try:
            case = dossier_from(record["dossier"])
            chosen = parameters_from(record["parameters"])
            changes = tuple(Change.model_validate(c) for c in record.get("changes", ()))
            table = world_from(record["world"], world)
            name, scenario = str(record.get("name") or record.get("scenario") or "run"), record.get("scenario")
            against = named_baseline(record.get("against") or IN_FORCE)  # files of before had no other
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(refusal("cases", "not_run_file_that", name=type(error).__name__, error=error)) from None
        if scenario is not None:
            case.scenario(str(scenario))
        return cls(name, table, chosen, case, scenario, changes, against=against)


@dataclass(frozen=True)
class Repeat:
    """How a repeated run compares with its file."""

    identical: bool
    largest_gap: float
    where: str
    same_inputs: bool
    version_then: str
    version_now: str

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return dict(self.__dict__)

    def explain(self) -> str:
        """In words."""
        return tell(self)


def repeat(record: Mapping[str, Any], world: World | None = None) -> tuple[Run, Repeat]:
    """Solve a run file again and compare with the numbers it holds."""
    run = Run.from_record(record, world)
    told, now = record.get("result"), run.result
    if not isinstance(told, Mapping):
        told = {}
    then_flat, now_flat = flat(told), flat(now)
    gaps = {k: abs(_number(then_flat.get(k)) - v) for k, v in now_flat.items() if isinstance(v, (int, float))}
    worst = max(gaps, key=lambda k: math.inf if math.isnan(gaps[k]) else gaps[k]) if gaps else ""
    inputs = told.get("inputs_hash") == now["inputs_hash"]
    return run, Repeat(
        identical=digest(now) == record.get("result_sha256"),
        largest_gap=gaps.get(worst, 0.0),
        where=worst,
        same_inputs=bool(inputs),
        version_then=str(record.get("code_version", "unknown")),
        version_now=str(run.outcome.provenance.get("code_version", "source")),
    )


def read_run(path: str | os.PathLike[str]) -> dict[str, Any]:
    """A run file as a dict. Raises `InputError` for a file that is missing, too large or not one."""
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    if file.stat().st_size > MAX_BYTES:
        raise InputError(
            refusal("cases", "bytes_run_file_has", file=file, st_size=f"{file.stat().st_size:,}", max_bytes=f"{MAX_BYTES:,}")
        )
    try:
        record = loads(file.read_text(encoding="utf-8"))
    except TooDeep as error:
        raise InputError(refusal("cases", "no_run_file", file=file, error=error)) from None
    except ValueError as error:
        raise InputError(f"{file} is not JSON: {error}") from None
    if not isinstance(record, dict) or "kind" not in record:
        raise InputError(refusal("cases", "is_not_run_file", file=file))
    if record.get("format") != FORMAT:
        raise InputError(refusal("cases", "has_format_this_version", file=file, value=f"{record.get('format')!r}", format=FORMAT))
    for part, keys in WHOLE.items() if record["kind"] == "briefing" else ():
        held = record.get(part)
        lacking = part if not isinstance(held, dict) else next((f"{part}.{k}" for k in keys if k not in held), None)
        if lacking is not None:
            raise InputError(refusal("cases", "is_not_whole_run", file=file, lacking=f"{lacking!r}"))
    return record


def write_json(record: Mapping[str, Any], path: str | os.PathLike[str]) -> Path:
    """JSON with sorted keys, written beside the target and moved into place."""
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return write(path, (text + "\n").encode())


# -- parts of a run file -------------------------------------------------------------------------------------------------
def dossier_content(dossier: Dossier) -> dict[str, Any]:
    """The whole dossier, ready for JSON."""
    return dossier.model_dump(mode="json", by_alias=True, exclude_unset=True)


def dossier_from(content: Mapping[str, Any]) -> Dossier:
    """The dossier of a run file. Raises `BadDossier`."""
    if not isinstance(content, Mapping):
        raise BadDossier(refusal("cases", "run_file_holds"))
    return parse_dossier(json.dumps(dict(content), ensure_ascii=False), "run file")


def world_content(world: World) -> dict[str, Any]:
    """What identifies a world."""
    return {"name": world.name, "fingerprint": world.fingerprint, "year": world.year}


def world_from(content: Mapping[str, Any], given: World | None = None) -> World:
    """The world a run file names, or the one given in its place; its fingerprint must match."""
    if given is None:
        try:
            given = load_world(str(content["name"]))
        except UnknownName:
            raise InputError(refusal("cases", "run_was_made_too", name=f"{content['name']!r}")) from None
    if given.fingerprint != content["fingerprint"]:
        raise InputError(
            refusal(
                "cases",
                "run_was_made",
                name=content["name"],
                fingerprint=content["fingerprint"],
                name_2=given.name,
                fingerprint_2=given.fingerprint,
            )
        )
    return given


def parameters_from(content: Mapping[str, Any]) -> Parameters:
    """The parameter set of a run file."""

    def value(v: Any) -> Any:
        if v in ("inf", "Infinity"):
            return math.inf
        return tuple(v) if isinstance(v, list) and all(isinstance(x, str) for x in v) else v

    return Parameters(**{str(k): value(v) for k, v in content.items()})


def plain(value: Any) -> Any:
    """JSON-able, with infinities as words."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested dicts as one, keys joined by a stroke."""
    if not isinstance(value, Mapping):
        return {prefix: value}
    found: dict[str, Any] = {}
    for key, inner in value.items():
        found |= flat(inner, f"{prefix} / {key}" if prefix else str(key))
    return found


def _number(value: Any) -> float:
    """What a file gives as a number; what is none is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _digits(value: float) -> float:
    rounded = float(f"{float(value):.10e}")
    return 0.0 if abs(rounded) < 1e-10 else rounded  # what is nothing but rounding differs from machine to machine
