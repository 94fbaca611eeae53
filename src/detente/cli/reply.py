"""How every command answers: what a person would say, one table that fits, the next command. `--full` prints the rest.

A command prints as it likes through `common.out`. Without `--full` the reply listens, then says: the answer (twelve lines at most
with what heads the table), the first table in eighty columns with no number cut, and the next useful command. What is written to
`sys.stdout` itself (JSON, YAML, a schema) passes by untouched.
"""

from __future__ import annotations

import functools
import inspect
import re
import shlex
import textwrap
from collections.abc import Callable, Sequence
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from detente.words.controls import escaped

WIDTH, LINES, ROWS = 80, 12, 20
"""Columns of a line, lines of an answer, rows of a table."""

HEAD = 3
"""Lines of the answer that may head the table."""

LABEL = 16
"""The narrowest a column of names is folded to."""

Full = Annotated[
    bool, typer.Option("--full", envvar="DETENTE_FULL", help="Print everything, not the answer and one table alone.")
]

NEXT = {
    "solve": "path {dossier}", "path": "jobs {dossier}", "talks": "deal {dossier}", "deal": "truce {dossier}",
    "truce": "deal {dossier}", "outlook": "watch {dossier}", "watch": "outlook {dossier} --questions",
    "dispatch": "policy timeline {dossier}",
    "jobs": "politics {dossier}", "politics": "jobs {dossier}", "uncertainty": "reaction {dossier}",
    "reaction": "uncertainty {dossier}", "exercises": "solve {dossier}", "control": "solve {dossier}",
    "bystander": "bystander {dossier} --full", "ensemble": "solve {dossier}",
    "dossier_show": "policy timeline {dossier}", "dossier_check": "solve {dossier}",
    "policy_show": "policy deadlines {dossier}", "policy_timeline": "policy deadlines {dossier}",
    "policy_deadlines": "policy show {dossier}", "policy_diff": "policy timeline {dossier}",
    "published": "backtest", "nash": "regimes", "bargain": "regimes", "regimes": "world info", "rates": "rates --scores",
    "compare": "dossier list", "changed": "dossier list", "backtest": "validate published", "estimate": "data list",
}  # fmt: skip
"""The next useful command by the name of a command's function; `{dossier}` is the one that was asked about."""


class Said(NamedTuple):
    """A line or a table as a command printed it. An answer stands first; a remark (printed dim) is never one."""

    what: Any
    first: bool = False
    remark: bool = False


class Escaped(Console):
    """A console that shows the control characters of what it is given instead of obeying them."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Every string on its way to the terminal, cells of tables included."""
        return super().render_str(escaped(text), **how)


class Voice(Escaped):
    """A console that can listen first and say less."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.heard: list[Said] | None = None

    def print(self, *objects: Any, **how: Any) -> None:
        """Print at once, or keep it where the reply listens."""
        if self.heard is None:
            super().print(*objects, **how)
        else:
            self.heard += [Said(o, remark=how.get("style") == "dim") for o in objects] or [Said("")]

    def answer(self, text: str) -> None:
        """What a person would say to the question; it stands before everything else."""
        if self.heard is None:
            for paragraph in text.split("\n\n"):
                self.say(paragraph)
            super().print()
        else:
            self.heard.append(Said(text, first=True))

    def say(self, text: str) -> None:
        """A paragraph broken at plain spaces only: a number keeps its percent sign."""
        if self.heard is None:
            for line in wrapped(text, max(40, self.width)):
                super().print(line, highlight=False, markup=False, soft_wrap=True)
        else:
            self.heard.append(Said(text))

    @property
    def columns(self) -> int:
        """Columns of a reply: eighty, or what a narrower terminal has; a few less where an arrow will be two signs."""
        wide = min(WIDTH, self.width)
        try:
            "→".encode(getattr(self.file, "encoding", None) or "utf-8")
        except UnicodeEncodeError:
            wide -= 2
        return max(40, wide)


def spoken(command: Callable[..., Any], out: Voice) -> Callable[..., Any]:
    """The command with `--full`, answering first without it. One with a `--full` of its own says what it says."""
    sign = inspect.signature(command, eval_str=True)
    if "full" in sign.parameters:
        return command

    @functools.wraps(command)
    def speaking(*args: Any, full: bool = False, **given: Any) -> Any:
        if full:
            return command(*args, **given)
        out.heard = []
        try:
            found = command(*args, **given)
        except typer.Exit:
            heard, out.heard = out.heard, None
            reply(heard, out, None)
            raise
        finally:
            heard, out.heard = out.heard or [], None
        follow = NEXT.get(command.__name__)
        dossier = given.get("dossier") or given.get("target")
        if follow is not None and ("{" not in follow or isinstance(dossier, str)):
            follow = follow.format(dossier=shlex.quote(str(dossier)))
        else:
            follow = None
        reply(heard, out, follow)
        return found

    option = inspect.Parameter("full", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Full)
    # typer reads it; stubs of functions lack it
    speaking.__signature__ = sign.replace(parameters=[*sign.parameters.values(), option])  # type: ignore[attr-defined]
    speaking.__annotations__ = {p.name: p.annotation for p in sign.parameters.values()} | {"full": Full}
    return speaking


def reply(heard: Sequence[Said], out: Voice, follow: str | None) -> None:
    """Say what was heard: the answer, one table, the next command."""
    texts = [(k, s) for k, s in enumerate(heard) if not isinstance(s.what, Table)]
    tables = [(k, s.what) for k, s in enumerate(heard) if isinstance(s.what, Table) and s.what.row_count]
    hints = [plain(s) for _, s in texts if plain(s).startswith("Next: ")]
    texts = [(k, s) for k, s in texts if not plain(s).startswith("Next: ")]
    if not texts and not tables:
        return
    at = tables[0][0] if tables else len(heard)
    answers = [plain(s) for _, s in texts if s.first]
    before = [plain(s) for k, s in texts if not s.first and k < at]
    after = [plain(s) for k, s in texts if not (s.first or s.remark) and k > at and plain(s).rstrip().endswith((".", "!", "?"))]
    head, cut = (first_lines(before, HEAD if answers or after else LINES, out.columns)) if tables else ([], False)
    body = answers or (after if tables else before)
    said, more = first_lines(body, LINES - len(head) - bool(head and body), out.columns)
    rest = cut or more or len(tables) > 1 or bool(answers and after) or any(s.remark for _, s in texts)
    for line in [*said, *([""] if said and head else []), *head]:
        show(out, line)
    notes: list[str] = []
    if tables:
        shown, notes = fitted(tables[0][1], out.columns)
        if said and not head:
            show(out, "")
        Console.print(out, shown)
    if rest and not any("--full" in note for note in notes):
        notes.append("More: --full.")
    for line in wrapped(" ".join(notes), out.columns):
        show(out, line, "dim")
    told = hints[-1] if hints else ("" if follow is None else f"Next: detente {follow}")
    if told:
        show(out, told, "dim")


def show(out: Voice, line: str, style: str | None = None) -> None:
    """One line as it stands."""
    Console.print(out, line, style=style, highlight=False, markup=False, soft_wrap=True)


def plain(said: Said) -> str:
    """The text of what was said."""
    return said.what.plain if isinstance(said.what, Text) else str(said.what)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a text, broken at plain spaces only: a number keeps its percent sign. Its own lines and indents stay."""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        lines += textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]  # fmt: skip
    return lines


def first_lines(texts: Sequence[str], most: int, width: int) -> tuple[list[str], bool]:
    """Whole sentences from the start that fit `most` lines, and whether something was left out."""
    found: list[str] = []
    for text in (line for t in texts for line in t.strip("\n").split("\n")):
        lines = wrapped(text, width) if text.strip() else [""]
        if lines == [""] and (not found or found[-1] == ""):
            continue
        if len(found) + len(lines) <= most:
            found += lines
            continue
        found += sentences(text, most - len(found), width)
        return trimmed(found), True
    return trimmed(found), False


def sentences(text: str, most: int, width: int) -> list[str]:
    """As many whole sentences of a paragraph as fit."""
    kept: list[str] = []
    told = ""
    for sentence in re.split(r"(?<=[.!?]) +(?=[A-Z“\"(])", text):
        told = f"{told} {sentence}".strip()
        lines = wrapped(told, width)
        if len(lines) > most:
            break
        kept = lines
    return kept


def trimmed(lines: list[str]) -> list[str]:
    """Without empty lines at the end."""
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


# -- the table ---------------------------------------------------------------------------------------------------------
def fitted(table: Table, width: int) -> tuple[Table, list[str]]:
    """The table within `width` columns and `ROWS` rows with no number cut, and what was left out of it, in words."""
    columns = [(str(c.header), [str(x) for x in c.cells], c.justify) for c in table.columns]
    styles = [row.style for row in table.rows]
    notes: list[str] = []
    zero = [k for k, (_, cells, _) in enumerate(columns) if k and nothing(cells)]
    if zero and len(zero) < len(columns) - 1:
        notes.append(f"All zero, so not shown: {', '.join(one_line(columns[k][0]) for k in zero if columns[k][0])}.")
        columns = [c for k, c in enumerate(columns) if k not in zero]
    kept = largest(columns, styles)
    if len(kept) < len(styles):
        notes.append(f"{len(styles) - len(kept)} more rows: --full or --csv.")
    columns = [(h, [cells[k] for k in kept], j) for h, cells, j in columns]
    styles = [styles[k] for k in kept]
    dropped: list[str] = []
    while True:
        made = built(columns, styles, width)
        if made is not None:
            break
        dropped.insert(0, one_line(columns[-1][0]))
        columns = columns[:-1]
    if dropped:
        notes.append(f"No room for {', '.join(d for d in dropped if d) or 'the last column'}: --full.")
    return made, notes


def nothing(cells: Sequence[str]) -> bool:
    """Whether every cell that says something says zero."""
    told = [c for c in cells if c.strip()]
    return bool(told) and all(re.fullmatch(r"[+−-]?0(\.0+)?", c.strip()) for c in told)


def largest(columns: Sequence[tuple[str, list[str], Any]], styles: Sequence[Any]) -> list[int]:
    """Rows to show in their order: totals, and those with the largest first figure; the first rows where there is no figure."""
    count = len(styles)
    if count <= ROWS:
        return list(range(count))
    totals = [k for k in range(count) if styles[k]]
    sizes: list[float | None] = []
    if not all(size(c) is not None for c in columns[0][1] if c):
        for _, cells, _ in columns[1:]:
            sizes = [size(c) for c in cells]
            if sum(s is not None for s in sizes) > count / 2:
                break
        else:
            sizes = []
    rest = [k for k in range(count) if k not in totals]
    if sizes:
        rest.sort(key=lambda k: -(sizes[k] or 0.0))
    return sorted([*totals, *rest[: max(0, ROWS - len(totals))]])


def size(cell: str) -> float | None:
    """How large the figure of a cell is, None where it is none."""
    found = re.match(r"[+−-]?([\d,]+(?:\.\d+)?)(?:\s|%|$)", cell.strip())
    return None if found is None else float(found[1].replace(",", ""))


def built(columns: Sequence[tuple[str, list[str], Any]], styles: Sequence[Any], width: int) -> Table | None:
    """The table with folded heads and, where needed, folded names; None where it does not fit."""
    widths, heads = [], []
    for head, cells, _ in columns:
        body = max((len(line) for c in cells for line in c.split("\n")), default=0)
        heads.append(folded(head, max(body, 6)))
        widths.append(max(body, *(len(line) for line in heads[-1].split("\n"))))
    over = sum(widths) + 2 * (len(widths) - 1) - width
    names = [k for k, (_, cells, justify) in enumerate(columns) if k == 0 or justify == "left" or wordy(cells)]
    for k in sorted(names, key=lambda k: -widths[k]):
        if over > 0 and widths[k] > LABEL:
            narrow = max(LABEL, widths[k] - over)
            over -= widths[k] - narrow
            widths[k] = narrow
    made = Table(box=None, pad_edge=False)
    for k, (_, _, justify) in enumerate(columns):
        made.add_column(folded(heads[k], widths[k]), justify=justify, no_wrap=True)
    for r, style in enumerate(styles):
        made.add_row(*(folded(c[1][r], widths[k]) if k in names else c[1][r] for k, c in enumerate(columns)), style=style)
    console = Console(width=10_000)
    fits = Measurement.get(console, console.options, made).maximum <= width
    return made if fits or len(columns) == 1 else None


def wordy(cells: Sequence[str]) -> bool:
    """Whether a column holds words rather than figures."""
    return any(len(c) > LABEL and sum(x.isalpha() for x in c) > len(c) / 2 for c in cells)


def folded(text: str, width: int) -> str:
    """A head or a name in lines of at most `width`, broken at spaces."""
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, width, break_on_hyphens=False, break_long_words=False) or [""]
    )


def one_line(head: str) -> str:
    """A head of several lines in one."""
    return " ".join(head.split())
