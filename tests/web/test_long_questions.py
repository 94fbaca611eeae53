"""Questions that cost dozens of solves leave a process of the pool to those that cost one; the first process gets ready alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from detente.web.answers import Answers
from detente.web.headline import AnswerRequest
from detente.web.settings import Settings
from detente.web.state import PageState
from detente.web.tasks import Done
from detente.web.telemetry import Counters

STATE = PageState(dossier="kuala-lumpur-2025")
FULL = AnswerRequest(dossier="kuala-lumpur-2025", full=True)


@pytest.fixture
def answers(tmp_path):
    made = Answers(Settings(data=tmp_path, in_process=True, solvers=2), Counters())
    yield made
    made.close()


def held(answers: Answers, monkeypatch: pytest.MonkeyPatch, *names: str) -> tuple[list[str], asyncio.Event]:
    """Tasks in the order in which the pool gets them; those of `names` last until the event."""
    begun: list[str] = []
    go_on = asyncio.Event()

    async def worked(name: str, given: tuple[Any, ...]) -> Done:
        begun.append(name)
        if name in names:
            await go_on.wait()
        return Done(value=name)

    monkeypatch.setattr(answers, "_worked", worked)
    return begun, go_on


def test_a_dial_never_waits_for_the_ranges_of_the_one_before(answers, monkeypatch):
    async def play() -> None:
        begun, go_on = held(answers, monkeypatch, "ranges", "told")
        long = [asyncio.create_task(answers.run(*asked)) for asked in (("ranges", STATE), ("told", FULL), ("ranges", STATE))]
        await asyncio.sleep(0.01)
        assert begun == ["ranges"]
        assert await asyncio.wait_for(answers.run("answer", STATE), 5) == "answer"
        go_on.set()
        assert await asyncio.gather(*long) == ["ranges", "told", "ranges"]

    asyncio.run(play())


def test_nothing_is_asked_of_the_pool_until_its_first_process_is_ready(answers, monkeypatch):
    async def play() -> None:
        begun, go_on = held(answers, monkeypatch, "answer")
        warming = asyncio.create_task(answers.warm())
        await asyncio.sleep(0)
        early = asyncio.create_task(answers.run("key", STATE))
        await asyncio.sleep(0.01)
        assert begun == ["answer"]
        go_on.set()
        assert await asyncio.wait_for(early, 5) == "key"
        await asyncio.wait_for(warming, 5)
        assert begun.count("answer") == 1 + 2

    asyncio.run(play())
