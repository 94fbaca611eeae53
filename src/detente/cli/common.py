"""What every command shares: consoles, JSON, tables, a progress bar, common options."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

out = Console()
err = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WorldName = Annotated[str, typer.Option("--world", "-w", help="A shipped world (world-2022, toy) or a file.")]
HorizonName = Annotated[str | None, typer.Option("--horizon", help="short, medium or long; the dossier's own if absent.")]
DossierName = Annotated[str, typer.Argument(help="A packaged dossier (kuala-lumpur-2025) or a YAML file.")]


def plain(text: str) -> str:
    """Text that rich prints as it is, brackets included."""
    return text.replace("[", "\\[")


def emit(value: Any) -> None:
    """JSON on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def signed(value: float) -> str:
    """Two decimals with a true minus sign; what rounds to nothing has no sign."""
    text = f"{value:+,.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−")


def text_table(columns: tuple[str, ...]) -> Table:
    """A plain table: names on the left, figures on the right."""
    shown = Table(box=None, pad_edge=False)
    for k, column in enumerate(columns):
        shown.add_column(column, justify="right" if k else "left", no_wrap=True)
    return shown


@contextmanager
def progress_bar(title: str, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; silent when asked or when nobody is watching."""
    if quiet or not err.is_terminal:
        yield lambda label, done, total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        console=err, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)
        yield lambda label, done, total: bar.update(task, description=f"{title}: {label}", completed=done, total=total)
