"""Whether an answer in JSON is as the schema of its shape says."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from detente.cli import shapes


@cache
def _validator(told: str) -> Draft202012Validator:
    name, _, version = told.removeprefix("detente.").rpartition("/")
    return Draft202012Validator(shapes.schema(name, int(version)))


def told_by(answer: Any) -> str:
    """The shape that an answer names: detente.NAME/N."""
    return str((answer[0] if isinstance(answer, list) else answer)[shapes.KEY])


def faults(answer: Any) -> list[str]:
    """Where an answer is not as the schema of the shape it names says, in words."""
    plain = json.loads(json.dumps(answer, default=str))
    found = _validator(told_by(plain)).iter_errors(plain)
    return [f"{told_by(plain)} {error.json_path}: {error.message[:300]}" for error in found]
