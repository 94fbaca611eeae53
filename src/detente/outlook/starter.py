"""A dossier made of a threat: who, on whom, how much, from when. Every command accepts it at once.

What the shipped ledger knows between the two is selected from it. The rest is neutral and says that it is a default:

    odds        how often threats of this sender, or of anybody like it, were carried out elsewhere (`base_rates`)
    answer      the same points, or the same percent withheld, on goods worth as much: coverage = min(1, what the threat hits /
                what the one that answers could hit)
    motives     real income at home

`to_replace` says which default moves the answer most.

>>> text = starter("a-trial", "USA", "BRA", "50 % from 1 February", day=date(2026, 11, 28))
>>> from detente.policy.dossier import parse_dossier
>>> parse_dossier(text).parties[1].region
'BRA'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from pydantic_core import PydanticCustomError

from detente.cases.case import Case
from detente.errors import InputError
from detente.outlook.base_rates import base_rates, told_of
from detente.policy.changes import Change
from detente.policy.dossier import parse_dossier
from detente.policy.ledger import DEFAULT_LEDGER, load_ledger
from detente.policy.measures import InstrumentKind
from detente.policy.selection import Selection
from detente.policy.threats import Threat
from detente.types import Array
from detente.words import capital, join, percent, refusal, say, tell
from detente.words.names import code_of, goods_sectors, region_name, sector_name
from detente.words.numbers import day as day_in_words
from detente.words.shown import Shown
from detente.world.library import load_world
from detente.world.world import World

if TYPE_CHECKING:
    from jinja2 import Template

REPLY = timedelta(days=30)
"""From the duty to its answer."""
WATCHED = timedelta(days=365)


def starter(
    dossier_id: str,
    by: str,
    on: str,
    threat: str | float,
    *,
    day: date,
    title: str | None = None,
    source: str | None = None,
    world: World | None = None,
    sectors_in: Callable[[str], Sequence[str]] | None = None,
) -> str:
    """Text of a dossier in which `by` threatens `on`, as of `day`.

    `threat` is a text (`Threat.of`) or points on all goods a month ahead; `source` the address of what it was read in. Raises
    `UnknownRegion` for an economy the world lacks; `InputError` for one economy twice or a threat that is none.
    """
    table = world or load_world()
    by, on = (code_of(said, table.regions) for said in (by, on))
    if by == on:
        raise InputError(refusal("outlook", "starter_alone", region=by))
    found = Threat.of(threat if isinstance(threat, str) else f"{threat:g}", day, table.sectors, sectors_in)
    share, hit = _in_kind(table, by, on, found)
    held = found.kind is InstrumentKind.EXPORT_CONTROL
    noun = "control" if held else "duty"
    what = _say(noun, size=f"{found.size:g}", goods=join(map(sector_name, found.sectors)))
    sides = {key: _side(code) for key, code in (("by", by), ("on", on))}
    values = {
        "version": 2,
        "id": dossier_id,
        "title": title or _say("title", by=by, on=on, what=what),
        "heading": _say("heading", what=what),
        "what": what,
        "held": held,
        "noun": noun,
        "size": f"{found.size:g}",
        "sectors": f"[{', '.join(found.sectors)}]" if found.sectors else "goods",
        "coverage": f"{share:g}",
        "worth": _say("worth", share=share, hit=hit, seller=on if held else by, year=table.year),
        "as_of": day,
        "decided": _dated(found.start),
        "answered": _dated(found.start + REPLY),
        "read": found.start + REPLY + timedelta(days=1),
        "until": found.start + WATCHED,
        "odds": _odds(by),
        "source": _source(source, by, on),
        "table": table,
        **sides,
    }
    text = str(_form().render(**values, law=_law(by, on, day)))
    parse_dossier(text, f"{dossier_id}.yaml")
    return text


_say = partial(say, "outlook/starter")


@cache
def _form() -> Template:
    from jinja2 import Environment, StrictUndefined

    made = Environment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return made.from_string(files("detente").joinpath("data", "starter.yaml.j2").read_text(encoding="utf-8"))


def _side(code: str) -> dict[str, str]:
    told = region_name(code, article=True)
    return {"code": code, "name": told, "Start": capital(told)}


def _dated(day: date) -> dict[str, Any]:
    return {"day": day, "told": day_in_words(day)}


def _law(by: str, on: str, day: date) -> str | None:
    """The ledger that knows of something in force between the two; None where none does."""
    pair = [by, on]
    asked = Selection.model_validate({"ledger": DEFAULT_LEDGER, "by": pair, "on": pair, "over": False})
    try:
        asked.choose(load_ledger(DEFAULT_LEDGER), day)
    except PydanticCustomError:  # it finds nothing
        return None
    return DEFAULT_LEDGER


def _in_kind(table: World, by: str, on: str, threat: Threat) -> tuple[float, float]:
    """Share of what an answer in kind could hit that is worth what the threat hits, at most 1, and what it hits (million a year).

    A duty hits what its target sells to the sender, a control what the sender sells to its target.
    """
    goods = goods_sectors(table.sectors)

    def sold(seller: str, buyer: str, sectors: Sequence[str]) -> float:
        picked = [table.sector_index(s) for s in sectors]
        return float(table.shipments[table.region_index(seller), table.region_index(buyer), picked].sum())

    seller, buyer = (by, on) if threat.kind is InstrumentKind.EXPORT_CONTROL else (on, by)
    hit, within = sold(seller, buyer, threat.sectors or goods), sold(buyer, seller, goods)
    share = min(1.0, hit / within) if within > 0 else 1.0
    return float(f"{share:.3g}"), hit


def _odds(by: str) -> dict[str, Any]:
    """How often such threats were carried out elsewhere, with the ends of the rate and its source."""
    known = told_of()
    sender = by if by in known["senders"] else "EU" if by in known["union"] else "other"
    row = base_rates("threat", sender=sender, target="all").of("carried out").iloc[0]
    low, rate, high = (round(float(row[k]), 2) for k in ("low", "rate", "high"))
    rest = [round(1 - x, 2) for x in (high, rate, low)]
    told = _say(
        "odds", who=str(known["senders"][sender]), cases=int(row["cases"]), seen=int(row["seen"]), period=str(row["period"])
    )
    return {"carried": (low, rate, high), "dropped": rest, "told": told, "source": known["sources"][row["source"]]}


def _source(url: str | None, by: str, on: str) -> dict[str, str | None]:
    where = (urlsplit(url).hostname or "") if url else ""
    if url and not (where and url.startswith(("https://", "http://"))):
        raise InputError(refusal("outlook", "source_address", url=url))
    title = _say("threat_source", by=by, on=on, known=bool(url))
    return {"title": title, "publisher": where.removeprefix("www.") or _say("publisher"), "url": url}


# -- what to replace first ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Default:
    """One default of a starter: what stands in the file, what was tried instead, and how far real income moves, percent, by
    economy; no `moves` where it moves none (it decides who gives way, or what is read)."""

    key: str
    stands: str
    tried: str
    moves: Mapping[str, float]

    @property
    def name(self) -> str:
        """What it is, in words."""
        return _say(self.key)


@dataclass(frozen=True)
class ToReplace(Shown):
    """Defaults of a starter, those that move the answer most first. `expected`: real income at the odds written, percent."""

    dossier: str
    parties: tuple[str, str]
    expected: Mapping[str, float]
    rows: tuple[Default, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a default: what stands, what was tried, and the move of each party, points of real income."""
        told = [{"default": r.name, "stands": r.stands, "tried": r.tried, **dict(r.moves)} for r in self.rows]
        return pd.DataFrame(told, columns=["default", "stands", "tried", *self.parties])

    def explain(self) -> str:
        """The list in plain words."""
        return tell(self)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = [{"default": r.name, "stands": r.stands, "tried": r.tried, "moves": dict(r.moves)} for r in self.rows]
        return {"dossier": self.dossier, "expected": dict(self.expected), "defaults": rows}


def to_replace(case: Case) -> ToReplace:
    """What an author should replace first in a starter: each default changed by itself, at the odds that stand there.

    The odds are moved to the ends of their range, the shares of trade and the answer are halved. Raises what solving raises.
    """
    d = case.dossier
    parties = d.parties[0].region, d.parties[1].region
    # a starter has prospects
    decision, reply = d.prospects.fork("decision"), d.prospects.fork("reply")  # type: ignore[union-attr]
    carried, answered = (f.branches[1].prior for f in (decision, reply))

    def income(scenario: str, *changes: Change) -> Array:
        found = case.outcome(scenario, changes=changes).real_income
        return np.array([float(found[p]) for p in parties])

    def expected(come: Array, back: Array, p: float, q: float) -> Array:
        return p * ((1 - q) * come + q * back) + (1 - p) * none

    nothing, comes, answers = (s.id for s in d.scenarios)
    none, come, back = map(income, (nothing, comes, answers))
    p, q = carried[1], answered[1]
    now = expected(come, back, p, q)

    def halved(measure: str, field: str, value: float) -> Change:
        return Change.model_validate({"measure": measure, "set": {field: value}})

    def swing(low: Array, high: Array) -> dict[str, float]:
        return dict(zip(parties, np.abs(high - low).tolist(), strict=True))

    answer = d.measure("answer")
    share = float(answer.coverage)  # type: ignore[arg-type]  # a starter's answer has one share for all
    half, less = halved("threat", "coverage", 0.5), halved("answer", "coverage", share / 2)
    moved = {
        "odds_of_threat": swing(*(expected(come, back, x, q) for x in (carried[0], carried[2]))),
        "odds_of_answer": swing(*(expected(come, back, p, x) for x in (answered[0], answered[2]))),
        "share_of_threat": swing(now, expected(income(comes, half), income(answers, half), p, q)),
        "size_of_answer": swing(now, expected(come, income(answers, less), p, q)),
    }
    told = {
        "odds_of_threat": (p, _say("ends", low=100 * carried[0], high=100 * carried[2])),
        "odds_of_answer": (q, _say("ends", low=100 * answered[0], high=100 * answered[2])),
        "share_of_threat": (1.0, percent(50)),
        "size_of_answer": (share, percent(50 * share)),
    }
    rows = [Default(key, percent(100 * told[key][0]), told[key][1], moves) for key, moves in moved.items()]
    rows.sort(key=lambda r: -max(r.moves.values()))
    silent = [Default(key, _say(f"{key}_stands"), "", {}) for key in ("motives", "concession", "venue", "source")]
    return ToReplace(d.id, parties, dict(zip(parties, now.tolist(), strict=True)), (*rows, *silent))
