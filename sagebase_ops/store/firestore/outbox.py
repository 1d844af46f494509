"""The outbox: what was decided to be told, and who may tell it now."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sagebase_ops.domain.notifications import Notification
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import Backlog
from sagebase_ops.store.firestore import notices, queries
from sagebase_ops.store.firestore.cell import Cell, Decision
from sagebase_ops.store.firestore.database import Content, Database, Seen, Write
from sagebase_ops.store.firestore.fields import aware, plain

_NOBODY: Content = {"owner": None, "until": datetime(1970, 1, 1, tzinfo=UTC)}


class Outbox:
    """The notices, and the lease of their sender."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sender = Cell(database, "board/sender")
        self._due: dict[str, Seen] = {}
        """What was due last, as it stood: saving it again then costs no read, and fails where it no longer stands so."""

    async def take_lease(self, owner: str, now: datetime, until: datetime) -> bool:
        async def decide(content: Content, _: bool) -> Decision[bool]:  # noqa: FBT001 (the cell asks so)
            holder = content.get("owner")
            if holder in (None, owner) or content["until"] < now:
                return Decision(answer=True, content={"owner": owner, "until": aware(until)})
            return Decision(answer=False)

        return await self._sender.change(decide)

    async def release_lease(self, owner: str) -> None:
        async def decide(content: Content, _: bool) -> Decision[None]:  # noqa: FBT001
            return Decision(None, _NOBODY if content.get("owner") == owner else None)

        await self._sender.change(decide)

    async def queued(self, rows: Iterable[Notification], now: datetime, *, fresh: bool) -> list[Write]:
        """The writes that queue these rows. Without `fresh` each notice is taken for new, which costs no read."""
        posts: defaultdict[str, list[Notification]] = defaultdict(list)
        for row in rows:
            posts[notices.path_of(row.notice)].append(row)
        known = await self._database.seen_all(list(posts)) if fresh else [Seen(path) for path in posts]
        return [Write(seen, notices.queued(seen.content, posts[seen.path], nth, now)) for nth, seen in enumerate(known)]

    async def due(self, now: datetime, limit: int) -> Sequence[Notification]:
        found = await self._database.find(queries.due(now, limit))
        self._due = {seen.path: seen for seen in found}
        return [notices.head(seen.content) for seen in found if seen.content]

    async def next_due(self) -> datetime | None:
        for seen in await self._database.find(queries.next_due()):
            return plain(seen.content["due_at"]) if seen.content else None
        return None

    async def save(self, row: Notification, owner: str, now: datetime) -> None:
        path = notices.path_of(row.notice)

        async def decide(content: Content, fresh: bool) -> Decision[None]:  # noqa: FBT001
            if content.get("owner") != owner or content["until"] < now:
                raise ClaimLostError(f"{owner} does not hold the sender lease any more; {row.key} was left as it was")
            known = None if fresh else self._due.get(path)
            seen = known or await self._database.seen(path)
            # The lease is written as it stands: that costs a write, and fails where it is no longer ours.
            return Decision(None, content, [Write(seen, notices.saved(seen.content, row, now))])

        await self._sender.change(decide, self._remember)

    async def notice(self, name: str) -> Sequence[Notification]:
        return notices.rows((await self._database.seen(notices.path_of(name))).content)

    async def backlog(self) -> Backlog:
        """One read while Slack has taken all there is; the rest is asked only where something waits or was refused."""
        if not await self._database.find(queries.any_unsent()):
            return Backlog()
        counts = await asyncio.gather(
            self._database.total(queries.unsent(), "unsent"),
            self._database.total(queries.unsent(), "unproven"),
            self._database.total(queries.unsent(), "refused"),
        )
        oldest, worst = await asyncio.gather(
            self._database.find(queries.oldest_open()), self._database.find(queries.newest_error())
        )
        return notices.backlog(counts, oldest, worst)

    def _remember(self, written: Sequence[Seen]) -> None:
        self._due |= {seen.path: seen for seen in written if seen.path in self._due}
