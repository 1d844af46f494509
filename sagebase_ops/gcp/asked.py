"""What has this run asked already? Each question goes out once, its answer or its failure is shared."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sagebase_ops.errors import GcpError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list that Google may answer in part: `unreachable` names the places (regions) it could not look into.

    `partial` is the GcpError for that, with its remedy; None when the list is complete.
    """

    items: tuple[T, ...]
    unreachable: tuple[str, ...] = ()
    partial: GcpError | None = None

    @property
    def complete(self) -> bool:
        """Only in a complete list does absence mean "does not exist"."""
        return not self.unreachable


class Asked:
    """The questions of one run, at most `in_flight` of them at once. `count` is how many different ones there were."""

    def __init__(self, in_flight: int = 32) -> None:
        self._answers: dict[Hashable, asyncio.Task[Any]] = {}  # each key has its own answer type
        self._in_flight = asyncio.Semaphore(in_flight)

    @property
    def count(self) -> int:
        return len(self._answers)

    async def once(self, key: tuple[Hashable, ...], make: Callable[[], Awaitable[T]]) -> T:
        """The answer to `key`, made by the first who asks. Raises the same GcpError for all who ask.

        A waiter that is cancelled or out of time leaves the question running for the others.
        `make` must not ask a further question: with every place taken by askers, nobody could answer.
        """
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = asyncio.create_task(self._ask(make))
            answer.add_done_callback(_look_at_failure)
        shared: T = await asyncio.shield(answer)
        return shared

    async def unshared(self, make: Callable[[], Awaitable[T]]) -> T:
        """An answer that nobody else asks for and that is large: not kept for the rest of the run."""
        return await self._ask(make)

    async def aclose(self) -> None:
        """Give up the questions that nobody waits for any more."""
        waiting = [answer for answer in self._answers.values() if not answer.done()]
        for answer in waiting:
            answer.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _ask(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._in_flight:
            return await make()


def _look_at_failure(answer: asyncio.Task[Any]) -> None:
    """Python complains of a failure that nobody fetched, as when every waiter has run out of time."""
    if not answer.cancelled():
        answer.exception()
