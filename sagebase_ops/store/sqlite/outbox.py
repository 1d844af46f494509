"""The outbox in SQL: what was decided to be told, and who may tell it now.

Each function works inside the transaction of its caller.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sagebase_ops.domain.incidents import notice_of
from sagebase_ops.domain.notifications import FINAL, NEXT, Delivery, Notification, gives_way, in_place_of
from sagebase_ops.errors import ClaimLostError, StaleError, StoreError
from sagebase_ops.store.base import LONGEST_LEASE, Backlog
from sagebase_ops.store.records import read_notification, write_notification
from sagebase_ops.store.sqlite.times import as_text, from_text

_SENDER = "sender"

DUE = (
    "SELECT head.record, first.record FROM outbox_heads AS head LEFT JOIN notifications AS first"
    " ON first.notice = head.notice AND first.place = 0 AND head.place > 0"
    " WHERE head.due_at <= ? OR head.state = 'sending' ORDER BY head.priority, head.created_at, head.id LIMIT ?"
)
NEXT_DUE = "SELECT due_at FROM outbox_heads ORDER BY due_at LIMIT 1"
NOTICE = (
    "SELECT post.record, first.record FROM notifications AS post LEFT JOIN notifications AS first"
    " ON first.notice = post.notice AND first.place = 0 AND post.place > 0 WHERE post.notice = ? ORDER BY post.place"
)

END = (
    "SELECT place, CASE WHEN action = 'edit' AND state = 'waiting' THEN record END FROM notifications"
    " WHERE notice = ? ORDER BY place DESC LIMIT 1"
)


def take_sender_lease(db: sqlite3.Connection, owner: str, now: datetime, until: datetime) -> bool:
    taken = db.execute(
        "INSERT INTO leases (name, owner, until) VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET owner = excluded.owner, until = excluded.until WHERE owner = excluded.owner OR until < ? OR until > ?",
        (_SENDER, owner, as_text(until), as_text(now), as_text(now + LONGEST_LEASE)),
    )
    return taken.rowcount == 1


def release_sender_lease(db: sqlite3.Connection, owner: str) -> None:
    db.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (_SENDER, owner))


def queue(db: sqlite3.Connection, rows: Iterable[Notification], now: datetime) -> None:
    """One by one, since the place of a row may hang on the one before it."""
    for row in rows:
        if row.place != NEXT:
            db.execute(_INSERT, _columns(row, now))
            continue
        place, edit = _end(db, row.notice)
        if edit is not None and gives_way(edit, row):
            db.execute(_UPDATE, _columns(in_place_of(edit, row), now))
        else:
            db.execute(_INSERT, _columns(replace(row, place=place + 1), now))


def due_notifications(db: sqlite3.Connection, now: datetime, limit: int) -> Sequence[Notification]:
    return [_with_parent(*row) for row in db.execute(DUE, (as_text(now), limit))]


def next_due(db: sqlite3.Connection) -> datetime | None:
    row = db.execute(NEXT_DUE).fetchone()
    return from_text(row[0]) if row else None


def save_notification(db: sqlite3.Connection, row: Notification, owner: str, now: datetime) -> None:
    holds = db.execute(
        "SELECT 1 FROM leases WHERE name = ? AND owner = ? AND until >= ?", (_SENDER, owner, as_text(now))
    )
    if holds.fetchone() is None:
        raise ClaimLostError(f"{owner} does not hold the sender lease any more; {row.key} was left as it was")
    _refuse_overtaken(db, row)
    if db.execute(_UPDATE, _columns(row, now)).rowcount == 0:
        raise StoreError(f"the outbox has no post {row.key}")


def notice(db: sqlite3.Connection, name: str) -> Sequence[Notification]:
    return [_with_parent(*row) for row in db.execute(NOTICE, (name,))]


def backlog(db: sqlite3.Connection) -> Backlog:
    rows = db.execute(
        "SELECT state, count(*), min(created_at) FROM notifications WHERE state <> 'sent' GROUP BY state"
    ).fetchall()
    counts = {state: count for state, count, _ in rows}
    error = db.execute(
        "SELECT error FROM notifications WHERE state <> 'sent' AND error IS NOT NULL ORDER BY changed_at DESC LIMIT 1"
    ).fetchone()
    return Backlog(
        unsent=counts.get(Delivery.WAITING, 0) + counts.get(Delivery.SENDING, 0),
        unproven=counts.get(Delivery.UNPROVEN, 0),
        refused=counts.get(Delivery.REFUSED, 0),
        oldest=min((from_text(oldest) for state, _, oldest in rows if state not in FINAL), default=None),
        last_error=error[0] if error else None,
    )


def prune(db: sqlite3.Connection, installation: str, before: datetime) -> None:
    """Whole notices only: what is still to come needs to know where the first post stands."""
    db.execute(
        "DELETE FROM notifications WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM notifications AS other"
        " WHERE other.notice = notifications.notice"
        " AND (other.state NOT IN ('sent', 'refused') OR other.created_at >= ?))"
        " AND notice NOT IN (SELECT ? || shared FROM incidents)",
        (as_text(before), as_text(before), notice_of(installation, "")),
    )


def _columns(row: Notification, now: datetime) -> tuple[object, ...]:
    return (
        row.priority,
        as_text(row.created_at),
        as_text(row.due_at),
        row.state,
        row.error and row.error.encode(errors="backslashreplace").decode(),  # half a character has no UTF-8
        as_text(now),
        write_notification(row),
        row.action,
        row.notice,
        row.place,
    )


_INSERT = (
    "INSERT INTO notifications"
    " (priority, created_at, due_at, state, error, changed_at, record, action, notice, place)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "UPDATE notifications SET priority = ?, created_at = ?, due_at = ?, state = ?, error = ?, changed_at = ?,"
    " record = ?, action = ? WHERE notice = ? AND place = ?"
)


def _refuse_overtaken(db: sqlite3.Connection, row: Notification) -> None:
    """The sender read an edit that a newer one took the place of: written back, it would undo that one."""
    kept = db.execute(
        "SELECT record FROM notifications WHERE notice = ? AND place = ? AND action = 'edit' AND state = 'waiting'",
        (row.notice, row.place),
    ).fetchone()
    if kept and read_notification(kept[0]).message != row.message:
        raise StaleError(f"a newer edit took the place of {row.key} meanwhile; read it again")


def _end(db: sqlite3.Connection, name: str) -> tuple[int, Notification | None]:
    """The last place of a notice, and the edit that waits there. Before the first post that place is -1."""
    place, edit = db.execute(END, (name,)).fetchone() or (-1, None)
    return place, read_notification(edit) if edit else None


def _with_parent(record: str, first: str | None) -> Notification:
    row = read_notification(record)
    return replace(row, parent=read_notification(first).posted) if first else row
