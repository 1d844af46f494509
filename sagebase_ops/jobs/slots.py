"""What is owed is found, claimed, run and recorded: each planned time once, whoever was killed in between."""

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from sagebase_ops.clock import Clock
from sagebase_ops.domain.calendars import Calendar, calendar_of
from sagebase_ops.domain.slots import (
    LEASE,
    Claim,
    JobRecord,
    Overdue,
    Slot,
    adopted,
    is_abandoned,
    overdue,
)
from sagebase_ops.errors import ClaimLostError, StaleError, StoreError
from sagebase_ops.jobs.claims import under_claim
from sagebase_ops.store.base import Outcome, Store

log = structlog.get_logger()

MOST_RUNS = 8
"""Checklists at once; each has 32 questions in flight of its own."""

_AGAIN_AFTER = 2.0  # seconds, between tries to record an outcome in a store that cannot be written

TRIES = 3
"""How often a slot is tried when our own code crashes under it."""


class Work(Protocol):
    """What is done under a claim."""

    async def run(self, claim: Claim, now: datetime) -> Outcome:
        """Run the slot's checklist. `now` is when the claim was granted."""

    async def decide_again(self, outcome: Outcome) -> Outcome:
        """The same run, decided on incidents that were changed since."""

    def set_aside(self, claim: Claim, now: datetime, failure: Exception) -> Outcome:
        """What is recorded and told of a slot that crashed our code each time."""


class Slots:
    """The ledger's work for the jobs of one file. One object a process."""

    def __init__(self, calendars: Mapping[str, Calendar], store: Store, work: Work, clock: Clock, owner: str) -> None:
        self.calendars = calendars
        self._store = store
        self._work = work
        self._clock = clock
        self.owner = owner
        self._places = asyncio.Semaphore(MOST_RUNS)
        self._running: dict[str, asyncio.Task[None]] = {}
        self.closed = False
        self.on_recorded: Callable[[Outcome], None] = lambda _: None

    @property
    def running(self) -> Sequence[str]:
        """The jobs whose slot is being run here."""
        return sorted(self._running)

    async def adopt_calendars(self) -> None:
        """At start: what an older calendar still owed is missed, and a job that left the file owes nothing."""
        records, now = await self._store.jobs(), self._clock.now()
        for job, calendar in self.calendars.items():
            record = records.get(job)
            before = calendar_of(record.calendar) if record and record.calendar else None
            present, missed = adopted(record, job, calendar, before, now)
            if present != record:
                await self._store.adopt(present, missed)
                log.info("job.adopted", job=job, calendar=calendar.fingerprint, missed=missed.count if missed else 0)
        for job, record in records.items():
            if job not in self.calendars and record.calendar is not None:
                await self._store.adopt(JobRecord(job, None, now, record.last_slot))
                log.info("job.retired", job=job)

    async def sweep(self) -> None:
        """Begin every slot that is owed now and that nobody runs. Raises StoreError."""
        if self.closed:
            return
        (records, claims), now = await self._store.ledger(), self._clock.now()
        held = {claim.slot.job: claim for claim in claims}
        for job, calendar in self.calendars.items():
            claim = held.get(job)
            if job in self._running or job not in records or (claim and not is_abandoned(claim, now)):
                continue
            owed = overdue(records[job], calendar, now, [claim.slot.at] if claim else ())
            if owed is not None:
                self._begin(owed, claim)

    def _begin(self, owed: Overdue, instead_of: Claim | None) -> None:
        job = owed.slot.job
        task = asyncio.create_task(self._run(owed, instead_of), name=f"slot {job}")
        self._running[job] = task
        task.add_done_callback(lambda _: self._running.pop(job, None))

    async def _run(self, owed: Overdue, instead_of: Claim | None) -> None:
        """One slot from claim to record. Whatever goes wrong leaves it owed, at the latest when the lease ran out."""
        async with self._places:
            if self.closed:
                return
            now = self._clock.now()
            claim = Claim(owed.slot, uuid.uuid4().hex, self.owner, now + LEASE)
            try:
                if not await self._store.claim_slot(claim, now, missed=owed.missed, instead_of=instead_of):
                    return
                log.info("slot.claimed", **_named(owed.slot), missed=owed.missed.count if owed.missed else 0)
                await under_claim(claim, self._worked(claim, now), self._store, self._clock)
            except ClaimLostError as error:
                log.warning("slot.lost", **_named(owed.slot), error=str(error))
            except StoreError as error:
                log.critical("slot.unrecorded", **_named(owed.slot), error=str(error))

    async def _worked(self, claim: Claim, now: datetime) -> None:
        outcome = await self._outcome(claim, now)
        await self.record(outcome)

    async def _outcome(self, claim: Claim, now: datetime) -> Outcome:
        """Of a bug in our own code a slot is tried anew, then set aside, so that it holds up no other."""
        for left in reversed(range(TRIES)):
            try:
                return await self._work.run(claim, now)
            except StoreError:
                raise
            except Exception as error:
                log.critical("slot.crashed", **_named(claim.slot), tries_left=left, exc_info=True)
                failure = error
        return self._work.set_aside(claim, now, failure)

    async def record(self, outcome: Outcome) -> None:
        """Again and again while the store cannot be written, until it can or the claim is lost."""
        outcome = await self._recorded(outcome)
        run, posts = outcome.run, len(outcome.notifications) + len(outcome.decision.notifications)
        log.info("run.recorded", run=run.id, verdict=run.verdict.value, posts=posts)
        self.on_recorded(outcome)

    async def _recorded(self, outcome: Outcome) -> Outcome:
        while True:
            try:
                await self._store.record(outcome, self._clock.now())
            except ClaimLostError:
                raise
            except StaleError:
                outcome = await self._work.decide_again(outcome)
            except StoreError as error:
                if not error.retryable:
                    raise
                log.critical("run.unrecorded", run=outcome.run.id, error=str(error))
                await self._clock.sleep(_AGAIN_AFTER)
            else:
                return outcome

    async def settle(self) -> None:
        """Until nothing runs here any more."""
        while self._running:
            await asyncio.wait(set(self._running.values()))

    async def hand_back(self, seconds: float) -> None:
        """Take no slot any more; give what runs `seconds` to finish, then release it for whoever comes next."""
        self.closed = True
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=seconds)
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for claim in await self._store.claims():
            if claim.owner == self.owner:
                await self._store.release_claim(claim)
                log.info("slot.released", **_named(claim.slot))


def _named(slot: Slot) -> dict[str, str]:
    return {"job": slot.job, "slot": slot.at.isoformat()}
