"""Commands whose answer is not kept, but whose shape in JSON is (with `asked.BOTH` every shape there is), and their files.

A word in capitals is a file of `files(folder)`. They are asked in this order, as some read what another wrote.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import yaml

import detente as dt
from detente import briefing
from detente.build import fetch
from detente.build.estimate import estimates as module
from detente.equilibrium.estimates import estimates
from detente.policy.dossier import list_dossiers
from detente.policy.reading import read_yaml
from detente.validation import bargains
from published import icio_rows, small, write_csv
from small_dossier import small_dossier
from source_files import write_sources

DOSSIER, OTHER, THREE, LATEST = "kuala-lumpur-2025", "japan-korea-2019", "us-canada-mexico-2026", "january-2027"
ON = ("--by", "USA", "--on", "CHN")
THREAT = ("--by", "BRA", "--on", "IND", "--threat", "50 % from 1 December", "--as-of", "2025-10-18")
CONTROL = ("--by", "CHN", "--on", "JPN", "--threat", "withholds 60 % of RER", "--as-of", "2025-10-18")
WATCH = ("watch", DOSSIER, "--journal", "JOURNAL")

SHAPES: dict[str, tuple[str, ...]] = {
    "check": ("check", "IT"),
    "show": ("dossier", "show", "IT"),
    "policy-show": ("policy", "show", "IT"),
    "timeline": ("policy", "timeline", "IT"),
    "deadlines": ("policy", "deadlines", "IT"),
    "solve": ("solve", "IT", "--exchange-rate", "pinned"),
    "path": ("path", "IT", "--centre"),
    "talks": ("talks", "IT"),
    "deal": ("deal", "IT"),
    "truce": ("truce", "IT"),
    "outlook": ("outlook", "IT", "--questions", "--region", "ASEAN"),
    "bystander": ("bystander", "IT"),
    "bystander-region": ("bystander", "IT", "--region", "VNM", "--as-host"),
    "jobs": ("jobs", "IT"),
    "jobs-group": ("jobs", "IT", "--region", "ASEAN"),
    "jobs-states": ("jobs", "IT", "--by", "state", "--region", "USA"),
    "politics": ("politics", "IT"),
    "politics-package": ("politics", "IT", "--package"),
    "uncertainty": ("uncertainty", "IT", "--month", "12"),
    "reaction": ("reaction", "IT"),
    "exercises": ("exercises", "IT"),
    "dispatch": ("dispatch", "IT", "--no-stand-off"),
    "control": ("control", "IT", "--party", "CHN", "--sector", "RER"),
    "compare": ("compare", "IT"),
}
"""What is asked of every other dossier in JSON, to hold it against the schemas."""


def about(dossier: str, words: Sequence[str]) -> tuple[str, ...]:
    """A question of a chain put to a dossier."""
    return tuple(dossier if word == "IT" else word for word in words)


MORE: dict[str, tuple[str, ...]] = {
    "check": ("check", DOSSIER),
    "check-lacks": ("check", "BARE"),
    "check-three": ("check", THREE),
    "check-doubts": ("dossier", "check", "BARE"),
    "check-idle": ("check", "IDLE"),
    "check-idle-too": ("dossier", "check", "IDLE"),
    "show-idle": ("dossier", "show", "IDLE"),
    "show-least": ("dossier", "show", "LEAST"),
    "policy-show-least": ("policy", "show", "LEAST"),
    "solve-least": ("solve", "LEAST"),
    "policy-show-idle": ("policy", "show", "IDLE"),
    "read-meeting": ("read", "MEETING", "--date", "2025-03-05"),
    "check-problems": ("check", DOSSIER, "-w", "toy"),
    "check-problems-too": ("dossier", "check", DOSSIER, "-w", "toy"),
    **{f"show-{name}": ("dossier", "show", name) for name in list_dossiers()},
    **{f"policy-{name}": ("policy", "show", name) for name in (*list_dossiers(), "us-china", "world")},
    "policy-show-earlier": ("policy", "show", "us-china", "--on", "2027-11-20"),
    "policy-show-known": ("policy", "show", "us-china", "--on", "2026-10-10"),
    "policy-diff": ("policy", "diff", "us-china", "--from", "2025-01-01", "--to", "2025-06-01"),
    "policy-timeline": ("policy", "timeline", "us-china"),
    "policy-deadlines": ("policy", "deadlines", "us-china", "--on", "2025-10-20"),
    "policy-average-near": ("policy", "average", *ON, "--date", "2025-10-01"),
    "policy-average-none": ("policy", "average", "--by", "JPN", "--on", "USA", "--date", "2026-10-01"),
    "policy-average-group": ("policy", "average", "--by", "USA", "--on", "ASEAN", "--date", "2026-10-01"),
    "policy-average-later": ("policy", "average", *ON, "--date", "2027-10-01"),
    "policy-average-days": ("policy", "average", *ON, "--from", "2025-05-01", "--to", "2025-05-20"),
    "policy-average-days-later": ("policy", "average", *ON, "--from", "2027-05-01", "--to", "2027-05-03"),
    "new": ("new", "trial", *THREAT, "--out", "NEW"),
    "new-quick": ("new", "try", *THREAT, "--out", "QUICK", "--quick"),
    "dossier-new": ("dossier", "new", "trial", *THREAT, "--out", "ANEW"),
    "dossier-new-quick": ("dossier", "new", "try", *THREAT, "--out", "QUICKER", "--quick"),
    "new-control": ("new", "held", *CONTROL, "--out", "HELD"),
    **{f"held-{name}": about("HELD", words) for name, words in SHAPES.items()},
    "control": ("control", DOSSIER, "-p", "CHN", "--sector", "RER", "--on", "USA"),
    "doctor": ("doctor", "--quick"),
    "run": ("solve", OTHER, "--run", "RUN"),
    "rerun": ("rerun", "RUN"),
    "rerun-briefing": ("rerun", "BRIEFING", "--out", "AGAIN"),
    "path": ("path", OTHER),
    "talks": ("talks", OTHER),
    "talks-three": ("talks", THREE),
    "deal": ("deal", OTHER, "--solves", "20"),
    "truce": ("truce", OTHER),
    "outlook": ("outlook", OTHER, "--questions"),
    "outlook-unanswered": ("outlook", LATEST, "--questions"),
    "bystander": ("bystander", OTHER),
    "bystander-region": ("bystander", OTHER, "--region", "USA"),
    "bystander-three": ("bystander", THREE),
    "jobs": ("jobs", THREE),
    "politics": ("politics", THREE, "-s", "exit"),
    "uncertainty": ("uncertainty", OTHER),
    "reaction": ("reaction", OTHER),
    "exercises": ("exercises", OTHER),
    "dispatch": ("dispatch", THREE),
    "dispatch-ended": ("dispatch", LATEST, "--no-stand-off"),
    **{f"rates-{kind}": ("rates", "--kind", kind) for kind in ("threat", "sanction", "talks", "dispute", "truce")},
    "ensemble": ("ensemble", OTHER, "--draws", "4", "--executor", "serial", "--odds"),
    "watch": (*WATCH, "--no-stand-off", "--date", "2025-10-18"),
    "watch-add": (
        *WATCH, "--no-stand-off", "--date", "2025-10-19", "--add", "They talk", "--fork", "kuala-lumpur", "--likelihood",
        "pause=0.7,china-gives=0.5,us-gives=0.5,time=0.5,break=0.2",
    ),
    "watch-market": (*WATCH, "--date", "2025-10-19", "--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=0.5"),
    "watch-resolved": (*WATCH, "--resolve", "kuala-lumpur=pause", "--date", "2025-10-27"),
    "watch-scores": (*WATCH, "--scores"),
    "watch-list": (*WATCH, "--list"),
    "backtest-panel": ("backtest", "panel"),
    "backtest-bargains": ("backtest", "bargains"),
    "backtest-dossiers": ("backtest", "dossiers"),
    "backtest-window": ("backtest", "panel", "--base", "2017", "--from", "2018-10", "--to", "2019-03"),
    "backtest-predict": ("backtest", "panel", "--base", "2017", "--from", "2018-10", "--to", "2019-03", "--predict", "PREDICTED"),
    "table-sheet": ("table", OTHER, "--seat", "JPN", "--sheet"),
    "estimate": ("estimate", "--spec", "main"),
    "world-build": ("world", "build", "TABLE", "--out", "MINE"),
    "world-build-full": ("world", "build", "TABLE", "--full", "--no-tariffs", "--out", "FULL"),
    "world-build-laid": ("world", "build", "--baci", "BACI", "--wits", "WITS", "--out", "LAID"),
    "world-build-sources": ("world", "build", "--sources", "SOURCES", "--out", "WHOLE"),
    "world-info-toy": ("world", "info", "-w", "toy"),
    "world-info-mine": ("world", "info", "-w", "MINE"),
    "world-check": ("world", "check", "TABLE"),
    "world-check-world": ("world", "check", "MINE"),
    "world-compare": ("world", "compare", "MINE"),
    "world-compare-table": ("world", "compare", "TABLE", "world-2022"),
    "world-aggregate": ("world", "aggregate", "toy", "--groups", "GROUPS", "--out", "SMALL"),
    "world-update": ("world", "update", "toy", "--to", "2024", "--totals", "TOTALS", "--out", "LATER"),
    "world-split": ("world", "split", "toy", "--region", "AAA", "--shares", "SHARES", "--out", "PARTS"),
    "world-split-like": ("world", "split", "toy", "--region", "AAA", "--like", "PARTS", "--into", "NORTH,SOUTH", "--out", "LIKE"),
    "world-split-sector": ("world", "split", "toy", "--sector", "MAKE", "--shares", "SHARES", "--out", "MADE"),
    "world-trade": ("world", "trade", "BACI"),
    "world-duties": ("world", "duties", "WITS", "--trade", "BACI"),
    "world-fetch-list": ("world", "fetch"),
    "world-fetch": ("world", "fetch", "oecd-icio"),
    "data-add-panel": ("data", "add", "panel", "PANEL", "--name", "half"),
    "data-list": ("data", "list"),
    "data-show-panel": ("data", "show", "panel", "us-exports-hs2"),
}  # fmt: skip

WRITTEN = {
    "NEW": "new.yaml", "QUICK": "quick.yaml", "HELD": "held.yaml",
    "ANEW": "anew.yaml", "QUICKER": "quicker.yaml", "RUN": "run.json", "AGAIN": "again",
    "JOURNAL": "j.jsonl", "PREDICTED": "predicted.csv", "MINE": "mine.npz", "LAID": "laid.npz",
    "FULL": "full.npz", "WHOLE": "whole.npz",
    "SMALL": "small.npz", "LATER": "later.npz", "PARTS": "parts.npz", "LIKE": "like.npz", "MADE": "made.npz",
}  # fmt: skip
"""Files that the commands write."""

TEXTS = {
    "meeting.txt": "Talks between the United States and China will be held in Geneva on 10 May 2025.\n",
    "groups.yaml": "regions: {ONE: [AAA, BBB]}\n",
    "totals.csv": "what,region,sector,growth\ngdp,AAA,,5\nexports,BBB,MAKE,12.5\n",
    "shares.csv": "part,share\nNORTH,0.6\nSOUTH,0.4\n",
    "BACI_HS17_Y2022_V202401b.csv": "t,i,j,k,v,q\n2022,156,842,854231,900000000.0,1.0\n2022,842,156,854231,90000000.0,1.0\n",
    "country_codes_V202401b.csv": "country_code,country_name,country_iso2,country_iso3\n156,China,CN,CHN\n842,USA,US,USA\n",
    "wits.csv": "Reporter,Partner,Product,Tariff Year,DutyType,Simple Average,Minimum Rate,Maximum Rate\n"
    "842,156,854231,2022,AHS,25,25,25\n",
}  # fmt: skip
"""Files that they read, found by what stands before the first dot or _HS."""


def files(folder: Path) -> dict[str, str]:
    """The files by the word that stands for them, made in `folder`."""
    from detente.outlook.starter import starter

    found = {word: folder / name for word, name in WRITTEN.items()}
    for name, text in TEXTS.items():
        found[name.partition(".")[0].partition("_HS")[0].upper()] = folder / name
        (folder / name).write_text(text, encoding="utf-8")
    table = small(("CHN", "MYS", "USA", "ROW"), ("A01", "A02", "C24B", "C26"))
    found["TABLE"] = write_csv(folder / "2022_SML.csv", icio_rows(table))
    found["SOURCES"] = write_sources(folder / "sources")
    panel = dt.load_panel().frame
    panel[panel["month"] >= "2024-07"].to_csv(folder / "panel.csv", index=False)
    found["PANEL"] = folder / "panel.csv"
    found["LEAST"] = folder / "least.yaml"
    found["LEAST"].write_text(small_dossier("least", "As little as can be").replace("    coverage: 1.0 ", "    coverage: 0 #", 1))
    whole = starter("trial", "BRA", "IND", 50, day=dt.load_dossier(DOSSIER).as_of)
    found["IDLE"] = folder / "idle.yaml"
    found["IDLE"].write_text(whole.replace("    coverage: 1.0 ", "    coverage: 0 #", 1), encoding="utf-8")
    bare, _ = read_yaml(whole, "trial.yaml")
    for key in ("scenarios", "prospects", "key_questions"):
        bare.pop(key)
    for party in bare["parties"]:
        party.pop("stances")
    found["BARE"] = folder / "bare.yaml"
    found["BARE"].write_text(yaml.safe_dump(bare, sort_keys=False), encoding="utf-8")
    return {word: str(path) for word, path in found.items()}


@contextmanager
def nearby(folder: Path) -> Iterator[None]:
    """What takes a network, a minute or the reader's own folder has a stand-in: a file, what there is already, another folder."""

    whole = bargains.bargains

    def again(*_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(run_json=folder.parent / "briefing" / "run.json")

    def one_round() -> bargains.BackTestedBargains:
        return whole("prolongation")

    def downloaded(source: str, **_: object) -> fetch.Fetched:
        return fetch.Fetched(fetch.registry()[source], 2022, folder / "icio.csv", "0" * 64, True, False, (folder / "read.me",))

    def estimated(panel: object = None, *, only: list[str] | None = None, progress: object = None) -> dict[str, object]:
        record = json.loads(json.dumps(estimates(), default=str))
        return {**record, "specs": {k: record["specs"][k] for k in only or record["specs"]}}

    with ExitStack() as stack:
        stack.enter_context(patch.object(briefing, "brief", again))
        stack.enter_context(patch.object(bargains, "bargains", one_round))
        stack.enter_context(patch.object(fetch, "fetch", downloaded))
        stack.enter_context(patch.object(module, "estimate", estimated))
        stack.enter_context(patch.dict(os.environ, DETENTE_DATA=str(folder / "own")))
        yield
