"""The outbox against the pretend Slack, over sockets, with every way in which a line breaks."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from sagebase_ops.domain.delivery_transitions import sending
from sagebase_ops.domain.notifications import NEXT, Action, Message, Notification
from sagebase_ops.jobs.deliver_outbox import LEASE
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import SlackChannel
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.store.base import Decision, Store
from tests.sending import DIGEST, Interrupted, Sending


async def test_a_digest_is_posted_with_its_thread_below_it_and_its_keys_in_the_metadata(sending_to: Sending) -> None:
    await sending_to.decided()
    await sending_to.sender.deliver_due()
    main, reply = sending_to.box.world.slack.messages
    assert (main.text, main.thread_ts, reply.text, reply.thread_ts) == ("要点", None, "内訳", main.ts)
    keys = [one.metadata["event_payload"]["notice_key"] for one in (main, reply) if one.metadata]
    assert keys == ["n", "n:1"]
    assert await sending_to.states() == ["sent", "sent"]


async def test_what_was_sent_is_never_sent_again(sending_to: Sending) -> None:
    await sending_to.decided()
    await sending_to.passes(minutes=3)
    await sending_to.passes(sending_to.another("two"), minutes=3)
    assert sending_to.texts == ["要点", "内訳"]


async def test_a_channel_gets_one_post_a_second(sending_to: Sending) -> None:
    await sending_to.decided()
    started = sending_to.clock.monotonic()
    await sending_to.sender.deliver_due()
    assert sending_to.clock.monotonic() - started == pytest.approx(1.0)


async def test_many_that_must_wait_for_their_channel_hold_back_no_other(sending_to: Sending) -> None:
    for number in range(30):
        await sending_to.decided(f"n{number}")
    await sending_to.decided("other", channel="#sagebase-ops-fallback", messages=DIGEST[:1])
    sending_to.sender.pacing.leave_alone("#sagebase-ops", timedelta.max)

    await sending_to.sender.deliver_due()
    assert await sending_to.states("other") == ["sent"]
    assert len(sending_to.texts) == 1


async def test_of_two_edits_the_newer_is_told_also_where_the_older_was_on_its_way_already(
    box: Sandbox, store: Store
) -> None:
    clock = Interrupted()
    one = Sending(box, store, clock)
    await one.decided(messages=DIGEST[:1])
    await one.sender.deliver_due()

    async def decide(text: str) -> None:
        edit = Notification("n", NEXT, "#sagebase-ops", Message(text), clock.now(), clock.now(), action=Action.EDIT)
        await store.decide(Decision(notifications=(edit,)), clock.now())

    await decide("older")
    clock.meanwhile = lambda: decide("newer")
    await one.sender.deliver_due()
    assert ("older" in one.texts, "newer" in one.texts) == (False, True)


@pytest.mark.parametrize("kind", ["timeout_after", "reset", "half_page", "malformed"])
async def test_an_answer_lost_on_the_way_back_doubles_nothing(sending_to: Sending, kind: str) -> None:
    sending_to.box.world.faults.add(Fault("chat.postMessage", kind))
    await sending_to.decided()
    await sending_to.passes(minutes=3)
    assert sending_to.texts == ["要点", "内訳"]
    assert await sending_to.states() == ["sent", "sent"]


async def test_a_request_lost_on_the_way_there_is_sent_again_once_three_looks_did_not_find_it(
    sending_to: Sending,
) -> None:
    sending_to.box.world.faults.add(Fault("chat.postMessage", "timeout_before"))
    await sending_to.decided()
    await sending_to.passes(seconds=119)
    assert sending_to.texts == []
    await sending_to.passes(seconds=10)
    assert sending_to.texts == ["要点", "内訳"]


async def test_while_the_channel_cannot_be_read_nothing_is_sent_again(sending_to: Sending) -> None:
    sending_to.box.world.faults.add(Fault("chat.postMessage", "timeout_before"))
    sending_to.box.world.faults.add(Fault("conversations.history", "refusal", None, {"status": 500}))
    await sending_to.decided()
    await sending_to.passes(minutes=10)
    assert (sending_to.texts, (await sending_to.states())[0]) == ([], "unproven")
    sending_to.box.world.faults.clear()
    await sending_to.passes(minutes=15)
    assert sending_to.texts == ["要点", "内訳"]


async def test_a_sender_killed_while_sending_leaves_a_post_that_the_next_one_looks_for(sending_to: Sending) -> None:
    await sending_to.decided()
    await sending_to.sender.deliver_due()
    row = (await sending_to.store.notice("n"))[0]
    await sending_to.store.save_notification(sending(row, sending_to.clock.now()), "one", sending_to.clock.now())
    await sending_to.passes(sending_to.another("two"), minutes=4)
    assert sending_to.texts == ["要点", "内訳"]
    assert await sending_to.states() == ["sent", "sent"]


async def test_slacks_retry_after_is_obeyed(sending_to: Sending) -> None:
    limited = {"status": 429, "error": "ratelimited", "retry_after": 40}
    sending_to.box.world.faults.add(Fault("chat.postMessage", "refusal", 1, limited))
    await sending_to.decided()
    await sending_to.passes(seconds=39)
    assert sending_to.texts == []
    await sending_to.passes(seconds=5)
    assert sending_to.texts == ["要点", "内訳"]


async def test_an_hour_without_slack_loses_nothing(sending_to: Sending) -> None:
    sending_to.box.world.play("slack-down")
    for number in range(3):
        await sending_to.decided(f"n{number}", messages=[Message(f"要点 {number}")])
    await sending_to.passes(hours=1)
    assert sending_to.texts == []
    sending_to.box.world.play("healthy")
    await sending_to.passes(minutes=20)
    assert sending_to.texts == ["要点 0", "要点 1", "要点 2"]


async def test_a_channel_without_fallback_is_tried_until_a_person_mended_it(sending_to: Sending) -> None:
    await sending_to.decided(channel="#new")
    await sending_to.passes(minutes=3)
    assert sending_to.sender.problem
    assert "channel_not_found" in sending_to.sender.problem
    world = sending_to.box.world
    world.scenario = world.scenario.model_copy(update={"slack_channels": [SlackChannel(name="new")]})
    await sending_to.passes(minutes=2)
    assert sending_to.texts == ["要点", "内訳"]
    assert sending_to.sender.problem is None


async def test_a_refused_token_holds_everything_and_says_so_until_it_works(sending_to: Sending) -> None:
    sending_to.box.world.faults.add(Fault("chat.postMessage", "refusal", 3, {"status": 200, "error": "token_revoked"}))
    await sending_to.decided("n1")
    await sending_to.decided("n2")
    await sending_to.passes(seconds=30)
    assert sending_to.box.world.faults.waiting()[0].times == 2
    assert sending_to.sender.problem
    assert "token_revoked" in sending_to.sender.problem
    await sending_to.passes(minutes=4)
    assert sending_to.texts == ["要点", "内訳"] * 2


async def test_what_slack_cannot_show_is_posted_as_plain_text(sending_to: Sending) -> None:
    await sending_to.decided(messages=[Message("要点", blocks=({"type": "nonsense"},))])
    await sending_to.passes(seconds=5)
    assert [(one.text, one.blocks) for one in sending_to.box.world.slack.messages] == [("要点", [])]


async def test_what_slack_will_never_take_is_refused_and_holds_up_nothing_behind_it(sending_to: Sending) -> None:
    await sending_to.decided("bad", messages=[Message("")])
    await sending_to.decided("good", messages=[Message("要点")])
    await sending_to.passes(seconds=10)
    assert sending_to.texts == ["要点"]
    assert await sending_to.states("bad") == ["refused"]
    backlog = await sending_to.store.backlog()
    assert (backlog.refused, "no_text" in (backlog.last_error or "")) == (1, True)


async def test_only_one_of_two_processes_sends(sending_to: Sending) -> None:
    two = sending_to.another("two")
    for number in range(5):
        await sending_to.decided(f"n{number}", messages=[Message(f"要点 {number}")])
        await sending_to.sender.deliver_due()
        await two.deliver_due()
    assert sending_to.texts == [f"要点 {number}" for number in range(5)]


async def test_another_process_sends_once_the_sender_is_gone(sending_to: Sending) -> None:
    await sending_to.sender.deliver_due()
    await sending_to.decided()
    two = sending_to.another("two")
    await two.deliver_due()
    assert sending_to.texts == []
    await sending_to.clock.advance(seconds=LEASE.total_seconds() + 1)
    await two.deliver_due()
    assert sending_to.texts == ["要点", "内訳"]


async def test_a_stop_lets_another_process_send_at_once(sending_to: Sending) -> None:
    await sending_to.sender.deliver_due()
    await sending_to.sender.hand_back()
    await sending_to.decided()
    await sending_to.sender.deliver_due()
    assert sending_to.texts == []
    await sending_to.another("two").deliver_due()
    assert sending_to.texts == ["要点", "内訳"]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_jump_of_the_clock_neither_loses_nor_doubles(sending_to: Sending, jump: timedelta) -> None:
    await sending_to.decided("before")
    await sending_to.sender.deliver_due()
    sending_to.clock.jump(jump)
    await sending_to.decided("after")
    await sending_to.passes(sending_to.another("two"), minutes=3)
    await sending_to.passes(minutes=3)
    assert sending_to.texts == ["要点", "内訳"] * 2


async def test_who_was_refused_the_lease_does_not_take_itself_for_the_sender(sending_to: Sending) -> None:
    """Else it tries each second to send, and says each second that it lost what it never had."""
    await sending_to.decided("first")
    await sending_to.sender.deliver_due()
    await sending_to.decided("second")
    two = sending_to.another("two")
    with capture_logs() as told:
        for _ in range(3):
            await two.deliver_due()
    assert [entry["event"] for entry in told] == []
    assert await sending_to.states("second") == ["waiting", "waiting"]
