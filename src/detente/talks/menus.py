"""A third economy's choice: sign with one side, hedge, stay out or answer back, under scenarios it does not control.

payoff[option, scenario] are plain numbers (percent of real income, say) and p the scenario probabilities:

    expected    E[o] = Σ p[s] payoff[o, s];   best reply: the largest
    regret      R[o, s] = max over options of payoff[·, s] − payoff[o, s];   least regret: the smallest max over s
    knowing     Σ p[s] max over options − max E: what it would be worth to know the scenario before choosing
    hosting     (payoff if talks succeed − if they fail) × (rise in their chance) − cost of hosting

The ranking moves with the probabilities: raising p[s] to q scales the others by (1 − q)/(1 − p[s]); E is linear in q, so the q at
which another option overtakes is exact. Source: Savage (1951) for regret; the rest is expected value.

>>> m = bystander_menu([[0.3, -0.4], [0.1, 0.0]], [0.7, 0.3], options=("sign with one", "hedge"), scenarios=("deal", "war"))
>>> m.best, m.least_regret, [round(f.threshold, 4) for f in m.flips if f.scenario == "war"]
('sign with one', 'hedge', [0.3333])
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from detente.checks import finite, not_negative, probability
from detente.errors import InputError, UnknownName
from detente.types import Array, plain
from detente.words import TINY, refusal, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class Flip:
    """Beyond this probability of a scenario (above or below today's) another option is the better one."""

    scenario: str
    direction: str
    threshold: float
    option: str


@dataclass(frozen=True, eq=False)
class Menu(Shown):
    """A bystander's options under scenarios: expected payoff, best reply, regret, where the ranking flips.

    `consent`: whose agreement an option needs, where it needs any. `money`: million USD a year that a unit of payoff is worth.
    """

    region: str
    options: tuple[str, ...]
    scenarios: tuple[str, ...]
    payoffs: Array = field(repr=False)
    probabilities: tuple[float, ...]
    unit: str
    consent: Mapping[str, str] = field(default_factory=dict)
    money: float = float("nan")

    @property
    def own(self) -> Menu:
        """The same menu with only what needs nobody's consent."""
        return self.only([o for o in self.options if not self.consent.get(o)])

    def only(self, options: Sequence[str]) -> Menu:
        """The same menu with some of its options. Raises `UnknownName`, and `InputError` for none."""
        for name in options:
            if name not in self.options:
                raise UnknownName(name, list(self.options), "option")
        if not options:
            raise InputError(refusal("talks", "menu_needs_at_least"))
        rows = [self.options.index(name) for name in options]
        return replace(self, options=tuple(options), payoffs=self.payoffs[rows])

    @property
    def expected(self) -> dict[str, float]:
        """Expected payoff by option."""
        return dict(zip(self.options, map(float, self.payoffs @ np.array(self.probabilities)), strict=True))

    @property
    def best(self) -> str:
        """The best reply; the earlier in the menu where two tie."""
        return max(self.expected, key=lambda o: self.expected[o])

    @property
    def best_by_scenario(self) -> dict[str, str]:
        """The best option if the scenario were known."""
        return {s: self.options[int(np.argmax(self.payoffs[:, k]))] for k, s in enumerate(self.scenarios)}

    @property
    def regret(self) -> pd.DataFrame:
        """Option × scenario: what one would wish to have gained."""
        return pd.DataFrame(
            self.payoffs.max(axis=0) - self.payoffs,
            index=pd.Index(self.options, name="option"),
            columns=pd.Index(self.scenarios, name="scenario"),
        )

    @property
    def least_regret(self) -> str:
        """The option whose worst regret is smallest."""
        return self.options[int(np.argmin(self.regret.to_numpy().max(axis=1)))]

    @property
    def safest(self) -> str:
        """The option whose worst payoff is largest."""
        return self.options[int(np.argmax(self.payoffs.min(axis=1)))]

    @property
    def value_of_knowing(self) -> float:
        """What knowing the scenario before choosing is worth; zero if one option is best in all."""
        return max(0.0, float(self.payoffs.max(axis=0) @ np.array(self.probabilities)) - max(self.expected.values()))

    @property
    def flips(self) -> tuple[Flip, ...]:
        """For each scenario, the nearest probability above and below today's at which another option overtakes the best."""
        found = []
        top = self.options.index(self.best)
        p = np.array(self.probabilities)
        for k, scenario in enumerate(self.scenarios):
            rest = np.delete(p, k)
            if rest.sum() <= 0:  # nothing to scale: the others share equally
                rest = np.full(len(rest), 1.0)
            if len(rest) == 0:
                continue
            others = np.delete(self.payoffs, k, axis=1) @ (rest / rest.sum())
            lead_if_sure, lead_if_not = self.payoffs[top, k] - self.payoffs[:, k], others[top] - others
            nearest: dict[str, tuple[float, int]] = {}
            for rival in range(len(self.options)):
                slope = lead_if_sure[rival] - lead_if_not[rival]
                if rival == top or slope == 0:
                    continue
                q = -lead_if_not[rival] / slope
                direction = "above" if slope < 0 else "below"
                if not 0 <= q <= 1 or (direction == "above") != (q >= p[k]):
                    continue
                if direction not in nearest or abs(q - p[k]) < abs(nearest[direction][0] - p[k]):
                    nearest[direction] = (float(q), rival)
            found += [Flip(scenario, d, q, self.options[o]) for d, (q, o) in sorted(nearest.items())]
        return tuple(found)

    def ranking(self, scenario: str, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Expected payoff of each option and the best one as the probability of `scenario` goes from 0 to 1, the others
        in proportion.
        """
        if scenario not in self.scenarios:
            raise UnknownName(scenario, list(self.scenarios), "scenario")
        k = self.scenarios.index(scenario)
        grid = [q / 10 for q in range(11)] if levels is None else [probability(q, "probability") for q in levels]
        rows = []
        for q in grid:
            p = np.array(self.probabilities)
            rest = 1 - p[k]
            p = p * ((1 - q) / rest) if rest > 0 else np.full(len(p), (1 - q) / max(len(p) - 1, 1))
            p[k] = q if len(p) > 1 else 1.0
            e = self.payoffs @ p
            rows.append(
                {
                    f"P({scenario})": q,
                    **dict(zip(self.options, map(float, e), strict=True)),
                    "best": self.options[int(np.argmax(e))],
                }
            )
        return pd.DataFrame(rows).set_index(f"P({scenario})")

    def to_frame(self) -> pd.DataFrame:
        """One row an option: payoff by scenario, expected, worst, largest regret; best first."""
        frame = pd.DataFrame(self.payoffs, index=pd.Index(self.options, name="option"), columns=list(self.scenarios))
        frame["expected"] = list(self.expected.values())
        frame["worst"] = self.payoffs.min(axis=1)
        frame["largest regret"] = self.regret.to_numpy().max(axis=1)
        return frame.sort_values("expected", ascending=False, kind="stable")

    def record(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        answers = ("expected", "best", "best_by_scenario", "least_regret", "safest", "value_of_knowing", "flips")
        return plain(self) | {key: plain(getattr(self, key)) for key in answers} | {"regret": plain(self.regret.to_dict("index"))}

    def explain(self) -> str:
        """The answer in plain words."""
        ordered = sorted(self.options, key=lambda o: -self.expected[o])
        now = dict(zip(self.scenarios, self.probabilities, strict=True))
        near = min(self.flips, key=lambda f: abs(f.threshold - now[f.scenario]), default=None)
        return tell(
            self,
            second=ordered[1] if len(ordered) > 1 else None,
            always=len(set(self.best_by_scenario.values())) == 1,
            near=near,
            now=None if near is None else now[near.scenario],
            slight=self.unit.startswith("%") and bool((abs(self.payoffs) < TINY).all()),
        )


@dataclass(frozen=True)
class Hosting(Shown):
    """What hosting talks is worth to the host, in the unit of the payoffs."""

    host: str
    success: float
    failure: float
    chance_without: float
    chance_with: float
    cost: float
    unit: str

    @property
    def stake(self) -> float:
        """What success rather than failure is worth to the host."""
        return self.success - self.failure

    @property
    def shift(self) -> float:
        """By how much hosting raises the chance of success."""
        return self.chance_with - self.chance_without

    @property
    def value(self) -> float:
        """Stake × shift − cost."""
        return self.stake * self.shift - self.cost

    @property
    def shift_needed(self) -> float | None:
        """The shift at which hosting just pays; None if success is worth nothing to the host."""
        return self.cost / self.stake if self.stake > 0 else None

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        return pd.DataFrame(
            [{"stake": self.stake, "shift": self.shift, "cost": self.cost, "value": self.value}],
            index=pd.Index([self.host], name="host"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | plain(
            {"stake": self.stake, "shift": self.shift, "value": self.value, "shift_needed": self.shift_needed}
        )

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def bystander_menu(
    payoffs: ArrayLike,
    probabilities: Sequence[float],
    *,
    options: Sequence[str] | None = None,
    scenarios: Sequence[str] | None = None,
    region: str = "the bystander",
    unit: str = "payoff units",
    consent: Mapping[str, str] | None = None,
    money: float = float("nan"),
) -> Menu:
    """A menu from payoffs[option, scenario] and scenario probabilities that sum to 1 (within 1e-6).

    `consent` names whose agreement an option needs; `money` is what one unit of payoff is worth in million USD a year.
    """
    u = np.array(payoffs, dtype=np.float64)
    if u.ndim != 2 or u.size == 0 or not np.isfinite(u).all():
        raise InputError(refusal("talks", "payoffs_must_be_finite_too"))
    p = np.array([probability(x, "scenario probability") for x in probabilities])
    if len(p) != u.shape[1] or abs(p.sum() - 1) > 1e-6:
        raise InputError(refusal("talks", "need_probabilities_that_sum", shape=u.shape[1], count=len(p), sum=f"{p.sum():g}"))
    what = tuple(options or [f"option {k + 1}" for k in range(len(u))])
    when = tuple(scenarios or [f"scenario {k + 1}" for k in range(u.shape[1])])
    if len(what) != len(u) or len(set(what)) != len(what) or len(when) != u.shape[1] or len(set(when)) != len(when):
        raise InputError(refusal("talks", "need_options_and_scenarios", count=len(u), shape=u.shape[1]))
    needs = dict(consent or {})
    for name in needs:
        if name not in what:
            raise UnknownName(name, list(what), "option")
    u.setflags(write=False)
    return Menu(region, what, when, u, tuple(map(float, p / p.sum())), unit, needs, money)


def hosting(
    success: float,
    failure: float,
    chance_without: float,
    chance_with: float,
    *,
    cost: float = 0.0,
    host: str = "the host",
    unit: str = "payoff units",
) -> Hosting:
    """What hosting is worth: payoffs to the host if talks succeed or fail, and the chance of success without and with
    it as host.
    """
    before, after = probability(chance_without, "chance without hosting"), probability(chance_with, "chance with hosting")
    return Hosting(
        host, finite(success, "payoff"), finite(failure, "payoff"), before, after, not_negative(cost, "cost of hosting"), unit
    )
