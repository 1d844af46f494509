"""What becomes of an incident's posts when people and Slack move what they hang on: on the wire, with the real store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sagebase_ops.domain.notifications import NEXT, Action, Message, Notification, Priority
from sagebase_ops.sandbox.faults import Fault
from sagebase_ops.sandbox.scenario import SlackChannel
from sagebase_ops.sandbox.slack.workspace import CHANNELS
from sagebase_ops.store.base import Decision
from tests.sending import Sending

OPENING, ESCALATION, EDIT = Message("障害"), Message("30分未解決", in_thread=True), Message("障害（対応中）")
HEAD = {"type": "header", "text": {"type": "plain_text", "text": "障害"}}


async def decided(to: Sending, message: Message, priority: int, action: Action = Action.POST, **more: str) -> None:
    now = to.clock.now()
    row = Notification("i", NEXT, "#sagebase-ops", message, now, now, priority=priority, action=action)
    row = replace(row, fallback=more.get("fallback", "#sagebase-ops-fallback"), language=more.get("language", "ja"))
    await to.store.decide(Decision(notifications=(row,)), now)


async def told(to: Sending, **more: str) -> None:
    """The opening stands in the channel."""
    await decided(to, OPENING, Priority.OPENING, **more)
    await to.sender.deliver_due()


def close(to: Sending, *names: str) -> None:
    archived = [SlackChannel(name=name, archived=True) for name in names]
    to.box.world.scenario = to.box.world.scenario.model_copy(update={"slack_channels": archived})


def shown(to: Sending) -> list[tuple[str, str]]:
    """Channel and first line of all that stands there."""
    held = to.box.world.slack.messages
    return [(one.channel.name, one.text.splitlines()[0]) for one in held if not one.deleted]


def thread_of(to: Sending, text: str) -> str | None:
    """What the reply that says `text` stands below."""
    by_ts = {one.ts: one.text.splitlines()[0] for one in to.box.world.slack.messages if not one.deleted}
    (reply,) = [one for one in to.box.world.slack.messages if one.text.startswith(text)]
    return by_ts.get(reply.thread_ts or "")


async def test_an_edit_of_a_post_that_a_person_deleted_posts_it_once_anew(sending_to: Sending) -> None:
    await told(sending_to)
    sending_to.box.world.slack.messages[0].deleted = True
    await decided(sending_to, EDIT, Priority.CHANGE, Action.EDIT)
    await sending_to.passes(minutes=3)
    assert shown(sending_to) == [("sagebase-ops", "障害（対応中）")]


async def test_a_reply_below_a_post_that_a_person_deleted_stands_below_the_new_one_which_says_its_newest(
    sending_to: Sending,
) -> None:
    await told(sending_to)
    await decided(sending_to, EDIT, Priority.CHANGE, Action.EDIT)
    await sending_to.passes(seconds=3)
    sending_to.box.world.slack.messages[0].deleted = True
    await decided(sending_to, ESCALATION, Priority.ESCALATION)
    await sending_to.passes(minutes=1)
    assert shown(sending_to) == [("sagebase-ops", "障害（対応中）"), ("sagebase-ops", "30分未解決")]
    assert thread_of(sending_to, "30分未解決") == "障害（対応中）"


@pytest.mark.parametrize(
    ("language", "says"),
    [("ja", "#old に投稿できないため、ここに投稿しています：アーカイブされています。"), ("en", "it is archived")],
)
async def test_a_refused_channel_is_left_for_the_fallback_which_says_why(
    sending_to: Sending, language: str, says: str
) -> None:
    close(sending_to, "old")
    now = sending_to.clock.now()
    row = Notification("n", 0, "#old", OPENING, now, now, fallback="#sagebase-ops-fallback", language=language)
    reply = replace(row, place=1, message=Message("内訳", in_thread=True))
    await sending_to.store.decide(Decision(notifications=(row, reply)), now)
    await sending_to.passes(seconds=5)
    assert [channel for channel, _ in shown(sending_to)] == ["sagebase-ops-fallback"] * 2
    assert says in sending_to.box.world.slack.messages[0].text
    assert thread_of(sending_to, "内訳") == "障害"


async def test_a_channel_that_was_renamed_is_told_as_not_found_and_how_that_may_be(sending_to: Sending) -> None:
    now = sending_to.clock.now()
    row = Notification("n", 0, "#renamed", Message("障害", (HEAD,)), now, now, fallback="#sagebase-ops-fallback")
    await sending_to.store.decide(Decision(notifications=(row,)), now)
    await sending_to.passes(seconds=5)
    (message,) = sending_to.box.world.slack.messages
    assert "#renamed" in message.text
    assert "改名" in str(message.blocks[1])


@pytest.mark.parametrize("action", [Action.POST, Action.EDIT])
async def test_what_follows_in_a_channel_that_was_archived_moves_with_its_first_post_to_the_fallback(
    sending_to: Sending, action: Action
) -> None:
    await told(sending_to)
    close(sending_to, "sagebase-ops")
    await decided(sending_to, EDIT if action is Action.EDIT else ESCALATION, Priority.ESCALATION, action)
    await sending_to.passes(seconds=30)
    moved = [line for channel, line in shown(sending_to) if channel == "sagebase-ops-fallback"]
    assert moved == (["障害（対応中）"] if action is Action.EDIT else ["障害", "30分未解決"])


async def test_later_edits_of_what_went_to_the_fallback_go_there(sending_to: Sending) -> None:
    close(sending_to, "sagebase-ops")
    await told(sending_to)
    await sending_to.passes(seconds=3)
    await decided(sending_to, EDIT, Priority.CHANGE, Action.EDIT)
    await sending_to.passes(seconds=30)
    assert shown(sending_to) == [("sagebase-ops-fallback", "障害（対応中）")]


async def test_where_the_fallback_is_closed_too_it_waits_until_a_person_mended_it(sending_to: Sending) -> None:
    await told(sending_to)
    close(sending_to, *CHANNELS)
    await decided(sending_to, ESCALATION, Priority.ESCALATION)
    await sending_to.passes(minutes=3)
    assert len(shown(sending_to)) == 1
    assert sending_to.sender.problem
    close(sending_to)
    await sending_to.passes(minutes=3)
    assert [line for _, line in shown(sending_to)].count("30分未解決") == 1


def never_answers(to: Sending) -> None:
    """The post arrives, its answer does not, and the channel cannot be read."""
    to.box.world.faults.add(Fault("chat.postMessage", "timeout_after"))
    to.box.world.faults.add(Fault("conversations.history", "refusal", None, {"status": 500}))


async def test_an_opening_that_nobody_can_look_for_is_sent_again_after_ten_minutes_and_says_so(
    sending_to: Sending,
) -> None:
    never_answers(sending_to)
    await told(sending_to)
    await sending_to.passes(minutes=9)
    assert sending_to.texts == ["障害"]
    await sending_to.passes(minutes=3)
    assert len(sending_to.texts) == 2
    assert "再送の可能性" in sending_to.texts[1]


async def test_a_digest_that_nobody_can_look_for_waits(sending_to: Sending) -> None:
    never_answers(sending_to)
    await sending_to.decided(messages=[Message("要点")])
    await sending_to.sender.deliver_due()
    await sending_to.passes(minutes=60)
    assert sending_to.texts == ["要点"]
    sending_to.box.world.faults.clear()
    await sending_to.passes(minutes=10)
    assert (sending_to.texts, await sending_to.states()) == (["要点"], ["sent"])


async def test_what_was_sent_again_is_looked_for_since_its_first_try(sending_to: Sending) -> None:
    """The second try is lost too, on its way there; then Slack can be read, and the first one is found."""
    world = sending_to.box.world
    sending_to.clock.jump(world.now() - sending_to.clock.now())
    never_answers(sending_to)
    await told(sending_to)
    world.faults.add(Fault("chat.postMessage", "timeout_before", None))
    await sending_to.passes(hours=2)
    world.faults.clear()
    await sending_to.passes(minutes=11)
    assert (sending_to.texts, [row.state for row in await sending_to.store.notice("i")]) == (["障害"], ["sent"])


async def test_an_escalation_that_reaches_people_late_says_by_how_much(sending_to: Sending) -> None:
    await told(sending_to)
    await decided(sending_to, ESCALATION, Priority.ESCALATION)
    sending_to.box.world.faults.add(Fault("chat.postMessage", "refusal", 1, {"status": 429, "retry_after": 300}))
    await sending_to.passes(minutes=8)
    assert "本来の時刻より 5 分遅れて" in sending_to.texts[1]


async def test_a_post_lost_while_our_clock_was_an_hour_ahead_of_slacks_is_found(sending_to: Sending) -> None:
    world = sending_to.box.world
    sending_to.clock.jump(world.now() + timedelta(hours=1) - sending_to.clock.now())
    world.faults.add(Fault("chat.postMessage", "timeout_after"))
    await sending_to.decided(messages=[Message("要点")])
    await sending_to.passes(minutes=4)
    assert (sending_to.texts, await sending_to.states()) == (["要点"], ["sent"])


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=1)])
async def test_a_post_lost_by_a_sender_that_was_killed_is_found_by_one_that_starts_50_minutes_later(
    sending_to: Sending, ahead: timedelta
) -> None:
    world, clock = sending_to.box.world, sending_to.clock
    clock.jump(world.now() + ahead - clock.now())
    world.faults.add(Fault("chat.postMessage", "timeout_after"))
    await sending_to.decided(messages=[Message("要点")])
    await sending_to.sender.deliver_due()
    clock.jump(timedelta(minutes=50) - ahead)  # and meanwhile it was set right
    world.advance(timedelta(minutes=50))
    await sending_to.passes(sending_to.another("two"), minutes=15)
    assert (sending_to.texts, await sending_to.states()) == (["要点"], ["sent"])
