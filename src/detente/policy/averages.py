"""Average tariffs of one economy on another by day, under named definitions. A number without its definition is not one.

For a day t, sectors s with weights w[s], a base rate b[s, t] and the additional duties of the ledger stacked on that day
a[s, t] (`policy.stacking`):

    average(t) = Σ_s w[s] · (b[s, t] + a[s, t]) / Σ_s w[s]                      percent of customs value

    definition            weights w                             base b                      duties a
    piie-like             exporter's exports to the world       most-favoured-nation        all since 2018
    weighted-fixed        imports from the partner, fixed       most-favoured-nation        all since 2018
    statutory-additional  the same                              none                        all since 2018
    simple                number of tariff lines                most-favoured-nation        all since 2018
    collected-2024        imports from the partner in 2024      duty collected in 2024      what came after 2024
    added-since-2024      the same                              none                        what came after 2024
    ordinary              imports from the partner              most-favoured-nation        none
    weighted-2017         imports from the partner in 2017      most-favoured-nation        all since 2018
    weighted-current      imports from the partner in the month most-favoured-nation        all since 2018

`collected` is no sum over sectors: duty worked out by customs over imports, in the month of the day (`policy.customs`).

Weights never move with the tariff, but in `weighted-current` and `collected`, which say what became of it. Imports from the
partner are those of 2024 for the United States on China (the sectors' own composition, by list, that of 2017) and of 2017 for
China on the United States. Where a list's share of tariff lines is known (Section 301, China's lists of 2018–19) `piie-like` and
`simple` use it in place of the share of trade. A partner beyond the two has weights, collected and ordinary duties from the
shipped world, and only `collected`, `collected-2024`, `added-since-2024` and `ordinary`. A pair of which the ledger holds no duty
has its ordinary duty alone, named as such (and what customs collected); it is refused under any other definition, and refused
where the world has none either: no pair is given 0.0 for want of a row. A group (ASEAN) is the mean of its economies, weighted by
the importer's trade with each.

A measure nobody can say still holds (`unknown_from`) counts as suspended; `if_unknown_hold` is the average if all such
duties were in force. Sources: `ledgers/us-china-*.csv`, made by `build.ledger_tables`; `docs/ledger.md`.

>>> from detente.policy.ledger import load_ledger
>>> average = load_ledger("us-china").average_tariff("USA", "CHN", "2025-05-14")
>>> average.definition, 48 < average < 54
('piie-like', True)
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from detente.checks import calendar_day
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.policy.customs import collected, imports_by_sector
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import stack_on
from detente.policy.timing import in_force, still_unknown, turning_days
from detente.types import Array
from detente.words import refusal
from detente.words.names import group_table, region_name, region_table

if TYPE_CHECKING:
    from detente.policy.ledger import Ledger

DEFINITIONS: dict[str, str] = yaml.safe_load(files("detente").joinpath("data", "averages.yaml").read_text(encoding="utf-8"))
"""What each definition averages, by name."""
DEFAULT_DEFINITION = "piie-like"
REFERENCE_DAY = datetime.date(2024, 12, 31)
OWN_PAIR = ("USA", "CHN")
MONTHLY = ("weighted-current", "collected")
"""Definitions that move with the trade of the month."""
ORDINARY = ("piie-like", "weighted-fixed", "simple", "ordinary", "weighted-2017", "weighted-current")


class AverageTariff(float):
    """An average tariff in percent, with what it is: a number like any other that knows its definition.

    by, on, date, definition, meaning   what is averaged, in code and in words
    base                     part of it that is the base rate, percent
    pieces                   part of it by measure, percentage points, largest first
    covered                  percent of the weights that pay any additional duty counted here; None where that is not known
    unknown                  measures of which nothing read says whether they hold
    if_unknown_hold          the average if all of them held, percent
    unmapped                 percent of the partner's imports of the weights' year that belong to no sector
    not_counted              measures in force on the pair that are duties and not in the number (the ledger says why)
    known_to, beyond         newest day the ledger has a fact of, and what to say of a later one (else None)
    """

    by: str
    on: str
    date: datetime.date
    definition: str
    meaning: str
    base: float
    pieces: dict[str, float]
    covered: float | None
    unknown: tuple[str, ...]
    if_unknown_hold: float
    unmapped: float
    not_counted: tuple[str, ...] = ()
    known_to: datetime.date | None = None
    beyond: str | None = None

    def __new__(cls, value: float, **facts: Any) -> AverageTariff:
        """A float that carries `facts` as attributes."""
        self = super().__new__(cls, value)
        for name, fact in facts.items():
            setattr(self, name, fact)
        return self

    @property
    def percent(self) -> float:
        """The value as a plain float."""
        return float(self)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "by": self.by, "on": self.on, "date": self.date.isoformat(), "definition": self.definition, "meaning": self.meaning,
            "average_pct": round(float(self), 4), "base_pct": round(self.base, 4),
            "additional_pp": round(float(self) - self.base, 4),
            "covered_pct": None if self.covered is None else round(self.covered, 2), "unmapped_pct": round(self.unmapped, 2),
            "by_measure_pp": {k: round(v, 4) for k, v in self.pieces.items()},
            "not_known": list(self.unknown), "average_if_not_known_hold_pct": round(self.if_unknown_hold, 4),
            "not_counted": list(self.not_counted),
            "known_to": None if self.known_to is None else self.known_to.isoformat(), "warning": self.beyond,
        }  # fmt: skip


# -- tables ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Coverage:
    """Shares of each sector a measure reaches: of trade, and of tariff lines where known."""

    share_of_trade: Mapping[str, float]
    share_of_lines: Mapping[str, float]


def _table(name: str) -> pd.DataFrame:
    with as_file(files("detente").joinpath("data", "ledgers", name)) as path:
        return pd.read_csv(path, comment="#", dtype={"chapter": str})


def list_tables() -> tuple[str, ...]:
    """Names of the sets of tables that come with the package."""
    return tuple(
        sorted(
            p.name[: -len("-coverage.csv")]
            for p in files("detente").joinpath("data", "ledgers").iterdir()
            if p.name.endswith("-coverage.csv")
        )
    )


@cache
def coverage_shares(tables: str) -> dict[str, Coverage]:
    """Measure id → its shares, from the coverage table."""
    frame = _table(f"{tables}-coverage.csv")
    found = {}
    for name, group in frame.groupby("measure"):
        by_sector = group.set_index("sector")
        trade = {str(s): float(v) for s, v in by_sector["share_of_trade"].items()}
        lines = {str(s): float(v) for s, v in by_sector["share_of_lines"].dropna().items()}
        found[str(name)] = Coverage(trade, lines)
    return found


@cache
def partner_shares(tables: str) -> dict[str, dict[str, dict[str, float]]]:
    """Measure id → partner ("*" for all others) → share of each sector that pays; empty where there is no such table."""
    name = f"{tables}-partners.csv"
    if not files("detente").joinpath("data", "ledgers", name).is_file():
        return {}
    found: dict[str, dict[str, dict[str, float]]] = {}
    frame = _table(name)
    for measure, partner, sector, share in zip(frame["measure"], frame["partner"], frame["sector"], frame["share"], strict=True):
        found.setdefault(str(measure), {}).setdefault(str(partner), {})[str(sector)] = float(share)
    return found


@cache
def weights_table(tables: str) -> pd.DataFrame:
    """Weights and base rates by sector."""
    return _table(f"{tables}-weights.csv").set_index("sector").astype(float)


@cache
def _ordinary(tables: str) -> pd.DataFrame:
    frame = _table(f"{tables}-mfn.csv")
    frame["from"] = pd.to_datetime(frame["from"]).dt.date
    return frame


@cache
def chapter_sectors() -> pd.DataFrame:
    """HS chapter → sector with its share of the chapter's imports (chapters 98 and 99 belong to no sector)."""
    return _table("hs2-sectors.csv")


@cache
def unmapped_pct() -> float:
    """Percent of US imports from China in 2024 in chapters that belong to no sector."""
    frame = chapter_sectors()
    value = frame["share"] * frame["us_imports_from_china_2024_musd"]
    return float(100 * value[frame["sector"].isna()].sum() / value.sum())


# -- one average -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Basis:
    sectors: tuple[str, ...]
    weights: Array
    lines: bool
    ordinary: bool
    collected: Array | None
    since_2024: bool


def _check_pair(by: str, on: str) -> None:
    known = {r: region_name(r) for r in region_table()}
    for code in (by, on):
        if code not in known:
            raise UnknownRegion(code, known)
    if by == on:
        raise InputError(refusal("policy", "tariff_on_itself", by=by))


def _named(code: str) -> str:
    return f"{region_name(code)} ({code})"


def _not_held(ledger: Ledger, by: str, on: str) -> InputError:
    """What to say of a pair of which `ledger` counts no duty: that, and what it has of that government."""
    counted = [m for m in ledger.measures if m.instrument is InstrumentKind.TARIFF and m.modelled]
    own = [m for m in counted if m.by == by]
    if not own:
        governments = ", ".join(sorted({m.by for m in counted}))
        return InputError(refusal("policy", "government_not_held", ledger=ledger.id, by=_named(by), held=governments))
    others = ", ".join(sorted({code for m in own for code in (("all",) if m.on == "all" else m.on)}))
    return InputError(refusal("policy", "pair_not_held", ledger=ledger.id, by=_named(by), on=_named(on), others=others))


def _basis(tables: str | None, by: str, on: str, definition: str, day: datetime.date) -> _Basis:
    own = tables is not None and {by, on} == set(OWN_PAIR)
    if definition not in DEFINITIONS:
        raise UnknownName(definition, DEFINITIONS, "definition")
    if definition in MONTHLY and by != "USA":
        raise InputError(refusal("policy", "customs_only", definition=repr(definition), by=by))
    if not own or (definition in ("collected-2024", "added-since-2024") and by != "USA"):
        return _basis_of_world(by, on, definition)
    table = weights_table(str(tables))
    sectors = tuple(str(s) for s in table.index)
    column = {
        "piie-like": "china_exports_2022_musd" if by == "USA" else "us_exports_2022_musd",
        "simple": "china_lines",
        "weighted-2017": "us_imports_from_china_2017_musd" if by == "USA" else "china_imports_from_us_2017_musd",
    }.get(definition, "us_imports_from_china_2024_musd" if by == "USA" else "china_imports_from_us_2017_musd")
    weights = table[column].to_numpy(dtype=float)
    if definition == "weighted-current":
        weights = imports_by_sector(on, f"{day:%Y-%m}").reindex(list(sectors)).fillna(0.0).to_numpy(dtype=float)
    since = definition in ("collected-2024", "added-since-2024")
    collected = None
    if definition == "collected-2024":
        value = table["us_imports_from_china_2024_musd"].to_numpy(dtype=float)
        duty = table["us_duty_on_china_2024_musd"].to_numpy(dtype=float)
        collected = 100 * np.divide(duty, value, out=np.zeros_like(duty), where=value > 0)
    ordinary = definition in ORDINARY
    return _Basis(sectors, weights, definition in ("piie-like", "simple"), ordinary, collected, since)


def _basis_of_world(by: str, on: str, definition: str) -> _Basis:
    if definition not in ("collected-2024", "added-since-2024", "ordinary"):
        raise InputError(refusal("policy", "pair_only", definition=repr(definition), by=by, on=on))
    if definition == "collected-2024" and by != "USA":
        raise InputError(refusal("policy", "collected_only", by=by))
    if definition == "ordinary" and (by == "USA" or {by, on} == set(OWN_PAIR)):
        raise InputError(refusal("policy", "ordinary_not_apart", by=by, on=on))
    from detente.words.names import goods_sectors
    from detente.world.library import load_world

    world = load_world()
    goods = goods_sectors(world.sectors)
    columns = [world.sectors.index(s) for s in goods]
    i, n = world.regions.index(on), world.regions.index(by)
    weights = np.asarray(world.shipments[i, n, columns])
    if definition == "added-since-2024":
        return _Basis(goods, weights, False, False, None, True)
    rates = 100 * world.tariff_rates[i, n, columns]
    if definition == "ordinary" and float(weights @ rates) <= 0:
        raise InputError(refusal("policy", "ordinary_is_free", by=_named(by), on=_named(on)))
    return _Basis(goods, weights, False, False, rates, definition == "collected-2024")


def _base_rates(tables: str | None, basis: _Basis, by: str, day: datetime.date) -> Array:
    if basis.collected is not None:
        return basis.collected
    if not basis.ordinary:
        return np.zeros(len(basis.sectors))
    if by == "USA":
        return weights_table(str(tables))["us_mfn_pct"].reindex(list(basis.sectors)).to_numpy(dtype=float)
    frame = _ordinary(str(tables))
    since = frame["from"][frame["from"] <= day]
    current = frame[frame["from"] == (since.max() if len(since) else frame["from"].min())]
    column = "lines_pct" if basis.lines else "imports_pct"
    return current.set_index("sector")[column].reindex(list(basis.sectors)).fillna(0.0).to_numpy(dtype=float)


def _aimed(ledger: Ledger, by: str, on: str) -> tuple[Measure, ...]:
    """Duties of `by` that may fall on `on`, counted in averages or not."""
    groups = {g for g, e in group_table().items() if e["members"] == "all" or on in e["members"]}
    return tuple(
        m
        for m in ledger.measures
        if m.by == by
        and m.instrument is InstrumentKind.TARIFF
        and (m.on == "all" or on in m.on or groups & set(m.on))
        and not {on, *groups} & set(m.except_on)
    )


def _relevant(ledger: Ledger, by: str, on: str, basis: _Basis) -> tuple[Measure, ...]:
    """Duties counted of `by` on `on`, with shares of lines in place of shares of trade where the basis wants them."""
    shares = coverage_shares(ledger.tables) if ledger.tables and basis.lines else {}
    found = []
    for m in _aimed(ledger, by, on):
        if not m.modelled:
            continue
        if m.in_baseline:
            m = m.model_copy(update={"in_baseline": False})
        lines = shares[m.id].share_of_lines if m.id in shares else {}
        found.append(m.model_copy(update={"coverage": {**lines, "default": 0.0}}) if lines else m)
    return tuple(found)


def _pieces(measures: tuple[Measure, ...], day: datetime.date, by: str, on: str, basis: _Basis) -> dict[str, Array]:
    """Additional duty by measure and sector, percentage points."""
    reference = None
    if basis.collected is not None or basis.since_2024:
        reference = np.zeros((2, 2, len(basis.sectors)))
        if by == "USA" and on != "CHN":
            # that basis has what was collected
            reference[1, 0] = _basis_of_world(by, on, "collected-2024").collected / 100  # type: ignore[operator]
    stack = stack_on(measures, day, (by, on), basis.sectors, reference)
    return {k: 100 * v[1, 0] for k, v in stack.pieces.items()}


def average_tariff(ledger: Ledger, by: str, on: str, date: str | datetime.date, definition: str | None = None) -> AverageTariff:
    """Average tariff of `by` on goods of `on` (an economy or a group) on `date`, percent, under `definition`.

    The default is `piie-like` for the United States and China, `added-since-2024` for another pair where the ledger has something
    added by that day, else what is charged all the same: `ordinary`, or for the United States `collected-2024`.

    Raises `UnknownRegion`, `UnknownName` (definition) and `InputError` (a pair the ledger counts no duty of, a definition not
    known for the pair, a bad date, a day before 2018).
    """
    if by in group_table():
        raise InputError(refusal("policy", "group_levies", by=by, members=", ".join(_members(by))))
    if on in group_table():
        return _on_group(ledger, by, on, calendar_day(date), definition)
    _check_pair(by, on)
    day = calendar_day(date)
    held = any(m.modelled for m in _aimed(ledger, by, on))
    if definition is None:
        definition = _default(held, by, on)
        if definition == "added-since-2024":
            added = average_tariff(ledger, by, on, day, definition)
            return added if added.pieces else average_tariff(ledger, by, on, day, "collected-2024" if by == "USA" else "ordinary")
    if definition == "collected":
        return _collected(ledger, by, on, day)
    if definition in DEFINITIONS and definition != "ordinary" and not held:
        raise _not_held(ledger, by, on)
    basis = _basis(ledger.tables, by, on, definition, day)
    first = REFERENCE_DAY if basis.since_2024 else datetime.date(2018, 1, 1)
    if day < first:
        raise InputError(refusal("policy", "before_definition", definition=definition, first=first, day=day))
    measures = () if definition == "ordinary" else _relevant(ledger, by, on, basis)
    return _average(ledger, measures, by, on, day, definition, basis)


def _collected(ledger: Ledger, by: str, on: str, day: datetime.date) -> AverageTariff:
    if by != "USA":
        raise InputError(refusal("policy", "customs_only", definition="'collected'", by=by))
    value = collected(on, f"{day:%Y-%m}")
    return AverageTariff(
        value, by=by, on=on, date=day, definition="collected", meaning=DEFINITIONS["collected"], base=value, pieces={},
        covered=None, unknown=(), if_unknown_hold=value, unmapped=0.0,
        known_to=ledger.known_to, beyond=ledger.beyond_knowledge(day),
    )  # fmt: skip


def _default(held: bool, by: str, on: str) -> str:
    if {by, on} == set(OWN_PAIR):
        return DEFAULT_DEFINITION
    return "added-since-2024" if held else "ordinary"


def _members(group: str) -> tuple[str, ...]:
    listed = group_table()[group]["members"]
    return tuple(region_table()) if listed == "all" else tuple(listed)


def _on_group(ledger: Ledger, by: str, on: str, day: datetime.date, definition: str | None) -> AverageTariff:
    """Mean over the economies of a group, weighted by the importer's goods trade with each in the shipped world.

    An economy on whose goods the ledger counts no duty of `by` adds nothing to the mean of what was added, and one whose goods
    are free nothing to the ordinary duty; where that is so of all of them the pair is refused as for one economy.
    """
    from detente.words.names import goods_sectors
    from detente.world.library import load_world

    members = tuple(m for m in _members(on) if m != by)
    for member in members:
        _check_pair(by, member)
    held = {m for m in members if any(d.modelled for d in _aimed(ledger, by, m))}
    definition = definition or ("added-since-2024" if held else "ordinary")
    if definition not in DEFINITIONS:
        raise UnknownName(definition, DEFINITIONS, "definition")
    if definition not in ("added-since-2024", "collected-2024", "ordinary"):
        raise InputError(refusal("policy", "group_definition", definition=repr(definition), on=on))
    if definition != "ordinary" and not held:
        raise _not_held(ledger, by, on)
    world = load_world()
    columns = [world.sectors.index(s) for s in goods_sectors(world.sectors)]
    n = world.regions.index(by)
    trade = {m: float(world.shipments[world.regions.index(m), n, columns].sum()) for m in members}
    found: dict[str, AverageTariff] = {}
    for member in members:
        if definition == "added-since-2024" and member not in held:
            continue
        try:
            found[member] = average_tariff(ledger, by, member, day, definition)
        except InputError:
            if definition != "ordinary" or by == "USA":
                raise
    if not found:
        raise InputError(refusal("policy", "ordinary_is_free", by=_named(by), on=_named(on)))
    whole = sum(trade.values())

    def mean(values: Iterable[float]) -> float:
        """By trade, of one value a member, in the order of `found`."""
        return sum(trade[m] * value for m, value in zip(found, values, strict=True)) / whole

    each = found.values()
    names = dict.fromkeys(k for a in each for k in a.pieces)
    pieces = {k: mean(a.pieces.get(k, 0.0) for a in each) for k in names}
    one = next(iter(each))
    return AverageTariff(
        mean(map(float, each)), by=by, on=on, date=day, definition=definition, meaning=DEFINITIONS[definition],
        base=mean(a.base for a in each),
        pieces=dict(sorted(pieces.items(), key=lambda p: -abs(p[1]))),
        covered=min(100.0, mean(a.covered or 0.0 for a in each)),
        unknown=tuple(dict.fromkeys(u for a in each for u in a.unknown)),
        if_unknown_hold=mean(a.if_unknown_hold for a in each), unmapped=mean(a.unmapped for a in each),
        not_counted=tuple(dict.fromkeys(u for a in each for u in a.not_counted)),
        known_to=one.known_to, beyond=one.beyond,
    )  # fmt: skip


def _average(
    ledger: Ledger, measures: tuple[Measure, ...], by: str, on: str, day: datetime.date, definition: str, basis: _Basis
) -> AverageTariff:
    total = float(basis.weights.sum())
    base = _base_rates(ledger.tables, basis, by, day)
    pieces = _pieces(measures, day, by, on, basis)
    if basis.since_2024:
        before = _pieces(measures, REFERENCE_DAY, by, on, basis)
        nothing = np.zeros(len(basis.sectors))
        pieces = {k: pieces.get(k, nothing) - before.get(k, nothing) for k in (*pieces, *(b for b in before if b not in pieces))}
    parts = {k: float(basis.weights @ v) / total for k, v in pieces.items()}
    parts = dict(sorted(((k, v) for k, v in parts.items() if abs(v) > 1e-12), key=lambda p: -abs(p[1])))
    paying = np.zeros(len(basis.sectors))
    for v in pieces.values():
        paying = np.maximum(paying, np.abs(v) > 1e-9)
    level = float(basis.weights @ base) / total
    value = level + sum(parts.values())
    unknown = still_unknown(measures, day)
    held = value
    if unknown:
        names = {m.id for m in unknown}
        opened = tuple(m.model_copy(update={"unknown_from": None, "suspended": ()}) if m.id in names else m for m in measures)
        held = value + sum(
            float(basis.weights @ v) / total for v in _pieces(opened, day, by, on, basis).values()
        ) - sum(float(basis.weights @ v) / total for v in _pieces(measures, day, by, on, basis).values())  # fmt: skip
    return AverageTariff(
        value, by=by, on=on, date=day, definition=definition, meaning=DEFINITIONS[definition], base=level, pieces=parts,
        covered=min(100.0, 100 * float(basis.weights @ paying) / total),
        unknown=tuple(m.id for m in unknown), if_unknown_hold=held,
        unmapped=unmapped_pct() if {by, on} == set(OWN_PAIR) and by == "USA" and definition != "simple" else 0.0,
        not_counted=tuple(
            m.id for m in in_force(_aimed(ledger, by, on), day) if not m.modelled and not (basis.since_2024 and m.in_baseline)
        ),
        known_to=ledger.known_to, beyond=ledger.beyond_knowledge(day),
    )  # fmt: skip


def _turns(
    ledger: Ledger, by: str, on: str, definition: str, first: datetime.date
) -> tuple[set[datetime.date], Callable[[datetime.date], AverageTariff]]:
    """Days on which the law turns, and the average of a day."""
    if definition == "collected":
        return set(), lambda day: _collected(ledger, by, on, day)
    basis = _basis(ledger.tables, by, on, definition, first)
    measures = () if definition == "ordinary" else _relevant(ledger, by, on, basis)
    cuts = {d for m in measures for d in turning_days(m)}
    if basis.ordinary and by != "USA" and ledger.tables is not None:
        cuts |= set(_ordinary(str(ledger.tables))["from"])
    if definition in MONTHLY:
        return cuts, lambda day: average_tariff(ledger, by, on, day, definition)
    return cuts, lambda day: _average(ledger, measures, by, on, day, definition, basis)


def daily_series(
    ledger: Ledger, by: str, on: str, start: str | datetime.date, end: str | datetime.date, definition: str | None = None
) -> pd.DataFrame:
    """One row a day from `start` up to and including `end`: date, by, on, definition, average_pct, base_pct,
    additional_pp, average_if_not_known_hold_pct. Worked out once for each stretch in which nothing changes."""
    first, last = calendar_day(start), calendar_day(end)
    if last < first:
        raise InputError(refusal("policy", "series_backwards", last=last, first=first))
    if (last - first).days > 40_000:
        raise InputError(refusal("policy", "series_too_long"))
    if on in group_table():
        raise InputError(refusal("policy", "group_series", members=", ".join(_members(on))))
    probe = average_tariff(ledger, by, on, first, definition)
    cuts, fresh = _turns(ledger, by, on, probe.definition, first)
    current, rows = probe, []
    for n in range((last - first).days + 1):
        day = first + datetime.timedelta(days=n)
        if n and (day in cuts or (probe.definition in MONTHLY and day.day == 1)):
            current = fresh(day)
        rows.append((day, float(current), current.base, float(current) - current.base, current.if_unknown_hold))
    frame = pd.DataFrame(rows, columns=["date", "average_pct", "base_pct", "additional_pp", "average_if_not_known_hold_pct"])
    frame.insert(1, "by", by)
    frame.insert(2, "on", on)
    frame.insert(3, "definition", probe.definition)
    return frame
