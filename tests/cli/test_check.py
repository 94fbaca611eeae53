"""`detente check`: what each command lacks is what the command itself refuses with; doubts are told with file and line."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from detente.cli import app
from detente.cli.check import COMMANDS, lacking
from detente.errors import DetenteError
from detente.outlook.starter import starter
from detente.policy.dossier import load_dossier, parse_dossier
from detente.policy.reading import read_yaml
from detente.verbs import VERBS, Subject
from detente.world.library import load_world

RUN = CliRunner()
NEW = starter("trial", "BRA", "IND", 50, day=date(2025, 10, 18))


def without(*keys: str, stances: bool = True) -> str:
    data, _ = read_yaml(NEW, "trial.yaml")
    for key in keys:
        data.pop(key)
    if not stances:
        for party in data["parties"]:
            party.pop("stances")
    return yaml.safe_dump(data, sort_keys=False)


BARE = without("scenarios", "prospects", "key_questions", stances=False)


def test_a_new_dossier_lacks_nothing() -> None:
    assert lacking(Subject(load_world(), None, parse_dossier(NEW))) == {}
    assert lacking(Subject(load_world(), None, load_dossier("kuala-lumpur-2025"))) == {}


@pytest.mark.parametrize("text", [BARE, without("prospects", "key_questions"), without(*["key_questions"], stances=False)])
def test_check_says_what_the_commands_say(text: str) -> None:
    subject = Subject(load_world(), None, parse_dossier(text))
    told = lacking(subject)
    assert told
    for command, question in COMMANDS.items():
        verb, lacks = VERBS[question], told.get(command, [])
        assert lacks == verb.lacks(subject)
        if not lacks:
            continue
        with pytest.raises(DetenteError) as refused:
            verb.put(subject, verb.arguments(), lambda *_: None)
        assert refused.value.args[0] == lacks[0]
        with pytest.raises(DetenteError):  # the answer itself needs it too: the list is not another
            verb.answer(subject, verb.arguments(), lambda *_: None, **({"out": Path("never")} if question == "briefing" else {}))


def test_all_stances_that_are_lacking_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text(BARE, encoding="utf-8")
    shown = RUN.invoke(app, ["check", str(path), "--json"])
    assert shown.exit_code == 0
    told = json.loads(shown.stdout)["lacks"]
    assert set(COMMANDS) - set(told) == {"solve", "path", "jobs", "deal", "ensemble"}
    assert "BRA: ease, hold, escalate; IND: ease, hold, escalate" in told["talks"][0]
    words = re.sub(r"\s+", " ", RUN.invoke(app, ["check", str(path)]).output)
    assert "Can answer: solve, path, jobs, deal, ensemble" in words
    assert words.count("add forks with branches") == 1, "said once for all commands that lack it"


def test_doubts_are_told_with_line_and_a_briefing_reminds_of_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from detente.cli.check import remind

    path = tmp_path / "small.yaml"
    path.write_text(NEW.replace("rate_pct: 50 ", "rate_pct: 0.5 ", 1), encoding="utf-8")
    line = 1 + NEW[: NEW.index("rate_pct: 50 ")].count("\n")
    shown = RUN.invoke(app, ["check", str(path)])
    assert shown.exit_code == 0
    assert f"line {line}, measures[0].rate_pct: rate_pct is in percent" in re.sub(r"\s+", " ", shown.output)
    remind(str(path))
    assert "one thing in" in re.sub(r"\s+", " ", capfd.readouterr().err)
    remind("kuala-lumpur-2025")
    assert capfd.readouterr().err == ""


def test_a_world_without_jobs_is_said(tmp_path: Path) -> None:
    world = load_world().with_(employed=None)
    assert list(lacking(Subject(world, None, parse_dossier(NEW)))) == ["jobs"]
