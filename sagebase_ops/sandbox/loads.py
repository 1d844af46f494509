"""What a service has to do over time: steady, or growing day by day, and busier at lunch."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import Field

from sagebase_ops.sandbox.scenario_parts import Part, Share, Span

DAY = timedelta(days=1)
_ZONE = timezone(timedelta(hours=9))  # where the pretend people have lunch
_NOON = 12
_FOREVER = timedelta(days=400)


class Grown(Part):
    """What a load has become at its end; what is not said stays as it was."""

    requests: float | None = None
    errors: float | None = None
    latency_p50: Span | None = None
    latency_p95: Span | None = None
    cpu: Share | None = None
    memory: Share | None = None
    instances: int | None = None


class Load(Part):
    """What a service did from `since` ago until `until` ago. Rates are per minute; latencies are the p50 and p95.

    It grows day by day to what it `becomes`; from 12:00 to 13:00 in Tokyo there are `lunch` times as many requests, and they
    take `lunch` times as long.
    """

    since: Span = timedelta(days=65)
    until: Span = timedelta(0)
    requests: float = 30.0
    errors: float = 0.0
    latency_p50: Span = timedelta(seconds=0.4)
    latency_p95: Span = timedelta(seconds=1.2)
    cpu: Share = 0.41
    memory: Share = 0.63
    instances: int = 2
    codes: dict[str, float] = Field(default_factory=dict)
    """Of the requests, those that were answered with another status than 200 and 503, by that."""
    becomes: Grown | None = None
    lunch: float = 1.0

    def pieces(self, now: datetime) -> Iterator[tuple[datetime, datetime, "Load"]]:
        """Times in which it is the same all along, oldest first; what lasts until now goes on after it."""
        start, end = now - self.since, now - self.until if self.until else now + _FOREVER
        if self.becomes is None and self.lunch == 1:
            yield start, end, self
            return
        for begin, finish in _cut(start, now - self.until, daily=self.lunch != 1):
            grown = self._grown((begin - start) / max(now - self.until - start, DAY))
            last = finish == now - self.until
            yield begin, end if last else finish, grown.busier() if begin.astimezone(_ZONE).hour == _NOON else grown

    def _grown(self, share: float) -> "Load":
        """So far on its way to what it becomes."""
        goal = self.becomes.model_dump(exclude_none=True) if self.becomes else {}
        return self.model_copy(update={name: _between(getattr(self, name), end, share) for name, end in goal.items()})

    def busier(self) -> "Load":
        """As it is at lunch."""
        more = ("requests", "errors", "latency_p50", "latency_p95")
        return self.model_copy(update={name: getattr(self, name) * self.lunch for name in more})


def _between(start: Any, end: Any, share: float) -> Any:  # Any: numbers and durations
    between = start + (end - start) * share
    return round(between) if isinstance(start, int) else between


def _cut(start: datetime, end: datetime, *, daily: bool) -> Iterator[tuple[datetime, datetime]]:
    """At each midnight in Tokyo, and around each lunch."""
    midnight = start.astimezone(_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    marks = [timedelta(hours=_NOON), timedelta(hours=_NOON + 1), DAY] if daily else [DAY]
    while midnight < end:
        before = midnight
        for mark in marks:
            begin, finish = max(before, start), min(midnight + mark, end)
            if begin < finish:
                yield begin, finish
            before = midnight + mark
        midnight += DAY
