"""Dossiers: loading, errors with line and field, checks against a world, scenario changes, mutilated files."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from detente.errors import BadDossier, UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import (
    Dossier,
    dossier_json_schema,
    list_dossiers,
    load_dossier,
    new_dossier_text,
    parse_dossier,
)
from detente.words.names import region_table, sector_table
from mutilation import mutilate

TEMPLATE = new_dossier_text("trial", 'A "trial" of the form')
REAL = files("detente").joinpath("data", "dossiers", "kuala-lumpur-2025.yaml").read_text(encoding="utf-8")


def refused(text: str) -> str:
    """The message with which `text` is refused."""
    with pytest.raises(BadDossier) as caught:
        parse_dossier(text, "trial.yaml")
    return str(caught.value)


def line_of(text: str, part: str) -> int:
    """Number of the first line of `text` that contains `part`."""
    return next(k for k, line in enumerate(text.splitlines(), start=1) if part in line)


def test_packaged_dossiers_load() -> None:
    assert "kuala-lumpur-2025" in list_dossiers()
    for name in list_dossiers():
        assert load_dossier(name).id == name


def test_packaged_dossier_fits_the_known_labels() -> None:
    assert load_dossier("kuala-lumpur-2025").check(tuple(region_table()), tuple(sector_table())) == []


def test_check_names_what_a_world_lacks() -> None:
    problems = load_dossier("kuala-lumpur-2025").check(("USA", "CHN"), ("ELE", "AGR"))
    assert "venue: region 'MYS' is not known" in problems
    assert any("sector 'IRS'" in p for p in problems)


def test_template_loads_and_keeps_its_title() -> None:
    d = parse_dossier(TEMPLATE)
    assert (d.id, d.title) == ("trial", 'A "trial" of the form')


def test_load_by_path(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    assert load_dossier(path) == load_dossier(str(path)) == parse_dossier(TEMPLATE)


def test_unknown_names_suggest() -> None:
    with pytest.raises(UnknownName, match="did you mean kuala-lumpur-2025"):
        load_dossier("kuala-lumpur")
    with pytest.raises(BadDossier, match="no such file"):
        load_dossier("nowhere/at-all.yaml")
    d = load_dossier("kuala-lumpur-2025")
    with pytest.raises(UnknownName, match="did you mean pessimistic"):
        d.scenario("pesimistic")
    with pytest.raises(UnknownName, match="did you mean us-threat-100"):
        d.measure("us-treat-100")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    rate_pct: 10 ", "    rate_pc: 10 ", "unknown key 'rate_pc' — did you mean 'rate_pct'?"),
        ("    rate_pct: 10 ", "    rate_pct: ten ", "measures[0].rate_pct"),
        ("    rate_pct: 10 ", "    rate_pct: .inf ", "measures[0].rate_pct"),
        ("    rate_pct: 10 ", "    rate_pct: true ", "a number is wanted"),
        ("    instrument: tariff ", "    instrument: tarif ", "did you mean 'tariff'?"),
        ("    coverage: 1.0 ", "    coverage: 1.2 ", "measures[0].coverage"),
        ("    effective: 2025-04-05", "    effective: 2025-02-30", "2025-02-30 is not a day of the calendar"),
        ("    announced: 2025-04-02", "    announced: 2025-06-02", "is after the measure starts"),
        ("    # expires: 2025-11-10", "    expires: 2025-04-05", "must be after the measure starts"),
        ("    # threatened: true ", "    threatened: true ", "a threat has 'would_take_effect'"),
        ("    # suspended: [{from: 2025-05-14, to: 2025-11-10}]", "    suspended: [{from: 2025-11-14, to: 2025-11-10}]",
         "must be after 'from'"),
        ("    on: CHN ", "    on: &here CHN ", "anchors and aliases"),
        ("    on: CHN ", "    on: !!python/name:os.system CHN ", "not allowed in a dossier"),
        ("    by: USA\n    on", "    by: USA\n    by: USA\n    on", "'by' is given twice"),
        ("    by: USA\n    on", "    by: USA: x\n    on", "not valid YAML"),
    ],
)  # fmt: skip
def test_errors_name_line_and_field(old: str, new: str, says: str) -> None:
    assert old in TEMPLATE
    text = TEMPLATE.replace(old, new, 1)
    message = refused(text)
    assert says in message
    assert message.startswith("BadDossier: trial.yaml, line ")


def test_error_line_is_the_line() -> None:
    text = TEMPLATE.replace("    rate_pct: 10 ", "    rate_pct: ten ", 1)
    assert f"line {line_of(text, 'rate_pct: ten')}, measures[0].rate_pct" in refused(text)
    text = TEMPLATE.replace("coverage: 1.0 ", "coverge: 1.0 ", 1)
    assert f"line {line_of(text, 'coverge')}," in refused(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    sources: [first-source]\n\nscenarios", "    sources: [frist-source]\n\nscenarios", "did you mean first-source"),
        ("    sources: [first-source]\n\nscenarios", "    sources: []\n\nscenarios", "at least 1 item"),
        ("changes: [{measure: example-tariff,", "changes: [{measure: exampel-tariff,", "did you mean example-tariff"),
        ("set: {rate_pct: 5}", "set: {rate: 5}", "did you mean rate_pct"),
        ("set: {rate_pct: 5}", "set: {rate_pct: five}", "invalid"),
        ("measures: [example-tariff]", "scenarios: [status-quoo]", "did you mean status-quo"),
        ("  - region: CHN\n", "  - region: USA\n", "party 'USA' is given twice"),
        ("schema_version: 1", "schema_version: 2", "schema_version"),
    ],
)
def test_references_must_exist(old: str, new: str, says: str) -> None:
    assert old in TEMPLATE
    assert says in refused(TEMPLATE.replace(old, new, 1))


def test_overlap_is_refused_on_loading() -> None:
    twin = "  - {id: twin, title: Twin, by: USA, on: CHN, instrument: tariff, rate_pct: 34, effective: 2025-05-01, "
    twin += "exclusive_group: g, sources: [first-source]}\n\nscenarios:"
    text = TEMPLATE.replace("    instrument: tariff ", "    exclusive_group: g\n    instrument: tariff ", 1)
    assert parse_dossier(text)
    assert "OverlappingMeasures" in refused(text.replace("\nscenarios:", twin, 1))


def test_size_depth_and_nonsense() -> None:
    assert "bytes" in refused("a: 1\n" + "# x" * 700_000)
    assert "nested deeper" in refused("a: " + "[" * 500 + "]" * 500)
    assert "empty" in refused("")
    assert "not str" in refused("just words")
    assert "one document" in refused("a: 1\n---\nb: 2\n")
    with pytest.raises(BadDossier, match="not UTF-8"):
        parse_dossier(b"a: \xff\xfe")


def test_norway_and_on_are_words() -> None:
    d = parse_dossier(TEMPLATE.replace("    on: CHN ", "    on: [NO, CHN] ", 1))
    assert d.measures[0].on == ("NO", "CHN")


def test_changes() -> None:
    d = load_dossier("kuala-lumpur-2025")
    ten = Change.model_validate({"measure": "us-reciprocal-country", "set": {"rate_pct.MYS": 10}})
    changed = {m.id: m for m in apply_changes(d.measures, [ten])}["us-reciprocal-country"]
    assert changed.rate_points("MYS") == 10
    assert changed.rate_points("VNM") == 20
    gone = apply_changes(d.measures, [Change(withdraw="us-threat-100")])
    assert len(gone) == len(d.measures) - 1
    with pytest.raises(UnknownName, match="did you mean us-threat-100"):
        apply_changes(d.measures, [Change(withdraw="us-threat-10")])


def test_schema_describes_the_dossiers() -> None:
    schema = dossier_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data = load_dossier("kuala-lumpur-2025").model_dump(mode="json", by_alias=True)
    jsonschema.Draft202012Validator(schema).validate(data)


def test_round_trip() -> None:
    d = load_dossier("kuala-lumpur-2025")
    again = Dossier.model_validate(d.model_dump(by_alias=True))
    assert again == d


@pytest.mark.parametrize("base", ["template", "real"])
def test_mutilated_files_are_refused_or_valid(base: str) -> None:
    rng = random.Random(20251018)
    text, runs = (TEMPLATE, 550) if base == "template" else (REAL, 30)
    refusals = 0
    for _ in range(runs):
        broken = mutilate(text, rng)
        said = None
        try:
            parse_dossier(broken, "broken.yaml")
        except BadDossier as error:  # anything else fails the test
            said = str(error)
        if said is not None:
            refusals += 1
            assert said.startswith("BadDossier: broken.yaml, line ")
    assert refusals > runs // 3


def test_plain_yaml_readers_agree_on_the_text() -> None:
    # Editors use YAML 1.1 or 1.2; apart from the key `on` (a boolean in 1.1) both must see what we see.
    assert isinstance(yaml.safe_load(REAL), dict)
