"""`concordance`: what a code of one classification is in another, with shares, what has no counterpart, and what the shares
rest on.

HS at 2, 4 or 6 digits, ISIC Rev.4 (groups), SITC Rev.4 (groups), BEC Rev.4, NAICS 2017 (industry groups) and 2022 (subsectors
of goods) and the sectors of the default world. Pairs without HS on either side go through the subheadings of HS, but for NAICS
and ISIC, which the Census joins itself. BEC Rev.5 needs the table of the United Nations (`table`), which may be had but not
passed on.

>>> found = concordance("HS6", "ISIC4")
>>> found.map(["870380", "010121"])
{'870380': {'291': 1.0}, '010121': {'014': 1.0}}
>>> concordance("HS6", "ISIC4", digits=2).map(["090411"])["090411"]
{'01': 0.8888888888888888, '02': 0.1111111111111111}
>>> concordance("HS6", "sectors").map(["854231"])
{'854231': {'ELE': 1.0}}

Source: `data/concordances.csv`, made by `concordance_table`; terms and coverage in docs/concordances.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from detente.build.classification import sector_of
from detente.errors import InputError, NoConcordance, SourceError, UnknownName
from detente.words import refusal
from detente.words.shown import Shown

EDITIONS = ("1992", "1996", "2002", "2007", "2012", "2017", "2022")
ANY = "any"
"""Every code that stands in one edition at least."""
HS = {"HS2": 2, "HS4": 4, "HS6": 6}
DIGITS = {"ISIC4": 3, "SITC4": 3, "BEC4": 3, "NAICS2017": 4, "NAICS2022": 3, "BEC5": 6, "BEC5EndUse": 9, "sectors": 3}
"""The longest code of each classification."""
NAMES = (*HS, *DIGITS)
FROM_A_FILE = ("BEC5", "BEC5EndUse")
BEC5_COLUMNS = {"BEC5": "BEC5Code1", "BEC5EndUse": "BEC5EndUse"}
GOODS_2022 = ("11", "21", "31", "32", "33")
EXACT, EVEN, WEIGHED = "exact", "even", "weighed"


@dataclass(frozen=True, eq=False)
class Concordance(Shown):
    """What the codes of `source` are in `target`. Made by `concordance`.

    `edition` is the edition of HS that the codes of HS, or the subheadings gone through, are of. `basis` says what shares rest
    on: "exact" (each code has one counterpart), "even" (classes or subheadings count alike: no statistic stands behind it) or
    "weighed" (values that were given). `without` are codes that have no counterpart.
    """

    source: str
    target: str
    edition: str
    basis: str
    without: tuple[str, ...]
    _shares: Mapping[str, Mapping[str, float]] = field(repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes of `source`, those without a counterpart too, in order."""
        return tuple(sorted({*self._shares, *self.without}))

    @property
    def shares(self) -> pd.Series[float]:
        """Share of each code (first level) that counts as each counterpart (second level); those of a code add up to 1."""
        pairs = {(code, to): share for code, parts in self._shares.items() for to, share in parts.items()}
        index = pd.MultiIndex.from_tuples(list(pairs), names=[self.source, self.target])
        return pd.Series(list(pairs.values()), index=index, name="share", dtype=float)

    def map(self, codes: Iterable[str]) -> dict[str, dict[str, float]]:
        """Code → counterpart → share; nothing for a code that has none. Raises `UnknownName` for what is no code of `source`."""
        if isinstance(codes, str):
            codes = [codes]
        without, found = set(self.without), {}
        for code in codes:
            if code not in self._shares and code not in without:
                raise UnknownName(code, list(self.codes), f"code of {self.source}, {self.edition}")
            found[code] = dict(self._shares.get(code, {}))
        return found

    def to_frame(self) -> pd.DataFrame:
        """Columns `code`, `counterpart`, `share` and `relation` (1:1, n:1, 1:n, n:m); a code without a counterpart has an empty
        one."""
        shares = self.shares.reset_index().set_axis(["code", "counterpart", "share"], axis=1)
        parts, shared = (
            shares.groupby("code")["share"].transform("size"),
            shares.groupby("counterpart")["share"].transform("size"),
        )
        left = np.where(shared > 1, "n", "1")
        right = np.where(parts > 1, np.where(shared > 1, "m", "n"), "1")
        shares["relation"] = [f"{a}:{b}" for a, b in zip(left, right, strict=True)]
        none = pd.DataFrame({"code": list(self.without), "counterpart": "", "share": 0.0, "relation": "none"})
        whole = pd.concat([shares, none], ignore_index=True) if len(none) else shares
        return whole.sort_values(["code", "counterpart"], ignore_index=True)

    def coverage(self, values: Mapping[str, float] | pd.Series[float] | None = None) -> pd.Series[float]:
        """Share of the codes, or of `values` by code, that have `one` counterpart, `several`, or `none`.

        Raises `UnknownName` for a code that is none of `source`.
        """
        weights = pd.Series(1.0, index=list(self.codes)) if values is None else pd.Series(values, dtype=float)
        mapped = self.map(map(str, weights.index))
        kind = ["none" if not to else "one" if len(to) == 1 else "several" for to in mapped.values()]
        total = float(weights.sum())
        sums = weights.groupby(kind).sum().reindex(["one", "several", "none"], fill_value=0.0)
        return sums / total if total else sums

    def explain(self) -> str:
        """What leads to what, in words."""
        from detente.words import tell

        return tell(self)


def concordance(
    source: str,
    target: str,
    *,
    edition: str | int = "2017",
    digits: int | None = None,
    weights: Mapping[str, float] | pd.Series[float] | None = None,
    table: str | os.PathLike[str] | None = None,
) -> Concordance:
    """What each code of `source` is in `target`: names as in the module, HS in `edition` (1992 to 2022, or "any").

    `digits` shortens codes of `target`. `weights` (HS6 → value, USD or any one unit) say how subheadings count where a code
    holds several; else they count alike. `table` is the correspondence of BEC Rev.5 as the United Nations publish it (CSV, or
    XLSX with the extra `build`). Raises `UnknownName`, `NoConcordance` (a pair that does not ship), `InputError`, `SourceError`.
    """
    for name in (source, target):
        if name not in NAMES:
            raise UnknownName(name, list(NAMES), "classification")
    edition = _edition(edition)
    if source == target or (source in HS and target in HS and HS[target] > HS[source]):
        raise NoConcordance(refusal("build/trade", "same_classification", source=source, target=target))
    given = _weights(weights)
    if {source, target} <= {"NAICS2017", "ISIC4"}:
        left, right, even = _census(source, target)
    elif "NAICS2022" in (source, target) and {source, target} & {"NAICS2017", "ISIC4"}:
        raise NoConcordance(refusal("build/trade", "naics_2022", pair=f"{source}, {target}"))
    else:
        lines = _lines(edition)
        left, right, even = _through(source, lines, table), _through(target, lines, table), lines
    return _joined(source, target, edition, left, right, even, given, digits)


def editions_of(codes: Iterable[str]) -> tuple[str, ...]:
    """Editions of HS in which all these subheadings stand.

    >>> editions_of(["870380", "010121"]), editions_of(["010111"]), editions_of(["870380", "010111"])
    (('2017', '2022'), ('1992', '1996'), ())
    """
    known = _editions()
    sets = [known.get(code, frozenset()) for code in codes]
    return tuple(e for e in EDITIONS if all(e in s for s in sets))


def subheadings(edition: str = ANY) -> frozenset[str]:
    """Six-digit codes of an edition of HS, or of any."""
    return frozenset(c for c, found in _editions().items() if edition == ANY or edition in found)


# -- the table ---------------------------------------------------------------------------------------------------------
@cache
def _shipped() -> pd.DataFrame:
    with as_file(files("detente").joinpath("data", "concordances.csv")) as path:
        return pd.read_csv(path, comment="#", dtype=str, keep_default_na=False)


@cache
def _rows(source: str, target: str) -> Mapping[str, str]:
    frame = _shipped()
    own = frame[(frame["source"] == source) & (frame["target"] == target)]
    return MappingProxyType(dict(zip(own["prefix"], own["codes"], strict=True)))


@cache
def _editions() -> Mapping[str, frozenset[str]]:
    found = {}
    for heading, spans in _rows("HS", "editions").items():
        for span in spans.split():
            marks, ends = span.split("=")
            own = frozenset(EDITIONS[int(k)] for k in marks)
            found.update({heading + end: own for end in ends.split(".")})
    return MappingProxyType(found)


def _counts(codes: str) -> dict[str, float]:
    """What a cell of the table says: counterparts, as shares."""
    parts = [part.partition(":") for part in codes.split()]
    total = sum(float(n or 1) for _, _, n in parts)
    return {code: float(n or 1) / total for code, _, n in parts}


def _counterpart(code: str, rows: Mapping[str, str]) -> dict[str, float]:
    return next((_counts(rows[code[:n]]) for n in range(len(code), 1, -1) if code[:n] in rows), {})


def _lines(edition: str) -> tuple[str, ...]:
    return tuple(sorted(subheadings(edition)))


def _through(name: str, lines: tuple[str, ...], table: str | os.PathLike[str] | None) -> dict[str, dict[str, float]]:
    """Subheading of HS → codes of `name`, as shares."""
    if name in HS:
        return {line: {line[: HS[name]]: 1.0} for line in lines}
    if name == "sectors":
        return {line: {sector: 1.0} if (sector := sector_of(line)) else {} for line in lines}
    if name in FROM_A_FILE:
        held = _bec5(table, BEC5_COLUMNS[name])
        return {line: held.get(line, {}) for line in lines}
    rows = _rows("HS", "NAICS2017" if name == "NAICS2022" else name)
    found = {line: _counterpart(line, rows) for line in lines}
    if name == "NAICS2022":  # subsectors of goods are those of 2017; codes that lie elsewhere are left out
        found = {line: _shorter({c: s for c, s in to.items() if c.startswith(GOODS_2022)}, 3) for line, to in found.items()}
        found = {line: {c: s / sum(to.values()) for c, s in to.items()} for line, to in found.items()}
    return found


def _census(source: str, target: str) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]], tuple[str, ...]]:
    """The Census' own table: a line is a group of NAICS 2017 and a group of ISIC, as often as industries of six digits join
    them."""
    sides: dict[str, dict[str, dict[str, float]]] = {"NAICS2017": {}, "ISIC4": {}}
    for group, codes in _rows("NAICS2017", "ISIC4").items():
        for part in codes.split():
            isic, _, times = part.partition(":")
            for k in range(int(times)):
                line = f"{group}/{isic}/{k}"
                sides["NAICS2017"][line], sides["ISIC4"][line] = {group: 1.0}, {isic: 1.0}
    return sides[source], sides[target], tuple(sides[source])


def _bec5(table: str | os.PathLike[str] | None, column: str) -> dict[str, dict[str, float]]:
    if table is None:
        raise NoConcordance(refusal("build/trade", "bec5_needs_table"))
    path = Path(table)
    if not path.exists():
        raise SourceError(refusal("build/trade", "no_file", file=path))
    try:
        if path.suffix.lower() in (".xlsx", ".xls"):
            sheets = pd.read_excel(path, sheet_name=None, dtype=str)
            frame = next((f for f in sheets.values() if {"HS6", column} <= set(f.columns)), pd.DataFrame())
        else:
            frame = pd.read_csv(path, dtype=str)
    except (ValueError, ImportError, UnicodeDecodeError) as error:
        raise SourceError(refusal("build/trade", "unreadable", file=path.name, why=error)) from error
    if not {"HS6", column} <= set(frame.columns):
        raise SourceError(refusal("build/trade", "bec5_columns", file=path.name, column=column))
    frame = frame.dropna(subset=["HS6", column])
    known = subheadings()
    strange = [code for code in frame["HS6"] if code not in known]
    if len(strange) > len(frame) / 100:
        raise SourceError(refusal("build/trade", "no_code", file=path.name, row=strange[0], code=strange[0]))
    groups = frame.groupby("HS6")[column].unique()
    return {str(code): {str(c): 1 / len(own) for c in own} for code, own in groups.items()}


def _shorter(shares: Mapping[str, float], digits: int | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for code, share in shares.items():
        found[code[:digits]] = found.get(code[:digits], 0.0) + share
    return found


def _joined(
    source: str,
    target: str,
    edition: str,
    left: Mapping[str, Mapping[str, float]],
    right: Mapping[str, Mapping[str, float]],
    lines: tuple[str, ...],
    given: Mapping[str, float] | None,
    digits: int | None,
) -> Concordance:
    """Shares of b in a, Σ w P(a|line) P(b|line) over Σ w P(a|line), over the lines that have a counterpart."""
    if digits is not None and not 1 <= digits <= DIGITS.get(target, 6):
        raise InputError(refusal("build/trade", "digits", digits=digits, target=target))
    sums: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for line in lines:
        weight = 1.0 if given is None else given.get(line, 0.0)
        for a, share in left.get(line, {}).items():
            seen.add(a)
            for b, part in _shorter(right.get(line, {}), digits).items():
                if weight:
                    own = sums.setdefault(a, {})
                    own[b] = own.get(b, 0.0) + weight * share * part
    shares = {a: {b: x / sum(to.values()) for b, x in sorted(to.items())} for a, to in sorted(sums.items())}
    single = all(len(to) == 1 for to in shares.values())
    basis = EXACT if single else EVEN if given is None else WEIGHED
    return Concordance(source, target, edition, basis, tuple(sorted(seen - set(shares))), MappingProxyType(shares))


def _edition(edition: str | int) -> str:
    """An edition of HS, however it is written.

    >>> _edition("HS92"), _edition(2017), _edition("H5")
    ('1992', '2017', '2017')
    """
    text = str(edition).upper().removeprefix("HS").strip()
    short = {e[2:]: e for e in EDITIONS} | {f"H{k}": e for k, e in enumerate(EDITIONS)} | {"88": "1992", "1988/92": "1992"}
    text = short.get(text, text)
    if text.lower() == ANY:
        return ANY
    if text not in EDITIONS:
        raise UnknownName(edition, [*EDITIONS, ANY], "edition of HS")
    return text


def _weights(weights: Mapping[str, float] | pd.Series[float] | None) -> dict[str, float] | None:
    if weights is None:
        return None
    given = {str(k): float(v) for k, v in dict(weights).items()}
    for code, value in given.items():
        if code not in _editions():
            raise UnknownName(code, list(_editions()), "subheading of HS")
        if not (np.isfinite(value) and value >= 0):
            raise InputError(refusal("build/trade", "weight", code=code, value=value))
    return given
