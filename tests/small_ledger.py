"""A ledger of two measures, as text, for tests."""

SMALL = """\
schema_version: 1
id: trial
title: A trial
summary: One duty and its pause.
as_of: 2026-11-23
clocks:
  USA: {zone: America/New_York}
measures:
  - id: ten
    title: Ten points
    by: USA
    on: [CHN]
    instrument: tariff
    rate_pct: 10
    coverage: {default: 1, ELE: 0.2}
    announced: 2025-04-02
    effective: 2025-04-05
    suspended: [{from: 2025-05-14, to: 2025-11-10}]
    unknown_from: 2026-11-10
    clock: "00:01"
    products: {system: HS, vintage: "2022", codes: ["8542"]}
    sources: [order]
  - id: steel
    title: Steel
    by: USA
    on: all
    instrument: tariff
    rate_pct: 50
    base: replaces
    replaces: [ten]
    sectors: [IRS]
    announced: 2025-06-03
    effective: 2025-06-04
    exclusive_group: steel
    sources: [order]
history:
  - {date: 2025-05-12, kind: truce, text: A pause, sources: [order]}
published:
  - {by: USA, on: CHN, date: 2025-04-05, pct: 9, definition: piie-like, tolerance_pp: 2, sources: [order]}
sources:
  - {id: order, title: An order, publisher: The Register, url: "https://example.org/order", date: 2025-04-02, read: 2026-11-23}
"""
