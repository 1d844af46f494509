"""How does what Slack sends of a press become a Press, and how does the presser get the answer in time?

Source: docs.slack.dev/reference/interaction-payloads (block_actions, view_submission).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import structlog

from sagebase_ops.domain.presses import Press, PressAnswer
from sagebase_ops.errors import OpsError, PayloadError, SlackError
from sagebase_ops.slack.client import SlackClient

Json: TypeAlias = dict[str, Any]  # a JSON object: any JSON inside
PressHandler: TypeAlias = Callable[[Press], Awaitable[PressAnswer]]
"""Decides and stores, then says what the presser is shown. A press that it has seen before works no second time."""

log = structlog.get_logger()

DECIDE_SECONDS = 2.5
"""Slack waits three seconds for its acknowledgement; the rest is for the way back."""
_LONGEST_ID = 100
_CHOSEN = ("value", "selected_date_time", "selected_date", "selected_time", "selected_user")


class Desk:
    """Where presses arrive, over whichever road. `handler` is app's."""

    def __init__(self, handler: PressHandler, slack: SlackClient, *, decide_seconds: float = DECIDE_SECONDS) -> None:
        self._handler = handler
        self._slack = slack
        self._decide_seconds = decide_seconds
        self._running: set[asyncio.Task[Any]] = set()

    async def take(self, press: Press) -> Json:
        """Decide, and return the body of the acknowledgement (usually empty); after DECIDE_SECONDS without the result.

        What a body cannot show is shown afterwards. Raises whatever the handler raises: a press that could not be stored
        must not be acknowledged.
        """
        deciding = self._start(self._handler(press))
        done, _ = await asyncio.wait({deciding}, timeout=self._decide_seconds)
        if not done:
            log.warning("press.slow", action=press.action, user=press.user, seconds=self._decide_seconds)
            self._start(self._show_late(press, deciding))
            return {}
        answer = deciding.result()
        log.info("press.decided", action=press.action, user=press.user, value=press.value)
        if answer.mistakes:
            return {"response_action": "errors", "errors": dict(answer.mistakes)}
        self._start(self._show(press, answer))
        return {}

    async def finish(self, seconds: float) -> None:
        """Let what is under way end, for so long at most; then it is cut off."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _show_late(self, press: Press, deciding: "asyncio.Task[PressAnswer]") -> None:
        """The modal has closed by now, so its mistakes are told in words."""
        try:
            answer = await deciding
        except Exception:
            log.exception("press.failed", action=press.action, user=press.user, value=press.value)
            return
        log.info("press.decided", action=press.action, user=press.user, value=press.value, late=True)
        words = "\n".join(answer.mistakes.values())
        await self._show(press, PressAnswer(private=words) if words else answer)

    async def _show(self, press: Press, answer: PressAnswer) -> None:
        """A press stays decided when its answer cannot be shown."""
        try:
            if answer.modal is not None:
                await self._slack.open_view(press.trigger_id, _remembering(press, answer.modal))
            elif answer.private:
                await self._slack.ephemeral(press.channel, press.user, answer.private)
        except OpsError as error:
            code = error.code if isinstance(error, SlackError) else type(error).__name__
            log.warning("press.answer_unseen", action=press.action, user=press.user, code=code, error=str(error))


def read_object(text: str, what: str) -> Json:
    """A JSON object. Raises PayloadError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"{what} is no JSON") from error
    if not isinstance(found, dict):
        raise PayloadError(f"{what} is no object")
    return found


def read_press(payload: Json) -> Press | None:
    """The press in a payload of Slack's interactivity; None for kinds that are none of ours (shortcuts, closed views).

    Raises PayloadError that names what is missing.
    """
    kind = payload.get("type")
    if kind == "block_actions":
        return _of_button(payload)
    return _of_modal(payload) if kind == "view_submission" else None


def _of_button(payload: Json) -> Press | None:
    actions = payload.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], dict):
        raise PayloadError("block_actions without actions")
    if "container" in payload and _text(payload, "container", "type").startswith("view"):
        return None  # a menu was changed in a modal that is still open
    action = actions[0]
    user, name, at = _text(payload, "user", "id"), _text(action, "action_id"), _text(action, "action_ts")
    return Press(
        action=name,
        value=_chosen(action),
        user=user,
        user_name=_name(payload, user),
        channel=_text(payload, "channel", "id"),
        message_ts=_text(payload, "container", "message_ts"),
        once=f"{user}:{name}:{at}",
        trigger_id=_text(payload, "trigger_id"),
        action_ts=at,
        block=str(action.get("block_id") or ""),
        team=_named(payload, "team", "id"),
        bot=_named(payload, "message", "bot_id"),
    )


def _of_modal(payload: Json) -> Press:
    user, view = _text(payload, "user", "id"), payload.get("view")
    if not isinstance(view, dict):
        raise PayloadError("view_submission without a view")
    from_where = _remembered(view)
    return Press(
        action=_text(view, "callback_id"),
        value=from_where["value"],
        user=user,
        user_name=_name(payload, user),
        channel=from_where["channel"],
        message_ts=from_where["message_ts"],
        once=f"view:{_text(view, 'id')}",
        trigger_id=str(payload.get("trigger_id") or ""),
        team=_named(payload, "team", "id"),
        bot=_named(view, "bot_id"),
        fields=_fields(view),
    )


def _fields(view: Json) -> Mapping[str, str]:
    state = view.get("state") or {}
    values = state.get("values") if isinstance(state, dict) else None
    if not isinstance(values, dict):
        raise PayloadError("view_submission without state.values")
    return {
        block: next((_chosen(one) for one in given.values() if isinstance(one, dict)), "")
        for block, given in values.items()
        if isinstance(given, dict)
    }


def _chosen(element: Json) -> str:
    """A button's value, a field's text, a menu's choice; "" where there is none."""
    option = element.get("selected_option")
    if isinstance(option, dict):
        return _whole(str(option.get("value") or ""))
    return next((_whole(str(element[name])) for name in _CHOSEN if element.get(name) is not None), "")


def _whole(text: str) -> str:
    """Half a surrogate pair, as a JSON escape may leave it, can neither be stored nor told."""
    return text.encode(errors="replace").decode()


_REMEMBERED = ("value", "channel", "message_ts")


def _remembering(press: Press, modal: Mapping[str, Any]) -> Json:
    """The modal with what it is about and where it came from: Slack gives it back when it is sent off."""
    about = str(modal.get("private_metadata") or press.value)
    kept = {"value": about, "channel": press.channel, "message_ts": press.message_ts}
    return {**modal, "private_metadata": json.dumps(kept)}


def _remembered(view: Json) -> dict[str, str]:
    """Raises PayloadError for a modal that is none of ours."""
    found = read_object(_text(view, "private_metadata"), "private_metadata")
    if not isinstance(found, dict):
        raise PayloadError("private_metadata is no object")
    return {name: _text(found, name) for name in _REMEMBERED}


def _name(payload: Json, user: str) -> str:
    """For people to read; nothing depends on it."""
    who = payload["user"]
    return _whole(str(who.get("name") or who.get("username") or user))


def _named(payload: Json, *path: str) -> str:
    """An id that Slack may leave out; as long as any of Slack's."""
    try:
        return _whole(_text(payload, *path))[:_LONGEST_ID]
    except PayloadError:
        return ""


def _text(payload: Json, *path: str) -> str:
    found: Any = payload
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise PayloadError(f"{'.'.join(path)} is missing or no text")
    return found
