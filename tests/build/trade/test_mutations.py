"""A file with a fault is refused, or read as it was: 500 mutated files a reader, none of them read wrongly.

What cannot be seen stays outside: a digit that makes another number or code of the right kind, and, where a publisher gives no
total, a row that is gone without a trace. The last is tried too: what is read then is a part of what was, and nothing else.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from detente.build.trade.recognise import read_duties, read_trade
from detente.errors import DetenteError

FILES = int(os.environ.get("DETENTE_MUTATIONS", "500"))
"""A layout; the environment asks for another number."""
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    "baci": lambda path: read_trade(path).frame,
    "comtrade": lambda path: read_trade(path).frame,
    "wits": lambda path: read_duties(path).frame,
    "bulk": lambda path: read_duties(path).frame,
    "macmap": lambda path: read_duties(path).frame,
}
SIGNS = ";x#\"'\t -"


def _rows(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _columns_swapped(text: str, chance: random.Random, *, header_only: bool) -> str:
    """Two columns change places, or only their names do. Cells with a comma inside are left as they are."""
    rows = [row.rstrip("\n") for row in _rows(text)]
    width = rows[0].count(",") + 1
    a, b = chance.sample(range(width), 2)
    out = []
    for k, row in enumerate(rows):
        cells = row.split(",")
        if (k == 0 or not header_only) and len(cells) == width:
            cells[a], cells[b] = cells[b], cells[a]
        out.append(",".join(cells))
    return "\n".join(out) + "\n"


def cut_anywhere(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(1, len(text) - 1)]


def row_gone(text: str, chance: random.Random) -> str:
    rows = _rows(text)
    del rows[chance.randrange(1, len(rows))]
    return "".join(rows)


def row_twice(text: str, chance: random.Random) -> str:
    rows = _rows(text)
    rows.insert(chance.randrange(1, len(rows) + 1), chance.choice(rows[1:]))
    return "".join(rows)


def rows_moved(text: str, chance: random.Random) -> str:
    head, *rows = _rows(text)
    chance.shuffle(rows)
    return head + "".join(rows)


def cell_gone(text: str, chance: random.Random) -> str:
    rows = _rows(text)
    k = chance.randrange(0, len(rows))
    cells = rows[k].rstrip("\n").split(",")
    del cells[chance.randrange(len(cells))]
    rows[k] = ",".join(cells) + "\n"
    return "".join(rows)


def sign_set(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) - 1)
    return text[:at] + chance.choice(SIGNS) + text[at + 1 :]


def head_gone(text: str, chance: random.Random) -> str:
    return "".join(_rows(text)[1:])


def names_swapped(text: str, chance: random.Random) -> str:
    return _columns_swapped(text, chance, header_only=True)


def columns_swapped(text: str, chance: random.Random) -> str:
    return _columns_swapped(text, chance, header_only=False)


def cut_between_rows(text: str, chance: random.Random) -> str:
    rows = _rows(text)
    return "".join(rows[: chance.randrange(1, len(rows))])


MUTATIONS = (
    cut_anywhere, row_gone, row_twice, rows_moved, cell_gone, sign_set, head_gone, names_swapped, columns_swapped,
    cut_between_rows,
)  # fmt: skip
PARTS = (row_gone, cut_between_rows, cut_anywhere)
"""After these a part of the rows may be read."""


def _set(frame: pd.DataFrame) -> set[tuple[object, ...]]:
    return {tuple(None if cell != cell else cell for cell in row) for row in frame.itertuples(index=False)}


@pytest.mark.parametrize("name", READERS)
def test_no_mutated_file_is_read_wrongly(files: dict[str, Path], name: str) -> None:
    path, read, chance = files[name], READERS[name], random.Random(name)
    text = path.read_text(encoding="utf-8")
    whole = _set(read(path))
    refused = 0
    for k in range(FILES):
        mutate = MUTATIONS[k % len(MUTATIONS)]
        path.write_text(mutate(text, chance), encoding="utf-8", newline="")
        try:
            found = _set(read(path))
        except DetenteError as error:
            refused += path.name in str(error)
            continue
        told = f"{mutate.__name__}, {k}: {sorted(map(str, found ^ whole))}"
        assert found <= whole if mutate in PARTS else found == whole, told
    assert refused > FILES / 4
