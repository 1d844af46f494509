"""The client against the sandbox's Slack, which enforces Slack's own rules."""

from collections.abc import Callable
from datetime import timedelta

from sagebase_ops.clock import SystemClock
from sagebase_ops.domain.digests import digest_of
from sagebase_ops.domain.notifications import Posted
from sagebase_ops.domain.results import Sentence, Target, failing
from sagebase_ops.domain.runs import Run
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import posts_of
from sagebase_ops.slack.messages.digest import digest_messages


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
