"""Points are read as Google sent them, whole series and those with gaps alike."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.cloud.monitoring_v3.types import ListTimeSeriesResponse

from sagebase_ops.gcp.monitoring import MetricQuery
from sagebase_ops.gcp.time_series import Gathered, Point, gather

START, HOUR = datetime(2026, 11, 1, tzinfo=UTC), timedelta(hours=1)
QUERY = MetricQuery("", "ALIGN_MEAN", "REDUCE_SUM", (), START, START + 4 * HOUR, HOUR)


def page(hours: Iterable[int], kind: str = "double_value") -> Any:  # raw ListTimeSeriesResponse
    """A series with a point at the end of each of these hours, of that many as its value."""
    raw = ListTimeSeriesResponse.pb(ListTimeSeriesResponse())
    series = raw.time_series.add()
    for hour in hours:
        point = series.points.add()
        point.interval.end_time.FromDatetime(START + hour * HOUR)
        setattr(point.value, kind, hour)
    return raw


def read(*pages: Any) -> list[Point]:  # as above
    gathered = Gathered((), QUERY.ends())
    for one in pages:
        gather(one, gathered)
    (points,) = gathered.points.values()
    return list(points)


@pytest.mark.parametrize("kind", ["double_value", "int64_value"])
@pytest.mark.parametrize("hours", [(4, 3, 2, 1), (4, 2, 1), (4, 3, 1), (3, 2, 1), (1, 2, 3, 4), (4,)])
def test_each_point_keeps_its_time(hours: tuple[int, ...], kind: str) -> None:
    assert read(page(hours, kind)) == [Point(START + hour * HOUR, hour) for hour in hours]


def test_a_series_goes_on_in_the_next_page() -> None:
    assert [point.value for point in read(page((4, 3)), page((2, 1)))] == [4, 3, 2, 1]


def test_a_point_that_holds_nothing_is_none_and_a_zero_is_one() -> None:
    raw = page((4, 3, 2, 1))
    raw.time_series[0].points[1].value.Clear()
    raw.time_series[0].points[2].value.double_value = 0
    assert [(point.end, point.value) for point in read(raw)] == [
        (START + 4 * HOUR, 4),
        (START + 2 * HOUR, 0),
        (START + HOUR, 1),
    ]


def test_the_ends_of_a_window_are_those_of_its_periods() -> None:
    assert list(QUERY.ends()) == [(START + hour * HOUR).timestamp() for hour in (4, 3, 2, 1)]
