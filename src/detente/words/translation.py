"""One language at a time: what the catalogue of a language says in place of a text (gettext, read by Babel).

No catalogue ships: English is what the templates, the labels in Python and `labels.yaml` say. A translator makes one of
`messages.pot` (`make messages`; docs/translating.md), puts it as `FOLDER/LANGUAGE/LC_MESSAGES/detente.po` (or `.mo`) and sets
`DETENTE_LOCALE=FOLDER` and `DETENTE_LANG=LANGUAGE`. What a catalogue does not hold stays English. Numbers, dates and lists follow
the language by themselves.

>>> current(), _("Chance"), plural(2, "measure", other="measures")
('en', 'Chance', 'measures')
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import InputError
from detente.files import digest

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
DOMAIN = "detente"
LANGUAGE_VARIABLE, FOLDER_VARIABLE = "DETENTE_LANG", "DETENTE_LOCALE"

Messages = Mapping[tuple[str | None, str], str]
"""(context or None, text) → what stands for it."""

_asked: list[str] = []


def source() -> tuple[str, str]:
    """Language and folder that texts are made from now: what a text that is kept is kept under."""
    return current(), os.environ.get(FOLDER_VARIABLE, "")


def current() -> str:
    """The language texts are made in: that of the innermost `language`, else `DETENTE_LANG`, else English."""
    return _asked[-1] if _asked else os.environ.get(LANGUAGE_VARIABLE) or ENGLISH


@contextmanager
def language(code: str) -> Iterator[None]:
    """Texts made inside the block are in this language ("de", "pt-BR"), in every thread of the process.

    Raises `InputError` where the folder `DETENTE_LOCALE` has no catalogue of it.
    """
    _asked.append(code)
    try:
        catalogue(*source())
        yield
    finally:
        _asked.pop()


def _(text: str) -> str:
    """A label in the current language; literals in the brackets are found by `make messages`."""
    return translated(text)


def N_(text: str) -> str:  # noqa: N802 (gettext's name)
    """Marks a label that is made when a module is read and put into words later, by `_`."""
    return text


def translated(text: str, context: str | None = None) -> str:
    """What the catalogue says for a text in its context ("region MYS: name"), the text itself where it says nothing."""
    return text if current() == ENGLISH else catalogue(*source()).get((context, text)) or text


def fingerprint() -> str:
    """Changes whenever the texts a catalogue gives change: part of what a text that is kept between runs is kept under."""
    code, held = current(), catalogue(*source())
    return f"{code} {digest(sorted((where or '', text, said) for (where, text), said in held.items()))}" if held else code


def plural(n: float, one: str, *, other: str, zero: str = "", two: str = "", few: str = "", many: str = "") -> str:
    """The form of a word that goes with a number in the current language (CLDR's names); `other` where a form is not given.

    >>> plural(1, "measure", other="measures"), plural(0, "measure", other="measures")
    ('measure', 'measures')
    """
    forms = {"one": one, "zero": zero, "two": two, "few": few, "many": many}
    return forms.get(locale_of(current()).plural_form(n)) or other


@cache
def locale_of(code: str, territory: str | None = "GB") -> Locale:
    """How a language writes numbers, dates and lists. English is that of a territory, and stands in for what Babel does not
    know. Babel is loaded when the first number is printed: a command's help needs none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code.replace("-", "_")) if code != ENGLISH else Locale(ENGLISH, territory)
    except (UnknownLocaleError, ValueError):
        return Locale(ENGLISH, territory)


@cache
def catalogue(code: str, folder: str) -> Messages:
    """The catalogue of a language in a folder, what its translator marked as fuzzy left out.

    Raises `InputError` where there is none, or one that cannot be read.
    """
    if code == ENGLISH:
        return {}
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import PoFileError, read_po

    place = Path(folder) / code / "LC_MESSAGES"
    found = [place / f"{DOMAIN}{end}" for end in (".mo", ".po") if folder and (place / f"{DOMAIN}{end}").is_file()]
    if not found:
        raise InputError(f"no catalogue for the language {code!r}: {FOLDER_VARIABLE} must name a folder with "
                         f"{code}/LC_MESSAGES/{DOMAIN}.po or .mo")  # fmt: skip
    try:
        with found[0].open("rb") as file:
            held = read_mo(file) if found[0].suffix == ".mo" else read_po(file, abort_invalid=True)
    except (PoFileError, OSError, ValueError) as error:
        raise InputError(f"{found[0]} cannot be read as a catalogue: {error}") from error
    return {
        (m.context or None, m.id): m.string
        for m in held
        if isinstance(m.id, str) and m.id and isinstance(m.string, str) and m.string and not m.fuzzy
    }
