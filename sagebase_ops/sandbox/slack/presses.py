"""Buttons in the messages that are there, who pressed which, and how the app hears of it and answers.

A press goes down an open Socket Mode line, else by HTTP to the app's Request URL, else nobody is told.
Source: docs.slack.dev/reference/interaction-payloads (block_actions, view_submission).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sagebase_ops.sandbox.slack.content import SlackRefusalError
from sagebase_ops.sandbox.slack.delivery import Delivery, Doors, How
from sagebase_ops.sandbox.slack.modals import Modals, View, options_of, read_view, state_of
from sagebase_ops.sandbox.slack.sockets import Sockets
from sagebase_ops.sandbox.slack.workspace import PEOPLE, TEAM, Bot, Json, Message, Workspace

_PRESSED = ("button", "static_select", "overflow", "radio_buttons")
_USUAL = How()
_UNANSWERED = "アプリが 3 秒以内に応答しませんでした。"


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press: an element, the block it is in, and whether that is in an attachment."""

    element: Json
    block_id: str
    attached: bool


class Presses:
    """What people do in the workspace."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime]) -> None:
        self._workspace = workspace
        self.modals = Modals(now)
        self.sockets = Sockets()
        self.doors = Doors(self.sockets)

    async def press(
        self,
        action_id: str,
        user: str,
        ts: str,
        *,
        value: str | None = None,
        how: How = _USUAL,
        state: Json | None = None,
    ) -> Json:
        """Press the button, or choose `value` in the menu; with equal action ids in one message `value` tells which.

        Raises ValueError when no message has such a button.
        """
        message = next((one for one in self._workspace.messages if one.ts == ts), None)
        if message is None:
            raise ValueError(f"no message has the ts {ts!r}")
        control = _control(message, action_id, value)
        payload = self._block_actions(message, control, user, value, state or {}) | _workspace(how.team)
        delivery = await self.doors.deliver(payload, how)
        noted = {"action_id": action_id, "user": user, "ts": ts, "channel": message.channel.id}
        pressed = value if value is not None else control.element.get("value")
        self._workspace.presses.append({**noted, "value": pressed, "delivered": delivery.acknowledged})
        self._workspace.touch()
        return delivery.told()

    async def submit(self, values: Mapping[str, str], view_id: str | None, how: How = _USUAL) -> Json:
        """Send a modal off, filled in by block id. Raises ValueError for a modal or values that cannot be."""
        view = self.modals.find(view_id)
        state = state_of(view, values)
        payload = {
            "type": "view_submission",
            **_who(view.user, view.bot),
            **_workspace(how.team),
            "trigger_id": self.modals.trigger(view.user),
            "view": view.shown(state),
            "response_urls": [],
        }
        delivery = await self.doors.deliver(payload, how)
        self._answered(view, delivery)
        return {**delivery.told(), "open": view in self.modals.open, "mistakes": dict(view.mistakes)}

    def close(self, view_id: str | None) -> None:
        """The person gives up. Raises ValueError."""
        self.modals.close(self.modals.find(view_id))
        self._workspace.touch()

    def _answered(self, view: View, delivery: Delivery) -> None:
        """Keep the modal, change it or close it, as the acknowledgement says. Raises ValueError for what Slack would not show."""
        body, view.mistakes = delivery.body, {}
        action = body.get("response_action")
        if not delivery.acknowledged:
            view.mistakes = {"": _UNANSWERED}
        elif action == "errors":
            view.mistakes = {str(block): str(words) for block, words in (body.get("errors") or {}).items()}
        elif action == "update":
            try:
                view.given = read_view(body.get("view"))
            except SlackRefusalError as error:
                raise ValueError(f"the acknowledgement's view: {error.error} {error.errors}") from error
        else:
            self.modals.close(view)
        self._workspace.touch()

    def _block_actions(self, message: Message, control: Control, user: str, value: str | None, state: Json) -> Json:
        kind = "message_attachment" if control.attached else "message"
        more = {"attachment_id": 1, "is_app_unfurl": False} if control.attached else {}
        container = {"type": kind, "message_ts": message.ts, "channel_id": message.channel.id, "is_ephemeral": False}
        return {
            "type": "block_actions",
            **_who(user, message.bot),
            "container": {**container, **more},
            "trigger_id": self.modals.trigger(user),
            "channel": {"id": message.channel.id, "name": message.channel.name},
            "message": {**_ours(message.bot), "ts": message.ts, "text": message.text, "blocks": message.blocks},
            "state": {"values": state},
            "response_url": f"https://hooks.slack.invalid/actions/{TEAM}/{message.ts}",
            "actions": [_action(control, value, self._workspace.next_ts())],
        }


def buttons(workspace: Workspace) -> list[Json]:
    """Every button that can be pressed now, by its message."""
    return [
        {"ts": message.ts, "action_id": one.element["action_id"]}
        for message in workspace.messages
        for one in _controls(message)
    ]


def _who(user: str, bot: Bot) -> Json:
    """Who pressed, and whose app it is; a user that nobody knows is a guest from elsewhere."""
    name = PEOPLE.get(user, user.lower())
    return {
        "user": {"id": user, "username": name, "name": name, "team_id": TEAM},
        "api_app_id": bot.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _workspace(team: str) -> Json:
    return {"team": {"id": team, "domain": "sagebase-sandbox" if team == TEAM else team.lower()}}


def _ours(bot: Bot) -> Json:
    return {"user": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, "team": TEAM}


def _action(control: Control, value: str | None, ts: str) -> Json:
    element = control.element
    found: Json = {name: element[name] for name in ("type", "action_id", "text", "value", "style") if name in element}
    if element["type"] != "button":
        found["selected_option"] = next(one for one in options_of(element) if one["value"] == value)
    return {**found, "block_id": control.block_id, "action_ts": ts}


def _control(message: Message, action_id: str, value: str | None) -> Control:
    found = [one for one in _controls(message) if one.element["action_id"] == action_id]
    if not found:
        raise ValueError(f"no button {action_id!r} is in the message {message.ts}")
    menus = [one for one in found if one.element["type"] != "button"]
    if value is None and not menus:
        return found[0]
    for one in found:
        if value in [one.element.get("value"), *(option["value"] for option in options_of(one.element))]:
            return one
    values = [one.element.get("value") or [option["value"] for option in options_of(one.element)] for one in found]
    raise ValueError(f"{action_id!r} has no value {value!r} in the message {message.ts}; there are: {values}")


def _controls(message: Message) -> Iterator[Control]:
    if message.deleted:
        return
    inside = [(one, True) for each in message.attachments for one in each.get("blocks", ())]
    for block, attached in [*((one, False) for one in message.blocks), *inside]:
        for element in [*block.get("elements", ()), block.get("accessory")]:
            if isinstance(element, dict) and element.get("type") in _PRESSED and "action_id" in element:
                yield Control(element, block.get("block_id", ""), attached)
