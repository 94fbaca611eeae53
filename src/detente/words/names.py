"""Names of regions, sectors and groups: one table (`labels.yaml`), looked up everywhere.

>>> region_name("MYS"), sector_name("RER")
('Malaysia', 'rare earths and magnets')
>>> resolve_regions("ASEAN", ("USA", "CHN", "MYS", "SGP"))
('MYS', 'SGP')
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import combining, normalize

import yaml

from detente.errors import NoSingleEconomy, UnknownRegion, UnknownSector
from detente.words.numbers import capital
from detente.words.translation import translated

_PLURAL = {"XSE", "GLF", "XRX"}
_BESIDE = re.compile(r"\s*\(.*\)| SAR China$")
"""What CLDR says beside a name."""


@cache
def _tables() -> dict[str, dict[str, Any]]:
    text = files("detente").joinpath("data", "labels.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def region_table() -> dict[str, dict[str, Any]]:
    """Code → name, adjective, tile position [column, row], member economies (ISO alpha-3)."""
    return _tables()["regions"]


def sector_table() -> dict[str, dict[str, Any]]:
    """Code → name, whether goods, ISIC Rev.4 industries of the source table."""
    return _tables()["sectors"]


def group_table() -> dict[str, dict[str, Any]]:
    """Named groups of regions (ASEAN, WORLD)."""
    return _tables()["groups"]


def bloc_table() -> dict[str, list[str]]:
    """Blocs by name: their economies (ISO alpha-3)."""
    return _tables()["blocs"]


def region_name(code: str, *, article: bool = False) -> str:
    """Long name of a region; with `article`, "the United States". A code without an entry names itself."""
    return _form(code, "in a sentence" if article else "name")


def region_adjective(code: str) -> str:
    """ "Chinese" for CHN; the code itself where no entry stands."""
    return _form(code, "adjective")


def sector_name(code: str) -> str:
    """Long name of a sector; a code without an entry names itself."""
    return _form(code, "name", "sector")


def _form(code: str, form: str, kind: str = "region") -> str:
    """A form of a name in the current language."""
    found = forms(code, kind).get(form)
    return code if found is None else translated(found, name_context(code, form, kind))


def name_context(code: str, form: str, kind: str) -> str:
    """Where a form of a name stands, as a catalogue says it: "region MYS: adjective"."""
    return f"{kind} {code}: {form}"


@cache
def forms(code: str, kind: str = "region") -> dict[str, str]:
    """The English forms of the name of a region (or group) or sector; none without an entry."""
    if kind == "sector":
        return {"name": str(sector_table()[code]["name"])} if code in sector_table() else {}
    entry = region_table().get(code) or group_table().get(code)
    if not entry:
        return {}
    plain = str(entry["name"])
    within = "the world" if code == "WORLD" else f"the {plain}" if entry.get("the") else plain
    adjective = {"adjective": str(entry["adjective"])} if "adjective" in entry else {}
    return {"name": plain, "in a sentence": within, "possessive": _owner(within), **adjective}


def goods_sectors(sectors: Iterable[str]) -> tuple[str, ...]:
    """Those of `sectors` that are goods (sectors without an entry count as goods)."""
    table = sector_table()
    return tuple(s for s in sectors if table.get(s, {"goods": True})["goods"])


def resolve_regions(spec: str | Sequence[str] | None, regions: Sequence[str]) -> tuple[str, ...]:
    """Codes of `regions` meant by `spec`: a code, a group, a list of either, or None for all.

    Raises `UnknownRegion` with a suggestion where a name is in neither list.
    """
    if spec is None:
        return tuple(regions)
    wanted: list[str] = []
    for name in [spec] if isinstance(spec, str) else spec:
        if name in regions:
            members: Sequence[str] = (name,)
        elif name in group_table():
            listed = group_table()[name]["members"]
            members = tuple(regions) if listed == "all" else [m for m in listed if m in regions]
        else:
            known = {code: region_name(code) for code in (*regions, *group_table())}
            raise UnknownRegion(name, known)
        wanted.extend(m for m in members if m not in wanted)
    return tuple(wanted)


def resolve_sectors(spec: str | Sequence[str] | None, sectors: Sequence[str]) -> tuple[str, ...]:
    """Codes of `sectors` meant by `spec`: a code, "goods", "services", "all", a list of these, or None for all."""
    if spec is None:
        return tuple(sectors)
    wanted: list[str] = []
    goods = goods_sectors(sectors)
    sets = {"all": tuple(sectors), "goods": goods, "services": tuple(s for s in sectors if s not in goods)}
    for name in [spec] if isinstance(spec, str) else spec:
        if name not in sectors and name not in sets:
            raise UnknownSector(name, {**{c: sector_name(c) for c in sectors}, **dict.fromkeys(sets, "")})
        wanted.extend(m for m in sets.get(name, (name,)) if m not in wanted)
    return tuple(wanted)


# -- in running text ---------------------------------------------------------------------------------------------------
def name(code: str, *, start: bool = False) -> str:
    """A region in running text: "the United States", "China", "ASEAN", "the world"."""
    text = region_name(code, article=True)
    return capital(text) if start else text


def short_name(code: str) -> str:
    """A region as a label: "United States", "World"."""
    return capital(region_name(code)) if code in group_table() or code in ("ROW", "XLA") else region_name(code)


def label(code: str) -> str:
    """A region on a chart: what stands in brackets left out, a long list of members cut to the first two and a count."""
    text = capital(short_name(code).split(" (")[0])
    words = text.split()
    return f"{words[0]}, {words[1]} + {len(words) - 2}" if len(text) > 30 and len(words) > 3 else text


def possessive(code: str) -> str:
    """ "China's", "the United States'"."""
    return _form(code, "possessive") if forms(code) else _owner(code)


def _owner(text: str) -> str:
    return text + ("’" if text.endswith("s") else "’s")


def verb(code: str, singular: str, plural: str) -> str:
    """The verb form that goes with a region (a group named by its members is plural)."""
    return plural if code in _PLURAL else singular


def sector(code: str) -> str:
    """A sector in running text."""
    return sector_name(code)


# -- from what somebody says to a code ---------------------------------------------------------------------------------
def code_of(said: str, known: Iterable[str], what: str = "economy") -> str:
    """The code in `known` of the economy or group that somebody means: a code of the project or of ISO 3166-1, or a name.

    Case does not matter. Raises `UnknownRegion`, with whom it is counted where it has no code of its own in `known`, and
    `NoSingleEconomy` for a group where an economy is asked for.

    >>> code_of("South Korea", ("USA", "KOR")), code_of("us", ("USA", "KOR")), code_of("ch", ("CHE", "KOR"))
    ('KOR', 'USA', 'CHE')
    """
    codes = tuple(known)
    if said in codes:
        return said
    meant = canonical(said)
    if meant in codes:
        return meant
    if meant in group_table() and (members := resolve_regions(meant, codes)):
        raise NoSingleEconomy(meant, members)
    same = [code for code in codes if canonical(code) == meant]
    if len(same) != 1:
        raise UnknownRegion(said, {code: region_name(code) for code in codes}, what)
    return same[0]


def canonical(said: str) -> str:
    """The code of an economy or group written in any way: the project's own, else ISO alpha-3; any other text as it is.

    >>> canonical("MY"), canonical("the Netherlands"), canonical("U.S."), canonical("eu"), canonical("Atlantis")
    ('MYS', 'NLD', 'USA', 'EU27', 'Atlantis')
    """
    return _called().get(_spoken(said), said)


def meant(said: str, known: Collection[str]) -> str:
    """The code that a name stands for: one in `known`, or a group's; any other text as it is, for who reads it to refuse.

    >>> meant("Malaysia", ("MYS", "US")), meant("US", ("MYS", "US")), meant("asean", ("MYS",)), meant("Atlantis", ("MYS",))
    ('MYS', 'US', 'ASEAN', 'Atlantis')
    """
    code = said if said in known else canonical(said)
    return code if code in known or code in group_table() else said


@cache
def _called() -> dict[str, str]:
    """What economies and groups are called → code. Codes stand before names, the project's before those of CLDR (babel)."""
    own = {**region_table(), **group_table()}
    said = [(code, code) for code in (*own, *bloc_table(), *iso_table().values())]
    said += [*_tables()["aliases"].items(), *iso_table().items()]
    said += [(forms(code)["name"], code) for code in own]
    said += countries().items()
    table: dict[str, str] = {}
    for text, code in said:
        table.setdefault(_spoken(text), code)
    return table


def _spoken(text: str) -> str:
    """A name without what writers differ in: case, accents, dots, article, the bracket behind it."""
    plain = _BESIDE.sub("", text.strip())
    bare = "".join(c for c in normalize("NFKD", plain) if not combining(c)).casefold()
    return " ".join(bare.replace(".", "").replace("’", "'").replace("&", "and").removeprefix("the ").split())


@cache
def iso_table() -> dict[str, str]:
    """ISO 3166-1: alpha-2 → alpha-3. What babel has leads the other way, from codes of former states too (FXX, ZAR)."""
    return dict(yaml.safe_load(files("detente").joinpath("data", "countries.yaml").read_text(encoding="utf-8")))


@cache
def countries() -> dict[str, str]:
    """English name of a country as CLDR has it, without what it says beside → ISO alpha-3."""
    from babel import Locale

    named = Locale("en").territories
    return {_BESIDE.sub("", named[two]): three for two, three in iso_table().items() if two in named}


def home_of(economy: str) -> str | None:
    """The region that an economy (ISO alpha-3) without a line of its own is counted with; None for what is no economy.

    >>> home_of("DEU"), home_of("IRN"), home_of("MYS"), home_of("ASEAN")
    ('EU27', 'ROW', None, None)
    """
    if economy in region_table():
        return None
    held = (code for code, entry in region_table().items() if economy in entry.get("members", ()))
    return next(held, "ROW" if economy in iso_table().values() else None)


def holder(said: str, known: Iterable[str]) -> str | None:
    """The code in `known` of the economy that a country is counted with; None where it has a code of its own or is none.

    >>> holder("Germany", ("EU27", "USA")), holder("Germany", ("EU27", "DE")), holder("us", ("EU27", "USA"))
    ('EU27', None, None)
    """
    codes, country = tuple(known), canonical(said)
    home = home_of(country)
    return home if home in codes and country not in map(canonical, codes) else None


UnknownRegion.canonical, UnknownRegion.home = staticmethod(canonical), staticmethod(home_of)
