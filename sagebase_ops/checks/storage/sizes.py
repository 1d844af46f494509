"""How large is a bucket by storage class, and how did it grow? Read from the series of the whole project."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.domain.trends import trend_of
from sagebase_ops.gcp.monitoring import Series
from sagebase_ops.gcp.usage_metrics import BUCKET_NAME, OBJECT_TYPE, STORAGE_CLASS

MEASURED_AFTER = timedelta(days=2)
"""Google measures about once a day; what has no point for so long is not there."""


Part: TypeAlias = tuple[str, str]
"""Storage class and type of object."""


def newest_sizes(bucket: str, used: Measured) -> dict[Part, float]:
    """Bytes by part; a series that ended days ago is no longer there."""
    ends = max((point.end for series in used.answer.series for point in series.points), default=None)
    found: dict[Part, float] = {}
    for series in _of(bucket, used):
        newest = max(series.points, key=lambda point: point.end, default=None)
        fresh = newest is not None and ends is not None and ends - newest.end < MEASURED_AFTER
        if newest is not None and fresh:
            found[_part(series)] = newest.value
    return found


def grown(bucket: str, used: Measured, window: timedelta) -> float:
    """Bytes by the trend of the whole bucket, 0 where too few days have data."""
    days: dict[datetime, float] = defaultdict(float)
    for series in _of(bucket, used):
        for point in series.points:
            days[point.end] += point.value
    return _in_window(days, window)


def grown_by_part(bucket: str, used: Measured, window: timedelta) -> dict[Part, float]:
    """The same of each storage class and type of object."""
    return {
        _part(series): _in_window({point.end: point.value for point in series.points}, window)
        for series in _of(bucket, used)
    }


def _of(bucket: str, used: Measured) -> Iterator[Series]:
    return (series for series in used.answer.series if series.labels[BUCKET_NAME] == bucket)


def _part(series: Series) -> Part:
    return series.labels[STORAGE_CLASS], series.labels[OBJECT_TYPE]


def _in_window(days: Mapping[datetime, float], window: timedelta) -> float:
    trend = trend_of(days.items())
    return trend.per_day * (window / timedelta(days=1)) if trend else 0.0
