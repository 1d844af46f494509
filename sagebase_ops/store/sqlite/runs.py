"""The runs in SQL, and all that one run changes. Each function works inside the transaction of its caller."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from sagebase_ops.domain.runs import Run
from sagebase_ops.store.base import Outcome
from sagebase_ops.store.records import read_run, write_run
from sagebase_ops.store.sqlite import incidents, outbox, slots
from sagebase_ops.store.sqlite.times import as_text


def record(db: sqlite3.Connection, outcome: Outcome, now: datetime) -> None:
    run = outcome.run
    if db.execute("SELECT 1 FROM runs WHERE id = ?", (run.id,)).fetchone():
        return  # the answer to the first try was lost
    db.execute(
        "INSERT INTO runs (id, job, started_at, record) VALUES (?, ?, ?, ?)",
        (run.id, run.job, as_text(run.started_at), write_run(run)),
    )
    if outcome.claim is not None:
        slots.finish(db, outcome.claim, run.id, now)
    outbox.queue(db, outcome.notifications, now)
    incidents.decide(db, outcome.decision, now)
    slots.mark_told(db, outcome.told, run.id)


def runs(db: sqlite3.Connection, job: str | None, limit: int) -> Sequence[Run]:
    if job is None:
        rows = db.execute("SELECT record FROM runs ORDER BY started_at DESC, rowid DESC LIMIT ?", (limit,))
    else:
        rows = db.execute(
            "SELECT record FROM runs WHERE job = ? ORDER BY started_at DESC, rowid DESC LIMIT ?", (job, limit)
        )
    return [read_run(row[0]) for row in rows]


def runs_between(db: sqlite3.Connection, start: datetime, end: datetime) -> Sequence[Run]:
    rows = db.execute(
        "SELECT record FROM runs WHERE started_at >= ? AND started_at < ? ORDER BY started_at, rowid",
        (as_text(start), as_text(end)),
    )
    return [read_run(row[0]) for row in rows]


def prune(db: sqlite3.Connection, installation: str, before: datetime) -> int:
    """Their slots go with the runs, by the foreign key."""
    forgotten = db.execute("DELETE FROM runs WHERE started_at < ?", (as_text(before),)).rowcount
    slots.prune(db, before)
    incidents.prune(db, before)
    outbox.prune(db, installation, before)
    return forgotten
