"""Odds of a reader's own: from the command line, a file or a link into a dossier, where every answer finds them.

They are kept in the dossier (`prospects.own`), so that whatever is asked of it, by the command line, the briefing, the page or
the API, uses them and no sentence can quote another number. Given for some branches of a fork, the others share what is left in
proportion to what the judgements and signals make of them:

    p[k] = own[k]                                           where it is given
    p[k] = (1 − Σ own) · q[k] / Σ of q over those not given      q the odds of `branch_odds`

A number is certain of itself; low, middle and high carry their range. As plain data, and so in JSON, YAML and links, they are
`{fork: {branch: number or [low, middle, high]}}`.

>>> given = read_odds(["kuala-lumpur.pause=0.5", "expiry.lapses=0.1:0.2:0.4"])
>>> given
{'kuala-lumpur': {'pause': 0.5}, 'expiry': {'lapses': [0.1, 0.2, 0.4]}}
>>> from detente.policy.dossier import load_dossier
>>> mine = with_odds(load_dossier("kuala-lumpur-2025"), given)
>>> own_odds(mine) == given
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import BadDossier, InputError
from detente.outlook.tree import prospects_of
from detente.policy.prospects import Prospects
from detente.policy.reading import read_yaml, validate
from detente.words import refusal

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Own = Mapping[str, Mapping[str, float | list[float]]]
MAX_BYTES = 1_000_000


def read_odds(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Odds from texts, each FORK.BRANCH=NUMBER (or LOW:MIDDLE:HIGH) or the path of a YAML or JSON file.

    A file holds `{fork: {branch: number}}`, alone or under `odds` as `detente outlook --json` writes it. Raises `InputError`.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        for fork, own in (_typed(text) if "=" in text else _filed(Path(text))).items():
            mine = found.setdefault(fork, {})
            for branch, value in own.items():
                if branch in mine:
                    raise InputError(refusal("outlook", "own_odds_twice", name=f"{fork}.{branch}"))
                mine[branch] = value
    return found


def with_odds(dossier: Dossier, odds: Own) -> Dossier:
    """The dossier with these odds in it, in the place of any it had. Raises `InputError` where they do not fit its forks."""
    ahead = prospects_of(dossier)
    if not odds:
        return dossier
    data = ahead.model_dump(mode="json", by_alias=True) | {"own": {f: dict(own) for f, own in odds.items()}}
    try:
        mine = validate(Prospects, data, {}, dossier.id)
    except BadDossier as error:
        raise InputError(re.sub(r"^.*?line 1, (top level: )?", "", str(error.args[0]))) from None
    return dossier.model_copy(update={"prospects": mine})


def own_odds(dossier: Dossier) -> dict[str, dict[str, Any]]:
    """The odds of a reader's own in a dossier as plain data; empty where it has none."""
    if dossier.prospects is None:
        return {}
    return {
        f: {b: span[1] if span[0] == span[2] else list(span) for b, span in own.items()}
        for f, own in dossier.prospects.own.items()
        if own
    }


def _typed(text: str) -> dict[str, dict[str, Any]]:
    name, _, value = text.partition("=")
    fork, dot, branch = name.strip().partition(".")
    try:
        numbers = [float(x) for x in value.split(":")]
    except ValueError:
        numbers = []
    if not dot or not fork or not branch or len(numbers) not in (1, 3):
        raise InputError(refusal("outlook", "own_odds_shape", given=repr(text)))
    return {fork: {branch: numbers[0] if len(numbers) == 1 else numbers}}


def _filed(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise InputError(refusal("outlook", "own_odds_shape", given=str(path)))
    data, _ = read_yaml(path.read_bytes(), path.name)
    data = data.get("odds", data) if isinstance(data, dict) else data
    if not isinstance(data, dict) or not all(isinstance(own, dict) for own in data.values()):
        raise InputError(refusal("outlook", "own_odds_shape", given=str(path)))
    return {str(f): {str(b): value for b, value in own.items()} for f, own in data.items()}
