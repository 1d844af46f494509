"""A dry run must not write: it works on what it needs of the store, copied into memory."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sagebase_ops.domain.slots import JobRecord
from sagebase_ops.store.base import Decision, Outcome, Store, Untold
from sagebase_ops.store.sqlite.opening import open_copy

_LATELY = 200  # incidents: what a finding may reopen is among the newest
_EVER, _NEVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


async def copied(store: Store, *, sandbox: bool) -> Store:
    """Jobs, claims, what is untold, the newest run of each job, incidents, silences; no notices: a dry run tells nobody.

    It is the SQLite store without a file, with an installation of its own.
    """
    copy = await open_copy(Path("/nonexistent/copy"), sandbox=sandbox)
    claims = {claim.slot.job: claim for claim in await store.claims()}
    jumps = (await store.untold("")).jumps
    for job, record in (await store.jobs()).items():
        await copy.adopt(replace(record, last_slot=None))
        if claim := claims.get(job):
            await copy.claim_slot(claim, claim.lease_until)
        await _tell_later(copy, record, await store.untold(job))
        for run in await store.runs(job, limit=1):
            await copy.record(Outcome(run), run.finished_at)
    for jump in jumps:
        await copy.record_jump(jump)
    await copy.decide(await _known(store), _NEVER)
    return copy


async def _known(store: Store) -> Decision:
    """What is wrong, what was lately, and what is told to nobody; each as if it were new."""
    incidents = {one.id: one for one in [*await store.incidents(_LATELY), *await store.live_incidents(_NEVER)]}
    silences = tuple(await store.silences(_EVER))
    return Decision(tuple(replace(one, version=0) for one in incidents.values()), silences=silences)


async def _tell_later(copy: Store, record: JobRecord, untold: Untold) -> None:
    """What was missed stands in the ledger with the change of a calendar: each under one of its own, then the true one."""
    for number, missed in enumerate(untold.missed):
        await copy.adopt(replace(record, calendar=f"copying {number}", last_slot=None), missed)
    await copy.adopt(record)
