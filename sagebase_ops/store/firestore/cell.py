"""One document that several processes change, such as the ledger or a lease."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from sagebase_ops.errors import StoreError
from sagebase_ops.store.firestore.database import Content, Database, Seen, Write

T = TypeVar("T")

TRIES = 20
"""Of two that write at once one always gets through, so this many losses in turn mean something else."""

_LONGEST_PAUSE = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What is answered once the document has become `content` (None: it stays), with the writes that go `along`."""

    answer: T
    content: Content | None = None
    along: Sequence[Write] = ()


Decide: TypeAlias = Callable[[Content, bool], Awaitable[Decision[T]]]
"""From what the document holds ({} where there is none). True: all must be looked at anew, none is taken as remembered."""


class Cell:
    """Decides first on the document as this process knows it, and costs no read where that is still true.

    A commit holds only if the document is still as it was decided on. "No" is never said from memory: what would write
    nothing, or raises, is decided again on a fresh read.
    """

    def __init__(self, database: Database, path: str) -> None:
        self._database = database
        self._path = path
        self._known: Seen | None = None
        self._turn = asyncio.Lock()

    async def read(self) -> Content:
        self._known = await self._database.seen(self._path)
        return self._known.content or {}

    async def change(self, decide: Decide[T], wrote: Callable[[Sequence[Seen]], None] | None = None) -> T:
        """The answer of the decision that held. `wrote` gets what went along, as it then stands. Raises StoreError."""
        async with self._turn:
            for attempt in range(TRIES):
                known, self._known = self._known, None  # until it is known again, also where this is cut off
                fresh = attempt > 0 or known is None
                seen = known if known and not fresh else await self._database.seen(self._path)
                try:
                    decision = await decide(seen.content or {}, fresh)
                except StoreError:
                    if fresh:
                        raise
                    continue
                writes = [*_own(seen, decision), *decision.along]
                if not writes and fresh:
                    self._known = seen
                    return decision.answer
                written = await self._database.commit(writes) if writes else None
                if written is not None:
                    self._known = written[0] if decision.content is not None else seen
                    if wrote:
                        wrote(written[len(written) - len(decision.along) :])
                    return decision.answer
                if attempt > 0:
                    await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 (no secret)
        failure = StoreError(f"firestore://{self._database.name}: {self._path} is written by too many at once")
        failure.retryable = True
        raise failure


def _own(seen: Seen, decision: Decision[T]) -> list[Write]:
    return [] if decision.content is None else [Write(seen, decision.content)]
