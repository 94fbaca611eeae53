"""A dossier of schema version 1 becomes one of version 2: what a ledger has is selected, the rest stays as it was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli import app
from detente.errors import BadDossier, InputError
from detente.policy.dossier import parse_dossier
from detente.policy.ledger import load_ledger
from detente.policy.migration import migrated
from small_dossier import small_dossier

TEMPLATE = small_dossier("trial", "A trial")
STEEL = """  # what everybody pays
  - id: us-232-steel
    title: In my own words
    by: USA
    on: all
    instrument: tariff
    rate_pct: {RATES}
    sectors: [IRS]
    coverage: 0.95
    announced: 2025-06-03
    effective: 2025-06-04
    exclusive_group: us-232-steel
    sources: [first-source]
  # after it

scenarios:"""


def with_steel(**change: str) -> str:
    """The small dossier of version 1 with a measure that the ledger has."""
    rates = load_ledger("us-china").measure("us-232-steel").rate_pct
    assert isinstance(rates, dict)
    entry = STEEL.replace("{RATES}", "{" + ", ".join(f"{k}: {v:g}" for k, v in rates.items()) + "}")
    for old, new in change.items():
        entry = entry.replace(f"    {old}: 0.95", f"    {old}: {new}")
    return TEMPLATE.replace("\nscenarios:", entry, 1)


def test_what_the_ledger_has_is_selected_and_the_rest_is_as_it_was() -> None:
    old = with_steel()
    found = migrated(old.encode(), "old.yaml")
    assert (found.ledger, found.selected) == ("us-china", ("us-232-steel",))
    d = parse_dossier(found.text)
    assert d.schema_version == 2
    assert dict(d.selected) == {"us-232-steel": 0}
    assert d.measure("us-232-steel").title != "In my own words"  # its words are the ledger's now
    before = parse_dossier(old)
    for day in (date(2025, 6, 3), date(2025, 6, 4), before.as_of):
        assert d.status(day) == before.status(day)
    kept = [line for line in old.splitlines() if line.startswith(("id:", "title:", "  - region", "scenarios:", "  # after"))]
    assert all(line in found.text.splitlines() for line in kept)
    assert "what everybody pays" in found.text


@pytest.mark.parametrize(("field", "value"), [("coverage", "0.9")])
def test_what_says_other_law_stays(field: str, value: str) -> None:
    old = with_steel(**{field: value})
    found = migrated(old.encode(), "old.yaml")
    assert (found.ledger, found.selected) == (None, ())
    assert found.text == old.replace("schema_version: 1", "schema_version: 2")


def test_a_file_of_law_alone_needs_no_measures() -> None:
    text = with_steel()
    at, end = text.index("  - id: example-tariff"), text.index("  # what everybody pays")
    text = (text[:at] + text[end:]).replace("example-tariff", "us-232-steel")
    found = migrated(text.encode(), "old.yaml")
    assert "\nmeasures:" not in found.text
    assert [m.id for m in parse_dossier(found.text).measures] == ["us-232-steel"]


def test_version_two_and_what_cannot_be_read_are_refused() -> None:
    with pytest.raises(InputError, match=r"new\.yaml is of schema version 2 already"):
        migrated(migrated(TEMPLATE.encode(), "old.yaml").text.encode(), "new.yaml")
    with pytest.raises(BadDossier, match=r"old\.yaml, line"):
        migrated(TEMPLATE.replace("by: USA", "by: usa", 1).encode(), "old.yaml")


def test_the_command_writes_the_file_and_check_says_that_one_is_old(tmp_path: Path) -> None:
    file = tmp_path / "trial.yaml"
    file.write_text(with_steel(), encoding="utf-8")
    checked = CliRunner().invoke(app, ["dossier", "check", str(file)])
    assert f"detente dossier migrate {file}" in checked.output
    done = CliRunner().invoke(app, ["dossier", "migrate", str(file)])
    assert done.exit_code == 0, done.output
    assert "1 of its measures selected from us-china" in done.output.replace("\n", " ")
    assert "migrate" not in CliRunner().invoke(app, ["dossier", "check", str(file)]).output
    other = tmp_path / "other.yaml"
    file.write_text(with_steel(), encoding="utf-8")
    assert CliRunner().invoke(app, ["dossier", "migrate", str(file), "--out", str(other)]).exit_code == 0
    assert file.read_text(encoding="utf-8") == with_steel()
    assert parse_dossier(other.read_bytes()).schema_version == 2
