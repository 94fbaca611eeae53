"""The JSON Schemas of what the commands print, made of what they print; and what changed in them.

    python tests/golden/schemas.py          what changed in the shape of any answer; exit code 1 when anything did
    python tests/golden/schemas.py --write  keep it: new keys go into the schema there is, anything else makes a new version

A key of an answer is one of three. It stands in the code as it is: it must be there if it always was. The code puts it together
("gain of USA, points"): whatever looks like it has this type. Or it is a datum (an economy, a measure): any has this type.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import detente
from detente.cli import shapes
from detente.equilibrium.indicators import INDICATORS
from detente.equilibrium.memory import solved_once
from detente.policy.dossier import list_dossiers, load_dossier
from detente.policy.ledger import list_ledgers, load_ledger
from detente.words.names import region_table
from shaped import told_by

SOURCE = Path(detente.__file__).parent
SCHEMAS = SOURCE / "data" / "schemas"
CODE = re.compile(r"[A-Z][A-Z0-9]{1,5}|\d{4}-\d\d(-\d\d)?|\d+(\.\d+)?")
"""Economies and sectors, days and months, numbers: never a key of ours."""
ANY, CODES = "", f"^({CODE.pattern})$"
"""Where data belong: any, and among keys of ours those that are codes."""
DAY = re.compile(r"\d{4}-\d\d-\d\d")
UNITS = {
    "pct": "%", "pp": "percentage points", "musd": "million USD", "thousand": "thousand", "years": "years", "days": "days",
    "million_usd": "million USD", "bn": "billion",
}  # fmt: skip
"""Units by how a key ends; of "real income, %" the unit is what follows the last comma."""
MONEY = re.compile(r"\bUSD\b")
OURS = {
    "truce", "deal", "removed", "left", "sectors_gain", "sectors_loss", "places_gain", "places_loss", "before_rebate",
    "other_public", "borne_abroad", "change_pct", "gained_thousand", "lost_thousand", "codebook", "cost of cheating once",
    "value of the truce", "cost of waiting a day", "flow cost a day, million USD", "expected flow cost, million USD",
    "years to the first false alarm", "statutory-additional",
}  # fmt: skip
"""Keys of ours that dossiers have as ids too, or that no one text of the code has."""


# -- keys --------------------------------------------------------------------------------------------------------------
@cache
def _code() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """Every text and every name in the code; and what the texts that it puts together look like, with a group for every part that
    varies, the longest first."""
    texts, found = set(), set()
    for path in SOURCE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        texts |= set(re.findall(r"\b[a-z_][a-z0-9_]*\b", source))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(n.value)) if isinstance(n, ast.Constant) else "(.+)" for n in node.values]
                if re.search("[a-z]{3}|%", "".join(p for p in parts if p != "(.+)")):
                    found.add("".join(parts))
    return frozenset(texts), tuple(re.compile(p) for p in sorted(found, key=lambda p: (-len(p), p)))


@cache
def data() -> frozenset[str]:
    """Ids and names in dossiers and ledgers."""
    books = [load_dossier(n) for n in list_dossiers()] + [load_ledger(n) for n in list_ledgers()]
    return frozenset(_ids([b.model_dump(mode="json") for b in books]))


def _ids(value: Any) -> Iterable[str]:
    if isinstance(value, Mapping):
        yield from (str(value[k]) for k in ("id",) if k in value)
        for v in value.values():
            yield from _ids(v)
    elif isinstance(value, list):
        for v in value:
            yield from _ids(v)


@cache
def pattern(key: str) -> str | None:
    """A pattern for a key with a datum or a currency in it, the key itself where it has none; None where it is a datum."""
    if CODE.fullmatch(key):
        return None
    if _ours(key) or key in OURS:
        return _joined([(key, True)])
    read = [_joined(parts) for like in _code()[1] if (found := like.fullmatch(key)) and (parts := _parts(key, found))]
    return min(read, key=lambda text: text.count(".+"), default=None)


def _parts(key: str, found: re.Match[str]) -> list[tuple[str, bool]]:
    """The texts that a key is made of, and whether each stands in the code. A number does, unless there is a datum beside it."""
    groups = [(k, part, _fixed(part)) for k, part in enumerate(found.groups(), 1)]
    others = [fixed for _, part, fixed in groups if re.search("[A-Za-z]", part)]
    parts, end = [], 0
    for k, part, fixed in groups:
        parts += [(key[end : found.start(k)], True), (part, fixed or (all(others) and not re.search("[A-Za-z]", part)))]
        end = found.end(k)
    return [*parts, (key[end:], True)]


def _fixed(part: str) -> bool:
    return not _names_economy(part) and (bool(MONEY.search(part)) or (part in _code()[0] and part not in data()))


def _ours(text: str) -> bool:
    """Whether a text stands in the code, not in an example of what it puts together."""
    return text in _code()[0] and not _names_economy(text)


def _names_economy(text: str) -> bool:
    return not set(re.findall("[A-Z][A-Z0-9]+", text)).isdisjoint(region_table())


def _joined(parts: Iterable[tuple[str, bool]]) -> str:
    """Texts as a pattern, any datum where one stood and any currency for USD; as they are where there is neither."""
    kept = list(parts)
    text = "".join(part for part, _ in kept)
    if all(fixed for _, fixed in kept) and not MONEY.search(text):
        return text
    escaped = ((MONEY.sub("[A-Z]{3}", re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", part)), fixed) for part, fixed in kept)
    return "".join(part if fixed else ".+" for part, fixed in escaped)


def datum(key: str) -> bool:
    """Whether a key may be a datum."""
    return bool(CODE.fullmatch(key)) or key in data() or pattern(key) is None


# -- schemas -----------------------------------------------------------------------------------------------------------
def schema_of(values: Sequence[Any], name: str = "", known: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """The schema of what was seen at one place of an answer; of what was never seen but as null, nothing is said.

    `known` is the schema there is of the same place: what was a datum there is one still, whatever the code has by now, and what
    might be of another type or missing may be so still, whether or not it was seen again.
    """
    kinds = {_kind(v) for v in values} | _listed(known.get("type", ()))
    if "number" in kinds:
        kinds.discard("integer")
    if not kinds - {"null"}:
        return {}
    told: dict[str, Any] = {"type": sorted(kinds) if len(kinds) > 1 else min(kinds)}
    if (unit := unit_of(name)) and kinds & {"number", "integer", "array", "object"}:
        told["x-unit"] = unit
    texts = [v for v in values if isinstance(v, str)]
    if texts and all(DAY.fullmatch(t) for t in texts) and ("type" not in known or "format" in known):
        told["format"] = "date"
    if items := [x for v in values if isinstance(v, list) for x in v]:
        told["items"] = schema_of(items, "", known.get("items", {}))
    if any(objects := [v for v in values if isinstance(v, dict)]):
        told |= _of_objects(objects, known)
    return told


def _of_objects(objects: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> dict[str, Any]:
    keys = list(dict.fromkeys(k for o in objects for k in o))
    if all_data(keys, known):
        below = known.get("additionalProperties", {})
        return {"additionalProperties": schema_of([x for o in objects for x in o.values()], "", below)}
    places: dict[str, list[str]] = {}
    for key in keys:
        places.setdefault(_place(key, known), []).append(key)
    told: dict[str, Any] = {"properties": {}, "required": [], "patternProperties": {}}
    for place, same in places.items():
        if place == ANY:  # a datum among keys of ours: nothing is said of it
            continue
        word = "patternProperties" if place.startswith("^") else "properties"
        found = [o[k] for o in objects for k in same if k in o]
        told[word][place] = schema_of(found, same[0], known.get(word, {}).get(place, {}))
        optional = place in known.get("properties", {}) and place not in known.get("required", ())
        if word == "properties" and not optional and all(place in o for o in objects):
            told["required"].append(place)
    return {k: v for k, v in told.items() if v}


def all_data(keys: Sequence[str], known: Mapping[str, Any]) -> bool:
    """Whether the keys of an object are data, as the schema there is says, or else the code."""
    if known:
        return "additionalProperties" in known
    return all(map(datum, keys)) and not set(keys) <= OURS


def _place(key: str, known: Mapping[str, Any]) -> str:
    """Where a key belongs: its own name, a pattern (from ^ to $), or with the data."""
    if key in known.get("properties", {}):
        return key
    for like in known.get("patternProperties", {}):
        if re.search(like, key):
            return str(like)
    if (text := pattern(key)) is None:
        return CODES if re.search(CODES, key) else ANY
    return key if text == key else f"^{text}$"


def _listed(kinds: str | Sequence[str]) -> set[str]:
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def unit_of(key: str) -> str:
    """The unit that a key names, or that the table of indicators has for it; empty where neither does."""
    if key in INDICATORS:
        return INDICATORS[key].unit
    if ", " in key:
        last = key.rsplit(", ", 1)[1]
        return last if re.match("%|points|million|billion|thousand", last) else ""
    return next((unit for end, unit in UNITS.items() if key.endswith(f"_{end}")), "%" if key.endswith(" %") else "")


def made_of(name: str, answers: Sequence[Any]) -> dict[str, Any]:
    """The whole schema of a shape, `answers` being of the version that is printed today."""
    found = schema_of(answers, "", shapes.schema(name) if name in shapes.versions() else {})
    told = shapes.shape(name)
    for rows in (found, found.get("items", {})):
        if shapes.KEY in rows.get("properties", {}):
            rows["properties"][shapes.KEY] = {"const": told}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": told, **found}


# -- what changed ------------------------------------------------------------------------------------------------------
def changes(old: Mapping[str, Any], new: Mapping[str, Any], where: str = "") -> tuple[list[str], list[str]]:
    """What a reader of the old schema would miss in the new one, and what is new in it; by place."""
    missed: list[str] = []
    added: list[str] = []
    for word in ("type", "format", "const", "x-unit"):
        was, now = old.get(word), new.get(word)
        if was != now:
            told = added if was is None else missed  # where nothing was said, nothing is missed
            told.append(f"{where or 'the answer'}: {word} {was} → {now}")
    for word in ("properties", "patternProperties"):
        known, seen = old.get(word, {}), new.get(word, {})
        missed += [f"{where}.{k}: lost" for k in known if k not in seen]
        added += [f"{where}.{k}: new" for k in seen if k not in known]
        for key in (k for k in known if k in seen):
            less, more = changes(known[key], seen[key], f"{where}.{key}")
            missed, added = missed + less, added + more
    always, still = old.get("required", ()), new.get("required", ())
    missed += [f"{where}.{k}: no longer always there" for k in always if k in new.get("properties", {}) and k not in still]
    added += [f"{where}.{k}: now always there" for k in still if k in old.get("properties", {}) and k not in always]
    for word, sign in (("items", "[]"), ("additionalProperties", ".*")):
        if word in old and word in new:
            less, more = changes(old[word], new[word], where + sign)
            missed, added = missed + less, added + more
        elif word in old or word in new:
            (missed if word in old else added).append(f"{where or 'the answer'}: {'no ' if word in old else ''}{word}")
    return missed, added


def today(answers: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """The schema of every shape."""
    return {name: made_of(name, found) for name, found in sorted(answers.items())}


def by_shape(answers: Mapping[str, str]) -> dict[str, list[Any]]:
    """What was printed, by the shape that it names. Raises `ValueError` where something is no answer in JSON."""
    found: dict[str, list[Any]] = {}
    for name, text in answers.items():
        if text[:1] not in ("{", "["):
            raise ValueError(f"{name} answers {text[:2000]}")
        answer, _ = json.JSONDecoder().raw_decode(text)
        found.setdefault(told_by(answer).removeprefix("detente.").rpartition("/")[0], []).append(answer)
    return found


def write(schemas: Mapping[str, dict[str, Any]]) -> list[str]:
    """Keep the schemas; gives what was done. A file is changed only by what a reader of it does not miss."""
    told = []
    for name, new in schemas.items():
        version = shapes.versions().get(name, (0,))[-1]
        old = shapes.schema(name) if version else None
        if old == new:
            continue
        missed, _ = changes(old, new) if old else ([""], [])
        if missed:
            version += 1
            new = json.loads(json.dumps(new).replace(f"detente.{name}/{version - 1}", f"detente.{name}/{version}"))
        SCHEMAS.mkdir(exist_ok=True)
        (SCHEMAS / f"{name}.{version}.json").write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        told.append(f"{name}: version {version}" + (f", as {'; '.join(missed)}" if old and missed else ""))
    shapes.versions.cache_clear()
    return told


def main() -> int:
    """Show what changed, or keep it."""
    import asked

    answers: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        asked.outputs(Path(folder), ["brief/", "cli/"], answers)
    for name in set(list_dossiers()) - {asked.DOSSIER}:
        with solved_once(between_runs=True):
            answers |= asked.shapes(name)
    found = today(by_shape(answers))
    if "--write" in sys.argv[1:]:
        print(*write(found), sep="\n")
        return 0
    wrong = 0
    for name, new in found.items():
        missed, added = changes(shapes.schema(name), new) if name in shapes.versions() else (["no schema"], [])
        wrong += bool(missed or added)
        for text in (*missed, *added):
            print(f"{name} {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
