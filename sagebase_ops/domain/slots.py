"""Which planned times of a job are due, which were missed, and is a holder of one still alive?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sagebase_ops.domain.calendars import Calendar, between

GRACE = timedelta(seconds=60)
"""A run that starts later than this after its planned time is labelled late."""

LEASE = timedelta(seconds=30)
"""How long a claim holds without being renewed."""

LEASE_GRACE = timedelta(seconds=10)
"""Two clocks never agree: a slot is taken from its holder only so long after its lease ran out."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One planned fire time (aware UTC) of one job."""

    job: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one slot. `id` is new with each try, so that a claim whose answer was lost is recognised."""

    slot: Slot
    id: str
    owner: str
    lease_until: datetime


class MissedReason(StrEnum):
    """Why planned times never ran."""

    DOWN = "down"
    SCHEDULE_CHANGED = "schedule_changed"


@dataclass(frozen=True, slots=True)
class Missed:
    """Planned times of one job that never ran and never will: `count` of them, from `first` to `last`."""

    job: str
    first: datetime
    last: datetime
    count: int
    reason: MissedReason = MissedReason.DOWN


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What the ledger knows of one job.

    `calendar` is the fingerprint of the calendar it had when it was last seen, None once it left the file; `since` is
    when that calendar was first seen; `last_slot` the newest planned time that ran, is running or was missed.
    """

    job: str
    calendar: str | None
    since: datetime
    last_slot: datetime | None = None

    @property
    def settled_until(self) -> datetime:
        """Nothing up to and with this time is owed any more."""
        return max(self.since, self.last_slot or self.since)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a job owes: the newest planned time, which runs, and the older ones, which are missed."""

    slot: Slot
    missed: Missed | None = None


def overdue(record: JobRecord, calendar: Calendar, now: datetime, abandoned: Iterable[datetime] = ()) -> Overdue | None:
    """What is owed at `now`, or None. `abandoned`: planned times whose holder is gone; they are owed still."""
    times = sorted({*abandoned, *between(calendar, record.settled_until, now)})
    if not times:
        return None
    *older, newest = times
    return Overdue(Slot(record.job, newest), missed_range(record.job, older))


def missed_range(job: str, times: Iterable[datetime], reason: MissedReason = MissedReason.DOWN) -> Missed | None:
    """One row for all of `times` (in order), or None where there are none."""
    owed = list(times)
    return Missed(job, owed[0], owed[-1], len(owed), reason) if owed else None


def adopted(
    record: JobRecord | None, job: str, calendar: Calendar, before: Calendar | None, now: datetime
) -> tuple[JobRecord, Missed | None]:
    """The record under the present calendar, and what the calendar `before` still owed, which will not run."""
    if record is None or record.calendar is None:
        return JobRecord(job, calendar.fingerprint, now, record.last_slot if record else None), None
    if record.calendar == calendar.fingerprint:
        return record, None
    owed = between(before, record.settled_until, now) if before else ()
    missed = missed_range(job, owed, MissedReason.SCHEDULE_CHANGED)
    return JobRecord(job, calendar.fingerprint, now, missed.last if missed else record.last_slot), missed


def lateness(slot: Slot, started_at: datetime) -> timedelta | None:
    """How much later than planned, or None within the grace."""
    late = started_at - slot.at
    return late if late > GRACE else None


def is_abandoned(claim: Claim, now: datetime) -> bool:
    """Whether the holder let its lease run out some time ago.

    A lease that lasts longer than any claim is given is from before the clock was set back: its holder is gone too, or
    finds at its next renewal that it is no longer the holder.
    """
    left = claim.lease_until - now
    return left < -LEASE_GRACE or left > LEASE + LEASE_GRACE
