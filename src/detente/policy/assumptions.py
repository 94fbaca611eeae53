"""The ledger of assumptions that are ours: `assumptions.yaml`, read strictly, looked up by number.

>>> a = load_assumptions()["A17"]
>>> a.statement
'China answers 100 points with 100 points, on the day.'
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from detente.errors import BadDossier, UnknownName
from detente.policy.reading import read_yaml, validate
from detente.words import refusal

Text = Annotated[str, Field(min_length=1)]
KNOWN_FIELDS = ConfigDict(extra="forbid", frozen=True)


class Assumption(BaseModel):
    """One assumption: what we take as given, on what evidence, which function uses it, what follows if it is wrong.

    `in_sight` marks a value that was chosen in sight of a result: what was chosen, and in brackets what was in sight.
    `in_currency`: its amounts are counted in the currency of the world in use, so they are told in that; facts are in their own.
    """

    model_config = KNOWN_FIELDS

    id: Annotated[str, Field(pattern=r"^A\d+$")]
    statement: Text
    evidence: Text
    used_by: Annotated[tuple[str, ...], Field(min_length=1)]
    if_wrong: Text
    in_sight: Text | None = None
    in_currency: bool = False


class AssumptionFile(BaseModel):
    """The whole file."""

    model_config = KNOWN_FIELDS

    assumptions: tuple[Assumption, ...]


@cache
def load_assumptions() -> dict[str, Assumption]:
    """Number → assumption, in order of number. Raises `BadDossier` for a number given twice."""
    name = "assumptions.yaml"
    data, lines = read_yaml(files("detente").joinpath("data", name).read_bytes(), name)
    found = validate(AssumptionFile, data, lines, name).assumptions
    table = {a.id: a for a in sorted(found, key=lambda a: int(a.id[1:]))}
    if len(table) != len(found):
        raise BadDossier(refusal("policy", "assumption_twice", file=name))
    return table


def assumption(number: str) -> Assumption:
    """The assumption with this number. Raises `UnknownName`."""
    table = load_assumptions()
    if number not in table:
        raise UnknownName(number, {k: a.statement for k, a in table.items()}, "assumption")
    return table[number]
