"""Customs panels: imports and duty by origin, industry and month, shipped with the package or read from a file.

A published file (CSV or CSV.gz with the header `origin,naics3,month,imports,duty`, USD, months as 2024-05; or a Parquet of the
same columns) lists economies and sums of economies. What is read from it counts every dollar once:

    economies            as they stand, by ISO 3166 code
    EU-rest              the row of the European Union less its members that have rows of their own
    rest                 the total less all of these
    USMCA, EU, total     no rows in the frame: they are sums of others, and checked against them

A file is taken whole or refused with `BadPanel`, which gives the row. Refused are unknown origins and industries, months that are
none, doubled rows, empty, negative or non-numeric cells, a month missing between others, an economy without one of the months,
sums that do not add up, and mixed units: the imports of an origin in a month are compared with its other months, and those of an
origin with the shipped panel, and what is thirty times off is in another unit. A cell without a row is no trade.

>>> panel = load_panel()
>>> panel.months[0], panel.months[-1], len(panel.origins), len(panel.industries)
('2016-01', '2024-12', 32, 32)
>>> round(float(panel.frame.query("origin == 'CHN' and month >= '2024-01'")["imports"].sum()) / 1e9)
429
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.errors import BadPanel, UnknownName, UnknownSector, nearest
from detente.extras import need
from detente.files import data_folder, write
from detente.words import refusal
from detente.words.currency import DOLLAR
from detente.words.names import region_table
from detente.world.world import World

DEFAULT = "us-imports-naics3"
COLUMNS = ("origin", "naics3", "month", "imports", "duty")
"""Header of a published file of imports."""
REST, EU_REST = "rest", "EU-rest"
UNMAPPED = "other"
"""Goods that belong to no sector: scrap, used goods, goods returned, special provisions."""
ENDINGS = (".csv", ".csv.gz", ".parquet")
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"-?\d+(\.\d*)?([eE][+-]?\d+)?")
OTHER_UNIT = 30.0
"""Imports this many times off are in another unit: in 2016–2024 no origin's month was more than 2.5 times off its neighbours."""
OFF_SUM = 0.01
"""Part of a sum by which its parts may be off it: later revisions of one row and not of the other."""


@dataclass(frozen=True)
class Panel:
    """Trade of one economy by partner, industry and month, USD, every dollar once.

    frame    imports: origin, naics3, month, imports, duty; exports: destination, hs2, month, exports. Sorted, no zeros.
    flow     "imports" or "exports"
    notes    what was found on reading
    """

    name: str
    frame: pd.DataFrame
    flow: str = "imports"
    reporter: str = "USA"
    title: str = ""
    source: str = ""
    link: str = ""
    terms: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def months(self) -> tuple[str, ...]:
        """Months with data, in order, as "2024-05"."""
        return tuple(sorted(self.frame["month"].unique()))

    @property
    def partners(self) -> tuple[str, ...]:
        """Economies at the other end, and what is left of the European Union and the world ("EU-rest", "rest")."""
        return tuple(sorted(self.frame["origin" if self.flow == "imports" else "destination"].unique(), key=_rank))

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the goods come from: the partners of a panel of imports, the reporter of one of exports."""
        return self.partners if self.flow == "imports" else (self.reporter,)

    @property
    def industries(self) -> tuple[str, ...]:
        """NAICS-3 industries, or HS-2 chapters of exports."""
        return tuple(sorted(self.frame["naics3" if self.flow == "imports" else "hs2"].unique()))

    def to_frame(self) -> pd.DataFrame:
        """A copy of the frame."""
        return self.frame.copy()

    def totals(self) -> pd.DataFrame:
        """By month: everything added up, and the part of `rest`, which no economy is known of."""
        value, key = (self.flow, "origin" if self.flow == "imports" else "destination")
        whole = self.frame.groupby("month")[value].sum()
        left = self.frame[self.frame[key] == REST].groupby("month")[value].sum()
        return pd.DataFrame({value: whole, REST: left.reindex(whole.index).fillna(0)})

    def by_sector(self, world: World) -> pd.DataFrame:
        """Columns region, sector, month, imports, duty (USD): the regions and sectors of a world.

        Industries are split over sectors by `concordance`; those of no sector stand under "other". A region of several economies
        holds those of them that the panel has; "rest" stays "rest". Raises `UnknownSector` where the world lacks a sector of the
        concordance.
        """
        if self.flow != "imports":
            raise BadPanel(refusal("world", "panel_by_chapter", name=self.name, flow=self.flow))
        for sector in concordance()["sector"].unique():
            if sector != UNMAPPED and sector not in world.sectors:
                raise UnknownSector(sector, world.sectors)
        found = in_sectors(self.frame)
        found["region"] = found["origin"].map({o: region_of(o, world.regions) for o in self.origins})
        return found.groupby(["region", "sector", "month"], as_index=False)[["imports", "duty"]].sum()


# -- tables --------------------------------------------------------------------------------------------------------------
@cache
def panel_table() -> dict[str, Any]:
    """`panels.yaml`: the shipped panels, origins, groups and industries."""
    return dict(yaml.safe_load(_shipped("panels.yaml").decode()))


@cache
def concordance() -> pd.DataFrame:
    """naics3, origin ("*" for all), sector ("other" for none), share: shares of an industry and origin add up to one."""
    return pd.read_csv(io.BytesIO(_shipped("naics3-sectors.csv")), comment="#", dtype={"naics3": str})


def in_sectors(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of imports by sector instead of industry: every row once for each sector its industry feeds, with its share."""
    table = concordance().rename(columns={"origin": "key"})
    by_origin = set(table.loc[table["key"] != "*", "naics3"])
    found = frame.assign(key=frame["origin"].where(frame["naics3"].isin(by_origin), "*")).merge(table, on=["naics3", "key"])
    for value in ("imports", "duty"):
        found[value] = found[value] * found["share"]
    return found.drop(columns=["key", "share", "naics3"])


def region_of(origin: str, regions: Sequence[str]) -> str:
    """The region that holds an economy of a panel; "rest" where none does.

    >>> region_of("DEU", ("USA", "EU27")), region_of("EU-rest", ("EU27",)), region_of("CHN", ("USA",))
    ('EU27', 'EU27', 'rest')
    """
    if origin in regions:
        return origin
    if origin == EU_REST:
        return "EU27" if "EU27" in regions else REST
    return next((r for r in regions if origin in region_table().get(r, {}).get("members", ())), REST)


def _rank(code: str) -> tuple[int, str]:
    return (2 if code == REST else 1 if code == EU_REST else 0), code


def _shipped(name: str) -> bytes:
    return files("detente").joinpath("data", "panels", name).read_bytes()


# -- loading -------------------------------------------------------------------------------------------------------------
def list_panels() -> tuple[str, ...]:
    """Names that `load_panel` knows: the shipped ones, then those the user added."""
    return (*panel_table()["panels"], *own_panels())


def own_panels() -> dict[str, Path]:
    """Name → file of the panels in the user's data folder."""
    folder = data_folder("panels")
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {_stem(p.name): p for p in found if p.name.endswith(ENDINGS) and not p.name.startswith(".")}


def load_panel(name_or_path: str | os.PathLike[str] = DEFAULT) -> Panel:
    """A shipped panel ("us-imports-naics3", "us-exports-hs2"), one added by `add_panel`, or a file of the published layout.

    Raises `UnknownName`, or `BadPanel` where a file cannot be used as it is; the message gives the row.
    """
    name = os.fspath(name_or_path)
    if name in panel_table()["panels"]:
        return _load_shipped(name)
    own = own_panels()
    if name in own:
        return read_panel(_bytes(own[name]), own[name].name)
    if name.endswith(ENDINGS) or Path(name).exists():
        return read_panel(_bytes(Path(name)), Path(name).name)
    raise UnknownName(name, list_panels(), "panel")


@cache
def _load_shipped(name: str) -> Panel:
    entry = panel_table()["panels"][name]
    need("pyarrow")
    frame = pd.read_parquet(io.BytesIO(_shipped(f"{name}.parquet")))
    frame = frame.astype(dict.fromkeys(frame.columns[:3], str))
    return Panel(name, frame, **{k: entry[k] for k in ("flow", "reporter", "title", "source", "link", "terms")})


def add_panel(path: str | os.PathLike[str], name: str | None = None, *, force: bool = False) -> tuple[Panel, Path]:
    """Check a file and copy it whole into the user's data folder; `load_panel` finds it there by its own name unless given one.

    Raises `BadPanel` for a file that cannot be used, for a shipped name, and for a name that is there already unless `force`.
    """
    source = Path(path)
    body = _bytes(source)
    found = read_panel(body, source.name)
    ending = next(e for e in ENDINGS[::-1] if source.name.endswith(e))
    chosen = _stem(source.name) if name is None else name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", chosen):
        raise BadPanel(refusal("world", "panel_name", name=repr(chosen)))
    if chosen in panel_table()["panels"]:
        raise BadPanel(refusal("world", "panel_shipped", name=chosen))
    old = own_panels().get(chosen)
    if old is not None and not force:
        raise BadPanel(refusal("world", "panel_there", name=chosen, old=old))
    folder = data_folder("panels")
    folder.mkdir(parents=True, exist_ok=True)
    target = write(folder / f"{chosen}{ending}", body)
    if old is not None and old != target:
        old.unlink()
    return Panel(**{**vars(found), "name": chosen}), target


def _stem(name: str) -> str:
    ending = next((e for e in sorted(ENDINGS, key=len, reverse=True) if name.endswith(e)), "")
    return name[: len(name) - len(ending)]


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise BadPanel(refusal("world", "panel_folder", file=path))
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadPanel(refusal("world", "panel_closed", file=path, fault=error.strerror or error)) from error


# -- reading a published file ----------------------------------------------------------------------------------------------
def read_panel(body: bytes, name: str) -> Panel:
    """A panel of imports from the bytes of a published file called `name`. Raises `BadPanel`."""
    if not name.endswith(ENDINGS):
        raise BadPanel(refusal("world", "panel_ending", file=name, endings=", ".join(ENDINGS)))
    raw = _rows(body, name)
    frame, notes = _once(_checked(raw, name), name)
    _check_months(frame, name)
    return Panel(_stem(name), frame, source=f"file {name}", terms=refusal("world", "panel_terms"), notes=tuple(notes))


def _rows(body: bytes, name: str) -> pd.DataFrame:
    """The cells as text, indexed by the row they stand in."""
    if name.endswith(".parquet"):
        need("pyarrow")
    try:
        if name.endswith(".parquet"):
            raw = pd.read_parquet(io.BytesIO(body))
            raw.index = pd.RangeIndex(1, len(raw) + 1)
        else:
            raw = pd.read_csv(
                io.BytesIO(body), dtype=str, keep_default_na=False, na_filter=False, skip_blank_lines=False, encoding="utf-8-sig",
                compression="gzip" if name.endswith(".gz") else None,
            )  # fmt: skip
            raw.index = pd.RangeIndex(2, len(raw) + 2)  # the header is row 1
    except (ValueError, OSError, EOFError) as error:
        told = str(error).strip().replace("\n", " ")
        raise BadPanel(refusal("world", "panel_no_table", file=name, fault=told)) from error
    header = tuple(str(c) for c in raw.columns)
    if sorted(header) != sorted(COLUMNS):
        raise _fail(name, 1, refusal("world", "panel_header", found=",".join(header)[:200], wanted=",".join(COLUMNS)))
    if not len(raw):
        raise BadPanel(refusal("world", "panel_empty", file=name))
    raw.columns = pd.Index(header)
    return raw[list(COLUMNS)]


def _fail(name: str, row: Any, told: str) -> BadPanel:
    return BadPanel(f"{name}, row {row}: {told}")


def _checked(raw: pd.DataFrame, name: str) -> pd.DataFrame:
    """Codes and numbers instead of text; the first row that is neither is named."""
    table = panel_table()
    known = {code: code for code in table["origins"]}
    for entries in (table["origins"], table["groups"]):
        known |= {entry["census"]: code for code, entry in entries.items() if "census" in entry}
    text = raw[["origin", "naics3", "month"]].astype(object).where(raw[["origin", "naics3", "month"]].notna(), "").astype(str)
    for column in text.columns:
        text[column] = text[column].str.strip()
    origin = text["origin"].map(known)
    _first(origin.isna(), text["origin"], name, lambda v: _unknown(v, known))
    industries = list(table["industries"])
    _first(
        ~text["naics3"].isin(industries), text["naics3"], name,
        lambda v: refusal("world", "panel_industry", cell=repr(v), known=", ".join(industries)),
    )  # fmt: skip
    _first(
        ~text["month"].str.fullmatch(_MONTH), text["month"], name, lambda v: refusal("world", "panel_month", cell=repr(v))
    )  # fmt: skip
    values = {v: _numbers(raw[v], v, name) for v in ("imports", "duty")}
    found = pd.DataFrame({"origin": origin, "naics3": text["naics3"], "month": text["month"], **values}, index=raw.index)
    doubled = found.duplicated(["origin", "naics3", "month"])
    if doubled.any():
        row = int(str(doubled.idxmax()))
        o, k, m = (str(found.loc[row, c]) for c in ("origin", "naics3", "month"))
        first = found.index[(found["origin"] == o) & (found["naics3"] == k) & (found["month"] == m)][0]
        told = refusal("world", "panel_twice", origin=text.loc[row, "origin"], industry=k, month=m, first=first)
        raise _fail(name, row, told)
    _first(
        found["duty"] > 3 * found["imports"], found["duty"], name,
        lambda v: refusal("world", "panel_duty", duty=_dollars(v)),
    )  # fmt: skip
    return found


def _dollars(value: Any) -> str:
    """A customs amount, which is in US dollars whatever a world counts in."""
    return f"{float(value):,.0f} {DOLLAR}"


def _first(bad: pd.Series, cells: pd.Series, name: str, told: Callable[[Any], str]) -> None:
    """Raises `BadPanel` naming the first row that is bad."""
    if bad.any():
        row = int(str(bad.idxmax()))
        raise _fail(name, row, told(cells[row]))


def _unknown(cell: str, known: Mapping[str, str]) -> str:
    near = " or ".join(nearest(cell, dict.fromkeys(known, "")))
    return refusal("world", "panel_origin", cell=repr(cell), near=near, known=", ".join(list(known)[:8]))


def _numbers(cells: pd.Series, what: str, name: str) -> pd.Series:
    text = cells.astype(object).where(cells.notna(), "").astype(str).str.strip()
    _first(text == "", text, name, lambda _: refusal("world", "panel_no_cell", what=what))
    _first(
        ~text.str.fullmatch(_NUMBER), text, name,
        lambda v: refusal("world", "panel_no_number", what=what, cell=repr(v), money=DOLLAR),
    )  # fmt: skip
    number = text.astype(float)
    _first(number < 0, text, name, lambda v: refusal("world", "panel_negative", what=what, cell=v))
    _first(number == np.inf, text, name, lambda v: refusal("world", "panel_too_large", what=what, cell=v))
    return number


def _check_months(frame: pd.DataFrame, name: str) -> None:
    months = sorted(frame["month"].unique())
    want = [str(p) for p in pd.period_range(months[0], months[-1], freq="M")]
    missing = [m for m in want if m not in months]
    if missing:
        raise BadPanel(refusal("world", "panel_gap", file=name, lacking=", ".join(missing[:6]), first=months[0], last=months[-1]))
    for origin, group in frame.groupby("origin"):
        absent = sorted(set(months) - set(group["month"]))
        if absent:
            raise BadPanel(refusal("world", "panel_uneven", file=name, origin=origin, lacking=", ".join(absent[:6])))


def _once(found: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """The rows with every dollar once, and what was noticed."""
    groups = panel_table()["groups"]
    given = set(found["origin"])
    notes: list[str] = []
    for code, group in groups.items():
        left = group.get("rest")
        if code in given and left in given:
            raise BadPanel(refusal("world", "panel_counted_twice", file=name, whole=group["census"], rest=left))
    _check_units(found, name)
    wide = {v: found.pivot_table(index=["naics3", "month"], columns="origin", values=v, aggfunc="sum").fillna(0.0)
            for v in ("imports", "duty")}  # fmt: skip
    rows = {(str(o), str(k), str(m)): row for row, o, k, m in
            zip(found.index, found["origin"], found["naics3"], found["month"], strict=True)}  # fmt: skip
    for code, group in groups.items():
        if code not in given:
            continue
        parts = _parts(code, given)
        for value, table in wide.items():
            whole = table[code].copy()
            for extra, until in group.get("with", {}).items():
                early = table.index.get_level_values("month") <= until
                if extra in table:
                    whole -= table[extra].where(early, 0.0)
            left = whole - table[parts].sum(axis=1)
            allowed = OFF_SUM * table[code].clip(lower=0.0) + 1.0
            bad = left < -allowed if "rest" in group else left.abs() > allowed
            if value == "duty":
                bad &= left.abs() > 1e6  # revisions of small duties
            if bad.any():
                industry, month = bad.idxmax()
                row = rows.get((code, industry, month), "–")
                at = (industry, month)
                sums, own = f"{table.loc[at, parts].sum():,.0f}", _dollars(table.loc[at, code])
                of = {"what": value, "whole": group["census"], "industry": industry, "month": month}
                raise _fail(name, row, refusal("world", "panel_sums", parts=sums, own=own, **of))
            if "rest" in group:
                table[group["rest"]] = left.clip(lower=0.0)
                if (left < 0).any():
                    over = _dollars(-left[left < 0].sum())
                    notes.append(refusal("world", "panel_exceeds", what=value, whole=group["census"], over=over))
    if "WLD" not in given and REST not in given:
        notes.append(refusal("world", "panel_no_total"))
    kept = [o for o in wide["imports"].columns if o not in groups]
    long = {v: t[kept].melt(ignore_index=False, var_name="origin", value_name=v).set_index("origin", append=True)[v]
            for v, t in wide.items()}  # fmt: skip
    frame = pd.DataFrame(long).reset_index()
    frame = frame[(frame["imports"] > 0) | (frame["duty"] > 0)].sort_values(["origin", "naics3", "month"], ignore_index=True)
    return frame[list(COLUMNS)].astype({"origin": str, "naics3": str, "month": str}), notes


def _parts(code: str, given: set[str]) -> list[str]:
    """Columns that a group's row holds: members with rows of their own; of the world, all economies once."""
    origins = panel_table()["origins"]
    if code != "WLD":
        return sorted(o for o in given if origins.get(o, {}).get("in") == code)
    return sorted({o for o in given if o in origins} | ({EU_REST} if "EU" in given else set()))


def _check_units(found: pd.DataFrame, name: str) -> None:
    """The imports of an origin in a month against its other months, and against the shipped panel."""
    by = found.groupby(["origin", "month"])["imports"].sum()
    first = found.groupby(["origin", "month"])["imports"].apply(lambda s: s.index[0])
    usual = _usual()
    for origin, series in by.groupby(level="origin"):
        values = series.droplevel("origin")
        middle = values.rolling(7, center=True, min_periods=1).median() if len(values) > 2 else None
        for month, value in ((str(m), float(v)) for m, v in values.items()):
            for beside, base in ((True, None if middle is None else float(middle[month])), (False, usual.get(str(origin)))):
                if base and not base / OTHER_UNIT <= value <= base * OTHER_UNIT:
                    told = refusal(
                        "world", "panel_units", origin=origin, month=month, imports=_dollars(value), usual=f"{base:,.0f}",
                        beside=beside or "",
                    )  # fmt: skip
                    raise _fail(name, first[(str(origin), month)], told)


@cache
def _usual() -> dict[str, float]:
    """Median imports a month by origin in the last year of the shipped panel, groups too; empty before there is one."""
    if not files("detente").joinpath("data", "panels", f"{DEFAULT}.parquet").is_file():
        return {}
    frame = _load_shipped(DEFAULT).frame
    last = frame[frame["month"] >= f"{frame['month'].max()[:4]}-01"]
    wide = last.pivot_table(index="month", columns="origin", values="imports", aggfunc="sum")
    found = {str(o): float(v) for o, v in wide.median().items()}
    origins = panel_table()["origins"]
    for code, group in panel_table()["groups"].items():
        parts = [o for o in wide if code == "WLD" or origins[o].get("in") == code or o == group.get("rest")]
        found[code] = float(wide[parts].sum(axis=1).median())
    return found
