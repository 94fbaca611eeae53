"""The API's long work: start, look, cancel, fetch. A job's name is a secret of whoever started it."""

from __future__ import annotations

import asyncio
from time import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path as InPath, Request
from fastapi.responses import FileResponse, Response
from pydantic import Field

from detente.verbs import VERBS
from detente.web.api import answers_of
from detente.web.crew import Crew
from detente.web.jobs import Job, TooManyJobs
from detente.web.replies import Refusal, Reply
from detente.web.schemas import JobView, replies
from detente.web.state import PageState, Strict

router = APIRouter(prefix="/api/v1/jobs", default_response_class=Reply)
KindName = Literal[*VERBS]  # type: ignore[valid-type] # the questions there are
QUEUED: dict[int, Any] = {202: {"model": JobView, "description": "Queued or running"}}
RECORD: dict[int, Any] = {200: {"description": "The record", "content": {"application/json": {"schema": {"type": "object"}}}}}
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


@router.post("", summary="Start long work", status_code=202, responses=replies(JobView, also=QUEUED))
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
        raise Refusal(404, "There is no such job.")
    return found


@router.get("/{job}", summary="How far a job is", responses=replies(JobView, 404))
async def get_job(request: Request, job: JobName) -> Response:
    """Status, progress from 0 to 1, seconds left where they can be told, and the files of a finished job."""
    found = await _job(request, job)
    files = await asyncio.to_thread(crew_of(request).results.files, found.key) if found.status == "done" else ()
    return Reply({**found.record(time()), "files": list(files)})


@router.delete("/{job}", summary="Cancel a job", responses=replies(JobView, 404))
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


@router.get("/{job}/result", summary="What came of a job", responses=replies(None, 404, 409, 410, also=RECORD))
async def get_result(request: Request, job: JobName) -> Response:
    """The record of the result."""
    found = await _done(request, job)
    body = await asyncio.to_thread(crew_of(request).results.json, found.key)
    if body is None:
        raise Refusal(410, "The result is no longer kept; start the work again.", name="Gone")
    return Response(body, media_type="application/json")


@router.get("/{job}/files/{name}", summary="A file of a finished job", responses=replies(None, 404, 409, 410, also=FILE))
async def get_file(request: Request, job: JobName, name: Annotated[str, InPath(max_length=120)]) -> Response:
    """To download; nothing of it runs on this page."""
    found = await _done(request, job)
    path = await asyncio.to_thread(crew_of(request).results.file, found.key, name)
    if path is None:
        raise Refusal(404, "The job has no such file.")
    return FileResponse(path, filename=name, content_disposition_type="attachment")
