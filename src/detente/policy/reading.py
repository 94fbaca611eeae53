"""YAML in, plain data and line numbers out; refusals name the file, the line and the field.

The dialect is small on purpose: one document, no anchors or aliases, no tags, no duplicate keys, `true`/`false` only
as booleans (so `on:` and the country code NO are words), dates as 2025-10-18 without quotes. Limits: 2 MB, 40 levels.

>>> data, lines = read_yaml("id: x\\nmeasures:\\n  - id: m\\n    rate_pct: 24\\n", "x.yaml")
>>> data["measures"][0]["rate_pct"], lines[("measures", 0, "rate_pct")]
(24, 4)
>>> read_yaml("a: *b", "x.yaml")
Traceback (most recent call last):
detente.errors.BadDossier: BadDossier: x.yaml, line 1: anchors and aliases (& and *) are not allowed in a dossier
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from detente.errors import BadDossier, nearest
from detente.words import refusal

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_REPORTED = 8
PLACED = "placed"
Lines = dict[tuple[str | int, ...], int]
Model = TypeVar("Model", bound=BaseModel)

_INT = re.compile(r"[-+]?[0-9][0-9_]{0,30}$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?$")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})$")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str | bytes, name: str) -> tuple[Any, Lines]:
    """Plain data of `text` and the line of every field. Raises `BadDossier` for anything outside the dialect."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise BadDossier(refusal("policy", "file_too_large", path=name, size=f"{len(raw):,}", most=f"{MAX_BYTES:,}"))
    try:
        clean = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadDossier(refusal("policy", "not_utf8", file=name, line=line)) from None
    try:
        _refuse(clean, name)
        node = yaml.compose(clean, Loader=_Loader)
    except BadDossier:
        raise
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadDossier(refusal("policy", "not_yaml", file=name, where=where, problem=error.problem or error.context)) from None
    except (yaml.YAMLError, ValueError) as error:
        found = re.search(r"position (\d+)", str(error))
        line = clean.count("\n", 0, int(found.group(1))) + 1 if found else 1
        raise BadDossier(refusal("policy", "not_yaml_line", file=name, line=line, problem=" ".join(str(error).split()))) from None
    if node is None:
        raise BadDossier(refusal("policy", "file_empty", file=name))
    lines: Lines = {}
    return _value(node, (), lines, name), lines


def _refuse(text: str, name: str) -> None:
    """Raise what `_guard` says, also where the library stops first.

    The library scans ahead of the events it hands out (a line of brackets may be a key), and since PyYAML 6.0.4 has a bound of
    its own on depth. So what stands before the place where it stopped is read once more: our refusal goes before its message.
    """
    try:
        _guard(text, name)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None:
            with suppress(yaml.YAMLError):
                _guard(text[: error.problem_mark.index], name)
        raise


def _guard(text: str, name: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark: Any = event.start_mark
        line = mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadDossier(refusal("policy", "anchors", file=name, line=line))
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise BadDossier(refusal("policy", "tags", file=name, line=line, tag=tag))
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise BadDossier(refusal("policy", "one_document", file=name, line=line))
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise BadDossier(refusal("policy", "nested_too_deep", file=name, line=line, most=MAX_DEPTH))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, path: tuple[str | int, ...], lines: Lines, name: str) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, line, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, k), lines, name) for k, item in enumerate(node.value)]
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise BadDossier(refusal("policy", "plain_key", file=name, line=key_line))
        key = str(key_node.value)
        if key in data:
            raise BadDossier(refusal("policy", "key_twice", file=name, line=key_line, key=repr(key), first=lines[*path, key]))
        lines[(*path, key)] = key_line
        data[key] = _value(value_node, (*path, key), lines, name)
    return data


def _scalar(node: yaml.ScalarNode, line: int, name: str) -> Any:
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INT.match(text):
        return int(text.replace("_", ""))
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise BadDossier(refusal("policy", "number_too_large", file=name, line=line, number=text))
        return number
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadDossier(refusal("policy", "not_in_calendar", file=name, line=line, day=text)) from None
    return text


def validate(model: type[Model], data: Any, lines: Lines, name: str) -> Model:
    """`data` as `model`; a `BadDossier` with line, field and message of the first few faults otherwise."""
    if not isinstance(data, Mapping):
        raise BadDossier(refusal("policy", "not_a_mapping", file=name, kind=type(data).__name__))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = _causes(error.errors(include_url=False))
        told = [_tell(f, model, data, lines, name) for f in faults[:MAX_REPORTED]]
        more = [f"… and {len(faults) - MAX_REPORTED} more"] if len(faults) > MAX_REPORTED else []
        raise BadDossier("\n  ".join(dict.fromkeys([*told, *more]))) from None


def _causes(faults: Sequence[Any]) -> list[Any]:
    """`faults` without those that only follow: a list is called too short where entries of it were refused."""
    places = [tuple(f["loc"]) for f in faults]

    def follows(fault: Any) -> bool:
        own = tuple(fault["loc"])
        return fault["type"] == "too_short" and any(p != own and p[: len(own)] == own for p in places)

    return [f for f in faults if not follows(f)]


def locate(loc: Sequence[str | int], data: Any) -> tuple[str | int, ...]:
    """Path in the file that a validation location points at (union tags dropped, cut where the file ends)."""
    path: list[str | int] = []
    here = data
    for part in loc:
        inside = (isinstance(here, Mapping) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        )
        if inside:
            here = here[part]
            path.append(part)
    return tuple(path)


def placed(path: Sequence[str | int], text: str) -> PydanticCustomError:
    """A fault of a whole that lies in one of its parts: raise it in a validator, and the message names the line of `path`."""
    return PydanticCustomError(PLACED, "{told}", {"told": text, "path": list(path)})


def _tell(fault: Any, model: type[BaseModel], data: Any, lines: Lines, name: str) -> str:
    loc = tuple(fault["loc"])
    path = locate((*loc, *fault.get("ctx", {}).get("path", ())), data)
    line = next((lines[path[:k]] for k in range(len(path), -1, -1) if path[:k] in lines), 1)
    field = dotted(path)
    kind, text = str(fault["type"]), str(fault["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        close = nearest(str(loc[-1]), dict.fromkeys(_fields_at(model, loc[:-1]), ""))
        hint = f" — did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
        text = f"unknown key {str(loc[-1])!r}{hint}"
    elif kind == "too_short":
        ctx = fault["ctx"]
        text = refusal("policy", "too_few", least=ctx["min_length"], given=ctx["actual_length"])
    elif kind == "missing":
        text = f"{str(loc[-1])!r} is missing"
    elif kind in ("enum", "literal_error"):
        wanted = str(fault.get("ctx", {}).get("expected", ""))
        close = nearest(str(fault.get("input")), dict.fromkeys(re.findall(r"'([^']+)'", wanted), ""))
        hint = f"did you mean {' or '.join(repr(c) for c in close)}?" if close else f"one of {wanted}"
        text = f"{_short(fault.get('input'))} — {hint}"
    elif kind.startswith(("date_", "datetime_")):
        text = _day_wanted(fault.get("input"))
    elif kind in ("float_parsing", "int_parsing", "float_type", "int_type"):
        text = _number_wanted(fault.get("input"), share=any(str(part).startswith("coverage") for part in loc))
    elif kind not in ("value_error", PLACED):
        text = f"{text} (got {_short(fault.get('input'))})"
    return f"{name}, line {line}, {field or 'top level'}: {text}"


def _day_wanted(value: object) -> str:
    """How a day is written, and which one was meant where what stands there says so: 20250405, a spreadsheet's count, a time."""
    given, meant, timed = str(value), None, False
    if re.fullmatch(r"\d{8}", given):
        meant = f"{given[:4]}-{given[4:6]}-{given[6:]}"
    elif re.fullmatch(r"\d{5}", given):  # days since 30 December 1899
        meant = date.fromordinal(date(1899, 12, 30).toordinal() + int(given)).isoformat()
    elif found := re.match(r"(\d{4}-\d{2}-\d{2})[T ]\d", given):
        meant, timed = found.group(1), True
    elif (found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", given)) is not None:
        meant = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    if meant is not None:
        try:
            date.fromisoformat(meant)
        except ValueError:
            meant = None
    return refusal("policy", "day_form", given=_short(value), meant=meant or "", timed="yes" if timed else "")


def _number_wanted(value: object, share: bool) -> str:
    """How a number is written, and which one was meant where a decimal comma or a percent sign stands in it."""
    meant = ""
    if isinstance(value, str) and (found := re.fullmatch(r"\s*([-+]?\d+)(?:\.(\d+)|,(\d{1,2}|\d{4,}))?\s*(%?)\s*", value)):
        number = float(f"{found[1]}.{found[2] or found[3] or 0}")
        meant = f"{number / 100 if share and found[4] else number:g}"
    return refusal("policy", "number_form", given=_short(value), meant=meant)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def dotted(path: Sequence[str | int]) -> str:
    """A place in a file as it is told: measures[0].rate_pct."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")


def _fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    here: list[type[BaseModel]] = [model]
    for part in loc:
        step = [m.model_fields[str(part)].annotation for m in here if str(part) in m.model_fields]
        step += [f.annotation for m in here for f in m.model_fields.values() if f.alias == part]
        if step:
            here = [found for annotation in step for found in _models_in(annotation)] or here
    return sorted({f.alias or n for m in here for n, f in m.model_fields.items()})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for inner in getattr(annotation, "__args__", ()) for m in _models_in(inner)]
