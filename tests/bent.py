"""A case whose answers are bent: what a text is given when signs turn, economies tie, nothing moves or no answer is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from detente.briefing.view import CaseView
from detente.cases.case import CENTRAL
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.outcome import Outcome


@dataclass(frozen=True)
class Bend:
    """How the answers to one scenario are bent: every change of a flow or price is `power` times what it was in logs, real income
    changes by `income` percent (by region, in the world's order), and by `spread` points more or less at other parameters."""

    power: float
    income: tuple[float, ...]
    spread: float

    def of(self, outcome: Outcome, variant: str) -> Outcome:
        """The outcome, bent."""
        before, after = outcome.before, outcome.after
        moved = {f.name: self._moved(getattr(before, f.name), getattr(after, f.name)) for f in fields(Equilibrium)}
        turned = replace(after, **{k: v for k, v in moved.items() if v is not None})
        # one side or the other by the name of the parameter set, the same in every process
        side = 0.0 if variant == CENTRAL else 1.0 if sum(map(ord, variant)) % 2 else -1.0
        gain = 1 + (np.array(self.income) + side * self.spread) / 100
        return replace(outcome, after=replace(turned, income=before.income / before.cpi * turned.cpi * gain))

    def _moved(self, before: Any, after: Any) -> Any:
        if not isinstance(before, np.ndarray) or not isinstance(after, np.ndarray) or before.dtype.kind != "f":
            return None
        apart = (before > 0) & (after > 0)
        ratio = np.divide(after, before, out=np.ones_like(after), where=apart)
        return np.where(apart, before * ratio**self.power, after)


@dataclass(frozen=True, eq=False)
class BentCase(CaseView):
    """A case whose scenarios answer as `bends` say, by name of the scenario (None: what is in force)."""

    bends: Mapping[str | None, Bend] = field(default_factory=dict)

    @cached_property
    def question(self) -> str:
        """Of another case than the one that is not bent."""
        return repr((super().question, sorted(self.bends.items(), key=repr)))

    def outcome(self, scenario: str | None = None, **asked: Any) -> Outcome:
        """The answer of the case, bent."""
        found = super().outcome(scenario, **asked)
        bend = self.bends.get(self.scenario(scenario))
        if bend is None:
            return found
        variant = str(asked.get("variant", CENTRAL))
        return self.once(("bent", id(found), variant), lambda: (bend.of(found, variant), found))[0]


def bent(case: CaseView, bends: Mapping[str | None, Bend]) -> BentCase:
    """The same case, its answers bent."""
    return BentCase(case.dossier, case.world, case.parameters, case.ids, others=case.others, bends=bends)
