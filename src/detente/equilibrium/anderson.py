"""Anderson acceleration of a fixed point z = F(z), as one compiled loop.

At each step the last m differences of iterates ΔZ and residuals ΔR (R = F(z) − z) give z⁺ = z + R − (ΔZ + ΔR)γ with
γ = argmin |R − ΔR γ|. Safeguard: when the residual is not finite or has grown tenfold over the best one seen, the memory
is dropped and the search goes on from the best point with a plain step, halved each time it happens again.
Source: Walker and Ni (2011), SIAM J. Numer. Anal. 49(4).

>>> import jax.numpy as jnp
>>> z, residual, iterations = fixed_point(lambda z: jnp.cos(z), jnp.zeros(1), 1e-12, 100)
>>> round(float(z[0]), 10), bool(residual < 1e-12), int(iterations) < 15
(0.7390851332, True, True)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

MEMORY = 8
GROWTH = 10.0


def fixed_point(
    f: Callable[[Any], Any], start: Any, tolerance: Any, iterations: Any, memory: int = MEMORY
) -> tuple[Any, Any, Any]:
    """(best z, its residual max |F(z) − z|, sweeps used). `start` is one flat array; the caller judges convergence."""
    n = start.shape[0]

    def go_on(s: dict[str, Any]) -> Any:
        return (s["best_norm"] > tolerance) & (s["count"] < iterations)

    def step(s: dict[str, Any]) -> dict[str, Any]:
        z = s["z"]
        r = f(z) - z
        size = jnp.max(jnp.abs(r))
        size = jnp.where(jnp.isfinite(size), size, jnp.inf)
        bad = ~(size < GROWTH * s["best_norm"])
        better = size < s["best_norm"]
        best_z, best_r = jnp.where(better, z, s["best_z"]), jnp.where(better, r, s["best_r"])
        slot = s["count"] % memory
        forget = bad | (s["count"] == 0)
        dr_new = jnp.where(forget, 0.0, r - s["last_r"])
        dg_new = jnp.where(forget, 0.0, z - s["last_z"]) + dr_new
        here, residual = jnp.where(bad, best_z, z), jnp.where(bad, best_r, r)
        # after a bad step go back to the best point and on from there by ever smaller plain steps
        shrink = jnp.where(bad, 0.5 * s["shrink"], jnp.minimum(1.0, 2 * s["shrink"]))

        # one row of the history is written a step, in place; what is forgotten stays there but counts for nothing
        dr, dg = s["dr"].at[slot].set(dr_new), s["dg"].at[slot].set(dg_new)
        row = dr @ dr_new
        gram = s["gram"].at[slot, :].set(row).at[:, slot].set(row)
        gram = jnp.where(forget, 0.0, gram)
        scale = jnp.sqrt(jnp.diagonal(gram))
        used = scale > 0
        unit = jnp.where(used, 1 / jnp.where(used, scale, 1.0), 0.0)
        system = gram * unit[:, None] * unit[None, :] + jnp.diag(jnp.where(used, 1e-12, 1.0))
        weights = jnp.linalg.solve(system, (dr @ residual) * unit) * unit
        return {
            "z": here + shrink * residual - weights @ dg,
            "last_z": here,
            "last_r": residual,
            "dg": dg,
            "dr": dr,
            "gram": gram,
            "best_z": best_z,
            "best_r": best_r,
            "best_norm": jnp.minimum(size, s["best_norm"]),
            "shrink": shrink,
            "count": s["count"] + 1,
        }

    nothing = jnp.zeros((memory, n))
    begin = {
        "z": start, "last_z": start, "last_r": start, "best_z": start, "best_r": jnp.zeros(n), "best_norm": jnp.asarray(jnp.inf),
        "dg": nothing, "dr": nothing, "gram": jnp.zeros((memory, memory)), "shrink": jnp.asarray(1.0), "count": jnp.asarray(0),
    }  # fmt: skip
    end = jax.lax.while_loop(go_on, step, begin)
    return end["best_z"], end["best_norm"], end["count"]
