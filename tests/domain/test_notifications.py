from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sagebase_ops.domain.delivery_transitions import (
    in_plain_text,
    not_found,
    pause_after,
    put_off,
    rerouted,
    sending,
    sent,
    unproven,
)
from sagebase_ops.domain.notifications import (
    Action,
    Delivery,
    Message,
    Notification,
    Posted,
    gives_way,
    notifications_of,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def row() -> Notification:
    messages = [Message("要点", blocks=({"type": "divider"},)), Message("内訳", in_thread=True)]
    return notifications_of("i:digest:daily", messages, "#ops", "#fallback", NOW)[0]


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_each_post_of_a_notice_has_a_key_of_its_own() -> None:
    rows = notifications_of("n", [Message("a"), Message("b", in_thread=True)], "#ops", None, NOW)
    assert [one.key for one in rows] == ["n", "n:1"]


def test_a_post_without_an_answer_is_looked_for_three_times_before_it_is_sent_again() -> None:
    lost = unproven(sending(row(), NOW), "timeout")
    assert lost.due_at == later(5)
    second = not_found(lost, later(5))
    third = not_found(second, later(30))
    assert [(one.state, one.due_at) for one in (second, third)] == [
        (Delivery.UNPROVEN, later(30)),
        (Delivery.UNPROVEN, later(120)),
    ]
    again = not_found(third, later(120))
    assert (again.state, again.due_at) == (Delivery.WAITING, later(120))


EDIT = replace(row(), action=Action.EDIT)


@pytest.mark.parametrize(
    ("last", "newer", "gives"),
    [
        (EDIT, EDIT, True),
        (row(), EDIT, False),
        (EDIT, row(), False),
        (sending(EDIT, NOW), EDIT, False),
        (unproven(EDIT, "timeout"), EDIT, False),
        (sent(EDIT, Posted("C1", "1")), EDIT, False),
        (put_off(sending(EDIT, NOW), NOW, "ratelimited"), EDIT, True),
    ],
)
def test_only_an_edit_that_surely_has_not_left_gives_way_to_a_newer_one(
    last: Notification, newer: Notification, *, gives: bool
) -> None:
    assert gives_way(last, newer) is gives


def test_looks_are_counted_anew_with_each_try() -> None:
    tried = not_found(unproven(sending(row(), NOW), "timeout"), later(5))
    assert sending(tried, later(200)).reads == 0


def test_a_sent_post_knows_where_it_stands() -> None:
    done = sent(sending(row(), NOW), Posted("C1", "1.2"))
    assert (done.state, done.posted, done.error) == (Delivery.SENT, Posted("C1", "1.2"), None)


def test_what_slack_cannot_show_goes_once_more_as_text_alone() -> None:
    plain = in_plain_text(row(), NOW, "invalid_blocks")
    assert (plain.message, plain.plain, plain.key) == (Message("要点"), True, row().key)


def test_a_refused_channel_is_left_for_the_fallback() -> None:
    assert rerouted(row(), NOW, "is_archived", "it is archived").channel == "#fallback"


def test_pauses_double_up_to_five_minutes() -> None:
    assert [pause_after(tries).total_seconds() for tries in (1, 2, 3, 9, 10, 1000)] == [1, 2, 4, 256, 300, 300]
