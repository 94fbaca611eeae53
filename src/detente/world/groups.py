"""A group of a world's regions as one region of it, by name.

Groups are those of `labels.yaml`: named groups (ASEAN), regions of several economies (EU27 in a world that has its members), and
blocs (RCEP).

>>> from detente.world.library import load_world
>>> world, code = grouped(load_world(), "ASEAN")
>>> code, code in world.regions, "MYS" in world.regions
('ASEAN', True, False)
"""

from __future__ import annotations

from detente.errors import InputError
from detente.words import refusal
from detente.words.names import bloc_table, canonical, code_of, group_table, region_table
from detente.world.world import World


def economies_of(name: str) -> frozenset[str] | None:
    """Economies (ISO alpha-3) of a group, bloc or region of several; None for a name that is none."""
    if name in bloc_table():
        return frozenset(bloc_table()[name])
    if name in group_table():
        members = group_table()[name]["members"]
        return None if members == "all" else frozenset(e for m in members for e in _economies(m))
    return frozenset(_economies(name)) if region_table().get(name, {}).get("members") else None


def _economies(region: str) -> tuple[str, ...]:
    return tuple(region_table().get(region, {}).get("members", ())) or (canonical(region),)


def grouped(world: World, name: str) -> tuple[World, str]:
    """The world in which `name` is one region, and its code there: the world itself, or with the regions of a group summed.

    Raises `UnknownRegion`, and `InputError` where a region of the world is only in part in the group.
    """
    code = name if name in world.regions else canonical(name)
    wanted = economies_of(code)
    if code in world.regions or wanted is None:
        return world, code_of(name, world.regions)
    held = {r: frozenset(_economies(r)) for r in world.regions}
    inside = [r for r in world.regions if held[r] <= wanted]
    torn = [r for r in world.regions if held[r] & wanted and r not in inside]
    if torn:
        raise InputError(
            refusal("world", "group_torn", group=code, region=torn[0], economies=", ".join(sorted(held[torn[0]] & wanted)))
        )
    if len(inside) < 2:
        world.region_index(name)
    return world.aggregate(regions={code: inside}).with_(name=world.name), code
