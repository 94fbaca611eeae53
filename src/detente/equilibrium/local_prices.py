"""Consumer prices in local money: at the first round, after substitution, by month, and in dollars a person.

    first round            duties passed on in full, nobody has changed supplier, recipe or wage (Leontief)
    after substitution     P̂C / ŵ where the exchange rate is pinned: buyers have changed sellers and goods, wages stand
    by month               first round × the share of it that had reached the shops so many months after a duty (`who-pays.yaml`)
    dollars a person       ΔCPI × household consumption a person, in dollars of a year

In the first round a duty is passed on to the buyer and by producers at home to theirs, cost for cost. With γ[k, j] the input
shares of a region, h[k] the part of each good bought at home, and m[k] = Σ over foreign sellers of share × Δln(1+τ),

    p = (I − (γ h)ᵀ)⁻¹ γᵀ m          producers at home
    buyers' prices q[k] = m[k] + h[k] p[k],    ΔCPI = Σ final share × q

No equilibrium is needed; export taxes and controls are not in it. Wages and the exchange rate stand, so that this is a change in
local money. After substitution is less than the first round as long as duties are what changes.

Only the United States of 2025 has been measured by month; the shares are taken for others for want of better. Households are
households here: the consumption share of GDP is the World Bank's, and an economy of which it is not known has no dollars. A sum
a person is not a sum a household: of how many persons a household is made differs between economies and is not shipped.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> float(outcome.consumer_prices_local["BBB"])
0.0
>>> bool(0 < outcome.consumer_prices_substituted["AAA"] < outcome.consumer_prices_local["AAA"])
True
>>> reached(0.0), reached(7.0).value
(Range(low=0.0, value=0.0, high=0.0), 0.54)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.equilibrium.pass_through import evidence, published
from detente.errors import InputError
from detente.types import Array, Range
from detente.words import is_tiny, say
from detente.world.money import consumption_a_person, has, knows_consumption

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Outcome


WORDS = "words/templates/WhoPays"


def first_round(before: Equilibrium, after: Equilibrium) -> tuple[Array, Array]:
    """Buyers' prices [region, sector] and consumer prices [region], percent (100 × change in logs), from the duties of `before`
    to those of `after`, at the sourcing and final shares of `before` and the recipes of the table."""
    home = np.arange(before.output.shape[0])
    paid = before.shipments * (1 + before.tariffs) * (1 + before.export_taxes)
    total = paid.sum(0)
    share = np.divide(paid, total, out=np.zeros_like(paid), where=total > 0)
    added = np.log1p(after.duty_rates) - np.log1p(before.duty_rates)
    added[home, home] = 0.0
    imported = (share * added).sum(0)
    inputs = before.economy.input_shares
    domestic = share[home, home]
    here = inputs * domestic[:, :, None]
    cost = np.linalg.solve(np.eye(here.shape[1]) - here.transpose(0, 2, 1), np.einsum("nkj,nk->nj", inputs, imported)[:, :, None])
    buyers = imported + domestic * cost[:, :, 0]
    final = before.final / before.final.sum(1, keepdims=True)
    return 100 * buyers, 100 * (final * buyers).sum(1)


def after_substitution(outcome: Outcome) -> Array:
    """P̂C over the national wage index at the pinned closure [region], %. Raises `InputError` where deficits do not stand."""
    pinned = outcome.at_exchange_rate("pinned")
    after, before = pinned.after, pinned.before
    return 100 * (after.cpi / after.wage_index / (before.cpi / before.wage_index) - 1)


def reached(month: float) -> Range:
    """Share of the full effect in consumer prices so many months after a duty: low, centre, high; linear between what was
    measured and as at the last point after it. Raises `InputError` for a month before zero."""
    if not month >= 0:
        raise InputError(f"months are counted from the duty on, from zero; not {month!r}")
    points = evidence()["retail"]["points"]
    months = [float(p["month"]) for p in points]
    low, value, high = (float(np.interp(month, months, [float(p[k]) for p in points])) for k in ("low", "value", "high"))
    return Range(low, value, high)


def by_month(outcome: Outcome, region: str) -> pd.DataFrame:
    """What duties have added to consumer prices of a region in local money, percent, a row a month: low, centre, high."""
    full = float(outcome.consumer_prices_local[region])
    months = [int(p["month"]) for p in evidence()["retail"]["points"]]
    rows = [[share * full for share in reached(month)] for month in months]
    return pd.DataFrame(rows, index=pd.Index(months, name="month"), columns=["low", "value", "high"])


def bill(outcome: Outcome, region: str, year: int | None) -> dict[str, Any]:
    """The law, customs and the shops in one region, JSON-able: duty by law and collected, pass-through and what is published of
    it, consumer prices in local money, by month, and dollars a person of `year` (None where they are not known)."""
    through = outcome.pass_through(region)
    spent = None
    if year is not None and knows_consumption(region) and has(region, year):
        spent = dollars_a_person(outcome, region, year)._asdict()
    return {
        "law_and_collected": outcome.law_and_collected.loc[region].to_dict(),
        "pass_through_pct": None if np.isnan(through) else through,
        "pass_through_published": [{k: p[k] for k in ("who", "low", "high")} for p in published()],
        "consumer_prices_local_pct": {
            "first_round": float(outcome.consumer_prices_local[region]),
            "after_substitution": float(outcome.consumer_prices_substituted[region]),
        },
        "by_month": by_month(outcome, region).reset_index().to_dict("records"),
        "usd_a_person": spent,
    }


def told(outcome: Outcome, region: str, year: int | None) -> str:
    """The bill of a region in words: customs where its duties bring more, the shops (at the last month that was measured) where
    its consumer prices move; empty where neither."""
    found = bill(outcome, region, year)
    first, after = found["consumer_prices_local_pct"].values()
    texts = []
    if not np.isnan(outcome.who_pays.share_borne_abroad[region]):
        values = {"law": found["law_and_collected"], "through": outcome.pass_through(region)}
        lows, highs = zip(*((p["low"], p["high"]) for p in found["pass_through_published"]), strict=True)
        texts.append(say(WORDS, "customs", low=float(min(lows)), high=float(max(highs)), **values))
    if not is_tiny(first):
        values = {"reached": found["by_month"][-2], "spent": found["usd_a_person"], "year": year}
        texts.append(say(WORDS, "shops", first=first, after=after, **values))
    return " ".join(texts)


def dollars_a_person(outcome: Outcome, region: str, year: int) -> Range:
    """What a person's consumption costs more a year, USD of `year`: after substitution, first round, and the first round again.

    Low is the smaller of the two. Raises `InputError` for a region whose consumption is not known, or a year.
    """
    spent = consumption_a_person(region, year)
    first, after = (float(s[region]) * spent / 100 for s in (outcome.consumer_prices_local, outcome.consumer_prices_substituted))
    return Range(min(first, after), first, max(first, after))
