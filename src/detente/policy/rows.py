"""A row of a ledger: a measure as it was first announced, and what became known of it later, each with its day.

A measure of a dossier is law as known on one day. A row of a ledger carries the days on which that knowledge came: `later`
lists them in order, each with the fields it sets and the sources that say so. What was known on a day is the row with the
entries up to that day (`timing.as_known`); the last of them gives what is known now.

>>> row = Row.model_validate({"id": "t", "title": "24 points", "by": "USA", "on": ["CHN"], "instrument": "tariff", "rate_pct": 24,
...     "announced": "2025-04-02", "effective": "2025-04-09", "sources": ["order"], "later": [
...     {"known": "2025-05-12", "set": {"suspended": [{"from": "2025-05-14", "to": "2025-08-12"}]}, "sources": ["geneva"]},
...     {"known": "2025-08-11", "set": {"suspended": [{"from": "2025-05-14", "to": "2025-11-10"}]}, "sources": ["order-2"]}]})
>>> [entry.known.isoformat() for entry in row.later]
['2025-05-12', '2025-08-11']
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from detente.errors import UnknownName
from detente.policy.changes import check_fields
from detente.policy.measures import Identifier, Measure, Strict
from detente.policy.reading import placed
from detente.policy.timing import as_known
from detente.words import refusal


class Later(Strict):
    """What became known of a measure on a day (`known`: announced, enacted or decided), and by whom it is told."""

    known: date
    set_fields: Annotated[dict[str, Any], Field(alias="set", min_length=1)]
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        try:
            check_fields(self.set_fields)
        except UnknownName as error:
            raise placed(("set",), str(error)) from None
        return self


class Row(Measure):
    """A measure with its history. See the module docstring."""

    later: tuple[Later, ...] = ()

    @model_validator(mode="after")
    def _history_in_order(self) -> Self:
        """The entries come one after another, none before the measure itself, and each leaves a measure that can be read."""
        first = self.announced or self.start
        for k, entry in enumerate(self.later):
            if first is not None and entry.known < first:
                raise placed(("later", k, "known"), refusal("policy", "known_before_announced", known=entry.known, first=first))
        for k, (one, other) in enumerate(pairwise(self.later), start=1):
            if other.known <= one.known:
                raise placed(("later", k, "known"), refusal("policy", "known_backwards", known=other.known, before=one.known))
        for k, entry in enumerate(self.later):
            try:
                as_known(self, entry.known)
            except ValueError as error:
                raise placed(("later", k, "set"), str(error)) from None
        return self
