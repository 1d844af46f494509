"""The slot ledger in SQL: which planned times were taken, by whom, and which never ran.

Each function works inside the transaction of its caller.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from sagebase_ops.domain.slots import Claim, JobRecord, Missed, MissedReason, Slot
from sagebase_ops.errors import ClaimLostError
from sagebase_ops.store.base import RELEASED, ClockJump, Untold
from sagebase_ops.store.sqlite.times import as_text, from_text


def jobs(db: sqlite3.Connection) -> Mapping[str, JobRecord]:
    rows = db.execute("SELECT job, calendar, since, last_slot FROM jobs ORDER BY job")
    return {
        job: JobRecord(job, calendar, from_text(since), from_text(last_slot) if last_slot else None)
        for job, calendar, since, last_slot in rows
    }


def adopt(db: sqlite3.Connection, record: JobRecord, missed: Missed | None) -> None:
    known = db.execute("SELECT calendar FROM jobs WHERE job = ?", (record.job,)).fetchone()
    if known is None or known[0] != record.calendar:
        db.execute(
            "INSERT INTO jobs (job, calendar, since) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET calendar = excluded.calendar, since = excluded.since",
            (record.job, record.calendar, as_text(record.since)),
        )
        _add_missed(db, missed)
    if record.last_slot is not None:
        _settle(db, record.job, record.last_slot)


def claims(db: sqlite3.Connection) -> Sequence[Claim]:
    rows = db.execute("SELECT job, at, claim, owner, lease_until FROM slots WHERE run IS NULL ORDER BY job")
    return [Claim(Slot(job, from_text(at)), claim, owner, from_text(until)) for job, at, claim, owner, until in rows]


def ledger(db: sqlite3.Connection) -> tuple[Mapping[str, JobRecord], Sequence[Claim]]:
    return jobs(db), claims(db)


def claim_slot(
    db: sqlite3.Connection, claim: Claim, now: datetime, missed: Missed | None, instead_of: Claim | None
) -> bool:
    slot, held = claim.slot, _held(db, claim.slot.job)
    if held is not None and held.slot == slot and held.id == claim.id and held.lease_until != RELEASED:
        return True  # the answer to the first try was lost
    if held != instead_of:
        return False
    if (instead_of is None or instead_of.slot != slot) and not _is_owed(db, slot, missed, instead_of):
        return False
    _take(db, claim, now, instead_of)
    _add_missed(db, missed)
    return True


def renew_claim(db: sqlite3.Connection, claim: Claim, now: datetime) -> None:
    renewed = db.execute(
        "UPDATE slots SET lease_until = ? WHERE job = ? AND at = ? AND claim = ? AND run IS NULL AND lease_until >= ?",
        (as_text(claim.lease_until), *_key(claim.slot), claim.id, as_text(now)),
    )
    if renewed.rowcount == 0:
        raise lost(claim)


def release_claim(db: sqlite3.Connection, claim: Claim) -> None:
    db.execute(
        "UPDATE slots SET lease_until = ? WHERE job = ? AND at = ? AND claim = ? AND run IS NULL",
        (as_text(RELEASED), *_key(claim.slot), claim.id),
    )


def finish(db: sqlite3.Connection, claim: Claim, run: str, now: datetime) -> None:
    """The slot was run. Raises ClaimLostError where the claim ran out before `now` or is another's."""
    finished = db.execute(
        "UPDATE slots SET run = ? WHERE job = ? AND at = ? AND claim = ? AND run IS NULL AND lease_until >= ?",
        (run, *_key(claim.slot), claim.id, as_text(now)),
    )
    if finished.rowcount == 0:
        raise lost(claim)


def slot_run(db: sqlite3.Connection, slot: Slot) -> str | None:
    row = db.execute("SELECT run FROM slots WHERE job = ? AND at = ?", _key(slot)).fetchone()
    return row[0] if row else None


def untold(db: sqlite3.Connection, job: str) -> Untold:
    missed = db.execute(
        "SELECT first, last, count, reason FROM missed WHERE job = ? AND told_by IS NULL ORDER BY first", (job,)
    )
    jumps = db.execute("SELECT at, seconds FROM clock_jumps WHERE told_by IS NULL ORDER BY at")
    return Untold(
        tuple(
            Missed(job, from_text(first), from_text(last), count, MissedReason(reason))
            for first, last, count, reason in missed
        ),
        tuple(ClockJump(from_text(at), seconds) for at, seconds in jumps),
    )


def mark_told(db: sqlite3.Connection, told: Untold, run: str) -> None:
    db.executemany(
        "UPDATE missed SET told_by = ? WHERE job = ? AND first = ? AND last = ? AND told_by IS NULL",
        [(run, missed.job, as_text(missed.first), as_text(missed.last)) for missed in told.missed],
    )
    db.executemany(
        "UPDATE clock_jumps SET told_by = ? WHERE at = ? AND seconds = ? AND told_by IS NULL",
        [(run, as_text(jump.at), jump.seconds) for jump in told.jumps],
    )


def record_jump(db: sqlite3.Connection, jump: ClockJump) -> None:
    db.execute(
        "INSERT INTO clock_jumps (at, seconds) VALUES (?, ?) ON CONFLICT DO NOTHING", (as_text(jump.at), jump.seconds)
    )


def prune(db: sqlite3.Connection, before: datetime) -> None:
    db.execute("DELETE FROM missed WHERE last < ?", (as_text(before),))
    db.execute("DELETE FROM clock_jumps WHERE at < ?", (as_text(before),))


def lost(claim: Claim) -> ClaimLostError:
    return ClaimLostError(f"the slot {claim.slot.job} {claim.slot.at:%Y-%m-%d %H:%M:%SZ} is no longer ours to run")


def _held(db: sqlite3.Connection, job: str) -> Claim | None:
    row = db.execute("SELECT at, claim, owner, lease_until FROM slots WHERE job = ? AND run IS NULL", (job,)).fetchone()
    return Claim(Slot(job, from_text(row[0])), row[1], row[2], from_text(row[3])) if row else None


def _is_owed(db: sqlite3.Connection, slot: Slot, missed: Missed | None, instead_of: Claim | None) -> bool:
    """Whether the slot, and what is to be missed before it, is newer than all that is settled."""
    row = db.execute("SELECT last_slot FROM jobs WHERE job = ?", (slot.job,)).fetchone()
    if row is None or row[0] is None:
        return True
    settled = from_text(row[0])
    # With a holder's claim in hand nobody can have settled anything since it was read: `missed` begins with that slot.
    fresh = missed is None or instead_of is not None or missed.first > settled
    return slot.at > settled and fresh


def _take(db: sqlite3.Connection, claim: Claim, now: datetime, instead_of: Claim | None) -> None:
    if instead_of is not None:
        db.execute("DELETE FROM slots WHERE job = ? AND at = ?", _key(instead_of.slot))
    job, at = _key(claim.slot)
    db.execute("INSERT INTO jobs (job, since) VALUES (?, ?) ON CONFLICT DO NOTHING", (job, at))
    db.execute(
        "INSERT INTO slots (job, at, claim, owner, lease_until, claimed_at) VALUES (?, ?, ?, ?, ?, ?)",
        (job, at, claim.id, claim.owner, as_text(claim.lease_until), as_text(now)),
    )
    _settle(db, claim.slot.job, claim.slot.at)


def _add_missed(db: sqlite3.Connection, missed: Missed | None) -> None:
    if missed is None:
        return
    db.execute(
        "INSERT INTO missed (job, first, last, count, reason) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (missed.job, as_text(missed.first), as_text(missed.last), missed.count, missed.reason),
    )
    _settle(db, missed.job, missed.last)


def _settle(db: sqlite3.Connection, job: str, until: datetime) -> None:
    """`last_slot` only ever goes forward."""
    db.execute("UPDATE jobs SET last_slot = max(coalesce(last_slot, ''), ?) WHERE job = ?", (as_text(until), job))


def _key(slot: Slot) -> tuple[str, str]:
    return slot.job, as_text(slot.at)
