"""What the replies of the API look like, for its description: documentation that tests hold the replies against.

>>> sorted(Change.model_fields)[:3]
['by', 'mean_pct_after', 'mean_pct_before']
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from detente.cases.baselines import Baseline
from detente.words import say


class Told(BaseModel):
    """A part of a reply."""

    model_config = ConfigDict(extra="forbid")


class Row(Told):
    """What happens to one economy, against the baseline: percent, million USD a year; ranges null until asked for."""

    region: str
    name: str
    real_income_pct: float
    low: float | None
    high: float | None
    ev_musd: float = Field(description=say("web/api", "ev_musd"))
    consumer_prices_pct: float
    consumer_prices_local_pct: float
    tariff_revenue_musd: float = Field(description=say("web/api", "tariff_revenue_musd"))
    exports_pct: float


class Change(Told):
    """Mean duty of one party on another's goods, percent, weighted by the table's trade: in the status quo, and after."""

    by: str
    on: str
    mean_pct_before: float
    mean_pct_after: float


class Bound(Told):
    """A bound on trade: the share withheld (null for a promise to buy) and what a licence is worth over the price, percent."""

    by: list[str]
    on: list[str]
    sector: list[str]
    what: Literal["withheld", "at least"]
    withheld_pct: float | None
    licence_worth_pct: float
    binding: bool
    rent_to: str


class Segment(BaseModel):
    """A part of a sentence; a figure carries the id of its number."""

    text: str
    number: str | None = None


class NumberView(Told):
    """A number behind a figure: value and ends of its range (null until worked out), its unit, and what may be said of it."""

    value: float
    low: float | None
    high: float | None
    unit: Literal["percent", "usd", "household", "jobs", "chance"]
    label: str
    region: str | None
    indicator: str
    text: str
    said: str = Field(description=say("web/api", "said"))
    sign: Literal["gain", "loss", "wide", "open", "flat"]


class ToldAnswer(BaseModel):
    """An answer in sentences. Ids of numbers are UNIT.REGION, and chance.SCENARIO for odds."""

    hash: str
    title: str
    headline: list[Segment]
    second: list[Segment]
    numbers: dict[str, NumberView]
    dials: list[dict[str, Any]]
    scenarios: list[dict[str, Any]]
    bars: dict[str, Any]
    notes: list[dict[str, str]]
    unit: Literal["percent", "usd", "household", "jobs"]
    units: dict[str, str]
    basis: Baseline
    against: str
    as_of: date
    when: str
    horizon: str
    policy_date: date
    waits: list[Literal["ranges", "odds", "published"]]


class Why(BaseModel):
    """Why a number is what it is. Parts add up to it; of a chance, what it hangs on and the dates by which it may come."""

    number: str
    value: float
    low: float | None
    high: float | None
    unit: Literal["percent", "usd", "household", "jobs", "chance"]
    text: list[str]
    measures: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    sectors: list[dict[str, Any]] = []
    range: dict[str, Any] | None = None
    who_pays: dict[str, Any] | None = None
    published: list[dict[str, Any]] = []
    citation: dict[str, Any] | None = None


class OneSet(BaseModel):
    """The one set of odds; empty where the dossier names no forks."""

    ends: dict[str, Any]
    forks: dict[str, Any]
    inputs: dict[str, Any]
    own: str
    until: date | None
    text: list[str]


class SectorRow(Told):
    """Output and employment of one sector, percent."""

    sector: str
    name: str
    output_pct: float
    employment_pct: float


class Answer(Told):
    """The equilibrium of a state against its baseline."""

    hash: str
    title: str
    headline: list[Row]
    world_real_income_pct: float
    mutual_trade_pct: float = Field(description=say("web/api", "mutual_trade_pct"))
    duties: list[Change]
    controls: list[Bound]
    sectors: dict[str, list[SectorRow]]
    horizon: str
    policy_date: date
    against: str
    baseline: Baseline
    lever_values: dict[str, float] = Field(description=say("web/api", "lever_values"))
    moved: list[str]
    status: Literal["converged"]
    residual: float
    sweeps: int
    cached: bool
    seconds: float


class Range(Told):
    """Lowest, central and highest real income of an economy, percent."""

    region: str
    low: float
    central: float
    high: float


class Ranges(Told):
    """Real income over the ranges of the horizon's parameters."""

    hash: str
    regions: list[Range]
    world: dict[str, float]
    variants: list[str]
    what: str


class DriverView(Told):
    """One moved measure and its part of real income, points, by economy (WORLD for the world)."""

    lever: str
    part_pct: dict[str, float]


class Drivers(Told):
    """What each moved measure contributes; parts and `together` add up to `total`."""

    hash: str
    drivers: list[DriverView]
    together: dict[str, float]
    total: dict[str, float]
    what: str


class Column(Told):
    """A state of a comparison."""

    hash: str
    title: str
    horizon: str
    against: str


class Values(Told):
    """One economy, a value a state; in a unit of the answer also the ends of its range and what is printed."""

    region: str
    name: str
    values: list[float]
    low: list[float | None] | None = None
    high: list[float | None] | None = None
    texts: list[str] | None = None


class Table(Told):
    """One indicator of several states."""

    indicator: str
    name: str
    unit: str
    columns: list[Column]
    rows: list[Values]


class Affected(Told):
    """The trade a lever reaches."""

    trade_musd: float | None
    what: str


class LeverView(Told):
    """A number that may be moved."""

    id: str
    label: str
    party: str
    group: Literal["tariff", "control", "purchase", "date", "other"]
    unit: str
    min: float
    max: float
    step: float
    status_quo: float
    by_scenario: dict[str, float]
    measures: list[str]
    affected: Affected


class DossierView(BaseModel):
    """A dossier as the page shows it; parts not listed here are free-form. The short view has no timeline, measures, sources."""

    id: str
    title: str
    summary: str
    as_of: date
    venue: dict[str, Any]
    parties: list[dict[str, Any]]
    bystanders: list[dict[str, Any]]
    scenarios: list[dict[str, Any]]
    opens_with: str | None
    colours: dict[str, str]
    deadlines: list[dict[str, Any]]
    levers: list[LeverView]
    key_questions: list[dict[str, Any]]
    timeline: dict[str, Any] = {}
    measures: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []


class ReadDossier(Told):
    """A dossier that was given as text: how it looks, and its content for a state."""

    view: DossierView
    content: dict[str, Any]


class Region(Told):
    """An economy of the default world."""

    code: str
    name: str
    group: str | None
    tile: list[int] | None


class Listed(BaseModel):
    """Something to choose."""

    id: str | None = None
    code: str | None = None


class Catalogue(BaseModel):
    """Everything there is to choose from."""

    version: str
    dossiers: list[Listed]
    worlds: list[str]
    horizons: list[Listed]
    regions: list[Region]
    sectors: list[Listed]
    limits: dict[str, float]


class LinkView(Told):
    """A short link: its id, its path on this server, how long it is kept, in days and in words."""

    id: str
    path: str
    days: int
    expires: str


class EmbedView(Told):
    """A figure put up to be framed: its path, the HTML that frames it, its files, how long it is kept."""

    id: str
    path: str
    html: str
    files: dict[str, str]
    days: int
    expires: str


class Finding(BaseModel):
    """One thing read in a text, and where: text[start:end] are its words."""

    text: str
    start: int
    end: int
    kind: str
    confidence: float
    reason: str


class ReadArticle(BaseModel):
    """What was found in a news text, a draft dossier, and what the draft still lacks."""

    yaml: str
    findings: list[Finding]
    content: dict[str, Any] | None
    problems: list[str]
    notes: list[str]


class JobView(BaseModel):
    """A job: progress from 0 to 1, seconds left where they can be told; the files of a finished one."""

    id: str
    kind: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float
    message: str
    error: str | None
    eta_s: float | None
    attempts: int
    files: list[str] | None = None
    cached: bool | None = None


class Drawn(Told):
    """A still chart for a page: its words, and the drawing as SVG in the page's own colours."""

    title: str
    subtitle: str
    note: str
    alt: str
    svg: str


class Problem(BaseModel):
    """An error: its name, a sentence that says what to try, and the field or name it is about."""

    error: str
    message: str
    where: str | None


WORDS = {
    code: say("web/api", f"status_{code}") for code in (400, 401, 403, 404, 408, 409, 410, 413, 415, 421, 422, 429, 503, 504)
}
"""What a refusal means, by its status."""
ANYWHERE = (400, 401, 403, 408, 413, 415, 421, 422, 429, 503, 504)


def replies(model: type[BaseModel] | None = None, *more: int, **others: Any) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation: what it gives, and every way it may refuse."""
    good: dict[int | str, dict[str, Any]] = (
        {} if model is None else {200: {"model": model, "description": say("web/api", "asked_for")}}
    )
    return (
        good
        | {code: {"model": Problem, "description": WORDS[code]} for code in sorted({*ANYWHERE, *more})}
        | others.get("also", {})
    )
