"""Presses over Socket Mode: slack_sdk's own client against the sandbox's lines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from sagebase_ops.domain.presses import PressAnswer
from sagebase_ops.sandbox.server import Sandbox
from sagebase_ops.slack.pressing import Desk
from sagebase_ops.slack.socket import LOOK_SECONDS, PressSocket
from tests.pressing import MODAL, OPS, SATO, STRANGER, Decisions, Hand, client_of, hand_on, seen, until


@dataclass
class Line:
    box: Sandbox
    hand: Hand
    socket: PressSocket
    handler: Decisions

    async def shown_privately(self) -> list[tuple[str, str]]:
        return [
            (one["ephemeral_for"], one["text"]) for one in await self.hand.look("/messages") if one["ephemeral_for"]
        ]


@asynccontextmanager
async def line_of(handler: Decisions, *, decide_seconds: float = 60) -> AsyncIterator[Line]:
    async with Sandbox.running() as box, hand_on(box) as hand:
        desk = Desk(handler, client_of(box), decide_seconds=decide_seconds)
        exports = box.exports()
        socket = PressSocket(exports["SAGEBASE_OPS_SLACK_APP_TOKEN"], desk, exports["SAGEBASE_OPS_SLACK_BASE_URL"])
        assert await socket.look() == LOOK_SECONDS
        try:
            yield Line(box, hand, socket, handler)
        finally:
            handler.open.set()
            await socket.stop()


async def test_a_press_is_decided_and_then_acknowledged() -> None:
    async with line_of(Decisions()) as line:
        told = await line.hand.press()
        [press] = line.handler.taken
    assert (told["delivered_over"], told["answers"][0]["body"]) == ("socket", {})
    assert told["answers"][0]["acked_within_ms"] is not None
    assert (press.action, press.value, press.user, press.user_name) == ("ack", "group-1", SATO, "佐藤")
    assert (press.channel, press.message_ts, press.block) == (OPS, line.hand.ts, "group-1")
    assert press.once == f"{SATO}:ack:{press.action_ts}"


async def test_a_press_says_which_workspace_it_is_from() -> None:
    async with line_of(Decisions(silence=PressAnswer(modal=MODAL))) as line:
        us = await client_of(line.box).whoami()
        await line.hand.press("silence")
        await seen(lambda: line.box.world.presses.modals.open)
        await line.hand.post("/submit", values={"until": "30m", "reason": "x"}, team="T0OTHER")
        button, modal = line.handler.taken
    assert (button.team, button.bot) == (us.team_id, us.bot_id)
    assert (modal.team, modal.bot) == ("T0OTHER", us.bot_id)


async def test_a_choice_from_a_menu_is_its_value() -> None:
    async with line_of(Decisions()) as line:
        await line.hand.press("ack_eta", value="30m")
        [press] = line.handler.taken
    assert (press.action, press.value, press.block) == ("ack_eta", "30m", "group-1")


async def test_a_press_that_slack_repeats_has_one_key_and_two_presses_have_two() -> None:
    async with line_of(Decisions()) as line:
        await line.hand.press(times=3)
        assert (len(line.handler.taken), len(line.handler.worked)) == (3, 1)
        await line.hand.press()
        assert len(line.handler.worked) == 2


async def test_a_private_answer_is_seen_by_the_presser_alone() -> None:
    async with line_of(Decisions(ack=PressAnswer(private="連絡先にいる人だけが押せます"))) as line:
        await line.hand.press(user=STRANGER)
        await until(lambda: _is(line.shown_privately, [(STRANGER, "連絡先にいる人だけが押せます")]))
        assert line.handler.taken[0].user_name == STRANGER.lower()


async def test_a_modal_is_opened_sent_back_with_mistakes_and_taken_when_it_is_right() -> None:
    handler = Decisions(silence=PressAnswer(modal=MODAL))
    async with line_of(handler) as line:
        await line.hand.press("silence")
        await seen(lambda: line.box.world.presses.modals.open)
        handler.answers["silence"] = PressAnswer(mistakes={"reason": "理由が短すぎます"})
        refused = await line.hand.post("/submit", values={"until": "30m", "reason": "x"})
        handler.answers["silence"] = PressAnswer()
        taken = await line.hand.post("/submit", values={"until": "30m", "reason": "入れ替え作業"})
    _, first, second = handler.taken
    assert (refused["open"], refused["mistakes"]) == (True, {"reason": "理由が短すぎます"})
    assert (taken["open"], taken["mistakes"]) == (False, {})
    assert second.fields == {"until": "30m", "reason": "入れ替え作業", "note": ""}
    assert (second.action, second.value, second.channel, second.message_ts) == ("silence", "group-1", OPS, line.hand.ts)
    assert first.once == second.once
    assert list(handler.worked) == [handler.taken[0].once, second.once]


async def test_a_modal_brings_back_what_it_says_it_is_about() -> None:
    """A menu's press carries a choice, so the modal names the group itself."""
    handler = Decisions(ack_eta=PressAnswer(modal={**MODAL, "private_metadata": "group-7"}))
    async with line_of(handler) as line:
        await line.hand.press("ack_eta", value="30m")
        await seen(lambda: line.box.world.presses.modals.open)
        await line.hand.post("/submit", values={"until": "30m", "reason": "x"})
    assert [(one.value, one.message_ts) for one in handler.taken] == [("30m", line.hand.ts), ("group-7", line.hand.ts)]


async def test_a_slow_decision_is_acknowledged_without_its_result_which_is_told_later() -> None:
    handler = Decisions(ack=PressAnswer(mistakes={"reason": "もう解決しています"}))
    async with line_of(handler, decide_seconds=0.05) as line:
        handler.open.clear()
        with capture_logs() as logs:
            told = await line.hand.press()
        assert told["answers"][0]["body"] == {}
        assert [one["action"] for one in logs if one["event"] == "press.slow"] == ["ack"]
        handler.open.set()
        await until(lambda: _is(line.shown_privately, [(SATO, "もう解決しています")]))


async def test_a_press_that_could_not_be_stored_is_not_acknowledged() -> None:
    handler = Decisions()
    handler.crash = OSError("disk full")
    async with line_of(handler) as line:
        told = await line.hand.press(wait="0.3s")
        assert told["answers"] == [{"acked_within_ms": None, "status": None, "body": {}}]
        handler.crash = None
        assert (await line.hand.press())["answers"][0]["acked_within_ms"] is not None


@pytest.mark.parametrize("warning", [True, False], ids=["slack-wants-a-fresh-line", "slack-closes"])
async def test_a_line_that_slack_ends_is_opened_anew_and_no_press_is_lost_after_it(*, warning: bool) -> None:
    async with line_of(Decisions()) as line:
        lines = line.box.world.presses.sockets._lines
        [old] = lines
        await line.hand.post("/disconnect", warning=warning)
        if not warning:
            await asyncio.wait_for(line.socket.wake.wait(), 60)
            assert await line.socket.look() == LOOK_SECONDS
        await seen(lambda: lines and lines != [old] and old not in lines)
        assert (await line.hand.press())["answers"][0]["acked_within_ms"] is not None


async def test_a_goodbye_counts_although_slack_sdk_still_takes_the_line_for_open() -> None:
    async with line_of(Decisions()) as line:
        lines = line.box.world.presses.sockets._lines
        [old] = lines
        line.socket._closed()
        assert await line.socket.look() == LOOK_SECONDS
        await seen(lambda: lines and old not in lines)


async def test_a_refused_connection_is_a_problem_that_says_what_to_do_and_ends_with_the_cause() -> None:
    async with Sandbox.running() as box:
        socket = PressSocket("xoxb-not-an-app-token", Desk(Decisions(), client_of(box)), box.slack)
        first, second = await socket.look(), await socket.look()
        assert (first, second) == (2.0, 4.0)
        assert "not_allowed_token_type" in (socket.problem or "")
        socket._token = box.exports()["SAGEBASE_OPS_SLACK_APP_TOKEN"]
        socket._client = None
        assert await socket.look() == LOOK_SECONDS
        assert socket.problem is None
        await socket.stop()


async def test_slack_being_away_is_no_crash() -> None:
    async with Sandbox.running("slack-down") as box:
        socket = PressSocket("xapp-sandbox-sagebase-ops", Desk(Decisions(), client_of(box)), box.slack)
        assert await socket.look() == 2.0
        assert socket.problem
        await socket.stop()


async def test_it_stops_though_a_decision_hangs_and_slack_is_left_without_a_line() -> None:
    handler = Decisions()
    async with line_of(handler) as line, asyncio.timeout(60):
        handler.open.clear()
        pressing = asyncio.create_task(line.hand.press(wait="0.1s"))
        await seen(lambda: handler.taken)
        await line.socket.stop()
        assert handler.worked == {}
        assert (await pressing)["answers"][0]["acked_within_ms"] is None
        await seen(lambda: line.box.world.presses.sockets.count == 0)
        assert line.socket._client
        assert line.socket._client.closed


async def _is(read: Callable[[], Any], wanted: object) -> bool:
    return bool(await read() == wanted)
