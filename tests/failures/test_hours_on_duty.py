"""What production does to a daemon: Slack away, restarts in between, another file. Told once each, and never a false green."""

from collections import Counter
from datetime import timedelta

from sagebase_ops.domain.incidents import State
from sagebase_ops.sandbox.faults import Fault
from tests.failures.on_duty import FAILS, FILE, PASSES, OnDuty, keys

LEAD = "U0TECHLEAD"


def told_once_each(duty: OnDuty) -> bool:
    return max(Counter(map(str, keys(duty.posts))).values()) == 1


def calling(duty: OnDuty, person: str) -> int:
    """How many posts below the first call this person."""
    return sum(person in str(one.blocks) and one.is_reply for one in duty.posts)


async def test_an_hour_without_slack_tells_afterwards_once_what_opened_and_each_step_that_fell_due(
    duty: OnDuty,
) -> None:
    duty.box.world.play("slack-down")
    await duty.works(minutes=65)
    assert duty.posts == []
    duty.box.world.play("healthy")
    await duty.works(minutes=15)
    assert told_once_each(duty)
    assert calling(duty, LEAD) == 2
    assert all("遅れて届いています" in one.text for one in duty.posts if one.is_reply and LEAD in str(one.blocks))


async def test_a_restart_across_a_steps_time_tells_it_once_with_its_true_time(duty: OnDuty) -> None:
    await duty.works(minutes=10)
    duty.box.world.advance(timedelta(minutes=35))
    await duty.works(minutes=3)
    await duty.works(minutes=3)
    assert calling(duty, LEAD) == 1
    assert "本来の時刻" in str(next(one.blocks for one in duty.posts if one.is_reply and LEAD in str(one.blocks)))


async def test_a_restart_while_an_edit_is_under_way_leaves_one_message_that_says_the_newest(duty: OnDuty) -> None:
    await duty.works(minutes=2)
    duty.write(PASSES)  # the same entry, whose target of before is no longer among its answers
    duty.box.world.faults.add(Fault("chat.update", "timeout_after"))
    await duty.works(minutes=1)
    await duty.works(minutes=4)
    assert [one.state for one in await duty.incidents()] == [State.RESOLVED]
    (message,) = [one for one in duty.posts if not one.is_reply]
    assert "終了" in message.text
    assert told_once_each(duty)


async def test_a_policy_that_changed_between_stop_and_start_counts_for_what_opens_from_then_on(duty: OnDuty) -> None:
    await duty.works(minutes=2)
    duty.write(FAILS, FILE.replace("{after: 30m,", "{after: 5m,"))
    await duty.works(minutes=10)
    assert calling(duty, LEAD) == 0
    duty.write(
        FAILS.replace("Nowhere", "Elsewhere").replace("dashboard, ", "dashboard, name: new, ", 1),
        FILE.replace("{after: 30m,", "{after: 5m,"),
    )
    await duty.works(minutes=10)
    assert calling(duty, LEAD) == 1


async def test_an_entry_that_left_the_file_between_stop_and_start_ends_its_incident_and_says_so(duty: OnDuty) -> None:
    await duty.works(minutes=2)
    duty.write("      - {check: dashboard, name: other}\n")
    await duty.works(minutes=2)
    assert [one.state for one in await duty.incidents()] == [State.RESOLVED]
    assert any("schedules.yaml" in str(one.blocks) for one in duty.posts if one.is_reply)
