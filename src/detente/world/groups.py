"""Whom a name means in a world: a region as it is written there, an ISO code of it, or a group of its regions by name.

Groups are those of `labels.yaml`: named groups (ASEAN), regions of several economies (EU27 in a world that has its members), and
blocs (RCEP). Codes of ISO 3166-1 with two and three letters mean the same (CLDR, as babel has it).

>>> from detente.world.library import load_world
>>> region_code(load_world(), "MY"), region_code(load_world(), "US")
('MYS', 'USA')
>>> world, code = grouped(load_world(), "ASEAN")
>>> code, code in world.regions, "MYS" in world.regions
('ASEAN', True, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from detente.errors import InputError, UnknownRegion
from detente.words import refusal
from detente.words.names import bloc_table, group_table, region_table
from detente.world.world import World


@cache
def _alpha3() -> Mapping[str, str]:
    """ISO alpha-2 → alpha-3."""
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    return {to[0]: code for code, to in aliases.items() if len(code) == 3 and code.isalpha() and len(to) == 1}


def alpha3(code: str) -> str:
    """ISO alpha-3 of a code with two letters, or of another spelling; any other code as it is.

    >>> alpha3("MY"), alpha3("UK"), alpha3("EU27"), alpha3("EL")
    ('MYS', 'GBR', 'EU27', 'GRC')
    """
    spelled = UnknownRegion.spellings.get(code, code)
    return _alpha3().get(spelled, spelled)


def region_code(world: World, name: str) -> str:
    """A region of a world by its code there, or an ISO code of it. Raises `UnknownRegion`."""
    if name in world.regions:
        return name
    same = [r for r in world.regions if alpha3(r) == alpha3(name)]
    if len(same) != 1:
        world.region_index(name)  # raises, with whom it is counted or what is meant
    return same[0]


def economies_of(name: str) -> frozenset[str] | None:
    """Economies (ISO alpha-3) of a group, bloc or region of several; None for a name that is none."""
    if name in bloc_table():
        return frozenset(bloc_table()[name])
    if name in group_table():
        members = group_table()[name]["members"]
        return None if members == "all" else frozenset(e for m in members for e in _economies(m))
    return frozenset(_economies(name)) if region_table().get(name, {}).get("members") else None


def _economies(region: str) -> tuple[str, ...]:
    return tuple(region_table().get(region, {}).get("members", ())) or (alpha3(region),)


def grouped(world: World, name: str) -> tuple[World, str]:
    """The world in which `name` is one region, and its code there: the world itself, or with the regions of a group summed.

    Raises `UnknownRegion`, and `InputError` where a region of the world is only in part in the group.
    """
    wanted = economies_of(name)
    if name in world.regions or wanted is None:
        return world, region_code(world, name)
    held = {r: frozenset(_economies(r)) for r in world.regions}
    inside = [r for r in world.regions if held[r] <= wanted]
    torn = [r for r in world.regions if held[r] & wanted and r not in inside]
    if torn:
        raise InputError(
            refusal("world", "group_torn", group=name, region=torn[0], economies=", ".join(sorted(held[torn[0]] & wanted)))
        )
    if len(inside) < 2:
        world.region_index(name)
    return world.aggregate(regions={name: inside}).with_(name=world.name), name
