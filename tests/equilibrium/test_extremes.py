"""Extreme packages drawn at random: each ends in an equilibrium that plain accounting confirms, or is refused in words.

Some dozens in the suite. `DETENTE_EXTREMES=2000 pytest tests/equilibrium/test_extremes.py -s` draws as many for each world and
says how they ended.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

import detente as dt
from detente.errors import DetenteError, LooksLikePercent
from detente.policy.instruments import Instrument
from detente.validation.stress import extreme
from economies import SHAPES, random_economy

COUNT = int(os.environ.get("DETENTE_EXTREMES", "12"))
KINDS = {
    "tariff": 0.35, "ban": 0.15, "control": 0.15, "quota": 0.1,
    "export tax": 0.05, "cost": 0.1, "purchase": 0.05, "subsidy": 0.05,
}  # fmt: skip
"""How often a measure is one of each."""
SHIPPED, TOY = dt.load_world().economy(), dt.load_world("toy").economy()


def small(draw: int) -> dt.Economy:
    """Another economy for every ten draws."""
    return random_economy(*SHAPES[draw // 10 % len(SHAPES)], seed=draw // 10)


def package(economy: dt.Economy, rng: np.random.Generator) -> dt.Policy:
    """Up to six measures at once: duties from −50 % to 10,000 % of the value, bans, bounds, taxes, costs; the same goods may be
    hit twice."""

    def some(labels: tuple[str, ...], most: float) -> list[str]:
        count = int(rng.integers(1, max(2, int(most * len(labels)) + 1)))
        return [labels[k] for k in rng.permutation(len(labels))[:count]]

    def two() -> tuple[str, str]:
        first, second = rng.permutation(len(economy.regions))[:2]
        return economy.regions[first], economy.regions[second]

    def rate() -> float:
        return float(rng.uniform(-0.5, 0.0) if rng.uniform() < 0.25 else 10 ** rng.uniform(-2, 2))

    def measure(kind: str) -> Instrument:
        by, on = two()
        goods = None if rng.uniform() < 0.3 else some(sectors, 0.5)
        match kind:
            case "tariff":
                return dt.Tariff(by=some(regions, 0.5), on=some(regions, 1), rate=rate(), sectors=goods)
            case "ban":
                return dt.Embargo(by=by, on=on, sectors=goods, both_ways=bool(rng.uniform() < 0.5))
            case "control":
                return dt.ExportControl(by=by, sectors=some(sectors, 0.3), withhold=float(rng.choice([0.5, 0.99, 0.99999])))
            case "quota":
                return dt.Quota(by=by, on=on, share=float(10 ** rng.uniform(-5, 0.5)), sectors=some(sectors, 0.3))
            case "export tax":
                return dt.ExportTax(by=by, on=on, rate=rate(), sectors=goods)
            case "cost":
                return dt.NonTariffCost(by=by, on=on, cost=rate(), sectors=goods)
            case "purchase":
                growth = float(10 ** rng.uniform(-1, 2))
                return dt.PurchaseCommitment(by=by, origin=on, sectors=some(sectors, 0.3), growth=growth)
            case _:
                return dt.Subsidy(by=by, rate=float(rng.uniform(0, 0.9)), sectors=some(sectors, 0.3))

    regions, sectors = economy.regions, economy.sectors
    return dt.Policy([measure(kind) for kind in rng.choice(list(KINDS), size=rng.integers(1, 7), p=list(KINDS.values()))])


def drawn(economy: dt.Economy, seed: int, draw: int) -> dt.Outcome:
    rng = np.random.default_rng([19, seed, draw])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LooksLikePercent)  # extremes are meant
        policy = package(economy, rng)
        closure = {"deficits": str(rng.choice(["fixed", "zero", "proportional"]))} if rng.uniform() < 0.3 else {}
        return dt.solve(economy, policy, str(rng.choice(["short", "medium", "long"])), **closure)


def sound(outcome: dt.Outcome) -> None:
    """Solved to the tolerance; by accounting written down here, all that is made is sold and all that is spent is earned."""
    assert outcome.status == "converged"
    assert outcome.residual <= dt.Solver().tolerance
    assert outcome.clearing_gap <= 1e-8
    e, world = outcome.after, outcome.after.economy
    for name in ("shipments", "price", "unit_cost", "wage", "output", "spending", "value_added", "income", "cpi"):
        array = getattr(e, name)
        assert np.isfinite(array).all(), name
        assert array.min() >= 0, name
    assert min(e.price.min(), e.unit_cost.min(), e.wage.min(), e.cpi.min()) > 0
    size = world.value_added.sum()
    np.testing.assert_allclose(e.shipments.sum(1), e.stated_output, rtol=1e-7, atol=1e-9 * size)
    np.testing.assert_allclose(e.paid.sum(0), e.spending, rtol=1e-7, atol=1e-9 * size)
    earned = e.value_added.sum(1) + e.tariff_revenue + e.export_tax_revenue - e.subsidies + e.deficits
    np.testing.assert_allclose(e.final.sum(1), earned, rtol=1e-7, atol=1e-9 * size)
    np.testing.assert_allclose(e.value_added.sum(), size, rtol=1e-7)
    numbers = np.concatenate([outcome.to_frame().to_numpy(float).ravel(), outcome.sector_frame().to_numpy(float).ravel()])
    assert np.isfinite(numbers).all()
    income = outcome.real_income.to_numpy()
    assert ((income > -100) & (income < 2000)).all()
    assert -100 < outcome.world_real_income < 100


def endings(name: str, ask: Callable[[int], dt.Outcome]) -> Counter[str]:
    found: Counter[str] = Counter()
    faults: list[str] = []
    for draw in range(COUNT):
        try:
            outcome = ask(draw)
            sound(outcome)
        except DetenteError as error:
            found[type(error).__name__] += 1
            told = str(error)
        except Exception as error:  # noqa: BLE001 an assertion of `sound`, or what should have been told by name
            told = f"{type(error).__name__}: {error}"
            faults.append(f"{name} {draw}: {told}")
        else:
            found[outcome.status] += 1
            continue
        if len(told) < 20:  # in words
            faults.append(f"{name} {draw}: {told!r}")
    print(f"\n{name}: {dict(found)}", flush=True)
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:10]])
    return found


@pytest.mark.parametrize("name", ["shipped", "toy", "small"])
def test_an_extreme_package_ends_in_an_equilibrium_or_in_words(name: str) -> None:
    worlds: dict[str, Callable[[int], dt.Economy]] = {"shipped": lambda _: SHIPPED, "toy": lambda _: TOY, "small": small}
    found = endings(name, lambda draw: drawn(worlds[name](draw), sorted(worlds).index(name), draw))
    assert found["converged"] > COUNT / 2


@pytest.mark.parametrize("name", ["shipped", "toy"])
def test_and_so_do_extreme_packages_at_extreme_parameters(name: str) -> None:
    economy = {"shipped": SHIPPED, "toy": TOY}[name]

    def ask(draw: int) -> dt.Outcome:
        policy, parameters = extreme(economy, 1919, draw)
        return dt.solve(economy, policy, parameters)

    found = endings(f"{name}, parameters too", ask)
    assert found["converged"] > COUNT / 2
