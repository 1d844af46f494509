"""The outbox: what was decided to be told, and who may tell it now."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sagebase_ops.domain.notifications import NEXT, Notification
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import LONGEST_LEASE, Backlog
from sagebase_ops.store.firestore import notices, queries
from sagebase_ops.store.firestore.changes import Changes, Proposal
from sagebase_ops.store.firestore.database import Content, Database, Seen, Write
from sagebase_ops.store.firestore.fields import aware, plain

_SENDER = "board/sender"
_NOBODY: Content = {"owner": None, "until": datetime(1970, 1, 1, tzinfo=UTC)}


class Outbox:
    """The notices, and the lease of their sender."""

    def __init__(self, database: Database, changes: Changes) -> None:
        self._database = database
        self._changes = changes

    async def take_lease(self, owner: str, now: datetime, until: datetime) -> bool:
        async def propose(_: bool) -> Proposal[bool]:  # noqa: FBT001 (`make` asks so)
            lease = await self._changes.seen(_SENDER)
            held = lease.content or _NOBODY
            if held["owner"] in (None, owner) or not now <= held["until"] <= now + LONGEST_LEASE:
                return Proposal(True, [Write(lease, {"owner": owner, "until": aware(until)})])
            return Proposal(answer=False)

        return await self._changes.make(propose)

    async def release_lease(self, owner: str) -> None:
        async def propose(_: bool) -> Proposal[None]:  # noqa: FBT001
            lease = await self._changes.seen(_SENDER)
            ours = (lease.content or _NOBODY)["owner"] == owner
            return Proposal(None, [Write(lease, _NOBODY)] if ours else ())

        await self._changes.make(propose)

    async def queued(self, rows: Iterable[Notification], now: datetime, *, fresh: bool) -> list[Write]:
        """The writes that queue these rows. Without `fresh` a notice is taken for new, unless a row goes behind its last."""
        posts: defaultdict[str, list[Notification]] = defaultdict(list)
        for row in rows:
            posts[notices.path_of(row.notice)].append(row)
        writes: list[Write] = []
        for nth, (path, added) in enumerate(posts.items()):
            looks = fresh or any(row.place == NEXT for row in added)
            seen = await self._changes.seen(path) if looks else Seen(path)
            writes.append(Write(seen, notices.queued(seen.content, added, nth, now)))
        return writes

    async def due(self, now: datetime, limit: int) -> Sequence[Notification]:
        """They are remembered as they stand: saving one then costs no read, and fails where it no longer stands so."""
        found = await self._database.find(queries.due(now, limit))
        self._changes.drop("outbox")
        return [notices.head(self._changes.keep(seen).content or {}) for seen in found]

    async def next_due(self) -> datetime | None:
        for seen in await self._database.find(queries.next_due()):
            return plain(seen.content["due_at"]) if seen.content else None
        return None

    async def save(self, row: Notification, owner: str, now: datetime) -> None:
        async def propose(_: bool) -> Proposal[None]:  # noqa: FBT001
            lease = await self._changes.seen(_SENDER)
            held = lease.content or _NOBODY
            if held["owner"] != owner or held["until"] < now:
                raise ClaimLostError(f"{owner} does not hold the sender lease any more; {row.key} was left as it was")
            seen = await self._changes.seen(notices.path_of(row.notice))
            # The lease is written as it stands: that costs a write, and fails where it is no longer ours.
            return Proposal(None, [Write(lease, held), Write(seen, notices.saved(seen.content, row, now))])

        await self._changes.make(propose)

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
