"""`ensemble`: the same scenarios at many draws of everything uncertain; ranges on every headline and what drives them.

    result = ensemble("kuala-lumpur-2025", 1024, seed=1, scenario="pessimistic", executor="processes", store="draws")
    result.quantile("real income", "USA", 0.05)

Draw k solves the status quo and every scenario at the same parameters and compares them. Work is cut into chunks that any
executor solves to the same bytes, kept in a store under the hash of what they hold (`store.py`): a run that was killed goes on
where it stopped, a longer one takes up a shorter one, two scenarios share their status quo. Results pass through memory chunk
by chunk. A draw without an equilibrium stays in the count, named with its reason, and enters no quantile.

Headline numbers, from the levels two packages have at the same draw to what people read:

    real income      100 · ((I′/P′)/(I/P) − 1) by region; of a group Σ gain·I / Σ I, percent
    consumer prices  100 · (P′/P − 1), percent, with world factor income as numeraire
    real wage        100 · ((w′/P′)/(w/P) − 1), percent
    tariff revenue   change, the table's unit a year
    mutual trade     100 · (T′/T − 1), percent of its value at basic prices: "USA>CHN" one way, "USA-CHN" both
    worth of a licence  over the price of a bounded flow, percent, and the rent it earns, the table's unit a year (both of the
                     package itself)

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> result = ensemble(Policy([Tariff(by="AAA", on="BBB", rate=0.25)]), 16, seed=1, world=toy_world())
>>> result.draws, len(result.failed), bool(result.quantile("real income", "BBB", 0.95) < 0)
(16, 0, True)
>>> Headline("pessimistic", "real income", "USA", "%").column
'pessimistic|real income|USA'
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.levels import baseline
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError, NotConverged, UnknownName
from detente.extras import need
from detente.files import table_csv, write
from detente.outlook.ensemble.chunks import from_bytes, solve_chunk
from detente.outlook.ensemble.draws import Input, balance_note
from detente.outlook.ensemble.executors import Executor, run
from detente.outlook.ensemble.plan import CENTRE, LEVELS, Plan, _sha, code_version, make_plan
from detente.outlook.ensemble.store import Store
from detente.policy.dossier import Dossier
from detente.policy.instruments import Policy
from detente.types import Array, Progress
from detente.words import THIN, fixed, refusal, say, tell
from detente.words.names import group_table
from detente.words.shown import Shown
from detente.world.economy import Economy
from detente.world.world import World

if TYPE_CHECKING:
    from detente.outlook.ensemble.sensitivity import Drivers

CHUNK = 64
TEMPLATE = "words/templates/Ensemble"
TENFOLD = 900.0  # percent
ROW_GROUP = 1024  # draws written together in the file of draws
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Failed:
    """A draw without an equilibrium: its number, the scenario, why."""

    draw: int
    scenario: str
    reason: str


@dataclass(frozen=True, eq=False)
class Ensemble(Shown):
    """Results of an ensemble, one column a headline, kept in a Parquet file and read as asked for.

    Quantiles are over the draws that have an equilibrium. `central` are the results at the central parameters, by column.
    """

    title: str
    world: str
    horizon: str
    seed: int
    draws: int
    scenarios: tuple[str, ...]
    compared_with: Mapping[str, str]
    inputs: tuple[Input, ...]
    headlines: tuple[Headline, ...]
    central: Mapping[str, float]
    failed: tuple[Failed, ...]
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]
    path: Path
    solved: int
    reused: int
    plan: Plan = field(repr=False)
    _store: Store = field(repr=False)
    _folder: Any = field(repr=False, default=None)
    _columns: dict[str, Array] = field(repr=False, default_factory=dict)

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of the headline quantities."""
        return tuple(dict.fromkeys(h.quantity for h in self.headlines))

    def regions(self, quantity: str, scenario: str | None = None) -> tuple[str, ...]:
        """Regions (pairs, bounds) a quantity has values for."""
        return tuple(h.region for h in self._of(quantity, scenario))

    def values(self, quantity: str, region: str, scenario: str | None = None) -> Array:
        """Values by draw; NaN where the draw failed. Raises `UnknownName`."""
        return self._read(self.headline(quantity, region, scenario).column)

    def quantile(self, quantity: str, region: str, q: float | Sequence[float], scenario: str | None = None) -> Any:
        """Quantile(s) over the draws that have an equilibrium, linear between order statistics; the unit is the headline's."""
        values = self.values(quantity, region, scenario)
        values = values[np.isfinite(values)]
        if not len(values):
            raise NotConverged(refusal("outlook", "no_draw_of_has", quantity=quantity, region=region))
        found = np.quantile(values, q)
        return float(found) if np.ndim(found) == 0 else found

    def headline(self, quantity: str, region: str, scenario: str | None = None) -> Headline:
        """The headline of that name. Raises `UnknownName`."""
        for h in (own := self._of(quantity, scenario)):
            if h.region == region:
                return h
        raise UnknownName(region, [h.region for h in own], f"region of {quantity}")

    def ranges(
        self, quantity: str = "real income", scenario: str | None = None, low: float = 0.05, high: float = 0.95
    ) -> pd.DataFrame:
        """One row a region: low, median and high quantile, and the value at the central parameters."""
        rows = {}
        for h in self._of(quantity, scenario):
            ends = self.quantile(quantity, h.region, (low, 0.5, high), h.scenario)
            rows[h.region] = {
                "low": ends[0],
                "median": ends[1],
                "high": ends[2],
                "central": self.central[h.column],
                "unit": h.unit,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("region")

    def quantiles(self, q: Sequence[float] = QUANTILES) -> pd.DataFrame:
        """One row a headline: scenario, quantity, region, unit, draws counted, mean, central value, quantiles."""
        rows = []
        for h in self.headlines:
            values = self._read(h.column)
            values = values[np.isfinite(values)]
            found = np.quantile(values, q) if len(values) else np.full(len(q), np.nan)
            rows.append(
                {
                    "scenario": h.scenario, "quantity": h.quantity, "region": h.region, "unit": h.unit, "draws": len(values),
                    "central": self.central[h.column], "mean": float(values.mean()) if len(values) else np.nan,
                    **{f"{100 * level:g} %": float(v) for level, v in zip(q, found, strict=True)},
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def to_frame(self) -> pd.DataFrame:
        """`quantiles()`."""
        return self.quantiles()

    def draws_frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """One row a draw: its number, inputs, headlines, and for each scenario why it failed (empty where it did not)."""
        pq = need("pyarrow.parquet")

        return pq.read_table(self.path, columns=list(columns) if columns is not None else None).to_pandas()

    @cached_property
    def points(self) -> Array:
        """Coordinates of the draws in the unit cube [draw, input]."""
        return np.concatenate([self.plan.points(c) for c in self.plan.chunks if c != CENTRE])

    def drivers(self, quantity: str, region: str, scenario: str | None = None, **options: Any) -> Drivers:
        """Which inputs drive a headline: shares of its variance with sign and interval; see `drivers.drivers`."""
        from detente.outlook.ensemble.sensitivity import drivers

        h = self.headline(quantity, region, scenario)
        own = [k for k, i in enumerate(self.inputs) if i.kind != "talks"]  # the others cannot move an equilibrium
        return drivers(self.points[:, own], self._read(h.column), [self.inputs[k] for k in own], h.words, h.unit, **options)

    def payoffs(self) -> dict[str, Array]:
        """Parts of payoffs by draw, "ease/hold|USA|jobs" and so on; needs `what` to include "payoffs"."""
        if self.plan.payoffs is None:
            raise InputError(refusal("outlook", "this_ensemble_kept"))
        parts: dict[str, list[Array]] = {}
        for chunk in self.plan.chunks:
            if chunk != CENTRE:
                for name, values in self._chunk("payoffs", chunk).items():
                    parts.setdefault(name, []).append(values)
        return {name: np.concatenate(values) for name, values in parts.items()}

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Copy the file of draws; the same ensemble gives the same bytes whoever solved it."""
        write(path, self.path.read_bytes())

    def draws_csv(self, path: str | PathLike[str]) -> None:
        """The draws as CSV, ten significant digits."""
        write(path, table_csv(self.draws_frame(), index=False))

    def to_csv(self, path: str | PathLike[str]) -> None:
        """`quantiles()` as CSV."""
        write(path, table_csv(self.quantiles(), index=False))

    def explain(self) -> str:
        """What was drawn, what came of it and what was left out, in plain words."""
        parties = dict.fromkeys(h.region for h in self.headlines if h.quantity == "tariff revenue")
        failed = Counter(f.scenario for f in self.failed)
        scenarios = {
            s: [
                (region, *self.quantile("real income", region, (0.05, 0.5, 0.95), s))
                for region in (*parties, WORLD)
                if failed[s] < self.draws
            ]
            for s in self.scenarios
        }
        reasons = Counter(f.reason.split(":")[0] if f.reason.startswith("status quo") else f.scenario for f in self.failed)
        told = tell(
            self,
            drawn=sum(i.kind != "talks" for i in self.inputs),
            scenarios=scenarios,
            reasons=reasons,
            notes=[n for n in self.notes if "no equilibrium" not in n],
            amount=amount,
            number=number,
        )
        return told.replace("\n\n", "\n")

    def record(self) -> dict[str, Any]:
        """JSON-able; a headline without any equilibrium has null for its numbers."""
        rows = [{k: None if v != v else v for k, v in row.items()} for row in self.quantiles().to_dict(orient="records")]
        return {
            "title": self.title, "world": self.world, "horizon": self.horizon, "seed": self.seed, "draws": self.draws,
            "scenarios": list(self.scenarios), "compared_with": dict(self.compared_with),
            "inputs": [i.record() for i in self.inputs], "failed": [f.__dict__ for f in self.failed],
            "notes": list(self.notes), "headlines": rows,
            "provenance": dict(self.provenance),
        }  # fmt: skip

    def _of(self, quantity: str, scenario: str | None) -> list[Headline]:
        if quantity not in self.quantities:
            raise UnknownName(quantity, list(self.quantities), "quantity")
        if scenario is None:
            if len(self.scenarios) > 1:
                raise InputError(f"name a scenario: {', '.join(self.scenarios)}")
            scenario = self.scenarios[0]
        if scenario not in self.scenarios:
            raise UnknownName(scenario, list(self.scenarios), "scenario of this ensemble")
        return [h for h in self.headlines if h.quantity == quantity and h.scenario == scenario]

    def _read(self, column: str) -> Array:
        if column not in self._columns:
            self._columns[column] = self._file.read(columns=[column]).column(column).to_numpy()
        return self._columns[column]

    @cached_property
    def _file(self) -> Any:
        pq = need("pyarrow.parquet")

        return pq.ParquetFile(self.path)

    def _chunk(self, package: str, chunk: int) -> dict[str, NDArray[Any]]:
        return _whole(self._store, self.plan, package, chunk)

    def __repr__(self) -> str:
        return f"Ensemble({self.title!r}, {self.draws} draws of {', '.join(self.scenarios)}, {len(self.failed)} failed)"


def ensemble(
    dossier_or_policy: Dossier | Policy | str,
    draws: int = 1024,
    seed: int = 0,
    executor: Executor | Any = "serial",
    store: str | PathLike[str] | None = None,
    *,
    world: World | Economy | None = None,
    scenario: str | Sequence[str] | None = None,
    horizon: str | Parameters | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    what: Sequence[str] = ("headlines",),
    chunk: int = CHUNK,
    **parameters: Any,
) -> Ensemble:
    """Solve the status quo and the scenarios at `draws` points of a scrambled Sobol sequence.

    A dossier: `scenario` is one, several, or None for the status quo (against the table) and all others (against the status
    quo). A policy: one scenario "policy" against the table. `executor` is "serial", "processes", "dask" or a Dask client; all
    give the same bytes. `store` is a directory that keeps every chunk (a temporary one if None). `what` may add "payoffs":
    what each combination of the parties' stances is worth, for `odds`. Parameters given by name are held, not drawn.
    `progress(words, done, total)` counts draws, with an estimate of the time left in the words.

    Raises `UnknownName`, `InputError`; a draw that does not converge is counted in `failed`, never dropped.
    """
    if draws < 1 or chunk < 1 or seed < 0:
        raise InputError(refusal("outlook", "an_ensemble_needs_at"))
    plan, title, compared, parties = make_plan(dossier_or_policy, draws, seed, world, scenario, horizon, what, chunk, parameters)
    folder = _Folder() if store is None else None
    place = Store(folder.path if folder is not None else Path(store or "."))
    solved, reused, damaged = _solve(plan, place, executor, workers, progress)
    scenarios = tuple(compared)
    shown = [pair for s in scenarios for pair in headlines(plan, s, parties)]
    path, central, failed = _collate(plan, place, compared, shown)
    notes = [n for n in (balance_note(draws),) if n]
    if damaged:
        notes.append(say(TEMPLATE, "damaged", n=damaged))
    if failed:
        notes.append(say(TEMPLATE, "unsolved", n=len({f.draw for f in failed}), draws=draws))
    result = Ensemble(
        title=title, world=plan.economy.name, horizon=plan.parameters.name, seed=seed, draws=draws, scenarios=scenarios,
        compared_with={s: "the table's baseline" if b is None else "the status quo" for s, b in compared.items()},
        inputs=plan.inputs, headlines=tuple(h for h, _ in shown), central=central, failed=failed, notes=tuple(notes),
        provenance=_provenance(plan), path=path, solved=solved, reused=reused, plan=plan, _store=place, _folder=folder,
    )  # fmt: skip
    return dataclasses.replace(result, notes=(*notes, *_extreme(result)))


def _extreme(result: Ensemble) -> list[str]:
    """A sentence for each scenario in which bounds make goods more than ten times dearer in some draws."""
    found = []
    for scenario in result.scenarios:
        bounds = [h.column for h in result.headlines if h.scenario == scenario and h.quantity == "worth of a licence"]
        if bounds:
            count = int((np.array([result._read(c) for c in bounds]) > TENFOLD).any(0).sum())
            if count:
                found.append(say(TEMPLATE, "tenfold", scenario=scenario, n=count, draws=result.draws))
    return found


class _Folder:
    """A temporary directory that goes when the ensemble does."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="detente-ensemble-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def _solve(plan: Plan, store: Store, executor: Any, workers: int | None, progress: Progress | None) -> tuple[int, int, int]:
    """Solve what the store lacks. (chunks solved, chunks found, files found damaged)."""
    names = [*plan.packages, *(["payoffs"] if plan.payoffs is not None else [])]
    tasks = [(name, chunk) for chunk in plan.chunks for name in names]
    keys = {task: plan.key(*task) for task in tasks}
    there = store.has(keys.values())
    damaged = len(store.damaged)
    left = [task for task in tasks if keys[task] not in there]
    size = {
        task: len(plan.points(task[1])) if task[1] == CENTRE else min(plan.chunk, plan.draws - task[1] * plan.chunk)
        for task in tasks
    }
    total, cost = plan.draws, sum(size.values())
    done = cost - sum(size[task] for task in left)
    began, first = time.monotonic(), done

    def told() -> None:
        if progress is not None:
            spent = time.monotonic() - began
            rest = spent * (cost - done) / (done - first) if done > first else None
            progress("starting" if rest is None else f"about {_duration(rest)} left", round(total * done / max(cost, 1)), total)

    told()

    def waiting() -> Iterator[tuple[str, int]]:
        for task in left:
            if keys[task] not in store.listed_keys([keys[task]]):  # another process may have done it by now
                yield task

    for task, data in run(_work, plan, waiting(), executor, workers):
        store.put(keys[task], data, "chunk", f"{task[0]} {task[1]} of {plan.draws} draws, seed {plan.seed}")
        done += size[task]
        told()
    return len(left), len(tasks) - len(left), damaged


def _work(plan: Plan, task: tuple[str, int]) -> bytes:
    return solve_chunk(plan, *task)


def _duration(seconds: float) -> str:
    """ "40 s", "3 min", "2.5 h"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _whole(store: Store, plan: Plan, package: str, chunk: int) -> dict[str, NDArray[Any]]:
    data = store.get(plan.key(package, chunk))
    if data is None:  # damaged since it was checked
        data = solve_chunk(plan, package, chunk)
        store.put(plan.key(package, chunk), data, "chunk", f"{package} {chunk} of {plan.draws} draws, seed {plan.seed}")
    return from_bytes(data)


def _collate(
    plan: Plan, store: Store, compared: Mapping[str, str | None], shown: Sequence[tuple[Headline, Any]]
) -> tuple[Path, dict[str, float], tuple[Failed, ...]]:
    """Compare packages draw by draw and write the file of draws, a chunk at a time; the centre's values; failures."""
    failed: list[Failed] = []

    def columns(chunk: int) -> dict[str, NDArray[Any]]:
        points = plan.points(chunk)
        level = {name: _whole(store, plan, name, chunk) for name in plan.packages}
        rows = len(points)
        first = max(chunk, 0) * plan.chunk
        found: dict[str, NDArray[Any]] = {"draw": np.arange(first, first + rows)}
        found |= {f"input|{i.id}": i.value(points[:, k]) for k, i in enumerate(plan.inputs)}
        for scenario, against in compared.items():
            before = table_levels(plan, rows) if against is None else level[against]
            for headline, formula in shown:
                if headline.scenario == scenario:
                    found[headline.column] = np.asarray(formula(before, level[scenario]), dtype=np.float64)
            reasons = [str(r) for r in level[scenario]["reason"]]
            if against is not None:
                reasons = [f"status quo: {b}" if b else r for b, r in zip(level[against]["reason"], reasons, strict=True)]
            found[f"{scenario}|failed"] = np.array(reasons, dtype=object)
            gone = np.array([bool(r) for r in reasons])
            for headline, _ in shown:  # licences of a draw whose status quo failed go with it
                if headline.scenario == scenario:
                    found[headline.column] = np.where(gone, np.nan, found[headline.column])
            if chunk != CENTRE:
                failed.extend(Failed(first + k, scenario, r) for k, r in enumerate(reasons) if r)
        return found

    def write(path: Path) -> None:
        pa = need("pyarrow")
        pq = need("pyarrow.parquet")

        about = {"detente": json.dumps(_provenance(plan), sort_keys=True)}
        options = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
        writer, waiting, rows = None, [], 0
        try:
            for chunk in plan.chunks:
                if chunk == CENTRE:
                    continue
                waiting.append(pa.table({name: pa.array(values) for name, values in columns(chunk).items()}))
                rows += len(waiting[-1])
                if rows < ROW_GROUP and chunk != plan.chunks[-1]:
                    continue
                table = pa.concat_tables(waiting).combine_chunks().replace_schema_metadata(about)
                writer = writer or pq.ParquetWriter(path, table.schema, **options)
                writer.write_table(table)
                waiting, rows = [], 0
        finally:
            if writer is not None:
                writer.close()

    centre = columns(CENTRE)
    central = {h.column: float(centre[h.column][0]) for h, _ in shown}
    names = json.dumps([sorted(compared.items(), key=str), [h.column for h, _ in shown], plan.draws])
    key = _sha(plan.head, names, *(p.digest for p in plan.packages.values()))[:40]
    path = store.put_file(key, write, "ensemble", f"{plan.draws} draws, seed {plan.seed}: {', '.join(compared)}")
    return path, central, tuple(failed)


def _provenance(plan: Plan) -> dict[str, Any]:
    return {
        "code": code_version(),
        "world": plan.economy.name,
        "world_fingerprint": plan.economy.fingerprint,
        "horizon": plan.parameters.name,
        "parameters": plan.parameters.record(),
        "seed": plan.seed,
        "draws": plan.draws,
        "design": "scrambled Sobol sequence",
        "packages": {name: p.digest[:16] for name, p in plan.packages.items()},
    }


Levels = Mapping[str, NDArray[Any]]
WORLD = "WORLD"


@dataclass(frozen=True)
class Headline:
    """One number of one scenario: quantity, region (or pair, or bound) and unit."""

    scenario: str
    quantity: str
    region: str
    unit: str

    @property
    def column(self) -> str:
        """Its name in files."""
        return f"{self.scenario}|{self.quantity}|{self.region}"

    @property
    def words(self) -> str:
        """ "real income of China", "worth of a licence, CHN RER to USA"."""
        first, _, second = self.region.replace(">", "-").partition("-")
        return tell(self, "words", first=first, second=second)


# -- numbers with their unit -------------------------------------------------------------------------------------------
def number(value: float, unit: str) -> str:
    """Two decimals below 10, one below 100, none above; money in billions; a true minus sign.

    >>> spread(-0.52, -0.31, "%"), amount(-45046.2, "million USD a year"), amount(0.004, "%")
    ('−0.52 to −0.31\\u202f%', '−45 bn USD a year', '0.00\\u202f%')
    """
    money = unit.startswith("million USD")
    value = value / 1000 if money else value
    most = 1 if money else 10
    return fixed(value, 2 if abs(value) < most else 1 if abs(value) < 10 * most else 0)


def amount(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{number(value, unit)}{THIN if unit == '%' else ' '}{unit.replace('million USD', 'bn USD')}"


def spread(low: float, high: float, unit: str) -> str:
    """A range with its unit."""
    return f"{number(low, unit)} to {amount(high, unit)}"


def groups_of(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Named groups with two members or more in this world, and the world: positions of their members."""
    regions = plan.economy.regions
    found: dict[str, tuple[int, ...]] = {}
    for code, entry in group_table().items():
        members = () if entry["members"] == "all" else tuple(regions.index(m) for m in entry["members"] if m in regions)
        if len(members) > 1 and code not in regions:
            found[code] = members
    return {**found, WORLD: tuple(range(len(regions)))}


def headlines(plan: Plan, scenario: str, parties: Sequence[str]) -> list[tuple[Headline, Callable[[Levels, Levels], Array]]]:
    """Every headline of a scenario with the formula (levels before, levels after) → values [draw]."""
    unit = f"{plan.economy.unit} a year"
    found: list[tuple[Headline, Callable[[Levels, Levels], Array]]] = []

    def add(quantity: str, region: str, unit: str, formula: Callable[[Levels, Levels], Array]) -> None:
        found.append((Headline(scenario, quantity, region, unit), formula))

    for r in plan.economy.regions:
        add("real income", r, "%", partial(_income, region=r))
    for code, members in groups_of(plan).items():
        names = tuple(plan.economy.regions[m] for m in members)
        add("real income", code, "%", partial(_group, members=names))
    for r in plan.economy.regions:
        add("consumer prices", r, "%", partial(_rise, level=f"cpi|{r}"))
    for r in plan.economy.regions:
        add("real wage", r, "%", partial(_wage, region=r))
    for p in parties:
        add("tariff revenue", p, unit, partial(_change, level=f"revenue|{p}"))
    for first, second in plan.pairs:
        way = f"trade|{first}>{second}"
        add("mutual trade", f"{first}>{second}", "%", partial(_rise, level=way))
        if plan.pairs.index((first, second)) < plan.pairs.index((second, first)):
            both = (way, f"trade|{second}>{first}")
            add("mutual trade", f"{first}-{second}", "%", partial(_both, ways=both))
    for label in plan.packages[scenario].labels:
        add("worth of a licence", label, "%", partial(_itself, level=f"wedge|{label}"))
        add("rent", label, unit, partial(_itself, level=f"rent|{label}"))
    return found


def table_levels(plan: Plan, rows: int) -> Levels:
    """The levels of the table itself, as many rows as needed: what a package without a status quo is compared with."""
    at = baseline(plan.economy)
    values = dict(zip(LEVELS, (at.income, at.cpi, at.wage_index, at.tariff_revenue), strict=True))
    index = {r: k for k, r in enumerate(plan.economy.regions)}
    found = {f"{level}|{r}": np.full(rows, v[index[r]]) for level, v in values.items() for r in plan.economy.regions}
    for a, b in plan.pairs:
        found[f"trade|{a}>{b}"] = np.full(rows, at.shipments[index[a], index[b]].sum())
    return found


def _real(levels: Levels, level: str, region: str) -> Array:
    return levels[f"{level}|{region}"] / levels[f"cpi|{region}"]


def _gain(before: Levels, after: Levels, region: str) -> Array:
    return _real(after, "income", region) / _real(before, "income", region) - 1


def _income(before: Levels, after: Levels, region: str) -> Array:
    return 100 * _gain(before, after, region)


def _wage(before: Levels, after: Levels, region: str) -> Array:
    return 100 * (_real(after, "wage", region) / _real(before, "wage", region) - 1)


def _rise(before: Levels, after: Levels, level: str) -> Array:
    return 100 * (after[level] / before[level] - 1)


def _change(before: Levels, after: Levels, level: str) -> Array:
    return after[level] - before[level]


def _itself(before: Levels, after: Levels, level: str) -> Array:
    return after[level]


def _group(before: Levels, after: Levels, members: Sequence[str]) -> Array:
    worth = np.sum([_gain(before, after, r) * before[f"income|{r}"] for r in members], axis=0)
    return np.asarray(100 * worth / np.sum([before[f"income|{r}"] for r in members], axis=0))


def _both(before: Levels, after: Levels, ways: tuple[str, str]) -> Array:
    return 100 * ((after[ways[0]] + after[ways[1]]) / (before[ways[0]] + before[ways[1]]) - 1)
