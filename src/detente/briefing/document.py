"""What a briefing is made of: sections of paragraphs, lists, tables and figures, written once and rendered as HTML and Markdown.

Text is plain: the renderers escape it. `cites` name sources of the dossier; §ANCHOR in a text is the number of a section
(see `page`). Sections can be told as data for JSON and made from it, so that they are kept from run to run. Labels
(heads, units, leads, cells) are put into the language of the run when the block is made; literals among them are found by
`make messages`.

>>> columns = (Column("region"), Column("change", number=True))
>>> table = Table("t", "A title", "percent", columns, ((Cell("China"), Cell("−0.30", "−0.50 to −0.20")),))
>>> table.rows[0][1].sub
'−0.50 to −0.20'
>>> from_data(as_data(table)) == table
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from detente.words import FIRM, _, capital, to
from detente.words.currency import in_currency, table_in_currency


def _told(block: Any, *names: str) -> None:
    """Put fields of a frozen block into the language of the run."""
    for name in names:
        object.__setattr__(block, name, _label(getattr(block, name)))


def _label(text: str) -> str:
    """In the language of the run; what starts a cell is also known by its small letter."""
    told = _(text)
    return told if told != text or not text[:1].isupper() else capital(_(text[0].lower() + text[1:]))


@dataclass(frozen=True)
class Para:
    """A paragraph; `lead` is a few words set in bold before it; `kind` is "", "lede", "note" or "quiet"."""

    text: str
    lead: str = ""
    cites: tuple[str, ...] = ()
    kind: str = ""
    block: str = "para"

    def __post_init__(self) -> None:
        _told(self, "text", "lead")


@dataclass(frozen=True)
class Items:
    """A list of paragraphs."""

    items: tuple[Para, ...]
    ordered: bool = False
    block: str = "items"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str
    anchor: str
    block: str = "heading"

    def __post_init__(self) -> None:
        _told(self, "text")


@dataclass(frozen=True)
class Column:
    """Head of a table column; `unit` is printed below the title."""

    title: str
    unit: str = ""
    number: bool = False

    def __post_init__(self) -> None:
        _told(self, "title", "unit")
        object.__setattr__(self, "title", in_currency(self.title))
        object.__setattr__(self, "unit", in_currency(self.unit))


@dataclass(frozen=True)
class Cell:
    """One cell: the figure, a smaller second line (a range), sources, and a status for styling."""

    text: str
    sub: str = ""
    cites: tuple[str, ...] = ()
    status: str = ""
    strong: bool = False

    def __post_init__(self) -> None:
        _told(self, "text", "sub")


@dataclass(frozen=True)
class Table:
    """A table with title, subtitle (unit, baseline, horizon), footnote and the stem of its CSV file."""

    id: str
    title: str
    subtitle: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    csv: str = ""
    wide: bool = False
    block: str = "table"

    def __post_init__(self) -> None:
        _told(self, "title")

    @property
    def narrow(self) -> str:
        """How a phone shows it: "sheet" scrolls sideways below its first column, "cards" sets each row as a list, "" as it is."""
        if sum(c.number for c in self.columns) >= 3:
            return "sheet"
        return "cards" if len(self.columns) >= 4 or self.wide else ""


@dataclass(frozen=True)
class Figure:
    """A chart as SVG, once for a wide and once for a narrow page, with what a reader needs beside it. `drawn` gives both; `spec`
    the Vega-Lite specification at a width in px, as plain data.
    """

    id: str
    title: str
    subtitle: str
    note: str
    alt: str
    drawn: Callable[[], tuple[str, str]]
    spec: Callable[[int], dict[str, Any]]
    csv: str
    wide: bool = False
    block: str = "figure"

    @property
    def values(self) -> str:
        """The alt text without the title, for a page that prints it above."""
        return self.alt.removeprefix(f"{self.title}. ")

    @property
    def svg(self) -> str:
        """The drawing for the page; waits until it is done."""
        return self.drawn()[0]

    @property
    def svg_narrow(self) -> str:
        """The drawing for a phone."""
        return self.drawn()[1]


@dataclass(frozen=True)
class Number:
    """One of the figures of the summary."""

    value: str
    what: str
    detail: str

    def __post_init__(self) -> None:
        _told(self, "value", "what", "detail")


@dataclass(frozen=True)
class Numbers:
    """The row of figures at the top."""

    items: tuple[Number, ...]
    block: str = "numbers"


@dataclass(frozen=True)
class Reference:
    """One entry of the list of sources."""

    id: str
    number: int
    title: str
    publisher: str
    url: str
    dated: str
    note: str


@dataclass(frozen=True)
class References:
    """The list of sources."""

    items: tuple[Reference, ...]
    block: str = "references"


Block = Para | Items | Heading | Table | Figure | Numbers | References


@dataclass(frozen=True)
class Section:
    """A numbered section with a stable anchor."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        _told(self, "title")


def words_in(sections: Sequence[Section]) -> int:
    """Words a reader sees: texts, lists, captions, tables and footnotes; what stands inside a drawing is not counted."""
    return sum(len(text.split()) for text in said(sections))


def said(sections: Sequence[Section]) -> Iterator[str]:
    """Every text a reader sees, one by one."""
    for s in sections:
        yield s.title
        for block in s.blocks:
            yield from _texts(block)


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Para():
            yield from (block.lead, block.text)
        case Items():
            for item in block.items:
                yield from _texts(item)
        case Heading():
            yield block.text
        case Figure():
            yield from (block.title, block.subtitle, block.note)
        case Numbers():
            for n in block.items:
                yield from (n.value, n.what, n.detail)
        case Table():
            yield from (block.title, block.subtitle, block.note)
            for column in block.columns:
                yield from (column.title, column.unit)
            for row in block.rows:
                for cell in row:
                    yield from (cell.text, cell.sub)
        case References():
            for r in block.items:
                yield from (r.title, r.publisher, r.dated, r.note)


@dataclass(frozen=True)
class DataFile:
    """One CSV: stem, what it holds, the frame."""

    stem: str
    title: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Sheet:
    """A data file as it is written: stem, what it holds, number of rows, heads of its columns, and the CSV."""

    stem: str
    title: str
    rows: int
    columns: tuple[str, ...]
    csv: str


@dataclass
class Shelf:
    """Collects the CSV files of a run; a stem may be used once."""

    files: list[DataFile] = field(default_factory=list)

    def add(self, stem: str, title: str, frame: pd.DataFrame) -> str:
        """Keep `frame` as data/STEM.csv and return the file name."""
        if any(f.stem == stem for f in self.files):
            raise ValueError(f"data file {stem} is written twice")
        self.files.append(DataFile(stem, title, table_in_currency(frame)))
        return f"{stem}.csv"


def cells(*values: str | Cell) -> tuple[Cell, ...]:
    """A row from strings and cells."""
    return tuple(v if isinstance(v, Cell) else Cell(v) for v in values)


def spanned(low: str, high: str) -> str:
    """The second line of a cell: "29 to 47", kept on one line; nothing where both ends read the same."""
    return to(low, high).replace(" ", FIRM) if low != high else ""


def paras(texts: Sequence[str]) -> tuple[Para, ...]:
    """One paragraph a text."""
    return tuple(Para(t) for t in texts if t)


# -- kept from run to run ----------------------------------------------------------------------------------------------
_KINDS = {
    kind.__name__: kind
    for kind in (Para, Items, Heading, Column, Cell, Table, Figure, Number, Numbers, Reference, References, Section, Sheet)
}


def as_data(value: Any) -> Any:
    """Sections, blocks and sheets, alone or in tuples and lists, as data for JSON; waits until figures are drawn."""
    if isinstance(value, tuple | list):
        return [as_data(v) for v in value]
    if type(value).__name__ not in _KINDS:
        return value
    told = {f.name: as_data(getattr(value, f.name)) for f in fields(value) if f.name not in ("drawn", "spec")}
    return {"is": type(value).__name__, **told, **({"drawn": list(value.drawn())} if isinstance(value, Figure) else {})}


def from_data(data: Any) -> Any:
    """What `as_data` told, in tuples. A figure has its drawings; what they were drawn from is gone."""
    if isinstance(data, list):
        return tuple(map(from_data, data))
    if not isinstance(data, dict):
        return data
    made = object.__new__(_KINDS[data["is"]])  # its labels have been put into the language of the run already
    for name, value in data.items():
        if name == "drawn":
            object.__setattr__(made, name, lambda pair=tuple(value): pair)
            object.__setattr__(made, "spec", _gone)
        elif name != "is":
            object.__setattr__(made, name, from_data(value))
    return made


def _gone(width: int) -> dict[str, Any]:
    raise LookupError("specification not kept")
