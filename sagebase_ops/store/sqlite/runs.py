"""The runs in SQL, and all that one run changes. Each function works inside the transaction of its caller."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sagebase_ops.domain.runs import Run
from sagebase_ops.domain.thinning import trace_of
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.packing import packed, unpacked
from sagebase_ops.store.records import VERSION, read_run, write_run
from sagebase_ops.store.sqlite import incidents, outbox, slots
from sagebase_ops.store.sqlite.times import as_text

INSERT = "INSERT INTO runs (id, job, started_at, record, seen, stays, packed) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
NEWEST = "SELECT record, packed FROM runs WHERE started_at < ? ORDER BY started_at DESC, rowid DESC LIMIT ?"
NEWEST_OF = (
    "SELECT record, packed FROM runs WHERE job = ? AND started_at < ? ORDER BY started_at DESC, rowid DESC LIMIT ?"
)
_NEVER = "9999"

PACKED = json.dumps({"version": VERSION + 1, "record": "packed"})
"""What code that knows no `packed` finds in `record`: it says that a newer one must be run, and leaves all as it is."""


def record(db: sqlite3.Connection, outcome: Outcome, now: datetime) -> bool:
    """Whether the outcome's decision was written."""
    run = outcome.run
    if db.execute(INSERT, columns(run)).rowcount == 0:
        return False  # the answer to the first try was lost
    if outcome.claim is not None:
        slots.finish(db, outcome.claim, run.id, now)
    outbox.queue(db, outcome.notifications, now)
    slots.mark_told(db, outcome.told, run.id)
    return incidents.decide(db, outcome.decision, now)


def columns(run: Run) -> tuple[object, ...]:
    """The values of INSERT."""
    trace, at = trace_of(run), as_text(run.started_at)
    return run.id, run.job, at, PACKED, trace.seen, trace.stays, packed(write_run(run))


def runs(db: sqlite3.Connection, job: str | None, limit: int, before: datetime | None) -> Sequence[Run]:
    until = _NEVER if before is None else as_text(before)
    rows = db.execute(NEWEST, (until, limit)) if job is None else db.execute(NEWEST_OF, (job, until, limit))
    return [read(*row) for row in rows]


def runs_between(db: sqlite3.Connection, start: datetime, end: datetime) -> Sequence[Run]:
    rows = db.execute(
        "SELECT record, packed FROM runs WHERE started_at >= ? AND started_at < ? ORDER BY started_at, rowid",
        (as_text(start), as_text(end)),
    )
    return [read(*row) for row in rows]


def read(record: str, packed_record: bytes | None) -> Run:
    """Raises StoreError where it cannot be read."""
    return read_run(record if packed_record is None else unpacked(packed_record))


def prune(db: sqlite3.Connection, installation: str, before: datetime) -> int:
    """Their slots go with the runs, by the foreign key."""
    forgotten = db.execute("DELETE FROM runs WHERE started_at < ?", (as_text(before),)).rowcount
    slots.prune(db, before)
    incidents.prune(db, before)
    outbox.prune(db, installation, before)
    return forgotten
