"""What a time series is made of here: spans of time in which every minute is the same."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sagebase_ops.sandbox.loads import Load
from sagebase_ops.sandbox.world import World

MINUTE = timedelta(minutes=1)

Histogram = tuple[float, ...]
"""Observations per bucket of its metric's bounds, per minute or in all."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, each minute holds `value`: a rate, a level, or a histogram."""

    start: datetime
    end: datetime
    value: float | Histogram

    def minutes(self, start: datetime, end: datetime) -> float:
        """How many minutes of the span lie in (start, end]."""
        return max(0.0, (min(end, self.end) - max(start, self.start)) / MINUTE)

    def counted(self, start: datetime, end: datetime, rate: float) -> int:
        """Whole events in (start, end], such that neighbouring periods add up."""
        first = max(0.0, (max(start, self.start) - self.start) / MINUTE)
        last = max(first, (min(end, self.end) - self.start) / MINUTE)
        return math.floor(rate * last + 1e-9) - math.floor(rate * first + 1e-9)


@dataclass(frozen=True, slots=True)
class RawSeries:
    metric_labels: dict[str, str]
    resource_labels: dict[str, str]
    spans: tuple[Span, ...] = field(default=())


def spans_of(world: World, loads: Sequence[Load], value: Callable[[Load], float | Histogram]) -> tuple[Span, ...]:
    """What `value` makes of each load, in the order of time."""
    found = [Span(start, end, value(piece)) for load in loads for start, end, piece in load.pieces(world.anchor)]
    return tuple(sorted(found, key=lambda span: span.start))
