"""The table of verbs and constructions, `constructions.yaml`, compiled.

>>> word("pays").search("Swiss watches face a duty").group()
'face'
>>> instruments()[0][0]
'export_control'
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def table() -> dict[str, Any]:
    """The file as it stands."""
    return dict(yaml.safe_load(files(__package__).joinpath("constructions.yaml").read_text(encoding="utf-8")))


def body(name: str) -> str:
    """The pattern called `name`, to be part of another."""
    found: Any = table()
    for part in name.split("."):
        found = found[part]
    return str(found)


@cache
def word(name: str) -> re.Pattern[str]:
    """The pattern called `name` at word bounds, any case. A name in a group is written with a dot ("labels.by")."""
    return re.compile(rf"\b(?:{body(name)})(?!\w)", re.IGNORECASE)


@cache
def built(shape: str) -> re.Pattern[str]:
    """A pattern built of others: "{pays}" stands for the pattern called so; any case."""
    return re.compile(re.sub(r"\{([a-z_.]+)\}", lambda m: f"(?:{body(m[1])})", shape), re.IGNORECASE)


@cache
def instruments() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(kind, pattern) of the words that name an instrument, in order; a tariff war is none."""
    found = []
    for row in table()["instruments"]:
        after = f"(?!{body('not_a_duty')})" if row["kind"] == "tariff" else ""
        found.append((row["kind"], built(rf"\b(?:{row['words']})\b{after}")))
    return tuple(found)


@cache
def cues() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    """(status, how sure, pattern) of the words that tell a status."""
    return tuple(
        (row["status"], row["sure"], re.compile(rf"\b(?:{row['words']})(?!\w)", re.IGNORECASE)) for row in table()["cues"]
    )
