"""The methods that write: chat.*, and views.open."""

import hashlib
from typing import Any

from sagebase_ops.sandbox.slack.calling import Calling
from sagebase_ops.sandbox.slack.content import Content, SlackRefusalError, read_content
from sagebase_ops.sandbox.slack.rates import Rates
from sagebase_ops.sandbox.slack.views import as_slack_shows
from sagebase_ops.sandbox.slack.workspace import DOMAIN, Channel, Json, Message

_NOT_SHOWN = "This content can't be displayed."
"""What Slack writes as the text of a message that has only blocks."""


def post_message(call: Calling, rates: Rates) -> Json:
    channel = writable(call.channel())
    content = read_content(call.arguments)
    parent = parent_of(call, channel)
    slow_down(rates, channel)
    message = _posted(call, channel, content)
    message.thread_ts = parent.ts if parent else None
    message.broadcast = parent is not None and call.flag("reply_broadcast")
    call.workspace.add(message)
    shown = as_slack_shows(call.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Calling, rates: Rates) -> Json:
    channel, user = writable(call.channel_by_id()), call.text("user")
    content = read_content(call.arguments)
    if not user.startswith(("U", "W")):
        raise SlackRefusalError("user_not_in_channel")
    slow_down(rates, channel)
    message = _posted(call, channel, content)
    message.ephemeral_for = user
    call.workspace.add(message)
    return {"message_ts": message.ts}


def update(call: Calling, _rates: Rates) -> Json:
    channel = call.channel_by_id()
    message = _own(call, channel, "cant_update_message")
    if channel.archived:
        raise SlackRefusalError("is_inactive")
    content = read_content(call.arguments, update=True)
    message.text = content.text or _NOT_SHOWN
    message.blocks = _with_ids(message.ts, content.blocks or [])  # text alone takes the blocks away
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    message.edited_ts = call.workspace.next_ts()
    call.workspace.touch()
    shown = as_slack_shows(call.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Calling, _rates: Rates) -> Json:
    channel = call.channel_by_id()
    message = _own(call, channel, "cant_delete_message")
    message.deleted = True
    call.workspace.touch()
    return {"channel": channel.id, "ts": message.ts}


def open_view(call: Calling, _rates: Rates) -> Json:
    trigger_id = call.text("trigger_id")
    view = call.modals.add(trigger_id, call.arguments.get("view"), call.bot)
    call.workspace.touch()
    return {"view": view.shown({})}


def get_permalink(call: Calling, _rates: Rates) -> Json:
    channel, ts = call.channel_by_id(), call.text("message_ts")
    message = call.workspace.find(channel, ts)
    if message is None:
        raise SlackRefusalError("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    link = f"https://{DOMAIN}/archives/{channel.id}/p{ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": link}


def writable(channel: Channel) -> Channel:
    if channel.archived:
        raise SlackRefusalError("is_archived")
    if not channel.member:
        raise SlackRefusalError("not_in_channel")
    return channel


def parent_of(call: Calling, channel: Channel) -> Message | None:
    ts = call.optional("thread_ts")
    if ts is None:
        return None
    found = call.workspace.find(channel, ts)
    if found is None:
        raise SlackRefusalError("thread_not_found")
    if found.is_reply:
        raise SlackRefusalError("cannot_reply_to_message")
    return found


def slow_down(rates: Rates, channel: Channel) -> None:
    wait = rates.wait_for_post(channel.id)
    if wait:
        raise SlackRefusalError("ratelimited", status=429, retry_after=wait)


def _posted(call: Calling, channel: Channel, content: Content) -> Message:
    ts = call.workspace.next_ts()
    return Message(
        channel,
        ts,
        call.bot,
        content.text or ("" if content.attachments and not content.blocks else _NOT_SHOWN),
        _with_ids(ts, content.blocks or []),
        content.attachments or [],
        content.metadata or None,
    )


def _own(call: Calling, channel: Channel, error: str) -> Message:
    message = call.workspace.find(channel, call.text("ts"))
    if message is None:
        raise SlackRefusalError("message_not_found")
    if message.bot != call.bot:
        raise SlackRefusalError(error)
    return message


def _with_ids(ts: str, blocks: list[Json]) -> list[dict[str, Any]]:  # Any: Block Kit
    """Slack gives every block an id that came without one."""
    return [
        {"block_id": hashlib.sha256(f"{ts}/{place}".encode()).hexdigest()[:5], **block}
        for place, block in enumerate(blocks)
    ]
