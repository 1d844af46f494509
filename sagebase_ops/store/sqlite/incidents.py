"""Incidents, silences and the audit in SQL, and a decision as a whole.

Each function works inside the transaction of its caller, so that what it raises undoes all of it.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sagebase_ops.domain.incidents import Incident, State
from sagebase_ops.domain.silences import Silence
from sagebase_ops.errors import StaleError
from sagebase_ops.store.base import Audit, Decision
from sagebase_ops.store.records import read_incident, read_silence, write_incident, write_silence
from sagebase_ops.store.sqlite import outbox
from sagebase_ops.store.sqlite.times import as_text, from_text

LIVE = (
    "SELECT id, version FROM incidents WHERE state <> 'resolved'"
    " UNION ALL SELECT id, version FROM incidents WHERE resolved_at > ? AND resolved_at IS NOT NULL"
)
RECORD = "SELECT record FROM incidents WHERE id = ?"
LISTED = (
    "SELECT record FROM incidents WHERE opened_at IS NOT NULL"
    " ORDER BY state = 'resolved', opened_at DESC, rowid DESC LIMIT ?"
)
SILENCES = "SELECT record FROM silences WHERE until > ? ORDER BY since, id"
AUDIT = "SELECT at, by, what, subject, detail, via FROM audit ORDER BY at DESC, rowid DESC LIMIT ?"


def decide(db: sqlite3.Connection, decision: Decision, now: datetime) -> bool:
    if decision.once is not None and not _is_first(db, decision.once, now):
        return False
    _forget(db, decision.forgotten)
    _save(db, decision.incidents)
    outbox.queue(db, decision.notifications, now)
    _save_silences(db, decision.silences)
    _note(db, decision.audit)
    return True


class LiveIncidents:
    """Those that may change, as the file has them now. A record is decoded once in each of its versions.

    Every round asks for all of them, and most stay as they are. What this process wrote is not decoded at all.
    """

    def __init__(self) -> None:
        self._read: Mapping[tuple[str, int], Incident] = {}
        self._written: Mapping[tuple[str, int], Incident] = {}

    def __call__(self, db: sqlite3.Connection, resolved_after: datetime) -> Sequence[Incident]:
        known, written = self._read, self._written
        # What is asked below, while this goes on, sees the file as it does.
        self._read = {
            (name, version): known.get((name, version)) or _risen(written.get((name, version))) or _one(db, name)
            for name, version in db.execute(LIVE, (as_text(resolved_after),))
        }
        self._written = {}
        return list(self._read.values())

    def wrote(self, decision: Decision) -> None:
        """The decision stands in the file."""
        self._written = {**self._written, **{(one.id, one.version + 1): one for one in decision.incidents}}


def _risen(one: Incident | None) -> Incident | None:
    """As it stands in the file once it was written."""
    return replace(one, version=one.version + 1) if one else None


def _one(db: sqlite3.Connection, name: str) -> Incident:
    return read_incident(db.execute(RECORD, (name,)).fetchone()[0])


def incident(db: sqlite3.Connection, incident_id: str) -> Incident | None:
    row = db.execute(RECORD, (incident_id,)).fetchone()
    return read_incident(row[0]) if row else None


def incidents(db: sqlite3.Connection, limit: int) -> Sequence[Incident]:
    return [read_incident(row[0]) for row in db.execute(LISTED, (limit,))]


def silences(db: sqlite3.Connection, until_after: datetime) -> Sequence[Silence]:
    return [read_silence(row[0]) for row in db.execute(SILENCES, (as_text(until_after),))]


def audit(db: sqlite3.Connection, limit: int) -> Sequence[Audit]:
    return [Audit(from_text(at), *words) for at, *words in db.execute(AUDIT, (limit,))]


def prune(db: sqlite3.Connection, before: datetime) -> None:
    """A resolved incident stays while another one lives in the message that they share."""
    past = (as_text(before),)
    db.execute(
        "DELETE FROM incidents WHERE resolved_at < ? AND resolved_at IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM incidents AS other WHERE other.shared = incidents.shared AND other.state <> 'resolved')",
        past,
    )
    db.execute("DELETE FROM silences WHERE until < ?", past)
    db.execute("DELETE FROM audit WHERE at < ?", past)
    db.execute("DELETE FROM decided WHERE at < ?", past)


def _is_first(db: sqlite3.Connection, once: str, now: datetime) -> bool:
    written = db.execute("INSERT INTO decided (once, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (once, as_text(now)))
    return written.rowcount == 1


def _forget(db: sqlite3.Connection, pending: Iterable[Incident]) -> None:
    for gone in pending:
        deleted = db.execute(
            "DELETE FROM incidents WHERE id = ? AND version = ? AND state = 'pending'", (gone.id, gone.version)
        )
        if deleted.rowcount == 0:
            raise _stale(gone)


def _save(db: sqlite3.Connection, changed: Iterable[Incident]) -> None:
    """Those that end go first: another one of the same fingerprint may open in the same decision."""
    for one in sorted(changed, key=lambda one: one.state is not State.RESOLVED):
        try:
            new = one.version == 0
            written = db.execute(_INSERT, (*_mark(one), *_columns(one))) if new else db.execute(_UPDATE, _columns(one))
        except sqlite3.IntegrityError as error:
            raise _stale(one) from error
        if written.rowcount == 0:
            raise _stale(one)


_INSERT = (
    'INSERT INTO incidents (project, "check", name, target, state, shared, opened_at, resolved_at, record, id, version)'
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? + 1)"
)
_UPDATE = (
    "UPDATE incidents SET state = ?, shared = ?, opened_at = ?, resolved_at = ?, record = ?, version = version + 1"
    " WHERE id = ? AND version = ?"
)


def _mark(one: Incident) -> tuple[str, ...]:
    """Its fingerprint, which it keeps."""
    mark = one.fingerprint
    return mark.project, mark.check, mark.name, mark.target


def _columns(one: Incident) -> tuple[object, ...]:
    resolved_at = one.resolved_at if one.state is State.RESOLVED else None
    return (
        one.state,
        one.group,
        one.opened_at and as_text(one.opened_at),
        resolved_at and as_text(resolved_at),
        write_incident(one, one.version + 1),
        one.id,
        one.version,
    )


def _stale(one: Incident) -> StaleError:
    return StaleError(
        f"the incident {one.id} was changed since it was read at version {one.version}; nothing was written"
    )


def _save_silences(db: sqlite3.Connection, given: Iterable[Silence]) -> None:
    db.executemany(
        "INSERT INTO silences (id, since, until, record) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET since = excluded.since, until = excluded.until, record = excluded.record",
        [(one.id, as_text(one.since), as_text(one.ends), write_silence(one)) for one in given],
    )


def _note(db: sqlite3.Connection, done: Iterable[Audit]) -> None:
    db.executemany(
        "INSERT INTO audit (at, by, what, subject, detail, via) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(as_text(one.at), one.by, one.what, one.subject, one.detail, one.via) for one in done],
    )
