"""A dossier at the table: odds of the stand-off, what moves them, what is said of them."""

from __future__ import annotations

import datetime
import itertools
import json
import math

import numpy as np
import pytest
from jinja2 import PackageLoader

import detente as dt
from detente.errors import InputError, UnknownName
from detente.strategy.objectives import PARTS, Weights, moved
from detente.strategy.payoffs import Judging
from detente.strategy.table import Patience, at_the_table, binding_deadline
from detente.talks.contests import MODELS, contest
from detente.words import chance, chance_and_range
from detente.words.tell import environment
from detente.world.money import factor

DOSSIER = dt.load_dossier("kuala-lumpur-2025")
CASE = at_the_table(DOSSIER, horizon="medium")


def test_the_table_is_read_as_computed() -> None:
    assert CASE.game.payoff("escalate", "hold") == pytest.approx(CASE.table.payoff("escalate", "hold"))
    assert CASE.truce.sides[0].keep == pytest.approx(CASE.table.payoff("ease", "ease")["USA"])
    judged = CASE.judging.judged()
    for cell, paid in judged.payoff.items():
        assert paid == pytest.approx(tuple(CASE.table.payoff(*cell).values()), abs=1e-12)
    assert CASE.judging.plain().payoff["escalate", "hold"] == pytest.approx(tuple(CASE.plain.payoff("escalate", "hold").values()))
    assert set(CASE.to_frame().index) == {"USA", "CHN"}


def test_any_weight_is_the_same_as_judging_again() -> None:
    for party in CASE.parties:
        given = {p: Weights.of(DOSSIER, p) for p in CASE.parties}
        for part, value in (("prices", 0.7), ("revenue", 0.4), ("dependence", 0.1), ("audience", 2.0)):
            again = CASE.table.with_weights(given | {party: given[party].with_(**{part: value})})
            quick = CASE.judging.judged({(party, part): value})
            for cell, paid in quick.payoff.items():
                assert paid == pytest.approx(tuple(again.payoff(*cell).values()), abs=1e-12)
    with pytest.raises(UnknownName):
        CASE.judging.weight("MYS", "prices")
    with pytest.raises(UnknownName):
        CASE.judging.weight("USA", "glory")
    assert Judging.of(CASE.table, {}).judged().payoff["ease", "ease"] == pytest.approx(
        tuple(CASE.plain.payoff("ease", "ease").values())
    )


def test_odds_add_up_and_carry_their_range() -> None:
    for odds in (CASE.odds(), CASE.odds(still=False), *(CASE.odds_by(d) for d in (0, 3, 14, 90, 900))):
        assert sum(odds.means) == pytest.approx(1)
        for low, mean, high in (odds.first, odds.second, odds.collapse, odds.standing):
            assert 0 <= low <= mean <= high <= 1
    for party in CASE.parties:
        low, centre, high = CASE.blink_range(party)
        assert math.isnan(centre) or 0 <= low <= centre <= high <= 1
    low, centre, high = CASE.collapse_range()
    assert 0 <= low <= centre <= high <= 1


def test_odds_by_a_day_grow() -> None:
    days = [CASE.odds_by(d) for d in (0, 1, 7, 14, 21, 60, 400)]
    assert days[0].means == pytest.approx((0, 0, 0, 1), abs=1e-12)
    for earlier, later in itertools.pairwise(days):
        assert all(b >= a - 1e-9 for a, b in zip(earlier.means[:3], later.means[:3], strict=True))
    assert CASE.odds_by(10**7).means == pytest.approx(CASE.odds().means, abs=1e-6)
    assert CASE.odds_by(DOSSIER.as_of + datetime.timedelta(14)).means == CASE.odds_by(14).means
    with pytest.raises(InputError, match="from 2025-10-18 on"):
        CASE.odds_by(datetime.date(2025, 10, 1))
    with pytest.raises(UnknownName):
        CASE.odds("crystal ball")


def test_the_grid_is_every_combination() -> None:
    counts = {m: int((CASE.trials.model == m).sum()) for m in MODELS}
    assert counts == {"steady": 192, "stubborn": 768, "fixed date": 384, "uncertain date": 384}
    for m in MODELS:
        first, second, even = CASE.trials.counts(m)
        gone_first, gone_second, every = CASE.trials.at_once(m)
        assert first + second + even + gone_first + gone_second == every
    table = CASE.trials.summary()
    assert (table["combinations"].drop(index="all").sum()) == table.loc["all", "combinations"]


def test_splits_are_shares_and_fit_their_groups() -> None:
    table = CASE.trials.splits()
    assert table["share"].between(0, 1).all()
    assert table["share"].is_monotonic_decreasing
    row = table[table["assumption"] == "motives"].iloc[0]
    ends = CASE.trials.since(math.inf)
    means = {}
    for level in ("halved", "doubled"):
        weight = np.zeros(len(CASE.trials.trials))
        for m in CASE.trials.models:
            keep = CASE.trials.where(m)
            own = np.where(keep, CASE.trials.stands, 0.0)
            weight += own / own.sum()
        weight *= CASE.trials.motives == level
        means[level] = float(np.nansum(weight * ends[:, 0]) / weight.sum())
    assert {row["towards first"], row["towards second"]} <= {"halved", "as given", "doubled"}
    for key, value in (("towards first", "first there"), ("towards second", "first then")):
        if row[key] in means:
            assert row[value] == pytest.approx(means[row[key]])


def test_flips_do_flip() -> None:
    table = CASE.flips
    assert len(table)
    judged = CASE.judging.judged()
    for _, row in table.groupby("model").head(3).iterrows():
        now = contest(row["model"], judged, CASE.patience, CASE.deadline_years).lean
        key, value = row["key"], row["flips at"]
        beyond = value * (1.002 if row["ratio"] > 1 else 0.998)
        if key.startswith("weight "):
            _, party, part = key.split(" ", 2)
            then = contest(row["model"], CASE.judging.judged({(party, part): beyond}), CASE.patience, CASE.deadline_years).lean
        elif key in ("bite", "slip_days") or key.startswith("stubborn of "):
            then = contest(row["model"], judged, CASE.patience, CASE.deadline_years, **{key: beyond}).lean
        else:
            then = contest(row["model"], judged, CASE.patience.at({key: beyond}), CASE.deadline_years).lean
        assert now * then < 0
        assert row["likelier now"] == CASE.parties[0 if now > 0 else 1]


def test_a_motive_moves_the_answer() -> None:
    given = {p: Weights.of(DOSSIER, p) for p in CASE.parties}
    changed = moved(given, ["CHN.audience=1.5", "USA.prices=0.6"])
    after = at_the_table(DOSSIER, table=CASE.table, weights=changed)
    assert after.odds().means != pytest.approx(CASE.odds().means, abs=1e-3)
    assert after.table.payoff("escalate", "escalate")["USA"] != CASE.table.payoff("escalate", "escalate")["USA"]
    assert after.judging.weight("CHN", "audience") == 1.5
    jobs = moved(given, ["USA.employment.ELE=0.5"])["USA"].jobs
    assert jobs["ELE"] == 0.5
    assert jobs["MVH"] == given["USA"].jobs["MVH"]
    for text, error in (
        ("MYS.prices=1", "party"), ("USA.glory=1", "motive"), ("USA.prices", "NAME=NUMBER"), ("USA.prices=-1", "below 0"),
        ("USA.prices.ELE=1", "by sector"),
    ):  # fmt: skip
        with pytest.raises((InputError, UnknownName), match=error):
            moved(given, [text])
    with pytest.raises(InputError, match="twice"):
        moved(given, ["USA.prices=1", "USA.prices=2"])


def test_patience_that_is_given_is_not_varied() -> None:
    held = Patience(rates={"USA": 0.08}).fixed(collapse_risk=0.5, settlement_years=3.0)
    case = at_the_table(DOSSIER, table=CASE.table, patience=held)
    assert len(case.trials.trials) == len(CASE.trials.trials) // 8
    assert {t.setting["rate USA"] for t in case.trials.trials} == {0.08}
    with pytest.raises(UnknownName):
        Patience().fixed(courage=1.0)
    with pytest.raises(InputError, match="collapse risk"):
        Patience(collapse_risk=-1.0)


def test_the_deadline_is_the_first_the_stances_move() -> None:
    found = binding_deadline(DOSSIER)
    assert found is not None
    assert (found.date, found.measure) == (datetime.date(2025, 11, 1), "us-threat-100")
    later = binding_deadline(DOSSIER, datetime.date(2025, 11, 2))
    assert later is not None
    assert later.date == datetime.date(2025, 11, 8)
    own = at_the_table(DOSSIER, table=CASE.table, deadline=datetime.date(2025, 12, 1))
    assert own.deadline is not None
    assert own.deadline.days_left == 44
    with pytest.raises(InputError, match="after 2025-10-18"):
        at_the_table(DOSSIER, table=CASE.table, deadline=datetime.date(2025, 10, 1))


def test_concessions_crowd_at_a_known_deadline() -> None:
    table = CASE.around_deadline.set_index(["model", "when"])
    eases = table["USA eases"] + table["CHN eases"]
    assert eases["fixed date", "at the deadline"] > 5 * eases["steady", "at the deadline"]
    assert eases["fixed date", "before"] < eases["fixed date", "at the deadline"]
    for model in MODELS:
        whole = sum(CASE.odds(model).means[:2])
        assert sum(eases[model, k] for k in ("before", "at the deadline", "after")) == pytest.approx(whole)


def test_a_day_costs_what_the_deal_is_worth() -> None:
    before = next(iter(CASE.table.outcomes.values())).before
    income = {p: float(before.income[i]) * factor(p, 2025) for p, i in _index().items()}  # dollars of the dossier's year
    for party in CASE.parties:
        gap = CASE.plain.payoff("ease", "ease")[party] - CASE.plain.payoff("hold", "hold")[party]
        assert CASE.delay.loc[party, "real income, million USD a day"] == pytest.approx(gap / 100 * income[party] / 365.25)
        low, mid, high = (CASE.delay.loc[party, f"motives, {k}"] for k in ("low", "million USD a day", "high"))
        assert low <= mid <= high


def _index() -> dict[str, int]:
    regions = next(iter(CASE.table.outcomes.values())).regions
    return {p: regions.index(p) for p in CASE.parties}


def test_threats_alone_bind_who_makes_them() -> None:
    table = CASE.audience.set_index(["side", "model"])
    for party in CASE.parties:
        assert table.loc[(party, "threats alone"), "change"] < 0
        assert table.loc[(party, "stubborn"), "change"] < 0
    assert (CASE.audience["low"] <= CASE.audience["high"]).all()


def test_words_are_those_of_the_tables() -> None:
    said = CASE.tell("answer")
    odds = CASE.odds()
    for x in (odds.first, odds.second, odds.collapse):
        assert chance_and_range(x[1], x[0], x[2], named=True) in said
    assert f"{odds.trials:,} combinations" in said
    table = CASE.trials.summary().drop(index="all")
    agreed = CASE.tell("agreement")
    for party, other, name in (("USA", "CHN", "the United States"), ("CHN", "USA", "China")):
        everywhere = (table[f"{party} eases"] - table[f"{other} eases"] > 0.005).all()
        assert (f"In all four models {name} is the likelier to ease from then on" in agreed) == bool(everywhere)
    first, second, every = CASE.trials.at_once()
    if first + second:
        assert f"In {first + second:,} of {every:,} combinations" in CASE.tell("at_once")
    assert chance(float(CASE.trials.splits()["share"].iloc[0])) in CASE.tell("decides")
    for paragraph in (*CASE.tell("standoff").split("\n\n"), *CASE.tell("truce").split("\n\n")):
        assert "nan" not in paragraph.lower().split()
        assert paragraph.endswith(".")
    assert "The stand-off" not in CASE.explain()


def test_an_assumption_at_a_value_is_a_clause() -> None:
    told = environment(PackageLoader("detente", "")).get_template("words/templates/AtTheTable.md.j2").module
    assert told.clause("rate USA", 0.08) == "the United States discounts at 8.0\u202f% a year"  # type: ignore[attr-defined]
    assert told.clause("collapse_years", 1.0) == "a collapse lasts 1.0 years"  # type: ignore[attr-defined]


def test_records_are_json() -> None:
    record = CASE.record()
    json.dumps(record, allow_nan=False)
    assert set(record["blink_ranges"]) == {"USA", "CHN"}
    assert record["deadline"]["date"] == "2025-11-01"
    assert set(PARTS) >= {r["motive"] for rows in record["temptation_flips"].values() for r in rows}


def test_two_parties_and_three_stances_are_needed() -> None:
    alone = DOSSIER.model_copy(update={"parties": DOSSIER.parties[:1]})
    with pytest.raises(InputError, match="needs two"):
        at_the_table(alone)
    mild = DOSSIER.parties[0].model_copy(update={"stances": DOSSIER.parties[0].stances[:2]})
    with pytest.raises(InputError, match=r"lacks stances of its parties \(USA: escalate\)"):
        at_the_table(DOSSIER.model_copy(update={"parties": (mild, DOSSIER.parties[1])}))
