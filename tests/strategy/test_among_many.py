"""Three governments: every combination solved from its duties alone, every deviation and coalition tried one by one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import yaml
from tests.briefing.conftest import toy_world
from tests.briefing.test_three_parties import PARTIES, TEXT, dossier

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError
from detente.policy.dossier import parse_dossier
from detente.strategy.among_many import JUDGED, AmongMany, among_many

Cell = tuple[str, ...]
US_DUTIES = {"ease": (10, 5), "hold": (20, 10), "escalate": (40, 20)}
CHINAS = {"ease": 0, "hold": 15}
EUROPES = {"hold": 0, "escalate": 12}
"""What each stance of the dossier makes of the duties, percent: on China and on the Union; on the United States."""
MENUS = (tuple(US_DUTIES), tuple(CHINAS), tuple(EUROPES))
CELLS = list(itertools.product(*MENUS))


@pytest.fixture(scope="module")
def found() -> AmongMany:
    return among_many(Case.of(dossier(), toy_world(), with_ranges=False))


@pytest.fixture(scope="module")
def solved() -> dict[Cell, dt.Outcome]:
    """Every combination against what is in force, from the duties written out above."""
    world = toy_world()

    def at(cell: Cell) -> dt.Outcome:
        on_china, on_europe = US_DUTIES[cell[0]]
        rows = [
            ("USA", "CHN", on_china),
            ("USA", "EU27", on_europe),
            ("CHN", "USA", CHINAS[cell[1]]),
            ("EU27", "USA", EUROPES[cell[2]]),
        ]
        return dt.solve(world, dt.Policy([dt.Tariff(by=a, on=b, rate=r / 100) for a, b, r in rows if r]), horizon="medium")

    quo = at(("hold", "hold", "hold"))
    return {cell: at(cell).relative_to(quo) for cell in CELLS}


def test_every_combination_is_the_equilibrium_of_its_duties(found: AmongMany, solved: dict[Cell, dt.Outcome]) -> None:
    """By real income alone in points of 100 ln; the motives add jobs in cars for the one and nothing for the others."""
    assert found.parties == PARTIES
    plain, wanted = (found.games[by] for by in JUDGED[::-1])
    for cell, outcome in solved.items():
        points = {p: 100 * np.log1p(outcome.real_income[p] / 100) for p in PARTIES}
        assert plain.payoff(*cell) == pytest.approx(points, abs=1e-7)
        judged = wanted.payoff(*cell)
        assert judged["CHN"] == pytest.approx(points["CHN"], abs=1e-7)
        assert judged["EU27"] == pytest.approx(points["EU27"], abs=1e-7)
        n, j = outcome.regions.index("USA"), outcome.sectors.index("MVH")
        before, after = outcome.before, outcome.after
        jobs = (
            100
            * (after.value_added[n, j] * before.cpi[n] / after.cpi[n] - before.value_added[n, j])
            / before.value_added[n].sum()
        )
        fire = 0.1 * 0.2 if cell[0] == "ease" and cell[2] == "escalate" else 0.0
        assert judged["USA"] == pytest.approx(points["USA"] + 0.2 * jobs - fire, abs=1e-7)


def own_moves(cell: Cell, party: int) -> Iterator[Cell]:
    for stance in MENUS[party]:
        yield (*cell[:party], stance, *cell[party + 1 :])


def joint_moves(cell: Cell, members: Sequence[int]) -> Iterator[Cell]:
    for own in itertools.product(*(MENUS[p] for p in members)):
        yield tuple(own[members.index(p)] if p in members else cell[p] for p in range(3))


def whatever_others_do(cell: Cell, members: Sequence[int]) -> Iterator[Cell]:
    yield from joint_moves(cell, [p for p in range(3) if p not in members])


COALITIONS = [m for k in (1, 2, 3) for m in itertools.combinations(range(3), k)]


@pytest.mark.parametrize("by", JUDGED)
def test_equilibria_and_the_core_are_those_of_trying_everything(found: AmongMany, by: str) -> None:
    game, made = found.games[by], found.coalitions[by]
    paid = {cell: np.array(list(game.payoff(*cell).values())) for cell in CELLS}
    stays = {c for c in CELLS if all(paid[m][p] <= paid[c][p] + 1e-12 for p in range(3) for m in own_moves(c, p))}
    assert {e.cell for e in game.pure_equilibria()} == stays
    blocked: dict[Cell, set[Cell]] = {}
    for cell in CELLS:
        blocked[cell] = {
            tuple(PARTIES[p] for p in members)
            for members in COALITIONS
            if any(
                all(min(paid[e][p] for e in whatever_others_do(m, members)) > paid[cell][p] + 1e-9 for p in members)
                for m in joint_moves(cell, members)
            )
        }
    assert {cell: {b.members for b in blocks} for cell, blocks in made.blocks.items()} == blocked
    assert set(made.core) == {cell for cell, by_whom in blocked.items() if not by_whom}


@pytest.mark.parametrize("by", JUDGED)
def test_what_a_coalition_makes_sure_of_is_in_money(found: AmongMany, solved: dict[Cell, dt.Outcome], by: str) -> None:
    """A point is worth one percent of income, in million USD of the dossier's year; shares add up and satisfy everybody."""
    game, made = found.games[by], found.coalitions[by]
    before = solved["hold", "hold", "hold"].before
    rolled = found.table.rolled
    worth = np.array([before.income[found.table.outcomes[CELLS[0]].regions.index(p)] * rolled.get(p, 1.0) / 100 for p in PARTIES])
    paid = {cell: np.array(list(game.payoff(*cell).values())) * worth for cell in CELLS}
    for members in COALITIONS:
        sure = max(
            min(sum(paid[e][p] for p in members) for e in whatever_others_do(m, members)) for m in joint_moves(CELLS[0], members)
        )
        named = tuple(PARTIES[p] for p in members)
        assert made.secured[named] == pytest.approx(sure, rel=1e-9)
        if len(members) < 3:
            assert sum(made.division[p] for p in named) >= sure - made.excess - 1e-6 * made.total
    assert sum(made.division.values()) == pytest.approx(max(v.sum() for v in paid.values()))


def test_the_frame_has_a_row_a_combination_and_judgement(found: AmongMany) -> None:
    frame = found.to_frame()
    assert list(frame["judged by"].unique()) == list(JUDGED)
    assert len(frame) == 2 * len(CELLS)
    for row in frame.to_dict(orient="records"):
        cell = tuple(row[f"stance of {p}"] for p in PARTIES)
        made = found.coalitions[row["judged by"]]
        assert row["in the core"] == (cell in made.core) == (row["blocked by"] == "")
        if row["blocked by"]:
            assert row["blocked by"] == ", ".join(made.blocks[cell][0].members)
        assert row["USA"] == found.games[row["judged by"]].payoff(*cell)["USA"]
    told = found.record()
    json.dumps(told, allow_nan=False)
    assert "the European Union" in told["explained"]
    assert told["parties"] == list(PARTIES)
    assert set(told["games"]) == set(told["coalitions"]) == set(JUDGED)
    assert "whether a truce holds" in told["not_computed"].replace("\n", " ")
    assert told["not_computed"] in told["explained"]


def test_refusals_name_who_is_lacking() -> None:
    world = toy_world()
    text = yaml.safe_load(TEXT)
    two = {**text, "parties": text["parties"][:2]}
    with pytest.raises(InputError, match="this is for three or more"):
        among_many(Case.of(parse_dossier(yaml.safe_dump(two)), world, with_ranges=False))
    del text["parties"][1]["stances"]
    with pytest.raises(InputError, match="CHN: ease, hold, escalate"):
        among_many(Case.of(parse_dossier(yaml.safe_dump(text)), world, with_ranges=False))
    fewer = world.aggregate(regions={"REST": ["EU27", "PAK"]})
    with pytest.raises(InputError, match="has no region EU27, a party"):
        among_many(Case.of(dossier(), fewer, with_ranges=False))
