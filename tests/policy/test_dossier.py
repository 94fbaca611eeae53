"""Dossiers: loading, errors with line and field, checks against a world, scenario changes, mutilated files."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

from detente.cases.baselines import BASELINES
from detente.checks import FIRST_DAY, LAST_DAY
from detente.cli import app
from detente.errors import BadDossier, InputError, UnknownName
from detente.outlook.record import load_record
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import (
    Dossier,
    dossier_json_schema,
    list_dossiers,
    load_dossier,
    parse_dossier,
)
from detente.policy.doubts import doubts, doubts_of
from detente.policy.ledger import load_ledger
from detente.policy.parts import BASELINE_NAMES, Source
from detente.policy.reading import read_yaml, validate
from detente.words.names import region_table, resolve_regions, sector_table
from mutilation import mutilate
from small_dossier import small_dossier

TEMPLATE = small_dossier("trial", 'A \\"trial\\" of the form')
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
    text = TEMPLATE.replace("title: Ten", "title: \x07Ten", 1)  # the reader of YAML tells a position only
    assert f"line {line_of(text, 'title: ' + chr(7))}: not valid YAML: unacceptable character #x0007" in refused(text)
    text = TEMPLATE.replace("coverage: 1.0 ", "coverge: 1.0 ", 1)
    assert f"line {line_of(text, 'coverge')}," in refused(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    sources: [first-source]\n\nscenarios", "    sources: [frist-source]\n\nscenarios", "did you mean first-source"),
        ("    sources: [first-source]\n\nscenarios", "    sources: []\n\nscenarios", "at least 1 needed"),
        ("changes: [{measure: example-tariff,", "changes: [{measure: exampel-tariff,", "did you mean example-tariff"),
        ("set: {rate_pct: 5}", "set: {rate: 5}", "did you mean rate_pct"),
        ("set: {rate_pct: 5}", "set: {rate_pct: five}", "invalid"),
        ("measures: [example-tariff]", "scenarios: [status-quoo]", "did you mean status-quo"),
        ("  - region: CHN\n", "  - region: USA\n", "party 'USA' is given twice"),
        ("schema_version: 1", "schema_version: 3", "schema_version"),
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
    for deep in ("[" * 500 + "]" * 500, "[" * 100_000, "{" * 5_000, "[{a: " * 1_000, "\n" + "- " * 30_000, "\n" + "? " * 3_000):
        assert "nested deeper than 40 levels" in refused("a: " + deep)
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


def test_the_whole_map_is_set_before_its_entries() -> None:
    """However a change was written: a run file sorts it, a kept answer is found under the sorted one."""
    d = load_dossier("kuala-lumpur-2025")
    for told in ({"rate_pct.MYS": 10, "rate_pct": {"VNM": 25}}, {"rate_pct": {"VNM": 25}, "rate_pct.MYS": 10}):
        change = Change.model_validate({"measure": "us-reciprocal-country", "set": told})
        changed = {m.id: m for m in apply_changes(d.measures, [change])}["us-reciprocal-country"]
        assert changed.rate_pct == {"VNM": 25, "MYS": 10}


def backwards(data: Any) -> Any:
    """`data` with the entries of every map in the other order."""
    if isinstance(data, dict):
        return {k: backwards(data[k]) for k in reversed(list(data))}
    return [backwards(v) for v in data] if isinstance(data, list) else data


@pytest.mark.parametrize("name", list_dossiers())
def test_a_dossier_is_the_same_in_whatever_order_its_maps_were_written(name: str) -> None:
    d = load_dossier(name)
    content = d.model_dump(mode="json", by_alias=True, exclude_unset=True)
    again = parse_dossier(json.dumps(backwards(content)), "again.yaml")
    assert again.model_dump_json(by_alias=True) == d.model_dump_json(by_alias=True)


def as_json(data: Any) -> Any:
    """What a YAML file holds, with days as JSON has them."""
    if isinstance(data, dict):
        return {k: as_json(v) for k, v in data.items()}
    if isinstance(data, list):
        return [as_json(v) for v in data]
    return data.isoformat() if isinstance(data, date) else data


@pytest.mark.parametrize("name", list_dossiers())
def test_schema_accepts_what_is_shipped_as_it_is_written_and_as_it_is_dumped(name: str) -> None:
    schema = dossier_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    text = files("detente").joinpath("data", "dossiers", f"{name}.yaml").read_bytes()
    check.validate(as_json(read_yaml(text, name)[0]))
    check.validate(load_dossier(name).model_dump(mode="json", by_alias=True, exclude_unset=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rate_pct: 10 ", "rate_pc: 10 "), ("instrument: tariff ", "instrument: tarif "), ("rate_pct: 10 ", "rate_pct: ten "),
        ("effective: 2025-04-05", "effective: 5 April 2025"), ("    by: USA\n    on", "    on"),
        ("coverage: 1.0 ", "coverage: 1.2 "),
        ("schema_version: 1", "schema_version: 3"), ("    on: CHN ", "    on: china "),
        ("measures:\n", "law: [{by: USA}]\nmeasures:\n"),
    ],
)  # fmt: skip
def test_schema_refuses_what_the_reader_refuses(old: str, new: str) -> None:
    check = jsonschema.Draft202012Validator(dossier_json_schema(), format_checker=jsonschema.FormatChecker())
    assert old in TEMPLATE
    assert check.is_valid(as_json(read_yaml(TEMPLATE, "t")[0]))
    broken = TEMPLATE.replace(old, new, 1)
    assert refused(broken)
    assert not check.is_valid(as_json(read_yaml(broken, "t")[0]))


def test_schema_wants_law_or_measures() -> None:
    check = jsonschema.Draft202012Validator(dossier_json_schema())
    data = as_json(read_yaml(TEMPLATE, "t")[0])
    del data["measures"]
    assert not check.is_valid(data)
    assert check.is_valid(data | {"law": [{"ledger": "us-china", "by": "USA", "on": ["CHN"], "over": False}]})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("effective: 2025-04-05", "effective: 05/04/2025", "a day is written as 2025-04-05 (got '05/04/2025')"),
        ("effective: 2025-04-05", "effective: 45752", "(got 45752; did you mean 2025-04-05?)"),
        ("effective: 2025-04-05", "effective: 20250405", "(got 20250405; did you mean 2025-04-05?)"),
        ("effective: 2025-04-05", "effective: 20251332", "a day is written as 2025-04-05 (got 20251332)"),
        ("effective: 2025-04-05", "effective: 2025-4-5", "did you mean 2025-04-05?"),
        ("effective: 2025-04-05", "effective: 2025-04-05T12:00:00", "without a time (got '2025-04-05T12:00:00'; did you"),
        ("as_of: 2025-10-18", "as_of: 18.10.2025", "a day is written as 2025-04-05 (got '18.10.2025')"),
        ("rate_pct: 10 ", "rate_pct: 12,5 ", "a number is wanted, as 12.5 (got '12,5'; did you mean 12.5?)"),
        ("rate_pct: 10 ", "rate_pct: 12.5% ", "did you mean 12.5?"),
        ("rate_pct: 10 ", "rate_pct: 12,500 ", "a number is wanted, as 12.5 (got '12,500')"),
        ("rate_pct: 10 ", "rate_pct: ten ", "a number is wanted, as 12.5 (got 'ten')"),
        ("coverage: 1.0 ", "coverage: 40% ", "did you mean 0.4?"),
        ("coverage: 1.0 ", "coverage: {ELE: 40 %, default: 1} ", "did you mean 0.4?"),
    ],
)  # fmt: skip
def test_days_and_numbers_as_spreadsheets_write_them_are_told_once_with_what_was_meant(old: str, new: str, says: str) -> None:
    text = TEMPLATE.replace(old, new, 1)
    message = refused(text)
    assert says in message
    assert f"line {line_of(text, new.strip())}," in message
    assert "\n" not in message  # no second fault that only follows from it


def test_round_trip() -> None:
    d = load_dossier("kuala-lumpur-2025")
    again = Dossier.model_validate(d.model_dump(by_alias=True))
    assert again == d.model_copy(update={"law": ()})  # a dump holds what was selected, not how


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


def test_a_fault_inside_a_list_is_told_once() -> None:
    content = load_dossier("kuala-lumpur-2025").model_dump(mode="json", by_alias=True, exclude_unset=True)
    content["parties"][0]["motives"] = []
    with pytest.raises(BadDossier) as told:
        validate(Dossier, content, {}, "dossier")
    message = str(told.value)
    assert "parties[0].motives: at least 1 needed, 0 given" in message
    assert "\n" not in message  # two parties are given; that one could not be read follows from the fault inside
    content["parties"] = content["parties"][1:]
    with pytest.raises(BadDossier, match=r"parties: at least 2 needed, 1 given"):
        validate(Dossier, content, {}, "dossier")


SECOND = """  - {id: second, title: Another, by: USA, on: CHN, instrument: tariff, rate_pct: 5, base: replaces,
     replaces: [example-tariff],
     effective: 2025-05-01, sources: [first-source]}

scenarios:"""
FORK = """prospects:
  until: 2026-01-01
  forks:
    - id: talks
      title: What comes?
      date: 2025-11-01
      kind: talks
      sources: [first-source]
      branches: [{id: yes-b, title: Yes, prior: 0.5}, {id: no-b, title: No, prior: 0.5}]

sources:
"""


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("    on: CHN ", "    on: [] #", "on: []", "the list is empty"),
        ("    sectors: goods ", "    sectors: [] #", "sectors: []", "the list is empty"),
        ("    on: CHN ", "    on: [USA, CHN] #", "on: [USA, CHN]", "a government's duty on itself"),
        ("    rate_pct: 10 ", "    rate_pct: {MYS: 10} #", "rate_pct: {MYS", "'rate_pct' names MYS"),
        ("    base: additive ", "    base: replaces\n    replaces: [example-tariff] #", "replaces: [exa", "names itself"),
        ("    base: additive ", "    yields_to: [example-tariff] #", "yields_to", "names itself"),
        ("    # threatened", "    suspended: [{from: 2019-01-01, to: 2020-01-01}] #", "- id: example-", "outside its own"),
        ("    # threatened", "    expires: 2025-11-10\n    suspended: [{from: 2025-11-10}] #", "- id: example-", "outside its"),
        ("    # threatened", "    assumptions: [A9999] #", "assumptions", "'A9999'"),
        ("    rate_pct: 10 ", "    cost_pct: -51 #", "cost_pct", "below -50 %"),
        ("as_of: 2025-10-18", "as_of: 1500-01-01", "schema_version", "'as_of' (1500-01-01) lies outside 1800 to 2100"),
        ("effective: 2025-04-05", "effective: 9999-12-31", "- id: example-tariff", "'effective' (9999-12-31) lies outside"),
        ("  date: 2025-01-20", "  date: 2090-01-20", "date: 2090", "after the dossier's date"),
        ("by_when: 2025-11-10", "by_when: 1900-01-01", "by_when", "before 2025-10-18"),
        ("schema_version: 1", "schema_version: true", "schema_version", "not true or false"),
        ('title: "A', 'title: "\\fA', "title", "the control character U+000C"),
        ('title: "A', 'title: "\\u202eA', "title", "the control character U+202E"),
        ("    title: Ten points on all goods", '    title: "  "', '    title: "  "', "nothing but blanks"),
        ("objective: {growth: 1.0}", "objective: {growth: -1000}", "objective", "a weight of -1000 on growth"),
        ("objective: {growth: 1.0}", "objective: {growth: -1}", "objective", "no government here wants to be poorer"),
        ("objective: {growth: 1.0}", "objective: {employment: {ELE: 1.0e+9}}", "objective", "on employment, ELE"),
        ("      - stance: ease", "      - stance: hold", "- region: USA", "'hold' is given twice"),
        ("    base: additive ", "    base: replaces\n    replaces: [example-tarif] #", "- id: example-t", "mean example-tariff"),
        ("    measures: [example-tariff]", "    scenarios: [nowhere]", "    scenarios: [nowhere]", "scenario 'nowhere'"),
        ("measures:\n", "exercises:\n  - {id: e, title: T, kind: subsidy, by: USA, sectors: [ELE], size: 5,"
         " measures: [example-tarif], sources: [first-source]}\nmeasures:\n", "  - {id: e", "did you mean example-tariff"),
        ("measures:\n", "bystanders:\n  - {region: CHN, position: x, sources: [first-source]}\nmeasures:\n", "CHN, p", "a party"),
        (
            "measures:\n",
            "bystanders:\n" + "  - {region: MYS, position: x, sources: [first-source]}\n" * 2 + "measures:\n",
            "  - {region: MYS, position",
            "bystander MYS is a bystander already",
        ),
        (
            "    measures: [example-tariff]",
            "    answers: [{id: a, title: A}, {id: b, title: B}]",
            "- id: first-question",
            "no answer has any likelihood",
        ),
    ],
)  # fmt: skip
def test_nonsense_is_refused_where_it_stands(old: str, new: str, at: str, says: str) -> None:
    assert old in TEMPLATE
    text = TEMPLATE.replace(old, new, 1)
    line = line_of(text, at)
    assert any(f"line {k}, " in refused(text) for k in (line, line + 1))  # the second of two twins stands a line below
    assert says in refused(text)


def test_a_circle_of_measures_is_refused() -> None:
    text = TEMPLATE.replace("\nscenarios:", SECOND, 1)
    assert parse_dossier(text)
    assert "example-tariff → second → example-tariff" in refused(
        text.replace("    base: additive ", "    base: replaces\n    replaces: [second] #", 1)
    )
    same_way = text.replace("    base: additive ", "    yields_to: [second] #", 1)
    assert parse_dossier(same_way).measures[0].yields_to == ("second",)
    other_way = text.replace("effective: 2025-05-01,", "effective: 2025-05-01, yields_to: [example-tariff],", 1)
    assert "in a circle" in refused(other_way)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  until: 2026-01-01", "  until: 9999-12-31", "'until' (9999-12-31) lies outside"),
        ("  until: 2026-01-01", "  until: 2026-01-01\n  record: us-chain", "did you mean us-china"),
        (
            "  until: 2026-01-01",
            "  until: 2026-01-01\n  weights: {base_rate: 0, stand_off: 0, analyst: 0}",
            "all three weights are 0",
        ),
        ("  until: 2026-01-01", "  until: 2026-01-01\n  weights: {base_rate: 1.5}", "less than or equal to 1"),
        ("prior: 0.5}, {id: no-b", "prior: [0.5, 0.5, 1.5]}, {id: no-b", "less than or equal to 1"),
        (
            "  until: 2026-01-01",
            "  until: 2026-01-01\n  signals: [{id: s, date: 2090-01-01, text: x, fork: talks, likelihood: {yes-b: 2}, "
            "sources: [first-source]}]",
            "after the dossier's date",
        ),
    ],
)
def test_nonsense_in_prospects_is_refused(old: str, new: str, says: str) -> None:
    text = TEMPLATE.replace("\nsources:\n", "\n" + FORK, 1)
    assert parse_dossier(text).prospects is not None
    assert says in refused(text.replace(old, new, 1))


def test_a_change_may_cut_a_measure_short() -> None:
    dossier = parse_dossier(TEMPLATE.replace("    # threatened", "    suspended: [{from: 2025-11-10, to: 2026-11-10}] #", 1))
    (cut,) = apply_changes(
        dossier.measures, [Change.model_validate({"measure": "example-tariff", "set": {"expires": "2025-10-20"}})]
    )
    assert cut.stop is not None
    assert cut.stop < cut.suspended[0].start


REGIONS, SECTORS = ("USA", "CHN", "MYS", "SGP"), ("ELE", "IRS")


def test_a_group_is_not_a_government() -> None:
    dossier = parse_dossier(TEMPLATE.replace("    by: USA", "    by: ASEAN", 1))
    (problem,) = [p for p in dossier.check(REGIONS, SECTORS) if "example-tariff" in p]
    assert "ASEAN is a group (MYS, SGP); a measure is one government's" in problem
    assert not any("is a group" in p for p in dossier.check((*REGIONS, "ASEAN"), SECTORS))
    party = parse_dossier(TEMPLATE.replace("  - region: CHN", "  - region: ASEAN", 1))
    assert any("party ASEAN: ASEAN is a group" in p for p in party.check(REGIONS, SECTORS))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    on: CHN ", "    on: CHN #", None),
        (
            "    on: CHN ",
            "    on: all\n    except_on: [CHN, MYS, SGP] #",
            "on all but CHN, MYS, SGP, and that is no other economy",
        ),
        ("    on: CHN ", "    on: JPN #", "it is on JPN, and that is no other economy"),
        ("    sectors: goods ", "    sectors: {except: [ELE, IRS]} #", "it reaches no sector"),
        ("    coverage: 1.0 ", "    coverage: {default: 0} #", "its coverage is 0"),
        ("    rate_pct: 10 ", "    rate_pct: 0 #", "its duty is 0"),
        ("    by: USA", "    by: JPN", "JPN is not a region"),
        ("    # threatened", "    in_baseline: true #", None),
        ("    # threatened", "    modelled: false\n    why_not: no trade #", None),
    ],
)
def test_what_changes_nothing_is_told(old: str, new: str, says: str | None) -> None:
    dossier = parse_dossier(TEMPLATE.replace(old, new, 1))
    found = dossier.never_effective(REGIONS, SECTORS)
    assert found == dossier.without_effect(REGIONS, SECTORS)
    if says is None:
        assert found == {}
    else:
        assert says in found["example-tariff"]
    assert dossier.without_effect(REGIONS, SECTORS, "status-quo") == found


def test_an_exemption_and_a_cap_of_zero_have_an_effect() -> None:
    text = TEMPLATE.replace("\nscenarios:", SECOND.replace("rate_pct: 5", "rate_pct: 0"), 1)
    assert parse_dossier(text).never_effective(REGIONS, SECTORS) == {}
    assert parse_dossier(
        TEMPLATE.replace("rate_pct: 10 ", "rate_pct: 0\n    base: cap #").replace("    base: additive ", "    # ", 1)
    )


def test_the_packaged_dossiers_leave_nothing_out() -> None:
    for name in list_dossiers():
        assert load_dossier(name).never_effective(tuple(region_table()), tuple(sector_table())) == {}


TWO = TEMPLATE.replace("on: CHN  ", "on: [CHN, ASEAN]  ")
"""The starter with a duty on China and a group."""
TWIN = """  - id: twin
    title: The same again
    by: USA
    on: [MEX, CHN]
    instrument: tariff
    rate_pct: 10
    effective: 2025-04-05
    sources: [first-source]
"""
ESCALATE = """      - stance: escalate
        title: Fifty points more
        changes:
          - add: {id: fifty, title: Fifty points, by: USA, on: CHN, instrument: tariff, rate_pct: 50, effective: 2026-01-01,
                  sources: [first-source]}
        sources: [first-source]
    sources: [first-source]
  - region: CHN
"""


def _partner_share(code: str) -> str:
    return TWO.replace("    sectors: goods", f"    coverage_by_partner: {{{code}: 0.5}}\n    sectors: goods")


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        (TEMPLATE.replace("on: CHN  ", "on: USA  "), "    on: USA", "a government's duty on itself does nothing"),
        (TEMPLATE.replace("on: CHN  ", "on: [CHN, USA]  "), "on: [CHN, USA]", "a government's duty on itself does nothing"),
        (TWO.replace("rate_pct: 10  ", "rate_pct: {CHN: 10, USA: 5}  "), "rate_pct: {CHN", "names USA, whose measure it is"),
        (TEMPLATE.replace("rate_pct: 10  ", "rate_pct: {MYS: 10}  "), "rate_pct: {MYS", "none of those the measure is on"),
        (TEMPLATE.replace("rate_pct: 10  ", "rate_pct: {}  "), "rate_pct: {}", "names nobody"),
        (TWO.replace("rate_pct: 10  ", "rate_pct: {MYS: 10}\n    except_on: ASEAN  "), "rate_pct: {MYS", "names MYS"),
        (_partner_share("USA"), "coverage_by_partner", "names USA, whose measure it is"),
        (TEMPLATE.replace("scenarios:\n", TWIN + "\nscenarios:\n"), "id: twin", "'example-tariff' and 'twin' are one duty"),
    ],
)  # fmt: skip
def test_what_would_do_nothing_or_count_twice_is_refused_by_line(text: str, at: str, says: str) -> None:
    told = refused(text)
    assert says in told
    assert f"trial.yaml, line {line_of(text, at)}, measures[" in told


def test_shares_of_an_economy_and_maps_with_groups_stay() -> None:
    d = parse_dossier(_partner_share("MYS"))
    assert d.measures[0].share("MYS", "TEX") == 0.5
    assert d.measures[0].share("VNM", "TEX") == 1.0
    d = parse_dossier(TWO.replace("rate_pct: 10  ", "rate_pct: {ASEAN: 10}  "))
    assert d.without_effect(tuple(region_table()), tuple(sector_table())) == {}


@pytest.mark.parametrize(
    "apart",
    [
        "rate_pct: 10\n    authority: Another act",
        "rate_pct: 11",
        "rate_pct: 10\n    coverage: 0.5",
        "rate_pct: 10\n    sectors: [ELE]",
    ],
)
def test_two_duties_that_are_not_one_may_add_up(apart: str) -> None:
    twin = TWIN.replace("rate_pct: 10", apart)
    text = TEMPLATE.replace("scenarios:\n", twin + "\nscenarios:\n").replace(
        "    coverage: 1.0", "    authority: An act\n    coverage: 1.0"
    )
    assert len(parse_dossier(text).measures) == 2


def test_a_later_step_or_another_partner_is_no_twin() -> None:
    for old, new in (("2025-04-05", "2025-05-05"), ("[MEX, CHN]", "MEX")):
        assert len(parse_dossier(TEMPLATE.replace("scenarios:\n", TWIN.replace(old, new) + "\nscenarios:\n")).measures) == 2


def test_a_scenario_cannot_add_a_duty_that_is_there() -> None:
    duty = "by: USA, on: CHN, instrument: tariff, rate_pct: 10, effective: 2025-04-05"
    added = f"{{add: {{id: again, title: Again, {duty}, sources: [first-source]}}}}"
    text = TEMPLATE.replace("    policy_date: 2025-10-18\n", f"    policy_date: 2025-10-18\n    changes: [{added}]\n")
    told = refused(text)
    assert "'example-tariff' and 'again' are one duty entered twice" in told
    assert f"line {line_of(text, 'changes: [{add')}, scenarios[0].changes[0].add" in told


THREAT = """  - id: threat-50
    title: Fifty points more (threat)
    by: USA
    on: CHN
    instrument: tariff
    rate_pct: 50
    announced: 2025-10-10
    threatened: true
    would_take_effect: 2025-11-01
    sources: [first-source]

scenarios:
  - id: war
    title: The threat is carried out
    summary: Fifty points more.
    narrative: Fifty points more.
    policy_date: 2025-10-18
    changes: [{measure: threat-50, carry_out: true}]
    sources: [first-source]
"""


def test_a_scenario_read_before_its_change_starts_is_refused_by_line() -> None:
    text = TEMPLATE.replace("scenarios:\n", THREAT)
    told = refused(text)
    assert "the scenario 'war' is read on 2025-10-18, but 'threat-50' starts on 2025-11-01 only" in told
    assert f"trial.yaml, line {line_of(text, 'carry_out')}, scenarios[0].changes[0]" in told
    war, dawn = (
        "narrative: Fifty points more.\n    policy_date: 2025-10-18",
        "narrative: Fifty points more.\n    policy_date: 2025-11-01",
    )
    d = parse_dossier(text.replace(war, dawn))
    chn, usa, tex = (tuple(region_table()).index("CHN"), tuple(region_table()).index("USA"), tuple(sector_table()).index("TEX"))
    stacks = [d.stack(s, tuple(region_table()), tuple(sector_table())).tariffs[chn, usa, tex] for s in ("status-quo", "war")]
    assert stacks == pytest.approx([0.10, 0.60])


def test_a_stance_read_before_its_change_starts_is_refused_by_line() -> None:
    text = TEMPLATE.replace("    sources: [first-source]\n  - region: CHN\n", ESCALATE, 1)
    told = refused(text)
    assert "the stance 'USA escalate' is read on 2025-10-18, but 'fifty' starts on 2026-01-01 only" in told
    assert f"trial.yaml, line {line_of(text, 'add: {id: fifty')}, parties[0].stances[2].changes[0]" in told
    later = text.replace("policy_date: 2025-10-18", "policy_date: 2026-01-01")
    assert parse_dossier(later).stances_day.isoformat() == "2026-01-01"


def test_a_scenario_may_put_off_what_was_to_come() -> None:
    text = TEMPLATE.replace("    effective: 2025-04-05", "    effective: 2025-12-01").replace(
        "    policy_date: 2025-10-18\n",
        "    policy_date: 2025-10-18\n    changes: [{measure: example-tariff, set: {effective: 2026-03-01}}]\n",
    )
    text = text.replace("        changes: [{measure: example-tariff, set: {rate_pct: 5}}]\n", "")
    assert parse_dossier(text).scenario("status-quo").changes[0].target == "example-tariff"


def test_check_asks_about_a_step_that_adds_up(tmp_path: Path) -> None:
    step = TWIN.replace("2025-04-05", "2025-05-05").replace("rate_pct: 10", "rate_pct: 20")
    text = TEMPLATE.replace("scenarios:\n", step + "\nscenarios:\n")
    file = tmp_path / "steps.yaml"
    file.write_text(text, encoding="utf-8")
    (told,) = doubts_of(file)
    assert told.startswith(f"{file}, line {line_of(text, 'id: twin')}, measures[1]: from 2025-05-05 'example-tariff' and 'twin'")
    shown = CliRunner().invoke(app, ["dossier", "check", str(file)])
    assert shown.exit_code == 0
    assert "look again: " in shown.output
    acts = text.replace("    coverage: 1.0", "    authority: An act\n    coverage: 1.0")
    for apart in ("\n    authority: A second act", "\n    expires: 2026-01-01", "\n    sectors: [ELE]"):
        assert doubts(parse_dossier(acts.replace("    rate_pct: 20", "    rate_pct: 20" + apart))) == []
    assert all(doubts(load_dossier(name)) == [] for name in list_dossiers())


def test_shares_may_be_by_group() -> None:
    d = parse_dossier(TEMPLATE.replace("on: CHN  ", "on: [CHN, MYS, VNM]  ").replace(
        "coverage: 1.0 ", "coverage: 0.9\n    coverage_by_partner: {ASEAN: {ELE: 0.2, default: 0.5}, VNM: 0.3} ", 1
    ))  # fmt: skip
    m = d.measures[0]
    assert (m.share("MYS", "ELE"), m.share("MYS", "AGR"), m.share("VNM", "ELE"), m.share("CHN", "ELE")) == (0.2, 0.5, 0.3, 0.9)
    stack = d.stack(None, ("USA", "CHN", "MYS", "VNM"), ("ELE", "AGR"))
    assert stack.tariffs[1:, 0].ravel().tolist() == pytest.approx([0.09, 0.09, 0.02, 0.05, 0.03, 0.03])
    with pytest.raises(BadDossier, match="names ROW, and none of those"):
        parse_dossier(TEMPLATE.replace("coverage: 1.0 ", "coverage_by_partner: {ROW: 0.5} ", 1))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("DEU", "'DEU' — it is part of EU27 (European Union)"), ("CHE", "'CHE' — it is part of EFT (EFTA)"),
        ("ROU", "'ROU' — it is part of EU27"), ("ROM", "'ROM' — it is part of EU27"), ("UK", "'UK' — it is written GBR"),
    ],
)  # fmt: skip
def test_errors_know_members_and_other_spellings(code: str, says: str) -> None:
    d = parse_dossier(TEMPLATE.replace("    on: CHN ", f"    on: [CHN, {code}] ").replace("region: MYS", f"region: {code}"))
    problems = d.check(tuple(region_table()), tuple(sector_table()))
    assert [p for p in problems if p.startswith("venue")] == [p for p in problems if p.startswith("venue") and says in p] != []
    assert any(p.startswith("measure 'example-tariff'") and says in p for p in problems)
    with pytest.raises(UnknownName, match=re.escape(says)):
        resolve_regions(code, tuple(region_table()))


RECORD = """schema_version: 1
id: mine
title: Talks of my own
as_of: 2025-10-18
rules: {talks: A round counts once., threat: A threat counts once., truce: A truce counts once., left_out: Nothing.}
threats:
  - {id: one, by: USA, what: Ten points, announced: 2025-02-01, due: 2025-03-01, decided: 2025-03-01, outcome: carried-out,
     sources: [first]}
sources: [{id: first, title: A text, publisher: P}]
"""


def test_a_record_of_ones_own_by_path(tmp_path: Path) -> None:
    text = TEMPLATE.replace(
        "sources:\n  - id: first", FORK.replace("  until:", "  record: ./my-record.yaml\n  until:") + "  - id: first", 1
    )
    file = tmp_path / "trial.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadDossier, match=rf"line {line_of(text, 'my-record')}, prospects\.record: no such file"):
        load_dossier(file)
    (tmp_path / "my-record.yaml").write_text(RECORD, encoding="utf-8")
    d = load_dossier(file)
    assert d.prospects is not None
    record = load_record(d.prospects.record or "")
    assert (record.id, record.threats[0].what) == ("mine", "Ten points")
    again = Dossier.model_validate(d.model_dump(mode="json", by_alias=True))  # a dump holds it, and needs no file
    assert again.prospects is not None
    assert load_record(again.prospects.record or "") == record
    with pytest.raises(BadDossier, match="only a dossier that is read from a file"):
        parse_dossier(text)  # a text from the page opens no file
    with pytest.raises(BadDossier, match="did you mean us-china"):
        parse_dossier(text.replace("./my-record.yaml", "us-chin"))


@pytest.mark.parametrize("name", BASELINES)
def test_a_scenario_cannot_bear_the_name_of_a_baseline(name: str) -> None:
    told = refused(re.sub(r"(scenarios:.*?- id: )[a-z-]+", rf"\g<1>{name}", TEMPLATE, count=1, flags=re.DOTALL))
    assert f"a scenario cannot be called '{name}'" in told


def test_the_names_of_baselines_are_those_there_are() -> None:
    assert BASELINE_NAMES == BASELINES


# -- days --------------------------------------------------------------------------------------------------------------
@given(st.dates(FIRST_DAY, LAST_DAY))
@settings(max_examples=25, deadline=None)
def test_a_day_is_a_date_or_its_iso_text(day: date) -> None:
    d, moment = load_dossier("kuala-lumpur-2025"), datetime(day.year, day.month, day.day, 13)
    for same in (day.isoformat(), moment):
        assert d.status(same) == d.status(day)
        assert d.deadlines(same, 30) == d.deadlines(day, 30)
        assert d.timeline(same, same) == d.timeline(day, day)


@pytest.mark.parametrize(
    "day",
    ["2025-13-01", "18 October", "", 20251018, 3.5, True, "0999-12-31", date(1799, 12, 31), date(2101, 1, 1)],
)
def test_what_is_no_day_is_refused_by_name_at_every_door(day: Any) -> None:
    d, ledger = load_dossier("kuala-lumpur-2025"), load_ledger("us-china")
    doors: list[Callable[[], object]] = [
        lambda: d.status(day), lambda: d.deadlines(day), lambda: d.timeline(day, d.as_of), lambda: d.timeline(d.as_of, day),
        lambda: d.policy(day=day), lambda: ledger.status(day), lambda: ledger.in_force(day), lambda: ledger.diff(day, d.as_of),
        lambda: ledger.policy(day, REGIONS, SECTORS), lambda: ledger.average_tariff("USA", "CHN", day),
    ]  # fmt: skip
    for door in doors:
        with pytest.raises(InputError, match=r"is not a day|lies outside 1800 to 2100"):
            door()


@pytest.mark.parametrize("days", [-1, math.nan, math.inf])
def test_a_number_of_days_is_a_number(days: Any) -> None:
    with pytest.raises(InputError, match="the number of days"):
        load_dossier("kuala-lumpur-2025").deadlines(within_days=days)


@pytest.mark.parametrize(
    "url", ["https://x.example/><script>", "https://x.example/`a`", 'https://x"onmouseover=y', "https://x/{a}", "ftp://x"]
)
def test_an_address_cannot_leave_its_place(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Source(id="s", title="t", publisher="p", url=url)
    assert Source(id="s", title="t", publisher="p", url="https://ü.example/a_(b)?c=d%20e#f").url


def test_a_list_has_an_end() -> None:
    data, _ = read_yaml(small_dossier("long", "Long"), "long.yaml")
    own = data["measures"][0]
    data["measures"] = [own | {"id": f"m{k}", "rate_pct": k / 10} for k in range(401)]
    with pytest.raises(BadDossier, match=r"measures: 401 entries; at most 400 are read"):
        validate(Dossier, data, {}, "long.yaml")


KL_FILE = files("detente").joinpath("data", "dossiers", "kuala-lumpur-2025.yaml").read_text(encoding="utf-8")


def cited_in(section: str) -> int:
    """The last line of a section that cites a source, counted from 1."""
    top, found = "", 0
    for k, line in enumerate(KL_FILE.splitlines(), 1):
        if line[:1] not in (" ", "#", "-", ""):
            top = line.partition(":")[0]
        if top == section and re.search(r"\bsources: \[\w", line):
            found = k
    return found


CITING = ("reference", "venue", "parties", "bystanders", "history", "measures", "scenarios", "key_questions", "prospects",
          "published", "exercises")  # fmt: skip


@pytest.mark.parametrize("section", CITING)
def test_a_source_there_is_none_of_is_refused_on_its_line(section: str) -> None:
    at = cited_in(section)
    rows = KL_FILE.splitlines()
    name = re.search(r"\bsources: \[([\w-]+)", rows[at - 1])
    assert name is not None
    rows[at - 1] = rows[at - 1].replace(f"[{name[1]}", f"[{name[1]}-x", 1)
    with pytest.raises(BadDossier, match=rf"line {at},") as refused:
        parse_dossier("\n".join(rows), "it.yaml")
    assert f"source '{name[1]}-x' — did you mean {name[1]}" in str(refused.value)
