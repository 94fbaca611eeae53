"""Makes `data/concordances.csv`, the table that `concordance` reads.

    python -m detente.build.trade.concordance_table SOURCES TARGET

SOURCES holds tables of the R package concordance 2.1.0 (Liao, Kim, Miyano, Zhang; MIT,
https://github.com/insongkim/concordance), each written as NAME.csv: `hs0_isic3` … `hs6_isic3` and the same of `naics`, `sitc4`
and `bec4` (hs0 is HS 1992, hs6 HS 2022), `isic4_isic3`, `naics2017_isic4`, `naics2012_naics2007`, `naics2007_naics2002`,
`naics2017_naics2012`. They restate tables of the United Nations, of WITS, of Pierce and Schott and of the US Census.

Rows are `source,target,prefix,codes`; the longest prefix of a code counts. `codes` are counterparts, each with a count where
there are several ("011:8 023:1").

No published table leads from HS to ISIC Rev.4 in one step. Three routes do it in two, and each alone names too much:

1. HS → ISIC Rev.3 → ISIC Rev.4 (a vegetable would be a beverage, for Rev.3 classes were split);
2. HS → NAICS (most ten-digit lines, Pierce and Schott) → ISIC Rev.4 (Census);
3. our own sector of the heading (`classification.sector_of`) and its ISIC divisions.

Of the classes that routes 1 and 2 name, those that most of the three routes agree on are kept, each counted once.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from detente.build.classification import sector_of
from detente.build.sources import require, require_columns
from detente.build.tables.industries import divisions
from detente.files import write
from detente.words.names import sector_table

EDITIONS = ("1992", "1996", "2002", "2007", "2012", "2017", "2022")
HEAD = """# Derived by detente: counterparts of the codes of trade and industry classifications, the longest prefix wins.
# Condensed from the R package concordance 2.1.0 (Liao, Kim, Miyano, Zhang; MIT), https://github.com/insongkim/concordance, of
# tables of the UN Statistics Division, WITS, Pierce and Schott (https://doi.org/10.3233/JEM-2009-0326) and the US Census Bureau.
# HS to ISIC4 is ours, from three routes (docs/concordances.md). HS to editions: subheadings of a heading, by editions.
"""


def _pairs(folder: Path, name: str, source: str, target: str) -> dict[str, set[str]]:
    """Code → codes of the columns that begin with `source` and `target` (the first of each: the finest)."""
    path = require(folder / f"{name}.csv", name, "https://github.com/insongkim/concordance")
    frame = pd.read_csv(path, dtype=str)
    left, right = (next((c for c in map(str, frame) if c.startswith(start)), start) for start in (source, target))
    require_columns(frame, (left, right), path)
    frame = frame[[left, right]].dropna()
    found: dict[str, set[str]] = defaultdict(set)
    for a, b in frame.itertuples(index=False):
        if a.isdigit():
            found[a].add(b)
    return dict(found)


def _latest(folder: Path, target: str, column: str) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """HS code → counterparts, and → editions it stands in.

    Of the editions of a code the one that tells most counts (fewest counterparts, then the latest): those of BEC for HS 2012 and
    later were led back to older subheadings, and a split one has everything its forebear was split into.
    """
    found: dict[str, set[str]] = {}
    editions: dict[str, set[str]] = defaultdict(set)
    for k, edition in enumerate(EDITIONS):
        for code, codes in _pairs(folder, f"hs{k}_{target}", f"HS{k}_6d", column).items():
            if code not in found or len(codes) <= len(found[code]):
                found[code] = codes
            editions[code].add(edition)
    return found, editions


def _naics_2017(folder: Path, known: set[str]) -> dict[str, set[str]]:
    """Code of any NAICS since 2002, or of the Census' own with X for digits left open → codes of NAICS 2017."""
    steps = [
        _pairs(folder, f"naics{new}_naics{old}", f"NAICS{old}_6d", f"NAICS{new}_6d")
        for new, old in (("2007", "2002"), ("2012", "2007"), ("2017", "2012"))
    ]
    codes = set().union(*(set(s) for s in steps)) | known
    found = {}
    for code in codes:
        now = {code}
        if code not in known:
            for step in steps:
                now = set().union(*(step.get(c, {c}) for c in now))
        found[code] = now & known
    return found


def _group(isic: str) -> str:
    """The group of a class; casting keeps its class, for it is of iron (2431) or of other metals (2432)."""
    return isic if isic.startswith("243") else isic[:3]


def isic_of(code: str, by_isic3: Iterable[str], by_naics: Iterable[str]) -> Counter[str]:
    """ISIC Rev.4 groups of an HS code, counted by the classes that most of the three routes name."""
    first, second = set(by_isic3), set(by_naics)
    sector = sector_of(code)
    own = divisions(sector_table()[sector]["isic"]) if sector else ()
    routes = {c: (c in first) + (c in second) + c.startswith(tuple(own) or ("-",)) for c in first | second}
    most = max(routes.values(), default=0)
    return Counter(_group(c) for c, n in sorted(routes.items()) if n == most)


def condensed(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fewest rows whose longest prefixes give every code of `values` its value.

    >>> condensed({"010121": "a", "010129": "a", "010130": "b", "010611": "a"})
    [('01', 'a'), ('01013', 'b')]
    """
    rows: list[tuple[str, str]] = []

    def walk(codes: list[str], depth: tuple[int, ...], given: str | None) -> None:
        for prefix in sorted({c[: depth[0]] for c in codes}):
            own = [c for c in codes if c.startswith(prefix)]
            common = Counter(values[c] for c in own).most_common(1)[0][0]
            if common != given:
                rows.append((prefix, common))
            if depth[1:]:
                walk(own, depth[1:], common)

    lengths = sorted({len(c) for c in values})
    walk(sorted(values), tuple(n for n in (2, 3, 4, 5, 6) if n <= max(lengths)), None)
    return rows


def _said(counts: Mapping[str, int]) -> str:
    if len(counts) == 1:
        return next(iter(counts))
    least = min(counts.values(), default=1)
    even = all(n == least for n in counts.values())
    return " ".join(code if even else f"{code}:{n}" for code, n in sorted(counts.items()))


def table(folder: Path) -> str:
    """The whole table as text. Raises `SourceError` where a file or a column is not there."""
    isic3, editions = _latest(folder, "isic3", "ISIC3_4d")
    naics, more = _latest(folder, "naics", "NAICS_6d")
    isic4 = _pairs(folder, "isic4_isic3", "ISIC3_4d", "ISIC4_4d")
    census = _pairs(folder, "naics2017_isic4", "NAICS2017_6d", "ISIC4_4d")
    to_2017 = _naics_2017(folder, set(census))
    for code, own in more.items():
        editions[code] |= own
    columns: dict[tuple[str, str], dict[str, str]] = {}
    in_2017 = {}
    for code, codes in naics.items():
        known = set()
        for c in codes:
            known |= {k for k in census if k.startswith(c.rstrip("X"))} if "X" in c else to_2017.get(c, set())
        in_2017[code] = known
    columns["HS", "NAICS2017"] = {c: _said(Counter(n[:4] for n in in_2017.get(c, ()))) for c in editions}
    columns["HS", "ISIC4"] = {
        c: _said(isic_of(c, set().union(*(isic4.get(i, set()) for i in isic3.get(c, ()))),
                         set().union(*(census[n] for n in in_2017.get(c, ())))))
        for c in editions
    }  # fmt: skip
    for target, column, cut in (("SITC4", "SITC4_5d", 3), ("BEC4", "BEC4_3d", None)):
        held, _ = _latest(folder, target.lower(), column)
        columns["HS", target] = {c: _said(Counter(x[:cut] if cut else x.rstrip("0") for x in held.get(c, ()))) for c in editions}
    industries: dict[str, Counter[str]] = defaultdict(Counter)
    for code, classes in census.items():
        industries[code[:4]].update({_group(i) for i in classes})
    rows = []
    for heading in sorted({c[:4] for c in editions}):
        spans: dict[str, list[str]] = defaultdict(list)
        for code in sorted(c for c in editions if c.startswith(heading)):
            spans["".join(str(k) for k, e in enumerate(EDITIONS) if e in editions[code])].append(code[4:])
        rows.append(("HS", "editions", heading, " ".join(f"{span}={'.'.join(ends)}" for span, ends in sorted(spans.items()))))
    for (source, target), values in columns.items():
        rows += [(source, target, prefix, codes) for prefix, codes in condensed(values)]
    rows += [
        ("NAICS2017", "ISIC4", group, " ".join(f"{i}:{n}" for i, n in sorted(counts.items())))
        for group, counts in sorted(industries.items())
    ]
    return HEAD + "source,target,prefix,codes\n" + "".join(",".join(row) + "\n" for row in rows)


if __name__ == "__main__":
    write(Path(sys.argv[2]), table(Path(sys.argv[1])).encode())
