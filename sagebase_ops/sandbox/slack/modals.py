"""Modals: views.open with the trigger of a press, what stands in them, and what is sent off.

Source: docs.slack.dev, reference/methods/views.open and reference/views.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sagebase_ops.sandbox.slack.blocks import MODAL_BLOCKS
from sagebase_ops.sandbox.slack.content import SlackRefusalError, read_json
from sagebase_ops.sandbox.slack.parts import plain
from sagebase_ops.sandbox.slack.shapes import Found, anything, array, boolean, by_type, shape, string
from sagebase_ops.sandbox.slack.workspace import TEAM, Bot, Json

TRIGGER_SERVES = timedelta(seconds=3)
MOST_BYTES, MOST_BLOCKS = 250_000, 100

_modal = shape(
    {"title": plain(24), "blocks": array(by_type(MODAL_BLOCKS), MOST_BLOCKS, 0)},
    {
        "submit": plain(24),
        "close": plain(24),
        "callback_id": string(255),
        "private_metadata": string(3000, 0),
        "external_id": string(255),
        **dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean),
        "default_to_current_conversation": anything,
    },
)


@dataclass
class View:
    """A modal that one person has before them. `mistakes` are what the app said of the last attempt, by block id."""

    id: str
    user: str
    bot: Bot
    given: Json
    mistakes: Mapping[str, str] = field(default_factory=dict)

    def shown(self, state: Json) -> Json:
        """As Slack writes it down."""
        defaults = {"callback_id": "", "private_metadata": "", "submit": None, "close": None, "external_id": ""}
        ids = {"id": self.id, "team_id": TEAM, "app_id": self.bot.app_id, "bot_id": self.bot.bot_id}
        return {**defaults, **self.given, **ids, "root_view_id": self.id, "hash": _short(), "state": {"values": state}}


class Modals:
    """The triggers that presses gave, and the modals that are open."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._triggers: dict[str, tuple[str, datetime, bool]] = {}
        self.open: list[View] = []

    def trigger(self, user: str) -> str:
        """A new trigger id, for one modal of this user's."""
        made = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[made] = user, self._now(), False
        return made

    def add(self, trigger_id: str, given: Any, bot: Bot) -> View:
        """Raises SlackRefusalError: a used, old or unknown trigger, a view that Slack would not take."""
        user = self._user_of(trigger_id)
        view = View(f"V0{_short().upper()}", user, bot, read_view(given))
        self.open.append(view)
        return view

    def find(self, view_id: str | None) -> View:
        """The newest where none is named. Raises ValueError."""
        found = next((one for one in reversed(self.open) if view_id in (None, one.id)), None)
        if found is None:
            raise ValueError(f"no modal {view_id!r} is open" if view_id else "no modal is open")
        return found

    def close(self, view: View) -> None:
        if view in self.open:
            self.open.remove(view)

    def _user_of(self, trigger_id: str) -> str:
        user, at, used = self._triggers.get(trigger_id, ("", self._now(), False))
        if not user:
            raise SlackRefusalError("invalid_trigger_id")
        if used:
            raise SlackRefusalError("exchanged_trigger_id")
        if self._now() - at > TRIGGER_SERVES:
            raise SlackRefusalError("expired_trigger_id")
        self._triggers[trigger_id] = user, at, True
        return user


def read_view(given: Any) -> Json:
    """Raises SlackRefusalError for what Slack would not show."""
    found = read_json(given, "invalid_arguments") if isinstance(given, str) else given
    if not isinstance(found, dict) or found.get("type") != "modal":
        raise SlackRefusalError("invalid_arguments", ["unsupported type [json-pointer:/view/type]"])
    if len(json.dumps(found, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SlackRefusalError("view_too_large")
    flaws = Found()
    _modal(found, "/view", flaws)
    if any(one.get("type") == "input" for one in _blocks(found)) and "submit" not in found:
        flaws.say("missing required field: submit, for there is an input", "/view")
    if flaws.errors:
        raise SlackRefusalError("invalid_arguments", flaws.errors)
    named = [{"block_id": _short(), **block} for block in found["blocks"]]
    return {**found, "blocks": named}


def state_of(view: View, values: Mapping[str, str]) -> Json:
    """What Slack would send as the state of a modal filled in like this: by block id, a text, or an option's value.

    Raises ValueError for what nobody could send: an unknown block or option, an empty field that must not be.
    """
    inputs = {block["block_id"]: block for block in _blocks(view.given) if block["type"] == "input"}
    unknown = sorted(set(values) - set(inputs))
    if unknown:
        raise ValueError(f"no field {unknown[0]!r} is in the modal; there are: {', '.join(inputs)}")
    return {name: _filled(name, block, values.get(name, "")) for name, block in inputs.items()}


def _filled(name: str, block: Json, value: str) -> Json:
    element = block["element"]
    if not value and not block.get("optional"):
        raise ValueError(f"the field {name!r} must be filled in")
    entry: Json = {"type": element["type"]}
    if "options" in element or "option_groups" in element:
        entry["selected_option"] = _option(name, element, value) if value else None
    elif element["type"] in ("datepicker", "timepicker"):
        entry["selected_date" if element["type"] == "datepicker" else "selected_time"] = value or None
    else:
        entry["value"] = value or None
    return {element.get("action_id", name): entry}


def _option(name: str, element: Json, value: str) -> Json:
    options = options_of(element)
    found = next((one for one in options if one["value"] == value), None)
    if found is None:
        raise ValueError(f"{value!r} is no choice of {name!r}; there are: {', '.join(one['value'] for one in options)}")
    return found


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    return [*element.get("options", ()), *grouped]


def _blocks(view: Json) -> list[Json]:
    blocks = view.get("blocks")
    return [one for one in blocks if isinstance(one, dict)] if isinstance(blocks, list) else []


def _short() -> str:
    return secrets.token_hex(5)
