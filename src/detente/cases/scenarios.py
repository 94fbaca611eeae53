"""Run a dossier's scenarios: the status quo against the world before the measures, every scenario against the status quo.

Ranges come from solving each package again at the low and high ends of the horizon's parameter ranges (one parameter at a
time and the trade elasticity together with labour mobility); they show how far the answer leans on those parameters, no more.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> tariff = Policy([Tariff(by="AAA", on="BBB", rate=0.10)])
>>> runs = run_policies(toy_world(), Policy(), {"tariff": tariff})
>>> list(runs.outcomes), bool(runs.ranges("tariff")["low"]["BBB"] <= runs.outcomes["tariff"].real_income["BBB"])
(['tariff'], True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon, horizon_table
from detente.equilibrium.solve import solve
from detente.policy.instruments import Policy
from detente.world.economy import Economy
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Scenarios:
    """Outcomes of a set of policy packages on one world at one horizon.

    `status_quo` compares the status quo with the table's baseline; `outcomes[name]` compares a package with the status quo;
    `against_baseline[name]` the same package with the table's baseline. `variants[name]` holds, by parameter variant, the
    same comparison with the status quo at other parameters.
    """

    world: World | Economy
    parameters: Parameters
    policies: Mapping[str, Policy]
    status_quo: Outcome
    outcomes: Mapping[str, Outcome]
    against_baseline: Mapping[str, Outcome]
    variants: Mapping[str, Mapping[str, Outcome]]
    status_quo_variants: Mapping[str, Outcome]

    def ranges(self, name: str | None = None, measure: str = "real_income") -> pd.DataFrame:
        """Low, central and high of one regional result (a Series attribute of `Outcome`) over the parameter variants.

        `name=None` is the status quo against the baseline.
        """
        central = self.status_quo if name is None else self.outcomes[name]
        variants = self.status_quo_variants if name is None else self.variants[name]
        values = pd.DataFrame({key: getattr(o, measure) for key, o in {"central": central, **variants}.items()})
        return pd.DataFrame({"low": values.min(axis=1), "central": values["central"], "high": values.max(axis=1)})

    def world_range(self, name: str | None = None, members: tuple[str, ...] | None = None) -> tuple[float, float, float]:
        """Low, central and high of real income of the world, or of `members` together, percent."""
        central = self.status_quo if name is None else self.outcomes[name]
        variants = self.status_quo_variants if name is None else self.variants[name]

        def value(outcome: Outcome) -> float:
            return outcome.world_real_income if members is None else outcome.group_real_income(members)

        values = [value(central), *(value(o) for o in variants.values())]
        return min(values), value(central), max(values)


def parameter_variants(parameters: Parameters) -> dict[str, Parameters]:
    """The parameter set at the ends of its horizon's ranges: each parameter alone, then all low and all high together."""
    ranges: Mapping[str, Any] = horizon_table().get(parameters.name, {}).get("ranges", {})
    variants: dict[str, Parameters] = {}
    for key, ends in ranges.items():
        for end, value in zip(("low", "high"), ends, strict=True):
            variants[f"{key} {end}"] = named_horizon(parameters, **{key: value})
    if len(ranges) > 1:
        for position, end in enumerate(("low", "high")):
            variants[f"all {end}"] = named_horizon(parameters, **{key: ends[position] for key, ends in ranges.items()})
    return variants


def run_policies(
    world: World | Economy,
    status_quo: Policy,
    policies: Mapping[str, Policy],
    horizon: str | Parameters = "medium",
    *,
    with_ranges: bool = True,
    progress: Progress | None = None,
    **parameters: Any,
) -> Scenarios:
    """Solve the status quo and every package, centrally and (with `with_ranges`) at the ends of the parameter ranges."""
    economy = world.economy()
    central = named_horizon(horizon, **parameters)
    sets = {"central": central} | (parameter_variants(central) if with_ranges else {})
    steps = len(sets) * (len(policies) + 1)
    done = 0

    def one(policy: Policy, chosen: Parameters, label: str) -> Outcome:
        nonlocal done
        outcome = solve(economy, policy, chosen)
        done += 1
        if progress is not None:
            progress(label, done, steps)
        return outcome

    base = {key: one(status_quo, chosen, "status quo") for key, chosen in sets.items()}
    raw = {name: {key: one(policy, chosen, name) for key, chosen in sets.items()} for name, policy in policies.items()}
    relative = {name: {key: outcome.relative_to(base[key]) for key, outcome in runs.items()} for name, runs in raw.items()}
    return Scenarios(
        world=world,
        parameters=central,
        policies=dict(policies),
        status_quo=base["central"],
        outcomes={name: runs["central"] for name, runs in relative.items()},
        against_baseline={name: runs["central"] for name, runs in raw.items()},
        variants={name: {k: o for k, o in runs.items() if k != "central"} for name, runs in relative.items()},
        status_quo_variants={k: o for k, o in base.items() if k != "central"},
    )


def run_scenarios(
    dossier: Dossier,
    world: World | Economy,
    horizon: str | Parameters | None = None,
    *,
    with_ranges: bool = True,
    progress: Progress | None = None,
    **parameters: Any,
) -> Scenarios:
    """Every scenario of a dossier on a world: policies are what is in force on each scenario's date."""
    regions, sectors = world.regions, world.sectors
    policies = {s.id: dossier.policy(s.id, regions, sectors) for s in dossier.scenarios if s.id != "status-quo"}
    return run_policies(
        world, dossier.policy(None, regions, sectors), policies, horizon or dossier.horizon.default,
        with_ranges=with_ranges, progress=progress, **parameters,
    )  # fmt: skip
