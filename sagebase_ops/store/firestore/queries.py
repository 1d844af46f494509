"""Every question that the store asks Firestore. `deploy/firestore.indexes.json` holds the index that each of them needs.

A question that no index serves is refused by Firestore, though not by its emulator: a test holds the two against each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Query:
    """Documents of `collection` (below the root); `order` by these fields, `-` before one that goes downwards."""

    collection: str
    where: tuple[tuple[str, Literal["==", "<", "<=", ">", ">=", "in"], Any], ...] = ()  # Any: whatever the field holds
    order: tuple[str, ...] = ()
    limit: int | None = None
    fields: tuple[str, ...] | None = None
    """What is fetched of each; None: all."""


def due(now: datetime, limit: int) -> Query:
    """Notices whose next post may be sent or must be looked for, the most urgent first, then the oldest."""
    return Query(
        "outbox", (("open", "==", True), ("ready_at", "<=", now)), ("priority", "created_at", "nth", "ready_at"), limit
    )


def next_due() -> Query:
    return Query("outbox", (("open", "==", True),), ("due_at",), 1, ("due_at",))


def oldest_open() -> Query:
    return Query("outbox", (("open", "==", True),), ("created_at",), 1, ("created_at",))


def any_unsent() -> Query:
    """Whether there is anything to say about the outbox at all."""
    return Query("outbox", (("sent", "==", False),), (), 1, ("sent",))


def unsent() -> Query:
    """Notices of which not every post was taken by Slack."""
    return Query("outbox", (("sent", "==", False),))


def newest_error() -> Query:
    return Query("outbox", (("sent", "==", False),), ("-error_at",), 1, ("error",))


def closed_notices(before: datetime) -> Query:
    return Query("outbox", (("open", "==", False), ("newest_at", "<", before)), ("newest_at",), fields=("notice",))


def newest_runs(limit: int, before: datetime | None) -> Query:
    return Query("runs", (("started_at", "<", before),) if before else (), ("-started_at",), limit)


def newest_runs_of(job: str, limit: int, before: datetime | None) -> Query:
    until = (("started_at", "<", before),) if before else ()
    return Query("runs", (("job", "==", job), *until), ("-started_at",), limit)


def runs_between(start: datetime, end: datetime) -> Query:
    return Query("runs", (("started_at", ">=", start), ("started_at", "<", end)), ("started_at",))


def run_of_slot(slot: str) -> Query:
    return Query("runs", (("of_slot", "==", slot),), (), 1, ("id",))


def old_runs(before: datetime, limit: int) -> Query:
    return Query("runs", (("started_at", "<", before),), ("started_at",), limit, ("parts",))


def oldest_run(since: datetime | None) -> Query:
    return Query("runs", (("started_at", ">=", since),) if since else (), ("started_at",), 1, ("started_at",))


def traces_between(start: datetime, end: datetime) -> Query:
    """What of each run decides whether it stays."""
    return Query("runs", (("started_at", ">=", start), ("started_at", "<", end)), ("started_at",), fields=_TRACE)


def last_trace_before(job: str, start: datetime) -> Query:
    return Query("runs", (("job", "==", job), ("started_at", "<", start)), ("-started_at",), 1, _TRACE)


_TRACE = ("job", "seen", "stays", "parts")


def untold(subjects: list[str]) -> Query:
    return Query("untold", (("told", "==", False), ("subject", "in", subjects)))


def old_untold(before: datetime, limit: int) -> Query:
    return Query("untold", (("until", "<", before),), ("until",), limit)


def live_incidents() -> Query:
    return Query("incidents", (("resolved", "==", False),))


def incidents_resolved_since(at: datetime) -> Query:
    return Query("incidents", (("resolved_at", ">", at),), ("resolved_at",))


def newest_incidents(limit: int) -> Query:
    """Those that were ever open: first what is not resolved, then by when they opened."""
    return Query("incidents", (("ever_open", "==", True),), ("resolved", "-opened_at"), limit)


def old_incidents(before: datetime) -> Query:
    return Query("incidents", (("resolved_at", "<", before),), ("resolved_at",), fields=("group",))


def any_incident_of(group: str) -> Query:
    return Query("incidents", (("group", "==", group),), (), 1, ("group",))


def any_live_incident_of(group: str) -> Query:
    return Query("incidents", (("group", "==", group), ("resolved", "==", False)), (), 1, ("group",))


def silences_past(at: datetime) -> Query:
    return Query("silences", (("until", ">", at),), ("until",))


def old_silences(before: datetime, limit: int) -> Query:
    return Query("silences", (("until", "<", before),), ("until",), limit, ("until",))


def newest_audit(limit: int) -> Query:
    return Query("audit", (), ("-at",), limit)


def old_audit(before: datetime, limit: int) -> Query:
    return Query("audit", (("at", "<", before),), ("at",), limit, ("at",))


def old_decided(before: datetime, limit: int) -> Query:
    return Query("decided", (("at", "<", before),), ("at",), limit, ("at",))
