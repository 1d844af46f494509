"""Presses over HTTP, on a real port: who may knock, what is worked, and how often."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from sagebase_ops.clock import SystemClock
from sagebase_ops.domain.presses import PressAnswer
from sagebase_ops.errors import ConfigError
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.pressing import Desk
from sagebase_ops.slack.signing import Signing
from sagebase_ops.web.server import serving
from sagebase_ops.web.slack_http import MOST_BYTES, PATH, interactions_route
from tests.fakes import FakeClock
from tests.pressing import MODAL, SATO, Decisions, Hand, client_of, hand_on, seen, until

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 (of this test)
PRESS = {
    "type": "block_actions",
    "user": {"id": SATO, "username": "sato"},
    "container": {"type": "message", "message_ts": "1.000001", "channel_id": "C0SAGEOPS1"},
    "channel": {"id": "C0SAGEOPS1", "name": "sagebase-ops"},
    "trigger_id": "1.2.3",
    "actions": [{"type": "button", "action_id": "ack", "block_id": "b", "value": "group-1", "action_ts": "1.5"}],
}


@dataclass
class Door:
    """Our HTTP server with its one route, and a caller that signs like Slack."""

    url: str
    handler: Decisions
    clock: FakeClock

    async def knock(self, payload: Any = PRESS, **changed: Any) -> httpx.Response:
        body = changed.pop("body", None) or urlencode({"payload": json.dumps(payload)}).encode()
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            return await client.post(self.url, content=body, headers=self.signed(body, **changed))

    def signed(self, body: bytes, at: datetime | None = None, **headers: Any) -> dict[str, Any]:
        stamp = headers.pop("stamp", None) or str(int((at or self.clock.now()).timestamp()))
        signature = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        ours = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}
        return {"Content-Type": "application/x-www-form-urlencoded", **ours, **headers}


@asynccontextmanager
async def door_of(
    handler: Decisions, box: Sandbox | None = None, clock: Any = None, *, decide_seconds: float = 60
) -> AsyncIterator[Door]:
    clock = clock or FakeClock()
    async with Sandbox.running() if box is None else _given(box) as box_:
        desk = Desk(handler, client_of(box_), decide_seconds=decide_seconds)
        app = Starlette(routes=[interactions_route(desk, Signing(SECRET, clock))])
        async with serving(app, 0) as port:
            yield Door(f"http://127.0.0.1:{port}{PATH}", handler, clock)
        await desk.finish(1)


@asynccontextmanager
async def _given(box: Sandbox) -> AsyncIterator[Sandbox]:
    yield box


@asynccontextmanager
async def slack_knows(handler: Decisions) -> AsyncIterator[Hand]:
    """The pretend Slack has our Request URL, and no Socket Mode line."""
    async with Sandbox.running() as box, door_of(handler, box, SystemClock()) as door, hand_on(box) as hand:
        await hand.post("/interactivity", url=door.url, signing_secret=SECRET)
        yield hand


async def test_a_signed_press_is_decided_and_answered_empty() -> None:
    async with slack_knows(Decisions()) as hand:
        told = await hand.press()
    [answer] = told["answers"]
    assert (told["delivered_over"], answer["status"], answer["body"]) == ("http", 200, {})


@pytest.mark.parametrize("how", [{"forge": True}, {"age": "6m"}], ids=["forged", "old"])
async def test_a_forged_or_an_old_press_is_refused_and_works_nothing(how: dict[str, Any]) -> None:
    handler = Decisions()
    async with slack_knows(handler) as hand:
        told = await hand.press(**how)
    assert (told["answers"][0]["status"], handler.taken) == (401, [])


async def test_a_press_says_which_workspace_it_is_from_and_whose_message_it_is_in() -> None:
    handler = Decisions()
    async with slack_knows(handler) as hand:
        await hand.press(team="T0OTHER")
    [press] = handler.taken
    assert press.team == "T0OTHER"
    assert press.bot.startswith("B0")


async def test_a_press_that_is_repeated_works_once() -> None:
    handler = Decisions()
    async with slack_knows(handler) as hand:
        told = await hand.press(times=3)
    assert [one["status"] for one in told["answers"]] == [200, 200, 200]
    assert (len(handler.taken), len(handler.worked)) == (3, 1)


async def test_a_modal_goes_there_and_back() -> None:
    handler = Decisions(silence=PressAnswer(modal=MODAL))
    async with slack_knows(handler) as hand:
        await hand.press("silence")
        await until(lambda: _modal_is_open(hand))
        handler.answers["silence"] = PressAnswer(mistakes={"reason": "理由が短すぎます"})
        told = await hand.post("/submit", values={"until": "15m", "reason": "x"})
    assert (told["open"], told["mistakes"]) == (True, {"reason": "理由が短すぎます"})


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": b"v0=\xe4"},
        {"X-Slack-Request-Timestamp": "yesterday"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": ""},
        {"body": b"payload=%7B%7D&\xff\xfe"},
    ],
    ids=["wrong", "none", "beyond-ascii", "no-number", "too-large", "no-time", "beyond-utf-8"],
)
async def test_whatever_is_not_signed_is_401(changed: dict[str, Any]) -> None:
    async with door_of(Decisions()) as door:
        assert (await door.knock(**changed)).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 200), (299, 200), (301, 401)])
async def test_a_time_stamp_counts_for_five_minutes_by_our_clock(seconds: int, status: int) -> None:
    async with door_of(Decisions()) as door:
        assert (await door.knock(at=door.clock.now() + timedelta(seconds=seconds))).status_code == status


@pytest.mark.parametrize(
    "payload",
    [[], "text", {"type": "block_actions"}, {"type": "view_submission", "user": {"id": SATO}}, {**PRESS, "user": SATO}],
)
async def test_what_slack_would_not_send_is_400_even_when_it_is_signed(payload: Any) -> None:
    async with door_of(Decisions()) as door:
        assert (await door.knock(payload)).status_code == 400
        assert (await door.knock(body=b"payload=%7B")).status_code == 400
        assert door.handler.taken == []


@pytest.mark.parametrize(
    "payload",
    [{"type": "view_closed"}, {"type": "shortcut"}, {**PRESS, "container": {"type": "view", "view_id": "V1"}}],
    ids=["closed-modal", "shortcut", "menu-in-a-modal"],
)
async def test_what_is_no_press_of_ours_is_acknowledged(payload: Any) -> None:
    async with door_of(Decisions()) as door:
        assert (await door.knock(payload)).status_code == 200
        assert door.handler.taken == []


async def test_a_body_beyond_a_megabyte_is_not_read() -> None:
    async with door_of(Decisions()) as door:
        assert (await door.knock(body=b"x" * (MOST_BYTES + 1))).status_code == 413


async def test_a_press_that_could_not_be_stored_is_no_200() -> None:
    handler = Decisions()
    handler.crash = ValueError("disk full")
    async with door_of(handler) as door:
        assert (await door.knock()).status_code == 500


async def test_a_slow_decision_is_answered_in_time_and_goes_on() -> None:
    handler = Decisions()
    async with door_of(handler, decide_seconds=0.05) as door:
        handler.open.clear()
        assert (await door.knock()).status_code == 200
        assert handler.worked == {}
        handler.open.set()
        await seen(lambda: handler.worked)


def test_an_empty_secret_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="SLACK_SIGNING_SECRET is empty"):
        Signing("  ", FakeClock())


async def _modal_is_open(hand: Hand) -> bool:
    return bool((await hand.look("/state"))["modals"])
