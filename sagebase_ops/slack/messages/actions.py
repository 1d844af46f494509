"""What can be pressed, by the names that Slack sends back. They are in posted messages: never change one.

A button's `value` is the group's id. A menu's is the choice, so every block of controls carries the group's id too.
"""

ACK = "ack"
ACK_ETA = "ack_eta"
SILENCE = "silence"
RESOLVE = "resolve"
RECHECK = "recheck"
DETAILS = "details"

SILENCE_DIALOG = "silence_dialog"
RESOLVE_DIALOG = "resolve_dialog"
"""A dialog's `callback_id`; its `private_metadata` is the group's id."""

UNTIL_INPUT = "until"
REASON_INPUT = "reason"
"""An input's `block_id` and `action_id` alike: `state.values[name][name]`."""

NO_ETA = "none"
ETA_MINUTES = (15, 30, 60)
"""The value of a choice is its number of minutes, or NO_ETA."""

_MARK = "#"


def controls_id(group: str, revision: int) -> str:
    """The `block_id` of a group's controls. A new one for each edit makes Slack forget what was chosen before."""
    return f"{group}{_MARK}{revision}"


def group_in(block_id: str) -> str:
    """The group whose controls have this `block_id`."""
    return block_id.rpartition(_MARK)[0]
