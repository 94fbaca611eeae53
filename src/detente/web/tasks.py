"""What a process of the pool is asked for: small, named, and answered with plain data.

Exceptions of the library do not travel between processes; they come back as the reply they would have become.

>>> done = run_task("key", (PageState(dossier="kuala-lumpur-2025"), "deal", {"solves": 1}))
>>> done.fault[0], done.fault[1]
(422, 'InputError')
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from detente.errors import BadDossier, DetenteError
from detente.files import TooDeep, loads
from detente.verbs import day_of
from detente.web.quick import Engine
from detente.web.state import PageState, parse_content, resolve

FIRST = "kuala-lumpur-2025"
"""The dossier that a process is made ready with."""
Fault = tuple[int, str, str, str | None]


@dataclass(frozen=True)
class Done:
    """What came of a task: a value, or a fault (status, name, message, where)."""

    value: Any = None
    fault: Fault | None = None


@lru_cache(maxsize=1)
def engine() -> Engine:
    """This process's engine."""
    return Engine()


def answer(state: PageState) -> dict[str, Any]:
    """See `Engine.answer`."""
    return engine().answer(resolve(state))


def told(asked: Any) -> dict[str, Any]:
    """See `headline.answered`."""
    from detente.web.headline import answered

    return answered(engine(), asked, resolve(asked.state))


def why(asked: Any) -> dict[str, Any]:
    """See `why.why`."""
    from detente.web.why import why

    return why(engine(), asked, resolve(asked.state))


def odds(state: PageState) -> dict[str, Any]:
    """See `why.odds`."""
    from detente.web.why import odds

    return odds(engine(), resolve(state))


def ranges(state: PageState) -> dict[str, Any]:
    """See `Engine.ranges`."""
    return engine().ranges(resolve(state))


def drivers(state: PageState) -> dict[str, Any]:
    """See `Engine.drivers`."""
    return engine().drivers(resolve(state))


def compare(states: Sequence[PageState], indicator: str, unit: Any = None, ranged: bool = False) -> dict[str, Any]:
    """See `Engine.compare`."""
    return engine().compare([resolve(s) for s in states], indicator, unit, ranged)


def export(kind: Any, state: PageState) -> tuple[str, str, str]:
    """See `views.export`."""
    from detente.web import views

    return views.export(engine(), kind, state)


def figure(name: str, ending: Any, asked: Any) -> bytes:
    """See `views.drawn`."""
    from detente.web import views

    return views.drawn(engine(), name, ending, asked)


def job_figure(path: Any, name: str, width: int, ending: Any = "json", state: PageState | None = None) -> bytes:
    """See `views.drawn_of`."""
    from detente.web import views

    return views.drawn_of(path.read_bytes(), name, width, ending, state)


def key(state: PageState, kind: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Key of a job's result, and its arguments, checked and complete. Raises `InputError`."""
    from detente.web.kinds import arguments_of, basis
    from detente.web.results import result_key

    arguments = arguments_of(kind, given)
    return result_key(kind, basis(kind, resolve(state), arguments)), arguments.model_dump(mode="json")


def dossier(text: str) -> dict[str, Any]:
    """View and content of a dossier given as YAML or JSON. Raises `BadDossier`."""
    from detente.cases.runs import dossier_content
    from detente.policy.dossier import parse_dossier
    from detente.policy.reading import MAX_DEPTH
    from detente.web.views import dossier_view
    from detente.world.library import load_world

    if text.lstrip().startswith("{"):
        try:
            content = loads(text, MAX_DEPTH)
        except TooDeep as error:
            raise BadDossier(f"dossier: {error}") from None
        except ValueError:
            raise BadDossier("the text begins like JSON and is none; give a dossier as YAML or JSON") from None
        read = parse_content(content)
    else:
        read = parse_dossier(text, "dossier")
    return {"view": dossier_view(read, load_world()), "content": dossier_content(read)}


def read(text: str, day: str | None) -> dict[str, Any]:
    """What `detente read` finds, flat, with the draft and, if the draft is complete, the dossier's content."""
    from detente.cases.runs import dossier_content
    from detente.policy.dossier import parse_dossier
    from detente.reader import read_article

    reading = read_article(text, day_of(day, "date"))
    content: dict[str, Any] | None = None
    problems = [f"{m.field}: {m.what} (line {m.line} of the draft)" for m in reading.missing]
    if not problems:
        try:
            content = dossier_content(parse_dossier(reading.draft, "draft"))
        except BadDossier as error:
            problems.append(str(error.args[0]))
    findings = [
        {
            "text": f.quote, "start": f.span[0], "end": f.span[1], "kind": f.kind, "confidence": f.confidence, "reason": f.reason,
            "measure": f.fields if f.kind == "measure" else None, "fields": f.fields,
        }
        for f in reading.findings()
    ]  # fmt: skip
    return {
        "article": reading.article, "yaml": reading.draft, "findings": findings, "content": content, "problems": problems,
        "notes": list(reading.notes),
    }  # fmt: skip


def at_table(what: str) -> Callable[..., Any]:
    """A task of `rooms_tasks`; most processes never need one."""

    def task(*given: Any) -> Any:
        from detente.web import rooms_tasks

        return getattr(rooms_tasks, what)(*given)

    return task


TASKS: dict[str, Callable[..., Any]] = {
    "answer": answer, "told": told, "why": why, "odds": odds, "ranges": ranges, "drivers": drivers, "compare": compare,
    "export": export, "figure": figure, "job_figure": job_figure, "key": key, "dossier": dossier, "read": read,
    **{f"table_{what}": at_table(what) for what in ("setup", "ready", "look", "move", "worth", "debrief", "debrief_key")},
}  # fmt: skip


def run_task(name: str, given: tuple[Any, ...]) -> Done:
    """Do a task; whatever goes wrong comes back as a fault."""
    from detente.web.replies import fault_of
    from detente.web.telemetry import failed

    try:
        return Done(TASKS[name](*given))
    except DetenteError as error:
        return Done(fault=fault_of(error))
    except Exception as error:  # noqa: BLE001 it must not break the pool, nor reach the reader
        failed(error)
        return Done(fault=fault_of(error))


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(0)


def begin() -> None:
    """First thing in a process of the pool: one thread each, an end when the server ends, and the compiler's work done."""
    import multiprocessing
    import signal

    from detente.interpreter import collect_rarely
    from detente.outlook.ensemble.executors import settle

    settle()
    collect_rarely()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    from detente.web import telemetry

    telemetry.start()
    run_task("answer", (PageState(dossier=FIRST),))
