"""One slice of what is long ago, thinned in SQL. Each function works inside the transaction of its caller."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sagebase_ops.domain.thinning import SLICE, Trace, Traced, superfluous, trace_of
from sagebase_ops.store.base import Thinned
from sagebase_ops.store.sqlite.runs import read
from sagebase_ops.store.sqlite.times import as_text, from_text

_UNTIL = "thinned_until"  # in `meta`

_TRACE = "seen, stays, CASE WHEN seen IS NULL THEN record END"
SPAN = f"SELECT id, job, {_TRACE} FROM runs WHERE started_at >= ? AND started_at < ? ORDER BY started_at, rowid"  # noqa: S608
LAST_BEFORE = f"SELECT {_TRACE} FROM runs WHERE job = ? AND started_at < ? ORDER BY started_at DESC, rowid DESC LIMIT 1"  # noqa: S608
OLDEST = "SELECT started_at FROM runs WHERE started_at >= ? ORDER BY started_at LIMIT 1"


def thinned_until(db: sqlite3.Connection) -> datetime | None:
    row = db.execute("SELECT value FROM meta WHERE name = ?", (_UNTIL,)).fetchone()
    return from_text(row[0]) if row else None


def thin(db: sqlite3.Connection, before: datetime) -> Thinned:
    done = thinned_until(db)
    if done is not None and done >= before:
        return Thinned(done)
    start = _oldest(db, done)
    if start is None or start >= before:
        return _remembered(db, Thinned(before))
    end = min(start + SLICE, before)
    going = superfluous(runs := list(_span(db, start, end)), _seen_before(db, {run.job for run in runs}, start))
    db.executemany("DELETE FROM runs WHERE id = ?", [(key,) for key in going])
    return _remembered(db, Thinned(end, len(going)))


def _oldest(db: sqlite3.Connection, since: datetime | None) -> datetime | None:
    row = db.execute(OLDEST, (as_text(since) if since else "",)).fetchone()
    return from_text(row[0]) if row else None


def _span(db: sqlite3.Connection, start: datetime, end: datetime) -> Iterator[Traced]:
    for key, job, *trace in db.execute(SPAN, (as_text(start), as_text(end))):
        yield Traced(key, job, _trace(*trace))


def _seen_before(db: sqlite3.Connection, jobs: Iterable[str], start: datetime) -> Mapping[str, str]:
    rows = {job: db.execute(LAST_BEFORE, (job, as_text(start))).fetchone() for job in jobs}
    return {job: _trace(*row).seen for job, row in rows.items() if row}


def _trace(seen: str | None, stays: int | None, record: str | None) -> Trace:
    """Where only `record` stands, code of before wrote it."""
    return trace_of(read(record, None)) if seen is None and record is not None else Trace(seen or "", bool(stays))


def _remembered(db: sqlite3.Connection, thinned: Thinned) -> Thinned:
    db.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        (_UNTIL, as_text(thinned.until)),
    )
    return thinned
