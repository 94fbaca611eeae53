"""What a dossier's published figures must say: a bad entry is refused with file, line and field."""

from __future__ import annotations

import re

import pytest

from detente.errors import BadDossier
from detente.policy.dossier import parse_dossier
from small_dossier import small_dossier

ENTRY = """
published:
  - id: theirs
    who: A lab
    scenario: Duties of a day
    quantity: Real GDP
    region: USA
    value: -1.5
    low: -2
    high: -1
    unit: "%"
    time_basis: first year
    measure: real_gdp
    policy_day: 2025-10-01
    horizon: short
    why: They have unemployment
    sources: [first-source]
"""
TEMPLATE = small_dossier("trial", "A trial")


def text_of(entry: str) -> str:
    return TEMPLATE.replace("\nsources:\n", entry + "sources:\n", 1)


def refused(entry: str) -> tuple[int, str, str]:
    """Line, field and message of the refusal."""
    with pytest.raises(BadDossier) as caught:
        parse_dossier(text_of(entry), "trial.yaml")
    said = re.match(r"BadDossier: trial\.yaml, line (\d+), ([^:]+): (.*)", str(caught.value))
    assert said is not None, str(caught.value)
    return int(said[1]), said[2], said[3]


def line_of(entry: str, part: str) -> int:
    """The line of the file on which the entry has `part`."""
    lines = text_of(entry).splitlines()
    return next(k for k, line in enumerate(lines, start=1) if line.strip().startswith(part) and "published:" in lines[:k])


def test_a_whole_entry_is_read() -> None:
    (p,) = parse_dossier(text_of(ENTRY)).published
    assert (p.measure, p.horizon, p.against, p.two_blocs) == ("real_gdp", "short", "reference", False)


def test_an_entry_of_the_old_form_is_read_and_not_compared() -> None:
    old = ENTRY
    for line in ("measure: real_gdp", "policy_day: 2025-10-01", "horizon: short", "why: They have unemployment"):
        old = old.replace(f"    {line}\n", "")
    assert parse_dossier(text_of(old)).published[0].measure is None


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ("measure: real_gdp", "measure: gdp", "measure", "measure", "'gdp'"),
        ("    measure: real_gdp\n", "", "policy_day", "policy_day", "only with measure"),
        ("    policy_day: 2025-10-01\n", "", "measure", "measure", "name one policy to run"),
        (
            "horizon: short",
            "horizon: short\n    compare_with: ease",
            "compare_with",
            "compare_with",
            "not policy_day, compare_with",
        ),
        ("horizon: short", "horizon: decade", "horizon", "horizon", "'short'"),
        ("    horizon: short\n", "", "measure", "measure", "needs one time"),
        ("horizon: short", "horizon: short\n    month: 12", "month", "month", "needs one time"),
        ("horizon: short", "month: -1", "month", "month", "0"),
        ("    why: They have unemployment\n", "", "measure", "measure", "says why"),
        ("why: They", "why_not: They", "why_not", "why_not", "not compared"),
        ("policy_day: 2025-10-01", "two_blocs: true", "two_blocs", "two_blocs", "against: status-quo"),
        ("policy_day: 2025-10-01", "policy_day: 1 October", "policy_day", "policy_day", "a day is written as"),
        ("policy_day: 2025-10-01", "compare_with: nowhere", "compare_with", "compare_with", "nowhere"),
        (
            "policy_day: 2025-10-01",
            "two_blocs: true\n    against: status-quo\n    ledger: world",
            "ledger",
            "ledger",
            "policy_day",
        ),
        ("horizon: short", "horizon: short\n    ledger: worlds", "ledger", "ledger", "did you mean"),
        ("horizon: short", "horizon: short\n    tuned_to: A9999", "tuned_to", "tuned_to", "A9999"),
        ("horizon: short", "horizon: short\n    partner: CHN", "partner", "partner", "no partner CHN"),
        ("measure: real_gdp", "measure: goods_trade", "measure", "measure", "needs a partner"),
        ("measure: real_gdp", "measure: duty_rise", "horizon", "horizon", "law of the day"),
        ("low: -2", "low: 2", "low", "low", "above high"),
        ("who: A lab", "who: A lab\n    whom: them", "whom", "whom", "unknown key"),
    ],
)
def test_a_bad_entry_is_refused(old: str, new: str, line: str, field: str, says: str) -> None:
    entry = ENTRY.replace(old, new)
    assert entry != ENTRY
    at, where, told = refused(entry)
    assert at == line_of(entry, line)
    assert where == f"published[0].{field}"
    assert says in told


def test_exports_need_a_region_and_real_gdp_may_be_the_worlds() -> None:
    whole = ENTRY.replace("    region: USA\n", "")
    assert parse_dossier(text_of(whole)).published[0].region is None
    entry = whole.replace("real_gdp", "exports")
    assert refused(entry)[1:] == ("published[0].measure", "'exports' needs a region")


def test_changes_of_measures_there_are_not_are_refused() -> None:
    entry = ENTRY.replace("horizon: short", "horizon: short\n    changes: [{withdraw: nothing-like-it}]")
    with pytest.raises(BadDossier, match=r"published 'theirs'.*nothing-like-it"):
        parse_dossier(text_of(entry))
