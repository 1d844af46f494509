"""What is forgotten, and in which order: never a thing that something kept still needs.

Not one write but many. Each run and each notice goes whole, and what is left after a kill goes at the next call.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sagebase_ops.domain.incidents import notice_of
from sagebase_ops.store.firestore import queries, runs
from sagebase_ops.store.firestore.changes import TRIES
from sagebase_ops.store.firestore.database import Database, Seen, Write
from sagebase_ops.store.firestore.incidents import Incidents
from sagebase_ops.store.firestore.queries import Query

AT_ONCE = 100
"""How many are forgotten in one commit."""


async def prune(database: Database, incidents: Incidents, installation: str, before: datetime) -> int:
    """Forget what `Store.prune` says; how many runs."""

    async def with_parts(found: Sequence[Seen]) -> Sequence[Write]:
        return await runs.forgetting(database, found)

    forgotten = await _forget_all(database, queries.old_runs(before, AT_ONCE), with_parts)
    await incidents.forget(before)
    for query in (queries.old_untold, queries.old_silences, queries.old_audit, queries.old_decided):
        await _forget_all(database, query(before, AT_ONCE), _alone)
    closed = await database.find(queries.closed_notices(before))
    await _forget(database, [seen for seen in closed if not await _is_of_an_incident(database, installation, seen)])
    return forgotten


async def _forget_all(
    database: Database, query: Query, writes: Callable[[Sequence[Seen]], Awaitable[Sequence[Write]]]
) -> int:
    """How many documents. Another process may forget the same at the same time: then it looks again."""
    forgotten = tries = 0
    while tries < TRIES and (found := await database.find(query)):
        if await database.commit(await writes(found)) is None:
            tries += 1
        else:
            forgotten += len(found)
    return forgotten


async def _forget(database: Database, found: Sequence[Seen]) -> None:
    """What was changed or forgotten by another process meanwhile waits for the next call."""
    for start in range(0, len(found), AT_ONCE):
        await database.commit(await _alone(found[start : start + AT_ONCE]))


async def _is_of_an_incident(database: Database, installation: str, notice: Seen) -> bool:
    """Whether its posts belong to an incident that is kept."""
    name, ours = str((notice.content or {})["notice"]), notice_of(installation, "")
    return name.startswith(ours) and bool(await database.find(queries.any_incident_of(name.removeprefix(ours))))


async def _alone(found: Sequence[Seen]) -> Sequence[Write]:
    return [Write(seen, None) for seen in found]
