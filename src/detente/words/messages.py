"""`make messages`: everything a translator can say otherwise, in one file for gettext's tools (`messages.pot`).

Found by Babel in the package: the texts of the templates (`words.pieces`, named by template and macro), labels marked with `_`
or `N_` in Python and in pages, labels of the data files, and the names of regions and sectors, form by form. What a dossier says
is not among them: a dossier in another language is another dossier. Nor are errors, help texts and the reader's lexicon.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import yaml

from detente import __version__
from detente.words.names import forms, group_table, name_context, region_table, sector_table
from detente.words.pieces import messages

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

Found = tuple[int, str, tuple[str, ...], list[str]]
"""Line, gettext function, its arguments, comments for the translator."""

KEYWORDS = {"_": None, "N_": None, "pgettext": ((1, "c"), 2), "gettext": None}
LABELLED = {
    "_": ("text",), "N_": ("text",), "Col": ("head", "cells", "unit"), "Column": ("title", "unit"), "Cell": ("text", "sub"),
    "Heading": ("text",),
    "Section": ("", "title"), "Table": ("", "title"), "Para": ("text", "lead"), "Number": ("value", "what", "detail"),
    "table": ("", "", "", "", "source"),
}  # fmt: skip
"""What says the texts it is given, and which of its arguments: blocks of a document put their labels into words themselves."""
HERE = f"{__name__}:"
METHODS = [
    ("briefing/templates/**", "jinja2.ext:babel_extract"),  # pages, whose texts come from elsewhere
    ("**.md.j2", f"{HERE}of_template"),
    ("**.html.j2", "jinja2.ext:babel_extract"),
    ("data/labels.yaml", f"{HERE}of_names"),
    ("data/indicators.yaml", f"{HERE}of_labels"),
    ("data/horizons.yaml", f"{HERE}of_labels"),
    ("data/path.yaml", f"{HERE}of_labels"),
    ("data/draws.yaml", f"{HERE}of_labels"),
    ("data/assumptions.yaml", f"{HERE}of_labels"),
    ("data/worlds/assumptions_world.yaml", f"{HERE}of_labels"),
    ("**.py", f"{HERE}of_code"),
]
HEAD = "# Texts of detente: what a translator can say otherwise, and how, stands in docs/translating.md."
LABELS = ("label", "unit", "statement", "evidence", "if_wrong", "summary", "in_sight")
"""Fields of data files that are put into words."""


def catalog() -> Catalog:
    """All messages of the package, each with where it stands."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    made = Catalog(project="detente", version=__version__, header_comment=HEAD, fuzzy=False)
    root = _root()
    for file, line, text, comments, where in extract_from_dir(root, METHODS, None, KEYWORDS):
        made.add(text, None, [(Path(file).as_posix(), line)], auto_comments=comments, context=where)
    for message in made:
        message.flags -= {"python-format", "python-brace-format"}  # "{% if" is no format of Python
    return made


def of_template(file: IO[bytes], keywords: Any, tags: Collection[str], options: Mapping[str, Any]) -> Iterator[Found]:
    """Babel's extraction method for a template of texts."""
    template = Path(file.name).resolve().relative_to(_root()).as_posix()
    for line, where, text in messages(file.read().decode(), template):
        yield line, "pgettext", (where, text), []


def of_code(file: IO[bytes], keywords: Any, tags: Collection[str], options: Mapping[str, Any]) -> Iterator[Found]:
    """Babel's extraction method for Python: literals among the arguments of `LABELLED`, also where one of two is chosen."""
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call):
            continue
        names = LABELLED.get(getattr(node.func, "attr", getattr(node.func, "id", "")), ())
        given = [*zip(names, node.args, strict=False), *((k.arg, k.value) for k in node.keywords if k.arg in names)]
        for line, text in (found for _, value in given for found in _literals(value)):
            if any(c.isalpha() for c in text):
                yield line, "_", (text,), []


def _literals(value: ast.expr) -> Iterator[tuple[int, str]]:
    match value:
        case ast.Constant(value=str(text)):
            yield value.lineno, text
        case ast.IfExp():
            yield from _literals(value.body)
            yield from _literals(value.orelse)
        case ast.List() | ast.Tuple():
            for entry in value.elts:
                yield from _literals(entry)
        case ast.ListComp():
            yield from _literals(value.elt)


def of_names(file: IO[bytes], keywords: Any, tags: Collection[str], options: Mapping[str, Any]) -> Iterator[Found]:
    """Babel's extraction method for the names of regions, groups and sectors."""
    for kind, codes in (("region", [*region_table(), *group_table()]), ("sector", list(sector_table()))):
        for code in codes:
            for form, text in forms(code, kind).items():
                yield 1, "pgettext", (name_context(code, form, kind), text), []


def of_labels(file: IO[bytes], keywords: Any, tags: Collection[str], options: Mapping[str, Any]) -> Iterator[Found]:
    """Babel's extraction method for a data file: what stands in its fields `LABELS`."""
    for text in dict.fromkeys(_labels(yaml.safe_load(file.read()))):
        yield 1, "_", (text,), []


def _labels(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        yield from (str(data[k]) for k in LABELS if any(c.isalpha() for c in str(data.get(k, ""))))
    if isinstance(data, Mapping | list):
        inner: Iterable[Any] = data.values() if isinstance(data, Mapping) else data
        for value in inner:
            yield from _labels(value)


def _root() -> Path:
    return Path(str(files("detente"))).resolve()


def main(target: str) -> None:
    """Write the template of a catalogue."""
    from babel.messages.pofile import write_po

    made = catalog()
    with Path(target).open("wb") as file:
        write_po(file, made, width=100, sort_by_file=True, omit_header=False)
    print(f"{target}: {len(made)} texts")


if __name__ == "__main__":
    main(sys.argv[1])
