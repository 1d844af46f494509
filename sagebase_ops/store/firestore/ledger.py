"""The slot ledger: which planned times were taken, by whom, and which never ran.

All jobs stand in one document, a few hundred bytes each: what a sweep looks at is one read, and that a job never overlaps
itself needs no second look. The decisions here are pure; the cell that holds the document makes them count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sagebase_ops.domain.slots import Claim, JobRecord, Missed, Slot
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import RELEASED
from sagebase_ops.store.firestore.database import Content, Seen, Write
from sagebase_ops.store.firestore.fields import aware, plain


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one job, and who holds one of its slots."""

    record: JobRecord
    claim: Claim | None = None
    claimed_at: datetime | None = None

    def settled(self, until: datetime | None) -> "Entry":
        """`last_slot` only ever goes forward."""
        times = [at for at in (self.record.last_slot, until) if at is not None]
        return replace(self, record=replace(self.record, last_slot=max(times, default=None)))

    def until(self, lease_until: datetime) -> "Entry":
        return replace(self, claim=replace(self.claim, lease_until=lease_until)) if self.claim else self

    def finished(self) -> "Entry":
        return replace(self, claim=None, claimed_at=None)


def entries(seen: Seen) -> Mapping[str, Entry]:
    """By job, in order."""
    jobs = _jobs(seen)
    return {job: _entry(job, jobs[job]) for job in sorted(jobs)}


def write(seen: Seen, entry: Entry) -> Write:
    """The ledger as it was seen, but for this job."""
    return Write(seen, {"jobs": {**_jobs(seen), entry.record.job: _fields(entry)}})


def adopted(entry: Entry | None, record: JobRecord, missed: Missed | None) -> tuple[Entry, bool]:
    """The job under this calendar, and whether that is new; only then are the times `missed` that it still owed."""
    if entry is not None and entry.record.calendar == record.calendar:
        return entry.settled(record.last_slot), False
    known = entry or Entry(replace(record, last_slot=None))
    changed = replace(known.record, calendar=record.calendar, since=record.since)
    now_under = replace(known, record=changed).settled(record.last_slot)
    return now_under.settled(missed.last if missed else None), True


def claimed(
    entry: Entry | None, claim: Claim, now: datetime, missed: Missed | None, instead_of: Claim | None
) -> Entry | None:
    """The job with the slot taken, or None where it may not be. See `Store.claim_slot`."""
    slot, held = claim.slot, entry.claim if entry else None
    if held != instead_of:
        return None
    if (instead_of is None or instead_of.slot != slot) and not _is_owed(entry, slot, missed, instead_of):
        return None
    known = entry or Entry(JobRecord(slot.job, None, slot.at))
    return replace(known, claim=claim, claimed_at=now).settled(slot.at).settled(missed.last if missed else None)


def is_ours(entry: Entry | None, claim: Claim) -> bool:
    """Whether it was granted already and the answer got lost."""
    held = entry.claim if entry else None
    return held is not None and (held.slot, held.id) == (claim.slot, claim.id) and held.lease_until != RELEASED


def held_still(entry: Entry | None, claim: Claim, now: datetime) -> Entry:
    """Raises ClaimLostError where the claim ran out before `now` or is another's."""
    if entry is None or entry.claim is None or not is_ours(entry, claim) or entry.claim.lease_until < now:
        raise ClaimLostError(f"the slot {claim.slot.job} {claim.slot.at:%Y-%m-%d %H:%M:%SZ} is no longer ours to run")
    return entry


def claims(seen: Seen) -> Sequence[Claim]:
    return [entry.claim for entry in entries(seen).values() if entry.claim is not None]


def _is_owed(entry: Entry | None, slot: Slot, missed: Missed | None, instead_of: Claim | None) -> bool:
    """Whether the slot, and what is to be missed before it, is newer than all that is settled."""
    if entry is None or entry.record.last_slot is None:
        return True
    settled = entry.record.last_slot
    # With a holder's claim in hand nobody can have settled anything since it was read: `missed` begins with that slot.
    fresh = missed is None or instead_of is not None or missed.first > settled
    return slot.at > settled and fresh


def _jobs(seen: Seen) -> Mapping[str, Any]:  # Any: the fields of `_fields`
    jobs: Mapping[str, Any] = (seen.content or {"jobs": {}})["jobs"]
    return jobs


def _entry(job: str, fields: Mapping[str, Any]) -> Entry:
    held, last = fields["claim"], fields["last_slot"]
    record = JobRecord(job, fields["calendar"], plain(fields["since"]), plain(last) if last else None)
    if held is None:
        return Entry(record)
    slot = Slot(job, plain(held["at"]))
    claim = Claim(slot, held["id"], held["owner"], plain(held["lease_until"]))
    return Entry(record, claim, held["claimed_at"] and plain(held["claimed_at"]))


def _fields(entry: Entry) -> Content:
    record = entry.record
    return {
        "calendar": record.calendar,
        "since": aware(record.since),
        "last_slot": aware(record.last_slot) if record.last_slot else None,
        "claim": _claim_fields(entry.claim, entry.claimed_at) if entry.claim else None,
    }


def _claim_fields(claim: Claim, claimed_at: datetime | None) -> Content:
    return {
        "at": aware(claim.slot.at),
        "id": claim.id,
        "owner": claim.owner,
        "lease_until": aware(claim.lease_until),
        "claimed_at": claimed_at and aware(claimed_at),
    }
