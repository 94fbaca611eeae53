"""Where to look: scrambled Sobol points that any worker can make from their number, and the design of Saltelli.

A Sobol sequence fills the unit cube more evenly than chance; a random scrambling (Owen 1998; Matoušek 1998 in SciPy's
form) makes its means unbiased. Point k depends on the seed, the number of dimensions and k alone, so a chunk of an
ensemble is the same whoever computes it. The sequence is balanced at powers of two.

Saltelli's design takes two independent samples A and B and, for each input i, A with column i from B (AB_i): with the
model's values on all of them Jansen's formulas give first-order and total indices (`sensitivity.py`).
Source: Saltelli et al. (2010), Computer Physics Communications 181(2).

>>> a = sobol_points(3, seed=7, first=0, count=8)
>>> b = sobol_points(3, seed=7, first=4, count=2)
>>> a.shape, bool((a[4:6] == b).all())
((8, 3), True)
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError

Array = NDArray[np.float64]


def sobol_points(dimensions: int, seed: int, first: int = 0, count: int = 1) -> Array:
    """Points `first` to `first + count − 1` of the scrambled sequence [count, dimensions], strictly inside (0, 1).

    Raises `InputError` for a negative seed or index.
    """
    from scipy.stats import qmc

    if dimensions < 1 or seed < 0 or first < 0 or count < 0:
        raise InputError("a Sobol sequence needs at least one dimension and a seed, index and count of zero or more")
    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if first:
        engine.fast_forward(first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a count is no power of two is said in words, see `balance_note`
        points = engine.random(count)
    return np.clip(np.asarray(points, dtype=np.float64), 2.0**-32, 1 - 2.0**-32)


def balance_note(draws: int) -> str:
    """A sentence where `draws` is not a power of two, empty where it is.

    >>> balance_note(1024), balance_note(1000)
    ('', 'a Sobol sequence is balanced at powers of two; 1,000 draws are not one (512 and 1,024 are)')
    """
    if draws & (draws - 1) == 0:
        return ""
    low = 1 << (draws.bit_length() - 1)
    return f"a Sobol sequence is balanced at powers of two; {draws:,} draws are not one ({low:,} and {2 * low:,} are)"


@dataclass(frozen=True, eq=False)
class SaltelliDesign:
    """Samples A and B [n, d] and the mixed ones AB [d, n, d]; evaluate the model on all n(d + 2) points."""

    a: Array
    b: Array

    @property
    def mixed(self) -> Array:
        """AB_i: A with column i from B [d, n, d]."""
        d = self.a.shape[1]
        out = np.repeat(self.a[None], d, axis=0)
        for i in range(d):
            out[i, :, i] = self.b[:, i]
        return out

    def points(self) -> Array:
        """All points, A then B then the mixed ones, [n(d + 2), d]."""
        d = self.a.shape[1]
        return np.concatenate([self.a, self.b, self.mixed.reshape(-1, d)])

    def split(self, values: Array) -> tuple[Array, Array, Array]:
        """Values in the order of `points` as f(A) [n], f(B) [n], f(AB) [d, n]."""
        n, d = self.a.shape
        values = np.asarray(values, dtype=np.float64)
        if values.shape != (n * (d + 2),):
            raise InputError(f"the design has {n * (d + 2)} points, got values of shape {values.shape}")
        return values[:n], values[n : 2 * n], values[2 * n :].reshape(d, n)


def saltelli(dimensions: int, draws: int, seed: int) -> SaltelliDesign:
    """The design with n = `draws` rows a sample: 2d columns of one scrambled Sobol sequence."""
    both = sobol_points(2 * dimensions, seed, 0, draws)
    return SaltelliDesign(both[:, :dimensions], both[:, dimensions:])
