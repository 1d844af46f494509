"""The pretend Slack keeps and hands back messages as Slack does; its own client asks over a socket."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from sagebase_ops.sandbox.scenario import SlackChannel
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.workspace import Workspace

Ask = Callable[..., Awaitable[dict[str, Any]]]
Refusal = Callable[[Awaitable[dict[str, Any]]], Awaitable[dict[str, Any]]]

OPS = "C0SAGEOPS1"
MOCKUPS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "slack_mockups").glob("*.json")}
KEY = {"event_type": "sagebase_ops_notice", "event_payload": {"notice_key": "digest:daily:2026-11-24"}}


async def post(ask: Ask, text: str = "x", **more: Any) -> str:
    return str((await ask("chat_postMessage", **{"channel": OPS, "text": text, **more}))["ts"])


async def declare(box: Sandbox, *channels: SlackChannel) -> None:
    box.world.scenario = box.world.scenario.model_copy(update={"slack_channels": list(channels)})


async def test_the_exported_token_is_one_of_a_bot(ask: Ask) -> None:
    answer = await ask("auth_test")
    assert answer["user"] == "sagebase-ops"
    assert answer["user_id"].startswith("U")
    assert answer["bot_id"].startswith("B")


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-real", "invalid_auth"), ("x", "invalid_auth")])
async def test_a_token_that_is_not_the_sandboxs_is_refused(
    asking_with: Callable[[str], Ask], refusal: Refusal, token: str, error: str
) -> None:
    assert (await refusal(asking_with(token)("auth_test")))["error"] == error


@pytest.mark.parametrize("channel", ["#sagebase-ops", "sagebase-ops", OPS])
async def test_a_post_finds_its_channel_by_name_and_by_id(ask: Ask, channel: str) -> None:
    assert (await ask("chat_postMessage", channel=channel, text="x"))["channel"] == OPS


async def test_text_is_stored_as_it_was_sent(ask: Ask) -> None:
    sent = "*太字* &amp; <https://example.com/?a=1&amp;b=2|link> <!channel>"
    await post(ask, sent)
    assert (await ask("conversations_history", channel=OPS))["messages"][0]["text"] == sent


@pytest.mark.parametrize("arguments", MOCKUPS.values(), ids=MOCKUPS.keys())
async def test_every_mock_up_is_taken(ask: Ask, arguments: dict[str, Any]) -> None:
    parent = await post(ask, "parent")
    here = {name: parent for name in ("ts", "thread_ts") if name in arguments}
    await ask("chat_update" if "ts" in arguments else "chat_postMessage", **{**arguments, **here})


def test_ts_grows_even_while_the_clock_stands_still() -> None:
    workspace = Workspace(lambda: datetime(2026, 11, 24, tzinfo=UTC), list)
    moments = [workspace.next_ts() for _ in range(3)]
    assert moments == ["1795478400.000000", "1795478400.000001", "1795478400.000002"]


async def test_ts_follows_the_worlds_clock(box: Sandbox, ask: Ask) -> None:
    before = await post(ask)
    box.world.advance(timedelta(hours=1))
    assert float(await post(ask)) - float(before) >= 3600


@pytest.mark.parametrize(
    ("channel", "error"),
    [("#nowhere", "channel_not_found"), ("#old", "is_archived"), ("#private-talk", "not_in_channel")],
)
async def test_a_channel_refuses_as_slack_says_it(
    box: Sandbox, ask: Ask, refusal: Refusal, channel: str, error: str
) -> None:
    await declare(box, SlackChannel(name="old", archived=True), SlackChannel(name="private-talk", member=False))
    assert (await refusal(ask("chat_postMessage", channel=channel, text="x")))["error"] == error


async def test_a_reply_stands_in_its_thread_and_not_in_the_channel(ask: Ask) -> None:
    parent = await post(ask, "parent")
    reply = await post(ask, "reply", thread_ts=parent)
    (shown,) = (await ask("conversations_history", channel=OPS))["messages"]
    thread = (await ask("conversations_replies", channel=OPS, ts=parent))["messages"]
    assert (shown["ts"], shown["thread_ts"], shown["reply_count"], shown["latest_reply"]) == (parent, parent, 1, reply)
    assert [one["ts"] for one in thread] == [parent, reply]


async def test_a_broadcast_reply_stands_in_both(ask: Ask) -> None:
    parent = await post(ask, "parent")
    reply = await post(ask, "reply", thread_ts=parent, reply_broadcast=True)
    newest = (await ask("conversations_history", channel=OPS))["messages"][0]
    assert (newest["ts"], newest["subtype"], newest["thread_ts"]) == (reply, "thread_broadcast", parent)


async def test_a_reply_to_nothing_and_a_reply_to_a_reply_are_refused(ask: Ask, refusal: Refusal) -> None:
    reply = await post(ask, "reply", thread_ts=await post(ask))
    unknown = await refusal(ask("chat_postMessage", channel=OPS, text="x", thread_ts="1700000000.000100"))
    nested = await refusal(ask("chat_postMessage", channel=OPS, text="x", thread_ts=reply))
    assert (unknown["error"], nested["error"]) == ("thread_not_found", "cannot_reply_to_message")


async def test_metadata_comes_back_only_to_whom_asks_for_it(ask: Ask) -> None:
    await post(ask, metadata=KEY)
    silent = await ask("conversations_history", channel=OPS)
    asked = await ask("conversations_history", channel=OPS, include_all_metadata=True)
    assert "metadata" not in silent["messages"][0]
    assert asked["messages"][0]["metadata"] == KEY


async def test_history_is_read_page_by_page_newest_first_though_posts_arrive(ask: Ask) -> None:
    sent = [await post(ask, str(n)) for n in range(5)]
    first = await ask("conversations_history", channel=OPS, limit=2)
    await post(ask, "while reading")
    cursor = first["response_metadata"]["next_cursor"]
    second = await ask("conversations_history", channel=OPS, limit=9, cursor=cursor)
    assert [one["ts"] for one in (*first["messages"], *second["messages"])] == sent[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_a_window_leaves_its_edges_out_unless_inclusive(ask: Ask) -> None:
    sent = [await post(ask) for _ in range(3)]
    window: dict[str, Any] = {"channel": OPS, "oldest": sent[0], "latest": sent[2]}
    inside = (await ask("conversations_history", **window))["messages"]
    whole = (await ask("conversations_history", **window, inclusive=True))["messages"]
    assert [one["ts"] for one in inside] == [sent[1]]
    assert len(whole) == 3


async def test_a_thread_is_read_page_by_page(ask: Ask) -> None:
    parent = await post(ask)
    sent = [parent] + [await post(ask, thread_ts=parent) for _ in range(4)]
    first = await ask("conversations_replies", channel=OPS, ts=parent, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = await ask("conversations_replies", channel=OPS, ts=parent, limit=3, cursor=cursor)
    assert [one["ts"] for one in (*first["messages"], *second["messages"])] == sent


async def test_an_edit_replaces_text_and_blocks_and_keeps_the_rest(ask: Ask) -> None:
    divider, colour = [{"type": "divider"}], [{"color": "#a30200", "fallback": "f", "text": "t"}]
    ts = await post(ask, "before", blocks=divider, attachments=colour, metadata=KEY)
    await ask("chat_update", channel=OPS, ts=ts, text="after")
    (shown,) = (await ask("conversations_history", channel=OPS, include_all_metadata=True))["messages"]
    assert (shown["text"], "blocks" in shown, shown["attachments"], shown["metadata"]) == ("after", False, colour, KEY)
    assert shown["edited"]["ts"] > ts


async def test_only_its_own_bot_may_change_a_message(
    ask: Ask, asking_with: Callable[[str], Ask], refusal: Refusal
) -> None:
    ts, stranger = await post(ask), asking_with("xoxb-sandbox-another-app")
    change = await refusal(stranger("chat_update", channel=OPS, ts=ts, text="y"))
    removal = await refusal(stranger("chat_delete", channel=OPS, ts=ts))
    assert (change["error"], removal["error"]) == ("cant_update_message", "cant_delete_message")


async def test_a_deleted_message_is_gone_but_a_thread_keeps_its_place(ask: Ask, refusal: Refusal) -> None:
    alone, parent = await post(ask), await post(ask)
    await post(ask, thread_ts=parent)
    for ts in (alone, parent):
        await ask("chat_delete", channel=OPS, ts=ts)
    (left,) = (await ask("conversations_history", channel=OPS))["messages"]
    assert (left["ts"], left["subtype"]) == (parent, "tombstone")
    assert (await refusal(ask("chat_update", channel=OPS, ts=alone, text="y")))["error"] == "message_not_found"


async def test_an_ephemeral_message_is_in_no_history(box: Sandbox, ask: Ask) -> None:
    assert (await ask("chat_postEphemeral", channel=OPS, user="U0SATO0001", text="only you"))["message_ts"]
    assert (await ask("conversations_history", channel=OPS))["messages"] == []
    assert box.world.slack.messages[0].ephemeral_for == "U0SATO0001"


async def test_a_permalink_names_channel_and_message(ask: Ask) -> None:
    ts = await post(ask)
    link = (await ask("chat_getPermalink", channel=OPS, message_ts=ts))["permalink"]
    assert link.endswith(f"/archives/{OPS}/p{ts.replace('.', '')}")


async def test_channels_and_people_can_be_looked_up(ask: Ask, refusal: Refusal) -> None:
    assert [one["name"] for one in (await ask("conversations_list"))["channels"]] == [
        "sagebase-ops",
        "sagebase-ops-fallback",
    ]
    assert (await ask("conversations_info", channel=OPS))["channel"]["is_member"]
    assert (await ask("users_info", user="U0SATO0001"))["user"]["name"] == "佐藤"
    assert len((await ask("users_list"))["members"]) > 1
    assert (await refusal(ask("users_info", user="U0NOBODY00")))["error"] == "user_not_found"
    assert (await ask("api_test", foo="bar"))["args"] == {"foo": "bar"}


async def test_a_scope_that_was_not_granted_is_named(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    box.world.scenario = box.world.scenario.model_copy(update={"slack_scopes": ["chat:write"]})
    answer = await refusal(ask("conversations_history", channel=OPS))
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "channels:history",
        "chat:write",
    )


async def test_posts_that_come_too_fast_wait_and_then_pass(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    box.world.hurry(0)  # its time stands still: on a slow machine no post would come too fast
    for _ in range(20):
        await post(ask)
    answer = await refusal(ask("chat_postMessage", channel=OPS, text="x"))
    assert (answer["status"], answer["error"], answer["retry_after"]) == (429, "ratelimited", "1")
    assert await post(ask, channel="#sagebase-ops-fallback")
    box.world.advance(timedelta(seconds=1))
    assert await post(ask)


async def test_a_method_of_tier_three_answers_fifty_times_a_minute(box: Sandbox, ask: Ask, refusal: Refusal) -> None:
    box.world.hurry(0)
    for _ in range(50):
        await ask("conversations_history", channel=OPS)
    assert (await refusal(ask("conversations_history", channel=OPS)))["status"] == 429


async def test_calls_of_slack_stand_among_the_calls(box: Sandbox, ask: Ask) -> None:
    await post(ask)
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        calls = (await control.get("/calls")).json()
    assert [(one["api"], one["method"]) for one in calls] == [("slack.com", "chat.postMessage")]


async def test_the_control_port_lists_every_post_and_forgets_them(ask: Ask, box: Sandbox) -> None:
    parent = await post(ask, "parent", metadata=KEY)
    reply = await post(ask, "reply", thread_ts=parent, reply_broadcast=True)
    await ask("chat_delete", channel=OPS, ts=reply)
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        first, second = (await control.get("/messages")).json()
        await control.delete("/messages")
        left = (await control.get("/messages")).json()
    assert (first["text"], first["metadata"], first["edited"], first["deleted"]) == ("parent", KEY, False, False)
    assert (second["thread_ts"], second["reply_broadcast"], second["deleted"]) == (parent, True, True)
    assert left == []


async def test_a_press_is_noted_where_a_button_is_and_refused_where_none_is(ask: Ask, box: Sandbox) -> None:
    button = {
        "type": "button",
        "action_id": "notice_ack",
        "text": {"type": "plain_text", "text": "始める"},
        "value": "D-1",
    }
    ts = await post(ask, blocks=[{"type": "actions", "elements": [button]}])
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        pressed = {"action_id": "notice_ack", "user": "U0SATO0001", "ts": ts}
        wrong = await control.post("/press", json={**pressed, "action_id": "notice_akc"})
        await control.post("/press", json=pressed)
        noted = (await control.get("/state")).json()["presses"]
    assert (wrong.status_code, wrong.json()["buttons"]) == (400, [{"ts": ts, "action_id": "notice_ack"}])
    assert noted == [{**pressed, "channel": OPS, "value": "D-1", "delivered": False}]


@pytest.mark.parametrize("path", ["/scenario", "/faults", "/clock", "/press", "/submit", "/interactivity"])
async def test_every_refusal_of_the_control_port_lists_what_is_allowed(box: Sandbox, path: str) -> None:
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        answer = await control.post(path, json={})
    assert answer.status_code == 400
    assert answer.json()["allowed"]


async def test_a_private_channel_is_seen_by_its_members_and_listed_for_a_scope_of_its_own(
    box: Sandbox, ask: Ask, refusal: Refusal
) -> None:
    await declare(box, SlackChannel(name="ours", private=True), SlackChannel(name="theirs", private=True, member=False))
    asked = {"types": "public_channel,private_channel"}
    assert (await refusal(ask("conversations_list", **asked)))["needed"] == "groups:read"
    scopes = [*box.world.scenario.slack_scopes, "groups:read"]
    box.world.scenario = box.world.scenario.model_copy(update={"slack_scopes": scopes})
    listed = {one["name"]: one["is_private"] for one in (await ask("conversations_list", **asked))["channels"]}
    assert listed == {"sagebase-ops": False, "sagebase-ops-fallback": False, "ours": True}
    assert (await refusal(ask("chat_postMessage", channel="#theirs", text="x")))["error"] == "channel_not_found"


async def test_user_groups_are_listed_with_as_much_as_was_asked_for(ask: Ask) -> None:
    [counted] = (await ask("usergroups_list", include_count=True))["usergroups"]
    [plain] = (await ask("usergroups_list"))["usergroups"]
    assert (counted["id"], counted["user_count"], "user_count" in plain) == ("S0SAGEOPS1", 2, False)


async def test_each_answer_says_what_the_token_may_do_and_when_it_was_given(box: Sandbox) -> None:
    box.world.advance(timedelta(hours=5))
    token = {"Authorization": f"Bearer {box.exports()['SAGEBASE_OPS_SLACK_BOT_TOKEN']}"}
    async with httpx.AsyncClient(base_url=box.slack) as client:
        answer = await client.post("/api/conversations.list", headers=token)
        stranger = await client.post("/api/auth.test", headers={"Authorization": "Bearer xoxb-real"})
    assert (
        answer.headers["x-oauth-scopes"]
        == "chat:write,files:write,channels:history,channels:read,users:read,usergroups:read"
    )
    assert answer.headers["x-accepted-oauth-scopes"] == "channels:read"
    assert "x-oauth-scopes" not in stranger.headers
    assert abs(parsedate_to_datetime(answer.headers["date"]) - box.world.now()) < timedelta(minutes=1)
