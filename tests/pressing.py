"""A handler of presses that remembers what it decided, and a hand on the pretend Slack's buttons."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from sagebase_ops.domain.presses import SHOWN_NOTHING, Press, PressAnswer
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.client import SlackClient

Json = dict[str, Any]  # any JSON inside
OPS = "C0SAGEOPS1"
SATO, STRANGER = "U0SATO0001", "U0NOBODY01"


class Decisions:
    """Takes every press; what was decided once is decided, whoever repeats it. `answers` are by action."""

    def __init__(self, **answers: PressAnswer) -> None:
        self.answers = answers
        self.taken: list[Press] = []
        self.worked: dict[str, Press] = {}
        self.open = asyncio.Event()
        self.open.set()
        """Cleared: every decision takes until it is set again."""
        self.crash: Exception | None = None

    async def __call__(self, press: Press) -> PressAnswer:
        self.taken.append(press)
        await self.open.wait()
        if self.crash:
            raise self.crash
        answer = self.answers.get(press.action, SHOWN_NOTHING)
        if not answer.mistakes:
            self.worked.setdefault(press.once, press)
        return answer


class Hand:
    """Somebody at the pretend Slack."""

    def __init__(self, control: httpx.AsyncClient, ts: str) -> None:
        self._control = control
        self.ts = ts

    async def press(self, action_id: str = "ack", user: str = SATO, **how: Any) -> Json:
        """Slack waits three seconds; this one waits long for what is to come, since a test's machine may be busy."""
        return await self.post("/press", action_id=action_id, user=user, ts=self.ts, **{"wait": "60s", **how})

    async def post(self, path: str, **body: Any) -> Json:
        answer = await self._control.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def look(self, path: str) -> Any:
        return (await self._control.get(path)).json()


def button(action_id: str, value: str = "group-1") -> Json:
    return {"type": "button", "action_id": action_id, "value": value, "text": {"type": "plain_text", "text": action_id}}


MENU = {
    "type": "static_select",
    "action_id": "ack_eta",
    "options": [{"text": {"type": "plain_text", "text": one}, "value": one} for one in ("15m", "30m")],
}
MESSAGE = {
    "channel": OPS,
    "text": "不合格 1",
    "blocks": [
        {"type": "actions", "block_id": "group-1", "elements": [button("ack"), button("silence"), MENU]},
    ],
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "silence",
    "title": {"type": "plain_text", "text": "通知を止める"},
    "submit": {"type": "plain_text", "text": "止める"},
    "blocks": [
        {
            "type": "input",
            "block_id": "until",
            "label": {"type": "plain_text", "text": "期限"},
            "element": {**MENU, "action_id": "until"},
        },
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "理由"},
            "element": {"type": "plain_text_input", "action_id": "reason"},
        },
        {
            "type": "input",
            "block_id": "note",
            "optional": True,
            "label": {"type": "plain_text", "text": "備考"},
            "element": {"type": "plain_text_input", "action_id": "note"},
        },
    ],
}


def client_of(box: Sandbox) -> SlackClient:
    exports = box.exports()
    return SlackClient(exports["SAGEBASE_OPS_SLACK_BOT_TOKEN"], exports["SAGEBASE_OPS_SLACK_BASE_URL"])


@asynccontextmanager
async def hand_on(box: Sandbox) -> AsyncIterator[Hand]:
    """One message with buttons stands there."""
    posted = await client_of(box).post(dict(MESSAGE))
    async with httpx.AsyncClient(base_url=box.control, trust_env=False, timeout=90) as control:
        yield Hand(control, posted.ts)


async def seen(found: Callable[[], Any]) -> None:
    """The same of what is at hand."""

    async def true() -> bool:
        return bool(found())

    await until(true)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """What another thread or task does is seen as soon as it is done; a minute is never."""
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 (there is no event for what happens in another thread)
            await asyncio.sleep(0.005)
