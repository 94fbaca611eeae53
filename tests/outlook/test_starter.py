"""A dossier made of a threat: its sums by hand, its odds from the counts, its law from the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from detente.cases.case import Case
from detente.errors import InputError, UnknownName
from detente.outlook.base_rates import base_rates
from detente.outlook.starter import starter, to_replace
from detente.policy.dossier import Dossier, parse_dossier
from detente.policy.measures import InstrumentKind
from detente.words.names import goods_sectors
from detente.world.library import load_world

DAY = date(2026, 11, 28)


def made(by: str, on: str, threat: str | float, **given: Any) -> Dossier:
    return parse_dossier(starter("start", by, on, threat, day=DAY, **given))


def sold(seller: str, buyer: str, sectors: tuple[str, ...] | None = None) -> float:
    world = load_world()
    at = {r: k for k, r in enumerate(world.regions)}
    goods = [world.sectors.index(s) for s in sectors or goods_sectors(world.sectors)]
    return float(world.shipments[at[seller], at[buyer], goods].sum())


def test_the_answer_hits_as_much_trade_as_the_threat() -> None:
    found = made("EU27", "CHN", "20 % on cars from 15 March 2027", sectors_in=lambda words: ["MVH"] if words == "cars" else [])
    threat, answer = (found.measure(m) for m in ("threat", "answer"))
    assert (threat.sectors, threat.rate_pct, answer.rate_pct) == (("MVH",), 20, 20)
    assert answer.coverage == pytest.approx(sold("CHN", "EU27", ("MVH",)) / sold("EU27", "CHN"), abs=5e-4)
    small, large = sorted(("USA", "CHN"), key=lambda r: sold(r, "CHN" if r == "USA" else "USA"))
    assert made(small, large, 30.0).measure("answer").coverage == 1.0  # who buys more than it sells can be answered only so far


@pytest.mark.parametrize(("by", "sender"), [("USA", "USA"), ("EU27", "EU"), ("VNM", "other")])
def test_the_odds_are_how_often_such_threats_were_carried_out(by: str, sender: str) -> None:
    row = base_rates("threat", sender=sender, target="all").of("carried out").iloc[0]
    dropped, comes = made(by, "JPN", 10.0).prospects.fork("decision").branches  # type: ignore[union-attr]
    low, rate, high = (round(float(row[k]), 2) for k in ("low", "rate", "high"))
    assert comes.prior == (low, rate, high)
    assert dropped.prior == pytest.approx((1 - high, 1 - rate, 1 - low))


def test_law_that_the_ledger_knows_is_in_it_and_no_other() -> None:
    found = made("USA", "CAN", 35.0).measures
    assert {m.id for m in found} > {"threat", "answer"}
    assert all(m.by in ("USA", "CAN") for m in found)
    alone = made("IND", "PAK", 35.0)
    assert {m.id for m in alone.measures} == {"threat", "answer"}
    assert "nothing else in force between the two" in alone.reference.label


def test_where_it_was_read_is_its_source() -> None:
    known = made("USA", "MEX", 25.0, source="https://www.example.org/news/1", title="Two neighbours")
    first = known.sources[0]
    assert (first.publisher, str(first.url)) == ("example.org", "https://www.example.org/news/1")
    assert known.title == "Two neighbours"
    for wrong in ("a paper", "ftp://example.org/x", "https://"):
        with pytest.raises(InputError, match="no address"):
            made("USA", "MEX", 25.0, source=wrong)


def test_nobody_threatens_itself_or_somebody_unknown() -> None:
    with pytest.raises(InputError, match="cannot threaten itself"):
        made("USA", "USA", 5.0)
    with pytest.raises(UnknownName, match="XYZ"):
        made("USA", "XYZ", 5.0)
    with pytest.raises(UnknownName, match="'CHE' — it is part of EFT"):
        made("USA", "CHE", 5.0)


def test_economies_are_named_as_one_likes() -> None:
    assert starter("same", "us", "South Korea", 5.0, day=DAY) == starter("same", "USA", "KOR", 5.0, day=DAY)


def test_a_control_withholds_and_is_answered_on_goods_worth_as_much() -> None:
    found = made("CHN", "JPN", "withholds 60 % of rare earths and magnets from 15 January 2027")
    threat, answer = (found.measure(m) for m in ("threat", "answer"))
    assert (threat.instrument, threat.withhold_pct, threat.sectors) == (InstrumentKind.EXPORT_CONTROL, 60, ("RER",))
    assert (answer.instrument, answer.withhold_pct, answer.by, answer.on) == (InstrumentKind.EXPORT_CONTROL, 60, "JPN", ("CHN",))
    assert answer.coverage == pytest.approx(sold("CHN", "JPN", ("RER",)) / sold("JPN", "CHN"), rel=5e-3)
    assert [s.id for s in found.scenarios] == ["nothing-added", "control-comes", "answered"]
    said = starter("start", "CHN", "JPN", "withholds 60 % of RER", day=DAY)
    assert " duty " not in "".join(line.split("#")[0] for line in said.splitlines())
    case = Case.of(found, with_ranges=False)
    less = case.outcome("control-comes", against="reference").trade.volume.sel(origin="CHN", destination="JPN", sector="RER")
    assert float(less) == pytest.approx(-60, abs=5)  # some of it finds its way round
    assert to_replace(case).parties == ("CHN", "JPN")


def test_what_to_replace_first_is_worked_out_at_the_odds_that_stand_there() -> None:
    found_in = made("USA", "MEX", "25 %")
    case = Case.of(found_in, with_ranges=False)
    found = to_replace(case)
    p, q = (f.branches[1].prior for f in found_in.prospects.forks)  # type: ignore[union-attr]
    for party in ("USA", "MEX"):
        none, come, back = (float(case.outcome(s).real_income[party]) for s in ("nothing-added", "duty-comes", "answered"))

        def expected(p: float, q: float, none: float = none, come: float = come, back: float = back) -> float:
            return (1 - p) * none + p * ((1 - q) * come + q * back)

        now = expected(p[1], q[1])
        assert found.expected[party] == pytest.approx(now)
        rows = {r.key: r for r in found.rows}
        assert rows["odds_of_threat"].moves[party] == pytest.approx(abs(expected(p[2], q[1]) - expected(p[0], q[1])))
        assert rows["odds_of_answer"].moves[party] == pytest.approx(abs(expected(p[1], q[2]) - expected(p[1], q[0])))
        half = {"measure": "threat", "set": {"coverage": 0.5}}
        less = {"measure": "answer", "set": {"coverage": found_in.measure("answer").coverage / 2}}
        come, back = (float(case.outcome(s, changes=changed(half)).real_income[party]) for s in ("duty-comes", "answered"))
        assert rows["share_of_threat"].moves[party] == pytest.approx(abs(expected(p[1], q[1], none, come, back) - now))
        come, back = (
            float(case.outcome(s, changes=c).real_income[party]) for s, c in (("duty-comes", ()), ("answered", changed(less)))
        )
        assert rows["size_of_answer"].moves[party] == pytest.approx(abs(expected(p[1], q[1], none, come, back) - now))
    moved = [r for r in found.rows if r.moves]
    sizes = [max(r.moves.values()) for r in moved]
    assert sizes == sorted(sizes, reverse=True)
    assert [r.key for r in found.rows[len(moved) :]] == ["motives", "concession", "venue", "source"]
    assert next(iter(found.to_frame()["default"])) in found.explain()
    told = found.record()
    assert told["expected"] == dict(found.expected)
    assert [d["default"] for d in told["defaults"]] == [r.name for r in found.rows]


def changed(change: dict[str, Any]) -> tuple[Any, ...]:
    from detente.policy.changes import Change

    return (Change.model_validate(change),)
