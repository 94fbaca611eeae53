"""A dated measure: who does what to whose trade, how much of it, from when to when, on which authority, says who.

A measure is a statement of law, not of effect. Its status on a day is worked out in `policy.timing`, the sum of all
measures on a flow in `policy.stacking`; nothing here looks at a calendar beyond checking that a measure's own dates
are in order. Intervals are half-open: a measure runs on [effective, expires) and rests on [from, to).

Some fields serve ledgers that run on past what their author knows: `confirmed: false` marks an act no second source
bears out, `unknown_from` the day after which nothing we have read says whether the measure holds, `act_seen: false` what
has been announced and stands in no legal text we have found, so that it is not in force. `act` is the number of the legal
instrument (or says that none was found), `last_reviewed` the day the row was last held against its sources. `clock` is the
time of day, on the implementer's own clock, at which it bites; `yields_to` names duties that take its place where both
would fall (the mirror of `replaces`).

Some fields serve one kind of measure. `flow: exports` puts the cost of a non-tariff measure on what `by` sells (an export
licence), not on what it buys. `quota_pct` makes a duty a tariff quota: so much of the reference quantity of each partner, in
percent, enters at `within_pct`, what is beyond it at `rate_pct`. `revenue_to: exporter` makes a duty a price undertaking: the
price rises by `rate_pct`, and those who sell keep it; the duties it stands for go into `replaces`.

Rates are percentage points of customs value (`rate_pct: 24` is 24 pp); coverage is the share (0 to 1) of a sector's
trade that pays. Classifications: Global Trade Alert intervention types (https://globaltradealert.org) and the chapters
of UNCTAD's International Classification of Non-Tariff Measures (MAST), 2019.

>>> from datetime import date
>>> m = Measure(id="x", title="Ten points on all goods", by="USA", on=["CHN"], instrument="tariff", rate_pct=10,
...             effective=date(2025, 4, 5), sources=["s1"])
>>> m.rate_points("CHN"), m.share("CHN", "ELE")
(10.0, 1.0)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from detente.checks import FIRST_DAY, LAST_DAY
from detente.policy.reading import placed
from detente.words import refusal
from detente.words.names import group_table, region_table

LEAST_COST = -50.0
"""Least cost of a non-tariff measure, percent: bringing goods in cannot save more than half of what they are worth."""
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def readable(text: str) -> str:
    """Refuse what no reader sees or what a file cannot carry: blanks alone, control characters, reversed writing."""
    if not text.strip():
        raise ValueError(refusal("policy", "only_blanks"))
    for c in text if not text.isprintable() else "":
        if (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or c in _BIDI or ord(c) & 0xFFFE == 0xFFFE:
            raise ValueError(refusal("policy", "control_character", code=f"{ord(c):04X}"))
    return text


def _in_ledger(number: str) -> str:
    """Refuse a number that no assumption of the ledger has."""
    from detente.policy.assumptions import assumption

    try:
        assumption(number)
    except LookupError as error:
        raise ValueError(str(error)) from None
    return number


Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
RegionCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
SectorCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
Text = Annotated[str, Field(min_length=1, max_length=6000), AfterValidator(readable)]
AssumptionNumber = Annotated[str, Field(pattern=r"^A\d+$"), AfterValidator(_in_ledger)]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=-100, le=2000)]
Withheld = Annotated[float, Field(ge=0, le=100)]
_LEDGER_FIELDS = frozenset({"products", "yields_to", "confirmed", "clock", "unknown_from", "act", "act_seen", "last_reviewed"})
_OF_ONE_KIND = frozenset({"flow", "quota_pct", "within_pct", "revenue_to"})
CHANGED = "changed"
"""Validation context of a measure that a change has made from another."""
DEFAULT = "default"
"""Key of a coverage map that stands for every sector not named."""


def by_key(value: object) -> object:
    """A map with its entries in the order of their keys, maps within it too; whatever else as it is."""
    if isinstance(value, dict):
        return {k: by_key(value[k]) for k in sorted(value, key=str)}
    return [by_key(v) for v in value] if isinstance(value, list) else value


class Strict(BaseModel):
    """Base of every part of a dossier: no unknown keys, no changes after loading, no infinite numbers.

    Maps are kept in the order of their keys: the same content has one answer, in whatever order it was written down. So
    `set: {coverage.MET: 0.3, coverage: 1}` sets the whole map first, then its entry.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)

    @model_validator(mode="after")
    def _in_our_time(self) -> Self:
        for name, value in self:
            if isinstance(value, dict):
                self.__dict__[name] = by_key(value)
            if isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
                told = type(self).model_fields[name].alias or name
                raise ValueError(
                    refusal("policy", "not_in_our_time", field=repr(told), day=value, first=FIRST_DAY.year, last=LAST_DAY.year)
                )
        return self


def no_bool(value: object) -> object:
    """Refuse `true` where a number is wanted."""
    if isinstance(value, bool):
        raise ValueError(refusal("policy", "number_wanted"))
    return value


def one_or_many(kind: Any) -> BeforeValidator:
    """Where a list of names of `kind` is wanted, one name may stand without brackets."""
    return BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value, json_schema_input_type=kind | tuple[kind, ...]
    )


def _map_or_one(value: Any) -> str:
    return "by_name" if isinstance(value, Mapping) else "one"


def _code_form(value: Any) -> str:
    return "word" if isinstance(value, str) and value == "all" else "list"


class InstrumentKind(StrEnum):
    """What a measure does to trade."""

    TARIFF = "tariff"
    EXPORT_CONTROL = "export_control"
    EMBARGO = "embargo"
    NON_TARIFF = "non_tariff"
    PURCHASE = "purchase"
    OTHER = "other"


class Base(StrEnum):
    """How a duty meets other duties on the same flow."""

    ADDITIVE = "additive"
    REPLACES = "replaces"
    FLOOR = "floor"
    CAP = "cap"


class HowEnded(StrEnum):
    """Why a measure stopped."""

    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    STRUCK_DOWN = "struck_down"
    REPLACED = "replaced"


class HowRested(StrEnum):
    """Why a measure does not bite for a while: by its own government's hand, or a court's."""

    SUSPENDED = "suspended"
    STAYED = "stayed"


Codes = Annotated[
    Annotated[Literal["all"], Tag("word")] | Annotated[tuple[RegionCode, ...], one_or_many(RegionCode), Tag("list")],
    Discriminator(_code_form),
]
Number = Annotated[Points, BeforeValidator(no_bool)]
RateMap = Annotated[
    Annotated[Number, Tag("one")] | Annotated[dict[RegionCode, Number], Tag("by_name")], Discriminator(_map_or_one)
]
WithheldNumber = Annotated[Withheld, BeforeValidator(no_bool)]
WithheldMap = Annotated[
    Annotated[WithheldNumber, Tag("one")] | Annotated[dict[RegionCode, WithheldNumber], Tag("by_name")],
    Discriminator(_map_or_one),
]
ShareNumber = Annotated[Share, BeforeValidator(no_bool)]
SectorShares = dict[SectorCode | Literal["default"], ShareNumber]
CoverageMap = Annotated[Annotated[ShareNumber, Tag("one")] | Annotated[SectorShares, Tag("by_name")], Discriminator(_map_or_one)]


class Except(Strict):
    """All goods but these."""

    exempt: tuple[SectorCode, ...] = Field(alias="except", min_length=1)


def _sector_form(value: Any) -> str:
    if isinstance(value, Mapping | Except):
        return "except"
    return "word" if isinstance(value, str) and value in ("goods", "services", "all") else "list"


SectorSpec = Annotated[
    Annotated[Literal["goods", "services", "all"], Tag("word")]
    | Annotated[tuple[SectorCode, ...], one_or_many(SectorCode), Tag("list")]
    | Annotated[Except, Tag("except")],
    Discriminator(_sector_form),
]


class Interval(Strict):
    """Half-open [from, to); an open end means until further notice. `how`: suspended, or stayed by a court or regulator."""

    start: date = Field(alias="from")
    to: date | None = None
    how: HowRested = HowRested.SUSPENDED

    @model_serializer(mode="wrap")
    def _as_it_was(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        return {k: v for k, v in dumped.items() if k != "how" or "how" in self.model_fields_set}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.to is not None and self.to <= self.start:
            raise ValueError(refusal("policy", "interval_backwards", end=self.to, start=self.start))
        return self

    def contains(self, day: date) -> bool:
        """Whether `day` lies in [from, to)."""
        return self.start <= day and (self.to is None or day < self.to)


class Products(Strict):
    """What a measure reaches, in the words and codes of its own list; `vintage` is the edition of the nomenclature."""

    system: Literal["HS", "HTS", "ISIC", "text"]
    vintage: Annotated[str, Field(pattern=r"^\d{4}$")] | None = None
    codes: tuple[Annotated[str, Field(pattern=r"^[0-9A-Z.]{1,12}$")], ...] = ()
    text: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.codes and self.text is None:
            raise ValueError(refusal("policy", "products_silent"))
        if self.codes and self.system != "text" and self.vintage is None:
            raise ValueError(refusal("policy", "products_vintage", system=self.system))
        return self


class Ended(Strict):
    """The day a measure stopped, and how; `by` names the measure that took its place."""

    date: date
    how: HowEnded
    by: Identifier | None = None

    @model_validator(mode="after")
    def _replaced_by_something(self) -> Self:
        if (self.how is HowEnded.REPLACED) != (self.by is not None):
            raise ValueError(refusal("policy", "replaced_by"))
        return self

    @model_serializer(mode="wrap")
    def _as_it_was(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        return {k: v for k, v in dumped.items() if k != "by" or v is not None}


class Measure(Strict):
    """One government act on trade, with its dates, reach and sources. See the module docstring for units."""

    id: Identifier
    title: Text
    by: RegionCode
    on: Codes
    except_on: Annotated[tuple[RegionCode, ...], one_or_many(RegionCode)] = ()
    instrument: InstrumentKind
    rate_pct: RateMap | None = None
    base: Base = Base.ADDITIVE
    replaces: tuple[Identifier, ...] = ()
    coverage: CoverageMap = 1.0
    coverage_by_partner: dict[RegionCode, CoverageMap] = Field(default={})
    sectors: SectorSpec = "goods"
    withhold_pct: WithheldMap | None = None
    rent: Literal["kept", "lost"] = "kept"
    cost_pct: RateMap | None = None
    flow: Literal["imports", "exports"] = "imports"
    quota_pct: Annotated[float, Field(gt=0, le=10_000), BeforeValidator(no_bool)] | None = None
    within_pct: Number = 0.0
    revenue_to: Literal["importer", "exporter"] = "importer"
    growth_pct: Annotated[float, Field(gt=-100, le=10_000), BeforeValidator(no_bool)] | None = None
    value_musd: Annotated[float, Field(gt=0), BeforeValidator(no_bool)] | None = None
    announced: date | None = None
    effective: date | None = None
    expires: date | None = None
    suspended: tuple[Interval, ...] = ()
    threatened: bool = False
    would_take_effect: date | None = None
    ended: Ended | None = None
    exclusive_group: Identifier | None = None
    in_baseline: bool = False
    modelled: bool = True
    why_not: Text | None = None
    authority: Text | None = None
    gta_type: Text | None = None
    mast: Annotated[str, Field(pattern=r"^[A-P]$")] | None = None
    conditions: Text | None = None
    assumptions: tuple[AssumptionNumber, ...] = ()
    sources: tuple[Identifier, ...] = Field(min_length=1)
    note: Text | None = None
    products: Products | None = None
    yields_to: tuple[Identifier, ...] = ()
    confirmed: bool = True
    clock: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    unknown_from: date | None = None
    act: Text | None = None
    act_seen: bool = True
    last_reviewed: date | None = None

    @model_serializer(mode="wrap")
    def _without_empty_ledger_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A dump leaves out what only ledgers or single kinds use where it is not given, so that it is what it was."""
        dumped: dict[str, Any] = handler(self)
        return {k: v for k, v in dumped.items() if k not in _LEDGER_FIELDS | _OF_ONE_KIND or k in self.model_fields_set}

    @field_validator("on", "sectors")
    @classmethod
    def _names_something(cls, value: Any) -> Any:
        if value == ():
            raise ValueError(refusal("policy", "reaches_nothing"))
        return value

    @field_validator("cost_pct")
    @classmethod
    def _costs_are_possible(cls, value: Any) -> Any:
        for cost in value.values() if isinstance(value, dict) else () if value is None else (value,):
            if cost < LEAST_COST:
                raise ValueError(refusal("policy", "cost_too_low", cost=f"{cost:g}", least=f"{LEAST_COST:g}"))
        return value

    @model_validator(mode="after")
    def _is_not_about_itself(self) -> Self:
        several = len(region_table().get(self.by, {}).get("members", ())) > 1  # its economies may burden each other
        if self.on != "all" and self.by in self.on and not several:
            raise placed(("on",), refusal("policy", "on_itself", by=self.by))
        for name, table in self._maps().items():
            if self.by in table and not several:
                raise placed((name, self.by), refusal("policy", "map_on_itself", field=repr(name), by=self.by))
        return self

    @model_validator(mode="after")
    def _maps_name_somebody(self) -> Self:
        """A map by partner names at least one of those the measure is on, by its code or by a group's."""
        for name, table in self._maps().items():
            if not any(self._reaches(code) for code in table):
                raise placed((name,), refusal("policy", "names_nobody", field=repr(name), named=", ".join(table)))
        return self

    def _maps(self) -> dict[str, Mapping[str, Any]]:
        """The maps partner -> number that are given, by field."""
        names = ("rate_pct", "withhold_pct", "cost_pct", "coverage_by_partner")
        given = {name: getattr(self, name) for name in names}
        return {k: v for k, v in given.items() if isinstance(v, dict) and (v or k != "coverage_by_partner")}

    def _reaches(self, code: str) -> bool:
        """Whether the measure may bear on `code` or, where it is a group, on one of its members."""
        own = _members([code])
        wanted = None if self.on == "all" else _members(self.on)
        if own is None or (wanted is not None and not own & wanted):
            return own is None
        left = own if wanted is None else own & wanted
        spared = _members(self.except_on)
        return spared is not None and bool(left - spared)

    @model_validator(mode="after")
    def _parts_fit(self, info: ValidationInfo) -> Self:
        """What is written in one place; a change may move the rest of a measure away from it (see `policy.changes`)."""
        if info.context == CHANGED:
            return self
        wanted = None if self.on == "all" else _members(self.on)
        for name, table in self._maps().items():
            for partner in table:
                own = _members([partner])
                if own is not None and wanted is not None and not own & wanted:
                    raise placed((name, partner), refusal("policy", "partner_not_reached", field=repr(name), partner=partner))
        for rest in self.suspended:
            if (self.start and rest.to and rest.to <= self.start) or (self.stop and rest.start >= self.stop):
                raise ValueError(
                    refusal("policy", "suspended_outside", begins=rest.start, start=self.start, stop=self.stop or "open")
                )
        return self

    @model_validator(mode="after")
    def _instrument_has_its_number(self) -> Self:
        if not self.modelled:
            if not self.why_not:
                raise ValueError(refusal("policy", "measure_why_not"))
            return self
        wanted = {
            InstrumentKind.TARIFF: ("rate_pct", self.rate_pct),
            InstrumentKind.EXPORT_CONTROL: ("withhold_pct", self.withhold_pct),
            InstrumentKind.NON_TARIFF: ("cost_pct", self.cost_pct),
        }.get(self.instrument)
        if self.instrument is InstrumentKind.PURCHASE and (self.growth_pct is None) == (self.value_musd is None):
            raise ValueError(refusal("policy", "promise_size"))
        if wanted is not None and wanted[1] is None:
            raise ValueError(refusal("policy", "number_missing", kind=self.instrument.value, field=repr(wanted[0])))
        if self.instrument is InstrumentKind.OTHER:
            raise ValueError(refusal("policy", "other_modelled"))
        return self

    @model_validator(mode="after")
    def _fields_of_one_kind(self) -> Self:
        """What says something only of some measures stands only there: nothing is passed over in silence."""
        plain = self.instrument is InstrumentKind.TARIFF and self.base is Base.ADDITIVE
        if self.flow == "exports" and self.instrument is not InstrumentKind.NON_TARIFF:
            raise placed(("flow",), refusal("policy", "flow_of_what", kind=self.instrument.value))
        if self.revenue_to == "exporter" and not plain:
            raise placed(("revenue_to",), refusal("policy", "undertaking_of_what"))
        if self.quota_pct is None:
            if self.within_pct != 0:
                raise placed(("within_pct",), refusal("policy", "within_what"))
            return self
        if not plain:
            raise placed(("quota_pct",), refusal("policy", "quota_of_what"))
        if self.revenue_to == "exporter":
            raise placed(("revenue_to",), refusal("policy", "quota_undertaking"))
        rates = self.rate_pct.values() if isinstance(self.rate_pct, dict) else () if self.rate_pct is None else (self.rate_pct,)
        if self.modelled and any(rate <= self.within_pct for rate in rates):
            raise placed(
                ("within_pct",), refusal("policy", "within_not_below", within=f"{self.within_pct:g}", above=f"{min(rates):g}")
            )
        return self

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.threatened:
            if self.effective is not None:
                raise ValueError(refusal("policy", "threat_effective"))
        elif self.effective is None and self.act_seen:
            raise ValueError(refusal("policy", "effective_missing"))
        elif self.would_take_effect is not None:
            raise ValueError(refusal("policy", "threat_date"))
        start = self.effective or self.would_take_effect
        if self.announced and start and self.announced > start:
            raise ValueError(refusal("policy", "announced_late", announced=self.announced, start=start))
        for name, day in (("expires", self.expires), ("ended.date", self.ended.date if self.ended else None)):
            called_off = self.threatened and name == "ended.date"  # a threat may be called off before it is due
            if day and start and day <= start and not called_off:
                raise ValueError(refusal("policy", "ends_before_start", field=repr(name), day=day, start=start))
        if self.unknown_from and start and self.unknown_from <= start:
            raise ValueError(refusal("policy", "unknown_before_start", unknown_from=self.unknown_from, start=start))
        rests = sorted(self.suspended, key=lambda s: s.start)
        for first, second in pairwise(rests):
            if first.to is None or first.to > second.start:
                raise ValueError(refusal("policy", "suspensions_overlap", day=second.start))
        return self

    @property
    def start(self) -> date | None:
        """Day the measure bites: `effective`, or for a threat `would_take_effect`."""
        return self.effective or self.would_take_effect

    @property
    def stop(self) -> date | None:
        """First day the measure no longer holds for good, or None where no end is set."""
        ends = [d for d in (self.expires, self.ended.date if self.ended else None) if d is not None]
        return min(ends) if ends else None

    def rate_points(self, partner: str) -> float:
        """Duty in percentage points on `partner` (0 where the rate map does not name it)."""
        return _lookup(self.rate_pct, partner)

    def withheld_pct(self, partner: str) -> float:
        """Percent of the baseline quantity withheld from `partner` (0 where not named)."""
        return _lookup(self.withhold_pct, partner)

    def cost_points(self, partner: str) -> float:
        """Ad valorem equivalent, percentage points, of a non-tariff measure on `partner`."""
        return _lookup(self.cost_pct, partner)

    def share(self, partner: str, sector: str) -> float:
        """Share (0 to 1) of trade with `partner` in `sector` that the measure reaches."""
        own = self.coverage_by_partner.get(key_of(self.coverage_by_partner, partner))
        if isinstance(own, float):
            return own
        if own is not None and (sector in own or DEFAULT in own):
            return own.get(sector, own.get(DEFAULT, 1.0))
        if isinstance(self.coverage, float):
            return self.coverage
        return self.coverage.get(sector, self.coverage.get(DEFAULT, 1.0))

    def named_regions(self) -> Iterator[str]:
        """Every region or group code the measure mentions."""
        yield self.by
        yield from () if self.on == "all" else self.on
        yield from self.except_on
        for table in (self.rate_pct, self.withhold_pct, self.cost_pct):
            if isinstance(table, dict):
                yield from table
        yield from self.coverage_by_partner

    def named_sectors(self) -> Iterator[str]:
        """Every sector code the measure mentions."""
        if isinstance(self.sectors, Except):
            yield from self.sectors.exempt
        elif not isinstance(self.sectors, str):
            yield from self.sectors
        for table in (self.coverage, *self.coverage_by_partner.values()):
            if isinstance(table, dict):
                yield from (k for k in table if k != DEFAULT)


def _members(codes: Iterable[str]) -> set[str] | None:
    """The economies that regions and groups stand for, by name; None for all there are."""
    found: set[str] = set()
    for code in codes:
        members = group_table().get(code, {}).get("members", ())
        if members == "all":
            return None
        found |= {code, *members}
    return found


def key_of(table: Mapping[str, Any] | float | None, partner: str) -> str:
    """Key of `table` that speaks for `partner`: itself, else the first group it belongs to, else itself."""
    if not isinstance(table, Mapping) or partner in table:
        return partner
    for group, entry in group_table().items():
        if group in table and (entry["members"] == "all" or partner in entry["members"]):
            return group
    return partner


def _lookup(table: float | dict[str, float] | None, partner: str) -> float:
    if table is None:
        return 0.0
    return float(table.get(partner, 0.0)) if isinstance(table, dict) else float(table)


def same_duty(first: Measure, second: Measure) -> bool:
    """Whether two measures state one act twice: equal in all but name and words, on some of the same economies, from one day.

    Two acts of one day and size tell themselves apart by their `authority`, their `products` or their `exclusive_group`, or by
    saying that one replaces or yields to the other. Steps that begin on different days may add up, and are no such pair.
    """
    return _alike(first, second, _OF_A_DUTY)


def may_be_a_step(first: Measure, second: Measure) -> bool:
    """Whether a later duty without an end may be meant to take the place of an earlier one that has none either.

    Both count as they stand, and add up: what distinguishes them is the day and the rate alone.
    """
    steps = tuple(name for name in _OF_A_DUTY if name not in ("rate_pct", "start"))
    days = first.start, second.start
    begun = None not in days and days[0] != days[1] and first.stop is None and second.stop is None
    plain = first.instrument is InstrumentKind.TARIFF and first.base is Base.ADDITIVE and first.exclusive_group is None
    return begun and plain and not first.threatened and _alike(first, second, steps)


def _alike(first: Measure, second: Measure, names: tuple[str, ...]) -> bool:
    """Whether two measures that count are equal in `names`, not told apart otherwise, and share a partner."""
    counted = all(m.modelled and not m.in_baseline for m in (first, second))
    linked = first.id in (*second.replaces, *second.yields_to) or second.id in (*first.replaces, *first.yields_to)
    if not counted or linked or any(getattr(first, name) != getattr(second, name) for name in names):
        return False
    for name in ("authority", "products"):
        ours, theirs = getattr(first, name), getattr(second, name)
        if ours is not None and theirs is not None and ours != theirs:
            return False
    a, b = (None if m.on == "all" else _members(m.on) for m in (first, second))
    both = a if b is None else b if a is None else a & b
    return both is None or bool(both - (_members((*first.except_on, *second.except_on)) or set()))


_OF_A_DUTY = (
    "by", "instrument", "rate_pct", "base", "replaces", "coverage", "coverage_by_partner", "sectors", "withhold_pct", "rent",
    "cost_pct", "growth_pct", "value_musd", "threatened", "start", "exclusive_group", *sorted(_OF_ONE_KIND),
)  # fmt: skip
