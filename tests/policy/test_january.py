"""The dossier of today: what it takes from the ledger, what it calls not known, and that nothing in it is newer than what was
read."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from detente.policy.dossier import load_dossier
from detente.policy.ledger import load_ledger
from detente.policy.timing import Status, status_on
from detente.world.library import load_world

DOSSIER, LEDGER, WORLD = load_dossier("january-2027"), load_ledger("world"), load_world()
KNOWN_TO = date(2026, 10, 10)
TRUCE_ENDS = date(2027, 1, 10)
AT_REST = ("chn-reciprocal-24", "chn-rare-earths-october", "us-bis-affiliates", "us-port-fees", "chn-port-fees", "us-301-cranes")


def average(scenario: str | None, by: str, on: str) -> float:
    """Average duty in a scenario at the trade of the table, percent."""
    economy = WORLD.economy()
    table = np.asarray(economy.tariffs)
    rates = DOSSIER.policy(scenario, WORLD.regions, WORLD.sectors, reference=table).shock(economy).tariffs
    i, n = WORLD.regions.index(on), WORLD.regions.index(by)
    goods = [WORLD.sectors.index(s) for s in WORLD.sectors if WORLD.sectors.index(s) < WORLD.sectors.index("UTL")]
    weights = np.asarray(economy.shipments)[i, n][goods]
    return float(100 * (rates[i, n][goods] * weights).sum() / weights.sum())


def test_it_fits_the_shipped_world_and_takes_its_law_from_the_ledger() -> None:
    assert DOSSIER.check(WORLD.regions, WORLD.sectors) == []
    ledgers = {m.id for m in LEDGER.measures}
    own = {"us-capacity", "us-russia-buyers", "us-thirty-for-thirty", "chn-thirty-for-thirty"}
    assert {m.id for m in DOSSIER.measures} - own <= ledgers


def test_nothing_in_it_is_newer_than_the_ledger_knows() -> None:
    assert LEDGER.known_to == KNOWN_TO
    assert max(s.date for s in DOSSIER.sources if s.date) <= KNOWN_TO
    for event in DOSSIER.history:
        if KNOWN_TO < event.date <= DOSSIER.as_of:
            assert (event.outcome or "").startswith("Not known"), event.text
            assert not event.confirmed


@pytest.mark.parametrize("name", AT_REST)
def test_what_both_have_said_rests_until_the_tenth_and_the_ledger_says_it_is_not_known(name: str) -> None:
    m = DOSSIER.measure(name)
    assert status_on(m, DOSSIER.as_of) is Status.SUSPENDED
    assert status_on(m, TRUCE_ENDS) is Status.IN_FORCE
    assert "A170" in m.assumptions
    assert LEDGER.status(DOSSIER.as_of)[name] is Status.NOT_YET_KNOWN


def test_what_neither_has_named_stays_not_known() -> None:
    found = DOSSIER.status()
    for name in ("chn-ban-46", "us-301-exclusions", "us-russia-buyers"):
        assert found[name] is Status.NOT_YET_KNOWN, name
    for name in ("us-truce-to-january", "us-thirty-for-thirty", "chn-thirty-for-thirty", "us-art-malaysia"):
        assert found[name] is Status.ANNOUNCED_WITHOUT_ACT, name


def test_the_court_took_the_american_half_so_that_only_china_s_duty_returns() -> None:
    assert DOSSIER.status()["us-reciprocal-chn-24"] is Status.STRUCK_DOWN
    assert average("lapse", "USA", "CHN") == pytest.approx(average(None, "USA", "CHN"), abs=1e-9)
    assert average("lapse", "CHN", "USA") > average(None, "CHN", "USA") + 10
    assert average("break", "USA", "CHN") > average(None, "USA", "CHN") + 10
    for by, on in (("USA", "CHN"), ("CHN", "USA")):
        assert average("deal", by, on) < average(None, by, on)


def test_each_list_is_thirty_billion_dollars_of_the_table() -> None:
    for name, seller in (("us-thirty-for-thirty", "CHN"), ("chn-thirty-for-thirty", "USA")):
        m = DOSSIER.measure(name)
        i, n = WORLD.regions.index(seller), WORLD.regions.index(m.by)
        trade = np.asarray(WORLD.trade)[i, n]
        assert isinstance(m.sectors, tuple)
        listed = sum(m.share(seller, s) * float(trade[WORLD.sectors.index(s)]) for s in m.sectors)
        assert listed / 1000 == pytest.approx(30, abs=1.5)


def test_a_list_frees_of_what_came_since_and_of_nothing_older() -> None:
    for name in ("us-thirty-for-thirty", "chn-thirty-for-thirty"):
        replaced = [DOSSIER.measure(r) for r in DOSSIER.measure(name).replaces]
        assert replaced
        assert all(not m.in_baseline for m in replaced)


def test_every_fork_of_the_future_says_who_settles_it() -> None:
    assert DOSSIER.prospects is not None
    for fork in DOSSIER.prospects.forks:
        assert fork.date > DOSSIER.as_of
        assert fork.resolution is not None, fork.id
        assert fork.status_quo in [b.id for b in fork.branches]
    dependent = [f.date for f in DOSSIER.prospects.forks if not f.independent]
    assert len(set(dependent)) == len(dependent)
