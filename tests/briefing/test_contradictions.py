"""No text contradicts itself or its figures: the checker, the briefing of the toy dossier, and results bent at random.

The draws turn signs, tie economies, stop everything and spread ranges; `DETENTE_DRAWS=2000` draws more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings, strategies as st

from bent import Bend, BentCase, bent
from contradictions import chances, contradictions, told
from detente.briefing import report
from detente.briefing.charts.figures import undrawn
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Figure, Heading, Section, Table, _texts
from detente.briefing.sections import proposal
from detente.briefing.view import CaseView
from detente.equilibrium.memory import solved_once
from detente.policy.dossier import parse_dossier

DRAWS = int(os.environ.get("DETENTE_DRAWS", "8"))
ECONOMIES = 6
"""In the toy world."""
LEDGER = "tab-assumptions"
"""A table of prose and sources from data files, not made from numbers."""


# -- the checker -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "Real income falls by −0.3 %.",
        "It rises −0.3 %.",
        "China gains −USD 3 billion.",
        "It loses +0.2 %.",
        "That is −2.2 % more.",
        "It changes by −+0.3 %.",
        "It would cost nan points.",
        "It lasts None years.",
        "Of 1 economies one gains.",
        "After 0 months it ends.",
        "Within 3 month it ends.",
        "See section .",
        "The range is 0.5 to 0.2 %.",
        "It is 0.9 % (range 0.2 to 0.5 %).",
        "The room says no.",
        "See docs/path.md.",
        "Take trade_elasticity as given.",
        "It it falls.",
        "It falls. . It rises.",
        "Nobody gains, , says the table.",
        "It falls () today.",
        "Malaysia hardly gains: −0.4 %.",
        "It falls (by 0.3 %.",
        "China loses most (−0.3 %), then Malaysia (−0.3 %).",
        "From today, by June, peace has a chance of 60 % (50 to 70 %) and war has 30 % (20 to 40 %).",
        "3 outcomes: “Peace” and “War”.",
        "It falls against.",
        "It falls. it rises.",
    ],
)
def test_what_contradicts_itself_is_found(text: str) -> None:
    assert contradictions(text)


@pytest.mark.parametrize(
    "text",
    [
        "Real income falls 0.34\u202f% (range −0.51 to −0.20\u202f%); medium run.",
        "Odds go from 40 to 30\u202f%.",
        "It is worth −USD 3.0 billion a year, from 18 October 2025 to 30 June 2026.",
        "China loses most (−0.4\u202f%), then Malaysia (−0.3\u202f%).",
        "From today, peace has a chance of 60\u202f% (50 to 70\u202f%) and war has 40\u202f% (30 to 50\u202f%).",
        "2 outcomes: “Peace” and “War”. Month 36 and 1 month on, 1 economy gains.",
        "No economy gains as much as 0.01\u202f%.",
        "Malaysia hardly gains: less than 0.01\u202f%.",
        "None of the three gains.",
        "What a duty would do to China, and to what it buys from.",
    ],
)
def test_a_sound_text_is_left_alone(text: str) -> None:
    assert contradictions(text) == []


def test_comparative_words_are_read_against_the_values() -> None:
    values = told("China −0.30 (−0.50 to −0.10); Malaysia −0.30; Pakistan +0.10.")
    assert values == {"China": "−0.30 (−0.50 to −0.10)", "Malaysia": "−0.30", "Pakistan": "+0.10"}
    assert contradictions("China loses most", values)
    assert contradictions("Pakistan gains most", values) == []
    assert contradictions("Every economy loses", values)
    assert contradictions("Nobody gains", values)
    assert contradictions("Nobody gains", {"China": "−0.30", "Malaysia": "−0.30"}) == []


def test_chances_sum_to_a_hundred() -> None:
    assert chances(["60\u202f%", "30\u202f%"])
    assert chances(["33\u202f%", "33\u202f%", "33\u202f%"]) == []
    assert chances(["less than 1\u202f%", "99\u202f%"]) == []


def test_a_reference_must_lead_somewhere() -> None:
    assert contradictions("See section §people.", anchors=["people"]) == []
    assert contradictions("See section §people.", anchors=["economies"])


# -- texts -------------------------------------------------------------------------------------------------------------
def faults(sections: list[Section], anchors: set[str]) -> Iterator[str]:
    """What is wrong with the texts of these sections, with the place of each."""
    for section in sections:
        for block in section.blocks:
            where = f"{section.anchor} {getattr(block, 'id', '')}"
            if where.endswith(LEDGER):
                continue
            values = told(block.values) if isinstance(block, Figure) else {}
            for text in (*_texts(block), *([block.alt] if isinstance(block, Figure) else [])):
                beside = values if isinstance(block, Figure) and text == block.title else None
                yield from (f"{where}: {fault}" for fault in contradictions(text, beside, anchors))
            if isinstance(block, Table):
                for k, column in enumerate(block.columns):
                    if column.title == "From today" and "outcome" in block.columns[0].title.lower():
                        yield from (f"{where}: {fault}" for fault in chances([row[k].text for row in block.rows]))


def anchors_of(sections: list[Section]) -> set[str]:
    """What references may name."""
    return {s.anchor for s in sections} | {b.anchor for s in sections for b in s.blocks if isinstance(b, Heading)}


def written(case: CaseView, names: tuple[str, ...] = report.ORDER) -> list[Section]:
    """Sections of the companion, then the annex and the front for every reader."""
    with coloured(roles(case.parties, case.host)):
        return [
            *(s for name in names for s in report._part(name).sections(case)),
            *(s for name in report.ANNEX for s in report._part(name, "annex").sections(case)),
            *(
                report._part(name, "front").page(case, reader)
                for name in report.FRONT
                for reader in report.readers_of(case, ["all"])
            ),
        ]


class Toy:
    """The toy dossier, solved: the case, its text, and what its own briefing says."""

    def __init__(self, case: CaseView, text: str, sections: list[Section]):
        self.case, self.text, self.sections = case, text, sections

    def faults(self, sections: list[Section]) -> list[str]:
        """What is wrong with texts of this dossier."""
        return sorted(set(faults(sections, anchors_of(self.sections))))


@pytest.fixture(scope="module")
def toy(run: Any, dossier_text: str) -> Iterator[Toy]:
    """Solved once; figures are not drawn."""
    with solved_once(between_runs=True), undrawn():
        case = report.solve_case(run.dossier, run.world)
        yield Toy(case, dossier_text, written(case))


def test_the_briefing_does_not_contradict_itself(toy: Toy) -> None:
    assert toy.faults(toy.sections) == []


# -- bent at random ----------------------------------------------------------------------------------------------------
changes = st.sampled_from([0.0, 0.004, -0.004, 0.0051, 0.5, 0.5, -0.5, -0.5, 0.504, -12.0, 9.96]) | st.floats(-3, 3)
powers = st.sampled_from([-1.0, 0.0, 1e-3, 1.0, 4.0])
bends = st.builds(Bend, power=powers, income=st.tuples(*[changes] * ECONOMIES), spread=st.sampled_from([0.0, 0.003, 0.3, 2.0]))


drawn = settings(max_examples=DRAWS, phases=[Phase.explicit, Phase.generate], derandomize=DRAWS <= 8)
"""A fault names itself: the draw behind it need not be made smaller."""


@drawn
@given(bends, bends, bends)
def test_no_text_contradicts_bent_results(toy: Toy, now: Bend, best: Bend, worst: Bend) -> None:
    one = bent(toy.case, {None: now, "optimistic": best, "pessimistic": worst})
    assert toy.faults(written(one)) == []


odds = st.sampled_from([0.001, 0.004, 0.3, 0.33, 0.49, 0.5, 0.51, 0.996, 0.999])


@drawn
@given(odds, st.sampled_from([0.0, 0.01, 0.2]), bends)
def test_no_text_contradicts_bent_odds(toy: Toy, chance: float, width: float, bend: Bend) -> None:
    values = iter((chance, 1 - chance))

    def prior(_: re.Match[str]) -> str:
        value = next(values)
        return f"prior: [{max(0.0, value - width)}, {value}, {min(1.0, value + width)}]"

    dossier = parse_dossier(re.sub(r"prior: \[[^]]*\]", prior, toy.text), "toy-talks.yaml")
    case = toy.case
    one = BentCase(dossier, case.world, case.parameters, case.ids, others=case.others, bends={"pessimistic": bend})
    assert toy.faults(written(one, ("summary", "outlook"))) == []


@drawn
@given(st.data())
def test_no_text_contradicts_another_package(toy: Toy, data: Any) -> None:
    """Any package that was solved stands for the one proposed, also where nobody gains by it."""
    deal = proposal.propose(toy.case)
    assert deal is not None
    levels = data.draw(st.sampled_from(sorted(deal.packages.solved)))
    one = bent(toy.case, {})
    other = replace(deal, found=replace(deal.found, levels=levels))
    assert one.once("proposal", lambda: other) is other
    assert toy.faults([Section("strategy", "", tuple(proposal.blocks(one)))]) == []
