"""Somebody pressed a button or sent a form off: who, what, where; and what that person is shown in return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]  # a JSON object: its shape is Slack's


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button, or one modal that was sent off. Nothing in it is trusted but who it is from.

    `action` is the button's action id, for a modal its callback id; buttons that only open a link come here too, so an
    unknown one is no mistake. `value` is the opaque id that the button carries (of a menu: the choice), to be looked up
    anew; a modal carries what its `private_metadata` said, else that of the press that it answered, and its channel and
    message.

    `once` is the same however often Slack repeats this press, and that of no other. A modal keeps it while it is shown
    again with mistakes: remember it with what took effect, not with what was refused.
    """

    action: str
    value: str
    user: str
    user_name: str
    channel: str
    message_ts: str
    once: str
    trigger_id: str = ""
    """Opens one modal, within three seconds."""
    action_ts: str = ""
    """Slack's time of a button's press; of a modal there is none."""
    block: str = ""
    """The block id that the button or menu stands in."""
    team: str = ""
    """The workspace that it comes from; "" where Slack does not say."""
    bot: str = ""
    """Whose message or modal it stood in; "" where Slack does not say."""
    fields: Mapping[str, str] | None = None
    """What was filled into a modal, by block id; a field that was left empty is "". None: this was no modal."""


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What the presser, and nobody else, is shown.

    At most one of: `private`, a text below the message; `modal`, a view of Slack's to fill in, whose `private_metadata`
    comes back as the value of its own press; `mistakes`, words by block id that keep the modal open.
    """

    private: str = ""
    modal: Json | None = None
    mistakes: Mapping[str, str] = field(default_factory=dict)


SHOWN_NOTHING = PressAnswer()
"""The message itself will tell, once it is edited."""
