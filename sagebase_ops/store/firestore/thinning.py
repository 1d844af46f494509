"""One slice of what is long ago, thinned in Firestore: a few commits, and how far it has come in the last of them.

What is left after a kill between two of them goes at the next call.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sagebase_ops.domain.thinning import SLICE, Trace, Traced, superfluous, trace_of
from sagebase_ops.store.base import Thinned
from sagebase_ops.store.firestore import queries, runs
from sagebase_ops.store.firestore.database import Database, Seen, Write
from sagebase_ops.store.firestore.fields import aware, plain

_PLACE = "board/thinned"
_AT_ONCE = 100  # are forgotten in one commit


async def thinned_until(database: Database) -> datetime | None:
    return _until(await database.seen(_PLACE))


async def thin(database: Database, before: datetime) -> Thinned:
    """Where another process thins the same meanwhile, `until` stays, and the next call looks again."""
    place = await database.seen(_PLACE)
    done = _until(place)
    if done is not None and done >= before:
        return Thinned(done)
    start = await _oldest(database, done)
    if start is None or start >= before:
        return await _remembered(database, place, Thinned(before))
    end = min(start + SLICE, before)
    found = await database.find(queries.traces_between(start, end))
    going = await _going(database, found, start)
    for at in range(0, len(going), _AT_ONCE):
        if await database.commit(await runs.forgetting(database, going[at : at + _AT_ONCE])) is None:
            return Thinned(done or start)
    return await _remembered(database, place, Thinned(end, len(going)))


def _until(place: Seen) -> datetime | None:
    return plain(place.content["until"]) if place.content else None


async def _oldest(database: Database, since: datetime | None) -> datetime | None:
    found = await database.find(queries.oldest_run(since))
    return next((plain(seen.content["started_at"]) for seen in found if seen.content), None)


async def _going(database: Database, found: Sequence[Seen], start: datetime) -> list[Seen]:
    traced = [await _traced(database, seen) for seen in found]
    keys = set(superfluous(traced, await _seen_before(database, {run.job for run in traced}, start)))
    return [seen for seen in found if seen.path in keys]


async def _seen_before(database: Database, jobs: Iterable[str], start: datetime) -> Mapping[str, str]:
    last = [seen for job in sorted(jobs) for seen in await database.find(queries.last_trace_before(job, start))]
    return {run.job: run.trace.seen for run in [await _traced(database, seen) for seen in last]}


async def _traced(database: Database, seen: Seen) -> Traced:
    """Where there is no trace, code of before wrote the run: then its record says it."""
    content = seen.content or {}
    if "seen" in content:
        return Traced(seen.path, content["job"], Trace(content["seen"], content["stays"]))
    (run,) = await runs.read(database, [await database.seen(seen.path)])
    return Traced(seen.path, run.job, trace_of(run))


async def _remembered(database: Database, place: Seen, thinned: Thinned) -> Thinned:
    """Where another process was faster, it came as far."""
    await database.commit([Write(place, {"until": aware(thinned.until)})])
    return thinned
