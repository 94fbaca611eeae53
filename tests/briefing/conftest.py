"""A small world over real codes and a small dossier, briefed once for all tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from detente.briefing import Briefing, brief
from detente.policy.dossier import Dossier, parse_dossier
from detente.world import Economy, World

REGIONS = ("USA", "CHN", "MYS", "SGP", "EU27", "PAK")
SECTORS = ("AGR", "RER", "ELE", "MVH", "TRD")

DOSSIER = """
schema_version: 1
id: toy-talks
title: "Toy talks <script>alert(1)</script> & more"
summary: Two parties talk. <b>Not bold.</b>
as_of: 2025-10-18
horizon: {default: medium}
reference: {date: 2025-01-20, label: "duties of 2024, before the toys", sources: [first]}
venue: {region: MYS, place: Kuala Lumpur, why: "Neutral <i>ground</i>.", sources: [first]}
parties:
  - region: USA
    interests: ["<img src=x onerror=alert(2)>"]
    motives: [{text: "Jobs & votes.", weighs_on: growth, sources: [first]}]
    stances: [{stance: hold, title: "Leaves | it", sources: [first]}]
    sources: [first]
  - region: CHN
    motives: [{text: Growth., weighs_on: growth, sources: [first, second]}]
    sources: [first]
bystanders: [{region: PAK, position: "Sells <u>cloth</u>.", sources: [second]}]
history:
  - {date: 2025-05-10, kind: talks, place: Geneva, text: First round., outcome: A truce., sources: [first]}
  - {date: 2025-10-24, kind: expected, place: Kuala Lumpur, text: Next round., sources: [first]}
measures:
  - {id: ten, title: "=cmd() <script>ten</script> points", by: USA, on: CHN, instrument: tariff, rate_pct: 10,
     effective: 2025-04-05, sources: [first]}
  - {id: answer, title: Ten points back, by: CHN, on: USA, instrument: tariff, rate_pct: 10, announced: 2025-04-02,
     effective: 2025-04-10, suspended: [{from: 2025-05-14, to: 2025-11-10}], sources: [first]}
  - {id: hundred, title: A hundred points, by: USA, on: CHN, instrument: tariff, rate_pct: 100, announced: 2025-10-10,
     threatened: true, would_take_effect: 2025-11-01, sources: [first]}
  - {id: magnets, title: Licences for magnets, by: CHN, on: all, instrument: export_control, sectors: [RER], withhold_pct: 30,
     announced: 2025-10-09, effective: 2025-11-08, sources: [second]}
  - {id: gone, title: An old duty, by: USA, on: EU27, instrument: tariff, rate_pct: 5, effective: 2025-03-01,
     expires: 2025-06-01, sources: [first]}
scenarios:
  - {id: status-quo, title: As it is, summary: Still., narrative: None., policy_date: 2025-10-18, sources: [first]}
  - id: optimistic
    title: All lifted
    summary: "Duties go <em>away</em>."
    narrative: Peace.
    policy_date: 2025-12-02
    provisions:
      - {text: No duties, modelled: true, measures: [ten]}
      - {text: A working group, modelled: false, why_not: A forum changes no duty}
    changes: [{withdraw: ten}, {withdraw: answer}, {withdraw: hundred}, {withdraw: magnets}]
    sources: [first]
  - id: pessimistic
    title: The hundred
    summary: Threat carried out.
    narrative: War.
    policy_date: 2025-12-02
    changes: [{measure: hundred, carry_out: true}]
    sources: [first]
key_questions:
  - {id: will, question: "Will they? <script>", why: It matters., indicator: An order, by_when: 2025-11-01,
     scenarios: [optimistic, pessimistic], sources: [first]}
prospects:
  until: 2026-06-30
  forks:
    - id: meeting
      title: "What <script>alert(4)</script> comes?"
      date: 2025-10-27
      kind: talks
      branches:
        - {id: lifted, title: "Lifted <b>at last</b>", prior: [0.3, 0.4, 0.5], scenario: optimistic}
        - {id: imposed, title: Imposed, prior: [0.5, 0.6, 0.7], scenario: pessimistic}
      sources: [first]
published:
  - {id: other, who: A lab, scenario: Much the same, quantity: Real GDP, region: USA, value: -0.4, unit: "%",
     time_basis: long run, measure: real_gdp, compare_with: pessimistic, horizon: long, why: They count jobs, sources: [second]}
  - {id: duty, who: A lab, scenario: Today, quantity: Average US duty on China, region: USA, partner: CHN, value: 20, unit: "%",
     time_basis: on the day, measure: average_duty, policy_day: 2025-10-18, why: Theirs are weighted otherwise, sources: [second]}
  - {id: count, who: A lab, scenario: Today, quantity: Jobs kept, value: 20, unit: "%", time_basis: on the day, sources: [second]}
sources:
  - {id: first, title: "One <script>alert(3)</script>", publisher: P, url: "https://example.org/a?b=1&c=2", date: 2025-10-17}
  - {id: second, title: Second, publisher: Paper}
"""


@dataclass(frozen=True)
class Run:
    """A written briefing and what went in."""

    briefing: Briefing
    dossier: Dossier
    world: World
    html: str


def toy_dossier() -> Dossier:
    """The dossier above."""
    return parse_dossier(DOSSIER, "toy-talks.yaml")


def toy_world() -> World:
    """Six regions and five sectors with invented round shares, balanced; population included, GDP not."""
    random = np.random.default_rng(7)
    n, s = len(REGIONS), len(SECTORS)
    size = np.array([25.0, 18.0, 0.5, 0.5, 17.0, 0.4]) * 1e6
    goods = np.array([True, True, True, True, False])
    home = np.broadcast_to(np.where(goods, 0.6, 0.97), (n, s))
    weight = size[:, None, None] ** 0.7 * random.lognormal(0, 0.3, (n, n, s))
    weight[np.arange(n), np.arange(n)] = 0
    shares = weight / weight.sum(0) * (1 - home)[None]
    shares[np.arange(n), np.arange(n)] = home
    inputs = random.uniform(0.5, 1.5, (n, s, s)) * np.array([0.1, 0.003, 0.15, 0.1, 0.15])[None, :, None]
    final = np.broadcast_to([0.1, 0.001, 0.1, 0.1, 0.699], (n, s))
    tariffs = np.zeros((n, n, s))
    tariffs[:, :, goods] = 0.03
    tariffs[np.arange(n), np.arange(n)] = 0
    economy = Economy.from_shares(
        expenditure_shares=shares,
        input_shares=inputs,
        value_added_shares=1 - inputs.sum(1),
        final_shares=final,
        value_added=size,
        tariffs=tariffs,
        trade_elasticity=np.full(s, 4.0),
        regions=REGIONS,
        sectors=SECTORS,
        tolerance=10,
        quiet=True,
    )
    return World.from_flows(
        regions=REGIONS,
        sectors=SECTORS,
        shipments=economy.shipments,
        intermediate_use=economy.input_shares * economy.output[:, None, :],
        value_added=economy.value_added,
        final_use=economy.final_shares * economy.income[:, None],
        tariff_rates=economy.tariffs,
        trade_elasticity=economy.trade_elasticity,
        year=2022,
        name="toy talks world",
        extras={"population": np.array([330.0, 1400.0, 34.0, 6.0, 450.0, 240.0]) * 1e6},
    )


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The toy briefing, written once."""
    dossier, world = toy_dossier(), toy_world()
    out: Path = tmp_path_factory.mktemp("briefing") / "out"
    briefing = brief(dossier, world, out=out)
    return Run(briefing, dossier, world, briefing.companion.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def dossier_text() -> str:
    """The toy dossier as YAML."""
    return DOSSIER
