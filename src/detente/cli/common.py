"""What every command shares: consoles, JSON, tables, a progress bar, common options."""

from __future__ import annotations

import codecs
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from detente.cli.logs import stages
from detente.cli.reply import Escaped, Voice
from detente.cli.shapes import marked
from detente.errors import InputError
from detente.files import table_csv, target_file, write
from detente.words import fixed
from detente.words.controls import escaped
from detente.words.currency import DOLLAR, currency, in_currency, record_in_currency, table_in_currency
from detente.words.names import code_of

if TYPE_CHECKING:
    import pandas as pd

    from detente.verbs import Subject
    from detente.world.world import World

out = Voice(markup=False, emoji=False)
err = Escaped(stderr=True, markup=False, emoji=False)
"""Words of a dossier are printed as they stand: no bracket, colon or control character in them means anything to the console."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WorldName = Annotated[str, typer.Option("--world", "-w", help="A shipped world (world-2022, toy) or a file.")]
HorizonName = Annotated[
    str | None,
    typer.Option("--horizon", help="A month of the path (month 36), or short, medium, long; the dossier's own if absent."),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        help="law (what the law does by itself; scenarios if absent), no-deal, reference (before the conflict), in-force.",
    ),
]
DossierName = Annotated[str, typer.Argument(help="A packaged dossier (january-2027, kuala-lumpur-2025) or a YAML file.")]


Force = Annotated[bool, typer.Option("--force", help="Replace files of the same names that detente did not write.")]


def economies(said: Iterable[str] | None, known: Iterable[str], what: str = "economy") -> list[str]:
    """Codes in `known` of what somebody named, each once; see `names.code_of`, whose errors it raises."""
    codes = tuple(known)
    return list(dict.fromkeys(code_of(name, codes, what) for name in said or ()))


def out_file(path: Path | None) -> Path | None:
    """Callback of every option that names a file to write: refuse at once what cannot be written after minutes of work."""
    if path == Path():  # an empty name reads as the current folder
        raise InputError("the file to write has an empty name, or is the current folder; give a file name")
    return None if path is None else target_file(path)


def write_csv(frame: pd.DataFrame, path: Path, **options: Any) -> None:
    """A frame as CSV, the whole file or nothing; `options` are those of `DataFrame.to_csv`."""
    write(path, table_csv(table_in_currency(frame), **options))


def print_error(text: str) -> None:
    """A failure on standard error."""
    err.print(Text.assemble(("error", "bold"), " ", escaped(text)), highlight=False)


def ask(name: str, subject: Subject | None, as_json: bool, given: Mapping[str, Any], **how: Any) -> Any:
    """The answer to a question of `detente.verbs`, with a progress bar unless JSON is asked for."""
    from detente.verbs import VERBS

    verb = VERBS[name]
    with progress_bar(name, as_json) as progress:
        return verb.put(subject, verb.arguments.model_construct(**given), progress, **how)


def save(name: str, found: Any, csv: Path | None, chart: Path | None = None, *, index: bool = False) -> None:
    """The answer's table and chart as files, where files are asked for."""
    from detente.verbs import VERBS

    verb = VERBS[name]
    if csv is not None and verb.table is not None:
        write_csv(verb.table(found), csv, index=index, float_format="%.10g")
    if chart is not None and verb.figure is not None:
        save_figure(verb.figure(found, csv="" if csv is None else csv.name), chart)


def save_figure(figure: Any, chart: Path) -> None:
    """A figure as a file; None (nothing to draw) writes none."""
    from detente.briefing.charts.standalone import save_chart

    if figure is not None:
        save_chart(figure, chart)


def subject_of(dossier: str, world: str, horizon: str | None) -> Subject:
    """A dossier on a world, as questions take them."""
    from detente.policy.dossier import load_dossier
    from detente.verbs import Subject

    return Subject(the_world(world), horizon, load_dossier(dossier))


def the_world(name: str | Path) -> World:
    """The world a command is about; what the command prints is in its currency."""
    from detente.words.currency import use
    from detente.world.library import load_world

    found = load_world(name)
    use(found.unit)
    return found


C1 = {k: f"\\u{k:04x}" for k in range(127, 160)}
"""Control characters that JSON need not escape."""


def emit(value: Any, kept: Collection[str] = (), *, part: str = "") -> None:
    """The answer of a command in JSON, with its shape (`shapes`): `part` tells those of one command apart.

    Of a world in another currency than US dollars, names (but those in `kept`) and units say so, and so does `currency`.
    """
    value = record_in_currency(value, kept)
    if currency() != DOLLAR and isinstance(value, dict):
        value = {"currency": currency(), **value}
    print_json(marked(value, part))


def print_json(value: Any) -> None:
    """JSON on standard output; what its encoding has no sign for is escaped, so that it stays JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str).translate(C1)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2, default=str)
    sys.stdout.write(text + "\n")


SIGNS = str.maketrans({
    "−": "-", "–": "-", "—": "-", "\N{THIN SPACE}": " ", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ",
    "≤": "<=", "≥": ">=", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "→": "->", "×": "x", "·": ".", "≈": "~",
    "●": "*", "◑": "o", "○": "o", "━": "-", "╸": "-", "╺": "-", "│": "|", "─": "-", "╭": "+", "╮": "+", "╰": "+", "╯": "+",
})  # fmt: skip
"""Plain signs for terminals that know no others."""


def readable(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no sign for, in signs that it has: −0.3 % is -0.3 %."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end].translate(SIGNS)
    bare = unicodedata.normalize("NFKD", missing)
    return "".join(c if c.isascii() else "" if unicodedata.combining(c) else "?" for c in bare), error.end


def any_terminal() -> None:
    """Let standard output and error print what their encoding has no sign for."""
    codecs.register_error("readable", readable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="readable")


def told_idle(idle: Mapping[str, str]) -> dict[str, Any]:
    """Measures without effect for JSON: nothing where there are none."""
    return {"without_effect": [{"measure": k, "why": why} for k, why in idle.items()]} if idle else {}


def print_idle(idle: Mapping[str, str], title: str) -> None:
    """Measures without effect, one a line, under a title; nothing where there are none."""
    if idle:
        out.print("\n".join([f"{title}:", *(f"  {k}: {why}" for k, why in idle.items())]), highlight=False, soft_wrap=True)


def signed(value: float, places: int = 2) -> str:
    """Two decimals (or `places`) with a sign, as sentences print it; what rounds to nothing has none."""
    return fixed(value, places, signed=True)


def figure_of(value: float | None, places: int = 2) -> str:
    """A figure as sentences print it; an en dash where there is none."""
    return "–" if value is None else fixed(value, places)


GAP = 2
"""Columns of a terminal between two columns of a table."""


class Figures(Table):
    """A table whose figures stay on one line where the terminal is wide enough, and are folded where it is not: none is cut."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, every column folded where folding those that may be is not enough."""
        needed = 0
        for column in self.columns:
            cells = [Measurement.get(console, options.update(max_width=10_000), c) for c in (column.header, *column.cells)]
            needed += GAP + max(c.maximum if column.no_wrap else c.minimum for c in cells)
        if needed - GAP > options.max_width:
            for column in self.columns:
                column.no_wrap = False
        return super().__rich_console__(console, options)


def text_table(columns: tuple[str, ...]) -> Table:
    """A plain table: names on the left, figures on the right."""
    shown = Figures(box=None, pad_edge=False)
    for k, column in enumerate(map(in_currency, columns)):
        shown.add_column(column, justify="right" if k else "left", no_wrap=True, overflow="fold")
    return shown


@contextmanager
def progress_bar(title: str, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; silent when asked or when nobody is watching. Stages are logged either way."""
    if quiet or not err.is_terminal:
        with stages(title, lambda label, done, total: None) as progress:
            yield progress
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(), console=err, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)

        def show(label: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title}: {label}", completed=done, total=total)

        with stages(title, show) as progress:
            yield progress


def run_words(horizon: str) -> str:
    """A horizon as it is printed: "medium run", "after 36 months"."""
    from detente.words import run_words as words  # not for --help

    return words(horizon)
