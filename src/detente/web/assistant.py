"""A server of the Model Context Protocol (`detente mcp`): assistants ask for solved numbers, and get them with their provenance.

Read-only, over standard input and output, with the public `mcp` package (extra `mcp`). The tools are the questions of
`detente.verbs` and the answers of the page, put as they are elsewhere; nothing is written twice. Every reply says by which
release, on which world, as of which day, against what and for which time it holds, and which sources the dossier rests on.

    list_dossiers               what there is to ask about
    dossier                     one of them: parties, ways on, levers, deadlines, sources
    measures                    its measures, what they are on the dossier's day and when they were what
    answer, why                 a state in sentences with its numbers, and why a number is what it is
    odds                        how likely each end is, by date, and what it hangs on
    outlook, talks, exposure …  every question of `detente.verbs` that writes no files
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from detente import __version__
from detente.errors import DetenteError
from detente.extras import need
from detente.policy.dossier import list_dossiers, load_dossier
from detente.types import plain
from detente.verbs import VERBS, Subject
from detente.web.headline import AnswerRequest, answered, unmarked_parts
from detente.web.kinds import arguments_of, told
from detente.web.quick import Engine
from detente.web.replies import Reply
from detente.web.state import PageState, Resolved, resolve
from detente.web.views import dossier_view
from detente.web.why import WhyRequest, odds_of, why
from detente.words import run_words, say

if TYPE_CHECKING:
    from mcp.server import MCPServer

TEXTS = "web/assistant"
FILES = ("briefing",)
"""Questions whose answer is files."""
Name = Annotated[str, Field(max_length=120)]


def server(engine: Engine | None = None) -> MCPServer:
    """The server with its tools. Raises `MissingPackage` where the extra is not installed."""
    need("mcp")
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

    made = MCPServer("detente", title="detente", instructions=say(TEXTS, "instructions"), version=__version__)
    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

    def guarded(tool: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any, **given: Any) -> dict[str, Any]:
            try:
                return plainly(tool(*args, **given))
            except DetenteError as error:
                raise ToolError(str(error.args[0])) from None

        ask.__signature__ = inspect.signature(tool, eval_str=True)  # type: ignore[attr-defined]
        return ask

    for name, tool in tools(engine or Engine()).items():
        title = VERBS[name].title if name in VERBS else say(TEXTS, f"{name}_title")
        about = say(TEXTS, "verb", title=title, what=_first(VERBS[name].arguments.__doc__)) if name in VERBS else say(TEXTS, name)
        made.tool(name=name, title=title, description=about, annotations=reads, structured_output=True)(guarded(tool))
    return made


def tools(engine: Engine) -> Mapping[str, Callable[..., dict[str, Any]]]:
    """Every tool by name."""

    def list_of_dossiers() -> dict[str, Any]:
        found = [load_dossier(d) for d in list_dossiers()]
        rows = [
            {"id": d.id, "title": d.title, "summary": d.summary, "as_of": d.as_of, "scenarios": [s.id for s in d.scenarios]}
            for d in found
        ]
        return {"dossiers": rows, "version": __version__}

    def one_dossier(dossier: Name) -> dict[str, Any]:
        case = resolve(PageState(dossier=dossier))
        view = dossier_view(case.dossier, case.world)
        kept = ("id", "title", "summary", "as_of", "reference", "venue", "parties", "bystanders", "deadlines", "levers")
        scenarios = [{k: s[k] for k in ("id", "title", "role", "summary", "policy_date")} for s in view["scenarios"]]
        return {**{k: view[k] for k in kept}, "scenarios": scenarios, "provenance": provenance(case)}

    def measures(dossier: Name) -> dict[str, Any]:
        case = resolve(PageState(dossier=dossier))
        return {"measures": dossier_view(case.dossier)["measures"], "provenance": provenance(case)}

    def answer(asked: AnswerRequest) -> dict[str, Any]:
        case = resolve(asked.state)
        found = answered(engine, asked, case)
        sentences = {k: unmarked_parts(found[k]) for k in ("headline", "second")}
        kept = {k: found[k] for k in ("title", "numbers", "bars", "notes", "unit", "against", "when", "waits")}
        return {**sentences, **kept, "provenance": provenance(case)}

    def reasons(asked: WhyRequest) -> dict[str, Any]:
        case = resolve(asked.state)
        return {**why(engine, asked, case), "provenance": provenance(case)}

    def odds(state: PageState) -> dict[str, Any]:
        case = resolve(state)
        look = engine.look(case)
        if look is None:
            return {"ends": {}, "note": say(TEXTS, "no_odds"), "provenance": provenance(case)}
        return {"ends": {s: odds_of(look, s) for s in look.odds_from_today}, "provenance": provenance(case)}

    found: dict[str, Callable[..., dict[str, Any]]] = {
        "list_dossiers": list_of_dossiers, "dossier": one_dossier, "measures": measures, "answer": answer, "why": reasons,
        "odds": odds,
    }  # fmt: skip
    return {**found, **{name: question(name) for name in VERBS if name not in FILES}}


def question(name: str) -> Callable[..., dict[str, Any]]:
    """A tool that puts a question of `detente.verbs` to a state."""
    verb = VERBS[name]

    def ask(state: PageState, arguments: Any = None) -> dict[str, Any]:
        case = resolve(state)
        given = arguments_of(name, {} if arguments is None else arguments.model_dump(mode="json", exclude_unset=True))
        dossier, _ = case.as_dossier() if verb.of_state else (case.dossier, None)
        subject = Subject(case.world, case.horizon, dossier, case.policy if verb.of_state else None, known=case.case)
        return {"result": told(verb.put(subject, given, lambda *_: None)), "provenance": provenance(case)}

    parameters = [
        inspect.Parameter("state", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=PageState),
        inspect.Parameter("arguments", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=verb.arguments | None),
    ]
    ask.__signature__ = inspect.Signature(parameters, return_annotation=dict[str, Any])  # type: ignore[attr-defined]
    return ask


def provenance(case: Resolved) -> dict[str, Any]:
    """Where the numbers of a reply come from, and what they are of."""
    dossier, world = case.dossier, case.world
    return {
        "made_by": f"detente {__version__}", "dossier": dossier.id, "as_of": dossier.as_of, "scenario": case.scenario,
        "moved": case.moved, "policy_date": case.day, "time_basis": run_words(case.horizon), "against": case.compared_with,
        "world": world.name, "table_year": world.year, "inputs": case.key,
        "sources": [{"title": s.title, "publisher": s.publisher, "url": s.url, "date": s.date} for s in dossier.sources],
        "note": say(TEXTS, "note"),
    }  # fmt: skip


def plainly(content: Any) -> dict[str, Any]:
    """A reply as plain JSON: what a page would be sent."""
    import json

    found: dict[str, Any] = json.loads(bytes(Reply(plain(content)).body))
    return found


def _first(text: str | None) -> str:
    return " ".join((text or "").split())
