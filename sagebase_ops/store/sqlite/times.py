"""How does a time stand in the file? As UTC text of one width, which sorts and which a person can read."""

from datetime import UTC, datetime


def as_text(at: datetime) -> str:
    """`2026-11-24T00:00:00.000000+00:00`. Raises ValueError for a time without its zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone; the store keeps aware times only")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)
