"""Steps of time hold numbers, and nothing where nothing was measured."""

import math
from array import array
from datetime import UTC, datetime, timedelta

import pytest

from sagebase_ops.domain.steps import Steps, no_steps

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_what_was_measured_is_there_by_its_step_and_the_rest_is_not() -> None:
    steps = Steps.of(START, START + DAY, HOUR, [(START + 2 * HOUR, 1.5), (START + 23 * HOUR, 0.0)])
    assert dict(steps) == {START + 2 * HOUR: 1.5, START + 23 * HOUR: 0.0}
    assert len(steps) == 2
    assert steps.get(START) is None
    with pytest.raises(KeyError):
        steps[START + DAY]


def test_points_of_another_time_are_left_out_and_the_last_of_a_step_counts() -> None:
    points = [(START - HOUR, 9.0), (START + DAY, 9.0), (START, 1.0), (START + HOUR / 2, 2.0)]
    assert dict(Steps.of(START, START + DAY, HOUR, points)) == {START: 2.0}


def test_days_are_kept_whole() -> None:
    assert Steps.of(START, START + DAY, DAY, [(START, 0.1)])[START] == 0.1


def test_values_by_the_end_of_their_step_lie_where_they_began_in_whatever_order_they_come() -> None:
    ends = [(START + number * HOUR).timestamp() for number in (3, 2, 1)]
    whole = Steps.ended(START, START + 3 * HOUR, HOUR, array("d", ends), [3.0, 2.0, 1.0])
    assert list(whole.items()) == [(START, 1.0), (START + HOUR, 2.0), (START + 2 * HOUR, 3.0)]
    turned = Steps.ended(START, START + 3 * HOUR, HOUR, array("d", ends[::-1]), [1.0, 2.0, 3.0])
    assert dict(turned) == dict(whole)
    gap = Steps.ended(START, START + 3 * HOUR, HOUR, array("d", ends[:1]), [3.0])
    assert dict(gap) == {START + 2 * HOUR: 3.0}


def hours(*numbers: float) -> Steps:
    return Steps(START, HOUR, numbers)


def test_the_peak_is_the_first_of_the_largest_and_of_nothing_there_is_none() -> None:
    assert hours(math.nan, 1, 3, 3).peak() == (START + 2 * HOUR, 3)
    assert hours(math.nan).peak() is None
    assert no_steps().peak() is None


def test_shares_and_weights_leave_out_what_is_too_little() -> None:
    requests = hours(20, 10, math.nan, 40)
    assert list(requests.share(hours(5, 5), 20).values()) == [0.25, 0.0]
    assert dict(hours(1, 2, 3, 4).where(requests, 20)) == {START: 1, START + 3 * HOUR: 4}
    assert not hours(1).where(no_steps(), 20)


def test_a_sum_holds_what_only_one_of_both_has() -> None:
    assert list(hours(1, 2, math.nan).plus(hours(1, math.nan, 5)).values()) == [2, 2, 5]
    assert dict(no_steps().plus(hours(1))) == {START: 1}
