r"""What an ensemble says, in plain words made from its numbers.

>>> spread(-0.52, -0.31, "%")
'−0.52 to −0.31\u2009%'
>>> amount(-45046.2, "million USD a year"), amount(0.004, "%")
('−45 bn USD a year', '0.00\u2009%')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.outlook.ensemble.ensemble import Ensemble

THIN = "\u2009"


def number(value: float, unit: str) -> str:
    """Two decimals below 10, one below 100, none above; money in billions; a true minus sign."""
    if unit.startswith("million USD"):
        value /= 1000
    size = abs(value)
    digits = 2 if size < 10 else 1 if size < 100 else 0
    if unit.startswith("million USD"):
        digits = 2 if size < 1 else 1 if size < 10 else 0
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text.replace("-", "−")


def unit_words(unit: str) -> str:
    """The unit as printed after a number."""
    return unit.replace("million USD", "bn USD")


def amount(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{number(value, unit)}{THIN if unit == '%' else ' '}{unit_words(unit)}"


def spread(low: float, high: float, unit: str) -> str:
    """A range with its unit."""
    return f"{number(low, unit)} to {amount(high, unit)}"


def explain(result: Ensemble) -> str:
    """What was drawn, the main ranges of every scenario, failures and notes."""
    drawn = [i for i in result.inputs if i.kind != "talks"]
    text = [
        f"{result.draws:,} draws of {len(drawn)} uncertain inputs (scrambled Sobol sequence, seed {result.seed}), "
        f"{result.horizon} run, {result.world}. Ranges hold 90 of 100 draws."
    ]
    for scenario in result.scenarios:
        failed = sum(f.scenario == scenario for f in result.failed)
        if failed == result.draws:
            text.append(f"{scenario}: no draw has an equilibrium.")
            continue
        parts = []
        for region in [*_parties(result), "WORLD"]:
            low, middle, high = result.quantile("real income", region, (0.05, 0.5, 0.95), scenario)
            name = "the world" if region == "WORLD" else region_name(region, article=True)
            parts.append(f"{name} {amount(middle, '%')} ({number(low, '%')} to {number(high, '%')})")
        against = result.compared_with[scenario]
        text.append(f"{scenario}, real income against {against}: {'; '.join(parts)}.")
    if result.failed:
        reasons: dict[str, int] = {}
        for f in result.failed:
            key = f.reason.split(":")[0] if f.reason.startswith("status quo") else f.scenario
            reasons[key] = reasons.get(key, 0) + 1
        listed = ", ".join(f"{count:,} of {what}" for what, count in reasons.items())
        text.append(f"Draws without an equilibrium, counted and left out of the ranges: {listed}.")
    text += [n[0].upper() + n[1:] + "." for n in result.notes if "no equilibrium" not in n]
    text.append(
        "The ranges are of these inputs alone: the model's form, the table and the measures as written are taken as given."
    )
    return "\n".join(text)


def _parties(result: Ensemble) -> list[str]:
    return list(dict.fromkeys(h.region for h in result.headlines if h.quantity == "tariff revenue"))
