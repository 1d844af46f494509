"""The client against the sandbox's Slack, which enforces Slack's own rules."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sagebase_ops.clock import SystemClock
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.notifications import Message, Posted
from sagebase_ops.domain.results import Sentence, Target, failing
from sagebase_ops.domain.runs import Run
from sagebase_ops.errors import SlackError
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import post_arguments, posts_of
from sagebase_ops.slack.messages.digest import digest_messages
from tests.fakes import FakeClock
from tests.pressing import MODAL, client_of


async def test_a_digest_is_taken_and_a_new_client_finds_it_by_the_channels_name(run_of: Callable[..., Run]) -> None:
    seen = failing(Target("run_service", "sagebase-streamlit"), Sentence("停止中", "down"))
    first, below, *_ = posts_of("#sagebase-ops", digest_messages(digest_of(run_of(*[seen] * 500))), "digest")
    async with Sandbox.running() as sandbox:
        exports = sandbox.exports()
        address = exports["SAGEBASE_OPS_SLACK_BOT_TOKEN"], exports["SAGEBASE_OPS_SLACK_BASE_URL"]
        parent = await SlackClient(*address).post(first)
        reply = await SlackClient(*address).post({**below, "thread_ts": parent.ts})
        since, reader = SystemClock().now() - timedelta(minutes=1), SlackClient(*address)
        assert await reader.find("#sagebase-ops", since, {"digest"}) == {"digest": parent}
        assert await reader.find("#sagebase-ops", since, {"digest:1"}, parent.ts) == {
            "digest:1": Posted(parent.channel, reply.ts)
        }


async def test_an_edit_leaves_nothing_of_what_was_and_may_be_sent_again() -> None:
    async with Sandbox.running() as sandbox:
        client = client_of(sandbox)
        posted = await client.post(
            post_arguments("#sagebase-ops", Message("不合格", attachments=({"text": "担当なし"},)), "one")
        )
        for _ in range(2):
            await client.update("#sagebase-ops", posted.ts, post_arguments("#sagebase-ops", Message("解決"), "one"))
        [message] = sandbox.world.slack.messages
        assert (message.text, message.blocks, message.attachments) == ("解決", [], [])
        assert await client.find(posted.channel, SystemClock().now() - timedelta(minutes=1), {"one"}) == {"one": posted}


async def test_what_slack_refuses_of_an_edit_or_a_form_is_told_by_its_word() -> None:
    async with Sandbox.running() as sandbox:
        client = client_of(sandbox)
        with pytest.raises(SlackError) as unknown:
            await client.update("C0SAGEOPS1", "1.000001", post_arguments("C0SAGEOPS1", Message("x"), "one"))
        with pytest.raises(SlackError) as expired:
            await client.open_view("1.2.3", MODAL)
    assert (unknown.value.code, expired.value.code) == ("message_not_found", "invalid_trigger_id")
    assert (unknown.value.retryable, expired.value.retryable) == (False, False)


async def test_a_private_answer_is_for_one_user() -> None:
    async with Sandbox.running() as sandbox:
        await client_of(sandbox).ephemeral("C0SAGEOPS1", "U0NOBODY01", "押せるのは連絡先の人だけです")
        [message] = sandbox.world.slack.messages
        assert (message.ephemeral_for, message.text) == ("U0NOBODY01", "押せるのは連絡先の人だけです")


async def test_the_members_of_a_user_group_are_asked_for_every_five_minutes() -> None:
    clock = FakeClock()
    async with Sandbox.running() as sandbox:
        client = SlackClient("xoxb-sandbox-sagebase-ops", sandbox.slack, clock=clock)
        for minutes, asked in ((0, 1), (4.9, 1), (0.1, 2)):
            await clock.advance(minutes=minutes)
            assert await client.usergroup_members("S0SAGEOPS1") == {"U0SATO0001", "U0TECHLEAD"}
            assert len(sandbox.world.calls) == asked
        with pytest.raises(SlackError, match="no_such_subteam"):
            await client.usergroup_members("S0NOBODY01")
