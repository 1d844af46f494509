"""How much is logged, by log, and what does keeping it cost? Counted in bytes by Cloud Monitoring.

Source: metric logging.googleapis.com/byte_count (DELTA, INT64, By; labels `log` and `severity`); price and free share as
Google lists them for Cloud Logging storage.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sagebase_ops.checks.base import CheckContext
from sagebase_ops.checks.logs.counts import Window
from sagebase_ops.errors import GcpError
from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import SeriesSet

MONTH = timedelta(days=30)
FREE = 50 * 2**30
"""Bytes a project may store each month without being charged."""
PRICE = 0.50
"""US dollars for each further GiB; it pays for 30 days of keeping."""
KEEPING = 0.01
"""US dollars a month for each GiB that is kept for longer than these 30 days."""
_GIB = 2**30
_LOG = "metric.labels.log"
_UNCHARGED = ("cloudaudit.googleapis.com/activity", "cloudaudit.googleapis.com/system_event")
"""Google keeps these in the bucket _Required for nothing."""


@dataclass(frozen=True, slots=True)
class LogVolume:
    """Bytes by log in the window, and in the one before it; of a month, if it went on like that."""

    now: Mapping[str, int]
    before: Mapping[str, int]
    length: timedelta
    partial: GcpError | None
    asked: Mapping[str, Any]  # JSON

    @property
    def monthly(self) -> float:
        """Bytes that count against the free share."""
        charged = sum(size for log, size in self.now.items() if log not in _UNCHARGED)
        return charged * (MONTH / self.length)

    @property
    def monthly_cost(self) -> float:
        """US dollars, 0 within the free share."""
        return max(0.0, self.monthly - FREE) / _GIB * PRICE

    def keeping_cost(self, retention: timedelta) -> float:
        """US dollars a month, once a bucket that gets everything has been full for a while; 0 up to 30 days."""
        return max(0.0, retention / MONTH - 1) * self.monthly / _GIB * KEEPING


async def measure_volume(window: Window, context: CheckContext) -> LogVolume:
    """One call for both windows, whatever wrote the logs. Raises GcpError."""
    query = MetricQuery(
        filter='metric.type="logging.googleapis.com/byte_count"',
        aligner="ALIGN_SUM",
        reducer="REDUCE_SUM",
        group_by=(_LOG,),
        start=window.before.start,
        end=window.end,
        period=window.length,
    )
    answer = await context.gcp.metrics.series(context.project.id, query)
    now, before = _sizes(answer, window), _sizes(answer, window.before)
    return LogVolume(now, before, window.length, answer.partial, window.asked(query.filter))


def _sizes(answer: SeriesSet, window: Window) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    for series in answer.series:
        for point in series.points:
            if window.start < point.end <= window.end and point.value > 0:
                sizes[series.labels[_LOG]] += round(point.value)
    return dict(sizes)
