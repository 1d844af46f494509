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
    where: tuple[tuple[str, Literal["==", "<", "<=", "in"], Any], ...] = ()  # Any: whatever the field holds
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


def closed_notices(before: datetime, limit: int) -> Query:
    return Query("outbox", (("open", "==", False), ("newest_at", "<", before)), ("newest_at",), limit, ("newest_at",))


def newest_runs(limit: int) -> Query:
    return Query("runs", (), ("-started_at",), limit)


def newest_runs_of(job: str, limit: int) -> Query:
    return Query("runs", (("job", "==", job),), ("-started_at",), limit)


def run_of_slot(slot: str) -> Query:
    return Query("runs", (("of_slot", "==", slot),), (), 1, ("id",))


def old_runs(before: datetime, limit: int) -> Query:
    return Query("runs", (("started_at", "<", before),), ("started_at",), limit, ("parts",))


def untold(subjects: list[str]) -> Query:
    return Query("untold", (("told", "==", False), ("subject", "in", subjects)))


def old_untold(before: datetime, limit: int) -> Query:
    return Query("untold", (("until", "<", before),), ("until",), limit)
