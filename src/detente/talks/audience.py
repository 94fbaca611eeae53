"""What a public threat does to the odds: the audience slope.

A government that threatens in public pays more at home if it then gives way: its audience weight rises. The slope is the change
in the odds when one side's weight rises by a step, in every model and over the whole grid of assumptions.

The models disagree about the sign, and must: in the steady stand-off a side's own rate of giving way is set by the *other's*
stakes, so a threat makes the other readier to wait; where a side may be stubborn, or a deadline looms, it binds the side that
made it. `attrition.audience_costs` is the pure case (Fearon 1994): nothing counts but costs that grow with time, and the side
whose costs grow faster gives way less often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from detente.talks.attrition import audience_costs
from detente.talks.contests import Judged, grid
from detente.talks.odds import Trials
from detente.talks.patience import Patience

THREATS = "threats alone"


def audience_slope(
    base: Trials, judged: Judged, moved: Sequence[Judged], patience: Patience, deadline: float | None, step: float
) -> pd.DataFrame:
    """Change in the chance that each side gives way when its own audience weight is `step` higher, points of probability.

    `base` are the trials with the motives as given (`judged`), `moved` the table judged with the higher weight of the first and
    of the second. What would happen at once counts here: a threat may be what keeps a side from it. One row a side and model:
    mean change, a tenth and nine tenths of the combinations below it, share of combinations in which the side is then less
    likely to give way.
    """
    rows: list[dict[str, Any]] = []
    for k, (party, other) in enumerate(zip(judged.parties, moved, strict=True)):
        after = Trials(judged.parties, grid([other], patience, deadline))
        for model in base.models:
            keep = base.where(model) & after.where(model)
            if not keep.any():
                continue
            own = (after.final - base.final)[keep]
            low, high = np.quantile(own[:, k], [0.1, 0.9])
            rows.append(
                {
                    "side": party, "model": model, "step": step, "change": float(own[:, k].mean()), "low": float(low),
                    "high": float(high), "less likely in": float((own[:, k] < -1e-9).mean()),
                    "more likely in": float((own[:, k] > 1e-9).mean()), "change for the other": float(own[:, 1 - k].mean()),
                    "change of collapse": float(own[:, 2].mean()), "combinations": int(keep.sum()),
                }
            )  # fmt: skip
        if min(judged.audience) > 0:
            before = audience_costs(judged.audience).blink
            then = audience_costs(other.audience).blink
            change = then[k] - before[k]
            rows.append(
                {
                    "side": party, "model": THREATS, "step": step, "change": change, "low": change, "high": change,
                    "less likely in": float(change < 0), "more likely in": float(change > 0),
                    "change for the other": then[1 - k] - before[1 - k], "change of collapse": 0.0, "combinations": 1,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
