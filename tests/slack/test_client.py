"""One call is one try, and what it came to is told apart: posted, not posted, or nobody knows."""

import asyncio
import logging
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sagebase_ops.domain.notifications import Message, Posted
from sagebase_ops.errors import SlackError
from sagebase_ops.slack.client import SlackClient
from sagebase_ops.slack.messages.arguments import post_arguments
from sagebase_ops.slack.refusals import RefusalKind, kind_of

if TYPE_CHECKING:
    from tests.slack.conftest import FakeSlack

CHANNEL, TOKEN = "C0SAGEOPS1", "xoxb-1234567890-secret"
SINCE = datetime(2026, 11, 24, tzinfo=UTC)


def a_post(key: str = "one", channel: str = CHANNEL, thread_ts: str | None = None) -> dict[str, Any]:
    return post_arguments(channel, Message("不合格 1"), key, thread_ts)


async def test_a_post_arrives_whole_and_says_where_it_stands(slack: "FakeSlack") -> None:
    posted = await slack.client().post(a_post("a", "#sagebase-ops"))
    assert posted == Posted(CHANNEL, "1795478400.000000")
    assert slack.asked("chat.postMessage") == [a_post("a", "#sagebase-ops")]
    assert slack.tokens == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("fault", ["drop", "half", "500", "503", "fatal", "html", "a list", "empty", "without ts"])
async def test_a_bad_line_after_the_post_is_ambiguous_and_never_posts_twice(slack: "FakeSlack", fault: str) -> None:
    slack.faults = [fault]
    with pytest.raises(SlackError) as refused:
        await slack.client().post(a_post())
    assert (refused.value.ambiguous, refused.value.retryable) == (True, True)
    assert len(slack.messages) == 1


async def test_a_call_that_hangs_ends_at_its_time_out_as_ambiguous(slack: "FakeSlack") -> None:
    slack.faults = ["hang"]
    with pytest.raises(SlackError) as refused:
        await slack.client(call_timeout_seconds=0.1).post(a_post())
    assert (refused.value.code, refused.value.ambiguous) == ("timeout", True)


async def test_nobody_listening_means_surely_not_posted() -> None:
    with pytest.raises(SlackError) as refused:
        await SlackClient(TOKEN, "http://127.0.0.1:1").post(a_post())
    assert (refused.value.code, refused.value.ambiguous, refused.value.retryable) == ("connection", False, True)


@pytest.mark.parametrize(("fault", "wait"), [("429", 7.0), ("429 bare", 30.0)])
async def test_a_rate_limit_says_how_long_to_wait(slack: "FakeSlack", fault: str, wait: float) -> None:
    slack.faults = [fault]
    with pytest.raises(SlackError) as refused:
        await slack.client().post(a_post())
    assert (refused.value.retry_after, refused.value.ambiguous, slack.messages) == (wait, False, [])


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ("not_in_channel", RefusalKind.CHANNEL, "Slack refused a message to C0SAGEOPS1 (not_in_channel); run /invite"),
        ("invalid_auth", RefusalKind.TOKEN, "set SAGEBASE_OPS_SLACK_BOT_TOKEN to the bot token"),
        ("missing_scope", RefusalKind.TOKEN, "(missing_scope, needs channels:read)"),
        ("invalid_blocks", RefusalKind.CONTENT, "[json-pointer:/blocks/0]"),
        ("404", RefusalKind.OTHER, "(http_404)"),
    ],
)
async def test_a_refusal_says_whom_it_is_about_and_what_to_do(
    slack: "FakeSlack", fault: str, kind: RefusalKind, says: str
) -> None:
    slack.faults = [fault]
    with pytest.raises(SlackError) as refused:
        await slack.client().post(a_post())
    assert kind_of(refused.value) is kind
    assert says in str(refused.value)
    assert (refused.value.retryable, refused.value.ambiguous) == (False, False)


async def test_lost_posts_are_found_again_through_pages_of_fifteen(slack: "FakeSlack") -> None:
    client = slack.client()
    for number in range(40):
        await client.post(a_post(f"key-{number}"))
    found = await client.find(CHANNEL, SINCE, {"key-0", "key-39", "never-sent"})
    assert found == {"key-0": Posted(CHANNEL, "1795478400.000000"), "key-39": Posted(CHANNEL, "1795478400.000039")}
    assert len(slack.asked("conversations.history")) == 3


async def test_the_read_back_asks_for_metadata_from_the_given_time_on(slack: "FakeSlack") -> None:
    await slack.client().find(CHANNEL, SINCE, {"one"})
    asked = slack.asked("conversations.history")[0]
    assert (asked["include_all_metadata"], asked["oldest"], asked["channel"]) == ("1", "1795478400.000000", CHANNEL)


async def test_of_a_key_posted_twice_the_oldest_is_ours(slack: "FakeSlack") -> None:
    client = slack.client()
    first = await client.post(a_post("twice"))
    await client.post(a_post("twice"))
    assert await client.find(CHANNEL, SINCE, {"twice"}) == {"twice": first}


async def test_what_others_wrote_is_never_taken_for_ours(slack: "FakeSlack") -> None:
    ours = a_post("one")
    slack.messages = [
        {**ours, "bot_id": "B0SOMEBODY", "ts": "1.1"},
        {
            **ours,
            "bot_id": "B0SAGEBASE",
            "ts": "1.2",
            "metadata": {"event_type": "other", "event_payload": {"notice_key": "one"}},
        },
        {"ts": "1.3", "text": "one", "user": "U0123ABCD"},
        {"ts": "1.4", "bot_id": "B0SAGEBASE", "metadata": {"event_type": "sagebase_ops_notice"}},
    ]
    assert await slack.client().find(CHANNEL, SINCE, {"one"}) == {}


async def test_a_lost_reply_is_looked_for_in_its_thread(slack: "FakeSlack") -> None:
    client = slack.client()
    parent = await client.post(a_post("one"))
    reply = await client.post(a_post("one:1", thread_ts=parent.ts))
    assert await client.find(CHANNEL, SINCE, {"one:1"}) == {}
    assert await client.find(CHANNEL, SINCE, {"one:1"}, parent.ts) == {"one:1": reply}


async def test_a_channel_by_name_is_looked_up_once(slack: "FakeSlack") -> None:
    await slack.client().post(a_post("one", "#sagebase-ops"))
    client = slack.client()
    for _ in range(2):
        assert await client.find("#sagebase-ops", SINCE, {"one"}) == {"one": Posted(CHANNEL, "1795478400.000000")}
    assert len(slack.asked("conversations.list")) == 2  # two pages, one look-up


async def test_a_channel_that_was_posted_to_needs_no_look_up(slack: "FakeSlack") -> None:
    client = slack.client()
    await client.post(a_post("one", "#sagebase-ops"))
    await client.find("#sagebase-ops", SINCE, {"one"})
    assert slack.asked("conversations.list") == []


async def test_a_channel_nobody_knows_is_an_error_not_an_empty_answer(slack: "FakeSlack") -> None:
    with pytest.raises(SlackError, match="no channel that the app can see is called #gone"):
        await slack.client().find("#gone", SINCE, {"one"})


@pytest.mark.parametrize("fault", ["429", "500", "missing_scope", "half", "without ts"])
async def test_a_failed_read_back_proves_nothing(slack: "FakeSlack", fault: str) -> None:
    client = slack.client()
    await client.whoami()
    slack.faults = [fault]
    with pytest.raises(SlackError):
        await client.find(CHANNEL, SINCE, {"one"})


async def test_a_listing_without_end_is_an_error(slack: "FakeSlack") -> None:
    slack.page_size = 0
    slack.messages = [{"ts": "1.1", "channel": CHANNEL}]
    with pytest.raises(SlackError, match="does not end"):
        await slack.client().find(CHANNEL, SINCE, {"one"})


async def test_whose_token_it_is_is_asked_once(slack: "FakeSlack") -> None:
    client = slack.client()
    assert await client.whoami() == await client.whoami()
    assert (await client.whoami()).bot_id == "B0SAGEBASE"
    assert len(slack.asked("auth.test")) == 1


async def test_the_token_is_in_no_log_and_no_error(slack: "FakeSlack", caplog: pytest.LogCaptureFixture) -> None:
    slack.faults = ["html", "invalid_auth"]
    for _ in range(3):
        with caplog.at_level(logging.DEBUG):
            outcome = await asyncio.gather(slack.client().post(a_post()), return_exceptions=True)
        assert TOKEN not in f"{outcome} {caplog.text}"
    assert "secret" not in caplog.text


async def test_a_pretend_slack_next_door_is_reached_past_a_proxy(
    slack: "FakeSlack", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    assert (await slack.client().post(a_post())).channel == CHANNEL


async def test_a_base_url_may_end_in_api(slack: "FakeSlack") -> None:
    assert (await SlackClient(TOKEN, f"{slack.url}/api/").whoami()).team == "Sagebase"


async def test_posts_at_once_do_not_wait_for_each_other(slack: "FakeSlack") -> None:
    slack.faults = ["hang"]
    client = slack.client(call_timeout_seconds=120)
    stuck = asyncio.create_task(client.post(a_post("stuck")))
    assert await asyncio.to_thread(slack.taken.wait, 60)
    await client.post(a_post("free"))
    assert not stuck.done()
    stuck.cancel()


def test_a_hanging_call_does_not_hold_up_the_end_of_the_program(slack: "FakeSlack") -> None:
    slack.faults = ["hang"]
    program = (
        "import asyncio; from sagebase_ops.slack import client, web_api; web_api.SOCKET_TIMEOUT_SECONDS = 600;"
        f"asyncio.run(client.SlackClient('{TOKEN}', '{slack.url}', call_timeout_seconds=0.1).whoami())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=90, check=False)
    assert "SlackError" in done.stderr  # and long before slack_sdk's own time-out


def test_importing_the_client_does_not_import_slack_sdk() -> None:
    program = "import sys, sagebase_ops.slack.client; sys.exit('slack_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
