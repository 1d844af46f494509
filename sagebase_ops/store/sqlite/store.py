"""The store in one SQLite file. What each method promises stands in store/base.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.silences import Silence
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot
from sagebase_ops.store.base import Audit, Backlog, ClockJump, Decision, Outcome, Thinned, Untold
from sagebase_ops.store.sqlite import incidents, outbox, runs, slots, thinning
from sagebase_ops.store.sqlite.database import Database


class SqliteStore:
    """Made by `open_store`. Also an async context manager, which closes it."""

    def __init__(self, database: Database, installation: str) -> None:
        self._database = database
        self._installation = installation
        self._live_incidents = incidents.LiveIncidents()

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

    async def jobs(self) -> Mapping[str, JobRecord]:
        return await self._database.read(slots.jobs)

    async def adopt(self, record: JobRecord, missed: Missed | None = None) -> None:
        await self._database.write(slots.adopt, record, missed)

    async def claims(self) -> Sequence[Claim]:
        return await self._database.read(slots.claims)

    async def ledger(self) -> tuple[Mapping[str, JobRecord], Sequence[Claim]]:
        return await self._database.read(slots.ledger)

    async def claim_slot(
        self, claim: Claim, now: datetime, *, missed: Missed | None = None, instead_of: Claim | None = None
    ) -> bool:
        return await self._database.write(slots.claim_slot, claim, now, missed, instead_of)

    async def renew_claim(self, claim: Claim, now: datetime) -> None:
        await self._database.write(slots.renew_claim, claim, now)

    async def release_claim(self, claim: Claim) -> None:
        await self._database.write(slots.release_claim, claim)

    async def record(self, outcome: Outcome, now: datetime) -> None:
        if await self._database.write(runs.record, outcome, now):
            self._live_incidents.wrote(outcome.decision)

    async def untold(self, job: str) -> Untold:
        return await self._database.read(slots.untold, job)

    async def record_jump(self, jump: ClockJump) -> None:
        await self._database.write(slots.record_jump, jump)

    async def runs(self, job: str | None = None, limit: int = 20, before: datetime | None = None) -> Sequence[Run]:
        return await self._database.read(runs.runs, job, limit, before)

    async def runs_between(self, start: datetime, end: datetime) -> Sequence[Run]:
        return await self._database.read(runs.runs_between, start, end)

    async def slot_run(self, slot: Slot) -> str | None:
        return await self._database.read(slots.slot_run, slot)

    async def prune(self, before: datetime) -> int:
        return await self._database.write(runs.prune, self._installation, before)

    async def thin(self, before: datetime) -> Thinned:
        return await self._database.write(thinning.thin, before)

    async def thinned_until(self) -> datetime | None:
        return await self._database.read(thinning.thinned_until)

    async def decide(self, decision: Decision, now: datetime) -> bool:
        written = await self._database.write(incidents.decide, decision, now)
        if written:
            self._live_incidents.wrote(decision)
        return written

    async def live_incidents(self, resolved_after: datetime) -> Sequence[Incident]:
        return await self._database.read(self._live_incidents, resolved_after)

    async def incident(self, incident_id: str) -> Incident | None:
        return await self._database.read(incidents.incident, incident_id)

    async def incidents(self, limit: int = 50) -> Sequence[Incident]:
        return await self._database.read(incidents.incidents, limit)

    async def silences(self, until_after: datetime) -> Sequence[Silence]:
        return await self._database.read(incidents.silences, until_after)

    async def audit(self, limit: int = 50) -> Sequence[Audit]:
        return await self._database.read(incidents.audit, limit)

    async def take_sender_lease(self, owner: str, now: datetime, until: datetime) -> bool:
        return await self._database.write(outbox.take_sender_lease, owner, now, until)

    async def release_sender_lease(self, owner: str) -> None:
        await self._database.write(outbox.release_sender_lease, owner)

    async def due_notifications(self, now: datetime, limit: int = 100) -> Sequence[Notification]:
        return await self._database.read(outbox.due_notifications, now, limit)

    async def next_due(self) -> datetime | None:
        return await self._database.read(outbox.next_due)

    async def save_notification(self, row: Notification, owner: str, now: datetime) -> None:
        await self._database.write(outbox.save_notification, row, owner, now)

    async def notice(self, name: str) -> Sequence[Notification]:
        return await self._database.read(outbox.notice, name)

    async def backlog(self) -> Backlog:
        return await self._database.read(outbox.backlog)
