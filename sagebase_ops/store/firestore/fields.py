"""How do our words stand in Firestore: names of documents, times, and records too long for one field?"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote


def name_of(*parts: str) -> str:
    """A document's name that no part can break: no slash, no dots alone. Source: Firestore, quotas, constraints on ids."""
    return "|".join(quote(part, safe=":+ ") for part in parts) + "|"


def aware(at: datetime) -> datetime:
    """Raises ValueError for a time without its zone, which Firestore would take for UTC without a word."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone; the store keeps aware times only")
    return at


def plain(at: datetime) -> datetime:
    """As we wrote it: Firestore's own kind of datetime is equal, but is another type."""
    return datetime.combine(at.date(), at.timetz())


def pieces(packed_record: bytes, size: int) -> Sequence[bytes]:
    """In order; at least one."""
    return [packed_record[start : start + size] for start in range(0, len(packed_record), size)]
