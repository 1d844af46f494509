"""Buttons in the messages that are there, and who pressed which. A press is noted; nobody is told of it yet."""

from collections.abc import Iterator

from sagebase_ops.sandbox.slack.workspace import Json, Message, Workspace


def buttons(workspace: Workspace) -> list[Json]:
    """Every button that can be pressed now, by its message."""
    return [{"ts": message.ts, "action_id": one["action_id"]} for message in workspace.messages for one in _in(message)]


def press(workspace: Workspace, action_id: str, user: str, ts: str) -> None:
    """Note the press. Raises ValueError when no message has such a button."""
    message = next((one for one in workspace.messages if one.ts == ts), None)
    if message is None:
        raise ValueError(f"no message has the ts {ts!r}")
    found = next((one for one in _in(message) if one["action_id"] == action_id), None)
    if found is None:
        raise ValueError(f"no button {action_id!r} is in the message {ts}")
    noted = {"action_id": action_id, "user": user, "ts": ts, "channel": message.channel.id, "value": found.get("value")}
    workspace.presses.append({**noted, "delivered": False})


def _in(message: Message) -> Iterator[Json]:
    if message.deleted:
        return
    for block in [*message.blocks, *(one for each in message.attachments for one in each.get("blocks", ()))]:
        for element in [*block.get("elements", ()), block.get("accessory")]:
            if isinstance(element, dict) and element.get("type") == "button" and "action_id" in element:
                yield element
