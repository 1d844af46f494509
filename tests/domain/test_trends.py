"""Slopes and forecasts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.trends import Trend, trend_of

START = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def daily(*values: float) -> list[tuple[datetime, float]]:
    return [(START + day * DAY, value) for day, value in enumerate(values)]


def found(*values: float) -> Trend:
    trend = trend_of(daily(*values))
    assert trend is not None
    return trend


def test_a_steady_rise_has_its_slope_and_its_level_at_the_newest_point() -> None:
    trend = found(10, 12, 14, 16, 18, 20)
    assert (trend.per_day, trend.level, trend.at, trend.days) == (2, 20, START + 5 * DAY, 6)


def test_a_limit_is_reached_where_the_line_meets_it() -> None:
    assert found(10, 12, 14, 16, 18, 20).reaches(40) == START + 15 * DAY


def test_a_falling_line_reaches_what_is_below_it() -> None:
    assert found(20, 18, 16, 14, 12).reaches(4) == START + 8 * DAY


@pytest.mark.parametrize(
    ("values", "limit"),
    [
        ((20, 18, 16, 14, 12), 40),
        ((5, 5, 5, 5, 5, 5), 40),
        ((10, 10.001, 10.002, 10.003, 10.004), 40),
        ((10, 30, 12, 29, 11, 30, 12), 40),
    ],
    ids=["away from it", "flat", "not in ten years", "up and down"],
)
def test_a_limit_is_not_reached(values: tuple[float, ...], limit: float) -> None:
    assert found(*values).reaches(limit) is None


def test_what_is_over_the_limit_already_is_not_told_as_reached_in_the_past() -> None:
    assert found(10, 12, 14, 16, 18).reaches(11) is None


def test_too_few_days_have_no_trend_however_many_points_they_hold() -> None:
    points = [(START + hour * timedelta(hours=1), float(hour)) for hour in range(72)]
    assert trend_of(points) is None


def test_one_leap_does_not_bend_the_line() -> None:
    assert found(10, 11, 12, 13, 900, 15, 16, 17).per_day == pytest.approx(1)


def test_a_day_that_is_missing_is_a_longer_step() -> None:
    points = [point for day, point in enumerate(daily(10, 12, 14, 16, 18, 20, 22)) if day != 3]
    trend = trend_of(points)
    assert trend is not None
    assert trend.per_day == 2


def test_ups_and_downs_are_not_clear_and_a_steady_rise_is() -> None:
    assert not found(10, 30, 12, 29, 11, 30, 12).clear
    assert found(10, 12, 14, 16, 18).clear


@given(st.permutations(daily(3, 1, 4, 1, 5, 9, 2, 6)))
def test_the_order_of_the_points_changes_nothing(points: list[tuple[datetime, float]]) -> None:
    assert trend_of(points) == trend_of(sorted(points))
