"""A small dossier for the toy world with two forks of talks and one of a court, to be worked through by hand."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import yaml

from detente.policy.dossier import Dossier, parse_dossier

TEXT = """
schema_version: 1
id: small-future
title: Small future
summary: Two parties and a court.
as_of: 2026-01-01
horizon: {default: medium}
reference: {date: 2025-01-01, label: before, sources: [s]}
venue: {region: BBB, place: Here, why: Near., sources: [s]}
parties:
  - region: AAA
    motives: [{text: Growth., sources: [s]}]
    stances:
      - {stance: ease, title: Eases, changes: [{withdraw: ten}], sources: [s]}
      - {stance: hold, title: Holds, sources: [s]}
      - {stance: escalate, title: Escalates, changes: [{measure: threat, carry_out: true}], sources: [s]}
    sources: [s]
  - region: BBB
    motives: [{text: Growth., sources: [s]}]
    stances:
      - {stance: ease, title: Eases, sources: [s]}
      - {stance: hold, title: Holds, sources: [s]}
      - {stance: escalate, title: Escalates, changes: [{measure: back, carry_out: true}], sources: [s]}
    sources: [s]
measures:
  - {id: ten, title: Ten points, by: AAA, 'on': BBB, instrument: tariff, rate_pct: 10, effective: 2025-06-01, sources: [s]}
  - {id: threat, title: Fifty points, by: AAA, 'on': BBB, instrument: tariff, rate_pct: 50, announced: 2025-12-01,
     threatened: true, would_take_effect: 2026-02-01, sources: [s]}
  - {id: back, title: Fifty points back, by: BBB, 'on': AAA, instrument: tariff, rate_pct: 50, announced: 2025-12-01,
     threatened: true, would_take_effect: 2026-02-01, sources: [s]}
  - {id: pause, title: Five points that rest, by: BBB, 'on': AAA, instrument: tariff, rate_pct: 5, effective: 2025-06-01,
     suspended: [{from: 2025-07-01, to: 2026-05-01}], sources: [s]}
scenarios:
  - {id: peace, title: Peace, summary: S., narrative: N., policy_date: 2026-06-01, changes: [{withdraw: ten}, {withdraw: threat}],
     sources: [s]}
  - {id: war, title: War, summary: S., narrative: N., policy_date: 2026-06-01,
     changes: [{measure: threat, carry_out: true}, {measure: back, carry_out: true}], sources: [s]}
key_questions:
  - id: talks
    question: Do they agree?
    why: It matters.
    indicator: A text
    by_when: 2026-03-01
    answers: [{id: 'yes', title: They do, branches: [calm]}, {id: 'no', title: They do not, branches: [clash]}]
    sources: [s]
  - id: law
    question: Does the duty stand?
    why: It matters.
    indicator: A ruling
    by_when: 2026-07-02
    answers: [{id: stands, title: It stands, branches: [stands]}, {id: falls, title: It falls, branches: [falls]}]
    sources: [s]
prospects:
  until: 2026-12-31
  forks:
    - id: talks
      title: Do they agree?
      date: 2026-03-01
      kind: talks
      branches:
        - {id: calm, title: They agree, prior: [0.5, 0.6, 0.8], counts_as: peace, changes: [{withdraw: threat}]}
        - {id: clash, title: They do not, prior: [0.2, 0.4, 0.5], scenario: war}
      sources: [s]
    - id: court
      title: Does the duty stand?
      date: 2026-07-02
      kind: court
      independent: true
      branches:
        - {id: stands, title: It stands, prior: 0.75}
        - {id: falls, title: It falls, prior: 0.25, changes: [{withdraw: ten}, {withdraw: threat}]}
      sources: [s]
    - id: late
      title: Peace after all?
      date: 2026-09-01
      kind: summit
      after: [clash]
      branches:
        - {id: made, title: Peace is made, prior: 0.5, scenario: peace}
        - {id: not-made, title: It is not, prior: 0.5}
      sources: [s]
sources: [{id: s, title: A source, publisher: P}]
"""


def small_future(change: Callable[[dict[str, Any]], None] | None = None) -> Dossier:
    """The dossier above, its plain data changed by `change` first."""
    data = yaml.safe_load(TEXT)
    if change is not None:
        change(data)
    return parse_dossier(yaml.safe_dump(data, sort_keys=False), "small-future.yaml")


def day(text: str) -> datetime.date:
    """A date from 2026-03-01."""
    return datetime.date.fromisoformat(text)
