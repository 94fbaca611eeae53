"""The API: lists, dossiers, answers to a state, reading of an article, files and charts, long work."""

from __future__ import annotations

import asyncio
from functools import cache
from time import monotonic, time
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path as InPath, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from pydantic import Field, ValidationError, model_validator

from detente.errors import UnknownName
from detente.files import loads, too_deep
from detente.policy.dossier import list_dossiers, load_dossier
from detente.verbs import VERBS
from detente.web import views
from detente.web.answers import Answers
from detente.web.effects import Unit
from detente.web.headline import AnswerRequest, unmarked_parts
from detente.web.jobs import Crew, Job, TooManyJobs
from detente.web.replies import Refusal, Reply, templates
from detente.web.schemas import (
    Answer,
    Catalogue,
    DossierView,
    Drawn,
    Drivers,
    EmbedView,
    JobView,
    LinkView,
    OneSet,
    Ranges,
    ReadArticle,
    ReadDossier,
    Table,
    ToldAnswer,
    Why,
    replies,
)  # fmt: skip
from detente.web.security import Rate
from detente.web.shared import DAYS, LARGEST, Kind, Shared, TooLargeToShare
from detente.web.state import PageState, Strict
from detente.web.subject import FigureRequest, Shown
from detente.web.views import catalogue, dossier_view
from detente.web.why import WhyRequest
from detente.words import say
from detente.world.library import load_world

router = APIRouter(prefix="/api/v1", default_response_class=Reply)
MEDIA = {k: v.partition(";")[0] for k, v in views.MEDIA.items()}
TEXT: dict[int, Any] = {200: {"description": "The file", "content": {m: {"schema": {}} for m in MEDIA.values()}}}
DRAWING: dict[int, Any] = {
    200: {
        "description": "The chart",
        "content": {m.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for m in views.DRAWINGS.values()},
    }
}
RECORD: dict[int, Any] = {200: {"description": "The record", "content": {"application/json": {"schema": {"type": "object"}}}}}
DRAWN: dict[int, Any] = {200: {**DRAWING[200], "model": Drawn}}
STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; sandbox"
"""Policy of a chart: it carries its own styles, and nothing in it runs."""


def _about(what: str) -> str:
    """What an operation, or a part of one, is called in the description of the API."""
    return say("web/api", what)


class DossierText(Strict):
    """A dossier as text, YAML or JSON."""

    text: Annotated[str, Field(max_length=2_000_000)]


class ArticleText(Strict):
    """A news text, and its date if known."""

    text: Annotated[str, Field(max_length=2_000_000)]
    date: Annotated[str, Field(max_length=10)] | None = None


class CompareRequest(Strict):
    """States to put side by side."""

    states: Annotated[list[PageState], Field(min_length=1, max_length=12)]
    indicator: Shown = "real_income_pct"
    unit: Unit | None = None
    ranges: bool = False


def answers_of(request: Request) -> Answers:
    """The pool that works out answers."""
    found: Answers = request.app.state.answers
    return found


@router.get("/catalogue", summary=_about("get_catalogue"), responses=replies(Catalogue))
async def get_catalogue(request: Request) -> Response:
    """Everything there is to choose from."""
    return Reply(catalogue(request.app.state.settings))


@router.get("/dossiers/{dossier_id}", summary=_about("get_dossier"), responses=replies(DossierView, 404))
def get_dossier(dossier_id: str, short: bool = False) -> Response:
    """The view of a packaged dossier with its levers; `short`: without its measures, their times and the sources, which are most
    of it."""
    if dossier_id not in list_dossiers():
        raise Refusal(404, str(UnknownName(dossier_id, list_dossiers(), "dossier").args[0]), where=dossier_id)
    view = _packaged(dossier_id)
    return Reply({k: v for k, v in view.items() if k not in views.LONG} if short else view)


@router.post("/dossiers", summary=_about("post_dossier"), responses=replies(ReadDossier))
async def post_dossier(request: Request, body: DossierText) -> Response:
    """The view and the content of a dossier given as YAML or JSON text."""
    return Reply(await answers_of(request).run("dossier", body.text))


@router.post("/read", summary=_about("post_read"), responses=replies(ReadArticle))
async def post_read(request: Request, body: ArticleText) -> Response:
    """Findings with their places in the text, and a draft dossier. The text is data: nothing in it is carried out."""
    return Reply(await answers_of(request).run("read", body.text, body.date))


@router.post("/solve", summary=_about("post_solve"), responses=replies(Answer))
async def post_solve(request: Request, state: PageState) -> Response:
    """What the state does to every economy. Ranges are null until `/ranges` was asked for the same state."""
    return Reply(await answers_of(request).answer(state, request.is_disconnected))


@router.post("/answer", summary=_about("post_answer"), responses=replies(ToldAnswer))
async def post_answer(request: Request, asked: AnswerRequest) -> Response:
    """Sentences, each figure with the id of its number; dials, ranked bars, notes. `waits` says what is still to come."""
    return Reply(await answers_of(request).told(asked, request.is_disconnected))


@router.post("/why", summary=_about("post_why"), responses=replies(Why))
async def post_why(request: Request, asked: WhyRequest) -> Response:
    """Parts by measure and by channel, sectors, the range and what moves it most, who pays, what others publish, how to cite."""
    found = (await answers_of(request).kept("why", asked, gone=request.is_disconnected))[0]
    cited = found.get("citation")
    if cited and cited["permalink"]:
        found = {**found, "citation": {**cited, "url": f"{request.base_url}{cited['permalink']}"}}
    return Reply(found)


@router.post("/odds", summary=_about("post_odds"), responses=replies(OneSet))
async def post_odds(request: Request, state: PageState) -> Response:
    """Every end from today and by date, forks if they are reached, and what the odds are made of; of scenario and levers free."""
    bare = state.model_copy(update={"scenario": None, "levers": {}, "horizon": None, "against": None})
    return Reply((await answers_of(request).kept("odds", bare, gone=request.is_disconnected))[0])


@router.post("/ranges", summary=_about("post_ranges"), responses=replies(Ranges))
async def post_ranges(request: Request, state: PageState) -> Response:
    """Lowest and highest real income by region over the ranges of the horizon's parameters."""
    return Reply((await answers_of(request).kept("ranges", state, gone=request.is_disconnected))[0])


@router.post("/drivers", summary=_about("post_drivers"), responses=replies(Drivers))
async def post_drivers(request: Request, state: PageState) -> Response:
    """Contribution of each moved measure to real income of the parties, the host and the world."""
    return Reply((await answers_of(request).kept("drivers", state, gone=request.is_disconnected))[0])


@router.post("/compare", summary=_about("post_compare"), responses=replies(Table))
async def post_compare(request: Request, body: CompareRequest) -> Response:
    """A table: one row a region, one column a state; in a `unit` of the answer also what is printed, with `ranges` the ends."""
    asked = (body.states, body.indicator, body.unit, body.ranges)
    return Reply(await answers_of(request).run("compare", *asked, gone=request.is_disconnected))


@router.post("/export/{kind}", summary=_about("post_export"), responses=replies(also=TEXT))
async def post_export(request: Request, kind: views.Kind, state: PageState) -> Response:
    """A text file to download."""
    name, media, text = await answers_of(request).run("export", kind, state)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8", "replace"), media_type=media, headers=headers)


States = Annotated[
    list[Annotated[str, Field(max_length=16_000)]],
    Query(min_length=1, max_length=6, description=_about("state")),
]


@router.get("/figures/{name}.{ending}", summary=_about("get_figure"), responses=replies(None, 404, also=DRAWING))
async def get_figure(
    request: Request,
    name: str,
    ending: views.Ending,
    state: States,
    indicator: str = "real_income_pct",
    unit: str = "percent",
    region: Annotated[str, Query(max_length=60)] | None = None,
    ranges: bool = False,
) -> Response:
    """Drawn here as the report draws it, for an image or a file; a state too long for an address goes by POST."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Refusal(403, say("web/refusals", "other_site"))
    if any(too_deep(text.encode("utf-8", "replace")) for text in state):
        raise Refusal(400, say("web/refusals", "too_deep", what="state"))
    try:
        states = [PageState.model_validate_json(text) for text in state]
        more = {"indicator": indicator, "unit": unit, "region": region, "ranges": ranges}
        asked = FigureRequest.model_validate({"states": states, **more})
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False)) from None
    return await _chart(request, name, ending, asked)


@router.post("/figures/{name}.{ending}", summary=_about("post_figure"), responses=replies(None, 404, also=DRAWING))
async def post_figure(request: Request, name: str, ending: views.Ending, body: FigureRequest) -> Response:
    """A still chart of a state of any size, or a comparison of several."""
    return await _chart(request, name, ending, body)


async def _chart(request: Request, name: str, ending: views.Ending, asked: FigureRequest) -> Response:
    if name not in views.FIGURES:
        raise Refusal(404, str(UnknownName(name, list(views.FIGURES), "figure").args[0]), where=name)
    found, _ = await answers_of(request).kept("figure", name, ending, asked, gone=request.is_disconnected)
    return _file(found, name, ending)


# -- put up for others: short links, and figures for pages elsewhere -------------------------------------------------------
class Embed(Strict):
    """A figure to be shown on another page: of states (`figure`), or of finished long work (`job`)."""

    name: Annotated[str, Field(max_length=60)]
    figure: FigureRequest | None = None
    job: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{24}$")] | None = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.figure is None) == (self.job is None):
            raise ValueError(say("web/refusals", "figure_or_job"))
        return self


ItsName = Annotated[str, InPath(pattern=r"^[a-z2-7]{12}$")]


def shared_of(request: Request) -> Shared:
    """What was put up."""
    found: Shared = request.app.state.shared
    return found


async def _put_up(request: Request, kind: Kind, files: dict[str, bytes]) -> str:
    tries: Rate = request.app.state.put_ups
    if (wait := tries.take(request.state.client, monotonic())) > 0:
        raise Refusal(429, say("web/refusals", "put_up_often"), headers={"Retry-After": str(int(wait) + 1)})
    try:
        return await asyncio.to_thread(shared_of(request).put, kind, files, time())
    except TooLargeToShare:
        raise Refusal(413, say("web/refusals", "put_up_large", most=f"{LARGEST:,}")) from None


@router.post("/links", summary=_about("post_link"), responses=replies(LinkView))
async def post_link(request: Request, state: AnswerRequest) -> Response:
    """The address of a state, of any size, kept here by content; how long, it says."""
    found = await answers_of(request).told(state, request.is_disconnected)  # what cannot be answered is not put up
    place = state.model_dump(mode="json", exclude_none=True, exclude={"full"})
    card = {"title": found["title"], "text": unmarked_parts(found["headline"])}
    drawn = FigureRequest(states=[state.state], unit=state.unit, region=state.region)
    picture, _ = await answers_of(request).kept("figure", "answer", "png", drawn, gone=request.is_disconnected)
    files = {"state.json": Reply(place).body, "card.json": Reply(card).body, "card.png": picture}
    name = await _put_up(request, "link", files)
    return Reply({"id": name, "path": f"s/{name}", **_kept_for()})


def _kept_for() -> dict[str, Any]:
    return {"days": DAYS, "expires": say("web/state", "kept", days=DAYS)}


@router.get("/links/{name}", summary=_about("get_link"), responses=replies(None, 404, also=RECORD))
async def get_link(request: Request, name: ItsName) -> Response:
    """The state behind a short link, as it was put up."""
    found = await asyncio.to_thread(shared_of(request).get, "link", name, "state.json", time())
    if found is None:
        raise Refusal(404, say("web/refusals", "no_link", days=DAYS))
    return Response(found, media_type="application/json")


async def _drawing(request: Request, body: Embed, ending: views.Ending) -> bytes:
    """What is to be put up, in one of its forms."""
    if body.job is not None:
        return await _of_job(request, body.job, body.name, ending, 640)
    if body.name not in views.FIGURES:
        raise Refusal(404, str(UnknownName(body.name, list(views.FIGURES), "figure").args[0]), where=body.name)
    found: bytes = (await answers_of(request).kept("figure", body.name, ending, body.figure))[0]
    return found


@router.post("/embeds", summary=_about("post_embed"), responses=replies(EmbedView, 404))
async def post_embed(request: Request, body: Embed) -> Response:
    """A figure as it is now, put up under an address of its own that any page may frame; with the HTML to frame it."""
    files = {}
    for ending in ("html", "png", "svg", "csv"):
        try:
            files[f"figure.{ending}"] = await _drawing(request, body, ending)
        except Refusal:
            if ending != "csv" or body.job is None:  # some charts of long work have no table of their own
                raise
    words = await _drawing(request, body, "json")
    name = await _put_up(request, "figure", files)
    path, told = f"embed/{name}", loads(words.decode(), 8)
    html = templates().get_template("iframe.html.j2").render(address=f"{request.base_url}{path}", **told)
    links = {ending: f"{path}.{ending}" for ending in ("png", "svg", "csv") if f"figure.{ending}" in files}
    return Reply({"id": name, "path": path, "html": html.strip(), "files": links, **_kept_for()})


@cache
def _packaged(name: str) -> dict[str, Any]:
    return dossier_view(load_dossier(name), load_world())


# -- long work: start, look, cancel, fetch; a job's name is a secret of whoever started it --------------------------------
KindName = Literal[*VERBS]  # type: ignore[valid-type] # the questions there are
QUEUED: dict[int, Any] = {202: {"model": JobView, "description": "Queued or running"}}
FILE: dict[int, Any] = {200: {"description": "The file", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}
JobName = Annotated[str, InPath(pattern=r"^[A-Za-z0-9_-]{24}$")]


class JobRequest(Strict):
    """What to work on: a kind, a state, and the kind's own arguments."""

    kind: KindName
    state: PageState
    arguments: Annotated[dict[str, Any], Field(max_length=40)] = Field(default={})


def crew_of(request: Request) -> Crew:
    """Queue, results and workers."""
    crew: Crew = request.app.state.crew
    return crew


@router.post("/jobs", summary=_about("post_job"), status_code=202, responses=replies(JobView, also=QUEUED))
async def post_job(request: Request, body: JobRequest) -> Response:
    """202 with the job, 200 where the result is kept from before."""
    crew, settings = crew_of(request), request.app.state.settings
    key, arguments = await answers_of(request).run("key", body.state, body.kind, body.arguments)
    there = await asyncio.to_thread(crew.results.has, key)
    given = {"state": body.state.model_dump(mode="json"), "arguments": arguments}
    try:
        job = await asyncio.to_thread(
            crew.jobs.add, request.state.client, body.kind, given, key, time(), done=there, own=settings.jobs_a_client,
            total=settings.jobs_in_all,
        )  # fmt: skip
    except TooManyJobs as full:
        raise Refusal(429, f"{full}.", headers={"Retry-After": "10"}) from None
    crew.counters.add("detente_jobs_total", kind=body.kind, kept="yes" if there else "no")
    if not there:
        crew.wake()
    return Reply({**job.record(time()), "cached": there}, status_code=200 if there else 202)


async def _job(request: Request, job: str) -> Job:
    found = await asyncio.to_thread(crew_of(request).jobs.get, job)
    if found is None:
        raise Refusal(404, say("web/refusals", "no_job"))
    return found


@router.get("/jobs/{job}", summary=_about("get_job"), responses=replies(JobView, 404))
async def get_job(request: Request, job: JobName) -> Response:
    """Status, progress from 0 to 1, seconds left where they can be told, and the files of a finished job."""
    found = await _job(request, job)
    files = await asyncio.to_thread(crew_of(request).results.files, found.key) if found.status == "done" else ()
    return Reply({**found.record(time()), "files": list(files)})


@router.delete("/jobs/{job}", summary=_about("delete_job"), responses=replies(JobView, 404))
async def delete_job(request: Request, job: JobName) -> Response:
    """The job; one that is running ends within seconds."""
    await _job(request, job)
    found = await asyncio.to_thread(crew_of(request).jobs.cancel, job, time())
    return Reply((found or await _job(request, job)).record(time()))


async def _done(request: Request, job: str) -> Job:
    found = await _job(request, job)
    if found.status == "failed":
        raise Refusal(409, found.error or "The work failed.", name="Failed")
    if found.status != "done":
        raise Refusal(409, f"The job is {found.status}.", name="NotDone")
    return found


@router.get("/jobs/{job}/result", summary=_about("get_result"), responses=replies(None, 404, 409, 410, also=RECORD))
async def get_result(request: Request, job: JobName) -> Response:
    """The record of the result."""
    found = await _done(request, job)
    body = await asyncio.to_thread(crew_of(request).results.json, found.key)
    if body is None:
        raise Refusal(410, say("web/refusals", "result_gone"), name="Gone")
    return Response(body, media_type="application/json")


@router.get(
    "/jobs/{job}/figures/{name}.{ending}", summary=_about("get_job_figure"), responses=replies(None, 404, 409, 410, also=DRAWN)
)
async def get_job_figure(
    request: Request,
    job: JobName,
    name: Annotated[str, InPath(max_length=60)],
    ending: views.Ending,
    width: Annotated[int, Query(ge=240, le=1200)] = 700,
) -> Response:
    """Drawn here as the report draws it: as `json` in the colours of the page, with its words beside it; or as a file."""
    return _file(await _of_job(request, job, name, ending, width), name, ending)


async def _of_job(request: Request, job: str, name: str, ending: views.Ending, width: int) -> bytes:
    """A chart of finished work."""
    done = await _done(request, job)
    path = await asyncio.to_thread(crew_of(request).results.figures, done.key)
    if path is None:
        raise Refusal(404, say("web/refusals", "no_figures"))
    state = PageState.model_validate(done.request["state"])
    given = (path, name, width, ending, state)
    found: bytes = (await answers_of(request).kept("job_figure", *given, gone=request.is_disconnected))[0]
    return found


def _file(found: bytes, name: str, ending: views.Ending) -> Response:
    """A chart as it leaves: a drawing opens in a window and runs nothing, a table is to be kept."""
    if ending == "json":
        return Response(found, media_type=views.DRAWINGS[ending])
    place = "attachment" if ending == "csv" else "inline"
    headers = {"Content-Security-Policy": STILL, "Content-Disposition": f'{place}; filename="{name}.{ending}"'}
    return Response(found, media_type=views.DRAWINGS[ending], headers=headers)


@router.get("/jobs/{job}/files/{name}", summary=_about("get_file"), responses=replies(None, 404, 409, 410, also=FILE))
async def get_file(request: Request, job: JobName, name: Annotated[str, InPath(max_length=120)]) -> Response:
    """To download; nothing of it runs on this page."""
    found = await _done(request, job)
    path = await asyncio.to_thread(crew_of(request).results.file, found.key, name)
    if path is None:
        raise Refusal(404, say("web/refusals", "no_file"))
    return FileResponse(path, filename=name, content_disposition_type="attachment")
