"""Everything whose output is held fast: the briefing, every command in words and in JSON, the answers of the API.

`outputs(folder)` makes them all, as texts by name; what is met twice is solved once. Paths of the machine, the hashes that a
record keeps of other files, and times of day are taken out, as they say nothing of the product.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from more import MORE, SHAPES, about, files, nearby

from asker import asking, wait
from detente import cli
from detente.briefing import brief
from detente.cli import common
from detente.equilibrium.memory import solved_once
from detente.policy.dossier import list_dossiers
from detente.web.settings import Settings

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)
DOSSIER = "kuala-lumpur-2025"
TOY = ("-w", "toy")
ARTICLE = """Beijing, 18 October 2025. The United States announced on 10 October that it would impose a tariff of 100 %
on all goods from China from 1 November 2025. China expanded its export controls on rare earths on 9 October.
The truce of 12 May expires on 10 November. Officials of both sides will meet in Kuala Lumpur, Malaysia, on 25 October
to discuss soybeans and fentanyl.
"""

BOTH: dict[str, tuple[str, ...]] = {
    "solve": ("solve", DOSSIER, "-s", "pessimistic"),
    "solve-status-quo": ("solve", DOSSIER),
    "solve-short": ("solve", DOSSIER, "-s", "optimistic", "--horizon", "short"),
    "stress": ("stress", "-n", "3", *TOY),
    "nash": ("nash", "-p", "AAA", "-p", "BBB", *TOY),
    "bargain": ("bargain", "-p", "AAA", "-p", "BBB", *TOY),
    "regimes": ("regimes", *TOY),
    "deal": ("deal", DOSSIER, "--solves", "20"),
    "talks": ("talks", DOSSIER, "--by", "2025-11-10"),
    "talks-moved": ("talks", DOSSIER, "--weight", "USA.prices=0.6", "--discount", "CHN=0.08"),
    "truce": ("truce", DOSSIER),
    "bystander": ("bystander", DOSSIER),
    "bystander-host": ("bystander", DOSSIER, "--region", "VNM", "--duty", "20"),
    "jobs": ("jobs", DOSSIER, "-s", "pessimistic", "-r", "CHN"),
    "jobs-states": ("jobs", DOSSIER, "--by", "state"),
    "exposure": ("exposure", "--region", "MYS"),
    "exposure-sector": ("exposure", "--region", "USA", "--sector", "ELE"),
    "exposure-partner": ("exposure", "--region", "MYS", "--to", "CHN"),
    "exposure-toy": ("exposure", "--region", "CCC", *TOY),
    "politics": ("politics", DOSSIER, "-s", "pessimistic"),
    "politics-all": ("politics", DOSSIER),
    "path": ("path", DOSSIER, "-s", "pessimistic", "--centre"),
    "path-month": ("path", DOSSIER, "--month", "36"),
    "uncertainty": ("uncertainty", DOSSIER),
    "reaction": ("reaction", DOSSIER),
    "exercises": ("exercises", DOSSIER),
    "compare": ("compare", DOSSIER),
    "changed": ("changed", DOSSIER, f"{DOSSIER}:middle"),
    "dispatch": ("dispatch", DOSSIER),
    "dispatch-ledger": ("dispatch", "us-china", "--since", "2026-02-01", "--until", "2026-03-01"),
    "outlook": ("outlook", DOSSIER),
    "outlook-questions": ("outlook", DOSSIER, "--questions", "--by", "MYS"),
    "outlook-ranges": ("outlook", DOSSIER, "--ranges", "--region", "USA"),
    "ensemble": ("ensemble", DOSSIER, "--draws", "16", "--executor", "serial"),
    "rates": ("rates",),
    "rates-scores": ("rates", "--scores"),
    "validate-published": ("validate", "published"),
    "backtest-rounds": ("backtest", "rounds"),
    "backtest-trade-2025": ("backtest", "trade-2025"),
    "backtest-trade-2018": ("backtest", "trade-2018"),
    "data-show": ("data", "show", "panel"),
    "read": ("read", "ARTICLE", "--date", "2025-10-18"),
    "world-info": ("world", "info"),
    "dossier-list": ("dossier", "list"),
    "dossier-show": ("dossier", "show", DOSSIER),
    "dossier-check": ("dossier", "check", DOSSIER),
    "policy-show": ("policy", "show", DOSSIER),
    "policy-diff": ("policy", "diff", DOSSIER, "--from", "2025-10-01", "--to", "2025-11-15"),
    "policy-timeline": ("policy", "timeline", DOSSIER),
    "policy-deadlines": ("policy", "deadlines", DOSSIER),
    "policy-average": ("policy", "average", "--by", "USA", "--on", "CHN", "--date", "2025-05-14"),
    "table": ("table", "japan-korea-2019", "--seat", "JPN", "--no-predict", "--seed", "5", "--moves", "MOVES"),
}
"""Commands kept twice: as a person reads them, and as JSON."""

WORDS: dict[str, tuple[str, ...]] = {
    "dossier-schema": ("dossier", "schema"),
    "backtest-panel": ("backtest", "panel"),
    "exposure-unknown-region": ("exposure", "--region", "MLY"),
    "solve-unknown-scenario": ("solve", DOSSIER, "-s", "optimstic"),
    "bystander-of-a-party": ("bystander", DOSSIER, "--region", "USA"),
}
"""Commands kept as a person reads them only."""

CHAIN: dict[str, tuple[str, ...]] = {
    "check": ("dossier", "check", "IT"),
    "solve": ("solve", "IT"),
    "path": ("path", "IT", "--centre", "--month", "36"),
    "talks": ("talks", "IT"),
    "deal": ("deal", "IT"),
    "truce": ("truce", "IT"),
    "outlook": ("outlook", "IT"),
    "bystander": ("bystander", "IT"),
}
"""The whole chain, asked of every other dossier, as a person reads it; its briefing in Markdown besides."""

STATE: dict[str, Any] = {"dossier": DOSSIER, "scenario": "middle", "levers": {"us-threat-100": 40}}
ASKED: dict[str, tuple[str, str, Any]] = {
    "catalogue": ("GET", "/api/v1/catalogue", None),
    "dossier": ("GET", f"/api/v1/dossiers/{DOSSIER}", None),
    "solve": ("POST", "/api/v1/solve", STATE),
    "solve-pessimistic": ("POST", "/api/v1/solve", {"dossier": DOSSIER, "scenario": "pessimistic"}),
    "ranges": ("POST", "/api/v1/ranges", STATE),
    "drivers": ("POST", "/api/v1/drivers", STATE),
    "answer": ("POST", "/api/v1/answer", {**STATE, "full": True}),
    "why": ("POST", "/api/v1/why", {**STATE, "number": "percent.USA"}),
    "odds": ("POST", "/api/v1/odds", {"dossier": DOSSIER}),
    "compare": ("POST", "/api/v1/compare", {"states": [STATE, {"dossier": DOSSIER, "scenario": "optimistic"}]}),
    "read": ("POST", "/api/v1/read", {"text": ARTICLE, "date": "2025-10-18"}),
    "export-csv": ("POST", "/api/v1/export/csv", STATE),
    "export-yaml": ("POST", "/api/v1/export/yaml", STATE),
    "export-python": ("POST", "/api/v1/export/python", STATE),
    "export-run": ("POST", "/api/v1/export/run", STATE),
    "openapi": ("GET", "/api/openapi.json", None),
}
"""Quick answers of the API."""


JOBS: dict[str, dict[str, Any]] = {
    "outlook": {},
    "questions": {"by": "MYS"},
    "talks": {"deadline": "2025-11-10"},
    "truce": {},
    "deal": {"solves": 20},
    "bystander": {},
    "jobs": {"by": "state"},
    "politics": {"scenarios": ["pessimistic"]},
    "exposure": {"region": "MYS"},
    "ensemble": {"draws": 16},
}
"""Long work through the API, with its arguments."""


def outputs(folder: Path, wanted: Sequence[str] = ("",), answers: dict[str, str] | None = None) -> dict[str, str]:
    """Every output whose name begins as one of `wanted`, by name, made in `folder`.

    `answers` is filled with what commands print in JSON as it is, for a chain those of `SHAPES`, for a briefing those of `more`.
    """

    def asked_for(*names: str) -> bool:
        return any(name.startswith(w) or w.startswith(name) for name in names for w in wanted)

    article = folder / "article.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    (moves := folder / "moves.txt").write_text("wait\nwalk\n", encoding="utf-8")
    given = {"ARTICLE": str(article), "MOVES": str(moves)}
    with solved_once(between_runs=True):
        found = dict(briefing(folder / "briefing", answers)) if asked_for("brief", "drawings") else {}
        for name, arguments in BOTH.items():
            if not asked_for(f"cli/{name}.txt", f"cli/{name}.json"):
                continue
            arguments = tuple(given.get(a, a) for a in arguments)
            found[f"cli/{name}.txt"] = command(*arguments)
            answer = command(*arguments, "--json")
            found[f"cli/{name}.json"] = tidied(answer)
            if answers is not None:
                answers[name] = answer
        found |= {f"cli/{n}.txt": command(*a) for n, a in WORDS.items() if asked_for(f"cli/{n}.txt")}
        for name in list_dossiers():
            if name != DOSSIER and asked_for(f"chain/{name}"):
                found |= chain(name, folder / name)
                if answers is not None:
                    answers |= shapes(name)
        if asked_for("api"):
            found |= api(folder / "web")
    if answers is not None and asked_for("brief"):
        answers |= further(folder)
    chosen = {n: t for n, t in sorted(found.items()) if any(n.startswith(w) for w in wanted)}
    return {name: text.replace(str(folder), "FOLDER") for name, text in chosen.items()}


def further(folder: Path) -> dict[str, str]:
    """What the commands of `more` print in JSON."""
    (own := folder / "more").mkdir()
    with nearby(own), solved_once(between_runs=True):
        given = files(own) | {"BRIEFING": str(folder / "briefing" / "run.json")}
        return {f"more/{name}": command(*(given.get(a, a) for a in arguments), "--json") for name, arguments in MORE.items()}


def chain(dossier: str, folder: Path) -> dict[str, str]:
    """What the commands say of a dossier, and its briefing."""
    found = {f"chain/{dossier}/{name}.txt": command(*about(dossier, words)) for name, words in CHAIN.items()}
    brief(dossier, out=folder)
    return found | {f"chain/{dossier}/briefing.md": (folder / "briefing.md").read_text(encoding="utf-8")}


def shapes(dossier: str) -> dict[str, str]:
    """What the commands answer of a dossier in JSON, but for those that refuse it."""
    asked = {name: command(*about(dossier, words), "--json") for name, words in SHAPES.items()}
    return {f"{name} of {dossier}": text for name, text in asked.items() if "exit code" not in text}


def briefing(folder: Path, answers: dict[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """The briefing's files for two readers: index, fronts, annex, companion, Markdown, data and the run record.

    Drawings are kept apart, as they carry what their text and data say already; Word and the images are made of the same and
    are left out, as their bytes differ between machines.
    """
    answer = command("brief", DOSSIER, "--for", "MYS", "--for", "USA", "--out", str(folder), "--json")
    if answers is not None:
        answers["brief"] = answer
    for path in sorted(
        p for p in folder.rglob("*") if p.is_file() and p.name[0] != "." and p.suffix in (".html", ".md", ".csv", ".json")
    ):
        text, name = path.read_text(encoding="utf-8"), f"brief/{path.relative_to(folder).as_posix()}"
        if path.suffix == ".html":
            yield from ((f"drawings/{path.stem}-{k:03}.svg", drawing) for k, drawing in enumerate(SVG.findall(text), 1))
            text = SVG.sub("DRAWING", text)
        yield name, tidied(text) if path.suffix == ".json" else without_machine(text)


def command(*arguments: str) -> str:
    """What a command prints in full on a terminal 120 columns wide; named failures included, with their exit code."""
    shown, failed = io.StringIO(), io.StringIO()
    before = sys.argv, common.out._file, common.err._file, common.out._width, common.err._width
    sys.argv = ["detente", *arguments]
    common.out._file, common.err._file, common.out._width, common.err._width = shown, failed, 120, 120
    code: Any = 0
    try:
        with patch.dict(os.environ, DETENTE_FULL="1"), redirect_stdout(shown):
            cli.main()
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.argv, common.out._file, common.err._file, common.out._width, common.err._width = before
    text = without_machine(shown.getvalue() + failed.getvalue())
    return text if code == 0 else f"{text}exit code {code}\n"


def api(folder: Path) -> dict[str, str]:
    """Answers of a server with one solver in this process, and the records of its long work."""
    found = {}
    with asking(Settings(data=folder, in_process=True, solvers=1, rate=1e6, burst=1_000_000)) as client:
        for name, (method, path, content) in ASKED.items():
            reply = client.request(method, path, **({} if content is None else {"json": content}))
            assert reply.status_code == 200, (name, reply.text)
            if name == "openapi":  # its schemas are written by a library
                content = {path: {m: e["summary"] for m, e in at.items()} for path, at in reply.json()["paths"].items()}
                found["api/openapi.json"] = tidied(json.dumps(content))
                continue
            found[f"api/{name}.txt" if reply.headers["content-type"].startswith("text") else f"api/{name}.json"] = _text(reply)
        for kind, arguments in JOBS.items():
            started = client.post("/api/v1/jobs", json={"kind": kind, "state": STATE, "arguments": arguments}).json()
            ended = wait(client, started["id"], 300)
            assert ended["status"] == "done", (kind, ended)
            found[f"api/jobs/{kind}.json"] = _text(client.get(f"/api/v1/jobs/{started['id']}/result"))
    return found


def _text(reply: Any) -> str:
    return tidied(reply.text) if reply.headers["content-type"].startswith("application/json") else reply.text


def tidied(text: str) -> str:
    """JSON, indented, without times, versions and hashes of what is kept here anyway; any other text as it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_plain(value), indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: "…" if k in MACHINE else _plain(v) for k, v in value.items() if k != "seconds"}
    return "HASH" if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}|detente \S+ \([0-9a-f]{12}\).*", value) else value


MACHINE = {
    "bytes", "clearing_gap", "inputs_hash", "iterations", "most_sweeps", "relative_to", "residual", "sweeps", "worst_gap",
    "worst_residual",
}  # fmt: skip
"""Fields that say how a solution was reached on this processor, not what it is; hashes of arrays among them (`inputs_hash`,
`relative_to`), whose last digits hang on it."""
_STATUS = re.compile(r"(residuals?|worst residual|worst gap|most sweeps|nash) [-+.e\d]+|\d+ (sweeps|iterations)")


def without_machine(text: str) -> str:
    """A text without how a solution was reached, and without hashes of files."""
    return re.sub(r"\b[0-9a-f]{64}\b", "HASH", _STATUS.sub("…", text))
