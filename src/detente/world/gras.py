"""Generalised RAS: a table of signed entries moved as little as can be, so that given sums of it come to given totals.

With a₀ the entries, z ≥ 0 what each is multiplied by, and G the sums (a matrix [total, entry]),

    min Σ |a₀| z (ln z − 1)     such that     G (a₀ z) = t

whose solution is zᶜ = exp(sign(a₀ᶜ) Σₖ Gₖᶜ λₖ): for the rows and columns of a matrix, zᵢⱼ = rᵢ sⱼ where an entry is positive and
1/(rᵢ sⱼ) where it is negative. Zeros stay zeros and signs stay signs. Junius and Oosterhaven (2003), with the objective as put
right by Lenzen, Wood and Gallego (2007); without negative entries it is RAS (Stone 1961). The multipliers λ minimise a convex
function without bounds,

    g(λ) = Σ |a₀| exp(sign(a₀) Gᵀλ) − tᵀλ,

here by Newton's steps, each solved by conjugate gradients. One total alone has a closed form (`one_total`).

https://doi.org/10.1080/0953531032000056954  https://doi.org/10.1080/09535310701698563

>>> import numpy as np
>>> fitted = gras(np.array([[7.0, 3.0], [-2.0, 8.0]]), rows=[13.0, 6.0], columns=[6.0, 13.0])
>>> fitted.sum(axis=1).round(9).tolist(), fitted.sum(axis=0).round(9).tolist(), bool((np.sign(fitted[1]) == [-1, 1]).all())
([13.0, 6.0], [6.0, 13.0], True)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, vstack
from scipy.sparse.linalg import LinearOperator, cg

from detente.errors import InputError, NotConverged
from detente.types import Array
from detente.words import refusal

TOLERANCE = 1e-11
"""Largest gap of a total, as a part of the sum of the sizes of its entries."""
STEPS = 200
RIDGE = 1e-13
FURTHEST = 40.0
"""An entry may be multiplied by exp of this at most: a total that needs more cannot be reached."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """`cells`, the entries moved, `steps` that Newton's method took, the largest relative `gap` of a total."""

    cells: Array
    steps: int
    gap: float


def one_total(entries: ArrayLike, total: float) -> Array:
    """Entries scaled to one total: the positive by r, the negative by 1/r, with p r − n/r = total.

    r = (total + √(total² + 4 p n)) / 2p, p and n the sums of the positive entries and of the sizes of the negative ones. Raises
    `InputError` where the signs do not allow the total.

    >>> one_total([3.0, 1.0, -2.0], 7.0).round(9).tolist()
    [6.0, 2.0, -1.0]
    """
    a = np.asarray(entries, dtype=np.float64)
    p, n = float(a[a > 0].sum()), float(-a[a < 0].sum())
    if (total > 0 and p == 0) or (total < 0 and n == 0) or (total == 0 and (p == 0) != (n == 0)):
        raise InputError(
            refusal("world", "gras_sign", label="the total", total=f"{total:,.6g}", negatives=bool(n), any=bool(p + n))
        )
    if p == 0:
        r = -n / total if n else 1.0
    else:
        # of the two ways to write the root, the one that does not take a small number from a large one
        root = np.hypot(total, 2 * np.sqrt(p * n))
        r = (total + root) / (2 * p) if total >= 0 else 2 * n / (root - total)
    return np.where(a > 0, a * r, np.divide(a, r))


def gras(matrix: ArrayLike, rows: ArrayLike, columns: ArrayLike) -> Array:
    """A matrix [R, C] of signed entries with given sums of rows [R] and columns [C]. Raises as `fit` does."""
    a = np.asarray(matrix, dtype=np.float64)
    if a.ndim != 2:
        raise InputError(refusal("world", "array_shape", array="matrix", shape=a.shape, wanted="(rows, columns)"))
    u, v = np.asarray(rows, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    for what, totals, n in (("rows", u, a.shape[0]), ("columns", v, a.shape[1])):
        if totals.shape != (n,):
            raise InputError(refusal("world", "array_shape", array=what, shape=totals.shape, wanted=(n,)))
    size = np.abs(a).sum()
    if abs(u.sum() - v.sum()) > 1e-9 * max(float(np.abs(u).sum()), float(np.abs(v).sum()), float(size)):
        raise InputError(refusal("world", "gras_sums", rows=f"{u.sum():,.9g}", columns=f"{v.sum():,.9g}"))
    cells = np.arange(a.size)
    ones = np.ones(a.size)
    by_row = csr_array((ones, (np.repeat(np.arange(a.shape[0]), a.shape[1]), cells)), shape=(a.shape[0], a.size))
    by_column = csr_array((ones, (np.tile(np.arange(a.shape[1]), a.shape[0]), cells)), shape=(a.shape[1], a.size))
    labels = [*(f"row {k + 1}" for k in range(len(u))), *(f"column {k + 1}" for k in range(len(v)))]
    return fit(a.ravel(), vstack([by_row, by_column]).tocsr(), np.concatenate([u, v]), labels.__getitem__).cells.reshape(a.shape)


def fit(
    entries: Array,
    sums: csr_array,
    totals: Array,
    label: Callable[[int], str] = str,
    *,
    tolerance: float = TOLERANCE,
) -> Fitted:
    """`entries` [C] of any sign moved so that `sums` [K, C] of them come to `totals` [K].

    `label` names a total in errors. Raises `InputError` where an entry or total is no number, or where the signs of its entries
    do not allow a total, and `NotConverged` naming the total that is furthest off where all together cannot be reached.
    """
    for what, values in (("entry", entries), ("total", totals)):
        if not np.isfinite(values).all():
            k = int(np.argmin(np.isfinite(values)))
            raise InputError(
                refusal("world", "gras_number", what=what, place=label(k) if what == "total" else k + 1, value=values[k])
            )
    a = entries
    sign, g, gt = np.sign(a), sums.tocsr(), sums.T.tocsr()
    weight = abs(g) @ np.abs(a)
    _possible(a, g, totals, label)
    scale = np.maximum(weight, np.abs(totals))
    scale = np.where(scale > 0, scale, 1.0)
    used = weight > 0
    multipliers = np.zeros(len(totals))
    x, short = a, g @ a - totals
    value = float(np.abs(a).sum())
    for step in range(STEPS + 1):
        gap = np.abs(short) / scale
        worst = int(gap.argmax()) if gap.size else 0
        if not gap.size or gap[worst] <= tolerance:
            return Fitted(x, step, float(gap[worst]) if gap.size else 0.0)
        if step == STEPS:
            break
        move = _newton(g, gt, np.abs(x), short, used)
        slope = float(short @ move)
        # no entry by more than e² in a step: the quadratic is no guide further out
        furthest = float(np.abs(gt @ move).max(initial=0.0))
        stride = min(1.0, 2.0 / furthest) if furthest > 0 else 1.0
        found = False
        for _ in range(60):
            tried = multipliers + stride * move
            power = sign * (gt @ tried)
            if np.abs(power).max(initial=0.0) <= FURTHEST:
                new = a * np.exp(power)
                height = float(np.abs(new).sum() - totals @ tried)
                # rounding: so near the bottom the values no longer tell, the gaps do
                near = g @ new - totals
                if height <= value + 1e-4 * stride * slope or np.abs(near / scale).max() < 0.9 * gap[worst]:
                    multipliers, x, value, short, found = tried, new, height, near, True
                    break
            stride /= 2
        if not found:
            break
    total = totals[worst]
    raise NotConverged(
        refusal(
            "world", "gras_unattained", label=label(worst), total=f"{total:,.6g}", reached=f"{total + short[worst]:,.6g}",
            cells=int((gap > tolerance).sum()),
        )
    )  # fmt: skip


def _newton(g: csr_array, gt: csr_array, size: Array, short: Array, used: Array) -> Array:
    """−H⁻¹ short with H = G diag(size) Gᵀ, by conjugate gradients with the diagonal in front."""
    diagonal = np.where(used, g.multiply(g).tocsr() @ size, 1.0)
    diagonal = np.where(diagonal > 0, diagonal, 1.0)
    k = len(short)
    # rows and columns have one sum in common: a trace of the diagonal keeps H away from having no inverse
    operator = LinearOperator((k, k), matvec=lambda v: g @ (size * (gt @ v)) + RIDGE * diagonal * v, dtype=np.float64)
    front = LinearOperator((k, k), matvec=lambda v: v / diagonal, dtype=np.float64)
    with np.errstate(all="ignore"):  # totals that contradict each other leave nothing to divide by; the step is then none
        found, _ = cg(operator, -short, rtol=1e-6, maxiter=2000, M=front)  # a rough step is a step: the next one mends it
    return np.asarray(found) if np.isfinite(found).all() else np.zeros(k)


def _possible(a: Array, g: csr_array, totals: Array, label: Callable[[int], str]) -> None:
    """Raises `InputError` naming the first total that the signs of its entries rule out."""
    signed = g @ a
    size = abs(g) @ np.abs(a)
    plus, minus = size + signed > 1e-15 * size, size - signed > 1e-15 * size
    bad = ((totals > 0) & ~plus) | ((totals < 0) & ~minus) | ((totals == 0) & (plus != minus))
    if bad.any():
        k = int(np.argmax(bad))
        raise InputError(
            refusal("world", "gras_sign", label=label(k), total=f"{totals[k]:,.6g}", negatives=bool(minus[k]), any=bool(size[k]))
        )


__all__: Sequence[str] = ["Fitted", "fit", "gras", "one_total"]
