"""What is remembered, and what every store promises. One contract suite runs over each of them: tests/contract.

Promises:
    durable     what a method wrote is there after a kill -9 of the process, the moment the method has returned
    atomic      each method writes all of what it says or nothing
    exclusive   of two processes that claim the same thing exactly one gets it
    repeatable  the same call again with the same arguments (its answer was lost) changes nothing and answers the same

Every method may raise StoreError, `retryable` where the same call may go through later (the disk is full, the file is
locked). Times are aware UTC. The store reads no clock: `now` is passed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sagebase_ops.domain.incidents import Incident
from sagebase_ops.domain.notifications import Notification
from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.silences import Silence
from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot

LONGEST_LEASE = timedelta(minutes=5)
"""No sender takes a longer one, and no two clocks that are right are so far apart."""

RELEASED = datetime(1970, 1, 1, tzinfo=UTC)
"""The lease of a claim that was handed back: it ran out long ago, so the slot is owed at once."""


@dataclass(frozen=True, slots=True)
class ClockJump:
    """Wall and monotonic time came apart by `seconds` (positive: the wall clock leapt ahead), noticed at `at`."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Untold:
    """What happened since the last digest that the next one must say."""

    missed: tuple[Missed, ...] = ()
    jumps: tuple[ClockJump, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """One thing that a person did, or that the program did for one: who, what, to what, from where."""

    at: datetime
    by: str
    what: str
    subject: str
    detail: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about incidents, written at once with what is told of it.

    `incidents` carry the version that was read, 0 for a new one; the stored one must still have it, and gets the next. Of
    one fingerprint at most one is not resolved, after all of the decision. `forgotten` are pending ones that came to nothing,
    and must be pending still. A notification with place `NEXT` goes behind its notice's last post, and where that is a waiting
    `EDIT` and this one too, it takes its place (`domain.notifications.in_place_of`); so do several of one decision, in order.
    A silence takes the place of the one with its id. `once` names a press or a step: a decision of that name that was written
    before is not written again.
    """

    incidents: tuple[Incident, ...] = ()
    forgotten: tuple[Incident, ...] = ()
    notifications: tuple[Notification, ...] = ()
    silences: tuple[Silence, ...] = ()
    audit: tuple[Audit, ...] = ()
    once: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that one run changes, written at once.

    `claim` is the slot's; a manual run has none. `told` is what the run's digest says of `Untold`, and is never told
    again; it is empty where no digest is posted.
    """

    run: Run
    claim: Claim | None = None
    notifications: tuple[Notification, ...] = ()
    told: Untold = Untold()
    decision: Decision = Decision()

    def in_silence(self) -> "Outcome":
        """The same, recorded but told to nobody."""
        return replace(self, notifications=(), told=Untold(), decision=Decision())


@dataclass(frozen=True, slots=True)
class Backlog:
    """How telling stands.

    `unsent` counts posts that wait or are being sent. `oldest` is when the oldest post that is not final was decided;
    `last_error` the newest refusal that no later success of its post has undone.
    """

    unsent: int = 0
    unproven: int = 0
    refused: int = 0
    oldest: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Thinned:
    """Of what started before `until` only what stays by `domain.thinning` is left; `runs` went just now."""

    until: datetime
    runs: int = 0


class Store(Protocol):
    """Slots, runs, incidents and the outbox. `installation` is made with the store and begins the name of every notice."""

    @property
    def installation(self) -> str: ...

    async def aclose(self) -> None: ...

    # Slots

    async def jobs(self) -> Mapping[str, JobRecord]:
        """Every job that was ever seen, by name."""

    async def adopt(self, record: JobRecord, missed: Missed | None = None) -> None:
        """Remember the job under its present calendar, and what the calendar before still owed as missed.

        `last_slot` never goes back: where the stored one is newer, it stays. Where the job is known under this calendar
        already (another process was faster), its `since` stays too, and `missed` is not written again.
        """

    async def claims(self) -> Sequence[Claim]:
        """Every slot that was claimed and not finished, also those whose lease ran out and those handed back.

        At most one of each job. One that was handed back has a lease that ran out in 1970.
        """

    async def ledger(self) -> tuple[Mapping[str, JobRecord], Sequence[Claim]]:
        """`jobs` and `claims` of one moment, by one read."""

    async def claim_slot(
        self, claim: Claim, now: datetime, *, missed: Missed | None = None, instead_of: Claim | None = None
    ) -> bool:
        """Take the slot, with the older ones as missed; True when it is ours. `now` is recorded.

        `instead_of` is the claim of a holder that is gone, on this slot or on an older one of the job (which is then
        missed); it must still be the stored one, its lease included. False where

        - the slot, or what `missed` says, was claimed, finished or missed meanwhile (the job's `last_slot` went past it);
        - another slot of the same job is claimed and not taken over here: a job never overlaps itself.
        """

    async def renew_claim(self, claim: Claim, now: datetime) -> None:
        """Make the lease last until `claim.lease_until`. Raises ClaimLostError where it ran out before `now` or is another's."""

    async def release_claim(self, claim: Claim) -> None:
        """Hand the slot back unrun: it stays among `claims` with a lease that ran out in 1970.

        So anybody may take it at once with `claim_slot(…, instead_of=that claim)`. Nothing happens where it is no longer ours.
        """

    # Runs

    async def record(self, outcome: Outcome, now: datetime) -> None:
        """Write the run and its decision, finish its slot, and queue its notifications.

        Raises ClaimLostError, and writes nothing, where the claim ran out before `now` or is another's; StaleError where an
        incident of its decision was changed meanwhile. A decision whose `once` was decided before is left out.
        """

    async def untold(self, job: str) -> Untold:
        """What the next digest of `job` must say: its missed slots, and every jump of the clock, oldest first.

        A jump is told once, by the first digest of any job.
        """

    async def record_jump(self, jump: ClockJump) -> None: ...

    async def runs(self, job: str | None = None, limit: int = 20, before: datetime | None = None) -> Sequence[Run]:
        """The newest runs (of one job, that started before that time), by their start, newest first."""

    async def runs_between(self, start: datetime, end: datetime) -> Sequence[Run]:
        """Every run that started at `start` or later and before `end`, oldest first. A long time is asked for in pieces."""

    async def slot_run(self, slot: Slot) -> str | None:
        """The id of the run that finished this slot, or None."""

    async def prune(self, before: datetime) -> int:
        """Forget what is older, and say how many runs that were.

        Runs by their start, with their slots and missed rows; notices by their youngest post, once all are final and no
        incident that is kept is told there (`domain.incidents.notice_of`); incidents by their resolve, once none of their group is live; silences by
        their end; audit and the names of decisions by when they were written.
        """

    async def thin(self, before: datetime) -> Thinned:
        """Thin the next `domain.thinning.SLICE` of the runs that started before `before`, with their slots.

        It begins where the last call ended, and all is done once `until` has come to `before`. Each run that goes makes its slice
        smaller and changes nothing of what stays; so a call that was cut short, or made twice, does no harm.
        """

    async def thinned_until(self) -> datetime | None:
        """How far `thin` has come; None before its first call. From there on every run is left."""

    # Incidents

    async def decide(self, decision: Decision, now: datetime) -> bool:
        """Write a decision that comes from no run. False, and nothing is written, where `once` was decided before.

        Raises StaleError, and writes nothing, where an incident was changed since it was read. So who tries again because the
        answer was lost gets False or StaleError though it was written, and changes nothing by it.
        """

    async def live_incidents(self, resolved_after: datetime) -> Sequence[Incident]:
        """Every incident that is pending, open or acknowledged, and those resolved since: what a finding may change."""

    async def incident(self, incident_id: str) -> Incident | None:
        """The incident of that id, or None."""

    async def incidents(self, limit: int = 50) -> Sequence[Incident]:
        """Those that were ever open: the open ones first, then by when they opened, newest first."""

    async def silences(self, until_after: datetime) -> Sequence[Silence]:
        """Silences that last, or lasted, past this time, oldest first."""

    async def audit(self, limit: int = 50) -> Sequence[Audit]:
        """What people did, newest first."""

    # Outbox

    async def take_sender_lease(self, owner: str, now: datetime, until: datetime) -> bool:
        """Be the only one who sends until then. True when free, run out before `now`, or ours already (it is prolonged).

        So is one that ends later than LONGEST_LEASE after `now`: whoever took it did so by a clock that was ahead, and may be
        gone; nobody would be told until the clock has come that far again.
        """

    async def release_sender_lease(self, owner: str) -> None: ...

    async def due_notifications(self, now: datetime, limit: int = 100) -> Sequence[Notification]:
        """What may be sent or must be looked for now: the first post of each notice that is not final, due by `now`.

        By priority, then the oldest notice. Each comes with its `parent`. A post in state `sending` is among them,
        whenever it is due: with the lease in hand, its sender is gone.
        """

    async def next_due(self) -> datetime | None:
        """When the next post that is the first one of its notice is due, or None when nothing waits."""

    async def save_notification(self, row: Notification, owner: str, now: datetime) -> None:
        """Write the row's new state.

        Raises ClaimLostError where `owner` does not hold the sender lease at `now`, StaleError where the row is an edit and a
        newer one took its place since it was read.
        """

    async def notice(self, name: str) -> Sequence[Notification]:
        """All posts of one notice, in order."""

    async def backlog(self) -> Backlog: ...
