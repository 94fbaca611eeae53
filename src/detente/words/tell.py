"""Results into prose: templates (Jinja, `.md.j2`) hold every sentence; an editor can edit them, a translator translate.

A template is a set of macros without arguments, one a text. They see the values given, every name of `detente.words`, and may
use macros of their own. What stands outside macros is read once for all texts and sees no values. Lines are wrapped as an editor
likes: inside a paragraph white space is one space, a blank line parts paragraphs. An undefined name is an error.

>>> from jinja2 import DictLoader
>>> said(environment(DictLoader({"t.md.j2": "{% macro end() %}It falls\\n  {{ percent(x) }}.{% endmacro %}"})), "t", "end", x=0.3)
'It falls 0.30\\u202f%.'
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from detente.errors import InputError
from detente.files import cache_folder
from detente.words import names, numbers
from detente.words.currency import DOLLAR, counted_in, currency, template_in_currency
from detente.words.pieces import Piece, replaced
from detente.words.translation import ENGLISH, catalogue, plural, source as language_source

if TYPE_CHECKING:
    from jinja2 import BaseLoader, BytecodeCache, Environment

_BLANKS = re.compile(r"[ \t\n]+")
_PARTED = re.compile(r"\n[ \t]*\n")
_UNSHIELD = {0xFDD0: " ", 0xFDD1: "\t", 0xFDD2: "\n"}
"""Characters that no text may hold (Unicode, section 23.7) stand in for blanks that must not collapse."""
_SHIELD = {ord(blank): chr(code) for code, blank in _UNSHIELD.items()}


def tell(result: Any, part: str = "explain", **values: Any) -> str:
    """`part` of the template named after the class of `result` (`words/templates/CLASS.md.j2`), which sees the result as `it`.

    A result that knows the unit of its world (`world_unit`, "million EUR") is told in that currency.
    """
    with counted_in(getattr(result, "world_unit", None)):
        return say(f"words/templates/{type(result).__name__}", part, it=result, **values)


def say(template: str, part: str, **values: Any) -> str:
    """One text of a template, named by its path in the package without `.md.j2`; paragraphs are parted by a blank line."""
    if all(type(v) in _SIMPLE for v in values.values()):  # labels are asked for again and again
        return _again(spoken(), template, part, tuple((k, repr(v), v) for k, v in values.items()))
    return said(_packaged(spoken()), template, part, **values)


def spoken() -> Source:
    """What a text hangs on besides its values: whoever keeps texts keeps them by it."""
    return *language_source(), currency()


VOCABULARY: list[ModuleType] = [names, numbers]
"""Modules whose names a template may use; what is said by templates itself (`phrases`) is added by the package."""
_GIVEN: ContextVar[dict[str, Any] | None] = ContextVar("given", default=None)

Source = tuple[str, str, str]
"""Language, folder of its catalogue and currency that texts are made from."""

_SIMPLE = (str, int, float, bool, type(None))


@lru_cache(maxsize=4096)
def _again(source: Source, template: str, part: str, values: tuple[tuple[str, str, Any], ...]) -> str:
    return said(_packaged(source), template, part, **{k: v for k, _, v in values})


def said(templates: Environment, template: str, part: str, **values: Any) -> str:
    """`say` from other templates."""
    token = _GIVEN.set(values)
    try:
        text = getattr(templates.get_template(f"{template}.md.j2").module, part)()
    finally:
        _GIVEN.reset(token)
    return "\n\n".join(p for p in (_BLANKS.sub(" ", p).strip(" ") for p in _PARTED.split(str(text))) if p)


def refusal(room: str, part: str, **values: Any) -> str:
    """One text of `ROOM/refusals.md.j2`: what a room says when it refuses. Every value becomes text and stands as it was given,
    blanks and lines too, for a refusal quotes its user word for word."""
    quoted = {name: str(value).translate(_SHIELD) for name, value in values.items()}
    return say(f"{room}/refusals", part, **quoted).translate(_UNSHIELD)


def environment(loader: BaseLoader, code: str = ENGLISH, *, kept: bool = True) -> Environment:
    """Templates that see the words of the project and refuse what is not defined. Prose is plain: who prints it escapes it.

    `code` is the language whose texts the loader gives; what is not English was written elsewhere and runs in Jinja's sandbox.
    Compiled templates are `kept` between runs.
    """
    from jinja2 import Environment, StrictUndefined
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

    class Given(Context):
        """Macros are made once a template; they look up the values of the text that is being made."""

        def resolve_or_missing(self, key: str) -> Any:
            given = _GIVEN.get()
            return given[key] if given and key in given else super().resolve_or_missing(key)

    kind: type[Environment] = Environment if code == ENGLISH else SandboxedEnvironment
    made = kind(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        auto_reload=False,
        bytecode_cache=compiled("" if code == ENGLISH else code) if kept else None,
    )
    made.context_class = Given
    for module in VOCABULARY:
        made.globals.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    made.globals["plural"] = plural
    return made


def compiled(of: str = "") -> BytecodeCache | None:
    """Templates as compiled in an earlier run, by their content, those `of` a kind apart; None where no folder may be written."""
    from jinja2 import FileSystemBytecodeCache

    folder = cache_folder("templates") / of
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


@cache
def _packaged(source: Source) -> Environment:
    """The package's templates, in another language with the texts of its catalogue, in another currency with its code."""
    from jinja2 import BaseLoader, PackageLoader

    class Translated(BaseLoader):
        """Templates with each text as the catalogue has it."""

        def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
            text, name, fresh = packaged.get_source(environment, template)
            if code != ENGLISH:
                text = replaced(text, template, lambda piece, where: _checked(environment, piece, where, (code, folder)))
            return template_in_currency(text), name, fresh

    code, folder, money = source
    packaged = PackageLoader("detente", "")
    return environment(packaged if (code, money) == (ENGLISH, DOLLAR) else Translated(), code, kept=money == DOLLAR)


def _checked(environment: Environment, piece: Piece, where: str, language: tuple[str, str]) -> str:
    """The catalogue's text. Raises `InputError` where it is no template or asks for what the original does not have."""
    from jinja2 import TemplateSyntaxError
    from jinja2.meta import find_undeclared_variables

    said, code = catalogue(*language).get((where, piece.text)), language[0]
    if said is None or said == piece.text:
        return piece.text

    def asked(source: str) -> set[str]:
        return find_undeclared_variables(environment.parse(source if piece.macro else f"{{% set x = {source} %}}"))

    try:
        strange = asked(said) - asked(piece.text) - set(environment.globals)
    except TemplateSyntaxError as error:
        raise InputError(f"the {code} text of {where!r} is no template: {error.message}") from error
    if strange:
        raise InputError(f"the {code} text of {where!r} asks for {', '.join(sorted(strange))}, which the original does not have")
    return said
