"""A search that can be stopped and taken up again: its state after every iteration, in one file.

The file (npz) holds the point reached, the iteration, the residual, the last points and moves of the mixing, and digests of
everything the answer depends on. It is written beside itself and moved into place, so a run that is killed leaves the last whole
state. A file of another run is refused, with what differs.

>>> import tempfile, pathlib
>>> place = pathlib.Path(tempfile.mkdtemp()) / "run.npz"
>>> Checkpoint(place, {"players": "a", "detail": "b"}).save(Saved("together", 3, 1e-2, np.array([0.1, 0.2])))
>>> Checkpoint(place, {"players": "a", "detail": "b"}).load().iteration
3
>>> Checkpoint(place, {"players": "a", "detail": "c"}).load()
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: run.npz holds a run with other detail; give another file, or delete it to start afresh
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError
from detente.files import loads, sha256, write

Array = NDArray[np.float64]
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Saved:
    """Where a search stands: `u` is the next point to look at, `points` and `moves` [iteration, variable] the mixing's memory."""

    phase: str
    iteration: int
    residual: float
    u: Array
    points: tuple[Array, ...] = ()
    moves: tuple[Array, ...] = ()


@dataclass(frozen=True)
class Checkpoint:
    """A file for the state of one search; `inputs` maps what it depends on to digests."""

    path: Path
    inputs: Mapping[str, str]

    def load(self) -> Saved | None:
        """The state in the file; None where there is no file. Raises `InputError` for a file of another run, or no such file."""
        if not self.path.exists():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as held:
                if int(held["format"]) != FORMAT:
                    raise InputError(f"{self.path.name} was written by another version; delete it to start afresh")
                inputs = loads(str(held["inputs"]))
                state = Saved(
                    str(held["phase"]), int(held["iteration"]), float(held["residual"]), held["u"], tuple(held["points"]),
                    tuple(held["moves"]),
                )  # fmt: skip
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path.name} is not the state of a search; give another file") from error
        other = [name for name in {**self.inputs, **inputs} if inputs.get(name) != self.inputs.get(name)]
        if other:
            told = other[0] if len(other) == 1 else ", ".join(other[:-1]) + " and " + other[-1]
            raise InputError(f"{self.path.name} holds a run with other {told}; give another file, or delete it to start afresh")
        return state

    def save(self, state: Saved) -> None:
        """Write the state: all of it, or nothing."""
        body = io.BytesIO()
        np.savez(
            body, format=FORMAT, inputs=json.dumps(dict(self.inputs)), phase=state.phase, iteration=state.iteration,
            residual=state.residual, u=state.u, points=np.array(state.points), moves=np.array(state.moves),
        )  # fmt: skip
        write(self.path, body.getvalue())


def digest(*values: Any) -> str:
    """16 hex digits that stand for arrays, numbers, names and what holds them."""
    parts: list[bytes] = []
    for value in values:
        if isinstance(value, np.ndarray):
            parts += [f"{value.dtype}{value.shape}".encode(), np.ascontiguousarray(value).tobytes()]
        else:
            parts.append(json.dumps(value, sort_keys=True, default=repr).encode())
    return sha256(*parts)[:16]
