"""The store in one Firestore database. What each method promises stands in store/base.py.

    sagebase-ops/store                 what is true of the whole store: installation, world, version
    sagebase-ops/store/board/ledger    all jobs, with who holds which slot
    sagebase-ops/store/board/sender    who may send
    sagebase-ops/store/runs            one document a run; `of_slot` finds the run that finished a slot
    sagebase-ops/store/outbox          one document a notice
    sagebase-ops/store/untold          what the next digest must say

`prune` alone is not one write but many: each run and each notice goes whole, and what is left goes at the next call.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot
from sagebase_ops.store.base import RELEASED, Backlog, ClockJump, Outcome, Untold
from sagebase_ops.store.firestore import ledger, queries, runs, untold
from sagebase_ops.store.firestore.cell import TRIES, Cell, Decision
from sagebase_ops.store.firestore.database import Content, Database, Seen, Write
from sagebase_ops.store.firestore.outbox import Outbox
from sagebase_ops.store.firestore.queries import Query

_AT_ONCE = 100
"""How many are forgotten in one commit."""


class FirestoreStore:
    """Made by `open_store`. Also an async context manager, which closes it."""

    def __init__(self, database: Database, installation: str) -> None:
        self._database = database
        self._installation = installation
        self._ledger = Cell(database, "board/ledger")
        self._outbox = Outbox(database)

    @property
    def installation(self) -> str:
        return self._installation

    async def aclose(self) -> None:
        await self._database.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # Slots

    async def jobs(self) -> Mapping[str, JobRecord]:
        return {job: entry.record for job, entry in ledger.entries(await self._ledger.read()).items()}

    async def adopt(self, record: JobRecord, missed: Missed | None = None) -> None:
        async def decide(content: Content, _: bool) -> Decision[None]:  # noqa: FBT001 (the cell asks so)
            known = ledger.entries(content).get(record.job)
            entry, changed = ledger.adopted(known, record)
            if changed and missed:
                entry = entry.settled(missed.last)
            if entry == known:
                return Decision(None)
            return Decision(None, ledger.with_entry(content, entry), untold.missed_writes(missed) if changed else ())

        await self._ledger.change(decide)

    async def claims(self) -> Sequence[Claim]:
        return ledger.claims(await self._ledger.read())

    async def claim_slot(
        self, claim: Claim, now: datetime, *, missed: Missed | None = None, instead_of: Claim | None = None
    ) -> bool:
        async def decide(content: Content, _: bool) -> Decision[bool]:  # noqa: FBT001
            known = ledger.entries(content).get(claim.slot.job)
            if ledger.is_ours(known, claim):
                return Decision(answer=True)
            entry = ledger.claimed(known, claim, now, missed, instead_of)
            if entry is None:
                return Decision(answer=False)
            return Decision(True, ledger.with_entry(content, entry), untold.missed_writes(missed))

        return await self._ledger.change(decide)

    async def renew_claim(self, claim: Claim, now: datetime) -> None:
        async def decide(content: Content, _: bool) -> Decision[None]:  # noqa: FBT001
            held = ledger.held_still(ledger.entries(content).get(claim.slot.job), claim, now)
            return Decision(None, ledger.with_entry(content, ledger.renewed(held, claim.lease_until)))

        await self._ledger.change(decide)

    async def release_claim(self, claim: Claim) -> None:
        async def decide(content: Content, _: bool) -> Decision[None]:  # noqa: FBT001
            known = ledger.entries(content).get(claim.slot.job)
            if known is None or not ledger.is_ours(known, claim):
                return Decision(None)
            return Decision(None, ledger.with_entry(content, ledger.renewed(known, RELEASED)))

        await self._ledger.change(decide)

    # Runs

    async def record(self, outcome: Outcome, now: datetime) -> None:
        async def decide(content: Content, fresh: bool) -> Decision[None]:  # noqa: FBT001
            if fresh and (await self._database.seen(runs.path_of(outcome.run.id))).version:
                return Decision(None)  # the answer to the first try was lost
            finished = ledger.finished(content, outcome.claim, now) if outcome.claim else None
            queued = await self._outbox.queued(outcome.notifications, now, fresh=fresh)
            told = untold.told_writes(await self._database.seen_all(untold.paths(outcome.told)))
            return Decision(None, finished, [*runs.writes(outcome), *queued, *told])

        await self._ledger.change(decide)

    async def untold(self, job: str) -> Untold:
        return untold.read(job, await self._database.find(queries.untold(untold.subjects(job))))

    async def record_jump(self, jump: ClockJump) -> None:
        await self._database.commit([untold.jump_write(jump)])  # where it is known already nothing is written

    async def runs(self, job: str | None = None, limit: int = 20) -> Sequence[Run]:
        wanted = queries.newest_runs(limit) if job is None else queries.newest_runs_of(job, limit)
        return await runs.read(self._database, await self._database.find(wanted))

    async def slot_run(self, slot: Slot) -> str | None:
        found = await self._database.find(queries.run_of_slot(runs.slot_key(slot)))
        return next((seen.content["id"] for seen in found if seen.content), None)

    async def prune(self, before: datetime) -> int:
        forgotten = await self._forget(queries.old_runs(before, _AT_ONCE), self._run_with_parts)
        await self._forget(queries.old_untold(before, _AT_ONCE), _alone)
        await self._forget(queries.closed_notices(before, _AT_ONCE), _alone)
        return forgotten

    async def _forget(self, query: Query, writes: Callable[[Sequence[Seen]], Awaitable[Sequence[Write]]]) -> int:
        """How many documents. Another process may forget the same at the same time: then it looks again."""
        forgotten = tries = 0
        while tries < TRIES and (found := await self._database.find(query)):
            if await self._database.commit(await writes(found)) is None:
                tries += 1
            else:
                forgotten += len(found)
        return forgotten

    async def _run_with_parts(self, found: Sequence[Seen]) -> Sequence[Write]:
        return await runs.forgetting(self._database, found)

    # Outbox

    async def take_sender_lease(self, owner: str, now: datetime, until: datetime) -> bool:
        return await self._outbox.take_lease(owner, now, until)

    async def release_sender_lease(self, owner: str) -> None:
        await self._outbox.release_lease(owner)

    async def due_notifications(self, now: datetime, limit: int = 100) -> Sequence[Notification]:
        return await self._outbox.due(now, limit)

    async def next_due(self) -> datetime | None:
        return await self._outbox.next_due()

    async def save_notification(self, row: Notification, owner: str, now: datetime) -> None:
        await self._outbox.save(row, owner, now)

    async def notice(self, name: str) -> Sequence[Notification]:
        return await self._outbox.notice(name)

    async def backlog(self) -> Backlog:
        return await self._outbox.backlog()


async def _alone(found: Sequence[Seen]) -> Sequence[Write]:
    return [Write(seen, None) for seen in found]
