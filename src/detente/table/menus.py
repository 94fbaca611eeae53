"""What a seat that is no party can do, and what each choice is worth to it and to the parties.

The menu is that of `detente bystander` (`strategy.bystanders`): stay out, sign or side with a party, answer duties, and what
the dossier adds. A choice is priced as the change of real income it brings where talks end without a breakdown (the law by
itself) and where they break down (the scenario in which they fail), at the case's own month, and added to what the end of the
talks brings by itself: that the two do not touch each other is an approximation. A choice that needs a party's consent counts
only if it is given. Duties put on a party's goods are answered in kind: at a table nobody can count on their being suffered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from detente.cases.baselines import LAW
from detente.cases.case import Case
from detente.equilibrium.memory import solved_once
from detente.errors import UnknownName
from detente.policy.instruments import Policy
from detente.strategy.bystanders import ANSWERED, options_of
from detente.table.prices import Value
from detente.words import _

STAY = "0"


@dataclass(frozen=True)
class Choice:
    """One thing to do; `consent` names the party that must agree. `signed` and `failed` [region] are what it adds there."""

    id: str
    title: str
    consent: str
    signed: Mapping[str, Value]
    failed: Mapping[str, Value]

    def adds(self, region: str, failed: bool) -> Value:
        """What it adds for a seat when talks have failed, or have not."""
        return (self.failed if failed else self.signed)[region]


@dataclass(frozen=True)
class Choices:
    """The menu of one economy; the first choice is to stay out."""

    region: str
    items: tuple[Choice, ...]

    def of(self, name: str) -> Choice:
        """By id. Raises `UnknownName`."""
        found = {c.id: c for c in self.items}
        if name not in found:
            raise UnknownName(name, {c.id: c.title for c in self.items}, "choice")
        return found[name]


def choices_of(case: Case, region: str, rolled: Mapping[str, float]) -> Choices:
    """The menu of a third economy. Raises `UnknownRegion`, `InputError` for a party."""
    with solved_once(between_runs=True):
        seats = (*case.parties, region)
        states = (LAW, case.worst or LAW)

        def read(scenario: str, **more: object) -> Mapping[str, tuple[float, float]]:
            outcome = case.outcome(scenario, **more)  # type: ignore[arg-type]
            regions = list(outcome.regions)
            return {
                s: (float(outcome.real_income[s]), float(outcome.equivalent_variation.iloc[regions.index(s)]) * rolled[s])
                for s in seats
            }

        base = {s: read(s) for s in states}
        items = []
        options = options_of(case, region)
        titles = {o.title for o in options}
        for k, option in enumerate(o for o in options if f"{o.title}, {_(ANSWERED)}" not in titles):
            added = []
            for scenario in states:
                if option.added is None and not option.changes:
                    added.append(dict.fromkeys(seats, Value({"real income": 0.0}, 0.0, 0.0)))
                    continue
                more = (
                    None if option.added is None else Policy.from_arrays(added_tariffs=option.added(scenario), label=option.title)
                )
                found = read(scenario, more=more, changes=option.changes)
                changes = {s: (found[s][0] - base[scenario][s][0], found[s][1] - base[scenario][s][1]) for s in seats}
                added.append({s: Value({"real income": pct}, usd, pct) for s, (pct, usd) in changes.items()})
            items.append(Choice(str(k), option.title, option.consent, added[0], added[1]))
        return Choices(region, tuple(items))
