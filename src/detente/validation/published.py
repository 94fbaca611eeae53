"""What others have published of the same duties beside ours, like for like: theirs, ours, the difference and the reason.

The figures are those of the dossier and, for the dossier they were made on, those of `published.yaml`, most of which came after
its day. How each is run and read: `strategy.like_for_like`. Nothing here feeds back into parameters; a parameter that was
chosen in sight of a figure is marked on its row (`tuned_to`).

>>> found = validate_published()
>>> found["kite-usa"].figure.who, found["phase-one-kept"].ours is None
('Kiel Institute (KITE)', True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import model_validator

from detente.cases.case import Case
from detente.errors import UnknownName
from detente.policy.dossier import Dossier
from detente.policy.measures import Identifier, Strict
from detente.policy.parts import Published, Source
from detente.policy.reading import placed, read_yaml, validate
from detente.strategy.like_for_like import Beside, beside
from detente.validation.tables import grid
from detente.words import THIN, fixed, name, say, tell
from detente.words.shown import Shown
from detente.world.world import World

FILE = "published.yaml"
BLOCK = "published"
"""The block of `docs/validation.md` that holds the section."""


class PublishedFile(Strict):
    """`published.yaml`: figures, the dossier they are run on, their sources."""

    dossier: Identifier
    published: tuple[Published, ...]
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _cited(self) -> Self:
        known = {s.id: s.title for s in self.sources}
        for k, p in enumerate(self.published):
            for source in p.sources:
                if source not in known:
                    raise placed(("published", k, "sources"), str(UnknownName(source, known, "source")))
        return self


def parse_published(text: str | bytes, name: str) -> PublishedFile:
    """Figures from the text of a YAML file. Raises `BadDossier` with file, line and field."""
    data, lines = read_yaml(text, name)
    return validate(PublishedFile, data, lines, name)


@cache
def load_published() -> PublishedFile:
    """The figures as shipped."""
    return parse_published(files("detente").joinpath("validation", FILE).read_bytes(), FILE)


@dataclass(frozen=True)
class ValidatedFigures(Shown):
    """Published figures beside ours, in the order of the files, and where they stand."""

    rows: tuple[Beside, ...]
    sources: Mapping[str, Source]

    def __getitem__(self, figure: str) -> Beside:
        """The row of a figure. Raises `UnknownName`."""
        table = {r.figure.id: r for r in self.rows}
        if figure not in table:
            raise UnknownName(figure, {k: r.figure.quantity for k, r in table.items()}, "published figure")
        return table[figure]

    @property
    def compared(self) -> tuple[Beside, ...]:
        """Rows with a figure of ours."""
        return tuple(r for r in self.rows if r.ours is not None)

    def to_frame(self) -> pd.DataFrame:
        """One row a figure; theirs, ours and the difference in `unit`, ours also as the span over both exchange-rate closures."""
        return pd.DataFrame([{**r.record(), "sources": " ".join(r.figure.sources)} for r in self.rows])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        cited = {s: None for r in self.rows for s in r.figure.sources}
        return {
            "figures": [r.record() for r in self.rows],
            "sources": {s: {"title": self.sources[s].title, "url": self.sources[s].url} for s in cited},
        }

    def explain(self) -> str:
        """How far apart, by what is measured, in plain words."""
        return tell(self)

    def markdown(self) -> str:
        """The section of `docs/validation.md`."""
        rows = [
            [f"{r.figure.who}: {r.figure.scenario}", f"{r.figure.quantity}{where(r)}; {r.figure.time_basis}", theirs(r), ours(r),
             difference(r), r.run, r.reason]
            for r in self.compared
        ]  # fmt: skip
        left = [r for r in self.rows if r.ours is None]
        parts = [self.explain(), grid(say("validation/published", "head").split("|"), rows, words=(0, 1, 5, 6))]
        if left:
            told = [
                f"- {p.who}: {p.quantity}{where(r)}, {theirs(r)} ({p.scenario}). {r.reason}" for r in left for p in [r.figure]
            ]
            parts += [say("validation/published", "left"), "\n".join(told)]
        cited = [self.sources[s] for s in dict.fromkeys(s for r in self.rows for s in r.figure.sources)]
        listed = "\n".join(f"- [{s.title}]({s.url}), {s.publisher}" for s in cited)
        parts += [say("validation/published", "sources"), listed]
        return "\n\n".join(parts)


def validate_published(dossier: Dossier | str | Path = "kuala-lumpur-2025", world: World | str | None = None) -> ValidatedFigures:
    """Every published figure of a dossier beside ours, like for like.

    Each is run at the policy, time and measure it was made for, at both closures of the exchange rate (`strategy.like_for_like`).
    Raises what reading the dossier and the world raises, `UnknownName` and `ShockError`.
    """
    case = Case.of(dossier, world, with_ranges=False)
    more = load_published()
    figures, sources = [*case.dossier.published], {s.id: s for s in case.dossier.sources}
    if case.dossier.id == more.dossier:
        figures += more.published
        sources |= {s.id: s for s in more.sources}
    return ValidatedFigures(beside(case, figures), sources)


def where(row: Beside) -> str:
    """ ", United States" where the quantity does not say it; the direction of goods is in the quantity."""
    p = row.figure
    return "" if p.region is None or p.partner is not None else f", {name(p.region)}"


def theirs(row: Beside) -> str:
    """Their figure with its unit and range."""
    p = row.figure
    span = "" if p.low is None or p.high is None else f" ({_plain(p.low)} to {_plain(p.high)})"
    return f"{_plain(p.value)}{unit(row)}{span}"


def ours(row: Beside) -> str:
    """Ours with a flexible exchange rate, and in brackets with a pinned one where it differs."""
    if row.ours is None or row.low is None or row.high is None:
        return "–"
    decimals = 1 if abs(row.ours) >= 10 else 2
    told, pinned = (fixed(v, decimals) for v in (row.ours, list(row.span.values())[-1]))
    return f"{told}{unit(row)}" + (f" ({pinned})" if pinned != told else "")


def difference(row: Beside) -> str:
    """Ours less theirs, without the unit."""
    return "–" if row.difference is None else fixed(row.difference, 1 if abs(row.difference) >= 10 else 2, signed=True)


def unit(row: Beside) -> str:
    """The unit as it follows a number."""
    of = row.figure.unit
    return f"{THIN}%" if of.startswith("%") else " pp" if of.startswith("percentage point") else f" {of}"


def _plain(value: float) -> str:
    return fixed(value, 0 if float(value).is_integer() else 2 if round(value, 1) != value else 1)
