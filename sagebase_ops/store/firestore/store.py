"""The store in one Firestore database. What each method promises stands in store/base.py.

    sagebase-ops/store                 what is true of the whole store: installation, world, version
    sagebase-ops/store/board/ledger    all jobs, with who holds which slot
    sagebase-ops/store/board/sender    who may send
    sagebase-ops/store/board/decisions the bell: written with every decision about incidents
    sagebase-ops/store/board/thinned   how far what is long ago was thinned
    sagebase-ops/store/runs            one document a run; `of_slot` finds the run that finished a slot
    sagebase-ops/store/outbox          one document a notice
    sagebase-ops/store/untold          what the next digest must say
    sagebase-ops/store/incidents, silences, audit, decided

`prune` and `thin` alone are not one write but many: each run and each notice goes whole, and what is left goes at the next
call.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import uuid4

from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.silences import Silence
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot
from sagebase_ops.store.base import RELEASED, Audit, Backlog, ClockJump, Decision, Outcome, Thinned, Untold
from sagebase_ops.store.firestore import ledger, queries, runs, thinning, untold
from sagebase_ops.store.firestore.changes import Changes, Proposal
from sagebase_ops.store.firestore.database import Database, Write
from sagebase_ops.store.firestore.incidents import NOTHING, Incidents
from sagebase_ops.store.firestore.outbox import Outbox
from sagebase_ops.store.firestore.pruning import prune

_LEDGER = "board/ledger"


class FirestoreStore:
    """Made by `open_store`. Also an async context manager, which closes it."""

    def __init__(self, database: Database, installation: str) -> None:
        self._database = database
        self._installation = installation
        self._changes = Changes(database)
        self._outbox = Outbox(database, self._changes)
        self._incidents = Incidents(database, self._changes, self._outbox)

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
        return (await self.ledger())[0]

    async def claims(self) -> Sequence[Claim]:
        return (await self.ledger())[1]

    async def ledger(self) -> tuple[Mapping[str, JobRecord], Sequence[Claim]]:
        seen = await self._changes.read(_LEDGER)
        return {job: entry.record for job, entry in ledger.entries(seen).items()}, ledger.claims(seen)

    async def adopt(self, record: JobRecord, missed: Missed | None = None) -> None:
        async def propose(_: bool) -> Proposal[None]:  # noqa: FBT001 (`make` asks so)
            seen = await self._changes.seen(_LEDGER)
            known = ledger.entries(seen).get(record.job)
            entry, changed = ledger.adopted(known, record, missed)
            if entry == known:
                return Proposal(None)
            return Proposal(None, [ledger.write(seen, entry), *untold.missed_writes(missed if changed else None)])

        await self._changes.make(propose)

    async def claim_slot(
        self, claim: Claim, now: datetime, *, missed: Missed | None = None, instead_of: Claim | None = None
    ) -> bool:
        async def propose(_: bool) -> Proposal[bool]:  # noqa: FBT001
            seen = await self._changes.seen(_LEDGER)
            known = ledger.entries(seen).get(claim.slot.job)
            if ledger.is_ours(known, claim):
                return Proposal(answer=True)
            entry = ledger.claimed(known, claim, now, missed, instead_of)
            if entry is None:
                return Proposal(answer=False)
            return Proposal(True, [ledger.write(seen, entry), *untold.missed_writes(missed)])

        return await self._changes.make(propose)

    async def renew_claim(self, claim: Claim, now: datetime) -> None:
        async def propose(_: bool) -> Proposal[None]:  # noqa: FBT001
            seen = await self._changes.seen(_LEDGER)
            held = ledger.held_still(ledger.entries(seen).get(claim.slot.job), claim, now)
            return Proposal(None, [ledger.write(seen, held.until(claim.lease_until))])

        await self._changes.make(propose)

    async def release_claim(self, claim: Claim) -> None:
        async def propose(_: bool) -> Proposal[None]:  # noqa: FBT001
            seen = await self._changes.seen(_LEDGER)
            known = ledger.entries(seen).get(claim.slot.job)
            if known is None or not ledger.is_ours(known, claim):
                return Proposal(None)
            return Proposal(None, [ledger.write(seen, known.until(RELEASED))])

        await self._changes.make(propose)

    # Runs

    async def record(self, outcome: Outcome, now: datetime) -> None:
        name = uuid4().hex

        async def propose(fresh: bool) -> Proposal[None]:  # noqa: FBT001
            if fresh and (await self._database.seen(runs.path_of(outcome.run.id))).version:
                return Proposal(None)  # the answer to the first try was lost
            decision = outcome.decision
            if fresh and await self._incidents.was_decided(decision):
                decision = NOTHING
            writes = [
                *await self._finishing(outcome.claim, now),
                *runs.writes(outcome),
                *await self._incidents.writes(decision, name, now, fresh=fresh),
                *await self._outbox.queued([*outcome.notifications, *decision.notifications], now, fresh=fresh),
                *untold.told_writes(await self._database.seen_all(untold.paths(outcome.told))),
            ]
            return Proposal(None, writes, await self._incidents.remembering())

        await self._changes.make(propose)

    async def _finishing(self, claim: Claim | None, now: datetime) -> list[Write]:
        """Raises ClaimLostError where the claim ran out before `now` or is another's."""
        if claim is None:
            return []
        seen = await self._changes.seen(_LEDGER)
        held = ledger.held_still(ledger.entries(seen).get(claim.slot.job), claim, now)
        return [ledger.write(seen, held.finished())]

    async def untold(self, job: str) -> Untold:
        return untold.read(job, await self._database.find(queries.untold(untold.subjects(job))))

    async def record_jump(self, jump: ClockJump) -> None:
        await self._database.commit([untold.jump_write(jump)])  # where it is known already nothing is written

    async def runs(self, job: str | None = None, limit: int = 20, before: datetime | None = None) -> Sequence[Run]:
        wanted = queries.newest_runs(limit, before) if job is None else queries.newest_runs_of(job, limit, before)
        return await runs.read(self._database, await self._database.find(wanted))

    async def runs_between(self, start: datetime, end: datetime) -> Sequence[Run]:
        return await runs.read(self._database, await self._database.find(queries.runs_between(start, end)))

    async def slot_run(self, slot: Slot) -> str | None:
        found = await self._database.find(queries.run_of_slot(runs.slot_key(slot)))
        return next((seen.content["id"] for seen in found if seen.content), None)

    async def prune(self, before: datetime) -> int:
        return await prune(self._database, self._incidents, self._installation, before)

    async def thin(self, before: datetime) -> Thinned:
        return await thinning.thin(self._database, before)

    async def thinned_until(self) -> datetime | None:
        return await thinning.thinned_until(self._database)

    # Incidents

    async def decide(self, decision: Decision, now: datetime) -> bool:
        return await self._incidents.decide(decision, now)

    async def live_incidents(self, resolved_after: datetime) -> Sequence[Incident]:
        return await self._incidents.live(resolved_after)

    async def incident(self, incident_id: str) -> Incident | None:
        return await self._incidents.incident(incident_id)

    async def incidents(self, limit: int = 50) -> Sequence[Incident]:
        return await self._incidents.newest(limit)

    async def silences(self, until_after: datetime) -> Sequence[Silence]:
        return await self._incidents.silences(until_after)

    async def audit(self, limit: int = 50) -> Sequence[Audit]:
        return await self._incidents.audit(limit)

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
