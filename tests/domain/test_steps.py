"""Steps of time hold numbers, and nothing where nothing was measured."""

from datetime import UTC, datetime, timedelta

import pytest

from sagebase_ops.domain.steps import Steps

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_what_was_measured_is_there_by_its_step_and_the_rest_is_not() -> None:
    steps = Steps(START, START + DAY, HOUR, [(START + 2 * HOUR, 1.5), (START + 23 * HOUR, 0.0)])
    assert dict(steps) == {START + 2 * HOUR: 1.5, START + 23 * HOUR: 0.0}
    assert len(steps) == 2
    assert steps.get(START) is None
    with pytest.raises(KeyError):
        steps[START + DAY]


def test_points_of_another_time_are_left_out_and_the_last_of_a_step_counts() -> None:
    points = [(START - HOUR, 9.0), (START + DAY, 9.0), (START, 1.0), (START + HOUR / 2, 2.0)]
    assert dict(Steps(START, START + DAY, HOUR, points)) == {START: 2.0}


def test_days_are_kept_whole() -> None:
    assert Steps(START, START + DAY, DAY, [(START, 0.1)])[START] == 0.1
