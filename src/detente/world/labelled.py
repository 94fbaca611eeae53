"""Labelled arrays in the order of a world: what carries labels is put in place by them, never by position.

Taken are xarray's DataArray (dimensions by name), pandas' Series and DataFrame (rows and columns by label, several levels too)
and, along one axis, a mapping. A dimension or level belongs to the axis of its name, else to the first axis left that has all
its labels. What has no labels (NumPy, lists, an index 0, 1, 2 …) goes by position, as its shape says. A label that the axis has
not, one that is lacking, one given twice and a dimension of another name are refused by name; nothing is filled in.

>>> import pandas as pd
>>> axes = (("sector", ("FARM", "MAKE", "SERVE")),)
>>> in_order(pd.Series([3.0, 9.0, 5.0], index=["SERVE", "FARM", "MAKE"]), axes, "trade_elasticity").tolist()
[9.0, 5.0, 3.0]
>>> in_order({"FARM": 9.0, "MAKE": 5.0}, axes, "trade_elasticity")
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: trade_elasticity lacks the sector SERVE
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from detente.errors import InputError, UnknownName
from detente.types import Array
from detente.words import refusal
from detente.words.names import region_name, sector_name

Axes = Sequence[tuple[str, Sequence[str]]]
"""Name and labels of every axis, in the order of the array."""


def trade_axes(regions: Sequence[str], sectors: Sequence[str]) -> Axes:
    """The axes of flows and rates [origin, destination, sector]."""
    return (("origin", regions), ("destination", regions), ("sector", sectors))


def in_order(values: Any, axes: Axes, name: str) -> Any:
    """`values` as an array in the order of `axes`; as it is where it carries no labels. `name` is what errors call it.

    An axis that a labelled array has not is left of length one, so that the result broadcasts. Raises `InputError` and
    `UnknownName`.
    """
    found = _labelled(values, axes, name)
    if found is None:
        return values
    dims, coords, array = found
    order: list[Any] = []
    shape: list[int] = []
    for axis, labels in axes:
        if axis not in dims:
            shape.append(1)
            continue
        own = coords[axis]
        if own is not None:
            array = np.take(array, _places(own, axis, labels, name), axis=dims.index(axis))
        order.append(dims.index(axis))
        shape.append(array.shape[dims.index(axis)])
    return array.transpose(order).reshape(shape)


def unlabelled(values: Any, name: str) -> Any:
    """`values` where it carries no labels. Raises `InputError` where it does and nothing here could be set beside them."""
    if isinstance(values, pd.Series | pd.DataFrame):
        parts = [values.index] if isinstance(values, pd.Series) else [values.index, values.columns]
        carries = any(p.nlevels > 1 or _named(p) is not None for p in parts)
    else:
        carries = isinstance(values, Mapping) or (hasattr(values, "dims") and len(values.coords) > 0)
    if carries:
        raise InputError(refusal("world", "labels_unused", array=name))
    return values


def _labelled(values: Any, axes: Axes, name: str) -> tuple[list[str], dict[str, list[str] | None], Array] | None:
    """Axes in the order of the array, the labels of each (None: by position), the numbers; None for what has no labels."""
    if isinstance(values, Mapping):
        values = pd.Series(values, dtype=np.float64)
    if hasattr(values, "dims") and hasattr(values, "coords"):
        known = [axis for axis, _ in axes]
        dims = [str(d) for d in values.dims]
        for d in dims:
            if d not in known:
                raise InputError(refusal("world", "dimension_unknown", array=name, dimension=repr(d), known=", ".join(known)))
        labels = {d: _named(values.indexes.get(d)) if d in values.indexes else None for d in dims}
        return dims, labels, np.asarray(values.values, dtype=np.float64)
    if not isinstance(values, pd.Series | pd.DataFrame):
        return None
    parts = [values.index] if isinstance(values, pd.Series) else [values.index, values.columns]
    if all(_named(p) is None and p.nlevels == 1 for p in parts):
        return None
    if all(p.nlevels == 1 for p in parts):
        taken: list[str] = []
        for part in parts:
            taken.append(_axis_of(part, taken, axes, name))
        return taken, {a: _named(p) for a, p in zip(taken, parts, strict=True)}, values.to_numpy(dtype=np.float64)
    return _unstacked(values, axes, name)


def _unstacked(values: Any, axes: Axes, name: str) -> tuple[list[str], dict[str, list[str] | None], Array]:
    """A table of several levels as a full array. Raises `InputError` for a combination that is lacking or stands twice."""
    parts = [values.index] if isinstance(values, pd.Series) else [values.index, values.columns]
    at = np.indices([len(p) for p in parts]).reshape(len(parts), -1)
    levels = [p.get_level_values(k)[own] for p, own in zip(parts, at, strict=True) for k in range(p.nlevels)]
    taken: list[str] = []
    for level in levels:
        taken.append(_axis_of(level, taken, axes, name))
    wanted = dict(axes)
    places = []
    for axis, level in zip(taken, levels, strict=True):
        _known(level, axis, wanted[axis], name)
        places.append(pd.Index(list(wanted[axis])).get_indexer(pd.Index([str(x) for x in level])))
    shape = [len(wanted[axis]) for axis in taken]
    count = np.zeros(shape, dtype=int)
    np.add.at(count, tuple(places), 1)
    if (count != 1).any():
        where = tuple(int(k) for k in np.argwhere(count != 1)[0])
        told = " ".join(wanted[axis][k] for axis, k in zip(taken, where, strict=True))
        if count[where]:
            raise InputError(refusal("world", "cell_twice", array=name, cell=told))
        raise InputError(refusal("world", "cell_lacking", array=name, cell=told))
    array = np.empty(shape)
    array[tuple(places)] = values.to_numpy(dtype=np.float64).ravel()
    return taken, dict.fromkeys(taken), array


def _named(index: Any) -> list[str] | None:
    """Labels of an index; None where it only counts 0, 1, 2 …"""
    if index is None or isinstance(index, pd.MultiIndex):
        return None
    if pd.api.types.is_numeric_dtype(index) and list(index) == list(range(len(index))):
        return None
    return [str(x) for x in index]


def _axis_of(level: Any, taken: Sequence[str], axes: Axes, name: str) -> str:
    """The axis that a row, column or level of a table is of."""
    left = [(axis, labels) for axis, labels in axes if axis not in taken]
    if level.name in [axis for axis, _ in left]:
        return str(level.name)
    own = _named(level)
    if not left:
        raise InputError(refusal("world", "too_many_levels", array=name, known=", ".join(axis for axis, _ in axes)))
    if own is None:
        return left[0][0]
    fitting = [axis for axis, labels in left if set(own) <= set(labels)]
    return fitting[0] if fitting else max(left, key=lambda one: len(set(one[1]) & set(own)))[0]


def _known(own: Any, axis: str, labels: Sequence[str], name: str) -> None:
    names = region_name if axis in ("region", "origin", "destination") else sector_name
    for label in dict.fromkeys(str(x) for x in own):
        if label not in labels:
            raise UnknownName(label, {x: names(x) for x in labels}, f"{axis} of {name}")


def _places(own: Sequence[str], axis: str, labels: Sequence[str], name: str) -> list[int]:
    """Where each of `labels` stands in `own`. Raises `InputError`, `UnknownName`."""
    _known(own, axis, labels, name)
    twice = sorted({x for x in own if list(own).count(x) > 1})
    if twice:
        raise InputError(refusal("world", "labels_twice", what=f"{name}: {axis}", labels=", ".join(twice)))
    lacking = [x for x in labels if x not in own]
    if lacking:
        raise InputError(refusal("world", "labels_lacking", array=name, axis=axis, labels=", ".join(lacking)))
    place = {x: k for k, x in enumerate(own)}
    return [place[x] for x in labels]
