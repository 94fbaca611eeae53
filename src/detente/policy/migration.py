"""A dossier of schema version 1 written as version 2: what is law and stands in a ledger is selected from there.

Version 1 wrote every measure out. A measure that a shipped ledger has under the same id, and that says the same law on the
dossier's day, is taken out of the file and named under `law:` instead; its words and sources are then the ledger's. Everything
else stands as it was written, comments too. One ledger is used, the one that has most of them.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from detente.errors import BadDossier, InputError
from detente.policy.dossier import Dossier, parse_dossier
from detente.policy.ledger import list_ledgers, load_ledger
from detente.policy.measures import Measure
from detente.policy.reading import Lines, read_yaml
from detente.words import refusal

VERSION = 2
"""The version written now."""
_WORDS = frozenset({
    "title", "sources", "authority", "act", "act_seen", "last_reviewed", "clock", "note", "conditions", "why_not", "products",
    "gta_type", "mast", "assumptions", "replaces", "yields_to", "confirmed",
})  # fmt: skip
"""Fields that say no law, or are compared for themselves."""


@dataclass(frozen=True)
class Migration:
    """The text of version 2, and the measures that are now selected from `ledger`."""

    text: str
    ledger: str | None
    selected: tuple[str, ...]


def migrated(content: bytes, name: str, folder: Path | None = None) -> Migration:
    """A dossier of version 1 as version 2. InputError for one that is of version 2, `BadDossier` for one that cannot be read."""
    dossier = parse_dossier(content, name, folder)
    if dossier.schema_version == VERSION:
        raise InputError(refusal("policy", "migrated_already", file=name, version=VERSION))
    data, lines = read_yaml(content, name)
    own = [m for m in dossier.measures if m.id not in dossier.selected]
    found = {ledger: _held(dossier, own, ledger) for ledger in list_ledgers()}
    best = max(found, key=lambda ledger: len(found[ledger]))
    rows = content.decode("utf-8").splitlines(keepends=True)
    plain = _with_version(rows, lines)
    if not found[best] or "law" in data:
        return Migration("".join(plain), None, ())
    try:
        new = _cut(plain, lines, [m.id for m in own], found[best], best)
        again = parse_dossier(new, name, folder)
    except BadDossier:  # written on few lines, or leaning on what the ledger says in other words
        return Migration("".join(plain), None, ())
    assert {m.id for m in again.measures} == {m.id for m in dossier.measures}
    return Migration(new, best, tuple(found[best]))


def note_of(dossier: Dossier, name: str) -> str | None:
    """What to say of a dossier that is written in an older version, None of one that is not."""
    return refusal("policy", "version_one", file=name) if dossier.schema_version < VERSION else None


def _held(dossier: Dossier, own: list[Measure], ledger: str) -> list[str]:
    """Measures that `ledger` has, with the same law on the dossier's day."""
    known = {m.id: m for m in load_ledger(ledger).as_known(dossier.as_of)}
    here = {m.id for m in dossier.measures}
    return [m.id for m in own if m.id in known and _law(m, here) == _law(known[m.id], here)]


def _law(measure: Measure, here: set[str]) -> dict[str, object]:
    """What a measure does, without its words."""
    ends = {k: tuple(i for i in getattr(measure, k) if i in here) for k in ("replaces", "yields_to")}
    return {k: v for k, v in measure.model_dump().items() if k not in _WORDS} | ends


def _with_version(rows: list[str], lines: Lines) -> list[str]:
    at = lines["schema_version",] - 1
    return [*rows[:at], re.sub(r"(schema_version\W*:\s*)1", rf"\g<1>{VERSION}", rows[at], count=1), *rows[at + 1 :]]


def _cut(rows: list[str], lines: Lines, ids: list[str], gone: list[str], ledger: str) -> str:
    """`rows` without the entries of the measures `gone`, and with a `law:` that selects them."""
    first = lines["measures",]
    after = min((line for path, line in lines.items() if len(path) == 1 and line > first), default=len(rows) + 1)
    starts = [*(lines["measures", k] for k in range(len(ids))), after]
    dropped: set[int] = set()
    for k, measure in enumerate(ids):
        if measure in gone:
            block = range(starts[k], starts[k + 1])
            last = max((n for n in block if rows[n - 1].strip() and not rows[n - 1].lstrip().startswith("#")), default=0)
            dropped |= set(range(starts[k], last + 1))
    if len(gone) == len(ids):
        dropped.add(first)
    wrapped = textwrap.TextWrapper(110, initial_indent="    ids: [", subsequent_indent="          ", break_on_hyphens=False)
    listed = wrapped.wrap(", ".join(gone))
    law = "law:\n" + f"  - ledger: {ledger}\n" + "\n".join(listed) + "]\n" + ("\n" if len(gone) < len(ids) else "")
    kept = [row for n, row in enumerate(rows, start=1) if n not in dropped]
    above = first - 1 - sum(1 for n in dropped if n < first)
    return "".join([*kept[:above], law, *kept[above:]])
