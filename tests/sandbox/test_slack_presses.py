"""What Slack would refuse of a connection, a trigger or a form, the pretend Slack refuses; and it says what is allowed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.web import WebClient

from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.sandbox.slack.modals import View
from tests.pressing import MODAL, OPS, SATO, button, hand_on, seen

Json = dict[str, Any]  # any JSON inside
Ask = Callable[..., Awaitable[Json]]
Refusal = Callable[[Awaitable[Json]], Awaitable[Json]]
APP_TOKEN = "xapp-sandbox-sagebase-ops"  # noqa: S105 (of the sandbox)


async def opened_modal(ask: Ask, box: Sandbox, view: Json) -> Json:
    return await ask("views_open", trigger_id=box.world.presses.modals.trigger(SATO), view=view)


@pytest.mark.parametrize(
    ("token", "word"),
    [("", "not_authed"), ("xoxb-sandbox-sagebase-ops", "not_allowed_token_type"), ("xapp-other", "invalid_auth")],
)
async def test_a_connection_is_opened_with_the_apps_own_token_only(box: Sandbox, token: str, word: str) -> None:
    async with httpx.AsyncClient(base_url=box.slack, trust_env=False) as web:
        answer = (await web.post("/api/apps.connections.open", data={"token": token})).json()
    assert answer == {"ok": False, "error": word}


async def test_an_apps_token_does_nothing_else(asking_with: Callable[[str], Ask], refusal: Refusal) -> None:
    assert (await refusal(asking_with(APP_TOKEN)("auth_test")))["error"] == "not_allowed_token_type"


async def test_the_address_of_a_connection_serves_once(box: Sandbox) -> None:
    web = WebClient(base_url=f"{box.slack}/api/", retry_handlers=[])
    first, second = (SocketModeClient(APP_TOKEN, web_client=web, auto_reconnect_enabled=False) for _ in range(2))
    first.wss_uri = second.wss_uri = await asyncio.to_thread(first.issue_new_wss_url)
    for client in (first, second):
        await asyncio.to_thread(client.connect)
    await seen(lambda: box.world.presses.sockets.count == 1)
    assert (first.is_connected(), second.is_connected()) == (True, False)
    await asyncio.gather(*(asyncio.to_thread(client.close) for client in (first, second)))


async def test_a_trigger_opens_one_modal_within_three_seconds(ask: Ask, box: Sandbox, refusal: Refusal) -> None:
    modals = box.world.presses.modals
    used, old = modals.trigger(SATO), modals.trigger(SATO)
    opened = await ask("views_open", trigger_id=used, view=MODAL)
    again = await refusal(ask("views_open", trigger_id=used, view=MODAL))
    box.world.advance(timedelta(seconds=4))
    late = await refusal(ask("views_open", trigger_id=old, view=MODAL))
    never = await refusal(ask("views_open", trigger_id="1.2.3", view=MODAL))
    assert opened["view"]["id"] == modals.open[0].id
    assert [one["error"] for one in (again, late, never)] == [
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "home"},
        {"title": {"type": "plain_text", "text": "あ" * 25}},
        {"submit": {"type": "plain_text", "text": "あ" * 25}},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]},
        {"colour": "red"},
    ],
    ids=["type", "title", "submit", "metadata", "callback", "blocks", "table", "unknown"],
)
async def test_a_modal_beyond_slacks_limits_is_refused(ask: Ask, box: Sandbox, refusal: Refusal, changed: Json) -> None:
    refused = await refusal(opened_modal(ask, box, {**MODAL, **changed}))
    assert (refused["error"], box.world.presses.modals.open) == ("invalid_arguments", [])


async def test_a_modal_with_a_field_needs_a_button_to_send_it_off(ask: Ask, box: Sandbox, refusal: Refusal) -> None:
    refused = await refusal(opened_modal(ask, box, {name: one for name, one in MODAL.items() if name != "submit"}))
    assert refused["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"until": "30m"}, "'reason' must be filled in"),
        ({"until": "31m", "reason": "x"}, "'31m' is no choice of 'until'; there are: 15m, 30m"),
        ({"untill": "30m"}, "no field 'untill' is in the modal; there are: until, reason, note"),
    ],
)
async def test_what_nobody_could_send_off_is_400_with_what_is_allowed(
    ask: Ask, box: Sandbox, values: Json, why: str
) -> None:
    await opened_modal(ask, box, MODAL)
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        answer = await control.post("/submit", json={"values": values})
    assert answer.status_code == 400
    assert why in answer.json()["error"]
    assert answer.json()["modals"][0]["user"] == SATO


async def test_a_modal_that_nobody_acknowledges_stays_open_and_says_so(ask: Ask, box: Sandbox) -> None:
    await opened_modal(ask, box, MODAL)
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        told = (await control.post("/submit", json={"values": {"until": "30m", "reason": "x"}})).json()
    [view] = box.world.presses.modals.open
    assert isinstance(view, View)
    assert (told["delivered_over"], told["open"], list(view.mistakes)) == (None, True, [""])


async def test_the_value_tells_equal_buttons_apart(ask: Ask, box: Sandbox) -> None:
    blocks = [{"type": "actions", "elements": [button("ack", one)]} for one in ("group-1", "group-2")]
    ts = (await ask("chat_postMessage", channel=OPS, text="x", blocks=blocks))["ts"]
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        asked = {"action_id": "ack", "user": SATO, "ts": ts}
        await control.post("/press", json={**asked, "value": "group-2"})
        wrong = await control.post("/press", json={**asked, "value": "group-3"})
    assert [one["value"] for one in box.world.slack.presses] == ["group-2"]
    assert "there are: ['group-1', 'group-2']" in wrong.json()["error"]


async def test_the_pretend_slack_calls_this_machine_only(box: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        answer = await control.post("/interactivity", json={"url": "https://e.example/x", "signing_secret": "s"})
    assert (answer.status_code, box.world.presses.doors.interactivity) == (400, None)


@pytest.mark.parametrize("how", [{"forge": True}, {"age": "10m"}])
async def test_only_http_can_be_forged_or_late(box: Sandbox, how: Json) -> None:
    async with hand_on(box) as hand, httpx.AsyncClient(base_url=box.control, trust_env=False) as control:
        answer = await control.post("/press", json={"action_id": "ack", "user": SATO, "ts": hand.ts, **how})
    assert (answer.status_code, box.world.slack.presses) == (400, [])
