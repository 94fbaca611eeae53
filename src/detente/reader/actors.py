"""The reader's vocabulary: actors, organisations and products as places in a text, from `lexicon.yaml` and Babel's names.

>>> [(m.code, m.form) for m in actor_mentions("Swiss exporters and the U.S. asked us; so did Beijing.")]
[('CHE', 'adjective'), ('USA', 'name'), ('CHN', 'seat')]
>>> [p.code for p in product_mentions("Duties on rare-earth magnets, HS chapter 72 and soybeans.")]
['RER', 'IRS', 'AGR']
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from babel import Locale

from detente.build.classification import sector_of
from detente.words.names import countries, group_table, iso_table, region_name, region_table


@dataclass(frozen=True)
class Mention:
    """A word of the lexicon in the text: what it stands for and in which form (name, adjective, seat, city, group …)."""

    start: int
    end: int
    code: str
    form: str


@cache
def lexicon() -> dict[str, Any]:
    """The word lists of `lexicon.yaml`."""
    return dict(yaml.safe_load(files(__package__).joinpath("lexicon.yaml").read_text(encoding="utf-8")))


@cache
def _known_names() -> dict[str, tuple[str, str]]:
    """Words → (code, form); longest first when matched."""
    table: dict[str, tuple[str, str]] = {}
    for code, entry in lexicon()["actors"].items():
        for form, key in (("name", "names"), ("adjective", "adjectives"), ("seat", "seats"), ("city", "cities")):
            for word in entry[key]:
                table.setdefault(str(word), (code, form))
    for form, key in (("adjective", "adjectives"), ("name", "further_names"), ("seat", "capitals")):
        for code, words in lexicon()[key].items():
            for word in words if isinstance(words, list) else [words]:
                table.setdefault(str(word), (code, form))
    for form, key in (("office", "offices"), ("law", "laws"), ("shared", "shared_offices")):
        for code, words in lexicon()[key].items():
            for word in words:
                table.setdefault(word, (code, form))
    for code, words in lexicon()["groups"].items():
        for word in words:
            table.setdefault(word, (code, "group"))
    have = {w.casefold() for w in table}
    for name, code in countries().items():
        for word in {name, name.replace("’", "'"), name.replace(" & ", " and ")}:
            if word.casefold() not in have:
                table[word] = (code, "name")
    for word in lexicon()["not_actors"]:
        table[word] = ("", "not")
    return table


@cache
def _actor_pattern(loud: bool = False) -> re.Pattern[str]:
    words = sorted(_known_names(), key=lambda w: (-len(w), w))
    if loud:
        words = [w.upper() for w in words if len(w) > 3]
    body = "|".join(re.escape(w).replace(r"\ ", r"[ \n]") for w in words)
    return re.compile(rf"(?<![\w$€£])(?:{body})(?![\w])(?!\$)")


@cache
def _loud_names() -> dict[str, tuple[str, str]]:
    return {w.upper(): v for w, v in _known_names().items() if len(w) > 3}


_LOUD = re.compile(r"(?:\b[A-ZÀ-Þ][A-ZÀ-Þ.'’]*\b[\W\d]*){4,}")


def _as_country(text: str, start: int, end: int) -> bool:
    """Whether a name that people have too ("Jordan") stands where a country's does: alone, and nowhere after a first name."""
    name, before, after = text[start:end], text[max(0, start - 12) : start], text[end : end + 12]
    if re.search(
        rf"\b(?!(?:In|On|From|By|The|And|But|While|To|For|Of)\b)[A-Z][a-z]+ {name}\b|\b(?:Mr|Ms|Mrs|Dr)\.? {name}\b", text
    ):
        return False
    return bool(
        re.search(r"\b(?:from|on|in|of|by|against|to|and|,|with)\s+$", before, re.I) or re.match(r"'s\b|\s+[a-z]|,", after)
    )


def actor_mentions(text: str) -> tuple[Mention, ...]:
    """Economies, governments, offices and groups named in a text, in order; runs of capitals are read too.

    An office that several countries have ("the Commission") counts only where the economy it stands for is named otherwise.
    """
    found: dict[int, Mention] = {}
    loud = [(m.start(), m.end()) for m in _LOUD.finditer(text)]
    for pattern, names in ((_actor_pattern(), _known_names()), (_actor_pattern(True), _loud_names())):
        for match in pattern.finditer(text):
            start = match.start()
            code, form = names[" ".join(match.group().split())]
            if names is not _known_names() and form != "name" and not any(a <= start < b for a, b in loud):
                continue
            if form == "not" or (match.group() in ("US", "EU") and text[match.end() : match.end() + 1] == "$"):
                continue
            if match.group() in lexicon()["doubtful_names"] and form == "name" and not _as_country(text, start, match.end()):
                continue
            if re.search(r"(?:North|South|Latin|West|East|Central|Sub-Saharan|New) $", text[max(0, start - 12) : start]):
                continue
            if start not in found or match.end() > found[start].end:
                found[start] = Mention(start, match.end(), code, form)
    firm = {m.code for m in found.values() if m.form != "shared"}
    out: list[Mention] = []
    for _, m in sorted(found.items()):
        if out and m.start < out[-1].end:
            continue
        if m.form == "shared":
            owned = re.search(r"(?:'s|s'|[a-z]an|[a-z]ese|[a-z]ish) (?:\w+ )?$", text[max(0, m.start - 30) : m.start])
            shared_on = re.match(
                r"\s*(?:,|and|&)\s+(?:the\s+)?(?:Industry|Supplies|Trade|Tourism|Consumer|Economy|Foreign|Investment)",
                text[m.end : m.end + 20],
            )
            line = text[max(0, m.start - 60) : m.start].rsplit("\n", 1)[-1]
            others = [
                x
                for x in found.values()
                if m.start - len(line) <= x.start < m.start and x.code not in ("", m.code) and x.form == "name"
            ]
            if m.code not in firm or owned or shared_on or (others and re.search(r"\b(?:Government|Republic) of\b", line)):
                continue
            m = Mention(m.start, m.end, m.code, "office")
        out.append(m)
    return tuple(out)


@cache
def region_of(code: str) -> str:
    """The region of the default world an economy belongs to; "ROW" where it has none of its own."""
    if code in region_table() or code in group_table():
        return code
    for region, entry in region_table().items():
        if code in entry.get("members", ()):
            return region
    return "ROW"


def actor_name(code: str) -> str:
    """Readable name of a code of `actor_mentions`."""
    if code in lexicon()["groups"] and code not in region_table():
        return code
    if code in lexicon()["actors"] and code not in region_table():
        return str(lexicon()["actors"][code]["names"][0])
    if code in region_table() or code in group_table():
        return region_name(code)
    return next((str(Locale("en").territories[two]) for two, three in iso_table().items() if three == code), code)


@cache
def _organisation_table() -> tuple[re.Pattern[str], dict[str, str]]:
    table = {word: short for short, words in lexicon()["organisations"].items() for word in words}
    words = sorted(table, key=lambda w: (-len(w), w))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)"), table


def organisation_mentions(text: str) -> tuple[Mention, ...]:
    """Organisations of the lexicon named in a text, in order."""
    pattern, table = _organisation_table()
    return tuple(Mention(m.start(), m.end(), table[m.group()], "organisation") for m in pattern.finditer(text))


@cache
def _product_table() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (sector, re.compile(r"(?<![\w-])(?:" + "|".join(words) + r")(?![\w])", re.IGNORECASE))
        for sector, words in lexicon()["products"].items()
    )


_HS = re.compile(
    r"\b(?:HS|HTS|HTSUS|tariff (?:code|heading|line))(?:[ -](?:chapters?|headings?|codes?))?\s+(\d{2,10}(?:\.\d{2,4}){0,3})\b",
    re.I,
)
_CHAPTER = re.compile(r"\b(?:chapters?)\s+(\d{2})\b(?=[^.]{0,40}(?:HS|tariff|Harmoni[sz]ed))", re.I)


def product_mentions(text: str) -> tuple[Mention, ...]:
    """Goods named in a text by word or HS code, as sectors of the model, in order; longer words win over shorter."""
    found: list[Mention] = []
    for sector, pattern in _product_table():
        found.extend(Mention(m.start(), m.end(), sector, "word") for m in pattern.finditer(text))
    for pattern in (_HS, _CHAPTER):
        for m in pattern.finditer(text):
            code = m.group(1).replace(".", "")
            sector_code = sector_of(code)
            if sector_code:
                found.append(Mention(m.start(), m.end(), sector_code, f"HS {code}"))
    found.sort(key=lambda m: (m.start, -(m.end - m.start)))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)
