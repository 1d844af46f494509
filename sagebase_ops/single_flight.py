"""How is the same thing asked once, whoever asks? The first one's answer, or its failure, is shared by all the others."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlight:
    """The questions of one run to one kind of server, at most `at_once` of them under way. All answers are kept."""

    def __init__(self, at_once: int) -> None:
        self._answers: dict[Hashable, asyncio.Task[Any]] = {}  # each key has its own answer type
        self._turns = asyncio.Semaphore(at_once)

    @property
    def count(self) -> int:
        """How many different questions there were."""
        return len(self._answers)

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The answer to `key`, made by the first who asks. Raises the same error for all who ask.

        A waiter that is cancelled or out of time leaves the question running for the others.
        `make` must not ask a further question: with every place taken by askers, nobody could answer.
        """
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = asyncio.create_task(self.in_turn(make))
            answer.add_done_callback(_look_at_failure)
        shared: T = await asyncio.shield(answer)
        return shared

    async def in_turn(self, make: Callable[[], Awaitable[T]]) -> T:
        """An answer that is neither shared nor kept."""
        async with self._turns:
            return await make()

    async def aclose(self) -> None:
        """Give up the questions that nobody waits for any more."""
        waiting = [answer for answer in self._answers.values() if not answer.done()]
        for answer in waiting:
            answer.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _look_at_failure(answer: asyncio.Task[Any]) -> None:
    """Python complains of a failure that nobody fetched, as when every waiter has run out of time."""
    if not answer.cancelled():
        answer.exception()
