"""OECD inter-country input–output table, read from the archive inside the `sanction-simulator` package.

The archive `bench_cache.npz` holds a matrix A of input shares (columns sum to one), the intermediate cost share
`omb`, gross output `go` and the residual `z`; intermediate flows are Z = A·(omb·go). Rows sell, columns buy; a node
is sector·economies + economy. Either the .npz or the wheel that carries it is accepted.

Source: OECD (2025), Inter-Country Input–Output Tables, 2025 edition, year 2022.
https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html

    table = read_icio(Path("sanction_simulator-0.1.4-py3-none-any.whl"))
    table.intermediate[table.economy("CHN"), table.economy("USA")].sum()
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.build.readers.files import require
from detente.errors import SourceError

Array = NDArray[np.float64]

TITLE = "OECD (2025), Inter-Country Input–Output Tables, 2025 edition, year 2022, as packed in sanction-simulator 0.1.4"
ORIGIN = "`pip download --no-deps sanction-simulator==0.1.4` (the wheel itself is read)"
MEMBER = "sanction_simulator/data/bench_cache.npz"
KEYS = ("A", "omb", "go", "countries", "sectors")


@dataclass(frozen=True)
class IcioTable:
    """The source table without its final demand. Million USD a year, basic prices.

    gross_output[i, k]       output of industry k in economy i
    intermediate[i, n, k]    sales of product k from i to all industries of n
    use[n, k, j]             use of product k, of all origins in the table, by industry j of n
    final_and_row[i, k]      output less intermediate sales: final demand everywhere and sales to the rest of the world
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    gross_output: Array
    intermediate: Array
    use: Array
    final_and_row: Array
    clipped: Mapping[str, float]

    def economy(self, code: str) -> int:
        """Position of an economy."""
        return self.economies.index(code)

    @property
    def residual_inputs(self) -> Array:
        """[n, j] output minus intermediates from the table: value added, taxes on products, rest-of-world inputs."""
        return np.asarray(self.gross_output - self.use.sum(axis=1))


def read_icio(path: Path) -> IcioTable:
    """Read the table from the archive or from the wheel that contains it."""
    require(path, TITLE, ORIGIN)
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            if MEMBER not in wheel.namelist():
                raise SourceError(f"{path.name} holds no {MEMBER}; get it from {ORIGIN}")
            source: io.BytesIO | Path = io.BytesIO(wheel.read(MEMBER))
    else:
        source = path
    with np.load(source, allow_pickle=False) as archive:
        missing = [k for k in KEYS if k not in archive.files]
        if missing:
            raise SourceError(f"{path.name} lacks the arrays {', '.join(missing)}; expected the archive of {ORIGIN}")
        shares, omb, go = archive["A"], archive["omb"], archive["go"]
        economies = tuple(str(c) for c in archive["countries"])
        industries = tuple(str(s) for s in archive["sectors"])
    c, s = len(economies), len(industries)
    if shares.shape != (c * s, c * s) or go.shape != (c * s,):
        raise SourceError(f"{path.name}: {shares.shape} flows do not fit {c} economies and {s} industries")
    flows = np.multiply(shares, (omb * go)[None, :])
    negative = float(-flows[flows < 0].sum())
    np.maximum(flows, 0.0, out=flows)
    cube = flows.reshape(s, c, s, c)
    intermediate = cube.sum(axis=2).transpose(1, 2, 0)
    use = cube.sum(axis=1).transpose(2, 0, 1)
    output = go.reshape(s, c).T.copy()
    residual = output - intermediate.sum(axis=1)
    below = residual < 0
    clipped = {"negative_intermediates": negative, "negative_final": float(-residual[below].sum())}
    # where sales exceed output by rounding, output is raised to match
    residual[below] = 0.0
    output = intermediate.sum(axis=1) + residual
    return IcioTable(
        economies, industries, output, np.ascontiguousarray(intermediate), np.ascontiguousarray(use), residual, clipped
    )


def find_icio(sources: Path, given: Path | None = None) -> Path:
    """The file given by the user, else the archive or wheel found in `sources`/icio or in `sources`."""
    if given is not None:
        return require(given, TITLE, ORIGIN)
    for folder in (sources / "icio", sources):
        for pattern in ("bench_cache.npz", "sanction_simulator-*.whl"):
            found = sorted(folder.glob(pattern))
            if found:
                return found[0]
    raise SourceError(
        f"no file bench_cache.npz or sanction_simulator-*.whl in {(sources / 'icio').as_posix()} — "
        f"it holds: {TITLE}. Get it with {ORIGIN}"
    )
