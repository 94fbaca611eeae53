"""Equilibria solved once: within `solved_once()` the same shock under the same parameters is not solved a second time.

A long piece of work, a briefing say, meets the same package in several places. Solutions are kept by the content of the question
(economy, shock, parameters, solver), not by where it was asked, and forgotten when the work ends. A search that starts from a
state nearby is not kept: its last digits depend on where it started.

With `between_runs` they are also kept on disk (`solutions` in the cache folder), under the question and the code that answers it:
a second run of the same briefing solves nothing. What is kept is the solver's own answer, bit for bit, with what was found when
it was judged. Figures that many solutions go into (`Kept.lasting`) are kept under the question and all the code behind them.

The memory belongs to the context that opened it (`contextvars`): threads see it when they run in a copy of that context.

>>> from detente.equilibrium import solve
>>> from detente.world import toy_world
>>> with solved_once() as kept:
...     first, second = solve(toy_world()), solve(toy_world())
>>> len(kept), kept.spared, bool((first.real_income == second.real_income).all())
(1, 1, True)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from detente.files import CacheFolder, sha256

if TYPE_CHECKING:
    from detente.policy.instruments import Policy
    from detente.policy.shock import Shock
    from detente.world.economy import Economy

T = TypeVar("T")


class Kept:
    """Answers by question. Two threads with the same question at once: one works it out, the other waits."""

    def __init__(self, solutions: CacheFolder | None = None) -> None:
        self.solutions = solutions
        """Where answers outlive the run, if anywhere."""
        self._answers: dict[Hashable, Any] = {}
        self._asked: dict[Hashable, Lock] = {}
        self._guard = Lock()
        self._shocks: dict[tuple[int, str], tuple[Policy, Shock]] = {}
        self.spared = 0
        """How many questions were answered without work."""
        self.worked = 0
        """How many equilibria were worked out, neither remembered nor found on disk."""
        self.begins: Callable[[], object] = lambda: None
        """Told when the first of them is about to be."""

    def __len__(self) -> int:
        return len(self._answers)

    def shock(self, policy: Policy, economy: Economy) -> Shock:
        """What the policy asks of the economy, laid out once for all parameters it is solved at."""
        key = (id(policy), economy.fingerprint)
        if key not in self._shocks:
            self._shocks[key] = (policy, policy.shock(economy))  # the policy is held, so that its id stays its own
        return self._shocks[key][1]

    def works(self) -> None:
        """Note that an equilibrium is worked out."""
        with self._guard:
            first, self.worked = not self.worked, self.worked + 1
        if first:
            self.begins()

    def answer(self, question: Hashable, work: Callable[[], T]) -> T:
        """What `work` gives, worked out once. A failure is not kept."""
        with self._guard:
            turn = self._asked.setdefault(question, Lock())
        with turn:
            if question in self._answers:
                self.spared += 1
            else:
                self._answers[question] = work()
            found: T = self._answers[question]
        return found

    def amend(self, question: Hashable, answer: object) -> None:
        """Have a question answered from now on by what is known better."""
        self._answers[question] = answer

    def lasting(self, question: str, work: Callable[[], bytes]) -> bytes:
        """What `work` gives for a question told in full (the code that answers it too), found again in later runs where answers
        outlive the run. A failure is not kept."""

        def found() -> bytes:
            if self.solutions is None:
                return work()
            key = sha256(question.encode())[:40]
            body = self.solutions.find(key)
            if body is None:
                body = work()
                self.solutions.keep(key, body)
            return body

        return self.answer(("lasting", question), found)


_KEPT: ContextVar[Kept | None] = ContextVar("kept", default=None)


_SOLUTIONS = CacheFolder("solutions", 20_000)
"""At most 20,000 solutions, about 25 kB each on the default world."""
_THERE = CacheFolder("solutions", 0)
"""Those that are there; none is added."""


@contextmanager
def solved_once(*, between_runs: bool = False, passing: bool = False) -> Iterator[Kept]:
    """Keep solutions until the block ends, or with `between_runs` on disk as well; inside another such block, use its memory.

    What is asked in `passing`, and hardly ever twice, is looked for on disk and not added there.
    """
    outer = _KEPT.get()
    if outer is not None:
        yield outer
        return
    kept = Kept(_THERE if passing else _SOLUTIONS if between_runs else None)
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)


def memory() -> Kept | None:
    """The memory of this context, if one is open."""
    return _KEPT.get()
