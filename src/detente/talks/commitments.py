"""A promise to buy: what keeping it costs, how much of it will be kept, and what became of the last one.

Without the promise the buyer takes q₀ (at today's prices, a total over the term); it promises q₁. Demand has trade elasticity
θ, so quantity goes as price^−(1+θ), and buying G = q/q₀ of today's quantity needs the price to the buyer's users to fall to
G^−1/(1+θ):

    marginal loss on the last dollar   m(G) = 1 − G^{−1/(1+θ)}
    budget needed (a subsidy)          q₀ G m(G)
    loss to the buyer                  q₀ [ G − 1 − (1+θ)/θ (G^{θ/(1+θ)} − 1) ]
    kept when falling short costs π a dollar   G* = (1 − π)^{−(1+θ)}, at most q₁/q₀

Partial equilibrium: sellers' prices and other suppliers do not move; `PurchaseCommitment` in `policy/instruments.py` solves it
with everything else. Evidence: of Phase One (2020–21) 57 to 58 % of the total was bought, and none of the extra (`PHASE_ONE`).

>>> p = purchase_promise(baseline=302.4, target=502.4, elasticity=4, penalty=0.05)
>>> round(p.marginal_loss, 4), round(p.kept_of_total, 3), round(p.kept_of_extra, 3)
(0.0965, 0.778, 0.442)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.checks import positive
from detente.errors import InputError
from detente.types import plain
from detente.words import refusal, say, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class PastPromise:
    """A promise whose end is known: billion USD over the term, and where to read it."""

    name: str
    term: str
    promised: float
    extra: float
    bought: float
    reported_low: float
    reported_high: float
    source: str
    url: str

    @property
    def kept_of_total(self) -> float:
        """Bought over promised."""
        return self.bought / self.promised

    @property
    def kept_of_extra(self) -> float:
        """What was bought beyond the base year, over what was promised beyond it; below zero if purchases fell."""
        return (self.bought - (self.promised - self.extra)) / self.extra


PHASE_ONE = PastPromise(
    say("words/templates/PastPromise", "phase_one"),
    "2020 and 2021",
    promised=502.4,
    extra=200.0,
    bought=288.8,
    reported_low=0.57,
    reported_high=0.58,
    source=say("words/templates/PastPromise", "phase_one_source"),
    url=say("words/templates/PastPromise", "phase_one_url"),
)


@dataclass(frozen=True)
class PurchasePromise(Shown):
    """A promise to buy, over its whole term, in the unit of the inputs. `loss` and `budget` are for keeping it in full."""

    buyer: str
    baseline: float
    target: float
    elasticity: float
    penalty: float
    marginal_loss: float
    budget: float
    loss: float
    kept: float
    loss_as_kept: float
    unit: str

    @property
    def extra(self) -> float:
        """Promised beyond the baseline."""
        return self.target - self.baseline

    @property
    def kept_of_total(self) -> float:
        """Purchases as kept over the promise."""
        return self.kept / self.target

    @property
    def kept_of_extra(self) -> float:
        """The part of the extra that is bought; 1 if nothing extra was promised."""
        return 1.0 if self.extra <= 0 else (self.kept - self.baseline) / self.extra

    @property
    def as_phase_one(self) -> float:
        """Purchases if as little of the total were kept as in Phase One."""
        return self.target * PHASE_ONE.kept_of_total

    def to_frame(self) -> pd.DataFrame:
        """Purchases and cost to the buyer when kept in full, as it pays to keep it, and at Phase One's rate."""
        rows = {
            "no promise": (self.baseline, 0.0),
            "in full": (self.target, self.loss),
            tell(self, "as_it_pays"): (self.kept, self.loss_as_kept),
            tell(self, "as_phase_one"): (
                self.as_phase_one,
                loss_of_buying(self.baseline, max(self.as_phase_one, self.baseline), self.elasticity),
            ),
        }
        frame = pd.DataFrame.from_dict(
            rows, orient="index", columns=[f"purchases, {self.unit}", f"loss to {self.buyer}, {self.unit}"]
        )
        frame[tell(self, "share")] = [bought / self.target for bought, _ in rows.values()]
        return frame.rename_axis("case")

    def by_penalty(self, penalties: Sequence[float]) -> pd.DataFrame:
        """How much would be kept, and at what loss, for each price on falling short; one row a penalty."""
        made = [purchase_promise(self.baseline, self.target, elasticity=self.elasticity, penalty=p) for p in penalties]
        return pd.DataFrame(
            {
                "total kept": [m.kept_of_total for m in made],
                "extra kept": [m.kept_of_extra for m in made],
                "loss": [m.loss_as_kept for m in made],
            },
            index=pd.Index(list(penalties), name="penalty"),
        )

    def record(self) -> dict[str, Any]:
        """The same with the evidence, ready for JSON."""
        own = plain(self) | {"extra": self.extra, "kept_of_total": self.kept_of_total, "kept_of_extra": self.kept_of_extra}
        return own | {"as_phase_one": self.as_phase_one, "evidence": plain(PHASE_ONE)}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self, past=PHASE_ONE)


def loss_of_buying(baseline: float, quantity: float, elasticity: float) -> float:
    """Loss to the buyer of taking `quantity` rather than `baseline`, both at today's prices."""
    q0, theta = positive(baseline, "baseline"), positive(elasticity, "trade elasticity")
    ratio = positive(quantity, "quantity") / q0
    return q0 * (ratio - 1 - (1 + theta) / theta * (ratio ** (theta / (1 + theta)) - 1))


def purchase_promise(
    baseline: float,
    target: float,
    *,
    elasticity: float = 4.0,
    penalty: float = 0.0,
    buyer: str = "the buyer",
    unit: str = "billion USD",
) -> PurchasePromise:
    """Cost and likely fulfilment of a promise to buy `target` where `baseline` would be bought anyway, over the same term.

    `penalty` is what falling short costs the buyer per dollar missing (a snap-back tariff's harm, say), from 0 to below 1.
    """
    q0, q1, theta = positive(baseline, "baseline"), positive(target, "target"), positive(elasticity, "trade elasticity")
    if not 0 <= penalty < 1:
        raise InputError(refusal("talks", "penalty_must", penalty=f"{penalty:g}"))
    full = max(q1, q0)
    ratio = full / q0
    slope = 1 - ratio ** (-1 / (1 + theta))
    kept = min(full, q0 * (1 - penalty) ** (-(1 + theta)))
    return PurchasePromise(
        buyer, q0, q1, theta, float(penalty), slope, full * slope, loss_of_buying(q0, full, theta), kept,
        loss_of_buying(q0, kept, theta), unit,
    )  # fmt: skip
