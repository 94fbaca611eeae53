"""detente: an open laboratory for trade wars and the talks that end them.

>>> import detente as dt
>>> world = dt.load_world("toy")
>>> outcome = dt.solve(world, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> outcome.status
'converged'
"""

from lazy_loader import attach_stub

from detente.interpreter import parse_in_turn

__version__ = "0.2.0"

parse_in_turn()

# the names stand in __init__.pyi; each is imported on first use, so that `detente --help` does not wait for numerical libraries
__getattr__, _, __all__ = attach_stub(__name__, __file__)
__all__ += ["__version__"]


def __dir__() -> list[str]:
    return sorted(__all__)
