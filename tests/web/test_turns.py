"""Who is answered next: by the order in which questions end, never by a clock."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import pytest

from detente.web import answers as pool
from detente.web.answers import Answers
from detente.web.replies import Refusal
from detente.web.settings import Settings
from detente.web.tasks import Done
from detente.web.telemetry import Counters
from detente.web.turns import ASKING, Ended, Full, Turns

Ask = tuple[str, bool]
"""A client, and whether its question is slow."""


def order(turns: Turns, asks: Sequence[Ask], steps: Callable[[Ask], int] = lambda ask: 1) -> list[Ask]:
    """In which order questions asked in one moment end; one takes so many turns of the loop."""

    async def all_of_them() -> list[Ask]:
        ended: list[Ask] = []

        async def one(ask: Ask) -> None:
            async with turns.place(ask[0], slow=ask[1]):
                for _ in range(steps(ask)):
                    await asyncio.sleep(0)
                ended.append(ask)

        await asyncio.gather(*map(one, asks))
        return ended

    return asyncio.run(all_of_them())


def test_a_crowd_of_one_client_is_not_in_the_way_of_another() -> None:
    ended = order(Turns(1, 1, 64), [("heavy", False)] * 20 + [("other", False)] * 3)
    assert [k for k, (client, _) in enumerate(ended) if client == "other"] == [1, 3, 5]


def test_the_quick_go_before_the_slow() -> None:
    ended = order(Turns(2, 1, 64), [("a", True)] * 6 + [("b", False)] * 6, lambda ask: 40 if ask[1] else 1)
    assert ended[:6] == [("b", False)] * 6
    own = order(Turns(2, 1, 64), [("a", True)] * 6 + [("a", False)] * 6, lambda ask: 40 if ask[1] else 1)
    assert own[:6] == [("a", False)] * 6  # nor behind one's own


def test_the_slow_have_their_turn_among_many_quick_ones() -> None:
    ended = order(Turns(2, 1, 400), [("a", False)] * 100 + [("b", True)] * 3)
    assert ended.index(("b", True)) < 10
    assert max(k for k, ask in enumerate(ended) if ask[1]) < 20


def test_slow_ones_take_turns_among_clients() -> None:
    ended = order(Turns(3, 1, 64), [("a", True)] * 5 + [("b", True)] * 2)
    assert [client for client, _ in ended] == ["a", "b", "a", "b", "a", "a", "a"]


def test_one_client_cannot_fill_the_room_that_waits() -> None:
    async def crowd() -> tuple[int, bool]:
        turns, refused = Turns(1, 1, 8), 0
        done = asyncio.Event()

        async def one(client: str) -> None:
            async with turns.place(client, slow=False):
                await done.wait()

        tasks = [asyncio.create_task(one("many")) for _ in range(20)]
        other = asyncio.create_task(one("other"))
        await asyncio.sleep(0)
        done.set()
        for task in tasks:
            try:
                await task
            except Full:
                refused += 1
        await other
        return refused, turns.in_hand == 0

    assert asyncio.run(crowd()) == (15, True)  # one in hand, four of eight wait


@pytest.mark.parametrize("seed", range(20))
def test_no_place_is_lost_whoever_goes_away(seed: int) -> None:
    """Random questions, cancelled at random moments: never more in hand than there are places, and at the end none."""
    rng = random.Random(seed)

    async def storm() -> None:
        turns, held, slow_held = Turns(3, 2, 1000), 0, 0
        ended: Counter[str] = Counter()

        async def one(client: str, slow: bool) -> None:
            nonlocal held, slow_held
            async with turns.place(client, slow=slow):
                held, slow_held = held + 1, slow_held + slow
                assert held <= 3
                assert slow_held <= 2
                try:
                    for _ in range(rng.randrange(4)):
                        await asyncio.sleep(0)
                finally:
                    held, slow_held = held - 1, slow_held - slow
            ended[client] += 1

        tasks = []
        for _ in range(200):
            tasks.append(asyncio.create_task(one(rng.choice("abc"), rng.random() < 0.3)))
            if rng.random() < 0.4:
                rng.choice(tasks).cancel()
            if rng.random() < 0.3:
                await asyncio.sleep(0)
        told = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(t is None or isinstance(t, asyncio.CancelledError) for t in told)
        assert ended.total() == sum(t is None for t in told) > 20
        assert turns.in_hand == 0
        async with turns.place("after", slow=True):
            pass

    asyncio.run(storm())


def test_at_the_end_who_waits_is_told_and_who_has_a_place_keeps_it() -> None:
    async def asked() -> None:
        turns, goes = Turns(1, 1, 8), asyncio.Event()

        async def one(slow: bool) -> None:
            async with turns.place("a", slow=slow):
                await goes.wait()

        tasks = [asyncio.create_task(one(slow)) for slow in (False, False, True, False)]
        await asyncio.sleep(0)
        turns.end()
        tasks[3].cancel()  # goes away in the same moment: it never had a place to give back
        waited = await asyncio.gather(*tasks[1:], one(False), return_exceptions=True)
        assert [type(told) for told in waited] == [Ended, Ended, asyncio.CancelledError, Ended]
        assert (tasks[0].done(), turns.in_hand) == (False, 1)
        goes.set()
        await tasks[0]
        assert turns.in_hand == 0

    asyncio.run(asked())


def test_what_is_in_hand_too_long_when_the_server_ends_is_refused_in_words(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(pool, "GRACE", 0.01)

    async def ask() -> None:
        answers = Answers(Settings(data=tmp_path, in_process=True, solvers=1), Counters())
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "run_in_executor", lambda *_: loop.create_future())
        tasks = [asyncio.create_task(answers.run("answer")) for _ in range(3)]
        await asyncio.sleep(0)
        answers.end()
        told = await asyncio.gather(*tasks, answers.run("odds"), return_exceptions=True)
        assert [(type(t), getattr(t, "status", 0)) for t in told] == [(Refusal, 503)] * 4
        assert {str(t) for t in told} == {"The server is being stopped; ask again in a moment."}
        answers.close()

    asyncio.run(ask())


def test_the_pool_answers_another_client_before_the_rest_of_a_crowd(monkeypatch, tmp_path) -> None:
    """Through the pool itself, with tasks that end when they are told to: who asks for much waits for itself."""
    ended: list[str] = []

    async def worked(self: Answers, name: str, given: tuple[object, ...]) -> Done:
        for _ in range(30 if pool.slow(name, given) else 3):
            await asyncio.sleep(0)
        ended.append(f"{ASKING.get()} {name}")
        return Done(name)

    monkeypatch.setattr(Answers, "_worked", worked)

    async def ask() -> None:
        answers = Answers(Settings(data=tmp_path, in_process=True, solvers=2), Counters())

        def by(client: str, name: str) -> Awaitable[object]:
            ASKING.set(client)
            return asyncio.create_task(answers.run(name))  # a task has its own copy of who asks

        tasks = [by("greedy", "drivers") for _ in range(6)] + [by("other", "answer") for _ in range(3)] + [by("other", "ranges")]
        await asyncio.gather(*tasks)
        many = await asyncio.gather(*(by("greedy", "drivers") for _ in range(100)), by("other", "answer"), return_exceptions=True)
        assert sum(isinstance(m, Refusal) and m.status == 503 for m in many[:-1]) == 100 - 1 - 64
        assert many[-1] == "answer"
        answers.close()

    asyncio.run(ask())
    assert ended[:3] == ["other answer"] * 3
    assert ended.index("other ranges") == 4  # after the one slow question that was in hand
