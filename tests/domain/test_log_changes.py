"""What is new, risen and gone between two periods is said only where the samples are large enough to show it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagebase_ops.domain.log_changes import Change, Kind, Sampled, changes_between
from sagebase_ops.domain.log_shapes import Group

AT = datetime(2026, 11, 24, tzinfo=UTC)


def sampled(share: float = 1.0, **counts: int) -> Sampled:
    groups = tuple(Group(name, "ERROR", count, AT, AT + timedelta(hours=1), name) for name, count in counts.items())
    return Sampled(groups, share)


def told(before: Sampled, now: Sampled) -> list[tuple[Kind, str]]:
    return [(one.kind, one.group.fingerprint) for one in changes_between(before, now, rise=0.5, least=10)]


def test_new_comes_before_risen_before_gone_each_the_most_frequent_first() -> None:
    changed = told(sampled(grew=20, went=9, left=40), sampled(came=1, grew=90, burst=70))
    assert changed == [
        (Kind.NEW, "burst"),
        (Kind.NEW, "came"),
        (Kind.RISEN, "grew"),
        (Kind.GONE, "left"),
        (Kind.GONE, "went"),
    ]


@pytest.mark.parametrize(("before", "now", "risen"), [(20, 30, False), (20, 31, True), (1, 10, False), (1, 11, True)])
def test_a_shape_has_risen_by_more_than_its_share_and_its_least_number(before: int, now: int, *, risen: bool) -> None:
    assert told(sampled(a=before), sampled(a=now)) == ([(Kind.RISEN, "a")] if risen else [])


@pytest.mark.parametrize(("seen", "share", "new"), [(2, 0.1, False), (3, 0.1, False), (30, 0.1, True), (1, 1.0, True)])
def test_what_a_sample_may_have_missed_is_not_new(seen: int, share: float, *, new: bool) -> None:
    assert (told(sampled(share), sampled(a=seen)) != []) is new
    assert (told(sampled(a=seen), sampled(share)) != []) is new


def test_a_difference_that_two_samples_may_show_by_chance_is_no_rise() -> None:
    assert told(sampled(0.01, a=2), sampled(0.01, a=5)) == []
    assert told(sampled(0.01, a=20), sampled(0.01, a=50)) == [(Kind.RISEN, "a")]


def test_counts_are_told_for_the_whole_period() -> None:
    (change,) = changes_between(sampled(0.1, a=10), sampled(0.5, a=200), rise=0.5, least=10)
    assert (change.before, change.now) == (100, 400)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500)), st.floats(0.001, 1.0))
def test_a_period_has_not_changed_against_itself(counts: dict[str, int], share: float) -> None:
    assert told(sampled(share, **counts), sampled(share, **counts)) == []


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500)), st.floats(0, 1))
def test_where_one_period_was_not_read_nothing_has_changed(counts: dict[str, int], share: float) -> None:
    none: tuple[Change, ...] = ()
    assert changes_between(Sampled((), 0.0), sampled(share, **counts), 0.5, 10) == none
    assert changes_between(sampled(share, **counts), Sampled((), 0.0), 0.5, 10) == none
