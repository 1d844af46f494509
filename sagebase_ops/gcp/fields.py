"""What is read alike from the answers of every API: the last part of a resource's name, a time that may not be there."""

from datetime import UTC, datetime
from typing import Any


def short_name(resource: str) -> str:
    """`S` of `projects/P/secrets/S`; a name that is short already stays."""
    return resource.rsplit("/", 1)[-1]


def time_of(message: Any, field: str) -> datetime | None:  # a raw protobuf message: its class is made at run time
    """The Timestamp in `field`, aware UTC; None where it is not set."""
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None
