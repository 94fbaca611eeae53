"""A table said once: a column says its head, unit, cells and data, and the table and its CSV come out in one pass.

The texts of a table or figure are one macro of the section's template, a paragraph each: title, subtitle, what the data file
holds, and (where there is one) what the footnote adds.

>>> income = Col("Income", ["1.0", "2.0"], "%", [{"income": 1.0}, {"income": 2.0}])
>>> headed([Col("Region", ["China", "world"], data=[{"region": "CHN"}, {"region": "WORLD"}]), income])[1][1]
(Cell(text='world', sub='', cites=(), status='', strong=False), Cell(text='2.0', sub='', cites=(), status='', strong=False))
>>> listed([Col("Region", ["China", "world"], data=[{"region": "CHN"}, {"region": "WORLD"}]), income])
[{'region': 'CHN', 'income': 1.0}, {'region': 'WORLD', 'income': 2.0}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from detente.briefing.document import Cell, Column, Table, cells
from detente.briefing.view import CaseView
from detente.words import _, say

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Col:
    """A column, one entry a row in `cells` and `data`; without cells, or where it is `still`, it stands in the CSV only.

    `data` gives each row either fields of the row's record (a mapping) or records of their own (a list of them).
    """

    head: str
    cells: Sequence[str | Cell] | None = None
    unit: str = ""
    data: Sequence[Record | Sequence[Record]] = ()
    number: bool = False
    still: bool = False


class Texts(NamedTuple):
    """What is said around a table or figure; `note` is what its footnote adds."""

    title: str
    subtitle: str
    file: str
    note: str = ""


def texts(section: str, part: str, **values: Any) -> Texts:
    """The texts of a table or figure from macro `part` of `briefing/sections/SECTION.md.j2`."""
    return texts_of(f"briefing/sections/{section}", part, **values)


def texts_of(template: str, part: str, **values: Any) -> Texts:
    """The same from any template, named as `words.say` names it."""
    return Texts(*say(template, part, **values).split("\n\n", 3))


def headed(columns: Sequence[Col]) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Heads and rows of a table."""
    shown = [(c, c.cells) for c in columns if c.cells is not None and not c.still]
    heads = tuple(Column(c.head, c.unit, c.number) for c, _ in shown)
    return heads, tuple(cells(*row) for row in zip(*(entries for _, entries in shown), strict=True))


def listed(columns: Sequence[Col]) -> list[Record]:
    """Records of the CSV: row by row, fields of the columns put together, then the records that columns give on their own."""
    found: list[Record] = []
    for row in zip(*(c.data for c in columns if c.data), strict=True):
        fields = {k: v for part in row if isinstance(part, Mapping) for k, v in part.items()}
        found += [fields] if fields else []
        found += [record for part in row if not isinstance(part, Mapping) for record in part]
    return found


def by_scenario(
    case: CaseView,
    shown: Callable[[str | None], Sequence[str | Cell]],
    data: Callable[[str | None], Sequence[Record | Sequence[Record]]] = lambda s: (),
) -> list[Col]:
    """A column for what is in force against the reference (None), and one for every scenario that moves anything. A column whose
    entries all print as zero stands in the data only; `table` says so."""
    found = []
    for s in (None, *case.moving):
        entries = shown(s)
        under = say("briefing/view", "column", base=case.short_against(s))
        found.append(Col(case.label(s), entries, under, data(s), number=True, still=not any(map(_moves, entries))))
    if all(c.still for c in found):
        return [replace(c, still=False) for c in found]
    return found


def _moves(entry: str | Cell) -> bool:
    """Whether an entry, or its range, prints anything but zero."""
    return any(c in "123456789" for c in (entry if isinstance(entry, str) else entry.text + entry.sub))


def table(
    case: CaseView,
    stem: str,
    told: Texts,
    columns: Sequence[Col],
    *,
    id: str = "",
    csv: str = "",
    source: str = "",
    wide: bool = False,
) -> Table:
    """Table tab-ID (without `id` tab-STEM); its records go to data/STEM.csv unless the file `csv` holds its figures already.

    With `source` ("the dossier") the figures are not the model's own.
    """
    heads, rows = headed(columns)
    file = csv or case.file(stem, told.file, listed(columns))
    still = [c.head for c in columns if c.still]
    added = " ".join(part for part in (told.note, say("briefing/tables", "still", heads=still) if still else "") if part)
    note = _("Source: {0}. Data: data/{1}").format(_(source), file) if source else case.note(file, added)
    return Table(f"tab-{id or stem}", told.title, told.subtitle, heads, rows, note, file, wide=wide)
