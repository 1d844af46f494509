"""How did the errors of each service change from one period to the next? Counted exactly, told apart by a sample."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import LogCounts, Window, entries_filter
from sagebase_ops.checks.logs.samples import LogSample, read_sample
from sagebase_ops.domain.log_changes import Change, Sampled, changes_between
from sagebase_ops.domain.log_shapes import Group, groups_of
from sagebase_ops.domain.refusals import details_of
from sagebase_ops.domain.results import Note
from sagebase_ops.errors import GcpError


@dataclass(frozen=True, slots=True)
class Shapes:
    """What one service logged in the period: its groups, and what changed since the one before.

    `read` entries were grouped. Not `compared`: one of the two was not read, or only its newest entries were.
    """

    groups: tuple[Group, ...] = ()
    changes: tuple[Change, ...] = ()
    read: int = 0
    share: float = 0.0
    compared: bool = False


@dataclass(frozen=True, slots=True)
class ErrorChanges:
    """Shapes by service; where Logging refused, what it said and the remedy."""

    shapes: Mapping[str, Shapes] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON
    refusal: tuple[Note, ...] = ()
    remedy: str | None = None

    def of(self, service: str) -> Shapes:
        return self.shapes.get(service, Shapes())


async def read_changes(
    names: tuple[str, ...], now: LogCounts, before: LogCounts, window: Window, context: CheckContext
) -> ErrorChanges:
    """The shapes of these services in `window` and the one before it, from at most two reads for each.

    Logging's refusal must not hide the counts that Monitoring gave: it becomes notes and a remedy.
    """
    try:
        after, earlier = await asyncio.gather(
            _sample(names, now, window, context), _sample(names, before, window.before, context)
        )
    except GcpError as error:
        return ErrorChanges(refusal=details_of(error), remedy=error.remedy)
    shapes = {name: _shapes(name, after, earlier, nothing=before.errors_of(name) == 0) for name in names}
    return ErrorChanges(shapes, {"logs": after.asked, "logs_before": earlier.asked})


async def _sample(names: tuple[str, ...], counts: LogCounts, window: Window, context: CheckContext) -> LogSample:
    wanted = {name: counts.errors_of(name) or 0 for name in names}
    noisy = tuple(name for name, count in wanted.items() if count)
    return await read_sample(entries_filter(noisy, context.project.region, window), wanted, context)


def _shapes(name: str, after: LogSample, earlier: LogSample, *, nothing: bool) -> Shapes:
    """`nothing`: it is known that there was no error before, so that every shape of now is new."""
    groups = groups_of(after.entries.get(name, ()))
    now = Sampled(groups, after.share_of(name))
    before = Sampled((), 1.0) if nothing else Sampled(groups_of(earlier.entries.get(name, ())), earlier.share_of(name))
    return Shapes(
        groups=groups,
        changes=changes_between(before, now, RISE, LEAST),
        read=len(after.entries.get(name, ())),
        share=now.share,
        compared=bool(now.share and before.share),
    )


RISE, LEAST = 0.5, 10
"""A shape has risen with half as many again, and ten more: below that a week differs from a week by itself."""
