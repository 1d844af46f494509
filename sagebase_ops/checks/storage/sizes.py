"""How large is a bucket by storage class, and how much of it came in? Read from the series of the whole project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sagebase_ops.checks.metrics.data import Measured
from sagebase_ops.gcp.time_series import Point
from sagebase_ops.gcp.usage_metrics import BUCKET_NAME, OBJECT_TYPE, STORAGE_CLASS

MEASURED_AFTER = timedelta(days=2)
"""Google measures about once a day; what has no point for so long is not there."""


Part: TypeAlias = tuple[str, str]
"""Storage class and type of object."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes now, and at the begin of the window: 0.0 where there was none of it."""

    now: float
    before: float

    @property
    def growth(self) -> float:
        return self.now - self.before


def sizes_of(bucket: str, used: Measured, window: timedelta) -> Mapping[Part, Size]:
    """Each part that is there, or was there when the window began; nothing where none is there now.

    What came in at once counts as much as what came in day by day: a bucket has no series of the time before it held
    anything, so that all that is in it may be growth.
    """
    ends = max((point.end for series in used.answer.series for point in series.points), default=None)
    courses = {
        (series.labels[STORAGE_CLASS], series.labels[OBJECT_TYPE]): sorted(series.points, key=_end)
        for series in used.answer.series
        if series.labels[BUCKET_NAME] == bucket and series.points
    }
    if ends is None or all(ends - points[-1].end >= MEASURED_AFTER for points in courses.values()):
        return {}
    return {part: _size(points, ends - window, ends) for part, points in courses.items()}


def _size(points: Sequence[Point], begin: datetime, end: datetime) -> Size:
    oldest, newest = points[0], points[-1]
    return Size(
        now=newest.value if end - newest.end < MEASURED_AFTER else 0.0,
        before=oldest.value if oldest.end - begin < MEASURED_AFTER else 0.0,
    )


def _end(point: Point) -> datetime:
    return point.end
