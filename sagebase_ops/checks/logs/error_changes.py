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
    """Shapes by service; where Logging refused, its refusal instead."""

    shapes: Mapping[str, Shapes] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)  # JSON
    refusal: GcpError | None = None

    def of(self, service: str) -> Shapes:
        return self.shapes.get(service, Shapes())


async def read_changes(
    names: tuple[str, ...], now: LogCounts, before: LogCounts, window: Window, context: CheckContext
) -> ErrorChanges:
    """The shapes of these services in `window` and the one before it, from at most two reads for each.

    Logging's refusal must not hide the counts that Monitoring gave: it is handed back.
    """
    try:
        after, earlier = await asyncio.gather(
            _sample(names, now, window, context), _sample(names, before, window.before, context)
        )
    except GcpError as error:
        return ErrorChanges(refusal=error)
    shapes = {name: _shapes(_sampled(name, now, after), _sampled(name, before, earlier)) for name in names}
    return ErrorChanges(shapes, {"logs": after.asked, "logs_before": earlier.asked})


async def _sample(names: tuple[str, ...], counts: LogCounts, window: Window, context: CheckContext) -> LogSample:
    wanted = {name: counts.errors_of(name) or 0 for name in names}
    noisy = tuple(name for name, count in wanted.items() if count)
    return await read_sample(entries_filter(noisy, context.project.region, window), wanted, context)


def _sampled(name: str, counts: LogCounts, sample: LogSample) -> Sampled:
    """Where not one error was counted there is nothing to read: every shape of the other period is new, or gone."""
    if not counts.errors_of(name) and not counts.partial:
        return Sampled((), 1.0)
    return Sampled(groups_of(sample.entries.get(name, ())), sample.share_of(name))


def _shapes(now: Sampled, before: Sampled) -> Shapes:
    return Shapes(
        groups=now.groups,
        changes=changes_between(before, now, RISE, LEAST),
        read=sum(group.count for group in now.groups),
        share=now.share,
        compared=bool(now.share and before.share),
    )


RISE, LEAST = 0.5, 10
"""A shape has risen with half as many again, and ten more: below that a week differs from a week by itself."""
