"""How large is a bucket by storage class, and how did it grow? Read from the series of the whole project."""

from collections import defaultdict
from datetime import datetime, timedelta

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.domain.trends import trend_of
from sagebase_ops.gcp.usage_metrics import BUCKET_NAME, OBJECT_TYPE, STORAGE_CLASS

MEASURED_AFTER = timedelta(days=2)
"""Google measures about once a day; what has no point for so long is not there."""


def newest_sizes(bucket: str, used: Measured) -> dict[tuple[str, str], float]:
    """Bytes by storage class and type of object; a series that ended days ago is no longer there."""
    ends = max((point.end for series in used.answer.series for point in series.points), default=None)
    found: dict[tuple[str, str], float] = {}
    for series in used.answer.series:
        newest = max(series.points, key=lambda point: point.end, default=None)
        fresh = newest is not None and ends is not None and ends - newest.end < MEASURED_AFTER
        if series.labels[BUCKET_NAME] == bucket and newest is not None and fresh:
            found[series.labels[STORAGE_CLASS], series.labels[OBJECT_TYPE]] = newest.value
    return found


def grown(bucket: str, used: Measured, window: timedelta) -> float:
    """Bytes by the trend of the whole bucket, 0 where too few days have data."""
    days: dict[datetime, float] = defaultdict(float)
    for series in used.answer.series:
        if series.labels[BUCKET_NAME] == bucket:
            for point in series.points:
                days[point.end] += point.value
    trend = trend_of(days.items())
    return trend.per_day * (window / timedelta(days=1)) if trend else 0.0
