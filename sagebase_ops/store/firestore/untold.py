"""What the next digest must say: planned times that never ran, and jumps of the clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sagebase_ops.domain.slots import Missed, MissedReason
from sagebase_ops.store.base import ClockJump, Untold
from sagebase_ops.store.firestore.database import Content, Seen, Write, create
from sagebase_ops.store.firestore.fields import aware, name_of, plain

_CLOCK = "clock"


def subjects(job: str) -> list[str]:
    """Whose news the digest of `job` tells: its own and the clock's."""
    return [_CLOCK, f"job:{job}"]


def missed_writes(missed: Missed | None) -> Sequence[Write]:
    return [] if missed is None else [create(_missed_path(missed), _missed_fields(missed))]


def jump_write(jump: ClockJump) -> Write:
    fields = {"subject": _CLOCK, "told": False, "until": aware(jump.at), "seconds": float(jump.seconds)}
    return create(_jump_path(jump), fields)


def read(job: str, found: Iterable[Seen]) -> Untold:
    """Oldest first."""
    contents = sorted((seen.content for seen in found if seen.content), key=_began)
    return Untold(
        tuple(_missed(job, content) for content in contents if content["subject"] != _CLOCK),
        tuple(ClockJump(plain(one["until"]), one["seconds"]) for one in contents if one["subject"] == _CLOCK),
    )


def paths(told: Untold) -> list[str]:
    return [*map(_missed_path, told.missed), *map(_jump_path, told.jumps)]


def told_writes(found: Iterable[Seen]) -> list[Write]:
    """What was forgotten meanwhile is left out."""
    return [Write(seen, {**seen.content, "told": True}) for seen in found if seen.content]


def _began(content: Content) -> datetime:
    at: datetime = content.get("first", content["until"])
    return at


def _missed(job: str, content: Content) -> Missed:
    first, last = plain(content["first"]), plain(content["until"])
    return Missed(job, first, last, content["count"], MissedReason(content["reason"]))


def _missed_fields(missed: Missed) -> Content:
    return {
        "subject": f"job:{missed.job}",
        "told": False,
        "first": aware(missed.first),
        "until": aware(missed.last),
        "count": missed.count,
        "reason": missed.reason.value,
    }


def _missed_path(missed: Missed) -> str:
    return f"untold/{name_of('missed', missed.job, aware(missed.first).isoformat(), aware(missed.last).isoformat())}"


def _jump_path(jump: ClockJump) -> str:
    return f"untold/{name_of('jump', aware(jump.at).isoformat(), str(jump.seconds))}"
