"""Does a group of incidents say of itself what its message must say?"""

from dataclasses import replace

import pytest

from sagebase_ops.domain.escalation import Eta, Policy, Step
from sagebase_ops.domain.incident_groups import Group, Standing, groups_of
from sagebase_ops.domain.incident_transitions import end_as
from sagebase_ops.domain.incidents import Change, Incident
from sagebase_ops.domain.quantities import Quantity
from tests.incident_examples import LEAD, MINUTE, NINE, OPERATOR, not_seen, opened, over, taken, too_high

MUTED = opened(too_high(muted_by="佐藤: 定期保守"))
ENDED = end_as(opened(), Change.GONE, NINE).incident or opened()


@pytest.mark.parametrize(
    ("incidents", "standing"),
    [
        ([opened()], Standing.FAILING),
        ([not_seen()], Standing.UNKNOWN),
        ([not_seen(), opened()], Standing.FAILING),
        ([taken(opened())], Standing.IN_PROGRESS),
        ([taken(opened()), opened()], Standing.FAILING),
        ([taken(opened()), over(opened())], Standing.IN_PROGRESS),
        ([MUTED], Standing.SILENCED),
        ([MUTED, opened()], Standing.FAILING),
        ([over(opened())], Standing.RESOLVED),
        ([ENDED], Standing.ENDED),
        ([ENDED, over(opened())], Standing.RESOLVED),
        ([ENDED, opened()], Standing.FAILING),
    ],
)
def test_a_group_stands_as_the_worst_that_is_still_open(incidents: list[Incident], standing: Standing) -> None:
    assert Group.of(incidents).standing is standing


def test_the_open_ones_come_first_and_the_farthest_past_its_limit_leads() -> None:
    far, near, done = opened(too_high(0.9), 1), opened(too_high(0.06), 2), over(opened(too_high(0.99), 3))
    assert [one.id for one in Group.of([done, near, far]).incidents] == [far.id, near.id, done.id]


def test_a_number_below_its_limit_is_as_bad_as_one_above() -> None:
    none_left = opened(too_high(value=Quantity(0, "{connections}"), limit=Quantity(1, "{connections}")), 1)
    assert Group.of([opened(too_high(0.06), 2), none_left]).lead is none_left


def test_the_first_post_is_a_step_that_was_told_whether_it_is_counted_already_or_not() -> None:
    for counted in (0, 1):
        group = Group.of([opened(steps_taken=counted)])
        assert [(step.number, step.people) for step in group.told] == [(0, (OPERATOR,))]
        assert group.next_step
        assert (group.next_step.due, group.next_step.people) == (NINE + 30 * MINUTE, (LEAD,))


def test_an_expected_time_moves_the_next_step_and_none_is_left_after_the_last() -> None:
    waiting = Group.of([opened(eta=Eta(NINE + 45 * MINUTE, 1))]).next_step
    assert waiting
    assert waiting.due == NINE + 45 * MINUTE
    assert Group.of([opened(steps_taken=3)]).next_step is None
    assert Group.of([over(opened())]).next_step is None


def test_where_policies_differ_the_soonest_step_is_next_and_tells_only_its_own_people() -> None:
    other = opened(number=2, policy=Policy("other", (Step(10 * MINUTE, (OPERATOR,)),)), steps_taken=0)
    group = Group.of([opened(), other])
    assert group.next_step
    assert (group.next_step.due, group.next_step.people) == (NINE + 10 * MINUTE, (OPERATOR,))
    assert group.steps == 3
    assert group.people_of(0) == (OPERATOR,)
    assert group.people_of(1) == (LEAD,)


def test_only_those_count_as_told_whose_own_step_was_taken() -> None:
    other = opened(number=2, policy=Policy("other", (Step(0 * MINUTE, (LEAD,)), Step(30 * MINUTE, (OPERATOR,)))))
    told = Group.of([opened(steps_taken=2), other]).told
    assert [step.people for step in told] == [(OPERATOR, LEAD), (LEAD,)]


def test_the_one_who_took_it_last_has_it() -> None:
    earlier = taken(opened())
    later = replace(earlier, acknowledged_by="U0LATER01", acknowledged_at=NINE + 20 * MINUTE)
    assert Group.of([earlier, later]).owner is later
    assert Group.of([over(earlier)]).owner is None


def test_it_is_over_when_the_last_of_them_is() -> None:
    first, last = over(opened()), replace(over(opened(number=2)), resolved_at=NINE + 70 * MINUTE)
    assert Group.of([first, last]).resolved_at == NINE + 70 * MINUTE
    assert Group.of([first, opened(number=3)]).resolved_at is None


def test_incidents_that_share_a_message_are_together_the_oldest_message_first() -> None:
    one, two = opened(number=1), opened(number=2, group="other", since=NINE - 60 * MINUTE)
    assert [group.lead.group for group in groups_of([one, two, opened(number=3)])] == ["other", one.group]
