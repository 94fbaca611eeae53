"""Tables and lists of rates: one row, one frame. A row's cells stand between bars or wide gaps, or a name before a colon.

`rows_in` gives rows with their places; which column is the rate, the country, the goods or the day comes from the heads of the
columns, and where there are none from what the cells hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from detente.reader.amounts import Amount, amounts_in
from detente.reader.constructions import built, instruments, word

_GAP = re.compile(r"\s*\|\s*| {3,}")
_NUMBER_CELL = re.compile(
    r"\s*(?:\+ ?)?(?:up to )?\d{1,3}(?:[.,]\d{1,2})?\s*(?:%|per ?cent|percent|pc)?\s*(?:ad val(?:orem|\.)?)?\s*[*†]?\s*$", re.I
)
_RATE = r"\d{1,3}(?:[.,]\d{1,2})?\s*(?:%|per ?cent\b|percent\b|pc\b)"
_PLUS = re.compile(r"\b(?:duty|rate)\b[^|]{0,80}\+\s*(\d{1,3}(?:[.,]\d+)?\s*%)\s*$", re.I)
_COLON = re.compile(
    rf"^\W*(?P<name>[^:%]{{2,90}}?)\s*(?::|\s[-–—=]{{1,2}}|"
    rf"\.{{3,}})\s*(?P<rate>(?:an? )?(?:additional )?(?:up to )?{_RATE})(?P<rest>.{{0,160}})$",
    re.I,
)
_ON = re.compile(
    rf"^\W*(?P<rate>{_RATE})\s*(?::|(?:tariffs? |dut(?:y|ies) )?(?:on|for|from|-|–))\s*(?P<name>[^%]{{2,140}})$", re.I
)
_COMMA = re.compile(rf"^\W*(?:\(?\w\)\s*)?(?:for |on )(?P<name>[^%;]{{2,110}}),\s+(?P<rate>{_RATE})[;,.]?(?: and)?$", re.I)
_DASH = re.compile(rf"^\W*(?P<name>[^%;]{{4,110}}?)\s[-–—]\s(?P<rate>{_RATE})[;,.]?$", re.I)
_ORDINAL = re.compile(r"\W*(?:\d{1,2}|[a-z])?\W*", re.I)
_NOW = re.compile(r"\W*(?:now|today|at present|current(?:ly)?|present|in force)\b", re.I)
_ARROW = re.compile(r"\S\s*(?:->|→|=>|»)\s*\S")
_PLAIN = re.compile(rf"^\W*(?P<name>(?:[A-Z][\w'().&-]*|and|of|the)(?:\s+[\w'().&,-]+){{0,7}}?)\s+(?P<rate>{_RATE})[;,.]?$")


@dataclass(frozen=True)
class Cell:
    """Words of a row with their place in the readable text."""

    start: int
    end: int
    text: str


@dataclass
class Row:
    """A row of a table or list: its cells, the heads of its columns ("" where none), the line above it that names a part."""

    start: int
    end: int
    cells: list[Cell]
    heads: list[str] = field(default_factory=list)
    part: Cell | None = None
    table: int = 0
    rates: list[tuple[int, Amount]] = field(default_factory=list)
    joined: bool = False

    def column(self, name: str) -> Cell | None:
        """The first cell whose head is of the kind `name` (`columns` of the constructions)."""
        for head, cell in zip(self.heads, self.cells, strict=False):
            if head and word(f"columns.{name}").search(head) and not (name != "rate" and _is_rate_head(head)):
                return cell
        return None


def _is_rate_head(head: str) -> bool:
    return bool(word("columns.rate").search(head) or "%" in head)


def rows_in(text: str) -> list[Row]:
    """Rows of the tables and lists of rates in a readable text, in order."""
    found: list[Row] = []
    heads: list[str] = []
    part: Cell | None = None
    at, table, quiet = 0, 0, 9
    last_line: Cell | None = None
    in_percent = False
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        if not line.strip():
            quiet += 1
            continue
        cells = _cells(line, start)
        row = _row(cells, heads, start, start + len(line), in_percent) if len(cells) > 1 else _list_row(line, start)
        if row is not None:
            if quiet > 2:
                table += 1
                part = None
            if len(cells) <= 1:
                heads = []
            row.table, row.part = table, part or (last_line if quiet <= 2 and _names_part(last_line) else None)
            part = row.part
            found.append(row)
            quiet = 0
        elif _is_ruled(line) or (len(cells) > 1 and all(_ORDINAL.fullmatch(c.text) for c in cells)):
            quiet = 0 if found else quiet  # a rule, or the numbers of the columns
        elif (
            len(cells) > 1
            and any(heads)
            and (named := [c for c in cells if len(c.text) > 1])
            and (len(named) == 1 and len(cells) > 1 and len(named[0].text.split()) <= 5 and not re.search(r"\d", named[0].text))
        ):
            part, quiet = named[0], 0
        elif (
            len(cells) > 1
            and any(heads)
            and (quiet == 0 or (quiet <= 2 and any(map(_is_rate_head, heads))))
            and not any(_is_rate_head(c.text) for c in cells)
        ):
            quiet = 0  # a row that tells no rate in percent
        elif len(cells) > 1:
            over = part if part is not None and part is last_line and quiet <= 1 else None
            heads, part, quiet, table = [c.text for c in cells], over, 0, table + 1
        else:
            in_percent = bool(re.search(r"per ?cent|%", line, re.I) and _DUTY.search(line)) or (in_percent and quiet < 3)
            stripped = Cell(start, start + len(line), line.strip())
            if _names_part(stripped):
                part, quiet = stripped, 0
            elif len(line.split()) > 12:
                heads, part, quiet = [], None, 9
            last_line = stripped
    return found


def _is_ruled(line: str) -> bool:
    """Whether a line is drawn, not written."""
    return bool(re.fullmatch(r"[\s|+:=_.-]{3,}", line))


def says_now(head: str) -> bool:
    """Whether the head of a column says that its rates stand today."""
    return bool(_NOW.match(head))


def _names_part(cell: Cell | None) -> bool:
    """Whether a line is a short name of a part of a table ("Japanese companies"), not a sentence."""
    return (
        cell is not None
        and len(cell.text.split()) <= 6
        and not cell.text.endswith((".", ";", ","))
        and not re.search(r"\d\d", cell.text)
    )


def _cells(line: str, offset: int) -> list[Cell]:
    if " | " in line or line.strip().startswith("|"):
        return _barred(line, offset)
    cells, at = [], 0
    for gap in _GAP.finditer(line):
        if line[at : gap.start()].strip():
            cells.append(Cell(offset + at, offset + gap.start(), line[at : gap.start()].strip()))
        at = gap.end()
    if line[at:].strip():
        cells.append(Cell(offset + at, offset + len(line), line[at:].strip()))
    return cells


def _barred(line: str, offset: int) -> list[Cell]:
    """Cells between bars, empty ones kept; a rule under the heads has none."""
    low, high = len(line) - len(line.lstrip(" |")) if line.strip().startswith("|") else 0, len(line)
    if line.rstrip().endswith("|") and line.strip().startswith("|"):
        high = line.rstrip().rindex("|")
    cells, at = [], low
    for piece in line[low:high].split("|"):
        lead = len(piece) - len(piece.lstrip())
        cells.append(Cell(offset + at + lead, offset + at + max(lead, len(piece.rstrip())), piece.strip()))
        at += len(piece) + 1
    return [] if all(re.fullmatch(r"[:\- ]*", c.text) for c in cells) else cells


_DUTY = re.compile(r"\b(?:tariffs?|dut(?:y|ies)|surtax(?:es)?|surcharges?|lev(?:y|ies)|rates?)\b", re.I)
_OF_VALUE = re.compile(r"\([^)]*\)|(?:% )?of (?:the )?(?:CIF |customs |FOB |assessable )?value", re.I)


def _row(cells: list[Cell], heads: list[str], start: int, end: int, in_percent: bool) -> Row | None:
    numbers = [k for k, c in enumerate(cells) if _PLUS.search(c.text) or _NUMBER_CELL.match(c.text) or _range_cell(c.text)]
    if not numbers or (numbers == [0] and len(cells) == 1):
        return None
    if len(heads) > len(cells) and any(not c.text for c in cells):
        heads = heads[: len(cells)]
    first = heads[: len(cells)]
    from_left = len(heads) > len(cells) and all(_is_rate_head(first[k]) for k in numbers if "%" in cells[k].text)
    fitting = (
        heads
        if len(heads) == len(cells)
        else first
        if from_left and not all(_is_rate_head(heads[-len(cells) :][k]) for k in numbers)
        else heads[-len(cells) :]
        if len(heads) > len(cells)
        else [""] * (len(cells) - len(heads)) + heads
    )
    row = Row(start, end, cells, list(fitting) if heads else [""] * len(cells))
    for k in numbers:
        head = row.heads[k]
        signed = re.search(r"%|per ?cent|pc\b", cells[k].text, re.I)
        if head and (
            word("columns.not_rate").search(_OF_VALUE.sub("", head))
            and not re.search(r"\b(?:new|adjusted|additional)\b", head, re.I)
        ):
            continue
        if (
            head
            and not _is_rate_head(head)
            and not ((signed or in_percent) and (says_now(head) or re.search(r"\d{4}|from|phase|stage|year", head, re.I)))
        ):
            continue
        if not signed and not (head and (in_percent or re.search(r"%|per ?cent|ad val", head, re.I))):
            continue
        if not head and not signed:
            continue
        plus = _PLUS.search(cells[k].text)
        amounts = amounts_in(plus.group(1)) if plus else amounts_in(cells[k].text if signed else cells[k].text + " %")
        if amounts:
            row.rates.append((k, amounts[0]))
    if not row.heads[0] and len(row.rates) > 1:
        row.rates = row.rates[-1:] if not any(row.heads) else row.rates
    return row


def _range_cell(text: str) -> bool:
    return bool(re.fullmatch(r"\s*\d{1,3}(?:[.,]\d+)?\s*%?\s*(?:-|–|to)\s*\d{1,3}(?:[.,]\d+)?\s*(?:%|per ?cent)\s*", text, re.I))


def _list_row(line: str, start: int) -> Row | None:
    for pattern, joined in ((_COLON, False), (_COMMA, False), (_DASH, False), (_ON, False), (_PLAIN, False)):
        m = pattern.match(line)
        if m is None:
            continue
        name = m["name"].strip()
        if len(name.split()) > 14 or (
            re.search(r"\b(?:is|are|was|were|will|has|have|said|pays?|faces?|be|total|from)\b", name)
            and pattern not in (_ON, _COMMA, _DASH)
        ):
            continue
        if pattern is _PLAIN and (
            re.search(r"\b(?:at|to|by|of|with|a|an|the|about|only|up)$", name, re.I)
            or built(r"\b(?:{hits}|{pays})\b").search(name)
        ):
            continue
        if any(p.fullmatch(name) or (pattern is _PLAIN and p.search(name)) for _, p in instruments()):
            continue
        if pattern is _ON and re.search(r"[.]\s+[A-Z]|\b(?:will|is|are|was|has|have|said)\b", name):
            continue
        if re.match(r"\s*(?:(?:additional )?(?:tariffs?|dut(?:y|ies)) )?on\b", m.groupdict().get("rest") or ""):
            continue
        if any(
            p.search(re.split(r"[,;(.]", m.groupdict().get("rest") or "")[0]) for kind, p in instruments() if kind == "tariff"
        ):
            continue  # a sentence after a label, not a row
        if re.match(r"\W*(?:prior|previous|old|former|earlier|until now|in[- ]quota|mfn|base|ordinary)\b", name, re.I):
            continue
        amounts = amounts_in(m["rate"])
        if not amounts:
            continue
        cells = [
            Cell(start + m.start("name"), start + m.end("name"), name),
            Cell(start + m.start("rate"), start + m.end("rate"), m["rate"]),
        ]
        rest = m.groupdict().get("rest") or ""
        if rest.strip(" .;,"):
            cells.append(Cell(start + m.start("rest"), start + m.end("rest"), rest))
        further = [(2, a) for a in amounts_in(rest) if a.unit == "%"] if re.match(r"\s*[(,;]", rest) and len(cells) > 2 else []
        return Row(start, start + len(line), cells, [""] * len(cells), rates=[(1, amounts[0]), *further], joined=joined)
    return None


def is_of_duties(row: Row, lead: Sequence[str]) -> bool:
    """Whether a row's numbers are duties: its heads say so, or the words before its table do."""
    text = " . ".join((*row.heads, *lead))
    if row.part is not None and _ARROW.search(row.part.text):
        return True
    if re.search(r"\b(?:anti-?dumping|countervailing|anti-subsidy|safeguard)\b", text, re.I):
        return True
    return any(p.search(text) for kind, p in instruments() if kind == "tariff") or any(_is_rate_head(h) for h in row.heads)
