"""What may come: scenarios side by side, the tree of forks, probabilities and their scores, ensembles, back-tests.

The room carries the name of its main verb: `detente.outlook(...)` is `detente.outlook.outlook.outlook(...)`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A package that can be called: importing any part of it puts the package where `import detente as dt` finds the verb."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from detente.outlook.outlook import outlook

        return outlook(*args, **kwargs)


sys.modules[__name__].__class__ = _Room
