"""The economy as data: tables, labels, readers, the builder, exposure."""

from detente.world.economy import Economy, Reconciled
from detente.world.library import list_worlds, load_world, toy_world
from detente.world.world import World

__all__ = ["Economy", "Reconciled", "World", "list_worlds", "load_world", "toy_world"]
