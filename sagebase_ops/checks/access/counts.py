"""How many requests were there, and how were they answered? Counted by Cloud Monitoring; by the hour what was turned away.

Source: metric run.googleapis.com/request_count (DELTA, INT64; labels `response_code` and `response_code_class`).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import Window
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.logs import quoted
from sagebase_ops.gcp.monitoring import MetricQuery

REQUESTS = "{requests}"
REFUSED = ("401", "403", "404")
HOUR = timedelta(hours=1)
TIMES_THE_USUAL = 10
_SERVICE, _CODE = "resource.labels.service_name", "metric.labels.response_code"
_REFUSED = f" AND {_CODE}=one_of({', '.join(map(quoted, REFUSED))})"
"""By the label that everything is counted by: one that is missing is then missed in both."""


@dataclass(frozen=True, slots=True)
class Spike:
    """An hour with many times as many refused requests of one status as an hour usually has. `start` is aware UTC."""

    code: str
    start: datetime
    count: int
    usual: int


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of one service by status, in the window and in the one before it, and by hour where refused."""

    now: Mapping[str, int]
    before: Mapping[str, int]
    hours: Mapping[str, Mapping[datetime, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.now.values())

    @property
    def refused(self) -> int:
        """Of 401, 403 and 404."""
        return sum(self.now.get(code, 0) for code in REFUSED)

    def unplaced(self, start: datetime) -> int:
        """Of one status, the most that were counted from `start` on and are in no hour: as many may have come at once."""
        in_hours = {
            code: sum(count for hour, count in self.hours.get(code, {}).items() if hour >= start) for code in REFUSED
        }
        return max(self.now.get(code, 0) - count for code, count in in_hours.items())

    def share(self, first: str) -> float:
        """Of all requests, those whose status begins like this: `4` is 4xx."""
        return sum(count for code, count in self.now.items() if code.startswith(first)) / max(1, self.total)


@dataclass(frozen=True, slots=True)
class AccessCounts:
    """Requests by service, for every service that had one in the window. `asked` is for the finding."""

    by_service: Mapping[str, Requests]
    partial: GcpError | None
    asked: Mapping[str, Any]  # JSON


async def count_requests(window: Window, context: CheckContext) -> AccessCounts:
    """Two calls for both windows and every service of the region. Raises GcpError.

    Only what was turned away is asked for by the hour: everything else would be 336 points a service and status.
    """
    whole, hourly = _query(window, context, window.length), _query(window, context, HOUR, _REFUSED)
    totals, by_hour = await asyncio.gather(
        context.gcp.metrics.series(context.project.id, whole),
        context.gcp.metrics.long_series(context.project.id, hourly),
    )
    now: defaultdict[str, Counter[str]] = defaultdict(Counter)
    before: defaultdict[str, Counter[str]] = defaultdict(Counter)
    hours: defaultdict[str, dict[str, dict[datetime, int]]] = defaultdict(dict)
    for series in totals.series:
        for point in series.points:
            counts = now if point.end > window.start else before
            counts[series.labels[_SERVICE]][series.labels[_CODE]] += round(point.value)
    for series in by_hour.series:
        by_code = hours[series.labels[_SERVICE]]
        by_code[series.labels[_CODE]] = {point.end - HOUR: round(point.value) for point in series.points}
    # Google writes a zero, or nothing at all, as it likes.
    asked_for = {service: codes for service, codes in now.items() if codes.total() > 0}
    found = {service: Requests(codes, before[service], hours[service]) for service, codes in asked_for.items()}
    return AccessCounts(found, totals.partial or by_hour.partial, window.asked(whole.filter))


def _query(window: Window, context: CheckContext, period: timedelta, only: str = "") -> MetricQuery:
    return MetricQuery(
        filter=(
            'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"'
            f" AND resource.labels.location={quoted(context.project.region)}{only}"
        ),
        aligner="ALIGN_DELTA",
        reducer="REDUCE_SUM",
        group_by=(_SERVICE, _CODE),
        start=window.before.start,
        end=window.end,
        period=period,
    )


def spikes_of(requests: Requests, window: Window, above: int) -> tuple[Spike, ...]:
    """Hours of the window with more than `above` of one status, and ten times the usual; the largest first."""
    found = [spike for code, hours in requests.hours.items() for spike in _spikes(code, hours, window, above)]
    return tuple(sorted(found, key=lambda spike: -spike.count))


def _spikes(code: str, hours: Mapping[datetime, int], window: Window, above: int) -> Iterator[Spike]:
    """The median of all hours of both windows; an hour without such a request writes none."""
    every = (window.end - window.before.start) // HOUR
    usual = median([*hours.values(), *[0] * (every - len(hours))])
    for start, count in hours.items():
        if start >= window.start and count > above and count > TIMES_THE_USUAL * usual:
            yield Spike(code, start, count, round(usual))
