"""Types that every room uses, and results as plain records.

>>> plain({"a": float("inf"), "b": (1, 2)})
{'a': None, 'b': [1, 2]}
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
"""An array of floats; its docstring tells shape and unit."""
Progress = Callable[[str, int, int], None]
"""Called with a label, how many steps are done, and how many there are."""


class Range(NamedTuple):
    """Low, central and high value of one figure, in the figure's unit."""

    low: float
    value: float
    high: float


def plain(value: Any) -> Any:
    """The same content as JSON can hold: dicts, lists, strings, numbers and None (for numbers that are not finite)."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, (np.integer, int)):
        return int(value)
    if isinstance(value, (np.floating, float)):
        return float(value) if math.isfinite(value) else None
    return value if value is None else str(value)
