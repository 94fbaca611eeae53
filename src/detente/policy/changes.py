"""Scenario arithmetic: a change to a list of measures (set fields, add, withdraw), and applying changes in order.

A change names a measure and the fields it sets, or adds a whole measure, or withdraws one (it then adds nothing on any
day). `set: {rate_pct.MYS: 10}` sets one entry of a map and leaves the rest; `carry_out: true` turns a threat into a
measure from the day it would take effect. The result is validated like the dossier itself, so a scenario cannot produce
a measure that could not be loaded.

>>> from datetime import date
>>> from detente.policy.measures import Measure
>>> threat = Measure(id="hundred", title="100 points", by="USA", on="CHN", instrument="tariff", rate_pct=100,
...                  threatened=True, would_take_effect=date(2025, 11, 1), sources=["s"])
>>> (carried,) = apply_changes([threat], [Change(measure="hundred", carry_out=True)])
>>> carried.threatened, carried.effective
(False, datetime.date(2025, 11, 1))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from detente.errors import BadDossier, UnknownName
from detente.policy.measures import CHANGED, Identifier, Measure, Strict
from detente.words import refusal


class Change(Strict):
    """One of: {measure, set}, {measure, carry_out: true}, {add: a whole measure}, {withdraw: id}."""

    measure: Identifier | None = None
    set_fields: dict[str, Any] = Field(default={}, alias="set")
    carry_out: bool = False
    add: Measure | None = None
    withdraw: Identifier | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        kinds = [self.measure is not None, self.add is not None, self.withdraw is not None]
        if sum(kinds) != 1:
            raise ValueError(refusal("policy", "one_kind_of_change"))
        if (self.measure is not None) != bool(self.set_fields or self.carry_out):
            raise ValueError(refusal("policy", "change_without_measure"))
        try:
            check_fields(self.set_fields)
        except UnknownName as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def target(self) -> str:
        """Id of the measure changed, added or withdrawn."""
        return self.measure or self.withdraw or (self.add.id if self.add else "")


_FIELDS = {name for name in Measure.model_fields if name != "id"}


def check_fields(fields: Iterable[str]) -> None:
    """Raise `UnknownName` for a field that no measure has; `rate_pct.MYS` is the entry MYS of the map rate_pct."""
    for name in fields:
        if name.partition(".")[0] not in _FIELDS:
            raise UnknownName(name, sorted(_FIELDS), "field")


def with_fields(measure: Measure, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields of `measure` after setting `fields`, where `name.key` sets one entry of a map."""
    found = {k: getattr(measure, k) for k in measure.model_fields_set if k in Measure.model_fields}
    for name, value in fields.items():
        field, _, key = name.partition(".")
        now = found.get(field)
        found[field] = {**(now if isinstance(now, dict) else {}), key: value} if key else value
    return found


def apply_changes(measures: Iterable[Measure], changes: Iterable[object]) -> tuple[Measure, ...]:
    """`measures` after `changes` in order. Raises `UnknownName` for an unknown id, `BadDossier` for an invalid result."""
    table = {m.id: m for m in measures}
    for change in changes:
        if not isinstance(change, Change):
            raise TypeError(f"not a Change: {change!r}")
        if change.add is not None:
            if change.add.id in table:
                raise BadDossier(refusal("policy", "added_already", measure=repr(change.add.id)))
            table[change.add.id] = change.add
            continue
        if change.target not in table:
            raise UnknownName(change.target, {k: m.title for k, m in table.items()}, "measure")
        if change.withdraw is not None:
            del table[change.withdraw]
            continue
        old = table[change.target]
        fields = with_fields(old, change.set_fields)
        if change.carry_out:
            fields |= {"threatened": False, "effective": fields.pop("would_take_effect", None)}
        table[change.target] = made(fields)
    return tuple(table.values())


def made(fields: Mapping[str, Any]) -> Measure:
    """A measure that a change has made of another. Raises `BadDossier`."""
    try:
        return Measure.model_validate(fields, context=CHANGED)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "measure"
        told = refusal("policy", "change_invalid", measure=repr(fields["id"]), field=where, fault=first["msg"])
        raise BadDossier(told) from None
