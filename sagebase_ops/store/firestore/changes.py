"""How several processes change the same documents, none of them losing what another one wrote."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from sagebase_ops.errors import StoreError
from sagebase_ops.store.firestore.database import Database, Seen, Write

T = TypeVar("T")

TRIES = 20
"""Of two that write at once one always gets through, so this many losses in turn mean something else."""

_LONGEST_PAUSE = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Proposal(Generic[T]):
    """What is answered once all of `writes` hold. `wrote` then gets the documents as they stand."""

    answer: T
    writes: Sequence[Write] = ()
    wrote: Callable[[Sequence[Seen]], None] = field(default=lambda _: None)


Propose: TypeAlias = Callable[[bool], Awaitable[Proposal[T]]]
"""True: nothing is taken as remembered or as new. What it decides on it gets by `Changes.seen`."""


class Changes:
    """Decides first on the documents as this process knows them, which costs no read where that is still true.

    A commit holds only if they are still as they were decided on. "No" is never said from memory: a proposal that would
    write nothing, or raises, is made again on fresh reads. One at a time in a process: they would only undo each other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Seen] = {}
        self._turn = asyncio.Lock()

    async def seen(self, path: str) -> Seen:
        """As it is known, else as it is read now."""
        known = self._known.get(path)
        return known if known is not None else self.keep(await self._database.seen(path))

    async def read(self, path: str) -> Seen:
        """As it stands now."""
        return self.keep(await self._database.seen(path))

    def keep(self, seen: Seen) -> Seen:
        self._known[seen.path] = seen
        return seen

    def drop(self, folder: str) -> None:
        """Forget what is known of the documents in it."""
        self._known = {path: seen for path, seen in self._known.items() if not path.startswith(f"{folder}/")}

    async def make(self, propose: Propose[T]) -> T:
        """The answer of the proposal that held. Raises StoreError."""
        async with self._turn:
            for attempt in range(TRIES):
                made = await self._tried(propose, fresh=attempt > 0)
                if made is not None:
                    return made.answer
                if attempt > 0:
                    await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 (no secret)
        failure = StoreError(f"firestore://{self._database.name}: too many write the same at once; it is tried again")
        failure.retryable = True
        raise failure

    async def _tried(self, propose: Propose[T], *, fresh: bool) -> Proposal[T] | None:
        if fresh:
            self._known.clear()
        try:
            proposal = await propose(fresh)
        except StoreError:
            if fresh:
                raise
            return None
        if not proposal.writes:
            return proposal if fresh else None
        return await self._committed(proposal)

    async def _committed(self, proposal: Proposal[T]) -> Proposal[T] | None:
        known, self._known = self._known, {}  # until the answer is there nobody knows how they stand
        written = await self._database.commit(proposal.writes)
        if written is None:
            return None
        self._known = known | {seen.path: seen for seen in written if seen.path in known}
        proposal.wrote(written)
        return proposal
